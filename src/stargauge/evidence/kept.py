"""What a workspace holds, to be read: entries that agree with the signed log, payloads, proofs. Nothing here writes."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from stargauge.evidence.agreement import CheckedIndex, fewer, is_older
from stargauge.evidence.archive import Entry, Kind
from stargauge.evidence.items import entry_of
from stargauge.evidence.keys import KeyFolder
from stargauge.evidence.log.checkpoint import Checkpoint, opened_checkpoint, told_checkpoint
from stargauge.evidence.log.folder import LogFolder
from stargauge.evidence.log.following import KeyChange, change_of
from stargauge.evidence.log.leaf import Leaf
from stargauge.evidence.log.merkle import ProofError, consistency_proof, inclusion_proof
from stargauge.evidence.log.note import Verifier
from stargauge.evidence.log.proof import LogProof
from stargauge.evidence.store import Blobs, EntryRow, Index, PayloadRow
from stargauge.quantity.errors import Fault, InputError, counted, did_you_mean
from stargauge.quantity.spoken import say

INDEX = "evidence.sqlite"


class Kept:
    """The folder of a workspace, open for reading."""

    def __init__(self, folder: Path, index: Index, origin: str) -> None:
        self.folder = folder
        self.origin = origin
        spare = folder / "spare"
        self.blobs = Blobs(folder / "blobs" / "sha256", spare)
        self.keys = KeyFolder(folder / "keys", spare)
        self.log = LogFolder(folder / "log", spare)
        self._index = index
        self._turn = threading.RLock()
        self._checked = CheckedIndex(index, folder / INDEX, self.log, self._note, lambda: self.checkpoint()[0])

    def __len__(self) -> int:
        return self._index.size()

    def entries(self, kind: Kind | None = None, target: str | None = None) -> Iterator[Entry]:
        """Entries in order, each checked against the signed log. Raises InputError at the first that is not what was signed."""
        return (entry_of(*row) for row in self._checked.rows(kind, target))

    def entry(self, index: int) -> Entry:
        """One entry by its place, checked against the signed log. Raises InputError where it is not what was signed."""
        return entry_of(*self._checked_row(index))

    def _checked_row(self, index: int) -> tuple[EntryRow, list[PayloadRow]]:
        return self._checked.row(index) or self.row(index)

    def row(self, index: int) -> tuple[EntryRow, list[PayloadRow]]:
        """One entry as it is kept, with its salts, unchecked."""
        for row in self._index.rows(start=index, end=index + 1):
            return row
        size = len(self)
        raise InputError(
            say(
                "there is no entry {index:,}; the log has {entries}, the last is {last:,}",
                index=index,
                entries=counted(size, "entry", "entries"),
                last=size - 1,
            )
        )

    def rows(self) -> Iterator[tuple[EntryRow, list[PayloadRow]]]:
        """Every entry as it is kept, in order, unchecked."""
        return self._index.rows()

    def find(self, name: str) -> Entry:
        """The entry that people call `C-17`, or `17`."""
        return self.entry(self.place(name))

    def place(self, name: str) -> int:
        """The place of the entry that people call `C-17`, or `17`."""
        read = re.fullmatch(r"(?:([A-Za-z])-?)?(\d{1,18})", name.strip())
        if read is None:
            raise InputError(say('got "{name}"; expected an entry such as C-17 or 17', name=name))
        found = entry_of(*self.row(int(read[2])))
        if read[1] and read[1].upper() != found.id[0]:
            raise InputError(
                say(
                    "there is no {name}: entry {index} is {id}, of kind {kind}; did you mean {id}?",
                    name=name.strip(),
                    index=found.index,
                    id=found.id,
                    kind=found.kind,
                )
            )
        return found.index

    def payload(self, entry: Entry, name: str) -> bytes:
        """A payload as it was added. Raises InputError where it was erased, is missing or does not match its hash."""
        parts = {part.name: part for part in self._checked_row(entry.index)[1]}
        if name not in parts:
            held = ", ".join(parts) or say("none", "payloads")
            raise InputError(
                say(
                    '{id} has no payload "{name}"{near} (it has: {held})', id=entry.id, name=name, near=did_you_mean(name, parts), held=held
                )
            )
        digest = parts[name].sha256
        if not digest:
            raise InputError(
                say(
                    'the payload "{name}" of {id} was erased; the log still shows when it was added and that it was erased',
                    name=name,
                    id=entry.id,
                )
            )
        return self.content(digest, say('the payload "{name}" of {id}', name=name, id=entry.id))

    def content(self, digest: str, what: str) -> bytes:
        """The bytes with that hash. Raises InputError, naming what they are, where they are missing or do not match it."""
        content = self.blobs.get(digest)
        if content is None:
            path = self.blobs.path(digest)
            text = say(
                "{what} does not match its hash: it was altered or damaged; restore it from a copy"
                if path.is_file()
                else "{what} is missing; restore it from a copy",
                what=what,
            )
            raise InputError(Fault(text, file=str(path)))
        return content

    def sharing(self, entry: Entry, names: Iterable[str]) -> list[Entry]:
        """The entries that hold the same bytes as these payloads of an entry, which may have been erased from it since."""
        found = {one for name in names for one in self._index.sharing(entry.payloads[name]) if one != entry.index}
        return [self.entry(one) for one in sorted(found)]

    def erasure_of(self, entry: Entry) -> Entry | None:
        """The last entry that tells that something of this one was erased: when, what, and under `was` what kind of thing it had been."""
        found = self._index.erasure_of(entry.index, entry.target)
        return None if found is None else self.entry(found)

    def erased_by(self, index: int, target: str) -> int | None:
        """The place of the last entry that tells of something erased from that one; unchecked."""
        return self._index.erasure_of(index, target)

    def leaf(self, entry: Entry) -> str:
        """The manifest of an entry as it stands in the log."""
        return self.row(entry.index)[0].leaf

    def verifiers(self) -> list[Verifier]:
        """The keys that ever signed this log, the one that signs now last."""
        found = (Leaf.of(row.leaf).public_key for row, _ in self._index.rows("key"))
        return [Verifier.of(text) for text in found if text]

    def key_changes(self, size: int) -> list[KeyChange]:
        """The changes of keys in the log of that size, each with what shows it: whoever trusts an old key follows by them.

        `size`: that of a checkpoint. Where the checkpoint that both keys signed was not kept, that part is empty.
        """
        with self._turn:
            node, found = self.log.reader(size).node, []
            for row, _ in self._index.rows("key", start=1, end=size):
                try:
                    found.append(change_of(self.keys.change(row.id), row.leaf, row.id, size, node))
                except ProofError as error:
                    raise InputError([Fault(fault.message, file=str(self.keys.change_path(row.id))) for fault in error.faults]) from None
        return found

    def _note(self) -> str:
        note = self.log.checkpoint()
        if note is None:
            raise InputError(Fault(say("there is no checkpoint yet; any command that writes will sign one"), file=str(self.log.folder)))
        return note

    def checkpoint(self) -> tuple[Checkpoint, str]:
        """The checkpoint and its note as it was signed, its signature checked. Raises InputError where there is none that fits."""
        note = self._note()
        known, size = self.verifiers(), len(self)
        if is_older(note, known, size):
            raise InputError(fewer(told_checkpoint(note).size, size, str(self.folder / INDEX)))
        return opened_checkpoint(note, known, self.origin), note

    def proof(self, entry: Entry) -> LogProof:
        """That an entry is in the log, as of the newest checkpoint; the manifest goes with it. Raises InputError."""
        with self._turn:
            made, note = self.checkpoint()
            text = self.leaf(entry).encode()
            hashes = inclusion_proof(entry.index, made.size, self.log.reader(made.size).node)
        proof = LogProof(entry.index, tuple(hashes), note, text)
        proof.check(text, self.verifiers(), self.origin)
        return proof

    def consistency(self, old: int) -> list[bytes]:
        """The hashes that show that the log at that size is the beginning of the log as of the newest checkpoint."""
        with self._turn:
            size = self.checkpoint()[0].size
            return consistency_proof(old, size, self.log.reader(size).node)
