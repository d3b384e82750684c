"""The laws of the engine, on a toy world whose axes all differ in length."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests import engine_laws as laws
from tests import engine_toy as toy

from stargauge.quantity.distribution import Distribution


def test_every_input_is_used_and_every_shape_is_as_declared() -> None:
    laws.names(toy.world())
    laws.shapes(toy.world())


@pytest.mark.parametrize("symbol", ["W", "USD"])
def test_results_follow_their_unit(symbol: str) -> None:
    assert laws.units(toy.world(), symbol) >= 3


def test_a_constant_hidden_in_code_breaks_the_law_of_units() -> None:
    world = toy.world()
    made = dict(world.graph.quantities)
    hidden = replace(made["output"], function=lambda capacity, season: capacity * season + 1.0)
    with pytest.raises(AssertionError, match="output"):
        laws.units(replace(world, graph=type(world.graph)(made | {"output": hidden})), "W")


@pytest.mark.parametrize(("axis", "order"), [("site", (2, 0, 1)), ("phase", (4, 2, 0, 1, 3)), ("party", (3, 1, 0, 2))])
def test_reordered_labels_reorder_results_and_nothing_else(axis: str, order: tuple[int, ...]) -> None:
    laws.labels(toy.world(), axis, order)


def test_no_function_mixes_draws() -> None:
    laws.draws(toy.world())


def test_a_function_that_mixes_draws_breaks_the_law() -> None:
    world = toy.world()
    mixing = replace(world.graph.quantities["output"], function=lambda capacity, season: np.roll(capacity, 1, axis=0) * season)
    with pytest.raises(AssertionError, match="output"):
        laws.draws(replace(world, graph=type(world.graph)(dict(world.graph.quantities) | {"output": mixing})))


def test_pruned_is_whole_bit_for_bit() -> None:
    laws.pruned(toy.world())


@pytest.mark.parametrize("limit", [2**28, 200_000])
def test_memo_is_fresh_bit_for_bit_whatever_its_limit(limit: int) -> None:
    changed = toy.world({"price": [toy.told(Distribution("uniform", (1.0, 2.0)))]})
    assert laws.memoised(toy.world(), changed, limit) > 0


def test_blocks_together_are_blocks_alone_bit_for_bit() -> None:
    laws.together(toy.world(), 3)


def test_one_worker_is_four_workers_bit_for_bit() -> None:
    laws.workers(toy.world(), ["output", "spending[north]", "lacking[ann, bob]", "paid[ann]"])


@pytest.mark.parametrize("address", ["output[north]", "lacking[bob]", "purse_median"])
def test_explanations_end_in_statements_defaults_or_assumptions(address: str) -> None:
    assert laws.leaves(toy.world(), address) >= 1
