"""The distribution of slips: its fit finds what made the data, open records count, few records stay wide, quantiles hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stargauge.catalogue.load import load_catalogue
from stargauge.quantity.dates import FAR
from stargauge.quantity.quantity import COEFFICIENTS
from stargauge.quantity.schedule.slip import AT, Outcomes, Plans, fit_slips, location, scale, slipped, with_owner
from stargauge.quantity.statistics.student import t4_cdf, t4_ppf

MIDDLE, WIDTH = (np.asarray(one.value) for one in load_catalogue().known(FAR).slip_priors())


def _made(owners: int, each: int, of_owner: float, spread: float, seed: int, open_share: float = 0.3) -> tuple[Plans, Outcomes, np.ndarray]:
    """Records that slip by exp(0.2) in the middle, some not reached by a last look that does not depend on them."""
    rng = np.random.default_rng(seed)
    count = owners * each
    owner = np.repeat(np.arange(owners, dtype=float), each)
    effect = of_owner * rng.normal(size=owners)
    lead, zero = rng.uniform(50.0, 900.0, count), np.zeros(count)
    taken = (lead + 100.0) * np.exp(0.2 + effect[owner.astype(int)] + spread * rng.standard_t(4, count)) - 100.0
    taken = np.maximum(taken, 1.0)
    looked = np.quantile(taken, 1.0 - open_share) * rng.uniform(0.7, 1.6, count)
    reached = (taken <= looked).astype(float)
    outcomes = Outcomes(np.minimum(taken, looked), reached, owner, np.arange(count, dtype=float), -np.ones(count))
    return Plans(lead, zero, zero, zero, zero, zero), outcomes, effect


def test_the_fit_finds_what_made_the_records_and_uses_open_ones() -> None:
    plans, outcomes, _ = _made(100, 5, 0.2, 0.2, 3)
    assert 0.15 < np.mean(outcomes.reached < 0.5) < 0.6
    made = fit_slips(plans, outcomes, np.ones((1, 500)), MIDDLE, WIDTH, 16)["coefficients"][0]
    assert made[:, AT["location"]].mean() == pytest.approx(0.2, abs=0.08)
    assert made[:, AT["spread_owner"]].mean() == pytest.approx(0.2, abs=0.06)
    whole = np.hypot(made[:, AT["spread"]], made[:, AT["spread_project"]]).mean()
    assert 0.15 < whole < 0.35
    dropped = fit_slips(plans, outcomes, outcomes.reached[None, :], MIDDLE, WIDTH, 16)["coefficients"][0]
    assert dropped[:, AT["location"]].mean() < made[:, AT["location"]].mean() - 0.02


def test_an_owner_who_is_always_late_is_expected_to_be_late_again() -> None:
    plans, outcomes, effect = _made(40, 8, 0.3, 0.1, 5)
    made = fit_slips(plans, outcomes, np.ones((1, 320)), MIDDLE, WIDTH, 16)
    found = made["owners"][0].mean(axis=0)
    assert np.corrcoef(found, effect)[0, 1] > 0.9
    late = with_owner(made["coefficients"], made["owners"], int(effect.argmax()))
    new = with_owner(made["coefficients"], made["owners"], -1)
    assert late[0, 0, AT["owner"]] > 0.3 > new[0, 0, AT["owner"]] == 0.0
    assert late[0, :, AT["owner_spread"]].max() < new[0, :, AT["owner_spread"]].mean()


def test_few_records_stay_wide() -> None:
    plans, outcomes, _ = _made(60, 4, 0.2, 0.2, 7)
    few = (np.arange(240) < 6).astype(float)
    both = fit_slips(plans, outcomes, np.stack([np.ones(240), few]), MIDDLE, WIDTH, 32)["coefficients"]
    assert both[1, :, AT["location"]].std() > 2.0 * both[0, :, AT["location"]].std()
    assert scale(both[1]).mean() > scale(both[0]).mean()


def test_a_record_left_out_changes_nothing_and_the_seed_everything() -> None:
    plans, outcomes, _ = _made(10, 3, 0.2, 0.2, 9)
    keep = np.ones((1, 30))
    keep[0, 4] = 0.0
    other = outcomes._replace(taken=np.where(np.arange(30) == 4, 5000.0, outcomes.taken))
    first, again, changed = (fit_slips(plans, o, keep, MIDDLE, WIDTH, 4)["coefficients"] for o in (outcomes, outcomes, other))
    assert np.array_equal(first, again)
    assert np.array_equal(first, changed)
    assert not np.array_equal(first, fit_slips(plans, outcomes, keep, MIDDLE, WIDTH, 4, seed=1)["coefficients"])


def _world(**values: float) -> np.ndarray:
    return np.array([[values.get(name, 0.0) for name in COEFFICIENTS]])


@given(st.floats(0.0, 1500.0), st.floats(0.01, 0.99))
def test_the_quantile_is_that_of_the_model(lead: float, chance: float) -> None:
    world = _world(location=0.2, offset=100.0, spread=0.3)
    zero = np.zeros(1)
    place = location(world, Plans(np.array([lead]), zero, zero, zero, zero, zero))
    days = slipped(np.array([[chance]]), place, scale(world)[:, None], np.array([[lead]]), np.array([[100.0]]), np.array(np.nan))
    assert np.log((days[0, 0] + 100.0) / (lead + 100.0)) == pytest.approx(0.2 + 0.3 * stats.t.ppf(chance, 4), abs=1e-6)


@given(st.floats(10.0, 900.0), st.floats(0.0, 3000.0), st.floats(0.001, 0.999))
def test_what_has_not_come_comes_later_by_the_conditional_distribution(lead: float, waited: float, chance: float) -> None:
    world = _world(location=0.2, offset=100.0, spread=0.3)
    zero = np.zeros(1)
    place, width = location(world, Plans(np.array([lead]), zero, zero, zero, zero, zero)), scale(world)[:, None]
    days = slipped(np.array([[chance]]), place, width, np.array([[lead]]), np.array([[100.0]]), np.array([[waited]]))[0, 0]
    assert days >= waited

    def later(than: float) -> float:
        return float(stats.t.sf((np.log((than + 100.0) / (lead + 100.0)) - 0.2) / 0.3, 4))

    if later(waited) > 1e-6 and days < 15.0 * lead:
        assert later(days) / later(waited) == pytest.approx(1.0 - chance, abs=1e-4)


@given(st.floats(1e-6, 1.0 - 1e-6))
def test_quantiles_of_t_with_four_degrees_agree_with_scipy(u: float) -> None:
    assert float(t4_ppf(np.asarray(u))) == pytest.approx(stats.t.ppf(u, 4), rel=1e-6, abs=1e-7)
    assert float(t4_cdf(t4_ppf(np.asarray(u)))) == pytest.approx(u, abs=1e-8)
