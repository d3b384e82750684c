"""Modules, turbines and shapes of load by their rows of the catalogue, as hours need them: picked and handed over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.facility_designs import Drawn
from stargauge.quantity.power.load_profile import Inference, Training
from stargauge.quantity.power.sun import SolarPlant, Tracking, solar_power
from stargauge.quantity.power.wind_power import WindPlant, wind_power
from stargauge.quantity.weather.weather import YEAR_HOURS, Weather

Array = NDArray[np.float64]
#: What reads a value of the catalogue: kind, name, attribute, unit.
Number = Callable[[str, str, str, str], float]

#: Points on the rising part of a turbine's power curve, which follows the cube of the wind.
_POINTS = 18


def _middle(drawn: Drawn, name: str, attribute: str, unit: str, kind: str = "energy") -> float:
    return float(np.asarray(Drawn(drawn.catalogue).value(kind, name, attribute, unit)))


def middles(drawn: Drawn) -> Number:
    """What reads values at their medians."""
    return lambda kind, name, attribute, unit: _middle(drawn, name, attribute, unit, kind)


def solar_plant(number: Number, name: str = "solar") -> SolarPlant:
    """Modules on trackers about one axis, by what reads the catalogue."""
    limit, cover = number("energy", name, "tracking_limit", "deg"), number("energy", name, "ground_cover", "1")
    units = {"dc_ac_ratio": "1", "temperature_loss": "1/K", "heat_constant": "W/m2/K", "heat_wind": "W*s/m3/K", "losses": "1",
             "inverter": "1", "albedo": "1"}  # fmt: skip
    return SolarPlant(Tracking(180.0, limit, cover), *(number("energy", name, what, unit) for what, unit in units.items()))


def wind_plant(number: Number, name: str = "wind") -> WindPlant:
    """Turbines whose power rises with the cube of the wind up to their rating, by what reads the catalogue."""
    low, full, high = (number("energy", name, what, "m/s") for what in ("cut_in", "rated", "cut_out"))
    rising = np.linspace(low, full, _POINTS)
    share = (rising**3 - low**3) / (full**3 - low**3)
    return WindPlant(
        number("energy", name, "hub_height", "m"), number("energy", name, "shear", "1"), (*rising, high), (*share, 1.0),
        number("energy", name, "losses", "1"),
    )  # fmt: skip


def solar_output(drawn: Drawn, weather: Weather) -> tuple[Array | None, str]:
    """Power by rated power, (hour, year), and what has to be said of it; None where the weather has no sun."""
    calm = bool(np.isnan(weather.wind).any())
    output = solar_power(weather._replace(wind=np.nan_to_num(weather.wind)), solar_plant(middles(drawn)))
    if np.isnan(output).any():
        return None, "the weather has no sun: solar power gives the same in every hour, its usual share of capacity"
    said = "the weather has no wind: modules are taken as in still air" if calm else ""
    return _years(output * _middle(drawn, "solar", "availability", "1")), said


def wind_output(drawn: Drawn, weather: Weather) -> tuple[Array | None, str]:
    """Power by rated power, (hour, year), and what has to be said of it; None where the weather has no wind."""
    if np.isnan(weather.wind).any():
        return None, "the weather has no wind: wind power gives the same in every hour, its usual share of capacity"
    return _years(wind_power(weather, wind_plant(middles(drawn))) * _middle(drawn, "wind", "availability", "1")), ""


def _years(output: Array) -> Array:
    return np.ascontiguousarray(output.reshape(-1, YEAR_HOURS).T)


def training_load(drawn: Drawn) -> Training:
    """How the load of training moves: assumptions of the catalogue."""
    units = {"plateau": "1", "checkpoint_interval": "s", "checkpoint_length": "s", "checkpoint_power": "1", "burst": "1",
             "gap_interval": "h", "gap_length": "h", "gap_power": "1"}  # fmt: skip
    return Training(*(_middle(drawn, "training-load", name, unit, "facility") for name, unit in units.items()))


def inference_load(drawn: Drawn, first_weekday: int) -> Inference:
    """How the load of inference moves: assumptions of the catalogue; `first_weekday`: of 1 January, 0 is Monday."""
    units = {"idle": "1", "mean_use": "1", "day_swing": "1", "peak_hour": "h", "weekend": "1", "users_ahead": "h", "burst": "1"}
    values = {name: _middle(drawn, "inference-load", name, unit, "facility") for name, unit in units.items()}
    return Inference(first_weekday=first_weekday, **values)
