"""`stargauge money`: the dispute answered, ladders, gaps, circles and knock-on; the same in Python, on the terminal and in the report."""

from __future__ import annotations

import json
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli_runs import ask
from tests.programme_files import small
from tests.real_worlds import TINY

import stargauge
from stargauge import api
from stargauge.audit.money.money_question import _EXAMPLE
from stargauge.audit.money.promises import circles
from stargauge.quantity.quantity import MEANS
from stargauge.report.drawing.canvas import Paper
from stargauge.report.money.money import books, headline
from stargauge.report.money.money_chart import NARROW_GRAPH, WIDE_GRAPH, graph

DAY, AFTER = "2026-11-22", "2025-01-23"
RUN = ("--as-of", DAY, "--draws", "256", "--seed", "3")


@pytest.fixture(scope="module")
def then() -> dict[str, Any]:
    """The day of the dispute, from what could be known the day after."""
    return stargauge.money("stargate", as_of=AFTER, when="2025-01-22", draws=512).to_dict()


@pytest.fixture(scope="module")
def now() -> dict[str, Any]:
    return stargauge.money("stargate", as_of=DAY, draws=512, pays={"openai": 0.5}).to_dict()


def odds(data: dict[str, Any], place: int) -> list[float]:
    return [data["dispute"][place]["group"][means]["probability"] for means in MEANS]


def test_the_dispute_is_answered_for_both_sums_by_each_definition(then: dict[str, Any]) -> None:
    assert [one["amount"] for one in then["dispute"]] == [100e9, 500e9]
    assert then["group"] == ["softbank", "openai", "oracle", "mgx"] and then["not_knowable"] == ["mgx"]
    hundred, five_hundred = odds(then, 0), odds(then, 1)
    assert hundred[:3] == [0.0, 0.0, 0.0] and hundred[3] > 0.9 and max(five_hundred) < 0.1
    assert all(one["lower_bound"] for one in then["dispute"])


def test_each_definition_holds_those_before_it(now: dict[str, Any], then: dict[str, Any]) -> None:
    for data in (now, then):
        for place in range(len(data["dispute"])):
            assert odds(data, place) == sorted(odds(data, place))
            for row in data["dispute"][place]["parties"]:
                if row["knowable"]:
                    chances = [row["means"][means]["probability"] for means in MEANS]
                    assert chances == sorted(chances)


def test_a_party_without_accounts_gets_no_number_but_the_cash_it_would_take(now: dict[str, Any], then: dict[str, Any]) -> None:
    for data in (now, then):
        row = next(row for row in data["dispute"][0]["parties"] if row["party"] == "mgx")
        assert not row["knowable"] and set(row["means"].values()) == {None}
        assert row["needed"] == pytest.approx(100e9 * 7 / 52)
        gap = next(gap for gap in data["gaps"] if gap["party"] == "mgx")
        assert gap["means"] is None and gap["chance"] is None and gap["cash_needed"]["p50"] > 0.0
        assert "mgx" not in {one["party"] for one in data["covenants"]}


def test_the_parts_of_the_parties_add_up_to_the_sum(now: dict[str, Any]) -> None:
    for one in now["dispute"]:
        assert sum(row["needed"] for row in one["parties"]) == pytest.approx(one["amount"])


def test_microsofts_sums_stand_apart_with_both_bases(now: dict[str, Any]) -> None:
    rows = [(round(one["amount"] / 1e9, 2), one["basis"]) for one in now["apart"] if one["party"] == "microsoft"]
    plain, leases = ([amount for amount, basis in rows if ("with" in basis) is with_them] for with_them in (False, True))
    assert plain == [80.0, 64.55] and leases == [85.1, 88.2]
    assert "microsoft" not in now["group"] and "microsoft" not in {one["party"] for one in now["ladder"]}


def test_each_stage_of_the_ladder_holds_those_after_it(now: dict[str, Any]) -> None:
    for one in now["ladder"]:
        for side in ("pays", "gets"):
            amounts = list(one[side].values())
            assert amounts == sorted(amounts, reverse=True)
    arm = next(one for one in now["ladder"] if one["party"] == "softbank")["gets"]
    assert arm["available"] - arm["drawn"] == pytest.approx(20e9 - 8.5e9)


def test_gaps_shrink_with_every_means_added(now: dict[str, Any]) -> None:
    for one in now["gaps"]:
        if one["knowable"]:
            middles = [one["means"][means]["p50"] for means in MEANS]
            assert middles == sorted(middles, reverse=True)


def test_softbanks_own_ceiling_is_what_it_breaks(now: dict[str, Any], then: dict[str, Any]) -> None:
    today = next(one for one in now["covenants"] if one["party"] == "softbank")
    assert today["ceiling"] == 0.25 and today["probability"] > 0.5 and today["first"]["p50"] < "2027-01-01"
    assert next(one for one in then["covenants"] if one["party"] == "softbank")["probability"] < 0.1


def test_who_counts_on_a_party_breaks_more_likely_where_it_pays_half(now: dict[str, Any]) -> None:
    rows = {one["party"]: one for one in now["contagion"]["rows"]}
    assert now["contagion"]["party"] == "openai" and now["contagion"]["rows"][0]["party"] == "oracle"
    assert rows["oracle"]["after"] > rows["oracle"]["before"] + 0.1 and rows["oracle"]["change"]["p50"] < 0.0
    assert rows["oracle"]["first_after"]["p50"] < rows["oracle"]["first_before"]["p50"]
    assert rows["openai"]["change"]["p50"] >= 0.0  # what it does not pay is left to it


def test_what_may_stand_in_cash_already_counts_once(now: dict[str, Any], then: dict[str, Any]) -> None:
    """Nvidia's 30 and Amazon's 50 bn came near the day of OpenAI's newest cash; SoftBank's later instalments and older money are dated."""
    assert {one["id"]: one["amount"] for one in now["assumed"]} == {
        "nvidia-openai": 30e9, "amazon-openai": 50e9, "softbank-margin-arm": pytest.approx(11.5e9),
    }  # fmt: skip
    openai = next(row for row in now["dispute"][0]["parties"] if row["party"] == "openai")
    spread = openai["means"]["committed"]["p90"] - openai["means"]["committed"]["p10"]
    assert spread > openai["means"]["cash"]["p90"] - openai["means"]["cash"]["p10"]
    assert then["assumed"] == []


def test_old_cash_is_marked_with_its_date(now: dict[str, Any], then: dict[str, Any]) -> None:
    assert {row["party"]: row["cash_stated"] for row in now["dispute"][0]["parties"] if row["old"]} == {"oracle": "2025-01-22"}
    assert not any(row["old"] for row in then["dispute"][0]["parties"])


def test_what_parties_of_the_group_have_from_one_another_counts_once(now: dict[str, Any]) -> None:
    made = api.load("stargate")
    known, one = api.known(made, now["as_of"]), now["dispute"][0]
    inside = [line for line in known.lines if {line.party, line.to} <= set(now["group"]) and line.spec.kind == "equity"]
    assert inside and one["within"]["cash"]["p50"] == 0.0
    assert 0.0 < one["within"]["committed"]["p90"] <= sum(float(line.spec.amount[-1].value) for line in inside)
    addresses = [f"funding_available[committed, {party}]" for party in now["group"]]
    run = api.simulate(made, quantities=addresses, as_of=now["as_of"], draws=now["draws"], seed=now["seed"])
    whole = sum(np.nan_to_num(run[address].at(date.fromisoformat(now["date"])).values) for address in addresses)
    lacking = np.maximum(0.0, now["dispute"][-1]["amount"] - whole)
    assert (
        now["dispute"][-1]["missing"]["committed"]["p50"]
        >= np.quantile(lacking, 0.5, method="lower") + 0.9 * one["within"]["committed"]["p10"]
    )


def test_the_books_of_every_party_tie(now: dict[str, Any]) -> None:
    assert {one["party"] for one in now["books"]} == set(now["names"])
    assert all(one["largest_difference"] < 0.005 for one in now["books"])
    assert books(now).startswith("Books of every party tie to 0.00 USD")
    off = [*now["books"], {"party": "oracle", "largest_difference": 3.5}]
    assert books(now | {"books": off}) == "Books do not tie: sources less uses of Oracle differ by up to 3.50 USD in a month."


def test_what_a_default_leaves_outside_is_said() -> None:
    made = stargauge.money("stargate", as_of=DAY, draws=64, pays={"oracle": 0.0}).to_dict()["contagion"]
    leases = {one["to"] for one in made["outside"] if one["kind"] == "lease"}
    assert leases == {"abilene", "shackelford", "dona-ana", "port-washington", "saline"} == {one["site"] for one in made["sites"]}
    assert all(one["rent"] == pytest.approx(1.0) and one["computing"] == 0.0 for one in made["sites"])
    assert {"crusoe", "jpmorgan", "pimco"} <= set(made["not_knowable"]) and made["not_marked_down"] == []


def test_holdings_in_who_does_not_pay_are_said_to_stand(now: dict[str, Any]) -> None:
    asked = now["contagion"]
    assert asked["not_marked_down"] == ["softbank"]
    assert {one["id"] for one in asked["outside"]} >= {"openai-microsoft", "openai-lease-milam"}
    assert "openai-oracle" not in {one["id"] for one in asked["outside"]}


def test_paying_all_changes_nothing() -> None:
    made = stargauge.money("stargate", as_of=DAY, draws=256, pays={"openai": 1.0}).to_dict()
    assert all(one["before"] == one["after"] and one["change"]["p50"] == 0.0 for one in made["contagion"]["rows"])


# --- circles ----------------------------------------------------------------------------------------------------------------------


def test_circles_of_the_vector_are_found(shared: Path) -> None:
    found = json.loads((shared / "facts" / "finance_vectors.json").read_text(encoding="utf-8"))["vectors"]
    vector = next(one for one in found if one["id"] == "circular_flows")
    names, matrix = [name.lower() for name in vector["inputs"]["parties"]], vector["inputs"]["annual_flow_matrix_from_to"]
    parties = "".join(
        f"  {name}: {{name: {name}, commitments: {{{_arcs(name, names, row)}}}}}\n" for name, row in zip(names, matrix, strict=True)
    )
    made = circles(api.known(small(("parties:\n", f"parties:\n{parties}")), DAY))
    expected = vector["expected"]
    assert [one["amount"] / 1e9 for one in made["announced"]["cycles"]] == [pytest.approx(expected["cycle_flow"])]
    circle = made["announced"]["cycles"][0]["parties"]
    assert [*circle, circle[0]] == [name.lower() for name in expected["cycle"]]
    shares = {one["party"]: one["share"] for one in made["announced"]["parties"]}
    assert shares["openai"] == pytest.approx(expected["share_of_openai_outflow_round_tripped"], abs=vector["abs_tol"])


def _arcs(name: str, names: list[str], row: list[float]) -> str:
    return ", ".join(
        f"{name}-{to}: {{to: {to}, kind: equity, amount: {{value: {amount} bn USD, source: plan}}, stage: committed}}"
        for to, amount in zip(names, row, strict=True)
        if amount
    )


def test_nothing_goes_round_beyond_what_a_party_pays_or_gets(now: dict[str, Any]) -> None:
    for basis in ("announced", "committed"):
        through = dict.fromkeys(now["names"], 0.0)
        for cycle in now["circles"][basis]["cycles"]:
            for party in cycle["parties"]:
                through[party] += cycle["amount"]
        for one in now["circles"][basis]["parties"]:
            assert through[one["party"]] <= min(one["pays"], one["gets"]) + 1.0
            assert one["share"] * one["pays"] == pytest.approx(through[one["party"]], abs=1.0)
    assert now["circles"]["committed"]["goes_round"] <= now["circles"]["announced"]["goes_round"]


def test_a_purchase_goes_to_its_supplier_and_a_warrant_is_no_money(now: dict[str, Any]) -> None:
    arcs = {one["id"]: one for one in now["circles"]["arcs"]}
    assert (arcs["oracle-chips-abilene"]["from"], arcs["oracle-chips-abilene"]["to"]) == ("oracle", "nvidia")
    assert "amd-warrant" not in arcs


# --- command line, report ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [str(TINY), "stargate"])
def test_the_command_prints_what_python_gives(capsys: pytest.CaptureFixture[str], name: str) -> None:
    answer = ask(capsys, "money", name, "--json", *RUN)
    made = stargauge.money(name, as_of=DAY, draws=256, seed=3).to_dict()
    assert answer.code == 0 and answer.err == "" and json.loads(answer.out) == json.loads(json.dumps(made))


@pytest.mark.parametrize("name", ["stargate", "meta-hyperion", str(TINY)])
def test_it_is_told_in_80_plain_columns(capsys: pytest.CaptureFixture[str], name: str) -> None:
    answer = ask(capsys, "money", name, "--ascii", *RUN)
    assert answer.code == 0 and answer.out.isascii() and max(map(len, answer.out.splitlines())) <= 80
    assert "nan" not in answer.out.lower().split() and "inf" not in answer.out.split()
    assert "~" not in answer.out  # no cell is cut


def test_the_answer_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    out = ask(capsys, "money", "--date", "2025-01-22", "--if", "openai=50 %", "--from", "2027-01-01", *RUN).out
    assert out.startswith("How likely the money is there on 22 Jan 2025: 100 bn USD at least < 1 % in cash")
    assert "…" not in out and "missing of 100 bn, P50" in out and "cash, leases not in it" in out and "Oracle (cash of" not in out
    assert "not knowable" in out and "If OpenAI pays 50 % of what it promised from 1 Jan 2027: who breaks when" in out
    assert "OpenAI → Oracle → Nvidia → OpenAI: 30 bn USD" in out and "64.5 bn" in out.replace("64.6 bn", "64.5 bn")


def test_another_sum_can_be_asked_of(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(ask(capsys, "money", "--need", "250 bn USD", "--json", *RUN).out)
    assert [one["amount"] for one in data["dispute"]] == [250e9]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--if", "openia=0.5"), 'there is no party "openia"; did you mean "openai"?'),
        (("--if", "openai=1.5"), "expected a share from 0 (pays nothing) to 1 (pays all)"),
        (("--if", "openai"), "expected PARTY=SHARE, such as --if openai=0.5"),
        (("--if", "openai=0.5", "--if", "oracle=0.5"), "got 2 parties; expected one"),
        (("--from", "2027-01-01"), "--from goes with --if"),
        (("--date", "1999-01-01"), "--date: 1999-01-01 is outside the model's clock"),
        (("--need", "100"), "--need:"),
        (("--need", "3 GW"), "--need:"),
        (("--date", "2025-13-40"), '--date: got "2025-13-40", which is no day of the calendar'),
        (("--if", "openai=0", "--from", "2001-01-01"), "--from: 2001-01-01 is outside the model's clock"),
    ],
)  # fmt: skip
def test_faults_say_what_was_expected(capsys: pytest.CaptureFixture[str], asked: tuple[str, ...], told: str) -> None:
    answer = ask(capsys, "money", *asked)
    assert answer.code == 2 and told in answer.told and answer.out == ""


def test_faults_of_a_question_come_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, "money", "--if", "openia=2", "--date", "1999-01-01").told
    assert "3 errors" in told and "openia" in told and "1999-01-01" in told and "got 2" in told


def test_texts_of_a_question_are_at_fault_with_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, "money", "--if", "openai=0.5", "--if", "mgz=2", "--date", "1999-01-01", "--need", "x").told
    expected = ("5 errors", "got 2 parties", 'did you mean "mgx"', "got 2; expected a share", "1999-01-01", '--need: got "x"')
    assert all(part in told for part in expected) and "knowledge date" not in told


def test_a_programme_without_parties_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "money", "xai-colossus-1", *RUN)
    assert answer.code == 2 and "has no parties" in answer.told and "{acme-equity:" in answer.told


def test_the_parties_that_the_fault_proposes_can_be_asked_about() -> None:
    parties = _EXAMPLE.removeprefix("parties: {").removesuffix("}")
    parties = parties.replace("my-source", "plan").replace("2026-03-31", "2024-12-31")
    made = stargauge.money(small(("parties:\n", f"parties:\n  {parties}\n")), as_of=DAY, amounts=["3 bn USD"], draws=16).to_dict()
    assert "acme" in made["group"]


def test_the_report_shows_the_same_numbers_and_the_graph_with_its_table(now: dict[str, Any]) -> None:
    pytest.importorskip("jinja2")
    pytest.importorskip("vl_convert")
    from stargauge.report.html import render_report
    from stargauge.report.money.money_tables import tables

    sample = json.loads((Path(__file__).parent / "data" / "check_sample.json").read_text(encoding="utf-8"))
    page = render_report(sample | {"funds": now}).replace("\u00a0", " ")
    assert 'id="parties"' in page and 'href="#parties"' in page
    for one in tables(now):
        assert escape(one.title, quote=False).replace("'", "&#39;") in page
    assert 'aria-label="Promises between 10 parties, circles: ' in page
    assert "money-graph.csv" in page and "Goes round" in page and 'id="parties"' not in render_report(sample)


def test_several_without_accounts_are_many(now: dict[str, Any]) -> None:
    assert "What MGX has is not knowable: only its promises count" in headline(now)
    assert "What MGX and Oracle have is not knowable: only their promises count" in headline(now | {"not_knowable": ["mgx", "oracle"]})


@pytest.mark.parametrize("paper", [WIDE_GRAPH, NARROW_GRAPH])
def test_no_words_of_the_picture_lie_on_others_and_names_are_whole(now: dict[str, Any], paper: Paper) -> None:
    places = list[tuple[float, float, float, float]]()
    for layer in graph(now["circles"], now["names"], paper)["layer"]:
        mark = layer["mark"]
        if mark["type"] == "text" and "stroke" not in mark:
            words, size = layer["data"]["values"][0]["text"], mark["fontSize"]
            assert not any("…" in line for line in words)
            wide = max(map(len, words)) * size * 0.5
            left = layer["encoding"]["x"]["value"] - {"left": 0.0, "center": wide / 2.0, "right": wide}[mark["align"]]
            top = layer["encoding"]["y"]["value"] - size
            places.append((left, top, left + wide, top + len(words) * (size + 2.0)))
    assert len(places) > 10
    for place, (left, top, right, bottom) in enumerate(places):
        for other in places[place + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top


def test_more_cash_never_lowers_the_odds_or_widens_a_gap() -> None:
    richer = api.load("stargate", {"parties": {"oracle": {"cash": "60 bn USD"}}})
    poor, rich = (stargauge.money(one, as_of=DAY, draws=256).to_dict() for one in ("stargate", richer))
    for place in range(2):
        assert all(b >= a for a, b in zip(odds(poor, place), odds(rich, place), strict=True))
    gaps = [next(one for one in data["gaps"] if one["party"] == "oracle")["means"]["committed"]["p50"] for data in (poor, rich)]
    assert gaps[1] <= gaps[0] and np.isfinite(gaps).all()


def test_a_policy_that_the_model_has_broken_already_is_no_forecast() -> None:
    from stargauge.report.money.money_tables import _breach

    span = {"p10": "2026-03-31", "p50": "2026-07-31", "p90": "2027-04-30"}
    assert _breach(span, "2026-11-27") == "by the model already broken: Jul 2026 (Mar 2026 to Apr 2027)"
    assert _breach(span, "2026-06-01") == "Jul 2026 (Mar 2026 to Apr 2027)"
