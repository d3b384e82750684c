"""Slips given the looks at a site: chances without a look, what a look rules out and for whom, near plans, and buildings in their order."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stargauge.model import slip
from stargauge.quantity.quantity import COEFFICIENTS, STAGES
from stargauge.quantity.schedule.slip import scale

START, ENERGISED, OPERATIONAL = (STAGES.index(s) for s in ("under_construction", "energised", "operational"))
NAN = float("nan")
#: Parts of programme, site and phase, and an offset of 100 days; a plan slips by exp(0.2) in the middle.
USUAL = {"location": 0.2, "offset": 100.0, "owner_spread": 0.15, "spread_project": 0.2, "spread": 0.25}


class World(NamedTuple):
    """What the looks leave, step by step."""

    ruled_out: np.ndarray
    site: np.ndarray
    own: np.ndarray
    chance: np.ndarray
    date: np.ndarray


def coefficients(draws: int, **values: float) -> np.ndarray:
    return np.tile([(USUAL | values).get(name, 0.0) for name in COEFFICIENTS], (draws, 1))


def run(
    plans: list[float], *, draws: int = 4000, looked: tuple[float, ...] = (NAN,), site: tuple[int, ...] = (), seed: int = 1,
    running: tuple[int, ...] = (), memory: float = 365.0, stated: tuple[int, ...] | None = None, published: float = 1000.0, **values: float,
) -> World:  # fmt: skip
    """Phases planned to operate on some days (NaN: no plan), their plans published on day 1000; those `running` were seen on their day."""
    phases, sites = len(plans), len(looked)
    sited = np.array(site or (0,) * phases, dtype=float)
    planned, observed = (np.full((draws, len(STAGES), phases), NAN) for _ in range(2))
    planned[:, OPERATIONAL] = plans
    for phase in running:
        observed[:, OPERATIONAL, phase] = plans[phase]
    said = np.where(np.isnan(planned), NAN, published)
    coefficient = coefficients(draws, **values)
    kept = planned if stated is None else np.where(np.isin(np.arange(phases), stated), planned, NAN)
    plain = np.where(np.isnan(planned[0]), NAN, 0.0)
    theirs = np.zeros(phases)
    effect = slip.plan_effect(planned, said, plain, plain, plain, sited, coefficient, theirs)
    spread = slip.slip_scale(coefficient)
    through = np.array(looked)
    ruled_out = slip.slip_ruled_out(kept, said, effect, spread, coefficient, observed, through, sited, theirs)
    rng = np.random.default_rng(seed)
    programme, shared, pick = rng.normal(size=draws), rng.normal(size=(draws, sites)), rng.uniform(size=(draws, sites))
    each = rng.normal(size=(draws, 12))[:, :phases]  # the same for fewer phases
    of_site = slip.slip_site_seen(coefficient, programme, shared, pick, ruled_out, sited)
    near = slip.plan_near(planned, said, observed, np.full(draws, memory), sited, theirs)
    own = slip.slip_own(coefficient, programme, of_site, each, ruled_out, near, sited)
    chance = slip.slip_chance(coefficient, programme, of_site, own, sited)
    date = slip.slipped_date(planned, kept, said, effect, spread, chance, coefficient, through, sited, theirs)
    return World(ruled_out, of_site, own, chance, date[:, OPERATIONAL])


# --- without a look -----------------------------------------------------------------------------------------------------------------


def test_with_nothing_ruled_out_the_chance_is_uniform_and_the_sites_part_standard_normal() -> None:
    """Kolmogorov-Smirnov at one in a thousand, 20,000 draws."""
    made = run([NAN, NAN], draws=20_000, looked=(1500.0,), site=(0, 0))
    assert np.isneginf(made.ruled_out).all()
    assert stats.kstest(made.site[:, 0], "norm").pvalue > 1e-3
    assert stats.kstest(made.own[:, 1], "norm").pvalue > 1e-3
    assert stats.kstest(made.chance[:, 0], "uniform").pvalue > 1e-3


def test_buildings_share_what_is_the_programmes_and_the_sites() -> None:
    """Of the variance 0.15^2 + 0.2^2 + 0.25^2 two buildings of a site share the first two parts, two sites the first."""
    made = run([NAN, NAN, NAN], draws=20_000, looked=(NAN, NAN), site=(0, 0, 1))
    correlation = np.corrcoef(stats.norm.ppf(made.chance).T)
    whole = 0.15**2 + 0.2**2 + 0.25**2
    assert correlation[0, 1] == pytest.approx((0.15**2 + 0.2**2) / whole, abs=0.02)
    assert correlation[0, 2] == pytest.approx(0.15**2 / whole, abs=0.02)


def test_a_plan_comes_by_the_distribution_of_its_slip() -> None:
    """(400 + 100) exp(0.2) - 100 days after publication in the middle; a day before publication is ruled out."""
    made = run([1400.0], draws=20_000)
    assert np.median(made.date) == pytest.approx(1000.0 + 500.0 * np.exp(0.2) - 100.0, rel=0.01)
    width = scale(coefficients(1))[0]
    assert np.log((np.quantile(made.date, 0.9) - 900.0) / 500.0) == pytest.approx(0.2 + width * stats.t.ppf(0.9, 4), abs=0.02)
    assert (made.date >= 1000.0).all()


# --- what a look rules out ----------------------------------------------------------------------------------------------------------


def test_what_a_look_rules_out_is_the_slip_up_to_its_day() -> None:
    """Planned 400 days ahead and not there after 600: the share of t_4 below (ln(700 / 500) - 0.2) / scale, as a normal deviate."""
    made = run([1400.0], draws=2, looked=(1600.0,))
    expected = stats.norm.ppf(stats.t.cdf((np.log(700.0 / 500.0) - 0.2) / scale(coefficients(1))[0], 4))
    assert made.ruled_out[0, 0] == pytest.approx(expected, abs=1e-6)


def test_what_was_seen_rules_nothing_out_and_of_several_stages_the_largest_counts() -> None:
    planned, observed = (np.full((1, len(STAGES), 2), NAN) for _ in range(2))
    planned[:, START], planned[:, OPERATIONAL] = 1100.0, 1400.0
    observed[:, START, 1] = 1150.0
    said, world = np.where(np.isnan(planned), NAN, 1000.0), coefficients(1)
    args = (np.where(np.isnan(planned), NAN, 0.2), scale(world), world, observed, np.array([1300.0]), np.zeros(2), np.zeros(2))
    made = slip.slip_ruled_out(planned, said, *args)[0]

    def place(lead: float) -> float:
        return float(stats.norm.ppf(stats.t.cdf((np.log(400.0 / (lead + 100.0)) - 0.2) / scale(world)[0], 4)))

    assert made == pytest.approx([place(100.0), place(400.0)], abs=1e-6)
    assert made[0] > made[1]


@given(st.floats(1010.0, 2500.0), st.floats(900.0, 3000.0), st.integers(0, 50))
def test_no_draw_comes_before_the_look_that_did_not_see_it(plan: float, look: float, seed: int) -> None:
    made = run([plan, plan + 60.0], draws=200, looked=(look,), seed=seed)
    assert (made.date >= look - 1e-6).all() and np.isfinite(made.date).all()


def test_a_look_leaves_the_rest_of_the_distribution_as_it_was() -> None:
    """Of a programme that shares nothing: chances are uniform above what the look rules out. The site's part is drawn among 16 strata."""
    made = run([1400.0], draws=20_000, looked=(1600.0,), owner_spread=0.0)
    ruled_out = stats.norm.cdf(made.ruled_out[0, 0])
    assert 0.4 < ruled_out < 0.9
    assert stats.kstest((made.chance[:, 0] - ruled_out) / (1.0 - ruled_out), "uniform").statistic < 0.02


def test_a_look_that_came_before_the_plan_was_due_moves_little_and_a_late_one_much() -> None:
    plain, soon, late = (run([1400.0], looked=(look,)).date.mean() for look in (NAN, 1100.0, 1700.0))
    assert plain <= soon < plain + 30.0 and late > plain + 200.0


def test_the_look_at_one_building_makes_its_neighbour_later_and_leaves_other_sites_alone_bit_for_bit() -> None:
    """The first was due on day 1200 and is not there on day 1700; the second is due on day 2400, the third elsewhere."""
    plans = [1200.0, 2400.0, 2400.0]
    blind, seen = (run(plans, looked=(look, NAN), site=(0, 0, 1), memory=1e-3) for look in (NAN, 1700.0))
    assert seen.site[:, 0].mean() > blind.site[:, 0].mean() + 0.4
    assert seen.date[:, 1].mean() > blind.date[:, 1].mean() + 30.0
    assert np.array_equal(seen.site[:, 1], blind.site[:, 1]) and np.array_equal(seen.date[:, 2], blind.date[:, 2])


def test_many_buildings_late_at_a_site_count_once() -> None:
    one, ten = (run([1200.0] * count, looked=(1700.0,)).site[:, 0] for count in (1, 10))
    assert np.array_equal(one, ten)


def test_a_plan_between_two_stated_ones_is_given_the_look_by_itself() -> None:
    made = run([1200.0, 1150.0], looked=(1700.0,), stated=(0,))
    assert np.isneginf(made.ruled_out[:, 1]).all() and (made.date >= 1700.0).all()


def test_a_plan_published_after_its_own_day_counts_from_that_day() -> None:
    """Nothing is left of the planned time but the offset: 100 exp(0.2) - 100 days later in the middle."""
    made = run([1400.0], draws=20_000, published=1450.0)
    later = np.log((made.date - 1400.0 + 100.0) / 100.0)
    assert (made.date >= 1400.0).all() and np.median(later) > 0.2


# --- near plans ---------------------------------------------------------------------------------------------------------------------


def _near(plans: list[float], **other: Any) -> list[float]:
    planned, observed = (np.full((1, len(STAGES), len(plans)), NAN) for _ in range(2))
    planned[:, OPERATIONAL] = plans
    said = np.where(np.isnan(planned), NAN, 1000.0)
    said[:, OPERATIONAL] += other.get("published", 0.0)
    for phase in other.get("running", ()):
        observed[:, OPERATIONAL, phase] = plans[phase]
    site = np.array(other.get("site", [0.0] * len(plans)))
    designed = np.array(other.get("designed", [0.0] * len(plans)))
    made = slip.plan_near(planned, said, observed, np.array([other.get("memory", 100.0)]), site, designed)
    return [float(value) for value in made[0]]


def test_plans_are_near_by_their_days_and_those_of_their_publication() -> None:
    assert _near([1400.0, 1450.0, 1400.0]) == pytest.approx([0.0, np.exp(-0.5), np.exp(-0.5)])
    assert _near([1400.0, 1450.0], published=np.array([0.0, 25.0])) == pytest.approx([0.0, np.exp(-0.75)])
    assert _near([1400.0, 1450.0], memory=50.0) == pytest.approx([0.0, np.exp(-1.0)])


def test_nothing_is_near_without_a_plan_at_another_site_or_after_a_building_that_runs() -> None:
    assert _near([1400.0, NAN, 1400.0]) == [0.0, 0.0, 0.0]
    assert _near([1400.0, 1400.0], site=[0.0, 1.0]) == [0.0, 0.0]
    assert _near([1400.0, 1400.0], running=(0,)) == [0.0, 0.0]


def test_nothing_is_near_a_building_that_is_designed_here() -> None:
    assert _near([1400.0, 1400.0, 1400.0], designed=[0.0, 1.0, 0.0]) == [0.0, 0.0, 0.0]


def test_buildings_planned_near_each_other_slip_more_alike_than_those_far_apart() -> None:
    """Own parts correlate by what `plan_near` says: exp(-36.5 / 365) and exp(-730 / 365)."""
    near, far = (run([3000.0, 3000.0 + apart], draws=20_000).own for apart in (36.5, 730.0))
    assert np.corrcoef(near.T)[0, 1] == pytest.approx(np.exp(-0.1), abs=0.01)
    assert np.corrcoef(far.T)[0, 1] == pytest.approx(np.exp(-2.0), abs=0.02)
    assert near[:, 1].std() == pytest.approx(1.0, abs=0.02)


# --- in order -----------------------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(1010.0, 2500.0), min_size=2, max_size=6), st.one_of(st.just(NAN), st.floats(1000.0, 2500.0)), st.integers(0, 50))
def test_a_building_planned_no_sooner_does_not_come_sooner(plans: list[float], look: float, seed: int) -> None:
    date = run(plans, draws=100, looked=(look,), seed=seed).date
    for phase in range(1, len(plans)):
        assert plans[phase] < plans[phase - 1] or (date[:, phase] >= date[:, phase - 1]).all()


def test_a_building_planned_sooner_may_come_sooner_and_another_site_has_its_own_order() -> None:
    sooner = run([1800.0, 1200.0]).date
    assert (sooner[:, 1] < sooner[:, 0]).mean() > 0.8
    apart = run([1400.0, 1401.0], looked=(NAN, NAN), site=(0, 1)).date
    assert 0.3 < (apart[:, 1] < apart[:, 0]).mean() < 0.7


@pytest.mark.parametrize("look", [NAN, 1500.0])
@pytest.mark.parametrize("step", [0.0, 45.0])
def test_the_first_of_ten_is_no_earlier_than_one_alone(look: float, step: float) -> None:
    """More tries would make the first of ten independent buildings months early; buildings come in their order."""
    alone = run([1400.0], looked=(look,)).date[:, 0]
    ten = run([1400.0 + step * place for place in range(10)], looked=(look,)).date
    assert np.array_equal(ten.min(axis=1), alone)


# --- what a plan is -----------------------------------------------------------------------------------------------------------------


def test_each_term_of_a_plan_counts_for_its_phases_and_stages() -> None:
    planned = np.full((1, len(STAGES), 2), NAN)
    planned[:, START], planned[:, ENERGISED], planned[:, OPERATIONAL] = 1100.0, 1300.0, 1400.0
    said = np.where(np.isnan(planned), NAN, 1000.0)
    world = coefficients(1, ai_campus=0.01, replan=0.02, tracker=0.04, start=0.08, power=0.16, window=1.0, owner=0.32)
    none = np.zeros((len(STAGES), 2))
    one = none + np.array([0.0, 1.0])
    made = slip.plan_effect(planned, said, none, one, one, np.zeros(2), world, np.zeros(2))[0]
    base = 0.2 + 0.01 + 0.32
    for stage, more in ((START, 0.08), (ENERGISED, 0.16), (OPERATIONAL, 0.0)):
        assert made[stage] == pytest.approx([base + more, base + more + 0.06])
    wide = slip.plan_effect(planned, said, none + 50.0, none, none, np.zeros(2), world, np.zeros(2))[0]
    assert wide[OPERATIONAL] == pytest.approx(base + 50.0 / 500.0)


def test_a_plan_between_two_stated_ones_was_published_with_the_next() -> None:
    said = np.full((1, len(STAGES), 4), NAN)
    said[:, OPERATIONAL, 1], said[:, OPERATIONAL, 2] = 1000.0, 1200.0
    made = slip.plan_published(said, np.zeros(4), np.zeros(4))[0, OPERATIONAL]
    assert made.tolist() == [1000.0, 1000.0, 1200.0, 1200.0]
    assert np.isnan(slip.plan_published(said, np.array([1.0, 2.0, 2.0, 2.0]), np.zeros(4))[0, OPERATIONAL, 0])
