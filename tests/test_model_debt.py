"""Debt and returns against reference vectors (spreadsheet functions, a compiled cash-flow model) and what must always hold."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.model import debt

FLOWS = st.lists(st.floats(1.0, 1e6), min_size=1, max_size=20)


@pytest.fixture
def vectors(shared: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((shared / "facts" / "finance_vectors.json").read_text(encoding="utf-8"))["vectors"]
    return {v["id"]: v for v in found} if isinstance(found, list) else found


def case(vectors: dict[str, dict[str, Any]], name: str) -> tuple[dict[str, Any], dict[str, Any], float]:
    vector = vectors[name]
    return vector["inputs"], vector["expected"], vector["abs_tol"]


def years(dates: list[str]) -> np.ndarray:
    days = [date.fromisoformat(d).toordinal() for d in dates]
    return (np.array(days) - days[0]) / 365.0


def test_rate_of_dated_flows_equals_the_spreadsheet_function(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, tolerance = case(vectors, "xirr_ms")
    rate = debt.internal_rate(given_["amounts"], years(given_["dates"]))
    assert rate == pytest.approx(expected["xirr"], abs=tolerance)


def test_value_of_dated_flows_equals_the_spreadsheet_function(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, tolerance = case(vectors, "xnpv_ms")
    value = debt.present_value(np.asarray(given_["rate"]), given_["amounts"], years(given_["dates"]))
    assert value == pytest.approx(expected["xnpv"], abs=tolerance)


def test_rates_of_several_series_equal_the_spreadsheet_function(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, tolerance = case(vectors, "irr_ms")
    series = np.zeros((3, 6))
    for row, (first, last) in enumerate(given_["cases"]):
        series[row, : last - first] = given_["flows"][first:last]
    np.testing.assert_allclose(debt.internal_rate(series), expected["irr"], atol=tolerance)


def test_no_rate_where_flows_never_change_sign() -> None:
    assert np.isnan(debt.internal_rate([1.0, 2.0, 3.0]))


def test_payment_of_a_loan_is_one_over_its_annuity(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, tolerance = case(vectors, "pmt_ms")
    payment = -given_["pv"] / debt.annuity(np.asarray(given_["rate"]), np.asarray(given_["nper"]))
    assert payment == pytest.approx(expected["pmt_end"], abs=tolerance)


def test_sculpted_debt_and_its_schedule_equal_the_vector(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, tolerance = case(vectors, "sculpt_const")
    size = debt.sculpted_debt(given_["cfads"], np.asarray(given_["dscr"]), np.asarray(given_["rate"]))
    assert size == pytest.approx(expected["debt"], abs=tolerance)
    schedule = debt.debt_schedule(float(size), np.asarray(given_["cfads"]) / given_["dscr"], given_["rate"])
    np.testing.assert_allclose(schedule.principal, expected["principal"], atol=tolerance)
    np.testing.assert_allclose(schedule.interest, expected["interest"], atol=tolerance)
    assert schedule.closing[-1] == pytest.approx(0.0, abs=tolerance)


def test_the_share_of_cost_caps_sculpted_debt_and_is_named_as_binding(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, tolerance = case(vectors, "sculpt_ltc_cap")
    carried = debt.sculpted_debt(given_["cfads"], np.asarray(given_["dscr_min"]), np.asarray(given_["rate"]))
    size, cost_binds = debt.debt_size(np.asarray(given_["cost"]), np.asarray(given_["max_ltc"]), carried)
    assert size == pytest.approx(expected["debt"], abs=tolerance)
    assert cost_binds
    cover = carried * given_["dscr_min"] / size
    assert cover == pytest.approx(expected["dscr"], abs=tolerance)


def test_over_levered_case_is_capped_at_its_cost(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, _ = case(vectors, "sam_overlevered_trap")
    size, cost_binds = debt.debt_size(np.asarray(given_["capcost"]), np.asarray(1.0), np.asarray(expected["debt"]))
    assert size == given_["capcost"]
    assert cost_binds


def test_debt_of_the_compiled_cash_flow_model(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, tolerance = case(vectors, "sam_dscr14")
    cash = np.asarray(expected["cfads"][1 : given_["tenor"] + 1])
    size = debt.sculpted_debt(cash, np.asarray(given_["dscr"]), np.asarray(given_["rate"] / 100.0))
    assert size == pytest.approx(expected["debt"], abs=tolerance)
    schedule = debt.debt_schedule(float(size), cash / given_["dscr"], given_["rate"] / 100.0)
    np.testing.assert_allclose(schedule.principal, expected["prin"][1 : given_["tenor"] + 1], atol=tolerance)


def test_construction_loan_pays_its_own_interest_and_fees(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, tolerance = case(vectors, "idc_prorata")
    loan = debt.construction_loan(
        given_["costs"], given_["gearing"], given_["rate_year"], given_["commitment_fee_year"], given_["upfront_fee"]
    )
    for name, value in {"debt": loan.debt, "equity": loan.equity, "idc": loan.interest, "commitment": loan.commitment_fee}.items():
        assert value == pytest.approx(expected[name], abs=tolerance)
    assert loan.upfront_fee == pytest.approx(expected["upfront_fee"], abs=tolerance)
    np.testing.assert_allclose(loan.draws, expected["draws"], atol=tolerance)


@given(FLOWS, st.floats(0.1, 0.9), st.floats(0.0, 0.15), st.floats(0.0, 0.02), st.floats(0.0, 0.03))
def test_construction_loan_balances_sources_and_uses(costs: list[float], gearing: float, rate: float, fee: float, upfront: float) -> None:
    loan = debt.construction_loan(costs, gearing, rate, fee, upfront)
    uses = sum(costs) + loan.interest + loan.commitment_fee + loan.upfront_fee
    assert loan.debt + loan.equity == pytest.approx(uses, rel=1e-9)
    assert loan.draws.sum() == pytest.approx(loan.debt, rel=1e-9)


def test_waterfall_equals_the_vector(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, tolerance = case(vectors, "waterfall")
    flows = debt.waterfall(given_["cfads"], given_["debt_service"], given_["dsra_target"], given_["lockup"], given_["dsra_start"])
    same = {name: name for name in ("paid", "shortfall", "distribution", "trapped")}
    names = {"dscr": "cover", "dsra": "reserve", **same}
    for theirs, ours in names.items():
        last = -1 if theirs in ("dsra", "distribution") else None  # release of the reserve in the last period is out of scope
        np.testing.assert_allclose(getattr(flows, ours)[:last], [row[theirs] for row in expected["rows"]][:last], atol=tolerance)


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
