"""Design ratios, weather, cooling designs and load as stated or by the catalogue: picks and labels, never computes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stargauge.programme.known import Known, SiteView
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import ABSENT, Estimate, Statement, resting_on

_DEFAULT_COOLING = "closed-loop-chiller"
_WET, _ADIABATIC, _TOWER, _AIR = frozenset({"adiabatic", "wet", "air"}), frozenset({"adiabatic", "air"}), frozenset({"wet"}), "air"


# --- size at the meter ------------------------------------------------------------------------------------------------------------


def _pair(facility: tuple[Statement, ...], power: tuple[Statement, ...]) -> tuple[Statement, Statement] | None:
    """The newest two plain numbers, facility and IT power, that one source gave for one time."""
    pairs = [
        (f, p) for f in facility for p in power
        if f.source == p.source and f.as_of == p.as_of and isinstance(f.value, float) and isinstance(p.value, float)
    ]  # fmt: skip
    return max(pairs, key=lambda pair: (str(pair[0].known_from), str(pair[0].as_of)), default=None)


def _of_pair(pair: tuple[Statement, Statement] | None, place: int) -> Estimate:
    if pair is None:
        return ABSENT
    value = pair[place].value
    assert isinstance(value, float)
    return Estimate(value, "stated" if pair[place].source else "assumed", (pair[place],))


def _phase_pairs(known: Known, place: int) -> list[Estimate]:
    return [_of_pair(_pair(phase.spec.facility_power, phase.spec.it_power), place) for phase in known.phases]


def _site_pairs(known: Known, place: int) -> list[Estimate]:
    return [_of_pair(_pair(site.spec.facility_power, site.spec.it_power) if site.spec else None, place) for site in known.sites]


@quantity("W", "phase")
def phase_facility_power_paired(known: Known) -> list[Estimate]:
    """Facility power of each phase where one source gave it together with its IT power; absent elsewhere."""
    return _phase_pairs(known, 0)


@quantity("W", "phase")
def phase_it_power_paired(known: Known) -> list[Estimate]:
    """IT power of each phase where one source gave it together with its facility power; absent elsewhere."""
    return _phase_pairs(known, 1)


@quantity("W", "site")
def site_facility_power_paired(known: Known) -> list[Estimate]:
    """Facility power of each whole site where one source gave it together with its IT power; absent elsewhere."""
    return _site_pairs(known, 0)


@quantity("W", "site")
def site_it_power_paired(known: Known) -> list[Estimate]:
    """IT power of each whole site where one source gave it together with its facility power; absent elsewhere."""
    return _site_pairs(known, 1)


@quantity("1", "draw site")
def design_power_ratio_default(known: Known) -> list[Estimate]:
    """Facility power over IT power where a site has no such pair: the catalogue's range."""
    return [known.default("facility", "default", "design_ratio") for _ in known.sites]


# --- weather ----------------------------------------------------------------------------------------------------------------------


def middle(estimate: Estimate) -> Estimate:
    """The same cell with the median of its distribution, for what is worked out once for all draws."""
    value = estimate.value
    if not isinstance(value, Distribution):
        return estimate
    return Estimate(value.quantile(0.5), estimate.kind, estimate.statements, estimate.hindsight, estimate.note)


def _station(known: Known, site: SiteView) -> str:
    place = site.spec.place if site.spec else None
    return known.catalogue.text("place", place, "weather") if place else ""


def _by_month(known: Known, attribute: str) -> list[Estimate]:
    """One series per site: the normal of each month of the clock; a site without a place takes those of the most common station."""
    stations = [_station(known, site) for site in known.sites]
    proxy = max(sorted({station for station in stations if station}), key=stations.count, default="")
    placed = [
        known.catalogue.hindsight("place", site.spec.place, "weather") if site.spec and site.spec.place else None for site in known.sites
    ]
    return [
        resting_on(_series(known, station or proxy, attribute, bool(station)), *([day] if station else placed))
        for station, day in zip(stations, placed, strict=True)
    ]


def _series(known: Known, station: str, attribute: str, own: bool) -> Estimate:
    if not station:
        return Estimate(np.full(len(known.months), np.nan), "stated", (), None, "no place")
    year = [known.default("weather", station, f"{attribute}_{month:02d}") for month in range(1, 13)]
    value = np.array([_number(year[month.month - 1]) for month in known.months])
    statements = tuple(statement for estimate in year for statement in estimate.statements)
    hindsight = max((e.hindsight for e in year if e.hindsight), default=None)
    note = f"monthly normals of {station}" + ("" if own else ", taken for want of a place")
    return Estimate(value, "default" if own else "assumed", statements, hindsight, note)


def _number(estimate: Estimate) -> float:
    assert isinstance(estimate.value, float)
    return estimate.value


@quantity("degC", "site month")
def dry_bulb_mean(known: Known) -> list[Estimate]:
    """Mean air temperature of each month at each site."""
    return _by_month(known, "t_mean")


@quantity("degC", "site month")
def dry_bulb_daily_max(known: Known) -> list[Estimate]:
    """Mean daily maximum of the air temperature of each month at each site."""
    return _by_month(known, "t_daymax")


@quantity("degC", "site month")
def dry_bulb_daily_min(known: Known) -> list[Estimate]:
    """Mean daily minimum of the air temperature of each month at each site."""
    return _by_month(known, "t_daymin")


@quantity("degC", "site month")
def dry_bulb_max(known: Known) -> list[Estimate]:
    """Hottest hour of each month at each site; absent where only means are known."""
    return _by_month(known, "t_max")


@quantity("degC", "site month")
def wet_bulb_mean(known: Known) -> list[Estimate]:
    """Mean wet-bulb temperature of each month at each site; absent where only air temperatures are known."""
    return _by_month(known, "t_wetbulb")


@quantity("degC", "site month")
def wet_bulb_max(known: Known) -> list[Estimate]:
    """Highest wet-bulb temperature of each month at each site; absent where only air temperatures are known."""
    return _by_month(known, "t_wetbulb_max")


@quantity("K")
def day_to_day_sd(known: Known) -> Estimate:
    """Spread of the air temperature between the days of a month where a place has no hottest hour."""
    return middle(known.default("weather", "default", "day_to_day_sd"))


@quantity("K")
def wet_bulb_depression(known: Known) -> Estimate:
    """Air temperature less wet bulb where a place has no wet bulb."""
    return middle(known.default("weather", "default", "wet_bulb_depression"))


@quantity("1")
def wet_bulb_sd_share(known: Known) -> Estimate:
    """Spread of the wet bulb over that of the air where a place has no wet bulb."""
    return middle(known.default("weather", "default", "wet_bulb_sd_share"))


@quantity("K", "draw")
def ambient_offset(known: Known) -> Estimate:
    """How much warmer the years to come are than the normals, everywhere."""
    return known.default("weather", "default", "ambient_offset")


# --- cooling by design ------------------------------------------------------------------------------------------------------------


def _cooling(site: SiteView) -> str:
    return (site.spec.cooling if site.spec else None) or _DEFAULT_COOLING


def _designed(known: Known, attribute: str) -> list[Estimate]:
    return [known.default("cooling", _cooling(site), attribute) for site in known.sites]


def _general(known: Known, attribute: str) -> Estimate:
    return known.default("cooling", "default", attribute)


def _flag(known: Known, attribute: str, holds: Callable[[str], bool]) -> list[Estimate]:
    out = []
    for site in known.sites:
        said = known.catalogue.text("cooling", _cooling(site), attribute)
        stated = bool(site.spec and site.spec.cooling)
        note = f"{_cooling(site)}: {said}" + ("" if stated else ", design not stated")
        hindsight = known.catalogue.hindsight("cooling", _cooling(site), attribute)
        rows = known.catalogue.said("cooling", _cooling(site), attribute)
        out.append(Estimate(float(holds(said)), "default" if stated else "assumed", rows, hindsight, note))
    return out


@quantity("1", "site")
def cooling_wet(known: Known) -> list[Estimate]:
    """1 where heat leaves towards the wet bulb of the air, 0 where towards dry air."""
    return _flag(known, "heat_rejection", lambda said: said in _WET)


@quantity("1", "site")
def cooling_adiabatic(known: Known) -> list[Estimate]:
    """1 where water cools the incoming air in warm hours, else 0."""
    return _flag(known, "heat_rejection", lambda said: said in _ADIABATIC)


@quantity("1", "site")
def cooling_tower(known: Known) -> list[Estimate]:
    """1 where towers evaporate water all year, else 0."""
    return _flag(known, "heat_rejection", lambda said: said in _TOWER)


@quantity("1", "site")
def cooling_chiller(known: Known) -> list[Estimate]:
    """1 where chillers help in hot hours, 0 where the loop may run warmer instead."""
    return _flag(known, "backup", lambda said: said == "chiller")


@quantity("1", "draw site", least=0.0, most=1.0)
def liquid_share(known: Known) -> list[Estimate]:
    """Share of the heat of the racks taken by liquid."""
    return _designed(known, "liquid_share")


@quantity("degC", "draw site")
def liquid_supply_temperature(known: Known) -> list[Estimate]:
    """Temperature of the water supplied to the liquid-cooled racks; that of the air side where no rack is liquid-cooled."""
    liquid = _designed(known, "supply_temperature")
    air = _designed(known, "air_supply_temperature")
    return [a if not e.statements else e for e, a in zip(liquid, air, strict=True)]


@quantity("degC", "draw site")
def air_supply_temperature(known: Known) -> list[Estimate]:
    """Temperature of the air supplied to the racks."""
    return _designed(known, "air_supply_temperature")


def _by_rejection(known: Known, make: Callable[[SiteView, str], Estimate]) -> list[Estimate]:
    """One cell per site by how its design rejects heat; what the catalogue says of that may be hindsight."""
    return [
        resting_on(make(site, known.catalogue.text(*row)), known.catalogue.hindsight(*row))
        for site in known.sites
        for row in [("cooling", _cooling(site), "heat_rejection")]
    ]


@quantity("K", "draw site")
def air_coil_approach(known: Known) -> list[Estimate]:
    """Supply air less the water that cools it; none where outdoor air is supplied itself."""
    none = Estimate(0.0, "default", note="outdoor air reaches the racks itself")
    return _by_rejection(known, lambda _, said: none if said == _AIR else _general(known, "air_coil_approach"))


@quantity("K", "draw site")
def rejection_approach(known: Known) -> list[Estimate]:
    """Temperature of the loop less that of what heat is rejected to: dry air, or its wet bulb."""
    approach = {True: "approach_wet", False: "approach_dry"}
    return _by_rejection(known, lambda site, said: known.default("cooling", _cooling(site), approach[said in _WET]))


@quantity("K", "draw site")
def dry_approach(known: Known) -> list[Estimate]:
    """Temperature of the loop less that of dry outdoor air; that of a tower where the design has no dry one."""
    dry, wet = _designed(known, "approach_dry"), _designed(known, "approach_wet")
    return [w if not e.statements else e for e, w in zip(dry, wet, strict=True)]


@quantity("K", "draw")
def chiller_lift(known: Known) -> Estimate:
    """Lift of a chiller beyond supply temperature and outdoor approach."""
    return _general(known, "chiller_lift")


@quantity("1", "draw site")
def chiller_carnot_share(known: Known) -> list[Estimate]:
    """Share of Carnot's limit that the chillers reach; that of the usual design where a design has none."""
    usual = known.default("cooling", _DEFAULT_COOLING, "chiller_carnot_share")
    return [usual if not e.statements else e for e in _designed(known, "chiller_carnot_share")]


@quantity("1", "draw site")
def air_fan_power(known: Known) -> list[Estimate]:
    """Power of the fans that move air through the racks' coils or halls, per heat taken by air."""
    return _designed(known, "air_fan_power")


@quantity("1", "draw site")
def rejection_fan_power(known: Known) -> list[Estimate]:
    """Power of the fans of dry coolers, towers or condensers at design, per heat; none where the hall's own fans move outdoor air."""
    none = Estimate(0.0, "default", note="the same fans as air_fan_power")
    return _by_rejection(known, lambda site, said: none if said == _AIR else known.default("cooling", _cooling(site), "fan_power"))


@quantity("1", "draw site")
def pump_power(known: Known) -> list[Estimate]:
    """Power of the pumps of the facility water loop, per heat taken by liquid."""
    return _designed(known, "pump_power")


@quantity("1", "draw site")
def tower_pump_power(known: Known) -> list[Estimate]:
    """Power of the pumps of the tower loop, per heat; none where there is no tower."""
    none = Estimate(0.0, "default", note="no tower")
    return [none if not e.statements else e for e in _designed(known, "tower_pump_power")]


@quantity("K", "draw")
def air_temperature_rise(known: Known) -> Estimate:
    """Warming of the air on its way through the racks."""
    return _general(known, "air_temperature_rise")


@quantity("1", "draw")
def evaporated_share(known: Known) -> Estimate:
    """Share of a tower's heat that leaves by evaporation."""
    return _general(known, "evaporated_share")


@quantity("1", "draw site")
def cycles_of_concentration(known: Known) -> list[Estimate]:
    """How often tower water goes round before it is thrown away; that of a tower where a design has none."""
    tower = known.default("cooling", "evaporative", "cycles_of_concentration")
    return [tower if not e.statements else e for e in _designed(known, "cycles_of_concentration")]


@quantity("1", "draw site")
def drift_share(known: Known) -> list[Estimate]:
    """Water blown away as droplets, per water evaporated; none where nothing evaporates."""
    none = Estimate(0.0, "default", note="nothing evaporates")
    return [none if not e.statements else e for e in _designed(known, "drift_share")]


@quantity("L/Wh", "draw")
def cooling_water_other(known: Known) -> Estimate:
    """Water for people, humidity and filling of loops, per energy at the racks."""
    return _general(known, "water_other")


# --- electrical chain and load ----------------------------------------------------------------------------------------------------


def _hall(known: Known, attribute: str) -> Estimate:
    return known.default("facility", "default", attribute)


@quantity("1", "draw", least=0.0, most=1.0)
def transformer_loss(known: Known) -> Estimate:
    """Loss of the transformers at full load."""
    return _hall(known, "transformer_loss")


@quantity("1", "draw", least=0.0, most=1.0)
def ups_loss(known: Known) -> Estimate:
    """Loss of the uninterruptible power supply at full load."""
    return _hall(known, "ups_loss")


@quantity("1", "draw", least=0.0, most=1.0)
def distribution_loss(known: Known) -> Estimate:
    """Loss of distribution to the racks at full load."""
    return _hall(known, "distribution_loss")


@quantity("1", "draw", least=0.0, most=1.0)
def no_load_share(known: Known) -> Estimate:
    """Share of a stage's full-load loss that is there without load."""
    return _hall(known, "no_load_share")


@quantity("1", "draw", least=0.0, most=1.0)
def lighting_share(known: Known) -> Estimate:
    """Light and offices per power at the racks."""
    return _hall(known, "lighting_share")


@quantity("1", "draw site")
def redundancy(known: Known) -> list[Estimate]:
    """Installed over needed capacity of the electrical chain."""
    return [_hall(known, "redundancy") for _ in known.sites]


@quantity("1", "draw site", least=0.0, most=1.0)
def load_factor(known: Known) -> list[Estimate]:
    """Average power of the racks over their nameplate."""
    return [_hall(known, "load_factor") for _ in known.sites]


@quantity("1", "draw site", least=0.0, most=1.0)
def peak_coincidence(known: Known) -> list[Estimate]:
    """Highest power of the racks at one time over their nameplate."""
    return [_hall(known, "peak_factor") for _ in known.sites]
