"""Capacity of phases under lines: which phases a line is served from, what part of each, and when it starts and ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.timeline import flow, month_index, steps

Array = NDArray[np.float64]
Places = NDArray[np.intp]


def shares(serves: Array, power: Array) -> Array:
    """Share of a site's capacity that each line takes: by stated power where all lines of the site state one, else in equal parts.

    serves: (site, line) 0 or 1; power: (line) or NaN. Returns (site, line); rows with a line add up to one.
    """
    stated = np.where(serves > 0.5, power[None, :], 0.0)
    weight = np.where(np.isnan(stated).any(axis=1, keepdims=True), serves, stated)
    total = weight.sum(axis=1, keepdims=True)
    return np.asarray(weight / np.where(total > 0.0, total, 1.0))


def served(serves: Array, phase_site: Array) -> tuple[Places, Places]:
    """Each phase with each line that its site serves: places of phases, places of lines. serves: (site, line) 0 or 1."""
    phase, line = np.nonzero(serves[phase_site.astype(np.int64)])
    return phase, line


def first_come(dates: Array, weights: Array, groups: Places, most: Array, month_end: Array) -> Array:
    """Share of each part that a group still takes when it comes: parts of a month share what is left up to the group's most.

    dates, weights: (draw, part); groups: (part); most: (group), infinite where there is no limit. Returns (draw, part).
    """
    out = np.ones(np.broadcast_shapes(dates.shape, weights.shape))
    limited = np.flatnonzero(np.isfinite(most))
    parts = np.flatnonzero(np.isin(groups, limited))
    if not len(parts):
        return out
    group = np.searchsorted(limited, groups[parts])
    come = steps(dates[:, parts], weights[:, parts], group.astype(np.float64), len(limited), month_end)
    added, taken = flow(come), flow(np.minimum(come, most[limited, None]))
    share = np.where(added > 0.0, taken / np.where(added > 0.0, added, 1.0), 1.0)
    month = month_index(dates[:, parts], month_end)
    found = share[np.arange(len(share))[:, None], group, np.minimum(month, len(month_end) - 1)]
    out[:, parts] = np.where(month < len(month_end), np.clip(found, 0.0, 1.0), 1.0)
    return out


def spans(starts: Array, ends: Array, weights: Array, groups: Array, n_groups: int, month_end: Array) -> Array:
    """Sum of weights at each month end from a start until an end; what never starts, or ends before it starts, is never there.

    starts, ends, weights: (draw, part); groups: (part). Returns (draw, group, month).
    """
    starts, ends, weights = (np.asarray(a) for a in np.broadcast_arrays(starts, ends, weights))
    there = np.isfinite(starts) & (ends > starts)
    first = np.where(there, starts, np.inf)
    dates = np.concatenate([first, np.where(there, ends, np.inf)], axis=1)
    return steps(dates, np.concatenate([weights, -weights], axis=1), np.tile(groups, 2), n_groups, month_end)


def at_month(series: Array, dates: Array, month_end: Array) -> Array:
    """A series (draw, month) at the months of dates (draw, part); the last month for what comes later or never."""
    month = np.minimum(month_index(dates, month_end), len(month_end) - 1)
    return np.asarray(np.take_along_axis(series, month, axis=1))
