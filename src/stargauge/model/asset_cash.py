"""Where the cash of each asset goes, month by month: debt service, reserves, what owners get and put in, and what it returns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.finance.cashflow import internal_rates
from stargauge.quantity.finance.project_finance import (
    Accounts,
    Loan,
    Rules,
    cells,
    reserve_target,
    series,
    straight_line_credit,
    waterfall,
)
from stargauge.quantity.quantity import ASSETS, quantity

Array = NDArray[np.float64]

_EQUIPMENT = ASSETS.index("equipment")
_MONTH = 365.25 / 12.0
_ACTUAL_360 = 360.0
_CURE = 3  # month ends at which service may be late before that is a breach: what a ramp costs is made up within a quarter


@quantity("USD", "draw asset site life_month", adds="asset site")
def working_capital(operating_income: Array, receivable_days: Array, life_days: Array) -> Array:
    """Income that is due and not paid yet, at month end: income of the month * days until customers pay / days of the month.

    Nothing in the last month. Axes: draw, asset, site, life_month. Units: USD of the day. Leaves out: what suppliers wait for.
    """
    due = operating_income * (receivable_days[:, None, None, None] / life_days)
    due[..., -1] = 0.0
    return due


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def working_capital_funded(working_capital: Array, asset_begins: Array) -> Array:
    """Rise of working capital above all it was before, until the last phase runs: a use of funds, paid by the owners like the cost.

    Other changes are taken out of the cash for debt service. Axes: draw, asset, site, life_month. Units: USD of the day.
    """
    ahead = np.flip(np.cumsum(np.flip(asset_begins, axis=-1), axis=-1), axis=-1) > 0.0
    building = np.concatenate([np.ones_like(ahead[..., :1]), ahead[..., :-1]], axis=-1)  # the month after the last begin rises too
    most = np.maximum.accumulate(np.maximum(working_capital, 0.0), axis=-1)
    return np.where(building & ahead.any(axis=-1, keepdims=True), np.diff(most, axis=-1, prepend=0.0), 0.0)


@quantity("USD", "draw asset site life_month", adds="asset site")
def junior_balance(vendor_credit: Array, vendor_rate: Array, vendor_term: Array, life_days: Array) -> Array:
    """What vendors are owed by schedule at month end: each amount repaid in equal parts over the term after it is drawn.

    Axes: draw, asset, site, life_month. Units: USD of the day.
    """
    return _junior(vendor_credit, vendor_rate, vendor_term, life_days)[0]


def _junior(vendor_credit: Array, vendor_rate: Array, vendor_term: Array, life_days: Array) -> tuple[Array, Array]:
    """Balance and service of vendors' credit."""
    shape = vendor_credit.shape
    if not vendor_credit.any():
        return np.zeros(shape), np.zeros(shape)
    each = np.broadcast_to(np.maximum(np.round(vendor_term / _MONTH), 1.0)[:, None], shape[:3])
    term, charged = each.reshape(-1), np.broadcast_to(vendor_rate[:, None], shape[:3]).reshape(-1)
    rate = charged * (life_days / _ACTUAL_360)[:, None]
    balance, service = straight_line_credit(cells(vendor_credit), term, rate)
    return series(balance, shape), series(service, shape)


@quantity("USD", "draw asset site life_month", adds="asset site")
def cash_accounts(
    operating_cash: Array, working_capital: Array, working_capital_funded: Array, asset_tax: Array, asset_renewal: Array,
    senior_loan: Loan, vendor_credit: Array, vendor_rate: Array, vendor_term: Array, debt_rate_path: Array, lock_up_cover: Array,
    reserve_span: Array, accelerator_life: Array, life_days: Array,
) -> Accounts:  # fmt: skip
    """The waterfall of each asset: running cost and tax, senior service, its reserve, savings for new equipment, vendors, owners.

    Formulas: `waterfall`. Equipment bought again is paid from what was saved for it after debt service, and else by the owners. Owners get
    nothing while the cover is below the lock-up: that cash stays trapped, serves later debt, and is paid out when the cover is back.
    Several series, of which `dscr`, `equity_flow` and others are the readings. Axes: draw, asset, site, life_month. Units: USD of the day.
    """
    shape = operating_cash.shape
    sites = shape[2]
    change = np.diff(working_capital, axis=-1, prepend=0.0) - working_capital_funded
    cash = cells(operating_cash - change - asset_tax)
    renewal = cells(asset_renewal)
    life = np.repeat(np.maximum(np.round(accelerator_life / _MONTH), 1.0), shape[1] * sites)
    so_far = np.cumsum(renewal, axis=0)
    saving = (_ahead(so_far, life) - so_far) / life
    service = np.maximum(cells(senior_loan.interest + senior_loan.principal), 0.0)
    rate = cells(np.broadcast_to(debt_rate_path, shape)) * (life_days / _ACTUAL_360)[:, None]
    junior = cells(_junior(vendor_credit, vendor_rate, vendor_term, life_days)[1])
    rules = Rules(lock_up_cover.reshape(-1), reserve_target(service, (reserve_span / _MONTH).reshape(-1)), saving, junior)
    return Accounts(*(series(field, shape) for field in waterfall(cash, renewal, service, rate, rules)))


def _ahead(so_far: Array, span: Array) -> Array:
    """A running total some months ahead; its last value beyond the axis."""
    at = np.minimum(np.arange(len(so_far))[:, None] + span.astype(np.int64), len(so_far) - 1)
    return np.take_along_axis(so_far, at, axis=0)


def _service(senior_loan: Loan) -> tuple[Array, NDArray[np.bool_]]:
    """Scheduled interest and principal, and the months in which some is due: what rounding leaves of a loan that is repaid is none."""
    service = senior_loan.interest + senior_loan.principal
    return service, np.asarray(service > 1e-9 * senior_loan.balance.max(axis=-1, keepdims=True))


@quantity("1", "draw asset site life_month")
def cover(cash_accounts: Accounts, senior_loan: Loan) -> Array:
    """Debt service cover of each month: cash available for it over scheduled interest and principal.

    Axes: draw, asset, site, life_month. Units: 1. Absent (NaN), never infinite, in months without service.
    """
    service, some = _service(senior_loan)
    return np.where(some, cash_accounts.available / np.where(some, service, 1.0), np.nan)


def _yearly(cash: Array, service: Array) -> tuple[Array, Array]:
    """Sums over the last twelve months at each month end."""
    out = []
    for flows in (cash, service):
        so_far = np.cumsum(flows, axis=-1)
        year = so_far.copy()
        year[..., 12:] -= so_far[..., :-12]
        out.append(year)
    return out[0], out[1]


@quantity("1", "draw asset site life_month")
def cover_year(cash_accounts: Accounts, senior_loan: Loan) -> Array:
    """Debt service cover over the last twelve months, the ratio that covenants test.

    cash available for service in twelve months / interest and principal scheduled in them   (1)

    Axes: draw, asset, site, life_month. Units: 1. Absent (NaN) until a year of service has been due, and when none is due any more.
    """
    service, some = _service(senior_loan)
    cash, due = _yearly(cash_accounts.available, service)
    whole = (np.cumsum(some, axis=-1) >= 12) & some & (due > 0.0)
    return np.where(whole, cash / np.where(whole, due, 1.0), np.nan)


@quantity("1", "draw asset site")
def dscr(cover_year: Array) -> Array:
    """Least debt service cover over any twelve months, in each world at the month end at which it is least.

    least over months m of (cash available for service, m - 11 to m) / (scheduled interest and principal, m - 11 to m)   (1)

    Axes: draw, asset, site. Units: 1. Absent (NaN) where nothing is borrowed.
    """
    return np.asarray(np.fmin.reduce(cover_year, axis=-1))


@quantity("1", "draw asset site")
def dscr_average(cash_accounts: Accounts, senior_loan: Loan) -> Array:
    """Cash available over service, of all months in which service is due. Axes: draw, asset, site. Units: 1. Absent without debt."""
    service, some = _service(senior_loan)
    due = np.where(some, service, 0.0).sum(axis=-1)
    cash = np.where(some, cash_accounts.available, 0.0).sum(axis=-1)
    return np.where(due > 0.0, cash / np.where(due > 0.0, due, 1.0), np.nan)


@quantity("1", "draw asset site")
def llcr(cash_accounts: Accounts, senior_loan: Loan, debt_rate_path: Array, life_days: Array) -> Array:
    """Loan life cover ratio when the debt of what runs is largest: value of the cash until it is repaid, at its rate, over that debt.

    Axes: draw, asset, site. Units: 1. Absent (NaN) where nothing is borrowed.
    """
    return _life_cover(cash_accounts, senior_loan, debt_rate_path, life_days, whole=False)


@quantity("1", "draw asset site")
def plcr(cash_accounts: Accounts, senior_loan: Loan, debt_rate_path: Array, life_days: Array) -> Array:
    """Project life cover ratio: as `llcr`, with the cash of all later months. Axes: draw, asset, site. Units: 1."""
    return _life_cover(cash_accounts, senior_loan, debt_rate_path, life_days, whole=True)


def _life_cover(cash_accounts: Accounts, senior_loan: Loan, debt_rate_path: Array, life_days: Array, whole: bool) -> Array:
    balance: Array = senior_loan.balance
    path = np.broadcast_to(debt_rate_path, balance.shape)
    discount = np.cumprod(1.0 / (1.0 + path * (life_days / _ACTUAL_360)), axis=-1)
    at = np.argmax(balance, axis=-1)[..., None]
    later = np.arange(balance.shape[-1]) > at
    counts = later if whole else later & _service(senior_loan)[1]
    worth = np.where(counts, cash_accounts.available * discount, 0.0).sum(axis=-1)
    worth = worth / np.take_along_axis(discount, at, axis=-1)[..., 0]
    owed = np.take_along_axis(balance, at, axis=-1)[..., 0]
    return np.where(owed > 0.0, worth / np.where(owed > 0.0, owed, 1.0), np.nan)


@quantity("d", "draw asset site")
def debt_breach_date(cash_accounts: Accounts, cover_year: Array, dscr_default: Array, known_date: Array, life_end: Array) -> Array:
    """Day of the first breach of a loan: cover over twelve months below the default level, or service unpaid at three month ends on end.

    From the knowledge date on: a breach before would have been heard of.

    Axes: draw, asset, site. Units: d (day count); infinity where it never comes. The level is an assumption where no covenant is public.
    """
    late = cash_accounts.arrears > 1e-6 * cash_accounts.paid.max(axis=-1, keepdims=True)
    owed = late.copy()
    owed[..., : _CURE - 1] = False
    for month in range(1, _CURE):
        owed[..., _CURE - 1 :] &= late[..., _CURE - 1 - month : late.shape[-1] - month]
    breach = (cover_year < dscr_default[:, :, None, None]) | owed
    breach &= life_end > known_date
    return np.where(breach.any(axis=-1), life_end[np.argmax(breach, axis=-1)], np.inf)


@quantity("1", "draw asset site month")
def debt_breached(debt_breach_date: Array, month_end: Array) -> Array:
    """1 from the month in which a loan was first in breach, else 0: its mean is the probability of a breach by then.

    Axes: draw, asset, site, month. Units: 1.
    """
    return np.asarray((debt_breach_date[..., None] <= month_end).astype(np.float64))


@quantity("USD", "draw asset site month", adds="asset site")
def cash_trapped(cash_accounts: Accounts, month_end: Array) -> Array:
    """Cash held back from the owners by the lock-up, at month end. Axes: draw, asset, site, month. Units: USD of the day."""
    return np.array(cash_accounts.trapped[..., : len(month_end)])


@quantity("USD", "draw asset site", adds="asset site")
def residual_value(asset_cost: Array, asset_cost_given_up: Array, building_life: Array, life_price_level: Array, life_end: Array) -> Array:
    """Worth of the buildings at the end of the axis: cost, moved to the prices then, times the share of the economic life that is left.

    A straight line from the month of spending; equipment and what was given up count nothing. Axes: draw, asset, site.
    Units: USD of the day.
    """
    age = life_end[-1] - life_end
    left = np.maximum(0.0, 1.0 - age / building_life[:, None]) * (life_price_level[:, -1:] / life_price_level)
    out = np.einsum("dasm,dm->das", asset_cost - asset_cost_given_up, left)
    out[:, _EQUIPMENT] = 0.0
    return np.asarray(out)


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def owner_investment(
    asset_cost: Array, customer_money: Array, vendor_credit: Array, working_capital_funded: Array, senior_loan: Loan,
    cash_accounts: Accounts,
) -> Array:  # fmt: skip
    """Money owners put in within each month: what nobody lends of its cost, working capital, refinancing gaps, renewals and support.

    cost + costs of construction debt - loan drawn - customers' money - vendors' credit + working capital + gap + renewal + support   (1)

    Axes: draw, asset, site, life_month. Units: USD of the day.
    """
    building = asset_cost + senior_loan.costs - senior_loan.drawn - customer_money - vendor_credit
    return np.asarray(building + working_capital_funded + senior_loan.gap + cash_accounts.renewed + cash_accounts.support)


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def equity_flow(owner_investment: Array, cash_accounts: Accounts, residual_value: Array) -> Array:
    """What owners get less what they put in, after debt and tax; in the last month with the residual value.

    Axes: draw, asset, site, life_month. Units: USD of the day.
    """
    out = cash_accounts.distribution - owner_investment
    out[..., -1] += residual_value
    return out


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def asset_sources_less_uses(
    asset_cost: Array, senior_loan: Loan, customer_money: Array, vendor_credit: Array, owner_investment: Array, operating_cash: Array,
    working_capital: Array, asset_tax: Array, asset_renewal: Array, cash_accounts: Accounts,
) -> Array:  # fmt: skip
    """Sources less uses of each asset: zero to the cent in every month, or the books are wrong.

    sources: operating cash, loan drawn, customers, vendors, owners, and what reserves fall by; uses: cost, costs of construction debt, tax,
    working capital, renewal, refinancing gap, debt service paid, vendors paid, distribution   (1)

    Axes: draw, asset, site, life_month. Units: USD of the day.
    """
    held = cash_accounts.reserve + cash_accounts.renewal + cash_accounts.trapped
    sources = operating_cash + senior_loan.drawn + customer_money + vendor_credit + owner_investment
    uses = asset_cost + senior_loan.costs + asset_tax + asset_renewal + senior_loan.gap
    uses = uses + cash_accounts.paid + cash_accounts.junior_paid + cash_accounts.distribution
    uses = uses + np.diff(working_capital, axis=-1, prepend=0.0) + np.diff(held, axis=-1, prepend=0.0)
    return np.round(sources - uses, 2)


@quantity("USD", "draw asset site", adds="asset site")
def npv(equity_flow: Array, discount_rate: Array, life_end: Array) -> Array:
    """Net present value of the owners' flows after debt and tax, at the start of the clock.

    sum of flow / (1 + r)^(days / 365)                                              (1)

    Axes: draw, asset, site. Units: USD of the day at the start. r: the return equity asks, nominal.
    """
    years = (life_end - life_end[0]) / 365.0
    worth = np.exp(-np.log1p(discount_rate)[:, None] * years)
    return np.asarray(np.einsum("dasm,dm->das", equity_flow, worth))


@quantity("1", "draw asset site")
def irr(equity_flow: Array, life_year_close: Array) -> Array:
    """Internal rate of return of the owners, after debt and tax, on the flows of calendar years.

    the rate r at which sum of flow of year y / (1 + r)^y is zero   (1)

    Axes: draw, asset, site. Units: 1 per year. Absent (NaN) where no rate makes the flows worth nothing, or more than one does: then there
    is no rate of return to speak of (`irr_count` tells which). Formula: `internal_rates`.
    """
    return internal_rates(_years(equity_flow, life_year_close)).only


@quantity("1", "draw asset site")
def irr_count(equity_flow: Array, life_year_close: Array) -> Array:
    """How many internal rates of return the owners' flows have: one in a plain project, none or several where signs change again.

    Axes: draw, asset, site. Units: 1.
    """
    return internal_rates(_years(equity_flow, life_year_close)).number.astype(np.float64)


@quantity("USD", "draw fund asset site", adds="fund asset site")
def asset_sources(senior_loan: Loan, owner_investment: Array, customer_money: Array, vendor_credit: Array) -> Array:
    """Money raised for each asset over its life: lent, put in by owners, brought by customers, lent by vendors.

    Axes: draw, fund, asset, site. Units: USD of the day. Equal to `asset_uses` to the cent.
    """
    return np.stack([part.sum(axis=-1) for part in (senior_loan.drawn, owner_investment, customer_money, vendor_credit)], axis=1)


@quantity("USD", "draw outlay asset site", adds="outlay asset site")
def asset_uses(asset_cost: Array, working_capital_funded: Array, senior_loan: Loan, cash_accounts: Accounts) -> Array:
    """What the money raised for each asset is spent on: cost, interest and fees while building, working capital, and what comes later.

    Later: equipment bought again beyond what was saved, refinancing gaps, support while an asset does not pay its own cost.

    Axes: draw, outlay, asset, site. Units: USD of the day.
    """
    accounts = cash_accounts
    parts = (asset_cost, senior_loan.costs, working_capital_funded, accounts.renewed, senior_loan.gap, accounts.support)
    return np.stack([part.sum(axis=-1) for part in parts], axis=1)


def _years(flows: Array, life_year_close: Array) -> Array:
    """Sums of flows (..., life_month) over each tax year."""
    starts = np.concatenate([[0], np.asarray(life_year_close[:-1], dtype=np.int64) + 1])
    return np.add.reduceat(flows, starts, axis=-1)


@quantity("USD", "draw asset site life_year", adds="asset site", flow=True)
def debt_due(senior_loan: Loan, life_year_close: Array) -> Array:
    """Balance that falls due in each calendar year and has to be lent anew or paid: the refinancing walls.

    Axes: draw, asset, site, life_year. Units: USD of the day. Without what is repaid by schedule.
    """
    return _years(senior_loan.refinanced + senior_loan.gap, life_year_close)


@quantity("USD", "draw cash_line asset site life_year", adds="asset site", flow=True)
def cash_flow(
    operating_income: Array, operating_cash: Array, working_capital: Array, asset_tax: Array, asset_renewal: Array,
    senior_loan: Loan, cash_accounts: Accounts, life_year_close: Array,
) -> Array:  # fmt: skip
    """Cash of each asset in each calendar year, line by line as it passes the waterfall; what is paid is below zero.

    income, running cost, change of working capital, tax, renewal, interest and principal by schedule, arrears (service put off, and made
    up later), reserves and trapped cash, vendors, distribution; they add up to what owners put in as support, below zero   (1)

    Axes: draw, cash_line, asset, site, life_year. Units: USD of the day.
    """
    held = cash_accounts.reserve + cash_accounts.renewal + cash_accounts.trapped
    service = senior_loan.interest + senior_loan.principal
    lines = (
        operating_income, operating_cash - operating_income, -np.diff(working_capital, axis=-1, prepend=0.0), -asset_tax, -asset_renewal,
        -senior_loan.interest, -senior_loan.principal, service - cash_accounts.paid, -np.diff(held, axis=-1, prepend=0.0),
        -cash_accounts.junior_paid, -cash_accounts.distribution,
    )  # fmt: skip
    return np.stack([_years(line, life_year_close) for line in lines], axis=1)


# --- books ------------------------------------------------------------------------------------------------------------------------


@quantity("USD", "draw asset site life_month", adds="asset site")
def book_value(asset_placed_in_service: Array, equipment_life_book: Array, building_life_book: Array) -> Array:
    """Cost of what has been placed in service less straight-line depreciation over its book life, at month end.

    Axes: draw, asset, site, life_month. Units: USD of the day. Book, tax and economic life are three: `asset_depreciation` follows the tax
    law, `asset_renewal` the economic life. Leaves out: write-downs; land is written off with its building.
    """
    shape = asset_placed_in_service.shape
    lives = np.stack([building_life_book, equipment_life_book], axis=1) / _MONTH
    term = np.repeat(np.maximum(np.round(lives), 1.0).reshape(-1), shape[2])
    placed = cells(asset_placed_in_service)
    return series(straight_line_credit(placed, term, np.zeros((1, placed.shape[1])))[0], shape)


@quantity("USD", "draw asset site life_year", adds="asset site", flow=True)
def book_profit(
    operating_cash: Array, senior_loan: Loan, cash_accounts: Accounts, vendor_credit: Array, junior_balance: Array, asset_tax: Array,
    asset_placed_in_service: Array, book_value: Array, life_year_close: Array,
) -> Array:  # fmt: skip
    """Profit of each asset in each calendar year as books show it: after book depreciation, all interest and tax.

    Axes: draw, asset, site, life_year. Units: USD of the day. Reported profit moves with the book life: chips over six years or over three.
    """
    depreciation = asset_placed_in_service - np.diff(book_value, axis=-1, prepend=0.0)
    interest = _interest(senior_loan, cash_accounts, vendor_credit, junior_balance)
    return _years(operating_cash - interest - asset_tax - depreciation, life_year_close)


def _interest(senior_loan: Loan, accounts: Accounts, vendor_credit: Array, junior_balance: Array) -> Array:
    """Interest of each month on what runs: by schedule, on arrears, and of vendors."""
    service = np.maximum(senior_loan.interest + senior_loan.principal, 0.0)
    late = np.diff(accounts.arrears, axis=-1, prepend=0.0) - (service - accounts.paid)
    owed = np.diff(junior_balance + accounts.junior_arrears, axis=-1, prepend=0.0)
    return senior_loan.interest + late + owed - vendor_credit + accounts.junior_paid


@quantity("USD", "draw asset site life_month", adds="asset site")
def balance_sheet_difference(
    asset_cost: Array, asset_placed_in_service: Array, asset_renewal: Array, senior_loan: Loan, cash_accounts: Accounts, book_value: Array,
    working_capital: Array, operating_cash: Array, asset_tax: Array, owner_investment: Array, customer_money: Array, vendor_credit: Array,
    junior_balance: Array,
) -> Array:  # fmt: skip
    """Assets less debt and equity at each month end: zero to the cent, or the books are wrong.

    assets: cost not placed in service yet (with interest and fees while building), book value, working capital, reserves and trapped cash;
    debt: senior, arrears, vendors; equity: put in by owners, brought by customers, profit kept   (1)

    Axes: draw, asset, site, life_month. Units: USD of the day.
    """
    building = np.cumsum(asset_cost + senior_loan.costs + asset_renewal - asset_placed_in_service, axis=-1)
    held = cash_accounts.reserve + cash_accounts.renewal + cash_accounts.trapped
    assets = building + book_value + working_capital + held
    debt = senior_loan.waiting + senior_loan.balance + cash_accounts.arrears + junior_balance + cash_accounts.junior_arrears
    depreciation = asset_placed_in_service - np.diff(book_value, axis=-1, prepend=0.0)
    profit = operating_cash - _interest(senior_loan, cash_accounts, vendor_credit, junior_balance) - asset_tax - depreciation
    equity = np.cumsum(owner_investment + customer_money + profit - cash_accounts.distribution, axis=-1)
    return np.round(assets - debt - equity, 2)


@quantity("USD", "draw asset site", adds="asset site")
def books_off(asset_sources_less_uses: Array, balance_sheet_difference: Array) -> Array:
    """The largest fault of the books of each asset in any month: sources less uses, and assets less debt and equity; zero to the cent.

    Axes: draw, asset, site. Units: USD of the day.
    """
    return np.asarray(np.maximum(np.abs(asset_sources_less_uses).max(axis=-1), np.abs(balance_sheet_difference).max(axis=-1)))


@quantity("USD", "draw site", adds="site")
def rent_without_equipment(lease_income: Array, asset_kept: Array) -> Array:
    """Rent of halls whose equipment was given up at the end of its life: counted as paid by whoever fills them, and in no return here.

    Axes: draw, site. Units: USD of the day. A tenant who has signed for longer than his equipment lives owes it: that is left out.
    """
    return np.asarray((lease_income * (1.0 - asset_kept[:, _EQUIPMENT])).sum(axis=-1))
