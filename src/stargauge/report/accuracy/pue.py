"""Published PUE and water beside the facility model's, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.terminal import Style, table, wrapped
from stargauge.report.wording import score_text, share_text

_GROUPS = [("cooling", 36, "w"), ("rows", 4, "r"), ("off", 6, "r"), ("bias", 7, "r"), ("constant", 8, "r"), ("skill", 7, "r")]
_ROWS = [("site", 22, "w"), ("design", 17, "w"), ("published", 9, "r"), ("P10", 5, "r"), ("P50", 5, "r"), ("P90", 5, "r"), ("", 5, "l")]
_WATER = [("site", 26, "w"), ("design", 17, "w"), ("published", 9, "r"), ("P10", 6, "r"), ("P50", 6, "r"), ("P90", 6, "r")]


def render_pue_validation(data: Mapping[str, Any], style: Style) -> str:
    """The error and the skill, by what is said of the cooling; each row with its forecast; what could not be scored."""
    whole, rows = data["summary"], data["rows"]
    head = "No PUE could be scored."
    if whole["n"]:
        skill = whole["skill_vs_constant"]
        clear = whole["skill_interval"] and whole["skill_interval"][0] > 0.0
        constant = f"the best constant ({whole['mae_constant']:.3f}{_between(whole['skill_interval'])})"
        against = "" if skill is None else f", {'' if clear else 'not clearly better or worse: '}{_against(skill)} {constant}"
        head = f"PUE of {whole['n']} halls: off by {whole['mae']:.3f} on average{against}."
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), *wrapped(data["notes"][0], style.width), ""]
    groups = [
        ("all rows", whole), ("cooling stated", whole["stated"]), ("cooling not stated", whole["not_stated"]), *whole["by_design"].items(),
    ]  # fmt: skip
    lines += table(_GROUPS, [_score(name, part) for name, part in groups if part["n"]], style)
    scored = [row for row in rows if row["pue"] is not None]
    lines += ["", *table(_ROWS, [_row(row) for row in scored], style)] if scored else []
    wet = [row for row in rows if row["wue"] is not None]
    if wet:
        water = whole["wue"]
        told = f"Water, L/kWh: {water['within_factor']} of {water['n']} within a factor of {water['factor']:g}."
        lines += ["", *wrapped(told, style.width), *table(_WATER, [_wet(row) for row in wet], style)]
    lines += [""] + [
        line for one in data["left_out"] for line in wrapped(f"not scored: {one['operator']}, {one['site']}: {one['reason']}", style.width)
    ]
    rule = (
        f"No figure of a row is used for any forecast. The constant is the median of the other rows. Where no cooling is stated, "
        f"{data['default_design']} is taken, our default for AI campuses, so those rows test the default and not the model. How each place "
        f"was read, notes on its weather: --json"
    )
    return style.finish([*lines, "", *wrapped(rule, style.width)])


def _between(found: list[float] | None) -> str:
    """How far the skill could be otherwise with other halls."""
    return "" if found is None else f"; 5 to 95 %: {share_text(found[0])} to {share_text(found[1])}"


def _against(skill: float) -> str:
    return f"{abs(100 * skill):.0f} % {'better' if skill >= 0.0 else 'worse'} than"


def _score(name: str, part: Mapping[str, Any]) -> list[str]:
    return [
        name,
        str(part["n"]),
        f"{part['mae']:.3f}",
        _signed(part["bias"], 3),
        score_text(part["mae_constant"]),
        share_text(part["skill_vs_constant"]),
    ]


def _row(row: Mapping[str, Any]) -> list[str]:
    design = row["design"] if row["design_stated"] else f"({row['design']})"
    levels = [f"{row[f'pue_{level}']:.2f}" for level in ("p10", "p50", "p90")]
    return [f"{row['operator']}, {row['site']}", design, f"{row['pue']:.2f}", *levels, "in" if row["inside"] else "out"]


def _wet(row: Mapping[str, Any]) -> list[str]:
    design = row["design"] if row["design_stated"] else f"({row['design']})"
    return [
        f"{row['operator']}, {row['site']}",
        design,
        f"{row['wue']:.2f}",
        *(f"{row[f'wue_{level}']:.3f}" for level in ("p10", "p50", "p90")),
    ]


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "\u2212")
