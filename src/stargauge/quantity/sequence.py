"""Values along the phases of a site, which follow one another: between two stated ones, and taken over from the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def _anchor(valid: NDArray[np.bool_], site: Array, backwards: bool) -> NDArray[np.int64]:
    """Index of the nearest phase of the same site at or before (or after) each phase where `valid` holds; -1 where there is none."""
    count = valid.shape[1]
    place = np.arange(count)
    if backwards:
        found = np.minimum.accumulate(np.where(valid, place, count)[:, ::-1], axis=1)[:, ::-1]
        found = np.where(found == count, -1, found)
    else:
        found = np.maximum.accumulate(np.where(valid, place, -1), axis=1)
    same = site[np.maximum(found, 0)] == site[None, :]
    return np.asarray(np.where((found >= 0) & same, found, -1))


def _pick(values: Array, index: NDArray[np.int64]) -> Array:
    return np.where(index >= 0, np.take_along_axis(values, np.maximum(index, 0), axis=1), np.nan)


def spread_evenly(dates: Array, site: Array, spacing: Array, backwards: bool = True) -> Array:
    """Dates (draw, phase) with those between two of a site in even steps, and those beyond them one spacing (draw) apart.

    `backwards`: those before the first one too; else they stay unknown.
    """
    valid = ~np.isnan(dates)
    if not valid.any():
        return dates
    place = np.arange(dates.shape[1], dtype=np.float64)[None, :]
    before, after = _anchor(valid, site, False), _anchor(valid, site, True)
    left, right = _pick(dates, before), _pick(dates, after)
    width = np.where((before >= 0) & (after > before), after - before, 1)
    even = left + (right - left) * (place - before) / width
    step = spacing[:, None]
    earlier = right - (after - place) * step if backwards else np.where(after == place, right, np.nan)
    beyond = np.where(np.isnan(right), left + (place - before) * step, earlier)
    return np.where(np.isnan(left) | np.isnan(right), beyond, even)


def earliest_from_here(dates: Array, site: Array) -> Array:
    """The earliest date among each phase and those after it at its site, infinity where none of them has one: (draw, phase)."""
    out = np.where(np.isnan(dates), np.inf, dates)
    for phase in range(out.shape[1] - 2, -1, -1):
        if site[phase] == site[phase + 1]:
            out[:, phase] = np.minimum(out[:, phase], out[:, phase + 1])
    return out


def followed(values: Array, phase_site: Array) -> Array:
    """Values (draw, phase) where stated; elsewhere that of the next stated phase of the site, else of the last before it."""
    valid = ~np.isnan(values)
    later = _pick(values, _anchor(valid, phase_site, True))
    return np.where(np.isnan(later), _pick(values, _anchor(valid, phase_site, False)), later)


def places_in_site(phase_site: Array) -> NDArray[np.int64]:
    """The place of each phase among those of its site that stand beside one another, from 0: (phase)."""
    place = np.arange(len(phase_site))
    first = np.concatenate([[True], phase_site[1:] != phase_site[:-1]])[: len(phase_site)]
    return np.asarray(place - np.maximum.accumulate(np.where(first, place, 0)))
