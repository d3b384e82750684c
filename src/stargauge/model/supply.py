"""Where the power comes from: a monthly balance by source, what it costs and what it emits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import SOURCES, STAGES, quantity

Array = NDArray[np.float64]

_GRID, _GAS, _FUEL_CELL = (SOURCES.index(name) for name in ("grid", "gas", "fuel_cell"))
_ENERGISED = STAGES.index("energised")
#: Order in which sources run: what costs nothing to run, then plants that burn fuel; the grid fills up, backup comes last.
_MERIT = tuple(SOURCES.index(name) for name in ("solar", "wind", "nuclear", "fuel_cell", "gas"))


@quantity("W", "draw source site month", adds="source site")
def supply_capacity(
    supply_capacity_stated: Array, supply_available_from: Array, grid_available_from: Array, power_facility: Array, month_end: Array,
    grid_since_designed: Array, energised_share_designed: Array, phase_fed_here: Array,
) -> Array:  # fmt: skip
    """Capacity of each source at each site and month end.

    As stated, from its date (from the start where no date is stated); a grid connection nobody put a number on is as large as what is
    energised, since something carries it.                                                  (1)
    The grid of a site that a plant carries alone is there from `grid_available_from`; for what a plant that is designed here carries
    until then, from `grid_since_designed`.

    Axes: draw, source, site, month. Units: W. Source: the programme's supply entries. A battery moves energy and is no source.
    Leaves out: plants built in steps, the slip of a plant's own date.
    """
    draws, sources, sites = supply_capacity_stated.shape
    out = np.zeros((draws, sources, sites, len(month_end)))
    for source in range(sources):
        stated = supply_capacity_stated[:, source]
        if not np.isnan(stated).all():
            since = grid_available_from if source == _GRID else supply_available_from[:, source]
            out[:, source] = np.nan_to_num(stated)[:, :, None] * (month_end >= np.nan_to_num(since, nan=-np.inf)[:, :, None])
    unsaid = np.isnan(supply_capacity_stated[:, _GRID])[:, :, None]
    there = month_end >= np.nan_to_num(grid_available_from, nan=-np.inf)[:, :, None]
    lit = np.nan_to_num(power_facility[:, _ENERGISED])
    if phase_fed_here.any():
        lit = lit * (1.0 - energised_share_designed * (month_end < np.nan_to_num(grid_since_designed, nan=-np.inf)[:, :, None]))
    out[:, _GRID] += np.where(unsaid & there, lit, 0.0)
    return out


@quantity("Wh", "draw source site month", adds="source site", flow=True)
def supply_energy(
    supply_capacity: Array, capacity_factor: Array, supply_prime: Array, power_load: Array, month_hours: Array, supply_designed: Array,
    running_share_designed: Array, phase_fed_here: Array,
) -> Array:  # fmt: skip
    """Energy taken from each source within each month.

    E_s = min(what is left of the load, P_s CF_s h): sun, wind, nuclear, fuel cells, gas as prime power, then the grid, then backup    (1)

    What carries a site alone comes last too: without a grid, or before it is there, all that is left falls to it. A plant that is designed
    here feeds the phases that are designed along with it, and these come after the others.
    CF: capacity factor of sun and wind, availability of the others. Axes: draw, source, site, month. Units: Wh. Source: energy balance.
    Leaves out: hours (sun at noon and the night's need are balanced within the month), price signals, test runs of backup.
    """
    out = np.zeros_like(supply_capacity)
    prime, last = np.nan_to_num(supply_prime), np.where(np.isnan(supply_prime), 0.0, 1.0 - np.nan_to_num(supply_prime))

    order = [*((one, prime[one]) for one in _MERIT), (_GRID, np.ones(prime.shape[1])), *((one, last[one]) for one in _MERIT)]

    def feed(left: Array, may: Array) -> None:
        """Energy of a load (draw, site, month) from what may feed it (source, site), as far as that has some left."""
        for source, part in order:
            share = part * may[source]
            if np.any(share > 0.0):
                most = supply_capacity[:, source] * (capacity_factor[:, source] * share)[:, :, None] * month_hours
                used = np.minimum(left, np.maximum(most - out[:, source], 0.0))
                out[:, source] += used
                np.subtract(left, used, out=left)

    whole = power_load * month_hours
    if not phase_fed_here.any():
        feed(whole, np.ones_like(prime))
        return out
    grid, own = (np.arange(len(prime)) == _GRID)[:, None], supply_designed > 0.5
    feed(whole * (1.0 - running_share_designed), np.where(grid | ~own, 1.0, 0.0))
    feed(whole * running_share_designed, np.where(grid | own, 1.0, 0.0))
    return out


@quantity("Wh", "draw site month", adds="site", flow=True)
def supply_shortfall(power_load: Array, supply_energy: Array, month_hours: Array) -> Array:
    """Energy the site would draw and no source can give: load less supply. Axes: draw, site, month. Units: Wh."""
    return np.asarray(np.maximum(power_load * month_hours - supply_energy.sum(axis=1), 0.0))


@quantity("1", "draw source site")
def capacity_factor(source_availability: Array, source_plant: Array, solar_capacity_factor: Array) -> Array:
    """Share of its capacity that each source gives over a month: availability, or what sun and wind allow.

    Axes: draw, source, site. Units: 1. Source: catalogue; the sun's by the place. Leaves out: seasons.
    """
    out = source_availability[:, source_plant.astype(np.int64)]
    out[:, SOURCES.index("solar")] = solar_capacity_factor
    return out


@quantity("USD/Wh", "draw")
def gas_price(gas_price_expected: Array, gas_price_volatility: Array, gas_price_deviate: Array) -> Array:
    """Price of gas delivered to a power plant: expected * exp(volatility z), one level for all years.

    Axes: draw. Units: USD/Wh of fuel, in money of the price year. Source: EIA's forecast (catalogue).
    """
    return np.asarray(gas_price_expected * np.exp(gas_price_volatility * gas_price_deviate))


@quantity("USD/Wh", "draw site")
def grid_price(
    grid_price_wholesale: Array, grid_price_delivery: Array, grid_follows_gas: Array, gas_price: Array, gas_price_expected: Array
) -> Array:
    """Price of power from the grid: wholesale (gas / expected gas)^b + delivery.

    Axes: draw, site. Units: USD/Wh in money of the price year. Source: catalogue; that power follows gas is shared risk of both.
    Leaves out: demand charges as a price of their own, prices by hour.
    """
    level = (gas_price / gas_price_expected) ** grid_follows_gas
    return grid_price_wholesale * level[:, None] + grid_price_delivery


@quantity("USD/Wh", "draw source site")
def running_cost(
    gas_price: Array, gas_heat_rate: Array, gas_variable_cost: Array, fuel_cell_efficiency: Array, source_fixed_cost: Array,
    source_availability: Array, power_purchase_price: Array, source_plant: Array,
) -> Array:  # fmt: skip
    """What a unit of energy from the plants of a site costs without their capital; nuclear power is bought at the price of a contract.

    fixed O&M / (24 h/d * share given) + gas: fuel * heat rate + variable O&M; fuel cells: fuel / efficiency; nuclear: contract   (1)

    Rented generators are paid at their quoted price, fuel included. Axes: draw, source, site. Units: USD/Wh in money of the price year.
    Source: catalogue. Capital of plants on site stands in capex[generation], so it is not here; nuclear power and what is rented have none
    there. Leaves out: start-ups, emission allowances, the fee for rented generators that stand still.
    """
    plant = source_plant.astype(np.int64)
    out = np.asarray(source_fixed_cost / (24.0 * source_availability) + power_purchase_price)[:, plant]
    own = power_purchase_price[:, plant[_GAS]] <= 0.0
    out[:, _GAS] += np.where(own, gas_price[:, None] * gas_heat_rate + gas_variable_cost, 0.0)
    out[:, _FUEL_CELL] += (gas_price / fuel_cell_efficiency)[:, None]
    return out


@quantity("USD/Wh", "draw source site")
def energy_price(grid_price: Array, running_cost: Array, source_price_stated: Array) -> Array:
    """What a unit of energy from each source costs at each site: as stated for the site, else the grid's price or the running cost.

    Axes: draw, source, site. Units: USD/Wh in money of the price year.
    """
    usual = running_cost.copy()
    usual[:, _GRID] = grid_price
    return np.where(np.isnan(source_price_stated), usual, source_price_stated)


@quantity("USD/Wh", "draw site month")
def supply_cost(supply_energy: Array, energy_price: Array) -> Array:
    """Average cost of a unit of energy at each site: sum of E_s price_s / sum of E_s; the grid's price where nothing is drawn.

    Axes: draw, site, month. Units: USD/Wh in money of the price year. Source and what it leaves out: `energy_price`.
    """
    energy = supply_energy.sum(axis=1)
    money = np.einsum("dsnm,dsn->dnm", supply_energy, energy_price)
    return np.where(energy > 0.0, money / np.where(energy > 0.0, energy, 1.0), energy_price[:, _GRID][:, :, None])


@quantity("g/Wh", "draw source site")
def supply_emission_factor(
    grid_emission_factor: Array, gas_emission_factor: Array, gas_heat_rate: Array, fuel_cell_efficiency: Array
) -> Array:
    """Greenhouse gas per energy of each source, as CO2 equivalent.

    grid: mean of its subregion; gas = factor of the fuel * heat rate; fuel cells = factor of the fuel / efficiency; others none      (1)

    Axes: draw, source, site. Units: g/Wh. Source: EPA eGRID and EPA Emission Factors Hub (catalogue). Leaves out: gas lost on the way,
    a grid that gets cleaner, plants built because of the load.
    """
    draws, sites = grid_emission_factor.shape
    out = np.zeros((draws, len(SOURCES), sites))
    out[:, _GRID] = grid_emission_factor
    out[:, _GAS] = gas_emission_factor[:, None] * gas_heat_rate
    out[:, _FUEL_CELL] = (gas_emission_factor / fuel_cell_efficiency)[:, None]
    return out


@quantity("g", "draw source site month", adds="source site", flow=True)
def supply_emissions(supply_energy: Array, supply_emission_factor: Array) -> Array:
    """Greenhouse gas of the energy taken from each source within each month: E_s factor_s.

    Axes: draw, source, site, month. Units: g CO2e. Source and what it leaves out: `supply_emission_factor`.
    """
    return supply_energy * supply_emission_factor[:, :, :, None]
