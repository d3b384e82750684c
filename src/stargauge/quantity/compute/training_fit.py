"""What was learned from measured training runs: how much longer each part takes than makers' figures say, how far predictions were off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from stargauge.quantity.compute.collectives import Links
from stargauge.quantity.compute.layout import Array, Job
from stargauge.quantity.compute.machine import Machine
from stargauge.quantity.compute.operations import PEAK_OF, Cut, Practice
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say

#: The generation of accelerators of which no run was measured.
OTHER = "other"


class Between(NamedTuple):
    """Least, middle and most: P10, P50 and P90."""

    p10: Array
    p50: Array
    p90: Array


class Weights(NamedTuple):
    """What each part's seconds at the makers' figures are multiplied with for one model, job and machine; `kernel` is seconds of a kernel.

    `beside` holds in addition where the exchange of experts' tokens runs beside computing, `eager` where weights are spread by a framework
    that runs operation by operation, `older` on everything.
    """

    matrix: float
    matrix_high: float
    operands: float
    attention: float
    scores: float
    elementwise: float
    casts: float
    permutation: float
    activation: float
    kernel: float
    tensor: float
    context: float
    expert_inside: float
    expert_outside: float
    shard: float
    neighbour: float
    data: float
    optimizer: float
    beside: float
    eager: float
    older: float


@dataclass(frozen=True)
class TrainingFit:
    """Coefficients, what is known of accelerators and of software by day, and how far off predictions of runs left out were.

    `coefficients` by name, some with a generation, `matrix-fp8[hopper]`. `generations`: of an accelerator by its name; `power`: its watts
    per 10^15 FLOP/s in 16 bits over a standard. `practice`: days (years with fractions) since which software does things in a way, and
    other limits. `spread`: by `dense` and `moe`, and the same with `other-` for
    accelerators of no measured generation: the distance |log(measured / predicted)| within which 80 % of the runs left out lay. `drift`: by
    `dense-p10` to `moe-p90`, how much faster the same model ran on the same accelerators per year of later software, as a logarithm.
    """

    coefficients: Mapping[str, float]
    generations: Mapping[str, str] = field(default_factory=dict)
    power: Mapping[str, float] = field(default_factory=dict)
    practice: Mapping[str, float] = field(default_factory=dict)
    spread: Mapping[str, float] = field(default_factory=dict)
    drift: Mapping[str, float] = field(default_factory=dict)

    def generation(self, machine: Machine) -> str:
        """The generation of a machine's accelerator; `other` where no run of such a one was measured."""
        return self.generations.get(machine.chip.name, OTHER)

    def coefficient(self, name: str, generation: str = OTHER) -> float:
        """A coefficient: of a generation where there is one of its own, else that of others. Raises KeyError where there is neither."""
        for key in (f"{name}[{generation}]", name):
            if key in self.coefficients:
                return self.coefficients[key]
        return self.coefficients[f"{name}[{OTHER}]"]

    def links(self) -> Links:
        """What exchanges reach: the makers' rates, which coefficients correct, and the seconds of each step."""
        return Links(1.0, 1.0, 0.0, self.practice["step_up"], self.practice["step_out"])

    def since(self, what: str, software: float) -> bool:
        """Whether software of a day does something; what no day is known for, it does."""
        return software >= self.practice.get(what, -np.inf)

    def practice_of(self, model: Transformer, machine: Machine, job: Job, cut: Cut) -> Practice:
        """How software of the machine's day goes about the layers of a model."""
        wide, day = machine.chip.domain >= self.practice.get("wide_domain", np.inf), machine.software
        once = self.since("once", day) or (wide and self.since("once_wide", day))
        once = once or (model.latent is not None and day >= self.practice.get(f"once_latent[{self.generation(machine)}]", np.inf))
        fused = np.zeros_like(cut.micro_batch)
        if model.experts and wide and job.dtype == "mxfp8":
            small = cut.micro_batch <= 1.0 if self.since("fused_small", day) else np.zeros_like(fused)
            fused = np.ones_like(fused) if self.since("fused", day) else np.asarray(small, dtype=np.float64)
        generation = self.generation(machine)
        return Practice(
            once=float(once),
            graph=wide and self.since("graph", day),
            fused_experts=fused,
            score_width=self.practice.get(f"score_width[{generation}]", self.practice.get("score_width", 0.0)),
        )

    def weights(self, model: Transformer, machine: Machine, job: Job, counted: bool = False) -> Weights:
        """The coefficients for a model, machine and job. `counted`: how many tokens an expert gets is known ahead (some are dropped)."""
        generation, day = self.generation(machine), machine.software
        one = self.coefficient
        power = (self.power.get(machine.chip.name, 1.0)) ** -one("power")
        attention = one("attention", generation) if job.fused else one("attention_unfused")
        if job.fused and not self.since(f"attention[{generation}]", day):
            attention *= one("attention_before")
        return Weights(
            matrix=one(f"matrix-{job.dtype}", generation) * (power if PEAK_OF[job.dtype] != "fp4" else 1.0),
            matrix_high=one("matrix-bf16", generation) * power,
            operands=one("operands"),
            attention=attention * power,
            scores=one("scores"),
            elementwise=one("elementwise"),
            casts=one("casts"),
            permutation=one("permutation"),
            activation=one("activation"),
            kernel=one("kernel") * (one("counted") if counted and model.experts else 1.0),
            tensor=one("tensor"),
            context=one("context"),
            expert_inside=one("expert_inside"),
            expert_outside=one("expert_outside"),
            shard=one("shard"),
            neighbour=one("neighbour"),
            data=one("data") * (1.0 if self.since("data_beside", day) else one("data_before")),
            optimizer=one("optimizer"),
            beside=one("beside"),
            eager=1.0 if self.since("compiled", day) else one("eager"),
            older=float(np.exp(one("immature") * self._immature(generation, day))),
        )

    def _immature(self, generation: str, day: float) -> float:
        """Years that software is short of having had time enough for a generation of accelerators."""
        launched = self.practice.get(f"launched[{generation}]", -np.inf)
        return max(0.0, self.practice.get("mature_after", 0.0) - (day - launched))

    def interval(self, total: Array, moe: bool, known: bool = True, years: float = 0.0) -> Between:
        """P10, P50 and P90 of predicted step times. `known`: of an accelerator whose generation was measured; `years`: that the software is
        later than the latest that runs were measured with, over which it may have become faster or slower.

        How far off predictions were and how software moved are taken to be independent: their distances add in squares. P50 stays that of
        the latest measured software.
        """
        kind = "moe" if moe else "dense"
        off = self.spread[f"{'' if known else 'other-'}{kind}"]
        faster, slower = (max(sign * self.drift.get(f"{kind}-{level}", 0.0), 0.0) * years for level, sign in (("p90", 1.0), ("p10", -1.0)))
        return Between(total * np.exp(-np.hypot(off, faster)), total, total * np.exp(np.hypot(off, slower)))

    def years_past(self, machine: Machine) -> float:
        """Years that a machine's software is later than the latest that runs were measured with."""
        return max(0.0, machine.software - self.practice.get("latest", np.inf))

    def knows(self, machine: Machine) -> bool:
        """Whether runs of the generation of a machine's accelerator were measured."""
        return self.generation(machine) != OTHER


def peak_of(machine: Machine, job: Job) -> float:
    """The maker's dense FLOP/s of the type of a job. Raises InputError where there is no such figure, with the types that have one."""
    if job.dtype not in PEAK_OF:
        raise InputError(
            say(
                'no type "{dtype}"{near} (one of {types})',
                dtype=job.dtype,
                near=did_you_mean(job.dtype, PEAK_OF),
                types=", ".join(PEAK_OF),
            )
        )
    kind = PEAK_OF[job.dtype]
    if kind not in machine.chip.peaks:
        have = [name for name, peak in PEAK_OF.items() if peak in machine.chip.peaks]
        raise InputError(
            say(
                "{chip} has no figure for {dtype} by its maker; types that it has: {have}",
                chip=machine.chip.title,
                dtype=job.dtype,
                have=", ".join(have),
            )
        )
    return machine.chip.peaks[kind]
