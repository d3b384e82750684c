"""One run of a programme: what is given, what is simulated, what is asked of it, how its claims are judged."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from stargauge.api.programmes import Progress, _record_ids, ids_of, known, load, said_by
from stargauge.audit.claims.questions import Question, questions
from stargauge.audit.given import Condition, held_of, parts_of, search, spoken
from stargauge.audit.jobs.job_claims import COLLECTOR as JOB_DEFINITIONS
from stargauge.audit.jobs.job_claims import Number
from stargauge.audit.jobs.job_claims import judge_of as judge_of_numbers
from stargauge.audit.run import COLLECTOR, ClaimVerdict, Verdicts, judge_of
from stargauge.audit.run import audit as audit_run
from stargauge.audit.summary import HEADLINES, dates_of, exists
from stargauge.catalogue.load import Catalogue
from stargauge.engine.collect import Collector
from stargauge.engine.executors import Pool, Workers, expect_address
from stargauge.engine.memo import Memo
from stargauge.engine.parts import Parts
from stargauge.engine.result import Result
from stargauge.engine.simulate import axes_of, model_graph
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import language as language_now
from stargauge.quantity.spoken import say

DRAWS = 1024

#: From so many draws on a run uses every core (at most four) unless told otherwise.
MANY_DRAWS = 4096

MOST_WORKERS = 64

#: Who computes, as asked for: a number of processes, the address of a Dask scheduler, or what `pool_of` made of it.
Asked = int | str | Pool | None

#: Conditions as texts, as one text, or found already; nothing where there are none.
Given = Sequence[str] | str | Condition | None


def condition(
    given: Given, programme: str | Path | Programme = "stargate", *, now: Known | None = None, as_of: date | str | None = None,
    draws: int = DRAWS, seed: int = 0, workers: Asked = None, values: Catalogue | None = None, language: str | None = None,
) -> Condition | None:  # fmt: skip
    """The worlds in which claims hold, or do not: `"jobs-100k/economy-wide"`, `"not jobs-100k/economy-wide"`, or a reading written out.

    None where nothing is given. As many worlds are made as it takes to keep `draws` of them, at most 65,536. Same programme, day, seed and
    draws: same worlds, for any number of workers. `now`: what is known, where it is at hand. `language`: in which the conditions are said,
    left out that which is spoken.
    Raises InputError with every fault: unknown claims, opinions, what the record settles, conditions that contradict each other, and
    conditions that hold too seldom.
    """
    if given is None:
        return None
    words = language or language_now()
    if isinstance(given, Condition):
        return given if now is None else spoken(given, now, words)
    texts = [given] if isinstance(given, str) else list(given)
    if not texts:
        return None
    made = load(programme)
    view = now if now is not None else known(made, as_of, values)
    parts = parts_of(texts, view, ids_of(made), _record_ids(made))
    return spoken(search(parts, view, draws, seed, partial(executor_of, workers)), view, words)


def simulate(
    programme: str | Path | Programme = "stargate", *, quantities: Iterable[str] = HEADLINES, draws: int = DRAWS, seed: int = 0,
    as_of: date | str | None = None, workers: int | str | None = None, values: Catalogue | None = None, progress: Progress | None = None,
    given: Given = None, resume: str | Path | None = None,
) -> Result:  # fmt: skip
    """What follows from a programme, with uncertainty: labelled series of the quantities asked for.

    `result["power_facility[operational]"].quantiles()`. Same programme, day, seed and draws: same bits, whoever computes them. `given`:
    claims that hold; what follows then. `workers`: processes, or the address of a Dask scheduler. `resume`: a folder that keeps what is
    done; the same call goes on from there. Raises InputError on wrong input.
    """
    pool = pool_of(workers, draws, resume)
    whole = load(programme)
    made = known(whole, as_of, values)
    wanted = _expanded(made, quantities)
    conditions = condition(given, whole, now=made, draws=draws, seed=seed, workers=pool)
    result = run_model(made, wanted, draws=draws, seed=seed, workers=executor_of(pool, draws), progress=progress, held=held_of(conditions))
    result.programme, result.conditions = whole, conditions
    return result


def workers_of(asked: int | None, draws: int) -> int:
    """Processes for a run: as asked; else one, or every core where there are draws enough to be worth it. The bits are the same."""
    if asked is not None:
        if not 1 <= asked <= MOST_WORKERS:
            raise InputError(say("got {asked} workers; expected 1 to {most}", asked=asked, most=MOST_WORKERS))
        return asked
    return 1 if draws < MANY_DRAWS else min(os.cpu_count() or 1, 4)


def executor_of(asked: Asked, draws: int) -> Workers:
    """Who computes a run: the workers of a scheduler, a pool at hand, or processes."""
    if isinstance(asked, str):
        return Pool(address=expect_address(asked))
    return asked if isinstance(asked, Pool) else workers_of(asked, draws)


def pool_of(asked: int | str | None, draws: int, resume: str | Path | None = None) -> Asked:
    """Who computes all runs of a request, and the folder in which what is done is kept, where one is given."""
    if resume is None:
        return asked
    made = workers_of(asked, draws) if asked is None or isinstance(asked, int) else 1
    return Pool(made, expect_address(asked) if isinstance(asked, str) else "", Parts(resume))


def _expanded(made: Known, quantities: Iterable[str]) -> list[str]:
    """The addresses asked for; a quantity with axes that must be picked, named without labels, gives one address per label."""
    from stargauge.engine.select import Frame

    frame = Frame(model_graph().quantities, axes_of(made))
    out: list[str] = []
    for name in quantities:
        out += [name] if "[" in name else list(frame.expand(name.strip()))
    return out


def asked_of(made: Known, programme: Programme, claims: Mapping[str, Any] | None = None) -> tuple[Question, ...]:
    """Every reading of the claims, checked against quantities, labels and records."""
    claims = programme.claims if claims is None else claims
    return questions(claims, model_graph().quantities, axes_of(made), ids_of(programme), _record_ids(programme), programme.documents)


def audited(
    made: Known, programme: Programme, draws: int, seed: int, workers: Asked, wanted: Sequence[str], progress: Progress | None,
    claims: Mapping[str, Any] | None = None, charts: bool = False, memo: Memo | None = None, numbers: Sequence[Number] = (),
    given: Condition | None = None, with_drivers: bool = True, language: str = "en", threads: int = 1,
) -> tuple[Result, tuple[ClaimVerdict, ...]]:  # fmt: skip
    """A run with what is asked of its claims, and the verdicts. `threads` share the blocks of a run that no processes share."""
    claims = programme.claims if claims is None else claims
    asked = asked_of(made, programme, claims)
    collectors: dict[str, Collector[Any]] = {COLLECTOR: judge_of(asked, made)} if asked else {}
    collectors |= {JOB_DEFINITIONS: judge_of_numbers(numbers)} if numbers else {}
    count = executor_of(workers, draws)
    with ThreadPoolExecutor(threads) if threads > 1 and count == 1 else nullcontext(count) as shared:  # gone with the run
        result = run_model(
            made, [address for address in wanted if exists(made, address)], draws=draws, seed=seed, workers=shared, collectors=collectors,
            dates=dates_of(made), progress=progress, only_dates=draws >= MANY_DRAWS and not charts, memo=memo, held=held_of(given),
        )  # fmt: skip
    result.programme, result.conditions = programme, given if given and given.parts else None
    verdicts = audit_run(result, made, claims, ids=ids_of(programme), with_drivers=with_drivers, language=language, workers=count)
    return result, verdicts


def audit(
    programme: str | Path | Programme | Result = "stargate", *, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    workers: int | None = None, given: Given = None,
) -> Verdicts:  # fmt: skip
    """The verdicts on the claims of a programme as known on a day, or of what `simulate` or `check` gave back, in the same worlds.

    `given`: claims that hold; the verdicts then.
    """
    if isinstance(programme, Result):
        made, now = programme.programme, programme.known
        if made is None or now is None:
            raise InputError(say("this result has no programme behind it; use one that simulate() or check() gave back"))
        if given is not None:
            raise InputError(say("this result was made already: what is given is said where it is made, in simulate() or check()"))
        draws, seed, held = programme.draws, programme.seed, programme.world.held
        conditions = programme.conditions or (Condition((), held, draws) if held is not None else None)
    else:
        made = load(programme)
        now = known(made, as_of)
        conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers)
    return Verdicts.of(*audited(now, made, draws, seed, workers, (), None, said_by(made, now.as_of), given=conditions))
