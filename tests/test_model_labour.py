"""Jobs by definition: published cases, vectors, and parts that add up."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.catalogue.load import load_catalogue
from stargauge.engine.simulate import simulate
from stargauge.model import labour
from stargauge.programme.known import known
from stargauge.programme.load import load
from stargauge.quantity.dates import day, months_between
from stargauge.quantity.quantity import STAGES

MONTHS = months_between(date(2025, 1, 1), date(2027, 12, 1))
ENDS = np.array([day(m) for m in MONTHS])
HOURS = np.array([24.0 * m.day for m in MONTHS])
START, ENERGISED = STAGES.index("under_construction"), STAGES.index("energised")
BY_COST, BY_WORKERS = 0.0, 1.0


def dates(start: float, energised: float) -> np.ndarray:
    out = np.full((1, len(STAGES), 1), np.nan)
    out[0, START, 0], out[0, ENERGISED, 0] = start, energised
    return out


def years_of(method: float, when: np.ndarray, cost: float = 3e9, watts: float = 200e6, limit: float = 1.0) -> np.ndarray:
    return labour.phase_construction_years(
        np.array([[cost]]), np.array([0.2]), np.array([120_000.0]), np.array([[watts]]), np.array([[1.25]]), np.array([3e-6]),
        np.array([limit]), np.array([0.5]), when, np.array([method]), np.zeros(1),
    )  # fmt: skip


def heads(years: np.ndarray, when: np.ndarray, cancelled: float = np.inf) -> np.ndarray:
    shape = (years, when, np.array([[cancelled]]), np.array([0.5]), np.zeros(1), np.zeros(1), ENDS)
    before = labour.jobs_construction_years_before(*shape, HOURS)
    return labour.jobs_construction_onsite(labour.jobs_construction_years_so_far(*shape), before, HOURS)


def test_a_worker_costs_about_what_a_trade_page_says() -> None:
    """43.56 USD/h (BLS, June 2022) moved three years by 5 %, 28 % premium, 2,000 hours: near the 140,000 USD named for 2026."""
    cost = labour.construction_compensation(np.array([43.56 * 1.05**3]), np.array([0.28]), np.array([2000.0]))
    assert cost[0] == pytest.approx(140_000.0, rel=0.1)


def test_years_by_cost_are_pay_over_the_cost_of_a_worker() -> None:
    when = dates(ENDS[0], ENDS[0] + 600)
    assert years_of(BY_COST, when)[0, 0] == pytest.approx(3e9 * 0.2 / 120_000.0)


def test_workers_per_power_come_back_as_the_peak() -> None:
    """Three workers per MW of 250 MW of facility power: 750 heads in the middle third of the build."""
    when = dates(ENDS[2], ENDS[2] + 600)
    curve = heads(years_of(BY_WORKERS, when), when)[0, 0]
    assert curve.max() == pytest.approx(750.0, rel=1e-9)
    assert curve[0] == 0.0
    assert curve[-1] == 0.0


def test_a_quick_build_cannot_hold_more_heads_than_fit() -> None:
    when = dates(ENDS[2], ENDS[2] + 300)
    crowded = heads(years_of(BY_COST, when, limit=10e-6), when)[0, 0]
    assert crowded.max() == pytest.approx(2500.0, rel=1e-9)


def test_heads_times_time_are_job_years_and_the_first_month_opens_with_what_came_before() -> None:
    when = dates(ENDS[0] - 300, ENDS[0] + 300)
    years = years_of(BY_COST, when)
    so_far = labour.jobs_construction_years_so_far(years, when, np.array([[np.inf]]), np.array([0.5]), np.zeros(1), np.zeros(1), ENDS)
    flows = labour.jobs_construction_years(so_far)[0, 0]
    assert flows.sum() == pytest.approx(years[0, 0])
    onsite = heads(years, when)[0, 0]
    worked = (onsite * HOURS / 8766.0).sum()
    before = flows[0] - onsite[0] * HOURS[0] / 8766.0
    assert worked + before == pytest.approx(years[0, 0])
    assert before > 0.0
    assert onsite[0] == pytest.approx(onsite[1], rel=1e-6)  # both in the middle third: no spike in the first month


def test_nobody_builds_after_a_cancellation() -> None:
    when = dates(ENDS[0], ENDS[0] + 600)
    stopped = date(2025, 6, 30)
    curve = heads(years_of(BY_COST, when), when, cancelled=day(stopped))[0, 0]
    assert curve[5] > 0.0
    np.testing.assert_array_equal(curve[[m > stopped + timedelta(days=1) for m in MONTHS]], 0.0)


def test_permanent_posts_at_abilene_as_permitted() -> None:
    """357 posts required for 1,180 MW of facility power (abatement, 2025): 0.30 per MW, inside the range 0.2 to 0.8."""
    power = np.zeros((1, len(STAGES), 1, 1))
    power[0, STAGES.index("operational")] = 1180e6
    power[0, STAGES.index("energised")] = 9e9  # only what runs counts
    assert labour.jobs_permanent(power, np.array([[0.3025e-6]]))[0, 0, 0] == pytest.approx(357.0, rel=0.001)


@given(st.floats(0, 1e5), st.floats(0, 1e4), st.floats(0.5, 8.0), st.floats(0.0, 1.0))
def test_definitions_add_up(onsite: float, permanent: float, added: float, indirect: float) -> None:
    one = np.ones((1, 1, 1))
    direct = labour.jobs_direct(onsite * one, permanent * one)
    suppliers = labour.jobs_indirect(direct, np.array([added]), np.array([indirect]))
    spending = labour.jobs_induced(direct, np.array([added]), np.array([indirect]))
    total = labour.jobs_total(direct, suppliers, spending)
    assert direct[0, 0, 0] == onsite + permanent
    assert total[0, 0, 0] == pytest.approx(direct[0, 0, 0] * (1.0 + added))


def test_peak_is_the_largest_month_of_each_site() -> None:
    onsite = np.array([[[1.0, 5.0, 2.0], [0.0, 0.0, 7.0]]])
    np.testing.assert_array_equal(labour.jobs_construction_peak(onsite), [[5.0, 7.0]])


@given(st.floats(1e8, 1e11), st.floats(1.0, 3.0), st.sampled_from([BY_COST, BY_WORKERS]))
def test_more_building_never_means_fewer_builders(cost: float, more: float, method: float) -> None:
    when = dates(ENDS[0], ENDS[0] + 500)
    less, plenty = years_of(method, when, cost, cost / 15), years_of(method, when, cost * more, cost * more / 15)
    assert plenty[0, 0] >= less[0, 0]


def test_heads_counted_at_abilene_lie_in_the_range() -> None:
    """About 2,000 a day in March 2025 and 6,400 at the peak (developer): inside P5 to P95 of the model, which never reads them."""
    stargate = known(load("stargate"), load_catalogue(), date(2026, 11, 22))
    result = simulate(stargate, ["jobs_construction_peak[abilene]", "jobs_construction_onsite[abilene]"], draws=1024)
    low, high = np.quantile(result["jobs_construction_peak[abilene]"].values, [0.05, 0.95])
    assert low < 6400.0 < high
    march = result["jobs_construction_onsite[abilene]"].values[:, 2]
    assert np.quantile(march, 0.05) < 2000.0 < np.quantile(march, 0.95)
