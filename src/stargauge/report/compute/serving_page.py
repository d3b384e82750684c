"""How a model is served as one self-contained HTML page, or as part of one: the words, tables and pictures of the command."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.compute import serving, serving_chart
from stargauge.report.drawing.drawing import figure
from stargauge.report.html import environment, shared
from stargauge.report.locale import language

Data = Mapping[str, Any]
_TITLES = {"front": "Speed per user against output per accelerator", "passes": "A decode step and prompts by part"}
_TIMES = ("time", "P10", "P50", "P90", "limit")
_PASSES = ("part", "decode step", "share of it", "prefill", "share of that")
_FRONT = ("tokens/s per user", "output tokens/s per accelerator", "TTFT P99", "decoding", "layout", "prompts on")


def render_serving_page(data: Data, version: str = "") -> str:
    """The page of a `stargauge infer` answer."""
    from markupsafe import Markup

    from stargauge import __version__

    pages = environment()
    return str(
        pages.get_template("serving.html.j2").render(
            shared({}, {}), a=data, s=serving_section(data), language=language(), version=version or __version__,
            style=Markup(pages.loader.get_source(pages, "style.css")[0]),
        )
    )  # fmt: skip


def serving_section(data: Data) -> dict[str, Any]:
    """What the page shows."""
    known = (("Cost", serving.price(data)), ("Power", serving.power(data)), ("Counted", serving.counting(data)))
    return {
        "title": f"Serving {serving.subject(data)}", "sentence": serving.sentence(data),
        "told": serving.told(data),
        "times": _rows("Times against their limits", _TIMES, serving.times(data)), "binds": [*serving.binds(data), serving.memory(data)],
        "passes": _rows("A pass by part", _PASSES, serving.passes(data)), "passes_told": serving.passes_told(data),
        "front": _rows("Points of the front", _FRONT, map(serving.front_row, data["front"])),
        "known": [*known, *(("Note", text) for text in data["notes"])],
        "figures": [{"title": title, "drawn": _drawn(data, name)} for name, title in _TITLES.items()],
    }  # fmt: skip


def _drawn(data: Data, name: str) -> dict[str, Any]:
    """A chart with the table of the same numbers."""
    spec = serving_chart.CHARTS[name][1]
    made = figure(f"serving-{name}", _SPOKEN[name](data), (spec(data), spec(data, True)), _TABLES[name](data))
    return {**made, "title": serving_chart.title(data, name)}


def _front_table(data: Data) -> dict[str, Any]:
    head, *rows = csv.reader(serving_chart.front_csv(data).splitlines())
    return {"head": list(_FRONT), "rows": [list(serving.front_row(one)) for one in data["front"]], "file": {"head": head, "rows": rows}}


def _passes_table(data: Data) -> dict[str, Any]:
    rows = [list(row) for row in serving.passes(data)]
    return {"head": list(_PASSES), "rows": rows, "file": {"head": list(_PASSES), "rows": rows}}


def _spoken_front(data: Data) -> str:
    first, last = (data["front"][place] for place in (0, -1))
    told = [f"{serving.rate(one[serving.EACH]['p50'])} at {serving.rate(one[serving.USER]['p50'])} per user" for one in (first, last)]
    return f"Output tokens per second and accelerator against tokens per second and user: from {told[0]} to {told[1]}"


def _spoken_passes(data: Data) -> str:
    step, prompt = data["result"]["step_s"], data["result"]["prompt_s"]
    return f"A decode step of {serving.seconds(step)} and taking prompts in for {serving.seconds(prompt)}, each by part"


_SPOKEN = {"front": _spoken_front, "passes": _spoken_passes}
_TABLES = {"front": _front_table, "passes": _passes_table}


def _rows(title: str, head: Sequence[str], rows: Any) -> dict[str, Any]:
    return {"title": title, "head": list(head), "rows": [list(row) for row in rows], "words": ["layout", "prompts on"]}
