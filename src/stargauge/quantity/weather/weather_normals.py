"""What synthetic weather is made from: the monthly normals of a place, and how weather varies about them, the same everywhere."""

from __future__ import annotations

from typing import NamedTuple

Months = tuple[float, ...]


class Normals(NamedTuple):
    """What is known of a place, of each month from January; NaN where nobody says. Temperatures in degC."""

    mean: Months
    """Mean temperature."""
    daily_max: Months
    """Mean of the days' highest temperatures."""
    daily_min: Months
    """Mean of the days' lowest temperatures."""
    hottest: Months
    """Hottest hour of the month, in `hottest_years` years."""
    dew_point: Months
    """Mean dew point."""
    sun: Months
    """Mean sun on a horizontal plane by day and night, W/m2."""
    wind: Months
    """Mean wind, m/s."""
    wet_bulb_max: Months
    """Highest wet bulb of the month, in `hottest_years` years."""
    hottest_years: float
    latitude: float
    longitude: float
    utc_offset: float
    elevation: float
    wind_height: float
    name: str


class Coefficients(NamedTuple):
    """How weather varies about its normals, the same everywhere."""

    peak_lag: float
    """Hours from noon to the warmest hour, less `trough_lag` (a of Parton and Logan)."""
    night_decay: float
    """How fast it cools at night (b of Parton and Logan)."""
    trough_lag: float
    """Hours from sunrise to the coldest hour (c of Parton and Logan)."""
    synoptic_days: float
    """Scale of the weather's changes, days."""
    slow_share: float
    """Share of the variance that changes over weeks: warm and cold spells and seasons."""
    slow_days: float
    hour_spread: float
    """Spread of the hours about the day's shape, share of the day's usual swing."""
    hour_scale: float
    spread_least: float
    """Spread of the temperature about its normal where there are no seasons, K."""
    spread_by_season: float
    """More spread per half the yearly range of the monthly means, K/K."""
    spread_in_warmth: float
    """Less spread per degree that a month is warmer than the middle of the year, K/K."""
    hottest_weight: float
    """How far the hottest hour decides the spread; the rest is that of the seasons."""
    range_by_clearness: float
    """Daily swing per clearness, share of the mean swing."""
    range_spread: float
    """Further spread of the daily swing, share of the mean swing."""
    range_days: float
    clearness_least: float
    """Share of the sun outside the air that reaches the ground on the darkest days."""
    clearness_most: float
    """The same on the clearest days."""
    clearness_spread: float
    """Spread of the clearness on the scale of log odds between the two."""
    clearness_days: float
    hour_most: float
    """Share of the sun outside the air that reaches the ground in the clearest hours."""
    cloud_spread: float
    """Spread of the sun between the hours of an overcast day (log); none on the clearest."""
    cloud_hours: float
    warmth_clearness: float
    """Correlation of temperature and clearness where there is no sun."""
    warmth_clearness_by_sun: float
    """How much more it is per share of the sun's full power that a day's mean outside the air is."""
    warmth_dryness: float
    """Correlation of temperature and dew-point depression where there is no sun."""
    warmth_dryness_by_sun: float
    clearness_dryness: float
    """Correlation of clearness and dew-point depression."""
    dryness_spread: float
    """Spread of the dew-point depression: this times the mean depression (K) to a power."""
    dryness_power: float
    dryness_days: float
    wind_shape: float
    """Shape of the Weibull distribution of the wind over the square root of its mean in m/s."""
    wind_hours: float
    gust_share: float
    """Share of the wind's variance that changes from hour to hour."""
    wind_diurnal: float
    """Swing of the wind over the day, share of its mean."""
    wind_peak: float
    """Solar hour of the strongest wind."""
    wind_warmth: float
    """Correlation of wind and temperature."""
    sun_by_range: float
    """Share of the sun outside the air per square root of the daily swing (K), where no sun is known."""
    dew_point_below_minimum: float
    """Dew point below the daily minimum where no humidity is known, K."""
    range_usual: float
    """Daily swing where none is known, K."""
