"""Why there is no order of build, what would relax it, and what insisting comes to; against trying out everything."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from tests.build_order_brute import brute
from tests.build_order_tiny import FIRST_MONTH, month_end, tiny

from stargauge.plan.build_order.case.case import BuildCase, Limit
from stargauge.plan.build_order.case.variants import Finder, with_limit, with_target, within_cost
from stargauge.plan.build_order.conflict.conflict import Asked, Group, LeftOut, conflict_of
from stargauge.plan.build_order.conflict.relief import Relaxation, eased_together, most_amount
from stargauge.plan.build_order.solver.solve import solve
from stargauge.plan.build_order.told.said import Said
from stargauge.quantity.errors import InputError

EXACT = Finder(brute, gap=0.0)
LAST = month_end(FIRST_MONTH + 30)


def _fits(case: BuildCase) -> bool:
    return brute(case) is not None


def _cheapest(seed: int, **asked: float) -> float:
    order = brute(tiny(seed, **asked).case)  # type: ignore[arg-type]
    assert order is not None
    return order.value


def _conflicting(seed: int) -> list[BuildCase]:
    """Too little money; an amount that is too large; a day that is too early; the least of a site and money; all with something loose."""
    cost = _cheapest(seed, by=20)
    least = tiny(seed, by=20, amount=0.2, least=True)
    needed = brute(least.case)
    assert needed is not None
    loose = Limit("in all", "emissions", 1e30, "g", tiny(seed).case.cost)
    cases = [
        tiny(seed, by=20, money=0.8 * cost).case, tiny(seed, amount=1.2).case, tiny(seed, by=3).case,
        tiny(seed, by=20, amount=0.2, least=True, money=0.9 * needed.value).case,
    ]  # fmt: skip
    return [replace(one, limits=(*one.limits, loose)) for one in cases]


@pytest.mark.parametrize("seed", range(3))
def test_the_smallest_conflict_is_one_and_no_fewer_are(seed: int) -> None:
    for case in _conflicting(seed):
        assert not _fits(case)
        asked = Asked(case)
        groups = asked.groups
        found = conflict_of(Asked(case), EXACT).smallest
        assert not _fits(asked.only(found))
        for fewer in combinations(groups, len(found) - 1):
            assert _possible(asked.only(fewer))


def _possible(case: BuildCase) -> bool:
    return not case.targets or _fits(case)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_said_to_help_helps_and_a_little_less_does_not(seed: int) -> None:
    for case in _conflicting(seed):
        rows = conflict_of(Asked(case), EXACT, with_day=tiny(seed, by=20).with_day, until=LAST).relaxations
        for row in rows:
            if row.kind != "day":
                assert _fits(_moved(case, row, 0.0)), row
                assert not _fits(_moved(case, row, 0.005)), row


def _moved(case: BuildCase, row: Relaxation, less: float) -> BuildCase:
    """The case with what a row says, or so much of it less."""
    needed = row.needed if isinstance(row.needed, float) else 0.0
    if row.kind == "amount":
        return with_target(case, 0, amount=needed * (1.0 + less))
    if row.kind == "probability":
        return with_target(case, 0, probability=needed + (0.01 if less else 0.0))
    if row.kind == "least":
        return case if less else replace(case, least=())
    if row.kind == "spacing":
        months = int(needed) + (1 if less else 0)
        return replace(case, spacing=tuple(months for _ in case.spacing))
    at = next(at for at, limit in enumerate(case.limits) if limit.kind == row.kind)
    return with_limit(case, at, needed * (1.0 - less))


@pytest.mark.parametrize("seed", range(4))
def test_the_day_is_the_first_by_which_it_can_be_had(seed: int) -> None:
    made = tiny(seed, by=3)
    rows = {row.kind: row for row in conflict_of(Asked(made.case), EXACT, with_day=made.with_day, until=LAST).relaxations}
    day = rows["day"].needed
    assert isinstance(day, date) and _fits(made.with_day(0, day))
    assert not _fits(made.with_day(0, month_end(day.year * 12 + day.month - 2)))
    assert rows["day"].to_dict()["from"] == str(made.case.targets[0].day)


@pytest.mark.parametrize("seed", range(3))
def test_limits_of_one_name_are_raised_by_one_share_of_all(seed: int) -> None:
    case = tiny(seed, by=20, amount=0.8).case
    at = [np.array([one.site == site for one in case.buildings])[:, None, None, None] for site in (0, 1)]
    most = 0.3 * float(case.cost.max())
    limits = tuple(Limit(f"party by {2028 + n}", "party", most, "USD", np.where(mask, case.cost, 0.0)) for n, mask in enumerate(at))
    case = replace(case, limits=limits)
    row = next(one for one in conflict_of(Asked(case), EXACT).relaxations if one.kind == "party")
    assert isinstance(row.needed, float) and row.unit == "1" and row.name == "party"

    def raised(factor: float) -> BuildCase:
        return replace(case, limits=tuple(one._replace(most=one.most * factor) for one in limits))

    assert _fits(raised(row.needed)) and not _fits(raised(row.needed * 0.99))


@pytest.mark.parametrize("seed", range(4))
def test_of_limits_of_one_kind_only_the_one_that_stands_in_the_way_is_named(seed: int) -> None:
    """Money in all is short, that of a year is not: each is a limit of its own."""
    cost = _cheapest(seed, by=20)
    case = tiny(seed, by=20, money=0.8 * cost).case
    more = tuple(Limit(str(year), "money", 10.0 * cost, "USD", case.cost) for year in (2028,))
    found = conflict_of(Asked(replace(case, limits=(*more, *case.limits))), EXACT)
    assert [(one.kind, one.name) for one in found.smallest if one.kind != "target"] == [("money", "in all")]


def _left_out(case: BuildCase) -> tuple[LeftOut, ...]:
    """One of two powers, and starts in the first two months."""
    powers, months = np.array([True, False])[:, None, None], np.arange(len(case.months)) >= 2
    return LeftOut("powers", Said("only the grid"), np.broadcast_to(powers, case.allowed.shape)), LeftOut(
        "start_from", Said("no start before March"), np.broadcast_to(months, case.allowed.shape)
    )


@pytest.mark.parametrize("seed", range(6))
def test_what_was_left_out_is_in_conflict_where_it_would_help(seed: int) -> None:
    wide = tiny(seed, by=9, amount=0.35, probability=0.5).case
    asked = Asked(wide, _left_out(wide))
    if _fits(asked.whole):
        with pytest.raises(InputError, match="there is an order"):
            conflict_of(asked, EXACT)
        return
    found = conflict_of(asked, EXACT)
    assert not _fits(asked.only(found.smallest))
    for fewer in combinations(asked.groups, len(found.smallest) - 1):
        assert _fits(asked.only(fewer))
    for at, one in enumerate(asked.left_out):
        without = asked.only([other for other in asked.groups if other.name != one.kind])
        assert _fits(without) == (one.kind in {row.name for row in found.relaxations}), at


def test_what_is_taken_back_is_told_with_its_sites_and_what_it_costs() -> None:
    wide = tiny(1, by=9, amount=0.45, probability=0.5, spacing=0).case
    asked = Asked(wide, _left_out(wide)[1:])
    found = conflict_of(asked, EXACT)
    assert [(one.kind, one.name) for one in found.smallest] == [("target", "power"), ("options", "start_from")]
    row = next(one for one in found.relaxations if one.kind == "options")
    assert row.text.startswith("work that begins from 1 ") and row.text.endswith(("at here", "at there", "at here and there"))
    best = brute(wide)
    assert best is not None and row.cost is not None and row.cost >= best.value * (1.0 - 1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_relaxations_cost_what_the_cheapest_order_with_them_does_and_the_cheapest_is_first(seed: int) -> None:
    for case in _conflicting(seed):
        rows = conflict_of(Asked(case), EXACT).relaxations
        assert [one.cost for one in rows] == sorted(one.cost for one in rows if one.cost is not None)


def test_the_spacing_of_a_site_gives_way_by_as_few_months_as_do() -> None:
    case = tiny(2, by=30, amount=0.95, probability=0.9, spacing=9).case
    found = conflict_of(Asked(case), EXACT)
    assert {one.kind for one in found.smallest} == {"target", "spacing"}
    row = next(one for one in found.relaxations if one.kind == "spacing")
    assert _fits(_moved(case, row, 0.0)) and not _fits(_moved(case, row, 1.0))


@pytest.mark.parametrize("seed", range(3))
def test_all_together_give_way_enough_and_not_much_more_than_the_best_of_them_alone(seed: int) -> None:
    case = tiny(seed, by=20, amount=0.6, money=0.7 * _cheapest(seed, by=20, amount=0.6)).case
    rows = eased_together(case, EXACT)
    assert rows
    eased = case
    for row in rows:
        eased = _moved(eased, row, 0.0)
    assert _fits(eased)
    alone = conflict_of(Asked(case), EXACT).relaxations
    shares = [abs(one.needed / one.asked - 1.0) for one in alone
              if isinstance(one.needed, float) and isinstance(one.asked, float) and one.kind in ("amount", "money")]  # fmt: skip
    together = sum(abs(one.needed / one.asked - 1.0) for one in rows if isinstance(one.needed, float) and isinstance(one.asked, float))
    # a step of giving way is at most a thirtieth of an amount, or so many times the one before for a limit
    steps = np.geomspace(0.02, 10.0, len(case.months))
    assert together <= min([shares[0] + 1 / 32, *(float(steps[steps >= one][0]) for one in shares[1:])]) + 1e-9


def test_nothing_is_in_conflict_where_there_is_an_order() -> None:
    with pytest.raises(InputError, match="there is an order"):
        conflict_of(Asked(tiny(0, by=20, amount=0.3).case), EXACT)


def test_a_conflict_is_told_in_words_and_as_plain_data() -> None:
    case = tiny(0, by=20, money=0.8 * _cheapest(0, by=20)).case
    told = conflict_of(Asked(case), EXACT).to_dict()
    assert json.loads(json.dumps(told)) == told
    assert [one["kind"] for one in told["smallest"]] == ["target", "money"]
    assert "by 30 September 2028 with a probability of 60 %" in told["smallest"][0]["text"]
    assert told["smallest"][1]["text"].startswith("money (in all): at most")
    assert {one["kind"] for one in told["relaxations"]} == {"amount", "money"}
    assert not told["together"]  # one thing gives way: said already


@pytest.mark.parametrize("seed", range(3))
def test_the_largest_amount_agrees_with_trying_and_more_money_never_buys_less(seed: int) -> None:
    case = tiny(seed, by=15).case
    last = 0.0
    for share in (0.2, 0.4, 0.7, 2.0):
        limited = within_cost(case, share * float(case.cost.max(axis=(1, 2, 3)).sum()))
        amount, _ = most_amount(limited, 0, EXACT)
        assert _fits(with_target(limited, 0, amount=amount)) and not _fits(with_target(limited, 0, amount=amount * 1.005 + 1.0))
        assert amount >= last
        last = amount


def test_a_limit_of_nought_is_told_by_what_is_above_it_and_one_by_year_as_such() -> None:
    case = tiny(0, by=20).case
    for most, told in ((0.0, "more than it allows"), (1e9, "TWh/yr in place of 1 GWh/yr")):
        held = replace(case, limits=(Limit("in a year", "gas", most, "Wh/yr", 1e3 * case.cost),))
        row = next(one for one in conflict_of(Asked(held), EXACT).relaxations if one.kind == "gas")
        assert row.text.startswith("gas (in a year): ") and told in row.text
        assert _fits(_moved(held, row, 0.0)) and not _fits(_moved(held, row, 0.005))


def test_what_is_asked_is_told_in_groups() -> None:
    case = tiny(0, least=True, money=1e9).case
    groups = Asked(case, _left_out(case)).groups
    assert [one.kind for one in groups] == ["target", "money", "least", "spacing", "options", "options"]
    assert all(isinstance(one, Group) and one.text for one in groups)


@pytest.mark.parametrize("seed", range(3))
def test_the_solver_itself_gives_the_same_conflict_and_reliefs_as_trying_out_everything(seed: int) -> None:
    made, exact = Finder(solve, gap=1e-6), EXACT
    for case in _conflicting(seed):
        one, other = conflict_of(Asked(case), made), conflict_of(Asked(case), exact)
        assert one.proven and len(one.smallest) == len(other.smallest)
        needed = {row.kind: row.needed for row in one.relaxations}
        for row in other.relaxations:
            assert row.kind not in needed or needed[row.kind] == pytest.approx(row.needed, rel=0.005)
        eased = case
        for row in eased_together(case, made):
            eased = _moved(eased, row, 0.0)
        assert _fits(eased)
