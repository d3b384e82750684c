"""Policies: which order is built, where some of it is decided only when a fact is known; the cheapest that keeps what is asked.

    min   sum_p share_p sum_i cost_i x_pi
    with  sum_p sum_i odds_pig x_pi >= asked_g    for every target g                                             (1)
          sum of x_pi over the orders i of a beginning the same in every part p; over all orders one            (2)

p: parts of the draws that a fact tells apart; i: orders; odds_pig: share of all draws that are in p and in which i keeps g. A beginning is
what is begun before the fact is known: nobody can have made it depend on the fact. x are shares, so a coin may decide, with a fact or
without: what a fact is worth is what it tells beyond a coin. A two-stage program with a chance constraint (Raiffa and Schlaifer 1961,
chapter 4; Luedtke, Ahmed and Nemhauser 2010, Mathematical Programming 122), solved by cutting planes on the price of probability (Kelley
1960, Journal of the SIAM 8).

Policies are chosen on one half of the draws and valued on the other, and the other way round (Stone 1974, Journal of the Royal Statistical
Society B 36): what happens to hold in the draws that were looked at is worth nothing in those that were not. What parts of a sample differ
by is taken for as much as it is beyond chance (3).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case.case import Array, Choice, Mask

Chosen = tuple[Choice, ...]
Places = NDArray[np.intp]

#: In how many parts of the same weight the draws are sorted by a fact.
_PARTS = 3
#: How often a price of probability is looked for, at most; how near it is brought, as a share of the cost.
_ROUNDS, _NEAR = 40, 1e-9
#: How often draws are dealt out in halves.
_TIMES = 8


class Pool(NamedTuple):
    """Orders with what they cost by the goal, (order,), and whether they keep each target in each draw, (order, target, draw)."""

    orders: tuple[Chosen, ...]
    cost: Array
    kept: Mask


class Policy(NamedTuple):
    """Of each part the order that is built there, (policy, part), with the share of the times, (policy,); and the price of probability by
    target."""

    orders: Places
    share: Array
    price: Array


def parts_by(values: Array, parts: int = _PARTS) -> Places:
    """The part of each draw, low, middle or high by a fact, of about the same size; draws with the same value are in the same."""
    levels, place, count = np.unique(values, return_inverse=True, return_counts=True)
    part = np.arange(levels.size) if levels.size <= parts else ((np.cumsum(count) - count / 2.0) / len(values) * parts).astype(int)
    return np.asarray(np.unique(part[place], return_inverse=True)[1], dtype=np.intp)


def begun_before(order: Chosen, months: int) -> Hashable:
    """What of an order is begun in the first months."""
    return tuple(one for one in order if one.start < months)


class _Parts:
    """What orders cost and how often they keep targets in the parts of some draws, those of the same beginning beside one another."""

    def __init__(self, pool: Pool, part: Places, begun: Sequence[Hashable], draws: Places, shrunk: bool = False) -> None:
        names = {name: place for place, name in enumerate(dict.fromkeys(begun))}
        group = np.array([names[name] for name in begun])
        self.down = np.argsort(group, kind="stable")
        self.edges = np.flatnonzero(np.diff(group[self.down], prepend=-1))
        self.share, odds = _by_part(pool, part, draws)
        odds = _shrunk(self.share, odds, len(draws)) if shrunk else odds
        self.odds, self.cost = odds[self.down], pool.cost[self.down]

    def best(self, price: Array, weight: float = 1.0) -> Places:
        """The order of each part, (part,), all of one beginning, with the least of its cost less what it keeps at a price."""
        worth = weight * self.cost[:, None] * self.share - self.odds @ price
        least = np.minimum.reduceat(worth, self.edges, axis=0).sum(axis=1)
        place = int(least.argmin())
        last = self.edges[place + 1] if place + 1 < len(self.edges) else len(worth)
        return np.asarray(self.edges[place] + worth[self.edges[place] : last].argmin(axis=0))

    def got(self, orders: Places) -> tuple[float, Array]:
        """The cost of a policy, and with which probability it keeps each target."""
        return float(self.share @ self.cost[orders]), self.odds[orders, np.arange(len(self.share))].sum(axis=0)


def cheapest(pool: Pool, part: Places, begun: Sequence[Hashable], asked: Array, draws: Places, shrunk: bool = False) -> Policy | None:
    """The cheapest policy of a pool in some draws; None where none keeps what is asked.

    `part`: of each of all draws; `begun`: of each order what is begun before the part is known; `shrunk`: whether the draws are a sample
    of those that count (`_shrunk`).
    """
    parts, every = _Parts(pool, part, begun, draws, shrunk), np.eye(len(asked))
    picked = [parts.best(0.0 * asked), *(parts.best(one, weight=1e-15) for one in every), parts.best(every.sum(axis=0), weight=1e-15)]
    cuts = [parts.got(one) for one in picked]
    for _ in range(_ROUNDS):
        made = _mixed(cuts, asked)
        if made is None:
            return None
        mixture, price, value = made
        one = parts.best(price)
        spent, got = parts.got(one)
        if spent - price @ (got - asked) >= value - _NEAR * max(abs(value), 1.0):
            break
        picked.append(one)
        cuts.append((spent, got))
    used = np.flatnonzero(mixture > 1e-9)
    return Policy(parts.down[np.stack([picked[place] for place in used])], mixture[used] / mixture[used].sum(), price)


def at_price(pool: Pool, part: Places, begun: Sequence[Hashable], price: Array) -> tuple[float, Places]:
    """The cheapest policy at a price of probability, in all draws: its cost less what it keeps at the price; and the order of each part."""
    parts = _Parts(pool, part, begun, np.arange(pool.kept.shape[2]))
    orders = parts.best(price)
    spent, got = parts.got(orders)
    return spent - float(price @ got), np.asarray(parts.down[orders])


def _by_part(pool: Pool, part: Places, draws: Places) -> tuple[Array, Array]:
    """Share of each part in some draws, (part,), and share of them that are in it and kept: (order, part, target)."""
    own = np.zeros((len(part), int(part.max()) + 1), dtype=np.float32)
    own[draws, part[draws]] = 1.0
    counted = pool.kept.astype(np.float32) @ own  # whole numbers, and exact
    return own.sum(axis=0, dtype=np.float64) / len(draws), np.moveaxis(counted, 1, 2).astype(np.float64) / len(draws)


def _shrunk(share: Array, odds: Array, draws: int) -> Array:
    """The same nearer to what orders keep over all parts, by as much as chance alone makes the parts of a sample differ.

    odds = share (o + s d), s = max(0, 1 - sum of o (1 - o) (1 - share) / (share draws) / sum of d^2)              (3)

    o: over all parts; d: by how much a part is off it (James and Stein 1961; Efron and Morris 1975, JASA 70).
    """
    weight = np.maximum(share, 1.0 / draws)[:, None]
    over_all = odds.sum(axis=1, keepdims=True)
    off = odds / weight - over_all
    chance = over_all * (1.0 - over_all) * (1.0 - weight) / (weight * draws)
    told = max(0.0, 1.0 - float(chance.sum()) / max(float((off**2).sum()), 1e-12))
    return np.asarray(weight * (over_all + told * off))


def _mixed(cuts: Sequence[tuple[float, Array]], asked: Array) -> tuple[Array, Array, float] | None:
    """The cheapest mixture of policies that are known, the price of probability there and its cost; None where none keeps what is asked."""
    cost, odds = np.array([one for one, _ in cuts]), np.array([got for _, got in cuts]).reshape(len(cuts), len(asked))
    if len(asked) == 1:
        return _of_two(cost, odds[:, 0], float(asked[0]))
    from scipy.optimize import linprog

    scale = max(float(np.abs(cost).max()), 1.0)
    made = linprog(cost / scale, -odds.T if len(asked) else None, -asked + 1e-9 if len(asked) else None, np.ones((1, len(cost))), [1.0])
    if made.status != 0:
        return None
    price = -np.asarray(made.ineqlin.marginals) * scale if len(asked) else np.zeros(0)
    return np.asarray(made.x), price, float(made.fun) * scale


def _of_two(cost: Array, odds: Array, asked: float) -> tuple[Array, Array, float] | None:
    """The same for one target, where a mixture of two is the cheapest: one that keeps less than is asked, and one that keeps more."""
    under = odds < asked - 1e-9
    if under.all():
        return None
    mixture, best = np.zeros(len(cost)), int(cost.argmin())
    if not under[best]:
        mixture[best] = 1.0
        return mixture, np.zeros(1), float(cost[best])
    low, high = np.flatnonzero(under), np.flatnonzero(~under)
    price = (cost[high] - cost[low][:, None]) / (odds[high] - odds[low][:, None])
    value = cost[low][:, None] + price * (asked - odds[low][:, None])
    at = np.lexsort((-price.ravel(), value.ravel()))[0]
    one, other = low[at // len(high)], high[at % len(high)]
    mixture[other] = (asked - odds[one]) / (odds[other] - odds[one])
    mixture[one] = 1.0 - mixture[other]
    return mixture, price.ravel()[at : at + 1], float(value.ravel()[at])


def losses(pool: Pool, policy: Policy, part: Places, asked: Array, draws: Places) -> Array:
    """What a policy costs in some draws, (draw,), as if it kept what is asked in them all: at its price of probability."""
    kept = np.moveaxis(pool.kept, 1, 2)
    out = np.zeros(len(draws))
    for orders, share in zip(policy.orders, policy.share, strict=True):
        mine = orders[part[draws]]
        out += share * (pool.cost[mine] - (kept[mine, draws] - asked) @ policy.price)
    return out


def halves(draws: int, times: int = _TIMES) -> Iterator[tuple[Places, Places]]:
    """Draws on which a policy is chosen, and those on which it is valued: each draw is as often among the latter as they are dealt out."""
    for seed in range(times):
        dealt = np.random.default_rng(seed).permutation(draws)
        one, other = np.sort(dealt[: draws // 2]), np.sort(dealt[draws // 2 :])
        yield one, other
        yield other, one


def valued(pool: Pool, part: Places, begun: Sequence[Hashable], asked: Array, times: int = _TIMES) -> Array | None:
    """What the cheapest policy costs in each draw, chosen on the other half of the draws: (draw,); None where none keeps what is asked.

    The mean of several ways to halve them, as the cheapest policy of one half may be another than that of the next.
    """
    out = np.zeros(len(part))
    for seen, unseen in halves(len(part), times):
        policy = cheapest(pool, part, begun, asked, seen, shrunk=True)
        if policy is None:
            return None
        out[unseen] += losses(pool, policy, part, asked, unseen) / times
    return out


def foreseen(pool: Pool, asked: Array) -> Array | None:
    """The same with everything known: each draw takes the cheapest order of the pool that keeps it, and the dearest draws are given up.

    Valued on the draws on which it is chosen: an order for a draw that is known needs to keep no other.
    """
    draws = pool.kept.shape[2]
    part = np.arange(draws)
    policy = cheapest(pool, part, [()] * len(pool.orders), asked, part)
    return None if policy is None else losses(pool, policy, part, asked, part)
