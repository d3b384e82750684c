"""The cheapest supply of a site as one self-contained HTML page: the sentence, two weeks, what is built, limits, mixes, test, basis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.drawing.drawing import figure
from stargauge.report.html import environment, shared
from stargauge.report.locale import language, speaking
from stargauge.report.power import power, power_limits, power_tables, power_words
from stargauge.report.power.power_chart import mixes_chart, mixes_table, spoken_mixes, spoken_week, week, week_table

Data = Mapping[str, Any]


def render_power_page(data: Data, spoken: str = "en", version: str = "") -> str:
    """The page of a `stargauge power` answer."""
    from markupsafe import Markup

    from stargauge import __version__

    pages = environment()
    with speaking(spoken):
        return str(
            pages.get_template("supply.html.j2").render(
                shared({}, {}), a=data, s=power_section(data), language=language(), version=version or __version__,
                style=Markup(pages.loader.get_source(pages, "style.css")[0]),
            )
        )  # fmt: skip


def power_section(data: Data) -> dict[str, Any]:
    """What a page shows of a supply, in the language that is spoken."""
    return {
        "title": power.title(data), "beside": power.beside(data), "prices": power_tables.prices(data), "draws": power.draws_text(data),
        "about": power.about(data), "sentence": power.sentence(data), "plants": power_tables.plants(data),
        "limits": power_limits.limits(data),
        "stated": power_tables.stated(data) if data["stated"] else None, "stages": power_tables.stages(data) if data["stages"] else None,
        "footprint": power_tables.footprint(data),
        "stage_names": [power_words.stage_name(one) for one in data["stages"]],
        "mixes": power_tables.mixes(data) if data["mixes"] else None, "test": power.trial(data), "rests_on": power.rests_on(data)[-1],
        "basis": power_tables.basis(data), "figures": figures_of(data),
    }  # fmt: skip


def figures_of(data: Data) -> dict[str, Any]:
    """Its charts by name, each with its table."""
    made = {
        name: figure(f"power-{name}", spoken_week(data, name), (week(data, name), week(data, name, True)), week_table(data, name))
        for name in ("typical", "worst")
    }
    for place, one in enumerate(data["stages"], 1):
        own = {**data, "weeks": one["weeks"]}
        for name in one["weeks"] or ():
            key = f"stage-{place}-{name}"
            label = f"{power_words.stage_name(one)}. {spoken_week(own, name)}"
            made[key] = figure(f"power-{key}", label, (week(own, name), week(own, name, True)), week_table(own, name))
    if data["mixes"]:
        made["mixes"] = figure("power-mixes", spoken_mixes(data), (mixes_chart(data), mixes_chart(data, True)), mixes_table(data))
    return made
