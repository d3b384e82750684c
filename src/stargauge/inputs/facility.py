"""Design ratios, weather, cooling designs and load as stated or by the catalogue: picks and labels, never computes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.place_weather import rests_on
from stargauge.programme.known import Known, SiteView
from stargauge.programme.weather import site_outdoor
from stargauge.quantity.hall.outdoor_hours import HARDEST, MONTHS, STATES, OutdoorHours
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import ABSENT, Estimate, Statement, resting_on

Array = NDArray[np.float64]

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


def _station(known: Known, site: SiteView) -> str:
    place = site.spec.place if site.spec else None
    return known.catalogue.text("place", place, "weather") if place else ""


def _outdoors(known: Known, pick: Callable[[OutdoorHours | None], float | Array]) -> list[Estimate]:
    """One cell per site, of its weather file or its station's typical year; a site without either takes the most common station."""
    stations = [_station(known, site) for site in known.sites]
    proxy = max(sorted({station for station in stations if station}), key=stations.count, default="")
    return [_outdoor(known, site, station or proxy, pick) for site, station in zip(known.sites, stations, strict=True)]


def _outdoor(known: Known, site: SiteView, station: str, pick: Callable[[OutdoorHours | None], float | Array]) -> Estimate:
    found = site_outdoor(known.programme, known.catalogue, site.id, station)
    value = pick(found)
    if site.spec and site.spec.weather:
        said = Statement(site.spec.weather, "", note="weather file beside the programme", path=f"sites.{site.id}.weather")
        return Estimate(value, "stated", (said,), None, f"hours of {site.spec.weather}" + _beyond(found))
    if not station:
        return Estimate(value, "stated", (), None, "no place")
    rows = rests_on(known.catalogue, station)
    statements = tuple(statement for estimate in rows for statement in estimate.statements)
    hindsight = max((e.hindsight for e in rows if e.hindsight), default=None)
    own = bool(site.spec and site.spec.place)
    note = f"hours of a typical year of {station}, made of its monthly normals" + ("" if own else ", taken for want of a place")
    note += _beyond(found)
    if found is None:
        note = f"no typical year can be made of the normals of {station}; stargauge facility {site.id} says why"
    placed = known.catalogue.hindsight("place", site.spec.place, "weather") if site.spec and site.spec.place else None
    return resting_on(Estimate(value, "default" if own else "assumed", statements, hindsight, note), placed)


def _beyond(found: OutdoorHours | None) -> str:
    """What an explanation says where air lies beyond the states of the outdoor air."""
    if found is None or not found.beyond:
        return ""
    return f"; {found.beyond:,} of them beyond -30 to 56 degC or dew points of -40 to 31 degC, which count as the nearest state"


@quantity("1", "site outdoor calendar_month")
def outdoor_share(known: Known) -> list[Estimate]:
    """Share of each calendar month that the outdoor air of each site has about a temperature and a dew point."""
    return _outdoors(known, lambda found: np.full((STATES, MONTHS), np.nan) if found is None else found.shares)


@quantity("degC", "site hardest_hour")
def hardest_dry_bulb(known: Known) -> list[Estimate]:
    """Temperature of the hours of a year that no other exceeds in temperature and dew point, hottest first."""
    return _outdoors(known, lambda found: np.full(HARDEST, np.nan) if found is None else found.dry_bulb)


@quantity("degC", "site hardest_hour")
def hardest_dew_point(known: Known) -> list[Estimate]:
    """Dew point of the hours of a year that no other exceeds in temperature and dew point, hottest first."""
    return _outdoors(known, lambda found: np.full(HARDEST, np.nan) if found is None else found.dew_point)


@quantity("Pa", "site")
def outdoor_pressure(known: Known) -> list[Estimate]:
    """Pressure of the outdoor air of each site."""
    return _outdoors(known, lambda found: float("nan") if found is None else found.pressure)


@quantity("1", "site")
def outdoor_from_normals(known: Known) -> list[Estimate]:
    """1 where the hours of a site are made of normals of past years, 0 where it names a weather file, which is taken as it is."""
    return [Estimate(float(not (site.spec and site.spec.weather)), note="which weather is taken") for site in known.sites]


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
    """1 where the humidity of the air matters, since water evaporates into it or it reaches the racks, 0 where heat leaves to dry air."""
    return _flag(known, "heat_rejection", lambda said: said in _WET)


@quantity("1", "site")
def cooling_adiabatic(known: Known) -> list[Estimate]:
    """1 where water cools the incoming air in warm hours, else 0."""
    return _flag(known, "heat_rejection", lambda said: said in _ADIABATIC)


@quantity("1", "site")
def cooling_outdoor_air(known: Known) -> list[Estimate]:
    """1 where outdoor air goes through the racks, else 0."""
    return _flag(known, "heat_rejection", lambda said: said == _AIR)


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
    """Temperature of the loop less that of what heat is rejected to at full heat: outdoor air, or of a tower its wet bulb."""
    approach = {True: "approach_wet", False: "approach_dry"}
    return _by_rejection(known, lambda site, said: known.default("cooling", _cooling(site), approach[said in _TOWER]))


@quantity("K", "draw site")
def exchanger_approach(known: Known) -> list[Estimate]:
    """Temperature of the loop less that of the water of a tower; none without a tower."""
    none = Estimate(0.0, "default", note="no tower")
    attribute = "approach_heat_exchanger"
    return _by_rejection(known, lambda site, said: known.default("cooling", _cooling(site), attribute) if said in _TOWER else none)


@quantity("K", "draw")
def chiller_lift(known: Known) -> Estimate:
    """Lift of a chiller beyond supply temperature and outdoor approach."""
    return _general(known, "chiller_lift")


@quantity("1", "draw site")
def chiller_carnot_share(known: Known) -> list[Estimate]:
    """Share of Carnot's limit that the chillers reach; that of the usual design where a design has none."""
    usual = known.default("cooling", _DEFAULT_COOLING, "chiller_carnot_share")
    return [usual if not e.statements else e for e in _designed(known, "chiller_carnot_share")]


@quantity("1", "draw", least=0.0, most=1.0)
def chiller_least_load(known: Known) -> Estimate:
    """Part of full load below which chillers cycle."""
    return _general(known, "chiller_least_load")


@quantity("1")
def chiller_curve_constant(known: Known) -> Estimate:
    """Power of a chiller at part load over that at full load: what does not depend on the part."""
    return _general(known, "chiller_part_load_0")


@quantity("1")
def chiller_curve_linear(known: Known) -> Estimate:
    """Power of a chiller at part load over that at full load: per part."""
    return _general(known, "chiller_part_load_1")


@quantity("1")
def chiller_curve_square(known: Known) -> Estimate:
    """Power of a chiller at part load over that at full load: per part squared."""
    return _general(known, "chiller_part_load_2")


@quantity("1", "draw", least=0.0, most=1.0)
def least_speed(known: Known) -> Estimate:
    """Least speed of fans and pumps over their full speed."""
    return _general(known, "least_speed")


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


@quantity("K", "draw")
def liquid_temperature_rise(known: Known) -> Estimate:
    """Warming of the water on its way through cold plates and coils."""
    return _general(known, "liquid_temperature_rise")


@quantity("1", "draw", least=0.0, most=1.0)
def wetting_effectiveness(known: Known) -> Estimate:
    """How far wetted air comes on the way to its wet bulb."""
    return _general(known, "wetting_effectiveness")


@quantity("degC", "draw")
def humid_limit(known: Known) -> Estimate:
    """Dew point above which outdoor air is kept out of the racks."""
    return _general(known, "humid_limit")


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
