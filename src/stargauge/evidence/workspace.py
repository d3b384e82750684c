"""A folder that keeps evidence for good: entries in an append-only log that others can check, payloads beside it.

What an append does, in this order: payloads as files; entries in one durable transaction of the index; tiles and bundles of the log; size
and root in a second place; the signed checkpoint. Whatever is cut off is completed when the folder is next opened, from the entries; a
checkpoint that these do not bear out is never signed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from stargauge.evidence import private
from stargauge.evidence.archive import Entry, Kind, now
from stargauge.evidence.durable import WriterLock, make_folder, sync_folder
from stargauge.evidence.items import Erased, Item, Signed, entry_of, item_faults, rows_of, was
from stargauge.evidence.kept import INDEX as INDEX
from stargauge.evidence.kept import Kept
from stargauge.evidence.keys import KeyFolder, read_signed
from stargauge.evidence.log import leaf as manifests
from stargauge.evidence.log.checkpoint import Checkpoint
from stargauge.evidence.log.leaf import Leaf
from stargauge.evidence.log.merkle import tree_root
from stargauge.evidence.log.note import Signer, Verifier, expect_name, parted
from stargauge.evidence.log.tiles import Edge
from stargauge.evidence.recovery import apart, no_key, recovered
from stargauge.evidence.store import Index, PayloadRow, SqliteIndex
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

Clock = Callable[[], datetime]
#: A last entry that is further ahead of the clock than this is told.
_AHEAD = timedelta(days=1)


class Workspace(Kept):
    """An archive in a folder. Open it for writing in one process at a time; any number may read."""

    def __init__(self, folder: Path, index: Index, origin: str, lock: WriterLock | None, clock: Clock) -> None:
        super().__init__(folder, index, origin)
        #: What opening found cut off and completed.
        self.notes: list[str] = []
        self._lock = lock
        self._clock = clock
        self._last = datetime.min.replace(tzinfo=UTC)

    # --- making, opening, closing -----------------------------------------------------------------------------------------------------

    @classmethod
    def init(cls, folder: str | os.PathLike[str], name: str | None = None, clock: Clock = now) -> Workspace:
        """Make a workspace in a new or empty folder. `name`: what its log is called in every checkpoint (default: one made up)."""
        path = Path(folder)
        name = f"stargauge-evidence/{os.urandom(6).hex()}" if name is None else name
        expect_name(name)
        if path.is_file() or (path.is_dir() and not _unfinished(path)):
            text = say(
                "holds a workspace already; choose another place, or leave out `init`"
                if (path / INDEX).is_file()
                else "is not an empty folder; choose another place, or leave out `init`"
            )
            raise InputError(Fault(text, file=str(path)))
        make_folder(path / "log")
        for part in ("spare", "blobs/sha256"):
            make_folder(path / part, private.FOLDER)
        lock = WriterLock(path / "lock")
        index = SqliteIndex(path / INDEX, write=True)
        private.closed(path, INDEX)
        made = cls(path, index, name, lock, clock)
        try:
            index.set("origin", name)
            signer = Signer.new(name)
            made.keys.add(signer)
            made._commit([Item("key", name, {"public_key": signer.verifier.text})], public_key=signer.verifier)
            sync_folder(path)
        except BaseException:
            made.close()
            raise
        return made

    @classmethod
    def open(cls, folder: str | os.PathLike[str], write: bool = True, clock: Clock = now, recompute: bool = False) -> Workspace:
        """Open a workspace; for writing, what was cut off is completed first. Raises InputError where log and entries do not agree."""
        path = Path(folder)
        if not (path / INDEX).is_file():
            raise InputError(
                Fault(say("no evidence is kept here; make it so with `stargauge evidence init {path}`", path=path), file=str(path))
            )
        lock = WriterLock(path / "lock") if write else None
        index: SqliteIndex | None = None
        try:
            index = SqliteIndex(path / INDEX, write)
            origin = index.setting("origin")
            if origin is None or not index.size():
                raise InputError(Fault(say("making this workspace was cut off; run `stargauge evidence init` on it again"), file=str(path)))
            made = cls(path, index, origin, lock, clock)
            if lock is not None:
                make_folder(path / "spare", private.FOLDER)
                made.notes += private.closed(path, INDEX)
                made._recover(lock.cut_off or recompute)
            return made
        except BaseException:
            if index is not None:
                index.close()
            if lock is not None:
                lock.release(in_order=not lock.cut_off)
            raise

    def close(self) -> None:
        """Let go of the folder."""
        with self._turn:
            done = False
            try:
                if self._lock is not None:
                    self.log.tidy()
                    done = self.log.edge.size == self._index.size()
            finally:
                self._index.close()
                if self._lock is not None:
                    self._lock.release(in_order=done)
                    self._lock = None

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # --- adding -----------------------------------------------------------------------------------------------------------------------

    def add(self, kind: Kind, target: str, about: Mapping[str, Any], payloads: Mapping[str, bytes] | None = None) -> Entry:
        """A new entry, durable and under a signed checkpoint when this returns. Raises InputError for what cannot be kept."""
        return self.add_many([Item(kind, target, about, payloads or {})])[0]

    def add_many(self, items: Iterable[Item]) -> list[Entry]:
        """New entries under one checkpoint, all or none of them. Raises InputError with every fault of every item."""
        given = list(items)
        faults = [fault for place, item in enumerate(given) for fault in item_faults(item, f"[{place}] " if len(given) > 1 else "")]
        made_otherwise = {"key": "rotate_key", "erasure": "erase"}
        faults += [
            Fault(say("an entry of this kind is made by `{made_otherwise}`", made_otherwise=made_otherwise[kind]), "kind")
            for kind in {item.kind for item in given} & set(made_otherwise)
        ]
        if faults:
            raise InputError(faults)
        return self._commit(given) if given else []

    def heartbeat(self, about: Mapping[str, Any], target: str | None = None) -> Entry:
        """An entry that says what was due and what ran, so that silence shows."""
        return self.add("heartbeat", target or self.origin, about)

    def erase(self, entry: Entry, ground: str, names: Sequence[str] | None = None, about: bool = False) -> Entry:
        """Delete payloads (default: all) and their salts, and if asked for what the entry says; the entry and its proof stay.

        What was deleted, when and on what ground becomes an entry of its own. Raises InputError where there is nothing to delete.
        """
        row, parts = self.row(entry.index)
        held = {part.name: part for part in parts}
        chosen = [name for name in held if held[name].sha256] if names is None else list(dict.fromkeys(names))
        faults = [
            Fault(
                say(
                    '{id} has no payload "{name}"{near} (it has: {held})',
                    id=entry.id,
                    name=name,
                    near=did_you_mean(name, held),
                    held=", ".join(held) or say("none", "payloads"),
                )
            )
            for name in chosen
            if name not in held
        ]
        faults += [
            Fault(say('the payload "{name}" of {id} was erased before', name=name, id=entry.id))
            for name in chosen
            if name in held and not held[name].sha256
        ]
        if not ground.strip():
            faults.append(Fault(say("say on what ground: it stays in the records")))
        if not chosen and not (about and row.about_salt):
            faults.append(Fault(say("{id} holds nothing that could be erased", id=entry.id)))
        if faults:
            raise InputError(faults)
        before = self.erasure_of(entry)
        mark = was(row.kind, json.loads(row.about), before.about.get("was") if before else None)
        told = {"entry": entry.id, "ground": ground, "payloads": chosen, "about": about, "was": mark}
        item = Item("erasure", row.target, told)
        if wrong := item_faults(item):
            raise InputError(wrong)
        return self._commit([item], erases=Erased(entry.index, chosen, about))[0]

    def rotate_key(self) -> Entry:
        """Sign with a new key from here on. The checkpoint that covers the change bears both signatures; the old private key is deleted."""
        with self._turn:
            self._expect_writer()
            old = self.verifiers()[-1]
            signer = Signer.new(self.origin)
            self.keys.add(signer)
            told = {"public_key": signer.verifier.text, "replaces": old.text}
            return self._commit([Item("key", self.origin, told)], public_key=signer.verifier)[0]

    def cosign(self, key: Path) -> str:
        """Add the signature of a second key to the checkpoint; it signs only what continues what it signed before. The note.

        What it signed last stands beside its file, as `FILE.signed`.
        """
        with self._turn:
            self._expect_writer()
            if not key.is_file():
                raise InputError(Fault(say("no such key file"), file=str(key)))
            signer = Signer.of(key.read_text(encoding="utf-8", errors="replace"), str(key))
            made, note = self.checkpoint()
            beside = key.with_name(f"{key.name}.signed")
            if (before := read_signed(beside, self.origin)) is not None:
                self._expect_continues(before, made.size, str(beside))
            if any((one.name, one.id) == (signer.name, signer.verifier.id) for one in parted(note)[1]):
                return note
            KeyFolder(key.parent, key.parent).remember(made, beside.name)
            self.log.write_checkpoint(note + signer.line(made.text))
            return note + signer.line(made.text)

    # --- how ------------------------------------------------------------------------------------------------------------------------------

    def _expect_writer(self) -> None:
        if self._lock is None:
            raise InputError(Fault(say("opened for reading only"), file=str(self.folder)))

    def _commit(
        self, items: Sequence[Item], erases: Erased | None = None, public_key: Verifier | None = None
    ) -> list[Entry]:  # fmt: skip
        """Keep entries, then publish them."""
        with self._turn:
            self._expect_writer()
            key = public_key if public_key and not len(self) else self.verifiers()[-1]
            new_key = public_key.text if public_key else None
            at = Signed(len(self), self._clock().astimezone(UTC), self._last, key.id.hex(), new_key, erases.entry if erases else None)
            digests = iter(self._kept_payloads(items))
            rows, parts = rows_of(items, digests, self._index.last_of, at)
            if erases:
                self._index.append_erasure(rows[0], *erases)
                self._delete_erased()
            else:
                self._index.append(rows, parts)
            self._last = manifests.time_of(rows[-1].time)
            try:
                self._publish([row.leaf.encode() for row in rows])
            except OSError as error:
                first, last = rows[0], rows[-1]
                names = say("entry {id}", id=first.id) if first is last else say("entries {first} to {last}", first=first.id, last=last.id)
                raise InputError(
                    Fault(
                        say(
                            "{names} kept, but the log could not be written: {strerror}. Once there is room and access, "
                            "the next command that writes completes it; do not add them again",
                            names=names,
                            strerror=problem(error),
                        ),
                        file=str(error.filename or self.log.folder),
                    )
                ) from None
            held: dict[int, list[PayloadRow]] = {row.id: [] for row in rows}
            for part in parts:
                held[part.entry].append(part)
            return [entry_of(row, held[row.id]) for row in rows]

    def _kept_payloads(self, items: Sequence[Item]) -> list[str]:
        """Payloads as files; their hashes, by item and name in order."""
        try:
            return self.blobs.put(item.payloads[name] for item in items for name in sorted(item.payloads))
        except OSError as error:
            raise InputError(
                Fault(
                    say("a payload could not be kept: {strerror}; nothing was added", strerror=problem(error)),
                    file=str(error.filename or self.folder),
                )
            ) from None

    def _publish(self, leaves: Sequence[bytes]) -> None:
        """Write the log up to the last entry and sign it."""
        size, since = len(self), self.log.edge.size
        file = str(self.keys.folder / "signed")
        before = self.keys.last_signed(self.origin)
        known = self.verifiers()
        signers = [signer for key in reversed(known) if (signer := self.keys.signer(key))]
        if not signers or signers[0].verifier != known[-1]:
            raise InputError(no_key(self.keys, known[-1]))
        fresh = leaves if since + len(leaves) == size else (text.encode() for text in self._index.leaves(since, size))
        if before is not None and before.size == since:  # the log goes on where it was signed last: that it is the same is known at once
            if before.root != self.log.edge.root:
                raise InputError(apart(before, size, file))
            self._go_on(fresh, signers)
            if len(signers) == 1 and since < size:
                self.log.tidy_at_times()
                return
        else:
            self.log.write(fresh)
            if before is not None:
                self._expect_continues(before, size, file)
            self.keys.remember(Checkpoint(self.origin, size, self.log.edge.root))
        note = Checkpoint(self.origin, size, self.log.edge.root).signed(signers)
        for index in self._changes_by([signer.verifier for signer in signers[:-1]]):
            self.keys.keep_change(index, note, signers[0].verifier)
        self.log.write_checkpoint(note)
        for signer in signers[1:]:
            self.keys.remove(signer.verifier)
        self.log.tidy_at_times()

    def _go_on(self, fresh: Iterable[bytes], signers: Sequence[Signer]) -> None:
        """Write the log on from where it was signed last, with it what is about to be signed; where no key changes, then that, signed."""

        def reached(edge: Edge) -> Checkpoint:
            return Checkpoint(self.origin, edge.size, edge.root)

        note = (lambda edge: reached(edge).signed(signers)) if len(signers) == 1 else None
        self.log.write(fresh, lambda edge: self.keys.to_remember(reached(edge)), note)

    def _changes_by(self, keys: Sequence[Verifier]) -> list[int]:
        """The entries that announce these keys in place of others."""
        texts = {key.text for key in keys}
        return [row.id for row, _ in self._index.rows("key", start=1) if Leaf.of(row.leaf).public_key in texts] if texts else []

    def _expect_continues(self, before: Checkpoint, size: int, file: str) -> None:
        """Never sign what does not continue what was signed."""
        if before.size > size or tree_root(before.size, self.log.reader(size).node) != before.root:
            raise InputError(apart(before, size, file))

    def _delete_erased(self) -> None:
        gone = self._index.deleting()
        for digest in gone:
            self.blobs.remove(digest)
        self._index.deleted(gone)

    def _recover(self, whole: bool) -> None:
        """Check the log against the entries and complete what was cut off."""
        size = len(self)
        done, mended = recovered(self._index, self.log, self.keys, self.origin, self.verifiers(), whole)
        for path in sorted((self.folder / "spare").glob("*")):
            path.unlink(missing_ok=True)
        self._delete_erased()
        self.keys.discard_unannounced(self.origin, self.verifiers())
        if mended:
            what = ", ".join(mended[:3]) + (say(" and {count} more", count=len(mended) - 3) if len(mended) > 3 else "")
            self.notes.append(say("files of the log were missing or damaged and were written again from the entries: {what}", what=what))
        self._last = manifests.time_of(next(self._index.rows(start=size - 1))[0].time)
        now = self._clock().astimezone(UTC)
        if self._last - now > _AHEAD:
            self.notes.append(
                say(
                    "the last entry bears {last:%Y-%m-%d %H:%M} UTC, and our clock shows {now:%Y-%m-%d %H:%M}: "
                    "it was ahead then, or is behind now. What is added now bears that time again, and says what "
                    "the clock shows",
                    last=self._last,
                    now=now,
                )
            )
        retired = {key.id.hex() for key in self.verifiers()[:-1]} & set(self.keys.private())
        if done < size or self.keys.last_signed(self.origin) is None or retired:
            if done < size:
                self.notes.append(say("an append was cut off; entries {done} to {size} were published now", done=done, size=size - 1))
            self._publish([])
        if whole:
            self.log.tidy(since=0)


def _unfinished(folder: Path) -> bool:
    """Whether nothing is kept in a folder: it is empty, or making a workspace in it was cut off."""
    names = {path.name for path in folder.iterdir()} - {"lock", "spare", "log", "blobs", "keys"}
    if names - {INDEX, f"{INDEX}-wal", f"{INDEX}-shm"}:
        return False
    if not (folder / INDEX).is_file():
        return True
    index = SqliteIndex(folder / INDEX, write=True)
    try:
        return not index.size()
    finally:
        index.close()
