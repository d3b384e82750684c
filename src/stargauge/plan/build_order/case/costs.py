"""What an option costs and uses: money of the price year, present value, from the first payment to the end of the clock.

    cost = construction + generation + equipment + energy + upkeep + staff - what is still worth something at the end          (1)

At expected dates and unit costs: means over the worlds, cancelled or not, so it is what a building costs that is built. Prices of building
and equipment as the model has them (`model.capex`), plants as `plan.offers` prices them. Leaves out: connections and lines, tax, interest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.weather.weather import YEAR_HOURS

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_YEAR = 365.25  # days
#: The parts of a cost, in the order in which they are told. The last is what is left at the end, as a negative cost.
PARTS = ("construction", "generation", "equipment", "energy", "upkeep", "staff", "worth at the end")


class Building(NamedTuple):
    """What a building costs and draws, by building. `price` W-wise: USD/W of IT power; `yearly`: USD/W of IT power and year."""

    it_power: Array  # W
    facility_power: Array  # W
    load: Array  # W at the meter, on average
    hall_price: Array  # USD/W of IT power, without generation, at the price date
    upkeep_yearly: Array  # USD/W of IT power and year: upkeep, insurance and property tax of the hall, upkeep of equipment
    staff_yearly: Array  # USD/W of IT power and year
    water: Array  # L per year
    land: Array  # m2


class Supply(NamedTuple):
    """What the power of a building is made of, by (building, power). `until`: days after the start of work from which the grid feeds it."""

    capital: Array  # USD/W of facility power
    life: Array  # days
    yearly: Array  # USD/W of facility power and year, used or not
    price: Array  # USD/Wh
    carbon: Array  # g/Wh
    gas: Array  # Wh of fuel per Wh
    grid: Array  # W drawn from the grid per W
    until: Array  # d; nought where the same feeds it always
    before: tuple[Array, Array, Array, Array]  # yearly, price, carbon and gas until then


class Chips(NamedTuple):
    """Equipment by chip, or by power and chip. `drifts`: 1 where its price is that of the year in which it runs, else 0."""

    price: Array  # USD/W of IT power
    drifts: Array
    embodied: Array  # g/W of IT power, by chip


class Money(NamedTuple):
    """What turns money into present value, and how it is paid."""

    today: float
    end: float  # day count of the end of the clock
    price_date: float
    rate: float  # real, per year
    hall_drift: float  # per year
    equipment_drift: float
    middle_share: float  # of construction, spent in the middle third of its time
    payment_lead: float  # d, before power is on, from which equipment is paid
    hall_life: float  # d
    chip_life: float


class Expected(NamedTuple):
    """Expected days: `start` and `ready` (building, power, start), `operation` (building, power, chip, start).

    `served`: mean of the day of operation, or of the end of the clock where that is before it: from then on it runs as long as it does on
    average; `arrives`: the share of draws in which it runs by the end of the clock. Both as `operation`.
    """

    start: Array
    ready: Array
    operation: Array
    served: Array
    arrives: Array


class Uses(NamedTuple):
    """What an option uses, each (building, power, chip, start); `capital` with a year behind.

    `capital`: USD of the price year paid in each of `years`, not discounted; `emissions`: g CO2e until the end of the clock, with what
    making the equipment emits; `gas`: Wh of fuel in a year of running, and `water`: L in one; `land`: m2; `grid`: W of facility power from
    the grid, once it is there; `facility`, `it`: W; `ready`, `operation`: expected days on which accelerators are wanted, and it runs.
    """

    years: tuple[int, ...]
    capital: Array
    emissions: Array
    gas: Array
    water: Array
    land: Array
    grid: Array
    facility: Array
    it: Array
    ready: Array
    operation: Array

    def only(self, allowed: Mask) -> Uses:
        """Nothing where an option is not allowed."""
        capital = np.where(allowed[..., None], self.capital, 0.0)
        return Uses(self.years, capital, *(np.where(allowed, one, 0.0) for one in self[2:]))


@dataclass(frozen=True)
class Costs:
    """Present value of each of `PARTS` by option (building, power, chip, start). `left`: by part what of it is worth something at the end,
    together the last part with another sign."""

    parts: Mapping[str, Array]
    left: Mapping[str, Array]

    @property
    def total(self) -> Array:
        """Their sum."""
        return np.asarray(sum(self.parts.values()))

    def only(self, allowed: Mask) -> Costs:
        """Nothing where an option is not allowed."""
        return Costs(*({name: np.where(allowed, one, 0.0) for name, one in some.items()} for some in (self.parts, self.left)))


# --- time and money ---------------------------------------------------------------------------------------------------------------


def present_value(days: Array, money: Money) -> Array:
    """Worth today of one USD on some days: exp(-ln(1 + r) (day - today) / year). Units: d -> 1."""
    return np.asarray(np.exp(-np.log1p(money.rate) * (days - money.today) / _YEAR))


def service_years(first: Array, last: Array | float, money: Money) -> Array:
    """Present value of one USD a year from one day to another: (v(first) - v(last)) / ln(1 + r), nothing where they are the other way."""
    return np.asarray(np.maximum(present_value(first, money) - present_value(np.asarray(last), money), 0.0) / np.log1p(money.rate))


def used_share(first: Array, life: Array | float, money: Money) -> Array:
    """Share of its price that something uses up from a first day to the end of the clock, as an annuity over its life.

    (1 - (1 + r)^-age) / (1 - (1 + r)^-life); more than one where it has to be bought again                          (1)

    The rest, at the end, is what it is still worth: present value of the annuities to come.
    """
    rho = np.log1p(money.rate) / _YEAR
    age = np.maximum(money.end - first, 0.0)
    return np.asarray(np.expm1(-rho * age) / np.expm1(-rho * np.asarray(life)))


def _thirds(money: Money) -> tuple[tuple[float, float], ...]:
    """Where the thirds of a build begin, as shares of its time, and what is spent in each."""
    outer = (1.0 - money.middle_share) / 2.0
    return ((0.0, outer), (1.0 / 3.0, money.middle_share), (2.0 / 3.0, outer))


def paid_building(start: Array, ready: Array, money: Money) -> Array:
    """Present value of one USD of construction, spent as `model.capex.construction_deployed` has it: thirds, each at its middle."""
    length = np.maximum(ready - start, 1.0)
    return np.asarray(sum(share * present_value(start + (first + 1.0 / 6.0) * length, money) for first, share in _thirds(money)))


def paid_equipment(ready: Array, operation: Array, money: Money) -> Array:
    """Present value of one USD of equipment, paid evenly from a lead before power is on until it runs: at the middle of that time."""
    return present_value(0.5 * (ready - money.payment_lead + operation), money)


def _spent(first: Array, last: Array, ends: Array) -> Array:
    """Share of something spent evenly between two days that is spent by some ends: (..., end)."""
    length = np.maximum(last - first, 1.0)
    return np.asarray(np.clip((ends - first[..., None]) / length[..., None], 0.0, 1.0))


# --- unit prices ------------------------------------------------------------------------------------------------------------------


def hall_cost(building: Building, start: Array, money: Money) -> Array:
    """Cost of construction without generation, USD: P_IT c exp(drift * years to the start of work). (building, power, start)."""
    drift = np.exp(money.hall_drift * (start - money.price_date) / _YEAR)
    return np.asarray((building.it_power * building.hall_price)[:, None, None] * drift)


def generation_cost(building: Building, supply: Supply) -> Array:
    """Cost of plants on site, USD: P_facility c. (building, power)."""
    return np.asarray(building.facility_power[:, None] * supply.capital)


def equipment_cost(building: Building, chips: Chips, operation: Array, money: Money) -> Array:
    """Cost of accelerators, network and storage, USD: P_IT c, at the day on which it runs where the price is that of a year.

    (building, power, chip, start).
    """
    years = chips.drifts[..., None] * (operation - money.price_date) / _YEAR
    unit = chips.price[..., None] * np.exp(money.equipment_drift * years)
    return np.asarray(building.it_power[:, None, None, None] * unit)


# --- all of an option -------------------------------------------------------------------------------------------------------------


def costs_of(building: Building, supply: Supply, chips: Chips, dates: Expected, money: Money) -> Costs:
    """Present value of what every option costs, part by part: (building, power, chip, start)."""
    start, ready, operation = dates[:3]
    runs = present_value(operation, money)
    hall = hall_cost(building, start, money)
    plant = generation_cost(building, supply)[:, :, None]
    equipment = equipment_cost(building, chips, operation, money)
    spread, bought = paid_building(start, ready, money)[:, :, None], paid_equipment(ready[:, :, None], operation, money)

    def left(value: Array, life: Array | float) -> Array:
        return np.asarray(runs * value * (1.0 - used_share(operation, life, money)))

    worth = {
        "construction": left(hall[:, :, None], money.hall_life), "generation": left(plant[:, :, None], supply.life[:, :, None, None]),
        "equipment": left(equipment, money.chip_life),
    }  # fmt: skip
    service = service_years(dates.served, money.end, money)
    it_power = building.it_power[:, None, None, None]
    made = (
        hall[:, :, None] * spread, plant[:, :, None] * spread, equipment * bought, energy_cost(building, supply, dates, money),
        service * it_power * building.upkeep_yearly[:, None, None, None], service * it_power * building.staff_yearly[:, None, None, None],
        -(worth["construction"] + worth["generation"] + worth["equipment"]),
    )  # fmt: skip
    return Costs(dict(zip(PARTS, made, strict=True)), worth)


def _change(supply: Supply, dates: Expected, money: Money) -> Array:
    """Day on which what feeds a building changes: the first of its service where it does not. (building, power, chip, start)."""
    grid = dates.start[:, :, None] + supply.until[:, :, None, None]
    return np.clip(grid, dates.served, np.maximum(dates.served, money.end))


def energy_cost(building: Building, supply: Supply, dates: Expected, money: Money) -> Array:
    """Present value of energy until the end of the clock: what is paid by use, and what is paid by capacity.

    C = sum over what feeds it of (load * 8,760 h * price + P_facility * yearly) * years of service, discounted      (1)
    """

    def yearly(standing: Array, price: Array) -> Array:
        used = building.load[:, None] * YEAR_HOURS * price + building.facility_power[:, None] * standing
        return np.asarray(used[:, :, None, None])

    change = _change(supply, dates, money)
    first = yearly(supply.before[0], supply.before[1]) * service_years(dates.served, change, money)
    return np.asarray(first + yearly(supply.yearly, supply.price) * service_years(change, money.end, money))


def uses_of(building: Building, supply: Supply, chips: Chips, dates: Expected, money: Money, years: Mapping[int, float]) -> Uses:
    """What every option uses. `years`: the last day of each year of the clock, by year."""
    shape = dates.operation.shape

    def whole(values: Array) -> Array:
        return np.broadcast_to(values, shape)

    change, end = _change(supply, dates, money), max(money.end, 0.0)
    hours = [24.0 * np.maximum(last - first, 0.0) for first, last in ((dates.served, change), (np.minimum(change, end), end))]
    burnt = [(building.load[:, None] * factor)[:, :, None, None] for factor in (supply.before[2], supply.carbon)]
    made = (building.it_power[:, None] * chips.embodied)[:, None, :, None] * dates.arrives
    gas = np.maximum(supply.gas, supply.before[3]) * (building.load * YEAR_HOURS)[:, None]
    grid = building.facility_power[:, None] * supply.grid
    water, land, facility, it_power = (
        whole(one[:, None, None, None]) for one in (building.water, building.land, building.facility_power, building.it_power)
    )
    return Uses(
        tuple(years), capital_by_year(building, supply, chips, dates, money, np.array([*years.values()])),
        burnt[0] * hours[0] + burnt[1] * hours[1] + made, whole(gas[:, :, None, None]), water, land, whole(grid[:, :, None, None]),
        facility, it_power, whole(dates.ready[:, :, None]), dates.operation,
    )  # fmt: skip


def capital_by_year(building: Building, supply: Supply, chips: Chips, dates: Expected, money: Money, ends: Array) -> Array:
    """Money paid for halls, plants and equipment within each year of the clock, USD of the price year.

    (building, power, chip, start, year). The first year holds what would be paid before it, the last what would be
    paid after it: what is begun counts whole.
    """
    start, ready = np.broadcast_to(dates.start, dates.ready.shape), dates.ready
    length = np.maximum(ready - start, 1.0)
    built = sum(share * _spent(start + first * length, start + (first + 1.0 / 3.0) * length, ends) for first, share in _thirds(money))
    hall = hall_cost(building, dates.start, money) + generation_cost(building, supply)[:, :, None]
    bought = _spent(np.broadcast_to(ready[:, :, None], dates.operation.shape) - money.payment_lead, dates.operation, ends)
    equipment = equipment_cost(building, chips, dates.operation, money)
    so_far = (hall[..., None] * built)[:, :, None] + equipment[..., None] * bought
    so_far[..., -1] = hall[:, :, None] + equipment
    return np.asarray(np.diff(so_far, axis=-1, prepend=0.0))
