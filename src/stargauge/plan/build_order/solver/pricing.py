"""The best whole plan of each site at given prices, exactly: options are priced at once, then chosen building by building.

Sites meet only in the targets and limits of a case. With a price on each of those, every site is a problem by itself: what an option costs
less what it is worth, the best accelerator for each building and month, then dynamic programming over the buildings in their order. The
sum over sites is a lower bound on any order of build (Lagrange; Geoffrion 1974, Mathematical Programming Study 2, 82-114), and the plans
found are the columns of the master program (Dantzig and Wolfe 1960, Operations Research 8, 101-111).
"""

from __future__ import annotations

from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case.case import Array, BuildCase, Choice, Mask

#: Plans of a site that are made at a time.
PLANS = 3
#: Patterns that could be priced in the time that a round of pricing takes beside them.
_ROUND = 2000
#: Tolerances of `case.faults_of`, so that bound and oracle mean the same.
_NEAR, _PASSED = 1e-9, 1e-6


class Plan(NamedTuple):
    """All that is built at a site, nothing among it; `value`, `reach` (target x world) and `use` (limit) in the units of `Scaled`.

    `counted`: (choice, target, world), share of the worlds in which each choice counts; all in which it runs in time where that is None.
    """

    site: int
    choices: tuple[Choice, ...]
    value: float
    reach: Array
    use: Array
    counted: Array | None = None


class Prices(NamedTuple):
    """What a unit of each row is worth: (target, world) of what runs in time, (limit) of what is used."""

    target: Array
    limit: Array


class Kept(NamedTuple):
    """Ends between which the share lies in which each world is kept: (target, world); one and one where it must be, nought where not."""

    least: Array
    most: Array


class Cut(NamedTuple):
    """A half of a branching: `kind` power (of site `at`), start or chip (of building `at`); `inside`: held to it, otherwise kept from it.

    start: inside means started by month `value`, outside later or never. power and chip: no other, or not this one.
    """

    kind: str
    at: int
    value: int
    inside: bool


class Best(NamedTuple):
    """Of each site, the least priced value and plans with it: the best of all first."""

    least: Array
    plans: list[list[tuple[float, tuple[Choice, ...]]]]
    counts: list[Array] = []


class Scaled:
    """A case in numbers of the size of one: value in `unit`, targets in their amounts, limits in what they allow.

    `need`: (target, world), what has to be added where the target is to be kept.
    """

    def __init__(self, case: BuildCase, goal: Array | None = None) -> None:
        self.case = case
        value = case.cost if goal is None else goal
        self.unit = float(np.abs(value[case.allowed]).max(initial=0.0)) or 1.0
        self.worth: Array = value / self.unit
        self.value = np.where(case.allowed, self.worth, np.inf)
        self.amount = np.array([abs(target.amount) or 1.0 for target in case.targets])
        asked = np.array([target.amount * (1.0 - _NEAR) for target in case.targets])
        self.need = np.maximum((asked[:, None] - case.fixed) / self.amount[:, None], 0.0).reshape(len(case.targets), len(case.weights))
        self.probability = np.array([target.probability - _NEAR for target in case.targets])
        most = np.array([limit.most + _PASSED * max(abs(limit.most), 1.0) for limit in case.limits])
        largest = np.array([max(float(np.abs(limit.use[case.allowed]).max(initial=0.0)), abs(limit.most)) for limit in case.limits])
        self.size = np.where(largest > 0.0, largest, 1.0)
        self.most = most / self.size
        self.use = np.stack([limit.use for limit in case.limits]) / self.size.reshape(-1, 1, 1, 1, 1) if case.limits else None
        self.gains = case.gains / self.amount[:, None, None, None]
        self._without_lesser()
        self._patterns()
        self._positions()

    def _without_lesser(self) -> None:
        """Forget options beside which the same with another accelerator is no worse in anything: an order may always have that one."""
        case = self.case
        gone = np.zeros(self.value.shape, dtype=bool)
        adds = [[gains[:, None, chip, None] * there[:, :, chip] for chip in range(len(case.chips))]
                for gains, there in zip(self.gains, case.there, strict=True)]  # fmt: skip
        for one, other in permutations(range(len(case.chips)), 2):
            mine, its = self.value[:, :, one], self.value[:, :, other]
            lesser = (its < mine) | ((its == mine) & (other < one))
            for each in adds:
                lesser &= (each[other] >= each[one]).all(axis=-1)
            if self.use is not None:
                lesser &= (self.use[:, :, :, other] <= self.use[:, :, :, one]).all(axis=0)
            gone[:, :, one] |= lesser
        self.value[gone] = np.inf

    @property
    def size_of_pricing(self) -> int:
        """How many patterns are priced at a time, and what a round takes beside them, in as many: what a round of pricing takes."""
        return _ROUND + sum(len(sets) for sets in self.sets)

    def only(self, options: Mask) -> None:
        """Forget options that no better order has: (building, power, chip, start)."""
        self.value = np.where(options, self.value, np.inf)
        self._patterns()

    def _patterns(self) -> None:
        """The shares of worlds in which an option of a building with an accelerator runs in time, each once: many options share theirs.

        `pattern`: by target, (building, power, chip, start) into `sets`, whose rows are (world) and belong to the pair in `pair`.
        `mass`: weight of worlds that an order counts in at most: no more have to be kept than the least set that is enough.
        """
        case = self.case
        buildings, _, chips, _ = case.cost.shape
        worlds = len(case.weights)
        options = np.isfinite(self.value).transpose(0, 2, 1, 3)
        own = np.broadcast_to(np.arange(buildings * chips, dtype=np.uint32).reshape(buildings, chips, 1, 1), options.shape)
        self.sets: list[Array] = []
        self.pair: list[NDArray[np.intp]] = []
        self.pattern: list[NDArray[np.intp]] = []
        for there in case.there:
            shares = there.transpose(0, 2, 1, 3, 4)[options].astype(float) + 0.0  # no minus nought
            pair = own[options]
            keys = np.concatenate([pair.view(np.uint8).reshape(-1, 4), shares.view(np.uint8).reshape(len(pair), 8 * worlds)], axis=1)
            _, first, back = np.unique(keys.view(f"V{keys.shape[1]}").ravel(), return_index=True, return_inverse=True)
            self.sets.append(shares[first] if len(first) else np.zeros((1, worlds)))
            self.pair.append(pair[first].astype(np.intp) if len(first) else np.zeros(1, dtype=np.intp))
            pattern = np.zeros(options.shape, dtype=np.intp)
            pattern[options] = back.ravel()
            self.pattern.append(pattern.transpose(0, 2, 1, 3))
        weights = case.weights
        if np.ptp(weights) < 1e-12:
            self.mass = np.ceil(self.probability * worlds - 1e-9) / worlds
        else:
            self.mass = np.minimum(self.probability + weights.max(), 1.0)

    def counted(self, target: int, price: Array, kept: Kept) -> Array:
        """Shares of worlds in which each pattern counts at prices (world): those kept, then the dearest up to `mass`, none given up."""
        case = self.case
        sets, pair = self.sets[target], self.pair[target]
        if self.mass[target] >= 1.0 - 1e-9:
            return sets
        least, most = kept.least[target] > 0.5, kept.most[target] > 0.5
        out: Array = sets * most
        room = self.mass[target] - float(case.weights @ least)
        more = np.flatnonzero(out @ (case.weights * ~least) > room + 1e-9)
        if not len(more):
            return out
        free = np.flatnonzero(most & ~least)
        weights = case.weights[free]
        worth = (price * self.gains[target]).reshape(-1, len(case.weights))[:, free] / weights
        order = np.argsort(-worth, axis=1, kind="stable")[pair[more]]
        held = out[more][:, free]
        weight = np.take_along_axis(held * weights, order, axis=1)
        share = np.clip((room - np.cumsum(weight, axis=1) + weight) / weights[order], 0.0, 1.0)
        counted = np.empty_like(held)
        np.put_along_axis(counted, order, share, axis=1)
        out[np.ix_(more, free)] = counted * held
        return out

    def _positions(self) -> None:
        """Buildings by (site, position), -1 where a site has fewer; how many may be built at least and at most."""
        case = self.case
        self.depth = max((len(places) for places in case.by_site), default=0)
        self.places = np.full((len(case.sites), self.depth), -1)
        self.first = np.ones(len(case.sites), dtype=int)
        self.position = np.zeros(len(case.buildings), dtype=int)
        for site, at in enumerate(case.by_site):
            self.places[site, : len(at)] = at
            self.position[list(at)] = np.arange(len(at))
            power = np.cumsum([case.buildings[one].it_power for one in at])
            if case.least:
                self.first[site] = 1 + int(np.sum(power < case.least[site] * (1.0 - _NEAR)))
        spacing = np.array(case.spacing or [0] * len(case.sites), dtype=int)
        self.before = np.arange(len(case.months))[None, :] - spacing[:, None]

    def plan(self, site: int, choices: tuple[Choice, ...], counts: list[Array] | None = None) -> Plan:
        """A plan with what it costs, reaches (in the worlds in which it counts, where said) and uses."""
        reach, use = np.zeros(self.need.shape), np.zeros(len(self.most))
        counted = np.zeros((len(choices), *self.need.shape))
        for place, one in enumerate(choices):
            for target, gains in enumerate(self.gains):
                all_of_it = self.case.there[(target, *one)]
                counted[place, target] = all_of_it if counts is None else counts[target][self.pattern[target][one]]
                reach[target] += gains[one.building, one.chip] * counted[place, target]
            if self.use is not None:
                use += self.use[:, one.building, one.power, one.chip, one.start]
        return Plan(
            site,
            choices,
            float(sum(self.worth[one] for one in choices)),
            reach.ravel(),
            use,
            None if counts is None else counted.astype(np.float32),
        )

    def priced(self, prices: Prices, kept: Kept) -> tuple[Array, list[Array]]:
        """Of each option, what it costs less what it is worth: (building, power, chip, start); and in which worlds its pattern counts."""
        out, counts = self.value.copy(), []
        for target, price in enumerate(prices.target):
            counts.append(self.counted(target, price, kept))
            worth = (price * self.gains[target]).reshape(-1, price.size)
            out -= np.einsum("nw,nw->n", counts[-1], worth[self.pair[target]])[self.pattern[target]]
        for limit in np.flatnonzero(prices.limit):
            assert self.use is not None
            out += prices.limit[limit] * self.use[limit]
        return out, counts

    def best(self, prices: Prices, kept: Kept, cuts: tuple[Cut, ...] = ()) -> Best:
        """The best plans of each site at prices, within a branch."""
        value, counts = self.priced(prices, kept)
        must = np.zeros(len(self.case.sites), dtype=int)
        for cut in cuts:
            self._apply(value, cut, must)
        chip = np.argmin(value, axis=2)
        return self._chained(np.take_along_axis(value, chip[:, :, None], axis=2)[:, :, 0], chip, must)._replace(counts=counts)

    def left(self, prices: Prices, kept: Kept, cuts: tuple[Cut, ...], room: float) -> Mask:
        """Options that may be in an order that is less than `room` above the bound at these prices: (building, power, chip, start).

        What the best plan of its site with an option costs more than the best without a condition, the order with it costs more.
        """
        value, _ = self.priced(prices, kept)
        must = np.zeros(len(self.case.sites), dtype=int)
        for cut in cuts:
            self._apply(value, cut, must)
        single = value.min(axis=2)
        chain, ends = self._forward(single, must)
        least = np.minimum(ends.min(axis=(1, 2), initial=np.inf), np.where(must > 0, np.inf, 0.0))
        more = np.full(value.shape, np.inf)
        after = np.full((len(self.case.sites), len(self.case.powers), len(self.case.months)), np.inf)
        with np.errstate(invalid="ignore"):
            for place in range(self.depth - 1, -1, -1):
                stop = (place + 1 >= np.maximum(self.first, must))[:, None, None]
                after = np.minimum(after, np.where(stop, 0.0, np.inf))
                through = chain[place] + after - least[:, None, None]
                sites = np.flatnonzero(self.places[:, place] >= 0)
                at = self.places[sites, place]
                more[at] = through[sites][:, :, None] + (value[at] - single[at][:, :, None])
                after = self._later(np.where((self.places[:, place] >= 0)[:, None, None], single[self.places[:, place]] + after, np.inf))
        return np.asarray(np.isfinite(more) & (more <= room + 1e-9 * max(1.0, abs(room))))

    def _later(self, value: Array) -> Array:
        """The least of what starts at least the spacing after each month: (site, power, month)."""
        least = np.minimum.accumulate(value[..., ::-1], axis=2)[..., ::-1]
        months = value.shape[2]
        after = np.arange(months)[None, :] + (np.arange(months)[None, :] - self.before)
        taken = np.take_along_axis(least, np.broadcast_to(np.minimum(after, months - 1)[:, None, :], value.shape), axis=2)
        return np.where((after < months)[:, None, :], taken, np.inf)

    def _apply(self, value: Array, cut: Cut, must: NDArray[np.int_]) -> None:
        if cut.kind == "power":
            at = np.array(self.case.by_site[cut.at], dtype=int)
            gone = np.arange(value.shape[1]) != cut.value if cut.inside else np.arange(value.shape[1]) == cut.value
            value[np.ix_(at, np.flatnonzero(gone))] = np.inf
        elif cut.kind == "chip":
            gone = np.arange(value.shape[2]) != cut.value if cut.inside else np.arange(value.shape[2]) == cut.value
            value[cut.at][:, gone] = np.inf
        elif cut.inside:
            value[cut.at][:, :, cut.value + 1 :] = np.inf
            site = self.case.buildings[cut.at].site
            must[site] = max(must[site], self.position[cut.at] + 1)
        else:
            value[cut.at][:, :, : cut.value + 1] = np.inf

    def _forward(self, value: Array, must: NDArray[np.int_]) -> tuple[list[Array], Array]:
        """Buildings in their order: chain[k] (site, power, month), the least of the first k + 1 with the last of them started then; and
        the least of so many in all, (site, power, count - 1), where it may end there."""
        sites, rows = len(self.case.sites), np.arange(len(self.case.sites))[:, None, None]
        powers = np.arange(len(self.case.powers))[None, :, None]
        chain: list[Array] = []
        ends = np.full((sites, len(self.case.powers), self.depth), np.inf)
        for place in range(self.depth):
            own = np.where((self.places[:, place] >= 0)[:, None, None], value[self.places[:, place]], np.inf)
            if place:
                least = np.minimum.accumulate(chain[-1], axis=2)
                own = own + np.where(self.before[:, None, :] >= 0, least[rows, powers, np.maximum(self.before, 0)[:, None, :]], np.inf)
            chain.append(own)
            ends[:, :, place] = np.where((place + 1 >= np.maximum(self.first, must))[:, None], own.min(axis=2), np.inf)
        return chain, ends

    def _chained(self, value: Array, chip: NDArray[np.intp], must: NDArray[np.int_]) -> Best:
        chain, ends = self._forward(value, must)
        least = np.minimum(ends.min(axis=(1, 2), initial=np.inf), np.where(must > 0, np.inf, 0.0))
        return Best(least, [self._plans(site, ends[site], chain, chip, bool(must[site] == 0)) for site in range(len(least))])

    def _plans(
        self, site: int, ends: Array, chain: list[Array], chip: NDArray[np.intp], nothing: bool
    ) -> list[tuple[float, tuple[Choice, ...]]]:
        """The best plans of a power or a count, so many at most, the best of all first; nothing where that is allowed."""
        found = {(int(power), int(ends[power].argmin())) for power in range(len(ends))}
        found |= {(int(ends[:, count].argmin()), count) for count in range(ends.shape[1])}
        near = sorted((float(ends[one]), one) for one in found if np.isfinite(ends[one]))[:PLANS]
        out = [(value, self._back(site, *one, chain, chip)) for value, one in near]
        return sorted([*out, *([(0.0, ())] if nothing else [])])

    def _back(self, site: int, power: int, count: int, chain: list[Array], chip: NDArray[np.intp]) -> tuple[Choice, ...]:
        out: list[Choice] = []
        end = len(self.case.months)
        for place in range(count, -1, -1):
            start = int(np.argmin(chain[place][site, power, :end]))
            building = int(self.places[site, place])
            out.append(Choice(building, power, int(chip[building, power, start]), start))
            end = int(self.before[site, start]) + 1
        return tuple(reversed(out))

    def held(self, plan: Plan, cuts: tuple[Cut, ...]) -> bool:
        """Whether a plan lies within a branch."""
        return all(self._within(plan, cut) for cut in cuts)

    def _within(self, plan: Plan, cut: Cut) -> bool:
        if cut.kind == "power":
            return plan.site != cut.at or not plan.choices or (plan.choices[0].power == cut.value) == cut.inside
        if plan.site != self.case.buildings[cut.at].site:
            return True
        one = plan.choices[self.position[cut.at]] if self.position[cut.at] < len(plan.choices) else None
        if cut.kind == "chip":
            return one is None or (one.chip == cut.value) == cut.inside
        return (one is not None and one.start <= cut.value) == cut.inside


def kept_worlds(weights: Array, mass: float, worth: Array, least: Array, most: Array) -> float:
    """Least sum of worth z over shares z of the worlds between `least` and `most` that weigh `mass` together; infinite where none do."""
    lack = mass - float(weights @ least)
    total = float(worth @ least)
    if lack <= 0.0:
        return total
    room = most - least
    if float(weights @ room) < lack - 1e-12:
        return float("inf")
    order = np.argsort(worth / np.maximum(weights, 1e-300), kind="stable")
    weight, cost = (weights * room)[order], (worth * room)[order]
    before = np.concatenate([[0.0], np.cumsum(weight)[:-1]])
    share = np.clip((lack - before) / np.where(weight > 0.0, weight, 1.0), 0.0, 1.0)
    return total + float(cost @ share)


def bound_of(scaled: Scaled, prices: Prices, least: Array, kept: Kept) -> float:
    """The Lagrangian bound at prices: `least` of the sites, `kept` ends of the shares of worlds."""
    total = float(least.sum()) - float(prices.limit @ scaled.most)
    for target, price in enumerate(prices.target):
        worth = price * scaled.need[target]
        total += kept_worlds(scaled.case.weights, float(scaled.probability[target]), worth, kept.least[target], kept.most[target])
    return total
