"""Hours by what the air is like: shares that add up, the hardest hours, what is shipped, and a site's own weather in the run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import weather_written as written

from stargauge import api
from stargauge.catalogue import outdoor_tables
from stargauge.catalogue.facility_designs import Drawn, facility_of, kinds_of, usual_load
from stargauge.catalogue.load import DATA, load_catalogue
from stargauge.catalogue.place_weather import weather_of
from stargauge.catalogue.weather_files import read_weather
from stargauge.engine.simulate import case_of
from stargauge.programme.known import Known
from stargauge.quantity.hall.cooling_hours import air_of
from stargauge.quantity.hall.facility_hours import facility_hours
from stargauge.quantity.hall.outdoor_hours import HARDEST, STATES, by_dry_bulb, outdoor_hours, state_temperatures
from stargauge.quantity.quantity import DEW_POINTS, DRY_BULBS
from stargauge.quantity.weather.weather import YEAR_HOURS, Weather

DAY = date(2026, 11, 27)
PLAIN = load_catalogue().known(DAY)
MONTH = np.repeat(np.arange(12), 24 * np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]))


def weather_like(dry: np.ndarray, dew: np.ndarray) -> Weather:
    plain = weather_of(PLAIN, "abilene-tx", 0, typical=True)
    return plain._replace(dry_bulb=dry, dew_point=np.minimum(dew, dry))


def test_shares_of_a_month_add_up_and_keep_its_mean_temperatures() -> None:
    weather = weather_of(PLAIN, "abilene-tx", 0, typical=True)
    made = outdoor_hours(weather)
    dry = np.repeat(DRY_BULBS, len(DEW_POINTS))
    dew = np.tile(DEW_POINTS, len(DRY_BULBS))
    assert made.shares.shape == (STATES, 12) and (made.shares >= 0.0).all()
    assert made.shares.sum(axis=0) == pytest.approx(np.ones(12), abs=1e-4)
    means = [[values[month == MONTH].mean() for month in range(12)] for values in (weather.dry_bulb, weather.dew_point)]
    assert dry @ made.shares == pytest.approx(np.array(means[0]), abs=5e-3)
    assert dew @ made.shares == pytest.approx(np.array(means[1]), abs=5e-3)
    assert by_dry_bulb(made.shares) == pytest.approx(made.shares.reshape(len(DRY_BULBS), -1, 12).sum(axis=1))


def test_states_are_never_more_humid_than_air_can_be() -> None:
    dry, dew = state_temperatures()
    assert dry.shape == dew.shape == (STATES,) and (dew <= dry).all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), humid=st.floats(0.0, 3.0), noise=st.floats(0.0, 8.0))
def test_what_rises_with_heat_and_humidity_is_highest_in_one_of_the_hardest_hours(seed: int, humid: float, noise: float) -> None:
    rng = np.random.default_rng(seed)
    dry = np.round(20.0 + 10.0 * rng.standard_normal(YEAR_HOURS), 2)
    dew = np.round(dry - 10.0 + noise * rng.standard_normal(YEAR_HOURS), 2)
    weather = weather_like(dry, dew)
    made = outdoor_hours(weather)
    assert made.dry_bulb.shape == made.dew_point.shape == (HARDEST,)
    highest = (weather.dry_bulb + humid * weather.dew_point).max()
    assert made.dry_bulb[0] == pytest.approx(weather.dry_bulb.max()) and made.dew_point.max() == pytest.approx(weather.dew_point.max())
    assert (made.dry_bulb + humid * made.dew_point).max() == pytest.approx(highest)


def test_of_many_hardest_hours_the_hottest_and_the_most_humid_stay() -> None:
    dry = np.linspace(40.0, 0.0, YEAR_HOURS)
    made = outdoor_hours(weather_like(dry, np.linspace(-20.0, 0.0, YEAR_HOURS)))
    assert made.dry_bulb[0] == 40.0 and made.dew_point[-1] == 0.0 and (np.diff(made.dew_point) > 0.0).all()


def test_air_beyond_the_states_counts_as_the_nearest_and_is_counted() -> None:
    plain = weather_of(PLAIN, "abilene-tx", 0, typical=True)
    dry, dew = plain.dry_bulb.copy(), plain.dew_point.copy()
    dry[:3], dew[2:5] = -35.0, -45.0
    dew[:2] = -38.0
    assert outdoor_hours(plain).beyond == 0
    made = outdoor_hours(weather_like(dry, dew))
    assert made.beyond == 5 and made.shares.sum(axis=0) == pytest.approx(np.ones(12), abs=1e-4)


# --- shipped, or made anew --------------------------------------------------------------------------------------------------------


def test_what_is_shipped_is_what_would_be_made() -> None:
    """Of every station, from the catalogue as it is: `python -m tests.outdoor_tables` writes it anew."""
    shipped = outdoor_tables._shipped(DATA / outdoor_tables.FILE)
    made = {made_from: table for made_from, _, table in outdoor_tables.every_table(PLAIN)}
    assert set(made) == set(shipped)
    for made_from, table in made.items():
        found = outdoor_tables._read(DATA / outdoor_tables.FILE, made_from)
        np.testing.assert_allclose(
            found.shares, table.shares, atol=2.5e-6, rtol=0.0
        )  # other processors may round a millionth the other way
        for one, other in zip(found[1:], table[1:], strict=True):
            np.testing.assert_allclose(np.asarray(one), np.asarray(other), atol=0.011, rtol=1e-5)


def test_own_normals_are_made_anew_and_too_little_for_a_year_is_absent(tmp_path: Path) -> None:
    own = tmp_path / "weather.csv"
    own.write_text(
        "kind,name,attribute,value,unit,as_of,published,source,status,grade,note\n"
        "weather,abilene-tx,t_mean_07,31.5,degC,2026,2026-11-01,,estimated,D,made up\n"
    )
    hotter, plain = (outdoor_tables.outdoor_of(c.known(DAY), "abilene-tx") for c in (load_catalogue(own), load_catalogue()))
    assert hotter is not None and plain is not None
    dry = np.repeat(DRY_BULBS, len(DEW_POINTS))
    assert (dry @ hotter.shares)[6] == pytest.approx(31.5, abs=0.01) and (dry @ plain.shares)[6] < 30.5
    nothing = PLAIN.held_without(
        frozenset(said.source for rows in (PLAIN.rows_of("weather"),) for row in rows for said in (row.statement,))
    )
    assert outdoor_tables.outdoor_of(nothing, "abilene-tx") is None
    own.write_text(own.read_text(encoding="utf-8").replace(",31.5,", ",-300,"), encoding="utf-8")
    assert outdoor_tables.outdoor_of(load_catalogue(own).known(DAY), "abilene-tx") is None


# --- in the run -------------------------------------------------------------------------------------------------------------------

PROGRAMME = """
name: one hall
price_year: 2026
start: 2026-01
horizon: 2027-12
sites:
  hall:
    place: {place}
    cooling: {cooling}
{more}    phases:
      one:
        it_power: 100 MW
        milestones:
          operational: 2026-02-01
"""


def hall(tmp_path: Path, place: str = "abilene-tx", cooling: str = "closed-loop-chiller", weather: str = "") -> Known:
    file = tmp_path / f"{place}-{cooling}.yaml"
    more = f"    weather: {weather}\n" if weather else ""
    file.write_text(PROGRAMME.format(place=place, cooling=cooling, more=more))
    return api.known(api.load(file), DAY)


def year(known: Known, name: str = "pue") -> float:
    values = case_of(known).values([name])[name]
    return float(values[0, :12].mean())


def test_place_design_and_weather_change_the_programmes_own_pue(tmp_path: Path) -> None:
    plain = year(hall(tmp_path))
    assert year(hall(tmp_path, place="dublin-ie")) < plain < year(hall(tmp_path, place="singapore"))
    assert year(hall(tmp_path, cooling="dry-cooler")) < plain
    assert year(hall(tmp_path, cooling="evaporative"), "wue") > 10.0 * year(hall(tmp_path), "wue")


@pytest.mark.parametrize("cooling", ["closed-loop-chiller", "evaporative"])
def test_a_sites_own_file_is_taken_hour_by_hour_and_not_made_warmer(tmp_path: Path, cooling: str) -> None:
    (tmp_path / "own.epw").write_bytes(written.epw(tmp_path, year=2020).read_bytes())
    known = hall(tmp_path, cooling=cooling, weather="own.epw")
    weather = read_weather(tmp_path / "own.epw")
    drawn = Drawn(PLAIN)
    made = facility_of(drawn, cooling)
    hours = facility_hours(made, air_of(weather, kinds_of(made)), np.full(YEAR_HOURS, float(np.asarray(usual_load(drawn)))))
    values = case_of(known).values(["pue", "pue_hottest", "wue"])
    assert values["pue"][0, :12] == pytest.approx(hours.monthly_pue(), abs=0.003)
    assert values["wue"][0, :12] * 1000.0 == pytest.approx(hours.monthly_wue() * 1000.0, abs=0.02)
    assert float(values["pue_hottest"][0]) == pytest.approx(float(hours.pue.max()), abs=5e-4)


def test_an_explanation_says_how_many_hours_lie_beyond_the_states(tmp_path: Path) -> None:
    """The dew point of Abu Dhabi's typical year is above 31 degC in some hours; Abilene's never."""
    table = outdoor_tables.outdoor_of(PLAIN, "abu-dhabi")
    assert table is not None and table.beyond > 0
    said = api.explain("pue[hall]", hall(tmp_path, place="abu-dhabi").programme, as_of=DAY).to_dict()
    assert f"{table.beyond} of them beyond" in str(said)
    assert "of them beyond" not in str(api.explain("pue[hall]", hall(tmp_path).programme, as_of=DAY).to_dict())


def test_an_explanation_says_what_year_the_hours_are_of(tmp_path: Path) -> None:
    said = api.explain("pue[hall]", hall(tmp_path).programme, as_of=DAY).to_dict()
    assert "hours of a typical year of abilene-tx, made of its monthly normals" in str(said)
