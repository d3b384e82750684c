"""A user's factors of the grid by the hour: average and marginal greenhouse gas, water at the power plants; one row an hour."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.tables import cells_of
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.quantity.units import parse_number
from stargauge.quantity.weather.weather import YEAR_HOURS

Array = NDArray[np.float64]

#: Each factor, the unit it is kept in, and the one it has where the header names none.
FACTORS = {"average": ("g/Wh", "g/kWh"), "marginal": ("g/Wh", "g/kWh"), "upstream_water": ("L/Wh", "L/kWh")}
PLACES = ("hour", "time")
_HEADER = re.compile(r"^(\w+)\s*[(\[]\s*([^)\]]+?)\s*[)\]]$")
#: Most faults of one file that are told one by one.
_MOST = 6


class HourlyFactors(NamedTuple):
    """Factors of each hour of a year of 365 days in local standard time, per Wh drawn from the grid; None where the file has none."""

    name: str
    average: Array | None  # g/Wh, for scope 2 by location
    marginal: Array | None  # g/Wh, of what more load makes run: beside scope 2, never added to it
    upstream_water: Array | None  # L/Wh consumed at the power plants


def read_hourly_factors(file: Path) -> HourlyFactors:
    """Factors by the hour of a CSV file: `hour` (0 to 8759, or 1 to 8760) or `time`, and one or more of `FACTORS`.

    A header may name its unit, `average (lb/MWh)`; without one it is g/kWh and L/kWh. Raises InputError with lines: hours that are missing
    or stand twice, another length than a year of 365 days, 29 February, values that are no numbers or negative.
    """
    rows = cells_of(file, (), ())
    if not rows:
        raise InputError(say('"{file}" has no rows; expected {year_hours:,}, one an hour', file=file, year_hours=YEAR_HOURS))
    names = _columns(file, list(rows[0][1]))
    faults = list(_hour_faults([line for line, _ in rows], [row for _, row in rows]))
    found = {name: _values(rows, *named, faults) for name, named in names.items()}
    if faults:
        more = [Fault(say("and {count} more faults", count=len(faults) - _MOST))] if len(faults) > _MOST else []
        raise InputError([Fault(one.message, "", str(file), one.line, 1 if one.line else 0) for one in (*faults[:_MOST], *more)])
    return HourlyFactors(file.name, *(found.get(name) for name in FACTORS))


def _columns(file: Path, given: Sequence[str]) -> dict[str, tuple[str, float]]:
    """The header of each factor, and what a number in it is in the unit kept."""
    names, faults = dict[str, tuple[str, float]](), list[Fault]()
    for header in given:
        said = _HEADER.match(header)
        name, written = (said[1], said[2]) if said else (header, "")
        if name in PLACES and not written:
            continue
        if name not in FACTORS:
            all_names = (*PLACES, *FACTORS)
            faults.append(
                Fault(
                    say(
                        'unknown column "{header}"{near}; known: {all_names}',
                        header=header,
                        near=did_you_mean(name, all_names),
                        all_names=", ".join(all_names),
                    )
                )
            )
            continue
        kept, usual = FACTORS[name]
        try:
            names[name] = (header, parse_number(f"1 {written or usual}", kept))
        except InputError as error:
            faults += [Fault(say('column "{header}": {message}', header=header, message=fault.message)) for fault in error.faults]
    if not names and not faults:
        faults.append(Fault(say("no factor; expected one or more of the columns {factors}", factors=", ".join(FACTORS))))
    if sum(place in given for place in PLACES) != 1:
        faults.append(Fault(say('expected one column "hour" (0 to 8759) or "time" (such as 2028-01-01 00:00)')))
    if faults:
        raise InputError([Fault(one.message, "", str(file), 1, 1) for one in faults])
    return names


def _hour_faults(lines: Sequence[int], rows: Sequence[Mapping[str, str]]) -> Iterator[Fault]:
    """What is wrong with the hours: each must follow the one before, from the first to the last of a year of 365 days."""
    read = _clock if "time" in rows[0] else _count
    first = 1 if read is _count and rows[0]["hour"] == "1" else 0
    expected, leap = 0, False
    for line, row in zip(lines, rows, strict=True):
        at = read(row)
        if isinstance(at, str):
            if not (leap and at == _leap()):
                yield Fault(at, line=line)
            leap |= at == _leap()
            continue
        at -= first
        if at != expected:
            text = say(
                "hour {at:,} stands twice or out of order; expected hour {expected:,}"
                if at < expected
                else "hour {at:,} comes {early:,} too early: hours before it are missing; expected hour {expected:,}",
                at=at + first,
                early=at - expected,
                expected=expected + first,
            )
            yield Fault(text, line=line)
        expected = at + 1
    if len(rows) != YEAR_HOURS and not leap:
        hint = say("; a leap year has 24 more: leave 29 February out") if len(rows) == YEAR_HOURS + 24 else ""
        yield Fault(
            say(
                "{rows:,} rows; expected {year_hours:,}, one an hour of a year of 365 days{hint}",
                rows=len(rows),
                year_hours=YEAR_HOURS,
                hint=hint,
            ),
            line=lines[-1],
        )


def _leap() -> str:
    return say("29 February; a year here has 365 days: leave that day out")


def _count(row: Mapping[str, str]) -> int | str:
    text = row["hour"]
    return (
        int(text)
        if text.isascii() and text.isdigit()
        else say('hour is "{text}"; expected a whole number from 0 to {year_hours:,}', text=text, year_hours=YEAR_HOURS - 1)
    )


def _clock(row: Mapping[str, str]) -> int | str:
    """The hour of the year of a time; its year is not looked at."""
    try:
        when = datetime.fromisoformat(row["time"])
    except ValueError:
        return say('time is "{time}"; expected one such as 2028-01-01 00:00', time=row["time"])
    if when.tzinfo is not None:
        return say('time is "{time}", with an offset; expected local standard time without one', time=row["time"])
    if (when.month, when.day) == (2, 29):
        return _leap()
    if when.minute or when.second:
        return say('time is "{time}"; expected the beginning of a whole hour', time=row["time"])
    return 24 * (when.replace(year=2027).timetuple().tm_yday - 1) + when.hour


def _values(rows: Sequence[tuple[int, Mapping[str, str]]], header: str, factor: float, faults: list[Fault]) -> Array:
    out = np.full(len(rows), np.nan)
    for place, (line, row) in enumerate(rows):
        try:
            out[place] = float(row[header])
        except ValueError:
            faults.append(Fault(say('{header} is "{row}"; expected a number in every hour', header=header, row=row[header]), line=line))
            continue
        if not (isfinite(out[place]) and out[place] >= 0.0):
            faults.append(
                Fault(say("{header} is {row}; expected a number that is not negative", header=header, row=row[header]), line=line)
            )
    return out * factor
