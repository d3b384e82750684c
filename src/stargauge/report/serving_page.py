"""How a model is served, as part of a page: the words, tables and pictures of the command."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report import serving, serving_chart
from stargauge.report.drawing import figure

Data = Mapping[str, Any]
_TITLES = {"front": "Speed per user against output per accelerator", "passes": "A decode step and prompts by part"}
_TIMES = ("time", "P10", "P50", "P90", "limit")
_PASSES = ("part", "decode step", "share of it", "prompts in", "share of them")
_FRONT = ("tokens/s per user", "output tokens/s per accelerator", "TTFT P99", "decoding", "layout", "prompts on")


def serving_section(data: Data) -> dict[str, Any]:
    """What the page shows."""
    told = (("Cost", serving.price(data)), ("Power", serving.power(data)), ("Counted", serving.counting(data)))
    return {
        "title": f"Serving {serving.subject(data)}", "sentence": serving.sentence(data),
        "told": [serving.setting(data), serving.layout(data)],
        "times": _rows("Times against their limits", _TIMES, serving.times(data)), "binds": [*serving.binds(data), serving.memory(data)],
        "passes": _rows("A pass by part", _PASSES, serving.passes(data)), "passes_told": serving.passes_told(data),
        "front": _rows("Points of the front", _FRONT, map(serving.front_row, data["front"])),
        "known": [*told, *(("Note", text) for text in data["notes"])],
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
    told = [f"{serving.rate(one['per_accelerator'])} at {serving.rate(one['per_user'])} per user" for one in (first, last)]
    return f"Output tokens per second and accelerator against tokens per second and user: from {told[0]} to {told[1]}"


def _spoken_passes(data: Data) -> str:
    step, prompt = data["step"]["total"], data["prompt"]["total"]
    return f"A decode step of {serving.seconds(step)} and taking prompts in for {serving.seconds(prompt)}, each by part"


_SPOKEN = {"front": _spoken_front, "passes": _spoken_passes}
_TABLES = {"front": _front_table, "passes": _passes_table}


def _rows(title: str, head: Sequence[str], rows: Any) -> dict[str, Any]:
    return {"title": title, "head": list(head), "rows": [list(row) for row in rows], "words": ["layout", "prompts on"]}
