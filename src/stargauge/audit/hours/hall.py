"""A site's hall by the hour in every draw: power at the meter and water, each draw in one of a few weather years."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.facility_designs import Drawn, facility_of, kinds_of
from stargauge.catalogue.plants import inference_load, training_load
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.hall.cooling_hours import Air, air_between, air_of
from stargauge.quantity.hall.facility_hours import WATER, facility_hours
from stargauge.quantity.power.load_profile import inference_profile, mixed_profile, scaled_to_mean, training_profile
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Mixture
from stargauge.quantity.weather.weather import YEAR_HOURS, Weather

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

#: The share of draws beyond each end of what the air is worked out for.
_BEYOND = 1e-5
#: Between two airs that lie so far apart, K, at most, the air of a draw is taken straight: the wet bulb curves.
_STEP = 1.0
PROFILES = ("mixed", "training", "inference", "flat")


class DrawnHall(NamedTuple):
    """A hall in each draw by the hour, per watt of its racks' rated power: (draw, hour)."""

    load: Array  # share of the rated power
    meter: Array  # W at the meter
    water: Array  # L


class Warming(NamedTuple):
    """How much warmer than the normals each draw has the years to come, K (draw,), and the ends of its range."""

    offset: Array
    low: float
    high: float


class Skies(NamedTuple):
    """Outdoor air of each weather year in even steps of warming, and where on these steps each draw is."""

    years: tuple[Air, ...]  # each (step, hour)
    place: Array  # a number of steps with a fraction, (draw,)

    def of(self, year: int, draws: Rows) -> Air:
        """The air of some draws, all in one weather year: (draw, hour)."""
        steps, place = self.years[year], self.place[draws]
        last = len(steps.dry_bulb) - 1
        if not last:
            return Air(*(one[0] for one in steps))
        low = np.minimum(place.astype(np.intp), last - 1)
        cooler, warmer = (Air(*(one[step] for one in steps)) for step in (low, low + 1))
        return air_between(cooler, warmer, (place - low)[:, None])


def load_shape(drawn: Drawn, profile: str, inference_share: float, first_weekday: int) -> Array:
    """The shape of the racks' load over the year, whose mean each draw sets: (hour,). Raises InputError for an unknown profile."""
    if profile not in PROFILES:
        raise InputError(
            say(
                'no load profile "{profile}"{near}; expected one of {profiles}',
                profile=profile,
                near=did_you_mean(profile, PROFILES),
                profiles=", ".join(PROFILES),
            )
        )
    if profile == "flat":
        return np.ones(YEAR_HOURS)
    training = training_profile(YEAR_HOURS, training_load(drawn))
    inference = inference_profile(YEAR_HOURS, inference_load(drawn, first_weekday))
    share = {"training": 0.0, "inference": 1.0, "mixed": inference_share}[profile]
    return mixed_profile([training, inference], [1.0 - share, share]).hourly


def monthly_scaled(shape: Array, mean: Array, month_ends: Sequence[int]) -> Array:
    """A load of that shape whose mean in every month is that of the draw: (draw, hour)."""
    starts = (0, *month_ends[:-1])
    return np.concatenate([scaled_to_mean(shape[start:end], mean) for start, end in zip(starts, month_ends, strict=True)], axis=1)


def ends_of(value: object) -> tuple[float, float]:
    """As low and as high as a value is taken: ends of its range that less than one draw in 100,000 lies beyond, each.

    They are of the range, not of the draws: so the air of a draw is the same however many draws there are.
    """
    if isinstance(value, Distribution):
        return value.quantile(_BEYOND), value.quantile(1.0 - _BEYOND)
    if isinstance(value, Mixture):
        lows, highs = zip(*map(ends_of, value.options), strict=True)
        return min(lows), max(highs)
    return float(np.asarray(value)), float(np.asarray(value))


def skies_of(weather: Weather, drawn: Drawn, design: str, warming: Warming | None, draws: int) -> Skies:
    """Outdoor air of every weather year, warmer by what each draw has the years to come be; without that, as it is."""
    kinds = kinds_of(facility_of(drawn, design))
    offset, low, high = warming or Warming(np.zeros(draws), 0.0, 0.0)
    levels = np.linspace(low, high, ceil((high - low) / _STEP) + 1)
    place = (offset.clip(low, high) - low) / (high - low) * (len(levels) - 1) if high > low else np.zeros(draws)
    years = [[air_of(_year(weather, number), kinds, float(level)) for level in levels] for number in range(weather.year_count)]
    return Skies(tuple(Air(*map(np.stack, zip(*steps, strict=True))) for steps in years), np.asarray(place))


def _year(weather: Weather, number: int) -> Weather:
    hours = slice(number * YEAR_HOURS, (number + 1) * YEAR_HOURS)
    names = ("dry_bulb", "dew_point", "pressure", "sun", "sun_direct", "sun_diffuse", "wind")
    return weather._replace(**{name: getattr(weather, name)[hours] for name in names})


def drawn_hall(drawn: Drawn, design: str, skies: Skies, column: Rows, load: Array, first: int = 0) -> DrawnHall:
    """The hall in the weather year of each draw, for draws from `first` on.

    `column`: the number of that year, (draw,); `load`: share of rated power, (draw, hour).
    """
    meter, water = np.empty_like(load), np.empty_like(load)
    for year in np.unique(column):
        rows = np.flatnonzero(column == year)
        air = skies.of(int(year), first + rows)
        hours = facility_hours(facility_of(drawn._replace(rows=first + rows), design), air, load[rows])
        meter[rows] = hours.facility
        water[rows] = sum(hours.water[part] for part in WATER)
    return DrawnHall(load, meter, water)
