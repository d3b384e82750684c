"""What the programme as it stands comes to, whether or not a plan may leave its sites as they are: what a plan is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from stargauge.plan.build_order.case.choices import FILE, Lot
from stargauge.plan.build_order.case.costs import Expected, costs_of, uses_of
from stargauge.plan.build_order.case.unit_prices import UnitPrices, building_of, chips_of, money_of, supply_of_powers
from stargauge.plan.build_order.case.worlds import Worlds
from stargauge.plan.build_order.told.filed import Filed


class Stands(NamedTuple):
    """All that is decided left as the file has it: present value and capital, not discounted, USD of the price year; g CO2e."""

    total: float
    capital: float
    emissions: float


def as_expected(filed: Filed, last: float) -> Expected:
    """Means of the dates of buildings as the file has them: one power, one chip and one start, which stand for it."""
    start, ready, operation = filed.expected(last)
    served, arrives = np.minimum(filed.operation, last).mean(axis=0), (filed.operation <= last).mean(axis=0)
    deep = (slice(None), None, None)
    return Expected(start[deep], ready[deep], operation[:, None, None, None], served[:, None, None, None], arrives[:, None, None, None])


def stands_of(prices: UnitPrices, made: Worlds, filed: Filed, lots: Sequence[Lot], chip: str, years: Mapping[int, float]) -> Stands | None:
    """What buildings of the file come to at their expected dates, as an option of a plan does; None where the file has none to decide.

    `chip`: stands for the accelerators of the file; `years`: the last day of each year of the clock, by year.
    """
    own = [place for place, lot in enumerate(lots) if not lot.further]
    if not own:
        return None
    money, building, chips = money_of(prices), building_of(prices, made), chips_of(prices, (chip,), (FILE,))
    supply, dates = supply_of_powers(prices, (FILE,), made, np.zeros(len(lots))), as_expected(filed, float(filed.months[-1]))
    with np.errstate(invalid="ignore"):
        costs, uses = costs_of(building, supply, chips, dates, money), uses_of(building, supply, chips, dates, money, years)
    return Stands(*(float(one[own].sum()) for one in (costs.total, uses.capital, uses.emissions)))
