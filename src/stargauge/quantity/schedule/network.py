"""Networks of activities over draws: earliest and latest dates, float, criticality, shared crews and a shared supplier.

Durations and dates are (draw, activity) in one unit of time; an activity's predecessors are places on the activity axis that stand
before its own, so that the order of the activities is an order of the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
#: Of each activity, the places of those that must be finished before it starts.
Precedence = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Passes:
    """What the forward and the backward pass find, each (draw, activity): earliest start and finish, latest start, and total float.

    Total float is how long an activity may be late without moving the end of the whole; it is critical where that is nothing.
    """

    start: Array
    finish: Array
    latest_start: Array
    total_float: Array

    @property
    def end(self) -> Array:
        """When the last activity is finished, per draw."""
        return np.asarray(self.finish.max(axis=1, initial=-np.inf))

    @property
    def critical(self) -> NDArray[np.bool_]:
        """Where an activity decides the end, within the rounding of its dates; its mean over draws is its probability to."""
        scale = np.maximum(1.0, np.abs(self.end))[:, None]
        return np.asarray(self.total_float <= 1e-9 * scale)


def earliest_finish(duration: Array, before: Precedence, ready: Array | None = None) -> Array:
    """When each activity is finished if each starts as soon as it may: finish = max(ready, finish of those before it) + duration.

    `ready` is the day from which each may start (nought where not given). Durations that are not numbers stay not numbers, and so does
    what waits for them. Axes: draw, activity. Source: the forward pass of the critical path method.
    """
    rows = np.ascontiguousarray(duration.T)
    out = np.zeros_like(rows) if ready is None else np.array(np.broadcast_to(ready, duration.shape).T, order="C")
    for place, earlier in enumerate(before):
        for one in earlier:
            np.maximum(out[place], out[one], out=out[place])
        out[place] += rows[place]
    return out.T


def passes(duration: Array, before: Precedence, ready: Array | None = None) -> Passes:
    """Earliest and latest dates of every activity, and how much it may be late.

    latest finish = min(latest start of those after it), the end where nothing comes after it                       (1)
    total float = latest finish - earliest finish                                                                   (2)

    Axes: draw, activity. Source: forward and backward pass of the critical path method.
    """
    finish = earliest_finish(duration, before, ready)
    rows, early = np.ascontiguousarray(duration.T), np.ascontiguousarray(finish.T)
    late = np.empty_like(rows)
    late[:] = early.max(axis=0, initial=-np.inf)
    for place in range(len(before) - 1, -1, -1):
        begins = late[place] - rows[place]
        for one in before[place]:
            np.minimum(late[one], begins, out=late[one])
    return Passes(finish - duration, finish, (late - rows).T, (late - early).T)


def by_latest_start(duration: Array, before: Precedence) -> list[int]:
    """The places of the activities in order of priority: first those that can wait least, at the mean of the draws.

    None comes before one of its predecessors. Source: the latest-start rule of serial schedule generation.
    """
    late = passes(duration.mean(axis=0, keepdims=True), before).latest_start[0]
    left, done, order = set(range(len(before))), set[int](), list[int]()
    while left:
        open_ones = [place for place in left if done.issuperset(before[place])]
        chosen = min(open_ones, key=lambda place: (late[place], place))
        order.append(chosen)
        done.add(chosen)
        left.remove(chosen)
    return order


def finish_with_crews(
    duration: Array,
    before: Precedence,
    crews: Sequence[Sequence[int]],
    capacity: Sequence[int],
    order: Sequence[int],
    ready: Array | None = None,
) -> Array:
    """When each activity is finished if crews are shared: each starts once it may and as many crews as it needs are free.

    `crews` says how many of each resource an activity needs (activity, resource), `capacity` how many there are. Activities are placed in
    `order`, one after the other; of the crews that are free those are taken that came free last, so that the early ones stay for others.
    A crew is not sent back into a gap before work it has already been given. Axes: draw, activity. Raises ValueError where an activity
    needs more than there is. Source: serial schedule generation with one queue per crew.
    """
    short = [place for place, need in enumerate(crews) if any(n > c for n, c in zip(need, capacity, strict=True))]
    if short:
        raise ValueError(f"activities {short} need more crews than there are ({list(capacity)})")
    rows = np.ascontiguousarray(duration.T)
    out = np.zeros_like(rows) if ready is None else np.array(np.broadcast_to(ready, duration.shape).T, order="C")
    free = [np.full((many, rows.shape[1]), -np.inf) for many in capacity]
    for place in order:
        begins = out[place].copy()
        for one in before[place]:
            np.maximum(begins, out[one], out=begins)
        for pool, need in zip(free, crews[place], strict=True):
            if need:
                np.maximum(begins, pool[need - 1], out=begins)
        out[place] = begins + rows[place]
        for pool, need in zip(free, crews[place], strict=True):
            if need:
                _occupy(pool, need, begins, out[place])
    return out.T


def _occupy(pool: Array, need: int, begins: Array, until: Array) -> None:
    """Give `need` crews work until a day: those that came free last before it begins. The pool stays sorted by when each is free."""
    if len(pool) == 1:
        return np.copyto(pool[0], until, where=pool[0] <= begins)
    last = (pool <= begins).sum(axis=0)
    place = np.arange(len(pool))[:, None]
    pool[(place < last) & (place >= last - need)] = np.broadcast_to(until, pool.shape)[(place < last) & (place >= last - need)]
    pool.sort(axis=0)


def queued(released: Array, work: Array) -> Array:
    """The day on which each order is finished by one supplier who takes them in the order in which they are released, each in its own draw.

    finish_k = max(finish_(k-1), released_k) + work_k                               (1)

    Orders without work wait for nobody. Axes: draw, order; `work` in days. Source: Lindley (1952), Proc. Camb. Phil. Soc. 48, p. 277 (a
    queue
    with one server).
    """
    order = np.argsort(released, axis=1, kind="stable")
    begins, takes = np.take_along_axis(released, order, axis=1), np.take_along_axis(work, order, axis=1)
    done = np.cumsum(takes, axis=1)
    finished = np.empty_like(done)
    np.put_along_axis(finished, order, np.maximum.accumulate(begins - (done - takes), axis=1) + done, axis=1)
    return np.where(work > 0.0, finished, released)
