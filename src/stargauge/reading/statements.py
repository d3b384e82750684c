"""Statements: quotations and reported speech with their speakers, and what the text itself says about money, power, jobs and parties."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from stargauge.reading.found import Quantity, Quote, Statement, When
from stargauge.reading.frames import LONGEST, Frame, Frames, speech_words
from stargauge.reading.passages import Passages, Span
from stargauge.reading.people import People
from stargauge.reading.speakers import Named, Speakers
from stargauge.reading.tongues import Tongue

_APPOSED = re.compile(r"(?:^|[;:,])([^,;:]{2,80}),[^,;:]{2,120},$")
_SENTENCE_END = re.compile(r"[.!?…]$")
#: Kinds of quantities that make a sentence worth a statement.
_TELLING = frozenset(
    {"money", "count", "power", "energy", "price", "ratio", "multiplier", "vague_magnitude", "vague_count", "area", "volume", "mass"}
)


class Statements:
    """The statements of one text."""

    def __init__(self, passages: Passages, own: frozenset[int], amounts: Sequence[Quantity], days: Sequence[When]) -> None:
        self.own = own
        self.passages, self.text = passages, passages.text
        self.amounts, self.days = amounts, days
        self.words = speech_words(passages.language)
        self.frames = Frames(passages)
        self.speakers = Speakers(passages, People(passages))
        self._amount_starts = [one.start for one in amounts]
        self._day_starts = [one.start for one in days]

    def find(self) -> list[Statement]:
        """Every statement in the order of the text, with its quantities and dates by number."""
        out = list[Statement]()
        for n, part in enumerate(self.passages.sentences):
            if n not in self.own:
                continue
            made = list(self._of(n, part))
            out += made
            if not made:
                self.speakers.note(part)
        told = {(one.start, one.end) for one in out if one.form != "narrator"}
        return [self._linked(one) for one in out if one.form != "narrator" or (one.start, one.end) not in told]

    def _of(self, n: int, part: Span) -> Iterator[Statement]:
        quotes = self._quotes_in(part)
        frames = list(self.frames.of(part))
        whole = next((one for one in quotes if self._is_quotation(part, one, frames)), None)
        if whole is not None:
            yield from self._direct(n, part, quotes, frames)
            return
        frames = [one for one in frames if one.after or self.text[one.said.end - 1] != ":"]
        if frames:
            yield from self._back(n, frames[0])
            yield self._indirect(part, frames, quotes)
            return
        if called := self._called(part, quotes):
            yield called
            return
        free = self._free(n, part)
        if free is not None:
            yield free
            return
        yield from self._narrated(part)

    def _quotes_in(self, part: Span) -> list[Span]:
        starts = [one.start for one in self.passages.quotes]
        return list(self.passages.quotes[bisect_left(starts, part.start) : bisect_left(starts, part.end)])

    # --- direct speech ------------------------------------------------------------------------------------------------------------

    def _is_quotation(self, part: Span, quote: Span, frames: list[Frame]) -> bool:
        """Whether marks hold speech and not a name: it ends like a sentence, a colon leads to it, or a verb of saying follows it."""
        inner = self.text[quote.start + 1 : quote.end - 1].strip()
        if len(inner.split()) < 2:
            return False
        ended = _SENTENCE_END.search(inner) is not None and len(inner.split()) > 2
        lead = self.text[max(0, quote.start - 4) : quote.start].rstrip()
        after = any(frame.after and quote.start <= frame.said.start <= quote.end <= frame.said.end + 2 for frame in frames)
        starts = quote.start == part.start and quote.end >= part.end - 1
        return ended or lead.endswith(":") or (after and len(inner.split()) > 2) or (starts and self._introduced(part))

    def _introduced(self, part: Span) -> bool:
        n = self.passages.sentence_index(part.start)
        return n > 0 and self.text[self.passages.sentences[n - 1].start : self.passages.sentences[n - 1].end].endswith(":")

    def _direct(self, n: int, part: Span, quotes: list[Span], frames: list[Frame]) -> Iterator[Statement]:
        """Each quotation of a sentence with who is nearest to it: who a colon leads from, who stands behind it, else who stands before."""
        told = [one for one in quotes if len(self.text[one.start + 1 : one.end - 1].split()) > 1]
        whole = next((one for one in frames if one.after), None)
        for place, quote in enumerate(told):
            ahead = Span(told[place - 1].end if place else part.start, quote.start)
            behind = Span(quote.start, told[place + 1].start if place + 1 < len(told) else part.end)
            frame = whole if len(told) == 1 else next((one for one in self.frames.of(behind) if one.after), None)
            if frame is None and not self._says(ahead):
                frame = whole
            if frame is not None and not (len(told) > 1 and self._says(ahead, ":")):
                attribution: Span | None = frame.attribution
                who, venue, kind = self.speakers.named(frame.speaker, part), frame.venue, frame.kind
            else:
                attribution, who, venue, kind = self._leading(n, part, ahead)
            yield self._made(Span(quote.start + 1, quote.end - 1), "direct", self._kind(quote, kind), who, attribution, venue)

    def _says(self, ahead: Span, ends: str = "") -> bool:
        """Whether words before a quotation lead to it: they hold a verb of saying, and end so."""
        words = self.text[ahead.start : ahead.end].rstrip()
        return words.endswith(ends) and next(self.words.leading(self.text, ahead), None) is not None

    def _leading(self, n: int, part: Span, ahead: Span) -> tuple[Span | None, Named, str, str]:
        """What leads to a quotation: the words before it in its sentence, or the sentence before it that ends with a colon."""
        span = ahead
        if not self.text[span.start : span.end].strip():
            if span.start > part.start or not self._introduced(part):
                return None, self.speakers.carried(part), "", "assertion"
            span = self.passages.sentences[n - 1]
        named, kind = self._lead_speaker(span)
        venue = self.words.venue.search(self.text, span.start, span.end)
        return span, named, venue["venue"] if venue else "", kind

    def _lead_speaker(self, span: Span) -> tuple[Named, str]:
        """Who speaks in words that lead to a quotation: the verb nearest to it says; where none does, who else they begin with."""
        for found in sorted(self.words.leading(self.text, span), key=lambda one: -one.start()):
            who = self._subject(span, found)
            if who:
                kind = found.lastgroup or "assertion"
                return self.speakers.named(who, span), "assertion" if kind == "past" else kind
        return self.speakers.led(span), "assertion"

    def _subject(self, span: Span, verb: re.Match[str]) -> str:
        """Who is named before a verb or right behind it; before a comma where words stand between commas, as in `X, a neighbour, said`."""
        ahead = self.text[max(span.start, verb.start() - 200) : verb.start()].rstrip()
        clause = ahead[max(ahead.rfind(mark) for mark in ",;:") + 1 :].strip()
        if who := self.frames.who(clause):
            return who
        if not clause and (apposed := _APPOSED.search(ahead)) and (who := self.frames.who(apposed[1].strip())):
            return who
        after = self.words.who_after.match(self.text, verb.end(), span.end)
        return str(after["who"]) if after else ""

    # --- indirect speech ----------------------------------------------------------------------------------------------------------

    def _indirect(self, part: Span, frames: list[Frame], quotes: list[Span]) -> Statement:
        """One statement of a sentence: what the innermost speaker says, with the chain of those who pass it on."""
        outer, inner = frames[0], frames[-1]
        names = [self.speakers.named(frame.speaker, part) for frame in frames]
        said = inner.said if len(frames) == 1 else outer.said
        parts = tuple(self._quote(one) for one in quotes if said.start <= one.start and one.end <= said.end + 1 and self._is_partial(one))
        form = "nested" if len(frames) > 1 else "mixed" if parts else "indirect"
        chain = ("article", *(one.name or one.phrase for one in names)) if len(frames) > 1 else ()
        made = self._made(said, form, self._kind(said, inner.kind), names[-1], inner.attribution, inner.venue or outer.venue)
        return replace(made, quotes=parts, chain=chain, translated_quote=bool(parts) and self.speakers.foreign(names[-1], part))

    def _called(self, part: Span, quotes: list[Span]) -> Statement | None:
        """`X called it "a bold bet"`: some words of X in a sentence that tells the rest."""
        parts = [one for one in quotes if self._is_partial(one)]
        found = self.words.cue("calls").search(self.text, part.start, parts[0].start) if parts else None
        if found is None or found.end() + 120 < parts[0].start:
            return None
        clause = self.text[max(part.start, found.start() - 120) : found.start()].strip()
        who = self.frames.who(clause[max(clause.rfind(mark) for mark in ",;:") + 1 :].strip())
        if not who:
            return None
        named = self.speakers.named(who, part)
        made = self._made(part, "mixed", "assertion", named, Span(part.start, found.end()), "")
        return replace(made, quotes=tuple(map(self._quote, parts)), translated_quote=self.speakers.foreign(named, part))

    def _is_partial(self, quote: Span) -> bool:
        """Whether marks inside reported speech hold some of its words and no name: small words, more than one."""
        inner = self.text[quote.start + 1 : quote.end - 1].split()
        return len(inner) > 1 and any(word[:1].islower() for word in inner)

    def _back(self, n: int, frame: Frame) -> Iterator[Statement]:
        """`X soll ... haben. Er wisse das, so Y.`: the sentence before, told as hearsay, is said by the same speaker."""
        if n == 0 or not frame.after or not self.words.cue("anaphor").match(self.text, frame.said.start):
            return
        part = self.passages.sentences[n - 1]
        if not self.words.cue("reported").search(self.text, part.start, part.end):
            return
        who = self.speakers.named(frame.speaker, self.passages.sentences[n])
        yield self._made(part, "indirect", "assertion", who, Span(frame.said.start, frame.attribution.end), "")

    def _free(self, n: int, part: Span) -> Statement | None:
        """Reported speech without a frame: subjunctive mood right behind somebody's reaction or statement in the paragraph."""
        if not self.words.cue("subjunctive").search(self.text, part.start, min(part.end, part.start + 400)):
            return None
        if self.words.cue("reported").search(self.text, part.start, part.end):
            return None
        who = self.speakers.reacting(n) or self.speakers.continuing(part)
        if who is None:
            return None
        kind = "denial" if self.words.cue("false_").search(self.text, part.start, part.end) else self.speakers.last_kind
        return self._made(part, "indirect", kind, who, None, "")

    # --- the text itself ----------------------------------------------------------------------------------------------------------

    def _narrated(self, part: Span) -> Iterator[Statement]:
        if self.words.cue("credit").match(self.text, part.start) and ":" in self.text[part.start : part.start + 16]:
            return
        spot = self._telling(part)
        if spot is None:
            return
        at, kind = spot
        if kind == "reported_fact" and self._is_conditional(at):
            kind = "projection"
        span = self._clause_of(part, at)
        if span is not None:
            yield self._made(span, "narrator", kind, Named(None, "", "article (no speaker named)"), None, "")

    def _telling(self, part: Span) -> tuple[int, str] | None:
        """The place that makes a sentence worth a statement, and the kind of statement."""
        low, high = bisect_left(self._amount_starts, part.start), bisect_left(self._amount_starts, part.end)
        for one in self.amounts[low:high]:
            if one.kind in _TELLING:
                return one.start, "projection" if one.modality in ("possible", "conditional", "expected", "estimated") else (
                    "promise" if one.modality in ("intended", "promised", "planned", "reported_or_planned") else "reported_fact"
                )
        limit = min(part.end, part.start + 1000)
        cues = (("gone", "observation"), ("parties", "reported_fact"), ("posted", "reported_fact"))
        spots = [(found.start(), kind) for cue, kind in cues if (found := self.words.cue(cue).search(self.text, part.start, limit))]
        low, high = bisect_left(self._day_starts, part.start), bisect_left(self._day_starts, part.end)
        spots = spots or [(one.start, "reported_fact") for one in self.days[low:high] if one.date_from]
        return next((spot for spot in spots if spot[1] == "observation"), min(spots, default=None))

    def _is_conditional(self, at: int) -> bool:
        n = bisect_right(self._amount_starts, at) - 1
        return n >= 0 and self.amounts[n].start == at and self.amounts[n].modality in ("possible", "conditional")

    def _clause_of(self, part: Span, at: int) -> Span | None:
        """The words that assert what stands at a place: the sentence, without a relative clause that says something else.

        Inside a relative clause only that clause asserts it, with the word it belongs to; a question asserts nothing but what such a
        clause says.
        """
        question = self.text[part.end - 1] == "?"
        relatives = [found for found in self.words.relative.finditer(self.text, part.start, part.end)]
        inside = next((one for one in reversed(relatives) if one.start() < at), None)
        if inside is not None:
            end = self._clause_end(inside.end(), part.end)
            if at < end:
                head = re.search(r"(?<![\w-])[A-ZÄÖÜ][\w-]*$", self.text[max(part.start, inside.start() - 60) : inside.start()])
                start = inside.start() + 2 if question or head is None else inside.start() - len(head.group())
                return Span(start, end)
        if question:
            return None
        later = next((one for one in relatives if one.start() > at), None)
        return part if later is None else Span(part.start, later.start())

    def _clause_end(self, at: int, limit: int) -> int:
        found = re.compile(r",(?=\s)|[.;!?]+$").search(self.text, at, limit)
        return found.start() if found else limit

    # --- making them --------------------------------------------------------------------------------------------------------------

    def _kind(self, span: Span, kind: str) -> str:
        cue = self.words.cue("opinion")
        if kind == "assertion" and cue.search(self.text, span.start, span.end) and not self._numbers(span):
            return "opinion"
        return kind

    def _numbers(self, span: Span) -> bool:
        n = bisect_left(self._amount_starts, span.start)
        return n < len(self.amounts) and self.amounts[n].start < span.end

    def _quote(self, marks: Span) -> Quote:
        return Quote(self.text[marks.start + 1 : marks.end - 1], marks.start + 1, marks.end - 1)

    def _made(self, span: Span, form: str, kind: str, who: Named, attribution: Span | None, venue: str) -> Statement:
        at = self.passages.byte
        said = self.text[span.start : span.end]
        negative = self.words.cue("negative").search(said) is not None
        if form != "narrator":
            self.speakers.said(who, Span(span.start, max(span.end, attribution.end if attribution else 0)), kind)
        return Statement(
            said, span.start, span.end, at(span.start), at(span.end), form, kind, who.name, who.role, venue, who.phrase,
            form != "narrator" and not who.known, who.how,
            Quote(self.text[attribution.start : attribution.end], attribution.start, attribution.end) if attribution else None,
            sentence=self._sentence(span),
            polarity="negative" if negative else "positive", translated_quote=form == "direct" and self.speakers.foreign(who, span),
        )  # fmt: skip

    def _sentence(self, span: Span) -> Quote | None:
        """The sentence in which a statement starts, for whoever reads it; none where there is no end to it."""
        part = self.passages.sentence(span.start)
        return Quote(self.text[part.start : part.end], part.start, part.end) if part.end - part.start <= LONGEST else None

    def _linked(self, one: Statement) -> Statement:
        """With the numbers of the quantities and dates that lie in it."""
        amounts = range(bisect_left(self._amount_starts, one.start), bisect_left(self._amount_starts, one.end))
        days = range(bisect_left(self._day_starts, one.start), bisect_left(self._day_starts, one.end))
        return replace(one, quantities=tuple(amounts), dates=tuple(days))


def statements(whole: Passages, spoken: Sequence[Tongue], amounts: Sequence[Quantity], days: Sequence[When]) -> list[Statement]:
    """Every statement of a text, each sentence by the words of its language."""
    found = list[Statement]()
    for one in spoken:
        made = Statements(replace(whole, language=one.passages.language), one.sentences, amounts, days).find()
        found += [_as_quoted(statement, one.passages) for statement in made]
    return sorted(found, key=lambda one: (one.start, one.end)) if len(spoken) > 1 else found


def _as_quoted(one: Statement, spoken: Passages) -> Statement:
    """Words that stand in the text in another language than their sentence were not translated for it."""
    at = one.quotes[0].start if one.quotes else one.start
    return replace(one, translated_quote=False) if one.translated_quote and spoken.part(at) is None else one
