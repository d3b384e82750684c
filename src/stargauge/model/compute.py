"""The equipment as an asset that sells computing power: cloud contracts that are paid used or not, own use at cost, hours on the market."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.instruments import places_of
from stargauge.quantity.quantity import DTYPES, STAGES, quantity
from stargauge.quantity.schedule.cohort import Places, served, spans
from stargauge.quantity.timeline import flow, ramps

Array = NDArray[np.float64]

_OPERATIONAL, _BF16 = STAGES.index("operational"), DTYPES.index("bf16")
_CLOUD = places_of("contract")
#: Times that equipment is bought again at most: more than the life of a building holds.
_RENEWALS = 8


def _pairs(line_serves: Array, line_kind: Array, phase_site: Array) -> tuple[Places, Places]:
    return served(np.where(np.isin(line_kind, _CLOUD), line_serves, 0.0), phase_site)


@quantity("1/W", "draw chip")
def h100e_per_power(accelerator_peak: Array, accelerator_it_power: Array, hall_filled: Array, h100_peak: Array) -> Array:
    """Computing power per W of IT power of each generation, counted in H100 by dense 16-bit peak.

    f peak / (peak of an H100 * IT power per accelerator)                            (1)

    Axes: draw, chip. Units: 1/W. Counted as `compute_h100e`.
    """
    return np.asarray(hall_filled[:, None] * accelerator_peak[:, _BF16] / (h100_peak * accelerator_it_power))


@quantity("1", "draw site life_month", adds="site")
def life_compute_h100e(
    installed_date: Array, cancelled_date: Array, accelerator_life: Array, phase_it_power: Array, phase_chip: Array, refresh_chip: Array,
    h100e_per_power: Array, chip_ships_from: Array, accelerator_rent_drift: Array, phase_site: Array, site_known_from: Array,
    life_end: Array,
) -> Array:  # fmt: skip
    """Computing power that runs at each month end over the life of the assets, counted in H100; renewed at the end of its economic life.

    P_IT * (H100 per W of its generation) * e^(-drift * years after the newest generation of the catalogue)   (1)

    Generations nobody has announced yet compute as much more per W as the market's rent for computing falls (`accelerator_rent_drift`).
    Axes: draw, site, life_month. Units: 1. Leaves out: accelerators that fail and are not replaced, the ramp of a hall, a ninth renewal.
    """
    closed = np.fmax(installed_date, cancelled_date)
    ships = np.where(np.isnan(chip_ships_from), -np.inf, chip_ships_from)
    newest, latest = ships.argmax(axis=1)[:, None], ships.max(axis=1)[:, None]
    starts, ends, weights = [], [], []
    for renewal in range(_RENEWALS + 1):
        chip = (phase_chip if renewal == 0 else refresh_chip).astype(np.int64)
        start = installed_date + renewal * accelerator_life[:, None]
        ahead = np.where(chip == newest, np.clip(start, latest, np.maximum(latest, life_end[-1])) - latest, 0.0) / 365.25
        starts.append(start)
        ends.append(closed if renewal == _RENEWALS else np.fmin(start + accelerator_life[:, None], closed))
        per_power = np.take_along_axis(h100e_per_power, chip, axis=1)
        weights.append(phase_it_power * per_power * np.exp(-accelerator_rent_drift[:, None] * ahead))
    return spans(
        np.concatenate(starts, axis=1), np.concatenate(ends, axis=1), np.concatenate(weights, axis=1), np.tile(phase_site, _RENEWALS + 1),
        len(site_known_from), life_end,
    )  # fmt: skip


@quantity("USD/W/d", "draw")
def accelerator_rent_usual(accelerator_rent_long_run: Array, h100e_per_power: Array, chip_ships_from: Array, known_date: Array) -> Array:
    """What computing power earns per IT power and day at the long-run rent of the newest generation that ships at the knowledge date.

    24 * long-run rent * H100 per W                                                  (1)

    Axes: draw. Units: USD/h -> USD/W/d. For contracts whose price nobody stated.
    """
    shipped = np.where(chip_ships_from <= known_date, chip_ships_from, -np.inf)
    newest = shipped.argmax(axis=1)
    return np.asarray(24.0 * accelerator_rent_long_run * h100e_per_power[np.arange(len(newest)), newest])


@quantity("USD/W/d", "draw line")
def contract_rate(
    line_rent: Array, line_amount: Array, contract_term: Array, contract_power: Array, line_power: Array, line_kind: Array,
    accelerator_rent_usual: Array,
) -> Array:  # fmt: skip
    """What each cloud contract pays per IT power and day when all its capacity is paid: its rent, else amount / (term * power).

    One that states neither pays what the programme's other cloud contracts pay on average, where one of them says; else the long-run market
    (both assumptions). Axes: draw, line. Units: USD/W/d, money of the day (contracts are nominal). Absent (NaN) for other commitments.
    """
    power = np.where(np.isnan(line_power), contract_power.sum(axis=1), line_power)
    spread = power * contract_term
    by_amount = np.where(spread > 0.0, line_amount / np.where(spread > 0.0, spread, 1.0), np.nan)
    stated = np.where(np.isnan(line_rent), by_amount, line_rent)
    cloud = np.isin(line_kind, _CLOUD)
    known = np.isfinite(stated) & cloud
    count = known.sum(axis=1)
    others = np.where(known, stated, 0.0).sum(axis=1) / np.maximum(count, 1)
    usual = np.where(count > 0, others, accelerator_rent_usual)[:, None]
    return np.where(cloud, np.where(np.isnan(stated), usual, stated), np.nan)


@quantity("1", "draw line")
def contract_take_or_pay(line_take_or_pay: Array, take_or_pay_usual: Array, line_kind: Array) -> Array:
    """Share of a cloud contract that is paid whether used or not: as stated, else the usual. Axes: draw, line. Units: 1."""
    usual = np.where(np.isnan(line_take_or_pay), take_or_pay_usual[:, None], line_take_or_pay)
    return np.where(np.isin(line_kind, _CLOUD), usual, np.nan)


@quantity("W", "draw site life_month", adds="site")
def compute_contract_power(
    stage_date: Array, cancelled_date: Array, phase_site: Array, contract_power: Array, contract_term: Array,
    contract_left_date: Array, contract_default_date: Array, line_serves: Array, line_kind: Array, life_end: Array,
) -> Array:  # fmt: skip
    """IT power that runs under cloud contracts at each month end: within term, its customer neither gone nor in default.

    Axes: draw, site, life_month. Units: W.
    """
    phase, line = _pairs(line_serves, line_kind, phase_site)
    left = contract_left_date[:, phase_site[phase].astype(np.int64), line]
    starts, ends = _under_contract(stage_date, cancelled_date, contract_term, left, contract_default_date, phase, line)
    return spans(starts, ends, contract_power[:, phase, line], phase_site[phase], len(line_serves), life_end)


def _under_contract(
    stage_date: Array, cancelled_date: Array, contract_term: Array, left: Array, default: Array, phase: Places,
    line: Places,
) -> tuple[Array, Array]:  # fmt: skip
    """Start and end of each phase under each contract: none for a phase that comes after its customer has left."""
    runs = stage_date[:, _OPERATIONAL][:, phase]
    kept = runs <= np.minimum(left, default[:, line])
    ends = np.fmin(np.fmin(runs + contract_term[:, line], default[:, line]), np.fmax(runs, cancelled_date[:, phase]))
    return np.where(kept, runs, np.inf), ends


@quantity("USD", "draw site life_month", adds="site", flow=True)
def contract_delay_damages(
    planned_date: Array, stage_date: Array, phase_site: Array, contract_power: Array, contract_rate: Array, contract_left_date: Array,
    contract_default_date: Array, line_delay_damages: Array, delay_damages_share: Array, delay_damages_cap: Array, line_serves: Array,
    line_kind: Array, life_end: Array,
) -> Array:  # fmt: skip
    """Damages that the seller of computing power pays its customers within each month for phases that come late.

    P d per day from the planned day until it runs, the customer leaves, or the cap of days is reached; d as stated, else a share of the
    rate                                                                             (1)

    Axes: draw, site, life_month. Units: USD of the day. None where no plan or no contract is stated.
    """
    phase, line = _pairs(line_serves, line_kind, phase_site)
    plan, runs = planned_date[:, _OPERATIONAL][:, phase], stage_date[:, _OPERATIONAL][:, phase]
    stated = line_delay_damages[:, line]
    daily = np.where(np.isnan(stated), contract_rate[:, line] * delay_damages_share[:, None], stated)
    left = np.minimum(contract_left_date[:, phase_site[phase].astype(np.int64), line], contract_default_date[:, line])
    until = np.minimum(np.minimum(runs, left), plan + delay_damages_cap[:, None])
    owed = contract_power[:, phase, line] * daily * np.maximum(until - plan, 0.0)
    return flow(ramps(plan, np.where(until > plan, until, np.nan), owed, phase_site[phase], len(line_serves), life_end))


@quantity("1", "draw site")
def own_use(own_use_share: Array, line_serves: Array, line_kind: Array) -> Array:
    """Share of a site's computing power that its owner or tenant uses himself: none where a cloud contract is served from the site.

    Axes: draw, site. Units: 1. The share is an assumption.
    """
    contracts = np.where(np.isin(line_kind, _CLOUD), line_serves, 0.0).sum(axis=1)
    return np.where(contracts > 0.0, 0.0, own_use_share[:, None])


@quantity("USD/W", "draw site")
def site_equipment_unit_cost(phase_equipment_cost: Array, phase_it_power: Array, phase_site: Array, site_known_from: Array) -> Array:
    """Cost of equipment per W of IT power of a site, mean over its phases. Axes: draw, site. Units: USD/W, USD of the price year."""
    belongs = (phase_site[:, None] == np.arange(len(site_known_from))).astype(np.float64)
    power = np.einsum("dp,ps->ds", phase_it_power, belongs)
    cost = np.einsum("dp,ps->ds", phase_equipment_cost, belongs)
    return np.where(power > 0.0, cost / np.where(power > 0.0, power, 1.0), 0.0)


@quantity("USD", "draw site life_month", adds="site", flow=True)
def own_use_income(
    own_use: Array, equipment_running_cost: Array, site_equipment_unit_cost: Array, discount_rate: Array, inflation_assumed: Array,
    accelerator_life: Array, life_power_it: Array, life_price_level: Array, life_days: Array,
) -> Array:  # fmt: skip
    """What the owner of equipment is credited for the computing power he uses himself: its cost, nothing beyond it.

    share * (running cost with rent + cost of equipment * r / (1 - (1 + r)^-life)), r the real rate that equity asks   (1)

    A transfer price: it earns the rate that equity asks and no more. Axes: draw, site, life_month. Units: USD of the day.
    """
    real = np.maximum((1.0 + discount_rate) / (1.0 + inflation_assumed) - 1.0, 1e-9)
    yearly = real / -np.expm1(-(accelerator_life / 365.25) * np.log1p(real))
    capital = (own_use * site_equipment_unit_cost * yearly[:, None] / 365.25)[:, :, None] * life_power_it
    capital *= (life_price_level * life_days)[:, None, :]
    capital += own_use[:, :, None] * equipment_running_cost
    return capital


@quantity("USD", "draw site life_month", adds="site", flow=True)
def compute_income_contracted(
    stage_date: Array, cancelled_date: Array, phase_site: Array, contract_power: Array, contract_rate: Array, contract_term: Array,
    contract_take_or_pay: Array, own_use_income: Array, line_serves: Array, line_kind: Array, life_end: Array, life_days: Array,
) -> Array:  # fmt: skip
    """Income of each site's equipment as its lender reckons: what contracts pay used or not, and what the owner uses at cost.

    days of the month * sum over phases running and within term of P * rate * take-or-pay share + own use   (1)

    Nobody defaults, nobody leaves, nothing from the market. Axes: draw, site, life_month. Units: USD of the day.
    """
    phase, line = _pairs(line_serves, line_kind, phase_site)
    runs = stage_date[:, _OPERATIONAL][:, phase]
    ends = np.fmin(runs + contract_term[:, line], np.fmax(runs, cancelled_date[:, phase]))
    paid = contract_power[:, phase, line] * (contract_rate * contract_take_or_pay)[:, line]
    out = spans(runs, ends, paid, phase_site[phase], len(line_serves), life_end)
    out *= life_days
    out += own_use_income
    return out


@quantity("USD", "draw site life_month", adds="site", flow=True)
def compute_income(
    stage_date: Array, cancelled_date: Array, phase_site: Array, contract_power: Array, contract_rate: Array, contract_term: Array,
    contract_take_or_pay: Array, contract_used_share: Array, contract_left_date: Array, contract_default_date: Array,
    compute_contract_power: Array, contract_delay_damages: Array, own_use: Array, own_use_income: Array, life_power_it: Array,
    life_compute_h100e: Array, accelerator_rent_level: Array, hours_sold_share: Array, line_serves: Array, line_kind: Array,
    life_end: Array, life_days: Array,
) -> Array:  # fmt: skip
    """Income of each site's equipment as it comes in: contracts while they last, own use at cost, the rest by the hour on the market.

    P * rate * max(take-or-pay share, share used) + own use + H100 equivalents left * rent * hours sold - delay damages   (1)

    Hours are sold by computing power in H100 (dense 16-bit peak). Axes: draw, site, life_month. Units: USD of the day.
    Leaves out: a price agreed anew with a customer who could leave, customer prepayment (a source of funds), discounts.
    """
    phase, line = _pairs(line_serves, line_kind, phase_site)
    left = contract_left_date[:, phase_site[phase].astype(np.int64), line]
    starts, ends = _under_contract(stage_date, cancelled_date, contract_term, left, contract_default_date, phase, line)
    share = np.maximum(contract_take_or_pay, contract_used_share[:, None])
    paid = contract_power[:, phase, line] * (contract_rate * share)[:, line]
    out = spans(starts, ends, paid, phase_site[phase], len(line_serves), life_end)
    out *= life_days
    running = np.where(life_power_it > 0.0, life_power_it, np.inf)
    free = np.clip(1.0 - own_use[:, :, None] - compute_contract_power / running, 0.0, 1.0)
    free *= life_compute_h100e
    free *= (accelerator_rent_level * hours_sold_share[:, None] * (24.0 * life_days))[:, None, :]
    out += free
    out += own_use_income
    out -= contract_delay_damages
    return out
