"""Small changes of an order of build, against trying out everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.build_order_brute import brute
from tests.build_order_tiny import tiny

from stargauge.plan.build_order.case.case import BuildCase, BuildOrder, Limit, faults_of, value_of
from stargauge.plan.build_order.case.variants import with_limit, with_target
from stargauge.plan.build_order.orders.revise import revised


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
