"""What made the difference: each thing that two states of a programme say differently, put alone into the earlier one.

Inputs that come of one statement (a date, its window, the day it was seen) only make sense together, so what is exchanged is an entry of
the programme with all its inputs: a site, a pledge, a party, an assumption. The streams are named, so every other draw stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from stargauge.audit.summary import CAPITAL, DIRECT, GAP, HAVE, NEED, RUNS, exists
from stargauge.engine.collect import Collector
from stargauge.engine.executors import each
from stargauge.engine.memo import Memo
from stargauge.engine.result import Result
from stargauge.engine.simulate import simulate
from stargauge.engine.spread import quantiles
from stargauge.programme.exchange import differing, exchanged
from stargauge.programme.known import Known
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import Statement

#: The day on which one asks, and the catalogue of that day: causes beside the entries of the programme.
DAY, CATALOGUE = "as_of", "catalogue"
#: Bytes of values kept for the next exchange; a large programme with 1,024 draws needs 315 MB.
MEMO_BYTES = 512 * 2**20
#: Sums over more sites are added up in another order: below this share of the median a change is none.
ROUNDING = 1e-9
#: The quantities by which causes are told and weighed.
TOLD = ((RUNS, "power"), (CAPITAL, "spent"), (NEED, "owed"), (HAVE, "at hand"), (GAP, "gap"), (DIRECT, "jobs"))
Medians = Mapping[str, float]
Progress = Callable[[int, int], None]

METHOD = (
    "Each alone: what differs is put alone into the state known earlier (side A where both are of one day), read on the later day, and the "
    "change of the median is given, in the direction from A to B. As what is alone is no sum, the rest is what they make only together."
)


@dataclass(frozen=True)
class Cause:
    """One thing that differs, the change it alone makes in each median (None where there is nothing to compare), and what is said of it.

    `weight`: the largest of the changes told, as a share of the larger of the two sides' medians.
    """

    name: str
    effects: Mapping[str, float | None]
    weight: float
    new: tuple[Statement, ...] = ()
    gone: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Attribution:
    """The causes, weightiest first, and what of each change is left to what they make together."""

    causes: tuple[Cause, ...]
    rest: Mapping[str, float | None]


@dataclass(frozen=True)
class Runs:
    """How the states are run: the date read, and what must be the same for both sides and every state between."""

    when: date
    draws: int
    seed: int
    workers: int
    memo: Memo

    def run(
        self, known: Known, addresses: Sequence[str], collectors: Mapping[str, Collector[Any]] | None = None, keep: bool = False
    ) -> Result:
        """A state, kept at the date only; `keep`: its values wait for the states that differ little from it."""
        asked = [address for address in addresses if exists(known, address)]
        self.memo.closed = not keep
        return simulate(
            known, asked, draws=self.draws, seed=self.seed, workers=self.workers, memo=self.memo, collectors=collectors,
            dates=(self.when,), only_dates=True,
        )  # fmt: skip

    def medians(self, known: Known, addresses: Sequence[str], keep: bool = False) -> Medians:
        """The medians of a state at the date; none where it cannot stand alone (no phase is left, two alternatives speak of one cell)."""
        try:
            return medians(self.run(known, addresses, keep=keep), self.when) if known.phases else {}
        except InputError:
            return {}


def values_at(result: Result, address: str, when: date) -> Any:
    """The draws of an address at a date; None where the run has no such address, no such month, or nobody said."""
    if address not in result.series or not _within(result, address, when):
        return None
    values = result[address].at(when).values
    return None if np.isnan(values).all() else values


def _within(result: Result, address: str, when: date) -> bool:
    return "month" not in result[address].axes or f"{when:%Y-%m}" in result.world.axes["month"]


def medians(result: Result, when: date) -> dict[str, float]:
    """The median of each address at a date; what is absent is left out."""
    found = {address: values_at(result, address, when) for address in result.series}
    return {address: float(quantiles(values, (0.5,))[0]) for address, values in found.items() if values is not None}


def attribute(
    a: Known, b: Known, ends: tuple[Medians, Medians], runs: Runs, workers: int = 1, progress: Progress | None = None
) -> Attribution:
    """What each thing that differs between two states of one programme makes alone, and what is left; `ends`: the medians of the two.

    `workers`: processes that share the states between; the same bits for any number.
    """
    back = a.as_of > b.as_of
    earlier, later = (b, a) if back else (a, b)
    before = ends[1] if back else ends[0]
    addresses = list(dict.fromkeys((*ends[0], *ends[1])))
    found: dict[str, Mapping[str, float | None]] = {}
    if earlier.as_of != later.as_of:
        earlier = replace(earlier, as_of=later.as_of)
        aged = runs.medians(earlier, addresses, keep=True)
        found[DAY] = _changes(before, aged, addresses, back)
        before = aged
    entries = {str(entry): entry for entry in differing(earlier.programme, later.programme)}
    states = {name: replace(earlier, programme=exchanged(earlier.programme, later.programme, entry)) for name, entry in entries.items()}
    if back or found:
        states = {CATALOGUE: replace(earlier, catalogue=later.catalogue), **states}
    shared = replace(runs, workers=1) if workers > 1 and len(states) > 1 else runs
    reached_by = each(_state_medians, ([*states.values()], addresses, shared), len(states), workers)
    for place, (name, reached) in enumerate(zip(states, reached_by, strict=True)):
        found[name] = _changes(before, reached, addresses, back)
        if progress is not None:
            progress(place + 1, len(states))
    causes = []
    for name, effects in found.items():
        old, new = (tuple(entries[name].statements(side.programme)) if name in entries else () for side in (a, b))
        causes.append(Cause(name, effects, _weight(effects, ends), _without(new, old), _without(old, new)))
    whole = _changes(ends[0], ends[1], addresses, False)
    rest = {
        address: None if change is None else _left(change, [effects[address] or 0.0 for effects in found.values()], ends, address)
        for address, change in whole.items()
    }
    return Attribution(tuple(sorted(causes, key=lambda cause: -cause.weight)), rest)


def _state_medians(place: int, states: Sequence[Known], addresses: Sequence[str], runs: Runs) -> Medians:
    return runs.medians(states[place], addresses)


def _changes(before: Medians, after: Medians, addresses: Sequence[str], back: bool) -> dict[str, float | None]:
    return {name: _change(before[name], after[name], back) if name in before and name in after else None for name in addresses}


def _change(before: float, after: float, back: bool) -> float:
    change = before - after if back else after - before
    return change if abs(change) > ROUNDING * max(abs(before), abs(after)) else 0.0


def _left(change: float, parts: Sequence[float], ends: tuple[Medians, Medians], address: str) -> float:
    """What of a change its parts leave; none where that is rounding of the medians or of the parts."""
    rest = change - sum(parts)
    return rest if abs(rest) > ROUNDING * max(*(abs(end[address]) for end in ends), *map(abs, parts), 0.0) else 0.0


def _weight(effects: Mapping[str, float | None], ends: tuple[Medians, Medians]) -> float:
    sizes = {name: max(abs(end[name]) for end in ends if name in end) for name, _ in TOLD if name in effects}
    return max((abs(effects[name] or 0.0) / size for name, size in sizes.items() if size > 0), default=0.0)


def _without(said: Sequence[Statement], others: Sequence[Statement]) -> tuple[Statement, ...]:
    known = set(others)
    return tuple(dict.fromkeys(statement for statement in said if statement not in known))
