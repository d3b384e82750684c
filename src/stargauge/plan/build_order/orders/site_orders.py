"""Orders of a site worth a look: those around one in hand, and the best at prices on what is kept in each draw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, product

import numpy as np

from stargauge.plan.build_order.case.case import Array
from stargauge.plan.build_order.orders.by_draw import NOTHING, ByDraw, SiteOrder

#: Months by which all later buildings move with one, by which two of a site move at once, and by which these do at sites with many.
_SHIFTS, _NEAR, _NEARER, _MANY = (-12, -6, -4, -3, -2, -1, 1, 2, 3, 4, 6, 12), 4, 1, 4


class SiteOrders:
    """The orders of one site that there are. `value`: by the goal, (building, power, chip, start)."""

    def __init__(self, by_draw: ByDraw, site: int, value: Array) -> None:
        self.by_draw, self.case, self.site, self.goal = by_draw, by_draw.case, site, value
        self.places = self.case.by_site[site]
        self.gap = self.case.spacing[site] if self.case.spacing else 0
        self.least = (self.case.least[site] if self.case.least else 0.0) * (1.0 - 1e-9)
        self.built = np.cumsum([0.0, *(self.case.buildings[at].it_power for at in self.places)])
        self._runs: dict[tuple[int, int, int], Array] = {}

    def value(self, one: SiteOrder) -> float:
        """Worth of an order by the goal."""
        return float(sum(self.goal[choice] for choice in self.by_draw.choices(self.site, one)))

    def allowed(self, one: SiteOrder) -> bool:
        """Whether an order is one."""
        count = len(one.starts)
        if not count:
            return True
        if count > len(self.places) or self.built[count] < self.least or min(one.starts) < 0 or max(one.starts) >= len(self.case.months):
            return False
        if any(after < before + self.gap for before, after in zip(one.starts, one.starts[1:], strict=False)):
            return False
        return all(self.case.allowed[choice] for choice in self.by_draw.choices(self.site, one))

    def nearest(self, one: SiteOrder) -> SiteOrder:
        """An order itself where it is one, else begun as much later as it takes; nothing where that does not do."""
        later = (one._replace(starts=tuple(start + months for start in one.starts)) for months in range(len(self.case.months)))
        return next((other for other in later if self.allowed(other)), NOTHING)

    # --- around one ---------------------------------------------------------------------------------------------------------------

    def around(self, one: SiteOrder) -> list[SiteOrder]:
        """Orders that differ from one by a start or two, an accelerator, the power, or a building more or less at the end."""
        found = dict.fromkeys((one, NOTHING, *self._other(one)))
        return [other for other in found if self.allowed(other)]

    def _other(self, one: SiteOrder) -> Iterator[SiteOrder]:
        count, months = len(one.starts), range(len(self.case.months))
        if not count:
            options = np.argwhere(self.case.allowed[self.places[0]]).tolist() if self.places else []
            yield from (SiteOrder(power, (start,), (chip,)) for power, chip, start in options)
            return
        for power in set(range(len(self.case.powers))) - {one.power}:
            yield from (self._on(power, one, some) for some in range(1, len(self.places) + 1))
        for gone in range(1, count):
            yield SiteOrder(one.power, one.starts[:-gone], one.chips[:-gone])
        for at, start in product(range(count), months):
            yield one._replace(starts=self._pushed(one.starts, at, start))
        for at, months_later in product(range(count), _SHIFTS):
            yield one._replace(starts=(*one.starts[:at], *(start + months_later for start in one.starts[at:])))
        near = range(-_NEAR, _NEAR + 1) if count <= _MANY else range(-_NEARER, _NEARER + 1)
        for (a, b), first, second in product(combinations(range(count), 2), near, near):
            moved = list(one.starts)
            moved[a], moved[b] = moved[a] + first, moved[b] + second
            yield one._replace(starts=tuple(moved))
        for chip in range(len(self.case.chips)):
            yield one._replace(chips=(chip,) * count)
            yield from (one._replace(chips=(*one.chips[:at], chip, *one.chips[at + 1 :])) for at in range(count))
            yield from (SiteOrder(one.power, (*one.starts, start), (*one.chips, chip)) for start in months[one.starts[-1] + self.gap :])

    def _on(self, power: int, one: SiteOrder, count: int) -> SiteOrder:
        """The first buildings on another power, as they are; as the file has them where it is that."""
        if power != self.by_draw.worlds.file:
            return SiteOrder(power, one.starts[:count], one.chips[:count])
        left = self.by_draw.made.left
        return SiteOrder(power, tuple(int(start) for start in left.starts[list(self.places[:count])]), (left.chip,) * count)

    def _pushed(self, starts: tuple[int, ...], at: int, start: int) -> tuple[int, ...]:
        """Starts with one of them moved, and its neighbours pushed as far as their spacing asks."""
        out = list(starts)
        out[at] = start
        for after in range(at + 1, len(out)):
            out[after] = max(out[after], out[after - 1] + self.gap)
        for before in range(at - 1, -1, -1):
            out[before] = min(out[before], out[before + 1] - self.gap)
        return tuple(out)

    # --- at prices ----------------------------------------------------------------------------------------------------------------

    def at_prices(self, prices: Array, scales: Iterable[float]) -> list[SiteOrder]:
        """The best order on each power with each number of buildings, where what it adds to a target in a draw is paid for, no crew waited
        for: at prices (target, draw) times each scale. By dynamic programming over the buildings, as `pricing`."""
        found = dict[SiteOrder, None]()
        worth = [self._worth(building, prices) for building in self.places]
        for scale in scales:
            for power in range(len(self.case.powers)):
                found |= dict.fromkeys(self._chain(worth, scale, power))
        return [one for one in found if self.allowed(one)]

    def _worth(self, building: int, prices: Array) -> Array:
        """What an option is paid at prices: (power, chip, start)."""
        out = np.zeros(self.case.allowed.shape[1:])
        for power, chip in np.argwhere(self.case.allowed[building].any(axis=2)).tolist():
            if power == self.by_draw.worlds.file:
                out[power, chip] = sum(float(price @ filed[building]) for price, filed in zip(prices, self.by_draw.filed, strict=True))
                continue
            for runs, gain, price in zip(self._in_time(building, power, chip), self.by_draw.gains, prices, strict=True):
                out[power, chip] += runs @ (price * gain[building, chip])
        return out

    def _in_time(self, building: int, power: int, chip: int) -> Array:
        if (building, power, chip) not in self._runs:
            self._runs[building, power, chip] = np.array(self.by_draw.runs(building, power, chip))
        return self._runs[building, power, chip]

    def _chain(self, worth: list[Array], scale: float, power: int) -> Iterator[SiteOrder]:
        months, before = len(self.case.months), np.zeros(len(self.case.months))
        chips, lasts = list[Array](), list[Array]()
        for building, paid in zip(self.places, worth, strict=True):
            net = np.where(self.case.allowed[building, power], self.goal[building, power] - scale * paid[power], np.inf)
            chip = net.argmin(axis=0)
            total = net[chip, np.arange(months)] + before
            if not np.isfinite(total).any():
                return
            best = np.minimum.accumulate(total)
            last = np.maximum.accumulate(np.where(total <= best, np.arange(months), 0))
            chips.append(chip)
            lasts.append(last)
            before = np.concatenate([np.full(min(self.gap, months), np.inf), best])[:months]
            yield self._back(power, chips, lasts)

    def _back(self, power: int, chips: list[Array], lasts: list[Array]) -> SiteOrder:
        end, starts = len(self.case.months) - 1, list[int]()
        for last in reversed(lasts):
            starts.append(int(last[end]))
            end = max(starts[-1] - self.gap, 0)
        starts.reverse()
        return SiteOrder(power, tuple(starts), tuple(int(chip[start]) for chip, start in zip(chips, starts, strict=True)))
