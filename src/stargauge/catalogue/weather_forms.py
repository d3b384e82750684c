"""The forms of weather files: from the rows of EPW, TMY3 CSV, and the CSV of NSRDB and SAM to one table of hours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.errors import Fault, InputError, counted
from stargauge.quantity.spoken import say
from stargauge.quantity.weather.weather import YEAR_HOURS

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

#: Most of one sort of fault that are told one by one.
_MOST = 5


class Field(NamedTuple):
    """One column: what it is called, the numbers it may hold in its unit, and those that say that there is none."""

    words: str
    least: float
    most: float
    unit: str
    codes: tuple[float, ...]


_NONE = (-9900.0, -9999.0, -999.0, 9999.0, 99999.0, 999999.0)
FIELDS = {
    "dry_bulb": Field("air temperature", -90.0, 60.0, "degC", (*_NONE, 99.9, 999.0)),
    "dew_point": Field("dew point", -95.0, 40.0, "degC", (*_NONE, 99.9, 999.0)),
    "humidity": Field("relative humidity", 0.0, 110.0, "%", (*_NONE, 999.0)),
    "pressure": Field("pressure", 40_000.0, 115_000.0, "Pa", (*_NONE, *(100.0 * code for code in _NONE))),
    "sun": Field("sun on a horizontal plane", 0.0, 1500.0, "W/m2", _NONE),
    "sun_direct": Field("direct sun", 0.0, 1500.0, "W/m2", _NONE),
    "sun_diffuse": Field("diffuse sun", 0.0, 1500.0, "W/m2", _NONE),
    "wind": Field("wind", 0.0, 115.0, "m/s", (*_NONE, 999.0)),
}
#: What a place says of itself, and the columns of a calendar.
PLACE, CALENDAR = ("latitude", "longitude", "time zone", "elevation"), ("year", "month", "day", "hour")
SUNS = ("sun", "sun_direct", "sun_diffuse")
#: Places of the columns in an EPW file, from 0 (EnergyPlus, Auxiliary Programs, data dictionary of the weather file).
_EPW = {"dry_bulb": 6, "dew_point": 7, "humidity": 8, "pressure": 9, "sun": 13, "sun_direct": 14, "sun_diffuse": 15, "wind": 21}
_EPW_LINES, _EPW_LEAST = 8, 22
#: Names of columns without unit, lower case, letters and digits only; the first that a file has is taken.
_TMY3 = {
    "dry_bulb": ("drybulb",), "dew_point": ("dewpoint",), "humidity": ("rhum",), "pressure": ("pressure",), "sun": ("ghi",),
    "sun_direct": ("dni",), "sun_diffuse": ("dhi",), "wind": ("wspd",),
}  # fmt: skip
_SAM = {
    "dry_bulb": ("temperature", "tdry", "drybulb", "drybulbtemperature", "airtemperature", "temp"),
    "dew_point": ("dewpoint", "tdew", "dewpointtemperature"), "humidity": ("relativehumidity", "rh", "rhum"),
    "pressure": ("pressure", "pres"), "sun": ("ghi", "gh", "globalhorizontal"), "sun_direct": ("dni", "dn", "beam", "directnormal"),
    "sun_diffuse": ("dhi", "df", "diffuse", "diffusehorizontal"), "wind": ("windspeed", "wspd"),
}  # fmt: skip
_MILLIBAR = 100.0
_WHOLE = re.compile(r"\s*\d{1,4}(\.0*)?\s*", re.ASCII)


class Place(NamedTuple):
    """Where a file is of: degrees, hours east of UTC, m."""

    name: str
    latitude: float
    longitude: float
    utc_offset: float
    elevation: float


class Table(NamedTuple):
    """What a file holds, row by row: its line, calendar and values (fields that it lacks are absent)."""

    lines: list[int]
    year: Whole
    month: Whole
    day: Whole
    hour: Whole
    values: dict[str, Array]


class Reading:
    """One file being read, with what is wrong and what is to be noted about it."""

    def __init__(self, file: Path) -> None:
        self.file, self.faults, self.notes = file, list[Fault](), list[str]()

    def wrong(self, message: str, line: int = 1) -> None:
        """One fault more, at a line of the file."""
        self.faults.append(Fault(message, "", str(self.file), line, 1))

    def stop(self) -> None:
        """Raises InputError where something is wrong so far."""
        if self.faults:
            raise InputError(self.faults)


def plain(name: str) -> str:
    """A column's name without its unit: lower case, letters and digits."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\(.*", "", name.lower()))


def _float(text: str) -> float:
    return float(text) if text.strip() else np.nan


def _place(reading: Reading, line: int, name: str, cells: Sequence[str]) -> Place:
    """A place from the texts of latitude, longitude, time zone and elevation."""
    numbers = []
    for words, text in zip(PLACE, cells, strict=True):
        try:
            numbers.append(float(text))
        except ValueError:
            reading.wrong(say('the {words} is "{text}"; expected a number', words=say(words), text=text), line)
            numbers.append(np.nan)
    return Place(name.strip(), *numbers)


def epw(reading: Reading, rows: list[list[str]]) -> tuple[Place, Table]:
    """Place and hours of an EPW file (EnergyPlus, Auxiliary Programs, weather data dictionary). Raises InputError where it is none."""
    head = [*rows[0], *[""] * 10]
    place = _place(reading, 1, head[1] or reading.file.stem, head[6:10])
    kept, data = _long_enough(reading, rows, _EPW_LINES, _EPW_LEAST)
    calendar = [_whole(reading, kept, data, column, words) for column, words in enumerate(CALENDAR)]
    values = {name: _numbers(reading, kept, data, column, name) for name, column in _EPW.items()}
    return place, Table(kept, calendar[0], calendar[1], calendar[2], calendar[3] - 1, values)


def tmy3(reading: Reading, rows: list[list[str]]) -> tuple[Place, Table]:
    """Place and hours of a TMY3 CSV (NREL, Users Manual for TMY3 Data Sets, 2008). Raises InputError where it is none."""
    head = [*rows[0], *[""] * 7]
    zone, latitude, longitude, elevation = head[3:7]
    place = _place(reading, 1, head[1] or reading.file.stem, (latitude, longitude, zone, elevation))
    columns = _columns(reading, rows[1], _TMY3, 2)
    kept, data = _long_enough(reading, rows, 2, max(columns.values(), default=1) + 1)
    dates = [re.fullmatch(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})\s*", row[0]) for row in data]
    times = [re.fullmatch(r"\s*(\d{1,2}):00\s*", row[1]) for row in data]
    tell(
        reading,
        [
            (line, say('"{day},{time}" is no date and full hour; expected MM/DD/YYYY,HH:00', day=row[0], time=row[1]))
            for line, row, date, time in zip(kept, data, dates, times, strict=True)
            if not (date and time)
        ],
    )
    reading.stop()
    month, day, year = (np.array([int(date[part]) for date in dates if date], dtype=np.int64) for part in (1, 2, 3))
    hour = np.array([int(time[1]) for time in times if time], dtype=np.int64) - 1
    values = {name: _numbers(reading, kept, data, column, name) for name, column in columns.items()}
    if "pressure" in values:
        values["pressure"] = values["pressure"] * _MILLIBAR
    return place, Table(kept, year, month, day, hour, values)


def sam(reading: Reading, rows: list[list[str]]) -> tuple[Place, Table]:
    """Place and hours of a CSV of NSRDB or SAM. Raises InputError where it is none."""
    about = {plain(name): text.strip() for name, text in zip(rows[0], rows[1], strict=False)}
    zone = about.get("localtimezone") or about.get("timezone") or about.get("tz") or ""
    if about.get("timezone") and about["timezone"] != zone:
        reading.wrong(
            say(
                "hours are in the time zone {timezone}, the place's is {zone}; expected local standard time",
                timezone=about["timezone"],
                zone=zone,
            ),
            2,
        )
    name = " ".join(filter(None, (about.get("city"), about.get("state"), about.get("locationid")))) or reading.file.stem
    given = [about.get(key) or about.get(key[:3], "") for key in ("latitude", "longitude")]
    place = _place(reading, 2, name, (*given, zone, about.get("elevation") or about.get("elev", "")))
    for key, text in about.items():
        if key.endswith("units") and text.lower() in ("f", "degf", "fahrenheit", "k", "kelvin"):
            reading.wrong(say('{name} is in "{text}"; expected degC', name=key.removesuffix("units"), text=text), 2)
    columns = _columns(reading, rows[2], _SAM, 3)
    names = [plain(cell) for cell in rows[2]]
    kept, data = _long_enough(reading, rows, 3, max([*columns.values(), *(names.index(part) for part in CALENDAR)]) + 1)
    year, month, day, hour = (_whole(reading, kept, data, names.index(part), part) for part in ("year", "month", "day", "hour"))
    _check_interval(reading, names, kept, data)
    values = {name: _numbers(reading, kept, data, column, name) for name, column in columns.items()}
    if "pressure" in values and about.get("pressureunits", "mbar").lower() != "pa":
        values["pressure"] = values["pressure"] * _MILLIBAR
    return place, Table(kept, year, month, day, hour, values)


def _check_interval(reading: Reading, names: list[str], kept: list[int], data: list[list[str]]) -> None:
    """Raises InputError where there is more than one value an hour."""
    if "minute" in names:
        minutes = sorted({row[names.index("minute")].strip() for row in data})
        if len(minutes) > 1:
            reading.wrong(
                say(
                    "values at the minutes {minutes} of an hour; expected one an hour: ask for an interval of 60",
                    minutes=", ".join(minutes),
                ),
                kept[0],
            )
            reading.stop()


def _columns(reading: Reading, header: list[str], known: Mapping[str, tuple[str, ...]], line: int) -> dict[str, int]:
    """Where the columns stand. Air temperature, and dew point or humidity, must be there, and no temperature in another unit."""
    names = [plain(cell) for cell in header]
    first = {field: names.index(name) for field, options in known.items() for name in reversed(options) if name in names}
    if "dry_bulb" not in first:
        reading.wrong(say("no column of the air temperature; expected one of {names}", names=", ".join(known["dry_bulb"])), line)
    if not {"dew_point", "humidity"} & set(first):
        reading.wrong(
            say(
                "no column of the dew point or the relative humidity; expected {dew} or {humidity}",
                dew=known["dew_point"][0],
                humidity=known["humidity"][0],
            ),
            line,
        )
    for field in ("dry_bulb", "dew_point"):
        given = header[first[field]] if field in first else ""
        if re.search(r"\((deg *)?°?[FK]\)", given):
            reading.wrong(say('the column "{given}" is not in degC; expected degC: (F - 32) / 1.8, K - 273.15', given=given), line)
    reading.stop()
    return first


def _long_enough(reading: Reading, rows: list[list[str]], skip: int, width: int) -> tuple[list[int], list[list[str]]]:
    """The rows of data with their lines; blank ones are passed over. Raises InputError where there are none, or some are cut off."""
    filled = [(line, row) for line, row in enumerate(rows[skip:], skip + 1) if any(cell.strip() for cell in row)]
    if not filled:
        reading.wrong(say("no hours after line {skip}; expected {year_hours:,}", skip=skip, year_hours=YEAR_HOURS), skip)
    tell(
        reading,
        [
            (line, say("{row} values; expected at least {width}: the line is cut off", row=len(row), width=width))
            for line, row in filled
            if len(row) < width
        ],
    )
    reading.stop()
    return [line for line, _ in filled], [row for _, row in filled]


def _whole(reading: Reading, kept: list[int], data: list[list[str]], column: int, words: str) -> Whole:
    """A column of the calendar. Raises InputError where it is none."""
    bad = [
        (line, say('the {words} is "{row}"; expected a whole number', words=say(words), row=row[column]))
        for line, row in zip(kept, data, strict=True)
        if not _WHOLE.fullmatch(row[column])
    ]
    tell(reading, bad)
    reading.stop()
    return np.array([int(float(row[column])) for row in data], dtype=np.int64)


def _numbers(reading: Reading, kept: list[int], data: list[list[str]], column: int, name: str) -> Array:
    """A column as numbers, NaN where it says none; texts are faults."""
    try:
        values = np.array([_float(row[column]) for row in data])
    except ValueError:
        values = np.full(len(data), np.nan)
        bad = []
        for place, (line, row) in enumerate(zip(kept, data, strict=True)):
            try:
                values[place] = _float(row[column])
            except ValueError:
                bad.append((line, say('the {words} is "{row}"; expected a number', words=say(FIELDS[name].words), row=row[column])))
        tell(reading, bad)
    values[np.isin(values, FIELDS[name].codes) | ~np.isfinite(values)] = np.nan
    return values


def tell(reading: Reading, found: Sequence[tuple[int, str]]) -> None:
    """The first few of a sort of fault one by one, and how many more there are."""
    for line, message in found[:_MOST]:
        reading.wrong(message, line)
    if len(found) > _MOST:
        reading.wrong(say("and {lines} like these", lines=counted(len(found) - _MOST, "more line")), found[_MOST][0])
