"""Memory of training: against what was measured on A100 by Korthikanti et al. (2022), and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from tests.test_training_step import DEEP, GPT, LLAMA, MOE, _made, jobs, layouts, some_layouts

from stargauge.catalogue.training_fit import shipped_training_fit
from stargauge.quantity.compute import training_memory as memory_model
from stargauge.quantity.compute.layout import Job, Layouts
from stargauge.quantity.compute.training_memory import TrainingMemory, activation_bytes, micro_batches_under_way
from stargauge.quantity.compute.transformer import Transformer

GIB = 2.0**30
FIT = shipped_training_fit()


def training_memory(model: Transformer, job: Job, some: Layouts) -> TrainingMemory:
    """Memory with what the shipped fit says of reserves."""
    return memory_model.training_memory(model, job, some, FIT)


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
    layer, ends = LLAMA.body_parameters / LLAMA.layers, 2.0 * LLAMA.vocabulary * LLAMA.hidden
    whole = np.array([0.0, 0.0, 0.0, 2.0 * (2.0 * layer + ends)])  # two layers at a time, embedding and output layer
    assert memory.weights == pytest.approx(weights * np.array([2.0, 2.0, 2.0, 2.0 / 64.0]) + whole)
    before = np.array([0.0, 0.0, 2.0 * layer, 2.0 * (layer + ends)])
    assert memory.gradients == pytest.approx(weights * np.array([4.0, 4.0, 4.0 / 64.0, 4.0 / 64.0]) + before)
    assert memory.optimizer == pytest.approx(weights * np.array([12.0, 12.0 / 64.0, 12.0 / 64.0, 12.0 / 64.0]))


def test_experts_are_held_by_those_that_have_them() -> None:
    memory = training_memory(MOE, Job(4096, 64), layouts(data=64.0, expert=[1.0, 64.0], sharding=0.0))
    experts = MOE.layers * MOE.experts * MOE.expert_parameters
    assert memory.weights[0] - memory.weights[1] == pytest.approx(2.0 * experts * (1.0 - 1.0 / 64.0))


def test_the_layer_that_is_gathered_is_the_one_with_experts_where_that_is_larger() -> None:
    """DeepSeek-V3's layer of 256 experts is 23 GB in 16 bits; over 64 accelerators each has four of them, and layers without are larger."""
    for expert in (1.0, 64.0):
        some = layouts(data=2048.0, expert=expert, sharding=[1.0, 3.0])
        memory = training_memory(DEEP, Job(4096, 4096), some)
        layer = DEEP.attention_parameters + DEEP.expert_parameters * (256.0 / expert + 1.0) + DEEP.hidden * 256.0
        layer = max(layer, float(DEEP.attention_parameters + DEEP.dense_block_parameters))  # with few experts those without are larger
        ends = 2.0 * DEEP.vocabulary * DEEP.hidden
        groups = np.array([2048.0, 2048.0 / expert])
        experts = DEEP.moe_layers * DEEP.expert_parameters * 256.0 / expert
        held = 2.0 * ((DEEP.parameters - experts * expert) / groups[0] + experts / groups[1])
        assert memory.weights[1] == pytest.approx(held + 2.0 * (2.0 * layer + ends), rel=1e-3)


def test_a_pipeline_filled_from_both_ends_holds_two_stages_and_one_micro_batch_more() -> None:
    """DeepSeek-V3 report, table 2: parameters twice, activations p + 1; zero bubble (ZB1P) holds p as 1F1B does."""
    some = layouts(pipeline=8.0, data=2.0, schedule=[0.0, 1.0, 2.0])
    assert micro_batches_under_way(Job(2048, 64), some) == pytest.approx([8.0, 8.0, 9.0])
    memory = training_memory(LLAMA, Job(4096, 64), some._replace(sharding=np.zeros(3)))
    assert memory.weights[1] == memory.weights[0] and memory.weights[2] == pytest.approx(2.0 * memory.weights[0])
    assert memory.activations[1] >= memory.activations[0] and memory.logits[2] > 0.0


def test_the_last_stage_keeps_what_its_first_chunks_wait_with() -> None:
    some = layouts(pipeline=4.0, interleave=[1.0, 4.0])
    assert micro_batches_under_way(Job(2048, 64), some, first=False) == pytest.approx([1.0, 3.25])


def test_parts_of_a_long_sequence_hold_keys_and_values_of_all_of_it() -> None:
    """Llama 3 8B, a million tokens over 64: 4.3 GB of keys and values of a layer, and as much of their gradients."""
    small, tokens = Transformer("8b", 32, 4096, 32, 8, 128, 14336, 128256), 2**20
    memory = training_memory(small, Job(tokens, 4), layouts(context=[1.0, 64.0], recompute=0.0))
    kept = memory.activations[1] - memory.activations[0] / 64.0
    assert kept == pytest.approx(2.0 * 2.0 * tokens * 2.0 * 8.0 * 128.0)


def test_heads_of_keys_and_values_are_not_cut() -> None:
    """Eight of them on sixteen accelerators: each has one whole, its weights and what is kept of it."""
    memory = training_memory(LLAMA, Job(4096, 64), layouts(tensor=[8.0, 16.0], sharding=0.0))
    extra = LLAMA.layers * 2.0 * LLAMA.hidden * LLAMA.head_size * (1.0 - 8.0 / 16.0)
    assert memory.weights[1] == pytest.approx(memory.weights[0] / 2.0 + 2.0 * extra)


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
