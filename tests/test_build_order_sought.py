"""The cheapest order in every draw: against the reckoning of one order at a time, and against all orders there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pytest
from tests.build_order_brute import site_plans
from tests.build_order_programmes import aim, undecided

from stargauge.plan.build_order.case.case import Choice, Limit, value_of
from stargauge.plan.build_order.case.prepare import BuildAsked, Prepared, prepare
from stargauge.plan.build_order.orders.by_draw import ByDraw
from stargauge.plan.build_order.orders.sought import odds_in, sought
from stargauge.plan.build_order.told.figures import fastest

BY = date(2029, 6, 30)


@pytest.fixture(scope="module")
def tiny() -> Prepared:
    """A small programme of three buildings that may be begun in seven months."""
    asked = BuildAsked((aim(400e6, BY),), ("grid", "file"), ("gb300-nvl72",), False, 16, 128, last=date(2027, 6, 30))
    return prepare(*undecided(), asked)


def _every(made: Prepared) -> list[tuple[tuple[Choice, ...], float, np.ndarray]]:
    """All orders there are with their values and what they reach, the cheapest first."""
    plans = [site_plans(made.case, site) for site in range(len(made.case.sites))]
    orders = [tuple(sorted(one for plan in each for one in plan)) for each in product(*plans)]
    out = [(one, value_of(made.case, one), made.reached(one, queues=True)) for one in orders]
    return sorted(out, key=lambda one: (one[1], one[0]))


@pytest.fixture(scope="module")
def every(tiny: Prepared) -> list[tuple[tuple[Choice, ...], float, np.ndarray]]:
    """All orders of the tiny programme."""
    return _every(tiny)


def _asking(made: Prepared, amount: float, probability: float, limits: tuple[Limit, ...] = ()) -> Prepared:
    targets = (made.case.targets[0]._replace(amount=amount, probability=probability),)
    return replace(made, case=replace(made.case, targets=targets, limits=limits))


def test_orders_of_sites_bring_together_what_the_order_reaches(tiny: Prepared, every: list) -> None:  # type: ignore[type-arg]
    by_draw = ByDraw(tiny)
    for place in np.random.default_rng(0).choice(len(every), 40, replace=False):
        chosen, _, reached = every[place]
        orders = by_draw.orders(chosen)
        assert by_draw.reached(orders) * by_draw.unit[:, None] == pytest.approx(reached, rel=1e-9)
        free = by_draw.fixed + sum(by_draw.brought(site, [one])[:, 0] for site, one in enumerate(orders))
        assert (free * by_draw.unit[:, None] >= reached * (1.0 - 1e-6)).all()  # the queue only takes


@pytest.mark.parametrize(("amount", "probability"), list(product((250e6, 350e6, 500e6, 600e6), (0.3, 0.5, 0.7, 0.85))))
def test_no_order_of_all_is_cheaper(tiny: Prepared, every: list, amount: float, probability: float) -> None:  # type: ignore[type-arg]
    made = _asking(tiny, amount, probability)
    best = next((value for _, value, got in every if (got[0] >= amount * (1.0 - 1e-9)).mean() >= probability), None)
    found = sought(made, [tiny.as_filed, fastest(tiny), ()], effort=1)
    assert (found is None) == (best is None)
    if found is not None and best is not None:
        assert found.value == pytest.approx(best, rel=1e-6)
        assert found.odds == pytest.approx(odds_in(made, found.chosen)) and found.odds[0] >= probability


def test_no_order_within_a_limit_is_cheaper(tiny: Prepared, every: list) -> None:  # type: ignore[type-arg]
    capital = tiny.uses.capital.sum(axis=-1)
    amount, probability = 500e6, 0.5
    kept = [(one, value) for one, value, got in every if (got[0] >= amount * (1.0 - 1e-9)).mean() >= probability]
    spent = sorted({value_of(tiny.case, one, capital) for one, _ in kept})
    for most in (spent[0], spent[len(spent) // 3], 0.9 * spent[0]):
        best = min((value for one, value in kept if value_of(tiny.case, one, capital) <= most * (1.0 + 1e-9)), default=None)
        found = sought(_asking(tiny, amount, probability, (Limit("in all", "money", most, "USD", capital),)), [fastest(tiny), ()])
        assert (None if found is None else found.value) == (None if best is None else pytest.approx(best, rel=1e-6))


def test_what_is_looser_costs_no_more_than_the_order_in_hand(tiny: Prepared) -> None:
    hands, before = [fastest(tiny), tiny.as_filed], np.inf
    for probability in (0.85, 0.7, 0.5, 0.3):
        found = sought(_asking(tiny, 350e6, probability), hands)
        if found is not None:
            assert found.value <= before
            hands, before = [found.chosen], found.value
    assert np.isfinite(before)


def test_only_the_draws_that_are_named_count(tiny: Prepared, every: list) -> None:  # type: ignore[type-arg]
    places = np.arange(0, 128, 3)
    best = next(value for _, value, got in every if (got[0, places] >= 350e6 * (1.0 - 1e-9)).mean() >= 0.6)
    found = sought(_asking(tiny, 350e6, 0.6), [fastest(tiny)], draws=places)
    assert found is not None and found.value == pytest.approx(best, rel=1e-6)


def test_chance_makes_nothing_dearer_and_is_the_same_again(tiny: Prepared) -> None:
    made = _asking(tiny, 500e6, 0.5)
    plain, often, again = (sought(made, [fastest(tiny)], effort=effort) for effort in (0, 2, 2))
    assert plain is not None and often is not None and again is not None
    assert often.value <= plain.value and often.chosen == again.chosen


def test_where_nothing_keeps_all_the_nearest_is_told_if_asked_for(tiny: Prepared) -> None:
    made = _asking(tiny, 5e9, 0.5)
    assert sought(made, [fastest(tiny)]) is None
    near = sought(made, [fastest(tiny)], nearest=True)
    assert near is not None and near.odds[0] < 0.5
