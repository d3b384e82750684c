"""Series by the hour over draws that share their shape: one shape scaled, a few weather years, or a series of each draw's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.errors import Fault
from stargauge.quantity.spoken import say, written
from stargauge.quantity.units import show
from stargauge.quantity.weather.weather import YEAR_HOURS

Array = NDArray[np.float64]
Hours = NDArray[np.int64]

#: Days of the months of a year of 365 days.
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: The hour at which each month of such a year ends.
MONTH_ENDS = tuple(24 * sum(MONTH_DAYS[: month + 1]) for month in range(12))


class Hourly(NamedTuple):
    """A series by the hour of each draw: value at hour t of draw d = values[t, column[d]] * scale[d], from `since` and before `until`.

    Arrays have the hour first, so that one hour of all draws lies together in memory.
    """

    values: Array  # (hour,): of all draws; (hour, column)
    scale: ArrayLike = 1.0  # (draw,) or one for all: a capacity, where values are shares of one
    column: ArrayLike | None = None  # (draw,): the column a draw takes, as its weather year; without it column d is draw d's
    since: ArrayLike | None = None  # (draw,) or one: the first hour in which there is any
    until: ArrayLike | None = None  # (draw,) or one: the first hour in which there is none any more


def hour_name(hour: int) -> str:
    """An hour of a year of 365 days in words: `hour 4,380 (2 July, 12:00 to 13:00)`; years after the first are counted."""
    year, within = divmod(int(hour), YEAR_HOURS)
    day, clock = divmod(within, 24)
    month = 0
    while day >= MONTH_DAYS[month]:
        day -= MONTH_DAYS[month]
        month += 1
    when = say("{day} {month}", day=day + 1, month=_months()[month])
    if year:
        when = say("{day} of year {year}", day=when, year=year + 1)
    return say("hour {hour:,} ({day}, {start:02d}:00 to {end:02d}:00)", hour=int(hour), day=when, start=clock, end=clock + 1)


def _months() -> tuple[str, ...]:
    return (
        say("January"), say("February"), say("March"), say("April"), say("May"), say("June"), say("July"), say("August"), say("September"),
        say("October"), say("November"), say("December"),
    )  # fmt: skip


def hourly_faults(name: str, series: Hourly, hours: int, unit: str, most: float = np.inf, signed: bool = False) -> Iterator[Fault]:
    """What is wrong with a series: its length, what is absent, negative (unless `signed`) or above `most`, with the hour and the amount."""
    least = -np.inf if signed else 0.0
    values = np.asarray(series.values)
    if values.ndim not in (1, 2) or len(values) != hours:
        leap = (
            say("; a leap year has 24 hours more: leave 29 February out of both") if abs(len(np.atleast_1d(values)) - hours) == 24 else ""
        )
        yield Fault(
            say(
                "{name} has {shape}; expected {hours:,} hours as the load has, by hour or by hour and column{leap}",
                name=name,
                shape=_shape(values),
                hours=hours,
                leap=leap,
            )
        )
        return
    if _suspect(values, least, most):
        wrong = ~((values >= least) & (values <= most) & np.isfinite(values))
        at = tuple(int(place) for place in np.argwhere(wrong)[0])
        where = hour_name(at[0])
        if values.ndim == 2:
            where = say("{hour}, column {column}", hour=where, column=at[1])
        got = float(values[at])
        said = say("absent", "hour") if np.isnan(got) else say("infinite", "hour") if np.isinf(got) else show(got, unit)
        limit = say("a number that is not negative") if most == np.inf else say("a number from 0 to {most:g}", most=most)
        limit = say("a number") if signed else limit
        yield Fault(
            say(
                "{name} is {said} in {where}, and so in {wrong:,} of {size:,} values; expected {limit}",
                name=name,
                said=said,
                where=where,
                wrong=int(wrong.sum()),
                size=values.size,
                limit=limit,
            )
        )
    if series.column is not None:
        column = np.asarray(series.column)
        width = values.shape[1] if values.ndim == 2 else 0
        if not width:
            yield Fault(
                say(
                    "{name} names a column for each draw, but its values have no columns; leave `column` out or give (hour, column)",
                    name=name,
                )
            )
        elif column.dtype.kind not in "iu" or ((column < 0) | (column >= width)).any():
            yield Fault(say("{name} names columns that are not whole numbers from 0 to {width}", name=name, width=width - 1))


def _suspect(values: Array, least: float, most: float) -> bool:
    """Whether a value is absent or out of bounds: smallest and largest say so without an array of marks."""
    if not values.size:
        return False
    smallest, largest = float(values.min()), float(values.max())
    return not (np.isfinite(smallest) and np.isfinite(largest) and least <= smallest and largest <= most)


def _shape(values: Array) -> str:
    sizes = " x ".join(written(length, ",") for length in values.shape)
    return say("{sizes} values", sizes=sizes) if sizes else say("one value")


class Feed:
    """A series made ready to be read by blocks of hours into rows of draws."""

    def __init__(self, series: Hourly, draws: int) -> None:
        self.values = np.asarray(series.values, dtype=np.float64)
        self.scale = np.broadcast_to(np.asarray(series.scale, dtype=np.float64), draws)
        self.column = None if series.column is None else np.broadcast_to(np.asarray(series.column, dtype=np.intp), draws).copy()
        self.since = _hours_of(series.since, draws)
        self.until = _hours_of(series.until, draws)

    def fill(self, start: int, stop: int, out: Array) -> None:
        """Write hours from `start` to before `stop` into the first rows of `out` (hour, draw)."""
        rows, out = self.values[start:stop], out[: stop - start]
        if rows.ndim == 1:
            np.multiply(rows[:, None], self.scale, out=out)
        elif self.column is None:
            np.multiply(rows, self.scale, out=out)
        else:
            np.take(rows, self.column, axis=1, out=out, mode="clip")
            out *= self.scale
        at = np.arange(start, stop)[:, None]
        if self.since is not None and self.since.max() > start:
            out *= at >= self.since
        if self.until is not None and self.until.min() < stop:
            out *= at < self.until


def _hours_of(given: ArrayLike | None, draws: int) -> Array | None:
    return None if given is None else np.broadcast_to(np.asarray(given, dtype=np.float64), draws)
