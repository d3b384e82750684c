"""What leases of halls usually say, from the catalogue."""

from __future__ import annotations

from stargauge.programme.known import Known
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import Estimate

_LEASE = ("price", "capacity-lease")


@quantity("1", "draw")
def lease_escalation(known: Known) -> Estimate:
    """Yearly rise of the rent of a lease where none is stated."""
    return known.default(*_LEASE, "escalation")


@quantity("1", "draw", least=0.0, most=1.0)
def lease_let_share(known: Known) -> Estimate:
    """Share of a site without a stated lease that is let when it runs."""
    return known.default(*_LEASE, "let_share")


@quantity("d", "draw", least=0.0)
def relet_gap(known: Known) -> Estimate:
    """Days until a hall without a tenant is let again."""
    return known.default(*_LEASE, "relet_gap")


@quantity("1", "draw", least=0.0)
def relet_ratio(known: Known) -> Estimate:
    """Rent of a hall let again over that of a new one."""
    return known.default(*_LEASE, "relet_ratio")
