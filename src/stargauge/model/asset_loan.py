"""What each asset can borrow, how the loan is drawn and repaid, and what has to be refinanced."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.finance.project_finance import Accounts, Loan, Terms, cells, income_tax, series, sized_loan
from stargauge.quantity.quantity import ASSETS, quantity

Array = NDArray[np.float64]

_BUILDING, _EQUIPMENT = (ASSETS.index(a) for a in ("building", "equipment"))
_MONTH = 365.25 / 12.0
_ACTUAL_360 = 360.0  # loans accrue interest on actual days over 360


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def customer_money(
    line_amount: Array, line_to_site: Array, line_brings_prepayment: Array, line_brings_equipment: Array, compute_income_contracted: Array,
    asset_cost: Array, asset_cost_given_up: Array,
) -> Array:  # fmt: skip
    """What customers bring to the equipment of a site: money paid ahead of delivery, and accelerators in kind, pro rata with its cost.

    min(1, promised / cost) * cost of the month                                     (1)

    Axes: draw, asset, site, life_month; none for buildings, nor where no contract pays anything that it could be earned back from.
    Units: USD of the day. As promised to the site; a promise without an amount counts none. Earned back by lower payments:
    `customer_credit_share`.
    """
    brings = np.nan_to_num(line_amount) * (line_brings_prepayment + line_brings_equipment)
    promised = brings @ (line_to_site[:, None] == np.arange(asset_cost.shape[2])).astype(np.float64)
    cost = asset_cost[:, _EQUIPMENT] - asset_cost_given_up[:, _EQUIPMENT]
    whole = cost.sum(axis=-1)
    part = np.where(compute_income_contracted.any(axis=-1), np.minimum(1.0, promised / np.where(whole > 0.0, whole, 1.0)), 0.0)
    out = np.zeros_like(asset_cost)
    out[:, _EQUIPMENT] = cost * part[..., None]
    return out


@quantity("1", "draw site")
def customer_credit_share(customer_money: Array, compute_income_contracted: Array) -> Array:
    """Share of each payment under contract that falls away because customers paid ahead or brought accelerators.

    brought / all income under contract, at most one                                (1)

    Axes: draw, site. Units: 1. That what was brought is earned back at its cost, without interest and over the whole contract, is an
    assumption: no such terms are public. What a customer in default has not earned back stays with the owner.
    """
    brought, due = customer_money[:, _EQUIPMENT].sum(axis=-1), np.maximum(compute_income_contracted, 0.0).sum(axis=-1)
    return np.where(due > 0.0, np.minimum(1.0, brought / np.where(due > 0.0, due, 1.0)), 0.0)


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def vendor_credit(
    line_amount: Array, line_to_site: Array, line_is_vendor: Array, asset_cost: Array, asset_cost_given_up: Array, customer_money: Array
) -> Array:
    """What vendors lend for the equipment of a site, pro rata with its cost: subordinated to the senior loan.

    min(1, promised / cost left by customers) * that cost of the month              (1)

    Axes: draw, asset, site, life_month; none for buildings. Units: USD of the day. As promised to the site.
    """
    lent = np.nan_to_num(line_amount) * line_is_vendor
    promised = lent @ (line_to_site[:, None] == np.arange(asset_cost.shape[2])).astype(np.float64)
    cost = (asset_cost - asset_cost_given_up - customer_money)[:, _EQUIPMENT]
    whole = cost.sum(axis=-1)
    part = np.minimum(1.0, promised / np.where(whole > 0.0, whole, 1.0))
    out = np.zeros_like(asset_cost)
    out[:, _EQUIPMENT] = cost * part[..., None]
    return out


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def secured_income(
    lease_income_contracted: Array, lease_income: Array, compute_income_contracted: Array, building_management_share: Array,
    equipment_running_cost: Array, customer_credit_share: Array, asset_kept: Array,
) -> Array:  # fmt: skip
    """Income under contract less running cost, as a lender counts it: every customer pays, nobody leaves, nothing from the market.

    building: rent under contract less management; equipment: payments under contract, less what customers earn back, less running cost
    with the rent under contract (1)

    Axes: draw, asset, site, life_month. Units: USD of the day. Before working capital and tax. The dates are those of the draw, and
    equipment that is given up one day is not counted beyond that.
    """
    building = lease_income_contracted * (1.0 - building_management_share)[:, None, None]
    running = equipment_running_cost - lease_income + lease_income_contracted
    paid = compute_income_contracted * (1.0 - customer_credit_share)[..., None]
    return np.stack([building, paid - running], axis=1) * asset_kept


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def secured_cash(secured_income: Array, asset_depreciation: Array, income_tax_rate: Array, life_year_close: Array) -> Array:
    """Secured income after tax as if there were no debt: what a loan is sized and repaid on, so that its size hangs on nothing it decides.

    Axes: draw, asset, site, life_month. Units: USD of the day. Interest lowers the tax really paid: the cover is better than that.
    """
    shape = secured_income.shape
    income = cells(secured_income)
    rate = np.repeat(income_tax_rate, shape[1] * shape[2])
    tax = income_tax(income, cells(asset_depreciation), rate, np.asarray(life_year_close, dtype=np.int64))
    return series(income - tax, shape)


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def operating_income(
    lease_income: Array, compute_income: Array, compute_income_contracted: Array, customer_credit_share: Array, asset_kept: Array
) -> Array:
    """Income of each asset as it comes: with defaults, terminations, what the market pays after a contract, less what customers earn back.

    Axes: draw, asset, site, life_month. Units: USD of the day. The rent of the building is a cost of the equipment.
    """
    earned_back = np.clip(compute_income, 0.0, np.maximum(compute_income_contracted, 0.0)) * customer_credit_share[..., None]
    return np.stack([lease_income, compute_income - earned_back], axis=1) * asset_kept


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def operating_cash(operating_income: Array, building_running_cost: Array, equipment_running_cost: Array, asset_kept: Array) -> Array:
    """Income less running cost of each asset as it comes. Axes: draw, asset, site, life_month. Units: USD of the day."""
    return operating_income - np.stack([building_running_cost, equipment_running_cost], axis=1) * asset_kept


@quantity("1", "draw asset site life_month")
def income_kept(lease_income_contracted: Array, compute_income_contracted: Array, lease_income: Array, compute_income: Array) -> Array:
    """Share of the income under contract that still comes: over the last twelve months, at most all; all where none was due.

    What a lender sees of it when a loan falls due. Axes: draw, asset, site, life_month. Units: 1.
    """
    due = np.stack([lease_income_contracted, compute_income_contracted], axis=1)
    came = np.stack([lease_income, compute_income], axis=1)
    out = []
    for flows in (due, np.minimum(came, due)):
        so_far = np.cumsum(flows, axis=-1)
        year = so_far.copy()
        year[..., 12:] -= so_far[..., :-12]
        out.append(year)
    return np.where(out[0] > 0.0, np.clip(out[1] / np.where(out[0] > 0.0, out[0], 1.0), 0.0, 1.0), 1.0)


@quantity("USD", "draw site", adds="site")
def loans_agreed(site_loans: Array) -> Array:
    """Loans promised to each site, as stated. Axes: draw, site. Units: USD. Zero where nobody states an amount: it is then open."""
    return np.asarray(site_loans.sum(axis=2))


@quantity("1", "draw asset site")
def loan_to_cost_limit(
    loan_to_cost_stated: Array, site_loans: Array, site_equity: Array, market_leverage: Array, equipment_leverage: Array
) -> Array:
    """Most that lenders give of all costs of an asset: as stated; of a building else what was signed, loans over loans and equity; else
    what the market gives.

    Axes: draw, asset, site. Units: 1.
    """
    market = np.stack([market_leverage, equipment_leverage], axis=1)[:, :, None]
    limit = np.where(np.isnan(loan_to_cost_stated), market, loan_to_cost_stated)
    loans, equity = site_loans.sum(axis=2), site_equity.sum(axis=2)
    signed = np.isnan(loan_to_cost_stated[:, _BUILDING]) & (loans > 0.0) & (equity > 0.0)
    limit[:, _BUILDING] = np.where(signed, loans / np.where(signed, loans + equity, 1.0), limit[:, _BUILDING])
    return limit


@quantity("USD", "draw asset site life_month", adds="asset site")
def senior_loan(
    asset_cost: Array, asset_cost_given_up: Array, customer_money: Array, vendor_credit: Array, asset_begins: Array, secured_cash: Array,
    income_kept: Array, debt_rate_path: Array, refinancing_rate: Array, loan_to_cost_limit: Array, loans_agreed: Array,
    dscr_required: Array,
    upfront_fee: Array, commitment_fee: Array, loan_repayment: Array, loan_maturity: Array, loan_extension: Array,
    loan_draw_rule: Array, life_days: Array,
) -> Loan:  # fmt: skip
    """The senior loan of each asset: the largest that both lenders' limits allow, drawn pro rata with equity, sculpted on secured cash.

    size: min(share of all costs, secured cash / cover at present value, what was agreed for the building); formulas: `sized_loan`   (1)

    Interest accrues on actual days over 360. What is borrowed for pays its interest from the loan until it runs. At maturity the balance is
    lent anew at the base rate then, against the income still there; owners pay what nobody lends. Several series, of which
    `debt_balance`, `idc` and others are the readings. Axes: draw, asset, site, life_month. Units: USD of the day. Source: the definition of
    sculpted debt (Bodmer, project finance); SAM's single-owner model is the check. Leaves out: that lenders may count market income; a time
    of interest only after operation.
    """
    shape = asset_cost.shape
    days = (life_days / _ACTUAL_360)[:, None]
    rate = cells(np.broadcast_to(debt_rate_path, shape)) * days
    due, rule = (loan_maturity + loan_extension) / _MONTH, np.broadcast_to(loan_draw_rule, shape[:3])
    most = np.full(shape[:3], np.inf)
    most[:, _BUILDING] = np.where(loans_agreed > 0.0, loans_agreed, np.inf)
    terms = Terms(
        rate, cells(refinancing_rate) * days, loan_to_cost_limit.reshape(-1), dscr_required.reshape(-1), most.reshape(-1),
        upfront_fee.reshape(-1), commitment_fee.reshape(-1) * days, (loan_repayment / _MONTH).reshape(-1), due.reshape(-1),
        rule.reshape(-1),
    )  # fmt: skip
    cost = asset_cost - asset_cost_given_up - customer_money - vendor_credit
    _, loan = sized_loan(cells(cost), cells(asset_begins), cells(secured_cash), cells(income_kept), terms)
    return Loan(*(series(field, shape) for field in loan))


@quantity("1", "draw asset site")
def loan_to_cost(senior_loan: Loan, asset_cost: Array, customer_money: Array, vendor_credit: Array) -> Array:
    """Senior loan over all that it and the owners pay: cost, and interest and fees while building.

    Axes: draw, asset, site. Units: 1. Absent (NaN) where nothing is built.
    """
    owners = (asset_cost - customer_money - vendor_credit + senior_loan.costs).sum(axis=-1)
    return np.where(owners > 0.0, senior_loan.drawn.sum(axis=-1) / np.where(owners > 0.0, owners, 1.0), np.nan)


@quantity("1", "draw asset site")
def coverage_binds(
    senior_loan: Loan, asset_cost: Array, asset_cost_given_up: Array, customer_money: Array, vendor_credit: Array,
    loan_to_cost_limit: Array, loans_agreed: Array,
) -> Array:  # fmt: skip
    """1 where the income under contract limits the loan, 0 where the share of the cost or the amount agreed does.

    Axes: draw, asset, site. Units: 1. Absent (NaN) where nothing is built. Its mean is the probability that coverage binds.
    """
    lent_for = (asset_cost - asset_cost_given_up - customer_money - vendor_credit + senior_loan.costs).sum(axis=-1)
    drawn = senior_loan.drawn.sum(axis=-1)
    short = drawn / np.where(lent_for > 0.0, lent_for, 1.0) < loan_to_cost_limit * (1.0 - 1e-9)
    return np.where(lent_for > 0.0, (short & ~_all_lent(senior_loan, loans_agreed)).astype(np.float64), np.nan)


@quantity("1", "draw asset site")
def agreed_amount_binds(senior_loan: Loan, asset_cost: Array, loans_agreed: Array) -> Array:
    """1 where all that was agreed for a site is lent, and no more is; 0 where the income under contract or the share of the cost limits.

    Axes: draw, asset, site. Units: 1. Absent (NaN) where nothing is built. Zero for equipment: agreed loans finance the building.
    """
    return np.where(asset_cost.sum(axis=-1) > 0.0, _all_lent(senior_loan, loans_agreed).astype(np.float64), np.nan)


def _all_lent(loan: Loan, agreed: Array) -> NDArray[np.bool_]:
    drawn = loan.drawn.sum(axis=-1)
    out = np.zeros(drawn.shape, dtype=np.bool_)
    out[:, _BUILDING] = (agreed > 0.0) & (drawn[:, _BUILDING] >= agreed * (1.0 - 1e-9))
    return out


@quantity("USD", "draw asset site month", adds="asset site")
def debt_balance(senior_loan: Loan, cash_accounts: Accounts, junior_balance: Array, month_end: Array) -> Array:
    """Debt outstanding on each asset at month end: for what is being built, for what runs, arrears, and what vendors lent.

    Axes: draw, asset, site, month. Units: USD of the day.
    """
    months = len(month_end)
    arrears = cash_accounts.arrears + cash_accounts.junior_arrears
    return np.asarray((senior_loan.waiting + senior_loan.balance + arrears + junior_balance)[..., :months])


@quantity("USD", "draw asset site month", adds="asset site", flow=True)
def idc(senior_loan: Loan, month_end: Array) -> Array:
    """Interest and fees while building, within each month: added to the loan. Not part of `capex`.

    Axes: draw, asset, site, month. Units: USD of the day. Formula: `construction_debt`.
    """
    return np.array(senior_loan.costs[..., : len(month_end)])


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def debt_falling_due(senior_loan: Loan) -> Array:
    """Balance that falls due in each month and has to be lent anew or paid: the refinancing walls.

    Axes: draw, asset, site, life_month. Units: USD of the day.
    """
    return senior_loan.refinanced + senior_loan.gap


@quantity("USD", "draw asset site", adds="asset site")
def refinancing_gap(senior_loan: Loan) -> Array:
    """What no lender gives anew when a loan falls due, and owners must pay. Axes: draw, asset, site. Units: USD of the day."""
    return np.asarray(senior_loan.gap.sum(axis=-1))
