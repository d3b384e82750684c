"""Inputs of a workbook as plain data, and those that are one number of the model, in groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from stargauge.quantity.quantity import ASSETS
from stargauge.quantity.statement import Estimate

#: Day counts of the model less those of a spreadsheet, in which 1 January 1900 is day 1 and 1900 has a 29 February.
SPREADSHEET_DAYS = date(1899, 12, 30).toordinal()
#: Days of a year and a month as the model counts them, and of a month of a kilowatt, in W d.
YEAR_DAYS, _MONTH = 365.25, 365.25 / 12.0
KILOWATT_MONTH = 1000.0 * _MONTH


@dataclass(frozen=True)
class Plain:
    """An input that is one number of the model, in a unit that people read: `value * factor`."""

    name: str
    label: str
    unit: str
    quantity: str
    factor: float = 1.0
    asset: str = ""
    group: str = ""


def input_group(title: str, inputs: Sequence[dict[str, Any]], note: str = "") -> dict[str, Any]:
    """Inputs under one title, as plain data."""
    return {"title": title, "note": note, "inputs": list(inputs)}


def labels_text(labels: Sequence[str]) -> str:
    """Labels as they stand in an address: `[abilene, oracle]`; empty where there are none."""
    return f"[{', '.join(labels)}]" if labels else ""


def entry(name: str, label: str, unit: str, value: float, said: Estimate | None, address: str, note: str = "") -> dict[str, Any]:
    """One input as plain data; a day that never comes is `never`, a value nobody stated is `none`."""
    shown: float | str = float(value)
    if value != value:
        shown = "none"
    elif np.isinf(value) or (unit == "date" and value > date.max.toordinal()):
        shown = "never"
    elif unit == "date":
        shown = float(value) - SPREADSHEET_DAYS
    newest = said.statements[0] if said is not None and said.statements else None
    kind = said.kind if said is not None else "computed" if address else "convention"
    words = {
        "source": newest.source if newest is not None else "computed by the model" if kind == "computed" else "",
        "status": ", ".join(filter(None, (kind, newest.status if newest is not None else ""))),
        "grade": (newest.grade or "") if newest is not None else "",
        "as_of": str(newest.as_of) if newest is not None and newest.as_of is not None else "",
        "published": str(newest.published) if newest is not None and newest.published is not None else "",
        "path": newest.path if newest is not None else "",
        "note": note or "; ".join(filter(None, (newest.note if newest is not None else said.note if said is not None else "",
                                                f"stargauge explain '{address}'" if address else ""))),
    }  # fmt: skip
    return {"name": name, "label": label, "unit": unit, "value": shown, "shared": False, **words}


def shared_inputs(inputs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Inputs that are one number for every site of a programme."""
    return [{**one, "shared": True} for one in inputs]


def conventions(first_month: float) -> list[dict[str, Any]]:
    """Day counts and thresholds of the model, which every workbook holds; `first_month`: the day on which its first month ends."""
    fixed = (
        ("days_of_loan_year", "Days of a year in which loans accrue", "d", 360.0, "actual days over 360"),
        ("days_of_year", "Days of a year", "d", YEAR_DAYS, "mean Gregorian year of 365.25 days"),
        ("days_of_month", "Days of a month", "d", _MONTH, "a twelfth of it"),
        ("days_of_year_return", "Days of a year in which returns are discounted", "d", 365.0, "as spreadsheets do for dated flows"),
        ("hours_per_day", "Hours of a day", "h", 24.0, ""),
        ("watts_per_kilowatt", "W of a kW", "W/kW", 1000.0, ""),
        ("fiscal_year_ends", "Month in which the fiscal year ends", "count", 5.0, "only for the sheet of fiscal years; May is Oracle's"),
        ("rounding", "Share below which a number counts as nought", "ratio", 1e-9, ""),
        ("rounding_of_sums", "Share of a debt's value below which what income is left is rounding", "ratio", 1e-12, ""),
        ("months_to_cure", "Month ends on end at which service may be late before that is a breach", "count", 3.0, ""),
        ("arrears_that_count", "Share of the largest service above which arrears are a breach", "ratio", 1e-6, ""),
        ("lowest_return", "Lowest rate of return that is looked for", "ratio", -0.99, ""),
        ("highest_return", "Highest rate of return that is looked for", "ratio", 1000.0, ""),
        ("far", "Days that stand for never", "d", 1e6, ""),
        ("most_renewals", "Renewals of equipment that are counted", "count", 8.0, ""),
        ("share_that_counts", "Share of a total of the run below which a difference is rounding", "ratio", 1e-11, ""),
        ("tolerance", "Difference that a check allows, USD", "ratio", 0.005, "half a cent"),
    )
    first = entry("first_month", "First month ends", "date", first_month, None, "", "the programme's start")
    return [first, *(entry(name, label, unit, value, None, "", note) for name, label, unit, value, note in fixed)]


def _in(group: str, *many: Plain) -> list[Plain]:
    return [replace(one, group=group) for one in many]


def plain() -> list[Plain]:
    """Inputs that are one number of the model, in groups."""
    out = _in(
        "prices",
        Plain("known_date", "Knowledge date, from which markets move", "date", "known_date"),
        Plain("price_date", "Price date: the middle of the price year", "date", "price_date"),
        Plain("inflation", "Rise of prices per year beyond the published index", "share", "inflation_assumed"),
        Plain("swap_premium", "Swap rate over the long-run base rate", "1/year", "swap_premium"),
        Plain("base_rate_long_run", "Long-run base rate, for the swap", "1/year", "base_rate_long_run"),
        Plain("hedge_share", "Share of floating debt swapped into a fixed rate", "share", "hedge_share"),
    )
    out += _in(
        "cost",
        Plain("reference_equipment_unit_cost", "Cost of equipment per W of IT power, at the price date", "USD/W", "equipment_unit_cost"),
        Plain(
            "building_price_drift",
            "Drift of building prices per year (logarithm), beyond general prices",
            "1/year",
            "construction_price_drift",
        ),
        Plain("equipment_price_drift", "Drift of it per year (logarithm)", "1/year", "equipment_price_drift"),
        Plain("middle_share", "Share of construction paid in the middle third of the time", "share", "construction_middle_share"),
        Plain("payment_lead", "Equipment is paid from so many days before power is on", "d", "equipment_payment_lead"),
        Plain("equipment_life", "Economic life of equipment", "months", "accelerator_life", 1.0 / _MONTH),
        Plain("building_life", "Economic life of the building", "years", "building_life", 1.0 / YEAR_DAYS),
    )
    out += _in(
        "lease",
        Plain("campus_asking_rent", "Asking rent of small leases, at the price date", "USD/kW-month", "lease_rent", KILOWATT_MONTH),
        Plain("campus_ratio", "Rent of a whole campus over it", "share", "lease_campus_ratio"),
        Plain("relet_gap", "Days until an empty hall is let again", "d", "relet_gap"),
        Plain("relet_ratio", "Rent of a hall let again over that of a new one", "share", "relet_ratio"),
        Plain("damages_share", "Delay damages of a day over the day's rent", "1", "delay_damages_share"),
        Plain("damages_cap", "Days of delay paid at most", "d", "delay_damages_cap"),
        Plain("management_share", "Cost of management over the rent", "share", "building_management_share"),
    )
    out += _in(
        "compute",
        Plain("used_share", "Share of contracted computing power that is used", "share", "contract_used_share"),
        Plain("own_use", "Share of the site's computing power for own use", "share", "own_use"),
        Plain("hours_sold_share", "Share of the hours that the market buys", "share", "hours_sold_share"),
        Plain("rent_drift", "Drift of the market's rent per year (logarithm)", "1/year", "accelerator_rent_drift"),
    )
    out += _in(
        "running",
        Plain("maintenance_building", "Upkeep of the building per year over its cost", "share", "maintenance_share_building"),
        Plain("maintenance_equipment", "Upkeep of the equipment per year over its cost", "share", "maintenance_share_equipment"),
        Plain("insurance_share", "Insurance per year over the cost of the building", "share", "insurance_share"),
        Plain("property_tax_share", "Property tax per year over the cost of the building", "share", "property_tax_share"),
    )
    for asset in ASSETS:
        out += _in(
            f"loan {asset}",
            Plain(f"{asset}_cover_required", "Cover that lenders ask", "1", "dscr_required", asset=asset),
            Plain(f"{asset}_upfront_fee", "Upfront fee of the facility", "share", "upfront_fee", asset=asset),
            Plain(f"{asset}_commitment_fee", "Commitment fee per year of what is undrawn", "1/year", "commitment_fee", asset=asset),
            Plain(f"{asset}_repayment_months", "Repaid over, from the last operation", "months", "loan_repayment", 1.0 / _MONTH, asset),
            Plain(f"{asset}_maturity_months", "Falls due after, from the first draw", "months", "loan_maturity", 1.0 / _MONTH, asset),
            Plain(f"{asset}_extension_months", "Extended by at most", "months", "loan_extension", 1.0 / _MONTH, asset),
            Plain(f"{asset}_market_spread", "Spread of the market over the base rate", "1/year", "debt_spread", asset=asset),
            Plain(f"{asset}_refinancing_margin", "Margin over both once lent anew", "1/year", "refinancing_margin", asset=asset),
            Plain(f"{asset}_lock_up", "Cover below which owners are paid nothing", "1", "lock_up_cover", asset=asset),
            Plain(f"{asset}_reserve_months", "Debt service reserve", "months", "reserve_span", 1.0 / _MONTH, asset),
            Plain(f"{asset}_cover_default", "Cover below which the loan is in breach", "1", "dscr_default", asset=asset),
        )
    out += _in(
        "owners",
        Plain("vendor_rate", "Interest of vendors per year", "1/year", "vendor_rate"),
        Plain("vendor_term", "Vendors are repaid over", "months", "vendor_term", 1.0 / _MONTH),
        Plain("building_book_life", "Book life of the building", "months", "building_life_book", 1.0 / _MONTH),
        Plain("equipment_book_life", "Book life of equipment", "months", "equipment_life_book", 1.0 / _MONTH),
        Plain("receivable_days", "Days until customers pay", "d", "receivable_days"),
        Plain("tax_rate", "Tax on profit", "share", "income_tax_rate"),
        Plain("discount_rate", "Return that equity asks per year", "1/year", "discount_rate"),
        Plain("bonus_rate", "Share deducted at once", "share", "bonus_rate"),
        Plain("bonus_after", "Contract and service must come after", "date", "bonus_after"),
        Plain("late_share_most", "Quarters count above this share of the year in its last quarter", "share", "late_share_most"),
    )
    return out
