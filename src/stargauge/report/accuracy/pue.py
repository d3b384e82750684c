"""Published PUE and water beside the facility model's, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.locale import language, say, written
from stargauge.report.terminal import Style, table, wrapped
from stargauge.report.wording import score_text, share_text

LEVELS = ("P10", "P50", "P90")


def render_pue_validation(data: Mapping[str, Any], style: Style) -> str:
    """The error and the skill, by what is said of the cooling; each row with its forecast; what could not be scored."""
    whole, rows = data["summary"], data["rows"]
    head = _head(whole) if whole["n"] else say("No PUE could be scored.")
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), *wrapped(data["notes"][0], style.width), ""]
    groups = [
        (say("all rows"), whole), (say("cooling stated"), whole["stated"]), (say("cooling not stated"), whole["not_stated"]),
        *whole["by_design"].items(),
    ]  # fmt: skip
    columns = [
        (say("cooling"), 36, "w"), (say("rows"), 6 if language() == "de" else 4, "r"), (say("off", "an error"), 6, "r"),
        (say("bias"), 7, "r"), (say("constant"), 9 if language() == "de" else 8, "r"), (say("skill"), 7, "r"),
    ]  # fmt: skip
    lines += table(columns, [_score(name, part) for name, part in groups if part["n"]], style)
    scored = [row for row in rows if row["pue"] is not None]
    published = (say("published", "a column"), 10 if language() == "de" else 9, "r")
    columns = [(say("site"), 22, "w"), (say("design"), 17, "w"), published, *((level, 5, "r") for level in LEVELS), ("", 5, "l")]
    lines += ["", *table(columns, [_row(row) for row in scored], style)] if scored else []
    wet = [row for row in rows if row["wue"] is not None]
    if wet:
        water = whole["wue"]
        told = say(
            "Water, L/kWh: {inside} of {count} within a factor of {factor}.", inside=water["within_factor"], count=water["n"],
            factor=written(f"{water['factor']:g}"),
        )  # fmt: skip
        columns = [(say("site"), 26, "w"), (say("design"), 17, "w"), published, *((level, 6, "r") for level in LEVELS)]
        lines += ["", *wrapped(told, style.width), *table(columns, [_wet(row) for row in wet], style)]
    left = [say("not scored: {what}: {reason}", what=f"{one['operator']}, {one['site']}", reason=one["reason"]) for one in data["left_out"]]
    lines += ["", *(line for one in left for line in wrapped(one, style.width))]
    rule = say(
        "No figure of a row is used for any forecast. The constant is the median of the other rows. Where no cooling is stated, "
        "{design} is taken, our default for AI campuses, so those rows test the default and not the model. How each place "
        "was read, notes on its weather: --json",
        design=data["default_design"],
    )
    return style.finish([*lines, "", *wrapped(rule, style.width)])


def _head(whole: Mapping[str, Any]) -> str:
    """By how much the forecasts were off, and how that is beside the best constant."""
    skill, span = whole["skill_vs_constant"], whole["skill_interval"]
    told = {"halls": whole["n"], "error": written(f"{whole['mae']:.3f}")}
    if skill is None:
        return say("PUE of {halls} halls: off by {error} on average.", **told)
    told |= {"share": f"{abs(100 * skill):.0f} %", "constant": _constant(whole)}
    if span and span[0] > 0.0:
        return say("PUE of {halls} halls: off by {error} on average, {share} better than the best constant ({constant}).", **told)
    if skill >= 0.0:
        return say(
            "PUE of {halls} halls: off by {error} on average, not clearly better or worse: {share} better than the best constant "
            "({constant}).", **told,
        )  # fmt: skip
    return say(
        "PUE of {halls} halls: off by {error} on average, not clearly better or worse: {share} worse than the best constant ({constant}).",
        **told,
    )


def _constant(whole: Mapping[str, Any]) -> str:
    """By how much the best constant is off, and how far the skill could be otherwise with other halls."""
    error, span = written(f"{whole['mae_constant']:.3f}"), whole["skill_interval"]
    if span is None:
        return error
    return say("{error}; 5 to 95 %: {low} to {high}", error=error, low=share_text(span[0]), high=share_text(span[1]))


def _score(name: str, part: Mapping[str, Any]) -> list[str]:
    return [
        name,
        str(part["n"]),
        written(f"{part['mae']:.3f}"),
        _signed(part["bias"], 3),
        score_text(part["mae_constant"]),
        share_text(part["skill_vs_constant"]),
    ]


def _row(row: Mapping[str, Any]) -> list[str]:
    design = row["design"] if row["design_stated"] else f"({row['design']})"
    levels = [written(f"{row[f'pue_{level}']:.2f}") for level in ("p10", "p50", "p90")]
    inside = say("in", "a range") if row["inside"] else say("out", "a range")
    return [f"{row['operator']}, {row['site']}", design, written(f"{row['pue']:.2f}"), *levels, inside]


def _wet(row: Mapping[str, Any]) -> list[str]:
    design = row["design"] if row["design_stated"] else f"({row['design']})"
    return [
        f"{row['operator']}, {row['site']}",
        design,
        written(f"{row['wue']:.2f}"),
        *(written(f"{row[f'wue_{level}']:.3f}") for level in ("p10", "p50", "p90")),
    ]


def _signed(value: float, digits: int) -> str:
    return written(f"{value:+.{digits}f}".replace("-", "\u2212"))
