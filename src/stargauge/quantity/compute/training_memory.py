"""Bytes of an accelerator while training: weights, gradients, optimiser, activations, the output layer's scores, and a reserve."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stargauge.quantity.compute.layout import SHARDING, Array, Job, Layouts
from stargauge.quantity.compute.operations import FULL, HALF, OPERAND_BYTES, kv_heads
from stargauge.quantity.compute.training_fit import TrainingFit
from stargauge.quantity.compute.training_step import (
    DUALPIPE,
    ZERO_BUBBLE,
    copies_of,
    data_groups,
    end_weights,
    kept_width,
    shared_weights,
)
from stargauge.quantity.compute.transformer import Transformer

#: Bytes per weight of mixed-precision Adam: a 16-bit weight, a 32-bit gradient, and a 32-bit weight and two moments for the optimiser.
WEIGHT_BYTES, GRADIENT_BYTES, OPTIMIZER_BYTES = HALF, FULL, 3.0 * FULL


class TrainingMemory(NamedTuple):
    """Bytes by part, one per layout: of the first stage or of the last, whichever has more."""

    weights: Array
    gradients: Array
    optimizer: Array
    activations: Array
    logits: Array
    reserve: Array

    @property
    def total(self) -> Array:
        """Bytes in all."""
        return np.asarray(np.sum(np.stack(self), axis=0))


def training_memory(model: Transformer, job: Job, layouts: Layouts, fit: TrainingFit) -> TrainingMemory:
    """Bytes of the fullest accelerator of each layout.

    Activations after Korthikanti et al. (2022): with selective recomputation scores go where attention is not fused, and norms and
    activation functions where it is. The first stage keeps those of all micro-batches on their way, the last one the scores of the output.
    The reserve is what the driver, the libraries of communication and a workspace take, and the share lost between blocks of memory.
    """
    first, last = _stage(model, job, layouts, first=True), _stage(model, job, layouts, first=False)
    fuller = np.sum(np.stack(first), axis=0) >= np.sum(np.stack(last), axis=0)
    parts = [np.where(fuller, one, other) for one, other in zip(first, last, strict=True)]
    return TrainingMemory(*[*parts, fit.practice["reserve"] + fit.practice["lost_share"] * np.sum(np.stack(parts), axis=0)])


def _stage(model: Transformer, job: Job, layouts: Layouts, first: bool) -> list[Array]:
    layers = np.ceil(model.layers / layouts.pipeline)
    alone, end, copies = layouts.pipeline == 1.0, end_weights(model, layouts), copies_of(layouts)
    others, experts = shared_weights(model, layouts)
    many, many_experts = data_groups(layouts)
    held = [
        each * ((others * layers * copies + end) / np.where(layouts.sharding >= level, many, 1.0)
                + experts * layers * copies / np.where(layouts.sharding >= level, many_experts, 1.0))
        for each, level in ((WEIGHT_BYTES, 3), (GRADIENT_BYTES, 2), (OPTIMIZER_BYTES, 1))
    ]  # fmt: skip
    gathered, scattered = _gathered(model, layouts, end)
    under_way = micro_batches_under_way(job, layouts, first)
    logits = layouts.micro_batch * job.sequence / layouts.context * model.vocabulary / layouts.tensor * (HALF + FULL)
    kept = activation_bytes(model, job, layouts) * layers * under_way + _at_work(model, job, layouts)
    has_output = alone | (not first) | (layouts.schedule == DUALPIPE)
    return [held[0] + gathered, held[1] + scattered, held[2], kept, np.where(has_output, logits, 0.0)]


def _gathered(model: Transformer, layouts: Layouts, end: Array) -> tuple[Array, Array]:
    """Bytes of spread weights that are whole for a time, and of their gradients before they are scattered, in 16 bits.

    The largest layer at work and the next one on its way, one layer's gradients; embedding and output layer stay whole. Where gradients
    alone are spread those of a layer are whole, or in 32 bits those of a chunk while its micro-batches are at work.
    """
    others, experts = shared_weights(model, layouts)
    many, many_experts = data_groups(layouts)
    whole = _dense_layer(model, layouts) * (many > 1.0)
    if model.experts:
        passed = model.attention_parameters + model.expert_parameters * model.shared_experts + model.hidden * model.experts
        here = model.expert_parameters * model.experts / layouts.expert
        whole = np.maximum(whole, passed / layouts.tensor * (many > 1.0) + here * (many_experts > 1.0))
    spread, ends = layouts.sharding == SHARDING.index("weights"), end * (many > 1.0)
    chunk = np.ceil(model.layers / layouts.pipeline) / layouts.interleave * (others * (many > 1.0) + experts * (many_experts > 1.0))
    scattered = np.where(layouts.interleave > 1.0, FULL * chunk, HALF * whole)
    gradients = np.where(layouts.sharding == SHARDING.index("gradients"), scattered, 0.0)
    return np.where(spread, HALF * (2.0 * whole + ends), 0.0), np.where(spread, HALF * (whole + ends), gradients)


def _dense_layer(model: Transformer, layouts: Layouts) -> Array:
    """Weights of a layer without experts on one accelerator; nought where there is none."""
    if model.experts and not model.dense_layers:
        return np.zeros(layouts.many)
    return (model.attention_parameters + model.dense_block_parameters) / layouts.tensor


def micro_batches_under_way(job: Job, layouts: Layouts, first: bool = True) -> Array:
    """Micro-batches whose activations a stage keeps at once, in stages' worth; no more than all.

    The first stage one per stage, more with interleaving, p + 1 of a DualPipe; the last one of them, with interleaving what its first
    chunks keep meanwhile; all stages alike where gradients of weights are put off.
    """
    p, v = layouts.pipeline, layouts.interleave
    deep = np.where(v > 1.0, p + (p - 1.0) / v, p) if first else ((v - 1.0) * p + 1.0) / v
    deep = np.where(layouts.schedule == ZERO_BUBBLE, p, np.where((layouts.schedule == DUALPIPE) & (p > 1.0), p + 1.0, deep))
    return np.minimum(deep, np.ceil(job.batch / (layouts.data * layouts.micro_batch)))


def activation_bytes(model: Transformer, job: Job, layouts: Layouts) -> Array:
    """Bytes that one layer keeps of one micro-batch until it goes backward, on average over layers."""
    tokens = layouts.micro_batch * job.sequence / layouts.context / layouts.tensor
    everything = _kept(model, job, layouts, tokens, cheap=True)
    some = _kept(model, job, layouts, tokens, cheap=False)
    least = HALF * model.hidden * tokens
    return np.asarray(np.where(layouts.recompute == 2, least, np.where(layouts.recompute == 1, some, everything)))


def _at_work(model: Transformer, job: Job, layouts: Layouts) -> Array:
    """Bytes of the one layer at work: what is computed again, where all is; keys and values of the whole sequence and their gradients,
    where its parts are on several accelerators."""
    tokens = layouts.micro_batch * job.sequence / layouts.context / layouts.tensor
    sequence = layouts.micro_batch * job.sequence * kept_width(model, layouts.tensor) * 2.0 * HALF
    again = np.where(layouts.recompute == 2, _kept(model, job, layouts, tokens, cheap=True), 0.0)
    return again + np.where(layouts.context > 1.0, sequence, 0.0)


def _kept(model: Transformer, job: Job, layouts: Layouts, tokens: Array, cheap: bool) -> Array:
    """Bytes kept of a layer for `tokens` of one accelerator, with those that are cheap to compute again or without.

    What norms take 4 h; what they give to attention and block 2 h each; queries, keys, values and the result of attention; the block before
    its activation function and after it; masks of dropout 2 h and scores 5 a s where attention is not fused. For a GPT with ffn = 4 h this
    is h (34 + 5 a s / h). Operands of products are kept in the job's type; cheap are scores, else what norms and activation functions give.
    """
    h, each, whole = float(model.hidden), min(HALF, OPERAND_BYTES[job.dtype]), not job.fused
    given = each if cheap or whole else 0.0
    attention = 2.0 * HALF * h + given * h + HALF * _attention_width(model, layouts.tensor) + (2.0 * h if whole else 0.0)
    scores = 5.0 * model.heads * job.sequence if whole and cheap else 0.0
    width = float(model.dense_ffn if model.experts else model.ffn)
    share = model.moe_layers / model.layers
    routed = model.experts_per_token * (each * h + _block(model, float(model.ffn), given))
    expert = routed + _block(model, float(model.ffn * model.shared_experts), given)
    return tokens * (attention + scores + given * h + (1.0 - share) * _block(model, width, given) + share * expert)


def _block(model: Transformer, width: float, given: float) -> float:
    """Bytes per token of a block's inner width: before the activation function, twice with a gate, and after it in `given` bytes."""
    return width * (HALF * (2.0 if model.gated else 1.0) + given)


def _attention_width(model: Transformer, tensor: Array) -> Array:
    """Numbers per token of queries, keys, values and the result of attention; those counted that several accelerators have alike."""
    if model.latent is None:
        return 2.0 * model.head_size * (model.heads + kv_heads(model, tensor) * tensor)
    q, kv, nope, rope, value = model.latent
    return np.full_like(tensor, float(q + kv + rope + model.heads * (2 * (nope + rope) + 2 * value)))
