"""What a training job keeps of its time as one self-contained HTML page, and its pictures as files of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.compute import goodput, goodput_chart
from stargauge.report.drawing.drawing import figure, framed, svg
from stargauge.report.html import environment, shared
from stargauge.report.locale import language, say, written

Data = Mapping[str, Any]


def _charts() -> dict[str, Any]:
    return {
        "sizes": (say("By size of the job"), goodput_chart.size_chart, goodput_chart.size_table, goodput_chart.spoken_sizes),
        "lost": (say("Where the time goes"), goodput_chart.lost_chart, goodput_chart.lost_table, goodput_chart.spoken_lost),
        "histories": (say("Event by event"), goodput_chart.history_chart, goodput_chart.history_table, goodput_chart.spoken_histories),
    }


def render_goodput_page(data: Data, version: str = "") -> str:
    """The page of a `stargauge goodput` answer."""
    from markupsafe import Markup

    from stargauge import __version__

    pages = environment()
    return str(
        pages.get_template("goodput.html.j2").render(
            shared({}, {}), a=data, s=goodput_section(data), language=language(), version=version or __version__,
            style=Markup(pages.loader.get_source(pages, "style.css")[0]),
        )
    )  # fmt: skip


def goodput_section(data: Data) -> dict[str, Any]:
    """What the page shows."""
    notes = [goodput.intervals(data), *([goodput.simulated(data)] if data["simulated"]["histories"] else []), goodput.assumed()]
    notes = [*goodput.waits(data), *notes]
    return {
        "title": say("One job on {number} {chip}", number=written(f"{data['accelerators']:,}"), chip=data["chip_title"]),
        "sentence": goodput.sentence(data),
        "told": goodput.about(data), "notes": notes, "left_out": goodput.left_out(data), "causes_from": goodput.causes_from(),
        "causes": _rows(say("Stopped by"), goodput.head_of("causes"), goodput.cause_rows(data)),
        "inputs": _rows(say("Rests on"), goodput.head_of("inputs"), goodput.input_rows(data)),
        "figures": [
            {"title": title, "drawn": figure(f"goodput-{name}", spoken(data), (chart(data), chart(data, True)), table(data))}
            for name, (title, chart, table, spoken) in _shown(data).items()
        ],
    }  # fmt: skip


def pictures_of(data: Data) -> dict[str, str]:
    """The pictures as SVG files by name, each with its title and whence it is."""
    return {f"goodput-{name}.svg": framed(svg(chart(data)), title, cite(data)) for name, (title, chart, _, _) in _shown(data).items()}


def cite(data: Data) -> str:
    """Whence a picture is, in one line."""
    return say(
        "Stargauge: {number} {chip}, {draws} draws of its ranges, seed {seed}", number=written(f"{data['accelerators']:,}"),
        chip=data["chip_title"], draws=written(f"{data['draws']:,}"), seed=data["seed"],
    )  # fmt: skip


def _shown(data: Data) -> dict[str, Any]:
    """The charts that have something to show."""
    return {name: made for name, made in _charts().items() if name != "histories" or data["simulated"]["histories"]}


def _rows(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    return {"title": title, "head": list(head), "rows": [list(row) for row in rows], "words": [say("source"), say("new node")]}
