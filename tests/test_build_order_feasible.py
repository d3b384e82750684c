"""Whether something can be had at all in every draw, against trying out every order; what was left out; the most there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product

import numpy as np
import pytest
from tests.build_order_brute import site_plans
from tests.build_order_programmes import aim, undecided

from stargauge.plan.build_order.asked import wanted
from stargauge.plan.build_order.case.case import Array, BuildCase, BuildOrder, Choice, Limit, kept_in, value_of
from stargauge.plan.build_order.case.prepare import BuildAsked, Prepared, prepare
from stargauge.plan.build_order.case.variants import Finder, some_targets, with_target
from stargauge.plan.build_order.conflict.conflict import Asked, LeftOut, NoConflict, conflict_of
from stargauge.plan.build_order.conflict.impossible import left_out, translated, widened
from stargauge.plan.build_order.orders.feasible import Feasible
from stargauge.plan.build_order.orders.most import Mosts
from stargauge.plan.build_order.orders.sought import without_targets
from stargauge.plan.build_order.solver.solve import solve
from stargauge.plan.build_order.told.figures import fastest
from stargauge.plan.build_order.told.promise import kept_with
from stargauge.plan.build_order.told.said import Said

Chosen = tuple[Choice, ...]
LAST = date(2029, 6, 30)


@pytest.fixture(scope="module")
def made() -> Prepared:
    """A small programme with starts every ten months only, so that all orders can be tried out."""
    programme, now = undecided()
    asked = BuildAsked((aim(400e6, LAST, probability=0.7),), ("grid", "gas-engine"), ("gb300-nvl72",), False, 10, 128)
    whole = prepare(programme, now, asked)
    some = np.arange(len(whole.case.months)) % 10 == 0
    return replace(whole, case=replace(whole.case, allowed=whole.case.allowed & some))


@dataclass(frozen=True)
class Every:
    """Finds orders by trying out all, measured as `Feasible` measures."""

    of: Feasible
    orders: tuple[Chosen, ...]
    late: list[BuildCase] = field(default_factory=list)

    def held(self, case: BuildCase) -> list[Chosen]:
        return []

    def keeps(self, case: BuildCase, chosen: Chosen) -> bool:
        return self.of.keeps(case, chosen)

    def odds(self, case: BuildCase, order: BuildOrder, place: int) -> float:
        return self.of.odds(case, order, place)

    def amount(self, case: BuildCase, order: BuildOrder, place: int) -> float:
        return self.of.amount(case, order, place)

    def any(self, case: BuildCase) -> BuildOrder | None:
        return self.best(case)

    def best(self, case: BuildCase, goal: Array | None = None) -> BuildOrder | None:
        found = min((one for one in self.orders if self.keeps(case, one)), key=lambda one: value_of(case, one, goal), default=None)
        return None if found is None else BuildOrder(found, value_of(case, found, goal), -np.inf, kept_in(case, found))

    def program(self, case: BuildCase, goal: Array) -> BuildOrder | None:
        return None


def _every(case: BuildCase) -> Iterator[Chosen]:
    for each in product(*(site_plans(case, site) for site in range(len(case.sites)))):
        yield tuple(one for plan in each for one in plan)


@pytest.fixture(scope="module")
def every(made: Prepared) -> Every:
    return Every(_feasible(made), tuple(_every(made.case)))


def _feasible(made: Prepared) -> Feasible:
    return Feasible(solve, lambda case: replace(made, case=case), dict.fromkeys([fastest(made), ()]))


def _asked(made: Prepared, amount: float, money: float | None = None, grid_only: bool = False) -> Asked:
    case = with_target(made.case, 0, amount=amount)
    if money is not None:
        use = np.where(case.allowed, made.uses.capital.sum(axis=-1), 0.0)
        loose = Limit("2027", "money", 1e15, "USD", use)
        case = replace(case, limits=(Limit("in all", "money", money, "USD", use), loose))
    mask = np.array([one == "grid" for one in case.powers])[:, None, None]
    return Asked(case, (LeftOut("powers", Said("only the grid"), np.broadcast_to(mask, case.allowed.shape)),) if grid_only else ())


@pytest.mark.parametrize(
    ("amount", "money", "grid_only"),
    [(320e6, 1e9, False), (420e6, 6e9, False), (5e9, None, False), (420e6, None, True), (420e6, 9e9, True), (560e6, None, True)],
)
def test_the_smallest_conflict_is_that_of_trying_out_every_order(
    made: Prepared, every: Every, amount: float, money: float | None, grid_only: bool
) -> None:
    asked = _asked(made, amount, money, grid_only)
    if every.best(asked.whole) is not None:
        with pytest.raises(NoConflict):
            conflict_of(asked, _feasible(made))
        return
    found, right = conflict_of(asked, _feasible(made)), conflict_of(asked, every)
    assert {(one.kind, one.name) for one in found.smallest} == {(one.kind, one.name) for one in right.smallest}
    assert {one.kind for one in found.relaxations} == {one.kind for one in right.relaxations}
    for row, best in ((row, best) for row in found.relaxations for best in right.relaxations if row.kind == best.kind):
        if row.kind == "money":
            assert isinstance(row.needed, float) and isinstance(best.needed, float)
            assert best.needed * (1 - 1e-9) <= row.needed <= best.needed * 1.1
        assert row.cost is None or best.cost is None or row.kind in ("amount", "probability") or row.cost >= best.cost - 1.0


def test_money_is_named_though_the_worlds_have_an_order(made: Prepared, every: Every) -> None:
    """As much money as the cheapest order in the draws takes, less a little: no world knows of the queues, the draws do."""
    asked = _asked(made, 420e6, 1e15)
    use = asked.case.limits[0].use
    best = every.best(replace(asked.whole, limits=()), use)
    assert best is not None
    short = _asked(made, 420e6, 0.97 * value_of(asked.case, best.chosen, use))
    assert [one.kind for one in conflict_of(short, _feasible(made)).smallest] == ["target", "money"]


def test_the_most_that_can_be_had_is_one_number(made: Prepared, every: Every) -> None:
    """Kept with the probability asked for in the draws, no more than any order has, and near it; asked twice it is the same."""
    find = Finder(solve, 0.02, 2.0)
    mosts = Mosts(find, (fastest(made), ()))
    found = mosts.of(made)
    odds = made.case.targets[0].probability
    best = max(kept_with(made, one, odds) for one in every.orders)
    assert found.chosen is not None and kept_with(made, found.chosen, odds) == found.amount
    assert 0.97 * best <= found.amount <= best
    other = replace(made, case=with_target(made.case, 0, amount=123.0))
    assert mosts.of(other) is found  # whatever amount is asked for
    more = np.array([0.1])
    assert Mosts(find, (fastest(made), ())).of(made, 0, more).amount <= found.amount


def test_the_most_of_a_second_target_keeps_the_first(made: Prepared) -> None:
    two = replace(
        made, case=some_targets(made.case, [0, 0]), aims=(made.aims[0], made.aims[0]), fixed=np.concatenate([made.fixed, made.fixed])
    )  # fmt: skip
    two = replace(two, case=with_target(two.case, 0, amount=300e6))
    find = Finder(solve, 0.02, 2.0)
    found = Mosts(find, (fastest(two), ())).of(two, 1)
    assert found.chosen is not None and found.amount >= 300e6
    assert Mosts(find, (fastest(two), ())).of(replace(two, case=with_target(two.case, 0, amount=50e9)), 1).chosen is None


# --- what was left out ------------------------------------------------------------------------------------------------------------


def test_what_is_left_out_is_a_mask_of_the_case_that_has_all() -> None:
    programme, now = undecided()
    asked = wanted(now, target="400 MW by 2029-06-30", powers=["grid"], chips=["gb300-nvl72"], further=False, start_from="2027-06-30")
    wide = widened(asked, now)
    assert "gb300-nvl72" in wide.chips and len(wide.chips) > 1 and wide.further and wide.start_from == now.as_of
    assert widened(wide, now) == wide
    aims = (aim(400e6, LAST),)
    narrow = prepare(programme, now, BuildAsked(aims, asked.powers, asked.chips, False, 8, 64, 0, asked.start_from))
    all_of_it = prepare(programme, now, BuildAsked(aims, wide.powers, wide.chips, True, 8, 64))
    out = left_out(asked, all_of_it.case, now)
    assert [one.kind for one in out] == ["powers", "chips", "further", "start_from"]
    assert out[0].said.text == "only the grid may power a site" and out[3].said.text == "no work begins before 30 June 2027"
    masked = Asked(all_of_it.case, out).whole
    order = fastest(narrow)
    same = translated(narrow.case, order, all_of_it.case)
    assert order and same is not None and all(masked.allowed[one] for one in same)
    assert not left_out(wide, all_of_it.case, now)
    told = [(narrow.case.buildings[one.building].id, narrow.case.months[one.start]) for one in order]
    assert sorted(told) == sorted((all_of_it.case.buildings[one.building].id, all_of_it.case.months[one.start]) for one in same)
    free = without_targets(masked)
    assert int(free.allowed.sum()) == int(narrow.case.allowed.sum())
