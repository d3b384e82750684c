"""Which readings hold together as a matrix: a square per pair, darker the likelier both are; marks where one excludes or brings another."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity.errors import InputError
from stargauge.report.claims.together import APART, FOLLOWS, follows_text, lift_text, relation_text
from stargauge.report.drawing.canvas import HUES, Paper, Spec, sized, text
from stargauge.report.locale import say
from stargauge.report.wording import percent

#: The most readings in one picture: the likeliest of those that differ between worlds.
MOST_ROWS = 24
_WIDE_CELL, _NARROW_WIDTH, _LINE = 22, 332, 17
_MARKS = {"exclude": "×", "opposite": "×", "same": "=", "implies": "›", "implied": "‹"}


def shown(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The readings of the picture in their order: those that differ between worlds; of many, the likeliest."""
    free = [one for one in data["by_reading"]["members"] if one["state"] == "open"]
    kept = {one["key"] for one in sorted(free, key=lambda one: -one["share"])[:MOST_ROWS]}
    return [one for one in free if one["key"] in kept]


def _key(narrow: bool) -> list[str]:
    """What squares and marks mean, in lines."""
    apart, along = f"× {say('at most one can hold')}", f"› {say('the row brings the column along')}"
    if narrow:
        return [say("darker: both hold in more worlds"), say("diagonal: the reading itself"), apart, along]
    return [say("darker: both hold in more worlds; on the diagonal, the reading itself"), f"{apart}   {along}"]


def matrix(data: Mapping[str, Any], narrow: bool = False) -> Spec:
    """The drawing, wide or for a page of 390 pixels: rows and columns are the readings, in one order, by number."""
    rows = shown(data)
    count = max(len(rows), 1)
    side = min(_WIDE_CELL, (_NARROW_WIDTH - 26) / count) if narrow else _WIDE_CELL
    size = round(side * count)
    names = _LINE * (count + 1)
    paper = (
        Paper(_NARROW_WIDTH, size, 26, 30, 0, names + _LINE * len(_key(narrow)) + 12)
        if narrow
        else Paper(size, size, 290, 34, 24, _LINE * len(_key(narrow)) + 16)
    )
    cells = [cell | _place(cell, side) for cell in _cells(data, [one["key"] for one in rows])]
    layers = [_squares(cells), _marks(cells, side), *_numbers(count, side), *_names(rows, side, paper)]
    return sized(paper, paper.height, layers)


def _cells(data: Mapping[str, Any], keys: Sequence[str]) -> list[Spec]:
    """Every square: row, column, how likely both are, its mark. A pair that was not asked about is no square."""
    at = {key: place for place, key in enumerate(keys)}
    chances = {one["key"]: one["share"] for one in data["by_reading"]["members"]}
    out = [{"row": place, "column": place, "both": chances[key], "mark": ""} for key, place in at.items()]
    for one in data["by_reading"]["pairs"]:
        if one["first"] in at and one["second"] in at:
            row, column = at[one["first"]], at[one["second"]]
            mark = _MARKS.get(one["relation"], "")
            out.append({"row": row, "column": column, "both": one["both"], "mark": mark})
            out.append({"row": column, "column": row, "both": one["both"], "mark": {"›": "‹", "‹": "›"}.get(mark, mark)})
    return [cell | {"mark": "" if cell["mark"] == "‹" else cell["mark"]} for cell in out]


def _place(cell: Mapping[str, Any], side: float) -> Spec:
    x, y = cell["column"] * side, cell["row"] * side
    return {"x": x + 0.5, "x2": x + side - 0.5, "y": y + 0.5, "y2": y + side - 0.5, "mx": x + side / 2, "my": y + side / 2}


def _pixels(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def _squares(cells: list[Spec]) -> Spec:
    scale = {"domain": [0, 1], "range": [0.03, 0.95]}
    encoding = {
        "x": _pixels("x"), "x2": {"field": "x2"}, "y": _pixels("y"), "y2": {"field": "y2"},
        "fillOpacity": {"field": "both", "type": "quantitative", "scale": scale, "legend": None},
    }  # fmt: skip
    return {"data": {"values": cells}, "mark": {"type": "rect", "fill": HUES["need"], "stroke": HUES["rule"], "strokeWidth": 1},
            "encoding": encoding}  # fmt: skip


def _marks(cells: list[Spec], side: float) -> Spec:
    """Marks in ink, on dark squares in the colour of the paper."""
    colour = {"condition": {"test": "datum.both > 0.5", "value": HUES["paper"]}, "value": HUES["ink"]}
    mark = {"type": "text", "fontSize": min(16, max(13, side * 0.7)), "fontWeight": 700, "baseline": "middle", "align": "center"}
    encoding = {"x": _pixels("mx"), "y": _pixels("my"), "text": {"field": "mark"}, "color": colour}
    return {"data": {"values": [cell for cell in cells if cell["mark"]]}, "mark": mark, "encoding": encoding}


def _numbers(count: int, side: float) -> list[Spec]:
    """The numbers of columns and rows; where squares are small every second column has one."""
    step = 1 if side >= 18 else 2
    columns = [text(str(place + 1), side * (place + 0.5), -8, HUES["soft"], size=12.5, align="center") for place in range(0, count, step)]
    rows = [text(str(place + 1), -6, side * (place + 0.5) + 4.5, HUES["soft"], size=12.5, align="right") for place in range(count)]
    return columns + rows


def _names(rows: Sequence[Mapping[str, Any]], side: float, paper: Paper) -> list[Spec]:
    """What the rows are, beside the matrix; in a narrow drawing below it. And what squares and marks mean."""
    below = paper.height
    if paper.narrow:
        told = [text(f"{place + 1}  {_label(one, 40)}", -paper.left + 4, below + _LINE * (place + 1) + 6, HUES["ink"])
                for place, one in enumerate(rows)]  # fmt: skip
        start = below + _LINE * (len(rows) + 1) + 12
        return told + [text(line, -paper.left + 4, start + _LINE * place, HUES["soft"]) for place, line in enumerate(_key(True))]
    told = [text(_label(one, 40), -28, side * (place + 0.5) + 4.5, HUES["ink"], align="right") for place, one in enumerate(rows)]
    return told + [text(line, -paper.left + 4, below + _LINE * (place + 1) + 6, HUES["soft"]) for place, line in enumerate(_key(False))]


def _label(one: Mapping[str, Any], most: int) -> str:
    said = f"{one['key']} {percent(one['probability'])}"
    return said if len(said) <= most else f"{one['key'][: most - len(said) + len(one['key']) - 1]}… {percent(one['probability'])}"


def matrix_table(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same as a table: every pair of the picture, how likely both are, how they hang together."""
    keys = {one["key"] for one in shown(data)}
    rows = [
        [one["first"], one["second"], percent(one["both"]), percent(one["only_first"]), percent(one["only_second"]),
         percent(one["neither"]), lift_text(one["lift"]), pair_text(one, data["draws"])]
        for one in data["by_reading"]["pairs"]
        if {one["first"], one["second"]} <= keys
    ]  # fmt: skip
    head = [say("First"), say("Second"), say("Both"), say("Only the first"), say("Only the second"), say("Neither"), say("Lift")]
    head.append(say("How they stand"))
    return {"head": head, "rows": rows}


def pair_text(one: Mapping[str, Any], draws: int) -> str:
    """How two readings stand to one another, in words; nothing where either may hold without the other."""
    if one["relation"] in APART:
        return say("at most one can hold, {why}", why=relation_text(one, draws))
    if one["relation"] in FOLLOWS:
        return f"{follows_text(one)}, {relation_text(one, draws)}"
    return say("too rare to tell") if one["relation"] == "too rare to tell" else ""


def spoken_matrix(data: Mapping[str, Any]) -> str:
    """What the picture shows, in one sentence."""
    return str(data["sentence"])


def expect_drawing() -> None:
    """Raise InputError, with what to install, where no picture can be drawn; asked before the work is done."""
    try:
        import vl_convert  # noqa: F401
    except ImportError:
        raise InputError(say("a picture needs the extra `report` (vl_convert is missing): pip install 'stargauge[report]'")) from None


def matrix_picture(data: Mapping[str, Any], narrow: bool = False) -> str:
    """The picture as an SVG file, with a sentence for those who cannot see it."""
    from stargauge.report.drawing.drawing import svg

    said = html.escape(spoken_matrix(data))
    root = f'<svg role="img" aria-label="{said}" '
    return re.sub(r"<svg ", lambda _: root, svg(matrix(data, narrow)), count=1)
