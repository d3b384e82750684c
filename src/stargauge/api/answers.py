"""The answer to "what of this holds?": a run with verdicts then and now, and what a report shows beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from stargauge.api.definitions import definitions_of
from stargauge.api.needs import DRAWS as NEEDS_DRAWS
from stargauge.api.needs import MOST_DRAWS, needs_of_claims
from stargauge.api.programmes import Progress, catalogue, known, load, said_by
from stargauge.api.runs import DRAWS, Asked, Given, asked_of, audited, condition, pool_of
from stargauge.api.sections import delays_of, finance_of_sites, money_of, number_verdicts_of, numbers_in
from stargauge.api.together import together_in
from stargauge.api.tracks import odds_of
from stargauge.audit.claims.definitions import Definitions
from stargauge.audit.claims.together import Together
from stargauge.audit.given import Condition
from stargauge.audit.jobs.job_claims import NumberVerdict
from stargauge.audit.money.money import Money
from stargauge.audit.money.site_finance import SiteFinance
from stargauge.audit.needs.needs_answer import Needs
from stargauge.audit.over_time.odds import OddsOverTime
from stargauge.audit.run import ClaimVerdict
from stargauge.audit.sites.delays import Delays
from stargauge.audit.sites.sites import wanted as wanted_sites
from stargauge.audit.sources.captures import Held, held
from stargauge.audit.summary import FANS, headlines, summarise
from stargauge.audit.wording.languages import words_of
from stargauge.catalogue.load import Catalogue
from stargauge.engine.node import Node
from stargauge.engine.result import Result
from stargauge.evidence.archive import Archive
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme
from stargauge.quantity.shown import Shown, chart_of
from stargauge.quantity.spoken import spoken_as_asked

#: How many open claims a report shows over time, and with how many draws; the finance of its sites has as many.
REPORTED, REPORT_DRAWS = 3, 256
#: Verdicts as could be said on an earlier day.
Then = tuple[ClaimVerdict, ...]


@dataclass
class Check(Shown):
    """The answer to "what of this holds?": verdicts on the claims, then and now, and the run behind them."""

    programme: Programme
    known: Known
    result: Result
    verdicts: tuple[ClaimVerdict, ...]
    summary: dict[str, Any]
    then: tuple[ClaimVerdict, ...] = ()
    then_day: date | None = None
    odds: OddsOverTime | None = None
    delays: Delays | None = None
    jobs: tuple[NumberVerdict, ...] = ()
    money: Money | None = None
    finance: SiteFinance | None = None
    needs: Needs | None = None
    definitions: Definitions | None = None
    together: Together | None = None
    captures: Mapping[str, Held] = field(default_factory=dict)
    given: Condition | None = None
    seconds: float = 0.0
    language: str = "en"

    def explain(self, address: str, when: date | None = None) -> Node:
        """Why a number is what it is."""
        return self.result.explain(address, when)

    def chart(self) -> Any:
        """Announced and expected capacity by month, as the report draws it."""
        return chart_of(self)

    def to_dict(self, charts: bool = False, explanations: bool | None = None) -> dict[str, Any]:
        """The answer as plain data: the same from the command line, Python and the web.

        `charts`: with month series, and with the `explanations` that a report links to unless they are left out.
        """
        from stargauge.audit.answer_data import answer_data

        return answer_data(self, charts, charts if explanations is None else explanations)


@spoken_as_asked
def check(
    programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    workers: int | str | None = None, resume: str | Path | None = None,
    scenario: Path | str | None = None, settings: Mapping[str, str] | None = None, values: Catalogue | None = None, charts: bool = False,
    depths: bool = True, evidence: str | Path | Archive | None = None, progress: Progress | None = None, language: str = "en",
    given: Given = None, then: Callable[[], Then] | None = None, threads: int = 1,
) -> Check:  # fmt: skip
    """Run a programme and judge its claims, as could be said on the day of the dispute and as of now.

    `charts`: keep the month series that the report draws. `depths`: what moves each claim, and with `charts` what else the report shows:
    odds over time, dates, money, needs, definitions, what holds together, finance. `evidence`: the folder that holds the captures which
    the programme cites; with it each says whether it is still there. `language`: of the headline and of all that is said of claims.
    `given`: claims that hold; everything then, but nothing of another day, on which other worlds would be given. `then`: who has the
    verdicts of the day of the dispute, as `verdicts_then` makes them, where they are made elsewhere. `threads` make the run together where
    no processes do (`workers`), with the same bits. `workers`: processes, or the address of a Dask scheduler. `resume`: a folder that
    keeps what is done; the same call goes on from there. Raises InputError with all faults at once; nothing else is written.
    """
    began = time.perf_counter()
    pool, here = pool_of(workers, draws, resume), None if isinstance(workers, str) else workers
    words = words_of(language)
    made = load(programme, scenario, settings)
    values = values or catalogue()
    now = known(made, as_of, values)
    captures = held_captures(made, evidence, now.as_of)
    wanted = (*headlines(now), *((*FANS, *wanted_sites(now)) if charts else ()))
    said = said_by(made, now.as_of)
    numbers = numbers_in(now, made, said)
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=pool, language=language)
    result, verdicts = audited(
        now, made, draws, seed, pool, wanted, progress, said, charts, numbers=numbers, given=conditions, with_drivers=depths,
        language=language, threads=threads,
    )  # fmt: skip
    answer = Check(
        made, now, result, verdicts, summarise(result, now, verdicts, words), jobs=number_verdicts_of(numbers, result, now, language),
        captures=captures, given=conditions, language=language,
    )  # fmt: skip
    answer.then_day = dispute_day(made, now.as_of) if conditions is None else None
    if answer.then_day is not None:
        make = partial(verdicts_then, made, now.as_of, draws=draws, seed=seed, workers=pool, values=values, language=language)
        answer.then = (then or make)()
    if charts and depths:
        answer.odds = _open_odds(answer, values, seed) if conditions is None else None
        answer.delays = delays_of(made, now, draws, seed, here, given=conditions)
        answer.money = money_of(made, now, None, (), None, None, draws, seed, here, given=conditions) if now.parties else None
        answer.needs = needs_of_claims(made, now, None, *_draws_for_needs(draws), seed, here, given=conditions, language=language)
        answer.definitions = definitions_of(made, now, None, draws, seed, here, given=conditions, language=language)
        answer.together = together_in(made, now, said, asked_of(now, made, said), result, verdicts, language=language)
        answer.finance = finance_of_sites(made, now, None, min(draws, REPORT_DRAWS), seed, here, given=conditions)
    answer.seconds = time.perf_counter() - began
    return answer


def verdicts_then(
    programme: Programme, as_of: date, *, draws: int = DRAWS, seed: int = 0, workers: Asked = None, values: Catalogue | None = None,
    language: str = "en",
) -> Then:  # fmt: skip
    """The verdicts on the claims as could be said on the day of the dispute; none where it was not over before a day, or there is none."""
    day = dispute_day(programme, as_of)
    if day is None:
        return ()
    past = known(programme, day, values)
    return audited(past, programme, draws, seed, workers, (), None, said_by(programme, day), with_drivers=False, language=language)[1]


def _draws_for_needs(draws: int) -> tuple[int, int]:
    """With how many draws what would have to be true is looked for, first and in all: as `needs`, fewer where few are asked for."""
    return min(NEEDS_DRAWS, 4 * draws), min(MOST_DRAWS, 16 * draws)


def held_captures(programme: Programme, evidence: str | Path | Archive | None, as_of: date) -> dict[str, Held]:
    """What an evidence folder holds of the captures that a programme cites, as known on a day."""
    if evidence is None or not isinstance(evidence, (str, Path)):
        return held(programme, evidence, as_of)
    from stargauge.evidence.workspace import Workspace

    with Workspace.open(evidence, write=False) as archive:
        return held(programme, archive, as_of)


def _open_odds(answer: Check, values: Catalogue, seed: int) -> OddsOverTime | None:
    """Odds over time for the first open reading of the first open claims: those of the dispute come first."""
    ranked = sorted(answer.verdicts, key=lambda verdict: verdict.dispute or 99)
    found = {v.id: [r.name] for v in ranked for r in reversed(v.readings) if r.status == "open" and r.probability is not None}
    readings = {name: found[name] for name in list(found)[:REPORTED]}
    if not readings:
        return None
    made, last = answer.programme, answer.known.as_of
    first = min(made.claims[name].day.start for name in readings)
    return odds_of(made, readings, first, last, "quarter", False, REPORT_DRAWS, seed, values, language=answer.language)


def dispute_day(programme: Programme, as_of: date) -> date | None:
    """The day on which the dispute could be answered first: the last day on which one of its claims was made."""
    days = [claim.day.end for claim in programme.claims.values() if claim.dispute is not None]
    return max(days) if days and max(days) < as_of else None
