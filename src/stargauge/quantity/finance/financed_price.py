"""The price of energy at which a supply pays its lenders, its taxes and its owners: years of building, debt, tax, costs that grow.

Years lie along the last axis; any axes may lead (draws, sites). Money is of the day, in any one unit; rates are per year and nominal;
energy is in any one unit, and the price is money of that unit per unit of energy.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.finance.cashflow import annuity, level_payment, present_value

Array = NDArray[np.float64]


# --- from a supply to its yearly money --------------------------------------------------------------------------------------------


class Parts(NamedTuple):
    """What a supply is made of, at the prices of its first year of operation: any axes, then part (and year where said)."""

    capital: ArrayLike  # money, before soft costs
    upkeep: ArrayLike  # money per year, whether it runs or not
    running: ArrayLike  # money per unit of energy given, without fuel
    fuel_use: ArrayLike  # fuel per unit of energy given
    energy: ArrayLike  # given in each year of operation: (any, part, year)
    credit: ArrayLike  # share of its capital, soft costs included, that the state gives back as a tax credit


class SupplyRules(NamedTuple):
    """What holds for all parts of a supply: shares, prices, and how both go on; one value or any axes."""

    soft_share: ArrayLike  # soft costs (engineering, permits, insurance, sales tax) per capital before them
    soft_upkeep: ArrayLike  # yearly upkeep of the whole per capital before soft costs
    fuel_price: ArrayLike  # money per unit of fuel in the first year of operation
    fuel_growth: ArrayLike  # per year
    upkeep_growth: ArrayLike  # per year, of upkeep and running cost
    spending: ArrayLike  # share of the capital spent in each year of building: (any, year), one in all
    deductions: ArrayLike  # share of the basis deducted in each year of operation: (any, year)
    basis_cut: ArrayLike  # share of the tax credit by which the basis is smaller


class Flows(NamedTuple):
    """What a supply costs and sells, by year: (any, year of building) for what is spent, (any, year of operation) for the rest."""

    spent: ArrayLike
    sold: ArrayLike  # energy
    running: ArrayLike  # all yearly costs: upkeep, fuel, variable
    deductions: ArrayLike  # from the taxable income, besides running costs and interest
    credits: ArrayLike  # tax credits, worth their amount


def escalated(first: ArrayLike, growth: ArrayLike, years: int) -> Array:
    """A yearly amount that grows: first (1 + g)^k for k = 0, 1, ...; any axes, then year. Units: those of the amount."""
    start, rate = np.asarray(first, dtype=np.float64), np.asarray(growth, dtype=np.float64)
    return np.asarray(start[..., None] * (1.0 + rate[..., None]) ** np.arange(years))


def supply_flows(parts: Parts, rules: SupplyRules, sold: ArrayLike) -> Flows:
    """Yearly money of a supply that sells energy (any, year of operation) to a load.

    K = (1 + s) sum C;  spent_b = K * share_b;  credits in the first year of operation Z = (1 + s) sum z C            (1)
    running_k = (sum U + u sum C)(1 + e)^k + sum v E_k (1 + e)^k + sum h E_k * f (1 + i)^k, k = 0 in the first year     (2)
    deductions_k = (K - cut * Z) * d_k                                                                                 (3)

    Axes: any, then year. Units: money, energy. Leaves out: replacement within the years given, salvage value, working capital.
    """
    hard = np.asarray(parts.capital, dtype=np.float64)
    given = np.asarray(parts.energy, dtype=np.float64)
    years = given.shape[-1]
    soft = 1.0 + np.asarray(rules.soft_share, dtype=np.float64)
    whole = soft * hard.sum(axis=-1)
    credit = soft * (hard * np.asarray(parts.credit)).sum(axis=-1)
    upkeep = np.asarray(parts.upkeep, dtype=np.float64).sum(axis=-1) + np.asarray(rules.soft_upkeep) * hard.sum(axis=-1)
    grown = escalated(1.0, rules.upkeep_growth, years)
    variable = (np.asarray(parts.running, dtype=np.float64)[..., None] * given).sum(axis=-2)
    fuel = (np.asarray(parts.fuel_use, dtype=np.float64)[..., None] * given).sum(axis=-2)
    basis = whole - np.asarray(rules.basis_cut) * credit
    return Flows(
        spent=whole[..., None] * np.asarray(rules.spending),
        sold=np.asarray(sold, dtype=np.float64),
        running=(upkeep[..., None] + variable) * grown + fuel * escalated(rules.fuel_price, rules.fuel_growth, years),
        deductions=basis[..., None] * np.asarray(rules.deductions),
        credits=credit[..., None] * (np.arange(years) == 0),
    )


# --- from yearly money to a price -------------------------------------------------------------------------------------------------


class Terms(NamedTuple):
    """How a supply is paid for: shares and rates per year; one value or any axes."""

    debt_share: ArrayLike  # of what is spent; owners pay the rest, in step
    debt_rate: ArrayLike
    debt_years: int  # over which level payments repay it, from the first year of operation
    equity_rate: ArrayLike  # what owners ask after tax
    tax_rate: ArrayLike
    price_growth: ArrayLike = 0.0  # per year, of the price
    accrues: bool = True  # interest while building is added to the debt; false: charged to nobody


class Financed(NamedTuple):
    """A price and what follows from it, by year of operation; `equity` also over the years of building, which come first."""

    price: Array  # in the first year of operation
    running_part: Array  # of the price: pays the running costs; the rest pays for the capital, its tax included
    revenue: Array
    interest: Array
    principal: Array
    tax: Array  # paid; below nothing where a loss is worth its tax
    cover: Array  # revenue less running cost per debt service: below one, owners pay the lender; absent (NaN) where nothing is due
    equity: Array  # what owners pay in (below nothing) and get

    @property
    def capital_part(self) -> Array:
        """What of the price pays lenders, owners and the tax on their income. Units: money per unit of energy."""
        return np.asarray(self.price - self.running_part)


def debt_at_start(spent: ArrayLike, share: ArrayLike, rate: ArrayLike, accrues: bool = True) -> Array:
    """Debt when operation begins: a share of each year's spending, with interest from the end of that year. Units: money."""
    paid = np.asarray(spent, dtype=np.float64)
    waits = np.arange(paid.shape[-1])[::-1] if accrues else np.zeros(paid.shape[-1])
    grown = (1.0 + np.asarray(rate, dtype=np.float64)[..., None]) ** waits
    return np.asarray(np.asarray(share) * (paid * grown).sum(axis=-1))


def level_interest(debt: ArrayLike, rate: ArrayLike, repaid_over: int, years: int) -> tuple[Array, Array]:
    """Interest and principal by year of a debt repaid in level payments, nothing after: (any, year). Units: those of the debt.

    opening balance of year k = 1, 2, ...: payment * annuity(r, n - k + 1)       (1)
    """
    owed, r = np.asarray(debt, dtype=np.float64), np.asarray(rate, dtype=np.float64)
    left = np.maximum(repaid_over - np.arange(years), 0)
    payment = level_payment(r, repaid_over, owed)[..., None]
    interest = r[..., None] * payment * annuity(r[..., None], left)
    return interest, np.asarray(np.where(left > 0, payment - interest, 0.0))


def financed_price(flows: Flows, terms: Terms) -> Financed:
    """The price of energy in the first year of operation at which the owners' money after tax is worth nothing at the rate they ask.

    Owners in year t of building pay (1 - l) c_t; in year k of operation they get                                    (1)
        (1 - T)(p (1 + g)^k E_k - O_k) - S_k + T (I_k + D_k) + Z_k
    S debt service (level payments), I its interest, D deductions, Z credits, O running costs, E energy, T the tax rate.
    Each year's money counts at its end. The value is linear in p, so with V the value at the rate of equity           (2)
        p = [V((1 - T) O + S - T (I + D) - Z) + V((1 - l) c)] / [(1 - T) V((1 + g)^k E)]: nothing is searched for.
    Its running part is V(O) / V((1 + g)^k E): running costs are deducted, so no tax is paid to earn them.

    Units: money per unit of energy. Axes: any. Absent (NaN) where nothing is sold. Leaves out: reserves, fees of the loan, a limit on the
    use of losses (a loss is worth its tax in its own year), the deduction of interest while building. Source: discounted cash flow to
    equity, e.g. Short, Packey & Holt, A Manual for the Economic Evaluation of Energy Efficiency and Renewable Energy Technologies (NREL,
    1995). Raises ValueError for a debt repaid over more years than there are of operation, or over none.
    """
    spent, sold = np.asarray(flows.spent, dtype=np.float64), np.asarray(flows.sold, dtype=np.float64)
    running = np.asarray(flows.running, dtype=np.float64)
    years = running.shape[-1]
    if not 0 < terms.debt_years <= years:
        raise ValueError(f"the debt is repaid over {terms.debt_years} years; expected 1 to {years}, the years of operation")
    share, tax_rate = np.asarray(terms.debt_share, dtype=np.float64), np.asarray(terms.tax_rate, dtype=np.float64)[..., None]
    debt = debt_at_start(spent, share, terms.debt_rate, terms.accrues)
    interest, principal = level_interest(debt, terms.debt_rate, terms.debt_years, years)
    shield = interest + np.asarray(flows.deductions)

    def worth(values: Array) -> Array:
        return present_value(terms.equity_rate, values, spent.shape[-1] + np.arange(years))

    paid_in = (1.0 - share)[..., None] * spent
    priced = escalated(1.0, terms.price_growth, years) * sold
    keeps = worth((1.0 - tax_rate) * priced)
    service = interest + principal
    needs = (1.0 - tax_rate) * running + service - tax_rate * shield - np.asarray(flows.credits)
    with np.errstate(divide="ignore", invalid="ignore"):
        price = np.where(keeps > 0.0, (worth(needs) + present_value(terms.equity_rate, paid_in)) / keeps, np.nan)
        running_part = np.where(keeps > 0.0, worth(running) / worth(priced), np.nan)
    revenue = price[..., None] * priced
    earned = revenue - running
    with np.errstate(over="ignore"):  # next to no debt is covered without end
        cover = np.where(service > 0.0, earned / np.where(service > 0.0, service, 1.0), np.nan)
    tax = tax_rate * (earned - shield)
    left = earned - service - tax + np.asarray(flows.credits)
    building = np.broadcast_to(-paid_in, (*left.shape[:-1], paid_in.shape[-1]))
    equity = np.concatenate([building, left], axis=-1)
    return Financed(price, running_part, revenue, interest, principal, tax, cover, equity)
