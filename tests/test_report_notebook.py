"""Answers in a notebook: tables that a screen reader can follow, nothing of a file that runs, charts with Altair and without."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.programme_files import small

import stargauge as sg
from stargauge import api
from stargauge.audit.run import Verdicts
from stargauge.plan.build_order.told.answer import ProgrammePlan
from stargauge.quantity.errors import InputError
from stargauge.report import notebook
from stargauge.report.power.power_words import Rows

ROOT = Path(__file__).parents[1]
DAY = "2026-11-22"
EVIL = "<script>alert('x')</script><img src=x onerror=\"alert(1)\">"
#: All that a table is made of.
TAGS, ATTRIBUTES = {"div", "table", "caption", "strong", "thead", "tbody", "tr", "th", "td", "p"}, {"style", "scope", "lang"}
#: Any text but what HTML reads otherwise: line ends of old machines, and characters that no page may hold.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0", exclude_categories=("Cs",)), max_size=20)
RUNS, MONEY, ALL_MONTHS = "power_facility[operational]", "capital_deployed", "jobs_construction_peak"


class Page(HTMLParser):
    """The tags of a text with their attributes, and the cells of its tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1] in ("th", "td"):
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def result() -> Any:
    return sg.simulate(small(), quantities=[RUNS, "power_facility[announced]", MONEY, ALL_MONTHS], draws=256, seed=3, as_of=DAY)


@pytest.fixture(scope="module")
def plan() -> ProgrammePlan:
    return api.plan(small(), target="150 MW by 2030-06-30", powers=["grid"], as_of=DAY, draws=256, worlds=10, beside=False)


@pytest.fixture(scope="module")
def shown(result: Any, plan: ProgrammePlan) -> dict[str, Any]:
    """One of everything that shows itself."""
    verdicts = sg.audit(small(), draws=256, as_of=DAY)
    return {
        "programme": small(), "known": api.known(small(), DAY), "result": result, "series": result[RUNS], "number": result[ALL_MONTHS],
        "verdicts": verdicts, "verdict": verdicts[0], "check": sg.check(small(), draws=256, as_of=DAY), "plan": plan,
    }  # fmt: skip


def test_a_plan_says_in_a_line_what_it_is(plan: ProgrammePlan) -> None:
    assert plan.fresh is not None
    target = f"power_facility[operational] >= 150 MW by 2030-06-30: {plan.fresh.probabilities[0]:.0%}"
    assert repr(plan) == f"<Plan {plan.name}, planned, {target}, 256 draws, seed 0>"


NAMES = ("programme", "known", "result", "series", "number", "verdicts", "verdict", "check", "plan")


@pytest.mark.parametrize("name", NAMES)
def test_a_table_names_itself_its_columns_and_its_rows(shown: dict[str, Any], name: str) -> None:
    page = Page(shown[name]._repr_html_())
    kinds = [tag for tag, _ in page.tags]
    assert kinds.count("caption") == kinds.count("table") >= 1
    assert set(kinds) <= TAGS
    scopes = [attributes.get("scope") for tag, attributes in page.tags if tag == "th"]
    assert set(scopes) == {"col", "row"} and scopes.count("row") == kinds.count("tr") - kinds.count("thead")
    assert {name for _, attributes in page.tags for name in attributes} <= ATTRIBUTES


def test_a_run_says_its_day_its_draws_its_seed_and_the_units_of_its_numbers(result: Any) -> None:
    text = result._repr_html_()
    for part in ("known on 22 Nov 2026", "256 draws", "seed 3", f"fingerprint {result.fingerprint[:12]}"):
        assert part in text
    rows = {row[0]: row for row in Page(text).rows}
    low, middle, high = (float(result[RUNS].quantiles()[level][result[RUNS].months.index("2028-12")]) for level in (0.1, 0.5, 0.9))
    assert rows["Quantity"][2:] == ["Unit", "End of", "P10", "P50", "P90"]
    assert rows[RUNS][2:4] == ["MW", "Dec 2028"] or rows[RUNS][2:4] == ["GW", "Dec 2028"]
    scale = {"MW": 1e6, "GW": 1e9}[rows[RUNS][2]]
    assert [float(cell) for cell in rows[RUNS][4:]] == pytest.approx([low / scale, middle / scale, high / scale], rel=5e-3)
    assert rows[ALL_MONTHS][2] == "jobs" and rows[ALL_MONTHS][3] == ""


def test_a_series_is_told_by_year(result: Any) -> None:
    rows = Page(result[RUNS]._repr_html_()).rows
    assert rows[0] == ["End of", "P10", "P50", "P90"] and [row[0] for row in rows[1:]] == [f"Dec {year}" for year in range(2025, 2031)]
    assert Page(result[ALL_MONTHS]._repr_html_()).rows[0] == ["P10", "P50", "P90"]
    assert len(Page(result[RUNS].at(date(2028, 12, 31))._repr_html_()).rows) == 2


def test_a_run_that_is_given_something_says_so() -> None:
    made = sg.simulate(small(), quantities=[RUNS], draws=256, as_of=DAY, given="power_facility[operational] >= 140 MW by 2029-12-31")
    assert "given power_facility[operational] &gt;= 140 MW by 2029-12-31" in made._repr_html_()


def test_verdicts_are_a_tuple_that_shows_itself(shown: dict[str, Any]) -> None:
    made = shown["verdicts"]
    assert isinstance(made, Verdicts) and isinstance(made, tuple) and made == tuple(made)
    again = pickle.loads(pickle.dumps(made))
    assert again == made and again._repr_html_() == made._repr_html_()
    text = made._repr_html_()
    assert "known on 22 Nov 2026" in text and "256 draws" in text and "seed 0" in text and "first-hall" in text
    assert made[0].sentence.replace("'", "&#x27;").replace('"', "&quot;") in text


def test_what_is_said_in_german_is_shown_in_german() -> None:
    text = sg.check(small(), draws=256, as_of=DAY, language="de")._repr_html_()
    assert text.startswith('<div lang="de"') and "Wissensstand 22. Nov. 2026" in text and "256 Durchläufe" in text and "Startwert 0" in text


def test_a_plan_shows_its_promise_its_sites_and_its_buildings(plan: ProgrammePlan) -> None:
    text = plan._repr_html_()
    assert all(title in text for title in ("The promise", "Sites", "10 worlds", "seed 0", "known on 22 Nov 2026"))


#: The small programme with a script wherever a file may hold a text.
EVIL_TEXTS = (
    ("name: Small", f"name: {json.dumps(EVIL)}"), ("says: The first hall runs by March 2026.", f"says: {json.dumps(EVIL)}"),
    ("speaker: A", f"speaker: {json.dumps(EVIL)}"), ("as said:", f"{json.dumps(EVIL)}:"),
    ("ours: the end of the month", f"ours: {json.dumps(EVIL)}"), ("  north:\n", f"  north:\n    name: {json.dumps(EVIL)}\n"),
)  # fmt: skip


@pytest.mark.parametrize("part", ["programme", "known", "verdicts", "verdict", "check", "result", "plan"])
def test_nothing_in_a_programme_file_runs(part: str) -> None:
    made = small(*EVIL_TEXTS)
    value: Any = {
        "programme": lambda: made, "known": lambda: api.known(made, DAY), "verdicts": lambda: sg.audit(made, draws=256, as_of=DAY),
        "verdict": lambda: sg.audit(made, draws=256, as_of=DAY)[0], "check": lambda: sg.check(made, draws=256, as_of=DAY),
        "result": lambda: sg.simulate(made, quantities=[RUNS], draws=256, as_of=DAY),
        "plan": lambda: api.plan(made, target="150 MW by 2030-06-30", powers=["grid"], as_of=DAY, draws=256, worlds=10, beside=False),
    }[part]()  # fmt: skip
    text = value._repr_html_()
    page = Page(text)
    assert "&lt;script&gt;" in text
    assert {tag for tag, _ in page.tags} <= TAGS and {name for _, attributes in page.tags for name in attributes} <= ATTRIBUTES


@pytest.mark.usefixtures("alone")
def test_no_text_of_a_chart_runs(result: Any) -> None:
    made = notebook.Chart(result[RUNS].chart().to_dict(), EVIL)._repr_mimebundle_()
    drawn = ElementTree.fromstring(made["image/svg+xml"])
    assert drawn.get("aria-label") == EVIL
    assert {one.tag.rpartition("}")[2] for one in drawn.iter()} <= {"svg", "g", "path", "line", "text", "tspan", "circle", "rect"}


def test_a_long_table_is_cut_and_says_so(result: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "MOST_ROWS", 2)
    text = result._repr_html_()
    assert len(Page(text).rows) == 3 and "2 more rows" in text


# --- charts -------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where Altair is not installed."""
    monkeypatch.setattr(notebook, "find_spec", lambda name: None)


@pytest.mark.parametrize("name", ["result", "series", "check", "plan"])
def test_altair_takes_the_chart_of_the_report(shown: dict[str, Any], name: str) -> None:
    altair = pytest.importorskip("altair")
    made = shown[name].chart()
    assert isinstance(made, altair.LayerChart) and made.to_dict()["description"]


def test_a_chart_of_altair_needs_no_network_either_whatever_is_changed_on_it(shown: dict[str, Any]) -> None:
    altair = pytest.importorskip("altair")
    made = shown["series"].chart()
    assert list(made._repr_mimebundle_()) == [notebook.VEGA_LITE, "image/svg+xml", "text/plain"]
    changed = made.properties(width=700)._repr_mimebundle_()
    assert list(changed) == [notebook.VEGA_LITE, "text/plain"] and changed[notebook.VEGA_LITE]["width"] == 700
    with altair.renderers.enable("json"):
        assert "application/json" in made._repr_mimebundle_()[0]


@pytest.mark.parametrize("name", ["result", "series", "check", "plan"])
@pytest.mark.usefixtures("alone")
def test_without_altair_a_notebook_draws_it_all_the_same(shown: dict[str, Any], name: str) -> None:
    import vl_convert

    made = shown[name].chart()._repr_mimebundle_()
    assert list(made) == [notebook.VEGA_LITE, "image/svg+xml", "text/plain"]
    assert made[notebook.VEGA_LITE]["$schema"].endswith("/v5.json") and made[notebook.VEGA_LITE]["layer"]
    assert "<path" in vl_convert.vegalite_to_svg(made[notebook.VEGA_LITE], vl_version="5.20")
    drawn = ElementTree.fromstring(made["image/svg+xml"])
    assert drawn.get("role") == "img" and drawn.get("aria-label") == made["text/plain"]


@pytest.mark.usefixtures("alone")
def test_a_chart_shows_the_quantiles_of_the_run(result: Any) -> None:
    spec = result[RUNS].chart().to_dict()
    middles = [row for layer in spec["layer"] if layer["mark"].get("type") == "line" for row in layer["data"]["values"]]
    found = dict(zip(result[RUNS].months, result[RUNS].quantiles()[0.5], strict=True))
    assert len(middles) == len(found)
    assert all(row["p50"] * 1e6 == pytest.approx(found[row["month"][:7]]) or row["p50"] * 1e9 == pytest.approx(found[row["month"][:7]])
               for row in middles)  # fmt: skip


@pytest.mark.usefixtures("alone")
def test_a_chart_of_a_run_shows_what_is_alike_or_what_is_asked_for(result: Any) -> None:
    assert result.chart().to_dict()["description"].startswith(f"{RUNS}, power_facility[announced].")
    assert result.chart(MONEY).to_dict()["description"].startswith(f"{MONEY}.")
    with pytest.raises(InputError, match=f"{MONEY} is in USD, {re.escape(RUNS)} in W"):
        result.chart(RUNS, MONEY)
    with pytest.raises(InputError, match="has no months"):
        result.chart(ALL_MONTHS)
    with pytest.raises(InputError, match="has no months"):
        result[ALL_MONTHS].chart()
    with pytest.raises(InputError, match="nothing here has months"):
        sg.simulate(small(), quantities=[ALL_MONTHS], draws=256, as_of=DAY).chart()


@pytest.mark.usefixtures("alone")
def test_what_was_kept_at_some_dates_is_shown_at_one_and_drawn_over_all() -> None:
    made = sg.check(small(), draws=4096, as_of=DAY)
    assert made.result[RUNS].kept_at is not None and made.result[RUNS].counts is None
    rows = {row[0]: row for row in Page(made.result._repr_html_()).rows}
    whole = sg.simulate(small(), quantities=[RUNS], draws=4096, as_of=DAY)
    assert rows[RUNS] == {row[0]: row for row in Page(whole._repr_html_()).rows}[RUNS]
    assert made.result.chart(RUNS).to_dict() == whole.chart(RUNS).to_dict()
    assert len(made.chart().to_dict()["layer"]) > 3
    with pytest.raises(InputError, match="kept at some dates only"):
        made.result[RUNS].chart()


def test_a_run_that_nobody_knows_the_day_of_is_shown_at_its_last_month(result: Any) -> None:
    text = replace(result, known=None)._repr_html_()
    assert "known on" not in text and "Dec 2030" in text and "256 draws" in text


@pytest.mark.usefixtures("alone")
def test_an_axis_reaches_down_to_what_is_below_nothing() -> None:
    months = [f"2026-{month:02d}" for month in range(1, 13)]
    fan = {"unit": "bn USD", "months": months} | {
        name: [-5.0 + place] * 12 for place, name in enumerate(("p10", "p25", "p50", "p75", "p90"))
    }
    spec = notebook._over_time({"loss": fan}, None).to_dict()
    low, high = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert low == pytest.approx(-5 * 1.04) and high > 0
    assert {row["p10"] for layer in spec["layer"][1:2] for row in layer["data"]["values"]} == {-5.0}


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4), TEXTS, TEXTS)
def test_every_text_is_shown_as_it_is(cells: list[tuple[str, str]], title: str, note: str) -> None:
    page = Page(notebook._table(Rows(title, ("one", "two"), cells, note)))
    assert [tuple(row) for row in page.rows[1:]] == cells and {tag for tag, _ in page.tags} <= TAGS


def test_what_has_no_form_for_a_notebook_is_told() -> None:
    for make in (notebook.html_of, notebook.chart_of):
        with pytest.raises(TypeError, match="int has no"):
            make(1)


def test_a_run_alone_loads_nothing_of_pages() -> None:
    shown = "print([name for name in sys.modules if name.startswith('stargauge.report')])"
    code = f"import sys, stargauge as sg; sg.simulate('xai-colossus-1', draws=256); {shown}"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env={"PYTHONPATH": str(ROOT / "src")})
    assert made.stdout.strip() == "[]", made.stderr


def test_only_one_place_asks_upwards() -> None:
    asking = {
        path.name for path in (ROOT / "src" / "stargauge").rglob("*.py") if "stargauge.report.notebook" in path.read_text(encoding="utf-8")
    }
    assert asking == {"shown.py"}
