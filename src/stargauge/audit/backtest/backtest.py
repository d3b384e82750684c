"""How good forecasts of programmes were: knowledge dates replayed before recorded outcomes, without the programme's own records.

The cases are fixed by rule and listed before anything is scored:
- milestones: every start of work, power on and operation that the record now dates, one case for phases of a site that reached a stage on
  the same day; forecast from 30, 90, 180 and 365 days before the outcome, where the phase was known and the stage not yet reached;
- claims: every reading with a deadline after the day it was said, settled now by the record or by arithmetic; forecast from the day it was
  said. Readings that are open, silent, too thin, not testable or about the record itself are listed, not scored.
The outcome is what the newest statements hold; a milestone's is the middle of its stated window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.backtest.scoring import base_rates, brier, by_tenths, coverage, crps, interval, log_score
from stargauge.audit.claims.verdict import ReadingVerdict
from stargauge.engine.series import plain
from stargauge.programme.known import Known
from stargauge.quantity.dates import Window, day, from_day
from stargauge.quantity.quantity import PHYSICAL_STAGES
from stargauge.quantity.statement import Statement

Array = NDArray[np.float64]
#: Days before an outcome from which it is forecast.
LEADS = (30, 90, 180, 365)
#: The bins of the reliability diagram.
BINS = (0.0, 0.1, 0.33, 0.66, 0.9, 1.0)


@dataclass(frozen=True)
class Milestone:
    """A stage that a phase (and others of its site with it) reached, as the newest statement dates it."""

    programme: str
    owner: str
    phase: str
    site: str
    stage: str
    phases: int
    outcome: Window
    source: str

    @property
    def address(self) -> str:
        """What a run must give to forecast it."""
        return f"stage_date[{self.stage}, {self.phase}]"


@dataclass(frozen=True)
class DateCase:
    """A milestone forecast from a day: what the model said (day counts per draw), what had been announced, what the class's median adds."""

    milestone: Milestone
    lead: int
    as_of: date
    days: Array
    plan: Statement | None
    median_slip: float
    hindsight: date | None

    @property
    def happened(self) -> float:
        """The day on which it happened."""
        return self.milestone.outcome.middle

    @property
    def announced(self) -> float | None:
        """The date announced by then, where there was one."""
        return self.plan.value.middle if self.plan and isinstance(self.plan.value, Window) else None

    @property
    def place(self) -> float:
        """Where the outcome falls in the forecast, 0 to 1."""
        return float(np.mean(self.days <= self.happened))

    def to_dict(self) -> dict[str, Any]:
        """As plain data; scores in days."""
        p10, p50, p90 = (float(v) for v in np.quantile(self.days, (0.1, 0.5, 0.9)))
        announced = self.announced
        return {
            "kind": "milestone", "programme": self.milestone.programme, "left_out": self.milestone.owner, "site": self.milestone.site,
            "phase": self.milestone.phase, "phases": self.milestone.phases, "stage": self.milestone.stage, "as_of": str(self.as_of),
            "lead_days": self.lead, "outcome": str(self.milestone.outcome), "source": self.milestone.source,
            "p10": str(from_day(p10)), "p50": str(from_day(p50)), "p90": str(from_day(p90)), "place": self.place,
            "inside": bool(p10 <= self.happened <= p90), "crps_days": crps(self.days, self.happened),
            "announced": str(self.plan.value) if self.plan else None,
            "crps_announcement": None if announced is None else abs(self.happened - announced),
            "crps_median_slip": None if announced is None else abs(self.happened - announced - self.median_slip),
            "hindsight": str(self.hindsight) if self.hindsight else None,
        }  # fmt: skip


@dataclass(frozen=True)
class ClaimCase:
    """A reading forecast on the day it was said, and how it came out."""

    programme: str
    owner: str
    claim: str
    reading: str
    as_of: date
    said: float
    happened: bool
    settled_by: str

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "kind": "claim", "programme": self.programme, "left_out": self.owner, "claim": self.claim, "reading": self.reading,
            "as_of": str(self.as_of), "probability": self.said, "happened": self.happened, "settled_by": self.settled_by,
        }  # fmt: skip


@dataclass(frozen=True)
class Unscored:
    """What the rule looked at and left out, with the reason."""

    programme: str
    what: str
    reason: str

    def to_dict(self) -> dict[str, str]:
        """As plain data."""
        return {"programme": self.programme, "what": self.what, "reason": self.reason}


@dataclass(frozen=True)
class Backtest:
    """Cases with their scores, and what was left out."""

    dates: tuple[DateCase, ...]
    claims: tuple[ClaimCase, ...]
    unscored: tuple[Unscored, ...]

    def to_dict(self) -> dict[str, Any]:
        """`{summary, cases, unscored, rule}`: the form of JSON, Python and the command line."""
        return {
            "summary": self.summary(),
            "cases": [*(case.to_dict() for case in self.dates), *(case.to_dict() for case in self.claims)],
            "unscored": [one.to_dict() for one in self.unscored],
            "rule": " ".join((__doc__ or "").split()),
        }

    def summary(self) -> dict[str, Any]:
        """Coverage and CRPS of dates, Brier and log score of claims, skills against the baselines, with intervals."""
        by_lead = {str(lead): date_scores([case for case in self.dates if case.lead == lead]) for lead in LEADS}
        return date_scores(self.dates) | claim_scores(self.claims) | {"by_lead_days": by_lead, "reliability": reliability(self.claims)}


def milestones(programme: str, known: Known) -> Iterator[Milestone]:
    """The milestones that the record dates, by the rule above."""
    seen: dict[tuple[str, str, Window], list[tuple[str, Statement]]] = {}
    for phase in known.phases:
        for stage in PHYSICAL_STAGES:
            found = known.milestone_observed(phase, stage)
            if found is not None and isinstance(found.value, Window) and found.source:
                seen.setdefault((phase.site, stage, found.value), []).append((phase.id, found))
    for (site, stage, when), members in seen.items():
        phase_id, statement = members[0]
        yield Milestone(programme, known.programme.owner, phase_id, site, stage, len(members), when, statement.source)


def looks(found: Iterable[Milestone]) -> Iterator[tuple[Milestone, int, date]]:
    """Each milestone with the days from which it is forecast."""
    for milestone in found:
        for lead in LEADS:
            yield milestone, lead, from_day(milestone.outcome.middle - lead)


def not_yet(milestone: Milestone, then: Known) -> str:
    """Why a milestone cannot be forecast from what was known; empty where it can."""
    phase = next((one for one in then.phases if one.id == milestone.phase), None)
    if phase is None:
        return "the phase was not known yet"
    if then.milestone_observed(phase, milestone.stage) is not None:
        return "it was called reached already"
    return ""


def date_case(
    milestone: Milestone, lead: int, then: Known, values: Array, hindsight: date | None, median_slip: Callable[[Known], float]
) -> DateCase:
    """A case from what a run gave; a stage that never comes counts as the end of the programme's clock."""
    phase = next(one for one in then.phases if one.id == milestone.phase)
    kept = np.minimum(np.where(np.isnan(values), np.inf, values), day(then.months[-1]))
    return DateCase(milestone, lead, then.as_of, kept, then.milestone_planned(phase, milestone.stage), median_slip(then), hindsight)


def class_median(then: Known) -> float:
    """Median slip, in days, of the data centres and AI campuses that were reached, among the records the run may use."""
    slips = [
        r.slip_days
        for r in then.slip_records
        if r.outcome == "reached" and r.slip_days is not None and r.group in ("data_centre", "ai_campus")
    ]
    return float(np.median(slips)) if slips else 0.0


Readings = Mapping[tuple[str, str], ReadingVerdict]


def claims_to_forecast(programme: str, now: Readings, said: Mapping[str, date]) -> tuple[list[tuple[str, str]], list[Unscored]]:
    """The settled readings by the rule above, as (claim, reading), and all others with the reason."""
    reasons = {key: _unsettled(verdict, said[key[0]]) for key, verdict in now.items()}
    left = [Unscored(programme, "/".join(key), reason) for key, reason in reasons.items() if reason]
    return [key for key, reason in reasons.items() if not reason], left


def _unsettled(reading: ReadingVerdict, said: date) -> str:
    if reading.status not in ("met", "not met"):
        return str(reading.status)
    if reading.deadline is None:
        return "no deadline"
    if reading.deadline <= said:
        return "about the day it was said: no forecast"
    return ""


def claim_case(
    programme: str, owner: str, key: tuple[str, str], when: date, then: ReadingVerdict | None, now: ReadingVerdict
) -> ClaimCase | Unscored:
    """A settled reading with the odds given on the day it was said, or why there were none."""
    if then is None or then.probability is None:
        return Unscored(programme, "/".join(key), f"no odds on {when}: {then.status if then is not None else 'nothing known to run'}")
    return ClaimCase(programme, owner, *key, when, then.probability, now.status == "met", now.settled_by or "")


def joined(parts: Iterable[Backtest]) -> Backtest:
    """The cases of several programmes as one backtest."""
    made = list(parts)
    return Backtest(
        tuple(case for part in made for case in part.dates), tuple(case for part in made for case in part.claims),
        tuple(one for part in made for one in part.unscored),
    )  # fmt: skip


def date_scores(cases: Sequence[DateCase]) -> dict[str, Any]:
    """Coverage and CRPS over all cases; skills over those for which a date had been announced."""
    places = np.array([case.place for case in cases])
    happened = np.ones(len(cases), dtype=bool)
    ours = np.array([crps(case.days, case.happened) for case in cases])
    sites = [f"{case.milestone.programme}/{case.milestone.site}" for case in cases]
    planned = [place for place, case in enumerate(cases) if case.announced is not None]
    with_plan = np.array([abs(cases[p].happened - (cases[p].announced or 0.0)) for p in planned])
    with_median = np.array([abs(cases[p].happened - (cases[p].announced or 0.0) - cases[p].median_slip) for p in planned])
    made = {
        "coverage_p10_p90": _scored(lambda rows: coverage(places[rows], happened[rows]), len(cases), sites),
        "crps_days": _scored(lambda rows: float(np.mean(ours[rows])), len(cases), sites),
        "crps_skill_vs_announcement": _skill(ours[planned], with_plan, [sites[p] for p in planned]),
        "crps_skill_vs_median_slip": _skill(ours[planned], with_median, [sites[p] for p in planned]),
    }
    return {
        "cases": len(cases), "sites": len(set(sites)), "cases_with_plan": len(planned),
        "sites_with_plan": len({sites[p] for p in planned}), "places": by_tenths(places),
        **{name: value for name, (value, _) in made.items()}, "intervals": {name: span for name, (_, span) in made.items()},
    }  # fmt: skip


def claim_scores(cases: Sequence[ClaimCase]) -> dict[str, Any]:
    """Brier and log score of the odds, and of the base rate of all other cases."""
    said = np.array([case.said for case in cases])
    happened = np.array([case.happened for case in cases], dtype=bool)
    rates = base_rates(happened)
    claims = [f"{case.programme}/{case.claim}" for case in cases]
    ours, span = _scored(lambda rows: brier(said[rows], happened[rows]), len(cases), claims)
    gain, gained = _scored(lambda rows: brier(rates[rows], happened[rows]) - brier(said[rows], happened[rows]), len(cases), claims)
    return {
        "brier": ours, "brier_interval": span, "brier_base_rate": plain(brier(rates, happened)),
        "brier_gain": gain, "brier_gain_interval": gained, "brier_cases": len(cases), "brier_claims": len(set(claims)),
        "came_true": int(happened.sum()), "expected_true": float(said.sum()),
        "log_score": plain(log_score(said, happened)), "log_score_base_rate": plain(log_score(rates, happened)),
    }  # fmt: skip


def reliability(cases: Sequence[ClaimCase]) -> list[dict[str, Any]]:
    """For each span of odds: how many readings got them, their mean, and how many came true."""
    out = []
    for low, high in pairwise(BINS):
        members = [case for case in cases if low <= case.said < high or (high == 1.0 and case.said == 1.0)]
        mean = float(np.mean([case.said for case in members])) if members else None
        out.append({"from": low, "to": high, "cases": len(members), "said": mean, "came_true": sum(case.happened for case in members)})
    return out


def _scored(score: Callable[[NDArray[np.intp]], float], count: int, clusters: Sequence[str]) -> tuple[float | None, list[float | None]]:
    if not count:
        return None, [None, None]
    low, high = interval(score, clusters)
    return plain(score(np.arange(count))), [plain(low), plain(high)]


def _skill(ours: Array, baseline: Array, clusters: Sequence[str]) -> tuple[float | None, list[float | None]]:
    def skill(rows: NDArray[np.intp]) -> float:
        total = float(np.mean(baseline[rows]))
        return 1.0 - float(np.mean(ours[rows])) / total if total > 0.0 else float("nan")

    return _scored(skill, len(ours), clusters)
