"""Explanations as people read them: text of verdicts, of what changed, and pictures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.cli_runs import ask

from stargauge import api
from stargauge.audit.explanation import explained
from stargauge.report.canvas import HUES
from stargauge.report.changed import render_changed
from stargauge.report.lineage import rests_text
from stargauge.report.lineage_chart import MOST_BETWEEN, MOST_INPUTS, headline, lineage_svg, spoken_lineage

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def node() -> dict[str, Any]:
    made = api.load("stargate")
    address = "power_facility[operational, abilene, milam]"
    return explained(api.explain(address, made, draws=512), api.known(made))


# --- text -----------------------------------------------------------------------------------------------------------------------------


def test_a_sum_lists_its_parts_and_says_which_numbers_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    text = ask(capsys, "explain", "jobs_permanent", "--date", "2028-12-31", "--draws", "256").out
    assert max(map(len, text.splitlines())) <= 80
    rows = re.findall(r"^(\S.*?)\s{2,}([\d.,]+|–)\s+([\d.,]+|–)\s+([\d.,]+|–)\s+([\d.,]+|–)$", text, re.MULTILINE)
    assert rows[-1][0] == "in all" and "Means add up; medians do not." in text
    means = [float(row[-1].replace(",", "")) for row in rows]
    assert sum(means[:-1]) == pytest.approx(means[-1], rel=0.02)  # three figures each


def test_what_the_spread_rests_on_is_told_in_words() -> None:
    rests = {"assumed": 0.62, "stated": 0.1, "default": 0.004, "weak": 0.21, "hindsight": 0.0, "resolved": 0.93}
    assert rests_text({"rests_on": rests}) == (
        "62 % of the spread rests on assumptions, 10 % on what sources state; 21 % on sources of grade C or D. 93 % of it is resolved."
    )
    assert rests_text({"rests_on": {"resolved": 0.0}}) == ""


def test_links_come_with_file_and_line(capsys: pytest.CaptureFixture[str]) -> None:
    text = ask(capsys, "explain", "site-underway", "--sources", "--draws", "256").out
    flat = " ".join(text.split())
    assert len(re.findall(r"stargate/records\.yaml:\d+", flat)) >= 2 and "https://" in flat


def test_a_scenario_says_what_it_put_in_the_place_of_what(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "explain", "lcoc[gb200-nvl72, abilene]", "--set", "hours_sold_share=0.5..0.7", "--draws", "512")
    flat = " ".join(answer.out.split())
    assert "changed by --set" in flat and re.search(r"in the place of 0\.75 \(", flat)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("jobs-100k/economy-wide", r"holds in \d+ of 256 draws: \d+ %; model range"),
        ("leavitt-trust", r"Not testable: an opinion"),
        ("site-underway", r"The record that decides .*Commercial Observer"),
        ("abilene-12gw-mid26/exactly", r"Not met by 30 Jun 2026"),
    ],
)
def test_a_verdict_is_explained_in_80_columns(capsys: pytest.CaptureFixture[str], asked: str, told: str) -> None:
    answer = ask(capsys, "explain", asked, "--draws", "256", "--as-of", "2026-11-22")
    assert answer.code == 0, answer.err
    assert max(map(len, answer.out.splitlines())) <= 80
    assert re.search(told, " ".join(answer.out.split()))
    if "leavitt" in asked:
        assert not re.search(r"\d+ %", answer.out)


def test_what_does_not_fit_together_is_refused_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "explain", "leavitt-trust", "--date", "2026-12-31", "--since", "2026-01-01", "--svg", "x.svg")
    assert answer.code == 2 and "--date:" in answer.told and "--svg:" in answer.told
    answer = ask(capsys, "explain", "leavitt-trust", "--svg", "x.svg", "--draws", "256")
    assert answer.code == 2 and "compares no number" in answer.told and not Path("x.svg").exists()
    assert ask(capsys, "explain", "jobs-100k").code == 2


def test_what_changed_is_a_sentence_and_a_table() -> None:
    made = {
        "asked": "power_it[operational]", "subject": "IT power that runs", "kind": "address", "unit": "W", "date": "2026-06-30",
        "since": "2025-06-30", "as_of": "2026-06-30", "draws": 256, "method": "Each alone.",
        "then": {"p10": 1e8, "p50": 2e8, "p90": 3e8, "mean": 2.1e8}, "now": {"p10": 1e8, "p50": 2.5e8, "p90": 3e8, "mean": 2.6e8},
        "news": [
            {"text": "north operational: 2026-02 (Tracker)", "median": 6e7, "mean": 5.5e7, "rest": False, "published": "2026-04-30",
             "grades": ["B"],
             "statements": [{"path": "x", "text": "2026-02", "file": "small.yaml", "line": 12}], "publisher": "B", "title": "Tracker",
             "url": ""},
            {"text": "several together, and time passing", "median": -1e7, "mean": -5e6, "rest": True, "published": None,
             "grades": [], "statements": []},
        ],
    }  # fmt: skip
    text = render_changed(made, sources=True)
    flat = " ".join(text.split())
    assert flat.startswith("IT power that runs: 200 MW (mean 210) as known on 30 Jun 2025, 250 MW (mean 260) on 30 Jun 2026.")
    assert "+55 +60 north operational: 2026-02 (Tracker), 30 Apr 2026, B" in flat and "−5 −10 several together" in flat
    assert "small.yaml:12" in flat and max(map(len, text.splitlines())) <= 80


# --- pictures -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("narrow", [False, True])
def test_a_picture_is_well_formed_stays_inside_and_is_spoken(node: dict[str, Any], narrow: bool) -> None:
    root = ElementTree.fromstring(lineage_svg(node, narrow))
    width, height = (float(root.attrib[name]) for name in ("width", "height"))
    assert width == (358 if narrow else 738) and root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == spoken_lineage(node) and "of the spread" in root.attrib["aria-label"]
    for one in root.iter(f"{SVG}text"):
        assert 0.0 <= float(one.attrib["x"]) <= width and 0.0 < float(one.attrib["y"]) <= height
        assert float(one.attrib["font-size"]) >= 10.5
    for one in root.iter(f"{SVG}rect"):
        if "x" in one.attrib:
            assert float(one.attrib["x"]) + float(one.attrib["width"]) <= width + 0.5
    assert len(list(root.iter(f"{SVG}circle"))) <= MOST_INPUTS


def test_a_picture_has_at_most_twenty_nodes_and_counts_the_rest(node: dict[str, Any]) -> None:
    assert 1 + MOST_INPUTS + MOST_BETWEEN <= 20
    many = {**node, "shares": {name.partition("[")[0]: 0.03 for name in node["shares"]}}
    root = ElementTree.fromstring(lineage_svg(many))
    text = " ".join(one.text or "" for one in root.iter(f"{SVG}text"))
    assert re.search(r"and \d+ more inputs", text)


def test_the_title_of_a_picture_is_a_finding_or_the_plain_number(node: dict[str, Any]) -> None:
    assert re.match(
        r"Facility power .* is [\d.,]+ [MG]W at the end of \w{3} \d{4}: .* moves it most \(\d+ % of the spread\)$", headline(node)
    )
    still = {"address": "month_days", "subject": "month_days", "p50": 30.0, "unit": "d", "date": None, "kind": "derived", "shares": {}}
    assert headline(still) == "month_days is 30 d"
    assert ElementTree.fromstring(lineage_svg(still)) is not None


def test_what_a_programme_calls_itself_cannot_break_out_of_a_picture(node: dict[str, Any]) -> None:
    evil = {**node, "subject": '<script>"&</script>'}
    assert "<script" not in lineage_svg(evil) and ElementTree.fromstring(lineage_svg(evil)) is not None


def test_colours_are_those_of_the_palette(node: dict[str, Any]) -> None:
    used = set(re.findall(r"#[0-9a-f]{6}", lineage_svg(node)))
    assert used <= set(HUES.values()) and not used & {HUES["operational"], HUES["contracted"], HUES["financed"]}


def test_pictures_are_written_wide_and_narrow(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "made.svg"
    answer = ask(capsys, "explain", "jobs_permanent", "--draws", "256", "--svg", str(file), "--json")
    assert answer.code == 0 and json.loads(answer.out)["parts"]
    assert file.read_text(encoding="utf-8").startswith("<svg") and (tmp_path / "made-narrow.svg").exists()
    assert ask(capsys, "explain", "jobs_permanent", "--svg", str(tmp_path / "none" / "x.svg")).code == 2


def test_the_report_draws_what_an_explained_number_is_made_of(node: dict[str, Any]) -> None:
    pytest.importorskip("jinja2", reason="the report extra is not installed")
    pytest.importorskip("vl_convert", reason="the report extra is not installed")
    from stargauge.report.html import render_report

    sample = json.loads((Path(__file__).parent / "data" / "check_sample.json").read_text(encoding="utf-8"))
    page = render_report({**sample, "lineage": {node["address"]: node}})
    drawn = re.findall(r'<svg class="(w|nr)" viewBox="0 0 (738|358) \d+" role="img" aria-label="Facility power', page)
    assert drawn == [("w", "738"), ("nr", "358")]
    assert "of the spread rests on" in page and page.count('id="made-') == 2


def test_an_input_of_a_workbook_says_where_its_statement_stands() -> None:
    data = api.workbook("xai-colossus-1", draws=256)
    given = [one for group in data["groups"] for one in group["inputs"]]
    said = [one for one in given if one["source"] not in ("", "computed by the model")]
    assert said and all(one["path"] and one["grade"] and one["published"] for one in said)
