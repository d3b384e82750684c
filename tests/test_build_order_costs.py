"""What an option costs and uses: against sums over days, as annuities, and in the end of the clock."""

from __future__ import annotations

import numpy as np
import pytest

from stargauge.plan.build_order.case.costs import (
    PARTS,
    Building,
    Chips,
    Expected,
    Money,
    Supply,
    capital_by_year,
    costs_of,
    energy_cost,
    equipment_cost,
    generation_cost,
    hall_cost,
    paid_building,
    paid_equipment,
    present_value,
    service_years,
    used_share,
    uses_of,
)

YEAR = 365.25
MONEY = Money(0.0, 6 * YEAR, -YEAR, 0.06, 0.02, 0.01, 0.55, 150.0, 30 * YEAR, 5 * YEAR)
BUILDING = Building(*(np.array([one]) for one in (1e8, 1.4e8, 0.9e8, 17.0, 1.5, 0.1, 2e7, 3e5)))
NONE = np.zeros((1, 2))
#: One power with plants of its own, and one that waits two years for the grid behind rented generators.
SUPPLY = Supply(
    np.array([[1.2, 0.0]]), np.array([[25 * YEAR, 1.0]]), np.array([[0.01, 0.0]]), np.array([[5e-5, 6e-5]]), np.array([[0.5, 0.3]]),
    np.array([[2.6, 0.0]]), np.array([[0.0, 1.0]]), np.array([[0.0, 4 * YEAR]]),
    (np.array([[0.01, 1.0]]), np.array([[5e-5, 1.8e-4]]), np.array([[0.5, 0.6]]), np.array([[2.6, 2.9]])),
)  # fmt: skip
CHIPS = Chips(np.array([25.0, 28.0]), np.array([0.0, 1.0]), np.array([450.0, 450.0]))
START = np.array([[[30.0, 400.0]]])
READY = np.array([[[500.0, 900.0], [700.0, 1000.0]]])


def sure(start: np.ndarray, ready: np.ndarray, operation: np.ndarray) -> Expected:
    """Dates that are the same in every draw."""
    return Expected(start, ready, operation, np.minimum(operation, MONEY.end), (operation <= MONEY.end).astype(float))


DATES = sure(START, READY, np.maximum(READY[:, :, None], 0.0) + np.array([100.0, 130.0])[None, None, :, None])
ENDS = {2026 + year: YEAR * (year + 1) for year in range(6)}


def test_present_value_halves_when_a_rate_says_so() -> None:
    assert present_value(np.array([YEAR]), MONEY)[0] == pytest.approx(1 / 1.06)
    assert present_value(np.array([0.0]), MONEY)[0] == 1.0


def test_years_of_service_are_the_sum_of_discounted_days() -> None:
    days = np.arange(400, 1800) + 0.5
    assert service_years(np.array([400.0]), 1800.0, MONEY)[0] == pytest.approx(present_value(days, MONEY).sum() / YEAR, rel=1e-6)
    assert service_years(np.array([1800.0]), 400.0, MONEY)[0] == 0.0


def test_construction_is_paid_as_the_curve_of_the_model_has_it() -> None:
    days = np.arange(30, 1130) + 0.5
    third = (days - 30.0) / 1100.0
    weight = np.where((third > 1 / 3) & (third <= 2 / 3), 0.55, 0.225) * 3.0 / 1100.0
    made = paid_building(np.array([30.0]), np.array([1130.0]), MONEY)[0]
    assert made == pytest.approx((weight * present_value(days, MONEY)).sum() / weight.sum(), rel=1e-3)


def test_equipment_is_paid_evenly_from_its_lead_on() -> None:
    days = np.arange(350, 600) + 0.5
    assert paid_equipment(np.array([500.0]), np.array([600.0]), MONEY)[0] == pytest.approx(present_value(days, MONEY).mean(), rel=1e-3)


def test_what_is_used_up_is_an_annuity_over_the_life() -> None:
    first = np.array([1000.0])
    annuity = np.log(1.06) / (1.0 - 1.06**-30.0)  # per year of service, paid all the time
    service = service_years(first, MONEY.end, MONEY) / present_value(first, MONEY)
    assert used_share(first, MONEY.hall_life, MONEY) == pytest.approx(annuity * service)
    assert used_share(np.array([MONEY.end - MONEY.chip_life]), MONEY.chip_life, MONEY)[0] == pytest.approx(1.0)
    assert used_share(np.array([MONEY.end + 10.0]), MONEY.chip_life, MONEY)[0] == 0.0


def test_a_total_is_the_sum_of_its_parts_and_what_is_left_is_taken_off() -> None:
    made = costs_of(BUILDING, SUPPLY, CHIPS, DATES, MONEY)
    assert tuple(made.parts) == PARTS
    assert made.total == pytest.approx(sum(made.parts.values()))
    assert (made.parts["worth at the end"] < 0.0).all() and (made.total > 0.0).all()
    assert sum(made.left.values()) == pytest.approx(-made.parts["worth at the end"]) and set(made.left) == set(PARTS[:3])
    assert made.total.shape == (1, 2, 2, 2)


def test_money_is_paid_once_within_the_clock() -> None:
    paid = capital_by_year(BUILDING, SUPPLY, CHIPS, DATES, MONEY, np.array([*ENDS.values()]))
    whole = hall_cost(BUILDING, START, MONEY)[:, :, None] + generation_cost(BUILDING, SUPPLY)[:, :, None, None]
    assert paid.sum(axis=-1) == pytest.approx(whole + equipment_cost(BUILDING, CHIPS, DATES.operation, MONEY))
    assert (paid >= 0.0).all()


def test_what_is_paid_after_the_clock_counts_in_its_last_year() -> None:
    late = sure(START, READY + 5 * YEAR, DATES.operation + 5 * YEAR)
    paid = capital_by_year(BUILDING, SUPPLY, CHIPS, late, MONEY, np.array([*ENDS.values()]))
    hall = hall_cost(BUILDING, START, MONEY) + generation_cost(BUILDING, SUPPLY)[:, :, None]
    whole = hall[:, :, None] + equipment_cost(BUILDING, CHIPS, late.operation, MONEY)
    assert paid.sum(axis=-1) == pytest.approx(whole) and (paid[..., -1] > 0.0).all()


def test_only_a_price_of_the_year_drifts() -> None:
    cost = equipment_cost(BUILDING, CHIPS, DATES.operation, MONEY)
    assert cost[0, 0, 0, 0] == cost[0, 1, 0, 1] == 25.0e8
    years = (DATES.operation[0, 0, 1, 0] + YEAR) / YEAR
    assert cost[0, 0, 1, 0] == pytest.approx(28.0e8 * np.exp(0.01 * years))


def test_energy_is_paid_to_rented_generators_until_the_grid_is_there() -> None:
    made = energy_cost(BUILDING, SUPPLY, DATES, MONEY)[0, 1, 0, 0]
    grid, runs = 30.0 + 4 * YEAR, 800.0
    first, then = service_years(np.array(runs), grid, MONEY), service_years(np.array(grid), MONEY.end, MONEY)
    assert made == pytest.approx(first * (0.9e8 * 8760 * 1.8e-4 + 1.4e8) + then * 0.9e8 * 8760 * 6e-5)


def test_uses_are_what_runs_until_the_end_of_the_clock() -> None:
    made = uses_of(BUILDING, SUPPLY, CHIPS, DATES, MONEY, ENDS)
    shape = (1, 2, 2, 2)
    assert all(getattr(made, name).shape == shape for name in ("emissions", "gas", "water", "land", "grid", "facility", "it", "ready"))
    assert made.emissions[0, 0, 0, 0] == pytest.approx(0.9e8 * 0.5 * 24 * (MONEY.end - 600.0) + 1e8 * 450.0)
    assert made.gas[0, 0, 0, 0] == pytest.approx(2.6 * 0.9e8 * 8760)
    assert made.grid[0].tolist() == [[[0.0, 0.0]] * 2, [[1.4e8, 1.4e8]] * 2]
    assert made.years == tuple(ENDS) and made.capital.shape == (*shape, 6)


def test_what_never_runs_within_the_clock_uses_no_energy_and_emits_nothing() -> None:
    never = sure(START, READY + 10 * YEAR, DATES.operation + 10 * YEAR)
    assert (energy_cost(BUILDING, SUPPLY, never, MONEY) == 0.0).all()
    assert (uses_of(BUILDING, SUPPLY, CHIPS, never, MONEY, ENDS).emissions == 0.0).all()


def test_what_is_late_on_average_serves_in_the_draws_in_which_it_is_not() -> None:
    """Half of the draws run a year before the end, half ten years after it: half a year of energy, and half of what making it emits."""
    operation = np.full((1, 2, 2, 2), MONEY.end + 4.5 * YEAR)
    mixed = Expected(START, READY, operation, np.full_like(operation, MONEY.end - 0.5 * YEAR), np.full_like(operation, 0.5))
    made = uses_of(BUILDING, SUPPLY, CHIPS, mixed, MONEY, ENDS)
    assert made.emissions[0, 0, 0, 0] == pytest.approx(0.9e8 * 0.5 * 24 * 0.5 * YEAR + 0.5 * 1e8 * 450.0)
    assert (energy_cost(BUILDING, SUPPLY, mixed, MONEY) > 0.0).all()
