"""Power at the meter, cooling by the month's weather, water, and the load a site really draws.

PUE and water are a fast approximation here: closed forms over normally distributed hours of each month, cheap for every draw of every
site and month. `quantity.facility_hours` is the closer look, hour by hour. With the same assumptions both agree within 0.004 W per W of
heat over a year; beyond that the closed form has no hours in which economiser and chiller share the load (high by 0.01 to 0.08 in yearly
PUE for closed loops), asks of a cooler the same approach at any load, takes the fans at the month's mean temperature (low by up to 0.05
for wetted coolers) and never shuts out humid air (low by 0.07 at Singapore). The tests hold these distances.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.dates import from_day
from stargauge.quantity.normal import normal_cdf
from stargauge.quantity.quantity import STAGES, quantity

Array = NDArray[np.float64]

_STARTED, _ENERGISED, _OPERATIONAL = (STAGES.index(stage) for stage in ("under_construction", "energised", "operational"))
_KELVIN = 273.15
_YEAR = 12
#: Expected largest of 30 independent standard normal deviates (Tippett 1925, Biometrika 17, table of the extreme).
_LARGEST_OF_MONTH = 2.0428
#: Heat of vaporisation of water at 20 degC, 2,453.5 kJ/kg (IAPWS-95), in Wh per litre.
_EVAPORATION = 2453.5 / 3.6
_CIRCLE = 2.0 * np.pi


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


# --- weather ----------------------------------------------------------------------------------------------------------------------


@quantity("K", "site month")
def dry_bulb_sd(dry_bulb_daily_max: Array, dry_bulb_daily_min: Array, dry_bulb_max: Array, day_to_day_sd: Array) -> Array:
    """Standard deviation of the hourly air temperature within a month.

    sd^2 = a^2 / 2 + s^2,  a = (mean daily maximum - mean daily minimum) / 2,  s = (hottest hour - mean daily maximum) / 2.04     (1)

    A sine over the day and normal deviations between days; 2.04 is the expected largest of 30 normal deviates. Axes: site, month.
    Units: degC -> K. Where a place has no hottest hour: s of the catalogue; where it has no daily extremes: no swing over the day.
    Leaves out: skew, and that hot days come in runs. Source: variance of a sine; Tippett (1925) for the largest of 30.
    """
    swing = np.nan_to_num((dry_bulb_daily_max - dry_bulb_daily_min) / 2.0)
    days = (dry_bulb_max - dry_bulb_daily_max) / _LARGEST_OF_MONTH
    return np.asarray(np.sqrt(swing**2 / 2.0 + np.where(np.isnan(days), day_to_day_sd, days) ** 2))


@quantity("degC", "site month")
def wet_bulb_filled(wet_bulb_mean: Array, dry_bulb_mean: Array, wet_bulb_depression: Array) -> Array:
    """Mean wet-bulb temperature; where a place has none, its air temperature less the catalogue's usual depression.

    Axes: site, month. Units: degC.
    """
    return np.where(np.isnan(wet_bulb_mean), dry_bulb_mean - wet_bulb_depression, wet_bulb_mean)


@quantity("K", "site month")
def wet_bulb_sd(wet_bulb_max: Array, wet_bulb_mean: Array, dry_bulb_sd: Array, wet_bulb_sd_share: Array) -> Array:
    """Standard deviation of the hourly wet-bulb temperature within a month.

    sd = (largest - mean) / 2.04                                                          (1)

    The wet bulb moves little within a day, so the month holds about 30 independent values. Axes: site, month. Units: degC -> K. Where a
    place has no wet bulb: a share of the air temperature's spread. Source: Tippett (1925).
    """
    spread = (wet_bulb_max - wet_bulb_mean) / _LARGEST_OF_MONTH
    return np.where(np.isnan(spread), dry_bulb_sd * wet_bulb_sd_share, spread)


@quantity("degC", "site month")
def rejection_mean(dry_bulb_mean: Array, wet_bulb_filled: Array, cooling_wet: Array) -> Array:
    """Mean temperature of what heat is rejected to: outdoor air, or its wet bulb where water evaporates. Axes: site, month. Units: degC."""
    return np.where(cooling_wet[:, None] > 0.5, wet_bulb_filled, dry_bulb_mean)


@quantity("K", "site month")
def rejection_sd(dry_bulb_sd: Array, wet_bulb_sd: Array, cooling_wet: Array) -> Array:
    """Spread within a month of the temperature heat is rejected to. Axes: site, month. Units: K."""
    return np.where(cooling_wet[:, None] > 0.5, wet_bulb_sd, dry_bulb_sd)


def share_above(limit: Array, mean: Array, sd: Array) -> Array:
    """Share of the hours with a normal temperature above a limit: 1 - Phi((limit - mean) / sd)."""
    return normal_cdf((mean - limit) / sd)


def mean_excess(limit: Array, mean: Array, sd: Array) -> Array:
    """Mean of max(0, T - limit) for a normal T: (mean - limit) Phi(z) + sd phi(z) with z = (mean - limit) / sd."""
    z = (mean - limit) / sd
    density = np.exp(-0.5 * z * z) / np.sqrt(_CIRCLE)
    return np.asarray((mean - limit) * normal_cdf(z) + sd * density)


def _first_year(series: Array) -> Array:
    return series[..., :_YEAR]


def _every_year(year: Array, months: int) -> Array:
    """Normals repeat: what was worked out for the first twelve months, for all months."""
    return np.take(year, np.arange(months) % _YEAR, axis=-1) if months > year.shape[-1] else year


# --- cooling ----------------------------------------------------------------------------------------------------------------------


@quantity("degC", "draw site")
def air_loop_temperature(air_supply_temperature: Array, air_coil_approach: Array) -> Array:
    """Temperature to which what cools the racks' air must come: supply air less the approach of the coil (none where outdoor air is used).

    Axes: draw, site. Units: degC. Source: Lei and Masanet (2022) for both; approach = rise of the air (1 / effectiveness - 1).
    """
    return air_supply_temperature - air_coil_approach


def chiller_energy(supply: Array, approach: Array, lift: Array, carnot_share: Array, mean: Array, sd: Array) -> Array:
    """Mean electricity of the chiller per heat, over hours with normally distributed outdoor temperature T.

    The chiller runs when T > L = supply - approach and then lifts from `supply` to T + approach + lift:
    1 / COP = (T + approach + lift - supply) / (eta (supply + 273.15))                        (1)
    E = [E max(0, T - L) + lift P(T > L)] / (eta (supply + 273.15))                            (2)

    (2) is exact since (1) is linear in T. Units: degC, K, K, 1 -> 1.
    """
    limit = supply - approach
    above = mean_excess(limit, mean, sd) + lift * share_above(limit, mean, sd)
    return np.asarray(above / (carnot_share * (supply + _KELVIN)))


@quantity("1", "draw site month")
def liquid_loop_chiller(
    liquid_supply_temperature: Array, rejection_approach: Array, chiller_lift: Array, chiller_carnot_share: Array, cooling_chiller: Array,
    rejection_mean: Array, rejection_sd: Array, ambient_offset: Array,
) -> Array:  # fmt: skip
    """Electricity of the chillers per heat taken from the racks by liquid.

    E = [E max(0, T - L) + lift P(T > L)] / (eta T_supply),  L = supply - approach,  T ~ normal(month's mean + offset, month's sd)   (1)

    Axes: draw, site, month. Units: W/W. Nothing where the design has no chiller (the loop then runs warmer in the hottest hours).
    Source: Carnot's limit and a share of it (catalogue); hours by the month's normals, Lei and Masanet (2022) for approaches.
    Leaves out: part-load curve of the chiller, an economiser sharing the load with it, runs of hot days (all in `quantity.cooling_hours`).
    """
    mean = _first_year(rejection_mean)[None] + ambient_offset[:, None, None]
    each = chiller_energy(
        liquid_supply_temperature[:, :, None], rejection_approach[:, :, None], chiller_lift[:, None, None],
        chiller_carnot_share[:, :, None], mean, _first_year(rejection_sd)[None],
    )  # fmt: skip
    return _every_year(each * cooling_chiller[None, :, None], rejection_mean.shape[-1])


@quantity("1", "draw site month")
def air_loop_chiller(
    air_loop_temperature: Array, rejection_approach: Array, chiller_lift: Array, chiller_carnot_share: Array, cooling_chiller: Array,
    rejection_mean: Array, rejection_sd: Array, ambient_offset: Array,
) -> Array:  # fmt: skip
    """Electricity of the chillers per heat taken from the racks by air; as `liquid_loop_chiller` at the temperature of the air loop.

    Axes: draw, site, month. Units: W/W. Source and what it leaves out: as there.
    """
    mean = _first_year(rejection_mean)[None] + ambient_offset[:, None, None]
    each = chiller_energy(
        air_loop_temperature[:, :, None], rejection_approach[:, :, None], chiller_lift[:, None, None], chiller_carnot_share[:, :, None],
        mean, _first_year(rejection_sd)[None],
    )  # fmt: skip
    return _every_year(each * cooling_chiller[None, :, None], rejection_mean.shape[-1])


@quantity("1", "draw site month")
def rejection_fan_share(
    liquid_supply_temperature: Array, air_loop_temperature: Array, liquid_share: Array, rejection_approach: Array, rejection_mean: Array,
    ambient_offset: Array,
) -> Array:  # fmt: skip
    """Power of the heat rejection's fans over their power at design: they slow down where outdoor air is cold.

    n = min(1, approach / (T_supply - T)),  power ~ n^3,  T: month's mean, T_supply: mean of both loops by their heat           (1)

    Axes: draw, site, month. Units: 1. Source: affinity law; flow in proportion to the heat over the temperature difference.
    Leaves out: hours away from the month's mean, least speeds.
    """
    supply = liquid_share * liquid_supply_temperature + (1.0 - liquid_share) * air_loop_temperature
    outdoor = _first_year(rejection_mean)[None] + ambient_offset[:, None, None]
    approach = rejection_approach[:, :, None]
    speed = approach / np.maximum(supply[:, :, None] - outdoor, approach)
    return _every_year(speed**3, rejection_mean.shape[-1])


@quantity("1", "draw site month")
def cooling_power_ratio(
    liquid_share: Array, liquid_loop_chiller: Array, air_loop_chiller: Array, air_fan_power: Array, rejection_fan_power: Array,
    rejection_fan_share: Array, pump_power: Array, tower_pump_power: Array,
) -> Array:  # fmt: skip
    """Electricity of cooling per heat: fans and pumps, and chillers by the month's weather.

    c = f_r n^3 + pump_tower + l (pump + chiller_liquid) + (1 - l) (fan_air + chiller_air)               (1)

    l: share of the heat taken by liquid. Axes: draw, site, month. Units: W/W. Source: Lei and Masanet (2022), makers' tables for fans and
    pumps (catalogue). Leaves out: pumps slowing down.
    """
    liquid = liquid_share[:, :, None]
    fixed = tower_pump_power + liquid_share * pump_power + (1.0 - liquid_share) * air_fan_power
    chillers = liquid * liquid_loop_chiller + (1.0 - liquid) * air_loop_chiller
    return fixed[:, :, None] + rejection_fan_power[:, :, None] * rejection_fan_share + chillers


@quantity("1", "draw site")
def electrical_loss(
    load_factor: Array, redundancy: Array, transformer_loss: Array, ups_loss: Array, distribution_loss: Array, no_load_share: Array
) -> Array:
    """Electricity lost between the meter and the racks, per power at the racks.

    1 + e = product over stages of 1 + lambda_i (nu / u + (1 - nu) u),  u = load factor / redundancy          (1)

    lambda: loss at full load, nu: share of it that is there without load, u: part load; redundancy costs because it means part load.
    Axes: draw, site. Units: W/W. Source: no-load and load^2 loss of a transformer (IEC 60076-1 form), taken for every stage; ranges of the
    catalogue. Leaves out: batteries' charging, harmonics, temperature.
    """
    part = load_factor / redundancy
    shape = no_load_share[:, None] / part + (1.0 - no_load_share[:, None]) * part
    stages = (transformer_loss, ups_loss, distribution_loss)
    product = np.ones_like(part)
    for loss in stages:
        product = product * (1.0 + loss[:, None] * shape)
    return product - 1.0


@quantity("1", "draw site month")
def pue(electrical_loss: Array, cooling_power_ratio: Array, lighting_share: Array) -> Array:
    """Power usage effectiveness of each month: energy at the meter per energy at the racks.

    PUE = (1 + e) (1 + c) + l                                                             (1)

    e: electrical losses, c: cooling, l: light and offices. Losses count as heat to be cooled, and cooling is fed through the same chain.
    Axes: draw, site, month. Units: 1. Source: ISO/IEC 30134-2 for the definition. Leaves out: power made on site for itself.
    Checked on the published yearly values of operators (docs), where it is compared with the best constant.
    """
    return (1.0 + electrical_loss)[:, :, None] * (1.0 + cooling_power_ratio) + lighting_share[:, None, None]


@quantity("1", "draw site")
def chillers_hottest(
    rejection_mean: Array, rejection_sd: Array, ambient_offset: Array, air_loop_temperature: Array, liquid_supply_temperature: Array,
    liquid_share: Array, rejection_approach: Array, chiller_lift: Array, chiller_carnot_share: Array, cooling_chiller: Array,
) -> Array:  # fmt: skip
    """Electricity of the chillers per heat in the hottest hour of a typical year.

    T_hot = hottest month's mean + 2.04 sd, then as `liquid_loop_chiller` at that one temperature              (1)

    Axes: draw, site. Units: W/W. Source: as there. Leaves out: hotter years than the typical one.
    """
    hot = (rejection_mean + _LARGEST_OF_MONTH * rejection_sd).max(axis=-1)[None, :] + ambient_offset[:, None]

    def lifted(supply: Array) -> Array:
        over = np.maximum(hot - (supply - rejection_approach), 0.0)
        return np.where(over > 0.0, over + chiller_lift[:, None], 0.0) / (chiller_carnot_share * (supply + _KELVIN))

    each = liquid_share * lifted(liquid_supply_temperature) + (1.0 - liquid_share) * lifted(air_loop_temperature)
    return np.asarray(each * cooling_chiller)


@quantity("1", "draw site")
def pue_hottest(pue: Array, electrical_loss: Array, chillers_hottest: Array) -> Array:
    """Power usage effectiveness of the hottest hour of a typical year.

    PUE_hot = least monthly PUE + (1 + e) chillers at T_hot, at least the highest monthly PUE                  (1)

    Axes: draw, site. Units: 1. Source: as `pue`. Leaves out: chillers that run in the mildest month too (then it is a little high).
    """
    return np.asarray(np.maximum(pue.min(axis=-1) + (1.0 + electrical_loss) * chillers_hottest, pue.max(axis=-1)))


# --- water ------------------------------------------------------------------------------------------------------------------------


@quantity("K", "draw site month")
def adiabatic_cooling(
    air_loop_temperature: Array, liquid_supply_temperature: Array, liquid_share: Array, dry_approach: Array, dry_bulb_mean: Array,
    dry_bulb_sd: Array, ambient_offset: Array, cooling_adiabatic: Array,
) -> Array:  # fmt: skip
    """Kelvin by which water must cool the incoming air, mean over the hours of a month; zero where the design does not wet its air.

    D = l E max(0, T - L_liquid) + (1 - l) E max(0, T - L_air),  L = supply - approach to dry air              (1)

    Axes: draw, site, month. Units: K. Source: normal hours as in `pue`. Leaves out: that air cannot be cooled below its wet bulb.
    """
    mean = _first_year(dry_bulb_mean)[None] + ambient_offset[:, None, None]
    sd = _first_year(dry_bulb_sd)[None]
    share = liquid_share[:, :, None]
    liquid = mean_excess((liquid_supply_temperature - dry_approach)[:, :, None], mean, sd)
    air = mean_excess((air_loop_temperature - dry_approach)[:, :, None], mean, sd)
    each = (share * liquid + (1.0 - share) * air) * cooling_adiabatic[None, :, None]
    return _every_year(each, dry_bulb_mean.shape[-1])


@quantity("L/Wh", "draw site month")
def wue(
    adiabatic_cooling: Array, air_temperature_rise: Array, cooling_tower: Array, evaporated_share: Array, cycles_of_concentration: Array,
    drift_share: Array, electrical_loss: Array, cooling_water_other: Array,
) -> Array:  # fmt: skip
    """Water used at the site per energy at the racks.

    WUE = (1 + e) / h_v * s * (n / (n - 1) + drift) + other,  s = share evaporated in a tower, or D / dT_air of wetted air           (1)

    h_v: heat of vaporisation; n: cycles of concentration (blow-down); D: `adiabatic_cooling`; dT_air: warming of the air by the racks.
    Axes: draw, site, month. Units: L/Wh. Source: IAPWS-95 for h_v; Lei and Masanet (2022) for n and dT. n counts as two at least: nobody
    throws away more than evaporates. Leaves out: the water of power plants. `other` is people and filling.
    """
    cycles = np.maximum(cycles_of_concentration, 2.0)
    per_heat = (1.0 + electrical_loss) / _EVAPORATION * (cycles / (cycles - 1.0) + drift_share)
    tower = evaporated_share[:, None] * cooling_tower[None, :]
    share = tower[:, :, None] + adiabatic_cooling / air_temperature_rise[:, None, None]
    return per_heat[:, :, None] * share + cooling_water_other[:, None, None]


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
def power_load_peak(power_it: Array, peak_coincidence: Array, pue_hottest: Array, power_load: Array, design_power_ratio: Array) -> Array:
    """Highest power drawn at the meter, the one a connection is billed for.

    P = min(P_IT k PUE_hot, P_IT r), at least the average                                   (1)

    k: share of the racks' nameplate drawn at once; r: design ratio. Axes: draw, site, month. Units: W. A sum over sites is not one moment.
    Leaves out: peaks shorter than the billing interval (a GB300 rack may spike to 1.4 times).
    """
    running = np.nan_to_num(power_it[:, _OPERATIONAL])
    most = np.minimum(peak_coincidence * pue_hottest, design_power_ratio)
    return np.maximum(running * most[:, :, None], power_load)
