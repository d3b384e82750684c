"""A small model that both engines run: one campus from power to money, energy, jobs. Its numbers are made up; only cost is measured."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.distribution import from_p10_p90
from stargauge.quantity.quantity import Quantity, quantity
from stargauge.quantity.statement import Estimate, Input

Array = NDArray[np.float64]

#: The uncertain inputs: P10 and P90 of each, lognormal; the peer reads the same table.
RANGES: dict[str, tuple[float, float]] = {
    "racks": (1_000.0, 3_000.0), "rack_power": (0.12, 0.15), "design_ratio": (1.25, 1.45), "price_shell": (8.0, 14.0),
    "price_racks": (25.0, 40.0), "load_factor": (0.55, 0.85), "overhead": (1.1, 1.35), "tariff": (40.0, 80.0), "carbon": (0.25, 0.45),
    "labour_share": (0.2, 0.4), "wage": (0.09, 0.16), "staff": (0.2, 0.8),
}  # fmt: skip
OUTPUTS = ("power", "investment", "energy_cost", "emissions", "jobs_building", "jobs_running")


def _input(name: str) -> Quantity:
    return Quantity(name, "1", ("draw",), frozenset(), False, False, True, ("known",), _input)


def inputs() -> dict[str, Input]:
    """The inputs of the table."""
    return {name: Input(_input(name), ((),), (Estimate(from_p10_p90(low, high), "assumed"),)) for name, (low, high) in RANGES.items()}


@quantity("1", "draw")
def power_it(racks: Array, rack_power: Array) -> Array:
    """Power of the racks (MW)."""
    return racks * rack_power


@quantity("1", "draw")
def power(power_it: Array, design_ratio: Array) -> Array:
    """Power at the meter (MW)."""
    return power_it * design_ratio


@quantity("1", "draw")
def investment(power: Array, power_it: Array, price_shell: Array, price_racks: Array) -> Array:
    """Money for shell and racks (M USD)."""
    return power * price_shell + power_it * price_racks


@quantity("1", "draw")
def energy(power_it: Array, overhead: Array, load_factor: Array) -> Array:
    """Energy of a year (MWh)."""
    return power_it * overhead * load_factor * 8766.0


@quantity("1", "draw")
def energy_cost(energy: Array, tariff: Array) -> Array:
    """Cost of a year's energy (USD)."""
    return energy * tariff


@quantity("1", "draw")
def emissions(energy: Array, carbon: Array) -> Array:
    """Emissions of a year (t)."""
    return energy * carbon


@quantity("1", "draw")
def jobs_building(power: Array, price_shell: Array, labour_share: Array, wage: Array) -> Array:
    """Person-years of building."""
    return power * price_shell * labour_share / wage


@quantity("1", "draw")
def jobs_running(power: Array, staff: Array) -> Array:
    """Jobs of running it."""
    return power * staff


FUNCTIONS = (power_it, power, investment, energy, energy_cost, emissions, jobs_building, jobs_running)
