"""What options take of money, emissions, gas, water, land, grid, crews and chips, and what takes of the same beside them already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.pools import Pool, Queuer
from stargauge.audit.standing import Standing, StandingAt
from stargauge.engine.select import Block
from stargauge.engine.simulate import simulate
from stargauge.programme.known import Known
from stargauge.quantity.quantity import STAGES

Array = NDArray[np.float64]

_OPERATIONAL = STAGES.index("operational")
_YEAR_HOURS = 8766.0
_YEAR_MONTHS = 12


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


class _Run(NamedTuple):
    """Arrays of one run of what is under way, draws first."""

    power: Array
    ratio: Array
    runs: Array
    racks: Array
    placed: Array
    site: Array
    land: Array
    water: Array  # L a year per W of IT power: (draw, site)


@dataclass(frozen=True)
class _Gathered:
    """Collects a `_Run`."""

    @property
    def needs(self) -> tuple[str, ...]:
        """What it reads."""
        return ("phase_it_power", "design_power_ratio", "stage_date", "racks_wanted", "phase_placed", "phase_site", "land_per_power", "wue",
                "load_factor")  # fmt: skip

    def take(self, block: Block) -> _Run:
        """What it keeps of one block."""
        got = block.values
        water = got["wue"][..., -_YEAR_MONTHS:].mean(axis=-1) * got["load_factor"] * _YEAR_HOURS
        return _Run(
            np.array(got["phase_it_power"]), np.array(got["design_power_ratio"]), got["stage_date"][:, _OPERATIONAL].copy(),
            np.array(got["racks_wanted"]), np.array(got["phase_placed"]), np.array(got["phase_site"]), np.array(got["land_per_power"]),
            water,
        )  # fmt: skip

    def join(self, parts: Sequence[_Run]) -> _Run:
        """All draws of all parts."""
        fixed = {"placed", "site"}
        return _Run(*(getattr(parts[0], one) if one in fixed else np.concatenate([getattr(p, one) for p in parts]) for one in _Run._fields))


@dataclass(frozen=True)
class Begun:
    """What is under way and stays: a run of the programme in which nothing that is decided is ever built."""

    known: Known
    made: _Run
    queuer: Queuer

    @property
    def _expected(self) -> Array:
        """IT power of each phase that comes to run, W: (draw, phase)."""
        return np.where(np.isfinite(self.made.runs), np.nan_to_num(self.made.power), 0.0)

    def _by_site(self, values: Array, sites: Sequence[str]) -> Array:
        """Mean over draws of values (draw, phase), added up by site."""
        labels = [site.id for site in self.known.sites]
        sums = np.bincount(self.made.site.astype(np.int64), weights=values.mean(axis=0), minlength=len(labels))
        return np.array([sums[labels.index(site)] if site in labels else 0.0 for site in sites])

    def _of_phase(self, by_site: Array) -> Array:
        return by_site[:, self.made.site.astype(np.int64)]

    def it_power(self, sites: Sequence[str]) -> Array:
        """IT power expected to run once all is there, W: (site,)."""
        return self._by_site(self._expected, sites)

    def land(self, sites: Sequence[str]) -> Array:
        """Land, m2: (site,). Facility power * area per facility power."""
        return self._by_site(self._expected * self._of_phase(self.made.ratio) * self.made.land[:, None], sites)

    def water(self, sites: Sequence[str]) -> Array:
        """Water in a full year, L: (site,)."""
        return self._by_site(self._expected * self._of_phase(self.made.water), sites)

    def grid(self, sites: Sequence[str]) -> Array:
        """Facility power that the grid carries, W: (site,), by the share of the stated connection in the site's power."""
        share = self.queuer.made.share[:, 2]
        return self._by_site(self._expected * self._of_phase(self.made.ratio) * share, sites)

    def finishing(self, site: str) -> Array:
        """Days (P50) on which each phase under way at a site runs, those that do not come left out."""
        at = [one.id for one in self.known.sites].index(site)
        own = np.flatnonzero(self.made.site.astype(np.int64) == at)
        days = np.median(self.made.runs[:, own], axis=0)
        return np.asarray(days[np.isfinite(days)])

    def chips_by(self, days: Array) -> Array:
        """IT power of accelerators still to be placed that is wanted by each of some days, W, mean over draws."""
        waits = np.where(self.made.placed > 0.5, 0.0, self._expected)
        return np.array([np.where(self.made.racks <= day, waits, 0.0).sum(axis=1).mean() for day in days])

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
    collectors: dict[str, Any] = {"begun": _Gathered(), "standing": StandingAt(())}
    result = simulate(known, [], draws=draws, seed=seed, collectors=collectors)
    standing: Standing = result.collected["standing"]
    labels = [site.id for site in known.sites]
    country = tuple(country_of(known, labels[int(at)]) for at in standing.site)
    return Begun(known, result.collected["begun"], Queuer(standing, country, np.zeros(len(country), dtype=bool)))
