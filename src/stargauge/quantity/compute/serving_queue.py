"""Requests at a service with continuous batching: how many are in flight, how long tokens take, how long the first one is waited for.

The service works in passes. A pass gives every sequence that decodes one token and takes prompts in, which makes it longer. A request is
let in while memory has room for it (`slots`), else it waits outside. All is told by the number y of sequences that decode, without a
simulation:

    rate                  X = y / (passes d(y) + w(y) y)      d: seconds of a pass without prompts, w: seconds that a prompt adds    (1)
    time between tokens   g = d / (1 - X w)                                                                                       (2)
    wait for others' prompts   that of a queue whose servers take S = k d + w max(1, k X g) seconds, k passes to a prompt          (3)
    in flight             n = y + X (wait + S)                                                                                    (4)

A fixed number of users in a closed loop fix n, and those without a slot wait (users - slots) / X by Little's law. Where requests come at
random (Poisson), the number in flight is a birth-death process with the rate (1) of its state (a flow-equivalent server; Chandy, Herzog and
Woo 1975), which gives the chance to find no slot and the wait then. All arguments are rows of numbers, a service per place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_HALVINGS = 50
_POINTS = 32  # of the path over numbers in flight, each side of the mean
_NEVER = 60.0  # a weight below exp(-60) is none
_Z99 = 2.3263478740408408


class Service(NamedTuple):
    """Services, one per place; `steps` and `added` have a row for each, with seconds at each of `batches` sequences that decode.

    `steps`: seconds of a pass without prompts; `added`: seconds that a prompt adds to its passes; `alone`: seconds of a prompt at an empty
    service; `lanes`: prompts taken in at once; `chunks`: passes that a prompt is spread over; `passes`: passes of a request after its first
    token; `slots`: requests that memory has room for. `variation`: standard deviation of answers' lengths over their mean; `fill`: seconds
    that the stages of a pipeline are waited for, in `alone` too.
    """

    alone: Array
    lanes: Array
    chunks: Array
    passes: Array
    slots: Array
    batches: Array
    steps: Array
    added: Array
    variation: float = 0.0
    fill: Array | float = 0.0

    def take(self, places: NDArray[np.intp] | Flags) -> Service:
        """Some of them."""
        alone, lanes, chunks, passes, slots = (one[places] for one in (self.alone, self.lanes, self.chunks, self.passes, self.slots))
        steps, added = self.steps[places], self.added[places]
        fill = self.fill[places] if isinstance(self.fill, np.ndarray) else self.fill
        return Service(alone, lanes, chunks, passes, slots, self.batches, steps, added, self.variation, fill)


def joined(services: Sequence[Service]) -> Service:
    """Services one after another, of one grid of batches."""
    parts = {name: np.concatenate([getattr(one, name) for one in services]) for name in ("alone", "lanes", "chunks", "passes", "slots")}
    steps, added = (np.concatenate([getattr(one, name) for one in services]) for name in ("steps", "added"))
    fill = np.concatenate([one.fill + 0.0 * one.alone for one in services])
    return Service(**parts, batches=services[0].batches, steps=steps, added=added, variation=services[0].variation, fill=fill)


class Served(NamedTuple):
    """What users of a service see. `rate`: requests/s; `decoding`, `in_flight`: mean numbers; the rest in seconds.

    `gap`: from token to token; `wait`: outside, for a slot; `queue`: inside, for others' prompts; `first`: to the first token, on average,
    `first_p50` and `first_p99` for half and for 99 % of the requests.
    """

    rate: Array
    decoding: Array
    in_flight: Array
    gap: Array
    wait: Array
    queue: Array
    first: Array
    first_p50: Array
    first_p99: Array


class Pace(NamedTuple):
    """A service while y sequences decode. Seconds.

    `own`: of a request's own prompt, with those taken in beside it; `rest`: left of the pass in which it comes; `queue`: for others'
    prompts, which `met` find; `late`: more for one in a hundred without a queue.
    """

    rate: Array
    step: Array
    gap: Array
    own: Array
    rest: Array
    queue: Array
    met: Array
    late: Array
    in_flight: Array


def _between(grid: Array, rows: Array, at: Array) -> Array:
    """Rows at places of a grid, straight between its points; before the first, what is there."""
    place = np.clip(np.searchsorted(grid, at, side="right") - 1, 0, len(grid) - 2)
    row = np.arange(at.shape[-1])
    low, high = rows[row, place], rows[row, place + 1]
    return np.asarray(low + (high - low) * np.maximum((at - grid[place]) / (grid[place + 1] - grid[place]), 0.0))


def pace(service: Service, decoding: Array, others: Array | float = 1.0, paced: Flags | bool = False) -> Pace:
    """Equations (1) to (4). `others`: share of the requests in flight that one request finds, below one where users are few;
    `paced`: prompts come as slots get free, at the end of a pass, and not at a random moment."""  # fmt: skip
    step = _between(service.batches, service.steps, decoding)
    added = _between(service.batches, service.added, decoding)
    rate = decoding / (service.passes * step + added * decoding * others)
    gap = step / (1.0 - np.minimum(rate * added * others, 1.0 - 1e-12))
    chunks, entering = service.chunks, rate * gap * others  # prompts per pass
    each = chunks * step + added * np.maximum(entering * chunks, 1.0)
    # While a prompt is taken in, a pass lasts long but still ends few requests: counted in passes, prompts meet less often than in time.
    met = np.minimum(np.where(paced, entering * chunks, rate * each * others) / service.lanes, 1.0 - 1e-9)
    queue = queued(met, service.lanes, each)
    long, decodes = np.maximum(chunks, 1.0), np.minimum(decoding * others, 1.0)
    # Ranks take their prompts in side by side and wait for one another: what comes waits for the pass, and shares its own.
    several = (gap + entering * added**2 / long / gap) / 2.0
    rest = np.where(paced, 0.0, decodes * np.where(service.lanes > 1.0, several, step / 2.0))
    most_beside = service.lanes * np.maximum(1.0 / chunks, 1.0) - 1.0
    beside = np.minimum(entering * long, most_beside)
    own = np.maximum(service.alone, added * (1.0 + beside) + service.fill) + long * step * decodes
    late = rest + added * (np.minimum(beside + _Z99 * np.sqrt(beside), most_beside) - beside)
    return Pace(rate, step, gap, own, rest, queue, met, late, decoding + rate * (queue + rest + own))


def queued(load: Array, servers: Array, each: Array) -> Array:
    """Mean wait where all take equally long: each / servers load^(sqrt(2 (servers + 1)) - 1) / (1 - load) / 2 (Sakasegawa 1977)."""
    busy = load ** (np.sqrt(2.0 * (servers + 1.0)) - 1.0)
    return np.asarray(each / servers * busy / (1.0 - load) / 2.0)


def closed(service: Service, users: Array) -> Served:
    """Users in a closed loop: each asks again as soon as its answer is whole."""
    inside = np.minimum(users, service.slots)
    others, short = (inside - 1.0) / inside, users > service.slots
    decoding = _decoding_for(service, inside, others, short)
    made = pace(service, decoding, others, short)
    waiting = users - inside
    wait = waiting / made.rate
    spread = service.variation**2
    # Prompts come one after another, so what varies is the decoding between them. Over a whole life of all slots, as many leave as there
    # are slots where lengths are equal; for a short while, they leave at random.
    left = waiting * (spread + (1.0 - spread) * np.maximum(1.0 - waiting / inside, 0.0))
    crowd = np.sqrt(left) / made.rate * made.step / made.gap
    inner = made.own + made.rest
    half = np.maximum(wait, 0.0) + quantile(0.5, made.met, _given(made)) + inner
    late = wait + _Z99 * crowd + quantile(0.99, made.met, _given(made)) + inner + made.late
    return Served(made.rate, decoding, users * 1.0, made.gap, wait, made.queue + made.rest, wait + made.queue + inner, half, late)


def most(service: Service) -> Pace:
    """The service with all slots taken: the most it does."""
    return pace(service, full(service))


def full(service: Service) -> Array:
    """Sequences that decode with all slots taken."""
    return _decoding_for(service, service.slots)


def at_random(service: Service, rate: Array) -> Served:
    """Requests that come at random, `rate` a second; absent (NaN) where the service cannot keep up."""
    top = full(service)
    decoding = _bisected(lambda y: pace(service, y).rate, rate, np.zeros_like(top), top)
    return at_load(service, decoding, top, rate)


def at_load(service: Service, decoding: Array, top: Array | None = None, rate: Array | None = None) -> Served:
    """Requests that come at random, as many as keep `decoding` sequences at work on average. `top`: those with all slots taken."""
    top = full(service) if top is None else top
    made, limit = pace(service, decoding), pace(service, top)
    asked = made.rate if rate is None else rate
    fits = (asked < limit.rate * (1.0 - 1e-9)) & (made.in_flight <= service.slots * (1.0 + 1e-9))
    chance, mean = np.zeros_like(asked), np.zeros_like(asked)
    near = fits & ~_far(service.slots - made.in_flight, limit.rate / asked)
    if near.any():
        some = service.take(near)
        chance[near], mean[near] = _outside(some, decoding[near], top[near], asked[near], limit.rate[near])
    half, late = (made.own + made.rest + quantile_of_two(q, chance, mean, made.met, _given(made)) for q in (0.5, 0.99))
    wait, queue = chance * mean, made.queue + made.rest
    found = (asked, decoding, made.in_flight, made.gap, wait, queue, wait + queue + made.own, half, late + made.late)
    return Served(*(np.where(fits, one, np.nan) for one in found))


def _far(room: Array, spare: Array) -> Flags:
    """Where it hardly ever happens that all slots are taken: `room` of them free on average, `spare` the rate then over that of now.

    As the rate rises ever less with the number in flight, it lies above the straight line between the two: the weight of the last state is
    below exp(-room ((r + 1) log(r + 1) - r) / r) with r = spare - 1.
    """
    more = np.maximum(spare - 1.0, 1e-9)
    return np.asarray(room * ((1.0 + more) * np.log1p(more) - more) / more > _NEVER)


def _given(made: Pace) -> Array:
    """Mean wait for others' prompts where there are any."""
    return np.asarray(made.queue / np.maximum(made.met, 1e-12))


def _outside(service: Service, decoding: Array, top: Array, rate: Array, most_rate: Array) -> tuple[Array, Array]:
    """The chance that all slots are taken, and the mean wait then."""
    left, _ = _path(service, decoding, np.zeros_like(decoding), rate)
    right, last = _path(service, decoding, top, rate)
    spare = np.maximum(most_rate - rate, 1e-12 * most_rate)
    beyond = last * most_rate / spare
    return np.asarray(beyond / (left + right + beyond)), np.asarray((1.0 + service.variation**2) / 2.0 / spare)


def _path(service: Service, start: Array, end: Array, rate: Array) -> tuple[Array, Array]:
    """Weight of the states between two numbers of sequences that decode, and that of the last; the first has weight one."""
    share = np.linspace(0.0, 1.0, _POINTS).reshape(_POINTS, *([1] * start.ndim))
    along = start + (end - start) * share
    made = pace(service, np.maximum(along, 1e-6))
    slope = np.log(rate / made.rate)
    stride = np.diff(made.in_flight, axis=0)
    climbed = np.cumsum((slope[1:] + slope[:-1]) / 2.0 * stride, axis=0)
    weight = np.exp(np.minimum(np.concatenate([np.zeros_like(climbed[:1]), climbed]), 0.0))
    return np.asarray(np.abs((weight[1:] + weight[:-1]) / 2.0 * stride).sum(axis=0)), np.asarray(weight[-1])


def _decoding_for(service: Service, inside: Array, others: Array | float = 1.0, paced: Flags | bool = False) -> Array:
    """Sequences that decode while so many requests are in flight."""
    return _bisected(lambda y: pace(service, y, others, paced).in_flight, inside, np.zeros_like(inside), inside * 1.0)


def _bisected(rises: Callable[[Array], Array], wanted: Array, low: Array, high: Array) -> Array:
    """Where something that rises reaches what is wanted; the upper end where it does not."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        below = rises(middle) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(high)


def quantile(q: float, chance: Array, mean: Array) -> Array:
    """Quantile of a wait that some have, exponential with a mean then."""
    return np.asarray(mean * np.log(np.maximum(chance / (1.0 - q), 1.0)))


def quantile_of_two(q: float, chance: Array, mean: Array, other_chance: Array, other_mean: Array) -> Array:
    """Quantile of the sum of two waits, each of which some have, exponential then; they do not depend on each other."""
    a, b = np.maximum(mean, 1e-12), np.maximum(other_mean, 1e-12)
    b = np.where(np.abs(a / b - 1.0) < 1e-6, b * (1.0 + 1e-5), b)

    def within(t: Array) -> Array:
        ea, eb = np.exp(-t / a), np.exp(-t / b)
        both = (a * ea - b * eb) / (a - b)
        return np.asarray(1.0 - (chance * (1 - other_chance) * ea + other_chance * (1 - chance) * eb + chance * other_chance * both))

    high = 40.0 * (a + b) * np.ones_like(chance)
    found = _bisected(within, np.full_like(high, q), np.zeros_like(high), high)
    return np.where(within(np.zeros_like(high)) >= q, 0.0, found)


class Pool(NamedTuple):
    """Servers for prompts alone. `load`: share of their time at work; `queue`: seconds beyond a prompt's own, on average and at most."""

    load: Array
    queue: Array
    queue_p50: Array
    queue_p99: Array


def pool(alone: Array, lanes: Array, load: Array) -> Pool:
    """Equal prompts that come at random at servers of prompts only, each with `lanes` at once."""
    load = np.minimum(load, 1.0 - 1e-9)
    wait = queued(load, lanes, alone)
    given = wait / np.maximum(load, 1e-12)
    return Pool(load, wait, quantile(0.5, load, given), quantile(0.99, load, given))


def pool_load(alone: Array, lanes: Array, patience: Array, of: str, most_load: float) -> Array:
    """The most that a pool may be loaded with if the wait (`queue`, `queue_p50`, `queue_p99`) is not to pass `patience` seconds.

    Absent where there is no time to wait at all.
    """
    low, high = np.zeros_like(alone), np.full_like(alone, most_load)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        kept = getattr(pool(alone, lanes, middle), of) <= patience
        low, high = np.where(kept, middle, low), np.where(kept, high, middle)
    return np.where(patience >= 0.0, low, np.nan)
