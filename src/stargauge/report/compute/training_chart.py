"""Pictures of a training job: where the time of layouts goes, step time against memory left, and rate by number of accelerators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stargauge.report.compute.training import large, part_text, short
from stargauge.report.drawing.canvas import HUES, Paper, Spec, drawn_rows, sized, text, value_axis
from stargauge.report.locale import say, written

Data = Mapping[str, Any]
#: Parts of a step by what they are, in the order in which they stand on a bar, with their colours.
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("matrix products", "operational", ("matrix",)),
    ("attention", "contracted", ("attention",)),
    ("other computing", "announced", ("elementwise", "experts", "kernels", "logits", "optimizer")),
    ("exchange not hidden", "construction", ("tensor", "context", "expert", "pipeline", "data")),
    ("waiting", "financed", ("imbalance", "bubble")),
)
_ROW, _BAR, _GIGA = 34, 18, 1e9
#: Where the words of the key begin.
_KEY = (-150.0, -24.0, 62.0, 190.0, 352.0)


# --- where the time goes ------------------------------------------------------------------------------------------------------------


def time_rows(data: Data) -> list[tuple[str, dict[str, float]]]:
    """The layout and those beside it, each with the seconds of its parts; the same layout once."""
    own = {one["name"]: one["seconds"] for one in data["result"]["components"]}
    rows = [(say("this layout"), own)]
    shown = list[Data]()
    for one in data["beside"]:
        if one["layout"] is not None and one["layout"] not in shown:
            shown.append(one["layout"])
            rows.append((say(str(one["name"]), "layout"), {name: value + one["more_s"].get(name, 0.0) for name, value in own.items()}))
    return rows


def time_chart(data: Data, narrow: bool = False) -> Spec:
    """Seconds of a step by part, one bar for each layout."""
    rows = time_rows(data)
    height = _ROW * len(rows)
    paper = Paper(338, height, 8, 66, 12, 30) if narrow else Paper(560, height, 186, 44, 60, 30)
    top = max(sum(parts.values()) for _, parts in rows) * 1.02
    x: Spec = {"field": "end", "type": "quantitative", "axis": value_axis(4 if narrow else 6, format=",.2~f"),
               "scale": {"domain": [0, top], "nice": False, "zero": True}}  # fmt: skip
    layers: list[Spec] = [{"data": {"values": [{}]}, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x}}]
    for place, (name, parts) in enumerate(rows):
        middle = _ROW * (place + 0.5) + (5 if narrow else 0)
        layers += [_piece(start, end, middle, hue) for start, end, hue in _pieces(parts)]
        at, turned = (0.0, middle - 13.0) if narrow else (-12.0, middle + 4.5)
        look = {"align": "left"} if narrow else {"align": "right"}
        layers.append(text(name, at, turned, HUES["ink"], size=12.0 if narrow else 12.5, weight=600 if place == 0 else 400, **look))
    return sized(paper, height, [*layers, *_key(narrow), text("s", paper.width + 4, height + 18, HUES["soft"], size=12.5)])


def _pieces(parts: Mapping[str, float]) -> Iterator[tuple[float, float, str]]:
    """Where each group begins and ends on a bar, and its colour."""
    end = 0.0
    for _, hue, names in GROUPS:
        start, end = end, end + sum(parts.get(name, 0.0) for name in names)
        if end > start:
            yield start, end, HUES[hue]


def _piece(start: float, end: float, middle: float, colour: str) -> Spec:
    return {
        "data": {"values": [{"start": start, "end": end}]}, "mark": {"type": "bar", "color": colour, "height": _BAR},
        "encoding": {"x": {"field": "start", "type": "quantitative"}, "x2": {"field": "end"}, "y": {"value": middle}},
    }  # fmt: skip


def _key(narrow: bool) -> list[Spec]:
    """What each colour is."""
    made = list[Spec]()
    for place, (name, hue, _) in enumerate(GROUPS):
        at, above = (168.0 * (place % 2), 52 - 18 * (place // 2)) if narrow else (_KEY[place], 22)
        made.append(text(say(name, "training"), at, -above, HUES[hue], weight=600, size=12.0))
    return made


def time_table(data: Data) -> dict[str, Any]:
    """The bars as a table: seconds of every part."""
    rows = time_rows(data)
    head = [say("layout"), *(f"{part_text(name)} (s)" for name in rows[0][1])]
    return drawn_rows(head, [[name, *(written(f"{value:.4f}") for value in parts.values())] for name, parts in rows])


def spoken_time(data: Data) -> str:
    """What the bars show, in one sentence."""
    most = max(data["result"]["components"], key=lambda one: one["seconds"])
    step = data["result"]["step_s"]["p50"]
    return say(
        "Seconds of a step by part: {seconds} s in all, most of it {part}, beside other layouts", seconds=written(f"{step:.2f}"),
        part=part_text(most["name"]),
    )  # fmt: skip


# --- fronts -------------------------------------------------------------------------------------------------------------------------


def room_chart(data: Data, narrow: bool = False) -> Spec:
    """Step time against memory left: layouts that no other beats in both."""
    points = [{"x": one["headroom"] / _GIGA, "y": one["step_s"]} for one in data["pareto"]["headroom"]]
    return _scatter(points, say("step, s"), say("memory left, GB"), narrow)


def fewer_chart(data: Data, narrow: bool = False) -> Spec:
    """Tokens per accelerator and second by number of accelerators, the fewest first."""
    found = list(reversed(data["pareto"]["accelerators"]))
    points = [{"x": float(place), "y": one["tokens_per_s_accelerator"]} for place, one in enumerate(found)]
    names = [(float(place), large(one["accelerators"])) for place, one in enumerate(found)]
    return _scatter(points, say("tokens/s per accelerator"), say("accelerators"), narrow, names)


def _scatter(
    points: Sequence[Mapping[str, float]], y_name: str, x_name: str, narrow: bool, names: Sequence[tuple[float, str]] = ()
) -> Spec:  # fmt: skip
    paper = Paper(300, 220, 44, 34, 12, 50) if narrow else Paper(620, 260, 52, 34, 40, 50)
    right, top = max(one["x"] for one in points) * 1.04 or 1.0, max(one["y"] for one in points) * 1.08
    axis = {**value_axis(5, format=",.2~f"), "grid": False}
    x: Spec = {"field": "x", "type": "quantitative", "axis": None if names else axis, "scale": {"domain": [0, right], "nice": False}}
    y: Spec = {"field": "y", "type": "quantitative", "axis": value_axis(5, labelPadding=6, format=",.2~f"),
               "scale": {"domain": [0, top], "nice": False, "zero": True}}  # fmt: skip
    plain: Spec = {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}}
    shown = names[:: 2 if narrow and len(names) > 5 else 1]
    return sized(paper, paper.height, [
        {"data": {"values": [{}]}, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x, "y": y}},
        {"data": {"values": list(points)}, "mark": {"type": "line", "color": HUES["rule-2"], "strokeWidth": 1.5}, "encoding": plain},
        {"data": {"values": list(points)}, "mark": {"type": "point", "color": HUES["operational"], "filled": True, "size": 60},
         "encoding": plain},
        *(text(name, paper.width * at / right, paper.height + 18, HUES["soft"], size=12.0, align="center") for at, name in shown),
        text(x_name, paper.width / 2, paper.height + 38, HUES["soft"], size=12.5, align="center"),
        text(y_name, -paper.left + 2, -14, HUES["soft"], size=12.5),
    ])  # fmt: skip


def room_table(data: Data) -> dict[str, Any]:
    """The front of memory left as a table."""
    rows = [
        [short(one["layout"]), written(f"{one['step_s']:.3f}"), written(f"{one['headroom'] / _GIGA:.1f}")]
        for one in data["pareto"]["headroom"]
    ]
    return drawn_rows([say("layout"), say("step (s)"), say("memory left (GB)")], rows)


def fewer_table(data: Data) -> dict[str, Any]:
    """The best of each number of accelerators as a table."""
    rows = [
        [written(f"{one['accelerators']:,}"), written(f"{one['step_s']:.3f}"), written(f"{one['tokens_per_s']:.0f}"),
         written(f"{one['tokens_per_s_accelerator']:.1f}"), short(one["layout"])]
        for one in data["pareto"]["accelerators"]
    ]  # fmt: skip
    return drawn_rows([say("accelerators"), say("step (s)"), say("tokens/s"), say("tokens/s per accelerator"), say("layout")], rows)


def spoken_room(data: Data) -> str:
    """What the front of memory left shows, in one sentence."""
    first, last = data["pareto"]["headroom"][0], data["pareto"]["headroom"][-1]
    return say(
        "Step time against memory left: from {fast} s with {little} GB left to {slow} s with {much} GB",
        fast=written(f"{first['step_s']:.2f}"), little=written(f"{first['headroom'] / _GIGA:.1f}"), slow=written(f"{last['step_s']:.2f}"),
        much=written(f"{last['headroom'] / _GIGA:.1f}"),
    )  # fmt: skip


def spoken_fewer(data: Data) -> str:
    """What the picture of numbers of accelerators shows, in one sentence."""
    first, last = data["pareto"]["accelerators"][0], data["pareto"]["accelerators"][-1]
    rates = [written(f"{one['tokens_per_s_accelerator']:,.0f}") for one in (last, first)]
    numbers = [written(f"{one['accelerators']:,}") for one in (last, first)]
    return say(
        "Tokens per accelerator and second by number of accelerators: {low} on {few}, {high} on {many}", low=rates[0], few=numbers[0],
        high=rates[1], many=numbers[1],
    )  # fmt: skip
