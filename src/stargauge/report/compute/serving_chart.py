"""Charts of serving: speed per user against output per accelerator, and a decode step and prompts by part."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate, pairwise
from typing import Any

from stargauge.report.compute.serving import EACH, PARTS, USER, part_text, pass_of, rate, seconds, subject
from stargauge.report.drawing.canvas import HUES, Paper, Spec, sized, text, value_axis
from stargauge.report.drawing.drawing import framed, svg
from stargauge.report.locale import say, written
from stargauge.report.wording import plain_number

Data = Mapping[str, Any]

_FRONT = Paper(600, 300, 56, 34, 40, 46)
_FRONT_NARROW = Paper(296, 230, 48, 34, 14, 46)
_BARS = Paper(600, 110, 120, 20, 40, 96)
_BARS_NARROW = Paper(338, 130, 8, 30, 12, 132)
_HUES = {
    "attention_weights": "contracted", "core": "financed", "blocks": "energised", "experts": "operational", "head": "rule-2",
    "communication": "construction", "overhead": "rule",
}  # fmt: skip
_ROOM = 1.06
#: The axis along the lower edge: a line with ticks, no grid.
_BASE = {"grid": False, "ticks": True, "tickColor": HUES["rule-2"], "domain": True, "domainColor": HUES["rule-2"]}


def front_spec(data: Data, narrow: bool = False) -> Spec:
    """The front with its interval; what the best of is marked; dashed where prompts have accelerators of their own."""
    paper = _FRONT_NARROW if narrow else _FRONT
    rows = [
        {"x": one[USER]["p50"], "y": one[EACH]["p50"], "low": one[EACH]["p10"], "high": one[EACH]["p90"], "kind": one["kind"]}
        for one in data["front"]
    ]  # fmt: skip
    top, right = max(row["high"] for row in rows) * _ROOM, max(row["x"] for row in rows) * _ROOM
    x: Spec = {"field": "x", "type": "quantitative"}
    axis = {**value_axis(4 if narrow else 6, format=",.0f"), **_BASE}
    whole = {
        "data": {"values": [{}]}, "mark": {"type": "point", "opacity": 0},
        "encoding": {"x": {**x, "axis": axis, "scale": {"domain": [0, right], "nice": False}},
                     "y": {"field": "y", "type": "quantitative", "axis": value_axis(5, labelPadding=6, format=",.0f"),
                           "scale": {"domain": [0, top], "nice": False, "zero": True}}},
    }  # fmt: skip
    quantity: Spec = {"type": "quantitative"}
    band = {
        "data": {"values": rows}, "mark": {"type": "area", "color": HUES["operational"], "opacity": 0.18, "line": False},
        "encoding": {"x": x, "y": {**quantity, "field": "high"}, "y2": {"field": "low"}},
    }  # fmt: skip
    line = {
        "data": {"values": rows}, "mark": {"type": "line", "color": HUES["operational"], "strokeWidth": 2},
        "encoding": {"x": x, "y": {**quantity, "field": "y"}},
    }  # fmt: skip
    best = {"x": data["result"][USER]["p50"], "y": data["result"][EACH]["p50"]}
    mark = {
        "data": {"values": [best]}, "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1, "color": HUES["ink"]},
        "encoding": {"x": x, "y": {**quantity, "field": "y"}},
    }  # fmt: skip
    side = "right" if narrow and best["x"] > right / 2 else "left"
    named = {
        "data": {"values": [{**best, "text": say("{rate} at {user} per user", rate=rate(best["y"]), user=rate(best["x"]))}]},
        "mark": {"type": "text", "align": side, "baseline": "alphabetic", "dx": 8 if side == "left" else -8, "dy": -8, "fontSize": 12.5,
                 "fontWeight": 600, "color": HUES["ink"]},
        "encoding": {"x": x, "y": {**quantity, "field": "y"}, "text": {"field": "text"}},
    }  # fmt: skip
    above = say("output tokens/s per accelerator, P10 to P90") if narrow else say("output tokens per second and accelerator, P10 to P90")
    told = [
        text(above, -paper.left + 2, -14, HUES["soft"], size=12.5),
        text(say("output tokens per second and user"), paper.width, paper.height + 38, HUES["soft"], size=12.5, align="right"),
    ]
    return sized(paper, paper.height, [whole, band, line, mark, named, *told])


def passes_spec(data: Data, narrow: bool = False) -> Spec:
    """A decode step and prompts, a bar each, by part; each as a share of its time."""
    paper = _BARS_NARROW if narrow else _BARS
    names = [name for name in PARTS if name != "total"]
    x: Spec = {"field": "from", "type": "quantitative"}
    layers: list[Spec] = [
        {"data": {"values": [{}]}, "mark": {"type": "point", "opacity": 0},
         "encoding": {"x": {**x, "axis": {**value_axis(5, format=",.0f"), **_BASE}, "scale": {"domain": [0, 100], "nice": False}}}}
    ]  # fmt: skip
    for key, title, middle in (
        ("step", say("decode step"), 34.0 if narrow else 30.0),
        ("prompt", say("prompts (prefill)"), 96.0 if narrow else 80.0),
    ):
        made = pass_of(data, key)
        ends = list(accumulate((100.0 * made[name] / made["total"] for name in names), initial=0.0))
        for name, (low, high) in zip(names, pairwise(ends), strict=True):
            layers.append({
                "data": {"values": [{"from": low, "to": high}]}, "mark": {"type": "bar", "height": 26, "color": HUES[_HUES[name]]},
                "encoding": {"x": x, "x2": {"field": "to"}, "y": {"value": middle}},
            })  # fmt: skip
        told, above = ([f"{title}, {seconds(made['total'])}"], 20) if narrow else ([title, seconds(made["total"])], 2)
        layers.append(text(told, 2 if narrow else -paper.left + 2, middle - above, HUES["ink"], size=12.5))
    layers.append(text(say("% of the time"), paper.width, paper.height + 30, HUES["soft"], size=12.5, align="right"))
    for place, name in enumerate(names):
        column, row = divmod(place, 4) if narrow else divmod(place, 3)[::-1]
        left, down = 196.0 * column + 6.0 if narrow else 200.0 * column - 60.0, paper.height + 50.0 + 18.0 * row
        dot = {"type": "point", "filled": True, "size": 90, "opacity": 1, "color": HUES[_HUES[name]]}
        layers.append({"data": {"values": [{}]}, "mark": dot, "encoding": {"x": {"value": left}, "y": {"value": down - 4}}})
        layers.append(text(part_text(name), left + 12, down, HUES["ink"], size=12.5))
    return sized(paper, paper.height, layers)


#: The charts by name, and how each is drawn.
CHARTS = {"front": front_spec, "passes": passes_spec}


def cite(data: Data) -> str:
    """Whence a picture is, in one line."""
    asked = data["inputs"]["demand"]
    return say(
        "Stargauge, a model: {subject}; {type} weights, {into} tokens in and {out} out; output tokens per accelerator, those for prompts "
        "counted.",
        subject=subject(data), type=data["inputs"]["types"]["blocks"], into=written(f"{asked['input_tokens']:,}"),
        out=written(f"{asked['output_tokens']:,}"),
    )  # fmt: skip


def title(data: Data, name: str) -> str:
    """What a picture is called."""
    if name == "front":
        return say("Serving {subject}: speed per user against output per accelerator", subject=subject(data))
    return say("Serving {subject}: a decode step and prompts by part", subject=subject(data))


def pictures(data: Data) -> dict[str, str]:
    """The charts as images of their own, by file name."""
    return {f"serving-{name}.svg": framed(svg(spec(data)), title(data, name), cite(data)) for name, spec in CHARTS.items()}


_COLUMNS = (
    "tokens_per_s_per_user", "output_tokens_per_s_per_accelerator", "output_tokens_p10", "output_tokens_p90", "ttft_mean_s", "ttft_p50_s",
    "ttft_p99_s", "time_per_token_s", "decoding_per_replica", "layout", "prompt_layout", "replicas", "prompt_servers", "accelerators",
)  # fmt: skip


def front_csv(data: Data) -> str:
    """The front as a table."""
    lines = [",".join(_COLUMNS)]
    for one in data["front"]:
        first, own, made = one["first_token_s"], one["prompt_layout_text"], one[EACH]
        numbers = [one[USER]["p50"], made["p50"], made["p10"], made["p90"], *(first[name]["p50"] for name in ("mean", "p50", "p99"))]
        numbers += [one["time_per_token_s"]["p50"], one["decoding"]]
        texts = [f'"{one["layout_text"]}"', f'"{own}"' if own else ""]
        counts = [one["replicas"], one["prompt_servers"], one["accelerators"]]
        lines.append(",".join([*map(plain_number, numbers), *texts, *map(plain_number, counts)]))
    return "\n".join(lines) + "\n"
