"""Units that break down and are repaired: each up or down by the hour, a Markov chain sampled event by event."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Counts = NDArray[np.int16]
Keys = NDArray[np.uint64]

_STEP = 0x9E3779B97F4A7C15
_WORD = 1 << 64


class Outages(NamedTuple):
    """Forced outages of each unit, by draw or one for all; the same seed is the same history, so plants that share one fail together."""

    time_to_failure: ArrayLike  # h, mean time up; infinite: never fails
    time_to_repair: ArrayLike  # h, mean time down
    seed: ArrayLike  # (draw,): a uniform number of each draw, from which all its events follow


def availability(outages: Outages) -> Array:
    """Share of hours in which a unit is up in the long run: MTTF / (MTTF + MTTR)."""
    up, down = np.asarray(outages.time_to_failure, dtype=np.float64), np.asarray(outages.time_to_repair, dtype=np.float64)
    return np.asarray(1.0 / (1.0 + down / up))


def units_up(hours: int, units: ArrayLike, outages: Outages, draws: int) -> Counts:
    """Units of a plant that are up in each hour: (hour, draw).

    A unit is up at first with its availability; each stay, up or down, lasts 1 + floor(ln u / ln(1 - 1/M)) hours             (1)

    which is the geometric time of a chain that leaves its state with chance 1/M each hour, and has mean M. u: a hash of the draw's seed,
    the unit and the event, so a plant of more units has the same history of the units it shares with a smaller one.
    Source: geometric holding times of a two-state Markov chain (Billinton & Allan 1996, Reliability Evaluation of Power Systems, ch. 3);
    SplitMix64, Steele, Lea & Flood (2014). Leaves out: failures to start, maintenance, wear; time counts whether a unit runs or not.
    """
    count = np.broadcast_to(np.asarray(units, dtype=np.int64), draws)
    up, down = (np.broadcast_to(np.asarray(mean, dtype=np.float64), draws) for mean in outages[:2])
    bits = np.broadcast_to(np.asarray(outages.seed, dtype=np.float64), draws).astype(np.float64).view(np.uint64)
    unit, draw = (axis.ravel() for axis in np.indices((int(count.max(initial=0)), draws)))
    kept = unit < count[draw]
    unit, draw = unit[kept], draw[kept]
    key = _mixed(_mixed(bits[draw]) + _mixed((unit + 1).astype(np.uint64)))
    with np.errstate(divide="ignore"):
        leave = np.stack([np.log1p(-1.0 / down), np.log1p(-1.0 / up)])
    state = (_uniform(key, 0) < availability(outages._replace(time_to_failure=up, time_to_repair=down))[draw]).astype(np.int64)
    out = np.zeros((hours, draws), dtype=np.int16)
    out[0] = np.bincount(draw, weights=state, minlength=draws)
    at, event = np.zeros(len(draw)), 0
    while len(draw):
        event += 1
        with np.errstate(divide="ignore"):
            at = at + 1.0 + np.floor(np.log(_uniform(key, event)) / leave[state, draw])
        inside = at < hours
        key, draw, state, at = key[inside], draw[inside], 1 - state[inside], at[inside]
        np.add.at(out, (at.astype(np.int64), draw), (2 * state - 1).astype(np.int16))
    for hour in range(1, hours):  # changes add up; by rows, which lie together
        out[hour] += out[hour - 1]
    return out


def _uniform(key: Keys, event: int) -> Array:
    """A uniform number inside (0, 1) of each key for an event."""
    hashed = _mixed(key + np.uint64((event + 1) * _STEP % _WORD))
    return np.asarray(((hashed >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)


def _mixed(state: Keys) -> Keys:
    """The output function of SplitMix64."""
    state = state ^ (state >> np.uint64(30))
    state = state * np.uint64(0xBF58476D1CE4E5B9)
    state = state ^ (state >> np.uint64(27))
    state = state * np.uint64(0x94D049BB133111EB)
    return np.asarray(state ^ (state >> np.uint64(31)))
