"""Project finance month by month, of many assets at once: a loan sized in closed form, its schedule, tax, and where the cash goes.

Arrays are (month, cell), one cell per asset and draw, months first so that a step of the recursion reads and writes whole lines. Rates are
per month. Money is in any one unit. Nothing here iterates: what is drawn is linear in the share borrowed and in the size of the facility,
so two runs of a unit each give both exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: What limits a loan, in the order of `Loan.binding`.
BINDINGS = ("none", "loan_to_cost", "coverage", "amount", "whole_cost")
_NONE, _LOAN_TO_COST, _COVERAGE, _AMOUNT, _WHOLE_COST = range(5)


#: In which order a loan and the owners pay for the cost of what is built.
DRAW_RULES = ("pro_rata", "equity_first", "debt_first")
_PRO_RATA, _EQUITY_FIRST, _DEBT_FIRST = range(3)
_HALVINGS = 48


class Terms(NamedTuple):
    """Terms of a loan, per cell unless said otherwise."""

    rate: Array  # per month (month, cell), as expected at close
    rate_after: Array  # per month (month, cell) once it is refinanced
    loan_to_cost: Array  # most that is lent of all costs, financing costs included
    cover: Array  # debt service cover the lender asks
    most: Array  # largest facility; infinite where no amount was agreed
    upfront_fee: Array  # of the facility
    commitment_fee: Array  # per month (month, cell), of what is undrawn
    repayment: Array  # months over which payments are reckoned, from the last building's operation
    maturity: Array  # months from the first draw until the loan falls due
    rule: Array  # in which order loan and owners pay for the cost: a place in `DRAW_RULES`


class Construction(NamedTuple):
    """What a loan of all costs (a share of one) would draw: added and converted by month, waiting at month end, and its facility.

    Months end with the last in which something begins to run anywhere.
    """

    added: Array
    converted: Array
    waiting: Array
    facility: Array


class Sizing(NamedTuple):
    """How large a loan is, per cell: its share of the cost, and which limit binds (a place in `BINDINGS`)."""

    share: Array
    binding: NDArray[np.int8]


class Loan(NamedTuple):
    """A loan and its schedule, by month."""

    drawn: Array  # with the costs of construction debt
    costs: Array  # interest and fees while building, added to the loan
    waiting: Array  # debt of what does not run yet
    balance: Array  # debt of what runs
    interest: Array
    principal: Array
    refinanced: Array  # balance that falls due and is lent anew
    gap: Array  # what no lender lends anew, paid by the owners


class Accounts(NamedTuple):
    """Where the cash of each month goes: (month, cell)."""

    available: Array  # cash for debt service
    paid: Array  # senior interest and principal paid
    arrears: Array
    reserve: Array  # debt service reserve
    renewal: Array  # reserve for buying equipment again
    renewed: Array  # what of new equipment the reserve does not pay: owners do
    trapped: Array  # cash held back by the lock-up
    junior_paid: Array
    junior_arrears: Array
    distribution: Array
    support: Array  # what owners put in while the asset does not pay its own cost


def construction_debt(cost: Array, begins: Array, rate: Array, commitment_fee: Array, upfront_fee: Array) -> Construction:
    """The draws of a loan that pays the whole cost and adds its own interest and fees, while something is built.

    added_t = g c_t + i_t X_{t-1} + f_t (F - D_{t-1}) [+ u F in the first month of cost]     (1)
    converted_t = z_t (X_{t-1} + added_t);  X_t = (1 - z_t)(X_{t-1} + added_t);  D_t = D_{t-1} + added_t;  F = D_T   (2)

    Linear in g and F: a run with g = 1 gives a, a run with F = 1 gives b, so F = a / (1 - b) at g = 1 and all draws scale with g.

    cost: money spent, all of it before the last of `begins`; begins: share z of what waits that begins to run; the last is 1, and nothing
    is charged after it.
    """
    lasts = _last(begins)
    months, cells = min(int(lasts.max(initial=-1)) + 1, len(cost)), cost.shape[1]
    begun = np.cumsum(cost[:months], axis=0) > 0.0
    first = np.argmax(begun, axis=0) if months else np.zeros(cells, dtype=np.int64)
    added, converted, waiting, added_fee, converted_fee, waiting_fee = (np.empty((months, cells)) for _ in range(6))
    waits, drawn, waits_fee, drawn_fee = (np.zeros(cells) for _ in range(4))
    for month in range(months):
        on = (lasts >= month) & begun[month]
        fee, grows = commitment_fee[month] * on, rate[month] * on
        add = np.add(cost[month] * on - fee * drawn, grows * waits, out=added[month])
        more = fee * (1.0 - drawn_fee)
        more += grows * waits_fee
        add_fee = np.add(more, upfront_fee * (on & (first == month)), out=added_fee[month])
        drawn, drawn_fee = drawn + add, drawn_fee + add_fee
        waits, waits_fee = waits + add, waits_fee + add_fee
        waits = np.subtract(waits, np.multiply(begins[month], waits, out=converted[month]), out=waiting[month])
        waits_fee = np.subtract(waits_fee, np.multiply(begins[month], waits_fee, out=converted_fee[month]), out=waiting_fee[month])
    facility = drawn / (1.0 - drawn_fee)
    for one, other in ((added, added_fee), (converted, converted_fee), (waiting, waiting_fee)):
        other *= facility
        one += other
    return Construction(added, converted, waiting, facility)


def _last(begins: Array) -> NDArray[np.int64]:
    """The last month in which something begins to run; -1 where nothing does."""
    months = len(begins)
    some = begins > 0.0
    return np.where(some.any(axis=0), months - 1 - np.argmax(some[::-1], axis=0), -1)


def _first(begins: Array) -> NDArray[np.int64]:
    """The first month in which something begins to run; past the axis where nothing does."""
    some = begins > 0.0
    return np.where(some.any(axis=0), np.argmax(some, axis=0), len(begins))


def share_by_cost(loan_to_cost: Array, growth: Array) -> Array:
    """Share g of the cost that may be borrowed so that the loan is at most a share L of all costs, financing costs included.

    g = L / (L + growth (1 - L))                                                    (1)

    growth: facility over cost at g = 1, so that the loan is g * growth of the cost, and all costs are g * growth + (1 - g) of it.
    """
    whole = loan_to_cost + growth * (1.0 - loan_to_cost)
    return np.asarray(np.where(whole > 0.0, loan_to_cost / np.where(whole > 0.0, whole, 1.0), 0.0))


def sized_loan(cost: Array, begins: Array, secured: Array, kept: Array, terms: Terms) -> tuple[Sizing, Loan]:
    """The largest loan that keeps both limits, its schedule sculpted on the income under contract, and its refinancing.

    g = min(share by cost, share by cover, agreed amount / facility at g = 1, 1); the smallest limit is named   (1)
    share by cover: 1 / (cover * strain); strain: the most, over all months, of the value of what becomes debt that runs from then on over
    the value of secured income from then on, at the loan's own rate: income earned before a debt begins cannot repay it   (2)
    service_t = k * secured income, k = g * strain: 1 / k is the cover of the schedule, at least the one asked   (3)
    At maturity at most (value of the secured income left * share kept / cover) is lent anew; owners pay the gap   (4)

    secured: income under contract after running cost, by month (the lender's case); kept: share of it that is still there at each month.
    A balance never falls below nothing. A loan that would fall due before everything runs is extended until it does.
    """
    months, cells = cost.shape
    built = construction_debt(cost, begins, terms.rate, terms.commitment_fee, terms.upfront_fee)
    stop = len(built.added)
    last = _last(begins)
    until = np.where(last >= 0, last + np.maximum(terms.repayment, 1.0), -1.0)
    at = np.arange(months)[:, None]
    income = np.maximum(secured, 0.0)
    income *= (at > _first(begins)) & (at <= until)
    discount = np.asarray(np.cumprod(1.0 / (1.0 + terms.rate), axis=0), dtype=np.float64)
    strain = _strain(built.converted, income, discount)
    whole = cost.sum(axis=0)
    growth = np.where(whole > 0.0, built.facility / np.where(whole > 0.0, whole, 1.0), 1.0)
    by_cost = share_by_cost(terms.loan_to_cost, growth)
    by_cover = np.where(strain > 0.0, 1.0 / (terms.cover * np.where(strain > 0.0, strain, 1.0)), 0.0)
    by_amount = np.where(built.facility > 0.0, terms.most / np.where(built.facility > 0.0, built.facility, 1.0), np.inf)
    limits = np.stack([by_cost, by_cover, by_amount, np.ones(cells)])
    share = np.maximum(0.0, limits.min(axis=0))
    binding = np.array([_LOAN_TO_COST, _COVERAGE, _AMOUNT, _WHOLE_COST], dtype=np.int8)[limits.argmin(axis=0)]
    binding = np.where(strain > 0.0, binding, _NONE).astype(np.int8)
    paid = share * cost
    drawn, costs, waiting, converted = (np.zeros((months, cells)) for _ in range(4))
    for out, part in ((drawn, built.added), (waiting, built.waiting), (converted, built.converted)):
        np.multiply(part, share, out=out[:stop])
    pace = np.where(share > 0.0, share * np.where(np.isfinite(strain), strain, 0.0), 0.0)
    other = np.flatnonzero((terms.rule != _PRO_RATA) & (strain > 0.0))
    if other.size:
        timed = _in_order(cost[:, other], begins[:, other], income[:, other], discount[:, other], _some(terms, other))
        share[other], binding[other], pace[other], paid[:, other] = timed[:4]
        for out, part in zip((drawn, converted, waiting), timed[4][:3], strict=True):
            out[: len(part), other] = part
    np.subtract(drawn[:stop], paid[:stop], out=costs[:stop])
    due = np.argmax(np.cumsum(cost[:stop], axis=0) > 0.0, axis=0) + terms.maturity if stop else np.full(cells, np.inf)
    due = np.maximum(due, last)
    return Sizing(share, binding), Loan(drawn, costs, waiting, *_scheduled(converted, income, pace, kept, terms, due))


def _strain(converted: Array, income: Array, discount: Array) -> Array:
    """The most, over all months, of the value of debt that begins from a month on over the value of income from it on; may be infinite."""
    stop = len(converted)
    if not stop:
        return np.zeros(income.shape[1])
    later = np.flip(np.cumsum(np.flip(converted * discount[:stop], axis=0), axis=0), axis=0)
    ahead = np.flip(np.cumsum(np.flip(income * discount, axis=0), axis=0), axis=0)[:stop]
    some = ahead > 1e-12 * later  # what rounding leaves of income is none
    return np.asarray(np.where(later > 0.0, np.where(some, later / np.where(some, ahead, 1.0), np.inf), 0.0).max(axis=0))


def _some(terms: Terms, cells: NDArray[np.int64]) -> Terms:
    return Terms(*(field[..., cells] for field in terms))


def paid_by_loan(cost: Array, share: Array, rule: Array) -> Array:
    """What of each month's cost the loan pays, whose share of the whole is given: in step with the owners, after them, or before them."""
    whole, so_far = cost.sum(axis=0), np.cumsum(cost, axis=0)
    after = np.where(share > 0.0, np.clip(so_far - (1.0 - share) * whole, 0.0, cost), 0.0)  # rounding alone draws nothing
    before = np.clip(share * whole - (so_far - cost), 0.0, cost)
    return np.where(rule == _EQUITY_FIRST, after, np.where(rule == _DEBT_FIRST, before, share * cost))


def _in_order(
    cost: Array, begins: Array, income: Array, discount: Array, terms: Terms
) -> tuple[Array, NDArray[np.int8], Array, Array, Construction]:
    """Share, limit, pace of service, cost paid and draws of loans that do not pay in step with the owners: by halving the share's bracket.

    When a loan is drawn decides what its interest while building comes to, so its share is in no closed form: both limits are met by every
    share below the one found and by none above.
    """
    whole = cost.sum(axis=0)
    low, high = np.zeros_like(whole), np.ones_like(whole)

    def tried(share: Array) -> tuple[Array, Construction, Array, Array]:
        paid = paid_by_loan(cost, share, terms.rule)
        built = construction_debt(paid, begins, terms.rate, terms.commitment_fee, terms.upfront_fee)
        room = np.minimum(terms.loan_to_cost * ((1.0 - share) * whole + built.facility), terms.most) - built.facility
        return paid, built, _strain(built.converted, income, discount), room

    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        _, _, strain, room = tried(middle)
        fits = (room >= 0.0) & (strain * terms.cover <= 1.0)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    paid, built, strain, _ = tried(low)
    room, all_lent = tried(high)[3], built.facility >= terms.most * (1.0 - 1e-9)
    binding = np.where(room < 0.0, np.where(all_lent, _AMOUNT, _LOAN_TO_COST), _COVERAGE).astype(np.int8)
    return low, binding, strain, paid, built


def _scheduled(converted: Array, income: Array, pace: Array, kept: Array, terms: Terms, due: Array) -> tuple[Array, ...]:
    """Balance, interest, principal, what is refinanced and the gap, month by month."""
    months, cells = converted.shape
    when = np.minimum(np.round(due), months).astype(np.int64)
    after = _value_ahead(income, terms.rate_after) if when.min(initial=months) < months - 1 else income
    balance, interest, principal = (np.empty((months, cells)) for _ in range(3))
    refinanced, gap = np.zeros((months, cells)), np.zeros((months, cells))
    held, k = np.zeros(cells), pace
    for month in range(months):
        rate = np.where(when < month, terms.rate_after[month], terms.rate[month])
        charge = np.multiply(rate, held, out=interest[month])
        before = held + charge
        before += converted[month]
        service = before if month == months - 1 else np.minimum(k * income[month], before)
        np.subtract(service, charge, out=principal[month])
        held = np.subtract(before, service, out=balance[month])
        falls = when == month
        if falls.any():
            lent = np.where(falls, np.minimum(held, after[month] * kept[month] / terms.cover), held)
            refinanced[month], gap[month] = np.where(falls, lent, 0.0), held - lent
            k = np.where(falls & (after[month] > 0.0), lent / np.where(after[month] > 0.0, after[month], 1.0), k)
            held = balance[month] = lent
    return balance, interest, principal, refinanced, gap


def _value_ahead(income: Array, rate: Array) -> Array:
    """Value at each month end of the income of all later months."""
    out = np.zeros_like(income)
    for month in range(len(income) - 2, -1, -1):
        out[month] = (out[month + 1] + income[month + 1]) / (1.0 + rate[month + 1])
    return out


def years_of(month_of_year: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of the month that closes each tax year: each December, and the last month."""
    closing = np.flatnonzero(month_of_year == 12)
    return closing if len(closing) and closing[-1] == len(month_of_year) - 1 else np.append(closing, len(month_of_year) - 1)


def income_tax(profit: Array, depreciation: Array, tax_rate: Array, closing: NDArray[np.int64], carried: bool = True) -> Array:
    """Tax on the profit of each year less depreciation, paid in equal parts over its months; losses are carried forward.

    profit: income less running cost and interest by month (month, cell); depreciation: by tax year (year, cell). `carried` false: losses
    are used at once by an owner who has other income (tax below zero). Leaves out: the 80 % limit of losses carried (United States).
    """
    out, losses = np.empty_like(profit), np.zeros(profit.shape[1])
    opening = 0
    for year, month in enumerate(closing):
        taxable = profit[opening : month + 1].sum(axis=0) - depreciation[year]
        if carried:
            used = np.minimum(losses, np.maximum(taxable, 0.0))
            losses += np.maximum(-taxable, 0.0) - used
            taxable = np.maximum(taxable, 0.0) - used
        out[opening : month + 1] = tax_rate * taxable / (month + 1 - opening)
        opening = month + 1
    return out


class Rules(NamedTuple):
    """Rules of the cash waterfall, per cell."""

    lock_up: Array  # least cover at which owners are paid
    target: Array  # what the debt service reserve should hold (month, cell)
    renewal_due: Array  # saved each month for buying equipment again (month, cell)
    junior_due: Array  # service of vendor and other junior debt (month, cell)


def waterfall(
    cash: Array, renewal: Array, service: Array, rate: Array, rules: Rules, opening: float = 0.0, releases: bool = True
) -> Accounts:
    """Cash to senior service, its reserve, the reserve for renewal, junior service, and the owners unless the cover is below the lock-up.

    cash: income less running cost, change of working capital and tax, available for debt service; renewal: equipment bought again, paid
    from what was saved for it, the rest by the owners: it comes never before debt service; service: senior interest and principal by
    schedule; opening: what the reserve holds before the first month.
    Service due is interest, principal and arrears with interest; it is met from the month's cash and what was trapped, then from the
    reserve. Trapped cash is a state, no loss: it pays what an asset does not earn of its own cost, serves later debt,
    and is paid out when the cover is back. A reserve above its target is
    released, and in the last month everything held is paid out (unless nothing `releases`).
    """
    months, cells = cash.shape
    out = Accounts(*(np.empty((months, cells)) for _ in Accounts._fields))
    grows, locks = 1.0 + rate, rules.lock_up * service
    arrears, saved, trapped, owed = (np.zeros(cells) for _ in range(4))
    reserve = np.full(cells, opening)
    for month in range(months):
        ends = releases and month == months - 1
        free = cash[month]
        income = np.maximum(free, 0.0)
        lacks = income - free
        used = np.minimum(trapped, lacks)
        np.subtract(lacks, used, out=out.support[month])
        due = service[month] + arrears * grows[month]
        pool = income + trapped
        pool -= used
        paid = np.minimum(due, pool)
        due -= paid
        pool -= paid
        lent = np.minimum(due, reserve)
        np.add(paid, lent, out=out.paid[month])
        arrears = np.subtract(due, lent, out=out.arrears[month])
        reserve = reserve - lent
        wanted = rules.target[month] - reserve
        top_up = -reserve if ends else np.minimum(pool, wanted if releases else np.maximum(wanted, 0.0))
        reserve = np.add(reserve, top_up, out=out.reserve[month])
        pool -= top_up
        spent = np.minimum(renewal[month], saved)
        np.subtract(renewal[month], spent, out=out.renewed[month])
        saved = saved - spent
        save = -saved if ends else np.minimum(pool, rules.renewal_due[month])
        saved = np.add(saved, save, out=out.renewal[month])
        pool -= save
        opened = np.ones(cells, dtype=bool) if ends else (free >= locks[month]) & (arrears <= 0.0)
        junior_due = rules.junior_due[month] + owed
        junior = np.multiply(np.minimum(pool, junior_due), opened, out=out.junior_paid[month])
        owed = np.subtract(junior_due, junior, out=out.junior_arrears[month])
        pool -= junior
        given = np.multiply(pool, opened, out=out.distribution[month])
        trapped = np.subtract(pool, given, out=out.trapped[month])
    out.available[:] = cash
    return out


def reserve_target(service: Array, span: Array) -> Array:
    """What a debt service reserve should hold: the mean service of the following months (at least one, whole months) times the span."""
    months = len(service)
    total = np.concatenate([np.zeros((1, service.shape[1])), np.cumsum(service, axis=0)])
    count = np.maximum(np.round(span), 1.0).astype(np.int64)
    end = np.minimum(np.arange(months)[:, None] + 1 + count, months)
    return np.asarray((np.take_along_axis(total, end, axis=0) - total[1:]) / count * span)


def straight_line_credit(drawn: Array, term: Array, rate: Array) -> tuple[Array, Array]:
    """Balance and service of a credit of which each part is repaid in equal amounts over the months after it is drawn.

    drawn: by month; term: whole months (per cell); rate: per month (month, cell), on the opening balance.
    """
    so_far = np.cumsum(drawn, axis=0)
    running = np.cumsum(so_far, axis=0)
    one = np.ones_like(term)
    repaid = shifted((running - shifted(running, term)) / term, one)
    balance = so_far - repaid
    return balance, np.diff(repaid, axis=0, prepend=0.0) + shifted(balance, one) * rate


def cells(values: Array) -> Array:
    """(draw, ..., month) as (month, cell)."""
    return np.ascontiguousarray(np.moveaxis(values, -1, 0).reshape(values.shape[-1], -1))


def series(values: Array, shape: tuple[int, ...]) -> Array:
    """(month, cell) as (draw, ..., month), whose shape is given: a view."""
    return np.moveaxis(values.reshape(shape[-1], *shape[:-1]), 0, -1)


def shifted(values: Array, months: Array) -> Array:
    """Values some months later, rounded to whole months (per cell); zero before."""
    span = np.round(months).astype(np.int64)
    at = np.arange(len(values))[:, None] - span
    return np.where(at >= 0, np.take_along_axis(values, np.maximum(at, 0), axis=0), 0.0)
