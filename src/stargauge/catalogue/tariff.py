"""A tariff of the grid from a file: energy prices by month, day and hour, charges for the highest hour of a month, for capacity, and fixed.

    kind,value,months,days,hours
    energy,38 USD/MWh,,,
    energy,95 USD/MWh,jun-sep,mon-fri,15-19
    demand,9 USD/kW/month,,,
    demand,6 USD/kW/month,jun-sep,mon-fri,15-19
    capacity,2 USD/kW/month,,,
    contract,600 MW,,,
    fixed,12000 USD/month,,,

Of energy prices the last row that fits an hour holds; demand charges add up, each on the highest of its own hours of a month. A row
`prices,FILE UNIT` takes 8,760 energy prices from a file beside it, one a line. Hours are of the site's standard time, from the first of
January on, without 29 February; days of the week are those of 2027, whose first day is a Friday, unless another year is asked for.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.power.hourly import MONTH_ENDS, hour_name
from stargauge.quantity.spoken import say
from stargauge.quantity.units import convert, parse_number, split_number
from stargauge.quantity.weather.weather import YEAR_HOURS

Array = NDArray[np.float64]
Marks = NDArray[np.bool_]

COLUMNS = ("kind", "value", "months", "days", "hours", "note")
KINDS = ("energy", "prices", "demand", "capacity", "contract", "fixed")
_BANDS = ("months", "days", "hours")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FRIDAY, _LARGEST = 4, 5_000_000
#: Month (0 to 11), days since the first and hour of the clock of each hour of a year.
MONTH_OF = np.searchsorted(np.asarray(MONTH_ENDS), np.arange(YEAR_HOURS), side="right")
_DAYS_ON, _CLOCK = np.arange(YEAR_HOURS) // 24, np.arange(YEAR_HOURS) % 24


@dataclass(frozen=True)
class Tariff:
    """What the grid costs. `energy`: USD/Wh by hour of a year; `demand`: USD/W of the highest hour of a month, each by hour, 0 in hours
    that do not count. `capacity`: USD per W and year of what is contracted; `contract`: W at most; `fixed`: USD a year.
    """

    name: str
    energy: Array
    demand: tuple[Array, ...] = ()
    capacity: float = 0.0
    contract: float = inf
    fixed: float = 0.0


@dataclass
class _Reading:
    """What was read so far; `energy` is absent in hours without a price."""

    file: Path
    first_day: int = _FRIDAY
    faults: list[Fault] = field(default_factory=list)
    energy: Array = field(default_factory=lambda: np.full(YEAR_HOURS, np.nan))
    demand: list[Array] = field(default_factory=list)
    single: dict[str, float] = field(default_factory=dict)

    def fault(self, line: int, text: str, path: str = "") -> None:
        self.faults.append(Fault(text, path, str(self.file), line, 1))


def read_tariff(file: Path, first_day: int = _FRIDAY) -> Tariff:
    """A tariff from a CSV file. `first_day`: the day of the week of 1 January, 0 is Monday.

    Raises InputError with everything that is wrong in it, each with its line.
    """
    made = _Reading(file, first_day)
    for line, cells in _lines(made):
        try:
            _take(made, line, cells)
        except InputError as error:
            for fault in error.faults:
                made.fault(line, fault.message, fault.path or cells.get("kind", ""))
    lacks = np.isnan(made.energy)
    if lacks.any() and not made.faults:
        hour = int(np.flatnonzero(lacks)[0])
        more = say(" and {count:,} more", count=int(lacks.sum()) - 1) if lacks.sum() > 1 else ""
        made.faults.append(Fault(
            say(
                "no energy price in {hour}{more}; begin with a row for all hours, such as energy,40 USD/MWh,,,",
                hour=hour_name(hour), more=more,
            ),
            file=str(file),
        ))  # fmt: skip
    if made.faults:
        raise InputError(made.faults)
    single = made.single
    return Tariff(
        file.name, made.energy, tuple(made.demand), 12.0 * single.get("capacity", 0.0), single.get("contract", inf),
        12.0 * single.get("fixed", 0.0),
    )  # fmt: skip


def _lines(made: _Reading) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of the file with their lines; a file that is none, a wrong header or an uneven row is a fault."""
    text = _text(made.file)
    reader = csv.reader(text.splitlines())
    header = [cell.strip() for cell in next(reader, [])]
    for name in header:
        if name not in COLUMNS:
            made.fault(
                1,
                say(
                    'unknown column "{name}"{near}; expected {columns}',
                    name=name,
                    near=did_you_mean(name, COLUMNS),
                    columns=", ".join(COLUMNS),
                ),
            )
    for name in ("kind", "value"):
        if name not in header:
            made.fault(1, say('no column "{name}"; expected {columns}', name=name, columns=", ".join(COLUMNS)))
    if made.faults:
        return
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            made.fault(
                reader.line_num,
                say("{cells} cells; expected {header}; a number with commas stands in quotes", cells=len(cells), header=len(header)),
            )
            continue
        yield reader.line_num, dict(zip(header, [cell.strip() for cell in cells] + [""] * len(header), strict=False))


def _text(file: Path) -> str:
    if not file.is_file():
        raise InputError(say('no file "{file}"; expected a tariff: CSV with the columns {columns}', file=file, columns=", ".join(COLUMNS)))
    if file.stat().st_size > _LARGEST:
        raise InputError(
            Fault(
                say("the file is larger than {largest} MB; expected a tariff or 8,760 prices", largest=_LARGEST // 1_000_000),
                file=str(file),
            )
        )
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(Fault(say("the file is no text in UTF-8; save it as CSV"), file=str(file))) from None


def _take(made: _Reading, line: int, cells: Mapping[str, str]) -> None:
    """One row."""
    kind, value = cells["kind"], cells["value"]
    if kind not in KINDS:
        raise InputError(
            say('unknown kind "{kind}"{near}; expected {kinds}', kind=kind, near=did_you_mean(kind, KINDS), kinds=", ".join(KINDS))
        )
    hours = _hours(cells, made.first_day)
    if kind == "energy":
        made.energy[hours] = _not_negative(parse_number(value, "USD/Wh"), value)
    elif kind == "demand":
        price = _per_month(value, "USD/W")
        if not price:
            return
        made.demand.append(np.where(hours, price, 0.0))
    else:
        if given := [name for name in _BANDS if cells.get(name)]:
            raise InputError(say("{kind} holds in all hours; leave {given} empty", kind=kind, given=", ".join(given)))
        if kind == "prices":
            made.energy[:] = _prices(made.file, value)
            return
        if kind in made.single:
            raise InputError(say("{kind} stands twice; expected it once", kind=kind))
        made.single[kind] = parse_number(value, "W") if kind == "contract" else _per_month(value, "USD/W" if kind == "capacity" else "USD")
        if kind == "contract" and not made.single[kind] > 0.0:
            raise InputError(say('got "{value}"; expected a power above 0, such as 600 MW', value=value))


def _not_negative(number: float, text: str) -> float:
    if not (isfinite(number) and number >= 0.0):
        raise InputError(say('got "{text}"; expected 0 or more: who is paid to take power could throw it away without end', text=text))
    return number


def _per_month(text: str, unit: str) -> float:
    """A charge a month, in a unit a month; by the year a twelfth."""
    number, given = split_number(text)
    rest, _, period = given.rpartition("/")
    if period not in ("month", "yr", "year"):
        raise InputError(
            say(
                'got "{text}"; expected a charge a month, such as 9 {unit}',
                text=text,
                unit="USD/kW/month" if unit == "USD/W" else "USD/month",
            )
        )
    return _not_negative(convert(number, rest, unit), text) / (1 if period == "month" else 12)


# --- months, days, hours ----------------------------------------------------------------------------------------------------------


def _hours(cells: Mapping[str, str], first_day: int) -> Marks:
    """The hours of a year that a row is of."""
    faults: list[Fault] = []
    hours = np.ones(YEAR_HOURS, dtype=bool)
    for name, of, size in (("months", MONTH_OF, 12), ("days", (_DAYS_ON + first_day) % 7, 7), ("hours", _CLOCK, 24)):
        text = cells.get(name, "")
        try:
            hours &= np.isin(of, list(_band(name, text, size))) if text else True
        except InputError as error:
            faults += [Fault(fault.message, name) for fault in error.faults]
    if faults:
        raise InputError(faults)
    return hours


def _band(name: str, text: str, size: int) -> Iterator[int]:
    """Places that a text of parts names, as `jun-sep`, `mon-fri`, `15-19` (from 15:00 to 19:00); a part may go over the end, as `22-6`."""
    for part in text.lower().split():
        ends = [_place(name, end) for end in part.split("-")]
        if not 1 <= len(ends) <= 2:
            raise InputError(say('got "{part}"; expected one or two ends, such as {such}', part=part, such=_SUCH[name]))
        if name == "hours":
            if len(ends) == 2 and ends[0] == ends[1]:
                raise InputError(
                    say('got "{part}", which has no hour; expected such as {such}, or leave it empty for all', part=part, such=_SUCH[name])
                )
            if ends == [24]:
                raise InputError(say('got "24", an end and no hour; expected 0 to 23 for one hour, such as 23, or a part such as 22-24'))
            last = ends[1] - 1 if len(ends) == 2 else ends[0]
        else:
            last = ends[-1]
        yield from ((ends[0] + step) % size for step in range((last - ends[0]) % size + 1))


_SUCH = {"months": "jun-sep", "days": "mon-fri", "hours": "15-19"}


def _place(name: str, text: str) -> int:
    names: Sequence[str] = {"months": _MONTHS, "days": _DAYS}.get(name, ())
    if text[:3] in names and (text.isalpha()):
        return names.index(text[:3])
    number = int(text) if re.fullmatch(r"\d{1,2}", text) else -1
    if name == "months" and 1 <= number <= 12:
        return number - 1
    if name == "hours" and 0 <= number <= 24:
        return number
    listed = ", ".join(names)
    allowed = say("0 to 24") if name == "hours" else say("{names}, or 1 to 12", names=listed) if name == "months" else listed
    raise InputError(
        say(
            'got "{text}"{near}; expected {allowed}, such as {such}',
            text=text,
            near=did_you_mean(text, names) if names else "",
            allowed=allowed,
            such=_SUCH[name],
        )
    )


# --- prices by hour ---------------------------------------------------------------------------------------------------------------


def _prices(tariff: Path, value: str) -> Array:
    """8,760 prices from a file beside the tariff."""
    name, _, unit = value.rpartition(" ")
    if not name:
        raise InputError(
            say('got "{value}"; expected a file beside the tariff and the unit of its numbers, such as prices.csv USD/MWh', value=value)
        )
    file, factor = tariff.parent / name.strip(), parse_number(f"1 {unit}", "USD/Wh")
    rows = [(line, text.strip()) for line, text in enumerate(_text(file).splitlines(), 1) if text.strip()]
    if rows and not _number(rows[0][1]):
        rows = rows[1:]
    wrong = [(line, text) for line, text in rows if not (_number(text) and float(text) >= 0.0)]
    if wrong:
        line, text = wrong[0]
        more = say(", and so in {count} more", count=len(wrong) - 1) if len(wrong) > 1 else ""
        raise InputError(
            say(
                '{file}, line {line}: got "{text}"{more}; expected one number that is not negative a line',
                file=file,
                line=line,
                text=text,
                more=more,
            )
        )
    if len(rows) != YEAR_HOURS:
        leap = say("; leave 29 February out") if len(rows) == YEAR_HOURS + 24 else ""
        raise InputError(
            say(
                "{file} has {rows:,} prices; expected {year_hours:,}, one an hour{leap}",
                file=file,
                rows=len(rows),
                year_hours=YEAR_HOURS,
                leap=leap,
            )
        )
    return np.array([float(text) for _, text in rows]) * factor


def _number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False
