"""What stands beside a plan: what binds and its price, cost by other days, insisting, what can wait, what is in conflict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from stargauge.plan.build_order.asked import announced
from stargauge.plan.build_order.beside.frontier import emissions_frontier, frontier
from stargauge.plan.build_order.beside.insist import Insisted, Mosts, Variant, insisting, spending
from stargauge.plan.build_order.beside.prices import prices
from stargauge.plan.build_order.beside.waiting import waiting_data
from stargauge.plan.build_order.case.case import Array, BuildCase
from stargauge.plan.build_order.case.variants import Finder, day_text, with_target
from stargauge.plan.build_order.funding.sums import Spending, sums_of
from stargauge.plan.build_order.orders.reckoning import Reckoning
from stargauge.plan.build_order.orders.sought import Chosen, without_targets
from stargauge.programme.known import Known
from stargauge.quantity.dates import month_end
from stargauge.quantity.spoken import say
from stargauge.quantity.units import show

Data = dict[str, Any]
Told = Callable[[str], None]

#: Months before and after the day asked for at which cost is looked at, and other probabilities on the day itself.
_MONTHS, _ODDS = (-12, -6, 6, 12), (0.5, 0.9)
_YEAR = 365.25


@dataclass(frozen=True)
class Looks:
    """Looks at a plan from other sides. `reckoning`: of the plan and what stands beside it; `find`: orders that keep a case in its worlds.

    Where the goal has no unit that could be told, nothing is priced in it. `most`: the most that can be had of the first target of a case,
    all else kept; `spent`: what is spent by a day; `worth`: whether what knowing and waiting are worth is looked at; not beside the most
    that can be had.
    """

    now: Known
    reckoning: Reckoning
    find: Finder
    most: Mosts
    spent: Spending
    told: Told
    worth: bool = True

    def beside(self) -> Data:
        """All of it, as plain data by name."""
        self.told(say("cost by other days"))
        front = frontier(self._by_days(self.reckoning), self.reckoning)
        self.told(say("cost against emissions"))
        traded = emissions_frontier(self.reckoning)
        self.told(say("what insisting costs"))
        insist = self._insisted(self.reckoning)
        self.told(say("what binds"))
        binding = prices(self.reckoning, self.find.unit, self.reckoning.off()) if self.find.unit else ()
        told: dict[str, Sequence[Any]] = {"binding": binding, "frontier": front, "frontier_emissions": traded, "insist": insist}
        return {**{name: [one.to_dict() for one in rows] for name, rows in told.items()}, "waiting": self.waiting()}

    def waiting(self) -> Data:
        """What can wait until when, what waiting costs, and what knowing beforehand is worth."""
        self.told(say("what can wait"))
        return waiting_data(self.reckoning, self.find.unit, self.worth and bool(self.find.unit))

    def _by_days(self, reckoning: Reckoning) -> list[tuple[BuildCase, bool]]:
        """Cases by other days of the first target, and with other probabilities on its own."""
        case, first = reckoning.case, month_end(self.now.as_of)
        target = case.targets[0]
        days = [month_end(target.day.replace(day=1) + timedelta(days=_YEAR / 12.0 * months + 15.0)) for months in _MONTHS]
        inside = [one for one in dict.fromkeys(days) if first < one <= self.now.months[-1] and one != target.day]
        others = [one for one in _ODDS if abs(one - target.probability) > 0.01]
        return [
            (case, True), *((reckoning.days.at(case, 0, one), False) for one in inside),
            *((with_target(case, 0, probability=one), False) for one in others),
        ]  # fmt: skip

    def _insisted(self, reckoning: Reckoning) -> list[Insisted]:
        """What was announced and is not what is asked: its amount and its day; and the sums that were to be spent."""
        said, case = announced(self.now), reckoning.case
        target, out = case.targets[0], list[Variant]()
        if said is not None and target.text.startswith("power_facility[operational] "):
            if said.amount > target.amount * 1.001:
                asked = with_target(case, 0, amount=said.amount)
                out.append(Variant("amount", f"the announced {show(said.amount, 'W')} by {day_text(target.day)}", asked))
            if month_end(self.now.as_of) < said.day < target.day:
                out.append(Variant("day", f"the announced day, {day_text(said.day)},", reckoning.days.at(case, 0, said.day)))
        sums = spending(reckoning, sums_of(self.now), self.spent, self._largest, self.most)
        return [*insisting(reckoning, out, self.most), *sums]

    def _largest(self, use: Array) -> Chosen | None:
        """An order that spends most, whatever is reached."""
        found = self.find.best(without_targets(self.reckoning.case), -use)
        return None if found is None else found.chosen
