"""What would have to be true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from stargauge.api.programmes import Progress, catalogue, ids_of, known, load, said_by
from stargauge.api.runs import Given, asked_of, condition, workers_of
from stargauge.audit.answer_data import slug
from stargauge.audit.claims.questions import Question
from stargauge.audit.given import Condition, held_of
from stargauge.audit.needs.needs import needs_of, open_with_odds, told_of, too_few
from stargauge.audit.needs.needs_answer import Needs, ReadingNeeds
from stargauge.audit.needs.needs_look import COLLECTOR as NEEDS
from stargauge.audit.run import COLLECTOR, judge_of, texts_of
from stargauge.audit.run import audit as audit_run
from stargauge.audit.summary import names_of
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.sentence import Names
from stargauge.audit.wording.telling import Told, collected
from stargauge.catalogue.load import Catalogue
from stargauge.engine.simulate import axes_of, model_graph, world_of
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.known import Known
from stargauge.programme.load import asked_as
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say, spoken_as_asked

#: Draws to begin with, and the most that are drawn for a reading that holds, or fails, in few of them.
DRAWS, MOST_DRAWS = 4096, 16_384


@spoken_as_asked
def needs(
    programme: str | Path | Programme = "stargate", claim: str | None = None, *, as_of: date | str | None = None, draws: int = DRAWS,
    most: int = MOST_DRAWS, seed: int = 0, workers: int | None = None, scenario: Path | str | None = None,
    settings: Mapping[str, str] | None = None,
    values: Catalogue | None = None, progress: Progress | None = None, given: Given = None, language: str = "en",
) -> Needs:  # fmt: skip
    """What would have to be true for the readings of every claim, or of one (`ID` or `ID/READING`).

    For each with odds: the fewest ranges of inputs, dates and amounts under which it holds in at least 90 %, found on half of the draws and
    scored on the other, and the single change that asks least. One that holds in too few draws, or for which nothing found on few reaches
    90 %, gets `most` in all. `given`: claims that hold; all is of the worlds in which they do. `language`: of what is said. Raises
    InputError for a claim, a reading or a language that there is not.
    """
    words_of(language)
    made = load(programme, scenario, settings)
    _claims(made, claim)
    return needs_of_claims(made, known(made, as_of, values or catalogue()), claim, draws, most, seed, workers, progress, given, language)


def needs_of_claims(
    made: Programme, now: Known, claim: str | None, draws: int, most: int, seed: int, workers: int | None,
    progress: Progress | None = None, given: Given = None, language: str = "en",
) -> Needs:  # fmt: skip
    """The same of a programme as known on a day."""
    claims = _claims(made, claim)
    said = {name: one for name, one in claims.items() if name in said_by(made, now.as_of)}
    asked = asked_of(now, made, said)
    wanted = None if claim is None or "/" not in claim else claim
    asked = tuple(one for one in asked if wanted in (None, one.key))
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers, language=language)
    found = _answered(now, made, said, asked, draws, seed, workers, progress, conditions, language)
    few = [one for one in asked if too_few(found[one.key])]
    if few and draws < most:
        again = {name: said[name] for name in dict.fromkeys(one.claim for one in few)}
        more = condition(
            [part.text for part in conditions.parts] if conditions else (), made, now=now, draws=most, seed=seed, workers=workers
        )
        found |= _answered(now, made, again, few, most, seed, workers, progress, more, language)
    return Needs(
        slug(made.name), made.name, asked_as(made), made.supposed, now.as_of, draws, max([draws, *(one.draws for one in found.values())]),
        seed, tuple(found[one.key] for one in asked), conditions, language,
    )  # fmt: skip


def _claims(made: Programme, claim: str | None) -> dict[str, Any]:
    """The claims asked for. Raises InputError for a claim or a reading that there is not."""
    if claim is None:
        return dict(made.claims)
    name, _, reading = claim.partition("/")
    if name not in made.claims:
        raise InputError(
            Fault(say('there is no claim "{name}"{near}; all: stargauge audit', name=name, near=did_you_mean(name, made.claims)))
        )
    readings = list(made.claims[name].readings)
    if reading and reading not in readings:
        near = did_you_mean(reading, readings)
        raise InputError(
            Fault(
                say(
                    'the claim "{name}" has no reading "{reading}"{near} (all: {readings})',
                    name=name,
                    reading=reading,
                    near=near,
                    readings=", ".join(readings),
                )
            )
        )
    return {name: made.claims[name]}


def _answered(
    now: Known, made: Programme, claims: Mapping[str, Any], asked: Sequence[Question], draws: int, seed: int, workers: int | None,
    progress: Progress | None, given: Condition | None, language: str,
) -> dict[str, ReadingNeeds]:  # fmt: skip
    """What each reading needs, by `claim/reading`, from one run."""
    frame = axes_of(now)
    called = {label: name for label, name in names_of(now).items() if name != label}
    names = Names(frame, model_graph().quantities, called, words_of(language), texts_of(made, language))
    ready = [one for one in asked if not one.missing]
    judge = judge_of(asked_of(now, made, claims), now)
    addresses = judge.addresses
    world = world_of(now, sorted({address.name for address in addresses}), seed)
    respects = told_of(ready, world, names, now.as_of)
    told = Told(collected(respects.values()))
    collectors: dict[str, Any] = {COLLECTOR: judge} if addresses else {}
    collectors |= {NEEDS: told} if told.respects else {}
    result = run_model(
        now, [], draws=draws, seed=seed, workers=workers_of(workers, draws), collectors=collectors, progress=progress, held=held_of(given)
    )
    result.programme, result.conditions = made, given
    verdicts = {
        (one.id, reading.name): reading
        for one in audit_run(result, now, claims, ids=ids_of(made), with_drivers=False, language=language)
        for reading in one.readings
    }
    sources = {**now.catalogue.catalogue.sources, **now.programme.sources}
    live = any(open_with_odds(verdicts[one.claim, one.name]) for one in ready)
    drawn = result.sample(sorted({address.name for address in addresses})) if live else {}
    return {
        one.key: needs_of(result, one, verdicts[one.claim, one.name], respects.get(one.key, ()), told, names, sources, drawn)
        for one in asked
    }
