"""What options take of money, emissions, gas, water, land, grid, crews and chips, and what takes of the same beside them already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.sites.pools import Pool, Queuer
from stargauge.audit.sites.standing import POOLS, Standing, StandingAt
from stargauge.engine.simulate import simulate
from stargauge.plan.build_order.case.choices import buildings_of, overlay_of
from stargauge.plan.build_order.case.costs import Expected, Money, equipment_cost
from stargauge.plan.build_order.case.prepare import PRICE_DRAWS, Prepared
from stargauge.plan.build_order.case.unit_prices import UnitPrices, building_of, chips_of, money_of
from stargauge.plan.build_order.case.worlds import Read, days_of
from stargauge.programme.known import Known, known
from stargauge.programme.overlay import overlay
from stargauge.programme.schema import Programme
from stargauge.quantity.quantity import STAGES

Array = NDArray[np.float64]

_OPERATIONAL = STAGES.index("operational")
_YEAR_HOURS = 8766.0
_YEAR_MONTHS = 12
#: Powers whose plants are turbines.
_TURBINES = ("gas-turbine", "combined-cycle")
_READ = ("phase_it_power", "design_power_ratio", "stage_date", "racks_wanted", "phase_placed", "phase_site", "land_per_power", "wue",
         "load_factor")  # fmt: skip


class Takes(NamedTuple):
    """What each option takes, expected over worlds. Every array broadcasts to (building, power, chip, start), money with the year behind.

    Money is USD of the price year, not discounted, by calendar year of payment; a day is a day count, infinite where it never comes.
    """

    years: tuple[int, ...]
    building_capital: Array  # USD, land to soft cost and generation: (building, power, chip, start, year)
    equipment_capital: Array  # USD, accelerators, network and storage: (building, power, chip, start, year)
    emissions: Array  # g CO2e until the end of the clock, making the accelerators included
    energy: Array  # Wh at the meter until the end of the clock
    gas: Array  # Wh of fuel in a full year
    water: Array  # L in a full year
    land: Array  # m2
    grid: Array  # W at the meter that the grid has to carry
    turbines: Array  # W of plants on site whose turbines have to be bought
    accelerators: Array  # number of accelerators
    powered: Array  # day on which power is due
    racks: Array  # day on which accelerators are wanted
    runs: Array  # day of operation


def takes_of(prepared: Prepared, now: Known) -> Takes:
    """What the options of a prepared case take: its uses, with capital apart by what it pays for.

    energy = load * expected hours of running until the end of the clock,  accelerators = filled * P_IT / IT power of one      (1)
    """
    case, uses, made = prepared.case, prepared.uses, prepared.all_worlds
    prices = UnitPrices.of(now, min(PRICE_DRAWS, made.draws), prepared.seed)
    money, building, chips = money_of(prices), building_of(prices, made), chips_of(prices, case.chips, case.powers)
    ends = np.array(days_of([now.months[at] for at in _year_ends(now, uses.years)]))
    with np.errstate(invalid="ignore"):
        equipment = equipment_paid(prepared.dates, money, ends) * equipment_cost(building, chips, uses.operation, money)[..., None]
        equipment = np.where(case.allowed[..., None], equipment, 0.0)
        hours = np.where(case.allowed, 24.0 * np.maximum(money.end - prepared.dates.served, 0.0), 0.0)
    power = prices.mean("accelerator_it_power")[[now.axes["chip"].index(chip) for chip in case.chips]]
    turbines = np.isin(case.powers, _TURBINES).astype(np.float64)[:, None, None]
    accelerators = uses.it * prices.scalar("hall_filled") / power[:, None]
    return Takes(
        uses.years, np.maximum(uses.capital - equipment, 0.0), equipment, uses.emissions, building.load[:, None, None, None] * hours,
        uses.gas, uses.water, uses.land, uses.grid, uses.facility * turbines, accelerators, uses.ready, uses.ready, uses.operation,
    )  # fmt: skip


def equipment_paid(dates: Expected, money: Money, ends: Array) -> Array:
    """Share of equipment paid within each year, evenly from a lead before it is wanted until it runs: (building, power, chip, start, year).

    As `costs.capital_by_year` has it: the first year holds what would be paid before, the last what would be paid after.
    """
    first = dates.ready[:, :, None] - money.payment_lead
    length = np.maximum(dates.operation - first, 1.0)
    so_far = np.clip((ends - np.broadcast_to(first, length.shape)[..., None]) / length[..., None], 0.0, 1.0)
    so_far[..., -1] = 1.0
    return np.asarray(np.diff(so_far, axis=-1, prepend=0.0))


def _year_ends(now: Known, years: Sequence[int]) -> list[int]:
    """The places of the last month of each year on the clock."""
    return [max(at for at, when in enumerate(now.months) if when.year <= year) for year in years]


# --- what is under way ------------------------------------------------------------------------------------------------------------


def begun_known(programme: Programme, now: Known) -> Known:
    """What is known of the programme with nothing of what is decided ever built."""
    lots = buildings_of(now, {})
    patch = overlay_of(now, lots, dict.fromkeys((lot.id for lot in lots), now.months[-1]), {}, {}, {}, cancelled=True)
    return known(overlay(programme, patch, "plan"), now.catalogue.catalogue, now.as_of)


@dataclass(frozen=True)
class Begun:
    """What is under way and stays: a run of the programme in which nothing that is decided is ever built."""

    known: Known
    got: Mapping[str, Array]
    queuer: Queuer

    @property
    def _runs(self) -> Array:
        return np.asarray(self.got["stage_date"][:, _OPERATIONAL])

    @property
    def _expected(self) -> Array:
        """IT power of each phase that comes to run, W: (draw, phase)."""
        return np.where(np.isfinite(self._runs), np.nan_to_num(self.got["phase_it_power"]), 0.0)

    @property
    def _at(self) -> NDArray[np.int64]:
        return np.asarray(self.got["phase_site"].astype(np.int64))

    def _by_site(self, values: Array, sites: Sequence[str]) -> Array:
        """Mean over draws of values (draw, phase), added up by site."""
        labels = [site.id for site in self.known.sites]
        sums = np.bincount(self._at, weights=values.mean(axis=0), minlength=len(labels))
        return np.array([sums[labels.index(site)] for site in sites])

    def it_power(self, sites: Sequence[str]) -> Array:
        """IT power expected to run once all is there, W: (site,)."""
        return self._by_site(self._expected, sites)

    @property
    def _facility(self) -> Array:
        return np.asarray(self._expected * self.got["design_power_ratio"][:, self._at])

    def land(self, sites: Sequence[str]) -> Array:
        """Land, m2: (site,). Facility power * area per facility power."""
        return self._by_site(self._facility * self.got["land_per_power"][:, None], sites)

    def water(self, sites: Sequence[str]) -> Array:
        """Water in a full year, L: (site,). P_IT * load factor * WUE of the last year of the clock * hours."""
        per_power = self.got["wue"][..., -_YEAR_MONTHS:].mean(axis=-1) * self.got["load_factor"] * _YEAR_HOURS
        return self._by_site(self._expected * per_power[:, self._at], sites)

    def grid(self, sites: Sequence[str]) -> Array:
        """Facility power that the grid carries, W: (site,), by the share of the stated connection in the site's power."""
        return self._by_site(self._facility * self.queuer.made.share[:, POOLS.index("queue")], sites)

    def finishing(self, site: str) -> Array:
        """Days (P50) on which each phase under way at a site runs, those that do not come left out."""
        own = self._at == [one.id for one in self.known.sites].index(site)
        days = np.median(self._runs[:, own], axis=0)
        return np.asarray(days[np.isfinite(days)])

    def chips_by(self, days: Array) -> Array:
        """IT power of accelerators still to be placed that is wanted by each of some days, W, mean over draws."""
        waits = np.where(self.got["phase_placed"] > 0.5, 0.0, self._expected)
        return np.array([np.where(self.got["racks_wanted"] <= day, waits, 0.0).sum(axis=1).mean() for day in days])

    def ordered_by(self, pool: Pool, days: Array) -> Array:
        """Facility power that still draws on a pool and is due by each of some days, W, mean over draws."""
        orders = self.queuer.orders(pool)
        return np.array([np.where(self.queuer.made.due <= day, orders, 0.0).sum(axis=1).mean() for day in days])


def country_of(known: Known, site: str) -> str:
    """The country of a site by the catalogue; empty where no place is stated."""
    spec = known.programme.sites.get(site)
    return known.catalogue.text("place", spec.place, "country") if spec and spec.place else ""


def begun_of(known: Known, *, draws: int = 512, seed: int = 0) -> Begun:
    """What is under way, from what is known of the programme without what is decided."""
    collectors: dict[str, Any] = {"read": Read(_READ), "standing": StandingAt(())}
    made = simulate(known, [], draws=draws, seed=seed, collectors=collectors).collected
    standing: Standing = made["standing"]
    labels = [site.id for site in known.sites]
    country = tuple(country_of(known, labels[int(at)]) for at in standing.site)
    got = {name: kept.values for name, kept in made["read"].items()}
    return Begun(known, got, Queuer(standing, country, np.zeros(len(country), dtype=bool)))
