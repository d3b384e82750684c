"""Power of a wind plant by the hour: wind at the hub, denser and thinner air, a power curve, losses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.weather.weather import Weather

Array = NDArray[np.float64]

#: Specific gas constant of dry air, J/(kg K), and gravity, m/s2 (ISO 2533, standard atmosphere).
_DRY_AIR, _GRAVITY = 287.05287, 9.80665
#: Density at which power curves are given, kg/m3 (IEC 61400-12-1: sea level, 15 degC).
CURVE_DENSITY = 1.225
_KELVIN = 273.15


class WindPlant(NamedTuple):
    """A plant by unit of its rated power. Nothing here is a default."""

    hub_height: float  # m
    shear: float  # exponent of the rise of wind with height
    curve_speed: tuple[float, ...]  # m/s, rising
    curve_share: tuple[float, ...]  # share of rated power at those speeds, in air of 1.225 kg/m3
    losses: float  # share lost to wakes, outages, wires


def wind_at_height(wind: ArrayLike, measured_height: float, height: float, shear: float) -> Array:
    """Wind at a height, m/s: v (h / h0)^a. Source: power law, IEC 61400-1. Leaves out: shear by hour and roughness."""
    return np.asarray(np.asarray(wind, dtype=np.float64) * (height / measured_height) ** shear)


def air_density(pressure: ArrayLike, dry_bulb: ArrayLike, above: float = 0.0) -> Array:
    """Density of dry air some metres above where the pressure is measured, kg/m3.

    rho = p exp(-g h / (R T)) / (R T)                                                     (1)

    Units: Pa, degC, m. Source: ideal gas, barometric formula. Leaves out: humidity (up to 2 % lighter), cooler air at height.
    """
    warmth = _DRY_AIR * (np.asarray(dry_bulb, dtype=np.float64) + _KELVIN)
    return np.asarray(np.asarray(pressure, dtype=np.float64) * np.exp(-_GRAVITY * above / warmth) / warmth)


def curve_output(speed: ArrayLike, curve_speed: Sequence[float], curve_share: Sequence[float]) -> Array:
    """Share of rated power at a wind speed: linear between the points of the curve, nothing below its first and above its last point."""
    return np.asarray(np.interp(np.asarray(speed, dtype=np.float64), curve_speed, curve_share, left=0.0, right=0.0))


def wind_power(weather: Weather, plant: WindPlant) -> Array:
    """Power of a wind plant in each hour per rated power: (hour,), 0 to 1; NaN where the weather lacks wind, pressure or temperature.

    curve(v_hub (rho / 1.225)^(1/3)) (1 - losses); stopped where v_hub is beyond the last point of the curve                 (1)

    Source: IEC 61400-12-1 (2017), of turbines that turn their blades. Leaves out: wakes by direction, ice, turbulence, gusts within
    the hour, hysteresis of stopping.
    """
    if faults := list(plant_faults(plant)):
        raise InputError(faults)
    speed = wind_at_height(weather.wind, weather.wind_height, plant.hub_height, plant.shear)
    density = air_density(weather.pressure, weather.dry_bulb, plant.hub_height)
    stop = plant.curve_speed[-1]
    share = curve_output(np.minimum(speed * np.cbrt(density / CURVE_DENSITY), stop), plant.curve_speed, plant.curve_share)
    absent = np.isnan(speed) | np.isnan(density)
    running = speed <= stop
    return np.where(absent, np.nan, share * running * (1.0 - plant.losses))


def plant_faults(plant: WindPlant) -> list[Fault]:
    """What is wrong with a plant: its curve, its losses, its height."""
    speed, share = np.asarray(plant.curve_speed, dtype=np.float64), np.asarray(plant.curve_share, dtype=np.float64)
    out = []
    if speed.shape != share.shape or speed.ndim != 1 or len(speed) < 2:
        out.append(
            Fault(
                say(
                    "the power curve has {speeds} speeds and {shares} shares; expected as many of both, two at least",
                    speeds=speed.size,
                    shares=share.size,
                )
            )
        )
    elif not (np.diff(speed) > 0.0).all() or speed[0] < 0.0:
        out.append(Fault(say("speeds of the power curve must rise from 0 m/s or more")))
    if not ((share >= 0.0) & (share <= 1.0)).all():
        out.append(Fault(say("shares of the power curve must be from 0 to 1 of the rated power")))
    if not 0.0 <= plant.losses <= 1.0:
        out.append(Fault(say("losses are {losses:g}; expected a share from 0 to 1", losses=plant.losses)))
    if not plant.hub_height > 0.0:
        out.append(Fault(say("the hub is at {hub_height:g} m; expected a height above the ground", hub_height=plant.hub_height)))
    return out
