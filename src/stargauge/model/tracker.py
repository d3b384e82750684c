"""How a tracker revises its own dates: its forecasts drift, and it dates past events anew. Two processes, apart from the slip of plans."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import quantity
from stargauge.quantity.statistics.normal import normal_cdf, normal_ppf
from stargauge.quantity.statistics.student import t4_ppf

Array = NDArray[np.float64]


@quantity("d", "draw site")
def estimate_drift(
    vintage_revision: Array, vintage_elapsed: Array, vintage_past: Array, vintage_programme: Array, drift_rate: Array, drift_size: Array,
    drift_moved: Array,
) -> Array:  # fmt: skip
    """Days by which a tracker's forecast for a site moves within a month, later positive; mostly not at all.

    moves at the rate r ~ gamma(1/2 + k, months seen), by d ~ m + s sqrt(1 + 1/k) t_4        (1)

    k: programmes whose forecasts moved, each counted once with its mean move; m, s: mean and deviation over them. Says how an estimate
    is revised, not how late a plan comes, and feeds no date. Axes: draw, site. Units: d (per month).
    Source: three editions of one tracker; a small, chosen sample. Gamma quantiles by Wilson and Hilferty (1931), PNAS 17, p. 684.
    """
    moves, months = _programme_moves(vintage_revision, vintage_elapsed, vintage_programme, vintage_past < 0.5)
    moved = moves[moves != 0.0]
    shape = 0.5 + len(moved)
    rate = shape * np.maximum(1.0 - 1.0 / (9.0 * shape) + drift_rate / np.sqrt(9.0 * shape), 0.0) ** 3 / max(months, 1.0)
    middle, spread = _middle_and_spread(moved)
    size = middle + spread * t4_ppf(normal_cdf(drift_size))
    return np.where(drift_moved < -np.expm1(-rate), size, 0.0)


def _programme_moves(revision: Array, elapsed: Array, programme: Array, counted: NDArray[np.bool_]) -> tuple[Array, float]:
    """Mean move of each programme's dates, and the months over which all of them were watched."""
    names = np.unique(programme[counted])
    moves = [float(np.mean(revision[counted & (programme == name)])) for name in names]
    months = sum(float(np.max(elapsed[counted & (programme == name)])) for name in names) / 30.4375
    return np.array(moves), months


def _middle_and_spread(values: Array) -> tuple[float, float]:
    """Mean and predictive spread, wider for few; none and one give their size as spread."""
    if len(values) < 2:
        return float(np.sum(values)), float(np.abs(np.sum(values)))
    return float(np.mean(values)), float(np.std(values, ddof=1) * np.sqrt(1.0 + 1.0 / len(values)))


@quantity("d", "draw phase")
def phase_redating(
    vintage_revision: Array, vintage_elapsed: Array, vintage_past: Array, vintage_programme: Array, phase_date_tracked: Array,
    redating_share: Array, redating_size: Array, redating_moved: Array,
) -> Array:  # fmt: skip
    """Days by which a tracker's date of a past event moves again; zero for dates that are no tracker's estimate.

    moves with the chance q ~ beta(1 + k, 1 + n - k), by exp(m + s sqrt(1 + 1/k) t_4)        (1)

    n: programmes with a past event in the first edition, k: those that were dated anew (each counted once). Never earlier: none was.
    Axes: draw, phase. Units: d. Source: three editions of one tracker; one or two programmes, so the chance stays wide.
    The beta quantile is that of a minimum or a power of uniforms, exact for n = k; else its normal approximation, kept within 0 and 1.
    """
    moves, _ = _programme_moves(vintage_revision, vintage_elapsed, vintage_programme, vintage_past > 0.5)
    return (
        np.zeros(redating_size.shape)
        if not len(moves)
        else _redated(moves, redating_share, redating_size, redating_moved, phase_date_tracked)
    )


def _redated(moves: Array, share: Array, size: Array, moved: Array, tracked: Array) -> Array:
    later = moves[moves > 0.0]
    a, b = 1.0 + len(later), 1.0 + len(moves) - len(later)
    mean, deviation = a / (a + b), np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1.0)))
    chance = share ** (1.0 / a) if b == 1.0 else np.clip(mean + deviation * normal_ppf(share), 0.0, 1.0)
    if not len(later):
        return np.zeros(size.shape)
    middle, spread = _middle_and_spread(np.log(later))
    days = np.exp(np.minimum(middle + min(spread, 1.0) * t4_ppf(normal_cdf(size)), np.log(365.0)))
    return np.where((moved < chance[:, None]) & (tracked[None, :] > 0.5), days, 0.0)
