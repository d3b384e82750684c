"""The seeded series behind synthetic weather: Gaussian processes along the hours of a year, each of a given autocorrelation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.weather.weather import YEAR_HOURS
from stargauge.quantity.weather.weather_cycles import HOURS
from stargauge.quantity.weather.weather_normals import Coefficients

Array = NDArray[np.float64]


class Noise(NamedTuple):
    """Gaussian processes of years, (year, hour), each of mean 0 and variance 1."""

    warmth: Array
    clearness: Array
    dryness: Array
    wind: Array
    cloud: Array
    swing: Array
    hour: Array


def _lags(scale: float) -> Array:
    """Distance of the hours of a year from its first, the shorter way round, over a scale in hours."""
    hours = np.arange(YEAR_HOURS, dtype=np.float64)
    return np.minimum(hours, YEAR_HOURS - hours) / scale


def _smooth(scale: float) -> Array:
    """Autocorrelation (1 + t / l) exp(-t / l), that of a process with a slope (Matern, 3/2)."""
    lag = _lags(scale)
    return np.asarray((1.0 + lag) * np.exp(-lag))


def _rough(scale: float) -> Array:
    """Autocorrelation exp(-t / l), that of a process without (first-order autoregression)."""
    return np.asarray(np.exp(-_lags(scale)))


def _single() -> Array:
    """Autocorrelation of values that have nothing to do with one another."""
    return np.asarray((_lags(1.0) == 0.0).astype(np.float64))


@lru_cache(maxsize=4)
def _filters(c: Coefficients) -> Array:
    """Square roots of the spectra of the seven processes. (process, frequency)."""
    warmth = (1.0 - c.slow_share) * _smooth(HOURS * c.synoptic_days) + c.slow_share * _rough(HOURS * c.slow_days)
    wind = (1.0 - c.gust_share) * _rough(c.wind_hours) + c.gust_share * _single()
    others = (
        _smooth(HOURS * c.clearness_days), _smooth(HOURS * c.dryness_days), wind, _rough(c.cloud_hours), _smooth(HOURS * c.range_days),
        _rough(c.hour_scale),
    )  # fmt: skip
    return np.asarray(np.sqrt(np.maximum(np.fft.rfft(np.array((warmth, *others)), axis=-1).real, 0.0)))


def noise_of(c: Coefficients, name: str, seed: int, years: Sequence[int]) -> Noise:
    """The processes of years; each year has a stream of its own, made of its number, the seed and the place's name alone."""
    filters = _filters(c)
    white = np.empty((len(years), len(filters), YEAR_HOURS))
    for place, year in enumerate(years):
        key = blake2b(f"{seed}\x1f{name}\x1f{year}".encode(), digest_size=16).digest()
        np.random.Generator(np.random.PCG64(int.from_bytes(key, "little"))).standard_normal(out=white[place])
    made = np.fft.irfft(np.fft.rfft(white, axis=-1) * filters, n=YEAR_HOURS, axis=-1)
    return Noise(*(np.ascontiguousarray(made[:, process]) for process in range(len(filters))))
