"""Every layout at every load: what users see and what accelerators do, in arrays with a row for each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.serving.demand import Demand
from stargauge.quantity.compute import serving_queue as queue
from stargauge.quantity.compute import serving_service as service
from stargauge.quantity.compute.machine import Machine
from stargauge.quantity.compute.serving_efficiency import ServingFit
from stargauge.quantity.compute.serving_memory import ServingLayouts, ServingTypes, cache_bytes_per_sequence
from stargauge.quantity.compute.serving_queue import Service
from stargauge.quantity.compute.serving_service import Load, Setting, ladder
from stargauge.quantity.compute.transformer import Transformer

Array = NDArray[np.float64]
Places = NDArray[np.intp]

TOGETHER = -1  # stands for no servers of prompts alone


@dataclass(frozen=True)
class Case:
    """A model on a machine, with what is asked, the fit and the types: what all rows have in common."""

    model: Transformer
    machine: Machine
    demand: Demand
    fit: ServingFit
    types: ServingTypes

    @cached_property
    def on(self) -> Setting:
        """What the serving model takes of it beside the load."""
        return Setting(self.model, self.machine, self.fit, self.types)

    @cached_property
    def load(self) -> Load:
        """What is asked, as the serving model takes it."""
        asked = self.demand
        return Load(asked.prompt, asked.answer, asked.hits, asked.accepted, asked.verified)


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


def slots_of(case: Case, layouts: ServingLayouts) -> Array:
    """Requests that a replica has room for with all of their tokens, at most what software takes per rank."""
    return service.slots_of(case.on, layouts, case.load)


def service_of(case: Case, layouts: ServingLayouts, slots: Array) -> Service:
    """Seconds of passes with and without prompts, at each number of sequences."""
    return service.service_of(case.on, layouts, case.load, slots, ladder(slots.max()))


def prompt_seconds(case: Case, layouts: ServingLayouts, back_to_back: bool = False) -> Array:
    """Seconds of a prompt at an empty replica, with one on each rank; or those that it adds where prompts come one after the other."""
    return service.prompt_seconds(case.on, layouts, case.load, back_to_back)


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
    every, place = service_of(case, layouts, slots), loads.place
    many = every.take(place)
    top = queue.full(every)[place]
    made = queue.at_load(many, loads.load, top) if case.demand.at_random else queue.closed(many, loads.load)
    none = np.zeros(len(place))
    return Rows(
        place, np.full(len(place), TOGETHER), layouts.accelerators[place], none, none, made.rate, made.decoding,
        made.rate * (made.first + case.demand.passes * made.gap), made.gap / case.demand.accepted, made.first, made.first_p50,
        made.first_p99, 1.0 - queue.pace(many, made.decoding).step / made.gap, none,
    )  # fmt: skip


class PromptServers(NamedTuple):
    """Servers of prompts of one size as busy as the limit on the first token allows."""

    place: int
    accelerators: float
    rate: float  # prompts per second of one
    load: float
    first: tuple[float, float, float]  # mean, p50, p99, with the way to the replica
    transfer: float


def prompt_servers(case: Case, layouts: ServingLayouts, slots: Array) -> list[PromptServers]:
    """Servers of prompts alone of which one is part of the best pair, whoever answers; empty where none keeps the limit.

    Where a share of a server will do that is the one with the highest rate per accelerator. Where servers are whole it may be any size,
    the best of that size, but none that has a multiple of a better one's accelerators.
    """
    asked = case.demand
    busy, own = prompt_seconds(case, layouts, back_to_back=True), prompt_seconds(case, layouts) + transfer_seconds(case, layouts)
    limit = np.inf if asked.first is None else asked.first
    measure = "queue" if asked.of == "mean" else f"queue_{asked.of}"
    load = queue.pool_load(busy, layouts.data, limit - own, measure, case.fit.settings.busiest)
    fits = (slots >= layouts.data) & np.isfinite(load)
    rate = np.where(fits, load * layouts.data / busy, -1.0)
    places = _worth_trying(layouts.accelerators, rate)
    places = places if asked.whole else sorted(places, key=lambda one: -rate[one] / layouts.accelerators[one])[:1]
    return [_prompt_server(case, layouts, place, busy, own, load) for place in places]


def _worth_trying(size: Array, rate: Array) -> list[int]:
    """The fastest of each size, but of those a multiple of a smaller one only where it is faster by accelerator."""
    kept = list[int]()
    for one in np.unique(size[rate > 0.0]):
        best = int(np.argmax(np.where(size == one, rate, -1.0)))
        if not any(one % size[less] == 0.0 and rate[less] / size[less] >= rate[best] / one for less in kept):
            kept.append(best)
    return kept


def _prompt_server(case: Case, layouts: ServingLayouts, place: int, busy: Array, own: Array, load: Array) -> PromptServers:
    one = np.array([place])
    waits = queue.pool(busy[one], layouts.data[one], load[one])
    mean, p50, p99 = (float(own[place] + wait[0]) for wait in (waits.queue, waits.queue_p50, waits.queue_p99))
    rate, way = float(load[place] * layouts.data[place] / busy[place]), float(transfer_seconds(case, layouts)[place])
    return PromptServers(place, float(layouts.accelerators[place]), rate, float(load[place]), (mean, p50, p99), way)


def transfer_seconds(case: Case, layouts: ServingLayouts) -> Array:
    """Seconds to send what is kept of a prompt to the replica that answers it, over the network beyond the domain."""
    kept = cache_bytes_per_sequence(case.model, layouts, case.demand.prompt, case.types)
    chip = case.machine.chip
    out = chip.out if chip.out > 0.0 else chip.up
    share = min((tier.share for tier in case.machine.tiers), default=1.0)
    return np.asarray(kept * layouts.pipeline / (out * share * case.fit.network))


def apart(case: Case, layouts: ServingLayouts, slots: Array, loads: Loads) -> list[Rows]:
    """Replicas that decode alone, each with its share of servers of prompts, by kind of these; empty where none keeps the limit.

    A request that comes from there finds a slot free at once, in 99 of 100 cases: loads at which it does not are absent.
    """
    found = prompt_servers(case, layouts, slots)
    if not found:
        return []
    every, place = service_of(case, layouts, slots), loads.place
    none = np.zeros(layouts.many)
    every = every._replace(added=np.zeros_like(every.steps), alone=none, fill=none, chunks=np.full(layouts.many, 1e-9))
    many = every.take(place)
    made = queue.at_load(many, loads.load, queue.full(every)[place])
    at_once = made.first_p99 <= 2.5 * queue.pace(many, loads.load).step
    rate = np.where(at_once, made.rate, np.nan)
    return [_with_prompts(case, layouts, loads, rate, made.gap, one) for one in found]


def _with_prompts(case: Case, layouts: ServingLayouts, loads: Loads, rate: Array, gap: Array, found: PromptServers) -> Rows:
    every, place = np.ones(len(loads.place)), loads.place
    mean, p50, p99 = (one * every for one in found.first)
    return Rows(
        place, np.full(len(place), found.place), layouts.accelerators[place], found.accelerators * every, rate / found.rate, rate,
        loads.load, rate * (mean + case.demand.passes * gap), gap / case.demand.accepted, mean, p50, p99, found.load * every,
        found.transfer * every,
    )  # fmt: skip
