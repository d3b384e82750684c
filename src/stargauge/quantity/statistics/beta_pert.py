"""The beta-PERT distribution: a beta between a least and a most, shaped by a most likely value. And PERT's own mean and variance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def pert_mean(least: ArrayLike, likely: ArrayLike, most: ArrayLike) -> Array:
    """Expected duration of PERT: (a + 4 m + b) / 6. Source: Malcolm et al. (1959), Operations Research 7(5)."""
    return (np.asarray(least, dtype=np.float64) + 4.0 * np.asarray(likely, dtype=np.float64) + np.asarray(most, dtype=np.float64)) / 6.0


def pert_variance(least: ArrayLike, most: ArrayLike) -> Array:
    """Variance of PERT: ((b - a) / 6)^2. Source: Malcolm et al. (1959), Operations Research 7(5)."""
    return np.asarray(np.square((np.asarray(most, dtype=np.float64) - np.asarray(least, dtype=np.float64)) / 6.0))


@dataclass(frozen=True)
class BetaPert:
    """A beta on [least, most] with shapes 1 + w (m - a) / (b - a) and 1 + w (b - m) / (b - a). Source: Vose, Risk Analysis, 3rd ed."""

    least: float
    likely: float
    most: float
    weight: float

    @property
    def shapes(self) -> tuple[float, float]:
        """alpha and beta."""
        width = self.most - self.least
        return 1.0 + self.weight * (self.likely - self.least) / width, 1.0 + self.weight * (self.most - self.likely) / width

    @property
    def mean(self) -> float:
        """(a + w m + b) / (w + 2)."""
        return (self.least + self.weight * self.likely + self.most) / (self.weight + 2.0)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        a, b = self.shapes
        return (self.most - self.least) * math.sqrt(a * b / (a + b + 1.0)) / (a + b)

    def quantile(self, chance: float) -> float:
        """The value below which it falls with a probability, by halving."""
        a, b = self.shapes
        low, high = 0.0, 1.0
        for _ in range(100):
            middle = (low + high) / 2.0
            low, high = (middle, high) if beta_cdf(middle, a, b) < chance else (low, middle)
        return self.least + (self.most - self.least) * (low + high) / 2.0


def beta_cdf(x: float, a: float, b: float) -> float:
    """Probability that a beta variable is at most x (regularised incomplete beta function), absolute error below 1e-12.

    Source: Abramowitz & Stegun 26.5.8, the continued fraction, by Lentz's rule.
    """
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - beta_cdf(1.0 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    tiny = 1e-300
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0) or tiny)
    out = d
    for m in range(1, 1000):
        for part in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / (1.0 + part * d or tiny)
            c = 1.0 + part / c or tiny
            out *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return front * out
