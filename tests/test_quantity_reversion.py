"""Mean-reverting levels against the closed form of their mean and variance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.quantity.statistics.reversion import reverting_path

DRAWS = 60_000
YEAR_END = 365.25 * np.arange(1, 13)


def path(reversion: float, volatility: float, start: float = 1.0, mean: float = 0.2, since: float = 0.0, shocks: bool = True) -> np.ndarray:
    z = np.random.default_rng(7).standard_normal((DRAWS if shocks else 1, len(YEAR_END)))
    many = np.ones(len(z))
    return reverting_path(start * many, since, mean * many, reversion * many, volatility * many, z * shocks, YEAR_END, YEAR_END)


@pytest.mark.parametrize("reversion", [0.2, 0.5, 0.9])
def test_mean_and_variance_are_those_of_the_closed_form(reversion: float) -> None:
    """E x = m + (x0 - m) (1 - b)^n; Var x = s^2 (1 - (1 - b)^2n) / (1 - (1 - b)^2)."""
    found = path(reversion, 0.3)
    years = np.arange(1, 13)
    np.testing.assert_allclose(found.mean(axis=0), 0.2 + 0.8 * (1 - reversion) ** years, atol=0.01)
    wanted = 0.09 * (1 - (1 - reversion) ** (2 * years)) / (1 - (1 - reversion) ** 2)
    np.testing.assert_allclose(found.var(axis=0), wanted, rtol=0.03)


def test_a_part_of_a_year_has_its_part_of_the_variance() -> None:
    """A start in the middle of a year: the first step is that of half a year, and the levels at later ends of years follow from it."""
    kept = 0.6
    found = path(1 - kept, 0.3, since=365.25 / 2)
    wanted = 0.09 * (1 - kept ** (2 * 0.5)) / (1 - kept**2)
    assert found[:, 0].var() == pytest.approx(wanted, rel=0.03)
    assert found[:, 0].mean() == pytest.approx(0.2 + 0.8 * kept**0.5, abs=0.01)


@given(st.floats(0.05, 1.0), st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))
def test_without_shocks_it_never_leaves_the_way_to_its_mean(reversion: float, start: float, mean: float) -> None:
    found = path(reversion, 0.3, start, mean, shocks=False)[0]
    assert np.all(found >= min(start, mean) - 1e-9) and np.all(found <= max(start, mean) + 1e-9)
    assert np.all(np.diff(np.abs(found - mean)) <= 1e-9)


def test_before_its_start_it_stands_still() -> None:
    found = path(0.5, 0.3, since=float(YEAR_END[4]))
    np.testing.assert_array_equal(found[:, :5], 1.0)
    assert found[:, 5].std() > 0.0


def test_full_reversion_forgets_the_year_before() -> None:
    found = path(1.0, 0.3)
    assert abs(np.corrcoef(found[:, 3], found[:, 4])[0, 1]) < 0.02
