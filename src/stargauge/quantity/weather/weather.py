"""Hourly weather of a place: what a synthetic year, a file of a station and a typical year have in common."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Hours of a year as all hourly calculations count them: 365 days, no 29 February.
YEAR_HOURS = 8760


class Weather(NamedTuple):
    """Weather of whole years of 8,760 hours, one after the other, in the local standard time of the place (no daylight saving).

    Every array has the shape (hour,). Hour 0 of a year is the one from 0:00 to 1:00 on 1 January. Sun is the mean over the hour, all else
    what holds for it. A value that nobody gives is NaN, in an hour or throughout: who uses it must say so and never invent one.
    """

    dry_bulb: Array
    """Air temperature, degC."""
    dew_point: Array
    """Dew-point temperature, degC; never above the dry bulb."""
    pressure: Array
    """Pressure of the air at the place (not reduced to sea level), Pa."""
    sun: Array
    """Sun on a horizontal plane (global horizontal), W/m2."""
    sun_direct: Array
    """Sun from its disc on a plane that faces it (direct or beam normal), W/m2."""
    sun_diffuse: Array
    """Sun from the rest of the sky on a horizontal plane, W/m2."""
    wind: Array
    """Speed of the wind at `wind_height`, m/s."""
    latitude: float
    """Degrees, north positive."""
    longitude: float
    """Degrees, east positive."""
    utc_offset: float
    """Hours that local standard time is ahead of UTC; negative in the Americas."""
    elevation: float
    """Metres above the sea."""
    wind_height: float
    """Metres above the ground at which the wind is given."""
    name: str
    """The place as its source calls it."""
    kind: Literal["synthetic", "file"]
    """Made from normals, or read from a file."""
    years: tuple[int, ...] = ()
    """The calendar year of each year, of a synthetic one its number; none where a file mixes years into a typical one."""
    notes: tuple[str, ...] = ()
    """What was estimated, dropped or is missing, one sentence each, to be shown wherever the weather is used."""

    @property
    def year_count(self) -> int:
        """How many years it holds."""
        return len(self.dry_bulb) // YEAR_HOURS

    def by_year(self, values: Array) -> Array:
        """An array of its hours as (year, hour)."""
        return values.reshape(-1, YEAR_HOURS)
