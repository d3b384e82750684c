"""What a phase waits for: the network of its activities, the dates it gives where there is no plan, and which activity decides.

permits -> shell -> fit_out ----------------------------+
permits -> grid_connection, transformers, switchgear, --+-> rack_installation -> commissioning -> operation
           onsite_generation                            |
                      accelerators (shared supply) -----+
                      crew (from the building before) --+
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import ACTIVITIES, STAGES, quantity
from stargauge.quantity.schedule.network import Passes, earliest_finish, finish_with_crews, passes, queued

Array = NDArray[np.float64]

_START, _ENERGISED, _OPERATIONAL = (STAGES.index(s) for s in ("under_construction", "energised", "operational"))
_AT = {name: place for place, name in enumerate(ACTIVITIES)}
_POWER = ("grid_connection", "transformers", "switchgear", "onsite_generation")
#: Of these, how many belong to the grid alone.
_OF_GRID = 2
#: What a stated date of power is a date of: transformers and switchgear are in that of the grid.
_DATED = ("grid_connection", "onsite_generation")
_BEFORE_RACKS = ("fit_out", *_POWER, "accelerators", "crew")
_WAITS_FOR = {
    "shell": ("permits",), "fit_out": ("shell",), **dict.fromkeys(_POWER, ("permits",)), "rack_installation": _BEFORE_RACKS,
    "commissioning": ("rack_installation",),
}  # fmt: skip
#: Of each activity, the places of those that must be finished before it starts.
BEFORE = tuple(tuple(_AT[name] for name in _WAITS_FOR.get(activity, ())) for activity in ACTIVITIES)
#: What is finished once power is on.
_UNTIL_POWER = [_AT[name] for name in ("permits", "shell", "fit_out", *_POWER)]


@quantity("d", "draw phase")
def build_start(
    observed_date: Array, slipped_date: Array, work_start: Array, build_days: Array, site_observed_through: Array, phase_site: Array
) -> Array:
    """Day on which work on a phase starts: `work_start`, but a building time before operation where only that is known or planned.

    start = max(O - D, last look) where O - last look >= D / 2, else O - D; O: operation, D: the building time           (1)

    Not before the last look at the site, which did not report it; a look that would leave less than half of the building time missed it.
    Axes: draw, phase. Units: d.
    """
    seen = site_observed_through[phase_site.astype(np.int64)][None, :]
    runs = _operation(observed_date, slipped_date)
    looked = np.where(np.isnan(observed_date[:, _OPERATIONAL]) & (runs - seen >= 0.5 * build_days), seen, np.nan)
    backwards = np.isnan(observed_date[:, _START]) & np.isnan(slipped_date[:, _START]) & ~np.isnan(runs)
    return np.where(backwards, np.fmax(runs - build_days, looked), work_start)


@quantity("d", "draw phase")
def hall_days(observed_date: Array, slipped_date: Array, build_start: Array, build_days: Array, energised_to_operational: Array) -> Array:
    """Days from the start of work until the hall is ready for racks: what its plan, slipped, leaves, else the building time less racks.

    Axes: draw, phase. Units: d.
    """
    runs = _operation(observed_date, slipped_date)
    whole = np.maximum(np.where(np.isnan(runs), build_days, runs - build_start), 0.0)
    return np.maximum(whole - energised_to_operational, 0.5 * whole)


@quantity("d", "draw activity phase")
def activity_days(
    observed_date: Array, slipped_date: Array, announced_to_start: Array, hall_days: Array, shell_share: Array,
    energised_to_operational: Array, rack_installation: Array, commissioning_time: Array, power_left: Array, transformer_lead_time: Array,
    switchgear_lead_time: Array, connection_time: Array, generation_lead_time: Array, generation_lead_designed: Array, power_date: Array,
    phase_without_grid: Array, phase_fed_here: Array, phase_site: Array,
) -> Array:  # fmt: skip
    """Days that each activity of a phase takes once it may start.

    shell = min(q (hall + racks + commissioning), hall); fit_out = hall - shell                                         (1)
    grid_connection, transformers, switchgear, onsite_generation = w lead, w: the share left when work starts           (2)

    hall: days until it is ready for racks. Nothing for what is done or stands in the programme with a date of its own, nor for the grid and
    its transformers where a plant carries the phase alone. A plant that is designed along with a phase has its own lead time.
    Axes: draw, activity, phase. Units: d.
    """
    index = phase_site.astype(np.int64)
    dated = ~np.isnan(power_date[:, [_AT[name] for name in _POWER]])
    dated[:, :_OF_GRID] |= phase_without_grid > 0.5
    left = power_left[:, index]
    plant = np.where(phase_fed_here > 0.5, generation_lead_designed[:, index], generation_lead_time[:, index])
    leads = (connection_time[:, index], transformer_lead_time[:, None], switchgear_lead_time[:, None], plant)
    waits = [np.where(dated[:, place], 0.0, np.nan_to_num(left * lead)) for place, lead in enumerate(leads)]
    shell = np.minimum(shell_share[:, index] * (hall_days + energised_to_operational), hall_days)
    zero = np.zeros_like(hall_days)
    permits = np.where(
        _planned(observed_date, slipped_date, _START) | _planned(observed_date, slipped_date, _OPERATIONAL), 0.0, announced_to_start
    )
    out = np.stack([permits, shell, hall_days - shell, *waits, zero, zero, rack_installation, commissioning_time], axis=1)
    lit = ~np.isnan(observed_date[:, _ENERGISED])
    out[:, _UNTIL_POWER] = np.where(lit[:, None], 0.0, out[:, _UNTIL_POWER])
    return out


def _operation(observed_date: Array, slipped_date: Array) -> Array:
    """Operation as observed, else as planned and slipped, absent where it has no date: (draw, phase)."""
    return np.where(np.isnan(observed_date[:, _OPERATIONAL]), slipped_date[:, _OPERATIONAL], observed_date[:, _OPERATIONAL])


def _planned(observed_date: Array, slipped_date: Array, stage: int) -> NDArray[np.bool_]:
    """Where a stage has a date, observed or planned: (draw, phase)."""
    return np.asarray(~np.isnan(observed_date[:, stage]) | ~np.isnan(slipped_date[:, stage]))


@quantity("d", "draw phase")
def hall_ready(build_start: Array, activity_days: Array, power_date: Array, observed_date: Array) -> Array:
    """Day on which hall and power of a phase are ready for racks: as observed, else as the network of activities gives it.

    Axes: draw, phase. Units: d.
    """
    ready = _ready(build_start, activity_days, power_date, observed_date)
    finish = earliest_finish(_rows(activity_days), BEFORE, _rows(ready))
    last = np.maximum.reduce([finish[:, _AT[name]] for name in ("fit_out", *_POWER)])
    return np.asarray(last.reshape(build_start.shape))


def _ready(build_start: Array, activity_days: Array, power_date: Array, observed_date: Array) -> Array:
    """Day from which each activity may start by itself: (draw, activity, phase); what has no day of its own from that of the permits."""
    out = np.repeat((build_start - activity_days[:, _AT["permits"]])[:, None], len(ACTIVITIES), axis=1)
    for name in _DATED:
        out[:, _AT[name]] = np.fmax(out[:, _AT[name]], power_date[:, _AT[name]])
    lit = observed_date[:, _ENERGISED]
    known = ~np.isnan(lit)[:, None]
    out[:, _UNTIL_POWER] = np.where(known, np.minimum(build_start, lit)[:, None], out[:, _UNTIL_POWER])
    out[:, _AT["fit_out"]] = np.where(known[:, 0], lit, out[:, _AT["fit_out"]])
    return out


def _rows(values: Array) -> Array:
    """(draw, activity, phase) as rows of activities, one per draw and phase; of each activity all rows beside one another."""
    return np.asarray(np.moveaxis(values, 1, 0).reshape(values.shape[1], -1).T)


@quantity("d", "draw phase")
def racks_wanted(
    observed_date: Array, slipped_date: Array, hall_ready: Array, build_start: Array, energised_to_operational: Array
) -> Array:
    """Day on which a phase is ready for racks: before its operation as observed or planned, else when hall and power are ready.

    At least half-way from the start of work to operation.

    Axes: draw, phase. Units: d.
    """
    runs = _operation(observed_date, slipped_date)
    halfway = build_start + 0.5 * np.maximum(runs - build_start, 0.0)
    return np.where(np.isnan(runs), hall_ready, np.maximum(runs - energised_to_operational, halfway))


@quantity("d", "draw phase")
def accelerators_ready(
    racks_wanted: Array, phase_it_power: Array, phase_placed: Array, accelerator_supply: Array, accelerator_lead_time: Array,
    build_start: Array, phase_chip_stated: Array, chip_ships_from: Array, delivery_lead: Array,
) -> Array:  # fmt: skip
    """Day on which the last accelerators of a phase are there; the start of work where they are there in time.

    one supplier for the programme, with an order per phase released a lead time before it wants racks: `queued`, work P_IT / supply  (1)
    and not before the first shipment of the generation that is stated, plus delivery                                                (2)

    Axes: draw, phase. Units: d. Leaves out: other customers of the supplier beyond the share that the supply stands for.
    """
    work = np.where(phase_placed > 0.5, 0.0, np.nan_to_num(phase_it_power) / accelerator_supply[:, None])
    served = queued(racks_wanted - accelerator_lead_time[:, None], work)
    chip = np.where(np.isnan(phase_chip_stated), 0, phase_chip_stated).astype(np.int64)
    ships = np.where(np.isnan(phase_chip_stated)[None, :], np.nan, chip_ships_from[:, chip] + delivery_lead[:, None])
    last = np.fmax(served, ships)
    return np.where(last > racks_wanted, last, build_start)


@quantity("d", "draw phase")
def crew_ready(
    racks_wanted: Array, observed_date: Array, slipped_date: Array, build_start: Array, building_spacing: Array, phase_site: Array,
    phase_unsited: Array,
) -> Array:  # fmt: skip
    """Day on which the crew that puts in the racks is free; the start of work where it is free in time.

    one crew per site, which is with each building for `building_spacing`: `finish_with_crews` in the order of the file          (1)

    Axes: draw, phase. Units: d. A plan has its crew in it, and a pledge without a site one of its own.
    """
    phases = racks_wanted.shape[1]
    own = np.eye(int(phase_site.max(initial=0.0)) + 1, dtype=np.int64)[phase_site.astype(np.int64)]
    own[phase_unsited > 0.5] = 0
    busy = np.repeat(building_spacing[:, None], phases, axis=1)
    begins = finish_with_crews(busy, [()] * phases, own.tolist(), [1] * own.shape[1], range(phases), racks_wanted) - busy
    waits = (begins > racks_wanted + 1e-6) & ~_planned(observed_date, slipped_date, _OPERATIONAL)
    return np.where(waits, begins, build_start)


@quantity("1", "phase")
def phase_unfinished(phase_date_observed_p50: Array, phase_date_cancelled_p50: Array, phase_placed: Array) -> Array:
    """1 for a phase that does not run yet and is neither given up nor a pledge that got its sites, else 0. Axes: phase. Units: 1."""
    open_ones: NDArray[np.bool_] = (
        np.isnan(phase_date_observed_p50[_OPERATIONAL]) & np.isnan(phase_date_cancelled_p50) & (phase_placed < 0.5)
    )
    return open_ones.astype(np.float64)


@quantity("1", "phase")
def phase_placed(phase_date_placed: Array) -> Array:
    """1 for a pledge that got its sites, where it counts, else 0. Axes: phase. Units: 1."""
    return (~np.isnan(phase_date_placed)).astype(np.float64)


@quantity("d", "draw activity phase")
def activity_ready(
    build_start: Array, activity_days: Array, power_date: Array, observed_date: Array, accelerators_ready: Array, crew_ready: Array
) -> Array:
    """Day from which each activity of a phase may start by itself, whatever it waits for. Axes: draw, activity, phase. Units: d."""
    out = _ready(build_start, activity_days, power_date, observed_date)
    out[:, _AT["accelerators"]], out[:, _AT["crew"]] = accelerators_ready, crew_ready
    return out


@quantity("d", "draw stage phase")
def network_date(activity_days: Array, activity_ready: Array, hall_ready: Array, build_start: Array) -> Array:
    """Date of each physical stage by the network of activities: each starts once all it waits for is finished (merge bias included).

    finish = max(ready, finish of those before it) + days                           (1)

    Axes: draw, stage, phase. Units: d; commercial stages are absent (NaN). Used where there is no plan.
    """
    finish = earliest_finish(_rows(activity_days), BEFORE, _rows(activity_ready))[:, _AT["commissioning"]]
    out = np.full((len(build_start), len(STAGES), build_start.shape[1]), np.nan)
    out[:, _START], out[:, _ENERGISED], out[:, _OPERATIONAL] = build_start, hall_ready, finish.reshape(build_start.shape)
    return out


def _passes(days: Array, ready: Array) -> Passes:
    return passes(_rows(days), BEFORE, _rows(ready))


def _by_site(values: Array, weight: Array, phase_site: Array, sites: int) -> Array:
    """(draw, activity, phase) as means over the phases of each site, by weight; absent where a site has none: (draw, activity, site)."""
    belongs = phase_site.astype(np.int64)[:, None] == np.arange(sites)
    total = weight @ belongs
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((values * weight[:, None]) @ belongs / np.where(total > 0.0, total, np.nan)[:, None])


def _dated_here(phase_it_power: Array, phase_unfinished: Array, slipped_date: Array) -> Array:
    """IT power of the unfinished phases whose operation nobody planned, which the network dates: (draw, phase)."""
    return np.nan_to_num(phase_it_power) * phase_unfinished * np.isnan(slipped_date[:, _OPERATIONAL])


def _by_plan(phase_it_power: Array, phase_unfinished: Array, slipped_date: Array) -> Array:
    """IT power of the unfinished phases whose operation has a plan: (draw, phase)."""
    return np.nan_to_num(phase_it_power) * phase_unfinished * ~np.isnan(slipped_date[:, _OPERATIONAL])


@quantity("1", "draw activity site")
def held_up(
    activity_days: Array, activity_ready: Array, observed_date: Array, slipped_date: Array, phase_it_power: Array, phase_unfinished: Array,
    phase_site: Array, site_known_from: Array,
) -> Array:  # fmt: skip
    """Share of the unplanned power to come at a site whose operation an activity decides: were it later, so would be the phase.

    The mean over worlds is the probability that the activity is on the critical path. Several can be at once: those one after the other.
    Axes: draw, activity, site. Units: 1; absent where every phase has a plan (`plan_at_risk`). What is done holds nothing up.
    Source: critical path method.
    """
    shape = np.moveaxis(activity_days, 1, 2).shape
    critical = np.moveaxis(_passes(activity_days, activity_ready).critical.reshape(shape), 2, 1).astype(np.float64)
    critical[:, _AT["permits"]] *= activity_days[:, _AT["permits"]] > 0.0
    critical[:, _UNTIL_POWER] *= np.isnan(observed_date[:, _ENERGISED])[:, None]
    return _by_site(critical, _dated_here(phase_it_power, phase_unfinished, slipped_date), phase_site, len(site_known_from))


@quantity("d", "draw activity site")
def days_held_up(
    activity_days: Array, activity_ready: Array, observed_date: Array, slipped_date: Array, build_start: Array, phase_it_power: Array,
    phase_unfinished: Array, phase_site: Array, site_known_from: Array,
) -> Array:  # fmt: skip
    """Days by which the unplanned phases of a site would run sooner if one activity took no time, mean by power.

    saved(a) = operation - operation with a finished at the start of work           (1)

    Axes: draw, activity, site. Units: d; absent where every phase has a plan. What is done costs nothing more. Leaves out: what the phases
    of a site would gain from one another, and that none of them comes later than the next planned one. Source: the drag of an activity,
    Devaux (1999), Total Project Control, ch. 7.
    """
    end = earliest_finish(_rows(activity_days), BEFORE, _rows(activity_ready))[:, _AT["commissioning"]]
    saved = np.empty_like(activity_days)
    for place in range(len(ACTIVITIES)):
        days, ready = activity_days.copy(), activity_ready.copy()
        days[:, place] = 0.0
        ready[:, place] = np.minimum(ready[:, place], build_start - activity_days[:, _AT["permits"]])
        sooner = earliest_finish(_rows(days), BEFORE, _rows(ready))[:, _AT["commissioning"]]
        saved[:, place] = (end - sooner).reshape(build_start.shape)
    saved[:, _UNTIL_POWER] *= np.isnan(observed_date[:, _ENERGISED])[:, None]
    return _by_site(saved, _dated_here(phase_it_power, phase_unfinished, slipped_date), phase_site, len(site_known_from))


def _past_plan(days: Array, ready: Array, wanted: Array, lit: NDArray[np.bool_]) -> Array:
    """Days by which what a plan does not build itself is there after the day on which the plan wants racks: (draw, activity, phase)."""
    finish = earliest_finish(_rows(days), BEFORE, _rows(ready)).reshape(np.moveaxis(days, 1, 2).shape)
    late = np.zeros_like(days)
    for name in (*_POWER, "accelerators"):
        late[:, _AT[name]] = np.maximum(finish[:, :, _AT[name]] - wanted, 0.0)
    late[:, _UNTIL_POWER] *= ~lit[:, None]
    return late


@quantity("1", "draw activity site")
def plan_at_risk(
    activity_days: Array, activity_ready: Array, racks_wanted: Array, observed_date: Array, slipped_date: Array, phase_it_power: Array,
    phase_unfinished: Array, phase_site: Array, site_known_from: Array,
) -> Array:  # fmt: skip
    """Share of the planned power to come at a site for which an activity ends after the day on which its plan, slipped, wants racks.

    Moves no date: slips of plans hold such waits already. Of power and accelerators; the rest is in the plan. Axes: draw, activity, site.
    Units: 1; absent where no unfinished phase has a plan.
    """
    late = _past_plan(activity_days, activity_ready, racks_wanted, ~np.isnan(observed_date[:, _ENERGISED]))
    weight = _by_plan(phase_it_power, phase_unfinished, slipped_date)
    return _by_site((late > 0.0).astype(np.float64), weight, phase_site, len(site_known_from))


@quantity("d", "draw activity site")
def days_past_plan(
    activity_days: Array, activity_ready: Array, racks_wanted: Array, observed_date: Array, slipped_date: Array, phase_it_power: Array,
    phase_unfinished: Array, phase_site: Array, site_known_from: Array,
) -> Array:  # fmt: skip
    """Days by which an activity ends after the day on which the plans of a site, slipped, want racks, mean by power; nought if before.

    Axes: draw, activity, site. Units: d; absent where no unfinished phase has a plan.
    """
    late = _past_plan(activity_days, activity_ready, racks_wanted, ~np.isnan(observed_date[:, _ENERGISED]))
    weight = _by_plan(phase_it_power, phase_unfinished, slipped_date)
    return _by_site(late, weight, phase_site, len(site_known_from))
