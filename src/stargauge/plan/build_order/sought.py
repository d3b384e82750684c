"""The cheapest order that keeps what is asked, reckoned in every draw with the queues of the model: of the plan and of all beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case import Array, BuildCase, Choice, value_of
from stargauge.plan.build_order.climb import climbed
from stargauge.plan.build_order.prepare import Prepared

Chosen = tuple[Choice, ...]
Places = NDArray[np.intp]


class Sought(NamedTuple):
    """An order, its value by the goal, and the probability with which it keeps each target in the draws that were looked at."""

    chosen: Chosen
    value: float
    odds: Array


def sought(
    made: Prepared, hands: Iterable[Chosen], *, goal: Array | None = None, most: float = np.inf, draws: Places | None = None
) -> Sought | None:
    """The cheapest order found that keeps each target of `made.case` with its probability in every draw, within all limits; None: none found.

    Begun from orders in hand and changed bit by bit; the same orders in hand give the same order. `goal`: what is least in place of the
    cost, (building, power, chip, start); `most`: by the goal at most; `draws`: places of the only draws that count, all where left out.
    """
    case = made.case
    asked, aim = np.array([one.probability for one in case.targets]), case.cost if goal is None else goal
    free, known = without_targets(case), dict[Chosen, Array]()

    def odds(chosen: Chosen) -> Array:
        if chosen not in known:
            known[chosen] = odds_in(made, chosen, draws)
        return known[chosen]

    best: Sought | None = None
    for hand in dict.fromkeys(hands):
        chosen = climbed(free, hand, asked, odds, aim, most)
        one = Sought(chosen, value_of(case, chosen, goal), odds(chosen))
        if (one.odds >= asked).all() and one.value <= most and (best is None or one.value < best.value):
            best = one
    return best


def odds_in(made: Prepared, chosen: Chosen, draws: Places | None = None) -> Array:
    """The probability of each target if this is built, with the queues of the model, in all draws or some: (target,)."""
    amount = np.array([target.amount for target in made.case.targets])[:, None]
    kept = made.reached(chosen, queues=True) >= amount * (1.0 - 1e-9)
    return np.asarray((kept if draws is None else kept[:, draws]).mean(axis=1))


def without_targets(case: BuildCase) -> BuildCase:
    """The case with nothing asked of its targets: what is left of it are buildings, sites and limits."""
    return replace(case, targets=tuple(one._replace(probability=0.0) for one in case.targets))
