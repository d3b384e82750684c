"""The time of a training step by its parts: what each layer computes and moves, laid over the accelerators of a machine.

`training_work` gives the seconds that each part would take at the makers' figures, `combined` multiplies them with fitted coefficients and
lays them over the pipeline. Parts are those of the mean stage; that stages differ, and that they wait, are parts of their own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.compute.collectives import Links, all_gather, all_to_all, neighbour
from stargauge.quantity.compute.layout import SCHEDULES, SHARDING, Array, Job, Layouts
from stargauge.quantity.compute.machine import Machine
from stargauge.quantity.compute.operations import FULL, HALF, Cut, Practice, distinct_cuts, fullest, kv_heads, layer_work, logits_work
from stargauge.quantity.compute.training_fit import TrainingFit, Weights, peak_of
from stargauge.quantity.compute.transformer import Transformer

#: Bytes that the optimiser moves per weight that it holds: 32-bit weight and two moments in and out, gradient in, 16-bit weight out.
_OPTIMIZER_BYTES = 30.0
#: Schedules and levels of sharding by number.
ZERO_BUBBLE, DUALPIPE = SCHEDULES.index("zero-bubble"), SCHEDULES.index("dualpipe")
_GRADIENTS, _WEIGHTS = SHARDING.index("gradients"), SHARDING.index("weights")


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
    """A step at the makers' figures: per layer and micro-batch, per micro-batch, per step; and how stages and turns are laid out.

    `each_time`: an exchange of a stage, `times` a step, beside its layers': gradients scattered, embedding and output layer gathered.
    """

    layer: LayerSeconds
    logits_matrix: Array
    logits_operands: Array
    logits_loss: Array
    neighbour: Array
    each_time: Array
    times: Array
    data: Array
    optimizer: Array
    body_layers: Array
    layers: Array  # with those of further predicted tokens
    pipeline: Array
    interleave: Array
    micro_batches: Array
    schedule: Array
    again: Array  # 0 or 1: all is computed again going backward
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
    beside = schedule == DUALPIPE
    links = fit.links()
    layer = [one[places] for one in _layer_seconds(model, machine, links, job, cut, fit.practice_of(model, machine, job, cut), beside)]
    predicted = float(model.predicted_tokens)
    logits, chip = logits_work(model, job, cut), machine.chip
    gradient = HALF if fit.since("half_gradients", machine.software) else FULL
    exchanges = _Weights(machine, links, model, layouts, gradient)
    return TrainingWork(
        layer=LayerSeconds(*[*layer, exchanges.layer()]),
        logits_matrix=(predicted * logits.matrix / chip.peaks["bf16"])[places],
        logits_operands=(predicted * logits.operands / chip.bandwidth)[places],
        logits_loss=(predicted * logits.loss / chip.bandwidth)[places],
        neighbour=_between_stages(model, machine, links, job, layouts),
        each_time=exchanges.each_time(),
        times=times_of(job, layouts),
        data=exchanges.step(),
        optimizer=_optimizer(model, machine, layouts),
        body_layers=np.full(layouts.many, float(model.layers)),
        layers=np.full(layouts.many, model.layers + predicted - 1.0),
        pipeline=layouts.pipeline,
        interleave=layouts.interleave,
        micro_batches=micro_batches(job, layouts),
        schedule=layouts.schedule,
        again=(layouts.recompute == 2).astype(np.float64),
        spread=(layouts.sharding == _WEIGHTS).astype(np.float64),
    )


def _layer_seconds(
    model: Transformer, machine: Machine, links: Links, job: Job, cut: Cut, practice: Practice, beside: NDArray[np.bool_]
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
        *_experts(model, machine, links, cut, tokens * fullest(model, job, cut), practice),
        np.maximum(fused, beside),
    ]  # fmt: skip


def _tensor(model: Transformer, machine: Machine, links: Links, cut: Cut, tokens: Array) -> Array:
    """Sequence-parallel gathers and scatters of a layer: four forward, four backward, two of inputs again; four where all is recomputed."""
    times = 10.0 + 4.0 * (cut.recompute == 2)
    if model.experts:  # experts take their tokens where they are: only attention and what all tokens pass is gathered
        share = model.moe_layers / model.layers
        times = times / 2.0 * (2.0 - share * (not model.shared_experts))
    gathered = all_gather(machine, links, tokens * model.hidden * HALF, cut.tensor, np.ones_like(tokens))
    return np.asarray(np.where(cut.tensor > 1.0, times * gathered, 0.0))


def kept_width(model: Transformer, tensor: Array) -> Array:
    """Numbers of a token's keys and values on one accelerator; of the latent vector, which all have whole."""
    if model.latent is None:
        return 2.0 * kv_heads(model, tensor) * model.head_size
    return np.full_like(tensor, float(model.latent.rank + model.latent.rope))


def _context(model: Transformer, machine: Machine, links: Links, cut: Cut, tokens: Array) -> Array:
    """Keys and values of the whole sequence to each part of it, going forward, and twice going backward."""
    volume = tokens * cut.context * kept_width(model, cut.tensor) * HALF
    return np.asarray(np.where(cut.context > 1.0, 3.0 * all_gather(machine, links, volume, cut.context, cut.tensor), 0.0))


def _experts(model: Transformer, machine: Machine, links: Links, cut: Cut, tokens: Array, practice: Practice) -> tuple[Array, Array]:
    """Tokens to their experts and back, forward and backward, in 16 bits: within the domain and beyond it."""
    zero = np.zeros_like(tokens)
    if not model.experts:
        return zero, zero
    share, again = model.moe_layers / model.layers, 1.0 + 0.5 * (cut.recompute == 2)
    each, once = 4.0 * HALF * model.hidden, np.asarray(practice.once) + zero
    inside, outside = all_to_all(
        machine, links, tokens / cut.tensor, float(model.experts_per_token), each, cut.expert, once, model.most_domains, exchanges=4.0
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
    others = (model.body_parameters / model.layers - experts) / layouts.tensor
    if model.latent is None:  # heads of keys and values that several tensor-parallel accelerators have alike
        others = others + 2.0 * model.hidden * model.head_size * (kv_heads(model, layouts.tensor) - model.kv_heads / layouts.tensor)
    return others, experts / layouts.expert


def copies_of(layouts: Layouts) -> Array:
    """Stages whose weights an accelerator holds: two of a pipeline that is filled from both ends."""
    return np.where(layouts.schedule == DUALPIPE, 2.0, 1.0)


def data_groups(layouts: Layouts) -> tuple[Array, Array]:
    """How many accelerators hold the same weights: those that all tokens pass, and those of experts."""
    ranks, copies = layouts.data * layouts.context, copies_of(layouts)
    return copies * ranks, copies * np.maximum(layouts.tensor * ranks / layouts.expert, 1.0)


def end_weights(model: Transformer, layouts: Layouts) -> Array:
    """Weights of embedding and output layer on one accelerator of the stage that has more of them."""
    once = model.vocabulary * model.hidden / layouts.tensor
    both = ((layouts.pipeline == 1.0) | (layouts.schedule == DUALPIPE)) & (not model.tied)
    return once * np.where(both, 2.0, 1.0)


def micro_batches(job: Job, layouts: Layouts) -> Array:
    """Micro-batches of a step in each data-parallel rank."""
    return np.ceil(job.batch / (layouts.data * layouts.micro_batch))


def times_of(job: Job, layouts: Layouts) -> Array:
    """How often in a step gradients are scattered, or embedding and output layer gathered: with each micro-batch.

    An interleaved stage does p micro-batches of a chunk one after the other and scatters the chunk's gradients after them.
    """
    many = micro_batches(job, layouts)
    turns = (layouts.sharding == _GRADIENTS) & (layouts.interleave > 1.0)
    return np.where(turns, many / np.minimum(many, layouts.pipeline), many)


class _Weights(NamedTuple):
    """Exchanges of weights and their gradients; a gradient is summed in `gradient` bytes, a weight gathered in 16 bits."""

    machine: Machine
    links: Links
    model: Transformer
    layouts: Layouts
    gradient: float

    def _exchanged(self, each: Array | float, exchanges: float, layers: Array | float, ends: Array | float) -> Array:
        """Seconds of bringing `each` bytes of each weight of some layers and ends to all that hold it, in so many exchanges."""
        at = self.layouts
        others, experts = shared_weights(self.model, at)
        many, many_experts = data_groups(at)
        near = all_gather(self.machine, self.links, (others * layers + ends) * each, many, at.tensor, exchanges)
        near = np.where(many > 1.0, near, 0.0)
        if not self.model.experts:
            return near
        far = all_gather(self.machine, self.links, experts * layers * each, many_experts, at.expert, exchanges)
        return near + np.where(many_experts > 1.0, far, 0.0)

    def step(self) -> Array:
        """Once a step: gradients summed by all where nothing is spread, else scattered, and weights gathered.

        Nought where weights are spread, which go layer by layer; scattered gradients go with each micro-batch.
        """
        level = self.layouts.sharding
        each = np.where(level == 0.0, 2.0 * self.gradient, np.where(level >= _GRADIENTS, 0.0, self.gradient) + HALF)
        layers = self.model.layers / self.layouts.pipeline * copies_of(self.layouts)
        return np.where(level == _WEIGHTS, 0.0, self._exchanged(each, 2.0, layers, end_weights(self.model, self.layouts)))

    def each_time(self) -> Array:
        """So many times a step: all gradients scattered where they are spread; embedding and output layer gathered where weights are."""
        level = self.layouts.sharding
        if not (level >= _GRADIENTS).any():
            return np.zeros(self.layouts.many)
        layers, ends = self.model.layers / self.layouts.pipeline, end_weights(self.model, self.layouts)
        gathered = self._exchanged(2.0 * HALF + self.gradient, 3.0, 0.0 * layers, ends)
        return np.where(level == _WEIGHTS, gathered, np.where(level == _GRADIENTS, self._exchanged(self.gradient, 1.0, layers, ends), 0.0))

    def layer(self) -> Array:
        """Spread weights of a layer gathered forward and backward and its gradients scattered, with each micro-batch."""
        if not (self.layouts.sharding == _WEIGHTS).any():
            return np.zeros(self.layouts.many)
        return np.where(self.layouts.sharding == _WEIGHTS, self._exchanged(2.0 * HALF + self.gradient, 3.0, 1.0, 0.0), 0.0)


def _optimizer(model: Transformer, machine: Machine, layouts: Layouts) -> Array:
    """Seconds of the optimiser's reading and writing of what it holds."""
    others, experts = shared_weights(model, layouts)
    many, many_experts = data_groups(layouts)
    spread, layers = layouts.sharding >= 1, model.layers / layouts.pipeline * copies_of(layouts)
    held = (others * layers + end_weights(model, layouts)) / np.where(spread, many, 1.0)
    held = held + experts * layers / np.where(spread, many_experts, 1.0)
    return held * _OPTIMIZER_BYTES / machine.chip.bandwidth


# --- with what was fitted -----------------------------------------------------------------------------------------------------------


def combined(work: TrainingWork, w: Weights) -> TrainingStep:
    """The parts times their coefficients, laid over the stages of the pipeline."""
    part, m, p = work.layer, work.micro_batches, work.pipeline
    elementwise = w.elementwise * np.where(work.spread > 0.0, w.eager, 1.0)
    matrix = part.matrix * w.matrix + part.matrix_high * w.matrix_high + part.operands * w.operands
    attention = part.attention * w.attention + part.scores * w.scores
    experts = part.permutation * w.permutation + part.activation * w.activation
    computing = [matrix, attention, part.elementwise * elementwise + part.casts * w.casts, experts, part.kernels * w.kernel]
    tensor, context = part.tensor * w.tensor, part.context * w.context
    # within domains and between them at once, tokens that come in are handed on while others are on their way
    whole = np.maximum(part.expert_inside * w.expert_inside, part.expert_outside * w.expert_outside)
    left = np.maximum(np.sum(np.stack(computing), axis=0) - (part.tensor + part.context - tensor - context), 0.0)
    expert = np.where(part.beside > 0.0, _exposed(whole, left, w.beside), whole)
    left = np.maximum(left - (whole - expert), 0.0)
    shard = _exposed(part.shard, left, w.shard)
    left = np.maximum(left - (part.shard - shard), 0.0)
    layer = [*computing, tensor, context, expert, shard]
    logits = work.logits_matrix * w.matrix_high + work.logits_operands * w.operands + work.logits_loss * elementwise
    one = np.sum(np.stack(layer), axis=0)
    mean, stage = (work.layers * one + logits) / p, work.layers / p
    free = left * stage + logits / p  # computing of a stage's micro-batch that nothing runs beside yet
    free = free * m / work.times
    each_time = _exposed(work.each_time, free, np.where(work.spread > 0.0, w.shard, w.data))
    data = _exposed(work.data, np.maximum(free - (work.each_time - each_time), 0.0) * work.times / m, w.data)
    apart = one - expert + whole - shard + part.shard  # a layer whose exchanges nothing runs beside
    waiting = _waiting(work, mean, (work.layers * apart + logits) / p, part.matrix * w.matrix * stage)
    step = [each * stage * m for each in layer]
    parts = [
        *step[:5], logits / p * m, work.optimizer * w.optimizer, *step[5:8],
        work.neighbour * m * w.neighbour, data + each_time * work.times + step[8],
        np.maximum(_fullest_stage(work, mean, one, logits) - mean, 0.0) * m, waiting,
    ]  # fmt: skip
    return TrainingStep(*(each * w.older for each in parts))


def _waiting(work: TrainingWork, mean: Array, apart: Array, matrix: Array) -> Array:
    """Seconds of the bubble of a stage whose micro-batch takes `mean`, or `apart` where nothing runs beside its exchanges.

    With F going forward, B going backward and W of it for the gradients of weights (which may be put off): 1F1B (p - 1) (F + B) / v;
    zero bubble with activations as 1F1B (ZB-H1 of Qi et al. 2023, ZB1P) (p - 1) (F + B - 2 W); DualPipe (DeepSeek-V3 report, table 2)
    (p / 2 - 1) (F&B + B - 3 W), where F&B is both beside each other. What puts gradients off leaves less beside exchanges: they count
    whole there, but zero bubble waits no longer than 1F1B.
    """
    p, passes = work.pipeline, 3.0 + work.again
    weights, back = matrix / passes, apart * (passes - 1.0) / passes
    turns = (p - 1.0) / work.interleave * mean
    late = (p - 1.0) * np.minimum(apart - 2.0 * weights, mean)
    both = np.maximum(p / 2.0 - 1.0, 0.0) * (apart + back - 3.0 * weights)
    return np.where(work.schedule == ZERO_BUBBLE, late, np.where(work.schedule == DUALPIPE, both, turns))


def _fullest_stage(work: TrainingWork, mean: Array, layer: Array, logits: Array) -> Array:
    """Seconds of a micro-batch of the accelerator with most to do; in a DualPipe half of it is of another stage than the slowest."""
    p, slowest = work.pipeline, _slowest(work.body_layers, work.layers, work.pipeline, layer, logits)
    others = (p * mean - slowest) / np.maximum(p - 1.0, 1.0)
    return np.where((work.schedule == DUALPIPE) & (p > 1.0), (slowest + others) / 2.0, slowest)


def _exposed(seconds: Array, beside: Array, share: Array | float) -> Array:
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
