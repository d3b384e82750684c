"""What a run of the model says of one site in the months of a year: the draws that its hours are made of, none of them drawn again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.result import Result
from stargauge.engine.streams import BLOCK, stratified, stream_key
from stargauge.programme.known import Known
from stargauge.quantity.dates import day
from stargauge.quantity.errors import InputError
from stargauge.quantity.power.hourly import MONTH_ENDS
from stargauge.quantity.quantity import PLANTS, SOURCES
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

MONTHS = 12
#: Hours of each month of a year of 365 days.
MONTH_HOURS = np.diff((0, *MONTH_ENDS)).astype(np.float64)

#: What of the hall is drawn for all sites at once, by where the catalogue has it.
_OF_ALL = {
    "transformer_loss": ("facility", "default"), "ups_loss": ("facility", "default"), "distribution_loss": ("facility", "default"),
    "no_load_share": ("facility", "default"), "lighting_share": ("facility", "default"), "chiller_lift": ("cooling", "default"),
    "air_temperature_rise": ("cooling", "default"), "liquid_temperature_rise": ("cooling", "default"),
    "chiller_least_load": ("cooling", "default"), "least_speed": ("cooling", "default"),
    "wetting_effectiveness": ("cooling", "default"), "humid_limit": ("cooling", "default"),
}  # fmt: skip
#: What is drawn for each site: the quantity, and the attribute of its design's row.
_OF_DESIGN = {
    "liquid_share": "liquid_share", "liquid_supply_temperature": "supply_temperature", "air_supply_temperature": "air_supply_temperature",
    "chiller_carnot_share": "chiller_carnot_share", "air_fan_power": "air_fan_power",
    "rejection_fan_power": "fan_power", "pump_power": "pump_power", "tower_pump_power": "tower_pump_power",
    "cycles_of_concentration": "cycles_of_concentration", "drift_share": "drift_share",
}  # fmt: skip
_OF_SITE = (
    "redundancy", "load_factor", "design_power_ratio", "air_coil_approach", "rejection_approach", "exchanger_approach", "gas_heat_rate",
    "gas_variable_cost", "grid_available_from",
)  # fmt: skip
_OF_SOURCE = (
    "supply_capacity", "supply_capacity_stated", "supply_available_from", "supply_prime", "supply_alone", "source_plant",
    "source_price_stated", "energy_price", "capacity_factor", "supply_energy", "supply_designed",
)  # fmt: skip
_OF_MONTHS = ("pue", "power_load", "supply_shortfall", "supply_cost", "water", "running_share_designed")
_SHARED = (
    "gas_price", "fuel_cell_efficiency", "gas_emission_factor", "ambient_offset", "cooling_water_other", "inference_tokens_per_s",
)  # fmt: skip


def addresses(known: Known, site: str) -> dict[str, str]:
    """Every address that the hours of a site are made of, by a short name."""
    found = {name: f"{name}[{site}]" for name in (*_OF_DESIGN, *_OF_SITE, *_OF_MONTHS, "grid_emission_factor")}
    found |= {name: name for name in (*_OF_ALL, *_SHARED)}
    found |= {f"{name} {source}": f"{name}[{source}, {site}]" for name in _OF_SOURCE for source in SOURCES}
    found |= {f"source_fixed_cost {plant}": f"source_fixed_cost[{plant}]" for plant in PLANTS}
    found |= {f"emissions {scope}": f"emissions[{scope}, {site}]" for scope in ("scope1", "scope2")}
    found |= {f"fleet_share {use}": f"fleet_share[{use}]" for use in ("inference", "training")}
    found |= {"power_it": f"power_it[operational, {site}]", "peak": f"compute_peak[bf16, {site}]", "peak of all": "compute_peak[bf16]"}
    for chip in known.axes["chip"]:
        found |= {f"held {chip}": f"accelerators[{chip}, {site}]", f"held of all {chip}": f"accelerators[{chip}]"}
        found[f"rate {chip}"] = f"accelerator_throughput[{chip}]"
    return found | {f"runs {model}": f"training_runs_per_year[{model}]" for model in known.axes["model"]}


@dataclass(frozen=True)
class SiteYear:
    """A site in a year by the draws of a run: what `addresses` names, (draw,) or (draw, month); some or all draws of it."""

    site: str
    year: int
    programme: str
    seed: int
    first: int  # number of the first draw, a whole number of blocks
    leap: bool
    values: Mapping[str, Array]

    def __getitem__(self, name: str) -> Array:
        """The draws of a short name."""
        return self.values[name]

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.values["load_factor"])

    @property
    def power_it(self) -> Array:
        """Power at the racks that runs, (draw, month); nothing where none is."""
        return np.nan_to_num(self.values["power_it"])

    def block(self, number: int) -> SiteYear:
        """One block of draws of it."""
        rows = slice(number * BLOCK, (number + 1) * BLOCK)
        return replace(self, first=number * BLOCK, values={name: one[rows] for name, one in self.values.items()})

    def chance(self, what: str) -> Array:
        """A uniform number of each draw, each part of 1/256 of a block hit once, of a stream that nothing else has."""
        key = np.array([stream_key(self.seed, self.programme, "hours", (self.site, what))], dtype=np.uint64)
        return np.asarray(stratified(key, self.first // BLOCK, self.draws // BLOCK)[0])

    def hour_of(self, days: Array) -> Array:
        """The hour of this year of 365 days at which a day count begins; the first where there is no day."""
        start, leap_day = day_of(self.year, 1, 1), day_of(self.year, 2, 28) + 1.0
        skipped = np.where(self.leap & (days > leap_day), 1.0, 0.0)
        return np.asarray(np.nan_to_num(24.0 * (days - skipped - start), nan=0.0).clip(0.0, 1e6))

    def without_leap_day(self, flows: Array) -> Array:
        """What flows in each month of the calendar, as in a year of 365 days."""
        share = np.ones(MONTHS)
        share[1] = 28.0 / 29.0 if self.leap else 1.0
        return np.asarray(flows * share)


def day_of(year: int, month: int, date_: int) -> float:
    """The day count of a date."""
    return day(date(year, month, date_))


def running_years(result: Result, known: Known, site: str) -> tuple[int, ...]:
    """Whole years of the clock in some month of which something is expected to run at a site, in half of the draws at least."""
    power = np.nan_to_num(result[addresses(known, site)["power_it"]].values)
    of = {year: [place for place, month in enumerate(known.months) if month.year == year] for year in years_of(known)}
    return tuple(year for year, places in of.items() if np.median(power[:, places].max(axis=1)) > 0.0)


def site_year(result: Result, known: Known, site: str, year: int | None, seed: int) -> SiteYear:
    """The draws of a site in the months of a year of the clock; without one, the first after the knowledge date in which something runs.

    Raises InputError where nothing is expected to run in it.
    """
    year = _running(running_years(result, known, site), known, site, year)
    months = [place for place, month in enumerate(known.months) if month.year == year]
    first = months[0]
    values = {}
    for name, address in addresses(known, site).items():
        series = result[address]
        values[name] = np.asarray(series.values[:, first : first + MONTHS] if series.months else series.values)
    return SiteYear(site, year, str(known.programme.name), seed, 0, year % 4 == 0 and (year % 100 != 0 or year % 400 == 0), values)


def _running(there: tuple[int, ...], known: Known, site: str, wanted: int | None) -> int:
    """The year that was asked for, or the first one to come."""
    if not there:
        raise InputError(
            say(
                "nothing is expected to run at {site} in any year of the programme's clock, which ends with {years_of}",
                site=site,
                years_of=years_of(known)[-1],
            )
        )
    if wanted is None:
        return next((year for year in there if year > known.as_of.year), there[-1])
    if wanted not in there:
        raise InputError(
            say(
                "nothing is expected to run at {site} in {wanted}; choose one of {there}",
                site=site,
                wanted=wanted,
                there=", ".join(map(str, there)),
            )
        )
    return wanted


def years_of(known: Known) -> tuple[int, ...]:
    """Whole years of the clock."""
    all_years = [month.year for month in known.months]
    return tuple(year for year in dict.fromkeys(all_years) if all_years.count(year) == MONTHS)


def own_of(found: SiteYear, row: str, tower: bool) -> dict[tuple[str, str, str], Array]:
    """The hall's values that the run has drawn, by where the catalogue has them. `row`: of the site's design; `tower`: it has one."""
    own = {(kind, name, attribute): found[attribute] for attribute, (kind, name) in _OF_ALL.items()}
    own |= {("cooling", row, attribute): found[name] for name, attribute in _OF_DESIGN.items()}
    own |= {("facility", "default", name): found[name] for name in ("redundancy", "load_factor")}
    own["facility", "default", "design_ratio"] = found["design_power_ratio"]
    own["cooling", "default", "water_other"] = found["cooling_water_other"]
    own["cooling", "default", "air_coil_approach"] = found["air_coil_approach"]
    own["cooling", row, "approach_wet" if tower else "approach_dry"] = found["rejection_approach"]
    if tower:
        own["cooling", row, "approach_heat_exchanger"] = found["exchanger_approach"]
    return own
