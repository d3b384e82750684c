"""How long building takes in one world: effects, looks, crews, roof and racks by hand, with their units and their order."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tests.real_worlds import known_of

from stargauge.engine.simulate import statics_of
from stargauge.model import build
from stargauge.quantity.dates import day
from stargauge.quantity.quantity import BUILD_COEFFICIENTS, STAGES
from stargauge.quantity.schedule.builds import AT

START, ENERGISED, OPERATIONAL = (STAGES.index(s) for s in ("under_construction", "energised", "operational"))
ANNOUNCED = STAGES.index("announced")
NAN, YEAR, DRAWS = float("nan"), 365.25, 64
USUAL = np.array(100e6)
CHANCES = (np.arange(DRAWS) + 0.5) / DRAWS
NORMAL = stats.norm.ppf(CHANCES)


def world(**values: float) -> np.ndarray:
    return np.tile([values.get(name, 0.0) for name in BUILD_COEFFICIENTS], (DRAWS, 1))


def stages(phases: int = 1, **dates: float) -> np.ndarray:
    """Dates (draw, stage, phase), the same everywhere."""
    out = np.full((DRAWS, len(STAGES), phases), NAN)
    for name, value in dates.items():
        out[:, STAGES.index(name)] = value
    return out


# --- the pace of a site -------------------------------------------------------------------------------------------------------------


def test_a_world_builds_by_one_sample_and_every_sample_has_its_turn() -> None:
    fit = np.arange(4.0 * len(BUILD_COEFFICIENTS)).reshape(4, -1)
    picked = build.build_world(fit, np.array([0.0, 0.24, 0.26, 0.51, 0.99, 1.0]))
    assert (picked[:, 0] / len(BUILD_COEFFICIENTS)).tolist() == [0, 0, 1, 2, 3, 3]


def test_the_chance_of_a_site_is_uniform_and_sites_share_the_owners_part() -> None:
    """Two sites of one owner correlate by s_u^2 / (s_u^2 + s_e^2) = 0.2; Kolmogorov-Smirnov at one in a thousand."""
    rng = np.random.default_rng(3)
    coefficients = np.tile([{"owner_spread": 0.15, "spread": 0.3}.get(name, 0.0) for name in BUILD_COEFFICIENTS], (20_000, 1))
    made = build.build_chance(coefficients, rng.normal(size=20_000), rng.normal(size=(20_000, 2)))
    assert stats.kstest(made[:, 0], "uniform").pvalue > 1e-3
    assert np.corrcoef(stats.norm.ppf(made).T)[0, 1] == pytest.approx(0.2, abs=0.02)


# --- what is built ------------------------------------------------------------------------------------------------------------------


def test_a_phase_has_the_buildings_that_its_power_needs_or_as_many_as_stated() -> None:
    stated, power = np.array([NAN, 1.0, 8.0, 2.0, NAN]), np.array([[100e6, 900e6, 900e6, 0.0, 0.0]])
    assert build.parallel_buildings(stated, power, np.array([300e6])).tolist() == [[1.0, 3.0, 8.0, 2.0, 1.0]]


def test_the_power_of_one_building_is_its_part_and_that_of_a_usual_one_where_nobody_said() -> None:
    made = build.power_per_building(np.array([[900e6, 50e6, 0.0, NAN]]), np.array([[3.0, 1.0, 2.0, 1.0]]), USUAL)
    assert made.tolist() == [[300e6, 50e6, 100e6, 100e6]]


def test_a_usual_build_is_the_median_of_the_recorded_ones() -> None:
    assert build.usual_build_power(np.array([90e6, 20e6, 700e6])) == 90e6


def test_a_site_is_a_campus_by_the_power_of_all_its_phases_together() -> None:
    made = build.phase_campus(np.array([[300e6, 150e6, 449e6, NAN]]), np.array(450e6), np.array([0.0, 0.0, 1.0, 1.0]), np.zeros(4))
    assert made.tolist() == [[1.0, 1.0, 0.0, 0.0]]


def test_sizes_campuses_and_starts_stand_in_the_records_as_in_a_world() -> None:
    made = build.builds_recorded(
        *[np.zeros(3)] * 5, np.array([200e6, 100e6, 1.0]), USUAL, np.array([450e6, 449e6, NAN]), np.array(450e6), *[np.zeros(3)] * 2
    )
    assert made.size.tolist() == [np.log(2.0), 0.0, np.log(0.01)] and made.campus.tolist() == [1.0, 0.0, 0.0]


# --- when work starts ---------------------------------------------------------------------------------------------------------------


def test_work_starts_as_observed_else_as_planned_and_slipped_else_the_usual_time_after_the_announcement() -> None:
    observed, slipped = stages(4, announced=900.0), stages(4)
    observed[:, START, 0], slipped[:, START, 1] = 950.0, 1300.0
    observed[:, ANNOUNCED, 3] = NAN
    usual = np.full((DRAWS, 4), 200.0)
    made = build.work_start(observed, slipped, np.zeros(4), np.array([NAN]), np.array([1000.0]), usual)
    assert made[0].tolist() == [950.0, 1300.0, 1100.0, 1200.0]  # the last from the day on which its site was known
    looked = build.work_start(observed, slipped, np.zeros(4), np.array([1150.0]), np.array([1000.0]), usual)
    assert looked[0].tolist() == [950.0, 1300.0, 1150.0, 1200.0]


# --- how long it takes --------------------------------------------------------------------------------------------------------------


def days(coefficients: np.ndarray, chance: np.ndarray = CHANCES, **other: Any) -> np.ndarray:
    """Days of one phase per draw; a new first building of usual size, begun long ago, power on, unless said otherwise."""
    value = {"retrofit": 0.0, "expansion": 0.0, "power": 100e6, "campus": 0.0, "start": 1000.0, "seen": NAN, "racks": 0.0} | other
    full = np.full((DRAWS, 1), 1.0)
    start = full * value["start"]
    place = build.build_place(
        coefficients, start, np.array([value["retrofit"]]), np.array([value["expansion"]]), full * value["power"], USUAL,
        full * value["campus"],
    )  # fmt: skip
    return np.asarray(build.build_days(
        place, coefficients, chance[:, None], start, np.zeros(1), np.array([value["seen"]]),
        stages(1, **value.get("observed", {"energised": 1500.0})), full * value["racks"], np.array([value.get("designed", 0.0)]),
    )[:, 0])  # fmt: skip


@pytest.mark.parametrize(
    ("name", "change", "factor"),
    [
        ("usual", {}, np.exp(0.4)), ("retrofit", {"retrofit": 1.0}, np.exp(0.4)), ("expansion", {"expansion": 1.0}, np.exp(0.4)),
        ("size", {"power": 200e6}, 2.0**0.4), ("campus", {"campus": 1.0}, np.exp(0.4)), ("owner", {}, np.exp(0.4)),
        ("since_2024", {"start": day(date(2024, 1, 1))}, np.exp(0.4)), ("since_2024", {"start": day(date(2023, 12, 31))}, 1.0),
    ],
)  # fmt: skip
def test_each_effect_counts_where_it_belongs_and_as_a_factor(name: str, change: dict[str, Any], factor: float) -> None:
    plain, moved = days(world(spread=0.1), **change), days(world(spread=0.1, **{name: 0.4}), **change)
    np.testing.assert_allclose(moved / plain, factor)
    if name not in ("usual", "owner"):
        np.testing.assert_allclose(days(world(spread=0.1, **{name: 0.4})), days(world(spread=0.1)))


def test_without_effects_a_build_takes_a_year_in_the_middle_and_varies_by_its_spread() -> None:
    made = days(world(spread=0.2))
    assert np.median(made) == pytest.approx(365.25, rel=0.01)
    np.testing.assert_allclose(made, 365.25 * np.exp(0.2 * stats.t.ppf(CHANCES, 4)), rtol=1e-6)


@given(st.floats(-1.0, 1.0), st.floats(0.05, 0.4), st.floats(1000.0, 4000.0), st.floats(0.0, 300.0))
def test_what_has_no_power_at_the_last_look_runs_no_sooner_than_its_racks_take_after_it(
    usual: float, spread: float, seen: float, racks: float
) -> None:
    made = days(world(usual=usual, spread=spread), seen=seen, racks=racks, observed={})
    assert (1000.0 + made >= seen + racks - 1e-6).all() or seen + racks - 1000.0 <= 0.0
    assert (made >= days(world(usual=usual, spread=spread), observed={}) - 1e-6).all()


@pytest.mark.parametrize("on", ["energised", "operational"])
def test_once_power_was_on_the_look_rules_nothing_out(on: str) -> None:
    lit = {on: 1200.0}
    assert np.array_equal(days(world(spread=0.2), seen=1800.0, observed=lit), days(world(spread=0.2), observed=lit))
    assert (days(world(spread=0.2), seen=1800.0, observed={}) > days(world(spread=0.2), observed=lit)).all()


@given(st.floats(-1.5, -0.01), st.floats(0.05, 0.4))
def test_a_refit_is_faster_in_every_draw_at_the_same_chance(effect: float, spread: float) -> None:
    """Without a look: one that waits far longer than a refit should has the wider tail ahead of it."""
    coefficients = world(usual=0.2, retrofit=effect, spread=spread, owner_spread=0.2)
    assert (days(coefficients, retrofit=1.0) < days(coefficients)).all()


def test_a_higher_chance_never_means_a_faster_build() -> None:
    for seen in (NAN, 1400.0):
        assert (np.diff(days(world(spread=0.3), seen=seen, observed={})) >= 0.0).all()


# --- the roof -----------------------------------------------------------------------------------------------------------------------


def test_the_roof_comes_between_start_and_operation_where_the_records_have_it_in_the_middle() -> None:
    facts = known_of()
    names = ("build_record_shell_share", "shell_share_prior", "shell_share_prior_spread")
    shares, middle, spread = statics_of(facts, names).values()
    made = build.shell_share(shares, middle, spread, NORMAL[:, None])
    seen = shares[~np.isnan(shares)]
    assert ((made > 0.0) & (made < 1.0)).all() and len(seen) >= 3
    assert seen.min() < np.median(made) < seen.max()
    assert np.median(made) == pytest.approx(np.median(seen), abs=0.1)


@pytest.mark.parametrize("count", [0, 1, 12])
def test_a_share_like_few_records_stays_near_the_prior_and_wide(count: int) -> None:
    """The prior counts as one record: with k records of log odds 2 the middle is 2 k / (1 + k), by hand."""
    shares = np.append(np.full(count, 1.0 / (1.0 + np.exp(-2.0))), NAN)
    made = build.shell_share(shares, np.array(0.5), np.array(0.8), stats.norm.ppf([[0.1], [0.5], [0.9]]))[:, 0]
    low, middle, high = np.log(made / (1.0 - made))
    assert middle == pytest.approx(2.0 * count / (1.0 + count), abs=1e-9)
    width = np.sqrt((2.0 * 0.8**2 + count / (1.0 + count) * 2.0**2) / (1.0 + count))
    assert high - low == pytest.approx(2.0 * stats.t(2 + count).ppf(0.9) * width, rel=4e-3)  # the predictive Student's t of this width


# --- crews from building to building ------------------------------------------------------------------------------------------------


def _spacing(operational: list[float], buildings: list[float], campus: list[float], site: list[float], prior: float = 60.0) -> Any:
    cells = [np.array(part) for part in (operational, buildings, campus)]
    return build.building_spacing_fit(*cells, np.array(450e6), np.array(site), np.array(prior), np.array(0.8))


def test_days_between_buildings_are_those_of_the_campuses_after_their_first_step() -> None:
    """Campus one: 5 buildings in 200 days after the first step, 40 days each; the small site and the campus of one step say nothing."""
    one = ([1000.0, 1120.0, 1200.0, 500.0, 900.0, 2000.0, NAN], [2.0, 2.0, 3.0, 1.0, 1.0, 4.0, 4.0])
    fit = _spacing(*one, [600e6] * 3 + [100e6] * 2 + [900e6] * 2, [0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    assert float(fit.middle) == pytest.approx((np.log(60.0) + np.log(40.0)) / 2.0)
    ninth = stats.t(3).ppf(0.9) / stats.t(4).ppf(0.9)  # one record: 2 + 1 degrees of freedom
    assert float(fit.spread) == pytest.approx(ninth * np.sqrt((2 * 0.8**2 + 0.5 * np.log(1.5) ** 2) / 2.0), rel=1e-3)
    made = build.building_spacing(fit, np.append(NORMAL, 0.0))
    assert made[-1] == pytest.approx(np.sqrt(60.0 * 40.0)) and (np.diff(made[:-1]) > 0.0).all()


def test_days_between_buildings_stay_between_a_day_and_three_years() -> None:
    fit = _spacing([1000.0], [1.0], [600e6], [0.0])
    assert float(fit.middle) == pytest.approx(np.log(60.0))  # no campus of two steps: the prior
    made = build.building_spacing(fit, np.array([-8.0, 8.0]))
    assert made == pytest.approx([1.0, 1096.0])


def test_the_order_of_the_records_does_not_matter_for_the_crews() -> None:
    when, count = [1000.0, 1120.0, 1200.0], [2.0, 2.0, 3.0]
    forwards = _spacing(when, count, [600e6] * 3, [0.0] * 3)
    backwards = _spacing(when[::-1], count[::-1], [600e6] * 3, [0.0] * 3)
    assert float(forwards.middle) == float(backwards.middle)


# --- racks --------------------------------------------------------------------------------------------------------------------------

RATES, RATE_OWNERS = np.array([5e6, 1e6, 0.3e6, 0.9e6]), np.array([0.0, 1.0, 2.0, 2.0])


def _rate(scale: float = 1.0, rates: np.ndarray = RATES, owners: np.ndarray = RATE_OWNERS) -> np.ndarray:
    return build.rack_rate(rates * scale, owners, np.array(1e6 * scale), np.array(1.0), NORMAL[:, None])


def test_the_rate_of_racks_follows_its_unit() -> None:
    np.testing.assert_allclose(_rate(1e-6), _rate() * 1e-6)


def test_the_rate_of_racks_is_like_the_mean_logarithms_of_the_owners_and_of_the_prior() -> None:
    """Three owners and the prior of 1 MW a day: fourth root of 5 x 1 x sqrt(0.3 x 0.9) x 1."""
    assert np.median(_rate()) == pytest.approx(1e6 * (5.0 * np.sqrt(0.27)) ** 0.25, rel=0.02)


def test_the_rate_of_racks_stays_within_a_tenth_and_ten_times_the_middle() -> None:
    far = build.rack_rate(RATES, RATE_OWNERS, np.array(1e6), np.array(1.0), np.array([[-6.0, 0.0, 6.0]]))[0]
    assert far / far[1] == pytest.approx([0.1, 1.0, 10.0])


def test_more_halls_of_one_owner_weigh_no_more_than_one() -> None:
    again = np.concatenate([RATES, np.full(9, 5e6)]), np.concatenate([RATE_OWNERS, np.zeros(9)])
    np.testing.assert_allclose(_rate(1.0, *again), _rate())


def test_a_hall_of_twice_the_power_takes_twice_as_long_to_fill() -> None:
    """100 MW at 0.5 MW a day: 200 days."""
    made = _racks(900.0)
    assert made.tolist() == [[200.0, 400.0, 50.0]]


@pytest.mark.parametrize(("whole", "most"), [(600.0, 266.0), (120.0, 30.0)])
def test_racks_and_commissioning_take_at_most_half_of_the_building_time_that_holds_them(whole: float, most: float) -> None:
    """600 days: 300 less 34 of commissioning; 120 days: a quarter, which is more than 60 less 34."""
    made = _racks(whole)
    assert made.tolist() == [[min(200.0, most), min(400.0, most), min(50.0, most)]]


def _racks(whole: float) -> np.ndarray:
    every = np.full((1, 3), 1.0)
    power, rate = np.array([[100e6, 200e6, 100e6]]), np.array([[0.5e6, 2e6]])
    return np.asarray(build.rack_installation(power, rate, np.array([0.0, 0.0, 1.0]), whole * every, 34.0 * every))


def test_a_look_makes_no_building_time_shorter_than_it_is_without() -> None:
    place = np.zeros((DRAWS, 1))
    coefficients = world(spread=0.3)
    without = build.build_days_unseen(place, coefficients, CHANCES[:, None], np.zeros(1))
    looked = build.build_days(
        place, coefficients, CHANCES[:, None], place + 1000.0, np.zeros(1), np.array([1300.0]), stages(1), place + 50.0, np.zeros(1)
    )
    np.testing.assert_allclose(without[:, 0], days(coefficients))
    assert (looked >= without).all() and (looked > without).any()


def test_commissioning_comes_after_the_last_rack() -> None:
    assert build.energised_to_operational(np.array([[200.0]]), np.array([[34.0]])).tolist() == [[234.0]]


# --- power ordered before -----------------------------------------------------------------------------------------------------------


def test_the_share_of_lead_times_left_follows_its_fit_within_its_bounds() -> None:
    made = build.power_left(world(power_left=np.log(0.4), power_left_spread=0.3), CHANCES[:, None])[:, 0]
    np.testing.assert_allclose(made, 0.4 * np.exp(0.3 * stats.t.ppf(CHANCES, 4)), rtol=1e-6)
    far = build.power_left(world(power_left=0.0, power_left_spread=2.0), np.tile([0.0, 1.0], (DRAWS, 1)))[0]
    assert far == pytest.approx([0.01, 3.0])


# --- the fit in a run ---------------------------------------------------------------------------------------------------------------


def test_the_shipped_fit_is_taken_where_there_is_one_and_made_where_not() -> None:
    facts = known_of()
    names = (
        "build_fit_shipped", "builds_recorded", "build_record_transformer_lead", "build_record_connection_lead", "build_owner",
        "build_prior_middle", "build_prior_width",
    )  # fmt: skip
    shipped, *rest = statics_of(facts, names).values()
    assert not np.isnan(shipped).any() and build.build_fit(shipped, *rest) is shipped
    made = build.build_fit(np.full_like(shipped, NAN), *rest)
    for name in ("usual", "retrofit", "owner", "owner_spread"):
        mine, theirs = made[:, AT[name]], shipped[:, AT[name]]
        assert np.median(mine) == pytest.approx(np.median(theirs), abs=0.5 * mine.std() + 2e-3), name
    assert (made[:, AT["owner"]] == made[0, AT["owner"]]).all()
