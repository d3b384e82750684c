"""Losses of the electrical chain: what is stated at full load, and what spare capacity costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.quantity.errors import InputError
from stargauge.quantity.hall.electrical_chain import CONFIGURATIONS, Chain, rack_side_losses, redundancy_of, stage_loss, transformer_losses

shares = st.floats(0.01, 0.9)


def lost(name: str, load: float, no_load: float = 0.3, units: float = 5.0) -> float:
    return float(stage_loss(0.05, no_load, redundancy_of(name, units), 1.0, np.array(load)))


def test_at_full_load_without_spare_a_stage_loses_what_is_stated() -> None:
    assert lost("N", 1.0) == pytest.approx(0.05)
    assert lost("N", 0.0) == pytest.approx(0.015)


def test_configurations_by_hand() -> None:
    """At half load, five units, losses of 5 % of which 30 % without load."""
    assert lost("N+1", 0.5) == pytest.approx(0.05 * (0.3 * 1.2 + 0.7 * 0.25 / 1.2))
    assert lost("2N", 0.5) == pytest.approx(0.05 * (0.3 * 2.0 + 0.7 * 0.25 / 2.0))
    assert lost("distributed", 0.5) == pytest.approx(0.05 * (0.3 * 1.5 + 0.7 * 0.25 / 1.5))
    assert lost("block", 0.5) == pytest.approx(0.05 * (0.3 * 1.2 + 0.7 * 0.25))


@given(no_load=shares, load=st.floats(0.0, 1.0))
def test_twice_everything_costs_where_no_load_losses_rule_and_never_below_the_stated_turn(no_load: float, load: float) -> None:
    turn = (2.0 * no_load / (1.0 - no_load)) ** 0.5
    assert (lost("2N", load, no_load) >= lost("N", load, no_load)) == (load <= turn) or load == pytest.approx(turn)


@given(no_load=shares, load=st.floats(0.0, 1.0), units=st.floats(1.0, 20.0))
def test_a_waiting_block_never_saves(no_load: float, load: float, units: float) -> None:
    """Its load losses are those without spare, and its no-load losses come on top."""
    assert lost("block", load, no_load, units) > lost("N", load, no_load, units)


@given(load=st.floats(0.0, 0.99), name=st.sampled_from(CONFIGURATIONS))
def test_losses_rise_with_the_load(load: float, name: str) -> None:
    chain = Chain(0.0125, 0.05, 0.01, 0.3, redundancy_of(name, 5.0), 1.3)
    low, high = (np.array(sum(rack_side_losses(chain, np.array(at)))) for at in (load, load + 0.01))
    assert high > low
    assert transformer_losses(chain, load + 0.01 + high) > transformer_losses(chain, load + low)


def test_unknown_configurations_name_the_nearest() -> None:
    with pytest.raises(InputError, match=r'no redundancy "2n".*2N'):
        redundancy_of("2n", 5.0)
    with pytest.raises(InputError, match="0 units cannot be"):
        redundancy_of("N+1", 0.0)
