"""A sweep as plain text and as CSV: for each quantity and reading its rows by scenario and day."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from stargauge.quantity.cells import csv_cell
from stargauge.report.terminal import PLAIN, Style, table, wrapped
from stargauge.report.wording import day_text, percent, show, status_text

AS_STATED = "as stated"
_LEVELS = ("p10", "p50", "p90")


def render_sweep(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """A table for each quantity and each reading that was asked for."""
    scenarios = ", ".join(one or AS_STATED for one in data["scenarios"])
    told = f"{data['name']}: {scenarios}; known on {len(data['days'])} days, {data['draws']:,} draws each, the same worlds."
    lines = wrapped(told, style.width)
    for kind, name in dict.fromkeys((row["kind"], row["name"]) for row in data["rows"]):
        rows = [row for row in data["rows"] if (row["kind"], row["name"]) == (kind, name)]
        at = next((row["at"] for row in rows if row["at"]), None)
        lines += ["", style.bold(f"{name}, {day_text(at)}" if at else name)]
        lines += table(_columns(kind), [_cells(kind, row) for row in rows], style)
    return style.finish(lines)


def _columns(kind: str) -> list[tuple[str, int, str]]:
    last = [("P10", 12, "r"), ("P50", 12, "r"), ("P90", 12, "r")] if kind == "quantity" else [("odds", 8, "r"), ("", 26, "l")]
    return [("scenario", 18, "l"), ("known on", 12, "l"), *last]


def _cells(kind: str, row: Mapping[str, Any]) -> list[str]:
    start = [row["scenario"] or AS_STATED, row["as_of"]]
    if kind == "claim":
        return [*start, percent(row["probability"]), status_text(row["status"])]
    if row["status"]:
        return [*start, "", row["status"], ""]
    return [*start, *("never" if row[level] is None else show(row[level], row["unit"]) for level in _LEVELS)]


def sweep_csv(data: Mapping[str, Any]) -> str:
    """The rows with a header; what is absent is empty. Names of scenarios and readings are texts of others."""
    out = io.StringIO()
    names = list(data["rows"][0]) if data["rows"] else []
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: "" if value is None else csv_cell(value) for name, value in row.items()} for row in data["rows"])
    return out.getvalue()
