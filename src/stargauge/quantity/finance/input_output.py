"""What one sector's sales set off in others: Leontief's inverse, households, multipliers of jobs; and the work that a cost pays for."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def leontief_inverse(coefficients: ArrayLike) -> Array:
    """Output needed in each sector per unit of final demand: (I - A)^-1.

    Source: Leontief (1936); Miller & Blair, Input-Output Analysis, ch. 2.
    """
    matrix = np.asarray(coefficients, dtype=np.float64)
    return np.asarray(np.linalg.inv(np.eye(len(matrix)) - matrix))


def with_households(coefficients: ArrayLike, income: ArrayLike, consumption: ArrayLike) -> Array:
    """Coefficients closed for households: pay per unit of output as a row, spending per unit of income as a column (for Type II
    multipliers).
    """
    matrix = np.asarray(coefficients, dtype=np.float64)
    closed = np.zeros((len(matrix) + 1, len(matrix) + 1))
    closed[:-1, :-1], closed[-1, :-1], closed[:-1, -1] = matrix, np.asarray(income), np.asarray(consumption)
    return closed


def employment_multipliers(inverse: Array, jobs_per_output: ArrayLike) -> Array:
    """Jobs in all sectors per direct job of each sector: e L / e (Type I, or Type II where L is closed for households)."""
    jobs = np.asarray(jobs_per_output, dtype=np.float64)
    return np.asarray(jobs @ inverse[: len(jobs), : len(jobs)] / jobs)


def person_months(cost: Array, labour_share: Array, hourly_cost: Array, hours_per_month: Array) -> Array:
    """Work that a cost pays for: cost * labour share / (loaded hourly cost * hours per month). Units: USD, 1, USD/h, h/month -> months."""
    return cost * labour_share / (hourly_cost * hours_per_month)
