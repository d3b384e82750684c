"""When each site runs, and what holds it up: dates of the next and the last phase, and what each activity decides and costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.given import Condition, given_data
from stargauge.engine.result import Result
from stargauge.programme.known import Known, PhaseView
from stargauge.programme.schema import UNSITED
from stargauge.quantity.dates import from_day
from stargauge.quantity.quantity import ACTIVITIES

Array = NDArray[np.float64]
_STAGE = "operational"
#: What says how likely an activity decides and by how many days: of phases dated by the network, and of planned ones.
_HELD, _AT_RISK = ("held_up", "days_held_up"), ("plan_at_risk", "days_past_plan")


@dataclass(frozen=True)
class Activity:
    """An activity at a site: the probability that it decides (or comes after a plan wants it), and the days that it costs on average."""

    name: str
    probability: float
    days: float

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"activity": self.name, "probability": self.probability, "days": self.days}


@dataclass(frozen=True)
class SiteDelay:
    """A site with unfinished phases: their IT power in W, the days on which the next and the last of them run per draw, what holds it up.

    `planned`: phases whose operation somebody dated, whose plan is at risk from `risks`; the others are dated by the network of activities
    and held up by `activities`. `seen`: the last look at the site.
    """

    id: str
    name: str
    phases: int
    running: int
    planned: int
    it_power: float
    next: Array
    last: Array
    activities: tuple[Activity, ...]
    risks: tuple[Activity, ...]
    seen: date | None

    def to_dict(self) -> dict[str, Any]:
        """As plain data; dates as P10, P50 and P90, none where that quantile never comes; the activity that costs most first."""
        return {
            "id": self.id, "name": self.name, "phases": self.phases, "running": self.running, "planned": self.planned,
            "it_power_w": self.it_power, "next": date_levels(self.next), "complete": date_levels(self.last),
            "never": float(np.mean(~np.isfinite(self.last))), "held_up_by": [one.to_dict() for one in self.activities],
            "plan_at_risk": [one.to_dict() for one in self.risks], "observed_through": str(self.seen) if self.seen else None,
        }  # fmt: skip


@dataclass(frozen=True)
class Delays:
    """The unfinished sites of a programme as known on a day; `asked_as`: the name or file by which the command line finds it again."""

    programme: str
    asked_as: str
    name: str
    as_of: str
    draws: int
    seed: int
    sites: tuple[SiteDelay, ...]
    given: Condition | None = None

    def to_dict(self) -> dict[str, Any]:
        """`{programme, asked_as, name, as_of, draws, seed, sites}`: the form of JSON, Python and the command line."""
        return {
            "programme": self.programme, "asked_as": self.asked_as, "name": self.name, "as_of": self.as_of, "draws": self.draws,
            "seed": self.seed, **given_data(self.given), "sites": [site.to_dict() for site in self.sites],
        }  # fmt: skip


def date_levels(days: Array) -> dict[str, str | None]:
    """P10, P50 and P90 of some days as dates; None where that quantile never comes."""
    low, middle, high = (float(np.quantile(days, level, method="lower")) for level in (0.1, 0.5, 0.9))
    return {name: str(from_day(one)) if np.isfinite(one) else None for name, one in (("p10", low), ("p50", middle), ("p90", high))}


def unfinished(known: Known) -> dict[str, list[PhaseView]]:
    """The phases of each site that do not run yet and were not given up; pledges without a site under `unsited`."""
    out: dict[str, list[PhaseView]] = {}
    for phase in known.phases:
        gone = known.milestone_cancelled(phase) or known.milestone_paused(phase) or known.milestone_placed(phase)
        if known.milestone_observed(phase, _STAGE) is None and gone is None:
            out.setdefault(phase.site, []).append(phase)
    return out


def wanted(known: Known) -> list[str]:
    """The addresses that a run must give for `delays`."""
    open_ones = unfinished(known)
    dates = [f"stage_date[{_STAGE}, {phase.id}]" for phases in open_ones.values() for phase in phases]
    held = [f"{name}[{activity}, {site}]" for name in (*_HELD, *_AT_RISK) for activity in ACTIVITIES for site in open_ones]
    return [*dates, *held, *(f"phase_it_power[{phase.id}]" for phases in open_ones.values() for phase in phases)]


def delays(known: Known, result: Result, names: Mapping[str, str], programme: str, asked_as: str) -> Delays:
    """The delays of the unfinished sites from a run that gave what is `wanted`; sites in the order of the file."""
    open_ones = unfinished(known)
    sites = tuple(_site(known, result, site, phases, names.get(site, site)) for site, phases in open_ones.items())
    return Delays(programme, asked_as, known.programme.name, str(known.as_of), result.draws, result.seed, sites)


def _site(known: Known, result: Result, site: str, phases: Sequence[PhaseView], name: str) -> SiteDelay:
    dates = np.stack([result[f"stage_date[{_STAGE}, {phase.id}]"].values for phase in phases])
    every = [phase for phase in known.phases if phase.site == site]
    running = sum(known.milestone_observed(phase, _STAGE) is not None for phase in every)
    planned = sum(known.milestone_planned(phase, _STAGE) is not None for phase in phases)
    power = float(sum(np.median(result[f"phase_it_power[{phase.id}]"].values) for phase in phases))
    held = _ranked(result, _HELD, site)
    risks = tuple(one for one in _ranked(result, _AT_RISK, site) if one.probability > 0.0)
    last = dates.max(axis=0) if site != UNSITED else np.where(np.isfinite(dates), dates, -np.inf).max(axis=0)
    ends = dates.min(axis=0), np.where(last > 0, last, np.inf)
    return SiteDelay(site, name, len(every), running, planned, power, *ends, held, risks, known.observed_through(site))


def _ranked(result: Result, names: tuple[str, str], site: str) -> tuple[Activity, ...]:
    """The activities of a site, what costs most first; none where no phase is dated in that way."""
    if not np.isfinite(result[f"{names[0]}[{ACTIVITIES[0]}, {site}]"].values).any():
        return ()
    made = [_activity(result, names, activity, site) for activity in ACTIVITIES]
    return tuple(sorted(made, key=lambda one: (-one.days, ACTIVITIES.index(one.name))))


def _activity(result: Result, names: tuple[str, str], activity: str, site: str) -> Activity:
    decides, costs = (result[f"{name}[{activity}, {site}]"].values for name in names)
    return Activity(activity, float(np.nan_to_num(decides).mean()), float(np.nan_to_num(costs).mean()))
