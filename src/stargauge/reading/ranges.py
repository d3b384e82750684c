"""Ranges: `3 bis 5 GW`, `$7-10bn`, `between $3bn and $5bn`. Both ends are of one kind; a change from one to the other is no range."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from stargauge.reading.dressing import Dressing
from stargauge.reading.grammar import SPACE, grammar, pattern
from stargauge.reading.numerals import Numeral, number_words
from stargauge.reading.passages import Passages
from stargauge.reading.tails import Tail, Tails


@dataclass(frozen=True)
class Read:
    """A number with its tail: from its currency sign or first digit to the end of its unit."""

    start: int
    end: int
    numeral: Numeral
    tail: Tail
    prefix: str = ""
    upper: Numeral | None = None
    upper_tail: Tail | None = None


class Ranges:
    """The ranges of one text."""

    def __init__(self, passages: Passages, tails: Tails, dressing: Dressing, numeral: Callable[[int], Numeral | None]) -> None:
        self.text, self.words = passages.text, grammar(passages.language)
        self.tails, self.dressing, self._numeral = tails, dressing, numeral
        own = self.words.own
        lower = rf"(?:\d|(?:{number_words(passages.language).candidate}))"
        joined = rf"{SPACE}?(?:{pattern(own['ranges'][''])}){SPACE}?|{SPACE}{own['either']['word']}{SPACE}"
        self._lower_end = re.compile(rf"{lower}(?:{joined})$")
        self._connectors = {name: re.compile(rf"{SPACE}?(?:{pattern(mark)}){SPACE}?") for name, mark in own["ranges"].items()}
        self._openers = {name: re.compile(rf"(?<!\w)(?i:{name}){SPACE}$") for name in own["ranges"] if name}

    def ranged(self, read: Read) -> Read | None:
        """A number with the upper end of its range, where one follows; none where that has a magnitude of another language."""
        if read.upper is not None:
            return read
        for opener, connector in self._connectors.items():
            opened = self._openers[opener].search(self.text[max(0, read.start - 12) : read.start]) if opener else None
            if opener and opened is None:
                continue
            joined = connector.match(self.text, read.end)
            if joined is None:
                continue
            if opener in ("from", "von") and self.dressing.changes(read.start):
                return read
            if "\n" in joined.group() and not joined.group().strip().isalpha():
                continue  # a dash that starts a line starts an item of a list
            if self._is_foreign(joined.end(), bool(read.prefix)):
                return None
            upper = self._upper(read, joined.end())
            if upper is None:
                continue
            start = read.start - len(opened.group()) if opened and opener in ("between", "zwischen") else read.start
            return replace(read, start=start, end=upper.end, upper=upper.numeral, upper_tail=upper.tail, prefix=read.prefix or upper.prefix)
        return read

    def _is_foreign(self, at: int, money: bool) -> bool:
        """Whether a number at a place has a magnitude that this language does not know."""
        if sign := self.words.currency_prefix.match(self.text, at) or _sign_at(self.text, at):
            at = sign[0]
        numeral = self._numeral(at) if self.text[at : at + 1].isalnum() else None
        return numeral is not None and bool(numeral.readings) and self.tails.foreign(self.text, numeral, money) is not None

    def _upper(self, read: Read, at: int) -> Read | None:
        prefix = ""
        if sign := self.words.currency_prefix.match(self.text, at) or _sign_at(self.text, at):
            at, prefix = sign
            at += len(self.text[at : at + 1]) - len(self.text[at : at + 1].lstrip())
        if at >= len(self.text) or not (
            (self.text[at].isascii() and self.text[at].isdigit()) or (read.numeral.word and self.text[at].isalpha())
        ):
            return None
        numeral = self._numeral(at)
        if numeral is None or not numeral.readings or numeral.article or (numeral.spaced and not read.numeral.spaced):
            return None
        money = bool(prefix or read.prefix)
        tail = self.tails.match(self.text, numeral, money)
        if tail is None:
            if not money or read.tail.section or self.text[numeral.end : numeral.end + 1].isalnum():
                return None
            tail = Tail(numeral.end)
        if not self._one_kind(read, Read(at, tail.end, numeral, tail, prefix)):
            return None
        return Read(at, tail.end, numeral, tail, prefix)

    def _one_kind(self, read: Read, upper: Read) -> bool:
        """Whether both ends of a range are of one kind; the lower one may have no unit of its own."""
        if not read.prefix and not read.tail.section:
            return True
        if read.prefix and upper.prefix and read.prefix != upper.prefix:
            return False
        lower_kind, lower_unit = self.tails.meaning(read.tail, read.prefix)[:2]
        kind, unit = self.tails.meaning(upper.tail, upper.prefix or (read.prefix if not upper.tail.section else ""))[:2]
        return lower_kind == kind or ({lower_kind, kind} == {"money", "price"} and str(unit).startswith(str(lower_unit)))

    def is_upper_end(self, start: int) -> bool:
        """Whether a number right before this one makes it the upper end of a range that could not be read."""
        return self._lower_end.search(self.text[max(0, start - 24) : start]) is not None and not self.dressing.changes(start)


def _sign_at(text: str, at: int) -> tuple[int, str] | None:
    """A currency sign glued to a number: the tables want the end of a word behind it."""
    return next(((at + 1, code) for sign, code in (("$", "USD"), ("€", "EUR"), ("£", "GBP")) if text.startswith(sign, at)), None)
