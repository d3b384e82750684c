"""What a site draws hour by hour: its months as expected, its hours as its hall takes them in the weather.

    P_t = M(month of t) h_t / mean of h over the hours of that calendar month                               (1)

`M`: what is expected of a month on average, W; `h`: what a hall of the site's design takes, per W of its racks, with racks at one load in
every hour and every range of the catalogue at its middle. The mean in (1) is over the years that a supply is sized on, so that the months
of these years draw on average what is expected of them, and other years more or less, as they are hotter or cooler.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from stargauge.catalogue.facility_designs import DEFAULT, Drawn, facility_of, kinds_of, usual_load, warmer
from stargauge.catalogue.load import KnownCatalogue
from stargauge.plan.options import Array
from stargauge.quantity.hall.cooling_hours import air_of
from stargauge.quantity.hall.facility_hours import WATER, facility_hours
from stargauge.quantity.power.hourly import MONTH_ENDS
from stargauge.quantity.weather.weather import YEAR_HOURS, Weather


@dataclass(frozen=True)
class HallHours:
    """A hall in the hours of a weather, per W of its racks: W at the meter and L of water on site; `design`, whether on record."""

    power: Array
    water: Array
    design: str
    stated: bool

    def rolled(self, turn: int) -> HallHours:
        """The same hours from another one of the year on."""
        return HallHours(np.roll(self.power, -turn), np.roll(self.water, -turn), self.design, self.stated)

    def water_of(self, energy: float) -> float:
        """L of water on site for so much energy at the meter, spread over the hours as the hall takes it."""
        return energy * float(self.water.sum() / self.power.sum())


def hall_hours(catalogue: KnownCatalogue, design: str, weather: Weather) -> HallHours:
    """The hours of a hall, of our default design where none is on record. Normals are made warmer as the years to come are.

    Raises InputError for weather without what the design needs.
    """
    drawn = Drawn(catalogue)
    hall = facility_of(drawn, design or DEFAULT)
    air = air_of(weather, kinds_of(hall), warmer(catalogue) if weather.kind == "synthetic" else 0.0)
    made = facility_hours(hall, air, np.full(len(weather.dry_bulb), float(np.asarray(usual_load(drawn)))))
    water = np.asarray(sum(made.water[part] for part in WATER))
    return HallHours(made.facility, water, design or DEFAULT, bool(design))


def calendar_month(turn: int, hours: int) -> np.ndarray:
    """The month of the year, from 0, of each hour of a plan that begins `turn` hours after the year does."""
    within = (turn + np.arange(hours)) % YEAR_HOURS
    return np.searchsorted(MONTH_ENDS, within, side="right")


def busiest_year(months: Sequence[date], expected: Array) -> np.ndarray:
    """The places of the months, January first, of the calendar year of most; of the last twelve months where no year is whole."""
    firsts = [place for place in range(len(months) - 11) if months[place].month == 1]
    first = max(firsts, key=lambda place: float(expected[place : place + 12].sum()), default=max(len(months) - 12, 0))
    turned = (np.arange(12) - (months[first].month - 1)) % 12
    return np.minimum(first + turned, len(months) - 1)


def by_hall(hall: HallHours, expected: Array, month: np.ndarray) -> tuple[Array, Array]:
    """The load by hour as in (1), and what a W of the hall stands for in each hour. `month`: of the year, from 0, by hour as all else."""
    counts = np.maximum(np.bincount(month, minlength=12), 1)
    usual = np.bincount(month, weights=hall.power, minlength=12) / counts
    level = expected / usual[month]
    return hall.power * level, level


def in_other_years(hall: HallHours, level: Array) -> Array:
    """The load of a plan's hours in other years of weather: (hour, year)."""
    years = hall.power.reshape(-1, YEAR_HOURS).T
    return years[np.arange(len(level)) % YEAR_HOURS] * level[:, None]
