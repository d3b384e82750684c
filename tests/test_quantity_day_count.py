"""Day counts against a published library's values and what must always hold."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.quantity.finance.day_count import CONVENTIONS, act_act_isda, bond_basis_30_360, calendar_of, us_30_360, year_start

DATES = st.dates(date(1950, 1, 1), date(2150, 12, 31))


def count(text: str | date) -> float:
    return float((date.fromisoformat(text) if isinstance(text, str) else text).toordinal())


def test_shares_equal_those_of_a_published_library(shared: Path) -> None:
    vectors = json.loads((shared / "facts" / "finance_vectors.json").read_text(encoding="utf-8"))["vectors"]
    vector = next(one for one in vectors if one["id"] == "daycount")
    rows = vector["expected"]["rows"]
    start, end = np.array([count(row["start"]) for row in rows]), np.array([count(row["end"]) for row in rows])
    for name, share in CONVENTIONS.items():
        np.testing.assert_allclose(share(start, end), [row[name] for row in rows], atol=vector["abs_tol"])


@given(DATES)
def test_the_calendar_is_that_of_python(when: date) -> None:
    at = calendar_of(count(when))
    assert (int(at.year), int(at.month), int(at.day)) == (when.year, when.month, when.day)
    assert float(year_start(when.year)) == count(date(when.year, 1, 1))


@given(DATES, DATES)
def test_actual_shares_of_a_span_turn_with_its_ends(start: date, end: date) -> None:
    for name in ("act360", "act365f", "actact_isda"):
        share = CONVENTIONS[name]
        assert float(share(count(start), count(end))) == pytest.approx(-float(share(count(end), count(start))), abs=1e-12)


@given(st.integers(1950, 2150), st.integers(1, 12), st.integers(1, 28), st.integers(0, 30))
def test_whole_years_are_whole_where_months_have_thirty_days(year: int, month: int, day: int, years: int) -> None:
    start, end = count(date(year, month, day)), count(date(year + years, month, day))
    assert float(bond_basis_30_360(start, end)) == years
    if (month, day) != (2, 28):
        assert float(us_30_360(start, end)) == years


@given(st.integers(1950, 2150))
def test_a_calendar_year_is_one(year: int) -> None:
    assert float(act_act_isda(count(date(year, 1, 1)), count(date(year + 1, 1, 1)))) == 1.0


def test_the_last_of_february_is_the_thirtieth_for_us_bonds() -> None:
    assert float(us_30_360(count("2025-02-28"), count("2025-03-31"))) == pytest.approx(30 / 360)
    assert float(bond_basis_30_360(count("2025-02-28"), count("2025-03-31"))) == pytest.approx(33 / 360)
    assert float(us_30_360(count("2024-02-28"), count("2024-03-28"))) == pytest.approx(30 / 360)  # not the last: a leap year


@given(DATES, st.integers(0, 20_000))
def test_more_days_are_never_less_interest(start: date, days: int) -> None:
    end = count(start) + days
    for share in CONVENTIONS.values():
        assert float(share(count(start), end)) <= float(share(count(start), count(start + timedelta(days + 1)))) + 1e-12


def test_a_day_that_never_comes_has_no_share() -> None:
    for share in CONVENTIONS.values():
        assert np.isnan(share(np.array([1.0, np.nan]), np.array([np.inf, 800_000.0]))).all()
