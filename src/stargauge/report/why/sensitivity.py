"""What moves a number, as plain text: bars from each input's P10 to its P90, and a table over two inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.audit.money.cost import POWER_PRICE
from stargauge.quantity.units import scale_of
from stargauge.report.locale import notation, say
from stargauge.report.terminal import PLAIN, Style, command_for, known_text, table, to_copy, wrapped
from stargauge.report.wording import bare, counted, day_text, number_text, quantity_text, unit_text

#: How many bars are shown unless all are asked for, and how wide a bar is.
MOST, BAR = 12, 15


def render_sensitivity(data: Mapping[str, Any], style: Style = PLAIN, every: bool = False) -> str:
    """The number as drawn, its bars, the table over two inputs, and where to look next."""
    what = data["address"]
    if data["date"]:
        what = say("{address} at the end of {month}", address=what, month=day_text(data["date"][:7]))
    lines = [style.bold(one) for one in wrapped(f"{what}: {levels_text(data['base'], data)}.", style.width)]
    run = f"{data['programme']}, {known_text(data)}, {counted(data['draws'], 'draw')}."
    lines += wrapped(f"{quantity_text(data['address'], data['says']).rstrip('.')}. {run}", style.width)
    if data["inputs"] or data["still"]:
        lines += ["", *bars(data, style, every), *left_text(data, style)]
    if data["variance"] is not None:
        lines += ["", *variance(data["variance"], style)]
    if data["two_way"]:
        lines += ["", *two_way(data, style)]
    why = command_for(data["asked_as"], data["address"])
    method = wrapped(f"{say(data['method'])} {say('×: so many cells.')}", style.width) if data["inputs"] else []
    return style.finish([*lines, "", *method, *to_copy(f"{say('Why?'):<8}", why, style)])


def left_text(data: Mapping[str, Any], style: Style) -> list[str]:
    """Which inputs were moved, where that is not every one."""
    if not data["left"]:
        return []
    moved = len(data["inputs"]) + len(data["still"])
    told = say(
        "Moved: the {moved} of {all} uncertain inputs that share most of its variance by total effects; all: --all", moved=moved,
        all=moved + len(data["left"]),
    )  # fmt: skip
    return wrapped(told, style.width)


def levels_text(levels: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """`3.53 USD/h (P10 2.59, P90 4.9)`."""
    entry = {**levels, "unit": data["unit"]}
    return f"{bare(entry, 'p50')} {unit_text(entry)}".rstrip() + f" (P10 {bare(entry, 'p10')}, P90 {bare(entry, 'p90')})"


def bars(data: Mapping[str, Any], style: Style, every: bool = False, ours: bool = False) -> list[str]:
    """One row per input: what it is held at, the median there, and a bar between the two on one scale.

    `ours`: the range of an input that is marked as moved over one is by us, else as asked.
    """
    left = len(data["left"])
    shown = data["inputs"] if every or left else data["inputs"][:MOST]
    unit = unit_text({**data["base"], "unit": data["unit"]})
    ends = [one[end]["p50"] for one in shown for end in ("low", "high")]
    span = min([*ends, data["base"]["p50"]]), max([*ends, data["base"]["p50"]])
    rows = [
        (name_text(one), ends_text(one), *_medians(one, data),
         bar(one["low"]["p50"], one["high"]["p50"], data["base"]["p50"], span))
        for one in shown
    ]  # fmt: skip
    columns = [(say("input"), 29, "w"), (say("at P10, P90"), 17, "w"), (f"P50 {unit}", 13, "r"), ("", BAR, "l")]
    lines = table(columns, rows, style) if rows else []
    lines += [line for one in shown if one["given"] for line in wrapped(given_text(one, ours), style.width)]
    rest, still = len(data["inputs"]) - len(shown), len(data["still"])
    if rest > 0:
        lines += wrapped(say("{number} more move it less: --all", number=rest), style.width)
    if still:
        inputs = counted(still, "input or choice", "inputs and choices")
        lines += wrapped(say("Upstream, but moving nothing here: {inputs}.", inputs=inputs), style.width)
    return lines


def name_text(one: Mapping[str, Any]) -> str:
    """An input, so many cells of it, and a mark where it is moved over a range given."""
    called = say("power price") if one["input"] == POWER_PRICE else str(one["input"])
    return called + ("" if one["cells"] == 1 else f" ×{one['cells']}") + ("*" if one["given"] else "")


def given_text(one: Mapping[str, Any], ours: bool) -> str:
    """What is marked: a fixed number of the model, or an input with a spread of its own, that is moved over a range given."""
    if one["fixed"] is None:
        if ours:
            return say("* {input}: moved over a range by us, not its own here.", input=one["input"])
        return say("* {input}: moved over a range as asked, not its own here.", input=one["input"])
    factor, name = scale_of(abs(one["fixed"]), one["unit"])
    fixed = f"{number_text(one['fixed'], factor)} {notation().unit(name)}".rstrip()
    if ours:
        return say("* {input}: a fixed number here, {fixed}, moved over a range by us.", input=one["input"], fixed=fixed)
    return say("* {input}: a fixed number here, {fixed}, moved over a range as asked.", input=one["input"], fixed=fixed)


def ends_text(one: Mapping[str, Any]) -> str:
    """What an input is held at: `1,460, 2,560 d`; the options of a choice; `each its own` for an end at which its cells differ."""
    if one["options"]:
        return both(*one["options"])
    ends = one["at_p10"], one["at_p90"]
    known = [abs(end) for end in ends if end is not None]
    if not known:
        return say("each its own")
    factor, scaled = scale_of(max(known), one["unit"])
    name = notation().unit(scaled)
    low, high = (say("each its own") if end is None else number_text(end, factor) for end in ends)
    return f"{both(low, high)} {name}".rstrip() if ends[1] is not None else both(f"{low} {name}".rstrip(), high)


def both(low: str, high: str) -> str:
    """The two ends: `0.63, 0.87`."""
    return say("{low}, {high}", low=low, high=high)


def _medians(one: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[str]:
    low, high = ({**one[end], "by": data["base"]["p50"], "unit": data["unit"]} for end in ("low", "high"))
    return (both(bare(low, "p50", "by"), bare(high, "p50", "by")),)


def bar(low: float, high: float, base: float, span: tuple[float, float]) -> str:
    """A bar from one median to the other, and where the number stands as drawn."""
    width = span[1] - span[0]

    def place(value: float) -> int:
        return round((value - span[0]) / width * (BAR - 1)) if width > 0 else 0

    first, last = sorted((place(low), place(high)))
    marks = ["─" if first <= column <= last else "·" for column in range(BAR)]
    marks[place(base)] = "│"
    return "".join(marks)


def variance(rows: Sequence[Mapping[str, Any]], style: Style) -> list[str]:
    """Whose uncertainty makes the variance: alone and with others, each with its interval."""
    if not rows:
        return wrapped(say("It does not vary, so no input makes its variance."), style.width)
    cells = [(" + ".join(one["inputs"]), *(_within(one, name) for name in ("alone", "with_others"))) for one in rows]
    columns = [(say("share of the variance"), 40, "w"), (say("alone", "of the variance"), 14, "r"), (say("with others"), 14, "r")]
    told = say(
        "Alone: the share of the variance that would go if this input were known. With others: the share that would be left if all others "
        "were. Shares alone add up to less than the whole where inputs act together. Each with its 95 % interval; Sobol indices by the "
        "estimators of Saltelli (2010) and Jansen (1999)."
    )
    return [*table(columns, cells, style), *wrapped(told, style.width)]


def _within(one: Mapping[str, Any], name: str) -> str:
    return f"{max(0.0, one[name]):.0%} ± {one[f'{name}_within']:.0%}".replace("%", " %")


def two_way(data: Mapping[str, Any], style: Style) -> list[str]:
    """The median at each pair of values, with P10 to P90 below it."""
    made = data["two_way"]
    unit = unit_text({**data["base"], "unit": data["unit"]})
    values: Sequence[str] = made["columns"]["values"]
    first = max(len(made["rows"]["input"]), 8)
    width = max(9, min(13, (style.width - first) // max(len(values), 1) - 2))
    across = max(1, (style.width - first) // (width + 2))
    told = {"unit": unit or say("parts of one"), "input": made["columns"]["input"]}
    lines = wrapped(say("P50 in {unit}, P10 to P90 below it; across: {input}", **told), style.width)
    for start in range(0, len(values), across):
        chosen = range(start, min(start + across, len(values)))
        rows = list[tuple[str, ...]]()
        for name, cells in zip(made["rows"]["values"], made["cells"], strict=True):
            held = [{**cells[place], "by": data["base"]["p50"], "unit": data["unit"]} for place in chosen]
            rows.append((name, *(bare(one, "p50", "by") for one in held)))
            rows.append(("", *(style.soft(f"{bare(one, 'p10', 'by')}–{bare(one, 'p90', 'by')}") for one in held)))
        columns = [(made["rows"]["input"], first, "l"), *((values[place], width, "r") for place in chosen)]
        lines += ["", *table(columns, rows, style)] if start else table(columns, rows, style)
    return lines


__all__ = ["bar", "bars", "ends_text", "given_text", "left_text", "levels_text", "name_text", "render_sensitivity", "two_way", "variance"]
