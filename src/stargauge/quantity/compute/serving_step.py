"""Time of a pass of serving, by rooflines: prompts taken in, or one more token for each sequence of a batch, or both at once.

Each function takes many layouts, batches and lengths at once; they broadcast. Times are seconds, of a replica's pass. `context`: tokens
that were there before. Parts do not overlap; where a part is bound by operations and by bytes alike it reaches neither in full.

With p stages a pass goes through in portions, at most one on each stage at a time. A portion takes the sum of the stages and of the ways
between them; portions follow one another as fast as the fullest stage lets them:

    one more token each      max(sum of the stages and ways, portions * fullest stage)                        (1)
    prompts, alone           sum of the stages and ways + (portions - 1) * fullest stage                      (2)
    prompts, back to back    portions * fullest stage                                                         (3)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.compute.collectives import Links, all_reduce, all_to_all, neighbour
from stargauge.quantity.compute.machine import Chip, Machine
from stargauge.quantity.compute.serving_efficiency import ServingFit
from stargauge.quantity.compute.serving_memory import (
    BYTES,
    USUAL_TYPES,
    ServingLayouts,
    ServingTypes,
    attention_each,
    cache_split,
    stage_share,
    tokens_kept,
    weights_of,
)  # fmt: skip
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]


class Pass(NamedTuple):
    """Seconds of one pass by part."""

    attention_weights: Array  # products with attention's weights
    core: Array  # scores and values, and reading what is kept of tokens
    blocks: Array  # dense blocks and shared experts
    experts: Array  # routed experts
    head: Array  # output layer
    communication: Array  # collectives, and the way from stage to stage
    overhead: Array  # launches, scheduling, sampling, activations moved between products

    @property
    def total(self) -> Array:
        """All parts."""
        return np.asarray(sum(self))


class _Work(NamedTuple):
    """What one portion of a pass does, of all ranks of the replica; `sequences`: of the whole pass; `portions`: how many there are."""

    new: Array  # tokens that go through the layers
    ends: Array  # tokens whose next one is drawn: the output layer runs for these
    core_flop: Array
    cache_bytes: Array
    prompt_flop: Array  # scores and values of prompts
    sequences: Array
    portions: Array


class _Portion(NamedTuple):
    """Seconds of one portion: through all stages and the ways between them, and on the fullest stage; and once a pass."""

    through: Pass
    stage: Pass
    once: Array


def peak(chip: Chip, kind: str) -> float:
    """FLOP/s of a chip by type. Raises InputError where its maker gives none."""
    if kind not in chip.peaks:
        raise InputError(
            say(
                'no {kind} figure for "{name}": the chip does not have it or the maker gives none; it has {peaks}',
                kind=kind,
                name=chip.name,
                peaks=", ".join(chip.peaks),
            )
        )
    return chip.peaks[kind]


def prefill(
    model: Transformer, machine: Machine, layouts: ServingLayouts, tokens: ArrayLike, context: ArrayLike, fit: ServingFit,
    types: ServingTypes = USUAL_TYPES, sequences: ArrayLike = 1.0,
) -> Pass:  # fmt: skip
    """Seconds to take `tokens` new tokens of prompts into an empty replica, each after `context` tokens on average that are there already.

    A prompt of s tokens of which nothing is kept: tokens = s, context = s / 2. `sequences`: prompts that these tokens belong to. A
    pipeline takes them in as many portions as it has stages (an assumption): equation (2).
    """
    one = _prompts(model, machine, layouts, tokens, context, fit, types, sequences)
    parts = zip(one.through, one.stage, strict=True)
    return _with(Pass(*(first + (layouts.pipeline - 1.0) * stage for first, stage in parts)), one.once)


def prefill_back_to_back(
    model: Transformer, machine: Machine, layouts: ServingLayouts, tokens: ArrayLike, context: ArrayLike, fit: ServingFit,
    types: ServingTypes = USUAL_TYPES, sequences: ArrayLike = 1.0,
) -> Pass:  # fmt: skip
    """Seconds that such prompts add where others come before and after them, so that no stage waits: equation (3)."""
    one = _prompts(model, machine, layouts, tokens, context, fit, types, sequences)
    return _with(Pass(*(layouts.pipeline * stage for stage in one.stage)), one.once)


def decode_step(
    model: Transformer, machine: Machine, layouts: ServingLayouts, batch: ArrayLike, context: ArrayLike, fit: ServingFit,
    types: ServingTypes = USUAL_TYPES, verified: ArrayLike = 1.0,
) -> Pass:  # fmt: skip
    """Seconds until each of a replica's `batch` sequences has one more token, `context` tokens there on average: equation (1).

    `verified`: tokens that a step works on for each sequence, more than one with speculative decoding.
    """
    work = _decoding(model, layouts, batch, context, types, verified)
    return _in_turn(_portion(model, machine, layouts, work, fit, types), work.portions)


def mixed_step(
    model: Transformer, machine: Machine, layouts: ServingLayouts, batch: ArrayLike, context: ArrayLike, prompt: ArrayLike,
    prompt_context: ArrayLike, fit: ServingFit, types: ServingTypes = USUAL_TYPES, verified: ArrayLike = 1.0,
) -> Pass:  # fmt: skip
    """Seconds of a pass that gives each of `batch` sequences a token and takes `prompt` new tokens of prompts in, spread over portions."""
    work, each = _decoding(model, layouts, batch, context, types, verified), np.asarray(prompt, dtype=np.float64) / layouts.pipeline
    portions = np.where(each > 0.0, layouts.pipeline, work.portions)
    both = work._replace(new=work.new + each, prompt_flop=_prompt_flop(model, each, prompt_context), portions=portions)
    return _in_turn(_portion(model, machine, layouts, both, fit, types), portions)


def _prompts(
    model: Transformer, machine: Machine, layouts: ServingLayouts, tokens: ArrayLike, context: ArrayLike, fit: ServingFit,
    types: ServingTypes, sequences: ArrayLike,
) -> _Portion:  # fmt: skip
    many = np.asarray(sequences, dtype=np.float64)
    each = np.asarray(tokens, dtype=np.float64) / layouts.pipeline
    none = np.zeros_like(each * many)
    work = _Work(each + none, none, none, none, _prompt_flop(model, each, context), many + none, layouts.pipeline + none)
    return _portion(model, machine, layouts, work, fit, types)


def _decoding(
    model: Transformer, layouts: ServingLayouts, batch: ArrayLike, context: ArrayLike, types: ServingTypes, verified: ArrayLike
) -> _Work:  # fmt: skip
    """Sequences in as many portions as there are stages, but no more portions than a rank has sequences."""
    many, kept = np.asarray(batch, dtype=np.float64), tokens_kept(model, context)
    portions = np.clip(many / layouts.data, 1.0, layouts.pipeline)
    new = many * np.asarray(verified, dtype=np.float64) / portions
    read = many * kept * model.kv_bytes_per_token(BYTES[types.cache]) / portions
    return _Work(new, new, new * kept * decode_flop_per_pair(model), read, np.zeros_like(new), many, portions)


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


def _with(made: Pass, once: Array) -> Pass:
    """With what happens once a pass; all parts of one shape."""
    return Pass(*np.broadcast_arrays(*made._replace(overhead=made.overhead + once)))


def _in_turn(one: _Portion, portions: Array) -> Pass:
    """Equation (1): a pass of portions that follow one another round and round."""
    turn = Pass(*(portions * part for part in one.stage))
    slower = turn.total > one.through.total
    return _with(Pass(*(np.where(slower, second, first) for first, second in zip(one.through, turn, strict=True))), one.once)


def _portion(model: Transformer, machine: Machine, layouts: ServingLayouts, work: _Work, fit: ServingFit, types: ServingTypes) -> _Portion:
    """Seconds of a portion of a pass."""
    chip, t, d, p = machine.chip, layouts.tensor, layouts.data, layouts.pipeline
    share, parts = stage_share(model, layouts), weights_of(model)
    rank = work.new / d  # tokens of a portion on one rank
    launches = fit.layer * (model.layers + fit.moe_layer * model.moe_layers) + _moving(model, layouts, rank, chip, fit)
    slow = fit.immaturity(machine) * fit.waiting(d)
    body = (
        _products(chip, model.layers * attention_each(model, t), rank, types.attention, types.attention_products, fit),
        _core(model, chip, layouts, work, fit, types),
        _products(chip, parts.blocks / t, rank, types.blocks, types.products, fit),
        _experts(model, chip, layouts, work.new, fit, types),
    )
    head = slow * _products(chip, parts.head / t, work.ends / d, "bf16", "bf16", fit)
    within = slow * communication_seconds(model, machine, layouts, work.new, fit, types)
    ways = slow * np.where(p > 1.0, (p - 1.0) * _way(model, machine, layouts, rank, fit), 0.0)
    attention, core, blocks, experts = (slow * one for one in body)
    through = Pass(attention, core, blocks, experts, head, within + ways, slow * launches)
    stage = through._replace(communication=within)
    stage = Pass(*(one if name == "head" else share * one for name, one in stage._asdict().items()))
    return _Portion(through, stage, np.asarray(slow * (fit.step + fit.sequence * work.sequences / d)))


def _corner(first: ArrayLike, second: ArrayLike, sharp: float) -> Array:
    """The larger of two times, and more where both are alike: the p-norm of the two (p = 4: up to 19 % more)."""
    return np.asarray((np.asarray(first) ** sharp + np.asarray(second) ** sharp) ** (1.0 / sharp))


def _products(chip: Chip, numbers: ArrayLike, tokens: Array, kept: str, done: str, fit: ServingFit) -> Array:
    """Seconds of products of tokens with so many weights, which are read once."""
    compute = 2.0 * np.asarray(numbers) * tokens / (peak(chip, done) * fit.products(done))
    return _corner(compute, np.asarray(numbers) * BYTES[kept] / (chip.bandwidth * fit.memory), fit.settings.corner)


def _experts(model: Transformer, chip: Chip, layouts: ServingLayouts, new: Array, fit: ServingFit, types: ServingTypes) -> Array:
    """Seconds of routed experts, all layers, for `new` tokens of the whole replica: only experts that a token is sent to are read."""
    ranks = layouts.tensor * layouts.data
    if not model.experts:
        return np.zeros_like(new * ranks)
    each = float(model.moe_layers * model.expert_parameters)
    widened = fit.widened if BYTES[types.blocks] < 1.0 and types.products == "bf16" else 1.0
    rate = peak(chip, types.products) * fit.products(types.products) * fit.experts
    read = each * experts_touched(model, new) / ranks * BYTES[types.blocks] / (chip.bandwidth * fit.memory)
    return _corner(2.0 * each * model.experts_per_token * new / ranks / rate, read, fit.settings.corner) / widened


def _core(model: Transformer, chip: Chip, layouts: ServingLayouts, work: _Work, fit: ServingFit, types: ServingTypes) -> Array:
    """Seconds of scores and values, all layers: operations split over tensor ranks, what is kept read by each rank that keeps it."""
    read = work.cache_bytes / (layouts.data * cache_split(model, layouts)) / (chip.bandwidth * fit.cache)
    split = layouts.data * layouts.tensor * peak(chip, types.core) * fit.core
    return _corner(work.core_flop / split, read, fit.settings.corner) + work.prompt_flop / split


def _moving(model: Transformer, layouts: ServingLayouts, rank: Array, chip: Chip, fit: ServingFit) -> Array:
    """Seconds of reading and writing activations between products, all layers; each expert of a token takes its own copy."""
    copies = model.layers + model.moe_layers * model.experts_per_token
    widths = fit.widths * rank * copies / layouts.tensor
    return np.asarray(widths * model.hidden * BYTES["bf16"] / (chip.bandwidth * fit.memory))


# --- between accelerators ---------------------------------------------------------------------------------------------------------


def links_of(fit: ServingFit) -> Links:
    """What serving's exchanges reach of the networks: one share, and one time of starting whatever takes part within a domain."""
    return Links(fit.network, fit.network, fit.latency, 0.0, fit.settings.step_out)


def communication_seconds(
    model: Transformer, machine: Machine, layouts: ServingLayouts, tokens: ArrayLike, fit: ServingFit, types: ServingTypes = USUAL_TYPES
) -> Array:  # fmt: skip
    """Seconds of collectives over all layers for `tokens` of a replica.

    Two all-reduces a layer among tensor ranks; with ranks that keep sequences of their own, each token goes once to each rank that holds
    an expert of it, and results come back in 16 bits.
    """
    t, d = layouts.tensor, layouts.data
    rank, links, next_to = np.asarray(tokens, dtype=np.float64) / d, links_of(fit), np.ones_like(t)
    dense = 2.0 * model.layers * all_reduce(machine, links, rank * model.hidden * BYTES["bf16"], t, next_to)
    if not model.experts:
        return np.asarray(dense)
    each = model.hidden * (min(BYTES["bf16"], max(BYTES[types.products], BYTES["fp8"])) + BYTES["bf16"])
    inside, outside = all_to_all(
        machine, links._replace(start=0.0), rank / t, float(model.experts_per_token), each, np.maximum(layouts.expert, d), next_to,
        most_domains=model.most_domains, exchanges=2.0,
    )  # fmt: skip
    # What comes from other domains is handed on while more comes: the slower network paces the exchange.
    return np.asarray(dense + model.moe_layers * np.where(d > 1.0, np.maximum(inside, outside) + 2.0 * links.start, 0.0))


def _way(model: Transformer, machine: Machine, layouts: ServingLayouts, rank: Array, fit: ServingFit) -> Array:
    """Seconds from one stage to the next: tensor ranks each send their part of the hidden states."""
    volume = rank * model.hidden * BYTES["bf16"] / layouts.tensor
    return neighbour(machine, links_of(fit), volume, layouts.tensor * layouts.data, layouts.pipeline)
