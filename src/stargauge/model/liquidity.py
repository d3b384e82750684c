"""Where each party's cash goes from its newest statement on: what it earns, gets, brings and owes, its own policy, and who breaks when.

At each month end the path starts from the newest cash stated by then, so that what was paid before is in it and counts once. Money from
a party that runs short arrives only as far as it can pay: month by month, from the state of the month before, so that circles of promises
end too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.instruments import FUNDING, places_of
from stargauge.quantity.quantity import MEANS, quantity

Array = NDArray[np.float64]

_YEAR = 365.25
_COMMITTED = MEANS.index("committed")
#: Below this many USD a shortfall is rounding.
_CENT = 0.01


def _roles(line_kind: Array, *places: int) -> Array:
    return np.asarray(np.isin(line_kind, places).astype(np.float64))


def _joins(index: Array, parties: int) -> Array:
    """(line, party): 1 where a line belongs to a party; a line with place -1 belongs to none."""
    return np.asarray((index[:, None] == np.arange(parties)).astype(np.float64))


@quantity("d", "party month")
def cash_counted_from(party_cash_date: Array, month_end: Array) -> Array:
    """Day from which money counts beside the stated cash, at each month end: that of the newest cash statement by then.

    Axes: party, month. Units: d. A party that states no cash counts from before the clock; before its first statement a party counts from
    that month end, so that the first cash stands alone.
    """
    stated = np.where(np.isnan(party_cash_date), month_end[None, :], party_cash_date)
    silent = np.isnan(party_cash_date).all(axis=1, keepdims=True)
    return np.where(silent, -np.inf, stated)


def _since(total: Array, from_day: Array, month_end: Array, month_hours: Array) -> Array:
    """What a running total (draw, party, month) gained from a day (party, month) to each month end; linear within a month."""
    clock = month_end[0] - month_hours[0] / 24.0
    days = np.clip(from_day, clock, month_end[None, :])
    after = np.minimum(np.searchsorted(month_end, days), len(month_end) - 1)
    start = np.where(after > 0, month_end[np.maximum(after - 1, 0)], clock)
    part = np.clip((days - start) / np.maximum(month_end[after] - start, 1.0), 0.0, 1.0)
    out = total.copy()
    for party in np.flatnonzero(np.isfinite(from_day).any(axis=1)):  # the others count from before the clock
        series, months = total[:, party], after[party]
        low = series[:, np.maximum(months - 1, 0)] * (months > 0)
        before = low + part[party] * (series[:, months] - low)
        out[:, party] -= np.where(np.isneginf(from_day[party]), 0.0, before)
    return out


def _running(rate_per_day: Array, month_hours: Array) -> Array:
    """A yearly flow stated by month (…, month) as a running total; months of which nobody spoke count nothing."""
    return np.asarray(np.cumsum(np.nan_to_num(rate_per_day) * (month_hours / 24.0), axis=-1))


def _per_day(stated: Array, days: Array) -> Array:
    return np.where(days > 0.0, stated / np.where(days > 0.0, days, 1.0), np.nan)


@quantity("USD", "draw party month", adds="party")
def own_cash_flow(
    operating_cash_flow_stated: Array, operating_cash_flow_days: Array, cash_burn_stated: Array, cash_burn_days: Array,
    own_flow_factor: Array, cash_counted_from: Array, month_hours: Array, month_end: Array,
) -> Array:  # fmt: skip
    """Cash that each party's own business brought since its newest cash statement: operating cash flow at its stated pace, else less burn.

    F = f * sum of (operating cash flow / its period, else - burn / its period) * days   (1)

    Axes: draw, party, month. Units: USD of the day. Source: filings; where there are none, forecasts of burn in the press (a range, so f
    is wide). The newest pace goes on after its period. Zero where nobody stated either. Leaves out: growth that nobody forecast, dividends.
    """
    earned = _per_day(operating_cash_flow_stated, operating_cash_flow_days)
    burned = _per_day(cash_burn_stated, cash_burn_days)
    pace = np.where(np.isnan(earned), -burned, earned)
    return _since(own_flow_factor[:, :, None] * _running(pace, month_hours)[None], cash_counted_from, month_end, month_hours)


@quantity("USD", "draw party month", adds="party")
def capital_brought(capital_owed: Array, cash_counted_from: Array, month_end: Array, month_hours: Array) -> Array:
    """Capital each party brings to the sites from its newest cash statement to each month end; what came before is out of that cash.

    Axes: draw, party, month. Units: USD of the day.
    """
    out = _since(capital_owed, cash_counted_from, month_end, month_hours)
    return np.asarray(np.maximum(0.0, out, out=out))


@quantity("USD", "draw party month", adds="party")
def other_capex(
    own_capex_stated: Array, own_capex_days: Array, capital_brought: Array, cash_counted_from: Array, month_hours: Array, month_end: Array,
) -> Array:  # fmt: skip
    """What each party spends on plant elsewhere since its newest cash statement: its whole stated pace less what it brings to the sites.

    max(0, stated pace * days - capital brought)                                     (1)

    The stated pace is the whole company's, so the programme is in it once. Axes: draw, party, month. Units: USD of the day.
    """
    whole = _since(_running(_per_day(own_capex_stated, own_capex_days), month_hours)[None], cash_counted_from, month_end, month_hours)
    out = whole - capital_brought
    return np.asarray(np.maximum(0.0, out, out=out))


@quantity("1", "draw line month")
def line_beside_cash(
    line_to_party: Array, line_due_date: Array, line_drawn_date: Array, line_drawn_part: Array, line_drawn_part_date: Array,
    line_amount_p50: Array, line_share_already_paid: Array, cash_counted_from: Array,
) -> Array:  # fmt: skip
    """Share of each line that comes beside the newest cash of the party it goes to; what was drawn by then is in that cash, or was spent.

    0 where the whole line was drawn by the day of that statement; else 1 - part drawn by then / amount            (1)
    the same times (1 - share already paid) where the line was firm or due by then and nobody said when it was paid (2)

    So a line counts once, not twice. Axes: draw, line, month. Units: 1. One for lines to sites and to the programme. Source: the share
    already paid is an assumption, used only in (2), and not where the part drawn is stated for the very day of the statement of cash.
    """
    to = np.maximum(line_to_party, 0.0).astype(np.int64)
    counted = np.where(line_to_party[:, None] >= 0, cash_counted_from[to], -np.inf)
    part = np.nan_to_num(line_drawn_part / np.where(line_amount_p50 > 0.0, line_amount_p50, np.inf))
    in_cash = np.where(line_drawn_part_date[:, None] <= counted, np.minimum(1.0, part)[:, None], 0.0)
    known = np.where(line_drawn_date[:, None] <= counted, 0.0, 1.0 - in_cash)
    unsaid = np.isinf(line_drawn_date[:, None]) & (line_due_date[:, None] <= counted) & (line_drawn_part_date[:, None] != counted)
    out, lines = np.repeat(known[None], len(line_share_already_paid), axis=0), np.flatnonzero(unsaid.any(axis=1))
    out[:, lines] = known[lines] * (1.0 - line_share_already_paid[:, lines, None] * unsaid[lines])
    return out


def _paid_as_asked(line_from: Array, since: Array, paid_share: Array, paid_from: Array) -> Array:
    """Share of each line that is paid: what was asked of its party, for lines that fall due from the day asked on."""
    party = line_from.astype(np.int64)
    return np.where(since >= paid_from[party], paid_share[party], 1.0)


def _received(
    out: Array, line_amount: Array, line_from: Array, line_to_party: Array, line_kind: Array, since: Array, line_beside_cash: Array,
    paid_share: Array, paid_from: Array, month_end: Array,
) -> None:  # fmt: skip
    """Money of lines between parties beside the newest cash of who gets it, from the day of each line on, into (draw, party, month)."""
    funds = _roles(line_kind, *places_of(*FUNDING)) * (line_to_party >= 0)
    paid = np.nan_to_num(line_amount) * funds * _paid_as_asked(line_from, since, paid_share, paid_from)
    for party in np.unique(line_to_party[funds > 0.0]).astype(np.int64):
        lines = np.flatnonzero((line_to_party == party) & (funds > 0.0))
        counts = line_beside_cash[:, lines] * (since[lines, None] <= month_end)[None]
        counts *= paid[:, lines, None]
        counts.sum(axis=1, out=out[:, party])


@quantity("USD", "draw party month", adds="party")
def firm_money_received(
    line_amount: Array, line_from: Array, line_to_party: Array, line_kind: Array, line_due_date: Array, line_beside_cash: Array,
    paid_share: Array, paid_from: Array, party_cash: Array, month_end: Array,
) -> Array:  # fmt: skip
    """Money of firm lines from others that comes beside each party's newest cash: `money_received` by the definition `committed`.

    Axes: draw, party, month. Units: USD of the day.
    """
    out = np.zeros((len(line_amount), party_cash.shape[0], len(month_end)))
    _received(out, line_amount, line_from, line_to_party, line_kind, line_due_date, line_beside_cash, paid_share, paid_from, month_end)
    return out


@quantity("USD", "draw means party month", adds="party")
def money_received(
    line_amount: Array, line_from: Array, line_to_party: Array, line_kind: Array, line_announced_date: Array, line_due_date: Array,
    line_beside_cash: Array, paid_share: Array, paid_from: Array, market_leverage: Array,
    capital_brought: Array, month_end: Array,
) -> Array:  # fmt: skip
    """Money from others that comes beside each party's newest cash, by four definitions of "there", each holding those before it.

    cash: none; committed: firm lines; announced: lines that were only announced too; financeable: announced, and debt at market leverage
    against what the party brings to the sites, which nobody has announced                                          (1)

    Axes: draw, means, party, month. Units: USD of the day.
    """
    out = np.zeros((len(line_amount), len(MEANS), capital_brought.shape[1], len(month_end)))
    public = np.fmin(line_announced_date, line_due_date)
    for place, since in ((_COMMITTED, line_due_date), (MEANS.index("announced"), public)):
        _received(
            out[:, place], line_amount, line_from, line_to_party, line_kind, since, line_beside_cash, paid_share, paid_from, month_end
        )
    out[:, 3] = out[:, 2] + market_leverage[:, None, None] * capital_brought
    return out


@quantity("USD", "draw party month", adds="party")
def money_passed_on(
    line_amount: Array, line_from: Array, line_to_party: Array, line_kind: Array, line_due_date: Array, cash_counted_from: Array,
    paid_share: Array, paid_from: Array, month_end: Array,
) -> Array:  # fmt: skip
    """Firm equity and loans that each party pays to other parties from its newest cash statement to each month end.

    Axes: draw, party, month. Units: USD. What fell due before that statement is out of that cash.
    """
    money = np.nan_to_num(line_amount) * _roles(line_kind, *places_of(*FUNDING)) * (line_to_party >= 0)
    paid = money * _paid_as_asked(line_from, line_due_date, paid_share, paid_from)
    out = np.zeros((len(money), cash_counted_from.shape[0], len(month_end)))
    for party in np.unique(line_from).astype(np.int64):
        lines = np.flatnonzero(line_from == party)
        due = (line_due_date[lines, None] <= month_end) & (line_due_date[lines, None] > cash_counted_from[party])
        out[:, party] = paid[:, lines] @ due.astype(np.float64)
    return out


@quantity("USD", "draw party month", adds="party")
def debt_repaid(
    line_amount: Array, line_from: Array, line_to_party: Array, line_kind: Array, line_due_date: Array, line_term: Array,
    line_extensions: Array, paid_share: Array, paid_from: Array, cash_counted_from: Array, month_end: Array,
) -> Array:  # fmt: skip
    """Firm debt of each party from other parties that falls due between its newest cash statement and each month end.

    due = due + term + extensions; paid back in one sum                             (1)

    Axes: draw, party, month. Units: USD. Debt without a term is never due here. Leaves out: refinancing, which is money nobody announced.
    """
    lent = _paid_as_asked(line_from, line_due_date, paid_share, paid_from)
    money = np.nan_to_num(line_amount) * _roles(line_kind, *places_of("debt")) * (line_to_party >= 0) * lent
    due = line_due_date + line_term + np.nan_to_num(line_extensions)
    out = np.zeros((len(money), cash_counted_from.shape[0], len(month_end)))
    for party in np.unique(line_to_party[line_to_party >= 0]).astype(np.int64):
        lines = np.flatnonzero((line_to_party == party) & np.isfinite(due))
        falls = (due[lines, None] <= month_end) & (due[lines, None] > cash_counted_from[party])
        out[:, party] = money[:, lines] @ falls.astype(np.float64)
    return out


def _contract_money(revenue: Array, line_from: Array, paid_share: Array, paid_from: Array, month_end: Array) -> tuple[Array, Array]:
    """What contracts bring within each month, and what of it is not paid as was asked: (draw, line, month) each."""
    due = np.nan_to_num(revenue)
    party = line_from.astype(np.int64)
    share = np.where(month_end[None, :] >= paid_from[party][:, None], paid_share[party][:, None], 1.0)
    return due, due * (1.0 - share)


@quantity("USD", "draw party month", adds="party")
def contract_income(
    revenue: Array, line_from: Array, line_to_party: Array, contract_cash_margin: Array, paid_share: Array, paid_from: Array,
    cash_counted_from: Array, month_end: Array, month_hours: Array,
) -> Array:  # fmt: skip
    """What leases and cloud contracts between parties leave to each, since its newest cash statement.

    to who is paid: margin * what is due - what is not paid; to who pays: what it does not pay                     (1)

    Axes: draw, party, month. Units: USD of the day. The cost of serving a contract stays where its customer does not pay. What customers
    pay stands in their own burn or operating cash flow, not here a second time, so that what they do not pay is left to them.
    """
    lines = np.flatnonzero(np.logical_or.reduce(revenue > 0.0, axis=0).any(axis=1))
    line_from, line_to_party = line_from[lines], line_to_party[lines]
    due, missing = _contract_money(revenue[:, lines], line_from, paid_share, paid_from, month_end)
    left = contract_cash_margin[:, None, None] * due
    left -= missing
    out = np.zeros((len(due), cash_counted_from.shape[0], len(month_end)))
    for party in np.unique(np.concatenate([line_from, line_to_party[line_to_party >= 0]])).astype(np.int64):
        comes, goes = line_to_party == party, (line_from == party) & (line_to_party >= 0)
        out[:, party] = np.cumsum(left[:, comes].sum(axis=1) + missing[:, goes].sum(axis=1), axis=1)
    return _since(out, cash_counted_from, month_end, month_hours)


def _steady(own_cash_flow: Array, contract_income: Array, *paid: Array) -> Array:
    """What comes to a party and what it pays, whatever counts as there."""
    out = own_cash_flow + contract_income
    for part in paid:
        out -= part
    return out


@quantity("USD", "draw means party month", adds="party")
def liquidity_by_means(
    funding_available: Array, money_received: Array, own_cash_flow: Array, contract_income: Array, capital_brought: Array,
    other_capex: Array, money_passed_on: Array, debt_repaid: Array,
) -> Array:  # fmt: skip
    """Cash of each party at each month end, by what counts as there: its newest stated cash, what came since, less what it had to pay.

    L = cash + received(means) + own flow + contracts - capital - other capex - passed on - repaid   (1)

    Axes: draw, means, party, month. Units: USD of the day. Below zero it has yet to be raised. Absent (NaN) for a party without accounts.
    Leaves out: interest, tax, dividends, sales of holdings that nobody announced.
    """
    steady = _steady(own_cash_flow, contract_income, capital_brought, other_capex, money_passed_on, debt_repaid)
    out = funding_available[:, MEANS.index("cash")][:, None] + money_received
    out += steady[:, None]
    return np.asarray(out)


@quantity("USD", "draw party month", adds="party")
def liquidity(
    funding_available: Array, firm_money_received: Array, own_cash_flow: Array, contract_income: Array, capital_brought: Array,
    other_capex: Array, money_passed_on: Array, debt_repaid: Array,
) -> Array:  # fmt: skip
    """Cash of each party at each month end with firm money only; below zero is a shortfall.

    L = cash + firm money received + own flow + contracts - capital - other capex - passed on - repaid            (1)

    Axes: draw, party, month. Units: USD of the day. Absent (NaN) for a party without accounts. The same as `liquidity_by_means` by the
    definition `committed`.
    """
    cash = funding_available[:, MEANS.index("cash")]
    out, known = np.full(cash.shape, np.nan), np.flatnonzero(~np.isnan(cash).all(axis=(0, 2)))
    paid = (part[:, known] for part in (capital_brought, other_capex, money_passed_on, debt_repaid))
    out[:, known] = cash[:, known] + firm_money_received[:, known] + _steady(own_cash_flow[:, known], contract_income[:, known], *paid)
    return out


@quantity("USD", "draw means party month", adds="party")
def funding_gap_by_means(liquidity_by_means: Array) -> Array:
    """The most each party has lacked by each month end, by what counts as there: the peak of the shortfall so far.

    G(m) = max over months up to m of max(0, -L)                                      (1)

    With `financeable` money it is the gap that no market leverage closes; with `announced` the gap without unannounced sources. Axes: draw,
    means, party, month. Units: USD of the day. Absent (NaN), never zero, for a party whose means are not knowable.
    """
    return np.asarray(np.maximum.accumulate(np.maximum(0.0, -liquidity_by_means), axis=3))


@quantity("USD", "draw party month", adds="party")
def funding_gap(liquidity: Array) -> Array:
    """What each party still lacks at each month end beyond cash and committed money: max(0, -liquidity).

    It has yet to be earned, raised or borrowed: not a forecast of default. Axes: draw, party, month. Units: USD of the day. Absent (NaN),
    never zero, for a party whose means are not knowable.
    """
    return np.maximum(0.0, -liquidity)


@quantity("USD", "draw party month", adds="party")
def cash_needed(capital_owed: Array, transfers_owed: Array, money_received: Array) -> Array:
    """Cash it takes to bring what a party must have brought by each month end, beyond firm money from others: the peak so far.

    Axes: draw, party, month. Units: USD of the day. It is known for every party, also for one whose own means are not.
    """
    need = capital_owed + transfers_owed - money_received[:, _COMMITTED]
    return np.asarray(np.maximum.accumulate(np.maximum(0.0, need), axis=2))


# --- who breaks when --------------------------------------------------------------------------------------------------------------


@quantity("USD", "draw party month", adds="party")
def liquidity_after_knock_on(
    liquidity: Array, line_amount: Array, line_from: Array, line_to_party: Array, line_kind: Array, line_due_date: Array,
    line_beside_cash: Array, revenue: Array, cash_counted_from: Array, paid_share: Array, paid_from: Array, month_end: Array,
) -> Array:  # fmt: skip
    """Cash of each party with firm money, where whoever runs short pays only what it can and those who wait for it get less.

    In each month, from the state at the end of the month before: a party pays what falls due to others out of what it has; what it lacks
    for its running needs it takes from the contracts it pays. What is not paid stays with it and is missing where it was due.   (1)

    Axes: draw, party, month. Units: USD of the day. One pass over the months, so circles of promises end; a new cash statement ends what
    was assumed before it. A party without accounts is taken to pay. What stands in the cash of who got it already cannot be missing.
    """
    parties = liquidity.shape[1]
    lumps = np.nan_to_num(line_amount) * _roles(line_kind, *places_of(*FUNDING)) * (line_to_party >= 0)
    lumps = lumps * _paid_as_asked(line_from, line_due_date, paid_share, paid_from)
    contracts, unpaid = _contract_money(revenue, line_from, paid_share, paid_from, month_end)
    contracts = (contracts - unpaid) * (line_to_party >= 0)[None, :, None]
    gives, takes = _joins(line_from, parties), _joins(line_to_party, parties)
    first = np.concatenate([[-np.inf], month_end[:-1]])
    change, out = np.zeros(liquidity.shape[:2]), np.empty_like(liquidity)
    lacked = np.zeros(liquidity.shape[:2])
    for month in range(len(month_end)):
        fresh = cash_counted_from[:, month] != cash_counted_from[:, max(month - 1, 0)]
        change[:, fresh], lacked[:, fresh] = 0.0, 0.0
        falls = (line_due_date > first[month]) & (line_due_date <= month_end[month])
        due = lumps * falls * line_beside_cash[:, :, month]
        owed = due @ gives
        before = np.where(np.isnan(liquidity[:, :, month]), np.inf, liquidity[:, :, month] + change + owed)
        pays = np.clip(before, 0.0, owed)
        share = np.where(owed > 0.0, pays / np.where(owed > 0.0, owed, 1.0), 1.0)
        short = np.maximum(0.0, -before)
        rent = contracts[:, :, month]
        rent_owed = rent @ gives
        kept = np.minimum(rent_owed, np.maximum(0.0, short - lacked))
        kept_share = np.where(rent_owed > 0.0, kept / np.where(rent_owed > 0.0, rent_owed, 1.0), 0.0)
        missing = due * ((1.0 - share) @ gives.T) + rent * (kept_share @ gives.T)
        change += missing @ gives - missing @ takes
        lacked = np.maximum(lacked, short - kept)
        out[:, :, month] = liquidity[:, :, month] + change
    return out


@quantity("USD", "draw party month")
def policy_headroom(
    liquidity_after_knock_on: Array, funding_available: Array, policy_cash_floor: Array, policy_debt_ceiling: Array,
    debt_share_stated: Array, net_assets_stated: Array, holdings_volatility: Array, holdings_chance: Array, line_amount: Array,
    line_from: Array, line_to_party: Array, line_kind: Array, line_due_date: Array, line_beside_cash: Array, debt_repaid: Array,
    money_passed_on: Array, capital_brought: Array, paid_share: Array, paid_from: Array, cash_counted_from: Array, month_end: Array,
) -> Array:  # fmt: skip
    """Room each party has left by its own policy: the lesser of cash over its floor and of debt below its ceiling.

    cash: L - floor (zero where no floor is stated); debt: ceiling * H - D                                       (1)
    H = H0 exp(s z sqrt(t) - s^2 t / 2) + capital brought + money passed on;  H0 = net assets / (1 - share), D0 = share * H0  (2)
    D = D0 - (L - cash) + debt received - debt repaid: net debt rises by what is spent and not earned              (3)

    Axes: draw, party, month. Units: USD of the day. Below zero the party breaks its own policy; it is then expected to sell or to raise,
    not to fail. Absent (NaN) for a party without accounts; the ceiling binds only where share, net assets and ceiling are stated. z is one
    chance per party, s the yearly volatility of what it holds: an assumption.
    """
    room = liquidity_after_knock_on - np.nan_to_num(policy_cash_floor)
    parties = room.shape[1]
    lent = _paid_as_asked(line_from, line_due_date, paid_share, paid_from)
    loans = np.nan_to_num(line_amount) * _roles(line_kind, *places_of("debt")) * (line_to_party >= 0) * lent
    borrowed = np.zeros_like(room)
    counts = line_beside_cash * (line_due_date[:, None] <= month_end)[None]
    for party in np.unique(line_to_party[line_to_party >= 0]).astype(np.int64):
        lines = np.flatnonzero(line_to_party == party)
        borrowed[:, party] = (loans[:, lines, None] * counts[:, lines]).sum(axis=1)
    for party in range(parties):
        share, ceiling = debt_share_stated[party], policy_debt_ceiling[party]
        holdings = net_assets_stated[party] / (1.0 - share)
        if np.isnan(share * ceiling * holdings).all():
            continue
        years = np.maximum(0.0, month_end - cash_counted_from[party]) / _YEAR
        spread = holdings_volatility[:, None] * np.sqrt(years)
        worth = holdings * np.exp(spread * holdings_chance[:, party, None] - 0.5 * spread**2)
        worth = worth + capital_brought[:, party] + money_passed_on[:, party]
        spent = funding_available[:, MEANS.index("cash"), party] - liquidity_after_knock_on[:, party]
        debt = share * holdings + spent + borrowed[:, party] - debt_repaid[:, party]
        room[:, party] = np.fmin(room[:, party], ceiling * worth - debt)
    return room


@quantity("d", "draw party")
def first_breach(policy_headroom: Array, cash_counted_from: Array, month_end: Array) -> Array:
    """First month end after its newest cash statement at which a party's room by its own policy is below zero; infinite if never.

    Axes: draw, party. Units: d. Absent (NaN) for a party without accounts.
    """
    ahead = month_end[None, :] > cash_counted_from[:, -1:]
    broken = (policy_headroom < -_CENT) & ahead[None]
    found = np.where(broken.any(axis=2), month_end[np.argmax(broken, axis=2)], np.inf)
    return np.where(np.isnan(policy_headroom).all(axis=2), np.nan, found)
