"""What the exports share: their words by language, what a claim's status is called, dates and inputs in words, who said it where."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from stargauge.audit.claims.language import parse_moment
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.messages import Messages
from stargauge.quantity.cells import STEERING
from stargauge.quantity.dates import Window, parse_window
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import in_language

Data = Mapping[str, Any]

#: Status -> its key among the words.
_STATUS = {
    "open": "open", "met": "met", "not met": "not_met", "partly met": "partly_met", "passed, record silent": "silent",
    "record too thin": "too_thin", "not testable": "not_testable", "not shown: no record": "no_record",
    "not shown: no capture": "no_capture", "given": "given", "given not to hold": "given_not", "depends on reading": "depends",
}  # fmt: skip
#: Statuses in which the record has settled a reading.
SETTLED = ("met", "not met", "partly met")
#: Statuses under which a reading has odds and no outcome.
FORECAST = ("open", "passed, record silent")


@cache
def english_words() -> dict[str, str]:
    """The words of the exports by their keys."""
    return tomllib.loads(files("stargauge.audit.export").joinpath("words.toml").read_text(encoding="utf-8"))


class Wording:
    """The words of one answer: those of the audit and of the exports in its language, and which of its texts have another language."""

    def __init__(self, answer: Data) -> None:
        self.language, self.as_of = str(answer["language"]), str(answer["as_of"])
        self.messages: Messages = words_of(self.language)
        self.words = in_language(english_words(), self.language)
        self.other, self.untranslated = str(answer["texts_language"]), frozenset(answer["untranslated"])

    def say(self, key: str, **values: object) -> str:
        """A template of the exports filled in."""
        return self.words[key].format(**values)

    def status(self, status: str) -> str:
        """What a status is called."""
        return self.words[f"status_{_STATUS[status]}"]

    def language_of(self, text: str) -> str:
        """The language of a text of the programme file, as it stands in the answer."""
        return self.other if text in self.untranslated else self.language

    def number(self, value: int) -> str:
        """A whole number, thousands set apart."""
        return self.messages.notation.number(f"{value:,}")

    def day(self, text: str) -> str:
        """A day written as 2026-11-22."""
        return self.messages.day(date.fromisoformat(text))

    def when(self, text: Any) -> str:
        """A day, month, quarter, year, span or time as people read it; empty where there is none."""
        if not text:
            return ""
        if "T" in str(text) and ".." not in str(text) and (moment := parse_moment(str(text))):
            return f"{self.messages.day(moment.date())}, {moment:%H:%M} UTC"
        try:
            return self._window(parse_window(str(text)))
        except InputError:
            return str(text)

    def _window(self, span: Window) -> str:
        first, last = span.start, span.end
        if first == last:
            return self.messages.day(first)
        whole = first.day == 1 and (last.month != _next(last).month)
        if whole and (first.month, last.month) == (1, 12):
            years = [str(year) for year in dict.fromkeys((first.year, last.year))]
            return self.messages.say("between_days", low=years[0], high=years[-1]) if len(years) > 1 else years[0]
        if whole and (first.year, first.month) == (last.year, last.month):
            return self.messages.month(first)
        if whole and first.year == last.year and first.month % 3 == 1 and last.month == first.month + 2:
            return self.messages.say("quarter", quarter=last.month // 3, year=first.year)
        ends = [self.messages.month(day) if whole else self.messages.day(day) for day in (first, last)]
        return self.messages.say("between_days", low=ends[0], high=ends[1])


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def plain(text: Any) -> str:
    """A text in one line, without characters that steer what shows it."""
    return " ".join(STEERING.sub("", str(text if text is not None else "")).split())


def link(url: Any) -> str:
    """An address that may be linked to: of the web, without characters that would end it early; else empty."""
    text = plain(url)
    if not re.fullmatch(r"https?://[^\s]+", text):
        return ""
    return "".join(f"%{ord(sign):02X}" if sign in '<>"\\^`{|}' else sign for sign in text)


def claims_of(answer: Data, claim: str | None = None) -> Sequence[Data]:
    """The claims of an answer, or one of them."""
    return [one for one in answer["claims"] if claim in (None, one["id"])]


def decided_by(reading: Data) -> Iterator[Data]:
    """The recorded statements that decided a reading; where none did, the newest one looked at."""
    rows = [row for row in reading["record"] if row["decides"]]
    yield from rows or reading["record"][-1:]


def odds_of(reading: Data) -> tuple[float | None, float | None, float | None]:
    """Probability and both ends of its model range, of a reading that is open or on which the record is silent: an outcome has no odds."""
    if reading["status"] not in FORECAST:
        return None, None, None
    low, high = reading["model_range"] or (None, None)
    return reading["probability"], low, high


def rows_of(claim: Data) -> list[Data]:
    """What is on record for a claim: what decided its readings, each statement once."""
    found = list[Data]()
    for reading in claim["readings"]:
        found += [row for row in decided_by(reading) if row not in found]
    return found


def source_of(claim: Data, answer: Data) -> Data:
    """The source that has what was said; empty where the answer does not hold it."""
    made: Data = answer["sources"].get(claim["source"]) or {}
    return made
