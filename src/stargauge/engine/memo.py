"""A bounded store of values by content: what-if asks again, only what differs is computed."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

Key = tuple[str, int, int, int]


class Memo:
    """Values by (content key, seed, first block, blocks). Those used longest ago leave first; nothing is ever invalidated.

    `closed`: nothing more is taken in, so that what is asked once pushes out nothing of what is asked again. `names`: the quantities whose
    values are taken in (None: all). `below`: another store that is looked into first and never written to. Sent to another process it
    arrives empty; a forked one has all of it.
    """

    def __init__(self, limit: int = 256 * 2**20, names: frozenset[str] | None = None, below: Memo | None = None) -> None:
        self.limit = limit
        self.bytes = 0
        self.closed = False
        self.names = names
        self.below = below
        self._held: OrderedDict[Key, Any] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._held)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Memo, (self.limit, self.names))

    def takes(self, name: str) -> bool:
        """Whether values of a quantity are taken in."""
        return self.names is None or name in self.names

    def get(self, key: Key) -> Any:
        """The value of a key, or None."""
        if self.below is not None and (found := self.below.get(key)) is not None:
            return found
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: Key, value: Any) -> None:
        """Hold a value, and let older ones go until all fit."""
        size = size_of(value)
        if self.closed or size > self.limit:
            return
        with self._lock:
            if key not in self._held:
                self._held[key] = value
                self.bytes += size
            while self.bytes > self.limit:
                _, gone = self._held.popitem(last=False)
                self.bytes -= size_of(gone)


def size_of(value: Any) -> int:
    """Bytes of an array, or of the arrays of a tuple."""
    return sum(size_of(part) for part in value) if isinstance(value, tuple) else int(value.nbytes)
