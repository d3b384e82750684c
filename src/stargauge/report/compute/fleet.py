"""The charts of a fleet over time: accelerators, by generation, peak, training, users and the cost of tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.drawing.canvas import NARROW, WIDE
from stargauge.report.drawing.charts import over_time, spoken
from stargauge.report.drawing.drawing import figure
from stargauge.report.html import time_table
from stargauge.report.locale import say
from stargauge.report.wording import chip_name

#: Hues of generations, in the order of their age.
_HUES = ("announced", "contracted", "operational", "construction", "energised", "financed")


def fleet_drawings(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every chart that has something to show, by name."""
    generations = [
        (f"accelerators[{chip}]", _HUES[place % len(_HUES)], chip_name(chip)) for place, chip in enumerate(data["chips"])
    ]  # fmt: skip
    asked = {
        "fleet": [("accelerators", "need", say("All accelerators"))],
        "generations": generations if len(generations) > 1 else [],
        "peak": [("compute_peak[bf16]", "operational", say("Dense 16-bit peak"))],
        "covered": [("inference_demand_covered", "operational", say("Times today’s demand"))],
        "training": [(f"training_runs_per_year[{data['model']}]", "contracted", say("Runs a year"))],
        "users": [("inference_users_served", "energised", say("Weekly users"))],
        "tokens": [("token_cost_rented", "construction", say("USD per million tokens"))],
    }
    titles = chart_titles()
    made = {name: _figure(name, titles[name], series, data) for name, series in asked.items()}
    return {name: drawn for name, drawn in made.items() if drawn is not None}


def chart_titles() -> dict[str, str]:
    """What each chart is called."""
    return {
        "fleet": say("Accelerators installed"), "generations": say("By generation"), "peak": say("Computing power at its peak"),
        "covered": say("How many times today’s demand it covers"),
        "training": say("Training runs a year of the fleet"), "users": say("Weekly users the fleet could serve"),
        "tokens": say("Cost of a million output tokens at rented accelerators"),
    }  # fmt: skip


def _figure(name: str, title: str, series: Sequence[tuple[str, str, str]], data: Mapping[str, Any]) -> dict[str, Any] | None:
    quantities, evidence = data["quantities"], data["newest_evidence"]
    held = [one for one in series if one[0] in quantities]
    if not held:
        return None
    line = {"title": title, "series": [{"address": address, "role": "fan", "hue": hue, "label": label} for address, hue, label in held]}
    specs = [over_time(line, quantities, evidence, paper) for paper in (WIDE, NARROW)]
    why = held[0][0] if len(held) == 1 else "accelerators"
    return figure(name, spoken(line, quantities), specs, time_table(line, quantities, evidence), why)
