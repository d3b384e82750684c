"""What is said about a quantity beside its number: how firmly, per what time, of which power, and whether it is a change."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace

from stargauge.reading.found import Quantity
from stargauge.reading.grammar import SPACE, grammar, pattern
from stargauge.reading.modality import modality
from stargauge.reading.passages import Passages, Span

_PER_ATTRIBUTE = frozenset({"energy", "volume", "count", "money", "mass", "length"})
UNCLEAR = "how it compares is not clear"


class Dressing:
    """The words around the quantities of one text."""

    def __init__(self, passages: Passages) -> None:
        self.passages, self.text = passages, passages.text
        self.words = grammar(passages.language)
        own = self.words.own
        self._made: dict[str, re.Pattern[str]] = {}
        self._quote_starts = [one.start for one in passages.quotes]
        self._hint = re.compile(rf"(?<!\w)(?:{pattern(own['per']['hint'])})(?!\w)", re.I)
        self._baseline = re.compile(rf"(?:{pattern(own['change']['baseline'])}){SPACE}((?:19|20)\d\d)(?!\d)")
        self._by = re.compile(rf"(?<!\w){own['change']['before']}{SPACE}$")
        behind = rf"(?:{SPACE}\w+)?{SPACE}$" if self.words.language == "en" else r"\Z(?!)"
        self._verb_before = re.compile(self._verbs("verbs").pattern + behind)

    def dressed(self, made: Quantity) -> Quantity | None:
        """With its modality, its rate, its basis, and whether it is a change; none where it is not clear how it compares."""
        made = replace(made, modality=modality(self.passages, self.words, made.start, made.end, self.quote_of(made.start)))
        if made.kind in _PER_ATTRIBUTE and not made.per:
            made = replace(made, per=self._rate(made))
        if made.kind == "power":
            made = replace(made, power_basis=self._basis(made))
        if made.kind == "ratio" and made.unit == "1":
            return self._as_change(made)
        return made

    def quote_of(self, at: int) -> Span | None:
        """The quotation that holds a place of the text; None outside of any."""
        n = bisect_right(self._quote_starts, at) - 1
        return self.passages.quotes[n] if n >= 0 and self.passages.quotes[n].holds(at) else None

    def _rate(self, made: Quantity) -> str:
        clause = self.passages.clause(made.start, self.passages.sentence(made.start))
        table = self.words.table("per", "unit")
        for found in self._hint.finditer(self.text, max(clause.start, made.start - 120), min(clause.end, made.end + 60)):
            said = found["a"] or found["b"]
            between = self.text[found.end() : made.start] if found.end() <= made.start else self.text[made.end : found.start()]
            ahead = self.text[clause.start : found.start()] if found["a"] and found.end() <= made.start else ""
            if any(char.isdigit() for char in (*between, *ahead)):
                continue
            if said and (meant := table.match(said, 0) or table.match(said.lower(), 0)):
                return str(meant[1])
        return ""

    def _basis(self, made: Quantity) -> str:
        for name in ("it", "facility"):
            if self.cue("basis", name).match(self.text, made.end):
                return name
        return "unstated"

    def cue(self, section: str, name: str) -> re.Pattern[str]:
        """A cue that follows a quantity after one space."""
        key = f"{section} {name}"
        if key not in self._made:
            self._made[key] = re.compile(rf"{SPACE}(?:{pattern(self.words.own[section][name])})(?!\w)")
        return self._made[key]

    def _as_change(self, made: Quantity) -> Quantity | None:
        """A share by which something changes is no share of something: it has the sign of the change, and a year it is counted from."""
        clause = self.passages.clause(made.start, self.passages.sentence(made.start))
        before = self.text[max(clause.start, made.start - 80) : made.start]
        by, verb = self._by.search(before), self._verb_before.search(before)
        for name, sign in (("more", 1), ("less", -1)):
            if self.cue("change", name).match(self.text, made.end) or self._verbs(f"{name}_before").search(before):
                return replace(made, value=None if made.value is None else sign * made.value, change=True)
        if self.cue("change", "unclear").match(self.text, made.end):
            return None
        if not by and not verb:
            return made
        if by and not self._verbs("verbs").search(self.text, clause.start, clause.end):
            return made
        if verb and not by and re.search(rf"(?<!\w)(?:to|at|of){SPACE}$", before):
            return made
        down = self._verbs("down").search(self.text, clause.start, clause.end)
        baseline = self._baseline.search(self.text, made.end, min(clause.end, made.end + 80))
        sign = -1 if down else 1
        value = made.value * sign if made.value is not None else None
        low, high = (made.min, made.max) if sign > 0 or made.min is None or made.max is None else (-made.max, -made.min)
        return replace(made, value=value, min=low, max=high, change=True, baseline=baseline[1] if baseline else "")

    def changes(self, at: int) -> bool:
        """Whether the clause of a place, or what stands before it in its sentence, speaks of a change: `from 3 to 5` is no range then."""
        sentence = self.passages.sentence(at)
        clause = self.passages.clause(at, sentence)
        return bool(self._verbs("verbs").search(self.text, max(sentence.start, clause.start - 120), clause.end))

    def _verbs(self, name: str) -> re.Pattern[str]:
        """Verbs of change; the German ones are stems, of which the file gives the beginning."""
        made = self._made.get(name)
        if made is None:
            said = self.words.own["change"][name]
            made = self._made[name] = re.compile(
                rf"(?<!\w)(?:{pattern(said)}){SPACE}$"
                if name.endswith("_before")
                else rf"(?<!\w)(?:ge|zu|an|ab|er|ver)?(?:{pattern(said)})" + (r"\w*" if self.words.language == "de" else r"(?!\w)")
            )
        return made
