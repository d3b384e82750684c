"""PRIM: the boxes of the EMA Workbench draw for draw, and what must hold of any trajectory."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.prim_examples import BOXES, EXAMPLES, asked_of_ema, dimensions, names_of

from stargauge.quantity.effects.prim import Box, Dimension, binomial_tail, prim, quasi_p, wilson

#: A Python that has ema_workbench in it; without it the stored boxes are what is tested against.
EMA = os.environ.get("STARGAUGE_EMA", "")


def agrees(example: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Every step of the trajectory, the limits and the quasi-p-values are theirs."""
    columns, names = dimensions(example), names_of(example)
    truth = np.asarray(example["truth"], dtype=bool)
    boxes = prim(columns, truth, least=example["least"])
    assert [[box.size, box.held, len(box.restricted)] for box in boxes] == theirs["trajectory"]
    box, chances = boxes[-1], quasi_p(boxes[-1], columns, truth)
    assert {names[at] for at in box.restricted} == set(theirs["limits"])
    for name, ends in theirs["limits"].items():
        at = names.index(name)
        if name in example["categories"]:
            assert sorted(box.kept[at]) == ends
        else:
            theirs_open = [open_end if end is None else end for end, open_end in zip(ends, (-np.inf, np.inf), strict=True)]
            assert box.ranges[at] == pytest.approx(theirs_open, rel=1e-12)
        for mine, other in zip(chances[at], theirs["quasi_p"][name], strict=True):
            assert mine == (None if other is None else pytest.approx(other, rel=1e-9))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_box_is_that_of_the_ema_workbench(name: str) -> None:
    agrees(EXAMPLES[name](), json.loads(BOXES.read_text(encoding="utf-8"))[name])


@pytest.mark.slow
@pytest.mark.skipif(not EMA, reason="STARGAUGE_EMA names no Python with ema_workbench")
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_box_is_that_of_the_ema_workbench_run_beside_it(name: str) -> None:
    example = EXAMPLES[name]()
    agrees(example, asked_of_ema(EMA, example))


def world(seed: int, count: int, wide: int) -> tuple[list[Dimension], np.ndarray]:
    """Uniform columns, one category of four, and a truth that hangs on the first two columns."""
    chance = np.random.default_rng(seed)
    columns = [Dimension(chance.random(count)) for _ in range(wide)]
    kind = Dimension(chance.integers(0, 4, count).astype(float), 4)
    inside = (columns[0].values > 0.4) & (columns[1].values < 0.6)
    return [*columns, kind], np.where(inside, chance.random(count) < 0.9, chance.random(count) < 0.1)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(40, 600), st.integers(2, 5), st.sampled_from([0.02, 0.05, 0.2]))
def test_a_trajectory_only_gains_density_and_keeps_the_least_mass(seed: int, count: int, wide: int, least: float) -> None:
    columns, truth = world(seed, count, wide)
    for objective in ("lenient", "original"):
        boxes = prim(columns, truth, least=least, objective=objective)  # type: ignore[arg-type]
        assert all(after.density >= before.density for before, after in pairwise(boxes))
        assert min(box.size for box in boxes) >= least * count - 1e-6
        assert all(box.scored(columns, truth) == box for box in boxes)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
@example(451)
def test_the_order_of_draws_and_columns_does_not_matter(seed: int) -> None:
    columns, truth = world(seed, 300, 3)
    chance = np.random.default_rng(seed + 1)
    rows, places = chance.permutation(300), chance.permutation(len(columns))
    plain = prim(columns, truth)
    shuffled = prim([Dimension(one.values[rows], one.categories) for one in columns], truth[rows])
    assert [(box.size, box.held, box.ranges, box.kept) for box in shuffled] == [(b.size, b.held, b.ranges, b.kept) for b in plain]
    moved = prim([columns[at] for at in places], truth)
    # Where two peels gain exactly as much the first column is taken: as many are then restricted, and others (seed 451).
    if {(box.size, box.held) for box in moved} == {(box.size, box.held) for box in plain}:
        ours, others = ({(box.size, box.held, len(box.restricted)) for box in boxes} for boxes in (moved, plain))
        assert ours == others


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(-3.0, 3.0))
def test_a_rising_change_of_units_moves_limits_and_nothing_else(seed: int, power: float) -> None:
    columns, truth = world(seed, 300, 3)
    scaled = [Dimension(columns[0].values * 10.0**power, 0), *columns[1:]]
    for one, other in zip(prim(columns, truth), prim(scaled, truth), strict=True):
        assert (one.size, one.held, one.restricted) == (other.size, other.held, other.restricted)


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_box_is_found(seed: int) -> None:
    columns, truth = world(seed, 4000, 8)
    box = next(box for box in prim(columns, truth, least=0.02) if box.density >= 0.88)
    low, high = box.ranges[0][0], box.ranges[1][1]
    assert abs(low - 0.4) < 0.08
    assert abs(high - 0.6) < 0.08
    chances = quasi_p(box, columns, truth)
    assert max(p for at in (0, 1) for p in chances[at] if p is not None and p < 0.5) < 1e-6


def test_noise_leaves_no_dimension_that_many_tries_would_not_give() -> None:
    telling = 0
    for seed in range(20):
        chance = np.random.default_rng(seed)
        columns, truth = [Dimension(chance.random(1000)) for _ in range(10)], chance.random(1000) < 0.3
        box = prim(columns, truth, least=0.2)[-1]
        ends = [p for pair in quasi_p(box, columns, truth).values() for p in pair if p is not None]
        telling += sum(p < 0.05 / (2 * len(columns)) for p in ends)
    assert telling <= 2


def test_a_column_that_is_the_same_everywhere_is_never_cut() -> None:
    columns, truth = world(3, 400, 2)
    boxes = prim([*columns, Dimension(np.full(400, 7.0))], truth)
    assert all(3 not in box.restricted for box in boxes)


def test_a_box_without_one_side_keeps_the_other() -> None:
    box = Box({0: (0.2, 0.8)}, {1: frozenset({1})})
    assert box.without(0, 0).ranges == {0: (-np.inf, 0.8)}
    assert box.without(0).ranges == {}
    assert box.without(1).kept == {}


def test_peeling_can_stop_early() -> None:
    columns, truth = world(1, 1000, 3)
    whole, short = prim(columns, truth), prim(columns, truth, until=0.6)
    first = next(place for place, box in enumerate(short) if box.density >= 0.6)
    assert short[: first + 1] == whole[: first + 1]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.floats(0.01, 0.99), st.data())
def test_the_binomial_tail_is_that_of_scipy(size: int, chance: float, data: st.DataObject) -> None:
    stats = pytest.importorskip("scipy.stats")
    held = data.draw(st.integers(0, size))
    assert binomial_tail(held, size, chance) == pytest.approx(stats.binom.sf(held - 1, size, chance), rel=1e-8, abs=1e-300)


def test_the_interval_of_a_share_is_that_of_wilson() -> None:
    stats = pytest.importorskip("scipy.stats")
    for held, size in ((0, 20), (3, 20), (20, 20), (150, 900)):
        theirs = stats.binomtest(held, size).proportion_ci(0.9, method="wilson")
        assert wilson(held, size, 1.6448536269514722) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
