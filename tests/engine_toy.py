"""A tiny model whose axes all differ in length: orchards that are planted, bear fruit and are sold. It shares no word with the real one."""

from __future__ import annotations

import sys
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.graph import Graph
from stargauge.engine.result import World
from stargauge.quantity.dates import Window, day, month_label, months_between
from stargauge.quantity.distribution import STANDARD_NORMAL, Distribution
from stargauge.quantity.quantity import FIXED_AXES, Quantity, quantity
from stargauge.quantity.statement import ABSENT, Estimate, Input, Mixture, Statement
from stargauge.quantity.timeline import flow, steps

Array = NDArray[np.float64]

MONTHS = months_between(date(2030, 1, 1), date(2031, 1, 1))
SITES = ("north", "south", "unsited")
PHASES = ("north/a", "north/b", "south/a", "south/b", "unsited/x")
PARTIES = ("ann", "bob", "cid", "dan")
AXES: dict[str, tuple[str, ...]] = {
    **FIXED_AXES, "site": SITES, "phase": PHASES, "party": PARTIES, "line": ("l1", "l2"), "month": tuple(map(month_label, MONTHS)),
}  # fmt: skip


# --- inputs: the estimates stand in ESTIMATES below


@quantity("d", "month")
def month_end(known: object) -> Estimate:
    """The last day of each month."""
    raise NotImplementedError


@quantity("1", "phase")
def phase_site(known: object) -> list[Estimate]:
    """The place of each phase on the site axis."""
    raise NotImplementedError


@quantity("d", "draw phase")
def planned(known: object) -> list[Estimate]:
    """Planned date of each phase."""
    raise NotImplementedError


@quantity("1", "draw")
def delay(known: object) -> Estimate:
    """Delay that all phases share, a standard normal deviate."""
    raise NotImplementedError


@quantity("1", "draw phase")
def delay_own(known: object) -> list[Estimate]:
    """Delay of each phase alone, a standard normal deviate."""
    raise NotImplementedError


@quantity("d", "draw")
def delay_scale(known: object) -> Estimate:
    """Days of delay per standard deviation."""
    raise NotImplementedError


@quantity("W", "draw phase")
def size(known: object) -> list[Estimate]:
    """Size of each phase; absent where nobody said."""
    raise NotImplementedError


@quantity("USD/W", "draw")
def price(known: object) -> Estimate:
    """Price of what is built, per size."""
    raise NotImplementedError


@quantity("1", "party")
def stake(known: object) -> list[Estimate]:
    """Share that each party pays."""
    raise NotImplementedError


@quantity("USD", "draw party")
def purse(known: object) -> list[Estimate]:
    """Money each party has; absent where it keeps no accounts."""
    raise NotImplementedError


@quantity("1", "draw site month")
def season(known: object) -> list[Estimate]:
    """Yield of each site by month, over its mean."""
    raise NotImplementedError


# --- the model


@quantity("d", "draw phase")
def opened(planned: Array, delay: Array, delay_own: Array, delay_scale: Array) -> Array:
    """Date on which each phase opens.

    t = plan + scale (0.6 z + 0.8 z_own)                                            (1)
    """
    return np.asarray(planned + delay_scale[:, None] * (0.6 * delay[:, None] + 0.8 * delay_own))


@quantity("W", "draw site month", adds="site")
def capacity(opened: Array, size: Array, phase_site: Array, month_end: Array, site_empty: Array) -> Array:
    """Size of what is open at each month end; absent at a site none of whose phases has a size."""
    return steps(opened, size, phase_site, len(site_empty), month_end) + site_empty[None, :, None]


@quantity("W", "site")
def site_empty(phase_site: Array, size_p50: Array, stake: Array) -> Array:
    """Zero for each site, absent where no phase of it has a size."""
    sites = np.arange(int(phase_site.max()) + 1)
    said = np.array([np.isfinite(size_p50[phase_site == site]).any() for site in sites])
    return np.where(said, 0.0, np.nan) + 0.0 * stake.sum()


@quantity("W", "draw site month", adds="site")
def output(capacity: Array, season: Array) -> Array:
    """What each site bears.

    y = capacity * season                                                           (1)
    """
    return np.asarray(capacity * season)


@quantity("USD", "draw site month", adds="site", flow=True)
def spending(capacity: Array, price: Array) -> Array:
    """Money spent within each month.

    x = d(capacity) * price                                                         (1)
    """
    return flow(capacity * price[:, None, None])


class Waterfall(NamedTuple):
    """Series made by one pass over the months."""

    paid: Array
    lacking: Array


@quantity("USD", "draw party month")
def waterfall(spending: Array, stake: Array, purse: Array) -> Waterfall:
    """What each party pays and lacks by each month end, from its purse."""
    owed = np.cumsum(np.nansum(spending, axis=1), axis=-1)[:, None, :] * stake[None, :, None]
    paid = np.minimum(owed, purse[:, :, None])
    return Waterfall(paid, owed - paid)


@quantity("USD", "draw party month", adds="party")
def paid(waterfall: Waterfall) -> Array:
    """Money paid by each party, cumulative."""
    return waterfall.paid


@quantity("USD", "draw party month", adds="party")
def lacking(waterfall: Waterfall) -> Array:
    """Money each party lacks; absent for a party without accounts."""
    return waterfall.lacking


@quantity("USD", "party", adds="party")
def purse_median(purse_p50: Array) -> Array:
    """Money each party has, in the middle case."""
    return purse_p50


def told(value: float | Distribution | Mixture | Array, source: str = "almanac", grade: str = "B") -> Estimate:
    """An estimate with one statement."""
    when = Window(date(2029, 12, 1), date(2029, 12, 31))
    said = Statement(float("nan"), "", when, when, source, "reported", grade, path=f"toy/{source}")  # type: ignore[arg-type]
    return Estimate(value, "stated", (said,))


def days(year: int, month: int, spread: float = 0.0) -> Estimate:
    """A planned date, maybe a window."""
    middle = day(date(year, month, 15))
    return told(Distribution("uniform", (middle - spread, middle + spread)) if spread else middle)


ESTIMATES: dict[str, list[Estimate]] = {
    "month_end": [told(np.array([day(month) for month in MONTHS]))],
    "phase_site": [told(float(SITES.index(phase.split("/")[0]))) for phase in PHASES],
    "planned": [days(2030, 2), days(2030, 5, 20.0), days(2030, 7), days(2030, 9, 40.0), days(2030, 12)],
    "delay": [Estimate(STANDARD_NORMAL, "default", note="chance")],
    "delay_own": [Estimate(STANDARD_NORMAL, "default", note="chance") for _ in PHASES],
    "delay_scale": [Estimate(Distribution("lognormal", (30.0, 0.4)), "assumed", note="no record")],
    "size": [
        told(100.0), told(Distribution("triangular", (50.0, 80.0, 120.0))),
        told(Mixture("survey", (0.25, 0.75), (200.0, Distribution("uniform", (90.0, 110.0))), ("large", "small"))), ABSENT, ABSENT,
    ],
    "price": [told(Mixture("survey", (0.25, 0.75), (Distribution("normal", (5.0, 0.5)), 4.0), ("large", "small")))],
    "stake": [told(0.5), told(0.25), told(0.2), told(0.05)],
    "purse": [told(300.0), told(Distribution("lognormal", (200.0, 0.3))), told(Distribution("choice", (10.0, 1000.0, 1.0, 3.0))), ABSENT],
    "season": [
        told(1.0), told(np.linspace(0.5, 1.5, len(MONTHS))),
        told(Mixture("weather", (1.0, 1.0), (np.linspace(0.8, 1.2, len(MONTHS)), Distribution("uniform", (0.5, 1.0))), ("wet", "dry"))),
    ],
}  # fmt: skip
LEADING = ("delay", "delay_scale", "price")


def graph() -> Graph:
    """The graph of this module."""
    return Graph.of([sys.modules[__name__]])


def cells(made: Quantity, estimates: list[Estimate], axes: dict[str, tuple[str, ...]] = AXES) -> Input:
    """An input from its estimates: one cell without labels, or one per label of the first axis."""
    own = [axis for axis in made.axes if axis not in ("draw", "month")]
    return Input(made, tuple((label,) for label in axes[own[0]]) if own else ((),), tuple(estimates))


def inputs(changes: dict[str, list[Estimate]] | None = None, axes: dict[str, tuple[str, ...]] = AXES) -> dict[str, Input]:
    """All inputs, some of them changed."""
    made = graph().quantities
    return {name: cells(made[name], estimates, axes) for name, estimates in (ESTIMATES | (changes or {})).items()}


def world(changes: dict[str, list[Estimate]] | None = None, seed: int = 0, axes: dict[str, tuple[str, ...]] = AXES) -> World:
    """The toy world."""
    return World(graph(), inputs(changes, axes), axes, seed, "toy", LEADING, "0")
