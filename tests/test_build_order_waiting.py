"""What can wait and what it is worth to know; against trying out everything."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.build_order_brute import brute
from tests.build_order_tiny import tiny

from stargauge.plan.build_order.case import BuildCase, BuildOrder, faults_of, kept_in, value_of
from stargauge.plan.build_order.information import PERFECT, Fact, information, parts_by
from stargauge.plan.build_order.variants import Finder, in_worlds, not_before
from stargauge.plan.build_order.waiting import decisions, delays

EXACT = Finder(brute, gap=0.0, anew=True)


def _best(case: BuildCase) -> BuildOrder:
    order = brute(case)
    assert order is not None
    return order


def _early(case: BuildCase) -> BuildOrder:
    """The best order of those that start as early as they can: so that something can wait."""
    goal = np.broadcast_to(1e12 * (1.0 + np.arange(len(case.months))), case.cost.shape) + case.cost
    order = brute(case, goal)
    assert order is not None
    return replace(order, value=value_of(case, order.chosen), bound=value_of(case, order.chosen))


@pytest.mark.parametrize("seed", range(5))
def test_a_start_may_slip_as_long_as_all_is_kept_and_no_longer(seed: int) -> None:
    case = tiny(seed, by=15, months=6).case
    order = _early(case)
    for at, row in enumerate(decisions(case, order)):
        one = order.chosen[at]
        for months in range(len(case.months) - one.start):
            moved = (*order.chosen[:at], one._replace(start=one.start + months), *order.chosen[at + 1 :])
            if months <= row.slack:
                assert not faults_of(case, moved)
            elif months == row.slack + 1:
                assert faults_of(case, moved) and row.hangs_on
        assert row.start == case.months[one.start] and row.latest == case.months[one.start + row.slack]


def _one_building(there: np.ndarray) -> BuildCase:
    """A case of one building at a site of two powers and two chips; `there`: (power, chip, start, world)."""
    case, shape = tiny(0, amount=0.1, probability=1.0, worlds=4, months=3).case, (2, 2, 3, 4)
    assert there.shape == shape
    return replace(
        case, sites=("here",), buildings=(case.buildings[0],), allowed=case.allowed[:1], cost=case.cost[:1], gains=case.gains[:, :1],
        there=there[None, None], spacing=(0,), weights=np.full(4, 0.25),
    )  # fmt: skip


def test_what_a_start_hangs_on_is_what_decides_in_the_worlds_that_are_missed() -> None:
    always = np.ones((2, 2, 3, 4), dtype=bool)
    by_power, by_chip, by_work = always.copy(), always.copy(), always.copy()
    by_power[0, :, 2, 3] = by_chip[:, 0, 2, 3] = by_work[:, :, 2, 3] = False
    facts = [Fact("grid", "how long the grid takes here", np.array([1.0, 2.0, 3.0, 4.0]), "here"),
             Fact("else", "how long the grid takes elsewhere", np.array([1.0, 2.0, 3.0, 4.0]), "elsewhere"),
             Fact("chance", "something unrelated", np.array([4.0, 3.0, 2.0, 1.0]))]  # fmt: skip
    hangs = []
    for there in (by_power, by_chip, by_work):
        case = _one_building(there)
        order = next(one for one in [_forced(case)] if not faults_of(case, one.chosen))
        (row,) = decisions(case, order, facts if there is by_power else ())
        assert row.slack == 1 and "1 month later" in row.text
        hangs.append(row.hangs_on)
    assert hangs[0] == ("how soon grid carries here", "how long the grid takes here")
    assert hangs[1:] == [("when old is delivered",), ("how long the work on it takes",)]


def _forced(case: BuildCase) -> BuildOrder:
    """The building at once with the first power and the first chip."""
    goal = np.ones(case.cost.shape)
    goal[0, 0, 0, 0] = 0.0
    return replace(_best(case), chosen=brute(case, goal).chosen)  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", range(5))
def test_to_know_is_never_worth_less_than_nothing_nor_more_than_to_know_everything(seed: int) -> None:
    case = tiny(seed, by=15, worlds=6).case
    order = _best(case)
    rng = np.random.default_rng(seed)
    facts = [Fact(f"fact {at}", "a date", rng.uniform(size=6)) for at in range(3)]
    rows = information(case, order, [*facts, Fact("nothing", "what is the same everywhere", np.ones(6))], EXACT)
    assert rows[-1].fact == PERFECT and all(0 <= row.worth <= rows[-1].worth for row in rows)
    quick = information(case, order, facts, replace(EXACT, anew=False))
    assert (
        all(0 <= row.worth <= more.worth + 1.0 for row, more in zip(quick[:-1], rows, strict=False))
        and quick[-1].worth <= rows[-1].worth + 1.0
    )
    same = next(row for row in rows if row.fact == "nothing")
    assert same.worth == pytest.approx(0.0, abs=1.0)
    assert all(json.loads(json.dumps(row.to_dict())) == row.to_dict() for row in rows)


@pytest.mark.parametrize("seed", range(3))
def test_the_worth_of_a_fact_is_that_of_planning_each_part_and_the_promise_stays(seed: int) -> None:
    case = tiny(seed, by=15, worlds=6).case
    order = _best(case)
    fact = Fact("fact", "a date", np.arange(6.0))
    known, promised = 0.0, 0.0
    for part in parts_by(fact.values, case.weights):
        alone = in_worlds(case, part, kept_in(case, order.chosen))
        best, weight = _best(alone), float(case.weights[part].sum())
        known += weight * best.value
        promised += weight * float(alone.weights[best.kept[0]].sum())
    row = information(case, order, [fact], EXACT)[0]
    assert row.worth == pytest.approx(max(0.0, order.value - known), abs=1.0)
    assert promised >= float(case.weights[order.kept[0]].sum()) - 1e-9


def test_parts_have_about_the_same_weight_and_hold_each_world_once() -> None:
    weights = np.full(9, 1 / 9)
    parts = parts_by(np.array([5.0, 1, 9, 2, 8, 3, 7, 4, 6]), weights)
    assert [float(part @ weights) for part in parts] == pytest.approx([1 / 3] * 3)
    assert np.sum(parts, axis=0).tolist() == [1] * 9
    assert len(parts_by(np.array([1.0, 0, 1, 1]), np.full(4, 0.25))) == 2


@pytest.mark.parametrize("seed", range(5))
def test_to_wait_costs_no_less_the_longer_it_lasts_until_it_cannot_be_had(seed: int) -> None:
    case = tiny(seed, by=11, months=6, amount=0.4).case
    order = _best(case)
    rows = delays(case, order, EXACT, months=(1, 2, 3, 4, 6))
    last = 0.0
    for row in rows:
        alone = brute(not_before(case, row.months))
        assert (alone is None) == (row.cost is None)
        if alone is not None:
            assert row.cost == pytest.approx(alone.value) and row.difference is not None and row.difference >= last
            last = row.difference
        else:
            assert row.probabilities is not None and 0 <= row.probabilities[0] < case.targets[0].probability
    quick = delays(case, order, replace(EXACT, anew=False), months=(1, 2, 3, 4, 6))
    for row, exact in zip(quick, rows, strict=True):
        assert (row.cost is None) == (exact.cost is None)
        assert row.cost is None or exact.cost is None or row.cost >= exact.cost - 1.0
    assert rows[-1].options == 0 and rows[-1].probabilities == (0.0,)
    assert [row.options for row in rows] == sorted((row.options for row in rows), reverse=True)
