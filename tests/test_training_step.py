"""The training model: operations and bytes by hand, published formulae, exchanges by hand, pipelines, and what may never happen."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.catalogue.training_fit import shipped_training_fit
from stargauge.quantity.compute.layout import Array, Job, Layouts
from stargauge.quantity.compute.machine import Chip, Machine
from stargauge.quantity.compute.operations import Cut, Practice, distinct_cuts, fullest, layer_work, logits_work
from stargauge.quantity.compute.training_fit import TrainingFit
from stargauge.quantity.compute.training_step import combined, training_step, training_work
from stargauge.quantity.compute.transformer import Latent, Transformer
from stargauge.quantity.errors import InputError

GPT = Transformer("gpt", 96, 12288, 96, 96, 128, 49152, 51200, gated=False, tied=True)
LLAMA = Transformer("llama", 80, 8192, 64, 8, 128, 28672, 128256)
MOE = Transformer("moe", 48, 2048, 32, 4, 128, 768, 151936, experts=128, experts_per_token=8)
DEEP = Transformer("deep", 61, 7168, 128, 128, 128, 2048, 129280, True, 256, 8, 1, 3, 18432, Latent(1536, 512, 128, 64, 128))
CHIP = Chip("chip", "A chip", {"bf16": 1e15, "fp8": 2e15, "fp4": 4e15}, 80e9, 4e12, 8, 400e9, 50e9, 2024.0)
MACHINE = Machine(CHIP, 64)
FIT = shipped_training_fit()


def layouts(**columns: float | list[float]) -> Layouts:
    """Layouts of one accelerator each, but for what is given."""
    usual = dict.fromkeys(Layouts._fields, 1.0) | {"recompute": 0.0, "sharding": 1.0, "schedule": 0.0}
    many = max(np.size(one) for one in columns.values())
    return Layouts(*(np.zeros(many) + np.asarray({**usual, **columns}[name]) for name in Layouts._fields))


def cut(**columns: float | list[float]) -> Cut:
    """The cut of one layer of layouts."""
    return distinct_cuts(layouts(**columns))[0]


def total(model: Transformer, machine: Machine, job: Job, **columns: float | list[float]) -> Array:
    """Seconds of a step."""
    return training_step(model, machine, job, layouts(**columns), FIT).total


# --- operations -----------------------------------------------------------------------------------------------------------------------


def test_operations_of_a_recomputed_step_are_those_of_narayanan_2021() -> None:
    """96 B s l h^2 (1 + s / 6h + V / 16 l h), eq. 3: forward, forward again and backward, attention whole, output layer not again."""
    job, one = Job(2048, 1, fused=False), cut(recompute=2.0)
    layer, logits = layer_work(GPT, job, one, Practice()), logits_work(GPT, job, one)
    s, h, layers, words = 2048.0, 12288.0, 96.0, 51200.0
    published = 96.0 * s * layers * h**2 * (1.0 + s / (6.0 * h) + words / (16.0 * layers * h))
    assert layers * (layer.matrix + layer.attention) + logits.matrix == pytest.approx(published, rel=1e-12)


def test_fused_attention_skips_what_lies_after_a_token_and_reads_no_scores() -> None:
    whole = layer_work(GPT, Job(2048, 1, fused=False), cut(micro_batch=1.0), Practice())
    fused = layer_work(GPT, Job(2048, 1), cut(micro_batch=1.0), Practice())
    assert fused.attention[0] == pytest.approx(whole.attention[0] / 2.0 * 3.5 / 3.0)
    assert fused.scores[0] == 0.0 < whole.scores[0]


@pytest.mark.parametrize("parts", [2.0, 4.0, 8.0])
def test_tensor_parallel_accelerators_share_operations_evenly(parts: float) -> None:
    alone, split = (layer_work(LLAMA, Job(4096, 1), cut(tensor=t), Practice()) for t in (1.0, parts))
    assert split.matrix[0] == pytest.approx(alone.matrix[0] / parts)
    assert split.attention[0] == pytest.approx(alone.attention[0] / parts)


@pytest.mark.parametrize("experts", [1.0, 8.0, 64.0])
def test_experts_anywhere_are_the_same_operations(experts: float) -> None:
    """Six operations per weight at work and token, router among them, however experts are spread."""
    work = layer_work(MOE, Job(4096, 1, balanced=True), cut(expert=experts), Practice())
    weights = (MOE.active_body_parameters) / MOE.layers
    assert (work.matrix + work.matrix_high)[0] == pytest.approx(6.0 * weights * 4096.0)


def test_layers_without_experts_count_in_their_share() -> None:
    work = layer_work(DEEP, Job(4096, 1, balanced=True), cut(expert=8.0), Practice())
    assert (work.matrix + work.matrix_high)[0] * DEEP.layers == pytest.approx(6.0 * DEEP.active_body_parameters * 4096.0)


def test_a_type_changes_products_and_casts_and_nothing_else() -> None:
    """Amdahl over types: attention, output layer, optimiser and exchanges stay in 16 bits."""
    some = layouts(tensor=8.0, pipeline=2.0, data=4.0, micro_batch=2.0)
    high, low = (training_step(LLAMA, MACHINE, Job(4096, 64, dtype), some, FIT) for dtype in ("bf16", "fp8"))
    assert low.matrix[0] < high.matrix[0] and low.elementwise[0] > high.elementwise[0]
    for name in ("attention", "kernels", "logits", "optimizer", "tensor", "pipeline"):
        assert getattr(low, name)[0] == pytest.approx(getattr(high, name)[0]), name


def test_a_type_without_a_figure_is_told_never_guessed() -> None:
    old = Machine(replace(CHIP, title="An old chip", peaks={"bf16": 1e15}), 8)
    with pytest.raises(InputError, match="An old chip has no figure for nvfp4 by its maker; types that it has: bf16"):
        total(LLAMA, old, Job(4096, 8, "nvfp4"), data=8.0)
    with pytest.raises(InputError, match='no type "mxfp4"; did you mean "mxfp8"'):
        total(LLAMA, old, Job(4096, 8, "mxfp4"), data=8.0)


def test_published_operations_per_second_are_bridges_convention(shared: Path) -> None:
    """TFLOP/s over tokens/s of Megatron-Bridge's Llama rows is 6 (N - V h) + 6 L h s to half a per cent, but for two rounded rows."""
    off = []
    with (shared / "facts" / "training_validation.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if "Megatron-Bridge" in row["source"] and "Llama" in row["model"]:
                sizes = [int(row[name]) for name in ("layers", "hidden", "heads", "kv_heads", "ffn", "vocab")]
                n, h, heads, kv, ffn, words = sizes
                model = Transformer(row["model"], n, h, heads, kv, h // heads, ffn, words)
                said = float(row["reported_tflops_per_gpu"]) * 1e12 * float(row["n_gpus"]) / float(row["tokens_per_s"])
                off.append(abs(model.training_flop_per_token(float(row["seq_len"]), "bridge") / said - 1.0))
    assert len(off) >= 20
    assert sorted(off)[-3] < 0.005 and max(off) < 0.023


# --- pipelines ------------------------------------------------------------------------------------------------------------------------


def test_the_bubble_is_the_stages_less_one_over_micro_batches_and_chunks() -> None:
    some = layouts(tensor=8.0, pipeline=8.0, interleave=[1.0, 2.0, 3.0])
    step = training_step(GPT, MACHINE, Job(2048, 64), some, FIT)
    inner = step.total - step.bubble - step.imbalance - step.optimizer - step.pipeline - step.data
    assert step.bubble / inner == pytest.approx(7.0 / (np.array([1.0, 2.0, 3.0]) * 64.0))


#: Matrix products alone, forward, backward for what came in and for weights alike: F = 1, B = 2, W = 1.
PLAIN = replace(
    FIT,
    coefficients={name: value if name.startswith("matrix") else 0.0 for name, value in FIT.coefficients.items()} | {"power": 1.0},
)


def test_bubbles_are_those_of_the_published_forms() -> None:
    """DeepSeek-V3 report, table 2, with F = W = 1, B = 2, F&B = 3: 1F1B (p - 1) 3, ZB1P (p - 1) 1, DualPipe (p / 2 - 1) 2."""
    tiny = replace(GPT, vocabulary=1)
    some = layouts(pipeline=8.0, schedule=[0.0, 1.0, 2.0])
    step = training_step(tiny, MACHINE, Job(2048, 64), some, PLAIN)
    forward = step.matrix / 64.0 / 3.0
    assert step.bubble / forward == pytest.approx([7.0 * 3.0, 7.0 * 1.0, 3.0 * 2.0], rel=1e-4)
    again = training_step(tiny, MACHINE, Job(2048, 64), some._replace(recompute=np.full(3, 2.0)), PLAIN)  # B = 3, F&B = 4
    assert again.bubble / forward == pytest.approx([7.0 * 4.0, 7.0 * 2.0, 3.0 * (4.0 + 3.0 - 3.0)], rel=1e-4)


def test_a_zero_bubble_schedule_waits_less_and_nothing_else_changes() -> None:
    for model, expert in ((GPT, 1.0), (MOE, 8.0)):
        step = training_step(model, MACHINE, Job(2048, 64), layouts(tensor=8.0, pipeline=8.0, expert=expert, schedule=[0.0, 1.0]), FIT)
        assert step.bubble[0] / 3.0 < step.bubble[1] < step.bubble[0]  # at best a third: attention, exchange and kernels are not put off
        assert step.total[0] - step.total[1] == pytest.approx(step.bubble[0] - step.bubble[1])


def test_only_dualpipe_hides_the_exchange_of_experts_and_no_schedule_changes_what_is_sent() -> None:
    at = layouts(pipeline=4.0, data=64.0, expert=64.0, schedule=[0.0, 1.0, 2.0])
    day = replace(MACHINE, software=2024.0)
    step, work = training_step(DEEP, day, Job(4096, 1024), at, FIT), training_work(DEEP, day, Job(4096, 1024), at, FIT)
    assert step.expert[0] == step.expert[1] > 1.2 * step.expert[2]
    assert np.ptp(work.layer.expert_inside) == 0.0 == np.ptp(work.layer.expert_outside)


# --- weights, gradients and what runs beside what ---------------------------------------------------------------------------------------


def test_gradients_that_are_scattered_go_with_each_micro_batch_or_each_turn_of_a_chunk() -> None:
    """Half the work in twice the micro-batches: the optimiser's sharding sums once, spread gradients each time."""
    job, zero = Job(2048, 512), [1.0, 2.0]
    for pipeline, interleave, times in ((1.0, 1.0, 64.0), (8.0, 2.0, 8.0)):
        some = layouts(pipeline=pipeline, interleave=interleave, data=8.0, sharding=zero)
        work = training_work(LLAMA, MACHINE, job, some, FIT)
        assert work.times[1] == times and work.each_time[0] == 0.0 < work.each_time[1]
        made = training_step(LLAMA, MACHINE, job, some, FIT)
        assert made.data[1] > made.data[0]


def test_what_nothing_is_spread_for_is_summed_by_all() -> None:
    """Gradients both ways are 4 bytes a weight in 16 bits, 8 in 32; with the optimiser spread a weight comes back instead."""
    for day, gradient in ((2024.5, 4.0), (2026.0, 2.0)):
        work = training_work(LLAMA, replace(MACHINE, software=day), Job(4096, 64), layouts(data=64.0, sharding=[0.0, 1.0]), FIT)
        waits = 2.0 * (7.0 * FIT.practice["step_up"] + 7.0 * FIT.practice["step_out"])
        assert (work.data[0] - waits) / (work.data[1] - waits) == pytest.approx(2.0 * gradient / (gradient + 2.0))


def test_spread_weights_of_embedding_and_output_layer_are_gathered_too() -> None:
    large, job, at = replace(LLAMA, vocabulary=10 * LLAMA.vocabulary), Job(4096, 64), layouts(data=64.0, sharding=3.0)
    one, ten = (training_work(model, MACHINE, job, at, FIT).each_time[0] for model in (LLAMA, large))
    assert 9.0 * one < ten < 10.0 * one and one > 0.0


def test_a_transfer_hides_behind_computing_once() -> None:
    """Spread over eight domains, one sequence of few tokens each: what gathers of layers run beside is taken."""
    at = layouts(data=64.0, sharding=[1.0, 3.0])
    some = training_step(LLAMA, MACHINE, Job(512, 64), at, FIT)
    computing = some.matrix + some.attention + some.elementwise + some.kernels + some.logits
    work = training_work(LLAMA, MACHINE, Job(512, 64), at, FIT)
    moved = work.data + work.each_time + LLAMA.layers * work.layer.shard
    assert (some.data >= moved - computing - 1e-9).all()


# --- experts ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ranks", "tokens"), [(8, 256), (64, 256), (64, 4096)])
def test_the_fullest_of_experts_is_as_full_as_that_of_balls_in_bins(ranks: int, tokens: int) -> None:
    generator = np.random.default_rng(3)
    balls = ranks * tokens * MOE.experts_per_token
    told = np.mean([generator.multinomial(balls, np.full(ranks, 1.0 / ranks)).max() * ranks / balls for _ in range(2000)])
    made = fullest(MOE, Job(tokens, 1), cut(expert=float(ranks)))[0]
    assert made - 1.0 == pytest.approx(told - 1.0, rel=0.06) and made > 1.0


def test_experts_that_are_not_made_even_take_longer_the_smaller_micro_batches_are() -> None:
    at, slower = layouts(data=64.0, expert=64.0, micro_batch=[1.0, 4.0]), []
    for sequence in (512, 4096):
        even, drawn = (training_step(MOE, MACHINE, Job(sequence, 256, balanced=one), at, FIT) for one in (True, False))
        assert (drawn.matrix > even.matrix).all() and (drawn.experts > even.experts).all() and (drawn.expert > even.expert).all()
        slower += list(drawn.total / even.total - 1.0)
    assert slower[0] > slower[1] > slower[3] > 0.0
    dense = [training_step(LLAMA, MACHINE, Job(4096, 256, balanced=one), layouts(data=64.0), FIT).total[0] for one in (True, False)]
    assert dense[0] == dense[1] and fullest(MOE, Job(4096, 1), cut(expert=1.0))[0] == 1.0


def test_a_copy_of_a_model_by_another_name_takes_the_same_time() -> None:
    deep = replace(DEEP, most_domains=4.0, predicted_tokens=2)
    job, at = Job(4096, 64), layouts(data=64.0, expert=64.0)
    one, other, free = (training_step(model, MACHINE, job, at, FIT) for model in (deep, replace(deep, name="ours"), DEEP))
    assert one.total[0] == other.total[0] and one.expert[0] < free.expert[0] and one.logits[0] == pytest.approx(2.0 * free.logits[0])


def test_heads_of_keys_and_values_are_computed_whole_where_there_are_fewer_than_accelerators() -> None:
    made = [layer_work(LLAMA, Job(4096, 1), cut(tensor=t), Practice()).matrix[0] * t for t in (8.0, 16.0)]
    assert made[1] - made[0] == pytest.approx(6.0 * 4096.0 * LLAMA.hidden * 2.0 * LLAMA.head_size * (16.0 - 8.0))


def test_stages_wait_for_the_one_with_the_output_layer() -> None:
    """80 layers in 4 stages: the last has 20 and the output layer. 126 in 16 are two short of 128: 8 each, 7 and the output layer."""
    step = training_step(LLAMA, MACHINE, Job(4096, 64), layouts(tensor=4.0, pipeline=4.0, data=4.0), FIT)
    assert step.imbalance[0] == pytest.approx(3.0 * step.logits[0], rel=1e-9)
    big = Transformer("big", 126, 16384, 128, 8, 128, 53248, 128256)
    even = training_step(big, Machine(CHIP, 128), Job(4096, 64), layouts(tensor=8.0, pipeline=[16.0, 18.0]), FIT)
    assert even.imbalance[0] < 0.02 * even.total[0]
    assert even.imbalance[1] > even.imbalance[0]
    alone = training_step(LLAMA, MACHINE, Job(4096, 64), layouts(data=64.0), FIT)
    assert alone.imbalance[0] == 0.0 == alone.bubble[0]


# --- what may never happen ------------------------------------------------------------------------------------------------------------

sizes = st.sampled_from([1.0, 2.0, 4.0, 8.0])
some_layouts = st.lists(
    st.tuples(
        sizes, sizes, sizes, sizes, sizes, st.sampled_from([1.0, 2.0, 5.0]), sizes, st.sampled_from([0.0, 1.0, 2.0]),
        st.sampled_from([0.0, 1.0, 2.0, 3.0]), st.sampled_from([0.0, 1.0, 2.0]),
    ),
    min_size=1, max_size=12,
)  # fmt: skip
jobs = st.builds(Job, st.sampled_from([1024, 8192]), st.just(64), st.sampled_from(["bf16", "fp8", "mxfp8", "nvfp4"]), st.booleans())


def _made(rows: list[tuple[float, ...]], model: Transformer) -> Layouts:
    found = Layouts(*np.array(rows).T)
    return found if model.experts else found._replace(expert=np.ones(len(rows)))


@settings(max_examples=60, deadline=None)
@given(some_layouts, jobs, st.sampled_from([GPT, LLAMA, MOE, DEEP]), st.sampled_from([2021.0, 2025.9, 2026.9]))
def test_every_part_is_a_number_not_below_nought(rows: list[tuple[float, ...]], job: Job, model: Transformer, day: float) -> None:
    step = training_step(model, replace(MACHINE, software=day), job, _made(rows, model), FIT)
    for name, part in step._asdict().items():
        assert np.isfinite(part).all() and (part >= 0.0).all(), name
    assert (step.matrix > 0.0).all()


@settings(max_examples=40, deadline=None)
@given(some_layouts, jobs, st.sampled_from([LLAMA, MOE, DEEP]))
def test_layouts_together_are_as_each_alone(rows: list[tuple[float, ...]], job: Job, model: Transformer) -> None:
    """Costs of a layer are worked out once for layouts that share its cut: that changes nothing."""
    made = _made(rows, model)
    together = training_step(model, MACHINE, job, made, FIT).total
    alone = [training_step(model, MACHINE, job, made.take(slice(place, place + 1)), FIT).total[0] for place in range(made.many)]
    np.testing.assert_allclose(together, alone, rtol=1e-13)


@settings(max_examples=40, deadline=None)
@given(some_layouts, jobs, st.sampled_from([LLAMA, MOE, DEEP]), st.sampled_from(["bandwidth", "up", "out", "peaks"]))
def test_a_faster_machine_is_never_slower(rows: list[tuple[float, ...]], job: Job, model: Transformer, what: str) -> None:
    made = _made(rows, model)
    better = {name: 2.0 * value for name, value in CHIP.peaks.items()} if what == "peaks" else 2.0 * getattr(CHIP, what)
    faster = Machine(replace(CHIP, **{what: better}), 64)
    slow, fast = (training_step(model, machine, job, made, FIT).total for machine in (MACHINE, faster))
    assert (fast <= slow * (1.0 + 1e-9)).all()


@settings(max_examples=40, deadline=None)
@given(some_layouts, jobs, st.sampled_from([GPT, LLAMA, MOE, DEEP]))
def test_more_sequences_take_longer(rows: list[tuple[float, ...]], job: Job, model: Transformer) -> None:
    made = _made(rows, model)
    few, many = (training_step(model, MACHINE, replace(job, batch=batch), made, FIT).total for batch in (64, 4096))
    assert (many > few).all()


def test_computing_again_costs_time() -> None:
    for model, expert in ((LLAMA, 1.0), (MOE, 8.0)):
        seconds = total(model, MACHINE, Job(4096, 64), data=64.0, expert=expert, recompute=[0.0, 1.0, 2.0])
        assert seconds[0] < seconds[1] < seconds[2] < 1.4 * seconds[0]


def test_later_software_is_not_slower_with_experts() -> None:
    wide = Machine(replace(CHIP, domain=72), 64)
    days = [total(MOE, replace(wide, software=day), Job(4096, 512, "mxfp8"), data=64.0, expert=64.0)[0] for day in (2025.5, 2026.0, 2026.9)]
    assert days[0] > days[1] > days[2]


# --- coefficients ---------------------------------------------------------------------------------------------------------------------


def test_a_part_goes_with_its_coefficient() -> None:
    """Attention twice as slow: twice its part, and nothing else but the bubble and the waiting that it makes longer."""
    coefficients = dict(FIT.coefficients)
    coefficients["attention[other]"] *= 2.0
    slow = replace(FIT, coefficients=coefficients)
    some = layouts(tensor=8.0, data=8.0)
    one, two = (training_step(LLAMA, MACHINE, Job(4096, 64), some, fit) for fit in (FIT, slow))
    assert two.attention[0] == pytest.approx(2.0 * one.attention[0])
    assert two.matrix[0] == one.matrix[0]
    work = training_work(LLAMA, MACHINE, Job(4096, 64), some, FIT)
    assert combined(work, FIT.weights(LLAMA, MACHINE, Job(4096, 64))).total[0] == one.total[0]


def test_intervals_are_wider_with_experts_and_for_chips_nobody_measured() -> None:
    seconds = np.array([10.0])
    widths = [FIT.interval(seconds, moe, known) for moe, known in ((False, True), (True, True), (False, False), (True, False))]
    assert all(one.p10[0] < 10.0 == one.p50[0] < one.p90[0] for one in widths)
    assert widths[0].p90[0] < widths[1].p90[0] < widths[3].p90[0] and widths[0].p90[0] < widths[2].p90[0]
    assert not FIT.knows(MACHINE) and FIT.knows(Machine(replace(CHIP, name="h100-sxm"), 8))


def test_software_later_than_any_measured_run_widens_the_interval() -> None:
    """In squares with how far off predictions were: faster by what the fastest pairs gained, slower by what the slowest lost."""
    seconds, drift = np.array([10.0]), FIT.drift
    for moe, kind in ((False, "dense"), (True, "moe")):
        now, later = FIT.interval(seconds, moe), FIT.interval(seconds, moe, years=1.0)
        assert later.p50[0] == 10.0 and later.p10[0] < now.p10[0] and later.p90[0] >= now.p90[0]
        assert np.log(10.0 / later.p10[0]) == pytest.approx(np.hypot(FIT.spread[kind], drift[f"{kind}-p90"]))
        assert FIT.interval(seconds, moe, years=0.0) == now
    latest = FIT.practice["latest"]
    assert FIT.years_past(replace(MACHINE, software=latest - 1.0)) == 0.0
    assert FIT.years_past(replace(MACHINE, software=latest + 0.5)) == pytest.approx(0.5)


def test_a_coefficient_of_another_generation_falls_back_to_all_of_them() -> None:
    fit = TrainingFit({"matrix-fp8[hopper]": 2.0, "matrix-fp8[other]": 3.0, "tensor": 0.5})
    assert [fit.coefficient("matrix-fp8", one) for one in ("hopper", "ampere", "other")] == [2.0, 3.0, 3.0]
    assert fit.coefficient("tensor", "hopper") == 0.5
    with pytest.raises(KeyError):
        fit.coefficient("nothing")
