"""Only the draws in which something holds: they are what they were among all, whatever the packing, the workers and the memo."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import engine_toy as toy
from tests.test_engine_result import KnownToy, toy_graph

import stargauge.engine.simulate as simulating
from stargauge.engine.collect import Values
from stargauge.engine.held import Held
from stargauge.engine.memo import Memo
from stargauge.engine.streams import BLOCK
from stargauge.quantity.errors import InputError

WANTED = ["output[north]", "spending", "lacking[ann]"]


def masks(blocks: int = 4) -> st.SearchStrategy[np.ndarray]:
    every = st.integers(0, blocks * BLOCK - 1)
    return st.lists(every, min_size=1, max_size=300, unique=True).map(lambda places: _mask(places, blocks))


def _mask(places: list[int], blocks: int) -> np.ndarray:
    mask = np.zeros(blocks * BLOCK, dtype=bool)
    mask[places] = True
    return mask


@given(masks(), st.integers(1, 3))
def test_packs_hold_each_kept_draw_once_in_order(mask: np.ndarray, count: int) -> None:
    held = Held(mask)
    packs = range(0, -(-held.kept // BLOCK), count)
    found = [block * BLOCK + row for pack in packs for block, rows in held.rows(pack, count) for row in rows]
    assert found == np.flatnonzero(mask).tolist() and sum(held.draws(pack, count) for pack in packs) == held.kept == mask.sum()
    assert held.made == len(mask)


@settings(max_examples=15, deadline=None)
@given(masks())
def test_kept_draws_are_the_same_bits_as_among_all(toy_model: Any, mask: np.ndarray) -> None:
    whole, some = toy_model(KnownToy(), WANTED), toy_model(KnownToy(), WANTED, held=Held(mask))
    assert some.draws == mask.sum() and np.array_equal(some.condition, mask)
    for address in WANTED:
        assert np.array_equal(some[address].values, whole[address].values[mask], equal_nan=True)
    sampled = whole.sample()
    assert all(np.array_equal(values, sampled[cell][mask]) for cell, values in some.sample().items())


def test_any_number_of_workers_and_a_memo_give_the_same_bits(toy_model: Any) -> None:
    held, memo = Held(np.arange(8192) % 5 == 0), Memo()
    made = [toy_model(KnownToy(), WANTED, held=held, workers=workers) for workers in (1, 3)]
    made += [toy_model(KnownToy(), WANTED, held=held, memo=memo) for _ in range(2)]
    for address in WANTED:
        assert all(np.array_equal(one[address].values, made[0][address].values, equal_nan=True) for one in made[1:])


def test_a_memo_never_mixes_what_is_held_with_all(toy_model: Any) -> None:
    memo, held = Memo(), Held(np.arange(1024) % 3 == 0)
    whole = toy_model(KnownToy(), ["spending"], memo=memo)
    some = toy_model(KnownToy(), ["spending"], memo=memo, held=held)
    other = toy_model(KnownToy(), ["spending"], memo=memo, held=Held(~held.mask))
    assert np.array_equal(some["spending"].values, whole["spending"].values[held.mask])
    assert np.array_equal(other["spending"].values, whole["spending"].values[~held.mask])


def test_collectors_see_only_what_is_held(toy_model: Any) -> None:
    held = Held(np.arange(1024) < 300)
    made = toy_model(KnownToy(), [], collectors={"mine": Values("output[north]")}, held=held)
    assert len(made.collected["mine"].values) == 300


def test_what_is_held_shows_in_fingerprint_and_name(toy_model: Any) -> None:
    one, other = (toy_model(KnownToy(), ["spending"], held=Held(np.arange(1024) % 2 == odd)) for odd in (0, 1))
    assert len({one.fingerprint, other.fingerprint, toy_model(KnownToy(), ["spending"], draws=512).fingerprint}) == 3
    assert repr(one) == "<Result toy, 512 of 1,024 draws, seed 0, 1 series>"


def test_given_twice_is_given_both(toy_model: Any) -> None:
    made = toy_model(KnownToy(), WANTED)
    value = made["output[north]"].values
    first = value[:, -1] > np.median(value[:, -1])
    second = value[first][:, 5] > np.median(value[first][:, 5])
    both = made.given(first).given(second)
    assert both.draws == second.sum() and np.array_equal(both["output[north]"].values, value[first][second])
    assert np.array_equal(value[both.condition], value[first][second])


def test_nothing_held_is_refused() -> None:
    with pytest.raises(InputError, match="no draw is kept"):
        Held(np.zeros(256, dtype=bool))


@pytest.fixture(scope="module")
def toy_model() -> Any:
    """`simulate` on the toy model."""
    graph, patch = toy_graph(), pytest.MonkeyPatch()
    patch.setattr(simulating, "model_graph", lambda: graph)
    patch.setattr(simulating.stargauge.inputs, "LEADING", toy.LEADING, raising=False)
    yield simulating.simulate
    patch.undo()
