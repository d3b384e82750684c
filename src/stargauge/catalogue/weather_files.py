"""Hourly weather from a user's file: EPW, TMY3 CSV, and the CSV of NSRDB and SAM, packed with gzip or not.

What a file must hold: every hour of whole years in local standard time, air temperature in degC, and dew point or relative humidity.
29 February is dropped and that is noted. Pressure that is missing is that of the elevation; sun and wind may be missing as a whole (NaN,
and noted), in single hours they may not. Everything that is wrong is said at once.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.tables import MOST_BYTES
from stargauge.quantity.errors import Fault, InputError, counted, did_you_mean
from stargauge.quantity.hall.psychrometrics import dew_point, pressure_at
from stargauge.quantity.power.hourly import MONTH_DAYS, MONTH_ENDS
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say
from stargauge.quantity.weather.weather import YEAR_HOURS, Weather

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

_STARTS = np.concatenate([[0], np.cumsum(MONTH_DAYS)[:-1]])
#: Most of one sort of fault that are told one by one.
_MOST = 5
#: Dew points above the air's temperature by no more than this are rounding, K.
_ROUNDING = 0.5
#: Hours by which the sun of a file may stand off that of its longitude and time zone.
_SUN_OFF = 2.0


class _Field(NamedTuple):
    """One column: what it is called, the numbers it may hold in its unit, and those that say that there is none."""

    words: str
    least: float
    most: float
    unit: str
    codes: tuple[float, ...]


_NONE = (-9900.0, -9999.0, -999.0, 9999.0, 99999.0, 999999.0)
_FIELDS = {
    "dry_bulb": _Field("air temperature", -90.0, 60.0, "degC", (*_NONE, 99.9, 999.0)),
    "dew_point": _Field("dew point", -95.0, 40.0, "degC", (*_NONE, 99.9, 999.0)),
    "humidity": _Field("relative humidity", 0.0, 110.0, "%", (*_NONE, 999.0)),
    "pressure": _Field("pressure", 40_000.0, 115_000.0, "Pa", (*_NONE, *(100.0 * code for code in _NONE))),
    "sun": _Field("sun on a horizontal plane", 0.0, 1500.0, "W/m2", _NONE),
    "sun_direct": _Field("direct sun", 0.0, 1500.0, "W/m2", _NONE),
    "sun_diffuse": _Field("diffuse sun", 0.0, 1500.0, "W/m2", _NONE),
    "wind": _Field("wind", 0.0, 115.0, "m/s", (*_NONE, 999.0)),
}
#: What a place says of itself, and the columns of a calendar.
PLACE, CALENDAR = ("latitude", "longitude", "time zone", "elevation"), ("year", "month", "day", "hour")
_SUNS = ("sun", "sun_direct", "sun_diffuse")
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


class _Place(NamedTuple):
    name: str
    latitude: float
    longitude: float
    utc_offset: float
    elevation: float


class _Table(NamedTuple):
    """What a file holds, row by row: its line, calendar and values (fields that it lacks are absent)."""

    lines: list[int]
    year: Whole
    month: Whole
    day: Whole
    hour: Whole
    values: dict[str, Array]


class _Reading:
    """One file being read, with what is wrong and what is to be noted about it."""

    def __init__(self, file: Path) -> None:
        self.file, self.faults, self.notes = file, list[Fault](), list[str]()

    def wrong(self, message: str, line: int = 1) -> None:
        self.faults.append(Fault(message, "", str(self.file), line, 1))

    def stop(self) -> None:
        """Raises InputError where something is wrong so far."""
        if self.faults:
            raise InputError(self.faults)


def read_weather(file: Path) -> Weather:
    """The weather of a file. Raises InputError with every fault: file, line, what was expected, what came, and how to fix it."""
    reading = _Reading(Path(file))
    rows = _rows(reading)
    if _starts(rows, 0, "LOCATION"):
        place, table = _epw(reading, rows)
    elif _starts(rows, 1, "Date (MM/DD/YYYY)"):
        place, table = _tmy3(reading, rows)
    elif len(rows) > 2 and {"year", "month", "day", "hour"} <= {_plain(cell) for cell in rows[2]}:
        place, table = _sam(reading, rows)
    else:
        raise InputError(Fault(say("no weather file: expected {forms}; got {seen}", forms=_forms(), seen=_seen(rows)), "", str(file), 1, 1))
    table = _without_leap_day(reading, table)
    _check_hours(reading, table)
    values = {name: _checked(reading, table, name) for name in _FIELDS}
    _check_place(reading, place, table, values)
    dew = _dew_point(reading, table, values)
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


# --- the file and its forms -------------------------------------------------------------------------------------------------------


def _text(reading: _Reading) -> str:
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


def _rows(reading: _Reading) -> list[list[str]]:
    try:
        return list(csv.reader(_text(reading).splitlines()))
    except csv.Error as error:
        raise InputError(say('"{file}" is no CSV file: {error}', file=reading.file, error=problem(error))) from None


def _starts(rows: Sequence[Sequence[str]], line: int, word: str) -> bool:
    return len(rows) > line and bool(rows[line]) and rows[line][0].strip().lower() == word.lower()


def _plain(name: str) -> str:
    """A column's name without its unit: lower case, letters and digits."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\(.*", "", name.lower()))


def _float(text: str) -> float:
    return float(text) if text.strip() else np.nan


def _place(reading: _Reading, line: int, name: str, cells: Sequence[str]) -> _Place:
    """A place from the texts of latitude, longitude, time zone and elevation."""
    numbers = []
    for words, text in zip(PLACE, cells, strict=True):
        try:
            numbers.append(float(text))
        except ValueError:
            reading.wrong(say('the {words} is "{text}"; expected a number', words=say(words), text=text), line)
            numbers.append(np.nan)
    return _Place(name.strip(), *numbers)


def _epw(reading: _Reading, rows: list[list[str]]) -> tuple[_Place, _Table]:
    head = [*rows[0], *[""] * 10]
    place = _place(reading, 1, head[1] or reading.file.stem, head[6:10])
    kept, data = _long_enough(reading, rows, _EPW_LINES, _EPW_LEAST)
    calendar = [_whole(reading, kept, data, column, words) for column, words in enumerate(CALENDAR)]
    values = {name: _numbers(reading, kept, data, column, name) for name, column in _EPW.items()}
    return place, _Table(kept, calendar[0], calendar[1], calendar[2], calendar[3] - 1, values)


def _tmy3(reading: _Reading, rows: list[list[str]]) -> tuple[_Place, _Table]:
    head = [*rows[0], *[""] * 7]
    zone, latitude, longitude, elevation = head[3:7]
    place = _place(reading, 1, head[1] or reading.file.stem, (latitude, longitude, zone, elevation))
    columns = _columns(reading, rows[1], _TMY3, 2)
    kept, data = _long_enough(reading, rows, 2, max(columns.values(), default=1) + 1)
    dates = [re.fullmatch(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})\s*", row[0]) for row in data]
    times = [re.fullmatch(r"\s*(\d{1,2}):00\s*", row[1]) for row in data]
    _told(
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
    return place, _Table(kept, year, month, day, hour, values)


def _sam(reading: _Reading, rows: list[list[str]]) -> tuple[_Place, _Table]:
    about = {_plain(name): text.strip() for name, text in zip(rows[0], rows[1], strict=False)}
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
    names = [_plain(cell) for cell in rows[2]]
    kept, data = _long_enough(reading, rows, 3, max([*columns.values(), *(names.index(part) for part in CALENDAR)]) + 1)
    year, month, day, hour = (_whole(reading, kept, data, names.index(part), part) for part in ("year", "month", "day", "hour"))
    _check_interval(reading, names, kept, data)
    values = {name: _numbers(reading, kept, data, column, name) for name, column in columns.items()}
    if "pressure" in values and about.get("pressureunits", "mbar").lower() != "pa":
        values["pressure"] = values["pressure"] * _MILLIBAR
    return place, _Table(kept, year, month, day, hour, values)


def _check_interval(reading: _Reading, names: list[str], kept: list[int], data: list[list[str]]) -> None:
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


def _columns(reading: _Reading, header: list[str], known: Mapping[str, tuple[str, ...]], line: int) -> dict[str, int]:
    """Where the columns stand. Air temperature, and dew point or humidity, must be there, and no temperature in another unit."""
    names = [_plain(cell) for cell in header]
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


def _long_enough(reading: _Reading, rows: list[list[str]], skip: int, width: int) -> tuple[list[int], list[list[str]]]:
    """The rows of data with their lines; blank ones are passed over. Raises InputError where there are none, or some are cut off."""
    filled = [(line, row) for line, row in enumerate(rows[skip:], skip + 1) if any(cell.strip() for cell in row)]
    if not filled:
        reading.wrong(say("no hours after line {skip}; expected {year_hours:,}", skip=skip, year_hours=YEAR_HOURS), skip)
    _told(
        reading,
        [
            (line, say("{row} values; expected at least {width}: the line is cut off", row=len(row), width=width))
            for line, row in filled
            if len(row) < width
        ],
    )
    reading.stop()
    return [line for line, _ in filled], [row for _, row in filled]


def _whole(reading: _Reading, kept: list[int], data: list[list[str]], column: int, words: str) -> Whole:
    """A column of the calendar. Raises InputError where it is none."""
    bad = [
        (line, say('the {words} is "{row}"; expected a whole number', words=say(words), row=row[column]))
        for line, row in zip(kept, data, strict=True)
        if not _WHOLE.fullmatch(row[column])
    ]
    _told(reading, bad)
    reading.stop()
    return np.array([int(float(row[column])) for row in data], dtype=np.int64)


def _numbers(reading: _Reading, kept: list[int], data: list[list[str]], column: int, name: str) -> Array:
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
                bad.append((line, say('the {words} is "{row}"; expected a number', words=say(_FIELDS[name].words), row=row[column])))
        _told(reading, bad)
    values[np.isin(values, _FIELDS[name].codes) | ~np.isfinite(values)] = np.nan
    return values


def _told(reading: _Reading, found: Sequence[tuple[int, str]]) -> None:
    """The first few of a sort of fault one by one, and how many more there are."""
    for line, message in found[:_MOST]:
        reading.wrong(message, line)
    if len(found) > _MOST:
        reading.wrong(say("and {lines} like these", lines=counted(len(found) - _MOST, "more line")), found[_MOST][0])


# --- checks -----------------------------------------------------------------------------------------------------------------------


def _without_leap_day(reading: _Reading, table: _Table) -> _Table:
    leap = (table.month == 2) & (table.day == 29)
    if not leap.any():
        return table
    reading.notes.append(say("29 February dropped: {hours}", hours=counted(int(leap.sum()), "hour")))
    keep = ~leap
    lines = [line for line, kept in zip(table.lines, keep, strict=True) if kept]
    year, month, day, hour = (part[keep] for part in (table.year, table.month, table.day, table.hour))
    return _Table(lines, year, month, day, hour, {name: values[keep] for name, values in table.values.items()})


def _check_hours(reading: _Reading, table: _Table) -> None:
    """Every hour of whole years is there once and in order. Raises InputError with which are not, since no more can be told then."""
    days = np.array(MONTH_DAYS)[np.clip(table.month, 1, 12) - 1]
    odd = (table.month < 1) | (table.month > 12) | (table.day < 1) | (table.day > days) | (table.hour < 0) | (table.hour > 23)
    _told(
        reading,
        [
            (table.lines[at], say("no such hour: {when}; expected hours 0 to 24 of a day of the year", when=_when(table, at)))
            for at in np.flatnonzero(odd)
        ],
    )
    reading.stop()
    place = 24 * (_STARTS[table.month - 1] + table.day - 1) + table.hour
    before = np.concatenate([[-1], place[:-1]])
    step = np.mod(place - before, YEAR_HOURS)
    found, missing, doubled = [], [], []
    for at in np.flatnonzero(step != 1):
        gap = int(step[at]) - 1
        if 0 < gap <= YEAR_HOURS // 2:
            missing.append(int(table.month[at]))
            found.append((table.lines[at], say("{hours} missing before {when}", hours=counted(gap, "hour"), when=_when(table, at))))
        else:
            doubled.append(int(table.month[at]))
            found.append(
                (
                    table.lines[at],
                    say("{when} stands twice or out of order, after {before}", when=_when(table, at), before=_when(table, at - 1)),
                )
            )
    if place[-1] != YEAR_HOURS - 1:
        found.append(_unfinished(table, int(place[-1]) + 1, bool(found)))
    _told(reading, found)
    if missing and set(missing) <= {3, 4} and set(doubled) <= {9, 10, 11} and len(missing) == len(doubled):
        reading.wrong(say("the clock was put forward and back: expected local standard time all the year"), table.lines[0])
    if found or len(place) % YEAR_HOURS:
        reading.wrong(
            say(
                "{place:,} hours; expected {year_hours:,} a year, each once and in order (29 February does "
                "not count): fill what is missing, leave out what is too much",
                place=len(place),
                year_hours=YEAR_HOURS,
            ),
            table.lines[0],
        )
    reading.stop()
    _check_years(reading, table)


def _unfinished(table: _Table, given: int, broken: bool) -> tuple[int, str]:
    """That the last year of a file ends before its time; a short piece after whole years is too much rather than too little."""
    if not broken and given < YEAR_HOURS // 2 < len(table.lines):
        at = len(table.lines) - given
        return table.lines[at], say("{hours} beyond whole years, from {when} on", hours=counted(given, "hour"), when=_when(table, at))
    return table.lines[-1], say(
        "{hours} missing at the end, after {when}", hours=counted(YEAR_HOURS - given, "hour"), when=_when(table, len(table.lines) - 1)
    )


def _check_years(reading: _Reading, table: _Table) -> None:
    """Each month is of one calendar year: a typical year is put together from whole months. Raises InputError where years mix within."""
    hour = np.arange(len(table.year)) % YEAR_HOURS
    last = np.isin(hour, np.array(MONTH_ENDS) - 1)  # the last hour of a month may carry the date of the next
    changes = np.flatnonzero((table.year[1:] != table.year[:-1]) & ~last[1:] & ~last[:-1]) + 1

    def said(at: np.int64) -> str:
        return say(
            "the year goes from {before} to {year} amid a month, at {when}; expected whole months of one year",
            before=int(table.year[at - 1]),
            year=int(table.year[at]),
            when=_when(table, at),
        )

    _told(reading, [(table.lines[at], said(at)) for at in changes])
    reading.stop()


def _when(table: _Table, at: int | np.int64) -> str:
    """An hour of the file in words: month, day and the hour it begins."""
    return f"{table.month[at]:02d}-{table.day[at]:02d} {table.hour[at]:02d}:00"


def _checked(reading: _Reading, table: _Table, name: str) -> Array:
    """A column whose numbers are possible, NaN where there are none. The air temperature has no gaps, sun and wind none or nothing."""
    field, values = _FIELDS[name], table.values.get(name, np.full(len(table.lines), np.nan))
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero((values < field.least) | (values > field.most))
    if len(wrong):
        at = int(wrong[np.argmax(np.abs(values[wrong]))])
        hint = _hint(name, values)
        reading.wrong(
            say(
                "{words} of {value:,.6g} {unit} at {when}, one of {hours}; expected {least:g} to {most:g} {unit}{hint}",
                words=say(field.words),
                value=values[at],
                unit=field.unit,
                when=_when(table, at),
                hours=counted(len(wrong), "hour"),
                least=field.least,
                most=field.most,
                hint=hint,
            ),
            table.lines[at],
        )
    none = np.flatnonzero(np.isnan(values))
    if len(none) and (name == "dry_bulb" or (name in (*_SUNS, "wind") and len(none) < len(values))):
        at = int(none[0])
        reading.wrong(
            say(
                "no {words} in {hours}, the first {when}; fill the gaps",
                words=say(field.words),
                hours=counted(len(none), "hour"),
                when=_when(table, at),
            ),
            table.lines[at],
        )
    return values


def _hint(name: str, values: Array) -> str:
    """What the unit of impossible numbers may be."""
    usual = float(np.nanmedian(values))
    if name in ("dry_bulb", "dew_point"):
        return say(": in kelvin? K - 273.15") if usual > 200.0 else say(": in degrees Fahrenheit? (F - 32) / 1.8")
    return say(": in another unit?") if name == "pressure" else ""


def _check_place(reading: _Reading, place: _Place, table: _Table, values: dict[str, Array]) -> None:
    """The place is on Earth, and the sun of the file stands where it does there at the hours of the file."""
    limits = (("latitude", 90.0), ("longitude", 180.0), ("utc_offset", 14.0), ("elevation", 9000.0))
    off = [f"{name} {getattr(place, name):g}" for name, most in limits if abs(getattr(place, name)) > most]
    if off:
        reading.wrong(say("no place on Earth: {off}", off=", ".join(off)))
        return
    expected = 12.0 - (place.longitude / 15.0 - place.utc_offset)
    sun = np.nan_to_num(values["sun"])
    if np.isfinite(expected) and sun.sum() > 0.0:
        seen = float((sun * (table.hour + 0.5)).sum() / sun.sum())
        if abs(seen - expected) > _SUN_OFF:
            reading.wrong(
                say(
                    "the sun stands highest about {seen:.1f} h, but at longitude {longitude:g} and "
                    "{utc_offset:+g} h of UTC about {expected:.1f} h: expected hours in local standard time, and "
                    "longitudes east positive",
                    seen=seen,
                    longitude=place.longitude,
                    utc_offset=place.utc_offset,
                    expected=expected,
                )
            )


def _dew_point(reading: _Reading, table: _Table, values: dict[str, Array]) -> Array:
    """The dew point, from the relative humidity where there is none; never above the air's temperature."""
    dry, dew, humidity = values["dry_bulb"], values["dew_point"].copy(), values["humidity"]
    usable = np.isnan(dew) & (humidity > 0.0) & np.isfinite(dry) & (dry >= _FIELDS["dry_bulb"].least) & (dry <= _FIELDS["dry_bulb"].most)
    if usable.any():
        dew[usable] = dew_point(dry[usable], np.clip(humidity[usable] / 100.0, 1e-3, 1.0))
        reading.notes.append(say("dew point worked out from the relative humidity in {hours}", hours=counted(int(usable.sum()), "hour")))
    none = np.flatnonzero(np.isnan(dew))
    if len(none):
        at = int(none[0])
        reading.wrong(
            say(
                "no dew point and no relative humidity above 0 in {hours}, the first {when}; fill the gaps",
                hours=counted(len(none), "hour"),
                when=_when(table, at),
            ),
            table.lines[at],
        )
    over = np.nan_to_num(dew - dry)
    if over.max() > _ROUNDING:
        at = int(over.argmax())
        reading.wrong(
            say(
                "dew point {dew:g} above the air temperature {dry:g} degC at {when}, one of {hours}; expected at most as high",
                dew=dew[at],
                dry=dry[at],
                when=_when(table, at),
                hours=counted(int((over > _ROUNDING).sum()), "hour"),
            ),
            table.lines[at],
        )
    elif over.max() > 0.0:
        reading.notes.append(
            say(
                "dew point lowered to the air temperature in {hours}, by at most {most:.1f} K",
                hours=counted(int((over > 0.0).sum()), "hour"),
                most=over.max(),
            )
        )
    return np.minimum(dew, dry)


# --- what comes of it -------------------------------------------------------------------------------------------------------------


def _weather(reading: _Reading, place: _Place, table: _Table, values: dict[str, Array], dew: Array) -> Weather:
    none = np.isnan(values["pressure"])
    pressure = np.where(none, pressure_at(np.array(place.elevation)), values["pressure"])
    if none.any():
        reading.notes.append(say("no pressure in {hours}: that of the elevation", hours=counted(int(none.sum()), "hour")))
    lacking = [say(_FIELDS[name].words) for name in (*_SUNS, "wind") if np.isnan(values[name]).all()]
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


#: Height of an airport's anemometer, which files of this kind mean, m (WMO Guide to Instruments, part I, chapter 5).
_WIND_HEIGHT = 10.0


def _years(table: _Table) -> Iterator[int]:
    """The calendar year of each year; none where one mixes several."""
    each = table.year.reshape(-1, YEAR_HOURS)
    # the last hour of a year may carry the date of the next
    if (each[:, :-1] == each[:, :1]).all():
        yield from (int(year) for year in each[:, 0])
