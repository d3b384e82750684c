"""What one layer of a transformer computes and moves for one micro-batch of training on one accelerator, and what its output layer does.

All amounts are of one accelerator; operations in FLOP, memory traffic in bytes. Many cuts at once, as arrays of the same length.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.compute.layout import Array, Job, Layouts
from stargauge.quantity.compute.transformer import Transformer

#: Bytes of a number in 16 bits and of one in 32.
HALF, FULL = 2.0, 4.0
#: Bytes of a number that a matrix product reads, by type: 4 bits and a scale per 16 of them in NVFP4, 8 bits and one per 32 in MXFP8.
OPERAND_BYTES = {"bf16": 2.0, "fp8": 1.0, "mxfp8": 33.0 / 32.0, "nvfp4": 0.5 + 1.0 / 16.0}
#: The maker's figure that a type is counted against.
PEAK_OF = {"bf16": "bf16", "fp8": "fp8", "mxfp8": "fp8", "nvfp4": "fp4"}
#: Passes over the residual stream of a layer going forward: two norms, two additions, each read and written.
_STREAM_PASSES = 8.0
#: Copies of a token's vector that permuting it to an expert and back reads and writes.
_PERMUTE_PASSES = 4.0
#: Kernels of a layer besides its matrix products: norms, position, additions, activation, communication; and those of experts.
_SMALL_KERNELS, _EXPERT_KERNELS = 15.0, 9.0
#: Passes over the scores where attention is not fused: written, masked, softmax, dropout.
_SCORE_PASSES = 4.0
#: Backward over forward: two products for one; fused attention computes its scores again (Dao 2023).
_BACKWARD, _FUSED_BACKWARD = 2.0, 2.5


class Cut(NamedTuple):
    """The parts of a layout that decide what one layer costs, one per place."""

    tensor: Array
    context: Array
    expert: Array
    micro_batch: Array
    recompute: Array

    def tokens(self, job: Job) -> Array:
        """Tokens of a micro-batch that a group of tensor-parallel accelerators holds together."""
        return self.micro_batch * job.sequence / self.context


class Products(NamedTuple):
    """Matrix products: operations in the job's type, operations kept in 16 bits, numbers read and written, and how many there are."""

    low: Array
    high: Array
    numbers: Array
    many: Array


class LayerWork(NamedTuple):
    """A micro-batch through one layer, forward, backward and what is computed again: FLOP, bytes and kernels of one accelerator."""

    matrix: Array  # FLOP in the job's type
    matrix_high: Array  # FLOP that stay in 16 bits
    operands: Array  # bytes of the products' operands and results
    attention: Array  # FLOP
    scores: Array  # bytes of scores in memory; nought where attention is fused
    elementwise: Array  # bytes of norms, additions, activations, positions
    casts: Array  # bytes of turning numbers to and from low precision
    permutation: Array  # bytes of bringing tokens in the order of experts and back
    kernels: Array  # kernels started


def distinct_cuts(layouts: Layouts) -> tuple[Cut, NDArray[np.intp]]:
    """The different cuts among layouts, and each layout's place among them."""
    columns = (layouts.tensor, layouts.context, layouts.expert, layouts.micro_batch, layouts.recompute)
    key = np.zeros(layouts.many, dtype=np.int64)
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        key = key * len(values) + place
    _, first, places = np.unique(key, return_index=True, return_inverse=True)
    return Cut(*(column[first] for column in columns)), places


def _products(parts: list[tuple[Array, Array | float, float | Array, Array | float, bool]]) -> Products:
    """Products of (rows, columns, depth, how many, low precision or not)."""
    zero = np.zeros_like(parts[0][0])
    low, high, numbers, many = zero.copy(), zero.copy(), zero.copy(), zero.copy()
    for rows, columns, depth, count, is_low in parts:
        flop = 2.0 * rows * columns * depth * count
        low, high = (low + flop, high) if is_low else (low, high + flop)
        numbers = numbers + (rows * depth + depth * columns + rows * columns) * count
        many = many + 1.0
    return Products(low, high, numbers, many)


def attention_products(model: Transformer, cut: Cut, tokens: Array) -> Products:
    """Products before and after attention: queries, keys, values and the output; with latent attention down and up again."""
    t, h = cut.tensor, float(model.hidden)
    if model.latent is None:
        width = (model.heads + 2 * model.kv_heads) * model.head_size
        return _products([(tokens, width / t, h, 1.0, True), (tokens, h, model.heads * model.head_size / t, 1.0, True)])
    q, kv, nope, rope, value = model.latent
    depth = float(q or h)
    return _products([
        (tokens, float(q + kv + rope), h, 1.0, True), (tokens, model.heads * (nope + rope) / t, depth, 1.0, True),
        (tokens, model.heads * (nope + value) / t, float(kv), 1.0, True), (tokens, h, model.heads * value / t, 1.0, True),
    ])  # fmt: skip


def dense_products(model: Transformer, cut: Cut, tokens: Array, width: float) -> Products:
    """Products of a dense block of a given inner width."""
    up, inner = width * (2.0 if model.gated else 1.0) / cut.tensor, width / cut.tensor
    return _products([(tokens, up, float(model.hidden), 1.0, True), (tokens, float(model.hidden), inner, 1.0, True)])


def expert_products(model: Transformer, cut: Cut, tokens: Array) -> Products:
    """Products of the router, of the experts that live on one accelerator, and of those that all tokens pass.

    Each expert gets the same number of tokens; an expert is whole on one accelerator, and tokens are spread over the tensor-parallel ones.
    """
    h, here = float(model.hidden), model.experts / cut.expert
    own = tokens / cut.tensor
    each = own * model.experts_per_token / here
    parts: list[tuple[Array, Array | float, float | Array, Array | float, bool]] = [
        (own, float(model.experts), h, 1.0, False),
        (each, model.ffn * (2.0 if model.gated else 1.0), h, here, True), (each, h, float(model.ffn), here, True),
    ]  # fmt: skip
    routed = _products(parts)
    if not model.shared_experts:
        return routed
    return _added(routed, dense_products(model, cut, tokens, float(model.ffn * model.shared_experts)))


def _added(left: Products, right: Products) -> Products:
    return Products(*(one + other for one, other in zip(left, right, strict=True)))


def layer_work(model: Transformer, job: Job, cut: Cut) -> LayerWork:
    """The average layer of a model: those with experts and those without in their shares."""
    share = model.moe_layers / model.layers
    if share == 0.0:
        return _one_layer(model, job, cut, experts=False)
    with_experts = _one_layer(model, job, cut, experts=True)
    if share == 1.0:
        return with_experts
    without = _one_layer(model, job, cut, experts=False)
    return LayerWork(*(share * one + (1.0 - share) * other for one, other in zip(with_experts, without, strict=True)))


def _one_layer(model: Transformer, job: Job, cut: Cut, experts: bool) -> LayerWork:
    tokens, t, h = cut.tokens(job), cut.tensor, float(model.hidden)
    again_whole, again_some = (cut.recompute == 2).astype(np.float64), (cut.recompute == 1).astype(np.float64)
    width = float(model.dense_ffn if model.experts else model.ffn)
    block = expert_products(model, cut, tokens) if experts else dense_products(model, cut, tokens, width)
    products = _added(attention_products(model, cut, tokens), block)
    inner = float(model.ffn * (model.experts_per_token + model.shared_experts)) if experts else width
    passes = 1.0 + _BACKWARD + again_whole
    some = 0.0 if not job.fused else again_some  # fused: norms and activations are what is computed again
    copied = HALF * (3.0 if model.gated else 2.0) * inner * tokens / t
    low = float(job.dtype != "bf16")
    kernels = products.many + _SMALL_KERNELS + (_EXPERT_KERNELS if experts else 0.0)
    return LayerWork(
        matrix=products.low * passes,
        matrix_high=products.high * passes,
        operands=products.numbers * passes * OPERAND_BYTES[job.dtype],
        attention=_attention(model, job, cut, tokens),
        scores=_scores(model, job, cut, tokens),
        elementwise=(_STREAM_PASSES * HALF * h * tokens / t + copied) * (passes + some),
        casts=low * 3.0 * (HALF * h + inner / t) * tokens * passes,
        permutation=float(experts) * _PERMUTE_PASSES * HALF * h * model.experts_per_token * tokens / t * passes,
        kernels=kernels * passes,
    )


def _attention(model: Transformer, job: Job, cut: Cut, tokens: Array) -> Array:
    """Operations of scores and their product with the values. Fused kernels leave out what lies after a token; others compute all."""
    pairs = tokens * model.tokens_attended(job.sequence, causal=job.fused)
    forward = 2.0 * pairs * model.score_width() / cut.tensor
    return forward * (1.0 + (_FUSED_BACKWARD if job.fused else _BACKWARD) + _scored_again(job, cut))


def _scores(model: Transformer, job: Job, cut: Cut, tokens: Array) -> Array:
    """Bytes of the scores through memory where attention is not fused."""
    if job.fused:
        return np.zeros_like(tokens)
    once = tokens * job.sequence * model.heads / cut.tensor * HALF * _SCORE_PASSES
    return once * (1.0 + _BACKWARD + _scored_again(job, cut))


def _scored_again(job: Job, cut: Cut) -> Array:
    """How often attention is computed again: with all of the layer, and as the selected part where it is not fused."""
    return ((cut.recompute == 2) | ((cut.recompute == 1) & (not job.fused))).astype(np.float64)


def logits_work(model: Transformer, job: Job, cut: Cut) -> tuple[Array, Array]:
    """FLOP and bytes of the output layer and the loss for one micro-batch, forward and backward; 16 bits, the loss in 32."""
    tokens = cut.tokens(job)
    flop = 2.0 * tokens * model.hidden * model.vocabulary / cut.tensor * (1.0 + _BACKWARD)
    return flop, tokens * model.vocabulary / cut.tensor * FULL * (1.0 + _BACKWARD)
