"""A service with continuous batching, request by request and pass by pass: the oracle of the analytic queue."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from statistics import fmean


@dataclass
class Request:
    """One request: when it came, passes after its first token that are left, seconds of its prompt that are left."""

    came: float
    passes: int
    chunks: int
    first: float = 0.0
    asked: int = 0


@dataclass
class Seen:
    """What requests saw after the warm-up."""

    waits: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return (len(self.ended) - 1) / (self.ended[-1] - self.ended[0])

    @property
    def gap(self) -> float:
        return fmean(self.gaps)

    @property
    def first(self) -> float:
        return fmean(self.waits)

    def quantile(self, q: float) -> float:
        return sorted(self.waits)[int(q * (len(self.waits) - 1))]


def simulated(
    prefill: float, step: Callable[[int], float], *, passes: int, slots: int, users: int = 0, rate: float = 0.0, lanes: int = 1,
    chunks: int = 1, pause: float = 0.0, varied: bool = True, requests: int = 3000, seed: int = 1,
) -> Seen:  # fmt: skip
    """A closed loop of `users`, or requests at random at a `rate`. `pause`: mean time until a user asks again.

    `varied`: lengths of answers are spread evenly from nothing to twice their mean.
    """
    chance = random.Random(seed)
    length = (lambda: chance.randint(1, 2 * passes - 1)) if varied else (lambda: passes)
    arrivals = _arrivals(chance, rate) if rate else iter(())
    outside, prompts, decoding = deque[Request](), deque[Request](), list[Request]()
    outside.extend(Request(0.0, length(), chunks) for _ in range(users))
    clock, upcoming, seen, done = 0.0, next(arrivals, float("inf")), Seen(), 0
    thinking: list[float] = []
    while done < requests:
        while thinking and thinking[0] <= clock:
            outside.append(Request(heappop(thinking), length(), chunks))
        while upcoming <= clock:
            outside.append(Request(upcoming, length(), chunks))
            upcoming = next(arrivals)
        while outside and len(prompts) + len(decoding) < slots:
            prompts.append(outside.popleft())
        if not prompts and not decoding:
            clock = min(upcoming, thinking[0] if thinking else upcoming)
            continue
        working = list(prompts)[:lanes]
        clock += (step(len(decoding)) if decoding else 0.0) + prefill / chunks * len(working)
        for one in decoding:
            one.passes -= 1
        over = [one for one in decoding if not one.passes]
        decoding = [one for one in decoding if one.passes]
        for one in working:
            one.chunks -= 1
            if not one.chunks:
                prompts.remove(one)
                one.first = clock
                one.asked = one.passes
                decoding.append(one)
        for one in over:
            done += 1
            if done > requests // 5:
                seen.waits.append(one.first - one.came)
                seen.gaps.append((clock - one.first) / one.asked)
                seen.ended.append(clock)
            if users:
                heappush(thinking, clock + chance.expovariate(1.0 / pause) if pause else clock)
    return seen


def _arrivals(chance: random.Random, rate: float) -> Iterator[float]:
    clock = 0.0
    for _ in count():
        clock += chance.expovariate(rate)
        yield clock
