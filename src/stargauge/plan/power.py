"""The cheapest supply of a site: asked as a case, answered with sizes, cost, what binds, other mixes and a test on other years."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from stargauge.plan.cost_ranges import Spent, cost_range
from stargauge.plan.dispatched import Tested
from stargauge.plan.mixes import MIXES, Mix, tried
from stargauge.plan.options import YEAR, Array, BatteryOption, PlantOption
from stargauge.plan.power_case import NO_ENERGY, PowerCase
from stargauge.plan.sizing import Lack, NoSupply, cheapest, least_cost
from stargauge.plan.stages import Stage, each, stage_data, staged, weeks
from stargauge.plan.standing import reliable, run
from stargauge.plan.supply_program import Supply
from stargauge.quantity.errors import InputError

#: Sources whose plants stand elsewhere.
_ELSEWHERE = ("grid", "wind", "nuclear")


@dataclass(frozen=True)
class Wait:
    """What it costs to wait for one source, USD per Wh: with it there from the start, and all sizes free, a supply is that much cheaper.

    None where the cheapest supply with it was not found.
    """

    name: str
    until: date
    costs: float | None


@dataclass(frozen=True)
class PowerPlan:
    """The answer: the supply with whole units, its test, other mixes, what waiting costs, stages, and its cost at drawn prices.

    `bound_with_reserve`: USD a year that no supply with this much that runs as wanted, of any sizes, costs less than; None if not found.
    """

    case: PowerCase
    supply: Supply
    test: Tested
    mixes: tuple[Mix, ...]
    waits: tuple[Wait, ...] = ()
    stages: tuple[Stage, ...] = ()
    priced: Array | None = None
    bound_with_reserve: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data. Units: W, Wh, USD, g, L, m2; all sums per year."""
        case, supply = self.case, self.supply
        served = supply.load - supply.shortfall
        return {
            "start": str(case.start) if case.start else None, "years": len(case.load) // YEAR,
            "load": {"unit": "W", "base": "facility", "mean": float(case.load.mean()), "peak": float(case.load.max())},
            "cost": {
                "unit": "USD/Wh", "mean": supply.unit_cost, "at_least": supply.bound / supply.load,
                "above_least": supply.unit_cost / (supply.bound / supply.load) - 1.0,
                "bound_with_reserve": None if self.bound_with_reserve is None else self.bound_with_reserve / supply.load,
                "above_reserve": None
                if self.bound_with_reserve is None
                else supply.unit_cost / (self.bound_with_reserve / supply.load) - 1.0,
                "demand_charge": sum(supply.demand_charge.values()) / served,
                "parts": {name: cost / served for name, cost in supply.cost.items() if case.seen(supply.sizes[name])},
                "range": None if self.priced is None else _levels(self.priced),
            },
            "plants": [self._plant(plant) for plant in case.offers.plants],
            "batteries": [self._battery(one) for one in case.offers.batteries],
            "carbon": {"unit": "g", "value": supply.carbon, "per_load": supply.carbon / supply.load},
            "fuel": {"unit": "Wh", "value": supply.fuel}, "land": {"unit": "m2", "value": supply.land},
            "curtailed": {"unit": "Wh", "value": supply.curtailed},
            "shortfall": {"unit": "Wh", "value": supply.shortfall, "hours": supply.shortfall_hours},
            "limits": self._limits(), "test": self._test(), "mixes": [_mix(mix, case) for mix in self.mixes],
            "weeks": weeks(supply, case.load, self._shown(), 0, len(case.load)),
            "stages": [self._stage(one) for one in self.stages],
            "tariff": case.reading.tariff.name if case.reading and case.reading.tariff else None,
            "stated": [one.to_dict() for one in case.stated], "scopes": scopes(supply, case),
            "waits": [{"name": one.name, "until": str(one.until), "costs": {"unit": "USD/Wh", "value": one.costs}} for one in self.waits],
            "basis": [vars(one) for one in case.offers.basis],
        }  # fmt: skip

    def _plant(self, plant: PlantOption) -> dict[str, Any]:
        size = self.case.seen(self.supply.sizes.get(plant.name, 0.0))
        energy = self._energy(plant.name) if size else 0.0
        ready = self.case.offers.ready.get(plant.name)
        return {
            "name": plant.name, "source": plant.source, "size": size, "unit_size": plant.unit or None,
            "units": round(size / plant.unit) if plant.unit else None, "energy": energy, "share": energy / self.supply.load,
            "cost": self.supply.cost[plant.name] if size else 0.0, "ready": str(ready) if ready else None,
            "in_time": self._in_time(ready),
        }  # fmt: skip

    def _energy(self, name: str) -> float:
        """Wh a year; what is less than a millionth of the load is none, which the method leaves above zero."""
        energy = self.supply.energy[name]
        return energy if energy > NO_ENERGY * self.supply.load else 0.0

    def _in_time(self, ready: date | None) -> bool | None:
        """Whether something is there when the plan starts; None where it names no day."""
        return None if self.case.start is None else ready is None or ready <= self.case.start

    def _battery(self, battery: BatteryOption) -> dict[str, Any]:
        size = self.case.seen(self.supply.sizes.get(battery.name, 0.0))
        ready = self.case.offers.ready.get(battery.name)
        return {
            "name": battery.name, "size": size, "energy_size": self.supply.sizes[f"{battery.name} energy"] if size else 0.0,
            "energy": self._energy(battery.name) if size else 0.0, "cost": self.supply.cost[battery.name] if size else 0.0,
            "ready": str(ready) if ready else None, "in_time": self._in_time(ready),
        }  # fmt: skip

    def _limits(self) -> list[dict[str, Any]]:
        """Each limit that was asked for, in the unit it is asked in, and what a year would cost less per unit more of it."""
        asked, prices, load = self.case.limits, self.supply.prices, self.supply.load
        rows = [("shortfall", asked.shortfall, "1", load), ("carbon", asked.carbon, "g/Wh", load), ("land", asked.land, "m2", 1.0),
                ("fuel", asked.fuel, "Wh", 1.0), ("firm", asked.firm, "W", 1.0)]  # fmt: skip
        return [
            {"name": name, "asked": value, "unit": unit, "saves": {"unit": "USD", "value": prices.get(name, 0.0) * scale}}
            for name, value, unit, scale in rows if value is not None
        ]  # fmt: skip

    def _stage(self, stage: Stage) -> dict[str, Any]:
        """One stage: what is there, what came of its test, two weeks of it."""
        test, start = stage.test, self.case.start or date.min
        return {
            **stage_data(stage, self.case.with_backups(self.supply), self.case.load, start, self._shown()),
            "passed": self.case.enough(test),
            "shortfall_hours": {"unit": "h", **_levels(test.shortfall_hours)},
            "missing": {"unit": "1", **_levels(test.missing)}, "worst": {"unit": "W", **_levels(test.worst)},
        }  # fmt: skip

    def _test(self) -> dict[str, Any]:
        test = self.test
        return {
            "years": list(test.years), "draws": len(test.cost), "same_weather": self.case.same_weather,
            "passed": self.case.enough(test), "allowed": {"unit": "1", "value": self.case.allowed},
            "shortfall_hours": {"unit": "h", **_levels(test.shortfall_hours)},
            "missing": {"unit": "1", **_levels(test.missing)}, "worst": {"unit": "W", **_levels(test.worst)},
            "cost": {"unit": "USD/Wh", **_levels(test.cost)},
            "of_cost": {
                name: {"unit": "USD/Wh", **_levels(getattr(test, name))} for name in ("part_load", "starts", "demand_charge")
            },
            "carbon": {"unit": "g/Wh", **_levels(test.carbon)}, "fuel": {"unit": "Wh", **_levels(test.fuel)},
            "backups": [
                {"name": one.name, "size": one.most, "unit": "Wh", **_levels(test.energy.get(one.name, np.zeros(1)))}
                for one in self.case.standing_by
            ],
            "beyond_limit": {
                name: {"unit": "1", "value": _beyond(made, most), "by": {"unit": unit, **_overrun(made, most)}}
                for name, unit, made, most in (
                    ("carbon", "g/Wh", test.carbon, self.case.limits.carbon), ("fuel", "Wh", test.fuel, self.case.limits.fuel),
                )
                if most is not None
            },
        }  # fmt: skip

    def _shown(self) -> tuple[list[PlantOption], list[BatteryOption]]:
        """What is large enough to be shown."""
        sizes = self.supply.sizes
        return ([plant for plant in self.case.plants if self.case.seen(sizes[plant.name])],
                [one for one in self.case.batteries if self.case.seen(sizes[one.name])])  # fmt: skip


def _levels(values: Array) -> dict[str, float]:
    p10, p50, p90 = np.quantile(np.asarray(values, dtype=np.float64), (0.1, 0.5, 0.9))
    return {"p10": float(p10), "p50": float(p50), "p90": float(p90)}


def _beyond(values: Array, most: float) -> float:
    """Share of histories beyond a limit, by more than rounding."""
    return float(np.mean(values > most * (1.0 + NO_ENERGY)))


def _overrun(values: Array, most: float) -> dict[str, float]:
    """By how much histories are beyond a limit, all of them counted: half of them, and one in ten, by at least so much."""
    over = np.where(values > most * (1.0 + NO_ENERGY), values - most, 0.0)
    return {"p50": float(np.quantile(over, 0.5)), "p90": float(np.quantile(over, 0.9))}


def _mix(mix: Mix, case: PowerCase) -> dict[str, Any]:
    if mix.supply is None:
        return {"name": mix.name, "possible": False, "why": mix.why}
    found = mix.supply
    sizes = {name: size for name, size in found.sizes.items() if case.seen(size)}
    return {
        "name": mix.name, "possible": True, "sizes": sizes, "cost": {"unit": "USD/Wh", "mean": found.unit_cost},
        "carbon": {"unit": "g/Wh", "value": found.carbon / found.load}, "land": {"unit": "m2", "value": found.land},
        "added": None if mix.added is None else {"name": mix.added[0].name, "units": mix.added[1], "unit_size": mix.added[0].unit},
        "test": None if mix.test is None else {
            "passed": case.enough(mix.test), "missing": {"unit": "1", **_levels(mix.test.missing)},
            "shortfall_hours": {"unit": "h", **_levels(mix.test.shortfall_hours)},
        },
        "shares": {n: e / found.load if e > NO_ENERGY * found.load else 0.0 for n, e in found.energy.items() if sizes.get(n)},
    }  # fmt: skip


def planned(case: PowerCase, mixes: bool = True, told: Callable[[int, int], None] | None = None) -> PowerPlan:
    """Answer a case. Raises NoSupply where no supply keeps its limits, with what would relax it."""
    late = _late(case)
    steps = 1 + len(late) + (len(MIXES) if mixes else 0)

    def done(step: int) -> None:
        if told is not None:
            told(step, steps)

    try:
        limits, supply, test = reliable(case)
    except NoSupply as fault:
        if case.start is not None:
            fault.ready, fault.lack = {name: case.offers.ready[name] for name in late}, _lack(case, case.start)
        raise
    done(1)
    case, made = replace(case, limits=limits), []
    for place, (name, needed, allowed, share) in enumerate(MIXES if mixes else ()):
        made.append(tried(case, name, needed, allowed, share))
        done(2 + place)
    waits = []
    usual = _unit_cost(case) if late else None
    for place, name in enumerate(late):
        sooner = None if usual is None else _unit_cost(_sooner(case, name))
        waits.append(Wait(name, case.offers.ready[name], None if usual is None or sooner is None else usual - sooner))
        done(2 + len(made) + place)
    stages, priced = _stages(case, supply), _priced(case, supply, test)
    return PowerPlan(case, supply, test, tuple(made), tuple(waits), stages, priced, _bound_with_reserve(case, supply))


def _bound_with_reserve(case: PowerCase, supply: Supply) -> float | None:
    """The bound with what the test takes of plants that run as wanted beside the limits; that of the limits alone where it takes none."""
    if case.limits.firm is None:
        return supply.bound
    found = least_cost(case.load, case.plants, case.batteries, case.limits)
    return None if found is None else max(found, supply.bound)


def _late(case: PowerCase) -> list[str]:
    """What is not there when the plan starts."""
    plants = [plant.name for plant in case.offers.plants if plant.ready > 0]
    return plants + [battery.name for battery in case.offers.batteries if battery.ready > 0]


def _lack(case: PowerCase, start: date) -> Lack | None:
    """The first hour in which all that is there, as large as it may be, gives less than the load; none where a battery is there before."""
    hours = len(case.load)
    given = np.zeros(hours)
    for plant in case.plants:
        output = np.broadcast_to(plant.output, hours)[plant.ready :]
        given[plant.ready :] += np.multiply(output, plant.most, where=output > 0.0, out=np.zeros(len(output)))
    short = np.flatnonzero(given < case.load)
    if not len(short) or any(one.ready <= short[0] for one in case.batteries):
        return None
    first = int(short[0])
    return Lack(start + timedelta(days=first // 24), first % 24, float(case.load[first] - given[first]))


def _unit_cost(case: PowerCase) -> float | None:
    """USD per Wh of the cheapest supply of any sizes; None where the method does not find it."""
    try:
        return cheapest(case.load, case.plants, case.batteries, case.limits).unit_cost
    except NoSupply:
        raise
    except InputError:
        return None


def _sooner(case: PowerCase, name: str) -> PowerCase:
    """The same with one source there from the start; its size may be as it likes, and no unit is whole."""
    plants = [replace(plant, ready=0) if plant.name == name else plant for plant in case.offers.plants]
    batteries = [replace(one, ready=0) if one.name == name else one for one in case.offers.batteries]
    return replace(case, offers=replace(case.offers, plants=plants, batteries=batteries))


def _stages(case: PowerCase, supply: Supply) -> tuple[Stage, ...]:
    """What is built, stage by stage; nothing where the plan names no day or all is there at once."""
    if case.start is None:
        return ()
    plants = [*(one for one in case.plants if case.seen(supply.sizes[one.name])), *case.standing_by]
    built = plants, [one for one in case.batteries if supply.sizes[one.name]]
    made = staged(case.load, case.tested_load, built, lambda parts, load: run(case, supply, parts, load))
    return made if len(made) > 1 else ()


def _priced(case: PowerCase, supply: Supply, test: Tested) -> Array | None:
    """The cost at drawn prices: in each history of the test with what was really taken; of a staged supply of all its hours, as planned."""
    if case.reading is None:
        return None
    there = {one.name: 1.0 - one.ready / len(case.load) for one in each(([*case.plants, *case.standing_by], case.batteries))}
    plants = case.plants
    if case.start is None:
        plants = [*plants, *case.standing_by]
        load = case.tested_load[-YEAR:].sum(axis=0)
        column = np.arange(len(test.cost)) % len(test.years)
        served = (load[column] if np.ndim(load) else np.full(len(column), load)) * (1.0 - test.missing)
        energy = {name: np.broadcast_to(given, served.shape) for name, given in test.energy.items()}  # one where no draw differs
        spent = Spent(test.cost * served, served, energy, there, test.extra)
    else:
        every = np.ones(len(test.cost))
        energy = {plant.name: every * supply.energy[plant.name] for plant in case.plants}
        spent = Spent(every * supply.total, every * (supply.load - supply.shortfall), energy, there)
    stated = {one.name: one for one in case.stated}
    return cost_range(case.reading, case.seed, case.with_backups(supply), spent, plants, case.batteries, stated)


def scopes(supply: Supply, case: PowerCase) -> dict[str, Any]:
    """CO2e and water of a year by scope: what is burnt on site, what the grid is taken to emit where it is; water of the hall, of plants on
    site, and of what comes from elsewhere. What gas emits before it is burnt stands beside them, in no limit. What nobody says is absent.
    """
    energy = {
        plant.name: supply.energy[plant.name] for plant in case.plants
        if case.seen(supply.sizes[plant.name]) and supply.energy[plant.name] > NO_ENERGY * supply.load
    }  # fmt: skip
    grams, litres = {"1": 0.0, "2": 0.0}, dict[str, float]()
    for plant in (one for one in case.plants if energy.get(one.name)):
        grams["2" if plant.source == "grid" else "1"] += plant.carbon * energy[plant.name]
        each = case.upstream.get(plant.name)
        if each is not None:
            where = "upstream" if plant.source in _ELSEWHERE else "plants"
            litres[where] = litres.get(where, 0.0) + each * energy[plant.name]
    burnt = sum(plant.fuel * energy.get(plant.name, 0.0) for plant in case.plants)
    hall = {} if case.water is None else {"hall": case.water * (supply.load - supply.shortfall)}
    return {
        "carbon": [{"scope": scope, "unit": "g", "value": value} for scope, value in grams.items()],
        "gas_upstream": None if case.gas_upstream is None else {"scope": "3", "unit": "g", "value": case.gas_upstream * burnt},
        "water": [{"of": of, "unit": "L", "value": value} for of, value in {**hall, **litres}.items()],
        "absent": [name for name, given in energy.items() if given and case.upstream.get(name) is None],
    }
