"""The hours that processes make of a place: temperature and humidity, sun, wind. Formulas: `synthetic_weather`."""

from __future__ import annotations

from math import gamma
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.power.sun import split_sun
from stargauge.quantity.statistics.normal import normal_cdf
from stargauge.quantity.weather.weather_cycles import HOURS, Site, between, by_day
from stargauge.quantity.weather.weather_normals import Coefficients, Normals
from stargauge.quantity.weather.weather_processes import Noise

Array = NDArray[np.float64]

#: Power of the spread over the mean that is one over the shape of a Weibull distribution (Justus and others, 1978).
_WEIBULL = 1.086


class Fit(NamedTuple):
    """Free parameters of a place, (month,): swing up and down from the mean of the day, spread, depression and clearness."""

    up: Array
    down: Array
    spread: Array
    dryness: Array
    clearness: Array
    tie: Array
    """More correlation of warmth and dryness than usual: hot days that are dry keep the wet bulb low."""
    even: Array
    """Spread of the depression over the usual one: as much as the correlation leaves to be explained of the highest wet bulb."""


class Made(NamedTuple):
    """Hours of years, (year, hour): temperatures in degC and the day's clearness."""

    dry_bulb: Array
    dew_point: Array
    clearness: Array


def _log_odds(clearness: Array, c: Coefficients) -> Array:
    """Middle of the log odds whose given spread leads to a mean clearness: bisection over Gauss-Hermite points."""
    points, weights = np.polynomial.hermite_e.hermegauss(21)
    share = np.clip((clearness - c.clearness_least) / (c.clearness_most - c.clearness_least), 0.02, 0.98)
    low, high = np.full(share.shape, -9.0), np.full(share.shape, 9.0)
    for _ in range(50):
        middle = (low + high) / 2.0
        odds = middle[:, None] + c.clearness_spread * points
        got = (1.0 / (1.0 + np.exp(-odds))) @ (weights / weights.sum())
        low, high = np.where(got < share, middle, low), np.where(got < share, high, middle)
    return np.asarray((low + high) / 2.0)


def temperatures(site: Site, fit: Fit, noise: Noise, c: Coefficients) -> Made:
    """(1) to (3) of the module, at every hour."""
    tied = np.clip(c.warmth_clearness + c.warmth_clearness_by_sun * site.season, -0.9, 0.9)
    sky = tied * noise.warmth + np.sqrt(1.0 - tied**2) * noise.clearness
    odds = between(_log_odds(fit.clearness, c)) + c.clearness_spread * sky
    clearness = c.clearness_least + (c.clearness_most - c.clearness_least) / (1.0 + np.exp(-odds))
    swing = 1.0 + c.range_by_clearness * (clearness - between(fit.clearness)) + c.range_spread * noise.swing
    wave = by_day(between(fit.up) * site.up - between(fit.down) * site.down)
    wave = (wave - wave.mean(axis=-1, keepdims=True)).ravel()
    smooth = site.mean + between(fit.spread) * noise.warmth
    dry_bulb = smooth + np.maximum(swing, 0.0) * wave + c.hour_spread * site.range * noise.hour
    dew_point = np.minimum(smooth - _depression(site, fit, noise, sky, tied, c), dry_bulb)
    return Made(dry_bulb, dew_point, clearness)


def _depression(site: Site, fit: Fit, noise: Noise, sky: Array, tied: Array, c: Coefficients) -> Array:
    """Dew point below the day's level of the temperature, Weibull; alpha and beta of (3) from the correlations wanted."""
    with_warmth = np.clip(c.warmth_dryness + c.warmth_dryness_by_sun * site.season + between(fit.tie), -0.75, 0.9)
    alpha = (with_warmth - tied * c.clearness_dryness) / (1.0 - tied**2)
    beta = (c.clearness_dryness - tied * with_warmth) / (1.0 - tied**2)
    rest = np.sqrt(np.maximum(1.0 - alpha * with_warmth - beta * c.clearness_dryness, 0.0))
    dry = alpha * noise.warmth + beta * sky + rest * noise.dryness
    power = (c.dryness_spread * fit.even * fit.dryness ** (c.dryness_power - 1.0)) ** _WEIBULL
    scale = fit.dryness / np.array([gamma(1.0 + one) for one in power])
    return np.asarray(between(scale) * _weibull(dry, between(power)))


def _weibull(process: Array, power: Array | float) -> Array:
    """Gaussian values as those of a Weibull distribution of scale 1 and shape 1 / power."""
    return np.asarray((-np.log(np.maximum(normal_cdf(-process), 1e-300))) ** power)


def sun_of(site: Site, clearness: Array, cloud: Array, c: Coefficients) -> tuple[Array, Array, Array]:
    """Global, direct and diffuse sun of every hour, W/m2. (year, hour)."""
    of_day = by_day(clearness).mean(axis=-1, keepdims=True)
    broken = c.cloud_spread * (c.clearness_most - of_day) / (c.clearness_most - c.clearness_least)
    share = site.sky.share * np.exp(broken * by_day(cloud))
    total = share.sum(axis=-1, keepdims=True)
    outside = site.sky.outside
    share /= np.where(total > 0.0, total, 1.0)
    overall = np.minimum(of_day * outside.sum(axis=-1)[:, None] * share, c.hour_most * outside)
    shape = clearness.shape
    overall = overall.reshape(shape)
    direct, diffuse = split_sun(overall, site.sky.position)
    return overall, direct, diffuse


def wind_of(n: Normals, site: Site, noise: Noise, c: Coefficients) -> Array:
    """Wind of every hour: a Weibull distribution about a mean that swings with month and time of day, m/s. (year, hour)."""
    rest = np.sqrt(max(1.0 - c.wind_warmth**2, 0.0))
    process = c.wind_warmth * noise.warmth + rest * noise.wind
    hour = np.arange(HOURS) + 0.5 - (site.sky.noon[:, None] - 12.0) - c.wind_peak
    mean = np.maximum(np.array(n.wind), 0.1)
    power = 1.0 / (c.wind_shape * np.sqrt(mean))
    scale = mean / np.array([gamma(1.0 + one) if np.isfinite(one) else np.nan for one in power])
    by_hour = (1.0 + c.wind_diurnal * np.cos(np.pi / 12.0 * hour)).ravel()
    return np.asarray(between(scale) * by_hour * _weibull(process, between(power)))
