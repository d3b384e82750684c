"""The cheapest supply of a site: asked as a case, answered with sizes, cost, what binds, other mixes and a test on other years."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import ceil
from typing import Any

import numpy as np

from stargauge.plan.cost_ranges import Spent, cost_range
from stargauge.plan.dispatched import Tested, run_by_rule
from stargauge.plan.offers import GAS, RENTED, Offering, Offers
from stargauge.plan.options import GRID, YEAR, Array, BatteryOption, Limits, PlantOption
from stargauge.plan.sizing import NoSupply, cheapest, whole_units
from stargauge.plan.stages import Parts, Stage, each, stage_data, staged, weeks
from stargauge.plan.stated import Stated
from stargauge.plan.supply_program import Supply
from stargauge.quantity.errors import InputError

_NO_ENERGY = 1e-6
#: How the reason begins where the method did not find the cheapest of a mix.
NOT_FOUND = "not found"
#: Sources whose plants stand elsewhere.
_ELSEWHERE = ("grid", "wind", "nuclear")
#: Share of the highest hour below which a size is not shown.
_DUST = 1e-3
#: The mixes that are compared: name, what has to be offered for it, what may be built, and the most of the energy that gas may give.
MIXES: tuple[tuple[str, str, tuple[str, ...], float | None], ...] = (
    ("gas only", "", (*GAS, RENTED), None), ("44 % sun", "solar", (*GAS, RENTED, "solar", "battery"), 0.56),
    ("90 % sun", "solar", (*GAS, RENTED, "solar", "battery"), 0.10),
    ("grid and peaker", "grid", ("grid", "gas-engine", "gas-turbine", RENTED), None),
)  # fmt: skip


@dataclass(frozen=True)
class PowerCase:
    """What is asked: a load (W by hour, facility), what can be had, limits; and how it is tested.

    `tests`: output of sun and wind over other years, by name (hour, year), with the numbers of these years; `repairs` by plant. `missing`:
    share of the energy that may be missing in nine of ten of these tests. `same_weather`: the years are those it is sized on.
    `test_load`: what the load of the plan's hours is in these years (hour, year); the same where left out. `stated`: what is there already.
    `reading`: the catalogue that the offers are read from, for the range of the cost. `water`: L in the hall per Wh of the load,
    `upstream`: L per Wh by plant; absent where nobody says.
    """

    load: Array
    start: date | None
    offers: Offers
    limits: Limits
    tests: Mapping[str, Array]
    test_years: tuple[int, ...]
    repairs: Mapping[str, float]
    missing: float = 1e-4
    draws: int = 256
    seed: int = 0
    same_weather: bool = False
    test_load: Array | None = None
    stated: tuple[Stated, ...] = ()
    reading: Offering | None = None
    water: float | None = None
    upstream: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def there(self) -> dict[str, Stated]:
        """What is there already and planned with, by its name in the plan."""
        return {one.name: one for one in self.stated if one.used}

    @property
    def tested_load(self) -> Array:
        """The load of the plan's hours in the years of the test: (hour,) where it is that of the plan, else (hour, year)."""
        return self.load if self.test_load is None else self.test_load

    @property
    def peak(self) -> float:
        """W of the highest hour, of the plan or of the test."""
        return max(float(self.load.max()), float(self.tested_load.max()))

    @property
    def plants(self) -> list[PlantOption]:
        """Plants that are there before the plan ends."""
        return [plant for plant in self.offers.plants if plant.ready < len(self.load)]

    @property
    def batteries(self) -> list[BatteryOption]:
        """Batteries that are there before the plan ends."""
        return [battery for battery in self.offers.batteries if battery.ready < len(self.load)]


@dataclass(frozen=True)
class Mix:
    """A supply from part of what can be had, and its test; None where no supply of these keeps the limits, with why.

    `added`: units that it took beside what was planned to pass the test, in its sizes and its cost; the rest is not sized again.
    """

    name: str
    supply: Supply | None
    why: str = ""
    test: Tested | None = None
    added: tuple[PlantOption, int] | None = None


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
    """The answer: the supply with whole units, its test, other mixes, what waiting costs, stages, and its cost at drawn prices."""

    case: PowerCase
    supply: Supply
    test: Tested
    mixes: tuple[Mix, ...]
    waits: tuple[Wait, ...] = ()
    stages: tuple[Stage, ...] = ()
    priced: Array | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data. Units: W, Wh, USD, g, L, m2; all sums per year."""
        case, supply = self.case, self.supply
        served = supply.load - supply.shortfall
        return {
            "start": str(case.start) if case.start else None, "years": len(case.load) // YEAR,
            "load": {"unit": "W", "base": "facility", "mean": float(case.load.mean()), "peak": float(case.load.max())},
            "cost": {
                "unit": "USD/Wh", "mean": supply.unit_cost, "at_least": supply.bound / supply.load,
                "demand_charge": sum(supply.demand_charge.values()) / served,
                "parts": {name: cost / served for name, cost in supply.cost.items() if _seen(supply.sizes[name], case)},
                "range": None if self.priced is None else _levels(self.priced),
            },
            "plants": [self._plant(plant) for plant in case.offers.plants],
            "batteries": [self._battery(one) for one in case.offers.batteries],
            "carbon": {"unit": "g", "value": supply.carbon, "per_load": supply.carbon / supply.load},
            "fuel": {"unit": "Wh", "value": supply.fuel}, "land": {"unit": "m2", "value": supply.land},
            "curtailed": {"unit": "Wh", "value": supply.curtailed},
            "shortfall": {"unit": "Wh", "value": supply.shortfall, "hours": supply.shortfall_hours},
            "limits": self._limits(), "test": self._test(), "mixes": [_mix(mix, case) for mix in self.mixes],
            "weeks": weeks(supply, case.load, self._shown(), 0, YEAR),
            "stages": [self._stage(one) for one in self.stages],
            "tariff": case.reading.tariff.name if case.reading and case.reading.tariff else None,
            "stated": [one.to_dict() for one in case.stated], "scopes": scopes(supply, case),
            "waits": [{"name": one.name, "until": str(one.until), "costs": {"unit": "USD/Wh", "value": one.costs}} for one in self.waits],
            "basis": [vars(one) for one in case.offers.basis],
        }  # fmt: skip

    def _plant(self, plant: PlantOption) -> dict[str, Any]:
        size = _seen(self.supply.sizes.get(plant.name, 0.0), self.case)
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
        return energy if energy > _NO_ENERGY * self.supply.load else 0.0

    def _in_time(self, ready: date | None) -> bool | None:
        """Whether something is there when the plan starts; None where it names no day."""
        return None if self.case.start is None else ready is None or ready <= self.case.start

    def _battery(self, battery: BatteryOption) -> dict[str, Any]:
        size = _seen(self.supply.sizes.get(battery.name, 0.0), self.case)
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
            **stage_data(stage, self.supply, self.case.load, start, self._shown()), "passed": _enough(self.case, test),
            "shortfall_hours": {"unit": "h", **_levels(test.shortfall_hours)},
            "missing": {"unit": "1", **_levels(test.missing)}, "worst": {"unit": "W", **_levels(test.worst)},
        }  # fmt: skip

    def _test(self) -> dict[str, Any]:
        test = self.test
        return {
            "years": list(test.years), "draws": len(test.cost), "same_weather": self.case.same_weather,
            "passed": _enough(self.case, test), "allowed": {"unit": "1", "value": _allowed(self.case)},
            "shortfall_hours": {"unit": "h", **_levels(test.shortfall_hours)},
            "missing": {"unit": "1", **_levels(test.missing)}, "worst": {"unit": "W", **_levels(test.worst)},
            "cost": {"unit": "USD/Wh", **_levels(test.cost)},
            "of_cost": {
                name: {"unit": "USD/Wh", **_levels(getattr(test, name))} for name in ("part_load", "starts", "demand_charge")
            },
            "carbon": {"unit": "g/Wh", **_levels(test.carbon)}, "fuel": {"unit": "Wh", **_levels(test.fuel)},
            "beyond_limit": {
                name: {"unit": "1", "value": _beyond(made, most)}
                for name, made, most in (("carbon", test.carbon, self.case.limits.carbon), ("fuel", test.fuel, self.case.limits.fuel))
                if most is not None
            },
        }  # fmt: skip

    def _shown(self) -> tuple[list[PlantOption], list[BatteryOption]]:
        """What is large enough to be shown."""
        sizes = self.supply.sizes
        return ([plant for plant in self.case.plants if _seen(sizes[plant.name], self.case)],
                [one for one in self.case.batteries if _seen(sizes[one.name], self.case)])  # fmt: skip


def _levels(values: Array) -> dict[str, float]:
    p10, p50, p90 = np.quantile(np.asarray(values, dtype=np.float64), (0.1, 0.5, 0.9))
    return {"p10": float(p10), "p50": float(p50), "p90": float(p90)}


def _beyond(values: Array, most: float) -> float:
    """Share of histories beyond a limit, by more than rounding."""
    return float(np.mean(values > most * (1.0 + _NO_ENERGY)))


def _seen(size: float, case: PowerCase) -> float:
    """A size; nothing where it is so small beside the load that nobody builds it: the method leaves such sizes."""
    return size if size > _DUST * float(case.load.max()) else 0.0


def _mix(mix: Mix, case: PowerCase) -> dict[str, Any]:
    if mix.supply is None:
        return {"name": mix.name, "possible": False, "why": mix.why}
    found = mix.supply
    sizes = {name: size for name, size in found.sizes.items() if _seen(size, case)}
    return {
        "name": mix.name, "possible": True, "sizes": sizes, "cost": {"unit": "USD/Wh", "mean": found.unit_cost},
        "carbon": {"unit": "g/Wh", "value": found.carbon / found.load}, "land": {"unit": "m2", "value": found.land},
        "added": None if mix.added is None else {"name": mix.added[0].name, "units": mix.added[1], "unit_size": mix.added[0].unit},
        "test": None if mix.test is None else {
            "passed": _enough(case, mix.test), "missing": {"unit": "1", **_levels(mix.test.missing)},
            "shortfall_hours": {"unit": "h", **_levels(mix.test.shortfall_hours)},
        },
        "shares": {n: e / found.load if e > _NO_ENERGY * found.load else 0.0 for n, e in found.energy.items() if sizes.get(n)},
    }  # fmt: skip


def planned(case: PowerCase, mixes: bool = True, told: Callable[[int, int], None] | None = None) -> PowerPlan:
    """Answer a case. Raises NoSupply where no supply keeps its limits, with what would relax it."""
    late = _late(case)
    steps = 1 + len(late) + (len(MIXES) if mixes else 0)

    def done(step: int) -> None:
        if told is not None:
            told(step, steps)

    limits, supply, test = _reliable(case)
    done(1)
    case, made = replace(case, limits=limits), []
    for place, (name, needed, allowed, share) in enumerate(MIXES if mixes else ()):
        made.append(_tried(case, name, needed, allowed, share))
        done(2 + place)
    waits = []
    usual = _unit_cost(case) if late else None
    for place, name in enumerate(late):
        sooner = None if usual is None else _unit_cost(_sooner(case, name))
        waits.append(Wait(name, case.offers.ready[name], None if usual is None or sooner is None else usual - sooner))
        done(2 + len(made) + place)
    return PowerPlan(case, supply, test, tuple(made), tuple(waits), _stages(case, supply), _priced(case, supply, test))


def _late(case: PowerCase) -> list[str]:
    """What is not there when the plan starts."""
    plants = [plant.name for plant in case.offers.plants if plant.ready > 0]
    return plants + [battery.name for battery in case.offers.batteries if battery.ready > 0]


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


def _reliable(case: PowerCase) -> tuple[Limits, Supply, Tested]:
    """The cheapest supply that also stands the test. `bound` stays that of the limits alone.

    A program that knows all weather and no failure plans too little that runs as wanted; by rule and with failures it has to carry peaks.
    Units that stand in for the grid may do its work as well: so with a grid of its size at least, and without one, the cheaper is taken.
    """
    first = _sized(case, case.limits)
    test = _tested(case, first)
    if _enough(case, test):
        return case.limits, first, test
    grid = [plant.name for plant in case.plants if plant.source == GRID and _seen(first.sizes[plant.name], case)]
    best = _standing(_held(case, {name: (first.sizes[name], np.inf) for name in grid}), first, test)
    none = _held(case, {name: (0.0, 1.0) for name in grid})  # 1 W: a size has an end above zero
    if grid and _may_undercut(none, best):
        alone = _sized(none, none.limits)
        best = min(best, _standing(none, alone, _tested(none, alone)), key=lambda made: (not _enough(case, made[2]), made[1].total))
    limits, supply, test = best
    return limits, replace(supply, bound=first.bound), test


def _held(case: PowerCase, ends: Mapping[str, tuple[float, float]]) -> PowerCase:
    """The same case with some plants of at least and at most a size."""
    plants = [
        replace(plant, least=ends[plant.name][0], most=min(plant.most, ends[plant.name][1])) if plant.name in ends else plant
        for plant in case.offers.plants
    ]
    return replace(case, offers=replace(case.offers, plants=plants))


def _may_undercut(case: PowerCase, best: tuple[Limits, Supply, Tested]) -> bool:
    """Whether a case can cost less than what was found, or that does not stand the test; by sizes without units, whose cost is a bound."""
    try:
        return cheapest(case.load, case.plants, case.batteries, case.limits).bound < best[1].total or not _enough(case, best[2])
    except InputError:  # there is none
        return False


def _standing(case: PowerCase, supply: Supply, test: Tested) -> tuple[Limits, Supply, Tested]:
    """As many units are added as the test takes, and the rest is sized again beside them, until it is passed or no number of them helps."""
    limits = case.limits
    for _ in range(_ROUNDS):
        firm = 0.0 if _enough(case, test) else _firm(case, supply)
        if not firm:
            break
        limits = replace(limits, firm=firm)
        supply = _sized(case, limits)
        test = _tested(case, supply)
    return limits, supply, test


def _sized(case: PowerCase, limits: Limits) -> Supply:
    return _as_there(case, whole_units(case.load, case.plants, case.batteries, limits, close=_CLOSE))


def _as_there(case: PowerCase, supply: Supply) -> Supply:
    """The same supply with sizes that cost nothing as they would be: batteries that are there already whole, and connections and contracts
    that are paid by what they give as large as the highest hour of the test takes, which may be hotter than any of the plan.
    """
    sizes, more = dict(supply.sizes), case.peak - float(case.load.max())
    for plant in case.plants:
        if plant.chosen and not plant.yearly_cost and plant.name not in case.there and _seen(sizes.get(plant.name, 0.0), case):
            sizes[plant.name] = min(plant.most, sizes[plant.name] + more)
    for battery in case.batteries:
        if battery.name in case.there and battery.name in sizes:
            sizes |= {battery.name: battery.most, f"{battery.name} energy": battery.most * battery.most_hours}
    return replace(supply, sizes=sizes)


def _tested(case: PowerCase, supply: Supply) -> Tested:
    """As it stands in its last year."""
    return _run(case, supply, (case.plants, case.batteries), case.tested_load[-YEAR:])


def _run(case: PowerCase, supply: Supply, parts: Parts, load: Array) -> Tested:
    """By rule, of what a supply has of these."""
    plants = [plant for plant in parts[0] if plant.name in supply.sizes]
    supply, batteries = _as_one(supply, [battery for battery in parts[1] if battery.name in supply.sizes])
    return run_by_rule(supply, load, plants, batteries, case.tests, case.repairs, case.test_years, case.draws, case.seed)


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


def _stages(case: PowerCase, supply: Supply) -> tuple[Stage, ...]:
    """What is built, stage by stage; nothing where the plan names no day or all is there at once."""
    if case.start is None:
        return ()
    built = [one for one in case.plants if _seen(supply.sizes[one.name], case)], [one for one in case.batteries if supply.sizes[one.name]]
    made = staged(case.load, case.tested_load, built, lambda parts, load: _run(case, supply, parts, load))
    return made if len(made) > 1 else ()


def _priced(case: PowerCase, supply: Supply, test: Tested) -> Array | None:
    """The cost at drawn prices: in each history of the test with what was really taken; of a staged supply of all its hours, as planned."""
    if case.reading is None:
        return None
    there = {one.name: 1.0 - one.ready / len(case.load) for one in each((case.plants, case.batteries))}
    if case.start is None:
        load = case.tested_load[-YEAR:].sum(axis=0)
        column = np.arange(len(test.cost)) % len(test.years)
        served = (load[column] if np.ndim(load) else np.full(len(column), load)) * (1.0 - test.missing)
        energy = {name: np.broadcast_to(given, served.shape) for name, given in test.energy.items()}  # one where no draw differs
        spent = Spent(test.cost * served, served, energy, there)
    else:
        every = np.ones(len(test.cost))
        energy = {plant.name: every * supply.energy[plant.name] for plant in case.plants}
        spent = Spent(every * supply.total, every * (supply.load - supply.shortfall), energy, there)
    return cost_range(case.reading, case.seed, supply, spent, case.plants, case.batteries, case.there)


def scopes(supply: Supply, case: PowerCase) -> dict[str, Any]:
    """CO2e and water of a year by scope: what is burnt on site, what the grid is taken to emit where it is; water of the hall, of plants on
    site, and of what comes from elsewhere. What nobody says is absent.
    """
    energy = {
        plant.name: supply.energy[plant.name] for plant in case.plants
        if _seen(supply.sizes[plant.name], case) and supply.energy[plant.name] > _NO_ENERGY * supply.load
    }  # fmt: skip
    grams, litres = {"1": 0.0, "2": 0.0}, dict[str, float]()
    for plant in (one for one in case.plants if energy.get(one.name)):
        grams["2" if plant.source == "grid" else "1"] += plant.carbon * energy[plant.name]
        each = case.upstream.get(plant.name)
        if each is not None:
            where = "upstream" if plant.source in _ELSEWHERE else "plants"
            litres[where] = litres.get(where, 0.0) + each * energy[plant.name]
    hall = {} if case.water is None else {"hall": case.water * (supply.load - supply.shortfall)}
    return {
        "carbon": [{"scope": scope, "unit": "g", "value": value} for scope, value in grams.items()],
        "water": [{"of": of, "unit": "L", "value": value} for of, value in {**hall, **litres}.items()],
        "absent": [name for name, given in energy.items() if given and case.upstream.get(name) is None],
    }


def _firm(case: PowerCase, supply: Supply) -> float:
    """W of plants that run as wanted with which the test is passed, by units of the kind that comes cheapest; 0 where none helps."""
    firm = sum(_seen(supply.sizes[plant.name], case) for plant in case.plants if plant.firm)
    added = [(plant, _units(case, supply, plant)) for plant in case.plants if plant.firm and plant.unit]
    sizes = [(count * plant.unit * plant.yearly_cost, count * plant.unit) for plant, count in added if count]
    return firm + min(sizes)[1] if sizes else 0.0


def _units(case: PowerCase, supply: Supply, added: PlantOption) -> int:
    """The fewest units of a kind beside a supply that pass the test; 0 where as many as carry the load alone do not."""
    few, many = 0, ceil(case.peak / added.unit) + 1
    if not _enough(case, _tested(case, _more(supply, added, many))):
        return 0
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if _enough(case, _tested(case, _more(supply, added, middle))) else (middle, many)
    return many


def _allowed(case: PowerCase) -> float:
    return max(case.limits.shortfall, case.missing)


def _enough(case: PowerCase, test: Tested) -> bool:
    return bool(np.quantile(test.missing, 0.9) <= _allowed(case))


def _more(supply: Supply, plant: PlantOption, units: int) -> Supply:
    return replace(supply, sizes={**supply.sizes, plant.name: supply.sizes[plant.name] + units * plant.unit})


#: Share of the cost within which a supply of whole units may be of the best.
_CLOSE = 5e-3
#: How often units are added at most: beside more of them the rest is sized smaller, which may take some more.
_ROUNDS = 4


def _tried(case: PowerCase, name: str, needed: str, allowed: Sequence[str], share: float | None) -> Mix:
    """A mix of what may be built of it and what is there already, as planned, and its test."""
    plants = [plant for plant in case.plants if plant.name in allowed or plant.name in case.there]
    batteries = [battery for battery in case.batteries if battery.name in allowed or battery.name in case.there]
    there = {one.name for one in each((plants, batteries))}
    if not there or (needed and needed not in there):
        return Mix(name, None, f"none of {needed or ', '.join(allowed)} was offered")
    limits = replace(case.limits, most_share={**case.limits.most_share, **({"gas": share} if share is not None else {})})
    try:
        made = _as_there(case, cheapest(case.load, plants, batteries, limits))
        return _passing(case, name, made)
    except InputError as fault:  # there is none, or the method does not find it
        return Mix(name, None, str(fault) if isinstance(fault, NoSupply) else f"{NOT_FOUND}: {fault}")


def _passing(case: PowerCase, name: str, supply: Supply) -> Mix:
    """A mix with as many units as its test takes, of the first kind that helps, the cheapest to hold first; as planned where none does."""
    test = _tested(case, supply)
    kinds = [plant for plant in case.plants if plant.name in supply.sizes and plant.chosen and plant.unit]
    for plant in sorted(kinds, key=lambda one: one.yearly_cost) if not _enough(case, test) else ():
        if units := _units(case, supply, plant):
            cost = units * plant.unit * plant.yearly_cost
            more = _more(supply, plant, units)
            more = replace(more, total=more.total + cost, cost={**more.cost, plant.name: more.cost[plant.name] + cost})
            return Mix(name, more, test=_tested(case, more), added=(plant, units))
    return Mix(name, supply, test=test)
