"""One programme replayed: what would have been said on days before its recorded outcomes, from what was known on those days."""

from __future__ import annotations

from datetime import date
from typing import Any

from stargauge.audit.backtest.backtest import (
    Backtest,
    ClaimCase,
    DateCase,
    Milestone,
    Unscored,
    claim_case,
    claims_to_forecast,
    class_median,
    date_case,
    looks,
    milestones,
    not_yet,
)
from stargauge.audit.over_time.tracker import Tracker
from stargauge.engine.simulate import simulate
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme


def replay(programme: Programme, now: Known, then: Tracker) -> Backtest:
    """The cases of a programme, fixed from what is known now and forecast from the views of `then`, which leave out what they must."""
    dates, unseen = _dates(programme, now, then)
    claims, unscored = _claims(programme, now, then)
    return Backtest(tuple(dates), tuple(claims), (*unseen, *unscored))


def _dates(programme: Programme, now: Known, then: Tracker) -> tuple[list[DateCase], list[Unscored]]:
    by_day: dict[date, list[tuple[Milestone, int]]] = {}
    for milestone, lead, day in looks(milestones(programme.name, now)):
        by_day.setdefault(day, []).append((milestone, lead))
    cases: list[DateCase] = []
    unseen: list[Unscored] = []
    for day, asked in sorted(by_day.items()):
        view = then.view(day)
        for milestone, lead in asked:
            if reason := not_yet(milestone, view):
                unseen.append(Unscored(programme.name, f"{milestone.phase} {milestone.stage}, {lead} days before", reason))
        chosen = [(milestone, lead) for milestone, lead in asked if not not_yet(milestone, view)]
        if chosen:
            result = simulate(view, [m.address for m, _ in chosen], draws=then.draws, seed=then.seed, memo=then.memo)
            later = max((e.hindsight for made in result.inputs.values() for e in made.estimates if e.hindsight), default=None)
            cases += [date_case(m, lead, view, result[m.address].values, later, class_median) for m, lead in chosen]
    return cases, unseen


def _claims(programme: Programme, now: Known, then: Tracker) -> tuple[list[ClaimCase], list[Unscored]]:
    claims: dict[str, Any] = dict(programme.claims)
    verdicts = then.judged(now, claims)
    said = {name: claim.day.end for name, claim in claims.items()}
    chosen, unscored = claims_to_forecast(programme.name, verdicts, said)
    cases: list[ClaimCase] = []
    for day in sorted({said[claim] for claim, _ in chosen}):
        keys = [key for key in chosen if said[key[0]] == day]
        found = then.judged(then.view(day), {name: claims[name] for name, _ in keys})
        for key in keys:
            case = claim_case(programme.name, programme.owner, key, day, found.get(key), verdicts[key])
            if isinstance(case, ClaimCase):
                cases.append(case)
            else:
                unscored.append(case)
    return cases, unscored
