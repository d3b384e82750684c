"""Overruns of a reference class in two parts: a body near the plan and a tail far above it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def body_mean(mean: ArrayLike, tail_share: ArrayLike, tail_mean: ArrayLike) -> Array:
    """Mean overrun of the projects outside the tail: (mean - share * mean of the tail) / (1 - share). Units: 1."""
    share = np.asarray(tail_share, dtype=np.float64)
    return np.asarray((np.asarray(mean, dtype=np.float64) - share * np.asarray(tail_mean, dtype=np.float64)) / (1.0 - share))
