"""Capacity of phases under lines: shares, first come, and how long it lasts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.quantity.schedule.cohort import at_month, first_come, served, shares, spans

ENDS = 30.0 * np.arange(1, 25)


def test_lines_share_a_site_by_stated_power_else_in_equal_parts() -> None:
    serves = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    found = shares(serves, np.array([100.0, 300.0, np.nan]))
    np.testing.assert_allclose(found, [[0.25, 0.75, 0.0], [0.0, 0.5, 0.5], [0.0, 0.0, 0.0]])


def test_every_phase_meets_every_line_of_its_site() -> None:
    phase, line = served(np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([0.0, 1.0, 0.0]))
    assert sorted(zip(phase.tolist(), line.tolist(), strict=True)) == [(0, 0), (1, 0), (1, 1), (2, 0)]


def test_a_full_line_takes_nothing_more() -> None:
    dates, power = np.array([[20.0, 50.0, 80.0, np.inf]]), np.full((1, 4), 100.0)
    taken = first_come(dates, power, np.zeros(4, dtype=np.intp), np.array([150.0]), ENDS)
    np.testing.assert_allclose(taken, [[1.0, 0.5, 0.0, 1.0]])


@given(st.lists(st.tuples(st.floats(0.0, 900.0), st.floats(1.0, 50.0)), min_size=1, max_size=8), st.floats(1.0, 200.0))
def test_what_is_taken_is_the_smaller_of_what_comes_and_what_fits(parts: list[tuple[float, float]], most: float) -> None:
    dates, power = (np.array([column]) for column in zip(*parts, strict=True))
    taken = power * first_come(dates, power, np.zeros(len(parts), dtype=np.intp), np.array([most]), ENDS)
    come = power[dates <= ENDS[-1]].sum()
    assert taken[dates <= ENDS[-1]].sum() == pytest.approx(min(come, most), rel=1e-6)


@given(st.floats(0.0, 600.0), st.floats(1.0, 600.0), st.floats(0.1, 1e3))
def test_what_starts_and_ends_is_there_at_month_ends_in_between(start: float, length: float, weight: float) -> None:
    found = spans(np.array([[start]]), np.array([[start + length]]), np.array([[weight]]), np.zeros(1), 1, ENDS)[0, 0]
    np.testing.assert_allclose(found, np.where((start <= ENDS) & (start + length > ENDS), weight, 0.0), atol=1e-9 * weight)


def test_what_ends_before_it_starts_is_never_there() -> None:
    found = spans(np.array([[100.0, np.inf, np.nan]]), np.array([[90.0, np.inf, 200.0]]), np.ones((1, 3)), np.zeros(3), 1, ENDS)
    np.testing.assert_array_equal(found, 0.0)


def test_a_series_is_read_at_the_month_of_a_date() -> None:
    series = np.arange(24.0)[None, :]
    np.testing.assert_array_equal(at_month(series, np.array([[-5.0, 30.0, 31.0, 1e9, np.inf]]), ENDS), [[0.0, 0.0, 1.0, 23.0, 23.0]])
