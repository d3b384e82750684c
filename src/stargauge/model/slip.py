"""How planned dates slip: a hierarchical regression with open records, sampled by many short Gibbs chains side by side, and its use.

How a tracker revises its own dates is another process: `tracker`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.normal import normal_cdf
from stargauge.quantity.quantity import PROJECT_KINDS, STAGES, quantity
from stargauge.quantity.sequence import followed
from stargauge.quantity.slip import AT, OPERATION, POWER, START, Outcomes, Plans, fit_slips, location, scale, slipped, with_owner

Array = NDArray[np.float64]

#: The physical stages on the stage axis, and what they mean as milestones of a record.
_PHYSICAL = tuple(STAGES.index(name) for name in ("under_construction", "energised", "operational"))
_WORDS = (START, POWER, OPERATION)


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


@quantity("1", "draw phase")
def slip_chance(slip_world: Array, slip_programme: Array, slip_site: Array, slip_phase: Array, phase_site: Array) -> Array:
    """Where each phase's slip falls in its distribution, 0 (early) to 1 (late): shared by programme and site as in the records.

    u = Phi((s_u z_programme + s_v z_site + s_e z_phase) / sqrt(s_u^2 + s_v^2 + s_e^2))      (1)

    Axes: draw, phase. Units: 1. Source: equation (2) of `fit_slips`.
    """
    owner, project, own = (slip_world[:, AT[name], None] for name in ("owner_spread", "spread_project", "spread"))
    mixed = owner * slip_programme[:, None] + project * slip_site[:, phase_site.astype(np.int64)] + own * slip_phase
    return normal_cdf(mixed / np.sqrt(owner**2 + project**2 + own**2))


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
    offset, scale = slip_world[:, AT["offset"], None], slip_scale[:, None]
    out = np.full_like(planned_date, np.nan)
    for stage in _PHYSICAL:
        plan, said = planned_date[:, stage], np.fmin(plan_published[:, stage], planned_date[:, stage])
        if not np.isnan(plan).all():
            out[:, stage] = said + slipped(slip_chance, plan_effect[:, stage], scale, plan - said, offset, seen - said)
    return out
