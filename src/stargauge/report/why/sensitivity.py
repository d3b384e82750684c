"""What moves a number, as plain text: bars from each input's P10 to its P90, and a table over two inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity.units import scale_of
from stargauge.report.terminal import PLAIN, Style, command_for, table, to_copy, wrapped
from stargauge.report.wording import bare, counted, day_text, finding, number_text, unit_text

VARIANCE = (
    "Alone: the share of the variance that would go if this input were known. With others: the share that would be left if all others "
    "were. Shares alone add up to less than the whole where inputs act together. Each with its 95 % interval; Sobol indices by the "
    "estimators of Saltelli (2010) and Jansen (1999)."
)
#: How many bars are shown unless all are asked for, and how wide a bar is.
MOST, BAR = 12, 15


def render_sensitivity(data: Mapping[str, Any], style: Style = PLAIN, every: bool = False) -> str:
    """The number as drawn, its bars, the table over two inputs, and where to look next."""
    when = f" at the end of {day_text(data['date'][:7])}" if data["date"] else ""
    lines = [style.bold(one) for one in wrapped(f"{data['address']}{when}: {levels_text(data['base'], data)}.", style.width)]
    told = f"{finding(data['says']).rstrip('.')}. {data['programme']}, known on {day_text(data['as_of'])}, {data['draws']:,} draws."
    lines += wrapped(told, style.width)
    if data["inputs"] or data["still"]:
        lines += ["", *bars(data, style, every), *left_text(data, style)]
    if data["variance"] is not None:
        lines += ["", *variance(data["variance"], style)]
    if data["two_way"]:
        lines += ["", *two_way(data, style)]
    why = command_for(data["asked_as"], data["address"])
    method = wrapped(f"{data['method']} ×: so many cells.", style.width) if data["inputs"] else []
    return style.finish([*lines, "", *method, *to_copy("Why?    ", why, style)])


def left_text(data: Mapping[str, Any], style: Style) -> list[str]:
    """Which inputs were moved, where that is not every one."""
    if not data["left"]:
        return []
    moved = len(data["inputs"]) + len(data["still"])
    told = (
        f"Moved: the {moved} of {moved + len(data['left'])} uncertain inputs that share most of its variance by total effects; all: --all"
    )
    return wrapped(told, style.width)


def levels_text(levels: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """`3.53 USD/h (P10 2.59, P90 4.9)`."""
    entry = {**levels, "unit": data["unit"]}
    return f"{bare(entry, 'p50')} {unit_text(entry)}".rstrip() + f" (P10 {bare(entry, 'p10')}, P90 {bare(entry, 'p90')})"


def bars(data: Mapping[str, Any], style: Style, every: bool = False, ranges: str = "as asked") -> list[str]:
    """One row per input: what it is held at, the median there, and a bar between the two on one scale.

    `ranges`: who gave the range of an input that is marked as moved over one.
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
    lines = table([("input", 29, "w"), ("at P10, P90", 17, "w"), (f"P50 {unit}", 13, "r"), ("", BAR, "l")], rows, style) if rows else []
    lines += [line for one in shown if one["given"] for line in wrapped(given_text(one, ranges), style.width)]
    rest, still = len(data["inputs"]) - len(shown), len(data["still"])
    if rest > 0:
        lines += wrapped(f"{rest} more move it less: --all", style.width)
    if still:
        lines += wrapped(f"Upstream, but moving nothing here: {counted(still, 'input or choice', 'inputs and choices')}.", style.width)
    return lines


def name_text(one: Mapping[str, Any]) -> str:
    """An input, so many cells of it, and a mark where it is moved over a range given."""
    return str(one["input"]) + ("" if one["cells"] == 1 else f" ×{one['cells']}") + ("*" if one["given"] else "")


def given_text(one: Mapping[str, Any], ranges: str) -> str:
    """What is marked: a fixed number of the model, or an input with a spread of its own, that is moved over a range given."""
    if one["fixed"] is None:
        return f"* {one['input']}: moved over a range {ranges}, not its own here."
    factor, name = scale_of(abs(one["fixed"]), one["unit"])
    return f"* {one['input']}: a fixed number here, {number_text(one['fixed'], factor)} {name}".rstrip() + f", moved over a range {ranges}."


def ends_text(one: Mapping[str, Any]) -> str:
    """What an input is held at: `1,460, 2,560 d`; the options of a choice; `each its own` for an end at which its cells differ."""
    if one["options"]:
        return ", ".join(one["options"])
    ends = one["at_p10"], one["at_p90"]
    known = [abs(end) for end in ends if end is not None]
    if not known:
        return "each its own"
    factor, name = scale_of(max(known), one["unit"])
    low, high = ("each its own" if end is None else number_text(end, factor) for end in ends)
    return f"{low}, {high} {name}".rstrip() if ends[1] is not None else f"{low} {name}".rstrip() + f", {high}"


def _medians(one: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[str]:
    low, high = ({**one[end], "by": data["base"]["p50"], "unit": data["unit"]} for end in ("low", "high"))
    return (f"{bare(low, 'p50', 'by')}, {bare(high, 'p50', 'by')}",)


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
        return wrapped("It does not vary, so no input makes its variance.", style.width)
    cells = [(" + ".join(one["inputs"]), *(_within(one, name) for name in ("alone", "with_others"))) for one in rows]
    lines = table([("share of the variance", 40, "w"), ("alone", 14, "r"), ("with others", 14, "r")], cells, style)
    return [*lines, *wrapped(VARIANCE, style.width)]


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
    lines = wrapped(f"P50 in {unit or 'parts of one'}, P10 to P90 below it; across: {made['columns']['input']}", style.width)
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
