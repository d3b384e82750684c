"""What contracts bring in, against published amounts and limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.model import revenue
from stargauge.quantity.quantity import STAGES

YEAR_HOURS = np.full(72, 8766.0 / 12)


def delivered(watts: np.ndarray, contracted: float = np.nan, planned: float = 4.5e9) -> np.ndarray:
    power = np.zeros((1, len(STAGES), 1, len(watts)))
    power[0, STAGES.index("operational"), 0] = watts
    return revenue.contract_delivered_share(power, np.array([[planned]]), np.ones((1, 1)), np.array([contracted]), np.ones(1))


def earned(share: np.ndarray, amount: float = 300e9, years: float = 5.0, default: float = np.inf) -> np.ndarray:
    months = share.shape[2]
    ends = np.cumsum(YEAR_HOURS[:months]) / 24.0
    return revenue.revenue(
        share, np.array([[amount]]), np.array([years * 365.25]), np.ones(1), np.array([[default]]), YEAR_HOURS[:months], ends
    )[0, 0]


def test_full_delivery_brings_60_billion_a_year_and_never_more_than_the_amount() -> None:
    """300 bn USD over five years for 4.5 GW (companies, September 2025)."""
    flows = earned(delivered(np.full(72, 4.5e9), 4.5e9))
    assert flows[:12].sum() == pytest.approx(60e9)
    assert flows.sum() == pytest.approx(300e9)
    np.testing.assert_allclose(flows[60:], 0.0, atol=1.0)


def test_a_contract_in_default_brings_nothing_more() -> None:
    flows = earned(delivered(np.full(24, 4.5e9), 4.5e9), default=365.0)
    assert flows.sum() == pytest.approx(60e9, rel=0.1) and not flows[12:].any()


def test_half_the_capacity_brings_half_the_money() -> None:
    flows = earned(delivered(np.full(24, 2.25e9), 4.5e9))
    assert flows.sum() == pytest.approx(60e9)


def test_without_a_stated_power_the_plan_of_its_sites_counts() -> None:
    np.testing.assert_allclose(delivered(np.array([0.0, 1e9, 9e9]), planned=4e9)[0, 0], [0.0, 0.25, 1.0])


def test_lines_that_are_no_contract_bring_nothing_and_contracts_without_amount_are_absent() -> None:
    share = np.ones((1, 2, 3))
    flows = revenue.revenue(
        share,
        np.array([[5.0, np.nan]]),
        np.array([100.0, 100.0]),
        np.array([0.0, 1.0]),
        np.full((1, 2), np.inf),
        np.full(3, 24.0),
        np.arange(3.0),
    )
    np.testing.assert_array_equal(flows[0, 0], 0.0)
    assert np.isnan(flows[0, 1]).all()


@given(st.lists(st.floats(0, 6e9), min_size=1, max_size=36), st.floats(1.0, 1.5))
def test_more_capacity_never_brings_less(watts: list[float], more: float) -> None:
    less, plenty = earned(delivered(np.array(watts), 4.5e9)), earned(delivered(np.array(watts) * more, 4.5e9))
    assert np.all(np.cumsum(plenty) >= np.cumsum(less) * (1.0 - 1e-12))
