"""Footprint of making accelerators by the catalogue: picks and labels, never computes."""

from __future__ import annotations

from stargauge.programme.known import Known
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import Estimate


@quantity("g/W", "draw")
def embodied_per_it_power(known: Known) -> Estimate:
    """Footprint of making IT equipment per IT power."""
    return known.default("emission", "it-equipment", "embodied_per_it_power")
