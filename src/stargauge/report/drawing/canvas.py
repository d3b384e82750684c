"""What every drawing shares: colours by stage, two sizes of paper, text, and the frame of a Vega-Lite specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Spec = dict[str, Any]

#: Hues of the light palette, by stage or use; the drawing replaces them by the page's own tokens, so that dark and print follow.
HUES = {
    "announced": "#565c66",
    "contracted": "#6c2b90",
    "financed": "#d8688d",
    "construction": "#a67309",
    "energised": "#1d614b",
    "operational": "#2b80d8",
    "need": "#3b424b",
    "ink": "#1b1f24",
    "soft": "#545c66",
    "rule": "#dcd8cf",
    "rule-2": "#8a8f97",
    "paper": "#fbfaf7",
}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"


@dataclass(frozen=True)
class Paper:
    """Size of a drawing: plot area and margins in pixels, and whether end labels stand beside the plot or in it."""

    width: int
    height: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def narrow(self) -> bool:
        """Drawn for a phone."""
        return self.width < 400

    @property
    def total(self) -> int:
        """Width of the whole drawing."""
        return self.left + self.width + self.right


WIDE = Paper(540, 320, 34, 48, 164, 30)
NARROW = Paper(316, 260, 34, 48, 8, 30)
ROWS_WIDE = Paper(660, 46, 244, 52, 216, 30)
ODDS_WIDE = Paper(530, 240, 34, 40, 174, 30)
ODDS_NARROW = Paper(186, 220, 34, 40, 138, 30)
HALF_WIDE = Paper(478, 190, 34, 40, 36, 46)
HALF_NARROW = Paper(316, 190, 34, 40, 8, 46)
ROWS_NARROW = Paper(338, 78, 8, 44, 12, 26)


def hue(entry: Mapping[str, Any], default: str = "need") -> str:
    """The colour of an entry: by stage or use."""
    named = str(entry.get("hue") or default)
    return HUES["construction" if named == "under_construction" else named]


def value_axis(ticks: int, **more: Any) -> Spec:
    """An axis of values, the same on every drawing: a quiet grid, no line, no title."""
    return {
        "grid": True,
        "gridColor": HUES["rule"],
        "domain": False,
        "ticks": False,
        "title": None,
        "labelColor": HUES["soft"],
        "labelFontSize": 12.5,
        "tickCount": ticks,
        **more,
    }


def sized(paper: Paper, height: float, layers: list[Spec]) -> Spec:
    """A drawing of some layers: fixed margins, no background, no marks of its own."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": paper.width,
        "height": height,
        "autosize": "none",
        "padding": {"left": paper.left, "top": paper.top, "right": paper.right, "bottom": paper.bottom},
        "background": "transparent",
        "layer": layers,
        "config": {"aria": False, "font": FONT, "view": {"stroke": None}, "text": {"font": FONT}},
    }


def text(words: str | list[str], x: float, y: float, colour: str, *, weight: int = 400, size: float = 13, **look: Any) -> Spec:
    """A text at a place in pixels; a list of texts stands in lines."""
    mark = {"type": "text", "align": "left", "fontSize": size, "fontWeight": weight, "color": colour, "baseline": "alphabetic", **look}
    encoding = {"x": {"value": x}, "y": {"value": y}, "text": {"field": "text"}}
    return {"data": {"values": [{"text": words}]}, "mark": mark, "encoding": encoding}


def frame(x: Spec, y: Spec) -> Spec:
    """Both axes, on an invisible layer."""
    return {"data": {"values": [{}]}, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x, "y": y}}


def drawn_rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """The table beside a drawing: what it shows as rows, to read and as a file."""
    made = [list(row) for row in rows]
    return {"head": list(head), "rows": made, "file": {"head": list(head), "rows": made}}


def whole_svg(width: float, height: float, parts: Sequence[str]) -> str:
    """A drawing of some parts that is SVG already, in the light palette."""
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'
