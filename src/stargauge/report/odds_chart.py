"""Odds over time as a chart: steps, likelihood bands named in words, numbered events keyed to a list, the verdict's mark at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.canvas import HUES, Paper, Spec, sized, text, value_axis
from stargauge.report.odds import headline, points_text
from stargauge.report.wording import MARKS, day_text, percent, percent_range, shape

#: Bounds of the likelihood bands and, from the top, their names (IPCC words) with the place of each.
_BOUNDS = (0.10, 0.33, 0.66, 0.90)
_BANDS = (("very likely", 0.95), ("likely", 0.78), ("about as likely as not", 0.495), ("unlikely", 0.215), ("very unlikely", 0.05))


def odds_over_time(one: Mapping[str, Any], paper: Paper) -> Spec:
    """The odds of a reading as steps from the day it was said; where it is settled, the mark of its verdict at the end."""
    held = [point for point in one["points"] if point["probability"] is not None]
    last = one["points"][-1]
    steps = [{"day": point["day"], "odds": point["probability"]} for point in held]
    if held:
        steps.append({"day": last["day"], "odds": held[-1]["probability"]})
    marked = [{"day": event["day"], "odds": event["probability"], "text": str(event["number"])} for event in events(one)]
    layers = [_frame(one), *_bands(paper), _steps(steps), _dots(marked), _numbers(marked)]
    if last["probability"] is None and held:
        end = [{"day": last["day"], "odds": held[-1]["probability"], "text": MARKS[shape(last["status"])]}]
        layers.append(_labels(end, 18, 0))
    return sized(paper, paper.height, [*layers, text("%", -paper.left + 2, -20, HUES["soft"], size=12.5)])


def _frame(one: Mapping[str, Any]) -> Spec:
    """Both axes, on an invisible layer."""
    days = [point["day"] for point in one["points"]]
    soft = {"labelColor": HUES["soft"], "labelFontSize": 12.5, "title": None, "domainColor": HUES["rule-2"], "tickColor": HUES["rule-2"]}
    time = {"format": "%b %Y", "tickCount": 4, "grid": False, "labelOverlap": True, "labelFlush": True, **soft}
    x = {"field": "day", "type": "temporal", "axis": time, "scale": {"type": "utc", "domain": [days[0], days[-1]]}}
    y = {
        "field": "odds",
        "type": "quantitative",
        "axis": value_axis(5, values=[0, 0.25, 0.5, 0.75, 1], grid=False, labelPadding=6, labelExpr="round(100 * datum.value)"),
        "scale": {"domain": [0, 1]},
    }
    return {"data": {"values": [{}]}, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x, "y": y}}


def _bands(paper: Paper) -> list[Spec]:
    """A line where two likelihood words meet, and the words: beside a wide plot, in a narrow one."""
    cuts = {
        "data": {"values": [{"odds": bound} for bound in _BOUNDS]},
        "mark": {"type": "rule", "color": HUES["rule"]},
        "encoding": {"y": _Y},
    }
    place, side = (paper.width, "right") if paper.narrow else (paper.width + 8, "left")
    words = [text(name, place, paper.height * (1 - at) + 4, HUES["soft"], size=12.5, align=side) for name, at in _BANDS]
    return [cuts, *words]


_X, _Y = {"field": "day", "type": "temporal"}, {"field": "odds", "type": "quantitative"}


def _steps(points: list[Spec]) -> Spec:
    mark = {"type": "line", "color": HUES["ink"], "strokeWidth": 2.25, "interpolate": "step-after", "strokeCap": "butt"}
    return {"data": {"values": points}, "mark": mark, "encoding": {"x": _X, "y": _Y}}


def _dots(points: list[Spec]) -> Spec:
    mark = {"type": "point", "filled": True, "color": HUES["ink"], "size": 30, "opacity": 1}
    return {"data": {"values": points}, "mark": mark, "encoding": {"x": _X, "y": _Y}}


def _numbers(points: list[Spec]) -> Spec:
    return _labels(points, 13, -11)


def _labels(points: list[Spec], size: float, dy: float) -> Spec:
    mark = {"type": "text", "color": HUES["ink"], "fontSize": size, "fontWeight": 600, "dy": dy, "baseline": "middle"}
    return {"data": {"values": points}, "mark": mark, "encoding": {"x": _X, "y": _Y, "text": {"field": "text"}}}


def events(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The days on which the odds moved and what moved them, numbered: change in points, and the strongest movers with their own effect."""
    moved = [point for point in one["points"] if point["movers"]]
    return [
        {
            "number": number,
            "day": point["day"],
            "probability": point["probability"],
            "change": points_text(point["change"]),
            "movers": [f"{points_text(mover['effect'])} {mover['text']}" for mover in point["movers"][:3]],
        }
        for number, point in enumerate(moved, 1)
    ]


def odds_table(one: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of the chart: day, odds with model range or outcome, change, what moved it."""
    rows = []
    for point in one["points"]:
        span = percent_range(point["model_range"])
        told = percent(point["probability"]) + (f" ({span})" if span else "") if point["probability"] is not None else point["answer"]
        change = "" if point["change"] is None else points_text(point["change"])
        moved = "; ".join(f"{points_text(mover['effect'])} {mover['text']}" for mover in point["movers"])
        rows.append([day_text(point["day"]), told, change, moved])
    return {"head": ["Known on", "Odds (model range)", "Change in points", "What moved it, each left out alone"], "rows": rows}


def spoken_odds(one: Mapping[str, Any]) -> str:
    """What the chart shows, in one sentence."""
    return headline(one)
