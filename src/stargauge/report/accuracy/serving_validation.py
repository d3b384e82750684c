"""Measured serving runs beside the model's forecasts, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.terminal import Style, table, wrapped

_GROUPS = [("group", 32, "w"), ("rows", 4, "r"), ("median off", 10, "r"), ("mean off", 8, "r"), ("bias", 6, "r"), ("P10 to P90", 10, "r")]
_ROWS = [
    ("row", 5, "l"), ("model", 16, "w"), ("chip", 11, "w"), ("in/out", 11, "l"), ("measured", 8, "r"), ("P10", 7, "r"), ("P50", 7, "r"),
    ("P90", 7, "r"), ("off", 6, "r"),
]  # fmt: skip
_SECONDS = [
    ("row", 5, "l"),
    ("users", 5, "r"),
    ("seconds", 14, "l"),
    ("measured", 9, "r"),
    ("P10", 9, "r"),
    ("P50", 9, "r"),
    ("P90", 9, "r"),
]


def render_serving_validation(data: Mapping[str, Any], style: Style) -> str:
    """The error by group, each row with its forecast, seconds where measured, and what could not be scored."""
    whole, rows = data["summary"], data["rows"]
    head = "No run could be scored that states its layout, lengths and precision."
    if whole["n"]:
        head = f"Tokens per second and accelerator of {whole['n']} measured runs: off by {_share(whole['median_ape'])} in the median."
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), ""]
    groups = [
        ("all that state layout and lengths", whole),
        *whole["by_kind"].items(),
        *whole["by_model"].items(),
        *whole["by_chip"].items(),
    ]
    groups += [("assumed or searched, apart", whole["assumed"])]
    lines += table(_GROUPS, [_group(name, part) for name, part in groups if part["n"]], style)
    lines += ["", *table(_ROWS, [_row(row) for row in rows], style)] if rows else []
    waits = [line for row in rows for line in _waits(row)]
    lines += ["", *table(_SECONDS, waits, style)] if waits else []
    told = [f"{row['id']}: assumed {'; '.join(row['assumed'])}" for row in rows if row["assumed"]]
    told += [f"not scored: {one['id']}, {one['model']}, {one['gpu']}: {one['reason']}" for one in data["left_out"]]
    lines += ["", *(line for one in told for line in wrapped(one, style.width))] if told else []
    rest = [*data["notes"], "Layouts, types, the fit behind each row: --json"]
    return style.finish([*lines, "", *(line for one in rest for line in wrapped(one, style.width))])


def _group(name: str, part: Mapping[str, Any]) -> list[str]:
    inside = "" if part["inside_p10_p90"] is None else _share(part["inside_p10_p90"])
    return [name, str(part["n"]), _share(part["median_ape"]), _share(part["mean_ape"]), _signed(part["median_error"]), inside]


def _row(row: Mapping[str, Any]) -> list[str]:
    lengths = f"{row['prompt']:.0f}/{'-' if row['answer'] is None else format(row['answer'], '.0f')}"
    rates = [f"{row[name]:,.0f}" for name in ("measured", "p10", "p50", "p90")]
    return [row["id"], row["model"], row["chip"], lengths, *rates, _signed(row["error"])]


def _waits(row: Mapping[str, Any]) -> list[list[str]]:
    """Lines of a row's seconds to the first token and between tokens, where they were measured."""
    kinds = (("first token", row["first_token"]), ("between tokens", row["between_tokens"]))
    users = "-" if row["concurrency"] is None else f"{row['concurrency']:.0f}"
    return [
        [row["id"], users, name, *(f"{part[level]:.3g}" for level in ("measured", "p10", "p50", "p90"))]
        for name, part in kinds
        if part is not None and part["measured"] is not None
    ]


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _signed(value: float) -> str:
    return f"{100 * value:+.0f} %".replace("-", "\u2212")
