"""Integer counts on one fixed symmetric-log grid: memory does not grow with draws, and sums over workers are exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.parts import keepable
from stargauge.engine.streams import Array
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

#: Bins per factor of ten; the exponents below which a size is zero and above which it is beyond the grid. For every quantity the same.
PER_DECADE, LOWEST, HIGHEST = 128, -12, 30
_MOST = (HIGHEST - LOWEST) * PER_DECADE


@keepable
@dataclass(frozen=True)
class Counts:
    """How many draws fall into each bin, per column (month). Bin 0 is zero, bin k > 0 starts at 10**(LOWEST + (k - 1) / PER_DECADE), bins
    below 0 mirror them. The window of bins held grows as values need it.
    """

    first: int
    inside: NDArray[np.int64]
    below: NDArray[np.int64]
    above: NDArray[np.int64]
    missing: NDArray[np.int64]
    absent: tuple[str, ...] = ()

    @property
    def draws(self) -> int:
        """Draws counted."""
        return int((self.inside.sum(axis=1) + self.below + self.above + self.missing)[0])

    def quantile(self, q: float) -> Array:
        """A quantile per column over the draws that are present, even within a bin in the logarithm; NaN where none is present.

        Within half a bin (0.9 % of the value) of the exact one wherever draws lie close together. Raises InputError where it lies beyond
        the grid.
        """
        present = self.inside.sum(axis=1) + self.below + self.above
        rank = q * np.maximum(present - 1, 0) + 0.5
        upto = self.below[:, None] + np.cumsum(self.inside, axis=1)
        if np.any((present > 0) & ((rank <= self.below) | (rank > upto[:, -1]))):
            raise InputError(
                say(
                    "the quantile {q:g} lies beyond the grid of the histogram (sizes of 1e{lowest} to 1e{highest}); ask for fewer draws",
                    q=q,
                    lowest=LOWEST,
                    highest=HIGHEST,
                )
            )
        place = np.minimum((upto < rank[:, None]).sum(axis=1), self.inside.shape[1] - 1)
        column = np.arange(len(place))
        held = np.maximum(self.inside[column, place], 1)
        share = 1.0 - (upto[column, place] - rank) / held
        return np.asarray(np.where(present > 0, _value(self.first + place, share), np.nan))


def count(values: Array, absent: tuple[str, ...] = ()) -> Counts:
    """Counts of (draw,) or (draw, month) values."""
    table = values.reshape(len(values), -1)
    size = np.abs(table)
    missing = np.isnan(table)
    with np.errstate(divide="ignore", invalid="ignore"):
        bins = np.floor((np.log10(size) - LOWEST) * PER_DECADE) + 1
    bins = np.where(missing | (bins < 1), 0, np.minimum(bins, _MOST + 1)) * np.where(table < 0, -1, 1)
    inside = ~missing & (np.abs(bins) <= _MOST)
    kept = np.where(inside, bins, 0).astype(np.int64)
    first, last = (int(kept.min()), int(kept.max())) if kept.size else (0, 0)
    width = last - first + 1
    columns = np.broadcast_to(np.arange(table.shape[1]), table.shape)
    flat = np.bincount((columns * width + kept - first)[inside], minlength=table.shape[1] * width)
    return Counts(
        first, flat.reshape(table.shape[1], width), (bins < -_MOST).sum(axis=0), (bins > _MOST).sum(axis=0), missing.sum(axis=0), absent
    )


def join(parts: Sequence[Counts]) -> Counts:
    """The sum of counts, over a window as wide as all of theirs."""
    if len(parts) == 1:
        return parts[0]
    first = min(part.first for part in parts)
    width = max(part.first + part.inside.shape[1] for part in parts) - first
    inside = np.zeros((parts[0].inside.shape[0], width), dtype=np.int64)
    for part in parts:
        inside[:, part.first - first : part.first - first + part.inside.shape[1]] += part.inside
    below, above, missing = (np.sum([getattr(part, name) for part in parts], axis=0) for name in ("below", "above", "missing"))
    return Counts(first, inside, below, above, missing, tuple(dict.fromkeys(name for part in parts for name in part.absent)))


def _value(bins: NDArray[np.int64], share: Array) -> Array:
    """The value at a share (0 to 1, upwards) of each bin."""
    within = np.where(bins > 0, share, 1.0 - share)
    return np.where(bins == 0, 0.0, np.sign(bins) * 10.0 ** (LOWEST + (np.abs(bins) - 1 + within) / PER_DECADE))
