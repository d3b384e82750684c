"""The days that a phrase of time stands for: parts of years, periods around a day, shifts by months and years."""

from __future__ import annotations

import calendar
from datetime import MAXYEAR, date, timedelta

#: The months of a part of a year. That "mid-year" is May to August is a convention.
PARTS = {"year_start": (1, 3), "mid_year": (5, 8), "year_end": (10, 12)}
SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "winter": (12, 2)}
Days = tuple[date, date]


def months(year: int, first: int, last: int) -> Days:
    """From the first day of a month to the last of another, the next year where it comes before."""
    end = year + (last < first)
    return date(year, first, 1), date(end, last, calendar.monthrange(end, last)[1])


def shifted(day: date, count: int, unit: str) -> date:
    """A day so many days, weeks, months or years on; the last day of a month where the month has no such day."""
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    month = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(month, 12)
    if not 1 <= year <= MAXYEAR:
        raise OverflowError(f"year {year}")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def period(day: date, unit: str, way: int) -> Days:
    """The week, month, quarter or year a day lies in, or the one before or after."""
    if unit == "week":
        monday = day - timedelta(days=day.weekday()) + timedelta(weeks=way)
        return monday, monday + timedelta(days=6)
    if unit == "year":
        return months(day.year + way, 1, 12)
    if unit == "quarter":
        first = shifted(date(day.year, 3 * ((day.month - 1) // 3) + 1, 1), 3 * way, "month")
        return months(first.year, first.month, first.month + 2)
    first = shifted(day.replace(day=1), way, "month")
    return months(first.year, first.month, first.month)


def season(day: date, name: str, way: int) -> Days:
    """The next, last or present season of a name, as seen from a day."""
    first, last = SEASONS[name]
    years = [months(year, first, last) for year in range(day.year - 2, day.year + 3)]
    if way > 0:
        return next(days for days in years if days[0] > day)
    if way < 0:
        return [days for days in years if days[1] < day][-1]
    return next(days for days in years if days[0].year == day.year)


def last_weekday(day: date, weekday: int) -> date:
    """The newest such weekday up to a day."""
    return day - timedelta(days=(day.weekday() - weekday) % 7)
