"""A loan sized in closed form, its schedule, tax and the waterfall: reference vectors, one loan reckoned by hand, what always holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.quantity.finance import project_finance as pf

CENT = 0.01


@pytest.fixture
def vectors(shared: Path) -> dict[str, dict[str, Any]]:
    found = json.loads((shared / "facts" / "finance_vectors.json").read_text(encoding="utf-8"))["vectors"]
    return {vector["id"]: vector for vector in found}


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)[:, None]


def terms(months: int, cells: int = 1, **changes: Any) -> pf.Terms:
    """Terms of a plain loan: 6 % a year, no fees, repaid as long as the axis lasts, never due at once."""
    rate = np.full((months, cells), 0.005)
    one = np.ones(cells)
    plain = pf.Terms(rate, rate, 0.999 * one, 1.3 * one, np.inf * one, 0.0 * one, 0.0 * rate, 1e4 * one, 1e4 * one, 0.0 * one)
    return plain._replace(**changes)


def closed_at_once(cash: list[float], cost: float, cover: float, limit: float, rate: float) -> tuple[pf.Sizing, pf.Loan]:
    """A loan drawn in one month for something that runs from the next period on."""
    months = len(cash) + 1
    path = np.full((months, 1), rate)
    given_ = terms(months, rate=path, rate_after=path, cover=np.array([cover]), loan_to_cost=np.array([limit]))
    begins = column(1.0, *[0.0] * len(cash))
    return pf.sized_loan(cost * begins, begins, column(0.0, *cash), np.ones((months, 1)), given_)


# --- size and schedule ------------------------------------------------------------------------------------------------------------


def test_debt_that_cover_limits_is_the_sculpted_debt_of_the_vector(vectors: dict[str, dict[str, Any]]) -> None:
    vector = vectors["sculpt_const"]
    inputs, expected = vector["inputs"], vector["expected"]
    sizing, loan = closed_at_once(inputs["cfads"], 1000.0, inputs["dscr"], 0.9999, inputs["rate"])
    assert pf.BINDINGS[sizing.binding[0]] == "coverage"
    assert loan.drawn.sum() == pytest.approx(expected["debt"], abs=vector["abs_tol"])
    np.testing.assert_allclose(loan.principal[1:, 0], expected["principal"], atol=vector["abs_tol"])
    np.testing.assert_allclose(loan.interest[1:, 0], expected["interest"], atol=vector["abs_tol"])
    np.testing.assert_allclose(loan.balance[1:, 0], expected["closing"], atol=vector["abs_tol"])


def test_debt_that_cost_limits_is_sculpted_again_at_a_better_cover(vectors: dict[str, dict[str, Any]]) -> None:
    vector = vectors["sculpt_ltc_cap"]
    inputs, expected = vector["inputs"], vector["expected"]
    sizing, loan = closed_at_once(inputs["cfads"], inputs["cost"], inputs["dscr_min"], inputs["max_ltc"], inputs["rate"])
    assert pf.BINDINGS[sizing.binding[0]] == "loan_to_cost"
    assert loan.drawn.sum() == pytest.approx(expected["debt"], abs=vector["abs_tol"])
    np.testing.assert_allclose(loan.principal[1:, 0], expected["principal"], atol=vector["abs_tol"])
    covers = np.array(inputs["cfads"]) / (loan.interest + loan.principal)[1:, 0]
    np.testing.assert_allclose(covers, expected["dscr"], atol=vector["abs_tol"])


def test_income_far_above_the_cost_never_lends_more_than_the_cost() -> None:
    sizing, loan = closed_at_once([350.0] * 18, 1000.0, 1.3, 1.0, 0.07)
    assert loan.drawn.sum() == pytest.approx(1000.0)
    assert pf.BINDINGS[sizing.binding[0]] in ("loan_to_cost", "whole_cost")


def test_without_income_there_is_no_loan_and_the_cover_is_what_binds() -> None:
    sizing, loan = closed_at_once([0.0] * 10, 1000.0, 1.3, 0.7, 0.07)
    assert (sizing.share[0], pf.BINDINGS[sizing.binding[0]]) == (0.0, "coverage")
    assert not np.concatenate([field for field in loan]).any()


def by_hand(cost: list[float], begins: list[float], rate: float, fee: float, upfront: float, share: float) -> tuple[float, list[float]]:
    """The facility and what converts by month, with the facility found by trying: it must be what is drawn of a facility of its size."""
    size = 0.0
    for _ in range(200):
        waits = drawn = 0.0
        converted = []
        for month, (spent, starts) in enumerate(zip(cost, begins, strict=True)):
            add = share * spent + rate * waits + fee * (size - drawn) + (upfront * size if month == 0 else 0.0)
            drawn, waits = drawn + add, waits + add
            converted.append(starts * waits)
            waits -= converted[-1]
        size = drawn
    return size, converted


def test_the_facility_pays_its_own_interest_and_fees_as_if_found_by_trying() -> None:
    cost, begins = [50.0, 60.0, 80.0, 30.0, 20.0], [0.0, 0.0, 0.6, 0.0, 1.0]
    rate, fee = np.full((5, 1), 0.01), np.full((5, 1), 0.001)
    built = pf.construction_debt(column(*cost), column(*begins), rate, fee, np.array([0.02]))
    size, converted = by_hand(cost, begins, 0.01, 0.001, 0.02, 1.0)
    assert built.facility[0] == pytest.approx(size, rel=1e-12)
    np.testing.assert_allclose(built.converted[:, 0], converted, rtol=1e-12)
    assert built.converted.sum() == pytest.approx(built.facility[0], rel=1e-12)


MONTHS = 60
SPENT = st.lists(st.floats(0.0, 1e9), min_size=12, max_size=12).filter(lambda spent: sum(spent) > 1e6)


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, pf.Terms]:
    """Something built in a year, half of it running after seven months, let from then on; a loan with fees that may fall due early."""
    cost = np.zeros((MONTHS, 1))
    cost[:12, 0] = draw(SPENT)
    begins = np.zeros((MONTHS, 1))
    begins[6], begins[11] = draw(st.floats(0.0, 0.9)), 1.0
    secured = np.zeros((MONTHS, 1))
    secured[7:12], secured[12:] = draw(st.floats(-1e6, 2e8)), draw(st.floats(-1e6, 6e8))
    rate = np.array(draw(st.lists(st.floats(0.0, 0.02), min_size=MONTHS, max_size=MONTHS)))[:, None]
    one = np.ones(1)
    made = pf.Terms(
        rate, rate + draw(st.floats(-0.001, 0.004)), draw(st.floats(0.1, 0.95)) * one, draw(st.floats(1.01, 2.0)) * one,
        draw(st.sampled_from([1e8, 3e9, np.inf])) * one,
        draw(st.floats(0.0, 0.03)) * one, np.full((MONTHS, 1), draw(st.floats(0.0, 0.001))), draw(st.floats(6.0, 80.0)) * one,
        draw(st.floats(6.0, 90.0)) * one, draw(st.integers(0, 2)) * one,
    )  # fmt: skip
    return cost, begins, secured, made


@settings(max_examples=60, deadline=None)
@given(cases())
def test_a_loan_keeps_both_limits_ends_at_nothing_and_balances(case: tuple[np.ndarray, np.ndarray, np.ndarray, pf.Terms]) -> None:
    cost, begins, secured, made = case
    sizing, loan = pf.sized_loan(cost, begins, secured, np.ones_like(cost), made)
    assert 0.0 <= sizing.share[0] <= 1.0
    whole = cost.sum() + loan.costs.sum()
    assert loan.drawn.sum() <= made.loan_to_cost[0] * whole * (1 + 1e-9) + CENT
    owed = loan.waiting + loan.balance
    assert owed.min() >= -CENT and abs(owed[-1, 0]) < CENT
    moved = loan.drawn + np.where(np.cumsum(begins, axis=0) > 0, 0.0, 0.0) - loan.principal - loan.gap
    np.testing.assert_allclose(np.diff(owed, axis=0, prepend=0.0), moved, atol=CENT)
    equity = cost - (loan.drawn - loan.costs)
    np.testing.assert_allclose(loan.drawn + equity, cost + loan.costs, atol=CENT)
    assert equity.min() >= -CENT
    before = np.cumsum(loan.refinanced + loan.gap, axis=0) == 0.0
    service = (loan.interest + loan.principal)[:-1]
    assert np.all((service <= np.maximum(secured, 0.0)[:-1] / made.cover * (1 + 1e-9) + CENT) | ~before[:-1])


@settings(max_examples=40, deadline=None)
@given(cases(), st.floats(1.0, 1.5))
def test_a_lender_who_asks_more_cover_never_lends_more(case: tuple[Any, Any, Any, pf.Terms], more: float) -> None:
    cost, begins, secured, made = case
    kept = np.ones_like(cost)
    less = pf.sized_loan(cost, begins, secured, kept, made._replace(cover=made.cover * more))[0].share
    assert less[0] <= pf.sized_loan(cost, begins, secured, kept, made)[0].share[0] + 1e-12


def test_a_loan_that_pays_after_the_owners_costs_less_interest_while_building() -> None:
    cost, begins = column(*[10.0] * 10, 0.0, 0.0), column(*[0.0] * 10, 1.0, 0.0)
    secured = column(*[0.0] * 11, 200.0)
    costs = []
    for rule in range(3):
        sizing, loan = pf.sized_loan(
            cost, begins, secured, np.ones_like(cost), terms(12, loan_to_cost=np.array([0.6]), rule=np.array([rule]))
        )
        costs.append(loan.costs.sum())
        assert pf.BINDINGS[sizing.binding[0]] == "loan_to_cost"
        assert loan.drawn.sum() == pytest.approx(0.6 * (cost.sum() + loan.costs.sum()))
        paid = (loan.drawn - loan.costs)[:, 0]
        assert [bool(paid[0] > 1e-9), bool(paid[9] > 1e-9)] == [[True, True], [False, True], [True, False]][rule]
    assert costs[1] < costs[0] < costs[2]


def test_no_more_is_lent_than_was_agreed() -> None:
    cost, begins, secured = column(*[10.0] * 4, 0.0, 0.0), column(*[0.0] * 4, 1.0, 0.0), column(*[0.0] * 5, 90.0)
    for rule in range(3):
        asked = terms(6, loan_to_cost=np.array([0.9]), most=np.array([12.0]), rule=np.array([rule]))
        sizing, loan = pf.sized_loan(cost, begins, secured, np.ones_like(cost), asked)
        assert loan.drawn.sum() == pytest.approx(12.0) and pf.BINDINGS[sizing.binding[0]] == "amount"


def test_income_earned_before_a_debt_begins_does_not_carry_it() -> None:
    """A small hall earns well for years, then a large one begins that earns little: the loan is what the large one's income covers."""
    months = 101
    cost, begins, secured = (np.zeros((months, 1)) for _ in range(3))
    cost[0], cost[30:40], begins[1], begins[40] = 10.0, 19.0, 0.05, 1.0
    secured[2:41], secured[41:] = 8.0, 2.2
    sizing, loan = pf.sized_loan(cost, begins, secured, np.ones((months, 1)), terms(months, loan_to_cost=np.array([0.9])))
    assert pf.BINDINGS[sizing.binding[0]] == "coverage"
    service = (loan.interest + loan.principal)[:, 0]
    some = service > 1e-9
    assert (secured[some, 0] / service[some]).min() == pytest.approx(1.3)
    assert loan.balance[-1, 0] == pytest.approx(0.0, abs=1e-9) and service[-1] < 2.2


def test_a_loan_due_before_everything_runs_is_extended_until_it_does() -> None:
    months = 120
    cost, begins, secured = (np.zeros((months, 1)) for _ in range(3))
    cost[:10], begins[12], secured[13:] = 1.0, 1.0, 0.3
    loan = pf.sized_loan(cost, begins, secured, np.ones((months, 1)), terms(months, maturity=np.array([6.0])))[1]
    assert loan.refinanced[:12].sum() == 0.0 and loan.refinanced[12, 0] > 0.0
    assert (loan.interest + loan.principal)[-1, 0] < 0.3 and loan.principal.min() > -1e-9


def test_trapped_cash_pays_running_cost_before_owners_do() -> None:
    cash, service = column(110.0, -5.0, 100.0), column(100.0, 0.0, 0.0)
    out = pf.waterfall(cash, 0.0 * cash, service, 0.0 * cash, rules(3, 0.0 * cash), releases=False)
    np.testing.assert_allclose(out.support[:, 0], [0.0, 0.0, 0.0])
    np.testing.assert_allclose(out.trapped[:2, 0], [10.0, 5.0])


def test_a_loan_that_falls_due_is_lent_anew_only_against_the_income_still_there() -> None:
    months = 61
    begins = column(1.0, *[0.0] * 60)
    cost, secured = 1000.0 * begins, column(0.0, *[25.0] * 60)
    made = terms(months, loan_to_cost=np.array([0.7]), maturity=np.array([24.0]))
    whole = pf.sized_loan(cost, begins, secured, np.ones((months, 1)), made)[1]
    half = pf.sized_loan(cost, begins, secured, np.full((months, 1), 0.5), made)[1]
    assert whole.gap.sum() == 0.0 and whole.refinanced[24, 0] == pytest.approx(whole.balance[24, 0])
    carried = sum(25.0 / 1.005**k for k in range(1, 37)) * 0.5 / 1.3
    assert half.refinanced[24, 0] == pytest.approx(carried)
    assert half.gap[24, 0] == pytest.approx(whole.balance[24, 0] - carried)
    assert half.balance[-1, 0] == pytest.approx(0.0, abs=1e-6)


# --- tax --------------------------------------------------------------------------------------------------------------------------


def test_losses_are_carried_forward_until_they_are_used_up() -> None:
    closing = pf.years_of(np.array([12] * 4))
    tax = pf.income_tax(column(-100.0, 60.0, 60.0, 60.0), np.zeros((4, 1)), np.array([0.21]), closing)
    np.testing.assert_allclose(tax[:, 0], [0.0, 0.0, 0.21 * 20.0, 0.21 * 60.0])


def test_tax_is_paid_in_equal_parts_over_the_year() -> None:
    tax = pf.income_tax(column(0.0, 100.0, 40.0), column(20.0, 0.0), np.array([0.5]), np.array([1, 2]))
    np.testing.assert_allclose(tax[:, 0], [20.0, 20.0, 20.0])


def test_an_owner_with_other_income_uses_losses_at_once() -> None:
    tax = pf.income_tax(column(-100.0, 60.0), np.zeros((2, 1)), np.array([0.21]), np.array([0, 1]), carried=False)
    np.testing.assert_allclose(tax[:, 0], [-21.0, 12.6])


def test_years_close_each_december_and_at_the_end() -> None:
    np.testing.assert_array_equal(pf.years_of(np.array([11, 12, 1, 2])), [1, 3])


# --- waterfall --------------------------------------------------------------------------------------------------------------------


def rules(months: int, target: np.ndarray, lock_up: float = 1.15) -> pf.Rules:
    return pf.Rules(np.array([lock_up]), target, np.zeros((months, 1)), np.zeros((months, 1)))


def test_cash_goes_where_the_vector_says(vectors: dict[str, dict[str, Any]]) -> None:
    vector = vectors["waterfall"]
    inputs, rows = vector["inputs"], vector["expected"]["rows"]
    cash, service, target = (column(*inputs[name]) for name in ("cfads", "debt_service", "dsra_target"))
    asked = rules(len(cash), target, inputs["lockup"])
    out = pf.waterfall(cash, 0.0 * cash, service, 0.0 * cash, asked, inputs["dsra_start"], releases=False)
    for name, field in {"paid": out.paid, "shortfall": out.arrears, "dsra": out.reserve, "distribution": out.distribution}.items():
        np.testing.assert_allclose(field[:, 0], [row[name] for row in rows], atol=vector["abs_tol"])
    np.testing.assert_allclose((cash / service)[:, 0], [row["dscr"] for row in rows], atol=vector["abs_tol"])


def test_cash_below_the_lock_up_is_trapped_and_paid_out_when_the_cover_is_back() -> None:
    cash, service = column(110.0, 120.0, 100.0), column(100.0, 100.0, 100.0)
    out = pf.waterfall(cash, 0.0 * cash, service, 0.0 * cash, rules(3, 0.0 * cash), releases=False)
    np.testing.assert_allclose(out.trapped[:, 0], [10.0, 0.0, 0.0])
    np.testing.assert_allclose(out.distribution[:, 0], [0.0, 30.0, 0.0])


def test_service_not_paid_is_owed_with_interest() -> None:
    cash, service, rate = column(60.0, 200.0), column(100.0, 100.0), column(0.01, 0.01)
    out = pf.waterfall(cash, 0.0 * cash, service, rate, rules(2, 0.0 * cash))
    np.testing.assert_allclose(out.arrears[:, 0], [40.0, 0.0])
    np.testing.assert_allclose(out.paid[:, 0], [60.0, 140.4])


def test_new_equipment_is_paid_from_what_was_saved_for_it() -> None:
    cash, nothing = column(100.0, 100.0, 100.0), column(0.0, 0.0, 0.0)
    saved = pf.Rules(np.array([1.0]), nothing, column(50.0, 50.0, 0.0), nothing)
    out = pf.waterfall(cash, column(0.0, 0.0, 130.0), nothing, nothing, saved)
    np.testing.assert_allclose(out.renewal[:, 0], [50.0, 100.0, 0.0])
    np.testing.assert_allclose(out.renewed[:, 0], [0.0, 0.0, 30.0])
    np.testing.assert_allclose(out.distribution[:, 0], [50.0, 50.0, 100.0])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-2e8, 9e8), min_size=24, max_size=24), st.lists(st.floats(0.0, 4e8), min_size=24, max_size=24),
    st.floats(0.0, 12.0), st.floats(0.0, 0.02), st.floats(1.0, 1.4), st.floats(0.0, 3e8),
)  # fmt: skip
def test_no_cash_is_lost_or_made(cash: list[float], service: list[float], span: float, rate: float, lock_up: float, bought: float) -> None:
    money, due = column(*cash), column(*service)
    renewal = column(*[0.0] * 11, bought, *[0.0] * 12)
    nothing = np.zeros_like(money)
    target = pf.reserve_target(due, np.array([span]))
    saved, junior = column(*[bought / 12] * 11, *[0.0] * 13), np.full_like(money, 1e6)
    out = pf.waterfall(money, renewal, due, nothing + rate, pf.Rules(np.array([lock_up]), target, saved, junior))
    held = out.reserve + out.renewal + out.trapped
    used = out.paid + out.junior_paid + out.distribution + renewal + np.diff(held, axis=0, prepend=0.0)
    np.testing.assert_allclose(money + out.support + out.renewed, used, atol=CENT)
    for field in (out.paid, out.arrears, out.reserve, out.renewal, out.trapped, out.junior_paid, out.distribution, out.support):
        assert field.min() >= -1e-6
    assert abs(held[-1, 0]) < CENT


def test_a_reserve_holds_the_service_of_the_next_months() -> None:
    service = column(1.0, 2.0, 3.0, 4.0)
    np.testing.assert_allclose(pf.reserve_target(service, np.array([2.0]))[:, 0], [5.0, 7.0, 4.0, 0.0])


def test_credit_of_a_vendor_is_repaid_in_equal_parts_after_each_draw() -> None:
    balance, service = pf.straight_line_credit(column(30.0, 0.0, 60.0, 0.0, 0.0, 0.0, 0.0), np.array([3.0]), np.zeros((7, 1)))
    np.testing.assert_allclose(service[:, 0], [0.0, 10.0, 10.0, 30.0, 20.0, 20.0, 0.0])
    np.testing.assert_allclose(balance[:, 0], [30.0, 20.0, 70.0, 40.0, 20.0, 0.0, 0.0], atol=1e-9)


def test_cells_are_reckoned_apart() -> None:
    """Many at once give what each gives alone (but for the order in which sums of one column are taken)."""
    rng = np.random.default_rng(4)
    months, count = 36, 7
    cost = np.zeros((months, count))
    cost[:6] = rng.uniform(1.0, 9.0, (6, count))
    begins = np.zeros((months, count))
    begins[6] = 1.0
    secured = np.where(np.arange(months)[:, None] > 6, rng.uniform(0.5, 3.0, count), 0.0)
    made = terms(months, count, upfront_fee=np.full(count, 0.02), commitment_fee=np.full((months, count), 0.0004))
    sizing, loan = pf.sized_loan(cost, begins, secured, np.ones_like(cost), made)
    for cell in range(count):
        one = slice(cell, cell + 1)
        part = pf.Terms(*(field[..., one] for field in made))
        alone = pf.sized_loan(cost[:, one], begins[:, one], secured[:, one], np.ones((months, 1)), part)
        assert alone[0].share[0] == pytest.approx(sizing.share[cell], rel=1e-12)
        for mine, theirs in zip(alone[1], loan, strict=True):
            np.testing.assert_allclose(mine[:, 0], theirs[:, cell], rtol=1e-9, atol=1e-9)
