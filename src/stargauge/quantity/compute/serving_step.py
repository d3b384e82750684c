"""Time of a pass of serving, by rooflines: prompts taken in, or one more token for each sequence of a batch, or both at once.

Each function takes many layouts, batches and lengths at once; they broadcast. Times are seconds, of a replica's pass. `context`: tokens
that were there before. Parts do not overlap; where a part is bound by operations and by bytes alike it reaches neither in full.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.compute.machine import Chip, Machine
from stargauge.quantity.compute.serving_efficiency import ServingFit
from stargauge.quantity.compute.serving_memory import (
    BYTES,
    USUAL_TYPES,
    ServingLayouts,
    ServingTypes,
    cache_split,
    stage_share,
    tokens_kept,
    weights_of,
)  # fmt: skip
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.errors import InputError

Array = NDArray[np.float64]

#: Sharpness of the corner of a roofline.
_CORNER = 4.0
#: Nodes that a token is sent to at most where experts are spread over nodes (node-limited routing, DeepSeek-V3 report).
_MOST_NODES = 4.0


class Pass(NamedTuple):
    """Seconds of one pass by part."""

    attention_weights: Array  # products with attention's weights
    core: Array  # scores and values, and reading what is kept of tokens
    blocks: Array  # dense blocks and shared experts
    experts: Array  # routed experts
    head: Array  # output layer
    communication: Array
    overhead: Array  # launches, scheduling, sampling, activations moved between products

    @property
    def total(self) -> Array:
        """All parts."""
        return np.asarray(sum(self))


class _Work(NamedTuple):
    """What a pass does, for the whole replica."""

    new: Array  # tokens that go through the layers
    ends: Array  # tokens whose next one is drawn: the output layer runs for these
    core_flop: Array
    cache_bytes: Array
    sequences: Array
    prompt_flop: Array  # scores and values of prompts


def peak(chip: Chip, kind: str) -> float:
    """FLOP/s of a chip by type. Raises InputError where its maker gives none."""
    if kind not in chip.peaks:
        raise InputError(
            f'no {kind} figure for "{chip.name}": the chip does not have it or the maker gives none; it has {", ".join(chip.peaks)}'
        )
    return chip.peaks[kind]


def prefill(
    model: Transformer, machine: Machine, layouts: ServingLayouts, tokens: ArrayLike, context: ArrayLike, fit: ServingFit,
    types: ServingTypes = USUAL_TYPES, sequences: ArrayLike = 1.0,
) -> Pass:  # fmt: skip
    """Seconds to take `tokens` new tokens of prompts into a replica, each after `context` tokens on average that are there already.

    A prompt of s tokens of which nothing is kept: tokens = s, context = s / 2. `sequences`: prompts that these tokens belong to.
    """
    new, many = np.asarray(tokens, dtype=np.float64), np.asarray(sequences, dtype=np.float64)
    none = np.zeros_like(new * many)
    work = _Work(new, many + none, none, none, many + none, _prompt_flop(model, new, context))
    return _pass(model, machine, layouts, work, fit, types)


def decode_step(
    model: Transformer, machine: Machine, layouts: ServingLayouts, batch: ArrayLike, context: ArrayLike, fit: ServingFit,
    types: ServingTypes = USUAL_TYPES, verified: ArrayLike = 1.0,
) -> Pass:  # fmt: skip
    """Seconds until each of a replica's `batch` sequences has one more token, `context` tokens there on average.

    `verified`: tokens that a step works on for each sequence, more than one with speculative decoding.
    """
    return _pass(model, machine, layouts, _decoding(model, batch, context, types, verified), fit, types)


def mixed_step(
    model: Transformer, machine: Machine, layouts: ServingLayouts, batch: ArrayLike, context: ArrayLike, prompt: ArrayLike,
    prompt_context: ArrayLike, fit: ServingFit, types: ServingTypes = USUAL_TYPES, verified: ArrayLike = 1.0,
) -> Pass:  # fmt: skip
    """Seconds of a pass that gives each of `batch` sequences a token and takes `prompt` new tokens of prompts in, as `prefill` does."""
    work, new = _decoding(model, batch, context, types, verified), np.asarray(prompt, dtype=np.float64)
    both = work._replace(new=work.new + new, prompt_flop=_prompt_flop(model, new, prompt_context))
    return _pass(model, machine, layouts, both, fit, types)


def _decoding(model: Transformer, batch: ArrayLike, context: ArrayLike, types: ServingTypes, verified: ArrayLike) -> _Work:
    many, kept = np.asarray(batch, dtype=np.float64), tokens_kept(model, context)
    new = many * np.asarray(verified, dtype=np.float64)
    read = many * kept * model.kv_bytes_per_token(BYTES[types.cache])
    return _Work(new, new, new * kept * decode_flop_per_pair(model), read, many, np.zeros_like(new))


def _prompt_flop(model: Transformer, new: Array, context: ArrayLike) -> Array:
    return new * tokens_kept(model, context) * (2.0 * model.layers * model.score_width())


def decode_flop_per_pair(model: Transformer) -> float:
    """Operations of one new token with one kept token, all layers; with a latent vector all heads read that vector itself."""
    if model.latent is None:
        return 2.0 * model.layers * model.score_width()
    return 2.0 * model.layers * model.heads * (2.0 * model.latent.rank + model.latent.rope)


def experts_touched(model: Transformer, tokens: ArrayLike) -> Array:
    """Experts of a layer that at least one of so many tokens is sent to, if all are alike: E (1 - (1 - k / E)^tokens)."""
    if not model.experts:
        return np.zeros_like(np.asarray(tokens, dtype=np.float64))
    missed = np.log1p(-min(model.experts_per_token / model.experts, 1.0 - 1e-12))
    return np.asarray(-model.experts * np.expm1(np.asarray(tokens, dtype=np.float64) * missed))


def _pass(model: Transformer, machine: Machine, layouts: ServingLayouts, work: _Work, fit: ServingFit, types: ServingTypes) -> Pass:
    """Seconds of a pass. With p stages it goes through in p parts, each stage at work on one: p times a part on the fullest stage."""
    chip, t, d, p = machine.chip, layouts.tensor, layouts.data, layouts.pipeline
    times, parts = stage_share(model, layouts) * p, weights_of(model)
    rank = work.new / p / d  # tokens of a part on one rank
    attention = _products(chip, parts.attention / t, rank, types.attention, types.attention_products, fit)
    blocks = _products(chip, parts.blocks / t, rank, types.blocks, types.products, fit)
    head = _products(chip, parts.head / t, work.ends / p / d, "bf16", "bf16", fit) * p
    experts = _experts(model, chip, layouts, work.new / p, fit, types)
    core = _core(model, chip, layouts, work, fit, types)
    communication = communication_seconds(model, machine, layouts, work.new / p, fit, types)
    launches = fit.layer * (model.layers + fit.moe_layer * model.moe_layers) + _moving(model, layouts, rank, chip, fit)
    overhead = launches * times + fit.step + fit.sequence * work.sequences / d
    slow = fit.immaturity(machine) * fit.waiting(d)
    body = (one * times * slow for one in (attention, core, blocks, experts))
    ends = (head, communication * times, overhead)
    return Pass(*np.broadcast_arrays(*body, *(one * slow for one in ends)))


def _corner(first: ArrayLike, second: ArrayLike) -> Array:
    """The larger of two times, and up to 19 % more where both are alike."""
    return np.asarray((np.asarray(first) ** _CORNER + np.asarray(second) ** _CORNER) ** (1.0 / _CORNER))


def _products(chip: Chip, numbers: Array, tokens: Array, kept: str, done: str, fit: ServingFit) -> Array:
    """Seconds of products of tokens with so many weights, which are read once."""
    compute = 2.0 * numbers * tokens / (peak(chip, done) * fit.products(done))
    return _corner(compute, numbers * BYTES[kept] / (chip.bandwidth * fit.memory))


def _experts(model: Transformer, chip: Chip, layouts: ServingLayouts, new: Array, fit: ServingFit, types: ServingTypes) -> Array:
    """Seconds of routed experts, all layers, for `new` tokens of the whole replica: only experts that a token is sent to are read."""
    ranks = layouts.tensor * layouts.data
    if not model.experts:
        return np.zeros_like(new * ranks)
    each = float(model.moe_layers * model.expert_parameters)
    widened = fit.widened if BYTES[types.blocks] < 1.0 and types.products == "bf16" else 1.0
    rate = peak(chip, types.products) * fit.products(types.products) * fit.experts
    read = each * experts_touched(model, new) / ranks * BYTES[types.blocks] / (chip.bandwidth * fit.memory)
    return _corner(2.0 * each * model.experts_per_token * new / ranks / rate, read) / widened


def _core(model: Transformer, chip: Chip, layouts: ServingLayouts, work: _Work, fit: ServingFit, types: ServingTypes) -> Array:
    """Seconds of scores and values, all layers: operations split over tensor ranks, what is kept read by each rank that keeps it."""
    over, rate = layouts.data * layouts.pipeline, peak(chip, types.core) * fit.core
    read = work.cache_bytes / (over * cache_split(model, layouts)) / (chip.bandwidth * fit.cache)
    split = over * layouts.tensor * rate
    return _corner(work.core_flop / split, read) + work.prompt_flop / split


def _moving(model: Transformer, layouts: ServingLayouts, rank: Array, chip: Chip, fit: ServingFit) -> Array:
    """Seconds of reading and writing activations between products, all layers; each expert of a token takes its own copy."""
    copies = model.layers + model.moe_layers * model.experts_per_token
    widths = fit.widths * rank * copies / layouts.tensor
    return np.asarray(widths * model.hidden * BYTES["bf16"] / (chip.bandwidth * fit.memory))


# --- between accelerators ---------------------------------------------------------------------------------------------------------


def communication_seconds(
    model: Transformer, machine: Machine, layouts: ServingLayouts, tokens: ArrayLike, fit: ServingFit, types: ServingTypes = USUAL_TYPES
) -> Array:  # fmt: skip
    """Seconds of collectives over all layers for `tokens` of a replica.

    Two all-reduces a layer among tensor ranks; with ranks that keep sequences of their own, tokens go to their experts' ranks and back.
    """
    t, d, chip = layouts.tensor, layouts.data, machine.chip
    rank = np.asarray(tokens, dtype=np.float64) / d
    inside = chip.up * fit.network
    rate = np.where(t <= chip.domain, inside, _outside(machine, t) * fit.network)
    reduced = 2.0 * (t - 1.0) / t * rank * model.hidden * BYTES["bf16"] / rate + fit.latency
    dense = 2.0 * model.layers * np.where(t > 1.0, reduced, 0.0)
    if not model.experts:
        return np.asarray(dense)
    ranks = np.maximum(layouts.expert, d)
    sent = _all_to_all(model, machine, ranks, rank / t, fit, types) + 2.0 * fit.latency
    return np.asarray(dense + model.moe_layers * np.where(d > 1.0, sent, 0.0))


def _outside(machine: Machine, ranks: Array) -> Array:
    """B/s of an accelerator to others beyond its domain, where so many take part: the share of the nearest tier that joins them."""
    rate = np.full_like(np.asarray(ranks, dtype=np.float64), machine.chip.out)
    for tier in machine.tiers:
        rate = np.minimum(rate, machine.chip.out * tier.share)
        if tier.accelerators >= np.max(ranks):
            break
    return rate


def _all_to_all(model: Transformer, machine: Machine, ranks: Array, tokens: Array, fit: ServingFit, types: ServingTypes) -> Array:
    """Seconds of sending each token once to each rank that holds an expert of it, and of getting results back in 16 bits."""
    chip, k = machine.chip, model.experts_per_token
    size = tokens * model.hidden * (min(BYTES["bf16"], max(BYTES[types.products], BYTES["fp8"])) + BYTES["bf16"])
    near, nodes = np.minimum(ranks, chip.domain), np.maximum(ranks / chip.domain, 1.0)
    leaving = np.minimum(_hit(nodes, k), _MOST_NODES) * (1.0 - 1.0 / nodes)
    inside = _hit(ranks, k) * (1.0 - 1.0 / near) * size / (chip.up * fit.network)
    return np.maximum(inside, leaving * size / (_outside(machine, ranks) * fit.network))


def _hit(places: Array, times: int) -> Array:
    """Different places among so many that a number of equally likely choices meets on average."""
    return np.asarray(places * -np.expm1(times * np.log1p(-1.0 / np.maximum(places, 1.0 + 1e-9))))
