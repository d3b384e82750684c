"""What moves a number, in its own unit: each uncertain input upstream held at its P10 and at its P90, and two inputs over a grid.

Every other cell draws what it drew, since streams are named: the change has no noise in it. Only what lies downstream of an input is run
again. `drivers` ranks inputs from one run without any other; here each is moved, so what acts only jointly or not monotonically shows too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from stargauge.audit.drivers.drivers import strongest
from stargauge.audit.drivers.moved import (
    HIGH,
    LOW,
    Asker,
    Changed,
    Levels,
    held,
    held_at,
    is_drawn,
    levels_data,
    movable,
    picked,
    setting_tried,
    why_unfit,
)
from stargauge.audit.drivers.two_way import Progress, TwoWay
from stargauge.engine.choices import same
from stargauge.engine.executors import each
from stargauge.engine.result import World
from stargauge.engine.sample import Value
from stargauge.engine.series import plain
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import PICK, Estimate, Input, Mixture

if TYPE_CHECKING:
    from stargauge.audit.drivers.variance import Share

#: How many inputs are moved of a number that is dear to make again, and from how many values on (cells of all steps upstream, over all
#: draws and inputs, at both ends) it is dear: some tens of seconds.
STRONGEST, DEAR = 15, 6_000_000_000

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
            faults.append(
                Fault(say("--inputs: {name} is a choice and moved over its options; expected {name} alone (one option: --set)", name=name))
            )
        elif fault := why_unfit(whole if equals else name, found, asker, bool(equals)):
            faults.append(fault)
        elif not equals:
            bars.append(Bar(name, found[name]))
        elif (made := setting_tried(changed, name, value, "--inputs", faults)) is not None:
            if not any(map(is_drawn, _replaced(made[whole], asker.world.inputs[whole]))):
                faults.append(Fault(say('--inputs: got "{text}"; expected INPUT=LOW..HIGH, such as discount_rate=8..14 %', text=text)))
            bars.append(Bar(name, (whole,), {whole: made[whole]}))
    if faults:
        raise InputError(faults)
    return bars


def _replaced(made: Input, old: Input) -> list[Value]:
    """The values of an input that differ from what was there."""
    pairs = zip(made.estimates, old.estimates, strict=True)
    return [new.value for new, was in pairs if new is not was and not same(new.value, was.value)]


def uncertain(world: World, address: str) -> dict[str, tuple[str, ...]]:
    """What is uncertain upstream of an address: inputs by name, then choices as `pick:NAME`, each with the inputs it takes changing."""
    graph = world.graph
    within = graph.upstream([address.split("[")[0]])
    made = [world.inputs[name] for name in graph.order if name in within and graph.quantities[name].is_input]
    inputs = {one.quantity.name: (one.quantity.name,) for one in made if any(is_drawn(e.value) for e in one.estimates)}
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
    held_cells = [e for made, was in moved for e in movable(made, was)]
    low, high = (asker.levels({made.quantity.name: held(made, level, was) for made, was in moved}) for level in (LOW, HIGH))
    ends = [_end([e.value for e in held_cells], level) for level in (LOW, HIGH)]
    quantity = inputs[0].quantity
    alone = len(inputs) == 1
    olds = [e.value for _, was in moved if was is not None for e in _ranged(bar.as_if, was)]
    return Swing(
        bar.name, quantity.says if alone else f"together: {', '.join(bar.members)}", quantity.unit if alone else "1", len(held_cells),
        tuple(dict.fromkeys(e.kind for e in held_cells)), ends[0] if alone else None, ends[1] if alone else None, low, high,
        given=bool(olds), fixed=_end(olds, LOW) if alone and olds and not any(map(is_drawn, olds)) else None,
    )  # fmt: skip


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


def _end(cells: Sequence[Value], level: float) -> float | None:
    """The one value that all cells are held at; None where they differ."""
    ends = [held_at(cell, level) for cell in cells]
    first = ends[0]
    return float(first) if isinstance(first, float) and all(same(first, other) for other in ends) else None


# --- two inputs over a grid -------------------------------------------------------------------------------------------------------


def _plain(value: float | None) -> Any:
    return None if value is None else plain(np.float64(value))
