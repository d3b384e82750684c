"""How good dates and odds are, in the report and in the pages: the shipped numbers, in words that they bear out."""

from __future__ import annotations

import copy
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("jinja2", reason="the report extra is not installed")
pytest.importorskip("vl_convert", reason="the report extra is not installed")

from stargauge import api
from stargauge.audit.backtest.measured import shipped
from stargauge.catalogue.load import load_catalogue
from stargauge.report.accuracy.accuracy_chart import outcomes_in_forecasts, reliability
from stargauge.report.accuracy.accuracy_page import accuracy_page, finding, left_out, measured_by, score_groups
from stargauge.report.drawing.canvas import HALF_NARROW, HALF_WIDE, Paper
from stargauge.report.html import render_report

ROOT = Path(__file__).parents[1]
SAMPLE = Path(__file__).parent / "data" / "check_sample.json"


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    scores = shipped()
    assert scores is not None
    return scores.to_dict(load_catalogue())


def section(told: dict[str, Any]) -> str:
    answer = {**json.loads(SAMPLE.read_text(encoding="utf-8")), "accuracy": told}
    found = re.search(r'<section aria-labelledby="accuracy">.*?</section>', render_report(answer), re.DOTALL)
    assert found is not None
    return found[0]


def scripts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("scores", ROOT / "docs" / "scores.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_a_report_brings_the_shipped_scores_and_a_plain_answer_does_not() -> None:
    answer = api.check("xai-colossus-1", draws=64, charts=True)
    assert answer.to_dict(charts=True)["accuracy"]["fits"] is True
    assert "accuracy" not in answer.to_dict()


def test_every_score_stands_with_its_interval_and_number_of_cases(told: dict[str, Any]) -> None:
    page = section(told).replace("\u00a0", " ")
    for group in score_groups(told):
        for row in group["rows"]:
            assert all(f">{cell}</td>" in page for cell in row[1:]), row
    summary = told["backtest"]
    rows = [row for group in score_groups(told) for row in group["rows"]]
    assert rows[0][1] == f"{100 * summary['coverage_p10_p90']:.0f} %" and rows[0][3].startswith(f"{summary['cases']} at")
    assert rows[-5][1] == f"{summary['brier']:.3f}" and rows[-4][1] == f"{summary['brier_base_rate']:.3f}"


def test_every_case_and_every_claim_left_out_is_there_with_its_reason(told: dict[str, Any]) -> None:
    page = section(told)
    assert page.count("<tr") > sum(len(told["cases"][name]) for name in ("dates", "claims", "records"))
    groups = left_out(told["cases"]["unscored"])
    assert sum(len(members) for _, members in groups) == len(told["cases"]["unscored"])
    assert [len(members) for _, members in groups] == sorted((len(members) for _, members in groups), reverse=True)
    assert "</b> (" in page and "The rule by which cases are chosen" in page and "What this cannot tell" in page


@pytest.mark.parametrize(
    ("span", "words"), [([0.1, 0.4], "were closer on"), ([-0.4, -0.1], "were less close on"), ([-0.1, 0.1], "neither clearly closer")]
)
def test_a_comparison_is_decided_only_where_its_whole_interval_is(told: dict[str, Any], span: list[float], words: str) -> None:
    changed = copy.deepcopy(told)
    changed["records"]["intervals"]["crps_skill_vs_announcement"] = span
    assert words in finding(changed)
    changed["backtest"]["brier_gain_interval"] = span
    assert {0.1: "better than the", -0.4: "worse than the", -0.1: "neither clearly better"}[span[0]] in finding(changed)


def test_scores_of_other_inputs_are_called_so(told: dict[str, Any]) -> None:
    assert measured_by(told).startswith("Measured on ") and "do not belong" not in section(told)
    other = section({**told, "fits": False})
    assert "<b>Measured for other inputs on " in other and "They do not belong to the values at hand" in other


def test_no_scores_no_section() -> None:
    assert accuracy_page(None) is None


def test_the_chart_counts_every_outcome_once(told: dict[str, Any]) -> None:
    page = accuracy_page(told)
    assert page is not None
    dates, records, odds = page["charts"]
    assert sum(int(row[1]) for row in dates["table"]["rows"]) == told["backtest"]["cases"]
    assert sum(int(row[1]) for row in records["table"]["rows"]) == told["records"]["reached"]
    assert sum(int(row[1]) for row in odds["table"]["rows"]) == told["backtest"]["brier_cases"]
    inside = sum(case["inside"] for case in told["cases"]["dates"])
    assert f"{inside} of {told['backtest']['cases']} outcomes fell within P10 to P90" in dates["title"]


@pytest.mark.parametrize("paper", [HALF_WIDE, HALF_NARROW])
def test_specifications_are_valid_vega_lite(told: dict[str, Any], paper: Paper) -> None:
    altair = pytest.importorskip("altair")
    altair.LayerChart.from_dict(outcomes_in_forecasts(told["backtest"]["places"], paper))
    altair.LayerChart.from_dict(outcomes_in_forecasts([0] * 10, paper))
    altair.LayerChart.from_dict(reliability(told["backtest"]["reliability"], paper))


def test_the_reliability_chart_shows_shares_that_came_true(told: dict[str, Any]) -> None:
    bins = [
        {"from": 0.0, "to": 0.1, "cases": 4, "said": 0.05, "came_true": 1},
        {"from": 0.1, "to": 0.33, "cases": 0, "said": None, "came_true": 0},
    ]
    spec = reliability(bins, HALF_WIDE)
    shown = [layer["data"]["values"] for layer in spec["layer"] if layer["mark"]["type"] == "point"]
    assert shown == [[{"said": 0.05, "true": 0.25, "text": "1 of 4", "cases": 4}]]


@pytest.mark.parametrize("page", ["docs/how-good-the-dates-are.md", "README.md"])
def test_the_pages_quote_the_shipped_scores(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert text.count("<!-- scores: ") == text.count("<!-- end of scores -->") > 0
    assert scripts().renewed(text) == text, "the page quotes other scores than those that ship; renew it: make scores"
