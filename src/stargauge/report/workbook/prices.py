"""The sheet of prices: the general price level of each month, and interest, from inputs by year or by point."""

from __future__ import annotations

from collections.abc import Sequence

from stargauge.report.workbook.parts import Heading, Part, Row, Sheet, Single


def prices_sheet(points: int, paths: Sequence[Part], months: int) -> Sheet:
    """Price level along points of a published index and a growth beyond them; other paths as they are given."""
    return Sheet("Prices", "Prices and rates of the month", (*_level(points), *paths), months, (("Timing", ""), ("Inputs", "")))


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
