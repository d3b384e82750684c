"""Which claims can hold together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from stargauge.api.programmes import Progress, ids_of, known, load, said_by
from stargauge.api.runs import DRAWS, Given, asked_of, audited, condition
from stargauge.audit.answer_data import slug
from stargauge.audit.claims.questions import Question
from stargauge.audit.claims.together import Together, Told, levels_of, members_of
from stargauge.audit.run import ClaimVerdict, compared
from stargauge.audit.wording.languages import words_of
from stargauge.catalogue.load import Catalogue
from stargauge.engine.result import Result
from stargauge.programme.known import Known
from stargauge.programme.load import asked_as
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say, spoken_as_asked


@spoken_as_asked
def together(
    programme: str | Path | Programme = "stargate", claims: Sequence[str] = (), *, as_of: date | str | None = None, draws: int = DRAWS,
    seed: int = 0, workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None, given: Given = None,
    language: str = "en",
) -> Together:  # fmt: skip
    """Which readings of claims can hold together: pairs, what excludes or implies what, the largest sets, the smallest conflicts.

    `claims`: only these, `ID` or `ID/READING`; of one reading alone, it with every other. `language`: of what is said. Raises InputError
    with every fault of what was asked for.
    """
    words_of(language)
    made = load(programme)
    now = known(made, as_of, values)
    said = said_by(made, now.as_of)
    asked = asked_of(now, made, said)
    chosen = _chosen(claims, made, now, [question.key for question in asked])
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers, language=language)
    result, verdicts = audited(now, made, draws, seed, workers, (), progress, said, given=conditions, with_drivers=False, language=language)
    return together_in(made, now, said, asked, result, verdicts, chosen, language)


def together_in(
    made: Programme, now: Known, said: Mapping[str, Any], asked: Sequence[Question], result: Result, verdicts: Sequence[ClaimVerdict],
    chosen: Sequence[str] = (), language: str = "en",
) -> Together:  # fmt: skip
    """The same from a run that judged the claims in a language; `chosen`: these readings only."""
    conditions = result.conditions
    outcomes, judged = compared(result, now, said, ids=ids_of(made))
    members, left = members_of(asked, outcomes, judged, result.draws)
    about = chosen[0] if len(chosen) == 1 else None
    if len(chosen) > 1:
        members = tuple(one for one in members if one.key in chosen)
        left = {key: status for key, status in left.items() if key in chosen}
    words = {f"{verdict.id}/{reading.name}": reading for verdict in verdicts for reading in verdict.readings}
    if about is not None and about in left:
        raise InputError(say('"{about}" cannot be compared with others: {answer}', about=about, answer=words[about].answer))
    told = tuple(
        Told(one.key, one.key.partition("/")[0], words[one.key].sentence, words[one.key].status, words[one.key].title) for one in members
    )
    levels = levels_of(members, {one.key: one.claim for one in told}, result.world.graph.quantities, about)
    return Together(
        slug(made.name), asked_as(made), made.name, str(now.as_of), result.draws, result.seed, result.fingerprint, told, left, levels,
        conditions, about, not made.claims, language,
    )  # fmt: skip


def _chosen(claims: Sequence[str], made: Programme, now: Known, keys: Sequence[str]) -> list[str]:
    """The readings asked for, all of a claim where none is named. Raises InputError with all faults at once."""
    out, faults = list[str](), list[Fault]()
    for text in claims:
        name, _, reading = text.partition("/")
        if name not in made.claims:
            faults.append(
                Fault(
                    say('--claim: there is no claim "{name}"{near} (all: stargauge audit)', name=name, near=did_you_mean(name, made.claims))
                )
            )
        elif reading and reading not in made.claims[name].readings:
            readings = list(made.claims[name].readings)
            near = did_you_mean(reading, readings)
            faults.append(
                Fault(
                    say(
                        '--claim: the claim "{name}" has no reading "{reading}"{near} (all: {readings})',
                        name=name,
                        reading=reading,
                        near=near,
                        readings=", ".join(readings),
                    )
                )
            )
        elif not (held := [key for key in keys if key == text or (not reading and key.startswith(f"{name}/"))]):
            faults.append(Fault(say('--claim: the claim "{name}" had not been made by {as_of}', name=name, as_of=now.as_of)))
        else:
            out += [key for key in held if key not in out]
    if faults:
        raise InputError(faults)
    return out
