"""What a watt, an accelerator-hour and a million tokens cost, against vectors, a cash flow discounted year by year, and limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.model import running, unit_cost
from stargauge.quantity.quantity import COST_PARTS, DTYPES

YEAR = 365.25


def vector(shared: Path, name: str) -> dict[str, Any]:
    found = json.loads((shared / "facts" / "finance_vectors.json").read_text(encoding="utf-8"))["vectors"]
    chosen: dict[str, Any] = next(v for v in found if v["id"] == name)
    return chosen


def parts(
    equipment: float = 26.0, building: float = 16.0, rate: float = 0.11, chip_years: float = 5.0, building_years: float = 20.0,
    load: float = 0.8, pue: float = 1.2, price: float = 60e-6, upkeep: float = 0.02, jobs: float = 0.0, shares: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """Parts of the cost per W and day of one site in one draw."""
    one, c_e, c_b, r = np.ones(1), np.array([equipment]), np.array([[building]]), np.array([rate])
    return unit_cost.cost_per_power_parts(
        unit_cost.equipment_cost_per_power(c_e, r, one * chip_years * YEAR),
        unit_cost.building_cost_per_power(c_b, r, one * building_years * YEAR),
        unit_cost.electricity_per_power(running.energy_unit_cost(np.array([[load]]), np.full((1, 1, 3), pue), np.full((1, 1, 3), price))),
        unit_cost.equipment_upkeep_per_power(c_e, one * upkeep),
        unit_cost.building_upkeep_per_power(c_b, one * upkeep),
        unit_cost.staff_cost_per_power(np.array([[jobs]]), np.array([[1.3]]), one * 200.0, one * 1.4),
        unit_cost.property_cost_per_power(c_b, one * shares, one * shares),
    )


def hour(made: np.ndarray, watts: float = 1900.0, sold: float = 0.75) -> float:
    return float(unit_cost.lcoc(unit_cost.lcoc_parts(made, np.array([[watts]]), np.array([sold])))[0, 0, 0])


def test_the_cost_of_an_hour_equals_the_vector(shared: Path) -> None:
    """The vector charges electricity over available hours: that is a load of the availability."""
    made = vector(shared, "lcoc_nvl72")
    g, expected = made["inputs"], made["expected"]
    watts = g["kw_per_gpu"] * 1e3
    yearly = parts(
        g["chip_usd_per_gpu"] / watts, g["infra_usd_per_gpu"] / watts, g["discount"], g["life_chip"], g["life_infra"], g["availability"],
        g["pue"], g["power_usd_per_kwh"] / 1e3, g["opex_frac_of_capex"],
    )  # fmt: skip
    by_name = dict(zip(COST_PARTS, yearly[0, :, 0] * watts * YEAR, strict=True))
    assert by_name["equipment_capital"] + by_name["building_capital"] == pytest.approx(expected["capital_per_year"], rel=1e-8)
    assert by_name["upkeep"] == pytest.approx(expected["opex_per_year"])
    # the vector's year has 8,760 hours, ours 8,766
    assert by_name["electricity"] / 8766 * 8760 == pytest.approx(expected["electricity_per_year"])
    cost = hour(yearly, watts, g["utilisation"] * g["availability"])
    days = YEAR / 365  # capital and upkeep are spread over 0.07 % more hours
    electricity = by_name["electricity"] / (8766 * g["utilisation"] * g["availability"])
    assert (cost - electricity) * days + electricity == pytest.approx(expected["usd_per_sold_gpu_hour"], abs=made["abs_tol"])


def test_the_cost_of_tokens_equals_the_vector(shared: Path) -> None:
    made = vector(shared, "usd_per_mtoken")
    g = made["inputs"]
    cost = unit_cost.token_cost_owned(np.full((1, 1, 1), g["usd_per_gpu_hour"]), np.array([[g["tokens_per_s_per_gpu"]]]), np.ones(1))
    assert cost[0, 0, 0] == pytest.approx(made["expected"]["usd_per_million_tokens"], abs=made["abs_tol"])


def test_tokens_nobody_serves_have_no_cost() -> None:
    assert np.isnan(unit_cost.token_cost_owned(np.ones((1, 1, 1)), np.zeros((1, 1)), np.ones(1))).all()


def test_at_the_levelised_cost_the_present_value_is_nought() -> None:
    """Twenty years, chips bought anew every five, income and running cost at the end of each year."""
    rate, watts, sold = 0.11, 1900.0, 0.75
    made = parts(rate=rate, jobs=1e-7, shares=0.005)
    rent, running = hour(made, watts, sold), made[0, 2:, 0].sum() * watts * YEAR
    value = -16.0 * watts
    for year in range(20):
        value -= 26.0 * watts / (1 + rate) ** year if year % 5 == 0 else 0.0
        value += (rent * YEAR * 24 * sold - running) / (1 + rate) ** (year + 1)
    assert value == pytest.approx(0.0, abs=1e-6)


def test_capital_is_repaid_with_interest_and_without() -> None:
    payment = unit_cost.capital_recovery(np.array([0.11, 0.0]), np.array([5.0, 5.0]))
    assert sum(payment[0] / 1.11**year for year in range(1, 6)) == pytest.approx(1.0)
    assert payment[1] == pytest.approx(0.2)


@given(st.floats(20e-6, 200e-6), st.floats(1.0, 2.0), st.floats(3.0, 7.0), st.floats(0.01, 0.3), st.floats(0.3, 0.9))
def test_dearer_power_never_lowers_it_longer_life_and_more_hours_sold_never_raise_it(
    price: float, more: float, years: float, rate: float, sold: float
) -> None:
    cost = hour(parts(price=price, chip_years=years, rate=rate), sold=sold)
    rounding = 1.0 + 1e-12
    assert hour(parts(price=price * more, chip_years=years, rate=rate), sold=sold) * rounding >= cost
    assert hour(parts(price=price, chip_years=years * more, rate=rate), sold=sold) <= cost * rounding
    assert hour(parts(price=price, chip_years=years, rate=rate * more), sold=sold) * rounding >= cost
    assert hour(parts(price=price, chip_years=years, rate=rate), sold=min(1.0, sold * more)) <= cost * rounding


def test_the_parts_add_up_and_each_stands_in_its_place() -> None:
    made = parts(jobs=1e-7, shares=0.005)
    assert unit_cost.cost_per_power(made)[0, 0] == pytest.approx(made.sum())
    by_name = dict(zip(COST_PARTS, made[0, :, 0], strict=True))
    assert by_name["electricity"] == pytest.approx(24 * 0.8 * 1.2 * 60e-6)
    assert by_name["staff"] == pytest.approx(1e-7 * 1.3 * 200 * 1.4)
    assert by_name["property"] == pytest.approx(16.0 * 0.01 / YEAR)
    assert by_name["upkeep"] == pytest.approx((26.0 + 16.0) * 0.02 / YEAR)


def test_the_market_rents_newer_chips_by_their_peak_and_the_margin_is_what_it_leaves() -> None:
    peak = np.zeros((1, len(DTYPES), 2))
    peak[0, DTYPES.index("bf16")] = [1e15, 2.5e15]
    rent = unit_cost.accelerator_rent_market(np.array([2.0]), peak, np.array(1e15))
    np.testing.assert_allclose(rent, [[2.0, 5.0]])
    np.testing.assert_allclose(unit_cost.rent_margin(rent, np.full((1, 2, 1), 3.5))[0, :, 0], [-1.5, 1.5])


def test_who_lets_a_building_breaks_even_on_its_capital_upkeep_and_property() -> None:
    """16 USD/W over 20 years at 11 % is 2.01 USD/W and year; with 3 % for upkeep and property 2.49, or 207 USD per kW and month."""
    made = parts(shares=0.005)
    least = unit_cost.lease_rent_breakeven(
        made[:, COST_PARTS.index("building_capital")], unit_cost.building_upkeep_per_power(np.array([[16.0]]), np.array([0.02])),
        made[:, COST_PARTS.index("property")],
    )  # fmt: skip
    assert least[0, 0] * 1e3 * YEAR / 12 == pytest.approx(207, abs=1.0)
    np.testing.assert_allclose(unit_cost.lease_margin(np.array([0.15]), least), 0.15 - least)
