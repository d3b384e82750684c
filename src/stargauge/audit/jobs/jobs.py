"""Jobs by every definition: at a date, for the programme and each site; cross-checks; what each claim on jobs needs to be true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.given import Condition, given_data
from stargauge.audit.jobs.job_checks import Compared, compared, needed
from stargauge.audit.jobs.job_claims import NumberVerdict
from stargauge.audit.jobs.job_definitions import BUILDING_YEARS, DEFINITIONS, Definition
from stargauge.engine.result import Result
from stargauge.quantity.address import Address

Array = NDArray[np.float64]
_LEVELS = (0.1, 0.5, 0.9)
LOCAL_SHARE = "local_share"
#: Two routes to the same job-years: by power and pay, and by jobs per dollar of building; and how much wider one is.
BY_SPENDING, ALL_BY_SPENDING, BUILDER_RATIO = "jobs_direct_years_by_spending", "jobs_total_years_by_spending", "builder_multiplier_type_2"
#: What the two routes count.
ROUTES = ("job-years of building so far", "the same with suppliers and spending")
Levels = tuple[float, float, float]


@dataclass(frozen=True)
class Count:
    """Jobs by one definition: P10, P50 and P90, and of its jobs the share in the sites' regions likewise (none where there are none)."""

    definition: Definition
    levels: Levels
    region: Levels | None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        one = self.definition
        return {
            "address": one.name, "label": one.label, "says": one.says, "basis": one.basis, "unit": "job", **_plain(self.levels),
            "region": _plain(self.region) if self.region else None, "counts": one.counts,
        }  # fmt: skip


@dataclass(frozen=True)
class Route:
    """Job-years of building so far by two routes that are never averaged: by power and pay, and by dollars spent."""

    what: str
    by_power: Levels
    by_spending: Levels

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        two = {"by_power_and_pay": self.by_power, "by_spending": self.by_spending}
        return {"what": self.what, **{name: {"unit": "job", **_plain(levels)} for name, levels in two.items()}}


@dataclass(frozen=True)
class SiteCount:
    """The counts of one site; pledges without a site are one of their own."""

    id: str
    name: str
    counts: tuple[Count, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"id": self.id, "name": self.name, "definitions": [one.to_dict() for one in self.counts]}


@dataclass(frozen=True)
class Jobs:
    """Jobs of a programme, or of one of its sites, as known on a day, at the end of the month of a date."""

    programme: str
    asked_as: str
    name: str
    as_of: str
    date: str
    site: str | None
    site_name: str
    draws: int
    seed: int
    fingerprint: str
    counts: tuple[Count, ...]
    sites: tuple[SiteCount, ...]
    routes: tuple[Route, ...]
    checks: tuple[Compared, ...]
    claims: tuple[NumberVerdict, ...]
    given: Condition | None = None

    def to_dict(self) -> dict[str, Any]:
        """The form of JSON, Python and the command line."""
        return {
            "programme": self.programme, "asked_as": self.asked_as, "name": self.name, "as_of": self.as_of, "date": self.date,
            "site": self.site, "site_name": self.site_name, "draws": self.draws, "seed": self.seed, "fingerprint": self.fingerprint,
            **given_data(self.given),
            "definitions": [one.to_dict() for one in self.counts],
            "sites": [one.to_dict() for one in self.sites], "routes": [one.to_dict() for one in self.routes],
            "checks": [one.to_dict() for one in self.checks], "claims": [one.to_dict() for one in self.claims],
        }  # fmt: skip


def wanted(known: Any, site: str | None = None) -> tuple[str, ...]:
    """The addresses that a run must give for `jobs`."""
    places = [(), *((view.id,) for view in known.sites)] if site is None else [(site,)]
    counted = [one.address(labels) for labels in places for one in DEFINITIONS]
    routes = [str(Address(name, (site,) if site else ())) for name in (BY_SPENDING, ALL_BY_SPENDING)]
    return tuple(dict.fromkeys((*counted, *routes, LOCAL_SHARE, BUILDER_RATIO, *needed(known))))


def dates(known: Any, when: date) -> tuple[date, ...]:
    """The dates at which a run must keep its draws for `jobs`."""
    return tuple(sorted({when, known.months[-1], *(day for days in needed(known).values() for day in days)}))


def jobs(
    known: Any, result: Result, when: date, site: str | None, names: Mapping[str, str], claims: Sequence[NumberVerdict], programme: str,
    asked_as: str,
) -> Jobs:  # fmt: skip
    """The jobs of a programme from a run that gave what is `wanted` at the `dates`."""

    def draws(address: str, day: date) -> Array:
        return np.asarray(result[address].at(day).values)

    labels = (site,) if site else ()
    counts = _counts(draws, when, labels)
    sites = tuple(SiteCount(view.id, names.get(view.id, view.id), _counts(draws, when, (view.id,))) for view in known.sites if not site)
    return Jobs(
        programme, asked_as, known.programme.name, str(known.as_of), str(when), site, names.get(site or "", site or ""),
        result.draws, result.seed, result.fingerprint,
        counts, sites, _routes(draws, when, labels), compared(known, draws, names, site), tuple(claims),
    )  # fmt: skip


def _counts(draws: Any, when: date, labels: tuple[str, ...]) -> tuple[Count, ...]:
    stays = draws(LOCAL_SHARE, when)
    by_name = {one.name: draws(one.address(labels), when) for one in DEFINITIONS}
    return tuple(Count(one, _levels(by_name[one.name]), _region(one, by_name, stays)) for one in DEFINITIONS)


def _region(one: Definition, by_name: Mapping[str, Array], stays: Array) -> Levels | None:
    """The share of jobs in the region: all those at the sites, and of the others what stays."""
    jobs_in_all = by_name[one.name]
    at_sites = by_name[one.at_sites] if one.at_sites else np.zeros_like(jobs_in_all)
    some = jobs_in_all > 0.0
    if not some.any():
        return None
    inside = at_sites[some] + stays[some] * (jobs_in_all - at_sites)[some]
    return _levels(inside / jobs_in_all[some])


def _routes(draws: Any, when: date, labels: tuple[str, ...]) -> tuple[Route, ...]:
    def at(name: str) -> Array:
        return np.asarray(draws(str(Address(name, labels)), when))

    building = at(BUILDING_YEARS)
    return (
        Route(ROUTES[0], _levels(building), _levels(at(BY_SPENDING))),
        Route(
            ROUTES[1], _levels(building * draws(BUILDER_RATIO, when)), _levels(at(ALL_BY_SPENDING))
        ),
    )  # fmt: skip


def _levels(values: Array) -> Levels:
    low, middle, high = (float(level) for level in np.quantile(values, _LEVELS))
    return low, middle, high


def _plain(levels: Levels) -> dict[str, float | None]:
    """By name; none where nothing is stated, such as of a site without a size."""
    return {name: None if np.isnan(level) else level for name, level in zip(("p10", "p50", "p90"), levels, strict=True)}
