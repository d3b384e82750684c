"""Pictures of goodput: by size of the job, where the time goes, and histories beside the formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.compute.goodput import head_of, lost_rows, part_text, percent, simulated_rows, size_rows
from stargauge.report.drawing.canvas import HUES, Paper, Spec, drawn_rows, frame, sized, text, value_axis
from stargauge.report.locale import say, written

Data = Mapping[str, Any]
_ROW, _BAR = 30, 16
_PLAIN: Spec = {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}}


def _paper(narrow: bool) -> Paper:
    return Paper(300, 220, 44, 34, 12, 50) if narrow else Paper(620, 260, 52, 34, 40, 50)


def _line(points: Sequence[Mapping[str, float]], hue: str, width: float = 2.0) -> Spec:
    return {"data": {"values": list(points)}, "mark": {"type": "line", "color": HUES[hue], "strokeWidth": width}, "encoding": _PLAIN}


# --- sizes --------------------------------------------------------------------------------------------------------------------------


def size_chart(data: Data, narrow: bool = False) -> Spec:
    """Goodput by accelerators of the job, in doublings: middle, and P10 to P90 as an area."""
    rows, paper = data["sizes"], _paper(narrow)
    right = float(len(rows) - 1)
    band = [{"x": float(at), "low": 100.0 * one["goodput"]["p10"], "y": 100.0 * one["goodput"]["p90"]} for at, one in enumerate(rows)]
    middle = [{"x": float(at), "y": 100.0 * one["goodput"]["p50"]} for at, one in enumerate(rows)]
    x: Spec = {"field": "x", "type": "quantitative", "axis": None, "scale": {"domain": [0, right], "nice": False}}
    y: Spec = {"field": "y", "type": "quantitative", "axis": value_axis(5, labelPadding=6, format=",.2~f"),
               "scale": {"domain": [0, 100], "nice": False, "zero": True}}  # fmt: skip
    names = [(float(at), size_name(one["accelerators"])) for at, one in enumerate(rows)]
    return sized(paper, paper.height, [
        frame(x, y),
        {"data": {"values": band}, "mark": {"type": "area", "color": HUES["operational"], "opacity": 0.25, "line": False},
         "encoding": {**_PLAIN, "y2": {"field": "low"}}},
        _line(middle, "operational"),
        *(text(name, paper.width * at / right, paper.height + 18, HUES["soft"], size=12.0, align="center")
          for at, name in names[:: 3 if narrow else 1]),
        text(say("accelerators of the job"), paper.width / 2, paper.height + 38, HUES["soft"], size=12.5, align="center"),
        text(say("kept work, % of the time"), -paper.left + 2, -14, HUES["soft"], size=12.5),
    ])  # fmt: skip


def size_name(accelerators: int) -> str:
    """A size as people write it: 512, 16k, 262k."""
    return f"{accelerators}" if accelerators < 1000 else f"{accelerators // 1000}k"


def size_table(data: Data) -> dict[str, Any]:
    """Sizes as a table."""
    return drawn_rows(head_of("sizes"), size_rows(data))


def spoken_sizes(data: Data) -> str:
    """What the picture of sizes shows, in one sentence."""
    first, last = data["sizes"][0], data["sizes"][-1]
    shares = [percent(one["goodput"]["p50"]) for one in (first, last)]
    few, many = (written(f"{one['accelerators']:,}") for one in (first, last))
    return say(
        "Share of time that becomes kept work, by size of the job: from {first} on {few} accelerators to {last} on {many} accelerators",
        first=shares[0], few=few, last=shares[1], many=many,
    )  # fmt: skip


# --- where the time goes ------------------------------------------------------------------------------------------------------------


def lost_chart(data: Data, narrow: bool = False) -> Spec:
    """Mean share of the time by what takes it, kept work left out."""
    rows = data["lost"]
    height = _ROW * len(rows)
    paper = Paper(338, height, 8, 34, 12, 40) if narrow else Paper(460, height, 200, 30, 80, 40)
    top = max(one["mean"] for one in rows) * 108.0 or 1.0
    x: Spec = {"field": "end", "type": "quantitative", "axis": value_axis(4 if narrow else 6, format=",.2~f"),
               "scale": {"domain": [0, top], "nice": False, "zero": True}}  # fmt: skip
    layers: list[Spec] = [{"data": {"values": [{}]}, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x}}]
    for place, one in enumerate(rows):
        middle = _ROW * (place + 0.5) + (5 if narrow else 0)
        layers.append({
            "data": {"values": [{"start": 0.0, "end": 100.0 * one["mean"]}]},
            "mark": {"type": "bar", "color": HUES["construction"], "height": _BAR if not narrow else 10},
            "encoding": {"x": {"field": "start", "type": "quantitative"}, "x2": {"field": "end"}, "y": {"value": middle}},
        })  # fmt: skip
        at, above, look = (0.0, middle - 8.0, "left") if narrow else (-12.0, middle + 4.5, "right")
        layers.append(text(part_text(one["part"]), at, above, HUES["ink"], size=12.0 if narrow else 12.5, align=look))
    layers.append(text(say("% of the time, mean"), paper.width / 2, height + 34, HUES["soft"], size=12.5, align="center"))
    return sized(paper, height, layers)


def lost_table(data: Data) -> dict[str, Any]:
    """Where the time goes as a table."""
    return drawn_rows(head_of("lost"), lost_rows(data))


def spoken_lost(data: Data) -> str:
    """What the bars show, in one sentence."""
    most = max(data["lost"], key=lambda one: one["mean"])
    return say(
        "Share of the time that is lost, by what takes it: most by {part}, {share} on average", part=part_text(most["part"]),
        share=percent(most["mean"]),
    )  # fmt: skip


# --- histories ----------------------------------------------------------------------------------------------------------------------


def history_chart(data: Data, narrow: bool = False) -> Spec:
    """The share of histories below each goodput, and that of the formula's draws."""
    rows, paper = data["simulated"]["quantiles"], _paper(narrow)
    lines = {key: [{"x": 100.0 * one[key], "y": 100.0 * one["share"]} for one in rows] for key in ("histories", "formula")}
    ends = [point["x"] for points in lines.values() for point in points]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.04 or 1.0
    x: Spec = {"field": "x", "type": "quantitative", "axis": {**value_axis(5, format=",.3~f"), "grid": False},
               "scale": {"domain": [low - room, high + room], "nice": False}}  # fmt: skip
    y: Spec = {"field": "y", "type": "quantitative", "axis": value_axis(5, labelPadding=6, format=",.2~f"),
               "scale": {"domain": [0, 100], "nice": False, "zero": True}}  # fmt: skip
    return sized(paper, paper.height, [
        frame(x, y), _line(lines["formula"], "rule-2"), _line(lines["histories"], "operational"),
        text(say("histories"), 8.0, 14.0, HUES["operational"], weight=600, size=12.5),
        text(say("formula, same draws"), 8.0, 32.0, HUES["rule-2"], weight=600, size=12.5),
        text(say("kept work, % of the time"), paper.width / 2, paper.height + 38, HUES["soft"], size=12.5, align="center"),
        text(say("% of histories below"), -paper.left + 2, -14, HUES["soft"], size=12.5),
    ])  # fmt: skip


def history_table(data: Data) -> dict[str, Any]:
    """Histories beside the formula as a table."""
    return drawn_rows(head_of("histories"), simulated_rows(data))


def spoken_histories(data: Data) -> str:
    """What the picture of histories shows, in one sentence."""
    made = data["simulated"]
    return say(
        "Goodput of {number} histories: {middle} at the middle, {formula} by the formula", number=written(f"{made['histories']:,}"),
        middle=percent(made["goodput"]["p50"]), formula=percent(made["formula"]["p50"]),
    )  # fmt: skip
