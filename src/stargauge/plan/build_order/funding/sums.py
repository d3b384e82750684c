"""Sums that were announced to be spent by a day, and what orders of build spend by then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import numpy as np

from stargauge.audit.claims.binding import check
from stargauge.audit.claims.language import Comparison, parse
from stargauge.engine.simulate import axes_of, model_graph
from stargauge.plan.build_order.case.case import Array, BuildCase, Limit, value_of
from stargauge.plan.build_order.case.costs import Uses
from stargauge.plan.build_order.orders.sought import Chosen
from stargauge.programme.known import Known

#: What a reading of money is of, and the level of prices that turns USD of the price year into money of the day.
CAPITAL, LEVEL = "capital_deployed", "price_level"
_YEAR = 365.0


class Sum(NamedTuple):
    """A sum of money of the day that somebody said would be spent by a day: the claim, its reading, and what was said."""

    claim: str
    reading: str
    says: str
    money: float
    by: date


def sums_of(now: Known) -> Iterator[Sum]:
    """Readings of the programme's claims that a sum is spent on all of it by a day that is still to come, each sum and day once."""
    seen = set[tuple[float, date]]()
    for name, claim in now.programme.claims.items():
        for reading, text in claim.readings.items():
            if not str(text).startswith(f"{CAPITAL} >"):
                continue
            made = check(parse(str(text)), model_graph().quantities, axes_of(now))
            if not isinstance(made, Comparison) or made.threshold.value is None or made.time is None or made.time.kind != "by":
                continue
            key = (made.threshold.value, made.time.end)
            if now.as_of < made.time.end <= now.months[-1] and key not in seen:
                seen.add(key)
                yield Sum(name, reading, claim.says, *key)


@dataclass(frozen=True)
class Spending:
    """What is spent by a day in money of the day, in expectation. `under_way`: on what is under way, so far by month, USD; `level`: of
    prices by month; `months`: their ends; `uses`: with the capital of each option by year.
    """

    months: tuple[date, ...]
    under_way: Array
    level: Array
    uses: Uses

    @classmethod
    def of(cls, months: tuple[date, ...], series: Mapping[str, Array], uses: Uses) -> Spending:
        """From draws of a run in which nothing more is begun: (draw, month) each."""
        return cls(months, series[CAPITAL].mean(axis=0), series[LEVEL].mean(axis=0), uses)

    def begun(self, by: date) -> float:
        """On what is under way by a day, USD."""
        return float(np.interp(by.toordinal(), [one.toordinal() for one in self.months], self.under_way))

    def use(self, by: date) -> Array:
        """Of each option by a day, (building, power, chip, start): what is paid within a year is paid evenly over it."""
        shares = [min(max((by - date(year - 1, 12, 31)).days / _YEAR, 0.0), 1.0) for year in self.uses.years]
        return np.asarray(self.uses.capital @ (np.array(shares) * [self._level(year) for year in self.uses.years]))

    def spent(self, case: BuildCase, chosen: Chosen, by: date) -> float:
        """In all by a day if this is built, USD."""
        return self.begun(by) + value_of(case, chosen, self.use(by))

    def within(self, case: BuildCase, money: float, by: date) -> BuildCase:
        """The case in which no more than a sum is spent by a day."""
        limit = Limit(f"by {by}", "money", money - self.begun(by), "USD", np.where(case.allowed, self.use(by), 0.0))
        return replace(case, limits=(*case.limits, limit))

    def _level(self, year: int) -> float:
        inside = [level for level, month in zip(self.level, self.months, strict=True) if month.year == year]
        return float(np.mean(inside)) if inside else float(self.level[-1])
