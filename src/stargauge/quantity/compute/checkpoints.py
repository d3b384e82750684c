"""Checkpoints of a training job: what one takes to write, how often to write it, and the share of time that becomes kept work."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Exponents are held below these, so that goodput tends to 0 without overflow.
_LONGEST, DEEPEST = 300.0, 100.0
#: Newton steps to the best interval: the error squares with each.
_STEPS = 40
_NEAR = 1e-3


class Recovery(NamedTuple):
    """What follows a stop, in seconds: `standing` still while it is noticed and a node is found, then `reload` until work goes on.

    A failure during the reload starts it all again; none can happen to a job that stands still.
    """

    standing: Array
    reload: Array


def young_interval(stall: Array, between: Array) -> Array:
    """Useful work between checkpoints, to first order: sqrt(2 w M). Source: Young (1974), Communications of the ACM 17(9), eq. 1."""
    return np.sqrt(2.0 * stall * between)


def daly_interval(stall: Array, between: Array) -> Array:
    """Useful work between checkpoints, to higher order.

    tau = sqrt(2 w M) (1 + sqrt(w / 2M) / 3 + (w / 2M) / 9) - w where w < 2M, else M             (1)

    Source: Daly (2006), A higher order estimate of the optimum checkpoint interval, Future Generation Computer Systems 22(3).
    """
    part = stall / (2.0 * between)
    near = np.sqrt(2.0 * stall * between) * (1.0 + np.sqrt(part) / 3.0 + part / 9.0) - stall
    return np.asarray(np.where(part < 1.0, near, between))


def best_interval(stall: Array, between: Array, background: Array | float = 0.0) -> Array:
    """Useful work between checkpoints at which most of the time becomes kept work, exactly.

    x + ln(1 - x) + w / M = 0,  tau = max(x M, b - w)                                             (1)

    The place where tau / (exp((tau + w) / M) - 1) is largest: restarts and the background write only multiply it, so that they do not
    move it, but a checkpoint that is still being written (b) holds back the next one. The left side is concave and falls; Newton's method
    from a place beyond the root comes down to it without a miss. Where a checkpoint takes no time, the interval is that of the write.
    """
    share = stall / between
    x = np.minimum(np.sqrt(2.0 * share), -np.expm1(-1.0 - share))
    for _ in range(_STEPS):
        with np.errstate(divide="ignore", invalid="ignore"):
            step = (_drop(x) + share) * (1.0 - x) / x
        x = np.where(x > 0.0, np.clip(x + np.nan_to_num(step), 0.0, 1.0 - 1e-16), 0.0)
    return np.maximum(x * between, np.asarray(background) - stall)


def _drop(x: Array) -> Array:
    """x + ln(1 - x), by its series where the two nearly cancel."""
    near = -(x**2) * (1 / 2 + x / 3 + x**2 / 4 + x**3 / 5)
    return np.asarray(np.where(x < _NEAR, near, x + np.log1p(-x)))


def recovery_time(between: Array, recovery: Recovery) -> Array:
    """Expected time from a stop until work goes on (s).

    C = d exp(l / M) + M (exp(l / M) - 1)                                                        (1)

    d: standing still, l: reload, which failures may hit. With d = 0 the restart of Daly (2006).
    """
    tries = np.exp(np.minimum(recovery.reload / between, DEEPEST))
    return np.asarray(recovery.standing * tries + between * (tries - 1.0))


def stops_per_interval(between: Array, interval: Array, stall: Array, background: Array | float = 0.0) -> Array:
    """Expected stops at work until an interval and its checkpoint are safe: exp(b / M) (exp((tau + w) / M) - 1).

    Work since the last safe checkpoint is done again after a stop. A checkpoint written in the background for a time b is safe only then;
    a stop before that goes back to the one before.
    """
    late = np.exp(np.minimum(np.asarray(background) / between, DEEPEST))
    return np.asarray(late * np.expm1(np.minimum((interval + stall) / between, _LONGEST)))


def goodput(between: Array, interval: Array, stall: Array, recovery: Recovery, background: Array | float = 0.0) -> Array:
    """Share of a job's time that becomes kept work, in renewal form: between 0 and 1 for any size.

    g = tau / E,  E = (M + C) exp(b / M) (exp((tau + w) / M) - 1)                                (1)

    E: expected time until an interval of useful work tau and its checkpoint are safe, failures coming at random also while the job reloads.
    M: time between stops, w: standing still for a checkpoint, b: its write in the background, b <= tau + w, C: `recovery_time`.
    Source: Daly (2006), complete model, extended by the background write and by what a stop waits for.
    """
    whole = (between + recovery_time(between, recovery)) * stops_per_interval(between, interval, stall, background)
    return np.asarray(interval / whole)


class Lost(NamedTuple):
    """Shares of a job's time, adding up to one with `kept`."""

    kept: Array
    checkpoints: Array
    redone: Array
    standing: Array
    reload: Array


def time_by_part(between: Array, interval: Array, stall: Array, recovery: Recovery, background: Array | float = 0.0) -> Lost:
    """Where the time goes: kept work, checkpoints of it, work done again (with its checkpoints), standing still after stops, reload."""
    stops = stops_per_interval(between, interval, stall, background)
    tries = np.exp(np.minimum(recovery.reload / between, DEEPEST))
    each = between + recovery_time(between, recovery)
    whole = each * stops
    return Lost(
        interval / whole, stall / whole, between / each - (interval + stall) / whole, recovery.standing * tries / each,
        between * (tries - 1.0) / each,
    )  # fmt: skip


def write_time(parameters: float, bytes_each: Array, bandwidth: Array, accelerators: Array) -> Array:
    """Time to write the state of a model, every accelerator its part at `bandwidth` B/s (s). Units: 1, B, B/s, 1 -> s."""
    return np.asarray(parameters * bytes_each / (bandwidth * accelerators))
