"""Tax on the profit of each asset: depreciation by recovery class, convention and bonus, losses carried forward."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.finance.day_count import calendar_of
from stargauge.quantity.finance.project_finance import Loan, cells, income_tax, series
from stargauge.quantity.quantity import ASSETS, COMPONENTS, STAGES, TAX_ROWS, quantity

Array = NDArray[np.float64]

_BUILDING, _EQUIPMENT = (ASSETS.index(a) for a in ("building", "equipment"))
_START, _ENERGISED = STAGES.index("under_construction"), STAGES.index("energised")
_LAND = COMPONENTS.index("land")
_FIFTEEN_YEARS = [COMPONENTS.index(c) for c in ("site", "generation")]
_HALF_YEAR = {"equipment": TAX_ROWS.index("5-year-half-year"), "building": TAX_ROWS.index("15-year-half-year")}
_JANUARY = TAX_ROWS.index("building-month-1")


@quantity("1", "draw site")
def site_works_share(construction_components: Array, construction_unit_capex: Array) -> Array:
    """Share of site works and generation in the cost of a building: recovered over 15 years. Axes: draw, site. Units: 1.

    That generation on site counts with site works is an assumption; shell, power, cooling and soft cost count with the building.
    """
    whole = np.where(construction_unit_capex > 0.0, construction_unit_capex, 1.0)
    return np.asarray(construction_components[:, _FIFTEEN_YEARS].sum(axis=1) / whole)


@quantity("1", "draw site")
def land_share(construction_components: Array, construction_unit_capex: Array) -> Array:
    """Share of land in the cost of a building: never depreciated. Axes: draw, site. Units: 1."""
    return np.asarray(construction_components[:, _LAND] / np.where(construction_unit_capex > 0.0, construction_unit_capex, 1.0))


def _first(dates: Array, phase_site: Array, sites: int) -> Array:
    """The first of the days of the phases of each site; infinity where there is none."""
    out = np.full((len(dates), sites), np.inf)
    for site in range(sites):
        of_site = np.nan_to_num(dates[:, phase_site == site], nan=np.inf)
        out[:, site] = of_site.min(axis=1, initial=np.inf)
    return out


@quantity("1", "draw asset site life_month")
def bonus_share(
    uncancelled_date: Array, stage_date: Array, equipment_payment_lead: Array, bound_date_stated: Array, bonus_rate: Array,
    bonus_after: Array, bonus_earlier: Array, phase_site: Array, life_end: Array,
) -> Array:  # fmt: skip
    """Share deducted at once of what is placed in service in each month, where its recovery period is at most 20 years.

    The new share where both the binding contract and the service come after the day of the law; else what the law before kept for the
    year (1)

    A contract nobody dated counts from the first start of work (building) or the first payment (equipment), so that what was begun before
    the law keeps the earlier share. Axes: draw, asset, site, life_month. Units: 1. Source: `depreciation/bonus` of the catalogue.
    """
    sites = bound_date_stated.shape[1]
    paid = stage_date[:, _ENERGISED] - equipment_payment_lead[:, None]
    first = np.stack([_first(uncancelled_date[:, _START], phase_site, sites), _first(paid, phase_site, sites)], axis=1)
    bound = np.where(np.isnan(bound_date_stated), first, bound_date_stated)
    years = calendar_of(life_end).year
    before = bonus_earlier[years - years[0]]
    new = np.where(life_end > bonus_after, bonus_rate, before)
    return np.where((bound > bonus_after)[..., None], new, before)


def _by_year_and_month(placed: Array, life_end: Array) -> Array:
    """What is placed in service by calendar year and month: (draw, asset, site, year, 12)."""
    calendar = calendar_of(life_end)
    years = calendar.year - calendar.year[0]
    out = np.zeros((*placed.shape[:-1], int(years[-1]) + 1, 12))
    out[..., years, calendar.month - 1] = placed
    return out


def _deducted(placed: Array, shares: Array) -> Array:
    """Deductions by year of what is placed in service by year: (..., year), shares by age."""
    years = placed.shape[-1]
    age = np.arange(years)[None, :] - np.arange(years)[:, None]
    table = np.where(age >= 0, shares[np.clip(age, 0, len(shares) - 1)], 0.0)
    return np.asarray(placed @ table)


def _recovered(placed: Array, late: Array, rows: Array) -> Array:
    """Deductions of property with conventions: rows half-year and four quarters; `late`: years in which the quarters count."""
    quarters = placed.reshape(*placed.shape[:-1], 4, 3).sum(axis=-1)
    out = _deducted(np.where(late, 0.0, quarters.sum(axis=-1)), rows[0])
    for quarter in range(4):
        out += _deducted(np.where(late, quarters[..., quarter], 0.0), rows[quarter + 1])
    return out


@quantity("USD", "draw asset site life_year", adds="asset site", flow=True)
def asset_depreciation(
    asset_placed_in_service: Array, bonus_share: Array, site_works_share: Array, land_share: Array, deduction_share: Array,
    late_share_most: Array, life_end: Array,
) -> Array:  # fmt: skip
    """Tax depreciation of each calendar year: equipment over 5 years, site works over 15, the rest of a building over 39, land never.

    deduction(y) = sum over classes of bonus of the year + (what is left of each year's additions) * share of the table by age   (1)

    Half-year convention; the quarter's where more than 40 % of a year's property (before bonus) comes in its last quarter; buildings from
    the middle of the month. Each asset is taxed on its own. Axes: draw, asset, site, life_year. Units: USD of the day. Source: IRS
    Publication 946 (2025), tables A-1 to A-5 and A-7a, in the catalogue. Leaves out: state tax; interest while building in the basis.
    """
    placed = _by_year_and_month(asset_placed_in_service, life_end)
    early = _by_year_and_month(asset_placed_in_service * bonus_share, life_end)
    whole = placed.sum(axis=-1)
    late = placed[..., 9:].sum(axis=-1) > late_share_most * whole
    out = np.empty(whole.shape)
    equipment = placed[:, _EQUIPMENT] - early[:, _EQUIPMENT]
    at = _HALF_YEAR["equipment"]
    out[:, _EQUIPMENT] = early[:, _EQUIPMENT].sum(axis=-1) + _recovered(equipment, late[:, _EQUIPMENT], deduction_share[at : at + 5])
    works = site_works_share[..., None]
    left = (placed[:, _BUILDING] - early[:, _BUILDING]) * works[..., None]
    at = _HALF_YEAR["building"]
    building = early[:, _BUILDING].sum(axis=-1) * works + _recovered(left, late[:, _BUILDING], deduction_share[at : at + 5])
    rest = placed[:, _BUILDING] * (1.0 - site_works_share - land_share)[..., None, None]
    for month in range(12):
        building = building + _deducted(rest[..., month], deduction_share[_JANUARY + month])
    out[:, _BUILDING] = building
    return out


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def asset_tax(operating_cash: Array, senior_loan: Loan, asset_depreciation: Array, income_tax_rate: Array, life_year_close: Array) -> Array:
    """Tax on the profit of each asset, paid in equal parts over the year: income less running cost, interest and depreciation.

    Losses are carried forward. Axes: draw, asset, site, life_month. Units: USD of the day. Leaves out: tax of the owners on distributions,
    interest of vendors, limits on the deduction of interest and of losses.
    """
    shape = operating_cash.shape
    profit = cells(operating_cash) - cells(senior_loan.interest)
    rate = np.repeat(income_tax_rate, shape[1] * shape[2])
    closing = np.asarray(life_year_close, dtype=np.int64)
    return series(income_tax(profit, cells(asset_depreciation), rate, closing), shape)
