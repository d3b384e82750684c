"""Bytes of an accelerator while training: weights, gradients, optimiser, activations, the output layer's scores, and a reserve."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stargauge.quantity.compute.layout import Array, Job, Layouts
from stargauge.quantity.compute.operations import FULL, HALF, OPERAND_BYTES
from stargauge.quantity.compute.training_step import data_groups, shared_weights
from stargauge.quantity.compute.transformer import Transformer

#: Bytes per weight of mixed-precision Adam: a 16-bit weight, a 32-bit gradient, and a 32-bit weight and two moments for the optimiser.
WEIGHT_BYTES, GRADIENT_BYTES, OPTIMIZER_BYTES = HALF, FULL, 3.0 * FULL
#: What the driver, the libraries of communication and a workspace take: an assumption; and the share lost between blocks of memory.
RESERVE_BYTES, LOST_SHARE = 4e9, 0.03


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


def training_memory(model: Transformer, job: Job, layouts: Layouts) -> TrainingMemory:
    """Bytes of the fullest accelerator of each layout.

    Activations after Korthikanti et al. (2022): with selective recomputation scores go where attention is not fused, and norms and
    activation functions where it is. The first stage keeps those of all micro-batches on their way, the last one the scores of the output.
    """
    first, last = _stage(model, job, layouts, first=True), _stage(model, job, layouts, first=False)
    fuller = np.sum(np.stack(first), axis=0) >= np.sum(np.stack(last), axis=0)
    parts = [np.where(fuller, one, other) for one, other in zip(first, last, strict=True)]
    return TrainingMemory(*[*parts, RESERVE_BYTES + LOST_SHARE * np.sum(np.stack(parts), axis=0)])


def _stage(model: Transformer, job: Job, layouts: Layouts, first: bool) -> list[Array]:
    layers = np.ceil(model.layers / layouts.pipeline)
    alone = layouts.pipeline == 1.0
    end = model.vocabulary * model.hidden / layouts.tensor * np.where(alone & (not model.tied), 2.0, 1.0)
    others, experts = shared_weights(model, layouts)
    many, many_experts = data_groups(layouts)
    held = [
        each * ((others * layers + end) / np.where(layouts.sharding >= level, many, 1.0)
                + experts * layers / np.where(layouts.sharding >= level, many_experts, 1.0))
        for each, level in ((WEIGHT_BYTES, 3), (GRADIENT_BYTES, 2), (OPTIMIZER_BYTES, 1))
    ]  # fmt: skip
    under_way = micro_batches_under_way(job, layouts) if first else np.ones(layouts.many)
    logits = layouts.micro_batch * job.sequence / layouts.context * model.vocabulary / layouts.tensor * (HALF + FULL)
    kept = activation_bytes(model, job, layouts) * layers * under_way + _at_work(model, job, layouts)
    return [*held, kept, np.where(alone | (not first), logits, 0.0)]


def micro_batches_under_way(job: Job, layouts: Layouts) -> Array:
    """Micro-batches whose activations the first stage keeps at once: one per stage, more with interleaving, no more than all."""
    p, v = layouts.pipeline, layouts.interleave
    deep = p * np.where(v > 1.0, 1.0 + (p - 1.0) / (p * v), 1.0)
    return np.minimum(deep, np.ceil(job.batch / (layouts.data * layouts.micro_batch)))


def activation_bytes(model: Transformer, job: Job, layouts: Layouts) -> Array:
    """Bytes that one layer keeps of one micro-batch until it goes backward, on average over layers."""
    tokens = layouts.micro_batch * job.sequence / layouts.context / layouts.tensor
    everything = _kept(model, job, layouts, tokens, cheap=True)
    some = _kept(model, job, layouts, tokens, cheap=False)
    least = HALF * model.hidden * tokens
    return np.asarray(np.where(layouts.recompute == 2, least, np.where(layouts.recompute == 1, some, everything)))


def _at_work(model: Transformer, job: Job, layouts: Layouts) -> Array:
    """Bytes of the one layer that is being computed again, where all of it is."""
    tokens = layouts.micro_batch * job.sequence / layouts.context / layouts.tensor
    return np.where(layouts.recompute == 2, _kept(model, job, layouts, tokens, cheap=True), 0.0)


def _kept(model: Transformer, job: Job, layouts: Layouts, tokens: Array, cheap: bool) -> Array:
    """Bytes kept of a layer for `tokens` of one accelerator, with those that are cheap to compute again or without.

    What norms take 4 h; what they give to attention and block 2 h each; queries, keys, values and the result of attention; the block before
    its activation function and after it; masks of dropout 2 h and scores 5 a s where attention is not fused. For a GPT with ffn = 4 h this
    is h (34 + 5 a s / h). Operands of products are kept in the job's type; cheap are scores, else what norms and activation functions give.
    """
    h, each, whole = float(model.hidden), min(HALF, OPERAND_BYTES[job.dtype]), not job.fused
    given = each if cheap or whole else 0.0
    attention = 2.0 * HALF * h + given * h + HALF * _attention_width(model) + (2.0 * h if whole else 0.0)
    scores = 5.0 * model.heads * job.sequence if whole and cheap else 0.0
    width = float(model.dense_ffn if model.experts else model.ffn)
    share = model.moe_layers / model.layers
    routed = model.experts_per_token * (each * h + _block(model, float(model.ffn), given))
    expert = routed + _block(model, float(model.ffn * model.shared_experts), given)
    return tokens * (attention + scores + given * h + (1.0 - share) * _block(model, width, given) + share * expert)


def _block(model: Transformer, width: float, given: float) -> float:
    """Bytes per token of a block's inner width: before the activation function, twice with a gate, and after it in `given` bytes."""
    return width * (HALF * (2.0 if model.gated else 1.0) + given)


def _attention_width(model: Transformer) -> float:
    """Numbers per token of queries, keys, values and the result of attention."""
    if model.latent is None:
        return float(model.head_size * (2 * model.heads + 2 * model.kv_heads))
    q, kv, nope, rope, value = model.latent
    return float(q + kv + rope + model.heads * (2 * (nope + rope) + 2 * value))
