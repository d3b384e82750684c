"""Levels and shocks of rents and interest rates, terms of a site's own loans: picks, never computes."""

from __future__ import annotations

from stargauge.programme.known import Known, LineView
from stargauge.quantity.distribution import STANDARD_NORMAL
from stargauge.quantity.instruments import ROLE
from stargauge.quantity.quantity import ASSETS, quantity
from stargauge.quantity.statement import ABSENT, Estimate

_SHOCK = Estimate(STANDARD_NORMAL, "default", note="a pure stream of chance, one shock a year")
#: Debt that finances equipment; all other debt to a site finances its building.
_ON_EQUIPMENT = ("vendor", "delayed_draw_loan")


@quantity("USD/h", "draw")
def accelerator_rent_long_run(known: Known) -> Estimate:
    """Rent of one H100 per hour to which the market returns, at the knowledge date."""
    return known.default("price", "rent", "long_run")


@quantity("1", "draw")
def accelerator_rent_drift(known: Known) -> Estimate:
    """Yearly drift of the logarithm of that rent."""
    return known.default("price", "rent", "drift")


@quantity("1", "draw")
def accelerator_rent_reversion(known: Known) -> Estimate:
    """Share of the distance to the long-run rent that the market closes in a year."""
    return known.default("price", "rent", "reversion")


@quantity("1", "draw")
def accelerator_rent_volatility(known: Known) -> Estimate:
    """Standard deviation of the logarithm of the rent over a year."""
    return known.default("price", "rent", "volatility")


@quantity("1", "draw life_year")
def accelerator_rent_shock(known: Known) -> list[Estimate]:
    """Shock of the rent in each calendar year, a standard normal deviate."""
    return [_SHOCK for _ in known.axes["life_year"]]


@quantity("1", "draw")
def base_rate_long_run(known: Known) -> Estimate:
    """Level to which the base rate of interest returns."""
    return known.default("funding", "default", "base_rate")


@quantity("1", "draw")
def base_rate_reversion(known: Known) -> Estimate:
    """Share of the distance to its level that the base rate closes in a year."""
    return known.default("funding", "base-rate", "reversion")


@quantity("1", "draw")
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


@quantity("1", "draw")
def hedge_share(known: Known) -> Estimate:
    """Share of floating debt swapped into a fixed rate."""
    return known.default("funding", "default", "hedge_share")


@quantity("1", "draw asset")
def debt_spread(known: Known) -> list[Estimate]:
    """Yearly rate of loans over the base rate, on buildings and on equipment."""
    return [known.default("funding", "equipment" if asset == "equipment" else "default", "spread") for asset in ASSETS]


def _of_loans(known: Known, field: str) -> list[Estimate]:
    """A term of the loan on each asset of each site: of the last loan in the file that states one; absent where none does."""

    def finances(line: LineView) -> str:
        return "equipment" if line.spec.kind in _ON_EQUIPMENT else "building"

    loans = [line for line in known.lines if line.to_kind == "site" and ROLE[line.spec.kind] == "debt" and getattr(line.spec, field)]
    found = {(finances(line), line.to): known.estimate(getattr(line.spec, field)) for line in loans}
    return [found.get((asset, site.id), ABSENT) for asset in ASSETS for site in known.sites]


@quantity("1", "draw asset site")
def loan_spread_stated(known: Known) -> list[Estimate]:
    """Spread over the base rate of the loan on each asset of each site, as stated; absent where nobody said."""
    return _of_loans(known, "spread")


@quantity("1", "draw asset site")
def loan_rate_stated(known: Known) -> list[Estimate]:
    """All-in fixed rate of the loan on each asset of each site, as stated; absent where nobody said."""
    return _of_loans(known, "rate")
