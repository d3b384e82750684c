"""Claims by definition of their words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from stargauge.api.programmes import Progress, ids_of, known, load, not_said, said_by
from stargauge.api.runs import DRAWS, Given, asked_of, condition, workers_of
from stargauge.audit.answer_data import slug
from stargauge.audit.claims.definitions import Definitions, claim_definitions
from stargauge.audit.claims.definitions_tried import claims_tried, setting_of, tried_of
from stargauge.audit.given import held_of
from stargauge.audit.run import COLLECTOR, judge_of, texts_of
from stargauge.audit.run import audit as audit_run
from stargauge.audit.summary import names_of
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.sentence import Names
from stargauge.catalogue.load import Catalogue
from stargauge.engine.run import drawn
from stargauge.engine.simulate import axes_of, model_graph
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.known import Known
from stargauge.programme.load import asked_as
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import spoken_as_asked


@spoken_as_asked
def definitions(
    programme: str | Path | Programme = "stargate", claim: str | None = None, *, as_of: date | str | None = None, draws: int = DRAWS,
    seed: int = 0, workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None, given: Given = None,
    language: str = "en",
) -> Definitions:  # fmt: skip
    """The verdict on each claim by definition of its words: which jobs, which megawatt, having which money, by when.

    `claim`: that one alone. Every definition is judged as a reading of the file is, all in one run. `given`: claims that hold; odds are of
    the worlds in which they do. `language`: of what is said. Raises InputError for a claim or a language that there is not, and for a
    claim that had not been made by the day.
    """
    words_of(language)
    made = load(programme)
    return definitions_of(made, known(made, as_of, values), claim, draws, seed, workers, progress, given, language)


def definitions_of(
    made: Programme, now: Known, claim: str | None, draws: int, seed: int, workers: int | None, progress: Progress | None = None,
    given: Given = None, language: str = "en",
) -> Definitions:  # fmt: skip
    """The same of a programme as known on a day."""
    said = said_by(made, now.as_of)
    if claim is not None:
        if claim not in said:
            raise InputError(not_said(made, claim))
        said = {claim: said[claim]}
    setting = setting_of(now)
    tried = {name: tried_of(one, setting) for name, one in said.items()}
    judged = claims_tried(said, tried)
    verdicts, kept = {}, drawn(draws)
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers, language=language)
    if judged:
        collectors = {COLLECTOR: judge_of(asked_of(now, made, judged), now)}
        result = run_model(
            now, (), draws=draws, seed=seed, workers=workers_of(workers, draws), collectors=collectors, progress=progress,
            held=held_of(conditions),
        )  # fmt: skip
        kept = result.draws
        found = audit_run(result, now, judged, ids=ids_of(made), with_drivers=False, language=language)
        verdicts = {verdict.id: verdict for verdict in found}
    names = Names(axes_of(now), model_graph().quantities, names_of(now), words_of(language), texts_of(made, language))
    answers = tuple(claim_definitions(name, one, tried[name], verdicts.get(name), names) for name, one in said.items())
    return Definitions(
        slug(made.name), made.name, asked_as(made), str(now.as_of), kept, seed, claim is not None, answers, conditions, not made.claims,
        language,
    )  # fmt: skip
