"""Supply: balance by source, order of merit, cost and emissions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.model import supply
from stargauge.quantity.quantity import PLANTS, SOURCES, STAGES

NAN = float("nan")
GRID, GAS, FUEL_CELL, SOLAR, NUCLEAR = (SOURCES.index(name) for name in ("grid", "gas", "fuel_cell", "solar", "nuclear"))
HOURS = np.array([744.0, 672.0])
MONTH_END = np.array([31.0, 59.0])
#: Of a site where nothing is designed: no day, and no share of it.
NEVER, NONE = np.full((1, 1), NAN), np.zeros((1, 1, 2))
BTU = 1055.05585262 / 3600.0  # Wh
#: Every source is the usual plant of its kind.
USUAL = np.arange(len(SOURCES), dtype=float)[:, None]


def by_source(values: dict[int, float], rest: float = NAN) -> np.ndarray:
    """(draw, source, site) of one draw and site."""
    out = np.full((1, len(SOURCES), 1), rest)
    for source, value in values.items():
        out[0, source, 0] = value
    return out


def capacity(values: dict[int, float], since: dict[int, float] | None = None, energised: float = 100.0) -> np.ndarray:
    power, begun = np.full((1, len(STAGES), 1, 2), energised), by_source(since or {})
    return np.asarray(supply.supply_capacity(by_source(values), begun, begun[:, GRID], power, MONTH_END, NEVER, NONE, np.zeros(1)))


def energy(
    cap: np.ndarray, load: float, prime: dict[int, float], factor: float = 1.0, here: tuple[int, ...] = (), share: float = 0.0
) -> np.ndarray:
    designed = by_source(dict.fromkeys(here, 1.0), 0.0)[0]
    made = supply.supply_energy(
        cap, by_source({}, factor), by_source(prime)[0], np.full((1, 1, 2), load), HOURS, designed, np.full((1, 1, 2), share), np.ones(1)
    )
    return np.asarray(made[0, :, 0])


def test_a_grid_nobody_put_a_number_on_carries_what_is_energised() -> None:
    assert capacity({})[0, GRID, 0, 0] == 100.0
    assert capacity({GRID: 40.0})[0, GRID, 0, 0] == 40.0


def test_capacity_counts_from_its_date() -> None:
    np.testing.assert_array_equal(capacity({GAS: 50.0}, {GAS: 45.0})[0, GAS, 0], [0.0, 50.0])


def test_prime_gas_runs_before_the_grid_and_backup_after_it() -> None:
    cap = capacity({GRID: 60.0, GAS: 50.0})
    first = energy(cap, 80.0, {GAS: 1.0})
    np.testing.assert_allclose(first[:, 0] / HOURS[0], [30.0, 50.0, 0, 0, 0, 0])
    last = energy(cap, 80.0, {GAS: 0.0})
    np.testing.assert_allclose(last[:, 0] / HOURS[0], [60.0, 20.0, 0, 0, 0, 0])


def test_a_plant_that_is_designed_here_feeds_its_part_of_the_load_and_the_rest_keeps_what_it_has() -> None:
    """60 of 80 W run as stated, on fuel cells before the grid; the other 20 on gas, and on the grid only for what gas has not."""
    stated = energy(capacity({FUEL_CELL: 30.0}, energised=80.0), 60.0, {FUEL_CELL: 1.0})
    for gas in (25.0, 15.0):
        made = energy(capacity({FUEL_CELL: 30.0, GAS: gas}, energised=80.0), 80.0, {FUEL_CELL: 1.0, GAS: 1.0}, here=(GAS,), share=0.25)
        own = min(gas, 20.0) * HOURS
        np.testing.assert_allclose(made[[FUEL_CELL, GAS, GRID]], [stated[FUEL_CELL], own, stated[GRID] + 20.0 * HOURS - own])


def test_the_grid_carries_what_a_bridge_feeds_from_its_day_and_all_else_from_the_first() -> None:
    power, share = np.full((1, len(STAGES), 1, 2), 100.0), np.full((1, 1, 2), 0.25)
    cap = supply.supply_capacity(by_source({GAS: 30.0}), by_source({}), NEVER, power, MONTH_END, np.array([[45.0]]), share, np.ones(1))
    np.testing.assert_array_equal(cap[0, GRID, 0], [75.0, 100.0])
    made = energy(cap, 100.0, {GAS: 0.0}, here=(GAS,), share=0.25)
    np.testing.assert_allclose(made[[GRID, GAS]] / HOURS, [[75.0, 100.0], [25.0, 0.0]])


def test_the_grid_of_a_site_carried_alone_is_there_from_its_day_and_nothing_of_it_before() -> None:
    """Day 45 lies between both month ends, for a connection of a stated size and for one that nobody put a number on."""
    power, since = np.full((1, len(STAGES), 1, 2), 100.0), np.array([[45.0]])
    for stated, there in (({GRID: 40.0}, 40.0), ({}, 100.0)):
        made = supply.supply_capacity(by_source(stated), by_source({}), since, power, MONTH_END, NEVER, NONE, np.zeros(1))
        np.testing.assert_array_equal(made[0, GRID, 0], [0.0, there])


def test_rented_generators_are_paid_at_their_price_and_no_fuel_on_top() -> None:
    """300 USD/MWh, whatever gas costs; an engine beside it pays for 2.5 units of gas at 10 USD/MWh, and 25 USD/MWh of upkeep."""
    rented, engine = PLANTS.index("rented-generator"), PLANTS.index("gas-engine")
    price, free = np.zeros((1, len(PLANTS))), np.zeros((1, len(PLANTS)))
    price[0, rented] = 300e-6
    plant = np.repeat(USUAL, 2, axis=1)
    plant[GAS] = [rented, engine]
    made = supply.running_cost(
        np.array([10e-6]), np.array([[3.0, 2.5]]), np.array([[0.0, 25e-6]]), np.array([0.5]), free, np.ones((1, len(PLANTS))), price, plant
    )
    np.testing.assert_allclose(made[0, GAS] * 1e6, [300.0, 2.5 * 10.0 + 25.0])


def test_what_no_source_can_give_is_the_shortfall() -> None:
    made = energy(capacity({GRID: 60.0}), 80.0, {})
    missing = supply.supply_shortfall(np.full((1, 1, 2), 80.0), made[None, :, None, :], HOURS)
    np.testing.assert_allclose(missing[0, 0], 20.0 * HOURS)


@settings(max_examples=60, deadline=None)
@given(
    grid=st.floats(0, 200), gas=st.floats(0, 200), solar=st.floats(0, 400), load=st.floats(0, 300), prime=st.sampled_from([0.0, 1.0]),
    factor=st.floats(0.05, 1.0),
)  # fmt: skip
def test_supply_and_shortfall_make_the_load_and_no_source_gives_more_than_it_has(
    grid: float, gas: float, solar: float, load: float, prime: float, factor: float
) -> None:
    cap = capacity({GRID: grid, GAS: gas, SOLAR: solar})
    made = energy(cap, load, {GAS: prime, SOLAR: 1.0}, factor)
    missing = supply.supply_shortfall(np.full((1, 1, 2), load), made[None, :, None, :], HOURS)[0, 0]
    np.testing.assert_allclose(made.sum(axis=0) + missing, load * HOURS, rtol=1e-9, atol=1e-6)
    assert (made <= cap[0, :, 0] * factor * HOURS + 1e-6).all() and (made >= 0.0).all()


def test_gas_price_at_the_middle_is_the_forecast_and_one_deviation_up_is_the_spread() -> None:
    made = supply.gas_price(np.full(2, 10.0), np.full(2, 0.35), np.array([0.0, 1.0]))
    np.testing.assert_allclose(made, [10.0, 10.0 * np.exp(0.35)])


def grid(gas: float) -> float:
    """Price of grid power in USD/MWh with gas at so many USD/MMBtu, 3.37 expected: wholesale 30 + 15 USD/MWh, following gas by half."""
    made = supply.grid_price(np.array([[30e-6]]), np.array([[15e-6]]), np.array([0.5]), np.array([gas]), np.array([3.37]))
    return float(made[0, 0] * 1e6)


def test_wholesale_power_rises_with_gas_and_delivery_does_not() -> None:
    assert grid(3.37) == pytest.approx(45.0)
    assert grid(4 * 3.37) == pytest.approx(30 * 2 + 15)


def test_running_cost_is_fuel_and_upkeep_without_capital() -> None:
    """Gas: 9,630 Btu/kWh at 3.37 USD/MMBtu, 5 USD/MWh, 15 USD/kW/yr at 95 %: 32.5 + 5 + 1.8 USD/MWh; fuel cells at 0.525: 21.9 + 1.8."""
    fixed, bought = np.full((1, len(SOURCES)), 15e-3 / 365.25), np.zeros((1, len(SOURCES)))
    fixed[0, NUCLEAR], bought[0, NUCLEAR] = 0.0, 100e-6
    made = supply.running_cost(
        np.array([3.37 / (1e6 * BTU)]), np.array([[9630 * BTU / 1000.0]]), np.array([[5e-6]]), np.array([0.525]), fixed,
        np.full((1, len(SOURCES)), 0.95), bought, USUAL,
    )[0, :, 0] * 1e6  # fmt: skip
    upkeep = 15e3 / 8766 / 0.95
    assert made[GAS] == pytest.approx(3.37 * 9.630 + 5.0 + upkeep)
    assert made[FUEL_CELL] == pytest.approx(3.37 * 3.412142 / 0.525 + upkeep, rel=1e-5)
    assert made[SOLAR] == pytest.approx(upkeep)
    assert made[NUCLEAR] == pytest.approx(100.0)


def test_a_price_stated_for_the_site_wins() -> None:
    stated = by_source({GAS: 60e-6})
    made = supply.energy_price(np.array([[45e-6]]), np.full((1, len(SOURCES), 1), 37e-6), stated)[0, :, 0] * 1e6
    assert made[GRID] == pytest.approx(45.0) and made[GAS] == pytest.approx(60.0) and made[SOLAR] == pytest.approx(37.0)


def test_cost_is_the_energy_weighted_price_and_the_grids_price_without_load() -> None:
    used = np.zeros((1, len(SOURCES), 1, 2))
    used[0, GRID, 0, 0], used[0, GAS, 0, 0] = 30.0, 10.0
    price = by_source({GRID: 40e-6, GAS: 80e-6}, 0.0)
    np.testing.assert_allclose(supply.supply_cost(used, price)[0, 0], [50e-6, 40e-6])


def test_emissions_of_gas_power_are_about_half_a_tonne_per_megawatt_hour() -> None:
    """53.11 kg CO2e/MMBtu times 9,630 Btu/kWh = 511 kg/MWh; sun and wind none."""
    BTU = 1055.05585262 / 3600.0
    factor = supply.supply_emission_factor(
        np.array([[334.0e-3]]), np.array([53_110 / (1e6 * BTU)]), np.array([[9630 * BTU / 1000.0]]), np.array([0.525])
    )
    assert factor[0, GAS, 0] * 1e6 / 1e3 == pytest.approx(511.4, rel=1e-3)
    assert factor[0, SOLAR, 0] == 0.0
    made = supply.supply_emissions(np.ones((1, len(SOURCES), 1, 1)), factor)
    assert made[0, GRID, 0, 0] == pytest.approx(0.334)


def test_the_suns_capacity_factor_is_the_places() -> None:
    made = supply.capacity_factor(np.full((1, len(SOURCES)), 0.95), np.repeat(USUAL, 2, axis=1), np.array([[0.25, 0.30]]))
    np.testing.assert_allclose(made[0, SOLAR], [0.25, 0.30])
    np.testing.assert_allclose(made[0, GRID], [0.95, 0.95])
