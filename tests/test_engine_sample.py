"""Inputs as arrays: constants, distributions, choices, medians; and that nothing else moves a cell's draws."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats
from tests import engine_toy as toy

from stargauge.engine.sample import Sampler, fixed, input_key
from stargauge.engine.simulate import model_graph
from stargauge.inputs import LEADING
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import Quantity
from stargauge.quantity.statement import Estimate, Input, Mixture

AXES = {"site": ("n", "s", "w"), "month": ("2030-01", "2030-02")}


def cells(value_by_label: dict[str, object], name: str = "x", axes: str = "draw site") -> Input:
    made = Quantity(name, "1", tuple(axes.split()), frozenset(), False, False, True, ("known",), lambda known: [])
    return Input(made, tuple((label,) if label else () for label in value_by_label), tuple(Estimate(v) for v in value_by_label.values()))  # type: ignore[arg-type]


def sampler(*inputs: Input, leading: tuple[str, ...] = (), seed: int = 0, axes: dict[str, tuple[str, ...]] = AXES) -> Sampler:
    return Sampler({one.quantity.name: one for one in inputs}, axes, seed, "toy", leading)


NORMAL = Distribution("normal", (5.0, 2.0))
MIXED = Mixture("pick", (1.0, 3.0), (0.0, Distribution("uniform", (10.0, 20.0))), ("zero", "some"))


@pytest.mark.parametrize(
    ("value", "other"),
    [
        (NORMAL, stats.norm(5, 2)),
        (Distribution("lognormal", (3.0, 0.5)), stats.lognorm(0.5, scale=3)),
        (Distribution("uniform", (1.0, 4.0)), stats.uniform(1, 3)),
        (Distribution("triangular", (1.0, 2.0, 5.0)), stats.triang(0.25, 1, 4)),
    ],
)
def test_draws_follow_the_distribution(value: Distribution, other: object) -> None:
    """A stratified block's distance to the distribution function is at most 1/256."""
    drawn = sampler(cells({"n": value, "s": value, "w": 1.0})).draw(0)["x"]
    assert stats.kstest(drawn[:, 0], other.cdf).statistic <= 1 / 256 + 1e-12  # type: ignore[attr-defined]
    assert not np.array_equal(drawn[:, 0], drawn[:, 1])


def test_draws_are_those_of_the_quantile_function_cell_by_cell() -> None:
    values = {"n": NORMAL, "s": Distribution("lognormal", (3.0, 0.5)), "w": Distribution("choice", (1.0, 2.0, 0.25, 0.75))}
    together = sampler(cells(dict(values))).draw(4)["x"]
    for place, label in enumerate(values):
        alone = sampler(cells({label: values[label]}), axes={"site": (label,)}).draw(4)["x"]
        assert np.array_equal(together[:, place], alone[:, 0])


def test_a_new_cell_or_input_never_moves_another() -> None:
    before = sampler(cells({"n": NORMAL, "s": MIXED, "w": 1.0})).draw(2)["x"]
    wider = {"site": ("new", "n", "s", "w")}
    after = sampler(cells({"new": NORMAL, "n": NORMAL, "s": MIXED, "w": NORMAL}), cells({"": NORMAL}, "y", "draw"), axes=wider).draw(2)["x"]
    assert np.array_equal(before[:, :2], after[:, 1:3])


def test_seeds_blocks_and_names_draw_apart() -> None:
    one = cells({"n": NORMAL, "s": 0.0, "w": 0.0})
    first = sampler(one).draw(0)["x"][:, 0]
    assert not np.array_equal(first, sampler(one).draw(1)["x"][:, 0])
    assert not np.array_equal(first, sampler(one, seed=1).draw(0)["x"][:, 0])
    assert not np.array_equal(first, sampler(cells({"n": NORMAL, "s": 0.0, "w": 0.0}, "y")).draw(0)["y"][:, 0])


def test_leading_inputs_share_a_sobol_set_and_keep_their_dimension_when_pruned() -> None:
    first, second = cells({"": NORMAL}, "a", "draw"), cells({"": Distribution("uniform", (0.0, 1.0))}, "b", "draw")
    both = sampler(first, second, leading=("a", "b")).draw(0)
    assert np.array_equal(both["b"], sampler(second, leading=("a", "b")).draw(0)["b"])
    boxes = (stats.norm(5, 2).cdf(both["a"]) * 16).astype(int) * 16 + (both["b"] * 16).astype(int)
    assert np.array_equal(np.bincount(boxes, minlength=256), np.ones(256, int))
    with pytest.raises(InputError, match="label axes"):
        sampler(cells({"n": NORMAL, "s": 1.0, "w": 1.0}), leading=("x",))


def test_choices_of_one_name_switch_together_by_weight() -> None:
    other = Mixture("pick", (1.0, 3.0), (-1.0, 1.0))
    drawn = sampler(cells({"n": MIXED, "s": other, "w": NORMAL})).draw(0)["x"]
    assert np.array_equal(drawn[:, 0] == 0.0, drawn[:, 1] == -1.0)
    assert (drawn[:, 0] == 0.0).sum() == 64
    with pytest.raises(InputError, match="other weights"):
        sampler(cells({"n": MIXED, "s": Mixture("pick", (1.0, 1.0), (0.0, 1.0)), "w": 0.0}))


def test_options_are_drawn_from_the_cells_own_stream() -> None:
    plain = sampler(cells({"n": Distribution("uniform", (10.0, 20.0)), "s": 0.0, "w": 0.0})).draw(0)["x"][:, 0]
    mixed = sampler(cells({"n": MIXED, "s": 0.0, "w": 0.0})).draw(0)["x"][:, 0]
    assert np.array_equal(mixed[mixed > 0], plain[mixed > 0])


def test_constants_cost_no_stream_and_are_one_array_at_full_length() -> None:
    made = sampler(cells({"n": 1.0, "s": float("nan"), "w": 2.0}))
    first = made.draw(0)["x"]
    assert made.cells == 0 and first is made.draw(1)["x"]
    assert first.shape == (256, 3) and first.flags.c_contiguous and not first.flags.writeable


def test_cells_over_months_hold_arrays_scalars_and_choices_of_arrays() -> None:
    season = Mixture("weather", (1.0, 1.0), (np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    drawn = sampler(cells({"n": np.array([5.0, 6.0]), "s": NORMAL, "w": season}, axes="draw site month")).draw(0)["x"]
    assert drawn.shape == (256, 3, 2)
    assert np.array_equal(drawn[0, 0], [5.0, 6.0]) and np.array_equal(drawn[:, 1, 0], drawn[:, 1, 1])
    assert {tuple(row) for row in drawn[:, 2].tolist()} == {(1.0, 2.0), (3.0, 4.0)}


def test_without_draws_an_input_is_at_its_median_and_weightiest_option() -> None:
    assert fixed(cells({"n": NORMAL, "s": MIXED, "w": 1.0}), AXES) == pytest.approx([5.0, 15.0, 1.0])


def test_labels_place_cells_whatever_their_order_and_must_fit() -> None:
    assert fixed(cells({"w": 3.0, "n": 1.0, "s": 2.0}), AXES).tolist() == [1.0, 2.0, 3.0]
    for wrong in ({"n": 1.0, "s": 2.0}, {"n": 1.0, "s": 2.0, "z": 3.0}):
        with pytest.raises(InputError, match="x: "):
            fixed(cells(dict(wrong)), AXES)


def test_keys_follow_values_and_not_who_said_them() -> None:
    one = cells({"n": NORMAL, "s": MIXED, "w": np.nan})
    said = dataclasses.replace(one, estimates=tuple(dataclasses.replace(e, kind="assumed", note="other") for e in one.estimates))
    other = cells({"n": NORMAL, "s": MIXED, "w": 0.0})
    assert input_key(one, AXES) == input_key(said, AXES) != input_key(other, AXES)
    assert input_key(one, AXES) != input_key(one, AXES | {"site": ("n", "s", "w", "z")})


def test_streams_are_the_uniforms_that_cells_are_drawn_from_and_the_options_taken() -> None:
    """Of a cell that is one distribution the value is its quantile; a cell that is a choice has a stream only where an option is drawn."""
    sampler = toy.world().run(["output"]).sampler
    streams, chances = sampler.streams(3, 2), sampler.chances(3, 2)
    assert set(streams) <= set(chances) and len(streams) == sampler.cells
    assert all(values.min() > 0.0 and values.max() < 1.0 for name, values in streams.items() if not name.startswith("pick:"))
    assert np.array_equal(streams["pick:survey"], chances["pick:survey"])
    for name in ("size[north/b]", "delay"):
        order = np.argsort(streams[name])
        assert (np.diff(chances[name][order]) >= 0.0).all()


def test_chances_are_the_cells_that_vary_and_the_picks() -> None:
    run = toy.world().run(["output", "lacking"])
    chances, drawn = run.sampler.chances(3), run.sampler.draw(3)
    assert np.array_equal(chances["size[north/b]"], drawn["size"][:, 1])
    assert "size[north/a]" not in chances and "stake[ann]" not in chances
    assert set(np.unique(chances["pick:survey"])) == {0.0, 1.0}
    assert np.array_equal(chances["size[south/a]"] == 200.0, chances["pick:survey"] == 0.0)


def test_the_inputs_that_lead_exist_and_are_of_the_whole_programme() -> None:
    quantities = model_graph().quantities
    assert len(LEADING) == len(set(LEADING)) <= 16
    assert all(quantities[name].is_input and quantities[name].axes == ("draw",) for name in LEADING)
