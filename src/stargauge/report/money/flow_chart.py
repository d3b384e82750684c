"""Sources and uses as a flow: from each kind of money to the parties, from these to the sites and to one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from stargauge.report.drawing.canvas import HUES
from stargauge.report.drawing.drawing import pictured
from stargauge.report.locale import say
from stargauge.report.wording import show

_SOURCES = ("cash", "committed", "announced", "financeable", "open")
_USES = ("sites", "parties")
_HUES = {"cash": "operational", "committed": "contracted", "announced": "announced", "financeable": "financed", "open": "construction"}
#: Pixels of free height between two bars, and of a bar's width.
_GAP, _BAR = 12.0, 10.0


@dataclass(frozen=True)
class Sheet:
    """Places of the three columns of bars, and the size of the drawing and its type."""

    width: float
    height: float
    columns: tuple[float, float, float]
    letters: int
    short: bool = False


WIDE = Sheet(738, 430, (156, 338, 580), 21)
NARROW = Sheet(358, 430, (92, 136, 270), 18, True)
#: Size of the type, in pixels.
_TYPE = 13


def flow_figure(data: Mapping[str, Any]) -> dict[str, Any]:
    """The drawing in both widths with its table."""
    label = spoken_flow(data)
    drawn = pictured("flow", label, (flow_svg(data, WIDE), flow_svg(data, NARROW)), flow_table(data))
    return {**drawn, "title": say("Sources and uses")}


def name_of(data: Mapping[str, Any], node: str, short: bool = False) -> str:
    """What a source, a party or a use is called."""
    fixed = {
        "cash": say("Cash"), "committed": say("Firm lines"), "announced": say("Announced"), "financeable": say("Borrowed"),
        "open": say("Not covered"), "sites": say("Sites") if short else say("Capital at the sites"),
        "parties": say("Parties") if short else say("Other parties"),
        "others": say("{number} smaller parties", number=len(data["others"])),
    }  # fmt: skip
    return str(fixed.get(node) or data["names"].get(node, node)).split(" (")[0]


def flow_table(data: Mapping[str, Any]) -> dict[str, Any]:
    """Every flow as a row."""
    rows = [[name_of(data, one["from"]), name_of(data, one["to"]), show(one["amount"], "USD")] for one in data["links"]]
    return {"head": [say("From"), say("To"), say("Amount, mean")], "rows": rows}


def spoken_flow(data: Mapping[str, Any]) -> str:
    """What the drawing shows, in one sentence."""
    sums = _sums(data["links"], _SOURCES, "from")
    parts = [f"{name_of(data, node)} {show(amount, 'USD')}" for node, amount in sums.items()]
    return f"{say('Sources and uses')}: {'; '.join(parts)}"


def _sums(links: Sequence[Mapping[str, Any]], nodes: Sequence[str], end: str) -> dict[str, float]:
    found = {node: sum(one["amount"] for one in links if one[end] == node) for node in nodes}
    return {node: amount for node, amount in found.items() if amount > 0.0}


def flow_svg(data: Mapping[str, Any], sheet: Sheet) -> str:
    """Bars in three columns and bands between them; a band is as wide as its money."""
    links = data["links"]
    left, right = _sums(links, _SOURCES, "from"), _sums(links, _USES, "to")
    parties = list(dict.fromkeys(one["to"] for one in links if one["from"] in _SOURCES))
    middle = dict(sorted(_sums(links, parties, "to").items(), key=lambda pair: (pair[0] == "others", -pair[1])))
    scale = (sheet.height - 24 - _GAP * max(len(left), len(middle), len(right))) / (max(sum(left.values()), sum(right.values())) or 1.0)
    tops = [_stacked(column, scale) for column in (left, middle, right)]
    parts = _bands(links, tops, sheet, scale)
    for column, (nodes, top) in enumerate(zip((left, middle, right), tops, strict=True)):
        for node, amount in nodes.items():
            parts += _bar(data, node, amount, (column, top[node], amount * scale), sheet)
    box = f'width="{sheet.width:g}" height="{sheet.height:g}" viewBox="0 0 {sheet.width:g} {sheet.height:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(parts)}</svg>'


def _stacked(nodes: Mapping[str, float], scale: float) -> dict[str, float]:
    """Where each bar of a column begins, from the top."""
    out, top = {}, 14.0
    for node, amount in nodes.items():
        out[node] = top
        top += max(amount * scale, 1.0) + _GAP
    return out


def _bands(links: Sequence[Mapping[str, Any]], tops: Sequence[Mapping[str, float]], sheet: Sheet, scale: float) -> list[str]:
    """Every flow as a band, in the order of the bars at both of its ends, so that none crosses without need."""
    out, leaves, enters = list[str](), {**tops[0], **tops[1], **tops[2]}, {**tops[0], **tops[1], **tops[2]}
    order = [*tops[0], *tops[1], *tops[2]]
    for one in sorted(links, key=lambda link: (order.index(link["from"]), order.index(link["to"]))):
        start, end, high = one["from"], one["to"], one["amount"] * scale
        first = start in _SOURCES
        x1, x2 = (sheet.columns[0 if first else 1] + _BAR, sheet.columns[1 if first else 2])
        y1, y2, turn = leaves[start], enters[end], (x1 + x2) / 2.0
        leaves[start], enters[end] = y1 + high, y2 + high
        path = (
            f"M{x1:.1f},{y1:.1f}C{turn:.1f},{y1:.1f} {turn:.1f},{y2:.1f} {x2:.1f},{y2:.1f}V{y2 + high:.1f}"
            f"C{turn:.1f},{y2 + high:.1f} {turn:.1f},{y1 + high:.1f} {x1:.1f},{y1 + high:.1f}Z"
        )
        out.append(f'<path d="{path}" fill="{HUES[_HUES.get(start, "need")]}" opacity="0.28"/>')
    return out


def _bar(data: Mapping[str, Any], node: str, amount: float, place: tuple[int, float, float], sheet: Sheet) -> list[str]:
    """A bar with its name and amount: on the left beside it, else to its right."""
    column, top, high = place
    x, words = sheet.columns[column], name_of(data, node, sheet.short)
    words = words if len(words) <= sheet.letters else f"{words[: sheet.letters - 1].rstrip()}…"
    at, anchor = (x - 6, "end") if column == 0 else (x + _BAR + 6, "start")
    sum_ = show(amount, "USD").replace(" USD", "")
    y = top + max(high, 1.0) / 2.0 + 4.0
    halo = f'stroke="{HUES["paper"]}" stroke-width="4" stroke-linejoin="round"'
    bar = f'<rect x="{x:g}" y="{top:.1f}" width="{_BAR:g}" height="{max(high, 1.0):.1f}" fill="{HUES[_HUES.get(node, "need")]}"/>'
    lines = [(escape(words), 600, HUES["ink"]), (sum_, 400, HUES["soft"])]
    if high < 24.0 or column == 1:
        lines = [(escape(words) if sheet.short else f"{escape(words)} {sum_}", 400, HUES["ink"])]
    out = [bar]
    for number, (text, weight, colour) in enumerate(lines):
        y_line = y - 7.0 * (len(lines) - 1) + 15.0 * number
        look = f'x="{at:g}" y="{y_line:.1f}" text-anchor="{anchor}" font-size="{_TYPE}px" font-weight="{weight}"'
        out += [f'<text {look} fill="{HUES["paper"]}" {halo}>{text}</text>', f'<text {look} fill="{colour}">{text}</text>']
    return out
