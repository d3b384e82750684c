"""Odds over time as a chart: steps, likelihood bands named in words, numbered events keyed to a list, the verdict's mark at the end."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any

from stargauge.report.claims.odds import ended, headline, mover_text, points_text
from stargauge.report.drawing.canvas import HUES, Paper, Spec, sized, text, value_axis
from stargauge.report.locale import say, words
from stargauge.report.wording import MARKS, day_text, percent, percent_range, plain_number, shape, status_text

#: Bounds of the likelihood bands and, from the bottom, the middle of each.
_BOUNDS = (0.10, 0.33, 0.66, 0.90)
_MIDDLES = (0.05, 0.215, 0.495, 0.78, 0.95)
#: From how many letters on a band's name stands in two lines, in a narrow drawing and in a wide one.
_LONG_NARROW, _LONG = 14, 24


def odds_over_time(one: Mapping[str, Any], paper: Paper) -> Spec:
    """The odds of a reading as steps from the day it was said; where it ends, the mark of its verdict."""
    last = one["points"][-1]
    marked = [{"day": event["day"], "odds": event["probability"], "text": str(event["number"])} for event in events(one)]
    # Above the riser, whichever way it goes, so that no line runs through a number.
    numbers = [spot | {"odds": event["top"]} for spot, event in zip(marked, events(one), strict=True)]
    layers = [_frame(one), *_bands(paper), _steps(_held(one)), *_silences(one, paper), _dots(marked), _labels(numbers, 13, -11)]
    held = [point["probability"] for point in one["points"] if point["probability"] is not None]
    if held and ended(last):
        layers.append(_labels([{"day": last["day"], "odds": held[-1], "text": MARKS[shape(last["status"])]}], 18, 0, dx=10))
    return sized(paper, paper.height, [*layers, text("%", -paper.left + 2, -20, HUES["soft"], size=12.5)])


def _held(one: Mapping[str, Any]) -> list[Spec]:
    """The corners of the steps. Odds hold until the next point; where nothing can be said, the line ends and another begins after it."""
    corners, part, before = list[Spec](), 0, None
    for point in one["points"]:
        odds = point["probability"]
        if odds is None and before is not None:
            corners.append({"day": point["day"], "odds": before, "part": part})
            part += 1
        if odds is not None:
            corners.append({"day": point["day"], "odds": odds, "part": part})
        before = odds
    return corners


def _silences(one: Mapping[str, Any], paper: Paper) -> list[Spec]:
    """The status in words where nothing can be said for at least a quarter of the time shown."""
    days = [date.fromisoformat(point["day"]).toordinal() for point in one["points"]]
    scale, layers = paper.width / max(days[-1] - days[0], 1), list[Spec]()
    for silent, run in groupby(range(len(days)), key=lambda at: one["points"][at]["probability"] is None):
        spots = list(run)
        start, end = days[spots[0]], days[min(spots[-1] + 1, len(days) - 1)]
        if silent and 4 * (end - start) >= days[-1] - days[0]:
            middle = scale * ((start + end) / 2 - days[0])
            layers.append(
                text(status_text(one["points"][spots[0]]["status"]), middle, paper.height / 2 + 4, HUES["soft"], size=12.5, align="center")
            )
    return layers


def _frame(one: Mapping[str, Any]) -> Spec:
    """Both axes, on an invisible layer."""
    days = [point["day"] for point in one["points"]]
    soft = {"labelColor": HUES["soft"], "labelFontSize": 12.5, "title": None, "domainColor": HUES["rule-2"], "tickColor": HUES["rule-2"]}
    time = {"format": "%b %Y", "tickCount": 4, "grid": False, "labelOverlap": True, "labelSeparation": 10, "labelFlush": True, **soft}
    x = {"field": "day", "type": "temporal", "axis": time, "scale": {"type": "utc", "domain": [days[0], days[-1]]}}
    y = {
        "field": "odds",
        "type": "quantitative",
        "axis": value_axis(5, values=[0, 0.25, 0.5, 0.75, 1], grid=False, labelPadding=6, labelExpr="round(100 * datum.value)"),
        "scale": {"domain": [0, 1]},
    }
    return {"data": {"values": [{}]}, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x, "y": y}}


def _bands(paper: Paper) -> list[Spec]:
    """A line where two likelihood words meet, and the words beside the plot."""
    cuts = {
        "data": {"values": [{"odds": bound} for bound in _BOUNDS]},
        "mark": {"type": "rule", "color": HUES["rule"]},
        "encoding": {"y": _Y},
    }
    named = zip(words().likelihoods[1:-1], _MIDDLES, strict=True)
    told = [text(_lines(name, paper), paper.width + 20, paper.height * (1 - at) + 4, HUES["soft"], size=12.5) for name, at in named]
    return [cuts, *reversed(told)]


def _lines(name: str, paper: Paper) -> str | list[str]:
    """The name of a band (IPCC words); one that is too long for the margin in lines."""
    most = _LONG_NARROW if paper.narrow else _LONG
    return textwrap.wrap(name, most + 1, break_long_words=False) if len(name) > most else name


_X, _Y = {"field": "day", "type": "temporal"}, {"field": "odds", "type": "quantitative"}


def _steps(points: list[Spec]) -> Spec:
    mark = {"type": "line", "color": HUES["ink"], "strokeWidth": 2.25, "interpolate": "step-after", "strokeCap": "butt"}
    return {"data": {"values": points}, "mark": mark, "encoding": {"x": _X, "y": _Y, "detail": {"field": "part"}}}


def _dots(points: list[Spec]) -> Spec:
    mark = {"type": "point", "filled": True, "color": HUES["ink"], "size": 30, "opacity": 1}
    return {"data": {"values": points}, "mark": mark, "encoding": {"x": _X, "y": _Y}}


def _labels(points: list[Spec], size: float, dy: float, dx: float = 0) -> Spec:
    mark = {"type": "text", "color": HUES["ink"], "fontSize": size, "fontWeight": 600, "dx": dx, "dy": dy, "baseline": "middle"}
    return {"data": {"values": points}, "mark": mark, "encoding": {"x": _X, "y": _Y, "text": {"field": "text"}}}


def events(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The days on which the odds moved, numbered: change in points and, where it was asked, the strongest movers with their own effect."""
    moved = [point for point in one["points"] if point["change"] is not None and points_text(point["change"]) != "0"]
    return [
        {
            "number": number,
            "day": point["day"],
            "probability": point["probability"],
            "top": max(point["probability"], point["probability"] - point["change"]),
            "change": points_text(point["change"]),
            "movers": [mover_text(mover) for mover in point["movers"][:3] if mover_text(mover)[:2] != "0 "],
        }
        for number, point in enumerate(moved, 1)
    ]


def odds_table(one: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of the chart: day, odds with model range or outcome, change, what moved it."""
    rows = []
    for point in one["points"]:
        span = percent_range(point["model_range"])
        told = percent(point["probability"]) + (f" ({span})" if span else "") if point["probability"] is not None else point["answer"]
        if point["probability"] is not None and ended(point):
            told = f"{told}; {point['answer']}"
        change = "" if point["change"] is None else points_text(point["change"])
        moved = "; ".join(map(mover_text, point["movers"]))
        rows.append([day_text(point["day"]), told, change, moved])
    plain = []
    for point, row in zip(one["points"], rows, strict=True):
        odds = [plain_number(value) for value in (point["probability"], *(point["model_range"] or (None, None)))]
        plain.append([point["day"], *odds, point["answer"], row[3]])
    head = [say("Known on"), say("Odds (model range)"), say("Change in points"), say("What moved it, each left out alone")]
    named = [say("Known on"), say("Odds"), say("Model range, lowest"), say("Model range, highest"), say("Answer"), head[3]]
    return {"head": head, "rows": rows, "why": [["", f"claims.{one['claim']}", "", ""] for _ in rows],
            "file": {"head": named, "rows": plain}}  # fmt: skip


def spoken_odds(one: Mapping[str, Any]) -> str:
    """What the chart shows, in one sentence."""
    return headline(one)
