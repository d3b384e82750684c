"""Loans against reference vectors (a compiled cash-flow model, fixed-point iteration) and what must always hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.quantity.finance import loan

FLOWS = st.lists(st.floats(1.0, 1e6), min_size=1, max_size=20)


@pytest.fixture
def vectors(shared: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((shared / "facts" / "finance_vectors.json").read_text(encoding="utf-8"))["vectors"]
    return {v["id"]: v for v in found} if isinstance(found, list) else found


def case(vectors: dict[str, dict[str, Any]], name: str) -> tuple[dict[str, Any], dict[str, Any], float]:
    vector = vectors[name]
    return vector["inputs"], vector["expected"], vector["abs_tol"]


def test_sculpted_debt_and_its_schedule_equal_the_vector(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, tolerance = case(vectors, "sculpt_const")
    size = loan.sculpted_debt(given_["cfads"], np.asarray(given_["dscr"]), np.asarray(given_["rate"]))
    assert size == pytest.approx(expected["debt"], abs=tolerance)
    schedule = loan.debt_schedule(float(size), np.asarray(given_["cfads"]) / given_["dscr"], given_["rate"])
    np.testing.assert_allclose(schedule.principal, expected["principal"], atol=tolerance)
    np.testing.assert_allclose(schedule.interest, expected["interest"], atol=tolerance)
    assert schedule.closing[-1] == pytest.approx(0.0, abs=tolerance)


def test_the_share_of_cost_caps_sculpted_debt_and_is_named_as_binding(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, tolerance = case(vectors, "sculpt_ltc_cap")
    carried = loan.sculpted_debt(given_["cfads"], np.asarray(given_["dscr_min"]), np.asarray(given_["rate"]))
    size, cost_binds = loan.debt_size(np.asarray(given_["cost"]), np.asarray(given_["max_ltc"]), carried)
    assert size == pytest.approx(expected["debt"], abs=tolerance)
    assert cost_binds
    cover = carried * given_["dscr_min"] / size
    assert cover == pytest.approx(expected["dscr"], abs=tolerance)


def test_an_over_levered_case_is_capped_at_its_cost_and_names_what_binds(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, _ = case(vectors, "sam_overlevered_trap")
    size = loan.debt_size(np.asarray(given_["capcost"]), np.asarray(1.0), np.asarray(expected["debt"]))
    assert size.debt == given_["capcost"] and str(size.binding) == "loan_to_cost"


def test_the_cover_is_named_where_it_limits_the_debt() -> None:
    size = loan.debt_size(np.array([100.0, 100.0]), np.array([0.7, 0.7]), np.array([60.0, 90.0]))
    np.testing.assert_array_equal(size.debt, [60.0, 70.0])
    assert size.binding.tolist() == ["cover", "loan_to_cost"]


@given(FLOWS, st.floats(1.0, 3.0), st.floats(0.001, 0.2))
def test_a_level_cover_is_also_that_of_the_loans_life(cash: list[float], cover: float, rate: float) -> None:
    debt = loan.sculpted_debt(cash, np.asarray(cover), np.asarray(rate))
    assert float(loan.cover_to_maturity(cash, rate, debt)) == pytest.approx(cover, rel=1e-12)


def test_a_loan_repaid_evenly_lasts_half_its_tenor_and_half_a_period_on_average() -> None:
    assert float(loan.average_life([10.0, 10.0, 10.0, 10.0])) == 2.5


def test_debt_of_the_compiled_cash_flow_model(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, tolerance = case(vectors, "sam_dscr14")
    cash = np.asarray(expected["cfads"][1 : given_["tenor"] + 1])
    size = loan.sculpted_debt(cash, np.asarray(given_["dscr"]), np.asarray(given_["rate"] / 100.0))
    assert size == pytest.approx(expected["debt"], abs=tolerance)
    schedule = loan.debt_schedule(float(size), cash / given_["dscr"], given_["rate"] / 100.0)
    np.testing.assert_allclose(schedule.principal, expected["prin"][1 : given_["tenor"] + 1], atol=tolerance)


def test_construction_loan_pays_its_own_interest_and_fees(vectors: dict[str, dict[str, Any]]) -> None:
    given_, expected, tolerance = case(vectors, "idc_prorata")
    drawn = loan.construction_loan(
        given_["costs"], given_["gearing"], given_["rate_year"], given_["commitment_fee_year"], given_["upfront_fee"]
    )
    for name, value in {"debt": drawn.debt, "equity": drawn.equity, "idc": drawn.interest, "commitment": drawn.commitment_fee}.items():
        assert value == pytest.approx(expected[name], abs=tolerance)
    assert drawn.upfront_fee == pytest.approx(expected["upfront_fee"], abs=tolerance)
    np.testing.assert_allclose(drawn.draws, expected["draws"], atol=tolerance)


@given(FLOWS, st.floats(0.1, 0.9), st.floats(0.0, 0.15), st.floats(0.0, 0.02), st.floats(0.0, 0.03))
def test_construction_loan_balances_sources_and_uses(costs: list[float], gearing: float, rate: float, fee: float, upfront: float) -> None:
    drawn = loan.construction_loan(costs, gearing, rate, fee, upfront)
    uses = sum(costs) + drawn.interest + drawn.commitment_fee + drawn.upfront_fee
    assert drawn.debt + drawn.equity == pytest.approx(uses, rel=1e-9)
    assert drawn.draws.sum() == pytest.approx(drawn.debt, rel=1e-9)
