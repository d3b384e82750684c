"""When each phase reaches each stage, and what stands at each month end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import PROJECT_KINDS, STAGES, quantity
from stargauge.quantity.schedule.builds import MiddleAndSpread
from stargauge.quantity.sequence import earliest_from_here, spread_evenly
from stargauge.quantity.timeline import standing, steps

Array = NDArray[np.float64]

_ANNOUNCED, _START, _ENERGISED, _OPERATIONAL = (STAGES.index(s) for s in ("announced", "under_construction", "energised", "operational"))


_PHYSICAL = (_START, _ENERGISED, _OPERATIONAL)
#: The stages after the announcement.
_LATER = slice(_ANNOUNCED + 1, None)


@quantity("d", "draw stage phase")
def planned_date(
    phase_date_planned: Array, phase_date_observed: Array, phase_site: Array, building_spacing: Array, phase_designed: Array
) -> Array:
    """Planned date of each phase and stage: as stated; between two stated phases of a site evenly spread; beyond them one spacing apart.

    plan_i = plan_a + (plan_b - plan_a) (i - a) / (b - a)                           (1)
    plan_i = plan_a + (i - a) spacing, after the last stated phase; starts of work before the first one too        (2)

    Power that nobody dated follows from the plan for operation where there is one. Axes: draw, stage, phase. Units: d. Absent (NaN) before
    the first stated phase, whose predecessors the network of activities dates. That buildings follow evenly is an assumption. Of a phase
    that is designed here only the start has a plan, its own; it lends no date to the others.
    """
    out, designed = np.full_like(phase_date_planned, np.nan), phase_designed > 0.5
    for stage in _PHYSICAL:
        stated, seen = phase_date_planned[:, stage], phase_date_observed[:, stage]
        told = np.where(designed, np.nan, np.where(np.isnan(seen), stated, seen))
        filled = spread_evenly(told, phase_site, building_spacing, backwards=stage == _START)
        filled = np.where(designed, stated if stage == _START else np.nan, filled)
        out[:, stage] = np.where(np.isnan(seen), filled, stated)
    spread = np.isnan(phase_date_planned[:, _ENERGISED]) & ~np.isnan(out[:, _OPERATIONAL])
    out[:, _ENERGISED] = np.where(spread, np.nan, out[:, _ENERGISED])
    return out


@quantity("d", "draw stage phase")
def observed_date(phase_date_observed: Array, phase_date_seen: Array, phase_redating: Array) -> Array:
    """Date of a stage that the record calls reached, within the band of its source.

    date = min(stated + re-dating, day of the look)                                 (1)

    A tracker that estimates a past date moves it later again (three editions of one tracker); a company's date is taken as stated. Never
    after the day on which it had been seen. Axes: draw, stage, phase. Units: d; NaN where nothing is recorded.
    """
    moved = phase_date_observed.copy()
    moved[:, _OPERATIONAL] += phase_redating
    return np.asarray(np.minimum(moved, np.fmax(phase_date_seen, phase_date_observed)))


@quantity("1", "draw")
def cancellation_rate_announced(
    slip_record_cancelled: Array, slip_record_taken: Array, slip_record_group: Array, cancellation_cases: Array, cancellation_years: Array,
    cancellation_rate_chance: Array,
) -> Array:  # fmt: skip
    """Share of announced projects without work on site that are cancelled within a year.

    rate ~ gamma(n0 + n, T0 + T)                                                    (1)

    n of our records of data centres and AI campuses were given up in the T years over which all of them were open; n0 and T0: the reference
    class, which counts as if it were so many cases. Axes: draw. Units: 1 (per year). Gamma quantiles by Wilson and Hilferty (1931), PNAS
    17,
    p. 684. A handful of cases is not a rate: it stays wide.
    """
    ours = slip_record_group <= PROJECT_KINDS.index("ai_campus")
    shape = float(cancellation_cases) + float(slip_record_cancelled[ours].sum())
    years = float(cancellation_years) + float(np.maximum(slip_record_taken[ours], 0.0).sum()) / 365.25
    cubed = np.maximum(1.0 - 1.0 / (9.0 * shape) + cancellation_rate_chance / np.sqrt(9.0 * shape), 0.0) ** 3
    return np.asarray(shape * cubed / years)


@quantity("1", "draw")
def cancellation_rate_building(cancellation_rate_announced: Array, cancellation_share_building: Array) -> Array:
    """Share of projects being built that are cancelled within a year: a part of the rate of announced ones. Axes: draw. Units: 1."""
    return cancellation_rate_announced * cancellation_share_building


@quantity("d", "draw phase")
def cancelled_date(
    phase_date_cancelled: Array, phase_date_placed: Array, site_observed_through: Array, site_known_from: Array, phase_site: Array,
    cancellation_site: Array, cancellation_rate_announced: Array, cancellation_rate_building: Array, uncancelled_date: Array,
) -> Array:  # fmt: skip
    """Day on which a phase is cancelled; infinity where it is not.

    t = t_seen - ln(1 - u) / rate, with one u per site                              (1)

    The rate is that of announced projects until work starts and that of projects being built until power is on; a recorded
    cancellation, and a pledge that got its sites, count as they are. Axes: draw, phase. Units: d.
    Source of the rates: the catalogue's reference classes.
    Leaves out: capacity that comes back under another name, and pauses that end.
    """
    index = phase_site.astype(np.int64)
    since = np.fmax(site_observed_through, site_known_from)[index][None, :]
    wait = -np.log1p(-cancellation_site)[:, index]
    start, power = uncancelled_date[:, _START], uncancelled_date[:, _ENERGISED]
    as_plan = since + wait / (cancellation_rate_announced[:, None] / 365.25)
    as_work = np.fmax(since, start) + wait / (cancellation_rate_building[:, None] / 365.25)
    drawn = np.where(as_plan < start, as_plan, np.where(as_work < power, as_work, np.inf))
    recorded = np.fmin(phase_date_cancelled, phase_date_placed[None, :])
    return np.where(np.isnan(recorded), drawn, recorded)


@quantity("d", "draw stage phase")
def uncancelled_date(
    observed_date: Array, slipped_date: Array, network_date: Array, phase_site: Array, site_observed_through: Array,
    energised_to_operational: Array, phase_date_placed: Array, phase_date_cancelled: Array, phase_designed: Array,
) -> Array:  # fmt: skip
    """Date of each physical stage if nothing is cancelled: observed, else planned and slipped, else by the network of activities.

    operational = energised + ramp where power has a date, else that of the network, but no later than that of the next planned phase
    (a phase that is designed here: whatever is planned after it);
    energised = operational - ramp where only operation
    has one, at least half-way through what is left of the build; then start <= energised <= operational.                          (1)

    What was not seen at the last look comes after it. Never (infinity): a pledge that got its sites, which is built there; a stage that was
    not on record when its phase was given up. Axes: draw, stage, phase. Units: d. Commercial stages: as recorded, absent (NaN) where
    nobody said.
    """
    out = observed_date.copy()
    seen = site_observed_through[phase_site.astype(np.int64)][None, :]
    best = np.where(np.isnan(observed_date), slipped_date, observed_date)
    power, runs = best[:, _ENERGISED], best[:, _OPERATIONAL]
    first = network_date[:, _START]
    lit, unplanned = np.isnan(observed_date[:, _ENERGISED]), np.isnan(power) & np.isnan(runs)
    latest = np.where(phase_designed > 0.5, np.inf, earliest_from_here(runs, phase_site))
    alone = np.where(np.isnan(power), np.fmin(network_date[:, _OPERATIONAL], latest), power + energised_to_operational)
    runs = np.where(np.isnan(runs), alone, runs)
    dark = np.where(lit & np.isnan(observed_date[:, _OPERATIONAL]), np.fmax(first, seen), first)
    halfway = np.maximum(runs - energised_to_operational, dark + 0.5 * (runs - dark))
    power = np.where(unplanned, network_date[:, _ENERGISED], np.where(np.isnan(power), halfway, power))
    power = np.where(lit, np.fmax(power, np.where(np.isnan(observed_date[:, _OPERATIONAL]), seen, power)), power)
    start = np.where(np.isnan(observed_date[:, _START]), np.minimum(first, np.minimum(power, runs)), first)
    power = np.maximum(power, start)
    out[:, _START], out[:, _ENERGISED] = start, np.where(lit, np.minimum(power, np.maximum(runs, start)), power)
    out[:, _OPERATIONAL] = np.maximum(runs, out[:, _ENERGISED])
    dropped = ~np.isnan(phase_date_cancelled)[:, None, :] & np.isnan(observed_date[:, _START:])
    out[:, _START:] = np.where(dropped | ~np.isnan(phase_date_placed), np.inf, out[:, _START:])
    return out


@quantity("d", "draw stage phase")
def stage_date(uncancelled_date: Array, cancelled_date: Array) -> Array:
    """Date at which each phase reaches each stage; infinity = never, NaN = absent (nobody said).

    A physical stage that would come after the cancellation never comes. Axes: draw, stage, phase. Units: d.
    """
    out = uncancelled_date.copy()
    physical = out[:, _START:]
    out[:, _START:] = np.where(physical > cancelled_date[:, None, :], np.inf, physical)
    return out


@quantity("W", "draw phase")
def phase_it_power(
    phase_it_power_stated: Array, phase_facility_power_stated: Array, site_power_band: Array, phase_power_tracked: Array, phase_site: Array,
    design_power_ratio: Array, pledge_capital_realised: Array, pledge_share: Array, unit_capex_it: Array,
) -> Array:  # fmt: skip
    """IT power of each phase.

    P_IT = P_stated * band, else P_facility * band / r, else capital realised / unit cost (a pledge in money)   (1)

    band: how well the source knows it (a tracker's estimate: within a factor 1.4 in about 80 %, one factor per site); pledges without a
    site count with the share that such pledges reached. Axes: draw, phase. Units: W. Source of the band: Epoch AI, AI Data Centers (2026).
    """
    index = phase_site.astype(np.int64)
    band = np.where(phase_power_tracked > 0.5, site_power_band[:, index], 1.0)
    stated = (
        np.where(np.isnan(phase_it_power_stated), phase_facility_power_stated / design_power_ratio[:, index], phase_it_power_stated) * band
    )
    money = pledge_capital_realised / unit_capex_it[:, None]
    return np.where(np.isnan(stated), np.nan_to_num(money), stated * pledge_share)


@quantity("W", "draw site month")
def power_it_announced(
    site_it_power_announced: Array, site_facility_power_announced: Array, design_power_ratio: Array, phase_unsited: Array,
    phase_it_power_stated: Array, phase_facility_power_stated: Array, phase_date_observed: Array, phase_date_cancelled: Array,
    phase_date_placed: Array, phase_site: Array, month_end: Array,
) -> Array:  # fmt: skip
    """IT power that had been announced by each month end: the newest size published by then, at the programme's own word.

    P = stated IT power, else stated facility power / r, else the sum of its announced phases; pledges as long as they have no site.   (1)

    Axes: draw, site, month. Units: W. No slip, no share, no band, only recorded ends: it is what was said.
    """
    ratio = design_power_ratio[:, :, None]
    said = np.where(np.isnan(site_it_power_announced), site_facility_power_announced / ratio, site_it_power_announced)
    index = phase_site.astype(np.int64)
    size = np.where(np.isnan(phase_it_power_stated), phase_facility_power_stated / design_power_ratio[:, index], phase_it_power_stated)
    out = np.array(np.nan_to_num(said))
    silent = np.asarray(np.isnan(said).all(axis=(0, 2)))
    for site in np.unique(index[(phase_unsited > 0.5) | silent[index]]):
        open_ones = index == site
        ended = np.fmin(phase_date_cancelled, phase_date_placed[None, :])[:, open_ones]
        dates = np.concatenate([phase_date_observed[:, _ANNOUNCED][:, open_ones], ended], axis=1)
        pledge = np.nan_to_num(size[:, open_ones])
        out[:, site] += steps(dates, np.concatenate([pledge, -pledge], axis=1), np.zeros(dates.shape[1]), 1, month_end)[:, 0]
    return out


def _stand(out: Array, weights: Array, stage_date: Array, cancelled_date: Array, phase_site: Array, month_end: Array) -> None:
    """Into (draw, stage, site, month) the sum of weights of phases that have reached a stage and are not cancelled.

    NaN for a live site of which nobody stated the stage.
    """
    standing(stage_date, cancelled_date, weights, phase_site, month_end, out)
    settled = ~np.isnan(stage_date).all(axis=0) | (cancelled_date <= month_end[-1]).all(axis=0)
    belongs = phase_site.astype(np.int64)[:, None] == np.arange(out.shape[2])
    stated = (settled.astype(np.int64) @ belongs.astype(np.int64)) > 0
    out[:, ~stated] = np.nan


@quantity("W", "draw stage site month", adds="site", rises=True)
def power_it(
    stage_date: Array, phase_it_power: Array, cancelled_date: Array, power_it_announced: Array, phase_site: Array, month_end: Array
) -> Array:
    """Power at the racks that has reached at least each stage, at the end of each month.

    P(stage, site, m) = sum of P_IT over phases of the site with stage date <= m, less what was cancelled   (1)

    announced: what had been announced by then. Axes: draw, stage, site, month. Units: W. A commercial stage that nobody stated for a site
    is absent (NaN). Leaves out: part use of a building, outages.
    """
    out = np.empty((*stage_date.shape[:2], *power_it_announced.shape[1:]))
    out[:, _ANNOUNCED] = power_it_announced
    _stand(out[:, _LATER], phase_it_power, stage_date[:, _LATER], cancelled_date, phase_site, month_end)
    return out


@quantity("W", "draw site life_month", adds="site")
def life_power_it(
    stage_date: Array, phase_it_power: Array, cancelled_date: Array, phase_site: Array, site_known_from: Array, life_end: Array
) -> Array:
    """IT power that runs at the end of each month over the life of the assets: `power_it[operational]`, carried on beyond the clock.

    Axes: draw, site, life_month. Units: W. Leaves out: what is built after the clock's phases, part use, outages.
    """
    runs, out = stage_date[:, _OPERATIONAL : _OPERATIONAL + 1], np.empty((len(stage_date), 1, len(site_known_from), len(life_end)))
    _stand(out, phase_it_power, np.fmin(runs, np.inf), cancelled_date, phase_site, life_end)
    return out[:, 0]


@quantity("1", "draw stage site month", adds="site", rises=True)
def buildings(
    stage_date: Array, phase_buildings: Array, cancelled_date: Array, power_it_announced: Array, phase_site: Array, month_end: Array
) -> Array:
    """Buildings that have reached at least each stage, at the end of each month. Axes: draw, stage, site, month. Units: 1."""
    out = np.empty((*stage_date.shape[:2], *power_it_announced.shape[1:]))
    _stand(out, phase_buildings, stage_date, cancelled_date, phase_site, month_end)
    return out


@quantity("W", "site month", adds="site")
def power_facility_promised(
    phase_date_promised: Array, phase_facility_power_promised: Array, phase_site: Array, site_known_from: Array,
    building_spacing_fit: MiddleAndSpread, month_end: Array,
) -> Array:  # fmt: skip
    """Facility power that would run had the first dated promise of each phase held: "believe the announcement".

    Axes: site, month. Units: W. Where only some phases of a site have a date the others follow as in `planned_date`. Sites without any
    dated promise and phases without a stated facility power are not in it.
    """
    dates = spread_evenly(phase_date_promised[None, :], phase_site, np.exp(np.atleast_1d(building_spacing_fit.middle)))
    return np.asarray(steps(dates, phase_facility_power_promised[None, :], phase_site, len(site_known_from), month_end)[0])


@quantity("d", "draw site")
def site_complete_date(stage_date: Array, phase_site: Array, site_known_from: Array) -> Array:
    """Day on which the last phase of a site runs; infinity where one never does. Axes: draw, site. Units: d."""
    runs = stage_date[:, _OPERATIONAL]
    return np.stack([np.max(runs[:, phase_site == site], axis=1, initial=-np.inf) for site in range(len(site_known_from))], axis=1)


@quantity("d", "draw stage site")
def site_first_date(stage_date: Array, phase_site: Array, site_known_from: Array) -> Array:
    """Day on which the first phase of a site reaches each stage; infinity where none ever does.

    Axes: draw, stage, site. Units: d. A stage that nobody stated for any phase of a site is absent (NaN), and so is a site without phases.
    """
    index = phase_site.astype(np.int64)
    out = np.full((*stage_date.shape[:2], len(site_known_from)), np.nan)
    for site in np.unique(index):
        out[:, :, site] = np.fmin.reduce(stage_date[:, :, index == site], axis=2)
    return out
