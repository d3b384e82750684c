"""Policies with recourse against a program of all of them at once, by hand, and against chance."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from stargauge.plan.build_order.beside.recourse import Pool, at_price, begun_before, cheapest, foreseen, halves, losses, parts_by, valued
from stargauge.plan.build_order.case.case import Choice

Places = NDArray[np.intp]
FREE: list[Hashable] = [()] * 12


def _pool(seed: int, draws: int = 90, targets: int = 1, orders: int = 12, fact: NDArray[np.float64] | None = None) -> Pool:
    """Orders at random of three starts, the dearer the surer; whether one keeps a draw hangs on a fact where one is given."""
    chance = np.random.default_rng(seed)
    cost = np.sort(chance.uniform(1e9, 9e9, orders))
    luck = chance.random((1, targets, draws)) if fact is None else 0.5 * chance.random((1, targets, draws)) + 0.5 * fact
    kept = luck < (cost / 8e9)[:, None, None] + chance.uniform(-0.1, 0.1, (orders, targets, 1))
    chosen = [tuple(Choice(at, 0, 0, int(start)) for at, start in enumerate(chance.integers(0, 6, 3))) for _ in range(orders)]
    return Pool(tuple(chosen), cost, kept | (np.arange(orders) == orders - 1)[:, None, None])


def _of_all(pool: Pool, part: Places, begun: Sequence[Hashable], asked: NDArray[np.float64]) -> float:
    """The cost of the cheapest policy by one program over every share of every order in every part."""
    parts, orders, names = int(part.max()) + 1, len(pool.orders), list(dict.fromkeys(begun))
    own = np.equal(part, np.arange(parts)[:, None])
    cost = (own.mean(axis=1)[:, None] * pool.cost).ravel()
    odds = np.stack([(pool.kept & own[at]).mean(axis=2) for at in range(parts)])  # (part, order, target)
    rows = []
    for name in names:
        inside = np.array([one == name for one in begun], dtype=float)
        for at in range(1, parts):
            row = np.zeros((parts, orders))
            row[0], row[at] = inside, -inside
            rows.append(row.ravel())
    once = np.zeros((parts, orders))
    once[0] = 1.0
    made = linprog(
        cost / 1e9, -odds.reshape(parts * orders, -1).T, -asked, np.array([*rows, once.ravel()]), [0.0] * len(rows) + [1.0]
    )  # fmt: skip
    assert made.status == 0
    return float(made.fun) * 1e9


def _spent(pool: Pool, part: Places, begun: Sequence[Hashable], asked: NDArray[np.float64]) -> float:
    every = np.arange(len(part))
    policy = cheapest(pool, part, begun, asked, every)
    assert policy is not None
    return float(losses(pool, policy, part, asked, every).mean())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 2), st.integers(0, 6), st.floats(0.3, 0.9))
def test_the_cheapest_policy_is_that_of_the_whole_program(seed: int, targets: int, months: int, odds: float) -> None:
    pool, asked = _pool(seed, targets=targets), np.full(targets, odds)
    part = parts_by(np.random.default_rng(seed + 1).random(90))
    begun = [begun_before(one, months) for one in pool.orders]
    assert _spent(pool, part, begun, asked) == pytest.approx(_of_all(pool, part, begun, asked), rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.3, 0.9))
def test_to_know_more_or_earlier_costs_no_more_and_everything_least(seed: int, odds: float) -> None:
    pool, asked, fact = _pool(seed), np.array([odds]), np.random.default_rng(seed + 1).random(90)
    costs = [_spent(pool, np.zeros(90, dtype=np.intp), FREE, asked)]
    costs += [_spent(pool, parts_by(fact), [begun_before(one, months) for one in pool.orders], asked) for months in (6, 4, 2, 0)]
    finer = parts_by(fact, 9)
    assert all(len(set(parts_by(fact)[finer == one])) == 1 for one in range(9))
    costs.append(_spent(pool, finer, FREE, asked))
    everything = foreseen(pool, asked)
    assert everything is not None
    costs.append(float(everything.mean()))
    assert all(later <= before * (1.0 + 1e-9) for before, later in pairwise(costs))


def test_by_hand_a_fact_saves_the_dear_order_where_it_turns_out_well() -> None:
    """A keeps all for 10, B keeps what is low for 4: unknown 10, known (10 + 4) / 2; nothing where they part before the fact is known.

    With 95 % a tenth of A may be B: unknown 9.4, known (9.4 + 4) / 2, also on draws that chose none of it.
    """
    draws, fact = 800, np.repeat([0.0, 1.0], 400)
    early, late = Choice(0, 0, 0, 1), Choice(1, 0, 0, 5)
    pool = Pool(((early, late), (early,)), np.array([10.0, 4.0]), np.stack([np.ones((1, draws), dtype=bool), fact[None] == 0.0]))
    part, whole = parts_by(fact), np.zeros(draws, dtype=np.intp)
    for months, most, more in ((0, 3.0, 2.7), (5, 3.0, 2.7), (6, 0.0, 0.0)):
        begun = [begun_before(one, months) for one in pool.orders]
        every = np.array([1.0])
        assert _spent(pool, whole, FREE[:2], every) - _spent(pool, part, begun, every) == pytest.approx(most, abs=1e-5)
        without, known = (valued(pool, *one, np.array([0.95])) for one in ((whole, FREE[:2]), (part, begun)))
        assert without is not None and known is not None and without.mean() == pytest.approx(9.4, rel=0.01)
        assert (without - known).mean() == pytest.approx(more, abs=0.05)
    assert at_price(pool, part, FREE[:2], np.array([20.0]))[1].tolist() == [1, 0]
    everything = foreseen(pool, np.array([1.0]))
    assert everything is not None and everything.mean() == pytest.approx(7.0)


def test_by_hand_the_dearest_draws_are_given_up_where_not_all_is_asked() -> None:
    """Of ten draws seven cost 1 and three cost 5: with 80 % one of the three is kept, (7 + 5) / 10; with nothing to cost for the others."""
    kept = np.zeros((3, 1, 10), dtype=bool)
    kept[1, 0, :7], kept[2] = True, True
    pool = Pool(((), (Choice(0, 0, 0, 0),), (Choice(0, 0, 0, 1),)), np.array([0.0, 1.0, 5.0]), kept)
    everything = foreseen(pool, np.array([0.8]))
    assert everything is not None and everything.mean() == pytest.approx(1.2)


def test_a_fact_that_says_nothing_is_worth_nothing_and_one_that_tells_much_is() -> None:
    asked, said, told = np.array([0.7]), list[float](), list[float]()
    for seed in range(12):
        fact = np.random.default_rng(1000 + seed).random(1024)
        for values, out in ((np.random.default_rng(seed).random(1024), said), (fact, told)):
            pool = _pool(seed, 1024, fact=fact)
            without, known = (valued(pool, part, FREE, asked, 4) for part in (np.zeros(1024, dtype=np.intp), parts_by(values)))
            assert without is not None and known is not None
            saved = without - known
            out.append(float(saved.mean() / max(saved.std() / 32.0, 1.0)))
            assert abs(saved.mean()) < 0.03 * without.mean() or out is told
    assert np.mean(np.array(said) > 2.5) <= 0.1 and np.mean(said) < 1.0
    assert np.mean(np.array(told) > 2.5) >= 0.7 and np.mean(told) > 4.0


def test_each_draw_is_valued_as_often_as_it_is_dealt_and_never_where_it_chose() -> None:
    seen = np.zeros(31)
    for chose, valued_on in halves(31, 3):
        assert not set(chose) & set(valued_on) and len(chose) + len(valued_on) == 31
        seen[valued_on] += 1
    assert (seen == 3).all()


def test_parts_are_low_middle_and_high_of_about_the_same_size() -> None:
    part = parts_by(np.array([5.0, 1, 9, 2, 8, 3, 7, 4, np.inf]))
    assert part.tolist() == [1, 0, 2, 0, 2, 0, 1, 1, 2]
    assert parts_by(np.array([1.0, 0, 1, 1])).tolist() == [1, 0, 1, 1]


def test_what_no_order_keeps_no_policy_does() -> None:
    pool = Pool(((), (Choice(0, 0, 0, 0),)), np.array([0.0, 1.0]), np.zeros((2, 1, 8), dtype=bool))
    assert valued(pool, parts_by(np.arange(8.0)), FREE[:2], np.array([0.5])) is None and foreseen(pool, np.array([0.5])) is None
