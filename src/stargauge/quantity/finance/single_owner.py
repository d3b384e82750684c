"""One asset of one owner, year by year: sculpted debt, tax with losses used at once, and what is left for the owner."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.finance.cashflow import internal_rate, present_value
from stargauge.quantity.finance.loan import cover_to_maturity, debt_schedule, sculpted_debt

Array = NDArray[np.float64]


class SingleOwner(NamedTuple):
    """Arrays by year from financial close: cash for debt, its service and balance, deductions, tax (a benefit is positive), equity."""

    cash_for_debt: Array
    principal: Array
    interest: Array
    balance: Array
    deduction: Array
    tax: Array
    before_tax: Array
    after_tax: Array
    cover: float

    @property
    def debt(self) -> float:
        """Debt at financial close."""
        return float(self.balance[0])

    @property
    def equity(self) -> float:
        """What the owner pays at financial close; below nothing where the debt is more than the cost."""
        return float(-self.after_tax[0])

    def rate_of_return(self) -> float:
        """Internal rate of return after tax; absent (NaN) where there is none or more than one."""
        return float(internal_rate(self.after_tax))

    def value(self, rate: float) -> float:
        """Net present value after tax at financial close."""
        return float(present_value(rate, self.after_tax))


def single_owner(
    cost: float, revenue: ArrayLike, opex: ArrayLike, deductions: ArrayLike, *, cover: float, tenor: int, debt_rate: float, tax_rate: float,
    most_debt: float = np.inf,
) -> SingleOwner:  # fmt: skip
    """An asset built at once: debt = min(most_debt, sum of cash / cover at the debt rate), service in proportion to cash over the tenor.

    Where `most_debt` limits it, the cover is the one at which the cash of the tenor repays it. Tax on revenue less opex, interest and
    deductions; a loss is worth its tax in its own year. revenue, opex, deductions: by year from the first year of operation. Leaves out:
    reserves, fees, time to build. Raises ValueError for a tenor longer than the operation. Check: NREL System Advisor Model, Singleowner,
    to the cent.
    """
    earned = np.asarray(revenue, dtype=np.float64) - np.asarray(opex, dtype=np.float64)
    written_off = np.asarray(deductions, dtype=np.float64)
    years = len(earned)
    if not 0 < tenor <= years:
        raise ValueError(f"the debt's tenor is {tenor} years; expected 1 to {years}, the years of operation")
    cash = earned[:tenor]
    carried = max(0.0, float(sculpted_debt(cash, np.asarray(cover), np.asarray(debt_rate))))
    debt = min(carried, most_debt)
    level = cover if debt == carried > 0.0 else float(cover_to_maturity(cash, debt_rate, debt)) if debt > 0.0 else np.nan
    schedule = debt_schedule(debt, cash / level if debt > 0.0 else np.zeros(len(cash)), debt_rate)

    def by_year(at_close: float, values: Array) -> Array:
        return np.concatenate([[at_close], values, np.zeros(years - len(values))])

    interest, principal = by_year(0.0, schedule.interest), by_year(0.0, schedule.principal)
    earned = by_year(0.0, earned)
    deduction = by_year(0.0, written_off)
    tax = -tax_rate * (earned - interest - deduction)
    before = earned - interest - principal
    before[0] = debt - cost
    after = before + tax
    return SingleOwner(
        by_year(0.0, cash), principal, interest, by_year(debt, schedule.closing), deduction, tax, before, after, level
    )  # fmt: skip
