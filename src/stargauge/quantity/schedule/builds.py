"""How long a building takes from the start of work to operation, and what is left of a lead time when work starts: two regressions.

y = ln(taken / year) = usual + effects + u_owner + e;   w = ln(power there after / lead time) = left + e     (1)
u_owner ~ normal(0, s_u), e ~ s t_4                                                                          (2)

A build that still goes on counts as "at least so long". Where the halls stood complete and waited for power, the building took "at most so
long" and power is what was seen; everywhere else power took "at most so long". Fitted as in `regression`.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import BUILD_COEFFICIENTS
from stargauge.quantity.statistics.regression import AT_LEAST, AT_MOST, NORMAL_IN_T, REACHED, SEED, Fit, Prior, Records, fit
from stargauge.quantity.statistics.student import t4_cdf, t4_ppf

Array = NDArray[np.float64]

#: Days in the year that building times are measured in.
YEAR = 365.25
#: Builds are told apart by whether they began since this day.
SINCE = date(2024, 1, 1)
#: The place of each coefficient, and how many of them are effects.
AT = {name: place for place, name in enumerate(BUILD_COEFFICIENTS)}
EFFECTS = BUILD_COEFFICIENTS.index("spread")
#: Building times beyond e^2.5 years are cut: never running at all is cancellation's part.
_MOST = 2.5


class MiddleAndSpread(NamedTuple):
    """Middle and spread of a logarithm, one each or one per sample."""

    middle: Array
    spread: Array


class Builds(NamedTuple):
    """Builds, one entry each: days to operation or the last look (NaN: the start is unknown), whether it runs, whether power decided,
    what it was, and its size as the logarithm of its IT power over the usual."""

    taken: Array
    runs: Array
    power_decided: Array
    retrofit: Array
    expansion: Array
    size: Array
    campus: Array
    since_2024: Array
    owner: Array


def columns(retrofit: Array, expansion: Array, size: Array, campus: Array, since_2024: Array) -> Array:
    """What each effect is multiplied by: (..., build, effect)."""
    parts = np.broadcast_arrays(np.ones_like(size), retrofit, expansion, size, campus, since_2024)
    return np.stack([np.asarray(part, dtype=np.float64) for part in parts], axis=-1)


def fit_builds(
    builds: Builds, lead: Array, middle: Array, width: Array, samples: int, keep: Array | None = None, seed: int = SEED
) -> dict[str, Array]:
    """Samples of the posterior of building times and of what is left of lead times, for several selections of the builds at once.

    lead: days that power equipment and connection took to come when each build began. `middle` and `width` hold the priors by coefficient.
    keep: (selection, build), 1 where a build counts; one selection of all where left out. Returns coefficients (selection, sample,
    coefficient), an owner's part at zero, and the owners' effects (selection, sample, owner). Source: `regression.fit`. The priors are
    assumptions.
    """
    kept = np.ones((1, len(lead))) if keep is None else keep
    made = _fit_times(builds, kept, middle, width, samples, seed)
    left = _fit_power_left(builds, lead, kept, middle, width, samples, seed)
    fresh = np.stack([np.zeros(made.offset.shape), made.spreads[..., 1]], axis=-1)
    return {
        "coefficients": np.concatenate([made.effects, made.spreads, left.effects, left.spreads, fresh], axis=-1),
        "owners": made.groups[0],
    }


def _fit_times(builds: Builds, keep: Array, middle: Array, width: Array, samples: int, seed: int) -> Fit:
    """Equation (1) of this module for building times."""
    dated = _dated(builds)
    known = np.where(dated.runs > 0.5, np.where(dated.power_decided > 0.5, AT_MOST, REACHED), AT_LEAST)
    made_of = columns(dated.retrofit, dated.expansion, dated.size, dated.campus, dated.since_2024)
    records = Records(np.full(len(known), YEAR), dated.taken, known, made_of, np.zeros(len(known)), -1, (builds.owner,))
    prior = Prior(middle[:EFFECTS], width[:EFFECTS], 0.0, 0.0, middle[EFFECTS : AT["power_left"]])
    return fit(records, prior, keep * np.isfinite(builds.taken), samples, seed)


def _dated(builds: Builds) -> Builds:
    """Builds with something in the place of what is unknown; those without a start count in no fit."""
    unknown = np.isnan(builds.taken)
    return builds._replace(taken=np.where(unknown, YEAR, builds.taken), since_2024=np.where(unknown, 0.0, builds.since_2024))


def _fit_power_left(builds: Builds, lead: Array, keep: Array, middle: Array, width: Array, samples: int, seed: int) -> Fit:
    """Equation (1) of this module for the wait for power: only what runs tells something."""
    known, count, place = np.where(builds.power_decided > 0.5, REACHED, AT_MOST), len(lead), AT["power_left"]
    told = (builds.runs > 0.5) & np.isfinite(builds.taken) & np.isfinite(lead)
    records = Records(np.where(told, lead, YEAR), _dated(builds).taken, known, np.ones((count, 1)), np.zeros(count), -1, ())
    prior = Prior(middle[place : place + 1], width[place : place + 1], 0.0, 0.0, middle[place + 1 : place + 2])
    return fit(records, prior, keep * told, samples, seed)


def with_owner(coefficients: Array, owners: Array, owner: int) -> Array:
    """Coefficients with the effect of one owner, as its mean and spread over the samples; as they are for a new owner (-1)."""
    out = coefficients.copy()
    if owner >= 0:
        out[:, AT["owner"]] = owners[:, owner].mean()
        out[:, AT["owner_spread"]] = owners[:, owner].std()
    return out


def scale(world: Array) -> Array:
    """Scale of one building time in worlds (draw, coefficient), its owner's and its own part together: (draw).

    s^2 = spread^2 + k owner_spread^2                                               (1)

    k makes the normal part agree with the t at P10 and P90.
    """
    return np.asarray(np.sqrt(world[:, AT["spread"]] ** 2 + NORMAL_IN_T * world[:, AT["owner_spread"]] ** 2))


def build_days(chance: Array, place: Array, scale: Array, waited: Array) -> Array:
    """Days from start to operation at a chance between 0 and 1, given that more than `waited` days (NaN: nothing known) went by without it.

    days = year exp(place + scale t_4(u')), u' = F + (1 - F) u                      (1)

    F: share of the distribution that `waited` rules out. All (draw, phase).
    """
    known = ~np.isnan(waited)
    past = np.where(known, np.maximum(waited, 1.0), 1.0)
    ruled_out = np.where(known & (waited > 0.0), t4_cdf((np.log(past / YEAR) - place) / scale), 0.0)
    at = np.clip(ruled_out + (1.0 - ruled_out) * chance, 1e-9, 1.0 - 1e-9)
    days = YEAR * np.exp(np.minimum(place + scale * t4_ppf(at), _MOST))
    return np.asarray(np.where(known, np.maximum(days, waited), days))
