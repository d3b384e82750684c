"""What a bundle shows: each part checked against the signed checkpoint, and what is left in doubt."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from stargauge.evidence import timestamp
from stargauge.evidence.bundle import CHECKPOINT, Bundle, Content, Opened
from stargauge.evidence.log.checkpoint import Checkpoint, opened_checkpoint, told_checkpoint
from stargauge.evidence.log.following import followed
from stargauge.evidence.log.leaf import Leaf, about_commitment, payload_commitment, target_commitment
from stargauge.evidence.log.merkle import ProofError, check_consistency, check_inclusion, leaf_hash
from stargauge.evidence.log.note import Verifier
from stargauge.evidence.log.note import opened as opened_note
from stargauge.evidence.timestamp import Stamp
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

#: Clocks that are less apart than this agree.
APART = timedelta(minutes=1)


@dataclass(frozen=True)
class Proved:
    """One entry, once it is shown that the log holds it: its id, kind and time, what it is about, and which contents are here.

    `stamps`: those over a checkpoint that covers it, trusted ones first, the earliest first; where one is genuine, it was there by then.
    """

    id: str
    leaf: Leaf
    target: str | None
    about: Mapping[str, Any] | None
    contents: Mapping[str, Content]
    missing: tuple[str, ...] = ()
    stamps: tuple[Stamp, ...] = ()

    @property
    def trusted(self) -> tuple[Stamp, ...]:
        """The stamps whose signatures were checked."""
        return tuple(one for one in self.stamps if one.trusted)


@dataclass(frozen=True)
class Shown:
    """What a bundle shows: the entries, what was found later, the checkpoint with who signed it, and what is left in doubt.

    `own_key`: only the key in the bundle itself was used, so it shows that the parts fit, not whose log it is.
    """

    entries: tuple[Proved, ...]
    later: tuple[Proved, ...]
    checkpoint: Checkpoint
    signers: tuple[Verifier, ...]
    own_key: bool
    doubts: tuple[str, ...] = ()


def entry_id(leaf: Leaf) -> str:
    """How people refer to an entry: C-17."""
    return f"{leaf.kind[0].upper()}-{leaf.index}"


def check(bundle: Bundle, keys: Sequence[Verifier] = (), roots: Sequence[bytes] = ()) -> Shown:
    """What a bundle shows, checked with the keys that the reader trusts and root certificates (PEM) of stamping authorities.

    Without keys those in the bundle are used, which is said. Raises InputError with everything that does not hold; what cannot be checked
    stands among the doubts.
    """
    faults = list[Fault]()
    try:
        known = followed(keys, bundle.changes, told_checkpoint(bundle.checkpoint)) if keys else bundle.keys
        checkpoint, signers = opened_checkpoint(bundle.checkpoint, known), opened_note(bundle.checkpoint, known)[1]
    except ProofError as error:
        faults.append(Fault(str(error), CHECKPOINT))
        checkpoint, signers = told_checkpoint(bundle.checkpoint), ()
    if not bundle.entries:
        faults.append(Fault(say("it holds no entry")))
    stamps = _stamps(bundle, checkpoint, roots, faults)
    entries, later = (
        tuple(_proved(one, bundle.checkpoint, checkpoint, stamps, faults) for one in part) for part in (bundle.entries, bundle.later)
    )
    if faults:
        raise InputError(faults)
    shown = tuple(one for one in entries if one), tuple(one for one in later if one)
    return Shown(*shown, checkpoint, signers, not keys, tuple(dict.fromkeys(_doubts(*shown, not keys, bool(roots)))))


def _doubts(entries: Sequence[Proved], later: Sequence[Proved], own_key: bool, roots: bool) -> Iterator[str]:
    if own_key:
        yield say("the key came with the bundle: compare it with one that the log's owner published")
    for one in entries:
        for stamp in one.stamps:
            if not stamp.trusted:
                yield say(
                    'a stamp that names "{authority}" is not signed under the root certificates given'
                    if roots
                    else 'a stamp that names "{authority}" was not checked: give root certificates (--roots)',
                    authority=stamp.authority,
                )
        if one.trusted and min(stamp.time for stamp in one.trusted) + APART < one.leaf.time:
            yield say("the log's clock was ahead: {id} was stamped before the time that it bears", id=one.id)
        if one.about is None:
            yield say("what {id} says of itself is kept back or was erased: how it came is not known", id=one.id)


def _stamps(bundle: Bundle, last: Checkpoint, roots: Sequence[bytes], faults: list[Fault]) -> list[tuple[int, Stamp]]:
    """Stamps with the number of entries that each covers, trusted ones first, the earliest first."""
    found = []
    for place, anchor in enumerate(bundle.anchors, 1):
        try:
            covered = told_checkpoint(anchor.checkpoint)
            if covered.origin != last.origin:
                raise ProofError(
                    say('it is a checkpoint of the log "{origin}", not of "{last_origin}"', origin=covered.origin, last_origin=last.origin)
                )
            check_consistency(covered.size, last.size, covered.root, last.root, anchor.growth)
            found += [(covered.size, timestamp.read(token, anchor.checkpoint.encode(), roots)) for token in anchor.stamps]
        except InputError as error:
            faults += [Fault(fault.message, f"anchors/{place}") for fault in error.faults]
    return sorted(found, key=lambda one: (not one[1].trusted, one[1].time))


def _proved(
    one: Opened, note: str, checkpoint: Checkpoint, stamps: Sequence[tuple[int, Stamp]], faults: list[Fault]
) -> Proved | None:  # fmt: skip
    """An entry that holds in every part; otherwise nothing, and what does not hold among the faults."""
    try:
        leaf = Leaf.of(one.leaf)
    except ProofError as error:
        faults.append(Fault(str(error), say("an entry")))
        return None
    wrong = list(_wrong_place(one, leaf, note, checkpoint)) or [*_wrong_words(one, leaf), *_wrong_contents(one, leaf)]
    if wrong:
        faults += [Fault(message, entry_id(leaf)) for message in wrong]
        return None
    missing = tuple(name for name, content in one.contents.items() if content.held is None)
    target = one.target if one.target_salt else None
    covering = tuple(stamp for size, stamp in stamps if size > leaf.index)
    return Proved(entry_id(leaf), leaf, target, one.about if one.about_salt else None, one.contents, missing, covering)


def _wrong_place(one: Opened, leaf: Leaf, note: str, checkpoint: Checkpoint) -> Iterator[str]:
    """Looked at first: contents of an entry that the log does not hold are not read."""
    if one.proof.checkpoint != note:
        yield say("its proof leads to another checkpoint than that of the bundle")
    if one.proof.index != leaf.index:
        yield say("its proof is for entry {index:,} of the log", index=one.proof.index)
    if one.proof.extra not in (None, one.leaf.encode()):
        yield say("its proof carries another entry")
    try:
        check_inclusion(leaf_hash(one.leaf.encode()), one.proof.index, checkpoint.size, one.proof.hashes, checkpoint.root)
    except ProofError as error:
        yield say("the log does not hold it: {error}", error=error)


def _wrong_words(one: Opened, leaf: Leaf) -> Iterator[str]:
    if one.target_salt and target_commitment(bytes.fromhex(one.target_salt), one.target) != leaf.target:
        yield say("it is about another target than the bundle says")
    if one.about_salt and about_commitment(bytes.fromhex(one.about_salt), one.about or {}) != leaf.about:
        yield say("it says something else than the bundle says")


def _wrong_contents(one: Opened, leaf: Leaf) -> Iterator[str]:
    """Contents are committed to in the order of their names."""
    if len(one.contents) != len(leaf.payloads):
        yield say("it has {payloads} contents, the bundle names {contents}", payloads=len(leaf.payloads), contents=len(one.contents))
        return
    for (name, content), (commitment, size) in zip(sorted(one.contents.items()), leaf.payloads, strict=True):
        if content.size != size:
            yield say(
                "the content {name} has {size:,} bytes, the bundle says {content_size:,}", name=name, size=size, content_size=content.size
            )
        elif not content.salt:
            if content.held is not None:
                yield say("the content {name} comes without the salt that shows that it is the one captured", name=name)
        elif payload_commitment(bytes.fromhex(content.salt), name, bytes.fromhex(content.sha256)) != commitment:
            yield say("the content {name} is not the one that the entry commits to", name=name)
        elif content.held is not None and (digest := _digest(content)) != content.sha256:
            yield say(
                "the content {name} was altered: its hash is {digest}…, not {sha256}…",
                name=name,
                digest=digest[:16],
                sha256=content.sha256[:16],
            )


def _digest(content: Content) -> str:
    """The hash of what is here, read no further than it should go."""
    made, left = sha256(), content.size
    try:
        for part in content.chunks():
            made.update(part)
            left -= len(part)
            if left < 0:
                break
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError):
        return "damaged"
    return made.hexdigest()
