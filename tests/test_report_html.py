"""The report file: self-contained, safe against what a programme file may hold, readable in a browser without script and on a phone."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jinja2", reason="the report extra is not installed")
pytest.importorskip("vl_convert", reason="the report extra is not installed")

import itertools

from tests.plan_answer import impossible_answer, plan_answer

from stargauge.audit.backtest.measured import shipped
from stargauge.catalogue.load import load_catalogue
from stargauge.report.html import render_report, web_address
from stargauge.report.plan.plan_page import plan_html

SAMPLE = Path(__file__).parent / "data" / "check_sample.json"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
VOID = {"meta", "link", "br", "img", "input", "hr", "rect", "circle", "line", "path"}


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    scores = shipped()
    assert scores is not None
    return {**json.loads(SAMPLE.read_text(encoding="utf-8")), "accuracy": scores.to_dict(load_catalogue())}


@pytest.fixture(scope="module")
def page(answer: dict[str, Any]) -> str:
    return render_report(answer)


class Walk(HTMLParser):
    """Elements in order, with a check that what opens also closes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
            self.open.pop()

    def tags(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag in names]


def test_every_element_that_opens_closes(page: str) -> None:
    assert Walk(page).open == []


def test_headings_are_in_order_with_one_h1(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in Walk(page).found if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_nothing_is_loaded_and_no_script_is_there(page: str) -> None:
    walk = Walk(page)
    assert not walk.tags("script", "iframe", "object", "embed", "img")
    assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", page)
    assert [link["href"] for link in walk.tags("link")] == ["data:,"]
    assert not any(name.startswith("on") for _, attributes in walk.found for name in attributes)
    assert "default-src 'none'" in page


def test_links_inside_the_file_lead_somewhere_and_ids_are_unique(page: str) -> None:
    found = Walk(page).found
    ids = [attributes["id"] for _, attributes in found if attributes.get("id")]
    assert len(ids) == len(set(ids))
    targets = {str(attributes["href"])[1:] for tag, attributes in found if tag == "a" and str(attributes.get("href")).startswith("#")}
    assert targets <= set(ids)
    assert "why-power-facility-operational" in targets


def test_every_chart_says_what_it_shows_and_has_a_table(page: str) -> None:
    walk = Walk(page)
    pictures = [attributes for attributes in walk.tags("svg") if attributes.get("role") == "img"]
    assert len(pictures) == 12 and all(len(str(picture["aria-label"])) > 40 for picture in pictures)
    assert sum("twin" in str(attributes.get("class")) for attributes in walk.tags("table")) == len(pictures) / 2 + 3  # the cases
    assert all(attributes.get("role") == "img" or attributes.get("aria-hidden") == "true" for attributes in walk.tags("svg"))


def test_the_table_holds_the_numbers_of_the_chart(answer: dict[str, Any]) -> None:
    from stargauge.report.html import time_table

    table = time_table(answer["lines"]["capacity"], answer["quantities"], answer["newest_evidence"])
    assert table["head"][-1] == "Operational P90, GW"
    assert next(row for row in table["rows"] if row[0] == "Dec 2032")[-3:] == ["6.21", "9.07", "11.3"]
    assert any(row[0] == "Sep 2026" for row in table["rows"])


def test_as_a_file_the_chart_has_every_month_and_every_quantile(answer: dict[str, Any]) -> None:
    from stargauge.report.html import time_table

    line, quantities = answer["lines"]["capacity"], answer["quantities"]
    kept = time_table(line, quantities, answer["newest_evidence"])["file"]
    data = quantities["power_facility[operational]"]
    assert len(kept["rows"]) == len(data["months"]) and kept["rows"][0][0] == "2025-01-31"
    named = [name for name in kept["head"] if name.startswith("Operational")]
    assert named == [f"Operational {level}, GW" for level in ("P10", "P25", "P50", "P75", "P90")]
    last = float(kept["rows"][-1][kept["head"].index("Operational P50, GW")])
    assert last == pytest.approx(data["p50"][-1] / (1e9 if data["unit"] == "W" else 1.0), rel=1e-5)


def test_a_stage_on_paper_says_what_has_no_site_and_what_is_only_implied() -> None:
    from stargauge.report.html import ladder

    def held(*values: float) -> dict[str, Any]:
        return {"unit": "GW", "months": ["2026-02", "2026-11"], "p50": list(values)}

    quantities = {
        "power_facility[announced]": held(0.0, 3.0), "power_facility[announced, unsited]": held(0.0, 0.5),
        "power_facility[contracted]": held(0.0, 0.0), "power_facility[financed]": held(0.0, 1.0),
        "power_facility[under_construction]": held(2.0, 2.5),
    }  # fmt: skip
    rungs = {one["stage"]: one for one in ladder({"quantities": quantities, "as_of": "2026-11-27", "newest_evidence": "2026-02-11"})}
    assert (rungs["announced"]["p50"], rungs["under_construction"]["p50"]) == (3.0, 2.0)  # as known on the day; as last seen
    assert rungs["announced"]["text"] == "of it 0.5 GW pledged without a site"
    assert rungs["contracted"]["text"] == "nothing on record"
    assert rungs["financed"]["text"] == "on record; the 2 GW built or being built imply more"
    assert rungs["under_construction"]["text"] == ""


def test_no_chart_is_drawn_where_every_number_is_zero(answer: dict[str, Any]) -> None:
    from stargauge.report.html import drawable

    line = answer["lines"]["capacity"]
    assert drawable(line, answer["quantities"])
    empty = {address: {**data, "p50": [0.0] * len(data["months"]), "p90": [0.0] * len(data["months"])}
             for address, data in answer["quantities"].items() if data.get("months")}  # fmt: skip
    assert not drawable(line, empty)


def test_the_headline_comes_first_then_the_dispute_in_order(answer: dict[str, Any], page: str) -> None:
    order = [page.index(str(entry["says"])) for entry in answer["dispute"]]
    assert page.index("<h1>") < order[0] and order == sorted(order)
    assert page.count("Not shown: no capture") >= len(answer["dispute"])


def test_outcome_and_odds_never_mix(page: str) -> None:
    row = page[page.index('id="claim-abilene-12gw-mid26"') :].split("</tr>")[0]
    assert "Not met" in row and "then <b>24\u00a0%</b>" in row and "model range" not in row


def test_attribution_assumptions_hindsight_and_what_was_not_found_are_shown(answer: dict[str, Any], page: str) -> None:
    for wanted in (
        "CC BY 4.0",
        "building_spacing",
        "hindsight-calibrated to 18 Sep 2026",
        "Any head count outside Abilene",
        "Odds are a statement",
    ):
        assert wanted in page


def test_markup_in_data_stays_text(answer: dict[str, Any]) -> None:
    bad = '<script>alert("x")</script>'
    hostile = copy.deepcopy(answer)
    hostile["headline"] = hostile["programme"]["name"] = hostile["lines"]["capacity"]["title"] = bad
    hostile["lines"]["capacity"]["series"][0]["label"] = bad
    hostile["claims"][0]["says"] = hostile["dispute"][0]["speaker"] = bad
    hostile["sources"]["epoch-2026-09"]["url"] = "javascript:alert(1)"
    hostile["sources"]["epoch-2026-09"]["publisher"] = '"><img src=x onerror=alert(1)>'
    walk = Walk(render_report(hostile))
    assert not walk.tags("script", "img")
    assert not any("javascript:" in str(attributes.get("href")) for attributes in walk.tags("a"))


def test_only_web_addresses_become_links() -> None:
    assert web_address("https://example.org/a") == "https://example.org/a"
    assert web_address("javascript:alert(1)") == web_address("data:text/html,x") == web_address("stored-file:3") == web_address(None) == ""


def test_a_bare_answer_makes_a_page_without_empty_sections(answer: dict[str, Any]) -> None:
    few = {key: answer[key] for key in ("programme", "as_of", "draws", "seed", "headline", "version")}
    page = render_report({**few, "claims": [], "quantities": {}, "statements": [], "reproduce": []})
    assert Walk(page).open == []
    assert "The dispute" not in page and "<figure" not in page


@pytest.fixture(scope="module")
def chromium() -> str:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    return CHROMIUM


def browse(program: str, folder: Path, address: str, width: int = 1280) -> tuple[str, str]:
    """The page as a browser holds it after loading, and what the browser logged."""
    made = subprocess.run(
        [
            program,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-dev-shm-usage",
            "--enable-logging=stderr",
            "--v=0",
            f"--user-data-dir={folder / 'profile'}",
            f"--window-size={width},900",
            "--virtual-time-budget=3000",
            "--dump-dom",
            address,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return made.stdout, made.stderr


def test_a_browser_finds_no_error_and_asks_for_nothing(chromium: str, page: str, tmp_path: Path) -> None:
    text = page.replace("</head>", _PROBE + "</head>").replace("default-src 'none';", "default-src 'none'; script-src 'unsafe-inline';")
    report = tmp_path / "report.html"
    report.write_text(text, encoding="utf-8")
    dom, log = browse(chromium, tmp_path, report.as_uri())
    assert 'data-loaded="0"' in dom, "the page asked for something, or the browser did not run"
    assert "CONSOLE" not in log


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_no_wider_than_its_window(chromium: str, answer: dict[str, Any], tmp_path: Path, width: int) -> None:
    assert wide(chromium, tmp_path, render_report(answer), width) <= width


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("made", [plan_answer, impossible_answer])
def test_the_page_of_a_plan_is_no_wider_than_its_window(
    chromium: str, tmp_path: Path, width: int, made: Callable[[], dict[str, Any]]
) -> None:
    assert max(wide(chromium, tmp_path / language, plan_html(made(), language), width) for language in ("en", "de")) <= width


def wide(chromium: str, folder: Path, page: str, width: int) -> int:
    """How wide a page is in a frame of a width: a browser window has a least width of its own. All details open."""
    folder.mkdir(exist_ok=True)
    (folder / "report.html").write_text(page.replace("<details>", "<details open>"), encoding="utf-8")
    frame = (
        f'<!doctype html><iframe id="f" src="report.html" style="width:{width}px;height:800px;border:0"></iframe><script>'
        "f.onload=()=>{const d=f.contentDocument.documentElement;document.body.dataset.wide=d.scrollWidth}</script>"
    )
    (folder / "frame.html").write_text(frame, encoding="utf-8")
    made = subprocess.run(
        [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-dev-shm-usage",
            "--allow-file-access-from-files",
            f"--user-data-dir={folder / 'profile'}",
            "--window-size=1600,900",
            "--virtual-time-budget=3000",
            "--dump-dom",
            (folder / "frame.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    measured = re.search(r'data-wide="(\d+)"', made.stdout)
    assert measured is not None, made.stderr[-500:]
    return int(measured[1])


#: Counts what the page loaded and writes it where the test can read it.
_PROBE = """<script>addEventListener('load',()=>setTimeout(()=>{
document.documentElement.dataset.loaded=performance.getEntriesByType('resource').filter(e=>!e.name.startsWith('data:')).length},200))</script>"""
