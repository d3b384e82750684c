"""Measured serving runs beside the model's forecasts, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.locale import language, say, written
from stargauge.report.terminal import Style, table, wrapped

Columns = list[tuple[str, int, str]]
LEVELS = ("P10", "P50", "P90")


def _groups() -> Columns:
    german = language() == "de"
    return [
        (say("group"), 29 if german else 32, "w"), (say("rows"), 6 if german else 4, "r"), (say("median off"), 10, "r"),
        (say("mean off"), 9 if german else 8, "r"), (say("bias"), 7 if german else 6, "r"), (say("P10 to P90"), 11 if german else 10, "r"),
    ]  # fmt: skip


def _rows() -> Columns:
    return [
        (say("row"), 5, "l"), (say("model"), 16, "w"), (say("chip"), 11, "w"), (say("in/out"), 11, "l"), (say("measured"), 8, "r"),
        *((level, 7, "r") for level in LEVELS), (say("off", "an error"), 6, "r"),
    ]  # fmt: skip


def _seconds() -> Columns:
    return [
        (say("row"), 5, "l"), (say("users"), 6 if language() == "de" else 5, "r"), (say("seconds"), 16 if language() == "de" else 14, "l"),
        (say("measured"), 9, "r"), *((level, 9, "r") for level in LEVELS),
    ]  # fmt: skip


def render_serving_validation(data: Mapping[str, Any], style: Style) -> str:
    """The error by group, each row with its forecast, seconds where measured, and what could not be scored."""
    whole, rows = data["summary"], data["rows"]
    head = say("No run could be scored that states its layout, lengths and precision.")
    if whole["n"]:
        head = say(
            "Tokens per second and accelerator of {runs} measured runs: off by {error} in the median.", runs=whole["n"],
            error=_share(whole["median_ape"]),
        )  # fmt: skip
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), ""]
    groups = [
        (say("all that state layout and lengths"), whole),
        *((_kind(kind), part) for kind, part in whole["by_kind"].items()),
        *whole["by_model"].items(),
        *whole["by_chip"].items(),
    ]
    groups += [(say("assumed or searched, apart"), whole["assumed"])]
    lines += table(_groups(), [_group(name, part) for name, part in groups if part["n"]], style)
    lines += ["", *table(_rows(), [_row(row) for row in rows], style)] if rows else []
    waits = [line for row in rows for line in _waits(row)]
    lines += ["", *table(_seconds(), waits, style)] if waits else []
    told = [say("{row}: assumed {what}", row=row["id"], what="; ".join(row["assumed"])) for row in rows if row["assumed"]]
    left = [(f"{one['id']}, {one['model']}, {one['gpu']}", one["reason"]) for one in data["left_out"]]
    told += [say("not scored: {what}: {reason}", what=what, reason=reason) for what, reason in left]
    lines += ["", *(line for one in told for line in wrapped(one, style.width))] if told else []
    rest = [*data["notes"], say("Layouts, types, the fit behind each row: --json")]
    return style.finish([*lines, "", *(line for one in rest for line in wrapped(one, style.width))])


def _kind(kind: str) -> str:
    return {"dense": say("dense", "a model"), "experts": say("experts", "a model")}.get(kind, kind)


def _group(name: str, part: Mapping[str, Any]) -> list[str]:
    inside = "" if part["inside_p10_p90"] is None else _share(part["inside_p10_p90"])
    return [name, str(part["n"]), _share(part["median_ape"]), _share(part["mean_ape"]), _signed(part["median_error"]), inside]


def _row(row: Mapping[str, Any]) -> list[str]:
    lengths = f"{row['prompt']:.0f}/{'-' if row['answer'] is None else format(row['answer'], '.0f')}"
    rates = [written(f"{row[name]:,.0f}") for name in ("measured", "p10", "p50", "p90")]
    return [row["id"], row["model"], row["chip"], lengths, *rates, _signed(row["error"])]


def _waits(row: Mapping[str, Any]) -> list[list[str]]:
    """Lines of a row's seconds to the first token and between tokens, where they were measured."""
    kinds = ((say("first token"), row["first_token"]), (say("between tokens"), row["between_tokens"]))
    users = "-" if row["concurrency"] is None else f"{row['concurrency']:.0f}"
    return [
        [row["id"], users, name, *(written(f"{part[level]:.3g}") for level in ("measured", "p10", "p50", "p90"))]
        for name, part in kinds
        if part is not None and part["measured"] is not None
    ]


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _signed(value: float) -> str:
    return f"{100 * value:+.0f} %".replace("-", "\u2212")
