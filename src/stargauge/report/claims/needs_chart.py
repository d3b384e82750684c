"""The ranges that a reading needs as a chart: all worlds from lowest to highest, and the part of them that each range keeps."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from stargauge.report.claims.needs import score_text
from stargauge.report.drawing.canvas import HUES, ROWS_WIDE, Paper, Spec, sized, text, value_axis
from stargauge.report.locale import say

#: Heights of a line of words and of the bar below them, and the width of a letter, in pixels.
LINE, BAR, LETTER = 17, 29, 6.6


def ranges_needed(region: Mapping[str, Any], paper: Paper = ROWS_WIDE, holds: str = "holds") -> Spec:
    """A line of all worlds per condition, lowest value at the left, and on it the part that the condition keeps, in the reader's words.

    Every line has the same scale, a share of all worlds, so that how much each range asks can be seen.
    """
    rows = [
        {"row": place, "first": one["ranks"][0], "last": one["ranks"][1], "whole": 1.0, "none": 0.0}
        for place, one in enumerate(region["conditions"])
    ]
    lines_of = [textwrap.wrap(one["says"], int(paper.width / LETTER)) for one in region["conditions"]]
    row = BAR + LINE * max(map(len, lines_of), default=1)
    height = row * len(rows)
    below = -1 + (BAR - 17) / row
    axis = value_axis(5, values=[0, 0.25, 0.5, 0.75, 1], labelExpr="round(100 * datum.value)")
    x = {"type": "quantitative", "scale": {"domain": [0, 1]}}
    y = {"field": "row", "type": "quantitative", "scale": {"domain": [len(rows) + below, below], "nice": False}, "axis": None}
    held = {"values": rows}
    whole = {
        "data": held,
        "mark": {"type": "rule", "color": HUES["rule-2"], "strokeWidth": 2},
        "encoding": {"x": {**x, "field": "none", "axis": axis}, "x2": {"field": "whole"}, "y": y},
    }
    kept = {
        "data": held,
        "mark": {"type": "rule", "color": HUES["ink"], "strokeWidth": 9, "strokeCap": "butt"},
        "encoding": {"x": {**x, "field": "first"}, "x2": {"field": "last"}, "y": y},
    }
    ends = [row * (place + 1) - BAR + 3 for place in range(len(lines_of))]
    names = [text(lines, 0, end - LINE * (len(lines) - 1), HUES["ink"], lineHeight=LINE) for lines, end in zip(lines_of, ends, strict=True)]
    told = (
        say("% of all worlds, lowest to highest; bar: where it fails so often")
        if holds == "fails"
        else say("% of all worlds, lowest to highest; bar: where it holds so often")
    )
    words = text(told, 0, -20, HUES["soft"], size=12.5)
    return sized(paper, height, [whole, kept, *names, words])


def spoken_ranges(region: Mapping[str, Any], holds: str = "holds") -> str:
    """What the chart shows, in words."""
    return f"{'; '.join(one['says'] for one in region['conditions'])}. {score_text(region['scored'], holds)}"


def trade_off(one: Mapping[str, Any], paper: Paper) -> Spec:
    """Density over coverage of the boxes that no other betters in both, from all worlds on the right to few; what is said as a ring."""
    region = one["holds"] or one["fails"]
    x = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": value_axis(5, labelExpr="round(100 * datum.value)")}
    y = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": value_axis(5, labelExpr="round(100 * datum.value)")}
    line = {
        "data": {"values": list(one["trajectory"])},
        "mark": {
            "type": "line",
            "color": HUES["ink"],
            "strokeWidth": 2.25,
            "interpolate": "step-before",
            "point": {"color": HUES["ink"], "size": 18},
        },
        "encoding": {"x": {**x, "field": "coverage"}, "y": {**y, "field": "density"}, "order": {"field": "mass", "type": "quantitative"}},
    }
    said = {
        "data": {"values": [region["scored"]] if region else []},
        "mark": {"type": "point", "filled": False, "shape": "circle", "size": 120, "strokeWidth": 2, "color": HUES["operational"]},
        "encoding": {"x": {**x, "field": "coverage"}, "y": {**y, "field": "density"}},
    }
    words = text(say("density, %, over coverage, %: fewer worlds to the left"), 0, -20, HUES["soft"], size=12.5)
    return sized(paper, paper.height, [line, said, words])


__all__ = ["ranges_needed", "spoken_ranges", "trade_off"]
