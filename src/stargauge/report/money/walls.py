"""Refinancing walls as a chart: what falls due in each year, one row per year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.audit.money.site_finance import notable_walls
from stargauge.report.claims.definitions import by_definition
from stargauge.report.drawing.canvas import ROWS_NARROW, ROWS_WIDE
from stargauge.report.drawing.drawing import figure
from stargauge.report.locale import say
from stargauge.report.wording import percent, show


def walls_figure(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """What falls due by year, P10 to P90; none where nothing does."""
    found = notable_walls(data["walls"])
    if not found:
        return None
    rows = [
        {"label": str(one["year"]), "says": say("something falls due in {share} of worlds", share=percent(one["chance"])), "unit": "bn USD",
         "hue": "financed", **one["due_bn"]}
        for one in found
    ]  # fmt: skip
    told = [
        [str(one["year"]), *(show(one["due"][level], "USD") for level in ("p10", "p50", "p90")), percent(one["chance"])] for one in found
    ]
    table = {"head": [say("Year"), "P10", "P50", "P90", say("Chance")], "rows": told}
    label = "; ".join(f"{year}: {middle}" for year, _, middle, *_ in told)
    specs = [by_definition({"rows": rows}, paper) for paper in (ROWS_WIDE, ROWS_NARROW)]
    return figure("walls", f"{say('Refinancing walls, all sites together')}. {label}", specs, table)
