"""Small closed forms of funding and uncertainty: cash paths, cost of capital, unit costs, reference classes, distributions, indices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stargauge.quantity.effects.sobol import golden_points, radial_points, sobol_indices
from stargauge.quantity.finance.capital_cost import weighted_capital_cost
from stargauge.quantity.finance.cash_path import cash_path, first_gap_period, peak_gap
from stargauge.quantity.finance.levelised_cost import per_million_tokens, per_sold_hour, yearly_capital
from stargauge.quantity.finance.single_owner import single_owner
from stargauge.quantity.schedule.crew_schedule import shortest_with_crews
from stargauge.quantity.schedule.network import by_latest_start, finish_with_crews, passes
from stargauge.quantity.statistics.beta_pert import BetaPert, beta_cdf
from stargauge.quantity.statistics.copula import kendall, spearman
from stargauge.quantity.statistics.reference_class import body_mean

MONEY = st.lists(st.floats(0.0, 100.0), min_size=1, max_size=24)


@given(MONEY, st.floats(0.0, 50.0), st.floats(0.0, 50.0))
def test_more_cash_at_the_start_never_means_a_larger_or_earlier_gap(outflow: list[float], opening: float, more: float) -> None:
    inflow = np.full(len(outflow), 20.0)
    less, plenty = (cash_path(cash, inflow, outflow) for cash in (opening, opening + more))
    assert peak_gap(plenty) <= peak_gap(less) + 1e-9
    assert np.isnan(first_gap_period(plenty)) or first_gap_period(plenty) >= first_gap_period(less)


def test_no_gap_has_no_period() -> None:
    path = cash_path([1.0, 1.0], np.ones((2, 3)), [[1.0, 1.0, 1.0], [1.0, 3.5, 1.0]])
    np.testing.assert_array_equal(peak_gap(path), [0.0, 1.5])
    np.testing.assert_array_equal(first_gap_period(path), [np.nan, 2.0])


def test_capital_costs_its_equity_rate_without_debt() -> None:
    assert weighted_capital_cost(5.0, 0.0, 0.12, 0.07, 0.21) == pytest.approx(0.12)
    assert weighted_capital_cost(0.0, 5.0, 0.12, 0.10, 0.21) == pytest.approx(0.079)


def test_capital_without_interest_is_repaid_by_its_life() -> None:
    assert yearly_capital([50.0, 150.0], [5.0, 15.0], 0.0) == pytest.approx(20.0)
    assert per_sold_hour(8760.0, 0.5) == 2.0
    assert per_million_tokens(3.6, 1000.0) == pytest.approx(1.0)


@given(st.floats(-0.5, 2.0), st.floats(0.01, 0.9), st.floats(0.5, 8.0))
def test_body_and_tail_make_the_mean(mean: float, share: float, tail: float) -> None:
    assert (1.0 - share) * body_mean(mean, share, tail) + share * tail == pytest.approx(mean, abs=1e-9)


def test_rank_correlations_are_those_of_normal_deviates() -> None:
    rng = np.random.default_rng(7)
    x, y = rng.multivariate_normal([0.0, 0.0], [[1.0, 0.6], [0.6, 1.0]], 40_000).T
    assert float(spearman(0.6)) == pytest.approx(stats.spearmanr(x, y).statistic, abs=0.02)
    assert float(kendall(0.6)) == pytest.approx(stats.kendalltau(x[:4000], y[:4000]).statistic, abs=0.03)


@given(st.floats(0.0, 1.0), st.floats(0.6, 12.0), st.floats(0.6, 12.0))
def test_the_beta_distribution_is_that_of_scipy(x: float, a: float, b: float) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-11)


@given(st.floats(0.0, 50.0), st.floats(0.1, 50.0), st.floats(0.0, 1.0), st.floats(0.01, 0.99))
def test_beta_pert_is_that_of_scipy(least: float, width: float, place: float, chance: float) -> None:
    made = BetaPert(least, least + place * width, least + width, 4.0)
    theirs = stats.beta(*made.shapes, loc=least, scale=width)
    assert made.mean == pytest.approx(theirs.mean()) and made.sd == pytest.approx(theirs.std())
    assert made.quantile(chance) == pytest.approx(theirs.ppf(chance), abs=1e-8 * width)


def test_indices_of_the_ishigami_function() -> None:
    """Analytic values for a = 7, b = 0.1 (Ishigami & Homma 1990)."""

    def function(u: np.ndarray) -> np.ndarray:
        x = (2.0 * u - 1.0) * np.pi
        return np.asarray(np.sin(x[..., 0]) + 7.0 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0]))

    found = sobol_indices(*(function(part) for part in radial_points(golden_points(4096, 6))))
    np.testing.assert_allclose(found.first, [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose(found.total, [0.5576, 0.4424, 0.2437], atol=0.02)
    assert (found.first_within > 0.0).all() and (found.total_within < 0.1).all()


def test_a_sum_has_the_same_first_and_total_indices_and_a_constant_none() -> None:
    a, b, mixed = radial_points(golden_points(2048, 4))
    weights = np.array([1.0, 2.0])
    found = sobol_indices(a @ weights, b @ weights, mixed @ weights)
    np.testing.assert_allclose(found.first, [0.2, 0.8], atol=0.02)
    np.testing.assert_allclose(found.total, [0.2, 0.8], atol=0.02)
    assert np.isnan(sobol_indices(np.ones(8), np.ones(8), np.ones((2, 8))).first).all()


def test_points_fill_the_cube_evenly() -> None:
    points = golden_points(4096, 6)
    assert (points >= 0.0).all() and (points < 1.0).all()
    np.testing.assert_allclose(points.mean(axis=0), 0.5, atol=2e-3)
    np.testing.assert_allclose(np.corrcoef(points.T), np.eye(6), atol=0.05)


def test_the_shortest_schedule_beats_a_rule_that_takes_the_wrong_job_first() -> None:
    """Two crews of one; the rule's order and the best one are tried against each other on many small networks."""
    rng = np.random.default_rng(5)
    shorter = 0
    for _ in range(60):
        count = 6
        before = [sorted({int(one) for one in rng.integers(0, place, rng.integers(0, 3))}) if place else [] for place in range(count)]
        lasts = [int(one) for one in rng.integers(1, 7, count)]
        crews = [[int(one)] for one in rng.integers(0, 3, count)]
        best, proved = shortest_with_crews(lasts, before, crews, [2])
        duration = np.array([lasts], dtype=float)
        rule = finish_with_crews(duration, before, crews, [2], by_latest_start(duration, before)).max()
        assert proved and passes(duration, before).end[0] <= best <= rule
        shorter += best < rule
    assert shorter > 0


def test_an_owner_whose_debt_is_capped_pays_the_rest() -> None:
    made = single_owner(
        100.0, np.full(10, 30.0), np.zeros(10), np.zeros(10), cover=1.3, tenor=8, debt_rate=0.06, tax_rate=0.2, most_debt=70.0
    )
    assert made.debt == 70.0 and made.equity == 30.0 and made.cover > 1.3
    assert made.balance[8] == pytest.approx(0.0, abs=1e-9)
    assert made.before_tax.sum() == pytest.approx(300.0 - 100.0 - made.interest.sum())
    with pytest.raises(ValueError, match="tenor is 11 years; expected 1 to 10"):
        single_owner(100.0, np.ones(10), np.zeros(10), np.zeros(10), cover=1.3, tenor=11, debt_rate=0.06, tax_rate=0.2)


def test_an_owner_without_cash_gets_no_debt() -> None:
    made = single_owner(100.0, np.zeros(5), np.ones(5), np.zeros(5), cover=1.3, tenor=4, debt_rate=0.06, tax_rate=0.2)
    assert made.debt == 0.0 and made.equity == 100.0 and np.isnan(made.cover) and np.isnan(made.rate_of_return())
