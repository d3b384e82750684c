"""The plan of a site as data: what it holds, that it passes its test, what waiting costs, and the same in Python and as plain data."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import stargauge as sg
from stargauge.plan.cost_ranges import Spent, cost_range
from stargauge.plan.hall_load import HallHours, busiest_year, by_hall, calendar_month, in_other_years
from stargauge.plan.offers import Offers
from stargauge.plan.options import BatteryOption, Limits, PlantOption, Running
from stargauge.plan.power import planned
from stargauge.plan.power_case import PowerCase
from stargauge.plan.sizing import NoSupply, cheapest
from stargauge.plan.standing import first_help, more, trial
from stargauge.plan.stated import Stated
from stargauge.quantity.errors import InputError

LOAD = np.full(8760, 100e6)
TURBINE = PlantOption("gas-turbine", "gas", 0.12, 4.5e-5, 0.93, unit=20e6, fuel=2.8, carbon=0.5, running=Running(repair=60.0))
RENTED = PlantOption("rented-generator", "gas", 0.0, 3e-4, fuel=2.9, carbon=0.5)


def _case(*plants: PlantOption, start: date | None = None, **changes: Any) -> PowerCase:
    offers = Offers(list(plants), ready={plant.name: date(2027, 1, 1) if plant.ready == 0 else date(2027, 7, 2) for plant in plants})
    return PowerCase(LOAD, start, offers, Limits(), {}, (1, 2), draws=64, **changes)


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
    assert made["load"] == {
        "unit": "W", "base": "facility", "mean": 1e8, "peak": 1e8, "from": "as asked, the same in every hour", "kind": "asked",
        "address": "", "year": None, "design": "", "design_stated": False,
    }  # fmt: skip
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


@pytest.mark.parametrize("sources", [["nuclear"], ["nuclear", "solar", "battery", "gas-engine"]])
def test_a_contract_that_gives_the_same_in_every_hour_is_tested_in_every_weather_year(sources: list[str]) -> None:
    made = sg.power("abilene", load_at="100 MW", sources=sources, mixes=False, draws=12)
    plan = made.plan
    assert len(plan.test.years) > 1 and np.all(np.isfinite(plan.test.cost))
    if sources == ["nuclear"]:
        assert plan.test.cost == pytest.approx(plan.supply.unit_cost, rel=1e-6)  # flat by flat: sizing and test are the same sum
        assert plan.test.energy["nuclear"].sum() > 0.0


def test_a_rented_reserve_costs_and_fails_and_at_full_use_is_the_quoted_price() -> None:
    asked = {"load_at": "100 MW", "sources": ["rented-generator"], "years": 1, "mixes": False, "draws": 32}
    made = sg.power("abilene", by="2027-12-01", as_of="2026-09-30", **asked)
    (rented,) = made.plan.case.offers.plants
    quoted = {(one.of, one.what): one.value for one in made.plan.case.offers.basis}["rented-generator", "price"]
    assert rented.yearly_cost > 0.0 and rented.unit > 0.0 and rented.running.repair > 0.0
    assert rented.yearly_cost / (8760 * float(np.mean(rented.output))) + float(np.mean(rented.running_cost)) == pytest.approx(quoted)
    units = made.plan.supply.sizes["rented-generator"] / rented.unit
    assert units == pytest.approx(round(units), abs=1e-6) and units * rented.unit > 100e6 / float(np.mean(rented.output))
    assert made.plan.supply.unit_cost > quoted


def test_units_larger_than_the_load_are_added_until_enough_of_them_stand_by() -> None:
    made = sg.power("abilene", load_at="100 MW", sources=["combined-cycle"], mixes=False, draws=64, greenfield=True)
    units = made.plan.supply.sizes["combined-cycle"] / next(one.unit for one in made.plan.case.offers.plants)
    assert units == pytest.approx(round(units)) and 2 <= units <= 6
    assert made.to_dict()["test"]["passed"] is True


def test_a_mix_takes_more_units_than_carry_the_load_where_its_test_does() -> None:
    often = PlantOption("gas-turbine", "gas", 0.12, 4.5e-5, 0.5, unit=20e6, fuel=2.8, carbon=0.5, running=Running(0.5, 60.0))
    made = planned(replace(_case(often, PlantOption("grid", "grid", 0.0, 1e-6)), missing=1e-4)).to_dict()
    mix = next(one for one in made["mixes"] if one["name"] == "gas only")
    assert mix["test"]["passed"] is True and mix["sizes"]["gas-turbine"] > 3 * 100e6


def test_a_mix_is_of_whole_units_in_its_cost_as_in_its_test() -> None:
    block = replace(TURBINE, unit=70e6)
    made = planned(replace(_case(block, PlantOption("grid", "grid", 0.0, 1e-6)), missing=0.5))
    mix = next(one for one in made.mixes if one.name == "gas only")
    assert mix.supply is not None and mix.added is None and mix.supply.sizes["gas-turbine"] == pytest.approx(140e6)
    assert mix.supply.total == pytest.approx(140e6 * 0.12 + 8760 * 100e6 * 4.5e-5, rel=1e-4)


def test_a_limit_says_by_how_much_histories_are_beyond_it() -> None:
    made = planned(_case(TURBINE), mixes=False)
    burnt = float(np.median(made.test.fuel))
    case = replace(made.case, limits=replace(made.case.limits, fuel=0.9 * burnt))
    beyond = replace(made, case=case).to_dict()["test"]["beyond_limit"]["fuel"]
    assert beyond["value"] == 1.0 and beyond["by"]["unit"] == "Wh"
    assert beyond["by"]["p50"] == pytest.approx(0.1 * burnt, rel=1e-6) and beyond["by"]["p90"] >= beyond["by"]["p50"]
    assert made.to_dict()["test"]["beyond_limit"] == {}


def test_the_bound_with_the_reserve_lies_between_that_of_the_limits_and_the_plan() -> None:
    made = planned(_case(TURBINE), mixes=False)
    cost = made.to_dict()["cost"]
    assert cost["at_least"] < cost["bound_with_reserve"] <= cost["mean"] * (1.0 + 1e-6)
    loose = planned(_case(TURBINE, missing=0.5), mixes=False).to_dict()["cost"]
    assert loose["bound_with_reserve"] == loose["at_least"]


def test_weeks_of_a_plan_are_of_all_its_years() -> None:
    load = np.tile(LOAD, 2)
    load[8760 + 168 * 10 : 8760 + 168 * 12] *= 1.5
    made = planned(replace(_case(TURBINE), load=load), mixes=False).to_dict()
    assert made["weeks"]["worst"]["week"] > 52 and max(made["weeks"]["worst"]["load"]) == pytest.approx(150e6)


def test_fuel_at_part_load_and_starts_have_the_prices_of_a_draw() -> None:
    made = sg.power("abilene", as_of="2026-09-30", load_at="100 MW", sources=["gas-engine"], mixes=False, draws=8)
    case, supply, ones = made.plan.case, made.plan.supply, np.ones(8)
    assert case.reading is not None
    plain = Spent(ones * 1e9, ones * 1e9, {}, {"gas-engine": 1.0})
    costs = [
        cost_range(case.reading, 0, supply, replace(plain, extra={"gas-engine": extra}), case.plants, [], {})
        for extra in ((0.0 * ones, 0.0 * ones), (1e8 * ones, 0.0 * ones), (0.0 * ones, 1e8 * ones))
    ]
    fuel, starts = costs[1] - costs[0], costs[2] - costs[0]
    assert np.ptp(fuel) > 0.01 and np.ptp(starts) > 0.01 and not np.allclose(fuel, starts)
    assert fuel.min() > -0.1 and starts.min() > -0.1  # none costs less than nothing
    part_load, begun = made.plan.test.extra["gas-engine"]
    assert part_load.shape == begun.shape == (8,) and part_load.min() > 0.0


# --- the load by the hour -----------------------------------------------------------------------------------------------------------


def _hall(years: int = 1) -> HallHours:
    """A hall that takes more by day and in July, and 5 % more in each year after the first."""
    hour = np.arange(8760 * years)
    shape = 1.2 + 0.1 * np.sin(hour % 24 / 24 * np.pi) + 0.1 * (np.abs(hour % 8760 - 4600) < 400) * (1.0 + 0.05 * (hour // 8760))
    return HallHours(shape, 0.001 * shape, "dry-cooler", True)


@pytest.mark.parametrize("turn", [0, 24 * 151])
def test_months_of_the_load_are_what_is_expected_and_hours_as_the_hall_takes_them(turn: int) -> None:
    month = calendar_month(turn, 8760)
    expected = (100e6 + 1e6 * np.arange(12))[month]
    load, level = by_hall(_hall().rolled(turn), expected, month)
    means = np.bincount(month, weights=load, minlength=12) / np.bincount(month, minlength=12)
    assert means == pytest.approx(100e6 + 1e6 * np.arange(12), rel=1e-12)
    assert np.argmax(load[:24]) == np.argmax(_hall().rolled(turn).power[:24])
    assert load.max() > 1.05 * load.mean()
    others = in_other_years(_hall(2).rolled(turn), level)
    assert others.shape == (8760, 2) and others[:, 1].sum() > others[:, 0].sum()


def test_the_year_in_which_most_runs_is_taken_january_first() -> None:
    months = [date(2026 + (place + 6) // 12, (place + 6) % 12 + 1, 28) for place in range(30)]  # July 2026 to December 2028
    expected = np.arange(30.0)
    assert list(busiest_year(months, expected)) == list(range(18, 30))
    assert list(busiest_year(months, -expected)) == list(range(6, 18))
    assert list(busiest_year(months[:12], expected)) == [6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5]


def test_a_site_that_names_no_load_has_that_of_its_hall_which_hot_hours_raise() -> None:
    made = sg.power("abilene", as_of="2026-09-30", sources=["gas-engine"], mixes=False, draws=10)
    case, data = made.plan.case, made.to_dict()
    assert data["load"]["kind"] == "expected" and data["load"]["year"] in range(2027, 2035) and data["load"]["design_stated"] is True
    assert data["load"]["peak"] > 1.1 * data["load"]["mean"]
    assert case.test_load is not None and case.test_load.shape == (8760, 5)
    assert not np.allclose(case.test_load[:, 0], case.test_load[:, 1])
    assert 4000 < int(case.load.argmax()) < 6500  # between the middle of June and the end of September
    assert data["test"]["passed"] is True


# --- what is there already ----------------------------------------------------------------------------------------------------------


def test_what_is_stated_is_there_at_no_capital_and_says_who_says_so() -> None:
    asked = {"as_of": "2026-09-30", "load_at": "300 MW", "sources": ["gas-engine"], "mixes": False, "draws": 16}
    with_it = sg.power("colossus-1", "xai-colossus-1", **asked).to_dict()
    without = sg.power("colossus-1", "xai-colossus-1", greenfield=True, **asked).to_dict()
    stated = {one["name"]: one for one in with_it["stated"]}
    assert stated["stated-gas"]["size"] == pytest.approx(422e6) and stated["stated-gas"]["source"] == "glossary-2026-09"
    assert next(one for one in with_it["plants"] if one["name"] == "stated-gas")["size"] == pytest.approx(422e6)
    assert any("taken to hold 4 hours" in note for note in with_it["weather"]["notes"])
    assert with_it["cost"]["mean"] < without["cost"]["mean"] and without["stated"] == []
    basis = [one for one in with_it["basis"] if one["of"] == "stated-gas"]
    assert [(one["what"], one["source"], one["kind"]) for one in basis] == [("capacity", "glossary-2026-09", "stated")]


def test_a_battery_beside_one_that_is_there_already_is_tested_as_one() -> None:
    sun = np.tile(np.r_[np.zeros(6), np.ones(12), np.zeros(6)], 365)
    solar = PlantOption("solar", "solar", 0.02, output=sun, chosen=False)
    mine = BatteryOption("battery", 0.001, 0.02, 0.9)
    here = Stated("battery", 50e6, 200e6, None, None, "prime", "observed", "a-paper", "B", "")
    there = BatteryOption(here.name, 0.0, 0.0, 0.9, most=50e6, most_hours=4.0)
    case = _case(TURBINE, solar)
    offers = replace(case.offers, batteries=[mine, there])
    made = planned(replace(case, offers=offers, stated=(here,), tests={"solar": np.repeat(sun[:, None], 2, axis=1)}), mixes=False)
    sizes = made.supply.sizes
    assert sizes["stated-battery"] == 50e6 and sizes["stated-battery energy"] == 200e6 and sizes["battery"] > 1e6
    assert made.to_dict()["test"]["passed"] is True
    capital = sizes["battery"] * 0.001 + sizes["battery energy"] * 0.02
    assert made.supply.cost["battery"] == pytest.approx(capital, rel=1e-9) and made.supply.cost["stated-battery"] == 0.0
    burnt = float(np.mean(made.test.energy.get("gas-turbine", np.zeros(1)))) * 4.5e-5 + sizes["gas-turbine"] * 0.12 + sizes["solar"] * 0.02
    assert made.test.cost.mean() * 8.76e11 == pytest.approx(burnt + capital, rel=1e-3)


def test_a_stated_backup_is_told_and_not_planned_with() -> None:
    made = sg.power("abilene", as_of="2026-09-30", load_at="100 MW", sources=["gas-engine"], mixes=False, draws=5).to_dict()
    assert [(one["name"], one["used"], one["stands_by"], one["role"]) for one in made["stated"]] == [("stated-gas", False, True, "backup")]
    assert [one["name"] for one in made["plants"]] == ["gas-engine"]


def test_a_backup_that_stands_by_takes_fewer_units_and_costs_what_it_burns() -> None:
    asked = {"as_of": "2026-09-30", "load_at": "300 MW", "sources": ["gas-engine"], "mixes": False, "draws": 32}
    with_it, without = (sg.power("abilene", greenfield=greenfield, **asked) for greenfield in (False, True))
    units = [made.plan.supply.sizes["gas-engine"] / 18e6 for made in (with_it, without)]
    assert round(units[0]) < round(units[1]) and "stated-gas" not in with_it.plan.supply.energy
    test, data = with_it.plan.test, with_it.to_dict()
    (backup,) = data["test"]["backups"]
    assert (
        backup["name"] == "stated-gas"
        and backup["size"] == pytest.approx(360.5e6)
        and 0.0 < backup["p50"] < 0.02 * data["test"]["fuel"]["p50"]
    )
    assert data["test"]["passed"] is True and without.to_dict()["test"]["backups"] == []
    assert with_it.plan.supply.bound == pytest.approx(without.plan.supply.bound, rel=1e-9)
    given = sum(test.energy.values()) + test.missing * test.whole
    assert given == pytest.approx(test.whole, rel=1e-3)
    assert any(one["of"] == "stated-gas" and one["what"] == "capacity" for one in data["basis"])


def _backup(**changes: Any) -> PlantOption:
    made = PlantOption("stated-gas", "gas", 0.0, 9e-5, 0.93, least=40e6, most=40e6, fuel=2.8, carbon=0.5, running=Running(repair=60.0))
    return replace(made, standby=True, **changes)


def test_a_backup_is_asked_last_whatever_it_costs_to_run() -> None:
    dear = replace(TURBINE, unit=0.0, most=80e6, running_cost=9e-4)
    made = planned(replace(_case(dear, RENTED), backups=(_backup(running_cost=1e-9),)), mixes=False)
    assert made.test.energy["stated-gas"].max() < 0.01 * made.test.whole.max()
    alone = planned(replace(_case(TURBINE), backups=(_backup(),)), mixes=False)
    bare = planned(_case(TURBINE), mixes=False)
    assert alone.supply.sizes["gas-turbine"] < bare.supply.sizes["gas-turbine"]
    burnt = alone.test.energy["stated-gas"] * 9e-5 + alone.test.energy["gas-turbine"] * 4.5e-5 + alone.supply.sizes["gas-turbine"] * 0.12
    assert alone.test.cost * alone.test.whole * (1.0 - alone.test.missing) == pytest.approx(burnt, rel=1e-9)


def test_a_backup_counts_in_stages_from_its_day() -> None:
    few = replace(RENTED, most=80e6)
    late = _backup(ready=4368, most=60e6)
    case = replace(_case(few, start=date(2027, 1, 1), backups=(late,)), limits=Limits(shortfall=0.25))
    first, second = planned(case, mixes=False).to_dict()["stages"]
    assert [one["name"] for one in first["there"]] == ["rented-generator"] and first["missing"]["p50"] > 0.19
    assert [one["name"] for one in second["there"]] == ["rented-generator", "stated-gas"] and second["missing"]["p50"] < 0.01
    assert "stated-gas" not in second["weeks"]["worst"]["sources"]


def test_the_fewest_units_are_found_that_pass_the_test() -> None:
    case = _case(TURBINE)
    planless = cheapest(LOAD, [TURBINE], [], Limits())
    test = trial(case, planless)
    added = first_help(case, planless, test)
    assert added is not None and not case.enough(test) and case.enough(added.test)
    assert not case.enough(trial(case, more(planless, TURBINE, added.units - 1)))


# --- ranges, stages, scopes ---------------------------------------------------------------------------------------------------------


def test_the_cost_has_a_range_over_prices_with_the_sizes_kept() -> None:
    made = sg.power("abilene", as_of="2026-09-30", load_at="100 MW", sources=["gas-engine"], mixes=False, draws=64)
    levels = made.to_dict()["cost"]["range"]
    assert levels["p10"] < made.plan.supply.unit_cost < levels["p90"]
    assert levels["p50"] == pytest.approx(made.plan.supply.unit_cost, rel=0.1)
    assert planned(_case(TURBINE), mixes=False).to_dict()["cost"]["range"] is None


def test_a_price_at_its_median_in_every_draw_gives_the_cost_as_tested() -> None:
    made = sg.power("abilene", as_of="2026-09-30", load_at="100 MW", sources=["gas-engine"], mixes=False, draws=8)
    case, test, supply = made.plan.case, made.plan.test, made.plan.supply
    assert case.reading is not None
    spent = Spent(test.cost * 1e9, np.full(8, 1e9), {"gas-engine": np.zeros(8)}, {"gas-engine": 1.0})
    one = cost_range(case.reading, 0, replace(supply, sizes={"gas-engine": 0.0}), spent, case.plants, [], {})
    assert one == pytest.approx(test.cost, rel=1e-12)
    assert made.plan.priced is not None and not np.allclose(made.plan.priced, test.cost)


def test_each_stage_is_tested_with_what_is_there() -> None:
    later = PlantOption(**{**vars(TURBINE), "ready": 4368})
    made = planned(_case(later, RENTED, start=date(2027, 1, 1)), mixes=False)
    first, second = made.to_dict()["stages"]
    assert (first["from"], first["until"], second["from"], second["until"]) == ("2027-01-01", "2027-07-02", "2027-07-02", "2028-01-01")
    assert [one["name"] for one in first["there"]] == ["rented-generator"]
    assert {one["name"] for one in second["there"]} == {"gas-turbine", "rented-generator"} or second["there"][0]["name"] == "gas-turbine"
    assert first["passed"] and first["shortfall_hours"]["p90"] == 0.0 and len(first["weeks"]["worst"]["load"]) == 168
    assert first["tested_hours"] == 4368 and second["tested_hours"] == 8760 - 4368


def test_a_stage_in_which_too_little_is_there_says_how_much_is_missing() -> None:
    later = PlantOption(**{**vars(TURBINE), "ready": 4368, "unit": 0.0})
    few = PlantOption(**{**vars(RENTED), "most": 60e6})
    case = PowerCase(**{**vars(_case(later, few, start=date(2027, 1, 1))), "limits": Limits(shortfall=0.25)})
    first = planned(case, mixes=False).to_dict()["stages"][0]
    lacking = 100e6 - first["there"][0]["size"]
    assert lacking > 40e6 and first["passed"] is False
    assert first["missing"]["p50"] == pytest.approx(lacking / 100e6, rel=1e-6) and first["shortfall_hours"]["p50"] == 4368.0
    assert first["worst"]["p50"] == pytest.approx(lacking, rel=1e-6)


def test_scopes_add_up_and_what_no_row_says_is_absent() -> None:
    made = sg.power("abilene", as_of="2026-09-30", load_at="100 MW", sources=["grid", "gas-engine"], mixes=False, draws=5).to_dict()
    scopes = {one["scope"]: one["value"] for one in made["scopes"]["carbon"]}
    assert sum(scopes.values()) == pytest.approx(made["carbon"]["value"], rel=1e-9) and scopes["2"] > 0.0
    water = {one["of"]: one["value"] for one in made["scopes"]["water"]}
    used = [plant["name"] for plant in made["plants"] if plant["energy"]]
    assert water["hall"] > 0.0 and all(value > 0.0 for value in water.values())
    assert set(made["scopes"]["absent"]) <= set(used)


def test_a_mix_says_which_units_it_takes_to_pass_the_test() -> None:
    made = planned(_case(TURBINE, PlantOption("grid", "grid", 0.0, 1e-6))).to_dict()
    mix = next(one for one in made["mixes"] if one["name"] == "gas only")
    assert mix["added"]["name"] == "gas-turbine" and mix["added"]["units"] > 0 and mix["test"]["passed"] is True
    assert mix["cost"]["mean"] > made["cost"]["at_least"]


def test_what_the_method_does_not_find_is_said_and_spoils_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> None:
        raise InputError("the cheapest was not found")

    for place in ("power", "mixes"):
        monkeypatch.setattr(import_module(f"stargauge.plan.{place}"), "cheapest", lost)
    later = PlantOption(**{**vars(TURBINE), "ready": 4368})
    made = planned(_case(later, RENTED, start=date(2027, 1, 1)))
    data = made.to_dict()
    assert [one["costs"]["value"] for one in data["waits"]] == [None] and data["test"]["passed"] is True
    assert next(one for one in data["mixes"] if one["name"] == "gas only")["why"].startswith("not found")


def test_a_size_that_is_dust_beside_the_load_is_not_shown() -> None:
    dust = PlantOption("grid", "grid", 0.0, 1e-6, most=5e4)
    made = planned(_case(TURBINE, dust), mixes=False).to_dict()
    assert next(one for one in made["plants"] if one["name"] == "grid")["size"] == 0.0 and "grid" not in made["cost"]["parts"]


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


@pytest.mark.parametrize(
    ("programme", "site"),
    [
        ("meta-hyperion", "hyperion"),
        pytest.param("stargate", "saline", marks=pytest.mark.slow),
        pytest.param("stargate-abroad", "uae", marks=pytest.mark.slow),
    ],
)
def test_where_no_wind_is_known_it_is_left_out_and_said(programme: str, site: str) -> None:
    made = sg.power(site, programme, load_at="10 MW", mixes=False, draws=5).to_dict()
    assert not any(plant["name"] == "wind" for plant in made["plants"])
    assert any("has no wind" in note for note in made["weather"]["notes"])
    with pytest.raises(InputError, match="has no wind in hour 0"):
        sg.power(site, programme, load_at="10 MW", sources=["wind", "battery"], mixes=False, draws=5)
