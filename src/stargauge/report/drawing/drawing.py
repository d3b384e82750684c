"""From specification to picture: SVG that follows the page's colours. vl-convert draws without browser or network."""

from __future__ import annotations

import csv
import io
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from stargauge.quantity.cells import csv_cell
from stargauge.report.drawing import svg as own
from stargauge.report.drawing.canvas import FONT, HUES
from stargauge.report.locale import language, notation, words

_ROOT = re.compile(r"<svg\b[^>]*>")
_SPOKEN = re.compile(r'\s(?:role|aria-[a-z]+)="[^"]*"')
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def svg(spec: dict[str, Any]) -> str:
    """A chart as a stand-alone SVG image in the light palette, its numbers as the language that is spoken writes them.

    What our own charts are not made of is drawn by vl-convert.
    """
    if own.draws(spec):
        return own.draw(spec, notation())
    import vl_convert

    if language() == "en":
        return str(vl_convert.vegalite_to_svg(spec))
    written = notation()
    numbers = {"decimal": written.decimal, "thousands": written.thousands, "grouping": [3], "currency": ["", ""]}
    return str(vl_convert.vegalite_to_svg(spec, format_locale=numbers, time_format_locale=_calendar()))


def _calendar() -> dict[str, Any]:
    """How the language that is spoken writes the dates on an axis."""
    months, short = list(words().months), list(words().short_months)
    unused = {
        "dateTime": "%d.%m.%Y %X",
        "date": "%d.%m.%Y",
        "time": "%H:%M:%S",
        "periods": ["", ""],
        "days": [""] * 7,
        "shortDays": [""] * 7,
    }
    return {**unused, "months": months, "shortMonths": short or months}


def inline_svg(spec: dict[str, Any], name: str, label: str, css_class: str) -> str:
    """A chart as SVG to stand in a page: colours are the page's tokens, ids are its own, one sentence says what it shows."""
    return inlined(svg(spec), name, label, css_class)


def inlined(text: str, name: str, label: str, css_class: str) -> str:
    """A drawing as it stands in a page: in the page's colours and faces, with ids of its own and one sentence that says what it shows."""
    for hue, value in HUES.items():
        text = text.replace(f'"{value}"', f'"var(--{hue})"')
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", text)
    text = re.sub(r'\s*font-family="[^"]*"', "", text)
    text = _SPOKEN.sub("", text)
    size = _SIZE.search(text)
    box = f"0 0 {size[1]} {size[2]}" if size else "0 0 738 400"
    root = f'<svg class="{css_class}" viewBox="{box}" role="img" aria-label="{_attribute(label)}">'
    return _ROOT.sub(lambda _: root, text, count=1)


def figure(
    name: str, label: str, specs: Sequence[dict[str, Any]], table: Mapping[str, Any], why: str | None = None, only: str = ""
) -> dict[str, Any]:  # fmt: skip
    """A chart as a page shows it: a wide and a narrow drawing, the table with the same numbers, that table as CSV, what explains it.

    `only`: `wide` or `narrow`, where one of the two is shown and the other left out.
    """
    from markupsafe import Markup

    kinds = (("w", specs[0], "wide"), ("nr", specs[1], "narrow"))
    wide, narrow = (
        Markup(inline_svg(spec, f"{name}-{kind}", label, kind) if only in ("", shown) else "") for kind, spec, shown in kinds
    )  # fmt: skip
    made = {"name": name, "label": label, "wide": wide, "narrow": narrow, "table": table, "csv": _csv_address(table), "why": why}
    return {**made, "spec": specs[0]}


def pictured(name: str, label: str, texts: Sequence[str], table: Mapping[str, Any], why: str | None = None) -> dict[str, Any]:
    """A drawing that is SVG already as a page shows it: as `figure`, without a specification."""
    from markupsafe import Markup

    wide, narrow = (Markup(inlined(text, f"{name}-{kind}", label, kind)) for text, kind in zip(texts, ("w", "nr"), strict=True))
    return {"name": name, "label": label, "wide": wide, "narrow": narrow, "table": table, "csv": _csv_address(table), "why": why}


def alone(text: str) -> str:
    """A drawing that stood in a page as an image of its own: the light palette's colours on paper, a size, a face, the namespace of SVG."""
    for hue, value in HUES.items():
        text = text.replace(f"var(--{hue})", value)
    size = _SIZE.search(text)
    wide, high = (size[1], size[2]) if size else ("738", "400")
    root = f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" font-family="{FONT}" '
    paper = f'<rect width="{wide}" height="{high}" fill="{HUES["paper"]}"/>'
    return _ROOT.sub(lambda found: found[0] + paper, text.replace("<svg ", root, 1), count=1)


#: Type of the lines above and below a drawing that stands alone, in pixels: size, height of a line, width of a letter in a wide face, as
#: whoever looks at it may not have ours.
_TITLE, _CITE = (16.0, 22.0, 9.8), (11.0, 15.0, 6.2)
_EDGE = 12.0


def framed(text: str, title: str, cite: str) -> str:
    """A drawing as an image of its own with a title above it and below it one line that says whence it is."""
    size = _SIZE.search(text)
    wide, high = (float(size[1]), float(size[2])) if size else (738.0, 400.0)
    above, top = _lines(title, _EDGE, wide, _TITLE, f'font-weight="600" fill="{HUES["ink"]}"')
    below, end = _lines(cite, top + _EDGE + high, wide, _CITE, f'fill="{HUES["soft"]}"')
    across, down = wide + 2 * _EDGE, end + _EDGE
    size_of_all = f'width="{across:g}" height="{down:g}"'
    placed = text.replace("<svg ", f'<svg x="{_EDGE:g}" y="{top + _EDGE:g}" ', 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size_of_all} viewBox="0 0 {across:g} {down:g}" font-family="{FONT}">'
        f'<rect {size_of_all} fill="{HUES["paper"]}"/>{above}{placed}{below}</svg>'
    )


def _lines(words: str, top: float, wide: float, kind: tuple[float, float, float], look: str) -> tuple[str, float]:
    """Words in lines as wide as a drawing, and where they end."""
    size, line, letter = kind
    rows = textwrap.wrap(words, int(wide / letter), break_on_hyphens=False)
    drawn = [
        f'<text x="{_EDGE:g}" y="{top + line * place + size:g}" font-size="{size:g}" {look}>{_attribute(row)}</text>'
        for place, row in enumerate(rows)
    ]
    return "".join(drawn), top + line * len(rows)


#: What is a number, perhaps with a unit, though it begins like a formula.
_NUMBER = re.compile(r"[+-]?\d[\d.,\u00a0\u2009\u202f ]*(?:%|[A-Za-z/]+(?: [A-Za-z/]+)*)?")


def csv_text(table: Mapping[str, Any]) -> str:
    """A table as CSV with its head. A text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay.

    A table says under `file` what a file has of it where that differs from what a page shows.
    """
    kept = table.get("file") or table
    text = io.StringIO()
    csv.writer(text).writerows([_cell(cell) for cell in row] for row in (kept["head"], *kept["rows"]))
    return text.getvalue()


def _cell(cell: Any) -> Any:
    return cell if isinstance(cell, str) and _NUMBER.fullmatch(cell) else csv_cell(cell)


def _csv_address(table: Mapping[str, Any]) -> str:
    return f"data:text/csv;charset=utf-8,{quote(csv_text(table))}"


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
