"""The distribution of slips: how long a planned date takes, a hierarchical regression with open records, and its fit by Gibbs sampling.

y = ln((taken + c) / (planned + c)) = x b + u_owner + v_project + e                     (1)
u ~ normal(0, s_u), v ~ normal(0, s_v), e ~ s t_4                                       (2)

planned and taken run from the day the plan was published; c (offset) lets short promises slip by weeks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.normal import normal_cdf, normal_ppf
from stargauge.quantity.quantity import COEFFICIENTS, PROJECT_KINDS
from stargauge.quantity.student import FREEDOM, t4_cdf, t4_ppf

Array = NDArray[np.float64]

#: What a fit of slips starts from, and how many sweeps each chain makes before its state is kept.
SEED, SWEEPS = 2025_01_21, 200
#: The effects of a regression, in the order of its columns.
EFFECTS = COEFFICIENTS.index("offset")
AT = {name: place for place, name in enumerate(COEFFICIENTS)}
#: What a milestone means, as a number.
OPERATION, START, POWER = 0, 1, 2
#: How much of a normal part's variance a t with four degrees of freedom needs for the same P10 to P90.
_NORMAL_IN_T = float(normal_ppf(np.asarray(0.9)) / t4_ppf(np.asarray(0.9))) ** 2
#: Slips beyond e^3 times the planned time are cut: never coming at all is cancellation's part.
_MOST = 3.0


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


def _share(plans: Plans, offset: Array) -> Array:
    """What the effect of the window is multiplied by: its half width in parts of the planned time, (offset, plan)."""
    return np.asarray(plans.window / (np.maximum(plans.lead, 0.0) + offset[:, None]))


def _mean(effects: Array, columns: Array, share: Array) -> Array:
    """x b of equation (1) of `fit_slips`: (chain, plan)."""
    return np.asarray(effects @ columns.T + effects[:, AT["window"], None] * share)


def _log_ratio(taken: Array, lead: Array, offset: Array) -> Array:
    return np.asarray(np.log((np.maximum(taken, 0.5) + offset[:, None]) / (np.maximum(lead, 0.0) + offset[:, None])))


class _State(NamedTuple):
    """One state of all chains: (chain, ...) each."""

    effects: Array
    owner: Array
    project: Array
    offset: Array
    variance: Array
    variance_owner: Array
    variance_project: Array
    scale: Array
    value: Array


def fit_slips(
    plans: Plans, outcomes: Outcomes, keep: Array, middle: Array, width: Array, samples: int, seed: int = SEED
) -> dict[str, Array]:
    """Samples of the posterior of the slip model, for several selections of the records at once.

    y = ln((taken + c) / (planned + c)) = x b + u_owner + v_project + e             (1)
    u ~ normal(0, s_u), v ~ normal(0, s_v), e ~ s t_4                               (2)

    planned and taken run from the day the plan was published; c (offset) lets short promises slip by weeks. A plan not reached by the last
    look counts as "at least so long", so does one given up. b: kind of project, width of the planned window in parts of the planned time,
    later plan, third party's forecast, milestone. b and ln c have normal priors (`middle`, `width`, by coefficient), the variances inverse
    gamma ones of shape 2 with the mean middle^2: few records stay wide. keep: (selection, record), 1 where a record counts.

    Each of `samples` chains per selection makes SWEEPS sweeps of Gibbs sampling (latent values of open records, effects, owners, projects,
    variances, weights of the t, c by one Metropolis step); its last state is one sample, so samples are independent and the same seed
    gives the same bits. Returns coefficients (selection, sample, coefficient) with the owner's part at zero, and each owner's effect
    (selection, sample, owner). Sources: Chib (1992), J. Econometrics 51, p. 79 (censored values); Geweke (1993), J. Appl. Econometrics 8,
    p. S19 (t as a mixture of normals); Gelman and Hill (2006), ch. 18 (varying intercepts). The priors are assumptions.
    """
    rng = np.random.default_rng(seed)
    mask = np.repeat(np.asarray(keep, dtype=np.float64), samples, axis=0)
    groups = (
        np.eye(int(outcomes.owner.max()) + 1)[outcomes.owner.astype(int)],
        np.eye(int(outcomes.project.max()) + 1)[outcomes.project.astype(int)],
    )
    state = _first_state(plans, outcomes, groups, mask, middle)
    for _ in range(SWEEPS):
        state = _sweep(state, plans, outcomes, groups, mask, middle, width, rng)
    spreads = np.sqrt(np.stack([state.variance, state.variance_owner, state.variance_project], axis=1))
    fresh = np.stack([np.zeros(len(mask)), spreads[:, 1]], axis=1)
    table = np.concatenate([state.effects, state.offset[:, None], spreads, fresh], axis=1)
    shape = (len(keep), samples)
    return {"coefficients": table.reshape(*shape, -1), "owners": state.owner.reshape(*shape, -1)}


def _first_state(plans: Plans, outcomes: Outcomes, groups: tuple[Array, Array], mask: Array, middle: Array) -> _State:
    chains, count = mask.shape
    offset = np.full(chains, middle[AT["offset"]])
    variance = [np.full(chains, middle[AT[name]] ** 2) for name in ("spread", "spread_owner", "spread_project")]
    owner, project = (np.zeros((chains, part.shape[1])) for part in groups)
    value = _log_ratio(outcomes.taken[None, :], plans.lead[None, :], offset)
    return _State(
        np.tile(middle[:EFFECTS], (chains, 1)),
        owner,
        project,
        offset,
        variance[0],
        variance[1],
        variance[2],
        np.ones((chains, count)),
        value,
    )


def _sweep(
    state: _State, plans: Plans, outcomes: Outcomes, groups: tuple[Array, Array], mask: Array, middle: Array, width: Array,
    rng: np.random.Generator,
) -> _State:  # fmt: skip
    """One sweep of the sampler over all parts of the state."""
    columns, share = _columns(plans), _share(plans, state.offset)
    by_owner, by_project = (groups[0].argmax(axis=1), groups[1].argmax(axis=1))
    others = state.owner[:, by_owner] + state.project[:, by_project]
    fit = _mean(state.effects, columns, share) + others
    value = _open_values(state, plans, outcomes, fit, rng)
    scale = rng.gamma((FREEDOM + 1.0) / 2.0, size=mask.shape) / ((FREEDOM + (value - fit) ** 2 / state.variance[:, None]) / 2.0)
    weight = scale * mask / state.variance[:, None]
    effects = _effects(columns, share, value - others, weight, middle[:EFFECTS], width[:EFFECTS], rng)
    plain = value - _mean(effects, columns, share)
    owner = _group_effects(plain - state.project[:, by_project], weight, groups[0], state.variance_owner, rng)
    project = _group_effects(plain - owner[:, by_owner], weight, groups[1], state.variance_project, rng)
    others = owner[:, by_owner] + project[:, by_project]
    left = plain - others
    variance = _variance((scale * mask * left**2).sum(axis=1), mask.sum(axis=1), middle[AT["spread"]], rng)
    of_owner = _variance((owner**2).sum(axis=1), np.full(len(mask), owner.shape[1]), middle[AT["spread_owner"]], rng)
    of_project = _variance((project**2).sum(axis=1), np.full(len(mask), project.shape[1]), middle[AT["spread_project"]], rng)
    made = _State(effects, owner, project, state.offset, variance, of_owner, of_project, scale, value)
    return _moved_offset(made, plans, outcomes, others, mask, float(middle[AT["offset"]]), float(width[AT["offset"]]), rng)


def _open_values(state: _State, plans: Plans, outcomes: Outcomes, fit: Array, rng: np.random.Generator) -> Array:
    """The values as recorded; those of open records drawn from the part of their distribution above what has passed already."""
    known = _log_ratio(outcomes.taken[None, :], plans.lead[None, :], state.offset)
    spread = np.sqrt(state.variance[:, None] / state.scale)
    least = (known - fit) / spread
    above = -normal_ppf(np.clip(normal_cdf(-least) * rng.random(fit.shape), 1e-300, 1.0 - 1e-16))
    return np.where(outcomes.reached[None, :] > 0.5, known, fit + spread * np.maximum(above, least))


def _effects(columns: Array, share: Array, value: Array, weight: Array, middle: Array, width: Array, rng: np.random.Generator) -> Array:
    """A draw of the effects given all else: normal, precision X'WX + prior."""
    window, count = AT["window"], columns.shape[1]
    prior = np.diag(width**-2.0)
    pairs = (columns[:, :, None] * columns[:, None, :]).reshape(len(columns), -1)
    cross = (weight * share) @ columns
    precision = (weight @ pairs).reshape(-1, count, count) + prior
    precision[:, window, :] += cross
    precision[:, :, window] += cross
    precision[:, window, window] += (weight * share**2).sum(axis=1)
    towards = (weight * value) @ columns + prior @ middle
    towards[:, window] += (weight * value * share).sum(axis=1)
    root = np.swapaxes(np.linalg.cholesky(precision), 1, 2)
    chance = rng.standard_normal(towards.shape)
    return np.asarray((np.linalg.solve(precision, towards[..., None]) + np.linalg.solve(root, chance[..., None]))[..., 0])


def _group_effects(value: Array, weight: Array, groups: Array, variance: Array, rng: np.random.Generator) -> Array:
    """A draw of each group's effect given all else; of a group without records its prior."""
    precision = weight @ groups + 1.0 / variance[:, None]
    return np.asarray((weight * value) @ groups / precision + rng.standard_normal(precision.shape) / np.sqrt(precision))


def _variance(squares: Array, count: Array, middle: float, rng: np.random.Generator) -> Array:
    """A draw of a variance: inverse gamma of shape 2 with the mean middle^2, and what the squares say."""
    return np.asarray((middle**2 + squares / 2.0) / rng.gamma(2.0 + count / 2.0))


def _moved_offset(
    state: _State, plans: Plans, outcomes: Outcomes, others: Array, mask: Array, middle: float, width: float, rng: np.random.Generator
) -> _State:
    """One Metropolis step of the offset, its logarithm normal around that of `middle`; the time taken stays as it is."""
    columns, lead = _columns(plans), np.maximum(plans.lead, 0.0)[None, :]
    taken = (lead + state.offset[:, None]) * np.exp(np.minimum(state.value, _MOST)) - state.offset[:, None]

    def likely(offset: Array) -> Array:
        value = np.log((np.maximum(taken, 0.5) + offset[:, None]) / (lead + offset[:, None]))
        left = value - _mean(state.effects, columns, _share(plans, offset)) - others
        data = -0.5 * state.scale * left**2 / state.variance[:, None] - np.log(np.maximum(taken, 0.5) + offset[:, None])
        return np.asarray((mask * data).sum(axis=1) - 0.5 * (np.log(offset / middle) / width) ** 2)

    tried = state.offset * np.exp(0.4 * rng.standard_normal(len(mask)))
    better = np.log(rng.random(len(mask))) < likely(tried) - likely(state.offset)
    return state._replace(offset=np.where(better, tried, state.offset))


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
    mean = _mean(world[:, :EFFECTS], _columns(plans), _share(plans, world[:, AT["offset"]]))
    return np.asarray(mean + world[:, AT["owner"], None])


def scale(world: Array) -> Array:
    """Scale of the slip of one plan in worlds, its owner's, its project's and its own part together: (draw).

    s^2 = spread^2 + k (owner_spread^2 + spread_project^2)                          (1)

    k makes the normal parts agree with the t at P10 and P90.
    """
    normal = world[:, AT["owner_spread"]] ** 2 + world[:, AT["spread_project"]] ** 2
    return np.asarray(np.sqrt(world[:, AT["spread"]] ** 2 + _NORMAL_IN_T * normal))


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
    taken = start * np.exp(np.minimum(place + scale * t4_ppf(at), _MOST)) - offset
    return np.asarray(np.where(known, np.maximum(taken, waited), taken))
