"""How numbers, dates and words are written while a page or a report is made: in the language that is spoken."""

from __future__ import annotations

from stargauge.audit.wording.languages import words_of, written
from stargauge.audit.wording.messages import Messages
from stargauge.quantity.spoken import language, say, speaking, texts
from stargauge.quantity.units import Notation

__all__ = ["language", "notation", "say", "speaking", "texts", "words", "written"]


def words() -> Messages:
    """The words of the audit in the language that is spoken now."""
    return words_of(language())


def notation() -> Notation:
    """How numbers and units are written in it."""
    return words().notation
