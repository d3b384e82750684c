"""What a little more of a limit saves, and what other days and probabilities cost; against trying out everything."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.build_order_brute import brute
from tests.build_order_tiny import FIRST_MONTH, month_end, tiny

from stargauge.plan.build_order.case import BuildCase, BuildOrder, Limit, faults_of, value_of
from stargauge.plan.build_order.frontier import frontier
from stargauge.plan.build_order.prices import prices, tight
from stargauge.plan.build_order.revise import revised
from stargauge.plan.build_order.solve import NoOrder
from stargauge.plan.build_order.variants import Finder, with_limit, with_target

EXACT = Finder(brute, gap=0.0, anew=True)


def _best(case: BuildCase) -> BuildOrder:
    order = brute(case)
    assert order is not None
    return order


def _held_back(seed: int) -> BuildCase:
    """A case whose emissions hold it back: the cheap power emits, and not all may be built with it."""
    case = tiny(seed, by=20, amount=0.6).case
    cost = case.cost.copy()
    cost[:, 0] *= 1.3
    emits = np.zeros(cost.shape)
    emits[:, 1] = 2e12
    return replace(case, cost=cost, limits=(Limit("in all", "emissions", 0.5e12, "g", emits), Limit("", "money", 1e30, "USD", cost)))


@pytest.mark.parametrize("seed", range(4))
def test_a_price_is_what_planning_with_a_step_more_saves(seed: int) -> None:
    made, case = tiny(seed, by=16), tiny(seed, by=16).case
    order = _best(case)
    rows = {row.kind: row for row in prices(case, order, EXACT, with_day=made.with_day)}
    target = case.targets[0]
    steps = {
        "day": made.with_day(0, month_end(FIRST_MONTH + 17)), "probability": with_target(case, 0, probability=target.probability - 0.01),
        "amount": with_target(case, 0, amount=target.amount - 1e8),
    }  # fmt: skip
    assert set(rows) == set(steps)
    for kind, step in steps.items():
        assert rows[kind].price == pytest.approx(order.value - _best(step).value, abs=1.0)
        assert rows[kind].certain and rows[kind].unit == "USD"


@pytest.mark.parametrize("seed", range(4))
def test_only_limits_that_hold_the_order_back_have_a_price(seed: int) -> None:
    case = _held_back(seed)
    order = _best(case)
    assert tight(case, order) == [0]
    for most in (0.5e12, 1.5e12, 2.5e12):
        held = with_limit(case, 0, most)
        order = _best(held)
        rows = [row for row in prices(held, order, EXACT) if row.kind in ("emissions", "money")]
        saved = order.value - _best(with_limit(case, 0, most + 1e12)).value
        assert [(row.kind, row.price) for row in rows] == ([("emissions", pytest.approx(saved))] if saved > 0 else [])
        assert all(row.per == "1 Mt" and row.text.startswith("1 Mt more of emissions (in all) saves") for row in rows)


def test_some_limit_holds_an_order_back() -> None:
    cases = [with_limit(_held_back(seed), 0, 1.5e12) for seed in range(4)]
    assert any(row.kind == "emissions" for case in cases for row in prices(case, _best(case), EXACT))


def test_what_lies_within_the_gap_is_said_to() -> None:
    made = tiny(1, by=13)
    order = _best(made.case)
    loose = replace(order, bound=0.0)
    rows = [row for row in prices(made.case, loose, EXACT, with_day=made.with_day) if row.price > 0]
    assert rows and all(row.text.endswith("within the accuracy of the plan") and not row.certain for row in rows)
    assert all(json.loads(json.dumps(row.to_dict())) == row.to_dict() for row in rows)


@pytest.mark.parametrize("seed", range(6))
def test_small_changes_keep_all_and_never_make_an_order_dearer_nor_cheaper_than_the_best(seed: int) -> None:
    case = with_limit(_held_back(seed), 0, 2.5e12)
    case = replace(case, least=(1.1 * case.buildings[0].it_power, 0.0))
    best = _best(case)
    dearest = brute(case, -case.cost)
    assert dearest is not None
    made = revised(case, dearest)
    assert made is not None and not faults_of(case, made.chosen)
    assert best.value - 1.0 <= made.value <= value_of(case, dearest.chosen)
    assert revised(case, best).value == pytest.approx(best.value)  # type: ignore[union-attr]
    assert revised(case, made).chosen == made.chosen  # type: ignore[union-attr]
    assert revised(with_target(case, 0, amount=1e15), best) is None


@pytest.mark.parametrize("seed", range(4))
def test_a_price_by_changing_the_order_alone_is_no_more_than_planning_anew_saves(seed: int) -> None:
    made = tiny(seed, by=16)
    order = _best(made.case)
    quick = prices(made.case, order, replace(EXACT, anew=False), with_day=made.with_day)
    anew = prices(made.case, order, EXACT, with_day=made.with_day)
    assert [row.kind for row in quick] == [row.kind for row in anew]
    assert all(0.0 <= one.price <= other.price + 1.0 for one, other in zip(quick, anew, strict=True))


def test_a_price_is_never_below_nought_though_the_solver_finds_worse() -> None:
    case = tiny(2, by=16).case
    order = _best(case)

    def poor(other: BuildCase, goal: object = None, /, *, gap: float = 0.0, time_limit: float = 0.0) -> BuildOrder:
        return replace(order, value=1.5 * order.value)

    assert all(row.price == 0 and "saves nothing" in row.text for row in prices(case, order, Finder(poor, anew=True)))


@pytest.mark.parametrize("seed", range(4))
def test_more_time_and_less_probability_never_cost_more(seed: int) -> None:
    made = tiny(seed, amount=0.7)
    cases = [
        (with_target(made.with_day(0, month_end(FIRST_MONTH + by)), 0, probability=odds), (by, odds) == (14, 0.6))
        for by in (4, 9, 12, 14, 18, 24) for odds in (0.3, 0.6, 0.9)
    ]  # fmt: skip
    points = frontier(cases, EXACT)
    assert len(points) == len(cases) and sum(one.asked for one in points) == 1
    for case, _ in cases:
        alone, target = brute(case), case.targets[0]
        point = next(one for one in points if (one.by, one.probability) == (target.day, target.probability))
        assert (alone is None) == (point.cost is None)
        assert alone is None or point.cost == pytest.approx(alone.value)
    for one in points:
        for looser in points:
            if looser.by >= one.by and looser.probability <= one.probability and one.cost is not None:
                assert looser.cost is not None and looser.cost <= one.cost
    assert any(one.cost is None for one in points) and any(one.cost is not None for one in points)


def test_a_point_for_which_nothing_was_found_takes_over_the_order_of_a_stricter_one() -> None:
    made = tiny(0, amount=0.5)
    early, late = (made.with_day(0, month_end(FIRST_MONTH + by)) for by in (14, 20))

    def poor(case: BuildCase, goal: object = None, /, *, gap: float = 0.0, time_limit: float = 0.0) -> BuildOrder | None:
        found = brute(case)
        if case.targets[0].day == late.targets[0].day:
            raise NoOrder("none found in time", late=True)
        return found

    first, last = frontier([(late, False), (early, True)], Finder(poor))
    assert first.cost is not None and last.cost is not None and last.cost <= first.cost
    assert last.taken == (first.by, first.probability) and first.taken is None
    assert last.to_dict()["taken_from"] == {"by": str(first.by), "probability": first.probability}
