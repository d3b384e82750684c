"""Levels that wander and are drawn back to a mean: rents and interest rates, by one shock a year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def reverting_path(
    start: Array, since: float, mean: Array, reversion: Array, volatility: Array, shocks: Array, year_end: Array, days: Array
) -> Array:
    """A mean-reverting level at some days, by one shock for each calendar year.

    x(t + n) = m + (x(t) - m) (1 - b)^n + s sqrt((1 - (1 - b)^2n) / (1 - (1 - b)^2)) z          (1)

    b: share of the distance closed in a year; s: standard deviation over a year; n: years, less than one in the year it starts.
    The start holds until the day `since`; between ends of years the level is linear in time.
    start, mean, reversion, volatility: (draw); shocks: (draw, year); year_end: (year) and days: (day) day counts. Returns (draw, day).
    Source: Vasicek (1977), the exact step of the Ornstein-Uhlenbeck process. Leaves out: months that differ within a year.
    """
    kept = 1.0 - np.clip(reversion, 1e-9, 1.0)
    level, last = start + 0.0 * mean, since
    nodes, levels = [since], [level]
    for year, end in enumerate(year_end):
        if end <= since:
            continue
        passed = kept ** ((end - last) / 365.25)
        spread = volatility * np.sqrt((1.0 - passed**2) / (1.0 - kept**2))
        level, last = mean + (level - mean) * passed + spread * shocks[:, year], end
        nodes.append(float(end))
        levels.append(level)
    weights = np.stack([np.interp(days, nodes, one) for one in np.eye(len(nodes))])
    return np.asarray(np.einsum("nd,nm->dm", np.stack(levels), weights))
