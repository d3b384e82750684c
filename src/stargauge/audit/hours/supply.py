"""What a site states of its supply, as sources that a dispatch by the hour runs, with their prices, greenhouse gas and water."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.hours.run import MONTH_HOURS, SiteYear
from stargauge.catalogue.facility_designs import Drawn
from stargauge.catalogue.hourly_factors import HourlyFactors
from stargauge.catalogue.tariff import Tariff
from stargauge.quantity.power.dispatch_accounts import Prices
from stargauge.quantity.power.hourly import MONTH_ENDS, Hourly
from stargauge.quantity.power.outages import Outages, units_up
from stargauge.quantity.power.power_sources import Battery, Given, Grid, Part, Plant, Source
from stargauge.quantity.quantity import PLANTS, SOURCES
from stargauge.quantity.weather.weather import YEAR_HOURS

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

#: The rows of the catalogue of what a programme calls a source, unless it says which plant it is.
_ROWS = {"gas": "gas-turbine", "fuel_cell": "fuel-cell"}
#: Plants that are paid by what they give, fuel included; and those whose water nobody states: taken as that of a turbine, which is little.
_RENTED, _WATER_UNKNOWN = "rented-generator", ("gas-engine", "rented-generator")
#: What runs without a choice, and what burns gas on site.
GIVEN, BURNING = ("solar", "wind", "nuclear"), ("fuel_cell", "gas")
#: Whose water is taken on the site: what burns gas there, and modules that are stated at a site stand on it.
_ON_SITE = (*BURNING, "solar")
#: The share of its capacity at which a plant's heat rate at part load holds.
_PART = 0.5
#: What hours a day has.
_DAY = 24.0
#: The grid's price by the hour, among what is summed over what it gives.
_PRICE = "price"


@dataclass(frozen=True)
class BatteryStated:
    """A battery as stated: medians of power (W) and energy (Wh)."""

    power: float
    energy: float
    since: float  # hour of the year
    one_way: float  # efficiency in and out each


@dataclass(frozen=True)
class SupplyTerms:
    """What sources need beyond the run: values of the catalogue by draw, what sun and wind give, factors of the grid by hour."""

    drawn: Drawn
    grid_row: str  # of the catalogue, for water
    outputs: Mapping[str, Array]  # sun and wind by rated power, (hour, year)
    battery: BatteryStated | None = None
    factors: HourlyFactors | None = None
    spare: int = 0
    tariff: Tariff | None = None

    def of_rows(self, rows: Rows) -> SupplyTerms:
        """The same for some of the draws."""
        return replace(self, drawn=self.drawn._replace(rows=rows))

    def value(self, name: str, attribute: str, unit: str, draws: int, kind: str = "energy") -> Array:
        """A value of the catalogue in each draw."""
        return np.array(np.broadcast_to(np.asarray(self.drawn.value(kind, name, attribute, unit)).reshape(-1), draws))


def stated_sources(found: SiteYear) -> list[str]:
    """The sources that a site states, and its grid, stated or not."""
    return [name for name in SOURCES if name == "grid" or (np.nan_to_num(found[f"supply_capacity_stated {name}"]) > 0.0).any()]


def is_prime(found: SiteYear, name: str) -> bool:
    """Whether a source runs all year, as sun, wind and contracts always do here; else it is backup."""
    return name in GIVEN or bool(np.nan_to_num(found[f"supply_prime {name}"], nan=1.0).max() > 0.5)


def is_alone(found: SiteYear, name: str) -> bool:
    """Whether a source carries the site without the grid, for good or until it is there."""
    return bool(np.nan_to_num(found[f"supply_alone {name}"]).max() > 0.5)


def role_of(found: SiteYear, name: str) -> str:
    """prime, alone or backup."""
    return "alone" if is_alone(found, name) else "prime" if is_prime(found, name) else "backup"


def plant_of(found: SiteYear, name: str) -> str:
    """Which plant a source is: the one that the programme names, else the source itself."""
    return PLANTS[int(np.asarray(found[f"source_plant {name}"]).flat[0])]


def row_of(found: SiteYear, name: str) -> str:
    """The row of the catalogue of a source."""
    return _ROWS.get(plant_of(found, name), plant_of(found, name))


def supplied(found: SiteYear, terms: SupplyTerms, column: Rows) -> list[Source]:
    """Sources in the order in which they run.

    Sun, wind and contracts; a battery that stores their surplus; plants that are prime power, fuel cells first; the grid; plants that carry
    the site where it is not there; a battery that is only a reserve; plants that are backup.
    """
    there = stated_sources(found)
    made = list[Source](_given(found, terms, name, column) for name in GIVEN if name in there)
    burning = [name for name in BURNING if name in there]
    storing = any(source.name in ("solar", "wind") for source in made)
    if terms.battery and storing:
        made.append(_battery(terms.battery, ()))
    made += [_plant(found, terms, name) for name in burning if is_prime(found, name)]
    made.append(_grid(found, terms))
    made += [_plant(found, terms, name) for name in burning if is_alone(found, name)]
    if terms.battery and not storing:
        made.append(_battery(terms.battery, tuple(one.name for one in made if one.name not in GIVEN)))
    return [*made, *(_plant(found, terms, name) for name in burning if role_of(found, name) == "backup")]


def parts_fed(found: SiteYear, meter: Array) -> tuple[Part, ...]:
    """Parts of a load (draw, hour) that a plant which a plan lays out for some buildings feeds, and that all other sources on site feed.

    As `model.supply.supply_energy` has it by month: the grid feeds both. None where no plan made here sizes a source.
    """
    if not found["running_share_designed"].any():
        return ()
    own = np.repeat(found["running_share_designed"], MONTH_HOURS.astype(np.int64), axis=1).T * meter.T
    names = [name for name in stated_sources(found) if name != "grid"]
    designed = tuple(name for name in names if found[f"supply_designed {name}"].max() > 0.5)
    return Part(Hourly(own), designed), Part(Hourly(meter.T - own), tuple(name for name in names if name not in designed))


def since(found: SiteYear, name: str) -> Array:
    """The hour of the year from which a source is there, (draw,)."""
    return found.hour_of(found["grid_available_from"] if name == "grid" else found[f"supply_available_from {name}"])


def _capacity(found: SiteYear, name: str) -> Array:
    return np.nan_to_num(found[f"supply_capacity_stated {name}"])


def _given(found: SiteYear, terms: SupplyTerms, name: str, column: Rows) -> Given:
    """Sun and wind by the weather; without it, and nuclear power, the usual share of capacity in every hour."""
    output, start = terms.outputs.get(name), since(found, name)
    if output is None:
        return Given(name, Hourly(np.ones(YEAR_HOURS), _capacity(found, name) * found[f"capacity_factor {name}"], since=start))
    return Given(name, Hourly(output, _capacity(found, name), column, start))


def _battery(stated: BatteryStated, charged_by: tuple[str, ...]) -> Battery:
    hours = np.arange(YEAR_HOURS) >= stated.since
    return Battery(
        "battery", stated.energy, stated.power, stated.power, stated.one_way, stated.one_way, 1.0 if stated.since <= 0.0 else 0.0,
        charged_by=charged_by, charge_hours=hours if charged_by else None,
    )  # fmt: skip


def _plant(found: SiteYear, terms: SupplyTerms, name: str) -> Plant:
    """Equal units that break down: as many as the capacity takes of the usual size."""
    row, draws = row_of(found, name), found.draws
    capacity, usual = _capacity(found, name), terms.value(row, "unit_size", "W", draws)
    units = np.maximum(np.ceil(capacity / usual - 1e-9), 1.0)
    heat = found["gas_heat_rate"] if name == "gas" else 1.0 / found["fuel_cell_efficiency"]
    up, down = found[f"capacity_factor {name}"], terms.value(row, "time_to_repair", "h", draws)
    return Plant(
        name, capacity / units, units, heat, heat * terms.value(row, "heat_half_load", "1", draws), _PART,
        minimum=terms.value(row, "minimum_load", "1", draws), spare=np.minimum(terms.spare, units),
        outages=_outages(up, down, found.chance(name)), available=Hourly(np.ones(YEAR_HOURS), since=since(found, name)),
    )  # fmt: skip


def _outages(up: Array, down: Array, chance: Array) -> Outages:
    """Mean time to failure by availability and mean time to repair, which is an hour at least: nothing here is shorter."""
    down = np.maximum(down, 1.0)
    with np.errstate(divide="ignore"):
        return Outages(np.where(up < 1.0, np.maximum(down * up / (1.0 - up), 1.0), np.inf), down, chance)


def connection(found: SiteYear, tariff: Tariff | None) -> Array:
    """Size of the grid connection, W (draw, month): as stated, else as large as what is energised; no more than a tariff has contracted."""
    stated = found["supply_capacity_stated grid"]
    months = np.where(np.isnan(stated)[:, None], found["supply_capacity grid"], np.nan_to_num(stated)[:, None])
    return np.asarray(months if tariff is None else np.minimum(months, tariff.contract))


def _grid(found: SiteYear, terms: SupplyTerms) -> Grid:
    """The connection, from its day; now and then it is out."""
    draws, tariff = found.draws, terms.tariff
    limit = np.repeat(connection(found, tariff), MONTH_HOURS.astype(np.int64), axis=1).T
    there = _outages(found["capacity_factor grid"], terms.value("grid-us", "time_to_repair", "h", draws), found.chance("grid"))
    limit = limit * units_up(YEAR_HOURS, 1, there, draws)
    charges = {} if tariff is None else {f"demand {place}": Hourly(charge) for place, charge in enumerate(tariff.demand)}
    return Grid("grid", Hourly(limit, since=since(found, "grid")), _rates(found, terms), charges)


def _rates(found: SiteYear, terms: SupplyTerms) -> dict[str, Hourly]:
    """Factors of what the grid gives: those of the user's file by hour, else one of each draw; the marginal only where it is given."""
    given, ones = terms.factors, np.ones(YEAR_HOURS)
    of_file = {} if given is None else {"average": given.average, "marginal": given.marginal, "water": given.upstream_water}
    rates = {name: Hourly(values) for name, values in of_file.items() if values is not None}
    usual = {"average": found["grid_emission_factor"], "water": terms.value(terms.grid_row, "water", "L/Wh", found.draws)}
    priced = {} if terms.tariff is None else {_PRICE: Hourly(terms.tariff.energy)}
    return {name: Hourly(ones, values) for name, values in usual.items()} | rates | priced


# --- what it costs, burns and takes -------------------------------------------------------------------------------------------------


def _stack(order: list[str], of: Mapping[str, Array], draws: int) -> Array:
    return np.stack([np.broadcast_to(of.get(name, np.zeros(draws)), draws) for name in order], axis=1)


def prices_of(found: SiteYear, order: list[str], tariff: Tariff | None = None) -> Prices:
    """Prices by draw and source: of the grid those of a tariff, else as stated for the site, else as the model has them; gas by what is
    burnt.
    """
    variable, curtailed, fixed, fuel = dict[str, Array](), dict[str, Array](), dict[str, Array](), dict[str, Array]()
    for name in (one for one in order if one != "battery"):
        plant, price = plant_of(found, name), found[f"energy_price {name}"]
        stated = np.isfinite(found[f"source_price_stated {name}"]) | (plant == _RENTED)
        days = np.clip(YEAR_HOURS - since(found, name), 0.0, YEAR_HOURS) / _DAY
        own = {"gas": found["gas_variable_cost"], "grid": price, "nuclear": price}.get(name, np.zeros(found.draws))
        variable[name] = np.zeros(found.draws) if name == "grid" and tariff is not None else np.where(stated, price, own)
        curtailed[name] = variable[name] if name in GIVEN else np.zeros(found.draws)
        fixed[name] = np.where(stated, 0.0, found[f"source_fixed_cost {plant}"] * _installed(found, name) * days)
        fuel[name] = np.where(stated | (name not in BURNING), 0.0, found["gas_price"])
    each = [_stack(order, one, found.draws) for one in (fixed, variable, curtailed, fuel)]
    return Prices(0.0, each[0], each[1], each[2], each[3], 0.0, purchase="" if tariff is None else _PRICE)


def held(found: SiteYear, tariff: Tariff) -> Array:
    """What a connection costs by its size and by the month, whatever it gives: USD of the year, (draw,), from its day on.

    Source: the tariff's charges for capacity and fixed charges. Leaves out: capacity that is contracted beyond the connection.
    """
    size, ends = connection(found, tariff), np.asarray(MONTH_ENDS, dtype=np.float64)
    there = np.clip((ends - since(found, "grid")[:, None]) / MONTH_HOURS, 0.0, 1.0) * (size > 0.0)
    return np.asarray((there * (size * tariff.capacity + tariff.fixed)).sum(axis=1) / len(ends))


def _installed(found: SiteYear, name: str) -> Array:
    return np.zeros(found.draws) if name == "grid" else _capacity(found, name)


def per_fuel(found: SiteYear, order: list[str], factor: Array) -> Array:
    """A factor of the gas that is burnt, by source: (draw, source)."""
    return _stack(order, dict.fromkeys(BURNING, factor), found.draws)


def water_per_energy(found: SiteYear, terms: SupplyTerms, order: list[str], on_site: bool) -> Array:
    """Water that plants take by what they give, L/Wh (draw, source): of those that stand on the site, or of the others but the grid."""
    names = [name for name in (*GIVEN, *BURNING) if name in order and (name in _ON_SITE) == on_site]
    rows = {name: row_of(found, name) for name in names}
    rows |= {name: _ROWS["gas"] for name, row in rows.items() if row in _WATER_UNKNOWN}
    return _stack(order, {name: terms.value(row, "water", "L/Wh", found.draws) for name, row in rows.items()}, found.draws)
