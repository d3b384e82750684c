"""Loans: how much an asset carries, its service, and how it is drawn while something is built."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.finance.cashflow import present_value

Array = NDArray[np.float64]

#: What limits a debt, as `DebtSize.binding` names it.
LIMITS = ("loan_to_cost", "cover")


class Schedule(NamedTuple):
    """Debt service by period: interest, principal and the balance after it."""

    interest: Array
    principal: Array
    closing: Array


def sculpted_debt(cash: ArrayLike, cover: Array, rate: Array) -> Array:
    """Largest debt whose service keeps a cover ratio in every period: sum of CFADS_t / DSCR, discounted at the debt rate."""
    service = np.asarray(cash, dtype=np.float64) / np.asarray(cover)[..., None]
    return present_value(rate, service, np.arange(1, service.shape[-1] + 1))


def debt_schedule(debt: float, service: ArrayLike, rate: float) -> Schedule:
    """Interest, principal and balance of one debt with a given service per period; interest on the opening balance."""
    paid = np.asarray(service, dtype=np.float64)
    growth = (1.0 + rate) ** np.arange(1, len(paid) + 1)
    closing = (debt - np.cumsum(paid / growth)) * growth
    opening = np.concatenate([[debt], closing[:-1]])
    return Schedule(rate * opening, paid - rate * opening, closing)


class DebtSize(NamedTuple):
    """Debt, and whether the share of the cost is what limits it (else the cover ratio is)."""

    debt: Array
    cost_binds: NDArray[np.bool_]

    @property
    def binding(self) -> NDArray[np.str_]:
        """The name of what limits it: one of `LIMITS`."""
        return np.asarray(np.where(self.cost_binds, LIMITS[0], LIMITS[1]))


def debt_size(cost: Array, loan_to_cost: Array, sculpted: Array) -> DebtSize:
    """Debt as the smaller of a share of the cost and what the cover ratio carries.

    Without the first limit a good contract would carry more debt than the asset costs.
    """
    by_cost = cost * loan_to_cost
    return DebtSize(np.minimum(by_cost, sculpted), np.asarray(by_cost <= sculpted))


def cover_to_maturity(cash: ArrayLike, rate: ArrayLike, debt: ArrayLike) -> Array:
    """Loan life cover ratio: what the cash of the remaining periods is worth at the debt rate over the debt. Units: 1.

    Also the level cover at which that debt is repaid to nothing, where the share of the cost limits it. Axes: any, then period.
    """
    flows = np.asarray(cash, dtype=np.float64)
    worth = present_value(np.asarray(rate, dtype=np.float64), flows, np.arange(1, flows.shape[-1] + 1))
    return np.asarray(worth / np.asarray(debt, dtype=np.float64))


def average_life(principal: ArrayLike) -> Array:
    """Mean time until a unit of debt is repaid, in periods, weighted by what is repaid: sum(t P_t) / sum(P_t)."""
    paid = np.asarray(principal, dtype=np.float64)
    return np.asarray((paid * np.arange(1, paid.shape[-1] + 1)).sum(axis=-1) / paid.sum(axis=-1))


class ConstructionLoan(NamedTuple):
    """A loan drawn pro rata with equity while something is built: its size, what was drawn when, and what it cost."""

    debt: float
    equity: float
    interest: float
    commitment_fee: float
    upfront_fee: float
    draws: Array


def _drawn_month_by_month(costs: Array, gearing: float, rate: float, fee: float, upfront: float, size: float) -> ConstructionLoan:
    balance = interest = charged = equity = 0.0
    draws = np.zeros(len(costs))
    for month, cost in enumerate(costs):
        accrued, held = balance * rate, (size - balance) * fee
        uses = cost + accrued + held + (upfront * size if month == 0 else 0.0)
        draws[month] = gearing * uses
        balance, equity = balance + draws[month], equity + (1.0 - gearing) * uses
        interest, charged = interest + accrued, charged + held
    return ConstructionLoan(balance, equity, interest, charged, upfront * size, draws)


def construction_loan(
    costs: ArrayLike, gearing: float, rate_year: float, commitment_fee_year: float, upfront_fee: float
) -> ConstructionLoan:
    """Loan that pays its own interest and fees while building: size D such that what is drawn of a facility of size D is D.

    Each month: uses = cost + balance r/12 + (D - balance) c/12 (+ u D in the first); gearing * uses are drawn   (1)

    What is drawn is linear in D, so two trial sizes give the exact one: no iteration. Units: USD, shares per year.
    """
    values = np.asarray(costs, dtype=np.float64)
    month = gearing, rate_year / 12.0, commitment_fee_year / 12.0, upfront_fee
    base = _drawn_month_by_month(values, *month, 0.0).debt
    slope = _drawn_month_by_month(values, *month, 1.0).debt - base
    return _drawn_month_by_month(values, *month, base / (1.0 - slope))
