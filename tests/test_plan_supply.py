"""The cheapest supply of a load: whole units, limits and what would relax them, energy that adds up, a test by rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from tests.hour_program_oracle import by_highs, written_out

from stargauge.plan.dispatched import run_by_rule
from stargauge.plan.options import BatteryOption, Limits, PlantOption, Running, monthly_charge
from stargauge.plan.sizing import NoSupply, cheapest, whole_units
from stargauge.plan.supply_program import SupplyProgram
from stargauge.quantity.errors import InputError

HOURS = np.arange(8760)
CLOCK, MONTH = HOURS % 24, np.repeat(np.arange(12), [24 * days for days in (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)])
SUN = np.maximum(0.0, -np.cos(HOURS / 24 * 2 * np.pi)) * (0.75 + 0.25 * np.sin((HOURS / 24 - 80) / 365 * 2 * np.pi))
LOAD = 100e6 * (1.0 + 0.1 * np.sin(HOURS / 24 * 2 * np.pi))
TURBINE = PlantOption("gas-turbine", "gas", 0.12, 4.5e-5, 0.93, unit=30e6, fuel=2.8, carbon=0.5, running=Running(repair=60.0))
ENGINE = PlantOption("gas-engine", "gas", 0.09, 6.5e-5, 0.95, unit=18e6, fuel=2.6, carbon=0.48)
SOLAR = PlantOption("solar", "solar", 0.08, output=SUN, chosen=False, land=25.0)
GRID = PlantOption("grid", "grid", 0.0, 5e-5, most=40e6, carbon=0.33)
BATTERY = BatteryOption("battery", 0.01, 0.028, 0.92, 0.9999, most_hours=8.0)


@pytest.mark.slow
def test_the_cheapest_supply_is_that_of_highs_and_its_energy_adds_up() -> None:
    plants, limits = [TURBINE, ENGINE, SOLAR, GRID], Limits(carbon=0.3)
    supply, theirs = cheapest(LOAD, plants, [], limits), by_highs(SupplyProgram(LOAD, plants, [], limits).program, "highs-ipm")
    assert supply.total == pytest.approx(theirs.fun, rel=1e-7)
    assert supply.bound <= theirs.fun * (1.0 + 1e-9)
    assert sum(supply.energy.values()) == pytest.approx(supply.load, rel=1e-6)
    assert supply.carbon == pytest.approx(0.3 * supply.load, rel=1e-6)
    assert supply.sizes["grid"] <= 40e6 * (1 + 1e-6)


def test_a_charge_for_the_peak_of_each_month_is_paid_on_that_peak() -> None:
    charged = replace(GRID, most=np.inf, peak_charge=(monthly_charge(0.01),))
    supply = cheapest(LOAD, [charged], [], Limits())
    assert supply.cost["grid"] == pytest.approx(5e-5 * LOAD.sum() + 12 * 0.01 * LOAD.max(), rel=1e-6)


def _two_charges() -> PlantOption:
    """A grid with a charge on the highest hour of a month, and one more in summer afternoons, at two prices of energy."""
    afternoon = (CLOCK >= 15) & (CLOCK < 19)
    summer = afternoon & (MONTH >= 5) & (MONTH <= 8)
    charges = (monthly_charge(0.009), monthly_charge(np.where(summer, 0.02, 0.0)))
    return replace(GRID, most=np.inf, running_cost=np.where(summer, 9e-5, 3.5e-5), peak_charge=charges)


def _direct(grid: PlantOption, plant: PlantOption) -> Any:
    """The same written down another way: one highest hour for each charge and month, above every hour that it counts."""
    hours, charges = len(LOAD), [(charge, month) for charge in grid.peak_charge for month in range(12)]
    charges = [(c, m) for c, m in charges if ((c.price > 0.0) & (c.month == m)).any()]
    width = 2 * hours + 1 + len(charges)  # grid, plant, size of the plant, highest hours
    cost = np.concatenate([grid.running_cost, np.full(hours, plant.running_cost), [plant.yearly_cost], np.zeros(len(charges))])
    rows = [sparse.hstack([sparse.csr_matrix((hours, hours)), sparse.identity(hours), sparse.csr_matrix((hours, width - 2 * hours))])]
    rows[0] = rows[0] + sparse.csr_matrix((np.full(hours, -plant.output), (np.arange(hours), np.full(hours, 2 * hours))), (hours, width))
    for number, (charge, month) in enumerate(charges):
        its = np.flatnonzero((charge.price > 0.0) & (charge.month == month))
        cost[2 * hours + 1 + number] = charge.price[its[0]]
        one, many = np.ones(len(its)), np.arange(len(its))
        at = np.full(len(its), 2 * hours + 1 + number)
        rows.append(sparse.csr_matrix((np.r_[one, -one], (np.r_[many, many], np.r_[its, at])), (len(its), width)))
    below = sparse.vstack(rows, format="csr")
    carried = sparse.hstack([sparse.identity(hours), sparse.identity(hours), sparse.csr_matrix((hours, width - 2 * hours))], format="csr")
    return linprog(cost, A_ub=sparse.vstack([below, -carried]), b_ub=np.r_[np.zeros(below.shape[0]), -LOAD], method="highs-ds")


def test_charges_on_the_highest_hours_cost_what_an_independent_program_finds() -> None:
    grid, engine = _two_charges(), replace(ENGINE, unit=0.0, yearly_cost=0.05)
    supply, theirs = cheapest(LOAD, [grid, engine], [], Limits()), _direct(grid, engine)
    assert supply.total == pytest.approx(theirs.fun, rel=1e-6)
    assert supply.bound <= theirs.fun * (1.0 + 1e-9)
    drawn, first = supply.flows["grid"], grid.peak_charge[1]
    paid = sum(0.009 * drawn[month == MONTH].max() for month in range(12))
    paid += sum(0.02 * drawn[(first.price > 0.0) & (month == MONTH)].max() for month in range(5, 9))
    assert supply.demand_charge["grid"] == pytest.approx(paid, rel=1e-5)
    assert 0.0 < supply.demand_charge["grid"] < supply.cost["grid"] < supply.total
    assert drawn[first.price > 0.0].max() < 0.5 * drawn.max()  # the dear hours are shaved


def test_charges_by_hand() -> None:
    flat = np.full(8760, 100e6)
    grid = replace(_two_charges(), fixed_cost=144_000.0, yearly_cost=0.024)
    supply = cheapest(flat, [grid], [], Limits())
    energy = 100e6 * float(np.sum(grid.running_cost))
    by_hand = energy + 100e6 * (12 * 0.009 + 4 * 0.02) + 144_000.0 + 0.024 * 100e6
    assert supply.total == pytest.approx(by_hand, rel=1e-6)
    assert supply.demand_charge["grid"] == pytest.approx(100e6 * (12 * 0.009 + 4 * 0.02), rel=1e-6)
    made = run_by_rule(supply, flat, [grid], [], {}, (1, 2), 4, 0)
    np.testing.assert_allclose(made.cost * flat.sum(), by_hand, rtol=1e-6)
    np.testing.assert_allclose(made.demand_charge * flat.sum(), 100e6 * (12 * 0.009 + 4 * 0.02), rtol=1e-6)


def test_a_plan_that_begins_in_june_has_the_charges_of_its_months() -> None:
    june = 24 * 151
    winter = np.where(MONTH < 2, 0.03, 0.0)
    turned = monthly_charge(winter, june)
    assert turned.price[:24].max() == 0.0 and turned.month[0] == 5 and turned.price[24 * 214] == 0.03
    supply = cheapest(LOAD, [replace(GRID, most=np.inf, peak_charge=(turned,))], [], Limits())
    assert supply.demand_charge["grid"] == pytest.approx(2 * 0.03 * LOAD.max(), rel=1e-6)


def _by_milp(plants: list[PlantOption], limits: Limits) -> Any:
    """The same with whole units by SciPy's mixed-integer solver: sizes of plants with units are a number of units."""
    made = SupplyProgram(LOAD, plants, [], limits)
    whole = written_out(made.program)
    width = len(whole["c"])
    scale = np.ones(width)
    integrality = np.zeros(width)
    for plant in plants:
        if plant.unit:
            place = width - len(made.program.columns) + made.place[plant.name]
            scale[place], integrality[place] = plant.unit, 1
    turn = sparse.diags(scale)
    rows = [
        LinearConstraint(whole["A_eq"] @ turn, whole["b_eq"], whole["b_eq"]),
        LinearConstraint(whole["A_ub"] @ turn, -np.inf, whole["b_ub"]),
    ]
    most = np.array([np.inf if end is None else end for _, end in whole["bounds"]]) / scale
    return milp(whole["c"] * scale, constraints=rows, bounds=Bounds(0.0, most), integrality=integrality, options={"mip_rel_gap": 1e-6})


@pytest.mark.slow
def test_whole_units_cost_what_a_mixed_integer_solver_finds() -> None:
    plants = [TURBINE, ENGINE, GRID]
    ours, theirs = whole_units(LOAD, plants, [], Limits(), close=1e-6), _by_milp(plants, Limits())
    assert ours.total == pytest.approx(theirs.fun, rel=1e-5)
    assert ours.bound <= theirs.fun * (1.0 + 1e-6)
    for plant in (TURBINE, ENGINE):
        count = ours.sizes[plant.name] / plant.unit
        assert count == pytest.approx(round(count), abs=1e-4)


def test_what_no_supply_can_keep_says_how_far_each_limit_would_have_to_give() -> None:
    plants, limits = [TURBINE, SOLAR], Limits(carbon=0.3, land=1e6)
    with pytest.raises(NoSupply) as fault:
        cheapest(LOAD, plants, [], limits)
    needed = {one.limit: one.needed for one in fault.value.reliefs}
    assert set(needed) == {"shortfall", "carbon", "land"}
    assert needed["carbon"] is not None and needed["shortfall"] is not None
    enough = needed["carbon"]
    assert cheapest(LOAD, plants, [], replace(limits, carbon=enough * 1.0001)).carbon <= enough * 1.0002 * LOAD.sum()
    with pytest.raises(NoSupply):
        cheapest(LOAD, plants, [], replace(limits, carbon=enough * 0.999))
    short = needed["shortfall"]
    assert cheapest(LOAD, plants, [], replace(limits, shortfall=short * 1.0001)).shortfall <= short * 1.0002 * LOAD.sum()
    assert "carbon: asked" in str(fault.value)


def test_a_plant_that_comes_later_is_missed_until_then_and_paid_from_then() -> None:
    later = replace(TURBINE, ready=4380)
    rented = PlantOption("rented-generator", "gas", 0.0, 3e-4, fuel=2.9)
    supply = cheapest(LOAD, [later, rented], [], Limits())
    assert supply.flows["gas-turbine"][:4380].max() < 1.0
    np.testing.assert_allclose(supply.flows["rented-generator"][:4380], LOAD[:4380], rtol=1e-5)
    given = supply.flows["gas-turbine"][4380:].sum()
    assert given > 0.99 * LOAD[4380:].sum()
    assert supply.cost["gas-turbine"] == pytest.approx(0.12 * supply.sizes["gas-turbine"] / 2 + 4.5e-5 * given, rel=1e-6)
    with pytest.raises(NoSupply):
        cheapest(LOAD, [later], [], Limits())


def test_years_of_weather_cost_as_much_a_year_as_one_of_them_repeated() -> None:
    one, two = (cheapest(np.tile(LOAD, years), [TURBINE, SOLAR], [], Limits(carbon=0.4)) for years in (1, 2))
    assert two.total == pytest.approx(one.total, rel=1e-6)
    assert two.sizes["solar"] == pytest.approx(one.sizes["solar"], rel=1e-3)


def test_a_load_of_other_than_whole_years_is_refused() -> None:
    with pytest.raises(InputError, match=r"got 8,784 hours; expected whole years of 8,760 hours, without 29 February"):
        cheapest(np.full(8784, 1e6), [TURBINE], [], Limits())


def _run(supply: Any, plants: list[PlantOption], batteries: list[BatteryOption], seed: int = 0) -> Any:
    outputs = {"solar": np.stack([SUN, np.roll(SUN, 24 * 90)], axis=1)}
    return run_by_rule(supply, LOAD, plants, batteries, outputs, (1, 2), 32, seed)


def test_more_units_are_never_short_more_often_and_the_same_seed_gives_the_same_bits() -> None:
    plants = [TURBINE, SOLAR]
    supply = whole_units(LOAD, plants, [], Limits(carbon=0.4))
    more = replace(supply, sizes={**supply.sizes, "gas-turbine": supply.sizes["gas-turbine"] + 3 * TURBINE.unit})
    few, many = _run(supply, plants, []), _run(more, plants, [])
    assert few.shortfall_hours.max() > 0.0
    assert (many.missing <= few.missing + 1e-12).all()
    np.testing.assert_array_equal(few.missing, _run(supply, plants, []).missing)
    assert (few.energy["gas-turbine"] > 0.0).all()


def test_a_battery_by_rule_is_charged_by_the_sun_that_is_left() -> None:
    plants = [TURBINE, SOLAR]
    supply = cheapest(LOAD, plants, [BATTERY], Limits(carbon=0.2))
    made = _run(supply, plants, [BATTERY])
    assert supply.sizes["battery"] > 1e6 and (made.energy["battery"] > 0.0).all()
    assert supply.sizes["battery energy"] <= 8.0 * supply.sizes["battery"] * (1 + 1e-6)


def test_no_battery_charges_and_discharges_in_one_hour_and_every_hour_is_carried() -> None:
    much = replace(SOLAR, yearly_cost=0.02)
    supply = cheapest(LOAD, [TURBINE, much], [BATTERY], Limits(carbon=0.1))
    charge, discharge = supply.flows["battery charge"], supply.flows["battery discharge"]
    assert supply.energy["battery"] > 0.0 and supply.curtailed > 0.0
    assert np.minimum(charge, discharge).max() < 1e-6 * LOAD.max()
    given = supply.flows["gas-turbine"] + supply.flows["solar"] + discharge - charge
    assert (given > LOAD * (1.0 - 1e-6)).all()
    assert (given - LOAD).sum() == pytest.approx(supply.curtailed, rel=1e-6)


def _alone(plant: PlantOption, sizes: dict[str, float], load: np.ndarray, plants: tuple[PlantOption, ...] = ()) -> Any:
    """A supply of given sizes put to the test."""
    offered = [plant, *plants]
    supply = replace(cheapest(load, [replace(one, unit=0.0) for one in offered], [], Limits()), sizes=sizes)
    return run_by_rule(supply, load, offered, [], {}, (1,), 8, 0)


def test_part_load_and_starts_cost_what_a_straight_line_of_heat_says() -> None:
    running = Running(minimum=0.4, half_load=1.3, start_cost=0.067, fuel_price=1e-5)
    engine = replace(ENGINE, output=1.0, unit=100e6, running=running)
    load = np.where(CLOCK < 12, 50e6, 200e6)  # one unit at half load, then two at full
    made = _alone(engine, {"gas-engine": 200e6}, load)
    more = 2.6 * 0.3 * 50e6 * 12 * 365  # fuel beyond that of full load
    np.testing.assert_allclose(made.fuel, 2.6 * load.sum() + more)
    np.testing.assert_allclose(made.part_load * load.sum(), more * 1e-5)
    np.testing.assert_allclose(made.starts * load.sum(), 365 * 100e6 * 0.067)
    whole = 0.09 * 200e6 + 6.5e-5 * load.sum() + more * 1e-5 + 365 * 100e6 * 0.067
    np.testing.assert_allclose(made.cost * load.sum(), whole)
    np.testing.assert_allclose(made.carbon * load.sum(), 0.48 / 2.6 * made.fuel)


def test_a_unit_below_its_least_load_burns_for_what_nobody_takes() -> None:
    engine = replace(ENGINE, output=1.0, unit=100e6, running=Running(minimum=0.4, fuel_price=1e-5))
    load = np.full(8760, 20e6)
    made = _alone(engine, {"gas-engine": 100e6}, load)
    np.testing.assert_allclose(made.fuel, 2.6 * 40e6 * 8760)
    np.testing.assert_allclose(made.missing, 0.0)


def test_a_grid_that_fails_now_and_then_is_missed_as_often_as_its_availability_says() -> None:
    load = np.full(8760, 50e6)
    grid = replace(GRID, most=np.inf, running=Running(availability=0.99, repair=5.0))
    supply = cheapest(load, [grid], [], Limits())
    made = run_by_rule(supply, load, [grid], [], {}, (1,), 400, 3)
    assert made.missing.mean() == pytest.approx(0.01, rel=0.1)
    np.testing.assert_allclose(made.worst[made.missing > 0.0], 50e6)
    np.testing.assert_array_equal(made.missing[:8], run_by_rule(supply, load, [grid], [], {}, (1,), 8, 3).missing)


def test_power_bought_by_hour_costs_its_price_of_each_hour() -> None:
    price = np.where(CLOCK < 12, 2e-5, 8e-5)
    load = np.where(CLOCK < 12, 90e6, 10e6)
    grid = replace(GRID, most=np.inf, running_cost=price)
    made = _alone(grid, {"grid": 90e6}, load)
    np.testing.assert_allclose(made.cost, (price * load).sum() / load.sum())
    np.testing.assert_allclose(made.carbon, 0.33)


def test_what_gives_without_a_choice_is_paid_for_what_the_tested_year_had() -> None:
    contract = replace(SOLAR, yearly_cost=0.0, running_cost=3e-5)
    supply = replace(cheapest(LOAD, [replace(ENGINE, unit=0.0), contract], [], Limits()), sizes={"gas-engine": 0.0, "solar": 100e6})
    outputs = {"solar": np.stack([SUN, 0.5 * SUN], axis=1)}
    made = run_by_rule(supply, LOAD, [contract], [], outputs, (1, 2), 4, 0)
    paid = made.cost * (1.0 - made.missing) * LOAD.sum()
    np.testing.assert_allclose(paid, 3e-5 * 100e6 * SUN.sum() * np.array([1.0, 0.5, 1.0, 0.5]))
