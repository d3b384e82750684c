"""What capital costs its user: the mean of debt and equity after tax."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def weighted_capital_cost(equity: ArrayLike, debt: ArrayLike, equity_rate: ArrayLike, debt_rate: ArrayLike, tax: ArrayLike) -> Array:
    """Weighted average cost of capital: (E k_E + D k_D (1 - t)) / (E + D). Units: USD (any), 1 -> 1.

    For the shares of one moment: they shift as debt is repaid.
    """
    own, lent = np.asarray(equity, dtype=np.float64), np.asarray(debt, dtype=np.float64)
    after_tax = np.asarray(debt_rate, dtype=np.float64) * (1.0 - np.asarray(tax, dtype=np.float64))
    return np.asarray((own * np.asarray(equity_rate) + lent * after_tax) / (own + lent))
