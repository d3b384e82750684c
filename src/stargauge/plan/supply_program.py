"""A supply as an hour program, and a solved program as a supply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from stargauge.plan.hour_program import Column, Flow, HourProgram, HourSolution, Limit, Store
from stargauge.plan.options import NEGLIGIBLE, Array, BatteryOption, Limits, PlantOption, by_hour, share_there
from stargauge.plan.options import YEAR as YEAR
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

#: Most of anything, in peaks of the load, and of what a battery holds, in hours of the peak: so far above what pays that neither moves a
#: plan, and every size has an end. What costs nothing is a connection or a contract by energy, and ends sooner.
_MOST, _MOST_HELD, _MOST_FREE = 1e3, 1e4, 10.0
#: USD per W and year by which the search keeps what costs nothing no larger than it is used; in no cost and no bound.
_NUDGE = 1e-7
#: Share of the peak above which missing power counts as an hour without.
_SEEN = 1e-6
UNSERVED, CHARGE, DISCHARGE = "unserved", "charge", "discharge"


@dataclass(frozen=True)
class Supply:
    """Sizes by name (W; a battery's energy in Wh under `NAME energy`), energy by name and year (Wh), and what the whole costs a year.

    `energy` of what gives without a choice is what the load and the battery took: what is curtailed is shared out over these in proportion.
    `cost`: USD a year by name, capital and running together; `demand_charge`: the part of it that is for highest hours of months.
    `bound`: no supply that keeps the limits costs less than this a year.
    `prices`: what a year costs less per unit by which a limit is relaxed, of sums a unit a year; the first unit: each further saves less.
    `price`: of one more Wh of load, by hour.
    """

    sizes: dict[str, float]
    energy: dict[str, float]
    cost: dict[str, float]
    total: float
    bound: float
    load: float
    carbon: float
    water: float
    fuel: float
    land: float
    shortfall: float
    shortfall_hours: float
    curtailed: float
    prices: dict[str, float]
    price: Array
    flows: dict[str, Array]
    level: Array
    converged: bool
    demand_charge: dict[str, float] = field(default_factory=dict)

    @property
    def unit_cost(self) -> float:
        """USD per Wh of load that is served."""
        return self.total / (self.load - self.shortfall)


class SupplyProgram:
    """The cheapest supply of a load as an hour program, with the places of its parts; `supply` reads a solution.

    Raises InputError where the load is not whole years.
    """

    def __init__(self, load: Array, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption], limits: Limits) -> None:
        self.load, self.plants, self.batteries, self.limits = load, tuple(plants), tuple(batteries), limits
        self.hours = len(load)
        if self.hours % YEAR:
            raise InputError(
                say("load: got {hours:,} hours; expected whole years of {year:,} hours, without 29 February", hours=self.hours, year=YEAR)
            )
        self.years, self.peak = self.hours // YEAR, float(load.max())
        self.columns: list[Column] = []
        self.flows: list[Flow] = []
        self.stores: list[Store] = []
        self.rows: list[Limit] = []
        self.place: dict[str, int] = {}
        self.flow_of: dict[str, int] = {}
        self.within: list[tuple[str, str]] = []
        self.charged: dict[str, dict[str, float]] = {}
        self.program = self._program()

    def _program(self) -> HourProgram:
        for plant in self.plants:
            self._plant(plant)
        for battery in self.batteries:
            self._battery(battery)
        if self.limits.shortfall > 0.0:
            self._column(UNSERVED, 0.0, self.peak)
            self._flow(UNSERVED, np.zeros(self.hours), 1.0, self._every(self.place[UNSERVED]), np.ones(self.hours))
        self._peaks()
        self._limits()
        width = len(self.columns)
        rows = tuple(row._replace(columns=np.pad(row.columns, (0, width - len(row.columns)))) for row in self.rows)
        return HourProgram(self.load, tuple(self.columns), tuple(self.flows), tuple(self.stores), rows)

    def _every(self, column: int) -> np.ndarray:
        return np.full(self.hours, column, dtype=np.int64)

    def _by_hour(self, value: float | Array, ready: int = 0) -> Array:
        """A number or a year's or all hours' values, for all hours; zero before the hour it is ready."""
        return by_hour(value, self.hours, ready)

    def _column(self, name: str, yearly: float, most: float, gives: Array | None = None, cap: float = _MOST) -> int:
        self.place[name] = len(self.columns)
        end = min(most, (cap if yearly > 0.0 else _MOST_FREE) * self.peak)
        self.columns.append(Column(name, yearly * self.years, end, gives, 0.0 if yearly > 0.0 else _NUDGE * self.years))
        return self.place[name]

    def _flow(
        self, name: str, cost: Array, feeds: float, bound: np.ndarray, share: Array, store: int = -1, stored: float = 0.0
    ) -> None:  # fmt: skip
        self.flow_of[name] = len(self.flows)
        self.flows.append(Flow(name, cost, feeds, bound, share, store, stored))

    def _plant(self, plant: PlantOption) -> None:
        output, yearly = self._by_hour(plant.output, plant.ready), plant.yearly_cost * self._there(plant.ready)
        if not plant.chosen:
            cost = float(np.sum(output * self._by_hour(plant.running_cost))) / self.years
            self._column(plant.name, yearly + cost, plant.most, output)
            self._least(plant)
            return
        column = self._column(plant.name, yearly, plant.most)
        self._least(plant)
        bound = self._every(column) if not plant.peak_charge else self._months(plant, column)
        self._flow(plant.name, self._by_hour(plant.running_cost), 1.0, bound, output)

    def _least(self, plant: PlantOption) -> None:
        if plant.least:
            self._row(f"least {plant.name}", -plant.least, {plant.name: -1.0})

    def _months(self, plant: PlantOption, column: int) -> np.ndarray:
        """Sizes of their own for the highest hours of months, which cost a charge each and stay within the whole.

        An hour is held by the size of its charge; one that several charges count by a size of its own, within each of theirs.
        """
        place = np.arange(self.hours)
        bound, name = self._every(column), f"{plant.name} peak"
        month = 12 * (place // YEAR) + np.stack([charge.month for charge in plant.peak_charge])[:, place % YEAR]
        price = np.stack([charge.price for charge in plant.peak_charge])[:, place % YEAR]
        of_plant = self.charged.setdefault(plant.name, {})
        for number, (its, of) in enumerate(zip(price, month, strict=True)):
            for one in np.unique(of[its > 0.0]):
                cost = float(its[of == one].max())
                self._column(f"{name} {number} {one}", cost / self.years, plant.most)
                of_plant[f"{name} {number} {one}"] = cost
                self.within.append((f"{name} {number} {one}", plant.name))
        counts = [tuple(f"{name} {n} {month[n, hour]}" for n in np.flatnonzero(price[:, hour] > 0.0)) for hour in place]
        for hour, charges in enumerate(counts):
            if len(charges) > 1 and " and ".join(charges) not in self.place:
                self._column(" and ".join(charges), 0.0, plant.most)
                self.within += [(" and ".join(charges), one) for one in charges]
            if charges:
                bound[hour] = self.place[" and ".join(charges)]
        return bound

    def _peaks(self) -> None:
        for less, more in self.within:
            self._row(f"{less} within {more}", 0.0, {less: 1.0, more: -1.0})

    def _battery(self, battery: BatteryOption) -> None:
        there = self._there(battery.ready)
        power = self._column(battery.name, battery.yearly_cost_power * there, battery.most)
        energy = self._column(f"{battery.name} energy", battery.yearly_cost_energy * there, np.inf, cap=_MOST_HELD)
        store, share = len(self.stores), self._by_hour(1.0, battery.ready)
        self.stores.append(Store(battery.name, energy, battery.keep))
        wear = self._by_hour(battery.running_cost)
        self._flow(f"{battery.name} {CHARGE}", 0.0 * wear, -1.0, self._every(power), share, store, battery.one_way)
        self._flow(f"{battery.name} {DISCHARGE}", wear, 1.0, self._every(power), share, store, -1.0 / battery.one_way)
        if np.isfinite(battery.most_hours):
            self._row(f"{battery.name} hours", 0.0, {f"{battery.name} energy": 1.0, battery.name: -battery.most_hours})

    def _row(self, name: str, bound: float, sizes: dict[str, float], flows: dict[str, float] | None = None) -> None:
        columns = np.zeros(len(self.columns))
        for column, weight in sizes.items():
            columns[self.place[column]] += weight
        weights = tuple((self.flow_of[flow], np.full(self.hours, weight)) for flow, weight in (flows or {}).items() if weight)
        self.rows.append(Limit(name, bound, columns, weights))

    def _limits(self) -> None:
        limits, energy = self.limits, float(self.load.sum())
        chosen = [plant for plant in self.plants if plant.chosen]
        if limits.shortfall > 0.0:
            self._row("shortfall", limits.shortfall * energy, {}, {UNSERVED: 1.0})
        if limits.carbon is not None:
            fixed = {plant.name: plant.carbon * self._given(plant) for plant in self.plants if not plant.chosen and plant.carbon}
            self._row("carbon", limits.carbon * energy, fixed, {plant.name: plant.carbon for plant in chosen})
        if limits.land is not None:
            self._row("land", limits.land, self._land())
        if limits.fuel is not None:
            self._row("fuel", limits.fuel * self.years, {}, {plant.name: plant.fuel for plant in chosen})
        if limits.firm is not None:
            self._row("firm", -limits.firm, {plant.name: -1.0 for plant in chosen if plant.firm})
        for name, share in limits.most_share.items():
            self._row(f"share {name}", share * energy, {}, {plant.name: 1.0 for plant in chosen if name in (plant.name, plant.source)})

    def _land(self) -> dict[str, float]:
        plants = {plant.name: plant.land for plant in self.plants if plant.land}
        return plants | {battery.name: battery.land for battery in self.batteries if battery.land}

    def _given(self, plant: PlantOption) -> float:
        return float(self._by_hour(plant.output, plant.ready).sum())

    def _there(self, ready: int) -> float:
        """Share of the hours in which something is there."""
        return share_there(ready, self.hours)

    # -- and back ----------------------------------------------------------------------------------------------------------------------

    def supply(self, found: HourSolution) -> Supply:
        """A solution as a supply. All sums per year."""
        flow, spilled = self._netted(found)
        size = {name: float(found.sizes[place]) for name, place in self.place.items()}
        for plant in self.plants:
            if not plant.chosen:
                flow[plant.name] = self._by_hour(plant.output, plant.ready) * size[plant.name]
        energy = {plant.name: float(flow[plant.name].sum()) / self.years for plant in self.plants}
        given, curtailed = sum(energy[plant.name] for plant in self.plants if not plant.chosen), float(spilled.sum()) / self.years
        energy |= {plant.name: energy[plant.name] * (1.0 - curtailed / given) for plant in self.plants if not plant.chosen and given}
        energy |= {one.name: float(flow[f"{one.name} {DISCHARGE}"].sum()) / self.years for one in self.batteries}
        cost = {plant.name: self._plant_cost(plant, size, flow[plant.name]) for plant in self.plants}
        cost |= {battery.name: self._battery_cost(battery, size, energy[battery.name]) for battery in self.batteries}
        missing = flow.get(UNSERVED, np.zeros(self.hours))
        names = [*(plant.name for plant in self.plants), *(name for one in self.batteries for name in (one.name, f"{one.name} energy"))]
        return Supply(
            sizes={name: size[name] for name in names}, energy=energy, cost=cost, total=sum(cost.values()),
            bound=found.at_least / self.years, load=float(self.load.sum()) / self.years, carbon=self._sum("carbon", energy),
            water=self._sum("water", energy), fuel=self._sum("fuel", energy),
            land=sum(land * size[name] for name, land in self._land().items()), shortfall=float(missing.sum()) / self.years,
            shortfall_hours=float((missing > _SEEN * self.peak).sum()) / self.years, curtailed=curtailed,
            prices={row.name: float(price) * self._yearly(row) for row, price in zip(self.program.limits, found.limit_prices, strict=True)},
            price=found.price, flows=flow, level=found.levels.sum(axis=0), converged=found.converged,
            demand_charge={plant.name: self._charges(plant, size) for plant in self.plants if plant.peak_charge},
        )  # fmt: skip

    def _netted(self, found: HourSolution) -> tuple[dict[str, Array], Array]:
        """Flows by name and what is spilled, no battery charging and discharging in one hour: where more is there than is used, a program
        may burn it in a battery at no cost; the same levels come of less of both, and what is left is spilled.
        """
        flow, spilled = {name: found.flows[place] for name, place in self.flow_of.items()}, found.spill.copy()
        for battery in self.batteries:
            charge, discharge = f"{battery.name} {CHARGE}", f"{battery.name} {DISCHARGE}"
            held = battery.one_way * flow[charge] - flow[discharge] / battery.one_way
            taken, given = np.maximum(held, 0.0) / battery.one_way, np.maximum(-held, 0.0) * battery.one_way
            spilled += (flow[charge] - taken) - (flow[discharge] - given)
            flow |= {charge: taken, discharge: given}
        return flow, spilled

    def _yearly(self, row: Limit) -> float:
        """From money over all hours to money a year: sums of flows are over all hours as well, sizes hold for all of them."""
        return 1.0 if row.flows else 1.0 / self.years

    def _sum(self, what: str, energy: dict[str, float]) -> float:
        return float(sum(getattr(plant, what) * energy[plant.name] for plant in self.plants))

    def _plant_cost(self, plant: PlantOption, size: dict[str, float], given: Array) -> float:
        running = float((given * self._by_hour(plant.running_cost)).sum())
        fixed = plant.fixed_cost if size[plant.name] > NEGLIGIBLE * self.peak else 0.0
        held = (size[plant.name] * plant.yearly_cost + fixed) * self._there(plant.ready)
        return held + running / self.years + self._charges(plant, size)

    def _charges(self, plant: PlantOption, size: dict[str, float]) -> float:
        """USD a year for the highest hours of months."""
        return sum(size[name] * cost for name, cost in self.charged.get(plant.name, {}).items()) / self.years

    def _battery_cost(self, battery: BatteryOption, size: dict[str, float], energy: float) -> float:
        capital = size[battery.name] * battery.yearly_cost_power + size[f"{battery.name} energy"] * battery.yearly_cost_energy
        return capital * self._there(battery.ready) + energy * battery.running_cost
