"""A training job as one self-contained HTML page, and its pictures as files of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.compute import training, training_chart
from stargauge.report.drawing.drawing import figure, framed, svg
from stargauge.report.html import environment, shared
from stargauge.report.locale import language, say, written

Data = Mapping[str, Any]


def _charts() -> dict[str, Any]:
    return {
        "time": (say("Where the time goes"), training_chart.time_chart, training_chart.time_table, training_chart.spoken_time),
        "memory": (say("More memory left"), training_chart.room_chart, training_chart.room_table, training_chart.spoken_room),
        "accelerators": (say("Fewer accelerators"), training_chart.fewer_chart, training_chart.fewer_table, training_chart.spoken_fewer),
    }


def render_training_page(data: Data, version: str = "") -> str:
    """The page of a `stargauge train` answer."""
    from markupsafe import Markup

    from stargauge import __version__

    pages = environment()
    return str(
        pages.get_template("training.html.j2").render(
            shared({}, {}), a=data, s=training_section(data), language=language(), version=version or __version__,
            style=Markup(pages.loader.get_source(pages, "style.css")[0]),
        )
    )  # fmt: skip


def training_section(data: Data) -> dict[str, Any]:
    """What the page shows."""
    machine = data["inputs"]["machine"]
    return {
        "title": say(
            "{model} on {number} {chip}", model=data["inputs"]["model"]["name"], number=written(f"{machine['accelerators']:,}"),
            chip=machine["title"],
        ),
        "sentence": training.sentence(data), "used": training.used(data), "told": training.about(data),
        "components": _rows(say("The step by part"), (say("part"), "s", say("share")), training.component_rows(data)),
        "memory": _rows(say("What the fullest accelerator holds"), (say("part"), "GB", say("share")), training.memory_rows(data)),
        "use": _rows(
            say("Utilisation of the dense figure, by what is counted"), (say("counted as"), "P10", "P50", "P90"), training.use_rows(data)
        ),
        "beside": _rows(
            say("Why this layout"), (say("layout"), "s", say("times", "as long"), say("what takes longer, or less (s)")),
            training.beside_rows(data),
        ),
        "notes": [training.memory_told(data), training.searched(data), *([f"{training.mark_text()}."] if training.marked(data) else []),
                  *(f"{text}." for text in data["notes"])],
        "figures": [
            {"title": title, "drawn": figure(f"training-{name}", spoken(data), (chart(data), chart(data, True)), table(data))}
            for name, (title, chart, table, spoken) in _shown(data).items()
        ],
    }  # fmt: skip


def pictures_of(data: Data) -> dict[str, str]:
    """The pictures as SVG files by name, each with its title and whence it is."""
    return {f"training-{name}.svg": framed(svg(chart(data)), title, cite(data)) for name, (title, chart, _, _) in _shown(data).items()}


def cite(data: Data) -> str:
    """Whence a picture is, in one line."""
    machine, job = data["inputs"]["machine"], data["inputs"]["job"]
    return say(
        "Stargauge: {model}, {number} {chip}, {batch} in {type}; middle predictions", model=data["inputs"]["model"]["name"],
        number=written(f"{machine['accelerators']:,}"), chip=machine["title"], batch=training.batch_text(job), type=job["dtype"],
    )  # fmt: skip


def _shown(data: Data) -> dict[str, Any]:
    """The charts that have something to show."""
    there = {"time": True, "memory": len(data["pareto"]["headroom"]) > 1, "accelerators": len(data["pareto"]["accelerators"]) > 1}
    return {name: made for name, made in _charts().items() if there[name]}


def _rows(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    return {"title": title, "head": list(head), "rows": [list(row) for row in rows], "words": [head[-1]] if len(head[-1]) > 8 else []}
