"""How long a planned date takes: the regression of plans against outcomes, and what it says of a plan.

y = ln((taken + c) / (planned + c)) = x b + u_owner + v_project + e                     (1)
u ~ normal(0, s_u), v ~ normal(0, s_v), e ~ s t_4                                       (2)

planned and taken run from the day the plan was published; c (offset) lets short promises slip by weeks. Fitted as in `regression`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import COEFFICIENTS, PROJECT_KINDS
from stargauge.quantity.statistics.regression import MOST, NORMAL_IN_T, SEED, Prior, Records, fit, mean, share_of
from stargauge.quantity.statistics.student import t4_cdf, t4_ppf

Array = NDArray[np.float64]

#: The effects of the regression, in the order of its columns, and the place of each coefficient.
EFFECTS = COEFFICIENTS.index("offset")
AT = {name: place for place, name in enumerate(COEFFICIENTS)}
#: What a milestone means, as a number.
OPERATION, START, POWER = 0, 1, 2


class Plans(NamedTuple):
    """Planned dates to fit or to predict, one entry each: days from publication, and what sort of plan it was."""

    lead: Array
    window: Array
    group: Array
    stage: Array
    replan: Array
    tracker: Array


class Outcomes(NamedTuple):
    """What came of plans: days to the outcome (or to the last look, if not reached), whose they are, which refit leaves them out."""

    taken: Array
    reached: Array
    owner: Array
    project: Array
    frame: Array


# --- the fit --------------------------------------------------------------------------------------------------------------


def _columns(plans: Plans) -> Array:
    """What each effect but that of the window is multiplied by: (..., plan, effect)."""
    kinds = [plans.group == kind for kind in range(1, len(PROJECT_KINDS))]
    parts = [
        np.ones(plans.group.shape),
        *kinds,
        np.zeros(plans.group.shape),
        plans.replan,
        plans.tracker,
        plans.stage == START,
        plans.stage == POWER,
    ]
    return np.stack([np.asarray(part, dtype=np.float64) for part in parts], axis=-1)


def fit_slips(
    plans: Plans, outcomes: Outcomes, keep: Array, middle: Array, width: Array, samples: int, seed: int = SEED
) -> dict[str, Array]:
    """Samples of the posterior of equations (1) and (2), for several selections of the records at once (keep: (selection, record)).

    A plan not reached by the last look counts as "at least so long", so does one given up. b: kind of project, width of the planned window
    in parts of the planned time, later plan, third party's forecast, milestone. `middle` and `width` hold the priors by coefficient.
    Returns coefficients (selection, sample, coefficient) with the owner's part at zero, and each owner's effect (selection, sample, owner).
    Source: `regression.fit`. The priors are assumptions.
    """
    records = Records(
        plans.lead, outcomes.taken, outcomes.reached, _columns(plans), plans.window, AT["window"], (outcomes.owner, outcomes.project)
    )
    offset = AT["offset"]
    prior = Prior(middle[:EFFECTS], width[:EFFECTS], float(middle[offset]), float(width[offset]), middle[offset + 1 : AT["owner"]])
    made = fit(records, prior, keep, samples, seed)
    fresh = np.stack([np.zeros(made.offset.shape), made.spreads[..., 1]], axis=-1)
    table = np.concatenate([made.effects, made.offset[..., None], made.spreads, fresh], axis=-1)
    return {"coefficients": table, "owners": made.groups[0]}


def with_owner(coefficients: Array, owners: Array, owner: int) -> Array:
    """Coefficients with the effect of one owner, as its mean and spread over the samples; as they are for an owner without records (-1)."""
    out = coefficients.copy()
    if owner >= 0:
        out[..., AT["owner"]] = owners[..., owner].mean(axis=-1, keepdims=True)
        out[..., AT["owner_spread"]] = owners[..., owner].std(axis=-1, keepdims=True)
    return out


# --- what it says of a plan -----------------------------------------------------------------------------------------------


def location(world: Array, plans: Plans) -> Array:
    """Middle of ln((taken + c) / (planned + c)) for plans in worlds: x b + owner, (draw, plan)."""
    share = share_of(plans.window, plans.lead, world[:, AT["offset"]])
    return mean(world[:, :EFFECTS], _columns(plans), share, AT["window"]) + world[:, AT["owner"], None]


def scale(world: Array) -> Array:
    """Scale of the slip of one plan in worlds, its owner's, its project's and its own part together: (draw).

    s^2 = spread^2 + k (owner_spread^2 + spread_project^2)                          (1)

    k makes the normal parts agree with the t at P10 and P90.
    """
    normal = world[:, AT["owner_spread"]] ** 2 + world[:, AT["spread_project"]] ** 2
    return np.asarray(np.sqrt(world[:, AT["spread"]] ** 2 + NORMAL_IN_T * normal))


def slipped(chance: Array, place: Array, scale: Array, lead: Array, offset: Array, waited: Array) -> Array:
    """Days taken at a chance between 0 and 1, given that more than `waited` days (NaN: nothing known) went by without it.

    taken = (planned + c) exp(place + scale t_4(u')) - c, u' = F + (1 - F) u                 (1)

    F: share of the distribution that `waited` rules out. All (draw, plan). Units: d.
    """
    known = ~np.isnan(waited)
    held = np.where(known, np.maximum(waited, 0.0), 0.0) + offset
    start = np.maximum(lead, 0.0) + offset
    ruled_out = np.where(known, t4_cdf((np.log(held / start) - place) / scale), 0.0)
    at = np.clip(ruled_out + (1.0 - ruled_out) * chance, 1e-9, 1.0 - 1e-9)
    taken = start * np.exp(np.minimum(place + scale * t4_ppf(at), MOST)) - offset
    return np.asarray(np.where(known, np.maximum(taken, waited), taken))
