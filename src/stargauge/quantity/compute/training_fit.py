"""What was learned from measured training runs: how much longer each part takes than the makers' figures say, and how far predictions were off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from stargauge.quantity.compute.layout import Array, Job
from stargauge.quantity.compute.machine import Machine
from stargauge.quantity.compute.operations import PEAK_OF
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.errors import InputError, did_you_mean

#: The generation that accelerators belong to of which no run was measured.
OTHER = "other"
#: Software of this day is what the other coefficients stand for; and the years over which older software is told apart.
MATURE, OLDEST = 2026.7, 3.0


class Between(NamedTuple):
    """Least, middle and most: P10, P50 and P90."""

    p10: Array
    p50: Array
    p90: Array


@dataclass(frozen=True)
class TrainingFit:
    """Coefficients by name, the generation of each accelerator by its name, and how far off predictions of runs left out were.

    A coefficient multiplies the seconds that a part would take at the makers' figures; `kernel` is seconds per kernel, `age_*` a rate per
    year of older software. `spread`: by `dense` and `moe`, and the same with `other-` for accelerators of no measured generation: the
    distance |log(measured / predicted)| within which 80 % of the left-out runs lay.
    """

    coefficients: Mapping[str, float]
    generations: Mapping[str, str]
    spread: Mapping[str, float]
    made: Mapping[str, str] = field(default_factory=dict)

    def generation(self, machine: Machine) -> str:
        """The generation of a machine's accelerator; `other` where no run of such a one was measured."""
        return self.generations.get(machine.chip.name, OTHER)

    def age(self, machine: Machine) -> float:
        """Years of the machine's software before the day that the coefficients stand for, at most three."""
        return min(max(0.0, MATURE - machine.software), OLDEST)

    def weight(self, name: str, generation: str = "") -> float:
        """A coefficient; of a generation where there is one of its own."""
        return self.coefficients.get(f"{name}[{generation}]", self.coefficients.get(name, self.coefficients.get(f"{name}[{OTHER}]", 1.0)))

    def interval(self, total: Array, moe: bool, known: bool = True) -> Between:
        """P10, P50 and P90 of predicted step times. `known`: of an accelerator whose generation was measured."""
        factor = np.exp(self.spread[f"{'' if known else 'other-'}{'moe' if moe else 'dense'}"])
        return Between(total / factor, total, total * factor)


def peak_of(machine: Machine, job: Job) -> float:
    """The maker's dense FLOP/s of the type of a job. Raises InputError where there is no such figure, with the types that have one."""
    if job.dtype not in PEAK_OF:
        raise InputError(f'no type "{job.dtype}"{did_you_mean(job.dtype, PEAK_OF)} (one of {", ".join(PEAK_OF)})')
    kind = PEAK_OF[job.dtype]
    if kind not in machine.chip.peaks:
        have = [name for name, peak in PEAK_OF.items() if peak in machine.chip.peaks]
        raise InputError(f"{machine.chip.title} has no figure for {job.dtype} by its maker; types that it has: {', '.join(have)}")
    return machine.chip.peaks[kind]


def is_moe(model: Transformer) -> bool:
    """Whether a model has experts."""
    return model.experts > 0
