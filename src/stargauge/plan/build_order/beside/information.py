"""What it is worth to know a fact: today, or on the day on which it shows itself, with what begins later made to suit it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from stargauge.plan.build_order.beside.facts import Fact, months_before
from stargauge.plan.build_order.beside.recourse import Chosen, Pool, at_price, begun_before, cheapest, foreseen, parts_by, valued
from stargauge.plan.build_order.case.case import Array, Mask, faults_of, value_of
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.build_order.orders.adjacent import neighbours
from stargauge.plan.build_order.orders.sought import without_targets

#: How many orders are reckoned at most to find those that suit a fact.
ORDERS = 600
#: From how many standard errors on a worth is told as one, and how near the search comes, as a share of the cost: an error is no less.
_TOLD, _NEAR = 2.5, 5e-4


class Worth(NamedTuple):
    """What something is worth, in the unit of the goal, and its standard error."""

    mean: float
    error: float

    @property
    def told(self) -> float:
        """As it is told: nothing where it may be chance."""
        return self.mean if self.mean > _TOLD * self.error else 0.0


@dataclass(frozen=True)
class Information:
    """What it is worth to know a fact, in the unit of the goal: `now`, before anything is begun, and `later`, on the day it is known.

    `kept`: the probability of the first target on both sides of the comparison. Later is worth no more than now.
    """

    fact: Fact
    now: float
    later: float
    unit: str
    kept: float

    def to_dict(self) -> dict[str, Any]:
        """As plain data, dates ISO."""
        return {**self.fact.to_dict(), "worth_now": self.now, "worth_later": self.later, "unit": self.unit, "share_kept": self.kept}


@dataclass(frozen=True)
class Weighed:
    """A pool of orders of a plan in which each fact is weighed.

    `asked`: with which probability each target is kept in the draws; `kept`: that of the first one as it is told.
    """

    made: Prepared
    pool: Pool
    asked: Array
    unit: str
    kept: float

    @cached_property
    def alone(self) -> Array | None:
        """What the best single order costs in each draw, or two between which a coin decides. None: none keeps what is asked."""
        return valued(self.pool, np.zeros(self.pool.kept.shape[2], dtype=np.intp), self.free, self.asked)

    @cached_property
    def price(self) -> Array:
        """What a little more of the probability of each target costs where nothing is known; nought where no order keeps what is asked."""
        draws = np.arange(self.pool.kept.shape[2])
        policy = cheapest(self.pool, np.zeros(len(draws), dtype=np.intp), self.free, self.asked, draws)
        return np.zeros(len(self.asked)) if policy is None else policy.price

    @cached_property
    def free(self) -> list[Hashable]:
        """By order, that nothing is begun."""
        return [()] * len(self.pool.orders)

    def worth(self, fact: Fact, begun: Sequence[Hashable]) -> Worth:
        """What a fact is worth that is known once so much of each order is begun."""
        known = valued(self.pool, parts_by(fact.values), begun, self.asked)
        return _worth(self.alone, known)

    def in_time(self, fact: Fact) -> bool:
        """Whether a fact is known before the day of the last target: what begins after that keeps none."""
        return fact.known_by is not None and any(fact.known_by < target.day for target in self.made.case.targets)

    def before(self, fact: Fact) -> list[Hashable]:
        """By order, what of it is begun before a fact is known."""
        months = months_before(self.made, fact.known_by)
        return [begun_before(one, months) for one in self.pool.orders]

    def information(self, facts: Iterable[Fact]) -> tuple[list[Information], Worth]:
        """What it is worth to know each fact, those worth most in front; and to know everything, the most that any can be worth."""
        ceiling, out = _worth(self.alone, foreseen(self.pool, self.asked)), list[Information]()
        for fact in facts:
            now = min(self.worth(fact, self.free).told, ceiling.told)
            later = min(self.worth(fact, self.before(fact)).told, now) if now > 0.0 and self.in_time(fact) else 0.0
            out.append(Information(fact, now, later, self.unit, self.kept))
        return sorted(out, key=lambda one: (-one.now, one.fact.name)), ceiling


def _worth(without: Array | None, known: Array | None) -> Worth:
    if without is None or known is None:
        return Worth(0.0, 0.0)
    saved = without - known
    return Worth(float(saved.mean()), max(float(saved.std() / np.sqrt(len(saved))), _NEAR * abs(float(without.mean()))))


def pool_of(
    made: Prepared, hands: Iterable[Chosen], facts: Sequence[Fact], asked: Array, goal: Array | None = None, most: int = ORDERS
) -> Pool:
    """Orders among which those that suit a fact are looked for, each reckoned in every draw with the queues of the model.

    Those in hand; then, again and again, all that are next to the order that the best policies of so many facts use most and that has not
    been looked around yet: the same orders for all facts, for none, and for a coin.
    """
    free, known, around = without_targets(made.case), dict[Chosen, Mask](), set[Chosen]()
    amount = np.array([target.amount for target in made.case.targets])[:, None] * (1.0 - 1e-9)

    def add(orders: Iterable[Chosen]) -> None:
        for one in orders:
            if one not in known and len(known) < most and not faults_of(free, one):
                known[one] = made.reached(one, queues=True) >= amount

    add([tuple(sorted(one)) for one in hands])
    while len(known) < most:
        pool = Pool(tuple(known), np.array([value_of(free, one, goal) for one in known]), np.stack([*known.values()]))
        wanted = next((one for one in _used(made, pool, facts, asked) if one not in around), None)
        if wanted is None:
            break
        around.add(wanted)
        add(neighbours(free, wanted))
    return Pool(tuple(known), np.array([value_of(free, one, goal) for one in known]), np.stack([*known.values()]))


def _used(made: Prepared, pool: Pool, facts: Sequence[Fact], asked: Array) -> list[Chosen]:
    """Orders that the best policies use, with each fact today or on its day and without any, those that are used most in front."""
    draws = np.arange(pool.kept.shape[2])
    whole, free = np.zeros(len(draws), dtype=np.intp), [()] * len(pool.orders)
    alone = cheapest(pool, whole, free, asked, draws)
    if alone is None:
        return [pool.orders[int(place)] for place in np.argsort(-pool.kept.mean(axis=(1, 2)), kind="stable")]
    count = np.zeros(len(pool.orders))
    np.add.at(count, alone.orders[:, 0], alone.share * len(facts))
    for fact in facts:
        part, months = parts_by(fact.values), months_before(made, fact.known_by)
        for begun in (free, [begun_before(one, months) for one in pool.orders]):
            np.add.at(count, at_price(pool, part, begun, alone.price)[1], 1.0 / 3.0)
    down = np.argsort(-count, kind="stable")
    return [pool.orders[int(place)] for place in down if count[place] > 0.0]
