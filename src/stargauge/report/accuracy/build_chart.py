"""Recorded builds against forecasts made without their owners: one bar per build, from P10 to P90, and what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.drawing.canvas import HUES, Paper, Spec, sized, text, value_axis
from stargauge.report.locale import say

#: Kinds of builds in the order in which they are drawn.
_KINDS = ("retrofit", "expansion", "new")
_ROW, _MOST = 9, 2200.0
_PAPER = Paper(560, 0, 34, 12, 164, 30)


def builds_and_forecasts(rows: Sequence[Mapping[str, Any]]) -> Spec:
    """The chart: builds by kind, the shortest forecast first; a disc took so long, a ring still went on at the last look."""
    ordered = [row for kind in _KINDS for row in sorted((r for r in rows if r["kind"] == kind), key=lambda r: (r["p50"], r["id"]))]
    data = [
        {"place": place, "open": row["operational"] is None, **{name: min(row[name], _MOST) for name in ("p10", "p50", "p90", "days")}}
        for place, row in enumerate(ordered)
    ]
    y = {"field": "place", "type": "quantitative", "axis": None, "scale": {"domain": [len(data), -1]}}

    def x(name: str) -> Spec:
        return {"field": name, "type": "quantitative", "scale": {"domain": [0, _MOST], "nice": False}, "axis": value_axis(5)}

    here = {"data": {"values": data}}
    bars = {**here, "mark": {"type": "rule", "strokeWidth": 5, "color": HUES["operational"], "opacity": 0.25},
            "encoding": {"x": x("p10"), "x2": {"field": "p90"}, "y": y}}  # fmt: skip
    middles = {**here, "mark": {"type": "tick", "orient": "vertical", "thickness": 2, "size": 8, "color": HUES["operational"]},
               "encoding": {"x": x("p50"), "y": y}}  # fmt: skip
    height = _ROW * (len(data) + 1)
    words: list[Spec] = []
    titles = {"retrofit": say("existing halls refitted"), "expansion": say("later buildings"), "new": say("first buildings")}
    for kind, title in titles.items():
        places = [place for place, row in enumerate(ordered) if row["kind"] == kind]
        if places:
            words.append(text(title, _PAPER.width + 14, (places[0] + 1.5) * _ROW, HUES["ink"], size=12.5))
    layers = [bars, middles, _outcomes(data, False, x("days"), y), _outcomes(data, True, x("days"), y), *words]
    return sized(_PAPER, height, layers)


def _outcomes(data: Sequence[Mapping[str, Any]], open_ones: bool, x: Spec, y: Spec) -> Spec:
    look = {
        "type": "point",
        "shape": "circle",
        "filled": not open_ones,
        "color": HUES["ink"],
        "size": 26,
        "strokeWidth": 1.4,
        "opacity": 1.0,
    }
    rows = [one for one in data if one["open"] == open_ones]
    return {"data": {"values": rows}, "mark": look, "encoding": {"x": x, "y": y}}
