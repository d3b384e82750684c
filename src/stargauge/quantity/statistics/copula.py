"""Rank correlations of a Gaussian copula, from the correlation of its normal deviates."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def spearman(correlation: ArrayLike) -> Array:
    """Spearman's rank correlation: 6 / pi * arcsin(rho / 2). Units: 1. Source: Kruskal (1958), JASA 53(284)."""
    return np.asarray(6.0 / np.pi * np.arcsin(np.asarray(correlation, dtype=np.float64) / 2.0))


def kendall(correlation: ArrayLike) -> Array:
    """Kendall's rank correlation: 2 / pi * arcsin(rho). Units: 1. Source: Kruskal (1958), JASA 53(284)."""
    return np.asarray(2.0 / np.pi * np.arcsin(np.asarray(correlation, dtype=np.float64)))
