"""How planned dates slip: fitted once per run from records of what was planned and what happened."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.normal import normal_cdf
from stargauge.quantity.quantity import quantity

Array = NDArray[np.float64]

_OFFSETS = np.array([15.0, 30.0, 60.0, 90.0, 120.0, 180.0, 270.0, 365.0])  # the grid on which the offset is searched, days
_ROUNDS = 200


def _fit_censored(value: Array, reached: Array) -> tuple[float, float, float]:
    """Mean, standard deviation and log-likelihood of normal values of which some are only known to be at least so large.

    Expectation-maximisation with the moments of a truncated normal. Source: Tobin (1958), Econometrica 26, p. 24;
    Aitkin (1981), Technometrics 23, p. 161 (the iteration).
    """
    mean, spread = float(np.mean(value)), max(float(np.std(value)), 1e-3)
    done = reached > 0.5
    for _ in range(_ROUNDS):
        z = (value - mean) / spread
        tail = np.maximum(normal_cdf(-z), 1e-12)
        hazard = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi) / tail
        first = np.where(done, value, mean + spread * hazard)
        second = np.where(done, (value - mean) ** 2, spread**2 * (1 + z * hazard))
        mean_next = float(np.mean(first))
        spread = max(float(np.sqrt(np.mean(second - (mean_next - mean) ** 2))), 1e-3)
        if abs(mean_next - mean) < 1e-10:
            break
        mean = mean_next
    z = (value - mean) / spread
    dense = -0.5 * z * z - np.log(spread * np.sqrt(2 * np.pi))
    likelihood = float(np.sum(np.where(done, dense, np.log(np.maximum(normal_cdf(-z), 1e-12)))))
    return mean, spread, likelihood


def _log_ratio(taken: Array, lead: Array, offset: float) -> Array:
    return np.asarray(np.log((np.maximum(taken, 1.0) + offset) / (np.maximum(lead, 1.0) + offset)))


@quantity("d")
def slip_offset(slip_record_lead: Array, slip_record_taken: Array, slip_record_reached: Array) -> Array:
    """Days added to planned and taken time so that short promises can still slip by weeks.

    The offset c of equation (1) of `slip_location`, chosen by likelihood over all records on a grid of at most a year (beyond it near dates
    would no longer be near).
    Units: d. Axes: none. Leaves out: its own uncertainty.
    """
    best = [
        _fit_censored(_log_ratio(slip_record_taken, slip_record_lead, offset), slip_record_reached)[2]
        - float(np.sum(np.where(slip_record_reached > 0.5, np.log(np.maximum(slip_record_taken, 1.0) + offset), 0.0)))
        for offset in _OFFSETS
    ]
    return np.asarray(_OFFSETS[int(np.argmax(best))])


def _refits(lead: Array, taken: Array, reached: Array, frame: Array, offset: Array, column: int) -> Array:
    value = _log_ratio(taken, lead, float(offset))
    every = np.ones(len(value), dtype=bool)
    kept = [every] + [frame != one if (frame != one).any() else every for one in range(int(np.max(frame)) + 1)]
    return np.array([_fit_censored(value[keep], reached[keep])[column] for keep in kept])


@quantity("1", "refit")
def slip_location(
    slip_record_lead: Array, slip_record_taken: Array, slip_record_reached: Array, slip_record_frame: Array, slip_offset: Array
) -> Array:
    """Middle of the slip: mean logarithm of time taken over time planned, for each refit.

    ln((taken + c) / (planned + c)) ~ normal(location, spread)                      (1)

    taken and planned run from the day the plan was published; records not reached yet count as "at least so long". The first refit uses
    all records, each other leaves one group of records (how they were found) out. Units: 1. Axes: refit.
    Source: the catalogue's plan-to-actual records. Leaves out: cancelled projects (see
    `cancellation_rate_*`), kinds other than data centres.
    """
    return _refits(slip_record_lead, slip_record_taken, slip_record_reached, slip_record_frame, slip_offset, 0)


@quantity("1", "refit")
def slip_spread(
    slip_record_lead: Array, slip_record_taken: Array, slip_record_reached: Array, slip_record_frame: Array, slip_offset: Array
) -> Array:
    """Spread of the slip: standard deviation of the logarithm in equation (1) of `slip_location`, for each refit. Units: 1. Axes: refit."""
    return _refits(slip_record_lead, slip_record_taken, slip_record_reached, slip_record_frame, slip_offset, 1)


def _pair_product(score: Array, same: NDArray[np.bool_]) -> float:
    pairs = np.triu(same, 1)
    return float(np.sum(np.outer(score, score)[pairs]) / np.count_nonzero(pairs)) if pairs.any() else 0.0


def _scores(lead: Array, taken: Array, offset: Array, location: Array, spread: Array) -> Array:
    return np.asarray((_log_ratio(taken, lead, float(offset)) - location[0]) / spread[0])


@quantity("1")
def slip_share_programme(
    slip_record_lead: Array, slip_record_taken: Array, slip_record_reached: Array, slip_record_owner: Array,
    slip_offset: Array, slip_location: Array, slip_spread: Array,
) -> Array:  # fmt: skip
    """Share of the slip's variance that all sites of one owner have in common.

    Mean product of standard scores over pairs of reached records of one owner, kept between 0.1 and 0.6. Units: 1. Axes: none.
    Source: method of moments for variance components, Searle, Casella and McCulloch (1992), ch. 3. Leaves out: records not reached.
    """
    keep = slip_record_reached > 0.5
    score = _scores(slip_record_lead, slip_record_taken, slip_offset, slip_location, slip_spread)[keep]
    owner = slip_record_owner[keep]
    return np.asarray(np.clip(_pair_product(score, owner[:, None] == owner[None, :]), 0.1, 0.6))


@quantity("1")
def slip_share_site(
    slip_record_lead: Array, slip_record_taken: Array, slip_record_reached: Array, slip_record_project: Array,
    slip_offset: Array, slip_location: Array, slip_spread: Array, slip_share_programme: Array,
) -> Array:  # fmt: skip
    """Share of the slip's variance that all phases of one site have in common, beyond what its owner's sites share.

    Mean product of scores over pairs of reached records of one project, less `slip_share_programme`; the three shares add to one, and
    at least a tenth stays with the phase. Units: 1. Axes: none. Source: as `slip_share_programme`.
    """
    keep = slip_record_reached > 0.5
    score = _scores(slip_record_lead, slip_record_taken, slip_offset, slip_location, slip_spread)[keep]
    project = slip_record_project[keep]
    both = _pair_product(score, project[:, None] == project[None, :])
    return np.asarray(np.clip(both - slip_share_programme, 0.1, 0.9 - slip_share_programme))


@quantity("d")
def estimate_drift(vintage_revision: Array, vintage_elapsed: Array, vintage_past: Array) -> Array:
    """Median days by which a tracker's forecast date moves per elapsed month, from three editions of one tracker.

    drift = median(revision of dates still ahead) / months between the editions. Units: d (per month). Axes: none.
    Kept apart from the slip of plans: it says how an estimate is revised, not how late a plan comes. Small, chosen sample.
    """
    ahead = vintage_past < 0.5
    return np.asarray(np.median(vintage_revision[ahead] / np.maximum(vintage_elapsed[ahead] / 30.4375, 1.0)) if ahead.any() else 0.0)
