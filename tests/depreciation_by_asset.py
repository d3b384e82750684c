"""Tax depreciation asset by asset, each from its own day: the oracle of the model, which adds up by month and year first."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.finance.day_count import calendar_of
from stargauge.quantity.finance.depreciation import Convention

Array = NDArray[np.float64]


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
