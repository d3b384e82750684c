"""An order of build made cheaper by other orders of one or two of its sites at a time, each kept to what is asked in every draw.

Exchange of two sites at once is the neighbourhood; what the queue for accelerators takes from the order in hand is held while pairs are
weighed, and each that seems good is then reckoned with the queue as it would be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.by_draw import NOTHING, ByDraw, SiteOrder
from stargauge.plan.build_order.case import Array
from stargauge.plan.build_order.pairs import Asked, Known, Pairs
from stargauge.plan.build_order.site_orders import SiteOrders

Places = NDArray[np.intp]
Orders = tuple[SiteOrder, ...]

#: Pairs that are reckoned with the queue of those that seem good; the least that counts as cheaper, as a share.
_TRUE, _LESS = 6, 1e-6


class State(NamedTuple):
    """An order, its value, the probability of each target, and what the queue takes of each target in every draw."""

    orders: Orders
    value: float
    odds: Array
    taken: Array


class Exchange:
    """Search over the orders of sites. `asked`: probability of each target; `draws`: the only ones that count."""

    def __init__(self, by_draw: ByDraw, goal: Array, asked: Array, most: float, draws: Places | None) -> None:
        self.by_draw, self.case, self.asked, self.most, self.draws = by_draw, by_draw.case, asked, most, draws
        self.sites = [SiteOrders(by_draw, site, goal) for site in range(len(self.case.sites))]
        self.limit = np.array([one.most + 1e-6 * max(abs(one.most), 1.0) for one in self.case.limits])
        self.fixed = (by_draw.fixed if draws is None else by_draw.fixed[:, draws]).astype(np.float32)
        self._rows: list[dict[SiteOrder, int]] = [{} for _ in self.sites]
        self.need = by_draw.need[:, None].astype(np.float32)
        empty = np.zeros((len(self.need), 0, self.fixed.shape[1]), dtype=np.float32)
        self._known = [Known([], np.zeros(0), np.zeros((0, len(self.limit))), empty) for _ in self.sites]
        self._true: dict[Orders, Array] = {}

    # --- what is known ------------------------------------------------------------------------------------------------------------

    def known(self, site: int, orders: list[SiteOrder]) -> Known:
        """Those orders of a site, reckoned where they are new."""
        rows, have = self._rows[site], self._known[site]
        new = [one for one in dict.fromkeys(orders) if one not in rows]
        if new:
            brought = self.by_draw.brought(site, new)
            more = Known(
                new, np.array([self.sites[site].value(one) for one in new]),
                np.array([self._use(site, one) for one in new]).reshape(len(new), len(self.limit)),
                brought if self.draws is None else brought[..., self.draws],
            )  # fmt: skip
            rows.update((one, len(have.orders) + at) for at, one in enumerate(new))
            have = self._known[site] = Known(
                have.orders + more.orders, np.concatenate([have.value, more.value]), np.concatenate([have.use, more.use]),
                np.concatenate([have.brought, more.brought], axis=1),
            )  # fmt: skip
        at = [rows[one] for one in dict.fromkeys(orders)]
        return Known([have.orders[one] for one in at], have.value[at], have.use[at], have.brought[:, at])

    def _use(self, site: int, one: SiteOrder) -> list[float]:
        choices = self.by_draw.choices(site, one)
        return [float(sum(limit.use[choice] for choice in choices)) for limit in self.case.limits]

    def true(self, orders: Orders) -> Array:
        """What there is of each target with the queue, in the draws that count."""
        if orders not in self._true:
            made = self.by_draw.reached(orders)
            self._true[orders] = made if self.draws is None else made[:, self.draws]
        return self._true[orders]

    def odds(self, orders: Orders) -> Array:
        """The probability of each target with the queue, in the draws that count."""
        return np.asarray((self.true(orders) >= self.by_draw.need[:, None]).mean(axis=1))

    def state(self, orders: Orders) -> State:
        """An order with what is known of it."""
        each = [self.known(site, [one]) for site, one in enumerate(orders)]
        free = self.fixed + sum(one.brought[:, 0] for one in each)
        return State(orders, float(sum(one.value[0] for one in each)), self.odds(orders), (free - self.true(orders)).astype(np.float32))

    def keeps(self, state: State) -> bool:
        """Whether an order keeps all targets."""
        return bool((state.odds >= self.asked).all())

    def within(self, orders: Orders) -> bool:
        """Whether an order keeps all limits."""
        used = sum((self.known(site, [one]).use[0] for site, one in enumerate(orders)), np.zeros(len(self.limit)))
        return bool((used <= self.limit).all())

    # --- search -------------------------------------------------------------------------------------------------------------------

    def descended(self, state: State, pools: list[list[SiteOrder]]) -> State:
        """An order after exchanges as long as there is one that is cheaper, or that keeps what is asked where it does not yet."""
        pairs, since = list(combinations(range(len(self.sites)), 2)) or [(0, 0)], 0
        at = 0
        while since < len(pairs):
            found = self.exchanged(state, pools, pairs[at])
            since = 0 if found is not None else since + 1
            state = state if found is None else found
            at = (at + 1) % len(pairs)
        return state

    def exchanged(self, state: State, pools: list[list[SiteOrder]], pair: tuple[int, int]) -> State | None:
        """The cheapest order with others for two sites that is cheaper and keeps all; while that is not, one that misses less."""
        kept = self.keeps(state)
        below = min(state.value - _LESS * abs(state.value), self.most) if kept else self.most
        best: State | None = None
        short = float((self.asked - state.odds).max(initial=0.0))
        for orders in self._candidates(state, pools, pair, below, kept):
            one = self.state(orders)
            if self.keeps(one):
                return one
            less = float((self.asked - one.odds).max(initial=0.0))
            if not kept and less < short - 1e-9:
                best, short = one, less
        return best

    def _candidates(self, state: State, pools: list[list[SiteOrder]], pair: tuple[int, int], below: float, kept: bool) -> Iterator[Orders]:
        """Orders with others for two sites that seem to keep all, the cheapest first; that which misses least where none does."""
        first, second = pair
        one = self.known(first, [state.orders[first], *pools[first]]).by_value()
        other = self.known(second, [state.orders[second], *pools[second]]).by_value() if second != first else self._nothing()
        rest = [self.known(site, [orders]) for site, orders in enumerate(state.orders) if site not in pair]
        below -= sum(float(each.value[0]) for each in rest)
        lack = self.need - (self.fixed - state.taken + sum(each.brought[:, 0] for each in rest))
        room = self.limit - sum((each.use[0] for each in rest), np.zeros(len(self.limit)))
        pairs = Pairs(one, other, Asked(lack, self.asked, room))
        found = pairs.cheapest(below, _TRUE)
        if not found and not kept and (nearest := pairs.nearest(below)) is not None:
            found = [nearest]
        for _, left, right in found:
            orders = list(state.orders)
            orders[second] = other.orders[right]
            orders[first] = one.orders[left]
            yield tuple(orders)

    def _nothing(self) -> Known:
        return Known([NOTHING], np.zeros(1), np.zeros((1, len(self.limit))), np.zeros((len(self.need), 1, self.fixed.shape[1]), dtype=np.float32))


