"""The plan of building on a terminal of 80 columns: sites by id, what is under way in one row, few rows of money, what a column means."""

from __future__ import annotations

from typing import Any

import pytest
from tests.plan_answer import impossible_answer, plan_answer, under_way
from tests.test_cli_german import english_in

from stargauge.report.locale import speaking
from stargauge.report.plan import plan_tables, plan_terminal
from stargauge.report.plan.plan import render_plan
from stargauge.report.plan.plan_page import plan_html


def part(text: str, title: str) -> list[str]:
    """The lines under a title."""
    return text.split(f"\n{title}\n")[1].split("\n\n")[0].splitlines()


@pytest.mark.parametrize("data", [plan_answer(), impossible_answer()], ids=["planned", "impossible"])
def test_it_is_80_columns_wide_and_not_endless(data: dict[str, Any]) -> None:
    lines = render_plan(data).splitlines()
    assert max(map(len, lines)) <= 80 and len(lines) < 150


def test_sites_are_named_by_their_ids_which_no_line_breaks() -> None:
    data = plan_answer()
    data["sites"][1] = {**data["sites"][1], "id": "port-washington", "name": "Port Washington, Wisconsin (Lighthouse)"}
    text = render_plan(data)
    assert "Wisconsin" not in text and any(one.startswith("port-washington ") for one in part(text, "Sites"))
    assert [row[0] for row in plan_terminal.sites(data).rows] == ["abilene", "port-washington"]  # nothing is built at lordstown


def test_what_is_under_way_at_a_site_is_one_row() -> None:
    data = plan_answer()
    more = [under_way("building-8", ("2027-01-31", "2027-03-31", "2027-09-30")), under_way("building-6", ("2028-01-31", None, None))]  # type: ignore[arg-type]
    data["sites"][0]["under_way"] += more
    rows = [" ".join(one.split()) for one in part(render_plan(data), "Buildings")]
    assert rows[2:6] == ["abilene: 3 under way, 1 not Jan 2027 to 309 MW", "built Mar 2027; 1", "never",
                         "building-9, VR200 NVL144 Feb 2027 Dec 2028 93 % 103 MW 4.1"]  # fmt: skip
    assert "lordstown: 2 not built" not in rows and "Nothing is built at lordstown." in plan_terminal.buildings(data).note


def test_a_party_is_one_row_with_what_it_has() -> None:
    made = plan_terminal.money(plan_answer(), 2)
    assert made is not None and made.head == ("Who", "2027", "2028", "In all", "Has for it", "Lacks")
    assert list(made.rows[2:]) == [("Oracle", "8", "30", "88", "67", "21 by 2030"), ("MGX", "2", "10", "32", "not known", "–")]
    assert "2 more years: --json." in made.note


def test_buildings_left_as_the_file_has_them_are_one_row() -> None:
    data = plan_answer()
    for one in data["sites"][0]["buildings"][:2]:
        one["chip"] = "as in the file"
    rows = [" ".join(one.split()) for one in part(render_plan(data), "Buildings")]
    assert "2, as in the file Dec 2028 to 93 % 206 MW 8.2" in rows


def test_days_and_probabilities_have_the_plan_among_them() -> None:
    made = plan_tables.frontier(plan_answer())
    assert [row[-1] for row in made.rows] == ["not possible; 31 % at most", "", "this plan", "", ""]
    assert made.rows[2][:5] == ("31 Dec 2030", "80 %", "281 bn USD", "312 bn USD", "90 Mt")
    assert plan_tables.frontier(impossible_answer()).rows[2][-1] == ""


def test_less_co2e_has_its_price() -> None:
    rows = plan_tables.emissions(plan_answer()).rows
    assert rows[0] == ("none", "91 Mt", "270 bn USD", "312 bn USD", "this plan")
    assert [row[0] for row in rows[1:]] == ["100 USD/t", "least CO2e"]


def test_how_near_to_the_best_a_plan_is_says_of_what() -> None:
    data = plan_answer()
    solved = "The program with 50 worlds that stand for the draws, from which the search began, is solved to within 0.61 % of its optimum."
    assert f"If no queue held anything up, the best plan would take 0.64 % less. {solved}" in " ".join(render_plan(data).split())
    data["method"]["program"]["ended"] = ["work limit reached"]
    assert "Its work ended first." in render_plan(data)
    most = " ".join(render_plan({**data, "goal": "capacity"}).split())
    assert "a larger amount may exist. Searched" in most and "If no queue held" not in most
    data["method"]["gap"] = 0.0
    assert "No plan is better, even if no queue held anything up." in " ".join(render_plan(data).split())


def test_where_no_fact_is_worth_knowing_there_is_no_table() -> None:
    data = plan_answer()
    facts = data["waiting"]["information"]
    data["waiting"] = {**data["waiting"], "information": [{**one, "worth_now": 0.0} for one in facts], "ceiling": None}
    told = f"None of the facts that were looked at is worth knowing: {len(facts)}."
    assert (
        part(render_plan(data), "What knowing is worth") == [told] and told in plan_html(data) and "Known now saves" not in plan_html(data)
    )


def test_a_way_out_without_a_building_and_the_units_of_facts_are_told_whole() -> None:
    data = impossible_answer()
    data["conflict"]["relaxations"][0]["cost"] = 0.0
    assert "(with what is under way alone)" in render_plan(data)
    data = plan_answer()
    data["waiting"]["information"][0] |= {"worth_now": 3.1e9, "unit": "USD*yr"}
    assert "…" not in render_plan(data) and "3.1 bn USD" in render_plan(data)


@pytest.mark.parametrize("data", [plan_answer(), impossible_answer()], ids=["planned", "impossible"])
def test_in_german_nothing_of_it_is_left_in_english(data: dict[str, Any]) -> None:
    with speaking("de"):
        made = render_plan(data)
    assert english_in(made) == []
    assert max(map(len, made.splitlines())) <= 80
