"""Rents and interest rates that wander, and what loans cost over them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.life_worlds import again, life_of

from stargauge.model import market

ABSENT = np.full((1, 2, 1), np.nan)


def rate(base: float, swap: float, hedge: float, spread: float = 0.025, stated: float = np.nan, fixed: float = np.nan) -> float:
    found = market.debt_rate_path(
        np.array([[base]]), np.array([swap]), np.array([hedge]), np.full((1, 2), spread), np.full((1, 2, 1), stated),
        np.full((1, 2, 1), fixed),
    )  # fmt: skip
    return float(found[0, 0, 0, 0])


def test_a_loan_costs_base_and_spread_or_swap_and_spread() -> None:
    assert rate(0.05, 0.04, 0.0) == pytest.approx(0.075)
    assert rate(0.05, 0.04, 1.0) == pytest.approx(0.065)
    assert rate(0.05, 0.04, 0.5) == pytest.approx(0.07)
    assert rate(0.05, 0.04, 0.5, stated=0.01) == pytest.approx(0.055)
    assert rate(0.05, 0.04, 0.5, stated=0.01, fixed=0.0658) == pytest.approx(0.0658)


@given(st.floats(0.0, 1.0), st.floats(0.0, 0.2))
def test_a_hedge_takes_its_share_out_of_a_rise(hedge: float, rise: float) -> None:
    assert rate(0.04 + rise, 0.04, hedge) - rate(0.04, 0.04, hedge) == pytest.approx((1 - hedge) * rise, abs=1e-12)


def test_a_stress_of_the_base_rate_moves_every_floating_loan() -> None:
    _, values = life_of("stargate")
    stressed = again("stargate", base_rate=values["base_rate"] + 0.02)["debt_rate_path"] - values["debt_rate_path"]
    floating = np.isnan(values["loan_rate_stated"])
    wanted = np.broadcast_to(0.02 * (1 - values["hedge_share"])[:, None, None], floating.shape)
    np.testing.assert_allclose(stressed[..., 0], np.where(floating, wanted, 0.0), atol=1e-12)


def test_equipment_pays_more_than_buildings_and_both_lie_in_published_rates() -> None:
    """S + 250 bp for Vantage, 7 to 15 % effective at CoreWeave."""
    _, values = life_of("stargate")
    building, equipment = np.median(values["debt_rate_path"][:, 0]), np.median(values["debt_rate_path"][:, 1])
    assert 0.055 < building < 0.08 < equipment < 0.15


def test_the_rent_starts_at_what_is_known_and_spreads_from_there() -> None:
    _, values = life_of("stargate")
    rent, past = values["accelerator_rent_level"], values["life_end"] <= values["known_date"]
    np.testing.assert_allclose(rent[:, past], np.broadcast_to(values["accelerator_rent"][:, None], rent[:, past].shape))
    spread = np.log(rent).std(axis=0)
    assert spread[-1] > spread[0] and np.all(rent > 0.0)


def test_the_rent_returns_to_its_long_run_level() -> None:
    _, values = life_of("stargate")
    calm = again("stargate", accelerator_rent_shock=0.0 * values["accelerator_rent_shock"], accelerator_rent_drift=np.zeros(256))
    away = np.abs(np.log(calm["accelerator_rent_level"] / values["accelerator_rent_long_run"][:, None]))
    assert np.all(np.diff(away, axis=1) <= 1e-9)
    assert away[:, -1].max() < 0.2


def test_base_rate_is_never_below_zero_and_wanders_about_its_level() -> None:
    _, values = life_of("stargate")
    assert values["base_rate"].min() >= 0.0
    assert values["base_rate"][:, -1].mean() == pytest.approx(values["base_rate_long_run"].mean(), abs=0.004)
