"""Measured training runs beside the training model's, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.locale import language, say, written
from stargauge.report.terminal import Style, table, wrapped

Columns = list[tuple[str, int, str]]


def _groups() -> Columns:
    german = language() == "de"
    return [
        (say("runs of"), 34, "w"), (say("rows"), 6 if german else 4, "r"), (say("off", "an error"), 6, "r"),
        (say("bias"), 7 if german else 6, "r"), (say("in P10-P90"), 10, "r"),
    ]  # fmt: skip


def _rows() -> Columns:
    return [
        (say("row"), 8, "w"), (say("model"), 20 if language() == "en" else 17, "w"), (say("on", "a chip"), 16, "w"),
        (say("measured"), 9, "r"), *((level, 7, "r") for level in ("P10", "P50", "P90")),
        (say("off", "an error"), 6, "r"), ("", 3 if language() == "en" else 5, "l"),
    ]  # fmt: skip


def render_training_validation(data: Mapping[str, Any], style: Style) -> str:
    """The error of step times without experts and with, by family and accelerator; each run; what could not be predicted."""
    whole, rows = data["summary"], data["rows"]
    lines = [style.bold(line) for line in wrapped(_head(whole), style.width)]
    lines += [*wrapped(data["notes"][0], style.width), ""]
    groups = [(say("all"), whole), (say("left out of the fit"), whole["left_out_of_fit"]), (say("not known to the fit"), whole["unseen"])]
    groups += [*whole["by_family"].items(), *whole["by_accelerator"].items(), (say("scored apart"), whole["apart"])]
    lines += table(_groups(), [_group(name, part) for name, part in groups if part["n"]], style)
    lines += ["", *table(_rows(), [_row(row) for row in rows], style)] if rows else []
    told = [say("apart: {row}: {why}", row=row["row"], why=row["apart"]) for row in rows if row["apart"]]
    left = [(f"{one['row']}, {one['model']}", one["reason"]) for one in data["left_out"]]
    told += [say("not predicted: {what}: {reason}", what=what, reason=reason) for what, reason in left]
    lines += ["", *(line for one in told for line in wrapped(one, style.width))]
    return style.finish([*lines, "", *wrapped(_rule(whole), style.width)])


def _head(whole: Mapping[str, Any]) -> str:
    if not whole["n"]:
        return say("No run could be scored.")
    told = []
    if whole["n_dense"]:
        told.append(say("{error} of {count} runs without experts", error=_percent(whole["mape_dense"]), count=whole["n_dense"]))
    if whole["n_moe"]:
        told.append(say("{error} of {count} runs with experts", error=_percent(whole["mape_moe"]), count=whole["n_moe"]))
    return say("Step time, mean absolute error: {parts}.", parts=", ".join(told))


def _rule(whole: Mapping[str, Any]) -> str:
    apart, memory = whole["shipped"]["family and accelerator"], whole["memory"]
    rule = say(
        "Step times are seconds. On the runs that are shipped, left out by model family and accelerator, the model is off by "
        "{dense} without experts and {moe} with them. Layouts, what of them was searched, parts of each step, memory and what was taken: "
        "--json",
        dense=_percent(apart["dense"]), moe=_percent(apart["moe"]),
    )  # fmt: skip
    if not memory["n"]:
        return rule
    fit = say("By our reckoning {fit} of {count} runs with a stated layout fit the memory; all did.", fit=memory["fit"], count=memory["n"])
    return f"{fit} {rule}"


def _group(name: str, part: Mapping[str, Any]) -> list[str]:
    return [name, str(part["n"]), _percent(part["mape"]), _signed(part["bias"]), _percent(part["inside_p10_p90"])]


def _row(row: Mapping[str, Any]) -> list[str]:
    on = f"{written(format(row['accelerators'], ','))} {row['accelerator']}"
    inside = say("in", "a range") if row["inside"] else say("out", "a range")
    levels = [_seconds(row[name]) for name in ("step_time_s", "p10_s", "predicted_s", "p90_s")]
    return [row["row"], f"{row['model']} {row['type']}", on, *levels, _signed(row["error"]), inside]


def _seconds(value: float) -> str:
    return written(f"{value:.3g}" if value < 100.0 else f"{value:,.0f}")


def _percent(value: float | None) -> str:
    return "-" if value is None else written(f"{100 * value:.1f} %")


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:+.0f} %".replace("-", "\u2212")
