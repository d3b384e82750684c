"""The building as an asset that is let: rent under leases, damages for delay, rent of the market after them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.instruments import places_of
from stargauge.quantity.quantity import STAGES, quantity
from stargauge.quantity.schedule.cohort import Places, at_month, served, spans
from stargauge.quantity.timeline import flow, ramps, steps

Array = NDArray[np.float64]

_OPERATIONAL = STAGES.index("operational")
_LEASE = places_of("lease")


class Book(NamedTuple):
    """Every part of a phase under a lease: its phase, its line (-1: a lease nobody stated), its group of one site and one line."""

    phase: Places
    line: Places
    group: Places
    site: Places
    group_line: Places


def _book(line_serves: Array, line_kind: Array, phase_site: Array) -> Book:
    place, lines = phase_site.astype(np.int64), len(line_kind)
    serves = np.where(np.isin(line_kind, _LEASE), line_serves, 0.0)
    phase, line = served(serves, phase_site)
    unlet = np.flatnonzero(serves.sum(axis=1)[place] == 0.0)
    phase, line = np.concatenate([phase, unlet]), np.concatenate([line, np.full(len(unlet), lines)])
    keys, group = np.unique(place[phase] * (lines + 1) + line, return_inverse=True)
    named, of_group = np.where(line == lines, -1, line), keys % (lines + 1)
    return Book(phase, named, group, keys // (lines + 1), np.where(of_group == lines, -1, of_group))


def _with(values: Array, other: Array) -> Array:
    """Values (draw, ..., line) with one line more at the end, where -1 finds it: that of a lease nobody stated."""
    last = np.asarray(other, dtype=np.float64).reshape(-1, *(1,) * (values.ndim - 1))
    return np.concatenate([values, np.broadcast_to(last, (*values.shape[:-1], 1))], axis=-1)


@quantity("1", "draw line")
def lease_growth(line_escalation: Array, lease_escalation: Array) -> Array:
    """Yearly rise of the logarithm of the rent of each lease: ln(1 + e), e as stated, else the usual. Axes: draw, line. Units: 1."""
    return np.log1p(np.where(np.isnan(line_escalation), lease_escalation[:, None], line_escalation))


@quantity("USD/W/d", "draw")
def campus_rent(lease_rent: Array, lease_campus_ratio: Array) -> Array:
    """Market rent of a whole campus per IT power and day: asking rent of small contracts * campus ratio.

    Axes: draw. Units: USD/W/d, USD of the price year.
    """
    return lease_rent * lease_campus_ratio


@quantity("USD/W/d", "draw line")
def lease_rent_stated(
    line_rent: Array, line_amount: Array, contract_term: Array, contract_power: Array, line_power: Array, lease_growth: Array,
    line_kind: Array,
) -> Array:  # fmt: skip
    """First rent of each lease per IT power and day by what was stated: its rent, else its amount spread over power and term.

    r = A / (P (e^(gT) - 1) / g)                                                     (1)

    Axes: draw, line. Units: USD/W/d, money of the day. Absent (NaN) where neither is stated, and for other commitments.
    """
    power = np.where(np.isnan(line_power), contract_power.sum(axis=1), line_power)
    pace = np.maximum(lease_growth, 1e-9) / 365.25
    spread = power * np.expm1(pace * contract_term) / pace
    by_amount = np.where(spread > 0.0, line_amount / np.where(spread > 0.0, spread, 1.0), np.nan)
    stated = np.where(np.isnan(line_rent), by_amount, line_rent)
    return np.where(np.isin(line_kind, _LEASE), stated, np.nan)


@quantity("USD/W/d", "draw phase")
def market_rent_at_start(stage_date: Array, campus_rent: Array, life_price_level: Array, life_end: Array) -> Array:
    """Rent of a campus that the market pays for each phase when it runs: price level of that month. Axes: draw, phase. Units: USD/W/d."""
    return campus_rent[:, None] * at_month(life_price_level, stage_date[:, _OPERATIONAL], life_end)


def _rent(starts: Array, ends: Array, first: Array, growth: Array, book: Book, sites: int, life_end: Array, life_days: Array) -> Array:
    """Rent within each month by site: first rent (draw, part) from start to end, rising by the growth of its group."""
    origin, pace = life_end[0], growth / 365.25
    since = np.where(np.isfinite(starts), starts, origin) - origin
    held = spans(starts, ends, first * np.exp(-pace[:, book.group] * since), book.group.astype(np.float64), len(book.site), life_end)
    held *= np.exp(pace[:, :, None] * (life_end - origin))
    return _by_site(held, book.site, sites) * life_days


def _by_site(values: Array, site: Places, sites: int) -> Array:
    if len(site) == sites and np.array_equal(site, np.arange(sites)):
        return values
    out = np.zeros((values.shape[0], sites, values.shape[2]))
    for place, target in enumerate(site):
        out[:, target] += values[:, place]
    return out


class Lease(NamedTuple):
    """Leases by part of a phase: IT power, first rent in money of the day, start of operation, closing, term."""

    power: Array
    rent: Array
    runs: Array
    closed: Array
    term: Array


def _lease(
    book: Book, contract_power: Array, phase_it_power: Array, lease_let_share: Array, lease_rent_stated: Array, market_rent: Array,
    stage_date: Array, cancelled_date: Array, contract_term: Array, usual: Array,
) -> Lease:  # fmt: skip
    power = _with(contract_power, np.array([np.nan]))[:, book.phase, book.line]
    let = np.where(book.line >= 0, power, phase_it_power[:, book.phase] * lease_let_share[:, None])
    stated = _with(lease_rent_stated, np.array([np.nan]))[:, book.line]
    rent = np.where(np.isnan(stated), market_rent[:, book.phase], stated)
    runs = stage_date[:, _OPERATIONAL][:, book.phase]
    return Lease(let, rent, runs, np.fmax(runs, cancelled_date[:, book.phase]), _with(contract_term, usual)[:, book.line])


@quantity("USD", "draw site life_month", adds="site", flow=True)
def lease_income_contracted(
    stage_date: Array, cancelled_date: Array, phase_it_power: Array, phase_site: Array, contract_power: Array, contract_term: Array,
    lease_term_usual: Array, lease_growth: Array, lease_escalation: Array, lease_rent_stated: Array, market_rent_at_start: Array,
    lease_let_share: Array, line_serves: Array, line_kind: Array, life_end: Array, life_days: Array,
) -> Array:  # fmt: skip
    """Rent of each building under its leases, as its lender reckons: nobody defaults, nobody leaves, nothing after the term.

    R(m) = days of the month * sum over phases running and within term of P r e^(g (t - t_start))   (1)

    r: first rent as stated, else that of the market for a campus when the phase runs. A site whose lease nobody stated is let in part, on
    usual terms. Axes: draw, site, life_month. Units: USD of the day. Leaves out: rent before the month end at which a phase runs, renewals.
    """
    book = _book(line_serves, line_kind, phase_site)
    lease = _lease(
        book, contract_power, phase_it_power, lease_let_share, lease_rent_stated, market_rent_at_start, stage_date, cancelled_date,
        contract_term, lease_term_usual,
    )  # fmt: skip
    growth = _with(lease_growth, np.log1p(lease_escalation))[:, book.group_line]
    ends = np.fmin(lease.runs + lease.term, lease.closed)
    return _rent(lease.runs, ends, lease.power * lease.rent, growth, book, len(line_serves), life_end, life_days)


@quantity("USD", "draw site life_month", adds="site", flow=True)
def lease_delay_damages(
    planned_date: Array, stage_date: Array, phase_site: Array, contract_power: Array, lease_rent_stated: Array, market_rent_at_start: Array,
    contract_left_date: Array, contract_default_date: Array, line_delay_damages: Array, delay_damages_share: Array,
    delay_damages_cap: Array, line_serves: Array, line_kind: Array, life_end: Array,
) -> Array:  # fmt: skip
    """Damages that the owner of a building pays its tenant within each month for phases that come late.

    P d per day from the planned day until it runs, the tenant leaves, or the cap of days; d as stated, else a share of the rent   (1)

    Axes: draw, site, life_month. Units: USD of the day. None where no plan or no lease is stated.
    """
    book = _book(line_serves, line_kind, phase_site)
    stated = book.line >= 0
    phase, line = book.phase[stated], book.line[stated]
    plan, runs = planned_date[:, _OPERATIONAL][:, phase], stage_date[:, _OPERATIONAL][:, phase]
    rent = np.where(np.isnan(lease_rent_stated[:, line]), market_rent_at_start[:, phase], lease_rent_stated[:, line])
    daily = np.where(np.isnan(line_delay_damages[:, line]), rent * delay_damages_share[:, None], line_delay_damages[:, line])
    left = np.minimum(contract_left_date[:, phase_site[phase].astype(np.int64), line], contract_default_date[:, line])
    until = np.minimum(np.minimum(runs, left), plan + delay_damages_cap[:, None])
    owed = contract_power[:, phase, line] * daily * np.maximum(until - plan, 0.0)
    paid = ramps(plan, np.where(until > plan, until, np.nan), owed, phase_site[phase], len(line_serves), life_end)
    return flow(paid)


@quantity("USD", "draw site life_month", adds="site", flow=True)
def lease_income(
    stage_date: Array, cancelled_date: Array, phase_it_power: Array, phase_site: Array, contract_power: Array, contract_term: Array,
    lease_term_usual: Array, lease_growth: Array, lease_escalation: Array, lease_rent_stated: Array, market_rent_at_start: Array,
    lease_let_share: Array, line_serves: Array, line_kind: Array, life_end: Array, life_days: Array, contract_left_date: Array,
    contract_default_date: Array, lease_delay_damages: Array, relet_gap: Array, relet_ratio: Array, campus_rent: Array,
    life_price_level: Array, lease_guarantee_paid: Array,
) -> Array:  # fmt: skip
    """Rent of each building as it comes in: leases until they end, their tenant defaults or leaves, then the market, less delay damages.

    lease while it lasts + P * market rent * price level after a gap (less for a hall used before) + residual guarantee - damages   (1)

    What no lease is for is let on the market after the same gap. Axes: draw, site, life_month. Units: USD of the day.
    Leaves out: arrears, incentives of a new lease, who the next tenant is.
    """
    book, sites = _book(line_serves, line_kind, phase_site), len(line_serves)
    lease = _lease(
        book, contract_power, phase_it_power, lease_let_share, lease_rent_stated, market_rent_at_start, stage_date, cancelled_date,
        contract_term, lease_term_usual,
    )  # fmt: skip
    growth = _with(lease_growth, np.log1p(lease_escalation))[:, book.group_line]
    default = _with(contract_default_date, np.array([np.inf]))[:, book.line]
    left = _with(contract_left_date, np.array([np.inf]))[:, phase_site[book.phase].astype(np.int64), book.line]
    kept = lease.runs <= np.minimum(left, default)
    starts = np.where(kept, lease.runs, np.inf)
    ends = np.fmin(np.fmin(lease.runs + lease.term, default), lease.closed)
    out = _rent(starts, ends, lease.power * lease.rent, growth, book, sites, life_end, life_days)
    again = np.where(kept, ends, lease.runs) + relet_gap[:, None]
    belongs = (book.phase[:, None] == np.arange(phase_it_power.shape[1])).astype(np.float64)
    let = np.einsum("dp,pq->dq", lease.power, belongs)
    runs = stage_date[:, _OPERATIONAL]
    free = spans(
        np.concatenate([again, runs + relet_gap[:, None]], axis=1),
        np.concatenate([lease.closed, np.fmax(runs, cancelled_date)], axis=1),
        np.concatenate([lease.power * np.where(kept, relet_ratio[:, None], 1.0), np.maximum(phase_it_power - let, 0.0)], axis=1),
        np.concatenate([phase_site[book.phase], phase_site]), sites, life_end,
    )  # fmt: skip
    free *= (campus_rent[:, None] * life_price_level * life_days)[:, None, :]
    out += free
    out -= lease_delay_damages
    out += lease_guarantee_paid
    return out


@quantity("USD", "draw site life_month", adds="site", flow=True)
def lease_guarantee_paid(
    stage_date: Array, cancelled_date: Array, contract_power: Array, contract_term: Array, contract_default_date: Array,
    contract_left_date: Array, line_residual_guarantee: Array, phase_construction_cost: Array, phase_it_power: Array,
    building_life: Array, life_price_level: Array, phase_site: Array, line_serves: Array, line_kind: Array, life_end: Array,
) -> Array:  # fmt: skip
    """What the guarantor of a building's value pays its owner at the end of a lease, where a guarantee is stated.

    max(0, G - K (1 - term / life))                                                  (1)

    K: cost of construction at the prices of that month; what is left of it falls in a straight line. Axes: draw, site, life_month.
    Units: USD of the day.
    Leaves out: renewals, a sale for more than the guarantee.
    """
    sites = len(line_serves)
    guaranteed = np.isin(line_kind, _LEASE) & np.isfinite(line_residual_guarantee).any(axis=0)
    phase, line = served(np.where(guaranteed, line_serves, 0.0), phase_site)
    if not len(line):
        return np.zeros((len(stage_date), sites, len(life_end)))
    power = contract_power[:, phase, line]
    total = contract_power.sum(axis=1)[:, line]
    runs, term = stage_date[:, _OPERATIONAL][:, phase], contract_term[:, line]
    ends = runs + term
    stays = (runs <= contract_left_date[:, phase_site[phase].astype(np.int64), line]) & (ends <= contract_default_date[:, line])
    stays &= ends <= np.where(cancelled_date[:, phase] > runs, cancelled_date[:, phase], np.inf)
    part = np.where(phase_it_power[:, phase] > 0.0, power / np.where(phase_it_power[:, phase] > 0.0, phase_it_power[:, phase], 1.0), 0.0)
    worth = part * phase_construction_cost[:, phase] * at_month(life_price_level, ends, life_end)
    worth *= np.maximum(0.0, 1.0 - term / building_life[:, None])
    promised = line_residual_guarantee[:, line] * power / np.where(total > 0.0, total, 1.0)
    paid = np.maximum(0.0, np.nan_to_num(promised) - worth)
    return flow(steps(np.where(stays, ends, np.inf), paid, phase_site[phase], sites, life_end))
