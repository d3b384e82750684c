"""What a dispatch costs, emits and takes in water and gas; and in words, what is missing where supply cannot meet the load.

Arrays are those of `Dispatch`: (draw, source, period), (draw, period). What is priced is given by source, or by draw and source.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.errors import counted
from stargauge.quantity.power.dispatch import Dispatch, HourSeries
from stargauge.quantity.power.hourly import hour_name
from stargauge.quantity.spoken import say
from stargauge.quantity.units import show

Array = NDArray[np.float64]


class Prices(NamedTuple):
    """What sources cost over the time of a pass, each (source,) in the order of dispatch, (draw, source), or one for all."""

    capital: ArrayLike  # USD: payments that repay what is built, by capital recovery, for the time of the pass
    fixed: ArrayLike  # USD: upkeep whether it runs or not, for the time of the pass
    variable: ArrayLike  # USD/Wh given; of a contract its price
    curtailed: ArrayLike  # USD/Wh that a contract must be paid though nobody took it
    fuel: ArrayLike  # USD/Wh of fuel
    start: ArrayLike  # USD for each start of a unit
    demand: ArrayLike = 0.0  # USD/W of the peak of each period: one, (period,) or (draw, period)
    purchase: str = ""  # the rate of the grid that is its price, USD/Wh; without it the grid costs what `variable` says


class Cost(NamedTuple):
    """Money of a pass by kind: USD (draw, source), and by draw."""

    capital: Array
    fixed: Array
    variable: Array
    fuel: Array
    starts: Array
    purchase: Array  # of the grid: (draw,)
    demand: Array  # of the grid: (draw,)

    @property
    def total(self) -> Array:
        """USD of each draw."""
        by_source = self.capital + self.fixed + self.variable + self.fuel + self.starts
        return np.asarray(by_source.sum(axis=-1) + self.purchase + self.demand)


def supply_money(made: Dispatch, prices: Prices) -> Cost:
    """What supply costs over the time of a pass, by kind and source.

    capital + fixed + variable E + paid though curtailed + fuel price F + start price starts + sum of price_t drawn_t + demand peak     (1)

    Units: Wh, W -> USD. The battery's `variable` is per Wh it gives back. Source: sum of bills. Leaves out: taxes, ratchets of demand
    charges, allowances, income from export.
    """
    energy, fuel, curtailed = made.energy.sum(axis=-1), made.fuel.sum(axis=-1), made.curtailed.sum(axis=-1)

    def each(value: ArrayLike) -> Array:
        return np.array(np.broadcast_to(np.asarray(value, dtype=np.float64), energy.shape))

    variable = each(prices.variable) * energy + each(prices.curtailed) * curtailed
    purchase = made.grid_rates[prices.purchase].sum(axis=-1) if prices.purchase else np.zeros(made.draws)
    demand = (np.asarray(prices.demand, dtype=np.float64) * made.grid_peak).sum(axis=-1)
    return Cost(
        each(prices.capital), each(prices.fixed), variable, each(prices.fuel) * fuel, each(prices.start) * made.starts, purchase, demand
    )


def cost_per_energy(cost: Cost, made: Dispatch) -> Array:
    """Cost of a unit of energy that the load got: total / (load - shortfall). Axes: draw. Units: USD/Wh; absent (NaN) where it got none."""
    got = (made.load - made.shortfall).sum(axis=-1)
    return np.asarray(np.divide(cost.total, got, out=np.full(made.draws, np.nan), where=got > 0.0))


def source_sums(made: Dispatch, per_energy: ArrayLike) -> Array:
    """What sources take or emit by the energy they give, as water of plants: E_s w_s. Axes: draw, source, period.

    per_energy: per Wh, (source,) or (draw, source). Units: L/Wh -> L, g/Wh -> g. What moves by hour on the grid is a rate of `Grid`.
    """
    return np.asarray(made.energy * np.asarray(per_energy, dtype=np.float64)[..., None])


def fuel_sums(made: Dispatch, per_fuel: ArrayLike) -> Array:
    """What sources emit by the fuel they burn: scope 1. F_s factor_s; with a factor of 1 for those that burn gas, gas used, Wh.

    per_fuel: per Wh of fuel, (source,) or (draw, source). Axes: draw, source, period. Units: g/Wh -> g. Starts are in the fuel.
    """
    return np.asarray(made.fuel * np.asarray(per_fuel, dtype=np.float64)[..., None])


class Emissions(NamedTuple):
    """Greenhouse gas: g CO2e (draw, period)."""

    scope_one: Array  # of fuel burnt on site
    scope_two: Array  # of power from the grid at its average factor of the hour
    marginal: Array | None  # of power from the grid at the factor of what it makes run; beside scope 2, never added to it


def emissions(made: Dispatch, per_fuel: ArrayLike, average: str = "", marginal: str = "") -> Emissions:
    """Greenhouse gas of a pass: fuel by its factor, power from the grid hour by hour at the rates of `Grid` named.

    per_fuel: g/Wh of fuel, (source,) or (draw, source). Scope 2 is location-based. Source: GHG Protocol, Scope 2 Guidance (2015).
    Leaves out: upstream of fuel, contracts (market-based scope 2), making of plants.
    """
    none = np.zeros_like(made.load)
    bought = made.grid_rates[average] if average else none
    return Emissions(fuel_sums(made, per_fuel).sum(axis=1), bought, made.grid_rates[marginal] if marginal else None)


def hourly_emissions(
    series: HourSeries, sources: tuple[str, ...], per_fuel: ArrayLike, grid: str, factor: ArrayLike
) -> tuple[Array, Array]:
    """Greenhouse gas of one draw by hour: of its fuel (scope 1) and of what it draws from the grid at the factor of the hour.

    per_fuel: g/Wh of fuel, one or (source,); factor: g/Wh drawn, (hour,), average for scope 2 or marginal. Units: g in each hour.
    """
    burnt = (np.broadcast_to(np.asarray(per_fuel, dtype=np.float64), len(sources))[:, None] * series.fuel).sum(axis=0)
    drawn = series.power[sources.index(grid)] if grid in sources else np.zeros_like(series.load)
    return burnt, np.asarray(drawn * np.asarray(factor, dtype=np.float64))


class Reliability(NamedTuple):
    """How well supply meets the load over all draws."""

    mean_hours: float  # hours of shortfall of a draw, their mean (loss of load hours)
    mean_share: float  # energy not given over energy asked for, of all draws (expected unserved energy)
    without: float  # share of draws without any shortfall
    worst: float  # W, the most that is missing in any


def reliability(made: Dispatch) -> Reliability:
    """Loss of load hours, expected unserved energy, share of draws without shortfall. Source: Billinton & Allan (1996), ch. 2."""
    asked = float(made.load.sum())
    share = float(made.shortfall.sum()) / asked if asked > 0.0 else 0.0
    short = made.shortfall_hours
    return Reliability(float(short.mean()), share, float((short == 0).mean()), float(made.worst.max()))


class Shortage(NamedTuple):
    """What is missing in one draw."""

    draw: int
    hours: int
    first_hour: int
    worst_hour: int
    worst: float  # W
    energy: float  # Wh


def shortages(made: Dispatch) -> list[Shortage]:
    """What is missing where supply cannot meet the load: each draw with a shortfall, the largest energy first."""
    energy = made.shortfall.sum(axis=-1)
    short = np.flatnonzero(made.shortfall_hours > 0)
    order = short[np.argsort(-energy[short], kind="stable")]
    return [
        Shortage(
            int(draw), int(made.shortfall_hours[draw]), int(made.first_hour[draw]), int(made.worst_hour[draw]), float(made.worst[draw]),
            float(energy[draw]),
        )
        for draw in order
    ]  # fmt: skip


def shortage_text(made: Dispatch) -> str:
    """Where supply does not meet the load, in words: in how many draws, how long, since when, and the worst hour; empty where it does."""
    found = shortages(made)
    if not found:
        return ""
    one = found[0]
    told = {
        "hours": counted(one.hours, "hour"), "first": hour_name(one.first_hour), "worst": hour_name(one.worst_hour),
        "power": show(one.worst, "W"), "energy": show(one.energy, "Wh"),
    }  # fmt: skip
    if made.draws > 1:
        return say(
            "supply does not meet the load in {some:,} of {draws:,} draws; in the worst of them for {hours}, first in {first}; most is "
            "missing in {worst}: {power}; in all {energy}", some=len(found), draws=made.draws, **told,
        )  # fmt: skip
    return say("supply does not meet the load for {hours}, first in {first}; most is missing in {worst}: {power}; in all {energy}", **told)
