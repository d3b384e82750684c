"""Explanations as people read them: text of verdicts, of what changed, and pictures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.cli_runs import ask
from tests.test_packaging_files import run_page, run_python

from stargauge import api
from stargauge.audit.sources.explanation import explained
from stargauge.report.claims.reasons import render_reasons
from stargauge.report.drawing.canvas import HUES
from stargauge.report.why.changed import render_changed
from stargauge.report.why.lineage import input_name, inputs, kind_text, others, rests_text, strongest, whole
from stargauge.report.why.lineage_chart import MOST_BETWEEN, MOST_INPUTS, headline, lineage_svg, spoken_lineage
from stargauge.report.wording import bare

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
        "62 % of the variance rests on assumptions, 10 % on what sources state; 21 % on sources of grade C or D. 93 % of it is resolved."
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
        "whole": True, "supplied": [], "since": "2025-06-30", "as_of": "2026-06-30", "draws": 256, "method": "Each alone.",
        "then": {"p10": 1e8, "p50": 2e8, "p90": 3e8, "mean": 2.1e8}, "now": {"p10": 1e8, "p50": 2.5e8, "p90": 3e8, "mean": 2.6e8},
        "news": [
            {"text": "north operational: 2026-02 (Tracker)", "median": 6e7, "mean": 5.5e7, "kind": "news", "published": "2026-04-30",
             "grades": ["B"],
             "statements": [{"path": "x", "text": "2026-02", "file": "small.yaml", "line": 12}], "publisher": "B", "title": "Tracker",
             "url": ""},
            {"text": "lost", "median": None, "mean": None, "kind": "news", "published": None, "grades": [], "statements": []},
            {"text": "time passing", "median": 0.0, "mean": 0.0, "kind": "time", "published": None, "grades": [], "statements": []},
            {"text": "several together", "median": -1e7, "mean": -5e6, "kind": "rest", "published": None,
             "grades": [], "statements": []},
        ],
    }  # fmt: skip
    text = render_changed(made, sources=True)
    flat = " ".join(text.split())
    assert flat.startswith("IT power that runs: 200 MW (mean 210) as known on 30 Jun 2025, 250 MW (mean 260) on 30 Jun 2026.")
    assert "+55 +60 north operational: 2026-02 (Tracker), 30 Apr 2026, B" in flat and "−5 −10 several together" in flat
    assert "? ? lost (nothing can be told without it)" in flat and "0 0 time passing" in flat and "?: without it alone" in flat
    assert "small.yaml:12" in flat and max(map(len, text.splitlines())) <= 80


# --- pictures -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("narrow", [False, True])
def test_a_picture_is_well_formed_stays_inside_and_is_spoken(node: dict[str, Any], narrow: bool) -> None:
    root = ElementTree.fromstring(lineage_svg(node, narrow))
    width, height = (float(root.attrib[name]) for name in ("width", "height"))
    assert width == (358 if narrow else 738) and root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == spoken_lineage(node) and "of the variance" in root.attrib["aria-label"]
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
        r"Facility power .* is [\d.,]+ [MG]W at the end of \w{3} \d{4}: .* moves it most \(\d+ % of the variance\)$", headline(node)
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
    for target in (file, tmp_path / "made-narrow.svg"):
        before = target.read_bytes()
        again = ask(capsys, "explain", "jobs_permanent", "--draws", "256", "--svg", str(file))
        assert again.code == 2 and "exists already" in again.told and "choose another name" in again.told and not again.out
        assert target.read_bytes() == before
        file.unlink(missing_ok=True)


def test_a_reading_until_a_day_is_drawn_as_what_it_compares() -> None:
    data = api.explain_reading("jobs-100k/economy-wide", draws=256, as_of="2026-11-22").to_dict()
    (one,) = data["compares"]
    told, text = headline(one["why"]), render_reasons(data)
    assert told.startswith("The highest month end of jobs in all") and "until the end of Jan 2029" in told
    assert bare({**one["value"], "unit": "job"}, "p50") in told and bare({**one["why"], "unit": "job"}, "p50") not in told
    flat = " ".join(text.split())
    assert "highest until then" in flat and "the parts below are those at the end of Jan 2029" in flat
    assert "the parts below are those at the end of Jan 2029" in spoken_lineage(one["why"])
    assert "share of the variance, adding up (Shapley)" in flat and max(map(len, text.splitlines())) <= 80
    for narrow in (False, True):
        assert ElementTree.fromstring(lineage_svg(one["why"], narrow)) is not None


def test_an_input_has_one_label_in_text_data_and_picture() -> None:
    data = api.explain_reading("jobs-100k/economy-wide", draws=512, as_of="2026-11-22").to_dict()
    why = data["compares"][0]["why"]
    ours = next(one for one in strongest(why) if input_name(one) == "construction_workers_limit")
    assert (ours["kind"], ours["basis"], kind_text(ours)) == ("default", "assumed", "assumption")
    flat = " ".join(render_reasons(data).split())
    assert re.search(r"construction_workers_limit \S+ jobs/MW \(\S+\) assumption ", flat)
    assert re.search(r"construction_workers_limit [^;]*, assumption", spoken_lineage(why))


def test_what_changed_a_number_is_told_in_text(capsys: pytest.CaptureFixture[str]) -> None:
    of = ("power_it[operational]", "--programme", "microsoft-fairwater")
    answer = ask(capsys, "explain", *of, "--since", "2026-04-01", "--as-of", "2026-11-22", "--draws", "256")
    assert answer.code == 0, answer.err
    flat = " ".join(answer.out.split())
    assert "fairwater-atlanta operational: " in flat and "30 Sep 2026, B" in flat
    assert "time passing" in flat and "several together" in flat and "Time passing: what was known on the earlier day" in flat


@pytest.mark.parametrize(
    ("asked", "since", "told"),
    [
        ("site-underway", "2025-06-30", "The record decides, so there are no odds for anything to change."),
        ("jobs-100k/economy-wide", "2025-01-01", "The claim had not been made on the earlier day"),
    ],
)
def test_where_a_day_has_no_odds_it_says_why(capsys: pytest.CaptureFixture[str], asked: str, since: str, told: str) -> None:
    answer = ask(capsys, "explain", asked, "--since", since, "--as-of", "2026-11-22", "--draws", "256")
    assert answer.code == 0, answer.err
    flat = " ".join(answer.out.split())
    assert told in flat and "Nothing that came in between changes it" not in flat and max(map(len, answer.out.splitlines())) <= 80


def test_a_tree_is_walked_once_and_says_the_same(node: dict[str, Any]) -> None:
    held = whole(node)
    assert whole(held) is held and dict(held) == node
    assert strongest(held) == strongest(node) and inputs([held]) == inputs([node]) and others(held, []) == others(node, [])
    assert held.all_inputs is held.all_inputs


@pytest.mark.slow
def test_the_page_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/explain.md", tmp_path) == 8
    left = run_python("docs/explain.md")
    assert left["asked"]["why"]["shares"] and left["changed"]["kind"] == "reading"  # type: ignore[index]


def test_the_report_draws_what_an_explained_number_is_made_of(node: dict[str, Any]) -> None:
    pytest.importorskip("jinja2", reason="the report extra is not installed")
    pytest.importorskip("vl_convert", reason="the report extra is not installed")
    from stargauge.report.html import render_report

    sample = json.loads((Path(__file__).parent / "data" / "check_sample.json").read_text(encoding="utf-8"))
    page = render_report({**sample, "lineage": {node["address"]: node}})
    drawn = re.findall(r'<svg class="(w|nr)" viewBox="0 0 (738|358) \d+" role="img" aria-label="Facility power', page)
    assert drawn == [("w", "738"), ("nr", "358")]
    assert "of the variance rests on" in page and page.count('id="made-') == 2


def test_an_input_of_a_workbook_says_where_its_statement_stands() -> None:
    data = api.workbook("xai-colossus-1", draws=256)
    given = [one for group in data["groups"] for one in group["inputs"]]
    said = [one for one in given if one["source"] not in ("", "computed by the model")]
    assert said and all(one["path"] and one["grade"] and one["published"] for one in said)
