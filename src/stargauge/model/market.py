"""Prices that move by themselves: the rent of an accelerator-hour, the base rate of interest and what loans cost over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import quantity
from stargauge.quantity.statistics.reversion import reverting_path

Array = NDArray[np.float64]


@quantity("USD/h", "draw life_month")
def accelerator_rent_level(
    accelerator_rent: Array, accelerator_rent_long_run: Array, accelerator_rent_drift: Array, accelerator_rent_reversion: Array,
    accelerator_rent_volatility: Array, accelerator_rent_shock: Array, life_year_end: Array, life_end: Array, known_date: Array,
) -> Array:  # fmt: skip
    """Market rent of one H100 per hour in each month: a cycle around a long-run level that falls as each generation computes more per W.

    ln rent = mean-reverting, from the newest rent known at the knowledge date; long-run level L e^(drift * years)   (1)

    Axes: draw, life_month. Units: USD/h, money of the day. Before the knowledge date it is the rent known then. Source: rents from 8 USD
    (2023) to 1.70 (October 2025) and 2.35 (March 2026) in the catalogue; reversion, volatility, long-run level and drift are assumptions.
    """
    least = np.finfo(np.float64).tiny  # a rent of nothing is as small as numbers get
    now, mean = (np.log(np.maximum(rent, least)) for rent in (accelerator_rent, accelerator_rent_long_run))
    cycle = reverting_path(
        now - mean, float(known_date), 0.0 * mean, accelerator_rent_reversion, accelerator_rent_volatility, accelerator_rent_shock,
        life_year_end, life_end,
    )  # fmt: skip
    years = np.maximum(life_end - known_date, 0.0) / 365.25
    return np.exp(cycle + mean[:, None] + accelerator_rent_drift[:, None] * years)


@quantity("1", "draw life_month")
def base_rate(
    base_rate_long_run: Array, base_rate_reversion: Array, base_rate_volatility: Array, base_rate_shock: Array, life_year_end: Array,
    life_end: Array, known_date: Array,
) -> Array:  # fmt: skip
    """Base rate of interest (SOFR) in each month: mean-reverting around its long-run level from the knowledge date on, never below zero.

    Axes: draw, life_month. Units: 1 per year. Its level, reversion and volatility are assumptions. Leaves out: the curve within a year.
    """
    path = reverting_path(
        base_rate_long_run, float(known_date), base_rate_long_run, base_rate_reversion, base_rate_volatility, base_rate_shock,
        life_year_end, life_end,
    )  # fmt: skip
    return np.maximum(path, 0.0)


@quantity("1", "draw")
def swap_rate(base_rate_long_run: Array, swap_premium: Array) -> Array:
    """Fixed rate for which the base rate is swapped when a loan closes: its long-run level + premium. Axes: draw. Units: 1 per year."""
    return base_rate_long_run + swap_premium


@quantity("1", "draw asset site life_month")
def debt_rate_path(
    base_rate: Array, swap_rate: Array, hedge_share: Array, debt_spread: Array, loan_spread_stated: Array, loan_rate_stated: Array
) -> Array:
    """Yearly rate of interest of the loan on each asset of each site in each month.

    h (swap + spread) + (1 - h) (base + spread); a loan with a stated fixed rate pays that   (1)

    The spread is that of the site's own loan where stated. Axes: draw, asset, site, life_month. Units: 1 per year. Source: bank loans of
    Vantage (about 250 bp over SOFR), CoreWeave's filings (equipment); hedge share and swap premium are assumptions.
    Leaves out: steps of the spread over time, fees.
    """
    spread = np.where(np.isnan(loan_spread_stated), debt_spread[:, :, None], loan_spread_stated)
    floating = (hedge_share * swap_rate)[:, None] + (1.0 - hedge_share)[:, None] * base_rate
    out = spread[..., None] + floating[:, None, None, :]
    fixed = ~np.isnan(loan_rate_stated)
    if fixed.any():
        np.copyto(out, loan_rate_stated[..., None], where=fixed[..., None])
    return out


@quantity("1", "draw asset site life_month")
def refinancing_rate(base_rate: Array, debt_spread: Array, refinancing_margin: Array, loan_rate_stated: Array) -> Array:
    """Yearly rate at which a loan that falls due is lent anew: base rate of the month, spread of the market, and a margin over it.

    max(0, base + spread + margin)                                                  (1)

    Axes: draw, asset, site, life_month. Units: 1 per year. Nothing of it is swapped, whatever the first loan was. The margin is an
    assumption.
    """
    one = np.maximum(base_rate[:, None, :] + (debt_spread + refinancing_margin)[:, :, None], 0.0)
    return np.repeat(one[:, :, None, :], loan_rate_stated.shape[2], axis=2)
