"""Why there is no order of build: the fewest things asked that cannot be had together, and how far each would have to give way.

The smallest conflict is found by hitting sets (Ignatiev, Previti, Liffiton and Marques-Silva 2015, Smallest MUS Extraction with Minimal
Hitting Set Dualization): whatever is asked and is broken by an order found has to be hit; the fewest that hit all are tried next; where
these have no order, no fewer are in conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any, NamedTuple

from stargauge.plan.build_order.case import BuildCase, BuildOrder, faults_of
from stargauge.plan.build_order.relief import Relaxation, eased_together, least_of_limits, most_amount, most_probability, soonest
from stargauge.plan.build_order.variants import Finder, amount_text, asked_text, day_text, kind_text, limit_text, share_text, some_targets
from stargauge.quantity.errors import InputError
from stargauge.quantity.units import show

Later = Callable[[int, date], BuildCase]
LEAST, SPACING, OPTIONS, TARGET = "least", "spacing", "options", "target"


class Group(NamedTuple):
    """One thing that is asked, or a kind of limits as one. `places`: of the targets or limits of it in the case."""

    kind: str
    name: str
    text: str
    places: tuple[int, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """The fewest things that cannot be had together, what each alone would have to be, and what they would if several give way.

    `together`: empty where one alone is the least. `proven`: no search for an order ran out of time.
    """

    smallest: tuple[Group, ...]
    relaxations: tuple[Relaxation, ...]
    together: tuple[Relaxation, ...]
    proven: bool = True

    def to_dict(self) -> dict[str, Any]:
        """As plain data. Units: those of the limits and targets; dates ISO."""
        return {
            "smallest": [{"kind": one.kind, "name": one.name, "text": one.text} for one in self.smallest],
            "relaxations": [one.to_dict() for one in self.relaxations],
            "together": [one.to_dict() for one in self.together], "proven": self.proven,
        }  # fmt: skip


def conflict_of(
    case: BuildCase, find: Finder, *, with_day: Later | None = None, until: date | None = None, wider: BuildCase | None = None
) -> Conflict:
    """What stands in the way of a case without an order. Raises InputError where it has one.

    `with_day`: makes the case with another day of a target (its place), `until`: the last of these days; `wider`: the same case (same axes)
    with the options allowed that somebody left out.
    """
    groups, late = groups_of(case, wider), len(find.late)
    smallest = smallest_conflict(case, groups, find, wider)
    rows: list[Relaxation] = []
    for one in smallest:  # what helps alone stands in every conflict, so in the smallest
        without = part_of(case, [other for other in groups if other != one], wider)
        if (found := find.any(without)) is not None:
            rows += _relaxed(case, one, without, found, find)
            rows += _later(case, one, with_day, until, find)
    together = eased_together(case, find)
    return Conflict(smallest, tuple(rows), together if len(together) > 1 else (), len(find.late) == late)


def groups_of(case: BuildCase, wider: BuildCase | None = None) -> tuple[Group, ...]:
    """All that is asked: each target, each kind of limits, the least of a site, the time between starts, the options left out."""
    out = [
        Group(TARGET, one.text, f"{asked_text(one)} with a probability of {share_text(one.probability)}", (at,))
        for at, one in enumerate(case.targets)
    ]  # fmt: skip
    for kind in dict.fromkeys(limit.kind for limit in case.limits):
        places = tuple(at for at, limit in enumerate(case.limits) if limit.kind == kind)
        out.append(Group(kind, kind_text(kind), _limits_text(case, places), places))
    if any(case.least):
        out.append(Group(LEAST, "least", "the least that is built at a site"))
    if any(case.spacing):
        out.append(Group(SPACING, "spacing", "the time between two starts of work at a site"))
    if wider is not None:
        out.append(Group(OPTIONS, "options", "the options that are left out"))
    return tuple(out)


def _limits_text(case: BuildCase, places: Sequence[int]) -> str:
    limits = [case.limits[at] for at in places]
    told = [f"{limit_text(one)}: at most {amount_text(one.most, one.unit)}" for one in limits[:3]]
    return "; ".join(told) + (f"; and {len(limits) - 3} more" if len(limits) > 3 else "")


def part_of(case: BuildCase, groups: Sequence[Group], wider: BuildCase | None = None) -> BuildCase:
    """The case with only some of what is asked."""
    kinds = {one.kind for one in groups}
    base = case if wider is None or OPTIONS in kinds else replace(wider, limits=case.limits, targets=case.targets)
    base = some_targets(base, [at for one in groups if one.kind == TARGET for at in one.places])
    return replace(
        base, limits=tuple(limit for limit in case.limits if limit.kind in kinds), least=case.least if LEAST in kinds else (),
        spacing=case.spacing if SPACING in kinds else (),
    )  # fmt: skip


def smallest_conflict(case: BuildCase, groups: Sequence[Group], find: Finder, wider: BuildCase | None = None) -> tuple[Group, ...]:
    """The fewest of what is asked for which there is no order."""
    broken: list[frozenset[int]] = []
    while True:
        tried = _fewest_hitting(len(groups), broken)
        order = find.any(part_of(case, [groups[at] for at in tried], wider))
        if order is None:
            return tuple(groups[at] for at in tried)
        missed = frozenset(at for at, one in enumerate(groups) if at not in tried and not _keeps(case, one, order, wider))
        if not missed:
            raise InputError("there is an order of build that keeps all that is asked; nothing is in conflict")
        broken.append(missed)


def _fewest_hitting(count: int, sets: Sequence[frozenset[int]]) -> tuple[int, ...]:
    """The first of the smallest sets of places that meet every one of some sets."""
    return next(
        tried for size in range(count + 1) for tried in combinations(range(count), size) if all(one.intersection(tried) for one in sets)
    )


def _keeps(case: BuildCase, group: Group, order: BuildOrder, wider: BuildCase | None) -> bool:
    if group.kind == OPTIONS:
        return all(bool(case.allowed[one]) for one in order.chosen)
    return not faults_of(part_of(case, [group], wider), order.chosen)


def _relaxed(case: BuildCase, group: Group, without: BuildCase, found: BuildOrder, find: Finder) -> list[Relaxation]:
    """How far one of what is asked has to give way, all else kept; `found`: an order for the case `without` it."""
    if group.kind == TARGET:
        return _weaker(case, group.places[0], find)
    if group.kind == LEAST:
        return [Relaxation(group.kind, group.name, "no least for what is built at a site", max(case.least), 0.0, "W")]
    if group.kind == SPACING:
        months = _spacing_needed(case, find)
        text = f"{months} months between two starts of work at a site in place of {max(case.spacing)}"
        return [Relaxation(group.kind, group.name, text, float(max(case.spacing)), float(months), "months")]
    if group.kind == OPTIONS:
        names = sorted({case.powers[one.power] for one in found.chosen if not case.allowed[one]})
        chips = sorted({case.chips[one.chip] for one in found.chosen if not case.allowed[one]})
        return [Relaxation(group.kind, group.name, f"options left out taken back, such as {', '.join(names + chips)}", None, None, "")]
    return least_of_limits(case, group.places, without, found, find)


def _weaker(case: BuildCase, place: int, find: Finder) -> list[Relaxation]:
    target, out = case.targets[place], []
    amount, order = most_amount(case, place, find, target.amount)
    amount = min(find.amount(case, order, place), target.amount) if order is not None and find.measure else amount
    if order is not None and amount > 0:
        text = f"{show(amount, target.unit)} in place of {show(target.amount, target.unit)}, by the same day with the same probability"
        out.append(Relaxation("amount", target.text, text, target.amount, amount, target.unit))
    odds = most_probability(case, place, find)
    if odds > 0:
        text = f"a probability of {share_text(odds)} in place of {share_text(target.probability)}, for the same amount by the same day"
        out.append(Relaxation("probability", target.text, text, target.probability, odds, "1"))
    return out


def _later(case: BuildCase, group: Group, with_day: Later | None, until: date | None, find: Finder) -> list[Relaxation]:
    if group.kind != TARGET or with_day is None or until is None:
        return []
    target, place = case.targets[group.places[0]], group.places[0]
    day = soonest(target.day, until, lambda day: find.any(with_day(place, day)) is not None)
    if day is None:
        return []
    text = f"{day_text(day)} in place of {day_text(target.day)}, for the same amount with the same probability"
    return [Relaxation("day", target.text, text, target.day, day, "")]


def _spacing_needed(case: BuildCase, find: Finder) -> int:
    """The most months between two starts, at most, for which there is an order; known to be one for none."""
    low, high = 0, max(case.spacing)
    while high - low > 1:
        middle = (low + high) // 2
        tried = replace(case, spacing=tuple(min(one, middle) for one in case.spacing))
        low, high = (middle, high) if find.any(tried) is not None else (low, middle)
    return low
