"""The sheet of prices: the general price level of each month, and interest, from inputs by year or by point."""

from __future__ import annotations

from collections.abc import Sequence

from stargauge.report.workbook.parts import Heading, Part, Row, Sheet, Single


def prices_sheet(points: int, years: Sequence[int], months: int) -> Sheet:
    """Price level along points of a published index; rent of computing and base rate of interest along levels by the end of each year."""
    parts = (*_level(points), *_between(years), *_markets(years))
    return Sheet("Prices", "Prices and rates of the month", parts, months, (("Timing", ""), ("Inputs", "")))


def _between(years: Sequence[int]) -> tuple[Part, ...]:
    """Where a month stands between the levels of two ends of years; before the knowledge date nothing moves."""
    if not years:
        return ()
    before = "DATE(year[t] - 1, 12, 31)"
    return (
        Heading("Between the ends of two years", "Levels stand still until the knowledge date and then move in a straight line."),
        Single("level_year", "First year with a level at its end", "count", "YEAR(known_date + 1)"),
        Single("level_year_last", "Last year", "count", "MAX(year[:])"),
        Row("year_place", "Place of the level at the end of the year", "count",
            "MAX(1, MIN(year[t], level_year_last) - level_year + 1)"),
        Row("opens", "Level before: day", "date", f"IF(AND(year_place[t] > 1, {before} > known_date), {before}, known_date)"),
        Row("passed", "Share of the way to the end of the year", "share",
            "IF(month_end[t] <= known_date, 0, (month_end[t] - opens[t]) / (DATE(year[t], 12, 31) - opens[t]))"),
    )  # fmt: skip


def _level_at(name: str, years: Sequence[int], place: str, known: str) -> str:
    return f"IF({place} < 1, {known}, INDEX({name}_{years[0]}::{name}_{years[-1]}, MAX(1, {place})))"


def _markets(years: Sequence[int]) -> tuple[Part, ...]:
    if not years:
        return (
            Heading("Markets"),
            Row("market_rent", "Rent of an H100 hour", "USD/h", "market_rent_known + 0 * days[t]"),
            Row("base_rate", "Base rate of interest", "1/year", "MAX(0, base_rate_known + 0 * days[t])"),
            Single("swap_rate", "Swap rate at close", "1/year", "base_rate_long_run + swap_premium"),
        )
    before = "year_place[t] - 1"
    rent, rent_before = (
        _level_at("market_rent", years, "year_place[t]", "market_rent_known"),
        _level_at("market_rent", years, before, "market_rent_known"),
    )
    base, base_before = (
        _level_at("base_rate", years, "year_place[t]", "base_rate_known"),
        _level_at("base_rate", years, before, "base_rate_known"),
    )
    return (
        Heading("Markets"),
        Row("market_rent_before", "Rent of an H100 hour, level before", "USD/h", rent_before),
        Row("market_rent_end", "Rent of an H100 hour, level at the end of the year", "USD/h", rent),
        Row("market_rent", "Rent of an H100 hour", "USD/h",
            "EXP(LN(market_rent_before[t]) + passed[t] * (LN(market_rent_end[t]) - LN(market_rent_before[t])))"),
        Row("base_rate_before", "Base rate, level before", "1/year", base_before),
        Row("base_rate_end", "Base rate, level at the end of the year", "1/year", base),
        Row("base_rate", "Base rate of interest", "1/year",
            "MAX(0, base_rate_before[t] + passed[t] * (base_rate_end[t] - base_rate_before[t]))"),
        Single("swap_rate", "Swap rate at close", "1/year", "base_rate_long_run + swap_premium"),
    )  # fmt: skip


def _level(points: int) -> tuple[Part, ...]:
    growth = "LN(1 + inflation) / days_of_year"
    if not points:
        return (
            Heading("General price level"),
            Row("price_level", "Price level, 1 at the price date", "1", f"EXP({growth} * (month_end[t] - price_date))"),
        )
    dates, logs = f"price_point_date_1::price_point_date_{points}", f"price_log_1::price_log_{points}"
    first, last = "price_point_date_1", f"price_point_date_{points}"

    def path(day: str) -> str:
        place = f"MATCH({day}, {dates}, 1)"
        inside = (
            f"INDEX({logs}, {place}) + (INDEX({logs}, {place} + 1) - INDEX({logs}, {place})) * ({day} - INDEX({dates}, {place}))"
            f" / (INDEX({dates}, {place} + 1) - INDEX({dates}, {place}))"
        )
        return (
            f"IF({day} <= {first}, price_log_1 - {growth} * ({first} - {day}),"
            f" IF({day} >= {last}, price_log_{points} + {growth} * ({day} - {last}), {inside}))"
        )

    return (
        Heading("General price level", "Straight in logarithms between the published points, one growth beyond them."),
        *(Single(f"price_log_{n}", f"Logarithm of the index, point {n}", "1", f"LN(price_point_{n})") for n in range(1, points + 1)),
        Row("price_path", "Logarithm of the price level", "1", path("month_end[t]")),
        Single("price_path_then", "at the price date", "1", path("price_date")),
        Row("price_level", "Price level, 1 at the price date", "1", "EXP(price_path[t] - price_path_then)"),
    )
