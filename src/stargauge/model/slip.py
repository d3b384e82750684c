"""How planned dates slip: a hierarchical regression with open records, sampled by many short Gibbs chains side by side, and its use.

How a tracker revises its own dates is another process: `tracker`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.normal import normal_cdf, normal_ppf
from stargauge.quantity.quantity import COEFFICIENTS, PROJECT_KINDS, STAGES, quantity
from stargauge.quantity.sequence import followed
from stargauge.quantity.student import FREEDOM, t4_cdf, t4_ppf

Array = NDArray[np.float64]

#: What a fit of slips starts from, and how many sweeps each chain makes before its state is kept.
SEED, SWEEPS = 2025_01_21, 200
#: The effects of a regression, in the order of its columns.
EFFECTS = COEFFICIENTS.index("offset")
_AT = {name: place for place, name in enumerate(COEFFICIENTS)}
_OPERATION, _START, _POWER = 0, 1, 2
_PHYSICAL, _WORDS = (
    (STAGES.index("under_construction"), STAGES.index("energised"), STAGES.index("operational")),
    (_START, _POWER, _OPERATION),
)
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


# --- the records ------------------------------------------------------------------------------------------------------------------


@quantity("1", "record")
def slip_plans(
    slip_record_lead: Array, slip_record_window: Array, slip_record_group: Array, slip_record_stage: Array, slip_record_replan: Array,
    slip_record_tracker: Array,
) -> Plans:  # fmt: skip
    """The plans of the records, side by side. Axes: record. Units: as its parts."""
    return Plans(slip_record_lead, slip_record_window, slip_record_group, slip_record_stage, slip_record_replan, slip_record_tracker)


@quantity("1", "record")
def slip_outcomes(
    slip_record_taken: Array, slip_record_reached: Array, slip_record_owner: Array, slip_record_project: Array, slip_record_frame: Array
) -> Outcomes:
    """What came of the plans, side by side. Axes: record. Units: as its parts."""
    return Outcomes(slip_record_taken, slip_record_reached, slip_record_owner, slip_record_project, slip_record_frame)


# --- the fit ----------------------------------------------------------------------------------------------------------------------


def _terms(plans: Plans, offset: Array) -> Array:
    """What each effect is multiplied by: (offset's shape, plan, effect). The window counts in parts of the planned time."""
    kinds = [plans.group == kind for kind in range(1, len(PROJECT_KINDS))]
    rest = [plans.replan, plans.tracker, plans.stage == _START, plans.stage == _POWER]
    share = plans.window / (np.maximum(plans.lead, 0.0) + offset[..., None])
    fixed = [np.ones(plans.lead.shape), *kinds]
    columns = [np.broadcast_to(part, share.shape) for part in (*fixed, share, *rest)]
    return np.stack(columns, axis=-1).astype(np.float64)


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
    offset = np.full(chains, middle[_AT["offset"]])
    variance = [np.full(chains, middle[_AT[name]] ** 2) for name in ("spread", "spread_owner", "spread_project")]
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
    terms = _terms(plans, state.offset)
    by_owner, by_project = (groups[0].argmax(axis=1), groups[1].argmax(axis=1))
    others = state.owner[:, by_owner] + state.project[:, by_project]
    fit = np.einsum("bnp,bp->bn", terms, state.effects) + others
    value = _open_values(state, plans, outcomes, fit, rng)
    scale = rng.gamma((FREEDOM + 1.0) / 2.0, size=mask.shape) / ((FREEDOM + (value - fit) ** 2 / state.variance[:, None]) / 2.0)
    weight = scale * mask / state.variance[:, None]
    effects = _effects(terms, value - others, weight, middle[:EFFECTS], width[:EFFECTS], rng)
    plain = value - np.einsum("bnp,bp->bn", terms, effects)
    owner = _group_effects(plain - state.project[:, by_project], weight, groups[0], state.variance_owner, rng)
    project = _group_effects(plain - owner[:, by_owner], weight, groups[1], state.variance_project, rng)
    others = owner[:, by_owner] + project[:, by_project]
    left = plain - others
    variance = _variance((scale * mask * left**2).sum(axis=1), mask.sum(axis=1), middle[_AT["spread"]], rng)
    of_owner = _variance((owner**2).sum(axis=1), np.full(len(mask), owner.shape[1]), middle[_AT["spread_owner"]], rng)
    of_project = _variance((project**2).sum(axis=1), np.full(len(mask), project.shape[1]), middle[_AT["spread_project"]], rng)
    made = _State(effects, owner, project, state.offset, variance, of_owner, of_project, scale, value)
    return _moved_offset(made, plans, outcomes, others, mask, float(middle[_AT["offset"]]), float(width[_AT["offset"]]), rng)


def _open_values(state: _State, plans: Plans, outcomes: Outcomes, fit: Array, rng: np.random.Generator) -> Array:
    """The values as recorded; those of open records drawn from the part of their distribution above what has passed already."""
    known = _log_ratio(outcomes.taken[None, :], plans.lead[None, :], state.offset)
    spread = np.sqrt(state.variance[:, None] / state.scale)
    least = (known - fit) / spread
    above = -normal_ppf(np.clip(normal_cdf(-least) * rng.random(fit.shape), 1e-300, 1.0 - 1e-16))
    return np.where(outcomes.reached[None, :] > 0.5, known, fit + spread * np.maximum(above, least))


def _effects(terms: Array, value: Array, weight: Array, middle: Array, width: Array, rng: np.random.Generator) -> Array:
    """A draw of the effects given all else: normal, precision X'WX + prior."""
    prior = np.diag(width**-2.0)
    weighted = terms * weight[..., None]
    precision = np.swapaxes(weighted, 1, 2) @ terms + prior
    towards = (weighted * value[..., None]).sum(axis=1) + prior @ middle
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
    lead = np.maximum(plans.lead, 0.0)[None, :]
    taken = (lead + state.offset[:, None]) * np.exp(np.minimum(state.value, _MOST)) - state.offset[:, None]

    def likely(offset: Array) -> Array:
        value = np.log((np.maximum(taken, 0.5) + offset[:, None]) / (lead + offset[:, None]))
        left = value - np.einsum("bnp,bp->bn", _terms(plans, offset), state.effects) - others
        data = -0.5 * state.scale * left**2 / state.variance[:, None] - np.log(np.maximum(taken, 0.5) + offset[:, None])
        return np.asarray((mask * data).sum(axis=1) - 0.5 * (np.log(offset / middle) / width) ** 2)

    tried = state.offset * np.exp(0.4 * rng.standard_normal(len(mask)))
    better = np.log(rng.random(len(mask))) < likely(tried) - likely(state.offset)
    return state._replace(offset=np.where(better, tried, state.offset))


@quantity("1", "refit sample coefficient")
def slip_fit(
    slip_fit_shipped: Array,
    slip_plans: Plans,
    slip_outcomes: Outcomes,
    slip_owner: Array,
    slip_prior_middle: Array,
    slip_prior_width: Array,
) -> Array:
    """How planned dates slip: samples of the fitted coefficients, for all records and without each group of them.

    The fit of `fit_slips`, as shipped for the records known where there is one. `owner` and `owner_spread`: effect of the programme's own
    owner, where earlier records tell of it, else a new owner's. Units: 1 (offset: d). Axes: refit, sample, coefficient.
    Source: the catalogue's plan-to-actual records; the priors are assumptions. Leaves out: what one site's records say of that site.
    """
    if not np.isnan(slip_fit_shipped).any():
        return slip_fit_shipped
    refits, samples, _ = slip_fit_shipped.shape
    keep = np.array([slip_outcomes.frame != refit for refit in range(refits)], dtype=np.float64)
    made = fit_slips(slip_plans, slip_outcomes, keep, slip_prior_middle, slip_prior_width, samples)
    return with_owner(made["coefficients"], made["owners"], int(slip_owner))


def with_owner(coefficients: Array, owners: Array, owner: int) -> Array:
    """Coefficients with the effect of one owner, as its mean and spread over the samples; as they are for an owner without records (-1)."""
    out = coefficients.copy()
    if owner >= 0:
        out[..., _AT["owner"]] = owners[..., owner].mean(axis=-1, keepdims=True)
        out[..., _AT["owner_spread"]] = owners[..., owner].std(axis=-1, keepdims=True)
    return out


# --- what it says of a plan -------------------------------------------------------------------------------------------------------


@quantity("1", "draw coefficient")
def slip_world(slip_fit: Array, slip_refit: Array, slip_sample: Array) -> Array:
    """The coefficients that a world slips by: one sample of one refit. Axes: draw, coefficient. Units: 1 (offset: d)."""
    samples = slip_fit.shape[1]
    return np.asarray(slip_fit[slip_refit.astype(np.int64), np.minimum((slip_sample * samples).astype(np.int64), samples - 1)])


def location(world: Array, plans: Plans) -> Array:
    """Middle of ln((taken + c) / (planned + c)) for plans in worlds: x b + owner, (draw, plan)."""
    terms = _terms(plans, world[:, _AT["offset"]])
    return np.asarray(np.einsum("dpe,de->dp", terms, world[:, :EFFECTS]) + world[:, _AT["owner"], None])


@quantity("1", "draw")
def slip_scale(slip_world: Array) -> Array:
    """Scale of the slip of one plan, its owner's, its project's and its own part together.

    s^2 = spread^2 + k (owner_spread^2 + spread_project^2)                          (1)

    k makes the normal parts agree with the t at P10 and P90. Axes: draw. Units: 1.
    """
    normal = slip_world[:, _AT["owner_spread"]] ** 2 + slip_world[:, _AT["spread_project"]] ** 2
    return np.asarray(np.sqrt(slip_world[:, _AT["spread"]] ** 2 + _NORMAL_IN_T * normal))


@quantity("1", "draw phase")
def slip_chance(slip_world: Array, slip_programme: Array, slip_site: Array, slip_phase: Array, phase_site: Array) -> Array:
    """Where each phase's slip falls in its distribution, 0 (early) to 1 (late): shared by programme and site as in the records.

    u = Phi((s_u z_programme + s_v z_site + s_e z_phase) / sqrt(s_u^2 + s_v^2 + s_e^2))      (1)

    Axes: draw, phase. Units: 1. Source: equation (2) of `fit_slips`.
    """
    owner, project, own = (slip_world[:, _AT[name], None] for name in ("owner_spread", "spread_project", "spread"))
    mixed = owner * slip_programme[:, None] + project * slip_site[:, phase_site.astype(np.int64)] + own * slip_phase
    return normal_cdf(mixed / np.sqrt(owner**2 + project**2 + own**2))


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


@quantity("d", "draw stage phase")
def plan_published(phase_plan_published: Array, phase_site: Array) -> Array:
    """Day on which the plan of each phase and stage was published; an interpolated plan has that of the next stated phase of its site.

    Axes: draw, stage, phase. Units: d.
    """
    out = np.full_like(phase_plan_published, np.nan)
    for stage in _PHYSICAL:
        out[:, stage] = followed(phase_plan_published[:, stage], phase_site)
    return out


@quantity("1", "draw stage phase")
def plan_effect(
    planned_date: Array, plan_published: Array, phase_plan_window: Array, phase_plan_again: Array, phase_plan_tracked: Array,
    phase_site: Array, slip_world: Array,
) -> Array:  # fmt: skip
    """Middle of the slip of each plan, equation (1) of `fit_slips` for a phase of an AI campus.

    Axes: draw, stage, phase. Units: 1; NaN where there is no plan. A plan between two stated ones takes over the terms of the next.
    """
    out = np.full_like(planned_date, np.nan)
    campus = np.full(planned_date.shape[2], float(PROJECT_KINDS.index("ai_campus")))
    for stage, word in zip(_PHYSICAL, _WORDS, strict=True):
        window, again, tracked = (
            followed(part[None, stage], phase_site)[0] for part in (phase_plan_window, phase_plan_again, phase_plan_tracked)
        )
        lead = planned_date[:, stage] - plan_published[:, stage]
        out[:, stage] = location(slip_world, Plans(lead, window, campus, np.full_like(campus, word), again, tracked))
    return out


@quantity("d", "draw stage phase")
def slipped_date(
    planned_date: Array, plan_published: Array, plan_effect: Array, slip_scale: Array, slip_chance: Array, slip_world: Array,
    site_observed_through: Array, phase_site: Array,
) -> Array:  # fmt: skip
    """Date at which a planned stage comes: plan plus slip (`slipped`), given that it had not come when the site was last looked at.

    A plan published after its own date counts from that date. Axes: draw, stage, phase. Units: d; NaN where there is no plan.
    Leaves out: what the look at one phase says of the others of its site.
    """
    seen = site_observed_through[phase_site.astype(np.int64)][None, :]
    offset, scale = slip_world[:, _AT["offset"], None], slip_scale[:, None]
    out = np.full_like(planned_date, np.nan)
    for stage in _PHYSICAL:
        plan, said = planned_date[:, stage], np.fmin(plan_published[:, stage], planned_date[:, stage])
        if not np.isnan(plan).all():
            out[:, stage] = said + slipped(slip_chance, plan_effect[:, stage], scale, plan - said, offset, seen - said)
    return out
