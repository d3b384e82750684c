"""One figure of a page as a file: the drawing as SVG or PNG, its numbers as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.web.work import Made

if TYPE_CHECKING:
    from stargauge.web.view import View

MEDIA = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}


def as_file(view: View, name: str, ending: str) -> Made:
    """A figure that a page drew, as a file. Raises InputError for a figure or an ending that there is not."""
    if name not in view.figures or ending not in MEDIA:
        names = [f"{one}.{kind}" for one in view.figures for kind in MEDIA]
        raise InputError(
            f'this page has no figure "{name}.{ending}"{did_you_mean(f"{name}.{ending}", names)} ({", ".join(names) or "none"})'
        )
    from stargauge.report.drawing import csv_text

    figure = view.figures[name]
    body = csv_text(figure["table"]).encode() if ending == "csv" else _drawing(figure, ending)
    return Made(body, MEDIA[ending], {"Content-Disposition": f'attachment; filename="{view.asked.programme}-{name}.{ending}"'})


def _drawing(figure: Any, ending: str) -> bytes:
    """The wide drawing in the light palette, alone."""
    import vl_convert

    from stargauge.report.drawing import alone, svg

    text = svg(figure["spec"]) if figure.get("spec") else alone(str(figure["wide"]))
    return text.encode() if ending == "svg" else bytes(vl_convert.svg_to_png(text, scale=2.0))
