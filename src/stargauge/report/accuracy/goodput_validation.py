"""Recorded training jobs beside the model of goodput, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.quantity.errors import counted as number_of
from stargauge.report.compute.goodput import number
from stargauge.report.terminal import Style, table, wrapped

Data = Mapping[str, Any]
_ROWS = [("job", 30, "w"), ("recorded", 10, "r"), ("P10", 6, "r"), ("P50", 6, "r"), ("P90", 6, "r"), ("off", 6, "r"), ("", 4, "l")]


def render_goodput_validation(data: Data, style: Style) -> str:
    """The errors, each row with its prediction and what that rests on, and what could not be scored."""
    lines = [style.bold(line) for line in wrapped(_head(data["summary"]), style.width)]
    for text in (*_apart(data["summary"]), *data["notes"]):
        lines += wrapped(text, style.width)
    for title, kinds, sized in _GROUPS:
        rows = [one for one in data["rows"] if one["kind"] in kinds and one["size_stated"] in sized]
        if rows:
            lines += ["", style.bold(title), *table(_ROWS, [_row(one) for one in rows], style)]
    lines += ["", style.bold("What each goodput rests on")] if any(one["kind"] == "goodput" for one in data["rows"]) else []
    for one in data["rows"]:
        if one["kind"] == "goodput":
            told = "; ".join(f"{part['what']}: {part['source']}" for part in one["basis"])
            lines += wrapped(f"{one['id']} {one['job']}: {told}", style.width, rest="   ")
    lines += [""] if data["left_out"] else []
    for one in data["left_out"]:
        lines += wrapped(f"not scored: {one['id']} {one['job']}, {one['metric']}: {one['reason']}", style.width, rest="   ")
    return style.finish([*lines, "", "All of it  add --json"])


_GROUPS: tuple[tuple[str, tuple[str, ...], tuple[bool, ...]], ...] = (
    ("Goodput, %", ("goodput",), (True,)), ("Goodput of jobs whose size is not stated, %", ("goodput",), (False,)),
    ("Time between failures, h", ("mttf",), (True, False)), ("Failures per 1,000 node-days", ("rate", "count"), (True, False)),
)  # fmt: skip


def _head(whole: Data) -> str:
    if not whole["n"]:
        return "No job recorded as a number could be scored." if whole["with_bounds"]["n"] else "No goodput could be scored."
    return (
        f"Goodput of {number_of(whole['n'], 'job')} recorded as a number: off by {_points(whole['mean_abs_error'])} points on average, "
        f"{_points(whole['worst_abs_error'])} at most; {whole['inside_p10_p90']} within P10 to P90."
    )


def _apart(whole: Data) -> list[str]:
    told = list[str]()
    sized, unsized, every = whole["size_stated"], whole["size_not_stated"], whole["with_bounds"]
    if sized["n"] and unsized["n"]:
        told.append(
            f"Of these {number_of(sized['n'], 'job')} whose size is stated: off by {_points(sized['mean_abs_error'])} points; "
            f"{unsized['n']} whose size nobody states, taken from the catalogue's range: {_points(unsized['mean_abs_error'])}."
        )
    if every["bounds"]:
        told.append(
            f"With {number_of(every['bounds'], 'job')} recorded as {'a bound' if every['bounds'] == 1 else 'bounds'}, {every['n']} in all: "
            f"off by {_points(every['mean_abs_error'])} points, where a bound that is met counts as no error."
        )
    for name, words in (("mttf", "Time between failures"), ("failure_rate", "Failure rates")):
        if whole[name]["median_factor"] is not None:
            told.append(
                f"{words}, {number_of(whole[name]['n'], 'row')}: off by a factor of {whole[name]['median_factor']:.2f} at the middle, "
                f"{whole[name]['worst_factor']:.2f} at most; {whole[name]['inside_p10_p90']} within P10 to P90."
            )
    return told


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _row(one: Data) -> list[str]:
    scale = {"goodput": 100.0, "mttf": 1.0}.get(one["kind"], 1000.0)

    def show(value: float) -> str:
        return f"{scale * value:.1f}" if one["kind"] == "goodput" else number(scale * value)

    off = f"{scale * one['error']:+.1f}".replace("-", "\u2212") if one["kind"] == "goodput" else ""
    levels = [show(one[level]) for level in ("p10", "p50", "p90")]
    return [f"{one['organisation']}, {one['job']}".removeprefix(", "), _said(one, show), *levels, off, "in" if one["inside"] else "out"]


def _said(one: Data, show: Any) -> str:
    low, high = one["recorded_low"], one["recorded_high"]
    if high is None:
        return f"> {show(low)}"
    if low == high:
        return str(show(low))
    return f"< {show(high)}" if low == 0.0 else f"{show(low)} to {show(high)}"
