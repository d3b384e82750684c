"""Joint truth: pairs, sets and conflicts against brute force over all subsets; logic against worlds drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.audit.claims.evaluate import Selected, evaluate
from stargauge.audit.claims.joint import DRAWS, ENOUGH, LOGIC, Member, conflicts, largest_sets, pair
from stargauge.audit.claims.language import AllOf, AnyOf, Comparison, Not, Reading, Record, Threshold, Time
from stargauge.audit.claims.logic import excludes, implies, satisfiable
from stargauge.quantity.address import Address

MONTHS = ("2025-01", "2025-02", "2025-03")
ENDS = (date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31))


def member(key: str, truth: Sequence[bool], reading: Reading | None = None, settled: bool | None = None) -> Member:
    return Member(key, np.array(truth, dtype=bool), reading, settled)


def truths(most: int = 6, draws: int = 12) -> st.SearchStrategy[list[Member]]:
    rows = st.lists(st.lists(st.booleans(), min_size=draws, max_size=draws), min_size=1, max_size=most)
    return rows.map(lambda made: [member(str(place), row) for place, row in enumerate(made)])


def hold(members: Sequence[Member]) -> bool:
    return bool(np.logical_and.reduce([one.truth for one in members]).any()) if members else True


@given(truths())
def test_sets_are_those_of_brute_force(members: list[Member]) -> None:
    free = [one for one in members if one.free]
    can = [set(some) for size in range(len(free) + 1) for some in combinations(range(len(free)), size) if hold([free[i] for i in some])]
    largest = {frozenset(free[i].key for i in some) for some in can if not any(some < other for other in can)}
    found = largest_sets(members)
    assert {frozenset(one.members) for one in found.found} == (largest if free else set())
    for one in found.found:
        held = [other.truth for other in free if other.key in one.members]
        assert one.draws == (int(np.logical_and.reduce(held).sum()) if held else found.draws)
    if found.found:
        assert len(found.largest[0].members) == max(len(some) for some in largest)


@given(truths())
def test_conflicts_are_the_smallest_sets_that_never_hold(members: list[Member]) -> None:
    free = [one for one in members if one.free]
    never = [
        frozenset(some)
        for size in range(2, len(free) + 1)
        for some in combinations(range(len(free)), size)
        if not hold([free[i] for i in some])
    ]
    smallest = [some for some in never if not any(other < some for other in never)]
    found = conflicts(members, most=len(free) + 1)
    assert found.complete and len(found.found) + found.rare == len(smallest)  # twelve draws are too few to tell: all are counted
    some = conflicts(members, most=3)
    assert len(some.found) + some.rare == sum(len(one) <= 3 for one in smallest)
    assert some.complete == (not any(len(one) > 3 for one in smallest) and not _larger(free, 4))


def _larger(free: Sequence[Member], size: int) -> bool:
    """Whether a set of that size is left to be looked at: all its parts hold."""
    return any(all(hold(part) for part in combinations(some, size - 1)) for some in combinations(free, size))


@given(truths(most=2, draws=40))
def test_pairs_count_the_four_cases(members: list[Member]) -> None:
    if len(members) < 2:
        return
    one = pair(*members)
    a, b = (other.truth for other in members)
    assert (one.both, one.only_first, one.only_second, one.neither) == (
        sum(a & b), sum(a & ~b), sum(~a & b), sum(~a & ~b),
    )  # fmt: skip
    assert one.draws == 40 and one.expected == pytest.approx(a.sum() * b.sum() / 40)
    if one.lift is not None:
        assert one.lift == pytest.approx((a & b).mean() / (a.mean() * b.mean()))
    if a.std() and b.std():
        assert one.correlation == pytest.approx(np.corrcoef(a, b)[0, 1])


def apart(count: int, draws: int = 1000) -> tuple[Member, Member]:
    """Two readings that never hold together, each in so many draws."""
    first, second = np.zeros(draws, bool), np.zeros(draws, bool)
    first[:count], second[count : 2 * count] = True, True
    return Member("a", first), Member("b", second)


def test_none_of_many_draws_excludes_and_says_what_it_is_worth() -> None:
    one = pair(*apart(400))
    assert (one.relation, one.by, one.at_most) == ("exclude", DRAWS, 0.003) and one.expected == 160.0


def test_none_of_few_expected_is_too_rare_to_tell() -> None:
    assert pair(*apart(99)).relation == "too rare to tell" and pair(*apart(99)).expected < ENOUGH
    assert pair(*apart(100)).relation == "exclude"
    assert conflicts(apart(99)).found == () and conflicts(apart(99)).rare == 1


def test_what_always_comes_along_is_implied() -> None:
    many, some = np.arange(1000) < 700, np.arange(1000) < 300
    assert pair(Member("a", some), Member("b", many)).relation == "implies"
    assert pair(Member("a", many), Member("b", some)).relation == "implied"
    assert pair(Member("a", some), Member("b", some)).relation == "same"
    assert pair(Member("a", some), Member("b", ~some)).relation == "opposite"


def test_what_the_record_settles_is_the_same_in_every_world_and_takes_no_part() -> None:
    some = np.arange(1000) < 500
    members = [Member("open", some), Member("met", np.ones(1000, bool), settled=True), Member("not", np.zeros(1000, bool), settled=False)]
    assert [one.free for one in members] == [True, False, False] and [one.probability for one in members] == [0.5, 1.0, 0.0]
    assert pair(members[0], members[2]).relation == "free" and largest_sets(members).found[0].members == ("open",)
    assert conflicts(members).found == ()


def test_three_of_which_any_two_hold_are_a_conflict() -> None:
    third = np.arange(999) % 3
    members = [Member(name, third != place) for place, name in enumerate("abc")]
    found = conflicts(members)
    assert [one.members for one in found.found] == [("a", "b", "c")] and found.found[0].by == DRAWS
    assert {one.members for one in largest_sets(members).found} == {("a", "b"), ("a", "c"), ("b", "c")}


# --- logic ------------------------------------------------------------------------------------------------------------------------


def comparison(op: str, value: float, kind: str | None = "by", end: int = 2, name: str = "stock") -> Comparison:
    start = ENDS[0].replace(day=1) if kind == "over" else ENDS[end]
    time = None if kind is None else Time(kind, start, ENDS[end])  # type: ignore[arg-type]
    return Comparison(Address(name), op, Threshold(str(value), value, "W"), time)  # type: ignore[arg-type]


RISES = {"rising": True, "stock": False}
leaf = st.builds(
    comparison, st.sampled_from([">=", ">", "<=", "<", "=="]), st.sampled_from([0.0, 1.0, 2.0, 3.0]),
    st.sampled_from(["on", "by", "over"]), st.integers(0, 2), st.sampled_from(["stock", "rising"]),
)  # fmt: skip
readings = st.recursive(
    leaf, lambda part: st.one_of(part.map(Not), st.lists(part, min_size=2, max_size=3).map(tuple).flatmap(
        lambda parts: st.sampled_from([AllOf(parts), AnyOf(parts)]))), max_leaves=4,
)  # fmt: skip


class _Known:
    """As much of a quantity as logic looks at."""

    def __init__(self, rises: bool) -> None:
        self.rises = rises


KNOWN = {name: _Known(rises) for name, rises in RISES.items()}


def truth(reading: Reading, seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).integers(0, 4, (64, 3)).astype(float)
    held = {"stock": drawn, "rising": np.sort(np.random.default_rng(seed + 1).integers(0, 4, (64, 3)).astype(float), axis=1)}
    return np.broadcast_to(evaluate(reading, lambda address: Selected(held[address.name], (), MONTHS)).truth, (64,))


@settings(max_examples=300, deadline=None)
@given(readings, readings, st.integers(0, 1000))
def test_logic_never_speaks_against_a_world(first: Reading, second: Reading, seed: int) -> None:
    a, b = truth(first, seed), truth(second, seed)
    if excludes(first, second, KNOWN):  # type: ignore[arg-type]
        assert not (a & b).any()
    if implies(first, second, KNOWN):  # type: ignore[arg-type]
        assert not (a & ~b).any()


@pytest.mark.parametrize(("first", "second", "apart_", "follows"), [
    (comparison(">=", 3.0), comparison(">=", 2.0), False, True),
    (comparison(">=", 2.0, "on", 1), comparison(">=", 2.0, "by", 2), False, True),
    (comparison(">=", 2.0, "by", 1), comparison(">=", 2.0, "by", 2), False, True),
    (comparison(">=", 2.0, "by", 2), comparison(">=", 2.0, "by", 1), False, False),
    (comparison(">=", 2.0, "on", 2), comparison("<", 2.0, "on", 2), True, False),
    (comparison(">=", 2.0, "on", 2), comparison("<=", 2.0, "on", 2), False, False),
    (comparison(">=", 2.0, "on", 1, "rising"), comparison("<", 2.0, "on", 2, "rising"), True, False),
    (comparison(">=", 2.0, "on", 1), comparison("<", 2.0, "on", 2), False, False),
    (comparison("==", 2.0, "on", 2), comparison(">=", 1.0, "on", 2), False, True),
    (comparison(">=", 2.0, "over"), comparison("<", 1.0, "over"), True, False),
    (Record("a"), Not(Record("a")), True, False),
    (comparison(">=", 3.0), AnyOf((comparison(">=", 2.0), Record("a"))), False, True),
    (comparison(">=", 3.0), Not(comparison(">=", 2.0)), True, False),
])  # fmt: skip
def test_logic_shows_what_it_should(first: Reading, second: Reading, apart_: bool, follows: bool) -> None:
    assert excludes(first, second, KNOWN) == apart_ and implies(first, second, KNOWN) == follows  # type: ignore[arg-type]


def test_other_quantities_shares_and_labels_are_other_numbers() -> None:
    one = comparison(">=", 3.0, "on")
    others = [
        Comparison(Address("other"), "<", Threshold("1", 1.0, "W"), one.time),
        Comparison(Address("stock", ("north",)), "<", Threshold("1", 1.0, "W"), one.time),
        Comparison(Address("stock"), "<", Threshold("1", 1.0, "W"), one.time, share=True),
    ]
    assert not any(excludes(one, other, KNOWN) for other in others)  # type: ignore[arg-type]


def test_a_conflict_of_three_shown_by_logic() -> None:
    parts = (AnyOf((comparison(">=", 3.0, "on"), comparison("<", 1.0, "on"))), comparison(">=", 1.0, "on"), comparison("<", 3.0, "on"))
    assert not satisfiable(parts, KNOWN) and satisfiable(parts[:2], KNOWN) and satisfiable(parts[1:], KNOWN)  # type: ignore[arg-type]
    values = np.array([[0.0], [2.0], [4.0]] * 10)[:, [0, 0, 0]]
    made = [evaluate(part, lambda address: Selected(values, (), MONTHS)).truth for part in parts]
    members = [Member(name, one, part) for name, one, part in zip("abc", made, parts, strict=True)]
    assert [(one.members, one.by) for one in conflicts(members, KNOWN).found] == [(("a", "b", "c"), LOGIC)]  # type: ignore[arg-type]
