"""The plan of a site as data: what it holds, that it passes its test, what waiting costs, and the same in Python and as plain data."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest

import stargauge as sg
from stargauge.plan.offers import Offers
from stargauge.plan.options import Limits, PlantOption
from stargauge.plan.power import PowerCase, planned
from stargauge.plan.sizing import NoSupply, cheapest
from stargauge.quantity.errors import InputError

LOAD = np.full(8760, 100e6)
TURBINE = PlantOption("gas-turbine", "gas", 0.12, 4.5e-5, 0.93, unit=20e6, fuel=2.8, carbon=0.5)
RENTED = PlantOption("rented-generator", "gas", 0.0, 3e-4, fuel=2.9, carbon=0.5)


def _case(*plants: PlantOption, start: date | None = None, **changes: Any) -> PowerCase:
    offers = Offers(list(plants), ready={plant.name: date(2027, 1, 1) if plant.ready == 0 else date(2027, 7, 2) for plant in plants})
    return PowerCase(LOAD, start, offers, Limits(), {}, (1, 2), {"gas-turbine": 60.0}, draws=64, **changes)


def test_units_are_added_until_the_test_is_passed_and_no_more() -> None:
    made = planned(_case(TURBINE), mixes=False)
    assert np.quantile(made.test.missing, 0.9) <= 1e-4
    units = round(made.supply.sizes["gas-turbine"] / 20e6)
    assert units > np.ceil(100 / 0.93 / 20)
    fewer = planned(_case(TURBINE, missing=0.05), mixes=False)
    assert fewer.supply.sizes["gas-turbine"] < made.supply.sizes["gas-turbine"]


def test_the_wait_for_a_plant_costs_what_stands_in_until_then_costs_more() -> None:
    later = PlantOption(**{**vars(TURBINE), "ready": 4368, "unit": 0.0})
    made = planned(_case(later, RENTED, start=date(2027, 1, 1)))
    data = made.to_dict()
    wait = {one["name"]: one["costs"]["value"] for one in data["waits"]}
    there = 0.12 / (0.93 * 8760) + 4.5e-5
    assert wait["gas-turbine"] == pytest.approx((3e-4 - there) * 4368 / 8760, rel=0.02)
    assert {plant["name"]: plant["in_time"] for plant in data["plants"]} == {"gas-turbine": False, "rented-generator": True}


def test_the_answer_of_a_site_is_plain_data_with_what_it_rests_on() -> None:
    made = sg.power("abilene", load_at="100 MW", sources=["gas-engine"], mixes=False, draws=32).to_dict()
    assert json.loads(json.dumps(made)) == made
    (engine,) = made["plants"]
    assert engine["units"] * engine["unit_size"] == pytest.approx(engine["size"])
    assert engine["share"] == pytest.approx(1.0, abs=1e-6)
    assert made["cost"]["at_least"] <= made["cost"]["mean"] * (1 + 1e-9)
    assert made["load"] == {"unit": "W", "base": "facility", "mean": 1e8, "peak": 1e8, "from": "as asked, the same in every hour"}
    basis = {(one["of"], one["what"]): one for one in made["basis"]}
    assert basis["gas-engine", "unit_size"]["source"] == "stargauge-assumption" and basis["gas-engine", "unit_size"]["grade"] == "D"
    heat, gas = (basis[key]["value"] for key in (("gas-engine", "heat_rate"), ("natural-gas", "price")))
    assert made["cost"]["mean"] > heat * gas + basis["gas-engine", "om_variable"]["value"]
    assert len(made["weeks"]["worst"]["load"]) == 168
    assert made["test"]["missing"]["p90"] <= 1e-4


def test_wrong_input_is_said_with_what_was_expected() -> None:
    with pytest.raises(InputError, match=r'no source "gas-turbin".*"gas-turbine"'):
        sg.power("abilene", sources=["gas-turbin"], load_at="1 MW")
    with pytest.raises(InputError, match=r'there is no site "abilen" on .*"abilene"'):
        sg.power("abilen")
    with pytest.raises(InputError, match="got 11 years; expected 1 to 10"):
        sg.power("abilene", years=11)
    with pytest.raises(InputError, match="expected a power above 0"):
        sg.power("abilene", load_at=0.0)
    with pytest.raises(InputError, match="a mass per energy"):
        sg.power("abilene", emissions="5 MW", load_at="1 MW", sources=["gas-engine"])


def test_what_cannot_be_is_refused_with_what_would_do() -> None:
    with pytest.raises(NoSupply) as fault:
        sg.power("abilene", load_at="100 MW", sources=["gas-engine"], emissions="100 kg/MWh", mixes=False, draws=32)
    carbon = next(one for one in fault.value.reliefs if one.limit == "carbon")
    assert carbon.needed is not None and carbon.needed > carbon.asked


# --- what may never be ------------------------------------------------------------------------------------------------------------


def test_a_kind_that_nobody_builds_moves_no_cost() -> None:
    block = PlantOption("combined-cycle", "gas", 0.9, 4.4e-5, 0.9, unit=400e6, fuel=2.0, carbon=0.35)
    alone, offered = planned(_case(TURBINE), mixes=False), planned(_case(TURBINE, block), mixes=False)
    assert offered.supply.total <= alone.supply.total * (1.0 + 5e-3)
    assert offered.supply.sizes["combined-cycle"] < 1e3


def test_what_is_never_there_is_not_built_and_said_to_be_late() -> None:
    late = PlantOption("combined-cycle", "gas", 0.01, 1e-5, 0.9, unit=50e6, fuel=2.0, ready=9000)
    made = planned(_case(TURBINE, late, start=date(2027, 1, 1)), mixes=False).to_dict()
    plants = {plant["name"]: plant for plant in made["plants"]}
    assert plants["combined-cycle"]["size"] == 0.0 and plants["combined-cycle"]["in_time"] is False
    assert plants["gas-turbine"]["size"] > 100e6
    with pytest.raises(NoSupply):
        planned(_case(late, start=date(2027, 1, 1)), mixes=False)


def test_no_plan_undercuts_the_bound_whatever_may_be_missing() -> None:
    strict, loose = (
        planned(PowerCase(**{**vars(_case(TURBINE)), "limits": Limits(shortfall=share)}), mixes=False) for share in (0.0, 0.05)
    )
    assert loose.to_dict()["cost"]["at_least"] <= strict.supply.unit_cost
    assert loose.supply.total <= strict.supply.total


def test_a_test_that_nothing_offered_can_pass_is_said_to_have_failed() -> None:
    night = PlantOption("solar", "solar", 0.05, output=np.full(8760, 0.5), chosen=False)
    dark = np.repeat([[0.5, 0.4]], 8760, axis=0)
    case = PowerCase(**{**vars(_case(night)), "tests": {"solar": dark}})
    made = planned(case, mixes=False).to_dict()["test"]
    assert made["passed"] is False and made["missing"]["p90"] > 0.0
    assert planned(_case(TURBINE), mixes=False).to_dict()["test"]["passed"] is True


def test_a_plant_without_failures_on_record_gives_what_it_gives_on_average() -> None:
    cells = PlantOption("fuel-cell", "fuel_cell", 0.5, 2e-5, 0.5, fuel=1.9)
    made = planned(_case(cells), mixes=False)
    assert made.supply.sizes["fuel-cell"] == pytest.approx(200e6, rel=1e-4)
    assert made.test.energy["fuel-cell"].mean() == pytest.approx(8.76e11, rel=1e-4)


def test_land_costs_as_much_a_year_over_two_years_as_over_one() -> None:
    sun = np.tile(np.r_[np.zeros(6), np.ones(12), np.zeros(6)], 365)
    solar = PlantOption("solar", "solar", 0.05, output=sun, chosen=False, land=20.0)
    once, twice = (cheapest(np.tile(LOAD, years), [TURBINE, solar], [], Limits(land=1e9)) for years in (1, 2))
    more = cheapest(LOAD, [TURBINE, solar], [], Limits(land=1.001e9))
    assert once.prices["land"] == pytest.approx((once.total - more.total) / 1e6, rel=1e-2)
    assert twice.prices["land"] == pytest.approx(once.prices["land"], rel=1e-3)


def test_a_year_of_a_file_is_tested_on_other_weather_and_a_start_in_june_has_the_sun_of_june() -> None:
    june, january = (_sun("abilene", by) for by in ("2027-06-01", "2028-01-01"))
    assert june[: 24 * 60].mean() > 1.2 * january[: 24 * 60].mean()


def _sun(site: str, by: str) -> np.ndarray:
    made = sg.power(site, by=by, as_of="2026-11-01", load_at="10 MW", sources=["solar", "rented-generator"], years=1, mixes=False, draws=5)
    return np.asarray(next(plant for plant in made.plan.case.offers.plants if plant.name == "solar").output)


@pytest.mark.parametrize(("programme", "site"), [("meta-hyperion", "hyperion"), ("stargate", "saline"), ("stargate-abroad", "uae")])
def test_where_no_wind_is_known_it_is_left_out_and_said(programme: str, site: str) -> None:
    made = sg.power(site, programme, load_at="10 MW", mixes=False, draws=5).to_dict()
    assert not any(plant["name"] == "wind" for plant in made["plants"])
    assert any("has no wind" in note for note in made["weather"]["notes"])
    with pytest.raises(InputError, match="has no wind in hour 0"):
        sg.power(site, programme, load_at="10 MW", sources=["wind", "battery"], mixes=False, draws=5)
