"""What a building can borrow and what that costs: debt size, balance, interest during construction, cover, returns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.quantity import STAGES, quantity
from stargauge.quantity.timeline import flow

Array = NDArray[np.float64]

_OPERATIONAL = STAGES.index("operational")
_BISECTIONS = 200


# --- closed forms -----------------------------------------------------------------------------------------------------------------


def annuity(rate: Array, periods: Array) -> Array:
    """Value today of 1 per period: (1 - (1 + r)^-n) / r. Units: 1."""
    return np.asarray(-np.expm1(-periods * np.log1p(rate)) / rate)


def present_value(rate: Array, flows: ArrayLike, times: ArrayLike | None = None) -> Array:
    """Value at time zero of flows along the last axis: sum of F_t (1 + r)^-t; times in periods, by default 0, 1, 2, ...

    For dated flows: times = (days from the first) / 365 (the convention of spreadsheet XNPV).
    """
    values = np.asarray(flows, dtype=np.float64)
    at = np.arange(values.shape[-1]) if times is None else np.asarray(times)
    return np.asarray((values * np.exp(-at * np.log1p(np.asarray(rate)[..., None]))).sum(axis=-1))


def internal_rate(flows: ArrayLike, times: ArrayLike | None = None, low: float = -0.99, high: float = 10.0) -> Array:
    """Rate at which flows along the last axis are worth nothing, by bisection of all series at once.

    Absent (NaN) where the value does not change sign between `low` and `high`. Flows that change sign twice can have two rates: the one
    found then is one of them. Agrees with spreadsheet IRR, and with XIRR for times in days / 365.
    """
    values = np.asarray(flows, dtype=np.float64)
    bottom, top = np.full(values.shape[:-1], low), np.full(values.shape[:-1], high)
    sign = np.sign(present_value(bottom, values, times))
    found = sign * np.sign(present_value(top, values, times)) < 0
    for _ in range(_BISECTIONS):
        middle = (bottom + top) / 2.0
        left = np.sign(present_value(middle, values, times)) == sign
        bottom, top = np.where(left, middle, bottom), np.where(left, top, middle)
    return np.where(found, (bottom + top) / 2.0, np.nan)


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


def debt_size(cost: Array, loan_to_cost: Array, sculpted: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Debt as the smaller of a share of the cost and what the cover ratio carries, and whether the share of the cost binds.

    Without the first limit a good contract would carry more debt than the asset costs.
    """
    by_cost = cost * loan_to_cost
    return np.minimum(by_cost, sculpted), np.asarray(by_cost <= sculpted)


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


class Waterfall(NamedTuple):
    """Where the cash of each period goes: service paid and short, reserve after it, distribution, cash trapped by a lock-up."""

    cover: Array
    paid: Array
    shortfall: Array
    reserve: Array
    distribution: Array
    trapped: Array


def waterfall(cash: ArrayLike, service: ArrayLike, reserve_target: ArrayLike, lock_up: float, reserve: float) -> Waterfall:
    """Cash to debt service, then to its reserve account, then to the owners unless the cover is below the lock-up.

    cash, service, reserve_target: by period. A shortage is met from the reserve first. Trapped cash is shown, not carried forward; a
    reserve
    above its target is not released.
    """
    rows = []
    for free, due, target in zip(np.asarray(cash), np.asarray(service), np.asarray(reserve_target), strict=True):
        paid = min(due, free + reserve)
        left = max(free - due, 0.0)
        reserve -= max(paid - free, 0.0)
        top_up = min(left, max(target - reserve, 0.0))
        reserve, left = reserve + top_up, left - top_up
        cover = free / due if due else np.nan
        open_to_owners = cover >= lock_up
        rows.append((cover, paid, due - paid, reserve, left if open_to_owners else 0.0, 0.0 if open_to_owners else left))
    return Waterfall(*(np.asarray(column, dtype=np.float64) for column in zip(*rows, strict=True)))


# --- quantities -------------------------------------------------------------------------------------------------------------------


@quantity("USD", "draw site month", adds="site", rises=True)
def building_capital(construction_deployed: Array, price_level: Array) -> Array:
    """Capital spent on construction so far, in money of the day: the base of loans on buildings. Axes: draw, site, month. Units: USD."""
    return np.asarray(np.cumsum(flow(construction_deployed) * price_level[:, None, :], axis=2))
