"""`explain` reads well and works for every quantity: a sentence with unit and date, the formula, inputs by share, who says so."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.asked_once import asked_once
from tests.cli_runs import ask

from stargauge import api
from stargauge.audit.answer_data import explained
from stargauge.audit.summary import HEADLINES, Days
from stargauge.engine.select import Frame
from stargauge.engine.simulate import axes_of, model_graph
from stargauge.programme.load import shipped
from stargauge.quantity.errors import InputError
from stargauge.report.listing import quantity_rows
from stargauge.report.why.explanation import render_explain

TINY = Path(__file__).parent / "data" / "tiny.yaml"
DRAWS = 256
ADDRESS = "power_facility[operational, abilene]"
COMPARISON = sorted(set(shipped()) - {"stargate", "stargate-abroad"})


@pytest.fixture(scope="module", autouse=True)
def _once() -> Iterator[None]:
    with asked_once("explain"):
        yield


@pytest.mark.parametrize("eighths", [(0,), *(pytest.param(rest, marks=pytest.mark.slow) for rest in ((1, 2, 3), (4, 5, 6, 7)))])
def test_every_quantity_and_input_can_be_explained(eighths: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "stargauge.programme.known.LIFE_YEARS", 3
    )  # months beyond the clock explain nothing more, and take most of the time
    monkeypatch.setattr("stargauge.api.programmes._LAST", OrderedDict())  # what was known elsewhere lives longer, and this no longer there
    programme = api.load(TINY)
    known, result = api.known(programme), api.simulate(programme, quantities=["month_end"], draws=DRAWS)
    frame = Frame(model_graph().quantities, axes_of(known))
    names = [name for place, name in enumerate(sorted(model_graph().quantities)) if place % 8 in eighths]
    assert len(names) > 60
    for name in names:
        addresses = frame.expand(name)
        if addresses != (name,):
            with pytest.raises(InputError, match="choose one label along") as caught:
                result.explain(name)
            assert any(label in str(caught.value) for label in addresses[0].partition("[")[2].rstrip("]").split(", "))
        node = result.explain(addresses[0], Days.of(known).evidence, DRAWS)
        text = render_explain(explained(node, known), depth=2)
        assert not re.search(r"\b(nan|inf|None)\b", text.replace("infinity", "").replace("NaN = absent", "")), name
        assert max(map(len, text.splitlines())) <= 80, name
        if not node.is_input:
            assert node.needs or not model_graph().needs(model_graph().quantities[name]), name


@pytest.mark.parametrize("name", COMPARISON)
def test_the_headlines_of_the_comparison_programmes_can_be_explained(capsys: pytest.CaptureFixture[str], name: str) -> None:
    for address in ("power_facility[operational]", "capital_deployed", "jobs_direct", "jobs_construction_peak"):
        assert address in HEADLINES
        answer = ask(capsys, "explain", address, "--programme", name, "--draws", "256")
        assert answer.code == 0, answer.err
        assert "What moves it" in answer.out or " is 0 W at the end of " in answer.out


def test_the_first_line_is_a_sentence_with_unit_and_date(capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(ask(capsys, "explain", ADDRESS, "--date", "2026-12-31", "--draws", "256").out.split())
    assert re.match(r"Facility power that runs at Abilene is [\d.,]+ [MG]W at the end of Dec 2026 \(P10 [\d.,]+, P90 [\d.,]+\)\. ", text)
    text = " ".join(ask(capsys, "explain", "jobs_direct", "--draws", "256").out.split())
    assert re.match(r"Direct jobs .* are [\d,]+ jobs at the end of \w{3} 20\d\d \(P10 ", text)


def test_inputs_come_by_share_with_kind_source_date_and_grade(capsys: pytest.CaptureFixture[str]) -> None:
    text = ask(capsys, "explain", ADDRESS, "--date", "2026-12-31").out
    assert max(map(len, text.splitlines())) <= 80 and len(text.splitlines()) <= 60
    assert "= P_facility = P_IT * r" in text
    moved = text[text.index("What moves it") :]
    shares = [int(share) for share in re.findall(r"^  (\d+) %  ", moved, re.MULTILINE)]
    assert len(shares) >= 4 and shares == sorted(shares, reverse=True)
    flat = " ".join(moved.split())
    assert re.search(r"site_power_band\[abilene\] .* default lognormal.* estimated Epoch AI 23 May 2026 B", flat)


def test_every_line_of_a_formula_in_several_lines_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    text = ask(capsys, "explain", "funding_available[cash]", "--date", "2025-01-31", "--draws", "256").out
    assert re.findall(r"^  = (\w+):", text, re.MULTILINE) == ["cash", "committed", "announced", "financeable"]


def test_titles_and_links_come_on_request_and_stay_whole(capsys: pytest.CaptureFixture[str]) -> None:
    plain = ask(capsys, "explain", "load_factor", "--programme", "xai-colossus-1").out
    assert "http" not in plain
    text = ask(capsys, "explain", ADDRESS, "--sources", "--draws", "256").out
    data = json.loads(ask(capsys, "explain", ADDRESS, "--json", "--draws", "256").out)
    shown = [source for source in data["sources"].values() if source["url"] and source["url"] in text]
    assert shown and any(" ".join(f"“{source['title']}”".split()) in " ".join(text.split()) for source in shown)


def test_an_input_says_its_value_and_who_gave_it(capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(ask(capsys, "explain", "load_factor", "--programme", "xai-colossus-1").out.split())
    assert text.startswith("load_factor is 0.75 (P10 0.667, P90 0.833).")
    text = " ".join(ask(capsys, "explain", "load_factor", "--programme", "xai-colossus-1", "--set", "load_factor=0.5").out.split())
    assert text.startswith("load_factor is 0.5.") and "no source" in text


def test_depth_opens_the_tree(capsys: pytest.CaptureFixture[str]) -> None:
    shallow, deep = (
        ask(capsys, "explain", "jobs_direct", "--programme", "xai-colossus-1", "--depth", depth, "--draws", "256").out for depth in "05"
    )
    assert len(deep.splitlines()) > 2 * len(shallow.splitlines()) and "├" in deep and "├" not in shallow


def test_the_list_has_every_quantity_with_unit_axes_and_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(ask(capsys, "explain", "--list", "--json").out)
    assert rows == quantity_rows(model_graph().quantities) and {row["kind"] for row in rows} == {"quantity", "input"}
    text = ask(capsys, "explain", "--list").out
    assert max(map(len, text.splitlines())) <= 80 and all(f"\n{row['name']}" in text for row in rows)


#: What was explained already, by what was asked: several tests look at the same explanation.
EXPLAINED: dict[tuple[str, ...], str] = {}


def explained_plainly(capsys: pytest.CaptureFixture[str], *asked: str) -> str:
    if asked not in EXPLAINED:
        answer = ask(capsys, "explain", *asked, "--draws", "256")
        assert answer.code == 0, answer.err
        EXPLAINED[asked] = " ".join(answer.out.partition("What moves it")[0].replace("│", " ").split())
    return EXPLAINED[asked]


def test_cover_is_explained_by_its_formula_and_by_the_worst_and_best_twelve_months(capsys: pytest.CaptureFixture[str]) -> None:
    text = explained_plainly(capsys, "dscr[building, abilene]")
    assert "= least over months m of (cash available for service" in text
    assert re.search(
        r"cover_year\[building, abilene\].* lowest in \w{3} 20\d\d: 1\.\d+ \(\S+\); highest in \w{3} 20\d\d: [12]\.\d+ \(", text
    )
    deep = explained_plainly(capsys, "dscr[building, abilene]", "--depth", "4")
    assert "2025-01" not in deep and re.search(r"operating_cash\[building, abilene\] in all Jan 2025 to Dec 20\d\d: [\d.]+ bn USD", deep)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "irr[building, abilene]",
            r"equity_flow\S* abilene\] in all Jan 2025 to Dec 20\d\d: .*lowest in \w{3} 20\d\d: −.*highest in Dec 20\d\d",
        ),
        ("npv[building, abilene]", r"equity_flow.* in all .* discount_rate 0\.11 default"),
        ("loan_to_cost[building, abilene]", r"asset_cost\S* abilene\] in all Jan 2025 to Dec 20\d\d: [\d.]+ bn USD"),
        ("debt_breached[building, abilene]", r"debt_breach_date\[building, abilene\] never in most worlds derived"),
        ("lcoc[gb200-nvl72, abilene]", r"lcoc_parts\[gb200-nvl72, abilene\] [\d.]+ USD/h"),
    ],
)
def test_what_a_number_over_a_life_rests_on_is_told_where_it_counts(capsys: pytest.CaptureFixture[str], address: str, shown: str) -> None:
    assert re.search(shown, explained_plainly(capsys, address))


def test_a_month_of_a_life_reads_its_inputs_at_that_month(capsys: pytest.CaptureFixture[str]) -> None:
    text = explained_plainly(capsys, "accelerator_rent_level[2030-12]")
    assert "life_end[2030-12] 31 Dec 2030" in text and "Sep 2026" not in text
    text = explained_plainly(capsys, "accelerator_rent_level[2030-12]", "--date", "2028-06-30")
    assert "life_end[2030-12] 31 Dec 2030" in text
    assert re.search(r"life_end \d+ values", explained_plainly(capsys, "npv[building, abilene]"))


def test_what_is_shown_is_never_said_to_be_explained_where_it_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    """Of what is needed in several places, the place nearest the answer explains it: that one is shown at any depth."""
    for address in ("npv[building, abilene]", "loan_to_cost[building, abilene]"):
        assert "explained elsewhere" not in explained_plainly(capsys, address)
