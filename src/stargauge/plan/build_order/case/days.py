"""A case by other days: the same buildings and options, with a target's day moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from stargauge.plan.build_order.case.case import Array, BuildCase
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.build_order.case.reach import by_world
from stargauge.plan.build_order.case.worlds import days_of
from stargauge.quantity.dates import day, month_end


@dataclass(frozen=True)
class Days:
    """Makes a case with another day of a target. `made`: with what was measured; `fixed`: what there is of each target by month if nothing
    more is begun, (draw, month).
    """

    made: Prepared
    months: tuple[date, ...]
    fixed: tuple[Array, ...]

    def at(self, case: BuildCase, place: int, when: date) -> BuildCase:
        """A case with the day of one target moved to the month end of another day."""
        end = month_end(when)
        there, fixed = case.there.copy(), case.fixed.copy()
        there[place] = self.made.there(place, end)
        fixed[place] = by_world(self._by(place, end), self.made.group)
        targets = list(case.targets)
        targets[place] = targets[place]._replace(day=end, text=_moved(targets[place].text, end))
        return replace(case, there=there, fixed=fixed, targets=tuple(targets))

    def moved(self, case: BuildCase) -> Prepared:
        """What was prepared, by the days of a case and with that case."""
        aims = tuple(aim._replace(target=one) for aim, one in zip(self.made.aims, case.targets, strict=True))
        fixed = np.stack([self._by(place, one.day) for place, one in enumerate(case.targets)])
        return replace(self.made, case=case, aims=aims, fixed=fixed)

    def _by(self, place: int, when: date) -> Array:
        """What there is of a target by a day if nothing more is begun: (draw,)."""
        if self.made.aims[place].own is not None or when == self.made.aims[place].target.day:
            return np.asarray(self.made.fixed[place])
        month = min(int(np.searchsorted(days_of(self.months), day(when))), len(self.months) - 1)
        return self.fixed[place][:, month]


def _moved(text: str, end: date) -> str:
    return f"{text.rpartition(' by ')[0]} by {end}"
