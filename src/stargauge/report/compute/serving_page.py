"""How a model is served as one self-contained HTML page, or as part of one: the words, tables and pictures of the command."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.compute import serving, serving_chart
from stargauge.report.drawing.drawing import figure
from stargauge.report.html import environment, shared
from stargauge.report.locale import language, say

Data = Mapping[str, Any]


def _titles() -> dict[str, str]:
    return {"front": say("Speed per user against output per accelerator"), "passes": say("A decode step and prompts by part")}


def _times() -> tuple[str, ...]:
    return say("time"), "P10", "P50", "P90", say("limit")


def _passes() -> tuple[str, ...]:
    return say("part"), say("decode step"), say("share of it"), say("prefill"), say("share of that")


def _front() -> tuple[str, ...]:
    rates = say("tokens/s per user"), say("output tokens/s per accelerator")
    return (*rates, "TTFT P99", say("decoding"), say("layout"), say("prompts on"))


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
    return {
        "title": say("Serving {subject}", subject=serving.subject(data)), "sentence": serving.sentence(data),
        "told": serving.told(data),
        "times": _rows(say("Times against their limits"), _times(), serving.times(data)),
        "binds": [*serving.binds(data), serving.memory(data)],
        "passes": _rows(say("A pass by part"), _passes(), serving.passes(data)), "passes_told": serving.passes_told(data),
        "front": _rows(say("Points of the front"), _front(), map(serving.front_row, data["front"])),
        "known": serving.known(data),
        "figures": [{"title": title, "drawn": _drawn(data, name)} for name, title in _titles().items()],
    }  # fmt: skip


def _drawn(data: Data, name: str) -> dict[str, Any]:
    """A chart with the table of the same numbers."""
    spec = serving_chart.CHARTS[name]
    made = figure(f"serving-{name}", _SPOKEN[name](data), (spec(data), spec(data, True)), _TABLES[name](data))
    return {**made, "title": serving_chart.title(data, name)}


def _front_table(data: Data) -> dict[str, Any]:
    head, *rows = csv.reader(serving_chart.front_csv(data).splitlines())
    return {"head": list(_front()), "rows": [list(serving.front_row(one)) for one in data["front"]], "file": {"head": head, "rows": rows}}


def _passes_table(data: Data) -> dict[str, Any]:
    rows = [list(row) for row in serving.passes(data)]
    head = list(_passes())
    return {"head": head, "rows": rows, "file": {"head": head, "rows": rows}}


def _spoken_front(data: Data) -> str:
    first, last = (data["front"][place] for place in (0, -1))
    low, high = (
        say("{rate} at {user} per user", rate=serving.rate(one[serving.EACH]["p50"]), user=serving.rate(one[serving.USER]["p50"]))
        for one in (first, last)
    )
    return say("Output tokens per second and accelerator against tokens per second and user: from {low} to {high}", low=low, high=high)


def _spoken_passes(data: Data) -> str:
    step, prompt = data["result"]["step_s"], data["result"]["prompt_s"]
    return say(
        "A decode step of {step} and taking prompts in for {prompts}, each by part", step=serving.seconds(step),
        prompts=serving.seconds(prompt),
    )  # fmt: skip


_SPOKEN = {"front": _spoken_front, "passes": _spoken_passes}
_TABLES = {"front": _front_table, "passes": _passes_table}


def _rows(title: str, head: Sequence[str], rows: Any) -> dict[str, Any]:
    return {"title": title, "head": list(head), "rows": [list(row) for row in rows], "words": [say("layout"), say("prompts on")]}
