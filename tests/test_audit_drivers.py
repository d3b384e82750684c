"""Drivers: the inputs that move a reading are found with their size, noise is not, and odds and values at their ends are right."""

from __future__ import annotations

import numpy as np
import pytest

import stargauge.inputs
from stargauge.audit.claims.evaluate import Outcome
from stargauge.audit.claims.language import parse
from stargauge.audit.drivers.drivers import Draws, Target, drivers, strongest
from stargauge.audit.drivers.groups import APART, DEFINED, GROUPS, MODULES, group_of, groups_of
from stargauge.engine.rests import apportion
from stargauge.engine.simulate import model_graph
from stargauge.quantity.statement import Estimate, Input, Statement
from stargauge.quantity.statistics.normal import normal_ppf

RNG = np.random.default_rng(7)
N = 2048


def drawn(**more):
    streams = {f"noise_{i}[site-{i % 7}]": RNG.random(N) for i in range(60)}
    streams |= {"slip": RNG.random(N), "price": RNG.random(N), "share[a]": RNG.random(N), "share[b]": RNG.random(N), **more}
    values = streams | {"slip": normal_ppf(streams["slip"]), "price": np.exp(normal_ppf(streams["price"]))}
    return Draws(streams, values, {"price": "USD/W"}, {"slip": "dates", "price": "money", "share": "power", "pick:block": "definitions"})


def told(values, draws, **more):
    return drivers([Target(values, truth=values > 0, **more)], draws)[0]


def test_shares_are_those_of_the_variance_with_their_interval():
    draws = drawn()
    found = told(2 * draws.values["slip"] + np.log(draws.values["price"]), draws)
    assert [driver.input for driver in found.drivers[:2]] == ["slip", "price"]
    for driver, share in zip(found.drivers, (0.8, 0.2), strict=False):
        assert driver.share == pytest.approx(share, abs=0.02) and driver.alone == pytest.approx(share, abs=0.02)
        assert driver.shapley == pytest.approx(share, abs=0.02) and 0 < driver.within < 0.03
    assert found.drivers[1].unit == "USD/W" and found.drivers[0].group == "dates"
    assert found.resolved.value == pytest.approx(0.99, abs=0.02)


def test_cells_of_one_input_count_together_and_inputs_of_a_group_too():
    draws = drawn()
    found = told(draws.values["share[a]"] + draws.values["share[b]"] - 1, draws)
    assert found.drivers[0].input == "share" and found.drivers[0].share == pytest.approx(1.0, abs=0.02)
    groups = dict(found.groups)
    assert list(groups) == list(GROUPS) and groups["power"].value == pytest.approx(1.0, abs=0.02) and groups["money"].value < 0.02


def test_odds_and_values_are_those_at_the_ends_of_the_input():
    draws = drawn()
    found = told(-draws.values["slip"], draws).drivers[0]
    assert found.odds_p10 == 1.0 and found.odds_p90 == 0.0
    assert (found.p10, found.p90) == (pytest.approx(-1.28, abs=0.1), pytest.approx(1.28, abs=0.1))
    assert (found.low, found.high) == (pytest.approx(1.28, abs=0.1), pytest.approx(-1.28, abs=0.1))


@pytest.mark.parametrize(("text", "sign"), [("x >= 3 GW", 1), ("x < 3 GW", -1), ("not x >= 3 GW", 1), ("not x <= 3 GW", -1)])
def test_a_reading_shows_the_value_it_compares_in_its_own_unit(text, sign):
    """The margin of >= is the value less the threshold, of <= the other way round; a denial turns the margin again."""
    draws = drawn()
    part = parse(text.replace("x", "power_facility[operational]") + " on 2028-12-31")
    value = 3e9 + 1e9 * draws.values["slip"]
    held = getattr(part, "part", part)
    object.__setattr__(held.threshold, "value", 3e9)
    object.__setattr__(held.threshold, "unit", "W")
    margin = (value - 3e9) * (-1 if ("<" in text) != ("not" in text) else 1)
    target = Target.reading(part, Outcome(margin > 0, margin.astype(np.float32), (), None))
    driver = drivers([target], draws)[0].drivers[0]
    assert target.unit == "W" and sign in (1, -1)
    assert driver.low == pytest.approx(1.72e9, rel=0.05) and driver.high == pytest.approx(4.28e9, rel=0.05)


def test_without_a_margin_the_truth_is_looked_at_and_no_value_is_shown():
    draws = drawn()
    truth = draws.values["slip"] > 0.5
    reading = parse("a >= 1 W and b >= 1 W")
    found = drivers([Target.reading(reading, Outcome(truth, None, (), None))], draws)[0]
    assert found.of == "truth" and found.drivers[0].input == "slip" and found.drivers[0].low is None
    assert found.drivers[0].odds_p10 == 0.0 and found.drivers[0].odds_p90 == 1.0


def test_a_choice_can_be_a_driver():
    draws = drawn(**{"pick:block": (RNG.random(N) < 0.5).astype(float)})
    found = told(draws.values["pick:block"] - 0.5 + 0.1 * draws.values["slip"], draws)
    assert found.drivers[0].input == "pick:block" and found.drivers[0].odds_p90 > 0.95
    assert dict(found.groups)["definitions"].value == pytest.approx(0.25 / 0.26, abs=0.02)


def test_what_counts_only_under_one_option_acts_with_the_choice():
    pick = (RNG.random(N) < 0.5).astype(float)
    draws = drawn(**{"pick:block": pick})
    found = told(pick * draws.values["slip"], draws)
    names, share = found.together[0]
    assert names == ("pick:block", "slip") and share.value == pytest.approx(0.5, abs=0.06)
    slip = next(driver for driver in found.drivers if driver.input == "slip")
    assert slip.share == pytest.approx(1.0, abs=0.06) and slip.alone == pytest.approx(0.5, abs=0.06)


def test_what_a_reading_does_not_depend_on_never_stands_there():
    draws = drawn()
    found = told(draws.values["slip"] + 0.5 * draws.values["share[a]"], draws, upstream=frozenset({"share"}))
    assert [driver.input for driver in found.drivers] == ["share"] and found.faint == 0


def test_noise_moves_nothing():
    draws = drawn()
    found = drivers([Target(RNG.normal(size=N)) for _ in range(40)], draws)
    assert sum(len(moved.drivers) for moved in found) <= 0.01 * 40 * 63
    assert max((driver.share for moved in found for driver in moved.drivers), default=0) < 0.05


def test_nothing_to_go_by_gives_nothing():
    assert drivers([Target(np.ones(4))], Draws({"a": np.ones(4)}, {"a": np.ones(4)})) == [None]
    assert drivers([], Draws({}, {})) == [] and drivers([Target(np.ones(64))], Draws({}, {})) == [None]
    assert drivers([Target(np.ones(N))], drawn()) == [None]


def test_a_number_that_may_never_come_is_looked_at_by_rank():
    draws = drawn()
    days = np.where(draws.values["slip"] > 1, np.inf, 100 * draws.values["slip"])
    found = told(days, draws)
    assert found.drivers[0].input == "slip" and found.drivers[0].share > 0.9
    assert found.drivers[0].high is None and found.drivers[0].low == pytest.approx(-128, abs=8)


def test_chosen_draws_divide_what_goes_together():
    """Given that the sum of two is high they are correlated; each still has half of what they explain, and it is said to be conditional."""
    draws = drawn()
    kept = draws.values["share[a]"] + draws.streams["slip"] > 1.0
    chosen = Draws(
        {name: values[kept] for name, values in draws.streams.items()}, {name: values[kept] for name, values in draws.values.items()},
        draws.units, draws.groups, chosen=True,
    )  # fmt: skip
    found = told(chosen.streams["slip"] + chosen.streams["share[a]"], chosen)
    shares = {driver.input: driver.share for driver in found.drivers}
    assert found.chosen and set(shares) == {"slip", "share"}
    assert shares["slip"] == pytest.approx(0.5, abs=0.05) and sum(shares.values()) == pytest.approx(found.resolved.value, abs=0.02)


def test_a_reading_that_is_the_same_in_all_chosen_draws_has_nothing_that_moves_it():
    draws = drawn(**{"pick:block": np.zeros(N)}).where(RNG.random(N) < 0.2)
    flat, moving = Target(np.ones(draws.count)), Target(draws.streams["slip"] + 0.1 * draws.streams["price"])
    found = drivers([flat, moving], draws)
    assert found[0] is None and found[1] is not None and found[1].drivers[0].input == "slip"


def test_what_is_told_has_a_lower_and_an_upper_end():
    """Of a step 8 % is not resolved: the upper end holds it, in the data of inputs and of groups."""
    draws = drawn()
    data = told((draws.streams["slip"] > 0.3).astype(float), draws).to_dict()
    for entry in (data["drivers"][0], next(one for one in data["groups"] if one["group"] == "dates")):
        assert entry["share"] < 0.97 and entry["share_at_most"] == 1.0
    for entry in (*data["drivers"], *data["groups"]):
        upper = min(1.0, entry["share"] + data["rest"] + entry["within"])
        assert entry["share_at_most"] == pytest.approx(upper, abs=2e-4)


def rests_of(draws, values, chosen=False):
    quantities = model_graph().quantities
    names = {name.split("[")[0] for name in draws.streams}
    grades = ["A", "B", "C", "D"]
    inputs = {
        name: Input(
            quantities["load_factor"],
            ((),),
            (Estimate(0.5, "stated", (Statement(0.5, "1", source="a-report", grade=grades[at % 4]),), "stated"),),
        )
        for at, name in enumerate(sorted(names))
    }
    return apportion(draws.streams, values, inputs, chosen=chosen)[2]


@pytest.mark.parametrize("chosen", [False, True])
def test_what_a_spread_rests_on_is_never_more_than_is_resolved(chosen):
    draws = drawn()
    for seed, strength in enumerate((0.0, 0.3, 3.0)):
        values = strength * draws.values["slip"] + np.random.default_rng(seed).normal(size=N)
        rests = rests_of(draws, values, chosen)
        assert min(rests.by_basis.values(), default=0.0) >= 0.0 and rests.resolved <= 1.0
        assert sum(rests.by_basis.values()) == pytest.approx(rests.resolved)
        assert sum(rests.by_grade.values()) == pytest.approx(rests.resolved)
        assert rests.resolved == pytest.approx(strength**2 / (strength**2 + 1), abs=0.06)


def test_the_strongest_inputs_lead_and_many_cells_do_not_lead_by_chance():
    draw = np.random.default_rng(1).random(size=(203, 1024))
    streams = {"one": draw[0], "two[a]": draw[1], "two[b]": draw[2], **{f"many[{n}]": row for n, row in enumerate(draw[3:])}}
    values = 2.0 * draw[0] + draw[1]
    values[:9] = np.nan
    assert list(strongest(streams, values)) == ["one", "two", "many"]
    assert strongest(streams, np.full(1024, np.nan)) == {}


def test_every_input_has_a_group_and_every_name_in_the_table_exists():
    quantities = model_graph().quantities
    assert set(MODULES) == set(stargauge.inputs.MODULES)
    assert {name for name in (*DEFINED, *APART) if not name.startswith("pick:")} <= {name for name, q in quantities.items() if q.is_input}
    assert {group_of(q) for q in quantities.values() if q.is_input} <= set(GROUPS)
    assert group_of(quantities["cash_definition"]) == "definitions" and group_of(quantities["equipment_unit_cost"]) == "chips"
    assert groups_of({}) == {}
