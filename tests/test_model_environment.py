"""Environment: scopes, embodied footprint, water."""

from __future__ import annotations

import numpy as np
import pytest

from stargauge.model import environment
from stargauge.quantity.quantity import SCOPES, SOURCES


def test_scopes_take_the_sources_they_name_and_nothing_is_counted_twice() -> None:
    each = np.arange(1.0, len(SOURCES) + 1)[None, :, None, None]
    made = environment.emissions(each, np.full((1, 1, 1), 100.0))[0, :, 0, 0]
    at = {name: float(each[0, i, 0, 0]) for i, name in enumerate(SOURCES)}
    assert made[SCOPES.index("scope1")] == at["gas"] + at["fuel_cell"]
    assert made[SCOPES.index("scope2")] == at["grid"]
    assert made[SCOPES.index("embodied")] == 100.0


def test_embodied_counts_first_accelerators_and_refresh_in_their_month() -> None:
    """100 of the first generation at 447 kg each in March; 90 of the second at 600 kg a year later."""
    month_end = np.cumsum(np.full(24, 30.0))
    made = environment.embodied_emissions(
        np.array([[75.0]]), np.array([[100.0]]), np.array([[0.0]]), np.array([[435.0]]), np.array([[90.0]]), np.array([[1.0]]),
        np.array([[447e3, 600e3]]), np.zeros(1), np.zeros(1), month_end,
    )[0, 0]  # fmt: skip
    assert made[2] == pytest.approx(44.7e6)
    assert made[14] == pytest.approx(54e6)
    assert made.sum() == pytest.approx(98.7e6)


def test_embodied_footprint_of_one_accelerator_goes_with_its_it_power() -> None:
    """344 kg CO2e per kW of IT power and 2.1 kW: 722 kg."""
    assert environment.accelerator_embodied(np.array([344.0]), np.array([[2100.0]]))[0, 0] == pytest.approx(722.4e3)


def test_water_is_per_energy_at_the_racks() -> None:
    """421 MW IT at 75 % load for 720 h and 0.2 L/kWh: 45.5 million litres, whatever the PUE."""
    load = np.full((1, 1, 1), 421e6 * 0.75 * 1.2)
    made = environment.water(np.full((1, 1, 1), 0.2e-3), load, np.full((1, 1, 1), 1.2), np.array([720.0]))
    assert made[0, 0, 0] == pytest.approx(45.47e6, rel=1e-3)
