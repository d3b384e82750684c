"""The analytic queue of a service against requests simulated one by one, against published tables, and its own laws."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.serving_simulator import simulated

from stargauge.quantity.compute.serving_queue import (
    Array,
    Service,
    _far,
    _outside,
    at_load,
    at_random,
    closed,
    full,
    most,
    pace,
    pool,
    pool_load,
    quantile,
    quantile_of_two,
    queued,
)  # fmt: skip

_GRID = np.array([1.0, 2, 4, 8, 16, 32, 64, 128, 256])
#: Standard deviation over mean of lengths spread evenly from nothing to twice their mean.
_EVEN = 3.0**-0.5


def _of(value: float) -> Array:
    return np.array([float(value)])


def _service(
    prefill: float, step: Callable[[float], float], passes: float, slots: float, lanes: float = 1, chunks: float = 1,
    variation: float = _EVEN,
) -> Service:  # fmt: skip
    steps = np.array([[step(one) for one in _GRID]])
    added = np.full_like(steps, prefill)
    return Service(_of(prefill), _of(lanes), _of(chunks), _of(passes), _of(slots), _GRID, steps, added, variation)


def _step(batch: float) -> float:
    return 0.0185 + 0.00008 * batch


#: Long prompts, prompts in parts, four ranks at once, short prompts.
_CASES = [
    {"prefill": 0.39, "passes": 499, "slots": 86},
    {"prefill": 0.1, "passes": 200, "slots": 60, "chunks": 4},
    {"prefill": 0.05, "passes": 200, "slots": 120, "chunks": 2, "lanes": 4},
    {"prefill": 0.01, "passes": 200, "slots": 60},
]


@pytest.mark.parametrize("case", _CASES)
def test_a_closed_loop_is_that_of_the_simulator(case: dict[str, float]) -> None:
    """Rate and time between tokens within 6 % with few users and with twice as many as there are slots; then the wait within 8 %."""
    service = _service(case["prefill"], _step, case["passes"], case["slots"], case.get("lanes", 1), case.get("chunks", 1))
    for users in (1, 25, 2 * int(case["slots"])):
        seen = simulated(step=_step, users=users, **case)  # type: ignore[arg-type]
        made = closed(service, _of(users))
        assert made.gap[0] == pytest.approx(seen.gap, rel=0.06)
        assert made.rate[0] == pytest.approx(seen.rate, rel=0.06)
    assert made.first[0] == pytest.approx(seen.first, rel=0.08)
    assert made.in_flight[0] == users


@pytest.mark.parametrize("case", _CASES)
@pytest.mark.parametrize("load", [0.3, 0.8])
def test_requests_at_random_are_those_of_the_simulator(case: dict[str, float], load: float) -> None:
    """Mean time to the first token within 15 %, time between tokens within 10 %."""
    service = _service(case["prefill"], _step, case["passes"], case["slots"], case.get("lanes", 1), case.get("chunks", 1))
    rate = load * most(service).rate
    seen = simulated(step=_step, rate=float(rate[0]), requests=6000, **case)  # type: ignore[arg-type]
    made = at_random(service, rate)
    assert made.gap[0] == pytest.approx(seen.gap, rel=0.10)
    assert made.first[0] == pytest.approx(seen.first, rel=0.15)


@pytest.mark.parametrize("case", _CASES[:3])
@pytest.mark.parametrize("load", [0.3, 0.8])
def test_one_in_a_hundred_waits_about_as_long_as_in_the_simulator(case: dict[str, float], load: float) -> None:
    """P99 is within a factor of 1.5 of that of the simulator, P50 within 20 %."""
    service = _service(case["prefill"], _step, case["passes"], case["slots"], case.get("lanes", 1), case.get("chunks", 1))
    rate = load * most(service).rate
    seen = simulated(step=_step, rate=float(rate[0]), requests=6000, **case)  # type: ignore[arg-type]
    made = at_random(service, rate)
    assert 1 / 1.5 < made.first_p99[0] / seen.quantile(0.99) < 1.5
    assert made.first_p50[0] == pytest.approx(seen.quantile(0.5), rel=0.2)


def test_published_table_of_a_70b_on_two_accelerators(shared: Path) -> None:
    """NIM's table at 5,000 tokens in and 500 out: two figures of it (one user alone) and the room for 86 requests give the others.

    With one user: 407 ms to the first token and 18.6 ms a token; the step's growth with the batch is what 100 users show.
    """
    rows = {
        int(row["concurrency"]): row for row in csv.DictReader((shared / "facts/inference_validation.csv").read_text().splitlines())
        if row["source"].startswith("NVIDIA NIM") and row["isl"] == "5000"
    }  # fmt: skip
    service = _service(0.4068, lambda batch: 0.01858 + 0.00006 * batch, 499, 86, variation=0.0)
    for users, row in rows.items():
        made = closed(service, _of(users))
        assert made.gap[0] * 1000 == pytest.approx(float(row["measured_itl_ms"]), rel=0.05)
        assert made.rate[0] * 500 == pytest.approx(float(row["tokens_per_s_total"]), rel=0.05)
        assert made.first[0] * 1000 == pytest.approx(float(row["measured_ttft_ms"]), rel=0.10)
    at = {users: closed(service, _of(users)) for users in (50, 100, 200)}
    assert 7 < at[100].first[0] / at[50].first[0] < 14
    assert at[200].rate[0] == pytest.approx(at[100].rate[0])


def test_a_queue_with_one_server_is_that_of_pollaczek_and_khinchine() -> None:
    load, each = np.array([0.2, 0.5, 0.9]), _of(2.0)
    assert queued(load, _of(1.0), each) == pytest.approx(load * each / (2 * (1 - load)))


_LOADS = st.lists(st.floats(0.01, 0.95), min_size=2, max_size=5)


@settings(max_examples=40, deadline=None)
@given(_LOADS, st.floats(0.001, 2.0), st.floats(0.005, 0.05), st.integers(1, 8), st.integers(10, 200))
def test_more_requests_take_longer(loads: list[float], prefill: float, step: float, lanes: int, slots: int) -> None:
    """Along the load every time grows and P99 is not below P50; what comes leaves; Little's law holds."""
    service = _service(prefill, lambda batch: step * (1 + batch / 100), 300, slots, lanes)
    many = service.take(np.zeros(len(loads), dtype=np.intp))
    rate = np.sort(np.array(loads)) * most(service).rate
    made = at_random(many, rate)
    for times in (made.gap, made.first, made.first_p50, made.first_p99, made.decoding):
        assert (np.diff(times) >= -1e-9 * times[1:]).all()
    assert (made.first_p99 >= made.first_p50 - 1e-12).all()
    assert pace(many, made.decoding).rate == pytest.approx(rate)
    assert made.decoding == pytest.approx(rate * 300 * made.gap, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.001, 2.0), st.integers(1, 60), st.integers(1, 400))
def test_a_closed_loop_keeps_littles_law(prefill: float, slots: int, users: int) -> None:
    service = _service(prefill, _step, 300, slots)
    made = closed(service, _of(users))
    assert made.rate * (made.first + 300 * made.gap) == pytest.approx(users, rel=1e-6)


def test_what_cannot_keep_up_is_absent() -> None:
    service = _service(0.39, _step, 499, 86)
    made = at_random(service, 1.01 * most(service).rate)
    assert all(np.isnan(one).all() for one in made)
    assert np.isnan(at_load(service, _of(200.0)).rate).all()


@settings(max_examples=40, deadline=None)
@given(st.floats(0.001, 1.0), st.integers(5, 400), st.floats(0.05, 0.99))
def test_where_slots_are_said_to_be_free_they_are(prefill: float, slots: int, load: float) -> None:
    """What is left out as never happening has no chance when reckoned in full."""
    service = _service(prefill, _step, 300, slots)
    top = full(service)
    decoding = load * top
    made, limit = pace(service, decoding), pace(service, top)
    if _far(service.slots - made.in_flight, limit.rate / made.rate)[0]:
        assert _outside(service, decoding, top, made.rate, limit.rate)[0][0] < 1e-15


def test_waits_of_two_kinds() -> None:
    """Against draws; one that nobody has leaves the other."""
    chance = np.random.default_rng(1)
    both = sum(chance.exponential(mean, 400_000) * (chance.random(400_000) < share) for share, mean in ((0.3, 2.0), (0.6, 0.5)))
    for q in (0.5, 0.9, 0.99):
        assert quantile_of_two(q, _of(0.3), _of(2.0), _of(0.6), _of(0.5))[0] == pytest.approx(np.quantile(both, q), rel=0.02, abs=0.01)
    assert quantile_of_two(0.99, _of(0.0), _of(0.0), _of(0.6), _of(0.5)) == pytest.approx(quantile(0.99, _of(0.6), _of(0.5)), rel=1e-6)


def test_a_pool_of_prompts_is_loaded_as_far_as_the_wait_allows() -> None:
    alone, lanes = np.array([0.1, 0.4, 0.4]), np.array([1.0, 1.0, 8.0])
    for of in ("queue", "queue_p50", "queue_p99"):
        load = pool_load(alone, lanes, _of(0.5), of, 0.99)
        most_wait = getattr(pool(alone, lanes, np.full(3, 0.99)), of)
        assert getattr(pool(alone, lanes, load), of) == pytest.approx(np.minimum(0.5, most_wait))
    assert np.isnan(pool_load(alone, lanes, _of(-0.1), "queue", 0.99)).all()
