"""What somebody without the workspace can check: a proof in a file, a copy of a log; and how keys are handed to them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from stargauge.evidence.durable import make_folder
from stargauge.evidence.fsck import differing
from stargauge.evidence.log.checkpoint import Checkpoint, opened_checkpoint
from stargauge.evidence.log.folder import CHECKPOINT, LogFolder
from stargauge.evidence.log.leaf import Leaf
from stargauge.evidence.log.merkle import ProofError
from stargauge.evidence.log.note import Verifier
from stargauge.evidence.log.proof import LogProof
from stargauge.evidence.log.tiles import WIDTH
from stargauge.evidence.workspace import Workspace
from stargauge.quantity.errors import Fault, InputError


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


def checked_proof(path: Path, known: Sequence[Verifier]) -> Proved:
    """What the proof in a file shows, once signature, inclusion and manifest hold. Raises ProofError, naming the file."""
    try:
        made = LogProof.of(path.read_text(encoding="utf-8", errors="replace"))
        if made.extra is None:
            raise ProofError("the entry itself is not in this proof (no line `extra`): it cannot be checked alone")
        checkpoint = made.check(made.extra, known)
        leaf = Leaf.of(made.extra.decode("utf-8", errors="replace"))
        if leaf.index != made.index:
            raise ProofError(f"the entry calls itself {leaf.index}, and the proof is of entry {made.index}")
    except InputError as error:
        raise ProofError([Fault(fault.message, file=str(path)) for fault in error.faults]) from None
    return Proved(leaf, checkpoint)


def checked_log(folder: Path, known: Sequence[Verifier]) -> Checkpoint:
    """The checkpoint of a log of which there are only the files, once every tile and bundle bears it out. Raises ProofError."""
    log = LogFolder(folder, folder)
    note = log.checkpoint()
    file = str(folder / CHECKPOINT)
    if note is None:
        raise ProofError(Fault("there is no checkpoint", file=file))
    try:
        made = opened_checkpoint(note, known)
    except InputError as error:
        raise ProofError([Fault(fault.message, file=file) for fault in error.faults]) from None

    def entries() -> Iterator[bytes]:
        for index in range(-(-made.size // WIDTH)):
            yield from log.entries(index, made.size)

    if faults := list(differing(log, entries(), made.size, made)):
        raise ProofError(faults)
    return made


def export_log(workspace: Workspace, folder: Path) -> Checkpoint:
    """Copy log and public keys to a new folder: what others need to watch the log, and nothing of what is kept."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(Fault("is there already; choose a new or empty folder", file=str(folder)))
    made, note = workspace.checkpoint()  # the log only grows: every tile this one needs is there
    make_folder(folder)
    shutil.copytree(workspace.log.folder / "tile", folder / "tile")
    (folder / CHECKPOINT).write_text(note, encoding="utf-8", newline="")
    (folder / "keys.pub").write_text("".join(f"{key.text}\n" for key in workspace.verifiers()), encoding="utf-8", newline="")
    return made
