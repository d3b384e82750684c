"""Sobol indices: which share of a result's variance each input makes alone, and with all others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Indices(NamedTuple):
    """First-order and total index per input, each with the half width of its 95 % interval."""

    first: Array
    total: Array
    first_within: Array
    total_within: Array


def radial_points(points: Array) -> tuple[Array, Array, Array]:
    """From points (row, 2 inputs) in the unit cube: A, B (row, input), and A with each one column of B (input, row, input).

    Source: Saltelli et al. (2010), Computer Physics Communications 181(2), the radial design.
    """
    inputs = points.shape[1] // 2
    a, b = points[:, :inputs], points[:, inputs:]
    mixed = np.repeat(a[None], inputs, axis=0)
    each = np.arange(inputs)
    mixed[each, :, each] = b[:, each].T
    return a, b, mixed


def sobol_indices(at_a: Array, at_b: Array, at_mixed: Array) -> Indices:
    """Indices from a function's values at the points of `radial_points`: (row), (row), (input, row).

    S_i = mean((f_B - f_0) (f_ABi - f_A)) / V, T_i = mean((f_A - f_ABi)^2) / (2 V)    (1)

    f_0: the mean of all; without it S is less exact. An input that does nothing has S = T = 0 whatever the sample. Intervals from the
    spread of the terms, with V as known; absent (NaN) for a function that does not vary.
    Source: S Saltelli et al. (2010), table 2 (b); T Jansen (1999), Computer Physics Communications 117.
    """
    both = np.concatenate([at_a, at_b])
    variance = np.where(both.var() > 0.0, both.var(), np.nan)
    alone, whole = (at_b - both.mean()) * (at_mixed - at_a) / variance, np.square(at_a - at_mixed) / (2.0 * variance)
    within = 1.959963984540054 / np.sqrt(at_a.shape[0])
    return Indices(alone.mean(axis=1), whole.mean(axis=1), within * alone.std(axis=1), within * whole.std(axis=1))


def golden_points(rows: int, dimensions: int) -> Array:
    """Points that fill the unit cube evenly, always the same: multiples of the powers of 1/phi, phi the root of x^(d+1) = x + 1.

    Axes: row, dimension. Source: Roberts (2018), The unreasonable effectiveness of quasirandom sequences; for smooth functions of few
    inputs.
    """
    phi = 2.0
    for _ in range(64):
        phi = (1.0 + phi) ** (1.0 / (dimensions + 1.0))
    steps = phi ** -(1.0 + np.arange(dimensions))
    return np.asarray((0.5 + np.outer(np.arange(1, rows + 1), steps)) % 1.0)
