"""Few worlds that stand for all draws of a run: those by which many plans keep what they keep by all, or groups of draws that are alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.intp]

#: At which shares of the draws a plan is asked what it reaches, and how often a world is changed for another at most.
LEVELS = np.linspace(0.05, 0.95, 19)
_CHANGES = 1000


class Standing(NamedTuple):
    """Worlds: the draws each stands for, and their weights; `error`: how far shares of plans are off, root mean square.

    `places`: of the draw that is each world, or is in the middle of its group; `group`: (draw) the world of each draw, -1 for none.
    """

    places: Places
    group: Places
    weights: Array
    error: float


def passing(reached: Array) -> Array:
    """Whether what plans reach passes the amounts that they reach in some shares of all draws: (plan and level, draw), 1 or 0.

    `reached`: (plan, draw).
    """
    amounts = np.quantile(reached, 1.0 - LEVELS, axis=1).T
    return np.asarray(reached[:, None] >= amounts[..., None], dtype=np.float64).reshape(-1, reached.shape[1])


def standing_for(reached: Array, count: int) -> Standing:
    """So many draws, all of one weight, for which plans pass amounts in about the share of them in which they do of all draws.

    min || sum of I_w / n - p ||^2, I: (plan and level, draw) whether it passes, p: its mean                          (1)

    One world after the other is taken that helps most (herding: Chen, Welling and Smola 2010, UAI), then each is changed for another as
    long as that helps. The same draws give the same worlds. `reached`: (plan, draw) of plans of all kinds.
    """
    made = passing(reached)
    draws = made.shape[1]
    if count >= draws:
        return Standing(np.arange(draws), np.arange(draws), np.full(draws, 1.0 / draws), 0.0)
    both, mean = made.T @ made, made.T @ made.mean(axis=1)
    chosen = _taken(both, mean, count)
    _changed(chosen, both, mean)
    off = made[:, chosen].mean(axis=1) - made.mean(axis=1)
    places, group = np.sort(np.array(chosen, dtype=np.intp)), np.full(draws, -1, dtype=np.intp)
    group[places] = np.arange(count)
    return Standing(places, group, np.full(count, 1.0 / count), float(np.sqrt((off**2).mean())))


def alike(reached: Array, count: int) -> Standing:
    """So many groups of draws, as large as one another, in which plans of all kinds reach about the same: quantiles of one number.

    x = mean over plans of (what a draw reaches - mean) / spread                     (1)

    A world is then a mean of its draws, so that no plan is made for the chances of a few. Nearly all that tells draws apart is how they go
    for all plans alike: the first principal component is nine tenths of the spread, x is nearly that. `reached`: (plan, draw).
    """
    spread = reached.std(axis=1)
    rows = reached[spread > 0.0]
    order = np.argsort(((rows - rows.mean(axis=1, keepdims=True)) / spread[spread > 0.0, None]).mean(axis=0), kind="stable")
    parts = np.array_split(order, min(count, len(order)))
    group = np.empty(len(order), dtype=np.intp)
    for world, part in enumerate(parts):
        group[part] = world
    means = np.stack([rows[:, part].mean(axis=1) for part in parts], axis=1)
    amounts = np.quantile(rows, 1.0 - LEVELS, axis=1).T
    off = (means[:, None] >= amounts[..., None]).mean(axis=2) - (rows[:, None] >= amounts[..., None]).mean(axis=2)
    middle = np.array([part[len(part) // 2] for part in parts], dtype=np.intp)
    return Standing(middle, group, np.full(len(parts), 1.0 / len(parts)), float(np.sqrt((off**2).mean())))


def _taken(both: Array, mean: Array, count: int) -> list[int]:
    """Worlds one by one, each with the least distance of the sum so far from as many means."""
    chosen = list[int]()
    towards = np.zeros(len(mean))
    for number in range(1, count + 1):
        distance = np.diag(both) + 2.0 * (towards - number * mean)
        distance[chosen] = np.inf
        chosen.append(int(np.argmin(distance)))
        towards = towards + both[chosen[-1]]
    return chosen


def _changed(chosen: list[int], both: Array, mean: Array) -> None:
    """Change one world for another, the pair that helps most, until none does."""
    own, count = np.diag(both), len(chosen)
    for _ in range(_CHANGES):
        off = both[chosen].sum(axis=0) - count * mean
        gain = 2.0 * (off[None] - off[chosen, None]) + own[None] + own[chosen, None] - 2.0 * both[chosen]
        gain[:, chosen] = np.inf
        place, world = np.unravel_index(int(np.argmin(gain)), gain.shape)
        if gain[place, world] > -1e-6:
            return
        chosen[int(place)] = int(world)


def plans_at_random(
    by_site: Sequence[Sequence[int]], offered: NDArray[np.bool_], spacing: Sequence[int], chips: int, months: int, count: int, seed: int
) -> list[Places]:
    """Plans of all kinds: of each site some buildings, on a power it may have, begun one after the other from some month on.

    Each (4, building): places of building, power, chip and start.
    """
    chance = np.random.default_rng(seed)
    return [_plan(by_site, offered, spacing, chips, months, chance) for _ in range(count)]


def _plan(
    by_site: Sequence[Sequence[int]],
    offered: NDArray[np.bool_],
    spacing: Sequence[int],
    chips: int,
    months: int,
    chance: np.random.Generator,
) -> Places:
    out = list[tuple[int, int, int, int]]()
    early = int(chance.integers(0, max(months // 2, 1)) + 1)
    for places, gap in zip(by_site, spacing, strict=True):
        powers = np.flatnonzero(offered[places[0]])
        if not len(powers):
            continue
        power, start, most = int(chance.choice(powers)), int(chance.integers(0, early)), int(chance.integers(0, len(places) + 1))
        for place in places[:most]:
            if start < months and offered[place, power]:
                out.append((place, power, int(chance.integers(0, chips)), start))
            start += gap + int(chance.integers(0, 3))
    return np.array(out, dtype=np.intp).reshape(-1, 4).T
