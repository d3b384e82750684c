"""The graph: what it refuses, and what it plans."""

from __future__ import annotations

import types

import numpy as np
import pytest
from tests import engine_toy as toy

from stargauge.engine.graph import Graph
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import Quantity, quantity


def made(name: str, needs: str = "", axes: str = "draw", is_input: bool = False) -> Quantity:
    return Quantity(name, "1", tuple(axes.split()), frozenset(), False, False, is_input, tuple(needs.split()), lambda **_: np.zeros(256))


def graph(*quantities: Quantity) -> Graph:
    return Graph({one.name: one for one in quantities})


def test_a_need_that_nothing_makes_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match='output needs "capacty", which nothing makes; did you mean "capacity"'):
        graph(made("capacity", is_input=True), made("output", "capacty"))


def test_a_circle_is_named_as_it_runs() -> None:
    with pytest.raises(InputError, match="circular: b needs c needs b"):
        graph(made("a", "b"), made("b", "c"), made("c", "b"))


def test_a_static_function_may_not_need_what_varies_but_its_median() -> None:
    with pytest.raises(InputError, match=r"fixed has no draw axis, but needs x, which varies by draw \(its median is x_p50\)"):
        graph(made("x", is_input=True), made("fixed", "x", axes=""))
    assert graph(made("x", is_input=True), made("fixed", "x_p50", axes="")).plan(["fixed"]).medians == ("x_p50",)
    with pytest.raises(InputError, match="y is no input"):
        graph(made("x", is_input=True), made("y", "x"), made("fixed", "y_p50", axes=""))


def test_a_name_made_in_two_modules_is_refused() -> None:
    modules = [types.ModuleType("first"), types.ModuleType("second")]
    for module in modules:

        def twice(known: object) -> float:
            """One name."""
            return 0.0

        twice.__module__ = module.__name__
        module.twice = quantity("1")(twice)  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="twice is made twice: in first and in second"):
        Graph.of(modules)


def test_unused_inputs_are_named() -> None:
    assert graph(made("x", is_input=True), made("y", is_input=True), made("z", "x")).unused() == ("y",)


def test_a_plan_holds_what_is_upstream_in_order_and_nothing_else() -> None:
    plan = toy.graph().plan(["spending"])
    names = [step.name for step in (*plan.static, *plan.steps)]
    assert set(names) == {"site_empty", "opened", "capacity", "spending"}
    assert names.index("opened") < names.index("capacity") < names.index("spending")
    assert "purse" not in plan.inputs and "season" not in plan.inputs


def test_values_are_released_after_their_last_use_but_never_what_is_wanted() -> None:
    plan = toy.graph().plan(["spending", "output"])
    released = [name for step in plan.steps for name in step.releases]
    assert len(released) == len(set(released))
    assert {"opened", "capacity", "size"} <= set(released) and not {"spending", "output"} & set(released)
    kept = toy.graph().plan(["spending", "capacity"])
    assert "capacity" not in [name for step in kept.steps for name in step.releases]


def test_keys_name_contents_and_what_is_downstream_of_them() -> None:
    plan = toy.graph().plan(["spending", "output"])
    inputs = {name: name for name in toy.ESTIMATES}
    before, after = plan.keys(inputs), plan.keys(inputs | {"season": "other"})
    assert {name for name in before if before[name] != after[name]} == {"season", "output"}


def test_an_unknown_quantity_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match='did you mean "output"'):
        toy.graph().plan(["outptu"])
