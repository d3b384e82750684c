"""What a dispatch costs, emits and uses, by hand; that money scales as money; and what is said where the load is not met."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from stargauge.quantity.finance.levelised_cost import yearly_capital
from stargauge.quantity.power import dispatch_accounts as accounts
from stargauge.quantity.power.dispatch import Dispatch, dispatch
from stargauge.quantity.power.hourly import Hourly, hour_name
from stargauge.quantity.power.power_sources import Given, Grid, Plant

ORDER = ["wind", "grid", "engine"]
#: Four hours in two periods, two draws that differ in the limit of the grid.
PRICES = accounts.Prices(
    capital=[100.0, 0.0, 50.0], fixed=[10.0, 5.0, 1.0], variable=[0.0, 0.0, 0.02], curtailed=[0.5, 0.0, 0.0], fuel=[0.0, 0.0, 0.1],
    start=[0.0, 0.0, 3.0], demand=[2.0, 4.0], purchase="price",
)  # fmt: skip


@pytest.fixture
def made() -> Dispatch:
    rates = {
        "price": Hourly(np.array([1.0, 2.0, 3.0, -1.0])),
        "average": Hourly(np.full(4, 0.4)),
        "marginal": Hourly(np.array([0.4, 0.5, 0.6, 0.7])),
    }
    sources = [
        Given("wind", Hourly(np.array([0.0, 20.0, 130.0, 40.0]))),
        Grid("grid", Hourly(np.ones(4), np.array([70.0, 50.0])), rates),
        Plant("engine", 15.0, 2, 2.0, 2.0, 0.5),
    ]
    return dispatch(Hourly(np.full(4, 100.0)), sources, ORDER, period_ends=[2, 4])


def test_the_site_of_these_tests_by_hand(made: Dispatch) -> None:
    np.testing.assert_allclose(made.energy[0], [[20.0, 140.0], [140.0, 60.0], [40.0, 0.0]])
    np.testing.assert_allclose(made.energy[1], [[20.0, 140.0], [100.0, 50.0], [60.0, 10.0]])
    np.testing.assert_allclose(made.shortfall, [[0.0, 0.0], [20.0, 0.0]])
    np.testing.assert_allclose(made.curtailed[:, 0], [[0.0, 30.0]] * 2)
    assert made.starts[:, 2].tolist() == [0.0, 1.0]


def test_money_is_the_sum_of_bills(made: Dispatch) -> None:
    cost = accounts.supply_money(made, PRICES)
    purchase = [70.0 * 1.0 + 70.0 * 2.0 - 60.0, 50.0 * 1.0 + 50.0 * 2.0 - 50.0]
    np.testing.assert_allclose(cost.purchase, purchase)
    np.testing.assert_allclose(cost.demand, [2.0 * 70.0 + 4.0 * 60.0, 2.0 * 50.0 + 4.0 * 50.0])
    np.testing.assert_allclose(cost.fuel[:, 2], [0.1 * 80.0, 0.1 * 140.0])
    np.testing.assert_allclose(cost.variable, [[15.0, 0.0, 0.8], [15.0, 0.0, 1.4]])
    np.testing.assert_allclose(cost.starts.sum(axis=1), [0.0, 3.0])
    total = 166.0 + 15.0 + np.array([0.8 + 8.0 + 150.0 + 380.0, 1.4 + 14.0 + 3.0 + 100.0 + 300.0])
    np.testing.assert_allclose(cost.total, total)
    np.testing.assert_allclose(accounts.cost_per_energy(cost, made), total / [400.0, 380.0])


def test_prices_times_ten_are_cost_times_ten(made: Dispatch) -> None:
    more = PRICES._replace(**{name: 10.0 * np.asarray(getattr(PRICES, name)) for name in PRICES._fields if name != "purchase"})
    rated = made._replace(grid_rates={**made.grid_rates, "price": 10.0 * made.grid_rates["price"]})
    np.testing.assert_allclose(accounts.supply_money(rated, more).total, 10.0 * accounts.supply_money(made, PRICES).total)


def test_cost_of_energy_nobody_got_is_absent() -> None:
    none = dispatch(Hourly(np.ones(3)), [Grid("grid", Hourly(np.zeros(3)))], ["grid"])
    cost = accounts.supply_money(none, accounts.Prices(1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    assert np.isnan(accounts.cost_per_energy(cost, none)).all() and cost.total[0] == 1.0


def test_scopes_are_kept_apart_and_the_marginal_factor_beside_them(made: Dispatch) -> None:
    found = accounts.emissions(made, [0.0, 0.0, 0.2], average="average", marginal="marginal")
    np.testing.assert_allclose(found.scope_one, [[0.2 * 80.0, 0.0], [0.2 * 120.0, 0.2 * 20.0]])
    np.testing.assert_allclose(found.scope_two, [[0.4 * 140.0, 0.4 * 60.0], [0.4 * 100.0, 0.4 * 50.0]])
    assert found.marginal is not None
    np.testing.assert_allclose(found.marginal[0], [70.0 * 0.9, 60.0 * 0.7])
    assert accounts.emissions(made, 0.0).marginal is None and not accounts.emissions(made, 0.0).scope_two.any()


def test_water_goes_by_energy_and_gas_by_fuel(made: Dispatch) -> None:
    np.testing.assert_allclose(accounts.source_sums(made, [0.0, 0.0, 1.5])[0, 2], [60.0, 0.0])
    np.testing.assert_allclose(accounts.fuel_sums(made, [0.0, 0.0, 1.0])[1, 2], [120.0, 20.0])


def test_hours_of_one_draw_add_up_to_its_emissions() -> None:
    factor = np.array([0.4, 0.5, 0.6, 0.7])
    engine = Plant("engine", 15.0, 2, 2.0, 2.6, 0.5, start_fuel=7.0)
    grid = Grid("grid", Hourly(np.array([70.0, 90.0, 50.0, 70.0])), {"marginal": Hourly(factor)})
    made = dispatch(Hourly(np.full(4, 80.0)), [grid, engine], ["grid", "engine"], keep=0)
    assert made.hours is not None
    burnt, bought = accounts.hourly_emissions(made.hours, made.sources, 0.2, "grid", factor)
    # one unit at 10 of 15 W in the first and last hour, off between, then two at full load: line through (1, 2) and (0.5, 1.3)
    np.testing.assert_allclose(burnt, 0.2 * np.array([0.6 * 15 + 1.4 * 10, 0.0, 60.0 + 14.0, 0.6 * 15 + 1.4 * 10]))
    np.testing.assert_allclose(bought, factor * np.array([70.0, 80.0, 50.0, 70.0]))
    found = accounts.emissions(made, [0.0, 0.2], marginal="marginal")
    assert found.scope_one.sum() == pytest.approx(burnt.sum()) and found.marginal is not None
    assert found.marginal.sum() == pytest.approx(bought.sum())


def test_reliability_is_the_mean_over_draws(made: Dispatch) -> None:
    assert accounts.reliability(made) == accounts.Reliability(0.5, 20.0 / 800.0, 0.5, 20.0)


def test_capital_recovered_over_a_life_is_what_the_house_reckons() -> None:
    """A plant of 1,000 USD over 20 years at 7 %: 94.39 USD a year, which is `capital` of a pass of one year."""
    assert yearly_capital([1000.0], [20.0], 0.07) == pytest.approx(94.39, abs=0.005)


def test_what_is_missing_is_said_with_hours_and_amounts(made: Dispatch) -> None:
    assert accounts.shortages(made) == [accounts.Shortage(1, 1, 0, 0, 20.0, 20.0)]
    said = accounts.shortage_text(made)
    assert said == (
        "supply does not meet the load in 1 of 2 draws; in the worst of them for 1 hour, first in hour 0 (1 January, 00:00 to 01:00); "
        "most is missing in hour 0 (1 January, 00:00 to 01:00): 20 W; in all 20 Wh"
    )
    enough = dispatch(Hourly(np.ones(3)), [Grid("grid", Hourly(np.ones(3)))], ["grid"])
    assert accounts.shortages(enough) == [] and accounts.shortage_text(enough) == ""


def test_hours_are_named_by_day_and_clock() -> None:
    assert hour_name(8759) == "hour 8,759 (31 December, 23:00 to 24:00)"
    assert hour_name(8760 + 24 * 59 + 5) == "hour 10,181 (1 March of year 2, 05:00 to 06:00)"


def test_the_page_on_dispatch_works_as_it_stands() -> None:
    left: dict[str, object] = {}
    text = (Path(__file__).parents[1] / "docs" / "dispatch.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len(blocks) >= 3
    for block in blocks:
        exec(block, left)
    assert isinstance(left["made"], Dispatch) and left["said"]
