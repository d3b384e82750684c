"""Running cost: hand-made cases in published units, parts that add up."""

from __future__ import annotations

import numpy as np
import pytest

from stargauge.model import opex
from stargauge.quantity.quantity import SOURCES, STAGES

HOURS = np.array([744.0, 672.0])
LEVEL = np.array([[1.0, 1.1]])


def running(watts: float) -> np.ndarray:
    power = np.zeros((1, len(STAGES), 1, 2))
    power[0, STAGES.index("operational")] = watts
    return power


def test_energy_is_charged_by_the_unit_in_money_of_the_day() -> None:
    energy = np.zeros((1, len(SOURCES), 1, 2))
    energy[0, :2, 0, :] = 1e12  # 1 TWh from each of two sources, in Wh
    cost = opex.opex_energy(energy, np.full((1, 1, 2), 50e-6), LEVEL)  # 50 USD/MWh
    np.testing.assert_allclose(cost[0, 0], [100e6, 110e6])


def test_staff_costs_salary_and_benefits_for_the_days_of_the_month() -> None:
    cost = opex.opex_staff(np.full((1, 1, 2), 100.0), np.array([200.0]), np.array([1.4]), LEVEL, HOURS)
    np.testing.assert_allclose(cost[0, 0], [100 * 280.0 * 31, 100 * 280.0 * 28 * 1.1])


def test_upkeep_of_a_year_is_a_share_of_the_cost_of_what_runs() -> None:
    year = np.full(12, 8766.0 / 12)
    power = np.repeat(running(1e6)[..., :1], 12, axis=3)
    cost = opex.opex_maintenance(power, np.array([[15.0]]), np.array([26.0]), np.array([0.02]), np.array([0.03]), np.ones((1, 12)), year)
    assert cost.sum() == pytest.approx(1e6 * (15.0 * 0.02 + 26.0 * 0.03))
    tax = opex.opex_property(power, np.array([[15.0]]), np.array([0.005]), np.array([0.01]), np.ones((1, 12)), year)
    assert tax.sum() == pytest.approx(1e6 * 15.0 * 0.015)


def test_nothing_runs_nothing_costs() -> None:
    cost = opex.opex_maintenance(running(0.0), np.array([[15.0]]), np.array([26.0]), np.array([0.02]), np.array([0.03]), LEVEL, HOURS)
    np.testing.assert_array_equal(cost, 0.0)


def test_parts_add_up() -> None:
    parts = [np.full((1, 1, 2), value) for value in (1.0, 2.0, 4.0, 8.0)]
    np.testing.assert_array_equal(opex.opex(*parts), 15.0)
