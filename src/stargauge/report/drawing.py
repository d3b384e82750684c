"""From specification to picture: SVG that follows the page's colours. vl-convert draws without browser or network."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from stargauge.report.canvas import HUES

_ROOT = re.compile(r"<svg\b[^>]*>")
_SPOKEN = re.compile(r'\s(?:role|aria-[a-z]+)="[^"]*"')
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def svg(spec: dict[str, Any]) -> str:
    """A chart as a stand-alone SVG image in the light palette."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec))


def svgs(specs: Sequence[dict[str, Any]]) -> list[str]:
    """Charts as stand-alone images, one after the other."""
    return [svg(spec) for spec in specs]


#: Who draws the charts of a figure: whoever has help has some of them drawn meanwhile. The same drawings.
drawer: Callable[[Sequence[dict[str, Any]]], list[str]] = svgs


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
    name: str, label: str, specs: Sequence[dict[str, Any]], table: Mapping[str, Any], why: str | None = None
) -> dict[str, Any]:  # fmt: skip
    """A chart as a page shows it: a wide and a narrow drawing, the table with the same numbers, that table as CSV, what explains it."""
    from markupsafe import Markup

    texts = zip(drawer(specs), ("w", "nr"), strict=True)
    wide, narrow = (Markup(inlined(text, f"{name}-{kind}", label, kind)) for text, kind in texts)
    address = _csv_address([table["head"], *table["rows"]])
    return {"name": name, "wide": wide, "narrow": narrow, "table": table, "csv": address, "why": why, "spec": specs[0]}


def alone(text: str) -> str:
    """A drawing that stood in a page as an image of its own: the light palette's colours, a size, the namespace of SVG."""
    for hue, value in HUES.items():
        text = text.replace(f"var(--{hue})", value)
    size = _SIZE.search(text)
    wide, high = (size[1], size[2]) if size else ("738", "400")
    return text.replace("<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" ', 1)


def _csv_address(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return f"data:text/csv;charset=utf-8,{quote(text.getvalue())}"


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
