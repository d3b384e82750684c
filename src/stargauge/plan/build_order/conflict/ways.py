"""Ways to a plan: for what is asked, for the most that can be had, by a later day; and what is in conflict where there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import numpy as np

from stargauge.plan.build_order.case.case import BuildCase, BuildOrder, Target, value_of
from stargauge.plan.build_order.case.ground import GAP, SECONDS, Brief, Ground
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.build_order.case.variants import with_target
from stargauge.plan.build_order.conflict.conflict import NoConflict, later_text, unproven
from stargauge.plan.build_order.conflict.impossible import conflict_in, translated, widened
from stargauge.plan.build_order.orders.sought import Chosen, odds_in
from stargauge.plan.build_order.solver.solve import NoOrder
from stargauge.plan.build_order.told.answer import WITHIN
from stargauge.plan.build_order.told.figures import fastest
from stargauge.plan.build_order.told.overlay import Data
from stargauge.plan.build_order.told.promise import (
    ROUNDS,
    SELECTION,
    Promise,
    Simulated,
    World,
    above,
    at_day,
    broken,
    by_month,
    kept_with,
    promised,
    short_of,
)
from stargauge.plan.build_order.told.said import DATE, SHARE, Said
from stargauge.quantity.dates import month_end
from stargauge.quantity.spoken import say
from stargauge.quantity.units import scale_of

Made = tuple[World, Promise]
Way = Callable[[Prepared, World], Made]

#: How near to the best a round is solved, and the seconds that it may take; those for the bound on the cost of the most.
_ROUGH, _ROUGH_SECONDS, _BOUND_SECONDS = 0.03, 4.0, 6.0
#: How often an amount or a day is looked for again after what a run has shown; by how much more is asked where a plan shows less.
_TRIES, _STRICTER = 3, 0.01


@dataclass(frozen=True)
class Ways:
    """Ways to a plan on prepared ground."""

    ground: Ground

    @property
    def of(self) -> Brief:
        """What the plan is made from."""
        return self.ground.of

    @staticmethod
    def tried(way: Way, made: Prepared, world: World) -> Made | None:
        """What a way comes to; None where there is no order."""
        try:
            return way(made, world)
        except NoOrder:
            return None

    def promised(self, made: Prepared, world: World, *known: Chosen, rounds: int = ROUNDS, sure: Chosen | None = None) -> Made:
        """The cheapest plan that keeps what is asked, or the nearest; from orders in hand too, of which one may be sure to keep it."""

        def one(case: BuildCase, last: bool) -> BuildOrder:
            return self.ground.solve(case, self.ground.goal, gap=GAP if last else _ROUGH, time_limit=SECONDS if last else _ROUGH_SECONDS)

        hands = dict.fromkeys(filter(None, (made.as_filed, fastest(made), *known)))
        found = promised(
            made, world, one, lambda chosen: self.ground.overlay(chosen, world.targets), seed=self.of.seed + 1, goal=self.ground.goal,
            hands=hands, told=lambda text: self.of.steps.to(min(self.of.steps.done + 2, 70), text), rounds=rounds, sure=sure,
        )  # fmt: skip
        return world, found

    def _from_hands(self, known: Sequence[Chosen], made: Prepared, world: World) -> Made:
        return self.promised(made, world, *known, rounds=0)

    def most(self, made: Prepared, world: World) -> Made:
        """The plan for the largest amount of the first target that any order found keeps, as the ordinary run has it.

        The orders found for the most are those in hand: at the edge of what can be had hardly any other keeps it, so none is solved for.
        """
        self.of.steps.to(45, say("the most that can be had"))
        known, odds = self.ground.mosts.orders(made), made.case.targets[0].probability
        best = max(known, key=lambda one: kept_with(made, one, odds), default=())
        if not best:
            raise NoOrder("nothing that is built is within all limits")
        world = self.ground.world(made.case.targets)
        run = world.run(self.ground.overlay(best, made.case.targets), SELECTION, self.of.seed + 1)
        shown = at_day(run.series[world.address], self.of.now.months, made.case.targets[0].day)
        amount = min(kept_with(made, best, odds), float(np.quantile(shown, 1.0 - odds, method="lower")))
        case = _of_amount(made.case, amount)
        tried = self.promised(replace(made, case=case), self.ground.world(case.targets), *known, rounds=0, sure=best)
        self.of.steps.say(say("the least that it may cost"))
        try:
            return tried[0], above(tried[1], self.ground.solve(case, gap=GAP, time_limit=_BOUND_SECONDS))
        except NoOrder:
            return tried

    def conflict(self, world: World, hand: Made | None) -> tuple[Data | None, Made | None]:
        """What is in conflict, with the nearest plan; or none, with the plan, where the search comes upon one that keeps what is asked."""
        asked, found = self.of.asked, [hand[1].order.chosen] if hand else []
        wanted = widened(asked, self.of.now)
        wide = self.ground if wanted == asked else self.ground.wider(wanted)
        more = np.zeros(len(asked.targets))
        for _ in range(_TRIES):
            if hand is not None:
                more = np.maximum(odds_in(self.ground.made, hand[1].order.chosen) - np.array(hand[1].selected.probabilities), more)
            try:
                return conflict_in(self.of, self.ground.made, wide.made, wide.days, self.ground.mosts, found, more).to_dict(), hand
            except NoConflict as fault:
                chosen = translated(wide.made.case, fault.order.chosen, self.ground.made.case)
                tried = None if chosen is None else self.tried(partial(self._from_hands, (chosen,)), self.ground.made, world)
                if tried is not None and short(tried) <= WITHIN:
                    return None, tried
                hand, more = tried or hand, more + _STRICTER
        return unproven(self.ground.made.case, lambda place: self.ground.mosts.of(self.ground.made, place, more).amount).to_dict(), hand

    def sooner_or_later(self, world: World, hand: Made | None) -> tuple[Made | None, Said]:
        """The plan by the earliest month by which some order in hand keeps what was announced; the nearest plan where none ever does."""
        made, target = self.ground.made, self.ground.made.case.targets[0]
        hands = [one for one in (made.as_filed, fastest(made)) if not broken(made.case, one)]
        runs = [world.run(self.ground.overlay(one), SELECTION, self.of.seed + 1) for one in hands]
        runs += [hand[1].selected] if hand else []
        found = [one for run in runs if (one := self._first_month(run, world, target)) is not None]
        when, best = min(found, default=self.of.now.months[-1]), hand
        for _ in range(_TRIES):
            case = self.ground.days.at(made.case, 0, when)
            tried = self.tried(self.promised, self.ground.days.moved(case), self.ground.world(case.targets))
            if tried is not None and (best is None or tried[1].kept or short(tried) < short(best)):
                best = tried
            if (tried is not None and tried[1].kept) or when == self.of.now.months[-1]:
                break
            when = min(month_end(when + timedelta(days=45)), self.of.now.months[-1])
        if best is None or short(best) > WITHIN:
            none = "No plan was found that keeps it by {end}, the end of the clock; this is the nearest."
            return best, Said(none, {"end": (str(self.of.now.months[-1]), DATE)})
        later = "What was announced cannot be had by {day} with {share}: planned for {when} instead."
        values = {"day": (str(target.day), DATE), "share": (target.probability, SHARE), "when": (str(best[0].targets[0].day), DATE)}
        return best, Said(later, values)

    def _first_month(self, run: Simulated, world: World, target: Target) -> date | None:
        odds = (by_month(run.series[world.address]) >= target.amount * (1.0 - 1e-9)).mean(axis=0)
        kept = np.flatnonzero(odds >= target.probability)
        return max(self.of.now.months[int(kept[0])], target.day) if len(kept) else None


def short(made: Made) -> float:
    """By how much a plan misses the target that it misses most, in the ordinary run."""
    return short_of(made[1], made[0].targets)


def no_later(conflict: Data, made: Made) -> Data:
    """A conflict whose first target may give way to a day no later than that of a plan, and at no more cost."""
    when, cost = made[0].targets[0].day, value_of(made[1].case, made[1].order.chosen)

    def row(one: Data) -> Data:
        if one["kind"] != "day" or one["to"] < str(when):
            return one
        told = later_text(when, date.fromisoformat(one["from"]))
        return {**one, "text": told, "to": str(when), "cost": cost if one["cost"] is None else min(one["cost"], cost)}

    rows = [row(one) for one in conflict["relaxations"]]
    return {**conflict, "relaxations": sorted(rows, key=lambda one: np.inf if one["cost"] is None else one["cost"])}


def nearest(made: Promise, world: World) -> Said:
    """That a plan keeps less than is asked."""
    worst = min(zip(made.selected.probabilities, world.targets, strict=True), key=lambda one: one[0] - one[1].probability)
    values = {"share": (worst[0], SHARE), "asked": (worst[1].probability, SHARE)}
    return Said("The best plan that was found keeps it with {share} in the ordinary run, where {asked} is asked.", values)


def _of_amount(case: BuildCase, amount: float) -> BuildCase:
    """The case with another amount of its first target, in round figures, in its text too."""
    target = case.targets[0]
    scale, name = scale_of(amount, target.unit)
    shown = f"{np.floor(1000.0 * amount / scale) / 1000.0:.10g}"
    what = target.text.partition(" >=")[0]
    text = f"{what} >= {shown} {name}".rstrip() + f" by {target.day}"
    return with_target(case, 0, amount=float(shown) * scale, text=text)
