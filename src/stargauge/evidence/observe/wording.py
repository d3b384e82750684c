"""How a standing may be said, in English and in German: what was seen and asked, and no cause that nobody stated.

`one_line` is for a report beside a claim; `tell` gives all that there is to say, as sentences. Possible causes are
listed without an order. The sentences of each language are in wording_en.py and wording_de.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Literal

from stargauge.evidence.observe import wording_de, wording_en
from stargauge.evidence.observe.standing import Standing, State, Thing

Language = Literal["en", "de"]


@dataclass(frozen=True)
class Holding:
    """What is held of a capture: handed in, written down by hand, erased when, and whether only a part of it was."""

    supplied: bool = False
    by_hand: bool = False
    erased: datetime | None = None
    in_part: bool = False


_WORDS: dict[Language, ModuleType] = {"en": wording_en, "de": wording_de}


def words_of(language: Language) -> ModuleType:
    """The words of a language."""
    return _WORDS[language]


def label(state: State, language: Language = "en") -> str:
    """A state in a few words, for a heading."""
    return str(_WORDS[language].LABELS[state])


def causes(language: Language = "en") -> tuple[str, ...]:
    """What may be behind "not found": possible, in no order."""
    return tuple(_WORDS[language].CAUSES)


def moment(time: datetime, language: Language = "en") -> str:
    """A time in a sentence: `22 Jan 2025 21:14 UTC`, `22. Januar 2025, 21:14 UTC`."""
    return str(_WORDS[language].moment(time.astimezone(UTC)))


def short_moment(time: datetime, language: Language = "en") -> str:
    """A time in a line: `2025-01-22 17:40 UTC`, `22.01.2025 um 17:40 UTC`."""
    return str(_WORDS[language].short_moment(time.astimezone(UTC)))


def one_line(standing: Standing, captured: datetime | None = None, language: Language = "en", held: Holding | None = None) -> str:
    """The evidence of a claim in a line: `captured 2025-01-22 17:40 UTC, still there at 6 of 6 checks`."""
    words = _WORDS[language]
    held = held or Holding()
    time = captured or (standing.first_seen.time if standing.first_seen else None)
    parts = [words.captured(time.astimezone(UTC), held.supplied, held.by_hand) if time else words.NOT_CAPTURED]
    if held.erased:
        parts.append(words.erased(held.erased.astimezone(UTC), held.in_part))
    if standing.state in ("not_found_once", "not_found", "withdrawn_stated", "absent_proved") and standing.last_seen:
        parts.append(words.last_seen_short(standing.last_seen.time.astimezone(UTC)))
    parts.append(words.short(standing))
    if standing.not_asked:
        parts.append(words.not_asked(standing.not_asked))
    if standing.mixed:
        parts.append(words.MIXED_SHORT)
    return ", ".join(parts)


def tell(standing: Standing, thing: Thing = "page", language: Language = "en", stamp: str = "") -> str:
    """All that may be said, as sentences. `stamp`: who stamped the last capture, and before when (`TSA before 21:20`)."""
    words = _WORDS[language]
    said = [] if standing.state in ("not_checked", "reported_by_third_party") else [words.last_seen(standing.last_seen, stamp)]
    said += words.sentences(standing, thing)
    if standing.not_asked:
        said.append(words.not_asked_sentence(standing.not_asked))
    if thing == "page" and standing.state in ("not_found_once", "not_found", "another_page", "unreachable", "reappeared"):
        said.append(words.recent(standing.recent))
    if standing.mixed:
        said.append(words.mixed(standing.mixed))
    return " ".join(part for part in said if part)
