"""Recorded training jobs beside the model of goodput, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.compute.goodput import number
from stargauge.report.locale import language, say, words, written
from stargauge.report.terminal import Style, table, wrapped
from stargauge.report.wording import counted

Data = Mapping[str, Any]


def render_goodput_validation(data: Data, style: Style) -> str:
    """The errors, each row with its prediction and what that rests on, and what could not be scored."""
    lines = [style.bold(line) for line in wrapped(_head(data["summary"]), style.width)]
    for text in (*_apart(data["summary"]), *data["notes"]):
        lines += wrapped(text, style.width)
    columns = [
        (say("job"), 30, "w"), (say("recorded"), 11 if language() == "de" else 10, "r"), ("P10", 6, "r"), ("P50", 6, "r"), ("P90", 6, "r"),
        (say("off", "an error"), 6, "r"), ("", 5, "l"),
    ]  # fmt: skip
    for title, kinds, sized in _groups():
        rows = [one for one in data["rows"] if one["kind"] in kinds and one["size_stated"] in sized]
        if rows:
            lines += ["", style.bold(title), *table(columns, [_row(one) for one in rows], style)]
    lines += ["", style.bold(say("What each goodput rests on"))] if any(one["kind"] == "goodput" for one in data["rows"]) else []
    for one in data["rows"]:
        if one["kind"] == "goodput":
            told = "; ".join(f"{part['what']}: {part['source']}" for part in one["basis"])
            lines += wrapped(f"{one['id']} {one['job']}: {told}", style.width, rest="   ")
    lines += [""] if data["left_out"] else []
    for one in data["left_out"]:
        what = f"{one['id']} {one['job']}, {one['metric']}"
        lines += wrapped(say("not scored: {what}: {reason}", what=what, reason=one["reason"]), style.width, rest="   ")
    return style.finish([*lines, "", say("All of it  add --json")])


def _groups() -> tuple[tuple[str, tuple[str, ...], tuple[bool, ...]], ...]:
    return (
        (say("Goodput, %"), ("goodput",), (True,)), (say("Goodput of jobs whose size is not stated, %"), ("goodput",), (False,)),
        (say("Time between failures, h"), ("mttf",), (True, False)),
        (say("Failures per 1,000 node-days"), ("rate", "count"), (True, False)),
    )  # fmt: skip


def _head(whole: Data) -> str:
    if not whole["n"]:
        return say("No job recorded as a number could be scored.") if whole["with_bounds"]["n"] else say("No goodput could be scored.")
    return say(
        "Goodput of {jobs} recorded as a number: off by {error} points on average, {worst} at most; {inside} within P10 to P90.",
        jobs=_jobs(whole["n"]), error=_points(whole["mean_abs_error"]), worst=_points(whole["worst_abs_error"]),
        inside=whole["inside_p10_p90"],
    )  # fmt: skip


def _jobs(number: int) -> str:
    return say("{number} job" if number == 1 else "{number} jobs", "training", number=words().count(number))


def _apart(whole: Data) -> list[str]:
    told = list[str]()
    sized, unsized, every = whole["size_stated"], whole["size_not_stated"], whole["with_bounds"]
    if sized["n"] and unsized["n"]:
        told.append(
            say(
                "Of these {jobs} whose size is stated: off by {error} points; {unsized} whose size nobody states, taken from the "
                "catalogue's range: {other}.",
                jobs=_jobs(sized["n"]), error=_points(sized["mean_abs_error"]), unsized=unsized["n"],
                other=_points(unsized["mean_abs_error"]),
            )
        )  # fmt: skip
    if every["bounds"]:
        counts = {"jobs": _jobs(every["bounds"]), "all": every["n"], "error": _points(every["mean_abs_error"])}
        told.append(
            say(
                "With {jobs} recorded as a bound, {all} in all: off by {error} points, where a bound that is met counts as no error."
                if every["bounds"] == 1
                else "With {jobs} recorded as bounds, {all} in all: off by {error} points, where a bound that is met counts as no error.",
                **counts,
            )
        )
    for name, what in (("mttf", say("Time between failures")), ("failure_rate", say("Failure rates"))):
        if whole[name]["median_factor"] is not None:
            told.append(
                say(
                    "{what}, {rows}: off by a factor of {middle} at the middle, {worst} at most; {inside} within P10 to P90.", what=what,
                    rows=counted(whole[name]["n"], "row"), middle=written(f"{whole[name]['median_factor']:.2f}"),
                    worst=written(f"{whole[name]['worst_factor']:.2f}"), inside=whole[name]["inside_p10_p90"],
                )
            )  # fmt: skip
    return told


def _points(share: float) -> str:
    return written(f"{100 * share:.1f}")


def _row(one: Data) -> list[str]:
    scale = {"goodput": 100.0, "mttf": 1.0}.get(one["kind"], 1000.0)

    def show(value: float) -> str:
        return written(f"{scale * value:.1f}") if one["kind"] == "goodput" else number(scale * value)

    off = written(f"{scale * one['error']:+.1f}".replace("-", "\u2212")) if one["kind"] == "goodput" else ""
    levels = [show(one[level]) for level in ("p10", "p50", "p90")]
    inside = say("in", "a range") if one["inside"] else say("out", "a range")
    return [f"{one['organisation']}, {one['job']}".removeprefix(", "), _said(one, show), *levels, off, inside]


def _said(one: Data, show: Any) -> str:
    low, high = one["recorded_low"], one["recorded_high"]
    if high is None:
        return f"> {show(low)}"
    if low == high:
        return str(show(low))
    return f"< {show(high)}" if low == 0.0 else say("{low} to {high}", low=show(low), high=show(high))
