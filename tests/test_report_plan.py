"""What is said and drawn of a plan of building: sentences, tables, charts and the page, in both languages, of every kind of answer."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
from tests.plan_answer import impossible_answer, plan_answer

from stargauge.report import plan_tables, svg
from stargauge.report.locale import speaking
from stargauge.report.plan_chart import gantt_svg, span_of, spoken_gantt
from stargauge.report.plan_curves import capacity_chart, frontier_chart, money_chart, spoken_capacity, spoken_frontier
from stargauge.report.plan_facts import fact_text, insist_name, insist_text, instead_text, note_text
from stargauge.report.plan_page import plan_html
from stargauge.report.plan_words import amount_text, limit_text, not_proven, promise, sentence, target_text, way_out

#: Words of the page that would be left in English in another language.
ENGLISH = (
    "Buildings over time",
    "The promise",
    "Asked for",
    "latest start",
    "What binds",
    "Insisting on",
    "not knowable",
    "What can wait",
    "Fed by",
)


def seen(page: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)))


def test_the_answer_is_one_sentence() -> None:
    assert sentence(plan_answer()) == (
        "7 GW of facility power by 31 Dec 2030 with 80 %: yes, for 270 bn USD of capital (prices of 2025, not discounted) "
        "at 2 sites; as the file stands: 14 %."
    )
    assert "the file as it stands: 14 %" in promise(plan_answer()) and "simulated 80 %" in promise(plan_answer())


def test_what_cannot_be_had_is_said_with_the_way_out() -> None:
    told = sentence(impossible_answer())
    assert told.endswith("no, these cannot be kept together: 7 GW by 31 Dec 2028; 2 GW of transformers a year.")
    assert way_out(impossible_answer()) == "It can be had with the day 30 Jun 2030 instead of 31 Dec 2028."
    assert way_out(plan_answer()) == ""
    with speaking("de"):
        assert "nein, das lässt sich nicht zugleich einhalten: Ziel; was ein Markt im Jahr herstellt (transformers)" in sentence(
            impossible_answer()
        )
        assert way_out(impossible_answer()) == "Es geht mit dieser Änderung: Ziel: Tag: 30. Juni 2030 statt 31. Dez. 2028."


def test_an_announcement_that_is_planned_for_later_says_so_first() -> None:
    smallest = [{"kind": "target", "name": "power_facility[operational] >= 7 GW by 2028-12-31", "text": "7 GW"}]
    data = {**impossible_answer(), "status": "planned"}
    assert sentence(data).startswith("Not as announced; 7 GW of facility power by 31 Dec 2030 with 80 %: yes, for 270 bn USD")
    data["conflict"] = {"smallest": smallest, "relaxations": []}
    assert sentence(data).startswith("Not by 31 Dec 2028 as announced; 7 GW of") and way_out(data) == ""


def test_a_plan_may_be_to_begin_nothing_more() -> None:
    data = plan_answer()
    data["sites"] = [{**one, "buildings": []} for one in data["sites"]]
    assert sentence(data).endswith("with 80 %: yes, with what is under way alone; as the file stands: 14 %.")
    assert "<svg" in plan_html(data)


def test_where_there_is_no_plan_only_the_file_is_drawn() -> None:
    bare = {"method": None, "cost": None, "money": None, "binding": [], "frontier": [], "insist": []}
    data = {**impossible_answer(), **bare}
    drawn = svg.draw(capacity_chart(data))
    assert ">this plan<" not in drawn and ">the file as it stands<" in drawn and "this plan" not in spoken_capacity(data)
    assert plan_tables.capacity(data).rows[-1][1] == "–" and "None" not in seen(plan_html(data))


def test_nothing_to_decide_is_an_answer() -> None:
    bare = {"method": None, "cost": None, "money": None, "targets": [], "sites": [], "binding": [], "frontier": [], "insist": [],
            "waiting": {"decisions": [], "information": []}, "assumptions": [], "overlay": None, "capacity": None}  # fmt: skip
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
        "what a market makes in a year (transformers)", "what Oracle can pay", "money", "target: day", "grid capacity",
    ]  # fmt: skip


def test_facts_are_told_in_the_readers_language() -> None:
    assert fact_text("delivery gb300-nvl72") == "when GB300 NVL72 is delivered" and fact_text("a strike") == "a strike"
    with speaking("de"):
        waits = "wie lange milam auf Halle und Strom wartet"
        assert fact_text("wait milam") == fact_text("how long milam waits for hall and power (grid)") == waits
        assert fact_text("everything") == "wie alles ausgeht"
        assert fact_text("how soon gas-engine carries abilene") == "wie bald abilene so versorgt ist: Gasmotoren"
        assert fact_text("when gb300-nvl72 is delivered") == "wann GB300 NVL72 geliefert wird"


def test_notes_have_days_as_they_are_read() -> None:
    later = "What was announced cannot be had by 2029-12-31 with 80 %: planned for 2032-03-31 instead."
    best = "The best plan that was found keeps it with 63 % in the ordinary run, where 80 % is asked."
    assert note_text(later) == "What was announced cannot be had by 31 Dec 2029 with 80 %: planned for 31 Mar 2032 instead."
    assert note_text(best) == best and note_text("anything else") == "anything else"
    assert note_text("No plan keeps it by 2036-12-31, the end of the clock.").startswith(
        "Nothing that may be built keeps it by 31 Dec 2036"
    )
    with speaking("de"):
        assert [note_text(one).split()[0] for one in (later, best)] == ["Das", "Der"]


def test_what_was_cut_short_is_not_proven() -> None:
    data = impossible_answer()
    assert not_proven(data) == not_proven(plan_answer()) == ""
    data["conflict"]["proven"] = False
    assert "the time for looking ran out" in plan_html(data)


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


def test_insisting_is_named_without_what_comes_of_it() -> None:
    told = [
        "the announced day, 2027-03-31 cannot be had",
        "the announced 10 GW costs 78 bn USD more than the plan",
        "28.9 bn USD spent: not enough",
    ]
    named = ["the announced day, 31 Mar 2027", "the announced amount, 10 GW", "28.9 bn USD spent"]
    assert [insist_name({"what": "day", "text": one}) for one in told] == named
    with speaking("de"):
        assert insist_name({"what": "day", "text": told[0]}) == "dem angekündigten Tag, 31. März 2027"
        assert insist_name({"what": "money", "text": told[2]}) == "28,9 Mrd. USD Ausgaben"


def test_what_is_had_instead_is_told_in_the_readers_language() -> None:
    buys = "28.9 bn USD buys 1.4 GW by 28 February 2030 with a probability of 77.4 %"
    assert instead_text(buys) == "28.9 bn USD buys 1.4 GW by 28 Feb 2030 with a probability of 77.4 %"
    most = "280 MW by 31 March 2027 is the most that can be had with a probability of 77.4 %"
    assert instead_text(most) == "280 MW by 31 Mar 2027 is the most that can be had with a probability of 77.4 %"
    assert [instead_text(one) for one in (None, "a wait")] == ["–", "a wait"]
    with speaking("de"):
        assert instead_text(buys) == "28,9 Mrd. USD kaufen 1,4 GW bis 28. Feb. 2030 mit einer Wahrscheinlichkeit von 77,4 %"
        assert instead_text(most) == "280 MW bis 31. März 2027 sind das meiste, was mit einer Wahrscheinlichkeit von 77,4 % zu haben ist"


def test_a_target_in_a_conflict_is_told_by_its_parts() -> None:
    one = {"kind": "target", "name": "power_it[operational, milam] >= 0.694 GW by 2027-03-31", "text": "694 MW"}
    with speaking("de"):
        assert limit_text(one) == "694 MW IT-Leistung in milam bis 31. März 2027"
    assert limit_text({"kind": "target", "name": "something else"}) == "target (something else)"


def test_insisting_on_money() -> None:
    one = {"what": "money", "text": "", "possible": False, "cost": 3e11, "difference": -2e10, "instead": None}
    assert insist_text(one) == "not enough" and insist_text({**one, "what": "day", "possible": True}) == "20 bn USD less"
    assert insist_text({**one, "possible": True, "difference": None}) == "300 bn USD"


def test_tables_have_a_cell_for_each_head() -> None:
    data = impossible_answer()
    made = [plan_tables.promises, plan_tables.sites, plan_tables.buildings, plan_tables.capacity, plan_tables.frontier, plan_tables.cost,
            plan_tables.money, plan_tables.binding, plan_tables.insist, plan_tables.waiting, plan_tables.information,
            plan_tables.relaxations, plan_tables.assumptions]  # fmt: skip
    for table in made:
        rows = table(data)
        assert rows is not None and rows.rows and {len(row) for row in rows.rows} == {len(rows.head)}, table


def test_money_says_what_is_not_knowable() -> None:
    made = plan_tables.money(plan_answer())
    assert made is not None
    assert [list(row) for row in made.rows[2:]] == [
        ["Oracle", "8", "30", "40", "10", "33 %"],
        ["Oracle: asked of it so far", "8", "38", "78", "88", "–"],
        ["Oracle: left to it by then", "10", "40", "90", "120", "–"],
        ["MGX", "2", "10", "10", "10", "12 %"],
    ]
    assert made.note.endswith("Not knowable, as no accounts are published: what MGX can bring.")


def test_money_says_where_means_are_not_kept() -> None:
    data = plan_answer()
    data["money"]["limited"] = False
    made = plan_tables.money(data)
    assert made is not None and "a party may be asked for more than is left to it" in made.note


def test_money_that_nobody_brings_is_told() -> None:
    data = plan_answer()
    data["money"]["nobody"] = [0.0, 0.0, 5e9, 0.0]
    made = plan_tables.money(data)
    assert made is not None and list(made.rows[-1]) == ["Nobody", "0", "0", "5", "0", "–"]


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


@pytest.mark.parametrize("narrow", [False, True])
def test_curves_are_drawn_by_our_own_means(narrow: bool) -> None:
    for chart in (capacity_chart, frontier_chart, money_chart):
        assert svg.draws(chart(plan_answer(), narrow)), chart


def test_what_nobody_brings_is_a_part_of_the_bar_by_itself() -> None:
    data = plan_answer()
    assert ">nobody<" not in svg.draw(money_chart(data))
    data["money"]["nobody"] = [0.0, 2e10, 0.0, 0.0]
    assert svg.draw(money_chart(data)).count(">nobody<") == svg.draw(money_chart(data, True)).count(">nobody<") == 1


def test_a_day_for_which_no_plan_was_found_is_not_called_impossible() -> None:
    data = plan_answer()
    data["frontier"][0]["proven"] = False
    assert plan_tables.frontier(data).rows[0][2] == "none found"


def test_an_impossible_day_is_a_cross_on_the_axis() -> None:
    drawn = svg.draw(frontier_chart(plan_answer()))
    assert drawn.count(">×<") == 1 and "× cannot be had" in drawn
    none = [{"by": "2028-12-31", "probability": 0.8, "cost": None, "possible": False, "asked": True}]
    assert "×" in svg.draw(frontier_chart(plan_answer(frontier=none, cost=None)))


def test_drawings_are_spoken() -> None:
    data = plan_answer()
    assert "Abilene, Texas: 3 buildings, the first begun on 28 Feb 2027, the last runs in Feb 2030" in spoken_gantt(data)
    assert "the plan 8.16 GW in Dec 2031" in spoken_capacity(data) and "31 Dec 2028 with 80 %: not possible" in spoken_frontier(data)


def test_targets_in_another_unit_are_not_on_the_chart_of_capacity() -> None:
    data: dict[str, Any] = plan_answer()
    data["targets"] = [{**data["targets"][0], "unit": "1", "amount": 2e7}]
    assert "asked:" not in svg.draw(capacity_chart(data))


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
        assert page.count('class="w"') == page.count('class="nr"') == 4 and "<script" not in page
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        assert not re.search(r"\b(nan|None|Undefined)\b", text)
        if language == "de":
            assert [word for word in ENGLISH if word in text] == []


def test_conflict_stands_on_the_page_only_where_there_is_one() -> None:
    assert "What cannot be kept together" in plan_html(impossible_answer())
    assert "What cannot be kept together" not in plan_html(plan_answer())
