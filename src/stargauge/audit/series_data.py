"""Series of a run as plain data: month-end quantiles for charts, P10, P50 and P90 by year for tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import numpy as np

from stargauge.audit.wording.claim_words import day_words
from stargauge.engine.result import Result
from stargauge.engine.series import Series
from stargauge.quantity.dates import from_day, month_label
from stargauge.quantity.units import figures, scale_of


def fans(result: Result, addresses: Sequence[str]) -> dict[str, Any]:
    """Month-end quantiles of addresses for charts, scaled to the unit each names."""
    found = {address: result[address] for address in addresses}
    return {address: fan_of(series) for address, series in found.items() if "month" in series.axes}


def fan_of(series: Series) -> dict[str, Any]:
    """Month-end quantiles of a series for a chart, scaled to the unit that it names."""
    found = series.quantiles((0.1, 0.25, 0.5, 0.75, 0.9))
    biggest = float(np.nanmax(np.abs(found[0.9]))) if np.isfinite(found[0.9]).any() else 0.0
    factor, unit = scale_of(biggest, series.unit)
    scaled = {f"p{100 * level:g}": [float(v) / factor if np.isfinite(v) else None for v in values] for level, values in found.items()}
    return {"unit": unit, "months": [str(label) for label in series.labels["month"]], **scaled}


#: Day counts of the years in which a number of days is a date and no duration.
_DAYS = (693_000.0, 803_000.0)


def _cell(value: float, factor: float, dated: bool) -> str:
    if not np.isfinite(value):
        return "never" if value > 0 else "–"
    return day_words(from_day(value)) if dated else figures(value / factor)


def row_of(series: Series, ends: Collection[str]) -> dict[str, Any]:
    """P10, P50 and P90 of a series in words, at those of its months that are asked for; without months once."""
    found = series.quantiles((0.1, 0.5, 0.9))
    months = series.months
    shown = [index for index, label in enumerate(months) if label in ends] if months else [0]
    numbers = [[float(v) for v in np.atleast_1d(found[q])[shown]] for q in (0.1, 0.5, 0.9)]
    biggest = max((abs(v) for v in numbers[2] if np.isfinite(v)), default=0.0)
    factor, unit = scale_of(biggest, series.unit)
    dated = series.unit == "d" and _DAYS[0] < biggest < _DAYS[1]
    texts = [[_cell(v, factor, dated) for v in line] for line in numbers]
    return {"address": series.address, "unit": "" if dated else unit, "says": series.says, "dates": [months[i] for i in shown] if months
            else [""], "p10": texts[0], "p50": texts[1], "p90": texts[2], "absent": list(series.absent)}  # fmt: skip


def table_of(result: Result, when: date) -> dict[str, Any]:
    """P10, P50 and P90 of every series of a run, at each year's end up to its last month; those without months once."""
    months = result.world.axes["month"]
    ends = {label for label in months if label.endswith("-12")} | {month_label(when)}
    rows = [row_of(series, ends) for series in result.series.values()]
    return {"draws": result.draws, "seed": result.seed, "fingerprint": result.fingerprint, "rows": rows}
