"""Cheapest orders for what stands beside a plan, each found and reckoned as the plan itself: in every draw with the queues of the model.

Other days, amounts, probabilities and limits are variants of the case that the plan is for. Each is searched from the same orders in hand,
so that two rows differ by what is asked of them, not by how they were found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from stargauge.plan.build_order.case.case import Array, BuildCase, faults_of, value_of
from stargauge.plan.build_order.case.days import Days
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.build_order.case.reach import gain_of
from stargauge.plan.build_order.case.variants import with_target
from stargauge.plan.build_order.case.worlds import days_of, running_of
from stargauge.plan.build_order.orders.sought import Chosen, odds_in, sought, without_targets

#: The most that is asked of draws.
_MOST = 0.999
#: So many orders found before, the cheapest, are in hand for a variant that they keep.
_POOL = 2


class Row(NamedTuple):
    """An order with what it comes to: `value` by the goal, `cost` (present value) and `capital` (not discounted), USD, `emissions`, g CO2e,
    and the probability of each target as it is told.
    """

    chosen: Chosen
    value: float
    cost: float
    capital: float
    emissions: float
    kept: tuple[float, ...]


@dataclass(frozen=True)
class Reckoning:
    """Finds the cheapest orders of variants of the case of `days.made`, whose targets are those that were asked for.

    `plan`: the order that all stand beside; `more`: the probability of each target that draws are asked for beyond what is told, since the
    ordinary run showed as much less; `goal`: what is least in place of the cost; `hands`: orders to begin from beside the plan; `pool`:
    what was found for variants before, `known`: what these reach.
    """

    days: Days
    plan: Chosen
    more: tuple[float, ...]
    goal: Array | None = None
    hands: tuple[Chosen, ...] = ()
    pool: dict[Chosen, None] = field(default_factory=dict)
    known: dict[Any, Array] = field(default_factory=dict)

    @property
    def case(self) -> BuildCase:
        """What the plan is for, as it was asked."""
        return self.days.made.case

    def made(self, case: BuildCase) -> Prepared:
        """What was prepared, for a variant that asks of the draws as much as keeps what it asks."""
        for place, target in enumerate(case.targets):
            case = with_target(case, place, probability=min(target.probability + self.more[place], max(_MOST, target.probability)))
        return self.days.moved(case)

    def best(self, case: BuildCase, hand: Chosen | None = None, *, goal: Array | None = None) -> Row | None:
        """The cheapest order found for a variant, None where none was found; from another order in `hand`, if any, too.

        The best of the orders found before that keep it are in hand too. So what is stricter, and looked at before, never costs less.
        """
        aim = self.goal if goal is None else goal
        made = self.made(case)
        known = sorted((value_of(case, one, aim), one) for one in self.pool if self.keeps(made, one))[:_POOL]
        hands = dict.fromkeys((*(one for _, one in known), *filter(None, (hand,)), self.plan, *self.hands))
        found = sought(made, hands, goal=aim, nearest=True)
        if found is None:
            return None
        self.pool[found.chosen] = None
        return self.row(case, found.chosen, goal=aim) if self.keeps(made, found.chosen) else None

    def row(self, case: BuildCase, chosen: Chosen, *, goal: Array | None = None) -> Row:
        """What an order comes to for a variant."""
        uses, aim = self.days.made.uses, self.goal if goal is None else goal
        kept = np.clip(self.odds(self.made(case), chosen) - np.array(self.more), 0.0, 1.0)
        return Row(
            chosen, value_of(case, chosen, aim), value_of(case, chosen), float(sum(uses.capital[one].sum() for one in chosen)),
            value_of(case, chosen, uses.emissions), tuple(float(one) for one in kept),
        )  # fmt: skip

    def odds(self, made: Prepared, chosen: Chosen) -> Array:
        """The probability of each target of what was prepared with an order, in every draw: (target,)."""
        key = (tuple(one.day for one in made.case.targets), chosen)
        if key not in self.known:
            self.known[key] = made.reached(chosen, queues=True)
        amounts = np.array([one.amount for one in made.case.targets])[:, None] * (1.0 - 1e-9)
        return np.asarray((self.known[key] >= amounts).mean(axis=1))

    def keeps(self, made: Prepared, chosen: Chosen) -> bool:
        """Whether an order keeps all that is asked of what was prepared."""
        if faults_of(without_targets(made.case), chosen):
            return False
        return bool((self.odds(made, chosen) >= np.array([one.probability for one in made.case.targets])).all())

    def off(self) -> float:
        """By how much the plan is dearer than the cheapest order found for what it is for, among those found for other rows."""
        made = self.made(self.case)
        return max(
            (value_of(self.case, self.plan, self.goal) - value_of(self.case, one, self.goal) for one in self.pool if self.keeps(made, one)),
            default=0.0,
        )

    def most_probable(self, case: BuildCase) -> float:
        """The largest probability of the first target that was found for a variant that has no order, all else kept."""
        made = self.made(with_target(case, 0, probability=0.0))
        known = [one for one in (*self.pool, self.plan, *self.hands) if self.keeps(made, one)]
        return min(max((self.row(case, one).kept[0] for one in known), default=0.0), case.targets[0].probability)

    def hopeless(self, case: BuildCase) -> bool:
        """Whether not even everything at once, held up by no queue, keeps a target of a variant often enough: so nothing does."""
        made = self.made(case)
        amounts = np.array([one.amount for one in case.targets])[:, None] * (1.0 - 1e-9)
        odds = (everything(made) >= amounts).mean(axis=1)
        return bool((odds < np.array([one.probability for one in made.case.targets]) - 1e-9).any())


def reckoned_beside(days: Days, plan: Chosen, shown: Sequence[float], goal: Array | None, hands: tuple[Chosen, ...]) -> Reckoning:
    """What stands beside a plan, by what the ordinary run showed of each target.

    Draws are asked for as much more as they showed more than the run; where the plan could then be cheaper, for what they show of it.
    """
    found, asked = odds_in(days.made, plan), np.array([one.probability for one in days.made.case.targets])
    more = np.minimum(np.maximum(found - np.array(shown), 0.0), np.maximum(found - asked, 0.0))
    made = Reckoning(days, plan, tuple(more.tolist()), goal, hands)
    own = sought(made.made(made.case), [plan], goal=goal)
    if own is not None and own.chosen != plan:
        made = replace(made, more=tuple(np.maximum(found - asked, 0.0).tolist()))
    return made


def everything(made: Prepared) -> Array:
    """The most there can be of each target in every draw: each building at its best option for it, as soon as may be and held up by no
    queue, limits left aside: (target, draw). Work that starts later runs no sooner, so the first start of each option stands for all.
    """
    case, worlds = made.case, made.all_worlds
    free = replace(worlds, floor=np.full_like(worlds.floor, -np.inf))
    options = np.argwhere(case.allowed.any(axis=3))
    starts = case.allowed.argmax(axis=3)[tuple(options.T)]
    runs = running_of(free, options[:, 0], options[:, 1], options[:, 2], days_of(case.months)[starts])
    out = np.array(made.fixed, dtype=np.float64)
    for place, aim in enumerate(made.aims):
        gain = gain_of(free, aim, made.computing, made.lots)
        due = days_of([aim.target.day])[0]
        added = np.where(runs <= due, gain[options[:, 0], options[:, 2]].T, 0.0)
        filed = options[:, 1] == worlds.file
        added[:, filed] = made.left.amount(aim, gain)[:, options[filed, 0]]
        for building in range(len(case.buildings)):
            own = options[:, 0] == building
            out[place] += added[:, own].max(axis=1, initial=0.0)
    return out
