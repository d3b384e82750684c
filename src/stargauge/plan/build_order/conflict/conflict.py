"""Why there is no order of build: the fewest things asked that cannot be had together, and how far each would have to give way.

The smallest conflict is found by hitting sets (Ignatiev, Previti, Liffiton and Marques-Silva 2015, Smallest MUS Extraction with Minimal
Hitting Set Dualization): whatever is asked and is broken by an order found has to be hit; the fewest that hit all are tried next; where
these have no order, no fewer are in conflict.

What somebody left out of what may be chosen (powers, accelerators, further buildings, early starts) is asked as much as a limit is: the
case has all options, and each thing left out is a mask of those that remain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from stargauge.plan.build_order.case.case import BuildCase, BuildOrder, Choice, Limit, Mask, Target
from stargauge.plan.build_order.case.variants import amount_text, asked_text, day_text, limit_text, with_target
from stargauge.plan.build_order.conflict.relief import (
    Finds,
    Relaxation,
    eased_together,
    least_of_limits,
    most_amount,
    most_probability,
    soonest,
)
from stargauge.plan.build_order.told.said import CHIPS, DATE, NAMES, Said, words_of
from stargauge.plan.build_order.told.said import POWERS as SOURCES
from stargauge.quantity.errors import InputError
from stargauge.quantity.units import share_text, show

Later = Callable[[int, date], BuildCase]
Most = Callable[[int], float]
LEAST, SPACING, TARGET, OPTIONS = "least", "spacing", "target", "options"
#: What in the name of a limit says by when it holds.
_WHEN = re.compile(r"(?:^|,? )(?:by |in )?\d{4}(?:-\d\d)?$")


class LeftOut(NamedTuple):
    """What was left out of what may be chosen. `mask`: the options that remain, (building, power, chip, start); `kind`: powers, chips,
    further or start_from."""

    kind: str
    said: Said
    mask: Mask


class Group(NamedTuple):
    """One thing that is asked; limits of one name at several times are one. `places`: of it among the targets, limits or `LeftOut`s."""

    kind: str
    name: str
    text: str
    places: tuple[int, ...] = ()
    said: Said | None = None


class NoConflict(InputError):
    """Nothing is in conflict: `order` keeps all that is asked."""

    def __init__(self, order: BuildOrder) -> None:
        super().__init__("there is an order of build that keeps all that is asked; nothing is in conflict")
        self.order = order


@dataclass(frozen=True)
class Conflict:
    """The fewest things that cannot be had together, what each alone would have to be, and what they would if several give way.

    `relaxations`: the cheapest first. `together`: empty where one alone is the least. `proven`: every search without an order showed that
    there is none.
    """

    smallest: tuple[Group, ...]
    relaxations: tuple[Relaxation, ...]
    together: tuple[Relaxation, ...]
    proven: bool = True

    def to_dict(self) -> dict[str, Any]:
        """As plain data. Units: those of the limits and targets; dates ISO."""
        return {
            "smallest": [{"kind": one.kind, "name": one.name, "text": one.text, **words_of(one.said)} for one in self.smallest],
            "relaxations": [one.to_dict() for one in self.relaxations],
            "together": [one.to_dict() for one in self.together], "proven": self.proven,
        }  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """All that is asked: a case with every option there is, and what was left out of them."""

    case: BuildCase
    left_out: tuple[LeftOut, ...] = ()

    @property
    def groups(self) -> tuple[Group, ...]:
        """Each target, each limit by its name, the least of a site, the time between starts, and what is left out."""
        case = self.case
        out = [
            Group(TARGET, one.text, f"{asked_text(one)} with a probability of {share_text(one.probability)}", (at,))
            for at, one in enumerate(case.targets)
        ]  # fmt: skip
        named: dict[tuple[str, str], list[int]] = {}
        for at, limit in enumerate(case.limits):
            named.setdefault((limit.kind, _name(limit)), []).append(at)
        out += [Group(kind, name, _limits_text(case, places), tuple(places)) for (kind, name), places in named.items()]
        if any(case.least):
            out.append(Group(LEAST, "least", "the least that is built at a site"))
        if any(case.spacing):
            out.append(Group(SPACING, "spacing", "the time between two starts of work at a site"))
        return (*out, *(Group(OPTIONS, one.kind, one.said.text, (at,), one.said) for at, one in enumerate(self.left_out)))

    def only(self, groups: Sequence[Group]) -> BuildCase:
        """The case with only some of what is asked; a target that is not is asked for with no probability."""
        case, kinds, allowed = self.case, {one.kind for one in groups}, self.case.allowed
        inside = {kind: {at for one in groups if one.kind == kind for at in one.places} for kind in (TARGET, OPTIONS)}
        limits = {at for one in groups if one.kind not in (TARGET, OPTIONS) for at in one.places}
        for at in sorted(inside[OPTIONS]):
            allowed = allowed & self.left_out[at].mask
        targets = tuple(one if at in inside[TARGET] else one._replace(probability=0.0) for at, one in enumerate(case.targets))
        return replace(
            case, targets=targets, allowed=allowed, limits=tuple(one for at, one in enumerate(case.limits) if at in limits),
            least=case.least if LEAST in kinds else (), spacing=case.spacing if SPACING in kinds else (),
        )  # fmt: skip

    @property
    def whole(self) -> BuildCase:
        """The case with all that is asked."""
        return self.only(self.groups)


def conflict_of(
    asked: Asked, find: Finds, *, with_day: Later | None = None, until: date | None = None, most: Most | None = None
) -> Conflict:
    """What stands in the way of what is asked where that has no order. Raises NoConflict where it has one.

    `with_day`: makes the whole case with another day of a target (its place), `until`: the last of these days; `most`: the largest amount
    of a target that can be had, where that is known.
    """
    groups, late = asked.groups, len(find.late)
    smallest = smallest_conflict(asked, groups, find)
    rows: list[tuple[Relaxation, BuildCase]] = []
    for one in smallest:  # what helps alone stands in every conflict, so in the smallest
        without = asked.only([other for other in groups if other != one])
        if (found := find.any(without)) is not None:
            rows += _relaxed(asked, one, without, found, find, most)
            rows += _later(asked, one, with_day, until, find)
    together = eased_together(asked.whole, find)
    proven = len(find.late) == late
    told = [row._replace(cost=order.value if (order := find.best(case)) else None) for row, case in rows]
    told.sort(key=lambda row: np.inf if row.cost is None else row.cost)
    return Conflict(smallest, tuple(told), together if len(together) > 1 else (), proven)


def unproven(case: BuildCase, most: Most) -> Conflict:
    """The targets as a conflict where orders keep them by the reckoning, and none in the ordinary run: only amounts are told."""
    groups = tuple(one for one in Asked(case).groups if one.kind == TARGET)
    rows = []
    for at, target in enumerate(case.targets):
        amount = min(most(at), target.amount)
        if 0.0 < amount < target.amount:
            rows.append(Relaxation("amount", target.text, _amount_text(target, amount), target.amount, amount, target.unit))
    return Conflict(groups, tuple(rows), (), False)


def _amount_text(target: Target, amount: float) -> str:
    return f"{show(amount, target.unit)} in place of {show(target.amount, target.unit)}, by the same day with the same probability"


def _name(limit: Limit) -> str:
    """What a limit is of, without the day by which; the year where it is of one by itself."""
    return limit.name if limit.name.isdigit() else _WHEN.sub("", limit.name)


def _limits_text(case: BuildCase, places: Sequence[int]) -> str:
    limits = [case.limits[at] for at in places]
    told = [f"{limit_text(one)}: at most {amount_text(one.stated, one.unit)}" for one in limits[:3]]
    return "; ".join(told) + (f"; and {len(limits) - 3} more" if len(limits) > 3 else "")


def smallest_conflict(asked: Asked, groups: Sequence[Group], find: Finds) -> tuple[Group, ...]:
    """The fewest of what is asked for which there is no order."""
    broken: list[frozenset[int]] = []
    alone = [asked.only([one]) for one in groups]
    while True:
        tried = _fewest_hitting(len(groups), broken)
        order = find.any(asked.only([groups[at] for at in tried]))
        if order is None:
            return tuple(groups[at] for at in tried)
        missed = frozenset(at for at in range(len(groups)) if at not in tried and not find.keeps(alone[at], order.chosen))
        if not missed:
            raise NoConflict(order)
        broken.append(missed)


def _fewest_hitting(count: int, sets: Sequence[frozenset[int]]) -> tuple[int, ...]:
    """The first of the smallest sets of places that meet every one of some sets."""
    return next(
        tried for size in range(count + 1) for tried in combinations(range(count), size) if all(one.intersection(tried) for one in sets)
    )


def _relaxed(
    asked: Asked, group: Group, without: BuildCase, found: BuildOrder, find: Finds, most: Most | None
) -> list[tuple[Relaxation, BuildCase]]:
    """How far one of what is asked has to give way, all else kept, with the case that then is; `found`: an order `without` it."""
    case = asked.whole
    if group.kind == TARGET:
        return _weaker(case, group.places[0], find, most)
    if group.kind == LEAST:
        return [(Relaxation(group.kind, group.name, "no least for what is built at a site", max(case.least), 0.0, "W"), without)]
    if group.kind == SPACING:
        months = _spacing_needed(case, find)
        text = f"{months} months between two starts of work at a site in place of {max(case.spacing)}"
        row = Relaxation(group.kind, group.name, text, float(max(case.spacing)), float(months), "months")
        return [(row, _spaced(case, months))]
    if group.kind == OPTIONS:
        said, taken = _taken_back(case, without, asked.left_out[group.places[0]], find)
        return [(Relaxation(group.kind, group.name, said.text, None, None, "", said=said), taken)]
    mine = [asked.case.limits[at] for at in group.places]
    places = [at for at, one in enumerate(case.limits) if any(one is other for other in mine)]
    return least_of_limits(case, places, group.name, without, found, find)


def _weaker(case: BuildCase, place: int, find: Finds, most: Most | None) -> list[tuple[Relaxation, BuildCase]]:
    target, out = case.targets[place], list[tuple[Relaxation, BuildCase]]()
    amount = min(most_amount(case, place, find, target.amount)[0] if most is None else most(place), target.amount)
    if amount > 0:
        row = Relaxation("amount", target.text, _amount_text(target, amount), target.amount, amount, target.unit)
        out.append((row, with_target(case, place, amount=amount)))
    odds = most_probability(case, place, find)
    if odds > 0:
        text = f"a probability of {share_text(odds)} in place of {share_text(target.probability)}, for the same amount by the same day"
        row = Relaxation("probability", target.text, text, target.probability, odds, "1")
        out.append((row, with_target(case, place, probability=odds)))
    return out


def _later(
    asked: Asked, group: Group, with_day: Later | None, until: date | None, find: Finds
) -> list[tuple[Relaxation, BuildCase]]:  # fmt: skip
    if group.kind != TARGET or with_day is None or until is None:
        return []
    target, place = asked.case.targets[group.places[0]], group.places[0]
    whole = asked.whole
    day = soonest(
        target.day, until, lambda day: find.any(with_day(place, day)) is not None,
        lambda day: bool(find.held(with_target(whole, place, day=day))),
    )  # fmt: skip
    if day is None:
        return []
    return [(Relaxation("day", target.text, later_text(day, target.day), target.day, day, ""), with_day(place, day))]


def later_text(day: date, asked: date) -> str:
    """That a target is had by a later day."""
    return f"{day_text(day)} in place of {day_text(asked)}, for the same amount with the same probability"


def _taken_back(case: BuildCase, without: BuildCase, left_out: LeftOut, find: Finds) -> tuple[Said, BuildCase]:
    """What has to be allowed too: the fewest buildings with something that was left out, the cheapest of these; and the case with it."""
    inside = np.broadcast_to(left_out.mask, without.allowed.shape)
    outside = np.where(inside, 0.0, float(np.abs(case.cost).sum()) + 1.0)
    order = find.best(without, outside + case.cost)
    used = [one for one in (order.chosen if order else ()) if not inside[one]]
    too = np.isin(np.arange(len(case.buildings)), [one.building for one in used])[:, None, None, None]
    return _taken(case, used, left_out.kind), replace(without, allowed=without.allowed & (inside | too))


def _taken(case: BuildCase, used: Sequence[Choice], kind: str) -> Said:
    """What has to be allowed too, where."""
    sites = [case.sites[case.buildings[one.building].site] for one in used]
    where = {"sites": ([f"{site} ({sites.count(site)})" if kind == "further" else site for site in dict.fromkeys(sites)], NAMES)}
    if kind == "start_from":
        first = min(case.months[one.start] for one in used).replace(day=1)
        return Said("work that begins from {day} on, at {sites}", {"day": (str(first), DATE), **where})
    if kind == "further":
        return Said("further buildings at {sites}", where)
    if kind == "powers":
        powers = list(dict.fromkeys(case.powers[one.power] for one in used))
        return Said("also {powers}, at {sites}", {"powers": (powers, SOURCES), **where})
    return Said("also {chips}, at {sites}", {"chips": (list(dict.fromkeys(case.chips[one.chip] for one in used)), CHIPS), **where})


def _spaced(case: BuildCase, months: int) -> BuildCase:
    return replace(case, spacing=tuple(min(one, months) for one in case.spacing))


def _spacing_needed(case: BuildCase, find: Finds) -> int:
    """The most months between two starts, at most, for which there is an order; known to be one for none."""
    low, high = 0, max(case.spacing)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if find.any(_spaced(case, middle)) is not None else (low, middle)
    return low
