"""The most that can be had by a day within a sum of money: a whole plan of a small programme, whose promise is measured."""

from __future__ import annotations

import pytest
from tests.programme_files import small

from stargauge import api
from stargauge.plan.build_order.told.answer import ProgrammePlan
from stargauge.quantity.errors import InputError

pytest.importorskip("highspy", reason="the plan extra is not installed")

DAY = "2026-05-31"


@pytest.fixture(scope="module")
def plans() -> dict[str, ProgrammePlan]:
    """The most IT power of the small programme by the end of 2029, for less money and for more."""
    return {
        money: api.plan(
            small(), target="IT by 2029", goal="capacity", money=money, powers=["grid"], chips=["gb300-nvl72"], worlds=10,
            draws=128, as_of=DAY, beside=False,
        )
        for money in ("6 bn USD", "12 bn USD")
    }  # fmt: skip


def test_the_most_is_an_amount_that_the_ordinary_run_keeps(plans: dict[str, ProgrammePlan]) -> None:
    for made in plans.values():
        data = made.to_dict()
        (target,) = data["targets"]
        assert data["status"] == "planned" and made.kept
        assert target["amount"] > 0.0 and target["text"].startswith("power_it[operational] >= ")
        assert target["promised"] >= target["asked"] == 0.8
        assert abs(target["simulated"] - target["promised"]) < 0.05


def test_more_money_is_for_more_power_and_is_not_overspent(plans: dict[str, ProgrammePlan]) -> None:
    less, more = (plans[money].to_dict() for money in ("6 bn USD", "12 bn USD"))
    assert less["targets"][0]["amount"] < more["targets"][0]["amount"]
    assert less["cost"]["capital"] <= 6e9 * (1 + 1e-9) and more["cost"]["capital"] <= 12e9 * (1 + 1e-9)


def test_money_for_no_building_is_said_to_be_too_little() -> None:
    with pytest.raises(InputError, match=r"money of 3 bn USD, where one building takes 5\.\d+ bn USD or more"):
        api.plan(
            small(), target="IT by 2029", goal="capacity", money="3 bn USD", powers=["grid"], chips=["gb300-nvl72"], worlds=10,
            draws=128, as_of=DAY, beside=False,
        )  # fmt: skip


def test_a_bound_on_its_cost_is_a_number(plans: dict[str, ProgrammePlan]) -> None:
    for made in plans.values():
        method = made.to_dict()["method"]
        assert 0.0 <= method["bound"] <= method["value"] and 0.0 <= method["gap"] <= 1.0
