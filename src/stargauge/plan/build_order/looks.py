"""What stands beside a plan: what binds and its price, cost by other days, insisting, what can wait, what is in conflict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from stargauge.plan.build_order.asked import announced
from stargauge.plan.build_order.case import BuildCase, BuildOrder, value_of
from stargauge.plan.build_order.choices import FILE
from stargauge.plan.build_order.days import Days
from stargauge.plan.build_order.frontier import frontier
from stargauge.plan.build_order.information import PERFECT, Fact, information
from stargauge.plan.build_order.insist import Variant, insisting
from stargauge.plan.build_order.prepare import Prepared
from stargauge.plan.build_order.prices import prices
from stargauge.plan.build_order.reach import by_world
from stargauge.plan.build_order.variants import Finder, with_target
from stargauge.plan.build_order.waiting import decisions, delays
from stargauge.programme.known import Known
from stargauge.quantity.dates import month_end
from stargauge.quantity.units import show

Data = dict[str, Any]
Told = Callable[[str], None]

#: Months before and after the day asked for at which cost is looked at, and other probabilities on the day itself.
_MONTHS, _ODDS = (-12, -6, 6, 12), (0.5, 0.9)
_YEAR = 365.25
#: How often a fact is dealt out anew, to see what chance alone is worth: of facts of no worth one in twenty is told all the same.
_DEALT = 19


@dataclass(frozen=True)
class Looks:
    """Looks at a plan from other sides. `case`: as it was solved; `days`: makes it by others; `find`: how other cases are solved.

    `find` measures what it finds as the promise is measured. Where the goal has no unit that could be told, nothing is priced in it.
    `worth`: whether what money, knowing and waiting are worth is looked at; not beside the most that can be had.
    """

    now: Known
    prepared: Prepared
    case: BuildCase
    days: Days
    find: Finder
    told: Told
    worth: bool = True

    def beside(self, order: BuildOrder) -> Data:
        """All of it, as plain data by name."""
        self.told("what binds")
        priced = prices(self.case, order, self.find, with_day=self._with_day) if self.find.unit else ()
        binding = [one.to_dict() for one in priced]
        self.told("cost by other days")
        front = [one.to_dict() for one in frontier(self._by_days(), replace(self.find, goal=None, unit="USD"), order)]
        self.told("what insisting costs")
        insist = [one.to_dict() for one in insisting(self.case, order, self._variants(order), self.find)]
        return {"binding": binding, "frontier": front, "insist": insist, "waiting": self.waiting(order)}

    def waiting(self, order: BuildOrder) -> Data:
        """What can wait until when, what waiting costs, and what knowing beforehand is worth."""
        self.told("what can wait")
        facts = self.facts(order)
        worth = self.worth and bool(self.find.unit)
        filed = {self.case.buildings[one.building].id for one in order.chosen if self.case.powers[one.power] == FILE}
        return {
            "decisions": [one.to_dict() for one in decisions(self.case, order, facts) if one.building not in filed],
            "information": self._worth_knowing(order, facts) if worth else [],
            "delays": [one.to_dict() for one in delays(self.case, order, self.find)] if worth else [],
        }

    def _worth_knowing(self, order: BuildOrder, facts: list[Fact]) -> list[Data]:
        """What knowing facts is worth, where that is more than chance gives: few worlds are told apart by anything, even by nothing.

        Facts whose values are dealt out anew show what that is. The row of everything is no ceiling, as each part keeps its own odds: it is
        not told.
        """
        if not facts:
            return []
        draw = np.random.default_rng(0)
        dealt = [facts[0]._replace(name="by chance", values=draw.permutation(facts[0].values)) for _ in range(_DEALT)]
        made = information(self.case, order, [*facts, *dealt], self.find)
        chance = max(one.worth for one in made if one.fact == "by chance")
        return [one.to_dict() for one in made if one.fact not in ("by chance", PERFECT) and one.worth > chance]

    def facts(self, order: BuildOrder) -> list[Fact]:
        """What is not known yet and decides: how long each site of the plan waits for hall and power, when its last chips are delivered."""
        made, group = self.prepared.all_worlds, self.prepared.group
        out = []
        for site, places in enumerate(self.case.by_site):
            here = [one for one in order.chosen if one.building in places]
            if here and self.case.powers[here[0].power] != FILE:
                name, power = self.case.sites[site], self.case.powers[here[0].power]
                waits = by_world(made.span[:, here[0].building, here[0].power][None], group)[0]
                out.append(Fact(f"wait {name}", f"how long {name} waits for hall and power ({power})", waits, name))
        for chip in sorted({one.chip for one in order.chosen if self.case.powers[one.power] != FILE}):
            ships = by_world(made.ships[:, chip][None], group)[0]
            if np.isfinite(ships).all() and np.ptp(ships) > 0.0:
                out.append(Fact(f"delivery {self.case.chips[chip]}", f"when {self.case.chips[chip]} is delivered", ships))
        return out

    def _with_day(self, place: int, when: date) -> BuildCase:
        return self.days.at(self.case, place, when)

    def _by_days(self) -> list[tuple[BuildCase, bool]]:
        """Cases by other days of the first target, and with other probabilities on its own."""
        target, first = self.case.targets[0], month_end(self.now.as_of)
        days = [month_end(target.day.replace(day=1) + timedelta(days=_YEAR / 12.0 * months + 15.0)) for months in _MONTHS]
        inside = [one for one in dict.fromkeys(days) if first < one <= self.now.months[-1] and one != target.day]
        cases = [(self.case, True), *((self._with_day(0, one), False) for one in inside)]
        asked, offset = self.find.asked(self.case, 0), self.find.asked(self.case, 0) - target.probability
        others = [one - offset for one in _ODDS if abs(one - asked) > 0.01]
        return cases + [(with_target(self.case, 0, probability=one), False) for one in others if 0.0 < one < 1.0]

    def _variants(self, order: BuildOrder) -> list[Variant]:
        """What was announced and is not what is asked: its amount and its day; and a quarter more money than the plan takes."""
        said, target = announced(self.now), self.case.targets[0]
        cost = value_of(self.case, order.chosen)
        spent = Variant("money", f"{show(1.25 * cost, 'USD')} spent", None, 1.25 * cost)
        out = [spent] if self.worth and cost > 0.0 else []
        if said is None or not target.text.startswith("power_facility[operational] "):
            return out
        if said.amount > target.amount * 1.001:
            out.append(Variant("amount", f"the announced {show(said.amount, 'W')}", with_target(self.case, 0, amount=said.amount)))
        if month_end(self.now.as_of) < said.day < target.day:
            out.append(Variant("day", f"the announced day, {said.day}", self._with_day(0, said.day)))
        return out
