"""What blocks answer, what is kept of them, and what quantiles come of it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from tests import engine_toy as toy

from stargauge.engine.collect import First, Histogram, Values
from stargauge.engine.histogram import count, join
from stargauge.engine.spread import effects_where_present, finite, quantiles, sampling_error, shares_of
from stargauge.quantity.errors import InputError

BLOCK = toy.world().run(["capacity", "output", "lacking", "purse_median", "opened"]).block(0)


def test_labels_are_picked_or_summed() -> None:
    capacity = BLOCK.values["capacity"]
    assert np.array_equal(BLOCK.select("capacity[south]"), capacity[:, 1])
    assert np.array_equal(BLOCK.select("capacity[north, south]"), capacity[:, 0] + capacity[:, 1])
    with pytest.raises(InputError, match="choose one label along phase"):
        BLOCK.select("opened")


def test_a_sum_with_absent_parts_is_a_lower_bound_that_names_them() -> None:
    whole = BLOCK.select("capacity")
    assert np.array_equal(whole, BLOCK.select("capacity[north, south]"))
    assert BLOCK.partial("capacity").all() and BLOCK.absent("capacity") == ("unsited",)
    assert not BLOCK.partial("capacity[north, south]").any() and BLOCK.absent("capacity[north]") == ()
    assert np.isnan(BLOCK.select("capacity[unsited]")).all()


def test_what_is_static_stands_in_every_draw() -> None:
    assert BLOCK.select("purse_median[ann]").shape == (256,)
    assert (BLOCK.select("purse_median[ann]") == 300.0).all()


def test_a_date_is_read_at_the_end_of_its_month() -> None:
    frame = BLOCK.frame
    assert frame.month(date(2030, 1, 1)) == 0 == frame.month(date(2030, 1, 31)) and frame.month(date(2030, 2, 1)) == 1
    with pytest.raises(InputError, match="2032-01-01 is outside the months of this run, 2030-01 to 2031-01"):
        frame.month(date(2032, 1, 1))


def test_a_quantity_expands_to_the_addresses_that_can_be_asked() -> None:
    assert BLOCK.frame.expand("output") == ("output",)
    assert BLOCK.frame.expand("opened") == tuple(f"opened[{phase}]" for phase in toy.PHASES)


def test_values_join_in_the_order_of_blocks() -> None:
    run = toy.world().run(["output"])
    made = Values("output[north]", (3, 5))
    parts = [made.take(run.block(number)) for number in range(4)]
    assert np.array_equal(made.join([made.join(parts[:3]), parts[3]]).values, made.join(parts).values)
    assert np.array_equal(parts[2].values, run.block(2).values["output"][:, 0, [3, 5]])


def test_counts_add_up_exactly_in_any_grouping() -> None:
    run = toy.world().run(["lacking"])
    made = Histogram("lacking[bob]")
    parts = [made.take(run.block(number)) for number in range(6)]
    whole, grouped = made.join(parts), made.join([made.join(parts[:1]), made.join(parts[1:4]), made.join(parts[4:])])
    assert whole.first == grouped.first and np.array_equal(whole.inside, grouped.inside) and whole.draws == 6 * 256
    everything = count(np.concatenate([run.block(number).select("lacking[bob]") for number in range(6)]))
    assert np.array_equal(join([everything]).quantile(0.5), whole.quantile(0.5))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_quantiles_of_counts_are_within_a_bin_of_the_exact_ones(sign: float) -> None:
    """128 bins per decade: a bin is 1.8 % wide."""
    values = sign * stats.lognorm(1.5, scale=1e9).ppf((np.arange(20_000) + 0.5) / 20_000)[:, None]
    for level in (0.05, 0.1, 0.5, 0.9, 0.95):
        assert count(values).quantile(level)[0] == pytest.approx(np.quantile(values, level), rel=0.009)


def test_counts_of_zero_and_of_both_signs() -> None:
    values = np.array([-100.0, 0.0, 0.0, 0.0, 50.0])[:, None]
    assert count(values).quantile(0.5)[0] == 0.0
    assert count(values).quantile(0.0)[0] == pytest.approx(-100.0, rel=0.02)
    assert count(values).quantile(1.0)[0] == pytest.approx(50.0, rel=0.02)


def test_a_quantile_beyond_the_grid_is_refused_and_one_within_is_not() -> None:
    values = np.array([1.0] * 8 + [np.inf] * 2)[:, None]
    assert count(values).quantile(0.5)[0] == pytest.approx(1.0, rel=0.02)
    with pytest.raises(InputError, match="beyond the grid"):
        count(values).quantile(0.95)


def test_absent_draws_are_left_out_of_quantiles() -> None:
    values = np.array([[np.nan, np.nan], [1.0, np.nan], [3.0, np.nan]])
    low, middle = quantiles(values, (0.0, 0.5))
    assert (low[0], middle[0]) == (1.0, 2.0) and np.isnan(middle[1])
    assert np.isnan(count(values).quantile(0.5)[1])


@settings(max_examples=50, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 40), st.integers(1, 3)), elements=st.floats(-1e6, 1e6)), st.floats(0, 1))
def test_quantiles_are_numpys_where_all_is_present(values: np.ndarray, level: float) -> None:
    np.testing.assert_allclose(quantiles(values, (level,))[0], np.quantile(values, level, axis=0), rtol=1e-12, atol=1e-6)


def test_shares_of_spread_are_those_of_a_sum_and_cells_add_up_to_their_input() -> None:
    """Of y = 2 a + b with equal variances, a brings 4/5 and b 1/5; worlds without the number are left out."""
    generator = np.random.default_rng(5)
    streams = {"a": generator.random(4096), "b[x]": generator.random(4096), "b[y]": generator.random(4096), "c": generator.random(4096)}
    values = 2 * streams["a"] + streams["b[x]"]
    values[::7] = np.nan
    found, cells = shares_of(effects_where_present(streams, values))
    assert found == {"a": pytest.approx(0.8, abs=0.02), "b": pytest.approx(0.2, abs=0.02)} and list(found) == ["a", "b"]
    assert cells["b[x]"] == pytest.approx(found["b"], abs=0.01) and abs(cells["b[y]"]) < 0.01 and list(cells) == list(streams)
    nowhere = effects_where_present(streams, np.full(4096, np.nan))
    assert shares_of(nowhere) == ({}, {}) == shares_of(effects_where_present({}, values))


def test_what_never_comes_in_some_worlds_is_ranked() -> None:
    values = np.array([3.0, np.inf, 1.0, np.inf])
    assert finite(values) == pytest.approx([0.375, 0.75, 0.125, 0.75]) and finite(values[[0, 2]]) is not None
    assert (finite(values[[0, 2]]) == values[[0, 2]]).all()


def test_sampling_error_is_the_spread_between_blocks() -> None:
    means = np.random.default_rng(2).normal(size=64)
    assert sampling_error(np.repeat(means, 256)) == pytest.approx(np.std(means, ddof=1) / 8)
    truth = np.arange(1024) < 256
    assert sampling_error(truth) == pytest.approx(np.sqrt(0.25 * 0.75 / 1024))


def test_the_first_blocks_are_a_run_of_their_own() -> None:
    run = toy.world().run(["output"])
    made, whole = First(Values("output[north]"), 2), Values("output[north]")
    assert made.needs == whole.needs
    found, short = run.collect({"first": made}, 1280)["first"], run.collect({"whole": whole}, 512)["whole"]
    assert np.array_equal(found.values, short.values)
    assert made.join([None, None]) is None
