"""Cost of running each asset over its life: the building's owner manages and lets, the owner of the equipment pays all else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import quantity

Array = NDArray[np.float64]

_YEAR = 12


@quantity("USD", "draw site life_month", adds="site", flow=True)
def building_running_cost(lease_income: Array, building_management_share: Array) -> Array:
    """What the owner of a let building pays within each month to manage it: a share of its rent. Leases are triple net.

    Axes: draw, site, life_month. Units: USD of the day. The share is an assumption.
    """
    return np.asarray(np.maximum(lease_income, 0.0) * building_management_share[:, None, None])


@quantity("USD/W/d", "draw site")
def equipment_unit_running_cost(
    staff_cost_per_power: Array, building_upkeep_per_power: Array, equipment_upkeep_per_power: Array, property_cost_per_power: Array
) -> Array:
    """Staff, upkeep of both assets, insurance and full property tax per IT power and day: the terms of `opex` but for energy.

    Axes: draw, site. Units: USD/W/d, USD of the price year.
    """
    return np.asarray(staff_cost_per_power + building_upkeep_per_power + equipment_upkeep_per_power[:, None] + property_cost_per_power)


@quantity("1", "draw site")
def abatement_kept(
    abatement_jobs: Array, abatement_wage: Array, abatement_investment: Array, jobs_permanent: Array, operations_wage: Array,
    capital_deployed: Array,
) -> Array:  # fmt: skip
    """1 where a site meets every condition of its property-tax abatement by the end of the clock, 0 where it misses one and loses it.

    permanent posts >= required and wage >= required and capital >= required         (1)

    Axes: draw, site. Units: 1. A condition nobody stated is met. Leaves out: deadlines of each condition, partial loss, repayment.
    """
    jobs = ~(jobs_permanent.max(axis=2) < abatement_jobs)
    wage = ~(operations_wage[:, None] < abatement_wage)
    invested = ~(capital_deployed[:, :, -1] < abatement_investment)
    return np.asarray((jobs & wage & invested).astype(np.float64))


@quantity("USD", "draw site life_month", adds="site", flow=True)
def property_tax_abated(
    life_power_it: Array, construction_unit_capex: Array, property_tax_share: Array, abatement_share: Array, abatement_term: Array,
    abatement_kept: Array, life_price_level: Array, life_end: Array, life_days: Array,
) -> Array:  # fmt: skip
    """Property tax within each month that an abatement spares, where its conditions are met.

    share * tax on the cost of the building, for the term from the first month in which the site runs   (1)

    Axes: draw, site, life_month. Units: USD of the day. Source: the agreement of Abilene (catalogue). None where none is stated.
    """
    stated = np.flatnonzero(np.nan_to_num(abatement_share) > 0.0)
    out = np.zeros_like(life_power_it)
    for site in stated:
        power = life_power_it[:, site]
        first = np.where(power.any(axis=1), life_end[(power > 0.0).argmax(axis=1)], np.inf)
        abated = life_end <= (first + abatement_term[site])[:, None]
        daily = construction_unit_capex[:, site] * property_tax_share * abatement_share[site] * abatement_kept[:, site] / 365.25
        out[:, site] = power * daily[:, None] * life_price_level * life_days * abated
    return out


@quantity("USD/W/d", "draw site month")
def energy_unit_cost(load_factor: Array, pue: Array, supply_cost: Array) -> Array:
    """Electricity per IT power and day in each month of the clock: load factor * PUE * 24 * average cost of supply.

    Axes: draw, site, month. Units: USD/W/d, USD of the price year.
    """
    return np.asarray(24.0 * load_factor[:, :, None] * pue * supply_cost)


@quantity("USD", "draw site life_month", adds="site", flow=True)
def equipment_running_cost(
    life_power_it: Array, life_price_level: Array, life_days: Array, opex_energy: Array, energy_unit_cost: Array,
    equipment_unit_running_cost: Array, property_tax_abated: Array, lease_income: Array,
) -> Array:  # fmt: skip
    """What the owner of the equipment pays within each month: energy, staff, upkeep of both assets, insurance, property tax and rent.

    within the clock: `opex` + rent - tax abated; beyond it the unit costs of the clock's last year at the price level of the month   (1)

    Axes: draw, site, life_month. Units: USD of the day. Rent is a transfer to the building and cancels in the sum of both assets.
    Leaves out: bandwidth, software, the owner's own overhead.
    """
    months, clock = life_power_it.shape[2], opex_energy.shape[2]
    out = np.empty_like(life_power_it)
    out[:, :, :clock] = opex_energy[:, :, :months]
    if months > clock:
        last = min(_YEAR, clock)
        again = clock - last + np.arange(months - clock) % last
        money = (life_price_level * life_days)[:, None, clock:]
        np.multiply(life_power_it[:, :, clock:], energy_unit_cost[:, :, again], out=out[:, :, clock:])
        out[:, :, clock:] *= money
    rest = equipment_unit_running_cost[:, :, None] * life_power_it
    rest *= (life_price_level * life_days)[:, None, :]
    out += rest
    out -= property_tax_abated
    out += lease_income
    return out
