"""Memory of training: against what was measured on A100 by Korthikanti et al. (2022), and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from tests.test_training_step import DEEP, GPT, LLAMA, MOE, _made, jobs, layouts, some_layouts

from stargauge.quantity.compute.layout import Job
from stargauge.quantity.compute.training_memory import TrainingMemory, activation_bytes, micro_batches_under_way, training_memory
from stargauge.quantity.compute.transformer import Transformer

GIB = 2.0**30
#: Model; tensor, pipeline, chunks and micro-batch; sequences of a step; GiB of weights, gradients and optimiser without embedding, and of
#: activations with sequence parallelism and selective recomputation (figure 1 of arXiv:2205.05198 as calculon-ai/calculon has it).
PUBLISHED = [
    (Transformer("22B", 48, 6144, 64, 64, 96, 24576, 51200, gated=False, tied=True), (8.0, 1.0, 1.0, 4.0), 4, 45.5625, 9.5625),
    (GPT, (8.0, 8.0, 3.0, 1.0), 64, 45.5625, 12.3515625),
    (Transformer("530B", 105, 20480, 128, 128, 160, 81920, 51200, False, tied=True), (8.0, 35.0, 3.0, 1.0), 280, 31.640625, 23.0761719),
    (Transformer("1T", 128, 25600, 160, 160, 160, 102400, 51200, False, tied=True), (8.0, 64.0, 1.0, 1.0), 512, 32.958984375, 26.5625),
]  # fmt: skip
#: Activations with sequence parallelism as a share of those without any and without tensor-parallel norms (figure 7), with nothing
#: computed again, and with the scores.
SHARES = [(66.84, 16.18), (62.04, 18.49), (58.31, 20.27), (58.31, 20.27)]


def _memory(place: int, recompute: float) -> tuple[TrainingMemory, Transformer]:
    model, (t, p, v, b), batch, *_ = PUBLISHED[place]
    some = layouts(tensor=t, pipeline=p, interleave=v, micro_batch=b, recompute=recompute)
    return training_memory(model, Job(2048, batch, fused=False), some), model


@pytest.mark.parametrize("place", range(4))
def test_weights_and_activations_are_within_a_tenth_of_the_measured(place: int) -> None:
    memory, model = _memory(place, 1.0)
    held = (memory.weights + memory.gradients + memory.optimizer)[0] / GIB
    embedding = 18.0 * model.vocabulary * model.hidden / 8.0 / GIB
    assert held - embedding == pytest.approx(PUBLISHED[place][3], rel=0.02)
    assert memory.activations[0] / GIB == pytest.approx(PUBLISHED[place][4], rel=0.1)


@pytest.mark.parametrize("place", range(4))
def test_what_is_computed_again_saves_as_published(place: int) -> None:
    model, (t, p, v, b), batch, *_ = PUBLISHED[place]
    job, h, s = Job(2048, batch, fused=False), model.hidden, 2048.0
    without = s * b * h * (10.0 + 24.0 / t + 5.0 * model.heads * s / h / t)  # a layer without sequence parallelism, as published
    some = layouts(tensor=t, pipeline=p, interleave=v, micro_batch=b, recompute=[0.0, 1.0])
    assert 100.0 * activation_bytes(model, job, some) / without == pytest.approx(SHARES[place], rel=0.1)


def test_activations_of_a_gpt_layer_are_34_h_and_5_a_s() -> None:
    job, one = Job(2048, 1, fused=False), layouts(recompute=[0.0, 1.0, 2.0])
    s, h, a = 2048.0, 12288.0, 96.0
    assert activation_bytes(GPT, job, one) == pytest.approx([s * (34.0 * h + 5.0 * a * s), 34.0 * s * h, 2.0 * s * h])


def test_operands_are_kept_in_the_type_of_the_products() -> None:
    """In 8 bits the inputs of the four products of a dense block take half: 2 h, the result of the activation once the inner width."""
    wide, narrow = (activation_bytes(LLAMA, Job(4096, 1, dtype), layouts(data=1.0))[0] / 4096.0 for dtype in ("bf16", "fp8"))
    assert wide - narrow == pytest.approx(2.0 * LLAMA.hidden + LLAMA.ffn)


def test_micro_batches_under_way_are_the_stages_more_when_interleaved_never_more_than_all() -> None:
    some = layouts(pipeline=[1.0, 8.0, 8.0, 8.0], interleave=[1.0, 1.0, 3.0, 1.0], data=[1.0, 1.0, 1.0, 16.0])
    assert micro_batches_under_way(Job(2048, 64), some) == pytest.approx([1.0, 8.0, 8.0 * (1.0 + 7.0 / 24.0), 4.0])


def test_what_is_spread_is_held_once_by_the_group() -> None:
    """18 bytes a weight: 2 of it, 4 of its gradient, 12 of the optimiser, each divided from its level on."""
    memory = training_memory(LLAMA, Job(4096, 64), layouts(data=64.0, sharding=[0.0, 1.0, 2.0, 3.0]))
    weights = float(LLAMA.parameters)
    assert memory.weights == pytest.approx(weights * np.array([2.0, 2.0, 2.0, 2.0 / 64.0]))
    assert memory.gradients == pytest.approx(weights * np.array([4.0, 4.0, 4.0 / 64.0, 4.0 / 64.0]))
    assert memory.optimizer == pytest.approx(weights * np.array([12.0, 12.0 / 64.0, 12.0 / 64.0, 12.0 / 64.0]))


def test_experts_are_held_by_those_that_have_them() -> None:
    memory = training_memory(MOE, Job(4096, 64), layouts(data=64.0, expert=[1.0, 64.0], sharding=0.0))
    experts = MOE.layers * MOE.experts * MOE.expert_parameters
    assert memory.weights[0] - memory.weights[1] == pytest.approx(2.0 * experts * (1.0 - 1.0 / 64.0))


@settings(max_examples=60, deadline=None)
@given(some_layouts, jobs)
def test_memory_is_a_number_and_computing_again_never_needs_more_per_layer(rows: list[tuple[float, ...]], job: Job) -> None:
    for model in (LLAMA, MOE, DEEP):
        made = _made(rows, model)
        memory = training_memory(model, job, made)
        for part in memory:
            assert np.isfinite(part).all() and (part >= 0.0).all()
        none, some, full = (activation_bytes(model, job, made._replace(recompute=np.full(made.many, level))) for level in (0.0, 1.0, 2.0))
        assert (full < some).all() and (some < none).all()
