"""What stands beside a plan: other days, prices, emissions, insisting, sums; in every draw, against trying out everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pytest
from tests.build_order_brute import site_plans
from tests.build_order_programmes import aim, undecided

from stargauge.api import known, load
from stargauge.plan.build_order.beside.frontier import emissions_frontier, frontier
from stargauge.plan.build_order.beside.insist import Variant, insisting, spending
from stargauge.plan.build_order.beside.prices import prices, tight
from stargauge.plan.build_order.case.case import Array, BuildCase, Choice, Limit, faults_of, value_of
from stargauge.plan.build_order.case.choices import FILE
from stargauge.plan.build_order.case.days import Days
from stargauge.plan.build_order.case.prepare import BuildAsked, Prepared, prepare
from stargauge.plan.build_order.case.variants import with_limit, with_target
from stargauge.plan.build_order.funding.sums import Spending, Sum, sums_of
from stargauge.plan.build_order.orders.most import Most
from stargauge.plan.build_order.orders.reckoning import Reckoning, everything, reckoned_beside
from stargauge.plan.build_order.orders.sought import Chosen, odds_in, without_targets
from stargauge.plan.build_order.told.figures import cost_data, fastest

BY, ASKED, MONTHS = date(2030, 6, 30), 0.7, 12
LESS = 300.0  # USD: far less than any building costs


@pytest.fixture(scope="module")
def made() -> Prepared:
    """A small programme with starts a year apart, few enough orders to try out all."""
    found = prepare(*undecided(), BuildAsked((aim(3.5e8, BY, probability=ASKED),), draws=256, worlds=8, powers=("grid", "gas-engine"),
                    chips=("gb300-nvl72",), further=False))  # fmt: skip
    case = found.case
    sparse = case.allowed & ((np.arange(len(case.months)) % MONTHS == 0) | (np.array(case.powers) == FILE)[:, None, None])
    return replace(found, case=replace(case, allowed=sparse, limits=_emissions(case)))


def _emissions(case: BuildCase) -> tuple[Limit, ...]:
    """A limit that nothing breaks yet."""
    return (Limit("in all", "money", 1e12, "USD", np.where(case.allowed, case.cost, 0.0)),)


def _dirtier(made: Prepared, plan: Chosen) -> Prepared:
    """The same where what the cheapest order runs on emits more than all else, so that to emit less costs more."""
    emissions = made.uses.emissions.copy()
    emissions[:, [one.power for one in plan]] *= 3.0
    return replace(made, uses=made.uses._replace(emissions=emissions))


@pytest.fixture(scope="module")
def orders(made: Prepared) -> list[Chosen]:
    """All orders there are, targets and limits left aside."""
    plans = [site_plans(made.case, site) for site in range(len(made.case.sites))]
    every = [tuple(sorted(one for plan in some for one in plan)) for some in product(*plans)]
    assert 50 < len(every) < 5_000
    return every


@pytest.fixture(scope="module")
def reckoning(made: Prepared, orders: list[Chosen]) -> Reckoning:
    """What stands beside the cheapest of all."""
    now = undecided()[1]
    days = Days(made, now.months, (np.repeat(made.fixed[0][:, None], len(now.months), axis=1),))
    best = _brute(days.moved(made.case), orders)
    assert best is not None
    hands = (made.as_filed, fastest(made)) if made.as_filed else (fastest(made),)
    return reckoned_beside(days, best, [float(odds_in(made, best)[0])], None, hands)


def _brute(made: Prepared, orders: list[Chosen], goal: Array | None = None) -> Chosen | None:
    """The cheapest of all orders that keep what is asked in every draw."""
    case = made.case
    asked, free = np.array([one.probability for one in case.targets]), without_targets(case)
    for one in sorted(orders, key=lambda one: value_of(case, one, goal)):
        if not faults_of(free, one) and (odds_in(made, one) >= asked).all():
            return one
    return None


def _cases(reckoning: Reckoning) -> Iterator[tuple[BuildCase, bool]]:
    case = reckoning.case
    yield case, True
    for by in (date(2027, 6, 30), date(2029, 6, 30), date(2029, 12, 31), date(2031, 6, 30)):
        yield reckoning.days.at(case, 0, by), False
    yield from ((with_target(case, 0, probability=odds), False) for odds in (0.3, 0.9))


def test_rows_keep_what_they_ask_and_more_time_or_less_probability_never_costs_more(reckoning: Reckoning, orders: list[Chosen]) -> None:
    cases = list(_cases(reckoning))
    points = frontier(cases, reckoning)
    assert [one.asked for one in points].count(True) == 1 and len(points) == len(cases)
    for case, _ in cases:
        point = next(one for one in points if (one.by, one.probability) == (case.targets[0].day, case.targets[0].probability))
        best = _brute(reckoning.made(case), orders)
        assert point.row is None or (best is not None and reckoning.keeps(reckoning.made(case), point.row.chosen))
        if point.row is not None and best is not None:
            assert point.row.kept[0] >= point.probability and point.row.cost >= value_of(case, best) - LESS
            assert point.row.cost == pytest.approx(value_of(case, best), rel=0.05)
        else:
            assert best is None or not point.proven
            assert point.most is not None and point.most < point.probability
    for one, looser in product(points, points):
        if looser.by >= one.by and looser.probability <= one.probability and one.row is not None:
            assert looser.row is not None and looser.row.cost <= one.row.cost + LESS
    asked = next(one for one in points if one.asked)
    assert asked.row is not None and asked.row.chosen == reckoning.plan and asked.to_dict()["difference"] == 0.0
    assert any(one.row is None and one.proven for one in points)
    told = [one.to_dict() for one in points]
    assert json.loads(json.dumps(told)) == told


def test_everything_at_once_is_no_less_than_any_order(made: Prepared, orders: list[Chosen]) -> None:
    most = everything(made)
    assert all((made.reached(one, queues=True) <= most * (1.0 + 1e-9)).all() for one in orders[:: max(len(orders) // 60, 1)])


def test_a_price_is_what_the_plan_costs_more_than_the_cheapest_order_with_the_step(reckoning: Reckoning, orders: list[Chosen]) -> None:
    case = reckoning.case
    rows = {one.kind: one for one in prices(replace(reckoning, pool={}), "USD")}
    assert set(rows) == {"day", "probability", "amount"} and rows["probability"].per == "2 points"
    value = value_of(case, reckoning.plan)
    whole = 1e6 * float(rows["amount"].per.removesuffix(" MW"))
    steps = {
        "day": reckoning.days.at(case, 0, date(2030, 7, 31)), "probability": with_target(case, 0, probability=ASKED - 0.02),
        "amount": with_target(case, 0, amount=case.targets[0].amount - whole),
    }  # fmt: skip
    for kind, step in steps.items():
        best = _brute(reckoning.made(step), orders)
        assert best is not None and 0.0 <= rows[kind].price <= value - value_of(case, best) + LESS
    assert rows["amount"].certain and f"{rows['amount'].per} less saves" in rows["amount"].text
    last = [one for one in reckoning.plan if one.building == max(each.building for each in reckoning.plan)]
    rest = tuple(one for one in reckoning.plan if one not in last)
    adds = reckoning.days.made.reached(reckoning.plan, queues=True) - reckoning.days.made.reached(rest, queues=True)
    assert 1e8 < whole <= 1.1 * adds.max() + 1e6 and rows["amount"].price >= sum(case.cost[one] for one in last) - LESS


def test_a_limit_that_holds_the_plan_back_has_a_price_and_what_the_search_may_be_off_is_told(
    made: Prepared, reckoning: Reckoning, orders: list[Chosen]
) -> None:
    case, free = made.case, _brute(made, orders)
    assert free is not None
    made = _dirtier(made, free)
    uses = np.where(case.allowed, made.uses.emissions, 0.0)
    clean = _brute(made, orders, uses)
    assert free is not None and clean is not None
    least, usual = value_of(case, clean, uses), value_of(case, free, uses)
    assert least < usual
    limit = Limit("in all", "emissions", (least + usual) / 2.0, "g", uses)
    held = replace(case, limits=(limit, Limit("", "money", 1e15, "USD", case.cost)))
    inside = replace(made, case=held)
    plan = _brute(inside, orders)
    assert plan is not None and tight(held, plan) == [0]
    one = Reckoning(replace(reckoning.days, made=inside), plan, (0.0,))
    assert not any(row.kind == "money" for row in prices(one, "USD"))
    rows = [row for row in prices(one, "USD", off=1e15) if row.price > 0.0]
    assert all(row.text.endswith("within the accuracy of the plan") and not row.certain for row in rows)
    eased = with_limit(held, 0, usual)
    found = one.best(eased)
    assert found is not None and found.cost <= value_of(case, plan)


def test_fewer_emissions_cost_more_and_no_order_beats_a_point(reckoning: Reckoning, orders: list[Chosen]) -> None:
    case = reckoning.case
    days = replace(reckoning.days, made=_dirtier(reckoning.days.made, reckoning.plan))
    points = emissions_frontier(replace(reckoning, days=days, pool={}))
    assert 2 <= len(points) <= 5 and points[0].plan and points[0].price == 0.0 and points[-1].price is None
    cost, emissions = ([getattr(one.row, name) for one in points] for name in ("cost", "emissions"))
    assert sorted(cost) == cost and sorted(emissions, reverse=True) == emissions
    made = days.moved(case)
    assert all(reckoning.keeps(made, one.row.chosen) for one in points)
    best = _brute(made, orders, made.uses.emissions)
    assert best is not None and emissions[-1] == pytest.approx(value_of(case, best, made.uses.emissions), rel=0.05)
    assert points[0].to_dict()["carbon_price"] == 0.0


def _most(reckoning: Reckoning, orders: list[Chosen], case: BuildCase) -> Most:
    """The most of all orders within limits."""
    made = reckoning.made(with_target(case, 0, amount=0.0))
    odds = made.case.targets[0].probability
    kept = [(float(np.quantile(made.reached(one, queues=True)[0], 1.0 - odds, method="lower")), one) for one in orders
            if not faults_of(without_targets(case), one)]  # fmt: skip
    return Most(*max(kept))


def test_insisting_costs_more_or_gives_the_most_that_can_be_had(reckoning: Reckoning, orders: list[Chosen]) -> None:
    case = reckoning.case
    sooner, never = (reckoning.days.at(case, 0, by) for by in (date(2029, 12, 31), date(2027, 6, 30)))
    asked = [Variant("day", "the same sooner", sooner), Variant("day", "the same at once", never),
             Variant("amount", "ten times as much", with_target(case, 0, amount=10.0 * case.targets[0].amount))]  # fmt: skip
    rows = insisting(reckoning, asked, lambda one: _most(reckoning, orders, one))
    best = _brute(reckoning.made(sooner), orders)
    assert best is not None and rows[0].possible and rows[0].row is not None
    assert rows[0].row.cost >= value_of(case, best) - LESS and rows[0].to_dict()["difference"] >= 0.0
    if rows[0].to_dict()["difference"] > 0.0:
        assert rows[0].instead is not None and rows[0].instead.amount >= case.targets[0].amount
        assert "the same money buys" in rows[0].text
    for row, one in zip(rows[1:], asked[1:], strict=True):
        assert not row.possible and row.most is not None and row.most.amount == _most(reckoning, orders, one.case).amount
        assert "is the most that was found" in row.text or "nothing of it" in row.text
        assert row.most.amount < one.case.targets[0].amount and row.to_dict()["cost"] is None


def test_a_sum_is_spent_or_not_and_builds_so_much(reckoning: Reckoning, orders: list[Chosen], made: Prepared) -> None:
    now, case = undecided()[1], reckoning.case
    months = np.arange(len(now.months), dtype=np.float64)
    kept = Spending.of(now.months, {"capital_deployed": 1e7 * months[None], "price_level": np.ones((1, len(months)))}, made.uses)
    last = now.months[-1]
    assert kept.use(last) == pytest.approx(made.uses.capital.sum(axis=-1))
    spent = {one: kept.spent(case, one, BY) for one in orders}
    most = max(spent.values())

    def largest(use: Array) -> Chosen:
        return max(orders, key=lambda one: value_of(case, one, use))

    sums = [Sum("all", "as said", "All.", 2.0 * most, BY), Sum("some", "as said", "Some.", 0.5 * spent[reckoning.plan], BY)]
    rows = spending(reckoning, sums, kept, largest, lambda one: _most(reckoning, orders, one))
    assert [one.possible for one in rows] == [False, True]
    for row, one in zip(rows, sums, strict=True):
        assert row.sum is not None and row.sum.most == pytest.approx(most) and row.sum.plan == pytest.approx(spent[reckoning.plan])
        assert row.most is not None and row.to_dict()["sum"]["money"] == one.money
        within = [each for each in orders if spent[each] <= one.money * (1.0 + 1e-6)]
        assert row.most.amount == pytest.approx(_most(reckoning, within, case).amount)
    assert "at most" in rows[0].text and "that much can be spent" in rows[1].text
    assert rows[1].most is not None and rows[1].most.amount < case.targets[0].amount


def test_sums_are_the_readings_of_money_that_are_to_come() -> None:
    now = known(load("stargate"), "2026-11-22")
    assert [(one.claim, one.money, one.by) for one in sums_of(now)] == [
        ("invest-500bn-4y", 500e9, date(2029, 1, 20)), ("invest-500bn-4y", 500e9, date(2030, 1, 20)),
    ]  # fmt: skip


def test_draws_are_asked_for_what_the_run_showed_less(made: Prepared, reckoning: Reckoning) -> None:
    days, plan, found = reckoning.days, reckoning.plan, float(odds_in(made, reckoning.plan)[0])
    one = reckoned_beside(days, plan, [found - 0.02], None, ())
    assert 0.0 <= one.more[0] <= found - ASKED + 1e-9
    assert one.row(one.case, plan).kept[0] == pytest.approx(found - one.more[0])
    assert one.made(one.case).case.targets[0].probability <= found


def test_the_file_as_it_stands_has_a_cost_beside_that_of_the_plan(made: Prepared, reckoning: Reckoning) -> None:
    from stargauge.plan.build_order.case.case import BuildOrder

    order = BuildOrder(reckoning.plan, 0.0, 0.0, np.ones((1, 1), dtype=bool))
    told = cost_data(made, order, undecided()[1])
    assert told["total"] == pytest.approx(value_of(made.case, reckoning.plan)) and told["emissions"] > 0.0
    assert made.stands is not None and told["as_filed"] == made.stands._asdict()
    assert all(isinstance(one, Choice) for one in reckoning.plan)
