"""What a building can borrow and what that costs: debt size, balance, interest during construction, cover, returns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.cashflow import annuity
from stargauge.quantity.loan import debt_size
from stargauge.quantity.quantity import STAGES, quantity
from stargauge.quantity.timeline import flow, ramps, steps

Array = NDArray[np.float64]

_OPERATIONAL = STAGES.index("operational")


@quantity("USD", "draw site month", adds="site", rises=True)
def building_capital(construction_deployed: Array, price_level: Array) -> Array:
    """Capital spent on construction so far, in money of the day: the base of loans on buildings. Axes: draw, site, month. Units: USD."""
    return np.asarray(np.cumsum(flow(construction_deployed) * price_level[:, None, :], axis=2))


@quantity("1", "draw site month")
def debt_repaid_share(
    stage_date: Array, debt_tenor: Array, phase_construction_cost: Array, construction_deployed: Array, phase_site: Array,
    site_known_from: Array, month_end: Array,
) -> Array:  # fmt: skip
    """Share of a site's construction loans that is repaid: evenly over the tenor from the day each building runs.

    Axes: draw, site, month. Units: 1. Leaves out: balloons and refinancing (a loan of four years with extensions is rolled over here).
    """
    runs = stage_date[:, _OPERATIONAL]
    repaid = ramps(runs, runs + debt_tenor[:, None], phase_construction_cost, phase_site, len(site_known_from), month_end)
    spent = np.where(construction_deployed > 0.0, construction_deployed, 1.0)
    return np.asarray(np.clip(np.where(construction_deployed > 0.0, repaid / spent, 0.0), 0.0, 1.0))


@quantity("USD", "draw site month", adds="site")
def debt_balance(building_capital: Array, debt_repaid_share: Array, market_leverage: Array) -> Array:
    """Debt outstanding on the buildings of each site, had they borrowed at market leverage.

    B = leverage * capital of buildings * (1 - share repaid)                         (1)

    Drawn pro rata with the capital. Axes: draw, site, month. Units: USD of the day. Source of the leverage: the loans of Abilene,
    Shackelford
    and Hyperion in the catalogue. Leaves out: loans on accelerators, and that a site may be built without debt.
    """
    return market_leverage[:, None, None] * building_capital * (1.0 - debt_repaid_share)


@quantity("USD", "draw site month", adds="site", flow=True)
def idc(
    building_capital: Array, construction_deployed: Array, stage_date: Array, phase_construction_cost: Array, market_leverage: Array,
    debt_rate: Array, phase_site: Array, site_known_from: Array, month_end: Array, month_hours: Array,
) -> Array:  # fmt: skip
    """Interest during construction: interest within each month on debt for buildings that do not run yet.

    I = leverage * capital * (1 - share of cost that runs) * rate * hours of the month / 8766   (1)

    Axes: draw, site, month. Units: USD of the day. On the balance at month end. Not part of `capex`. Leaves out: fees, hedges.
    """
    runs = steps(stage_date[:, _OPERATIONAL], phase_construction_cost, phase_site, len(site_known_from), month_end)
    spent = np.where(construction_deployed > 0.0, construction_deployed, 1.0)
    waiting = np.clip(1.0 - runs / spent, 0.0, 1.0)
    per_month = debt_rate[:, None] * (month_hours / 8766.0)
    return np.asarray(market_leverage[:, None, None] * building_capital * waiting * per_month[:, None, :])


@quantity("USD/W", "draw")
def building_income(lease_rent: Array, lease_campus_ratio: Array) -> Array:
    """Yearly income of a let building per W of IT power: rent, triple net (the tenant pays power, upkeep, insurance and tax).

    rent per day * 365.25 * campus ratio                                            (1)

    Axes: draw. Units: USD/W and day -> USD/W and year, USD of the price year. Source of the rent: CBRE asking rents of contracts of 250 to
    500 kW; what a whole campus pays of them is an assumption.
    """
    return lease_rent * lease_campus_ratio * 365.25


@quantity("1", "draw site")
def dscr(building_income: Array, construction_unit_capex: Array, market_leverage: Array, debt_rate: Array, debt_tenor: Array) -> Array:
    """Cover of debt service by the income of a let building, level over the tenor.

    DSCR = income / (leverage * cost / annuity(rate, tenor))                         (1)

    Axes: draw, site. Units: 1. Leaves out: an interest-only time, a balloon, tax, the rise of rents.
    """
    service = market_leverage[:, None] * construction_unit_capex / annuity(debt_rate, debt_tenor / 365.25)[:, None]
    return np.asarray(building_income[:, None] / service)


@quantity("1", "draw site")
def debt_capacity(
    building_income: Array,
    construction_unit_capex: Array,
    market_leverage: Array,
    debt_rate: Array,
    debt_tenor: Array,
    dscr_required: Array,
) -> Array:
    """Debt over cost that a building can carry: the smaller of market leverage and what the lender's cover ratio allows.

    min(leverage, income / DSCR * annuity(rate, tenor) / cost)                       (1)

    Axes: draw, site. Units: 1. The cover ratio is an assumption.
    """
    carried = (building_income / dscr_required * annuity(debt_rate, debt_tenor / 365.25))[:, None]
    size, _ = debt_size(construction_unit_capex, market_leverage[:, None], carried)
    return np.asarray(np.maximum(0.0, size / construction_unit_capex))


@quantity("USD/W", "draw site")
def npv(building_income: Array, construction_unit_capex: Array, discount_rate: Array, building_life: Array) -> Array:
    """Net present value of a let building per W of IT power: income over its life less its cost.

    NPV = income * annuity(r, life) - cost                                           (1)

    Axes: draw, site. Units: USD/W, USD of the price year; r is real. Leaves out: time to build, tax, residual value.
    """
    return (building_income * annuity(discount_rate, building_life / 365.25))[:, None] - construction_unit_capex


@quantity("1", "draw site")
def irr(building_income: Array, construction_unit_capex: Array, building_life: Array) -> Array:
    """Real internal rate of return of a let building before debt and tax: the rate at which its net present value is nothing.

    cost = income * annuity(irr, life), by bisection                                 (1)

    Axes: draw, site. Units: 1 per year. Absent (NaN) where it never earns its cost back.
    """
    years, income = (building_life / 365.25)[:, None], building_income[:, None]
    low, high = np.full(construction_unit_capex.shape, 1e-9), np.full(construction_unit_capex.shape, 10.0)
    found = income * years > construction_unit_capex
    for _ in range(60):
        middle = (low + high) / 2.0
        worth = income * annuity(middle, years) > construction_unit_capex
        low, high = np.where(worth, middle, low), np.where(worth, high, middle)
    return np.where(found, (low + high) / 2.0, np.nan)
