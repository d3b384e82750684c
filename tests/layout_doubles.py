"""A step and a memory as plain as can be, with every part of a layout in them: what the layout search is tried with."""

from __future__ import annotations

import numpy as np

from stargauge.plan.layouts.search import Costs
from stargauge.quantity.compute.layout import Array, Job, Layouts
from stargauge.quantity.compute.machine import Chip, Machine
from stargauge.quantity.compute.transformer import Transformer

CHIP = Chip("chip", "Chip", {"bf16": 1e15, "fp8": 2e15}, 80e9, 3e12, 8, 450e9, 50e9, 2023.0)


def machine(accelerators: int, domain: int = 8, memory: float = 80e9) -> Machine:
    """A machine of so many accelerators."""
    return Machine(Chip("chip", "Chip", CHIP.peaks, memory, CHIP.bandwidth, domain, CHIP.up, CHIP.out, CHIP.launch), accelerators)


def dense(layers: int = 12, hidden: int = 4096, heads: int = 32, kv_heads: int = 8) -> Transformer:
    """A model without experts."""
    return Transformer("dense", layers, hidden, heads, kv_heads, hidden // heads, 4 * hidden, 32000)


def experts(many: int = 8, layers: int = 6) -> Transformer:
    """A model with experts, the first layer without."""
    return Transformer("moe", layers, 2048, 16, 16, 128, 1408, 32000, True, many, 2, 1, 1, 8192)


def step(model: Transformer, machine: Machine, job: Job, at: Layouts) -> Array:
    """Seconds: work, what is computed again, small pieces, bubble, exchange."""
    work = 3.0 * model.forward_flop_per_token(job.sequence) * job.tokens / (at.tensor * at.pipeline * at.context * at.data) / 4e14
    again = np.array([1.0, 1.04, 1.31])[at.recompute.astype(int)]
    tokens = at.micro_batch * job.sequence / at.context / at.tensor
    bubble = (at.pipeline - 1.0) * at.data * at.micro_batch / job.batch / at.interleave * np.array([1.0, 0.6, 0.3])[at.schedule.astype(int)]
    exchange = 0.02 * (at.tensor - 1.0) + 0.005 * at.interleave + 0.01 * np.log2(at.expert) + 0.003 * at.sharding + 0.004 * at.context
    return np.asarray(work * again * (1.0 + 300.0 / tokens) * (1.0 + bubble) * (1.0 + exchange) + 0.01 * np.log2(at.data))


def memory(model: Transformer, job: Job, at: Layouts) -> Array:
    """Bytes, as the shipped model goes about it: by what is sharded, and what a stage's layers keep of the micro-batches under way."""
    layers, ranks = np.ceil(model.layers / at.pipeline), at.data * at.context
    weights = model.parameters / model.layers * layers / at.tensor / np.sqrt(at.expert) * np.where(at.schedule == 2, 2.0, 1.0)
    held = weights * sum(size / np.where(at.sharding >= level, ranks, 1.0) for level, size in ((3, 2.0), (2, 4.0), (1, 12.0)))
    deep = at.pipeline + np.where(at.interleave > 1.0, (at.pipeline - 1.0) / at.interleave, 0.0) + (at.schedule == 2)
    under_way = np.minimum(deep, np.ceil(job.batch / (at.data * at.micro_batch)))
    kept = np.array([40.0, 30.0, 4.0])[at.recompute.astype(int)] * under_way * layers
    return np.asarray(held + kept * at.micro_batch * job.sequence / at.context / at.tensor * model.hidden)


def costs(model: Transformer, machine: Machine, job: Job) -> Costs:
    """These two as a search asks for them."""
    return Costs(lambda at: step(model, machine, job, at), lambda at: memory(model, job, at))
