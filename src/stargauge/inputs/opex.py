"""Cost of running, from the catalogue."""

from __future__ import annotations

from stargauge.programme.known import Known
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import Estimate


@quantity("USD/job/d", "draw", least=0.0)
def operations_wage(known: Known) -> Estimate:
    """Salary of a permanent post, per calendar day."""
    return known.default("labour", "permanent", "wage")


@quantity("1", "draw", least=0.0)
def benefits_load(known: Known) -> Estimate:
    """Cost of an employee over the wage."""
    return known.default("labour", "construction", "loaded_per_wage")


@quantity("1", "draw", least=0.0, most=1.0)
def maintenance_share_building(known: Known) -> Estimate:
    """Upkeep of a building per year over its cost."""
    return known.default("price", "operations", "maintenance_share")


@quantity("1", "draw", least=0.0, most=1.0)
def maintenance_share_equipment(known: Known) -> Estimate:
    """Upkeep of accelerators, network and storage per year over their cost."""
    return known.default("price", "operations", "it_maintenance_share")


@quantity("1", "draw", least=0.0, most=1.0)
def insurance_share(known: Known) -> Estimate:
    """Insurance per year over the cost of the building."""
    return known.default("price", "operations", "insurance_share")


@quantity("1", "draw", least=0.0, most=1.0)
def property_tax_share(known: Known) -> Estimate:
    """Property tax per year over the cost of the building."""
    return known.default("price", "operations", "property_tax_share")
