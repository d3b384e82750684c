"""What moves a number, in its own unit: each uncertain input upstream held at its P10 and at its P90, and two inputs over a grid.

Every other cell draws what it drew, since streams are named: the change has no noise in it. Only what lies downstream of an input is run
again. `drivers` ranks inputs from one run without any other; here each is moved, so what acts only jointly or not monotonically shows too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from stargauge.audit.drivers import MOST_DRAWS, strongest
from stargauge.engine.choices import same
from stargauge.engine.executors import each
from stargauge.engine.memo import Memo
from stargauge.engine.result import Result, World, gather
from stargauge.engine.run import blocks_of
from stargauge.engine.sample import Value
from stargauge.engine.series import LEVELS, plain
from stargauge.engine.spread import quantiles
from stargauge.engine.streams import BLOCK
from stargauge.quantity.address import parse_address
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.statement import PICK, Estimate, Input, Mixture

if TYPE_CHECKING:
    from stargauge.audit.variance import Share

#: The ends an input is held at.
LOW, HIGH = 0.1, 0.9
#: The most cells of a two-way table, and the word for an input left as it is drawn.
MOST_CELLS, DRAWN = 100, "drawn"
#: How many inputs are moved of a number that is dear to make again, and from how many values on (cells of all steps upstream, over all
#: draws and inputs, at both ends) it is dear: some tens of seconds.
STRONGEST, DEAR = 15, 6_000_000_000
FORM = "INPUT=VALUE,VALUE,..., such as accelerator_life=3 yr,5 yr,drawn"
Levels = tuple[float, float, float]
Progress = Callable[[int, int], None]
#: Which inputs single settings (pairs of input and value) make, and what they then are.
Changed = Callable[..., Mapping[str, Input]]

METHOD = (
    "Each input alone: all its uncertain cells are held at their P10, then at their P90 (a choice: at each of its options), while every "
    "other input draws what it drew. The number is the median of the output. An input with many cells that are drawn apart moves less by "
    "chance than it does here, where all of them move together."
)


@dataclass(frozen=True)
class Swing:
    """One input: what it is held at (None where its cells differ), and the output's P10, P50, P90 there.

    `cells`: how many of its cells are uncertain. `given`: moved over a range that was given, not its own; `fixed`: the one number that it
    is in the model, where it is no uncertain input there. For a choice (`pick:NAME`) low and high are its options with the least and the
    greatest median, named in `options`.
    """

    input: str
    says: str
    unit: str
    cells: int
    kinds: tuple[str, ...]
    at_low: float | None
    at_high: float | None
    low: Levels
    high: Levels
    options: tuple[str, str] | None = None
    given: bool = False
    fixed: float | None = None

    @property
    def swing(self) -> float:
        """By how much the median differs between the two ends."""
        return abs(self.high[1] - self.low[1])

    @property
    def moves(self) -> float:
        """The largest difference of P10, P50 and P90 between the two ends."""
        return max(abs(high - low) for low, high in zip(self.low, self.high, strict=True))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "input": self.input, "says": self.says, "unit": self.unit, "cells": self.cells, "kinds": list(self.kinds),
            "at_p10": _plain(self.at_low), "at_p90": _plain(self.at_high), "options": list(self.options) if self.options else None,
            "given": self.given, "fixed": _plain(self.fixed),
            "low": levels_data(self.low), "high": levels_data(self.high), "swing": plain(self.swing),
        }  # fmt: skip


@dataclass(frozen=True)
class Axis:
    """One side of a two-way table: an input (or cells of it, by address) and its values as written."""

    input: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class TwoWay:
    """The output's P10, P50, P90 at each pair of values, row by row."""

    rows: Axis
    columns: Axis
    cells: tuple[tuple[Levels, ...], ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        axes = {name: {"input": axis.input, "values": list(axis.values)} for name, axis in (("rows", self.rows), ("columns", self.columns))}
        return {**axes, "cells": [[levels_data(cell) for cell in row] for row in self.cells]}


@dataclass(frozen=True)
class Sensitivity:
    """How a number moves: as drawn, with each input at its ends (widest swing first), and over a grid of two inputs.

    `variance`: whose uncertainty makes its variance, where that was asked for.
    `left`: the uncertain inputs that were not moved, since by their total effect they share less of its spread than those moved.
    """

    address: str
    says: str
    unit: str
    when: date | None
    base: Levels
    swings: tuple[Swing, ...]
    still: tuple[str, ...]
    left: tuple[str, ...]
    two_way: TwoWay | None
    variance: tuple[Share, ...] | None
    programme: str
    asked_as: str
    supposed: tuple[str, ...]
    as_of: date
    draws: int
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the same from the command line and Python."""
        return {
            "address": self.address, "says": self.says, "unit": self.unit, "date": str(self.when) if self.when else None,
            "programme": self.programme, "asked_as": self.asked_as, "supposed": list(self.supposed), "as_of": str(self.as_of),
            "draws": self.draws, "seed": self.seed,
            "base": levels_data(self.base), "inputs": [swing.to_dict() for swing in self.swings], "still": list(self.still),
            "left": list(self.left), "two_way": self.two_way.to_dict() if self.two_way else None,
            "variance": None if self.variance is None else [one.to_dict() for one in self.variance], "method": METHOD,
        }  # fmt: skip


@dataclass(frozen=True)
class Asker:
    """Asks one address of worlds that differ in a few inputs from that of a run."""

    world: World
    address: str
    when: date | None
    draws: int
    memo: Memo

    @classmethod
    def of(cls, result: Result, address: str, when: date | None, memo: Memo) -> Asker:
        """About an address of a run; `when`: the month it is read at, where it has months."""
        months = "month" in result.world.frame.resolve(address).quantity.axes
        return cls(result.world, str(parse_address(address)), when if months else None, result.draws, memo)

    @property
    def size(self) -> int:
        """How many values a draw of the address takes: the cells of every step upstream that is made draw by draw."""
        made = (self.world.graph.quantities[name] for name in self.upstream)
        steps = (one for one in made if not one.is_input and "draw" in one.axes)
        return sum(prod(len(self.world.axes[axis]) for axis in one.axes if axis != "draw") for one in steps)

    @property
    def upstream(self) -> set[str]:
        """Names of all that it rests on."""
        return self.world.graph.upstream([self.address.split("[")[0]])

    def levels(self, changed: Mapping[str, Input]) -> Levels:
        """P10, P50, P90 of the address with some inputs changed."""
        return levels_of(self.values(changed))

    def values(self, changed: Mapping[str, Input]) -> Any:
        """The address draw by draw with some inputs changed."""
        world = replace(self.world, inputs={**self.world.inputs, **changed}) if changed else self.world
        dates = (self.when,) if self.when else ()
        made = gather(world, [self.address], self.draws, dates=dates, memo=self.memo, only_dates=bool(dates)).series[self.address]
        return (made.at(self.when) if self.when else made).values

    def streams(self) -> Mapping[str, Any]:
        """The uniform of each input cell, and the option of each choice, in the first of the same draws."""
        run = self.world.run([self.address.split("[")[0]], self.memo)
        return run.sampler.streams(0, min(blocks_of(self.draws), MOST_DRAWS // BLOCK))


def levels_of(values: Any) -> Levels:
    """P10, P50, P90 over draws; absent draws are left out."""
    low, middle, high = (float(level) for level in quantiles(values, LEVELS))
    return low, middle, high


@dataclass(frozen=True)
class Bar:
    """One bar: its name, and the inputs it holds at their ends. `as_if`: some of these as if they were as uncertain as said here."""

    name: str
    members: tuple[str, ...]
    as_if: Mapping[str, Input] = field(default_factory=dict)


def swings(
    asker: Asker, bars: Sequence[Bar], workers: int = 1, progress: Progress | None = None
) -> tuple[tuple[Swing, ...], tuple[str, ...]]:
    """Each bar at its ends, widest swing first, and the names of those that move nothing; the same bits for any number of workers."""
    asker.memo.closed = True
    out = list[Swing]()
    if progress is not None and bars:
        progress(0, len(bars))
    for place, swing in enumerate(each(_swing, (bars, asker), len(bars), workers)):
        out.append(swing)
        if progress is not None:
            progress(place + 1, len(bars))
    moving = sorted((one for one in out if one.moves > 0.0), key=lambda one: (-one.swing, -one.moves, one.input))
    return tuple(moving), tuple(sorted(one.input for one in out if not one.moves > 0.0))


def leading(asker: Asker, bars: Sequence[Bar], most: int = STRONGEST) -> list[Bar]:
    """The bars whose inputs share most of the number's spread, from the draws as they are: no further run.

    With few draws the last of them may be there by chance: some that move the number a little share no more than that.
    """
    found = strongest(asker.streams(), asker.values({}))
    lead = {bar.name: max(found.get(name, -np.inf) for name in (bar.name, *_drawn_as(bar))) for bar in bars}
    return sorted(bars, key=lambda bar: (-lead[bar.name], bar.name))[:most]


def _drawn_as(bar: Bar) -> tuple[str, ...]:
    """The names under which a bar's inputs are drawn; a choice is drawn under its own."""
    return () if bar.name.startswith(PICK) else bar.members


def is_dear(asker: Asker, bars: Sequence[Bar]) -> bool:
    """Whether moving all of these takes so many values that only the strongest are moved unless all are asked for."""
    return len(bars) > STRONGEST and 2 * len(bars) * asker.draws * asker.size > DEAR


def bars_of(asker: Asker, inputs: Sequence[str] | None, changed: Changed) -> list[Bar]:
    """The bars asked for: every uncertain input and choice upstream, or those named, `INPUT=LOW..HIGH` as if it were that uncertain.

    Raises InputError for what is no uncertain input upstream.
    """
    found = uncertain(asker.world, asker.address)
    if inputs is None:
        return [Bar(name, members) for name, members in found.items()]
    faults, bars = list[Fault](), list[Bar]()
    for text in dict.fromkeys(inputs):
        name, equals, value = (part.strip() for part in text.partition("="))
        whole = name.split("[")[0]
        if equals and name in found and name.startswith(PICK):
            faults.append(Fault(f"--inputs: {name} is a choice and moved over its options; expected {name} alone (one option: --set)"))
        elif fault := _unfit(whole if equals else name, found, asker, bool(equals)):
            faults.append(fault)
        elif not equals:
            bars.append(Bar(name, found[name]))
        elif (made := _tried(changed, name, value, "--inputs", faults)) is not None:
            if not any(map(_spread, _replaced(made[whole], asker.world.inputs[whole]))):
                faults.append(Fault(f'--inputs: got "{text}"; expected INPUT=LOW..HIGH, such as discount_rate=8..14 %'))
            bars.append(Bar(name, (whole,), {whole: made[whole]}))
    if faults:
        raise InputError(faults)
    return bars


def _tried(changed: Changed, name: str, value: str, option: str, faults: list[Fault]) -> Mapping[str, Input] | None:
    """What a single setting makes; None, and its faults under the option's name, where it cannot be set."""
    try:
        return changed((name, value))
    except InputError as error:
        faults += [Fault(f"{option}: {name}: {fault.message}") for fault in error.faults]
        return None


def _unfit(name: str, found: Mapping[str, Any], asker: Asker, given: bool) -> Fault | None:
    """Why a name is no input that can be moved; None where it can."""
    quantities = asker.world.graph.quantities
    if name in found:
        return None
    if name not in quantities:
        return Fault(f'there is no input "{name}"{did_you_mean(name, found)} (all: stargauge explain --list)')
    if not quantities[name].is_input:
        return Fault(f'"{name}" is computed, not an input{did_you_mean(name, found)}')
    if name not in asker.upstream:
        return Fault(f'"{asker.address}" does not depend on "{name}"')
    return None if given else Fault(f'"{name}" is not uncertain here; give it a range: --inputs "{name}=LOW..HIGH"')


def _replaced(made: Input, old: Input) -> list[Value]:
    """The values of an input that differ from what was there."""
    pairs = zip(made.estimates, old.estimates, strict=True)
    return [new.value for new, was in pairs if new is not was and not same(new.value, was.value)]


def uncertain(world: World, address: str) -> dict[str, tuple[str, ...]]:
    """What is uncertain upstream of an address: inputs by name, then choices as `pick:NAME`, each with the inputs it takes changing."""
    graph = world.graph
    within = graph.upstream([address.split("[")[0]])
    made = [world.inputs[name] for name in graph.order if name in within and graph.quantities[name].is_input]
    inputs = {one.quantity.name: (one.quantity.name,) for one in made if any(_spread(e.value) for e in one.estimates)}
    picks: dict[str, list[str]] = {}
    for one in made:
        for pick in dict.fromkeys(e.value.pick for e in one.estimates if isinstance(e.value, Mixture)):
            picks.setdefault(PICK + pick, []).append(one.quantity.name)
    return {**inputs, **{pick: tuple(names) for pick, names in picks.items()}}


def _swing(place: int, bars: Sequence[Bar], asker: Asker) -> Swing:
    bar = bars[place]
    inputs = [asker.world.inputs[member] for member in bar.members]
    if bar.name.startswith(PICK):
        kinds = tuple(dict.fromkeys(e.kind for one in inputs for e in one.estimates if isinstance(e.value, Mixture)))
        return _choice(bar.name, inputs, kinds, asker)
    moved = [(bar.as_if.get(one.quantity.name, one), one if one.quantity.name in bar.as_if else None) for one in inputs]
    held_cells = [e for made, was in moved for e in _movable(made, was)]
    low, high = (asker.levels({made.quantity.name: held(made, level, was) for made, was in moved}) for level in (LOW, HIGH))
    ends = [_end([e.value for e in held_cells], level) for level in (LOW, HIGH)]
    quantity = inputs[0].quantity
    alone = len(inputs) == 1
    olds = [e.value for _, was in moved if was is not None for e in _ranged(bar.as_if, was)]
    return Swing(
        bar.name, quantity.says if alone else f"together: {', '.join(bar.members)}", quantity.unit if alone else "1", len(held_cells),
        tuple(dict.fromkeys(e.kind for e in held_cells)), ends[0] if alone else None, ends[1] if alone else None, low, high,
        given=bool(olds), fixed=_end(olds, LOW) if alone and olds and not any(map(_spread, olds)) else None,
    )  # fmt: skip


def _movable(made: Input, was: Input | None) -> list[Estimate]:
    """The uncertain cells of an input; with `was`, of those only that differ from it."""
    olds: Sequence[Estimate | None] = was.estimates if was is not None else [None] * len(made.estimates)
    return [
        new for new, old in zip(made.estimates, olds, strict=True) if _spread(new.value) and (old is None or not same(new.value, old.value))
    ]  # fmt: skip


def _ranged(as_if: Mapping[str, Input], was: Input) -> list[Estimate]:
    """The cells as they were of an input that is moved over a range given."""
    pairs = zip(as_if[was.quantity.name].estimates, was.estimates, strict=True)
    return [old for new, old in pairs if not same(new.value, old.value)]


def _choice(name: str, inputs: Sequence[Input], kinds: tuple[str, ...], asker: Asker) -> Swing:
    """A choice with each of its options true in all worlds: the two with the least and the greatest median."""
    pick = name.removeprefix(PICK)
    mixtures = [e.value for one in inputs for e in one.estimates if isinstance(e.value, Mixture) and e.value.pick == pick]
    labels = mixtures[0].labels or tuple(str(number) for number in range(len(mixtures[0].options)))
    made = [asker.levels({one.quantity.name: picked(one, pick, number) for one in inputs}) for number in range(len(labels))]
    order = sorted(range(len(made)), key=lambda number: (made[number][1], number))
    ends = order[0], order[-1]
    return Swing(
        name, f"which is true: {', '.join(labels)}", "1", len(mixtures), kinds, None, None, made[ends[0]], made[ends[1]],
        (labels[ends[0]], labels[ends[1]]),
    )  # fmt: skip


def held(made: Input, level: float, was: Input | None = None) -> Input:
    """An input with every uncertain cell at a quantile of its own (an option of a choice at that of the option).

    `was`: cells that do not differ from it stay as they are.
    """
    moved = {id(estimate) for estimate in _movable(made, was)}
    return replace(made, estimates=tuple(replace(e, value=_held(e.value, level)) if id(e) in moved else e for e in made.estimates))


def picked(made: Input, pick: str, number: int) -> Input:
    """An input with one option of a choice in all worlds."""

    def settled(estimate: Estimate) -> Estimate:
        value = estimate.value
        chosen = isinstance(value, Mixture) and value.pick == pick
        return replace(estimate, value=value.options[number]) if chosen and isinstance(value, Mixture) else estimate

    return replace(made, estimates=tuple(map(settled, made.estimates)))


def _held(value: Value, level: float) -> Value:
    if isinstance(value, Distribution):
        return value.quantile(level)
    if isinstance(value, Mixture):
        options = (option.quantile(level) if isinstance(option, Distribution) else option for option in value.options)
        return replace(value, options=tuple(options))
    return value


def _spread(value: Value) -> bool:
    """Whether a cell is drawn from a distribution, itself or in an option of a choice."""
    return isinstance(value, Distribution) or (isinstance(value, Mixture) and any(map(_spread, value.options)))


def _end(cells: Sequence[Value], level: float) -> float | None:
    """The one value that all cells are held at; None where they differ."""
    ends = [_held(cell, level) for cell in cells]
    first = ends[0]
    return float(first) if isinstance(first, float) and all(same(first, other) for other in ends) else None


# --- two inputs over a grid -------------------------------------------------------------------------------------------------------


def axes_of_table(asked: Sequence[str]) -> tuple[Axis, Axis]:
    """The two sides of a table as asked for: `INPUT=VALUE,VALUE,...` twice. Raises InputError for another form, or for too large a grid."""
    faults, found = list[Fault](), list[Axis]()
    for text in asked:
        name, equals, rest = text.partition("=")
        values = tuple(part.strip() for part in re.split(r",(?![^({]*[)}])", rest))
        if not equals or not name.strip() or not all(values):
            faults.append(Fault(f'got --two-way "{text}"; expected {FORM}'))
        elif len(set(values)) < len(values):
            faults.append(Fault(f'--two-way: "{text}" names a value twice'))
        else:
            found.append(Axis(name.strip(), values))
    if len(asked) != 2:
        faults.append(Fault(f"--two-way: got {len(asked)}; expected two inputs, each as {FORM}"))
    elif len(found) == 2:
        cells = len(found[0].values) * len(found[1].values)
        if cells > MOST_CELLS:
            size = f"{len(found[0].values)} x {len(found[1].values)}"
            faults.append(Fault(f"--two-way: {size} values are {cells} runs; expected at most {MOST_CELLS}"))
        if found[0].input == found[1].input:
            faults.append(Fault(f'--two-way: "{found[0].input}" stands on both sides; expected two inputs'))
    if faults:
        raise InputError(faults)
    return found[0], found[1]


Ends = Sequence[Sequence[Mapping[str, Input]]]


def ends_of_table(asker: Asker, axes: tuple[Axis, Axis], changed: Changed) -> Ends:
    """The inputs changed by each value of both sides; no run. `changed`: what single settings (`INPUT=VALUE` as pairs) make of inputs.

    Raises InputError with the faults of both sides: what is no input upstream, and values that cannot be set.
    """
    faults, ends = list[Fault](), list[list[Mapping[str, Input]]]()
    upstream = [name for name in asker.upstream if asker.world.graph.quantities[name].is_input]
    for axis in axes:
        if fault := _unfit(axis.input.split("[")[0], dict.fromkeys(sorted(upstream)), asker, True):
            faults.append(Fault(f"--two-way: {fault.message}"))
        else:
            tried = [{} if value == DRAWN else _tried(changed, axis.input, value, "--two-way", faults) for value in axis.values]
            ends.append([made for made in tried if made is not None])
    if faults:
        raise InputError(list(dict.fromkeys(faults)))
    return ends


def tabulated(asker: Asker, axes: tuple[Axis, Axis], ends: Ends, changed: Changed, progress: Progress | None = None) -> TwoWay:
    """The output over a grid. `ends`: the inputs changed by each value, from `ends_of_table`."""
    asker.memo.closed = True
    first, second = axes
    out = list[list[Levels]]()
    for row, held_row in zip(first.values, ends[0], strict=True):
        out.append([])
        for column, held_column in zip(second.values, ends[1], strict=True):
            both = {**held_row, **held_column}
            if held_row.keys() & held_column.keys():  # cells of one input: set together
                both = dict(changed((first.input, row), (second.input, column)))
            out[-1].append(asker.levels(both))
            if progress is not None:
                progress(sum(map(len, out)), len(first.values) * len(second.values))
    return TwoWay(first, second, tuple(map(tuple, out)))


def levels_data(levels: Levels) -> dict[str, Any]:
    """P10, P50, P90 as plain data."""
    return {name: plain(value) for name, value in zip(("p10", "p50", "p90"), levels, strict=True)}


def _plain(value: float | None) -> Any:
    return None if value is None else plain(np.float64(value))
