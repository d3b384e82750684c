"""How sure, and because of what: quantiles, sampling error, and the share of the spread that each input brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from stargauge.engine.streams import BLOCK, Array

#: Below this many blocks the spread between them says little; the error of independent draws is used instead.
FEW_BLOCKS = 16


def quantiles(values: Array, levels: Sequence[float]) -> list[Array]:
    """Quantiles over draws (the first axis) of what is present, linear between order statistics; NaN where nothing is present."""
    ordered = np.sort(np.moveaxis(values, 0, -1), axis=-1)
    present = (~np.isnan(ordered)).sum(axis=-1)
    if ordered.ndim == 1:
        return [_quantile(ordered, int(present), level) for level in levels]
    out = []
    for level in levels:
        position = level * np.maximum(present - 1, 0)
        low = np.floor(position).astype(np.intp)
        high = np.minimum(low + 1, np.maximum(present - 1, 0))
        below, above = (np.take_along_axis(ordered, at[..., None], axis=-1)[..., 0] for at in (low, high))
        part = position - low
        with np.errstate(invalid="ignore"):
            out.append(np.where((part == 0) | (below == above), below, below + part * (above - below)))
    return out


def _quantile(ordered: Array, present: int, level: float) -> Array:
    """One quantile of one sorted series: the same numbers as of many at once, without their overhead."""
    position = level * max(present - 1, 0)
    low = int(position)
    below, above, part = float(ordered[low]), float(ordered[min(low + 1, max(present - 1, 0))]), position - low
    return np.asarray(below if part == 0 or below == above else below + part * (above - below))


def sampling_error(values: Array) -> float:
    """Standard error of the mean over draws: from the spread between blocks, of independent draws below 16 blocks.

    Source: blocks with scrambles of their own are independent replicates; Owen (1997), SIAM J. Numer. Anal. 34, 1884-1910.
    """
    values = np.asarray(values, dtype=np.float64)
    blocks = len(values) // BLOCK
    if blocks < FEW_BLOCKS:
        return float(np.std(values) / np.sqrt(max(len(values), 1)))
    means = values[: blocks * BLOCK].reshape(blocks, BLOCK).mean(axis=1)
    return float(np.std(means, ddof=1) / np.sqrt(blocks))


def ranks(values: Array) -> Array:
    """Mid-ranks, centred, with unit length; zero where all are equal."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2.0
    centred = middle[inverse] - (len(values) + 1) / 2.0
    length = float(np.sqrt(np.sum(centred * centred)))
    return np.asarray(centred / length if length > 0 else np.zeros(len(values)))


def rank_correlation(first: Array, second: Array) -> float:
    """Spearman's rank correlation with mid-ranks for ties; zero where one does not vary."""
    return float(ranks(first) @ ranks(second))


def shares(sample: Mapping[str, Array], outcome: Array) -> dict[str, float]:
    """The share of an outcome's spread that each input brings, largest first: squared rank correlations, summed over its cells.

    s = sum over cells of max(0, (r^2 - 1/(n - 1)) / (1 - 1/(n - 1)))            (1)

    1/(n - 1) is the square that chance alone gives. Cells `name[label]` belong to the input `name`; absent draws are left out. Leaves out
    what only shows jointly; where the shares add up to more than one they are scaled to one.
    """
    present = ~np.isnan(outcome)
    if present.sum() < 3:
        return {}
    target, noise = ranks(outcome[present]), 1.0 / (present.sum() - 1)
    found: dict[str, float] = {}
    for cell, values in sample.items():
        chosen = values[present]
        known = ~np.isnan(chosen)
        square = 0.0 if not known.all() else float(ranks(chosen) @ target) ** 2
        found[cell.split("[")[0]] = found.get(cell.split("[")[0], 0.0) + max(0.0, (square - noise) / (1.0 - noise))
    total = max(1.0, sum(found.values()))
    return {name: float(share / total) for name, share in sorted(found.items(), key=lambda pair: -pair[1])}
