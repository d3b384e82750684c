"""Dates of phases: observed stays observed, planned slips, what was not seen comes later, and stages keep their order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from stargauge.model import schedule, slip
from stargauge.quantity.quantity import COEFFICIENTS, PROJECT_KINDS, STAGES

START, ENERGISED, OPERATIONAL = (STAGES.index(s) for s in ("under_construction", "energised", "operational"))
#: A world in which dates slip by exp(0.17) in the middle, with an offset of a year, by owner, site and phase alike.
WORLD = np.array([
    {"location": 0.17, "offset": 365.0, "spread": 0.15, "spread_owner": 0.15, "spread_project": 0.15, "owner_spread": 0.15}.get(name, 0.0)
    for name in COEFFICIENTS
])  # fmt: skip
MONTHS = 1000.0 + np.cumsum(np.full(60, 30.0))
DRAWS = 256


def _absent(phases: int) -> np.ndarray:
    return np.full((DRAWS, len(STAGES), phases), np.nan)


def _dates(planned: np.ndarray, observed: np.ndarray, published: float, seen: float, **other: Any) -> np.ndarray:
    phases = planned.shape[2]
    site = other.get("site", np.zeros(phases))
    sites = int(site.max()) + 1
    looked = np.full(sites, seen)
    slipped = _slipped(planned, observed, published, looked, site, other.get("seed", 1), other.get("designed", np.zeros(phases)))
    wait = np.full((DRAWS, phases), 100.0)
    network = _absent(phases)
    network[:, START] = np.where(
        np.isnan(observed[:, START]), np.fmin(np.fmax(slipped[:, START], seen), slipped[:, OPERATIONAL] - 500.0), observed[:, START]
    )
    network[:, START] = np.where(np.isnan(network[:, START]), np.fmax(1000.0, seen), network[:, START])
    network[:, ENERGISED], network[:, OPERATIONAL] = network[:, START] + 400.0, network[:, START] + 500.0
    return schedule.uncancelled_date(
        observed, slipped, network, site, looked, wait, other.get("placed", np.full(phases, np.nan)),
        other.get("cancelled", np.full((DRAWS, phases), np.nan)), other.get("designed", np.zeros(phases)),
    )  # fmt: skip


def _slipped(
    planned: np.ndarray, observed: np.ndarray, published: float, looked: np.ndarray, site: np.ndarray, seed: int, made_here: np.ndarray
) -> np.ndarray:
    rng = np.random.default_rng(seed)
    phases, sites, world = planned.shape[2], len(looked), np.tile(WORLD, (DRAWS, 1))
    said = slip.plan_published(np.where(np.isnan(planned), np.nan, published), site, made_here)
    filled = schedule.planned_date(planned, observed, site, np.full(DRAWS, 60.0), made_here)
    plain = np.where(np.isnan(planned[0]), np.nan, 0.0)
    effect, spread = slip.plan_effect(filled, said, plain, plain, plain, site, world, made_here), slip.slip_scale(world)
    ruled_out = slip.slip_ruled_out(planned, said, effect, spread, world, observed, looked, site, made_here)
    whole, own = rng.normal(size=DRAWS), rng.normal(size=(DRAWS, phases))
    shared = slip.slip_site_seen(world, whole, rng.normal(size=(DRAWS, sites)), rng.uniform(size=(DRAWS, sites)), ruled_out, site)
    near = slip.plan_near(filled, said, observed, np.full(DRAWS, 365.0), site, made_here)
    chance = slip.slip_chance(world, whole, shared, slip.slip_own(world, whole, shared, own, ruled_out, near, site), site)
    return slip.slipped_date(filled, planned, said, effect, spread, chance, world, looked, site, made_here)


def test_a_plan_slips_by_the_fitted_distribution() -> None:
    planned = _absent(1)
    planned[:, OPERATIONAL] = 1400.0
    runs = _dates(planned, _absent(1), published=1000.0, seen=1000.0)[:, OPERATIONAL, 0]
    # median: (400 + 365) exp(0.17) - 365 = 542 days after publication; sampling error of a median of 256 draws about 16 days
    assert np.median(runs) == pytest.approx(1000 + 542, abs=50)
    assert 0.02 < np.mean(runs < 1400) < 0.45


def test_what_was_not_seen_at_the_last_look_comes_after_it() -> None:
    planned = _absent(1)
    planned[:, OPERATIONAL] = 1400.0
    runs = _dates(planned, _absent(1), published=1000.0, seen=1700.0)[:, OPERATIONAL, 0]
    assert (runs >= 1700.0).all() and np.median(runs) > 1710


def test_an_observed_date_is_fixed() -> None:
    observed = _absent(1)
    observed[:, OPERATIONAL] = 1300.0
    dates = _dates(_absent(1), observed, published=1000.0, seen=1500.0)
    assert (dates[:, OPERATIONAL] == 1300.0).all()
    assert (dates[:, START] <= dates[:, ENERGISED]).all() and (dates[:, ENERGISED] <= 1300.0).all()


def test_a_tracker_redates_but_never_past_its_look() -> None:
    stated = _absent(1)
    stated[:, OPERATIONAL] = 1300.0
    moved = schedule.observed_date(stated, np.full((len(STAGES), 1), 1350.0), np.repeat([[0.0], [40.0], [90.0], [155.0]], 64, axis=0))
    assert sorted(set(moved[:, OPERATIONAL, 0])) == [1300.0, 1340.0, 1350.0]


def test_buildings_between_two_dates_follow_evenly() -> None:
    planned = _absent(5)
    planned[:, OPERATIONAL, 1], planned[:, OPERATIONAL, 3] = 1400.0, 1600.0
    made = schedule.planned_date(planned, _absent(5), np.zeros(5), np.full(DRAWS, 60.0), np.zeros(5))
    np.testing.assert_allclose(made[0, OPERATIONAL], [np.nan, 1400.0, 1500.0, 1600.0, 1660.0])
    planned = _absent(3)
    planned[:, START, 1] = 1400.0
    made = schedule.planned_date(planned, _absent(3), np.zeros(3), np.full(DRAWS, 60.0), np.zeros(3))
    np.testing.assert_allclose(made[0, START], [1340.0, 1400.0, 1460.0])


def test_a_phase_without_a_plan_comes_no_later_than_the_planned_one_after_it() -> None:
    planned = _absent(2)
    planned[:, OPERATIONAL, 1] = 1300.0
    dates = _dates(planned, _absent(2), published=1000.0, seen=1000.0)
    assert (dates[:, OPERATIONAL, 0] <= dates[:, OPERATIONAL, 1]).all()
    assert (dates[:, OPERATIONAL, 0] == 1500.0).any() and (dates[:, OPERATIONAL, 0] < 1500.0).any()  # its own network says 1500


def test_a_phase_designed_here_keeps_its_own_start_and_neither_lends_nor_borrows_a_date() -> None:
    planned, here = _absent(3), np.array([0.0, 1.0, 0.0])
    planned[:, START] = [1000.0, 1500.0, 1200.0]
    planned[:, OPERATIONAL, [0, 2]] = [1400.0, 1600.0]
    made = schedule.planned_date(planned, _absent(3), np.zeros(3), np.full(DRAWS, 60.0), here)
    np.testing.assert_array_equal(made[0, START], [1000.0, 1500.0, 1200.0])
    np.testing.assert_array_equal(made[0, OPERATIONAL], [1400.0, np.nan, 1600.0])
    planned[:, START, 2] = np.nan
    made = schedule.planned_date(planned, _absent(3), np.zeros(3), np.full(DRAWS, 60.0), here)
    np.testing.assert_array_equal(made[0, START], [1000.0, 1500.0, 1120.0])  # two spacings after the first, whatever was designed


def test_a_phase_designed_here_is_not_pulled_forward_by_the_planned_one_after_it() -> None:
    planned = _absent(2)
    planned[:, OPERATIONAL, 1] = 1300.0
    capped = _dates(planned, _absent(2), published=1000.0, seen=1000.0)
    free = _dates(planned, _absent(2), published=1000.0, seen=1000.0, designed=np.array([1.0, 0.0]))
    assert (free[:, OPERATIONAL, 0] == 1500.0).all() and (capped[:, OPERATIONAL, 0] < 1500.0).any()
    np.testing.assert_array_equal(free[:, :, 1], capped[:, :, 1])


def test_another_sites_plan_is_no_anchor() -> None:
    planned = _absent(3)
    planned[:, OPERATIONAL, 0] = 1400.0
    made = schedule.planned_date(planned, _absent(3), np.array([0.0, 1.0, 1.0]), np.full(DRAWS, 60.0), np.zeros(3))
    assert np.isnan(made[:, OPERATIONAL, 1:]).all()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.floats(1100, 2500)), min_size=9, max_size=9),
    st.lists(st.booleans(), min_size=3, max_size=3),
    st.integers(0, 9),
)
def test_physical_stages_are_in_order_in_every_draw(plans: list[float | None], seen_start: list[bool], seed: int) -> None:
    planned, observed = _absent(3), _absent(3)
    for place, value in enumerate(plans):
        if value is not None:
            planned[:, START + place // 3, place % 3] = value
    for phase, seen in enumerate(seen_start):
        if seen:
            observed[:, START, phase] = 1050.0
    dates = _dates(planned, observed, published=1000.0, seen=1080.0, seed=seed, site=np.array([0.0, 0.0, 1.0]))
    assert (dates[:, START] <= dates[:, ENERGISED]).all() and (dates[:, ENERGISED] <= dates[:, OPERATIONAL]).all()
    assert np.isfinite(dates[:, START:]).all()


def test_a_cancelled_phase_never_runs_and_leaves_the_sums() -> None:
    dates = np.full((1, len(STAGES), 2), 1100.0)
    cancelled = np.array([[1200.0, np.inf]])
    kept = schedule.stage_date(dates + np.arange(len(STAGES))[None, :, None] * 60.0, cancelled)
    power = schedule.power_it(kept, np.array([[5.0, 7.0]]), cancelled, np.zeros((1, 1, 60)), np.zeros(2), MONTHS)
    assert kept[0, OPERATIONAL, 0] == np.inf and power[0, OPERATIONAL, 0, -1] == 7.0
    assert power[0, 1, 0, 5] == 12.0 and power[0, 1, 0, -1] == 7.0  # contracted until cancelled


def test_a_stage_that_nobody_stated_is_absent_not_zero() -> None:
    dates = np.full((2, len(STAGES), 1), np.nan)
    dates[:, START:] = 1100.0
    power = schedule.power_it(dates, np.ones((2, 1)), np.full((2, 1), np.inf), np.zeros((2, 1, 60)), np.zeros(1), MONTHS)
    assert np.isnan(power[:, STAGES.index("financed")]).all() and (power[:, OPERATIONAL, 0, -1] == 1.0).all()


def test_a_pledge_that_got_its_sites_is_never_built_where_it_has_none() -> None:
    planned = _absent(2)
    planned[:, OPERATIONAL] = 1400.0
    dates = _dates(planned, _absent(2), published=1000.0, seen=1000.0, placed=np.array([np.nan, 1100.0]))
    assert np.isfinite(dates[:, START:, 0]).all() and np.isinf(dates[:, START:, 1]).all()


def test_what_was_given_up_without_a_start_on_record_was_never_started() -> None:
    planned, observed = _absent(2), _absent(2)
    planned[:, OPERATIONAL] = 1400.0
    observed[:, START, 0] = 1050.0
    dates = _dates(planned, observed, published=1000.0, seen=1060.0, cancelled=np.full((DRAWS, 2), 1200.0))
    assert (dates[:, START, 0] == 1050.0).all() and np.isinf(dates[:, ENERGISED:, 0]).all()
    assert np.isinf(dates[:, START:, 1]).all()


def test_cancellation_follows_its_rate() -> None:
    rng = np.random.default_rng(2)
    draws = 20_000
    nothing = np.full((draws, 1), np.nan)
    dates = np.full((draws, len(STAGES), 1), 2000.0 + 365.25)
    gone = schedule.cancelled_date(
        nothing, np.array([np.nan]), np.array([2000.0]), np.array([1900.0]), np.zeros(1),
        rng.uniform(size=(draws, 1)), np.full(draws, 0.10),
        np.full(draws, 1e-9), dates,
    )  # fmt: skip
    assert np.mean(np.isfinite(gone)) == pytest.approx(1 - np.exp(-0.10), abs=0.01)


def _rate(chance: np.ndarray, cancelled: list[float], years: list[float], kinds: list[str], cases: float, of_years: float) -> np.ndarray:
    group = np.array([float(PROJECT_KINDS.index(kind)) for kind in kinds])
    return schedule.cancellation_rate_announced(
        np.array(cancelled), 365.25 * np.array(years), group, np.array(cases), np.array(of_years), chance
    )


@pytest.mark.parametrize(("cases", "cancelled"), [(2.0, 0), (2.0, 3), (4.0, 20)])
def test_the_rate_of_cancellation_is_gamma_of_the_cases_seen_and_the_years_open(cases: float, cancelled: int) -> None:
    """SciPy's quantiles from P5 to P95 within 1 %, of two cases within 3 %: the cube of Wilson and Hilferty; its mean within 1 %."""
    levels = np.linspace(0.05, 0.95, 19)
    count = max(cancelled, 5)
    seen = [1.0] * cancelled + [0.0] * (count - cancelled)
    kinds = ["ai_campus", "data_centre"] * count
    made = _rate(stats.norm.ppf(levels), seen, [2.0] * count, kinds[:count], cases, 25.0)
    exact = stats.gamma.ppf(levels, cases + cancelled, scale=1.0 / (25.0 + 2.0 * count))
    np.testing.assert_allclose(made, exact, rtol=0.03 if cases + cancelled < 4 else 0.01)
    even = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    mean = _rate(even, seen, [2.0] * count, kinds[:count], cases, 25.0).mean()
    assert mean == pytest.approx((cases + cancelled) / (25.0 + 2.0 * count), rel=0.01)


def test_other_kinds_of_projects_say_nothing_of_cancellation_and_no_year_is_negative() -> None:
    chance = np.array([0.0])
    ours = _rate(chance, [1.0, 0.0], [2.0, 3.0], ["ai_campus", "data_centre"], 2.0, 25.0)
    more = _rate(chance, [1.0, 0.0, 1.0, 0.0], [2.0, 3.0, 9.0, -4.0], ["ai_campus", "data_centre", "nuclear", "ai_campus"], 2.0, 25.0)
    assert ours[0] == more[0]


def test_more_given_up_is_a_higher_rate_and_more_years_open_a_lower_one() -> None:
    chance = np.array([-1.0, 0.0, 1.0])
    base, more, longer = (
        _rate(chance, cancelled, years, ["ai_campus"] * 2, 2.0, 25.0)
        for cancelled, years in (([0.0, 0.0], [2.0, 2.0]), ([1.0, 0.0], [2.0, 2.0]), ([0.0, 0.0], [2.0, 8.0]))
    )
    assert (more > base).all() and (longer < base).all() and (np.diff(base) > 0.0).all()


def test_the_rate_while_building_is_a_part_of_that_of_announced_projects() -> None:
    assert schedule.cancellation_rate_building(np.array([0.08]), np.array([0.25])).tolist() == [0.02]


def test_a_site_is_complete_when_its_last_phase_runs_and_never_where_one_never_does() -> None:
    dates = np.full((1, len(STAGES), 5), 1000.0)
    dates[0, OPERATIONAL] = [1200.0, 1100.0, 1300.0, np.inf, 1500.0]
    made = schedule.site_complete_date(dates, np.array([0.0, 0.0, 1.0, 1.0, 2.0]), np.zeros(3))
    assert made.tolist() == [[1200.0, np.inf, 1500.0]]


def test_power_comes_a_ramp_before_a_planned_operation_but_not_in_the_first_half_of_what_is_left() -> None:
    """Operation on day 1600, work since day 1000, a ramp of 100 or of 500 days: power on day 1500, or half-way on day 1300."""
    nothing = np.full((1, len(STAGES), 2), np.nan)
    slipped, network = nothing.copy(), nothing.copy()
    slipped[:, OPERATIONAL], network[:, START:] = 1600.0, 1000.0
    made = schedule.uncancelled_date(
        nothing, slipped, network, np.zeros(2), np.array([np.nan]), np.array([[100.0, 500.0]]), np.full(2, np.nan), np.full((1, 2), np.nan),
        np.zeros(2),
    )  # fmt: skip
    assert made[0, ENERGISED].tolist() == [1500.0, 1300.0] and made[0, OPERATIONAL].tolist() == [1600.0, 1600.0]


def test_the_network_dates_what_has_no_plan_and_a_plan_for_power_is_followed_by_the_ramp() -> None:
    nothing = np.full((1, len(STAGES), 2), np.nan)
    slipped, network = nothing.copy(), nothing.copy()
    slipped[0, ENERGISED, 1] = 1450.0
    network[0, START:] = np.array([[1000.0, 1000.0], [1300.0, 1300.0], [1420.0, 1420.0]])
    made = schedule.uncancelled_date(
        nothing, slipped, network, np.array([0.0, 1.0]), np.full(2, np.nan), np.full((1, 2), 120.0), np.full(2, np.nan),
        np.full((1, 2), np.nan), np.zeros(2),
    )  # fmt: skip
    assert made[0, START:].T.tolist() == [[1000.0, 1300.0, 1420.0], [1000.0, 1450.0, 1570.0]]


def test_a_site_begins_with_its_first_phase_and_never_where_none_comes() -> None:
    dates = np.full((1, len(STAGES), 5), np.nan)
    dates[0, OPERATIONAL] = [1200.0, 1100.0, 1300.0, np.inf, np.inf]
    made = schedule.site_first_date(dates, np.array([0.0, 0.0, 1.0, 1.0, 2.0]), np.zeros(4))
    assert made[0, OPERATIONAL].tolist()[:3] == [1100.0, 1300.0, np.inf]
    assert np.isnan(made[0, OPERATIONAL, 3])
    assert np.isnan(made[0, 0]).all()
