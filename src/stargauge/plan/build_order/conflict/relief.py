"""How far a target or a limit has to give way for an order of build to exist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple, Protocol

import numpy as np

from stargauge.plan.build_order.case.case import Array, BuildCase, Building, BuildOrder, Choice, Limit
from stargauge.plan.build_order.case.variants import (
    amount_text,
    amount_with,
    kind_text,
    limit_text,
    month_ends,
    used,
    with_limit,
    with_target,
)
from stargauge.plan.build_order.solver.solve import highest
from stargauge.plan.build_order.told.said import Said, words_of
from stargauge.quantity.units import figures, show

#: How near bounds on an amount or on a share by which limits give way are brought, as a share of it; by how much orders in hand are to do
#: better at a time, as a share of what is asked.
_NEAR, _STEP = 0.002, 0.02
#: How often the parts by which an amount can give way are halved; the smallest and the largest share by which a limit can.
_HALVINGS, _FIRST, _MOST = 5, 0.02, 10.0


class Finds(Protocol):
    """Whatever finds orders of a case: in its worlds (`variants.Finder`), or in every draw (`feasible.Feasible`).

    `late`: cases without an order, of which that is not proven.
    """

    @property
    def late(self) -> list[BuildCase]:
        """Cases without an order, of which that is not proven."""

    def any(self, case: BuildCase) -> BuildOrder | None:
        """Some order of a case."""

    def best(self, case: BuildCase, goal: Array | None = None) -> BuildOrder | None:
        """The best order of a case, or the best found."""

    def program(self, case: BuildCase, goal: Array) -> BuildOrder | None:
        """The best order in the worlds of a case, which may have buildings of its own."""

    def held(self, case: BuildCase) -> Sequence[tuple[Choice, ...]]:
        """Orders in hand that keep a case; none where none are kept in hand."""

    def keeps(self, case: BuildCase, chosen: tuple[Choice, ...]) -> bool:
        """Whether an order keeps a case."""

    def odds(self, case: BuildCase, order: BuildOrder, place: int) -> float:
        """The probability of a target with an order."""

    def amount(self, case: BuildCase, order: BuildOrder, place: int) -> float:
        """The largest amount of a target that an order keeps with the probability asked for."""


class Relaxation(NamedTuple):
    """What one thing asked has to be: from what was asked to what can be had. None where it is no number.

    `cost`: present value of the cheapest plan found that keeps all else, USD.
    """

    kind: str
    name: str
    text: str
    asked: float | date | None
    needed: float | date | None
    unit: str
    cost: float | None = None
    said: Said | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data, dates ISO."""
        plain = [str(one) if isinstance(one, date) else one for one in (self.asked, self.needed)]
        return {"kind": self.kind, "name": self.name, "text": self.text, "from": plain[0], "to": plain[1], "unit": self.unit,
                "cost": self.cost, **words_of(self.said)}  # fmt: skip


def most_amount(
    case: BuildCase, place: int, find: Finds, beyond: float | None = None, *, near: float = _NEAR
) -> tuple[float, BuildOrder | None]:
    """The largest amount of a target with an order that keeps all else, and that order; nought and none where not even nothing has one.

    First the most that all there is gives, limits left aside; then by halving, each time from what the order found reaches. Where orders
    are in hand: from the best of them on, as long as a little more can be had. `beyond`: an amount that is known to have none; `near`: how
    near the largest amount is brought, as a share of all there is.
    """
    free = with_target(case, place, amount=0.0)
    hands = [_as_order(one) for one in find.held(free)]
    best = max(hands, key=lambda one: find.amount(case, one, place)) if hands else find.any(free)
    if best is None:
        return 0.0, None
    made = best
    high = amount_with(case.weights, highest(case, place), case.targets[place].probability)
    first, high = (high, high) if beyond is None or high < beyond else (None, beyond)

    def possible(amount: float) -> float | None:
        nonlocal made
        found = find.any(with_target(case, place, amount=amount))
        if found is None:
            return None
        made = found
        return find.amount(case, found, place)

    low = find.amount(case, best, place)
    most = _pushed(low, max(high, low), first, possible, near * high, _STEP * high if hands else None)
    return most, made


def most_probability(case: BuildCase, place: int, find: Finds) -> float:
    """The largest probability of a target with an order that keeps all else; nought where there is none.

    As `most_amount`, as fine as a tenth of a point or half the lightest world.
    """
    free, target = with_target(case, place, probability=0.0), case.targets[place]
    hands = [_as_order(one) for one in find.held(free)]
    best = max(hands, key=lambda one: find.odds(case, one, place)) if hands else find.any(free)
    if best is None:
        return 0.0
    all_there = float(case.weights[highest(case, place) >= target.amount * (1.0 - 1e-9)].sum())
    low, high = find.odds(case, best, place), target.probability if hands else min(target.probability, all_there)

    def possible(share: float) -> float | None:
        found = find.any(with_target(case, place, probability=share))
        return None if found is None else find.odds(case, found, place)

    near = max(float(case.weights.min()) / 2.0, 0.001)
    first = None if high == target.probability else high
    return _pushed(low, max(high, low), first, possible, near, _STEP if hands else None)


def _as_order(chosen: tuple[Choice, ...]) -> BuildOrder:
    return BuildOrder(chosen, 0.0, -np.inf, np.zeros(0, dtype=bool))


def _pushed(
    low: float, high: float, first: float | None, possible: Callable[[float], float | None], near: float, step: float | None
) -> float:
    """The largest value that is possible, from one that is to one that may not be: by halving, or by steps until one fails.

    `possible`: what an order reaches that was found for a value; `first`: what is tried first.
    """
    tried = first
    while high - low > near:
        if tried is None:
            tried = (low + high) / 2.0 if step is None or low + step >= high else low + step
        got = possible(tried)
        if got is None and step is not None:
            break
        low, high = (low, tried) if got is None else (max(got, tried), high)
        tried = None
    return low


def soonest(
    after: date, until: date, possible: Callable[[date], bool], held: Callable[[date], bool] = lambda _: False
) -> date | None:  # fmt: skip
    """The first month end after a day by which something is possible that stays so; None where it is not by the last.

    `held`: whether an order in hand shows that it is; from the first such day on it is looked for sooner, as long as that is possible.
    """
    days = month_ends(after, until)
    if not days:
        return None
    if held(days[-1]):
        high = _first_of(days, held)
        while high > 0 and possible(days[high - 1]):
            high = min(high - 1, _first_of(days, held))
        return days[high]
    return days[_first_of(days, possible)] if possible(days[-1]) else None


def _first_of(days: Sequence[date], possible: Callable[[date], bool]) -> int:
    """The place of the first day by which something is possible, which it is by the last."""
    low, high = -1, len(days) - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if possible(days[middle]) else (middle, high)
    return high


def least_of_limits(
    case: BuildCase, places: Sequence[int], name: str, without: BuildCase, found: BuildOrder, find: Finds
) -> list[tuple[Relaxation, BuildCase]]:
    """What limits of one name have to be, with the case that then is: the least of a single one; by which share all of several are raised.

    `without`: the case without them, `found`: an order of it.
    """
    limits = [case.limits[at] for at in places]
    if len(places) == 1:
        limit = limits[0]
        made = [one for one in (find.best(without, limit.use), found) if one is not None]
        needed = min(used(limit, one) for one in made)
        row = Relaxation(limit.kind, limit.name, _moved_text(limit, needed), limit.stated, needed + limit.begun, limit.unit)
        return [(row, with_limit(case, places[0], needed))]
    hands = [_as_order(one) for one in find.held(without)]
    low, high = 0.0, min(_raised(limits, one) for one in (found, *hands))
    while high - low > (_STEP if hands else _NEAR) * (1.0 + high):
        middle = (low + high) / 2.0
        order = find.any(_with_raised(case, places, middle))
        low, high = (middle, high) if order is None else (low, min(middle, _raised(limits, order)))
    called = " ".join(filter(None, (kind_text(limits[0].kind), f"({name})" if name else "")))
    row = Relaxation(limits[0].kind, name or called, f"{called}: every limit {figures(100.0 * high)} % higher", 1.0, 1.0 + high, "1")
    return [(row, _with_raised(case, places, high))]


def _moved_text(limit: Limit, needed: float) -> str:
    if limit.stated == 0:
        return f"{limit_text(limit)}: {amount_text(needed, limit.unit)} more than it allows"
    whole = needed + limit.begun
    return f"{limit_text(limit)}: {amount_text(whole, limit.unit)} in place of {amount_text(limit.stated, limit.unit)}"


def _size(limit: Limit) -> float:
    """What a limit is raised by shares of: itself, or the largest use of it where it is nought or less."""
    return limit.most if limit.most > 0 else max(float(limit.use.max()), abs(limit.most), 1e-12)


def _raised(limits: Sequence[Limit], order: BuildOrder) -> float:
    return max(0.0, *((used(one, order) - one.most) / _size(one) for one in limits))


def _with_raised(case: BuildCase, places: Sequence[int], share: float) -> BuildCase:
    for at in places:
        case = with_limit(case, at, case.limits[at].most + share * _size(case.limits[at]))
    return case


def eased_together(case: BuildCase, find: Finds) -> tuple[Relaxation, ...]:
    """What amounts and limits have to be if all may give way, so that the sum of the shares by which they do is least, in steps.

    An elastic program (Chinneck 2008, Feasibility and Infeasibility in Optimization, ch. 6): beside the sites stand such that add to an
    amount or to a limit and cost the share of it. What comes out is as near as the order found needs.
    """
    elastic, goal = _elastic(case)
    order = find.program(elastic, goal)
    if order is None:
        return ()
    made = replace(order, chosen=tuple(one for one in order.chosen if one.building < len(case.buildings)))
    out = []
    for at, target in enumerate(case.targets):
        amount = find.amount(case, made, at)
        if amount < target.amount * (1.0 - 1e-9):
            text = f"{show(amount, target.unit)} in place of {show(target.amount, target.unit)}"
            out.append(Relaxation("amount", target.text, text, target.amount, amount, target.unit))
    for limit in case.limits:
        needed = used(limit, made)
        if needed > limit.most + 1e-6 * max(abs(limit.most), 1.0):
            text = _moved_text(limit, needed)
            out.append(Relaxation(limit.kind, limit.name, text, limit.stated, needed + limit.begun, limit.unit))
    return tuple(out)


def _elastic(case: BuildCase) -> tuple[BuildCase, Array]:
    """The case with a site for each part of a target and each limit that may give way, and what giving way costs.

    An amount gives way by its half, its quarter and so on, each taken or not; a limit by one of as many steps as there are months.
    """
    parts = [(at, 0.5 ** (step + 1)) for at in range(len(case.targets)) for step in range(_HALVINGS)]
    parts += [(at, 0.5**_HALVINGS) for at in range(len(case.targets))]  # so that all of it can be given up
    old, new = len(case.buildings), len(parts) + len(case.limits)
    allowed = _longer(case.allowed, 0, new)
    gains, there = _longer(case.gains, 1, new), _longer(case.there, 1, new)
    goal = np.zeros(allowed.shape)
    limits = [one._replace(use=_longer(one.use, 0, new)) for one in case.limits]
    for extra, (at, share) in enumerate(parts, start=old):
        allowed[extra, 0, 0, 0] = True
        gains[at, extra, 0], there[at, extra, 0, 0, 0] = share * case.targets[at].amount, True
        goal[extra] = share
    steps = np.geomspace(_FIRST, _MOST, len(case.months))
    for place, extra in enumerate(range(old + len(parts), old + new)):
        allowed[extra, 0, 0] = True
        limits[place].use[extra, 0, 0] = -steps * _size(limits[place])
        goal[extra, 0, 0] = steps
    names = [f"gives way {at}" for at in range(new)]
    buildings = tuple(Building(name, len(case.sites) + at, 0.0, 0.0) for at, name in enumerate(names))
    made = replace(
        case, sites=(*case.sites, *names), buildings=(*case.buildings, *buildings), allowed=allowed, cost=_longer(case.cost, 0, new),
        gains=gains, there=there, limits=tuple(limits), least=(*case.least, *[0.0] * new) if case.least else (),
        spacing=(*case.spacing, *[0] * new) if case.spacing else (),
    )  # fmt: skip
    return made, goal


def _longer(values: Any, axis: int, by: int) -> Any:
    """Values with so many more noughts along an axis."""
    shape = list(values.shape)
    shape[axis] = by
    return np.concatenate([values, np.zeros(shape, dtype=values.dtype)], axis=axis)
