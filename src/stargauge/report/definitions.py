"""The chart by definition: one row for each way to count, never added up; the claim stands beside them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from stargauge.report.canvas import HUES, ROWS_WIDE, Paper, Spec, hue, sized, text
from stargauge.report.wording import bare, range_text


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
    layers += _claim_line(claim, height) if claim.get("value") else []
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
    axis = {
        "grid": True,
        "gridColor": HUES["rule"],
        "domain": False,
        "ticks": False,
        "title": None,
        "labelColor": HUES["soft"],
        "labelFontSize": 12.5,
        "tickCount": 4 if paper.narrow else 6,
        "labelFlush": True,
        "labelExpr": "datum.value == 0 ? '0' : format(datum.value, '~s')" if paper.narrow else "format(datum.value, ',.0f')",
    }
    x = {"field": "value", "type": "quantitative", "axis": axis, "scale": {"domain": [0, top], "nice": False}}
    return {"data": {"values": [{"value": 0}]}, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x, "y": {"value": 0}}}


def _row(row: Mapping[str, Any], start: float, top: float, paper: Paper) -> list[Spec]:
    middle = start + (44 if paper.narrow else 20)
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
    numbers = f"{bare(row, 'p50')}"
    if paper.narrow:
        layers += [
            text(str(row["label"]), 0, start + 22, HUES["ink"], weight=600),
            text(numbers, paper.width, start + 22, HUES["ink"], weight=600, align="right"),
        ]
        return layers
    layers += [text(str(row["label"]), -paper.left, middle - 3, HUES["ink"], weight=600)]
    layers += [text(_note(row), -paper.left, middle + 13, HUES["soft"], size=12.5, lineHeight=15)]
    layers += [text(f"{numbers} ({range_text(row, '–')})", paper.width + paper.right - 2, middle + 4, HUES["ink"], align="right")]
    return layers


def _claim_line(claim: Mapping[str, Any], height: float) -> list[Spec]:
    values = {"values": [{"value": float(claim["value"]), "y": 0, "y2": height}]}
    rule = {"type": "rule", "color": HUES["announced"], "strokeDash": [6, 4], "strokeWidth": 1.75}
    layers: list[Spec] = [
        {
            "data": values,
            "mark": rule,
            "encoding": {"x": {"field": "value", "type": "quantitative"}, "y": {"value": -4}, "y2": {"value": height}},
        }
    ]
    for words, dy, weight in ((str(claim.get("label") or "Announced"), -26, 600), (str(claim.get("text") or ""), -11, 400)):
        mark = {
            "type": "text",
            "align": "center",
            "fontSize": 13,
            "fontWeight": weight,
            "color": HUES["ink" if weight > 400 else "soft"],
            "baseline": "alphabetic",
        }
        data = {"values": [{"value": float(claim["value"]), "text": words}]}
        layers.append(
            {
                "data": data,
                "mark": mark,
                "encoding": {"x": {"field": "value", "type": "quantitative"}, "y": {"value": dy}, "text": {"field": "text"}},
            }
        )
    return layers


def spoken_rows(jobs: Mapping[str, Any]) -> str:
    """The same for a chart by definition."""
    parts = [f"{row['label']} {bare(row, 'p50')} ({range_text(row)})" for row in jobs.get("rows") or [] if drawable(row)]
    return f"{jobs.get('title', '')}. {'; '.join(parts)}."
