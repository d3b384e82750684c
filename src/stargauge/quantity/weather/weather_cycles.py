"""What of a place's weather comes round by itself: the year through its months, the sun's path, and the shape of the day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.power.hourly import MONTH_DAYS
from stargauge.quantity.power.sun import SOLAR_CONSTANT, Position, declination, equation_of_time, outside_sun, sun_position
from stargauge.quantity.weather.weather import YEAR_HOURS
from stargauge.quantity.weather.weather_normals import Coefficients, Normals

Array = NDArray[np.float64]

HOURS, MONTHS = 24, 12
DAYS = YEAR_HOURS // HOURS
LENGTHS = np.array(MONTH_DAYS)
STARTS = np.concatenate([[0], np.cumsum(LENGTHS)[:-1]])
_MIDDLES = STARTS + LENGTHS / 2.0
#: Parts of an hour in which the sun's path is followed.
_PARTS = 6


class Sky(NamedTuple):
    """The sun's path at a place, in the local standard time."""

    position: Position
    """Where it stands in each hour. (hour,)."""
    outside: Array
    """Sun on a horizontal plane outside the air, W/m2. (day, hour)."""
    share: Array
    """How a day's sun falls on its hours, in proportion. (day, hour)."""
    daylight: Array
    """Hours between sunrise and sunset. (day,)."""
    noon: Array
    """Hour of the sun's highest place. (day,)."""


class Site(NamedTuple):
    """What of a place no parameter changes, at every hour of a year."""

    sky: Sky
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
    return np.asarray(np.add.reduceat(hours, HOURS * STARTS, axis=-1) / (HOURS * LENGTHS))


#: Monthly means of those shares: what the values at the middles of months make of each month. (month, month).
_NODES = by_month(_WEIGHTS.T).T


def yearly_cycle(months: Array) -> Array:
    """Values at every hour, linear between the middles of months, whose monthly means are exactly those given. (month,) -> (hour,)."""
    return np.asarray(_WEIGHTS @ np.linalg.solve(_NODES, months))


def between(months: Array) -> Array:
    """Values at every hour, linear between the middles of months and never beyond theirs; monthly means hold only nearly."""
    return np.asarray(_WEIGHTS @ months)


def by_day(hours: Array) -> Array:
    """Hours of a year (..., hour) as (..., day, hour of the day)."""
    return hours.reshape(*hours.shape[:-1], DAYS, HOURS)


def sky_of(latitude: float, longitude: float, utc_offset: float) -> Sky:
    """The sun's path of each day, as `sun` has it at noon, in steps of ten minutes; the split of its light is by the hour."""
    day = np.arange(DAYS) + (HOURS / 2.0 - utc_offset) / HOURS
    delta, phi = np.radians(declination(day)), np.radians(latitude)
    noon = 12.0 - (longitude / 15.0 - utc_offset) - equation_of_time(day) / 60.0
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(delta), -1.0, 1.0))
    turn = np.pi / 12.0 * ((np.arange(HOURS * _PARTS) + 0.5) / _PARTS - noon[:, None])
    height, swing = np.sin(phi) * np.sin(delta), np.cos(phi) * np.cos(delta)
    above = np.maximum(height[:, None] + swing[:, None] * np.cos(turn), 0.0)
    level, rise = 0.409 + 0.5016 * np.sin(sunset - np.pi / 3.0), 0.6609 - 0.4767 * np.sin(sunset - np.pi / 3.0)
    share = above * np.maximum(level[:, None] + rise[:, None] * np.cos(turn), 0.0)
    cosine, share = (part.reshape(DAYS, HOURS, _PARTS).mean(axis=2) for part in (above, share))
    outside = outside_sun(day)[:, None] * cosine
    return Sky(sun_position(np.arange(YEAR_HOURS), latitude, longitude, utc_offset), outside, share, sunset * 24.0 / np.pi, noon)


def day_shape(sky: Sky, c: Coefficients) -> Array:
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


def site_of(n: Normals, c: Coefficients) -> Site:
    """The cycles of year and day of a place, from its climate normals."""
    sky = sky_of(n.latitude, n.longitude, n.utc_offset)
    shape = day_shape(sky, c)
    centred = (shape - shape.mean(axis=1, keepdims=True)).ravel()
    season = np.repeat(sky.outside.mean(axis=1) / SOLAR_CONSTANT, HOURS)
    up, down = np.maximum(centred, 0.0), np.maximum(-centred, 0.0)
    swing = between(np.array(n.daily_max) - np.array(n.daily_min))
    return Site(sky, yearly_cycle(np.array(n.mean)), season, up, down, swing, by_month(sky.outside.ravel()))
