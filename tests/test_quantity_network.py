"""Networks of activities: published schedules, merge bias, and an oracle that walks every path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.quantity.schedule.network import by_latest_start, earliest_finish, finish_with_crews, passes, queued


def vector(shared: Path, name: str) -> dict[str, Any]:
    found = json.loads((shared / "facts" / "finance_vectors.json").read_text(encoding="utf-8"))["vectors"]
    one: dict[str, Any] = next(v for v in found if v["id"] == name)
    return one


def places(activities: dict[str, Any]) -> list[list[int]]:
    names = list(activities)
    return [[names.index(one) for one in activity["pred"]] for activity in activities.values()]


def test_a_published_pert_chart(shared: Path) -> None:
    given_, expected = (vector(shared, "pert_17w")[key] for key in ("inputs", "expected"))
    activities = given_["activities"]
    mean = np.array([[(a["a"] + 4 * a["m"] + a["b"]) / 6 for a in activities.values()]])
    found = passes(mean, places(activities))
    assert found.end[0] == pytest.approx(expected["duration"], abs=1e-8)
    assert [name for name, critical in zip(activities, found.critical[0], strict=True) if critical] == expected["critical"]


def test_a_published_path(shared: Path) -> None:
    one = vector(shared, "pert_path")
    mean = np.array([[(a + 4 * m + b) / 6 for a, m, b in one["inputs"]["abm"]]])
    assert passes(mean, [[], [0], [1], [2]]).end[0] == pytest.approx(one["expected"]["duration"], abs=1e-8)


def test_shared_crews_reach_the_best_schedule(shared: Path) -> None:
    one = vector(shared, "rcpsp_shared")
    activities, capacity = one["inputs"]["activities"], one["inputs"]["capacity"]
    duration = np.array([[float(a["duration"]) for a in activities.values()]])
    before = places(activities)
    assert passes(duration, before).end[0] == one["expected"]["cpm_makespan"]
    crews = [[a["use"].get(name, 0) for name in capacity] for a in activities.values()]
    finish = finish_with_crews(duration, before, crews, list(capacity.values()), by_latest_start(duration, before))
    assert finish.max() == one["expected"]["optimal_makespan"]


def test_two_equal_paths_end_later_than_either() -> None:
    drawn = np.random.default_rng(1).normal(10.0, 2.0, (400_000, 2))
    ends = passes(np.column_stack([drawn, np.zeros(len(drawn))]), [[], [], [0, 1]])
    assert ends.end.mean() == pytest.approx(11.128, abs=0.01)  # 10 + 2 / sqrt(pi)
    assert ends.critical[:, :2].mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.005)


@st.composite
def networks(draw: st.DrawFn) -> tuple[np.ndarray, list[list[int]]]:
    count = draw(st.integers(1, 7))
    before = [sorted(draw(st.sets(st.integers(0, place - 1), max_size=3))) if place else [] for place in range(count)]
    duration = draw(st.lists(st.lists(st.integers(0, 20), min_size=count, max_size=count), min_size=1, max_size=4))
    return np.array(duration, dtype=float), before


def paths(before: list[list[int]], place: int) -> list[tuple[int, ...]]:
    """Every chain of activities that ends with this one."""
    return [(*path, place) for one in before[place] for path in paths(before, one)] or [(place,)]


@given(networks())
def test_passes_agree_with_walking_every_path(network: tuple[np.ndarray, list[list[int]]]) -> None:
    duration, before = network
    found = passes(duration, before)
    count = len(before)
    whole = [path for place in range(count) for path in paths(before, place)]
    for draw, lasts in enumerate(duration):
        length = {path: float(sum(lasts[one] for one in path)) for path in whole}
        end = max(length.values())
        for place in range(count):
            assert found.finish[draw, place] == max(value for path, value in length.items() if path[-1] == place)
            through = max(value for path, value in length.items() if place in path)
            assert found.total_float[draw, place] == end - through
        assert found.critical[draw].any()


@given(networks(), st.integers(1, 3), st.data())
def test_crews_keep_the_order_and_are_never_overbooked(
    network: tuple[np.ndarray, list[list[int]]], capacity: int, data: st.DataObject
) -> None:  # fmt: skip
    duration, before = network
    need = [data.draw(st.integers(0, capacity)) for _ in before]
    finish = finish_with_crews(duration, before, [[n] for n in need], [capacity], by_latest_start(duration, before))
    start = finish - duration
    for place, earlier in enumerate(before):
        assert all((start[:, place] >= finish[:, one]).all() for one in earlier)
        at = start[:, place][:, None]
        works = (start <= at) & (finish > at)
        assert ((works * np.array(need)).sum(axis=1) <= capacity).all()
    assert (finish >= earliest_finish(duration, before)).all()


@given(networks())
def test_crews_for_all_change_nothing(network: tuple[np.ndarray, list[list[int]]]) -> None:
    duration, before = network
    enough = finish_with_crews(duration, before, [[1]] * len(before), [len(before)], by_latest_start(duration, before))
    assert np.array_equal(enough, earliest_finish(duration, before))


def test_a_later_start_moves_what_waits_for_it() -> None:
    finish = earliest_finish(np.array([[2.0, 3.0, 1.0]]), [[], [], [0, 1]], np.array([[0.0, 10.0, 0.0]]))
    assert finish.tolist() == [[2.0, 13.0, 14.0]]


def test_too_few_crews_are_said() -> None:
    with pytest.raises(ValueError, match="more crews than there are"):
        finish_with_crews(np.ones((1, 1)), [[]], [[2]], [1], [0])


def test_one_supplier_takes_orders_as_they_come() -> None:
    days = queued(np.array([[10.0, 0.0, 11.0], [0.0, 0.0, 50.0]]), np.array([[4.0, 5.0, 2.0], [3.0, 4.0, 1.0]]))
    # first draw: the order of day 0 is done on day 5, that of day 10 on day 14, the last waits for it; equal days in the given order
    assert days.tolist() == [[14.0, 5.0, 16.0], [3.0, 7.0, 51.0]]
    assert queued(np.array([[3.0, 1.0]]), np.array([[0.0, 9.0]])).tolist() == [[3.0, 10.0]]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), min_size=1, max_size=7))
def test_a_queue_agrees_with_serving_the_orders_one_by_one(orders: list[tuple[int, int]]) -> None:
    released, work = (np.array([part], dtype=float) for part in zip(*orders, strict=True))
    free, done = -np.inf, [float(when) for when, _ in orders]
    for place in sorted(range(len(orders)), key=lambda one: orders[one][0]):
        if orders[place][1]:
            free = done[place] = max(free, orders[place][0]) + orders[place][1]
    assert queued(released, work)[0].tolist() == done


def test_more_work_for_one_never_serves_another_sooner() -> None:
    rng = np.random.default_rng(4)
    released, work = rng.uniform(0.0, 100.0, (200, 6)), rng.uniform(0.1, 30.0, (200, 6))
    more = work.copy()
    more[:, 2] += 10.0
    assert (queued(released, more) >= queued(released, work) - 1e-9).all()
