"""How sure, and because of what: quantiles, sampling error, and the share of the spread that each input brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from stargauge.engine.streams import BLOCK, Array
from stargauge.quantity.effects.effects import Effects, effects, stands_out
from stargauge.quantity.statement import PICK

#: Below this many blocks the spread between them says little; the error of independent draws is used instead.
FEW_BLOCKS = 16
#: How the names of inputs end that say which sample of a fit a world has.
SAMPLE = "_sample"


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


def finite(values: Array) -> Array:
    """Values as they are; where some are infinite (a day that never comes), their mid-ranks from 0 to 1, which have a variance."""
    if np.isfinite(values).all():
        return values
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray(((np.cumsum(counts) - counts / 2.0) / max(len(values), 1))[inverse])


def input_of(stream: str) -> str:
    """The input (or the choice) whose cell has this stream."""
    return stream.split("[")[0]


def effects_of(streams: Mapping[str, Array], numbers: Array) -> tuple[Effects | None, ...]:
    """The effects of the streams of inputs and choices on numbers (number, draw); None for one that does not vary.

    Choices are factors of their options. An input `..._sample` is the place of a world in a table of fits, one sample a place.
    """
    choices = [name for name in streams if name.startswith(PICK)]
    return effects(streams, numbers, choices, [name for name in streams if name.endswith(SAMPLE)])


def effects_where_present(streams: Mapping[str, Array], values: Array) -> Effects | None:
    """The effects of the streams on one number, over the draws in which it is there."""
    present = ~np.isnan(values)
    return effects_of({name: drawn[present] for name, drawn in streams.items()}, finite(values[present])[None])[0]


def shares_of(made: Effects | None) -> tuple[dict[str, float], dict[str, float]]:
    """Shapley effects by input, largest first, and by cell, as far as they are resolved: what is not is put to nobody.

    They add up to what is resolved. Inputs whose share cannot be told from nothing are left out; the cells are all there, as estimated,
    so that those that do nothing scatter around zero.
    """
    if made is None:
        return {}, {}
    found = [effect for effect in made.by({name: input_of(name) for name in made.names}) if stands_out(effect.total)]
    shares = {effect.name: effect.shapley.value for effect in sorted(found, key=lambda effect: (-effect.shapley.value, effect.name))}
    return {name: share for name, share in shares.items() if share > 0.0}, made.cells()
