"""Measured training runs beside the training model's, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.terminal import Style, table, wrapped

_GROUPS = [("runs of", 34, "w"), ("rows", 4, "r"), ("off", 6, "r"), ("bias", 6, "r"), ("in P10-P90", 10, "r")]
_ROWS = [
    ("row", 8, "w"), ("model", 20, "w"), ("on", 16, "w"), ("measured", 9, "r"), ("P10", 7, "r"), ("P50", 7, "r"), ("P90", 7, "r"),
    ("off", 6, "r"), ("", 3, "l"),
]  # fmt: skip


def render_training_validation(data: Mapping[str, Any], style: Style) -> str:
    """The error of step times without experts and with, by family and accelerator; each run; what could not be predicted."""
    whole, rows = data["summary"], data["rows"]
    lines = [style.bold(line) for line in wrapped(_head(whole), style.width)]
    lines += [*wrapped(data["notes"][0], style.width), ""]
    groups = [("all", whole), ("left out of the fit", whole["left_out_of_fit"]), ("not known to the fit", whole["unseen"])]
    groups += [*whole["by_family"].items(), *whole["by_accelerator"].items(), ("scored apart", whole["apart"])]
    lines += table(_GROUPS, [_group(name, part) for name, part in groups if part["n"]], style)
    lines += ["", *table(_ROWS, [_row(row) for row in rows], style)] if rows else []
    lines += ["", *(line for row in rows if row["apart"] for line in wrapped(f"apart: {row['row']}: {row['apart']}", style.width))]
    lines += [
        line for one in data["left_out"] for line in wrapped(f"not predicted: {one['row']}, {one['model']}: {one['reason']}", style.width)
    ]
    return style.finish([*lines, "", *wrapped(_rule(whole), style.width)])


def _head(whole: Mapping[str, Any]) -> str:
    if not whole["n"]:
        return "No run could be scored."
    kinds = [("without experts", "n_dense", "mape_dense"), ("with experts", "n_moe", "mape_moe")]
    told = [f"{_percent(whole[error])} of {whole[count]} runs {words}" for words, count, error in kinds if whole[count]]
    return f"Step time, mean absolute error: {', '.join(told)}."


def _rule(whole: Mapping[str, Any]) -> str:
    apart, memory = whole["shipped"]["family and accelerator"], whole["memory"]
    fit = f"By our reckoning {memory['fit']} of {memory['n']} runs with a stated layout fit the memory; all did. " if memory["n"] else ""
    return fit + (
        f"Step times are seconds. On the runs that are shipped, left out by model family and accelerator, the model is off by "
        f"{_percent(apart['dense'])} without experts and {_percent(apart['moe'])} with them. Layouts, what of them was searched, "
        f"parts of each step, memory and what was taken: --json"
    )


def _group(name: str, part: Mapping[str, Any]) -> list[str]:
    return [name, str(part["n"]), _percent(part["mape"]), _signed(part["bias"]), _percent(part["inside_p10_p90"])]


def _row(row: Mapping[str, Any]) -> list[str]:
    on = f"{row['accelerators']:,} {row['accelerator']}"
    levels = [_seconds(row[name]) for name in ("step_time_s", "p10_s", "predicted_s", "p90_s")]
    return [row["row"], f"{row['model']} {row['type']}", on, *levels, _signed(row["error"]), "in" if row["inside"] else "out"]


def _seconds(value: float) -> str:
    return f"{value:.3g}" if value < 100.0 else f"{value:,.0f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:+.0f} %".replace("-", "\u2212")
