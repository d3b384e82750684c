"""Promises between parties as a graph: an arrow per pair, its amount and stage, and which of them lie on a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, pi, sin
from textwrap import wrap
from typing import Any

from stargauge.programme.schema import COMMITMENT_STAGES
from stargauge.report.drawing.canvas import HUES, Paper, Spec, sized, text
from stargauge.report.locale import say
from stargauge.report.wording import show

WIDE_GRAPH = Paper(458, 430, 140, 34, 140, 34)
NARROW_GRAPH = Paper(166, 330, 96, 34, 96, 34)
#: How far two arrows of one pair stand apart, and how much of an arrow is left free at its ends, in pixels.
_ASIDE, _FREE = 5.0, 14.0
#: Where along an arrow its label may stand, the best first, and how far beside it, in pixels.
_ALONG = (0.45, 0.55, 0.35, 0.65, 0.28, 0.72, 0.2, 0.8, 0.14, 0.86)
_BESIDE = (8.0, 20.0, -12.0, 32.0, -26.0)
#: Width of a letter over the size of its type, in plain and in bold, and lines of a name at most.
_LETTER, _BOLD, _LINES = 0.54, 0.6, 5


def pairs(circles: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Arcs added up by who pays whom: amount, what of it goes round, and the stages in it."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for arc in circles["arcs"]:
        one = found.setdefault((arc["from"], arc["to"]), {"from": arc["from"], "to": arc["to"], "amount": 0.0, "round": 0.0, "stages": []})
        one["amount"] += arc["amount"]
        one["round"] += arc["round_announced"]
        one["stages"].append(arc["stage"])
    for one in found.values():
        reached = [stage for stage in COMMITMENT_STAGES if stage in one["stages"]]
        one["stage"] = stage_span(reached[0], reached[-1])
        one["dashed"] = reached[-1] == "announced"
    return list(found.values())


def stage_span(first: str, last: str) -> str:
    """The stages of some promises in words: the first to the furthest."""
    told = {
        "announced": say("announced"), "committed": say("committed"), "available": say("available"), "drawn": say("drawn"),
    }  # fmt: skip
    return told[first] if first == last else say("{first} to {last}", first=told[first], last=told[last])


def graph(circles: Mapping[str, Any], names: Mapping[str, str], paper: Paper) -> Spec:
    """Parties on a ring; arrows from who pays to who gets, thick and green on a circle, dashed where nothing of them is signed."""
    drawn = pairs(circles)
    ids = list(dict.fromkeys(party for one in drawn for party in (one["from"], one["to"])))
    places = {party: _place(index, len(ids), paper) for index, party in enumerate(ids)}
    arrows = [_ends(one, places[one["from"]], places[one["to"]]) for one in sorted(drawn, key=lambda pair: pair["round"])]
    layers = [layer for arrow in arrows for layer in _arrow(arrow)]
    named = [_name(names.get(party, party), x, y, paper) for party, (x, y) in places.items()]
    taken = [box for _, box in named] + [Box(x - 8.0, y - 8.0, x + 8.0, y + 8.0) for x, y in places.values()]
    for arrow in reversed(arrows):
        if not paper.narrow or arrow.on_circle:
            words, box = _amount(arrow, arrows, taken, paper)
            layers += words
            taken.append(box)
    for x, y in places.values():
        layers.append({"data": {"values": [{}]}, "mark": {"type": "point", "filled": True, "size": 120, "opacity": 1, "color": HUES["ink"]},
                       "encoding": {"x": {"value": x}, "y": {"value": y}}})  # fmt: skip
    layers += [label for label, _ in named]
    return sized(paper, paper.height, layers)


def _place(index: int, count: int, paper: Paper) -> tuple[float, float]:
    turn = 2.0 * pi * index / count - pi / 2.0
    return round(paper.width / 2.0 * (1.0 + cos(turn)), 1), round(paper.height / 2.0 * (1.0 + sin(turn)), 1)


def _short(name: str, most: int = 18) -> str:
    words = name.split(" (")[0].split(",")[0]
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


@dataclass(frozen=True)
class Box:
    """A place that is taken, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def over(self, other: Box) -> float:
        """The area that two boxes share."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, across) * max(0.0, down)


@dataclass(frozen=True)
class Arrow:
    """An arrow from its first to its last point; `unit` points along it."""

    amount: float
    stage: str
    dashed: bool
    on_circle: bool
    first: tuple[float, float]
    last: tuple[float, float]
    unit: tuple[float, float]

    def at(self, far: float, beside: float = 0.0) -> tuple[float, float]:
        """A point some part of the way along, and some pixels beside it."""
        x = self.first[0] + (self.last[0] - self.first[0]) * far - self.unit[1] * beside
        return x, self.first[1] + (self.last[1] - self.first[1]) * far + self.unit[0] * beside

    @property
    def colour(self) -> str:
        """Green on a circle."""
        return HUES["energised"] if self.on_circle else HUES["soft"]


def _name(name: str, x: float, y: float, paper: Paper) -> tuple[Spec, Box]:
    """A name beyond its point, away from the middle, in lines that fit beside it; and the place it takes."""
    middle = abs(x - paper.width / 2.0) < paper.width / 8.0
    align = "center" if middle else "left" if x > paper.width / 2.0 else "right"
    size = 11 if paper.narrow else 13
    room = {"center": 0.6 * paper.total, "left": paper.width - x + paper.right - 12.0, "right": x + paper.left - 12.0}[align]
    words = wrap(name.split(" (")[0], max(6, int(room / (_BOLD * size))), max_lines=1 if middle else _LINES, placeholder="…")
    wide, line = max(map(len, words)) * _BOLD * size, size + 2.0
    across = 0.0 if middle else 10.0 if align == "left" else -10.0
    down = (-12.0 if y < paper.height / 2.0 else 20.0) if middle else 4.0 - (len(words) - 1) * line / 2.0
    left = x + across - {"center": wide / 2.0, "left": 0.0, "right": wide}[align]
    box = Box(left, y + down - size, left + wide, y + down - size + len(words) * line)
    return text(words, x + across, y + down, HUES["ink"], weight=600, size=size, align=align), box


def _ends(one: Mapping[str, Any], start: tuple[float, float], end: tuple[float, float]) -> Arrow:
    """An arrow between two points, a little beside the line through them."""
    along = (end[0] - start[0], end[1] - start[1])
    length = hypot(*along) or 1.0
    unit = (along[0] / length, along[1] / length)
    aside = (-unit[1] * _ASIDE, unit[0] * _ASIDE)
    first = (start[0] + unit[0] * _FREE + aside[0], start[1] + unit[1] * _FREE + aside[1])
    last = (end[0] - unit[0] * _FREE + aside[0], end[1] - unit[1] * _FREE + aside[1])
    return Arrow(one["amount"], one["stage"], one["dashed"], one["round"] > 0.0, first, last, unit)


def _arrow(arrow: Arrow) -> list[Spec]:
    rule: dict[str, Any] = {"type": "rule", "color": arrow.colour, "strokeWidth": 3 if arrow.on_circle else 1.25}
    if arrow.dashed:
        rule["strokeDash"] = [5, 4]
    first, last = arrow.first, arrow.last
    place = {"x": {"value": first[0]}, "y": {"value": first[1]}, "x2": {"value": last[0]}, "y2": {"value": last[1]}}
    head = {"type": "point", "shape": "triangle", "filled": True, "size": 90, "opacity": 1, "color": arrow.colour,
            "angle": degrees(atan2(arrow.unit[1], arrow.unit[0])) + 90.0}  # fmt: skip
    return [
        {"data": {"values": [{}]}, "mark": rule, "encoding": place},
        {"data": {"values": [{}]}, "mark": head, "encoding": {"x": {"value": last[0]}, "y": {"value": last[1]}}},
    ]


def _amount(arrow: Arrow, arrows: Sequence[Arrow], taken: Sequence[Box], paper: Paper) -> tuple[list[Spec], Box]:
    """What is written at an arrow, where it covers least of what stands there already and of other arrows; and the place it takes."""
    words = [show(arrow.amount, "USD").replace(" USD", ""), *([] if paper.narrow else [arrow.stage])]
    wide, size = max(map(len, words)) * (_BOLD if arrow.on_circle else _LETTER) * 11.0, 11.0
    others = [other.at(step / 40.0) for other in arrows if other is not arrow for step in range(41)]
    found = list[tuple[float, int, tuple[float, float], Box]]()
    for place, (beside, far) in enumerate((beside, far) for beside in _BESIDE for far in _ALONG):
        x, y = arrow.at(far, beside)
        box = Box(x - wide / 2.0, y - size, x + wide / 2.0, y - size + len(words) * (size + 2.0))
        crossed = sum(box.left <= px <= box.right and box.top <= py <= box.bottom for px, py in others)
        covered = sum(box.over(one) for one in taken)
        found.append((covered + 12.0 * crossed + 4.0 * abs(beside), place, (x, y), box))
    _, _, (x, y), box = min(found)
    heavy = 600 if arrow.on_circle else 400
    look = {"stroke": HUES["paper"], "strokeWidth": 4, "strokeJoin": "round"}
    halo = text(words, x, y, HUES["paper"], weight=heavy, size=size, align="center", **look)
    return [halo, text(words, x, y, arrow.colour, weight=heavy, size=size, align="center")], box


def graph_table(circles: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The arrows as a table: the same amounts and stages."""
    rows = [
        [names.get(one["from"], one["from"]), names.get(one["to"], one["to"]), show(one["amount"], "USD"), one["stage"],
         show(one["round"], "USD") if one["round"] else "–"]
        for one in pairs(circles)
    ]  # fmt: skip
    return {"head": [say("From"), say("To"), say("Amount"), say("Stage"), say("Goes round")], "rows": rows}


def spoken_graph(circles: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What the picture shows, in one sentence."""
    told = [_circle(one["parties"], names) for one in circles["announced"]["cycles"]]
    parties = len({party for arc in circles["arcs"] for party in (arc["from"], arc["to"])})
    if told:
        return say("Promises between {number} parties, circles: {circles}", number=parties, circles="; ".join(told))
    return say("Promises between {number} parties, no circle among them", number=parties)


def _circle(parties: Sequence[str], names: Mapping[str, str]) -> str:
    return say(" to ").join(_short(names.get(party, party)) for party in [*parties, parties[0]])
