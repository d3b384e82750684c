"""The shortest schedule of activities that share crews, found exactly for small networks: for checking quicker rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stargauge.quantity.schedule.network import Precedence, by_latest_start, finish_with_crews, passes

#: Partial schedules looked at before the best one so far is taken.
MOST_NODES = 50_000


def shortest_with_crews(
    duration: Sequence[int], before: Precedence, crews: Sequence[Sequence[int]], capacity: Sequence[int]
) -> tuple[int, bool]:
    """The least whole number of periods in which all is done, and whether it is proved to be the least.

    Activities are put, in every order their precedence allows, at the first time when crews are free; an order is left off once what
    follows its last activity cannot beat the best. Durations in whole periods. Raises ValueError where an activity needs more than there
    is. Source: serial schedule generation with branch and bound: Sprecher (2000), Management Science 46(5).
    """
    count = len(duration)
    lengths = np.array([list(duration)], dtype=np.float64)
    found = passes(lengths, before)
    tail = [int(found.end[0] - found.latest_start[0, one]) for one in range(count)]
    order = by_latest_start(lengths, before)
    best = int(finish_with_crews(lengths, before, crews, capacity, order).max(initial=0.0))
    least = max([int(found.end[0]), *_by_work(duration, crews, capacity)], default=0)
    search = _Search(tuple(duration), before, crews, tuple(capacity), tail, sorted(range(count), key=lambda one: (-tail[one], one)), best)
    if best > least:
        search.extend({}, least)
    return search.best, search.best == least or search.nodes < MOST_NODES


def _by_work(duration: Sequence[int], crews: Sequence[Sequence[int]], capacity: Sequence[int]) -> list[int]:
    """No schedule is shorter than all work of a crew over how many there are."""
    work = [sum(time * need[one] for time, need in zip(duration, crews, strict=True)) for one in range(len(capacity))]
    return [-(-all_of_it // many) for all_of_it, many in zip(work, capacity, strict=True) if many]


class _Search:
    """Depth first over orders of activities; keeps the best end found."""

    def __init__(
        self, duration: tuple[int, ...], before: Precedence, crews: Sequence[Sequence[int]], capacity: tuple[int, ...], tail: list[int],
        rank: list[int], best: int,
    ) -> None:  # fmt: skip
        self.duration, self.before, self.crews, self.capacity, self.tail, self.rank = duration, before, crews, capacity, tail, rank
        self.best, self.nodes = best, 0
        self.seen: set[tuple[tuple[int, int], ...]] = set()

    def extend(self, start: dict[int, int], least: int) -> None:
        """Place one more activity in every way that may still beat the best."""
        if len(start) == len(self.duration):
            self.best = min(self.best, max(at + self.duration[one] for one, at in start.items()))
            return
        for one in self.rank:
            if one in start or any(other not in start for other in self.before[one]):
                continue
            if self.best == least or self.nodes >= MOST_NODES:
                return
            at = self._first_time(one, start)
            made = {**start, one: at}
            key = tuple(sorted(made.items()))
            if at + self.tail[one] >= self.best or key in self.seen:
                continue
            self.seen.add(key)
            self.nodes += 1
            self.extend(made, least)

    def _first_time(self, one: int, start: dict[int, int]) -> int:
        """The first time from which its crews are free for as long as it takes."""
        at = max((start[other] + self.duration[other] for other in self.before[one]), default=0)
        times = sorted({at, *(start[other] + self.duration[other] for other in start)})
        return next(time for time in times if time >= at and self._fits(one, time, start))

    def _fits(self, one: int, at: int, start: dict[int, int]) -> bool:
        until = at + self.duration[one]
        marks = {at, *(begins for begins in start.values() if at < begins < until)}
        for mark in marks:
            busy = [other for other, begins in start.items() if begins <= mark < begins + self.duration[other]]
            for place, many in enumerate(self.capacity):
                if sum(self.crews[other][place] for other in busy) + self.crews[one][place] > many:
                    return False
        return True
