"""Stamps over the checkpoints of a workspace: kept beside the log, so that a proof can say when its entries existed at the latest.

Each stamped checkpoint has a folder named by the number of its entries: `stamps/4102/checkpoint`, `stamps/4102/1.tsr`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from stargauge.evidence import timestamp
from stargauge.evidence.bundle import Anchor, Bundle, Content, Opened
from stargauge.evidence.durable import write_files
from stargauge.evidence.log.checkpoint import told_checkpoint
from stargauge.evidence.log.merkle import consistency_proof, inclusion_proof, tree_root
from stargauge.evidence.log.proof import LogProof
from stargauge.evidence.timestamp import Stamp
from stargauge.evidence.workspace import Workspace
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

FOLDER = "stamps"
_NOTE = "checkpoint"


def request(workspace: Workspace) -> bytes:
    """The request to stamp the newest checkpoint, which is kept so that the answer can be added later."""
    checkpoint, note = workspace.checkpoint()
    folder = workspace.folder / FOLDER / str(checkpoint.size)
    if not (folder / _NOTE).is_file():
        write_files(folder, {_NOTE: note.encode()}, workspace.folder / "spare")
    return timestamp.request((folder / _NOTE).read_bytes())


def add(workspace: Workspace, answer: bytes, roots: Sequence[bytes] = ()) -> tuple[int, Stamp]:
    """Keep an authority's answer with the checkpoint that it is over: the number of entries, and the stamp. Raises InputError."""
    for size in sorted(_sizes(workspace), reverse=True):
        folder = workspace.folder / FOLDER / str(size)
        try:
            stamp = timestamp.read(answer, (folder / _NOTE).read_bytes())
        except timestamp.OtherBytes:
            continue
        if roots:
            stamp = timestamp.read(answer, (folder / _NOTE).read_bytes(), roots)
            timestamp.expect_trusted(stamp)
        held = sorted(folder.glob("*.tsr"))
        if not any(one.read_bytes() == answer for one in held):
            write_files(folder, {f"{len(held) + 1}.tsr": answer}, workspace.folder / "spare")
        return size, stamp
    raise InputError(
        say("the time stamp is over no checkpoint that was asked for here; ask anew: stargauge evidence timestamp --request FILE")
    )


def _sizes(workspace: Workspace) -> Iterator[int]:
    for path in (workspace.folder / FOLDER).glob("*/checkpoint"):
        if path.parent.name.isdecimal():
            yield int(path.parent.name)


def anchors(workspace: Workspace, size: int) -> list[Anchor]:
    """The stamped checkpoints of at most that many entries, the smallest first, each with the proof that the log only grew since.

    Raises InputError where a stamped checkpoint is not the beginning of the log: somebody rewrote its past.
    """
    node, found = workspace.log.reader(size).node, []
    for count in sorted(one for one in _sizes(workspace) if 0 < one <= size):
        folder = workspace.folder / FOLDER / str(count)
        stamps = tuple(path.read_bytes() for path in sorted(folder.glob("*.tsr"), key=lambda path: int(path.stem)))
        if not stamps:
            continue
        note = (folder / _NOTE).read_text(encoding="utf-8")
        if told_checkpoint(note).root != tree_root(count, node):
            raise InputError(Fault(say("this stamped checkpoint is not the beginning of the log as it is now"), file=str(folder / _NOTE)))
        growth = consistency_proof(count, size, node) if count < size else []
        found.append(Anchor(note, stamps, tuple(growth)))
    return found


def bundle_of(workspace: Workspace, named: Sequence[int], later: Sequence[int] = ()) -> Bundle:
    """Entries as a bundle under the newest checkpoint, for each the first stamp that covers it. `later`: entries without their contents.

    The words for people are left to be added.
    """
    checkpoint, note = workspace.checkpoint()
    entries = tuple(_opened(workspace, index, checkpoint.size, note, True) for index in dict.fromkeys(named))
    others = tuple(_opened(workspace, index, checkpoint.size, note, False) for index in dict.fromkeys(later) if index not in named)
    covering = [(told_checkpoint(one.checkpoint).size, one) for one in anchors(workspace, checkpoint.size)]
    first = (next((one for size, one in covering if size > index), None) for index in [*sorted(named), *sorted(later)[-1:]])
    chosen = {one.checkpoint: one for one in first if one is not None}
    return Bundle(
        entries, note, tuple(workspace.verifiers()), tuple(chosen.values()), others, tuple(workspace.key_changes(checkpoint.size))
    )


def _opened(workspace: Workspace, index: int, size: int, note: str, with_contents: bool) -> Opened:
    row, parts = workspace.row(index)
    entry = workspace.entry(index)
    contents = {}
    for part in parts:
        data = workspace.payload(entry, part.name) if with_contents and part.sha256 else None
        contents[part.name] = Content(part.sha256, part.salt, part.size, data)
    hashes = inclusion_proof(index, size, workspace.log.reader(size).node)
    proof = LogProof(index, tuple(hashes), note, row.leaf.encode() if with_contents else None)
    return Opened(row.leaf, row.target if row.target_salt else "", row.target_salt, entry.about, row.about_salt, contents, proof)


def stamped(workspace: Workspace) -> list[tuple[int, Path]]:
    """Every stamp that is kept: the number of entries it covers, and its file."""
    found = ((size, path) for size in _sizes(workspace) for path in (workspace.folder / FOLDER / str(size)).glob("*.tsr"))
    return sorted(found)
