"""A world alone: as its draw in the run has it, bit by bit; every input at its median; with numbers held."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.real_worlds import NOW, TINY, known_of

from stargauge.engine.case import Case, nearest_draw
from stargauge.engine.sample import fixed
from stargauge.engine.simulate import case_of, simulate
from stargauge.quantity.errors import InputError


@pytest.fixture(scope="module")
def median() -> Case:
    return case_of(known_of(TINY, NOW), seed=2)


@pytest.mark.parametrize("draw", [0, 255, 256, 300])
def test_a_draw_is_that_of_the_run(median: Case, draw: int) -> None:
    address = "capital_deployed[north]"
    run = simulate(known_of(TINY, NOW), [address], draws=512, seed=2)[address].values
    alone = replace(median, draw=draw).values(["capital_deployed"])["capital_deployed"]
    np.testing.assert_allclose(alone[median.world.axes["site"].index("north")], run[draw], rtol=1e-12)


def test_at_the_median_every_input_is(median: Case) -> None:
    values = median.values(["load_factor", "discount_rate", "equipment_unit_cost"])
    for name, value in values.items():
        np.testing.assert_array_equal(value, fixed(median.world.inputs[name], median.world.axes))


def test_what_is_held_is_taken_and_moves_only_what_follows(median: Case) -> None:
    names = ["discount_rate", "npv", "asset_cost"]
    base, other = median.values(names), median.values(names, {"discount_rate": np.array(0.3)})
    assert other["discount_rate"] == 0.3 and (other["npv"] != base["npv"]).any()
    np.testing.assert_array_equal(other["asset_cost"], base["asset_cost"])
    kept = replace(median, held={"discount_rate": np.array(0.3)}).values(names)
    np.testing.assert_array_equal(kept["npv"], other["npv"])


def test_the_fingerprint_tells_worlds_apart(median: Case) -> None:
    same, other = case_of(known_of(TINY, NOW), seed=2), replace(median, draw=4)
    assert median.fingerprint(["npv"]) == same.fingerprint(["npv"]) != other.fingerprint(["npv"])


def test_the_nearest_draw_is_the_first_of_those_as_near() -> None:
    assert nearest_draw(np.array([9.0, 2.0, np.nan, 3.0, 3.0, np.inf, 1.0])) == 3
    with pytest.raises(InputError, match="no draw"):
        nearest_draw(np.array([np.nan, np.inf]))


def test_a_draw_below_nought_is_refused(median: Case) -> None:
    with pytest.raises(InputError, match="counted from 0"):
        replace(median, draw=-1).values(["load_factor"])
