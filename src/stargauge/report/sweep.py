"""A sweep as plain text and as CSV: for each quantity and reading its rows by scenario and day."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from stargauge.quantity.cells import csv_cell
from stargauge.report.locale import language, say, words
from stargauge.report.terminal import PLAIN, Style, table, wrapped
from stargauge.report.wording import day_text, percent, show, status_text

_LEVELS = ("p10", "p50", "p90")


def render_sweep(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """A table for each quantity and each reading that was asked for."""
    scenarios = ", ".join(one or say("as stated") for one in data["scenarios"])
    run = {"name": data["name"], "scenarios": scenarios, "days": len(data["days"]), "draws": words().count(data["draws"])}
    lines = wrapped(say("{name}: {scenarios}; known on {days} days, {draws} draws each, the same worlds.", **run), style.width)
    for kind, name in dict.fromkeys((row["kind"], row["name"]) for row in data["rows"]):
        rows = [row for row in data["rows"] if (row["kind"], row["name"]) == (kind, name)]
        at = next((row["at"] for row in rows if row["at"]), None)
        lines += ["", style.bold(f"{name}, {day_text(at)}" if at else name)]
        lines += table(_columns(kind), [_cells(kind, row) for row in rows], style)
    return style.finish(lines)


def _columns(kind: str) -> list[tuple[str, int, str]]:
    first, wide = (16, 14) if language() == "de" else (18, 12)  # numbers of jobs and days are longer in German
    last = [("P10", wide, "r"), ("P50", wide, "r"), ("P90", wide, "r")] if kind == "quantity" else [(say("odds"), 8, "r"), ("", 26, "w")]
    return [(say("scenario"), first, "l"), (say("known on"), wide, "l"), *last]


def _cells(kind: str, row: Mapping[str, Any]) -> list[str]:
    day = row["as_of"] if language() == "en" else day_text(row["as_of"])
    start = [row["scenario"] or say("as stated"), day]
    if kind == "claim":
        return [*start, percent(row["probability"]), _status(row["status"])]
    if row["status"]:
        return [*start, "", _status(row["status"]), ""]
    return [*start, *(say("never") if row[level] is None else show(row[level], row["unit"]) for level in _LEVELS)]


def _status(status: str) -> str:
    """What a reading's outcome is, or why a row has no number."""
    told = {"not there yet": say("not there yet"), "not made yet": say("not made yet")}
    return told.get(status) or status_text(status)


def sweep_csv(data: Mapping[str, Any]) -> str:
    """The rows with a header; what is absent is empty. Names of scenarios and readings are texts of others."""
    out = io.StringIO()
    names = list(data["rows"][0]) if data["rows"] else []
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: "" if value is None else csv_cell(value) for name, value in row.items()} for row in data["rows"])
    return out.getvalue()
