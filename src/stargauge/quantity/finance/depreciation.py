"""What tax law lets an owner deduct of an asset's cost, year by year: declining balance by convention, the first-year bonus.

Shares of the cost (basis). Years count from the calendar year in which the asset is placed in service, which is taken as the tax year.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

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


# --- deductions -------------------------------------------------------------------------------------------------------------------


def deduction_shares(tables: Array, row: ArrayLike, bonus: ArrayLike = 0.0) -> Array:
    """Share of the cost deducted in each year from the first: the bonus at once, the rest along the table.

    tables: (row, year), such as `recovery_tables` or `building_table`; row and bonus: any axes. Result: those axes, then year. Sums to one.
    """
    early = np.asarray(bonus, dtype=np.float64)[..., None]
    shares = (1.0 - early) * tables[np.asarray(row, dtype=np.int64)]
    shares[..., 0] += early[..., 0]
    return np.asarray(shares)
