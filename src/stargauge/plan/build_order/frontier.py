"""What a target costs by other days and with other probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from stargauge.plan.build_order.case import BuildCase
from stargauge.plan.build_order.variants import Finder


@dataclass(frozen=True)
class Point:
    """What it costs by a day with a probability; None where it is not possible. `taken`: from a stricter point, which was found cheaper.

    `proven`: that it is impossible where it is said to be; otherwise no order was found in time.
    """

    by: date
    probability: float
    cost: float | None
    bound: float | None
    asked: bool = False
    taken: tuple[date, float] | None = None
    proven: bool = True

    def to_dict(self) -> dict[str, Any]:
        """As plain data; `taken_from` names the stricter point whose order is the cheapest known here."""
        taken = None if self.taken is None else {"by": str(self.taken[0]), "probability": self.taken[1]}
        return {
            "by": str(self.by), "probability": self.probability, "cost": self.cost, "possible": self.cost is not None, "asked": self.asked,
            "taken_from": taken, "proven": self.proven,
        }  # fmt: skip


def frontier(cases: Sequence[tuple[BuildCase, bool]], find: Finder, place: int = 0) -> tuple[Point, ...]:
    """Cost of cases that differ in the day or the probability of one target, by day and probability; the flag says which is the one asked.

    More time or less probability never costs more: what keeps the stricter target keeps the looser one, so a looser one costs at most what
    a stricter one does, and is possible where that is. Where a looser one is impossible, stricter ones are not tried.
    """
    made: list[Point] = []
    for case, asked in sorted(cases, key=lambda one: _strictness(one[0], place)):
        target = case.targets[place]
        lost = any(one.cost is None and one.proven and _keeps(target.day, target.probability, one) for one in made)
        late = len(find.late)
        found = None if lost else find.best(case)
        cost, bound = (None, None) if found is None else (found.value, found.bound)
        made.append(Point(target.day, target.probability, cost, bound, asked, proven=len(find.late) == late))
    return tuple(sorted((_at_most(one, made) for one in made), key=lambda one: (one.by, one.probability)))


def _strictness(case: BuildCase, place: int) -> tuple[int, float]:
    """The loosest first: the latest day, then the least probability."""
    return -case.targets[place].day.toordinal(), case.targets[place].probability


def _keeps(day: date, probability: float, looser: Point) -> bool:
    """Whether what keeps a target by a day with a probability keeps a looser one."""
    return day <= looser.by and probability >= looser.probability


def _at_most(point: Point, points: Sequence[Point]) -> Point:
    """A point at no more than the cheapest stricter one."""
    stricter = [(one.cost, one) for one in points if one.cost is not None and _keeps(one.by, one.probability, point)]
    cost, best = min(stricter, key=lambda one: one[0], default=(None, point))
    if cost is None or (point.cost is not None and point.cost <= cost):
        return point
    return replace(point, cost=cost, taken=(best.by, best.probability), proven=True)
