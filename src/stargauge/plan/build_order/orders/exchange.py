"""An order of build made cheaper by other orders of two of its sites at a time, each kept to what is asked in every draw.

What the queue for accelerators takes from the order in hand is held while pairs are weighed; each that seems good is then reckoned with the
queue as it would be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from stargauge.plan.build_order.case.case import Array
from stargauge.plan.build_order.orders.by_draw import NOTHING, ByDraw, Places, Single, SiteOrder
from stargauge.plan.build_order.orders.pairs import NEAR, Asked, Known, Pairs, share_of
from stargauge.plan.build_order.orders.site_orders import SiteOrders

Orders = tuple[SiteOrder, ...]
Pools = list[list[SiteOrder]]

#: Pairs that are reckoned with the queue of those that seem good; the least that counts as cheaper, as a share.
_TRUE, _LESS = 6, 1e-6


class State(NamedTuple):
    """An order, its value, the probability of each target, whether it keeps all limits, and all targets too, and what the queue takes of
    each target in every draw."""

    orders: Orders
    value: float
    odds: Array
    within: bool
    kept: bool
    taken: Single


class Exchange:
    """Search over the orders of sites. `asked`: probability of each target; `most`: value at most; `draws`: the only ones that count."""

    def __init__(self, by_draw: ByDraw, goal: Array, asked: Array, most: float = np.inf, draws: Places | None = None) -> None:
        self.by_draw, self.case, self.asked, self.most, self.draws = by_draw, by_draw.case, asked, most, draws
        self.sites = [SiteOrders(by_draw, site, goal) for site in range(len(self.case.sites))]
        self.limit = np.array([one.most + 1e-6 * max(abs(one.most), 1.0) for one in self.case.limits])
        self.fixed = self._of_draws(by_draw.fixed).astype(np.float32)
        self.need = by_draw.need[:, None].astype(np.float32) - np.float32(NEAR)
        self._rows: list[dict[SiteOrder, int]] = [{} for _ in self.sites]
        self._known = [self._none([]) for _ in self.sites]
        self._true: dict[Orders, Array] = {}

    # --- what is known ------------------------------------------------------------------------------------------------------------

    def _of_draws(self, values: Array | Single) -> Array:
        return np.asarray(values if self.draws is None else values[..., self.draws])

    def _none(self, orders: list[SiteOrder]) -> Known:
        """Orders that cost nothing, use nothing and bring nothing."""
        count = len(orders)
        brought = np.zeros((len(self.need), count, self.fixed.shape[1]), dtype=np.float32)
        return Known(orders, np.zeros(count), np.zeros((count, len(self.limit))), brought)

    def known(self, site: int, orders: Sequence[SiteOrder]) -> Known:
        """Some orders of a site, each once, reckoned where they are new."""
        orders, rows = list(dict.fromkeys(orders)), self._rows[site]
        new = [one for one in orders if one not in rows]
        if new:
            rows.update({one: at for at, one in enumerate(new, start=len(rows))})
            self._known[site] = _joined(self._known[site], self._reckoned(site, new))
        at, have = [rows[one] for one in orders], self._known[site]
        return Known(orders, have.value[at], have.use[at], have.brought[:, at])

    def _reckoned(self, site: int, orders: list[SiteOrder]) -> Known:
        choices = [self.by_draw.choices(site, one) for one in orders]
        value = [self.sites[site].value(one) for one in orders]
        use = [[float(sum(limit.use[choice] for choice in one)) for limit in self.case.limits] for one in choices]
        brought = self._of_draws(self.by_draw.brought(site, orders)).astype(np.float32)
        return Known(orders, np.array(value), np.array(use).reshape(len(orders), len(self.limit)), brought)

    def brought(self, orders: Orders) -> Array:
        """What there is of each target without a queue: (target, draw)."""
        return np.asarray(self.fixed + sum(self.known(site, [one]).brought[:, 0] for site, one in enumerate(orders)))

    def used(self, orders: Orders) -> Array:
        """What an order uses of each limit."""
        return np.asarray(sum((self.known(site, [one]).use[0] for site, one in enumerate(orders)), np.zeros(len(self.limit))))

    def true(self, orders: Orders) -> Array:
        """What there is of each target with the queue: (target, draw)."""
        if orders not in self._true:
            self._true[orders] = self._of_draws(self.by_draw.reached(orders))
        return self._true[orders]

    def state(self, orders: Orders) -> State:
        """An order with what is known of it."""
        value = sum(float(self.known(site, [one]).value[0]) for site, one in enumerate(orders))
        made = self.true(orders)
        odds = np.asarray((made >= self.by_draw.need[:, None]).mean(axis=1))
        within = bool((self.used(orders) <= self.limit).all()) and value <= self.most
        kept = within and bool((odds >= self.asked).all())
        return State(orders, value, odds, within, kept, (self.brought(orders) - made).astype(np.float32))

    def short(self, brought: Single, lack: Single) -> Array:
        """By how much orders that bring (target, order, draw) miss the probabilities asked for where (target, draw) is lacking, in all."""
        shares = (share_of(one >= row) for one, row in zip(brought, lack, strict=True))
        return np.asarray(sum(np.maximum(asked - share, 0.0) for asked, share in zip(self.asked, shares, strict=True)))

    def missed(self, state: State) -> float:
        """By how much an order misses the target that it misses most."""
        return float((self.asked - state.odds).max(initial=0.0))

    # --- search -------------------------------------------------------------------------------------------------------------------

    def descended(self, state: State, pools: Pools, enough: bool = False) -> State:
        """An order after exchanges as long as one makes it cheaper, or nearer to what is asked where it does not keep that yet.

        `enough`: until it keeps all.
        """
        pairs, since, at = list(combinations(range(len(self.sites)), 2)) or [(0, 0)], 0, 0
        known = [self.known(site, [one, *pool]).by_value() for site, (one, pool) in enumerate(zip(state.orders, pools, strict=True))]
        while since < len(pairs) and not (enough and state.kept):
            found = self.exchanged(state, known, pairs[at])
            since, state = (since + 1, state) if found is None else (0, found)
            at = (at + 1) % len(pairs)
        return state

    def exchanged(self, state: State, known: Sequence[Known], pair: tuple[int, int]) -> State | None:
        """The cheapest order with others for two sites that is cheaper and keeps all; while that is not, one that misses less.

        `known`: by site the orders it may have, the cheapest first.
        """
        below = state.value - _LESS * abs(state.value) if state.kept else self.most
        best, short = None, self.missed(state)
        for orders in self._candidates(state, known, pair, below):
            one = self.state(orders)
            if one.kept:
                return one
            if not state.kept and self.missed(one) < short - 1e-9:
                best, short = one, self.missed(one)
        return best

    def _candidates(self, state: State, known: Sequence[Known], pair: tuple[int, int], below: float) -> Iterator[Orders]:
        """Orders with others for two sites that seem to keep all, the cheapest first; that which misses least where none does."""
        first, second = pair
        one, other = known[first], known[second] if second != first else self._none([NOTHING])
        rest = [self.known(site, [orders]) for site, orders in enumerate(state.orders) if site not in pair]
        below -= sum(float(each.value[0]) for each in rest)
        lack = self.need - (self.fixed - state.taken + sum(each.brought[:, 0] for each in rest))
        room = self.limit - sum((each.use[0] for each in rest), np.zeros(len(self.limit)))
        pairs = Pairs(one, other, Asked(lack, self.asked, room))
        found = pairs.cheapest(below, _TRUE)
        if not found and not state.kept and (nearest := pairs.nearest(below)) is not None:
            found = [nearest]
        for _, left, right in found:
            orders = list(state.orders)
            orders[second] = other.orders[right]
            orders[first] = one.orders[left]
            yield tuple(orders)


def _joined(one: Known, other: Known) -> Known:
    return Known(
        one.orders + other.orders, np.concatenate([one.value, other.value]), np.concatenate([one.use, other.use]),
        np.concatenate([one.brought, other.brought], axis=1),
    )  # fmt: skip
