"""Moist air: from air temperature, dew point and pressure to everything that cooling asks of the weather; whole arrays at once.

Source of every formula, by its number: ASHRAE Handbook - Fundamentals (2017), chapter 1. Temperatures in degC, pressures in Pa, humidity
ratios in kg of water per kg of dry air, enthalpies in J per kg of dry air. NaN goes in and comes out as NaN; what cannot be is refused.
Leaves out: the enhancement factor of water vapour in air (0.4 % of a vapour pressure), as the handbook's own formulas do.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.errors import InputError, counted
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
_Formula = Callable[[tuple[float, ...], Array], Array]

#: Temperatures between which the formulas of saturation hold.
COLDEST, HOTTEST = -100.0, 200.0
_KELVIN = 273.15
#: Triple point of water: below it, vapour is in balance with ice. The handbook's 0 degC would leave a step between its two formulas.
_TRIPLE = 0.01
#: Coefficients of (5), over ice, and (6), over water: of 1/T, 1, T, T^2, T^3, T^4 and ln T.
_ICE = (-5.6745359e3, 6.3925247, -9.677843e-3, 6.2215701e-7, 2.0747825e-9, -9.484024e-13, 4.1635019)
_WATER = (-5.8002206e3, 1.3914993, -4.8640239e-2, 4.1764768e-5, -1.4452093e-8, 0.0, 6.5459673)
#: Mass of a molecule of water over that of air, of (20).
_RATIO = 0.621945
#: Heat of dry air and of vapour (kJ/kg K) and of vaporisation at 0 degC (kJ/kg), of (30).
_AIR, _VAPOUR, _LATENT = 1.006, 1.86, 2501.0
#: Heat of water and of ice and of sublimation, and how the two latent heats fall with temperature, of (33) and (35).
_LIQUID, _LATENT_SLOPE = 4.186, 2.326
_SOLID, _SUBLIMATION, _SUBLIMATION_SLOPE = 2.1, 2830.0, 0.24
#: When a search for a temperature stops, K, and the most steps it takes.
_NEAR, _STEPS = 1e-8, 60


# --- saturation -------------------------------------------------------------------------------------------------------------------


def saturation_pressure(temperature: Array) -> Array:
    """Pressure of vapour in balance with ice (below 0.01 degC) or water.

    ln p = C1/T + C2 + C3 T + C4 T^2 + C5 T^3 + C6 T^4 + C7 ln T,  T in kelvin                (5), (6)

    Units: degC -> Pa. Between -100 and 200 degC; raises InputError beyond.
    """
    temperature = np.asarray(temperature, dtype=np.float64)
    _refuse(
        (temperature < COLDEST) | (temperature > HOTTEST),
        say("a temperature outside {low:g} to {high:g} degC", low=COLDEST, high=HOTTEST),
        temperature,
    )
    return np.asarray(np.exp(_log_pressure(temperature)))


def _log_pressure(temperature: Array) -> Array:
    """ln of the saturation pressure, unchecked."""
    return _by_phase(temperature, _log_formula)


def _slope(temperature: Array) -> Array:
    """Derivative of ln of the saturation pressure by temperature, 1/K."""
    return _by_phase(temperature, _slope_formula)


def _log_formula(c: tuple[float, ...], kelvin: Array) -> Array:
    polynomial = c[1] + kelvin * (c[2] + kelvin * (c[3] + kelvin * (c[4] + kelvin * c[5])))
    return np.asarray(c[0] / kelvin + polynomial + c[6] * np.log(kelvin))


def _slope_formula(c: tuple[float, ...], kelvin: Array) -> Array:
    polynomial = c[2] + kelvin * (2.0 * c[3] + kelvin * (3.0 * c[4] + kelvin * 4.0 * c[5]))
    return np.asarray(polynomial + (c[6] - c[0] / kelvin) / kelvin)


def _by_phase(temperature: Array, formula: _Formula) -> Array:
    """A formula with the coefficients of ice or of water, each only where it is needed."""
    kelvin, frozen = temperature + _KELVIN, temperature <= _TRIPLE
    if not frozen.any():
        return formula(_WATER, kelvin)
    if frozen.all():
        return formula(_ICE, kelvin)
    out = formula(_WATER, kelvin)
    out[frozen] = formula(_ICE, kelvin[frozen])
    return out


# --- humidity ---------------------------------------------------------------------------------------------------------------------


def humidity_ratio(dew_point: Array, pressure: Array) -> Array:
    """Water per dry air: W = 0.621945 p_w / (p - p_w) (20). Units: degC, Pa -> kg/kg. The pressure must be above the vapour's."""
    vapour, pressure = saturation_pressure(dew_point), np.asarray(pressure, dtype=np.float64)
    _refuse(vapour >= pressure, say("a dew point at which water boils at the pressure given"), np.broadcast_to(dew_point, vapour.shape))
    return _RATIO * vapour / (pressure - vapour)


def relative_humidity(dry_bulb: Array, dew_point: Array) -> Array:
    """Vapour pressure over that of saturation at the air's temperature: p_w / p_s(t) (22). Units: degC, degC -> 1, from 0 to 1."""
    _refuse_dew_point(dry_bulb, dew_point)
    return np.asarray(saturation_pressure(dew_point) / saturation_pressure(dry_bulb))


def dew_point(dry_bulb: Array, humidity: Array) -> Array:
    """Temperature at which air of a relative humidity would be saturated: p_s(t_d) = phi p_s(t) (22), (36). Units: degC, 1 -> degC.

    Newton's method on ln p_s, which is nearly straight against temperature. Raises InputError for a humidity that is not above 0 and at
    most 1, or so low that the dew point lies below -100 degC.
    """
    dry_bulb, humidity = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(dry_bulb, humidity))
    _refuse((humidity <= 0.0) | (humidity > 1.0), say("a relative humidity that is not above 0 and at most 1 (100 %)"), humidity)
    wanted = np.log(saturation_pressure(dry_bulb)) + np.log(humidity)
    _refuse(wanted < _log_pressure(np.array(COLDEST)), say("air so dry that its dew point is below {low:g} degC", low=COLDEST), humidity)
    low, high = np.full_like(dry_bulb, COLDEST), dry_bulb.copy()
    found = dry_bulb + np.log(humidity) / _slope(dry_bulb)
    for _ in range(_STEPS):
        found = np.clip(found, low, high)
        step = (_log_pressure(found) - wanted) / _slope(found)
        found = found - step
        if not np.nanmax(np.abs(step), initial=0.0) > _NEAR:
            break
    return np.minimum(found, dry_bulb)


def wet_bulb(dry_bulb: Array, dew_point: Array, pressure: Array) -> Array:
    """Temperature of a wet bulb in air: what air comes to when it takes up water until it is saturated.

    W = [(2501 - 2.326 t*) W_s(t*) - 1.006 (t - t*)] / (2501 + 1.86 t - 4.186 t*)   above freezing          (33)
    W = [(2830 - 0.24 t*) W_s(t*) - 1.006 (t - t*)] / (2830 + 1.86 t - 2.1 t*)      below                   (35)

    solved for t* with W_s by (20), multiplied out by p - p_s(t*), which leaves a smooth, rising function of t* (Newton, kept between dew
    point and dry bulb). Units: degC, degC, Pa -> degC. Near freezing both formulas can have a solution, some tenths of a kelvin apart;
    the one of water is taken then.
    """
    dry_bulb, dew_point, pressure = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(dry_bulb, dew_point, pressure))
    _refuse_dew_point(dry_bulb, dew_point)
    ratio = humidity_ratio(dew_point, pressure)
    iced = ratio < _adiabatic_ratio_at_freezing(dry_bulb, pressure)
    if not iced.any():
        return _wet_bulb(dry_bulb, dew_point, pressure, ratio, water=True)
    if iced.all():
        return _wet_bulb(dry_bulb, dew_point, pressure, ratio, water=False)
    out = np.empty_like(dry_bulb)
    for mask, water in ((iced, False), (~iced, True)):
        out[mask] = _wet_bulb(dry_bulb[mask], dew_point[mask], pressure[mask], ratio[mask], water)
    return out


def _adiabatic_ratio_at_freezing(dry_bulb: Array, pressure: Array) -> Array:
    """Humidity ratio of air whose wet bulb is just 0 degC, by the formula of water (33)."""
    saturated = float(np.exp(_log_pressure(np.array(0.0))))
    return np.asarray((_LATENT * _RATIO * saturated / (pressure - saturated) - _AIR * dry_bulb) / (_LATENT + _VAPOUR * dry_bulb))


def _wet_bulb(dry_bulb: Array, dew_point: Array, pressure: Array, ratio: Array, water: bool) -> Array:
    latent, slope, heat = (_LATENT, _LATENT_SLOPE, _LIQUID) if water else (_SUBLIMATION, _SUBLIMATION_SLOPE, _SOLID)
    low, high = dew_point.copy(), dry_bulb.copy()
    found = low + (high - low) / 3.0
    base = _AIR * dry_bulb + ratio * (latent + _VAPOUR * dry_bulb)
    fall = _AIR + ratio * heat
    for _ in range(_STEPS):
        saturated = np.exp(_log_pressure(found))
        rising = _slope(found) * saturated
        needed, given = base - fall * found, latent - slope * found
        gap = given * _RATIO * saturated - (pressure - saturated) * needed
        steepness = _RATIO * (given * rising - slope * saturated) + rising * needed + (pressure - saturated) * fall
        np.copyto(high, found, where=gap > 0.0)
        np.copyto(low, found, where=gap <= 0.0)
        moved = found - gap / steepness
        found = np.where((moved < low) | (moved > high), (low + high) / 2.0, moved)
        if not np.nanmax(np.abs(gap / steepness), initial=0.0) > _NEAR:
            break
    return found


def wet_bulb_humidity_ratio(dry_bulb: Array, wet_bulb: Array, pressure: Array) -> Array:
    """Humidity ratio of air of a wet bulb: (33) above freezing, (35) below. Units: degC, degC, Pa -> kg/kg; below 0 where none can be."""
    dry_bulb, wet_bulb, pressure = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(dry_bulb, wet_bulb, pressure))
    _refuse(wet_bulb > dry_bulb, say("a wet bulb above the air's temperature"), wet_bulb)
    saturated = humidity_ratio(wet_bulb, pressure)
    water = wet_bulb >= 0.0
    latent = np.where(water, _LATENT - _LATENT_SLOPE * wet_bulb, _SUBLIMATION - _SUBLIMATION_SLOPE * wet_bulb)
    below = np.where(water, _LATENT - _LIQUID * wet_bulb, _SUBLIMATION - _SOLID * wet_bulb) + _VAPOUR * dry_bulb
    return np.asarray((latent * saturated - _AIR * (dry_bulb - wet_bulb)) / below)


# --- heat and pressure ------------------------------------------------------------------------------------------------------------


def enthalpy(dry_bulb: Array, humidity_ratio: Array) -> Array:
    """Heat in moist air over that of dry air and water at 0 degC: h = 1.006 t + W (2501 + 1.86 t) (30). Units: degC, kg/kg -> J/kg."""
    dry_bulb, humidity_ratio = np.asarray(dry_bulb, dtype=np.float64), np.asarray(humidity_ratio, dtype=np.float64)
    _refuse(humidity_ratio < 0.0, say("a humidity ratio below 0"), humidity_ratio)
    return 1000.0 * (_AIR * dry_bulb + humidity_ratio * (_LATENT + _VAPOUR * dry_bulb))


def pressure_at(elevation: Array) -> Array:
    """Pressure of the standard atmosphere: p = 101,325 (1 - 2.25577e-5 Z)^5.2559 (3). Units: m -> Pa. Between -5,000 and 11,000 m."""
    elevation = np.asarray(elevation, dtype=np.float64)
    _refuse((elevation < -5000.0) | (elevation > 11000.0), say("an elevation outside -5,000 to 11,000 m"), elevation)
    return np.asarray(101325.0 * (1.0 - 2.25577e-5 * elevation) ** 5.2559)


def _refuse_dew_point(dry_bulb: Array, dew_point: Array) -> None:
    """Raises InputError where the dew point lies above the air's temperature."""
    over = np.asarray(dew_point, dtype=np.float64) - np.asarray(dry_bulb, dtype=np.float64)
    _refuse(over > 0.0, say("a dew point above the air's temperature, by K"), over)


def _refuse(wrong: Bools, what: str, given: Array) -> None:
    """Raises InputError where something is wrong: how often, where first, and what came there."""
    if np.any(wrong):
        wrong = np.atleast_1d(wrong).ravel()
        first = int(np.argmax(wrong))
        value = float(np.broadcast_to(np.atleast_1d(given).ravel(), wrong.shape)[first])
        raise InputError(
            say(
                "{what}: {value:,.4g} at place {first} of {number:,}; {count} in all",
                what=what,
                value=value,
                first=first,
                number=len(wrong),
                count=counted(int(wrong.sum()), "value"),
            )
        )
