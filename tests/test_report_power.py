"""What is said of a supply: in words, in tables, as charts; every case of an answer, without running a plan."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from datetime import date
from html import unescape
from itertools import pairwise
from typing import Any

import pytest

from stargauge.quantity.units import GERMAN
from stargauge.report.drawing import svg
from stargauge.report.locale import speaking
from stargauge.report.power.power import about, beside, draws_text, render_power, rests_on, sentence, title, trial
from stargauge.report.power.power_chart import mixes_chart, mixes_table, stacked, week, week_table
from stargauge.report.power.power_limits import impossible, limits
from stargauge.report.power.power_tables import basis, footprint, mixes, plants, prices, stages, stated
from stargauge.report.power.power_words import Rows, mix_name, ready_text, span
from stargauge.report.terminal import Style

HOURS = 168


def week_of(number: int, sun: float) -> dict[str, Any]:
    """A week in which the sun gives half the day, the battery takes of it, turbines give the rest."""
    day = [sun if 6 <= hour % 24 < 18 else 0.0 for hour in range(HOURS)]
    stored = [-50e6 if given else 40e6 for given in day]
    gas = [max(400e6 - given - kept, 0.0) for given, kept in zip(day, stored, strict=True)]
    return {"week": number, "unit": "W", "load": [400e6] * HOURS, "sources": {"gas-turbine": gas, "solar": day, "battery": stored}}


def level(p10: float, p50: float, p90: float, unit: str) -> dict[str, Any]:
    return {"unit": unit, "p10": p10, "p50": p50, "p90": p90}


def plant(name: str, size: float, **more: Any) -> dict[str, Any]:
    made = {"name": name, "source": name, "size": size, "unit_size": None, "units": None, "energy": 8.76e11, "share": 0.25, "cost": 3e7,
            "ready": "2029-09-25", "in_time": None}  # fmt: skip
    return {**made, **more}


def number(of: str, what: str, value: float, unit: str, source: str, grade: str) -> dict[str, Any]:
    return {"of": of, "what": what, "value": value, "unit": unit, "kind": "default", "source": source, "grade": grade, "note": "as read"}


def limit(name: str, asked: float, saves: float) -> dict[str, Any]:
    return {"name": name, "asked": asked, "unit": "1", "saves": {"unit": "USD", "value": saves}}


DATA: dict[str, Any] = {
    "programme": {"name": "Small"}, "site": "north", "as_of": "2026-09-30",
    "weather": {"name": "abilene-tx", "kind": "synthetic", "notes": []}, "start": None, "years": 1,
    "load": {"unit": "W", "base": "facility", "mean": 400e6, "peak": 400e6, "from": "as asked, the same in every hour",
             "kind": "asked", "address": "", "year": None, "design": "", "design_stated": False},
    "seed": 0, "stated": [], "stages": [],
    "scopes": {"carbon": [{"scope": "1", "unit": "g", "value": 1.5e12}, {"scope": "2", "unit": "g", "value": 0.0}],
               "water": [{"of": "hall", "unit": "L", "value": 9.1e7}], "absent": ["gas-turbine", "solar"],
               "gas_upstream": {"scope": "3", "unit": "g", "value": 5.8e11}},
    "cost": {"unit": "USD/Wh", "mean": 8.01e-5, "at_least": 7.98e-5, "above_least": 0.0038, "demand_charge": 0.0, "range": None,
             "parts": {"gas-turbine": 6e-5, "solar": 1.5e-5, "battery": 5.1e-6}},
    "plants": [plant("gas-turbine", 1.2e9, units=24, unit_size=50e6), plant("solar", 2.4e9), plant("wind", 0.0)],
    "batteries": [{"name": "battery", "size": 1.5e9, "energy_size": 5.1e9, "energy": 1e12, "cost": 1e7, "ready": None, "in_time": None}],
    "carbon": {"unit": "g", "value": 1.5e12, "per_load": 0.43}, "fuel": {"unit": "Wh", "value": 8e12},
    "land": {"unit": "m2", "value": 6.1e7},
    "curtailed": {"unit": "Wh", "value": 1e10}, "shortfall": {"unit": "Wh", "value": 0.0, "hours": 0.0},
    "limits": [limit("shortfall", 0.0, 0.0)],
    "test": {"years": [1, 2, 3, 4, 5], "draws": 64, "same_weather": False, "passed": True, "allowed": {"unit": "1", "value": 1e-4},
             "shortfall_hours": level(0.0, 0.0, 0.0, "h"), "missing": level(0.0, 0.0, 0.0, "1"),
             "worst": level(0.0, 0.0, 0.0, "W"), "cost": level(8.0e-5, 8.1e-5, 8.2e-5, "USD/Wh"),
             "of_cost": {name: level(0.0, 0.0, 0.0, "USD/Wh") for name in ("part_load", "starts", "demand_charge")}, "beyond_limit": {},
             "backups": []},
    "tariff": None,
    "mixes": [
        {"name": "gas only", "possible": True, "sizes": {"gas-turbine": 5e8}, "cost": {"unit": "USD/Wh", "mean": 8.5e-5},
         "carbon": {"unit": "g/Wh", "value": 0.511}, "land": {"unit": "m2", "value": 0.0}, "shares": {"gas-turbine": 1.0},
         "test": {"passed": True, "missing": level(0.0, 0.0, 5e-5, "1"), "shortfall_hours": level(0.0, 0.0, 1.0, "h")}},
        {"name": "90 % sun", "possible": True, "sizes": {"solar": 4e9, "battery": 3e9, "battery energy": 11e9},
         "cost": {"unit": "USD/Wh", "mean": 9.7e-5}, "carbon": {"unit": "g/Wh", "value": 0.05}, "land": {"unit": "m2", "value": 1e8},
         "shares": {"solar": 0.95}, "test": None},
        {"name": "44 % sun", "possible": False, "why": "no supply keeps all limits"},
        {"name": "grid and peaker", "possible": False, "why": "none of grid was offered"},
    ],
    "weeks": {"typical": week_of(11, 500e6), "worst": week_of(52, 100e6)},
    "basis": [number("gas-turbine", "heat_rate", 2.82, "1", "a-study", "A"),
              number("solar", "land", 0.0256, "m2/W", "stargauge-assumption", "D"),
              number("gas-turbine", "life", 24.5, "yr", "stargauge-assumption", "D"), number("wind", "lcoe", 5e-5, "USD/Wh", "", "")],
}  # fmt: skip


def changed(**parts: Any) -> dict[str, Any]:
    return {**copy.deepcopy(DATA), **parts}


def told(rows: Rows) -> list[list[str]]:
    return [list(row) for row in rows.rows]


# --- words ------------------------------------------------------------------------------------------------------------------------


def test_the_answer_is_one_sentence() -> None:
    assert sentence(DATA) == (
        "To carry 400 MW (facility, mean) at north around the clock costs 81 USD/MWh as tested, with what was really burnt and bought "
        "(80.1 as planned) in money of the catalogue’s years: 24 gas turbines of 50 MW, 2.4 GW of sun, a battery of 1.5 GW / 5.1 GWh; "
        "tested on 5 weather years it was not sized on: 0 h short a year; no plan that keeps the limits, tested or not, can cost less "
        "than 79.8 USD/MWh, so this one, as planned, is at most 0.38 % dearer than the cheapest there can be."
    )


def test_a_test_that_is_not_passed_or_says_little_is_said_to_be_so() -> None:
    made = changed(test={**DATA["test"], "passed": False, "same_weather": True, "missing": level(0.0, 1e-4, 4e-4, "1")})
    assert "tested on 5 weather years that it was sized on, for want of others: 0 h short a year; no plan" in sentence(made)
    assert trial(made).endswith("What could be added of what is offered does not make it pass.")
    assert sentence(made).startswith(
        "Does not pass its test: 0.04 % of the energy missing in nine of ten tests at most, where 0.01 % may be. To carry"
    )


def test_a_limit_that_is_not_kept_in_the_test_is_told_first_with_how_often_and_how_much() -> None:
    broken = {**DATA["test"], "beyond_limit": {"carbon": {"unit": "1", "value": 0.25}, "fuel": {"unit": "1", "value": 0.0}},
              "carbon": level(0.19, 0.2, 0.20215, "g/Wh"), "fuel": level(1e12, 1e12, 1e12, "Wh")}  # fmt: skip
    made = changed(test=broken, limits=[limit("carbon", 0.2, 1.0), limit("fuel", 2e12, 1.0)])
    said = "Breaks the limit on CO2e in {}: 202.15 kg of CO2e per MWh in nine of ten tests at most, where 200 kg of CO2e per MWh may be. To"
    assert sentence(made).startswith(said.format("25 % of the tests"))
    once = changed(test={**broken, "draws": 1}, limits=made["limits"])
    assert sentence(once).startswith(said.format("the one test")) and draws_text(once) == "Draws: 1 history of failures, seed 0."


def test_of_a_staged_supply_the_plan_leads_whose_test_is_of_its_end() -> None:
    made = sentence(changed(start="2028-06-01"))
    assert "costs 80.1 USD/MWh as planned, over all its years (81 as tested, once all of it is there) in" in made
    assert title(DATA).startswith("The cheapest supply found for north: 81 USD/MWh, as planned at most 0.38 % above the least")


def test_the_bound_with_the_reserve_stands_beside_that_without() -> None:
    made = changed(cost={**DATA["cost"], "bound_with_reserve": 8e-5, "above_reserve": 0.0013})
    assert "takes less than 80 USD/MWh, so this one, as planned, is at most 0.38 % and 0.13 % dearer" in sentence(made)


def test_a_grid_that_is_free_to_hold_is_told_beside_the_cost() -> None:
    grid = [plant("grid", 9e8)]
    assert "free to hold, with no charge for capacity" in beside(changed(plants=grid)) and "--tariff" in beside(changed(plants=grid))
    assert beside(changed(plants=grid, tariff="tariff.csv")) == beside(DATA) == ""


def test_prices_that_decide_come_with_year_age_and_source() -> None:
    rate = number("default", "discount_rate", 0.06, "1", "stargauge-assumption", "D")
    gas = {**number("natural-gas", "price", 1.15e-5, "USD/Wh", "an-outlook", "A"), "year": 2025}
    capital = {**number("gas-turbine", "capex", 1.4, "USD/W", "a-maker", "C"), "year": 2027}
    bought = [number(f"grid-{of}", what, 3e-5, "USD/Wh", "an-outlook", "A") for of, what in
              (("ercot", "price"), ("ercot", "delivery_adder"), ("us", "availability"))]  # fmt: skip
    turbine = plant("gas-turbine", 1e9, source="gas")
    made = changed(start="2027-01-01", basis=[*bought, gas, capital, rate, number("wind", "lcoe", 5e-5, "USD/Wh", "", "")],
                   plants=[turbine, plant("grid", 9e8)])  # fmt: skip
    assert told(prices(made)) == [
        ["Grid, wholesale", "30 USD/MWh", "–", "an-outlook A"], ["Grid, delivery", "30 USD/MWh", "–", "an-outlook A"],
        ["Natural gas, price", "11.5 USD/MWh", "2025, 2 years before", "an-outlook A"],
        ["Gas turbines, capital cost", "1.4 USD/W", "2027", "a-maker C"], ["Real discount rate", "0.06", "–", "our assumption"],
    ]  # fmt: skip
    paid = told(prices({**made, "tariff": "tariff.csv"}))
    assert paid[0] == ["Grid", "by tariff", "–", "tariff.csv"] and [row[0] for row in paid[1:2]] == ["Natural gas, price"]
    assert "wind" not in str(paid).lower()


def test_prices_without_a_range_are_one_quoted_price() -> None:
    made = changed(cost={**DATA["cost"], "range": level(8e-5, 8e-5, 8e-5, "USD/Wh")})
    assert "(one quoted price, no range known; 80.1 as planned)" in sentence(made)
    assert "The whole costs 80 USD/MWh: one quoted price, no range known." in plants(made).note


def test_a_mix_in_which_the_grid_gives_less_than_the_rest_is_named_for_what_it_is() -> None:
    shares = {"grid": 0.3, "gas-engine": 0.1, "gas-turbine": 0.6}
    assert mix_name({"name": "grid and peaker", "shares": shares}) == "grid and gas turbines"
    assert mix_name({"name": "grid and peaker", "shares": {"grid": 0.9, "gas-turbine": 0.1}}) == "grid and peaker"
    with speaking("de"):
        assert mix_name({"name": "grid and peaker", "shares": shares}) == "Netz und Gasturbinen"


def test_each_burner_of_gas_has_a_colour_of_its_own() -> None:
    names = ("combined-cycle", "gas-turbine", "gas-engine", "stated-gas")
    sources = {name: [1e8] * HOURS for name in names}
    spec = week(changed(weeks={"typical": {**DATA["weeks"]["typical"], "sources": sources}}), "typical")
    colours = [layer["mark"]["color"] for layer in spec["layer"] if layer["mark"]["type"] == "area"]
    assert len(set(colours)) == len(names)


def test_the_sentence_names_day_peak_and_what_may_be_missing() -> None:
    made = changed(start="2027-06-01", load={**DATA["load"], "peak": 450e6}, limits=[limit("shortfall", 0.001, 1e8)])
    assert "(facility, mean; peak 450 MW)" in sentence(made)
    assert "around the clock but for 0.1 % of the energy from 1 Jun 2027 on" in sentence(made)


def test_it_reads_in_eighty_columns_answer_first() -> None:
    text = render_power(DATA)
    assert text.startswith("To carry 400 MW")
    assert max(map(len, text.splitlines())) <= 80
    order = ["What is built", "Limits, and what each costs", "Other mixes", "Put to the test", "What it rests on", "--report power.html"]
    assert sorted(order, key=text.index) == order
    assert render_power(DATA, Style(ascii=True)).isascii()


def test_plants_say_size_units_cost_and_day() -> None:
    rows = told(plants(DATA))
    assert rows[0] == ["Gas turbines", "1.2 GW", "24 × 50 MW", "876 GWh", "25 %", "60", "25 Sep 2029"]
    assert rows[1][:3] == ["Sun", "2.4 GW", "–"]
    assert rows[2] == ["Battery", "1.5 GW", "5.1 GWh", "1 TWh", "–", "5.1", "–"]
    assert "not taken: wind." in plants(DATA).note


def test_what_is_next_to_nothing_says_so() -> None:
    row = told(
        plants(changed(plants=[plant("rented-generator", 4.6e5, share=6e-11)], cost={**DATA["cost"], "parts": {"rented-generator": 1e-14}}))
    )[0]
    assert row[4:6] == ["< 0.01 %", "< 0.01"]


@pytest.mark.parametrize(("in_time", "text"), [(None, "25 Sep 2029"), (True, "25 Sep 2029"), (False, "25 Sep 2029, late")])
def test_what_comes_too_late_says_so(in_time: bool | None, text: str) -> None:
    assert ready_text(plant("solar", 1.0, in_time=in_time)) == text


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (limit("shortfall", 0.0, 0.0), "No energy of the load may be missing in the plan."),
        (limit("shortfall", 0.001, 5e9), "Another 0.1 % allowed to be missing would save at most 5"),
        (limit("carbon", 0.2, 2e9), "before it is burnt. One more kg/MWh of CO2e allowed would save at most 2 m"),
        (limit("land", 8.1e6, 0.687), "At most 8.1 km² of land. One more km² allowed would save at most 687,000 USD a year."),
        (limit("fuel", 5e12, 3e-6), "At most 5 TWh of gas burnt a year. One more GWh of gas a year allowed would save at most 3,0"),
        (limit("firm", 250e6, 0.164), "At least 250 MW of plants that run as wanted"),
        (limit("firm", 250e6, 0.164), "One MW less of it would save at most 164,000 USD a year."),
        (limit("land", 8.1e6, 1e-9), "It costs nothing: the plan would be the same without it."),
    ],
)  # fmt: skip
def test_limits_say_what_a_little_more_would_save(one: dict[str, Any], text: str) -> None:
    [(_, said)] = limits(changed(limits=[one]))
    assert text in said


def test_what_waiting_costs_is_told_by_source_the_dearest_first() -> None:
    waits = [{"name": name, "until": "2030-05-15", "costs": {"unit": "USD/Wh", "value": cost}}
             for name, cost in (("solar", 1e-6), ("battery", -1e-13), ("gas-turbine", 5.5e-6))]  # fmt: skip
    name, text = limits(changed(waits=waits))[-1]
    assert name == "time"
    assert text.startswith(
        "To wait for gas turbines until 15 May 2030 costs 5.5 USD/MWh; sun until 15 May 2030 costs 1 USD/MWh, each alone"
    )
    assert text.endswith("To wait for battery costs nothing.")
    assert [one for one, _ in limits(changed(waits=[]))] == ["shortfall"]
    lost = [{**waits[0], "costs": {"unit": "USD/Wh", "value": None}}]
    assert limits(changed(waits=lost))[-1] == ("time", "What it costs to wait for sun was not found.")


def test_mixes_stand_beside_the_supply() -> None:
    rows = told(mixes(DATA))
    assert [row[0] for row in rows] == ["this supply", "gas only", "90 % sun", "44 % sun", "grid and peaker"]
    assert rows[0][1:4] == ["80.1", "430", "61"]
    assert [row[4] for row in rows] == ["0 %", "< 0.01 %", "–", "–", "–"]
    assert rows[2][1:] == ["97", "50", "100", "–", "Sun 4 GW, battery 3 GW / 11 GWh"]
    assert rows[3][1:] == ["–", "–", "–", "–", "none that keeps the limits"] and rows[4][5] == "not offered"


def test_the_test_says_what_was_short() -> None:
    short = {**DATA["test"], "shortfall_hours": level(0.0, 2.0, 9.0, "h"), "missing": level(0.0, 1e-5, 1e-4, "1"),
             "worst": level(0.0, 3e7, 6e7, "W")}  # fmt: skip
    text = trial(changed(test=short))
    for part in ("2 h (0 to 9) a year without enough", "0.001 % ", "30 MW (0 to 60) lacking", "81 (80 to 82) USD/MWh", "64 histories"):
        assert part in text.replace("0.001 (0 to 0.01) %", "0.001 % (0 to 0.01)"), part


def test_the_test_says_what_sizing_leaves_out_and_how_often_limits_are_not_kept() -> None:
    of_cost = {"part_load": level(0.0, 2e-7, 3e-7, "USD/Wh"), "starts": level(0.0, 0.0, 0.0, "USD/Wh"),
               "demand_charge": level(4e-6, 4e-6, 4e-6, "USD/Wh")}  # fmt: skip
    beyond = {"carbon": {"unit": "1", "value": 0.25}, "fuel": {"unit": "1", "value": 0.0}}
    text = trial(changed(test={**DATA["test"], "of_cost": of_cost, "beyond_limit": beyond}))
    assert "Of that: fuel at part load 0.2, the highest hours of months 4 USD/MWh." in text
    assert "By rule more is burnt than the limit on CO2e in 25 % of the tests, the limit on gas in 0 % of the tests." in text
    grid = {**DATA["plants"][0], "name": "grid", "unit_size": None, "units": None}
    priced, paid = (changed(plants=[grid], tariff=tariff) for tariff in (None, "tariff.csv"))
    assert "fails as a whole now and then." in trial(priced) and "fails as a whole" in trial(paid)
    charged = changed(cost={**DATA["cost"], "demand_charge": 4e-6})
    assert "Of that of the grid 4 USD/MWh are for the highest hours of months." in plants(charged).note


def test_levels_that_are_one_are_one_number() -> None:
    assert (span(level(0.0, 0.0, 0.0, "h"), " h"), span(level(1.0, 2.0, 3.0, "h"), " h")) == ("0 h", "2 h (1 to 3)")


def test_assumptions_are_named_as_such_and_sources_counted() -> None:
    text = " ".join(rests_on(DATA))
    assert "Numbers from sources: a-study (1), your own value (1)." in text
    assert "Assumptions of ours, grade D: sun: land 0.0256 m²/W; gas turbines: life 24.5 yr." in text
    assert [row[3] for row in basis(DATA).rows] == ["a-study A", "assumption", "assumption", "your own value"]


def test_a_load_by_the_hour_says_year_design_and_whose_it_is() -> None:
    load = {**DATA["load"], "kind": "expected", "address": "power_load[north]", "year": 2031, "design": "dry-cooler", "design_stated": True}
    assert "the median of power_load[north] in each month of 2031, the year in which most runs, by the hour as its hall (dry-cooler)" in (
        about(changed(load=load))
    )
    assert "(dry-cooler, our assumption)" in about(changed(load={**load, "design_stated": False}, start="2027-06-01"))


def test_the_range_of_the_cost_says_that_sizes_are_kept() -> None:
    made = changed(cost={**DATA["cost"], "range": level(7e-5, 8.2e-5, 9.9e-5, "USD/Wh")})
    assert "(70 to 99 over the ranges of prices, these sizes kept; 80.1 as planned) in money" in sentence(made)
    assert "The whole costs 82 (70 to 99) USD/MWh" in plants(made).note and "sizes are kept" in plants(made).note


def there(name: str, used: bool = True, **more: Any) -> dict[str, Any]:
    made = {"name": f"stated-{name}", "size": 360e6, "energy_size": None, "ready": "2027-01-01", "role": "prime" if used else "backup",
            "used": used, "stands_by": False, "status": "planned", "source": "a-paper", "grade": "B", "note": ""}  # fmt: skip
    return {**made, **more}


def test_what_is_there_already_says_who_says_so_and_is_told_apart() -> None:
    made = changed(stated=[there("gas"), there("battery", energy_size=1e9, ready=None), there("solar", used=False)],
                   plants=[*DATA["plants"], plant("stated-gas", 360e6)])  # fmt: skip
    rows = told(stated(made))
    assert rows[0] == ["Gas plants", "360 MW", "1 Jan 2027", "a-paper B, planned"]
    assert rows[1][1:3] == ["360 MW / 1 GWh", "–"] and rows[2][3].endswith("planned; backup: neither planned nor tested with")
    standing = changed(stated=[there("gas", used=False, stands_by=True)])
    assert told(stated(standing))[0][3].endswith("planned; backup: stands by in the test, not planned with")
    assert sentence(made).count("a battery of 1.5 GW / 5.1 GWh, beside what is there already (360 MW of gas plants)") == 1
    assert "What is there already costs no capital." in plants(made).note and "--greenfield" in render_power(made)
    alone = changed(stated=[there("gas")], plants=[plant("stated-gas", 360e6)], batteries=[])
    assert "catalogue’s years: what is there already (360 MW of gas plants);" in sentence(alone)


def stage(passed: bool = True, **more: Any) -> dict[str, Any]:
    made = {"from": "2028-06-01", "until": "2029-07-29", "hours": 10152, "tested_hours": 8760, "passed": passed,
            "load": {"unit": "W", "mean": 1e8, "peak": 1e8},
            "there": [{"name": "rented-generator", "size": 1e9, "energy_size": None}, {"name": "battery", "size": 5e8, "energy_size": 2e9}],
            "weeks": {"typical": week_of(11, 500e6), "worst": week_of(52, 100e6)}, "shortfall_hours": level(0.0, 1.0, 9.0, "h"),
            "missing": level(0.0, 1e-5, 1e-3, "1"), "worst": level(0.0, 1e7, 5e7, "W")}  # fmt: skip
    return {**made, **more}


def test_each_stage_says_what_is_there_and_what_is_short() -> None:
    made = changed(stages=[stage(), stage(passed=False, weeks=None)])
    rows = told(stages(made))
    assert rows[0] == ["1 Jun 2028 to 29 Jul 2029", "Rented generators 1 GW, battery 500 MW / 2 GWh", "9", "0.1 %"]
    assert rows[1][3] == "0.1 %, too much"
    assert max(map(len, render_power(made).splitlines())) <= 80 and "Stage by stage" in render_power(made)


def test_emissions_and_water_are_told_by_scope_and_what_is_not_known_is_not_zero() -> None:
    rows = dict(footprint(DATA))
    assert rows["scope 1, on site"] == "1.5 Mt CO2e" and rows["water of the hall"] == "91 million L"
    assert rows["not known"] == "Water of gas turbines, sun: the catalogue has no figure." and "of power bought" not in rows
    assert rows["scope 3, gas"] == "580 kt CO2e before the gas is burnt: in no other figure here, and in no limit."
    assert "scope 3, gas" not in dict(footprint(changed(scopes={**DATA["scopes"], "gas_upstream": None})))


@dataclass
class Relief:
    """What a limit would have to be."""

    limit: str
    needed: float | None


def test_where_there_is_none_it_says_what_would_do() -> None:
    reliefs = [Relief("shortfall", 0.031), Relief("carbon", 0.5), Relief("land", 1e6), Relief("fuel", None), Relief("firm", 1e6)]
    text = impossible(reliefs, {"emissions": "50 kg/MWh", "land": ""})
    assert text.endswith("all else kept: 3.1 % of the energy missing; 500 kg of CO2e per MWh")
    assert impossible([Relief("fuel", 1e12)], {}).endswith("no single limit that gives way would be enough")


@dataclass
class Lack:
    """An hour that nothing carries."""

    day: date
    hour: int
    missing: float


def test_where_nothing_is_there_in_time_it_says_what_is_there_when_and_what_is_missing() -> None:
    ready = {"gas-turbine": date(2030, 5, 15), "solar": date(2029, 7, 29)}
    text = impossible([], {}, ready, Lack(date(2027, 1, 1), 0, 1e8))
    assert "enough. Gas turbines not before 15 May 2030, sun not before 29 Jul 2029." in text
    assert text.endswith(" From 1 Jan 2027, 0 o’clock on 100 MW are missing")


# --- charts -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("narrow", [False, True])
def test_our_own_drawing_makes_the_charts(narrow: bool) -> None:
    for spec in (week(DATA, "typical", narrow), week(DATA, "worst", narrow), mixes_chart(DATA, narrow)):
        assert svg.draws(spec)
        drawn = svg.draw(spec)
        assert "nan" not in drawn and svg.draw(spec, GERMAN).startswith("<svg")
        assert spec["width"] + spec["padding"]["left"] + spec["padding"]["right"] <= (360 if narrow else 760)


def test_areas_of_a_week_lie_on_one_another_under_and_over_the_load() -> None:
    assert stacked(DATA["weeks"]["typical"]["sources"]) == ["gas-turbine", "solar", "battery"]
    areas = [layer["data"]["values"] for layer in week(DATA, "typical")["layer"] if layer["mark"]["type"] == "area"]
    for below, above in pairwise(areas):
        assert [row["high"] for row in below] == [row["low"] for row in above]
    assert [row["high"] - row["low"] for row in areas[2]][12] == 0.0  # charging gives nothing
    assert areas[2][12]["high"] == 500.0 and areas[2][0]["high"] == pytest.approx(400.0)


def test_every_chart_has_its_numbers_as_a_table() -> None:
    made = week_table(DATA, "typical")
    assert made["head"] == ["Hour", "load, MW", "gas turbines, MW", "sun, MW", "battery, MW"]
    assert len(made["rows"]) == HOURS and made["rows"][12] == ["13", "400", "0", "500", "−50"]
    assert made["file"]["rows"][12] == ["13", "400", "0", "500", "-50"]
    assert mixes_table(DATA)["rows"][0][4] == "gas turbines 25 %, sun 25 %" and mixes_table(DATA)["file"]["rows"][3][1:4] == ["", "", ""]


# --- the page ---------------------------------------------------------------------------------------------------------------------

_ENGLISH = {
    "What is built", "Limits, and what each costs", "Put to the test", "What it rests on", "Other mixes under the same limits", "Source",
    "There from", "Same data as a table", "A typical and the worst week", "load", "sun", "gas turbines", "battery", "assumption",
    "this supply",
}  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [DATA, changed(mixes=[]), changed(stages=[stage(), stage(weeks=None)], stated=[there("gas")])],
    ids=["with mixes", "without", "staged"],
)
def test_the_page_stands_alone_in_both_languages(data: dict[str, Any]) -> None:
    pytest.importorskip("jinja2", reason="the report extra is not installed")
    from stargauge.report.power.power_page import render_power_page

    for spoken in ("en", "de"):
        page = render_power_page(data, spoken)
        footer = {"en": "Draws: 64 histories of failures, seed 0.", "de": "Durchläufe: 64 Verläufe von Ausfällen, Startwert 0."}
        assert footer[spoken] in page
        shown = {unescape(text).strip() for text in re.findall(r">([^<>]+)<", page)}
        assert f'<html lang="{spoken}">' in page and "{{" not in page and "NaN" not in page
        assert (
            page.count("<figure")
            == page.count('class="w"')
            == page.count('class="twin stack"')
            == (3 if data["mixes"] else 2) + 2 * sum(one["weeks"] is not None for one in data["stages"])
        )
        assert "<script" not in page and not re.search(r'(?:src|href)="https?:', page)
        assert ((shown & _ENGLISH) == set()) is (spoken == "de")
    assert {"Was gebaut wird", "Sonne", "Last", "Annahme"} <= shown


def test_german_says_the_same() -> None:
    with speaking("de"):
        text = sentence(DATA)
        assert text.startswith("400 MW (am Zähler, im Mittel) in north rund um die Uhr zu decken kostet 81 USD/MWh in der Prüfung")
        assert "24 Gasturbinen zu 50 MW, 2,4 GW Sonne, eine Batterie von 1,5 GW / 5,1 GWh" in text
