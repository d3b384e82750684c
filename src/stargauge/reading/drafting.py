"""What a text says, as a draft: statements with who is said to say them, quantities, dates, and what was left. Nothing in it is a claim."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.reading.figures import figures
from stargauge.reading.found import Abstention, Quantity, Statement, When, plain
from stargauge.reading.passages import BLOCK, Passages, Span, evidence_of, language_of
from stargauge.reading.relations import Relation, relations
from stargauge.reading.statements import statements
from stargauge.reading.tongues import tongues

#: Languages that can be read; a region may follow, such as de-CH.
LANGUAGES = ("de", "de-CH", "de-DE", "de-AT", "en", "en-US", "en-GB")
#: The version of the rules: the same text and version give the same draft.
VERSION = "2"


@dataclass(frozen=True)
class Draft:
    """A text's statements, quantities and dates, each with its place in it, and what was left and why."""

    text: str
    language: str
    published: date | None
    statements: tuple[Statement, ...]
    quantities: tuple[Quantity, ...]
    dates: tuple[When, ...]
    left: tuple[Abstention, ...]
    relations: tuple[Relation, ...] = ()

    @property
    def sha256(self) -> str:
        """The hash of the text as UTF-8, in hex: what the places refer to."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person has to know before reading it."""
        relative = sum(one.needs_publication_day for one in self.dates)
        out = [say("Amounts are never added up: whether one includes another is for a person to say.")] if self._sums else []
        if relative:
            out.append(
                say(
                    "{number} date depends on the day of publication, which was not given: no days are given for them."
                    if relative == 1
                    else "{number} dates depend on the day of publication, which was not given: no days are given for them.",
                    number=relative,
                )
            )
        return tuple(out)

    @property
    def _sums(self) -> bool:
        return sum(one.kind == "money" for one in self.quantities) > 1

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the form of JSON, Python and the command line."""
        return {
            "rules": VERSION, "language": self.language, "published": str(self.published) if self.published else None,
            "sha256": self.sha256, "characters": len(self.text),
            "statements": [plain(one) for one in self.statements], "quantities": [plain(one) for one in self.quantities],
            "dates": [plain(one) for one in self.dates], "left": [plain(one) for one in self.left],
            "relations": [plain(one) for one in self.relations], "notes": list(self.notes),
        }  # fmt: skip


def can_read(language: str) -> bool:
    """Whether there are rules for a language, whatever its region."""
    return language.partition("-")[0] in ("de", "en")


def draft(text: str, language: str | None = None, published: date | str | None = None, blocks: bool = False) -> Draft:
    """Read a text. `published`: the day from which relative dates are counted; without it they have no days.

    `language`: that of the whole; parts that are clearly in another are read in that. `blocks`: each line is a paragraph of its own, as in
    the text that a capture keeps.

    Raises InputError for a language that cannot be read, or a day that is none.
    """
    if language is not None and not can_read(language):
        raise InputError(
            say(
                'got the language "{language}"{near}; expected one of {languages}',
                language=language,
                near=did_you_mean(language, LANGUAGES),
                languages=", ".join(LANGUAGES),
            )
        )
    try:
        day = date.fromisoformat(published) if isinstance(published, str) else published
    except ValueError:
        raise InputError(say('got the day of publication "{published}"; expected a day such as 2025-01-23', published=published)) from None
    marked = text.replace("\n", BLOCK) if blocks else text
    known = language is not None or len(set(evidence_of(text[:20_000]))) > 1
    whole = Passages(marked, language or language_of(text), unsure=() if known else (Span(0, len(text)),))
    spoken = tongues(whole)
    amounts, days, left = figures(whole, [one.passages for one in spoken], day)
    said = statements(whole, spoken, amounts, days)
    return Draft(text, whole.language, day, tuple(said), tuple(amounts), tuple(days), tuple(left), tuple(relations(whole, amounts, said)))
