"""How long building takes, learnt from recorded builds: start of work to operation, roof, crews, racks, and what power leaves to wait."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.builds import AT, EFFECTS, Builds, MiddleAndSpread, columns, fit_builds, fit_power_left, scale, with_owner
from stargauge.quantity.builds import build_days as days_at
from stargauge.quantity.dates import day
from stargauge.quantity.normal import normal_cdf
from stargauge.quantity.quantity import SAMPLES, STAGES, quantity
from stargauge.quantity.student import t4_ppf

Array = NDArray[np.float64]

_ANNOUNCED, _START, _ENERGISED, _OPERATIONAL = (STAGES.index(s) for s in ("announced", "under_construction", "energised", "operational"))
#: Builds are told apart by whether they began since this day.
_SINCE = day(date(2024, 1, 1))


# --- the records ------------------------------------------------------------------------------------------------------------------


@quantity("W")
def usual_build_power(build_record_power: Array) -> Array:
    """IT power of a usual build, the geometric mean of the recorded ones. Units: W."""
    return np.asarray(np.exp(np.mean(np.log(build_record_power))))


@quantity("1", "build")
def builds_recorded(
    build_record_days: Array, build_record_runs: Array, build_record_power_decided: Array, build_record_retrofit: Array,
    build_record_expansion: Array, build_record_power: Array, usual_build_power: Array, build_record_since_2024: Array,
    build_record_owner: Array,
) -> Builds:  # fmt: skip
    """The recorded builds, side by side. Axes: build. Units: as its parts."""
    return Builds(
        build_record_days, build_record_runs, build_record_power_decided, build_record_retrofit, build_record_expansion,
        _size(build_record_power, usual_build_power), build_record_since_2024, build_record_owner,
    )  # fmt: skip


def _size(power: Array, usual: Array) -> Array:
    """The logarithm of a power over the usual, that of a hundredth for less."""
    return np.asarray(np.log(np.maximum(power / usual, 0.01)))


@quantity("1", "sample build_coefficient")
def build_fit(builds_recorded: Builds, build_owner: Array, build_prior_middle: Array, build_prior_width: Array) -> Array:
    """How long builds take: samples of the fitted coefficients (`fit_builds`).

    `owner` and `owner_spread`: effect of the programme's own owner where earlier builds tell of it, else a new owner's. Axes: sample,
    build_coefficient. Units: 1. Source: the catalogue's records of builds, cut at the knowledge date; the priors are assumptions.
    """
    made = fit_builds(builds_recorded, build_prior_middle, build_prior_width, len(SAMPLES))
    return with_owner(made["coefficients"], made["owners"], int(build_owner))


@quantity("1", "sample")
def power_left_fit(
    builds_recorded: Builds, build_record_transformer_lead: Array, build_record_connection_lead: Array, power_left_middle: Array,
    power_left_width: Array, power_left_spread: Array,
) -> MiddleAndSpread:  # fmt: skip
    """How much of the lead times of power was left when work started: samples of the middle and the spread of its logarithm.

    The longer of transformer and connection counts. Axes: sample. Units: 1. Source: `fit_power_left` on the catalogue's records of builds,
    cut at the knowledge date: a few waited for power, all others say only that power came sooner. The priors are assumptions.
    """
    lead = np.fmax(build_record_transformer_lead, build_record_connection_lead)
    prior = (float(power_left_middle), float(power_left_width), float(power_left_spread))
    return fit_power_left(builds_recorded, lead, *prior, len(SAMPLES))


# --- one world --------------------------------------------------------------------------------------------------------------------


@quantity("1", "draw build_coefficient")
def build_world(build_fit: Array, build_sample: Array) -> Array:
    """The coefficients that a world builds by: one sample of the fit. Axes: draw, build_coefficient. Units: 1."""
    samples = len(build_fit)
    return np.asarray(build_fit[np.minimum((build_sample * samples).astype(np.int64), samples - 1)])


@quantity("1", "draw site")
def build_chance(build_world: Array, build_pace_programme: Array, build_pace_site: Array) -> Array:
    """Where the building times of a site fall in their distribution, 0 (fast) to 1 (slow): shared by programme and site.

    u = Phi((s_u z_programme + s_e z_site) / sqrt(s_u^2 + s_e^2))                   (1)

    Axes: draw, site. Units: 1. Source: equation (2) of `fit_builds`; that the buildings of a site go at one pace is an assumption.
    """
    owner, own = (build_world[:, AT[name], None] for name in ("owner_spread", "spread"))
    return normal_cdf((owner * build_pace_programme[:, None] + own * build_pace_site) / np.sqrt(owner**2 + own**2))


@quantity("1", "draw phase")
def parallel_buildings(phase_buildings: Array, phase_it_power: Array, building_power: Array) -> Array:
    """Buildings of a phase that go up side by side: as stated, but as many as its power fills where that is more.

    n = max(stated, P_IT / P_building, 1)                                           (1)

    Axes: draw, phase. Units: 1.
    """
    return np.maximum(np.fmax(phase_buildings, np.ceil(phase_it_power / building_power[:, None])), 1.0)


@quantity("d", "draw phase")
def work_start(
    observed_date: Array, slipped_date: Array, phase_site: Array, site_observed_through: Array, site_known_from: Array,
    announced_to_start: Array,
) -> Array:  # fmt: skip
    """Day on which work on a phase starts: as observed, else planned and slipped, else the usual time after it was announced.

    What was not seen at the last look comes after it. Axes: draw, phase. Units: d.
    """
    index = phase_site.astype(np.int64)
    announced = observed_date[:, _ANNOUNCED]
    known = np.where(np.isnan(announced), site_known_from[index][None, :], announced)
    usual = np.fmax(known + announced_to_start, site_observed_through[index][None, :])
    best = np.where(np.isnan(observed_date[:, _START]), slipped_date[:, _START], observed_date[:, _START])
    return np.where(np.isnan(best), usual, best)


@quantity("d", "draw phase")
def build_days(
    build_world: Array, build_chance: Array, work_start: Array, phase_retrofit: Array, phase_expansion: Array, phase_it_power: Array,
    parallel_buildings: Array, usual_build_power: Array, phase_site: Array, site_observed_through: Array, observed_date: Array,
    energised_to_operational: Array,
) -> Array:  # fmt: skip
    """Days from the start of work to operation of a phase, were nothing but the building to wait for (`build_days` of `builds`).

    y = usual + retrofit + expansion + size ln(P_building / P_usual) + since_2024 + owner + scale t_4     (1)

    given that power was not on at the last look, if it was not. Axes: draw, phase. Units: d. Source: equation (1) of `fit_builds`.
    """
    index = phase_site.astype(np.int64)
    size = _size(phase_it_power / parallel_buildings, usual_build_power)
    effects = columns(phase_retrofit, phase_expansion, size, (work_start >= _SINCE).astype(np.float64))
    place = np.einsum("dpe,de->dp", effects, build_world[:, :EFFECTS]) + build_world[:, AT["owner"], None]
    dark = np.isnan(observed_date[:, _ENERGISED]) & np.isnan(observed_date[:, _OPERATIONAL])
    waited = site_observed_through[index][None, :] - work_start + energised_to_operational
    return days_at(build_chance[:, index], place, scale(build_world)[:, None], np.where(dark, waited, np.nan))


@quantity("1", "draw site")
def shell_share(build_record_shell_share: Array, shell_share_chance: Array) -> Array:
    """Share of the building time until the roof is complete.

    q = 1 / (1 + exp(-(m + s sqrt(1 + 1/k) t_4)))                                   (1)

    m, s: mean and deviation of the log odds over k records. Axes: draw, site. Units: 1. Source: the catalogue's records of builds.
    """
    seen = build_record_shell_share[~np.isnan(build_record_shell_share)]
    odds = np.log(seen / (1.0 - seen))
    return np.asarray(1.0 / (1.0 + np.exp(-_predicted(_middle_and_spread(odds), shell_share_chance))))


def _middle_and_spread(values: Array) -> MiddleAndSpread:
    """Mean, and deviation with the wider spread that few values leave; none seen: nought with the spread of one."""
    middle = np.mean(values) if len(values) else 0.0
    spread = np.std(values, ddof=1) * np.sqrt(1.0 + 1.0 / len(values)) if len(values) > 1 else 1.0
    return MiddleAndSpread(np.asarray(middle), np.asarray(spread))


def _predicted(fit: MiddleAndSpread, chance: Array) -> Array:
    """A new value like those behind a middle and a spread, at a standard normal chance."""
    return fit[0] + fit[1] * t4_ppf(normal_cdf(chance))


@quantity("1")
def building_spacing_fit(
    build_record_operational: Array, build_record_buildings: Array, build_record_campus: Array, build_record_site: Array
) -> MiddleAndSpread:
    """Middle and spread of the logarithm of days per building between the steps of a campus (`_middle_and_spread` over campuses).

    Units: 1. Source: the catalogue's records of builds, campuses meant for 450 MW of IT or more, cut at the knowledge date. Smaller ones
    are extended one building at a time as they are wanted.
    """
    sites = np.unique(build_record_site[~np.isnan(build_record_campus)])
    found = [_days_per_building(build_record_operational, build_record_buildings, build_record_site == site) for site in sites]
    return _middle_and_spread(np.log([pace for pace in found if np.isfinite(pace)]))


@quantity("d", "draw")
def building_spacing(building_spacing_fit: MiddleAndSpread, building_spacing_chance: Array) -> Array:
    """Days between two buildings of a campus whose crews go from one to the next: exp(m + s t_4), kept within a day and three years.

    Axes: draw. Units: d. Source: `building_spacing_fit`.
    """
    return np.asarray(np.exp(np.clip(_predicted(building_spacing_fit, building_spacing_chance), 0.0, np.log(1096.0))))


def _days_per_building(operational: Array, buildings: Array, here: NDArray[np.bool_]) -> float:
    """Days per building of one campus from its first step to its last; NaN where it has too few."""
    when, count = operational[here], buildings[here]
    ran = ~np.isnan(when)
    if ran.sum() < 2:
        return float("nan")
    order = np.argsort(when[ran], kind="stable")
    later = count[ran][order][1:].sum()
    return float(max(when[ran].max() - when[ran].min(), 1.0) / later)


@quantity("W/d", "draw site")
def rack_rate(rack_ramp_rate: Array, rack_ramp_owner: Array, rack_rate_chance: Array) -> Array:
    """IT power of racks that are put into one building per day.

    r = exp(m + s sqrt(1 + 1/k) t_4)                                                (1)

    m, s: mean and deviation over k owners of the mean logarithm of their recorded rates. Axes: draw, site. Units: W/d.
    Source: the catalogue's records of racks put into finished halls. Kept within a fiftieth and fifty times the middle.
    """
    logs = np.log(rack_ramp_rate)
    means = np.array([logs[rack_ramp_owner == owner].mean() for owner in np.unique(rack_ramp_owner)])
    middle = means.mean()
    return np.asarray(
        np.exp(np.clip(_predicted(_middle_and_spread(means), rack_rate_chance), middle - np.log(50.0), middle + np.log(50.0)))
    )


@quantity("d", "draw phase")
def rack_installation(phase_it_power: Array, parallel_buildings: Array, rack_rate: Array, phase_site: Array) -> Array:
    """Days from the first rack of a phase to the last, each of its buildings with a crew of its own: P_IT / (n r).

    Axes: draw, phase. Units: d.
    """
    return phase_it_power / (parallel_buildings * rack_rate[:, phase_site.astype(np.int64)])


@quantity("d", "draw phase")
def energised_to_operational(rack_installation: Array, commissioning_time: Array) -> Array:
    """Days from power on to full operation: racks go in, then the hall is commissioned. Axes: draw, phase. Units: d."""
    return rack_installation + commissioning_time


@quantity("1", "draw site")
def power_left(power_left_fit: MiddleAndSpread, build_sample: Array, power_left_chance: Array) -> Array:
    """Share of the lead times of power that is left when work starts: they were ordered and asked for before.

    ln w = m + s t_4, (m, s) the sample of `power_left_fit` that the world uses     (1)

    Axes: draw, site. Units: 1. Kept within a hundredth and three.
    """
    middle, spread = power_left_fit
    place = np.minimum((build_sample * len(middle)).astype(np.int64), len(middle) - 1)
    chance = np.clip(power_left_chance, 1e-9, 1.0 - 1e-9)
    return np.asarray(np.exp(np.clip(middle[place][:, None] + spread[place][:, None] * t4_ppf(chance), np.log(0.01), np.log(3.0))))
