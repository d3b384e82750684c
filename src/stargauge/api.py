"""The one place where a run is composed: the command line, the report, the web and Python call these functions and get the same answer."""

from __future__ import annotations

import os
import shlex
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import stargauge
from stargauge import __version__
from stargauge.audit.answer_data import slug
from stargauge.audit.backtest import Backtest, joined
from stargauge.audit.build_validation import BuildValidation, validate_builds
from stargauge.audit.calibration import Calibration, all_build_fits, all_fits, build_fit_of, fit_of, fit_view, write_all
from stargauge.audit.captures import Held, held
from stargauge.audit.causes import MEMO_BYTES, Runs, attribute, medians
from stargauge.audit.compare import Comparison, Side, cells_of, claims_of, finance_of, moves_finance, outputs_of, paired, read_at, wanted_of
from stargauge.audit.compare_finance import FINANCE_DRAWS, wanted_of_finance
from stargauge.audit.cost import (
    LIFE,
    MOST_STRONG,
    PER_HOUR,
    POWER,
    POWER_PRICE,
    RATE,
    SOLD,
    Cost,
    addresses_of,
    asked_sites,
    expected_held,
    pairs_of,
    rates_of,
    telling,
    tornado_data,
)
from stargauge.audit.delays import Delays, delays
from stargauge.audit.delays import wanted as wanted_delays
from stargauge.audit.finance_validation import FinanceValidation, read_vectors, validate_finance
from stargauge.audit.job_claims import COLLECTOR as JOB_DEFINITIONS
from stargauge.audit.job_claims import Number, NumberVerdict, number_verdicts, numbers_of
from stargauge.audit.job_claims import judge_of as judge_of_numbers
from stargauge.audit.jobs import Jobs
from stargauge.audit.jobs import dates as dates_of_jobs
from stargauge.audit.jobs import jobs as jobs_of
from stargauge.audit.jobs import wanted as wanted_jobs
from stargauge.audit.measured import measured
from stargauge.audit.money import Money, money_parts, question_of
from stargauge.audit.money import scenario as money_scenario
from stargauge.audit.money import wanted as wanted_money
from stargauge.audit.money_backtest import MoneyBacktest, MoneyCase, money_cases
from stargauge.audit.odds import EVERY, OddsOverTime, days_between, track
from stargauge.audit.questions import Question, misread, questions
from stargauge.audit.replay import replay
from stargauge.audit.run import COLLECTOR, ClaimVerdict, judge_of
from stargauge.audit.run import audit as audit_run
from stargauge.audit.sensitivity import (
    Asker,
    Axis,
    Bar,
    Ends,
    Sensitivity,
    axes_of_table,
    bars_of,
    ends_of_table,
    is_dear,
    leading,
    levels_data,
    swings,
    tabulated,
    uncertain,
)
from stargauge.audit.sentence import Names
from stargauge.audit.site_finance import SiteFinance, asked_site, site_finance
from stargauge.audit.site_finance import wanted as wanted_finance
from stargauge.audit.summary import FANS, HEADLINES, Days, dates_of, exists, headlines, names_of, summarise
from stargauge.audit.tracker import Tracker
from stargauge.audit.validation import Validation, validate_schedule
from stargauge.audit.variance import MOST as MOST_REDRAWN
from stargauge.audit.variance import shares
from stargauge.audit.workbook_data import same_parts, workbook_data
from stargauge.catalogue.depreciation import recovery_table
from stargauge.catalogue.load import Catalogue, load_catalogue
from stargauge.catalogue.own_builds import read_own_builds
from stargauge.catalogue.projects import read_projects
from stargauge.catalogue.trackers import tracker
from stargauge.engine.case import nearest_draw
from stargauge.engine.lineage import Node
from stargauge.engine.memo import Memo
from stargauge.engine.result import Result
from stargauge.engine.run import drawn
from stargauge.engine.series import Series
from stargauge.engine.simulate import axes_of, case_of, inputs_of, model_graph, world_of
from stargauge.engine.simulate import simulate as run_model
from stargauge.engine.streams import BLOCK
from stargauge.evidence.archive import Archive
from stargauge.programme.asked import Asked, sides
from stargauge.programme.checks import flaws_against_catalogue, flaws_against_quantities
from stargauge.programme.epoch import read_epoch
from stargauge.programme.importing import Import, compared, patched, patched_sources, read_statements
from stargauge.programme.known import Known
from stargauge.programme.known import known as known_on
from stargauge.programme.load import asked_as, documents
from stargauge.programme.load import load as load_file
from stargauge.programme.load import shipped as shipped_files
from stargauge.programme.overlay import overlay
from stargauge.programme.overlay import scenario as suppose
from stargauge.programme.positions import Flaw, faults_of, written
from stargauge.programme.read import sources_of
from stargauge.programme.schema import Programme
from stargauge.quantity.address import parse_address
from stargauge.quantity.dates import FAR, parse_window
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.statement import Input
from stargauge.reading.validate import ReadingValidation, validate_reading

Progress = Callable[[int, int], None]
DRAWS = 1024
#: From so many draws on a run uses every core (at most four) unless told otherwise.
MANY_DRAWS = 4096
MOST_WORKERS = 64
#: What can be validated on a user's own measurements.
VALIDATIONS = ("schedule", "build", "finance", "reading")
Validated = Validation | BuildValidation | FinanceValidation | ReadingValidation
#: How many open claims a report shows over time, and with how many draws; the finance of its sites has as many.
REPORTED, REPORT_DRAWS = 3, 256


def catalogue(overlay: Path | str | None = None) -> Catalogue:
    """The shipped catalogue, with a user's own values laid over it."""
    return load_catalogue(Path(overlay) if overlay is not None else None)


def load(
    programme: str | Path | Programme = "stargate",
    scenario: Path | Mapping[str, Any] | str | None = None,
    settings: Mapping[str, str] | None = None,
) -> Programme:
    """A programme by shipped name, file or folder, with a scenario and single inputs laid over it.

    `scenario`: the name of one that the programme has, a partial file, or a mapping of the same form. Raises InputError with every fault
    of the files, and for inputs that do not exist.
    """
    made = programme if isinstance(programme, Programme) else _read(programme)
    if scenario is not None:
        made = suppose(made, scenario)
    if settings:
        values = {name: {"value": value, "reason": "set by the user"} for name, value in settings.items()}
        made = overlay(made, {"assumptions": values}, "--set")
    return made


def _read(programme: str | Path) -> Programme:
    """A programme from its files; where they have faults, those of its claims' readings come with them."""
    try:
        return load_file(programme)
    except InputError as error:
        try:
            files = documents(programme)
        except InputError:
            raise error from None
        flaws = list(misread(files, model_graph().quantities))
        raise InputError([*error.faults, *(faults_of(flaws, files).faults if flaws else ())]) from None


def known(programme: Programme, as_of: date | str | None = None, values: Catalogue | None = None) -> Known:
    """What is known of a programme and the world on a day (today where none is given)."""
    day = _day(as_of)
    values = values or catalogue()
    if programme.start is None or programme.horizon is None:  # a file of drafts: it has no clock
        raise _nothing_known(programme, values, day)
    quantities = model_graph().quantities
    flaws = [
        *flaws_against_catalogue(programme, values),
        *flaws_against_quantities(programme, quantities, lambda quantity: known_on(programme, values, FAR).labels(quantity)),
    ]
    if flaws:
        raise faults_of([*flaws, *misread(programme.documents, quantities)], programme.documents)
    made = known_on(programme, values, day)
    if not made.phases:
        raise _nothing_known(programme, values, day)
    return made


def _day(as_of: date | str | None) -> date:
    """A knowledge date; today where none is given."""
    try:
        return date.fromisoformat(as_of) if isinstance(as_of, str) else as_of or date.today()
    except ValueError:
        raise InputError(f'got the knowledge date "{as_of}"; expected a day such as 2025-01-22') from None


def _nothing_known(programme: Programme, values: Catalogue, day: date) -> InputError:
    """Why there is nothing to run: the file has no phase and no pledge, or none of them was known by then."""
    if not programme.unsited and not any(site.phases for site in programme.sites.values()):
        flaw = Flaw(("sites",), "no phase and no pledge, so there is nothing to run; give a site with a phase, or a pledge (unsited)")
        return faults_of([flaw], programme.documents)
    days = sorted({said.known_from for said in programme.statements() if said.known_from})
    first = days[bisect_left(days, True, key=lambda one: bool(known_on(programme, values, one).phases))]
    return InputError(f"record too thin: no phase or pledge of {programme.name} was published by {day}; the first is known from {first}")


def simulate(
    programme: str | Path | Programme = "stargate", *, quantities: Iterable[str] = HEADLINES, draws: int = DRAWS, seed: int = 0,
    as_of: date | str | None = None, workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None,
) -> Result:  # fmt: skip
    """What follows from a programme, with uncertainty: labelled series of the quantities asked for.

    `result["power_facility[operational]"].quantiles()`. Same programme, day, seed and draws: same bits. Raises InputError on wrong input.
    """
    whole = load(programme)
    made = known(whole, as_of, values)
    result = run_model(made, _expanded(made, quantities), draws=draws, seed=seed, workers=_workers(workers, draws), progress=progress)
    result.programme = whole
    return result


def _workers(asked: int | None, draws: int) -> int:
    """Processes for a run: as asked; else one, or every core where there are draws enough to be worth it. The bits are the same."""
    if asked is not None:
        if not 1 <= asked <= MOST_WORKERS:
            raise InputError(f"got {asked} workers; expected 1 to {MOST_WORKERS}")
        return asked
    return 1 if draws < MANY_DRAWS else min(os.cpu_count() or 1, 4)


def _expanded(made: Known, quantities: Iterable[str]) -> list[str]:
    """The addresses asked for; a quantity with axes that must be picked, named without labels, gives one address per label."""
    from stargauge.engine.select import Frame

    frame = Frame(model_graph().quantities, axes_of(made))
    out: list[str] = []
    for name in quantities:
        out += [name] if "[" in name else list(frame.expand(name.strip()))
    return out


@dataclass
class Check:
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
    captures: Mapping[str, Held] = field(default_factory=dict)
    seconds: float = 0.0

    def explain(self, address: str, when: date | None = None) -> Node:
        """Why a number is what it is."""
        return self.result.explain(address, when)

    def to_dict(self, charts: bool = False) -> dict[str, Any]:
        """The answer as plain data: the same from the command line, Python and the web. `charts`: with month series and explanations."""
        from stargauge.audit.answer_data import answer_data

        return answer_data(self, charts)


def check(
    programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    workers: int | None = None,
    scenario: Path | str | None = None, settings: Mapping[str, str] | None = None, values: Catalogue | None = None, charts: bool = False,
    evidence: str | Path | Archive | None = None, progress: Progress | None = None,
) -> Check:  # fmt: skip
    """Run a programme and judge its claims, as could be said on the day of the dispute and as of now.

    `charts`: keep the month series that the report draws. `evidence`: the folder that holds the captures which the programme cites; with
    it each says whether it is still there. Raises InputError with all faults at once; nothing is written.
    """
    began = time.perf_counter()
    made = load(programme, scenario, settings)
    values = values or catalogue()
    now = known(made, as_of, values)
    captures = held_captures(made, evidence, now.as_of)
    wanted = (*headlines(now), *(FANS if charts else ()))
    said = _said_by(made, now.as_of)
    numbers = _numbers(now, made, said)
    result, verdicts = _audited(now, made, draws, seed, workers, wanted, progress, said, charts, numbers=numbers)
    answer = Check(
        made, now, result, verdicts, summarise(result, now, verdicts), jobs=_number_verdicts(numbers, result, now), captures=captures
    )
    day = _dispute_day(made, now.as_of)
    if day is not None:
        past = known(made, day, values)
        answer.then = _audited(past, made, draws, seed, workers, (), None, _said_by(made, day))[1]
        answer.then_day = day
    if charts:
        answer.odds = _open_odds(answer, values, seed)
        answer.delays = _delays(made, now, draws, seed, workers)
        answer.money = _money(made, now, None, (), None, None, draws, seed, workers) if now.parties else None
        answer.finance = _finance(made, now, None, min(draws, REPORT_DRAWS), seed, workers)
    answer.seconds = time.perf_counter() - began
    return answer


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
    return _odds(made, readings, first, last, "quarter", False, REPORT_DRAWS, seed, values)


def _said_by(programme: Programme, day: date) -> dict[str, Any]:
    """The claims that had been made by a day."""
    return {name: claim for name, claim in programme.claims.items() if claim.day.start <= day}


def _dispute_day(programme: Programme, as_of: date) -> date | None:
    """The day on which the dispute could be answered first: the last day on which one of its claims was made."""
    days = [claim.day.end for claim in programme.claims.values() if claim.dispute is not None]
    return max(days) if days and max(days) < as_of else None


def _audited(
    made: Known, programme: Programme, draws: int, seed: int, workers: int | None, wanted: Sequence[str], progress: Progress | None,
    claims: Mapping[str, Any] | None = None, charts: bool = False, memo: Memo | None = None, numbers: Sequence[Number] = (),
) -> tuple[Result, tuple[ClaimVerdict, ...]]:  # fmt: skip
    claims = programme.claims if claims is None else claims
    asked = asked_of(made, programme, claims)
    collectors = {COLLECTOR: judge_of(asked, made)} if asked else {}
    collectors |= {JOB_DEFINITIONS: judge_of_numbers(numbers)} if numbers else {}
    result = run_model(
        made, [address for address in wanted if exists(made, address)], draws=draws, seed=seed, workers=_workers(workers, draws),
        collectors=collectors, dates=dates_of(made), progress=progress, only_dates=draws >= MANY_DRAWS and not charts,
        memo=memo,
    )  # fmt: skip
    result.programme = programme
    return result, audit_run(result, made, claims, ids=ids_of(programme))


def asked_of(made: Known, programme: Programme, claims: Mapping[str, Any] | None = None) -> tuple[Question, ...]:
    """Every reading of the claims, checked against quantities, labels and records."""
    claims = programme.claims if claims is None else claims
    return questions(claims, model_graph().quantities, axes_of(made), ids_of(programme), _record_ids(programme), programme.documents)


def _record_ids(programme: Programme) -> set[str]:
    own = set(programme.records)
    return own.union(*(option.records for group in programme.alternatives.values() for option in group.values()))


def ids_of(programme: Programme) -> set[str]:
    """Every label that the whole file knows, whatever the day."""
    phases = {f"{name}/{phase}" for name, site in programme.sites.items() for phase in site.phases}
    lines = {line for party in programme.parties.values() for line in party.commitments}
    chips = set(model_chips())
    return {*programme.sites, *programme.parties, *phases, *lines, "unsited", *chips}


def model_chips() -> tuple[str, ...]:
    """The accelerators of the catalogue."""
    return catalogue().names("accelerator")


def audit(
    programme: str | Path | Programme | Result = "stargate", *, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    workers: int | None = None,
) -> tuple[ClaimVerdict, ...]:  # fmt: skip
    """The verdicts on the claims of a programme as known on a day, or of what `simulate` or `check` gave back, in the same worlds."""
    if isinstance(programme, Result):
        made, now = programme.programme, programme.known
        if made is None or now is None:
            raise InputError("this result has no programme behind it; use one that simulate() or check() gave back")
        draws, seed = programme.draws, programme.seed
    else:
        made = load(programme)
        now = known(made, as_of)
    return _audited(now, made, draws, seed, workers, (), None, _said_by(made, now.as_of))[1]


def workbook(
    programme: str | Path | Programme = "stargate", *, site: str | None = None, draw: int | None = None, nearest: str | None = None,
    overlays: Mapping[str, Path | Mapping[str, Any] | str] | None = None, as_of: date | str | None = None, draws: int = DRAWS,
    seed: int = 0, workers: int | None = None, values: Catalogue | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What a workbook of project finance holds, as plain data for `stargauge.report.workbook.site.render_workbook`.

    The world: every input at its median; or the draw of that number (counted from 0); or the draw nearest the median of an address.
    `site`: one site alone; where none is named the whole programme, site by site. `overlays`: scenarios by name, shown beside the base;
    those of the programme that leave it its phases and contracts, where none are given. Raises InputError for an address or a site that
    does not exist.
    """
    made, values = load(programme), values or catalogue()
    now = known(made, as_of, values)
    if draw is not None and nearest is not None:
        raise InputError("got a draw and an address whose median it should be nearest; expected one of them")
    words = "every input at its median"
    if nearest is not None:
        draw = nearest_draw(
            _ends(simulate(made, quantities=[nearest], draws=draws, seed=seed, as_of=now.as_of, workers=workers, values=values)[nearest])
        )
        words = f"draw {draw} of seed {seed}, of {draws:,} draws the one nearest the median of {nearest}"
    elif draw is not None:
        words = f"draw {draw} of seed {seed}"
    case = case_of(now, draw, seed)
    others = {name: case_of(known(load(made, over), now.as_of, values), draw, seed) for name, over in (overlays or {}).items()}
    if overlays is None:
        own = {name: case_of(known(load(made, name), now.as_of, values), draw, seed) for name in made.scenarios}
        others = {name: other for name, other in own.items() if same_parts(case, other, site)}
    asked = f" --nearest '{nearest}'" if nearest else f" --case {draw}" if draw is not None else ""
    where = f" --site {shlex.quote(site)}" if site else ""
    told = {
        "programme": made.name, "case": words, "as_of": str(now.as_of), "version": __version__, "attribution": list(made.attribution),
        "command": f"stargauge check {shlex.quote(asked_as(made))} --as-of {now.as_of} --seed {seed}{where}{asked} --xlsx FILE",
    }  # fmt: skip
    return workbook_data(case, site, others, told)


def _ends(series: Series) -> Any:
    """The values of a series draw by draw, in its last month where it has months."""
    held = np.asarray(series.values)
    return held if held.ndim == 1 else held[:, -1]


def compare(
    a: str | Path | Programme, b: str | Path | Programme, *, draws: int = DRAWS, seed: int = 0, workers: int | None = None,
    values: Catalogue | None = None, progress: Progress | None = None,
) -> Comparison:  # fmt: skip
    """What differs between two programmes, scenarios or knowledge dates, in inputs and in outputs, and because of what.

    A side is a programme, or a text `PROGRAMME[@DATE][+FILE or +INPUT=VALUE]...`; a second side that names no programme (`@2026-09-30`,
    `+slow.yaml`) is the first with the date replaced and more laid over it. `progress(done, all)` counts the causes tried. Where both
    sides run the same programme, draws are compared one by one. Raises InputError with the faults of both sides at once.
    """
    began = time.perf_counter()
    values, both = values or catalogue(), sides(a, b)
    found, faults = list[tuple[Programme, Known]](), dict[Fault, None]()
    read: dict[Any, Programme] = {}
    for side in both:
        try:
            if id(side.programme) not in read:
                read[id(side.programme)] = load(side.programme)
            programme = _laid(read[id(side.programme)], side)
            found.append((programme, known(programme, side.as_of, values)))
        except InputError as error:
            faults |= dict.fromkeys(error.faults)
    if faults:
        raise InputError(list(faults))
    (_, first), (_, second) = found
    runs = Runs(read_at(first, second), draws, seed, _workers(workers, draws), Memo(MEMO_BYTES))
    same, order = paired(first, second), (1, 0) if first.as_of > second.as_of else (0, 1)
    made = {place: _side(both[place], *found[place], runs, keep=same and place == order[0]) for place in order}
    one, other = made[0], made[1]
    outputs = outputs_of(one, other, runs.when)
    ends = medians(one.result, runs.when), medians(other.result, runs.when)
    causes = attribute(first, second, ends, runs, _workers(workers, MANY_DRAWS), progress) if same else None
    cells = cells_of(one, other, {cause.name: cause.weight for cause in causes.causes} if causes else {})
    told = claims_of(one, other)
    if not moves_finance(cells):
        return Comparison(one, other, runs.when, outputs, told, cells, causes, seconds=time.perf_counter() - began)
    few = min(draws, FINANCE_DRAWS)
    financed = _finances((first, second), runs.when, few, seed, runs.workers)
    moved = finance_of((first, second), financed, runs.when)
    return Comparison(one, other, runs.when, outputs, told, cells, causes, moved, financed[0].draws, time.perf_counter() - began)


def _finances(both: tuple[Known, Known], when: date, draws: int, seed: int, workers: int) -> tuple[Result, Result]:
    """The runs of the two sides of a comparison that tell of their finance."""
    one, other = (
        run_model(side, wanted_of_finance(side), draws=draws, seed=seed, workers=workers, dates=(when,), only_dates=True) for side in both
    )
    return one, other


def _laid(made: Programme, side: Asked) -> Programme:
    """The programme of a side with its scenarios and single inputs laid over it."""
    for scenario in side.scenarios:
        made = load(made, scenario)
    return load(made, settings=side.settings)


def _side(asked: Asked, programme: Programme, made: Known, runs: Runs, keep: bool) -> Side:
    """A side of a comparison: its run, kept at the date compared, and the verdicts on the claims made by its day."""
    claims = _said_by(programme, made.as_of)
    questions_asked = asked_of(made, programme, claims)
    collectors = {COLLECTOR: judge_of(questions_asked, made)} if questions_asked else {}
    result = runs.run(made, wanted_of(made), collectors, keep)
    result.programme = programme
    return Side(str(replace(asked, as_of=made.as_of)), programme, made, result, audit_run(result, made, claims, ids=ids_of(programme)))


def schedule(
    programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None,
) -> Delays:  # fmt: skip
    """When each unfinished site runs, and what holds it up: dates of the next and the last phase, what each activity decides and costs."""
    made = load(programme)
    return _delays(made, known(made, as_of, values), draws, seed, workers, progress)


def _delays(made: Programme, now: Known, draws: int, seed: int, workers: int | None, progress: Progress | None = None) -> Delays:
    result = run_model(now, wanted_delays(now), draws=draws, seed=seed, workers=_workers(workers, draws), progress=progress)
    return delays(now, result, {name: site.name or name for name, site in made.sites.items()}, slug(made.name), asked_as(made))


def jobs(
    programme: str | Path | Programme = "stargate", *, when: date | str | None = None, site: str | None = None,
    as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0, workers: int | None = None, values: Catalogue | None = None,
    progress: Progress | None = None,
) -> Jobs:  # fmt: skip
    """Jobs by every definition at a date (the end of the second year ahead), what others counted, and what claims on jobs need to be true.

    `site`: that site alone, with the claims that name it. Raises InputError for a date outside the programme's months or an unknown site.
    """
    made = load(programme)
    now = known(made, as_of, values)
    day = _day_of_jobs(now, when, site)
    numbers = tuple(n for n in _numbers(now, made, _said_by(made, now.as_of)) if site is None or site in n.sites)
    collectors = {JOB_DEFINITIONS: judge_of_numbers(numbers)} if numbers else {}
    result = run_model(
        now, wanted_jobs(now, site), draws=draws, seed=seed, workers=_workers(workers, draws), collectors=collectors,
        dates=dates_of_jobs(now, day), progress=progress, only_dates=True,
    )  # fmt: skip
    verdicts = _number_verdicts(numbers, result, now)
    return jobs_of(now, result, day, site, names_of(now), verdicts, slug(made.name), asked_as(made))


def _day_of_jobs(now: Known, when: date | str | None, site: str | None) -> date:
    """The date asked for, or the usual one. Raises InputError with all faults of date and site."""
    faults, sites = list[Fault](), [view.id for view in now.sites]
    first, last = now.months[0].replace(day=1), now.months[-1]
    day = Days.of(now).ahead
    if when is not None:
        try:
            day = date.fromisoformat(when) if isinstance(when, str) else when
            if not first <= day <= last:
                faults.append(Fault(f"--date: {day} is outside the months of the programme, {first} to {last}"))
        except ValueError:
            faults.append(Fault(f'--date: got "{when}"; expected a day such as 2029-01-20'))
    if site is not None and site not in sites:
        faults.append(Fault(f'--site: there is no site "{site}" on {now.as_of}{did_you_mean(site, sites)} (all: {", ".join(sites)})'))
    if faults:
        raise InputError(faults)
    return day


def _numbers(now: Known, programme: Programme, claims: Mapping[str, Any]) -> tuple[Number, ...]:
    """The numbers of jobs that claims name."""
    return numbers_of(asked_of(now, programme, claims), now.months[-1])


def _number_verdicts(numbers: Sequence[Number], result: Result, now: Known) -> tuple[NumberVerdict, ...]:
    """What each number of jobs needs to be true, from a run that collected it by every definition."""
    if not numbers:
        return ()
    outcomes = judge_of_numbers(numbers).outcomes(result.collected[JOB_DEFINITIONS])
    names = Names(result.world.axes, result.world.graph.quantities, names_of(now))
    return number_verdicts(numbers, outcomes, now, names)


def finance(
    programme: str | Path | Programme = "stargate", *, site: str | None = None, as_of: date | str | None = None, draws: int = DRAWS,
    seed: int = 0, workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None,
) -> SiteFinance:  # fmt: skip
    """How each site is paid for: sources and uses, loans and what limits them, cover and breach, walls, contracts, returns of the owners.

    `site`: that one alone, with its cash year by year. Raises InputError for a site that there is not.
    """
    made = load(programme)
    return _finance(made, known(made, as_of, values), site, draws, seed, workers, progress)


def _finance(
    made: Programme, now: Known, site: str | None, draws: int, seed: int, workers: int | None, progress: Progress | None = None
) -> SiteFinance:
    sites = asked_site(now, site)
    result = run_model(
        now, wanted_finance(now, sites, site is not None), draws=draws, seed=seed, workers=_workers(workers, draws), progress=progress,
        dates=(now.months[-1],), only_dates=True,
    )  # fmt: skip
    names = {name: one.name or name for name, one in made.sites.items()}
    return site_finance(now, result, sites, names, slug(made.name), asked_as(made), site is not None)


def money(
    programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, when: date | str | None = None,
    amounts: Sequence[float | str] = (), pays: Mapping[str, float | str] | Sequence[str] | None = None,
    since: date | str | None = None, draws: int = DRAWS, seed: int = 0, workers: int | None = None, values: Catalogue | None = None,
    progress: Progress | None = None,
) -> Money:  # fmt: skip
    """Who pays, when, and whether the money is there: by each definition of "there", per party, with gaps, policies and circles.

    `when`: the day on which it has to be there (the knowledge date). `amounts`: sums in USD, or as `"100 bn USD"` (else those that
    claims say will be deployed). `pays`: `{party: share}` or `["party=share"]`, who pays only a share of what it promised from `since` (the
    knowledge date) on, and who breaks then. Raises InputError with every fault of what was asked for.
    """
    made = load(programme)
    return _money(made, known(made, as_of, values), when, amounts, pays, since, draws, seed, workers, progress)


def _money(
    made: Programme, now: Known, when: date | str | None, amounts: Sequence[float | str],
    pays: Mapping[str, float | str] | Sequence[str] | None, since: date | str | None, draws: int, seed: int, workers: int | None,
    progress: Progress | None = None,
) -> Money:  # fmt: skip
    question = question_of(now, when, amounts, pays, since)
    party = question.party

    def run(view: Known) -> Result:
        return run_model(view, wanted_money(view, party), draws=draws, seed=seed, workers=_workers(workers, draws), progress=progress)

    other = run(known_on(overlay(made, money_scenario(question), "--if"), now.catalogue.catalogue, now.as_of)) if party else None
    parts = money_parts(now, question, run(now), other)
    return Money(slug(made.name), asked_as(made), now.programme.name, str(now.as_of), draws, seed, question, parts)


def shipped() -> tuple[str, ...]:
    """The names of the shipped programmes."""
    return tuple(shipped_files())


def validate(kind: str, file: str | Path, *, values: Catalogue | None = None) -> Validated:
    """How good the model of a discipline is on a user's own measurements or reference cases.

    kinds: schedule (CSV, the columns of the plan-to-actual records), build (CSV, those of the records of builds), finance (JSON, cases with
    inputs, expected values and a tolerance), reading (JSONL, sentences with marked quantities, dates and statements). Raises InputError for
    another kind, and with every fault of the file.
    """
    if kind not in VALIDATIONS:
        raise InputError(f'no validation "{kind}"{did_you_mean(kind, VALIDATIONS)} (one of {", ".join(VALIDATIONS)})')
    if kind == "reading":
        return validate_reading(Path(file))
    values = values or catalogue()
    if kind == "finance":
        return validate_finance(read_vectors(Path(file)), partial(recovery_table, values))
    if kind == "build":
        return validate_builds(read_own_builds(Path(file)), fit_view(values, date.today()))
    return validate_schedule(read_projects(Path(file)), values)


def calibrate(until: date | str | None = None, *, values: Catalogue | None = None, folder: str | Path | None = None) -> Calibration:
    """The fits of slips and of building times, made anew from the records known at the last quarter before a day (today).

    `folder`: write the fits of all quarters until then there, in the form in which they are shipped. Raises InputError where there is none.
    """
    values, day = values or catalogue(), _day(until)
    if folder is not None:
        if not Path(folder).is_dir():
            raise InputError(f'no folder "{folder}" to write the fits to; make it, or choose another')
        write_all(Path(folder), all_fits(values, day), all_build_fits(values, day))
    return Calibration(fit_of(values.known(day)), build_fit_of(fit_view(values, day)))


def backtest(
    programmes: Iterable[str | Path | Programme] | None = None, *, draws: int = 512, seed: int = 0, as_of: date | str | None = None,
    values: Catalogue | None = None, folder: str | Path | None = None, progress: Progress | None = None,
) -> Backtest:  # fmt: skip
    """Knowledge dates replayed for the recorded outcomes of programmes (all shipped ones), each without its owner's own records.

    `as_of`: score against the outcomes known by that day (today). `folder`: write the whole result there, with the validation on the
    shipped records, in the form in which it is shipped. Raises InputError where there is no folder, or the result is not the whole one.
    """
    values, day = values or catalogue(), _day(as_of)
    if folder is not None and (programmes is not None or values.own_rows):
        raise InputError("what is shipped is measured on all shipped programmes and values; name no programme and no catalogue to write it")
    if folder is not None and not Path(folder).is_dir():
        raise InputError(f'no folder "{folder}" to write the result to; make it, or choose another')
    made = [load(one) for one in (shipped() if programmes is None else programmes)]
    parts: list[Backtest] = []
    for place, programme in enumerate(made):
        parts.append(_replay(programme, values, day, draws, seed))
        if progress is not None:
            progress(place + 1, len(made))
    tested = joined(parts)
    if folder is not None:
        measured(tested, len(made), str(day), draws, seed, values).write(Path(folder))
    return tested


def backtest_money(
    programmes: Iterable[str | Path | Programme] | None = None, *, draws: int = 512, seed: int = 0, as_of: date | str | None = None,
    values: Catalogue | None = None,
) -> MoneyBacktest:  # fmt: skip
    """Loans to sites and cash of parties, forecast before they were public, against what the record holds by `as_of` (today).

    Each programme is forecast without its owner's own records of dates.
    """
    run, cases = partial(run_model, draws=draws, seed=seed), list[MoneyCase]()
    for made in (load(one) for one in (shipped() if programmes is None else programmes)):
        without = _without_owner(values or catalogue(), made)
        cases += money_cases(slug(made.name), known(made, as_of, values), partial(known, made, values=without), run)
    return MoneyBacktest(draws, seed, tuple(cases))


def _without_owner(values: Catalogue, programme: Programme) -> Catalogue:
    return replace(values, without=values.without | ({programme.owner} if programme.owner else set()))


def _replay(programme: Programme, values: Catalogue, day: date, draws: int, seed: int) -> Backtest:
    """The cases of one programme, forecast without its owner's own records."""
    without = _without_owner(values, programme)
    return replay(programme, known(programme, day, values), _tracker(programme, without, draws, seed))


def _tracker(programme: Programme, values: Catalogue, draws: int, seed: int) -> Tracker:
    """Who judges the claims of a programme on many days. Its parts are functions of modules, so that it can be sent to a process."""
    view, ask = partial(known_on, programme, values), partial(_asked_then, programme)
    return Tracker(view, ask, ids_of(programme), draws, seed, Memo(MEMO_BYTES))


def _asked_then(programme: Programme, view: Known, claims: Mapping[str, Any]) -> tuple[Question, ...]:
    return asked_of(view, programme, claims)


def odds(
    programme: str | Path | Programme = "stargate", claim: str | None = None, start: date | str | None = None,
    end: date | str | None = None, every: str | int = "month", *, draws: int = DRAWS, seed: int = 0,
    scenario: Path | str | None = None,
    settings: Mapping[str, str] | None = None, values: Catalogue | None = None, progress: Progress | None = None,
) -> OddsOverTime:  # fmt: skip
    """The odds of a claim's readings over time, and what moved them; without `claim` those of every claim, without what moved them.

    `claim`: `ID` or `ID/READING`. `every`: month, quarter or a number of days. The first point is the day on which the claim was made.
    Raises InputError with every fault of what was asked for.
    """
    made = load(programme, scenario, settings)
    readings, first, last = _asked_odds(made, claim, start, end, str(every))
    return _odds(made, readings, first, last, str(every), claim is not None, draws, seed, values or catalogue(), progress)


def _asked_odds(
    made: Programme, claim: str | None, start: date | str | None, end: date | str | None, every: str
) -> tuple[dict[str, list[str]], date, date]:  # fmt: skip
    """The readings, the first and the last day asked for. Raises InputError with all faults at once."""
    faults = list[Fault]()
    readings = {name: list(one.readings) for name, one in made.claims.items()}
    if claim is not None:
        name, _, reading = claim.partition("/")
        if name not in readings:
            faults.append(Fault(f'there is no claim "{name}"{did_you_mean(name, readings)}; all: stargauge audit'))
        elif reading and reading not in readings[name]:
            near = did_you_mean(reading, readings[name])
            faults.append(Fault(f'the claim "{name}" has no reading "{reading}"{near} (all: {", ".join(readings[name])})'))
        readings = {name: [reading] if reading else readings.get(name, [])}
    days = list[date | None]()
    for option, text in (("from", start), ("to", end)):
        try:
            days.append(date.fromisoformat(text) if isinstance(text, str) else text)
        except ValueError:
            faults.append(Fault(f'--{option}: got "{text}"; expected a day such as 2025-01-22'))
            days.append(None)
    if every not in EVERY and not (every.isdecimal() and int(every) > 0):
        faults.append(Fault(f'--every: got "{every}"; expected month, quarter or a number of days{did_you_mean(every, EVERY)}'))
    said = min((made.claims[name].day.start for name in readings if name in made.claims), default=date.min)
    first, last = days[0] or said, days[1] or date.today()
    if last < max(first, said) and not faults:
        faults.append(Fault(f"--to: {last} is before {max(first, said)}, the first day asked for; expected a later day"))
    if faults:
        raise InputError(faults)
    return readings, first, last


def _odds(
    made: Programme, readings: Mapping[str, Sequence[str]], first: date, last: date, every: str, attribute: bool, draws: int, seed: int,
    values: Catalogue, progress: Progress | None = None,
) -> OddsOverTime:  # fmt: skip
    known(made, last, values)
    said = {name: made.claims[name].day.start for name in readings if made.claims[name].day.start <= last}
    shared = days_between(max(first, min(said.values(), default=first)), last, every)
    days = {name: sorted({day, *(other for other in shared if other > day)}) for name, day in said.items()}
    asked = {name: readings[name] for name in said}
    tracker = _tracker(made, values, draws, seed)
    series = track(tracker, made, asked, days, attribute, _workers(None, MANY_DRAWS), progress)
    return OddsOverTime(slug(made.name), made.name, draws, seed, first, last, every, attribute, series)


IMPORTS = ("epoch", "csv")


def import_statements(
    kind: str, source: str | Path, programme: str | Path | Programme = "stargate", *, vintage: date | str | None = None
) -> Import:  # fmt: skip
    """What published data would add to a programme: `epoch` (a folder with Epoch AI's CSV files) or `csv` (a file of statements).

    `vintage`: when the edition was published (epoch only; else as the data's own count of what is current allows). Nothing is written:
    `.text` is the partial file.
    Raises InputError with every fault of the data.
    """
    if kind not in IMPORTS:
        raise InputError(f'there is no import "{kind}"{did_you_mean(kind, IMPORTS)} (all: {", ".join(IMPORTS)})')
    made = load(programme)
    if kind == "csv":
        return _import_csv(Path(source), made, vintage)
    return _import_epoch(Path(source), made, vintage)


def _import_csv(file: Path, made: Programme, vintage: date | str | None) -> Import:
    if vintage is not None:
        raise InputError("--vintage goes with epoch; the statements of a CSV file bring their own dates (column published)")
    proposals, new = read_statements(file, made)
    sources = sources_of(patched_sources(made, new))
    changes = compared(made, proposals, sources)
    patch, against = patched(made, proposals, changes, new)
    if against:
        raise InputError([one.row.fault("value", message, written(one.trail)) for one, message in against])
    newest = max((one.statement.known_from for one in proposals if one.statement.known_from), default=None)
    return Import(made.name, file.name, str(newest or ""), changes, patch=patch)


def _import_epoch(folder: Path, made: Programme, vintage: date | str | None) -> Import:
    tracked = tracker("epoch")
    published = parse_window(vintage) if vintage is not None else None
    if published is not None and published.end > date.today():
        raise InputError(f"--vintage: {published} is not over yet; expected the day on which the edition was published")
    read = read_epoch(folder, made, tracked, published, date.today())
    changes = compared(made, read.proposals, sources_of(patched_sources(made, read.new_sources)))
    credit = f"{tracked.publisher.partition(' (')[0]}, {tracked.title}, {tracked.url}, {tracked.licence}"
    patch, against = patched(made, read.proposals, changes, read.new_sources, credit)
    left_out = tuple(f"{written(one.trail)}: {message}" for one, message in against)
    name = tracked.publisher.partition(" (")[0]
    return Import(made.name, name, str(read.published), changes, read.unmatched, read.silent, read.unplaced, left_out, credit, patch)


def explain(
    address: str, programme: str | Path | Programme = "stargate", *, when: date | None = None, as_of: date | str | None = None,
    draws: int = DRAWS, seed: int = 0, values: Catalogue | None = None,
) -> Node:  # fmt: skip
    """Why a number is what it is: formula, inputs with their values at a date (the newest evidence), down to statements and assumptions."""
    made = known(load(programme), as_of, values)
    result = run_model(made, [address], draws=draws, seed=seed)
    return result.explain(address, when or Days.of(made).evidence, draws)


def sensitivity(
    address: str, programme: str | Path | Programme = "stargate", *, when: date | None = None, inputs: Sequence[str] | None = None,
    two_way: Mapping[str, Sequence[str]] | Sequence[str] | None = None, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None, every: bool = False,
    variance: bool = False,
) -> Sensitivity:  # fmt: skip
    """What moves a number: its median with each uncertain input upstream held at its P10 and its P90, and over a grid of two inputs.

    `when`: the month it is read at (two years ahead at year's end). `inputs`: only these, `INPUT=LOW..HIGH` as if one were that
    uncertain. `two_way`: two inputs with their values as in `--set`, or `drawn`; without `inputs` it comes alone. Of a number that is dear
    to make again only the inputs that share most of its spread are moved, unless `every` one is asked for.
    `variance`: also the share of its variance that each input makes alone and with others (of those twelve that move it most, or `every`
    one). Raises InputError with every
    fault of what was asked for, before any run.
    """
    table = _table_axes(two_way)
    made = load(programme)
    now = known(made, as_of, values)
    changed = partial(_changed, made, now, values)
    asker = _asker(address, now, when, draws, seed)
    bars, ends = _moved_and_table(asker, [] if inputs is None and table is not None else inputs, table, changed)
    base = asker.levels({})
    if base[1] != base[1]:
        raise InputError(f'"{asker.address}" is absent{f" at the end of {asker.when:%b %Y}" if asker.when else ""}: nothing moves it')
    chosen = leading(asker, bars) if inputs is None and not every and is_dear(asker, bars) else bars
    left = sorted({bar.name for bar in bars} - {bar.name for bar in chosen})
    moved, still = swings(asker, chosen, _workers(workers, MANY_DRAWS), progress)
    grid = tabulated(asker, table, ends, changed, progress) if table else None
    names = [one.input for one in (moved if every else moved[:MOST_REDRAWN]) if not one.given]
    made_of = shares(asker, names, _workers(workers, MANY_DRAWS), progress) if variance else None
    asked = model_graph().quantities[asker.address.split("[")[0]]
    return Sensitivity(
        asker.address, asked.says, asked.unit, asker.when, base, moved, still, tuple(left), grid, made_of, made.name,
        asked_as(made), made.supposed,
        now.as_of, asker.draws, seed,
    )  # fmt: skip


def cost(
    programme: str | Path | Programme = "stargate", *, site: str | None = None, chip: str | None = None, as_of: date | str | None = None,
    draws: int = DRAWS, seed: int = 0, workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None,
) -> Cost:  # fmt: skip
    """What an accelerator-hour, a megawatt-year and a million tokens cost by site and generation, and which rents would cover it.

    `site`, `chip`: one only (every site, with what stands there). With what moves the cost of an hour of the first pair. Raises
    InputError for a site or chip that there is not.
    """
    made = load(programme)
    now = known(made, as_of, values)
    sites, chips = asked_sites(now, site, chip)
    memo, day = Memo(MEMO_BYTES), Days.of(now).ahead
    count = _workers(workers, draws)
    held = [f"accelerators[{one}, {place}]" for place in sites for one in now.axes["chip"]] if chips is None else []
    stock = run_model(now, held, draws=draws, seed=seed, workers=count, dates=(day,), only_dates=True, memo=memo) if held else None
    expected = expected_held(stock, now, sites) if stock else {place: dict.fromkeys(now.axes["chip"], 0.0) for place in sites}
    pairs = pairs_of(now, sites, chips, expected)
    result = run_model(now, addresses_of(pairs), draws=draws, seed=seed, workers=count, memo=memo)
    asker = Asker.of(result, f"lcoc[{pairs[0][1]}, {pairs[0][0]}]", None, memo)
    base = asker.levels({})
    tornado = None
    if base[1] == base[1]:
        bars, others, left = _cost_bars(asker, made, now, values, _workers(workers, MANY_DRAWS))
        moved, still = swings(asker, [*bars, *others], _workers(workers, MANY_DRAWS), progress)
        faint = {bar.name for bar in others} - {one.input for one in moved if telling(one, base)}
        kept, same = [one for one in moved if one.input not in faint], [name for name in still if name not in faint]
        tornado = tornado_data(asker.address, levels_data(base), PER_HOUR, kept, same, sorted({*left, *faint}))
    return Cost(now, result, tuple(pairs), tornado, made.name, asked_as(made), made.supposed)


def _cost_bars(
    asker: Asker, made: Programme, now: Known, values: Catalogue | None, workers: int
) -> tuple[list[Bar], list[Bar], list[str]]:  # fmt: skip
    """The inputs named, the others that move the number most, as `sensitivity` takes them, and the names of the rest.

    Named: life, hours sold, the price of power, the discount rate; as uncertain as they are, a rate of one number over its range. The
    others: those that move the median most in the first block of draws; few draws tell that, since no chance is in the change.
    """
    found = uncertain(asker.world, asker.address)
    power = tuple(name for name in POWER if name in found)
    named = [Bar(name, (name,)) for name in (LIFE, SOLD, RATE) if name in found] + ([Bar(POWER_PRICE, power)] if power else [])
    if RATE not in found and (rates := rates_of(now)):
        named += bars_of(asker, [f"{RATE}={rates}"], partial(_changed, made, now, values))
    shown = {name for bar in named for name in bar.members}
    rest = [Bar(name, members) for name, members in found.items() if name not in shown]
    few = replace(asker, draws=min(BLOCK, asker.draws))
    base, moving = few.levels({}), swings(few, rest, workers)[0]
    strong = [one.input for one in moving if telling(one, base)][:MOST_STRONG]
    return named, [bar for bar in rest if bar.name in strong], sorted({bar.name for bar in rest} - {*strong})


def _table_axes(asked: Mapping[str, Sequence[str]] | Sequence[str] | None) -> tuple[Axis, Axis] | None:
    if asked is None:
        return None
    texts = [f"{name}={','.join(map(str, held))}" for name, held in asked.items()] if isinstance(asked, Mapping) else list(asked)
    return axes_of_table(texts)


def _moved_and_table(
    asker: Asker, inputs: Sequence[str] | None, table: tuple[Axis, Axis] | None, changed: Callable[..., Mapping[str, Input]]
) -> tuple[list[Bar], Ends]:
    """The bars, and what each value of a table changes. Raises InputError with the faults of both."""
    faults, bars, ends = list[Fault](), list[Bar](), list[list[Mapping[str, Input]]]()
    try:
        bars = bars_of(asker, inputs, changed)
    except InputError as error:
        faults += error.faults
    try:
        ends += [list(side) for side in ends_of_table(asker, table, changed)] if table else []
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)
    return bars, ends


def _asker(address: str, now: Known, when: date | None, draws: int, seed: int) -> Asker:
    """Who asks one address of many worlds, what is asked first kept; no run yet. Raises InputError where the address is not one number."""
    from stargauge.engine.select import Frame

    made = Frame(model_graph().quantities, axes_of(now)).resolve(address).quantity
    day = when or Days.of(now).ahead
    return Asker(world_of(now, [made.name], seed), str(parse_address(address)), day if "month" in made.axes else None, drawn(draws),
                 Memo(MEMO_BYTES))  # fmt: skip


def _changed(made: Programme, now: Known, values: Catalogue | None, *settings: tuple[str, str]) -> dict[str, Input]:
    """The inputs that single settings speak of, as they are with these."""
    state = known(load(made, settings=dict(settings)), now.as_of, values)
    return inputs_of(state, {name.split("[")[0] for name, _ in settings})


__all__ = [
    "DRAWS", "HEADLINES", "Backtest", "Catalogue", "Check", "Comparison", "Import", "Jobs", "Known", "Money", "Programme", "Result",
    "SiteFinance", "Validation", "__version__", "audit", "backtest", "backtest_money", "calibrate", "catalogue", "check", "compare", "cost",
    "explain", "finance", "import_statements", "jobs", "known", "load", "money", "odds", "schedule", "sensitivity", "shipped", "simulate",
    "validate",
]  # fmt: skip

# The packages `audit` and `catalogue` bear the names of public functions; whoever asks the package for them means the functions.
for _name in stargauge.__all__:
    setattr(stargauge, _name, globals()[_name])
