"""A sweep: quantities and claims of a programme under several scenarios, as known on several days, as one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from stargauge.api.programmes import Progress, RecordTooThin, catalogue, claim_of, day_of, ids_of, known, load, said_by
from stargauge.api.runs import DRAWS, _expanded, asked_of, executor_of, pool_of
from stargauge.audit.answer_data import slug
from stargauge.audit.over_time.odds import EVERY, days_between
from stargauge.audit.over_time.tracker import Key, claims_with
from stargauge.audit.run import COLLECTOR, judge_of, judgements
from stargauge.audit.summary import HEADLINES, Days, exists
from stargauge.catalogue.load import DATA, Catalogue
from stargauge.engine.executors import each
from stargauge.engine.graph import content_key
from stargauge.engine.run import drawn
from stargauge.engine.select import Frame
from stargauge.engine.series import LEVELS, plain
from stargauge.engine.simulate import axes_of, model_graph
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.known import Known
from stargauge.programme.load import asked_as
from stargauge.programme.schema import Programme
from stargauge.quantity.dates import months_between, parse_window
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

#: The most cells (a scenario on a day) of one sweep.
MOST_CELLS = 2000
_TOO_THIN, _NOT_THERE, _NOT_MADE = "record too thin", "not there yet", "not made yet"


@dataclass(frozen=True)
class Row:
    """One number of a sweep: a quantity with P10, P50 and P90, or a reading of a claim with its odds and their error.

    `scenario`: empty for the programme as it stands. `at`: the month that a quantity is read at. `unit`: of a quantity. `status`: of a
    reading; of either, why there is nothing.
    """

    scenario: str
    as_of: str
    kind: str
    name: str
    at: str | None = None
    unit: str | None = None
    p10: float | None = None
    p50: float | None = None
    p90: float | None = None
    probability: float | None = None
    error: float | None = None
    status: str | None = None


@dataclass(frozen=True)
class Sweep:
    """The table of a sweep, row by row: by scenario, then day, then what was asked for. `date`: the month that quantities are read at."""

    programme: str
    asked_as: str
    name: str
    scenarios: tuple[str, ...]
    days: tuple[date, ...]
    date: date
    draws: int
    seed: int
    rows: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "programme": self.programme, "asked_as": self.asked_as, "name": self.name, "scenarios": list(self.scenarios),
            "days": [str(day) for day in self.days], "date": str(self.date), "draws": self.draws, "seed": self.seed,
            "rows": [asdict(row) for row in self.rows],
        }  # fmt: skip


@dataclass(frozen=True)
class _Asked:
    """What every cell is asked."""

    programmes: Mapping[str, Programme]
    values: Catalogue
    quantities: tuple[str, ...]
    readings: tuple[Key, ...]
    when: date
    draws: int
    seed: int


def sweep(
    programme: str | Path | Programme = "stargate", scenarios: Sequence[str | Path] = (), *, as_of: date | str | None = None,
    every: str | int = "quarter", quantities: Sequence[str] = (), claims: Sequence[str] = (), when: date | str | None = None,
    draws: int = DRAWS, seed: int = 0, workers: int | str | None = None, values: Catalogue | None = None, progress: Progress | None = None,
    resume: str | Path | None = None,
) -> Sweep:  # fmt: skip
    """Quantities (P10, P50, P90) and claims (odds) under several scenarios, as known on several days, in the same worlds.

    `scenarios`: names or partial files, `""` for the programme as it stands; without any, that alone. `as_of`: a day, or a span such as
    `2025-01..2026-11`, of which `every` (month, quarter, `3months`, a number of days) takes days, and the last. `claims`: `ID` or
    `ID/READING`. `when`: the month that quantities are read at; left out, two years ahead of the last day, at year's end. `workers`:
    processes, or the address of a Dask scheduler. `resume`: a folder that keeps what is done. Raises InputError with every fault.
    """
    base, values = load(programme), values or catalogue()
    days = knowledge_days(as_of, str(every))
    names = tuple(dict.fromkeys(str(one) for one in scenarios)) or ("",)
    made = {Path(name).stem if name else "": load(base, name or None) for name in names}
    newest = known(base, days[-1], values)
    addresses = _expanded(newest, quantities or (() if claims else HEADLINES))
    at = Days.of(newest).ahead if when is None else day_of(when)
    readings = tuple(key for claim in claims for key in _readings(base, claim))
    asked = _Asked(made, values, tuple(addresses), readings, at, draws, seed)
    _expect_answers(asked, newest)
    cells = [(scenario, day) for scenario in made for day in days]
    if len(cells) > MOST_CELLS:
        raise InputError(
            say(
                "{number} scenarios on {days} days are {runs:,} runs; at most {most:,}: ask for fewer days",
                number=len(made),
                days=len(days),
                runs=len(cells),
                most=MOST_CELLS,
            )
        )
    rows = list[Row]()
    computing = executor_of(pool_of(workers, len(cells) * draws, resume), len(cells) * draws)
    with closing(each(_cell, (cells, asked), len(cells), computing, _key(asked, cells) if resume is not None else "")) as found:
        for done, part in enumerate(found, 1):
            rows += [Row(**one) for one in part]
            if progress is not None:
                progress(done, len(cells))
    return Sweep(slug(base.name), asked_as(base), base.name, tuple(made), days, at, drawn(draws), seed, tuple(rows))


def knowledge_days(as_of: date | str | None, every: str) -> tuple[date, ...]:
    """The days of a span: month ends, quarters, steps of months or days, and its last day. Raises InputError where it is none."""
    if not isinstance(as_of, str) or ".." not in as_of:
        return (day_of(as_of) if not isinstance(as_of, str) else parse_window(as_of).end,)
    span = parse_window(as_of)
    months = re.fullmatch(r"([1-9]\d?) ?months?", every)
    if months:
        ends = months_between(span.start, span.end)[int(months[1]) - 1 :: int(months[1])]
        return tuple(dict.fromkeys((*(end for end in ends if end < span.end), span.end)))
    if every not in EVERY and not (every.isdecimal() and int(every) > 0):
        near = did_you_mean(every, EVERY)
        raise InputError(
            say(
                '--every: got "{every}"; expected month, quarter, a number of months such as 3months, or of days{near}',
                every=every,
                near=near,
            )
        )
    days = days_between(span.start, span.end, every)
    return days if every.isdecimal() or len(as_of.partition("..")[0].strip()) == 10 else days[1:]


def _readings(base: Programme, claim: str) -> list[Key]:
    name, _, reading = claim.partition("/")
    readings = claim_of(base, name).readings
    if reading and reading not in readings:
        raise InputError(
            say(
                'the claim "{name}" has no reading "{reading}"{near} (all: {readings})',
                name=name,
                reading=reading,
                near=did_you_mean(reading, readings),
                readings=", ".join(readings),
            )
        )
    return [(name, one) for one in ([reading] if reading else readings)]


def _expect_answers(asked: _Asked, newest: Known) -> None:
    """Raise InputError for what no cell could answer: addresses that do not exist, a month outside the clock."""
    frame, faults = Frame(model_graph().quantities, axes_of(newest)), list[Fault]()
    asks: list[Callable[[], object]] = [partial(frame.month, asked.when), *(partial(frame.resolve, one) for one in asked.quantities)]
    for ask in asks:
        try:
            ask()
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)


def _key(asked: _Asked, cells: Sequence[tuple[str, date]]) -> str:
    """A content key of a sweep: programmes, catalogue and what is asked of them."""
    shipped = (path.read_bytes() for path in sorted(DATA.rglob("*.csv")))
    own = repr((asked.values.own_sources, asked.values.own_rows, sorted(asked.values.without)))
    told = repr((cells, asked.quantities, asked.readings, asked.when, asked.draws, asked.seed))
    return content_key(*(f"{name}={made!r}" for name, made in asked.programmes.items()), *shipped, own, told)


def _cell(place: int, cells: Sequence[tuple[str, date]], asked: _Asked) -> list[dict[str, Any]]:
    """The rows of one scenario on one day, as plain data."""
    scenario, day = cells[place]
    made = asked.programmes[scenario]
    try:
        now = known(made, day, asked.values)
    except RecordTooThin:
        return [*_nothing(scenario, day, asked, asked.quantities, asked.readings, _TOO_THIN)]
    there = [one for one in asked.quantities if exists(now, one)]
    said = said_by(made, day)
    keys = [key for key in asked.readings if key[0] in said]
    claims = claims_with(made, keys)
    questions = asked_of(now, made, claims)
    result = run_model(
        now, there, draws=asked.draws, seed=asked.seed, collectors={COLLECTOR: judge_of(questions, now)} if questions else {},
        dates=(asked.when,), only_dates=True,
    )  # fmt: skip
    judged = judgements(result, now, claims, ids=ids_of(made)) if questions else {}
    rows = list[dict[str, Any]]()
    for address in asked.quantities:
        if address not in there:
            rows += _nothing(scenario, day, asked, (address,), (), _NOT_THERE)
            continue
        series = result[address]
        low, middle, high = (plain(value) for value in series.at(asked.when).quantiles(LEVELS).values())
        at = str(asked.when)[:7] if series.months else None
        rows.append(asdict(Row(scenario, str(day), "quantity", address, at, series.unit, low, middle, high)))
    for key in asked.readings:
        if key not in keys:
            rows += _nothing(scenario, day, asked, (), (key,), _NOT_MADE)
            continue
        verdict = judged["/".join(key)]
        odds = (verdict.odds.probability, verdict.odds.error) if verdict.odds else (None, None)
        row = Row(scenario, str(day), "claim", "/".join(key), probability=odds[0], error=odds[1], status=verdict.status)
        rows.append(asdict(row))
    return rows


def _nothing(
    scenario: str, day: date, asked: _Asked, quantities: Sequence[str], readings: Sequence[Key], why: str
) -> list[dict[str, Any]]:  # fmt: skip
    rows = [Row(scenario, str(day), "quantity", address, status=why) for address in quantities]
    rows += [Row(scenario, str(day), "claim", "/".join(key), status=why) for key in readings]
    return [asdict(row) for row in rows]
