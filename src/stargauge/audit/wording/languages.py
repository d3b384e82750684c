"""The languages in which the audit speaks."""

from __future__ import annotations

from stargauge.audit.wording import publishers
from stargauge.audit.wording.german import GERMAN
from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import language, say

#: Names that many files give to readings, and publishers of the catalogue, in languages that such a file has no texts of.
COMMON_TEXTS: dict[str, dict[str, str]] = {
    "de": {
        "as said": "wie gesagt", "as written": "wie geschrieben", "as announced": "wie angekündigt", "later": "später",
        "with leases": "mit Leasing", "economy-wide": "in der ganzen Wirtschaft", "cash": "flüssige Mittel",
        **publishers.GERMAN,
    },
    "en": {"wie gesagt": "as said", "wie angekündigt": "as announced"},
}  # fmt: skip

LANGUAGES: dict[str, Messages] = {"en": ENGLISH, "de": GERMAN}


def words_of(code: str) -> Messages:
    """The words of a language by its code. Raises InputError for one that there is not."""
    if code not in LANGUAGES:
        raise InputError(
            say(
                'there is no language "{language}"{near} (one of {languages})', language=code, near=did_you_mean(code, LANGUAGES),
                languages=", ".join(LANGUAGES),
            )
        )  # fmt: skip
    return LANGUAGES[code]


def written(text: str) -> str:
    """A number that is already written in English, such as `1,234.5`, as the language that is spoken writes it."""
    return text if language() == "en" else words_of(language()).notation.number(text)
