"""Hours of the catalogue's places by what the air is like: of their typical years, shipped so that no run has to make these first.

A table is found by what it was made from. Where a user's own rows, or a source that is left out, change that, it is made anew.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np

from stargauge.catalogue.load import DATA, KnownCatalogue
from stargauge.catalogue.place_weather import GENERAL, coefficients_of, normals_of
from stargauge.quantity.errors import InputError
from stargauge.quantity.hall.outdoor_hours import MONTHS, STATES, OutdoorHours, outdoor_hours
from stargauge.quantity.quantity import DEW_POINTS, DRY_BULBS
from stargauge.quantity.weather.synthetic_weather import synthetic_weather
from stargauge.quantity.weather.weather_normals import Coefficients, Normals

FILE = "outdoor-hours.csv"
COLUMNS = ("fingerprint", "station", "part", "values")
#: Parts of a table beside the months.
_HOT, _DEW, _PRESSURE, _BEYOND = "hottest", "dew_point", "pressure", "beyond"
_PARTS = 1_000_000
#: The seed of every typical year.
SEED = 0


def outdoor_of(catalogue: KnownCatalogue, station: str) -> OutdoorHours | None:
    """The hours of a station's typical year by state; none where no year can be made of its normals."""
    key = ("outdoor hours", station)
    if key not in catalogue.made:
        catalogue.made[key] = _table(catalogue, station)
    found: OutdoorHours | None = catalogue.made[key]
    return found


def _table(catalogue: KnownCatalogue, station: str) -> OutdoorHours | None:
    try:
        normals, coefficients = normals_of(catalogue, station), coefficients_of(catalogue)
        if np.isnan([*normals.mean, *coefficients]).any():
            return None
        made_from = fingerprint(normals, coefficients)
        return _read(DATA / FILE, made_from) if made_from in _shipped(DATA / FILE) else _made(normals, coefficients)
    except InputError:  # a run of other sites goes on; who asks for this site's weather alone is told what is wrong
        return None


def fingerprint(normals: Normals, coefficients: Coefficients) -> str:
    """What a table was made from, in twelve characters: another normal, coefficient or state gives another."""
    return sha256(repr((tuple(normals), tuple(coefficients), SEED, DRY_BULBS, DEW_POINTS)).encode()).hexdigest()[:12]


@lru_cache(maxsize=64)
def _made(normals: Normals, coefficients: Coefficients) -> OutdoorHours:
    return _locked(outdoor_hours(synthetic_weather(normals, coefficients, SEED, (0,), typical=True)))


@lru_cache(maxsize=2)
def _shipped(file: Path) -> dict[str, dict[str, str]]:
    """The text of every shipped table by its fingerprint and part; numbers are read when they are asked for."""
    found: dict[str, dict[str, str]] = {}
    if file.exists():
        with file.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                found.setdefault(row["fingerprint"], {})[row["part"]] = row["values"]
    return found


@lru_cache(maxsize=64)
def _read(file: Path, made_from: str) -> OutdoorHours:
    rows = _shipped(file)[made_from]
    shares = np.zeros((STATES, MONTHS))
    for month in range(MONTHS):
        numbers = np.array(rows[str(month + 1)].replace(":", " ").split(), dtype=np.int64)
        shares[numbers[::2], month] = numbers[1::2] / _PARTS
    dry, dew = (np.array(rows[part].split(), dtype=np.float64) for part in (_HOT, _DEW))
    return _locked(OutdoorHours(shares, dry, dew, float(rows[_PRESSURE]), int(rows.get(_BEYOND, "0"))))


def _locked(table: OutdoorHours) -> OutdoorHours:
    for part in (table.shares, table.dry_bulb, table.dew_point):
        part.flags.writeable = False
    return table


def every_table(catalogue: KnownCatalogue) -> Iterable[tuple[str, str, OutdoorHours]]:
    """The table of every station, made anew: what it was made from, its name, its hours."""
    coefficients = coefficients_of(catalogue)
    for station in catalogue.names("weather"):
        if station != GENERAL:
            normals = normals_of(catalogue, station)
            yield fingerprint(normals, coefficients), station, _made(normals, coefficients)


def write_tables(folder: Path, tables: Iterable[tuple[str, str, OutdoorHours]]) -> None:
    """Write tables in the form in which they are shipped: shares in millionths, by the number of their state."""
    with (folder / FILE).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(COLUMNS)
        for made_from, station, table in tables:
            for part, values in _rows(table):
                writer.writerow((made_from, station, part, values))


def _rows(table: OutdoorHours) -> Iterable[tuple[str, str]]:
    for month in range(MONTHS):
        whole = np.round(table.shares[:, month] * _PARTS).astype(np.int64)
        yield str(month + 1), " ".join(f"{place}:{whole[place]}" for place in np.flatnonzero(whole))
    yield _HOT, " ".join(f"{value:g}" for value in table.dry_bulb)
    yield _DEW, " ".join(f"{value:g}" for value in table.dew_point)
    yield _PRESSURE, f"{table.pressure:.0f}"
    if table.beyond:
        yield _BEYOND, str(table.beyond)
