"""The terminal answer: 80 columns, the dispute first, marks that survive plain text, colour only where asked for."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stargauge.report.listing import render_catalogue
from stargauge.report.terminal import Style, render_check, style_for
from stargauge.report.why.explanation import render_explain
from stargauge.report.wording import counted, day_text, held_by_record, percent, percent_range, record_entry, shape, stated_text, value_text

SAMPLE = Path(__file__).parent / "data" / "check_sample.json"


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    return dict(json.loads(SAMPLE.read_text(encoding="utf-8")))


@pytest.mark.parametrize("every_claim", [False, True])
def test_no_line_is_wider_than_80_columns(answer: dict[str, Any], every_claim: bool) -> None:
    text = render_check(answer, every_claim=every_claim)
    assert max(map(len, text.splitlines())) <= 80


def test_headline_then_dispute_in_order_then_the_table(answer: dict[str, Any]) -> None:
    shuffled = {**answer, "dispute": list(reversed(answer["dispute"]))}
    text = render_check(shuffled)
    assert text.startswith(answer["headline"])
    places = [text.index(f"\n{entry['order']}  {entry['speaker']},") for entry in answer["dispute"]]
    assert places == sorted(places)
    assert places[-1] < text.index("P10")


def test_each_dispute_entry_has_reading_then_now_record_and_says_where_there_is_no_capture(answer: dict[str, Any]) -> None:
    text = render_check(answer)
    head = next(line for line in text.splitlines() if line.strip().startswith("read as"))
    assert "23 Jan 2025" in head and head.endswith("now")
    assert sum(line.strip().startswith("record  ") for line in text.splitlines()) == len(answer["dispute"])
    assert " ".join(text.split()).count("Not shown: no capture") >= len(answer["dispute"]) - 1


def test_the_dispute_shows_every_reading_of_its_claim_then_and_now(answer: dict[str, Any]) -> None:
    text = render_check({**answer, "dispute": answer["dispute"][:1]})
    rows = " ".join(text.split())
    assert "◌ 5 % (2-14)" in rows and "◌ 3 % (2-9)" in rows


def test_what_a_capture_shows_is_said_in_its_own_words(answer: dict[str, Any]) -> None:
    entry = {**answer["dispute"][0], "capture": "Captured on 21 Jan 2025"}
    text = " ".join(render_check({**answer, "dispute": [entry]}).split())
    assert "Captured on 21 Jan 2025" in text and "no capture" not in text


def test_ascii_has_no_other_character(answer: dict[str, Any]) -> None:
    text = render_check(answer, Style(ascii=True), every_claim=True)
    assert text.isascii()
    assert "x not met" in text and "* met" in text and "o open" in text


def test_outcome_is_never_told_by_colour_alone(answer: dict[str, Any]) -> None:
    coloured = render_check(answer, Style(colour=True))
    assert "\033[" in coloured
    assert "⊘ not met" in coloured


def test_no_colour_where_the_stream_is_no_terminal_or_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert style_for(Terminal()).colour
    assert not style_for(io.StringIO()).colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not style_for(Terminal()).colour


def test_claims_left_off_are_counted_and_open_ones_come_first(answer: dict[str, Any]) -> None:
    text = render_check(answer)
    assert f"... {len(answer['claims']) - 12} more" in text
    assert text.index("invest-500bn-4y") < text.index("jobs-100k")
    assert "more: stargauge" not in render_check(answer, every_claim=True)


def test_a_claim_that_failed_shows_no_odds_now(answer: dict[str, Any]) -> None:
    row = next(line for line in render_check(answer).splitlines() if line.startswith("abilene-12gw-mid26"))
    assert "not met" in row and "24 %" in row and "560 MW" in row and "(" not in row


def test_explanation_goes_down_to_statements_with_source_date_and_grade(answer: dict[str, Any]) -> None:
    text = render_explain(answer["lineage"]["power_facility[operational]"])
    assert text.startswith("5.1 GW at the end of Dec 2028 (P10 3.3, P90 7.4)")
    assert "P_facility = P_IT * r" in text
    leaf = next(line for line in text.splitlines() if "421 MW  estimated" in line)
    assert "estimated" in leaf and "24 Sep 2026" in leaf and leaf.rstrip().endswith("B")
    assert "assumption" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "421 MW  estimated" not in render_explain(answer["lineage"]["power_facility[operational]"], depth=1)


def test_catalogue_rows_show_value_date_and_grade() -> None:
    row = {"kind": "accelerator", "name": "a-chip", "attribute": "tdp", "value": 1200.0, "unit": "W", "published": "2025-03", "grade": "A"}
    text = render_catalogue([row])
    assert "1.2 kW" in text and "Mar 2025" in text and "1 row;" in text


@pytest.mark.parametrize(
    ("given", "told"), [(0.004, "< 1 %"), (0.995, "> 99 %"), (0.28, "28 %"), (None, "–"), (0.0, "< 1 %"), (1.0, "> 99 %")]
)
def test_probability_is_never_zero_or_hundred(given: float | None, told: str) -> None:
    assert percent(given) == told


@pytest.mark.parametrize(
    ("status", "made"),
    [
        ("met", "met"),
        ("not met", "not"),
        ("partly met", "part"),
        ("depends on reading", "part"),
        ("open", "open"),
        ("not testable", "none"),
        ("not shown", "none"),
        ("record too thin", "none"),
        (None, "none"),
    ],
)
def test_each_status_has_its_shape(status: str | None, made: str) -> None:
    assert shape(status) == made


def test_dates_and_values_read_as_people_write_them() -> None:
    assert day_text("2026-11-22") == "22 Nov 2026"
    assert day_text("2025-01-22T16:42:17Z") == "22 Jan 2025"
    assert day_text("2025-09") == "Sep 2025"
    assert day_text("2026-Q4") == "2026-Q4"
    assert day_text("2026-10-01..2027-03-31") == "1 Oct 2026 to 31 Mar 2027"
    assert percent_range([0.02, 0.09]) == "2–9"
    assert stated_text({"value": True}) == "yes"
    assert stated_text({"value": 24.3e9, "unit": "USD"}) == "24.3 bn USD"


def test_a_silent_record_keeps_its_odds_and_the_marks_of_nothing_decided(answer: dict[str, Any]) -> None:
    reading = {**answer["claims"][0]["readings"][0], "status": "passed, record silent"}
    claim = {**answer["claims"][0], "status": "passed, record silent", "readings": [reading]}
    row = next(line for line in render_check({**answer, "claims": [claim]}).splitlines() if line.startswith("invest-500bn-4y"))
    assert "_ silent" in row and "3 % (2-9)" in row


def test_the_record_of_a_reading_names_what_decided() -> None:
    rows = [
        {"text": "6,400 jobs", "publisher": "A paper", "as_of": "2025-09-23", "grade": "C", "decides": True},
        {"text": "1 job", "publisher": "Another", "as_of": "2025-10", "grade": "B", "decides": False},
    ]
    assert record_entry(rows) == {"text": "6,400 jobs (A paper, 23 Sep 2025)", "grade": "C"}
    assert record_entry([{**row, "decides": False} for row in rows])["text"] == "1 job (Another, Oct 2025)"
    assert record_entry([]) == {"text": "", "grade": None} == record_entry(None)
    assert record_entry({"text": "seen", "grade": "A"}) == {"text": "seen", "grade": "A"}
    of = {"of": "jobs_construction_onsite[abilene]", "about": "builders on site at Abilene"}
    told = record_entry([{**row, **of, "decides": True} for row in rows])["text"]
    assert told == "builders on site at Abilene: 6,400 jobs (A paper, 23 Sep 2025); 1 job (Another, Oct 2025)"


def test_what_arithmetic_settled_is_told_as_computed_where_no_statement_says_it() -> None:
    settled, silent = {"settled_by": "arithmetic", "record": []}, {"settled_by": None, "record": []}
    recorded = {"settled_by": "record", "record": [{"text": "2", "grade": "B", "decides": True}]}
    assert held_by_record(settled, silent) == {"text": "computed from what is published", "grade": None}
    assert held_by_record(settled, recorded) == {"text": "2", "grade": "B"}
    assert held_by_record(silent) == {"text": "", "grade": None}


def test_a_day_count_is_shown_as_a_date_and_a_duration_as_days() -> None:
    when = float(date(2026, 11, 1).toordinal())
    assert value_text({"unit": "d", "p50": when}) == "1 Nov 2026"
    assert value_text({"unit": "d", "p50": 71.0}) == "71 d"


def test_values_by_label_are_listed_and_the_rest_counted() -> None:
    node = {"address": "stage_date", "label": "stage_date", "unit": "W", "rows": [{"label": f"site-{n}", "p50": 1e9} for n in range(8)]}
    text = " ".join(render_explain(node).split())
    assert "site-0 1 GW; site-1 1 GW" in text and "2 more" in text


def test_one_of_a_thing_is_not_named_as_several() -> None:
    assert [counted(number, "input") for number in (0, 1, 2, 1200)] == ["0 inputs", "1 input", "2 inputs", "1,200 inputs"]
    assert counted(1, "input or choice", "inputs and choices") == "1 input or choice"
    root = {"address": "total", "kind": "derived", "p50": 1.0, "unit": "1",
            "needs": [{"address": "slip", "label": "slip", "kind": "default", "p50": 0.0, "unit": "1"}]}  # fmt: skip
    assert "1 more input: slip" in render_explain(root)


def test_values_along_a_life_are_told_with_their_times() -> None:
    spread = {"p10": 1.0, "p50": 1.5, "p90": 2.0}
    rows = [{"label": "", "time": "2027-01..2044-12", "which": "throughout", **spread},
            {"label": "north", "time": "2031-03", "which": "lowest", **spread},
            {"label": "", "time": "2032", "which": "", **spread}]  # fmt: skip
    root = {"address": "total", "kind": "derived", "p50": 1.0, "unit": "1",
            "needs": [{"address": "cover", "label": "cover", "kind": "derived", "unit": "1", "rows": rows, "more": 2}]}  # fmt: skip
    text = " ".join(render_explain(root).split())
    assert (
        "cover throughout Jan 2027 to Dec 2044: 1.5 (1..2); north lowest in Mar 2031: 1.5 (1..2); 2032: 1.5 (1..2); 2 more derived" in text
    )
