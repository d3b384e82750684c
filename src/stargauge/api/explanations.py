"""Why a verdict is what it is, and what changed a number or a verdict since a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from stargauge.api.answers import held_captures
from stargauge.api.programmes import Progress, day_of, ids_of, known, load
from stargauge.api.programmes import catalogue as catalogue_of
from stargauge.api.runs import DRAWS, Given, asked_of, condition, workers_of
from stargauge.api.tracks import tracker_of
from stargauge.audit.compare.causes import MEMO_BYTES
from stargauge.audit.given import held_of
from stargauge.audit.over_time.changed import Changed, apart, moved, supplied_by
from stargauge.audit.over_time.movers import Mover, Step, movers_between
from stargauge.audit.over_time.news import Asked, news_between
from stargauge.audit.run import COLLECTOR, judge_of, judgements, texts_of
from stargauge.audit.run import audit as audit_run
from stargauge.audit.summary import Days, names_of
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.reasons import (
    COMPARED,
    WITHOUT_NUMBERS,
    Reasons,
    alone,
    asked_reading,
    compared_in,
    judge_of_comparisons,
    readings_of,
)
from stargauge.audit.wording.sentence import Names, subject
from stargauge.catalogue.load import Catalogue
from stargauge.engine.memo import Memo
from stargauge.engine.run import drawn
from stargauge.engine.select import Frame
from stargauge.engine.simulate import axes_of, model_graph
from stargauge.engine.simulate import simulate as run_model
from stargauge.evidence.archive import Archive
from stargauge.programme.known import Known
from stargauge.programme.known import known as known_on
from stargauge.programme.load import asked_as
from stargauge.programme.schema import Programme, statements_of
from stargauge.quantity.address import parse_address, parse_share
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say, spoken_as_asked

#: Processes that share the work of leaving statements out, where none is said.
WORKERS = 2


@spoken_as_asked
def explain_reading(
    claim: str, programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    workers: int | None = None, values: Catalogue | None = None, evidence: str | Path | Archive | None = None, given: Given = None,
    language: str = "en",
) -> Reasons:  # fmt: skip
    """Why a reading of a claim has the verdict it has: `CLAIM/READING`, or `CLAIM` where it has one reading.

    With what it compares, at the time it names, down to statements and assumptions. What cannot be tested has no numbers. `given`: claims
    that hold; all is of the worlds in which they do. `language`: of what is said. Raises InputError for a claim or reading that there is
    not, and for a claim of several readings of which none is named.
    """
    made = load(programme)
    name, reading = asked_reading(made, claim)
    now = known(made, as_of, values)
    if made.claims[name].day.start > now.as_of:
        raise InputError(
            Fault(
                say(
                    'the claim "{name}" had not been made by {as_of}; it was made on {said}',
                    name=name,
                    as_of=now.as_of,
                    said=made.claims[name].said,
                )
            )
        )
    claims = {name: readings_of(made.claims[name], reading)}
    (question,) = asked_of(now, made, claims)
    judge = judge_of_comparisons(question)
    collectors = {COLLECTOR: judge_of([question], now), COMPARED: judge}
    memo = Memo(MEMO_BYTES)
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers, language=language)
    result = run_model(
        now, (), draws=draws, seed=seed, workers=workers_of(workers, draws), collectors=collectors, memo=memo,
        dates=(now.months[-1],), only_dates=True, held=held_of(conditions),
    )  # fmt: skip
    result.conditions = conditions
    judgement = judgements(result, now, claims, ids=ids_of(made))[question.key]
    said, verdict = alone(audit_run(result, now, claims, ids=ids_of(made), language=language))
    tells = verdict.status not in WITHOUT_NUMBERS
    compared = compared_in(result, question, draws) if tells and judge.readings else ()
    true = int(result.truth[question.key].sum()) if tells and judgement.odds is not None and question.key in result.truth else None
    return Reasons(
        said, verdict, judgement, compared, true, result.draws, seed, made, now, asked_as(made), held_captures(made, evidence, now.as_of),
        language,
    )  # fmt: skip


@spoken_as_asked
def what_changed(
    asked: str, since: date | str, programme: str | Path | Programme = "stargate", *, when: date | None = None,
    as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0, workers: int | None = None, values: Catalogue | None = None,
    progress: Progress | None = None, language: str = "en",
) -> Changed:  # fmt: skip
    """What changed a number, or the odds of a reading, since a day, and which statements did it, each alone left out, the strongest first.

    `asked`: an address, `share(ADDRESS)`, or `CLAIM/READING`. `when`: the month an address is read at (the newest evidence).
    `progress(done, all)` counts in hundredths. `language`: of what is said. Raises InputError with every fault of what was asked for.
    """
    made, day = load(programme), day_of(since)
    values = values or catalogue_of()
    now = known(made, as_of, values)
    if day >= now.as_of:
        raise InputError(
            Fault(
                say(
                    "--since: {day} is not before {as_of}, the day as of which it is asked; expected an earlier day",
                    day=day,
                    as_of=now.as_of,
                )
            )
        )
    told = None if progress is None else lambda share: progress(round(100 * share), 100)
    count = WORKERS if workers is None else workers_of(workers, draws)
    if is_claim(made, asked):
        return _changed_odds(asked, made, day, now, draws, seed, count, values, told, language)
    return _changed_number(asked, made, day, now, when, draws, seed, count, values, told, language)


def is_claim(programme: Programme, asked: str) -> bool:
    """Whether what is asked is a claim or a reading of one, and no address: names of quantities have neither hyphens nor slashes."""
    name = asked.partition("[")[0].strip()
    return "(" not in asked and (name in programme.claims or "/" in name or "-" in name)


def _changed_number(
    asked: str, made: Programme, day: date, now: Known, when: date | None, draws: int, seed: int, workers: int, values: Catalogue,
    told: Any, language: str,
) -> Changed:  # fmt: skip
    frame = Frame(model_graph().quantities, axes_of(now))
    address = parse_share(asked) or parse_address(asked)
    quantity = frame.resolve(address).quantity
    read = (when or Days.of(now).evidence) if "month" in quantity.axes else None
    if read is not None:
        frame.month(read)
    asker = Asked(asked, read, draws, seed, Memo(MEMO_BYTES))
    before, after, news = news_between(day, partial(known_on, made, values), now.as_of, made, asker, workers, told)
    names = Names(axes_of(now), model_graph().quantities, names_of(now), words_of(language), texts_of(made, language))
    called = subject(address, names) if address.name in names.words.quantities else asked
    unit = "1" if parse_share(asked) else quantity.unit
    return Changed(asked, called, unit, read, day, now, drawn(draws), seed, asked_as(made), (before, after), news, language=language)


def _changed_odds(
    asked: str, made: Programme, day: date, now: Known, draws: int, seed: int, workers: int, values: Catalogue, told: Any,
    language: str,
) -> Changed:  # fmt: skip
    name, reading = asked_reading(made, asked)
    claims: Mapping[str, Any] = {name: readings_of(made.claims[name], reading)}
    tracker, key = tracker_of(made, values, draws, seed, language), (name, reading)
    earlier = known_on(made, values, day)
    verdicts = tuple(
        tracker.judged(view, claims).get(key) if made.claims[name].day.start <= view.as_of else None for view in (earlier, now)
    )
    change, after = moved(verdicts), verdicts[1].probability if verdicts[1] else None
    movers, supplied = tuple[Mover, ...](), tuple[Mover, ...]()
    if after is not None and verdicts[0] is not None:
        found = movers_between([Step(day, now.as_of, {key: change or (after, 0.0)})], tracker, made, workers, told)[0][key]
        aged = tracker.judged(replace(earlier, as_of=now.as_of), claims).get(key) if change else None
        passing = moved((verdicts[0], aged))
        movers = apart(found, change[1] if change else None, passing[1] if passing else None)
        if change is None and all(one.effect is not None for one in movers):
            new = (said for said in statements_of(made) if said.known_from and day < said.known_from <= now.as_of)
            supplied = supplied_by(new, verdicts[0].missing)
    sentence = verdicts[1].sentence if verdicts[1] else texts_of(made, language).get(made.claims[name].says, made.claims[name].says)
    return Changed(
        f"{name}/{reading}", sentence, "", None, day, now, drawn(draws), seed, asked_as(made), None, (), (verdicts[0], verdicts[1]), movers,
        supplied, language,
    )  # fmt: skip
