"""How far a target or a limit has to give way for an order of build to exist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from stargauge.plan.build_order.case import Array, BuildCase, Building, BuildOrder, Limit
from stargauge.plan.build_order.solve import highest
from stargauge.plan.build_order.variants import (
    Finder,
    amount_kept,
    amount_text,
    amount_with,
    kind_text,
    limit_text,
    month_ends,
    odds_of,
    used,
    with_limit,
    with_target,
)
from stargauge.quantity.units import figures, show

#: How near bounds on an amount or on a share by which limits give way are brought, as a share of it.
_NEAR = 0.002
#: How often the parts by which an amount can give way are halved; the smallest and the largest share by which a limit can.
_HALVINGS, _FIRST, _MOST = 5, 0.02, 10.0


@dataclass(frozen=True)
class Relaxation:
    """What one thing asked has to be: from what was asked to what can be had. None where it is no number."""

    kind: str
    name: str
    text: str
    asked: float | date | None
    needed: float | date | None
    unit: str

    def to_dict(self) -> dict[str, Any]:
        """As plain data, dates ISO."""
        plain = [str(one) if isinstance(one, date) else one for one in (self.asked, self.needed)]
        return {"kind": self.kind, "name": self.name, "text": self.text, "from": plain[0], "to": plain[1], "unit": self.unit}


def most_amount(
    case: BuildCase, place: int, find: Finder, beyond: float | None = None, *, near: float = _NEAR
) -> tuple[float, BuildOrder | None]:
    """The largest amount of a target with an order that keeps all else, and that order; nought and none where not even nothing has one.

    First the most that all there is gives, limits left aside; then by halving, each time from what the order found reaches. `beyond`: an
    amount that is known to have none; `near`: how near the largest amount is brought, as a share of all there is.
    """
    low, best = 0.0, find.any(with_target(case, place, amount=0.0))
    if best is None:
        return 0.0, None
    low = amount_kept(case, best, place)
    high = amount_with(case.weights, highest(case, place), case.targets[place].probability)
    tried, high = (high, high) if beyond is None or high < beyond else ((low + beyond) / 2.0, beyond)
    near *= high
    while high - low > near:
        found = find.any(with_target(case, place, amount=tried))
        if found is None:
            high = tried
        else:
            best, low = found, max(amount_kept(case, found, place), tried)
        tried = (low + high) / 2.0
    return low, best


def most_probability(case: BuildCase, place: int, find: Finder) -> float:
    """The largest probability of a target with an order that keeps all else; nought where there is none.

    First that of all there is, limits left aside; then by halving, each time from the probability of the order found, as fine as a tenth of
    a point or half the lightest world.
    """
    first, target = find.any(with_target(case, place, probability=0.0)), case.targets[place]
    if first is None:
        return 0.0
    all_there = float(case.weights[highest(case, place) >= target.amount * (1.0 - 1e-9)].sum())
    low, high, best = odds_of(case, first, place), min(target.probability, all_there), first
    near, tried = max(float(case.weights.min()) / 2.0, 0.001), high
    if high == target.probability:
        tried = (low + high) / 2.0
    while high - low > near:
        found = find.any(with_target(case, place, probability=tried))
        low, high, best = (low, tried, best) if found is None else (max(low, odds_of(case, found, place)), high, found)
        tried = (low + high) / 2.0
    return find.odds(case, best, place) if find.measure else low


def soonest(after: date, until: date, possible: Callable[[date], bool]) -> date | None:
    """The first month end after a day by which something is possible that stays so; None where it is not by the last."""
    days = month_ends(after, until)
    if not days or not possible(days[-1]):
        return None
    low, high = -1, len(days) - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if possible(days[middle]) else (middle, high)
    return days[high]


def least_of_limits(case: BuildCase, places: Sequence[int], without: BuildCase, found: BuildOrder, find: Finder) -> list[Relaxation]:
    """What a kind of limits has to be: the least of a single one; by which share all of several are raised."""
    if len(places) == 1:
        limit = case.limits[places[0]]
        least = replace(find, goal=limit.use)
        made = [one for one in (least.best(without), found) if one is not None]
        needed = min(used(limit, least.settled(without, one)) for one in made)
        text = _moved_text(limit, needed)
        return [Relaxation(limit.kind, limit.name, text, limit.most, needed, limit.unit)]
    limits = [case.limits[at] for at in places]
    low, high = 0.0, _raised(limits, found)
    while high - low > _NEAR * (1.0 + high):
        middle = (low + high) / 2.0
        order = find.any(_with_raised(case, places, middle))
        low, high = (middle, high) if order is None else (low, min(middle, _raised(limits, order)))
    name = kind_text(limits[0].kind)
    return [Relaxation(limits[0].kind, name, f"{name}: every limit {figures(100.0 * high)} % higher", 1.0, 1.0 + high, "1")]


def _moved_text(limit: Limit, needed: float) -> str:
    if limit.most == 0:
        return f"{limit_text(limit)}: {amount_text(needed, limit.unit)} more than it allows"
    return f"{limit_text(limit)}: {amount_text(needed, limit.unit)} in place of {amount_text(limit.most, limit.unit)}"


def _size(limit: Limit) -> float:
    """What a limit is raised by shares of: itself, or the largest use of it where it is nought or less."""
    return limit.most if limit.most > 0 else max(float(limit.use.max()), abs(limit.most), 1e-12)


def _raised(limits: Sequence[Limit], order: BuildOrder) -> float:
    return max(0.0, *((used(one, order) - one.most) / _size(one) for one in limits))


def _with_raised(case: BuildCase, places: Sequence[int], share: float) -> BuildCase:
    for at in places:
        case = with_limit(case, at, case.limits[at].most + share * _size(case.limits[at]))
    return case


def eased_together(case: BuildCase, find: Finder) -> tuple[Relaxation, ...]:
    """What amounts and limits have to be if all may give way, so that the sum of the shares by which they do is least, in steps.

    An elastic program (Chinneck 2008, Feasibility and Infeasibility in Optimization, ch. 6): beside the sites stand such that add to an
    amount or to a limit and cost the share of it. What comes out is as near as the order found needs.
    """
    elastic, goal = _elastic(case)
    order = replace(find, goal=None).best(elastic, goal)
    if order is None:
        return ()
    made = replace(order, chosen=tuple(one for one in order.chosen if one.building < len(case.buildings)))
    out = []
    for at, target in enumerate(case.targets):
        amount = amount_kept(case, made, at)
        if amount < target.amount * (1.0 - 1e-9):
            text = f"{show(amount, target.unit)} in place of {show(target.amount, target.unit)}"
            out.append(Relaxation("amount", target.text, text, target.amount, amount, target.unit))
    for limit in case.limits:
        needed = used(limit, made)
        if needed > limit.most + 1e-6 * max(abs(limit.most), 1.0):
            text = _moved_text(limit, needed)
            out.append(Relaxation(limit.kind, limit.name, text, limit.most, needed, limit.unit))
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
