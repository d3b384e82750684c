"""A log as files: tiles and bundles are written for entries that are kept already, the checkpoint last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import islice
from pathlib import Path

from stargauge.evidence.durable import write_files
from stargauge.evidence.log.merkle import EMPTY_ROOT, leaf_hash
from stargauge.evidence.log.tiles import WIDTH, Edge, TileReader, bundle, bundle_path, entries_of, tile_path, width_of

CHECKPOINT = "checkpoint"
#: How many entries are written at a time.
_PART = 64 * WIDTH
#: After how many checkpoints files that are not needed any more are deleted.
_TIDIED = 64


class LogFolder:
    """The files of one log. `edge` is how far tiles were written."""

    def __init__(self, folder: Path, spare: Path) -> None:
        self.folder = folder
        self._spare = spare
        self.edge = Edge()
        self._tail: list[bytes] = []
        self._reader = TileReader(0, self.read)
        self._tidied = 0
        self._untidy = 0

    def read(self, path: str) -> bytes:
        """A file by its path."""
        return (self.folder / path).read_bytes()

    def reader(self, size: int) -> TileReader:
        """The nodes of the tree of that size; what was read before is kept."""
        self._reader.size = size
        return self._reader

    def checkpoint(self) -> str | None:
        """The note of the checkpoint, where there is one."""
        try:
            return self.read(CHECKPOINT).decode("utf-8", errors="replace")
        except FileNotFoundError:
            return None

    def write_checkpoint(self, note: str) -> None:
        """Replace the checkpoint."""
        write_files(self.folder, {CHECKPOINT: note.encode()}, self._spare)

    def start_at(self, edge: Edge, tail: Iterable[bytes]) -> None:
        """Go on from here: the edge of the tree, and the entries of the bundle that is not full."""
        self.edge, self._tail = edge, list(tail)
        self._tidied = edge.size

    def write(
        self, entries: Iterable[bytes], beside: Callable[[Edge], Mapping[Path, bytes]] = lambda edge: {},
        note: Callable[[Edge], str] | None = None,
    ) -> None:  # fmt: skip
        """Write the tiles and bundles of further entries, and files that follow from the edge of the log with the last of them.

        `note`: of the checkpoint at that edge, which takes its place once all of these are there. What is written before it fails is
        written again the next time.
        """
        part: list[bytes] = []
        for entry in entries:
            part.append(entry)
            if len(part) == _PART:
                self._write(part, beside, note)
                part = []
        if part:
            self._write(part, beside, note)

    def _write(
        self, entries: list[bytes], beside: Callable[[Edge], Mapping[Path, bytes]], note: Callable[[Edge], str] | None
    ) -> None:  # fmt: skip
        edge, tail = self.edge.copy(), [*self._tail, *entries]
        since, files = edge.size, {}
        for level, index, hashes in [*edge.append([leaf_hash(entry) for entry in entries]), *edge.partial()]:
            if len(hashes) > width_of(level, index, since):
                files[tile_path(level, index, len(hashes))] = b"".join(hashes)
        first = since // WIDTH
        for place in range(0, len(tail), WIDTH):
            row = tail[place : place + WIDTH]
            files[bundle_path(first + place // WIDTH, len(row))] = bundle(row)
        last = {} if note is None else {self.folder / CHECKPOINT: note(edge).encode()}
        write_files(self.folder, files, self._spare, also=beside(edge), last=last)
        self.edge, self._tail = edge, tail[len(tail) // WIDTH * WIDTH :]

    def mend(self, entries: Iterable[bytes]) -> list[str]:
        """Write what is missing or differs of the files of a log of exactly these entries, and go on from there; the paths written."""
        edge, tail, mended = Edge(), _Tail(), []
        for path, content in files_of(tail.passed(entries), edge):
            if self._content(path) != content:
                mended.append(path)
                write_files(self.folder, {path: content}, self._spare)
        self.start_at(edge, tail.rest)
        return mended

    def _content(self, path: str) -> bytes | None:
        try:
            return self.read(path)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def entries(self, index: int, size: int) -> list[bytes]:
        """The entries of a bundle of a log of that size."""
        width = width_of(0, index, size)
        path = bundle_path(index, width)
        raw = self._content(path)
        if raw is None and width < WIDTH:
            path = bundle_path(index)
            raw = self._content(path)
        if raw is None:
            raise FileNotFoundError(2, "no such bundle", str(self.folder / path))
        return entries_of(raw, path)[:width]

    def tidy_at_times(self) -> None:
        """Tidy up after so many checkpoints: deleting files while others are synced is slow."""
        self._untidy += 1
        if self._untidy >= _TIDIED:
            self.tidy()

    def tidy(self, since: int | None = None) -> None:
        """Delete the narrower forms of tiles and bundles that are full by now: the full one holds all they held.

        `since`: from this size on (default: what became full since this was done last).
        """
        size, since = self.edge.size, self._tidied if since is None else since
        for level in range(8):
            for index in range((since >> (8 * level)) // WIDTH, (size >> (8 * level)) // WIDTH):
                for path in (tile_path(level, index, 1), *([] if level else [bundle_path(index, 1)])):
                    _emptied((self.folder / path).parent)
        self._tidied, self._untidy = size, 0


def _emptied(folder: Path) -> None:
    if folder.is_dir():
        for one in folder.iterdir():
            one.unlink(missing_ok=True)
        folder.rmdir()


class _Tail:
    """The entries that do not fill a bundle, seen while all pass by."""

    def __init__(self) -> None:
        self.rest: list[bytes] = []

    def passed(self, entries: Iterable[bytes]) -> Iterator[bytes]:
        for entry in entries:
            self.rest.append(entry)
            yield entry
            if len(self.rest) == WIDTH:
                self.rest = []


def files_of(entries: Iterable[bytes], edge: Edge, roots: dict[int, bytes] | None = None) -> Iterator[tuple[str, bytes]]:
    """The bundles and tiles that a log of these entries has, by path; `edge` grows with them from empty, `roots` is filled in by size."""
    marks = {} if roots is None else roots
    marks.update({0: EMPTY_ROOT} if 0 in marks else {})
    coming = iter(entries)
    while row := list(islice(coming, WIDTH)):
        hashes = [sha256(b"\x00" + entry).digest() for entry in row]
        for mark in marks:
            if edge.size < mark <= edge.size + len(row):
                marks[mark] = _root_after(edge, hashes[: mark - edge.size])
        yield bundle_path(edge.size // WIDTH, len(row)), bundle(row)
        for level, index, full in edge.append(hashes):
            yield tile_path(level, index), b"".join(full)
    for level, index, part in edge.partial():
        yield tile_path(level, index, len(part)), b"".join(part)


def _root_after(edge: Edge, hashes: list[bytes]) -> bytes:
    grown = edge.copy()
    for _ in grown.append(hashes):
        pass
    return grown.root


def roots_of(entries: Iterable[bytes], sizes: Iterable[int]) -> dict[int, bytes]:
    """The roots of the log of these entries at these sizes; absent where there are fewer entries."""
    roots = dict.fromkeys(sizes, b"")
    for _ in files_of(entries, Edge(), roots):
        pass
    return {size: root for size, root in roots.items() if root}
