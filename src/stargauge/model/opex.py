"""What running costs: energy, staff, upkeep, insurance and property tax."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import STAGES, quantity

Array = NDArray[np.float64]

_OPERATIONAL = STAGES.index("operational")


@quantity("USD", "draw site month", adds="site", flow=True)
def opex_energy(supply_energy: Array, supply_cost: Array, price_level: Array) -> Array:
    """Cost of the electricity used within each month.

    C = E * average cost of supply * price level                                     (1)

    Axes: draw, site, month. Units: Wh * USD/Wh -> USD of the day. Leaves out: demand charges not in the average cost, hedges.
    """
    return np.asarray(supply_energy.sum(axis=1) * supply_cost * price_level[:, None, :])


@quantity("USD", "draw site month", adds="site", flow=True)
def opex_staff(jobs_permanent: Array, operations_wage: Array, benefits_load: Array, price_level: Array, month_hours: Array) -> Array:
    """Pay and benefits of the permanent staff within each month.

    C = heads * wage per day * (cost over wage) * days of the month * price level    (1)

    Axes: draw, site, month. Units: USD of the day. Source of the wage: salary stated for permanent posts; of the load: BLS, employer costs.
    """
    daily = (operations_wage * benefits_load)[:, None, None] * (month_hours / 24.0)
    return np.asarray(jobs_permanent * daily * price_level[:, None, :])


def _operational_value(power_it: Array, per_watt: Array, price_level: Array, month_hours: Array) -> Array:
    return np.asarray(power_it[:, _OPERATIONAL] * per_watt[:, :, None] * price_level[:, None, :] * (month_hours / 8766.0))


@quantity("USD", "draw site month", adds="site", flow=True)
def opex_maintenance(
    power_it: Array, construction_unit_capex: Array, equipment_unit_cost: Array, maintenance_share_building: Array,
    maintenance_share_equipment: Array, price_level: Array, month_hours: Array,
) -> Array:  # fmt: skip
    """Upkeep of what runs: a share per year of the cost of building and of equipment.

    C = P_IT(operational) * (c_building * share_b + c_equipment * share_e) * months / 12 * price level   (1)

    Axes: draw, site, month. Units: USD of the day. Equipment counts at the price of the reference rack system. The shares are assumptions.
    """
    per_watt = construction_unit_capex * maintenance_share_building[:, None] + (equipment_unit_cost * maintenance_share_equipment)[:, None]
    return _operational_value(power_it, per_watt, price_level, month_hours)


@quantity("USD", "draw site month", adds="site", flow=True)
def opex_property(
    power_it: Array,
    construction_unit_capex: Array,
    insurance_share: Array,
    property_tax_share: Array,
    price_level: Array,
    month_hours: Array,
) -> Array:
    """Insurance and property tax of what runs: a share per year of the cost of building.

    Axes: draw, site, month. Units: USD of the day. Leaves out: abatements and their conditions, state by state. The shares are assumptions.
    """
    return _operational_value(power_it, construction_unit_capex * (insurance_share + property_tax_share)[:, None], price_level, month_hours)


@quantity("USD", "draw site month", adds="site", flow=True)
def opex(opex_energy: Array, opex_staff: Array, opex_maintenance: Array, opex_property: Array) -> Array:
    """Cost of running within each month: energy, staff, maintenance, insurance and property tax, in money of the day.

    Axes: draw, site, month. Units: USD. Check: Epoch AI (2026) takes 0.9 M USD per MW of IT power and year.
    Leaves out: bandwidth, software, rent (a transfer between parties) and the parties' own overhead.
    """
    return opex_energy + opex_staff + opex_maintenance + opex_property
