"""A text in parts: its language, its quotation marks in pairs, its sentences and clauses, and its places in bytes."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

#: Pairs of quotation marks; each opening mark with those that may close it.
PAIRS = {"«": "»", "»": "«", "„": '“”"', "“": "”", '"': '"', "‹": "›"}
#: The longest quotation.
LONGEST_QUOTE = 4000
_MARK = re.compile('[«»„“”"‹›]')
#: Stands for the end of a block where each line is one: no printed space, so that nothing is read across it.
BLOCK = "\x0b"
_EMPTY = re.compile(r"\n[ \t\r]*\n\s*|\x0b\s*")
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"»“”’)\]]*+(?=\s)")
_SHORT = re.compile(
    r"(?:\b(?:Mrd|Mio|Mia|Mill|Tsd|Bio|ca|bzw|Nr|St|Dr|Prof|Mr|Mrs|Ms|Fr|Hr|Inc|Corp|Co|Ltd|Art|Abs|vgl|No|vs|approx|Jan|Feb|Mar|Apr"
    r"|Jun|Jul|Aug|Sept|Sep|Oct|Okt|Nov|Dec|Dez|Rp|Ct|Sen|Gov|Rep|Gen)|\b[A-Za-z]|\b(?:[Aa]m|[Vv]om|[Zz]um|[Bb]is|[Dd]er|[Dd]ie|[Dd]as|[Dd]en|[Dd]em|[Ii]m|[Aa]b|[Ss]eit|[Uu]nd)\s\d{1,2})\.$"
)
_SAFE_START = re.compile(r"\s+[«„“\"‹(]?(?:[A-ZÄÖÜ0-9]|$)")
_CLAUSE = re.compile(r"[,;:](?=\s|[»“”\"«„])|\s[–—-]\s|[()]|[»«„“”](?=[,\s])")
#: Words that only one of the languages has, and magnitudes as only one of them writes these. Capitals alone (`IT`) are no words.
ONLY = {
    "de": re.compile(
        r"(?<![\w-])(?:[Dd]er|[Dd]ie|[Dd]as|[Uu]nd|[Hh]at|[Ii]st|[Ss]ind|[Nn]icht|[Ee]ine?[nmrs]?|[Mm]it|[Vv]on|[Vv]om|[Aa]uf|[Ff]ür|[Dd]en|[Dd]em|[Ii]m"
        r"|[Ww]ird|[Ww]erden|[Ww]urden?|[Ss]oll(?:en)?|[Bb]is|[Ss]ich|[Zz]um?|[Zz]ur|[Ww]ir|[Ss]ie|[Ii]ch|[Ee]s|[Aa]us|[Bb]ei|[Nn]ach"
        r"|[Aa]uch|[Aa]ls|[Dd]ass|[Dd]es|[Hh]aben|[Uu]m|[Üü]ber|[Rr]und|[Dd]avon|[Ss]agte|[Kk]ein\w*|Millionen|Milliarden?|Billionen"
        r"|Mrd|Mio|Prozent)(?![\w-])|(?<!\w)[a-z]+[äöüß]\w*"
    ),
    "en": re.compile(
        r"(?<![\w-])(?:[Tt]he|[Aa]|[Aa]nd|[Oo]f|[Tt]o|[Ii]s|[Ff]or|[Ww]ith|[Bb]y|[Ii]ts?|[Hh]as|[Hh]ave|[Ff]rom|[Aa]t|[Aa]re|[Ww]ould"
        r"|[Ss]aid|[Tt]hat|[Tt]his|[Ww]e|[Oo]ur|[Tt]hey|[Tt]heir|[Hh]e|[Oo]n|[Bb]e|[Aa]bout|[Nn]ot|[Ww]hich|[Ww]ere|[Ww]ho|[Mm]ore|million"
        r"|billion|trillion|percent)(?![\w-])"
    ),
}
_SWISS = re.compile(
    r"\d['’]\d{3}|(?<!\w)(?:CHF|Franken|Rappen|Weisse[ns]?|heisst|gross\w*|grösst?\w*|dass|innert|weiss|ausser\w*|Strasse|schliesslich)(?!\w)"
)


@dataclass(frozen=True)
class Span:
    """A part of the text: code points, end exclusive."""

    start: int
    end: int

    def holds(self, at: int) -> bool:
        """Whether a place lies in it."""
        return self.start <= at < self.end


@dataclass(frozen=True)
class Passages:
    """A text with its language, cut into sentences; quotations are not cut."""

    text: str
    language: str
    #: The parts that are in this language; none where all of it is.
    parts: tuple[Span, ...] = ()
    #: Where the language is not certain, so that `1.200` stays open.
    unsure: tuple[Span, ...] = ()

    @cached_property
    def _part_starts(self) -> list[int]:
        return [one.start for one in self.parts]

    def part(self, at: int) -> Span | None:
        """The part of this language in which a place lies."""
        if not self.parts:
            return Span(0, len(self.text))
        n = bisect_right(self._part_starts, at) - 1
        return self.parts[n] if n >= 0 and self.parts[n].holds(at) else None

    @cached_property
    def _unsure_starts(self) -> list[int]:
        return [one.start for one in self.unsure]

    def is_unsure(self, at: int) -> bool:
        """Whether the language of a place is not certain."""
        n = bisect_right(self._unsure_starts, at) - 1
        return n >= 0 and self.unsure[n].holds(at)

    def reads(self, start: int, end: int) -> bool:
        """Whether words lie in one part of this language."""
        part = self.part(start)
        return part is not None and end <= part.end

    @cached_property
    def quotes(self) -> tuple[Span, ...]:
        """Quotations with their marks, outermost only; a mark without its partner in the paragraph marks nothing."""
        return tuple(_quotes(self.text))

    @cached_property
    def quote_starts(self) -> list[int]:
        """Where quotations start."""
        return [one.start for one in self.quotes]

    def quotes_near(self, at: int) -> tuple[Span, ...]:
        """The quotation that may hold a place: the last that starts up to it."""
        n = bisect_right(self.quote_starts, at) - 1
        return self.quotes[n : n + 1] if n >= 0 else ()

    @cached_property
    def paragraphs(self) -> tuple[Span, ...]:
        """What stands between empty lines."""
        return tuple(_between(self.text, _EMPTY))

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        """Sentences, without the space around them."""
        return tuple(_sentences(self.text, self.paragraphs, self.quotes))

    @cached_property
    def _starts(self) -> list[int]:
        return [one.start for one in self.sentences]

    def sentence_index(self, at: int) -> int:
        """Which sentence a place lies in (or follows); -1 before the first."""
        return bisect_right(self._starts, at) - 1

    def sentence(self, at: int) -> Span:
        """The sentence in which a place lies, as far as it is in this language."""
        n = self.sentence_index(at)
        whole, part = self.sentences[n] if n >= 0 else Span(at, at), self.part(at)
        return whole if part is None else Span(max(whole.start, part.start), max(min(whole.end, part.end), max(whole.start, part.start)))

    def clause(self, at: int, sentence: Span) -> Span:
        """The clause of a sentence in which a place lies, looked for in its neighbourhood only."""
        low, high = max(sentence.start, at - 300), min(sentence.end, at + 300)
        start, end = low, high
        for found in _CLAUSE.finditer(self.text, low, high):
            if found.end() <= at:
                start = found.end()
            elif found.start() >= at:
                end = found.start()
                break
        return Span(start, end)

    @cached_property
    def _bytes(self) -> list[tuple[int, int]]:
        """Places of characters that take more than one byte, with how many more bytes than characters stand before."""
        out, extra = [(0, 0)], 0
        for found in re.finditer(r"[^\x00-\x7f]", self.text):
            extra += len(found.group().encode("utf-8", "surrogatepass")) - 1
            out.append((found.end(), extra))
        return out

    def byte(self, at: int) -> int:
        """The place of a code point in the text's UTF-8."""
        return at + self._bytes[bisect_right(self._bytes, (at, 1 << 60)) - 1][1]

    @property
    def swiss(self) -> bool:
        """Whether it is written the Swiss way."""
        return self.language == "de-CH"


def evidence_of(text: str) -> tuple[int, int]:
    """How many words of a text only German has, and how many only English."""
    return len(ONLY["de"].findall(text)), len(ONLY["en"].findall(text))


def language_of(text: str) -> str:
    """The language of a text by its commonest words: de-CH, de or en. German without ß and with Swiss forms is Swiss."""
    head = text[:20_000]
    german, english = evidence_of(head)
    if english > german or (english == german and not re.search("[äöüÄÖÜß]", head)):
        return "en"
    if "ß" in head:
        return "de"
    return "de-CH" if _SWISS.search(head) else "de"


def _between(text: str, mark: re.Pattern[str]) -> list[Span]:
    out, at = [], 0
    for found in mark.finditer(text):
        out.append(Span(at, found.start()))
        at = found.end()
    out.append(Span(at, len(text)))
    return [one for one in out if one.end > one.start]


def _quotes(text: str) -> list[Span]:
    out, opened, closing, done = list[Span](), -1, "", 0
    breaks = [found.start() for found in _EMPTY.finditer(text)]
    for found in _MARK.finditer(text):
        at, char = found.start(), found.group()
        if opened >= 0 and (at - opened > LONGEST_QUOTE or _crossed(breaks, opened, at)):
            opened = -1
        if opened >= 0 and char in closing:
            out.append(Span(opened, at + 1))
            opened, done = -1, at + 1
        elif opened < 0 and char in PAIRS and at >= done and _opens(text, at):
            opened, closing = at, PAIRS[char]
    return out


def _crossed(breaks: list[int], start: int, end: int) -> bool:
    n = bisect_right(breaks, start)
    return n < len(breaks) and breaks[n] < end


def _opens(text: str, at: int) -> bool:
    """A mark opens where no letter or digit stands right before it and something stands right after it."""
    return not (at and text[at - 1].isalnum()) and at + 1 < len(text) and not text[at + 1].isspace()


def _sentences(text: str, paragraphs: tuple[Span, ...], quotes: tuple[Span, ...]) -> list[Span]:
    out = list[Span]()
    starts = [one.start for one in quotes]

    def inside(at: int) -> bool:
        n = bisect_right(starts, at) - 1
        return n >= 0 and quotes[n].start < at < quotes[n].end

    for part in paragraphs:
        at = part.start
        for found in _END.finditer(text, part.start, part.end):
            end = found.end()
            if inside(found.start()) and not (end > found.start() + 1 and not inside(end)):
                continue
            if not _SAFE_START.match(text, end) or (found.group() == "." and _SHORT.search(text[max(at, end - 12) : end])):
                continue
            out.append(Span(at, end))
            at = end
        out.append(Span(at, part.end))
    return [trimmed for one in out if (trimmed := _trimmed(text, one)).end > trimmed.start]


def _trimmed(text: str, span: Span) -> Span:
    piece = text[span.start : span.end]
    left = len(piece) - len(piece.lstrip())
    return Span(span.start + left, span.start + max(left, len(piece.rstrip())))
