"""A site's supply run hour by hour in every draw: the hall, the dispatch, and sums by month and by hour of the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.hours.hall import DrawnHall, Skies, drawn_hall, monthly_scaled
from stargauge.audit.hours.run import MONTH_HOURS, SiteYear
from stargauge.audit.hours.supply import SupplyTerms, parts_fed, supplied
from stargauge.engine.streams import BLOCK
from stargauge.quantity.hall.facility_hours import by_year, monthly_sum
from stargauge.quantity.power.dispatch import Dispatch, dispatch, joined
from stargauge.quantity.power.hourly import MONTH_ENDS, Hourly

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

_STARTS = np.array([0, *MONTH_ENDS[:-1]])


class Sums(NamedTuple):
    """What the hall takes: by month (draw, month) and by hour of the day over the year (draw, hour of day)."""

    racks: Array  # Wh
    water: Array  # L
    highest: Array  # W at the meter, the highest hour of each month
    racks_clock: Array
    water_clock: Array


@dataclass(frozen=True)
class Case:
    """What is run: the draws, the hall and its air, the shape of its load, the terms of its supply."""

    found: SiteYear
    terms: SupplyTerms
    design: str
    skies: Skies
    shape: Array


@dataclass(frozen=True)
class HoursRun:
    """What came out: the dispatch of all draws, sums of the hall, and the hours of one draw."""

    made: Dispatch
    sums: Sums
    kept: int  # the draw whose hours are kept
    kept_racks: Array  # W of each hour
    kept_water: Array  # L of each hour
    column: Rows  # the weather year of each draw


def kept_draw(found: SiteYear) -> int:
    """The draw in the middle: that whose energy at the racks is nearest to the median."""
    energy = (found.power_it * MONTH_HOURS).sum(axis=1) * found["load_factor"]
    return int(np.argmin(np.abs(energy - np.median(energy))))


def weather_years(found: SiteYear, years: int) -> Rows:
    """The weather year that each draw takes; each year as often as another where their number divides 256."""
    return np.minimum((found.chance("weather") * years).astype(np.intp), years - 1)


def run_hours(case: Case, progress: Callable[[int, int], None] | None = None) -> HoursRun:
    """Run the year, a block of draws after another, so that no number of draws takes more memory than a block."""
    keep, blocks = kept_draw(case.found), case.found.draws // BLOCK
    parts, sums, columns = list[Dispatch](), list[Sums](), list[Rows]()
    kept_racks = kept_water = np.zeros(0)
    for number in range(blocks):
        found, own = case.found.block(number), keep - number * BLOCK
        column = weather_years(found, len(case.skies.years))
        load = monthly_scaled(case.shape, found["load_factor"], MONTH_ENDS)
        hall = drawn_hall(case.terms.drawn, case.design, case.skies, column, load, found.first)
        hall = DrawnHall(*(one * np.repeat(found.power_it, MONTH_HOURS.astype(np.int64), axis=1) for one in hall))
        sources = supplied(found, case.terms.of_rows(np.arange(found.first, found.first + found.draws)), column)
        inside = own if 0 <= own < found.draws else None
        order, fed = [one.name for one in sources], parts_fed(found, hall.meter)
        parts.append(dispatch(Hourly(hall.meter.T), sources, order, keep=inside, clock=True, parts=fed))
        sums.append(_sums(hall))
        columns.append(column)
        if inside is not None:
            kept_racks, kept_water = hall.load[inside].copy(), hall.water[inside].copy()
        if progress is not None:
            progress(number + 1, blocks)
    together = Sums(*(np.concatenate(some) for some in zip(*sums, strict=True)))
    return HoursRun(joined(parts), together, keep, kept_racks, kept_water, np.concatenate(columns))


def _sums(hall: DrawnHall) -> Sums:
    highest = np.maximum.reduceat(by_year(hall.meter), _STARTS, axis=-1)[:, 0]
    return Sums(monthly_sum(hall.load), monthly_sum(hall.water), highest, by_clock(hall.load), by_clock(hall.water))


def by_clock(hours: Array) -> Array:
    """Sums by hour of the day: (…, hour of day)."""
    return np.asarray(hours.reshape(*hours.shape[:-1], -1, 24).sum(axis=-2))
