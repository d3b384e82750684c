"""Cooling of a data hall by the hour: loops that take up the heat and the plant that rejects it, as parts that are put together.

A loop holds a supply temperature against what the weather allows. Outdoor air (or its wet bulb) cools it as far as it can, wetted air helps
in a band, and chillers do the rest: economiser and chiller share the load hour by hour. Everything is per watt of the heat that loops
take up at full load. Parameters are numbers or arrays that broadcast against hours, the last axis.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.hall.electrical_chain import Value
from stargauge.quantity.hall.psychrometrics import enthalpy, humidity_ratio, wet_bulb, wet_bulb_humidity_ratio
from stargauge.quantity.power.hourly import hour_name
from stargauge.quantity.spoken import say
from stargauge.quantity.weather.weather import Weather

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: dry: coolers in outdoor air. adiabatic: the same, with wetted air in warm hours. tower: evaporation all year. air: outdoor air goes
#: through the racks, wetted in warm hours. chiller: air-cooled chillers without any economiser.
Kind = Literal["dry", "adiabatic", "tower", "air", "chiller"]
KINDS: tuple[Kind, ...] = ("dry", "adiabatic", "tower", "air", "chiller")
#: Kinds for which humidity matters.
_MOIST = ("adiabatic", "tower", "air")
_KELVIN = 273.15
_HOUR = 3600.0
#: Heat of air, J/kg K (ASHRAE Handbook - Fundamentals, 2017, chapter 1).
_AIR = 1006.0


class Air(NamedTuple):
    """Outdoor air by the hour. Temperatures in degC, pressure in Pa, enthalpy in J/kg; NaN where the weather has no humidity."""

    dry_bulb: Array
    wet_bulb: Array
    dew_point: Array
    ratio: Array
    enthalpy: Array
    pressure: Array


class Loop(NamedTuple):
    """What takes up heat at the racks and brings it to the plant: water to cold plates, or air through racks and coils."""

    name: Literal["liquid", "air"]
    share: Value  # of the heat
    supply: Value  # degC of the water it needs from the plant; of the air itself where outdoor air goes through the racks
    rise: Value  # K between supply and return
    mover_power: Value  # W of its pumps or fans per W of heat


class Chiller(NamedTuple):
    """A compressor that reaches a share of Carnot's limit."""

    carnot_share: Value
    lift: Value  # K that it lifts beyond supply and rejection temperatures; also its least lift
    curve: tuple[Value, Value, Value]  # power over that at full load: c0 + c1 x + c2 x^2 at a part x of full load
    least_load: Value  # part of full load below which it cycles


class Rejection(NamedTuple):
    """The plant that brings the heat of the loops outdoors."""

    kind: Kind
    approach: Value  # K, loop less outdoor air or wet bulb at full heat; of outdoor air: what mixing adds
    exchanger: Value  # K, loop less tower water; 0 without a tower
    fan_power: Value  # W at full speed per W of heat at full load; 0 where the racks' own fans move outdoor air
    least_speed: Value  # of fans and pumps, share of full speed
    pump_power: Value  # W of the tower's pumps per W of heat
    chiller: Chiller | None  # none: in hot hours the loop runs warmer
    effectiveness: Value  # of wetting: how far air comes towards its wet bulb
    air_rise: Value  # K that air warms in the coolers or racks
    cycles: Value  # of concentration
    drift: Value  # droplets blown away per water evaporated
    humid_limit: Value  # degC dew point above which outdoor air is kept out of the racks


class Cooled(NamedTuple):
    """What the hours of a loop need. Power and heat: W per W of all heat at full load; water: L per hour and W of it."""

    movers: Array  # pumps of water or fans of the racks' air
    fans: Array  # of the heat rejection
    tower_pumps: Array
    chillers: Array
    evaporated: Array
    blown_down: Array  # blow-down and drift
    chilled: Array  # heat that chillers take
    heat: Array
    warm: Array  # K that the loop is warmer than its supply temperature, where no chiller helps
    wetted: Bools  # hours in which water cools incoming air
    closed: Bools  # hours too humid for outdoor air


def air_of(weather: Weather, kinds: Collection[Kind], warmer: float = 0.0) -> Air:
    """Outdoor air of a weather for kinds of plant; `warmer`: K added to temperature and dew point alike, which keeps the humidity near.

    Raises InputError where an hour has no temperature, or no dew point or pressure where a kind needs one: never invented.
    """
    faults = [_fault(weather, "dry_bulb", weather.dry_bulb, "")]
    moist = [kind for kind in KINDS if kind in kinds and kind in _MOIST]
    if moist:
        used_by = {"adiabatic": say("wetted air"), "tower": say("a cooling tower"), "air": say("outdoor air in the racks")}[moist[0]]
        faults += [_fault(weather, name, getattr(weather, name), used_by) for name in ("dew_point", "pressure")]
    if found := [fault for fault in faults if fault is not None]:
        raise InputError(found)
    dry = weather.dry_bulb + warmer
    if not moist:
        absent = np.full_like(dry, np.nan)
        return Air(dry, absent, absent, absent, absent, absent)
    dew = weather.dew_point + warmer
    ratio = humidity_ratio(dew, weather.pressure)
    return Air(dry, wet_bulb(dry, dew, weather.pressure), dew, ratio, enthalpy(dry, ratio), weather.pressure)


def air_between(cooler: Air, warmer: Air, share: Array) -> Air:
    """Air between two of the same hours: cooler + share (warmer - cooler), for a column of shares from 0 to 1.

    Exact for temperatures; the wet bulb curves by some thousandths of a kelvin between two that lie a kelvin apart, and by up to 0.3 K
    about freezing, where it jumps from water to ice.
    """
    return Air(*(low if np.isnan(low).all() else low + share * (high - low) for low, high in zip(cooler, warmer, strict=True)))


def _fault(weather: Weather, name: str, values: Array, used_by: str) -> Fault | None:
    absent = ~np.isfinite(values)
    if not absent.any():
        return None
    why = say(", which {used_by} needs", used_by=used_by) if used_by else ""
    count, first = int(absent.sum()), int(np.argmax(absent))
    hint = say("; a dry design needs none, or give a weather with it") if used_by else say("; fill the gap or give another weather")
    if count == len(values):
        return Fault(say("the weather of {name} has no {field}{why}{hint}", name=weather.name, field=name, why=why, hint=hint))
    return Fault(
        say(
            "the weather of {name} has no {field} in {hour} and {count:,} of {hours:,} hours{why}{hint}",
            name=weather.name,
            field=name,
            hour=hour_name(first),
            count=count,
            hours=len(values),
            why=why,
            hint=hint,
        )
    )


def cool(loop: Loop, plant: Rejection, air: Air, heat: Array) -> Cooled:
    """The hours of one loop. `heat`: all heat of the hall over that at full load, of which the loop takes its share.

    T: outdoor air, at towers its wet bulb;  a = approach q (a cooler needs less difference for less heat);  L = supply - a
    wetted:  T' = T - min(T - L, e (T - T_wb)), in the hours T > L where it helps                            (1)
    free cooling: share f = (supply + rise - T' - a) / rise, from 0 to 1; chillers take 1 - f               (2)
    COP = eta (supply + 273.15) / lift, lift from supply to T' + a + lift, its part-load curve on top        (3)
    fans: n = a / (supply - T'), at most 1;  power ~ max(n, least)^2 n (they cycle below the least speed)     (4)

    Sources: Carnot; affinity law; energy balance of the mixed return. Leaves out: heat stored in water and hall, that a tower's approach
    grows in cold air, power of the sprays, dehumidifying, fans that slow down where chillers have all the load.
    """
    spread = _spread(plant, heat)
    rejected, wetted, closed, reach = _rejecting(loop, plant, air, spread)
    heat, part = np.broadcast_to(heat, rejected.shape), np.asarray(loop.share)
    chilled = (1.0 - _free(loop, plant, rejected + spread, closed)) * heat
    condenser = air.dry_bulb if plant.kind in ("air", "chiller") else rejected + plant.approach * heat
    chillers = _compressors(plant.chiller, loop.supply, condenser, chilled)
    evaporated = _evaporated(loop, plant, air, heat, chillers, reach)
    flow = np.maximum(heat, np.where(heat > 0.0, plant.least_speed, 0.0))
    return Cooled(
        movers=part * loop.mover_power * flow, fans=part * _fans(loop, plant, rejected, spread, heat),
        tower_pumps=part * plant.pump_power * (flow if plant.kind == "tower" else 0.0 * flow), chillers=part * chillers,
        evaporated=part * evaporated, blown_down=part * evaporated * (1.0 / (np.maximum(plant.cycles, 2.0) - 1.0) + plant.drift),
        chilled=part * chilled, heat=part * heat,
        warm=np.maximum(rejected + spread - loop.supply, 0.0) if plant.chiller is None else np.zeros_like(chilled), wetted=wetted,
        closed=closed,
    )  # fmt: skip


def _free(loop: Loop, plant: Rejection, reached: Array, closed: Bools) -> Array:
    """Share of the heat that goes without chillers, (2): all of it where there are none, however warm the loop becomes."""
    if plant.chiller is None:
        return np.ones_like(reached)
    if plant.kind == "chiller":
        return np.zeros_like(reached)
    return np.where(closed, 0.0, np.clip((loop.supply + loop.rise - reached) / loop.rise, 0.0, 1.0))


def _spread(plant: Rejection, heat: Array) -> Array:
    """K that the loop lies above what heat is rejected to: less at less heat, except for outdoor air that is only mixed."""
    if plant.kind == "air":
        return np.asarray(plant.approach + np.zeros_like(heat))
    return np.asarray((plant.approach + np.asarray(plant.exchanger)) * heat)


def _rejecting(loop: Loop, plant: Rejection, air: Air, spread: Array) -> tuple[Array, Bools, Bools, Array]:
    """Temperature heat is rejected to, hours with wetted air, hours closed to outdoor air, and K that wetting brings."""
    base = air.wet_bulb if plant.kind == "tower" else air.dry_bulb
    none = np.zeros(np.broadcast_shapes(base.shape, spread.shape))
    never = none > 0.0
    if plant.kind not in ("adiabatic", "air"):
        return base + none, never, never, none
    closed = (air.dew_point > plant.humid_limit) | never if plant.kind == "air" else never
    wanted = np.maximum(base - (loop.supply - spread), 0.0)
    possible = plant.effectiveness * (air.dry_bulb - air.wet_bulb)
    if plant.kind == "air":
        possible = np.minimum(possible, _until_humid(plant, air))
    reach = np.where(closed, 0.0, np.minimum(wanted, possible))
    if plant.chiller is not None:
        reach = np.where(base - reach + spread < loop.supply + loop.rise, reach, 0.0)
    return base - reach, reach > 0.0, closed, reach


def _until_humid(plant: Rejection, air: Air) -> Array:
    """K by which wetting may cool outdoor air before its dew point is the highest that the racks may have: at constant enthalpy."""
    limit = np.maximum(humidity_ratio(np.asarray(plant.humid_limit), air.pressure), air.ratio)
    return np.asarray(np.maximum(air.dry_bulb - (air.enthalpy / 1000.0 - 2501.0 * limit) / (1.006 + 1.86 * limit), 0.0))


def _compressors(chiller: Chiller | None, supply: Value, condenser: Array, chilled: Array) -> Array:
    """Power of the compressors for the heat they take, per W at full load."""
    if chiller is None:
        return np.zeros_like(chilled)
    lift = np.maximum(condenser + chiller.lift - supply, chiller.lift)
    at = np.clip(chilled, chiller.least_load, 1.0)
    first, second, third = chiller.curve
    part_load = (first / at + second + third * at) / (np.asarray(first) + second + third)
    return np.asarray(chilled * part_load * lift / (chiller.carnot_share * (np.asarray(supply) + _KELVIN)))


def _fans(loop: Loop, plant: Rejection, rejected: Array, spread: Array, heat: Array) -> Array:
    """Power of the fans of the heat rejection, (4); those of a condenser follow its heat."""
    speed = (
        heat
        if plant.kind == "chiller"
        else np.where(heat > 0.0, spread, 0.0) / np.maximum(loop.supply - rejected, np.maximum(spread, 1e-9))
    )
    return np.asarray(plant.fan_power * np.maximum(speed, plant.least_speed) ** 2 * speed)


def _evaporated(loop: Loop, plant: Rejection, air: Air, heat: Array, chillers: Array, reach: Array) -> Array:
    """Water evaporated, L per hour and W of heat at full load: at towers by the balance of enthalpy, else by what wets the air.

    tower: E = Q (W_o - W) / (h_o - h), air leaves saturated at the middle of the water's temperatures        (1)
    wetted: E = m (W' - W), m: air that takes up the heat; W': humidity on the line of its wet bulb           (2)
    """
    if plant.kind == "tower":
        exchanger, approach = plant.exchanger * heat, plant.approach * heat
        cold = np.maximum(loop.supply - exchanger, air.wet_bulb + approach)
        leaving = cold + np.asarray(loop.rise) / 2.0
        ratio = humidity_ratio(leaving, np.broadcast_to(air.pressure, leaving.shape))
        per_heat = (ratio - air.ratio) / (enthalpy(leaving, ratio) - air.enthalpy)
        return np.asarray(_HOUR * (heat + chillers) * np.maximum(per_heat, 0.0))
    wet = reach > 0.0
    if not wet.any():
        return np.zeros_like(reach)
    shape = reach.shape
    dry, wet_bulbs, ratio, pressure = (np.broadcast_to(a, shape)[wet] for a in (air.dry_bulb, air.wet_bulb, air.ratio, air.pressure))
    taken = wet_bulb_humidity_ratio(np.maximum(dry - reach[wet], wet_bulbs), wet_bulbs, pressure) - ratio
    flow = (heat if plant.kind == "air" else np.ones(shape)) / (_AIR * np.asarray(plant.air_rise))
    out = np.zeros(shape)
    out[wet] = _HOUR * np.broadcast_to(flow, shape)[wet] * np.maximum(taken, 0.0)
    return out
