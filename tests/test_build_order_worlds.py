"""Dates of options draw by draw, the queues that buildings stand in, and the few worlds that stand for all draws."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.plan.build_order.case.standing_for import groups_of_draws, plans_at_random, whole_plans
from stargauge.plan.build_order.case.worlds import (
    KNOTS,
    Worlds,
    dates_of,
    given_up_at,
    planned_days,
    ready_of,
    running,
    running_of,
    starts_at,
)
from stargauge.quantity.dates import months_between

DAY = 740_000.0


def made_up(seed: int, draws: int = 40, buildings: int = 3, powers: int = 2, chips: int = 2) -> Worlds:
    """Worlds at random: starts slip in proportion to how far they are planned ahead."""
    chance = np.random.default_rng(seed)
    knots = DAY + np.array([0.0, 200.0, 1000.0])
    slip = chance.lognormal(0.1, 0.3, (draws, buildings, 1))
    site = np.array([0, 0, 1])[:buildings]
    return Worlds(
        knots, DAY - 30.0 + (knots - DAY + 30.0) * slip, chance.uniform(200.0, 900.0, (draws, buildings, powers)),
        np.where(chance.random((draws, buildings, powers)) < 0.5, -np.inf, DAY + 500.0), chance.uniform(30.0, 200.0, (draws, buildings)),
        DAY + chance.uniform(0.0, 900.0, (draws, chips)), chance.random((draws, 2)), chance.uniform(0.05, 0.2, draws),
        chance.uniform(0.01, 0.1, draws), chance.uniform(1e8, 2e8, (draws, buildings)), chance.uniform(1e8, 2e8, (draws, buildings)),
        chance.uniform(30.0, 90.0, draws), np.full((draws, buildings), -np.inf), np.full(2, DAY - 200.0),
        np.full(2, DAY - 400.0), site, np.zeros((draws, 5, buildings, powers)), np.full((draws, buildings), np.inf),
    )  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.floats(0.0, 1000.0), min_size=2, max_size=6))
def test_a_later_start_never_runs_earlier(seed: int, ahead: list[float]) -> None:
    made, planned = made_up(seed), DAY + np.sort(np.array(ahead))
    for days in dates_of(made, planned):
        assert (np.diff(days, axis=-1) >= -1e-6).all()


def test_a_later_start_runs_no_earlier_even_where_sites_are_given_up() -> None:
    """Power with a stated day is left out: whoever starts early and waits for it has longer to give up."""
    made = made_up(7, draws=200)
    made.since[:] = -np.inf
    runs = running(made, DAY + np.linspace(0.0, 1000.0, 30))
    assert np.isinf(runs).any() and (runs[..., 1:] >= runs[..., :-1] - 1e-6).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_a_power_that_is_there_sooner_and_a_chip_that_ships_sooner_never_run_later(seed: int) -> None:
    made = made_up(seed)
    made.span[:, :, 1], made.since[:, :, 1] = made.span[:, :, 0] - 100.0, made.since[:, :, 0]
    made.ships[:, 1] = made.ships[:, 0] - 50.0
    runs = running(made, DAY + np.array([0.0, 500.0]))
    assert (runs[:, :, 1] <= runs[:, :, 0]).all() and (runs[..., 1, :] <= runs[..., 0, :]).all()


def test_single_options_are_those_of_the_whole_table() -> None:
    made, planned = made_up(1), DAY + np.array([0.0, 120.0, 800.0])
    whole = running(made, planned)
    assert np.isinf(whole).any() and np.isfinite(whole).any()
    places = np.array([(b, p, c, s) for b in range(3) for p in range(2) for c in range(2) for s in range(3)]).T
    assert running_of(made, places[0], places[1], places[2], planned[places[3]]) == pytest.approx(whole.reshape(40, -1))


def test_starts_are_those_of_the_knots_at_the_knots_and_straight_between_them() -> None:
    made = made_up(2)
    at = starts_at(made, np.concatenate([made.knots, [DAY + 600.0]]))
    assert at[:, :, :3] == pytest.approx(made.starts)
    assert at[:, :, 3] == pytest.approx((made.starts[:, :, 1] + made.starts[:, :, 2]) / 2.0)


def test_power_with_a_stated_day_is_not_there_before_it() -> None:
    made = made_up(3)
    ready = ready_of(made, np.array([0]), np.array([0]), np.array([DAY]))[1][:, 0]
    assert (ready >= made.since[:, 0, 0]).all() and (ready >= made.starts[:, 0, 0] + made.span[:, 0, 0] - 1e-6).all()


def test_a_site_that_is_never_given_up_loses_no_building() -> None:
    made = made_up(4)
    start, ready, _ = dates_of(made, np.array([DAY]))
    made.building[:] = made.announced[:] = 1e-9
    assert not given_up_at(made, start, ready).any()
    made.building[:] = made.announced[:] = 1e9
    assert given_up_at(made, start, ready).all()


def test_only_some_draws_are_those_draws() -> None:
    made, few = made_up(5), np.array([3, 17])
    planned = np.array([DAY + 100.0])
    assert (running(made.only(few), planned) == running(made, planned)[few]).all()
    assert made.only(few).draws == 2


def test_planned_days_are_within_the_months_and_two_at_least() -> None:
    months = months_between(date(2027, 1, 31), date(2032, 12, 31))
    days = planned_days(months)
    assert days[0] == months[0] and days[-1] == months[-1] and len(days) == len(KNOTS) + 1 == len(set(days))
    assert len(planned_days(months[:1])) == 2 and planned_days(months[:3]) == months[:3]


# --- worlds that stand for all ----------------------------------------------------------------------------------------------------


def _reached(seed: int, plans: int, draws: int = 600) -> np.ndarray:
    """What plans reach: sums of buildings that run in time, which a common part holds up together."""
    chance = np.random.default_rng(seed)
    common, own = np.random.default_rng(0).normal(size=(draws, 1)), np.random.default_rng(1).normal(size=(draws, 12))
    late = common + own
    return np.stack([(late < chance.normal(0.5, 1.0, 12)).astype(float) @ (chance.random(12) < 0.6) for _ in range(plans)])


def test_groups_of_draws_that_are_alike_are_quantiles_of_what_plans_reach() -> None:
    known, fresh = _reached(3, 80), _reached(4, 200)
    made = groups_of_draws(known, [], np.zeros(600), 50)
    assert (np.bincount(made.group) == 12).all() and made.weights.tolist() == [1.0 / 50] * 50
    amounts = np.quantile(fresh, 0.2, axis=1)[:, None]
    off = _by_group(fresh, made.group, amounts) - (fresh >= amounts).mean(axis=1)
    assert np.sqrt((off**2).mean()) < 0.15 and (made.group[made.places] == np.arange(50)).all()


def test_groups_know_which_draws_keep_an_amount() -> None:
    """All that a plan can build is an amount which some draws miss by a building: by means alone most groups would miss it."""
    late = np.random.default_rng(2).random((600, 12))
    rows = np.stack([(late < chance).sum(axis=1) for chance in (0.95, 0.96, 0.97, 0.98)]).astype(float)
    kept = (rows >= 12.0).astype(float)
    usual, made = (groups_of_draws(rows[:, :], sets, np.zeros(600), 50) for sets in ([], [kept]))
    off = [np.abs(_by_group(rows, one.group, np.full((4, 1), 12.0)) - kept.mean(axis=1)).max() for one in (made, usual)]
    assert off[0] < 0.06 and off[0] <= off[1]


def test_what_goes_first_is_kept_apart() -> None:
    first = np.arange(600) % 3 == 0
    made = groups_of_draws(_reached(3, 80), [], first.astype(float), 50)
    mixed = [one for one in range(50) if 0.0 < first[made.group == one].mean() < 1.0]
    assert len(mixed) <= 1


def _by_group(rows: np.ndarray, group: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """Share of groups whose mean is an amount at least."""
    means = np.stack([rows[:, group == one].mean(axis=1) for one in range(group.max() + 1)], axis=1)
    return (means >= amounts * (1.0 - 1e-9)).mean(axis=1)


def test_as_many_worlds_as_draws_are_all_of_them() -> None:
    made = groups_of_draws(_reached(3, 4, 20), [], np.zeros(20), 20)
    assert sorted(made.group.tolist()) == list(range(20)) and made.error == 0.0


def test_whole_plans_build_all_or_half_at_once_on_each_power() -> None:
    offered = np.array([[True, False], [True, False], [True, True], [False, True]])
    made = whole_plans(((0, 1), (2, 3)), offered, (2, 0), 1, 12)
    assert [plan.T.tolist() for plan in made] == [
        [[0, 0, 1, 0], [1, 0, 1, 2], [2, 0, 1, 0]], [[0, 0, 1, 0], [2, 0, 1, 0]],
        [[0, 0, 1, 0], [1, 0, 1, 2], [2, 1, 1, 0], [3, 1, 1, 0]], [[0, 0, 1, 0], [2, 1, 1, 0]],
    ]  # fmt: skip


def test_plans_at_random_are_plans() -> None:
    offered = np.array([[True, False], [True, False], [True, True], [False, True]])
    for plan in plans_at_random(((0, 1), (2, 3)), offered, (2, 0), 3, 12, 50, 0):
        building, power, chip, start = plan
        assert offered[building, power].all() and (chip < 3).all() and (start < 12).all()
        here = dict(zip(building.tolist(), start.tolist(), strict=True))
        assert 1 not in here or (0 in here and here[1] >= here[0] + 2)
