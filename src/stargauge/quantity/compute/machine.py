"""A machine of accelerators: what one computes and moves, and the networks between them, tier by tier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Chip:
    """An accelerator. `peaks`: dense FLOP/s by type (`bf16`, `fp8`, `fp4`), only those that the maker gives; bytes, B/s; SI.

    `domain`: accelerators that share the fast network (8 of a node, 72 of a rack), with `up` B/s one way each; `out` B/s one way each
    leaves it. `launch`: year with its fraction, NaN where nobody said.
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
