"""From what is known to inputs: assembled when asked for, and taken from a state that differs little where they read nothing that differs.

An input is a function of what is known. Which fields of the programme it reads is noted while it is made, so what gives the same in another
state of the programme (an option of an alternative, a statement left out) is known without making it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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

    `like`: the inputs of another state of the programme, as known on the same day and with the same catalogue.
    """

    def __init__(self, known: Known, graph: Graph, like: Inputs | None = None) -> None:
        super().__init__()
        self.known, self._graph, self._like = known, graph, like
        self._plain: dict[str, Input] = {}
        self._reads: dict[str, frozenset[str]] = {}
        if like is not None and (like.known.as_of, like.known.catalogue) != (known.as_of, known.catalogue):
            raise ValueError("inputs of another day or catalogue share nothing that could be told from the programme")

    def __missing__(self, name: str) -> Input:
        return self.need([name])[name]

    def need(self, names: Iterable[str]) -> Inputs:
        """With all of these made."""
        wanted = [name for name in names if name not in self]
        base = self.plain(wanted)
        self.update(with_choices(base, self._options(base)))
        return self

    def plain(self, names: Iterable[str]) -> dict[str, Input]:
        """Inputs as they are without the options of alternatives."""
        names = list(names)
        wanted = [name for name in names if name not in self._plain]
        shared = self._like.plain(wanted) if self._like is not None and wanted else {}
        for name in wanted:
            if name in shared and self._like is not None and not self._like._reads[name] & self._differing:
                self._plain[name], self._reads[name] = shared[name], self._like._reads[name]
            else:
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

    def _make(self, name: str) -> None:
        known, reads = self._watched
        with noting() as read:  # a copy each: what one input found, another would get without reading it
            self._plain.update(assemble(copy(known), [self._graph.quantities[name]]))
        self._reads[name] = reads | read

    @cached_property
    def _watched(self) -> tuple[Known, frozenset[str]]:
        """What is known, with its reading noted, and what its axes read: all inputs stand on these."""
        known = replace(self.known, programme=watched(self.known.programme))
        with noting() as read:
            _ = known.axes
        return known, frozenset(read)

    @cached_property
    def _differing(self) -> set[str]:
        """The fields in which the programme differs from that of the state it is like."""
        return differing(self._like.known.programme, self.known.programme) if self._like is not None else set()

    def _options(self, base: Mapping[str, Input]) -> dict[str, list[Option]]:
        """The options of each alternative with their inputs; those that read nothing of what an option says are the same object."""
        out: dict[str, list[Option]] = {}
        for pick, group in self.known.alternatives if base else ():
            for name, weight, view in group:
                changed = differing(self.known.programme, view.programme)
                made = assemble(view, [self._graph.quantities[one] for one in base if self._reads[one] & changed])
                out.setdefault(pick, []).append(Option(name, weight, {**base, **made}))
        return out


def assemble(known: Known, quantities: Sequence[Quantity]) -> dict[str, Input]:
    """Inputs by name, one estimate per cell; an assumption replaces what was found and keeps its reason."""
    out = {}
    for made in quantities:
        found = made.function(known)
        estimates = [found] if isinstance(found, Estimate) else list(found)
        labels = tuple(tuple(label) for label in known.labels(made)) if not isinstance(found, Estimate) else ((),)
        out[made.name] = Input(made, labels, tuple(known.assumed(made, labels, estimates)))
    return out
