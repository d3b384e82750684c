"""Serving by rooflines: weights, what is kept of tokens, passes and the steady state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.catalogue.serving_fit import shipped_prior
from stargauge.quantity.compute import serving_queue as queue
from stargauge.quantity.compute.machine import Chip, Machine, Tier
from stargauge.quantity.compute.serving_efficiency import ServingFit, interval
from stargauge.quantity.compute.serving_memory import (
    BYTES,
    ServingLayouts,
    ServingTypes,
    attention_each,
    cache_bytes_per_sequence,
    most_sequences,
    serving_layouts,
    serving_memory,
    tokens_kept,
    weight_bytes,
    weights_of,
)
from stargauge.quantity.compute.serving_service import Load, Setting, ladder, service_of, slots_of
from stargauge.quantity.compute.serving_step import (
    communication_seconds,
    decode_step,
    experts_touched,
    mixed_step,
    peak,
    prefill,
    prefill_back_to_back,
)  # fmt: skip
from stargauge.quantity.compute.serving_types import precision_in, serving_types
from stargauge.quantity.compute.transformer import Latent, Transformer, Window
from stargauge.quantity.errors import InputError

CHIP = Chip("chip", "Chip", {"bf16": 1e15, "fp8": 2e15, "fp4": 4e15}, 180e9, 4e12, 8, 450e9, 50e9, 2024.0)
MACHINE = Machine(CHIP, 64, software=2026.0)
DENSE = Transformer("dense", 80, 8192, 64, 8, 128, 28672, 128256)
MOE = Transformer(
    "moe", 61, 7168, 128, 128, 128, 2048, 129280, experts=256, experts_per_token=8, shared_experts=1, dense_layers=3, dense_ffn=18432,
    latent=Latent(1536, 512, 128, 64, 128),
)  # fmt: skip
FIT = shipped_prior().fit
IDEAL = replace(
    FIT, memory=1.0, cache=1.0, bf16=1.0, fp8=1.0, fp4=1.0, experts=1.0, core=1.0, network=1.0, latency=0.0, layer=0.0, widths=0.0,
    widened=1.0, step=0.0, sequence=0.0, uneven=0.0, young=0.0, settings=FIT.settings._replace(step_out=0.0),
)  # fmt: skip
SIXTEEN = ServingTypes("bf16", "bf16", "bf16", "bf16", "bf16", "bf16")


# --- memory -----------------------------------------------------------------------------------------------------------------------


def test_parts_of_the_weights_are_all_of_them() -> None:
    for model in (DENSE, MOE):
        assert sum(weights_of(model)) + model.vocabulary * model.hidden == pytest.approx(model.parameters, rel=1e-9)


def test_weights_of_a_70b_model_in_8_bits_take_its_parameters_in_bytes() -> None:
    one, two = weight_bytes(DENSE, serving_layouts([1, 2]), ServingTypes())
    ends = DENSE.vocabulary * DENSE.hidden * 2  # kept in 16 bits, so a byte more of each
    assert one == pytest.approx(DENSE.parameters + ends, rel=1e-9)
    assert two == pytest.approx(one / 2.0)


def test_experts_are_split_over_all_ranks_and_attention_only_over_tensor_ranks() -> None:
    alone, ranks = weight_bytes(MOE, serving_layouts([1, 1], 1, [1, 8], [1, 8]), ServingTypes())
    assert alone - ranks == pytest.approx(weights_of(MOE).experts * 7.0 / 8.0)


def test_a_pipeline_counts_its_fullest_stage() -> None:
    whole, split = weight_bytes(DENSE, serving_layouts(1, [1, 3]), ServingTypes())
    body = DENSE.body_parameters
    assert split == pytest.approx(body * 27 / 80 + DENSE.vocabulary * DENSE.hidden * 2)
    assert whole > split


def test_kept_bytes_per_token_are_those_published() -> None:
    """A token of the 70B model keeps 2 * 80 * 8 * 128 numbers; of the latent model 61 * 576 (DeepSeek-V3 report)."""
    one = serving_layouts()
    assert cache_bytes_per_sequence(DENSE, one, 1.0, SIXTEEN)[0] == 2 * 80 * 8 * 128 * 2
    assert cache_bytes_per_sequence(MOE, one, 1.0, SIXTEEN)[0] == 61 * 576 * 2


def test_more_tensor_ranks_than_kept_heads_do_not_split_what_is_kept_further() -> None:
    eight, sixteen = cache_bytes_per_sequence(DENSE, serving_layouts([8, 16]), 1000.0, SIXTEEN)
    assert eight == sixteen
    assert np.ptp(cache_bytes_per_sequence(MOE, serving_layouts([1, 8]), 1000.0, SIXTEEN)) == 0.0


def test_more_tensor_ranks_than_kept_heads_each_keep_a_whole_one() -> None:
    """Weights of queries and outputs are split by 64 heads, those of keys and values by no more than 8."""
    eight, sixteen = attention_each(DENSE, [8.0, 16.0])
    assert eight == DENSE.attention_parameters / 8
    assert sixteen == 8192 * 128 * 2 * (64 / 16 + 1)
    whole, split = attention_each(MOE, [1.0, 8.0])
    latent = 7168 * (1536 + 512 + 64)
    assert whole == MOE.attention_parameters and split == latent + (whole - latent) / 8


def test_layers_with_a_window_keep_no_more_than_it() -> None:
    model = replace(DENSE, window=Window(128, 0.5))
    assert tokens_kept(model, [100.0, 1128.0]).tolist() == [100.0, 0.5 * 128 + 0.5 * 1128]


def test_sequences_fill_the_room_that_weights_and_buffers_leave() -> None:
    layouts = serving_layouts([1, 2, 4])
    held = serving_memory(DENSE, CHIP, layouts, FIT.settings)
    many = most_sequences(DENSE, CHIP, layouts, 2048.0, FIT.settings)
    used = many * cache_bytes_per_sequence(DENSE, layouts, 2048.0, ServingTypes())
    assert (used <= held.room).all()
    assert (used + cache_bytes_per_sequence(DENSE, layouts, 2048.0, ServingTypes()) > held.room).all()
    assert (held.weights + held.workspace + held.room <= CHIP.memory).all()


def test_what_does_not_fit_serves_nobody() -> None:
    assert most_sequences(MOE, CHIP, serving_layouts(), 2048.0, FIT.settings)[0] == 0.0


# --- passes -----------------------------------------------------------------------------------------------------------------------


def test_a_small_decode_step_reads_weights_and_what_is_kept_once() -> None:
    step = decode_step(DENSE, MACHINE, serving_layouts(), 1.0, 1000.0, IDEAL)
    layer_bytes = DENSE.body_parameters + DENSE.vocabulary * DENSE.hidden * 2
    assert (step.attention_weights + step.blocks + step.head)[0] == pytest.approx(layer_bytes / CHIP.bandwidth, rel=1e-3)
    assert step.core[0] == pytest.approx(DENSE.kv_bytes_per_token(1.0) * 1000.0 / CHIP.bandwidth, rel=1e-3)
    assert step.communication[0] == step.overhead[0] == step.experts[0] == 0.0


def test_a_long_prompt_takes_its_operations_at_the_peak() -> None:
    tokens = 65536.0
    made = prefill(DENSE, MACHINE, serving_layouts(), tokens, tokens / 2, IDEAL)
    assert (made.attention_weights + made.blocks)[0] == pytest.approx(2.0 * DENSE.body_parameters * tokens / 2e15, rel=1e-3)
    pairs = 2.0 * DENSE.layers * DENSE.score_width() * tokens * tokens / 2.0
    assert made.core[0] == pytest.approx(pairs / 1e15, rel=1e-6)


def test_with_a_latent_vector_a_step_of_many_heads_is_bound_by_operations() -> None:
    step = decode_step(MOE, MACHINE, serving_layouts(1, 1, 8, 8), 512.0, 4000.0, IDEAL)
    flop = 64.0 * 4000.0 * 2.0 * 61 * 128 * (2 * 512 + 64)
    read = 64.0 * 4000.0 * 61 * 576
    assert flop / 1e15 > read / 4e12
    assert step.core[0] == pytest.approx((((flop / 1e15) ** 4 + (read / 4e12) ** 4) ** 0.25), rel=1e-9)


def test_experts_touched_are_one_choice_at_first_and_all_at_last() -> None:
    assert experts_touched(MOE, [1.0, 1e6]).tolist() == pytest.approx([8.0, 256.0])
    assert experts_touched(MOE, 32.0) == pytest.approx(256 * (1 - (1 - 8 / 256) ** 32))
    assert experts_touched(DENSE, 10.0) == 0.0


def test_all_reduces_of_two_ranks_move_half_of_each_message_twice() -> None:
    seconds = communication_seconds(DENSE, MACHINE, serving_layouts([1, 2]), 100.0, IDEAL)
    assert seconds.tolist() == pytest.approx([0.0, 80 * 2 * 2 * 0.5 * 100 * 8192 * 2 / 450e9])


def test_tokens_reach_experts_beyond_the_domain_over_the_slower_network() -> None:
    inside, outside = communication_seconds(MOE, MACHINE, serving_layouts(1, 1, [8, 32], [8, 32]), [8e3, 32e3], IDEAL)
    assert outside > 2.0 * inside
    narrow = replace(MACHINE, tiers=(Tier(16, 1.0), Tier(float("inf"), 0.5)))
    slower = communication_seconds(MOE, narrow, serving_layouts(1, 1, 32, 32), 32e3, IDEAL)[0]
    assert outside == pytest.approx(58 * 1e3 * 7168 * 3 * 4 * (1 - (1 - 1 / 4) ** 8) * 3 / 4 / 50e9)
    assert slower == pytest.approx(2.0 * outside)


def test_both_at_once_take_no_longer_than_one_after_the_other() -> None:
    layouts = serving_layouts([1, 2, 4, 8])
    plain = decode_step(DENSE, MACHINE, layouts, 64.0, 3000.0, FIT).total
    alone = prefill(DENSE, MACHINE, layouts, 4000.0, 2000.0, FIT).total
    both = mixed_step(DENSE, MACHINE, layouts, 64.0, 3000.0, 4000.0, 2000.0, FIT).total
    assert (both < plain + alone).all()
    assert (both > np.maximum(plain, alone - FIT.sequence)).all()


@pytest.mark.parametrize("model", [DENSE, MOE])
@pytest.mark.parametrize("fit", [FIT, IDEAL])
def test_one_prompt_waits_for_a_pipeline_to_fill_and_for_the_ways_between_stages(model: Transformer, fit: ServingFit) -> None:
    """p stages and p portions: no sooner than (2p - 1) / p^2 of what one stage takes; back to back no sooner than 1 / p."""
    stages = np.array([1.0, 2.0, 4.0, 8.0])
    layouts = serving_layouts(8, stages, 1, 1)
    alone = prefill(model, MACHINE, layouts, 4096.0, 2048.0, fit)
    steady = prefill_back_to_back(model, MACHINE, layouts, 4096.0, 2048.0, fit).total
    assert (alone.total >= (2 * stages - 1) / stages**2 * alone.total[0] * (1 - 1e-12)).all()
    assert (np.diff(alone.total) < 0).all()
    assert (steady >= alone.total[0] / stages * (1 - 1e-12)).all() and (steady[1:] < alone.total[1:]).all()
    ways = alone.communication[1:] - (2 * stages[1:] - 1) / stages[1:] ** 2 * alone.communication[0]
    assert (ways > 0.0).all()


def test_the_way_between_stages_is_a_part_of_the_hidden_states_over_the_network_between_them() -> None:
    made = prefill(DENSE, MACHINE, serving_layouts(1, [2, 16]), 1600.0, 800.0, IDEAL).communication
    each = 8192 * 2 * 1600.0
    assert made.tolist() == pytest.approx([each / 2 / 450e9, 15 * each / 16 / 50e9])


def test_one_token_takes_the_sum_of_the_stages_and_many_the_slowest_in_turn() -> None:
    """One sequence passes all stages one after the other; with as many as stages each stage has one of them at a time."""
    layouts = serving_layouts(1, [1, 4])
    one, four = decode_step(DENSE, MACHINE, layouts, 1.0, 2000.0, IDEAL).total
    ways = 3 * 8192 * 2 / 450e9
    assert four == pytest.approx(one + ways)
    alone = decode_step(DENSE, MACHINE, layouts.take(slice(0, 1)), 64.0, 2000.0, IDEAL)
    turn = decode_step(DENSE, MACHINE, layouts.take(slice(1, 2)), 256.0, 2000.0, IDEAL).total[0]
    assert turn == pytest.approx((alone.total - alone.head)[0] + 4 * alone.head[0])  # a quarter of the layers, and the output layer, of 64


def test_a_pipeline_of_unequal_stages_is_paced_by_the_fullest() -> None:
    seconds = prefill_back_to_back(DENSE, MACHINE, serving_layouts(1, 3), 3e6, 1e4, IDEAL)
    even = prefill_back_to_back(DENSE, MACHINE, serving_layouts(1, 1), 3e6, 1e4, IDEAL)
    assert seconds.blocks[0] == pytest.approx(even.blocks[0] * 27 / 80, rel=1e-3)


def test_a_layout_takes_as_long_alone_as_beside_others() -> None:
    """Networks with tiers: what a row takes does not depend on its neighbours."""
    tiered = replace(MACHINE, tiers=(Tier(64, 1.0), Tier(float("inf"), 0.1)))
    layouts = serving_layouts([1, 1, 16, 8], [1, 1, 2, 16], [32, 128, 16, 8], [32, 128, 1, 1])
    together = communication_seconds(MOE, tiered, layouts, 32e3, FIT)
    alone = [communication_seconds(MOE, tiered, layouts.take(slice(place, place + 1)), 32e3, FIT)[0] for place in range(4)]
    assert together.tolist() == alone
    steps = decode_step(MOE, tiered, layouts, 256.0, 2000.0, FIT).total
    assert steps.tolist() == [
        decode_step(MOE, tiered, layouts.take(slice(place, place + 1)), 256.0, 2000.0, FIT).total[0] for place in range(4)
    ]


def test_a_token_is_sent_to_no_more_domains_than_its_model_allows() -> None:
    layouts = serving_layouts(1, 1, 128, 128)
    free, limited = (communication_seconds(one, MACHINE, layouts, 64e3, IDEAL)[0] for one in (MOE, replace(MOE, most_domains=4.0)))
    assert limited < free


def test_a_chip_without_a_figure_says_so() -> None:
    old = replace(CHIP, peaks={"bf16": 3e14})
    with pytest.raises(InputError, match=r'no fp8 figure for "chip".*it has bf16'):
        decode_step(DENSE, Machine(old, 8), serving_layouts(8), 1.0, 100.0, FIT)
    with pytest.raises(InputError, match="no fp4 figure"):
        serving_types("NVFP4", DENSE, old)
    assert peak(CHIP, "fp4") == 4e15


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 400), st.integers(1, 400), st.floats(10.0, 50000.0), st.floats(1.0, 2.0), st.sampled_from([DENSE, MOE]),
    st.sampled_from([(1, 1, 8, 8), (8, 1, 1, 1), (2, 2, 4, 4), (1, 1, 32, 32)]),
)  # fmt: skip
def test_steps_take_longer_for_more_sequences_and_longer_contexts(
    first: int, more: int, context: float, longer: float, model: Transformer, layout: tuple[int, int, int, int]
) -> None:
    layouts = serving_layouts(*layout)
    batch = np.array([first, first + more], dtype=np.float64)
    few, many = decode_step(model, MACHINE, layouts, batch, context, FIT).total
    assert 0.0 < few < many
    assert decode_step(model, MACHINE, layouts, first, context * longer, FIT).total[0] >= few * (1 - 1e-12)
    assert many / (first + more) <= few / first * (1 + 1e-9)  # a token gets cheaper in company


# --- the service ------------------------------------------------------------------------------------------------------------------


def _service(model: Transformer, layouts: ServingLayouts, load: Load) -> queue.Service:
    on = Setting(model, MACHINE, FIT, ServingTypes())
    slots = slots_of(on, layouts, load)
    return service_of(on, layouts, load, slots, ladder(float(slots.max())))


def test_one_user_waits_for_a_prompt_and_its_steps() -> None:
    layouts = serving_layouts(2, [1, 4])
    made = queue.closed(_service(DENSE, layouts, Load(5000, 500)), np.ones(2))
    step = decode_step(DENSE, MACHINE, layouts, 1.0, 5250.0, FIT).total
    first = prefill(DENSE, MACHINE, layouts, 5000.0, 2500.0, FIT).total
    assert made.first == pytest.approx(first, rel=1e-6)
    assert made.gap == pytest.approx(step, rel=1e-6)
    assert 1.0 / made.rate == pytest.approx(first + 499 * step, rel=1e-6)


def test_users_beyond_the_slots_wait_and_the_rate_stays() -> None:
    """Little's law: users = requests per second * (seconds to the first token + answer * seconds between tokens)."""
    service = _service(DENSE, serving_layouts([1, 1]), Load(5000, 500))
    made = queue.closed(service, np.array([200.0, 400.0]))
    assert np.ptp(made.rate) == pytest.approx(0.0, abs=1e-9)
    assert made.first[1] - made.first[0] == pytest.approx(200.0 / made.rate[0])


@settings(max_examples=60, deadline=None)
@given(
    st.floats(1.0, 60000.0), st.floats(16.0, 60000.0), st.floats(0.0, 0.99), st.floats(1.0, 3.0), st.sampled_from([DENSE, MOE]),
)  # fmt: skip
def test_hits_and_accepted_tokens_never_slow_a_service_down(
    prompt: float, answer: float, hits: float, accepted: float, model: Transformer
) -> None:
    layouts = serving_layouts(1, 1, 8, 8)

    def rate(load: Load) -> float:
        service = _service(model, layouts, load)
        return float(queue.closed(service, service.slots).rate[0])

    plain = rate(Load(prompt, answer))
    assert plain > 0.0
    assert rate(Load(prompt, answer, hits)) >= plain * (1 - 1e-3)
    assert rate(Load(prompt, answer, 0.0, accepted)) >= plain * (1 - 1e-3)


def test_verified_tokens_cost_products_and_not_another_reading() -> None:
    layouts = serving_layouts(8)
    one, four = (decode_step(DENSE, MACHINE, layouts, 8.0, 4000.0, IDEAL, verified=many) for many in (1.0, 4.0))
    assert four.core[0] == pytest.approx(one.core[0], rel=2e-3)
    assert four.total[0] < 1.1 * one.total[0]


def test_young_chips_are_slower_and_intervals_hold_the_middle() -> None:
    early, late = (replace(MACHINE, software=when) for when in (2024.0, 2030.0))
    assert FIT.immaturity(early) == pytest.approx(1.3)
    assert FIT.immaturity(late) == pytest.approx(1.0, abs=1e-2)
    low, middle, high = interval([100.0], 0.2)
    assert low[0] < middle[0] == 100.0 < high[0]
    assert low[0] * high[0] == pytest.approx(1e4)


# --- types ------------------------------------------------------------------------------------------------------------------------


def test_precisions_are_read_from_what_tables_call_them() -> None:
    assert [precision_in(text) for text in ("NVFP4", "FP8 (BF16 attention core)", "fp16")] == ["fp4", "fp8", "bf16"]
    with pytest.raises(InputError, match=r'got the precision "int3".*expected one of bf16'):
        precision_in("int3")


def test_published_4_bit_weights_are_widened_on_chips_without_such_products() -> None:
    hopper = replace(CHIP, peaks={"bf16": 1e15, "fp8": 2e15})
    assert serving_types("FP8", MOE, hopper, "mxfp4").products == "bf16"
    assert serving_types("FP4", MOE, CHIP, "mxfp4").products == "fp8"
    assert serving_types("NVFP4", MOE, CHIP).attention == "bf16"
    assert BYTES[serving_types("NVFP4", DENSE, CHIP).blocks] == 0.5625
