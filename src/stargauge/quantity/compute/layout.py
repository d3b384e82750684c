"""How a training job is laid over accelerators: many layouts at once, as arrays of the same length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: What is computed again going backward, by number.
RECOMPUTE = ("none", "selective", "full")
#: How the stages of a pipeline take turns, by number.
SCHEDULES = ("1f1b", "zero-bubble", "dualpipe")
#: What is spread over the data-parallel group (ZeRO), by number.
SHARDING = ("none", "optimizer", "gradients", "weights")


class Layouts(NamedTuple):
    """Layouts, one per place. accelerators = tensor * context * pipeline * data; `expert` divides tensor * context * data.

    `tensor` implies sequence parallelism where it is above one; `interleave`: model chunks per stage; `micro_batch`: sequences per
    forward pass of one data-parallel rank; the last three are numbers into RECOMPUTE, SHARDING, SCHEDULES.
    """

    tensor: Array
    pipeline: Array
    data: Array
    context: Array
    expert: Array
    interleave: Array
    micro_batch: Array
    recompute: Array
    sharding: Array
    schedule: Array

    @property
    def many(self) -> int:
        """How many layouts these are."""
        return len(self.tensor)

    def take(self, places: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Layouts:
        """Some of them."""
        return Layouts(*(one[places] for one in self))


@dataclass(frozen=True)
class Job:
    """What a training job does in a step: `batch` sequences of `sequence` tokens in `dtype` (`bf16`, `fp8`, `mxfp8`, `nvfp4`).

    `fused`: attention whose scores never reach memory; `balanced`: experts are made to get equal numbers of tokens, as benchmarks do; else
    they get as many as evenly drawn choices give them.
    """

    sequence: int
    batch: int
    dtype: str = "bf16"
    fused: bool = True
    balanced: bool = False

    @property
    def tokens(self) -> float:
        """Tokens of a step."""
        return float(self.sequence) * self.batch
