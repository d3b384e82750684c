"""An order of build let change by chance, less and less, so that it comes out of what no exchange of two sites makes cheaper.

Simulated annealing by a heat bath (Geman and Geman 1984, IEEE PAMI 6; Kirkpatrick, Gelatt and Vecchi 1983, Science 220): a site at random
takes one of its orders with odds exp(-(cost + price of what is missed) / temperature). Numbers come from a seed.
"""

from __future__ import annotations

import numpy as np

from stargauge.plan.build_order.case.case import Array
from stargauge.plan.build_order.orders.exchange import Exchange, Pools, State

#: Changes in all, and after how many the queue is reckoned anew; temperatures from first to last as shares of the value; the price of a
#: probability that is missed, in values.
_CHANGES, _ANEW, _HOT, _COLD, _PRICE, _DEARER = 8000, 50, 0.06, 0.0004, 0.7, 0.75


def annealed(exchange: Exchange, state: State, pools: Pools, seed: int) -> State:
    """An order out of pools for each site, where it has come to at the end; it may miss a little of what is asked."""
    chance = np.random.default_rng(seed)
    sites = [site for site, pool in enumerate(pools) if len(pool) > 1]
    known = {site: exchange.known(site, [state.orders[site], *pools[site]]) for site in sites}
    places = {site: {one: at for at, one in enumerate(each.orders)} for site, each in known.items()}
    scale, now = abs(state.value) or 1.0, state
    free, used = exchange.brought(now.orders), exchange.used(now.orders)
    for change in range(_CHANGES if sites else 0):
        heat = scale * _HOT * (_COLD / _HOT) ** (change / _CHANGES)
        site = sites[int(chance.integers(len(sites)))]
        own = known[site]
        here = places[site][now.orders[site]]
        rest, room = free - own.brought[:, here], exchange.limit - (used - own.use[here])
        price = _PRICE * scale * (_HOT / (heat / scale)) ** _DEARER
        cost = own.value + price * exchange.short(own.brought, exchange.need - (rest - now.taken))
        cost[(own.use > room).any(axis=1)] = np.inf
        at = _drawn(cost, heat, chance.random())
        if at is not None:
            free, used = rest + own.brought[:, at], used - own.use[here] + own.use[at]
            now = now._replace(orders=(*now.orders[:site], own.orders[at], *now.orders[site + 1 :]))
        if change % _ANEW == _ANEW - 1:
            now = exchange.state(now.orders)
            free = exchange.brought(now.orders)  # no rounding is carried on
    return exchange.state(now.orders)


def _drawn(cost: Array, heat: float, chance: float) -> int | None:
    """The place of one of several, by the Boltzmann distribution; None where there is none."""
    least = cost.min(initial=np.inf)
    if not np.isfinite(least):
        return None
    weight = np.cumsum(np.exp(-(cost - least) / heat))
    return min(int(np.searchsorted(weight, chance * weight[-1])), len(cost) - 1)
