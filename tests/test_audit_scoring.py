"""Scores of forecasts agree with their definitions, and open cases count through their bound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.audit.backtest.scoring import base_rates, brier, coverage, crps, crps_open, interval, log_score
from stargauge.quantity.statistics.normal import normal_ppf

NORMAL = normal_ppf((np.arange(4000) + 0.5) / 4000)


def test_crps_of_a_normal_forecast_is_the_published_one() -> None:
    # Gneiting and Raftery (2007), eq. 5: for the standard normal and an outcome of 0 it is 2 phi(0) - 1 / sqrt(pi)
    assert crps(NORMAL, 0.0) == pytest.approx(2 / np.sqrt(2 * np.pi) - 1 / np.sqrt(np.pi), abs=1e-3)


@given(st.floats(-500, 500), st.floats(-500, 500))
def test_a_single_value_scores_its_error(said: float, happened: float) -> None:
    assert crps(np.array([said]), happened) == pytest.approx(abs(said - happened))
    assert crps_open(np.array([said]), happened) == pytest.approx(max(0.0, happened - said))


@given(st.lists(st.floats(0, 1000), min_size=2, max_size=30), st.floats(0, 1200))
def test_an_open_case_scores_at_most_what_any_later_outcome_would(values: list[float], bound: float) -> None:
    forecast = np.array(values)
    assert crps_open(forecast, bound) <= crps(forecast, bound) + 1e-9
    edges = np.linspace(min(0.0, bound), bound, 20001)
    share = np.searchsorted(np.sort(forecast), edges, side="right") / len(forecast)
    assert crps_open(forecast, bound) == pytest.approx(np.trapezoid(share**2, edges), abs=0.2)


def test_coverage_counts_open_cases_through_their_bound() -> None:
    rng = np.random.default_rng(1)
    places, bound = rng.random(20000), rng.random(20000)
    happened = places <= bound
    assert coverage(np.minimum(places, bound), happened) == pytest.approx(0.8, abs=0.03)
    plain = np.array([0.05, 0.1, 0.5, 0.9, 0.95])
    assert coverage(plain, np.ones(5, dtype=bool)) == pytest.approx(3 / 5)
    assert np.isnan(coverage(np.array([]), np.array([], dtype=bool)))


def test_odds_are_scored_against_the_rate_of_all_others() -> None:
    happened = np.array([True, False, False, False])
    np.testing.assert_allclose(base_rates(happened), [0.0, 1 / 3, 1 / 3, 1 / 3])
    assert brier(np.array([1.0, 0.0, 0.0, 0.5]), happened) == pytest.approx(0.0625)
    assert log_score(np.array([0.5, 0.5, 0.5, 0.5]), happened) == pytest.approx(np.log(2))
    assert log_score(np.array([0.0, 0.0, 0.0, 0.0]), happened) == pytest.approx(-np.log(0.01) / 4 - 3 * np.log(0.99) / 4)


def test_cases_of_one_cluster_are_drawn_together() -> None:
    values = np.array([0.0] * 50 + [1.0] * 50)
    two = interval(lambda rows: float(np.mean(values[rows])), ["a"] * 50 + ["b"] * 50)
    many = interval(lambda rows: float(np.mean(values[rows])), [str(i) for i in range(100)])
    assert two == (0.0, 1.0) and 0.35 < many[0] < 0.5 < many[1] < 0.65
    assert np.isnan(interval(lambda rows: 0.0, ["a", "a"])).all()
