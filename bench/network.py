"""The passes through a network of activities against the least that reading and writing its arrays costs on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from bench.figure import Figure
from stargauge.quantity.schedule.network import passes

_ACTIVITIES, _DRAWS = 200, 10_000


def _least(work: Callable[[], object], times: int = 5) -> float:
    """The shortest time of a few runs, in CPU seconds."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def network() -> Iterator[Figure]:
    """Forward and backward pass over draws, each activity after three others, and how many plain writes of the array that is."""
    rng = np.random.default_rng(1)
    duration = rng.gamma(2.0, 10.0, (_DRAWS, _ACTIVITIES))
    before = [sorted({int(p) for p in rng.integers(max(0, i - 20), i, 3)}) if i else [] for i in range(_ACTIVITIES)]
    ours, floor = _least(lambda: passes(duration, before).critical), _least(lambda: duration + 1.0)
    size = f"{_ACTIVITIES} activities, {_DRAWS:,} draws"
    yield Figure("passes through a network", ours, "CPU-s", at_most=0.5, note=size)
    yield Figure("passes in plain writes of the array", ours / floor, "x", note=size)
