"""Jobs by definition: published cases, vectors, and parts that add up."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

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


def wide(onsite: float, permanent: float, per_builder: float, per_post: float, share: float, local: float) -> dict[str, float]:
    """The wide definitions at one site in one month."""
    one, builder, post, indirect = np.ones((1, 1, 1)), np.array([per_builder]), np.array([per_post]), np.array([share])
    first, second = labour.builder_multiplier_type_1(builder, indirect), labour.builder_multiplier_type_2(builder)
    post_first, post_second = labour.post_multiplier_type_1(post, indirect), labour.post_multiplier_type_2(post)
    direct = labour.jobs_direct(onsite * one, permanent * one)
    suppliers = labour.jobs_indirect(onsite * one, permanent * one, first, post_first)
    spending = labour.jobs_induced(onsite * one, permanent * one, first, second, post_first, post_second)
    made = {
        "direct": direct, "suppliers": suppliers, "spending": spending, "with_suppliers": labour.jobs_with_suppliers(direct, suppliers),
        "local": labour.jobs_total_local(direct, suppliers, spending, np.array([local])),
    }  # fmt: skip
    made["total"] = labour.jobs_total(made["with_suppliers"], spending)
    return {name: float(values[0, 0, 0]) for name, values in made.items()}


HEADS, POSTS, ADDED, SHARE = st.floats(0, 1e5), st.floats(0, 1e4), st.floats(0.0, 8.0), st.floats(0.0, 1.0)


@given(HEADS, POSTS, ADDED, ADDED, SHARE, SHARE)
def test_definitions_add_up_and_widen(
    onsite: float, permanent: float, per_builder: float, per_post: float, share: float, local: float
) -> None:
    made = wide(onsite, permanent, per_builder, per_post, share, local)
    assert made["direct"] == onsite + permanent
    assert made["total"] == pytest.approx(onsite * (1.0 + per_builder) + permanent * (1.0 + per_post), abs=1e-6)
    assert made["suppliers"] == pytest.approx(onsite * per_builder * share + permanent * per_post * share, abs=1e-6)
    ladder = [made[name] for name in ("direct", "with_suppliers", "total")]
    assert all(wider >= narrower - 1e-6 for narrower, wider in pairwise(ladder))
    assert made["direct"] - 1e-6 <= made["local"] <= made["total"] + 1e-6


@given(HEADS, POSTS, ADDED, ADDED, SHARE, SHARE, SHARE)
def test_what_leaks_out_of_a_region_never_adds_jobs_there(
    onsite: float, permanent: float, per_builder: float, per_post: float, share: float, local: float, more: float
) -> None:
    less, most = sorted((local, more))
    at = [wide(onsite, permanent, per_builder, per_post, share, stays)["local"] for stays in (0.0, less, most, 1.0)]
    assert at[0] - 1e-6 <= at[1] <= at[2] + 1e-6 <= at[3] + 2e-6
    assert at[0] == pytest.approx(onsite + permanent) and at[3] == pytest.approx(onsite * (1 + per_builder) + permanent * (1 + per_post))


def test_multipliers_of_both_types_equal_the_vector_where_its_ratios_go_in(shared: Path) -> None:
    """Jobs of each sector by the closed form (e L / e) are those by added jobs and the share of suppliers in them."""
    vectors = json.loads((shared / "facts" / "finance_vectors.json").read_text(encoding="utf-8"))["vectors"]
    made, expected = next((one["inputs"], one["expected"]) for one in vectors if one["id"] == "leontief_type1_2")
    first, second = np.array(expected["type1_employment"]), np.array(expected["type2_employment"])
    added, share = second - 1.0, (first - 1.0) / (second - 1.0)
    np.testing.assert_allclose(labour.builder_multiplier_type_1(added, share), first, rtol=1e-12)
    np.testing.assert_allclose(labour.builder_multiplier_type_2(added), second, rtol=1e-12)
    direct = np.asarray(made["jobs_per_musd"]) * made["final_demand_musd"]
    assert (direct * labour.builder_multiplier_type_2(added)).sum() == pytest.approx(expected["jobs_type2"], rel=1e-6)


def test_the_bea_example_lies_in_the_local_share() -> None:
    """The same project has 18.0, 14.4 and 9.8 jobs per million USD as what is known of the region goes in: shares of 0.80 and 0.54."""
    stays = load_catalogue().known(date(2026, 11, 22)).estimate("labour", "multiplier", "local_share").value
    assert stays.quantile(0.0) <= 9.8 / 18.0 < 14.4 / 18.0 <= stays.quantile(1.0)  # type: ignore[union-attr]


@given(st.lists(st.floats(0, 1e4), min_size=3, max_size=24))
def test_the_peak_is_at_least_any_month_and_never_falls(months: list[float]) -> None:
    onsite = np.array([[months]])
    so_far = labour.jobs_construction_peak_so_far(onsite)
    assert (so_far >= onsite).all() and (np.diff(so_far, axis=2) >= 0).all()
    assert labour.jobs_construction_peak(so_far)[0, 0] == max(months)


def test_the_peak_is_that_of_each_site() -> None:
    onsite = np.array([[[1.0, 5.0, 2.0], [0.0, 0.0, 7.0]]])
    np.testing.assert_array_equal(labour.jobs_construction_peak(labour.jobs_construction_peak_so_far(onsite)), [[5.0, 7.0]])


def test_the_mean_of_a_calendar_year_is_the_work_within_it() -> None:
    when = dates(ENDS[0] - 300, ENDS[0] + 500)
    years = years_of(BY_COST, when)
    shape = (years, when, np.array([[np.inf]]), np.array([0.5]), np.zeros(1), np.zeros(1), ENDS)
    so_far = labour.jobs_construction_years_so_far(*shape)
    before = labour.jobs_construction_years_before(*shape, HOURS)
    annual = labour.jobs_construction_annual(so_far, before)[0, 0]
    monthly = heads(years, when)[0, 0] * HOURS / 8766.0
    decembers = [place for place, month in enumerate(MONTHS) if month.month == 12]
    for december in decembers:
        assert annual[december] == pytest.approx(monthly[december - 11 : december + 1].sum(), abs=1e-6)
    assert sum(annual[decembers]) + before[0, 0] == pytest.approx(years[0, 0])


def test_job_years_of_all_kinds_are_each_part_times_its_multiplier() -> None:
    building, posts = np.full((1, 1, 3), 10.0), np.array([[[0.0, 120.0, 240.0]]])
    in_posts = labour.jobs_permanent_years_so_far(posts, np.full(3, 8766.0 / 12))
    np.testing.assert_allclose(in_posts, [[[0.0, 10.0, 30.0]]])
    total = labour.jobs_total_years_so_far(building, in_posts, np.array([2.0]), np.array([5.0]))
    np.testing.assert_allclose(total, [[[20.0, 70.0, 170.0]]])
    assert (total >= labour.jobs_direct_years_so_far(building, in_posts)).all()


def test_jobs_per_dollar_give_the_published_number_for_a_million_of_the_study_s_dollars() -> None:
    """EPI (2019): 5.45 jobs of building, 4.80 at suppliers and 4.88 from spending per million USD; dearer building means fewer."""
    million, dearer = np.full((1, 1, 1), 1e6), labour.construction_price_since_study(np.array([0.04]), np.array(0.0), np.array(6 * 365.25))
    assert dearer[0] == pytest.approx(1.04**6)
    direct, supplier, induced = (np.array([jobs * 1e-6]) for jobs in (5.45, 4.80, 4.88))
    assert labour.jobs_direct_years_by_spending(million, direct, np.ones(1))[0, 0, 0] == pytest.approx(5.45)
    assert labour.jobs_total_years_by_spending(million, direct, supplier, induced, np.ones(1))[0, 0, 0] == pytest.approx(15.13)
    assert labour.jobs_direct_years_by_spending(million, direct, dearer)[0, 0, 0] == pytest.approx(5.45 / 1.04**6)


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
