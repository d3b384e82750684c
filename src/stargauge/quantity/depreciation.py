"""What tax law lets an owner deduct of an asset's cost, year by year: declining balance by convention, the first-year bonus.

Shares of the cost (basis). Years count from the calendar year in which the asset is placed in service, which is taken as the tax year.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.day_count import calendar_of

Array = NDArray[np.float64]


class Convention(IntEnum):
    """When within its first year an asset counts as placed in service: rows of `recovery_tables`."""

    HALF_YEAR = 0
    QUARTER_1 = 1
    QUARTER_2 = 2
    QUARTER_3 = 3
    QUARTER_4 = 4


# --- tables -----------------------------------------------------------------------------------------------------------------------


def first_year_share(convention: Convention) -> float:
    """Share of the first year that counts: a half, or from the middle of the quarter to the end of the year."""
    return 0.5 if convention is Convention.HALF_YEAR else (4.5 - convention) / 4.0


def declining_balance(period: int, factor: float, first: float, digits: int = 4) -> Array:
    """Share of the cost deducted in each year: a multiple of the straight line on what is left, straight line once that is more.

    d = max(factor / period, 1 / years left) * what is left, the first year's times `first`      (1)

    Rounded half up to `digits` on what the rounded years before leave, as the published tables are: they agree to the last digit but one
    (a table of the Publication that cuts where it should round). Years: period + 1, their sum is one. Source: Rev. Proc. 87-57, section 6.
    """
    unit, left, out = 10.0**-digits, 1.0, []
    for year in range(period):
        part = first if year == 0 else 1.0
        years_left = period if year == 0 else period - first - (year - 1)
        share = max(factor / period, 1.0 / years_left) * left * part
        share = min(np.floor(share / unit + 0.5 + 1e-9) * unit, left)
        out.append(share)
        left -= share
    return np.array([*out, left])


def recovery_tables(period: int, factor: float) -> Array:
    """Shares of the cost by convention and year: (5, period + 1), rows in the order of `Convention`. Formula: `declining_balance`."""
    return np.array([declining_balance(period, factor, first_year_share(convention)) for convention in Convention])


def building_table(period: int, digits: int = 5) -> Array:
    """Shares of a building's cost by month placed in service (row 0: January) and year: straight line from the middle of the month.

    Axes: (12, period + 1). A year and half a month are rounded, the last year takes the rest: equals table A-7a of Publication 946.
    Source: 26 U.S.C. 168(d)(2), (d)(4)(B).
    """
    out = np.full((12, period + 1), round(1.0 / period, digits))
    out[:, 0] = (23.0 - 2.0 * np.arange(12)) * round(1.0 / period / 24.0, digits)
    out[:, -1] = 1.0 - out[:, :-1].sum(axis=1)
    return out


# --- conventions and bonus of assets ----------------------------------------------------------------------------------------------


def late_share(basis: ArrayLike, in_service: ArrayLike) -> Array:
    """Of all that one owner places in service in each asset's calendar year, the share of the cost in its last quarter.

    Axes: any, then asset (those of one owner; without buildings, whose convention is another). The cost is taken before bonus. Absent
    (NaN) for what is never placed in service. Units: USD (any), day -> 1.
    """
    cost, days = np.broadcast_arrays(np.asarray(basis, dtype=np.float64), np.asarray(in_service, dtype=np.float64))
    when = calendar_of(days)
    cost = np.where(np.isfinite(days) & np.isfinite(cost), cost, 0.0)
    late = np.where(when.month >= 10, cost, 0.0)
    whole, last = np.zeros(cost.shape), np.zeros(cost.shape)
    for asset in range(cost.shape[-1]):
        same = when.year == when.year[..., asset, None]
        whole[..., asset] = np.where(same, cost, 0.0).sum(axis=-1)
        last[..., asset] = np.where(same, late, 0.0).sum(axis=-1)
    return np.where(np.isfinite(days) & (whole > 0.0), last / np.where(whole > 0.0, whole, 1.0), np.nan)


def conventions(basis: ArrayLike, in_service: ArrayLike, most_late: float) -> NDArray[np.int64]:
    """The row of `recovery_tables` of each asset: half-year, or its quarter where more than `most_late` of its year comes last.

    Axes: any, then asset. See `late_share`. Source: 26 U.S.C. 168(d)(3).
    """
    quarter = (calendar_of(in_service).month + 2) // 3
    flips = np.nan_to_num(late_share(basis, in_service)) > most_late
    return np.asarray(np.where(flips, quarter, int(Convention.HALF_YEAR)), dtype=np.int64)


def bonus_share(
    contract: ArrayLike, in_service: ArrayLike, period: ArrayLike, *, share: float, after: float, longest: float, earlier: ArrayLike,
    earlier_years: ArrayLike,
) -> Array:  # fmt: skip
    """Share of the cost deducted at once: `share` where both the binding contract and the service come after a day.

    An asset bound by contract before, or not known to be bound after, keeps what the law before gave for the year it is placed in service
    (`earlier` by `earlier_years`, nought in other years). Nothing for recovery periods above `longest`. Axes: any. Units: days, years -> 1.
    """
    signed, days = np.asarray(contract, dtype=np.float64), np.asarray(in_service, dtype=np.float64)
    year = calendar_of(days).year
    before = np.zeros(year.shape)
    for one, kept in zip(np.asarray(earlier_years), np.asarray(earlier, dtype=np.float64), strict=True):
        before = np.where(year == one, kept, before)
    new = (signed > after) & (days > after)
    return np.where(np.isfinite(days) & (np.asarray(period) <= longest), np.where(new, share, before), 0.0)


# --- deductions -------------------------------------------------------------------------------------------------------------------


def deduction_shares(tables: Array, row: ArrayLike, bonus: ArrayLike = 0.0) -> Array:
    """Share of the cost deducted in each year from the first: the bonus at once, the rest along the table.

    tables: (row, year), such as `recovery_tables` or `building_table`; row and bonus: any axes. Result: those axes, then year. Sums to one.
    """
    early = np.asarray(bonus, dtype=np.float64)[..., None]
    shares = (1.0 - early) * tables[np.asarray(row, dtype=np.int64)]
    shares[..., 0] += early[..., 0]
    return np.asarray(shares)


def deductions_by_year(amount: ArrayLike, shares: Array, in_service: ArrayLike, first_year: int, years: int) -> Array:
    """Deductions of each calendar year from `first_year`: the amount times its shares, placed from the year in which it enters service.

    Axes: any, then calendar year. What falls before or after those years is left out; nothing for what never enters service. Absent (NaN)
    where the amount is.
    """
    days = np.asarray(in_service, dtype=np.float64)
    cost = np.asarray(amount, dtype=np.float64)[..., None]
    age = first_year + np.arange(years) - calendar_of(days).year[..., None]
    inside = (age >= 0) & (age < shares.shape[-1]) & np.isfinite(days)[..., None]
    place = np.clip(age, 0, shares.shape[-1] - 1)
    full = np.broadcast_to(shares, (*np.broadcast_shapes(shares.shape[:-1], days.shape), shares.shape[-1]))
    return np.asarray(np.where(inside, np.take_along_axis(full, np.broadcast_to(place, (*full.shape[:-1], years)), axis=-1), 0.0) * cost)
