"""Hourly weather from a user's file: EPW, TMY3 CSV, and the CSV of NSRDB and SAM, packed with gzip or not.

What a file must hold: every hour of whole years in local standard time, air temperature in degC, and dew point or relative humidity.
29 February is dropped and that is noted. Pressure that is missing is that of the elevation; sun and wind may be missing as a whole (NaN,
and noted), in single hours they may not. Everything that is wrong is said at once.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from stargauge.catalogue.tables import MOST_BYTES
from stargauge.catalogue.weather_checks import check_hours, check_place, checked, dew_point_of, without_leap_day
from stargauge.catalogue.weather_forms import FIELDS, SUNS, Array, Place, Reading, Table, epw, plain, sam, tmy3
from stargauge.quantity.errors import Fault, InputError, counted, did_you_mean
from stargauge.quantity.hall.psychrometrics import pressure_at
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say
from stargauge.quantity.weather.weather import YEAR_HOURS, Weather

#: Height of an airport's anemometer, which files of this kind mean, m (WMO Guide to Instruments, part I, chapter 5).
_WIND_HEIGHT = 10.0


def read_weather(file: Path) -> Weather:
    """The weather of a file. Raises InputError with every fault: file, line, what was expected, what came, and how to fix it."""
    reading = Reading(Path(file))
    rows = _rows(reading)
    if _starts(rows, 0, "LOCATION"):
        place, table = epw(reading, rows)
    elif _starts(rows, 1, "Date (MM/DD/YYYY)"):
        place, table = tmy3(reading, rows)
    elif len(rows) > 2 and {"year", "month", "day", "hour"} <= {plain(cell) for cell in rows[2]}:
        place, table = sam(reading, rows)
    else:
        raise InputError(Fault(say("no weather file: expected {forms}; got {seen}", forms=_forms(), seen=_seen(rows)), "", str(file), 1, 1))
    table = without_leap_day(reading, table)
    check_hours(reading, table)
    values = {name: checked(reading, table, name) for name in FIELDS}
    check_place(reading, place, table, values)
    dew = dew_point_of(reading, table, values)
    reading.stop()
    return _weather(reading, place, table, values, dew)


def _forms() -> str:
    """The forms that can be read."""
    return say("EPW (line 1: LOCATION,...), TMY3 CSV (line 2: Date (MM/DD/YYYY),...) or NSRDB/SAM CSV (line 3: Year,Month,Day,Hour,...)")


def _seen(rows: Sequence[Sequence[str]]) -> str:
    """What a file that is none of the forms begins with, and what may be done about it."""
    first = next((",".join(row) for row in rows if any(cell.strip() for cell in row)), "")
    if not first:
        return say("an empty file")
    semicolons = say("; values are separated by semicolons: save it with commas, and decimal points") if first.count(";") > 4 else ""
    return say('"{value}"', value=first[:60]) + semicolons


def _text(reading: Reading) -> str:
    """The text of the file, unpacked, no larger than is read at all."""
    file = reading.file
    if file.is_dir():
        raise InputError(say('"{file}" is a folder; expected a weather file: {forms}', file=file, forms=_forms()))
    if not file.is_file():
        near = did_you_mean(file.name, (one.name for one in file.parent.iterdir())) if file.parent.is_dir() else ""
        raise InputError(say('no file "{file}"{near}; expected a weather file: {forms}', file=file, near=near, forms=_forms()))
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as handle:
            content = handle.read(MOST_BYTES + 1)
    except gzip.BadGzipFile:
        raise InputError(
            say('"{file}" ends in .gz and is not packed with gzip; give it the name without .gz, or pack it', file=file)
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(say('"{file}" cannot be read: {error}', file=file, error=problem(error))) from None
    if len(content) > MOST_BYTES:
        raise InputError(
            say(
                '"{file}" is larger than {most_bytes} MB; give fewer years (one takes 1 to 2 MB)', file=file, most_bytes=MOST_BYTES // 2**20
            )
        )
    return _decoded(content, file)


def _decoded(content: bytes, file: Path) -> str:
    """Bytes as text: UTF-8, or Latin-1 where a name in the header is written so."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(say('"{file}" is text in UTF-16; expected UTF-8: save it again as UTF-8 or "CSV UTF-8"', file=file))
    if b"\0" in content:
        raise InputError(say('"{file}" is no text file; expected {forms}', file=file, forms=_forms()))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _rows(reading: Reading) -> list[list[str]]:
    try:
        return list(csv.reader(_text(reading).splitlines()))
    except csv.Error as error:
        raise InputError(say('"{file}" is no CSV file: {error}', file=reading.file, error=problem(error))) from None


def _starts(rows: Sequence[Sequence[str]], line: int, word: str) -> bool:
    return len(rows) > line and bool(rows[line]) and rows[line][0].strip().lower() == word.lower()


def _weather(reading: Reading, place: Place, table: Table, values: dict[str, Array], dew: Array) -> Weather:
    none = np.isnan(values["pressure"])
    pressure = np.where(none, pressure_at(np.array(place.elevation)), values["pressure"])
    if none.any():
        reading.notes.append(say("no pressure in {hours}: that of the elevation", hours=counted(int(none.sum()), "hour")))
    lacking = [say(FIELDS[name].words) for name in (*SUNS, "wind") if np.isnan(values[name]).all()]
    if lacking:
        reading.notes.append(say("the file holds no {lacking}", lacking=say(", no ").join(lacking)))
    years = list(_years(table))
    if not years:
        reading.notes.append(say("a typical year: its months are of different years"))
    return Weather(
        values["dry_bulb"], dew, pressure, values["sun"], values["sun_direct"], values["sun_diffuse"], values["wind"],
        place.latitude, place.longitude, place.utc_offset, place.elevation, _WIND_HEIGHT, place.name, "file", tuple(years),
        tuple(reading.notes),
    )  # fmt: skip


def _years(table: Table) -> Iterator[int]:
    """The calendar year of each year; none where one mixes several."""
    each = table.year.reshape(-1, YEAR_HOURS)
    # the last hour of a year may carry the date of the next
    if (each[:, :-1] == each[:, :1]).all():
        yield from (int(year) for year in each[:, 0])
