"""The year that hourly calculations count by: one source of its hours and of the lengths of its months."""

from __future__ import annotations

import calendar
import re
from pathlib import Path

from stargauge.quantity.power.hourly import MONTH_DAYS, MONTH_ENDS
from stargauge.quantity.weather.weather import YEAR_HOURS

SOURCES = Path(__file__).parents[1] / "src" / "stargauge"
#: Where they are written down.
HELD = {"quantity/power/hourly.py", "quantity/weather/weather.py"}


def test_it_is_a_year_without_a_leap_day() -> None:
    assert tuple(calendar.monthrange(2027, month)[1] for month in range(1, 13)) == MONTH_DAYS
    assert MONTH_ENDS[-1] == 24 * sum(MONTH_DAYS) == YEAR_HOURS


def test_no_module_writes_it_down_again() -> None:
    literal = re.compile(r"31, 28(\.0)?, 31|(?<![\w.,])8_?760(\.0)?(?![\w,])")
    wrong = []
    for path in sorted(SOURCES.rglob("*.py")):
        code = re.sub(r'"""(?s:.*?)"""|#.*', "", path.read_text(encoding="utf-8"))
        if literal.search(code) and str(path.relative_to(SOURCES)) not in HELD:
            wrong.append(str(path.relative_to(SOURCES)))
    assert wrong == []
