"""Load of training, inference and both: means in closed form, the users' clock, caps, and inputs that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.quantity.errors import InputError
from stargauge.quantity.power import load_profile as lp

TRAINING = lp.Training(plateau=0.9, checkpoint_interval=1800.0, checkpoint_length=60.0, checkpoint_power=0.3, burst=1.1)
INFERENCE = lp.Inference(idle=0.3, mean_use=0.5, day_swing=0.4, peak_hour=14.0, weekend=0.8, users_ahead=0.0, first_weekday=3)
YEAR = 8760


def test_training_is_flat_at_its_mean_and_its_peak_is_above_it() -> None:
    made = lp.training_profile(YEAR, TRAINING)
    np.testing.assert_allclose(made.hourly, 0.9 - 0.6 / 30.0)
    assert made.peak == pytest.approx(0.99)
    assert made.peak_to_average == pytest.approx(0.99 / 0.88)


def test_gaps_between_runs_take_their_share_of_the_hours() -> None:
    made = lp.training_profile(YEAR, TRAINING._replace(gap_interval=100.0, gap_length=2.5, gap_power=0.1))
    np.testing.assert_allclose(made.hourly[96:101], [0.88, 0.49, 0.1, 0.1, 0.88])
    whole = made.hourly[:8700]
    assert whole.mean() == pytest.approx(0.88 - 0.78 * 0.025)


@given(st.floats(1.0, 500.0), st.floats(0.0, 1.0))
def test_gaps_of_any_length_leave_the_load_between_gap_and_plateau(interval: float, share: float) -> None:
    made = lp.training_profile(1000, TRAINING._replace(gap_interval=interval, gap_length=share * interval, gap_power=0.1))
    assert made.hourly.min() >= 0.1 - 1e-9 and made.hourly.max() <= 0.88 + 1e-9
    whole = int(1000 // interval) * interval
    if whole == int(whole):
        assert made.hourly[: int(whole)].mean() == pytest.approx(0.88 - 0.78 * share, abs=1e-6)


def test_inference_has_the_mean_use_asked_for_a_day_and_a_weekend() -> None:
    made = lp.inference_profile(YEAR, INFERENCE)
    assert made.hourly.mean() == pytest.approx(0.3 + 0.7 * 0.5)
    use = (made.hourly - 0.3) / 0.7
    days = use[: 364 * 24].reshape(52, 7, 24)
    # 1 January is a Thursday: days 2 and 3 of each week of the year are Saturday and Sunday
    assert days[:, 2:4].mean() / np.delete(days, (2, 3), axis=1).mean() == pytest.approx(0.8)
    assert use[:24].max() / use[:24].mean() == pytest.approx(1.4, rel=0.005)
    assert int(use[:24].argmax()) in (13, 14)


def test_the_peak_moves_with_the_users_clock() -> None:
    """Users three hours ahead have their 14:00 at 11:00 of the site, and their Saturday begins at 21:00 of its Friday."""
    made = lp.inference_profile(YEAR, INFERENCE._replace(users_ahead=3.0))
    here = lp.inference_profile(YEAR, INFERENCE)
    np.testing.assert_allclose(made.hourly[24:-24], here.hourly[27:-21], rtol=2e-3)
    assert int(made.hourly[:24].argmax()) in (10, 11)


def test_a_mix_is_the_sum_of_its_shares_and_its_peaks_are_taken_to_meet() -> None:
    training, inference = lp.training_profile(YEAR, TRAINING), lp.inference_profile(YEAR, INFERENCE)
    made = lp.mixed_profile([training, inference], [0.7, 0.2])
    np.testing.assert_allclose(made.hourly, 0.7 * training.hourly + 0.2 * inference.hourly)
    assert made.peak == pytest.approx(0.7 * training.peak + 0.2 * inference.peak)
    assert made.peak >= made.hourly.max()


def test_a_cap_holds_hours_and_the_peak_and_says_what_it_withheld() -> None:
    inference = lp.inference_profile(YEAR, INFERENCE._replace(burst=1.2))
    made = lp.capped_profile(inference, 0.7)
    assert made.hourly.max() == 0.7 == made.peak
    assert made.withheld == pytest.approx(np.maximum(inference.hourly - 0.7, 0.0).mean())
    assert made.hourly.mean() + made.withheld == pytest.approx(inference.hourly.mean())
    assert made.peak_to_average < inference.peak_to_average
    night = np.where(np.arange(YEAR) % 24 < 6, 0.2, 1.0)
    assert (lp.capped_profile(inference, night).hourly[night < 1.0] <= 0.2).all()
    free = lp.capped_profile(inference, 1.5)
    assert (free.peak, free.withheld) == (inference.peak, 0.0) and (free.hourly == inference.hourly).all()


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: lp.training_profile(5, TRAINING._replace(plateau=1.2)), "plateau is 1.2; expected a share from 0 to 1"),
        (lambda: lp.training_profile(5, TRAINING._replace(checkpoint_length=3600.0)), "a checkpoint of 3600 s every 1800 s cannot be"),
        (lambda: lp.training_profile(5, TRAINING._replace(gap_interval=0.0)), "cannot be"),
        (lambda: lp.training_profile(5, TRAINING._replace(burst=0.9)), "burst is 0.9"),
        (lambda: lp.inference_profile(48, INFERENCE._replace(mean_use=0.9)), "lower `mean_use` to 0.7"),
        (lambda: lp.inference_profile(48, INFERENCE._replace(first_weekday=7)), "first_weekday is 7"),
        (lambda: lp.inference_profile(48, INFERENCE._replace(weekend=np.nan)), "weekend is nan"),
        (lambda: lp.mixed_profile([lp.training_profile(5, TRAINING)], [0.5, 0.5]), "1 profiles and 2 shares"),
        (lambda: lp.mixed_profile([lp.training_profile(5, TRAINING)] * 2, [0.5, 0.6]), "at most 1 together"),
        (lambda: lp.mixed_profile([lp.training_profile(h, TRAINING) for h in (5, 6)], [0.5, 0.5]), "profiles have 5, 6 hours"),
        (lambda: lp.capped_profile(lp.training_profile(5, TRAINING), -0.1), "not negative in every hour"),
    ],
)
def test_what_cannot_be_is_refused(made: Any, said: str) -> None:
    with pytest.raises(InputError, match=said.replace("(", "\\(")):
        made()


@given(st.lists(st.floats(0.01, 1.0), min_size=2, max_size=60), st.floats(0.0, 1.0))
def test_a_shape_takes_the_mean_asked_for_and_never_more_than_all(shape: list[float], mean: float) -> None:
    made = lp.scaled_to_mean(np.array(shape), [mean])[0]
    assert made.mean() == pytest.approx(mean, abs=1e-9) and made.min() >= 0.0 and made.max() <= 1.0
    free = made < 1.0
    if free.any() and mean > 0.0:
        np.testing.assert_allclose(made[free] / np.array(shape)[free], (made / np.array(shape))[free][0], rtol=1e-9, atol=1e-12)
        assert all(np.array(shape)[~free] >= np.array(shape)[free].max() - 1e-12), "the highest hours are held first"


@pytest.mark.parametrize("wrong", [[1.2], [-0.1], [np.nan]])
def test_a_mean_that_cannot_be_is_refused(wrong: list[float]) -> None:
    with pytest.raises(InputError, match="a mean from 0 to 1"):
        lp.scaled_to_mean(np.ones(24), wrong)


def test_a_mean_beyond_the_hours_that_have_any_load_is_refused() -> None:
    with pytest.raises(InputError, match="0 in 12 hours"):
        lp.scaled_to_mean(np.array([0.0, 1.0] * 12), [0.6])
