"""A site's hall by the hour in every draw: power at the meter and water, each draw in one of a few weather years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.facility_designs import Drawn, facility_of, kinds_of
from stargauge.catalogue.plants import inference_load, training_load
from stargauge.quantity.cooling_hours import Air, air_between, air_of
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.facility_hours import WATER, facility_hours
from stargauge.quantity.load_profile import inference_profile, mixed_profile, scaled_to_mean, training_profile
from stargauge.quantity.weather import YEAR_HOURS, Weather

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

PROFILES = ("mixed", "training", "inference", "flat")


class HallHours(NamedTuple):
    """A hall per watt of its racks' rated power, (draw, hour)."""

    load: Array  # share of the rated power
    meter: Array  # W at the meter
    water: Array  # L


class Skies(NamedTuple):
    """Outdoor air of each weather year as cool as any draw has it and as warm, and where between them each draw is: (draw,)."""

    cool: tuple[Air, ...]
    warm: tuple[Air, ...]
    share: Array


def load_shape(drawn: Drawn, profile: str, inference_share: float, first_weekday: int) -> Array:
    """The shape of the racks' load over the year, whose mean each draw sets: (hour,). Raises InputError for an unknown profile."""
    if profile not in PROFILES:
        raise InputError(f'no load profile "{profile}"{did_you_mean(profile, PROFILES)}; expected one of {", ".join(PROFILES)}')
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


def skies_of(weather: Weather, drawn: Drawn, design: str, offset: Array) -> Skies:
    """Outdoor air of every weather year, warmer by what each draw has the years to come be."""
    kinds = kinds_of(facility_of(drawn, design))
    low, high = float(offset.min()), float(offset.max())
    years = [_year(weather, number) for number in range(weather.year_count)]
    share = (offset - low) / (high - low) if high > low else np.zeros(len(offset))
    return Skies(tuple(air_of(one, kinds, low) for one in years), tuple(air_of(one, kinds, high) for one in years), share)


def _year(weather: Weather, number: int) -> Weather:
    hours = slice(number * YEAR_HOURS, (number + 1) * YEAR_HOURS)
    names = ("dry_bulb", "dew_point", "pressure", "sun", "sun_direct", "sun_diffuse", "wind")
    return weather._replace(**{name: getattr(weather, name)[hours] for name in names})


def hall_hours(drawn: Drawn, design: str, skies: Skies, column: Rows, load: Array, first: int = 0) -> HallHours:
    """The hall in the weather year of each draw, for draws from `first` on.

    `column`: the number of that year, (draw,); `load`: share of rated power, (draw, hour).
    """
    meter, water = np.empty_like(load), np.empty_like(load)
    for year in np.unique(column):
        rows = np.flatnonzero(column == year)
        air = air_between(skies.cool[year], skies.warm[year], skies.share[first + rows, None])
        hours = facility_hours(facility_of(drawn._replace(rows=first + rows), design), air, load[rows])
        meter[rows] = hours.facility
        water[rows] = sum(hours.water[part] for part in WATER)
    return HallHours(load, meter, water)
