"""Rent of buildings: what leases bring, what is left after default and termination, damages and guarantees."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from tests.life_worlds import again, life_of

from stargauge.model import lease
from stargauge.quantity.instruments import INSTRUMENTS

LEASE = float(INSTRUMENTS.index("lease"))


def test_power_and_prices_carry_on_those_of_the_clock() -> None:
    _, values = life_of("stargate")
    clock = values["power_it"].shape[3]
    np.testing.assert_array_equal(values["life_price_level"][:, :clock], values["price_level"])
    np.testing.assert_array_equal(values["life_power_it"][:, :, :clock], values["power_it"][:, -1])
    assert np.all(np.diff(values["life_price_level"][:, clock:], axis=1) > 0.0)


def test_an_amount_is_spread_over_power_and_term_with_its_rise() -> None:
    """Rent that rises from month to month adds up to the amount stated."""
    growth, term, power, amount = np.log1p(0.025), 16 * 365.25, 3e8, 12e9
    first = lease.lease_rent_stated(
        np.array([[np.nan]]), np.array([[amount]]), np.array([[term]]), np.full((1, 1, 1), power), np.array([np.nan]), np.array([[growth]]),
        np.array([LEASE]),
    )  # fmt: skip
    days = np.arange(0.5, term)
    assert (first[0, 0] * power * np.exp(growth * days / 365.25)).sum() == pytest.approx(amount, rel=1e-6)
    flat = lease.lease_rent_stated(
        np.array([[0.004]]), np.array([[amount]]), np.array([[term]]), np.full((1, 1, 1), power), np.array([np.nan]), np.zeros((1, 1)),
        np.array([LEASE]),
    )  # fmt: skip
    assert flat == [[0.004]]


def test_a_lease_with_an_amount_brings_it_over_its_term() -> None:
    """The tiny programme's lease of 12 bn USD over 15 years, for what runs within the life of the assets and all of it in time."""
    run, _ = life_of("tiny")
    site, line = run.frame.axes["site"].index("north"), run.frame.axes["line"].index("cid-lease")
    _, values = life_of("tiny")
    early = values["stage_date"].copy()
    phases = np.flatnonzero(values["phase_site"] == site)
    early[:, -1, phases] = values["life_end"][3]
    never = np.full_like(values["cancelled_date"], np.inf)
    whole = again(
        "tiny", stage_date=early, cancelled_date=never, line_residual_guarantee=np.full_like(values["line_residual_guarantee"], np.nan)
    )
    income = whole["lease_income_contracted"][:, site]
    np.testing.assert_allclose(income.sum(axis=1), whole["line_amount"][:, line], rtol=0.01)
    first, last = income[:, 4] / whole["life_days"][4], income[:, 4 + 12 * 10] / whole["life_days"][4 + 12 * 10]
    np.testing.assert_allclose(last / first, (1 + whole["lease_escalation"]) ** 10, rtol=0.002)


def test_nothing_comes_in_before_anything_runs() -> None:
    for name in ("tiny", "stargate"):
        _, values = life_of(name)
        idle = values["life_power_it"].cumsum(axis=2) == 0.0
        for income in ("lease_income", "lease_income_contracted", "compute_income", "compute_income_contracted"):
            assert np.all(values[income][idle] <= 1e-6), (name, income)  # damages for delay are all there can be
        assert np.all(values["lease_income_contracted"] >= 0.0)


def test_termination_and_default_never_move_what_the_lender_reckons_with() -> None:
    _, values = life_of("stargate")
    changed = again(
        "stargate", termination_chance=np.ones(256), customer_default_rate=50.0 * values["customer_default_rate"],
        accelerator_rent_long_run=0.1 * values["accelerator_rent_long_run"],
    )  # fmt: skip
    np.testing.assert_array_equal(changed["lease_income_contracted"], values["lease_income_contracted"])
    own = values["own_use_income"] - changed["own_use_income"]
    np.testing.assert_allclose(
        values["compute_income_contracted"] - changed["compute_income_contracted"], own, atol=1e-6 * values["compute_income"].max()
    )


@pytest.mark.parametrize("name", ["tiny", "stargate"])
def test_more_default_and_termination_never_bring_more_where_the_market_pays_less(name: str) -> None:
    """Where a hall without its tenant and hours without a customer bring next to nothing."""
    _, values = life_of(name)
    poor = {"campus_rent": 1e-9 * values["campus_rent"], "market_rent_at_start": values["market_rent_at_start"]}
    poor |= {"accelerator_rent_level": 1e-9 * values["accelerator_rent_level"], "own_use_income": values["own_use_income"]}
    rate, nobody = values["customer_default_rate"], np.zeros(256)
    cases = [again(name, **poor, customer_default_rate=times * rate, termination_chance=nobody) for times in (0.0, 1.0, 20.0)]
    cases.append(again(name, **poor, customer_default_rate=20.0 * rate, termination_chance=np.ones(256)))
    for income, damages in (("lease_income", "lease_delay_damages"), ("compute_income", "contract_delay_damages")):
        gross = [case[income] + case[damages] for case in cases]
        for more, less in pairwise(gross):
            assert np.all(less <= more + 1e-6 * gross[0].max())
        assert gross[-1].sum() < gross[1].sum() < gross[0].sum()


def test_no_lease_no_default_no_late_phase_is_the_lenders_case_within_term() -> None:
    _, values = life_of("stargate")
    calm = again(
        "stargate", customer_default_rate=0.0 * values["customer_default_rate"], termination_chance=np.zeros(256),
        campus_rent=values["campus_rent"], relet_gap=np.full(256, 1e6), delay_damages_cap=np.zeros(256),
    )  # fmt: skip
    np.testing.assert_allclose(calm["lease_income"], calm["lease_income_contracted"], rtol=1e-9, atol=1.0)


def test_damages_stop_at_the_cap_and_need_a_plan() -> None:
    _, values = life_of("tiny")
    none = again("tiny", delay_damages_cap=np.zeros(256))
    assert none["lease_delay_damages"].max() == 0.0
    long = again("tiny", delay_damages_cap=np.full(256, 60.0))["lease_delay_damages"]
    longer = again("tiny", delay_damages_cap=np.full(256, 120.0))["lease_delay_damages"]
    assert 0.0 < long.sum() < longer.sum() <= 2.0 * long.sum() * (1 + 1e-9)
    unplanned = again("tiny", planned_date=np.full_like(values["planned_date"], np.nan))
    assert unplanned["lease_delay_damages"].max() == 0.0


def test_a_guarantee_of_value_pays_what_is_missing_at_the_end_of_the_term() -> None:
    run, values = life_of("tiny")
    site, line = run.frame.axes["site"].index("north"), run.frame.axes["line"].index("cid-lease")
    early = values["stage_date"].copy()
    early[:, -1, values["phase_site"] == site] = values["life_end"][3]
    calm = {"customer_default_rate": 0.0 * values["customer_default_rate"], "stage_date": early, "termination_chance": np.zeros(256)}
    calm |= {"cancelled_date": np.full_like(values["cancelled_date"], np.inf)}
    nothing_left = again("tiny", **calm, building_life=np.full(256, 15 * 365.25))
    np.testing.assert_allclose(nothing_left["lease_guarantee_paid"].sum(axis=(1, 2)), values["line_residual_guarantee"][:, line])
    left_over = again("tiny", **calm, building_life=np.full(256, 1e7))
    assert np.all(left_over["lease_guarantee_paid"].sum(axis=(1, 2)) < values["line_residual_guarantee"][:, line])
