"""What computing costs at a site, as parts of a page: the finding, and the tables that the command line has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.locale import say
from stargauge.report.money.cost import headline, money, sold
from stargauge.report.wording import percent


def cost_section(data: Mapping[str, Any]) -> dict[str, Any]:
    """One sentence, then tables: a megawatt-year by part, an hour of each accelerator, the building let."""
    return {"finding": headline(data), "tables": [_power(data), _building(data), _hours(data)], "basis": say(data["basis"]),
            "sold": sold(data),
            "price_year": data["price_year"]}  # fmt: skip


def _three(levels: Mapping[str, Any]) -> list[str]:
    return [money(levels, name) for name in ("p10", "p50", "p90")]


def _power(data: Mapping[str, Any]) -> dict[str, Any]:
    site = data["sites"][0]
    parts = {
        "equipment_capital": say("Chips and what is around them"), "building_capital": say("Building"), "electricity": say("Electricity"),
        "upkeep": say("Upkeep"), "staff": say("Staff"), "property": say("Property tax and insurance"),
    }  # fmt: skip
    rows = [[say("All of it"), *_three(site["cost"])], *([words, *_three(site["parts"][name])] for name, words in parts.items())]
    rows.append([say("All of it, per MW at the meter"), *_three(site["at_the_meter"])])
    title = say("A megawatt of IT power and year, M USD of {year}", year=data["price_year"])
    return {"title": title, "head": [say("Part"), "P10", "P50", "P90"], "rows": rows, "why": site["address"], "note": ""}


def _hours(data: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        [one["chip"], *_three(one["cost"]), money(one["market_rent"], "p50"), percent(one["covered"]), money(one["tokens"], "p50")]
        for one in data["hours"]
    ]
    head = [say("Accelerator"), "P10", "P50", "P90", say("Market rent, P50"), say("Covers it in"), say("USD per million tokens")]
    title = say("A sold hour of one accelerator, USD of {year}, {sold} of hours sold", year=data["price_year"], sold=sold(data))
    return {"title": title, "head": head, "rows": rows, "why": data["hours"][0]["address"], "note": say(data["notes"]["market_rent"])}


def _building(data: Mapping[str, Any]) -> dict[str, Any]:
    site = data["sites"][0]
    rows = [[say("Break-even"), *_three(site["building_rent"])], [say("Market"), *_three(site["market_building_rent"])]]
    covered = site["building_covered"]
    told = say("The market’s rent covers the break-even in {share} of worlds.", share=percent(covered)) if covered is not None else ""
    title = say("Rent of the building without chips and power, USD of {year} per kW of IT power and month", year=data["price_year"])
    return {"title": title, "head": [say("Rent"), "P10", "P50", "P90"], "rows": rows, "why": f"lease_rent_breakeven[{site['site']}]",
            "note": f"{told} {say(data['notes']['building'])}".strip()}  # fmt: skip
