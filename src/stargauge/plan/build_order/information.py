"""What it is worth to know a fact before work is decided on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from stargauge.plan.build_order.case import Array, BuildCase, BuildOrder, Mask, faults_of
from stargauge.plan.build_order.variants import Finder, accuracy_text, cost_of, day_text, in_worlds
from stargauge.quantity.units import show

PERFECT = "everything"
#: In how many parts of the same weight the worlds are sorted by a fact.
_PARTS = 3


class Fact(NamedTuple):
    """Something not known yet: its value in each world, the larger the later or the worse.

    `site`: of which it is, empty for all; `known_by`: the day it is known, if told.
    """

    name: str
    text: str
    values: Array
    site: str = ""
    known_by: date | None = None


@dataclass(frozen=True)
class Information:
    """What it is worth to know a fact, in the unit of the goal."""

    fact: str
    text: str
    worth: float
    unit: str
    known_by: date | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data, dates ISO."""
        return {"fact": self.fact, "text": self.text, "worth": self.worth, "unit": self.unit,
                "known_by": str(self.known_by) if self.known_by else None}  # fmt: skip


def information(case: BuildCase, order: BuildOrder, facts: Sequence[Fact], find: Finder) -> tuple[Information, ...]:
    """What it is worth to know each fact, and, last, to know everything, which is the ceiling (Raiffa and Schlaifer 1961, section 4.5).

    The worlds are sorted into low, middle and high by the fact, and each part is planned by itself. What is kept: in each part every target
    has the probability that the plan made now has there, so that the promise over all parts is the same. Where the plan misses a target in
    all of a part, nothing needs to be built for it there. Worth = cost now - mean cost of the parts, never below nought: the plan made now
    does in each part. Where orders are only changed, not found anew, it is a least.
    """
    order = find.settled(case, order)
    worths = [_worth(case, order, parts_by(fact.values, case.weights), find) for fact in facts]
    every = np.eye(len(case.weights), dtype=bool)
    ceiling = max([_worth(case, order, list(every[case.weights > 0]), find), *worths])
    named = [*zip(facts, worths, strict=True), (Fact(PERFECT, "how everything turns out", case.weights), ceiling)]
    off = max(cost_of(case, order, find) - order.bound, 0.0)
    return tuple(Information(fact.name, _text(fact, worth, off, find), worth, find.unit, fact.known_by) for fact, worth in named)


def parts_by(values: Array, weights: Array) -> list[Mask]:
    """Worlds by low, middle and high values, of about the same weight each; worlds with the same value stay together."""
    levels, place = np.unique(values, return_inverse=True)
    below = np.cumsum(np.bincount(place, weights=weights)) - np.bincount(place, weights=weights) / 2.0
    part = np.arange(levels.size) if levels.size <= _PARTS else np.minimum((below / weights.sum() * _PARTS).astype(int), _PARTS - 1)
    return [np.asarray(part[place] == one) for one in np.unique(part)]


def _worth(case: BuildCase, order: BuildOrder, parts: Sequence[Mask], find: Finder) -> float:
    now = cost_of(case, order, find)
    known = sum(float(case.weights[part].sum()) * _cost_in(case, order, part, now, find) for part in parts)
    return max(0.0, now - known / float(case.weights.sum()))


def _cost_in(case: BuildCase, order: BuildOrder, part: Mask, now: float, find: Finder) -> float:
    """The least cost in some worlds; the order made now does there too."""
    alone = in_worlds(case, part, order.kept)
    goal = case.cost if find.goal is None else find.goal
    if not faults_of(alone, ()) and float(np.where(case.allowed, goal, 0.0).min()) >= 0:
        return 0.0
    found = find.near(alone, order)
    return now if found is None else min(now, found.value)


def _text(fact: Fact, worth: float, off: float, find: Finder) -> str:
    before = f" (known by {day_text(fact.known_by)})" if fact.known_by else ""
    if worth == 0:
        return f"to know {fact.text}{before} before deciding is worth nothing"
    least = "" if find.anew else "at least "
    return f"to know {fact.text}{before} before deciding is worth {least}{show(worth, find.unit)}{accuracy_text(worth, off)}"
