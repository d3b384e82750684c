"""Scores of forecasts: how well dates and odds said beforehand agree with what happened. Small numbers of cases get an interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Resamples behind an interval, and the seed they start from.
RESAMPLES, SEED = 1000, 2025_01_21


def crps(forecast: Array, happened: float) -> float:
    """Continuous ranked probability score of a sample forecast, in the unit of the values; 0 is perfect, a single value scores its error.

    mean |x - y| - mean |x - x'| / 2. Source: Gneiting and Raftery (2007), J. Amer. Stat. Assoc. 102, p. 367, eq. 21.
    """
    values = np.sort(forecast)
    count = len(values)
    spread = float(np.sum((2.0 * np.arange(1, count + 1) - count - 1.0) * values)) / count**2
    return float(np.mean(np.abs(values - happened))) - spread


def crps_open(forecast: Array, not_before: float) -> float:
    """The part of the score that an open case shows: it had not happened by a date, so every chance given to earlier dates counts.

    integral of F(x)^2 up to that date: the score of a single value is how far it lies before it. Source: Avati et al. (2020), Countdown
    regression, UAI, eq. 6 (the survival CRPS of a right-censored case).
    """
    before = np.sort(forecast[forecast < not_before])
    edges = np.append(before, not_before)
    share = np.arange(1, len(edges)) / len(forecast)
    return float(np.sum(np.diff(edges) * share**2))


def coverage(places: Array, happened: Mask, low: float = 0.1, high: float = 0.9) -> float:
    """Share of cases that fell between two quantiles of their forecasts, open cases counted through their bound.

    places: where the outcome (or the bound of an open case) fell in its forecast, 0 to 1. The share is read off the curve of Kaplan and
    Meier (1958), J. Amer. Stat. Assoc. 53, p. 457; without open cases it is the plain share. What open cases leave after the last outcome
    counts as outside, so that many open ones make it a lower bound. NaN without outcomes.
    """
    if not happened.any():
        return float("nan")
    order = np.lexsort((~happened, places))
    at_risk = len(places) - np.arange(len(places))
    left = np.cumprod(np.where(happened[order], 1.0 - 1.0 / at_risk, 1.0))

    def staying(until: float, inclusive: bool) -> float:
        reached = np.searchsorted(places[order], until, side="right" if inclusive else "left")
        return float(left[reached - 1]) if reached else 1.0

    return staying(low, False) - staying(high, True)


def by_tenths(places: Array) -> list[int]:
    """How many outcomes fell in each tenth of their forecasts (places 0 to 1): flat where forecasts are neither early nor late nor tight.

    Source: the probability integral transform, Dawid (1984), J. R. Stat. Soc. A 147, p. 281.
    """
    return [int(count) for count in np.histogram(places, bins=np.linspace(0.0, 1.0, 11))[0]]


def brier(said: Array, happened: Mask) -> float:
    """Mean squared difference between odds and outcome; 0 is perfect. Source: Brier (1950), Monthly Weather Review 78, p. 1."""
    return float(np.mean((said - happened) ** 2)) if len(said) else float("nan")


def log_score(said: Array, happened: Mask) -> float:
    """Mean of -ln of the odds given to what happened, kept within 1 and 99 %. Source: Good (1952), J. R. Stat. Soc. B 14, p. 107."""
    kept = np.clip(said, 0.01, 0.99)
    return float(-np.mean(np.log(np.where(happened, kept, 1.0 - kept)))) if len(said) else float("nan")


def base_rates(happened: Mask) -> Array:
    """For each case the share of all others that came true: what one would say without looking at the case."""
    others = len(happened) - 1
    return np.full(len(happened), 0.5) if others < 1 else (happened.sum() - happened) / others


def interval(score: Callable[[NDArray[np.intp]], float], clusters: Sequence[str]) -> tuple[float, float]:
    """P5 and P95 of a score when whole clusters of cases (a project's looks, a speaker's claims) are drawn again with replacement.

    Source: the cluster bootstrap, Davison and Hinkley (1997), Bootstrap Methods and their Application, section 3.8.
    """
    members: dict[str, list[int]] = {}
    for index, cluster in enumerate(clusters):
        members.setdefault(cluster, []).append(index)
    groups = [np.array(rows) for rows in members.values()]
    rng = np.random.default_rng(SEED)
    if len(groups) < 2:
        return float("nan"), float("nan")
    drawn = [score(np.concatenate([groups[g] for g in rng.integers(0, len(groups), len(groups))])) for _ in range(RESAMPLES)]
    low, high = np.nanquantile(drawn, (0.05, 0.95))
    return float(low), float(high)
