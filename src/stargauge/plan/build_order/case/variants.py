"""The same case with something else asked of it, and whether there is an order for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Protocol

import numpy as np

from stargauge.plan.build_order.case.case import Array, BuildCase, BuildOrder, Choice, Limit, Target, faults_of, kept_in, reached
from stargauge.plan.build_order.solver.solve import NoOrder
from stargauge.quantity.units import show

#: A gap at which the first order found is good enough: whether there is one is all that is asked.
_ANY = 1.0
#: What limits are called, by their kind.
_KINDS: Mapping[str, str] = {
    "money": "money", "party": "what a party can pay", "emissions": "emissions", "water": "water", "land": "land", "grid": "grid capacity",
    "gas": "gas", "pool": "what a market makes in a year", "crew": "crews", "chips": "accelerators to be had",
}  # fmt: skip


class Solver(Protocol):
    """Whatever finds the best order of a case; where there is none it raises NoOrder or gives None: that of `solve`, or one to check it."""

    def __call__(
        self, case: BuildCase, goal: Array | None = None, /, *, gap: float = ..., time_limit: float = ...
    ) -> BuildOrder | None: ...


@dataclass(frozen=True)
class Finder:
    """A solver with the gap and the seconds it may take for each case; it finds orders that keep a case in its worlds.

    `goal`: what is least in place of the cost (building, power, chip, start); `unit`: in which it is told.
    `late`: what was asked where time ran out before an order was found, or shown not to be: it counts as none, and nothing is proven.
    """

    solver: Solver
    gap: float = 0.01
    time_limit: float = 60.0
    goal: Array | None = None
    unit: str = "USD"
    late: list[BuildCase] = field(default_factory=list)

    def odds(self, case: BuildCase, order: BuildOrder, place: int) -> float:
        """The probability with which an order keeps a target."""
        return float(case.weights[kept_in(case, order.chosen)[place]].sum())

    def amount(self, case: BuildCase, order: BuildOrder, place: int) -> float:
        """The largest amount of a target that an order keeps with the probability asked for."""
        return amount_with(case.weights, reached(case, order.chosen)[place], case.targets[place].probability)

    def best(self, case: BuildCase, goal: Array | None = None) -> BuildOrder | None:
        """The best order of a case, None where nothing keeps its targets and limits."""
        return self._found(case, self.goal if goal is None else goal, self.gap)

    def any(self, case: BuildCase) -> BuildOrder | None:
        """Some order of a case, None where there is none. To build nothing is looked at first."""
        if not faults_of(case, ()):
            return BuildOrder((), 0.0, 0.0, kept_in(case, ()))
        return self._found(case, None, _ANY) if case.targets else None

    def program(self, case: BuildCase, goal: Array) -> BuildOrder | None:
        """The best order of a case by a goal, as the program has it."""
        return self._found(case, goal, self.gap)

    def held(self, case: BuildCase) -> tuple[tuple[Choice, ...], ...]:
        """Orders in hand: none, each case is solved."""
        return ()

    def keeps(self, case: BuildCase, chosen: tuple[Choice, ...]) -> bool:
        """Whether an order keeps a case in its worlds."""
        return not faults_of(case, chosen)

    def _found(self, case: BuildCase, goal: Array | None, gap: float) -> BuildOrder | None:
        try:
            return self.solver(case, goal, gap=gap, time_limit=self.time_limit)
        except NoOrder as fault:
            if fault.late:
                self.late.append(case)
            return None


def some_targets(case: BuildCase, places: Iterable[int]) -> BuildCase:
    """A case with some of its targets only."""
    at = list(places)
    return replace(case, targets=tuple(case.targets[i] for i in at), gains=case.gains[at], there=case.there[at], fixed=case.fixed[at])


def with_target(case: BuildCase, place: int, **changes: Any) -> BuildCase:
    """A case with another amount or probability of one target."""
    targets = list(case.targets)
    targets[place] = targets[place]._replace(**changes)
    return replace(case, targets=tuple(targets))


def with_limit(case: BuildCase, place: int, most: float | None) -> BuildCase:
    """A case with another height of one limit; without it for None."""
    limits = list(case.limits)
    limits[place : place + 1] = [] if most is None else [limits[place]._replace(most=most)]
    return replace(case, limits=tuple(limits))


def not_before(case: BuildCase, months: int) -> BuildCase:
    """A case in which no work may start in the first months."""
    allowed = case.allowed.copy()
    allowed[..., :months] = False
    return replace(case, allowed=allowed)


def within_cost(case: BuildCase, most: float) -> BuildCase:
    """A case with one more limit: what it costs, present value."""
    return replace(case, limits=(*case.limits, Limit("in all", "money", most, "USD", case.cost)))


def amount_with(weights: Array, amounts: Array, probability: float) -> float:
    """The largest amount that there is, by world, with a probability; nought where the worlds do not weigh as much."""
    down = np.argsort(-amounts, kind="stable")
    enough = np.flatnonzero(np.cumsum(weights[down]) >= probability - 1e-9)
    return float(amounts[down[enough[0]]]) if enough.size else 0.0


def used(limit: Limit, order: BuildOrder) -> float:
    """What an order takes of a limit."""
    return float(sum(limit.use[one] for one in order.chosen))


def month_ends(after: date, last: date) -> list[date]:
    """Ends of the months after a day, up to a last one."""
    out, day = [], after
    while (day := _month_end(day + timedelta(days=1))) <= last:
        out.append(day)
    return out


def _month_end(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def kind_text(kind: str) -> str:
    """What the limits of a kind are called."""
    return _KINDS.get(kind, kind)


def limit_text(limit: Limit) -> str:
    """What a limit is called."""
    return f"{kind_text(limit.kind)} ({limit.name})" if limit.name and limit.name != limit.kind else kind_text(limit.kind)


def amount_text(amount: float, unit: str) -> str:
    """An amount of a limit, also of one by year."""
    return f"{show(amount, unit.removesuffix('/yr'))}/yr" if unit.endswith("/yr") else show(amount, unit)


def accuracy_text(amount: float, off: float) -> str:
    """What is added to an amount that is no more than a plan may be off the best."""
    return ", within the accuracy of the plan" if 0 < amount <= off else ""


def day_text(day: date) -> str:
    """A day in words."""
    return f"{day.day} {day:%B %Y}"


def asked_text(target: Target) -> str:
    """What a target asks for, and by when."""
    return f"{show(target.amount, target.unit)} by {day_text(target.day)}"
