"""Dates, jobs, finance and money of a programme, each by its own run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from stargauge.api.programmes import Progress, known, load, said_by
from stargauge.api.runs import DRAWS, Given, asked_of, condition, workers_of
from stargauge.audit.answer_data import slug
from stargauge.audit.given import Condition, held_of
from stargauge.audit.jobs.job_claims import COLLECTOR as JOB_DEFINITIONS
from stargauge.audit.jobs.job_claims import Number, NumberVerdict, number_verdicts, numbers_of, outcomes_of
from stargauge.audit.jobs.job_claims import judge_of as judge_of_numbers
from stargauge.audit.jobs.jobs import Jobs
from stargauge.audit.jobs.jobs import dates as dates_of_jobs
from stargauge.audit.jobs.jobs import jobs as jobs_of
from stargauge.audit.jobs.jobs import wanted as wanted_jobs
from stargauge.audit.money.money import Money, money_parts
from stargauge.audit.money.money import scenario as money_scenario
from stargauge.audit.money.money import wanted as wanted_money
from stargauge.audit.money.money_question import question_of
from stargauge.audit.money.site_finance import SiteFinance, asked_site, site_finance
from stargauge.audit.money.site_finance import wanted as wanted_finance
from stargauge.audit.run import texts_of
from stargauge.audit.sites.delays import Delays, delays
from stargauge.audit.sites.delays import wanted as wanted_delays
from stargauge.audit.summary import Days, names_of
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.sentence import Names
from stargauge.catalogue.load import Catalogue
from stargauge.engine.result import Result
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.known import Known
from stargauge.programme.known import known as known_on
from stargauge.programme.load import asked_as
from stargauge.programme.overlay import overlay
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say, spoken_as_asked


def schedule(
    programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None, given: Given = None,
) -> Delays:  # fmt: skip
    """When each unfinished site runs, and what holds it up: dates of the next and the last phase, what each activity decides and costs."""
    made = load(programme)
    now = known(made, as_of, values)
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers)
    return delays_of(made, now, draws, seed, workers, progress, conditions)


def delays_of(
    made: Programme, now: Known, draws: int, seed: int, workers: int | None, progress: Progress | None = None,
    given: Condition | None = None,
) -> Delays:  # fmt: skip
    """How late each site is against its plan, at a knowledge date. Raises InputError for a faulty question."""
    result = run_model(
        now, wanted_delays(now), draws=draws, seed=seed, workers=workers_of(workers, draws), progress=progress, held=held_of(given)
    )
    sites = {name: site.name or name for name, site in made.sites.items()}
    return replace(delays(now, result, sites, slug(made.name), asked_as(made)), given=given)


@spoken_as_asked
def jobs(
    programme: str | Path | Programme = "stargate", *, when: date | str | None = None, site: str | None = None,
    as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0, workers: int | None = None, values: Catalogue | None = None,
    progress: Progress | None = None, given: Given = None, language: str = "en",
) -> Jobs:  # fmt: skip
    """Jobs by every definition at a date (the end of the second year ahead), what others counted, and what claims on jobs need to be true.

    `site`: that site alone, with the claims that name it. `language`: of what is said of claims. Raises
    InputError for a date outside the programme's months or an unknown site.
    """
    made = load(programme)
    now = known(made, as_of, values)
    day = _day_of_jobs(now, when, site)
    numbers = tuple(n for n in numbers_in(now, made, said_by(made, now.as_of)) if site is None or site in n.sites)
    collectors = {JOB_DEFINITIONS: judge_of_numbers(numbers)} if numbers else {}
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers, language=language)
    result = run_model(
        now, wanted_jobs(now, site), draws=draws, seed=seed, workers=workers_of(workers, draws), collectors=collectors,
        dates=dates_of_jobs(now, day), progress=progress, only_dates=True, held=held_of(conditions),
    )  # fmt: skip
    verdicts = number_verdicts_of(numbers, result, now, language)
    return replace(jobs_of(now, result, day, site, names_of(now), verdicts, slug(made.name), asked_as(made)), given=conditions)


def _day_of_jobs(now: Known, when: date | str | None, site: str | None) -> date:
    """The date asked for, or the usual one. Raises InputError with all faults of date and site."""
    faults, sites = list[Fault](), [view.id for view in now.sites]
    first, last = now.months[0].replace(day=1), now.months[-1]
    day = Days.of(now).ahead
    if when is not None:
        try:
            day = date.fromisoformat(when) if isinstance(when, str) else when
            if not first <= day <= last:
                faults.append(
                    Fault(say("--date: {day} is outside the months of the programme, {first} to {last}", day=day, first=first, last=last))
                )
        except ValueError:
            faults.append(Fault(say('--date: got "{when}"; expected a day such as 2029-01-20', when=when)))
    if site is not None and site not in sites:
        faults.append(
            Fault(
                say(
                    '--site: there is no site "{site}" on {as_of}{near} (all: {sites})',
                    site=site,
                    as_of=now.as_of,
                    near=did_you_mean(site, sites),
                    sites=", ".join(sites),
                )
            )
        )
    if faults:
        raise InputError(faults)
    return day


def numbers_in(now: Known, programme: Programme, claims: Mapping[str, Any]) -> tuple[Number, ...]:
    """The numbers of jobs that claims name."""
    return numbers_of(asked_of(now, programme, claims), now.months[-1])


def number_verdicts_of(numbers: Sequence[Number], result: Result, now: Known, language: str = "en") -> tuple[NumberVerdict, ...]:
    """What each number of jobs needs to be true, from a run that collected it by every definition."""
    if not numbers:
        return ()
    outcomes = outcomes_of(numbers, result.collected[JOB_DEFINITIONS])
    words, texts = words_of(language), texts_of(now.programme, language)
    names = Names(result.world.axes, result.world.graph.quantities, names_of(now), words, texts)
    return number_verdicts(numbers, outcomes, now, names)


def finance(
    programme: str | Path | Programme = "stargate", *, site: str | None = None, as_of: date | str | None = None, draws: int = DRAWS,
    seed: int = 0, workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None,
    given: Given = None,
) -> SiteFinance:  # fmt: skip
    """How each site is paid for: sources and uses, loans and what limits them, cover and breach, walls, contracts, returns of the owners.

    `site`: that one alone, with its cash year by year. Raises InputError for a site that there is not.
    """
    made = load(programme)
    now = known(made, as_of, values)
    asked_site(now, site)
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers)
    return finance_of_sites(made, now, site, draws, seed, workers, progress, conditions)


def finance_of_sites(
    made: Programme, now: Known, site: str | None, draws: int, seed: int, workers: int | None, progress: Progress | None = None,
    given: Condition | None = None,
) -> SiteFinance:  # fmt: skip
    """Cover, returns and gaps of a site, or of every site that is financed. Raises InputError for a site that there is not."""
    sites = asked_site(now, site)
    result = run_model(
        now, wanted_finance(now, sites, site is not None), draws=draws, seed=seed, workers=workers_of(workers, draws), progress=progress,
        dates=(now.months[-1],), only_dates=True, held=held_of(given, draws),
    )  # fmt: skip
    names = {name: one.name or name for name, one in made.sites.items()}
    return replace(site_finance(now, result, sites, names, slug(made.name), asked_as(made), site is not None), given=given)


def money(
    programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, when: date | str | None = None,
    amounts: Sequence[float | str] = (), pays: Mapping[str, float | str] | Sequence[str] | None = None,
    since: date | str | None = None, draws: int = DRAWS, seed: int = 0, workers: int | None = None, values: Catalogue | None = None,
    progress: Progress | None = None, given: Given = None,
) -> Money:  # fmt: skip
    """Who pays, when, and whether the money is there: by each definition of "there", per party, with gaps, policies and circles.

    `when`: the day on which it has to be there (the knowledge date). `amounts`: sums in USD, or as `"100 bn USD"` (else those that
    claims say will be deployed). `pays`: `{party: share}` or `["party=share"]`, who pays only a share of what it promised from `since` (the
    knowledge date) on, and who breaks then. Raises InputError with every fault of what was asked for.
    """
    made = load(programme)
    now = known(made, as_of, values)
    question_of(now, when, amounts, pays, since)
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers)
    return money_of(made, now, when, amounts, pays, since, draws, seed, workers, progress, conditions)


def money_of(
    made: Programme, now: Known, when: date | str | None, amounts: Sequence[float | str],
    pays: Mapping[str, float | str] | Sequence[str] | None, since: date | str | None, draws: int, seed: int, workers: int | None,
    progress: Progress | None = None, given: Condition | None = None,
) -> Money:  # fmt: skip
    """Who pays, when, and whether the money is there; amounts in USD. Raises InputError with every fault of what is asked."""
    question = question_of(now, when, amounts, pays, since)
    party = question.party

    def run(view: Known) -> Result:
        return run_model(
            view, wanted_money(view, party), draws=draws, seed=seed, workers=workers_of(workers, draws), progress=progress,
            held=held_of(given),
        )  # fmt: skip

    other = run(known_on(overlay(made, money_scenario(question), "--if"), now.catalogue.catalogue, now.as_of)) if party else None
    result = run(now)
    parts = money_parts(now, question, result, other)
    kept = draws if given is None else result.draws
    return Money(slug(made.name), asked_as(made), now.programme.name, str(now.as_of), kept, seed, question, parts, given)
