"""Laws of the engine as functions over a world (graph, inputs, labels): they hold for every function ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.lineage import explain
from stargauge.engine.memo import Memo
from stargauge.engine.result import World, gather
from stargauge.engine.run import Run
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.statement import Estimate, Input, Mixture
from stargauge.quantity.units import unit

Array = NDArray[np.float64]


def computed(world: World) -> list[str]:
    """Every quantity that a function of the model makes."""
    return [name for name, made in world.graph.quantities.items() if not made.is_input]


def whole(world: World, names: Sequence[str] | None = None, block: int = 0) -> dict[str, Any]:
    """The values of all computed quantities in one block."""
    return dict(world.run(names or computed(world)).block(block).values)


_LAST: list[tuple[World, dict[str, Any]]] = []


def held(world: World) -> dict[str, Any]:
    """The same of a world that several laws look at: of the last one asked for it is held."""
    if not _LAST or _LAST[0][0] is not world:
        _LAST.clear()  # the values of one world at a time: they are large
        _LAST.append((world, whole(world)))
    return _LAST[0][1]


def parts(value: Any) -> list[Array]:
    """A value as arrays: a NamedTuple has several."""
    return [np.asarray(part) for part in value] if isinstance(value, tuple) else [np.asarray(value)]


def equal_bits(first: Any, second: Any) -> bool:
    """Whether two values are the same bit for bit, absent as absent."""
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(parts(first), parts(second), strict=True))


def assert_close(first: Any, second: Any, what: str, rtol: float = 1e-9, within: float = 0.0) -> None:
    """Equal but for rounding of sums in another order; `within` is the size of what was summed."""
    for a, b in zip(parts(first), parts(second), strict=True):
        scale = max(size_of(b), within)
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-12 * scale, err_msg=what)


def size_of(value: Any) -> float:
    """The largest finite absolute value."""
    return max((float(np.max(np.abs(a[np.isfinite(a)]), initial=0.0)) for a in parts(value) if a.dtype.kind in "fiu"), default=0.0)


def names(world: World) -> None:
    """Each input is used; that each need is made once is checked when the graph is made."""
    assert world.graph.unused() == ()


def shapes(world: World) -> None:
    """Every value has the declared shape, the draw axis at full length; inputs too."""
    run = world.run(world.graph.quantities)
    block = run.block(0)
    for name in world.graph.quantities:
        if not isinstance(block.values[name], tuple):
            assert block.values[name].shape == run.shape(name), name


def units(world: World, symbol: str, factor: float = 8.0, read_as: Mapping[str, str] | None = None) -> int:
    """All inputs in a unit times a factor (a power of two: nothing is rounded): results follow their units. Returns how many moved.

    `symbol`: one, or several that are scaled together (what a constant of nature joins). `read_as`: the full unit of what is declared
    with a shorter one.
    """
    full = {name: (read_as or {}).get(name, made.unit) for name, made in world.graph.quantities.items()}
    scaled = {name: _scaled(made, factor ** exponent(full[name], symbol)) for name, made in world.inputs.items()}
    before, after = held(world), whole(replace(world, inputs=scaled))
    moved = 0
    for name, value in before.items():
        power = exponent(full[name], symbol)
        moved += power != 0
        for old, new in zip(parts(value), parts(after[name]), strict=True):
            assert_close(new, old * factor**power, f"{name} ({world.graph.quantities[name].unit}) under {symbol} x {factor:g}")
    return moved


def exponent(unit_name: str, symbols: str) -> int:
    """The power of a base symbol in a unit; of several the sum."""
    return sum(dict(unit(unit_name or "1").dimension).get(symbol, 0) for symbol in symbols.split())


def _scaled(made: Input, factor: float) -> Input:
    return replace(made, estimates=tuple(replace(e, value=_times(e.value, factor)) for e in made.estimates)) if factor != 1.0 else made


def _times(value: Any, factor: float) -> Any:
    if isinstance(value, Mixture):
        return replace(value, options=tuple(_times(option, factor) for option in value.options))
    return value.scaled(factor) if isinstance(value, Distribution) else value * factor


def labels(world: World, axis: str, order: Sequence[int], joins: Sequence[str] = ()) -> None:
    """Labels of an axis in another order: results in that order, nothing else.

    Inputs named `<child>_<axis>` or `<child>_to_<axis>`, and `joins`, hold places on the axis and move with it.
    """
    shuffled = world.axes | {axis: tuple(world.axes[axis][place] for place in order)}
    inputs = {name: _rejoined(made, axis, world.axes, shuffled, joins) for name, made in world.inputs.items()}
    before, after = held(world), whole(replace(world, axes=shuffled, inputs=inputs))
    for name, value in before.items():
        made = world.graph.quantities[name]
        place = made.axes.index(axis) if axis in made.axes else None
        summed = max((size_of(before[need]) for need in made.needs if need in before), default=0.0)
        for old, new in zip(parts(value), parts(after[name]), strict=True):
            assert_close(
                new, old if place is None else np.take(old, list(order), axis=place), f"{name} with {axis} reordered", within=summed
            )


def _rejoined(made: Input, axis: str, old: Any, new: Any, joins: Sequence[str]) -> Input:
    """An input that says the place on the axis of something else (`phase_site`) says its new place."""
    child = made.quantity.axes[0] if len(made.quantity.axes) == 1 else ""
    if made.quantity.name not in (f"{child}_{axis}", f"{child}_to_{axis}", *joins):
        return made

    def moved(e: Estimate) -> Estimate:
        place = float(e.value)  # type: ignore[arg-type]
        return replace(e, value=float(new[axis].index(old[axis][int(place)]))) if place >= 0 else e

    return replace(made, estimates=tuple(moved(e) for e in made.estimates))


def draws(world: World) -> None:
    """No function mixes draws: its arguments' draws in another order give its draws in that order."""
    run = world.run(world.graph.quantities)
    values = run.block(0).values
    order = np.random.default_rng(1).permutation(256)
    for step in run.plan.steps:
        given = {need: _reordered(run, values, need, order) for need in step.quantity.needs}
        with np.errstate(invalid="ignore", divide="ignore"):
            again = step.quantity.function(**given)
        for old, new in zip(parts(values[step.name]), parts(again), strict=True):
            assert_close(new, old[order], f"{step.name} with draws reordered")


def _reordered(run: Run, values: Any, name: str, order: NDArray[np.intp]) -> Any:
    value = values[name] if name in values else run.static[name]
    if name in run.static:
        return value
    return type(value)(*(part[order] for part in value)) if isinstance(value, tuple) else value[order]


def pruned(world: World, every: int = 1) -> None:
    """Asked alone, a quantity has the bits that it has when all are asked; `every`: of so many quantities one is asked."""
    everything = held(world)
    for name in list(everything)[::every]:
        assert equal_bits(whole(world, [name])[name], everything[name]), name


def memoised(world: World, changed: World, limit: int = 2**28) -> int:
    """With a memo filled by another world, a world has the bits that it has without. Returns how many values the memo served."""
    memo = Memo(limit)
    fresh = {b: dict(changed.run(computed(changed)).block(b).values) for b in range(2)}
    for one in (world, changed, world, changed):
        run = one.run(computed(one), memo)
        for block in range(2):
            values = run.block(block, memo).values
            assert memo.bytes <= limit
            if one is changed:
                assert all(equal_bits(values[name], fresh[block][name]) for name in fresh[block])
    return len(memo)


def together(world: World, count: int) -> None:
    """Blocks computed in one call have the bits that each has alone."""
    run = world.run(world.graph.quantities)
    joined = run.block(2, count=count).values
    for number in range(count):
        for name, value in run.block(2 + number).values.items():
            varies = "draw" in world.graph.quantities[name].axes
            for alone, all_ in zip(parts(value), parts(joined[name]), strict=True):
                assert equal_bits(alone, all_[256 * number : 256 * (number + 1)] if varies else all_), name


def workers(world: World, addresses: Sequence[str], count: int = 4, total: int = 2048) -> None:
    """One worker and several give the same bits."""
    one, several = (gather(world, addresses, total, workers=number).series for number in (1, count))
    for address in addresses:
        assert equal_bits(one[address].values, several[address].values), address


def leaves(world: World, address: str) -> int:
    """An explanation ends in statements, defaults or assumptions. Returns how many inputs it ends in."""
    found = list(explain(world, address, None, 256).leaves())
    for leaf in found:
        for cell in leaf.cells:
            assert cell.statements or cell.kind != "stated" or cell.note, (
                f"{address} rests on {leaf.name}[{cell.labels}], which nobody said"
            )
    return len(found)
