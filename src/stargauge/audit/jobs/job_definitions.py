"""What can be meant by a job: every definition as an address, in one plain sentence, with its basis, from the narrowest to the widest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from stargauge.audit.claims.language import Time
from stargauge.quantity.address import Address

DIRECT, TOTAL, PEAK, PERMANENT = "jobs_direct", "jobs_total", "jobs_construction_peak", "jobs_permanent"
ONSITE, ANNUAL, PEAK_SO_FAR = "jobs_construction_onsite", "jobs_construction_annual", "jobs_construction_peak_so_far"
LOCAL, BUILDING_YEARS, DIRECT_YEARS = "jobs_total_local", "jobs_construction_years_so_far", "jobs_direct_years_so_far"


@dataclass(frozen=True)
class Definition:
    """One way to count: the quantity, what it is called, what it says, what one of it is.

    `at_sites`: the quantity of those of its jobs that are at the sites themselves, "" where none is; its own name where all are in the
    sites' regions. `counts`: whether a claim can mean it by itself; suppliers alone or spending alone are parts of a count.
    """

    name: str
    label: str
    says: str
    basis: str
    at_sites: str
    counts: bool = True

    def address(self, labels: Iterable[str] = ()) -> str:
        """Its address at some sites, or at all."""
        return str(Address(self.name, tuple(labels)))


DEFINITIONS: tuple[Definition, ...] = (
    Definition(PERMANENT, "permanent posts", "posts at the sites for what runs", "posts", PERMANENT),
    Definition(
        ANNUAL, "builders, mean of a year", "people building on site, mean of the twelve months that end here", "job-years a year", ANNUAL
    ),
    Definition(ONSITE, "builders, mean of a month", "people building on site, mean of the month", "heads", ONSITE),
    Definition(DIRECT, "direct jobs", "people building on site in the month, and permanent posts", "heads and posts", DIRECT),
    Definition(
        PEAK_SO_FAR, "builders, each site's peak", "most people building at a site in any month so far; of sites added up: no one moment",
        "peaks", PEAK_SO_FAR,
    ),
    Definition("jobs_indirect", "suppliers", "jobs at suppliers while the direct ones last", "jobs", "", counts=False),
    Definition("jobs_induced", "spending of wages", "jobs from what those paid spend", "jobs", "", counts=False),
    Definition("jobs_with_suppliers", "direct and suppliers", "direct jobs and jobs at suppliers", "jobs", DIRECT),
    Definition(
        LOCAL, "all kinds, in the regions", "direct, suppliers and spending, as far as they stay in the sites' regions", "jobs", LOCAL
    ),
    Definition(TOTAL, "all kinds", "direct jobs, suppliers and spending, wherever they are", "jobs", DIRECT),
    Definition(
        BUILDING_YEARS, "job-years of building so far", "one for each person and year of building, added up since the start", "job-years",
        BUILDING_YEARS,
    ),
    Definition(
        DIRECT_YEARS, "direct job-years so far", "one for each person and year, building or in a post", "job-years", DIRECT_YEARS
    ),
    Definition(
        "jobs_total_years_so_far", "job-years of all kinds so far", "one for each job of any kind and year, added up", "job-years",
        DIRECT_YEARS,
    ),
)  # fmt: skip
BY_NAME = {one.name: one for one in DEFINITIONS}
#: What a claim can mean by a number of jobs, from the narrowest to the widest.
COUNTS = tuple(one for one in DEFINITIONS if one.counts)
#: Jobs at suppliers and from spending, alone or in a sum: published multipliers say how many; whoever looks at the sites sees none of them.
ELSEWHERE = frozenset(
    {LOCAL, TOTAL, "jobs_indirect", "jobs_induced", "jobs_with_suppliers", "jobs_total_years_so_far", "jobs_total_years_by_spending"}
)
#: Every quantity that a claim on jobs may name.
NAMES = frozenset({*BY_NAME, PEAK})


def counted_as(name: str) -> str:
    """The definition by which a quantity of jobs is counted at a time: the peak of the whole clock is the peak so far, at its end."""
    return PEAK_SO_FAR if name == PEAK else name


def dated(time: Time | None, horizon: date) -> Time:
    """When a number of jobs is asked for; one without a date (a peak) until the end of the clock."""
    return time or Time("by", horizon, horizon)
