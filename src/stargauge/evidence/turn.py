"""Wait for the turn to write: one process writes at a time, and most do so for a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from stargauge.evidence.durable import Busy

Opened = TypeVar("Opened")
#: So long a turn is waited for, and so often it is asked for.
SECONDS, PAUSE = 120.0, 0.1


def in_turn(open_: Callable[[], Opened], seconds: float = SECONDS) -> Opened:
    """What `open_` gives, once nobody else writes. Raises what it raises, where somebody writes also after the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return open_()
        except Busy:
            if time.monotonic() >= deadline:
                raise
        time.sleep(PAUSE)
