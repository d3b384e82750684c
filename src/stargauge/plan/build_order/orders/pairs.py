"""Of all pairs of orders of two sites the cheapest that together keep what is asked, draw by draw."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stargauge.plan.build_order.case.case import Array, Mask
from stargauge.plan.build_order.orders.by_draw import Places, Single, SiteOrder

#: What single precision may be off.
NEAR = 1e-6


def count_of(kept: Mask) -> Places:
    """How many there are in each row."""
    return np.asarray(np.bitwise_count(np.packbits(kept, axis=1)).sum(axis=1, dtype=np.int64))


def share_of(kept: Mask) -> Array:
    """The same as a share of all."""
    return np.asarray(count_of(kept) / kept.shape[1])


class Known(NamedTuple):
    """Orders of a site with value (order,), use of limits (order, limit) and what they bring (target, order, draw)."""

    orders: list[SiteOrder]
    value: Array
    use: Array
    brought: Single

    def by_value(self) -> Known:
        """The same, the cheapest first."""
        at = np.argsort(self.value, kind="stable")
        return Known([self.orders[one] for one in at], self.value[at], self.use[at], self.brought[:, at])


class Asked(NamedTuple):
    """What two sites have to bring: `lack` (target, draw) of each target in each draw, `odds` (target,) with which, `room` (limit,) that is
    left in each limit."""

    lack: Single
    odds: Array
    room: Array


class Pairs:
    """Pairs of orders of two sites, each the cheapest first."""

    def __init__(self, one: Known, other: Known, asked: Asked) -> None:
        self.one, self.other, self.odds = one, other, asked.odds
        lack = asked.lack
        most, least = (what(one.brought, axis=1) + what(other.brought, axis=1) for what in (np.max, np.min))
        always, never = least >= lack, most < lack
        self.draws = lack.shape[1]
        self.sure = always.sum(axis=1)
        self.open = [np.flatnonzero(~(yes | no)) for yes, no in zip(always, never, strict=True)]
        self.lack = [row[at] for row, at in zip(lack, self.open, strict=True)]
        self.left = [row[:, at] for row, at in zip(one.brought, self.open, strict=True)]
        self.right = [row[:, at] for row, at in zip(other.brought, self.open, strict=True)]
        self.good = self._within(asked.room)

    def _within(self, room: Array) -> Mask | None:
        """Which pairs keep the limits, None where all do."""
        tight = np.flatnonzero(self.one.use.max(axis=0) + self.other.use.max(axis=0) > room)
        if not tight.size:
            return None
        out = np.ones((len(self.one.value), len(self.other.value)), dtype=bool)
        for limit in tight:
            out &= np.add.outer(self.one.use[:, limit], self.other.use[:, limit]) <= room[limit]
        return out

    def cheapest(self, below: float, count: int) -> list[tuple[float, int, int]]:
        """A few pairs that keep all, worth less than a value, the cheapest first: value and places."""
        found = list[tuple[float, int, int]]()
        firsts = self._firsts()
        for place, value in enumerate(self.one.value.tolist()):
            end = int(np.searchsorted(self.other.value, below - value))
            first = int(firsts[place])
            if first >= end:
                continue
            kept = self._short(place, slice(first, end)) <= 0.0
            if self.good is not None:
                kept &= self.good[place, first:end]
            for at in np.flatnonzero(kept)[:count].tolist():
                found.append((value + float(self.other.value[first + at]), place, first + at))
            if len(found) >= count:
                found = sorted(found)[:count]
                below = min(below, found[-1][0])
        return sorted(found)[:count]

    def nearest(self, below: float) -> tuple[float, int, int] | None:
        """The pair worth less than a value that misses least of what is asked: by how much, and places."""
        best: tuple[float, int, int] | None = None
        least = self._least_short()
        for place in np.argsort(least, kind="stable").tolist():
            if best is not None and least[place] >= best[0] - 1e-12:
                break
            end = int(np.searchsorted(self.other.value, below - self.one.value[place]))
            short = self._short(place, slice(0, end))
            if self.good is not None:
                short = np.where(self.good[place, :end], short, np.inf)
            at = int(short.argmin()) if end else 0
            if end and np.isfinite(short[at]) and (best is None or short[at] < best[0] - 1e-12):
                best = (float(short[at]), place, at)
        return best

    def _least_short(self) -> Array:
        """By how much each order of the one site misses at least, with all at once that the other could bring."""
        out = np.full(len(self.one.value), -np.inf)
        for asked, sure, lack, left, right in zip(self.odds, self.sure, self.lack, self.left, self.right, strict=True):
            np.maximum(out, asked - (count_of(left + right.max(axis=0) >= lack) + sure) / self.draws, out=out)
        return out

    def _short(self, place: int, others: slice) -> Array:
        """By how much pairs of an order with others miss the target that they miss most: (other,)."""
        out = np.full(others.stop - others.start, -np.inf)
        for asked, sure, lack, left, right in zip(self.odds, self.sure, self.lack, self.left, self.right, strict=True):
            kept = count_of(right[others] >= lack - left[place])
            np.maximum(out, asked - (kept + sure) / self.draws, out=out)
        return out

    def _firsts(self) -> Places:
        """By order of the one site the place before which no order of the other keeps all with it, not even all these at once."""
        count = len(self.other.value)
        out = np.zeros(len(self.one.value), dtype=np.intp)
        for asked, sure, lack, left, right in zip(self.odds, self.sure, self.lack, self.left, self.right, strict=True):
            best, enough = np.maximum.accumulate(right, axis=0), asked * self.draws - sure - 1e-9
            low, high = np.zeros(len(left), dtype=np.intp), np.full(len(left), count)
            while (low < high).any():
                middle = np.minimum((low + high) // 2, count - 1)
                kept = (left + best[middle] >= lack).sum(axis=1) >= enough
                low, high = np.where(kept | (low >= high), low, middle + 1), np.where(kept & (low < high), middle, high)
            np.maximum(out, low, out=out)
        return out
