"""Reference cases recomputed, for the terminal: which agree, which do not and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.locale import language, say, written
from stargauge.report.terminal import Style, table, wrapped


def render_reference_cases(data: Mapping[str, Any], style: Style) -> str:
    """The count of cases that agree, each case with its largest difference, and the reason for each that does not."""
    columns = [
        (say("case"), 22, "w"), (say("recomputed as"), 22, "w"), (say("values"), 6, "r"), (say("largest off"), 11, "r"),
        ("", 12 if language() == "de" else 9, "l"),
    ]  # fmt: skip
    rows = [
        [row["id"], row["form"] or row["topic"], str(len(row["checks"])), _off(row["largest_difference"]),
         say("agrees") if row["passed"] else say("DIFFERS") if row["checks"] else say("not done")]
        for row in data["rows"]
    ]  # fmt: skip
    lines = [*(style.bold(line) for line in wrapped(_head(data["summary"]), style.width)), "", *table(columns, rows, style), ""]
    for row in data["rows"]:
        lines += [] if row["passed"] else wrapped(f"{row['id']}: {row['reason']}", style.width, "", "  ")
    return style.finish([*lines, *wrapped(say("Every value, expected and found: --json"), style.width)])


def _head(summary: Mapping[str, Any]) -> str:
    one, counts = summary["n"] == 1, {"count": summary["n"], "failed": summary["failed"]}
    if summary["failed"]:
        return say(
            "{failed} of {count} reference case did not agree." if one else "{failed} of {count} reference cases did not agree.", **counts
        )
    if one:
        return say("{count} reference case agrees within its tolerance.", **counts)
    return say("All of {count} reference cases agree within their tolerance.", **counts)


def _off(value: float | None) -> str:
    return "-" if value is None else written(f"{value:.2g}")
