"""Bounds of a number: `at least`, `rund`, `up to`, `oder mehr`. They belong to the words of the quantity."""

from __future__ import annotations

import re

from stargauge.reading.grammar import SPACE, Grammar
from stargauge.reading.passages import Span

_GAP = re.compile(rf"{SPACE}|-")
#: What kind of bound, and whether the number itself is excluded.
Bound = tuple[str, bool]


class Bounds:
    """The bounds of the numbers of one text."""

    def __init__(self, text: str, words: Grammar) -> None:
        own = words.own["unit_names"]
        self.text, self.words = text, words
        self._loose = re.compile(rf"(?:{own['loose']})(?!\w)")
        self._about = re.compile(rf"(?<!\w)(?:{own['about']}){SPACE}$")

    def span(self, start: int, end: int) -> Span:
        """The words of a number with those of its bound."""
        before, behind = self.before(start), self._behind(end)
        return Span(before[0] if before else start, behind[0] if behind else end)

    def of(self, span: Span, start: int, end: int) -> Bound:
        """The bound of a number, given its words with and without it."""
        if span.end > end and (behind := self._behind(end)):
            return behind[1]
        before = self.before(start)
        return before[1] if before else ("exact", False)

    def before(self, start: int) -> tuple[int, Bound] | None:
        """Where a bound right before a place starts; `a contract over 5` is about 5 and no bound."""
        found = self.words.table("bounds").before(self.text, start)
        if found is None:
            return None
        if self._loose.match(self.text, found[0]) and self._about.search(self.text[max(0, found[0] - 30) : found[0]]):
            return None
        return found[0], (str(found[1][0]), bool(found[1][1]))

    def _behind(self, end: int) -> tuple[int, Bound] | None:
        gap = _GAP.match(self.text, end)
        found = self.words.table("bounds_after").match(self.text, gap.end()) if gap else None
        return (found[0], (str(found[1][0]), bool(found[1][1]))) if found else None
