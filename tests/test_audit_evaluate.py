"""Truth and margin per draw: month ends, running extremes, sums of flows, lower bounds, three-valued logic, monotone thresholds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.audit.claims.evaluate import Judge, Outcome, Selected, evaluate
from stargauge.audit.claims.language import AllOf, AnyOf, Comparison, Not, Record, Threshold, Time, parse
from stargauge.quantity.address import Address
from stargauge.quantity.errors import InputError

MONTHS = ("2025-01", "2025-02", "2025-03", "2025-04")
VALUES = np.array([[1.0, 5.0, 2.0, 2.0], [0.0, 1.0, 2.0, 3.0], [4.0, 4.0, 4.0, 4.0]])


def reading(op, threshold, kind=None, start="2025-03-10", end=None, **more):
    end = date.fromisoformat(end or start)
    time = None if kind is None else Time(kind, date.fromisoformat(start), end)
    return Comparison(Address("x"), op, Threshold(str(threshold), float(threshold), "W"), time, **more)


def over(values, absent=(), partial=None):
    return lambda address: Selected(np.asarray(values, dtype=float), absent, MONTHS if np.ndim(values) == 2 else None, partial)


def test_on_reads_the_end_of_the_month_of_the_date():
    out = evaluate(reading(">=", 2, "on"), over(VALUES))
    assert out.truth.tolist() == [True, True, True]
    assert out.margin.tolist() == [0, 0, 2]
    assert evaluate(reading(">", 2, "on"), over(VALUES)).truth.tolist() == [False, False, True]


def test_by_is_the_running_maximum_for_at_least():
    out = evaluate(reading(">=", 4, "by"), over(VALUES))
    assert out.truth.tolist() == [True, False, True]
    assert out.margin.tolist() == [1, -2, 0]


def test_by_is_the_running_minimum_for_at_most():
    out = evaluate(reading("<=", 1, "by"), over(VALUES))
    assert out.truth.tolist() == [True, True, False]
    assert out.margin.tolist() == [0, 1, -3]


def test_by_with_equal_holds_at_any_month():
    out = evaluate(reading("==", 5, "by"), over(VALUES))
    assert out.truth.tolist() == [True, False, False]
    assert out.margin.tolist() == [0, -3, -1]


def test_over_adds_whole_months_of_a_flow():
    out = evaluate(reading(">=", 7, "over", "2025-02-15", "2025-03-01"), over(VALUES))
    assert out.margin.tolist() == [0, -4, 1]


def test_a_quantity_without_months_is_read_as_it_is():
    assert evaluate(reading("<", 3), over([1.0, 3.0])).truth.tolist() == [True, False]


def test_a_share_is_the_part_over_its_whole():
    share = replace(reading(">=", 0.5, "on"), share=True, whole=Address("whole"))
    wholes = {"x": VALUES, "whole": VALUES * np.array([[4.0], [2.0], [0.0]])}
    out = evaluate(share, lambda address: Selected(wholes[address.name], (), MONTHS))
    assert out.truth.tolist() == [False, True, False]
    assert out.undecided.tolist() == [False, False, True]


def test_a_lower_bound_shows_that_at_least_holds_and_nothing_else():
    out = evaluate(reading(">=", 2, "on"), over(VALUES - 0.5, ("milam",)))
    assert out.truth.tolist() == [False, False, True] and out.undecided.tolist() == [True, True, False] and out.absent == ("milam",)
    below = evaluate(reading("<", 2, "on"), over(VALUES - 0.5, ("milam",)))
    assert not below.truth.any() and below.undecided.tolist() == [True, True, False]


def test_a_lower_bound_elsewhere_does_not_matter():
    partial = np.zeros((3, 4), dtype=bool)
    partial[:, 3] = True
    assert evaluate(reading("<", 9, "on"), over(VALUES, ("milam",), partial)).undecided is None


def test_an_absent_value_is_undecided_never_false():
    values = VALUES.copy()
    values[1] = np.nan
    for made in (reading(">=", 9, "on"), Not(reading(">=", 9, "on")), reading("<", 9, "by")):
        out = evaluate(made, over(values))
        assert out.undecided.tolist() == [False, True, False] and not out.truth[1]


def test_not_turns_truth_and_margin_round():
    one, other = evaluate(reading(">=", 2, "by"), over(VALUES)), evaluate(Not(reading(">=", 2, "by")), over(VALUES))
    assert (one.truth == ~other.truth).all() and (one.margin == -other.margin).all()


def test_and_or_are_three_valued():
    known, unknown = Record("known"), Record("unknown")
    sure, unsure = reading(">=", 4, "on"), {known: False, unknown: None}
    both = evaluate(AllOf((sure, unknown)), over(VALUES), unsure)
    assert both.truth.tolist() == [False] * 3 and both.undecided.tolist() == [False, False, True]
    either = evaluate(AnyOf((sure, unknown)), over(VALUES), unsure)
    assert either.truth.tolist() == [False, False, True] and either.undecided.tolist() == [True, True, False]
    assert evaluate(AllOf((unknown, known)), over(VALUES), unsure).undecided is None
    assert evaluate(AllOf((sure, sure)), over(VALUES)).margin is None


def test_an_unchecked_or_untestable_reading_is_refused():
    with pytest.raises(InputError, match="not checked"):
        evaluate(parse("x >= 3 W on 2025-03-01"), over(VALUES))
    with pytest.raises(InputError, match="no truth"):
        evaluate(parse("not testable: opinion"), over(VALUES))


_CASE = st.tuples(
    st.lists(st.lists(st.floats(-5, 5), min_size=4, max_size=4), min_size=1, max_size=6),
    st.sampled_from([">=", ">", "<=", "<"]),
    st.sampled_from(["on", "by", "over"]),
    st.floats(-5, 5),
    st.floats(0, 5),
)


@given(_CASE)
@settings(max_examples=100, deadline=None)
def test_a_weaker_threshold_is_never_less_likely(case):
    values, op, kind, threshold, slack = case
    weaker = threshold - slack if op in (">=", ">") else threshold + slack
    strict = evaluate(reading(op, threshold, kind, "2025-02-01", "2025-03-31"), over(np.array(values)))
    loose = evaluate(reading(op, weaker, kind, "2025-02-01", "2025-03-31"), over(np.array(values)))
    assert (loose.truth | ~strict.truth).all()
    assert (loose.margin >= strict.margin).all()


@given(_CASE)
@settings(max_examples=60, deadline=None)
def test_a_later_deadline_is_never_less_likely(case):
    values, op, _, threshold, _ = case
    early = evaluate(reading(op, threshold, "by", "2025-02-01"), over(np.array(values)))
    late = evaluate(reading(op, threshold, "by", "2025-04-30"), over(np.array(values)))
    assert (late.truth | ~early.truth).all()


class FakeBlock:
    """Two draws of one address."""

    draws = 2

    class frame:
        axes = {"month": MONTHS}

    def __init__(self, values):
        self.values, self.asked = np.asarray(values, dtype=float), 0

    def picked(self, address):
        self.asked += 1
        return self.values, None

    def absent(self, address):
        return (str(address),)


def test_a_judge_gathers_block_by_block_and_asks_for_an_address_once():
    first, second = FakeBlock(VALUES[:2]), FakeBlock(VALUES[1:])
    a, b = reading(">=", 2, "on"), reading(">=", 3, "by")
    judge = Judge.of([a, b, a, Record("only")])
    assert judge.needs == ("x",) and judge.readings == (a, b)
    found = judge.outcomes(judge.join([judge.take(first), judge.join([judge.take(second)])]))
    assert found[a].truth.tolist() == [True, True, True, True] and found[b].truth.tolist() == [True, False, False, True]
    assert first.asked == 1 and found[a].truth.dtype == bool and found[a].margin.dtype == np.float32


def test_what_does_not_vary_fills_all_draws():
    static = FakeBlock(np.array([[1.0, 2.0, 3.0, 4.0]]))
    judge = Judge.of([reading(">=", 3, "on")])
    assert judge.take(static)[0].truth.tolist() == [True, True]


def outcome(*truth):
    return Outcome(np.array(truth), None, (), None)
