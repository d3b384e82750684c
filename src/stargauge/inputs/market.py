"""Levels and shocks of rents and interest rates: picks, never computes."""

from __future__ import annotations

from stargauge.programme.known import Known
from stargauge.quantity.distribution import STANDARD_NORMAL
from stargauge.quantity.quantity import ASSETS, quantity
from stargauge.quantity.statement import Estimate

_SHOCK = Estimate(STANDARD_NORMAL, "default", note="a pure stream of chance, one shock a year")


@quantity("USD/h", "draw", least=0.0)
def accelerator_rent_long_run(known: Known) -> Estimate:
    """Rent of one H100 per hour to which the market returns, at the knowledge date."""
    return known.default("price", "rent", "long_run")


@quantity("1", "draw")
def accelerator_rent_drift(known: Known) -> Estimate:
    """Yearly drift of the logarithm of that rent."""
    return known.default("price", "rent", "drift")


@quantity("1", "draw", least=0.0)
def accelerator_rent_reversion(known: Known) -> Estimate:
    """Share of the distance to the long-run rent that the market closes in a year."""
    return known.default("price", "rent", "reversion")


@quantity("1", "draw", least=0.0)
def accelerator_rent_volatility(known: Known) -> Estimate:
    """Standard deviation of the logarithm of the rent over a year."""
    return known.default("price", "rent", "volatility")


@quantity("1", "draw life_year")
def accelerator_rent_shock(known: Known) -> list[Estimate]:
    """Shock of the rent in each calendar year, a standard normal deviate."""
    return [_SHOCK for _ in known.axes["life_year"]]


@quantity("1", "draw", least=0.0, most=1.0)
def base_rate_long_run(known: Known) -> Estimate:
    """Level to which the base rate of interest returns."""
    return known.default("funding", "default", "base_rate")


@quantity("1", "draw", least=0.0)
def base_rate_reversion(known: Known) -> Estimate:
    """Share of the distance to its level that the base rate closes in a year."""
    return known.default("funding", "base-rate", "reversion")


@quantity("1", "draw", least=0.0)
def base_rate_volatility(known: Known) -> Estimate:
    """Standard deviation of the base rate over a year."""
    return known.default("funding", "base-rate", "volatility")


@quantity("1", "draw life_year")
def base_rate_shock(known: Known) -> list[Estimate]:
    """Shock of the base rate in each calendar year, a standard normal deviate."""
    return [_SHOCK for _ in known.axes["life_year"]]


@quantity("1", "draw")
def swap_premium(known: Known) -> Estimate:
    """Swap rate over the long-run base rate."""
    return known.default("funding", "default", "swap_premium")


@quantity("1", "draw", least=0.0, most=1.0)
def hedge_share(known: Known) -> Estimate:
    """Share of floating debt swapped into a fixed rate."""
    return known.default("funding", "default", "hedge_share")


@quantity("1", "draw asset", least=0.0, most=1.0)
def debt_spread(known: Known) -> list[Estimate]:
    """Yearly rate of loans over the base rate, on buildings and on equipment."""
    return [known.default("funding", "equipment" if asset == "equipment" else "default", "spread") for asset in ASSETS]
