"""What it costs to insist: on an amount, a day, or a sum to be spent; and what the same money would buy otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from stargauge.plan.build_order.case import BuildCase, BuildOrder, value_of
from stargauge.plan.build_order.relief import most_amount
from stargauge.plan.build_order.variants import Finder, asked_text, share_text, within_cost
from stargauge.quantity.units import show

Most = Callable[[BuildCase, int], tuple[float, BuildOrder | None]]


class Variant(NamedTuple):
    """Something to insist on: a case of its own, or a sum of money (USD, present value) that is spent on the case as it is."""

    what: str
    text: str
    case: BuildCase | None = None
    spent: float | None = None


@dataclass(frozen=True)
class Insisted:
    """What comes of it. `difference`: cost above the plan, USD; `instead`: what can be had, or what the same money buys otherwise."""

    what: str
    text: str
    possible: bool
    cost: float | None
    difference: float | None
    instead: str | None

    def to_dict(self) -> dict[str, Any]:
        """As plain data, USD of present value."""
        return vars(self).copy()


def insisting(
    case: BuildCase, order: BuildOrder | None, variants: Sequence[Variant], find: Finder, most: Most | None = None
) -> tuple[Insisted, ...]:
    """Each thing to insist on against the plan: `order` of `case`, None where there is none.

    `most`: finds the largest amount of a target (its place) in a case, with its order; by default by halving.
    """
    cheap = replace(find, goal=None)
    most = most or (lambda other, place: most_amount(other, place, cheap))
    plan = None if order is None else value_of(case, order.chosen)
    return tuple(
        _spent(case, plan, one, one.spent, most) if one.spent is not None else _insisted(case, plan, one, one.case or case, cheap, most)
        for one in variants
    )


def _insisted(case: BuildCase, plan: float | None, one: Variant, asked: BuildCase, find: Finder, most: Most) -> Insisted:
    found = find.best(asked)
    if found is None:
        return Insisted(one.what, f"{one.text} cannot be had", False, None, None, _nearest(asked, most))
    more = None if plan is None else found.value - plan
    if more is None:
        return Insisted(one.what, f"{one.text} costs {show(found.value, 'USD')}", True, found.value, None, None)
    told = f"{show(abs(more), 'USD')} {'more' if more > 0 else 'less'} than the plan" if more else "as much as the plan"
    return Insisted(
        one.what, f"{one.text} costs {told}", True, found.value, more, _otherwise(case, found.value, most) if more > 0 else None
    )


def _spent(case: BuildCase, plan: float | None, one: Variant, spent: float, most: Most) -> Insisted:
    """Whether a sum is enough for what is asked, how much more it is than the plan takes, and what it buys at most."""
    more = None if plan is None else spent - plan
    enough = more is not None and more >= 0
    told = f"{one.text}: " + ("not enough for what is asked" if not enough else f"{show(more or 0.0, 'USD')} more than the plan needs")
    return Insisted(one.what, told, enough, spent, more, _otherwise(case, spent, most))


def _nearest(asked: BuildCase, most: Most) -> str | None:
    if not asked.targets:
        return None
    target = asked.targets[0]
    amount, found = most(asked, 0)
    if found is None or amount <= 0:
        return f"nothing of it can be had by then with a probability of {share_text(target.probability)}"
    odds = share_text(target.probability)
    return f"{asked_text(target._replace(amount=amount))} is the most that can be had with a probability of {odds}"


def _otherwise(case: BuildCase, money: float, most: Most) -> str | None:
    """What a sum buys at most of what the plan is for."""
    if not case.targets:
        return None
    target = case.targets[0]
    amount, found = most(within_cost(case, money), 0)
    if found is None or amount <= 0:
        return None
    odds = share_text(target.probability)
    return f"{show(money, 'USD')} buys {asked_text(target._replace(amount=amount))} at most, with a probability of {odds}"
