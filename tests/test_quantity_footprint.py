"""Energy, water and gas of a hall's hours, per token and per training run."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.catalogue.facility_designs import Drawn, facility_of, kinds_of
from stargauge.catalogue.load import load_catalogue
from stargauge.catalogue.place_weather import weather_of
from stargauge.quantity.errors import InputError
from stargauge.quantity.hall.cooling_hours import air_of
from stargauge.quantity.hall.facility_hours import Hours, facility_hours
from stargauge.quantity.hall.footprint import Footprint, footprint, of_runs
from stargauge.quantity.weather.weather import YEAR_HOURS

JULY = 24 * 181


@pytest.fixture(scope="module")
def hours() -> Hours:
    known = load_catalogue().known(date(2026, 11, 27))
    hall = facility_of(Drawn(known), "evaporative", "N+1")
    air = air_of(weather_of(known, "abilene-tx", 0, typical=True), kinds_of(hall))
    return facility_hours(hall, air, np.full(YEAR_HOURS, 0.8))


def test_a_year_is_pue_and_wue_times_the_energy_of_the_racks(hours: Hours) -> None:
    made = footprint(hours, 100e6)
    assert made.racks == pytest.approx(0.8 * 100e6 * YEAR_HOURS)
    assert made.meter == pytest.approx(float(hours.mean_pue()) * made.racks)
    assert made.water_site == pytest.approx(float(hours.mean_wue()) * made.racks)


def test_what_nobody_gives_is_absent_and_not_nothing(hours: Hours) -> None:
    made = footprint(hours, 1.0)
    assert np.isnan(made.water_upstream) and made.emissions == {}


def test_runs_that_follow_one_another_add_up(hours: Hours) -> None:
    factors = {"scope2": np.linspace(0.2, 0.6, YEAR_HOURS), "marginal": 0.5}
    whole = footprint(hours, 5e6, upstream_water=0.0012, factors=factors)
    parts = [
        footprint(hours, 5e6, upstream_water=0.0012, factors=factors, first=at, count=at_next - at)
        for at, at_next in ((0, 4000), (4000, 8760))
    ]
    for name in ("racks", "meter", "water_site", "water_upstream"):
        assert sum(getattr(part, name) for part in parts) == pytest.approx(getattr(whole, name))
    assert sum(part.emissions["scope2"] for part in parts) == pytest.approx(whole.emissions["scope2"])
    assert whole.emissions["marginal"] == pytest.approx(0.5 * whole.meter) and whole.water_upstream == pytest.approx(0.0012 * whole.meter)


def test_a_run_in_july_takes_more_water_than_one_in_january(hours: Hours) -> None:
    winter, summer = (footprint(hours, 1e6, first=at, count=720).per(1.0) for at in (0, JULY))
    assert summer.racks == pytest.approx(winter.racks)
    assert summer.water_site > winter.water_site and summer.meter >= winter.meter


def test_per_token_is_the_total_over_the_tokens(hours: Hours) -> None:
    made = footprint(hours, 1e6, upstream_water=0.001, factors={"scope2": 0.4})
    each = made.per(2e12)
    assert each.meter * 2e12 == pytest.approx(made.meter) and each.emissions["scope2"] * 2e12 == pytest.approx(made.emissions["scope2"])
    assert np.isnan(made.per(0.0).water_site)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"first": 8000, "count": 1000}, "from hour 8,000 to before hour 9,000 does not lie within the 8,760"),
        ({"factors": {"scope2": np.ones(24)}}, "factor scope2 has 24 hours; expected one number, or 8,760"),
        ({"upstream_water": -1.0}, "upstream_water is -1 at its lowest"),
    ],
)
def test_what_cannot_be_is_refused(hours: Hours, change: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        footprint(hours, 1.0, **change)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="rated at 0 W"):
        footprint(hours, 0.0)


def months_of(values: np.ndarray) -> Footprint:
    return Footprint(values, 1.2 * values, 0.1 * values, 0.0 * values + np.nan, {"scope2": 0.3 * values})


ENDS = np.cumsum([744, 672, 744, 720, 744, 720, 744, 744, 720, 744, 720, 744])


def test_a_run_of_an_even_year_takes_its_share_of_it_whenever_it_begins() -> None:
    hours = np.diff(np.concatenate([[0.0], ENDS]))[None, :]
    run, length = of_runs(months_of(1e6 * hours), hours / 1000.0, ENDS)
    begun = np.concatenate([[0.0], ENDS[:-1]])
    done = begun + 1000.0 <= YEAR_HOURS
    np.testing.assert_allclose(length[0, done], 1000.0)
    np.testing.assert_allclose(run.racks[0, done], 1e9)
    assert np.isnan(length[0, ~done]).all() and np.isnan(run.meter[0, ~done]).all(), "not done by the end of the year: absent"
    assert np.isnan(run.water_upstream).all()


@given(st.lists(st.floats(0.0, 5.0), min_size=12, max_size=12))
def test_runs_that_follow_one_another_take_what_the_months_do(rates: list[float]) -> None:
    rate, values = np.array([rates]), np.linspace(1.0, 2.0, 12)[None, :]
    run, length = of_runs(months_of(values), rate, ENDS)
    there = np.isfinite(length[0])
    left = rate.sum() - np.concatenate([[0.0], np.cumsum(rates)[:-1]])
    assert there[left > 1.0 + 1e-9].all() and not there[left < 1.0 - 1e-9].any()
    for month in np.flatnonzero(there):
        assert 0.0 < run.racks[0, month] <= values[0, month:].sum() + 1e-9
        if rates[month] >= 1.0:
            assert run.racks[0, month] == pytest.approx(values[0, month] / rates[month])


def test_where_no_work_is_done_no_run_has_a_footprint() -> None:
    run, length = of_runs(months_of(np.ones((2, 12))), np.zeros((2, 12)), ENDS)
    assert np.isnan(length).all() and np.isnan(run.racks).all() and np.isnan(run.emissions["scope2"]).all()
