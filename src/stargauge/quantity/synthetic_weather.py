"""Seeded synthetic years of hourly weather from a place's monthly normals: heat, humidity, sun and wind together.

A year is a set of random processes along its hours, correlated with one another, laid over the normals' yearly and daily cycles:

T = m + s X + r (u S+ - v S-) + e R Y6                                                  (1)
r = 1 + a (k - K) + b Y5                                                                (2)
X = Y0,  z_k = c X + sqrt(1 - c^2) Y1,  z_D = alpha X + beta z_k + gamma Y2             (3)

m: yearly cycle through the monthly means; S: what the shape of the day lies above (+) and below (-) its mean; R: usual swing of the day;
r: how much of it there is, more under a clear sky (clearness k, usually K); D: how far the dew point lies below. Y: Gaussian processes of
given autocorrelation; k is logit-normal in z_k, D Weibull in z_D, the wind Weibull in X and Y3; Y4 parts the day's sun among its hours.

u, v, s, K, mean and spread of D, and how far warm is dry, are set so that reference years, the same for every place, have the normals'
mean daily maximum and minimum, hottest hour, sun, dew point and highest wet bulb. Monthly mean temperatures hold by construction.

Sources: mean-preserving cycle, Rymes and Myers (2001), Solar Energy 71; shape of the day, Parton and Logan (1981), Agricultural Meteorology
23, with coefficients of the catalogue; daily to hourly sun, Collares-Pereira and Rabl (1979), Solar Energy 22; diffuse share, Erbs, Klein
and Duffie (1982), Solar Energy 28; sun's path, Spencer (1971), Search 2; processes of an autocorrelation, Dietrich and Newsam (1997), SIAM
J. Sci. Comput. 18. Leaves out: changes of pressure (it is that of the elevation), fronts and storms as events, rain and snow, a climate
that warms, ties between places, and between the end of one year and the start of the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from math import gamma
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.errors import InputError
from stargauge.quantity.normal import normal_cdf
from stargauge.quantity.psychrometrics import pressure_at, wet_bulb
from stargauge.quantity.weather import YEAR_HOURS, Weather

Array = NDArray[np.float64]
Months = tuple[float, ...]

DAYS, HOURS, MONTHS = 365, 24, 12
_LENGTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_STARTS = np.concatenate([[0], np.cumsum(_LENGTHS)[:-1]])
_MIDDLES = _STARTS + _LENGTHS / 2.0
#: Years on which the free parameters are set, and how often they are set anew.
_REFERENCE_YEARS, _ROUNDS = 16, 5
#: Steps of the correlation of warmth and dryness, and of the spread of dryness (log), per kelvin that the highest wet bulb is off, 1/K.
_TIE, _EVEN = 0.2, 0.1
_REFERENCE = "reference"
#: Power of the sun outside the air on a plane that faces it, W/m2 (WMO).
_SOLAR = 1367.0
#: Parts of an hour in which the sun's path is followed, and the cosine of the zenith angle below which no direct sun is told apart.
_PARTS, _LOWEST_SUN = 6, 0.05
#: Power of the spread over the mean that is one over the shape of a Weibull distribution (Justus and others, 1978).
_WEIBULL = 1.086


class Normals(NamedTuple):
    """What is known of a place, of each month from January; NaN where nobody says. Temperatures in degC."""

    mean: Months
    """Mean temperature."""
    daily_max: Months
    """Mean of the days' highest temperatures."""
    daily_min: Months
    """Mean of the days' lowest temperatures."""
    hottest: Months
    """Hottest hour of the month, in `hottest_years` years."""
    dew_point: Months
    """Mean dew point."""
    sun: Months
    """Mean sun on a horizontal plane by day and night, W/m2."""
    wind: Months
    """Mean wind, m/s."""
    wet_bulb_max: Months
    """Highest wet bulb of the month, in `hottest_years` years."""
    hottest_years: float
    latitude: float
    longitude: float
    utc_offset: float
    elevation: float
    wind_height: float
    name: str


class Coefficients(NamedTuple):
    """How weather varies about its normals, the same everywhere."""

    peak_lag: float
    """Hours from noon to the warmest hour, less `trough_lag` (a of Parton and Logan)."""
    night_decay: float
    """How fast it cools at night (b of Parton and Logan)."""
    trough_lag: float
    """Hours from sunrise to the coldest hour (c of Parton and Logan)."""
    synoptic_days: float
    """Scale of the weather's changes, days."""
    slow_share: float
    """Share of the variance that changes over weeks: warm and cold spells and seasons."""
    slow_days: float
    hour_spread: float
    """Spread of the hours about the day's shape, share of the day's usual swing."""
    hour_scale: float
    spread_least: float
    """Spread of the temperature about its normal where there are no seasons, K."""
    spread_by_season: float
    """More spread per half the yearly range of the monthly means, K/K."""
    spread_in_warmth: float
    """Less spread per degree that a month is warmer than the middle of the year, K/K."""
    hottest_weight: float
    """How far the hottest hour decides the spread; the rest is that of the seasons."""
    range_by_clearness: float
    """Daily swing per clearness, share of the mean swing."""
    range_spread: float
    """Further spread of the daily swing, share of the mean swing."""
    range_days: float
    clearness_least: float
    """Share of the sun outside the air that reaches the ground on the darkest days."""
    clearness_most: float
    """The same on the clearest days."""
    clearness_spread: float
    """Spread of the clearness on the scale of log odds between the two."""
    clearness_days: float
    hour_most: float
    """Share of the sun outside the air that reaches the ground in the clearest hours."""
    cloud_spread: float
    """Spread of the sun between the hours of an overcast day (log); none on the clearest."""
    cloud_hours: float
    warmth_clearness: float
    """Correlation of temperature and clearness where there is no sun."""
    warmth_clearness_by_sun: float
    """How much more it is per share of the sun's full power that a day's mean outside the air is."""
    warmth_dryness: float
    """Correlation of temperature and dew-point depression where there is no sun."""
    warmth_dryness_by_sun: float
    clearness_dryness: float
    """Correlation of clearness and dew-point depression."""
    dryness_spread: float
    """Spread of the dew-point depression: this times the mean depression (K) to a power."""
    dryness_power: float
    dryness_days: float
    wind_shape: float
    """Shape of the Weibull distribution of the wind over the square root of its mean in m/s."""
    wind_hours: float
    gust_share: float
    """Share of the wind's variance that changes from hour to hour."""
    wind_diurnal: float
    """Swing of the wind over the day, share of its mean."""
    wind_peak: float
    """Solar hour of the strongest wind."""
    wind_warmth: float
    """Correlation of wind and temperature."""
    sun_by_range: float
    """Share of the sun outside the air per square root of the daily swing (K), where no sun is known."""
    dew_point_below_minimum: float
    """Dew point below the daily minimum where no humidity is known, K."""
    range_usual: float
    """Daily swing where none is known, K."""


class _Fit(NamedTuple):
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


class _Noise(NamedTuple):
    """Gaussian processes of years, (year, hour), each of mean 0 and variance 1."""

    warmth: Array
    clearness: Array
    dryness: Array
    wind: Array
    cloud: Array
    swing: Array
    hour: Array


class _Sky(NamedTuple):
    """The sun's path at a place, in the local standard time."""

    cosine: Array
    """Mean cosine of the zenith angle over each hour, 0 below the horizon. (day, hour)."""
    outside: Array
    """Sun on a horizontal plane outside the air, W/m2. (day, hour)."""
    share: Array
    """How a day's sun falls on its hours, in proportion. (day, hour)."""
    daylight: Array
    """Hours between sunrise and sunset. (day,)."""
    noon: Array
    """Hour of the sun's highest place. (day,)."""


class _Site(NamedTuple):
    """What of a place no parameter changes, at every hour of a year."""

    sky: _Sky
    mean: Array
    """Yearly cycle of the temperature."""
    season: Array
    """Mean sun of the day outside the air over its full power."""
    up: Array
    down: Array
    """What the shape of the day lies above and below its mean."""
    range: Array
    """Mean swing of the day, K."""
    outside: Array
    """Mean sun on a horizontal plane outside the air of each month, W/m2. (month,)."""


class _Made(NamedTuple):
    """Hours of years, (year, hour): temperatures in degC and the day's clearness."""

    dry_bulb: Array
    dew_point: Array
    clearness: Array


# --- cycles -----------------------------------------------------------------------------------------------------------------------


def _weights() -> Array:
    """Shares with which the values at the middles of months make each hour's, linear in between, round the year. (hour, month)."""
    days = (np.arange(YEAR_HOURS) + 0.5) / HOURS
    middles = np.concatenate([[_MIDDLES[-1] - DAYS], _MIDDLES, [_MIDDLES[0] + DAYS]])
    after = np.searchsorted(middles, days)
    share = (days - middles[after - 1]) / (middles[after] - middles[after - 1])
    out = np.zeros((YEAR_HOURS, MONTHS))
    out[np.arange(YEAR_HOURS), (after - 2) % MONTHS] += 1.0 - share
    out[np.arange(YEAR_HOURS), (after - 1) % MONTHS] += share
    return out


_WEIGHTS = _weights()


def by_month(hours: Array) -> Array:
    """Means of each month, over the last axis. (..., hour) -> (..., month)."""
    return np.asarray(np.add.reduceat(hours, HOURS * _STARTS, axis=-1) / (HOURS * _LENGTHS))


#: Monthly means of those shares: what the values at the middles of months make of each month. (month, month).
_NODES = by_month(_WEIGHTS.T).T


def yearly_cycle(months: Array) -> Array:
    """Values at every hour, linear between the middles of months, whose monthly means are exactly those given. (month,) -> (hour,)."""
    return np.asarray(_WEIGHTS @ np.linalg.solve(_NODES, months))


def _between(months: Array) -> Array:
    """Values at every hour, linear between the middles of months and never beyond theirs; monthly means hold only nearly."""
    return np.asarray(_WEIGHTS @ months)


def _by_day(hours: Array) -> Array:
    return hours.reshape(*hours.shape[:-1], DAYS, HOURS)


def _sky(latitude: float, longitude: float, utc_offset: float) -> _Sky:
    """The sun's path by Spencer's series for declination, equation of time and distance, in steps of ten minutes."""
    angle = 2.0 * np.pi * np.arange(DAYS) / DAYS
    cos, sin = [np.cos(k * angle) for k in range(4)], [np.sin(k * angle) for k in range(4)]
    declination = 0.006918 - 0.399912 * cos[1] + 0.070257 * sin[1] - 0.006758 * cos[2] + 0.000907 * sin[2]
    declination = declination - 0.002697 * cos[3] + 0.00148 * sin[3]
    minutes = 229.18 * (0.000075 + 0.001868 * cos[1] - 0.032077 * sin[1] - 0.014615 * cos[2] - 0.04089 * sin[2])
    nearness = 1.00011 + 0.034221 * cos[1] + 0.00128 * sin[1] + 0.000719 * cos[2] + 0.000077 * sin[2]
    noon = 12.0 - (longitude / 15.0 - utc_offset) - minutes / 60.0
    sunset = np.arccos(np.clip(-np.tan(np.radians(latitude)) * np.tan(declination), -1.0, 1.0))
    turn = np.pi / 12.0 * ((np.arange(HOURS * _PARTS) + 0.5) / _PARTS - noon[:, None])
    height = np.sin(np.radians(latitude)) * np.sin(declination)
    swing = np.cos(np.radians(latitude)) * np.cos(declination)
    above = np.maximum(height[:, None] + swing[:, None] * np.cos(turn), 0.0)
    level, rise = 0.409 + 0.5016 * np.sin(sunset - np.pi / 3.0), 0.6609 - 0.4767 * np.sin(sunset - np.pi / 3.0)
    share = above * np.maximum(level[:, None] + rise[:, None] * np.cos(turn), 0.0)
    cosine, share = (part.reshape(DAYS, HOURS, _PARTS).mean(axis=2) for part in (above, share))
    return _Sky(cosine, _SOLAR * nearness[:, None] * cosine, share, sunset * 24.0 / np.pi, noon)


def _day_shape(sky: _Sky, c: Coefficients) -> Array:
    """Temperature between the day's lowest (0) and highest (1): a sine from after sunrise to sunset, then decay. (day, hour).

    The decay is brought to nothing at the next trough. Days are taken as no shorter than 2 hours of light and no longer than 22.
    """
    light = np.clip(sky.daylight, 2.0, 22.0)[:, None]
    since = np.mod(np.arange(HOURS) + 0.5 - (sky.noon[:, None] - light / 2.0 + c.trough_lag), HOURS)
    warming = light - c.trough_lag
    day = np.sin(np.pi * np.minimum(since, warming) / (light + 2.0 * c.peak_lag))
    dusk = np.sin(np.pi * warming / (light + 2.0 * c.peak_lag))
    night = np.maximum(since - warming, 0.0) / (HOURS - warming)
    fallen = (np.exp(-c.night_decay * night) - np.exp(-c.night_decay)) / (1.0 - np.exp(-c.night_decay))
    return np.asarray(np.where(since <= warming, day, dusk * fallen))


# --- processes --------------------------------------------------------------------------------------------------------------------


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


def _noise(c: Coefficients, name: str, seed: int, years: Sequence[int]) -> _Noise:
    """The processes of years; each year has a stream of its own, made of its number, the seed and the place's name alone."""
    filters = _filters(c)
    white = np.empty((len(years), len(filters), YEAR_HOURS))
    for place, year in enumerate(years):
        key = blake2b(f"{seed}\x1f{name}\x1f{year}".encode(), digest_size=16).digest()
        np.random.Generator(np.random.PCG64(int.from_bytes(key, "little"))).standard_normal(out=white[place])
    made = np.fft.irfft(np.fft.rfft(white, axis=-1) * filters, n=YEAR_HOURS, axis=-1)
    return _Noise(*(np.ascontiguousarray(made[:, process]) for process in range(len(filters))))


# --- temperature and humidity -----------------------------------------------------------------------------------------------------


def _site(n: Normals, c: Coefficients) -> _Site:
    sky = _sky(n.latitude, n.longitude, n.utc_offset)
    shape = _day_shape(sky, c)
    centred = (shape - shape.mean(axis=1, keepdims=True)).ravel()
    season = np.repeat(sky.outside.mean(axis=1) / _SOLAR, HOURS)
    up, down = np.maximum(centred, 0.0), np.maximum(-centred, 0.0)
    swing = _between(np.array(n.daily_max) - np.array(n.daily_min))
    return _Site(sky, yearly_cycle(np.array(n.mean)), season, up, down, swing, by_month(sky.outside.ravel()))


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


def _temperatures(site: _Site, fit: _Fit, noise: _Noise, c: Coefficients) -> _Made:
    """(1) to (3) of the module, at every hour."""
    tied = np.clip(c.warmth_clearness + c.warmth_clearness_by_sun * site.season, -0.9, 0.9)
    sky = tied * noise.warmth + np.sqrt(1.0 - tied**2) * noise.clearness
    odds = _between(_log_odds(fit.clearness, c)) + c.clearness_spread * sky
    clearness = c.clearness_least + (c.clearness_most - c.clearness_least) / (1.0 + np.exp(-odds))
    swing = 1.0 + c.range_by_clearness * (clearness - _between(fit.clearness)) + c.range_spread * noise.swing
    wave = _by_day(_between(fit.up) * site.up - _between(fit.down) * site.down)
    wave = (wave - wave.mean(axis=-1, keepdims=True)).ravel()
    smooth = site.mean + _between(fit.spread) * noise.warmth
    dry_bulb = smooth + np.maximum(swing, 0.0) * wave + c.hour_spread * site.range * noise.hour
    dew_point = np.minimum(smooth - _depression(site, fit, noise, sky, tied, c), dry_bulb)
    return _Made(dry_bulb, dew_point, clearness)


def _depression(site: _Site, fit: _Fit, noise: _Noise, sky: Array, tied: Array, c: Coefficients) -> Array:
    """Dew point below the day's level of the temperature, Weibull; alpha and beta of (3) from the correlations wanted."""
    with_warmth = np.clip(c.warmth_dryness + c.warmth_dryness_by_sun * site.season + _between(fit.tie), -0.75, 0.9)
    alpha = (with_warmth - tied * c.clearness_dryness) / (1.0 - tied**2)
    beta = (c.clearness_dryness - tied * with_warmth) / (1.0 - tied**2)
    rest = np.sqrt(np.maximum(1.0 - alpha * with_warmth - beta * c.clearness_dryness, 0.0))
    dry = alpha * noise.warmth + beta * sky + rest * noise.dryness
    power = (c.dryness_spread * fit.even * fit.dryness ** (c.dryness_power - 1.0)) ** _WEIBULL
    scale = fit.dryness / np.array([gamma(1.0 + one) for one in power])
    return np.asarray(_between(scale) * _weibull(dry, _between(power)))


def _weibull(process: Array, power: Array | float) -> Array:
    """Gaussian values as those of a Weibull distribution of scale 1 and shape 1 / power."""
    return np.asarray((-np.log(np.maximum(normal_cdf(-process), 1e-300))) ** power)


# --- sun and wind -----------------------------------------------------------------------------------------------------------------


def _sun(site: _Site, clearness: Array, cloud: Array, c: Coefficients) -> tuple[Array, Array, Array]:
    """Global, direct and diffuse sun of every hour, W/m2. (year, hour)."""
    of_day = _by_day(clearness).mean(axis=-1, keepdims=True)
    broken = c.cloud_spread * (c.clearness_most - of_day) / (c.clearness_most - c.clearness_least)
    share = site.sky.share * np.exp(broken * _by_day(cloud))
    total = share.sum(axis=-1, keepdims=True)
    outside = site.sky.outside
    share /= np.where(total > 0.0, total, 1.0)
    overall = np.minimum(of_day * outside.sum(axis=-1)[:, None] * share, c.hour_most * outside)
    ratio = overall / np.where(outside > 0.0, outside, 1.0)
    diffuse = overall * _diffuse_share(ratio)
    cosine = site.sky.cosine
    direct = np.where(cosine > _LOWEST_SUN, (overall - diffuse) / np.maximum(cosine, _LOWEST_SUN), 0.0)
    diffuse = np.maximum(overall - direct * cosine, 0.0)
    shape = clearness.shape
    return overall.reshape(shape), direct.reshape(shape), diffuse.reshape(shape)


def _diffuse_share(ratio: Array) -> Array:
    """Share of the sun that comes from the sky, of hourly clearness (Erbs, Klein and Duffie, 1982, equation 1)."""
    middle = 0.9511 + ratio * (-0.1604 + ratio * (4.388 + ratio * (-16.638 + 12.336 * ratio)))
    return np.asarray(np.where(ratio <= 0.22, 1.0 - 0.09 * ratio, np.where(ratio <= 0.8, middle, 0.165)))


def _wind(n: Normals, site: _Site, noise: _Noise, c: Coefficients) -> Array:
    """Wind of every hour: a Weibull distribution about a mean that swings with month and time of day, m/s. (year, hour)."""
    rest = np.sqrt(max(1.0 - c.wind_warmth**2, 0.0))
    process = c.wind_warmth * noise.warmth + rest * noise.wind
    hour = np.arange(HOURS) + 0.5 - (site.sky.noon[:, None] - 12.0) - c.wind_peak
    mean = np.maximum(np.array(n.wind), 0.1)
    power = 1.0 / (c.wind_shape * np.sqrt(mean))
    scale = mean / np.array([gamma(1.0 + one) if np.isfinite(one) else np.nan for one in power])
    by_hour = (1.0 + c.wind_diurnal * np.cos(np.pi / 12.0 * hour)).ravel()
    return np.asarray(_between(scale) * by_hour * _weibull(process, _between(power)))


# --- free parameters --------------------------------------------------------------------------------------------------------------


def _filled(n: Normals, c: Coefficients) -> tuple[Normals, tuple[str, ...]]:
    """Normals with what is missing estimated from what is known, and what was so. Raises InputError where that cannot be done.

    Daily swing: the catalogue's usual one. Dew point: the mean daily minimum less the catalogue's difference (Allen and others, 1998, FAO
    Irrigation and Drainage Paper 56, annex 6). Sun: k sqrt(swing) of that outside the air (there, equation 50). Wind is never estimated.
    """
    missing = [month + 1 for month, value in enumerate(n.mean) if not np.isfinite(value)]
    if missing:
        raise InputError(f"no mean temperature of {n.name} for the months {', '.join(map(str, missing))}: no weather can be made")
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
        outside = by_month(_sky(n.latitude, n.longitude, n.utc_offset).outside.ravel())
        sun = np.where(np.isfinite(sun), sun, c.sun_by_range * np.sqrt(np.maximum(high - low, 0.0)) * outside)
    if not np.isfinite(n.hottest).all():
        notes.append("hottest hours are not known of every month: spread between days by the seasons alone")
    if not np.isfinite(n.wind).all():
        notes.append("wind is not known of every month: no wind there")
    filled = n._replace(daily_max=tuple(high), daily_min=tuple(low), dew_point=tuple(dew), sun=tuple(sun))
    return filled, tuple(notes)


@lru_cache(maxsize=1)
def _reference(c: Coefficients) -> _Noise:
    return _noise(c, _REFERENCE, 0, range(_REFERENCE_YEARS))


def _month_means(days: Array) -> Array:
    """Means of each month over its days and all years. (year, day) -> (month,)."""
    return np.asarray((np.add.reduceat(days, _STARTS, axis=-1) / _LENGTHS).mean(axis=0))


def _above_usual(values: Array, usual: Array, years: int) -> Array:
    """Mean over spells of years of each month's largest value above its usual one. (year, day) -> (month,)."""
    spells = len(values) // years
    tops, means = (part[: spells * years].reshape(spells, years, DAYS) for part in (values, usual))
    top = np.maximum.reduceat(tops, _STARTS, axis=-1).max(axis=1)
    return np.asarray((top - (np.add.reduceat(means, _STARTS, axis=-1) / _LENGTHS).mean(axis=1)).mean(axis=0))


def _wettest_above_usual(made: _Made, pressure: float, years: int) -> Array:
    """Each month's highest wet bulb above its mean daily high; taken in the warmest hour of each day. (month,)."""
    hours, dew = _by_day(made.dry_bulb), _by_day(made.dew_point)
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
def _fitted(n: Normals, c: Coefficients) -> _Fit:
    """Free parameters with which the reference years have the normals' daily highs and lows, hottest hours, dew points and sun."""
    site, noise = _site(n, c), _reference(c)
    mean, high, low, dew = (np.array(part) for part in (n.mean, n.daily_max, n.daily_min, n.dew_point))
    seasonal, sun = _spread_by_season(n, c), np.array(n.sun)
    weight = np.where(np.isfinite(n.hottest), c.hottest_weight, 0.0)
    told = seasonal.copy()
    lit, spell, pressure = np.maximum(site.outside, 1.0), max(int(n.hottest_years), 1), float(pressure_at(np.array(n.elevation)))
    fit = _Fit(
        (high - mean) / site.up.max(), (mean - low) / site.down.max(), seasonal, np.maximum(mean - dew, 0.5), sun / lit,
        np.zeros(MONTHS), np.ones(MONTHS),
    )  # fmt: skip
    for _ in range(_ROUNDS):
        made = _temperatures(site, fit, noise, c)
        hours = _by_day(made.dry_bulb)
        highs, usual = hours.max(axis=-1), hours.mean(axis=-1)
        above, below = _month_means(highs - usual), _month_means(usual - hours.min(axis=-1))
        hottest = np.maximum(np.array(n.hottest) - high, 0.1) / _above_usual(highs, highs, spell)
        told = np.where(weight > 0.0, told * _rounded(np.where(weight > 0.0, hottest, 1.0)), seasonal)
        damp = _rounded(np.nan_to_num(_wettest_above_usual(made, pressure, spell) - (np.array(n.wet_bulb_max) - high)))
        got = by_month(_sun(site, made.clearness, noise.cloud, c)[0]).mean(axis=0)
        fit = _Fit(
            fit.up * np.clip((high - mean) / above, 0.5, 2.0),
            fit.down * np.clip((mean - low) / below, 0.5, 2.0),
            seasonal ** (1.0 - weight) * told**weight,
            np.maximum(fit.dryness + (mean - dew) - by_month(made.dry_bulb - made.dew_point).mean(axis=0), 0.2),
            np.clip(fit.clearness * sun / np.maximum(got, 1e-3), c.clearness_least, c.clearness_most),
            np.clip(fit.tie + _TIE * damp, -1.0, 1.0),
            np.clip(fit.even * np.exp(-_EVEN * damp), 0.5, 1.5),
        )
    return fit


def synthetic_weather(normals: Normals, c: Coefficients, seed: int, years: Sequence[int] = (0,), typical: bool = False) -> Weather:
    """Synthetic years of a place, one after the other; a year is the same bits whatever other years are asked for with it.

    `years` are their numbers, any whole numbers: with the seed and the place's name they decide all that is random. `typical`: every
    month has exactly the normals' mean temperature, as a typical year for energy and cost; without it months are warm or cold as they
    happen to be, as reliability needs. Raises InputError where no mean temperature is known, and where no year is asked for.
    """
    if not years:
        raise InputError("no year of weather is asked for; give at least one number of a year")
    filled, notes = _filled(normals, c)
    site, fit = _site(filled, c), _fitted(filled, c)
    # one year at a time: the bits of a sum or a transform may depend on how many are done at once
    made = [_year(filled, site, fit, _noise(c, normals.name, seed, (year,)), c, typical) for year in years]
    dry_bulb, dew_point, sun, direct, diffuse, wind = (np.concatenate(part) for part in zip(*made, strict=True))
    pressure = np.full(dry_bulb.shape, pressure_at(np.array(normals.elevation)))
    return Weather(
        dry_bulb, dew_point, pressure, sun, direct, diffuse, wind,
        normals.latitude, normals.longitude, normals.utc_offset, normals.elevation, normals.wind_height, normals.name,
        "synthetic", tuple(years), notes,
    )  # fmt: skip


def _year(n: Normals, site: _Site, fit: _Fit, noise: _Noise, c: Coefficients, typical: bool) -> tuple[Array, ...]:
    """Dry bulb, dew point, global, direct and diffuse sun, and wind of the hours of one year."""
    made = _temperatures(site, fit, noise, c)
    off = yearly_cycle(by_month(made.dry_bulb[0]) - np.array(n.mean)) if typical else 0.0
    sun, direct, diffuse = _sun(site, made.clearness, noise.cloud, c)
    wind = _wind(n, site, noise, c)
    return made.dry_bulb[0] - off, made.dew_point[0] - off, sun[0], direct[0], diffuse[0], wind[0]
