"""Cash over time where nobody else helps: its path, how deep it falls below nothing, and when first."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def cash_path(opening: ArrayLike, inflow: ArrayLike, outflow: ArrayLike) -> Array:
    """Cash at the end of each period: the opening, plus what came in so far, less what went out. Axes: any, then period. Units: USD."""
    net = np.asarray(inflow, dtype=np.float64) - np.asarray(outflow, dtype=np.float64)
    return np.asarray(np.asarray(opening, dtype=np.float64)[..., None] + np.cumsum(net, axis=-1))


def peak_gap(path: ArrayLike) -> Array:
    """The most that is lacking at the end of any period; nought where cash never falls below nothing. Units: USD (any)."""
    return np.asarray(np.maximum(0.0, -np.asarray(path, dtype=np.float64).min(axis=-1)))


def first_gap_period(path: ArrayLike) -> Array:
    """The first period (counted from 1) that ends with less than nothing; absent (NaN) where there is none."""
    below = np.asarray(path, dtype=np.float64) < 0.0
    return np.where(below.any(axis=-1), below.argmax(axis=-1) + 1.0, np.nan)
