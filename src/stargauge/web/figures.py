"""One figure of a page as a file: the drawing as SVG or PNG, its numbers as CSV."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.web.work import Made

if TYPE_CHECKING:
    from stargauge.web.view import View

MEDIA = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}


def as_file(view: View, name: str, ending: str) -> Made:
    """A figure that a page drew, as a file. Raises InputError for a figure or an ending that there is not."""
    if name not in view.figures or ending not in MEDIA:
        names = [f"{one}.{kind}" for one in view.figures for kind in MEDIA]
        raise InputError(
            say(
                'this page has no figure "{name}.{ending}"{near} ({names})',
                name=name,
                ending=ending,
                near=did_you_mean(f"{name}.{ending}", names),
                names=", ".join(names) or say("none", "fault"),
            )
        )
    from stargauge.report.drawing.drawing import csv_text

    figure = view.figures[name]
    body = csv_text(figure["table"]).encode() if ending == "csv" else _drawing(view, figure, ending)
    file = f"{name}.{ending}" if view.cite else f"{view.asked.programme}-{name}.{ending}"
    return Made(body, MEDIA[ending], {"Content-Disposition": f'attachment; filename="{file}"'})


def _drawing(view: View, figure: Any, ending: str) -> bytes:
    """The wide drawing in the light palette, with its title and whence it is."""
    import vl_convert

    from stargauge.report.drawing.drawing import alone, framed, svg
    from stargauge.report.locale import speaking

    with speaking(view.asked.language):
        text = svg(figure["spec"]) if figure.get("spec") else alone(str(figure["wide"]))
        text = framed(text, _title(figure), _cite(view))
    return text.encode() if ending == "svg" else bytes(vl_convert.svg_to_png(text, scale=2.0))


#: The end of a first sentence: no point of a day, of a month or of a large number in German.
_SENTENCE = re.compile(r"(?<!\b\d)(?<!\b\d\d)(?<!Mrd)(?<!Mio)(?<!Jan)(?<!Feb)(?<!Aug)(?<!Sept)(?<!Okt)(?<!Nov)(?<!Dez)\. ")


def _title(figure: Any) -> str:
    """What a drawing is called: its title, else the first sentence of what is spoken of it."""
    return str(figure.get("title") or _SENTENCE.split(str(figure.get("label") or ""))[0].rstrip("."))


def _cite(view: View) -> str:
    """One line: of what, by which version, known when, from which draws, and whose data it rests on."""
    from stargauge import __version__
    from stargauge.report.locale import say, words
    from stargauge.report.wording import day_text

    asked = view.asked
    if view.cite:
        return view.cite
    if not asked.programme:
        return f"Stargauge {__version__}"
    told = say(
        "Stargauge {version}, programme {name}, known on {day}, {draws} draws, seed {seed}.", version=__version__,
        name=view.whole.name, day=day_text(asked.day), draws=words().count(asked.draws), seed=asked.seed,
    )  # fmt: skip
    return " ".join([told, *view.whole.attribution])
