"""What is kept of each block: values per draw, or counts on a fixed grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from stargauge.engine.columns import stacked
from stargauge.engine.histogram import Counts, count, join
from stargauge.engine.parts import keepable
from stargauge.engine.select import Block, Mask
from stargauge.engine.streams import Array
from stargauge.quantity.address import parse_address

Part = TypeVar("Part")


class Collector(Protocol[Part]):
    """Gathers something over blocks. `join` is associative, so that parts may be joined in any grouping, in the order of blocks.

    The list of parts is its own: it may empty it while it joins them, so that a long run is not held twice.
    """

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the quantities it reads."""

    def take(self, block: Block) -> Part:
        """What it keeps of one block."""

    def join(self, parts: list[Part]) -> Part:
        """Parts of consecutive blocks as one."""


@keepable
@dataclass(frozen=True)
class Kept:
    """Values of an address per draw, where they are lower bounds (None: nowhere), and the labels absent anywhere."""

    values: Array
    partial: Mask | None
    absent: tuple[str, ...]


@dataclass(frozen=True)
class Values:
    """The values of an address in every draw; of chosen places on the month axis only, where `months` says so."""

    address: str
    months: tuple[int, ...] | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The quantity of the address."""
        return (parse_address(self.address).name,)

    def take(self, block: Block) -> Kept:
        """The values of one block."""
        values, partial = block.picked(self.address)
        if self.months is not None:
            values, partial = values[..., list(self.months)], None if partial is None else partial[..., list(self.months)]
        return Kept(np.ascontiguousarray(values), partial, () if partial is None else block.absent(self.address))

    def join(self, parts: Sequence[Kept]) -> Kept:
        """All draws of all parts."""
        if len(parts) == 1:
            return parts[0]
        partial: Mask | None = None
        if any(part.partial is not None for part in parts):
            partial = stacked([np.zeros(p.values.shape, bool) if p.partial is None else p.partial for p in parts])
        return Kept(stacked([p.values for p in parts]), partial, tuple(dict.fromkeys(name for p in parts for name in p.absent)))


@dataclass(frozen=True)
class Histogram:
    """Counts of an address at each month on a fixed symmetric-log grid: bounded memory, exact sums over workers."""

    address: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The quantity of the address."""
        return (parse_address(self.address).name,)

    def take(self, block: Block) -> Counts:
        """The counts of one block."""
        values, partial = block.picked(self.address)
        return count(values, () if partial is None else block.absent(self.address))

    def join(self, parts: Sequence[Counts]) -> Counts:
        """The sum of counts."""
        return join(parts)


@dataclass(frozen=True)
class First(Generic[Part]):
    """What another collector gathers of the first so many blocks; nothing of the others. They are a run of their own, with fewer draws."""

    of: Collector[Part]
    blocks: int

    @property
    def needs(self) -> tuple[str, ...]:
        """The quantities that the other reads."""
        return self.of.needs

    def take(self, block: Block) -> Part | None:
        """What the other keeps of one block."""
        return self.of.take(block) if block.index < self.blocks else None

    def join(self, parts: list[Part | None]) -> Part | None:
        """The parts of the other as one."""
        found = [part for part in parts if part is not None]
        return self.of.join(found) if found else None
