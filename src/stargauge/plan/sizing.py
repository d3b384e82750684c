"""The cheapest supply that keeps its limits; where there is none, which limit would have to give way, and by how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from stargauge.plan.interior_point import optimum
from stargauge.plan.options import NAMES, Array, BatteryOption, Limits, PlantOption
from stargauge.plan.supply_program import Supply, SupplyProgram
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

#: How far from whole a number of units may be, and the size in units that stands for none (a size needs an end above zero).
_WHOLE, _NOTHING = 1e-5, 1e-9
#: A limit that would have to be this much of what it is, is kept already; and how many branches are looked at at most.
_SAME, _BRANCHES = 1.0 + 1e-6, 40
#: How much wider the tolerances of a branch are that is only looked at, and how far from whole its numbers may be.
_ROUGH, _WHOLE_ROUGH = 1e3, 1e-3


@dataclass(frozen=True)
class Relief:
    """What one limit would have to be, all others kept, for a supply to exist; `needed` None where it alone cannot help.

    In the unit of `Limits`: shortfall as a share, carbon in g/Wh of load, land in m2, fuel in Wh a year.
    """

    limit: str
    asked: float
    needed: float | None


@dataclass(frozen=True)
class Lack:
    """The first hour that nothing offered carries: its day and hour, and W that are missing in it."""

    day: date
    hour: int
    missing: float


class NoSupply(InputError):
    """No supply keeps all limits. `reliefs`: what each limit alone would have to be. Where it has to be there by a day, `ready`: from when
    what is offered is there, if later; `lack`: the first hour that nothing carries.
    """

    ready: Mapping[str, date]
    lack: Lack | None

    def __init__(self, reliefs: Sequence[Relief]) -> None:
        self.reliefs = tuple(reliefs)
        self.ready, self.lack = {}, None
        helps = [one for one in reliefs if one.needed is not None]
        parts = [
            say("{limit}: asked {asked:.6g}, would have to be {needed:.6g}", limit=one.limit, asked=one.asked, needed=one.needed)
            for one in helps
        ]
        ways = "; ".join(parts)
        super().__init__(
            say("no supply keeps all limits; one of these alone would do: {ways}", ways=ways)
            if parts
            else say("no supply keeps all limits; no single limit that gives way would be enough")
        )


def cheapest(load: Array, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption], limits: Limits) -> Supply:
    """The cheapest supply of a load (W by hour, whole years) from plants and batteries of any size.

    Raises NoSupply where no supply keeps the limits, with what each would have to be.
    """
    if not plants:
        raise NoSupply([])
    made = SupplyProgram(load, plants, batteries, limits)
    found = optimum(made.program)
    if not found.converged:
        found_reliefs = reliefs(load, plants, batteries, limits)
        if any(_kept(one) for one in found_reliefs):
            raise InputError(
                say("a supply that keeps all limits exists, but the cheapest was not found; change a limit or a source a little")
            )
        raise NoSupply(found_reliefs)
    return made.supply(found)


def least_cost(load: Array, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption], limits: Limits) -> float | None:
    """USD a year that no supply of any sizes which keeps the limits costs less than; looked at roughly, and proven. None if not found."""
    made = SupplyProgram(load, plants, batteries, limits)
    found = optimum(made.program, _ROUGH)
    return found.at_least / made.years if found.converged else None


def undercuts(
    load: Array, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption], limits: Limits, total: float
) -> bool:  # fmt: skip
    """Whether a supply of any sizes can cost less than so much a year; looked at roughly, and only until it is proven that none can."""
    if not plants:
        return False
    made = SupplyProgram(load, plants, batteries, limits)
    found = optimum(made.program, _ROUGH, total * made.years)
    return found.converged and found.at_least < total * made.years


def _kept(one: Relief) -> bool:
    """Whether a limit could be kept as it is."""
    return one.limit != "firm" and one.needed is not None and one.needed <= one.asked * _SAME + _NOTHING


def reliefs(load: Array, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption], limits: Limits) -> list[Relief]:
    """For each limit: the least it would have to be if all others are kept: the program with that limit as what is minimised."""
    made = SupplyProgram(load, plants, batteries, limits)
    asked = [place for place, limit in enumerate(made.program.limits) if limit.name in NAMES or limit.name.startswith("share ")]
    found = [_relief(made, place) for place in asked]
    if limits.shortfall == 0.0:
        short = SupplyProgram(load, plants, batteries, replace(limits, shortfall=1.0))
        place = next(place for place, limit in enumerate(short.program.limits) if limit.name == "shortfall")
        found.insert(0, replace(_relief(short, place), asked=0.0))
    return found


def _relief(made: SupplyProgram, place: int) -> Relief:
    program = made.program
    limit = program.limits[place]
    columns = tuple(column._replace(cost=float(weight)) for column, weight in zip(program.columns, limit.columns, strict=True))
    weights = dict(limit.flows)
    none = np.zeros(program.hours)
    flows = tuple(flow._replace(cost=weights.get(number, none)) for number, flow in enumerate(program.flows))
    others = (*program.limits[:place], *program.limits[place + 1 :])
    found = optimum(program._replace(columns=columns, flows=flows, limits=others))
    unit = _unit(made, limit.name)
    return Relief(limit.name, limit.bound / unit, found.cost / unit if found.converged else None)


def _unit(made: SupplyProgram, limit: str) -> float:
    """One of the unit that a limit is asked in, as the program sums it: over all hours, of the load's energy, below zero for a least."""
    if limit in ("shortfall", "carbon") or limit.startswith("share "):
        return float(made.load.sum())
    return {"fuel": float(made.years), "firm": -1.0}.get(limit, 1.0)


@dataclass(frozen=True)
class _Branch:
    """Numbers of units held between bounds, and the cheapest supply with them."""

    held: dict[str, tuple[float, float]]
    supply: Supply


def whole_units(
    load: Array, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption], limits: Limits, close: float = 1e-3
) -> Supply:
    """The cheapest supply in which every plant that has a unit size is a whole number of units, within a share `close` of the best.

    Branch and bound on the numbers (Land and Doig 1960, Econometrica 28, 497-520), of so many branches at most, each looked at roughly and
    only until it is proven to be no better; the best again in full. With a least of what runs as wanted that of any sizes is looked at
    roughly too. `bound` of what is returned is that of units of any size, which is proven. Raises NoSupply as `cheapest` does.
    """
    counted, search = [plant for plant in plants if plant.unit], _Search(load, plants, batteries, limits, close)
    rough = search.branch({}) if limits.firm is not None else None
    first = rough.supply if rough is not None else cheapest(load, plants, batteries, limits)
    if rough is None and _most_broken(first, counted) is None:
        return first
    found = search.best_of(first)
    if found is None:
        raise InputError(say("no supply of whole units was found, though one of any sizes exists; leave out the largest units"))
    return replace(found, bound=first.bound)


class _Search:
    """The search for whole numbers: the best supply so far, and what is to be looked at."""

    def __init__(
        self, load: Array, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption], limits: Limits, close: float
    ) -> None:  # fmt: skip
        self.load, self.plants, self.batteries, self.limits, self.close = load, plants, batteries, limits, close
        self.counted = [plant for plant in plants if plant.unit]
        self.best: Supply | None = None

    @property
    def enough(self) -> float:
        """USD a year that a branch must be able to undercut."""
        return np.inf if self.best is None else self.best.total * (1.0 - self.close)

    def branch(self, held: dict[str, tuple[float, float]], rough: float = _ROUGH) -> _Branch | None:
        """The cheapest supply with numbers held between bounds; None where there is none, or none that undercuts the best by enough."""
        plants = [_held(plant, held.get(plant.name)) for plant in self.plants]
        made = SupplyProgram(self.load, plants, self.batteries, self.limits)
        found = optimum(made.program, rough, self.enough * made.years if rough > 1.0 else np.inf)
        return _Branch(held, made.supply(found)) if found.converged else None

    def best_of(self, first: Supply) -> Supply | None:
        """Branches from the one that may be cheapest on, until none can undercut the best; that one solved in full."""
        left, looked = [_Branch({}, first)], 0
        self._kept(left[0])
        while left and looked < _BRANCHES:
            looked += 1
            left.sort(key=lambda one: one.supply.bound)
            now = left.pop(0)
            plant = _most_broken(now.supply, self.counted, _WHOLE_ROUGH)
            if plant is None or now.supply.bound >= self.enough:
                break
            low, high = now.held.get(plant.name, (0.0, np.inf))
            count = now.supply.sizes[plant.name] / plant.unit
            for ends in ((low, float(np.floor(count))), (float(np.ceil(count)), high)):
                made = self.branch({**now.held, plant.name: ends})
                left += [made] if made is not None and not self._kept(made) else []
        return self._in_full(self.best, np.round) or self._in_full(first, np.ceil)

    def _kept(self, one: _Branch | None) -> bool:
        """Whether a supply is of whole units, near enough; the best of these is kept."""
        if one is None or _most_broken(one.supply, self.counted, _WHOLE_ROUGH) is not None:
            return False
        if self.best is None or one.supply.total < self.best.total:
            self.best = one.supply
        return True

    def _in_full(self, near: Supply | None, rounded: Callable[[float], float]) -> Supply | None:
        """The cheapest supply with the numbers of units of another, rounded; None where there is none."""
        if near is None:
            return None
        found = self.branch({plant.name: (_units(near, plant, rounded),) * 2 for plant in self.counted}, 1.0)
        return None if found is None else found.supply


def _held(plant: PlantOption, ends: tuple[float, float] | None) -> PlantOption:
    if ends is None:
        return plant
    return replace(plant, least=ends[0] * plant.unit, most=max(min(plant.most, ends[1] * plant.unit), _NOTHING * plant.unit))


def _units(supply: Supply, plant: PlantOption, rounded: Callable[[float], float]) -> float:
    return abs(float(rounded(supply.sizes[plant.name] / plant.unit - _WHOLE)))


def _most_broken(supply: Supply, counted: Sequence[PlantOption], whole: float = _WHOLE) -> PlantOption | None:
    """The plant whose number of units is furthest from whole; None where all are close to it."""
    off = {plant: abs(supply.sizes[plant.name] / plant.unit - round(supply.sizes[plant.name] / plant.unit)) for plant in counted}
    worst = max(off, key=lambda plant: off[plant], default=None)
    return worst if worst is not None and off[worst] > whole else None
