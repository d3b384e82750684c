"""What is said and drawn of a plan of building: sentences, tables, charts and the page, in both languages, of every kind of answer."""

from __future__ import annotations

import ast
import re
from html import unescape
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.plan_answer import fact, impossible_answer, plan_answer, row

import stargauge
from stargauge.plan.build_order.case.worlds import Worlds
from stargauge.plan.build_order.told.shown import notes_of
from stargauge.report.drawing import svg
from stargauge.report.locale import speaking, texts
from stargauge.report.plan import plan_money, plan_tables
from stargauge.report.plan.plan_chart import gantt_svg, span_of, spoken_gantt
from stargauge.report.plan.plan_curves import (
    capacity_chart,
    emissions_chart,
    frontier_chart,
    money_chart,
    spoken_capacity,
    spoken_frontier,
)
from stargauge.report.plan.plan_facts import fact_text
from stargauge.report.plan.plan_opening import opening
from stargauge.report.plan.plan_page import plan_html
from stargauge.report.plan.plan_words import (
    amount_text,
    limit_text,
    not_proven,
    part_text,
    relaxation_text,
    said_text,
    sentence,
    target_text,
    ways_out,
)

#: Words of the page that would be left in English in another language.
ENGLISH = (
    "Buildings over time",
    "The promise",
    "Asked for",
    "latest start",
    "What binds",
    "Insisting on",
    "not known",
    "What can wait",
    "Fed by",
    "The catch",
    "present value",
    "Known now",
    "the file as it stands",
)


def seen(page: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)))


def test_the_answer_is_one_sentence() -> None:
    told = "7 GW of facility power by 31 Dec 2030 with 80 %: {} 270 bn USD of capital (prices of 2025, not discounted) at 2 sites."
    assert sentence(plan_answer()) == told.format("yes, for")
    assert sentence(plan_answer(kept=False)) == told.format("not quite, 80 % for")


def test_what_cannot_be_had_is_said_with_the_ways_out() -> None:
    told = "7 GW of facility power by 31 Dec 2028; what a market makes in a year (transformers)."
    assert sentence(impossible_answer()).endswith(f"no, these cannot be kept together: {told}")
    ways = ["by 30 Jun 2030 instead of 31 Dec 2028 (present value 330 bn USD)", "3.1 GW instead of 7 GW", "with 35 % instead of 80 %"]
    market = "what a market makes in a year (transformers): no way out alone, as something else stands in the way too"
    assert opening(impossible_answer()) == [("A way out", [*ways, market])] and ways_out(plan_answer()) == []
    with speaking("de"):
        assert sentence(impossible_answer()).endswith(
            "nein, das lässt sich nicht zugleich einhalten: 7 GW am Zähler bis 31. Dez. 2028; "
            "was ein Markt im Jahr herstellt (Transformatoren)."
        )
        assert ways_out(impossible_answer())[0] == "bis 30. Juni 2030 statt 31. Dez. 2028 (Barwert 330 Mrd. USD)"


def test_first_comes_how_sure_what_it_costs_and_the_catch() -> None:
    told = dict(opening(plan_answer()))
    assert told["How sure"] == [
        "likely (80 ± 0.9 %) on draws that the plan has not seen, 81 % on those that chose it; with the file as it stands 14 %."
    ]
    assert told["It costs"] == [
        "270 bn USD of capital, where the file as it stands takes 340 bn USD; "
        "present value 312 bn USD, where that of the file is 390 bn USD."
    ]
    assert told["The catch"] == [
        "To be found beyond what they have: Oracle 21 bn USD.",
        "Ready by 31 Dec 2030 in less than half of the draws: 1 of 4 buildings. They count where others are late.",
        "The present value counts what halls and equipment are still worth after 31 Dec 2036; without that it is 332 bn USD.",
        "1 of the 2 numbers behind it are assumptions without a source.",
    ]


def test_means_that_nobody_publishes_are_the_first_thing_said() -> None:
    """To keep within what is not known limits nothing: a reader must not take the plan for one that parties can pay."""
    made = plan_answer()
    parties = [{**one, "knowable": False, "available": None, "over": None, "over_by": None} for one in made["money"]["parties"]]
    made["money"] |= {"limited": True, "means": "committed", "parties": parties, "over": 0.0}
    name, texts = opening(made)[0]
    assert name == "The catch" and texts[0] == (
        "Nobody who would pay publishes accounts: to keep each party within its means (its cash and what is committed to it) limits "
        "nothing here, so this is the plan without that limit."
    )
    assert [one for one, _ in opening(made)].count("The catch") == 1 and len(texts) > 1
    made["money"] |= {"limited": False}
    assert opening(made)[0][0] == "How sure" and not any("publishes" in text for text in dict(opening(made))["The catch"])
    made["money"] |= {"limited": True, "parties": [*parties, plan_answer()["money"]["parties"][0]]}
    assert opening(made)[0][0] == "How sure"


def test_a_wide_gap_is_a_catch() -> None:
    data = plan_answer()
    data["method"]["gap"] = 0.13
    assert "A better plan may exist: if no queue held anything up, the best would take 13 % less." in dict(opening(data))["The catch"]


def test_an_announcement_that_is_planned_for_later_says_so_first() -> None:
    data = {**impossible_answer(), "status": "planned"}
    later = "Not by 31 Dec 2028 as announced; 7 GW of facility power by 31 Dec 2030 with 80 %: yes, for 270 bn USD"
    assert sentence(data).startswith(later)
    data["conflict"] = {"smallest": [{"kind": "pool", "name": "transformers", "text": ""}], "relaxations": []}
    assert sentence(data).startswith("Not as announced; 7 GW of") and ways_out(data) == []


def test_a_plan_may_be_to_begin_nothing_more() -> None:
    data = plan_answer()
    data["sites"] = [{**one, "buildings": []} for one in data["sites"]]
    assert sentence(data).endswith("with 80 %: yes, with what is under way alone.")
    assert "<svg" in plan_html(data)


def test_where_there_is_no_plan_only_the_file_is_drawn() -> None:
    bare = {"method": None, "cost": None, "money": None, "binding": [], "frontier": [], "frontier_emissions": [], "insist": []}
    data = {**impossible_answer(), **bare}
    drawn = svg.draw(capacity_chart(data))
    assert ">this plan<" not in drawn and ">the file as it stands<" in drawn and "this plan" not in spoken_capacity(data)
    assert plan_tables.capacity(data).rows[-1][1] == "–" and "None" not in seen(plan_html(data))


def test_nothing_to_decide_is_an_answer() -> None:
    bare = {"method": None, "cost": None, "money": None, "targets": [], "sites": [], "binding": [], "frontier": [],
            "frontier_emissions": [], "insist": [], "waiting": {"decisions": [], "information": []},
            "assumptions": [], "overlay": None, "capacity": None}  # fmt: skip
    data = plan_answer(status="nothing to decide", **bare)
    assert sentence(data).startswith("There is nothing to decide")
    assert "<svg" not in plan_html(data)


@pytest.mark.parametrize(
    ("text", "unit", "told"),
    [
        ("power_facility[operational] >= 7 GW by 2030-12-31", "W", "7 GW of facility power by 31 Dec 2030"),
        ("power_it[operational, milam] >= 7 GW by 2030-12-31", "W", "7 GW of IT power at milam by 31 Dec 2030"),
        ("7 GW IT by 2030-12-31", "W", "7 GW of IT power by 31 Dec 2030"),
        ("7 GW IT at milam, shackelford by 2030", "W", "7 GW of IT power at milam and shackelford by 31 Dec 2030"),
        ("7 GW by 2030", "W", "7 GW of facility power by 31 Dec 2030"),
    ],
)
def test_a_target_says_its_basis_and_place(text: str, unit: str, told: str) -> None:
    assert target_text({"text": text, "amount": 7e9, "unit": unit, "by": "2030-12-31"}) == told


def test_compute_is_counted_in_h100s() -> None:
    told = target_text({"text": "compute_h100e >= 20 million by 2030-12-31", "amount": 2e7, "unit": "1", "by": "2030-12-31"})
    assert told == "20 million in H100 equivalents by 31 Dec 2030"


def test_amounts_of_every_kind() -> None:
    assert [amount_text(*one) for one in ((0.35, "1"), (3.1e9, "W"), ("2030-06-30", ""), (3.0, "months"), (None, ""), (1.3, "1"))] == [
        "35 %", "3.1 GW", "30 Jun 2030", "3 months", "–", "1.3",
    ]  # fmt: skip


def test_limits_by_kind_and_name() -> None:
    kinds = [("pool", "transformers"), ("party", "Oracle"), ("money", "money"), ("day", "10 GW by 2029"), ("grid", "grid capacity")]
    assert [limit_text({"kind": kind, "name": name}) for kind, name in kinds] == [
        "what a market makes in a year (transformers)", "what Oracle can pay", "money", "the day asked for", "grid capacity",
    ]  # fmt: skip


def test_facts_are_told_in_the_readers_language() -> None:
    assert fact_text(fact("delivery", "gb300-nvl72")) == "when GB300 NVL72 is delivered"
    assert fact_text(fact("transformers", "milam")) == "when the transformers of milam are there"
    assert fact_text({"text": "a strike", "kind": "strike", "of": "milam"}) == "a strike"
    with speaking("de"):
        assert fact_text(fact("grid_connection", "milam")) == "wann das Netz milam versorgt"
        assert fact_text(fact("delivery", "gb300-nvl72")) == "wann GB300 NVL72 geliefert wird"


def test_sentences_of_the_answer_have_their_values_as_they_are_read() -> None:
    words = "What was announced cannot be had by {day} with {share}: planned for {when} instead."
    values = {"day": {"value": "2029-12-31", "unit": "date"}, "share": {"value": 0.8, "unit": "share"},
              "when": {"value": "2032-03-31", "unit": "date"}}  # fmt: skip
    later = {"text": "", "words": words, "values": values}
    assert said_text(later) == "What was announced cannot be had by 31 Dec 2029 with 80 %: planned for 31 Mar 2032 instead."
    assert said_text({"text": "", "words": "As {it} is: {much}.", "values": {"it": {"value": "x", "unit": "name"},
                      "much": {"value": 2e9, "unit": "W"}}}) == "As x is: 2 GW."  # fmt: skip
    with speaking("de"):
        assert said_text(later).startswith("Das Angekündigte ist bis 31. Dez. 2029 mit 80 % nicht zu haben: geplant ist stattdessen für")


def test_what_was_left_out_is_a_part_of_a_conflict_in_both_languages() -> None:
    only = {"kind": "options", "name": "powers", "text": "", "words": "only {powers} may power a site",
            "values": {"powers": {"value": ["grid", "fuel-cell"], "unit": "powers"}}}  # fmt: skip
    too = {"kind": "options", "name": "further", "text": "", "from": None, "to": None, "unit": "",
           "cost": 2e9, "words": "further buildings at {sites}",
           "values": {"sites": {"value": ["milam (2)", "saline (1)"], "unit": "names"}}}  # fmt: skip
    assert part_text(only) == "only grid and fuel cells may power a site"
    assert relaxation_text(too) == "further buildings at milam (2) and saline (1) (present value 2 bn USD)"
    with speaking("de"):
        assert part_text(only) == "nur Netz und Brennstoffzellen dürfen einen Standort versorgen"
        assert relaxation_text(too) == "weitere Gebäude in milam (2) und saline (1) (Barwert 2 Mrd. USD)"


def test_what_was_cut_short_is_not_proven() -> None:
    data = impossible_answer()
    assert not_proven(data) == not_proven(plan_answer()) == ""
    data["conflict"]["proven"] = False
    assert "is not proven" in plan_html(data)


def test_waiting_with_everything_and_giving_way_together() -> None:
    data = impossible_answer()
    assert plan_tables.delays(data) is None and plan_tables.together(data) == []
    data["waiting"]["delays"] = [
        {"months": 6, "possible": True, "difference": 2e9}, {"months": 12, "possible": False, "difference": None},
    ]  # fmt: skip
    data["conflict"]["together"] = data["conflict"]["relaxations"][1:2]
    made = plan_tables.delays(data)
    assert made is not None and [list(row) for row in made.rows] == [["6 months", "2 bn USD more"], ["12 months", "not possible"]]
    assert "Or all of these at once" in plan_html(data)


def test_insisting_is_told_in_the_readers_language() -> None:
    day, amount, money = plan_tables.insist(plan_answer()).rows
    assert day == ("the announced day, 31 Dec 2029", "78 bn USD more", "390 bn USD also buys 8.4 GW by 31 Dec 2030 with 80 %")
    assert amount == ("the announced amount, 10 GW", "cannot be had", "9.1 GW by 31 Dec 2030 with 80 % is the most")
    assert money[:2] == ("the announced sum, 500 bn USD by 20 Jan 2029", "cannot be spent by then")
    assert money[2] == (
        "At most 300 bn USD can be spent by then, 120 bn USD of it on what is under way; this plan spends 220 bn USD. "
        "All of it by 30 Jun 2031 at the earliest. Within the sum: 9.5 GW by 31 Dec 2030 with 80 % at most."
    )
    with speaking("de"):
        told = plan_tables.insist(plan_answer()).rows
        assert told[0] == (
            "dem angekündigten Tag, 31. Dez. 2029", "78 Mrd. USD mehr", "390 Mrd. USD kaufen auch 8,4 GW bis 31. Dez. 2030 mit 80 %",
        )  # fmt: skip
        assert told[1][2] == "9,1 GW bis 31. Dez. 2030 mit 80 % ist das meiste"


def test_a_target_in_a_conflict_is_told_by_its_parts() -> None:
    one = {"kind": "target", "name": "power_it[operational, milam] >= 0.694 GW by 2027-03-31", "text": "694 MW"}
    with speaking("de"):
        assert limit_text(one) == "694 MW IT-Leistung in milam bis 31. März 2027"
    assert limit_text({"kind": "target", "name": "something else"}) == "target (something else)"


def test_tables_have_a_cell_for_each_head() -> None:
    data = impossible_answer()
    made = [plan_tables.promises, plan_tables.sites, plan_tables.buildings, plan_tables.capacity, plan_tables.frontier, plan_tables.cost,
            plan_money.money, plan_money.lenders, plan_tables.binding, plan_tables.insist, plan_tables.waiting, plan_tables.information,
            plan_tables.relaxations, plan_tables.assumptions, plan_tables.emissions]  # fmt: skip
    for table in made:
        rows = table(data)
        assert rows is not None and rows.rows and {len(row) for row in rows.rows} == {len(rows.head)}, table


def test_money_says_who_lacks_what_and_whose_means_are_not_known() -> None:
    made = plan_money.money(plan_answer())
    assert made is not None
    assert [list(row) for row in made.rows[2:]] == [
        ["Oracle", "8", "30", "40", "10", "88", "67", "21 by 2030"],
        ["MGX", "2", "10", "10", "10", "32", "not known", "–"],
    ]
    assert "It was not asked to keep within that" in made.note
    assert made.note.endswith("Not known, as no accounts are published: what MGX can bring.")


def test_money_says_where_means_are_kept() -> None:
    data = plan_answer()
    data["money"]["limited"] = True
    made = plan_money.money(data)
    assert made is not None and "each party keeps within that" in made.note


def test_money_that_nobody_brings_is_told() -> None:
    data = plan_answer()
    data["money"]["nobody"] = [0.0, 0.0, 5e9, 0.0]
    made = plan_money.money(data)
    assert made is not None and list(made.rows[-1]) == ["Nobody", "0", "0", "5", "0", "0", "–", "–"]


def test_an_assumption_says_that_it_is_one() -> None:
    rows = {row[0]: row for row in plan_tables.assumptions(plan_answer()).rows}
    assert rows["further buildings at abilene"][3] == "assumption (D)" and rows["gas-engine capex"][3] == "a-study (B)"


# -- drawings ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("narrow", [False, True])
def test_each_building_has_a_bar_that_ends_when_it_runs(narrow: bool) -> None:
    data = plan_answer()
    drawn = gantt_svg(data, narrow)
    for site in data["sites"]:
        for one in site["buildings"]:
            assert f">{one['id']}" in drawn
    first, last = span_of(data)
    assert (first.year, last.year) == (2026, 2032)
    bars = [(float(x), float(wide)) for x, wide in re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', drawn)][2:]
    assert len(bars) == 6 and all(wide > 2 for _, wide in bars)
    starts = [x for x, _ in bars[1:4]]
    assert all(one <= after for one, after in pairwise(starts))
    assert "asked by 31 Dec 2030" in drawn and "Lordstown" not in drawn


def test_what_runs_already_is_a_dot_and_what_never_runs_goes_to_the_edge() -> None:
    data = plan_answer()
    runs = {"id": "abilene/building-1", "operational": {"p10": "2025-09-30", "p50": "2025-09-30", "p90": "2025-09-30"}, "it_power": 1e8}
    never = {"id": "abilene/building-8", "operational": {"p10": "2028-09-30", "p50": None, "p90": None}, "it_power": 1e8}
    data["sites"][0]["under_way"] = [runs, never]
    drawn = gantt_svg(data)
    assert drawn.count("<circle") == 1 and ">building-1<" in drawn and ">never<" in drawn


def test_what_is_begun_as_the_file_has_it_has_no_bar() -> None:
    data = plan_answer()
    before = gantt_svg(data).count("<rect")
    data["sites"][0]["buildings"][0] |= {"start": None, "latest": None, "chip": "as in the file"}
    assert gantt_svg(data).count("<rect") == before - 1
    assert list(plan_tables.buildings(data).rows[1][2:5]) == ["as in the file", "as in the file", "–"]


@pytest.mark.parametrize("narrow", [False, True])
def test_curves_are_drawn_by_our_own_means(narrow: bool) -> None:
    for chart in (capacity_chart, frontier_chart, emissions_chart, money_chart):
        assert svg.draws(chart(plan_answer(), narrow)), chart


def test_what_nobody_brings_is_a_part_of_the_bar_by_itself() -> None:
    data = plan_answer()
    assert ">nobody<" not in svg.draw(money_chart(data))
    data["money"]["nobody"] = [0.0, 2e10, 0.0, 0.0]
    assert svg.draw(money_chart(data)).count(">nobody<") == svg.draw(money_chart(data, True)).count(">nobody<") == 1


def test_a_day_for_which_no_plan_was_found_is_not_called_impossible() -> None:
    data = plan_answer()
    data["frontier"][0]["proven"] = False
    assert plan_tables.frontier(data).rows[0][-1] == "none found; 31 % at most"


def test_an_impossible_day_is_a_cross_on_the_axis() -> None:
    drawn = svg.draw(frontier_chart(plan_answer()))
    assert drawn.count(">×<") == 1 and "× cannot be had" in drawn
    none = [row("2028-12-31", 0.8, None, asked=True)]
    assert "×" in svg.draw(frontier_chart(plan_answer(frontier=none, cost=None)))


def test_drawings_are_spoken() -> None:
    data = plan_answer()
    assert "Abilene, Texas: 3 buildings, the last runs in Feb 2030" in spoken_gantt(data)
    assert "the plan 8.16 GW in Dec 2031" in spoken_capacity(data) and "31 Dec 2028 with 80 %: not possible" in spoken_frontier(data)


def test_targets_in_another_unit_are_not_on_the_chart_of_capacity() -> None:
    data: dict[str, Any] = plan_answer()
    data["targets"] = [{**data["targets"][0], "unit": "1", "amount": 2e7}]
    assert "asked:" not in svg.draw(capacity_chart(data))


# -- languages -----------------------------------------------------------------------------------------------------------------------


def said_in(file: Path) -> set[str]:
    """The English texts that a module or a template says."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".j2":
        return {found[2] for found in re.finditer(r"_\(\s*(['\"])(.*?)\1", text)}
    calls = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Call)]
    said = {one.args[0].value for one in calls if named(one) == "say" and isinstance(one.args[0], ast.Constant)}
    counts = {one.args[1].value for one in calls if named(one) == "counted" and isinstance(one.args[1], ast.Constant)}
    return {str(one) for one in said} | {f"{one}{ending}" for one in counts for ending in ("", "s")}


@pytest.mark.parametrize(
    "folder", [("report/plan", "*.py"), ("report/templates", "plan*.j2"), ("web/templates", "plan*.j2"), ("plan/build_order", "**/*.py")]
)
def test_every_text_of_a_plan_has_a_german_one(folder: tuple[str, str]) -> None:
    files = sorted((Path(stargauge.__file__).parent / folder[0]).glob(folder[1]))
    said = set().union(*map(said_in, files)) if folder[0] != "plan/build_order" else set().union(*map(sentences_in, files))
    assert files and said and sorted(said - set(texts("de"))) == []


def test_what_to_know_of_every_plan_has_a_german_text() -> None:
    assert [one for one in notes_of(cast(Worlds, SimpleNamespace(file=0))) if one not in texts("de")] == []


def sentences_in(file: Path) -> set[str]:
    """The sentences of an answer that a module makes."""
    calls = [one for one in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(one, ast.Call)]
    return {str(one.args[0].value) for one in calls if named(one) == "Said" and one.args and isinstance(one.args[0], ast.Constant)}


def named(call: ast.Call) -> str:
    """The name of what is called; empty where it is no plain name."""
    return call.func.id if isinstance(call.func, ast.Name) else ""


# -- the page ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [plan_answer(), impossible_answer()], ids=["planned", "impossible"])
def test_the_page_holds_every_part_in_both_languages(data: dict[str, Any]) -> None:
    for language, words in (
        ("en", ("Buildings over time", "Numbers behind the plan")),
        ("de", ("Gebäude über die Zeit", "Zahlen hinter dem Plan")),
    ):
        page = plan_html(data, language)
        text = seen(page)
        assert f'<html lang="{language}">' in page and [word for word in words if word not in text] == []
        assert page.count('class="w"') == page.count('class="nr"') == 5 and "<script" not in page
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        assert not re.search(r"\b(nan|None|Undefined)\b", text)
        if language == "de":
            assert [word for word in ENGLISH if word in text] == []


def test_conflict_stands_on_the_page_only_where_there_is_one() -> None:
    assert "What cannot be kept together" in plan_html(impossible_answer())
    assert "What cannot be kept together" not in plan_html(plan_answer())


def test_where_nothing_can_be_told_of_what_knowing_is_worth_it_says_so() -> None:
    data = plan_answer()
    data["waiting"]["ceiling"] = {"worth": None, "unit": "USD", "share_kept": 0.8}
    for one in data["waiting"]["information"]:
        one["worth_now"] = one["worth_later"] = 0.0
    note = plan_tables.information(data).note
    assert "cannot be told here" in note and "is worth knowing" not in note
