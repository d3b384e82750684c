"""Curves fitted to points: what was put in comes out, whatever the scale; scipy finds nothing nearer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.quantity.statistics.saturation import Roofline, Saturation, fit_roofline, fit_saturation

AMOUNTS = np.logspace(6, 10, 9)


@given(st.floats(1e9, 1e15), st.floats(1e4, 1e11))
def test_a_curve_is_found_from_its_own_points(most: float, half: float) -> None:
    made = fit_saturation(AMOUNTS, Saturation(most, half, 0.0, 0).rate(AMOUNTS))
    assert made.spread < 1e-4 and made.points == 9
    assert made.rate(AMOUNTS) == pytest.approx(Saturation(most, half, 0.0, 0).rate(AMOUNTS), rel=1e-3)


def test_rate_and_time_belong_together_and_half_is_half() -> None:
    made = Saturation(8.0, 3.0, 0.0, 5)
    assert made.rate(np.array([3.0])) == pytest.approx(4.0)
    assert AMOUNTS / made.seconds(AMOUNTS) == pytest.approx(made.rate(AMOUNTS))


@pytest.mark.parametrize("seed", range(4))
def test_scipy_finds_no_nearer_curve(seed: int) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    noise = np.exp(0.1 * np.random.default_rng(seed).standard_normal(9))
    rate = 3e12 * AMOUNTS / (AMOUNTS + 2e7) * noise
    made = fit_saturation(AMOUNTS, rate)

    def left(at: np.ndarray) -> np.ndarray:
        return np.log(rate) - at[0] - np.log(AMOUNTS / (AMOUNTS + np.exp(at[1])))

    best = optimize.least_squares(left, [np.log(rate.max()), np.log(1e8)], xtol=1e-14, ftol=1e-14)
    assert made.spread**2 * 7 == pytest.approx(2 * best.cost, rel=1e-6)
    assert (made.most, made.half) == pytest.approx(tuple(np.exp(best.x)), rel=1e-3)


SHAPES = [(m, n, k) for m in (1, 16, 128, 1024, 8192) for n, k in ((512, 512), (4096, 4096), (8192, 28672))]
FLOP = np.array([2.0 * m * n * k for m, n, k in SHAPES])
BYTE = np.array([2.0 * (m * k + n * k + m * n) for m, n, k in SHAPES])


@given(st.floats(1e14, 2e15), st.floats(1e12, 8e12), st.floats(1e-6, 2e-5))
def test_a_roofline_is_found_from_its_own_points(flop_rate: float, byte_rate: float, overhead: float) -> None:
    seconds = Roofline(flop_rate, byte_rate, overhead, 0.0, 0).seconds(FLOP, BYTE)
    made = fit_roofline(FLOP, BYTE, seconds)
    assert (made.flop_rate, made.byte_rate, made.overhead) == pytest.approx((flop_rate, byte_rate, overhead), rel=0.01)
    assert made.spread < 0.01


def test_a_roofline_with_noise_is_within_the_noise_and_the_same_each_time() -> None:
    noise = np.exp(0.05 * np.random.default_rng(1).standard_normal(len(FLOP)))
    seconds = Roofline(7e14, 3e12, 5e-6, 0.0, 0).seconds(FLOP, BYTE) * noise
    made = fit_roofline(FLOP, BYTE, seconds)
    assert (made.flop_rate, made.byte_rate, made.overhead) == pytest.approx((7e14, 3e12, 5e-6), rel=0.1)
    assert 0.02 < made.spread < 0.08 and made == fit_roofline(FLOP, BYTE, seconds)


def test_where_no_point_is_bound_by_memory_its_rate_is_not_told() -> None:
    sides = np.array([512.0, 1024.0, 2048.0, 4096.0, 8192.0])
    flop, byte = 2 * sides**3, 6 * sides**2
    made = fit_roofline(flop, byte, Roofline(5e13, 3e12, 4e-6, 0.0, 0).seconds(flop, byte), memory=False)
    assert np.isnan(made.byte_rate) and made.flop_rate == pytest.approx(5e13, rel=1e-3)
    assert np.isfinite(made.seconds(flop, byte)).all()


@pytest.mark.parametrize("amount", [[1.0, 2.0], [1.0, 2.0, 0.0], [1.0, -2.0, 3.0]])
def test_too_few_points_or_none_are_refused(amount: list[float]) -> None:
    with pytest.raises(ValueError, match="three points"):
        fit_saturation(np.array(amount), np.ones(len(amount)))
    with pytest.raises(ValueError, match="four points"):
        fit_roofline(np.array(amount), np.ones(len(amount)), np.ones(len(amount)))
