"""The model as a graph: every number has one name, one function that makes it, and one list of what it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from types import ModuleType

from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.quantity import Quantity, find, quantities_of
from stargauge.quantity.spoken import say

#: A static function that needs an uncertain input asks for its median under this name.
MEDIAN = "_p50"


@dataclass(frozen=True)
class Step:
    """One function to call, and the values that nobody needs after it."""

    quantity: Quantity
    releases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of what it makes."""
        return self.quantity.name


@dataclass(frozen=True)
class Plan:
    """What a request needs: inputs, steps that run once, steps that run per block, each after what it needs."""

    wanted: tuple[str, ...]
    inputs: tuple[str, ...]
    medians: tuple[str, ...]
    static: tuple[Step, ...]
    steps: tuple[Step, ...]

    def keys(self, inputs: Mapping[str, str]) -> dict[str, str]:
        """Content key of each value: of an input that of its estimates, of a step its name and its needs' keys."""
        keys = {name: inputs[name] for name in self.inputs}
        keys |= {name: content_key(name, inputs[median_of(name)]) for name in self.medians}
        for step in (*self.static, *self.steps):
            keys[step.name] = content_key(step.name, *(keys[need] for need in step.quantity.needs))
        return keys


@dataclass(frozen=True)
class Graph:
    """All quantities by name. Checked when made: every need is made, nothing needs itself, what is static needs nothing that varies."""

    quantities: dict[str, Quantity]

    def __post_init__(self) -> None:
        faults = [
            Fault(
                say('{name} needs "{need}", which nothing makes{near}', name=made.name, need=need, near=did_you_mean(need, self.quantities))
            )
            for made in self.quantities.values()
            for need in self.needs(made)
            if need not in self.quantities
        ]
        faults += [
            Fault(say("{name} needs the median {need}, but {median_of} is no input", name=made.name, need=need, median_of=median_of(need)))
            for made in self.quantities.values()
            for need in made.needs
            if not made.is_input and need not in self.quantities and not self._is_input(median_of(need))
        ]
        if not faults:
            faults = [
                Fault(
                    say(
                        "{name} has no draw axis, but needs {need}, which varies by draw (its median is {need}{suffix})",
                        name=made.name,
                        need=need,
                        suffix=MEDIAN,
                    )
                )
                for made in self.quantities.values()
                for need in made.needs
                if not made.is_input and made.static and need in self.quantities and not self.quantities[need].static
            ]
        if faults:
            raise InputError(faults)
        _ = self.order

    @classmethod
    def of(cls, modules: Iterable[ModuleType]) -> Graph:
        """The graph of the quantities declared in modules. Raises InputError where two modules make the same name."""
        found: dict[str, Quantity] = {}
        faults: list[Fault] = []
        for module in modules:
            for name, made in quantities_of(module).items():
                if name in found:
                    faults.append(
                        Fault(
                            say(
                                "{name} is made twice: in {module} and in {other}",
                                name=name,
                                module=found[name].function.__module__,
                                other=module.__name__,
                            )
                        )
                    )
                found[name] = made
        if faults:
            raise InputError(faults)
        return cls(found)

    def _is_input(self, name: str) -> bool:
        return name not in self.quantities or self.quantities[name].is_input

    def needs(self, made: Quantity) -> tuple[str, ...]:
        """The quantities that a quantity needs; `x_p50` needs x. An input needs none."""
        return () if made.is_input else tuple(need if need in self.quantities else median_of(need) for need in made.needs)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All names, each after what it needs and close to it, so that values are released early."""
        done: dict[str, None] = {}
        path: list[str] = []

        def visit(name: str) -> None:
            if name in done:
                return
            if name in path:
                raise InputError(say("circular: {names}", names=say(" needs ").join([*path[path.index(name) :], name])))
            path.append(name)
            for need in self.needs(self.quantities[name]):
                visit(need)
            done[path.pop()] = None

        for name in self.quantities:
            visit(name)
        return tuple(done)

    def upstream(self, names: Iterable[str]) -> set[str]:
        """Names and all that they need, directly or not."""
        found: set[str] = set()
        waiting = [find(name, self.quantities).name for name in names]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self.needs(self.quantities[name]))
        return found

    def downstream(self, names: Iterable[str]) -> set[str]:
        """Names and all that needs them, directly or not."""
        found = {find(name, self.quantities).name for name in names}
        for name in self.order:
            if not found.isdisjoint(self.needs(self.quantities[name])):
                found.add(name)
        return found

    def beside(self, names: Iterable[str], within: set[str]) -> set[str]:
        """What has to be at hand, of `within`, so that a change of any of these makes nothing again but what lies downstream of it.

        For each name: what is needed by something downstream of it and does not lie there itself. It does for several at once too.
        """
        out: set[str] = set()
        for name in names:
            moved = self.downstream([name]) & within
            out |= {need for made in moved for need in self.needs(self.quantities[made])} - moved
        return out

    def unused(self) -> tuple[str, ...]:
        """Inputs that no function needs."""
        used = {need for made in self.quantities.values() for need in self.needs(made)}
        return tuple(name for name, made in self.quantities.items() if made.is_input and name not in used)

    def plan(self, wanted: Iterable[str]) -> Plan:
        """The steps upstream of what is wanted, in order; a value is released after its last use unless it is wanted."""
        asked = tuple(dict.fromkeys(wanted))
        within = self.upstream(asked)
        made = [self.quantities[name] for name in self.order if name in within]
        functions = [q for q in made if not q.is_input]
        medians = dict.fromkeys(need for q in functions for need in q.needs if need not in self.quantities)
        direct = {need for q in functions for need in q.needs} | set(asked)
        inputs = tuple(q.name for q in made if q.is_input and q.name in direct)
        last = {need: q.name for q in functions if not q.static for need in q.needs}
        steps = tuple(
            Step(q, tuple(need for need in dict.fromkeys(q.needs) if last[need] == q.name and need not in asked))
            for q in functions
            if not q.static
        )
        return Plan(asked, inputs, tuple(medians), tuple(Step(q) for q in functions if q.static), steps)


def median_of(name: str) -> str:
    """The input whose median a name such as `load_factor_p50` asks for; the name itself where it asks for none."""
    return name.removesuffix(MEDIAN)


def content_key(*parts: str | bytes) -> str:
    """A short hash that is the same for the same parts."""
    written = (part.encode() if isinstance(part, str) else part for part in parts)
    return sha256(b"".join(len(data).to_bytes(8, "little") + data for data in written)).hexdigest()[:32]
