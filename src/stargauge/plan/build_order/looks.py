"""What stands beside a plan: what binds and its price, cost by other days, insisting, what can wait, what is in conflict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from stargauge.plan.build_order.asked import announced
from stargauge.plan.build_order.case import BuildCase, BuildOrder, value_of
from stargauge.plan.build_order.days import Days
from stargauge.plan.build_order.figures import fastest
from stargauge.plan.build_order.frontier import frontier
from stargauge.plan.build_order.insist import Variant, insisting
from stargauge.plan.build_order.prepare import Prepared
from stargauge.plan.build_order.prices import prices
from stargauge.plan.build_order.variants import Finder, with_target
from stargauge.plan.build_order.waiting import waiting_data
from stargauge.programme.known import Known
from stargauge.quantity.dates import month_end
from stargauge.quantity.units import show

Data = dict[str, Any]
Told = Callable[[str], None]

#: Months before and after the day asked for at which cost is looked at, and other probabilities on the day itself.
_MONTHS, _ODDS = (-12, -6, 6, 12), (0.5, 0.9)
_YEAR = 365.25


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
        hands = [one for one in (self.prepared.as_filed, fastest(self.prepared)) if one]
        return waiting_data(self.prepared, order.chosen, hands, self.find.goal, self.find.unit, self.worth and bool(self.find.unit))


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
