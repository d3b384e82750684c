"""What a GPU reaches, for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.terminal import PLAIN, Style, labelled, table, wrapped
from stargauge.report.wording import counted, day_text

Data = Mapping[str, Any]
_NAMES = {
    "matmul": "product", "copy": "memory, copied", "read": "memory, read", "attention": "attention",
    "attention-backward": "attention back", "decode-attention": "attention decode", "all-reduce": "sum over GPUs",
    "layer": "layer, forward", "layer-both": "layer, both ways", "launch": "launch", "power": "power", "sustained": "product for seconds",
}  # fmt: skip
#: The scales a rate is told at, largest first.
_SCALES = (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1.0))
_MICRO, _MILLI, _MEGA, _GIGA = 1e6, 1e3, 1e6, 1e9


def render_gpu(data: Data, style: Style = PLAIN, written: str | None = None) -> str:
    """The answer of `stargauge calibrate`: the device, what it reaches at best, the curves, layers, power, what was left out."""
    lines = [style.bold(line) for line in wrapped(sentence(data), style.width)]
    lines += [style.soft(line) for line in wrapped(about(data), style.width)]
    lines += ["", style.bold("At best"), *table(_BEST, [best_row(one) for one in data["best"]], style)]
    if data["curves"]:
        lines += ["", style.bold("Curves"), *table(_CURVES, [curve_row(one) for one in data["curves"]], style)]
        lines += [style.soft(line) for line in wrapped(_FORMS, style.width)]
    if loose := [one for one in data["best"] if one["variant"] != "rested" and not _has_curve(one, data)]:
        names = ", ".join(f"{name_of(one)} {one['dtype']}" for one in loose)
        lines += wrapped(f"No curve is near enough to the points of {names}.", style.width)
    if data["layers"]:
        lines += ["", style.bold("Whole dense layers"), *table(_LAYERS, [layer_row(one) for one in data["layers"]], style)]
        lines += [style.soft(line) for line in wrapped(_PARTS, style.width)]
    for text in (*launches(data), *power(data)):
        lines += ["", *wrapped(text, style.width)]
    for text in left_out(data["left_out"]):
        lines += labelled("", text, style, indent=0, label_width=0)
    file = f"Points     {written or 'add --out FILE.csv'}"
    return style.finish([*lines, "", file, "All of it  add --json"])


_BEST = [("what", 24, "l"), ("type", 4, "l"), ("shape", 22, "w"), ("rate", 13, "r"), ("of figure", 9, "r")]
_CURVES = [("what", 24, "l"), ("type", 4, "l"), ("tends to", 13, "r"), ("of figure", 9, "r"), ("half at", 11, "r"), ("off by", 6, "r")]
_LAYERS = [
    ("width", 6, "r"), ("way", 13, "l"), ("by", 6, "l"), ("ms", 6, "r"), ("products", 8, "r"), ("attention", 9, "r"),
    ("parts", 6, "r"),
]  # fmt: skip
_PARTS = (
    "Milliseconds measured, then of its products and its attention by the curves, and the share of the whole that these are: what is left "
    "is norms, activation and sums, passes over memory."
)
_FORMS = (
    "Products: time = the larger of operations and bytes, each over its rate, and a fixed part; half at operations that take as long as "
    "that part. Others: rate = most * amount / (amount + half). Off by: the typical factor between a point and its curve."
)


def sentence(data: Data) -> str:
    """The device in one sentence, with what it is in the catalogue."""
    bf16 = next((one for one in data["best"] if (one["operation"], one["variant"], one["dtype"]) == ("matmul", None, "bf16")), None)
    copied = next((one for one in data["best"] if one["operation"] == "copy"), None)
    parts = [f"{rate(one['value'], one['unit'])} {what}" for one, what in ((bf16, "in bf16 products"), (copied, "of memory copied")) if one]
    reached = f" reaches {' and '.join(parts)}" if parts else " was measured"
    if data["chip"]:
        shares = [f"{share(one['share'])}" for one in (bf16, copied) if one and one["share"] is not None]
        of = f", {' and '.join(shares)} of what its maker states" if shares else ""
        return f"{data['device']} ({data['chip']}){reached}{of}."
    return f"{data['device']}{reached}. The catalogue has no such chip: figures are as measured, no shares."


def about(data: Data) -> str:
    """When and with what it was measured."""
    facts = data["facts"]
    memory = f"{facts['memory'] / _GIGA:.1f} GB" if facts.get("memory") else ""
    clock = f"clock up to {facts['clock_max'] / _MEGA:,.0f} MHz" if facts.get("clock_max") else ""
    limit = f"kept under {facts['power_limit']:,.0f} W" if facts.get("power_limit") else ""
    driver = f"driver {data['driver']}" if data["driver"] else "driver not read"
    told = (f"Measured {day_text(data['measured'])}", driver, data["software"].replace(";", ","), memory, clock, limit)
    return ", ".join(part for part in told if part) + "; as it was found, nothing was set."


def rate(value: float | None, unit: str) -> str:
    """A rate at the scale that suits it: `792 TFLOP/s`."""
    if value is None:
        return ""
    prefix, factor = next(((name, size) for name, size in _SCALES if value >= size), ("", 1.0))
    return f"{value / factor:.3g} {prefix}{unit}" if value / factor < 1000 else f"{value / factor:,.0f} {prefix}{unit}"


def share(value: float | None) -> str:
    """A share in per cent; nothing where there is none."""
    return "" if value is None else f"{100 * value:.0f} %"


def name_of(one: Data) -> str:
    """What a kernel is called."""
    name = str(_NAMES.get(one["operation"], one["operation"]))
    return f"{name} ({one['variant']})" if one["variant"] in ("cudnn", "rested") else name


def best_row(one: Data) -> Sequence[str]:
    """The fastest point of a kind."""
    return [name_of(one), str(one["dtype"]), str(one["shape"]), rate(one["value"], one["unit"]), share(one["share"])]


def curve_row(one: Data) -> Sequence[str]:
    """A curve: what it tends to, half of it, how far points are from it."""
    off = f"{100 * one['spread']:.0f} %"
    if one["form"] == "roofline":
        half = rate(one["flop_rate"] * one["overhead"], "FLOP")
        return [name_of(one), one["dtype"], rate(one["flop_rate"], "FLOP/s"), share(one["share"]), half, off]
    unit = "B" if one["operation"] in ("copy", "read", "decode-attention", "all-reduce") else "FLOP"
    return [name_of(one), one["dtype"], rate(one["most"], f"{unit}/s"), share(one["share"]), rate(one["half"], unit), off]


def _has_curve(one: Data, data: Data) -> bool:
    kind = ("operation", "variant", "dtype")
    return any(all(curve[name] == (one[name] or "") for name in kind) for curve in data["curves"])


def launches(data: Data) -> list[str]:
    """What a launch takes."""
    found = {one["variant"]: one["value"] for one in data["points"] if one["operation"] == "launch" and one["value"]}
    words = {"eager": "launched one by one", "graph": "replayed from a graph"}
    told = [f"{value * _MICRO:.2f} us {words.get(variant, variant)}" for variant, value in found.items()]
    return [f"The smallest kernel takes {', '.join(told)}."] if told else []


def layer_row(one: Data) -> Sequence[str]:
    """A whole layer and what its products and its attention take of it by the curves."""
    way = "forward, back" if one["operation"] == "layer-both" else "forward"
    width = next(part.removeprefix("width=") for part in one["shape"].split() if part.startswith("width="))
    times = (f"{one[part] * _MILLI:.2f}" for part in ("seconds", "products", "attention"))
    return [f"{int(width):,}", way, str(one["variant"]), *times, share(one["explained"])]


def power(data: Data) -> list[str]:
    """The power drawn under load, and what is reached then."""
    told = [_drawn(one) for one in data["power"]]
    rests = [
        f"{rate(one['value'], one['unit'])} ({one['dtype']})" for one in data["points"] if one["variant"] == "rested" and one["value"]
    ]  # fmt: skip
    first = f"A rested chip is faster at first: its first hundredths of a second reach {' and '.join(rests)}."
    return [" ".join([*told, first] if rests else told)] if told or rests else []


def _drawn(one: Data) -> str:
    what = "memory copied" if one["what"] == "copy" else f"one {one['dtype']} product"
    of = f", {share(one['share'])} of its rating," if one["share"] is not None else ""
    at = f" at {one['clock'] / _MEGA:,.0f} MHz" if one["clock"] else ""
    reached = f" and reaches {rate(one['rate'], one['unit'])}" if one["rate"] else ""
    return f"With {what} over and over it draws {one['mean']:,.0f} W{of}{at}{reached}."


def left_out(found: Sequence[Data]) -> list[str]:
    """What was not measured, by reason."""
    reasons = Counter((one["operation"], one["why"]) for one in found)
    return [
        f"left out: {counted(number, 'kernel')} of {_NAMES.get(operation, operation)}: {why}"
        for (operation, why), number in reasons.items()
    ]
