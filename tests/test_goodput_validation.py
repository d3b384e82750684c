"""`stargauge validate goodput`: recorded jobs read, predicted without their own outcome, scored; what is left out and why."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.cli_runs import ask

from stargauge import api
from stargauge.audit.validation.goodput_validation import GoodputValidation, validate_goodput
from stargauge.catalogue.load import load_catalogue
from stargauge.catalogue.own_goodput import FILE as RECORDS
from stargauge.catalogue.own_goodput import KNOWN, GoodputRecord, Span, kind_of, read_own_goodput, span_of
from stargauge.quantity.errors import InputError
from stargauge.report.accuracy.goodput_validation import render_goodput_validation
from stargauge.report.terminal import PLAIN

VIEW = load_catalogue().known(date(2026, 11, 27))
GOOD = {
    "row_id": "a", "organisation": "acme", "job_or_cluster": "job one", "n_accelerators": "16384", "n_nodes": "2048", "period_days": "54",
    "metric": "goodput", "value": "90", "unit": "%", "interruptions_unplanned": "419", "checkpoint_interval": "10 min",
    "checkpoint_write_or_stall": "20 s", "restart_or_recovery_time": "10 min",
}  # fmt: skip


def _file(folder: Path, *rows: Mapping[str, str]) -> Path:
    path = folder / "jobs.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, KNOWN)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _scored(folder: Path, *rows: Mapping[str, str]) -> GoodputValidation:
    made = api.validate("goodput", _file(folder, *rows))
    assert isinstance(made, GoodputValidation)
    return made


@pytest.fixture(scope="module")
def records(shared: Path) -> tuple[GoodputRecord, ...]:
    return read_own_goodput(shared / "facts" / "goodput_validation.csv")


@pytest.fixture(scope="module")
def published(records: tuple[GoodputRecord, ...]) -> GoodputValidation:
    return validate_goodput(records, VIEW)


# --- published rows -----------------------------------------------------------------------------------------------------------------


def test_the_error_is_that_of_jobs_recorded_as_a_number(published: GoodputValidation) -> None:
    """Bounds, which are met easily, are counted beside it and never in it."""
    data = published.to_dict()
    summary, rows = data["summary"], [one for one in data["rows"] if one["kind"] == "goodput"]
    exact = [abs(one["error"]) for one in rows if not one["bound"]]
    assert summary["n"] == len(exact) >= 3 and summary["mean_abs_error"] == pytest.approx(np.mean(exact))
    assert summary["with_bounds"]["n"] == len(rows) and summary["with_bounds"]["bounds"] == len(rows) - len(exact) > 0
    assert summary["with_bounds"]["mean_abs_error"] < summary["mean_abs_error"]
    assert summary["size_stated"]["mean_abs_error"] < 0.03


def test_shipped_records_give_the_table_of_the_docs(capsys: pytest.CaptureFixture[str]) -> None:
    """`stargauge validate goodput` without a file: every row of the table, its middle and ends to the per cent that is printed."""
    data = json.loads(ask(capsys, "validate", "goodput", "--json").out)
    text = (Path(__file__).parents[1] / "docs" / "goodput.md").read_text(encoding="utf-8")
    rows = [one for one in data["rows"] if one["kind"] == "goodput"]
    for one in rows:
        levels = " | ".join(f"{100 * one[level]:.0f} %" for level in ("p10", "p50", "p90"))
        assert f"| {levels} |" in text, one["job"]
    summary = data["summary"]
    assert summary["n"] + summary["with_bounds"]["bounds"] == len(rows) == summary["with_bounds"]["n"]
    for one in (summary, summary["with_bounds"], summary["size_stated"]):
        assert f"{100 * one['mean_abs_error']:.1f} points" in " ".join(text.split())


def test_shipped_records_name_sources_that_are_known() -> None:
    with RECORDS.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    sources = load_catalogue().sources
    assert rows and all(row["grade"] in "ABCD" and row["published"] and sources[row["source"]].grade <= row["grade"] for row in rows)


def test_a_file_is_needed_where_no_records_are_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, "validate", "pue")
    assert told.code == 2 and "needs a file: validate pue FILE" in told.told


def test_every_row_is_scored_or_told_why_not(records: tuple[GoodputRecord, ...], published: GoodputValidation) -> None:
    data = published.to_dict()
    assert len(data["rows"]) + len(data["left_out"]) == len(records)
    assert all(one["reason"] for one in data["left_out"])
    kinds = [one["kind"] for one in data["rows"]]
    whole = data["summary"]
    assert kinds.count("goodput") == whole["with_bounds"]["n"]
    assert whole["n"] == whole["size_stated"]["n"] + whole["size_not_stated"]["n"]
    assert kinds.count("mttf") == whole["mttf"]["n"] and kinds.count("rate") + kinds.count("count") == whole["failure_rate"]["n"]


def test_no_outcome_of_a_row_moves_its_prediction(records: tuple[GoodputRecord, ...], published: GoodputValidation) -> None:
    """Every goodput is changed, and each other outcome alone: its own prediction stays to the last bit."""
    for one in published.forecasts:
        changed = [
            record._replace(value=Span(0.123, 0.123), rate=None if record.kind != "goodput" else record.rate)
            if record.line == one.record.line
            else record
            for record in records
        ]
        again = {other.record.line: other for other in validate_goodput(changed, VIEW).forecasts}.get(one.record.line)
        if again is not None:
            np.testing.assert_array_equal(again.draws, one.draws)


def test_a_rate_of_the_same_cluster_is_taken_and_named(published: GoodputValidation) -> None:
    basis = {one.record.name: {part.what: part.source for part in one.basis} for one in published.forecasts}
    assert "G014" in basis["G019"]["failures per node"]  # measured stops of jobs before node failures
    assert "G017" in basis["G015"]["failures per node"]  # a projection from the rate of nodes
    assert basis["G001"]["time between stops"] == "stated: 419 stops in 54 days"


# --- one row ------------------------------------------------------------------------------------------------------------------------


def test_a_row_that_states_all_is_the_renewal_form(tmp_path: Path) -> None:
    """The middle by hand: M = 54 d / 419, 600 s of work, 20 s, 600 s; planned stops by the catalogue, 0.6 to 2 %."""
    between = 54 * 86400 / 419
    whole = between * np.exp(600 / between) * np.expm1(620 / between)
    row = _scored(tmp_path, GOOD).to_dict()["rows"][0]
    assert row["p50"] == pytest.approx(600 / whole * (1 - 0.011), abs=0.003)
    assert row["error"] == pytest.approx(row["p50"] - 0.9)


def test_bounds_that_are_met_are_no_error_and_others_count_to_the_bound(tmp_path: Path) -> None:
    rows = [GOOD | {"value": value} for value in (">80", ">99", "<80", "85..95", "0.9")]
    data = _scored(tmp_path, *rows[:4], rows[4] | {"unit": "ratio"}).to_dict()
    errors = [one["error"] for one in data["rows"]]
    middle = data["rows"][0]["p50"]
    assert errors == pytest.approx([0.0, middle - 0.99, middle - 0.80, 0.0, middle - 0.9])
    every = data["summary"]["with_bounds"]
    assert (every["bounds"], every["n"], data["summary"]["n"]) == (4, 5, 1)
    assert every["mean_abs_error"] == pytest.approx(np.mean(np.abs(errors)))
    assert data["summary"]["mean_abs_error"] == pytest.approx(abs(middle - 0.9))


def test_more_stops_longer_restarts_and_bigger_jobs_keep_less(tmp_path: Path) -> None:
    base = GOOD | {"interruptions_unplanned": "", "period_days": ""}
    changes = ({}, {"restart_or_recovery_time": "30 min"}, {"n_accelerators": "65536", "n_nodes": "8192"}, {"checkpoint_interval": "3 h"})
    middles = [one["p50"] for one in _scored(tmp_path, *(base | one for one in changes)).to_dict()["rows"]]
    assert all(middle < middles[0] for middle in middles[1:])


def test_jobs_without_a_size_are_apart(tmp_path: Path) -> None:
    data = _scored(tmp_path, GOOD, GOOD | {"n_accelerators": "", "n_nodes": "", "interruptions_unplanned": ""}).to_dict()
    assert data["summary"]["size_stated"]["n"] == data["summary"]["size_not_stated"]["n"] == 1 and data["summary"]["n"] == 2
    assert data["rows"][1]["p90"] - data["rows"][1]["p10"] > 0.05


def test_copies_in_memory_are_faster_than_storage(tmp_path: Path) -> None:
    bare = GOOD | {"checkpoint_interval": "", "restart_or_recovery_time": ""}
    ways = ("redundant in-memory copies", "GPU to host memory, upload asynchronous", "periodic, to persistent storage")
    middles = [one["p50"] for one in _scored(tmp_path, *(bare | {"checkpoint_write_or_stall": way} for way in ways)).to_dict()["rows"]]
    assert middles[0] > middles[1] > middles[2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("90", Span(90, 90)), (">90", Span(90, np.inf)), ("≥ 90 %", Span(90, np.inf)), ("<5", Span(0, 5)), ("85-97", Span(85, 97)),
        ("16,384", Span(16384, 16384)), ("16K", Span(16000, 16000)), ("~10,000", Span(10000, 10000)), ("10,000+", Span(10000, np.inf)),
        ("2048 (256 hosts)", Span(2048, 2048)), ("many", None), ("", None), ("1.2.3", None),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, said: Span | None) -> None:
    assert span_of(text) == said


@pytest.mark.parametrize(
    ("metric", "kind"),
    [
        ("goodput", "goodput"), ("effective_training_time", "goodput"), ("ETTR", "goodput"), ("MTTF", "mttf"), ("MTBF", "mttf"),
        ("failure rate", "rate"), ("restarts", "count"), ("interruptions by cause: faulty GPU", ""), ("MFU", ""),
        ("reduction of error-induced overhead", ""), ("rollbacks / irrecoverable loss spikes", ""),
    ],
)  # fmt: skip
def test_metrics_are_told_apart(metric: str, kind: str) -> None:
    assert kind_of(metric) == kind


# --- faults -------------------------------------------------------------------------------------------------------------------------


def test_what_cannot_be_read_in_a_row_is_told_and_the_others_are_scored(tmp_path: Path) -> None:
    wrong = [
        {"value": "high"}, {"unit": "bananas"}, {"value": "140"}, {"n_nodes": "few"}, {"metric": "MTTF", "value": "-3", "unit": "hours"},
        {"metric": "failure rate", "value": "5", "unit": "per year"}, {"metric": "restarts", "interruptions_unplanned": ""},
        {"metric": "MTTF", "value": "3", "unit": "hours", "n_nodes": "", "n_accelerators": ""},
    ]  # fmt: skip
    data = _scored(tmp_path, GOOD, *(GOOD | one for one in wrong)).to_dict()
    assert data["summary"]["n"] == 1 and len(data["left_out"]) == len(wrong)
    told = [one["reason"] for one in data["left_out"]]
    for reason, part in zip(
        told,
        ('value is "high"', "expected % or ratio", "0 to 100 with the unit %", 'n_nodes is "few"', 'value is "-3"', "per 1000 node-days",
         "makes no rate", "neither accelerators nor nodes"),
        strict=True,
    ):  # fmt: skip
        assert part in reason, reason


def test_a_file_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.csv").write_text("job_or_cluster,metrics,value\na,goodput,90\n", encoding="utf-8")
    told = ask(capsys, "validate", "goodput", str(tmp_path / "x.csv"))
    assert told.code == 2 and 'no column "metric"; did you mean "metrics"' in told.told and 'no column "unit"' in told.told
    with pytest.raises(InputError, match='"metric" is empty'):
        read_own_goodput(_file(tmp_path, GOOD | {"metric": ""}))
    with pytest.raises(InputError, match="has no rows"):
        read_own_goodput(_file(tmp_path))


def test_text_and_json_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, GOOD, GOOD | {"metric": "MTTF", "value": "3.1", "unit": "hours"}, GOOD | {"metric": "MFU"})
    data = json.loads(ask(capsys, "validate", "goodput", str(path), "--json").out)
    assert data["summary"]["n"] == 1 and data["summary"]["mttf"]["n"] == 1
    text = ask(capsys, "validate", "goodput", str(path)).out
    assert f"off by {100 * data['summary']['mean_abs_error']:.1f} points" in text and "not scored: a job one, MFU" in text
    assert max(map(len, text.splitlines())) <= 80


def test_nothing_to_score_is_said(tmp_path: Path) -> None:
    data = _scored(tmp_path, GOOD | {"metric": "MFU"}).to_dict()
    assert data["summary"]["n"] == 0 and data["summary"]["mean_abs_error"] is None
    assert render_goodput_validation(data, PLAIN).startswith("No goodput could be scored.")
