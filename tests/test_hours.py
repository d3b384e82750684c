"""`stargauge hours`: a stated supply by the hour in the model's draws: balances, scopes against a plain loop, what is absent, faults."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli_runs import ask
from tests.programme_files import small
from tests.test_packaging_files import run_page, run_python

from stargauge import api
from stargauge.api.programmes import known
from stargauge.audit.hours.hall import Warming, ends_of, skies_of
from stargauge.audit.hours.hours import HoursAnswer
from stargauge.audit.hours.run import MONTH_HOURS, addresses, own_of
from stargauge.catalogue.facility_designs import Drawn
from stargauge.inputs import facility as inputs_facility
from stargauge.programme.schema import Programme
from stargauge.programme.weather import site_weather
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError
from stargauge.quantity.hall.footprint import Footprint
from stargauge.quantity.quantity import quantities_of
from stargauge.quantity.statement import Mixture
from stargauge.quantity.weather.weather import YEAR_HOURS
from stargauge.report.power.hours import render_hours

DAY, YEAR = "2026-11-22", 2027
COOLING = "    cooling: closed-loop-chiller\n"
PLAN = "status: planned, source: plan"
#: Gas as prime power for less than the load, a grid that comes in July, sun and a battery.
MIXED = f"""    supply:
      gas: {{capacity: {{value: 80 MW, {PLAN}}}}}
      grid: {{capacity: {{value: 60 MW, {PLAN}}}, available_from: {{value: 2027-07-01, {PLAN}}}}}
      solar: {{capacity: {{value: 400 MW, {PLAN}}}}}
      battery: {{capacity: {{value: 50 MW, {PLAN}}}}}
"""
BACKUP = f"""    supply:
      gas: {{role: backup, capacity: {{value: 400 MW, {PLAN}}}}}
"""


def supplied(supply: str = "") -> Programme:
    return small((COOLING, COOLING + supply))


@cache
def asked(supply: str = "", **options: Any) -> HoursAnswer:
    """The hours of the small programme's site with a supply; the same question is asked once."""
    return api.hours("north", supplied(supply), as_of=DAY, year=YEAR, **options)


@pytest.fixture(scope="module")
def mixed() -> HoursAnswer:
    return asked(MIXED)


@pytest.fixture(scope="module")
def data(mixed: HoursAnswer) -> dict[str, Any]:
    return mixed.to_dict(hourly=True)


@pytest.fixture(scope="module")
def factors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("factors") / "factors.csv"
    hour = np.arange(YEAR_HOURS)
    rows = [f"{at},{300 + 100 * np.sin(at / 24):.6f},{500 + at % 24},{1.5 + at % 2}" for at in hour]
    file.write_text("\n".join(["hour,average,marginal (kg/MWh),upstream_water", *rows]), encoding="utf-8")
    return file


# --- balances -----------------------------------------------------------------------------------------------------------------------


def test_energy_is_balanced_in_every_draw_and_month(mixed: HoursAnswer) -> None:
    made = mixed.accounts.run.made
    given = made.energy.sum(axis=1) + made.shortfall
    np.testing.assert_allclose(given, made.load + made.charged + made.dumped, rtol=1e-9)


def test_racks_take_in_every_month_what_the_model_says_whatever_the_profile(mixed: HoursAnswer) -> None:
    found = mixed.accounts.found
    expected = found.power_it * found["load_factor"][:, None] * MONTH_HOURS
    np.testing.assert_allclose(mixed.accounts.run.sums.racks, expected, rtol=1e-9)
    flat = asked(MIXED, profile="flat").accounts
    np.testing.assert_allclose(flat.run.sums.racks, expected, rtol=1e-9)
    assert flat.run.sums.highest.mean() < mixed.accounts.run.sums.highest.mean()


def test_hours_of_the_day_add_up_to_the_months(mixed: HoursAnswer) -> None:
    months, clock = mixed.accounts.months, mixed.accounts.clock
    for whole, parts in ((months[:4], clock[:4]), (months.emissions.values(), clock.emissions.values())):
        for one, other in zip(whole, parts, strict=True):
            np.testing.assert_allclose(one.sum(axis=1), other.sum(axis=1), rtol=1e-9)


def test_the_hall_has_the_draws_of_the_model(mixed: HoursAnswer) -> None:
    found = mixed.accounts.found
    _, months, hours = mixed.accounts.beside()["pue"]
    assert np.corrcoef(months, hours)[0, 1] > 0.7, "a draw that is high by month is high by hour"
    lost = np.asarray(mixed.accounts.terms.drawn.value("facility", "default", "ups_loss", "1"))
    np.testing.assert_array_equal(lost[:, 0], found["ups_loss"])


def test_without_failures_a_grid_alone_agrees_with_the_months(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("kind,name,attribute,value,unit,note\nenergy,grid-us,availability,1,1,never out\n", encoding="utf-8")
    large = f"    supply:\n      grid: {{capacity: {{value: 4 GW, {PLAN}}}}}\n"
    made = api.hours("north", supplied(large), as_of=DAY, year=YEAR, values=api.catalogue(own))
    beside = made.accounts.beside()
    assert made.to_dict()["shortage"] is None and not beside["shortfall"][2].any()
    (_, months, hours), (_, load, meter) = beside["scope2"], beside["meter"]
    np.testing.assert_allclose(hours / meter, months / load, rtol=1e-9)
    np.testing.assert_allclose(beside["cost"][2], beside["cost"][1], rtol=1e-9)
    assert not beside["scope1"][2].any()


@pytest.mark.parametrize(
    ("design", "apart", "litres"),
    [("closed-loop-chiller", 0.001, 1e-9), ("evaporative", 0.002, 0.001), ("air-economiser", 0.01, 0.05), ("adiabatic", 0.001, 0.04)],
)
def test_in_the_weather_of_the_months_every_draw_has_their_pue_and_water(
    monkeypatch: pytest.MonkeyPatch, design: str, apart: float, litres: float
) -> None:
    def typical(programme: Programme, known: Any, site: str, seed: int, years: Any) -> Any:
        return site_weather(programme, known, site, 0, 0, typical=True)

    monkeypatch.setattr(import_module("stargauge.api.hours"), "site_weather", typical)
    made = api.hours("north", small((COOLING, COOLING.replace("closed-loop-chiller", design))), as_of=DAY, year=YEAR, profile="flat")
    beside = made.accounts.beside()
    _, months, hours = beside["pue"]
    np.testing.assert_allclose(hours, months, atol=apart)
    assert abs(np.mean(hours - months)) < 0.0002 and np.std(months) > 0.01, "draws differ far more than the two ways do"
    _, months, hours = beside["water_hall"]
    assert hours.sum() == pytest.approx(months.sum(), rel=litres)


# --- a tariff -----------------------------------------------------------------------------------------------------------------------

TARIFF = """kind,value,months,days,hours
energy,38 USD/MWh,,,
energy,95 USD/MWh,jun-sep,mon-fri,15-19
demand,9 USD/kW/month,,,
demand,6 USD/kW/month,jun-sep,mon-fri,15-19
capacity,2 USD/kW/month,,,
contract,50 MW,,,
fixed,12000 USD/month,,,
"""


@pytest.fixture(scope="module")
def tariff(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("tariff") / "tariff.csv"
    file.write_text(TARIFF, encoding="utf-8")
    return file


@pytest.mark.parametrize("year", [YEAR, 2029])
def test_a_tariff_is_paid_as_a_hand_sum_has_it(tariff: Path, year: int) -> None:
    made = api.hours("north", supplied(MIXED), as_of=DAY, year=year, tariff=tariff)
    drawn, kept = made.to_dict(hourly=True)["draw"]["hours"]["sources"]["grid"], made.accounts.run.kept
    assert max(drawn) == pytest.approx(50e6), "no more than is contracted"
    energy, highest = 0.0, {month: [0.0, 0.0] for month in range(1, 13)}
    for at, power in enumerate(drawn):
        then = datetime(year, 1, 1) + timedelta(hours=at)
        dear = 6 <= then.month <= 9 and then.weekday() < 5 and 15 <= then.hour < 19
        energy += power * (95e-6 if dear else 38e-6)
        most = highest[then.month]
        highest[then.month] = [max(most[0], power), max(most[1], power if dear else 0.0)]
    demand = sum(9e-3 * every + 6e-3 * dear for every, dear in highest.values())
    months_there = 6 if year == YEAR else 12  # the grid comes in July
    accounts = made.accounts
    assert accounts.cost.purchase[kept] == pytest.approx(energy)
    assert accounts.cost.demand[kept] == pytest.approx(demand)
    assert accounts.cost_parts()["connection"][kept] == pytest.approx(months_there * (2e-3 * 50e6 + 12_000))
    whole = sum(part[kept] for part in accounts.cost_parts().values())
    assert accounts.cost.total[kept] == pytest.approx(whole)


def test_a_tariff_stands_in_the_answer_and_its_charges_are_absent_without_one(tariff: Path, data: dict[str, Any]) -> None:
    told = asked(MIXED, tariff=tariff).to_dict()
    assert told["tariff"] == "tariff.csv" and data["tariff"] is None
    assert data["cost"]["demand_charge"] is None and data["cost"]["connection"] is None
    assert told["cost"]["demand_charge"]["p50"] > 0.0 and told["supply"][0]["capacity"]["p50"] == pytest.approx(50e6)
    text, without = " ".join(render_hours(told).split()), " ".join(render_hours(data).split())
    assert "charge for the highest hour" in text and "paid for by the tariff tariff.csv" in text
    assert "no tariff is stated" in without and "no tariff is stated" not in text


def test_a_tariff_without_charges_costs_what_the_energy_does(tmp_path: Path) -> None:
    file = tmp_path / "flat.csv"
    file.write_text("kind,value\nenergy,40 USD/MWh\n", encoding="utf-8")
    made = asked(tariff=file).accounts
    assert not made.cost.demand.any() and not made.cost_parts()["connection"].any()
    np.testing.assert_allclose(made.per_served(made.cost.total), 40e-6, rtol=1e-9)


# --- greenhouse gas and water against a plain loop ----------------------------------------------------------------------------------


def test_scopes_of_a_draw_are_those_of_a_plain_loop_over_its_hours(factors: Path) -> None:
    made = asked(MIXED, factors=factors)
    accounts, kept = made.accounts, made.accounts.run.kept
    found, terms = accounts.found, accounts.terms
    hours = made.to_dict(hourly=True)["draw"]["hours"]
    given = terms.factors
    assert given is not None and given.average is not None and given.marginal is not None and given.upstream_water is not None
    scope2 = marginal = water = 0.0
    for at in range(YEAR_HOURS):
        drawn = hours["sources"]["grid"][at]
        scope2 += drawn * given.average[at]
        marginal += drawn * given.marginal[at]
        water += drawn * given.upstream_water[at]
    months = accounts.months
    assert months.emissions["scope2"][kept].sum() == pytest.approx(scope2) == pytest.approx(sum(hours["emissions"]["scope2"]))
    assert months.emissions["marginal"][kept].sum() == pytest.approx(marginal)
    sun = float(np.asarray(terms.drawn.value("energy", "solar", "water", "L/Wh"))) * sum(hours["sources"]["solar"])
    assert months.water_upstream[kept].sum() == pytest.approx(water)
    burnt = float(np.asarray(terms.drawn.value("energy", "gas-turbine", "water", "L/Wh")).reshape(-1)[kept]) * sum(hours["sources"]["gas"])
    on_site = months.water_site[kept].sum() - accounts.run.sums.water[kept].sum()
    assert sun > 0.0 and on_site == pytest.approx(burnt + sun), "modules of a site stand on it"
    fuel = accounts.run.made.fuel[kept].sum()
    assert months.emissions["scope1"][kept].sum() == pytest.approx(fuel * found["gas_emission_factor"][kept])
    assert sum(hours["emissions"]["scope1"]) == pytest.approx(fuel * found["gas_emission_factor"][kept])
    assert sum(hours["meter"]) == pytest.approx(months.meter[kept].sum())


def test_the_marginal_stands_beside_and_is_never_added(factors: Path, data: dict[str, Any]) -> None:
    made = asked(MIXED, factors=factors)
    months, told = made.accounts.months, made.to_dict()
    run = made.accounts.run.made
    both = (months.emissions["scope1"] + months.emissions["scope2"]).sum(axis=1) / (run.load - run.shortfall).sum(axis=1)
    assert told["emissions"]["per_energy"]["p50"] == pytest.approx(np.median(both))
    assert told["emissions"]["marginal"]["p50"] > 0.0 and data["emissions"]["marginal"] is None
    assert data["months"][0]["emissions"]["marginal"] is None and data["draw"]["hours"]["emissions"]["marginal"] is None


def test_gas_at_part_load_burns_more_than_the_months_have(mixed: HoursAnswer) -> None:
    made, place = mixed.accounts.run.made, mixed.accounts.order.index("gas")
    full = made.energy[:, place].sum(axis=1) * mixed.accounts.found["gas_heat_rate"]
    assert (made.fuel[:, place].sum(axis=1) > full).all()


# --- the supply ---------------------------------------------------------------------------------------------------------------------


def test_sources_run_in_their_order_and_from_their_day(mixed: HoursAnswer, data: dict[str, Any]) -> None:
    assert mixed.accounts.order == ["solar", "battery", "gas", "grid"]
    grid = mixed.accounts.run.made.energy[:, 3]
    assert not grid[:, :6].any() and (grid[:, 6:].sum(axis=1) > 0.0).all()
    hours = data["draw"]["hours"]["sources"]
    assert max(hours["grid"]) <= 60e6 and max(hours["solar"]) <= 400e6 and max(hours["gas"]) <= 80e6 * (1 + 1e-9)
    assert {row["source"]: row["role"] for row in data["supply"]}["battery"] == "storage"


def test_what_comes_in_the_course_of_the_year_is_said_with_its_day(data: dict[str, Any]) -> None:
    text = " ".join(render_hours(data).split())
    assert "Not there from the first day of the year on: grid (from 1 July)." in text
    assert {row["source"]: row["from_hour"]["p50"] for row in data["supply"]} == {
        "grid": 24.0 * 181,
        "gas": 0.0,
        "solar": 0.0,
        "battery": 0.0,
    }


def test_unless_told_the_year_is_the_first_in_which_something_runs() -> None:
    made = api.hours("hyperion", "meta-hyperion", as_of=DAY, draws=256)
    assert made.to_dict()["year_asked"] == 2028
    with pytest.raises(InputError, match="nothing is expected to run at hyperion in 2027; choose one of 2028, "):
        api.hours("hyperion", "meta-hyperion", as_of=DAY, year=2027)


def test_backup_runs_only_while_the_grid_is_out() -> None:
    made = asked(BACKUP)
    hours = {name: np.array(power) for name, power in made.to_dict(hourly=True)["draw"]["hours"]["sources"].items()}
    run = made.accounts.run.made
    assert made.accounts.order == ["grid", "gas"]
    assert not hours["gas"][hours["grid"] > 0.0].any()
    assert run.energy[:, 1].sum() > 0.0 and (run.energy[:, 1].sum(axis=1) < 0.01 * run.load.sum(axis=1)).all()


def test_a_spare_unit_makes_a_tight_supply_shorter_or_as_short() -> None:
    tight = f"    supply:\n      gas: {{capacity: {{value: 250 MW, {PLAN}}}}}\n      grid: {{capacity: {{value: 1 MW, {PLAN}}}}}\n"
    all_run, spare = (asked(tight, spare=count).accounts.run.made for count in (0, 1))
    assert (spare.shortfall.sum(axis=1) >= all_run.shortfall.sum(axis=1) - 1e-3).all()
    assert spare.shortfall.sum() > all_run.shortfall.sum()


def test_what_is_missing_is_told_with_the_hour_and_the_amount(data: dict[str, Any]) -> None:
    assert "supply does not meet the load in" in data["shortage"] and "most is missing in hour" in data["shortage"]
    assert data["year"]["short_of"] > 0.9 and data["year"]["shortfall_hours"]["p50"] > 0


def test_a_design_of_its_own_is_noted_beside_the_months() -> None:
    made = asked(design="evaporative").to_dict()
    assert any("design closed-loop-chiller, the hours of evaporative" in note["text"] for note in made["notes"])
    assert made["water"]["site"]["p50"] > 10 * asked().to_dict()["water"]["site"]["p50"]


# --- per token and per run ----------------------------------------------------------------------------------------------------------


def test_tokens_take_the_serving_share_of_the_site(mixed: HoursAnswer, data: dict[str, Any]) -> None:
    accounts = mixed.accounts
    made, tokens = accounts.run.made, accounts.tokens.sum(axis=1)
    whole = (made.load - made.shortfall).sum(axis=1) * accounts.found["fleet_share inference"]
    told = data["per_million_tokens"]
    assert told["meter"]["p50"] == pytest.approx(np.median(1e6 * whole[tokens > 0] / tokens[tokens > 0]))
    assert told["emissions"]["marginal"] is None


@pytest.mark.parametrize("what", ["meter", "water_site", "scope1"])
def test_energy_that_is_missing_makes_no_token_and_no_run_cheaper(what: str) -> None:
    """The same gas with all the load, and with half of it missing in every hour: half the work for what was burnt."""
    gas, grid = (f"{{capacity: {{value: {size} MW, {PLAN}}}}}" for size in (2000, 0))
    whole = asked(f"    supply:\n      gas: {gas}\n      grid: {grid}\n").accounts
    made = whole.run.made
    short = replace(whole, run=replace(whole.run, made=made._replace(shortfall=made.shortfall + 0.5 * (made.load - made.shortfall))))

    def of(taken: Footprint | None) -> Any:
        assert taken is not None
        return taken.emissions[what] if what in taken.emissions else getattr(taken, what)

    plants = whole.months.water_site - whole.run.sums.water
    assert (plants.sum(axis=1) > 0.0).all()
    served = whole.tokens.sum(axis=1) > 0.0
    before, after = (of(one.per_token())[served] for one in (whole, short))
    ran, longer = (one.runs()["deepseek-v3"] for one in (whole, short))
    done = np.isfinite(longer[1][:, 0])
    assert done.any() and (longer[1][done, 0] > ran[1][done, 0]).all()
    if what == "meter":
        np.testing.assert_allclose(after, before, rtol=1e-9)
    elif what == "scope1":
        np.testing.assert_allclose(after, 2.0 * before, rtol=1e-9)
        both = (whole.months.emissions["scope1"] + whole.months.emissions["scope2"]).sum(axis=1)
        np.testing.assert_allclose(short.per_served(both), 2.0 * whole.per_served(both), rtol=1e-9)
        assert (of(longer[0])[done, 0] > 1.5 * of(ran[0])[done, 0]).all(), "a run of twice the length burns twice the gas, but for months"
    else:
        assert (after > before).all() and (after < 2.0 * before).all(), "water of plants, not of the hall, is of all that was given"


def test_where_nothing_is_served_a_token_is_absent() -> None:
    made = asked()
    found = made.accounts.found
    none = {**found.values, "inference_tokens_per_s": np.zeros((found.draws, 12))}
    idle = replace(made, accounts=replace(made.accounts, found=replace(found, values=none)))
    assert idle.to_dict()["per_million_tokens"] is None


def test_a_run_lasts_as_long_as_its_rate_says(mixed: HoursAnswer, data: dict[str, Any]) -> None:
    runs = {run["model"]: run for run in data["training_runs"]}
    assert "gpt-oss-120b" not in runs, "nobody says on how many tokens"
    of_model, length = mixed.accounts.runs()["deepseek-v3"]
    found = mixed.accounts.found
    rate = (found["runs deepseek-v3"] * found["peak"] / found["peak of all"])[:, 5]
    one = np.isfinite(length[:, 5]) & (length[:, 5] < MONTH_HOURS[5])
    made = mixed.accounts.run.made
    came = (made.load - made.shortfall)[:, 5]
    np.testing.assert_allclose(length[one, 5], (YEAR_HOURS / rate / (came / made.load[:, 5]))[one], rtol=1e-6)
    share = mixed.accounts.found["fleet_share training"] * length[:, 5] / MONTH_HOURS[5]
    np.testing.assert_allclose(of_model.meter[one, 5], (came * share)[one], rtol=1e-9)
    by_month = {row["month"]: row for row in runs["deepseek-v3"]["months"]}
    best, worst = (by_month[runs["deepseek-v3"]["emissions"][end]] for end in ("best", "worst"))
    assert best["scopes"]["p50"] < worst["scopes"]["p50"]


# --- one answer everywhere, and what is refused ---------------------------------------------------------------------------------------


def test_same_seed_same_bits_and_no_numbers_that_are_none(mixed: HoursAnswer, data: dict[str, Any]) -> None:
    again = api.hours("north", supplied(MIXED), as_of=DAY, year=YEAR).to_dict(hourly=True)
    assert json.dumps(again, allow_nan=False) == json.dumps(data, allow_nan=False)
    other = api.hours("north", supplied(MIXED), as_of=DAY, year=YEAR, seed=1)
    assert other.to_dict()["year"] != data["year"]


@pytest.mark.parametrize("supply", [BACKUP, MIXED])
def test_more_draws_are_more_blocks_of_the_same(supply: str) -> None:
    few, many = asked(supply).accounts, asked(supply, draws=512).accounts
    assert few.found.draws == 256 and many.found.draws == 512 == many.run.made.draws
    np.testing.assert_array_equal(few.run.column, many.run.column[:256])
    one, other = few.served, many.served
    pairs = [*zip(one[:4], other[:4], strict=True), *((gas, other.emissions[name]) for name, gas in one.emissions.items())]
    pairs += [(few.run.made.energy, many.run.made.energy), (few.run.made.starts, many.run.made.starts), (few.tokens, many.tokens)]
    for short, long in [*pairs, (few.cost.total, many.cost.total), (few.run.sums.highest, many.run.sums.highest)]:
        np.testing.assert_array_equal(short, long[:256])


def test_what_is_drawn_here_is_of_another_block_in_the_next_and_each_row_of_plants_apart() -> None:
    terms = asked(MIXED, draws=512).accounts.terms
    water, other = (terms.value(row, "water", "L/Wh", 512) for row in ("gas-turbine", "grid-us"))
    repair = [terms.value(row, "time_to_repair", "h", 512) for row in ("gas-turbine", "fuel-cell", "grid-us")]
    apart = (*((one, another) for place, one in enumerate(repair) for another in repair[:place]), (water, other))
    assert all(abs(float(np.corrcoef(np.stack(pair))[0, 1])) < 0.2 for pair in apart), "one plant says nothing of another"
    assert len(np.unique(water)) == 512 and (water[:256] != water[256:]).all()
    for block in (water[:256], water[256:]):
        assert np.median(block) == pytest.approx(np.median(water), rel=0.02), "each block is spread over the whole range"


def test_the_air_of_a_draw_is_as_warm_as_it_has_the_years_to_come() -> None:
    now = known(supplied(), DAY)
    sky = site_weather(now.programme, now.catalogue, "north", 0, range(2))
    warming = Warming(np.array([-2.0, 0.8, 1.31, 9.0]), -1.0, 3.0)
    skies = skies_of(sky, Drawn(now.catalogue), "evaporative", warming, 4)
    air = skies.of(1, np.arange(4))
    expected = sky.dry_bulb[YEAR_HOURS:] + np.array([-1.0, 0.8, 1.31, 3.0])[:, None]
    np.testing.assert_allclose(air.dry_bulb, expected, atol=1e-9)
    again = skies.of(1, np.array([2]))
    np.testing.assert_array_equal(again.wet_bulb[0], air.wet_bulb[2])
    as_it_is = skies_of(sky, Drawn(now.catalogue), "evaporative", None, 4).of(0, np.arange(4))
    np.testing.assert_array_equal(as_it_is.dry_bulb, sky.dry_bulb[:YEAR_HOURS])


def test_ends_of_a_range_are_its_own_and_not_those_of_draws() -> None:
    assert ends_of(Distribution("normal", (0.8, 0.5))) == pytest.approx((0.8 - 0.5 * 4.265, 0.8 + 0.5 * 4.265), abs=1e-3)
    assert ends_of(0.8) == (0.8, 0.8)
    assert ends_of(Mixture("which", (0.5, 0.5), (0.2, Distribution("uniform", (0.5, 1.5))))) == pytest.approx((0.2, 1.5), abs=1e-4)


# --- every range of the hall --------------------------------------------------------------------------------------------------------

#: Drawn inputs of the hall that do not come as a range of it: taken beside it, or not needed by the hour; each with the reason.
NOT_OF_THE_HALL = {
    "ambient_offset": "the air is made warmer by it",
    "peak_coincidence": "the load by the hour has its own peak",
    "design_power_ratio_default": "the hours take design_power_ratio, which holds what a site states",
}


@pytest.mark.parametrize("tower", [False, True])
def test_the_hall_takes_every_range_that_the_months_have_drawn(mixed: HoursAnswer, tower: bool) -> None:
    found = mixed.accounts.found
    inputs = quantities_of(inputs_facility)
    drawn = {name for name, one in inputs.items() if "draw" in one.axes} - set(NOT_OF_THE_HALL)
    assert len(drawn) > 20 and "ups_loss" in drawn
    own = own_of(found, "evaporative" if tower else "closed-loop-chiller", tower)
    taken = {name for name, values in found.values.items() if any(values is one for one in own.values())}
    absent = drawn - taken
    assert absent == (set() if tower else {"exchanger_approach"}), "without a tower there is no exchanger"
    assert set(NOT_OF_THE_HALL) <= inputs.keys()


def test_every_address_that_the_hours_ask_for_exists(mixed: HoursAnswer) -> None:
    now = known(supplied(MIXED), DAY)
    asked_for = addresses(now, "north")
    assert asked_for.keys() == mixed.accounts.found.values.keys() and len(set(asked_for.values())) == len(asked_for)
    result = api.simulate(supplied(MIXED), as_of=DAY, draws=256, quantities=[*asked_for.values()])
    for name, address in asked_for.items():
        values = result[address].values
        assert values.shape[0] == 256, name
        assert mixed.accounts.found[name].shape in ((256,), (256, 12)), name


def test_the_command_says_what_python_gives(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words, page = ("hours", "abilene", "--as-of", DAY, "--year", "2028", "--profile", "flat"), tmp_path / "hours.html"
    answer = ask(capsys, *words, "--report", str(page))
    assert str(page) in "".join(answer.out.split()) and "hour by hour" in page.read_text(encoding="utf-8")
    assert answer.code == 0 and "Missing" in answer.out and "scope 2" in answer.out and "nan" not in answer.out
    assert max(len(line) for line in answer.out.splitlines() if str(page) not in line) <= 80
    printed = json.loads(ask(capsys, *words, "--json").out)
    assert printed == json.loads(json.dumps(api.hours("abilene", as_of=DAY, year=2028, profile="flat").to_dict()))
    assert any("29 February" in note["text"] for note in printed["notes"]), "a year here has 365 days"
    assert printed["cost"]["demand_charge"] is None, "no tariff is stated"


@pytest.mark.parametrize("spoken", ["en", "de"])
def test_the_page_says_what_the_answer_does_in_both_languages(data: dict[str, Any], spoken: str) -> None:
    from stargauge.report.power.hours_page import render_hours_page

    page = render_hours_page(data, spoken)
    assert f'<html lang="{spoken}">' in page and page.count("<svg") >= 4
    assert not re.search(r"\bnan\b", page, re.IGNORECASE)
    german, english = ("Stunde für Stunde", "Was jede Quelle gibt", "Batterie"), ("hour by hour", "What each source gives", "Battery")
    words = german if spoken == "de" else english
    assert all(word in page for word in words)
    assert ("draws" in page) == (spoken == "en")


def test_where_nothing_is_missing_or_given_the_words_say_so(data: dict[str, Any]) -> None:
    whole = {**data, "shortage_worst": None, "per_million_tokens": None, "training_runs": [], "price_year": 0}
    text = render_hours(whole)
    assert "nothing: supply meets the load" in text and "1m tokens" not in text and "a training run" not in text
    late = {**data, "training_runs": [{"model": "slow", "months": [], "emissions": None, "water": None}]}
    assert "too long" in render_hours(late)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("abilen",), 'there is no site "abilen"'),
        (("abilene", "--year", "1999"), "year: got 1999; expected a whole year of the programme's clock, 2025 to"),
        (("abilene", "--profile", "trainin"), 'no load profile "trainin"; did you mean "training"'),
        (("abilene", "--design", "evaporativ"), 'no cooling design "evaporativ"'),
        (("abilene", "--spare", "-1", "--draws", "4000"), "spare: got -1"),
        (("abilene", "--draws", "4000"), "draws: got 4,000; expected 1 to 2,048"),
        (("abilene", "--weather", "none.epw"), "none.epw"),
        (("abilene", "--factors", "none.csv"), 'no file "none.csv"'),
        (("abilene", "--tariff", "none.csv"), 'no file "none.csv"; expected a tariff'),
        (("abilene", "--hourly"), "give --json as well"),
        (("abilene", "--report", "nowhere/hours.html"), 'no folder "nowhere" to write the report to'),
        (("milam", "--year", "2025", "--as-of", "2025-12-01"), "nothing is expected to run at milam in 2025"),
    ],
)
def test_bad_input_is_told(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str) -> None:
    answer = ask(capsys, "hours", *arguments)
    assert answer.code == 2 and told in answer.told and not answer.out


def test_a_weather_file_is_taken_as_it_is_and_all_draws_take_its_year(shared: Path) -> None:
    file = next((shared / "vectors" / "weather").glob("*Phoenix*"))
    made = asked(weather=file)
    assert made.weather.kind == "file" and not made.accounts.run.column.any()
    assert made.to_dict()["year"]["pue"]["p50"] > asked().to_dict()["year"]["pue"]["p50"]


def test_a_place_without_weather_is_refused() -> None:
    with pytest.raises(InputError, match='the place "argentina" names no weather'):
        api.hours("north", small(("place: abilene-tx", "place: argentina")), as_of=DAY, year=YEAR)


def test_the_page_on_hours_works_as_it_stands(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent / "docs/hours.md").read_text(encoding="utf-8")
    (tariff,) = re.findall(r"```text\n(kind,.*?)```", page, re.S)
    (tmp_path / "tariff.csv").write_text(tariff, encoding="utf-8")
    assert run_page("docs/hours.md", tmp_path) == 3
    made = run_python("docs/hours.md")
    assert "deepseek-v3" in made["best"]  # type: ignore[operator]


def test_a_plant_laid_out_for_some_buildings_feeds_these_alone_as_in_the_months() -> None:
    """Gas that a plan lays out for a new hall of 50 MW gives that what it draws, though it could feed more; fuel cells feed the others."""
    plan = {
        "sources": {"design": {"publisher": "An office", "title": "A design", "date": "2026-06-30", "grade": "D", "designed": True}},
        "sites": {
            "north": {
                "phases": {
                    "new": {
                        "it_power": {"value": "50 MW", "source": "design"},
                        "milestones": {"under_construction": {"value": "2026-12-31", "status": "planned", "source": "design"}},
                    }
                },
                "supply": {"gas": {"plant": "gas-engine", "capacity": {"value": "400 MW", "source": "design"}}},
            }
        },
    }
    cells = "    supply: {fuel_cell: {capacity: {value: 400 MW, source: plan}}, grid: {capacity: {value: 30 MW, source: plan}}}\n"
    made = api.hours("north", api.load(supplied(cells), plan), as_of=DAY, year=2030, profile="flat")
    accounts = made.accounts
    found, run = accounts.found, accounts.run.made
    own = found["running_share_designed"]
    assert 0.1 < np.median(own[:, -1]) < 0.9
    of_gas, of_cells = (run.energy[:, run.sources.index(name)] for name in ("gas", "fuel_cell"))
    assert (of_gas <= own * run.load * (1.0 + 1e-9)).all() and (of_cells <= (1.0 - own) * run.load * (1.0 + 1e-9)).all()
    for name, hours in (("gas", of_gas), ("fuel_cell", of_cells)):
        assert np.median(hours.sum(axis=1)) == pytest.approx(np.median(found[f"supply_energy {name}"].sum(axis=1)), rel=0.02)
    assert "designed_plant" not in [one["what"] for one in made.to_dict()["notes"]]
    assert not asked().accounts.found["running_share_designed"].any()
