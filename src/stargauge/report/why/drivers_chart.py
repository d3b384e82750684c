"""What moves the odds of a reading as a chart: per input a bar from the odds where it is lowest to those where it is highest."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.drawing.canvas import HUES, Paper, Spec, sized, text, value_axis
from stargauge.report.locale import say
from stargauge.report.why.drivers import group_text
from stargauge.report.wording import percent

#: Inputs that are drawn; the table has them all.
MOST = 8
DRIVERS_WIDE, DRIVERS_NARROW = Paper(410, 46, 232, 52, 96, 30), Paper(338, 62, 8, 44, 12, 26)


def drawn(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The inputs of a reading that the chart shows: those whose odds at both ends are known."""
    return [one for one in row["moved"]["drivers"] if one["odds_p10"] is not None and one["odds_p90"] is not None][:MOST]


def odds_by_input(row: Mapping[str, Any], paper: Paper = DRIVERS_WIDE) -> Spec:
    """A bar per input over the odds, the strongest first, and a line at the odds now."""
    held = drawn(row)
    height = paper.height * len(held)
    axis = value_axis(5, values=[0, 0.25, 0.5, 0.75, 1], labelExpr="round(100 * datum.value)", labelFlush=True)
    frame = {
        "data": {"values": [{"odds": 0}]}, "mark": {"type": "point", "opacity": 0},
        "encoding": {"x": {"field": "odds", "type": "quantitative", "axis": axis, "scale": {"domain": [0, 1]}}, "y": {"value": 0}},
    }  # fmt: skip
    layers: list[Spec] = [frame]
    for place, one in enumerate(held):
        layers += _bar(one, paper.height * place, paper)
    layers += _now(row["probability"], height, paper)
    unit = text("%", 0, -24, HUES["soft"], size=12.5) if paper.narrow else text("%", -6, -20, HUES["soft"], size=12.5, align="right")
    return sized(paper, height, [*layers, unit])


def _bar(one: Mapping[str, Any], start: float, paper: Paper) -> list[Spec]:
    """One input: its name, its bar, the odds at its ends in words."""
    middle = start + (46 if paper.narrow else 22)
    low, high = sorted((float(one["odds_p10"]), float(one["odds_p90"])))
    bar = {
        "data": {"values": [{"low": low, "high": high}]},
        "mark": {"type": "bar", "height": 12, "color": HUES["need"], "opacity": 0.32, "cornerRadius": 2},
        "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}, "y": {"value": middle}},
    }
    told = f"{percent(one['odds_p10'])} → {percent(one['odds_p90'])}"
    if paper.narrow:
        lines = textwrap.wrap(str(one["says"]), 27, max_lines=1, placeholder=" …")
        words = [text(lines, 0, start + 32, HUES["ink"], weight=600), text(told, paper.width, start + 32, HUES["ink"], align="right")]
    else:
        lines = textwrap.wrap(str(one["says"]), 32, max_lines=2, placeholder=" …")
        words = [text(lines, -paper.left, start + 18, HUES["ink"], weight=600, lineHeight=16),
                 text(told, paper.width + paper.right - 2, middle + 4, HUES["ink"], align="right")]  # fmt: skip
    return [bar, *words]


def _now(probability: float, height: float, paper: Paper) -> list[Spec]:
    """The line at the odds now, with its words above."""
    line = {
        "data": {"values": [{"odds": probability}]}, "mark": {"type": "rule", "color": HUES["ink"], "strokeWidth": 1.5},
        "encoding": {"x": {"field": "odds", "type": "quantitative"}, "y": {"value": 0}, "y2": {"value": height}},
    }  # fmt: skip
    at = min(max(paper.width * probability, 32), paper.width - 32)
    return [line, text(f"{say('now')} {percent(probability)}", at, -8, HUES["ink"], weight=600, align="center")]


def drivers_table(row: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of the chart, and of the inputs that it leaves out."""
    head = [say("Input"), say("Group"), say("Share of the variance, at least"), say("At most"), say("Odds where it is lowest"),
            say("Odds where it is highest")]  # fmt: skip
    rows = [
        [str(one["says"]), group_text(one["group"]), percent(one["share"]), percent(one["share_at_most"]), percent(one["odds_p10"]),
         percent(one["odds_p90"])]
        for one in row["moved"]["drivers"]
    ]  # fmt: skip
    return {"head": head, "rows": rows}


def spoken_drivers(row: Mapping[str, Any], held: Sequence[Mapping[str, Any]]) -> str:
    """What the chart shows, in words."""
    parts = [f"{one['says']}: {percent(one['odds_p10'])} → {percent(one['odds_p90'])}" for one in held]
    return f"{say('now')} {percent(row['probability'])}. {'; '.join(parts)}."
