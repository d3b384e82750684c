"""Every layout at every load: what users see and what accelerators do, in arrays with a row for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.serving.demand import Demand
from stargauge.quantity.compute import serving_queue as queue
from stargauge.quantity.compute.machine import Machine
from stargauge.quantity.compute.serving_efficiency import ServingFit
from stargauge.quantity.compute.serving_memory import PASS_TOKENS, ServingLayouts, ServingTypes, cache_bytes_per_sequence, most_sequences
from stargauge.quantity.compute.serving_queue import Service
from stargauge.quantity.compute.serving_step import decode_step, mixed_step, prefill
from stargauge.quantity.compute.transformer import Transformer

Array = NDArray[np.float64]
Places = NDArray[np.intp]

#: Each batch up to the first, then in steps of 8 %.
_EVERY, _STEP = 32, 1.08
#: Servers of prompts are kept this busy at most where no limit says how long one may wait.
_BUSIEST = 0.9
TOGETHER = -1  # stands for no servers of prompts alone


@dataclass(frozen=True)
class Case:
    """A model on a machine, with what is asked, the fit and the types: what all rows have in common."""

    model: Transformer
    machine: Machine
    demand: Demand
    fit: ServingFit
    types: ServingTypes


class Rows(NamedTuple):
    """Services, a row each. A unit is a replica with its share of servers of prompts, where these are apart. Seconds and rates per second.

    `place`: of its layout; `prompt_place`: of the layout of servers of prompts, or TOGETHER; `replica`, `prompt_server`: accelerators of
    each; `servers`: servers of prompts per replica; `decoding`: sequences that decode; `users`: requests in flight with those that wait;
    `each`: per token after the first; `busy`: share of time that prompts take, of their servers or of all passes.
    """

    place: Places
    prompt_place: Places
    replica: Array
    prompt_server: Array
    servers: Array
    rate: Array
    decoding: Array
    users: Array
    each: Array
    mean: Array
    p50: Array
    p99: Array
    busy: Array
    transfer: Array

    @property
    def accelerators(self) -> Array:
        """Accelerators of a unit, servers of prompts in shares."""
        return self.replica + self.servers * self.prompt_server

    def first(self, of: str) -> Array:
        """Seconds to the first token: mean, p50 or p99."""
        return np.asarray(getattr(self, of))

    def take(self, places: Places | NDArray[np.bool_]) -> Rows:
        """Some of them."""
        return Rows(*(one[places] for one in self))  # type: ignore[arg-type]


def joined(parts: list[Rows]) -> Rows:
    """Rows one after another."""
    return Rows(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def ladder(most: float) -> Array:
    """Numbers of sequences that are looked at, up to the most."""
    steps = np.arange(1, 1 + max(int(np.ceil(np.log(max(most, _EVERY) / _EVERY) / np.log(_STEP))), 1))
    above = np.unique(np.round(_EVERY * _STEP**steps))
    return np.concatenate([np.arange(1.0, _EVERY + 1.0), above])


def _column(layouts: ServingLayouts) -> ServingLayouts:
    return ServingLayouts(*(one[:, None] for one in layouts))


def slots_of(case: Case, layouts: ServingLayouts) -> Array:
    """Requests that a replica has room for with all of their tokens, at most what software takes per rank."""
    context = case.demand.prompt + case.demand.answer
    room = most_sequences(case.model, case.machine.chip, layouts, context, case.types)
    return np.minimum(room, case.demand.most * layouts.data)


def service_of(case: Case, layouts: ServingLayouts, slots: Array) -> Service:
    """Seconds of passes with and without prompts, at each number of sequences."""
    asked = case.demand
    grid, context = ladder(slots.max()), asked.prompt + asked.answer / 2.0
    before = asked.prompt - asked.fresh / 2.0
    on, wide = (case.model, case.machine, _column(layouts)), _column(layouts).data
    steps = decode_step(*on, grid, context, case.fit, case.types, asked.verified).total
    at_once = np.maximum(grid / asked.passes, 1.0)
    parts = np.maximum(asked.fresh * at_once / (PASS_TOKENS * wide), 1.0)
    new = asked.fresh * at_once / parts
    mixed = mixed_step(*on, grid, context, new, before, case.fit, case.types, asked.verified).total
    return Service(
        alone=prompt_seconds(case, layouts),
        lanes=layouts.data * 1.0,
        chunks=np.full(layouts.many, asked.fresh / PASS_TOKENS),
        passes=np.full(layouts.many, asked.passes),
        slots=slots,
        batches=grid,
        steps=np.broadcast_to(steps, (layouts.many, len(grid))),
        added=np.broadcast_to(parts * (mixed - steps) / at_once, (layouts.many, len(grid))),
    )


def prompt_seconds(case: Case, layouts: ServingLayouts) -> Array:
    """Seconds of a prompt at an empty replica, with one on each rank."""
    asked = case.demand
    new = asked.fresh * layouts.data
    made = prefill(case.model, case.machine, layouts, new, asked.prompt - asked.fresh / 2.0, case.fit, case.types, sequences=layouts.data)
    return np.asarray(made.total)


class Loads(NamedTuple):
    """Which layouts are looked at under which load: sequences that decode where requests come at random, else users in a closed loop."""

    place: Places
    load: Array


def every_load(layouts: ServingLayouts, slots: Array) -> Loads:
    """Every layout with every load that its memory has room for."""
    steps = ladder(slots.max())
    place, step = np.nonzero(steps <= slots[:, None])
    return Loads(place, steps[step])


def together(case: Case, layouts: ServingLayouts, slots: Array, loads: Loads) -> Rows:
    """Replicas that take prompts in and decode."""
    service, place = service_of(case, layouts, slots), loads.place
    many = service.take(place)
    top = queue.full(service)[place]
    made = queue.at_load(many, loads.load, top) if case.demand.at_random else queue.closed(many, loads.load)
    none = np.zeros(len(place))
    return Rows(
        place, np.full(len(place), TOGETHER), layouts.accelerators[place], none, none, made.rate, made.decoding,
        made.rate * (made.first + case.demand.passes * made.gap), made.gap / case.demand.accepted, made.first, made.first_p50,
        made.first_p99, 1.0 - queue.pace(many, made.decoding).step / made.gap, none,
    )  # fmt: skip


class PromptServers(NamedTuple):
    """The servers of prompts that need fewest accelerators for a rate, under the limit on the first token."""

    place: int
    accelerators: float
    rate: float  # prompts per second of one
    load: float
    first: tuple[float, float, float]  # mean, p50, p99, with the way to the replica
    transfer: float


def prompt_servers(case: Case, layouts: ServingLayouts, slots: Array) -> PromptServers | None:
    """Servers of prompts alone: those that do most per accelerator, as busy as the limit allows; None where none keeps it."""
    asked = case.demand
    alone, way = prompt_seconds(case, layouts), transfer_seconds(case, layouts)
    limit = np.inf if asked.first is None else asked.first
    measure = "queue" if asked.of == "mean" else f"queue_{asked.of}"
    load = queue.pool_load(alone, layouts.data, limit - alone - way, measure, _BUSIEST)
    fits = (slots >= layouts.data) & np.isfinite(load)
    each = np.where(fits, load * layouts.data / alone / layouts.accelerators, -1.0)
    best = int(np.argmax(each))
    if each[best] <= 0.0:
        return None
    one = np.array([best])
    waits = queue.pool(alone[one], layouts.data[one], load[one])
    own = float(alone[best] + way[best])
    first = tuple(own + float(wait[0]) for wait in (waits.queue, waits.queue_p50, waits.queue_p99))
    rate = float(load[best] * layouts.data[best] / alone[best])
    return PromptServers(best, float(layouts.accelerators[best]), rate, float(load[best]), first, float(way[best]))  # type: ignore[arg-type]


def transfer_seconds(case: Case, layouts: ServingLayouts) -> Array:
    """Seconds to send what is kept of a prompt to the replica that answers it, over the network beyond the domain."""
    kept = cache_bytes_per_sequence(case.model, layouts, case.demand.prompt, case.types)
    chip = case.machine.chip
    out = chip.out if chip.out > 0.0 else chip.up
    share = min((tier.share for tier in case.machine.tiers), default=1.0)
    return np.asarray(kept * layouts.pipeline / (out * share * case.fit.network))


def apart(case: Case, layouts: ServingLayouts, slots: Array, loads: Loads) -> Rows | None:
    """Replicas that decode alone, each with its share of servers of prompts; None where no such server keeps the limit.

    A request that comes from there finds a slot free at once, in 99 of 100 cases: loads at which it does not are absent.
    """
    found = prompt_servers(case, layouts, slots)
    if found is None:
        return None
    service, place = service_of(case, layouts, slots), loads.place
    service = service._replace(added=np.zeros_like(service.steps), alone=np.zeros(layouts.many), chunks=np.full(layouts.many, 1e-9))
    many = service.take(place)
    made = queue.at_load(many, loads.load, queue.full(service)[place])
    at_once = made.first_p99 <= 2.5 * queue.pace(many, loads.load).step
    rate = np.where(at_once, made.rate, np.nan)
    every = np.ones(len(place))
    mean, p50, p99 = (one * every for one in found.first)
    return Rows(
        place, np.full(len(place), found.place), layouts.accelerators[place], found.accelerators * every, rate / found.rate, rate,
        loads.load, rate * (mean + case.demand.passes * made.gap), made.gap / case.demand.accepted, mean, p50, p99, found.load * every,
        found.transfer * every,
    )  # fmt: skip
