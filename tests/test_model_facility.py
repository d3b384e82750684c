"""Facility: design ratio, weather, cooling, electrical losses, PUE, water, load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from stargauge.catalogue.facility_designs import Drawn, facility_of, kinds_of, usual_load, warmer
from stargauge.catalogue.load import load_catalogue
from stargauge.catalogue.place_weather import weather_of
from stargauge.inputs import facility as inputs
from stargauge.model import facility
from stargauge.quantity.dates import day, months_between
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.hall.cooling_hours import KINDS, air_of
from stargauge.quantity.hall.facility_hours import Hours, facility_hours
from stargauge.quantity.hall.psychrometrics import wet_bulb
from stargauge.quantity.quantity import STAGES, Quantity, quantities_of
from stargauge.quantity.statement import Estimate
from stargauge.quantity.weather.weather import YEAR_HOURS

NAN = float("nan")


def one(value: float) -> np.ndarray:
    return np.array([[value]])


# --- design ratio -----------------------------------------------------------------------------------------------------------------


def ratio(phases: list[tuple[float, float]], site: tuple[float, float] = (NAN, NAN), default: float = 1.3) -> float:
    pairs = np.array(phases).reshape(-1, 2)
    made = facility.design_power_ratio(
        pairs[:, 0], pairs[:, 1], np.array([site[0]]), np.array([site[1]]), np.zeros(len(pairs)), one(default)
    )
    return float(made[0, 0])


def test_design_ratio_of_abilene_is_that_of_its_operational_buildings() -> None:
    """147/105, 148/106 and 295/210 MW facility/IT stand in the record; together 590/421, within rounding of 1.40."""
    assert ratio([(147e6, 105e6), (148e6, 106e6), (295e6, 210e6)]) == pytest.approx(590 / 421, rel=1e-12)


def test_design_ratio_takes_phases_then_the_site_then_the_default() -> None:
    assert ratio([(120.0, 100.0), (NAN, 50.0)], site=(300.0, 200.0)) == pytest.approx(1.2)
    assert ratio([(NAN, 100.0)], site=(300.0, 200.0)) == pytest.approx(1.5)
    assert ratio([(NAN, NAN)], default=1.27) == pytest.approx(1.27)


def test_design_ratio_is_never_below_one() -> None:
    assert ratio([(90.0, 100.0)]) == 1.0


def test_power_facility_keeps_absent_stages_absent_and_scales_the_others() -> None:
    power = np.full((2, len(STAGES), 1, 3), 100.0)
    power[:, 1] = NAN
    made = facility.power_facility(power, np.array([[1.2], [1.4]]))
    assert np.isnan(made[:, 1]).all()
    np.testing.assert_allclose(made[:, 5, 0, 0], [120.0, 140.0])


# --- calendar ---------------------------------------------------------------------------------------------------------------------


def test_power_being_built_has_begun_and_has_no_power_yet() -> None:
    power = np.zeros((1, len(STAGES), 1, 3))
    power[0, STAGES.index("under_construction"), 0] = [100.0, 300.0, 200.0]
    power[0, STAGES.index("energised"), 0] = [0.0, 100.0, 200.0]
    assert facility.power_being_built(power)[0, 0].tolist() == [100.0, 200.0, 0.0]


def test_month_hours_of_a_year_with_and_without_a_leap_day() -> None:
    for year, hours in ((2027, 8760.0), (2028, 8784.0)):
        ends = np.array([day(month) for month in months_between(date(year, 1, 1), date(year, 12, 31))])
        assert facility.month_hours(ends).sum() == hours
    assert facility.month_hours(ends)[1] == 29 * 24


# --- the hours of a hall ----------------------------------------------------------------------------------------------------------


def middles(known: CatalogueOnly, draws: int = 1, **changed: np.ndarray) -> Callable[[str], Any]:
    """What gives a quantity of the module by name: every input at its middle, some by draw as they are given here."""
    quantities = quantities_of(facility) | quantities_of(inputs)
    values: dict[str, Any] = {"month_end": np.array([day(month) for month in known.months])}
    values["design_power_ratio"] = np.repeat(middle_of(quantities["design_power_ratio_default"], known), draws, axis=0)

    def value_of(wanted: str) -> Any:
        if wanted not in values:
            made = quantities[wanted.removesuffix("_p50")]
            if not made.is_input:
                values[wanted] = made.function(**{need: value_of(need) for need in made.needs})
                return values[wanted]
            value = middle_of(made, known)
            values[wanted] = value[0] if wanted.endswith("_p50") else np.repeat(value, draws, axis=0) if "draw" in made.axes else value
            if wanted in changed:
                values[wanted] = np.broadcast_to(changed[wanted].reshape(-1, *[1] * (value.ndim - 1)), values[wanted].shape)
        return values[wanted]

    return value_of


def by_design(places: tuple[str, ...], cooling: str, *names: str) -> dict[str, np.ndarray]:
    """Quantities at places with one design, every input at the middle of what the shipped catalogue gives."""
    value_of = middles(CatalogueOnly(places, cooling))
    return {name: value_of(name)[0] for name in names}


def yearly_by_design(places: tuple[str, ...], cooling: str, name: str) -> dict[str, float]:
    """Mean over the hours of a year of a quantity, by place."""
    found = by_design(places, cooling, name)[name]
    hours = facility.month_hours(np.array([day(month) for month in months_between(date(2025, 1, 1), date(2025, 12, 31))]))
    return dict(zip(places, found @ hours / hours.sum() if found.ndim == 2 else found, strict=True))


def middle_of(made: Quantity, known: CatalogueOnly) -> np.ndarray:
    """An input at the median of each cell, with an axis of one draw where it has draws."""
    cells: Estimate | list[Estimate] = made.function(known)
    several = isinstance(cells, list)
    values = [e.value.quantile(0.5) if isinstance(e.value, Distribution) else e.value for e in (cells if several else [cells])]
    array = np.array(values) if several else np.asarray(values[0])
    return array[None] if "draw" in made.axes else array


class CatalogueOnly:
    """What inputs ask of a knowledge date, from the shipped catalogue alone."""

    def __init__(self, places: tuple[str, ...], cooling: str) -> None:
        self.catalogue = load_catalogue().known(date(2026, 11, 22))
        self.default = self.catalogue.estimate
        self.months = months_between(date(2025, 1, 1), date(2025, 12, 31))
        self.programme = SimpleNamespace(sites={})
        self.sites = [SimpleNamespace(id=place, spec=SimpleNamespace(place=place, cooling=cooling, weather="")) for place in places]


PLACES = ("abilene-tx", "singapore", "dublin-ie", "phoenix-az", "council-bluffs-ia")
DESIGNS = ("closed-loop-chiller", "dry-cooler", "adiabatic", "evaporative", "air-economiser")
YEAR = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) / 365.0


def hour_by_hour(place: str, design: str, load: Any) -> Hours:
    """The hall in 8,760 hours one by one, every range at its middle."""
    known = CatalogueOnly((), design).catalogue
    hall, weather = facility_of(Drawn(known), design), weather_of(known, place, 0, typical=True)
    return facility_hours(hall, air_of(weather, kinds_of(hall), warmer(known)), np.full(len(weather.dry_bulb), float(np.asarray(load))))


@pytest.mark.parametrize("design", DESIGNS)
def test_months_are_those_of_the_hours_one_by_one(design: str) -> None:
    """PUE within 0.0012 over a year and 0.0015 in a month (0.005 where a humid limit shuts air out); water within 0.011 L/kWh."""
    drawn, length = Drawn(CatalogueOnly((), design).catalogue), np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) / 365.0
    found = by_design(PLACES, design, "pue", "wue", "pue_hottest", "peak_power_ratio")
    for at, place in enumerate(PLACES):
        hours = hour_by_hour(place, design, usual_load(drawn))
        pue, wue = found["pue"][at], found["wue"][at]
        assert pue == pytest.approx(hours.monthly_pue(), abs=0.005 if design == "air-economiser" else 0.0015), place
        assert float(pue @ length) == pytest.approx(float(hours.mean_pue()), abs=0.0012), place
        assert wue * 1000.0 == pytest.approx(hours.monthly_wue() * 1000.0, abs=0.011), place
        assert found["pue_hottest"][at] == pytest.approx(float(hours.pue.max()), abs=2e-4), place
        peak = hour_by_hour(place, design, drawn.value("facility", "default", "peak_factor", "1")).facility.max()
        assert found["peak_power_ratio"][at] == pytest.approx(float(peak), abs=2e-4), place


class Ranges(CatalogueOnly):
    """The shipped catalogue with every range drawn but how much warmer years become: the same values for the run and for the hours."""

    def __init__(self, place: str, cooling: str, seed: int, load: float) -> None:
        super().__init__((place,), cooling)
        self.rng, self.drawn = np.random.default_rng(seed), {("facility", "default", "load_factor"): np.array([load])}
        self.default = self.one

    def one(self, kind: str, name: str, attribute: str, unit: str | None = None) -> Estimate:
        found, key = self.catalogue.estimate(kind, name, attribute, unit), (kind, name, attribute)
        if not isinstance(found.value, Distribution) or attribute == "ambient_offset":
            return found
        if key not in self.drawn:
            self.drawn[key] = np.array([float(found.value.quantile(float(self.rng.uniform(0.03, 0.97))))])
        return replace(found, value=float(self.drawn[key][0]))


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("place", PLACES)
def test_months_are_those_of_the_hours_wherever_in_its_ranges_a_draw_is(place: str, design: str) -> None:
    """At loads of 0.3 to 0.95 and years -0.4 to 2 K warmer, where the middle is 0.8 K: PUE as in the docs, water within 2 %."""
    for number, (load, more) in enumerate([(0.3, 0.0), (0.95, 2.0), (0.6, 2.0), (0.75, -0.4)]):
        known = Ranges(place, design, number, load)
        value_of = middles(known, ambient_offset=np.array([more]))
        pue, wue = value_of("pue")[0, 0], value_of("wue")[0, 0] * 1000.0
        hall, weather = facility_of(Drawn(known.catalogue, own=known.drawn), design), weather_of(known.catalogue, place, 0, typical=True)
        hours = facility_hours(hall, air_of(weather, kinds_of(hall), more), np.full(YEAR_HOURS, load))
        case = f"load {load}, {more} K warmer"
        assert pue == pytest.approx(hours.monthly_pue()[0], abs=0.02 if design == "air-economiser" else 0.004), case
        assert wue @ YEAR == pytest.approx(1000.0 * float(hours.mean_wue()[0]), rel=0.02, abs=0.006), case


@pytest.mark.parametrize("design", ["adiabatic", "evaporative", "air-economiser"])
def test_a_draw_far_from_the_middle_has_the_wet_bulb_of_its_own_air(design: str) -> None:
    """Of its own temperature and dew point, not that of the middle moved along with them; beyond the steps it goes on as straight."""
    more = np.array([-1.7, 0.0, 0.8, 2.05, 7.0])
    outdoors = middles(CatalogueOnly(PLACES, design))("outdoor_air")
    for site in range(len(PLACES)):
        air = facility._states(KINDS[3], outdoors, (more - 0.8)[:, None], site).air
        wet = wet_bulb(air.dry_bulb, np.minimum(air.dew_point, air.dry_bulb), np.broadcast_to(air.pressure, air.dry_bulb.shape))
        off, warm = np.abs(air.wet_bulb - wet), (wet > 3.5) & (np.abs(air.dew_point) > 1.1)  # both curves bend where water freezes
        assert off[:4][warm[:4]].max() < 0.0011 and off[4][warm[4]].max() < 0.02


def test_pue_is_what_it_is_made_of() -> None:
    """One, losses, cooling, and light over the load; the losses are those of the hours one by one."""
    made = by_design(PLACES, "evaporative", "pue", "electrical_loss", "cooling_power_ratio", "load_factor")
    light = middles(CatalogueOnly(PLACES, "evaporative"))("lighting_share") / made["load_factor"][:, None]
    np.testing.assert_allclose(made["pue"], 1.0 + made["electrical_loss"] + made["cooling_power_ratio"] + light, rtol=1e-12)
    parts = hour_by_hour("abilene-tx", "evaporative", made["load_factor"][0]).waterfall()
    lost = sum(float(parts[part]) for part in ("transformers", "ups", "distribution"))
    assert made["electrical_loss"][0].mean() == pytest.approx(lost, rel=2e-3)


def test_pue_peaks_in_summer_and_a_tower_needs_more_water_then() -> None:
    made = by_design(("abilene-tx",), "evaporative", "pue", "wue")
    assert int(made["pue"][0].argmax()) in (6, 7) and int(made["wue"][0].argmax()) in (5, 6, 7)
    assert (made["pue"] > 1.0).all() and (made["wue"] > 0.0).all()


def test_months_repeat_by_the_calendar_wherever_the_clock_begins() -> None:
    ends = np.array([day(month) for month in months_between(date(2025, 10, 1), date(2027, 3, 31))])
    assert facility.calendar_month(ends).tolist() == [9, 10, 11, *range(12), 0, 1, 2]


def drawn_hall(draws: int, **changed: np.ndarray) -> facility.HallMonths:
    """The hall of a closed loop at Abilene in draws in which some of its inputs differ."""
    found: facility.HallMonths = middles(CatalogueOnly(("abilene-tx",), "closed-loop-chiller"), draws, **changed)("hall_months")
    return found


def test_every_range_moves_what_it_should() -> None:
    """Warmer years and a smaller share of Carnot's limit need more, warmer water less."""
    warm, carnot = drawn_hall(3, ambient_offset=np.array([0.0, 1.0, 2.0])), drawn_hall(2, chiller_carnot_share=np.array([0.45, 0.3]))
    water = drawn_hall(3, liquid_supply_temperature=np.array([25.0, 30.0, 35.0]))
    assert (np.diff(warm.cooling[:, 0], axis=0) > 0.0).all() and (np.diff(warm.hottest[:, 0]) > 0.0).all()
    assert (np.diff(carnot.cooling[:, 0, 6]) > 0.0).all() and (np.diff(water.cooling[:, 0], axis=0) < 0.0).all()


def test_a_load_that_is_absent_is_absent_alone() -> None:
    absent = drawn_hall(2, load_factor=np.array([0.75, np.nan]))
    assert np.isnan(absent.losses[1]).all() and np.isnan(absent.hottest[1]).all() and np.isfinite(absent.losses[0]).all()
    np.testing.assert_array_equal(absent.cooling[0], drawn_hall(1, load_factor=np.array([0.75])).cooling[0])


def test_spare_capacity_costs_at_the_loads_halls_run_at() -> None:
    made = drawn_hall(3, redundancy=np.array([1.0, 1.5, 2.0]), load_factor=np.full(3, 0.6)).losses[:, 0, 0]
    assert made[0] < made[1] < made[2]


@pytest.mark.parametrize("design", ["closed-loop-chiller", "air-economiser"])
def test_a_site_without_weather_has_no_pue_and_moves_no_other(design: str) -> None:
    known = CatalogueOnly(("abilene-tx", "dublin-ie"), design)
    value_of = middles(known)
    air = value_of("outdoor_air")
    gone = type(air)(*(np.where(np.arange(2).reshape(-1, *[1] * (part.ndim - 1)) == 1, np.nan, part) for part in air))
    with np.errstate(invalid="ignore", divide="ignore"):
        needs = {need: value_of(need) for need in facility.hall_months.quantity.needs} | {"outdoor_air": gone}  # type: ignore[attr-defined]
        alone, both = facility.hall_months(**needs), value_of("hall_months")
    assert all(np.isnan(part[:, 1]).all() for part in alone)
    assert all(np.array_equal(one[:, 0], other[:, 0]) for one, other in zip(alone, both, strict=True))


def test_pue_by_design_against_published_values() -> None:
    """Rows of the published table whose operator states its cooling: outside air with adiabatic assist, four regions with normals (2023).

    The model is 0.04 to 0.07 too low in three regions and too low by 0.15 to 0.2 in Singapore (1.34, an old hall), though it ranks
    Singapore highest: on these four rows it does not beat the best constant (mean absolute error 0.06), since age decides, not design.
    """
    published = {"council-bluffs-ia": 1.16, "quincy-wa": 1.15, "phoenix-az": 1.18, "singapore": 1.34}
    made = yearly_by_design(tuple(published), "air-economiser", "pue")
    errors = {place: made[place] - published[place] for place in published}
    assert max(made, key=lambda place: made[place]) == "singapore"
    assert all(-0.08 < errors[place] < 0.02 for place in published if place != "singapore")
    assert -0.21 < errors["singapore"] < 0.0


def test_pue_of_designs_that_operators_are_known_for_without_stating_them() -> None:
    """Towers at Council Bluffs (1.10) and Singapore (1.16), warm-water liquid without chillers (1.04 to 1.08): within 0.05."""
    tower = yearly_by_design(("council-bluffs-ia", "singapore"), "evaporative", "pue")
    assert tower["council-bluffs-ia"] == pytest.approx(1.10, abs=0.05)
    assert tower["singapore"] == pytest.approx(1.16, abs=0.05)
    assert yearly_by_design(("dublin-ie",), "dry-cooler", "pue")["dublin-ie"] == pytest.approx(1.06, abs=0.05)


def test_peak_of_abilenes_design_is_near_its_design_ratio() -> None:
    """Closed loop with chillers at Abilene: the hottest hour within 0.1 of the ratio of 1.40 it is built for, the year well below."""
    assert yearly_by_design(("abilene-tx",), "closed-loop-chiller", "pue_hottest")["abilene-tx"] == pytest.approx(1.40, abs=0.1)
    assert 1.12 < yearly_by_design(("abilene-tx",), "closed-loop-chiller", "pue")["abilene-tx"] < 1.30


def test_water_by_design_spans_the_published_orders_of_magnitude() -> None:
    """Published: 0.01 to 0.2 L/kWh mostly, towers about 1.1 by a vendor's norm; closed loops next to nothing."""
    closed = yearly_by_design(("abilene-tx",), "closed-loop-chiller", "wue")["abilene-tx"] * 1000
    wetted = yearly_by_design(("quincy-wa", "phoenix-az"), "air-economiser", "wue")
    tower = yearly_by_design(("abilene-tx",), "evaporative", "wue")["abilene-tx"] * 1000
    assert closed < 0.05 < wetted["phoenix-az"] * 1000 < 0.6 and wetted["quincy-wa"] < wetted["phoenix-az"]
    assert 1.0 < tower < 2.2


# --- water and load ---------------------------------------------------------------------------------------------------------------


def test_load_is_below_nameplate_and_the_peak_between_load_and_design() -> None:
    power = np.full((1, len(STAGES), 1, 12), 421e6)
    usage = np.full((1, 1, 12), 1.15)
    load = facility.power_load(power, one(0.75), usage)
    peak = facility.power_load_peak(power, one(0.95 * 1.35), load, one(1.40))
    assert (load < 421e6).all() and (load <= peak).all()
    assert (peak <= 421e6 * 1.40 + 1).all()
    np.testing.assert_allclose(load, 421e6 * 0.75 * 1.15)


def test_every_quantity_of_the_module_says_its_axes_and_units() -> None:
    for made in quantities_of(facility).values():
        assert "Units:" in made.doc and "Axes:" in made.doc, made.name
