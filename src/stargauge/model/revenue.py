"""What contracts bring in as capacity runs, and what an accelerator-hour costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import STAGES, quantity
from stargauge.quantity.timeline import flow

Array = NDArray[np.float64]

_OPERATIONAL = STAGES.index("operational")


@quantity("1", "draw line month")
def contract_delivered_share(
    power_it: Array, site_it_power: Array, line_serves: Array, line_power: Array, line_is_contract: Array
) -> Array:
    """Share of a contract's capacity that is delivered: power running at the sites it is served from over power contracted, at most one.

    s = min(1, P_running / P_contracted); P_contracted as stated, else all that those sites are planned for   (1)

    Axes: draw, line, month. Units: 1; zero for lines that are no contract. Leaves out: capacity of a site that is rented to others.
    """
    out = np.zeros((power_it.shape[0], len(line_power), power_it.shape[3]))
    running = power_it[:, _OPERATIONAL]
    for line in np.flatnonzero(line_is_contract > 0.5):
        sites = np.flatnonzero(line_serves[:, line] > 0.5)
        planned = site_it_power[:, sites].sum(axis=1)
        contracted = planned if np.isnan(line_power[line]) else np.full(len(planned), line_power[line])
        share = np.nansum(running[:, sites], axis=1) / np.where(contracted > 0.0, contracted, np.inf)[:, None]
        np.minimum(1.0, share, out=out[:, line])
    return out


@quantity("USD", "draw line month", flow=True)
def revenue(contract_delivered_share: Array, line_amount: Array, line_term: Array, line_is_contract: Array, month_hours: Array) -> Array:
    """What a lease or cloud contract brings in within each month: its yearly rate times the share delivered, until its amount is used up.

    R(m) = A / term * days of the month * s(m), with sum R <= A                      (1)

    Axes: draw, line, month. Units: USD of the day (contracts are nominal). Zero for lines that are no contract; absent (NaN) for a contract
    without amount or term. Leaves out: prepayments, minimum take, delay damages, price steps. Contracts are claims on the assets: never
    add them to capital, nor to one another (money may go round).
    """
    out = np.zeros_like(contract_delivered_share)
    for line in np.flatnonzero(line_is_contract > 0.5):
        per_day = line_amount[:, line, None] / line_term[line]
        so_far = np.cumsum(per_day * contract_delivered_share[:, line] * (month_hours / 24.0), axis=1)
        out[:, line] = flow(np.minimum(so_far, line_amount[:, line, None]))
    return out


def capital_recovery(rate: Array, years: Array) -> Array:
    """Yearly payment per unit of capital that repays it with interest: r / (1 - (1 + r)^-n). Units: 1 and years -> 1/year."""
    return np.asarray(rate / -np.expm1(-years * np.log1p(rate)))


def hourly_cost(
    equipment: Array, building: Array, power: Array, rate: Array, life_equipment: Array, life_building: Array,
    energy_price: Array, pue: Array, upkeep: Array, sold_share: Array,
) -> Array:  # fmt: skip
    """Levelised cost per sold hour of one accelerator.

    (C_e CRF(r, n_e) + C_b CRF(r, n_b) + u (C_e + C_b) + P PUE 8760 p) / (8760 s)     (1)

    equipment, building: USD per accelerator; power: W; energy_price: USD/Wh; upkeep: share of capital per year; sold_share: sold over all
    hours. Units: USD/h. Electricity is charged for every hour: an idle cluster still draws power.
    """
    capital = equipment * capital_recovery(rate, life_equipment) + building * capital_recovery(rate, life_building)
    yearly = capital + upkeep * (equipment + building) + power * pue * 8760.0 * energy_price
    return np.asarray(yearly / (8760.0 * sold_share))


@quantity("USD/h", "draw chip site")
def lcoc(
    equipment_unit_cost: Array, construction_unit_capex: Array, accelerator_it_power: Array,
    discount_rate: Array, accelerator_life: Array, building_life: Array, supply_cost: Array, pue: Array,
    maintenance_share_equipment: Array, hours_sold_share: Array,
) -> Array:  # fmt: skip
    """Levelised cost of compute: USD per sold hour of one accelerator, by generation and site.

    Formula: `hourly_cost`, with capital per W of IT power times IT power per accelerator (1)

    Axes: draw, chip, site. Units: USD/h of the price year. The price of power and PUE are means over the months of the clock.
    Source of the form: capital recovery with chip and shell lives apart (vector lcoc_nvl72). Leaves out: staff, software, network outside.
    """
    watts = accelerator_it_power[:, :, None]
    equipment = equipment_unit_cost[:, None, None] * watts
    building = construction_unit_capex[:, None, :] * watts

    def wide(values: Array) -> Array:
        return values[:, None, None]

    return hourly_cost(
        equipment, building, watts, wide(discount_rate), wide(accelerator_life / 365.25), wide(building_life / 365.25),
        supply_cost.mean(axis=2)[:, None, :], pue.mean(axis=2)[:, None, :], wide(maintenance_share_equipment), wide(hours_sold_share),
    )  # fmt: skip
