"""Jobs, each by its own definition: heads on site, peak, job-years, permanent posts, indirect and induced, and the part of a region.

Gross, never net of other jobs. Two routes to job-years stand side by side: by power and pay, and by dollars spent.
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
    Leaves out: turnover (more people than posts), off-site work, and that a site fills up: heads are even within each third of the work, so
    the first weeks have as many as the months after.
    """
    worked = flow(jobs_construction_years_so_far)
    worked[:, :, 0] -= jobs_construction_years_before
    worked *= 8766.0 / month_hours
    return np.maximum(worked, 0.0, out=worked)


@quantity("job", "draw site month", adds="site")
def jobs_construction_annual(jobs_construction_years_so_far: Array, jobs_construction_years_before: Array) -> Array:
    """Heads building at each site, the mean of the twelve months that end here: job-years worked within a year.

    heads(m) = Y(m) - Y(m - 12), Y: job-years so far                                  (1)

    At the end of December it is the mean of a calendar year. In the first year of the clock it counts from the clock's start.
    Axes: draw, site, month. Units: job (job-years a year). Leaves out: what `jobs_construction_onsite` does.
    """
    out = np.array(jobs_construction_years_so_far)
    out[:, :, 12:] -= jobs_construction_years_so_far[:, :, :-12]
    out[:, :, :12] -= jobs_construction_years_before[:, :, None]
    return np.maximum(out, 0.0, out=out)


@quantity("job", "draw site month", adds="site", rises=True)
def jobs_construction_peak_so_far(jobs_construction_onsite: Array) -> Array:
    """Most heads building at a site in any month until then; peaks of several sites fall in different months, their sum is no moment.

    Axes: draw, site, month. Units: job.
    """
    return np.maximum.accumulate(jobs_construction_onsite, axis=2)


@quantity("job", "draw site", adds="site")
def jobs_construction_peak(jobs_construction_peak_so_far: Array) -> Array:
    """Most heads building at a site in any month of the clock; peaks of several sites fall in different months, their sum is no moment.

    Axes: draw, site. Units: job.
    """
    return np.asarray(jobs_construction_peak_so_far[:, :, -1])


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


# --- suppliers and spending: multipliers, each on the basis that its studies measured -----------------------------------------------


@quantity("1", "draw")
def builder_multiplier_type_1(added_jobs_per_builder: Array, indirect_share_of_added: Array) -> Array:
    """Type I multiplier of building: jobs on site and at suppliers per job on site, 1 + added * share of suppliers. Axes: draw. Units: 1.

    Source: studies of construction only (catalogue, `labour/multiplier`): input-output tables and one company's ratio of work off site.
    """
    return 1.0 + added_jobs_per_builder * indirect_share_of_added


@quantity("1", "draw")
def builder_multiplier_type_2(added_jobs_per_builder: Array) -> Array:
    """Type II multiplier of building: jobs on site, at suppliers and from spending per job on site, 1 + added. Axes: draw. Units: 1.

    Source: `builder_multiplier_type_1`.
    """
    return 1.0 + added_jobs_per_builder


@quantity("1", "draw")
def post_multiplier_type_1(added_jobs_per_post: Array, indirect_share_of_added: Array) -> Array:
    """Type I multiplier of running: posts and jobs at suppliers per post, 1 + added * share of suppliers. Axes: draw. Units: 1.

    Source: studies of the industry, of states and of campuses per permanent post (catalogue, `labour/multiplier`). Those paid for by the
    industry are at the upper end; they count the building of further centres among the jobs added to a post.
    """
    return 1.0 + added_jobs_per_post * indirect_share_of_added


@quantity("1", "draw")
def post_multiplier_type_2(added_jobs_per_post: Array) -> Array:
    """Type II multiplier of running: posts, jobs at suppliers and from spending per post, 1 + added. Axes: draw. Units: 1.

    Source: `post_multiplier_type_1`.
    """
    return 1.0 + added_jobs_per_post


@quantity("job", "draw site month", adds="site")
def jobs_indirect(
    jobs_construction_onsite: Array, jobs_permanent: Array, builder_multiplier_type_1: Array, post_multiplier_type_1: Array
) -> Array:
    """Jobs at suppliers while the direct ones last, wherever the suppliers are.

    jobs = heads building * (m_1 - 1) + posts * (p_1 - 1), Type I multipliers         (1)

    Axes: draw, site, month. Units: job. Gross. Leaves out: jobs displaced elsewhere, the making of accelerators.
    """
    building = jobs_construction_onsite * (builder_multiplier_type_1 - 1.0)[:, None, None]
    return np.asarray(building + jobs_permanent * (post_multiplier_type_1 - 1.0)[:, None, None])


@quantity("job", "draw site month", adds="site")
def jobs_induced(
    jobs_construction_onsite: Array, jobs_permanent: Array, builder_multiplier_type_1: Array, builder_multiplier_type_2: Array,
    post_multiplier_type_1: Array, post_multiplier_type_2: Array,
) -> Array:  # fmt: skip
    """Jobs from the spending of those paid, wherever they spend.

    jobs = heads building * (m_2 - m_1) + posts * (p_2 - p_1), Type II less Type I multipliers   (1)

    Axes: draw, site, month. Units: job. Gross. Leaves out: what those paid would have earned and spent elsewhere.
    """
    building = jobs_construction_onsite * (builder_multiplier_type_2 - builder_multiplier_type_1)[:, None, None]
    return np.asarray(building + jobs_permanent * (post_multiplier_type_2 - post_multiplier_type_1)[:, None, None])


@quantity("job", "draw site month", adds="site")
def jobs_with_suppliers(jobs_direct: Array, jobs_indirect: Array) -> Array:
    """Jobs on site and at suppliers (what a Type I multiplier gives): direct and indirect. Axes: draw, site, month. Units: job. Gross."""
    return jobs_direct + jobs_indirect


@quantity("job", "draw site month", adds="site")
def jobs_total(jobs_with_suppliers: Array, jobs_induced: Array) -> Array:
    """Jobs by the widest definition at one time: direct, indirect and induced. Axes: draw, site, month. Units: job.

    Gross: not what a region gains.
    """
    return jobs_with_suppliers + jobs_induced


@quantity("job", "draw site month", adds="site")
def jobs_total_local(jobs_direct: Array, jobs_indirect: Array, jobs_induced: Array, local_share: Array) -> Array:
    """Jobs of all kinds in the region of each site, by place of work.

    jobs = direct + s (indirect + induced), s: share of purchases and spending that stays in the region   (1)

    What leaks out of the region, 1 - s, leaves final demand before a multiplier is applied to it (BEA, RIMS II); later rounds leak too, so
    this is an upper bound. Direct jobs are in the region by where the work is, whoever holds them.
    Axes: draw, site, month. Units: job. Leaves out: workers who live elsewhere and spend there.
    """
    return np.asarray(jobs_direct + (jobs_indirect + jobs_induced) * local_share[:, None, None])


# --- job-years so far: a count that grows for as long as anybody works ---------------------------------------------------------------


@quantity("job", "draw site month", adds="site", rises=True)
def jobs_permanent_years_so_far(jobs_permanent: Array, month_hours: Array) -> Array:
    """Job-years in permanent posts so far, from the clock's start: posts * length of each month, added up.

    Axes: draw, site, month. Units: job (job-years).
    """
    return np.cumsum(jobs_permanent * (month_hours / 8766.0), axis=2)


@quantity("job", "draw site month", adds="site", rises=True)
def jobs_direct_years_so_far(jobs_construction_years_so_far: Array, jobs_permanent_years_so_far: Array) -> Array:
    """Job-years of building and in permanent posts so far: a worker of three years counts three times.

    Axes: draw, site, month. Units: job (job-years).
    """
    return jobs_construction_years_so_far + jobs_permanent_years_so_far


@quantity("job", "draw site month", adds="site", rises=True)
def jobs_total_years_so_far(
    jobs_construction_years_so_far: Array, jobs_permanent_years_so_far: Array, builder_multiplier_type_2: Array,
    post_multiplier_type_2: Array,
) -> Array:  # fmt: skip
    """Job-years of all kinds so far, the widest count of all: each worker counts once for each year, suppliers and spending with them.

    years = years of building * m_2 + years in posts * p_2, Type II multipliers       (1)

    Axes: draw, site, month. Units: job (job-years). Gross: never a number of people.
    """
    building = jobs_construction_years_so_far * builder_multiplier_type_2[:, None, None]
    return np.asarray(building + jobs_permanent_years_so_far * post_multiplier_type_2[:, None, None])


# --- the second route: jobs from money, beside the first and never averaged with it --------------------------------------------------


@quantity("1", "draw")
def construction_price_since_study(construction_price_rise: Array, spending_study_date: Array, price_date: Array) -> Array:
    """Price of building in the price year over that of the year of the study on jobs per dollar.

    p = (1 + g)^(years between)                                                       (1)

    Axes: draw. Units: 1. Source of g: means of building price indices over 14 and 30 years. The study does not name its price year; the
    year of its tables is taken, an assumption.
    """
    return np.asarray((1.0 + construction_price_rise) ** ((price_date - spending_study_date) / 365.25))


@quantity("job", "draw site month", adds="site", rises=True)
def jobs_direct_years_by_spending(
    construction_deployed: Array, direct_jobs_per_spending: Array, construction_price_since_study: Array
) -> Array:
    """Job-years of building so far by jobs per dollar of construction: a cross-check of `jobs_construction_years_so_far`.

    years = spending so far / p * jobs per USD of the study's year                    (1)

    Axes: draw, site, month. Units: USD * job/USD -> job (job-years). Source: EPI, employment multipliers per million USD (2019), on BLS
    employment requirements. Of all construction, not of data centres, where machines are a larger part of the cost: an upper side.
    """
    return np.asarray(construction_deployed * (direct_jobs_per_spending / construction_price_since_study)[:, None, None])


@quantity("job", "draw site month", adds="site", rises=True)
def jobs_total_years_by_spending(
    construction_deployed: Array, direct_jobs_per_spending: Array, supplier_jobs_per_spending: Array, induced_jobs_per_spending: Array,
    construction_price_since_study: Array,
) -> Array:  # fmt: skip
    """Job-years of all kinds from building so far, by jobs per dollar of construction.

    years = spending so far / p * (direct + suppliers + induced per USD)              (1)

    Axes: draw, site, month. Units: USD * job/USD -> job (job-years). Source and limits: `jobs_direct_years_by_spending`.
    """
    per_spending = direct_jobs_per_spending + supplier_jobs_per_spending + induced_jobs_per_spending
    return np.asarray(construction_deployed * (per_spending / construction_price_since_study)[:, None, None])
