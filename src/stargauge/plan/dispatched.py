"""A sized supply put to the test: run by rule, without foresight, over weather it was not sized on and units that fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.options import Array, BatteryOption, PlantOption
from stargauge.plan.supply_program import Supply
from stargauge.quantity.dispatch import dispatch
from stargauge.quantity.hourly import Hourly
from stargauge.quantity.outages import Outages
from stargauge.quantity.power_sources import Battery, Given, Grid, Plant, Source
from stargauge.quantity.weather import YEAR_HOURS

#: Sizes below this share of the peak of the load are left out: the method leaves them above zero, and nobody builds them.
NEGLIGIBLE = 1e-4
#: Units where a plant names no unit size, and part-load heat over full-load heat where none is known: a straight line through zero.
_UNITS, _PART, _NO_PENALTY = 20, 0.5, 1.0


@dataclass(frozen=True)
class Tested:
    """What a supply does over other years: hours a year without enough, energy missing (share of the load), worst W; by draw.

    `cost`: USD per Wh served, with the energy that was really taken; `energy` by source, Wh a year.
    """

    years: tuple[int, ...]
    shortfall_hours: Array
    missing: Array
    worst: Array
    cost: Array
    energy: dict[str, Array]


def run_by_rule(
    supply: Supply, load: Array, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption], outputs: Mapping[str, Array],
    repairs: Mapping[str, float], years: Sequence[int], draws: int, seed: int,
) -> Tested:  # fmt: skip
    """Run a supply for one year in each draw. `load` by hour, or (hour, year) of the test; `outputs`: of sun and wind (hour, year);
    `repairs`: mean hours that a failed unit is down.

    Order: what gives without a choice, the battery, then the grid and plants from the cheapest to run. A draw takes one of the years and a
    history of outages of its own. What a plan over several years has only later is there from the first hour.
    """
    peak = float(load.max())
    years = years[:draws]
    column: NDArray[np.int64] = np.arange(draws, dtype=np.int64) % len(years)
    sources: list[Source] = []
    order: list[str] = []
    ranked = sorted(plants, key=lambda plant: (plant.chosen, float(np.mean(plant.running_cost))))
    for plant in (one for one in ranked if supply.sizes[one.name] > NEGLIGIBLE * peak):
        sources.append(_source(plant, supply.sizes[plant.name], outputs, column, repairs, _chance(plant.name, draws, seed)))
        order.append(plant.name)
    first = sum(not plant.chosen for plant in plants if plant.name in order)
    for battery in (one for one in batteries if supply.sizes[one.name] > NEGLIGIBLE * peak):
        power, held = supply.sizes[battery.name], supply.sizes[f"{battery.name} energy"]
        sources.append(Battery(battery.name, held, power, power, battery.one_way, battery.one_way, 0.5))
        order.insert(first, battery.name)
    made = dispatch(Hourly(load, column=column if load.ndim > 1 else None), sources, order)
    energy = {name: made.energy[:, place].sum(axis=-1) for place, name in enumerate(made.sources)}
    whole = made.load.sum(axis=-1)
    missing = made.shortfall.sum(axis=-1)
    money = np.full(draws, float(sum(_battery_money(battery, supply) for battery in batteries)))
    for plant in plants:
        money += _money(plant, supply.sizes[plant.name], energy.get(plant.name, np.zeros(draws)))
    return Tested(tuple(years), made.shortfall_hours.astype(np.float64), missing / whole, made.worst, money / (whole - missing), energy)


def _money(plant: PlantOption, size: float, energy: Array) -> Array:
    """USD a year: what it costs anyway and what it costs to run; what gives without a choice is paid for all it could give."""
    running = float(np.mean(plant.running_cost))
    given = energy if plant.chosen else np.full_like(energy, size * YEAR_HOURS * float(np.mean(plant.output)))
    return np.asarray(size * plant.yearly_cost + given * running)


def _battery_money(battery: BatteryOption, supply: Supply) -> float:
    return supply.sizes[battery.name] * battery.yearly_cost_power + supply.sizes[f"{battery.name} energy"] * battery.yearly_cost_energy


def _chance(name: str, draws: int, seed: int) -> Array:
    """A uniform number of each draw, from which a plant's failures follow; plants do not fail together."""
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=(crc32(name.encode()),))).random(draws)


def _source(
    plant: PlantOption, size: float, outputs: Mapping[str, Array], column: NDArray[np.int64], repairs: Mapping[str, float], chance: Array
) -> Source:  # fmt: skip
    if not plant.chosen:
        output = outputs.get(plant.name)
        if output is None:
            return Given(plant.name, Hourly(np.full(YEAR_HOURS, float(np.mean(plant.output))), size))
        return Given(plant.name, Hourly(output, size, column))
    if plant.source == "grid":
        return Grid(plant.name, Hourly(np.full(YEAR_HOURS, 1.0), size))
    unit = plant.unit or size / _UNITS
    up, down = float(np.mean(plant.output)), repairs.get(plant.name, 0.0)
    outages = Outages(down * up / (1.0 - up), down, chance) if down and up < 1.0 else None
    heat = max(plant.fuel, 1.0)
    usual = None if outages else Hourly(np.full(YEAR_HOURS, up))  # without failures on record, as much as it gives on average
    return Plant(plant.name, unit, ceil(size / unit - 1e-3), heat, heat * _NO_PENALTY, _PART, outages=outages, available=usual)
