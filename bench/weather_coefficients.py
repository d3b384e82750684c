"""The coefficients of synthetic weather that hourly files can tell, estimated from all stations or from all but one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.figure import Figure
from bench.weather import FILES, Hourly, catalogue, figures, folder, hourly, measure
from stargauge.catalogue.place_weather import coefficients_of, normals_of
from stargauge.quantity.power.hourly import MONTH_DAYS
from stargauge.quantity.power.sun import SOLAR_CONSTANT
from stargauge.quantity.statistics.normal import normal_ppf
from stargauge.quantity.weather.weather_cycles import Sky, by_month, day_shape, sky_of, yearly_cycle
from stargauge.quantity.weather.weather_normals import Coefficients
from stargauge.quantity.weather.weather_processes import noise_of

Array = NDArray[np.float64]
_MONTH = np.repeat(np.arange(12), MONTH_DAYS)
#: Lags at which the temperature's autocorrelation is compared, hours.
_LAGS = (12, 24, 36, 48, 72)


class Told(NamedTuple):
    """What one station's hours say, day by day within months; the last of each day's numbers only where the file has humidity and sun."""

    shapes: list[tuple[Sky, int, Array]]
    """Sky, month and mean shape of the day, its mean 0 and its swing 1."""
    spread: Array
    """Per month: half the yearly range, warmth above the middle of the year, within-month spread of the daily mean. (month, 3)."""
    correlation: Array
    """Autocorrelation of the hours about their usual ones at the lags."""
    wind: tuple[float, float, float, float]
    """Autocorrelation of the wind at one hour and at six, cosine and sine of its first harmonic over the solar day."""
    swings: Array
    """Per day: clearness and swing of the day, about and over their month's means. (day, 2)."""
    odds: Array
    """Per month: spread of the log odds of the clearness. (month,)."""
    ties: Array
    """Per month: season, correlation of warmth and clearness, of warmth and dryness, of clearness and dryness. (month, 4)."""
    dryness: Array
    """Per month: mean and spread of the depression. (month, 2)."""


def told(there: Hourly, c: Coefficients) -> Told:
    """What the hours of a station say."""
    sky = sky_of(there.latitude, there.longitude, there.utc_offset)
    days = there.dry_bulb.reshape(-1, 365, 24)
    means = by_month(there.dry_bulb).mean(axis=0)
    cycle = yearly_cycle(means).reshape(365, 24).mean(axis=1)
    daily = days.mean(axis=2) - cycle
    half, middle = (means.max() - means.min()) / 2.0, (means.max() + means.min()) / 2.0
    spread = [(half, means[m] - middle, float(np.mean([_spread(year[m == _MONTH]) for year in daily]))) for m in range(12)]
    # temperatures of a typical year stand at the end of their hour, those of the archive at its start; the model's in the middle
    stamped = sky._replace(noon=sky.noon + (0.5 if there.weather is None else -0.5))
    shapes = [(stamped, m, _shape(days[:, m == _MONTH].mean(axis=(0, 1)))) for m in range(12)]
    usual = np.array([days[:, m == _MONTH].mean(axis=(0, 1)) for m in range(12)])
    off = (days - usual[_MONTH]).reshape(len(days), -1)
    correlation = np.array([(off[:, lag:] * off[:, :-lag]).mean() / (off**2).mean() for lag in _LAGS])
    nothing = np.zeros((0, 2))
    base = (shapes, np.array(spread), correlation, _wind(there, sky))
    if there.weather is None:
        return Told(*base, nothing, np.zeros(0), np.zeros((0, 4)), nothing)
    return Told(*base, *_skies(there, sky, days[0], c))


def _skies(there: Hourly, sky: Sky, days: Array, c: Coefficients) -> tuple[Array, Array, Array, Array]:
    """Clearness, swing and dryness of the days of a station with humidity and sun."""
    weather = there.weather
    assert weather is not None
    clearness = weather.sun.reshape(365, 24).sum(axis=1) / sky.outside.sum(axis=1)
    swing = days.max(axis=1) - days.min(axis=1)
    depression = (weather.dry_bulb - weather.dew_point).reshape(365, 24).mean(axis=1)
    share = np.clip((clearness - c.clearness_least) / (c.clearness_most - c.clearness_least), 0.01, 0.99)
    odds = np.log(share / (1.0 - share))
    season = sky.outside.mean(axis=1) / SOLAR_CONSTANT
    swings, spread, ties, dryness = [], [], [], []
    for m in range(12):
        at = m == _MONTH
        warmth, clear, dry = (_scores(part[at]) for part in (days.mean(axis=1), clearness, depression))
        swings.append(np.column_stack([clearness[at] - clearness[at].mean(), swing[at] / swing[at].mean() - 1.0]))
        spread.append(_spread(odds[at]))
        ties.append((season[at].mean(), (warmth * clear).mean(), (warmth * dry).mean(), (clear * dry).mean()))
        dryness.append((depression[at].mean(), depression[at].std(ddof=1)))
    return np.concatenate(swings), np.array(spread), np.array(ties), np.array(dryness)


def _spread(values: Array) -> float:
    return float(values.std(ddof=1))


def _scores(values: Array) -> Array:
    """Normal scores of the days of a month, a straight trend taken out first, with variance 1."""
    at = np.arange(len(values)) - (len(values) - 1) / 2.0
    flat = values - values.mean() - at * (at @ values) / (at @ at)
    scores = normal_ppf((flat.argsort().argsort() + 0.5) / len(values))
    return np.asarray(scores / scores.std())


def _shape(hours: Array) -> Array:
    centred = hours - hours.mean()
    return np.asarray(centred / (centred.max() - centred.min()))


def _wind(there: Hourly, sky: Sky) -> tuple[float, float, float, float]:
    each = there.wind.reshape(-1, 365, 24)
    by_hour = each.mean(axis=(0, 1)) / each.mean()
    turn = 2.0 * np.pi * (np.arange(24) + 0.5 - (sky.noon.mean() - 12.0)) / 24.0
    usual = np.array([each[:, m == _MONTH].mean(axis=(0, 1)) for m in range(12)])
    ratio = (each / usual[_MONTH]).reshape(-1)
    scores = normal_ppf((ratio.argsort().argsort() + 0.5) / len(ratio))
    one, six = (float((scores[lag:] * scores[:-lag]).mean() / (scores**2).mean()) for lag in (1, 6))
    return one, six, float(2.0 * (by_hour * np.cos(turn)).mean()), float(2.0 * (by_hour * np.sin(turn)).mean())


# --- estimates --------------------------------------------------------------------------------------------------------------------


def estimate(stations: Sequence[Told], c: Coefficients) -> Coefficients:
    """The coefficients that the stations tell; the others as they are."""
    lag, decay, trough = _fitted_shape([shape for one in stations for shape in one.shapes], c)
    c = c._replace(peak_lag=lag, night_decay=decay, trough_lag=trough)
    c = c._replace(synoptic_days=_scale(np.mean([one.correlation for one in stations], axis=0), c))
    swings, ties, dryness = (np.concatenate(list(part)) for part in zip(*((t.swings, t.ties, t.dryness) for t in stations), strict=True))
    slope = float((swings[:, 0] @ swings[:, 1]) / (swings[:, 0] @ swings[:, 0]))
    sun, sun_slope = _line(ties[:, 0], ties[:, 1])
    dry, dry_slope = _line(ties[:, 0], ties[:, 2])
    level, power = _line(np.log(dryness[:, 0]), np.log(dryness[:, 1]))
    one, six, cosine, sine = np.mean([station.wind for station in stations], axis=0)
    scale = 5.0 / np.log(one / six)
    least, by_season, in_warmth = _spreads(np.concatenate([station.spread for station in stations]), c)
    return c._replace(
        spread_least=least, spread_by_season=by_season, spread_in_warmth=in_warmth, range_by_clearness=slope,
        range_spread=float((swings[:, 1] - slope * swings[:, 0]).std()),
        clearness_spread=float(np.mean(np.concatenate([station.odds for station in stations]))),
        warmth_clearness=sun, warmth_clearness_by_sun=sun_slope, warmth_dryness=dry, warmth_dryness_by_sun=dry_slope,
        clearness_dryness=float(ties[:, 3].mean()), dryness_spread=float(np.exp(level)), dryness_power=power,
        wind_hours=float(scale), gust_share=float(1.0 - one * np.exp(1.0 / scale)), wind_diurnal=float(np.hypot(cosine, sine)),
        wind_peak=float(np.mod(np.arctan2(sine, cosine) * 12.0 / np.pi, 24.0)),
    )  # fmt: skip


def _line(x: Array, y: Array) -> tuple[float, float]:
    """Level and slope of the straight line through points."""
    slope, level = np.polyfit(x, y, 1)
    return float(level), float(slope)


def _fitted_shape(shapes: Iterable[tuple[Sky, int, Array]], c: Coefficients) -> tuple[float, float, float]:
    """Least squares of the day's shape by Gauss-Newton, the slopes taken as differences."""
    cases = list(shapes)

    def off(at: Array) -> Array:
        trial = c._replace(peak_lag=at[0], night_decay=at[1], trough_lag=at[2])
        made = {id(sky): day_shape(sky, trial) for sky, _, _ in cases}
        return np.concatenate([_shape(made[id(sky)][month == _MONTH].mean(axis=0)) - seen for sky, month, seen in cases])

    at = np.array([c.peak_lag, c.night_decay, c.trough_lag])
    for _ in range(8):
        here = off(at)
        slopes = np.column_stack([(off(at + step) - here) / step.sum() for step in 1e-3 * np.eye(3)])
        at = at - np.linalg.lstsq(slopes, here, rcond=None)[0]
    return float(at[0]), float(at[1]), float(at[2])


def _scale(seen: Array, c: Coefficients) -> float:
    """Days of the smooth process whose autocorrelation, with the slow one, is nearest that seen at the lags, up to a common factor."""
    lags = np.array(_LAGS, dtype=np.float64)
    slow = c.slow_share * np.exp(-lags / (24.0 * c.slow_days))

    def off(days: float) -> float:
        part = lags / (24.0 * days)
        made = (1.0 - c.slow_share) * (1.0 + part) * np.exp(-part) + slow
        factor = (made @ seen) / (made @ made)
        return float(((factor * made - seen) ** 2).sum())

    return float(min(np.arange(0.3, 1.5, 0.01), key=off))


def _spreads(points: Array, c: Coefficients) -> tuple[float, float, float]:
    """Spread by seasons: least squares over months, the daily means' spread within months brought to that of the hours about normals."""
    noise = noise_of(c, "estimate", 0, range(20)).warmth.reshape(20, 365, 24).mean(axis=2)
    part = float(np.mean([[_spread(year[m == _MONTH]) for m in range(12)] for year in noise]))
    columns = np.column_stack([np.ones(len(points)), points[:, 0], -points[:, 1]])
    weights = 1.0 / np.maximum(points[:, 2], 0.3)
    found = np.linalg.lstsq(columns * weights[:, None], points[:, 2] / part * weights, rcond=None)[0]
    return float(max(found[0], 0.1)), float(found[1]), float(found[2])


def without(stations: Mapping[str, Told], c: Coefficients) -> dict[str, Coefficients]:
    """The coefficients that all stations but one tell, by the one left out."""
    return {name: estimate([told for other, told in stations.items() if other != name], c) for name in stations}


def left_out() -> Iterator[Figure]:
    """Each station's figures with coefficients that were estimated without it, beside what they may be off."""
    files, known = folder(), catalogue()
    if not files.is_dir():
        return
    c = coefficients_of(known)
    hours = {name: hourly(files, start) for name, start in FILES.items()}
    for name, own in without({name: told(one, c) for name, one in hours.items()}, c).items():
        yield from figures(measure(name, hours[name], normals_of(known, name), own))
