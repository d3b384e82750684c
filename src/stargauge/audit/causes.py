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

    def run(self, known: Known, addresses: Sequence[str], collectors: Mapping[str, Collector[Any]] | None = None) -> Result:
        """A state, kept at the date only."""
        asked = [address for address in addresses if exists(known, address)]
        return simulate(
            known, asked, draws=self.draws, seed=self.seed, workers=self.workers, memo=self.memo, collectors=collectors,
            dates=(self.when,), only_dates=True,
        )  # fmt: skip

    def medians(self, known: Known, addresses: Sequence[str]) -> dict[str, float]:
        """The medians of a state at the date; those that do not exist are left out."""
        return medians(self.run(known, addresses), self.when)


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


def attribute(a: Known, b: Known, ends: tuple[Medians, Medians], runs: Runs, progress: Progress | None = None) -> Attribution:
    """What each thing that differs between two states of one programme makes alone, and what is left; `ends`: the medians of the two."""
    back = a.as_of > b.as_of
    earlier, later = (b, a) if back else (a, b)
    before = ends[1] if back else ends[0]
    addresses = list(dict.fromkeys((*ends[0], *ends[1])))
    states = _states(earlier, later)
    found: list[tuple[str, dict[str, float | None]]] = []
    aged = before
    for place, (name, state) in enumerate(states):
        medians_then = _medians(state, addresses, runs)
        found.append((name, _changes(before if name == DAY else aged, medians_then, addresses, back)))
        aged = medians_then if name == DAY else aged
        if progress is not None:
            progress(place + 1, len(states))
    total = _changes(ends[0], ends[1], addresses, False)
    said = {str(entry): entry for entry in differing(earlier.programme, later.programme)}
    causes = []
    for name, effects in found:
        entry = said.get(name)
        old, new = (tuple(entry.statements(side.programme)) for side in (a, b)) if entry else ((), ())
        causes.append(Cause(name, effects, _weight(effects, ends), _without(new, old), _without(old, new)))
    rest = {
        address: None if (whole := total[address]) is None else whole - sum(effects[address] or 0.0 for _, effects in found)
        for address in addresses
    }
    return Attribution(tuple(sorted(causes, key=lambda cause: -cause.weight)), rest)


def _states(earlier: Known, later: Known) -> list[tuple[str, Known]]:
    """The earlier state with each thing that differs as the later has it, by name; all but the day itself are read on the later day."""
    states = []
    if earlier.as_of != later.as_of:
        aged = replace(earlier, as_of=later.as_of)
        states += [(DAY, aged), (CATALOGUE, replace(aged, catalogue=later.catalogue))]
        earlier = aged
    entries = differing(earlier.programme, later.programme)
    return states + [(str(one), replace(earlier, programme=exchanged(earlier.programme, later.programme, one))) for one in entries]


def _medians(state: Known, addresses: Sequence[str], runs: Runs) -> Medians:
    """The medians of a state between; none where it cannot stand alone (no phase is left, two alternatives speak of one cell)."""
    try:
        return runs.medians(state, addresses) if state.phases else {}
    except InputError:
        return {}


def _changes(before: Medians, after: Medians, addresses: Sequence[str], back: bool) -> dict[str, float | None]:
    return {name: _change(before[name], after[name], back) if name in before and name in after else None for name in addresses}


def _change(before: float, after: float, back: bool) -> float:
    change = before - after if back else after - before
    return change if abs(change) > ROUNDING * max(abs(before), abs(after)) else 0.0


def _weight(effects: Mapping[str, float | None], ends: tuple[Medians, Medians]) -> float:
    sizes = {name: max(abs(end[name]) for end in ends if name in end) for name, _ in TOLD if name in effects}
    return max((abs(effects[name] or 0.0) / size for name, size in sizes.items() if size > 0), default=0.0)


def _without(said: Sequence[Statement], others: Sequence[Statement]) -> tuple[Statement, ...]:
    known = set(others)
    return tuple(dict.fromkeys(statement for statement in said if statement not in known))
