"""How far a run is, on the terminal."""

from __future__ import annotations

import sys
import time

from stargauge.quantity.spoken import say


def written_over(text: str, last: bool) -> None:
    """A line on stderr that the next one is written over, only on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{text}", end="\n" if last else "", file=sys.stderr, flush=True)


class _Progress:
    """A line on stderr with blocks done and time left, only on a terminal and only for what takes long."""

    def __init__(self) -> None:
        self._done, self._since = 0, (0, 0.0)

    def __call__(self, done: int, blocks: int) -> None:
        """Tell it that so many blocks are done."""
        now = time.monotonic()
        if done <= self._done or not self._done:  # another run: its rate is told by what follows
            self._since = (done, now)
        first, began = self._since
        self._done = 0 if done == blocks else done
        if blocks >= 40:
            told = say("{done:,} of {blocks:,} blocks", done=done, blocks=blocks)
            if done > first:
                left = _lasting((blocks - done) * (now - began) / (done - first))
                told = say("{done:,} of {blocks:,} blocks, {time} left", done=done, blocks=blocks, time=left)
            written_over(f"{told}\x1b[K", done == blocks)


def _lasting(seconds: float) -> str:
    """A time to wait, in seconds, minutes or hours."""
    size, unit = next(((size, unit) for size, unit in ((3600.0, "h"), (60.0, "min")) if seconds >= 2 * size), (1.0, "s"))
    return f"{seconds / size:.0f} {unit}"


#: Of a run on this terminal.
progress = _Progress()
