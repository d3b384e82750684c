"""An order of build made cheaper by changes of one or two buildings at a time, as long as all that is asked is kept.

Local search from an order in hand (Aarts and Lenstra 1997, Local Search in Combinatorial Optimization, ch. 1): what it saves is had for
sure by changing that order, and two revised orders of cases that differ a little differ for that reason alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case.case import Array, BuildCase, BuildOrder, Choice, Mask, faults_of, kept_in, reached, value_of

#: Months by which two buildings are moved at once, at most; what counts as cheaper, as a share of the dearest option.
_WINDOW, _LESS = 3, 1e-9
#: Tolerances of `case.faults_of`.
_NEAR, _PASSED = 1e-9, 1e-6


def revised(case: BuildCase, order: BuildOrder, goal: Array | None = None) -> BuildOrder | None:
    """An order as cheap (by the goal) as small changes make it; None where the one in hand does not keep what the case asks.

    Changes: another month or accelerator of one building, or of two at once; another power of a site; the last building of a site left
    out, or one of another site built in its place. The bound is not known: minus infinity.
    """
    if faults_of(case, order.chosen):
        return None
    search = _Revision(case, case.cost if goal is None else goal, order.chosen)
    while search.singles() or search.powers() or search.exchanges() or search.pairs():
        pass
    chosen = tuple(sorted(search.made.values()))
    value = value_of(case, chosen, goal)
    return BuildOrder(chosen, value, -np.inf, kept_in(case, chosen))


def spared(case: BuildCase, chosen: tuple[Choice, ...], goal: Array | None = None) -> tuple[Choice, ...]:
    """The same without buildings that can be left out at no more cost, all that is asked being kept: one of a site, or all of it.

    Where one in the middle of a site is left out, those after it take the places of those before.
    """
    better = True
    while better:
        better = False
        now = value_of(case, chosen, goal)
        for places in case.by_site:
            own = [one for one in chosen if one.building in places]
            others = tuple(one for one in chosen if one.building not in places)
            for fewer in _fewer(own):
                other = tuple(sorted((*others, *fewer)))
                if value_of(case, other, goal) <= now and not faults_of(case, other):
                    chosen, better = other, True
                    break
            if better:
                break
    return chosen


def _fewer(own: list[Choice]) -> Iterator[tuple[Choice, ...]]:
    """What is left of a site with one building less, each in turn, the last first, then with none."""
    for gone in range(len(own) - 1, -1, -1):
        moved = [after._replace(building=one.building) for one, after in zip(own[gone:], own[gone + 1 :], strict=False)]
        yield (*own[:gone], *moved)
    if len(own) > 1:
        yield ()


class _Revision:
    """An order in revision: what it reaches and uses follows each change."""

    def __init__(self, case: BuildCase, goal: Array, chosen: tuple[Choice, ...]) -> None:
        self.case, self.goal = case, goal
        self.made = {one.building: one for one in chosen}
        self.need = np.array([one.amount * (1.0 - _NEAR) for one in case.targets])[:, None, None]
        self.odds = np.array([one.probability - _NEAR for one in case.targets])[:, None]
        self.most = np.array([one.most + _PASSED * max(abs(one.most), 1.0) for one in case.limits])[:, None]
        self.use = np.stack([one.use for one in case.limits]) if case.limits else np.zeros((0, *case.cost.shape))
        self.less = _LESS * float(np.abs(goal[case.allowed]).max(initial=0.0))

    def reach(self, places: NDArray[np.intp]) -> Array:
        """What choices add to each target: choices (choice, building power chip start) -> (target, choice, world)."""
        building, power, chip, start = places.T
        there = self.case.there[:, building, power, chip, start]
        return np.asarray(self.case.gains[:, building, chip] * there)

    def used(self, places: NDArray[np.intp]) -> Array:
        """What choices take of each limit: (limit, choice)."""
        return np.asarray(self.use[:, places[:, 0], places[:, 1], places[:, 2], places[:, 3]])

    def keeps(self, reach: Array, used: Array) -> Mask:
        """Which of several orders keep targets and limits: reach (target, order, world), used (limit, order)."""
        kept = ((reach >= self.need) @ self.case.weights >= self.odds).all(axis=0)
        return np.asarray(kept & (used <= self.most).all(axis=0))

    def rest(self, *without: int) -> tuple[Array, Array]:
        """What the order reaches (target, 1, world) and uses (limit, 1) without some buildings."""
        left = [one for at, one in self.made.items() if at not in without]
        used = np.array([sum(float(use[one]) for one in left) for use in self.use]).reshape(-1, 1)
        return reached(self.case, tuple(left))[:, None], used

    def window(self, building: int) -> tuple[int, int]:
        """First and last month in which a building that is built may start, the others of its site as they are."""
        site = self.case.buildings[building].site
        gap = self.case.spacing[site] if self.case.spacing else 0
        before, after = self.made.get(building - 1), self.made.get(building + 1)
        first = before.start + gap if before and self.case.buildings[building - 1].site == site else 0
        last = after.start - gap if after and self.case.buildings[building + 1].site == site else len(self.case.months) - 1
        return first, last

    def options(self, building: int, power: int, first: int, last: int) -> NDArray[np.intp]:
        """Options of a building with a power, started between two months: (option, building power chip start)."""
        chip, start = np.nonzero(self.case.allowed[building, power, :, max(first, 0) : last + 1])
        return np.stack([np.full(chip.size, building), np.full(chip.size, power), chip, start + max(first, 0)], axis=1)

    def value(self, places: NDArray[np.intp]) -> Array:
        return np.asarray(self.goal[tuple(places.T)])

    def _cheapest(self, places: NDArray[np.intp], below: float, without: tuple[int, ...]) -> Choice | None:
        """The cheapest of some options, below a value, that keeps all in place of some buildings."""
        value = self.value(places)
        cheaper = np.flatnonzero(value < below - self.less)
        cheaper = cheaper[np.argsort(value[cheaper], kind="stable")]
        if not cheaper.size:
            return None
        reach, used = self.rest(*without)
        good = np.flatnonzero(self.keeps(reach + self.reach(places[cheaper]), used + self.used(places[cheaper])))
        return Choice(*(int(one) for one in places[cheaper[good[0]]])) if good.size else None

    def singles(self) -> bool:
        """Another month or accelerator of one building."""
        better = False
        for building, one in list(self.made.items()):
            found = self._cheapest(self.options(building, one.power, *self.window(building)), float(self.goal[one]), (building,))
            if found is not None:
                self.made[building], better = found, True
        return better

    def powers(self) -> bool:
        """Another power of a site, months and accelerators as they are."""
        better = False
        for places in self.case.by_site:
            now = [self.made[at] for at in places if at in self.made]
            value = sum(float(self.goal[one]) for one in now)
            for power in range(len(self.case.powers)) if now else ():
                other = [one._replace(power=power) for one in now]
                if sum(float(self.goal[one]) for one in other) < value - self.less and self._swap([one.building for one in now], other):
                    value, better = sum(float(self.goal[one]) for one in other), True
        return better

    def _swap(self, without: list[int], new: list[Choice]) -> bool:
        """Take choices in place of some buildings where that keeps all."""
        made = {at: one for at, one in self.made.items() if at not in without} | {one.building: one for one in new}
        if faults_of(self.case, tuple(sorted(made.values()))):
            return False
        self.made = made
        return True

    def exchanges(self) -> bool:
        """The last building of a site left out, or one built at another site in its place."""
        better = False
        for places in self.case.by_site:
            built = [at for at in places if at in self.made]
            if not built or not self._may_lose(built[-1], built):
                continue
            below = float(self.goal[self.made[built[-1]]])
            if below > self.less and self._swap([built[-1]], []):
                better = True
                continue
            for options in self._next(built[-1]):
                found = self._cheapest(options, below, (built[-1],))
                if found is not None and self._swap([built[-1]], [found]):
                    better = True
                    break
        return better

    def _may_lose(self, last: int, built: list[int]) -> bool:
        least = self.case.least[self.case.buildings[last].site] if self.case.least else 0.0
        left = sum(self.case.buildings[at].it_power for at in built if at != last)
        return len(built) == 1 or left >= least * (1.0 - _NEAR)

    def _next(self, last: int) -> Iterator[NDArray[np.intp]]:
        """Options of the next building of each other site."""
        for site, places in enumerate(self.case.by_site):
            built = [at for at in places if at in self.made]
            if site == self.case.buildings[last].site or len(built) == len(places):
                continue
            building, months = places[len(built)], len(self.case.months)
            first = self.made[built[-1]].start + (self.case.spacing[site] if self.case.spacing else 0) if built else 0
            powers = [self.made[built[-1]].power] if built else range(len(self.case.powers))
            yield np.concatenate([self.options(building, power, first, months - 1) for power in powers])

    def pairs(self) -> bool:
        """Two buildings moved at once by a few months, the one dearer and the other cheaper by more."""
        return any([self._pair(one, other) for one, other in combinations(sorted(self.made), 2)])

    def _pair(self, one: int, other: int) -> bool:
        a, b = self._around(one, other), self._around(other, one)
        value = np.add.outer(self.value(a), self.value(b))
        now = float(self.goal[self.made[one]] + self.goal[self.made[other]])
        first, second = np.nonzero(value < now - self.less)
        if other == one + 1 and self._same_site(one, other):
            gap = self.case.spacing[self.case.buildings[one].site] if self.case.spacing else 0
            apart = b[second, 3] >= a[first, 3] + gap
            first, second = first[apart], second[apart]
        if not first.size:
            return False
        by_value = np.argsort(value[first, second], kind="stable")
        first, second = first[by_value], second[by_value]
        reach, used = self.rest(one, other)
        good = np.flatnonzero(self.keeps(
            reach + self.reach(a)[:, first] + self.reach(b)[:, second], used + self.used(a)[:, first] + self.used(b)[:, second],
        ))  # fmt: skip
        if not good.size:
            return False
        self.made[one] = Choice(*(int(at) for at in a[first[good[0]]]))
        self.made[other] = Choice(*(int(at) for at in b[second[good[0]]]))
        return True

    def _around(self, building: int, other: int) -> NDArray[np.intp]:
        """Options of a building near its month; neighbours bound it but for the other one, which moves too."""
        now = self.made[building]
        first, last = self.window(building)
        if self._same_site(building, other) and abs(building - other) == 1:
            first, last = (first, len(self.case.months) - 1) if building < other else (0, last)
        return self.options(building, now.power, max(first, now.start - _WINDOW), min(last, now.start + _WINDOW))

    def _same_site(self, one: int, other: int) -> bool:
        return self.case.buildings[one].site == self.case.buildings[other].site
