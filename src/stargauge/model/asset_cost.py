"""What each site is financed for: money spent on its building and its equipment over their life, when they begin to run, tax depreciation.

A site is two assets: the building with its power, and the equipment in it. Capital counts once; the rent is a transfer between the two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.project_finance import shifted
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


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def asset_renewal(
    asset_cost: Array, asset_cost_given_up: Array, accelerator_life: Array, equipment_price_drift: Array, life_price_level: Array
) -> Array:
    """Money for equipment that is bought again at the end of its economic life, as often as it ends within the life of the building.

    r(t) = (c(t - n) + r(t - n)) * price level(t) / price level(t - n) * exp(drift * n)   (1)

    n: economic life in whole months. Axes: draw, asset, site, life_month; none for buildings. Units: USD of the day. The same IT power is
    bought again; one life comes after another. Leaves out: a hall that is not filled again.
    """
    draws, _, sites, months = asset_cost.shape
    out = np.zeros_like(asset_cost)
    real = (asset_cost[:, _EQUIPMENT] - asset_cost_given_up[:, _EQUIPMENT]) / life_price_level[:, None, :]
    life = np.maximum(accelerator_life / (365.25 / 12.0), 1.0)
    lives = np.repeat(life, sites)
    dearer = np.exp(equipment_price_drift * accelerator_life / 365.25)[:, None, None]
    part = np.ascontiguousarray(real.reshape(draws * sites, months).T)
    for _ in range(months):
        part = shifted(part, lives)
        if not part.any():
            break
        again = part.T.reshape(draws, sites, months) * dearer
        out[:, _EQUIPMENT] += again
        part = np.ascontiguousarray(again.reshape(draws * sites, months).T)
    return out * life_price_level[:, None, None, :]


@quantity("USD", "draw asset site life_month", adds="asset site", flow=True)
def asset_placed_in_service(asset_cost: Array, asset_cost_given_up: Array, asset_begins: Array, asset_renewal: Array) -> Array:
    """Cost of what is placed in service within each month: the basis of tax depreciation.

    placed(t) = z(t) * (not placed yet(t - 1) + cost(t)), all of it where money is spent after the last phase runs; and renewals   (1)

    Axes: draw, asset, site, life_month. Units: USD of the day. What is spent on phases given up is never placed (a loss not deducted here).
    """
    cost = asset_cost - asset_cost_given_up
    out, waiting = np.empty_like(cost), np.zeros(cost.shape[:-1])
    left = np.flip(np.cumsum(np.flip(asset_begins, axis=-1), axis=-1), axis=-1)
    for month in range(cost.shape[-1]):
        waiting += cost[..., month]
        out[..., month] = np.where(left[..., month] > 0.0, asset_begins[..., month], asset_begins.any(axis=-1)) * waiting
        waiting -= out[..., month]
    return out + asset_renewal
