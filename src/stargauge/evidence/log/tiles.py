"""The files of a log (C2SP tlog-tiles): hash tiles and bundles of entries, 256 wide, and the nodes of the tree read from them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from stargauge.evidence.log.merkle import EMPTY_ROOT, HASH_SIZE, ProofError, folded, halved
from stargauge.quantity.errors import InputError, counted
from stargauge.quantity.spoken import say

WIDTH = 256
#: The length of an entry is written in 16 bits.
MOST_BYTES = 65_535
#: How many tiles a reader keeps in memory.
_KEPT = 1024


def _numbered(index: int, width: int) -> str:
    """The index of a tile as a path: groups of three digits, all but the last marked; a tile that is not full says how wide it is."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups)) + (f".p/{width}" if width < WIDTH else "")


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Where a hash tile lies."""
    if not (0 <= level < 64 and index >= 0 and 1 <= width <= WIDTH):
        raise ValueError(say("no such tile: level {level}, index {index}, width {width}", level=level, index=index, width=width))
    return f"tile/{level}/{_numbered(index, width)}"


def bundle_path(index: int, width: int = WIDTH) -> str:
    """Where a bundle of entries lies."""
    if not (index >= 0 and 1 <= width <= WIDTH):
        raise ValueError(say("no such bundle: index {index}, width {width}", index=index, width=width))
    return f"tile/entries/{_numbered(index, width)}"


def width_of(level: int, index: int, size: int) -> int:
    """How many hashes a tile holds in a log of that size; zero where it does not exist yet."""
    return max(0, min(WIDTH, (size >> (8 * level)) - index * WIDTH))


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries in one file: each after its length. Raises InputError for one that is longer than its length can say."""
    entries = list(entries)
    if longest := max((len(entry) for entry in entries if len(entry) > MOST_BYTES), default=0):
        raise InputError(
            say("an entry of the log has {longest:,} bytes; expected at most {most_bytes:,}", longest=longest, most_bytes=MOST_BYTES)
        )
    return b"".join(chain.from_iterable((len(entry).to_bytes(2, "big"), entry) for entry in entries))


def entries_of(raw: bytes, what: str = say("the bundle")) -> list[bytes]:
    """The entries of a bundle. Raises ProofError where it breaks off."""
    entries: list[bytes] = []
    place = 0
    while place < len(raw):
        start = place + 2
        place = start + int.from_bytes(raw[place:start], "big")
        if start > len(raw) or place > len(raw):
            raise ProofError(say("{what} breaks off within entry {entries}", what=what, entries=len(entries)))
        entries.append(raw[start:place])
    return entries


def hashes_of(raw: bytes, width: int, what: str = say("the tile")) -> list[bytes]:
    """The hashes of a tile. Raises ProofError where it is not as long as it should be."""
    if len(raw) != width * HASH_SIZE:
        raise ProofError(say("{what} has {raw:,} bytes; expected {width:,}", what=what, raw=len(raw), width=width * HASH_SIZE))
    return [raw[place : place + HASH_SIZE] for place in range(0, len(raw), HASH_SIZE)]


class TileReader:
    """The nodes of the tree of a log of one size, read from its tiles; `read` gives a file by its path."""

    def __init__(self, size: int, read: Callable[[str], bytes]) -> None:
        self.size = size
        self._read = read
        self._kept: OrderedDict[tuple[int, int, int], list[list[bytes]]] = OrderedDict()

    def node(self, level: int, index: int) -> bytes:
        """The hash of a node: from the tile that holds it or what lies below it."""
        height = level % 8
        first = index << height
        tile, place = divmod(first, WIDTH)
        levels = self._levels(level // 8, tile)
        return levels[height][place >> height]

    def _levels(self, level: int, index: int) -> list[list[bytes]]:
        """The hashes of a tile, and those of the levels above up to the next tile's."""
        width = width_of(level, index, self.size)
        if (level, index, width) in self._kept:
            self._kept.move_to_end((level, index, width))
            return self._kept[level, index, width]
        if not width:
            raise ProofError(
                say(
                    "a log of {entries} has no tile {index} on level {level}",
                    entries=counted(self.size, "entry", "entries"),
                    index=index,
                    level=level,
                )
            )
        levels = [self.hashes(level, index, width)]
        for _ in range(7):
            levels.append(halved(levels[-1]))
        self._kept[level, index, width] = levels
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return levels

    def hashes(self, level: int, index: int, width: int) -> list[bytes]:
        """The hashes of a tile; the first ones of the full tile where the narrower one is gone."""
        path = tile_path(level, index, width)
        try:
            return hashes_of(self._read(path), width, path)
        except FileNotFoundError:
            if width == WIDTH:
                raise
        full = tile_path(level, index)
        return hashes_of(self._read(full), WIDTH, full)[:width]


class Edge:
    """The right edge of a growing tree: on each tile level the hashes of the tile that is not full yet."""

    def __init__(self, size: int = 0, levels: Iterable[Sequence[bytes]] = ()) -> None:
        self.size = size
        self.levels: list[list[bytes]] = [list(one) for one in levels]

    @classmethod
    def read(cls, reader: TileReader) -> Edge:
        """The edge of a log from its tiles."""
        levels, level = [], 0
        while reader.size >> (8 * level):
            index, width = divmod(reader.size >> (8 * level), WIDTH)
            levels.append(reader.hashes(level, index, width) if width else [])
            level += 1
        return cls(reader.size, levels)

    def copy(self) -> Edge:
        """One that grows on its own."""
        return Edge(self.size, self.levels)

    def append(self, hashes: Sequence[bytes]) -> Iterator[tuple[int, int, list[bytes]]]:
        """Grow by leaf hashes; level, index and hashes of each tile that became full."""
        place = 0
        while place < len(hashes):
            if not self.levels:
                self.levels.append([])
            room = WIDTH - len(self.levels[0])
            part = hashes[place : place + room]
            self.levels[0].extend(part)
            self.size += len(part)
            place += len(part)
            yield from self._carried(0)

    def _carried(self, level: int) -> Iterator[tuple[int, int, list[bytes]]]:
        while len(self.levels[level]) == WIDTH:
            full, self.levels[level] = self.levels[level], []
            yield level, (self.size >> (8 * level)) // WIDTH - 1, full
            top = full
            while len(top) > 1:
                top = halved(top)
            level += 1
            if level == len(self.levels):
                self.levels.append([])
            self.levels[level].append(top[0])

    def partial(self) -> Iterator[tuple[int, int, list[bytes]]]:
        """Level, index and hashes of each tile that is not full."""
        for level, hashes in enumerate(self.levels):
            if hashes:
                yield level, (self.size >> (8 * level)) // WIDTH, hashes

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        root: bytes | None = None
        for hashes in self.levels:
            root = folded(root, hashes)
        return root or EMPTY_ROOT
