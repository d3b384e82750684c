"""The search for a supply that stands its test: units are added until it does, as few as that takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import NamedTuple

import numpy as np

from stargauge.plan.dispatched import Tested, more_up, run_by_rule
from stargauge.plan.options import GRID, YEAR, Array, BatteryOption, Limits, PlantOption
from stargauge.plan.power_case import NO_ENERGY, PowerCase
from stargauge.plan.sizing import undercuts, whole_units
from stargauge.plan.stages import Parts
from stargauge.plan.supply_program import Supply

#: Share of the cost within which a supply of whole units may be of the best.
_CLOSE = 5e-3
#: How often units are added at most: beside more of them the rest is sized smaller, which may take some more.
_ROUNDS = 4
#: How many of a kind are tried at most: so many times what carries the load alone, and some more where one unit alone does.
_MULTIPLE, _SPARE = 4, 8


class Standing(NamedTuple):
    """A supply with its test, and the limits that it was sized with."""

    limits: Limits
    supply: Supply
    test: Tested


class Added(NamedTuple):
    """Units of a kind beside a supply with which a test is passed, and that test."""

    plant: PlantOption
    units: int
    test: Tested


def reliable(case: PowerCase) -> Standing:
    """The cheapest supply that also stands the test. `bound` stays that of the limits alone.

    A program that knows all weather and no failure plans too little that runs as wanted; by rule and with failures it has to carry peaks.
    Units that stand in for the grid may do its work as well: so with a grid of its size at least, and without one, the cheaper is taken.
    """
    first = _sized(case, case.limits)
    test = trial(case, first)
    if case.enough(test):
        return Standing(case.limits, first, test)
    grid = [plant.name for plant in case.plants if plant.source == GRID and case.seen(first.sizes[plant.name])]
    best = _standing(_held(case, {name: (first.sizes[name], np.inf) for name in grid}), first, test)
    none = _held(case, {name: (0.0, 1.0) for name in grid})  # 1 W: a size has an end above zero
    if grid and _may_undercut(none, best):
        alone = _sized(none, none.limits)
        other = _standing(none, alone, trial(none, alone))
        best = min(best, other, key=lambda made: (not case.enough(made.test), made.supply.total))
    return best._replace(supply=replace(best.supply, bound=first.bound))


def _held(case: PowerCase, ends: Mapping[str, tuple[float, float]]) -> PowerCase:
    """The same case with some plants of at least and at most a size."""
    plants = [
        replace(plant, least=ends[plant.name][0], most=min(plant.most, ends[plant.name][1])) if plant.name in ends else plant
        for plant in case.offers.plants
    ]
    return replace(case, offers=replace(case.offers, plants=plants))


def _may_undercut(case: PowerCase, best: Standing) -> bool:
    """Whether a case can cost less than what was found, or that does not stand the test; by sizes without units, whose cost is a bound."""
    return undercuts(case.load, case.plants, case.batteries, case.limits, best.supply.total if case.enough(best.test) else np.inf)


def _standing(case: PowerCase, supply: Supply, test: Tested) -> Standing:
    """As many units are added as the test takes, and the rest is sized again beside them, until it is passed or no number of them helps."""
    limits = case.limits
    for _ in range(_ROUNDS):
        added = None if case.enough(test) else _cheapest_help(case, supply, test)
        if added is None:
            break
        firm = sum(case.seen(supply.sizes[plant.name]) for plant in case.plants if plant.firm)
        limits = replace(limits, firm=firm + added.units * added.plant.unit)
        supply = _sized(case, limits)
        test = trial(case, supply)
    return Standing(limits, supply, test)


def _cheapest_help(case: PowerCase, supply: Supply, test: Tested) -> Added | None:
    """Units of the kind that comes cheapest with which the test is passed; None where no kind helps."""
    kinds = [plant for plant in case.plants if plant.firm and plant.unit]
    guessed = [(plant, _guess(case, supply, plant, test)) for plant in kinds]
    costs = {plant.name: count * plant.unit * plant.yearly_cost for plant, count in guessed if count}
    return next(_helping(case, supply, test, sorted((one for one in kinds if one.name in costs), key=lambda one: costs[one.name])), None)


def first_help(case: PowerCase, supply: Supply, test: Tested) -> Added | None:
    """Units of the first kind of a supply that helps, the cheapest to hold first; None where none does."""
    kinds = [plant for plant in case.plants if plant.name in supply.sizes and plant.chosen and plant.unit]
    return next(_helping(case, supply, test, sorted(kinds, key=lambda one: one.yearly_cost)), None)


def _helping(case: PowerCase, supply: Supply, test: Tested, kinds: Sequence[PlantOption]) -> Iterator[Added]:
    for plant in kinds:
        added = _fewest(case, supply, plant, _guess(case, supply, plant, test))
        if added is not None:
            yield added


# --- how few units are enough -----------------------------------------------------------------------------------------------------


def _guess(case: PowerCase, supply: Supply, added: PlantOption, test: Tested) -> int:
    """The fewest units of a kind that give what is missing in a test, hour by hour; 0 where as many as are tried at most do not.

    A run with them differs from that only in what charges a battery and what least loads take from others.
    """
    size, short = supply.sizes[added.name], test.short

    def lacking(up: Array) -> bool:
        left = np.bincount(short.draw, np.maximum(short.power - up, 0.0), minlength=len(test.whole))
        return bool(np.quantile(left / test.whole, 0.9) > case.allowed)

    def fails(count: int) -> bool:
        return lacking(more_up(added, size, count, case.draws, case.seed)[short.hour, short.draw])

    mean = added.unit * float(np.mean(added.output))
    few, many = 0, _most(case, added)
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (middle, many) if lacking(np.full(len(short.power), middle * mean)) else (few, middle)
    few, step = 0, 1
    while fails(many):
        if many >= _most(case, added):
            return 0
        few, many, step = many, min(many + step, _most(case, added)), 2 * step
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (middle, many) if fails(middle) else (few, middle)
    return many


def _most(case: PowerCase, plant: PlantOption) -> int:
    """Units of a kind that are tried at most."""
    return ceil(_MULTIPLE * case.peak / plant.unit) + _SPARE


def _fewest(case: PowerCase, supply: Supply, plant: PlantOption, guess: int) -> Added | None:
    """The fewest units from a guess on with which the test is passed; None where there is no guess, or more units give no more."""
    failed, count, most, least = guess - 1, guess, _most(case, plant), np.inf
    made: dict[int, Tested] = {}
    while count:
        made[count] = trial(case, more(supply, plant, count))
        if case.enough(made[count]):
            break
        lacks = float(np.quantile(made[count].missing, 0.9))
        failed, count = count, 0 if count >= most or lacks >= least else min(most, 2 * count - failed)
        least = lacks
    while count - failed > 1:
        middle = (failed + count) // 2
        made[middle] = trial(case, more(supply, plant, middle))
        failed, count = (failed, middle) if case.enough(made[middle]) else (middle, count)
    return Added(plant, count, made[count]) if count else None


def more(supply: Supply, plant: PlantOption, units: int) -> Supply:
    """The supply with so many units more of a plant."""
    return replace(supply, sizes={**supply.sizes, plant.name: supply.sizes[plant.name] + units * plant.unit})


# --- sizes and tests --------------------------------------------------------------------------------------------------------------


def _sized(case: PowerCase, limits: Limits) -> Supply:
    return as_there(case, whole_units(case.load, case.plants, case.batteries, limits, _CLOSE), limits)


def as_there(case: PowerCase, supply: Supply, limits: Limits) -> Supply:
    """The same supply with sizes that cost nothing as they would be: batteries that are there already whole, and connections and contracts
    that are paid by what they give as large as the highest hour of the test takes, which may be hotter than any of the plan. None where
    it gives nothing and no reserve is asked for: the method leaves a size that costs nothing.
    """
    sizes, more = dict(supply.sizes), case.peak - float(case.load.max())
    for plant in case.plants:
        if plant.chosen and not plant.yearly_cost and plant.name not in case.there and case.seen(sizes.get(plant.name, 0.0)):
            idle = limits.firm is None and supply.energy[plant.name] <= NO_ENERGY * supply.load
            sizes[plant.name] = 0.0 if idle else min(plant.most, sizes[plant.name] + more)
    for battery in case.batteries:
        if battery.name in case.there and battery.name in sizes:
            sizes |= {battery.name: battery.most, f"{battery.name} energy": battery.most * battery.most_hours}
    return replace(supply, sizes=sizes)


def trial(case: PowerCase, supply: Supply) -> Tested:
    """As it stands in its last year, with all that stands by."""
    return run(case, supply, ([*case.plants, *case.standing_by], case.batteries), case.tested_load[-YEAR:])


def run(case: PowerCase, supply: Supply, parts: Parts, load: Array) -> Tested:
    """By rule, of what a supply and what stands by have of these."""
    supply = case.with_backups(supply)
    plants = [plant for plant in parts[0] if plant.name in supply.sizes]
    supply, batteries = _as_one(supply, [battery for battery in parts[1] if battery.name in supply.sizes])
    return run_by_rule(supply, load, plants, batteries, case.tests, case.test_years, case.draws, case.seed)


def _as_one(supply: Supply, batteries: Sequence[BatteryOption]) -> tuple[Supply, list[BatteryOption]]:
    """Batteries as one, which is how a rule fills and empties them: powers, what they hold and what they cost together."""
    built = [one for one in batteries if supply.sizes[one.name] > 0.0 and supply.sizes[f"{one.name} energy"] > 0.0]
    if len(built) < 2:
        return supply, built
    power, held = ([supply.sizes[f"{one.name}{end}"] for one in built] for end in ("", " energy"))
    name, efficiency = built[0].name, sum(one.efficiency * size for one, size in zip(built, held, strict=True)) / sum(held)
    together = replace(
        built[0], efficiency=efficiency,
        yearly_cost_power=sum(one.yearly_cost_power * size for one, size in zip(built, power, strict=True)) / sum(power),
        yearly_cost_energy=sum(one.yearly_cost_energy * size for one, size in zip(built, held, strict=True)) / sum(held),
    )  # fmt: skip
    return replace(supply, sizes={**supply.sizes, name: sum(power), f"{name} energy": sum(held)}), [together]
