"""The charts of a what-if: the same as those of the report, with the middle as drawn beside the fans of now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from stargauge.report.claims.definitions import by_definition, spoken_rows
from stargauge.report.drawing.canvas import NARROW, ROWS_NARROW, ROWS_WIDE, WIDE
from stargauge.report.drawing.charts import over_time, spoken
from stargauge.report.drawing.drawing import figure
from stargauge.report.html import drawable, rows_table, time_table

WIDTHS = ("wide", "narrow")


def what_if_drawings(answer: Mapping[str, Any], titles: Mapping[str, str], width: str = "") -> dict[str, dict[str, Any]]:
    """Capacity, money and jobs, each with its table. `width`: only one of the two drawings, `wide` or `narrow`."""
    made = {}
    quantities, evidence = answer["quantities"], answer.get("newest_evidence")
    for name, line in answer["lines"].items():
        if not drawable(line, quantities):
            continue
        told = {**line, "title": titles[name]}
        table = time_table({**line, "series": [one for one in line["series"] if one["role"] != "before"]}, quantities, evidence)
        draw = partial(over_time, line, quantities, evidence)
        made[name] = _figure(name, spoken(told, quantities), draw, (WIDE, NARROW), table, line["why"], width)
    rows = {"title": titles["jobs"], "rows": answer["rows"]}
    if answer["rows"]:
        made["jobs"] = _figure("jobs", spoken_rows(rows), partial(by_definition, rows), (ROWS_WIDE, ROWS_NARROW),
                               rows_table(rows), answer["rows"][0]["address"], width)  # fmt: skip
    return made


def _figure(
    name: str, label: str, draw: Callable[[Any], Any], papers: tuple[Any, Any], table: Mapping[str, Any], why: str, width: str
) -> dict[str, Any]:
    """One chart in two widths, or in the one asked for."""
    specs = [draw(paper) for kind, paper in zip(WIDTHS, papers, strict=True) if width in ("", kind)]
    return figure(name, label, specs if len(specs) > 1 else (specs[0], specs[0]), table, why, width)
