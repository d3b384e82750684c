"""When each site runs and what holds it up: which sites are told of, in what form, and that the parts agree with the model's own."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from tests.real_worlds import TINY

from stargauge import api
from stargauge.audit.sites.delays import Activity, SiteDelay, unfinished, wanted
from stargauge.quantity.dates import day
from stargauge.quantity.quantity import ACTIVITIES
from stargauge.report.sites.schedule import date_text, delays_of, headline, held_up_text, render_schedule

SITE = {"id", "name", "phases", "running", "planned", "it_power_w", "next", "complete", "never", "held_up_by", "plan_at_risk",
        "observed_through"}  # fmt: skip
DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def tiny() -> dict[str, Any]:
    return api.schedule(TINY, as_of=DAY, draws=512).to_dict()


@pytest.fixture(scope="module", params=["tiny", "stargate"])
def told(request: pytest.FixtureRequest, tiny: dict[str, Any]) -> dict[str, Any]:
    return tiny if request.param == "tiny" else api.schedule("stargate", as_of=DAY, draws=512).to_dict()


def site(told: dict[str, Any], name: str) -> dict[str, Any]:
    return dict(next(one for one in told["sites"] if one["id"] == name))


# --- the form -----------------------------------------------------------------------------------------------------------------------


def test_the_form_is_the_documented_one(told: dict[str, Any]) -> None:
    assert set(told) == {"programme", "asked_as", "name", "as_of", "draws", "seed", "sites"}
    assert (told["as_of"], told["draws"], told["seed"]) == ("2026-11-22", 512, 0)
    for one in told["sites"]:
        assert set(one) == SITE and set(one["next"]) == set(one["complete"]) == {"p10", "p50", "p90"}
        assert one["held_up_by"] or one["planned"]
        assert sorted(part["activity"] for part in one["held_up_by"]) in ([], sorted(ACTIVITIES)), one["id"]
        assert one["planned"] or not one["plan_at_risk"]
        assert all(set(part) == {"activity", "probability", "days"} for part in (*one["held_up_by"], *one["plan_at_risk"]))


def test_probabilities_days_and_counts_are_within_their_bounds(told: dict[str, Any]) -> None:
    for one in told["sites"]:
        assert 0.0 <= one["never"] <= 1.0 and one["it_power_w"] > 1e6
        assert 0 <= one["planned"] <= one["phases"] - one["running"] and one["running"] < one["phases"]
        for part in (*one["held_up_by"], *one["plan_at_risk"]):
            assert 0.0 <= part["probability"] <= 1.0 and 0.0 <= part["days"] < 3000.0


def test_the_next_phase_never_runs_after_the_last_and_quantiles_are_in_order(told: dict[str, Any]) -> None:
    far = "9999-12-31"
    for one in told["sites"]:
        first, last = ([one[name][level] or far for level in ("p10", "p50", "p90")] for name in ("next", "complete"))
        assert first == sorted(first) and last == sorted(last) and all(a <= b for a, b in zip(first, last, strict=True))


def test_racks_and_commissioning_decide_wherever_no_plan_does_and_the_costliest_comes_first(told: dict[str, Any]) -> None:
    for one in (one for one in told["sites"] if one["held_up_by"]):
        by_name = {part["activity"]: part for part in one["held_up_by"]}
        assert all(by_name[name]["probability"] == pytest.approx(1.0) for name in ("rack_installation", "commissioning")), one["id"]
        days = [part["days"] for part in one["held_up_by"]]
        assert days == sorted(days, reverse=True)


def test_what_costs_days_decides_somewhere(told: dict[str, Any]) -> None:
    for one in told["sites"]:
        assert all(part["probability"] > 0.0 for part in one["held_up_by"] if part["days"] > 1e-6), one["id"]


# --- which sites --------------------------------------------------------------------------------------------------------------------


def test_sites_come_in_the_order_of_the_file_without_those_given_up(tiny: dict[str, Any]) -> None:
    assert [one["id"] for one in tiny["sites"]] == ["north", "south", "east", "west", "lake", "moor", "unsited"]
    north = site(tiny, "north")
    assert (north["phases"], north["running"], north["planned"]) == (3, 1, 1)
    assert north["it_power_w"] == pytest.approx(200e6)


def test_a_site_that_runs_wholly_is_absent_and_its_programme_says_so() -> None:
    made = api.schedule("xai-colossus-1", as_of=DAY, draws=256)
    running = api.known(api.load("xai-colossus-1"), DAY)
    assert {phase.site for phase in running.phases} > {one.id for one in made.sites}
    assert made.sites == () and headline(made.to_dict()) == "Nothing is unfinished."


def test_what_was_not_known_by_a_day_is_unfinished_on_it() -> None:
    before, after = (unfinished(api.known(api.load("stargate"), when)) for when in (date(2025, 3, 1), DAY))
    running = {phase.id for phase in before["abilene"]} - {phase.id for phase in after["abilene"]}
    assert len(before["abilene"]) == 8 and len(after["abilene"]) == 4 and len(running) == 4


def test_a_pledge_that_got_its_sites_is_no_longer_told_of() -> None:
    facts = api.known(api.load("stargate"), DAY)
    placed = [phase.id for phase in facts.phases if facts.milestone_placed(phase)]
    told = [phase.id for phases in unfinished(facts).values() for phase in phases]
    assert placed and not set(placed) & set(told)
    assert not any(name in address for name in placed for address in wanted(facts))


# --- the numbers --------------------------------------------------------------------------------------------------------------------


def test_dates_and_costs_are_those_of_the_model(tiny: dict[str, Any]) -> None:
    addresses = ["stage_date[operational, south/one]", "stage_date[operational, south/two]", "held_up[shell, moor]",
                 "days_held_up[shell, moor]", "plan_at_risk[grid_connection, south]", "days_past_plan[grid_connection, south]",
                 "site_complete_date[south]"]  # fmt: skip
    result = api.simulate(TINY, quantities=addresses, as_of=DAY, draws=512)
    one, two, decides, costs, late, past, complete = (result[address].values for address in addresses)
    south = site(tiny, "south")
    first = np.quantile(np.minimum(one, two), 0.5, method="lower")
    assert day(date.fromisoformat(south["next"]["p50"])) == pytest.approx(first, abs=1.0)
    assert day(date.fromisoformat(south["complete"]["p50"])) == pytest.approx(np.quantile(complete, 0.5, method="lower"), abs=1.0)
    shell = next(part for part in site(tiny, "moor")["held_up_by"] if part["activity"] == "shell")
    assert (shell["probability"], shell["days"]) == (pytest.approx(decides.mean()), pytest.approx(costs.mean()))
    grid = next(part for part in south["plan_at_risk"] if part["activity"] == "grid_connection")
    assert (grid["probability"], grid["days"]) == (pytest.approx(late.mean()), pytest.approx(past.mean()))


def test_a_site_that_may_never_be_complete_says_how_likely_that_is() -> None:
    days = np.array([9000.0, 9000.0, 9000.0, np.inf])
    made = SiteDelay("x", "X", 2, 0, 0, 1e8, days, np.full(4, np.inf), (Activity("shell", 0.5, 3.0),), (), DAY).to_dict()
    assert made["never"] == 1.0 and made["complete"] == {"p10": None, "p50": None, "p90": None}
    assert made["next"]["p50"] and made["next"]["p90"] == made["next"]["p10"]
    assert made["observed_through"] == "2026-11-22" and made["plan_at_risk"] == []


def test_pledges_are_complete_with_those_of_them_that_run_at_all(tiny: dict[str, Any]) -> None:
    pledges = site(tiny, "unsited")
    assert pledges["complete"]["p50"] and pledges["never"] < 1.0


# --- in words -----------------------------------------------------------------------------------------------------------------------


def _held(**parts: tuple[float, float]) -> dict[str, Any]:
    made = {name: (0.0, 0.0) for name in ACTIVITIES} | {"rack_installation": (1.0, 118.0), "commissioning": (1.0, 30.0)} | parts
    return {"held_up_by": [{"activity": name, "probability": share, "days": days} for name, (share, days) in made.items()]}


def test_what_costs_most_is_named_first_and_what_hardly_matters_not_at_all() -> None:
    text = held_up_text(_held(transformers=(0.2, 44.0), grid_connection=(0.57, 132.0), crew=(0.04, 90.0), permits=(0.9, 4.0)))
    assert text == "grid connection 57 % (132 d), transformers 20 % (44 d); in any case racks 118 d, commissioning 30 d"
    assert held_up_text(_held()) == "nothing in particular; in any case racks 118 d, commissioning 30 d"


def test_a_planned_site_says_what_puts_its_plan_at_risk() -> None:
    parts = [{"activity": "transformers", "probability": 0.2, "days": 44.0}, {"activity": "switchgear", "probability": 0.3, "days": 2.0}]
    only = {"held_up_by": [], "plan_at_risk": parts, "planned": 2}
    assert delays_of(only) == [("at risk from", "transformers 20 % (44 d)")]
    assert delays_of(only | {"plan_at_risk": []}) == [("at risk from", "nothing in particular")]
    assert [label for label, _ in delays_of(_held() | {"plan_at_risk": parts, "planned": 1})] == ["held up by", "at risk from"]
    assert [label for label, _ in delays_of(_held() | {"plan_at_risk": [], "planned": 0})] == ["held up by"]


def test_a_quantile_that_never_comes_is_called_never() -> None:
    assert date_text({"p10": "2027-03-02", "p50": "2027-10-09", "p90": None}) == "Oct 2027 (Mar 2027 to never)"


def test_the_headline_counts_sites_and_names_the_next_one(told: dict[str, Any]) -> None:
    count = sum(one["id"] != "unsited" for one in told["sites"])
    first = min((one for one in told["sites"] if one["next"]["p50"]), key=lambda one: one["next"]["p50"])
    assert headline(told).startswith(f"{count} unfinished sites; ") and first["name"] in headline(told)
    assert render_schedule(told).index(headline(told).split(";")[0]) == 0
