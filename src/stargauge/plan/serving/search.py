"""The best layout and load under the limits, by looking at every one; and the front of speed per user against output per accelerator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.serving.layouts import layouts_of, most_of
from stargauge.plan.serving.rows import Case, Loads, Rows, apart, every_load, joined, slots_of, together
from stargauge.quantity.compute.serving_memory import ServingLayouts, cache_bytes_per_sequence, serving_memory
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]

#: How far around the best load is looked once more, in how many steps, how often.
_AROUND, _FINER, _ROUNDS = 1.1, 16, 3
_LEAST = 1e-3
_TIE = 1e-9


@dataclass(frozen=True)
class Search:
    """Every layout at every load, and which of them keep the limits."""

    case: Case
    layouts: ServingLayouts
    slots: Array
    rows: Rows

    @cached_property
    def units(self) -> Array:
        """Replicas, each with its share of servers of prompts, that what is asked takes; absent where there are too few accelerators."""
        asked, rows = self.case.demand, self.rows
        if asked.rate is not None:
            needed = np.ceil(asked.rate / rows.rate * (1.0 - _TIE))
        elif asked.users is not None:
            needed = np.ceil(asked.users / rows.users * (1.0 - _TIE))
        else:
            needed = np.ones(len(rows.rate))
        if asked.accelerators is None:
            return needed
        most = most_units(rows, float(asked.accelerators))
        if asked.rate is None and asked.users is None:
            return np.where(most >= 1.0, most, np.nan)
        return np.where(needed <= most, needed, np.nan)

    @cached_property
    def accelerators(self) -> Array:
        """Accelerators that are taken; servers of prompts whole, but in shares where nobody says how much is asked."""
        asked = self.case.demand
        if asked.rate is None and asked.users is None and asked.accelerators is None:
            return self.rows.accelerators
        return taken(self.rows, self.units)

    @cached_property
    def worth(self) -> Array:
        """What the best has most of: output tokens per second and accelerator, of those that are there where their number is given."""
        asked, rows = self.case.demand, self.rows
        if asked.rate is not None:
            return asked.rate * asked.answer / self.accelerators
        if asked.users is not None:
            return np.minimum(rows.rate * self.units, rows.rate * asked.users / rows.users) * asked.answer / self.accelerators
        there = self.accelerators if asked.accelerators is None else float(asked.accelerators)
        return np.asarray(rows.rate * self.units * asked.answer / there)

    @cached_property
    def in_time(self) -> NDArray[np.bool_]:
        """Which keep the limit on the first token."""
        asked = self.case.demand
        return self.rows.first(asked.of) <= (np.inf if asked.first is None else asked.first * (1.0 + _TIE))

    @cached_property
    def fast(self) -> NDArray[np.bool_]:
        """Which keep the limit on further tokens."""
        each = self.case.demand.each
        return self.rows.each <= (np.inf if each is None else each * (1.0 + _TIE))

    @cached_property
    def enough(self) -> NDArray[np.bool_]:
        """Which have accelerators enough."""
        return np.isfinite(self.units)

    @cached_property
    def good(self) -> NDArray[np.bool_]:
        """Which keep all limits."""
        return self.in_time & self.fast & self.enough

    @cached_property
    def best(self) -> int:
        """The place of the best; among equals the one with the least time per token."""
        worth = np.where(self.good, self.worth, -np.inf)
        ties = np.flatnonzero(worth >= worth.max() * (1.0 - _TIE))
        return int(ties[np.argmin(self.rows.each[ties])])

    @cached_property
    def front(self) -> NDArray[np.intp]:
        """Places of those than which none is both faster per user and better by accelerator, in time and with accelerators enough."""
        places = np.flatnonzero(self.in_time & self.enough)
        order = places[np.lexsort((-self.worth[places], self.rows.each[places]))]
        best = np.maximum.accumulate(np.concatenate([[-np.inf], self.worth[order][:-1]])) if len(order) else np.zeros(0)
        return order[self.worth[order] > best]

    def take(self, places: NDArray[np.intp] | NDArray[np.bool_]) -> Search:
        """With some of the rows."""
        return replace(self, rows=self.rows.take(places))


def taken(rows: Rows, units: Array) -> Array:
    """Accelerators of so many replicas with their servers of prompts, these whole."""
    return np.asarray(units * rows.replica + np.ceil(units * rows.servers * (1.0 - _TIE)) * rows.prompt_server)


def most_units(rows: Rows, accelerators: float) -> Array:
    """Replicas of which so many accelerators are enough, with whole servers of prompts."""
    units = np.floor(accelerators / rows.accelerators * (1.0 + _TIE))
    while (over := (units > 0.0) & (taken(rows, units) > accelerators)).any():
        units = np.where(over, units - 1.0, units)
    return units


def searched(case: Case, fixed: Mapping[str, int] | None = None, only: ServingLayouts | None = None) -> Search:
    """Every layout at every load. `fixed`: parts of a layout that have to be so. Raises InputError where the model fits into none."""
    asked = case.demand
    most = most_of(case.machine.chip) if asked.accelerators is None else min(asked.accelerators, most_of(case.machine.chip))
    layouts = layouts_of(case.model, case.machine.chip, most, fixed) if only is None else only
    slots = slots_of(case, layouts)
    if not (slots >= 1.0).any():
        raise InputError(_no_room(case, layouts, most))
    layouts, slots = layouts.take(slots >= 1.0), slots[slots >= 1.0]
    loads = every_load(layouts, slots)
    found = Search(case, layouts, slots, _rows(case, layouts, slots, loads))
    return found.take(np.isfinite(found.rows.rate))


def _rows(case: Case, layouts: ServingLayouts, slots: Array, loads: Loads) -> Rows:
    parts: list[Rows] = []
    if case.demand.apart is not True:
        parts.append(together(case, layouts, slots, loads))
        parts += _crowded(case, layouts, slots)
    if case.demand.apart is not False:
        parts += apart(case, layouts, slots, loads)
    if not parts:
        raise InputError(_no_prompt_servers(case))
    return joined(parts)


def _crowded(case: Case, layouts: ServingLayouts, slots: Array) -> list[Rows]:
    """With accelerators and users given: all of them at once, more than there are slots where need be."""
    asked = case.demand
    if asked.users is None or asked.accelerators is None:
        return []
    units = np.floor(asked.accelerators / layouts.accelerators)
    return [together(case, layouts, slots, Loads(np.arange(layouts.many), asked.users / units))]


def refined(found: Search) -> Search:
    """The best alone, its load between two steps of the ladder as high as the limits allow, or as low as is enough for what is asked."""
    best = found.take(np.array([found.best]))
    if found.case.demand.users is not None and found.case.demand.accelerators is not None:
        return best
    place, split = int(best.rows.place[0]), best.rows.prompt_place[0] >= 0
    low, high = _load(best) / _AROUND, _load(best) * _AROUND
    if low < 1.0:  # one request at a time may be more than is asked
        low = _LEAST if found.case.demand.rate is not None else 1.0
    for _ in range(_ROUNDS):
        loads = np.linspace(low, high, _FINER + 1)
        # Servers of prompts are chosen among all layouts again, so all are handed over.
        some = Loads(np.full(len(loads), place), loads)
        made = apart(found.case, found.layouts, found.slots, some) if split else [together(found.case, found.layouts, found.slots, some)]
        tried = None if not made else replace(found, rows=joined(made)).take(np.isfinite(joined(made).rate))
        if tried is None or not tried.good.any():
            break
        best = tried.take(np.array([tried.best]))
        at = int(np.argmin(np.abs(loads - _load(best))))
        low, high = loads[max(at - 1, 0)], loads[min(at + 1, _FINER)]
    return best


def _load(one: Search) -> float:
    """The load of a single row, as loads are counted."""
    at_random = one.case.demand.at_random or one.rows.prompt_place[0] >= 0
    return float(one.rows.decoding[0] if at_random else one.rows.users[0])


def _no_room(case: Case, layouts: ServingLayouts, most: int) -> Fault:
    """That no layout has room for the weights and one request, with what is missing where there is most room."""
    memory, chip, asked = (
        serving_memory(case.model, case.machine.chip, layouts, case.fit.settings, case.types),
        case.machine.chip,
        case.demand,
    )
    tokens = asked.prompt + asked.answer
    each = cache_bytes_per_sequence(case.model, layouts, tokens, case.types)
    least = int(np.argmax(memory.room - each))
    held = (memory.weights + memory.workspace)[least] / 1e9
    return Fault(
        say(
            "{name} does not fit into {most:,} {chip} with a request of {tokens:,} tokens: with the layout that "
            "needs least, each has {memory:,.0f} GB and would hold {held:,.0f} GB, {weights:,.0f} GB of them "
            "weights, and {each:,.3g} GB of the request; give more accelerators or a type of fewer bytes",
            name=case.model.name,
            most=most,
            chip=chip.name,
            tokens=tokens,
            memory=chip.memory / 1000000000.0,
            held=held,
            weights=memory.weights[least] / 1000000000.0,
            each=each[least] / 1000000000.0,
        ),
        path="--accelerators",
    )


def _no_prompt_servers(case: Case) -> Fault:
    return Fault(
        say("no accelerators for prompts alone keep the limit on the first token; raise it, or leave out --disaggregated"), path="--ttft"
    )
