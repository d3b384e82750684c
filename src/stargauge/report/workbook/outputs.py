"""Outputs: sources and uses, results of each asset and of the site, and the same flows by quarter, year and fiscal year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from stargauge.report.workbook.parts import Heading, Part, Row, Sheet, Single, Text, of_site, sheet_in

Period = Literal["year", "quarter", "fiscal"]
ASSETS = (("Building", "Building"), ("Equipment", "Equipment"))


class Shown(NamedTuple):
    """A row of the assets that is shown by period: its name, what it is called, a flow within the period or a stock at its end."""

    name: str
    label: str
    flow: bool = True
    only: str = ""
    transfer: bool = False


SHOWN = (
    Shown("cost", "Cost"),
    Shown("carry", "Interest and fees while building"),
    Shown("drawn", "Senior loan drawn"),
    Shown("customer_money", "Brought by customers", only="Equipment"),
    Shown("vendor_credit", "Lent by vendors", only="Equipment"),
    Shown("investment", "Put in by the owners"),
    Shown("income", "Income", transfer=True),
    Shown("running_cost", "Running cost", transfer=True),
    Shown("tax", "Tax"),
    Shown("working_capital_funded", "Working capital paid by the owners"),
    Shown("working_capital_change", "Change of working capital"),
    Shown("renewal", "Equipment bought again", only="Equipment"),
    Shown("renewed", "of which paid by the owners, beyond what was saved", only="Equipment"),
    Shown("available", "Cash available for debt service"),
    Shown("interest", "Interest"),
    Shown("principal", "Principal"),
    Shown("paid", "Senior service paid"),
    Shown("lent_anew", "Lent anew when the loan fell due"),
    Shown("gap", "Refinancing gap, paid by the owners"),
    Shown("junior_paid", "Vendors' service paid", only="Equipment"),
    Shown("support", "Paid by the owners while an asset does not pay its own cost"),
    Shown("distribution", "Paid to the owners"),
    Shown("equity_flow", "Owners' flow after debt and tax"),
    Shown("project_flow", "Flow before debt"),
    Shown("book_depreciation", "Book depreciation"),
    Shown("book_profit", "Book profit"),
    Shown("waiting", "Debt of what does not run yet", flow=False),
    Shown("balance", "Debt of what runs", flow=False),
    Shown("arrears", "Arrears", flow=False),
    Shown("vendor_balance", "Owed to vendors", flow=False, only="Equipment"),
    Shown("working_capital", "Income due and not paid yet", flow=False),
    Shown("held", "Held in reserves and trapped", flow=False),
    Shown("reserve", "of which debt service reserve", flow=False),
    Shown("trapped", "of which trapped", flow=False),
    Shown("book_value", "Book value", flow=False),
    Shown("assets", "Balance sheet: assets", flow=False),
    Shown("debt", "Balance sheet: debt", flow=False),
    Shown("equity", "Balance sheet: equity", flow=False),
)
_CLOSES = {"year": "closes", "quarter": "closes_quarter", "fiscal": "closes_fiscal"}
_KEYS = {"year": "year", "quarter": "quarter_key", "fiscal": "fiscal_year"}
_TITLES = {"year": "by calendar year", "quarter": "by quarter", "fiscal": "by fiscal year"}
_SHEETS = {"year": "Years", "quarter": "Quarters", "fiscal": "FiscalYears"}


def period_sheet(kind: Period, periods: int, both: str, site: str = "") -> Sheet:
    """The flows within, and the stocks at the end of, each year or quarter. `both`: what the two assets are together."""
    key, closes = _KEYS[kind], _CLOSES[kind]
    end = f"SUMIFS(Timing.month_end[:], Timing.{key}[:], key[t], Timing.{closes}[:], 1)"
    parts: list[Part] = [
        Heading("Periods"),
        Row("count", "Period, counted from 1", "count", "count[t-1] + 1"),
        Row("key", "Its key on the sheet of months", "count", f"INDEX(Timing.{key}[:], 1) + count[t] - 1"),
        Row("period_end", "Ends", "date", f'IF({end} > 0, {end}, "")'),
    ]
    for sheet, label in ASSETS:
        parts.append(Heading(label))
        for shown in SHOWN:
            if shown.only in ("", sheet):
                last = "" if shown.flow else f", Timing.{closes}[:], 1"
                formula = f"SUMIFS({sheet}.{shown.name}[:], Timing.{key}[:], key[t]{last})"
                parts.append(Row(f"{sheet.lower()}_{shown.name}", shown.label, "USD", formula, "sum" if shown.flow else "last"))
    parts.append(Heading(f"{both}: both assets; rent between them cancels"))
    for shown in SHOWN:
        sheets = [sheet for sheet, _ in ASSETS if shown.only in ("", sheet)]
        own = " + ".join(f"{sheet.lower()}_{shown.name}[t]" for sheet in sheets)
        within = f" - SUMIFS(Equipment.rent_of_owner[:], Timing.{key}[:], key[t])" if shown.transfer else ""
        parts.append(Row(f"site_{shown.name}", shown.label, "USD", own + within, "sum" if shown.flow else "last"))
    about = "Flows are sums of the months of the period, stocks stand at its end."
    return Sheet(
        sheet_in(site, _SHEETS[kind]),
        f"{both}: {_TITLES[kind]}",
        tuple(parts),
        periods,
        (("Timing", ""), ("Inputs", "")),
        about,
        (("Ends", "date", "period_end[t]"), ("Key", "count", "key[t]")),
    )


def summary_sheet(sites: Sequence[tuple[str, str]]) -> Sheet:
    """Sources and uses, the loan, and the returns: asset by asset and for each site, given as (key, name)."""
    parts = tuple(part for key, name in sites for part in of_site(key, name, summary_parts()))
    return Sheet("Outputs", "Outputs", parts, 0, (("Inputs", ""),))


def summary_parts() -> tuple[Part, ...]:
    """What is told of a site."""
    return (*_sources_and_uses(), *_loans(), *_returns())


def _sources_and_uses() -> tuple[Part, ...]:
    uses = (("cost", "Cost"), ("carry", "Interest and fees while building"), ("working_capital_funded", "Working capital"))
    parts: list[Part] = [Heading("Uses and sources until everything runs and after, USD of the day")]
    for name, label in uses:
        parts += [Single(f"{sheet.lower()}_{name}", f"{label}: {what.lower()}", "USD", f"{sheet}.{name}") for sheet, what in ASSETS]
    parts += [
        Single("uses", "Uses", "USD",
               "building_cost + equipment_cost + building_carry + equipment_carry + building_working_capital_funded + "
               "equipment_working_capital_funded"),
        *(Single(f"{sheet.lower()}_drawn", f"Senior loan: {what.lower()}", "USD", f"{sheet}.drawn") for sheet, what in ASSETS),
        Single("customer_money", "Brought by customers", "USD", "Equipment.customer_money"),
        Single("vendor_credit", "Lent by vendors", "USD", "Equipment.vendor_credit"),
        Single("owners", "Owners", "USD", "uses - building_drawn - equipment_drawn - customer_money - vendor_credit"),
        Single("owners_more", "Owners, later: refinancing gaps, equipment bought again, what the assets do not pay of their own cost",
               "USD",
               "Building.gap + Equipment.gap + Building.support + Equipment.support + Equipment.renewed"),
    ]  # fmt: skip
    return tuple(parts)


def _loans() -> tuple[Part, ...]:
    shown = (
        ("share", "Share of the cost lent", "share"), ("binding", "What limits it", "text"), ("facility", "Facility", "USD"),
        ("schedule_cover", "Cover of the schedule", "1"), ("gap", "Refinancing gap", "USD"),
        ("dscr", "Least cover over twelve months", "1"),
        ("dscr_average", "Average cover", "1"), ("llcr", "Loan life cover", "1"), ("plcr", "Project life cover", "1"),
        ("breach_date", "First breach", "date"),
    )  # fmt: skip
    return (
        Heading("Senior loan"),
        *(
            Single(f"{sheet.lower()}_{name}", f"{label}: {what.lower()}", unit, f"{sheet}.{name}")
            for name, label, unit in shown
            for sheet, what in ASSETS
        ),
    )


def _returns() -> tuple[Part, ...]:
    return (
        Heading("Returns"),
        *(
            Single(f"{s.lower()}_equity_irr", f"Owners' rate of return: {w.lower()}", "share", f"Returns.{s.lower()}_equity")
            for s, w in ASSETS
        ),
        *(
            Single(f"{s.lower()}_project_irr", f"Rate of return before debt: {w.lower()}", "share", f"Returns.{s.lower()}_project")
            for s, w in ASSETS
        ),
        *(Single(f"{s.lower()}_npv", f"Net present value to the owners: {w.lower()}", "USD", f"{s}.npv") for s, w in ASSETS),
        Single("npv", "Net present value to the owners: site", "USD", "building_npv + equipment_npv"),
        Text("Rates of return that do not exist, or of which there may be several, are told in words, never made up."),
    )
