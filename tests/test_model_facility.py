"""Facility: design ratio, weather, cooling, electrical losses, PUE, water, load."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.catalogue.load import load_catalogue
from stargauge.inputs import facility as inputs
from stargauge.model import facility
from stargauge.quantity.dates import day, months_between
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.quantity import STAGES, Quantity, quantities_of
from stargauge.quantity.statement import Estimate

NAN = float("nan")


def one(value: float) -> np.ndarray:
    return np.array([[value]])


def normals(shared: Path, place: str) -> dict[str, np.ndarray]:
    with (shared / "facts" / "climate_normals.csv").open(encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["site"].startswith(place)]
    columns = ("t_mean_c", "t_dailymax_mean_c", "t_dailymin_mean_c", "t_max_c", "t_wetbulb_mean_c", "t_wetbulb_max_c")
    return {name: np.array([[float(row[name] or "nan") for row in rows]]) for name in columns}


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


# --- calendar and weather ---------------------------------------------------------------------------------------------------------


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


def test_mean_excess_is_the_integral_of_the_share_above() -> None:
    """E max(0, T - L) = integral of P(T > x) from L upwards, by numerical integration to 1e-6."""
    limits = np.linspace(18.0, 100.0, 400_001)
    integral = (
        np.trapezoid(facility.share_above(limits, 15.0, 6.0), limits)
        if hasattr(np, "trapezoid")
        else np.trapz(facility.share_above(limits, 15.0, 6.0), limits)
    )
    assert facility.mean_excess(np.array(18.0), np.array(15.0), np.array(6.0)) == pytest.approx(integral, abs=1e-6)


def test_wet_bulb_and_spread_fall_back_where_a_place_has_only_means() -> None:
    blank = one(NAN)
    assert facility.dry_bulb_sd(blank, blank, blank, np.array(4.5))[0, 0] == 4.5
    assert facility.dry_bulb_sd(one(25.0), one(15.0), blank, np.array(3.0))[0, 0] == pytest.approx((25 / 2 + 9) ** 0.5)
    assert facility.wet_bulb_filled(blank, one(20.0), np.array(3.0))[0, 0] == 17.0
    assert facility.wet_bulb_sd(blank, blank, one(5.0), np.array(0.8))[0, 0] == 4.0


@pytest.mark.parametrize(
    ("file", "place"),
    [
        ("AZ_Phoenix", "Phoenix"),
        ("TX_El.Paso", "El Paso"),
        ("NE_Omaha", "Council Bluffs"),
        ("VA_Leesburg", "Ashburn"),
        ("WI_Milwaukee", "Milwaukee"),
    ],
)
def test_hours_above_a_limit_agree_with_the_hourly_year(shared: Path, file: str, place: str) -> None:
    """From monthly normals: hours above 20 and 27 degC of the hourly file within 15 % or 80 h, degree-hours above 20 within 15 %."""
    found = next((shared / "vectors" / "weather").glob(f"*{file}*"))
    with gzip.open(found, "rt", encoding="latin-1") as handle:
        hourly = np.array([float(line.split(",")[6]) for line in handle.read().splitlines()[8:]])
    given_normals = normals(shared, place)
    mean = given_normals["t_mean_c"]
    sd = facility.dry_bulb_sd(
        given_normals["t_dailymax_mean_c"], given_normals["t_dailymin_mean_c"], given_normals["t_max_c"], np.array(NAN)
    )
    for limit in (20.0, 27.0):
        modelled = float(facility.share_above(limit, mean, sd).mean() * 8760)
        assert modelled == pytest.approx((hourly > limit).sum(), rel=0.15, abs=80)
    degrees = float(facility.mean_excess(np.array(20.0), mean, sd).mean() * 8760)
    assert degrees == pytest.approx(np.maximum(hourly - 20.0, 0).sum(), rel=0.15)


# --- cooling and losses -----------------------------------------------------------------------------------------------------------


def test_chiller_at_one_temperature_is_carnot_times_its_share() -> None:
    """27 degC supply, 35 degC outside, 5 K approach and 5 K lift, half of Carnot: COP = 0.5 * 300.15 / 18."""
    made = facility.chiller_energy(np.array(27.0), np.array(5.0), np.array(5.0), np.array(0.5), np.array(35.0), np.array(1e-6))
    assert made == pytest.approx((35.0 - 22.0 + 5.0) / (0.5 * 300.15))


def test_no_chiller_work_where_outdoor_air_is_always_cold_enough() -> None:
    made = facility.chiller_energy(np.array(27.0), np.array(5.0), np.array(8.0), np.array(0.5), np.array(-10.0), np.array(4.0))
    assert made == pytest.approx(0.0, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    supply=st.floats(15, 45), approach=st.floats(0, 12), mean=st.floats(-15, 40), sd=st.floats(0.5, 10), warmer=st.floats(0, 5),
    lift=st.floats(0, 15),
)  # fmt: skip
def test_chillers_work_more_in_warmer_air_and_less_for_warmer_water(
    supply: float, approach: float, mean: float, sd: float, warmer: float, lift: float
) -> None:
    def work(at: float, weather: float) -> float:
        return float(
            facility.chiller_energy(np.array(at), np.array(approach), np.array(lift), np.array(0.5), np.array(weather), np.array(sd))
        )

    assert work(supply, mean) >= -1e-12
    assert work(supply, mean + warmer) >= work(supply, mean) - 1e-9
    assert work(supply + warmer, mean) <= work(supply, mean) + 1e-9


def test_electrical_loss_at_full_load_is_the_stated_loss_and_redundancy_costs() -> None:
    """At u = 1 each stage loses exactly lambda; 2N (half load) costs more than N where losses are mostly no-load."""

    def loss(load: float, redundancy: float, share: float) -> float:
        made = facility.electrical_loss(
            one(load), one(redundancy), np.array([0.0125]), np.array([0.05]), np.array([0.01]), np.array([share])
        )
        return float(made[0, 0])

    assert loss(1.0, 1.0, 0.3) == pytest.approx(1.0125 * 1.05 * 1.01 - 1.0)
    assert loss(0.6, 2.0, 0.5) > loss(0.6, 1.0, 0.5)


def cooled(
    place: dict[str, np.ndarray],
    *,
    liquid: float,
    liquid_supply: float,
    air: float,
    approach: float,
    wet: float,
    chiller: float,
    fan: float,
) -> np.ndarray:
    """Monthly PUE of one site with central values of everything else."""
    flag = np.array([wet])
    mean, months = place["t_mean_c"], place["t_mean_c"].shape[1]
    sd = facility.dry_bulb_sd(place["t_dailymax_mean_c"], place["t_dailymin_mean_c"], place["t_max_c"], np.array(3.7))
    wet_bulb = facility.wet_bulb_filled(place["t_wetbulb_mean_c"], mean, np.array(4.8))
    wet_sd = facility.wet_bulb_sd(place["t_wetbulb_max_c"], place["t_wetbulb_mean_c"], sd, np.array(0.69))
    at, spread = facility.rejection_mean(mean, wet_bulb, flag), facility.rejection_sd(sd, wet_sd, flag)
    rest = (one(approach), np.array([5.0]), one(0.37), np.array([chiller]), at, spread, np.array([0.7]))
    cooling = facility.cooling_power_ratio(
        one(liquid), facility.liquid_loop_chiller(one(liquid_supply), *rest), facility.air_loop_chiller(one(air), *rest), one(0.032),
        one(fan),
        facility.rejection_fan_share(one(liquid_supply), one(air), one(liquid), one(approach), at, np.array([0.7])), one(0.0068), one(0.0),
    )  # fmt: skip
    loss = facility.electrical_loss(one(0.75), one(1.4), np.array([0.0125]), np.array([0.035]), np.array([0.01]), np.array([0.3]))
    made = facility.pue(loss, cooling, np.array([0.001]))
    assert made.shape == (1, 1, months)
    return made


def test_pue_repeats_each_year_and_peaks_in_summer(shared: Path) -> None:
    place = {name: np.tile(values, 3) for name, values in normals(shared, "Abilene").items()}
    made = cooled(place, liquid=0.8, liquid_supply=35.0, air=26.0, approach=10.0, wet=0.0, chiller=1.0, fan=0.0366)[0, 0]
    np.testing.assert_array_equal(made[:12], made[24:])
    assert int(made[:12].argmax()) in (6, 7)
    assert (made > 1.0).all()


def yearly_by_design(places: tuple[str, ...], cooling: str, name: str) -> dict[str, float]:
    """Mean over a year of a quantity at places with one design, every input at the middle of what the shipped catalogue gives."""
    known = CatalogueOnly(places, cooling)
    quantities = quantities_of(facility) | quantities_of(inputs)
    values: dict[str, np.ndarray] = {}

    def value_of(wanted: str) -> np.ndarray:
        if wanted not in values:
            made = quantities[wanted]
            values[wanted] = (
                middle_of(made, made.function(known)) if made.is_input else made.function(**{need: value_of(need) for need in made.needs})
            )
        return values[wanted]

    found = value_of(name)[0]
    return dict(zip(places, found.mean(axis=-1) if found.ndim == 2 else found, strict=True))


def middle_of(made: Quantity, cells: Estimate | list[Estimate]) -> np.ndarray:
    """An input at the median of each cell, with an axis of one draw where it has draws."""
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
        self.sites = [SimpleNamespace(id=place, spec=SimpleNamespace(place=place, cooling=cooling)) for place in places]


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


def test_design_matters_more_than_climate(shared: Path) -> None:
    """Singapore: 1.16, 1.32 and 1.34 are published by three operators under one sky; cool climates publish 1.07 to 1.12."""
    hot, cool = normals(shared, "Singapore"), normals(shared, "Dublin")
    warm_water = cooled(hot, liquid=0.85, liquid_supply=38.0, air=27.0, approach=6.0, wet=1.0, chiller=1.0, fan=0.0068).mean()
    chilled = cooled(hot, liquid=0.0, liquid_supply=30.0, air=20.0, approach=10.0, wet=0.0, chiller=1.0, fan=0.0366).mean()
    elsewhere = cooled(cool, liquid=0.85, liquid_supply=38.0, air=27.0, approach=6.0, wet=1.0, chiller=1.0, fan=0.0068).mean()
    assert elsewhere < warm_water < 1.20 < chilled < 1.45
    assert chilled - warm_water > warm_water - elsewhere


def test_fans_of_heat_rejection_follow_the_cube_of_their_speed() -> None:
    """At the design difference full power; at twice the difference half the speed, an eighth of the power."""
    mean = np.array([[25.0, 15.0, 40.0]])
    made = facility.rejection_fan_share(one(35.0), one(35.0), one(0.5), one(10.0), mean, np.array([0.0]))
    np.testing.assert_allclose(made[0, 0], [1.0, 0.125, 1.0])


# --- water and load ---------------------------------------------------------------------------------------------------------------


def water_use(tower: float, cooling: float = 0.0, cycles: float = 5.0) -> float:
    made = facility.wue(
        np.full((1, 1, 1), cooling),
        np.array([15.0]),
        np.array([tower]),
        np.array([0.8]),
        one(cycles),
        one(0.01),
        one(0.05),
        np.array([0.0]),
    )
    return float(made[0, 0, 0]) * 1000


def test_tower_water_is_near_the_published_norm() -> None:
    """2.6 million gallons per MW and year (1.12 L/kWh) is a vendor's norm for towers; by the heat balance 1 to 2 L/kWh."""
    assert 1.0 < water_use(1.0) < 2.0
    assert water_use(0.0) == 0.0


def test_water_rises_with_wetting_and_falls_with_cycles() -> None:
    assert water_use(0.0, cooling=2.0) > water_use(0.0, cooling=1.0) > 0.0
    assert water_use(1.0, cycles=10.0) < water_use(1.0, cycles=3.0)


def test_load_is_below_nameplate_and_the_peak_between_load_and_design() -> None:
    power = np.full((1, len(STAGES), 1, 12), 421e6)
    usage = np.full((1, 1, 12), 1.15)
    load = facility.power_load(power, one(0.75), usage)
    peak = facility.power_load_peak(power, one(0.95), one(1.35), load, one(1.40))
    assert (load < 421e6).all() and (load <= peak).all()
    assert (peak <= 421e6 * 1.40 + 1).all()
    np.testing.assert_allclose(load, 421e6 * 0.75 * 1.15)


def test_every_quantity_of_the_module_says_its_axes_and_units() -> None:
    for made in quantities_of(facility).values():
        assert "Units:" in made.doc and "Axes:" in made.doc, made.name
