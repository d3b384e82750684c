"""The languages in which the audit speaks."""

from __future__ import annotations

from stargauge.audit.german import GERMAN
from stargauge.audit.messages import ENGLISH, Messages
from stargauge.quantity.errors import InputError, did_you_mean

LANGUAGES: dict[str, Messages] = {"en": ENGLISH, "de": GERMAN}


def words_of(language: str) -> Messages:
    """The words of a language by its code. Raises InputError for one that there is not."""
    if language not in LANGUAGES:
        raise InputError(f'there is no language "{language}"{did_you_mean(language, LANGUAGES)} (one of {", ".join(LANGUAGES)})')
    return LANGUAGES[language]
