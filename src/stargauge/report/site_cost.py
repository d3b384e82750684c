"""What computing costs at a site, as parts of a page: the finding, and the tables that the command line has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.cost import headline, money, sold
from stargauge.report.wording import percent

#: What the parts of a cost are called in full.
_PARTS = {
    "equipment_capital": "Chips and what is around them", "building_capital": "Building", "electricity": "Electricity",
    "upkeep": "Upkeep", "staff": "Staff", "property": "Property tax and insurance",
}  # fmt: skip


def cost_section(data: Mapping[str, Any]) -> dict[str, Any]:
    """One sentence, then tables: a megawatt-year by part, an hour of each accelerator, the building let."""
    return {"finding": headline(data), "tables": [_power(data), _hours(data), _building(data)], "basis": data["basis"], "sold": sold(data),
            "price_year": data["price_year"]}  # fmt: skip


def _three(levels: Mapping[str, Any]) -> list[str]:
    return [money(levels, name) for name in ("p10", "p50", "p90")]


def _power(data: Mapping[str, Any]) -> dict[str, Any]:
    site = data["sites"][0]
    rows = [["All of it", *_three(site["cost"])], *([words, *_three(site["parts"][name])] for name, words in _PARTS.items())]
    rows.append(["All of it, per MW at the meter", *_three(site["at_the_meter"])])
    title = f"A megawatt of IT power and year, M USD of {data['price_year']}"
    return {"title": title, "head": ["Part", "P10", "P50", "P90"], "rows": rows, "why": site["address"], "note": ""}


def _hours(data: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        [one["chip"], *_three(one["cost"]), money(one["market_rent"], "p50"), percent(one["covered"]), money(one["tokens"], "p50")]
        for one in data["hours"]
    ]
    head = ["Accelerator", "P10", "P50", "P90", "Market rent, P50", "Covers in", "USD per million tokens"]
    title = f"A sold hour of one accelerator, USD of {data['price_year']}, {sold(data)} of hours sold"
    return {"title": title, "head": head, "rows": rows, "why": data["hours"][0]["address"], "note": data["notes"]["market_rent"]}


def _building(data: Mapping[str, Any]) -> dict[str, Any]:
    site = data["sites"][0]
    rows = [["Break-even", *_three(site["building_rent"])], ["Market", *_three(site["market_building_rent"])]]
    covered = site["building_covered"]
    told = f"The market's rent covers the break-even in {percent(covered)} of worlds. " if covered is not None else ""
    title = f"Rent of the building without chips and power, USD of {data['price_year']} per kW of IT power and month"
    return {"title": title, "head": ["Rent", "P10", "P50", "P90"], "rows": rows, "why": f"lease_rent_breakeven[{site['site']}]",
            "note": f"{told}{data['notes']['building']}"}  # fmt: skip
