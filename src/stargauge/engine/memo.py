"""A bounded store of values by content: what-if asks again, only what differs is computed."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

Key = tuple[str, int, int, int]


class Memo:
    """Values by (content key, seed, first block, blocks). Those used longest ago leave first; nothing is ever invalidated.

    `closed`: nothing more is taken in, so that what is asked once pushes out nothing of what is asked again. Sent to another process it
    arrives empty; a forked one has all of it.
    """

    def __init__(self, limit: int = 256 * 2**20) -> None:
        self.limit = limit
        self.bytes = 0
        self.closed = False
        self._held: OrderedDict[Key, Any] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._held)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Memo, (self.limit,))

    def get(self, key: Key) -> Any:
        """The value of a key, or None."""
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
