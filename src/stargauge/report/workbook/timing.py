"""The sheet of months: when each ends, its days, its year, the month that closes a tax year."""

from __future__ import annotations

from stargauge.report.workbook.parts import Heading, Row, Sheet, Single


def timing_sheet(months: int) -> Sheet:
    """Months from the first to the last over which assets are financed."""
    parts = (
        Heading("Months"),
        Row("number", "Month, counted from 1", "count", "number[t-1] + 1"),
        Row("month_end", "Month ends", "date", "EOMONTH(first_month, number[t] - 1)"),
        Row("days", "Days", "count", "DAY(month_end[t])", "sum"),
        Row("year", "Year", "count", "YEAR(month_end[t])"),
        Row("month_of_year", "Month of the year", "count", "MONTH(month_end[t])"),
        Row("quarter", "Quarter of the year", "count", "INT((MONTH(month_end[t]) + 2) / 3)"),
        Row("fiscal_year", "Fiscal year", "count", "YEAR(EDATE(month_end[t], 12 - fiscal_year_ends))"),
        Row("is_last", "Last month", "flag", "IF(number[t] = number_of_months, 1, 0)", look="flag"),
        Row("closes", "Closes a tax year", "flag", "IF(OR(MONTH(month_end[t]) = 12, is_last[t] = 1), 1, 0)", look="flag"),
        Row("months_of_year", "Months of the year on this sheet", "count", "COUNTIF(year[:], year[t])"),
        Row("quarter_key", "Quarter, counted from the first year", "count", "(year[t] - first_year) * 4 + quarter[t]"),
        Row("closes_quarter", "Closes a quarter", "flag", "IF(OR(MOD(MONTH(month_end[t]), 3) = 0, is_last[t] = 1), 1, 0)", look="flag"),
        Row(
            "closes_fiscal",
            "Closes a fiscal year",
            "flag",
            "IF(OR(MONTH(month_end[t]) = fiscal_year_ends, is_last[t] = 1), 1, 0)",
            look="flag",
        ),
        Heading("Ends"),
        Single("number_of_months", "Months", "count", "MAX(number[:])"),
        Single("first_year", "First year", "count", "MIN(year[:])"),
        Single("first_month_end", "First month ends", "date", "MIN(month_end[:])"),
        Single("last_month_end", "Last month ends", "date", "MAX(month_end[:])"),
    )
    return Sheet("Timing", "Timing", parts, months, (("Inputs", ""),), "One column per month; every sheet of months has the same columns.")
