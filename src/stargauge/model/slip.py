"""How planned dates slip: a hierarchical regression with open records, sampled by many short Gibbs chains side by side, and its use.

How a tracker revises its own dates is another process: `tracker`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import PROJECT_KINDS, STAGES, quantity
from stargauge.quantity.schedule.slip import AT, OPERATION, POWER, START, Outcomes, Plans, fit_slips, location, scale, slipped, with_owner
from stargauge.quantity.sequence import followed, places_in_site
from stargauge.quantity.statistics.normal import normal_cdf, normal_ppf
from stargauge.quantity.statistics.student import t4_cdf

Array = NDArray[np.float64]

#: The physical stages on the stage axis, and what they mean as milestones of a record.
_PHYSICAL = tuple(STAGES.index(name) for name in ("under_construction", "energised", "operational"))
_WORDS = (START, POWER, OPERATION)
_OPERATIONAL = _PHYSICAL[-1]
#: Strata among which the part that a site shares is drawn.
_STRATA = 16


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


# --- what it says of a plan -------------------------------------------------------------------------------------------------------


@quantity("1", "draw coefficient")
def slip_world(slip_fit: Array, slip_refit: Array, slip_sample: Array) -> Array:
    """The coefficients that a world slips by: one sample of one refit. Axes: draw, coefficient. Units: 1 (offset: d)."""
    samples = slip_fit.shape[1]
    return np.asarray(slip_fit[slip_refit.astype(np.int64), np.minimum((slip_sample * samples).astype(np.int64), samples - 1)])


@quantity("1", "draw")
def slip_scale(slip_world: Array) -> Array:
    """Scale of the slip of one plan, its owner's, its project's and its own part together. Axes: draw. Units: 1. Source: `scale`."""
    return scale(slip_world)


@quantity("d", "draw stage phase")
def plan_published(phase_plan_published: Array, phase_site: Array, phase_designed: Array) -> Array:
    """Day on which the plan of each phase and stage was published; an interpolated plan has that of the next stated phase of its site.

    Axes: draw, stage, phase. Units: d.
    """
    out = np.full_like(phase_plan_published, np.nan)
    for stage in _PHYSICAL:
        out[:, stage] = _taken_over(phase_plan_published[:, stage], phase_site, phase_designed)
    return out


def _taken_over(values: Array, phase_site: Array, phase_designed: Array) -> Array:
    """What plans between stated ones take over from the next, `followed`; what is designed here keeps its own and lends nothing."""
    designed = phase_designed > 0.5
    return np.where(designed, values, followed(np.where(designed, np.nan, values), phase_site))


@quantity("1", "draw stage phase")
def plan_effect(
    planned_date: Array, plan_published: Array, phase_plan_window: Array, phase_plan_again: Array, phase_plan_tracked: Array,
    phase_site: Array, slip_world: Array, phase_designed: Array,
) -> Array:  # fmt: skip
    """Middle of the slip of each plan, equation (1) of `fit_slips` for a phase of an AI campus.

    Axes: draw, stage, phase. Units: 1; NaN where there is no plan. A plan between two stated ones takes over the terms of the next.
    """
    out = np.full_like(planned_date, np.nan)
    campus = np.full(planned_date.shape[2], float(PROJECT_KINDS.index("ai_campus")))
    for stage, word in zip(_PHYSICAL, _WORDS, strict=True):
        window, again, tracked = (
            _taken_over(part[None, stage], phase_site, phase_designed)[0]
            for part in (phase_plan_window, phase_plan_again, phase_plan_tracked)
        )
        lead = planned_date[:, stage] - plan_published[:, stage]
        out[:, stage] = location(slip_world, Plans(lead, window, campus, np.full_like(campus, word), again, tracked))
    return out


# --- what looks at a site say -----------------------------------------------------------------------------------------------------


def _place_of(date: Array, planned: Array, published: Array, effect: Array, spread: Array, offset: Array) -> Array:
    """Where a date falls in the distribution of the slip of its plan, as a standard normal deviate."""
    ratio = (np.maximum(date - published, 0.0) + offset[:, None]) / (np.maximum(planned - published, 0.0) + offset[:, None])
    chance = t4_cdf((np.log(ratio) - effect) / spread[:, None])
    return np.asarray(normal_ppf(np.clip(chance, 1e-9, 1.0 - 1e-9)))


@quantity("1", "draw phase")
def slip_ruled_out(
    phase_date_planned: Array, plan_published: Array, plan_effect: Array, slip_scale: Array, slip_world: Array, observed_date: Array,
    site_observed_through: Array, phase_site: Array, phase_designed: Array,
) -> Array:  # fmt: skip
    """How small the slip of a phase cannot be, as a standard normal deviate: what was planned had not come at the last look.

    Nor when the plan was published.
    The largest over its stages that have a stated plan and were not seen. Axes: draw, phase. Units: 1; minus infinity where nothing is
    ruled out, as of a plan that is designed here: nobody has looked for what it says.
    """
    seen = site_observed_through[phase_site.astype(np.int64)][None, :]
    out = np.full((len(observed_date), observed_date.shape[2]), -np.inf)
    for stage in _PHYSICAL:
        plan, said = phase_date_planned[:, stage], np.fmin(plan_published[:, stage], phase_date_planned[:, stage])
        at = _place_of(np.fmax(seen, said), plan, said, plan_effect[:, stage], slip_scale, slip_world[:, AT["offset"]])
        out = np.where(np.isnan(observed_date[:, stage]) & (phase_designed < 0.5), np.fmax(out, at), out)
    return out


def _parts(slip_world: Array) -> tuple[Array, Array, Array, Array]:
    """Weights of the parts of a slip that programme, site and phase share, and their root sum of squares: (draw, 1) each."""
    owner, project, own = (slip_world[:, AT[name], None] for name in ("owner_spread", "spread_project", "spread"))
    return owner, project, own, np.sqrt(owner**2 + project**2 + own**2)


@quantity("1", "draw site")
def slip_site_seen(
    slip_world: Array, slip_programme: Array, slip_site: Array, slip_site_pick: Array, slip_ruled_out: Array, phase_site: Array
) -> Array:
    """The part of the slip that a site shares, given that what was planned for its buildings had not come at the last look.

    p(z | look) ~ phi(z) (1 - Phi((r s - s_u z_programme - s_v z) / s_e))                                        (1)

    r: the largest slip ruled out at the site; it counts once, as buildings of a site slip together. Drawn among strata of z. Axes: draw,
    site. Units: 1. Source: Bayes' rule on equation (2) of `fit_slips`. What came says nothing here: it is in the records of the fit.
    """
    owner, project, own, norm = _parts(slip_world)
    here = [phase_site == site for site in range(slip_site.shape[1])]
    least = np.stack([np.max(slip_ruled_out[:, own_phases], axis=1, initial=-np.inf) for own_phases in here], axis=1)
    strata = normal_ppf(np.clip((np.arange(_STRATA) + normal_cdf(slip_site)[..., None]) / _STRATA, 1e-9, 1.0 - 1e-9))
    rest = (owner * slip_programme[:, None])[..., None] + project[..., None] * strata
    weight = 1.0 - normal_cdf((least[..., None] * norm[..., None] - rest) / own[..., None])
    below = np.cumsum(np.maximum(weight, 1e-300), axis=-1)
    place = (below < slip_site_pick[..., None] * below[..., -1:]).sum(axis=-1)
    return np.asarray(np.take_along_axis(strata, np.minimum(place, _STRATA - 1)[..., None], axis=-1)[..., 0])


@quantity("1", "draw phase")
def slip_own(
    slip_world: Array, slip_programme: Array, slip_site_seen: Array, slip_phase: Array, slip_ruled_out: Array, plan_near: Array,
    phase_site: Array,
) -> Array:  # fmt: skip
    """The part of the slip that is a phase's own, near to that of the building before it, and not smaller than the look at it allows.

    z_k = rho z_(k-1) + sqrt(1 - rho^2) e_k, rho: `plan_near`                                                    (1)

    Axes: draw, phase. Units: 1.
    """
    owner, project, own, norm = _parts(slip_world)
    shared = owner * slip_programme[:, None] + project * slip_site_seen[:, phase_site.astype(np.int64)]
    least, chance = (slip_ruled_out * norm - shared) / own, normal_cdf(slip_phase)
    out, turn = np.zeros_like(slip_phase), places_in_site(phase_site)
    for phases in (np.flatnonzero(turn == place) for place in range(turn.max(initial=-1) + 1)):  # sites beside one another
        rho = plan_near[:, phases]
        middle, left = rho * out[:, phases - 1], np.sqrt(np.maximum(1.0 - rho**2, 1e-6))
        ruled_out = normal_cdf((least[:, phases] - middle) / left)
        at = np.clip(ruled_out + (1.0 - ruled_out) * chance[:, phases], 1e-9, 1.0 - 1e-9)
        out[:, phases] = middle + left * normal_ppf(at)
    return out


@quantity("1", "draw phase")
def plan_near(
    planned_date: Array, plan_published: Array, observed_date: Array, building_memory: Array, phase_site: Array, phase_designed: Array
) -> Array:
    """How much a phase's own troubles are those of the building before it: exp(-(|plan - plan'| + |published - published'|) / memory).

    Axes: draw, phase. Units: 1; nought for the first of a site, without a plan, after a building that runs: the next one's plan knows
    of it, and beside one that is designed here. That what holds up one building holds up those planned near it is an assumption, and so is
    the memory.
    """
    out = np.zeros((len(planned_date), planned_date.shape[2]))
    index = phase_site.astype(np.int64)
    plan, said = (_last_planned(values, planned_date) for values in (planned_date, plan_published))
    apart = np.abs(np.diff(plan, axis=1)) + np.abs(np.diff(said, axis=1))
    told = phase_designed < 0.5
    open_before = np.isnan(observed_date[:, _OPERATIONAL, :-1]) & (index[1:] == index[:-1]) & told[1:] & told[:-1]
    out[:, 1:] = np.where(open_before, np.nan_to_num(np.exp(-apart / building_memory[:, None])), 0.0)
    return out


def _last_planned(values: Array, planned: Array) -> Array:
    """Of values (draw, stage, phase) those of the last stage that has a plan: (draw, phase)."""
    out = values[:, _PHYSICAL[0]]
    for stage in _PHYSICAL[1:]:
        out = np.where(np.isnan(planned[:, stage]), out, values[:, stage])
    return out


@quantity("1", "draw phase")
def slip_chance(slip_world: Array, slip_programme: Array, slip_site_seen: Array, slip_own: Array, phase_site: Array) -> Array:
    """Where each phase's slip falls in its distribution, 0 (early) to 1 (late): shared by programme and site as in the records.

    u = Phi((s_u z_programme + s_v z_site + s_e z_phase) / sqrt(s_u^2 + s_v^2 + s_e^2))      (1)

    Axes: draw, phase. Units: 1. Source: equation (2) of `fit_slips`.
    """
    owner, project, own, norm = _parts(slip_world)
    mixed = owner * slip_programme[:, None] + project * slip_site_seen[:, phase_site.astype(np.int64)] + own * slip_own
    return normal_cdf(mixed / norm)


@quantity("d", "draw stage phase")
def slipped_date(
    planned_date: Array, phase_date_planned: Array, plan_published: Array, plan_effect: Array, slip_scale: Array, slip_chance: Array,
    slip_world: Array, site_observed_through: Array, phase_site: Array, phase_designed: Array,
) -> Array:  # fmt: skip
    """Date at which a planned stage comes: plan plus slip (`slipped`), after the last look, buildings of a site in their order.

    The chance knows already what the looks ruled out of stated plans; plans between them are given the look one by one. A plan published
    after its own date counts from that date; a building planned no
    sooner than the one before it does not come sooner. A start that is designed here slips as any plan does, but is not before the plan
    was made, keeps no order with others, and is never later for being planned sooner. Axes: draw, stage, phase. Units: d; NaN where there
    is no plan.
    """
    designed = phase_designed > 0.5
    seen = site_observed_through[phase_site.astype(np.int64)][None, :]
    offset, spread = slip_world[:, AT["offset"], None], slip_scale[:, None]
    out = np.full_like(planned_date, np.nan)
    for stage in _PHYSICAL:
        plan, said = planned_date[:, stage], np.fmin(plan_published[:, stage], planned_date[:, stage])
        if not np.isnan(plan).all():
            waited = np.where(np.isnan(phase_date_planned[:, stage]), seen - said, np.nan)
            made = said + slipped(slip_chance, plan_effect[:, stage], spread, plan - said, offset, waited)
            made = np.where(designed, np.maximum(made, np.fmax(plan_published[:, stage], seen)), made)
            out[:, stage] = _in_order(made, np.where(designed, np.nan, plan), phase_site)
    return out


def _in_order(date: Array, plan: Array, phase_site: Array) -> Array:
    """Dates of the phases of each site, none before that of the phase before it if it is planned no sooner."""
    out, turn = date.copy(), places_in_site(phase_site)
    for phases in (np.flatnonzero(turn == place) for place in range(1, turn.max(initial=0) + 1)):  # sites beside one another
        own, before = out[:, phases], out[:, phases - 1]
        later = plan[:, phases] >= plan[:, phases - 1]
        out[:, phases] = np.where(later, np.fmax(own, np.where(np.isnan(own), np.nan, before)), own)
    return out
