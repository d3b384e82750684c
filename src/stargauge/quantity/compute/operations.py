"""What one layer of a transformer computes and moves for one micro-batch of training on one accelerator, and what its output layer does.

All amounts are of one accelerator; operations in FLOP, memory traffic in bytes. Many cuts at once, as arrays of the same length.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.compute.layout import Array, Job, Layouts
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.statistics.normal import normal_ppf

#: Bytes of a number in 16 bits and of one in 32.
HALF, FULL = 2.0, 4.0
#: Bytes of a number that a matrix product reads, by type: 4 bits and a scale per 16 of them in NVFP4, 8 bits and one per 32 in MXFP8.
OPERAND_BYTES = {"bf16": 2.0, "fp8": 1.0, "mxfp8": 33.0 / 32.0, "nvfp4": 0.5 + 1.0 / 16.0}
#: The maker's figure that a type is counted against.
PEAK_OF = {"bf16": "bf16", "fp8": "fp8", "mxfp8": "fp8", "nvfp4": "fp4"}
#: Bytes of the output layer's loss for each score: read and written in 16 and 32 bits, forward and backward.
_LOGIT_BYTES = 20.0
#: Numbers that two norms and two additions read and write per element of the residual stream, going forward.
_STREAM_PASSES = 10.0
#: Times that a token's vector is read and written to be brought in the order of experts and back: by a plain exchange, and by one that
#: sends a token once to each accelerator that needs it.
_PERMUTED, _PERMUTED_ONCE = 4.0, 2.0
#: Bytes that experts with biases move per number of their inner width where their activation is not fused; forward and backward.
_ACTIVATION_BYTES = 2.0 * 20.0
#: Kernels started per layer and pass: without experts, with them, and for each expert on an accelerator where products are not grouped.
_KERNELS, _EXPERT_KERNELS, _KERNELS_PER_EXPERT = 12.0, 60.0, 4.0
#: The part of kernels that are still started one by one where parts of a step are recorded as a graph, and where all of it
#: is: on our H100 and H200 a kernel of a graph takes a seventh to a tenth of one started by the host.
_PART_GRAPH, _WHOLE_GRAPH = 0.5, 0.1
#: Passes over the scores where attention is not fused: written, masked, softmax, dropout.
_SCORE_PASSES = 4.0
#: Backward over forward: two products for one; fused attention computes its scores again (Dao 2023).
BACKWARD, FUSED_BACKWARD = 2.0, 2.5


class Practice(NamedTuple):
    """How software of a day goes about a layer: one number for all layouts, or one per layout.

    `once`: a token goes once to each accelerator that has experts for it; `graph`: parts of a step are recorded and started as one;
    `fused_experts`: experts' products, activation, exchange and order in a few kernels, the whole step one graph; `score_width`: the least
    width of a head's keys and values together that attention's speed still grows with.
    """

    once: float | Array = 1.0
    graph: bool = False
    fused_experts: float | Array = 0.0
    score_width: float = 0.0


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
    """Matrix products: operations in the job's type, operations kept in 16 bits, bytes of a step's three products, bytes of one again."""

    low: Array
    high: Array
    moved: Array
    again: Array


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
    activation: Array  # bytes of experts' activation where it is not fused
    kernels: Array  # kernels started one by one


def distinct_cuts(layouts: Layouts, *more: Array) -> tuple[Cut, tuple[Array, ...], NDArray[np.intp]]:
    """The different cuts among layouts, what else they differ in, and each layout's place among them."""
    columns = (layouts.tensor, layouts.context, layouts.expert, layouts.micro_batch, layouts.recompute, *more)
    key = np.zeros(layouts.many, dtype=np.int64)
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        key = key * len(values) + place
    _, first, places = np.unique(key, return_index=True, return_inverse=True)
    found = [column[first] for column in columns]
    return Cut(*found[:5]), tuple(found[5:]), places


#: A product: rows, columns, depth, how many, and whether it is in the job's type.
Product = tuple[Array, Array | float, Array | float, Array | float, bool]


def _products(parts: list[Product], operand: float) -> Products:
    """Sums over products. Operands go in `operand` bytes where they are in the job's type, results in 16 bits, gradients of weights are
    added up in 32: read and written."""
    zero = np.zeros_like(parts[0][0])
    low, high, moved, again = zero.copy(), zero.copy(), zero.copy(), zero.copy()
    for rows, columns, depth, count, is_low in parts:
        flop, each = 2.0 * rows * columns * depth * count, operand if is_low else HALF
        low, high = (low + flop, high) if is_low else (low, high + flop)
        taken, weights, made = rows * depth * count, depth * columns * count, rows * columns * count
        moved = moved + 2.0 * each * (taken + weights + made) + HALF * (made + taken) + 2.0 * FULL * weights
        again = again + each * (taken + weights) + HALF * made
    return Products(low, high, moved, again)


def kv_heads(model: Transformer, tensor: Array) -> Array:
    """Heads of keys and values on one accelerator: at least one, which several then have alike."""
    return np.asarray(np.maximum(model.kv_heads / tensor, 1.0))


def fullest(model: Transformer, job: Job, cut: Cut) -> Array:
    """Tokens of the accelerator whose experts get most, over the mean: 1 where numbers are made equal.

    An assumption: choices are drawn evenly and by themselves, so that n accelerators with experts get balls in n bins. Of n normal numbers
    the largest is expected near the quantile (n - 3/8) / (n + 1/4) (Blom 1958), here in deviations 1 / sqrt(mean) of the mean. Routers that
    favour experts are more uneven.
    """
    if job.balanced or not model.experts:
        return np.ones_like(cut.expert)
    n, mean = cut.expert, cut.tokens(job) / cut.tensor * model.experts_per_token
    largest = np.maximum(normal_ppf((n - 0.375) / (n + 0.25)), 0.0)
    return np.asarray(np.where(n > 1.0, np.minimum(1.0 + largest / np.sqrt(mean), n), 1.0))


def attention_products(model: Transformer, cut: Cut, tokens: Array) -> list[Product]:
    """Products before and after attention: queries, keys, values and the output; with latent attention down and up again."""
    t, h = cut.tensor, float(model.hidden)
    if model.latent is None:
        width = (model.heads / t + 2.0 * kv_heads(model, t)) * model.head_size
        return [(tokens, width, h, 1.0, True), (tokens, h, model.heads * model.head_size / t, 1.0, True)]
    q, kv, nope, rope, value = model.latent
    return [
        (tokens, float(q + kv + rope), h, 1.0, True), (tokens, model.heads * (nope + rope) / t, float(q or h), 1.0, True),
        (tokens, model.heads * (nope + value) / t, float(kv), 1.0, True), (tokens, h, model.heads * value / t, 1.0, True),
    ]  # fmt: skip


def dense_products(model: Transformer, cut: Cut, tokens: Array, width: float) -> list[Product]:
    """Products of a dense block of a given inner width."""
    up, inner = width * (2.0 if model.gated else 1.0) / cut.tensor, width / cut.tensor
    return [(tokens, up, float(model.hidden), 1.0, True), (tokens, float(model.hidden), inner, 1.0, True)]


def expert_products(model: Transformer, cut: Cut, tokens: Array, busy: Array) -> list[Product]:
    """Products of the router, of the experts that live on one accelerator, and of those that all tokens pass.

    An expert is whole on one accelerator, and tokens are spread over the tensor-parallel ones; `busy`: tokens of the experts of the fullest
    accelerator over the mean.
    """
    h, here, own = float(model.hidden), model.experts / cut.expert, tokens / cut.tensor
    each = own * model.experts_per_token / here * busy
    made: list[Product] = [
        (own, float(model.experts), h, 1.0, False),
        (each, model.ffn * (2.0 if model.gated else 1.0), h, here, True), (each, h, float(model.ffn), here, True),
    ]  # fmt: skip
    return made + (dense_products(model, cut, tokens, float(model.ffn * model.shared_experts)) if model.shared_experts else [])


def layer_work(model: Transformer, job: Job, cut: Cut, practice: Practice) -> LayerWork:
    """The average layer of a model: those with experts and those without in their shares."""
    share = model.moe_layers / model.layers
    if share == 0.0:
        return _one_layer(model, job, cut, practice, experts=False)
    with_experts = _one_layer(model, job, cut, practice, experts=True)
    if share == 1.0:
        return with_experts
    without = _one_layer(model, job, cut, practice, experts=False)
    return LayerWork(*(share * one + (1.0 - share) * other for one, other in zip(with_experts, without, strict=True)))


def _one_layer(model: Transformer, job: Job, cut: Cut, practice: Practice, experts: bool) -> LayerWork:
    tokens = cut.tokens(job)
    width = float(model.dense_ffn if model.experts else model.ffn)
    busy = fullest(model, job, cut)
    block = expert_products(model, cut, tokens, busy) if experts else dense_products(model, cut, tokens, width)
    products = _products(attention_products(model, cut, tokens) + block, OPERAND_BYTES[job.dtype])
    again = (cut.recompute == 2).astype(np.float64)
    passes, low = 1.0 + BACKWARD + again, float(job.dtype != "bf16")
    some = ((cut.recompute == 1) & job.fused).astype(np.float64)  # norms and activations again where attention is fused
    return LayerWork(
        matrix=products.low * passes,
        matrix_high=products.high * passes,
        operands=products.moved + products.again * again,
        attention=_attention(model, job, cut, tokens, practice),
        scores=_scores(model, job, cut, tokens),
        elementwise=_elementwise(model, cut, tokens, experts, width, busy) * (passes + some),
        casts=low * _casts(model, cut, tokens, experts, width, busy) * (1.0 + again / 2.0),
        permutation=_permutation(model, cut, tokens, practice) * busy * passes * float(experts),
        activation=_activation(model, cut, tokens) * busy * (1.0 + again / 3.0) * float(experts),
        kernels=_kernels(model, cut, practice, experts) * passes,
    )


def _inner(model: Transformer, experts: bool, width: float, busy: Array) -> Array:
    """Numbers of a block's inner width that one token passes."""
    return model.ffn * (model.experts_per_token * busy + model.shared_experts) if experts else np.full_like(busy, width)


def _qkv(model: Transformer, tensor: Array) -> Array:
    """Numbers of a token's queries, keys and values of all heads, those counted that several accelerators have alike."""
    if model.latent is None:
        return model.head_size * (model.heads + 2.0 * kv_heads(model, tensor) * tensor)
    return np.zeros_like(tensor) + float(model.heads * (2 * (model.latent.nope + model.latent.rope) + model.latent.value))


def _results(model: Transformer) -> float:
    """Numbers of what attention gives for a token."""
    return float(model.heads * (model.head_size if model.latent is None else model.latent.value))


def _elementwise(model: Transformer, cut: Cut, tokens: Array, experts: bool, width: float, busy: Array) -> Array:
    """Bytes of a forward pass: norms and additions, positions and splitting, the block's activation read and written."""
    block = _inner(model, experts, width, busy) * (3.0 if model.gated else 2.0)
    return HALF * (_STREAM_PASSES * model.hidden + 2.0 * _qkv(model, cut.tensor) + block) * tokens / cut.tensor


def _casts(model: Transformer, cut: Cut, tokens: Array, experts: bool, width: float, busy: Array) -> Array:
    """Bytes of turning what products take to low precision, forward and backward; each expert's copy of a token by itself."""
    gates = 2.0 if model.gated else 1.0
    around = 5.0 * model.hidden + 3.0 * _qkv(model, cut.tensor) + 5.0 * _results(model)
    inner = _inner(model, experts, width, busy)
    copies = (model.experts_per_token * busy + model.shared_experts) * 6.0 * model.hidden if experts else 3.0 * model.hidden
    block = copies + inner * (5.0 if experts else 3.0) + 6.0 * (inner * gates if not experts else inner)
    return (around + block) * tokens / cut.tensor


def _permutation(model: Transformer, cut: Cut, tokens: Array, practice: Practice) -> Array:
    """Bytes of a forward pass of bringing tokens in the order of experts and back, read and written."""
    times = _PERMUTED + (_PERMUTED_ONCE - _PERMUTED) * np.asarray(practice.once)
    return 2.0 * times * HALF * model.hidden * model.experts_per_token * tokens / cut.tensor


def _activation(model: Transformer, cut: Cut, tokens: Array) -> Array:
    """Bytes of experts' activation where it runs by itself, forward and backward."""
    width = float(model.unfused_activation) * _ACTIVATION_BYTES * model.ffn * model.experts_per_token
    return np.asarray(width * tokens / cut.tensor)


def _kernels(model: Transformer, cut: Cut, practice: Practice, experts: bool) -> Array:
    """Kernels of a pass that are started one by one."""
    if not experts:
        return np.full_like(cut.tensor, _KERNELS) * (_PART_GRAPH if practice.graph and model.experts else 1.0)
    apart = (_EXPERT_KERNELS + _KERNELS_PER_EXPERT * model.experts / cut.expert) * (_PART_GRAPH if practice.graph else 1.0)
    fused = np.asarray(practice.fused_experts)
    return np.asarray((1.0 - fused) * apart + fused * _EXPERT_KERNELS * _WHOLE_GRAPH)


def _attention(model: Transformer, job: Job, cut: Cut, tokens: Array, practice: Practice) -> Array:
    """Operations of scores and their product with the values. Fused kernels leave out what lies after a token; others compute all.

    Windows are computed as if they were none: no measured run was faster for them. Narrow heads take the time of wider ones.
    """
    pairs = tokens * job.sequence * (0.5 if job.fused else 1.0)
    width = max(float(model.score_width()), practice.score_width * model.heads)
    return 2.0 * pairs * width / cut.tensor * (1.0 + (FUSED_BACKWARD if job.fused else BACKWARD) + _scored_again(job, cut))


def _scores(model: Transformer, job: Job, cut: Cut, tokens: Array) -> Array:
    """Bytes of the scores through memory where attention is not fused."""
    if job.fused:
        return np.zeros_like(tokens)
    once = tokens * job.sequence * model.heads / cut.tensor * HALF * _SCORE_PASSES
    return once * (1.0 + BACKWARD + _scored_again(job, cut))


def _scored_again(job: Job, cut: Cut) -> Array:
    """How often attention is computed again: with all of the layer, and as the selected part where it is not fused."""
    return np.asarray((cut.recompute == 2) | ((cut.recompute == 1) & (not job.fused)), dtype=np.float64)


class LogitsWork(NamedTuple):
    """The output layer and the loss for one micro-batch, forward and backward: FLOP in 16 bits, bytes of the product and of the loss."""

    matrix: Array
    operands: Array
    loss: Array


def logits_work(model: Transformer, job: Job, cut: Cut) -> LogitsWork:
    """What the output layer and the loss of a micro-batch take."""
    tokens, each = cut.tokens(job), model.vocabulary / cut.tensor
    product = _products([(tokens, each, float(model.hidden), 1.0, False)], HALF)
    return LogitsWork(product.high * (1.0 + BACKWARD), product.moved, _LOGIT_BYTES * tokens * each)
