"""The layout search against straightforward enumeration, one layout at a time, and what it says of layouts that do not work."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.layout_doubles import costs, dense, experts, machine, memory, step

from stargauge.audit.compute.training_range import seen
from stargauge.catalogue.training_fit import shipped_training_fit
from stargauge.plan.layouts.counts import above, fewer, numbers, points, spared, tried
from stargauge.plan.layouts.explain import alternatives, faults_of, nearest, works_on, written
from stargauge.plan.layouts.front import Scored, front
from stargauge.plan.layouts.search import WITHOUT, Costs, searched
from stargauge.plan.layouts.space import Case, Count, blocks
from stargauge.quantity.compute.layout import SCHEDULES, Job, Layouts
from stargauge.quantity.compute.machine import Machine
from stargauge.quantity.compute.training_memory import training_memory
from stargauge.quantity.compute.training_step import training_step
from stargauge.quantity.compute.transformer import Transformer

Row = tuple[int, ...]


def one(row: Row) -> Layouts:
    """A layout alone."""
    return Layouts(*(np.array([float(value)]) for value in row))


def every(model: Transformer, machine: Machine, job: Job, n: int) -> Iterator[Row]:
    """All layouts, written from the words of the rules, not from the search's own."""
    up_to = range(1, n + 1)
    for t, p, d, c in product(up_to, repeat=4):
        if t * p * d * c != n or t > machine.chip.domain or model.heads % t or (model.ffn % t and not model.experts):
            continue
        if (model.experts and model.dense_ffn % t) or (model.kv_heads % t and t % model.kv_heads) or p > model.layers:
            continue
        if (c > 1 and job.sequence % (2 * c)) or job.sequence % (t * c):
            continue
        longest = -(-model.layers // p)
        for e, v, b in product(range(1, max(model.experts, 1) + 1), range(1, longest + 1), range(1, job.batch + 1)):
            uneven = longest % v and (p * v > model.layers or p * v * -(-model.layers // (p * v)) > 1.1 * model.layers)
            if max(model.experts, 1) % e or (t * c * d) % e or uneven or job.batch % (d * b) or (p == 1 and v > 1):
                continue
            if v > 1 and job.batch // (d * b) < p:
                continue
            for recompute, sharding, schedule in product(
                range(3), range(4 if d * c > 1 or (model.experts and t * c * d > e) else 1), range(3)
            ):
                turns, many = SCHEDULES[schedule], job.batch // (d * b)
                two_ways = p > 1 and v == 1 and p % 2 == 0 and many % 2 == 0 and many >= 2 * p
                if turns == "1f1b" or (turns == "zero-bubble" and p > 1 and v == 1) or (turns == "dualpipe" and two_ways):
                    yield t, p, d, c, e, v, b, recompute, sharding, schedule


@st.composite
def cases(draw: st.DrawFn) -> tuple[Transformer, Machine, Job]:
    """Small models on small machines."""
    layers, heads = draw(st.sampled_from([3, 4, 6, 11])), draw(st.sampled_from([6, 8, 32]))
    model = draw(st.sampled_from([dense(layers, 64 * heads, heads, draw(st.sampled_from([1, 2, heads]))), experts(4, layers)]))
    made = machine(draw(st.sampled_from([4, 6, 8, 12])), draw(st.sampled_from([2, 4, 8])), draw(st.sampled_from([2e9, 5e9, 80e9])))
    return model, made, Job(draw(st.sampled_from([512, 1536])), draw(st.sampled_from([6, 8, 12])))


@given(cases())
@settings(max_examples=15, deadline=None)
def test_the_best_is_that_of_looking_at_each_alone(case: tuple[Transformer, Machine, Job]) -> None:
    model, made, job = case
    n, capacity = made.accelerators, made.chip.memory
    rows = list(every(model, made, job, n))
    count = Count()
    listed = [tuple(int(value) for value in row) for block in blocks(Case(model, made, job, n), count) for row in zip(*block, strict=True)]
    assert sorted(listed) == sorted(rows)
    assert count.left == len(rows)
    found = searched(Case(model, made, job, n), costs(model, made, job), capacity)
    fits = [row for row in rows if memory(model, job, one(row))[0] <= capacity]
    assert (found.evaluated, found.unfit) == (len(fits), len(rows) - len(fits))
    assert found.any == bool(fits)
    if fits:
        times = {row: float(step(model, made, job, one(row))[0]) for row in fits}
        room = {row: capacity - float(memory(model, job, one(row))[0]) for row in fits}
        assert found.best.seconds[0] == pytest.approx(min(times.values()), rel=1e-12)
        assert times[tuple(int(part[0]) for part in found.best.layouts)] == pytest.approx(min(times.values()), rel=1e-12)
        assert list(found.best.seconds) == pytest.approx(sorted(times.values())[: len(found.best.seconds)], rel=1e-12)
        _check_front(found.front.seconds, found.front.headroom, [(times[row], room[row]) for row in fits])
        for held in WITHOUT:
            place = Layouts._fields.index(held.part)
            plain = [times[row] for row in fits if row[place] == held.plain]
            there = found.without.get(held.part)
            assert (None if there is None else pytest.approx(there.seconds[0], rel=1e-12)) == min(plain, default=None)


@pytest.mark.parametrize(("model", "memory_size"), [(dense(4, 512, 8, 2), 80e9), (experts(4, 4), 6e9)])
def test_the_best_of_the_training_model_is_that_of_each_alone(model: Transformer, memory_size: float) -> None:
    """With the time and memory that users get, every layout of a case alone: what is worked out once for many is what each has alone."""
    made, job = machine(8, 4, memory_size), Job(1024, 8)
    fit, n, capacity = shipped_training_fit(), made.accelerators, made.chip.memory
    whole = Costs(lambda at: training_step(model, made, job, at, fit).total, lambda at: training_memory(model, job, at, fit).total)
    found = searched(Case(model, made, job, n), whole, capacity)
    rows = list(every(model, made, job, n))
    needed = {row: float(whole.memory(one(row))[0]) for row in rows}
    times = {row: float(whole.seconds(one(row))[0]) for row in rows if needed[row] <= capacity}
    assert 500 < len(rows) < 6000
    assert (found.evaluated, found.unfit) == (len(times), len(rows) - len(times))
    assert found.best.seconds == pytest.approx(sorted(times.values())[: len(found.best.seconds)], rel=1e-12)
    assert times[tuple(int(part[0]) for part in found.best.layouts)] == pytest.approx(min(times.values()), rel=1e-12)
    _check_front(found.front.seconds, found.front.headroom, [(time, capacity - needed[row]) for row, time in times.items()])


def _check_front(seconds: np.ndarray, headroom: np.ndarray, points: list[tuple[float, float]]) -> None:
    """Each point of the front is beaten by none, and every other is."""
    for time, left in zip(seconds, headroom, strict=True):
        assert not any(other <= time * (1 - 1e-12) and room >= left for other, room in points)
    for time, left in points:
        near = (seconds <= time * (1 + 1e-12)) & (headroom >= left * (1 - 1e-12) - 1.0)
        assert near.any()


def test_the_same_twice_and_in_any_block_size(monkeypatch: pytest.MonkeyPatch) -> None:
    model, made, job = experts(), machine(16), Job(1024, 32)
    case = Case(model, made, job, 16)
    first = searched(case, costs(model, made, job), 20e9)
    monkeypatch.setattr(import_module("stargauge.plan.layouts.space"), "BLOCK", 100)
    second = searched(Case(model, made, job, 16), costs(model, made, job), 20e9)
    for left, right in zip((*first.best.layouts, *first.best[1:]), (*second.best.layouts, *second.best[1:]), strict=True):
        assert np.array_equal(left, right)
    assert np.array_equal(first.front.seconds, second.front.seconds)
    assert (first.count, first.unfit, first.evaluated) == (second.count, second.unfit, second.evaluated)


def test_what_is_given_is_kept() -> None:
    model, made, job = dense(), machine(64), Job(2048, 64)
    found = searched(Case(model, made, job, 64, {"tensor": 4, "data": 8, "schedule": 1}), costs(model, made, job), 80e9)
    assert found.any
    assert set(found.best.layouts.tensor) == {4.0}
    assert set(found.best.layouts.data) == {8.0}
    assert set(found.best.layouts.schedule) == {1.0}
    free = searched(Case(model, made, job, 64), costs(model, made, job), 80e9)
    assert free.best.seconds[0] <= found.best.seconds[0]


def test_a_tight_memory_leaves_the_lean_ones() -> None:
    model, made, job = dense(), machine(8), Job(2048, 8)
    wide, tight = (searched(Case(model, made, job, 8), costs(model, made, job), size) for size in (80e9, 8e9))
    assert tight.evaluated < wide.evaluated
    assert tight.best.seconds[0] >= wide.best.seconds[0]
    assert tight.best.headroom[0] >= 0.0


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"tensor": 16}, "within the fast network of 8"),
        ({"tensor": 3}, "tensor a divisor of the 64 accelerators"),
        ({"pipeline": 16}, "at most 12 stages"),
        ({"expert": 2}, "expert 1: the model has none"),
        ({"tensor": 4, "pipeline": 4, "context": 1, "data": 8}, "tensor x pipeline x context x data = 64"),
        ({"data": 64, "tensor": 1, "pipeline": 1, "context": 1, "micro_batch": 3}, "a divisor of the batch of 64 sequences"),
        ({"pipeline": 1, "interleave": 2}, "interleave 1 where there is one stage"),
    ],
)
def test_a_broken_rule_is_named_with_the_nearest_that_works(asked: dict[str, int], words: str) -> None:
    model, made, job = dense(), machine(64), Job(2048, 64)
    found = searched(Case(model, made, job, 64, asked), costs(model, made, job), 80e9)
    assert not found.any
    faults = faults_of(found, costs(model, made, job), 80e9)
    told = " ".join(fault.message for fault in faults)
    assert words in told
    assert "nearest that works: tensor=" in told
    near = nearest(Case(model, made, job, 64), asked, costs(model, made, job), 80e9)
    assert near is not None
    assert written(near.layouts) in told


def test_a_layout_too_large_says_how_much_it_needs() -> None:
    model, made, job = dense(24, 8192, 64), machine(16), Job(2048, 16)
    asked = {"tensor": 1, "pipeline": 1, "data": 16, "sharding": 0}
    found = searched(Case(model, made, job, 16, asked), costs(model, made, job), 80e9)
    told = " ".join(fault.message for fault in faults_of(found, costs(model, made, job), 80e9))
    assert "GB at least; an accelerator has 80.0 GB" in told
    assert "nearest that works" in told


def test_too_few_accelerators_and_those_that_do_not_divide() -> None:
    model, job = dense(24, 8192, 64), Job(2048, 64)
    few = machine(1)
    found = searched(Case(model, few, job, 1), costs(model, few, job), 80e9)
    assert "nearest number that works" in faults_of(found, costs(model, few, job), 80e9)[0].message
    odd = machine(89)
    case = Case(model, odd, job, 89)
    found = searched(case, costs(model, odd, job), 80e9)
    assert not found.any
    number = works_on(case, costs(model, odd, job), 80e9)
    assert number == 80  # 11 stages of 24 layers would leave three idle, 5 are near equal
    assert f"{number:,}" in faults_of(found, costs(model, odd, job), 80e9)[0].message


def test_alternatives_are_slower_and_lack_what_the_best_has() -> None:
    model, made, job = dense(48, 8192, 64), machine(64), Job(4096, 128)
    found = searched(Case(model, made, job, 64), costs(model, made, job), 40e9)
    made_of = alternatives(found)
    assert made_of[0].name == "runner-up"
    for other in made_of:
        assert (other.scored is None) == (other.least is not None)
        if other.scored is not None:
            assert other.scored.seconds[0] >= found.best.seconds[0]
        else:
            assert other.least is not None
            assert other.least > 40e9


def test_fewer_accelerators_are_searched_down_to_where_nothing_fits() -> None:
    model, made, job = dense(48, 8192, 64), machine(128), Job(4096, 128)
    case = Case(model, made, job, 128)
    less = fewer(case, costs(model, made, job), 80e9, {})
    assert [number for number, _ in less] == [64 >> place for place in range(len(less))]
    times = [float(found.best.seconds[0]) for _, found in less]
    assert times == sorted(times)
    finer = [number for number, _ in fewer(case, costs(model, made, job), 80e9, {}, 4)]
    assert set(finer) > {number for number, _ in less}
    assert all(number % 8 == 0 or 8 % number == 0 for number in finer)


def test_numbers_divide_even_where_a_half_does_not() -> None:
    """Of 96 GPUs of 8, whole nodes; of 100 also others; nothing ends at the first that works not."""
    model, job = dense(48, 8192, 64), Job(4096, 96)
    whole = numbers(Case(model, machine(96), job, 96))
    assert whole[:3] == [80, 72, 64]  # 11 stages of 48 layers are 5 each and 3 in the last: 55 places, more than a tenth empty
    assert set(tried(Case(model, machine(96), job, 96), 2)) <= set(whole)
    assert 96 in numbers(Case(model, machine(100), job, 100))
    odd = Case(model, machine(90), job, 90)
    assert [number for number, _ in fewer(odd, costs(model, machine(90), job), 80e9, {})]


def test_the_front_of_three_is_what_none_beats() -> None:
    """Against looking at every pair, with equal figures among them."""
    draw = np.random.Generator(np.random.PCG64(4))
    fronts, plain = dict[int, Scored](), list[tuple[float, float, float]]()
    for number in (8, 16, 24, 32):
        seconds, room = draw.integers(1, 9, 12).astype(float), draw.integers(0, 9, 12).astype(float)
        ranks = Layouts(*(np.arange(12.0) for _ in Layouts._fields))
        fronts[number] = front(Scored(ranks, seconds, room))
        plain += [(float(number), second, left) for second, left in zip(seconds, room, strict=True)]
    kept = {
        (n, s, h) for n, s, h in plain
        if not any(m <= n and t <= s and left >= h and (m, t, left) != (n, s, h) for m, t, left in plain)
    }  # fmt: skip
    made = points(fronts)
    found = list(zip(made.accelerators, made.scored.seconds, made.scored.headroom, strict=True))
    assert set(found) == kept
    assert len(found) == len(kept)
    assert [n for n, _, _ in found] == sorted((n for n, _, _ in found), reverse=True)


def test_accelerators_that_divide_badly_may_be_left_idle() -> None:
    model, job = dense(48, 8192, 64), Job(4096, 96)
    assert spared(Case(model, machine(96), job, 96), 1000) == []
    assert next(case.accelerators for case in spared(Case(model, machine(100), job, 100), 1000)) == 96
    assert above(Case(model, machine(7), job, 7))[:3] == [8, 16, 24]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"schedule": 1, "pipeline": 4, "interleave": 3}, "interleave 1 with zero-bubble and dualpipe"),
        (
            {"schedule": 2, "pipeline": 3, "tensor": 1, "context": 1, "data": 16, "interleave": 1, "micro_batch": 1},
            "dualpipe with an even number of stages",
        ),
        ({"schedule": 2, "pipeline": 4, "tensor": 1, "context": 1, "data": 12, "interleave": 1, "micro_batch": 1}, "two a stage or more"),
        ({"tensor": 4, "pipeline": 4, "data": 12}, "tensor x pipeline x data = 192, expected a divisor of 48"),
    ],
)
def test_rules_of_schedules_are_named(asked: dict[str, int], words: str) -> None:
    model, made, job = dense(), machine(48), Job(2048, 48)
    found = searched(Case(model, made, job, 48, asked), costs(model, made, job), 80e9)
    assert not found.any
    assert words in " ".join(fault.message for fault in faults_of(found, costs(model, made, job), 80e9))


def test_what_no_run_had_is_told() -> None:
    """Of models with experts: no context parallelism, passes of at most 16,384 tokens, no spread weights."""
    runs, job = seen(True), Job(4096, 1024)
    usual = {"tensor": 1, "pipeline": 8, "data": 32, "context": 1, "expert": 32, "interleave": 1, "micro_batch": 1, "recompute": 0,
             "sharding": 1, "schedule": 0}  # fmt: skip

    def told(**other: int) -> tuple[str, ...]:
        return runs.outside(one(tuple((usual | other)[name] for name in Layouts._fields)), job)

    assert told() == ()
    assert told(micro_batch=15)[0].startswith("a pass of 61,440 tokens (at most 16,384")
    assert told(context=2)[0].startswith("context 2 (none had it)")
    assert told(sharding=3)[0].startswith("weights spread over 32 (none had it)")
    assert seen(False).outside(one((8, 16, 128, 1, 1, 8, 1, 0, 1, 2)), Job(8192, 2048)) == ("schedule dualpipe (none had it)",)
    for other, there in (({}, True), ({"context": 2}, False), ({"sharding": 3}, False)):
        assert bool(runs.like(one(tuple((usual | other)[name] for name in Layouts._fields)), job)[0]) is there
