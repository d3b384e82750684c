"""Orthonormal functions of one factor: Legendre polynomials of a uniform, polynomials of an option's number on the frequencies met."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Array = NDArray[np.float64]


def legendre(uniforms: Array | Floats, degree: int) -> Iterator[Floats]:
    """Polynomials of degree 1, 2, ... of uniforms on (0, 1), each with mean 0 and variance 1.

    phi_d = sqrt(2 d + 1) P_d(x), x = 2 u - 1, (d + 1) P_d+1 = (2 d + 1) x P_d - d P_d-1    (1)

    Source: Abramowitz and Stegun (1964), 22.2.10 and 22.7.10.
    """
    x = np.asarray(2.0 * uniforms - 1.0, dtype=np.float32)
    before: Floats = np.ones_like(x)
    now: Floats = x
    for d in range(1, degree + 1):
        yield now * np.float32(np.sqrt(2 * d + 1))
        after = (np.float32(2 * d + 1) * x * now - np.float32(d) * before) / np.float32(d + 1)
        before, now = now, np.asarray(after, dtype=np.float32)


def contrasts(options: Array) -> Floats:
    """As many functions as there are options met, less one: (function, draw); over these draws with mean 0, variance 1, and orthogonal.

    Of two options this is the indicator of one, centred and scaled; together they span all that a choice can do.
    """
    levels, inverse, counts = np.unique(options, return_inverse=True, return_counts=True)
    weight = np.sqrt(counts / len(options))
    powers = np.vander(np.linspace(-1.0, 1.0, len(levels)), increasing=True)
    basis, _ = np.linalg.qr(weight[:, None] * powers)
    return np.asarray((basis / weight[:, None])[:, 1:].T[:, inverse], dtype=np.float32)


@cache
def degrees_within(highest: tuple[int, ...], most: int) -> list[tuple[int, ...]]:
    """Degrees from 1 of several factors, each up to its highest, that add up to no more than `most`."""
    return [degrees for degrees in product(*(range(1, high + 1) for high in highest)) if sum(degrees) <= most]
