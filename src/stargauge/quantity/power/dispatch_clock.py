"""Sums of a dispatch by hour of the day, over all days of a pass: when of the day a site draws, burns and emits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Hours of a day; a block of a dispatch is one.
DAY = 24


class ClockSums(NamedTuple):
    """What a pass gives by hour of the day (0 = midnight to 1:00), Wh summed over all days; hours are those of the load."""

    energy: Array  # (draw, source, hour)
    fuel: Array  # (draw, source, hour)
    load: Array  # (draw, hour)
    shortfall: Array  # (draw, hour)
    rates: dict[str, Array]  # (draw, hour): each rate of the grid times what it gave


class Clock:
    """The sums while they are filled; hours first, draws last. Every block handed over is one whole day."""

    def __init__(self, sources: int, draws: int, rates: Iterable[str]) -> None:
        self.energy, self.fuel = np.zeros((sources, DAY, draws)), np.zeros((sources, DAY, draws))
        self.load, self.shortfall = np.zeros((DAY, draws)), np.zeros((DAY, draws))
        self.rates = {name: np.zeros((DAY, draws)) for name in rates}

    def gave(self, place: int, used: Array) -> None:
        """What a source gave in the hours of a day."""
        self.energy[place] += used

    def burnt(self, place: int, fuel: Array) -> None:
        """What a plant burnt in the hours of a day."""
        self.fuel[place] += fuel

    def asked(self, load: Array, left: Array) -> None:
        """The load of a day, and what of it nobody met."""
        self.load += load
        self.shortfall += left

    def rated(self, name: str, amounts: Array) -> None:
        """A rate times what the grid gave in the hours of a day."""
        self.rates[name] += amounts

    def sums(self) -> ClockSums:
        """The sums, draws first."""
        energy, fuel = (np.transpose(one, (2, 0, 1)) for one in (self.energy, self.fuel))
        return ClockSums(energy, fuel, self.load.T, self.shortfall.T, {name: one.T for name, one in self.rates.items()})


def joined_clocks(parts: Sequence[ClockSums]) -> ClockSums:
    """Sums of other draws as one, in their order."""
    rates = {name: np.concatenate([part.rates[name] for part in parts]) for name in parts[0].rates}
    names = ("energy", "fuel", "load", "shortfall")
    energy, fuel, load, shortfall = (np.concatenate([getattr(part, name) for part in parts]) for name in names)
    return ClockSums(energy, fuel, load, shortfall, rates)
