"""What opening a workspace for writing does: the log is checked against the entries, and what was cut off is completed.

The entries in the index come first in every append, so they are what counts. What was signed must be borne out by them; if it is not,
nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from stargauge.evidence.agreement import is_older, were_signed
from stargauge.evidence.keys import KeyFolder
from stargauge.evidence.log.checkpoint import Checkpoint, opened_checkpoint, told_checkpoint
from stargauge.evidence.log.folder import LogFolder, roots_of
from stargauge.evidence.log.merkle import ProofError, leaf_hash
from stargauge.evidence.log.note import Verifier
from stargauge.evidence.log.tiles import WIDTH, Edge
from stargauge.evidence.store import Index
from stargauge.quantity.errors import Fault, InputError, counted
from stargauge.quantity.spoken import say

#: Up to so many entries the whole log is recomputed each time it is opened for writing; a larger one only where its writer was cut off.
RECOMPUTED = 16_384


def recovered(index: Index, log: LogFolder, keys: KeyFolder, origin: str, known: Sequence[Verifier], whole: bool) -> tuple[int, list[str]]:
    """Bring the files of the log to the size of its checkpoint; that size, and the files that had to be written again.

    `whole`: recompute everything, whatever the size. Raises InputError where what was signed is not borne out by the entries.
    """
    size = index.size()
    stored, signed = _told(log, keys, origin, known, size)
    told = [(one, file) for one, file in ((stored, log.folder / "checkpoint"), (signed, keys.folder / "signed")) if one is not None]
    faults = [apart(one, size, str(file)) for one, file in told if one.size > size]
    if not faults and keys.signer(known[-1]) is None:  # an older index knows older keys
        faults.append(no_key(keys, known[-1]))
    if faults:
        raise InputError(faults)
    if not whole and stored is not None and stored.size > RECOMPUTED and _resumed(index, log, stored, signed):
        return stored.size, []
    roots = roots_of((text.encode() for text in index.leaves(0, size)), {one.size for one, _ in told})
    if faults := [apart(one, size, str(file)) for one, file in told if roots[one.size] != one.root]:
        raise InputError(faults)
    done = 0 if stored is None else stored.size
    return done, log.mend(text.encode() for text in index.leaves(0, done))


def _told(
    log: LogFolder, keys: KeyFolder, origin: str, known: Sequence[Verifier], size: int
) -> tuple[Checkpoint | None, Checkpoint | None]:  # fmt: skip
    """The stored checkpoint and what was signed last."""
    note = log.checkpoint()
    if note is not None and is_older(note, known, size):
        raise InputError(apart(told_checkpoint(note), size, str(log.folder / "checkpoint")))
    try:
        stored = opened_checkpoint(note, known, origin) if note is not None else None
    except ProofError as error:
        file = str(log.folder / "checkpoint")
        raise InputError(
            [Fault(say("{message}. Nothing was written", message=fault.message), file=file) for fault in error.faults]
        ) from None
    return stored, keys.last_signed(origin)


def _resumed(index: Index, log: LogFolder, stored: Checkpoint, signed: Checkpoint | None) -> bool:
    """Whether the tiles at the edge of a large log that was closed in order bear its checkpoint out; the log then goes on from there."""
    if signed is None or (signed.size, signed.root) != (stored.size, stored.root):
        return False
    tail = [text.encode() for text in index.leaves(stored.size // WIDTH * WIDTH, stored.size)]
    try:
        edge = Edge.read(log.reader(stored.size))
    except (OSError, ProofError):
        return False
    if edge.levels[0] != [leaf_hash(entry) for entry in tail] or edge.root != stored.root:
        return False
    log.start_at(edge, tail)
    return True


def no_key(keys: KeyFolder, key: Verifier) -> Fault:
    """That the private key is not there."""
    held = ", ".join(keys.private()) or say("none", "keys")
    path = keys.folder / f"{key.id.hex()}.key"
    return Fault(
        say("the log is signed with key {hex}, whose private part is not here (here: {held}); bring it back", hex=key.id.hex(), held=held),
        file=str(path),
    )


def apart(told: Checkpoint, size: int, file: str) -> Fault:
    """That a signed size and root do not fit the entries, and what may have happened."""
    if told.size > size:
        what = say(
            "{were_signed}, and the index holds {size:,}: it was replaced by an older copy, or entries were removed",
            were_signed=were_signed(told.size),
            size=size,
        )
    else:
        what = say(
            "the first {entries} of the index does not have the root that was signed: an entry was altered, or it is another log"
            if told.size == 1
            else "the first {entries} of the index do not have the root that was signed: an entry was altered, or it is another log",
            entries=counted(told.size, "entry", "entries"),
        )
    return Fault(say("{what}. Nothing was written; bring back the evidence.sqlite and log that belong together", what=what), file=file)
