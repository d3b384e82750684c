"""Delay, termination and default of leases and contracts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.life_worlds import again, life_of

from stargauge.model import contract
from stargauge.quantity.instruments import INSTRUMENTS
from stargauge.quantity.quantity import STAGES

LEASE, CLOUD, EQUITY = (float(INSTRUMENTS.index(kind)) for kind in ("lease", "cloud_contract", "equity"))
KNOWN = np.array(1000.0)


def dates(*operational: float) -> np.ndarray:
    out = np.full((1, len(STAGES), len(operational)), np.nan)
    out[0, STAGES.index("operational")] = operational
    return out


def left(plan: list[float], runs: list[float], stated: float = np.nan, grace: float = 100.0, chance: float = 1.0) -> np.ndarray:
    phases = len(plan)
    return contract.contract_left_date(
        dates(*plan), dates(*runs), np.zeros(phases), np.ones((1, 1)), np.array([LEASE]), np.array([[stated]]), np.array([grace]),
        np.array([chance]), np.array([[0.5]]), KNOWN,
    )[0, :, 0]  # fmt: skip


def test_the_customer_leaves_on_the_first_outside_date_that_is_missed() -> None:
    assert left([1500.0, 1700.0], [1590.0, 1900.0]) == [1800.0]  # the first phase is within its grace of 100 days
    assert left([1500.0, 1700.0], [1601.0, 1750.0]) == [1600.0]
    assert left([1500.0], [np.inf]) == [1600.0]


def test_a_stated_outside_date_counts_before_a_plan_with_grace() -> None:
    assert left([1500.0], [1550.0], stated=1520.0) == [1520.0]
    assert left([1500.0], [1700.0], stated=1800.0) == [np.inf]


def test_nobody_leaves_who_does_not_use_the_right_or_has_none() -> None:
    assert left([1500.0], [9000.0], chance=0.4) == [np.inf]
    assert left([np.nan], [9000.0]) == [np.inf]


def test_what_was_delivered_by_the_knowledge_date_ended_no_contract() -> None:
    assert left([500.0], [900.0]) == [np.inf]
    assert left([500.0], [1200.0]) == [float(KNOWN)]


def test_late_days_are_those_of_the_last_phase() -> None:
    kinds, serves = np.array([LEASE, EQUITY]), np.ones((1, 2))
    late = contract.contract_late_days(dates(100.0, 200.0, np.nan), dates(90.0, 260.0, 5.0), np.zeros(3), serves, kinds)
    np.testing.assert_array_equal(late, [[60.0, np.nan]])


def test_default_comes_at_the_stated_rate_and_a_guarantor_stands_in() -> None:
    draws, rate = 40_000, 0.05
    u = np.random.default_rng(3).random((draws, 2))
    when = contract.customer_default_date(np.full((draws, 2), rate), u, KNOWN)
    alone, both = (
        contract.contract_default_date(when, np.zeros(1), np.array([guarantor]), np.array([LEASE]))[:, 0] for guarantor in (-1.0, 1.0)
    )
    years = 10
    by = KNOWN + 365.25 * years
    chance = 1 - np.exp(-rate * years)
    assert (alone <= by).mean() == pytest.approx(chance, abs=0.01)
    assert (both <= by).mean() == pytest.approx(chance**2, abs=0.01)
    assert np.isinf(contract.customer_default_date(np.zeros((1, 1)), np.full((1, 1), 0.5), KNOWN)).all()


def test_the_terms_of_a_line_are_stated_else_usual() -> None:
    kinds, stated = np.array([LEASE, LEASE, CLOUD, EQUITY]), np.array([10.0, np.nan, np.nan, 7.0])
    found = contract.contract_term(stated, kinds, np.array([5.0]), np.array([3.0]))
    np.testing.assert_array_equal(found, [[10.0, 5.0, 3.0, np.nan]])


@given(st.floats(10.0, 400.0))
def test_contracted_power_never_exceeds_what_was_contracted(most: float) -> None:
    power = np.array([[100.0, 80.0, 60.0]])
    ends = 30.0 * np.arange(1, 25)
    found = contract.contract_power(
        dates(20.0, 200.0, 400.0), power, np.array([0.0, 0.0, 1.0]), np.ones((2, 1)), np.array([CLOUD]), np.array([most]), ends
    )
    assert found.sum() == pytest.approx(min(most, 240.0))
    assert np.all(found <= power[:, :, None] + 1e-9)


def test_each_lease_and_each_contract_has_its_part_of_a_site_among_its_kind() -> None:
    power = np.array([[[30.0, 10.0, 25.0, 0.0], [0.0, 20.0, 35.0, 0.0], [0.0, 0.0, 0.0, 0.0]]])
    kinds = np.array([LEASE, LEASE, CLOUD, EQUITY])
    found = contract.contract_share_of_site(power, np.array([0.0, 0.0, 1.0]), kinds, np.ones((2, 4)))
    np.testing.assert_allclose(found, [[[0.5, 0.5, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]]])


def test_the_chance_of_termination_is_a_mean_over_draws() -> None:
    run, values = life_of("stargate")
    line = run.frame.axes["line"].index("openai-oracle")
    ended = values["contract_terminated"][:, line]
    assert set(np.unique(ended)) <= {0.0, 1.0} and np.all(np.diff(ended, axis=1) >= 0.0)
    never = again("stargate", termination_chance=np.zeros(256))["contract_terminated"][:, line]
    always = again("stargate", termination_chance=np.ones(256))["contract_terminated"][:, line]
    assert never.max() == 0.0
    assert 0.0 < ended[:, -1].mean() < always[:, -1].mean()
