"""What a device reaches by how much it is given: curves fitted to measured points by least squares on logarithms, always the same way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: The sizes of half speed that are tried, per factor of ten, and how often the best is looked at more closely.
_TRIED, _CLOSER = 24, 80
_STEPS, _FLATTEST, _STEEPEST = 200, 1e-12, 1e12
_GOLDEN = (5.0**0.5 - 1.0) / 2.0


@dataclass(frozen=True)
class Saturation:
    """A rate that grows with what there is to do: r(s) = most * s / (s + half).

    `most` in the unit of the rate, `half` the amount at half of it, `spread` the standard deviation of log(measured / fitted), `points` how
    many it is fitted to. The time of an amount is (s + half) / most: a fixed part half / most and one in proportion.
    """

    most: float
    half: float
    spread: float
    points: int

    def rate(self, amount: Array) -> Array:
        """The rate at an amount."""
        return np.asarray(self.most * amount / (amount + self.half))

    def seconds(self, amount: Array) -> Array:
        """The time of an amount."""
        return np.asarray((amount + self.half) / self.most)


@dataclass(frozen=True)
class Roofline:
    """The time of a kernel by operations F and bytes B: t = max(F / flop_rate, B / byte_rate) + overhead.

    `byte_rate` is NaN where no point is bound by memory. `spread`: standard deviation of log(measured / fitted).
    """

    flop_rate: float
    byte_rate: float
    overhead: float
    spread: float
    points: int

    def seconds(self, flop: Array, byte: Array) -> Array:
        """The time of kernels."""
        moved = np.zeros_like(byte) if np.isnan(self.byte_rate) else byte / self.byte_rate
        return np.asarray(np.maximum(flop / self.flop_rate, moved) + self.overhead)


def fit_saturation(amount: Array, rate: Array) -> Saturation:
    """The curve r = most * s / (s + half) nearest to points in logarithms.

    For a given half the best most is in closed form; half is found on a grid and then by golden section. Needs three points or more of
    positive amount and rate. Raises ValueError where there are fewer.
    """
    amount, rate = np.asarray(amount, dtype=np.float64), np.asarray(rate, dtype=np.float64)
    if len(amount) < 3 or not ((amount > 0.0) & (rate > 0.0)).all():
        raise ValueError("a curve needs three points or more, of positive amount and rate")
    low, high = np.log(amount.min()) - np.log(1e3), np.log(amount.max()) + np.log(1e2)
    grid = np.linspace(low, high, int(_TRIED * (high - low) / np.log(10.0)))
    errors = [_misfit(amount, rate, at) for at in grid]
    best = int(np.argmin(errors))
    half = _lowest(amount, rate, grid[max(0, best - 1)], grid[min(len(grid) - 1, best + 1)])
    left = np.log(rate) - np.log(amount / (amount + np.exp(half)))
    most = float(np.exp(left.mean()))
    spread = float(np.sqrt(((left - left.mean()) ** 2).sum() / (len(amount) - 2)))
    return Saturation(most, float(np.exp(half)), spread, len(amount))


def _misfit(amount: Array, rate: Array, half: float) -> float:
    left = np.log(rate) - np.log(amount / (amount + np.exp(half)))
    return float(((left - left.mean()) ** 2).sum())


def _lowest(amount: Array, rate: Array, low: float, high: float) -> float:
    """Golden section between two neighbours of the best."""
    for _ in range(_CLOSER):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if _misfit(amount, rate, left) < _misfit(amount, rate, right):
            high = right
        else:
            low = left
    return (low + high) / 2.0


def fit_roofline(flop: Array, byte: Array, seconds: Array, memory: bool = True) -> Roofline:
    """The roofline nearest to points in logarithms of time: Levenberg and Marquardt from the fastest points on.

    `memory`: whether some of the points are bound by memory; where none is, its rate is not fitted and is NaN. Needs four points or more
    with positive operations, bytes and times. Raises ValueError where there are fewer.
    """
    flop, byte, seconds = (np.asarray(one, dtype=np.float64) for one in (flop, byte, seconds))
    if len(flop) < 4 or not ((flop > 0.0) & (byte > 0.0) & (seconds > 0.0)).all():
        raise ValueError("a roofline needs four points or more, of positive operations, bytes and times")
    byte = byte if memory else np.zeros_like(byte)
    at = np.log([(flop / seconds).max(), (byte / seconds).max() if memory else 1.0, seconds.min() / 2.0])
    fitted = [0, 1, 2] if memory else [0, 2]
    damping, error = 1e-3, _left(at, flop, byte, seconds)
    for _ in range(_STEPS):
        slope = _slopes(at, flop, byte)[:, fitted]
        normal, step = slope.T @ slope, np.zeros(3)
        step[fitted] = np.linalg.solve(normal + damping * np.diag(np.diag(normal) + _FLATTEST), slope.T @ error)
        tried = _left(at + step, flop, byte, seconds)
        if tried @ tried < error @ error:
            at, error, damping = at + step, tried, damping / 3.0
        else:
            damping *= 4.0
        if damping > _STEEPEST:
            break
    rates = np.exp(at)
    spread = float(np.sqrt(error @ error / max(1, len(flop) - len(fitted))))
    return Roofline(float(rates[0]), float(rates[1]) if memory else float("nan"), float(rates[2]), spread, len(flop))


def _left(at: Array, flop: Array, byte: Array, seconds: Array) -> Array:
    rates = np.exp(at)
    return np.asarray(np.log(seconds) - np.log(np.maximum(flop / rates[0], byte / rates[1]) + rates[2]))


def _slopes(at: Array, flop: Array, byte: Array) -> Array:
    """How the logarithm of the time moves with the logarithm of each of the three."""
    rates = np.exp(at)
    computed, moved = flop / rates[0], byte / rates[1]
    whole = np.maximum(computed, moved) + rates[2]
    by_flop = np.where(computed >= moved, -computed, 0.0)
    by_byte = np.where(computed >= moved, 0.0, -moved)
    return np.stack([by_flop / whole, by_byte / whole, np.full_like(whole, rates[2]) / whole], axis=1)
