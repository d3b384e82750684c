"""The search over serving layouts: against one that tries everything by itself, the front, limits that nothing keeps, what is asked."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.audit.compute.serving import Parts
from stargauge.catalogue.serving_fit import shipped_serving_fit
from stargauge.plan.serving import answer as told
from stargauge.plan.serving.demand import Demand, checked
from stargauge.plan.serving.layouts import PARTS, broken, layouts_of
from stargauge.plan.serving.limits import parts_at, seconds, why_not
from stargauge.plan.serving.rows import Case, prompt_seconds, slots_of, transfer_seconds
from stargauge.plan.serving.search import Search, refined, searched, taken
from stargauge.quantity.compute import serving_queue as queue
from stargauge.quantity.compute.machine import Chip, Machine
from stargauge.quantity.compute.serving_memory import most_sequences, serving_layouts
from stargauge.quantity.compute.serving_service import ladder
from stargauge.quantity.compute.serving_step import decode_step, mixed_step
from stargauge.quantity.compute.serving_types import serving_types
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.errors import InputError

_CHIP = Chip("eight", "Eight", {"bf16": 1e15, "fp8": 2e15}, 80e9, 3.3e12, 8, 450e9, 50e9, 2023.0)
_DENSE = Transformer("dense", 80, 8192, 64, 8, 128, 28672, 128256)
_MIXED = Transformer("mixed", 36, 2880, 64, 8, 64, 2880, 201088, experts=128, experts_per_token=4)
_SET = shipped_serving_fit().settings
PASS_TOKENS, MOST_BATCH = _SET.pass_tokens, _SET.most_batch
_LIMITS = Demand(prompt=2000, answer=300, first=2.0, each=0.05)


def _case(model: Transformer = _DENSE, chip: Chip = _CHIP, **asked: Any) -> Case:
    demand = checked(replace(_LIMITS, **asked))
    return Case(model, Machine(chip, 8), demand, shipped_serving_fit(), serving_types("fp8", model, chip))


@lru_cache(maxsize=32)
def _found(model: Transformer = _DENSE, **asked: Any) -> Search:
    return searched(_case(model, **asked))


def _naive(model: Transformer, most: int) -> set[tuple[int, ...]]:
    """Every product of four numbers that breaks no rule."""
    numbers = range(1, most + 1)
    return {
        (tp, pp, ep, dp) for tp, pp, ep, dp in product(numbers, (1, 2, 4, 8, 16), numbers, numbers)
        if tp * pp * dp <= most and not [*broken(model, _CHIP, (tp, pp, ep, dp))]
    }  # fmt: skip


@pytest.mark.parametrize("model", [_DENSE, _MIXED])
@pytest.mark.parametrize("most", [1, 6, 16])
def test_layouts_are_all_that_break_no_rule(model: Transformer, most: int) -> None:
    made = layouts_of(model, _CHIP, most)
    found = {tuple(round(float(one[place])) for one in made) for place in range(made.many)}
    assert len(found) == made.many
    assert found == _naive(model, most)


def _alone(case: Case, parts: tuple[int, ...], load: float) -> tuple[float, float, float] | None:
    """Output tokens per accelerator, P99 of the first token, time per token of one layout at one load: one place at a time."""
    asked, layout = case.demand, serving_layouts(*parts)
    room = float(most_sequences(case.model, case.machine.chip, layout, asked.prompt + asked.answer, _SET, case.types)[0])
    slots = min(room, MOST_BATCH * parts[3])
    if slots < load:
        return None
    grid = ladder(slots)
    steps, added = [], []
    for batch in grid:
        on = (case.model, case.machine, layout, batch, asked.prompt + asked.answer / 2)
        at_once = max(batch / asked.passes, 1.0)
        parted = max(asked.prompt * at_once / (PASS_TOKENS * parts[3]), 1.0)
        plain = float(decode_step(*on, case.fit, case.types).total[0])
        mixed = float(mixed_step(*on, asked.prompt * at_once / parted, asked.prompt / 2, case.fit, case.types).total[0])
        steps.append(plain)
        added.append(parted * (mixed - plain) / at_once)
    one = [
        np.array([float(value)]) for value in (prompt_seconds(case, layout)[0], parts[3], asked.prompt / PASS_TOKENS, asked.passes, slots)
    ]
    fill = prompt_seconds(case, layout) - prompt_seconds(case, layout, back_to_back=True)
    service = queue.Service(*one, grid, np.array([steps]), np.array([added]), fill=fill)  # type: ignore[arg-type]
    made = queue.at_load(service, np.array([load]))
    return float(made.rate[0]) * asked.answer / math.prod((parts[0], parts[1], parts[3])), float(made.first_p99[0]), float(made.gap[0])


_LOADS = ladder(4 * MOST_BATCH)[::9]


@lru_cache(maxsize=2)
def _tried(model: Transformer) -> dict[tuple[tuple[int, ...], float], tuple[float, float, float]]:
    """All layouts of at most four accelerators at every ninth load, one by one."""
    case = _case(model, apart=False)
    pairs = product(sorted(_naive(model, 4)), map(float, _LOADS))
    return {pair: made for pair in pairs if (made := _alone(case, *pair)) is not None and math.isfinite(made[0])}


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([_DENSE, _MIXED]), st.floats(0.05, 5.0), st.floats(0.004, 0.2))
def test_the_best_is_that_of_trying_everything_one_by_one(model: Transformer, first: float, each: float) -> None:
    """On a small space under any limits: as many keep them, and the same layout at the same load is best."""
    tried = {pair: made for pair, made in _tried(model).items() if made[1] <= first and made[2] <= each}
    found = searched(_case(model, apart=False, first=first, each=each), only=serving_layouts(*zip(*sorted(_naive(model, 4)), strict=True)))
    kept = found.take(np.isin(found.rows.decoding, _LOADS))
    assert kept.good.sum() == len(tried)
    if tried:
        best = max(tried, key=lambda one: (tried[one][0], -tried[one][2]))
        assert kept.worth[kept.best] == pytest.approx(tried[best][0], rel=1e-9)
        assert (parts_at(kept, kept.best), kept.rows.decoding[kept.best]) == (Parts(*best[0]), best[1])


@pytest.mark.parametrize("first", [0.25, 0.6, 3.0])
def test_prompt_servers_are_the_best_of_all_pairs(first: float) -> None:
    """Every layout for answers with every layout for prompts: none of the pairs gives more by accelerator."""
    found = _found(first=first, apart=True)
    case, best = found.case, found.take(np.array([found.best]))
    alone, way = prompt_seconds(case, found.layouts), transfer_seconds(case, found.layouts)
    busy = prompt_seconds(case, found.layouts, back_to_back=True)
    most_by_pair = 0.0
    for place in range(found.layouts.many):
        one = np.array([place])
        ranks = found.layouts.data[one]
        load = queue.pool_load(busy[one], ranks, first - alone[one] - way[one], "queue_p99", 0.9)
        if not np.isfinite(load).all():
            continue
        cost = found.layouts.accelerators[one] * busy[one] / ranks / load
        rows = found.rows.take(found.fast)
        most_by_pair = max(most_by_pair, float((rows.rate * 300 / (rows.replica + rows.rate * cost)).max()))
    assert best.worth[0] == pytest.approx(most_by_pair)


@pytest.mark.parametrize("asked", [{"accelerators": 6}, {"accelerators": 8}, {"accelerators": 7}, {"rate": 3.0}, {"users": 40.0}])
@pytest.mark.parametrize("first", [0.4, 1.5])
def test_whole_prompt_servers_are_the_best_of_all_pairs(asked: dict[str, Any], first: float) -> None:
    """With accelerators, a rate or users given servers are whole: every layout for answers with every one for prompts, one by one."""
    found = _found(first=first, apart=True, **asked)
    case, layouts = found.case, found.layouts
    demand, every = case.demand, np.arange(layouts.many)
    busy, own = prompt_seconds(case, layouts, back_to_back=True), prompt_seconds(case, layouts) + transfer_seconds(case, layouts)
    load = queue.pool_load(busy, layouts.data, first - own, "queue_p99", 0.9)
    rates = load * layouts.data / busy
    # What decodes does not depend on who takes prompts in: of the rows of one kind of servers, each replica at each load once.
    kind = found.rows.prompt_place == found.rows.prompt_place[0]
    decoding = found.rows.take(kind & found.fast)
    best = 0.0
    for place in every[np.isfinite(rates) & (rates > 0.0)]:
        rate, size = float(rates[place]), float(layouts.accelerators[place])
        mean = float(own[place] + queue.pool(busy[[place]], layouts.data[[place]], load[[place]]).queue[0])
        for of, replica, gap in zip(decoding.rate, decoding.replica, decoding.each, strict=True):
            users = of * (mean + demand.passes * gap)
            if demand.accelerators is not None:
                most = 0
                while (most + 1) * replica + math.ceil((most + 1) * of / rate - 1e-9) * size <= demand.accelerators:
                    most += 1
                worth = most * of * demand.answer / demand.accelerators
            else:
                asked_for = demand.rate / of if demand.rate is not None else (demand.users or 0.0) / users
                units = math.ceil(asked_for - 1e-9)
                taken_up = units * replica + math.ceil(units * of / rate - 1e-9) * size
                served = demand.rate if demand.rate is not None else min(of * units, of * (demand.users or 0.0) / users)
                worth = served * demand.answer / taken_up
            best = max(best, worth)
    # Users in a closed loop: a slower server of the same size keeps some of them waiting, and fewer replicas may do; these are not tried.
    assert found.worth[found.best] == pytest.approx(best, rel=1e-6 if demand.users is None else 0.01)


def test_nothing_is_better_than_a_point_of_the_front() -> None:
    found = _found()
    front = found.front
    allowed = np.flatnonzero(found.in_time & found.enough)
    for row in front:
        faster = found.rows.each[allowed] <= found.rows.each[row]
        assert found.worth[allowed][faster].max() == found.worth[row]
    assert (np.diff(found.rows.each[front]) > 0).all() and (np.diff(found.worth[front]) > 0).all()
    assert found.worth[found.best] == max(found.worth[row] for row in front if found.good[row])


def test_the_best_load_is_as_high_as_the_limit_allows() -> None:
    for asked, limit in (({"apart": False}, "tpot"), ({"apart": False, "each": None, "first": 0.3}, "ttft"), ({"apart": True}, "memory")):
        found, one = _found(**asked), refined(_found(**asked))
        assert one.good.all() and one.worth[0] >= found.worth[found.best]
        assert [at["limit"] for at in told.binding(found, told.option_of(one, 0))] == [limit]


def test_limits_cost_output_and_more_of_them_cost_more() -> None:
    worth = [float(found.worth[found.best]) for found in (_found(each=None), _found(), _found(each=0.02), _found(each=0.02, first=0.6))]
    assert worth == sorted(worth, reverse=True) and worth[0] > worth[2]


@pytest.mark.parametrize("apart", [False, True])
def test_a_rate_gets_replicas_enough(apart: bool) -> None:
    one = refined(_found(rate=40.0, apart=apart))
    assert one.units[0] * one.rows.rate[0] >= 40.0 * (1 - 1e-6)
    assert (one.units[0] - 1) * one.rows.rate[0] < 40.0
    assert one.worth[0] == pytest.approx(40.0 * 300 / one.accelerators[0])
    option = told.option_of(one, 0)
    assert option.accelerators == option.replicas * option.layout.accelerators + option.prompt_servers * (
        option.prompt_layout.accelerators if option.prompt_layout else 0
    )
    assert option.requests == 40.0 and (option.kind == "apart") is apart


def test_few_requests_are_not_told_to_be_more() -> None:
    """One request in a hundred seconds: hardly ever one at work, and no wait."""
    one = refined(_found(rate=0.01, apart=False))
    assert one.rows.decoding[0] < 0.1
    assert one.rows.p99[0] == pytest.approx(one.rows.mean[0], rel=0.05)


def test_accelerators_are_not_passed() -> None:
    for number in (4, 7, 16):
        found = _found(accelerators=number)
        assert (found.accelerators[found.good] <= number).all()
        rows, units = found.rows.take(found.good), found.units[found.good]
        more = taken(rows, units + 1)
        assert (more > number).all()


def test_users_share_what_there_is() -> None:
    """Twice as many users as there is room for: the same tokens, the others wait."""
    cases = (_case(first=None, each=None, users=users, accelerators=4, apart=False) for users in (600, 1200))
    few, many = (searched(case, {"tp": 4, "pp": 1}) for case in cases)
    assert many.worth[many.best] == pytest.approx(few.worth[few.best], rel=1e-6)
    assert many.rows.mean[many.best] > few.rows.mean[few.best] + 10
    assert refined(many).rows.users[0] == pytest.approx(1200)


def test_prompts_apart_never_slow_a_token() -> None:
    """A step takes as long as its sequences need; the limit on the first token is kept by how busy prompt servers are."""
    found = _found(apart=True)
    rows = found.rows
    layout = found.layouts.take(rows.place)
    case = found.case
    alone = decode_step(case.model, case.machine, layout, rows.decoding, 2150.0, case.fit, case.types).total
    assert rows.each == pytest.approx(alone)
    assert (rows.p99 <= 2.0 + 1e-9).all() and (rows.busy <= 0.9 + 1e-9).all()
    assert (rows.servers * rows.rate[0] >= 0).all()


def _why(**asked: Any) -> str:
    found = _found(**asked)
    assert not found.good.any()
    return " | ".join(f"{one.path}: {one.message}" for one in why_not(found).faults)


def test_what_nothing_keeps_is_told_with_the_nearest_that_works() -> None:
    text = _why(each=0.001)
    assert "--tpot: no layout brings each further token within 1ms; the least is" in text
    nearest = text.partition("nearest that works: ")[2]
    limits = dict(zip(nearest.split()[::2], nearest.split()[1::2], strict=False))
    assert _found(each=float(limits["--tpot"].strip("ms,")) / 1000).good.any()
    assert "--ttft: no layout brings the first token (p99 of requests) within 1ms" in _why(first=0.001)
    assert "are not enough under these limits" in _why(rate=500.0, accelerators=8)


def test_what_does_not_fit_says_how_much_it_is_short_of() -> None:
    with pytest.raises(InputError, match=r"dense does not fit into 1 eight.*2,300 tokens.*has 60 GB and would hold 7\d GB"):
        searched(_case(chip=replace(_CHIP, memory=60e9), accelerators=1))


@pytest.mark.parametrize(
    ("model", "fixed", "words"),
    [
        (_DENSE, {"tp": 3}, "tp=3 does not divide the 64 heads of dense; nearest that works: tp=2"),
        (_DENSE, {"tp": 16}, "tp=16 is more than the 8 accelerators of a fast network of eight; nearest that works: tp=8"),
        (_DENSE, {"ep": 2}, "dense has no experts"),
        (_MIXED, {"ep": 3, "dp": 3}, "ep=3 does not divide the 128 experts of mixed"),
        (_MIXED, {"ep": 2, "dp": 4}, "ep=2 is less than dp=4"),
    ],
)
def test_a_layout_that_breaks_a_rule_says_which_and_the_nearest(model: Transformer, fixed: dict[str, int], words: str) -> None:
    with pytest.raises(InputError) as caught:
        layouts_of(model, _CHIP, 64, fixed)
    assert words in str(caught.value)
    near = str(caught.value).partition("nearest that works: ")[2]
    again = {name: int(value) for name, value in (part.split("=") for part in near.strip().split(","))}
    assert set(again) == set(fixed) <= set(PARTS)
    assert layouts_of(model, _CHIP, 64, again).many > 0


def test_all_that_is_asked_wrong_is_told_at_once() -> None:
    wrong = Demand(prompt=0, answer=1, hits=1.0, accepted=0.5, first=0.0, each=-1.0, of="p42", users=0.0, rate=1.0, accelerators=0)
    with pytest.raises(InputError) as caught:
        checked(wrong)
    assert len(caught.value.faults) == 10


def test_a_cache_of_prefixes_and_speculation_give_more() -> None:
    base, hits, guessed = (_found(apart=False, **more) for more in ({}, {"hits": 0.56}, {"accepted": 1.8}))
    assert hits.worth[hits.best] > base.worth[base.best]
    assert guessed.worth[guessed.best] > base.worth[base.best]


def test_twice_of_a_figure_never_gives_less() -> None:
    found = _found(apart=False)
    gains = told.gains(found.case, told.option_of(refined(found), 0))
    assert {one["what"] for one in gains} == {"bandwidth", "memory", "compute", "network"}
    assert all(0.0 <= one["gain"] < 1.5 for one in gains)
    assert max(one["gain"] for one in gains) > 0.05


def test_slots_are_what_memory_holds() -> None:
    case, layouts = _case(), serving_layouts([2, 4])
    room = most_sequences(_DENSE, _CHIP, layouts, 2300, _SET, case.types)
    assert slots_of(case, layouts) == pytest.approx(np.minimum(room, MOST_BATCH))


def test_times_are_written_as_they_are_asked_for() -> None:
    assert [seconds(one) for one in (0.02, 2.0, 0.0123456)] == ["20ms", "2s", "12.3ms"]
    assert [seconds(one, up=True) for one in (0.0200001, 1.2341)] == ["20.1ms", "1.24s"]
