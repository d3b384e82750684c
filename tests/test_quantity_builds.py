"""How long building takes: what recorded builds say, how an owner is known again, what waited for power, and one building time."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stargauge.audit.backtest.calibration import fit_view
from stargauge.catalogue.load import load_catalogue
from stargauge.engine.simulate import builds_of
from stargauge.quantity.quantity import BUILD_COEFFICIENTS
from stargauge.quantity.schedule.builds import AT, YEAR, Builds, build_days, fit_builds, scale, with_owner

VIEW = fit_view(load_catalogue(), date(2026, 11, 24))


class Recorded:
    """The shipped records as a fit takes them, and fits of them."""

    def __init__(self) -> None:
        _, self.builds, self.lead, (self.middle, self.width), _, _ = builds_of(VIEW)

    def fit(self, samples: int = 32, keep: np.ndarray | None = None, **changes: np.ndarray) -> dict[str, np.ndarray]:
        return fit_builds(self.builds._replace(**changes), self.lead, self.middle, self.width, samples, keep)

    def whole(self, **changes: np.ndarray) -> np.ndarray:
        """Samples of the coefficients, (sample, coefficient)."""
        return self.fit(**changes)["coefficients"][0]


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture(scope="module")
def fitted(recorded: Recorded) -> np.ndarray:
    return recorded.whole()


# --- the shipped records ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "sign"), [("retrofit", -1), ("expansion", -1), ("size", 1)])
def test_refits_and_later_buildings_are_faster_and_large_ones_slower(fitted: np.ndarray, name: str, sign: int) -> None:
    """Nine samples in ten on one side."""
    assert np.mean(sign * fitted[:, AT[name]] > 0.0) >= 0.9


def test_a_refit_takes_less_than_two_thirds_of_a_new_build(recorded: Recorded, fitted: np.ndarray) -> None:
    """Factories and empty halls against first buildings of a campus, which are recorded with 1.6 to 3.7 years (P10 to P90)."""
    new = np.exp(fitted[:, AT["usual"]])
    refit = new * np.exp(fitted[:, AT["retrofit"]])
    assert np.median(refit / new) < 2.0 / 3.0
    first = (recorded.builds.runs > 0.5) & (recorded.builds.retrofit + recorded.builds.expansion == 0.0)
    assert np.median(new) == pytest.approx(np.nanmedian(recorded.builds.taken[first]) / YEAR, rel=0.3)


def test_power_takes_less_than_its_lead_time_after_work_starts(fitted: np.ndarray) -> None:
    """Ordered and asked for before: the share left is below one, in the middle of every sample."""
    assert (fitted[:, AT["power_left"]] < 0.0).all()


def test_a_build_of_unknown_start_has_no_influence_bit_for_bit(recorded: Recorded, fitted: np.ndarray) -> None:
    b = recorded.builds
    unknown = np.isnan(b.taken)
    assert unknown.any()
    other = recorded.whole(size=np.where(unknown, 3.0, b.size), runs=np.where(unknown, 1.0 - b.runs, b.runs))
    assert np.array_equal(other, fitted)


def test_a_selection_of_builds_is_fitted_by_them_alone(recorded: Recorded, fitted: np.ndarray) -> None:
    """Without the refits their effect is the prior's, -0.5 give or take 0.5; without the first buildings the usual time is wide."""
    b = recorded.builds
    keep = np.stack([1.0 - b.retrofit, b.retrofit + b.expansion])
    no_refits, no_firsts = recorded.fit(64, keep)["coefficients"]
    assert no_refits[:, AT["retrofit"]].mean() == pytest.approx(-0.5, abs=0.2)
    assert no_refits[:, AT["retrofit"]].std() == pytest.approx(0.5, abs=0.14)  # 64 samples: three standard errors
    assert no_firsts[:, AT["usual"]].std() > 1.5 * fitted[:, AT["usual"]].std()
    taken = np.where(b.retrofit > 0.5, 3.0 * b.taken, b.taken)
    moved = recorded.fit(64, keep, taken=taken)["coefficients"]
    assert np.array_equal(moved[0], no_refits) and not np.array_equal(moved[1], no_firsts)


# --- made-up builds -----------------------------------------------------------------------------------------------------------------


def _made(owners: int = 20, each: int = 6, seed: int = 4, slow: float = 0.5, **other: Any) -> Builds:
    """New builds of 1.5 years in the middle, those of the first owner slower by exp(slow)."""
    rng = np.random.default_rng(seed)
    count = owners * each
    owner, none = np.repeat(np.arange(owners, dtype=float), each), np.zeros(count)
    taken = 1.5 * YEAR * np.exp(np.where(owner == 0.0, slow, 0.0) + 0.15 * rng.standard_t(4, count))
    return Builds(taken, np.ones(count), none, none, none, none, none, none, owner)._replace(**other)


def _fit(recorded: Recorded, builds: Builds, name: str, lead: float = 900.0) -> np.ndarray:
    """Samples of one coefficient."""
    made = fit_builds(builds, np.full(len(builds.taken), lead), recorded.middle, recorded.width, 32)
    return np.asarray(made["coefficients"][0, :, AT[name]])


def test_an_owner_who_is_always_slow_is_expected_to_be_slow_again(recorded: Recorded) -> None:
    """Six builds at exp(0.5): most of it is the owner's, the rest the small group drawn to the middle."""
    made = fit_builds(_made(), np.full(120, 900.0), recorded.middle, recorded.width, 32)
    slow, new = (with_owner(made["coefficients"][0], made["owners"][0], owner) for owner in (0, -1))
    assert slow[:, AT["owner"]] == pytest.approx(np.full(32, 0.43), abs=0.12)
    assert (new[:, AT["owner"]] == 0.0).all()
    assert np.array_equal(new[:, AT["owner_spread"]], new[:, AT["spread_owner"]])
    assert slow[0, AT["owner_spread"]] < new[:, AT["owner_spread"]].mean()
    assert np.array_equal(slow[:, : AT["owner"]], new[:, : AT["owner"]])


def test_halls_that_waited_for_power_do_not_make_building_slower(recorded: Recorded) -> None:
    late = np.arange(120) % 3 == 0
    builds = _made(slow=0.0)
    waited = builds._replace(taken=np.where(late, 4.0 * YEAR, builds.taken))
    told = _fit(recorded, waited._replace(power_decided=late.astype(float)), "usual")
    untold = _fit(recorded, waited, "usual")
    assert told.mean() == pytest.approx(np.log(1.5), abs=0.1) and untold.mean() > told.mean() + 0.2


def test_what_is_left_of_lead_times_is_found_where_power_decided(recorded: Recorded) -> None:
    """Half of the builds waited for power that came after 0.4 of a lead time of 1,000 days."""
    late = np.arange(120) % 2 == 0
    rng = np.random.default_rng(8)
    builds = _made(taken=np.where(late, 400.0 * np.exp(0.1 * rng.normal(size=120)), 600.0), power_decided=late.astype(float))
    found = _fit(recorded, builds, "power_left", 1000.0)
    assert found.mean() == pytest.approx(np.log(0.4), abs=0.06)


def test_where_power_decided_nowhere_it_came_sooner_than_the_buildings_ran(recorded: Recorded) -> None:
    """The faster the builds against the lead times, the less of those can have been left."""
    slow, fast = (_fit(recorded, _made(slow=0.0), "power_left", lead).mean() for lead in (500.0, 4000.0))
    assert fast < np.log(1.5 * YEAR / 4000.0) and fast < slow - 0.5


def test_builds_that_still_go_on_make_building_slower(recorded: Recorded) -> None:
    builds = _made(slow=0.0)
    going = builds._replace(runs=(np.arange(120) % 2).astype(float))
    done, open_ones = (_fit(recorded, one, "usual").mean() for one in (builds, going))
    assert open_ones > done + 0.05


# --- one building time --------------------------------------------------------------------------------------------------------------


def _world(**values: float) -> np.ndarray:
    return np.array([[values.get(name, 0.0) for name in BUILD_COEFFICIENTS]])


def _days(chance: float, place: float, spread: float, waited: float = float("nan")) -> float:
    return float(build_days(np.array([[chance]]), np.array([[place]]), np.array([[spread]]), np.array([[waited]]))[0, 0])


@given(st.floats(-1.0, 1.0), st.floats(0.05, 0.4), st.floats(0.01, 0.99))
def test_the_quantile_is_that_of_the_model_in_days(place: float, spread: float, chance: float) -> None:
    expected = 365.25 * np.exp(min(place + spread * stats.t.ppf(chance, 4), 2.5))
    assert _days(chance, place, spread) == pytest.approx(expected, rel=1e-6)


@given(st.floats(-1.0, 1.0), st.floats(0.05, 0.4), st.floats(1.0, 2500.0), st.floats(0.01, 0.99))
def test_what_does_not_run_yet_runs_later_by_the_conditional_distribution(
    place: float, spread: float, waited: float, chance: float
) -> None:
    def later(days: float) -> float:
        return float(stats.t.sf((np.log(days / 365.25) - place) / spread, 4))

    days = _days(chance, place, spread, waited)
    assert days >= waited
    if later(waited) > 1e-6 and waited < days < 365.25 * np.exp(2.4):
        assert later(days) / later(waited) == pytest.approx(1.0 - chance, abs=1e-4)


@given(st.floats(-1.0, 1.0), st.floats(0.0, 1500.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_higher_chance_never_means_sooner_nor_does_a_later_look(place: float, waited: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert _days(low, place, 0.3, waited) <= _days(high, place, 0.3, waited)
    assert _days(one, place, 0.3) <= _days(one, place, 0.3, waited) <= _days(one, place, 0.3, waited + 100.0)


def test_a_look_before_work_starts_says_nothing() -> None:
    assert _days(0.3, 0.2, 0.3, -200.0) == _days(0.3, 0.2, 0.3)


def test_an_owners_part_alone_varies_like_a_normal_between_p10_and_p90() -> None:
    width = 0.2 * (stats.norm.ppf(0.9) - stats.norm.ppf(0.1))
    assert float(scale(_world(owner_spread=0.2))[0]) * (stats.t.ppf(0.9, 4) - stats.t.ppf(0.1, 4)) == pytest.approx(width, rel=1e-6)
    both = scale(_world(owner_spread=0.2, spread=0.3))[0]
    assert both == pytest.approx(np.hypot(scale(_world(owner_spread=0.2))[0], 0.3), rel=1e-9)
