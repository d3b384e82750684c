"""What serving software reaches of a machine's figures: a few coefficients with physical meaning, and how far predictions lie off."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.compute.machine import Machine

Array = NDArray[np.float64]

#: Years in which what new chips lose to young software falls to 1/e of it: an assumption.
GROWING_UP = 1.0
#: Age of a chip, years, where nobody gives the day of its launch: an assumption.
USUAL_AGE = 1.0
_Z90 = 1.2815515655446004  # standard normal quantile of 0.9


class Interval(NamedTuple):
    """A prediction with its P10, P50, P90."""

    p10: Array
    p50: Array
    p90: Array


@dataclass(frozen=True)
class ServingFit:
    """Shares of the makers' figures, and seconds: what was fitted to published measurements; the defaults are where the fit starts from.

    Not coefficients of the model but of its errors, standard deviations of logarithms of measured over predicted: `spread`, for groups of
    runs that a fit has not seen, where layout and lengths are stated; `spread_assumed`, where they had to be assumed or searched (itself
    an assumption); `spread_first` and `spread_between`, of the seconds to the first token and between tokens at a fixed number of users.
    """

    memory: float = 0.8  # of memory bandwidth, reading weights
    cache: float = 0.7  # of memory bandwidth, reading what is kept of tokens
    bf16: float = 0.65  # of the peak, in products of weights
    fp8: float = 0.6
    fp4: float = 0.5
    experts: float = 0.6  # of that, in experts' products: groups are small and uneven
    core: float = 0.5  # of the peak, in scores and values
    network: float = 0.6  # of the network's rate
    latency: float = 8e-6  # s, of each collective
    layer: float = 15e-6  # s, of each layer and pass
    moe_layer: float = 1.5  # as much again for each layer with experts
    widths: float = 12.0  # hidden states read or written between the products of a layer, and again for each expert of a token
    widened: float = 0.5  # of experts' rate, where 4-bit weights are widened at use for products of a wider type
    step: float = 1.5e-3  # s, of each pass
    sequence: float = 3e-6  # s, of each sequence and pass on its rank
    uneven: float = 0.05  # longer by this for each doubling of the ranks that keep sequences of their own and wait for one another
    young: float = 0.3  # longer by this on the day of a chip's launch
    spread: float = 0.25
    spread_between: float = 0.3
    spread_assumed: float = 0.5
    spread_first: float = 0.5
    source: str = "the fit's own starting point, fitted to nothing"

    def products(self, kind: str) -> float:
        """Share of the peak reached in products by type."""
        return {"bf16": self.bf16, "fp8": self.fp8, "fp4": self.fp4}[kind]

    def immaturity(self, machine: Machine) -> float:
        """Time over that with grown-up software: 1 + young * exp(-age / GROWING_UP), the chip's age on the software's day."""
        age = machine.software - machine.chip.launch
        age = USUAL_AGE if np.isnan(age) else max(age, 0.0)
        return 1.0 + self.young * float(np.exp(-age / GROWING_UP))

    def waiting(self, ranks: ArrayLike) -> Array:
        """Time over that with equal ranks: all wait for the fullest of those that keep sequences of their own."""
        return np.asarray(1.0 + self.uneven * np.log2(np.asarray(ranks, dtype=np.float64)))

    def interval(self, middle: ArrayLike, spread: float | None = None) -> Interval:
        """P10, P50, P90 of a predicted rate or time: lognormal about it with the spread of rows that state layout and lengths."""
        wide = float(np.exp(_Z90 * (self.spread if spread is None else spread)))
        found = np.asarray(middle, dtype=np.float64)
        return Interval(found / wide, found, found * wide)


#: What is fitted, in this order.
COEFFICIENTS: tuple[str, ...] = tuple(one.name for one in fields(ServingFit) if one.name != "source" and not one.name.startswith("spread"))
