"""Two programmes, scenarios or knowledge dates beside one another."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from stargauge.api.programmes import Progress, catalogue, ids_of, known, load, said_by
from stargauge.api.runs import DRAWS, MANY_DRAWS, asked_of, workers_of
from stargauge.audit.compare.causes import MEMO_BYTES, Runs, attribute, medians
from stargauge.audit.compare.cells import cells_of, moves_finance
from stargauge.audit.compare.compare import Comparison, claims_of, finance_of, outputs_of, wanted_of
from stargauge.audit.compare.finance import FINANCE_DRAWS, wanted_of_finance
from stargauge.audit.compare.sides import Side, paired, read_at
from stargauge.audit.run import COLLECTOR, judge_of
from stargauge.audit.run import audit as audit_run
from stargauge.catalogue.load import Catalogue
from stargauge.engine.memo import Memo
from stargauge.engine.result import Result
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.asked import Asked, sides
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import Fault, InputError


def compare(
    a: str | Path | Programme | Asked, b: str | Path | Programme | Asked, *, draws: int = DRAWS, seed: int = 0, workers: int | None = None,
    values: Catalogue | None = None, progress: Progress | None = None,
) -> Comparison:  # fmt: skip
    """What differs between two programmes, scenarios or knowledge dates, in inputs and in outputs, and because of what.

    A side is a programme, or a text `PROGRAMME[@DATE][+FILE or +INPUT=VALUE]...`; a second side that names no programme (`@2026-09-30`,
    `+slow.yaml`) is the first with the date replaced and more laid over it. Or it is what such a text says, in parts (`Asked`), whatever
    signs the path of a file has. `progress(done, all)` counts the causes tried. Where both
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
    runs = Runs(read_at(first, second), draws, seed, workers_of(workers, draws), Memo(MEMO_BYTES))
    same, order = paired(first, second), (1, 0) if first.as_of > second.as_of else (0, 1)
    made = {place: _side(both[place], *found[place], runs, keep=same and place == order[0]) for place in order}
    one, other = made[0], made[1]
    outputs = outputs_of(one, other, runs.when)
    ends = medians(one.result, runs.when), medians(other.result, runs.when)
    causes = attribute(first, second, ends, runs, workers_of(workers, MANY_DRAWS), progress) if same else None
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
    claims = said_by(programme, made.as_of)
    questions_asked = asked_of(made, programme, claims)
    collectors = {COLLECTOR: judge_of(questions_asked, made)} if questions_asked else {}
    result = runs.run(made, wanted_of(made), collectors, keep)
    result.programme = programme
    return Side(
        str(replace(asked, as_of=made.as_of)), asked.texts, programme, made, result, audit_run(result, made, claims, ids=ids_of(programme))
    )
