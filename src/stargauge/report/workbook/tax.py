"""Tax depreciation by year: what is placed in service, its bonus, the convention of the year, and the tables by age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stargauge.report.workbook.parts import USD, Heading, Part, Path, Row, Sheet, Single, sheet_in

_QUARTERS = (1, 2, 3, 4)
_MONTHS = range(1, 13)


def service_parts() -> tuple[Part, ...]:
    """On the sheet of an asset: cost placed in service by month, and the share of it deducted at once."""
    return (
        Heading("Placed in service: the basis of tax depreciation"),
        Row("begins_later", "Share that begins to run in this month or later", "1", "begins_later[t+1] + begins[t]"),
        Row("unplaced_before", "Cost not placed in service before this month's", USD, "unplaced[t-1] + cost[t] - given_up[t]"),
        Row("placed_first", "Placed in service", USD,
            "unplaced_before[t] * IF(begins_later[t] > 0, begins[t], IF(MAX(begins[:]) > 0, 1, 0))", "sum"),
        Row("unplaced", "Cost not placed in service yet", USD, "unplaced_before[t] - placed_first[t]", "last"),
    )  # fmt: skip


def bonus_parts(equipment: bool, years: tuple[int, int], first: str, last: str) -> tuple[Part, ...]:
    """Placed in service with renewals, and the part of it deducted at once by contract and by date. `first`, `last`: keys of phases."""
    begun = f"Phases.pays_first_{first}::Phases.pays_first_{last}" if equipment else f"start_{first}::start_{last}"
    what = "first payment" if equipment else "first start of work"
    again = " + renewal[t]" if equipment else ""
    return (
        Row("placed", "Placed in service, with equipment bought again" if equipment else "Placed in service, all", USD,
            f"placed_first[t]{again}", "sum"),
        Single("bound", "Bound by contract on", "date",
               f"IF(ISNUMBER(bound_date), bound_date, IF(COUNT({begun}) > 0, MIN({begun}), last_month_end + far))",
               f"a contract nobody dated counts from the {what}"),
        Row("bonus", "Share deducted at once", "share",
            "IF(AND(month_end[t] > bonus_after, bound > bonus_after), bonus_rate,"
            f" INDEX(bonus_earlier_{years[0]}::bonus_earlier_{years[1]}, year[t] - first_year + 1))"),
        Row("early", "Deducted at once", USD, "placed[t] * bonus[t]", "sum"),
        Row("recovered", "Left to the tables", USD, "placed[t] - early[t]", "sum"),
    )  # fmt: skip


def tables_sheet(tables: Mapping[str, tuple[str, Sequence[float]]], ages: int) -> Sheet:
    """Shares of the cost by year from the one placed in service, as the law has them."""
    parts: tuple[Part, ...] = (
        Heading("Shares of the cost deducted, by year of age"),
        Row("age", "Year of age", "count", "age[t-1] + 1"),
        *(Path(name, label, "share", values, "IRS Publication 946, by way of the catalogue") for name, (label, values) in tables.items()),
    )
    return Sheet(
        "TaxTables",
        "Tax tables",
        parts,
        ages,
        (),
        "The law's tables; blue, so that another law can be tried.",
        (("Year of age", "count", "age[t]"),),
    )


def tax_sheet(site: str, years: int) -> Sheet:
    """Depreciation of each asset by calendar year."""
    parts = (
        Heading("Years"),
        Row("count", "Year, counted from 1", "count", "count[t-1] + 1"),
        Row("year", "Year", "count", "first_year + count[t] - 1"),
        Row("year_end", "Year ends", "date", "DATE(year[t], 12, 31)"),
        *_equipment(),
        Heading("Parts of the building"),
        Single(
            "site_works_share",
            "Site works and generation",
            "share",
            "IF(Phases.building_unit_cost > 0, (cost_site + cost_generation) / Phases.building_unit_cost, 0)",
            "that generation counts with site works is an assumption",
        ),
        Single(
            "land_share", "Land, never depreciated", "share", "IF(Phases.building_unit_cost > 0, cost_land / Phases.building_unit_cost, 0)"
        ),
        *_building(),
        *_on_profit("equipment", "Equipment"),
        *_on_profit("building", "Building"),
    )
    return Sheet(
        sheet_in(site, "Tax"),
        "Tax depreciation by year",
        parts,
        years,
        (("Timing", ""), ("Inputs", "")),
        "",
        (("Year ends", "date", "year_end[t]"), ("Year", "count", "year[t]")),
    )


def _in_year(sheet: str, row: str, more: str = "") -> str:
    return f"SUMIFS({sheet}.{row}[:], Timing.year[:], year[t]{more})"


def _by_age(row: str, table: str) -> str:
    """Deductions of a year: what was placed in service in each year so far times the share of the table by its age."""
    return f"SUMPRODUCT({row}[..t], SUMIF(TaxTables.age[:], count[t] - count[..t] + 1, TaxTables.{table}[:]))"


def _conventions(asset: str, sheet: str, period: str, basis: str) -> tuple[Part, ...]:
    """Property with conventions: half-year, or the quarters where too much comes in the last one."""
    rows: list[Part] = [
        Row(f"{asset}_placed", "Placed in service", USD, _in_year(sheet, "placed"), "sum"),
        Row(f"{asset}_placed_last", "of which in the last quarter", USD, _in_year(sheet, "placed", ", Timing.quarter[:], 4"), "sum"),
        Row(
            f"{asset}_late",
            "Quarters count",
            "flag",
            f"IF({asset}_placed_last[t] > late_share_most * {asset}_placed[t], 1, 0)",
            look="flag",
        ),
        Row(f"{asset}_half", "By the half-year", USD, f"(1 - {asset}_late[t]) * {_in_year(sheet, 'recovered')}{basis}", "sum"),
    ]
    for quarter in _QUARTERS:
        inside = _in_year(sheet, "recovered", f", Timing.quarter[:], {quarter}")
        rows.append(Row(f"{asset}_quarter_{quarter}", f"By quarter {quarter}", USD, f"{asset}_late[t] * {inside}{basis}", "sum"))
    rows.append(Row(f"{asset}_at_once", "Deducted at once", USD, f"{_in_year(sheet, 'early')}{basis}", "sum"))
    rows.append(Row(f"{asset}_by_half", "Deducted by the half-year table", USD, _by_age(f"{asset}_half", f"{period}_half_year"), "sum"))
    rows += [
        Row(
            f"{asset}_by_{q}", f"Deducted by the table of quarter {q}", USD, _by_age(f"{asset}_quarter_{q}", f"{period}_quarter_{q}"), "sum"
        )
        for q in _QUARTERS
    ]
    return tuple(rows)


def _sum(asset: str) -> str:
    return " + ".join(f"{asset}_{row}[t]" for row in ("at_once", "by_half", *(f"by_{quarter}" for quarter in _QUARTERS)))


def _equipment() -> tuple[Part, ...]:
    return (
        Heading("Equipment: five years"),
        *_conventions("equipment", "Equipment", "five", ""),
        Row("equipment_deduction", "Tax depreciation of the equipment", USD, _sum("equipment"), "sum"),
    )


def _building() -> tuple[Part, ...]:
    rows: list[Part] = [
        Heading("Building: site works and generation, fifteen years"),
        *_conventions("building", "Building", "fifteen", " * site_works_share"),
        Heading("Building: shell, power, cooling and soft cost, by the month placed in service"),
    ]
    for month in _MONTHS:
        inside = _in_year("Building", "placed", f", Timing.month_of_year[:], {month}")
        rows.append(Row(f"rest_{month}", f"Placed in month {month}", USD, f"(1 - site_works_share - land_share) * {inside}", "sum"))
    rows += [
        Row(f"rest_by_{m}", f"Deducted by the table of month {m}", USD, _by_age(f"rest_{m}", f"building_month_{m}"), "sum") for m in _MONTHS
    ]
    rest = "SUM(rest_by_1[t]::rest_by_12[t])"
    rows.append(Row("building_deduction", "Tax depreciation of the building", USD, f"{_sum('building')} + {rest}", "sum"))
    return tuple(rows)


def _on_profit(asset: str, sheet: str) -> tuple[Part, ...]:
    """Tax of each year on profit after depreciation, losses carried forward: as it comes, and as a lender counts it without debt."""
    kinds = (("", "profit", "as it comes"), ("secured_", "secured", "as the lender counts it, without debt"))
    rows: list[Part] = []
    for kind, row, label in kinds:
        key = f"{asset}_{kind}"
        rows += [
            Heading(f"{sheet}: tax on the profit, {label}"),
            Row(f"{key}profit", "Profit after depreciation", USD, f"{_in_year(sheet, row)} - {asset}_deduction[t]", "sum"),
            Row(f"{key}losses_used", "Losses of earlier years used", USD, f"MIN({key}losses[t-1], MAX(0, {key}profit[t]))", "sum"),
            Row(f"{key}losses", "Losses carried forward", USD, f"{key}losses[t-1] + MAX(0, -{key}profit[t]) - {key}losses_used[t]", "last"),
            Row(f"{key}tax", "Tax", USD, f"tax_rate * (MAX(0, {key}profit[t]) - {key}losses_used[t])", "sum"),
        ]
    return tuple(rows)
