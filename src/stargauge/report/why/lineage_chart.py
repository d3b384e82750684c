"""A picture of what a number is made of: the number at the left, what it is computed from, and at the right the inputs that move it.

Two drawings, never scaled: wide for a column of the page, narrow for a phone. Each input has its value, its share of the spread as a bar,
the kind of value it is and the grade of who says it. Kinds differ by shade and pattern, never by hue: hues belong to stages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stargauge.report.drawing.canvas import HUES
from stargauge.report.locale import language, say
from stargauge.report.why import lineage_marks as marks
from stargauge.report.why.lineage import (
    CHOICE,
    KINDS,
    apart,
    bases,
    formulas,
    input_name,
    inputs,
    is_input,
    kind_of,
    share,
    strongest,
    whole,
)
from stargauge.report.wording import bare, counted, day_text, finding, range_text, text_of, unit_text, value_text

Node = Mapping[str, Any]

WIDE_WIDTH, NARROW_WIDTH = 738, 358
#: The most inputs and quantities between that are drawn; with the number itself at most twenty.
MOST_INPUTS, MOST_BETWEEN = 12, 6


@dataclass(frozen=True)
class _Leaf:
    """An input as it is drawn. `below`: the input whose way to the number is drawn; `basis`: what its value rests on."""

    name: str
    value: str
    share: float | None
    kind: str
    grade: str
    below: str = ""
    basis: str = ""


def lineage_svg(node: Node, narrow: bool = False) -> str:
    """The picture of an explanation as a stand-alone SVG in the light palette."""
    node = whole(node)
    body, width, height = (_narrow if narrow else _wide)(node)
    label = marks.escaped(spoken_lineage(node))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{label}"><title>{label}</title>{marks.PATTERN}'
        f'<rect width="{width}" height="{height}" fill="{HUES["paper"]}"/>{body}</svg>\n'
    )


def headline(node: Node) -> str:
    """What the picture shows, as a finding: the number, and what moves it most where something does."""
    subject = str(node.get("subject") or node.get("address"))
    month = day_text(str(node["date"])[:7]) if node.get("date") else ""
    value = value_text(node) if node.get("p50") is not None else text_of(node.get("value")) or say("not one number")
    if compared := _compared(node):
        lower = subject if subject == str(node.get("address")) or language() != "en" else subject[:1].lower() + subject[1:]
        found = _read(compared["reads"], {"subject": lower, "month": month, "value": value_text(_shown(node))})
    elif month:
        told = {"subject": subject, "value": value, "month": month}
        plural = node.get("plural")
        found = (
            say("{subject} are {value} at the end of {month}", **told)
            if plural
            else say("{subject} is {value} at the end of {month}", **told)
        )
    else:
        told = {"subject": subject, "value": value}
        found = say("{subject} are {value}", **told) if node.get("plural") else say("{subject} is {value}", **told)
    first = strongest(node, 1)
    if not first:
        return found
    moved = {"input": _called(first[0]), "share": share(first[0]["share"])}
    return say("{finding}: {input} moves it most ({share} of the variance)", finding=found, **moved)


#: What a reading compares that is no value at the end of one month.
_READS = ("highest", "lowest", "sum")


def _read(reads: str, told: Mapping[str, str]) -> str:
    """What a reading compares, with its value."""
    if not told["month"]:
        every = {
            "highest": say("The highest month end of {subject} is {value}", **told),
            "lowest": say("The lowest month end of {subject} is {value}", **told),
            "sum": say("The sum over the months asked of {subject} is {value}", **told),
        }
        return every[reads]
    until = {
        "highest": say("The highest month end of {subject} until the end of {month} is {value}", **told),
        "lowest": say("The lowest month end of {subject} until the end of {month} is {value}", **told),
        "sum": say("The sum over the months asked of {subject} until the end of {month} is {value}", **told),
    }
    return until[reads]


def _compared(node: Node) -> Node:
    """What a reading compares where that is no value at the end of one month; else nothing."""
    compared = node.get("compared") or {}
    return compared if compared.get("reads") in _READS and compared.get("value") else {}


def _shown(node: Node) -> Node:
    """The number of the picture: what a reading compares, else the number explained."""
    compared = _compared(node)
    return {**node, **compared["value"]} if compared else node


def spoken_lineage(node: Node) -> str:
    """The picture in words, for those who do not see it."""
    node = whole(node)
    held = [one for one in _leaves(node) if one.share is not None]
    leaves = [
        say(
            "{input}, {share} of the variance, {kind}",
            input=f"{one.name} {one.value}".strip(),
            share=share(one.share or 0.0),
            kind=one.kind,
        )
        for one in held
    ]
    between = [f"{_label(need)} {_value(need)}" for need in _between(node)]
    parts = [
        headline(node),
        apart(_compared(node)["reads"], node).rstrip(".") if _compared(node) else "",
        say("Made of {parts}", parts="; ".join(between)) if between else "",
        say("Moved by {inputs}", inputs="; ".join(leaves)) if leaves else "",
        _more(node),
    ]
    return f"{'. '.join(part for part in parts if part)}."


def lineage_table(node: Node) -> dict[str, Any]:
    """The numbers of the picture: what the number is computed from, and the inputs with their share of its variance."""
    node = whole(node)
    between = [[_label(need), _value(need), "", say("computed"), ""] for need in _between(node)]
    held = [[one.name, one.value, "" if one.share is None else share(one.share), one.kind, one.grade] for one in _leaves(node)]
    head = [say("Part"), say("Value"), say("Share of the variance"), say("Kind"), say("Grade")]
    return {"head": head, "rows": [*between, *held]}


# --- what is drawn ----------------------------------------------------------------------------------------------------------------------


def _leaves(node: Node) -> list[_Leaf]:
    """The inputs drawn: those that move the number most; where none does, the first that it rests on."""
    moved = strongest(node, MOST_INPUTS) or list(inputs([node]).values())[:MOST_INPUTS]
    return [_drawn(one) for one in moved]


def _drawn(one: Node) -> _Leaf:
    basis = _basis(one)
    below = str((one.get("switches") or [input_name(one)])[0])
    value = "" if basis == "chance" else _value(one)
    return _Leaf(_called(one), value, one.get("share"), kind_of(basis), _grade(one), below, basis)


def _basis(one: Node) -> str:
    """The weakest of what an input rests on: there is room for one word."""
    return next(iter(bases(one)), "")


def _grade(one: Node) -> str:
    """The worst grade of the newest statement of each of its cells."""
    said = [held[0] for cell in (one, *(one.get("needs") or [])) if (held := cell.get("statements") or [])]
    return max((str(first.get("grade") or "") for first in said), default="")


def _called(one: Node) -> str:
    return str(one.get("label") or "") if _is_choice(one) else input_name(one)


def _is_choice(one: Node) -> bool:
    return input_name(one).startswith(CHOICE)


def _label(need: Node) -> str:
    return str(need.get("label") or need.get("address"))


def _value(one: Node) -> str:
    """A value in short: its middle, `3 values` of several cells, the first row of what cannot be summed."""
    if one.get("p50") is not None:
        return value_text(one)
    if rows := one.get("rows"):
        return f"{value_text({**rows[0], 'unit': one.get('unit')})} …"
    cells = [cell for cell in one.get("needs") or [] if cell.get("p50") is not None] if is_input(one) else []
    if cells:
        return value_text(cells[0]) if len(cells) == 1 else counted(len(cells), "value")
    value = text_of(one.get("value"))
    return value if len(value) <= 18 else counted(len(value.split(";")), "option") if ";" in value else ""


def _between(node: Node) -> list[Node]:
    """What the number is computed from directly, inputs left out."""
    return [need for need in node.get("needs") or [] if not is_input(need)][:MOST_BETWEEN]


def _more(node: Node) -> str:
    left = len(inputs([node])) - len([one for one in _leaves(node) if one.basis != "choice"])
    return say("and {inputs}", inputs=counted(left, "more input")) if left > 0 else ""


def _ways(node: Node) -> dict[str, int]:
    """For each input the place of the quantity between through which it comes by the shortest way; none where it is used directly."""
    whole, found = _whole(node), dict[str, tuple[int, int]]()
    for place, need in enumerate(_between(node)):
        for name, length in _below(need, whole).items():
            found[name] = min(found.get(name, (length, place)), (length, place))
    direct = {input_name(need) for need in node.get("needs") or [] if is_input(need)}
    return {name: place for name, (_, place) in found.items() if name not in direct}


def _whole(node: Node) -> dict[str, Node]:
    """Every quantity where it is explained, by its address."""
    found: dict[str, Node] = {}
    waiting = [node]
    for one in waiting:
        if one.get("needs") and not is_input(one):
            found.setdefault(str(one["address"]), one)
            waiting += one["needs"]
    return found


def _below(need: Node, whole: Mapping[str, Node]) -> dict[str, int]:
    """The inputs below a quantity, each with the number of steps to it; level by level, each quantity once."""
    found: dict[str, int] = {}
    level, seen, steps = [need], {str(need["address"])}, 0
    while level:
        below = [child for one in level for child in (whole.get(str(one["address"])) or one).get("needs") or []]
        steps += 1
        level = []
        for child in below:
            if is_input(child):
                found.setdefault(input_name(child), steps)
            elif str(child["address"]) not in seen:
                seen.add(str(child["address"]))
                level.append(child)
    return found


# --- drawing ----------------------------------------------------------------------------------------------------------------------------


def _wide(node: Node) -> tuple[str, int, int]:
    out, top = _head(node, WIDE_WIDTH, 22)
    leaves, between = _leaves(node), _between(node)
    right, row, left, box = 448, 42, 208, 204
    rows = [top + 26 + row * place for place in range(len(leaves))]
    high = max(len(leaves) * row, 62 * max(len(between), 1), 190)
    middle = top + 14 + high / 2
    boxes = [middle + 62 * (place - (len(between) - 1) / 2) for place in range(len(between))]
    widest = max((one.share or 0.0 for one in leaves), default=0.0) or 1.0
    ways = _ways(node)
    for y, one in zip(rows, leaves, strict=True):
        at = ways.get(one.below)
        target = (left + box, boxes[at]) if at is not None and boxes else (left - 34, middle)
        out.append(marks.curve(right - 8, y + 6, *target, 1.25 + 8.0 * (one.share or 0.0) / widest))
    out += [marks.curve(left, y, left - 34, middle, 2.0) for y in boxes]
    for y, need in zip(boxes, between, strict=True):
        out.append(marks.box(left, y - 23, box, 46))
        out.append(marks.text(marks.fit(_label(need), box - 16, 12.5, "bold"), left + 8, y - 4, 12.5, HUES["ink"], 600))
        spread = f" ({range_text(need)})" if range_text(need) and need.get("p10") != need.get("p90") else ""
        told = f"{_value(need)}{spread}"
        told = told if marks.wide_as(told, 12.5) <= box - 12 else _value(need)
        out.append(marks.text(marks.fit(told, box - 16, 12.5), left + 8, y + 13, 12.5, HUES["soft"]))
    out += _number(node, 0, middle, left - 44)
    for y, one in zip(rows, leaves, strict=True):
        out += _leaf(one, right, y, WIDE_WIDTH - right, widest)
    foot = top + 14 + high + 22
    if more := _more(node):
        out.append(marks.text(more, right, foot - 8, 12.5, HUES["soft"]))
    rested, foot = _rests(node, 0, foot + 16, WIDE_WIDTH)
    return "".join([*out, *rested]), WIDE_WIDTH, int(foot)


def _narrow(node: Node) -> tuple[str, int, int]:
    out, y = _head(node, NARROW_WIDTH, 20)
    out += _number(node, 0, y + 48, NARROW_WIDTH)
    y += 148 + 16 * min(len(formulas(node)), 2)
    if between := _between(node):
        out.append(marks.text(say("Computed from"), 0, y, 13, HUES["ink"], 600))
        for need in between:
            y += 22
            value = _value(need)
            out.append(marks.text(value, NARROW_WIDTH, y, 13, HUES["ink"], end=True))
            out.append(marks.text(marks.fit(_label(need), NARROW_WIDTH - marks.wide_as(value, 13) - 12, 13), 0, y, 13, HUES["soft"]))
        y += 34
    leaves = _leaves(node)
    widest = max((one.share or 0.0 for one in leaves), default=0.0) or 1.0
    out.append(marks.text(say("Moved by") if any(one.share for one in leaves) else say("Rests on"), 0, y, 13, HUES["ink"], 600))
    for one in leaves:
        y += 24
        out += _leaf(one, 0, y, NARROW_WIDTH, widest)
        y += 20
    if more := _more(node):
        y += 24
        out.append(marks.text(more, 0, y, 13, HUES["soft"]))
    rested, foot = _rests(node, 0, y + 36, NARROW_WIDTH)
    return "".join([*out, *rested]), NARROW_WIDTH, int(foot)


def _head(node: Node, width: int, size: int) -> tuple[list[str], float]:
    """Title and definition; where what is below begins."""
    out, y = list[str](), float(size)
    for line in marks.lines(headline(node), width, size, "serif"):
        out.append(marks.text(line, 0, y, size, HUES["ink"], 700, face=marks.SERIF))
        y += size * 1.2
    y += 2
    for line in marks.lines(f"{node.get('address')} · {finding(text_of(node.get('says')))}", width, 13, "sans")[:3]:
        out.append(marks.text(line, 0, y, 13, HUES["soft"]))
        y += 18
    for line in marks.lines(apart(_compared(node)["reads"], node), width, 13, "sans") if _compared(node) else []:
        out.append(marks.text(line, 0, y, 13, HUES["ink"]))
        y += 18
    return out, y + 8


def _number(node: Node, x: float, middle: float, width: float) -> list[str]:
    """The number: its middle in large figures, its unit, its range, the formula that makes it."""
    node = _shown(node)
    if node.get("p50") is None:
        shown, unit = text_of(node.get("value")) or _value(node) or "–", ""
    else:
        shown, unit = bare(node, "p50"), unit_text(node) if str(node.get("unit")) != "d" else ""
    out = [marks.text(shown, x, middle + 2, 44 if len(shown) < 7 else 26, HUES["ink"], 700, face=marks.SERIF)]
    varies = bool(range_text(node)) and node.get("p10") != node.get("p90")
    spread = say("P10 to P90: {range}", range=range_text(node)) if varies else ""
    mean = say("mean {value}", value=bare(node, "mean")) if varies and node.get("mean") is not None else ""
    y = middle + 24
    for line, colour in (("" if unit == "1" else unit, HUES["ink"]), (spread, HUES["soft"]), (mean, HUES["soft"])):
        if line:
            out.append(marks.text(line, x, y, 13, colour))
            y += 18
    for place, line in enumerate(formulas(node)[:2]):
        out.append(marks.text(marks.fit(line, width - 8, 12, "mono"), x, y + 6 + 16 * place, 12, HUES["soft"], face=marks.MONO))
    return out


def _leaf(one: _Leaf, x: float, y: float, width: float, widest: float) -> list[str]:
    """An input: name and value, below it the bar of its share, the kind of value, the grade as a small letter."""
    value = one.value
    out = [
        marks.text(marks.fit(one.name, width - marks.wide_as(value, 13) - 14, 13, "bold"), x, y, 13, HUES["ink"], 600),
        marks.text(value, x + width, y, 13, HUES["ink"], end=True),
    ]
    if one.share is not None:
        fill, edge = marks.FILLS.get(one.basis, marks.FILLS["structure"])
        bar = max(2.0, (width * 0.42) * one.share / widest)
        out.append(f'<rect x="{x:.1f}" y="{y + 7:.1f}" width="{bar:.1f}" height="8" fill="{fill}" stroke="{edge}" stroke-width="1"/>')
        out.append(marks.text(share(one.share), x + bar + 7, y + 15.5, 12.5, HUES["ink"]))
    edge_at = x + width
    if one.grade:
        out.append(f'<circle cx="{edge_at - 8:.1f}" cy="{y + 11:.1f}" r="7.5" fill="none" stroke="{HUES["rule-2"]}"/>')
        out.append(marks.text(one.grade, edge_at - 8, y + 15, 10.5, HUES["soft"], 600, middle=True))
        edge_at -= 22
    out.append(marks.text(one.kind, edge_at, y + 15.5, 12.5, HUES["soft"], end=True))
    return out


def _rests(node: Node, x: float, y: float, width: float) -> tuple[list[str], float]:
    """A bar of what the spread rests on, in the shades of the kinds, each named below; where it ends."""
    rests = node.get("rests_on") or {}
    each = [(basis, float(rests.get(basis) or 0.0)) for basis in KINDS]
    held = sorted(((basis, part) for basis, part in each if part >= 0.005), key=lambda one: -one[1])
    if not held:
        return [], y
    out = [marks.text(say("What the spread rests on"), x, y, 13, HUES["ink"], 600)]
    out.append(f'<rect x="{x + 0.5:.1f}" y="{y + 9.5:.1f}" width="{width - 1:.1f}" height="11" fill="none" stroke="{HUES["rule"]}"/>')
    at = x
    for basis, part in held:
        fill, edge = marks.FILLS[basis]
        wide = width * part
        out.append(
            f'<rect x="{at + 0.5:.1f}" y="{y + 9.5:.1f}" width="{max(wide - 1, 0.5):.1f}" height="11" fill="{fill}" stroke="{edge}"/>'
        )
        at += wide
    left, line = x, y + 40
    unresolved = 1.0 - float(rests.get("resolved") or 0.0)
    words = [(basis, f"{share(part)} {kind_of(basis)}") for basis, part in held]
    words += [("", say("{share} not resolved", share=share(unresolved)))] if unresolved >= 0.005 else []
    words += [("", say("{share} of all on grades C and D", share=share(rests["weak"])))] if rests.get("weak", 0.0) >= 0.005 else []
    for basis, told in words:
        wide = marks.wide_as(told, 12.5) + (30 if basis else 16)
        if left + wide > x + width and left > x:
            left, line = x, line + 20
        if basis:
            fill, edge = marks.FILLS[basis]
            out.append(f'<rect x="{left + 0.5:.1f}" y="{line - 9.5:.1f}" width="10" height="10" fill="{fill}" stroke="{edge}"/>')
        out.append(marks.text(told, left + (16 if basis else 0), line, 12.5, HUES["soft"]))
        left += wide
    return out, line + 12
