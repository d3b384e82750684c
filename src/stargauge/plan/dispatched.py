"""A sized supply put to the test: run by rule, without foresight, over weather it was not sized on and units that fail.

Plants run as they are: least load, heat at part load, ramps and starts, which sizing leaves out and which only take away or cost more, so
that its bound holds with them too; and units that fail, of which sizing has the mean alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.options import GRID, NEGLIGIBLE, Array, BatteryOption, PlantOption, by_hour
from stargauge.plan.supply_program import Supply
from stargauge.quantity.power.dispatch import NO_SHORT, Dispatch, ShortHours, dispatch
from stargauge.quantity.power.hourly import MONTH_ENDS, Hourly
from stargauge.quantity.power.outages import Outages, units_up
from stargauge.quantity.power.power_sources import Battery, Given, Grid, Plant, Source
from stargauge.quantity.weather.weather import YEAR_HOURS

#: Units where a plant names no unit size; the share of its capacity at which a unit has its heat at half load; the rate of the grid.
_UNITS, _HALF, _PRICE = 20, 0.5, "price"


@dataclass(frozen=True)
class Tested:
    """What a supply does over other years: hours a year without enough, energy missing (share of the load), worst W; by draw.

    `cost`: USD per Wh served, with the energy that was really taken; `energy` by source, Wh a year. Of that cost, USD per Wh served too:
    `part_load`, fuel burnt beyond full-load heat; `starts`; `demand_charge`. `carbon`: g CO2e per Wh of load; `fuel`: Wh burnt a year.
    `whole`: Wh of load; `short`: every hour in which something is missing.
    """

    years: tuple[int, ...]
    shortfall_hours: Array
    missing: Array
    worst: Array
    cost: Array
    energy: dict[str, Array]
    carbon: Array
    fuel: Array
    part_load: Array
    starts: Array
    demand_charge: Array
    whole: Array
    short: ShortHours
    extra: Mapping[str, tuple[Array, Array]] = field(default_factory=dict)  # USD a year by plant: part load, starts


class _Run(NamedTuple):
    """A run, the ends of its periods, and the weather it was of: output of sun and wind (hour, year), and the year of each draw."""

    made: Dispatch
    ends: tuple[int, ...]
    outputs: Mapping[str, Array]
    column: NDArray[np.int64]

    @property
    def none(self) -> Array:
        """Nothing, by draw."""
        return np.zeros(self.made.draws)

    def place(self, name: str) -> int | None:
        """Where a source stands in the run; None where it is not built."""
        return self.made.sources.index(name) if name in self.made.sources else None


class _Bill(NamedTuple):
    """What one source costs a year, USD by draw: in all, and of that what fuel beyond full-load heat, starts and demand charges take."""

    total: Array
    part_load: Array
    starts: Array
    demand: Array


def run_by_rule(
    supply: Supply, load: Array, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption], outputs: Mapping[str, Array],
    years: Sequence[int], draws: int, seed: int,
) -> Tested:  # fmt: skip
    """Run a supply for one year in each draw. `load` by hour, or (hour, year) of the test; `outputs`: of sun and wind (hour, year).

    Order: what gives without a choice, the battery, then the grid and plants from the cheapest to run, then what stands by. A draw takes
    one of the years and a history of outages of its own. What a plan over several years has only later is there from the first hour.
    """
    peak = float(load.max())
    years = years[:draws]
    column: NDArray[np.int64] = np.arange(draws, dtype=np.int64) % len(years)
    ranked = sorted(plants, key=lambda plant: (plant.chosen, plant.standby, float(np.mean(plant.running_cost))))
    built = [plant for plant in ranked if supply.sizes[plant.name] > NEGLIGIBLE * peak]
    sources: list[Source] = [_source(plant, supply.sizes[plant.name], outputs, column, _chance(plant.name, draws, seed)) for plant in built]
    order = [plant.name for plant in built]
    first = sum(not plant.chosen for plant in built)
    for battery in (one for one in batteries if supply.sizes[one.name] > NEGLIGIBLE * peak):
        power, held = supply.sizes[battery.name], supply.sizes[f"{battery.name} energy"]
        sources.append(Battery(battery.name, held, power, power, battery.one_way, battery.one_way, 0.5))
        order.insert(first, battery.name)
    ends = _period_ends(built)
    made = dispatch(Hourly(load, column=column if load.ndim > 1 else None), sources, order, period_ends=ends, short=True)
    return _told(_Run(made, ends, outputs, column), supply, plants, batteries, tuple(years))


def _period_ends(plants: Sequence[PlantOption]) -> tuple[int, ...]:
    """Ends of months, and wherever hours begin or cease to count for a charge on the highest of them."""
    ends = set(MONTH_ENDS)
    for charge in (charge for plant in plants for charge in plant.peak_charge):
        for series in (charge.price, charge.month):
            ends.update(int(hour) + 1 for hour in np.flatnonzero(np.diff(series)))
    return tuple(sorted(ends))


def _told(
    run: _Run, supply: Supply, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption], years: tuple[int, ...]
) -> Tested:  # fmt: skip
    """What came of a run, with what it cost, burnt and emitted."""
    made = run.made
    energy = {name: made.energy[:, place].sum(axis=-1) for place, name in enumerate(made.sources)}
    whole, missing = made.load.sum(axis=-1), made.shortfall.sum(axis=-1)
    served = whole - missing
    bills = [_bill(plant, supply.sizes[plant.name], run) for plant in plants]
    total = sum((bill.total for bill in bills), run.none) + sum((_battery_bill(one, supply, energy) for one in batteries), run.none)
    carbon = sum((_carbon(plant, supply.sizes[plant.name], run) for plant in plants), run.none)
    return Tested(
        years, made.shortfall_hours.astype(np.float64), missing / whole, made.worst, np.asarray(total / served), energy,
        np.asarray(carbon / whole), np.asarray(sum((_burnt(plant, run) for plant in plants), run.none)),
        np.asarray(sum((bill.part_load for bill in bills), run.none) / served),
        np.asarray(sum((bill.starts for bill in bills), run.none) / served),
        np.asarray(sum((bill.demand for bill in bills), run.none) / served), whole, made.short or NO_SHORT,
        {plant.name: (bill.part_load, bill.starts) for plant, bill in zip(plants, bills, strict=True)},
    )  # fmt: skip


# --- sources ----------------------------------------------------------------------------------------------------------------------


def _chance(name: str, draws: int, seed: int) -> Array:
    """A uniform number of each draw, from which a plant's failures follow; plants do not fail together."""
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=(crc32(name.encode()),))).random(draws)


def _source(plant: PlantOption, size: float, outputs: Mapping[str, Array], column: NDArray[np.int64], chance: Array) -> Source:
    if not plant.chosen:
        output = _output(plant, outputs)
        return Given(plant.name, Hourly(output, size, column if output.ndim > 1 else None))
    outages = _outages(plant, chance)
    if plant.source == GRID:
        return _grid(plant, size, outages, len(chance))
    run, unit, heat = plant.running, plant.unit or size / _UNITS, max(plant.fuel, 1.0)
    usual = None if outages else Hourly(np.full(YEAR_HOURS, float(np.mean(plant.output))))  # without failures, what it gives on average
    return Plant(
        plant.name, unit, _count(size, unit), heat, heat * run.half_load, _HALF, run.minimum, run.ramp,
        outages=outages, available=usual,
    )  # fmt: skip


def _count(size: float, unit: float) -> int:
    """Units that a size takes."""
    return ceil(size / unit - 1e-3)


def more_up(plant: PlantOption, size: float, units: int, draws: int, seed: int) -> Array:
    """W that units of a kind beside a size of it give more in each hour of a year: (hour, draw), with their failures in the test."""
    outages = _outages(plant, _chance(plant.name, draws, seed))
    if outages is None:
        return np.full((YEAR_HOURS, draws), units * plant.unit * float(np.mean(plant.output)))
    there = _count(size, plant.unit)
    few, many = (units_up(YEAR_HOURS, count, outages, draws) for count in (there, there + units))
    return np.asarray((many - few) * plant.unit)


def _outages(plant: PlantOption, chance: Array) -> Outages | None:
    """Failures with the mean time down that is known, as often as its availability has it; None where either is not."""
    up = plant.running.availability if plant.running.availability < 1.0 else float(np.mean(plant.output))
    down = plant.running.repair
    return Outages(down * up / (1.0 - up), down, chance) if down and up < 1.0 else None


def _grid(plant: PlantOption, size: float, outages: Outages | None, draws: int) -> Grid:
    """One connection, which is up or down as a whole, at its price of each hour."""
    up = np.ones(YEAR_HOURS) if outages is None else units_up(YEAR_HOURS, 1, outages, draws).astype(np.float64)
    return Grid(plant.name, Hourly(up, size), {_PRICE: Hourly(_last_year(plant.running_cost))})


def _output(plant: PlantOption, outputs: Mapping[str, Array]) -> Array:
    """Share of its capacity by hour and year of the test; where no weather moves it, its mean by hour."""
    given = outputs.get(plant.name)
    return given if given is not None else np.full(YEAR_HOURS, float(np.mean(plant.output)))


def _could_give(plant: PlantOption, run: _Run, worth: Array | None = None) -> Array:
    """Wh a year per W of what gives without a choice, by draw; with what each hour is worth, USD in place of Wh."""
    output = _output(plant, run.outputs)
    sums = np.asarray((output.T if worth is None else output.T * worth).sum(axis=-1))
    return np.asarray(sums[run.column] if sums.ndim else run.none + sums)


def _last_year(value: float | Array) -> Array:
    """Values of the last year of a plan, which is the one that is tested."""
    return by_hour(value, max(np.size(value), YEAR_HOURS))[-YEAR_HOURS:]


# --- what it costs, burns and emits -----------------------------------------------------------------------------------------------


def _bill(plant: PlantOption, size: float, run: _Run) -> _Bill:
    none, made, place = run.none, run.made, run.place(plant.name)
    held = none + size * plant.yearly_cost
    if place is None:
        return _Bill(held, none, none, none)
    held = held + plant.fixed_cost
    if not plant.chosen:  # paid for all it could give, at the price of each hour
        return _Bill(held + size * _could_give(plant, run, _last_year(plant.running_cost)), none, none, none)
    if plant.source == GRID:
        demand = _demand(plant, run)
        return _Bill(held + made.grid_rates[_PRICE].sum(axis=-1) + demand, none, none, demand)
    energy = made.energy[:, place]
    running = energy @ _by_period(_last_year(plant.running_cost), run.ends)
    more = (made.fuel[:, place].sum(axis=-1) - energy.sum(axis=-1) * max(plant.fuel, 1.0)) * plant.running.fuel_price
    starts = made.starts[:, place] * (plant.unit or size / _UNITS) * plant.running.start_cost
    return _Bill(held + running + more + starts, more, starts, none)


def _demand(plant: PlantOption, run: _Run) -> Array:
    """Charges for the highest hours of months, USD by draw."""
    total, starts = run.none, np.array((0, *run.ends[:-1]))
    for charge in plant.peak_charge:
        price, month = charge.price[starts], charge.month[starts]
        for one in np.unique(month[price > 0.0]):
            counts = (month == one) & (price > 0.0)
            total += price[counts].max() * run.made.grid_peak[:, counts].max(axis=1)
    return total


def _by_period(prices: Array, ends: tuple[int, ...]) -> Array:
    """The mean of each period: plants tell what they gave by period."""
    return np.array([prices[start:end].mean() for start, end in zip((0, *ends), ends, strict=False)])


def _battery_bill(battery: BatteryOption, supply: Supply, energy: Mapping[str, Array]) -> Array:
    held = supply.sizes[battery.name] * battery.yearly_cost_power + supply.sizes[f"{battery.name} energy"] * battery.yearly_cost_energy
    return np.asarray(held + energy.get(battery.name, np.zeros(1)) * battery.running_cost)


def _burnt(plant: PlantOption, run: _Run) -> Array:
    """Wh of fuel a year, with what part load takes."""
    place = run.place(plant.name)
    return run.none if not plant.fuel or place is None else np.asarray(run.made.fuel[:, place].sum(axis=-1))


def _carbon(plant: PlantOption, size: float, run: _Run) -> Array:
    """g CO2e a year: of what burns by its fuel, of what gives without a choice by all it could give, as sizing has it, else by energy."""
    place = run.place(plant.name)
    if not plant.carbon or place is None:
        return run.none
    if not plant.chosen:
        return np.asarray(plant.carbon * size * _could_give(plant, run))
    if plant.fuel:
        return np.asarray(_burnt(plant, run) * plant.carbon / plant.fuel)
    return np.asarray(plant.carbon * run.made.energy[:, place].sum(axis=-1))
