"""A model of the real one's size and kind: phases of sites that come by stage, power, money and jobs by month. The numbers are made up."""

from __future__ import annotations

import sys
from datetime import date

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.graph import Graph
from stargauge.engine.result import World
from stargauge.quantity.dates import day, month_label, months_between
from stargauge.quantity.distribution import STANDARD_NORMAL, Distribution, from_p10_p90
from stargauge.quantity.quantity import FIXED_AXES, Quantity, quantity
from stargauge.quantity.statement import Estimate, Input
from stargauge.quantity.timeline import flow, ramps, steps

Array = NDArray[np.float64]
WANTED = ("power_load", "spending", "funding_gap", "jobs", "carbon_mass", "revenue_sum")


@quantity("d", "draw phase")
def start(plan: Array, slip_shared: Array, slip_own: Array) -> Array:
    """Date on which work starts."""
    return np.asarray(plan * 1.0 + 90.0 * (0.5 * slip_shared[:, None] + slip_own))


@quantity("d", "draw phase")
def finish(start: Array, duration: Array) -> Array:
    """Date on which a phase runs."""
    return start + duration


@quantity("W", "draw site month", adds="site")
def power_running(finish: Array, size: Array, phase_site: Array, site_zero: Array, month_end: Array) -> Array:
    """Power of what runs."""
    return steps(finish, size, phase_site, len(site_zero), month_end)


@quantity("W", "draw site month", adds="site")
def power_facility(power_running: Array, ratio: Array) -> Array:
    """Power at the meter."""
    return power_running * ratio[:, :, None]


@quantity("W", "draw site month", adds="site")
def power_load(power_running: Array, overhead: Array, load: Array) -> Array:
    """Average load."""
    return power_running * (overhead * load[:, None])[:, :, None]


@quantity("Wh", "draw site month", adds="site", flow=True)
def energy(power_load: Array, month_hours: Array) -> Array:
    """Energy of each month."""
    return power_load * month_hours


@quantity("g", "draw site month", adds="site", flow=True)
def carbon_mass(energy: Array, carbon: Array) -> Array:
    """Emissions of each month."""
    return energy * carbon[:, :, None]


@quantity("USD", "draw site month", adds="site", flow=True)
def energy_cost(energy: Array, tariff: Array) -> Array:
    """Cost of energy."""
    return energy * tariff[:, :, None]


@quantity("USD", "draw site month", adds="site")
def deployed(start: Array, finish: Array, size: Array, price: Array, phase_site: Array, site_zero: Array, month_end: Array) -> Array:
    """Money spent until each month end."""
    return ramps(start, finish, size * price[:, None], phase_site, len(site_zero), month_end)


@quantity("USD", "draw site month", adds="site", flow=True)
def spending(deployed: Array) -> Array:
    """Money spent in each month."""
    return flow(deployed)


@quantity("job", "draw site month", adds="site")
def jobs(spending: Array, labour: Array, power_facility: Array, staff: Array) -> Array:
    """Jobs of building and running."""
    out = spending * labour[:, None, None]
    out += power_facility * staff[:, None, None]
    return out


@quantity("USD", "draw site month", adds="site", flow=True)
def revenue(power_running: Array, rent: Array) -> Array:
    """Rent of each month."""
    return power_running * rent[:, None, None]


@quantity("USD", "draw month", flow=True)
def revenue_sum(revenue: Array, energy_cost: Array) -> Array:
    """Rent less energy, of all sites."""
    return np.asarray(revenue.sum(axis=1) - energy_cost.sum(axis=1))


@quantity("USD", "draw party month", adds="party")
def funding_gap(deployed: Array, stake: Array, purse: Array) -> Array:
    """Money each party lacks."""
    owed = deployed.sum(axis=1)[:, None, :] * stake[None, :, None]
    owed -= purse[:, :, None]
    return np.asarray(np.maximum(owed, 0.0, out=owed))


def world(phases: int = 38, months: int = 96, sites: int = 9, parties: int = 15, seed: int = 1) -> World:
    """The world of so many phases and months; as many as the shipped programme of Stargate has."""
    first = date(2025, 1, 1)
    ends = months_between(first, date(first.year + (months - 1) // 12, (months - 1) % 12 + 1, 28))
    axes = dict(FIXED_AXES) | {
        "phase": tuple(f"p{n}" for n in range(phases)), "site": tuple(f"s{n}" for n in range(sites)),
        "party": tuple(f"y{n}" for n in range(parties)), "month": tuple(month_label(end) for end in ends),
    }  # fmt: skip
    spread = np.linspace(0, 30 * min(months, 96), phases)
    values: dict[str, tuple[str, list[object]]] = {
        "plan": ("draw phase", [day(first) + float(s) for s in spread]),
        "slip_shared": ("draw", [STANDARD_NORMAL]),
        "slip_own": ("draw phase", [STANDARD_NORMAL] * phases),
        "duration": ("draw phase", [from_p10_p90(300, 700)] * phases),
        "size": ("draw phase", [from_p10_p90(8e7, 1.4e8)] * phases),
        "ratio": ("draw site", [Distribution("uniform", (1.25, 1.45))] * sites),
        "overhead": ("draw site", [from_p10_p90(1.1, 1.35)] * sites),
        "carbon": ("draw site", [from_p10_p90(0.25e-3, 0.45e-3)] * sites),
        "tariff": ("draw site", [from_p10_p90(4e-5, 8e-5)] * sites),
        "load": ("draw", [from_p10_p90(0.55, 0.85)]),
        "price": ("draw", [from_p10_p90(8, 14)]),
        "labour": ("draw", [from_p10_p90(2e-6, 4e-6)]),
        "staff": ("draw", [from_p10_p90(2e-7, 8e-7)]),
        "rent": ("draw", [from_p10_p90(0.1, 0.2)]),
        "stake": ("party", [1.0 / parties] * parties),
        "purse": ("draw party", [from_p10_p90(1e9, 5e9)] * parties),
        "phase_site": ("phase", [float(n % sites) for n in range(phases)]),
        "site_zero": ("site", [0.0] * sites),
        "month_end": ("month", [np.array([day(end) for end in ends])]),
        "month_hours": ("month", [np.full(len(ends), 730.5)]),
    }
    inputs = {name: _input(name, names.split(), found, axes) for name, (names, found) in values.items()}
    made = Graph.of([]).quantities | {name: one.quantity for name, one in inputs.items()}
    made |= {
        f.quantity.name: f.quantity for f in vars(sys.modules[__name__]).values() if isinstance(getattr(f, "quantity", None), Quantity)
    }
    return World(Graph(made), inputs, axes, seed, "campus", ("slip_shared", "price", "load", "labour", "staff", "rent"))


def _input(name: str, names: list[str], values: list[object], axes: dict[str, tuple[str, ...]]) -> Input:
    made = Quantity(name, "1", tuple(names), frozenset(), False, False, True, ("known",), _input)
    own = [axis for axis in names if axis not in ("draw", "month")]
    labels = tuple((label,) for label in axes[own[0]]) if own else ((),)
    return Input(made, labels, tuple(Estimate(value, "assumed") for value in values))  # type: ignore[arg-type]
