"""What is built and what it costs: unit costs, the months in which they are paid, capital at the asset, in money of the price year and
of the day.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import COMPONENTS, STAGES, quantity
from stargauge.quantity.timeline import flow, ramps, s_curves

Array = NDArray[np.float64]

_START, _ENERGISED, _OPERATIONAL = (STAGES.index(s) for s in ("under_construction", "energised", "operational"))
_LAND, _SOFT, _GENERATION = (COMPONENTS.index(c) for c in ("land", "soft", "generation"))
_ACCELERATORS, _NETWORK, _STORAGE = (COMPONENTS.index(c) for c in ("accelerators", "network", "storage"))


def _price_path(index: Array, inflation: Array, index_end: Array, price_date: Array, days: Array) -> Array:
    """Price level at some days over that of the price date: (draw, day). index: at each of `index_end`, NaN where it was not published."""
    known = ~np.isnan(index)
    days = np.append(days, price_date)  # the price date is one more point of the path
    pace = np.log1p(inflation)[:, None] / 365.25
    if not known.any():
        path = pace * (days - days[-1])
    else:
        at, logs = index_end[known], np.log(index[known])
        path = np.interp(days, at, logs) + pace * (np.maximum(days - at[-1], 0.0) - np.maximum(at[0] - days, 0.0))
    return np.asarray(np.exp(path[:, :-1] - path[:, -1:]))


@quantity("1", "draw month")
def price_level(price_index_observed: Array, inflation_assumed: Array, month_end: Array, price_date: Array) -> Array:
    """General price level of each month against the middle of the price year: money of the day over USD of the price year.

    ln L is linear between the published yearly means of the index, and beyond them it rises with one assumed rate   (1)

    A yearly mean speaks for the middle of its year. Axes: draw, month. Units: 1. Source: US consumer prices (`price/us-cpi` of the
    catalogue).
    Leaves out: that building and chips have price paths of their own.
    """
    return _price_path(price_index_observed, inflation_assumed, month_end, price_date, month_end)


@quantity("1", "draw life_month")
def life_price_level(price_index_observed: Array, inflation_assumed: Array, month_end: Array, price_date: Array, life_end: Array) -> Array:
    """General price level over the life of the assets: `price_level`, carried on beyond the clock. Axes: draw, life_month. Units: 1."""
    return _price_path(price_index_observed, inflation_assumed, month_end, price_date, life_end)


@quantity("1", "draw")
def construction_overrun(overrun_factor: Array, overrun_slip_elasticity: Array, slip_programme: Array) -> Array:
    """Final over expected cost of construction, by a reference class; late programmes are also dear.

    F = F_class * exp(e z_slip)                                                     (1)

    z_slip is the programme's own part of the slip of dates. Axes: draw. Units: 1. Source: `funding/overrun` of the catalogue, between
    published
    classes (solar, thermal power, information technology): no class of data centres was found. e is an assumption: nobody published it.
    Leaves out: tails without a mean, as information technology projects show them.
    """
    return np.asarray(overrun_factor * np.exp(overrun_slip_elasticity * slip_programme))


@quantity("1", "draw")
def construction_multiplier(construction_premium_ai: Array, construction_overrun: Array) -> Array:
    """Factor on the surveyed cost of construction: premium of AI halls and overrun. (1 + premium) F. Axes: draw. Units: 1.

    Source of the premium: Turner & Townsend, Data Centre Construction Cost Index 2025-2026.
    """
    return (1.0 + construction_premium_ai) * construction_overrun


@quantity("USD/W", "draw site")
def land_unit_capex(land_price: Array, land_per_power: Array, design_power_ratio: Array) -> Array:
    """Cost of land per W of IT power: price per area * area per facility power * facility over IT power.

    Axes: draw, site. Units: USD/m2 * m2/W -> USD/W.
    """
    return (land_price * land_per_power)[:, None] * design_power_ratio


@quantity("W", "draw site")
def site_it_power(phase_it_power: Array, phase_site: Array, site_known_from: Array) -> Array:
    """IT power of all phases of a site together, whenever they come. Axes: draw, site. Units: W."""
    belongs = phase_site[:, None] == np.arange(len(site_known_from))
    return np.asarray(phase_it_power @ belongs.astype(np.float64))


@quantity("USD/W", "draw site")
def generation_unit_capex(supply_capacity_stated: Array, generation_unit_cost: Array, source_plant: Array, site_it_power: Array) -> Array:
    """Cost of power generation on site per W of IT power of the site.

    c = sum over sources of stated capacity * unit cost of its plant / P_IT(site)   (1)

    Power bought over the grid or from a plant elsewhere costs no capital here (unit cost zero). A source nobody stated counts as none.
    Axes: draw, site. Units: USD/W of IT power. Source: unit costs `price/generation-*` of the catalogue.
    """
    cost = generation_unit_cost[:, source_plant.astype(np.int64)]
    capital = np.einsum("dks,dks->ds", np.nan_to_num(supply_capacity_stated), cost)
    return np.where(site_it_power > 0.0, capital / np.where(site_it_power > 0.0, site_it_power, 1.0), 0.0)


@quantity("USD/W", "draw component site")
def construction_components(
    construction_unit_cost: Array, construction_multiplier: Array, construction_split: Array, soft_cost_share: Array,
    land_unit_capex: Array, generation_unit_capex: Array,
) -> Array:  # fmt: skip
    """Cost of construction per W of IT power by component; accelerators, network and storage are not construction (zero here).

    site, shell, critical, white space: c_market * multiplier * share / sum of shares; soft: the same * soft share; land; generation   (1)

    Axes: draw, component, site. Units: USD/W, USD of the price year. Source: Cushman & Wakefield, Data Center Development Cost Guide
    (2025):
    range of 19 US markets per W of critical load, split by driver (back of house and office spread over the rest).
    """
    hard = construction_unit_cost * construction_multiplier[:, None]
    out = hard[:, None, :] * (construction_split / construction_split.sum())[None, :, None]
    out[:, _SOFT] = hard * soft_cost_share[:, None]
    out[:, _LAND] = land_unit_capex
    out[:, _GENERATION] = generation_unit_capex
    return np.asarray(out)


@quantity("USD/W", "draw site")
def construction_unit_capex(construction_components: Array) -> Array:
    """Cost of construction per W of IT power, all components. Axes: draw, site. Units: USD/W, USD of the price year."""
    return np.asarray(construction_components.sum(axis=1))


@quantity("USD/W", "draw phase")
def equipment_unit_capex(equipment_unit_cost: Array, equipment_price_drift: Array, stage_date: Array, price_date: Array) -> Array:
    """Cost of accelerators, network and storage per W of IT power, at the date they run.

    c = c_reference * exp(drift * years from the price date)                        (1)

    One price per W for all generations: list prices over rack power of H100 systems, GB200 and GB300 racks lie within its range. Axes:
    draw,
    phase. Units: USD/W, USD of the price year. Source: Epoch AI (2026), Bernstein (2025). The drift is an assumption: price per W rose
    from one
    generation to the next and falls within each. Leaves out: the buyer's discount, export rules.
    """
    runs = stage_date[:, _OPERATIONAL]
    years = np.where(np.isfinite(runs), runs - price_date, 0.0) / 365.25
    return np.asarray(equipment_unit_cost[:, None] * np.exp(equipment_price_drift[:, None] * years))


@quantity("USD/W", "draw")
def unit_capex_it(
    construction_cost_mean: Array, construction_multiplier: Array, soft_cost_share: Array, equipment_unit_cost: Array
) -> Array:
    """Capital per W of IT power of a place nobody has named yet: mean of markets, reference accelerators, power from the grid.

    c = c_mean * multiplier * (1 + soft share) + equipment                          (1)

    Axes: draw. Units: USD/W, USD of the price year. Check: Epoch AI's flat 37.9 M USD per MW of IT power (2026). Leaves out: land, under
    one
    per cent of it.
    """
    return construction_cost_mean * construction_multiplier * (1.0 + soft_cost_share) + equipment_unit_cost


@quantity("USD", "draw phase", adds="phase")
def phase_construction_cost(
    phase_it_power: Array, construction_unit_capex: Array, generation_cost_shift: Array, construction_price_drift: Array,
    uncancelled_date: Array, price_date: Array, phase_site: Array,
) -> Array:  # fmt: skip
    """Cost of construction of each phase when complete: power times unit cost at the prices of the day on which work starts.

    K = P (c + shift) exp(drift * years from the price date to the start of work)    (1)

    Axes: draw, phase. Units: W * USD/W -> USD of the price year. The drift is what building prices rise by beyond general prices, which
    `price_level` adds. A phase whose start never comes is priced at the price date. Leaves out: prices fixed before work starts, parts with
    prices of their own.
    """
    start = uncancelled_date[:, _START]
    years = np.where(np.isfinite(start), start - price_date, 0.0) / 365.25
    unit = construction_unit_capex[:, phase_site.astype(np.int64)] + generation_cost_shift
    return np.asarray(phase_it_power * unit * np.exp(construction_price_drift[:, None] * years))


@quantity("USD", "draw phase", adds="phase")
def phase_equipment_cost(phase_it_power: Array, equipment_unit_capex: Array) -> Array:
    """Cost of accelerators, network and storage of each phase when full. Axes: draw, phase. Units: W * USD/W -> USD of the price year."""
    return phase_it_power * equipment_unit_capex


@quantity("USD", "draw site month", adds="site", rises=True)
def construction_deployed(
    phase_construction_cost: Array, uncancelled_date: Array, cancelled_date: Array, construction_middle_share: Array,
    phase_site: Array, site_known_from: Array, month_end: Array,
) -> Array:  # fmt: skip
    """Money spent on construction so far: an S-curve from the start of work until power is on.

    cumulative share rises in three straight thirds of the time, `construction_middle_share` of it in the middle one   (1)

    Nothing after a cancellation, nothing for a phase without a start or an end. Axes: draw, site, month. Units: USD of the price year.
    Leaves out: deposits before the start, retentions after the end; land is paid along with the rest.
    """
    return s_curves(
        uncancelled_date[:, _START], uncancelled_date[:, _ENERGISED], cancelled_date, phase_construction_cost, construction_middle_share,
        phase_site, len(site_known_from), month_end,
    )  # fmt: skip


@quantity("USD", "draw site month", adds="site", rises=True)
def equipment_deployed(
    phase_equipment_cost: Array,
    stage_date: Array,
    equipment_payment_lead: Array,
    phase_site: Array,
    site_known_from: Array,
    month_end: Array,
) -> Array:
    """Money paid for accelerators, network and storage so far: evenly from a lead before power is on until the racks run.

    Axes: draw, site, month. Units: USD of the price year. A phase that never runs gets none. The lead is an assumption.
    Leaves out: prepayments of years ahead, leased or customer-supplied chips (they count here, at the asset), replacement at the end of
    life.
    """
    starts = stage_date[:, _ENERGISED] - equipment_payment_lead[:, None]
    return ramps(starts, stage_date[:, _OPERATIONAL], phase_equipment_cost, phase_site, len(site_known_from), month_end)


@quantity("USD", "draw site month", adds="site", rises=True)
def capital_deployed_real(construction_deployed: Array, equipment_deployed: Array) -> Array:
    """Capital spent so far, counted once, at the asset, in USD of the price year: construction plus equipment. Axes: draw, site, month."""
    return construction_deployed + equipment_deployed


@quantity("USD", "draw site month", adds="site", rises=True)
def capital_deployed(capital_deployed_real: Array, price_level: Array) -> Array:
    """Capital spent so far, counted once, at the asset, in money of the day.

    K(m) = sum over months up to m of spending in USD of the price year * price level of the month   (1)

    Leases, order backlogs and cloud contracts are claims on the same asset and add nothing. What was spent before the first month counts at
    its price level. Axes: draw, site, month. Units: USD. Check: eight buildings of Abilene at Epoch AI's flat price: 31.9 bn USD of 2025.
    """
    spent = flow(capital_deployed_real)
    spent *= price_level[:, None, :]
    return np.asarray(np.cumsum(spent, axis=2, out=spent))


@quantity("USD", "draw component site month", adds="component site", flow=True)
def capex(
    construction_deployed: Array, equipment_deployed: Array, construction_components: Array, construction_unit_capex: Array,
    network_cost_share: Array, storage_cost_share: Array, price_level: Array,
) -> Array:  # fmt: skip
    """Capital spent within each month by component, in money of the day; the first month opens with what came before.

    capex(c) = construction in the month * c / sum of components; equipment in the month * share of accelerators, network, storage   (1)

    Axes: draw, component, site, month. Units: USD. Source of the network and storage shares: Bernstein (2025) on a GB200 data centre.
    """
    total = np.where(construction_unit_capex > 0.0, construction_unit_capex, 1.0)
    share = construction_components / total[:, None, :]
    built = flow(construction_deployed) * price_level[:, None, :]
    bought = flow(equipment_deployed) * price_level[:, None, :]
    out = built[:, None] * share[..., None]
    out[:, _NETWORK] = bought * network_cost_share[:, None, None]
    out[:, _STORAGE] = bought * storage_cost_share[:, None, None]
    out[:, _ACCELERATORS] = bought - out[:, _NETWORK] - out[:, _STORAGE]
    return np.asarray(out)


@quantity("USD", "month")
def capital_promised(site_capital_stated: Array, programme_capital_stated: Array) -> Array:
    """Capital that had been promised by each month end, by what was published by then.

    max(newest statement about the programme, sum over sites of the newest statement about each)   (1)

    Axes: month. Units: USD as stated. Site statements mix bases (shell and power, or with chips): the sum is what was said, no estimate.
    It is no input to anything modelled.
    """
    return np.asarray(np.fmax(np.nansum(site_capital_stated, axis=0), programme_capital_stated))


@quantity("USD", "draw site month", adds="site", rises=True)
def building_capital(construction_deployed: Array, price_level: Array) -> Array:
    """Capital spent on construction so far, in money of the day: the base of loans on buildings. Axes: draw, site, month. Units: USD."""
    return np.asarray(np.cumsum(flow(construction_deployed) * price_level[:, None, :], axis=2))
