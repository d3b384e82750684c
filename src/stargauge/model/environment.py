"""Emissions by scope and water at the site."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import SCOPES, SOURCES, quantity
from stargauge.quantity.timeline import flow, steps

Array = NDArray[np.float64]

_GRID = SOURCES.index("grid")
_ON_SITE = [SOURCES.index(name) for name in ("gas", "fuel_cell")]


@quantity("g", "draw chip")
def accelerator_embodied(embodied_per_it_power: Array, accelerator_it_power: Array) -> Array:
    """Footprint of making one accelerator with its share of the server: footprint per IT power * IT power.

    Axes: draw, chip. Units: g/W, W -> g CO2e. Source: makers' product carbon footprints of boards and one study of a node (catalogue), per
    watt since newer chips have none. Leaves out: racks, network, storage.
    """
    return embodied_per_it_power[:, None] * accelerator_it_power


@quantity("g", "draw site month", adds="site", flow=True)
def embodied_emissions(
    installed_date: Array, phase_accelerators: Array, phase_chip: Array, refresh_date: Array, refresh_accelerators: Array,
    refresh_chip: Array, accelerator_embodied: Array, phase_site: Array, site_known_from: Array, month_end: Array,
) -> Array:  # fmt: skip
    """Emissions of making the accelerators delivered within each month: n times the footprint of one with its share of the server.

    Axes: draw, site, month. Units: g CO2e, counted when the phase runs. Source: `accelerator_embodied`.
    Leaves out: buildings, racks, networks and turbines, of which no footprint is sourced: the true figure is higher.
    """
    sites = len(site_known_from)
    first = phase_accelerators * np.take_along_axis(accelerator_embodied, phase_chip.astype(np.int64), axis=1)
    again = refresh_accelerators * np.take_along_axis(accelerator_embodied, refresh_chip.astype(np.int64), axis=1)
    total = steps(installed_date, first, phase_site, sites, month_end) + steps(refresh_date, again, phase_site, sites, month_end)
    return flow(total)


@quantity("g", "draw scope site month", adds="scope site", flow=True)
def emissions(supply_emissions: Array, embodied_emissions: Array) -> Array:
    """Greenhouse gas by scope within each month.

    scope1: fuel burnt at the site; scope2: the grid's, by location; embodied: making the accelerators           (1)

    Axes: draw, scope, site, month. Units: g CO2e. Source: GHG Protocol for the scopes (embodied is part of its scope 3). Leaves out:
    contracts for clean power (market-based scope 2), refrigerants, construction, the rest of scope 3.
    """
    parts = {"scope1": supply_emissions[:, _ON_SITE].sum(axis=1), "scope2": supply_emissions[:, _GRID], "embodied": embodied_emissions}
    return np.stack([parts[scope] for scope in SCOPES], axis=1)


@quantity("L", "draw site month", adds="site", flow=True)
def water(wue: Array, power_load: Array, pue: Array, month_hours: Array) -> Array:
    """Water used at the site within each month.

    V = WUE * P_load / PUE * h                                                              (1)

    Axes: draw, site, month. Units: L/Wh, W, h -> L. Source: `wue`. Leaves out: water of power plants and of construction.
    """
    return wue * power_load / pue * month_hours
