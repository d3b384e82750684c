"""From normals to parameters: what is missing of them, and free parameters with which reference years have their highs and spells."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.errors import InputError
from stargauge.quantity.hall.psychrometrics import pressure_at, wet_bulb
from stargauge.quantity.spoken import say
from stargauge.quantity.weather.weather_cycles import DAYS, LENGTHS, MONTHS, STARTS, by_day, by_month, site_of, sky_of
from stargauge.quantity.weather.weather_normals import Coefficients, Normals
from stargauge.quantity.weather.weather_processes import Noise, noise_of
from stargauge.quantity.weather.weather_series import Fit, Made, sun_of, temperatures

Array = NDArray[np.float64]

#: Years on which the free parameters are set, and how often they are set anew.
_REFERENCE_YEARS, _ROUNDS = 16, 5
#: Steps of the correlation of warmth and dryness, and of the spread of dryness (log), per kelvin that the highest wet bulb is off, 1/K.
_TIE, _EVEN = 0.2, 0.1
_REFERENCE = "reference"


def filled(n: Normals, c: Coefficients) -> tuple[Normals, tuple[str, ...]]:
    """Normals with what is missing estimated from what is known, and what was so. Raises InputError where that cannot be done.

    Daily swing: the catalogue's usual one. Dew point: the mean daily minimum less the catalogue's difference (Allen and others, 1998, FAO
    Irrigation and Drainage Paper 56, annex 6). Sun: k sqrt(swing) of that outside the air (there, equation 50). Wind is never estimated.
    """
    missing = [month + 1 for month, value in enumerate(n.mean) if not np.isfinite(value)]
    if missing:
        raise InputError(
            say(
                "no mean temperature of {name} for the months {missing}: no weather can be made",
                name=n.name,
                missing=", ".join(map(str, missing)),
            )
        )
    notes: list[str] = []
    mean, high, low = (np.array(part) for part in (n.mean, n.daily_max, n.daily_min))
    if not np.isfinite(high + low).all():
        notes.append(f"daily highs and lows are not known of every month: taken {c.range_usual:g} K apart")
        high, low = (np.where(np.isfinite(part), part, mean + side * c.range_usual / 2.0) for part, side in ((high, 1.0), (low, -1.0)))
    dew, sun = np.array(n.dew_point), np.array(n.sun)
    if not np.isfinite(dew).all():
        notes.append("humidity is not known of every month: dew point estimated from the daily minimum (FAO-56)")
        dew = np.where(np.isfinite(dew), dew, low - c.dew_point_below_minimum)
    if not np.isfinite(sun).all():
        notes.append("sun is not known of every month: estimated from the daily swing of the temperature (Hargreaves, FAO-56)")
        outside = by_month(sky_of(n.latitude, n.longitude, n.utc_offset).outside.ravel())
        sun = np.where(np.isfinite(sun), sun, c.sun_by_range * np.sqrt(np.maximum(high - low, 0.0)) * outside)
    if not np.isfinite(n.hottest).all():
        notes.append("hottest hours are not known of every month: spread between days by the seasons alone")
    if not np.isfinite(n.wind).all():
        notes.append("wind is not known of every month: no wind there")
    return n._replace(daily_max=tuple(high), daily_min=tuple(low), dew_point=tuple(dew), sun=tuple(sun)), tuple(notes)


@lru_cache(maxsize=1)
def _reference(c: Coefficients) -> Noise:
    return noise_of(c, _REFERENCE, 0, range(_REFERENCE_YEARS))


def _month_means(days: Array) -> Array:
    """Means of each month over its days and all years. (year, day) -> (month,)."""
    return np.asarray((np.add.reduceat(days, STARTS, axis=-1) / LENGTHS).mean(axis=0))


def _above_usual(values: Array, usual: Array, years: int) -> Array:
    """Mean over spells of years of each month's largest value above its usual one. (year, day) -> (month,)."""
    spells = len(values) // years
    tops, means = (part[: spells * years].reshape(spells, years, DAYS) for part in (values, usual))
    top = np.maximum.reduceat(tops, STARTS, axis=-1).max(axis=1)
    return np.asarray((top - (np.add.reduceat(means, STARTS, axis=-1) / LENGTHS).mean(axis=1)).mean(axis=0))


def _wettest_above_usual(made: Made, pressure: float, years: int) -> Array:
    """Each month's highest wet bulb above its mean daily high; taken in the warmest hour of each day. (month,)."""
    hours, dew = by_day(made.dry_bulb), by_day(made.dew_point)
    warmest = hours.argmax(axis=-1)[..., None]
    highs, dew = (np.take_along_axis(part, warmest, axis=-1)[..., 0] for part in (hours, dew))
    return _above_usual(wet_bulb(highs, dew, np.array(pressure)), highs, years)


def _rounded(months: Array) -> Array:
    """Each month with half the weight, its neighbours with a quarter each: one hottest hour says little of a month alone."""
    return np.asarray(0.5 * months + 0.25 * (np.roll(months, 1) + np.roll(months, -1)))


def _spread_by_season(n: Normals, c: Coefficients) -> Array:
    """Spread of the temperature about its normal that the seasons alone suggest, K. (month,)."""
    mean = np.array(n.mean)
    half, middle = (mean.max() - mean.min()) / 2.0, (mean.max() + mean.min()) / 2.0
    return np.asarray(np.maximum(c.spread_least + c.spread_by_season * half - c.spread_in_warmth * (mean - middle), c.spread_least))


@lru_cache(maxsize=64)
def fitted(n: Normals, c: Coefficients) -> Fit:
    """Free parameters with which the reference years have the normals' daily highs and lows, hottest hours, dew points and sun."""
    site, noise = site_of(n, c), _reference(c)
    mean, high, low, dew = (np.array(part) for part in (n.mean, n.daily_max, n.daily_min, n.dew_point))
    seasonal, sun = _spread_by_season(n, c), np.array(n.sun)
    weight = np.where(np.isfinite(n.hottest), c.hottest_weight, 0.0)
    told = seasonal.copy()
    lit, spell, pressure = np.maximum(site.outside, 1.0), max(int(n.hottest_years), 1), float(pressure_at(np.array(n.elevation)))
    fit = Fit(
        (high - mean) / site.up.max(), (mean - low) / site.down.max(), seasonal, np.maximum(mean - dew, 0.5), sun / lit,
        np.zeros(MONTHS), np.ones(MONTHS),
    )  # fmt: skip
    for _ in range(_ROUNDS):
        made = temperatures(site, fit, noise, c)
        hours = by_day(made.dry_bulb)
        highs, usual = hours.max(axis=-1), hours.mean(axis=-1)
        above, below = _month_means(highs - usual), _month_means(usual - hours.min(axis=-1))
        hottest = np.maximum(np.array(n.hottest) - high, 0.1) / _above_usual(highs, highs, spell)
        told = np.where(weight > 0.0, told * _rounded(np.where(weight > 0.0, hottest, 1.0)), seasonal)
        damp = _rounded(np.nan_to_num(_wettest_above_usual(made, pressure, spell) - (np.array(n.wet_bulb_max) - high)))
        got = by_month(sun_of(site, made.clearness, noise.cloud, c)[0]).mean(axis=0)
        fit = Fit(
            fit.up * np.clip((high - mean) / above, 0.5, 2.0),
            fit.down * np.clip((mean - low) / below, 0.5, 2.0),
            seasonal ** (1.0 - weight) * told**weight,
            np.maximum(fit.dryness + (mean - dew) - by_month(made.dry_bulb - made.dew_point).mean(axis=0), 0.2),
            np.clip(fit.clearness * sun / np.maximum(got, 1e-3), c.clearness_least, c.clearness_most),
            np.clip(fit.tie + _TIE * damp, -1.0, 1.0),
            np.clip(fit.even * np.exp(-_EVEN * damp), 0.5, 1.5),
        )
    return fit
