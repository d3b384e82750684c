"""Failures that stop a training job: their causes, how often they come by size of the job, and how long spare nodes last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.compute.checkpoints import DEEPEST, Recovery, recovery_time

Array = NDArray[np.float64]

DAY = 86_400.0
#: A share of time below which more servers change nothing.
_NEVER = 1e-15


class Cause(NamedTuple):
    """A cause of stops. `share` of all stops; `swap`: whether a node goes to repair and another takes its place."""

    name: str
    share: float
    swap: bool


@dataclass(frozen=True)
class Failures:
    """Stops of jobs. `rate`: stops per accelerator and second, of all causes together, per draw; `causes` share it."""

    rate: Array
    causes: tuple[Cause, ...]

    @property
    def swapped(self) -> float:
        """The share of stops after which a node is swapped."""
        return sum(cause.share for cause in self.causes if cause.swap)

    def between(self, accelerators: Array) -> Array:
        """Mean time between stops of a job on so many accelerators (s)."""
        return time_between(accelerators, self.rate)


def causes_of(counts: dict[str, float], swapped: frozenset[str]) -> tuple[Cause, ...]:
    """Causes by how often each was counted, most frequent first."""
    whole = sum(counts.values())
    return tuple(Cause(name, counts[name] / whole, name in swapped) for name in sorted(counts, key=lambda one: (-counts[one], one)))


def time_between(parts: Array, rate: Array) -> Array:
    """Mean time between failures of a job that stops when one of its parts fails.

    M = 1 / (n r)                                                                           (1)

    n: parts (nodes, accelerators), r: failures of one part per unit of time; M in that unit. Parts fail independently of one another and at
    a constant rate, so that times between failures are exponential. Source: series model as in Kokolis et al. (2025), arXiv:2410.21680,
    section III. Leaves out: infant mortality, failures that come together, nodes that fail again and again.
    """
    return np.asarray(1.0 / (parts * rate))


def erlang_blocking(load: Array, servers: NDArray[np.int64]) -> Array:
    """Share of time in which all servers are taken, arrivals that find them so being lost.

    B(0) = 1,  B(k) = a B(k-1) / (k + a B(k-1))                                               (1)

    a: arrivals per mean time of service. Source: Erlang (1917), loss formula, in its recursion; holds for any distribution of the service.
    """
    load, servers = np.broadcast_arrays(np.asarray(load, dtype=float), servers)
    blocked = np.ones(load.shape)
    for server in range(1, int(servers.max(initial=0)) + 1):
        step = load * blocked
        blocked = np.where(server <= servers, step / (server + step), blocked)
        if float(blocked[server < servers].max(initial=0.0)) < _NEVER:
            break
    return blocked


def wait_for_spare(between: Array, recovery: Recovery, swapped: float, repair: Array, spares: NDArray[np.int64]) -> Array:
    """Mean time for which a stop leaves a job without a spare node (s), over all stops.

    W = B / (1 - B) (M + C) / k,  B = Erlang's loss formula for S + 1 servers and the load q k T / (M + C),  k = exp(l / M)   (1)

    Nodes in repair are the servers: with S spares the job stands still as soon as S + 1 are there, and while it does no node fails.
    M: time between stops at work, C: recovery without waiting, k: stops until one is recovered from (l: reload, in which it may stop
    again), q: share of stops that take a node, T: mean time of a repair. Exact for one job whose recovery takes no time.
    """
    cycle, tries = between + recovery_time(between, recovery), np.exp(np.minimum(recovery.reload / between, DEEPEST))
    blocked = erlang_blocking(swapped * tries * repair / cycle, np.asarray(spares, dtype=np.int64) + 1)
    with np.errstate(divide="ignore"):
        return np.asarray(blocked / (1.0 - blocked) * cycle / tries)
