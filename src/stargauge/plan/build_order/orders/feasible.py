"""Whether there is an order of build for something asked, reckoned in every draw with the queues of the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from stargauge.plan.build_order.case.case import Array, BuildCase, BuildOrder, Choice, faults_of, kept_in, value_of
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.build_order.case.variants import Solver, amount_with
from stargauge.plan.build_order.orders.sought import sought, without_targets
from stargauge.plan.build_order.solver.solve import NoOrder

Chosen = tuple[Choice, ...]

#: How often the program is asked for more where its order keeps less in the draws than in its worlds; how many orders are mended.
_ROUNDS, _MENDED = 3, 3
#: The most a case is asked for.
_MOST = 0.999


@dataclass(frozen=True)
class Feasible:
    """Looks for orders that keep a case in every draw: among those in hand, by the program in worlds, and by mending what it finds.

    `solver`: the program; `moved`: what was prepared, by the days of the targets of a case; `pool`: orders in hand, which those that are
    found join; `seconds`: that a program may take; `more`: what each target has to be kept with on top, as the ordinary run shows less than
    the reckoning. `late`: cases without an order of which that is not proven: a program that keeps them
    may be there, which no order found does.
    """

    solver: Solver
    moved: Callable[[BuildCase], Prepared]
    pool: dict[Chosen, None]
    seconds: float = 2.0
    more: tuple[float, ...] = ()
    late: list[BuildCase] = field(default_factory=list)
    known: dict[tuple[tuple[date, ...], Chosen], Array] = field(default_factory=dict)

    def reached(self, case: BuildCase, chosen: Chosen) -> Array:
        """What there is of each target in every draw: (target, draw)."""
        key = (tuple(one.day for one in case.targets), chosen)
        if key not in self.known:
            self.known[key] = self.moved(case).reached(chosen, queues=True)
        return self.known[key]

    def all_odds(self, case: BuildCase, chosen: Chosen) -> Array:
        """The probability of each target: (target,)."""
        amounts = np.array([one.amount for one in case.targets])[:, None] * (1.0 - 1e-9)
        return np.asarray(np.maximum((self.reached(case, chosen) >= amounts).mean(axis=1) - self._more(case), 0.0))

    def odds(self, case: BuildCase, order: BuildOrder, place: int) -> float:
        """The probability of one target with an order."""
        return float(self.all_odds(case, order.chosen)[place])

    def amount(self, case: BuildCase, order: BuildOrder, place: int) -> float:
        """The largest amount of a target that an order keeps with the probability asked for."""
        values = self.reached(case, order.chosen)[place]
        odds = min(case.targets[place].probability + float(self._more(case)[place]), 1.0)
        return amount_with(np.full(len(values), 1.0 / len(values)), values, odds)

    def _more(self, case: BuildCase) -> Array:
        return np.array(self.more) if self.more else np.zeros(len(case.targets))

    def keeps(self, case: BuildCase, chosen: Chosen) -> bool:
        """Whether an order keeps all that a case asks."""
        return self._within(case, chosen) and self._short(case, chosen) <= 0.0

    def held(self, case: BuildCase) -> list[Chosen]:
        """Orders in hand that keep a case."""
        return [one for one in self.pool if self.keeps(case, one)]

    def any(self, case: BuildCase) -> BuildOrder | None:
        """Some order of a case, None where none was found."""
        chosen = next(iter(self.held(case)), None)
        return self._order(case, self._made(case) if chosen is None else chosen)

    def best(self, case: BuildCase, goal: Array | None = None) -> BuildOrder | None:
        """The best order found of a case: of those in hand the best, mended."""
        if self.any(case) is None:
            return None
        hands = sorted(self.held(case), key=lambda one: (value_of(case, one, goal), one))[:1]
        found = sought(self._prepared(case), hands, goal=goal)
        chosen = hands[0] if found is None else found.chosen
        self.pool[chosen] = None
        return self._order(case, chosen, goal)

    def program(self, case: BuildCase, goal: Array) -> BuildOrder | None:
        """The best order in the worlds of a case, as the program has it."""
        try:
            return self.solver(case, goal, gap=0.1, time_limit=self.seconds / 2.0)
        except NoOrder:
            return None

    def _prepared(self, case: BuildCase) -> Prepared:
        asked = np.array([one.probability for one in case.targets])
        return replace(self.moved(case), case=_asking(case, np.where(asked > 0.0, np.minimum(asked + self._more(case), 1.0), 0.0)))

    def _within(self, case: BuildCase, chosen: Chosen) -> bool:
        return not faults_of(without_targets(case), chosen)

    def _short(self, case: BuildCase, chosen: Chosen) -> float:
        asked = np.array([one.probability for one in case.targets])
        return float((asked - self.all_odds(case, chosen)).max(initial=0.0))

    def _order(self, case: BuildCase, chosen: Chosen | None, goal: Array | None = None) -> BuildOrder | None:
        return None if chosen is None else BuildOrder(chosen, value_of(case, chosen, goal), -np.inf, kept_in(case, chosen))

    def _made(self, case: BuildCase) -> Chosen | None:
        """An order that none in hand is: by the program, which may show that there is none; else by mending the nearest."""
        chosen, none = self._programmed(case)
        if none or chosen is not None:
            return chosen
        hands = sorted((one for one in self.pool if self._within(case, one)), key=lambda one: self._short(case, one))[:_MENDED]
        made = sought(self._prepared(case), hands, enough=True)
        if made is None:
            self.late.append(case)
            return None
        self.pool[made.chosen] = None
        return made.chosen

    def _programmed(self, case: BuildCase) -> tuple[Chosen | None, bool]:
        """An order by the program that keeps the case in the draws; and whether the program shows that there is none."""
        asked = np.array([one.probability for one in case.targets])
        more = asked
        for time in range(_ROUNDS):
            try:
                order = self.solver(_asking(case, more), None, gap=1.0, time_limit=self.seconds)
            except NoOrder as fault:
                return None, time == 0 and not fault.late
            if order is None:
                return None, time == 0
            self.pool[order.chosen] = None
            if self.keeps(case, order.chosen):
                return order.chosen, False
            more = np.clip(more + np.maximum(asked - self.all_odds(case, order.chosen), 0.0), 0.0, _MOST)
        return None, False


def _asking(case: BuildCase, odds: Array) -> BuildCase:
    return replace(case, targets=tuple(one._replace(probability=float(p)) for one, p in zip(case.targets, odds, strict=True)))
