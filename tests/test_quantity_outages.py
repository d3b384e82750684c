"""Units that break down: long-run share, lengths of stays, the chain's own correlation, and that nothing else moves a unit's history."""

from __future__ import annotations

import numpy as np
import pytest

from stargauge.quantity.power.outages import Outages, availability, units_up

SEEDS = (np.arange(2000) + 0.5) / 2000.0


def test_units_are_up_for_their_availability_from_the_first_hour_on() -> None:
    outages = Outages(180.0, 20.0, SEEDS)
    up = units_up(2000, 1, outages, 2000)
    assert availability(outages) == pytest.approx(0.9)
    # standard error of the first hour: 0.7 %; of all hours about 0.1 %
    assert up[0].mean() == pytest.approx(0.9, abs=0.025)
    assert up.mean() == pytest.approx(0.9, abs=0.005)
    assert set(np.unique(up)) == {0, 1}


def test_stays_have_their_mean_lengths() -> None:
    up = units_up(20_000, 1, Outages(50.0, 8.0, SEEDS[:200]), 200)
    failures = (np.diff(up, axis=0) == -1).sum()
    assert up.sum() / failures == pytest.approx(50.0, rel=0.02)
    assert (1 - up).sum() / failures == pytest.approx(8.0, rel=0.02)


def test_hours_hang_together_as_a_two_state_chain_does() -> None:
    """Correlation after n hours: (1 - 1/MTTF - 1/MTTR)^n."""
    up = units_up(20_000, 1, Outages(40.0, 10.0, SEEDS[:300]), 300).astype(np.float64)
    for gap in (1, 5, 20):
        got = np.corrcoef(up[:-gap].ravel(), up[gap:].ravel())[0, 1]
        assert got == pytest.approx((1.0 - 1.0 / 40.0 - 1.0 / 10.0) ** gap, abs=0.015)


def test_units_of_a_plant_and_draws_fail_apart() -> None:
    up = units_up(20_000, 4, Outages(40.0, 10.0, SEEDS[:100]), 100)
    share = availability(Outages(40.0, 10.0, 0.5))
    assert up.var() == pytest.approx(4.0 * share * (1.0 - share), rel=0.03)  # binomial
    assert np.corrcoef(up[:, 0], up[:, 1])[0, 1] == pytest.approx(0.0, abs=0.06)


def test_more_units_draws_or_hours_leave_the_history_of_the_others() -> None:
    outages = Outages(40.0, 10.0, SEEDS[:5])
    whole = units_up(500, 3, outages, 5)
    np.testing.assert_array_equal(units_up(200, 3, outages, 5), whole[:200])
    np.testing.assert_array_equal(units_up(500, 3, Outages(40.0, 10.0, SEEDS[[4, 1]]), 2), whole[:, [4, 1]])
    more = units_up(500, np.array([3, 4, 3, 5, 3]), outages, 5)
    np.testing.assert_array_equal(more[:, [0, 2, 4]], whole[:, [0, 2, 4]])
    assert ((more >= whole) & (more <= whole + 2)).all()


def test_a_unit_that_never_fails_is_always_up_and_one_repaired_in_an_hour_is_down_for_one() -> None:
    assert (units_up(100, 2, Outages(np.inf, 5.0, SEEDS[:9]), 9) == 2).all()
    up = units_up(5000, 1, Outages(20.0, 1.0, SEEDS[:20]), 20)
    down = np.diff(np.concatenate([np.ones((1, 20)), up, np.ones((1, 20))]), axis=0)
    starts, ends = np.argwhere((down == -1).T), np.argwhere((down == 1).T)
    assert (ends[:, 1] - starts[:, 1] == 1).all()
