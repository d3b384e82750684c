"""A machine of accelerators: what one computes and moves, and the networks between them, tier by tier."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from stargauge.quantity.spoken import say

#: Types whose products run at the peak of another one.
SAME_PEAK: Mapping[str, str] = {"mxfp8": "fp8", "nvfp4": "fp4", "mxfp4": "fp4", "fp16": "bf16"}
_Z90 = 1.2815515655446004  # standard normal quantile of 0.9


@dataclass(frozen=True)
class Chip:
    """An accelerator. `peaks`: dense FLOP/s by type (`bf16`, `fp8`, `fp4`), those that the maker gives or that are assumed; bytes, B/s; SI.

    `domain`: accelerators that share the fast network (8 of a node, 72 of a rack), with `up` B/s one way each; `out` B/s one way each
    leaves it. `launch`: year with its fraction, NaN where nobody said. `peak_ranges`: P10 and P90 of the peaks that are not one number;
    `assumed`: types whose peak is not the maker's word, each with what it is instead. `memory_sold`: bytes as the maker names them, NaN
    where nobody said; `memory` is what can be used, where that was measured.
    """

    name: str
    title: str
    peaks: Mapping[str, float]
    memory: float
    bandwidth: float
    domain: int
    up: float
    out: float
    launch: float
    peak_ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    assumed: Mapping[str, str] = field(default_factory=dict)
    memory_sold: float = math.nan


def peak_type(chip: Chip, dtype: str) -> str:
    """The type whose peak products of a type run at: itself where the chip has a figure of it, else what it counts as."""
    kept = dtype.lower()
    return kept if kept in chip.peaks else SAME_PEAK.get(kept, kept)


def peak_spread(chip: Chip, dtype: str) -> float:
    """Standard deviation of the logarithm of a chip's peak in a type, from its P10 and P90; 0 where it is one number.

    Time that goes with the peak is as uncertain: callers add it to the spreads of other errors by the root of the squares.
    """
    low, high = chip.peak_ranges.get(peak_type(chip, dtype), (1.0, 1.0))
    return math.log(high / low) / (2.0 * _Z90)


def peak_told(chip: Chip, dtype: str) -> str:
    """What a chip's peak in a type is, in words: empty where it is the maker's, else what stands in for that, with its P10 and P90."""
    kept = peak_type(chip, dtype)
    if kept not in chip.assumed:
        return ""
    low, high = (end / 1e12 for end in chip.peak_ranges.get(kept, (0.0, 0.0)))
    told = {"type": kept, "chip": chip.title, "why": chip.assumed[kept]}
    if not high:
        return say("the dense {type} peak of {chip} is an assumption: {why}", **told)
    return say(
        "the dense {type} peak of {chip} is an assumption, {low} to {high} TFLOP/s (P10 to P90): {why}", low=f"{low:,.0f}",
        high=f"{high:,.0f}", **told,
    )  # fmt: skip


def memory_told(chip: Chip) -> str:
    """A chip's memory in GB of 10^9 bytes, with the size it is sold by where that is another: `85.5 GB (sold as 80 GB)`."""
    used, sold = (f"{value / 1e9:.4g} GB" for value in (chip.memory, chip.memory_sold))
    return used if math.isnan(chip.memory_sold) or used == sold else f"{used} (sold as {sold})"


def wider(factor: float, spread: float) -> float:
    """A factor from P50 to P90 (or from P10 to P50) with an independent error of some spread (of the logarithm) added."""
    return math.exp(math.hypot(math.log(factor), _Z90 * spread))


class Tier(NamedTuple):
    """A part of the network beyond the domain: accelerators that it joins, and the share of `out` that each has across it."""

    accelerators: float
    share: float


@dataclass(frozen=True)
class Machine:
    """Equal accelerators. `tiers`: from the nearest; the last reaches all. One tier of share 1 is a network without oversubscription."""

    chip: Chip
    accelerators: int
    tiers: tuple[Tier, ...] = (Tier(float("inf"), 1.0),)
    #: Day of the software, as a year with its fraction: the same chip does more with later software.
    software: float = 2026.9
