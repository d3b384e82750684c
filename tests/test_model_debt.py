"""Debt and returns of a let building: cover, interest while it is built, value and rate, and what must always hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.model import debt


def test_balance_falls_to_nothing_when_all_is_repaid() -> None:
    capital, leverage = np.full((1, 1, 3), 100.0), np.array([0.7])
    balance = debt.debt_balance(capital, np.array([[[0.0, 0.5, 1.0]]]), leverage)
    np.testing.assert_allclose(balance[0, 0], [70.0, 35.0, 0.0])


def test_interest_during_construction_stops_when_the_building_runs() -> None:
    ends = np.array([31.0, 61.0, 92.0, 122.0])
    hours = np.array([31.0, 30.0, 31.0, 30.0]) * 24.0
    dates = np.full((1, 6, 1), 62.0)
    spent = np.full((1, 1, 4), 100.0)
    arguments = (spent, spent, dates, np.array([[100.0]]), np.array([0.6]), np.array([0.1]), np.zeros(1), np.zeros(1))
    interest = debt.idc(*arguments, ends, hours)[0, 0]
    assert interest[0] == pytest.approx(100.0 * 0.6 * 0.1 * 31.0 / 365.25)
    np.testing.assert_array_equal(interest[2:], 0.0)


def test_cover_of_a_level_loan_is_income_over_its_payment() -> None:
    year = np.array([10.0 * 365.25])
    cover = debt.dscr(np.array([2.0]), np.array([[10.0]]), np.array([0.7]), np.array([0.08]), year)
    payment = 7.0 * 0.08 / (1.0 - 1.08**-10)
    assert cover[0, 0] == pytest.approx(2.0 / payment)


def test_net_value_is_nothing_at_the_internal_rate() -> None:
    life = np.array([30.0 * 365.25])
    rate = debt.irr(np.array([1.5]), np.array([[15.0]]), life)
    value = debt.npv(np.array([1.5]), np.array([[15.0]]), rate[:, 0], life)
    assert value[0, 0] == pytest.approx(0.0, abs=1e-9)
    assert 0.08 < rate[0, 0] < 0.1


@given(st.floats(0.5, 3.0), st.floats(5.0, 30.0), st.floats(0.3, 0.95), st.floats(1.0, 2.0))
def test_debt_never_exceeds_market_leverage_nor_what_cover_allows(income: float, cost: float, leverage: float, cover: float) -> None:
    tenor = np.array([20.0 * 365.25])
    share = debt.debt_capacity(np.array([income]), np.array([[cost]]), np.array([leverage]), np.array([0.08]), tenor, np.array([cover]))
    assert 0.0 <= share[0, 0] <= leverage + 1e-12
    reached = debt.dscr(np.array([income]), np.array([[cost]]), share[:, 0], np.array([0.08]), tenor)
    assert reached[0, 0] >= cover * (1.0 - 1e-9)
