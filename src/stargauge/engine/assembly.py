"""From what is known to inputs: assembled when asked for, and taken from a state that differs little where they read nothing that differs.

An input is a function of what is known. Which fields of the programme it reads is noted while it is made, so what gives the same in another
state of the programme (an option of an alternative, a statement left out) is known without making it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from stargauge.engine.choices import Option, with_choices
from stargauge.engine.graph import Graph
from stargauge.engine.sample import input_key
from stargauge.programme.watched import differing, noting, watched
from stargauge.quantity.quantity import Quantity
from stargauge.quantity.statement import Estimate, Input

if TYPE_CHECKING:
    from stargauge.programme.known import Known


class Inputs(dict[str, Input]):
    """Inputs by name, alternatives as choices, assembled when first asked for.

    `likes`: inputs of other states of the programme, as known on the same day and with the same catalogue. `shared`: others will be like
    these, so that what options read is noted too. `noted`: what these read is noted, without which nothing can be like them.
    """

    def __init__(self, known: Known, graph: Graph, *likes: Inputs, shared: bool = False, noted: bool = True) -> None:
        super().__init__()
        self.known, self._graph, self._likes, self._shared, self._noted = known, graph, likes, shared, noted
        self._plain: dict[str, Input] = {}
        self._reads: dict[str, frozenset[str]] = {}
        if any((like.known.as_of, like.known.catalogue) != (known.as_of, known.catalogue) for like in likes):
            raise ValueError("inputs of another day or catalogue share nothing that could be told from the programme")

    def __missing__(self, name: str) -> Input:
        return self.need([name])[name]

    def need(self, names: Iterable[str]) -> Inputs:
        """With all of these made."""
        base = self.plain(name for name in names if name not in self)
        picks: dict[str, list[Option]] = {}
        for (pick, name), (weight, option) in self._options.items() if base else ():
            picks.setdefault(pick, []).append(Option(name, weight, option.plain(base)))
        self.update(with_choices(base, picks))
        return self

    def plain(self, names: Iterable[str]) -> dict[str, Input]:
        """Inputs as they are without the options of alternatives."""
        names = list(names)
        for name in names:
            if name not in self._plain and not self._share(name):
                self._make(name)
        return {name: self._plain[name] for name in names}

    def differs(self, other: Inputs, names: Iterable[str], options: bool = False) -> bool:
        """Whether any of these inputs holds other values there; `options`: with those of alternatives."""
        if self.known.axes != other.known.axes:
            return True
        names = list(names)
        mine, theirs = (one.need(names) if options else one.plain(names) for one in (self, other))
        axes = self.known.axes
        return any(mine[name] is not theirs[name] and input_key(mine[name], axes) != input_key(theirs[name], axes) for name in names)

    def _share(self, name: str) -> bool:
        """Take an input from the first state in which it reads nothing that differs here; whether there is one."""
        for like, differ in zip(self._likes, self._differing, strict=True):
            given = like.plain([name])
            if not like._reads[name] & differ:
                self._plain.update(given)
                self._reads[name] = like._reads[name]
                return True
        return False

    def _make(self, name: str) -> None:
        quantity = self._graph.quantities[name]
        if not self._noted:
            self._plain[name] = assemble(self.known, quantity)
            return
        known, reads = self._watched
        with noting() as read:  # a copy each: what one input found, another would get without reading it
            self._plain[name] = assemble(copy(known), quantity)
        self._reads[name] = reads | read

    @cached_property
    def _watched(self) -> tuple[Known, frozenset[str]]:
        """What is known, with its reading noted, and what its axes read: all inputs stand on these."""
        known = replace(self.known, programme=watched(self.known.programme))
        with noting() as read:
            _ = known.axes
        return known, frozenset(read)

    @cached_property
    def _differing(self) -> list[set[str]]:
        """The fields in which the programme differs from that of each state it is like."""
        return [differing(like.known.programme, self.known.programme) for like in self._likes]

    @cached_property
    def _options(self) -> dict[tuple[str, str], tuple[float, Inputs]]:
        """By alternative and option its weight and its inputs, which are like those here, and like those of the same option elsewhere."""
        out = {}
        for pick, group in self.known.alternatives:
            for name, weight, view in group:
                elsewhere = [like._options[pick, name][1] for like in self._likes if (pick, name) in like._options]
                out[pick, name] = weight, Inputs(view, self._graph, self, *elsewhere, noted=self._shared)
        return out


def assemble(known: Known, quantity: Quantity) -> Input:
    """An input, one estimate per cell; an assumption replaces what was found and keeps its reason."""
    found = quantity.function(known)
    estimates = [found] if isinstance(found, Estimate) else list(found)
    labels = ((),) if isinstance(found, Estimate) else tuple(tuple(label) for label in known.labels(quantity))
    return Input(quantity, labels, tuple(known.assumed(quantity, labels, estimates)))
