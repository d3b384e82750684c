"""What it costs to insist on what was announced: an amount, a day, or a sum to be spent; and what the same money would buy otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from stargauge.plan.build_order.beside.frontier import come_to
from stargauge.plan.build_order.case.case import Array, BuildCase, Target
from stargauge.plan.build_order.case.variants import asked_text, day_text, within_cost
from stargauge.plan.build_order.conflict.relief import soonest
from stargauge.plan.build_order.funding.sums import Spending, Sum
from stargauge.plan.build_order.orders.most import Most
from stargauge.plan.build_order.orders.reckoning import Reckoning, Row
from stargauge.plan.build_order.orders.sought import Chosen
from stargauge.quantity.units import share_text, show

#: The most found of the first target of a case with all else that it asks; an order that has most of something by option.
Mosts = Callable[[BuildCase], Most]
Largest = Callable[[Array], Chosen | None]


class Variant(NamedTuple):
    """Something to insist on in place of what the plan is for: an amount or a day."""

    what: str
    text: str
    case: BuildCase


class Amount(NamedTuple):
    """So much by a day with a probability; `money`: what it is bought for, USD of present value."""

    amount: float
    unit: str
    by: date
    probability: float
    money: float | None = None

    @classmethod
    def of(cls, target: Target, amount: float, money: float | None = None) -> Amount:
        """Another amount of a target."""
        return cls(amount, target.unit, target.day, target.probability, money)

    def to_dict(self) -> dict[str, Any]:
        """As plain data; `money` only where it is bought for some."""
        made = {**self._asdict(), "by": str(self.by)}
        return made if self.money is not None else {name: one for name, one in made.items() if name != "money"}

    @property
    def text(self) -> str:
        """So much by then, with which probability."""
        return f"{show(self.amount, self.unit)} by {day_text(self.by)} with a probability of {share_text(self.probability)}"


class Spent(NamedTuple):
    """What becomes of a sum, USD of the day, in expectation. Spent by its day is `under_way` on what is under way, `plan` with the plan and
    `most` at most; `first`: the month end by which all of it can be at the soonest, None where that is after the clock.
    """

    sum: Sum
    under_way: float
    plan: float
    most: float
    first: date | None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "claim": self.sum.claim, "reading": self.sum.reading, "says": self.sum.says, "money": self.sum.money, "by": str(self.sum.by),
            "under_way": self.under_way, "spent": self.plan, "most": self.most, "first": str(self.first) if self.first else None,
        }  # fmt: skip


@dataclass(frozen=True)
class Insisted:
    """What comes of it. `row`: the cheapest order of it; `plan`: cost of the plan; `most`: what can be had where it cannot, and what a sum
    builds at most; `instead`: what its money buys of what the plan is for.
    """

    what: str
    text: str
    asked: Amount
    possible: bool
    plan: float
    row: Row | None = None
    most: Amount | None = None
    instead: Amount | None = None
    sum: Spent | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data, USD of present value and of capital, g CO2e; `difference`: cost above that of the plan."""
        plain = {name: one.to_dict() if one else None for name in ("most", "instead", "sum") for one in [getattr(self, name)]}
        return {
            "what": self.what, "text": self.text, "asked": self.asked.to_dict(), "possible": self.possible, **come_to(self.row),
            "difference": self.row.cost - self.plan if self.row else None, **plain,
        }  # fmt: skip


def insisting(reckoning: Reckoning, variants: Iterable[Variant], most: Mosts) -> list[Insisted]:
    """Each amount or day to insist on against the plan."""
    plan = reckoning.row(reckoning.case, reckoning.plan)
    return [_insisted(reckoning, plan, one, most) for one in variants]


def _insisted(reckoning: Reckoning, plan: Row, one: Variant, most: Mosts) -> Insisted:
    target, case = one.case.targets[0], reckoning.case
    asked, largest = Amount.of(target, target.amount), most(one.case)
    enough = largest.chosen is not None and largest.amount >= target.amount * (1.0 - 1e-9)
    row = reckoning.best(one.case, largest.chosen) if enough else None
    if row is None:
        had = Amount.of(target, largest.amount)
        told = f"{had.text} is the most that was found" if had.amount > 0.0 else "nothing of it can be had by then"
        return Insisted(one.what, f"{one.text} cannot be had: {told}", asked, False, plan.cost, most=had)
    more = row.cost - plan.cost
    told = f"{show(abs(more), 'USD')} {'more' if more > 0 else 'less'} than the plan" if more else "as much as the plan"
    text = f"{one.text} costs {told}"
    if one.what == "amount" or more <= 0.0:  # for an amount the same money buys that amount
        return Insisted(one.what, text, asked, True, plan.cost, row)
    bought = max(most(within_cost(case, row.cost)).amount, case.targets[0].amount)
    instead = Amount.of(case.targets[0], bought, row.cost)
    return Insisted(one.what, f"{text}; the same money buys {instead.text}", asked, True, plan.cost, row, instead=instead)


def spending(reckoning: Reckoning, sums: Iterable[Sum], made: Spending, largest: Largest, most: Mosts) -> list[Insisted]:
    """Each sum to be spent by a day: whether it can be, what the plan spends by then, and what it builds at most."""
    return [_spent(reckoning, one, made, largest, most) for one in sums]


def _spent(reckoning: Reckoning, one: Sum, made: Spending, largest: Largest, most: Mosts) -> Insisted:
    case, target = reckoning.case, reckoning.case.targets[0]
    last = made.months[-1]

    def at_most(by: date) -> float:
        found = [chosen for chosen in (largest(made.use(by)), reckoning.plan) if chosen is not None]
        return max(made.spent(case, chosen, by) for chosen in found)

    by_then = at_most(one.by)
    possible = by_then >= one.money
    first = one.by if possible else soonest(one.by, last, lambda by: at_most(by) >= one.money)
    told = Spent(one, made.begun(one.by), made.spent(case, reckoning.plan, one.by), by_then, first)
    had = most(case)
    if had.chosen is not None and made.spent(case, had.chosen, one.by) > one.money:
        had = most(made.within(case, one.money, one.by))
    built = Amount.of(target, had.amount)
    return Insisted("sum", _spent_text(told, built, target), Amount.of(target, target.amount), possible, 0.0, most=built, sum=told)


def _spent_text(told: Spent, had: Amount, target: Target) -> str:
    said = f"{show(told.sum.money, 'USD')} of capital spent by {day_text(told.sum.by)}: "
    own = f"{show(told.plan, 'USD')} with the plan, {show(told.under_way, 'USD')} of it on what is under way"
    if told.most >= told.sum.money:
        said += f"that much can be spent; {own}"
    else:
        later = f"by {day_text(told.first)} at the soonest" if told.first else "not before the end of the clock"
        said += f"at most {show(told.most, 'USD')} can be spent by then, the whole sum {later}; {own}"
    return f"{said}. Within it at most {had.text} was found, where {asked_text(target)} is asked"
