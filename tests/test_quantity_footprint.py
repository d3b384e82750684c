"""Energy, water and gas of a hall's hours, per token and per training run."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from stargauge.catalogue.facility_designs import Drawn, facility_of, kinds_of
from stargauge.catalogue.load import load_catalogue
from stargauge.catalogue.place_weather import weather_of
from stargauge.quantity.cooling_hours import air_of
from stargauge.quantity.errors import InputError
from stargauge.quantity.facility_hours import Hours, facility_hours
from stargauge.quantity.footprint import footprint
from stargauge.quantity.weather import YEAR_HOURS

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
