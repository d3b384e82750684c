"""The layout search against straightforward enumeration, one layout at a time, and what it says of layouts that do not work."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.layout_doubles import costs, dense, experts, machine, memory, step

from stargauge.catalogue.training_fit import shipped_training_fit
from stargauge.plan.layouts.explain import alternatives, faults_of, nearest, works_on, written
from stargauge.plan.layouts.search import WITHOUT, Costs, fewer, searched
from stargauge.plan.layouts.space import Case, Count, blocks
from stargauge.quantity.compute.layout import Job, Layouts
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
                range(3), range(4 if d * c > 1 or (model.experts and t * c * d > e) else 1), range(2)
            ):
                if sharding == 2 and job.batch > d * b:
                    continue
                if schedule == 0 or (p > 1 and v <= 2):
                    yield t, p, d, c, e, v, b, recompute, sharding, schedule


@st.composite
def cases(draw: st.DrawFn) -> tuple[Transformer, Machine, Job]:
    """Small models on small machines."""
    layers, heads = draw(st.sampled_from([3, 4, 6, 11])), draw(st.sampled_from([6, 8, 32]))
    model = draw(st.sampled_from([dense(layers, 64 * heads, heads, draw(st.sampled_from([1, 2, heads]))), experts(4, layers)]))
    made = machine(draw(st.sampled_from([4, 6, 8, 12])), draw(st.sampled_from([2, 4, 8])), draw(st.sampled_from([2e9, 5e9, 80e9])))
    return model, made, Job(draw(st.sampled_from([512, 1536])), draw(st.sampled_from([6, 8, 12])))


@given(cases())
@settings(max_examples=25, deadline=None)
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


@given(cases())
@settings(max_examples=6, deadline=None)
def test_the_best_of_the_training_model_is_that_of_each_alone(case: tuple[Transformer, Machine, Job]) -> None:
    """With the time and memory that users get: what is worked out once for many layouts is what each has alone."""
    model, made, job = case
    fit, n, capacity = shipped_training_fit(), made.accelerators, made.chip.memory
    whole = Costs(lambda at: training_step(model, made, job, at, fit).total, lambda at: training_memory(model, job, at).total)
    found = searched(Case(model, made, job, n), whole, capacity)
    rows = list(every(model, made, job, n))
    rows = rows[:: max(1, len(rows) // 400)]
    rows += [tuple(int(part[0]) for part in found.best.layouts)] if found.any else []
    fits = [row for row in rows if whole.memory(one(row))[0] <= capacity]
    assert found.any or not fits
    if found.any:
        times = [float(whole.seconds(one(row))[0]) for row in fits]
        assert times[-1] == pytest.approx(found.best.seconds[0], rel=1e-12)
        assert min(times) >= times[-1] * (1 - 1e-12)


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
    monkeypatch.setattr("stargauge.plan.layouts.space.BLOCK", 100)
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


def test_fewer_accelerators_take_longer_until_nothing_fits() -> None:
    model, made, job = dense(48, 8192, 64), machine(128), Job(4096, 128)
    case = Case(model, made, job, 128)
    less = fewer(case, costs(model, made, job), 80e9, {})
    numbers = [number for number, _ in less]
    assert numbers == [64 >> place for place in range(len(numbers))]
    times = [float(found.best.seconds[0]) for _, found in less]
    assert times == sorted(times)
