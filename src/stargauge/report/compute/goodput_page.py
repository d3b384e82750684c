"""What a training job keeps of its time as one self-contained HTML page, and its pictures as files of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.compute import goodput, goodput_chart
from stargauge.report.drawing.drawing import figure, framed, svg
from stargauge.report.html import environment, shared
from stargauge.report.locale import language

Data = Mapping[str, Any]
_CHARTS = {
    "sizes": ("By size of the job", goodput_chart.size_chart, goodput_chart.size_table, goodput_chart.spoken_sizes),
    "lost": ("Where the time goes", goodput_chart.lost_chart, goodput_chart.lost_table, goodput_chart.spoken_lost),
    "histories": ("Event by event", goodput_chart.history_chart, goodput_chart.history_table, goodput_chart.spoken_histories),
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
    notes = [goodput.intervals(data), *([goodput.simulated(data)] if data["simulated"]["histories"] else []), goodput.ASSUMED]
    notes = [*goodput.waits(data), *notes]
    return {
        "title": f"One job on {data['accelerators']:,} {data['chip_title']}", "sentence": goodput.sentence(data),
        "told": goodput.about(data), "notes": notes, "left_out": data["left_out"], "causes_from": goodput.CAUSES_FROM,
        "causes": _rows("Stopped by", goodput.CAUSE_HEAD, goodput.cause_rows(data)),
        "inputs": _rows("Rests on", goodput.INPUT_HEAD, goodput.input_rows(data)),
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
    return f"Stargauge: {data['accelerators']:,} {data['chip_title']}, {data['draws']:,} draws of its ranges, seed {data['seed']}"


def _shown(data: Data) -> dict[str, Any]:
    """The charts that have something to show."""
    return {name: made for name, made in _CHARTS.items() if name != "histories" or data["simulated"]["histories"]}


def _rows(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    return {"title": title, "head": list(head), "rows": [list(row) for row in rows], "words": ["source", "new node"]}
