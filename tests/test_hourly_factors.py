"""A user's factors of the grid by the hour: units, hours, and what is refused with its line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from stargauge.catalogue.hourly_factors import read_hourly_factors
from stargauge.quantity.errors import InputError
from stargauge.quantity.weather.weather import YEAR_HOURS

Write = Callable[[list[str]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def made(lines: list[str]) -> Path:
        file = tmp_path / "factors.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        return file

    return made


def rows(first: int = 0) -> list[str]:
    return [f"{at + first},{400 + at % 3}" for at in range(YEAR_HOURS)]


def refused(file: Path) -> list[tuple[int, str]]:
    with pytest.raises(InputError) as caught:
        read_hourly_factors(file)
    return [(fault.line, fault.message) for fault in caught.value.faults]


def test_units_of_the_header_are_taken_and_what_is_not_there_is_absent(write: Write) -> None:
    made = read_hourly_factors(write(["hour,average (lb/MWh),upstream_water", *(f"{at},1000,2" for at in range(YEAR_HOURS))]))
    assert made.average is not None and made.average[0] == pytest.approx(0.45359237)
    assert made.upstream_water is not None and made.upstream_water[-1] == pytest.approx(0.002)
    assert made.marginal is None


@pytest.mark.parametrize("first", [0, 1])
def test_hours_count_from_nought_or_one(write: Write, first: int) -> None:
    made = read_hourly_factors(write(["hour,average", *rows(first)]))
    assert made.average is not None and made.average[1] == pytest.approx(0.401)


def test_times_of_a_year_are_taken_whatever_the_year(write: Write) -> None:
    start = datetime(2025, 1, 1)
    made = read_hourly_factors(write(["time,marginal", *(f"{start + timedelta(hours=at)},500" for at in range(YEAR_HOURS))]))
    assert made.marginal is not None and len(made.marginal) == YEAR_HOURS


def test_a_gap_is_told_with_its_line(write: Write) -> None:
    lines = rows()
    del lines[100]
    faults = refused(write(["hour,average", *lines]))
    assert faults[0][0] == 102 and "hour 101 comes 1 too early: hours before it are missing; expected hour 100" in faults[0][1]
    assert "8,759 rows; expected 8,760" in faults[-1][1]


def test_an_hour_that_stands_twice_is_told(write: Write) -> None:
    lines = rows()
    lines[7] = lines[6]
    assert any(line == 9 and "stands twice or out of order" in told for line, told in refused(write(["hour,average", *lines])))


def test_29_february_is_refused_once_with_its_line(write: Write) -> None:
    start = datetime(2028, 1, 1)
    faults = refused(write(["time,average", *(f"{start + timedelta(hours=at)},500" for at in range(YEAR_HOURS + 24))]))
    assert len(faults) == 1 and faults[0][0] == 59 * 24 + 2 and "29 February" in faults[0][1]


def test_a_leap_year_of_counted_hours_says_what_to_leave_out(write: Write) -> None:
    faults = refused(write(["hour,average", *(f"{at},1" for at in range(YEAR_HOURS + 24))]))
    assert "leave 29 February out" in faults[-1][1]


def test_negative_and_absent_values_are_told_with_their_lines(write: Write) -> None:
    lines = rows()
    lines[3], lines[4] = "3,-1", "4,"
    faults = refused(write(["hour,average", *lines]))
    assert [line for line, _ in faults] == [5, 6] and "not negative" in faults[0][1] and "expected a number in every hour" in faults[1][1]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("hour,avarage", 'unknown column "avarage"; did you mean "average"'),
        ("hour", "no factor; expected one or more of the columns average, marginal, upstream_water"),
        ("average", 'expected one column "hour"'),
        ("hour,average (MW)", 'column "average (MW)"'),
    ],
)
def test_columns_are_told(write: Write, header: str, told: str) -> None:
    faults = refused(write([header, ",".join("0" for _ in header.split(","))]))
    assert any(line == 1 and told in message for line, message in faults), faults


def test_times_with_an_offset_are_refused(write: Write) -> None:
    assert "local standard time" in refused(write(["time,average", "2028-01-01T00:00+01:00,1"]))[0][1]
