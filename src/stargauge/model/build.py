"""How long building takes, learnt from recorded builds: start of work to operation, roof, crews, racks, and what power leaves to wait."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.dates import day
from stargauge.quantity.quantity import SAMPLES, STAGES, quantity
from stargauge.quantity.schedule.builds import AT, EFFECTS, SINCE, Builds, MiddleAndSpread, columns, fit_builds, scale, with_owner
from stargauge.quantity.schedule.builds import build_days as days_at
from stargauge.quantity.statistics.normal import normal_cdf, normal_ppf
from stargauge.quantity.statistics.student import t4_ppf

Array = NDArray[np.float64]

_ANNOUNCED, _START, _ENERGISED, _OPERATIONAL = (STAGES.index(s) for s in ("announced", "under_construction", "energised", "operational"))
_SINCE = day(SINCE)


# --- the records ------------------------------------------------------------------------------------------------------------------


@quantity("W")
def usual_build_power(build_record_power: Array) -> Array:
    """IT power of a usual build, the median of the recorded ones. Units: W."""
    return np.asarray(np.median(build_record_power))


@quantity("1", "build")
def builds_recorded(
    build_record_days: Array, build_record_runs: Array, build_record_power_decided: Array, build_record_retrofit: Array,
    build_record_expansion: Array, build_record_power: Array, usual_build_power: Array, build_record_campus: Array, campus_size: Array,
    build_record_since_2024: Array, build_record_owner: Array,
) -> Builds:  # fmt: skip
    """The recorded builds, side by side. Axes: build. Units: as its parts."""
    return Builds(
        build_record_days, build_record_runs, build_record_power_decided, build_record_retrofit, build_record_expansion,
        _size(build_record_power, usual_build_power), (build_record_campus >= campus_size).astype(np.float64), build_record_since_2024,
        build_record_owner,
    )  # fmt: skip


def _size(power: Array, usual: Array) -> Array:
    """The logarithm of a power over the usual, that of a hundredth for less."""
    return np.asarray(np.log(np.maximum(power / usual, 0.01)))


@quantity("1", "sample build_coefficient")
def build_fit(
    build_fit_shipped: Array, builds_recorded: Builds, build_record_transformer_lead: Array, build_record_connection_lead: Array,
    build_owner: Array, build_prior_middle: Array, build_prior_width: Array,
) -> Array:  # fmt: skip
    """How long builds take, and how much of the lead times of power is left when work starts: samples of the coefficients (`fit_builds`).

    As shipped for the records known where there are any. Of transformer and connection the longer lead time counts. `owner` and
    `owner_spread`: effect of the programme's own owner where earlier builds tell of it, else a new owner's. Axes: sample,
    build_coefficient.
    Units: 1. Source: the catalogue's records of builds, cut at the knowledge date: few waited for power, all others say only that it came
    sooner. The priors are assumptions.
    """
    if not np.isnan(build_fit_shipped).any():
        return build_fit_shipped
    lead = np.fmax(build_record_transformer_lead, build_record_connection_lead)
    made = fit_builds(builds_recorded, lead, build_prior_middle, build_prior_width, len(SAMPLES))
    return with_owner(made["coefficients"][0], made["owners"][0], int(build_owner))


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
    """Buildings of a phase that go up side by side: as stated, but as many as its power needs where one cannot hold it.

    n = max(stated, P_IT / P_largest, 1)                                            (1)

    Axes: draw, phase. Units: 1.
    """
    return np.maximum(np.fmax(phase_buildings, np.ceil(phase_it_power / building_power[:, None])), 1.0)


@quantity("W", "draw phase")
def power_per_building(phase_it_power: Array, parallel_buildings: Array, usual_build_power: Array) -> Array:
    """IT power of one building of a phase: P_IT / n; of a usual one where nobody said how large the phase is. Axes: draw, phase. Units:
    W."""
    return np.where(phase_it_power > 0.0, phase_it_power / parallel_buildings, usual_build_power)


@quantity("1", "draw phase")
def phase_campus(phase_it_power: Array, campus_size: Array, phase_site: Array, phase_added: Array) -> Array:
    """1 for a phase whose site is to have the IT power of a campus or more in all, else 0. Axes: draw, phase. Units: 1.

    What a plan made here adds to a site does not count: it changes nothing of how fast the others are built.
    """
    together = (phase_site[:, None] == phase_site[None, :]) & (phase_added < 0.5)[:, None]
    return np.asarray((np.nan_to_num(phase_it_power) @ together >= campus_size).astype(np.float64))


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


@quantity("1", "draw phase")
def build_place(
    build_world: Array, work_start: Array, phase_retrofit: Array, phase_expansion: Array, power_per_building: Array,
    usual_build_power: Array, phase_campus: Array,
) -> Array:  # fmt: skip
    """Middle of the logarithm of years from the start of work to operation of a phase, its owner's effect included.

    y = usual + retrofit + expansion + size ln(P_building / P_usual) + campus + since_2024 + owner                  (1)

    Axes: draw, phase. Units: 1. Source: equation (1) of `fit_builds`.
    """
    size = _size(power_per_building, usual_build_power)
    effects = columns(phase_retrofit, phase_expansion, size, phase_campus, (work_start >= _SINCE).astype(np.float64))
    return np.asarray(np.einsum("dpe,de->dp", effects, build_world[:, :EFFECTS]) + build_world[:, AT["owner"], None])


@quantity("d", "draw phase")
def build_days_unseen(build_place: Array, build_world: Array, build_chance: Array, phase_site: Array) -> Array:
    """Days from the start of work to operation of a phase as the records have it, whatever the looks at its site say.

    Axes: draw, phase. Units: d. Source: `build_days` of `builds`.
    """
    chance = build_chance[:, phase_site.astype(np.int64)]
    return days_at(chance, build_place, scale(build_world)[:, None], np.full_like(build_place, np.nan))


@quantity("d", "draw phase")
def build_days(
    build_place: Array, build_world: Array, build_chance: Array, work_start: Array, phase_site: Array, site_observed_through: Array,
    observed_date: Array, energised_to_operational: Array, phase_designed: Array,
) -> Array:  # fmt: skip
    """Days from the start of work to operation of a phase, were nothing but the building to wait for: `build_days_unseen`, given the looks.

    Given that power was not on at the last look, if it was not; a start that is designed here nobody has looked for. Axes: draw, phase.
    Units: d. Source: `build_days` of `builds`.
    """
    index = phase_site.astype(np.int64)
    dark = np.isnan(observed_date[:, _ENERGISED]) & np.isnan(observed_date[:, _OPERATIONAL]) & (phase_designed < 0.5)
    waited = site_observed_through[index][None, :] - work_start + energised_to_operational
    return days_at(build_chance[:, index], build_place, scale(build_world)[:, None], np.where(dark, waited, np.nan))


@quantity("1", "draw site")
def shell_share(
    build_record_shell_share: Array, shell_share_prior: Array, shell_share_prior_spread: Array, shell_share_chance: Array
) -> Array:  # fmt: skip
    """Share of the building time until the roof is complete: 1 / (1 + exp(-x)), x the log odds of a new build like the recorded ones.

    Axes: draw, site. Units: 1. Source: the catalogue's records of builds with all three dates; `_like`.
    """
    odds = np.log(build_record_shell_share / (1.0 - build_record_shell_share))
    known = _like(odds, np.log(shell_share_prior / (1.0 - shell_share_prior)), shell_share_prior_spread)
    return np.asarray(1.0 / (1.0 + np.exp(-_predicted(known, shell_share_chance))))


def _like(values: Array, middle: Array, spread: Array) -> MiddleAndSpread:
    """Middle and spread of a new value like some recorded ones (NaN: unknown), the prior counting as one of them; few leave it wide.

    m = (m0 + sum x) / (1 + k), s^2 = (2 s0^2 + sum (x - mean)^2 + k / (1 + k) (mean - m0)^2) / (2 + k) (2 + k) / (1 + k)       (1)

    Times P90 of a t with 2 + k degrees of freedom over that of the t_4 it is drawn from.
    Source: the predictive of a normal with a normal-inverse-gamma prior, Gelman et al. (2013), Bayesian Data Analysis, section 3.3.
    """
    seen = values[~np.isnan(values)]
    count = len(seen)
    mean = seen.mean() if count else middle
    ninth = _t_at_p90(2.0 + count)
    squares: Array = 2.0 * spread**2 + ((seen - mean) ** 2).sum() + count / (1.0 + count) * (mean - middle) ** 2
    return MiddleAndSpread(np.asarray((middle + seen.sum()) / (1.0 + count)), np.asarray(ninth * np.sqrt(squares / (1.0 + count))))


def _t_at_p90(freedom: float) -> float:
    """P90 of Student's t over that of four degrees of freedom, which stands for it: z + (z^3 + z) / 4n + (5 z^5 + 16 z^3 + 3 z) / 96 n^2
    + ...

    Source: Abramowitz and Stegun (1964), 26.7.5.
    """
    z = float(normal_ppf(np.asarray(0.9)))
    terms = (z, (z**3 + z) / 4.0, (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0, (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / 384.0)
    return sum(term / freedom**power for power, term in enumerate(terms)) / float(t4_ppf(np.asarray(0.9)))


def _predicted(known: MiddleAndSpread, chance: Array) -> Array:
    """A new value at a standard normal chance, with the wider tails that few records leave."""
    return np.asarray(known.middle + known.spread * t4_ppf(normal_cdf(chance)))


@quantity("1")
def building_spacing_fit(
    build_record_operational: Array,
    build_record_buildings: Array,
    build_record_campus: Array,
    campus_size: Array,
    build_record_site: Array,
    building_spacing_prior: Array,
    building_spacing_prior_spread: Array,
) -> MiddleAndSpread:
    """Middle and spread of the logarithm of days per building between the steps of a campus (`_like` over campuses).

    Units: 1. Source: the catalogue's records of builds, campuses (`campus_size`), cut at the knowledge date. Smaller ones
    are extended one building at a time as they are wanted.
    """
    sites = np.unique(build_record_site[build_record_campus >= campus_size])
    found = [_days_per_building(build_record_operational, build_record_buildings, build_record_site == site) for site in sites]
    return _like(np.log(np.array(found)), np.log(building_spacing_prior), building_spacing_prior_spread)


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
def rack_rate(
    rack_ramp_rate: Array, rack_ramp_owner: Array, rack_rate_prior: Array, rack_rate_prior_spread: Array, rack_rate_chance: Array
) -> Array:  # fmt: skip
    """IT power of racks that are put into one building per day: prior exp(x), x like the mean logarithms of the recorded owners over it.

    Axes: draw, site. Units: W/d. Source: the catalogue's records of racks put into finished halls; `_like`. Kept within a tenth and ten
    times the middle: the records themselves lie within a factor of fifty.
    """
    logs = np.log(rack_ramp_rate / rack_rate_prior)
    means = np.array([logs[rack_ramp_owner == owner].mean() for owner in np.unique(rack_ramp_owner)])
    known = _like(means, np.zeros(()), rack_rate_prior_spread)
    far = np.log(10.0)
    return np.asarray(rack_rate_prior * np.exp(np.clip(_predicted(known, rack_rate_chance), known.middle - far, known.middle + far)))


@quantity("d", "draw phase")
def rack_installation(
    power_per_building: Array, rack_rate: Array, phase_site: Array, build_days_unseen: Array, commissioning_time: Array
) -> Array:
    """Days from the first rack of a phase to the last, each of its buildings with a crew of its own.

    min(P_building / r, max(D / 2 - C, D / 4)), D: `build_days_unseen`, C: commissioning                            (1)

    The time from the start of work to operation holds the racks: they and commissioning take at most half of it. That is an assumption:
    of the three recorded ramps whose start of work is known two took a fifth of that time, one of three halls 57 %.
    Axes: draw, phase. Units: d.
    """
    most = np.maximum(0.5 * build_days_unseen - commissioning_time, 0.25 * build_days_unseen)
    return np.minimum(power_per_building / rack_rate[:, phase_site.astype(np.int64)], most)


@quantity("d", "draw phase")
def energised_to_operational(rack_installation: Array, commissioning_time: Array) -> Array:
    """Days from power on to full operation: racks go in, then the hall is commissioned. Axes: draw, phase. Units: d."""
    return rack_installation + commissioning_time


@quantity("1", "draw site")
def power_left(build_world: Array, power_left_chance: Array) -> Array:
    """Share of the lead times of power that is left when work starts: they were ordered and asked for before.

    ln w = power_left + power_left_spread t_4                                       (1)

    Axes: draw, site. Units: 1. Source: equation (1) of `fit_builds`. Kept within a hundredth and three.
    """
    middle, spread = (build_world[:, AT[name], None] for name in ("power_left", "power_left_spread"))
    chance = np.clip(power_left_chance, 1e-9, 1.0 - 1e-9)
    return np.asarray(np.exp(np.clip(middle + spread * t4_ppf(chance), np.log(0.01), np.log(3.0))))
