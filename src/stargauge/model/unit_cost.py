"""Unit costs: what a watt of IT power, an accelerator-hour and a million tokens cost their owner, and the rents that would cover it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import COST_PARTS, DTYPES, quantity

Array = NDArray[np.float64]

_DAYS = 365.25  # days of a year
_BF16 = DTYPES.index("bf16")


def capital_recovery(rate: Array, years: Array) -> Array:
    """Yearly payment per unit of capital that repays it with interest: r / (1 - (1 + r)^-n), and 1 / n without interest.

    Units: 1 and years -> 1/year.
    """
    safe = np.where(rate == 0.0, 1.0, rate)
    return np.where(rate == 0.0, 1.0 / years, safe / -np.expm1(-years * np.log1p(safe)))


# --- a watt of IT power -----------------------------------------------------------------------------------------------------------


@quantity("USD/W/d", "draw")
def equipment_cost_per_power(equipment_unit_cost: Array, discount_rate: Array, accelerator_life: Array) -> Array:
    """Capital of accelerators, servers, network and storage per W of IT power and day, as an annuity over their economic life.

    k = c_equipment CRF(r, n_chip) / 365.25                                                 (1)

    Axes: draw. Units: USD/W of IT power and day, money of the price year. Source of the form: capital recovery as in NREL's levelised
    cost of energy. Leaves out: that later chips cost less or more, what old ones are sold for, interest before they run, tax on income.
    """
    return equipment_unit_cost * capital_recovery(discount_rate, accelerator_life / _DAYS) / _DAYS


@quantity("USD/W/d", "draw site")
def building_cost_per_power(construction_unit_capex: Array, discount_rate: Array, building_life: Array) -> Array:
    """Capital of the building per W of IT power and day, as an annuity over its economic life.

    k = c_building CRF(r, n_building) / 365.25                                              (1)

    Axes: draw, site. Units: USD/W of IT power and day, money of the price year. Source of the form: as `equipment_cost_per_power`.
    Leaves out: interest during construction, tax on income, what is left of land and building at the end.
    """
    return construction_unit_capex * (capital_recovery(discount_rate, building_life / _DAYS) / _DAYS)[:, None]


@quantity("USD/W/d", "draw site")
def electricity_per_power(energy_unit_cost: Array) -> Array:
    """Electricity per W of IT power and day, a mean over the months of the clock, whether or not the hour is sold.

    Axes: draw, site. Units: USD/W of IT power and day, money of the price year. Source: `energy_unit_cost`. Leaves out: that an idle
    accelerator draws less than a busy one.
    """
    return np.asarray(energy_unit_cost.mean(axis=2))


@quantity("USD/W/d", "draw site")
def building_upkeep_per_power(construction_unit_capex: Array, maintenance_share_building: Array) -> Array:
    """Upkeep of the building per W of IT power and day: a share of its cost. Axes: draw, site. Units: USD/W/d. The share is assumed."""
    return construction_unit_capex * (maintenance_share_building / _DAYS)[:, None]


@quantity("USD/W/d", "draw")
def equipment_upkeep_per_power(equipment_unit_cost: Array, maintenance_share_equipment: Array) -> Array:
    """Upkeep of equipment per W of IT power and day: a share of its cost. Axes: draw. Units: USD/W/d. The share is assumed."""
    return equipment_unit_cost * maintenance_share_equipment / _DAYS


@quantity("USD/W/d", "draw site")
def staff_cost_per_power(permanent_jobs_per_power: Array, design_power_ratio: Array, operations_wage: Array, benefits_load: Array) -> Array:
    """Pay and benefits of the permanent staff per W of IT power and day: posts per facility power * facility over IT power * pay.

    Axes: draw, site. Units: job/W * USD/job/d -> USD/W of IT power and day, money of the price year. Source: as `opex_staff`.
    """
    return permanent_jobs_per_power * design_power_ratio * (operations_wage * benefits_load)[:, None]


@quantity("USD/W/d", "draw site")
def property_cost_per_power(construction_unit_capex: Array, insurance_share: Array, property_tax_share: Array) -> Array:
    """Insurance and property tax per W of IT power and day: shares of the cost of building, as in `opex_property`.

    Axes: draw, site. Units: USD/W of IT power and day, money of the price year. Leaves out: abatements. The shares are assumptions.
    """
    return construction_unit_capex * ((insurance_share + property_tax_share) / _DAYS)[:, None]


@quantity("USD/W/d", "draw cost_part site", adds="cost_part")
def cost_per_power_parts(
    equipment_cost_per_power: Array, building_cost_per_power: Array, electricity_per_power: Array, equipment_upkeep_per_power: Array,
    building_upkeep_per_power: Array, staff_cost_per_power: Array, property_cost_per_power: Array,
) -> Array:  # fmt: skip
    """What a W of IT power costs its owner per day, by part: capital of equipment and of building, electricity, upkeep, staff, property.

    Axes: draw, part, site. Units: USD/W of IT power and day, money of the price year. Upkeep is that of equipment and building. Leaves
    out: bandwidth, software, the owner's overhead.
    """
    one = np.zeros_like(building_cost_per_power)
    parts = {
        "equipment_capital": equipment_cost_per_power[:, None] + one,
        "building_capital": building_cost_per_power,
        "electricity": electricity_per_power,
        "upkeep": equipment_upkeep_per_power[:, None] + building_upkeep_per_power,
        "staff": staff_cost_per_power,
        "property": property_cost_per_power,
    }
    return np.stack([parts[name] for name in COST_PARTS], axis=1)


@quantity("USD/W/d", "draw site")
def cost_per_power(cost_per_power_parts: Array) -> Array:
    """What a W of IT power costs its owner per day, all parts: capital as an annuity, and all that running takes.

    Axes: draw, site. Units: USD/W of IT power and day, money of the price year; 1 USD/W/d is 365 M USD per MW and year. Check: Epoch AI
    (2026) takes 8.5 M USD per MW and year for 1 GW of GB200 (catalogue, `price/operations`; whether per MW of IT power or at the meter is
    not said in what was read).
    """
    return np.asarray(cost_per_power_parts.sum(axis=1))


@quantity("USD/W/d", "draw site")
def cost_per_power_facility(cost_per_power: Array, design_power_ratio: Array) -> Array:
    """The same per W of facility power, at the meter: cost per IT power / (facility over IT power a site is designed for).

    Axes: draw, site. Units: USD/W of facility power and day, money of the price year. Source: `cost_per_power`, `design_power_ratio`.
    """
    return cost_per_power / design_power_ratio


# --- an accelerator-hour ----------------------------------------------------------------------------------------------------------


@quantity("USD/h", "draw cost_part chip site", adds="cost_part")
def lcoc_parts(cost_per_power_parts: Array, accelerator_it_power: Array, hours_sold_share: Array) -> Array:
    """Parts of the levelised cost of compute: USD per sold hour of one accelerator, by part, generation and site.

    c = cost per W of IT power and day * IT power of an accelerator / (24 h * share of hours sold)    (1)

    Axes: draw, part, chip, site. Units: USD/h of the price year. IT power of an accelerator includes its share of processors, network
    and storage. Every hour costs, only hours sold carry the cost: always read it with the share of hours sold.
    """
    per_sold_hour = accelerator_it_power / (24.0 * hours_sold_share)[:, None]
    return cost_per_power_parts[:, :, None, :] * per_sold_hour[:, None, :, None]


@quantity("USD/h", "draw chip site")
def lcoc(lcoc_parts: Array) -> Array:
    """Levelised cost of compute: USD per sold hour of one accelerator, by generation and site; the rent at which its owner breaks even.

    c = sum of its parts; at this rent the present value of income less all cost, at the discount rate, is zero   (1)

    Axes: draw, chip, site. Units: USD/h of the price year. Source of the form: capital recovery with lives of chips and shell apart
    (vector lcoc_nvl72). Leaves out: interest during construction, tax on income, software, network outside.
    """
    return np.asarray(lcoc_parts.sum(axis=1))


@quantity("USD/h", "draw chip")
def accelerator_rent_market(accelerator_rent: Array, accelerator_peak: Array, h100_peak: Array) -> Array:
    """What the market pays today for an hour of one accelerator of each generation: the rent of an H100 * peak over that of an H100.

    Axes: draw, chip. Units: USD/h, money of its day. Source: rents of H100 in the catalogue, contracts and on demand; that newer chips
    rent in proportion to their dense 16-bit peak is an assumption. Leaves out: the cycle and drift
    of rents (they stand in `accelerator_rent_level`), quantity, term and credit of the customer.
    """
    return np.asarray(accelerator_rent[:, None] * accelerator_peak[:, _BF16] / h100_peak)


@quantity("USD/h", "draw chip site")
def rent_margin(accelerator_rent_market: Array, lcoc: Array) -> Array:
    """Rent of the market less levelised cost, per sold hour of one accelerator; below zero the rent does not cover the cost.

    Axes: draw, chip, site. Units: USD/h. Source: `accelerator_rent_market`, `lcoc`.
    """
    return accelerator_rent_market[:, :, None] - lcoc


# --- a building let with power ----------------------------------------------------------------------------------------------------


@quantity("USD/W/d", "draw site")
def lease_rent_breakeven(building_cost_per_power: Array, building_upkeep_per_power: Array, property_cost_per_power: Array) -> Array:
    """Rent per W of IT power and day at which who lets the building breaks even: its capital, upkeep, insurance and property tax.

    Axes: draw, site. Units: USD/W of IT power and day, money of the price year, for capacity that is let all the time. The tenant pays
    for electricity, equipment and staff. Leaves out: vacancy, time before the tenant comes, tax on income.
    """
    return building_cost_per_power + building_upkeep_per_power + property_cost_per_power


@quantity("USD/W/d", "draw site")
def lease_margin(campus_rent: Array, lease_rent_breakeven: Array) -> Array:
    """Rent of the market less the break-even rent of a building, per IT power and day. Axes: draw, site. Units: USD/W/d."""
    return campus_rent[:, None] - lease_rent_breakeven


# --- a million tokens -------------------------------------------------------------------------------------------------------------


@quantity("USD/Mtok", "draw chip site")
def token_cost_owned(lcoc: Array, accelerator_throughput: Array, serving_utilisation: Array) -> Array:
    """Cost of a million output tokens to who owns the accelerators: levelised cost of a sold hour over the tokens of that hour.

    c = lcoc / (3,600 q u) * 1e6                                                            (1)

    q: rate of the reference model, u: share of it reached in service. Hours off the peak of the day are hours not sold, so the
    peak counts once, in the share of hours sold. Axes: draw, chip, site. Units: USD/Mtok, money of the price year. Source: `lcoc`,
    `accelerator_throughput`. Leaves out: margin, research, free users. At the market's rent instead: `token_cost_rented`.
    """
    tokens = accelerator_throughput * serving_utilisation[:, None]
    each = 3600.0 * np.where(tokens > 0.0, tokens, np.nan) / 1e6
    return lcoc / each[:, :, None]
