"""Money that goes round: the largest circulation in a graph of commitments, the cycles it is made of, and each party's share of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Places = NDArray[np.int64]

#: What counts as nothing, as a share of the largest arc.
_NOTHING = 1e-12


class Cycle(NamedTuple):
    """Parties round which an amount goes, each once, the first one the earliest in their order; and the amount."""

    parties: tuple[int, ...]
    amount: float


class Circulation(NamedTuple):
    """The part of each arc that goes round, the cycles it is made of; per party what comes in less what goes out, and round-trip share."""

    flow: Array
    cycles: tuple[Cycle, ...]
    net: Array
    round_trip_share: Array

    @property
    def total(self) -> float:
        """Flow on cycles, summed over arcs: money that goes round three parties counts three times."""
        return float(self.flow.sum())


def circulation(origin: Sequence[int] | Places, target: Sequence[int] | Places, amount: ArrayLike, parties: int) -> Circulation:
    """The largest circulation: flow on arcs, at most their amounts, as much into each party as out of it, with the largest sum.

    Where several are as large, the one found is the same each time: it follows from the order of parties and arcs. The round-trip share
    of a party is what goes through it on cycles over all it pays out; absent (NaN) for one that pays nothing. Arcs: place of who pays,
    place of who gets, amount. Raises ValueError for a party that pays itself, and amounts that are negative or not numbers.
    Source: cancelling of cycles of least mean cost: Goldberg & Tarjan (1989), Journal of the ACM 36(4).
    """
    start, end, capacity = np.asarray(origin, dtype=np.int64), np.asarray(target, dtype=np.int64), np.asarray(amount, dtype=np.float64)
    if (start == end).any():
        raise ValueError(f"parties {sorted(set(start[start == end].tolist()))} pay themselves")
    if not (np.isfinite(capacity) & (capacity >= 0.0)).all():
        raise ValueError("amounts must be numbers and not negative")
    flow = np.zeros(len(capacity))
    least = _NOTHING * capacity.max(initial=0.0)
    while True:
        room_left, room_back = np.flatnonzero(capacity - flow > least).tolist(), np.flatnonzero(flow > least).tolist()
        open_ones = [(arc, 1) for arc in room_left] + [(arc, -1) for arc in room_back]
        cycle = _best_cycle(open_ones, start, end, parties)
        if not cycle:
            break
        room = min(capacity[arc] - flow[arc] if way > 0 else flow[arc] for arc, way in cycle)
        for arc, way in cycle:
            flow[arc] += way * room
            if min(flow[arc], capacity[arc] - flow[arc]) <= least:
                flow[arc] = capacity[arc] if way > 0 else 0.0
    through = np.bincount(start, flow, parties)
    paid, got = np.bincount(start, capacity, parties), np.bincount(end, capacity, parties)
    share = np.where(paid > 0.0, through / np.where(paid > 0.0, paid, 1.0), np.nan)
    return Circulation(flow, tuple(_cycles(start, end, flow, parties, least)), np.asarray(got - paid, dtype=np.float64), share)


def _best_cycle(open_ones: list[tuple[int, int]], start: Places, end: Places, parties: int) -> list[tuple[int, int]]:
    """The cycle of open arcs (arc, way) whose mean gain is largest, where that is more than nothing: each arc forwards gains one.

    Source: Karp (1978), Discrete Mathematics 23: longest walks of 0 to n arcs.
    """
    if not open_ones or not parties:
        return []
    arc, way = np.array([one for one, _ in open_ones]), np.array([side for _, side in open_ones])
    tail, head = np.where(way > 0, start[arc], end[arc]), np.where(way > 0, end[arc], start[arc])
    order = np.argsort(head, kind="stable")
    tail, head, way, arc = tail[order], head[order], way[order], arc[order]
    begins = np.flatnonzero(np.diff(head, prepend=-1))
    group = np.repeat(np.arange(len(begins)), np.diff([*begins, len(head)]))
    best = np.full((parties + 1, parties), -np.inf)
    came = np.full((parties + 1, parties), -1)
    best[0] = 0.0
    for step in range(1, parties + 1):
        gain = best[step - 1, tail] + way
        most = np.maximum.reduceat(gain, begins)
        first = np.where((gain == most[group]) & np.isfinite(gain), np.arange(len(gain)), len(gain))
        chosen = np.minimum.reduceat(first, begins)
        best[step, head[begins]] = most
        came[step, head[begins]] = np.where(chosen < len(gain), chosen, -1)
    reached = np.isfinite(best[parties])
    if not reached.any():
        return []
    with np.errstate(invalid="ignore"):
        means = (best[parties] - best[:parties]) / (parties - np.arange(parties))[:, None]
    least = np.where(reached, np.where(np.isfinite(best[:parties]), means, np.inf).min(axis=0), -np.inf)
    at = int(np.argmax(least))
    if least[at] <= 1e-9:
        return []
    walk = [at]
    used: list[int] = []
    for step in range(parties, 0, -1):
        used.append(int(came[step, walk[-1]]))
        walk.append(int(tail[used[-1]]))
        if walk[-1] in walk[:-1]:
            break
    since = walk.index(walk[-1])
    return [(int(arc[one]), int(way[one])) for one in used[since:]]


def _cycles(start: Places, end: Places, flow: Array, parties: int, least: float) -> list[Cycle]:
    """Balanced flow taken apart: from the first party that still pays, along its first arc, until a party comes again."""
    left, out = flow.copy(), []
    leaving = [np.flatnonzero(start == party) for party in range(parties)]
    for party in range(parties):
        while True:
            seen, used = [party], list[int]()
            while True:
                onward = [int(one) for one in leaving[seen[-1]] if left[one] > least]
                if not onward:
                    break
                used.append(onward[0])
                at = int(end[onward[0]])
                if at in seen:
                    place = seen.index(at)
                    used, round_ = used[place:], seen[place:]
                    amount = float(left[used].min())
                    left[used] -= amount
                    turn = round_.index(min(round_))
                    out.append(Cycle(tuple(round_[turn:] + round_[:turn]), amount))
                    break
                seen.append(at)
            if not used:
                break
            if not onward:  # rounding left a rest that leads nowhere
                left[used] = 0.0
    return out
