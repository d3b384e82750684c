"""Worlds in which a few inputs are moved from what they are: who asks an address of them, and how an input is held, picked or set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import prod
from typing import Any

from stargauge.audit.drivers.drivers import MOST_DRAWS
from stargauge.engine.choices import same
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
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Estimate, Input, Mixture

#: The ends an input is held at.
LOW, HIGH = 0.1, 0.9
Levels = tuple[float, float, float]
#: Which inputs single settings (pairs of input and value) make, and what they then are.
Changed = Callable[..., Mapping[str, Input]]


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


def setting_tried(changed: Changed, name: str, value: str, option: str, faults: list[Fault]) -> Mapping[str, Input] | None:
    """What a single setting makes; None, and its faults under the option's name, where it cannot be set."""
    try:
        return changed((name, value))
    except InputError as error:
        faults += [Fault(f"{option}: {name}: {fault.message}") for fault in error.faults]
        return None


def why_unfit(name: str, found: Mapping[str, Any], asker: Asker, given: bool) -> Fault | None:
    """Why a name is no input that can be moved; None where it can."""
    quantities = asker.world.graph.quantities
    if name in found:
        return None
    if name not in quantities:
        return Fault(say('there is no input "{name}"{near} (all: stargauge explain --list)', name=name, near=did_you_mean(name, found)))
    if not quantities[name].is_input:
        return Fault(say('"{name}" is computed, not an input{near}', name=name, near=did_you_mean(name, found)))
    if name not in asker.upstream:
        return Fault(say('"{address}" does not depend on "{name}"', address=asker.address, name=name))
    return None if given else Fault(say('"{name}" is not uncertain here; give it a range: --inputs "{name}=LOW..HIGH"', name=name))


def movable(made: Input, was: Input | None) -> list[Estimate]:
    """The uncertain cells of an input; with `was`, of those only that differ from it."""
    olds: Sequence[Estimate | None] = was.estimates if was is not None else [None] * len(made.estimates)
    pairs = zip(made.estimates, olds, strict=True)
    return [new for new, old in pairs if is_drawn(new.value) and (old is None or not same(new.value, old.value))]


def held(made: Input, level: float, was: Input | None = None) -> Input:
    """An input with every uncertain cell at a quantile of its own (an option of a choice at that of the option).

    `was`: cells that do not differ from it stay as they are.
    """
    moved = {id(estimate) for estimate in movable(made, was)}
    return replace(made, estimates=tuple(replace(e, value=held_at(e.value, level)) if id(e) in moved else e for e in made.estimates))


def picked(made: Input, pick: str, number: int) -> Input:
    """An input with one option of a choice in all worlds."""

    def settled(estimate: Estimate) -> Estimate:
        value = estimate.value
        chosen = isinstance(value, Mixture) and value.pick == pick
        return replace(estimate, value=value.options[number]) if chosen and isinstance(value, Mixture) else estimate

    return replace(made, estimates=tuple(map(settled, made.estimates)))


def held_at(value: Value, level: float) -> Value:
    """A value with its distribution, or that of each option of a choice, replaced by its quantile at a level from 0 to 1."""
    if isinstance(value, Distribution):
        return value.quantile(level)
    if isinstance(value, Mixture):
        options = (option.quantile(level) if isinstance(option, Distribution) else option for option in value.options)
        return replace(value, options=tuple(options))
    return value


def is_drawn(value: Value) -> bool:
    """Whether a cell is drawn from a distribution, itself or in an option of a choice."""
    return isinstance(value, Distribution) or (isinstance(value, Mixture) and any(map(is_drawn, value.options)))


def levels_data(levels: Levels) -> dict[str, Any]:
    """P10, P50, P90 as plain data."""
    return {name: plain(value) for name, value in zip(("p10", "p50", "p90"), levels, strict=True)}
