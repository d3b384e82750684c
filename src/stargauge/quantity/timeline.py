"""From dates of many phases to month-end series of few groups without ever making draw x phase x month."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: How many numbers stay in a processor's cache while they are worked on.
_CACHED = 2**18


def month_index(dates: Array, month_end: Array) -> NDArray[np.int64]:
    """The first month whose end is on or after a date; past the axis: its length. Before it: 0. NaN and infinity: past the axis."""
    first, after = month_end[0], month_end[-1] + 1.0
    if after - first > 10 * dates.size or np.any(month_end != np.floor(month_end)):
        return np.asarray(np.searchsorted(month_end, np.fmin(dates, np.inf), side="left"))
    table = np.searchsorted(month_end, np.arange(after, first - 1.0, -1.0), side="left")  # by whole days: faster than a search
    return np.asarray(table[(after - np.maximum(np.fmin(dates, after), first)).astype(np.int64)])


def _add_up(index: NDArray[np.int64], weights: Array, groups: Array, n_groups: int, n_months: int) -> Array:
    """Sums of weights so far (month, draw, group). Months first: running sums are then fast."""
    draws = len(index)
    cells = index * (draws * n_groups)
    cells += (np.arange(draws) * n_groups)[:, None] + groups.astype(np.int64)
    size = (n_months + 1) * draws * n_groups  # one month past the axis holds what never comes
    total: NDArray[Any] = np.bincount(cells.ravel(), weights=weights.ravel(), minlength=size)[: size - draws * n_groups]
    total = total.astype(np.float64, copy=False).reshape(n_months, draws, n_groups)  # of no weights at all NumPy counts in integers
    for month in range(1, n_months):
        total[month] += total[month - 1]
    return total


def _months_last(total: Array, out: Array) -> Array:
    """Months moved from the first axis to the last, sixteen at a time, so that whole cache lines are read and written."""
    for month in range(0, len(total), 16):
        out[..., month : month + 16] = np.moveaxis(total[month : month + 16], 0, -1)
    return out


def steps(dates: Array, weights: Array, groups: Array, n_groups: int, month_end: Array) -> Array:
    """Sum of weights whose date has come by each month end.

    dates, weights: (draw, phase); groups: (phase) index of each phase's group; month_end: (month) day counts. Returns (draw, group, month).
    A NaN weight counts as nothing: callers say what an absent size means.
    """
    dates, weights = (np.asarray(a) for a in np.broadcast_arrays(np.atleast_2d(dates), np.atleast_2d(weights)))
    held = _on_a_grid(np.where(np.isnan(weights), 0.0, weights))
    total = _add_up(month_index(dates, month_end), held, groups, n_groups, len(month_end))
    return _months_last(total, np.empty((len(dates), n_groups, len(month_end))))


def standing(dates: Array, ends: Array, weights: Array, groups: Array, month_end: Array, out: Array) -> None:
    """Sum of weights that have come by each month end and have not ended, at several stages, into (draw, stage, group, month).

    dates: (draw, stage, phase); ends, weights: (draw, phase); groups: (phase). What comes after its end never stands. NaN: as in `steps`.
    """
    held = _on_a_grid(np.where(np.isnan(weights), 0.0, weights))
    both, twice = np.concatenate([held, -held], axis=1), np.tile(groups, 2)
    come = month_index(dates, month_end)
    gone = np.maximum(come, month_index(ends, month_end)[:, None])
    for stage in range(dates.shape[1]):  # one by one: what is worked on stays in a processor's cache
        index = np.concatenate([come[:, stage], gone[:, stage]], axis=1)
        _months_last(_add_up(index, both, twice, out.shape[2], len(month_end)), out[:, stage])


def wearing(dates: Array, weights: Array, rate: Array, groups: Array, n_groups: int, month_end: Array) -> Array:
    """Sum of weights that have come by each month end, each worn since by a rate per day; never less than nothing.

    curve(t) = max(0, sum over dates up to t of weight * exp(-rate * (t - date)))

    dates, weights, groups: (draw, part); rate: (draw). A NaN weight counts as nothing. Returns (draw, group, month).
    """
    origin, inside = month_end[0], dates <= month_end[-1]
    grown = np.where(inside, np.nan_to_num(weights) * np.exp(rate[:, None] * np.where(inside, dates - origin, 0.0)), 0.0)
    index, left = month_index(dates, month_end), np.exp(-rate * (month_end - origin)[:, None])
    out = np.empty((len(dates), n_groups, len(month_end)))
    for part in _parts(len(dates), n_groups * len(month_end)):
        total = _add_up(index[part], grown[part], groups[part], n_groups, len(month_end))
        total *= left[:, part, None]
        _months_last(np.maximum(total, 0.0, out=total), out[part])
    return out


def _parts(draws: int, cells: int) -> Iterator[slice]:
    """Draws in parts, each so small that the cells made of it stay in a processor's cache."""
    size = max(1, _CACHED // max(cells, 1))
    return (slice(first, first + size) for first in range(0, draws, size))


def _on_a_grid(values: Array) -> Array:
    """Values rounded to a power of two far below the largest of their draw, so that sums of them are exact: what ends, ends at zero."""
    largest = np.maximum(values.max(axis=1, initial=0.0), -values.min(axis=1, initial=0.0))
    grid = np.ldexp(1.0, np.clip(np.frexp(largest)[1], -900, 900) - 46)[:, None]
    out = values * (1.0 / grid)
    np.rint(out, out=out)
    out *= grid
    return np.asarray(out)


def bends(dates: Array, slopes: Array, groups: Array, n_groups: int, month_end: Array) -> Array:
    """Sum of piecewise linear curves at each month end, each given by its bends.

    curve(t) = sum over bends of slope change * max(0, t - date)

    dates, slopes: (draw, bend of each phase); slopes is the change of slope at each date, in units per day; groups: (bend of each phase).
    Returns (draw, group, month). A bend with an infinite date is none. Exact at month ends for months of any length.
    """
    origin = month_end[0]  # differences of day counts stay small: sums of large terms would lose cents
    slopes = _on_a_grid(slopes)
    since = np.where(np.isfinite(dates), dates, origin) - origin
    index = month_index(dates, month_end)
    total, begun = (_add_up(index, weights, groups, n_groups, len(month_end)) for weights in (slopes, slopes * since))
    total *= (month_end - origin)[:, None, None]
    total -= begun
    return _months_last(total, np.empty((len(dates), n_groups, len(month_end))))


def _span(starts: Array, ends: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Start, length and weight of each span; one that never starts or ends, or whose weight is absent, starts never and weighs nothing."""
    starts, ends, weights = (np.asarray(a) for a in np.broadcast_arrays(np.atleast_2d(starts), np.atleast_2d(ends), np.atleast_2d(weights)))
    runs = np.isfinite(starts) & np.isfinite(ends) & np.isfinite(weights)
    length = np.where(runs, ends, 1.0) - np.where(runs, starts, 0.0)
    return np.where(runs, starts, np.inf), length, np.where(runs, weights, 0.0)


def ramps(starts: Array, ends: Array, weights: Array, groups: Array, n_groups: int, month_end: Array) -> Array:
    """Sum of weights spent evenly between two dates, cumulative at each month end.

    starts, ends, weights: (draw, phase). A ramp with an infinite or absent end, or one that ends before it starts, does not run.
    Returns (draw, group, month).
    """
    first, length, weight = _span(starts, ends, weights)
    slope = np.where(length > 0.0, weight, 0.0) / np.where(length > 0.0, length, 1.0)
    dates = np.concatenate([first, first + length], axis=1)
    return bends(dates, np.concatenate([slope, -slope], axis=1), np.tile(groups, 2), n_groups, month_end)


def s_curves(
    starts: Array, ends: Array, stops: Array, weights: Array, middle: Array, groups: Array, n_groups: int, month_end: Array
) -> Array:
    """Sum of weights spent along S-curves of three straight thirds, cumulative at each month end.

    The share `middle` (draw) falls in the middle third of the time, half of the rest in each of the others; nothing after `stops`.
    starts, ends, stops, weights: (draw, phase). A curve with an infinite or absent start or end does not run; one shorter than a day
    takes a day. Returns (draw, group, month).
    """
    first, length, weight = _span(starts, ends, weights)
    length = np.maximum(length, 1.0)
    pace = np.where(stops <= first, 0.0, 3.0 * weight / length)
    inner = middle[:, None] * pace
    outer = (pace - inner) / 2.0
    dates = np.concatenate([first, first + length / 3.0, first + length * (2.0 / 3.0), first + length], axis=1)
    slopes = np.concatenate([outer, inner - outer, outer - inner, -outer], axis=1)
    return bends(np.fmin(dates, np.tile(stops, 4)), slopes, np.tile(groups, 4), n_groups, month_end)


def flow(cumulative: Array) -> Array:
    """What was added within each month of a cumulative month-end series; the first month holds what came before it too."""
    out = np.array(cumulative)
    out[..., 1:] -= cumulative[..., :-1]
    return out
