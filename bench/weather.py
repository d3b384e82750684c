"""Synthetic weather beside hourly files of stations: monthly means, hours above limits, how the hours hang together; and what it costs."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.figure import Figure
from stargauge.catalogue.load import KnownCatalogue, load_catalogue
from stargauge.catalogue.place_weather import coefficients_of, normals_of
from stargauge.catalogue.weather_files import read_weather
from stargauge.quantity.hall.psychrometrics import wet_bulb
from stargauge.quantity.weather.synthetic_weather import synthetic_weather
from stargauge.quantity.weather.weather import YEAR_HOURS, Weather
from stargauge.quantity.weather.weather_cycles import STARTS, by_month
from stargauge.quantity.weather.weather_normals import Coefficients, Normals

Array = NDArray[np.float64]

#: Station of the catalogue and the start of its file's name, or the name of its hourly values of 2020 to 2024.
FILES = {
    "phoenix-az": "USA_AZ_Phoenix", "omaha-ne": "USA_NE_Omaha", "el-paso-tx": "USA_TX_El.Paso", "leesburg-va": "USA_VA_Leesburg",
    "pasco-wa": "USA_WA_Pasco", "milwaukee-wi": "USA_WI_Milwaukee", "abilene-tx": "TX-Abilene", "singapore": "SG-",
}  # fmt: skip
#: Places of which the catalogue has no normals: theirs are worked out from the same hours.
OTHERS = {"philadelphia": "US-MIDA-PJM-", "dallas": "US-TEX-ERCO-"}
#: Synthetic years that each station is measured on.
YEARS = 200
LIMITS = (27.0, 37.0)
#: What the figures may be off: K, share of the hours or hours, correlation.
MEANS, SHARE, HOURS, CORRELATION = 0.5, 0.2, 30.0, 0.05
_FEBRUARY_29 = "-02-29T"


class Hourly(NamedTuple):
    """Hours of a station, (year, hour), and where it is; humidity and sun only where its file holds them."""

    dry_bulb: Array
    weather: Weather | None
    latitude: float
    longitude: float
    utc_offset: float
    elevation: float
    wind: Array


class Measured(NamedTuple):
    """What a file and synthetic years of the same place have, each (file, synthetic)."""

    station: str
    means: float
    above: dict[float, tuple[float, float, float]]
    """Limit to hours a year in the file, in synthetic years, and their spread between synthetic years."""
    lag: tuple[float, float]
    typical: float
    """Largest difference of a monthly mean in years that are asked for as typical, K."""
    wet_bulb: tuple[float, float]
    """Wet bulb that 0.4 % of the hours exceed, degC; NaN where the file has no humidity."""
    direct: tuple[float, float]
    """Direct sun of a year, kWh/m2; NaN where the file has none."""

    def off(self, limit: float) -> tuple[float, float]:
        """By how many hours above a limit it is off, and may be."""
        there, made, _ = self.above[limit]
        return abs(made - there), max(HOURS, SHARE * there)


def folder() -> Path:
    """The folder of hourly files, beside the checkout or below STARGAUGE_SHARED."""
    return Path(os.environ.get("STARGAUGE_SHARED") or Path(__file__).resolve().parents[2] / "shared") / "vectors" / "weather"


def hourly(files: Path, start: str) -> Hourly:
    """The hours of a station's files."""
    found = sorted(files.glob(f"{start}*.gz"))
    if found[0].name.endswith(".json.gz"):
        return _of_archive(found)
    read = read_weather(found[0])
    return Hourly(
        read.by_year(read.dry_bulb), read, read.latitude, read.longitude, read.utc_offset, read.elevation, read.by_year(read.wind)
    )


def _of_archive(found: list[Path]) -> Hourly:
    """Years of hourly values as the Open-Meteo archive gives them, 29 February left out."""
    told = [json.loads(gzip.decompress(file.read_bytes())) for file in found]
    columns = {}
    for name in ("temperature_2m", "windspeed_10m"):
        columns[name] = np.array(
            [[v for at, v in zip(one["hourly"]["time"], one["hourly"][name], strict=True) if _FEBRUARY_29 not in at] for one in told]
        )
    one = told[0]
    place = (one["latitude"], one["longitude"], one["utc_offset_seconds"] / 3600.0, one["elevation"])
    return Hourly(columns["temperature_2m"], None, *place, columns["windspeed_10m"] / 3.6)


def normals_from(there: Hourly, name: str) -> Normals:
    """Normals worked out from hours: temperature and wind alone."""
    none = (np.nan,) * 12
    days = there.dry_bulb.reshape(-1, 365, 24)
    mean, high, low = (_months(days.mean(axis=2)), _months(days.max(axis=2)), _months(days.min(axis=2)))
    hottest = tuple(float(month) for month in np.maximum.reduceat(days.max(axis=2), STARTS, axis=1).max(axis=0))
    wind = tuple(float(month) for month in by_month(there.wind).mean(axis=0))
    return Normals(
        mean, high, low, hottest, none, none, wind, none, float(len(days)), there.latitude, there.longitude, there.utc_offset,
        there.elevation, 10.0, name,
    )  # fmt: skip


def _months(days: Array) -> tuple[float, ...]:
    """Means of months over days and years."""
    return tuple(float(month) for month in by_month(np.repeat(days, 24, axis=1)).mean(axis=0))


def lag(hours: Array) -> float:
    """Correlation of an hour's value with the next one's, the mean removed, over each year. (year, hour)."""
    off = hours - hours.mean(axis=1, keepdims=True)
    return float(((off[:, 1:] * off[:, :-1]).mean(axis=1) / (off**2).mean(axis=1)).mean())


def measure(station: str, there: Hourly, normals: Normals, c: Coefficients, years: int = YEARS) -> Measured:
    """A station's file beside synthetic years."""
    made = synthetic_weather(normals, c, 1, range(years))
    typical = synthetic_weather(normals, c, 1, range(3), typical=True)
    hours, months = made.by_year(made.dry_bulb), by_month(there.dry_bulb).mean(axis=0)
    above = {}
    for limit in LIMITS:
        each = (hours > limit).sum(axis=1)
        above[limit] = (float((there.dry_bulb > limit).sum(axis=1).mean()), float(each.mean()), float(each.std()))
    file = there.weather
    return Measured(
        station,
        float(np.abs(by_month(hours).mean(axis=0) - months).max()),
        above,
        (lag(there.dry_bulb), lag(hours)),
        float(np.abs(by_month(typical.by_year(typical.dry_bulb)) - months).max()),
        (_damp(file) if file else np.nan, _damp(made) if file else np.nan),
        (_year_of(file.sun_direct) if file else np.nan, _year_of(made.sun_direct) if file else np.nan),
    )


def _damp(weather: Weather) -> float:
    """Wet bulb that 0.4 % of the hours exceed."""
    return float(np.percentile(wet_bulb(weather.dry_bulb, weather.dew_point, weather.pressure), 99.6))


def _year_of(sun: Array) -> float:
    return float(sun.sum() / 1000.0 / (len(sun) / YEAR_HOURS))


def cases(files: Path, known: KnownCatalogue) -> Iterator[tuple[str, Hourly, Normals]]:
    """Every station with its hours and normals: those of the catalogue, then the others."""
    for station, start in FILES.items():
        yield station, hourly(files, start), normals_of(known, station)
    for station, start in OTHERS.items():
        there = hourly(files, start)
        yield station, there, normals_from(there, station)


def catalogue() -> KnownCatalogue:
    """The shipped catalogue as it is known today."""
    return load_catalogue().known(date.today())


def weather() -> Iterator[Figure]:
    """Each station's figures beside what they may be off, then the cost of years and of wet bulbs."""
    files, known = folder(), catalogue()
    c = coefficients_of(known)
    if files.is_dir():
        for station, there, normals in cases(files, known):
            yield from figures(measure(station, there, normals, c))
    years = _least(lambda: synthetic_weather(normals_of(known, "abilene-tx"), c, 2, range(100)))
    yield Figure("synthetic years a second", 100.0 / years, "years/CPU-s", note="free parameters of the place at hand")
    rng = np.random.default_rng(1)
    dry = rng.uniform(-20.0, 40.0, YEAR_HOURS)
    dew, pressure = dry - rng.gamma(1.0, 6.0, YEAR_HOURS), np.full(YEAR_HOURS, 95_000.0)
    yield Figure("wet bulbs of a year", 1000.0 * _least(lambda: wet_bulb(dry, dew, pressure)), "CPU-ms", at_most=10.0)


def figures(m: Measured) -> Iterator[Figure]:
    """The figures of a station."""
    yield Figure(f"{m.station}: monthly means off by", m.means, "K", at_most=MEANS, note=f"typical years {m.typical:.2g}")
    for limit in LIMITS:
        off, most = m.off(limit)
        there, made, spread = m.above[limit]
        note = f"{there:,.0f} in the file, {made:,.0f} +- {spread:,.0f} synthetic"
        yield Figure(f"{m.station}: hours above {limit:g} C off by", off, "h", at_most=most, note=note)
    note = f"{m.lag[0]:.3f} and {m.lag[1]:.3f}"
    yield Figure(f"{m.station}: hour to hour off by", abs(m.lag[0] - m.lag[1]), "", at_most=CORRELATION, note=note)
    if np.isfinite(m.wet_bulb[0]):
        note = f"{m.wet_bulb[0]:.1f} in the file, {m.wet_bulb[1]:.1f} synthetic"
        yield Figure(f"{m.station}: wet bulb of 0.4 % off by", abs(m.wet_bulb[0] - m.wet_bulb[1]), "K", note=note)
        note = f"{m.direct[0]:,.0f} in the file, {m.direct[1]:,.0f} kWh/m2 synthetic"
        yield Figure(f"{m.station}: direct sun off by", 100.0 * abs(m.direct[1] / m.direct[0] - 1.0), "%", note=note)


def _least(work: Callable[[], object], times: int = 3) -> float:
    """The shortest time of a few runs, in CPU seconds."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)
