"""The best order of build: what trying out all orders finds, with a bound that holds, whatever the case."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.build_order_brute import brute, site_plans
from tests.build_order_cases import Size, random_case, tiny

from stargauge.plan.build_order.case.case import BuildCase, BuildOrder, Choice, faults_of, value_of
from stargauge.plan.build_order.case.variants import Finder
from stargauge.plan.build_order.conflict.relief import most_amount
from stargauge.plan.build_order.orders.revise import spared
from stargauge.plan.build_order.solver.master import Master
from stargauge.plan.build_order.solver.pricing import Cut, Kept, Prices, Scaled, bound_of
from stargauge.plan.build_order.solver.search import Search
from stargauge.plan.build_order.solver.solve import NoOrder, solve

_SEEDS = st.integers(0, 100_000)
#: A case that a search has to branch in, though small.
_SMALL = Size(sites=3, buildings=9, months=24, powers=3, chips=2, worlds=12, shares=((0.5, 20),), limits=2)
#: A case that takes more work than a test has.
_LARGER = Size(sites=4, buildings=16, months=36, powers=4, chips=2, worlds=30, shares=((0.4, 20), (0.6, 30)), limits=4)


def _solved(case: BuildCase, goal: np.ndarray | None = None, gap: float = 0.0) -> BuildOrder | None:
    try:
        return solve(case, goal, gap=gap)
    except NoOrder:
        return None


def _same(ours: BuildOrder | None, best: BuildOrder | None) -> None:
    assert (ours is None) == (best is None)
    if ours is not None and best is not None:
        near = 1e-6 * max(abs(best.value), 1.0)
        assert ours.value == pytest.approx(best.value, abs=near)
        assert ours.bound <= best.value + near


@given(_SEEDS)
@settings(max_examples=60, deadline=None)
def test_a_tiny_case_has_the_order_that_trying_out_all_finds(seed: int) -> None:
    case = tiny(seed)
    ours = _solved(case)
    _same(ours, brute(case))
    if ours is not None:
        assert faults_of(case, ours.chosen) == []
        assert ours.gap <= 1e-6


@given(_SEEDS)
@settings(max_examples=5, deadline=None)
def test_the_tree_alone_finds_it_too(seed: int) -> None:
    """Without the general solver over the options that are left, and so by branching to single options; some take too much of it."""
    case = tiny(seed)
    best = brute(case)
    search = Search(Scaled(case), 0.02, np.inf, few=0, effort=4e6)
    search.run()
    assert search.late or (best is None) == (not search.pool.best)
    if best is not None:
        value = search.pool.value * search.scaled.unit
        assert best.value * (1.0 - 1e-6) <= value
        assert search.late or value <= best.value * (1.0 + 0.021)
        assert search.bound * search.scaled.unit <= best.value * (1.0 + 1e-6)


@given(_SEEDS)
@settings(max_examples=30, deadline=None)
def test_another_goal_may_be_worth_building_for_by_itself(seed: int) -> None:
    """The latest starts, for instance: less than nothing for each month."""
    case = tiny(seed)
    goal = np.broadcast_to(-np.arange(len(case.months), dtype=float), case.cost.shape) + 1.5
    _same(_solved(case, goal), brute(case, goal))


def test_without_a_target_nothing_is_built() -> None:
    case = tiny(1)
    none = replace(case, targets=(), gains=case.gains[:0], there=case.there[:0], fixed=case.fixed[:0])
    order = solve(none)
    assert (order.chosen, order.value, order.bound) == ((), 0.0, 0.0)


@given(_SEEDS)
@settings(max_examples=25, deadline=None)
def test_more_room_never_costs_more(seed: int) -> None:
    """More worlds to give up, more money, more options, more time: each by itself."""
    case = tiny(seed)
    first = _solved(case)
    wider = [
        replace(case, targets=tuple(target._replace(probability=target.probability - 0.2) for target in case.targets)),
        replace(case, targets=tuple(target._replace(amount=0.9 * target.amount) for target in case.targets)),
        replace(case, limits=tuple(limit._replace(most=1.2 * limit.most) for limit in case.limits)),
        replace(case, allowed=np.ones_like(case.allowed)),
        replace(case, there=np.maximum(case.there, np.roll(case.there, -1, axis=4))),
    ]
    for each in wider:
        second = _solved(each)
        if first is not None:
            assert second is not None
            assert second.value <= first.value * (1.0 + 1e-6)


def test_the_same_case_has_the_same_order() -> None:
    case = random_case(3, _SMALL)
    one, other = solve(case), solve(case)
    assert (one.chosen, one.value, one.bound, one.steps) == (other.chosen, other.value, other.bound, other.steps)
    assert one.gap <= 0.01


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    """Not by the solver underneath either, which writes past Python."""
    solve(random_case(3, _SMALL), gap=0.05)
    assert capfd.readouterr() == ("", "")


def test_a_search_ends_with_its_work_the_same_each_time() -> None:
    case = random_case(5, _SMALL)
    ends = []
    for _ in range(2):
        search = Search(Scaled(case), 0.0, np.inf, few=0, effort=2e5)
        search.run()
        ends.append((search.late, search.by_clock, search.pool.value, search.bound, search.rounds))
    assert ends[0] == ends[1]
    assert ends[0][:2] == (True, False)
    assert ends[0][3] <= ends[0][2]


def test_a_node_that_work_ended_has_a_finite_bound() -> None:
    """What is still missing then proves nothing."""
    case = random_case(3, _SMALL)
    search = Search(Scaled(case), 0.01, np.inf, effort=0.0)
    search.nodes = 2
    relaxed, bound, _ = search._bounded(search.open[0], np.inf)
    assert relaxed is None and np.isfinite(bound)
    assert bound * search.scaled.unit <= solve(case).value


def test_a_case_ends_in_the_same_order_however_busy_the_machine_is() -> None:
    """Work ends a search, not time: so too with another thread that takes half of the processor, and with most of the work left undone."""
    case, busy = random_case(1, _LARGER), threading.Event()

    def turn() -> None:
        while not busy.is_set():
            sum(range(10_000))

    alone, other = solve(case, gap=0.0, time_limit=1.5), threading.Thread(target=turn)
    other.start()
    try:
        beside = solve(case, gap=0.0, time_limit=1.5)
    finally:
        busy.set()
        other.join()
    assert "work limit reached" in dict(alone.steps)
    assert (alone.chosen, alone.value, alone.bound, alone.steps) == (beside.chosen, beside.value, beside.bound, beside.steps)
    assert np.array_equal(alone.kept, beside.kept)


def test_the_clock_is_said_where_it_ends_a_search() -> None:
    search = Search(Scaled(random_case(5, _SMALL)), 0.0, -np.inf, few=0)
    search.run()
    assert (search.late, search.by_clock) == (True, True)
    assert np.isfinite(search.bound)


def test_no_order_with_no_work_at_all_is_late() -> None:
    case = random_case(3, _SMALL)
    try:
        order = solve(case, time_limit=1e-9)
    except NoOrder as none:
        assert none.late
    else:
        assert dict(order.steps).keys() & {"work limit reached", "time limit reached"}
        assert np.isfinite(order.bound)


@pytest.mark.parametrize("seed", range(6))
def test_no_order_within_little_work_is_late_and_proves_nothing(seed: int) -> None:
    """Whether an order is found or not, the bound holds for the best there is."""
    case = tiny(seed)
    best = brute(case)
    for effort in (0.0, 1e4, 4e4):
        search = Search(Scaled(case), 0.0, np.inf, few=0, effort=effort)
        search.run()
        assert search.late or (best is None) == (not search.pool.best)
        if best is not None:
            assert search.bound * search.scaled.unit <= best.value * (1.0 + 1e-6)


@given(_SEEDS)
@settings(max_examples=30, deadline=None)
def test_what_is_not_there_is_proven(seed: int) -> None:
    """Not only not found: with time enough no search of a tiny case ends late."""
    try:
        assert "work limit reached" not in dict(solve(tiny(seed), gap=0.0).steps)
    except NoOrder as none:
        assert not none.late


@given(_SEEDS, st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_no_order_is_better_than_the_bound_at_any_prices(seed: int, other: int) -> None:
    case, chance = tiny(seed), np.random.default_rng(other)
    best = brute(case)
    scaled = Scaled(case)
    prices = Prices(chance.uniform(0, 1, scaled.need.shape), chance.uniform(0, 1, len(case.limits)))
    every = Kept(np.zeros(scaled.need.shape), np.ones(scaled.need.shape))
    found = scaled.best(prices, every)
    if best is not None:
        assert bound_of(scaled, prices, found.least, every) * scaled.unit <= best.value * (1.0 + 1e-9)


@given(_SEEDS, st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_the_plan_of_a_site_is_the_best_of_all_its_plans(seed: int, other: int) -> None:
    case, chance = tiny(seed), np.random.default_rng(other)
    case = replace(case, targets=tuple(target._replace(probability=1.0) for target in case.targets))  # every world counts
    scaled = Scaled(case)
    prices = Prices(chance.uniform(0, 2, scaled.need.shape), chance.uniform(0, 1, len(case.limits)))
    every = Kept(np.zeros(scaled.need.shape), np.ones(scaled.need.shape))
    cut = Cut("start", int(chance.integers(len(case.buildings))), int(chance.integers(len(case.months))), bool(chance.integers(2)))
    for cuts in ((), (cut,)):
        found = scaled.best(prices, every, cuts)
        for site in range(len(case.sites)):
            plans = [scaled.plan(site, choices) for choices in site_plans(case, site)]
            held = [plan for plan in plans if scaled.held(plan, cuts)]
            worth = [plan.value - float(prices.target.ravel() @ plan.reach) + float(prices.limit @ plan.use) for plan in held]
            assert found.least[site] == pytest.approx(min(worth, default=np.inf), abs=1e-9)


@given(_SEEDS)
@settings(max_examples=30, deadline=None)
def test_an_option_that_is_ruled_out_is_in_no_better_order(seed: int) -> None:
    case = tiny(seed)
    best = brute(case)
    if best is None:
        return
    search = Search(Scaled(case), 0.0, np.inf)
    node = search.open[0]
    _, bound, prices = search._bounded(node, np.inf)
    assert prices is not None
    left = search.scaled.left(prices, node.kept, (), best.value / search.scaled.unit - bound + 1e-9)
    assert all(left[one] for one in best.chosen)


def test_what_cannot_be_reached_is_said_with_how_far() -> None:
    case = tiny(1)
    far = replace(case, targets=tuple(target._replace(amount=100.0 * target.amount) for target in case.targets))
    with pytest.raises(NoOrder, match=r"target 0: even with all that can be built.*kept with 0%, not with"):
        solve(far)


def test_what_limits_forbid_is_said() -> None:
    case = tiny(1)
    from stargauge.plan.build_order.case.case import Limit

    none = replace(case, limits=(Limit("all", "money", 1.0, "USD", case.cost),))
    with pytest.raises(NoOrder, match=r"within the limits \(money\)"):
        solve(none)


@given(_SEEDS)
@settings(max_examples=15, deadline=None)
def test_the_most_of_a_target_is_what_trying_out_finds(seed: int) -> None:
    case = tiny(seed)
    most, order = most_amount(case, 0, Finder(solve), near=1e-5)
    if order is None:
        return
    assert faults_of(replace(case, targets=(case.targets[0]._replace(amount=most), *case.targets[1:])), order.chosen) == []
    more = replace(case, targets=(case.targets[0]._replace(amount=most * 1.001 + 1.0), *case.targets[1:]))
    assert brute(more) is None


def test_a_case_that_is_too_large_to_try_out_is_proven() -> None:
    case = random_case(5, _SMALL)
    order = solve(case, gap=0.01)
    assert faults_of(case, order.chosen) == []
    assert order.value == pytest.approx(value_of(case, order.chosen))
    assert order.bound <= order.value <= order.bound / 0.99 * (1.0 + 1e-9)


def test_an_empty_master_is_priced_within_its_penalty() -> None:
    scaled = Scaled(tiny(1))
    master = Master(scaled, 7.0)
    assert 0.0 < master.solve().prices.target.max() <= 7.0 * (1.0 + 1e-9)


@given(_SEEDS)
@settings(max_examples=25, deadline=None)
def test_no_building_can_be_left_out_at_no_more_cost(seed: int) -> None:
    """However wide the gap that is asked for."""
    case = tiny(seed)
    order = _solved(case, gap=1.0)
    for last in [] if order is None else [max((one for one in order.chosen if one.building in at), default=None) for at in case.by_site]:
        if order is not None and last is not None:
            assert faults_of(case, tuple(one for one in order.chosen if one != last))


@given(_SEEDS)
@settings(max_examples=25, deadline=None)
def test_what_adds_nothing_is_left_out_of_an_order(seed: int) -> None:
    """A building too many at the end of a site, and all of a site that helps nothing."""
    case = tiny(seed)
    best = brute(case)
    if best is None:
        return
    for places in case.by_site:
        more = [Choice(at, 0, 0, len(case.months) - 1) for at in places]
        helps = any(case.there[:, one.building, one.power, one.chip, one.start].any() for one in more)
        if helps or any(one.building in places for one in best.chosen) or faults_of(case, (*best.chosen, *more)):
            continue
        assert spared(case, (*best.chosen, *more)) == best.chosen
