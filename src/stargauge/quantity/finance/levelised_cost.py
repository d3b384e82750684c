"""Levelised cost of compute: what a sold accelerator-hour and a million tokens cost when capital is repaid over its lives."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.finance.cashflow import annuity
from stargauge.quantity.weather.weather import YEAR_HOURS

Array = NDArray[np.float64]


def yearly_capital(costs: ArrayLike, lives: ArrayLike, rate: ArrayLike) -> Array:
    """Yearly payment that repays each part of the capital with interest over its own life: sum of C / annuity(r, n).

    Axes: any, then part. Units: USD (any), years -> per year.
    """
    each = np.asarray(costs, dtype=np.float64) / annuity(np.asarray(rate, dtype=np.float64)[..., None], lives)
    return np.asarray(each.sum(axis=-1))


def yearly_electricity(power: ArrayLike, pue: ArrayLike, energy_price: ArrayLike, powered_share: ArrayLike) -> Array:
    """Yearly cost of electricity of what draws IT power for a share of all hours: P PUE 8760 a p. Units: W, 1, USD/Wh, 1 -> USD/year.

    A year has 365 days, the convention of levelised cost.
    """
    drawn = np.asarray(power, dtype=np.float64) * np.asarray(pue) * YEAR_HOURS * np.asarray(powered_share)
    return np.asarray(drawn * np.asarray(energy_price))


def per_sold_hour(yearly: ArrayLike, sold_share: ArrayLike) -> Array:
    """A yearly cost per hour sold: c / (8760 s), s the share of all hours that is sold. Units: USD/year -> USD/h."""
    return np.asarray(np.asarray(yearly, dtype=np.float64) / (YEAR_HOURS * np.asarray(sold_share)))


def per_million_tokens(hourly: ArrayLike, tokens_per_second: ArrayLike) -> Array:
    """An hourly cost per million tokens: c / (3600 tokens/s) * 1e6. Units: USD/h, token/s -> USD per million tokens."""
    return np.asarray(np.asarray(hourly, dtype=np.float64) / (3600.0 * np.asarray(tokens_per_second)) * 1e6)
