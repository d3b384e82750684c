"""What it costs to insist: on an amount, a day, or a sum to be spent; and what the same money would buy otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from stargauge.plan.build_order.case import BuildCase, BuildOrder
from stargauge.plan.build_order.relief import most_amount
from stargauge.plan.build_order.solve import highest
from stargauge.plan.build_order.variants import Finder, amount_kept, asked_text, share_text, with_target
from stargauge.quantity.units import show

#: How near the sum a plan has to come, as a share, after how many plans the nearest will do, and how near an end the next is tried.
_NEAR, _TRIES, _INNER = 0.01, 10, 0.3


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


def insisting(case: BuildCase, order: BuildOrder | None, variants: Sequence[Variant], find: Finder) -> tuple[Insisted, ...]:
    """Each thing to insist on against the plan: `order` of `case`, None where there is none. Always by cost, whatever the goal."""
    find = replace(find, goal=None)
    plan = None if order is None else find.settled(case, order)
    return tuple(
        _spent(case, plan, one, one.spent, find) if one.spent is not None else _insisted(case, plan, one, one.case or case, find)
        for one in variants
    )


def _insisted(case: BuildCase, plan: BuildOrder | None, one: Variant, asked: BuildCase, find: Finder) -> Insisted:
    found = replace(find, anew=True).near(asked, *([plan] if plan else []))
    if found is None:
        return Insisted(one.what, f"{one.text} cannot be had", False, None, None, _nearest(asked, find))
    if plan is None:
        return Insisted(one.what, f"{one.text} costs {show(found.value, 'USD')}", True, found.value, None, None)
    more = found.value - plan.value
    told = f"{show(abs(more), 'USD')} {'more' if more > 0 else 'less'} than the plan" if more else "as much as the plan"
    instead = _otherwise(case, plan, found.value, find) if more > 0 else None
    return Insisted(one.what, f"{one.text} costs {told}", True, found.value, more, instead)


def _spent(case: BuildCase, plan: BuildOrder | None, one: Variant, spent: float, find: Finder) -> Insisted:
    """Whether a sum is enough for what is asked, how much more it is than the plan takes, and what it buys at most."""
    more = None if plan is None else spent - plan.value
    enough = more is not None and more >= 0
    told = f"{show(more or 0.0, 'USD')} more than the plan needs" if enough else "not enough for what is asked"
    return Insisted(one.what, f"{one.text}: {told}", enough, spent, more, _otherwise(case, plan, spent, find))


def _nearest(asked: BuildCase, find: Finder) -> str | None:
    if not asked.targets:
        return None
    target = asked.targets[0]
    amount, found = most_amount(asked, 0, find, target.amount)
    odds = share_text(find.asked(asked, 0))
    amount = find.amount(asked, found, 0) if found else 0.0
    if found is None or amount <= 0:
        return f"nothing of it can be had by then with a probability of {odds}"
    return f"{asked_text(target._replace(amount=amount))} is the most that can be had with a probability of {odds}"


def _otherwise(case: BuildCase, plan: BuildOrder | None, money: float, find: Finder) -> str | None:
    """What a sum buys of what the plan is for."""
    if not case.targets:
        return None
    amount, target = bought(case, money, find, plan), case.targets[0]
    odds = share_text(find.asked(case, 0))
    return f"{show(money, 'USD')} buys {asked_text(target._replace(amount=amount))} with a probability of {odds}" if amount > 0 else None


def bought(case: BuildCase, money: float, find: Finder, plan: BuildOrder | None = None) -> float:
    """The most found of the first target for which the cheapest order costs no more than a sum (USD, present value).

    By false position on cost over amount (Dowell and Jarratt 1971), which rises all but evenly; to one part in a hundred of the sum.
    """
    low, spent, best = 0.0, 0.0, plan
    if plan is not None and plan.value <= money:
        low, spent = amount_kept(case, plan, 0), plan.value
    top = float(highest(case, 0).max())
    high, dear = (top, np.inf) if plan is None or plan.value <= money else (case.targets[0].amount, plan.value)
    for _ in range(_TRIES):
        if high - low <= _NEAR * high or money - spent <= _NEAR * money:
            break
        middle = low + _between(low, spent, high, dear, money) * (high - low)
        found = replace(find, anew=True).near(with_target(case, 0, amount=middle), *([best] if best else []))
        if found is None:
            high, dear = middle, np.inf
        elif found.value > money:
            high, dear = middle, found.value
        else:
            low, spent, best = max(low, amount_kept(case, found, 0)), found.value, found
    if find.measure is None:
        return low
    paid = [one for one in (best, plan) if one is not None and one.value <= money]  # as measured, the plan may be the larger one
    return max([find.amount(case, one, 0) for one in paid], default=low)


def _between(low: float, spent: float, high: float, dear: float, money: float) -> float:
    """Where between two amounts a sum would be spent, were cost a line; from nought where what the larger costs is not known."""
    steady = (money / spent - 1.0) * low / (high - low) if spent > 0 else 0.5
    share = (money - spent) / (dear - spent) if np.isfinite(dear) else steady
    return min(max(share, _INNER), 1.0 - _INNER)
