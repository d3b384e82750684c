"""Trust that follows a change of keys: whoever trusts a key of a log may trust the one that the log announced under its signature.

The checkpoint that first covers an announcement is signed with the old key and the new one, and kept for good. With it, the announcement,
its way to that checkpoint, and the hashes that show that the log only grew since, nothing else needs to be believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stargauge.evidence.log.checkpoint import Checkpoint, told_checkpoint
from stargauge.evidence.log.leaf import Leaf
from stargauge.evidence.log.merkle import (
    Nodes,
    ProofError,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
)
from stargauge.evidence.log.note import Verifier, opened
from stargauge.quantity.spoken import say


@dataclass(frozen=True)
class KeyChange:
    """One change of keys. `checkpoint`: the note that old and new key signed, empty where it was not kept; `leaf`: the announcement.

    `inclusion`: the way from the announcement to that checkpoint; `growth`: from that checkpoint to a newer one.
    """

    checkpoint: str
    leaf: str
    inclusion: tuple[bytes, ...] = ()
    growth: tuple[bytes, ...] = ()


def change_of(note: str, leaf: str, index: int, size: int, node: Nodes) -> KeyChange:
    """The change that an entry announced, shown to those who have the checkpoint of that size."""
    covered = told_checkpoint(note).size if note else 0
    if not index < covered <= size:
        return KeyChange("", leaf)
    return KeyChange(note, leaf, tuple(inclusion_proof(index, covered, node)), tuple(consistency_proof(covered, size, node)))


def followed(known: Sequence[Verifier], changes: Sequence[KeyChange], newest: Checkpoint) -> tuple[Verifier, ...]:
    """The keys that may be trusted to sign the newest checkpoint, given those that the reader trusts and the changes up to there.

    A key that was replaced is not among them. Changes between keys that the reader knows nothing of are passed over. The signature under
    the newest checkpoint is left to be checked, with what is returned. Raises ProofError for a change that does not hold.
    """
    trusted = list(known)
    for change in changes:
        leaf = Leaf.of(change.leaf)
        new = _announced(leaf, newest.origin)
        old = next((key for key in trusted if (key.name, key.id.hex()) == (newest.origin, leaf.key)), None)
        if old is None or (not change.checkpoint and new in trusted):
            continue
        try:
            _expect_held(change, leaf, old, new, newest)
        except ProofError as error:
            why = "; ".join(fault.message for fault in error.faults)
            raise ProofError(
                say(
                    "the change from key {old} to {new} at entry {index} cannot be followed: {why}",
                    old=old.id.hex(),
                    new=new.id.hex(),
                    index=leaf.index,
                    why=why,
                )
            ) from None
        trusted = [*(key for key in trusted if key not in (old, new)), new]
    return tuple(trusted)


def _announced(leaf: Leaf, origin: str) -> Verifier:
    """The key that an entry announces."""
    if leaf.kind != "key" or leaf.public_key is None:
        raise ProofError(say("entry {index} is given as a change of keys, and is of kind {kind}", index=leaf.index, kind=leaf.kind))
    new = Verifier.of(leaf.public_key)
    if new.name != origin:
        raise ProofError(
            say('entry {index} announces a key of "{name}"; expected one of "{origin}"', index=leaf.index, name=new.name, origin=origin)
        )
    return new


def _expect_held(change: KeyChange, leaf: Leaf, old: Verifier, new: Verifier, newest: Checkpoint) -> None:
    if not change.checkpoint:
        raise ProofError(say("the checkpoint that both keys signed was not kept. Ask the owner of the log for the new key"))
    text, signers = opened(change.checkpoint, [old, new])
    if missing := [key.id.hex() for key in (old, new) if key not in signers]:
        raise ProofError(say("its checkpoint is not signed with {missing}; expected both", missing=missing[0]))
    covered = told_checkpoint(change.checkpoint)
    if covered.text != text or covered.origin != newest.origin:
        raise ProofError(
            say(
                'its checkpoint is of the log "{origin}"; expected one of "{newest_origin}"',
                origin=covered.origin,
                newest_origin=newest.origin,
            )
        )
    check_inclusion(leaf_hash(change.leaf.encode()), leaf.index, covered.size, change.inclusion, covered.root)
    check_consistency(covered.size, newest.size, covered.root, newest.root, change.growth)
