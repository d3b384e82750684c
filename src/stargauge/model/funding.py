"""Whose money it is: what each party must pay, what it has, and what is missing.

Lines are commitments from a party to a party, site or programme.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.instruments import EQUIPMENT, FUNDING, Role, places_of
from stargauge.quantity.quantity import MEANS, quantity

Array = NDArray[np.float64]

#: Roles of lines to a site that pay for its construction beside the owners.
_LENT: tuple[Role, ...] = ("debt", "prepayment", "sale")


def _of_role(line_kind: Array, *roles: Role) -> Array:
    return np.asarray(np.isin(line_kind, places_of(*roles)).astype(np.float64))


def _belongs(index: Array, count: int) -> Array:
    """(line, count): 1 where a line belongs to a place; a line with place -1 belongs to none."""
    return np.asarray((index[:, None] == np.arange(count)).astype(np.float64))


def _to_programme(line_to_party: Array, line_to_site: Array) -> Array:
    return np.asarray(((line_to_party < 0) & (line_to_site < 0)).astype(np.float64))


def _by_month(amounts: Array, place: Array, since: Array, month_end: Array) -> Array:
    """Amounts (draw, line) added up by place (line, party) from the day of each line: (draw, party, month)."""
    lines = np.flatnonzero(place.any(axis=1) & (since <= month_end[-1]) & amounts.any(axis=0))
    spread = place[lines, :, None] * (since[lines, None] <= month_end)[:, None, :]
    total = amounts[:, lines] @ spread.reshape(len(lines), place.shape[1] * len(month_end))
    return np.asarray(total.reshape(len(amounts), place.shape[1], len(month_end)))


@quantity("USD", "party month", adds="party")
def equity_pledged(
    line_amount_p50: Array, line_from: Array, line_to_party: Array, line_to_site: Array, line_kind: Array, line_announced_date: Array,
    party_cash: Array, month_end: Array,
) -> Array:  # fmt: skip
    """Equity that each party had pledged to the programme as a whole by each month end, as stated.

    Axes: party, month. Units: USD as stated. A pledge to one site or to another party is not in it.
    """
    counts = np.nan_to_num(line_amount_p50) * _of_role(line_kind, "equity") * _to_programme(line_to_party, line_to_site)
    return np.asarray(_by_month(counts[None], _belongs(line_from, party_cash.shape[0]), line_announced_date, month_end)[0])


def _shares(weights: Array) -> Array:
    """Weights (draw, site, party) as shares of parties that add to one; zero where there is no weight at all."""
    total = weights.sum(axis=2, keepdims=True)
    return np.where(total > 0.0, weights / np.where(total > 0.0, total, 1.0), 0.0)


def _at_site(weights: Array, line_from: Array, line_to_site: Array, parties: int, sites: int) -> Array:
    """Weights (draw, line) added up by the site they go to and the party they come from: (draw, site, party)."""
    spread = _belongs(line_to_site, sites)[:, :, None] * _belongs(line_from, parties)[:, None, :]
    return np.asarray((weights @ spread.reshape(len(line_from), sites * parties)).reshape(len(weights), sites, parties))


def _first_with_weight(*rules: Array) -> Array:
    """Shares by the first rule under which anybody has weight at a site."""
    chosen = rules[-1]
    for rule in reversed(rules[:-1]):
        chosen = np.where(rule.sum(axis=2, keepdims=True) > 0.0, rule, chosen)
    return _shares(chosen)


@quantity("USD", "draw site party")
def site_loans(
    line_amount: Array, line_from: Array, line_to_site: Array, line_kind: Array, party_cash: Array, site_known_from: Array
) -> Array:
    """Loans and vendor credit that each party promised to each site.

    Axes: draw, site, party. Units: USD. A line without an amount counts none.
    """
    amounts = np.nan_to_num(line_amount) * _of_role(line_kind, *_LENT)
    return _at_site(amounts, line_from, line_to_site, party_cash.shape[0], len(site_known_from))


@quantity("USD", "draw site party")
def site_equity(
    line_amount: Array, line_from: Array, line_to_site: Array, line_kind: Array, party_cash: Array, site_known_from: Array
) -> Array:
    """Equity that each party promised to each site. Axes: draw, site, party. Units: USD. A line without an amount counts none."""
    amounts = np.nan_to_num(line_amount) * _of_role(line_kind, "equity")
    return _at_site(amounts, line_from, line_to_site, party_cash.shape[0], len(site_known_from))


@quantity("1", "draw site party")
def owner_share(
    site_equity: Array, line_amount: Array, line_from: Array, line_to_party: Array, line_to_site: Array, line_kind: Array
) -> Array:
    """Share of each party in what loans do not pay of a site's construction.

    Pro rata to equity promised to the site; else equally among those who lease it; else pro rata to equity pledged to the programme   (1)

    A rule of ours: contracts among the parties are not public. Axes: draw, site, party. Units: 1.
    """
    amounts, (_, sites, parties) = np.nan_to_num(line_amount), site_equity.shape
    leased = _at_site(np.broadcast_to(_of_role(line_kind, "lease"), amounts.shape), line_from, line_to_site, parties, sites)
    pledged = (amounts * _of_role(line_kind, "equity") * _to_programme(line_to_party, line_to_site)) @ _belongs(line_from, parties)
    return _first_with_weight(site_equity, leased, np.broadcast_to(pledged[:, None, :], leased.shape))


@quantity("1", "draw site party")
def equipment_share(line_amount: Array, line_from: Array, line_to_site: Array, line_kind: Array, owner_share: Array) -> Array:
    """Share of each party in a site's accelerators, network and storage.

    Pro rata to purchases for the site; else equally among those who lease it; else as `owner_share`   (1)

    The tenant of a let hall brings the equipment: so at Abilene; elsewhere a rule of ours. Axes: draw, site, party. Units: 1.
    """
    amounts, (_, sites, parties) = np.nan_to_num(line_amount), owner_share.shape
    bought = _at_site(amounts * _of_role(line_kind, *EQUIPMENT), line_from, line_to_site, parties, sites)
    leased = _at_site(np.broadcast_to(_of_role(line_kind, "lease"), amounts.shape), line_from, line_to_site, parties, sites)
    return _first_with_weight(bought, leased, owner_share)


@quantity("USD", "draw site month", adds="site")
def loans_used(site_loans: Array, site_equity: Array, building_capital: Array) -> Array:
    """Capital of buildings that the site's own loans pay: pro rata with its equity, never more than was lent.

    min(L, K_building * L / (L + E))                                                 (1)

    Axes: draw, site, month. Units: USD of the day. An overrun falls on the owners.
    """
    loans, equity = site_loans.sum(axis=2), site_equity.sum(axis=2)
    part = np.where(loans > 0.0, loans / np.where(loans > 0.0, loans + equity, 1.0), 0.0)
    return np.asarray(np.minimum(loans[:, :, None], building_capital * part[:, :, None]))


@quantity("USD", "draw party month", adds="party")
def capital_owed(
    site_loans: Array, owner_share: Array, equipment_share: Array, loans_used: Array, building_capital: Array, capital_deployed: Array
) -> Array:
    """Capital each party must have brought to the sites by each month end, counted once, at the asset.

    sum over sites of: lender's share * loans used + owner's share * (K_building - loans used) + share of equipment * (K - K_building)   (1)

    Axes: draw, party, month. Units: USD of the day. Capital at a site to which nobody promised anything, while nobody pledged equity to the
    programme, is owed by no party.
    """
    lender = _shares(site_loans)
    out = np.matmul((lender - owner_share).transpose(0, 2, 1), loans_used)
    out += np.matmul((owner_share - equipment_share).transpose(0, 2, 1), building_capital)
    out += np.matmul(equipment_share.transpose(0, 2, 1), capital_deployed)
    return np.asarray(out)


@quantity("USD", "draw party month", adds="party")
def transfers_owed(
    line_amount: Array,
    line_from: Array,
    line_to_party: Array,
    line_kind: Array,
    line_committed_date: Array,
    party_cash: Array,
    month_end: Array,
) -> Array:
    """Firm equity, loans and vendor credit of each party to other parties, from the day they are firm.

    Axes: draw, party, month. Units: USD.
    """
    firm = np.nan_to_num(line_amount) * _of_role(line_kind, *FUNDING) * (line_to_party >= 0)
    return _by_month(firm, _belongs(line_from, party_cash.shape[0]), line_committed_date, month_end)


@quantity("USD", "draw party month", adds="party")
def funding_need(capital_owed: Array, transfers_owed: Array) -> Array:
    """Money each party must have brought by each month end: its share of the capital at the sites, and what it owes other parties.

    need = capital owed + transfers owed                                            (1)

    Cumulative. Axes: draw, party, month. Units: USD of the day. Rent, order backlogs and cloud contracts are no capital.
    Leaves out: what the parties spend elsewhere, interest and running cost.
    """
    return capital_owed + transfers_owed


def _sum_of(money: Array, counts: NDArray[np.bool_]) -> Array:
    """Sum of lines (draw, line) in the months in which each counts (line, month): (draw, month)."""
    lines = np.flatnonzero(counts.any(axis=1))
    return np.asarray(money[:, lines] @ counts[lines].astype(np.float64))


def _part_of(money: Array, counts: NDArray[np.bool_], part: Array) -> Array:
    """Sum of a part (draw, line, month) of lines (draw, line), each in the months from the first in which it counts: (draw, month)."""
    out = np.zeros((len(money), counts.shape[1]))
    for line in np.flatnonzero(counts.any(axis=1)):
        since = int(np.argmax(counts[line]))
        out[:, since:] += money[:, line, None] * part[:, line, since:]
    return out


def _first_back(series: Array) -> Array:
    """Series (party, month) with the first known value also before it."""
    known = ~np.isnan(series)
    first = series[np.arange(len(series)), np.argmax(known, axis=1)]
    return np.where(np.cumsum(known, axis=1) == 0, first[:, None], series)


@quantity("USD", "draw means party month", adds="party")
def funding_available(
    party_cash: Array, cash_definition: Array, line_amount: Array, line_from: Array, line_to_party: Array, line_kind: Array,
    line_announced_date: Array, line_committed_date: Array, line_beside_cash: Array, market_leverage: Array,
    month_end: Array,
) -> Array:  # fmt: skip
    """Money each party can bring, by four definitions of "there", each holding those before it.

    cash: liquid means as reported at the newest date before, times the band of definitions of cash               (1)
    committed: cash and firm lines to the party, at least what the party itself has firmly promised to others, paid or not   (2)
    announced: the same with what was only announced                                                              (3)
    financeable: announced + own * leverage / (1 - leverage), own = announced less what of it is borrowed: the assets it could pay for
    at market leverage                                                                                            (4)

    Cumulative. Axes: draw, means, party, month. Units: USD of the day. Absent (NaN) for a party without accounts and without a line.
    A line drawn by the day of its receiver's newest cash statement stands in that cash, or was spent, and counts once; where nobody said
    when a firm line was paid, an assumed share of it does (see `line_beside_cash`). Leaves out: what a
    party earns and owes elsewhere (see `liquidity`), equity it could still raise, conditions of the lines.
    """
    reported = _first_back(party_cash)
    money = np.nan_to_num(line_amount) * _of_role(line_kind, *FUNDING)
    some, public, debt = (money != 0.0).any(axis=0), np.fmin(line_announced_date, line_committed_date), money * _of_role(line_kind, "debt")
    lever = (market_leverage / (1.0 - market_leverage))[:, None]
    out = np.full((len(money), len(MEANS), *reported.shape), np.nan)
    for party, stated in enumerate(~np.isnan(reported)):
        ours = [(some & (ends == party))[:, None] for ends in (line_to_party, line_from)]
        if not (stated.any() or np.any(ours)):
            continue
        cash = np.where(stated, reported[party], 0.0) * cash_definition[:, party, None]
        out[:, 0, party, stated] = cash[:, stated]
        for place, since in ((1, line_committed_date), (2, public)):
            taken, given = (lines & (since[:, None] <= month_end) for lines in ours)
            means = _part_of(money, taken, line_beside_cash)
            means += cash
            np.maximum(means, _sum_of(money, given), out=means)
            means[:, ~(stated | (taken | given).any(axis=0))] = np.nan
            out[:, place, party] = means
        own = means - _part_of(debt, taken, line_beside_cash)
        own = np.maximum(own, 0.0, out=own) * lever
        out[:, 3, party] = means + own
    return out


@quantity("USD", "draw means party month", adds="party")
def funding_drawn(funding_available: Array, funding_need: Array) -> Array:
    """How the need is met: from cash first, then committed, announced and financeable money, each only for what those before left open.

    drawn(k) = min(need, available(k)) - min(need, available(k - 1))                 (1)

    Axes: draw, means, party, month. Units: USD of the day. Means that are absent give nothing.
    """
    known = np.fmax.accumulate(np.nan_to_num(funding_available), axis=1)
    met = np.minimum(known, funding_need[:, None])
    return np.diff(met, axis=1, prepend=0.0)


@quantity("USD", "draw party month", adds="party")
def funding_open(funding_drawn: Array, funding_need: Array) -> Array:
    """What no means meet, not even announced money at market leverage: need less all that is drawn.

    Axes: draw, party, month. Units: USD.
    """
    return np.asarray(funding_need - funding_drawn.sum(axis=1))


@quantity("USD", "draw party month", adds="party")
def sources_less_uses(funding_drawn: Array, funding_open: Array, capital_owed: Array, transfers_owed: Array) -> Array:
    """Sources less uses of each party: zero to the cent in every month, or the books are wrong.

    sources: money drawn from each means, and what stays open; uses: capital at the sites, and what is owed to other parties   (1)

    Axes: draw, party, month. Units: USD.
    """
    return np.asarray(funding_drawn.sum(axis=1) + funding_open - capital_owed - transfers_owed)


@quantity("1", "draw phase")
def pledge_share_spent(pledge_spent_per_year: Array, pledge_date: Array, month_end: Array) -> Array:
    """Share of a money pledge that gets spent by the end of the clock: yearly rate of its reference class times years, at most all.

    s = min(1, rate * (end - published))                                            (1)

    Axes: draw, phase. Units: 1. Source: pledges whose spending was published (basis `spent`), a small and wide class: that it fits is
    assumed.
    """
    years = np.maximum(0.0, month_end[-1] - pledge_date) / 365.25
    return np.asarray(np.minimum(1.0, pledge_spent_per_year[:, None] * np.nan_to_num(years)[None, :]))


@quantity("USD", "draw phase", adds="phase")
def pledge_capital_realised(
    pledge_capital_stated: Array, pledge_share_spent: Array, line_amount: Array, line_to_party: Array, line_to_site: Array,
    line_kind: Array,
    market_leverage: Array, phase_unsited: Array,
) -> Array:  # fmt: skip
    """Capital that money pledges without a site come to.

    K = share spent * stated; where parties pledged equity to the programme: share spent * that equity / (1 - leverage), split as stated

    Equity is what carries the rest at market leverage; sums announced without it count as they are. Axes: draw, phase. Units: USD.
    Absent (NaN) for phases not stated in money or with a site.
    """
    stated = np.where(phase_unsited[None, :] > 0.5, pledge_capital_stated, np.nan)
    total = np.nansum(stated, axis=1)
    equity = (np.nan_to_num(line_amount) * _of_role(line_kind, "equity") * _to_programme(line_to_party, line_to_site)).sum(axis=1)
    factor = np.where((equity > 0.0) & (total > 0.0), equity / (1.0 - market_leverage) / np.where(total > 0.0, total, 1.0), 1.0)
    return stated * factor[:, None] * pledge_share_spent
