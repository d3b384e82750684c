"""The workbook of a site or of a programme: its sheets in the order in which they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.workbook import asset as assets
from stargauge.report.workbook.book import INPUTS, SCENARIOS, written
from stargauge.report.workbook.checks import checks_sheet
from stargauge.report.workbook.formula import site_of
from stargauge.report.workbook.income import Let, compute_parts, lease_parts
from stargauge.report.workbook.loan import loan_parts
from stargauge.report.workbook.outputs import ASSETS, Period, period_sheet, summary_sheet
from stargauge.report.workbook.parts import Given, Heading, Part, Path, Row, Sheet, Single, Text, sheet_in
from stargauge.report.workbook.phases import phases_sheet
from stargauge.report.workbook.prices import prices_sheet
from stargauge.report.workbook.programme import programme_sheet, total_sheet
from stargauge.report.workbook.returns import returns_sheet
from stargauge.report.workbook.tax import bonus_parts, service_parts, tables_sheet, tax_sheet
from stargauge.report.workbook.timing import timing_sheet

#: Years of age in the tax tables.
_AGES = 41
_QUARTERS = 4
_COVER = (
    "Blue on cream: an input that you may change. Black: a calculation. Green: a link to another sheet. Red: a check, nought if "
    "all is well.",
    "Every row of a sheet of months or years holds one formula, copied across; its words stand in the comment of its label.",
    "No macros, no circular references, no numbers in formulas but counts of a calendar. A circular-looking question, the size of a "
    "loan that",
    "pays its own interest and fees, is solved by two runs of a unit that add up in proportion (sheet of the asset, construction debt).",
    "Change inputs on the sheet Inputs, or choose a scenario on the sheet Scenarios (an empty cell there means: as in the base).",
    "Money is USD of the day unless a row says otherwise; months end on their last day; flows of the first month hold what came before it.",
    "Power is IT power in W. The building and the equipment in it are two assets with a loan each; rent between them cancels in the sum.",
    "Where an input says that it was computed by the model, the command beside it shows why it is what it is.",
    "Assumptions carry grade D. They are nobody's figures but ours.",
)


def render_workbook(data: Mapping[str, Any]) -> bytes:
    """The workbook as the bytes of an .xlsx file. Raises InputError where XlsxWriter is not installed."""
    return written(sheets_of(data), data["overlays"], f"{data['programme']}: {data['site']}")


def sheets_of(data: Mapping[str, Any]) -> tuple[Sheet, ...]:
    """Its sheets: cover, outputs, checks; inputs (with scenarios behind them) and the run; timing; calculations; views by period.

    Of a programme, its totals stand before the sheets of its sites.
    """
    sites = [(site["key"], site["site"]) for site in data["sites"]]
    whole = sites[0][0] != ""
    months, (first, last) = data["months"], data["years"]
    years = last - first + 1
    run = tuple(_given(one) for one in data["as_run"])
    periods: tuple[tuple[Period, int], ...] = (("year", years), ("quarter", years * _QUARTERS), ("fiscal", years + 1))
    views = tuple(period_sheet(kind, number, "Programme" if whole else "Site") for kind, number in periods)
    front = (
        *((programme_sheet(sites),) if whole else ()),
        summary_sheet(sites),
        checks_sheet(sites, run),
        _inputs(data),
        Sheet("Run", "The run that the inputs came from", (Heading("Totals"), *run),
              0, (), "As Stargauge computed them; the sheet of checks compares."),
    )  # fmt: skip
    shared = (
        timing_sheet(months),
        prices_sheet(data["points"], range_of(data["level_years"]), months),
        _paths(data, months),
    )
    returns = returns_sheet([("", "Programme"), *sites] if whole else sites)
    laws = (tables_sheet(data["tables"], _AGES), returns)
    of_sites = tuple(sheet for site in data["sites"] for sheet in _of_site(data, site, years, whole))
    totals = tuple(total_sheet(asset, sites, months) for asset in ASSETS) if whole else ()
    order = (*front, *totals, *views, *shared, *laws, *of_sites) if whole else (*front, *shared, *of_sites, *laws, *views)
    return (_cover(data, [sheet.name for sheet in order]), *order)


def _of_site(data: Mapping[str, Any], site: Mapping[str, Any], years: int, whole: bool) -> tuple[Sheet, ...]:
    """The sheets on which a site is calculated; in a programme with its own calendar years."""
    key, months = site["key"], data["months"]
    return (
        phases_sheet(key, site["phases"], data["components"], months),
        _asset_sheet(data, site, "building"),
        _asset_sheet(data, site, "equipment"),
        tax_sheet(key, years),
        *((period_sheet("year", years, site["site"], key),) if whole else ()),
    )


def range_of(ends: Sequence[int]) -> Sequence[int]:
    """All years from the first to the last; none where none are given."""
    return range(ends[0], ends[1] + 1) if ends else ()


def _given(one: Mapping[str, Any]) -> Given:
    published = f"published {one['published']}" if one["published"] not in ("", one["as_of"]) else ""
    source = ", ".join(filter(None, (one["source"], one["as_of"], published)))
    note = "; ".join(filter(None, (one["note"], f"stands at {one['path']}" if one["path"] else "")))
    return Given(one["name"], one["label"], one["unit"], one["value"], source, one["status"], one["grade"], note, one.get("overlays", {}))


def _paths(data: Mapping[str, Any], months: int) -> Sheet:
    """Inputs by month: one row for the base and for each scenario, and the one that is live."""
    parts: list[Any] = []
    for path in data["paths"]:
        name, unit = path["name"], path["unit"]
        rows = [("base", path["values"]), *((one, path["overlays"][one]) for one in data["overlays"])]
        parts.append(Heading(path["label"]))
        parts += [Path(f"{name}_{number}", label, unit, values, path["source"]) for number, (label, values) in enumerate(rows)]
        parts.append(Row(name, "in the scenario that is live", unit, f"INDEX({name}_0[t]::{name}_{len(rows) - 1}[t], Scenarios.live + 1)"))
    return Sheet("Paths", "Inputs by month", tuple(parts), months, (), "What differs from month to month and follows no formula here.")


def _inputs(data: Mapping[str, Any]) -> Sheet:
    parts: list[Any] = []
    for group in data["groups"]:
        parts += [Heading(group["title"], group["note"]), *(_given(one) for one in group["inputs"])]
    about = "Change the blue cells. Column C is what the model uses: the scenario that is live, else column D."
    return Sheet("Inputs", "Inputs", tuple(parts), 0, (), about)


#: The quantities of the model that the sheet of an asset tells month by month, or whose results it makes.
TOLD = ("asset_cost", "equity_flow", "book_profit", "dscr", "npv", "irr")


def _asset_sheet(data: Mapping[str, Any], site: Mapping[str, Any], asset: str) -> Sheet:
    phases, equipment = site["phases"], asset == "equipment"
    lets = [Let(**one) for one in site["contracts" if equipment else "leases"]]
    first, last = data["years"]
    earned = compute_parts(lets, phases) if equipment else lease_parts(lets, phases)
    parts = (
        *assets.cost_parts(asset, phases[0][0], phases[-1][0], equipment),
        *earned,
        *assets.renewal_parts(equipment),
        *assets.earning_parts(equipment, asset),
        *service_parts(),
        *bonus_parts(equipment, (first, last), phases[0][0], phases[-1][0]),
        *loan_parts(site["draw_rules"][asset]),
        *assets.vendor_parts(equipment),
        *assets.cash_parts(asset),
        *assets.waterfall_parts(equipment),
        *assets.owner_parts(equipment),
        *assets.balance_parts(equipment),
    )
    title = "Equipment: accelerators, network, storage" if equipment else "Building: land, shell, power and cooling"
    scopes = (("Inputs", f"{asset}_"), ("Timing", ""), ("Prices", ""), ("Inputs", ""))
    name, where = asset.capitalize(), f"{site['site']}: " if site["key"] else ""
    return Sheet(sheet_in(site["key"], name), f"{where}{title}", parts, data["months"], scopes, asks(asset, site["site"]))


def asks(asset: str, site: str) -> str:
    """Where the numbers of a sheet can be asked why they are what they are."""
    return f"Why: stargauge explain 'QUANTITY[{asset}, {site}]', with {', '.join(TOLD[:-1])} or {TOLD[-1]}"


def _cover(data: Mapping[str, Any], names: Sequence[str]) -> Sheet:
    told = (
        ("Programme", data["programme"]), ("Site", data["site"]), ("Case", data["case"]), ("Known on", data["as_of"]),
        ("Fingerprint of the run", data["fingerprint"]), ("Stargauge", data["version"]), ("Made by", data["command"]),
    )  # fmt: skip
    parts: tuple[Part, ...] = (
        *(Text(f"{label}: {value}") for label, value in told),
        Heading("Is all well?"),
        Single("verdict", "Checks", "text", "Checks.verdict"),
        Heading("How to read and use it"),
        *(Text(line) for line in _COVER),
        Heading("Sheets"),
        *(Text(", ".join(found)) for found in (_names(names, key) for key in dict.fromkeys(map(site_of, names))) if found),
        *(Text(line) for line in data["attribution"]),
    )
    return Sheet("Cover", f"{data['programme']}: project finance of {data['site']}", parts)


def _names(sheets: Sequence[str], site: str) -> list[str]:
    """Sheets of a site, or of all; that of scenarios stands behind the inputs."""
    own = [name for name in sheets if site_of(name) == site]
    return [shown for name in own for shown in ((name, SCENARIOS) if name == INPUTS else (name,))]
