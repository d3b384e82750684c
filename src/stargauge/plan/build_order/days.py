"""A case by other days: the same buildings and options, with a target's day moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from stargauge.plan.build_order.case import Array, BuildCase, Mask
from stargauge.plan.build_order.prepare import Prepared
from stargauge.plan.build_order.worlds import days_of, given_up_at, operation_at, ready_at, starts_at
from stargauge.quantity.dates import day, month_end


@dataclass(frozen=True)
class Days:
    """Makes a case with another day of a target. `fixed`: what there is of each target by month if nothing more is begun (draw, month);
    `floors`: day before which no building runs (building, world), where some were measured.
    """

    prepared: Prepared
    months: tuple[date, ...]
    fixed: tuple[Array, ...]
    floors: Array | None = None

    @cached_property
    def runs(self) -> Array:
        """Day of operation of every option in each world, infinity where it never runs: (world, building, power, chip, start)."""
        made = self.prepared.all_worlds.only(self.prepared.chosen)
        begun = starts_at(made, days_of(self.prepared.case.months))
        ready = ready_at(made, begun)
        with np.errstate(invalid="ignore"):
            runs = np.where(given_up_at(made, begun, ready)[:, :, :, None], np.inf, operation_at(made, ready))
        return runs if self.floors is None else np.maximum(runs, self.floors.T[:, :, None, None, None])

    def at(self, case: BuildCase, place: int, when: date) -> BuildCase:
        """A case with the day of one target moved to the month end of another day."""
        end = month_end(when)
        there, fixed = case.there.copy(), case.fixed.copy()
        there[place] = self._there(end)
        month = min(int(np.searchsorted(days_of(self.months), day(end))), len(self.months) - 1)
        fixed[place] = self.fixed[place][self.prepared.chosen][:, month]
        targets = list(case.targets)
        targets[place] = targets[place]._replace(day=end, text=_moved(targets[place].text, end))
        return replace(case, there=there, fixed=fixed, targets=tuple(targets))

    def _there(self, end: date) -> Mask:
        return np.ascontiguousarray(np.moveaxis(self.runs <= day(end), 0, -1))


def _moved(text: str, end: date) -> str:
    return f"{text.rpartition(' by ')[0]} by {end}"
