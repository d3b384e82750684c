"""Who speaks: the phrase that names a speaker made a name where the text allows it, pronouns and silent subjects from what went before."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice

from stargauge.reading.frames import speech_words
from stargauge.reading.passages import Passages, Span
from stargauge.reading.people import People

_NAME = re.compile(r"(?<!\w)[A-ZÄÖÜ][\w-]+")
_BREAK = re.compile("[\n\x0b]")
#: In how many places a speaker is looked up.
_PLACES = 40


@dataclass(frozen=True)
class Named:
    """A speaker: a name (or the phrase where the text has no name), a role, the phrase as written, whether it is known, and how."""

    name: str | None
    role: str = ""
    phrase: str = ""
    known: bool = True
    how: str = ""


class Speakers:
    """The speakers of one text, in the order in which they speak."""

    def __init__(self, passages: Passages, people: People) -> None:
        self.passages, self.text, self.people = passages, passages.text, people
        self.words = speech_words(passages.language)
        self._last: Named | None = None
        self._last_end = -1
        self.last_kind = "assertion"
        self._foreign: dict[str, bool] = {}

    def named(self, phrase: str, part: Span) -> Named:
        """A phrase that names a speaker as a speaker."""
        phrase = phrase.strip()
        if self.words.pronoun.fullmatch(phrase):
            return self._pronoun(phrase, part)
        role, rest = self.people.split(phrase)
        name, how = self.people.resolve(rest)
        return Named(name, role, phrase, True, how)

    def carried(self, part: Span) -> Named:
        """The speaker before, where a sentence leads to a quotation without saying whose."""
        if self._last is None or self._far(part):
            return Named(None, "", "", False, "not said who speaks")
        return replace(self._last, how=f"carried on from before: {self._last.phrase or self._last.name}")

    def led(self, part: Span) -> Named:
        """Who speaks where words lead to a quotation without a verb that is known: who they begin with, else the speaker before.

        Where they begin with a phrase that may be somebody else, it is not clear who speaks.
        """
        lead = self.text[part.start : part.end].strip()
        opened = self.words.leads.match(lead)
        lead = lead[opened.end() :] if opened else lead
        if name := self.people.begins(lead):
            return self.named(name, part)
        if self.words.newcomer.match(lead):
            return Named(None, "", "", False, "not clear who speaks")
        return self.carried(part)

    def reacting(self, n: int) -> Named | None:
        """Who reacts in the sentence before, as in `X reagierte umgehend.`"""
        if n == 0:
            return None
        part, here = self.passages.sentences[n - 1], self.passages.sentences[n]
        if _BREAK.search(self.text, part.end, here.start):
            return None
        return self._reaction(part)

    def continuing(self, part: Span) -> Named | None:
        """The speaker of the sentence before in the same paragraph, whose speech a sentence in the subjunctive goes on with."""
        if self._last is None or self._last_end < 0 or self._far(part) or _BREAK.search(self.text, self._last_end, part.start):
            return None
        between = self.text[self._last_end : part.start]
        return replace(self._last, how="the subjunctive goes on with what was said before") if len(between.strip(' .!»”“"')) == 0 else None

    def note(self, part: Span) -> None:
        """Remember who reacts in a sentence that says nothing else."""
        found = self._reaction(part)
        if found is not None:
            self._last, self._last_end, self.last_kind = found, part.end, "assertion"

    def said(self, who: Named, span: Span, kind: str) -> None:
        """Remember who spoke last."""
        if who.name:
            self._last, self._last_end, self.last_kind = who, span.end, kind

    def foreign(self, who: Named, part: Span) -> bool:
        """Whether a quotation was translated: the text is German, and what it says of the speaker is American."""
        if not who.name or not who.known:
            return False
        cue = self.words.cue("foreign")
        near = Span(max(0, part.start - 240), min(len(self.text), part.end + 40))
        if cue.search(self.text, near.start, near.end):
            return True
        surname = who.name.split()[-1]
        if surname not in self._foreign:
            places = [found.start() for found in islice(re.finditer(rf"(?<!\w){re.escape(surname)}", self.text), _PLACES)]
            self._foreign[surname] = any(cue.search(self.text, one.start, one.end) for one in map(self.passages.sentence, places))
        return self._foreign[surname]

    def _pronoun(self, phrase: str, part: Span) -> Named:
        author = self.words.cue("document").search(self.text, part.start, part.end)
        if author is not None:
            name, how = self.people.resolve(author["author"])
            return Named(name, author["author"], phrase, True, how or f"{phrase}: the author of what is cited")
        if self._last is None or self._far(part) or self._others(part) or self._unlike(phrase):
            return Named(phrase, "", phrase, False, "a pronoun whose name is not clear")
        return replace(self._last, phrase=phrase, how=f"{phrase}: who spoke before")

    def _others(self, part: Span) -> bool:
        """Whether somebody else is named between the last speaker's words and a sentence."""
        between = self.text[max(0, self._last_end) : max(self._last_end, part.start)][-1000:]
        mine = (self._last.name or "").split() if self._last else []
        return any(
            word.removesuffix("s") not in mine and word not in mine for word in _NAME.findall(between) if self.people.is_surname(word)
        )

    def _unlike(self, phrase: str) -> bool:
        """Whether a role such as `Chefin` and a pronoun such as `er` do not go together."""
        role = self._last.role if self._last else ""
        return phrase.lower() == "er" and role.endswith("in")

    def _far(self, part: Span) -> bool:
        """Whether more than three sentences lie between the last speaker and a place."""
        return self.passages.sentence_index(part.start) - self.passages.sentence_index(max(0, self._last_end - 1)) > 3

    def _reaction(self, part: Span) -> Named | None:
        found = self.words.cue("reacts").search(self.text, part.start, min(part.end, part.start + 400))
        if found is None:
            return None
        ahead = self.text[max(part.start, found.start() - 120) : found.start()].rstrip()
        if ahead in ("Das", "Dies", "Dem", "Darauf"):
            behind = self.words.who_after.match(self.text, found.end(), part.end)
            return self.named(behind["who"], part) if behind else None
        who = self.words.who_before.search(ahead)
        return self.named(who["who"], part) if who else None
