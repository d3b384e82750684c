"""A site's supply by the hour as one self-contained HTML page: the year, sources, the day, months, runs, the months beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.drawing.drawing import figure
from stargauge.report.html import environment, shared
from stargauge.report.locale import language, speaking
from stargauge.report.power import hours
from stargauge.report.power.hours_chart import day_chart, day_table, spoken_day, spoken_year, year_chart, year_table

Data = Mapping[str, Any]


def render_hours_page(data: Data, spoken: str = "en", version: str = "") -> str:
    """The page of a `stargauge hours` answer."""
    from markupsafe import Markup

    from stargauge import __version__

    pages = environment()
    with speaking(spoken):
        return str(
            pages.get_template("hours.html.j2").render(
                shared({}, {}), a=data, s=hours_section(data), language=language(), version=version or __version__,
                style=Markup(pages.loader.get_source(pages, "style.css")[0]),
            )
        )  # fmt: skip


def hours_section(data: Data) -> dict[str, Any]:
    """What a page shows of a supply by the hour, in the language that is spoken."""
    return {
        "title": hours.title(data), "about": hours.about(data), "sentence": hours.sentence(data), "told": list(hours.told(data)),
        "sources": hours.sources(data), "months": hours.months(data), "runs": hours.runs(data) if data["training_runs"] else None,
        "beside": hours.beside(data), "notes": [*hours.notes(data), hours.basis(data)],
        "figures": {
            "day": figure("hours-day", spoken_day(data), (day_chart(data), day_chart(data, True)), day_table(data)),
            "year": figure("hours-year", spoken_year(data), (year_chart(data), year_chart(data, True)), year_table(data)),
        },
    }  # fmt: skip
