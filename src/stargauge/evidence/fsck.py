"""Is everything kept as it was added: the log against its signature, entries against the log, payloads against their hashes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stargauge.evidence.agreement import blank, differences, fewer, is_older, mend, were_signed
from stargauge.evidence.items import entry_of, payload_commitment_of
from stargauge.evidence.log import leaf as manifests
from stargauge.evidence.log.checkpoint import Checkpoint, opened_checkpoint, told_checkpoint
from stargauge.evidence.log.folder import LogFolder, files_of
from stargauge.evidence.log.following import followed
from stargauge.evidence.log.leaf import Leaf
from stargauge.evidence.log.merkle import ProofError
from stargauge.evidence.log.note import Verifier
from stargauge.evidence.log.tiles import Edge
from stargauge.evidence.private import too_open
from stargauge.evidence.store import EntryRow, PayloadRow
from stargauge.evidence.workspace import INDEX, Workspace
from stargauge.quantity.errors import Fault, InputError, counted
from stargauge.quantity.spoken import say


@dataclass
class Findings:
    """What was looked at and what was found: faults, and things worth knowing that are none."""

    entries: int = 0
    payloads: int = 0
    erased: int = 0
    checkpoint: Checkpoint | None = None
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        made = self.checkpoint
        return {
            "entries": self.entries,
            "payloads": self.payloads,
            "erased_payloads": self.erased,
            "log": None if made is None else {"name": made.origin, "size": made.size, "root": made.root.hex()},
            "sound": not self.faults,
            "faults": [{"message": fault.message, "path": fault.path, "file": fault.file} for fault in self.faults],
            "notes": self.notes,
        }


def fsck(workspace: Workspace, payloads: bool = True) -> Findings:
    """Look at everything; nothing is written. `payloads`: also read every payload."""
    found = Findings(entries=len(workspace), notes=list(workspace.notes))
    known = workspace.verifiers()
    note = workspace.log.checkpoint()
    size = found.entries
    try:
        if note is None:
            found.faults.append(Fault(say("there is no checkpoint"), file=str(workspace.log.folder / "checkpoint")))
        else:
            made = found.checkpoint = opened_checkpoint(note, known, workspace.origin)
            size = made.size
            if size < found.entries:
                text = say(
                    "entries {size} to {entries} are not under the checkpoint yet; the next command that writes signs it",
                    size=size,
                    entries=found.entries - 1,
                )
                found.notes.append(text)
    except ProofError as error:
        if note is not None and is_older(note, known, found.entries):
            found.faults.append(fewer(told_checkpoint(note).size, found.entries, str(workspace.folder / INDEX)))
        else:
            found.faults += [Fault(fault.message, file=str(workspace.log.folder / "checkpoint")) for fault in error.faults]
    held: dict[str, tuple[int, str]] = {}
    leaves = (row.leaf.encode() for row in _looked_at(workspace, found, [key.id.hex() for key in known], held))
    found.faults += differing(workspace.log, leaves, size, found.checkpoint, mend())
    if payloads:
        found.faults += _payload_faults(workspace, found, held)
    _around(workspace, found)
    return found


def differing(log: LogFolder, entries: Iterable[bytes], size: int, made: Checkpoint | None, advice: str = "") -> Iterator[Fault]:
    """The files of a log that are not those of its first entries, and a checkpoint that they do not bear out."""
    edge = Edge()
    passing = iter(entries)
    try:
        for path, content in files_of((entry for entry, _ in zip(passing, range(size), strict=False)), edge):
            if not _holds(log, path, content):
                whole = (log.folder / path).is_file()
                state = say("is not what the entries make it: it was altered or is damaged" if whole else "is missing")
                yield Fault(state + advice, file=str(log.folder / path))
    except (ProofError, OSError) as error:
        yield Fault(say("the entries cannot be read: {error}", error=error), file=str(getattr(error, "filename", None) or log.folder))
        return
    for _ in passing:  # what is beyond the checkpoint is looked at too
        pass
    if made is not None and (edge.size != made.size or edge.root != made.root):
        if edge.size == made.size:
            text = say("{signed}, and the entries do not have the root that was signed: an entry was altered or removed",
                       signed=were_signed(made.size))  # fmt: skip
        else:
            text = say(
                "{signed}, and {entries} does not have the root that was signed: an entry was altered or removed"
                if edge.size == 1
                else "{signed}, and {entries} do not have the root that was signed: an entry was altered or removed",
                signed=were_signed(made.size),
                entries=counted(edge.size, "entry", "entries"),
            )
        yield Fault(text, file=str(log.folder / "checkpoint"))


def _holds(log: LogFolder, path: str, content: bytes) -> bool:
    whole, narrower, _ = path.partition(".p/")
    for name in (path, whole) if narrower else (path,):  # the narrower form of a tile may go once the full one is there
        try:
            return log.read(name)[: len(content) if name != path else None] == content
        except (FileNotFoundError, NotADirectoryError):
            continue
    return False


def _looked_at(workspace: Workspace, found: Findings, keys: Sequence[str], held: dict[str, tuple[int, str]]) -> Iterator[EntryRow]:
    """Each entry of the index in order; on the way it is compared with its manifest. `held`: where each payload belongs, by hash."""
    last, key = "", ""
    latest: dict[str, int] = {}
    for expected, (row, parts) in enumerate(workspace.rows()):
        if row.id != expected:
            found.faults.append(Fault(say("entry {expected} is missing from the index; {id} follows", expected=expected, id=row.id)))
            return
        before = latest.get(row.target)
        if row.leaf != _as_committed(row, parts, before, key):  # or it bears more than most do
            found.faults += [Fault(text, say("entry {id}", id=row.id)) for text in _entry_faults(workspace, row, parts, before, keys)]
            key = _key_after(row, key)
        if row.time < last:
            found.faults.append(
                Fault(
                    say("its time {time} is before that of the entry before it, {last}", time=row.time, last=last),
                    say("entry {id}", id=row.id),
                )
            )
        for part in parts:
            found.erased += not part.sha256
            if part.sha256:
                found.payloads += 1
                held[part.sha256] = (row.id, part.name)
        last, latest[row.target] = row.time, row.id
        yield row


def _as_committed(row: EntryRow, parts: Sequence[PayloadRow], previous: int | None, key: str) -> str:
    """The manifest that most entries have, made from what the index holds: nothing erased, the clock right, no new key."""
    if not row.about_salt or (parts and not all(part.sha256 for part in parts)):
        return ""
    try:
        target = manifests.target_commitment(bytes.fromhex(row.target_salt), row.target)
        about = manifests.about_commitment(bytes.fromhex(row.about_salt), row.about)
        held = [(payload_commitment_of(part), part.size) for part in parts] if parts else ()
    except ValueError:  # a salt that is none
        return ""
    return manifests.text_of(row.kind, row.id, row.time, target, about, key, held, previous)


def _key_after(row: EntryRow, key: str) -> str:
    """The key that entries after this one bear."""
    try:
        told = json.loads(row.leaf)
        return Verifier.of(told["public_key"]).id.hex() if row.kind == "key" else str(told["key"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return key


def _entry_faults(
    workspace: Workspace, row: EntryRow, parts: Sequence[PayloadRow], previous: int | None, keys: Sequence[str]
) -> Iterator[str]:  # fmt: skip
    """Where an entry of the index is not what its manifest commits to."""
    yield from differences(row, parts)
    try:
        told = json.loads(row.leaf)
        before, key = told.get("previous"), told["key"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return
    if before != previous:
        yield say("its manifest names entry {before} as the one before on its target; that is {previous}", before=before, previous=previous)
    if key not in keys:
        yield say("it was added under the key {key}, which never signed this log", key=key)
    if blank(row, parts) and workspace.erased_by(row.id, row.target) is None:
        yield say("something of it is erased, and no entry tells of that")


def _payload_faults(workspace: Workspace, found: Findings, held: Mapping[str, tuple[int, str]]) -> Iterator[Fault]:
    """Payloads that are missing or are not what their name says; files that belong to nothing are noted."""
    if stray := sum(digest not in held for digest in workspace.blobs.all()):
        found.notes.append(
            say(
                "{files} below blobs/ belongs to no entry: an append was cut off before it was used"
                if stray == 1
                else "{files} below blobs/ belong to no entry: an append was cut off before they were used",
                files=counted(stray, "file"),
            )
        )
    for digest, (entry, name) in held.items():
        path = workspace.blobs.path(digest)
        if workspace.blobs.get(digest) is None:
            text = say(
                'the payload "{name}" is not what was added: it was altered or is damaged; restore it from a copy'
                if path.is_file()
                else 'the payload "{name}" is missing; restore it from a copy',
                name=name,
            )
            yield Fault(text, say("entry {id}", id=entry), file=str(path))


def _around(workspace: Workspace, found: Findings) -> None:
    """Keys that others can read, changes of keys, and what was signed last."""
    for path in workspace.keys.too_open():
        found.faults.append(
            Fault(say("others can read this private key; `chmod 600` it, and rotate the key if they may have"), file=str(path))
        )
    for path in too_open(workspace.folder, INDEX):
        found.notes.append(say("others can read {path}; the next command that writes takes that right from them", path=path))
    _changes(workspace, found)
    file = str(workspace.keys.folder / "signed")
    try:
        signed = workspace.keys.last_signed(workspace.origin)
    except InputError as error:
        found.faults += error.faults
        return
    made = found.checkpoint
    if signed is None:
        found.faults.append(Fault(say("what was signed last is not kept"), file=file))
    elif made is not None and (signed.size < made.size or (signed.size == made.size and signed.root != made.root)):
        found.faults.append(
            Fault(
                say("{signed} last, and the checkpoint has {size:,} or another root", signed=were_signed(signed.size), size=made.size),
                file=file,
            )
        )


def _changes(workspace: Workspace, found: Findings) -> None:
    """Whether others can follow each change of keys."""
    made = found.checkpoint
    if made is None:
        return
    try:
        for change in workspace.key_changes(made.size):
            if not change.checkpoint:
                index = Leaf.of(change.leaf).index
                found.notes.append(
                    say(
                        "the change of keys at entry {index} cannot be followed by whoever trusts the old key: the "
                        "checkpoint that both keys signed was not kept; hand out the new key",
                        index=index,
                    )
                )
            else:
                followed([*workspace.verifiers()], [change], made)
    except InputError as error:
        found.faults += error.faults
    except OSError:
        pass  # a tile is missing, which is told


def entry_faults(workspace: Workspace, index: int) -> list[Fault]:
    """What is wrong with one entry: its manifest, its payloads, its proof."""
    row, parts = workspace.row(index)
    known = workspace.verifiers()
    try:
        previous = Leaf.of(row.leaf).previous
    except ProofError as error:
        return [Fault(fault.message, say("entry {id}", id=index)) for fault in error.faults]
    faults = [
        Fault(text, say("entry {id}", id=index)) for text in _entry_faults(workspace, row, parts, previous, [key.id.hex() for key in known])
    ]
    entry = entry_of(row, parts)
    for part in parts:
        if part.sha256:
            try:
                workspace.content(part.sha256, say('the payload "{name}" of {id}', name=part.name, id=entry.id))
            except InputError as error:
                faults += error.faults
    try:
        workspace.proof(entry)
    except InputError as error:
        faults += error.faults
    except FileNotFoundError as error:
        faults.append(Fault(say("is missing{mend}", mend=mend()), file=str(error.filename)))
    return faults
