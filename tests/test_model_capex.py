"""Unit costs, payment profiles and capital: published figures, hand-made cases, and what must always hold."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.catalogue.load import load_catalogue
from stargauge.engine.simulate import simulate
from stargauge.model import capex
from stargauge.programme.known import known
from stargauge.programme.load import load
from stargauge.quantity.dates import day, months_between
from stargauge.quantity.quantity import COMPONENTS, SOURCES, STAGES

MONTHS = np.array([day(m) for m in months_between(date(2025, 1, 1), date(2027, 12, 1))])
START, ENERGISED, OPERATIONAL = (STAGES.index(s) for s in ("under_construction", "energised", "operational"))
NEVER = np.inf


def stages(start: float, energised: float, operational: float) -> np.ndarray:
    dates = np.full((1, len(STAGES), 1), np.nan)
    dates[0, START:, 0] = start, energised, operational
    return dates


def built(cost: float, dates: np.ndarray, cancelled: float = NEVER, middle: float = 0.5) -> np.ndarray:
    return capex.construction_deployed(
        np.array([[cost]]), dates, np.array([[cancelled]]), np.array([middle]), np.zeros(1), np.zeros(1), MONTHS
    )[0, 0]  # fmt: skip


def at(series: np.ndarray, when: date) -> float:
    return float(series[np.searchsorted(MONTHS, day(when))])


NOTHING = np.zeros((1, 1))


def complete(watts: float, unit: float, drift: float = 0.0, years: float = 0.0) -> np.ndarray:
    start = np.full((1, len(STAGES), 1), np.nan)
    start[0, STAGES.index("under_construction"), 0] = 1000.0 + 365.25 * years
    return capex.phase_construction_cost(
        np.array([[watts]]), np.array([[unit]]), NOTHING, np.array([drift]), start, np.float64(1000.0), np.zeros(1)
    )


def test_building_prices_are_those_of_the_day_on_which_work_starts() -> None:
    assert complete(1e8, 12.0, 0.02, 3.0)[0, 0] == pytest.approx(1.2e9 * np.exp(0.06))
    assert complete(1e8, 12.0, 0.02, np.nan)[0, 0] == pytest.approx(1.2e9)


def test_abilene_at_the_flat_price_of_the_tracker_costs_32_billion() -> None:
    """Epoch AI, AI Data Centers (2026): 26.1 + 11.8 M USD per MW of IT power, 843 MW: 31.9 bn USD of 2025."""
    total = complete(843e6, 11.8) + capex.phase_equipment_cost(np.array([[843e6]]), np.array([[26.1]]))
    assert total[0, 0] == pytest.approx(31.93e9, rel=0.002)


def test_421_mw_at_the_flat_price_cost_16_billion() -> None:
    assert capex.phase_equipment_cost(np.array([[421e6]]), np.array([[37.9]]))[0, 0] == pytest.approx(15.96e9, rel=0.001)


def test_construction_runs_along_three_straight_thirds() -> None:
    start, end = day(date(2025, 1, 31)), day(date(2025, 1, 31)) + 3 * 181  # thirds end on 31 July 2025, 28 January 2026, 28 July 2026
    spent = built(100.0, stages(start, end, end + 60))
    assert at(spent, date(2025, 1, 31)) == 0.0
    assert at(spent, date(2025, 7, 31)) == pytest.approx(25.0)
    assert at(spent, date(2026, 7, 31)) == pytest.approx(100.0)
    assert spent[-1] == pytest.approx(100.0)


def test_nothing_is_spent_after_a_cancellation() -> None:
    start, end = day(date(2025, 1, 31)), day(date(2025, 1, 31)) + 3 * 181
    spent = built(100.0, stages(start, end, NEVER), cancelled=day(date(2025, 7, 31)))
    np.testing.assert_allclose(spent[day(date(2025, 7, 31)) <= MONTHS], 25.0)


@pytest.mark.parametrize("dates", [(NEVER, NEVER, NEVER), (day(date(2025, 3, 1)), NEVER, NEVER), (np.nan, np.nan, np.nan)])
def test_a_phase_without_start_or_end_costs_nothing(dates: tuple[float, float, float]) -> None:
    np.testing.assert_array_equal(built(100.0, stages(*dates)), 0.0)


def test_equipment_is_paid_from_the_lead_before_power_until_it_runs() -> None:
    power, runs = day(date(2025, 6, 30)), day(date(2025, 9, 30))
    arguments: list[Any] = [np.array([[100.0]]), stages(power - 300, power, runs), np.array([61.0]), np.zeros(1), np.zeros(1), MONTHS]
    paid = capex.equipment_deployed(*arguments)[0, 0]
    assert at(paid, date(2025, 4, 30)) == 0.0
    assert at(paid, date(2025, 6, 30)) == pytest.approx(100.0 * 61 / 153)
    assert at(paid, date(2025, 9, 30)) == pytest.approx(100.0)


@given(st.floats(0, 900), st.floats(1, 900), st.floats(0.34, 0.9), st.floats(0, 1500))
def test_construction_never_falls_and_never_exceeds_its_cost(start: float, length: float, middle: float, stop: float) -> None:
    spent = built(1e9, stages(MONTHS[0] + start, MONTHS[0] + start + length, NEVER), MONTHS[0] + stop, middle)
    # five dollars on a billion: a day count is known to 1.2e-10 of a day, the pace is up to 3e9 a day, and four bends add up
    assert np.all(np.diff(spent) >= -5.0)
    assert spent.min() >= -5.0
    assert spent.max() <= 1e9 + 5.0


def test_price_level_is_one_at_the_price_date_and_follows_the_index() -> None:
    index = np.full(len(MONTHS), np.nan)
    index[[5, 17]] = 100.0, 103.0  # June 2025 and June 2026
    level = capex.price_level(index, np.array([0.02, 0.04]), MONTHS, np.array(day(date(2025, 6, 30))))
    np.testing.assert_allclose(level[:, 5], 1.0)
    np.testing.assert_allclose(level[:, 17], 1.03)
    np.testing.assert_allclose(level[:, 29], [1.03 * 1.02 ** (365 / 365.25), 1.03 * 1.04 ** (365 / 365.25)])
    assert np.all(np.diff(level, axis=1) > 0.0)


def test_price_level_without_an_index_rises_at_the_assumed_rate_alone() -> None:
    level = capex.price_level(np.full(len(MONTHS), np.nan), np.array([0.03]), MONTHS, np.array(day(date(2025, 6, 30))))
    assert level[0, 5] == pytest.approx(1.0)
    assert level[0, 17] / level[0, 5] == pytest.approx(1.03 ** (365 / 365.25))


def test_money_of_the_day_is_spending_times_the_level_of_its_month() -> None:
    spent = np.array([[[10.0, 30.0, 30.0]]])
    np.testing.assert_allclose(capex.capital_deployed(spent, np.array([[1.0, 1.5, 2.0]])), [[[10.0, 40.0, 40.0]]])


def components(hard: float = 10.0, soft: float = 0.1, land: float = 0.2, generation: float = 0.5) -> np.ndarray:
    split = np.array([{"site": 0.10, "shell": 0.21, "critical": 0.53, "white_space": 0.10}.get(name, 0.0) for name in COMPONENTS])
    return capex.construction_components(
        np.array([[hard]]), np.array([1.0]), split, np.array([soft]), np.array([[land]]), np.array([[generation]])
    )


def test_components_add_up_to_the_unit_cost() -> None:
    parts = components()
    assert parts.sum() == pytest.approx(10.0 * 1.1 + 0.2 + 0.5)
    assert capex.construction_unit_capex(parts)[0, 0] == pytest.approx(11.7)
    assert parts[0, COMPONENTS.index("critical"), 0] == pytest.approx(10.0 * 0.53 / 0.94)
    assert parts[0, COMPONENTS.index("accelerators"), 0] == 0.0


def test_spending_by_component_adds_up_to_capital() -> None:
    rng = np.random.default_rng(0)
    construction, equipment = np.cumsum(rng.uniform(0, 5, (1, 1, 6)), axis=2), np.cumsum(rng.uniform(0, 9, (1, 1, 6)), axis=2)
    level = np.linspace(1.0, 1.2, 6)[None]
    parts = components()
    spent = capex.capex(construction, equipment, parts, capex.construction_unit_capex(parts), np.array([0.22]), np.array([0.02]), level)
    total = capex.capital_deployed(capex.capital_deployed_real(construction, equipment), level)
    np.testing.assert_allclose(np.cumsum(spent.sum(axis=1), axis=2), total)
    network, accelerators = (spent[0, COMPONENTS.index(name), 0, 0] for name in ("network", "accelerators"))
    assert network / accelerators == pytest.approx(0.22 / 0.76)


def test_generation_on_site_is_capacity_times_unit_cost_over_it_power() -> None:
    capacity = np.full((1, len(SOURCES), 1), np.nan)
    capacity[0, SOURCES.index("gas"), 0] = 360e6
    price = np.full((1, len(SOURCES)), 1.5)
    usual = np.arange(len(SOURCES), dtype=float)[:, None]
    assert capex.generation_unit_capex(capacity, price, usual, np.array([[900e6]]))[0, 0] == pytest.approx(0.6)
    assert capex.generation_unit_capex(capacity, price, usual, np.array([[0.0]]))[0, 0] == 0.0


def test_land_of_an_acre_per_megawatt_costs_a_quarter_dollar_per_watt() -> None:
    """Cushman & Wakefield (2025): 244,000 USD per acre; one acre per MW of facility power."""
    acre = 4046.8564224
    cost = capex.land_unit_capex(np.array([244_000 / acre]), np.array([acre / 1e6]), np.array([[1.4]]))
    assert cost[0, 0] == pytest.approx(0.244 * 1.4)


def test_a_late_programme_is_a_dear_one() -> None:
    late = capex.construction_overrun(np.full(3, 1.1), np.full(3, 0.1), np.array([-1.0, 0.0, 1.0]))
    assert np.all(np.diff(late) > 0.0)
    assert late[1] == pytest.approx(1.1)
    assert capex.construction_multiplier(np.array([0.08]), late[1:2])[0] == pytest.approx(1.08 * 1.1)


def test_equipment_drifts_with_the_years_to_operation() -> None:
    when = np.array(day(date(2025, 6, 30)))
    dates = stages(0.0, 0.0, float(when) + 2 * 365.25)
    cost = capex.equipment_unit_capex(np.array([26.0]), np.array([0.05]), dates, when)
    assert cost[0, 0] == pytest.approx(26.0 * np.exp(0.1))
    assert capex.equipment_unit_capex(np.array([26.0]), np.array([0.05]), stages(0.0, NEVER, NEVER), when)[0, 0] == 26.0


def test_unit_cost_of_an_unnamed_place_is_of_the_size_the_vendor_and_the_tracker_say() -> None:
    """Between Epoch AI's 37.9 and Nvidia's 50 to 60 M USD per MW, at the middle of the catalogue's ranges."""
    unit = capex.unit_capex_it(np.array([11.7]), np.array([1.085 * 1.1]), np.array([0.118]), np.array([26.8]))
    assert 37.9 < unit[0] < 50.0


def test_power_of_a_site_is_the_sum_of_its_phases() -> None:
    power = capex.site_it_power(np.array([[1.0, 2.0, 4.0]]), np.array([1.0, 0.0, 1.0]), np.zeros(3))
    np.testing.assert_array_equal(power, [[2.0, 5.0, 0.0]])


def test_promised_capital_is_the_larger_of_the_programme_and_its_sites() -> None:
    sites = np.array([[np.nan, 3.0, 3.0], [np.nan, np.nan, 9.0]])
    np.testing.assert_array_equal(capex.capital_promised(sites, np.array([np.nan, 5.0, 5.0])), [0.0, 5.0, 12.0])


def test_abilene_costs_about_what_the_tracker_says() -> None:
    """Epoch AI (September 2026) puts the eight buildings with chips at 31.93 bn USD: inside our P10 to P90."""
    stargate = known(load("stargate"), load_catalogue(), date(2026, 11, 22))
    result = simulate(stargate, ["capital_deployed[abilene]"], draws=1024)
    low, high = np.quantile(result["capital_deployed[abilene]"].values[:, -1], [0.1, 0.9])
    assert low < 31.93e9 < high
    assert high < 3.0 * low
