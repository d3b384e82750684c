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
from stargauge.plan.sizing import NoSupply
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
