"""A price on CO2e as a part of the cost, and what is asked wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from tests.build_order_programmes import aim, undecided
from tests.programme_files import small

from stargauge import api
from stargauge.plan.build_order.asked import announced_text, carbon_price_of, wanted
from stargauge.plan.build_order.case.carbon import PART, with_carbon_price
from stargauge.plan.build_order.case.case import value_of
from stargauge.plan.build_order.case.prepare import BuildAsked, Prepared, prepare
from stargauge.plan.build_order.solver.solve import solve
from stargauge.programme.known import Known
from stargauge.quantity.errors import InputError
from stargauge.quantity.units import show

DAY = "2026-05-31"


@pytest.fixture(scope="module")
def made() -> Prepared:
    programme, now = undecided()
    powers = ("grid", "gas-engine", "fuel-cell")
    return prepare(programme, now, BuildAsked((aim(400e6, date(2029, 6, 30), probability=0.7),), powers, ("gb300-nvl72",), False, 8, 64))


@pytest.fixture(scope="module")
def now() -> Known:
    return api.known(small(), DAY)


def test_a_price_is_a_part_of_the_cost_of_every_option(made: Prepared) -> None:
    priced = with_carbon_price(made, 1e-4)
    allowed = made.case.allowed
    assert (priced.case.cost - made.case.cost)[allowed] == pytest.approx(1e-4 * made.uses.emissions[allowed])
    assert (priced.costs.total - priced.case.cost)[allowed] == pytest.approx(0.0, abs=1.0)
    assert [*priced.costs.parts] == [*made.costs.parts, PART] and with_carbon_price(made, 0.0) is made
    row = priced.basis[-1]
    assert (row.what, row.value, row.unit, row.kind) == (PART, 1e-4, "USD/g", "assumption")


def test_a_higher_price_never_emits_more_and_never_costs_less(made: Prepared) -> None:
    """For exact solutions: the usual exchange argument for a weighted sum of two goals."""
    emitted, plain, last = np.inf, 0.0, 0.0
    for price in (0.0, 1e-4, 1e-3, 1e-2):
        priced = with_carbon_price(made, price)
        chosen = solve(priced.case, gap=1e-6).chosen
        now_emitted, now_plain = value_of(made.case, chosen, made.uses.emissions), value_of(made.case, chosen)
        assert now_emitted <= emitted * (1.0 + 1e-6) and now_plain >= plain - 1e-5 * abs(plain)
        total = value_of(priced.case, chosen)
        assert total >= last * (1.0 - 1e-5)
        emitted, plain, last = now_emitted, now_plain, total


def test_prices_are_read_with_their_unit(now: Known) -> None:
    assert carbon_price_of("100 USD/tCO2e", now) == pytest.approx(carbon_price_of("0.1 USD/kg", now)) == pytest.approx(1e-4)
    assert carbon_price_of(None, now) == 0.0
    for wrong in ("100", "100 kg", "-5 USD/t", "80 EUR/t"):
        with pytest.raises(InputError, match="100 USD/tCO2e"):
            carbon_price_of(wrong, now)
    with pytest.raises(InputError, match="part of the cost, and the goal is emissions"):
        wanted(now, carbon_price="100 USD/t", goal="emissions")
    assert wanted(now, carbon_price="100 USD/t").carbon_price == pytest.approx(1e-4)


@pytest.mark.parametrize(
    ("asked", "path", "said"),
    [
        ({"target": 5}, "target", "got 5; expected a text such as 10 GW by 2029-12-31"),
        ({"target": ["300 MW by 2029", None]}, "target", "got None; expected a text"),
        ({"claim": 7}, "claim", "expected a text such as CLAIM"),
        ({"money": 300}, "money", "got 300; expected a text such as 300 bn USD"),
        ({"money": "300"}, "money", 'got "300" without a unit; expected such as 300 bn USD'),
        ({"deliveries": "100"}, "deliveries", 'got "100" without a unit; expected such as 100_000/month'),
        ({"target": "300 MW at nort by 2029"}, "target", 'no site "nort"; did you mean "north"'),
        ({"target": "300 MW at nowhere by 2029"}, "target", "(all: north)"),
        ({"probability": 80}, "probability", "did you mean 80 %?"),
        ({"means": "comitted"}, "means", 'did you mean "committed"'),
        ({"start_from": 5}, "start_from", "expected a day such as 2027-06-30"),
        ({"powers": "grd"}, "powers", 'did you mean "grid"'),
        ({"chips": [5]}, "chips", "expected a text such as gb300-nvl72"),
        ({"goal": 3}, "goal", 'no goal "3"'),
        ({"carbon_price": 5}, "carbon_price", "expected a text such as 100 USD/tCO2e"),
    ],
)
def test_what_is_asked_wrong_says_what_was_expected(asked: dict[str, Any], path: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        api.plan(small(), as_of=DAY, **asked)
    told = [fault for fault in caught.value.faults if fault.path == path]
    assert told and said in told[0].message, caught.value


def test_all_that_is_asked_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        api.plan(small(), as_of=DAY, target=5, probability=80, money=3, means="x", carbon_price="1", worlds=1)  # type: ignore[arg-type]
    assert {fault.path for fault in caught.value.faults} == {"target", "probability", "money", "means", "carbon_price", "worlds"}


def test_the_announcement_as_a_target_is_explained(now: Known) -> None:
    text = announced_text(wanted(now).targets[0]).text
    assert "the sum of the first dated promise of each phase, by the last of their days" in text and "140 MW" in text


def test_years_of_committed_capital_have_a_unit_that_is_told() -> None:
    assert show(3.2e12, "USD*yr") == "3.2 tn USD years" and show(4e9, "USD*yr") == "4 bn USD years"
