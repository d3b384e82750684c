"""Money that goes round: against a linear programme, and what must always hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from stargauge.quantity.finance.circulation import Circulation, circulation

ARCS = st.integers(2, 9).flatmap(
    lambda parties: st.tuples(
        st.just(parties),
        st.lists(st.tuples(st.integers(0, parties - 1), st.integers(1, parties - 1), st.floats(0.0, 100.0)), min_size=1, max_size=25).map(
            lambda arcs: [(origin, (origin + step) % parties, amount) for origin, step, amount in arcs]
        ),
    )
)


def best(parties: int, arcs: list[tuple[int, int, float]]) -> float:
    """The largest circulation by linear programming."""
    balance = np.zeros((parties, len(arcs)))
    for place, (origin, target, _) in enumerate(arcs):
        balance[origin, place] -= 1.0
        balance[target, place] += 1.0
    made = linprog(-np.ones(len(arcs)), A_eq=balance, b_eq=np.zeros(parties), bounds=[(0.0, amount) for _, _, amount in arcs])
    return float(-made.fun)


def of(parties: int, arcs: list[tuple[int, int, float]]) -> Circulation:
    origin, target, amount = zip(*arcs, strict=True)
    return circulation(origin, target, amount, parties)


def test_the_published_case(shared: Path) -> None:
    vectors = json.loads((shared / "facts" / "finance_vectors.json").read_text(encoding="utf-8"))["vectors"]
    vector = next(one for one in vectors if one["id"] == "circular_flows")
    matrix = np.array(vector["inputs"]["annual_flow_matrix_from_to"])
    origin, target = np.nonzero(matrix)
    found = circulation(origin, target, matrix[origin, target], len(matrix))
    np.testing.assert_allclose(found.net, vector["expected"]["net"])
    assert found.cycles == (((0, 1, 2), 10.0),)
    assert found.round_trip_share[0] == pytest.approx(vector["expected"]["share_of_openai_outflow_round_tripped"])


@given(ARCS)
def test_it_is_as_large_as_a_linear_programme_finds(graph: tuple[int, list[tuple[int, int, float]]]) -> None:
    assert of(*graph).total == pytest.approx(best(*graph), rel=1e-7, abs=1e-6)


@given(ARCS)
def test_flow_is_balanced_within_the_arcs_and_made_of_its_cycles(graph: tuple[int, list[tuple[int, int, float]]]) -> None:
    parties, arcs = graph
    found = of(parties, arcs)
    origin, target, amount = (np.array(part) for part in zip(*arcs, strict=True))
    assert (found.flow >= 0.0).all() and (found.flow <= amount).all()
    out, back = (np.bincount(side, found.flow, parties) for side in (origin, target))
    np.testing.assert_allclose(out, back, atol=1e-9)
    assert sum(len(cycle.parties) * cycle.amount for cycle in found.cycles) == pytest.approx(found.total, abs=1e-9)
    assert all(len(set(cycle.parties)) == len(cycle.parties) >= 2 and cycle.parties[0] == min(cycle.parties) for cycle in found.cycles)
    assert np.nanmax(np.nan_to_num(found.round_trip_share)) <= 1.0 + 1e-12


@given(ARCS, st.integers(-8, 8))
def test_money_times_a_factor_is_flow_times_it(graph: tuple[int, list[tuple[int, int, float]]], power: int) -> None:
    parties, arcs = graph
    scaled = [(origin, target, amount * 2.0**power) for origin, target, amount in arcs]
    np.testing.assert_array_equal(of(parties, scaled).flow, of(parties, arcs).flow * 2.0**power)


def test_a_longer_round_is_given_up_where_two_shorter_ones_carry_more() -> None:
    """A pays B, B pays C and A, C pays A: B's first payment can go back by one arc or round by two."""
    assert of(3, [(0, 1, 10.0), (1, 0, 10.0), (1, 2, 10.0), (2, 0, 10.0)]).flow.tolist() == [10.0, 0.0, 10.0, 10.0]


def test_nothing_goes_round_in_a_chain() -> None:
    found = of(3, [(0, 1, 5.0), (1, 2, 5.0)])
    assert found.total == 0.0 and found.cycles == ()
    assert found.round_trip_share[0] == 0.0 and np.isnan(found.round_trip_share[2])


def test_a_party_that_pays_itself_and_amounts_below_nothing_are_faults() -> None:
    with pytest.raises(ValueError, match=r"parties \[1\] pay themselves"):
        circulation([0, 1], [1, 1], [1.0, 1.0], 2)
    with pytest.raises(ValueError, match="not negative"):
        circulation([0], [1], [-1.0], 2)
