"""Flows of money over time: their value at a rate, every rate at which they are worth nothing, level payments.

Flows lie along the last axis. Times are in periods (0, 1, 2, ... where none are given); for dated flows they are days / 365 from the first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

#: Rates are looked for between these: a loss of 99 % per period, and a thousand-fold gain.
LOW, HIGH = -0.99, 1000.0
_STEPS = 200
#: A step so small beside ln(1 + r) ends the search: it is the last one taken.
_CLOSE = 4e-15
#: How many powers are held in memory at once.
_MOST_POWERS = 2_000_000


# --- values at a rate -------------------------------------------------------------------------------------------------------------


def annuity(rate: ArrayLike, periods: ArrayLike) -> Array:
    """Value today of 1 at the end of each period: (1 - (1 + r)^-n) / r, and n where r is nought. Units: 1."""
    r, n = np.asarray(rate, dtype=np.float64), np.asarray(periods, dtype=np.float64)
    still = r == 0.0
    return np.asarray(np.where(still, n, -np.expm1(-n * np.log1p(r)) / np.where(still, 1.0, r)))


def present_value(rate: ArrayLike, flows: ArrayLike, times: ArrayLike | None = None) -> Array:
    """Value at time nought of flows along the last axis: sum of F_t (1 + r)^-t; times in periods, by default 0, 1, 2, ...

    For dated flows: times = `dated(days)` (the convention of spreadsheet XNPV).
    """
    values = np.asarray(flows, dtype=np.float64)
    at = np.arange(values.shape[-1]) if times is None else np.asarray(times)
    return np.asarray((values * np.exp(-at * np.log1p(np.asarray(rate, dtype=np.float64)[..., None]))).sum(axis=-1))


def dated(days: ArrayLike) -> Array:
    """Times of dated flows in years of 365 days from the first: the convention of spreadsheet XIRR and XNPV. Units: d -> 1."""
    count = np.asarray(days, dtype=np.float64)
    return np.asarray((count - count[..., :1]) / 365.0)


def level_payment(rate: ArrayLike, periods: ArrayLike, amount: ArrayLike, at_start: bool = False) -> Array:
    """Payment of each period that repays an amount with interest, at its end or (`at_start`) its beginning. Units: those of the amount."""
    at_end = np.asarray(amount, dtype=np.float64) / annuity(rate, periods)
    return np.asarray(at_end / (1.0 + np.asarray(rate)) if at_start else at_end)


def cumulative_interest(rate: ArrayLike, periods: ArrayLike, amount: ArrayLike, first: ArrayLike, last: ArrayLike) -> Array:
    """Interest within the payments from `first` to `last` (counted from 1) of a loan with level payments at each period's end.

    what is paid less what the balance falls by; balance after k payments: payment * annuity(r, n - k)       (1)
    """
    payment, n = level_payment(rate, periods, amount), np.asarray(periods, dtype=np.float64)
    start, end = np.asarray(first, dtype=np.float64) - 1.0, np.asarray(last, dtype=np.float64)
    fallen = payment * (annuity(rate, n - start) - annuity(rate, n - end))
    return np.asarray(payment * (end - start) - fallen)


# --- rates at which flows are worth nothing ---------------------------------------------------------------------------------------


class Rates(NamedTuple):
    """Every rate at which each series is worth nothing: (..., rate), rising, absent (NaN) after the last; and how many there are."""

    rates: Array
    number: NDArray[np.int64]

    @property
    def only(self) -> Array:
        """The rate where there is exactly one; absent (NaN) where there is none, or more than one."""
        return np.where(self.number == 1, self.rates[..., 0], np.nan)


def internal_rate(flows: ArrayLike, times: ArrayLike | None = None, low: float = LOW, high: float = HIGH) -> Array:
    """The rate per period at which flows are worth nothing, where there is exactly one; absent (NaN) where there is none or several.

    Equals spreadsheet IRR, and XIRR for times by `dated`. `internal_rates` tells none from several.
    """
    return internal_rates(flows, times, low, high).only


def internal_rates(flows: ArrayLike, times: ArrayLike | None = None, low: float = LOW, high: float = HIGH) -> Rates:
    """All rates between `low` and `high` at which flows along the last axis are worth nothing; one that only touches nought counts once.

    With x = -ln(1 + r) the value is V(x) = sum F_t e^(x t). Between two flows of unlike sign let s be a time: the derivative of
    e^(-x s) V has the flows F_t (t - s), which change sign once less. Its roots split the axis into pieces on each of which V has at most
    one root: from none to all changes of sign, piece by piece, none is missed and none made up. Series with a flow that is not a number,
    or with nothing but noughts, have no rate. Axes: any, then time; times as the flows or one row for all.
    Source: the proof of Descartes' rule for sums of exponentials (Polya & Szego, Problems and Theorems in Analysis II, part V).
    """
    values = np.asarray(flows, dtype=np.float64)
    clocked = np.arange(values.shape[-1], dtype=np.float64) if times is None else np.asarray(times, dtype=np.float64)
    at = np.broadcast_to(clocked, values.shape)
    lead, width = values.shape[:-1], values.shape[-1]
    if not width:
        return Rates(np.full((*lead, 1), np.nan), np.zeros(lead, dtype=np.int64))
    rows, clock = _in_order(values.reshape(-1, width), at.reshape(-1, width))
    changes = np.where(np.isfinite(rows).all(axis=1), _sign_changes(rows), 0)
    span = -np.log1p(high), -np.log1p(low)
    found: list[tuple[NDArray[np.int64], Array]] = []
    for many in np.unique(changes[changes > 0]):
        place = np.flatnonzero(changes == many)
        step = max(1, _MOST_POWERS // (min(int(many), 8) * width))
        for part in (place[start : start + step] for start in range(0, len(place), step)):
            found.append((part, _rates_of(rows[part], clock[part], int(many), span)))
    out = np.full((len(rows), max([1, *(roots.shape[1] for _, roots in found)])), np.nan)
    for part, roots in found:
        out[part, : roots.shape[1]] = np.sort(np.expm1(-roots), axis=1)
    return Rates(out.reshape(*lead, -1), np.asarray(np.isfinite(out).sum(axis=1).reshape(lead), dtype=np.int64))


def _in_order(rows: Array, clock: Array) -> tuple[Array, Array]:
    """Flows by time, those of one time added into the last of them."""
    order = np.argsort(clock, axis=1, kind="stable")
    rows, clock = np.take_along_axis(rows, order, axis=1), np.take_along_axis(clock, order, axis=1)
    for place in np.flatnonzero((clock[:, 1:] == clock[:, :-1]).any(axis=0)):
        same = clock[:, place] == clock[:, place + 1]
        rows[:, place + 1] += np.where(same, rows[:, place], 0.0)
        rows[:, place] = np.where(same, 0.0, rows[:, place])
    return rows, clock


def _last_sign(rows: Array) -> Array:
    """The sign of the last flow so far that is not nought; nought before the first."""
    place = np.maximum.accumulate(np.where(rows != 0.0, np.arange(rows.shape[1]), 0), axis=1)
    return np.asarray(np.sign(np.take_along_axis(rows, place, axis=1)))


def _sign_changes(rows: Array) -> NDArray[np.int64]:
    signs = _last_sign(rows)
    return np.asarray((signs[:, 1:] * signs[:, :-1] < 0).sum(axis=1), dtype=np.int64)


def _rates_of(rows: Array, clock: Array, changes: int, span: tuple[float, float]) -> Array:
    """Roots x of series that all have the same number of changes of sign: (series, root), NaN where there is none."""
    levels = [rows]
    for _ in range(changes - 1):
        levels.append(_one_change_less(levels[-1], clock))
    split = np.empty((len(rows), 0))
    for level in reversed(levels):
        split = _roots_between(level, clock, split, span)
    return split


def _one_change_less(rows: Array, clock: Array) -> Array:
    """Flows times (t - s), s halfway between the first two flows of unlike sign; scaled so that the largest stays one."""
    signs = _last_sign(rows)
    after = np.argmax(signs[:, 1:] * signs[:, :-1] < 0, axis=1) + 1
    before = rows.shape[1] - 1 - np.argmax((rows != 0.0)[:, ::-1] & (np.arange(rows.shape[1])[::-1] < after[:, None]), axis=1)
    here = np.arange(len(rows))
    middle = (clock[here, before] + clock[here, after]) / 2.0
    made = rows * (clock - middle[:, None])
    return np.asarray(made / np.abs(made).max(axis=1, keepdims=True))


def _powers(rows: Array, clock: Array, x: Array) -> tuple[Array, Array]:
    """e^(x t) at points (series, point, time), from the end that weighs most, so that nothing overflows and the sign survives; and x t."""
    live = rows != 0.0
    first = np.where(live, clock, np.inf).min(axis=1)
    last = np.where(live, clock, -np.inf).max(axis=1)
    past = np.where(x > 0.0, last[:, None], first[:, None])[:, :, None]
    exponent = np.minimum(x[:, :, None] * (clock[:, None, :] - past), 0.0)
    return np.exp(exponent), exponent


def _sign(rows: Array, clock: Array, x: Array) -> Array:
    """The sign of V at points (series, point); nought where rounding hides it."""
    power, exponent = _powers(rows, clock, x)
    value = (power @ rows[:, :, None])[:, :, 0]
    rounded = ((4.0 - exponent) * power @ np.abs(rows)[:, :, None])[:, :, 0]
    return np.asarray(np.where(np.abs(value) <= 2.0 * np.finfo(np.float64).eps * rounded, 0.0, np.sign(value)))


def _roots_between(rows: Array, clock: Array, split: Array, span: tuple[float, float]) -> Array:
    """Roots of V where `split` (series, point; rising, NaN last) holds all its turns: one per piece of unlike ends, or a turn on nought."""
    ends = np.column_stack([np.full(len(rows), span[0]), np.where(np.isnan(split), span[1], split), np.full(len(rows), span[1])])
    sign = _sign(rows, clock, ends)
    inside = (ends > span[0]) & (ends < span[1])
    touching = np.where((sign == 0.0) & inside, ends, np.nan)
    touching[:, 1:][(sign[:, 1:] == 0.0) & (sign[:, :-1] == 0.0)] = np.nan  # a flat stretch is one root
    left, right = ends[:, :-1].copy(), ends[:, 1:].copy()
    unlike = sign[:, :-1] * sign[:, 1:] < 0.0
    crossing = np.full(left.shape, np.nan)
    if unlike.any():
        crossing = np.where(unlike, _crossing(rows, clock, left, right, sign[:, :-1], unlike), np.nan)
    found = np.sort(np.column_stack([touching[:, 1:-1], crossing]), axis=1)
    return found[:, : int(np.isfinite(found).sum(axis=1).max(initial=0))]


def _crossing(rows: Array, clock: Array, left: Array, right: Array, sign: Array, wanted: NDArray[np.bool_]) -> Array:
    """The root within each piece whose ends are unlike: Newton's steps on ln gains - ln losses, which is nearly straight, within halves."""
    at = np.clip(0.0, left, right)
    wide = np.where(wanted, np.inf, 0.0)
    up, down = np.maximum(rows, 0.0), np.maximum(-rows, 0.0)
    parts = np.stack([up, down, up * clock, down * clock], axis=2)
    for _ in range(_STEPS):
        busy = np.flatnonzero((wide > 0.0).any(axis=1))
        if not busy.size:
            break
        x, before = at[busy], wide[busy]
        gains, losses, gains_slope, losses_slope = np.moveaxis(_powers(rows[busy], clock[busy], x)[0] @ parts[busy], 2, 0)
        same = np.sign(gains - losses) == sign[busy]
        low, high = np.where(same, x, left[busy]), np.where(same, right[busy], x)
        with np.errstate(all="ignore"):
            step = (np.log(gains) - np.log(losses)) / (gains_slope / gains - losses_slope / losses)
        new = x - step
        small = np.abs(step) <= _CLOSE * (1.0 + np.abs(x))
        good = ((new > low) & (new < high) & (np.abs(step) < 0.5 * before)) | small
        new = np.where(good, new, (low + high) / 2.0)
        moved = np.abs(new - x)
        met = (before == 0.0) | (gains == losses)
        done = met | (moved <= _CLOSE * (1.0 + np.abs(x))) | (high - low <= _CLOSE / 8.0 * (1.0 + np.abs(x)))
        at[busy] = np.where(met, x, new)
        left[busy], right[busy] = low, high
        wide[busy] = np.where(done, 0.0, np.where(good, moved, np.inf))
    return np.asarray(at, dtype=np.float64)


def modified_rate(flows: ArrayLike, finance_rate: ArrayLike, reinvestment_rate: ArrayLike) -> Array:
    """Rate from the value of what is paid in today, at the finance rate, to the value of what comes back at the end, reinvested.

    (FV of gains / PV of losses)^(1 / (n - 1)) - 1                                   (1)

    Equals spreadsheet MIRR. Absent (NaN) where nothing is paid in or nothing comes back.
    """
    values = np.asarray(flows, dtype=np.float64)
    last = values.shape[-1] - 1
    reinvested = np.asarray(reinvestment_rate, dtype=np.float64)
    gains = present_value(reinvested, np.maximum(values, 0.0)) * (1.0 + reinvested) ** last
    losses = present_value(finance_rate, np.maximum(-values, 0.0))
    both = (gains > 0.0) & (losses > 0.0) & (last > 0)
    growth = np.where(both, gains, 1.0) / np.where(both, losses, 1.0)
    return np.where(both, growth ** (1.0 / max(last, 1)) - 1.0, np.nan)
