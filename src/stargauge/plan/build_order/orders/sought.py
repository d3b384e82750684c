"""The cheapest order that keeps what is asked, reckoned in every draw with the queues of the model: of the plan and of all beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case.case import Array, BuildCase, Choice, value_of
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.build_order.orders.anneal import annealed
from stargauge.plan.build_order.orders.by_draw import NOTHING, ByDraw, SiteOrder
from stargauge.plan.build_order.orders.exchange import Exchange, Orders, Pools, State

Chosen = tuple[Choice, ...]
Places = NDArray[np.intp]

#: Shares of the value that are paid for all that is missing; how often a pool is renewed.
_PAID, _RENEWED = tuple(np.geomspace(0.05, 8.0, 10).tolist()), 12
#: With up to so many options every order in hand is changed, with more the best of them: each takes a second or two.
_FEW = 2_000
#: What is no more, as a share of the most.
_NO_MORE = 1e-4
#: Shares of the draws, those with most first, whose part in a target is paid for where the pool is to be wide.
_PARTS = ((0.0, 1.0), (0.5, 1.0), (0.7, 0.9), (0.6, 0.85))


class Sought(NamedTuple):
    """An order, its value by the goal, and the probability with which it keeps each target in the draws that were looked at."""

    chosen: Chosen
    value: float
    odds: Array


def sought(
    made: Prepared, hands: Iterable[Chosen], *, goal: Array | None = None, most: float = np.inf, draws: Places | None = None,
    effort: int = 0, nearest: bool = False, enough: bool = False,
) -> Sought | None:  # fmt: skip
    """The cheapest order found that keeps each target of `made.case` with its probability in every draw, within all limits; None where none
    is found.

    The best of orders in hand, or each where options are few, is changed site by site, so that it is no dearer than any that keeps all. The
    same in hand give the same order. `goal`: what is least in place of the cost, (building, power, chip, start); `most`: by the goal at
    most; `draws`: places of the only draws that count, all where left out; `effort`: how often the best is let change by chance, about two
    seconds each; `nearest`: where none keeps all targets, that within limits which misses least; `enough`: the first that keeps all.
    """
    case = made.case
    search = Exchange(
        ByDraw(made), case.cost if goal is None else goal, np.array([one.probability for one in case.targets]), most, draws
    )  # fmt: skip
    begun = [search.state(_in_hand(search, hand)) for hand in dict.fromkeys(hands)]
    pools = [[NOTHING] for _ in search.sites]
    few = len(begun) if int(case.allowed.sum()) <= _FEW else 1
    first = sorted(begun, key=lambda one: _rank(search, one))[:few]
    best = min((_settled(search, one, pools, enough) for one in first), key=lambda one: _rank(search, one), default=None)
    if best is not None and effort:
        best = _deepened(search, best, pools, effort)
    if best is None or not (best.within if nearest else best.kept):
        return None
    chosen = tuple(sorted(choice for site, one in enumerate(best.orders) for choice in search.by_draw.choices(site, one)))
    return Sought(chosen, value_of(case, chosen, goal), best.odds)


def _in_hand(search: Exchange, chosen: Chosen) -> Orders:
    """An order in hand by site, begun later where it may not be begun when it is."""
    return tuple(site.nearest(one) for site, one in zip(search.sites, search.by_draw.orders(chosen), strict=True))


def _rank(search: Exchange, state: State) -> tuple[bool, bool, float, float]:
    """Orders that keep all first, the cheapest of them first; then those within limits that miss least."""
    return not state.kept, not state.within, 0.0 if state.kept else search.missed(state), state.value


def _settled(search: Exchange, state: State, pools: Pools, enough: bool = False) -> State:
    """An order after exchanges with what is near it and what is best at its prices, as long as that makes it better. Pools grow.

    `enough`: until it keeps all.
    """
    for _ in range(_RENEWED):
        if enough and state.kept:
            break
        for site, pool in enumerate(pools):
            pool += search.sites[site].at_prices(*_prices(search, state, site))
            pool[:] = dict.fromkeys(pool)
        near = [[*search.sites[site].around(one), *pool] for site, (one, pool) in enumerate(zip(state.orders, pools, strict=True))]
        better = search.descended(state, near, enough)
        if better.orders == state.orders:
            break
        state = better
    return state


def _prices(search: Exchange, state: State, site: int) -> tuple[Array, list[float]]:
    """Prices of each target in each draw in which a site decides whether it is kept, and their scales."""
    by_draw, places = search.by_draw, list(search.case.by_site[site])
    own = search.known(site, [state.orders[site]]).brought[:, 0]
    lack = search.need - (search.brought(state.orders) - state.taken - own)
    most = np.stack([gain[places].max(axis=(1), initial=0.0).sum(axis=0) for gain in by_draw.gains]) if places else 0.0 * by_draw.fixed
    decides = (lack > 0.0) & (lack <= (most if search.draws is None else most[:, search.draws]))
    prices = np.zeros(by_draw.fixed.shape)
    at = slice(None) if search.draws is None else search.draws
    prices[:, at] = decides if decides.any() else 1.0
    return prices, _scales(state, prices)


def _deepened(search: Exchange, best: State, pools: Pools, times: int) -> State:
    """The best of an order and of what becomes of it when it changes by chance and is settled again, so many times."""
    for site, pool in zip(search.sites, pools, strict=True):
        pool += site.around(NOTHING)
    for time in range(times):
        weights = _weights(search, best)
        for site, pool in zip(search.sites, pools, strict=True):
            for weight in weights:
                pool += site.at_prices(weight, _scales(best, weight))
            pool[:] = dict.fromkeys(pool)
        near = [[*site.around(one), *pool] for site, one, pool in zip(search.sites, best.orders, pools, strict=True)]
        fronts = [_front(search, site, pool, weights) for site, pool in enumerate(near)]
        one = _settled(search, annealed(search, best, fronts, time), [list(front) for front in fronts])
        best = min((best, one), key=lambda each: _rank(search, each))
    return best


def _front(search: Exchange, site: int, pool: list[SiteOrder], weights: list[Array]) -> list[SiteOrder]:
    """What of a pool brings more than all that is cheaper, by some weight of the draws."""
    known = search.known(site, pool).by_value()
    kept = np.zeros(len(known.value), dtype=bool)
    for weight in weights:
        counted = (weight if search.draws is None else weight[:, search.draws]).astype(np.float32)
        for brought, row in zip(known.brought, counted, strict=True):
            worth = brought @ row
            kept[0] = True
            kept[1:] |= worth[1:] > np.maximum.accumulate(worth)[:-1] + _NO_MORE * float(worth.max())
    return [known.orders[one] for one in np.flatnonzero(kept)]


def _weights(search: Exchange, state: State) -> list[Array]:
    """Parts of the draws in which what there is of a target counts, those in which there is most first: (target, draw) each."""
    draws = np.arange(search.by_draw.worlds.draws) if search.draws is None else search.draws
    rank = np.argsort(np.argsort(-search.true(state.orders), axis=1, kind="stable"), axis=1) / len(draws)
    out = []
    for low, high in _PARTS:
        weight = np.zeros(search.by_draw.fixed.shape)
        weight[:, draws] = (rank >= low) & (rank < high)
        out.append(weight)
    return out


def _scales(state: State, prices: Array) -> list[float]:
    """Scales of prices: shares of the value for all that is paid for."""
    return [paid * abs(state.value) / max(float(prices.sum()), 1.0) for paid in _PAID]


def odds_in(made: Prepared, chosen: Chosen, draws: Places | None = None) -> Array:
    """The probability of each target if this is built, with the queues of the model, in all draws or some: (target,)."""
    amount = np.array([target.amount for target in made.case.targets])[:, None]
    kept = made.reached(chosen, queues=True) >= amount * (1.0 - 1e-9)
    return np.asarray((kept if draws is None else kept[:, draws]).mean(axis=1))


def without_targets(case: BuildCase) -> BuildCase:
    """The case with nothing asked of its targets: what is left of it are buildings, sites and limits."""
    return replace(case, targets=tuple(one._replace(probability=0.0) for one in case.targets))
