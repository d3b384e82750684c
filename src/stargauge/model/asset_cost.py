"""What each site is financed for: money spent on its building and its equipment over their life, when they begin to run, tax depreciation.

A site is two assets: the building with its power, and the equipment in it. Capital counts once; the rent is a transfer between the two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.finance.project_finance import cells, series, shifted
from stargauge.quantity.quantity import ASSETS, STAGES, quantity
from stargauge.quantity.timeline import flow, ramps, s_curves, steps

Array = NDArray[np.float64]

_START, _ENERGISED, _OPERATIONAL = (STAGES.index(s) for s in ("under_construction", "energised", "operational"))
_EQUIPMENT = ASSETS.index("equipment")


def _spent(cost: Array, price: Array) -> Array:
    """Spending of each month in money of the day, from what was spent so far in money of the price year."""
    out = flow(cost)
    out *= price[:, None, :]
    return out


@quantity("1", "draw phase")
def phase_runs(stage_date: Array, life_end: Array) -> Array:
    """1 where a phase runs one day within the life of the assets, 0 where it is given up or never comes. Axes: draw, phase. Units: 1."""
    runs = stage_date[:, _OPERATIONAL]
    return np.asarray((runs <= life_end[-1]).astype(np.float64))


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def asset_cost(
    phase_construction_cost: Array, phase_equipment_cost: Array, uncancelled_date: Array, cancelled_date: Array, stage_date: Array,
    construction_middle_share: Array, equipment_payment_lead: Array, life_price_level: Array, phase_site: Array, site_known_from: Array,
    life_end: Array,
) -> Array:  # fmt: skip
    """Money spent within each month on the building and on the equipment of each site.

    The S-curve and the payment profile of `construction_deployed` and `equipment_deployed`, over the life of the assets, times the price
    level of the month (1)

    Axes: draw, asset, site, life_month. Units: USD of the day; the first month holds what came before. Equal to `capex` on the clock.
    """
    sites = len(site_known_from)
    built = s_curves(
        uncancelled_date[:, _START], uncancelled_date[:, _ENERGISED], cancelled_date, phase_construction_cost, construction_middle_share,
        phase_site, sites, life_end,
    )  # fmt: skip
    starts = stage_date[:, _ENERGISED] - equipment_payment_lead[:, None]
    bought = ramps(starts, stage_date[:, _OPERATIONAL], phase_equipment_cost, phase_site, sites, life_end)
    return np.stack([_spent(built, life_price_level), _spent(bought, life_price_level)], axis=1)


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def asset_cost_given_up(
    phase_construction_cost: Array, phase_equipment_cost: Array, phase_runs: Array, uncancelled_date: Array, cancelled_date: Array,
    stage_date: Array, construction_middle_share: Array, equipment_payment_lead: Array, life_price_level: Array, phase_site: Array,
    site_known_from: Array, life_end: Array,
) -> Array:  # fmt: skip
    """The part of `asset_cost` that is spent on phases which never run: no lender pays for it.

    Axes: draw, asset, site, life_month. Units: USD of the day.
    """
    lost = 1.0 - phase_runs
    if not lost.any():
        return np.zeros((len(lost), len(ASSETS), len(site_known_from), len(life_end)))
    return asset_cost(
        phase_construction_cost * lost, phase_equipment_cost * lost, uncancelled_date, cancelled_date, stage_date,
        construction_middle_share, equipment_payment_lead, life_price_level, phase_site, site_known_from, life_end,
    )  # fmt: skip


@quantity("1", "draw asset site life_month")
def asset_begins(
    phase_construction_cost: Array, phase_equipment_cost: Array, phase_runs: Array, stage_date: Array, phase_site: Array,
    site_known_from: Array, life_end: Array,
) -> Array:  # fmt: skip
    """Share of what was built and does not run yet that begins to run within each month.

    cost of what begins in the month / cost of all that begins in this month or later    (1)

    By the cost of complete phases: a phase of which money is spent long before it runs counts from then. One in the month in which the
    last begins. Axes: draw, asset, site, life_month. Units: 1.
    """
    sites = len(site_known_from)
    runs = np.where(phase_runs > 0.0, stage_date[:, _OPERATIONAL], np.inf)
    costs = (phase_construction_cost, phase_equipment_cost)
    begun = np.stack([steps(runs, cost * phase_runs, phase_site, sites, life_end) for cost in costs], axis=1)
    starts = flow(begun)
    left = begun[..., -1:] - begun + starts
    return np.where(starts > 0.0, starts / np.where(left > 0.0, left, 1.0), 0.0)


@quantity("1", "draw site life_month")
def renewal_pays(
    compute_income: Array, equipment_running_cost: Array, phase_equipment_cost: Array, phase_runs: Array, accelerator_life: Array,
    equipment_price_drift: Array, discount_rate: Array, life_price_level: Array, phase_site: Array, site_known_from: Array,
    life_end: Array,
) -> Array:  # fmt: skip
    """1 in months in which it would pay to buy a site's equipment again, 0 where its hall is handed on to somebody else.

    operating cash of the last twelve months * annuity(r, n years) >= cost of all equipment at the prices of the month   (1)

    n: economic life; r: the return equity asks. An owner who looks back a year and no further ahead: a rule of ours. Axes: draw, site,
    life_month. Units: 1.
    """
    sites = compute_income.shape[1]
    so_far = np.cumsum(compute_income - equipment_running_cost, axis=2)
    year = so_far.copy()
    year[..., 12:] -= so_far[..., :-12]
    lives = accelerator_life / 365.25
    worth = -np.expm1(-lives * np.log1p(discount_rate)) / discount_rate
    belongs = (phase_site[:, None] == np.arange(sites)).astype(np.float64)
    cost = (phase_equipment_cost * phase_runs) @ belongs
    dearer = np.exp(equipment_price_drift[:, None] * (life_end - life_end[0]) / 365.25)
    again = cost[:, :, None] * (life_price_level * dearer)[:, None, :]
    return np.asarray((year * worth[:, None, None] >= again).astype(np.float64))


def _renewed(
    asset_cost: Array, given_up: Array, renewal_pays: Array, accelerator_life: Array, life_price_level: Array
) -> tuple[Array, Array]:
    """Equipment bought again, and given up at the end of a life: (month, cell of draw and site), at the real cost of the first."""
    real = cells((asset_cost[:, _EQUIPMENT] - given_up[:, _EQUIPMENT]) / life_price_level[:, None, :])
    pays = cells(renewal_pays) > 0.5
    lives = np.repeat(np.maximum(accelerator_life / (365.25 / 12.0), 1.0), asset_cost.shape[2])
    again, ended, part = np.zeros_like(real), np.zeros_like(real), real
    for _ in range(len(real)):
        part = shifted(part, lives)
        if not part.any():
            break
        ended += np.where(pays, 0.0, part)
        part = np.where(pays, part, 0.0)
        again += part
    return again, ended


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def asset_renewal(
    asset_cost: Array, asset_cost_given_up: Array, renewal_pays: Array, accelerator_life: Array, equipment_price_drift: Array,
    life_price_level: Array, life_end: Array,
) -> Array:  # fmt: skip
    """Money for equipment that is bought again at the end of its economic life, as often as it ends and where that pays.

    r(t) = real cost of what was bought one or more lives before * price level(t) * exp(drift * years since it was bought)   (1)

    Lives in whole months. Axes: draw, asset, site, life_month; none for buildings. Units: USD of the day. The same IT power is bought.
    """
    draws, _, sites, months = asset_cost.shape
    again, _ = _renewed(asset_cost, asset_cost_given_up, renewal_pays, accelerator_life, life_price_level)
    out = np.zeros_like(asset_cost)
    dearer = np.exp(equipment_price_drift[:, None] * (life_end - life_end[0]) / 365.25) * life_price_level
    out[:, _EQUIPMENT] = series(again, (draws, sites, months)) * dearer[:, None, :]
    return out


@quantity("1", "draw asset site life_month")
def asset_kept(
    asset_cost: Array, asset_cost_given_up: Array, renewal_pays: Array, accelerator_life: Array, life_price_level: Array
) -> Array:
    """Share of an asset that its owner still has: what was not given up at the end of a life; all of a building.

    What is given up earns and costs its owner nothing more: whoever fills the hall then pays its rent, an assumption. Axes: draw, asset,
    site, life_month. Units: 1.
    """
    draws, _, sites, months = asset_cost.shape
    _, ended = _renewed(asset_cost, asset_cost_given_up, renewal_pays, accelerator_life, life_price_level)
    real = ((asset_cost - asset_cost_given_up)[:, _EQUIPMENT] / life_price_level[:, None, :]).sum(axis=-1)
    lost = series(np.cumsum(ended, axis=0), (draws, sites, months)) / np.where(real > 0.0, real, 1.0)[..., None]
    out = np.ones_like(asset_cost)
    out[:, _EQUIPMENT] = np.clip(1.0 - lost, 0.0, 1.0)
    return out


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def asset_placed_in_service(asset_cost: Array, asset_cost_given_up: Array, asset_begins: Array, asset_renewal: Array) -> Array:
    """Cost of what is placed in service within each month: the basis of tax depreciation.

    placed(t) = z(t) * (not placed yet(t - 1) + cost(t)), all of it where money is spent after the last phase runs; and renewals   (1)

    Axes: draw, asset, site, life_month. Units: USD of the day. What is spent on phases given up is never placed (a loss not deducted here).
    """
    cost, begins = cells(asset_cost - asset_cost_given_up), cells(asset_begins)
    out, waiting, some = np.empty_like(cost), np.zeros(cost.shape[1]), begins.any(axis=0)
    ahead = np.flip(np.cumsum(np.flip(begins, axis=0), axis=0), axis=0) > 0.0
    for month in range(len(cost)):
        waiting += cost[month]
        out[month] = np.where(ahead[month], begins[month], some) * waiting
        waiting -= out[month]
    return series(out, asset_cost.shape) + asset_renewal
