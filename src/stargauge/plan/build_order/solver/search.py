"""The tree: worlds to give up first, then powers, starts and accelerators, each node bounded by columns and prices.

Branch and price (Barnhart and others 1998, Operations Research 46, 316-329): a branch keeps a world or gives it up, or keeps options of
some buildings; plans are still priced exactly. The node with the least bound comes first, so the bound of the whole is that of the next.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

import numpy as np

from stargauge.plan.build_order.case.case import Array, Choice, Mask
from stargauge.plan.build_order.solver.halving import broken_in, halving, saved_by, world_of
from stargauge.plan.build_order.solver.improve import Pool
from stargauge.plan.build_order.solver.master import Master, Relaxed, impossible
from stargauge.plan.build_order.solver.pricing import Best, Cut, Kept, Prices, Scaled, bound_of
from stargauge.plan.build_order.solver.rest import rest

#: Share of the last good prices in those that are tried (Wentges 1997); rounds of a node.
_SMOOTH, _ROUNDS = 0.7, 200
#: By how much a node's program may lie above its bound, as a share of the gap asked for; what counts as whole.
_CLOSE, _WHOLE = 0.05, 1e-6
#: What is missing is priced at so much, in the dearest option there is, then a hundred times that.
_PENALTIES = (100.0, 1e4, 1e6)
#: Most columns that the master keeps; nodes between two looks for better orders, plans and nodes of such a look.
_COLUMNS, _EVERY, _MIXED, _MIXES = 6000, 15, 600, 100
#: How often worlds are probed, and how many of a target in a row may be of no use before it is left.
_TURNS, _MISSES = 3, 2
#: Options are forgotten where no more than this share of them is left.
_FEWER = 0.7
#: Options that are left to a general solver at the first node and at those with whole worlds; its nodes, and what
#: one of them takes, in patterns priced.
_LEFT, _RESTS, _MOST_NODES, _NODE = 2000, 200, 2000, 1e4
#: Parts of the worlds that may be given up, one after the other, in a look.
_STEPS = (0.5, 0.8, 1.0)
#: Exchanges of worlds in a look, and of how many worlds each way.
_SWAPS, _DEAREST = 4, 4


class Node(NamedTuple):
    """A branch: its bound, its number, its cuts, what it keeps, and the prices of its parent."""

    bound: float
    number: int
    cuts: tuple[Cut, ...]
    kept: Kept
    prices: Prices | None


class Search:
    """A search in progress; `bound` is proven, `pool.best` the best order so far."""

    def __init__(
        self, scaled: Scaled, gap: float, until: float, progress: Callable[[float, float], None] | None = None, *, few: int = _LEFT,
        effort: float = np.inf,
    ) -> None:  # fmt: skip
        self.scaled, self.gap, self.until, self.progress, self.few = scaled, gap, until, progress, few
        self.effort = effort
        self.pool = Pool(scaled)
        self.master = self._fresh()
        self.rounds = self.nodes = self.columns = 0
        self.late = False
        self.work, self.by_clock = 0.0, False
        self.closed = np.inf
        none = np.zeros(scaled.need.shape)
        self.open = [Node(-np.inf, 0, (), Kept(none, none + 1.0), None)]
        self.most = float(np.where(np.isfinite(scaled.value), np.maximum(scaled.value, 0.0), 0.0).max(axis=(1, 2, 3), initial=0.0).sum())

    def _fresh(self) -> Master:
        master = Master(self.scaled, _PENALTIES[0])
        sites = range(len(self.scaled.case.sites))
        empty = [np.zeros((0, self.scaled.depth))]
        master.add([self.scaled.plan(site, (), empty) for site in sites])
        return master

    @property
    def enough(self) -> float:
        """A node with this bound need not be looked into."""
        return self.pool.value - (1.0 - _WHOLE) * self.gap * abs(self.pool.value) if np.isfinite(self.pool.value) else np.inf

    @property
    def bound(self) -> float:
        """No order of build is better than this, in scaled value."""
        return min([self.closed, self.pool.value, *(node.bound for node in self.open[:1])])

    @property
    def over(self) -> bool:
        """Whether as much has been priced as may be, or the time is over."""
        self.by_clock = self.by_clock or monotonic() > self.until
        return self.work > self.effort or self.by_clock

    @property
    def _seconds(self) -> float:
        """Until the clock ends a solver underneath, if nothing that is counted does."""
        return max(self.until - monotonic(), 0.5)

    def run(self) -> None:
        """Until the gap is proven, nothing is left, or the time is over."""
        while self.open:
            if self.open[0].bound >= self.enough:
                break
            if self.nodes and self.over:
                self.late = True
                break
            node = heapq.heappop(self.open)
            self._visit(node)
            self.late = self.late or (self.over and self.by_clock)
            if self.progress is not None:
                self.progress(self.pool.value * self.scaled.unit, self.bound * self.scaled.unit)

    def _visit(self, node: Node) -> None:
        self.nodes += 1
        if len(self.master.plans) > _COLUMNS:
            self._thin()
        relaxed, bound, prices = self._bounded(node, self.enough)
        bound = max(bound, node.bound)
        if relaxed is None or bound >= self.enough:
            self._close(bound)
            return
        whole = self._rounded(relaxed)
        if self.nodes == 1 or self.nodes % _EVERY == 0:
            self._look(node, relaxed, prices)
        if self.nodes == 1 and not whole:
            tight = self._tightened(node, relaxed, bound, prices)
            if tight is None:
                return
            node, relaxed, bound, prices = tight
            whole = self._rounded(relaxed)
        broken = broken_in(self.scaled, relaxed)
        if not whole and prices is not None and (self.nodes == 1 or not broken.any()):
            bound, whole = self._rest(node, bound, prices, self.nodes == 1)
        if whole or bound >= self.enough:
            self._close(bound)
            return
        for half, (cuts, kept) in enumerate(self._halves(node, relaxed)):
            if self._may_be(kept):
                kept = self._settled(kept)
                heapq.heappush(self.open, Node(bound, self.nodes * 2 + half, cuts, kept, prices))

    def _close(self, bound: float) -> None:
        """Leave a node: no order in it is better than its bound. Where that is too low to be left for, nothing is proven."""
        enough = self.enough
        self.late = self.late or bound < (enough - _WHOLE * max(abs(enough), _WHOLE) if np.isfinite(enough) else np.inf)
        self.closed = min(self.closed, bound)

    def _tightened(
        self, node: Node, relaxed: Relaxed, bound: float, prices: Prices | None
    ) -> tuple[Node, Relaxed, float, Prices | None] | None:
        """The first node without worlds and options that no better order has, and its program; None where nothing of it is left."""
        for _ in range(_TURNS):
            if prices is None or self.over:
                break
            self.closed = min(self.closed, self.enough)
            kept = self._probed(node, relaxed, prices)
            gained = bool((kept.most < node.kept.most).any())
            node = node._replace(kept=kept, prices=prices)
            if not self._may_be(kept):
                return None
            found, here, new = self._bounded(node, self.enough)
            if found is not None and self._narrow(node, new):
                found, here, new = self._bounded(node, self.enough)
            bound = max(bound, here)
            if found is None or bound >= self.enough:
                self._close(bound)
                return None
            relaxed, prices = found, new
            if not gained:
                break
            self._rounded(relaxed)
            self._look(node, relaxed, prices)
        return node, relaxed, bound, prices

    def _left(self, node: Node, prices: Prices) -> Mask:
        """Options that a better order may have, by these prices and their own bound: that of others says nothing of what these leave."""
        self.work += self.scaled.size_of_pricing
        here = bound_of(self.scaled, prices, self.scaled.best(prices, node.kept, node.cuts).least, node.kept)
        return self.scaled.left(prices, node.kept, node.cuts, self.enough - here)

    def _narrow(self, node: Node, prices: Prices | None) -> bool:
        """Forget options that no better order has, where they are many; whether that was done."""
        if prices is None:
            return False
        options = self._left(node, prices)
        if options.sum() >= _FEWER * np.isfinite(self.scaled.value).sum():
            return False
        plans = [plan for plan in self.master.plans if all(options[one] for one in plan.choices)]
        self.scaled.only(options)
        self.master = self._fresh()
        self.master.add(plans)
        return True

    def _probed(self, node: Node, relaxed: Relaxed, prices: Prices) -> Kept:
        """What may be kept in orders that are better: a world that cannot be kept, or costs too much, is given up, the least likely first.

        Where worlds are nearly in order, from those in which all is late to those in which all is early, this settles most of them.
        """
        most, need = node.kept.most.copy(), self.scaled.need
        saved = saved_by(self.scaled, relaxed)
        for target in np.argsort(-saved, kind="stable")[: int((saved > _WHOLE).sum())]:
            missed = 0
            for world in np.argsort(relaxed.kept[target], kind="stable"):
                free = most[target, world] > 0.5 and node.kept.least[target, world] < 0.5 and need[target, world] > 0.0
                if missed >= _MISSES or self.over:
                    break
                if not free:
                    continue
                least = node.kept.least.copy()
                least[target, world] = 1.0
                found, here, _ = self._bounded(Node(0.0, 0, node.cuts, Kept(least, most), prices), self.enough, only_whether=True)
                gone = found is None and here >= self.enough
                missed = 0 if gone else missed + 1
                if gone:
                    most[target, world] = 0.0
                    if not self._may_be(Kept(node.kept.least, most)):
                        return Kept(node.kept.least, most)
        return self._settled(Kept(node.kept.least, most))

    def _settled(self, kept: Kept) -> Kept:
        """With worlds kept that weigh more than may still be given up."""
        weights = self.scaled.case.weights
        room = kept.most @ weights - self.scaled.probability
        return Kept(np.where((weights > room[:, None] + 1e-9) & (kept.most > 0.5), 1.0, kept.least), kept.most)

    def _may_be(self, kept: Kept) -> bool:
        return bool((kept.most @ self.scaled.case.weights >= self.scaled.probability).all())

    def _bounded(
        self, node: Node, enough: float, *, only_whether: bool = False
    ) -> tuple[Relaxed | None, float, Prices | None]:  # fmt: skip
        """A node's program solved by columns; the bound is Lagrange's, of the best prices met.

        No program where nothing of it is left: the bound is then at least `enough`, infinite where nothing keeps what the node asks. A
        lower one says that too little was looked at to tell.
        `only_whether`: no more is asked than whether something is left below `enough`.
        """
        bound, centre, step = -np.inf, node.prices, 0
        self.master.hold(node.cuts, node.kept)
        self.master.penalise(_PENALTIES[0])
        relaxed = self.master.solve()
        for _ in range(_ROUNDS):
            self.rounds += 1
            if only_whether and relaxed.missing <= _WHOLE and relaxed.value < enough:
                return relaxed, bound, centre
            smooth = _SMOOTH if centre is not None else 0.0
            while True:
                prices = relaxed.prices if not smooth or centre is None else _between(relaxed.prices, centre, smooth)
                best = self.scaled.best(prices, node.kept, node.cuts)
                self.work += self.scaled.size_of_pricing
                if not np.isfinite(best.least).all():
                    return None, np.inf, None
                here = bound_of(self.scaled, prices, best.least, node.kept)
                if here == np.inf:
                    return None, np.inf, None
                if here > bound:
                    bound, centre = here, prices
                if bound >= enough or bound > self.most + _WHOLE:
                    return None, bound if bound <= self.most + _WHOLE else np.inf, None
                new = self._add(best, node)
                if new or not smooth:
                    break
                smooth = 0.5 * smooth if smooth > 0.2 else 0.0
            if not new or relaxed.value - bound <= max(_CLOSE * self.gap, 1e-7) * max(abs(relaxed.value), 1e-6):
                if relaxed.missing <= _WHOLE:
                    break
                step += 1
                if step >= len(_PENALTIES):
                    never = impossible(self.scaled, relaxed.prices, node.kept, node.cuts, self.most + _WHOLE)
                    return None, np.inf if never else bound, None
                self.master.penalise(_PENALTIES[step])
            elif self.over and (self.nodes > 1 or self.by_clock):
                break
            relaxed = self.master.solve()
        return (None, bound, None) if relaxed.missing > _WHOLE else (relaxed, bound, centre)

    def _add(self, best: Best, node: Node) -> int:
        plans = [self.scaled.plan(site, choices, best.counts) for site, own in enumerate(best.plans) for _, choices in own]
        new = self.master.add(plans)
        self.columns += new
        return new

    def _thin(self) -> None:
        """Keep the plans that came last."""
        old = self.master.plans[-(_COLUMNS // 3) :]
        self.master = self._fresh()
        self.master.add(old)

    def _nearest(self, prices: Prices, kept: Kept, cuts: tuple[Cut, ...]) -> list[tuple[int, tuple[Choice, ...]]]:
        """The plans with the least reduced costs at prices, of those found."""
        least = self.scaled.best(prices, kept, cuts).least
        reach, use = (np.stack([getattr(plan, what) for plan in self.master.plans]) for what in ("reach", "use"))
        value = np.array([plan.value - least[plan.site] for plan in self.master.plans])
        order = np.argsort(value - reach @ prices.target.ravel() + use @ prices.limit, kind="stable")
        keys = dict.fromkeys((self.master.plans[at].site, self.master.plans[at].choices) for at in order)
        return list(keys)[:_MIXED]

    def _rounded(self, relaxed: Relaxed) -> bool:
        """Try the largest shares as an order; whether the program is whole by itself."""
        sites = len(self.scaled.case.sites)
        shares: list[dict[tuple[Choice, ...], float]] = [{} for _ in range(sites)]
        for place in np.flatnonzero(relaxed.shares > _WHOLE):
            plan = self.master.plans[int(place)]
            shares[plan.site][plan.choices] = shares[plan.site].get(plan.choices, 0.0) + float(relaxed.shares[place])
        self.pool.offer([self.pool.add(site, max(own, key=lambda key: (own[key], key))) for site, own in enumerate(shares)])
        self.shares = shares
        return all(len(own) == 1 for own in shares) and not broken_in(self.scaled, relaxed).any()

    def _look(self, node: Node, relaxed: Relaxed, prices: Prices | None) -> None:
        """Look for a better order: give up the least likely worlds little by little, exchange some, price plans for the rest, mix them."""
        shares, kept = self.shares, node.kept
        for most in _STEPS if self.nodes == 1 else _STEPS[-1:]:
            kept = self._likely(relaxed.kept, kept, most)
            found, value, prices = self._bounded(Node(0.0, 0, node.cuts, kept, prices), np.inf)
            if found is None or prices is None:
                break
            relaxed = found
        else:
            kept, prices = self._swapped(node.cuts, kept, value, relaxed, prices)
        if prices is not None:
            self.pool.mix(self._nearest(prices, kept, node.cuts), kept.least, _MIXES, self._seconds)
        self.shares = shares

    def _swapped(
        self, cuts: tuple[Cut, ...], kept: Kept, value: float, relaxed: Relaxed, prices: Prices | None
    ) -> tuple[Kept, Prices | None]:
        """Give up the dearest world for the one that lacks least, as long as that is cheaper; so often at most, each pair once."""
        tried: set[tuple[int, int]] = set()
        for _ in range(_SWAPS):
            pair = self._pair(kept, relaxed, tried)
            if pair is None or prices is None or self.over:
                break
            tried.add(pair)
            other = kept.least.copy()
            other.flat[pair[0]], other.flat[pair[1]] = 0.0, 1.0
            found, here, new = self._bounded(Node(0.0, 0, cuts, Kept(other, other), prices), value)
            if found is not None and here < value:
                kept, value, relaxed, prices = Kept(other, other), here, found, new
        return kept, prices

    def _pair(self, kept: Kept, relaxed: Relaxed, tried: set[tuple[int, int]]) -> tuple[int, int] | None:
        """A world to give up and one of the same target and weight to keep."""
        need, weights = self.scaled.need, np.tile(self.scaled.case.weights, len(self.scaled.need))
        worth = (relaxed.prices.target * need * kept.least).ravel()
        reach = sum(float(share) * plan.reach for plan, share in zip(self.master.plans, relaxed.shares, strict=False) if share > _WHOLE)
        lack = np.where((kept.most < 0.5) & (need > 0.0), 1.0 - np.reshape(reach, need.shape) / np.maximum(need, 1e-12), np.inf).ravel()
        target = np.arange(need.size) // max(need.shape[1], 1)
        for gone in np.argsort(-worth, kind="stable")[:_DEAREST]:
            for back in np.argsort(lack, kind="stable")[:_DEAREST]:
                same = target[gone] == target[back] and weights[back] >= weights[gone] - 1e-12
                if worth[gone] > 0.0 and np.isfinite(lack[back]) and same and (int(gone), int(back)) not in tried:
                    return int(gone), int(back)
        return None

    def _likely(self, shares: Array, kept: Kept, part: float) -> Kept:
        """Given up: a part of the weight that may be, the least shares first; the rest kept where nothing more may be."""
        weights = self.scaled.case.weights
        most = kept.most.copy()
        for target, share in enumerate(shares):
            room = weights.sum() - self.scaled.probability[target] + 1e-12
            order = np.argsort(np.where(kept.least[target] > 0.5, 2.0, share * kept.most[target]), kind="stable")
            gone = np.cumsum(weights[order])
            most[target, order[(gone <= part * room) | ((gone <= room) & (most[target, order] < 0.5))]] = 0.0
        return Kept(most if part == 1.0 else kept.least, most)

    def _halves(self, node: Node, relaxed: Relaxed) -> list[tuple[tuple[Cut, ...], Kept]]:
        """Two branches: a world kept or given up while shares of worlds are broken, then options of buildings."""
        if broken_in(self.scaled, relaxed).any():
            at = world_of(self.scaled, relaxed)
            least, most = node.kept.least.copy(), node.kept.most.copy()
            least.flat[at] = 1.0
            most.flat[at] = 0.0
            return [(node.cuts, Kept(least, node.kept.most)), (node.cuts, Kept(node.kept.least, most))]
        cut = halving(self.scaled, self.shares)
        return [((*node.cuts, cut), node.kept), ((*node.cuts, cut._replace(inside=not cut.inside)), node.kept)]

    def _rest(self, node: Node, bound: float, prices: Prices, first: bool) -> tuple[float, bool]:
        """The bound of a node by a general solver over the options that are left, where they are few; and whether that is all of it."""
        if self.over:
            return bound, False
        options = self._left(node, prices)
        if options.sum() > self.few:
            return bound, False
        nodes = int(min(_MOST_NODES if first else _RESTS, 1.0 + (self.effort - self.work) / _NODE))
        found, proven, ended, work = rest(self.scaled, options, node.kept, nodes=nodes, seconds=self._seconds, gap=self.gap)
        self.work += work
        if found is not None:
            self.pool.offer([self.pool.add(site, choices) for site, choices in enumerate(found)])
        return max(bound, min(proven, self.enough)), ended


def _between(new: Prices, old: Prices, share: float) -> Prices:
    """Prices between new and old ones."""

    def of(one: Array, other: Array) -> Array:
        return share * other + (1.0 - share) * one

    return Prices(of(new.target, old.target), of(new.limit, old.limit))
