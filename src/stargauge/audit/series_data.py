"""Series of a run as plain data: month-end quantiles for charts, P10, P50 and P90 by year for tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import numpy as np

from stargauge.audit.wording.claim_words import day_words
from stargauge.audit.wording.sentence import Names, subject
from stargauge.audit.wording.words import sentence_case
from stargauge.engine.result import Result
from stargauge.engine.series import Series
from stargauge.quantity.address import parse_address, parse_share
from stargauge.quantity.dates import from_day, month_label
from stargauge.quantity.spoken import say
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


def _cell(value: float, factor: float, dated: bool, names: Names | None) -> str:
    if not np.isfinite(value):
        return say("never") if value > 0 else "–"
    if names is None:
        return day_words(from_day(value)) if dated else figures(value / factor)
    return names.words.day(from_day(value)) if dated else figures(value / factor, notation=names.words.notation)


def row_of(series: Series, ends: Collection[str], names: Names | None = None) -> dict[str, Any]:
    """P10, P50 and P90 of a series in words, at those of its months that are asked for; without months once.

    `names`: of a language, in which its numbers are written then, and what it is told by what a sentence calls it, where it does.
    """
    found = series.quantiles((0.1, 0.5, 0.9))
    months = series.months
    shown = [index for index, label in enumerate(months) if label in ends] if months else [0]
    numbers = [[float(v) for v in np.atleast_1d(found[q])[shown]] for q in (0.1, 0.5, 0.9)]
    biggest = max((abs(v) for v in numbers[2] if np.isfinite(v)), default=0.0)
    factor, unit = scale_of(biggest, series.unit)
    dated = series.unit == "d" and _DAYS[0] < biggest < _DAYS[1]
    texts = [[_cell(v, factor, dated, names) for v in line] for line in numbers]
    unit = names.words.notation.unit(unit) if names else unit
    dates = [months[i] for i in shown] if months else [""]
    return {"address": series.address, "unit": "" if dated else unit, "says": _says(series, names), "dates": dates,
            "p10": texts[0], "p50": texts[1], "p90": texts[2], "absent": list(series.absent)}  # fmt: skip


def _says(series: Series, names: Names | None) -> str:
    """What a series is: as the model book has it, or what a sentence calls it in another language."""
    address = parse_share(series.address) or parse_address(series.address)
    if names is None or address.name not in names.words.quantities:
        return series.says
    return sentence_case(subject(address, names))


def table_of(result: Result, when: date, names: Names | None = None) -> dict[str, Any]:
    """P10, P50 and P90 of every series of a run, at each year's end up to its last month; without months once. `names`: see `row_of`."""
    months = result.world.axes["month"]
    ends = {label for label in months if label.endswith("-12")} | {month_label(when)}
    rows = [row_of(series, ends, names) for series in result.series.values()]
    return {"draws": result.draws, "seed": result.seed, "fingerprint": result.fingerprint, "rows": rows}
