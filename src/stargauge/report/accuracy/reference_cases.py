"""Reference cases recomputed, for the terminal: which agree, which do not and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.terminal import Style, table, wrapped

_COLUMNS = [("case", 22, "w"), ("recomputed as", 22, "w"), ("values", 6, "r"), ("largest off", 11, "r"), ("", 9, "l")]


def render_reference_cases(data: Mapping[str, Any], style: Style) -> str:
    """The count of cases that agree, each case with its largest difference, and the reason for each that does not."""
    summary = data["summary"]
    one = summary["n"] == 1
    cases = f"{summary['n']} reference {'case' if one else 'cases'}"
    agree = f"{cases} agrees within its tolerance." if one else f"All of {cases} agree within their tolerance."
    head = f"{summary['failed']} of {cases} did not agree." if summary["failed"] else agree
    rows = [
        [row["id"], row["form"] or row["topic"], str(len(row["checks"])), _off(row["largest_difference"]),
         "agrees" if row["passed"] else "DIFFERS" if row["checks"] else "not done"]
        for row in data["rows"]
    ]  # fmt: skip
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), "", *table(_COLUMNS, rows, style), ""]
    for row in data["rows"]:
        lines += [] if row["passed"] else wrapped(f"{row['id']}: {row['reason']}", style.width, "", "  ")
    return style.finish([*lines, *wrapped("Every value, expected and found: --json", style.width)])


def _off(value: float | None) -> str:
    return "-" if value is None else f"{value:.2g}"
