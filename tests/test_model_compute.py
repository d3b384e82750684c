"""Income of equipment: take-or-pay, own use at cost, the market."""

from __future__ import annotations

import numpy as np
import pytest
from tests.life_worlds import again, life_of

from stargauge.model import compute, revenue


def test_openai_and_oracle_make_13_usd_per_watt_and_year() -> None:
    """300 bn USD over five years for 4.5 GW (companies, September 2025): 60 bn a year."""
    run, values = life_of("stargate")
    line = run.frame.axes["line"].index("openai-oracle")
    np.testing.assert_allclose(values["contract_rate"][:, line] * 365.25, 300 / 5 / 4.5, rtol=1e-9)


def test_contracts_pay_at_least_their_take_or_pay_share() -> None:
    _, values = life_of("stargate")
    calm = {"customer_default_rate": 0.0 * values["customer_default_rate"], "termination_chance": np.zeros(256)}
    calm |= {"delay_damages_cap": np.zeros(256), "accelerator_rent_level": 0.0 * values["accelerator_rent_level"]}
    unused = again("stargate", **calm, contract_used_share=np.zeros(256))
    np.testing.assert_allclose(unused["compute_income"], unused["compute_income_contracted"], rtol=1e-9, atol=1.0)
    used = again("stargate", **calm, contract_used_share=np.ones(256))
    assert np.all(used["compute_income"] >= unused["compute_income"] - 1.0)
    assert used["compute_income"].sum() > unused["compute_income"].sum()


def test_all_capacity_used_is_the_revenue_of_the_contract_within_the_clock() -> None:
    """Without default, termination and damages and all of it used, what sites earn under the contract is its revenue until phases end."""
    run, values = life_of("stargate")
    line = run.frame.axes["line"].index("openai-oracle")
    calm = {"customer_default_rate": 0.0 * values["customer_default_rate"], "termination_chance": np.zeros(256)}
    calm |= {"delay_damages_cap": np.zeros(256), "accelerator_rent_level": 0.0 * values["accelerator_rent_level"]}
    case = again("stargate", **calm, contract_used_share=np.ones(256))
    served = values["line_serves"][:, line] > 0.5
    earned = (case["compute_income"] - case["own_use_income"])[:, served].sum(axis=1)[:, :48]
    is_contract = np.zeros(len(run.frame.axes["line"]))
    is_contract[line] = 1.0
    share = revenue.contract_delivered_share(case["power_it"], case["site_it_power"], case["line_serves"], case["line_power"], is_contract)
    never = np.full(case["line_amount"].shape, np.inf)
    asked = (share, case["line_amount"], case["line_term"], is_contract, never, case["month_hours"], case["month_end"])
    stated = revenue.revenue(*asked)[:, line, :48]
    np.testing.assert_allclose(earned, stated, rtol=1e-6, atol=1e3)


def test_own_use_earns_its_cost_and_the_rate_of_equity() -> None:
    """Over one life of the equipment the payments, discounted at the rate that equity asks, are worth what it cost."""
    years, months = 5.0, 60
    days = np.full(months, 365.25 / 12)
    inflation, asked = 0.025, 0.11
    level = (1 + inflation) ** (np.arange(1, months + 1)[None, :] / 12)
    power = np.full((1, 1, months), 1e8)
    paid = compute.own_use_income(
        np.ones((1, 1)), np.zeros((1, 1, months)), np.full((1, 1), 25.0), np.array([asked]), np.array([inflation]),
        np.array([years * 365.25]), power, level, days,
    )[0, 0]  # fmt: skip
    worth = (paid * (1 + asked) ** -(np.arange(1, months + 1) / 12)).sum()
    assert worth == pytest.approx(25.0 * 1e8, rel=0.05)  # paid month by month, reckoned year by year
    running = np.full((1, 1, months), 7.0)
    more = compute.own_use_income(
        np.ones((1, 1)), running, np.full((1, 1), 25.0), np.array([asked]), np.array([inflation]), np.array([years * 365.25]), power, level,
        days,
    )[0, 0]  # fmt: skip
    np.testing.assert_allclose(more - paid, 7.0, rtol=1e-6)


def test_a_site_with_a_contract_is_not_used_by_its_owner() -> None:
    run, values = life_of("stargate")
    sites = run.frame.axes["site"]
    assert np.all(values["own_use"][:, sites.index("abilene")] == 0.0)
    assert np.all(values["own_use"][:, sites.index("milam")] > 0.5)


def test_hours_on_the_market_earn_in_step_with_the_rent() -> None:
    _, values = life_of("stargate")
    none, one, two = (
        again("stargate", accelerator_rent_level=k * values["accelerator_rent_level"])["compute_income"] for k in (0.0, 1.0, 2.0)
    )
    np.testing.assert_allclose(two - one, one - none, rtol=1e-6, atol=10.0)
    assert np.all(one >= none)


def test_computing_power_counts_as_the_fleet_does_before_any_renewal() -> None:
    """H100 equivalents per W of what runs lie between those of the generations of the catalogue, and are none where nothing runs."""
    run, values = life_of("stargate")
    assert np.all(values["life_compute_h100e"][values["life_power_it"] == 0.0] <= 1e-6)
    abilene = run.frame.axes["site"].index("abilene")
    per_watt = values["life_compute_h100e"][:, abilene, 11] / np.maximum(values["life_power_it"][:, abilene, 11], 1.0)
    lowest, highest = values["h100e_per_power"].min(axis=1), values["h100e_per_power"].max(axis=1)
    runs = values["life_power_it"][:, abilene, 11] > 0.0
    assert np.all(per_watt[runs] >= lowest[runs] * 0.999) and np.all(per_watt[runs] <= highest[runs] * 1.001)
