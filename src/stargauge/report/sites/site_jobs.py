"""The jobs of a site as parts of a page: the finding, the chart by definition, and figures of others beside the model's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.quantity.units import convert
from stargauge.report.claims.definitions import by_definition, drawable, spoken_rows
from stargauge.report.drawing.canvas import ROWS_NARROW, ROWS_WIDE
from stargauge.report.drawing.drawing import figure
from stargauge.report.html import first_up, rows_table
from stargauge.report.locale import say
from stargauge.report.sites.jobs import headline
from stargauge.report.wording import day_text, figures

#: The definitions that the chart shows, from the narrowest to the widest.
_SHOWN = ("jobs_permanent", "jobs_construction_onsite", "jobs_construction_peak_so_far", "jobs_direct", "jobs_total")


def jobs_section(data: Mapping[str, Any]) -> dict[str, Any]:
    """One sentence, the chart (none where nothing is counted), what others counted, what claims need."""
    month = day_text(data["date"][:7])
    by_name = {row["address"]: row for row in data["definitions"]}
    rows = [{**by_name[name], "hue": "need", "label": first_up(by_name[name]["label"])} for name in _SHOWN]
    shown = [row for row in rows if drawable(row) and row["p90"] > 0.0]
    line = {"title": say("Jobs at {site} in {month}", site=data["site_name"], month=month), "rows": shown}
    drawn = None
    if shown:
        specs = [by_definition(line, paper) for paper in (ROWS_WIDE, ROWS_NARROW)]
        drawn = figure("jobs", spoken_rows(line), specs, rows_table(line), f"jobs_direct[{data['site']}]")
    return {
        "finding": headline(data) if shown else say("No job at {site} is expected in {month}.", site=data["site_name"], month=month),
        "figure": drawn, "title": line["title"], "checks": _checks(data), "claims": [one["sentence"] for one in data["claims"]],
    }  # fmt: skip


def _checks(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Figures of others beside the model's range; those that count what the model does not say so."""
    rows = [
        [_counted(row), _value(row, "value"),
         f"{_value(row, 'p10')}–{_value(row, 'p90')}" if row["p10"] is not None else "–", _standing(row["standing"]),
         f"{row['publisher']}, {day_text(row['published'])}", row["grade"]]
        for row in data["checks"]
    ]  # fmt: skip
    head = [say("Counted or announced"), say("Figure"), say("Model, P10–P90"), say("Is"), say("By"), say("Grade")]
    return {"head": head, "rows": rows} if rows else None


def _standing(standing: str) -> str:
    """Where a figure of others stands beside the range of the model."""
    told = {"inside": say("inside"), "above": say("above"), "below": say("below"), "no counterpart": say("no counterpart")}
    return told.get(standing, standing)


def _value(row: Mapping[str, Any], name: str) -> str:
    unit = {"job/USD": "job/M USD", "job/W": "job/MW"}.get(row["unit"], row["unit"])
    return figures(row[name] * (convert(1.0, row["unit"], unit) if unit != row["unit"] else 1.0))


def _counted(row: Mapping[str, Any]) -> str:
    note = f" ({row['note']})" if row["note"] else ""
    return f"{first_up(row['what'])}{note}"
