"""Promises between parties as a graph: an arrow per pair, its amount and stage, and which of them lie on a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import atan2, cos, degrees, hypot, pi, sin
from typing import Any

from stargauge.quantity.units import show
from stargauge.report.canvas import HUES, Paper, Spec, sized, text

WIDE_GRAPH = Paper(458, 430, 140, 34, 140, 34)
NARROW_GRAPH = Paper(166, 330, 96, 34, 96, 34)
_STAGES = ("announced", "committed", "available", "drawn")
#: How far two arrows of one pair stand apart, and how much of an arrow is left free at its ends, in pixels.
_ASIDE, _FREE = 5.0, 14.0


def pairs(circles: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Arcs added up by who pays whom: amount, what of it goes round, and the stages in it."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for arc in circles["arcs"]:
        one = found.setdefault((arc["from"], arc["to"]), {"from": arc["from"], "to": arc["to"], "amount": 0.0, "round": 0.0, "stages": []})
        one["amount"] += arc["amount"]
        one["round"] += arc["round_announced"]
        one["stages"].append(arc["stage"])
    for one in found.values():
        reached = [stage for stage in _STAGES if stage in one["stages"]]
        one["stage"] = " to ".join(dict.fromkeys((reached[0], reached[-1])))
    return list(found.values())


def graph(circles: Mapping[str, Any], names: Mapping[str, str], paper: Paper) -> Spec:
    """Parties on a ring; arrows from who pays to who gets, thick and green on a circle, dashed where nothing of them is signed."""
    drawn = pairs(circles)
    ids = list(dict.fromkeys(party for one in drawn for party in (one["from"], one["to"])))
    places = {party: _place(index, len(ids), paper) for index, party in enumerate(ids)}
    layers: list[Spec] = []
    words: list[Spec] = []
    for one in sorted(drawn, key=lambda pair: pair["round"]):
        arrow, said = _arrow(one, places[one["from"]], places[one["to"]], paper)
        layers += arrow
        words += said
    layers += words
    for party, (x, y) in places.items():
        layers.append({"data": {"values": [{}]}, "mark": {"type": "point", "filled": True, "size": 120, "opacity": 1, "color": HUES["ink"]},
                       "encoding": {"x": {"value": x}, "y": {"value": y}}})  # fmt: skip
        layers.append(_label(_short(names.get(party, party), 12 if paper.narrow else 18), x, y, paper))
    return sized(paper, paper.height, layers)


def _place(index: int, count: int, paper: Paper) -> tuple[float, float]:
    turn = 2.0 * pi * index / count - pi / 2.0
    return round(paper.width / 2.0 * (1.0 + cos(turn)), 1), round(paper.height / 2.0 * (1.0 + sin(turn)), 1)


def _short(name: str, most: int = 18) -> str:
    words = name.split(" (")[0].split(",")[0]
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _label(words: str, x: float, y: float, paper: Paper) -> Spec:
    """A name beyond its point, away from the middle."""
    middle = abs(x - paper.width / 2.0) < paper.width / 8.0
    align = "center" if middle else "left" if x > paper.width / 2.0 else "right"
    across = 0.0 if middle else 10.0 if align == "left" else -10.0
    down = (-12.0 if y < paper.height / 2.0 else 20.0) if middle else 4.0
    return text(words, x + across, y + down, HUES["ink"], weight=600, size=11 if paper.narrow else 13, align=align)


def _arrow(one: Mapping[str, Any], start: tuple[float, float], end: tuple[float, float], paper: Paper) -> tuple[list[Spec], list[Spec]]:
    """An arrow, and what is written at it: on a small drawing only where it lies on a circle."""
    along = (end[0] - start[0], end[1] - start[1])
    length = hypot(*along) or 1.0
    unit = (along[0] / length, along[1] / length)
    aside = (-unit[1] * _ASIDE, unit[0] * _ASIDE)
    first = (start[0] + unit[0] * _FREE + aside[0], start[1] + unit[1] * _FREE + aside[1])
    last = (end[0] - unit[0] * _FREE + aside[0], end[1] - unit[1] * _FREE + aside[1])
    on_circle = one["round"] > 0.0
    colour = HUES["energised"] if on_circle else HUES["soft"]
    rule: dict[str, Any] = {"type": "rule", "color": colour, "strokeWidth": 3 if on_circle else 1.25}
    if one["stage"] == "announced":
        rule["strokeDash"] = [5, 4]
    place = {"x": {"value": first[0]}, "y": {"value": first[1]}, "x2": {"value": last[0]}, "y2": {"value": last[1]}}
    head = {"type": "point", "shape": "triangle", "filled": True, "size": 90, "opacity": 1, "color": colour,
            "angle": degrees(atan2(unit[1], unit[0])) + 90.0}  # fmt: skip
    layers: list[Spec] = [
        {"data": {"values": [{}]}, "mark": rule, "encoding": place},
        {"data": {"values": [{}]}, "mark": head, "encoding": {"x": {"value": last[0]}, "y": {"value": last[1]}}},
    ]
    if paper.narrow and not on_circle:
        return layers, []
    far = 0.45 if on_circle else 0.28
    at = (first[0] + (last[0] - first[0]) * far + aside[0] * 1.6, first[1] + (last[1] - first[1]) * far + aside[1] * 1.6)
    words = [show(one["amount"], "USD").replace(" USD", ""), *([] if paper.narrow else [one["stage"]])]
    heavy = 600 if on_circle else 400
    halo = text(words, *at, HUES["paper"], weight=heavy, size=11, align="center", stroke=HUES["paper"], strokeWidth=4)
    return layers, [halo, text(words, *at, colour, weight=heavy, size=11, align="center")]


def graph_table(circles: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The arrows as a table: the same amounts and stages."""
    rows = [
        [names.get(one["from"], one["from"]), names.get(one["to"], one["to"]), show(one["amount"], "USD"), one["stage"],
         show(one["round"], "USD") if one["round"] else "–"]
        for one in pairs(circles)
    ]  # fmt: skip
    return {"head": ["From", "To", "Amount", "Stage", "Goes round"], "rows": rows}


def spoken_graph(circles: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What the picture shows, in one sentence."""
    told = [_circle(one["parties"], names) for one in circles["announced"]["cycles"]]
    round_ = f"circles: {'; '.join(told)}" if told else "no circle among them"
    return f"Promises between {len({p for arc in circles['arcs'] for p in (arc['from'], arc['to'])})} parties, {round_}"


def _circle(parties: Sequence[str], names: Mapping[str, str]) -> str:
    return " to ".join(_short(names.get(party, party)) for party in [*parties, parties[0]])
