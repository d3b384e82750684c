"""What can wait, what it is worth to know, and what waiting costs, of a small programme prepared from runs of the model."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from tests.build_order_programmes import aim, undecided

from stargauge.plan.build_order.beside.facts import Fact, facts_of, months_before
from stargauge.plan.build_order.beside.information import Weighed, pool_of
from stargauge.plan.build_order.beside.recourse import Chosen, Pool
from stargauge.plan.build_order.beside.waiting import decisions, delays, pushed, waiting_data
from stargauge.plan.build_order.case.case import Choice, Limit, faults_of, value_of
from stargauge.plan.build_order.case.choices import FILE
from stargauge.plan.build_order.case.days import Days
from stargauge.plan.build_order.case.decisions import Laid, decisions_of
from stargauge.plan.build_order.case.prepare import BuildAsked, Prepared, prepare
from stargauge.plan.build_order.case.variants import not_before
from stargauge.plan.build_order.case.worlds import read
from stargauge.plan.build_order.orders.reckoning import Reckoning
from stargauge.plan.build_order.orders.sought import odds_in, sought, without_targets
from stargauge.plan.build_order.told.figures import fastest
from stargauge.quantity.dates import day, from_day
from stargauge.quantity.quantity import ACTIVITIES

DRAWS, BY = 512, date(2029, 12, 31)


@pytest.fixture(scope="module")
def made() -> Prepared:
    """The small programme, asked for more than what is under way gives."""
    return prepare(*undecided(), BuildAsked((aim(520e6, BY, probability=0.7),), draws=DRAWS, worlds=16))


@pytest.fixture(scope="module")
def plan(made: Prepared) -> Chosen:
    """The cheapest order found."""
    found = sought(made, [fastest(made), made.as_filed])
    assert found is not None
    return found.chosen


@pytest.fixture(scope="module")
def early(made: Prepared) -> Chosen:
    """An order that starts sooner than it has to: two halls of the north on a power each, as soon as can be."""
    return tuple(one for one in fastest(made) if made.case.buildings[one.building].id.startswith(("north", "south/hall-1")))


@pytest.fixture(scope="module")
def weighed(made: Prepared, plan: Chosen) -> Weighed:
    """The plan's facts weighed."""
    asked = np.array([0.7])
    return Weighed(made, pool_of(made, [plan, (), fastest(made)], facts_of(made, plan), asked, most=150), asked, "USD", 0.7)


# --- facts ------------------------------------------------------------------------------------------------------------------------


def test_facts_are_those_of_the_network_of_the_ordinary_run_and_known_on_its_median_day(made: Prepared) -> None:
    """Against a run of the model with the buildings started in the month of the order, on its power."""
    programme, now = undecided()
    case = made.case
    grid = case.powers.index("grid")
    start = 6
    chosen = (Choice(0, grid, 0, start), Choice(1, grid, 0, start + case.spacing[0]))
    found = {fact.name: fact for fact in facts_of(made, chosen)}
    laid = Laid(programme, now, decisions_of(now), {})
    got = read(laid.at(case.months[start], "grid"), ("activity_days", "build_start", "racks_wanted"), DRAWS, 0)
    axis = laid.at(case.months[start], "grid").axes["phase"]
    place = axis.index("north/hall-2")
    told = [name for name in ("grid_connection", "transformers", "switchgear") if f"{name} north" in found]
    assert told
    for name in told:
        waits, fact = got["activity_days"][:, ACTIVITIES.index(name), place], found[f"{name} north"]
        assert fact.values == pytest.approx(waits) and fact.site == "north"
        assert fact.known_by is not None and abs(day(fact.known_by) - np.median(got["build_start"][:, place] + waits)) < 12.0
    begun = got["racks_wanted"][:, axis.index("north/hall-1")]
    under = found["under_way north/hall-1"]
    assert under.values == pytest.approx(begun) and under.known_by == from_day(float(np.quantile(begun, 0.5, method="lower")))
    hall = got["activity_days"][:, [ACTIVITIES.index("shell"), ACTIVITIES.index("fit_out")], place].sum(axis=1)
    late = got["build_start"][:, place] - day(case.months[start])
    assert np.corrcoef(found["hall north/hall-2"].values, hall + late)[0, 1] > 0.99


def test_facts_say_something_each_something_else_and_stand_by_the_day_they_are_known(made: Prepared, plan: Chosen) -> None:
    facts = facts_of(made, plan)
    assert all(fact.values.shape == (DRAWS,) and np.ptp(fact.values[np.isfinite(fact.values)]) > 0.0 for fact in facts)
    assert len({fact.name for fact in facts}) == len(facts) and all(fact.text for fact in facts)
    known = [fact.known_by or date.max for fact in facts]
    assert known == sorted(known)
    filed = {fact.of for fact in facts if fact.kind == "as_filed"}
    assert filed == {made.case.buildings[one.building].id for one in plan if made.case.powers[one.power] == FILE}


def test_months_before_a_day_are_those_whose_starts_come_first(made: Prepared) -> None:
    months = made.case.months
    assert months_before(made, months[0]) == 0 and months_before(made, months[3]) == 3
    assert months_before(made, None) == len(months)


# --- knowing ----------------------------------------------------------------------------------------------------------------------


def test_the_pool_has_the_orders_in_hand_and_only_such_as_the_case_allows(made: Prepared, plan: Chosen, weighed: Weighed) -> None:
    pool, free = weighed.pool, without_targets(made.case)
    assert {plan, (), fastest(made)} <= set(pool.orders) and len(pool.orders) == 150
    assert not any(faults_of(free, one) for one in pool.orders)
    at = pool.orders.index(plan)
    assert pool.cost[at] == pytest.approx(value_of(made.case, plan))
    assert pool.kept[at].mean(axis=1) == pytest.approx(odds_in(made, plan))


def test_to_know_later_is_worth_no_more_than_now_and_nothing_more_than_everything(made: Prepared, plan: Chosen, weighed: Weighed) -> None:
    rows, ceiling = weighed.information(facts_of(made, plan))
    assert ceiling.told > 0.0
    assert all(0.0 <= row.later <= row.now <= ceiling.told and row.kept == 0.7 for row in rows)
    assert [row.now for row in rows] == sorted((row.now for row in rows), reverse=True)
    assert any(row.now > 0.0 for row in rows)
    after = [row for row in rows if row.fact.known_by is None or row.fact.known_by >= BY]
    assert after and all(row.later == 0.0 for row in after)


def test_a_fact_dealt_by_chance_is_worth_about_nothing(weighed: Weighed) -> None:
    assert weighed.alone is not None
    worths = []
    for seed in range(10):
        fact = Fact("hall", "by chance", "", np.random.default_rng(seed).random(DRAWS), date(2027, 6, 30))
        worths.append(weighed.worth(fact, weighed.free))
    assert np.mean([one.told > 0.0 for one in worths]) <= 0.1
    assert abs(np.mean([one.mean for one in worths])) < 0.03 * abs(float(weighed.alone.mean()))


# --- waiting ----------------------------------------------------------------------------------------------------------------------


def test_a_start_may_slip_as_long_as_all_is_kept_and_no_longer(made: Prepared, early: Chosen) -> None:
    case, free = made.case, without_targets(made.case)
    assert (odds_in(made, early) >= 0.7).all()
    rows = decisions(made, early, facts_of(made, early))
    designed = [at for at, one in enumerate(early) if case.powers[one.power] != FILE]
    assert len(rows) == len(designed) and any(row.slack for row in rows)
    for at, row in zip(designed, rows, strict=True):
        one = early[at]
        for months in range(1, row.slack + 2):
            if one.start + months >= len(case.months):
                break
            moved = (*early[:at], one._replace(start=one.start + months), *early[at + 1 :])
            does = not faults_of(free, moved) and bool((odds_in(made, moved) >= 0.7).all())
            assert does == (months <= row.slack)
        assert row.start == case.months[one.start] and row.latest == case.months[one.start + row.slack]
        assert len({end.text for end in row.hangs_on}) == len(row.hangs_on) <= 3


def test_what_ends_the_waiting_is_told_by_its_name(made: Prepared, early: Chosen) -> None:
    told = {end.kind: end for row in decisions(made, early, facts_of(made, early)) for end in row.hangs_on}
    assert "next_start" in told and told["next_start"].of == "north"
    case = made.case
    use = np.broadcast_to(np.arange(len(case.months), dtype=float), case.cost.shape)
    spent = float(sum(use[one] for one in early))
    tight = replace(made, case=replace(case, limits=(Limit("2028", "money", spent, "USD", use),)))
    rows = decisions(tight, early, ())
    assert all(row.slack == 0 for row in rows) and {end.of for row in rows for end in row.hangs_on} <= {"2028", "north"}


def test_a_start_waits_for_the_fact_that_tells_whether_it_is_needed_where_that_is_known_before(made: Prepared) -> None:
    """With the building all draws are kept for 10, without it the half that a fact tells for 4: known in time, it saves 2.7 at 95 %."""
    one = Choice(0, made.case.powers.index("grid"), 0, 8)
    values = np.arange(DRAWS) % 2.0
    pool = Pool(((one,), ()), np.array([10e9, 4e9]), np.stack([np.ones((1, DRAWS), dtype=bool), values[None] == 0.0]))
    weighed = Weighed(made, pool, np.array([0.95]), "USD", 0.95)
    chance = Fact("hall", "chance", "", np.random.default_rng(0).random(DRAWS), made.case.months[1])
    for month, waits in ((4, True), (8, True), (9, False)):
        facts = [Fact("transformers", "north", "north", values, made.case.months[month]), chance]
        (row,) = decisions(made, (one,), facts, weighed, weighed.information(facts)[0])
        assert (row.until is not None) == waits
        if row.until is not None:
            assert row.until.fact.kind == "transformers" and row.until.worth == pytest.approx(2.7e9, rel=0.02)
            assert "can wait until it is known when the transformers of north are there" in row.text


def test_to_wait_costs_no_less_the_longer_it_lasts_until_it_cannot_be_had(made: Prepared, plan: Chosen) -> None:
    rows = delays(made, plan, [fastest(made)], "USD")
    assert [row.months for row in rows] == [1, 3, 6, 12]
    costs = [row.cost for row in rows if row.cost is not None]
    assert all(one <= more * (1.0 + 1e-12) for one, more in pairwise(costs))
    possible = [row.cost is not None for row in rows]
    assert possible == sorted(possible, reverse=True)
    assert all((row.difference is None) == (row.probabilities is not None) for row in rows)
    assert all(row.difference is None or row.difference >= 0.0 for row in rows)
    lost = [row.probabilities[0] for row in rows if row.probabilities is not None]
    assert all(0.0 <= odds < 0.7 for odds in lost)
    assert [row.options for row in rows] == sorted((row.options for row in rows), reverse=True)


def test_an_order_put_off_starts_nothing_before_and_is_one(made: Prepared, plan: Chosen) -> None:
    for one in (plan, fastest(made), made.as_filed):
        for months in (1, 6, 12):
            later = not_before(made.case, months)
            moved = pushed(later, one, months)
            assert not faults_of(without_targets(later), moved) and all(choice.start >= months for choice in moved)
    assert pushed(made.case, plan, 0) == tuple(sorted(plan))


def test_all_of_it_is_plain_data_and_the_same_again(made: Prepared, plan: Chosen) -> None:
    days = Days(made, made.case.months, (np.zeros((DRAWS, len(made.case.months))),))
    reckoning = Reckoning(days, plan, (0.0,), None, (made.as_filed,))
    data = waiting_data(reckoning, "USD")
    assert json.loads(json.dumps(data)) == data == waiting_data(reckoning, "USD")
    assert set(data) == {"decisions", "information", "ceiling", "delays"} and data["ceiling"]["share_kept"] == pytest.approx(0.7)
    less = waiting_data(reckoning, "", worth=False)
    assert less["information"] == less["delays"] == [] and less["ceiling"] is None and less["decisions"]
    assert all(row["until"] is None for row in less["decisions"])
