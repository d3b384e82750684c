"""What somebody without the workspace can check: a proof in a file, a copy of a log; and how keys are handed to them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from stargauge.evidence.durable import make_folder
from stargauge.evidence.fsck import differing
from stargauge.evidence.log.checkpoint import Checkpoint, opened_checkpoint, told_checkpoint
from stargauge.evidence.log.folder import CHECKPOINT, LogFolder
from stargauge.evidence.log.following import KeyChange, change_of, followed
from stargauge.evidence.log.leaf import Leaf
from stargauge.evidence.log.merkle import ProofError, check_consistency, check_inclusion, consistency_proof, leaf_hash
from stargauge.evidence.log.note import Verifier
from stargauge.evidence.log.proof import LogProof
from stargauge.evidence.log.tiles import WIDTH
from stargauge.evidence.workspace import Workspace
from stargauge.quantity.errors import Fault, InputError, counted
from stargauge.quantity.spoken import say

#: Where a copy of a log holds the checkpoints that old and new key signed.
CHANGES = "key-changes"


class Proved(NamedTuple):
    """An entry that a proof shows in a log: its manifest, and the checkpoint that covers it."""

    leaf: Leaf
    checkpoint: Checkpoint


def keys_of(given: Sequence[str]) -> list[Verifier]:
    """Public keys, each a line NAME+ID+KEY or a file that holds such lines. Raises InputError with every fault."""
    keys, faults = [], []
    for one in given:
        path = Path(one)
        is_file = path.is_file()
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if is_file else [one]:
            try:
                keys += [Verifier.of(line)] if line.strip() else []
            except InputError as error:
                faults += [Fault(fault.message, file=str(path) if is_file else "") for fault in error.faults]
    if faults:
        raise InputError(faults)
    return keys


def checked_proof(path: Path, known: Sequence[Verifier], beside: Sequence[Path] = ()) -> Proved:
    """What the proof in a file shows, once signature, inclusion and manifest hold. Raises ProofError, naming the file.

    `beside`: copies of logs. Where one of them is of the same log, trust follows its changes of keys, and the proof must be of the same
    history; it then needs no signature of its own.
    """
    try:
        made = LogProof.of(path.read_text(encoding="utf-8", errors="replace"))
        if made.extra is None:
            raise ProofError(say("the entry itself is not in this proof (no line `extra`): it cannot be checked alone"))
        checkpoint = told_checkpoint(made.checkpoint)
        logs = [one for one in map(_told, beside) if one is not None and one.newest.origin == checkpoint.origin]
        keys = [key for one in logs for key in one.trusted(known)] or known
        if not any(one.holds(checkpoint) for one in logs):
            made.check(made.extra, keys)
        check_inclusion(leaf_hash(made.extra), made.index, checkpoint.size, made.hashes, checkpoint.root)
        leaf = Leaf.of(made.extra.decode("utf-8", errors="replace"))
        if leaf.index != made.index:
            raise ProofError(
                say("the entry calls itself {index}, and the proof is of entry {made_index}", index=leaf.index, made_index=made.index)
            )
    except InputError as error:
        raise ProofError([Fault(fault.message, file=str(path)) for fault in error.faults]) from None
    return Proved(leaf, checkpoint)


class _Copy(NamedTuple):
    """A copy of a log as it tells of itself: its folder, its checkpoint, whose signature is left to be checked, and changes of keys."""

    log: LogFolder
    note: str
    newest: Checkpoint
    changes: list[KeyChange]

    def trusted(self, known: Sequence[Verifier]) -> tuple[Verifier, ...]:
        """The keys that may be trusted, given those that are. Raises ProofError where none of them signed the checkpoint."""
        keys = followed(known, self.changes, self.newest)
        opened_checkpoint(self.note, keys)
        return keys

    def holds(self, other: Checkpoint) -> bool:
        """Whether another checkpoint is a beginning of this log, whoever signed it; False where it is larger than this copy.

        Raises ProofError where it is of another history.
        """
        if not 0 < other.size <= self.newest.size:
            return False
        growth = consistency_proof(other.size, self.newest.size, self.log.reader(self.newest.size).node)
        try:
            check_consistency(other.size, self.newest.size, other.root, self.newest.root, growth)
        except ProofError as error:
            why = "; ".join(fault.message for fault in error.faults)
            raise ProofError(
                say("the proof and the log in {folder} are not of one history: {why}", folder=self.log.folder, why=why)
            ) from None
        return True


def _told(folder: Path) -> _Copy | None:
    """A copy of a log; None where there is no checkpoint. Raises ProofError for what cannot be read."""
    log = LogFolder(folder, folder)
    note = log.checkpoint()
    if note is None:
        return None
    newest = told_checkpoint(note)
    node, changes = log.reader(newest.size).node, []
    for path in sorted((folder / CHANGES).glob("*.checkpoint"), key=lambda path: (len(path.stem), path.stem)):
        index = int(path.stem) if re.fullmatch("[0-9]{1,15}", path.stem) else newest.size
        if index >= newest.size:
            text = say(
                "belongs to no entry; expected the place of one of {entries} as its name", entries=counted(newest.size, "entry", "entries")
            )
            raise ProofError(Fault(text, file=str(path)))
        try:
            leaf = log.entries(index // WIDTH, newest.size)[index % WIDTH].decode("utf-8", errors="replace")
            changes.append(change_of(path.read_text(encoding="utf-8", errors="replace"), leaf, index, newest.size, node))
        except (ProofError, OSError, IndexError) as error:
            raise ProofError(Fault(say("this change of keys cannot be shown: {error}", error=error), file=str(path))) from None
    return _Copy(log, note, newest, changes)


def checked_log(folder: Path, known: Sequence[Verifier]) -> Checkpoint:
    """The checkpoint of a log of which there are only the files, once every tile and bundle bears it out. Raises ProofError.

    Trust follows the changes of keys in the copy.
    """
    file = str(folder / CHECKPOINT)
    try:
        copy = _told(folder)
        if copy is None:
            raise ProofError(say("there is no checkpoint"))
        copy.trusted(known)
    except InputError as error:
        raise ProofError([replace(fault, file=fault.file or file) for fault in error.faults]) from None
    made, log = copy.newest, copy.log

    def entries() -> Iterator[bytes]:
        for index in range(-(-made.size // WIDTH)):
            yield from log.entries(index, made.size)

    if faults := list(differing(log, entries(), made.size, made)):
        raise ProofError(faults)
    return made


def keys_followed(folder: Path, known: Sequence[Verifier]) -> list[Verifier]:
    """The keys that trust comes to by the changes of keys in a copy of a log, beside those that are known."""
    copy = _told(folder)
    return [] if copy is None else [key for key in copy.trusted(known) if key not in known]


def export_log(workspace: Workspace, folder: Path) -> Checkpoint:
    """Copy log, public keys and changes of keys to a new folder: what others need to watch the log, and nothing of what is kept."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(Fault(say("is there already; choose a new or empty folder"), file=str(folder)))
    made, note = workspace.checkpoint()  # the log only grows: every tile this one needs is there
    make_folder(folder)
    shutil.copytree(workspace.log.folder / "tile", folder / "tile")
    (folder / CHECKPOINT).write_text(note, encoding="utf-8", newline="")
    (folder / "keys.pub").write_text("".join(f"{key.text}\n" for key in workspace.verifiers()), encoding="utf-8", newline="")
    for change in workspace.key_changes(made.size):
        make_folder(folder / CHANGES)  # one that was not kept is there empty: that it is missing is told
        (folder / CHANGES / f"{Leaf.of(change.leaf).index}.checkpoint").write_text(change.checkpoint, encoding="utf-8", newline="")
    return made
