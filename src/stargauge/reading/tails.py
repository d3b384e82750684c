"""What stands behind a number: its magnitude, its unit or noun, and per what."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from stargauge.reading.grammar import LANGUAGES, SPACE, Grammar, grammar, pattern
from stargauge.reading.numerals import Numeral

_GAP = re.compile(rf"{SPACE}|[-‐‑](?=[^\W\d_])")
_SPACE = re.compile(SPACE)
_WORD = re.compile(r"[^\W\d_][\w-]{1,30}")
#: Hyphens as they are printed.
HYPHENS = frozenset("-‐‑")
#: Letters that mean a magnitude only beside a currency or before one.
_LOOSE_AT = re.compile(r"[mMbBTkK](?!\w)")
#: Where a price is per energy, it is per MWh.
_ENERGY = "MWh"


@dataclass(frozen=True)
class Tail:
    """Where what belongs to a number ends, and what it is: the section of the grammar, what it means there, a power of ten, per what."""

    end: int
    section: str = ""
    meaning: Any = None
    power: int = 0
    per_unit: str = ""
    per_factor: Fraction = Fraction(1)
    known: bool = True
    per_word: str = ""


class Tails:
    """The tails of one language."""

    def __init__(self, language: str) -> None:
        self.words: Grammar = grammar(language)
        own = self.words.own
        self._per = re.compile(rf"{SPACE}?(?:{pattern(own['per']['word'])}){SPACE}?")
        self._spoken = frozenset(own["per"]["spoken"])
        self._adjective = re.compile(own["adjectives"]["pattern"] + SPACE)
        self._no_adjectives = frozenset(own["adjectives"]["never"])
        self._unknown = re.compile(rf"(?:{SPACE}|-)(?:{own['adjectives']['unknown_noun']})")
        self._magnitude = self.words.table("magnitude")
        others = (f"(?:{key})" for name in LANGUAGES for key in grammar(name).own["magnitude"])
        words = "|".join([self.words.common["foreign_magnitudes"]["words"], *map(pattern, others)])
        self._foreign = re.compile(rf"(?:{words})(?!\w)", re.I)

    def match(self, text: str, numeral: Numeral, money: bool) -> Tail | None:
        """What follows a number; with a currency before it only what may follow money."""
        at, power = self._power(text, numeral, money)
        if self._foreign_at(text, at) is not None:
            return None
        tail = self._unit(text, at, numeral, power, money)
        if money:
            if tail is None and text[at : at + 1].isalnum():
                return None
            return self._with_per(text, tail or Tail(at, power=power))
        if tail is None:
            if power < 6:
                return None
            return Tail(at, power=power, known=self._unknown.match(text, at) is None)
        return self._with_per(text, tail) if tail.section in ("currency_suffix", "currency_bare", "subunit") else tail

    def foreign(self, text: str, numeral: Numeral, money: bool) -> int | None:
        """Where a magnitude ends that stands behind a number and that this language does not know; then the number says nothing alone."""
        return self._foreign_at(text, self._power(text, numeral, money)[0])

    def foreign_behind(self, text: str, at: int) -> int | None:
        """Where a magnitude of any language ends that stands at a place."""
        found = self._foreign.match(text, at)
        return found.end() if found else None

    def _foreign_at(self, text: str, at: int) -> int | None:
        gap = _GAP.match(text, at)
        spot = gap.end() if gap else at
        if self.words.units.match(text, spot) or (gap and gap.group() in HYPHENS and spot == at):
            return None
        return self.foreign_behind(text, spot)

    def _power(self, text: str, numeral: Numeral, money: bool) -> tuple[int, int]:
        at = numeral.end
        gap = _GAP.match(text, at)
        spot = gap.end() if gap else at
        if found := self._magnitude.match(text, spot):
            return found[0], int(found[1])
        if numeral.article or numeral.word:
            return at, 0
        for place in (at, spot) if gap and gap.group() not in HYPHENS else (at,):
            found = self.words.letters.match(text, place)
            if found and (money or not _LOOSE_AT.match(text, place) or self._noun_or_money(text, found[0], place != at)):
                return found[0], int(found[1])
        return at, 0

    def _noun_or_money(self, text: str, at: int, money: bool) -> bool:
        gap = _SPACE.match(text, at)
        unit = self.words.units.match(text, gap.end()) if gap else None
        return unit is not None and unit[1][0] in ("currency_suffix", "currency_bare", *(() if money else ("count",)))

    def _unit(self, text: str, at: int, numeral: Numeral, power: int, money: bool) -> Tail | None:
        gap = _GAP.match(text, at)
        spot = gap.end() if gap else at
        found = self.words.units.match(text, spot)
        if found is None:
            counted = None if money or gap is None or gap.group() in HYPHENS or (numeral.article and not power) else self.noun(text, spot)
            return Tail(counted[0], "count", counted[1], power) if counted else None
        section, meaning = found[1]
        if money:
            return Tail(found[0], section, meaning, power) if section in ("currency_suffix", "currency_bare") else None
        if meaning == ["length", "m", "1"] and gap is None and self.words.language == "en":
            return Tail(found[0], power=6, known=False)  # `10m` may be millions
        if section == "count" and (gap is None or gap.group() in HYPHENS):
            return None
        if section == "share" and meaning == "1/10000" and power:
            return None
        if numeral.article and not power:
            wide = section in ("share", "currency_suffix", "currency_bare") and numeral.end - numeral.start > 2
            measured = section == "measure" and meaning[0] in ("power", "energy") and found[0] - spot > 1
            if not (wide or measured):
                return None
        return Tail(found[0], section, meaning, power)

    def noun(self, text: str, at: int) -> tuple[int, str] | None:
        """A noun that is counted, with up to two adjectives before it: where it ends, and its unit."""
        for _ in range(3):
            if found := self.words.nouns.match(text, at):
                return found[0], str(found[1])
            adjective = self._adjective.match(text, at)
            if adjective is None or adjective.group().strip() in self._no_adjectives:
                return None
            at = adjective.end()
        return None

    def currency(self, text: str, at: int) -> tuple[int, str] | None:
        """A currency: where it ends, and its code."""
        found = self.words.units.match(text, at)
        return (found[0], str(found[1][1])) if found and found[1][0] in ("currency_suffix", "currency_bare") else None

    def _with_per(self, text: str, tail: Tail) -> Tail:
        """An amount of money per unit of something else: a price."""
        joined = self._per.match(text, tail.end)
        if joined is None or (joined.group()[:1].isalpha()):
            return tail
        if text[joined.end() : joined.end() + 1].isdigit():
            return replace(tail, known=False)  # `$3 per 1,000 tokens` is no 3 dollars
        if thing := self.words.table("per", "things").match(text, joined.end()):
            return replace(tail, end=thing[0], per_unit=str(thing[1]))
        found = self.words.units.match(text, joined.end())
        if found is None or found[1][0] != "measure":
            word = _WORD.match(text, joined.end())
            spoken = joined.group().strip() in self._spoken and word and not self.words.table("per", "unit").match(text, joined.end())
            return replace(tail, per_word=word.group().lower()) if spoken and word else tail
        kind, unit, factor = found[1][1]
        if kind == "energy":
            return replace(tail, end=found[0], per_unit=_ENERGY, per_factor=Fraction(factor))
        printed = text[joined.end() : found[0]]
        return replace(tail, end=found[0], per_unit=_printed_unit(kind, unit, Fraction(factor), printed), per_factor=Fraction(1))

    def meaning(self, tail: Tail, prefix: str) -> tuple[str, str | None, Fraction, dict[str, Any]]:
        """Kind, unit, factor to the unit, and what else is known; an empty kind where it is not known what is meant."""
        section, said = tail.section, tail.meaning
        extra: dict[str, Any] = {}
        if prefix or section in ("", "currency_suffix", "currency_bare", "subunit"):
            if not tail.known:
                return "", None, Fraction(1), extra
            code, factor = (said[0], 1 / Fraction(said[1])) if section == "subunit" else (prefix or said, Fraction(1))
            if not prefix and (section == "currency_bare" or (section == "subunit" and code in ("EUR", "USD"))):
                extra["currency_inferred"] = True
            if tail.per_unit:
                return "price", f"{code}/{tail.per_unit}", factor / tail.per_factor, extra
            if tail.per_word:
                extra["per"] = tail.per_word
            return "money", code, factor, extra
        if section == "measure":
            return said[0], said[1], Fraction(said[2]), extra
        if section == "share":
            return "ratio", "1", Fraction(said), extra
        return section, str(said), Fraction(1), extra


#: Watts by the factor to our unit, as they stand below a price.
_WATTS = {Fraction(1, 1000): "kW", Fraction(1): "MW", Fraction(1000): "GW", Fraction(1000000): "TW", Fraction(1, 1000000): "W"}


def _printed_unit(kind: str, unit: str, factor: Fraction, printed: str) -> str:
    return _WATTS.get(factor, printed) if kind == "power" else unit


@lru_cache(maxsize=4)
def tails_of(language: str) -> Tails:
    """The tails of a language."""
    return Tails(language)
