"""Every reading of every shipped programme in words, English and German, for a reviewer: `python -m tests.readings_in_words` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from stargauge import api
from stargauge.audit.claims.language import NotTestable
from stargauge.audit.run import texts_of
from stargauge.audit.summary import names_of
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.sentence import Names, sentence
from stargauge.engine.simulate import axes_of, model_graph

FILE = Path(__file__).parent / "data" / "readings_in_words.txt"
AS_OF = date(2026, 11, 22)
NOTE = "# The readings of the shipped programmes in English, German, and German after `dass`. Written by python -m tests.readings_in_words"


@lru_cache(maxsize=1)
def lines() -> tuple[str, ...]:
    """The whole file."""
    return (NOTE, *(line for name in api.shipped() for line in _programme(name)))


def _programme(name: str) -> Iterator[str]:
    programme = api.load(name)
    now = api.known(programme, AS_OF)
    asked = api.asked_of(now, programme)
    names = {
        language: Names(axes_of(now), model_graph().quantities, names_of(now), words_of(language), texts_of(programme, language))
        for language in ("en", "de")
    }
    for question in asked:
        claim = programme.claims[question.claim]
        if question.name == next(iter(claim.readings)):
            yield from ("", f"## {name}: {question.claim}", f"en {claim.says}", f"de {names['de'].text(claim.says)}")
            yield from (f"de ({names['de'].text(part)})" for part in claim.ours)
        yield f"- {question.name} | {names['de'].text(question.name)}"
        yield f"  {question.text}"
        yield from (f"  {language} {sentence(question.reading, names[language])}" for language in names)
        if not isinstance(question.reading, NotTestable):
            yield f"  dass {sentence(question.reading, names['de'], after_that=True)}"


if __name__ == "__main__":
    FILE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
