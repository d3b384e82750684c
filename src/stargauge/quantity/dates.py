"""Dates with the precision they were stated in, and the month axis. In the model a date is a day count; never = infinity, absent = NaN."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

#: What Python says of a date that there is not.
NO_DATE = ("month must be in 1..12", "day is out of range for month", "year 0 is out of range")
_FORMS = re.compile(r"^(?P<y>\d{4})(?:-(?:(?P<m>\d{2})(?:-(?P<d>\d{2}))?|Q(?P<q>[1-4])|H(?P<h>[12])))?(?:T.*)?$")


@dataclass(frozen=True, order=True)
class Window:
    """The span a stated date stands for: `2026` is a year, `2026-Q4` a quarter, `2026-11-01` one day."""

    start: date
    end: date

    @property
    def middle(self) -> float:
        """Day count of its middle."""
        return (day(self.start) + day(self.end)) / 2

    @property
    def half(self) -> float:
        """Half its width in days; nothing for a day."""
        return (day(self.end) - day(self.start)) / 2

    def __str__(self) -> str:
        return str(self.start) if self.start == self.end else f"{self.start}..{self.end}"


def day(when: date) -> float:
    """A date as the day count the model uses (days since 0001-01-01, proleptic Gregorian)."""
    return float(when.toordinal())


def from_day(count: float) -> date:
    """The date of a day count."""
    return date.fromordinal(int(count))


#: A day on which everything that a file says is known.
FAR = date(9000, 1, 1)


def parse_window(text: str | date | int) -> Window:
    """Read `2026-11-01`, `2026-11`, `2026-Q4`, `2026-H2`, `2026`, or `2026-10-01..2027-03-31`. A time of day is dropped."""
    if isinstance(text, date):
        return Window(text, text)
    text = str(text).strip()
    if text.count("..") == 1:
        first, last = (parse_window(part) for part in text.split(".."))
        if last.end < first.start:
            raise InputError(say('the window "{text}" ends before it starts', text=text))
        return Window(first.start, last.end)
    match = _FORMS.match(text)
    if match is None:
        raise InputError(say('got "{text}"; expected a date such as 2026-11-01, 2026-11, 2026-Q4, 2026-H2 or 2026', text=text))
    year = int(match["y"])
    try:
        if match["d"]:
            only = date(year, int(match["m"]), int(match["d"]))
            return Window(only, only)
        first_month, last_month = 1, 12
        if match["m"]:
            first_month = last_month = int(match["m"])
        elif match["q"]:
            first_month, last_month = 3 * int(match["q"]) - 2, 3 * int(match["q"])
        elif match["h"]:
            first_month, last_month = 6 * int(match["h"]) - 5, 6 * int(match["h"])
        return Window(date(year, first_month, 1), month_end(date(year, last_month, 1)))
    except ValueError as error:
        raise InputError(say('got "{text}", which is not a date of the calendar: {error}', text=text, error=say(str(error)))) from None


def month_end(when: date) -> date:
    """The last day of a date's month."""
    return when.replace(day=calendar.monthrange(when.year, when.month)[1])


@lru_cache(maxsize=64)
def months_between(start: date, end: date) -> tuple[date, ...]:
    """The month ends from the month of `start` to the month of `end`; the labels of the month axis."""
    out, at = [], month_end(start)
    while at <= month_end(end):
        out.append(at)
        at = month_end(at + timedelta(days=1))
    return tuple(out)


def month_label(when: date) -> str:
    """`2026-11`: how a month is written in addresses, tables and JSON."""
    return f"{when.year:04d}-{when.month:02d}"
