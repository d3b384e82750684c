"""The records that slips are learnt from, drawn against what the fit says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.drawing.canvas import HUES, WIDE, Paper, Spec, sized, text, value_axis
from stargauge.report.locale import say


def slips_and_fit(data: Mapping[str, Any], paper: Paper = WIDE) -> Spec:
    """Days taken over days planned: disc = reached, ring = open (it takes at least so long), the fit as a fan, the plan as a line."""
    top = max(point["taken_days"] for point in data["points"])
    x = {"field": "lead_days", "type": "quantitative", "axis": value_axis(6)}
    y = {"type": "quantitative", "scale": {"domain": [0, top]}, "axis": value_axis(6)}
    curve = {"data": {"values": data["curve"]}}
    band = {**curve, "mark": {"type": "area", "clip": True, "color": HUES["operational"], "opacity": 0.17},
            "encoding": {"x": x, "y": {**y, "field": "p10"}, "y2": {"field": "p90"}}}  # fmt: skip
    middle = {
        **curve,
        "mark": {"type": "line", "color": HUES["operational"], "strokeWidth": 2.25},
        "encoding": {"x": x, "y": {**y, "field": "p50"}},
    }
    promised = {**curve, "mark": {"type": "line", "color": HUES["announced"], "strokeDash": [5, 4], "strokeWidth": 1.75},
                "encoding": {"x": x, "y": {**y, "field": "lead_days"}}}  # fmt: skip
    layers = [band, promised, middle, _points(data, False, x, y), _points(data, True, x, y)]
    legend = [
        say("disc: reached"), say("ring: open, at least so long"), say("fan: P10 to P90, line P50,"), say("of an AI campus"),
        say("dashed: as planned"),
    ]  # fmt: skip
    words = [
        text(say("days taken, over days planned (both from the day the plan was published)"), 0, -24, HUES["soft"]),
        text(legend, paper.width + 14, 40, HUES["ink"], size=12.5),
    ]
    return sized(paper, paper.height, [*layers, *words])


def _points(data: Mapping[str, Any], open_ones: bool, x: Spec, y: Spec) -> Spec:
    rows = [point for point in data["points"] if point["open"] == open_ones]
    look = {
        "filled": not open_ones,
        "color": HUES["ink"],
        "size": 42,
        "opacity": 0.85,
        "strokeWidth": 1.5,
        "type": "point",
        "shape": "circle",
    }
    return {"data": {"values": rows}, "mark": look, "encoding": {"x": x, "y": {**y, "field": "taken_days"}}}
