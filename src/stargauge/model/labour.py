"""Jobs, each by its own definition: heads on site, peak, job-years, permanent posts, indirect and induced.

Gross, never net of other jobs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import STAGES, quantity
from stargauge.quantity.timeline import flow, s_curves

Array = NDArray[np.float64]

_START, _ENERGISED, _OPERATIONAL = (STAGES.index(s) for s in ("under_construction", "energised", "operational"))
_BY_WORKERS_PER_POWER = 1.0


@quantity("USD/job", "draw")
def construction_compensation(
    construction_hourly_cost: Array, construction_trade_premium: Array, construction_hours_per_year: Array
) -> Array:
    """Cost of one construction worker for a year: hourly compensation with benefits, premium of data-centre sites, hours worked.

    w = hourly * (1 + premium) * hours                                              (1)

    Axes: draw. Units: USD/h * h -> USD per job and year, USD of the price year. Source: BLS compensation of US construction (via EPI),
    moved to
    the price year; premium: trade press. Check: 140,000 USD per worker and year named by one secondary page.
    """
    return construction_hourly_cost * (1.0 + construction_trade_premium) * construction_hours_per_year


@quantity("job", "draw phase", adds="phase")
def phase_construction_years(
    phase_construction_cost: Array, construction_labour_share: Array, construction_compensation: Array, phase_it_power: Array,
    design_power_ratio: Array, construction_workers_per_power: Array, construction_workers_limit: Array, construction_middle_share: Array,
    uncancelled_date: Array, labour_method: Array, phase_site: Array,
) -> Array:  # fmt: skip
    """Job-years of construction that each phase takes when complete, by one of two ways of reckoning.

    by workers per power: peak workers per W * P_facility * years / (3 * middle share)   (1)
    by cost: K * labour share / yearly cost of a worker, at most (1) with the most workers that fit per W   (2)

    (1) turns a peak into job-years along the same S-curve: in its middle third it runs at 3 * middle share of its mean. What a quick build
    cannot do on site it does off site, so (2) is capped. `labour_method` picks one of the two for a whole draw, so that the choice shows in
    the model range. Axes: draw, phase. Units: job (job-years).
    Source of the shares: catalogue, `labour`. Leaves out: work off site (factories), design, installing accelerators.
    """
    place = phase_site.astype(np.int64)
    by_cost = phase_construction_cost * (construction_labour_share / construction_compensation)[:, None]
    start, end = uncancelled_date[:, _START], uncancelled_date[:, _ENERGISED]
    runs = np.isfinite(start) & np.isfinite(end)
    years = np.maximum(np.where(runs, end, 1.0) - np.where(runs, start, 0.0), 1.0) / 365.25
    per_density = np.where(runs, phase_it_power * design_power_ratio[:, place] * years / (3.0 * construction_middle_share)[:, None], 0.0)
    most = per_density * construction_workers_limit[:, None]
    by_power = per_density * construction_workers_per_power[:, None]
    return np.where(labour_method[:, None] == _BY_WORKERS_PER_POWER, by_power, np.minimum(by_cost, most))


@quantity("job", "draw site month", adds="site", rises=True)
def jobs_construction_years_so_far(
    phase_construction_years: Array, uncancelled_date: Array, cancelled_date: Array, construction_middle_share: Array, phase_site: Array,
    site_known_from: Array, month_end: Array,
) -> Array:  # fmt: skip
    """Job-years of construction worked so far, along the S-curve of the spending. Axes: draw, site, month. Units: job (job-years)."""
    return s_curves(
        uncancelled_date[:, _START], uncancelled_date[:, _ENERGISED], cancelled_date, phase_construction_years, construction_middle_share,
        phase_site, len(site_known_from), month_end,
    )  # fmt: skip


@quantity("job", "draw site")
def jobs_construction_years_before(
    phase_construction_years: Array, uncancelled_date: Array, cancelled_date: Array, construction_middle_share: Array, phase_site: Array,
    site_known_from: Array, month_end: Array, month_hours: Array,
) -> Array:  # fmt: skip
    """Job-years worked before the first month of the clock. Axes: draw, site. Units: job (job-years)."""
    opening = month_end[:1] - month_hours[:1] / 24.0
    return s_curves(
        uncancelled_date[:, _START], uncancelled_date[:, _ENERGISED], cancelled_date, phase_construction_years, construction_middle_share,
        phase_site, len(site_known_from), opening,
    )[:, :, 0]  # fmt: skip


@quantity("job", "draw site month", adds="site", flow=True)
def jobs_construction_years(jobs_construction_years_so_far: Array) -> Array:
    """Job-years of construction worked within each month; the first month opens with what came before.

    Two people for half a year are one job-year: neither heads nor posts. Axes: draw, site, month. Units: job (job-years).
    """
    return flow(jobs_construction_years_so_far)


@quantity("job", "draw site month", adds="site")
def jobs_construction_onsite(jobs_construction_years_so_far: Array, jobs_construction_years_before: Array, month_hours: Array) -> Array:
    """Heads building at each site: the mean of each month, as full-time workers.

    heads = job-years within the month / (hours of the month / 8766)                (1)

    Axes: draw, site, month. Units: job. Check: Abilene, about 2,000 a day in March 2025 and 6,400 at the peak of September 2025.
    Leaves out: turnover (more people than posts), off-site work.
    """
    worked = flow(jobs_construction_years_so_far)
    worked[:, :, 0] -= jobs_construction_years_before
    worked *= 8766.0 / month_hours
    return np.maximum(worked, 0.0, out=worked)


@quantity("job", "draw site", adds="site")
def jobs_construction_peak(jobs_construction_onsite: Array) -> Array:
    """Most heads building at a site in any month of the clock; peaks of several sites fall in different months, their sum is no moment.

    Axes: draw, site. Units: job.
    """
    return np.asarray(jobs_construction_onsite.max(axis=2))


@quantity("job", "draw site month", adds="site")
def jobs_permanent(power_facility: Array, permanent_jobs_per_power: Array) -> Array:
    """Permanent posts at each site: posts per W of facility power, for what runs.

    jobs = P_facility(operational) * j                                               (1)

    Axes: draw, site, month. Units: W * job/W -> job. Source: announced and permitted posts of several campuses (catalogue, `labour`).
    Leaves out: economies of scale, contractors who come and go, staff of tenants elsewhere.
    """
    return np.asarray(power_facility[:, _OPERATIONAL] * permanent_jobs_per_power[:, :, None])


@quantity("job", "draw site month", adds="site")
def jobs_direct(jobs_construction_onsite: Array, jobs_permanent: Array) -> Array:
    """Direct jobs: heads building at the sites plus permanent posts there. Axes: draw, site, month. Units: job. Gross."""
    return jobs_construction_onsite + jobs_permanent


@quantity("job", "draw site month", adds="site")
def jobs_indirect(jobs_direct: Array, added_jobs_per_direct: Array, indirect_share_of_added: Array) -> Array:
    """Jobs at suppliers while the direct ones last: direct * added per direct * share of suppliers in them.

    Axes: draw, site, month. Units: job. Source: published multipliers (`labour/multiplier` of the catalogue) as one wide distribution:
    studies
    paid for by the industry are at its upper end, regional tables at its lower. Leaves out: jobs displaced elsewhere, imports.
    """
    return np.asarray(jobs_direct * (added_jobs_per_direct * indirect_share_of_added)[:, None, None])


@quantity("job", "draw site month", adds="site")
def jobs_induced(jobs_direct: Array, added_jobs_per_direct: Array, indirect_share_of_added: Array) -> Array:
    """Jobs from the spending of those paid: direct * added per direct * (1 - share of suppliers).

    Axes, units and source: `jobs_indirect`.
    """
    return np.asarray(jobs_direct * (added_jobs_per_direct * (1.0 - indirect_share_of_added))[:, None, None])


@quantity("job", "draw site month", adds="site")
def jobs_total(jobs_direct: Array, jobs_indirect: Array, jobs_induced: Array) -> Array:
    """Jobs by the widest definition: direct, indirect and induced. Axes: draw, site, month. Units: job. Gross: not what a region gains."""
    return jobs_direct + jobs_indirect + jobs_induced
