"""What a target costs by other days and with other probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from stargauge.plan.build_order.case import BuildCase, BuildOrder, value_of
from stargauge.plan.build_order.variants import Finder


@dataclass(frozen=True)
class Point:
    """What it costs by a day with a probability (that of the order, as it is measured); None where it is not possible.

    `odds`: what is told of the probability. `taken`: from a stricter point, which was found cheaper.

    `proven`: that it is impossible where it is said to be; otherwise no order was found in time.
    """

    by: date
    probability: float
    cost: float | None
    bound: float | None
    asked: bool = False
    taken: tuple[date, float] | None = None
    proven: bool = True
    odds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """As plain data; `taken_from` names the stricter point whose order is the cheapest known here."""
        taken = None if self.taken is None else {"by": str(self.taken[0]), "probability": self.taken[1]}
        return {
            "by": str(self.by), "probability": self.odds, "cost": self.cost, "possible": self.cost is not None, "asked": self.asked,
            "taken_from": taken, "proven": self.proven,
        }  # fmt: skip


def frontier(cases: Sequence[tuple[BuildCase, bool]], find: Finder, hand: BuildOrder | None = None, place: int = 0) -> tuple[Point, ...]:
    """Cost of cases that differ in the day or the probability of one target, by day and probability; the flag says which is the one asked.

    More time or less probability never costs more: what keeps the stricter target keeps the looser one, so a looser one costs at most what
    a stricter one does, and is possible where that is. Where a looser one is impossible, stricter ones are not tried. `hand`: the plan for
    the one asked, where it is what stands there; it is changed for the others wherever it does.
    """
    loosest_first = sorted(cases, key=lambda one: _strictness(one[0], place))
    found = _found([case for case, _ in loosest_first], find, place)
    made: list[tuple[Point, BuildOrder | None]] = []
    for (case, asked), (order, proven) in zip(reversed(loosest_first), reversed(found), strict=True):
        point = Point(
            case.targets[place].day, case.targets[place].probability, None, None, asked, None, proven, find.asked(case, place)
        )  # fmt: skip
        made.append(_with_order(case, point, order, made, hand, find))
    return tuple(sorted((point for point, _ in made), key=lambda one: (one.by, one.probability)))


def _with_order(
    case: BuildCase, point: Point, order: BuildOrder | None, made: Sequence[tuple[Point, BuildOrder | None]], hand: BuildOrder | None,
    find: Finder,
) -> tuple[Point, BuildOrder | None]:  # fmt: skip
    """A point with the cheapest of its own order, that of the cheapest stricter point, and the one in hand, each changed to suit it.

    At the one asked it is the one in hand: others may keep the worlds of the case for less, and less of what is measured.
    """
    if point.asked and hand is not None:
        value = value_of(case, hand.chosen, find.goal)
        return replace(point, cost=value, bound=min(hand.bound, value), proven=True, odds=_odds(case, hand, point, find)), hand
    own = [] if order is None else [(order, None)]
    stricter = [(one, at) for at, one in made if one is not None and _keeps(at.by, at.probability, point)]
    nearest = sorted(stricter, key=lambda one: one[0].value)[:1]
    tried = [(find.changed(case, one), at) for one, at in [*own, *nearest, *([(hand, None)] if hand else [])]]
    known = [*own, *((one, at) for one, at in tried if one is not None)]
    if not known:
        return point, None
    best, at = min(known, key=lambda one: one[0].value)
    bound = None if order is None else min(order.bound, best.value)
    taken = None if at is None else (at.by, at.odds)
    return replace(point, cost=best.value, bound=bound, taken=taken, proven=True, odds=_odds(case, best, point, find)), best


def _odds(case: BuildCase, order: BuildOrder, point: Point, find: Finder) -> float:
    return find.odds(case, order, 0) if find.measure else point.odds


def _found(cases: Sequence[BuildCase], find: Finder, place: int) -> list[tuple[BuildOrder | None, bool]]:
    """The best order of each case, the loosest first, and whether none is proven to be; impossible is what is stricter than impossible."""
    lost: list[Point] = []
    out: list[tuple[BuildOrder | None, bool]] = []
    for case in cases:
        target, late = case.targets[place], len(find.late)
        known = any(_keeps(target.day, target.probability, one) for one in lost)
        order = None if known else find.best(case)
        out.append((order, len(find.late) == late))
        if order is None and len(find.late) == late:
            lost.append(Point(target.day, target.probability, None, None))
    return out


def _strictness(case: BuildCase, place: int) -> tuple[int, float]:
    """The loosest first: the latest day, then the least probability."""
    return -case.targets[place].day.toordinal(), case.targets[place].probability


def _keeps(day: date, probability: float, looser: Point) -> bool:
    """Whether what keeps a target by a day with a probability keeps a looser one."""
    return day <= looser.by and probability >= looser.probability
