"""What feeds each phase: what the programme states for its site or, of a phase that is designed here, the plant designed along with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import ACTIVITIES, SOURCES, STAGES, quantity
from stargauge.quantity.timeline import standing

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_ENERGISED, _OPERATIONAL = STAGES.index("energised"), STAGES.index("operational")
_GRID, _PLANTS = SOURCES.index("grid"), [SOURCES.index(name) for name in ("gas", "fuel_cell")]
_POWER = [ACTIVITIES.index(name) for name in ("grid_connection", "transformers", "switchgear", "onsite_generation")]


@quantity("1", "phase")
def phase_fed_here(phase_designed: Array, supply_designed: Array, phase_site: Array) -> Array:
    """1 for a phase that a plant designed here feeds: those that are designed along with it, the whole site where its grid is, too.

    Axes: phase. Units: 1. Phases under way keep what the programme states for their site.
    """
    index, plants = phase_site.astype(np.int64), np.max(supply_designed[_PLANTS], axis=0) > 0.5
    return np.where(plants[index] & ((phase_designed > 0.5) | (supply_designed[_GRID][index] > 0.5)), 1.0, 0.0)


def _stated_alone(supply_alone: Array, supply_designed: Array) -> Mask:
    """Whether a plant that is not designed here carries a site without the grid: (site)."""
    return np.asarray(((np.nan_to_num(supply_alone) > 0.5) & (supply_designed < 0.5)).any(axis=0))


def _dates(available_from: Array, alone: Mask) -> Array:
    """Stated dates of grid, transformers, switchgear and plants on site: (draw, four, site); absent where nobody said.

    The grid of a site that a plant carries alone holds nothing up: its switchgear is that of the plant.
    """
    grid = np.where(alone, np.nan, available_from[:, _GRID])
    plants = np.fmax(*(available_from[:, source] for source in _PLANTS))
    return np.stack([grid, grid, np.where(alone, plants, grid), plants], axis=1)


@quantity("d", "draw activity phase")
def power_date(
    supply_available_from: Array, supply_alone: Array, supply_designed: Array, phase_fed_here: Array, phase_site: Array
) -> Array:
    """Stated date of each activity that brings a phase its power: of what feeds its site, or of the plant designed along with it.

    Axes: draw, activity, phase. Units: d; absent where nobody said, and for other activities. Transformers and switchgear are in the date
    of the grid.
    """
    index, designed = phase_site.astype(np.int64), supply_designed > 0.5
    stated = _dates(np.where(designed, np.nan, supply_available_from), _stated_alone(supply_alone, supply_designed))
    own = _dates(np.where(designed, supply_available_from, np.nan), np.ones(designed.shape[1], dtype=bool))
    out = np.full((len(stated), len(ACTIVITIES), len(index)), np.nan)
    out[:, _POWER] = np.where(phase_fed_here > 0.5, own[:, :, index], stated[:, :, index])
    return out


@quantity("1", "phase")
def phase_without_grid(supply_alone: Array, supply_designed: Array, phase_fed_here: Array, phase_site: Array) -> Array:
    """1 for a phase that waits for no grid, since a plant carries its site alone or was designed along with it. Axes: phase. Units: 1."""
    alone = _stated_alone(supply_alone, supply_designed)[phase_site.astype(np.int64)]
    return np.asarray((alone | (phase_fed_here > 0.5)).astype(np.float64))


@quantity("d", "draw site")
def grid_since_designed(
    supply_available_from: Array, supply_alone: Array, supply_designed: Array, build_start: Array, power_left: Array,
    connection_time: Array, phase_fed_here: Array, phase_site: Array,
) -> Array:  # fmt: skip
    """Day from which the grid feeds phases whose plant, designed here, carries them until then: as stated, else as its network connects.

    start of work on the first of them + w connection time, w: the share left when work starts                      (1)

    Axes: draw, site. Units: d; absent (NaN) where no such plant is.
    """
    own = np.where(phase_fed_here > 0.5, phase_site, -1.0)
    first = np.stack([np.min(build_start[:, own == site], axis=1, initial=np.inf) for site in range(supply_alone.shape[1])], axis=1)
    until = ((np.nan_to_num(supply_alone) > 0.5) & (supply_designed > 0.5)).any(axis=0)
    stated = supply_available_from[:, _GRID]
    return np.where(until, np.where(np.isnan(stated), first + power_left * connection_time, stated), np.nan)


@quantity("d", "draw site")
def grid_available_from(
    supply_available_from: Array, supply_alone: Array, supply_designed: Array, build_start: Array, power_left: Array,
    connection_time: Array, grid_since_designed: Array, phase_fed_here: Array, phase_date_cancelled_p50: Array, phase_site: Array,
) -> Array:  # fmt: skip
    """Day from which the grid feeds a site: as stated; of a site that a plant carries until then, when its network would have connected it.

    start of work on its first phase + w connection time, w: the share left when work starts                        (1)

    Axes: draw, site. Units: d; absent (NaN) elsewhere: the grid is there from the first. A plant that is designed here carries a site only
    where all of it is designed. Leaves out: that a grid which carries nobody yet may be asked for later.
    """
    index, alone = phase_site.astype(np.int64), _stated_alone(supply_alone, supply_designed)
    first = np.stack([np.min(build_start[:, index == site], axis=1, initial=np.inf) for site in range(len(alone))], axis=1)
    stated = supply_available_from[:, _GRID]
    usual = np.where(np.isnan(stated) & alone, first + power_left * connection_time, stated)
    others = np.bincount(index[(phase_fed_here < 0.5) & np.isnan(phase_date_cancelled_p50)], minlength=len(alone)) > 0
    return np.where(np.isnan(grid_since_designed) | others, usual, grid_since_designed)


def _share(
    stage: int, stage_date: Array, phase_it_power: Array, cancelled_date: Array, phase_fed_here: Array, phase_site: Array, sites: int,
    month_end: Array,
) -> Array:  # fmt: skip
    """Share of what has reached a stage at a site that plants designed here feed: (draw, site, month)."""
    out = np.zeros((len(stage_date), 1, 2 * sites, len(month_end)))
    if not phase_fed_here.any():
        return out[:, 0, :sites]
    standing(stage_date[:, stage : stage + 1], cancelled_date, phase_it_power, phase_site + sites * phase_fed_here, month_end, out)
    other, own = out[:, 0, :sites], out[:, 0, sites:]
    whole = other + own
    return np.where(whole > 0.0, own / np.where(whole > 0.0, whole, 1.0), 0.0)


@quantity("1", "draw site month")
def energised_share_designed(
    stage_date: Array, phase_it_power: Array, cancelled_date: Array, phase_fed_here: Array, phase_site: Array, site_known_from: Array,
    month_end: Array,
) -> Array:  # fmt: skip
    """Share of the energised power of a site that plants designed here feed. Axes: draw, site, month. Units: 1."""
    return _share(_ENERGISED, stage_date, phase_it_power, cancelled_date, phase_fed_here, phase_site, len(site_known_from), month_end)


@quantity("1", "draw site month")
def running_share_designed(
    stage_date: Array, phase_it_power: Array, cancelled_date: Array, phase_fed_here: Array, phase_site: Array, site_known_from: Array,
    month_end: Array,
) -> Array:  # fmt: skip
    """Share of the running power of a site that plants designed here feed. Axes: draw, site, month. Units: 1."""
    return _share(_OPERATIONAL, stage_date, phase_it_power, cancelled_date, phase_fed_here, phase_site, len(site_known_from), month_end)


@quantity("USD/W", "draw phase")
def generation_cost_shift(
    supply_capacity_stated: Array, generation_unit_cost: Array, source_plant: Array, supply_designed: Array, site_it_power: Array,
    phase_it_power: Array, phase_fed_here: Array, phase_added: Array, phase_date_cancelled_p50: Array, phase_site: Array,
) -> Array:  # fmt: skip
    """What the plants of a phase cost beyond the mean of its site: those that are designed here are paid by the phases they feed.

    c_d / P_d - c / P of a phase that they feed, (c - c_d) / P_s - c / P of another  (1)

    c: capital of all plants of a site, c_d: of those designed here; P: IT power of its phases, P_d: of those that they feed and that are
    not given up, P_s: of all that the programme has itself. Axes: draw, phase. Units: USD/W of IT power; nought where none is designed.
    """
    index, fed = phase_site.astype(np.int64), phase_fed_here > 0.5
    if not fed.any():
        return np.zeros_like(phase_it_power)
    capital = np.nan_to_num(supply_capacity_stated) * generation_unit_cost[:, source_plant.astype(np.int64)]
    designed = (capital * (supply_designed > 0.5)).sum(axis=1)
    whole = capital.sum(axis=1)

    def per_power(money: Array, phases: Mask) -> Array:
        size = phase_it_power @ ((index[:, None] == np.arange(money.shape[1])) & phases[:, None])
        return np.asarray(np.where(size > 0.0, money / np.where(size > 0.0, size, 1.0), 0.0)[:, index])

    usual = np.where(site_it_power > 0.0, whole / np.where(site_it_power > 0.0, site_it_power, 1.0), 0.0)[:, index]
    own = per_power(designed, fed & np.isnan(phase_date_cancelled_p50))
    mixed = (np.bincount(index[fed], minlength=whole.shape[1]) > 0)[index]
    return np.where(fed, own, np.where(mixed, per_power(whole - designed, ~(fed & (phase_added > 0.5))), usual)) - usual
