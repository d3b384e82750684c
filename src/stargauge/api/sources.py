"""Which verdicts hang on one source."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from stargauge.api.programmes import Progress, catalogue, known, load, not_said, said_by
from stargauge.api.runs import DRAWS, MANY_DRAWS, workers_of
from stargauge.api.tracks import tracker_of
from stargauge.audit.answer_data import slug
from stargauge.audit.sources.sources import left_out_in_turn
from stargauge.audit.sources.sources_answer import Sources
from stargauge.catalogue.load import Catalogue
from stargauge.engine.run import drawn
from stargauge.programme.load import asked_as
from stargauge.programme.schema import Claim, Programme
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say, spoken_as_asked


@spoken_as_asked
def sources(
    programme: str | Path | Programme = "stargate", claim: str | None = None, *, as_of: date | str | None = None, draws: int = DRAWS,
    seed: int = 0, workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None, language: str = "en",
) -> Sources:  # fmt: skip
    """Each source of a programme left out in turn: which verdicts change, by how much, and whether a second source says the same.

    `claim`: `ID` or `ID/READING`, that alone, with what of a source decides by itself. `progress(done, all)` counts the sources.
    `language`: of what is said. Raises InputError for a claim or a reading that there is not, or that had not been made by the day.
    """
    made, values = load(programme), values or catalogue()
    now = known(made, as_of, values)
    said = said_by(made, now.as_of)
    keys = _asked(made, said, claim)
    count = workers_of(workers, MANY_DRAWS)
    whole, dropped, assumed = left_out_in_turn(
        tracker_of(made, values, draws, seed, language), now.as_of, made, keys, claim is not None, count, progress
    )
    return Sources(
        slug(made.name),
        made.name,
        asked_as(made),
        str(now.as_of),
        drawn(draws),
        seed,
        claim,
        whole,
        dropped,
        assumed,
        not made.claims,
        language,
    )


def _asked(made: Programme, said: dict[str, Claim], claim: str | None) -> list[tuple[str, str]]:
    """The readings asked for. Raises InputError where there are none such."""
    every = [(name, reading) for name, one in said.items() for reading in one.readings]
    if claim is None:
        return every
    name, _, reading = claim.partition("/")
    if name not in said:
        raise InputError(not_said(made, name))
    if reading and reading not in said[name].readings:
        near = did_you_mean(reading, said[name].readings)
        raise InputError(
            say(
                'the claim "{name}" has no reading "{reading}"{near} (all: {readings})',
                name=name,
                reading=reading,
                near=near,
                readings=", ".join(said[name].readings),
            )
        )
    return [key for key in every if key[0] == name and reading in ("", key[1])]
