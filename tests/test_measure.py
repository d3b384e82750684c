"""What is run on an accelerator and what comes of it, on a device described in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from tests.gpu_double import H100, Described

from stargauge.measure.device import Effort, Timing
from stargauge.measure.kernels import DTYPES, SIZE, Kernel, attention, cached, layer, moved, plan, product, reduced, sustained
from stargauge.measure.points import Point, facts_as_points, measured, quantile


def points_of(device: Described, quick: bool = False) -> list[Point]:
    return [step.point for step in measured(device, quick)]


def test_operations_and_bytes_of_a_product_are_those_of_its_matrices() -> None:
    made = product("bf16", 3, 5, 7)
    assert (made.flop, made.byte, made.shape) == (2 * 3 * 5 * 7, 2 * (3 * 7 + 7 * 5 + 3 * 5), "m=3 n=5 k=7")
    assert product("fp8", 3, 5, 7).byte == 3 * 7 + 7 * 5 + 2 * 3 * 5  # fp8 is multiplied into bf16


def test_causal_attention_counts_half_of_the_scores_and_backward_two_and_a_half_times_as_much() -> None:
    forward, back = (attention(1024, 32, 128, "flash", backward) for backward in (False, True))
    assert forward.flop == 16 * 32 * 2 * (2 * 1024 * 1024 * 128) / 2
    assert back.flop == 2.5 * forward.flop
    assert attention(32768, 32, 128, "flash", False).side("sequences") == 1


def test_a_layer_is_its_four_products_and_its_attention() -> None:
    width, heads, kv_heads, inner, sequence, sequences = sides = (4096, 32, 8, 14336, 4096, 4)
    tokens = sequence * sequences
    shapes = ((width + 2 * kv_heads * 128, width), (width, width), (2 * inner, width), (width, inner))
    products = sum(product("bf16", tokens, n, k).flop for n, k in shapes)
    scores = attention(sequence, heads, 128, "flash", False)
    assert layer(sides, "flash", False).flop == pytest.approx(products + scores.flop * sequences / scores.side("sequences"))
    # A step of training: three times the products (6 operations per parameter and token), and attention forward and back.
    parameters = sum(n * k for n, k in shapes)
    assert layer(sides, "flash", True).flop == pytest.approx(
        6 * parameters * tokens + 3.5 * scores.flop * sequences / scores.side("sequences")
    )


def test_a_copy_reads_and_writes_and_a_cache_is_read_once() -> None:
    assert (moved("copy", 100).byte, moved("read", 100).byte) == (200, 100)
    made = cached(16, 1024, "flash")
    assert made.byte == 2 * 16 * 1024 * 8 * 128 * SIZE["bf16"] and made.unit == "B/s"


def test_a_sum_over_devices_sends_what_a_ring_sends() -> None:
    assert reduced(800, 8).byte == 2 * 7 / 8 * 800


def test_the_plan_covers_types_sizes_and_parts_and_quick_is_about_a_third() -> None:
    whole, quick = plan(False), plan(True)
    kinds = Counter(one.operation for one in whole)
    assert {"matmul", "copy", "read", "attention", "attention-backward", "decode-attention", "layer", "layer-both", "launch"} == set(kinds)
    assert {one.dtype for one in whole if one.operation == "matmul"} == set(DTYPES)
    squares = {one.side("m") for one in whole if one.operation == "matmul" and len({size for _, size in one.sides}) == 1}
    assert min(squares) == 512 and max(squares) == 16384
    assert {1, 512} <= {one.side("m") for one in whole if one.operation == "matmul"}
    assert len({(one.operation, one.variant, one.dtype, one.shape) for one in whole}) == len(whole)
    assert set(quick) <= set(whole) and 0.3 < len(quick) / len(whole) < 0.45
    assert {(one.operation, one.variant, one.dtype) for one in quick} == {(one.operation, one.variant, one.dtype) for one in whole}


def test_sums_are_measured_only_where_there_are_several() -> None:
    assert not [one for one in plan(False, 1) if one.operation == "all-reduce"]
    several = [one for one in plan(False, 4) if one.operation == "all-reduce"]
    assert {one.side("devices") for one in several} == {4}


def test_a_rate_is_the_amount_over_the_median_time_and_its_p10_that_of_the_slow_repeats() -> None:
    class Uneven(Described):
        def time(self, kernel: Kernel, effort: Effort) -> Timing:
            return Timing((1.0, 2.0, 4.0), "eager")

    point = next(one for one in points_of(Uneven()) if one.operation == "copy")
    assert point.value == point.byte / 2.0
    assert point.low == pytest.approx(point.byte / 3.6) and point.high == pytest.approx(point.byte / 1.2)
    assert (point.seconds, point.repeats) == (2.0, 3)
    launch = next(one for one in points_of(Uneven()) if one.operation == "launch")
    assert (launch.value, launch.unit) == (2.0, "s") and launch.low == pytest.approx(1.2)


def test_what_the_chip_does_not_run_is_a_point_without_a_value_that_says_why() -> None:
    points = points_of(Described(refuses=frozenset({"fp8", "cudnn"}), power=None))
    silent = [one for one in points if one.value is None]
    assert {one.note for one in silent} == {"not on this chip", "no reading of the power"}
    assert {one.dtype for one in silent if one.operation == "matmul"} == {"fp8"}
    assert len(points) == len(plan(False)) + 2 * len(sustained(False))


@pytest.mark.parametrize("wrong", [(), (0.0,), (float("nan"), 1.0), (float("inf"),)])
def test_times_that_are_no_times_are_no_values(wrong: tuple[float, ...]) -> None:
    class Broken(Described):
        def time(self, kernel: Kernel, effort: Effort) -> Timing:
            return Timing(wrong, "graph")

    assert all(one.value is None and one.note for one in points_of(Broken(power=None)))


def test_nothing_is_started_once_the_time_is_up() -> None:
    device, now = Described(), iter(float(second) for second in range(10_000))
    steps = list(measured(device, clock=lambda: next(now), limit=30.0))
    assert 20 <= len(device.asked) <= 30
    assert [step.done for step in steps] == list(range(1, steps[0].whole + 1))
    late = [step.point for step in steps if step.point.note == "no time was left"]
    assert len(late) == len(plan(False)) - len(device.asked) and all(one.value is None for one in late)


def test_what_a_device_does_not_say_of_itself_is_left_out() -> None:
    said = {one.shape: one.value for one in facts_as_points(replace(H100, clock=0.0, power_limit=0.0))}
    assert said == {"memory": 85e9, "cache": 50e6, "multiprocessors": 132.0, "memory_clock_max": 2.6e9, "devices": 1.0, "capability": 9.0}


def test_quantiles_are_those_of_numpy() -> None:
    import numpy as np

    values = [3.0, 1.0, 7.0, 2.0, 9.0, 4.0]
    assert [quantile(values, share) for share in (0.0, 0.1, 0.5, 0.9, 1.0)] == pytest.approx(np.quantile(values, (0.0, 0.1, 0.5, 0.9, 1.0)))
