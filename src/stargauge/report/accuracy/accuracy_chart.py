"""How good the forecasts were, as charts: where outcomes fell in their forecasts, and how often what got some odds came true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.drawing.canvas import HUES, Paper, Spec, sized, text, value_axis
from stargauge.report.locale import say

_SOFT = {"labelColor": HUES["soft"], "labelFontSize": 12.5, "title": None, "domainColor": HUES["rule-2"], "tickColor": HUES["rule-2"]}
#: Room between two bars, in pixels.
_GAP = 3


def outcomes_in_forecasts(counts: Sequence[int], paper: Paper) -> Spec:
    """How many outcomes fell in each tenth of their forecasts; dashed: as many in each, as an exact forecaster would have."""
    even = sum(counts) / len(counts)
    top = max([*counts, even]) * 1.15 or 1.0
    x = {"field": "from", "type": "quantitative", "scale": {"domain": [0, 1], "nice": False}, "axis": _quantiles()}
    y = {"field": "cases", "type": "quantitative", "scale": {"domain": [0, top], "nice": False}, "axis": _whole(top)}
    step = paper.width / len(counts)
    bars = {
        "data": {"values": [{"from": (index + 0.5) / len(counts), "cases": count} for index, count in enumerate(counts)]},
        "mark": {"type": "bar", "size": round(step - _GAP, 1), "color": HUES["need"], "opacity": 0.75},
        "encoding": {"x": x, "y": y},
    }
    line = {
        "data": {"values": [{"cases": even}]},
        "mark": {"type": "rule", "color": HUES["announced"], "strokeDash": [6, 4], "strokeWidth": 1.75},
        "encoding": {"y": {"field": "cases", "type": "quantitative"}},
    }
    foot = paper.height + 38
    words = [
        text(say("cases"), -paper.left + 2, -24, HUES["soft"], size=12.5),
        text(say("dashed: as many in each tenth"), paper.width, -24, HUES["soft"], size=12.5, align="right"),
        text(say("earlier than forecast"), 0, foot, HUES["soft"], size=12.5),
        text(say("later than forecast"), paper.width, foot, HUES["soft"], size=12.5, align="right"),
    ]
    return sized(paper, paper.height, [bars, line, *words])


def _quantiles() -> Spec:
    """The axis of places in a forecast: the quantiles that the text speaks of."""
    labels = "datum.value < 0.2 ? 'P10' : datum.value < 0.6 ? 'P50' : 'P90'"
    return {**_SOFT, "values": [0.1, 0.5, 0.9], "grid": False, "labelExpr": labels}


def _whole(top: float) -> Spec:
    """An axis of counts: whole numbers only."""
    return value_axis(4, labelPadding=6, format="d", values=list(range(0, int(top) + 1, max(1, round(top / 4)))))


def reliability(bins: Sequence[Mapping[str, Any]], paper: Paper) -> Spec:
    """Mean odds against the share that came true, one disc per span of odds with its counts; dashed: what was said comes true so often."""
    points = [
        {"said": one["said"], "true": one["came_true"] / one["cases"], "cases": one["cases"],
         "text": say("{some} of {all}", some=one["came_true"], all=one["cases"])}
        for one in bins if one["cases"]
    ]  # fmt: skip
    axis = {"values": [0, 0.25, 0.5, 0.75, 1], "labelExpr": "round(100 * datum.value)"}
    x = {"field": "said", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {**_SOFT, "grid": False, **axis}}
    y = {"field": "true", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": value_axis(5, labelPadding=6, **axis)}
    size = {"field": "cases", "type": "quantitative", "legend": None, "scale": {"domain": [0, 10], "range": [30, 330]}}
    even = {
        "data": {"values": [{"said": 0, "true": 0}, {"said": 1, "true": 1}]},
        "mark": {"type": "line", "color": HUES["announced"], "strokeDash": [6, 4], "strokeWidth": 1.75},
        "encoding": {"x": x, "y": y},
    }
    at = {"x": {"field": "said", "type": "quantitative"}, "y": {"field": "true", "type": "quantitative"}}
    discs = {
        "data": {"values": points},
        "mark": {"type": "point", "filled": True, "color": HUES["ink"], "opacity": 1, "clip": False},
        "encoding": {**at, "size": size},
    }
    look = {"type": "text", "align": "left", "baseline": "middle", "dx": 13, "dy": -11, "fontSize": 13}
    halo = {**look, "color": HUES["paper"], "stroke": HUES["paper"], "strokeWidth": 4, "strokeJoin": "round"}
    names = [
        {"data": {"values": points}, "mark": mark, "encoding": {**at, "text": {"field": "text"}}}
        for mark in (halo, {**look, "color": HUES["ink"]})
    ]
    words = [
        text(say("% came true"), -paper.left + 2, -24, HUES["soft"], size=12.5),
        text(say("dashed: as often as said"), paper.width, -24, HUES["soft"], size=12.5, align="right"),
        text(say("odds given, %"), paper.width, paper.height + 38, HUES["soft"], size=12.5, align="right"),
    ]
    return sized(paper, paper.height, [even, discs, *names, *words])
