"""Where entries and payloads lie: an index of entries in SQLite, and payloads as files named by their hash.

`Index` is all that the workspace asks of an index; another database can stand in for SQLite beside the same files. Its tables are plain:
the file opens with `sqlite3` or Datasette.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol

from stargauge.evidence import private
from stargauge.evidence.durable import write_files
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

_PAGE = 1000
#: Values in one question: SQLite takes 999 in every build.
_ASKED = 500
_TABLES = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, target TEXT NOT NULL, time TEXT NOT NULL, about TEXT NOT NULL,
  leaf TEXT NOT NULL, target_salt TEXT NOT NULL, about_salt TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS entry_by_target ON entry (target, id);
CREATE INDEX IF NOT EXISTS entry_by_kind ON entry (kind, id);
CREATE TABLE IF NOT EXISTS payload (
  entry INTEGER NOT NULL REFERENCES entry (id), name TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, salt TEXT NOT NULL,
  PRIMARY KEY (entry, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS payload_by_hash ON payload (sha256) WHERE sha256 <> '';
CREATE TABLE IF NOT EXISTS deleting (sha256 TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class EntryRow(NamedTuple):
    """An entry as it is kept; salts in hex, empty once what they belong to was erased."""

    id: int
    kind: str
    target: str
    time: str
    about: str
    leaf: str
    target_salt: str
    about_salt: str


class PayloadRow(NamedTuple):
    """A payload of an entry; hash and salt in hex, empty once it was erased."""

    entry: int
    name: str
    sha256: str
    size: int
    salt: str


class Index(Protocol):
    """What the workspace asks of an index of entries. Everything is durable when a call returns, or did not happen."""

    def size(self) -> int:
        """How many entries there are: their ids run from 0 on without a gap."""
        ...

    def setting(self, name: str) -> str | None:
        """A setting."""
        ...

    def set(self, name: str, value: str) -> None:
        """Keep a setting."""
        ...

    def append(self, entries: Sequence[EntryRow], payloads: Sequence[PayloadRow]) -> None:
        """Add entries and their payloads, all or none."""
        ...

    def append_erasure(
        self, entry: EntryRow, erased: int, names: Sequence[str], about: bool, payloads: Sequence[PayloadRow] = ()
    ) -> None:  # fmt: skip
        """Add an entry and, together with it, forget hash and salt of payloads of another (and what it says)."""
        ...

    def leaves(self, start: int, end: int) -> Iterator[str]:
        """The manifests of the entries from start to end, in order."""
        ...

    def rows(
        self, kind: str | None = None, target: str | None = None, start: int = 0, end: int | None = None
    ) -> Iterator[tuple[EntryRow, list[PayloadRow]]]:  # fmt: skip
        """Entries with their payloads, in order."""
        ...

    def last_of(self, targets: Sequence[str]) -> dict[str, int]:
        """The last entry of each of some targets that has one."""
        ...

    def removed(self) -> int:
        """How many entries are missing of as many as `size` says."""
        ...

    def erasure_of(self, entry: int, target: str) -> int | None:
        """The last entry that tells of something erased from an entry of that target."""
        ...

    def sharing(self, digest: str) -> list[int]:
        """The entries that hold the payload with that hash."""
        ...

    def deleting(self) -> list[str]:
        """Hashes of payloads that no entry holds any more and that may still lie as files."""
        ...

    def deleted(self, digests: Sequence[str]) -> None:
        """That such files are gone; nothing of what was erased is left in the index after this."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class SqliteIndex:
    """The index in one SQLite file: write-ahead log, every commit synced, what is deleted overwritten."""

    def __init__(self, path: Path, write: bool) -> None:
        self._path = path
        if write:
            private.private_file(path)
        try:
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30.0)
            if write:
                self._base.execute("PRAGMA journal_mode = WAL")
                self._base.execute("PRAGMA synchronous = FULL")
                self._base.execute("PRAGMA secure_delete = ON")
                self._base.executescript(_TABLES)
            else:
                self._base.execute("PRAGMA query_only = ON")
                self._base.execute("SELECT count(*) FROM setting")
        except sqlite3.Error as error:
            raise self._fault(error) from None

    def _fault(self, error: sqlite3.Error, then: str = "") -> InputError:
        return InputError(Fault(say("the index cannot be used: {error}{then}", error=problem(error), then=then), file=str(self._path)))

    def _changed(self, statements: Iterable[tuple[str, Sequence[Sequence[object]]]]) -> None:
        """Run statements in one transaction."""
        try:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                for statement, values in statements:
                    self._base.executemany(statement, values)
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise self._fault(error, say("; nothing was added")) from None

    def _asked(self, question: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        try:
            return self._base.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise self._fault(error) from None

    def size(self) -> int:
        """How many entries there are."""
        ((last,),) = self._asked("SELECT max(id) FROM entry")
        return 0 if last is None else int(last) + 1

    def setting(self, name: str) -> str | None:
        """A setting."""
        found = self._asked("SELECT value FROM setting WHERE name = ?", name)
        return str(found[0][0]) if found else None

    def set(self, name: str, value: str) -> None:
        """Keep a setting."""
        self._changed([("INSERT OR REPLACE INTO setting VALUES (?, ?)", [(name, value)])])

    def append(self, entries: Sequence[EntryRow], payloads: Sequence[PayloadRow]) -> None:
        """Add entries and their payloads, all or none."""
        self._changed(_added(entries, payloads))

    def append_erasure(
        self, entry: EntryRow, erased: int, names: Sequence[str], about: bool, payloads: Sequence[PayloadRow] = ()
    ) -> None:  # fmt: skip
        """Add an entry and, together with it, forget hash and salt of payloads of another (and what it says)."""
        parts = [(erased, name) for name in names]
        held = "SELECT sha256 FROM payload WHERE entry = ? AND name = ? AND sha256 <> ''"
        self._changed(
            [
                *_added([entry], payloads),
                (f"INSERT OR IGNORE INTO deleting {held}", parts),
                ("UPDATE payload SET sha256 = '', salt = '' WHERE entry = ? AND name = ?", parts),
                ("UPDATE entry SET about = '{}', about_salt = '' WHERE id = ?", [(erased,)] if about else []),
                ("DELETE FROM deleting WHERE sha256 IN (SELECT sha256 FROM payload)", [()]),  # another entry still holds it
            ]
        )

    def leaves(self, start: int, end: int) -> Iterator[str]:
        """The manifests of the entries from start to end, in order."""
        for page in range(start, end, _PAGE):
            for (leaf,) in self._asked("SELECT leaf FROM entry WHERE id >= ? AND id < ? ORDER BY id", page, min(end, page + _PAGE)):
                yield leaf

    def rows(
        self, kind: str | None = None, target: str | None = None, start: int = 0, end: int | None = None
    ) -> Iterator[tuple[EntryRow, list[PayloadRow]]]:  # fmt: skip
        """Entries with their payloads, in order, a page at a time: entries may be added meanwhile."""
        asked: Mapping[str, object] = {"kind = ?": kind, "target = ?": target, "id < ?": end}
        given = {text: value for text, value in asked.items() if value is not None}
        where = " AND ".join(["id >= ?", *given])
        while True:
            found = self._asked(f"SELECT * FROM entry WHERE {where} ORDER BY id LIMIT {_PAGE}", start, *given.values())  # noqa: S608 - names of columns of ours
            entries = [*map(EntryRow._make, found)]
            if not entries:
                return
            yield from zip(entries, self._payloads(entries), strict=True)
            start = entries[-1].id + 1

    def _payloads(self, entries: Sequence[EntryRow]) -> list[list[PayloadRow]]:
        held: dict[int, list[PayloadRow]] = {one.id: [] for one in entries}
        dense = entries[-1].id - entries[0].id < 4 * len(entries)
        for row in (
            self._asked("SELECT * FROM payload WHERE entry BETWEEN ? AND ? ORDER BY entry, name", entries[0].id, entries[-1].id)
            if dense
            else [row for one in entries for row in self._asked("SELECT * FROM payload WHERE entry = ? ORDER BY name", one.id)]
        ):
            part = PayloadRow(*row)
            if part.entry in held:
                held[part.entry].append(part)
        return list(held.values())

    def last_of(self, targets: Sequence[str]) -> dict[str, int]:
        """The last entry of each of some targets that has one."""
        out = dict[str, int]()
        for page in range(0, len(targets), _ASKED):
            part = targets[page : page + _ASKED]
            marks = ",".join("?" * len(part))
            out |= self._asked(f"SELECT target, max(id) FROM entry WHERE target IN ({marks}) GROUP BY target", *part)  # noqa: S608 - marks alone
        return out

    def removed(self) -> int:
        """How many entries are missing of as many as `size` says."""
        ((missing,),) = self._asked("SELECT coalesce(max(id), -1) + 1 - count(*) FROM entry")
        return int(missing)

    def erasure_of(self, entry: int, target: str) -> int | None:
        """The last entry that tells of something erased from an entry of that target."""
        told = f'"erases":{int(entry)},'
        question = "SELECT max(id) FROM entry WHERE target = ? AND id > ? AND kind = 'erasure' AND instr(leaf, ?) > 0"
        ((last,),) = self._asked(question, target, entry, told)
        return None if last is None else int(last)

    def sharing(self, digest: str) -> list[int]:
        """The entries that hold the payload with that hash."""
        return [int(one) for (one,) in self._asked("SELECT DISTINCT entry FROM payload WHERE sha256 = ? ORDER BY entry", digest)]

    def deleting(self) -> list[str]:
        """Hashes of payloads that no entry holds any more and that may still lie as files."""
        return [str(one) for (one,) in self._asked("SELECT sha256 FROM deleting")]

    def deleted(self, digests: Sequence[str]) -> None:
        """That such files are gone; nothing of what was erased is left in the index after this."""
        if digests:
            self._changed([("DELETE FROM deleting WHERE sha256 = ?", [(digest,) for digest in digests])])
        self._asked("PRAGMA wal_checkpoint(TRUNCATE)")  # what was overwritten in the file still stands in the write-ahead log before this

    def close(self) -> None:
        """Let go."""
        self._base.close()


def _added(entries: Sequence[EntryRow], payloads: Sequence[PayloadRow]) -> list[tuple[str, Sequence[Sequence[object]]]]:
    revived = [(one.sha256,) for one in payloads]
    return [
        ("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", entries),
        ("INSERT INTO payload VALUES (?, ?, ?, ?, ?)", payloads),
        ("DELETE FROM deleting WHERE sha256 = ?", revived),
    ]


class Blobs:
    """Payloads as files that are written once, named by their SHA-256."""

    def __init__(self, folder: Path, spare: Path) -> None:
        self._folder = folder
        self._spare = spare

    def path(self, digest: str) -> Path:
        """Where the payload with that hash lies."""
        return self._folder / digest[:2] / digest[2:4] / digest

    def put(self, contents: Iterable[bytes]) -> list[str]:
        """Keep contents; their hashes."""
        digests, missing = [], {}
        for content in contents:
            digest = sha256(content).hexdigest()
            digests.append(digest)
            try:
                there = self.path(digest).stat().st_size == len(content)
            except FileNotFoundError:
                there = False
            if not there:
                missing[f"{digest[:2]}/{digest[2:4]}/{digest}"] = content
        if missing:
            write_files(self._folder, missing, self._spare, mode=private.FILE)
        return digests

    def get(self, digest: str) -> bytes | None:
        """A payload; None where it is missing or is not what its name says."""
        try:
            content = self.path(digest).read_bytes()
        except FileNotFoundError:
            return None
        return content if sha256(content).hexdigest() == digest else None

    def remove(self, digest: str) -> None:
        """Delete a payload."""
        self.path(digest).unlink(missing_ok=True)

    def all(self) -> Iterator[str]:
        """The hashes that files are named by."""
        for path in sorted(self._folder.glob("??/??/*")):
            yield path.name
