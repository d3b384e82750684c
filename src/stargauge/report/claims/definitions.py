"""The chart by definition: one row for each way to count, never added up; the claim stands beside them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from stargauge.report.drawing.canvas import HUES, ROWS_WIDE, Paper, Spec, hue, sized, text, value_axis
from stargauge.report.locale import say
from stargauge.report.wording import bare, range_text

#: Half the width of a letter of a label, in pixels, rather too wide than too narrow.
_HALF_LETTER = 3.5


def by_definition(jobs: Mapping[str, Any], paper: Paper = ROWS_WIDE) -> Spec:
    """One row per definition: P10-P90 as a bar, P50 as a stroke, a ring where something was counted; the claim as a dashed line."""
    rows = [row for row in jobs.get("rows") or [] if drawable(row)]
    claim = jobs.get("claim") or {}
    if not paper.narrow and any(len(_note(row)) > 1 for row in rows):
        paper = replace(paper, height=paper.height + 14)
    height = paper.height * len(rows)
    seen = [float(row["p90"]) for row in rows] + [float(told["value"]) for row in rows for told in row.get("stated") or []]
    top = max([*seen, float(claim.get("value") or 0.0)], default=1.0) * 1.05
    layers = [_row_axis(top, paper)]
    for index, row in enumerate(rows):
        layers += _row(row, paper.height * index, top, paper)
    layers += _claim_line(claim, height, top, paper) if claim.get("value") else []
    if not paper.narrow:
        layers.append(text("P50 (P10–P90)", paper.width + paper.right - 2, -12, HUES["soft"], align="right"))
    return sized(paper, height, layers)


def drawable(row: Mapping[str, Any]) -> bool:
    """Whether a row has its three numbers."""
    return all(row.get(key) is not None and row[key] == row[key] for key in ("p10", "p50", "p90"))


def _note(row: Mapping[str, Any]) -> list[str]:
    """What stands below a row's name: what was stated, else what the definition says; two lines at most."""
    stated = "; ".join(str(told.get("text", "")) for told in row.get("stated") or [])
    return textwrap.wrap(stated or str(row.get("says") or ""), 36, max_lines=2, placeholder=" …")


def _row_axis(top: float, paper: Paper) -> Spec:
    labels = "datum.value == 0 ? '0' : format(datum.value, '~s')" if paper.narrow else "format(datum.value, ',.0f')"
    axis = value_axis(4 if paper.narrow else 6, labelFlush=True, labelExpr=labels)
    x = {"field": "value", "type": "quantitative", "axis": axis, "scale": {"domain": [0, top], "nice": False}}
    return {"data": {"values": [{"value": 0}]}, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x, "y": {"value": 0}}}


def _row(row: Mapping[str, Any], start: float, top: float, paper: Paper) -> list[Spec]:
    middle = start + (58 if paper.narrow else 20)
    fill = hue(row)
    x, x2 = {"field": "p10", "type": "quantitative"}, {"field": "p90"}
    values = {"values": [{"p10": row["p10"], "p50": row["p50"], "p90": row["p90"]}]}
    layers: list[Spec] = [
        {
            "data": values,
            "mark": {"type": "bar", "height": 14, "color": fill, "opacity": 0.32, "cornerRadius": 2},
            "encoding": {"x": x, "x2": x2, "y": {"value": middle}},
        },
        {
            "data": values,
            "mark": {"type": "tick", "size": 20, "thickness": 3.5, "color": fill, "opacity": 1},
            "encoding": {"x": {"field": "p50", "type": "quantitative"}, "y": {"value": middle}},
        },
    ]
    for told in row.get("stated") or []:
        place = {"values": [{"p50": told["value"], "text": told.get("text", "")}]}
        at = {"x": {"field": "p50", "type": "quantitative"}, "y": {"value": middle}}
        ring = {"type": "point", "filled": False, "stroke": HUES["ink"], "fill": HUES["paper"], "strokeWidth": 2, "size": 60, "opacity": 1}
        layers.append({"data": place, "mark": ring, "encoding": at})
    numbers = bare(row, "p50")
    if paper.narrow:
        layers += [
            text(str(row["label"]), 0, start + 24, HUES["ink"], weight=600),
            text(f"{numbers} (P10 {bare(row, 'p10')}, P90 {bare(row, 'p90')})", 0, start + 42, HUES["ink"]),
        ]
        return layers
    layers += [text(str(row["label"]), -paper.left, middle - 3, HUES["ink"], weight=600)]
    layers += [text(_note(row), -paper.left, middle + 13, HUES["soft"], size=12.5, lineHeight=15)]
    layers += [text(f"{numbers} ({range_text(row, '–')})", paper.width + paper.right - 2, middle + 4, HUES["ink"], align="right")]
    return layers


def _claim_line(claim: Mapping[str, Any], height: float, top: float, paper: Paper) -> list[Spec]:
    """The claim as a dashed line, its two labels centred above it or as near to it as the paper lets them stand."""
    rule = {"type": "rule", "color": HUES["announced"], "strokeDash": [6, 4], "strokeWidth": 1.75}
    along = {"field": "value", "type": "quantitative"}
    layers: list[Spec] = [
        {
            "data": {"values": [{"value": float(claim["value"])}]},
            "mark": rule,
            "encoding": {"x": along, "y": {"value": -4}, "y2": {"value": height}},
        }
    ]
    at = paper.width * float(claim["value"]) / top
    for words, dy, weight in ((str(claim.get("label") or say("Announced")), -26, 600), (str(claim.get("text") or ""), -11, 400)):
        half = _HALF_LETTER * len(words)
        x = max(min(at, paper.width + paper.right - half), half - paper.left)
        layers.append(text(words, round(x, 1), dy, HUES["ink" if weight > 400 else "soft"], weight=weight, align="center"))
    return layers


def spoken_rows(jobs: Mapping[str, Any]) -> str:
    """The same for a chart by definition."""
    parts = [f"{row['label']} {bare(row, 'p50')} ({range_text(row)})" for row in jobs.get("rows") or [] if drawable(row)]
    return f"{jobs.get('title', '')}. {'; '.join(parts)}."
