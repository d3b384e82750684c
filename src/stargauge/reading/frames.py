"""Frames of reported speech in a sentence: who says, with which verb, and where what is said starts and ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from stargauge.reading.grammar import SPACE, grammar, pattern, words
from stargauge.reading.passages import Passages, Span

#: A longer sentence is none, and is not looked through.
LONGEST = 3000
_KINDS = (("says", "assertion"), ("promises", "promise"), ("denies", "denial"), ("suspects", "speculation"))
_MARKS = '«»„“”"‹›'
_CLOSING = ("»", "”", "“", '"')
_APPOSITION = re.compile(r"([^,.;:]{2,60}), (?:who|which|the|an?|its|his|her)\s[^.;:]{2,160},")
_ENDS = re.compile(r"(?:\s(?:reporters|journalists|analysts|(?:the )?[A-Z][\w-]*(?: [A-Z][\w-]*){0,2}))?(?:\son [A-Z]\w+)?\s*(?:[.,;!?]|$)")
_BREAK = re.compile("[,:]")


@dataclass(frozen=True)
class Frame:
    """Somebody says something: the phrase that names who, the words around what is said, and its place."""

    speaker: str
    kind: str
    attribution: Span
    said: Span
    after: bool = False
    venue: str = ""
    form: str = "indirect"


class SpeechWords:
    """The patterns of reported speech of one language."""

    def __init__(self, language: str) -> None:
        self.own = own = grammar(language).own["speech"]
        np = own["np"].replace("{determiners}", own["determiners"]).replace("{roles}", own["roles"])
        who = rf"(?:{np}|(?:{own['pronouns']})(?!\w))"
        verbs = "|".join(f"(?P<{kind}>{pattern(own[name])})" for name, kind in _KINDS)
        self.verb = re.compile(rf"(?<!\w)(?:{pattern(own['perfect'])}|{verbs})(?!\w)")
        self.split = [
            (re.compile(rf"(?<!\w)(?:{pattern(verb)})(?!\w)"), re.compile(rf"(?<!\w)(?:{particle})(?!\w)"), kind)
            for verb, particle, kind in own["split"]
        ]
        self._leads_to = re.compile(rf"(?<!\w)(?:{pattern(own['leads_to'])})(?!\w)")
        self.who_before = re.compile(rf"(?<!\w)(?P<who>{pattern(who)})$")
        self.who_after = re.compile(rf"{SPACE}?(?P<who>{pattern(who)})")
        self.so = re.compile(pattern(own["so"].replace("{np}", np)))
        self.according = re.compile(rf"(?<!\w)(?:{pattern(own['according'])})(?P<who>{pattern(np)})")
        self.according_after = re.compile(rf"(?:{pattern(own['according_after'])})(?P<who>{pattern(np)})")
        self.afterwards = re.compile(rf"(?<!\w)(?P<who>{pattern(np)})(?:{pattern(own['afterwards'])})(?!\w)")
        self.that = re.compile(pattern(own["that"]))
        self.venue = re.compile(rf"(?<!\w)(?:{pattern(own['venue'])})")
        self.promised = re.compile(own["perfect_promises"])
        self.pronoun = re.compile(rf"(?:{own['pronouns']})")
        self.leads = re.compile(rf"(?:(?:{pattern(own['leads'])})(?!\w){SPACE}?)+")
        self.article = re.compile(own["determiners"])
        self.newcomer = re.compile(pattern(own["newcomer"]))
        told = rf"{SPACE}(?:reporters|journalists|analysts|(?:the )?[A-Z][\w-]*(?: [A-Z][\w-]*){{0,2}})"
        self.opens = re.compile(
            rf"(?:{told})?(?:{SPACE}on{SPACE}[A-Z]\w+)?{SPACE}that{SPACE}"
            rf"|{SPACE}on{SPACE}[A-Z][a-z]+day{SPACE}(?=[a-z])|{SPACE}(?:reporters|journalists|analysts){SPACE}(?=[a-z])"
            rf"|[^,.;:]{{1,80}}?{SPACE}of{SPACE}(?=[a-z]+ing\b)"
        )
        self.relative = re.compile(pattern(own["relative_clause"]))
        self.english = language.startswith("en")

    def leading(self, text: str, span: Span) -> Iterator[re.Match[str]]:
        """Verbs in words that lead to a quotation: those of saying, and others that say how somebody takes something."""
        yield from self.verb.finditer(text, span.start, span.end)
        yield from self._leads_to.finditer(text, span.start, span.end)

    def cue(self, name: str) -> re.Pattern[str]:
        """A cue of the file as whole words."""
        return words(self.own[name])


@lru_cache(maxsize=4)
def speech_words(language: str) -> SpeechWords:
    """The speech patterns of a language."""
    return SpeechWords(language.partition("-")[0])


class Frames:
    """The frames of one text."""

    def __init__(self, passages: Passages) -> None:
        self.passages, self.text = passages, passages.text
        self.words = speech_words(passages.language)

    def of(self, part: Span, depth: int = 0) -> Iterator[Frame]:
        """The frames of a sentence from the outermost to the innermost; what is said inside a quotation is not looked into."""
        if part.end - part.start > LONGEST or depth > 3:
            return
        frame = self._according(part) or self._so(part) or self._verb(part)
        if frame is None:
            return
        yield frame
        if frame.said.start > part.start and not frame.after and frame.form == "indirect":
            yield from self.of(frame.said, depth + 1)

    def _quoted(self, at: int) -> bool:
        return any(one.start < at < one.end for one in self.passages.quotes_near(at))

    # --- according to X, so X -----------------------------------------------------------------------------------------------------

    def _according(self, part: Span) -> Frame | None:
        words = self.words
        found = words.according.match(self.text, part.start, part.end)
        if found:
            start = found.end()
            start += len(self.text[start : start + 2]) - len(self.text[start : start + 2].lstrip(", "))
            return Frame(found["who"], "assertion", Span(*found.span()), self._inner(start, part.end))
        late = words.according_after.search(self.text, part.start, part.end)
        if late and not self._quoted(late.start()):
            return Frame(late["who"], "assertion", Span(*late.span()), Span(part.start, late.start()), True)
        behind = words.afterwards.search(self.text, part.start, part.end)
        if behind and not self._quoted(behind.start()):
            said = self._inner(behind.end(), part.end) if behind.start() - part.start < 12 else Span(part.start, behind.start())
            return Frame(behind["who"], "assertion", Span(*behind.span()), said)
        return None

    def _so(self, part: Span) -> Frame | None:
        for found in self.words.so.finditer(self.text, part.start, part.end):
            if self._quoted(found.start()):
                continue
            who = self.words.who_after.match(self.text, found.end(), part.end)
            if who:
                return Frame(who["who"], "assertion", Span(found.start() + 2, who.end()), self._trim(part.start, found.start()), True)
        return None

    # --- X says -------------------------------------------------------------------------------------------------------------------

    def _verb(self, part: Span) -> Frame | None:
        for found, kind in self._verbs(part):
            if self._quoted(found.start()):
                continue
            frame = self._around(part, Span(*found.span()), kind)
            if frame is not None:
                return frame
        return None

    def _verbs(self, part: Span) -> list[tuple[re.Match[str], str]]:
        out = list[tuple[re.Match[str], str]]()
        for found in self.words.verb.finditer(self.text, part.start, part.end):
            kind = found.lastgroup or "assertion"
            if kind == "past":
                kind = "promise" if self.words.promised.search(found["past"]) else "assertion"
            out.append((found, kind))
        for verb, particle, kind in self.words.split:
            for found in verb.finditer(self.text, part.start, part.end):
                if particle.search(self.text, found.end(), min(part.end, found.end() + 160)):
                    out.append((found, kind))
        return sorted(out, key=lambda one: one[0].start())

    def _around(self, part: Span, verb: Span, kind: str) -> Frame | None:
        before = self.text[max(part.start, verb.start - 240) : verb.start].rstrip()
        if before.endswith((",", *_MARKS)):
            return self._after(part, verb, kind, before) or self._apposed(part, verb, kind, before)
        cut = max((before.rfind(mark) for mark in (",", ";", ":", *_CLOSING)), default=-1) + 1
        clause = before[cut:].lstrip()
        if self.words.english and cut and (late := self._late(part, verb, clause, kind, before[:cut])):
            return late
        speaker = self.who(clause)
        if not speaker:
            inverted = self.words.who_after.match(self.text, verb.end, part.end)
            if inverted is None or not self._only_leads(clause):
                return None
            speaker = inverted["who"]
        comma = self._break(verb.end, part.end)
        if comma is None:
            return None
        said = self._inner(comma, part.end)
        if said.end - said.start < 8:
            return None
        venue = self.words.venue.search(self.text, part.start, said.start)
        return Frame(speaker, kind, Span(part.start, comma), said, venue=venue["venue"] if venue else "")

    def _apposed(self, part: Span, verb: Span, kind: str, before: str) -> Frame | None:
        """`X, who is Y, says what`: the speaker stands before the first comma."""
        found = _APPOSITION.fullmatch(before) if self.words.english else None
        start = self._break(verb.end, part.end) if found else None
        if found is None or start is None:
            return None
        speaker, said = self.who(found[1]), self._inner(start, part.end)
        return Frame(speaker, kind, Span(part.start, start), said) if speaker and said.end - said.start >= 8 else None

    def who(self, clause: str) -> str:
        """Who is named before a verb; in English the whole of a short clause that starts like a name or with an article."""
        lead = self.words.leads.match(clause)
        rest = clause[lead.end() :] if lead else clause
        found = self.words.who_before.search(rest)
        if found is None:
            return ""
        ahead = rest[: found.start()].strip()
        if not self.words.english:
            return str(found["who"]) if len(ahead.split()) <= 4 else ""
        if not ahead:
            return str(found["who"])
        return rest if len(rest) <= 60 and (rest[0].isupper() or self.words.article.match(rest)) else ""

    def _only_leads(self, clause: str) -> bool:
        """Whether nothing but small words stands before a verb, as in `So schrieb`."""
        lead = self.words.leads.match(clause)
        return not clause or (lead is not None and not clause[lead.end() :].strip())

    def _late(self, part: Span, verb: Span, clause: str, kind: str, ahead: str) -> Frame | None:
        """`What is said, X says.` and `"What is said," X told reporters.`"""
        who = self.words.who_before.fullmatch(clause)
        quoted = ahead.endswith(_CLOSING)
        if who is None or not (quoted or _ENDS.match(self.text[verb.end : min(part.end, verb.end + 80)])):
            return None
        start = self.text.rfind(clause, part.start, verb.start)
        venue = self.words.venue.search(self.text, verb.start, part.end)
        return Frame(clause, kind, Span(start, verb.end), self._trim(part.start, start), True, venue["venue"] if venue else "")

    def _break(self, at: int, end: int) -> int | None:
        """Where what is said starts behind a verb: behind the next comma outside a quotation, in English behind the verb or `that`."""
        if self.words.english:
            if found := self.words.opens.match(self.text, at, end):
                return found.end()
            return at + 1 if self.text[at : at + 1].isspace() else None
        for found in _BREAK.finditer(self.text, at, min(end, at + 200)):
            if not self._quoted(found.start()):
                told = self.text[found.end() : found.end() + 3].lstrip()[:1] in _MARKS
                return None if found.group() == ":" and (told or found.end() >= end - 1) else found.end()
        return None

    def _after(self, part: Span, verb: Span, kind: str, before: str) -> Frame | None:
        """`What is said, says X.`"""
        who = self.words.who_after.match(self.text, verb.end, part.end)
        if who is None:
            return None
        said = self._trim(part.start, part.start + len(before))
        rest = self.text[who.end() : min(part.end, who.end() + 60)]
        venue = self.words.venue.search(self.text, verb.end, part.end)
        quoted = before.endswith(_CLOSING)  # then whatever follows the name, `said X of Y`, says more of who it is
        if not quoted and not re.match(r"\s*(?:[.,;!?]|$)" if self.words.english else r"\s|[.,;!?:]|$", rest[:2]):
            return None
        return Frame(who["who"], kind, Span(verb.start, who.end()), said, True, venue["venue"] if venue else "")

    def _inner(self, start: int, end: int) -> Span:
        """What is said, without `that` before it and the full stop behind it."""
        span = self._trim(start, end)
        that = self.words.that.match(self.text, span.start, span.end)
        start = that.end() if that else span.start
        stop = span.end
        while stop > start and self.text[stop - 1] in ".;!":
            stop -= 1
        return Span(start, stop)

    def _trim(self, start: int, end: int) -> Span:
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and (self.text[end - 1].isspace() or self.text[end - 1] == ","):
            end -= 1
        return Span(start, end)
