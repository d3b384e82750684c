"""Shares of a year between two days by the conventions in which loans and bonds accrue interest.

Days are day counts (`quantity.dates.day`); arrays of any shape. A day that is absent or never comes has no share (NaN).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

#: The day count of 1970-01-01, from which NumPy counts.
_EPOCH = 719163


class Calendar(NamedTuple):
    """Days by the calendar: year, month (1 to 12) and day of the month; all nought where there is no day."""

    year: NDArray[np.int64]
    month: NDArray[np.int64]
    day: NDArray[np.int64]


def calendar_of(days: ArrayLike) -> Calendar:
    """Year, month and day of the month of day counts."""
    count = np.asarray(days, dtype=np.float64)
    known = np.isfinite(count)
    when = (np.where(known, np.floor(count), _EPOCH).astype(np.int64) - _EPOCH).astype("datetime64[D]")
    months = when.astype("datetime64[M]")
    number = months.astype(np.int64)
    inside = (when - months.astype("datetime64[D]")).astype(np.int64)
    return Calendar(*(np.where(known, part, 0) for part in (number // 12 + 1970, number % 12 + 1, inside + 1)))


def year_start(year: ArrayLike) -> Array:
    """The day count of the first of January."""
    first = (np.asarray(year, dtype=np.int64) - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    return np.asarray(first.astype(np.int64) + float(_EPOCH))


def _leap(year: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray((year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0)))


def _elapsed(start: ArrayLike, end: ArrayLike) -> Array:
    days = np.asarray(end, dtype=np.float64) - np.asarray(start, dtype=np.float64)
    return np.where(np.isfinite(days), days, np.nan)


def act_360(start: ArrayLike, end: ArrayLike) -> Array:
    """Actual days over 360: the convention of loans on SOFR. Units: d -> 1."""
    return _elapsed(start, end) / 360.0


def act_365_fixed(start: ArrayLike, end: ArrayLike) -> Array:
    """Actual days over 365, in leap years too. Units: d -> 1."""
    return _elapsed(start, end) / 365.0


def act_act_isda(start: ArrayLike, end: ArrayLike) -> Array:
    """Actual days in leap years over 366 plus the others over 365. Units: d -> 1. Source: ISDA Definitions (2006), section 4.16(b)."""

    def position(days: ArrayLike) -> Array:
        """The day as a year with its elapsed share, each year as long as it is."""
        year = calendar_of(days).year
        inside = (np.asarray(days, dtype=np.float64) - year_start(year)) / np.where(_leap(year), 366.0, 365.0)
        return np.asarray(year + inside)

    return np.where(np.isnan(_elapsed(start, end)), np.nan, position(end) - position(start))


def _thirty(first: Calendar, last: Calendar, day_first: NDArray[np.int64], day_last: NDArray[np.int64]) -> Array:
    return np.asarray((360.0 * (last.year - first.year) + 30.0 * (last.month - first.month) + (day_last - day_first)) / 360.0)


def bond_basis_30_360(start: ArrayLike, end: ArrayLike) -> Array:
    """Months of 30 days: the 31st counts as the 30th at the start, and at the end where the start is the 30th or later.

    Units: d -> 1. Source: ISDA Definitions (2006), section 4.16(f).
    """
    first, last = calendar_of(start), calendar_of(end)
    one = np.minimum(first.day, 30)
    two = np.where((last.day == 31) & (one == 30), 30, last.day)
    return np.where(np.isnan(_elapsed(start, end)), np.nan, _thirty(first, last, one, two))


def us_30_360(start: ArrayLike, end: ArrayLike) -> Array:
    """Months of 30 days as US bonds count them: bond basis, and the last of February counts as the 30th.

    That of the end only where the start is the last of February too. Units: d -> 1. Source: SIFMA, Standard Securities Calculation
    Methods, vol. 2.
    """
    first, last = calendar_of(start), calendar_of(end)

    def closes_february(days: ArrayLike, at: Calendar) -> NDArray[np.bool_]:
        return np.asarray((at.month == 2) & (calendar_of(np.asarray(days, dtype=np.float64) + 1.0).month == 3))

    both = closes_february(start, first) & closes_february(end, last)
    two = np.where(both, 30, last.day)
    one = np.where(closes_february(start, first), 30, first.day)
    two = np.where((two == 31) & (one >= 30), 30, two)
    one = np.minimum(one, 30)
    return np.where(np.isnan(_elapsed(start, end)), np.nan, _thirty(first, last, one, two))


#: The conventions by the names they bear in loan terms.
CONVENTIONS: dict[str, Callable[[ArrayLike, ArrayLike], Array]] = {
    "act360": act_360, "act365f": act_365_fixed, "actact_isda": act_act_isda, "us30360": us_30_360, "bondbasis30360": bond_basis_30_360,
}  # fmt: skip
