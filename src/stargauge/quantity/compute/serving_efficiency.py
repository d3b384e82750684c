"""What serving software reaches of a machine's figures: a few coefficients with physical meaning, and how far predictions lie off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.compute.machine import Machine

Array = NDArray[np.float64]

#: How near what is predicted is to what was measured: the model family on that chip among others, a family never measured, a chip never
#: measured of a generation that was, a generation never measured.
NEARNESS = ("pair", "family", "chip", "generation")
_Z90 = 1.2815515655446004  # standard normal quantile of 0.9


class Interval(NamedTuple):
    """A prediction with its P10, P50, P90."""

    p10: Array
    p50: Array
    p90: Array


class Settings(NamedTuple):
    """How serving software is set and how the model is shaped; nothing of it was fitted. Tokens, bytes, shares, seconds, years."""

    pass_tokens: float  # that one rank takes in one pass at most
    most_batch: float  # sequences that one rank takes in a batch at most
    cache_share: float  # of the memory left beside weights and buffers, given to what is kept of tokens
    runtime: float  # bytes of contexts, communication buffers and graphs on each accelerator
    widths_held: float  # widths of the hidden state held at once while a pass goes through a layer
    busiest: float  # share of their time that prompt servers are busy at most where no limit says how long one may wait
    corner: float  # sharpness of the corner of a roofline
    step_out: float  # of each doubling of domains that an exchange goes over
    growing_up: float  # in which what new chips lose to young software falls to 1/e of it
    usual_age: float  # of a chip of which nobody gives the day of its launch
    usual_software: float  # day of the software of runs that give none
    usual_prompt: float  # tokens of a prompt where a run counts input tokens and gives no length


class Forecasts(NamedTuple):
    """How far off forecasts lie, as standard deviations of logarithms of measured over predicted.

    `rate`: by kind (`dense`, `experts`) and nearness, `dense/pair`. `searched`: more where the layout is the best of those searched;
    `assumed`: where lengths or types had to be assumed (itself an assumption). `first`, `between`: of the seconds to the first token and
    between tokens. `drift`: of a chip's software from its first day until it is old. `newest`: day of the newest software among the runs.
    `chips`, `families`, `generations`: those that were measured; `generation_of`: of a chip.
    """

    rate: Mapping[str, float]
    searched: float
    assumed: float
    first: float
    between: float
    drift: float
    newest: float
    families: frozenset[str]
    chips: frozenset[str]
    generation_of: Mapping[str, str]

    @property
    def generations(self) -> frozenset[str]:
        """Generations of which a chip was measured."""
        return frozenset(self.generation_of[one] for one in self.chips if one in self.generation_of)

    def nearness(self, family: str, chip: str) -> tuple[str, ...]:
        """What of a model family on a chip was never measured, in words of NEARNESS; `pair` where both were, each on its own."""
        found = [] if family in self.families else ["family"]
        if chip not in self.chips:
            found.append("chip" if self.generation_of.get(chip) in self.generations else "generation")
        return tuple(found) or ("pair",)


@dataclass(frozen=True)
class ServingFit:
    """Shares of the makers' figures, and seconds: what was fitted to published measurements. `source`: to which."""

    memory: float  # of memory bandwidth, reading weights
    cache: float  # of memory bandwidth, reading what is kept of tokens
    bf16: float  # of the peak, in products of weights
    fp8: float
    fp4: float
    experts: float  # of that, in experts' products: groups are small and uneven
    core: float  # of the peak, in scores and values
    network: float  # of the network's rate
    latency: float  # s, of each collective
    layer: float  # s, of each layer and pass
    moe_layer: float  # as much again for each layer with experts
    widths: float  # hidden states read or written between the products of a layer, and again for each expert of a token
    widened: float  # of experts' rate, where 4-bit weights are widened at use for products of a wider type
    step: float  # s, of each pass
    sequence: float  # s, of each sequence and pass on its rank
    uneven: float  # longer by this for each doubling of the ranks that keep sequences of their own and wait for one another
    young: float  # longer by this on the day of a chip's launch
    settings: Settings
    forecasts: Forecasts
    source: str

    def products(self, kind: str) -> float:
        """Share of the peak reached in products by type."""
        return {"bf16": self.bf16, "fp8": self.fp8, "fp4": self.fp4}[kind]

    def immaturity(self, machine: Machine) -> float:
        """Time over that with grown-up software: 1 + young * exp(-age / growing_up), the chip's age on the software's day."""
        return 1.0 + self.young * self._youth(machine, machine.software)

    def _youth(self, machine: Machine, software: float) -> float:
        age = software - machine.chip.launch
        age = self.settings.usual_age if np.isnan(age) else max(age, 0.0)
        return float(np.exp(-age / self.settings.growing_up))

    def waiting(self, ranks: ArrayLike) -> Array:
        """Time over that with equal ranks: all wait for the fullest of those that keep sequences of their own."""
        return np.asarray(1.0 + self.uneven * np.log2(np.asarray(ranks, dtype=np.float64)))

    def drift(self, machine: Machine) -> float:
        """Spread that software later than the newest measured adds: by how much a chip's youth fades in between."""
        if machine.software <= self.forecasts.newest:
            return 0.0
        return self.forecasts.drift * (self._youth(machine, self.forecasts.newest) - self._youth(machine, machine.software))

    def spread(self, kind: str, nearness: tuple[str, ...], machine: Machine, searched: bool = False, assumed: bool = False) -> float:
        """Standard deviation of the logarithm of a rate; what a search, an assumption and later software add joins as independent."""
        known = self.forecasts
        base = max(*(known.rate[f"{kind}/{one}"] for one in nearness), known.assumed if assumed else 0.0)
        return float(np.sqrt(base**2 + (known.searched if searched else 0.0) ** 2 + self.drift(machine) ** 2))


def interval(middle: ArrayLike, spread: float) -> Interval:
    """P10, P50, P90 of a predicted rate or time: lognormal about it."""
    wide = float(np.exp(_Z90 * spread))
    found = np.asarray(middle, dtype=np.float64)
    return Interval(found / wide, found, found * wide)


#: What is fitted, in this order.
COEFFICIENTS: tuple[str, ...] = tuple(one.name for one in fields(ServingFit) if one.name not in ("settings", "forecasts", "source"))
