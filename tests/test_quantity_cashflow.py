"""Rates and values of flows against spreadsheet functions, polynomial roots, and what must always hold."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.polynomial import polynomial

from stargauge.quantity.finance import cashflow
from stargauge.quantity.finance.cashflow import HIGH, LOW, internal_rate, internal_rates, present_value

CENTS = st.integers(-10_000, 10_000).map(lambda cents: cents / 100.0)


def case(shared: Path, name: str) -> tuple[dict[str, Any], dict[str, Any], float]:
    vectors = json.loads((shared / "facts" / "finance_vectors.json").read_text(encoding="utf-8"))["vectors"]
    vector = next(one for one in vectors if one["id"] == name)
    return vector["inputs"], vector["expected"], vector["abs_tol"]


def days(dates: list[str]) -> np.ndarray:
    return np.array([date.fromisoformat(one).toordinal() for one in dates], dtype=float)


def found(flows: object, times: object = None) -> list[float]:
    """The rates of one series."""
    rates = internal_rates(flows, times)  # type: ignore[arg-type]
    assert int(rates.number) == np.isfinite(rates.rates).sum()
    return [float(one) for one in rates.rates if np.isfinite(one)]


def with_rates(*rates: float) -> np.ndarray:
    """Flows that are worth nothing at these rates and, in reals, at no others: the product of 1 - (1 + r) w in w = 1 / (1 + rate)."""
    flows = np.array([1.0])
    for rate in rates:
        flows = polynomial.polymul(flows, [-1.0, 1.0 + rate])
    return flows


# --- published values -------------------------------------------------------------------------------------------------------------


def test_rate_of_dated_flows_equals_the_spreadsheet_function(shared: Path) -> None:
    given_, expected, tolerance = case(shared, "xirr_ms")
    rate = internal_rate(given_["amounts"], cashflow.dated(days(given_["dates"])))
    assert rate == pytest.approx(expected["xirr"], abs=tolerance)


def test_value_of_dated_flows_equals_the_spreadsheet_function(shared: Path) -> None:
    given_, expected, tolerance = case(shared, "xnpv_ms")
    value = present_value(given_["rate"], given_["amounts"], cashflow.dated(days(given_["dates"])))
    assert value == pytest.approx(expected["xnpv"], abs=tolerance)


def test_rates_of_several_series_equal_the_spreadsheet_function(shared: Path) -> None:
    given_, expected, tolerance = case(shared, "irr_ms")
    series = np.zeros((3, 6))
    for row, (first, last) in enumerate(given_["cases"]):
        series[row, : last - first] = given_["flows"][first:last]
    np.testing.assert_allclose(internal_rate(series), expected["irr"], atol=tolerance)


def test_modified_rate_equals_the_spreadsheet_function(shared: Path) -> None:
    given_, expected, tolerance = case(shared, "mirr_ms")
    rates = [
        cashflow.modified_rate(given_["flows"][:count], given_["finance_rate"], reinvest)
        for count, reinvest in zip(given_["n"], given_["reinvest"], strict=True)
    ]
    np.testing.assert_allclose(rates, expected["mirr"], atol=tolerance)


def test_level_payments_equal_the_spreadsheet_function(shared: Path) -> None:
    given_, expected, tolerance = case(shared, "pmt_ms")
    loaned = given_["rate"], given_["nper"], -given_["pv"]
    assert cashflow.level_payment(*loaned) == pytest.approx(expected["pmt_end"], abs=tolerance)
    assert cashflow.level_payment(*loaned, at_start=True) == pytest.approx(expected["pmt_begin"], abs=tolerance)


def test_cumulative_interest_equals_the_spreadsheet_function(shared: Path) -> None:
    given_, expected, tolerance = case(shared, "cumipmt_ms")
    loaned = given_["rate_year"] / 12, 12 * given_["years"], given_["pv"]
    assert cashflow.cumulative_interest(*loaned, 13, 24) == pytest.approx(expected["interest_months_13_24"], abs=tolerance)
    assert cashflow.cumulative_interest(*loaned, 1, 1) == pytest.approx(expected["interest_month_1"], abs=tolerance)


def test_a_rate_per_month_and_a_dated_one_differ() -> None:
    """12 level months of 9 on 100, from the first of January 2025: months are not all a twelfth of 365 days."""
    flows = [-100.0, *[9.0] * 12]
    monthly = (1.0 + float(internal_rate(flows))) ** 12 - 1.0
    firsts = [float(date(2025 + month // 12, month % 12 + 1, 1).toordinal()) for month in range(13)]
    by_date = internal_rate(flows, cashflow.dated(firsts))
    assert 0.0 < abs(monthly - by_date) < 0.01


# --- every rate, and none besides -------------------------------------------------------------------------------------------------


def test_no_rate_where_flows_never_change_sign() -> None:
    for flows in ([1.0, 2.0, 3.0], [-1.0, -2.0, 0.0], [0.0, 0.0], [5.0], [], [np.nan, 1.0, -2.0]):
        assert found(flows) == []
        assert np.isnan(internal_rate(flows))


def test_two_rates_are_both_reported_and_neither_is_called_the_rate() -> None:
    assert found([-100.0, 230.0, -132.0]) == pytest.approx([0.1, 0.2])
    assert np.isnan(internal_rate([-100.0, 230.0, -132.0]))


def test_a_rate_that_only_touches_nought_counts_once() -> None:
    assert found([-100.0, 220.0, -121.0]) == pytest.approx([0.1], abs=1e-7)


def test_flows_that_just_miss_nought_have_no_rate() -> None:
    assert found([-100.0, 219.99, -121.0]) == []


def test_a_threefold_rate_is_one() -> None:
    assert found(with_rates(0.25, 0.25, 0.25)) == pytest.approx([0.25], abs=1e-4)


def test_rates_of_hundreds_of_per_cent_are_found() -> None:
    assert found([-1.0, 13.0]) == pytest.approx([12.0])


def test_flows_of_one_day_are_one_flow_and_their_order_does_not_matter() -> None:
    assert found([-100.0, 110.0, -30.0, 30.0], [0.0, 1.0, 0.5, 0.5]) == pytest.approx([0.1])
    assert found([110.0, -100.0], [1.0, 0.0]) == pytest.approx([0.1])


@given(st.lists(CENTS, min_size=2, max_size=14))
def test_rates_are_the_roots_of_the_polynomial(flows: list[float]) -> None:
    """The oracle finds roots as eigenvalues; where two nearly meet it cannot tell one from two from none, so those are left out."""
    assume(any(flows))
    w = polynomial.polyroots(np.trim_zeros(np.array(flows), "b"))
    w = w[w != 0.0]
    apart = np.abs(w[:, None] - w[None, :]) / np.maximum(np.abs(w[:, None]), np.abs(w[None, :])) + np.eye(len(w))
    assume((apart > 1e-3).all())
    real = 1.0 / w[(np.abs(w.imag) < 1e-6 * np.abs(w)) & (w.real > 0.0)].real - 1.0
    expected = np.sort(real[(real > LOW) & (real < HIGH)])
    assume(not ((np.abs(real - LOW) < 1e-6) | (np.abs(real - HIGH) < 1e-2)).any())
    np.testing.assert_allclose(found(flows), expected, rtol=1e-6, atol=1e-9)


@given(st.lists(st.sampled_from([-0.75, -0.5, -0.25, 0.25, 0.5, 0.75, 1.0, 1.5]), min_size=1, max_size=4, unique=True))
def test_all_built_in_rates_are_found(rates: list[float]) -> None:
    np.testing.assert_allclose(found(with_rates(*rates)), sorted(rates), atol=1e-9)


@given(st.sampled_from([-0.5, 0.0, 0.25, 0.5]), st.sampled_from([-0.75, 0.125, 1.0, 3.0]))
def test_a_built_in_double_rate_beside_another_is_found(double: float, single: float) -> None:
    np.testing.assert_allclose(found(with_rates(double, double, single)), sorted([double, single]), atol=1e-6)


@given(st.integers(1, 60), st.integers(240, 300), st.floats(-0.004, 0.05), st.integers(0, 2**31))
def test_a_project_of_months_has_the_rate_it_was_made_with(building: int, months: int, rate: float, seed: int) -> None:
    flows = np.random.default_rng(seed).uniform(0.5, 1.5, months)
    flows[:building] = -flows[:building]
    growth = (1.0 + rate) ** -np.arange(months)
    flows[:building] *= (flows[building:] @ growth[building:]) / -(flows[:building] @ growth[:building])
    assert found(flows) == pytest.approx([rate], abs=1e-9)


@given(st.integers(0, 2**31), st.integers(2, 40))
def test_the_value_is_nought_at_each_rate_and_keeps_its_sign_between(seed: int, months: int) -> None:
    flows = np.random.default_rng(seed).normal(0.0, 1.0, months)
    rates = found(flows)
    for rate in rates:
        weights = np.abs(flows) * np.exp(-np.arange(months) * np.log1p(rate))
        assert abs(float(present_value(rate, flows))) <= 1e-10 * weights.sum()
    edges = np.array([LOW, *rates, HIGH])
    for low, high in zip(np.log1p(edges[:-1]), np.log1p(edges[1:]), strict=True):
        inside = np.expm1(low + (high - low) * np.linspace(0.01, 0.99, 41))
        assert len(set(np.sign(present_value(inside, flows)))) == 1


def test_several_series_get_what_each_gets_alone() -> None:
    flows = np.random.default_rng(3).normal(0.0, 1.0, (4, 5, 12))
    together = internal_rates(flows)
    assert together.number.shape == (4, 5)
    for place in np.ndindex(4, 5):
        alone = found(flows[place])
        np.testing.assert_allclose(together.rates[place][: len(alone)], alone, rtol=1e-12)
        assert together.number[place] == len(alone)


@given(st.floats(0.001, 1000.0), st.lists(CENTS, min_size=2, max_size=10))
def test_rates_do_not_depend_on_the_currency(scale: float, flows: list[float]) -> None:
    scaled = 2.0 ** np.round(np.log2(scale))
    np.testing.assert_allclose(found(np.array(flows) * scaled), found(flows), rtol=1e-9, atol=1e-9)


# --- payments ---------------------------------------------------------------------------------------------------------------------


def test_a_loan_without_interest_is_repaid_in_equal_parts() -> None:
    assert cashflow.level_payment(0.0, 10, 100.0) == 10.0
    assert cashflow.cumulative_interest(0.0, 10, 100.0, 1, 10) == 0.0


@given(st.floats(0.0, 0.2), st.integers(1, 60))
def test_level_payments_are_worth_what_was_lent(rate: float, periods: int) -> None:
    payment = float(cashflow.level_payment(rate, periods, 100.0))
    assert float(present_value(rate, [0.0, *[payment] * periods])) == pytest.approx(100.0)
    assert float(cashflow.cumulative_interest(rate, periods, 100.0, 1, periods)) == pytest.approx(payment * periods - 100.0, abs=1e-9)


def test_no_modified_rate_where_nothing_is_paid_in() -> None:
    assert np.isnan(cashflow.modified_rate([1.0, 2.0], 0.1, 0.1)) and np.isnan(cashflow.modified_rate([-1.0, -2.0], 0.1, 0.1))
