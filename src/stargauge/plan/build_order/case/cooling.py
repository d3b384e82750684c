"""How each site is cooled: the design that takes least energy at its place and whose water keeps the limit.

    energy = PUE * load factor * price * hours of a year,  water = WUE * load factor * IT power * hours of a year                     (1)

PUE and water are those of the model at the medians of all ranges, means over the last year of the clock. A site on which work has begun
keeps its design, as all of it is cooled in one way. Leaves out: what a design costs to build, which the catalogue does not have; the
price of water; that a warm loop suits some accelerators only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.facility_designs import DEFAULT
from stargauge.engine.simulate import case_of
from stargauge.plan.build_order.case.choices import ground_of
from stargauge.plan.build_order.case.limits import Bound
from stargauge.programme.known import Known, known
from stargauge.programme.overlay import overlay
from stargauge.programme.schema import Programme

Array = NDArray[np.float64]

_YEAR_HOURS, _YEAR_MONTHS = 8766.0, 12


class Design(NamedTuple):
    """A design of the catalogue at a site: PUE, water per energy at the racks (L/Wh), energy (USD per W of IT power and year).

    `water`: L in a full year of all phases of the site; `keeps`: whether that is within the limit.
    """

    id: str
    pue: float
    wue: float
    energy: float
    water: float
    keeps: bool


class SiteCooling(NamedTuple):
    """What a site is cooled by. `most`: L a year (infinite: no limit).

    `kind`: where work has begun stated, or assumed where nobody said; else designed.
    """

    site: str
    id: str
    kind: str
    designs: tuple[Design, ...]
    most: float

    @property
    def chosen(self) -> Design:
        """The figures of its design."""
        return next(one for one in self.designs if one.id == self.id)


class _Year(NamedTuple):
    """Yearly means of a design by site."""

    pue: Array
    wue: Array
    load: Array
    price: Array
    power: Array


def designs_of(now: Known) -> tuple[str, ...]:
    """The designs that the catalogue has."""
    return tuple(name for name in now.catalogue.names("cooling") if now.catalogue.text("cooling", name, "heat_rejection"))


def cooling_of(programme: Programme, now: Known, sites: Sequence[str], bounds: Sequence[Bound] = ()) -> tuple[SiteCooling, ...]:
    """The design of each site, of all at its place: least energy within the limit of water; where none keeps it, least water.

    Limits are those asked for (`bounds`), else what the file states of the site's water.
    """
    years = {design: _year(programme, now, sites, design) for design in designs_of(now)}
    return tuple(_of_site(now, site, _most(now, site, bounds), years) for site in sites)


def _year(programme: Programme, now: Known, sites: Sequence[str], design: str) -> _Year:
    """What the model says of all sites with one design."""
    laid = known(overlay(programme, {"sites": {site: {"cooling": design} for site in sites}}), now.catalogue.catalogue, now.as_of)
    got = case_of(laid).values(["pue", "wue", "load_factor", "supply_cost", "site_it_power"])
    pue, wue, price = (got[name][:, -_YEAR_MONTHS:].mean(axis=1) for name in ("pue", "wue", "supply_cost"))
    return _Year(pue, wue, got["load_factor"], price, got["site_it_power"])


def _most(now: Known, site: str, bounds: Sequence[Bound]) -> float:
    """The most water of a site in a year, L."""
    asked = {one.name: one.most for one in bounds if one.kind == "water"}
    spec = now.programme.sites.get(site)
    stated = now.estimate(spec.water).value if spec and spec.water else np.inf
    usual = float(stated) if isinstance(stated, float) and stated > 0.0 else np.inf
    return asked.get(site, asked.get("", usual))


def _of_site(now: Known, site: str, most: float, years: dict[str, _Year]) -> SiteCooling:
    at = [one.id for one in now.sites].index(site)
    made = tuple(_design(name, year, at, most) for name, year in years.items())
    stated = _stated(now, site)
    if (stated or DEFAULT) in years and ground_of(now, site).begun:
        return SiteCooling(site, stated or DEFAULT, "stated" if stated else "assumed", made, most)
    keeping = [one for one in made if one.keeps]
    best = min(keeping, key=lambda one: (one.energy, one.water)) if keeping else min(made, key=lambda one: (round(one.water), one.energy))
    return SiteCooling(site, best.id, "designed", made, most)


def _design(name: str, year: _Year, at: int, most: float) -> Design:
    """A design at a site by (1)."""
    pue, wue, load = float(year.pue[at]), float(year.wue[at]), float(year.load[at])
    water = wue * load * float(year.power[at]) * _YEAR_HOURS
    return Design(name, pue, wue, pue * load * float(year.price[at]) * _YEAR_HOURS, water, water <= most)


def _stated(now: Known, site: str) -> str:
    spec = now.programme.sites.get(site)
    return spec.cooling if spec else ""
