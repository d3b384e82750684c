"""The sun on a solar plant: its position, its beam and the sky on fixed and tracking planes, and the power that a plant gives.

Angles are in degrees outside and stated so; azimuths count from north over east. Arrays are (hour,) or broadcast against it. Hours are
those of years of 365 days in local standard time; NaN in, NaN out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.weather.weather import YEAR_HOURS, Weather

Array = NDArray[np.float64]

#: Sun outside the atmosphere at the mean distance, W/m2 (Kopp & Lean 2011, Geophysical Research Letters 38, L01706).
SOLAR_CONSTANT = 1361.0
#: Sun and cell temperature at which the power of modules is rated (IEC 60904-3).
RATED_SUN, RATED_CELL = 1000.0, 25.0
#: Cosine of the zenith below which a beam is not reckoned from a horizontal value: the sun is within 4 degrees of the horizon.
_LOW_SUN = 0.065
#: Share of an hour below which the sun is not up long enough for the same.
_SHORT = 0.01
#: Cosine of the zenith that ratios of the sky's bright part are limited by (Hay & Davies): 89 degrees.
_HORIZON = 0.01745


class Position(NamedTuple):
    """Where the sun stands in the middle of the part of each hour in which it is up, and for how long it is."""

    cos_zenith: Array  # of the middle of that part; 0 where it is down all hour
    azimuth: Array  # deg from north over east
    up: Array  # share of the hour in which it is up
    outside: Array  # W/m2 outside the atmosphere, facing the sun


class Plane(NamedTuple):
    """How modules stand in each hour, and the cosine at which the beam strikes them."""

    tilt: Array  # deg from the horizontal
    azimuth: Array  # deg
    cos_incidence: Array  # 0 where the sun is behind


class Fixed(NamedTuple):
    """Modules that do not move."""

    tilt: float  # deg
    azimuth: float  # deg: 180 faces south


class Tracking(NamedTuple):
    """Modules that turn about a horizontal axis; with `ground_cover` they turn back where a row would shade the next."""

    axis_azimuth: float  # deg: 180 (or 0) runs north and south
    most: float  # deg that it turns either way
    ground_cover: float = 0.0  # width of modules over distance of rows; 0: no turning back


class SolarPlant(NamedTuple):
    """A plant by unit of its AC power: how it stands, how warm it gets, what it loses. Nothing here is a default."""

    mount: Fixed | Tracking
    dc_ratio: float  # rated DC power over AC power of the inverters
    temperature_loss: float  # share of the power lost per K above 25 degC
    heat_constant: float  # W/m2/K: heat given off by modules in still air
    heat_wind: float  # W s/m3/K: more of it per m/s of wind
    losses: float  # share lost to dirt, wires, mismatch, light-induced ageing
    inverter: float  # rated efficiency of inverters
    albedo: float  # share of the sun that the ground throws back


def declination(day: ArrayLike) -> Array:
    """Declination of the sun in degrees, on a day of the year (0 to 365, 0 = 1 January).

    delta = 0.006918 - 0.399912 cos B + 0.070257 sin B - 0.006758 cos 2B + 0.000907 sin 2B - 0.002697 cos 3B + 0.00148 sin 3B      (1)

    B = 2 pi day / 365. Source: Spencer (1971), Search 2(5); within 0.04 degrees by himself.
    """
    b = _angle_of_year(day)
    series = 0.006918 - 0.399912 * np.cos(b) + 0.070257 * np.sin(b) - 0.006758 * np.cos(2 * b) + 0.000907 * np.sin(2 * b)
    return np.asarray(np.degrees(series - 0.002697 * np.cos(3 * b) + 0.00148 * np.sin(3 * b)))


def equation_of_time(day: ArrayLike) -> Array:
    """Minutes that a sundial is ahead of a clock. Source: Spencer (1971), with the factor of Iqbal (1983); B as in `declination`."""
    b = _angle_of_year(day)
    series = 0.0000075 + 0.001868 * np.cos(b) - 0.032077 * np.sin(b) - 0.014615 * np.cos(2 * b) - 0.040849 * np.sin(2 * b)
    return np.asarray(720.0 / np.pi * series)


def outside_sun(day: ArrayLike) -> Array:
    """Sun outside the atmosphere facing the sun, W/m2: the solar constant times the square of mean over actual distance (Spencer 1971)."""
    b = _angle_of_year(day)
    distance = 1.00011 + 0.034221 * np.cos(b) + 0.00128 * np.sin(b) + 0.000719 * np.cos(2 * b) + 0.000077 * np.sin(2 * b)
    return np.asarray(SOLAR_CONSTANT * distance)


def _angle_of_year(day: ArrayLike) -> Array:
    return 2.0 * np.pi * np.asarray(day, dtype=np.float64) / 365.0


def sun_position(hour: ArrayLike, latitude: float, longitude: float, utc_offset: float) -> Position:
    """Position of the sun in hours of years of 365 days (0 = 0:00 to 1:00 on 1 January, local standard time).

    omega = 15 (t_solar - 12),  t_solar = t + (4 (longitude - 15 offset) + E) / 60                                (1)
    cos Z = sin phi sin delta + cos phi cos delta cos omega                                                     (2)
    azimuth = atan2(-cos delta sin omega, cos phi sin delta - sin phi cos delta cos omega)                        (3)

    Reckoned in the middle of the part of the hour in which the sun is up: in the hours of sunrise and sunset the middle of the hour may
    lie in the night. Units: deg, h. Source: Duffie & Beckman (2013), Solar Engineering of Thermal Processes, 4th ed., secs 1.5 and 1.6.
    Declination and equation of time are those of the moment: days run on from midnight in Greenwich.
    Leaves out: refraction, parallax, the calendar of leap years (up to 0.3 degrees of declination).
    """
    at = np.asarray(hour, dtype=np.float64)
    day = (at % YEAR_HOURS + 0.5 - utc_offset) / 24.0
    delta, phi = np.radians(declination(day)), np.radians(latitude)
    solar = at % 24.0 + (4.0 * (longitude - 15.0 * utc_offset) + equation_of_time(day)) / 60.0
    begins = np.radians((15.0 * (solar - 12.0) + 180.0) % 360.0 - 180.0)
    ends = begins + np.radians(15.0)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(delta), -1.0, 1.0))
    low, high = np.maximum(begins, -sunset), np.minimum(ends, sunset)
    # an hour that spans solar midnight sees the sun only in polar summer, when it is up throughout
    next_low, next_high = np.maximum(begins, 2.0 * np.pi - sunset), np.minimum(ends, 2.0 * np.pi + sunset)
    first, second = np.maximum(high - low, 0.0), np.maximum(next_high - next_low, 0.0)
    middle = np.where(second > first, (next_low + next_high) / 2.0, (low + high) / 2.0)
    up = (first + second) / np.radians(15.0)
    up = np.where(up > 1.0 - 1e-9, 1.0, up)
    middle = np.where((up < 1.0) & (up > 0.0), middle, (begins + ends) / 2.0)
    cosine = np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.cos(middle)
    azimuth = np.arctan2(-np.cos(delta) * np.sin(middle), np.cos(phi) * np.sin(delta) - np.sin(phi) * np.cos(delta) * np.cos(middle))
    return Position(np.where(up > 0.0, np.maximum(cosine, 0.0), 0.0), np.degrees(azimuth) % 360.0, up, outside_sun(day))


def clear_sky(cos_zenith: ArrayLike) -> Array:
    """Sun on a horizontal plane under a clear sky, W/m2: 1098 cos Z exp(-0.059 / cos Z).

    Source: Haurwitz (1945), Journal of Meteorology 2, in Reno, Hansen & Stein (2012), SAND2012-2389. Leaves out: what the air holds.
    """
    cosine = np.asarray(cos_zenith, dtype=np.float64)
    return np.where(cosine > 0.0, 1098.0 * cosine * np.exp(-0.059 / np.where(cosine > 0.0, cosine, 1.0)), 0.0)


def diffuse_share(clearness: ArrayLike) -> Array:
    """Share of the sun on a horizontal plane that comes from the sky, by clearness k = sun / (sun outside the atmosphere * cos Z).

    k <= 0.22: 1 - 0.09 k;  k <= 0.80: 0.9511 - 0.1604 k + 4.388 k^2 - 16.638 k^3 + 12.336 k^4;  above: 0.165              (1)

    Source: Erbs, Klein & Duffie (1982), Solar Energy 28(4). Leaves out: what the hours before and after say about clouds.
    """
    k = np.clip(np.asarray(clearness, dtype=np.float64), 0.0, 1.0)
    middle = 0.9511 + k * (-0.1604 + k * (4.388 + k * (-16.638 + k * 12.336)))
    return np.asarray(np.where(k <= 0.22, 1.0 - 0.09 * k, np.where(k <= 0.80, middle, np.where(np.isnan(k), np.nan, 0.165))))


def split_sun(sun: ArrayLike, position: Position) -> tuple[Array, Array]:
    """Beam facing the sun and diffuse on the horizontal, W/m2, where only the sun on a horizontal plane is known.

    diffuse = share * sun;  beam = (sun - diffuse) / cos Z, at most what there is outside the atmosphere                 (1)

    Where the sun is within 4 degrees of the horizon, or up for less than a hundredth of the hour, all is diffuse. Source: `diffuse_share`.
    """
    whole = np.asarray(sun, dtype=np.float64)
    high = (position.cos_zenith > _LOW_SUN) & (position.up > _SHORT)
    most = np.where(high, position.outside * position.cos_zenith * position.up, 1.0)
    diffuse = whole * np.where(high, diffuse_share(whole / np.where(high, most, 1.0)), 1.0)
    cosine = np.where(high, position.cos_zenith, 1.0)
    beam = np.where(high, np.minimum((whole - diffuse) / cosine, position.outside * position.up), 0.0)
    return beam, np.asarray(whole - beam * position.cos_zenith)


def fixed_plane(position: Position, mount: Fixed) -> Plane:
    """A plane that does not move.

    cos theta = cos Z cos tilt + sin Z sin tilt cos(azimuth of sun - azimuth)     (1)

    Source: Duffie & Beckman (2013), sec. 1.6.
    """
    tilt, turn = np.radians(mount.tilt), np.radians(position.azimuth - mount.azimuth)
    sine = np.sqrt(1.0 - position.cos_zenith**2)
    cosine = np.where(position.up > 0.0, position.cos_zenith * np.cos(tilt) + sine * np.sin(tilt) * np.cos(turn), 0.0)
    whole = np.ones_like(position.cos_zenith)
    return Plane(mount.tilt * whole, mount.azimuth * whole, np.maximum(cosine, 0.0))


def tracking_plane(position: Position, mount: Tracking) -> Plane:
    """A plane that turns about a horizontal axis after the sun, and back where a row would shade the next.

    R = atan2(sin Z sin(azimuth of sun - azimuth of axis), cos Z), within +-most                                      (1)
    turned back: R - sign(R) arccos(|cos R| / ground cover) where |cos R| < ground cover                                (2)
    cos theta = cos Z cos R + sin Z sin(azimuth of sun - azimuth of axis) sin R                                       (3)

    Source: Lorenzo, Narvarte & Munoz (2011), Progress in Photovoltaics 19; Anderson & Mikofski (2020), NREL/TP-5K00-76626, of a flat site.
    """
    across = np.sqrt(1.0 - position.cos_zenith**2) * np.sin(np.radians(position.azimuth - mount.axis_azimuth))
    turn = np.arctan2(across, position.cos_zenith)
    if mount.ground_cover > 0.0:
        ratio = np.abs(np.cos(turn)) / mount.ground_cover
        turn = turn - np.where(ratio < 1.0, np.sign(turn) * np.arccos(np.minimum(ratio, 1.0)), 0.0)
    turn = np.clip(turn, -np.radians(mount.most), np.radians(mount.most))
    turn = np.where(position.up > 0.0, turn, 0.0)
    cosine = np.where(position.up > 0.0, position.cos_zenith * np.cos(turn) + across * np.sin(turn), 0.0)
    azimuth = (mount.axis_azimuth + np.where(turn < 0.0, -90.0, 90.0)) % 360.0
    return Plane(np.degrees(np.abs(turn)), azimuth, np.maximum(cosine, 0.0))


def sun_on_plane(beam: ArrayLike, diffuse: ArrayLike, position: Position, plane: Plane, albedo: float) -> Array:
    """Sun on a plane, W/m2: beam, the sky with its bright part about the sun, and what the ground throws back.

    beam cos theta + diffuse (A Rb + (1 - A) (1 + cos tilt) / 2) + albedo (beam cos Z + diffuse) (1 - cos tilt) / 2       (1)
    A = beam / sun outside the atmosphere;  Rb = cos theta / max(cos Z, cos 89 deg)                                      (2)

    In the hours of sunrise and sunset the beam is a mean of the hour, and so is what is returned.
    Source: Hay & Davies (1980); Duffie & Beckman (2013), sec. 2.16. Leaves out: shade by rows and hills.
    """
    direct, sky = np.asarray(beam, dtype=np.float64), np.asarray(diffuse, dtype=np.float64)
    view = np.cos(np.radians(plane.tilt))
    bright = np.clip(direct / position.outside, 0.0, 1.0)
    ratio = plane.cos_incidence / np.maximum(position.cos_zenith, _HORIZON)
    above = sky * (bright * ratio + (1.0 - bright) * (1.0 + view) / 2.0)
    ground = albedo * (direct * position.cos_zenith + sky) * (1.0 - view) / 2.0
    return np.asarray(direct * plane.cos_incidence + above + ground)


def cell_temperature(plane_sun: ArrayLike, dry_bulb: ArrayLike, wind: ArrayLike, heat_constant: float, heat_wind: float) -> Array:
    """Temperature of modules, degC: T + G / (u0 + u1 v). Units: W/m2, degC, m/s. Source: Faiman (2008), Progress in Photovoltaics 16."""
    gives_off = heat_constant + heat_wind * np.asarray(wind, dtype=np.float64)
    return np.asarray(np.asarray(dry_bulb, dtype=np.float64) + np.asarray(plane_sun, dtype=np.float64) / gives_off)


def inverter_output(dc: ArrayLike, efficiency: float) -> Array:
    """AC power of inverters per rated AC power, clipped at one.

    efficiency / 0.9637 (-0.0162 z - 0.0059 / z + 0.9858) dc,  z = dc * efficiency                                  (1)

    dc: DC power per rated AC power. Source: Dobos (2014), PVWatts Version 5 Manual, NREL/TP-6A20-62641.
    """
    power = np.asarray(dc, dtype=np.float64)
    load = power * efficiency
    shape = -0.0162 * load**2 - 0.0059 * (load > 0.0) + 0.9858 * load
    return np.asarray(np.clip(shape / 0.9637, 0.0, 1.0))


def solar_power(weather: Weather, plant: SolarPlant) -> Array:
    """AC power of a solar plant in each hour per rated AC power: (hour,), 0 to 1; NaN where the weather lacks what it takes.

    dc = DC ratio * sun on plane / 1000 * (1 - loss (T_cell - 25)) * (1 - losses), then `inverter_output`               (1)

    Beam and diffuse as given; where either is absent, split from the sun on the horizontal (Erbs).
    Source: Dobos (2014), as PVWatts but with the cell temperature of Faiman. Leaves out: glass at low angles, spectrum, snow, ageing over
    years (scale the result), curtailment.
    """
    if faults := plant_faults(plant):
        raise InputError(faults)
    position = sun_position(np.arange(len(weather.sun)), weather.latitude, weather.longitude, weather.utc_offset)
    beam, diffuse = weather.sun_direct, weather.sun_diffuse
    absent = np.isnan(beam) | np.isnan(diffuse)
    if absent.any():
        made = split_sun(weather.sun, position)
        beam, diffuse = np.where(absent, made[0], beam), np.where(absent, made[1], diffuse)
    mount = plant.mount
    plane = fixed_plane(position, mount) if isinstance(mount, Fixed) else tracking_plane(position, mount)
    sun = sun_on_plane(beam, diffuse, position, plane, plant.albedo)
    warm = cell_temperature(sun, weather.dry_bulb, weather.wind, plant.heat_constant, plant.heat_wind)
    dc = plant.dc_ratio * sun / RATED_SUN * (1.0 - plant.temperature_loss * (warm - RATED_CELL)) * (1.0 - plant.losses)
    return inverter_output(np.maximum(dc, 0.0), plant.inverter)


def plant_faults(plant: SolarPlant) -> list[Fault]:
    """What is wrong with the numbers of a plant: shares, angles, ratios."""
    mount = plant.mount
    angles = {"tilt": mount.tilt} if isinstance(mount, Fixed) else {"most": mount.most}
    shares = {name: getattr(plant, name) for name in ("losses", "inverter", "albedo", "temperature_loss")}
    if isinstance(mount, Tracking):
        shares["ground_cover"] = mount.ground_cover
    out = [
        Fault(say("{name} is {value:g}; expected a share from 0 to 1", name=name, value=value))
        for name, value in shares.items()
        if not 0.0 <= value <= 1.0
    ]
    out += [
        Fault(say("{name} is {value:g} deg; expected 0 to 90", name=name, value=value))
        for name, value in angles.items()
        if not 0.0 <= value <= 90.0
    ]
    for name in ("dc_ratio", "heat_constant"):
        if not 0.0 < getattr(plant, name) < np.inf:
            out.append(Fault(say("{name} is {value:g}; expected a number above 0", name=name, value=getattr(plant, name))))
    if not 0.0 <= plant.heat_wind < np.inf:
        out.append(Fault(say("heat_wind is {heat_wind:g}; expected a number that is not negative", heat_wind=plant.heat_wind)))
    return out
