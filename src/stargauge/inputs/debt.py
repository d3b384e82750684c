"""Terms of loans and leases, from the catalogue."""

from __future__ import annotations

from stargauge.programme.known import Known
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import Estimate


@quantity("1", "draw", least=0.0, most=1.0)
def market_leverage(known: Known) -> Estimate:
    """Debt over cost that lenders gave comparable sites."""
    return known.default("funding", "default", "leverage")


@quantity("1", "draw", least=0.0, most=1.0)
def discount_rate(known: Known) -> Estimate:
    """Yearly return that equity asks."""
    return known.default("funding", "default", "cost_of_equity")


@quantity("d", "draw", least=1.0)
def building_life(known: Known) -> Estimate:
    """Economic life of a data-centre building."""
    return known.default("funding", "building", "life_economic")


@quantity("USD/W/d", "draw", least=0.0)
def lease_rent(known: Known) -> Estimate:
    """Asking rent of let capacity per W of IT power and day."""
    return known.default("price", "capacity-lease", "rent")


@quantity("1", "draw", least=0.0)
def lease_campus_ratio(known: Known) -> Estimate:
    """Rent of a whole campus over the asking rent of small contracts."""
    return known.default("price", "capacity-lease", "campus_ratio")
