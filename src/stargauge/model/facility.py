"""Power at the meter, cooling by the hours of each month, water, and the load a site really draws.

PUE and water follow the rule of an hour (`quantity.facility_hours`) in every draw. Hours of a month with the same air need the same, so the
rule is worked out for states of the air, and a static table says what share of each month the air is in each of them: the bin method of the
trade, with linear interpolation between states. At the middle of all ranges it gives the PUE of 8,760 hours one by one within 0.001 over a
year and 0.005 in a month, and the hottest hour exactly; wherever in its ranges a draw is, at loads of 0.3 to 0.95, within 0.005 over a year
and 0.02 in a month where outdoor air goes through the racks, 0.002 and 0.004 elsewhere. Tests hold the months.

Groups such as `Loops` and `HallMonths` hold parts of several units, each of which stands beside it; the engine wants one unit for each
quantity, so theirs is that of no part in particular.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.dates import from_day
from stargauge.quantity.hall.cooling_hours import KINDS, Air, Chiller, Kind, Loop, Rejection
from stargauge.quantity.hall.electrical_chain import Chain, Redundancy
from stargauge.quantity.hall.facility_hours import COOLING, LOSSES, Facility, facility_hours
from stargauge.quantity.hall.outdoor_hours import MONTHS, by_dry_bulb, state_temperatures
from stargauge.quantity.hall.psychrometrics import enthalpy, humidity_ratio, wet_bulb
from stargauge.quantity.quantity import DRY_BULBS, STAGES, quantity

Array = NDArray[np.float64]

_STARTED, _ENERGISED, _OPERATIONAL = (STAGES.index(stage) for stage in ("under_construction", "energised", "operational"))
#: Kinds of plant for which the humidity of the air matters.
_MOIST = frozenset({"adiabatic", "tower", "air"})
_ABSENT = np.array([np.nan])
#: K more or less than the middle of how much warmer years become, at which wet bulbs are held: between two they are straight within a
#: thousandth of a kelvin, but where wet bulb or dew point freeze, and they reach beyond what any draw of the shipped range is.
_STEPS = np.arange(-5.0, 6.0)


# --- size at the meter ------------------------------------------------------------------------------------------------------------


@quantity("1", "draw site")
def design_power_ratio(
    phase_facility_power_paired: Array, phase_it_power_paired: Array, site_facility_power_paired: Array, site_it_power_paired: Array,
    phase_site: Array, design_power_ratio_default: Array,
) -> Array:  # fmt: skip
    """Facility power a site is designed for, per power at its racks: peak overhead and electrical margin, not the yearly PUE.

    r = sum of P_facility over phases stated both ways / sum of their P_IT; else the same of the whole site; else the default's range   (1)

    Axes: draw, site. Units: 1. Source: two figures of one statement of the programme file, whose common error cancels in the ratio; where
    there is no such pair the catalogue's range. Never below one. Leaves out: that later buildings of a site may be designed differently.
    """
    index = phase_site.astype(np.int64)
    both = np.isfinite(phase_facility_power_paired) & np.isfinite(phase_it_power_paired)
    sites = len(site_it_power_paired)
    top = np.bincount(index, weights=np.where(both, phase_facility_power_paired, 0.0), minlength=sites)
    bottom = np.bincount(index, weights=np.where(both, phase_it_power_paired, 0.0), minlength=sites)
    whole = site_facility_power_paired / site_it_power_paired
    stated = np.where(bottom > 0.0, top / np.where(bottom > 0.0, bottom, 1.0), whole)
    return np.maximum(np.where(np.isnan(stated)[None, :], design_power_ratio_default, stated[None, :]), 1.0)


@quantity("W", "draw stage site month", adds="site", rises=True)
def power_facility(power_it: Array, design_power_ratio: Array) -> Array:
    """Power at the meter that has reached at least each stage, at the end of each month.

    P_facility = P_IT * r                                                              (1)

    Axes: draw, stage, site, month. Units: W, 1 -> W. r is the design ratio, so this is what a connection and a plant are built for; what is
    drawn is `power_load`. A stage that nobody stated is absent (NaN).
    """
    return power_it * design_power_ratio[:, None, :, None]


@quantity("W", "draw site month", adds="site")
def power_being_built(power_facility: Array) -> Array:
    """Facility power that is being built at once: work has started and power is not on yet, at the end of each month.

    P = P(under construction) - P(energised)                                           (1)

    Axes: draw, site, month. Units: W. What is cancelled while it is built is no longer in it.
    """
    return power_facility[:, _STARTED] - power_facility[:, _ENERGISED]


@quantity("h", "month")
def month_hours(month_end: Array) -> Array:
    """Hours of each month of the programme's clock. Axes: month. Units: h. Source: the Gregorian calendar."""
    ends = [from_day(day) for day in month_end]
    return np.array([24.0 * (end - date(end.year, end.month, 1)).days + 24.0 for end in ends])


# --- outdoor air ------------------------------------------------------------------------------------------------------------------


@quantity("1", "month")
def calendar_month(month_end: Array) -> Array:
    """Place of each month of the programme's clock in its year, January first. Axes: month. Units: 1. Source: the Gregorian calendar."""
    return np.array([from_day(day).month - 1 for day in month_end], dtype=np.float64)


class Outdoors(NamedTuple):
    """The air outdoors at each site, at the middle of how much warmer years become: states and the hardest hours. All with sites first.

    A group, declared in degC: its parts have the units beside them.
    """

    shares: Array  # (site, state, calendar month)
    dry_bulb: Array  # degC, (site, state), the hardest hours behind the states
    dew_point: Array
    wet_bulb: Array  # (site, step of `_STEPS`, state), absent where the site's cooling does not depend on it, or no month has the state
    pressure: Array  # Pa, (site, 1)
    warming: Array  # K that is in the temperatures
    follows: Array  # 1 where the site becomes warmer with the years


@quantity("degC", "site")
def outdoor_air(
    outdoor_share: Array, hardest_dry_bulb: Array, hardest_dew_point: Array, outdoor_pressure: Array, outdoor_from_normals: Array,
    cooling_wet: Array, ambient_offset_p50: Array,
) -> Outdoors:  # fmt: skip
    """Share of each calendar month that the air is in each state, temperature, dew point and wet bulb of these, and the hardest hours.

    T, T_dew of a state + o,  o: middle of how much warmer the years to come are, none for a weather file of the site's own     (1)

    Worked out once for all draws. Axes: site; states, hardest hours and months inside. Units: degC, Pa, 1. Source: ASHRAE Handbook of
    Fundamentals (2017, chapter 1) for the wet bulb. Shares of a month count relative to their sum. Leaves out: changes of pressure.
    """
    dry, dew = state_temperatures()
    warming = np.asarray(ambient_offset_p50) * outdoor_from_normals

    def joined(states: Array, hardest: Array) -> Array:
        return np.concatenate([np.broadcast_to(states, (len(hardest), len(states))), hardest], axis=1) + warming[:, None]

    dry_bulb, dew_point = joined(dry, hardest_dry_bulb), joined(dew, hardest_dew_point)
    shares = outdoor_share / outdoor_share.sum(axis=1, keepdims=True)
    known = np.isfinite(dry_bulb + dew_point + outdoor_pressure[:, None]) & (cooling_wet[:, None] > 0.5)
    for site, states in enumerate(known):
        states[: len(dry)] &= _used(shares[site])
    return Outdoors(
        shares, dry_bulb, dew_point, _wet_bulbs(dry_bulb, dew_point, outdoor_pressure, known), outdoor_pressure[:, None], warming,
        np.asarray(outdoor_from_normals),
    )  # fmt: skip


def _wet_bulbs(dry_bulb: Array, dew_point: Array, pressure: Array, known: NDArray[np.bool_]) -> Array:
    """Wet bulbs of the states that matter, as much cooler or warmer as each of `_STEPS`: (site, step, state)."""
    wet = np.full((len(known), len(_STEPS), known.shape[1]), np.nan)
    if known.any():
        site, state = np.nonzero(known)
        dry, dew = (part[known] + _STEPS[:, None] for part in (dry_bulb, np.minimum(dew_point, dry_bulb)))
        wet[site, :, state] = wet_bulb(dry, dew, pressure[site]).T
    return wet


# --- parts of a hall --------------------------------------------------------------------------------------------------------------


@quantity("degC", "draw site")
def air_loop_temperature(air_supply_temperature: Array, air_coil_approach: Array) -> Array:
    """Temperature to which what cools the racks' air must come: supply air less the approach of the coil (none where outdoor air is used).

    Axes: draw, site. Units: degC. Source: Lei and Masanet (2022) for both; approach = rise of the air (1 / effectiveness - 1).
    """
    return air_supply_temperature - air_coil_approach


@quantity("1", "site")
def heat_rejection(cooling_tower: Array, cooling_adiabatic: Array, cooling_outdoor_air: Array) -> Array:
    """How heat leaves a site: the number of the kind of plant (dry, adiabatic, tower, outdoor air). Axes: site. Units: 1."""
    kinds = np.full(len(cooling_tower), float(KINDS.index("dry")))
    for flag, kind in ((cooling_tower, "tower"), (cooling_adiabatic, "adiabatic"), (cooling_outdoor_air, "air")):
        kinds[flag > 0.5] = KINDS.index(kind)
    return kinds


class Loops(NamedTuple):
    """What takes up the heat of the racks: water to cold plates, and air. Each (draw, site); a group of several units, declared in 1."""

    liquid_share: Array  # 1
    liquid_supply: Array  # degC
    liquid_rise: Array  # K
    pumps: Array  # W/W
    air_supply: Array  # degC
    air_rise: Array  # K
    air_fans: Array  # W/W


@quantity("1", "draw site")
def hall_loops(
    liquid_share: Array, liquid_supply_temperature: Array, liquid_temperature_rise: Array, pump_power: Array, air_loop_temperature: Array,
    air_temperature_rise: Array, air_fan_power: Array, cooling_outdoor_air: Array,
) -> Loops:  # fmt: skip
    """Share, supply temperature, rise and movers of the loops that take up the heat. Axes: draw, site. Units: 1, degC, K, W/W."""
    water = liquid_temperature_rise[:, None]
    air = np.where(cooling_outdoor_air > 0.5, air_temperature_rise[:, None], water)
    return Loops(
        liquid_share, liquid_supply_temperature, np.broadcast_to(water, air.shape), pump_power, air_loop_temperature, air, air_fan_power
    )


class Plant(NamedTuple):
    """What rejects the heat. Each (draw, site); a group of several units, declared in 1."""

    approach: Array  # K
    exchanger: Array  # K
    fans: Array  # W/W
    least_speed: Array  # 1, as effectiveness, cycles and drift
    pumps: Array  # W/W
    effectiveness: Array
    air_rise: Array  # K
    cycles: Array
    drift: Array
    humid_limit: Array  # degC


@quantity("1", "draw site")
def hall_plant(
    rejection_approach: Array, exchanger_approach: Array, rejection_fan_power: Array, least_speed: Array, tower_pump_power: Array,
    wetting_effectiveness: Array, air_temperature_rise: Array, cycles_of_concentration: Array, drift_share: Array, humid_limit: Array,
) -> Plant:  # fmt: skip
    """Differences, fans, pumps, wetting and water of the plant that rejects the heat. Axes: draw, site. Units: K, W/W, 1, degC."""
    shape = rejection_approach.shape
    speed, wetting, rise, humid = (
        np.broadcast_to(one[:, None], shape) for one in (least_speed, wetting_effectiveness, air_temperature_rise, humid_limit)
    )
    return Plant(
        rejection_approach, exchanger_approach, rejection_fan_power, speed, tower_pump_power, wetting, rise, cycles_of_concentration,
        drift_share, humid,
    )  # fmt: skip


class Chillers(NamedTuple):
    """Compressors. Each (draw, site); a group of several units, declared in 1."""

    carnot_share: Array  # 1, as all but the lift
    lift: Array  # K
    least_load: Array
    curve_constant: Array
    curve_linear: Array
    curve_square: Array


@quantity("1", "draw site")
def hall_chillers(
    chiller_carnot_share: Array, chiller_lift: Array, chiller_least_load: Array, chiller_curve_constant: Array, chiller_curve_linear: Array,
    chiller_curve_square: Array,
) -> Chillers:  # fmt: skip
    """Share of Carnot's limit, least lift and part-load curve of the chillers. Axes: draw, site. Units: 1, K."""
    shape = chiller_carnot_share.shape
    rest = (chiller_lift[:, None], chiller_least_load[:, None], chiller_curve_constant, chiller_curve_linear, chiller_curve_square)
    return Chillers(chiller_carnot_share, *(np.broadcast_to(one, shape) for one in rest))


class Electrical(NamedTuple):
    """The electrical chain and the lights. Each (draw, site)."""

    transformers: Array
    ups: Array
    distribution: Array
    no_load_share: Array
    redundancy: Array
    rating: Array
    lighting: Array


@quantity("1", "draw site")
def hall_electrical(
    transformer_loss: Array, ups_loss: Array, distribution_loss: Array, no_load_share: Array, redundancy: Array, design_power_ratio: Array,
    lighting_share: Array,
) -> Electrical:  # fmt: skip
    """Losses at full load, spare capacity and rating of the electrical chain, and light. Axes: draw, site. Units: 1."""
    shape = redundancy.shape
    transformers, ups, distribution, no_load, lighting = (
        np.broadcast_to(one[:, None], shape) for one in (transformer_loss, ups_loss, distribution_loss, no_load_share, lighting_share)
    )
    return Electrical(transformers, ups, distribution, no_load, redundancy, design_power_ratio, lighting)


# --- the hours of a hall ----------------------------------------------------------------------------------------------------------


class HallMonths(NamedTuple):
    """What a hall needs for each calendar month's hours, per power or energy at the racks, and in its hardest hour. Draw, site first.

    A group of several units, declared in 1.
    """

    losses: Array  # W/W, (draw, site, calendar month)
    cooling: Array  # W/W
    water: Array  # L/Wh, what evaporates, drifts and is blown down
    hottest: Array  # 1, power at the meter per power at the racks: (draw, site)
    peak: Array  # W per W of the racks' nameplate


@quantity("1", "draw site")
def hall_months(
    hall_electrical: Electrical, hall_loops: Loops, hall_plant: Plant, hall_chillers: Chillers, outdoor_air: Outdoors,
    heat_rejection: Array, cooling_chiller: Array, load_factor: Array, peak_coincidence: Array, ambient_offset: Array,
) -> HallMonths:  # fmt: skip
    """Losses, cooling and water of a hall over the hours of each calendar month, and its power in the hardest hour.

    x[month] = sum over states of the air of their share of the month * x by the rule of an hour at that air             (1)
    hardest hour: the highest of the hours that no other exceeds in temperature and dew point, at the usual load, and at the racks' peak

    Axes: draw, site; calendar months inside. Units: W/W, L/Wh. Source: the rule of an hour as `quantity.facility_hours` has it; linear
    interpolation between states two kelvin apart. A draw's warming moves temperature and dew point alike, and the wet bulb is that of the
    two. Leaves out: the load's own hours (it is even), heat stored in water and hall.
    """
    shape = load_factor.shape
    months = (*shape, MONTHS)
    made = HallMonths(*(np.full(one, np.nan) for one in (months, months, months, shape, shape)))
    offset = ambient_offset[:, None] * outdoor_air.follows - outdoor_air.warming
    for site in range(shape[1]):
        kind, helped = KINDS[int(heat_rejection[site])], bool(cooling_chiller[site] > 0.5)
        hall = _hall(kind, helped, hall_electrical, hall_loops, hall_plant, hall_chillers, site)
        states = _states(kind, outdoor_air, offset[:, site, None], site)
        for whole, part in zip(made, _of_states(hall, states, load_factor[:, site], peak_coincidence[:, site]), strict=True):
            whole[:, site] = part
    return made


class _States(NamedTuple):
    """A site's air by state, the hardest hours behind: (draw, state); how many of those there are, and months' shares of the others."""

    air: Air
    hardest: int
    shares: Array  # (calendar month, state)


def _states(kind: Kind, outdoors: Outdoors, offset: Array, site: int) -> _States:
    """The states that a site's months have. Of air that takes up no water its temperature is enough."""
    shares, states = outdoors.shares[site], outdoors.shares.shape[1]
    if kind not in _MOIST:
        shares = by_dry_bulb(shares)
        used = _used(shares)
        dry = np.append(np.array(DRY_BULBS)[used] + outdoors.warming[site], outdoors.dry_bulb[site, states]) + offset
        return _States(Air(dry, *[_ABSENT] * 5), 1, _rows(shares[used]))
    hardest, used = outdoors.dry_bulb[site, states:], _used(shares)
    differ = np.append(True, hardest[1:] != hardest[:-1])
    kept = np.append(used, differ)
    dry, dew = (part[site, kept] + offset for part in (outdoors.dry_bulb, outdoors.dew_point))
    wet, ratio = _warmer(outdoors.wet_bulb[site][:, kept], offset), humidity_ratio(dew, outdoors.pressure[site])
    air = Air(dry, np.minimum(wet, dry), dew, ratio, enthalpy(dry, ratio), outdoors.pressure[site])
    return _States(air, int(differ.sum()), _rows(shares[used]))


def _warmer(wet_bulbs: Array, offset: Array) -> Array:
    """Wet bulbs (step, state) at the offset of each draw from the middle, (draw, 1): between the two steps about it."""
    below = np.clip(np.searchsorted(_STEPS, offset[:, 0], side="right") - 1, 0, len(_STEPS) - 2)
    share = (offset - _STEPS[below, None]) / (_STEPS[1] - _STEPS[0])
    return np.asarray(wet_bulbs[below] + share * np.diff(wet_bulbs, axis=0)[below])


def _rows(shares: Array) -> Array:
    """By month, each month's shares side by side in memory."""
    return np.ascontiguousarray(shares.T)


def _used(shares: Array) -> NDArray[np.bool_]:
    """The states that any month has; one at least."""
    used = np.asarray((np.nan_to_num(shares) > 0.0).any(axis=1))
    return used if used.any() else np.arange(used.size) == 0


def _of_states(hall: Facility, states: _States, usual: Array, peak: Array) -> HallMonths:
    """A site's hall at its usual load in every state and in the hardest hours, and at its peak in those; absent where a load is."""
    hardest, count = states.hardest, states.shares.shape[1]
    air = Air(*(np.concatenate([part, part[..., -hardest:]], axis=-1) if part.shape[-1] > 1 else part for part in states.air))
    load = np.repeat(_load(usual), air.dry_bulb.shape[-1], axis=-1)
    load[:, -hardest:] = _load(peak)
    hours = facility_hours(hall, air, load)
    lost, cooled = (np.asarray(sum(hours.power[part] for part in parts)) for parts in (LOSSES, COOLING))
    by_state = (lost, cooled, hours.water["evaporated"] + hours.water["blown_down"])
    losses, cooling, water = (np.einsum("dk,mk->dm", one[:, :count], states.shares) / usual[:, None] for one in by_state)
    whole = hours.facility
    hottest, highest = whole[:, count : count + hardest].max(axis=-1), whole[:, -hardest:].max(axis=-1)
    return HallMonths(losses, cooling, water, hottest / usual, np.where(np.isnan(peak), np.nan, highest))


def _load(share: Array) -> Array:
    """A load that can be: racks draw no more than their nameplate, and an absent one only must not stop the others."""
    return np.clip(np.nan_to_num(share, nan=1.0), 0.0, 1.0)[:, None]


def _hall(
    kind: Kind, helped: bool, electrical: Electrical, loops: Loops, plant: Plant, chillers: Chillers, site: int
) -> Facility:  # fmt: skip
    """The parts of a site's hall put together: values (draw, 1)."""
    chain = Electrical(*_of_site(electrical, site))
    share = Redundancy(chain.redundancy, chain.redundancy)
    taken = _taken(kind, Loops(*_of_site(loops, site)))
    rejection = _rejection(kind, Plant(*_of_site(plant, site)), Chillers(*_of_site(chillers, site)) if helped else None)
    return Facility(
        taken, (rejection,) * len(taken),
        Chain(chain.transformers, chain.ups, chain.distribution, chain.no_load_share, share, chain.rating), chain.lighting, 0.0,
    )  # fmt: skip


def _of_site(parts: tuple[Array, ...], site: int) -> list[Array]:
    return [part[:, site, None] for part in parts]


def _taken(kind: Kind, loops: Loops) -> tuple[Loop, ...]:
    """The loops that take any heat; outdoor air takes all of it."""
    liquid = np.zeros_like(loops.liquid_share) if kind == "air" else loops.liquid_share
    each = (
        Loop("liquid", liquid, loops.liquid_supply, loops.liquid_rise, loops.pumps),
        Loop("air", 1.0 - liquid, loops.air_supply, loops.air_rise, loops.air_fans),
    )
    return tuple(loop for loop in each if not np.all(np.asarray(loop.share) == 0.0))


def _rejection(kind: Kind, plant: Plant, chillers: Chillers | None) -> Rejection:
    helped = None
    if chillers is not None:
        curve = (chillers.curve_constant, chillers.curve_linear, chillers.curve_square)
        helped = Chiller(chillers.carnot_share, chillers.lift, curve, chillers.least_load)
    return Rejection(
        kind, plant.approach, plant.exchanger, plant.fans, plant.least_speed, plant.pumps, helped, plant.effectiveness, plant.air_rise,
        plant.cycles, plant.drift, plant.humid_limit,
    )  # fmt: skip


@quantity("1", "draw site month")
def electrical_loss(hall_months: HallMonths, calendar_month: Array) -> Array:
    """Electricity lost between the meter and the racks, per energy at the racks.

    P = lambda R (nu + (1 - nu) (x / R)^2 / k) over k units for one needed, of each stage                    (1)

    lambda: loss at full load, nu: share of it that is there without load, x: what is passed on, R: what the stage is built for, k:
    redundancy, which costs because it means part load. Axes: draw, site, month. Units: W/W. Source: no-load and load^2 loss of a
    transformer (IEC 60076-1 form), taken for every stage; ranges of the catalogue. Leaves out: batteries' charging, harmonics, temperature.
    """
    return _by_month(hall_months.losses, calendar_month)


@quantity("1", "draw site month")
def cooling_power_ratio(hall_months: HallMonths, calendar_month: Array) -> Array:
    """Electricity of cooling per energy at the racks: fans, pumps and chillers over the hours of each month.

    free cooling: share f = (supply + rise - T - a) / rise, from 0 to 1; chillers take 1 - f at eta of Carnot's limit          (1)

    T: outdoor air, at towers its wet bulb, wetted in its band; a: approach. Axes: draw, site, month. Units: W/W. Source: Lei and Masanet
    (2022), makers' tables for fans and pumps (catalogue), as `quantity.cooling_hours`. Leaves out: power of the sprays, dehumidifying.
    """
    return _by_month(hall_months.cooling, calendar_month)


def _by_month(by_calendar: Array, calendar_month: Array) -> Array:
    return np.take(by_calendar, calendar_month.astype(np.intp), axis=-1)


@quantity("1", "draw site month")
def pue(electrical_loss: Array, cooling_power_ratio: Array, lighting_share: Array, load_factor: Array) -> Array:
    """Power usage effectiveness of each month: energy at the meter per energy at the racks.

    PUE = 1 + e + c + l / u                                                               (1)

    e: electrical losses, c: cooling, l: light and offices per nameplate of the racks, u: load factor. Losses count as heat to be cooled,
    and cooling is fed through the transformers. Axes: draw, site, month. Units: 1. Source: ISO/IEC 30134-2 for the definition. Leaves out:
    power made on site for itself. Checked on the published yearly values of operators (docs), where it is compared with the best constant.
    """
    return 1.0 + electrical_loss + cooling_power_ratio + (lighting_share[:, None] / load_factor)[:, :, None]


@quantity("1", "draw site")
def pue_hottest(hall_months: HallMonths) -> Array:
    """Power usage effectiveness of the hardest hour of a typical year, at the usual load: the hottest, or where air is wetted a humid one.

    Axes: draw, site. Units: 1. Source: as `pue`. Leaves out: hotter years than the typical one.
    """
    return hall_months.hottest


@quantity("1", "draw site")
def peak_power_ratio(hall_months: HallMonths) -> Array:
    """Power at the meter in the hardest hour of a typical year with the racks at their peak, per nameplate of the racks.

    Axes: draw, site. Units: W/W. Source: as `pue`. Leaves out: hotter years than the typical one; peaks within the hour.
    """
    return hall_months.peak


# --- water ------------------------------------------------------------------------------------------------------------------------


@quantity("L/Wh", "draw site month")
def wue(hall_months: HallMonths, cooling_water_other: Array, calendar_month: Array) -> Array:
    """Water used at the site per energy at the racks.

    WUE = E (1 + 1 / (n - 1) + drift) + other                                                   (1)

    E: water evaporated over the hours of the month, at towers by the balance of enthalpy, else by what wets the air; n: cycles of
    concentration (blow-down); `other`: people and filling. Axes: draw, site, month. Units: L/Wh. Source: ASHRAE Handbook of Fundamentals
    (2017, chapter 1); Lei and Masanet (2022) for n. n counts as two at least: nobody throws away more than evaporates. Leaves out: the
    water of power plants.
    """
    return _by_month(hall_months.water, calendar_month) + cooling_water_other[:, None, None]


# --- load -------------------------------------------------------------------------------------------------------------------------


@quantity("W", "draw site month", adds="site")
def power_load(power_it: Array, load_factor: Array, pue: Array) -> Array:
    """Average power drawn at the meter of what is operational, in each month.

    P = P_IT[operational] * load factor * PUE                                                (1)

    Axes: draw, site, month. Units: W. The racks' average draw is below their nameplate, so a year is never nameplate times 8,760 hours.
    Leaves out: how the load factor grows while a hall fills; the hours of a day.
    """
    return np.nan_to_num(power_it[:, _OPERATIONAL]) * load_factor[:, :, None] * pue


@quantity("W", "draw site month", adds="site")
def power_load_peak(power_it: Array, peak_power_ratio: Array, power_load: Array, design_power_ratio: Array) -> Array:
    """Highest power drawn at the meter, the one a connection is billed for.

    P = P_IT min(q, r), at least the average                                                (1)

    q: power at the meter in the hardest hour with the racks at their peak, per nameplate; r: design ratio. Axes: draw, site, month.
    Units: W. A sum over sites is not one moment. Leaves out: peaks shorter than the billing interval (a GB300 rack may spike to 1.4 times).
    """
    running = np.nan_to_num(power_it[:, _OPERATIONAL])
    return np.maximum(running * np.minimum(peak_power_ratio, design_power_ratio)[:, :, None], power_load)
