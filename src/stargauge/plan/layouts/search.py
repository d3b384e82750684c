"""The fastest layout of all: each that keeps the rules and fits the memory is worked out, none is passed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from stargauge.plan.layouts.front import Scored, beaten, front, nothing, ranked
from stargauge.plan.layouts.space import Case, Count, Truth, blocks
from stargauge.quantity.compute.layout import Array, Layouts

#: Layouts kept in the order of time.
KEPT = 8


class Costs(NamedTuple):
    """What layouts cost: seconds of a step, and bytes of an accelerator."""

    seconds: Callable[[Layouts], Array]
    memory: Callable[[Layouts], Array]


class Without(NamedTuple):
    """A search with one part of the layout held at its plainest: which part, what it is then, where that is so."""

    name: str
    part: str
    plain: int


#: Each part at its plainest, to see what it brings.
WITHOUT = (
    Without("no tensor parallelism", "tensor", 1), Without("no pipeline", "pipeline", 1), Without("no context parallelism", "context", 1),
    Without("no expert parallelism", "expert", 1), Without("no interleave", "interleave", 1),
    Without("micro-batch of one", "micro_batch", 1), Without("nothing recomputed", "recompute", 0),
    Without("nothing sharded", "sharding", 0), Without("1F1B alone", "schedule", 0),
)  # fmt: skip


@dataclass
class Found:
    """What a search found. `best`: by time, the fastest first; `without`: the fastest with one part at its plainest, none where none fits.

    `measured`: the fastest of those like measured runs, where it was asked which those are.
    `least`: the least memory of any layout that keeps the rules, then the same under each of `WITHOUT`; infinite where there is none.
    """

    case: Case
    count: Count = field(default_factory=Count)
    unfit: int = 0
    evaluated: int = 0
    best: Scored = field(default_factory=nothing)
    front: Scored = field(default_factory=nothing)
    without: dict[str, Scored] = field(default_factory=dict)
    measured: Scored | None = None
    least: dict[str, float] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether any layout fits."""
        return self.evaluated > 0


def searched(
    case: Case, costs: Costs, capacity: float, without: bool = True, like: Callable[[Layouts], Truth] | None = None
) -> Found:  # fmt: skip
    """Every layout of a case: those that break a rule or do not fit `capacity` bytes are dropped, the time of all others is worked out.

    `like`: which layouts are like those of measured runs.
    """
    found = Found(case)
    for layouts in blocks(case, found.count):
        needed = costs.memory(layouts)
        _lower(found, "", needed)
        fits = needed <= capacity
        if without:
            for one in WITHOUT:
                _lower(found, one.part, needed[_plain(layouts, one)])
        found.unfit += int(np.count_nonzero(~fits))
        if fits.any():
            kept = layouts.take(fits)
            scored = Scored(kept, costs.seconds(kept), capacity - needed[fits])
            _add(found, scored, without)
            if like is not None and (near := like(kept)).any():
                found.measured = _fastest(found.measured or nothing(), scored.take(near), 1)
    return found


def _lower(found: Found, name: str, needed: Array) -> None:
    found.least[name] = min(found.least.get(name, np.inf), float(needed.min()) if len(needed) else np.inf)


def _plain(layouts: Layouts, one: Without) -> Truth:
    return np.asarray(getattr(layouts, one.part) == one.plain)


def _add(found: Found, block: Scored, without: bool) -> None:
    """Take the layouts of a block that are worth keeping."""
    found.evaluated += block.layouts.many
    found.best = _fastest(found.best, block, KEPT)
    found.front = front(found.front.with_more(block.take(~beaten(block, found.front))))
    if without:
        for one in WITHOUT:
            plain = _plain(block.layouts, one)
            if plain.any():
                found.without[one.part] = _fastest(found.without.get(one.part, nothing()), block.take(plain), 1)


def _fastest(known: Scored, block: Scored, many: int) -> Scored:
    """The fastest of what is known and of a block."""
    if block.layouts.many > 4 * many:
        cut = np.partition(block.seconds, many - 1)[many - 1]
        block = block.take(block.seconds <= cut)
    both = known.with_more(block)
    return both.take(ranked(both)[:many])
