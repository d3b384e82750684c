"""What a GPU reaches, for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.locale import notation, say
from stargauge.report.retold import retold
from stargauge.report.terminal import PLAIN, Style, labelled, table, wrapped
from stargauge.report.wording import counted, day_text

Data = Mapping[str, Any]
#: The scales a rate is told at, largest first.
_SCALES = (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1.0))
_MICRO, _MILLI, _MEGA, _GIGA = 1e6, 1e3, 1e6, 1e9


def render_gpu(data: Data, style: Style = PLAIN, written: str | None = None) -> str:
    """The answer of `stargauge calibrate`: the device, what it reaches at best, the curves, layers, power, what was left out."""
    lines = [style.bold(line) for line in wrapped(sentence(data), style.width)]
    lines += [style.soft(line) for line in wrapped(about(data), style.width)]
    lines += ["", style.bold(say("At best")), *table(_best(), [best_row(one) for one in data["best"]], style)]
    if data["curves"]:
        lines += ["", style.bold(say("Curves")), *table(_curves(), [curve_row(one) for one in data["curves"]], style)]
        lines += [style.soft(line) for line in wrapped(_forms(), style.width)]
    if loose := [one for one in data["best"] if one["variant"] != "rested" and not _has_curve(one, data)]:
        names = ", ".join(f"{name_of(one)} {one['dtype']}" for one in loose)
        lines += wrapped(say("No curve is near enough to the points of {names}.", names=names), style.width)
    if data["layers"]:
        lines += ["", style.bold(say("Whole dense layers")), *table(_layers(), [layer_row(one) for one in data["layers"]], style)]
        lines += [style.soft(line) for line in wrapped(_parts(), style.width)]
    for text in (*launches(data), *power(data)):
        lines += ["", *wrapped(text, style.width)]
    for text in left_out(data["left_out"]):
        lines += labelled("", text, style, indent=0, label_width=0)
    file = f"{say('Points', 'curve'):<11}{written or say('add {option}', option='--out FILE.csv')}"
    return style.finish([*lines, "", file, f"{say('All of it', 'data'):<11}{say('add {option}', option='--json')}"])


Columns = list[tuple[str, int, str]]


def _best() -> Columns:
    return [(say("what"), 24, "l"), (say("type"), 4, "l"), (say("shape"), 22, "w"), (say("rate"), 13, "r"), (say("of figure"), 9, "r")]


def _curves() -> Columns:
    return [
        (say("what"), 24, "l"), (say("type"), 4, "l"), (say("tends to"), 13, "r"), (say("of figure"), 9, "r"), (say("half at"), 11, "r"),
        (say("off by", "curve"), 6, "r"),
    ]  # fmt: skip


def _layers() -> Columns:
    return [
        (say("width"), 6, "r"), (say("way"), 13, "l"), (say("by", "layer"), 6, "l"), ("ms", 6, "r"), (say("products"), 8, "r"),
        (say("attention"), 9, "r"), (say("parts"), 6, "r"),
    ]  # fmt: skip


def _parts() -> str:
    return say(
        "Milliseconds measured, then of its products and its attention by the curves, and the share of the whole that these are: what is "
        "left is norms, activation and sums, passes over memory."
    )


def _forms() -> str:
    return say(
        "Products: time = the larger of operations and bytes, each over its rate, and a fixed part; half at operations that take as long "
        "as that part. Others: rate = most * amount / (amount + half). Off by: the typical factor between a point and its curve."
    )


def kernel_text(operation: str) -> str:
    """What a kind of kernel is called."""
    told = {
        "matmul": say("product"), "copy": say("memory, copied"), "read": say("memory, read"), "attention": say("attention"),
        "attention-backward": say("attention back"), "decode-attention": say("attention decode"), "all-reduce": say("sum over GPUs"),
        "layer": say("layer, forward"), "layer-both": say("layer, both ways"), "launch": say("launch"), "power": say("power"),
        "sustained": say("product for seconds"),
    }  # fmt: skip
    return told.get(operation, operation)


def sentence(data: Data) -> str:
    """The device in one sentence, with what it is in the catalogue."""
    bf16 = next((one for one in data["best"] if (one["operation"], one["variant"], one["dtype"]) == ("matmul", None, "bf16")), None)
    copied = next((one for one in data["best"] if one["operation"] == "copy"), None)
    parts = [say("{rate} in bf16 products", rate=rate(bf16["value"], bf16["unit"]))] if bf16 else []
    parts += [say("{rate} of memory copied", rate=rate(copied["value"], copied["unit"]))] if copied else []
    device = f"{data['device']} ({data['chip']})" if data["chip"] else str(data["device"])
    reached = say("{device} reaches {rates}", device=device, rates=_and(parts)) if parts else say("{device} was measured", device=device)
    if not data["chip"]:
        return say("{reached}. The catalogue has no such chip: figures are as measured, no shares.", reached=reached)
    shares = [share(one["share"]) for one in (bf16, copied) if one and one["share"] is not None]
    return say("{reached}, {shares} of what its maker states.", reached=reached, shares=_and(shares)) if shares else f"{reached}."


def _and(parts: Sequence[str]) -> str:
    """One part, or several joined."""
    out = parts[0]
    for part in parts[1:]:
        out = say("{one} and {other}", one=out, other=part)
    return out


def about(data: Data) -> str:
    """When and with what it was measured."""
    facts = data["facts"]
    memory = f"{_number(facts['memory'] / _GIGA, 1)} GB" if facts.get("memory") else ""
    clock = say("clock up to {clock} MHz", clock=_number(facts["clock_max"] / _MEGA)) if facts.get("clock_max") else ""
    limit = say("kept under {power} W", power=_number(facts["power_limit"])) if facts.get("power_limit") else ""
    driver = say("driver {version}", version=data["driver"]) if data["driver"] else say("driver not read")
    when = say("Measured {day}", day=day_text(data["measured"]))
    parts = [part for part in (when, driver, data["software"].replace(";", ","), memory, clock, limit) if part]
    return say("{facts}; as it was found, nothing was set.", facts=", ".join(parts))


def _number(value: float, places: int = 0) -> str:
    """A number with so many decimals."""
    text = f"{value:,.{places}f}"
    return notation().number(text)


def rate(value: float | None, unit: str) -> str:
    """A rate at the scale that suits it: `792 TFLOP/s`."""
    if value is None:
        return ""
    prefix, factor = next(((name, size) for name, size in _SCALES if value >= size), ("", 1.0))
    text = f"{value / factor:.3g}" if value / factor < 1000 else f"{value / factor:,.0f}"
    return f"{notation().number(text)} {prefix}{unit}"


def share(value: float | None) -> str:
    """A share in per cent; nothing where there is none."""
    return "" if value is None else f"{100 * value:.0f} %"


def name_of(one: Data) -> str:
    """What a kernel is called."""
    name = kernel_text(one["operation"])
    if one["variant"] == "rested":
        return say("{kernel} (rested)", kernel=name)
    return f"{name} ({one['variant']})" if one["variant"] == "cudnn" else name


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
    words = {"eager": say("launched one by one"), "graph": say("replayed from a graph")}
    told = [f"{_number(value * _MICRO, 2)} us {words.get(variant, variant)}" for variant, value in found.items()]
    return [say("The smallest kernel takes {times}.", times=", ".join(told))] if told else []


def layer_row(one: Data) -> Sequence[str]:
    """A whole layer and what its products and its attention take of it by the curves."""
    way = say("forward, back") if one["operation"] == "layer-both" else say("forward")
    width = next(part.removeprefix("width=") for part in one["shape"].split() if part.startswith("width="))
    times = (_number(one[part] * _MILLI, 2) for part in ("seconds", "products", "attention"))
    return [_number(int(width)), way, str(one["variant"]), *times, share(one["explained"])]


def power(data: Data) -> list[str]:
    """The power drawn under load, and what is reached then."""
    told = [_drawn(one) for one in data["power"]]
    rests = [
        f"{rate(one['value'], one['unit'])} ({one['dtype']})" for one in data["points"] if one["variant"] == "rested" and one["value"]
    ]  # fmt: skip
    if rests:
        told.append(say("A rested chip is faster at first: its first hundredths of a second reach {rates}.", rates=_and(rests)))
    return [" ".join(told)] if told else []


def _drawn(one: Data) -> str:
    what = say("memory copied") if one["what"] == "copy" else say("one {type} product", type=one["dtype"])
    drawn = f"{_number(one['mean'])} W"
    drawn = say("{power}, {share} of its rating,", power=drawn, share=share(one["share"])) if one["share"] is not None else drawn
    drawn = say("{power} at {clock} MHz", power=drawn, clock=_number(one["clock"] / _MEGA)) if one["clock"] else drawn
    if one["rate"]:
        reached = rate(one["rate"], one["unit"])
        return say("With {what} over and over it draws {power} and reaches {rate}.", what=what, power=drawn, rate=reached)
    return say("With {what} over and over it draws {power}.", what=what, power=drawn)


def left_out(found: Sequence[Data]) -> list[str]:
    """What was not measured, by reason."""
    reasons = Counter((one["operation"], one["why"]) for one in found)
    return [
        say("left out: {kernels} of {what}: {why}", kernels=counted(number, "kernel"), what=kernel_text(operation), why=_why(why))
        for (operation, why), number in reasons.items()
    ]


def _why(why: str) -> str:
    """Why a kernel was left out: in the words of whoever refused it, where those are not ours."""
    return retold(why, "no time was left", "the times read are no times")
