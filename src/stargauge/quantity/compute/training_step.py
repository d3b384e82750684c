"""The time of a training step by its parts: what each layer computes and moves, laid over the accelerators of a machine.

`training_work` gives the seconds that each part would take at the makers' figures, `combined` multiplies them with fitted coefficients and
lays them over the pipeline. Parts are those of the mean stage; that stages differ, and that they wait, are parts of their own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stargauge.quantity.compute.collectives import Links, all_gather, all_to_all, neighbour
from stargauge.quantity.compute.layout import Array, Job, Layouts
from stargauge.quantity.compute.machine import Machine
from stargauge.quantity.compute.operations import FULL, HALF, Cut, Practice, distinct_cuts, layer_work, logits_work
from stargauge.quantity.compute.training_fit import TrainingFit, Weights, peak_of
from stargauge.quantity.compute.transformer import Transformer

#: Bytes that the optimiser moves per weight that it holds: 32-bit weight and two moments in and out, gradient in, 16-bit weight out.
_OPTIMIZER_BYTES = 30.0


class LayerSeconds(NamedTuple):
    """A layer and micro-batch at the makers' figures, in seconds; `kernels` are counted."""

    matrix: Array
    matrix_high: Array
    operands: Array
    attention: Array
    scores: Array
    elementwise: Array
    casts: Array
    permutation: Array
    activation: Array
    kernels: Array
    tensor: Array
    context: Array
    expert_inside: Array
    expert_outside: Array
    beside: Array  # 0 or 1: exchange of experts' tokens beside computing
    shard: Array


class TrainingWork(NamedTuple):
    """A step at the makers' figures: per layer and micro-batch, per micro-batch, per step; and how stages and turns are laid out."""

    layer: LayerSeconds
    logits_matrix: Array
    logits_operands: Array
    logits_loss: Array
    neighbour: Array
    data: Array
    optimizer: Array
    body_layers: Array
    layers: Array  # with those of further predicted tokens
    pipeline: Array
    interleave: Array
    micro_batches: Array
    weight_share: Array  # of the matrix products' time, how much is for the gradients of weights, if the pipeline may put it off
    spread: Array  # 0 or 1: weights are spread


class TrainingStep(NamedTuple):
    """Seconds of a step by part, one per layout. The parts from `tensor` to `data` are what is not hidden behind computing."""

    matrix: Array
    attention: Array
    elementwise: Array
    experts: Array
    kernels: Array
    logits: Array
    optimizer: Array
    tensor: Array
    context: Array
    expert: Array
    pipeline: Array
    data: Array
    imbalance: Array
    bubble: Array

    @property
    def total(self) -> Array:
        """Seconds of the step."""
        return np.asarray(np.sum(np.stack(self), axis=0))


def training_step(model: Transformer, machine: Machine, job: Job, layouts: Layouts, fit: TrainingFit) -> TrainingStep:
    """Seconds of a step for each layout. Layouts are taken to divide; raises InputError where the accelerator lacks the job's type."""
    return combined(training_work(model, machine, job, layouts, fit), fit.weights(model, machine, job))


# --- at the makers' figures ---------------------------------------------------------------------------------------------------------


def training_work(model: Transformer, machine: Machine, job: Job, layouts: Layouts, fit: TrainingFit) -> TrainingWork:
    """Every part at the makers' figures. What one layer costs is worked out once for each different cut of it."""
    cut, (schedule,), places = distinct_cuts(layouts, layouts.schedule)
    links = fit.links()
    practice = fit.practice_of(model, machine, job, cut, schedule)
    layer = [one[places] for one in _layer_seconds(model, machine, links, job, cut, practice, schedule)]
    predicted = fit.of_model(model, "predicted_tokens", 1.0)
    logits, chip = logits_work(model, job, cut), machine.chip
    stage_layers = model.layers / layouts.pipeline
    half_gradients = fit.since("half_gradients", machine.software)
    return TrainingWork(
        layer=LayerSeconds(*[*layer, _shard(model, machine, links, layouts)]),
        logits_matrix=(predicted * logits.matrix / chip.peaks["bf16"])[places],
        logits_operands=(predicted * logits.operands / chip.bandwidth)[places],
        logits_loss=(predicted * logits.loss / chip.bandwidth)[places],
        neighbour=_between_stages(model, machine, links, job, layouts),
        data=_data(model, machine, links, layouts, stage_layers, HALF if half_gradients else FULL),
        optimizer=_optimizer(model, machine, layouts, stage_layers),
        body_layers=np.full(layouts.many, float(model.layers)),
        layers=np.full(layouts.many, model.layers + predicted - 1.0),
        pipeline=layouts.pipeline,
        interleave=layouts.interleave,
        micro_batches=np.ceil(job.batch / (layouts.data * layouts.micro_batch)),
        weight_share=np.where(layouts.schedule == 1, np.where(layouts.recompute == 2, 0.25, 1.0 / 3.0), 0.0),
        spread=(layouts.sharding == 3).astype(np.float64),
    )


def _layer_seconds(
    model: Transformer, machine: Machine, links: Links, job: Job, cut: Cut, practice: Practice, schedule: Array
) -> list[Array]:
    """All of a layer but the gathering of spread weights."""
    chip, peak = machine.chip, peak_of(machine, job)
    high, moved = chip.peaks["bf16"], chip.bandwidth
    work, tokens = layer_work(model, job, cut, practice), cut.tokens(job)
    fused = np.asarray(practice.fused_experts) + np.zeros_like(tokens)
    return [
        work.matrix / peak, work.matrix_high / high, work.operands / moved, work.attention / high, work.scores / moved,
        work.elementwise / moved, work.casts / moved, work.permutation / moved, work.activation / moved, work.kernels,
        _tensor(model, machine, links, cut, tokens), _context(model, machine, links, cut, tokens),
        *_experts(model, machine, links, cut, tokens, practice),
        np.maximum(fused, schedule == 1),
    ]  # fmt: skip


def _tensor(model: Transformer, machine: Machine, links: Links, cut: Cut, tokens: Array) -> Array:
    """Sequence-parallel gathers and scatters of a layer: four forward, four backward, two of inputs again; four where all is recomputed."""
    times = 10.0 + 4.0 * (cut.recompute == 2)
    if model.experts:  # experts take their tokens where they are: only attention and what all tokens pass is gathered
        share = model.moe_layers / model.layers
        times = times / 2.0 * (2.0 - share * (not model.shared_experts))
    gathered = all_gather(machine, links, tokens * model.hidden * HALF, cut.tensor, np.ones_like(tokens))
    return np.asarray(np.where(cut.tensor > 1.0, times * gathered, 0.0))


def _context(model: Transformer, machine: Machine, links: Links, cut: Cut, tokens: Array) -> Array:
    """Keys and values of the whole sequence to each part of it, going forward, and twice going backward."""
    width = 2.0 * model.kv_heads * model.head_size if model.latent is None else float(model.latent.rank + model.latent.rope) * cut.tensor
    volume = tokens * cut.context * width / cut.tensor * HALF
    return np.asarray(np.where(cut.context > 1.0, 3.0 * all_gather(machine, links, volume, cut.context, cut.tensor), 0.0))


def _experts(model: Transformer, machine: Machine, links: Links, cut: Cut, tokens: Array, practice: Practice) -> tuple[Array, Array]:
    """Tokens to their experts and back, forward and backward, in 16 bits: within the domain and beyond it."""
    zero = np.zeros_like(tokens)
    if not model.experts:
        return zero, zero
    share, again = model.moe_layers / model.layers, 1.0 + 0.5 * (cut.recompute == 2)
    each, once = 4.0 * HALF * model.hidden, np.asarray(practice.once) + zero
    inside, outside = all_to_all(
        machine, links, tokens / cut.tensor, float(model.experts_per_token), each, cut.expert, once, practice.most_domains, exchanges=4.0
    )
    spread = cut.expert > 1.0
    return np.where(spread, inside * again * share, 0.0), np.where(spread, outside * again * share, 0.0)


def _between_stages(model: Transformer, machine: Machine, links: Links, job: Job, layouts: Layouts) -> Array:
    """A micro-batch's activations to the next stage and their gradients back, once for each of a stage's chunks."""
    several = layouts.pipeline > 1.0
    stride = np.where(several, layouts.tensor * layouts.context * layouts.data, 1.0)
    volume = layouts.micro_batch * job.sequence / layouts.context * model.hidden * HALF / layouts.tensor
    return np.where(several, 2.0 * layouts.interleave * neighbour(machine, links, volume, stride, layouts.pipeline), 0.0)


def shared_weights(model: Transformer, layouts: Layouts) -> tuple[Array, Array]:
    """Weights of a layer on one accelerator, on average over layers: those that all tokens pass, and those of experts that live there."""
    experts = model.moe_layers / model.layers * model.expert_parameters * model.experts
    others = model.body_parameters / model.layers - experts
    return others / layouts.tensor, experts / layouts.expert


def data_groups(layouts: Layouts) -> tuple[Array, Array]:
    """How many accelerators hold the same weights: those that all tokens pass, and those of experts."""
    return layouts.data * layouts.context, np.maximum(layouts.tensor * layouts.context * layouts.data / layouts.expert, 1.0)


def _gathered(
    machine: Machine, links: Links, model: Transformer, layouts: Layouts, each: float, exchanges: float, layers: Array, ends: Array
) -> Array:
    """Seconds of bringing `each` bytes of each weight of some layers and ends to all that hold it, in so many exchanges."""
    others, experts = shared_weights(model, layouts)
    many, many_experts = data_groups(layouts)
    near = all_gather(machine, links, (others * layers + ends) * each, many, layouts.tensor, exchanges)
    if not model.experts:
        return np.where(many > 1.0, near, 0.0)
    far = all_gather(machine, links, experts * layers * each, many_experts, layouts.expert, exchanges)
    return np.where(many > 1.0, near, 0.0) + np.where(many_experts > 1.0, far, 0.0)


def _end_weights(model: Transformer, layouts: Layouts) -> Array:
    """Weights of embedding and output layer on one accelerator of the stage that has more of them."""
    once = model.vocabulary * model.hidden / layouts.tensor
    return once * np.where((layouts.pipeline > 1.0) | model.tied, 1.0, 2.0)


def _data(model: Transformer, machine: Machine, links: Links, layouts: Layouts, layers: Array, gradient: float) -> Array:
    """Gradients summed and weights gathered in 16 bits, once a step; nought where weights are spread, which then go layer by layer."""
    whole = _gathered(machine, links, model, layouts, gradient + HALF, 2.0, layers, _end_weights(model, layouts))
    return np.where(layouts.sharding == 3, 0.0, whole)


def _shard(model: Transformer, machine: Machine, links: Links, layouts: Layouts) -> Array:
    """Spread weights of a layer gathered forward and backward and its gradients scattered, for each micro-batch, in 16 bits."""
    if not (layouts.sharding == 3).any():
        return np.zeros(layouts.many)
    whole = _gathered(machine, links, model, layouts, 3.0 * HALF, 3.0, np.ones(layouts.many), np.zeros(layouts.many))
    return np.where(layouts.sharding == 3, whole, 0.0)


def _optimizer(model: Transformer, machine: Machine, layouts: Layouts, layers: Array) -> Array:
    """Seconds of the optimiser's reading and writing of what it holds."""
    others, experts = shared_weights(model, layouts)
    many, many_experts = data_groups(layouts)
    spread = layouts.sharding >= 1
    held = (others * layers + _end_weights(model, layouts)) / np.where(spread, many, 1.0)
    held = held + experts * layers / np.where(spread, many_experts, 1.0)
    return held * _OPTIMIZER_BYTES / machine.chip.bandwidth


# --- with what was fitted -----------------------------------------------------------------------------------------------------------


def combined(work: TrainingWork, w: Weights) -> TrainingStep:
    """The parts times their coefficients, laid over the stages of the pipeline."""
    part, beside = work.layer, np.where(work.layer.beside > 0.0, w.beside, 1.0)
    elementwise = w.elementwise * np.where(work.spread > 0.0, w.eager, 1.0)
    matrix = part.matrix * w.matrix + part.matrix_high * w.matrix_high + part.operands * w.operands
    attention = part.attention * w.attention + part.scores * w.scores
    experts = part.permutation * w.permutation + part.activation * w.activation
    computing = [matrix, attention, part.elementwise * elementwise + part.casts * w.casts, experts, part.kernels * w.kernel]
    expert = (part.expert_inside * w.expert_inside + part.expert_outside * w.expert_outside) * beside
    shard = _exposed(part.shard, np.sum(np.stack(computing), axis=0), w.shard)
    layer = [*computing, part.tensor * w.tensor, part.context * w.context, expert, shard]
    m, p, whole = work.micro_batches, work.pipeline, np.sum(np.stack(layer), axis=0)
    logits = work.logits_matrix * w.matrix_high + work.logits_operands * w.operands + work.logits_loss * elementwise
    mean = (work.layers * whole + logits) / p
    gradients = 3.0 * work.weight_share * part.matrix * w.matrix  # of weights: may be put off into the waiting
    waiting = np.maximum(mean - np.where(work.weight_share > 0.0, gradients + shard, 0.0) * work.layers / p, 0.0)
    step = [one * work.layers / p * m for one in layer]
    parts = [
        *step[:5], logits / p * m, work.optimizer * w.optimizer, *step[5:8],
        work.neighbour * m * w.neighbour, _exposed(work.data, mean, w.data) + step[8],
        np.maximum(_slowest(work.body_layers, work.layers, p, whole, logits) - mean, 0.0) * m,
        (p - 1.0) / work.interleave * waiting,
    ]  # fmt: skip
    return TrainingStep(*(one * w.older for one in parts))


def _exposed(seconds: Array, beside: Array, share: float) -> Array:
    """What of a transfer is not hidden behind the computing beside it: a share always, and all that is longer than the computing."""
    return np.asarray(np.minimum(seconds, share * seconds + np.maximum(seconds - beside, 0.0)))


def _slowest(body: Array, layers: Array, pipeline: Array, layer: Array, logits: Array) -> Array:
    """Seconds of the slowest stage for a micro-batch; `body`: layers of the model itself, `layers` with those of further predicted tokens.

    Layers that divide go evenly, the output layer comes on top in the last stage. Two short of dividing, embedding and output layer each
    take a layer's place (Llama 3). Else the last stage has as many layers as leave it nearest to the others.
    """
    p = pipeline
    places = (layers + 2.0) / p
    two_short = np.maximum(places * layer, (places - 1.0) * layer + logits)
    short = (np.mod(body + 2.0, p) == 0.0) & (np.mod(body, p) != 0.0)
    uneven = np.where(short, two_short, _by_hand(layers, p, layer, logits))
    return np.asarray(np.where(np.mod(body, p) == 0.0, layers / p * layer + logits, uneven))


def _by_hand(layers: Array, pipeline: Array, layer: Array, logits: Array) -> Array:
    """Seconds of the slowest stage where all but the last have equally many layers, as many as suits best."""
    rest = np.maximum(pipeline - 1.0, 1.0)
    least = np.floor((layers + logits / layer) / pipeline)
    tried = [np.maximum(each * layer, np.maximum(layers - rest * each, 0.0) * layer + logits) for each in (least, least + 1.0)]
    return np.asarray(np.minimum(*tried))
