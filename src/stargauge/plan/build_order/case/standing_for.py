"""Few worlds that stand for all draws of a run: groups of draws in which plans of all kinds reach about the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.intp]

#: At which shares of the draws a plan is asked what it reaches.
LEVELS = np.linspace(0.05, 0.95, 19)


class Standing(NamedTuple):
    """Worlds: the draws each stands for, and their weights; `error`: how far shares of plans are off, root mean square.

    `places`: of the draw in the middle of each group; `group`: (draw) the world of each draw.
    """

    places: Places
    group: Places
    weights: Array
    error: float


def groups_of_draws(reached: Array, kept: Sequence[Array], first: Array, count: int) -> Standing:
    """So many groups of draws, as large as one another, in which plans of all kinds reach about the same: quantiles of one number.

    x = mean over plans of (what a draw reaches - mean) / spread + the same of whether it keeps the targets, set by set      (1)

    A world is then a mean of its draws, so that no plan is made for the chances of a few. Nearly all that tells draws apart is how they go
    for all plans alike: the first principal component is nine tenths of the spread, x is nearly that. A mean is below an amount that most
    of its draws just reach and some miss: so draws that keep the targets stand with others that do, by the file (`first`: by draw, what
    goes before x) and by plans (`kept`: sets of them, (plan, draw) 1 or 0). `reached`: (plan, draw).
    """
    order = np.lexsort((_usual(reached) + sum(_usual(one) for one in kept), first))
    parts = np.array_split(order, min(count, len(order)))
    group = np.empty(len(order), dtype=np.intp)
    for world, part in enumerate(parts):
        group[part] = world
    means = np.stack([reached[:, part].mean(axis=1) for part in parts], axis=1)
    amounts = np.quantile(reached, 1.0 - LEVELS, axis=1).T
    off = (means[:, None] >= amounts[..., None]).mean(axis=2) - (reached[:, None] >= amounts[..., None]).mean(axis=2)
    middle = np.array([part[len(part) // 2] for part in parts], dtype=np.intp)
    return Standing(middle, group, np.full(len(parts), 1.0 / len(parts)), float(np.sqrt((off**2).mean())))


def _usual(rows: Array) -> Array:
    """Mean over rows that vary of how far each draw is from their mean, in spreads: (draw,)."""
    spread = rows.std(axis=1)
    rows, spread = rows[spread > 0.0], spread[spread > 0.0]
    if not len(rows):
        return np.zeros(rows.shape[1])
    return np.asarray(((rows - rows.mean(axis=1, keepdims=True)) / spread[:, None]).mean(axis=0))


def whole_plans(
    by_site: Sequence[Sequence[int]], offered: NDArray[np.bool_], spacing: Sequence[int], chip: int, months: int
) -> list[Places]:
    """Plans that build all, or half of each site, as early as can be: for each power, which sites have that may. As `plans_at_random`."""
    out = []
    for power in range(offered.shape[1]):
        for part in (1, 2):
            made = list[tuple[int, int, int, int]]()
            for places, gap in zip(by_site, spacing, strict=True):
                own = power if offered[places[0], power] else int(offered[places[0]].argmax())
                built = [(place, own, chip, at * gap) for at, place in enumerate(places[: -(-len(places) // part)]) if offered[place, own]]
                made += [one for one in built if one[3] < months]
            out.append(np.array(made, dtype=np.intp).reshape(-1, 4).T)
    return out


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
