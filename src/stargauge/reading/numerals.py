"""Numbers as they are printed: digits with any separators, words, halves and fractions. Where two readings stay possible, both are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from stargauge.reading.grammar import SPACE, Table, grammar

#: Longer runs of digits are no numbers of an article.
LONGEST = 40
_RUN = re.compile(r"\d++(?:[.,'’ʼ\u00a0\u2009\u202f]\d++)*+")
_SPACED = re.compile(r"\d{1,3}(?: \d{3})++(?!\d)")
_MIXED = re.compile(rf"{SPACE}?([1-9])/([2-9]|1[0-6])(?![\d/])")
_PLAIN = re.compile(r"([1-9])/([2-9]|1[0-6])(?![\d/])")
_VULGAR = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3)}
_GROUPING = "'’ʼ\u00a0\u2009\u202f"


@dataclass(frozen=True)
class Numeral:
    """A number in a text: where it ends and what it may mean, the likelier reading of the language first."""

    start: int
    end: int
    readings: tuple[Fraction, ...]
    word: bool = False
    article: bool = False
    spaced: bool = False
    separator: str = ""

    @property
    def value(self) -> Fraction:
        """The likelier reading."""
        return self.readings[0]


def read_digits(run: str, decimal: str) -> tuple[tuple[Fraction, ...], str]:
    """The readings of a run of digits and separators, and the separator that leaves two; none where it is no number.

    `decimal` is the separator of decimals of the language. One separator before exactly three digits may part thousands or decimals: the
    reading of the language comes first.
    """
    plain = run
    for mark in _GROUPING:
        plain = plain.replace(mark, "'")
    marks = [char for char in plain if not char.isdigit()]
    if not marks:
        return (Fraction(int(plain)),), ""
    parts = re.split(r"[.,']", plain)
    last = marks[-1]
    if len(set(marks)) == 1 and last == "'":
        return ((Fraction(int("".join(parts))),), "") if _grouped(parts) else ((), "")
    if len(set(marks)) == 1:
        if len(marks) > 1:
            return ((Fraction(int("".join(parts))),), "") if _grouped(parts) else ((), "")
        return _one_mark(parts[0], parts[1], last, decimal)
    if len(set(marks)) == 2 and marks.count(last) == 1 and last != "'" and _grouped(parts[:-1]):
        return (_decimal("".join(parts[:-1]), parts[-1]),), ""
    return (), ""


def _one_mark(whole: str, rest: str, mark: str, decimal: str) -> tuple[tuple[Fraction, ...], str]:
    as_decimal = _decimal(whole, rest)
    if len(rest) != 3 or len(whole) > 3 or whole.startswith("0"):
        return (as_decimal,), mark if mark != decimal else ""
    as_thousands = Fraction(int(whole + rest))
    return ((as_decimal, as_thousands) if mark == decimal else (as_thousands, as_decimal)), mark


def _grouped(parts: list[str]) -> bool:
    return 1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:]) and not (len(parts) > 1 and parts[0].startswith("0"))


def _decimal(whole: str, rest: str) -> Fraction:
    return Fraction(int(whole + rest), 10 ** len(rest))


def digits_at(text: str, at: int, language: str) -> Numeral | None:
    """The number in digits that starts at a place."""
    run = _RUN.match(text, at)
    if run is None:
        return _vulgar_at(text, at)
    end = run.end()
    if end - at > LONGEST:
        return Numeral(at, end, ())
    if (spaced := _SPACED.match(text, at)) and spaced.end() > end:
        if spaced.end() - at > LONGEST:
            return Numeral(at, spaced.end(), ())
        return Numeral(at, spaced.end(), (Fraction(int(spaced.group().replace(" ", ""))),), spaced=True)
    readings, mark = read_digits(run.group(), grammar(language).own["decimal"])
    if mark == "" and run.group().isdigit():
        if (plain := _PLAIN.match(text, at)) and int(plain[1]) < int(plain[2]):
            return Numeral(at, plain.end(), (Fraction(int(plain[1]), int(plain[2])),))
        if (mixed := _MIXED.match(text, end)) and int(mixed[1]) < int(mixed[2]) and text[end] != "/":
            return Numeral(at, mixed.end(), (readings[0] + Fraction(int(mixed[1]), int(mixed[2])),))
        if text[end : end + 1] in _VULGAR:
            return Numeral(at, end + 1, (readings[0] + _VULGAR[text[end]],))
    return Numeral(at, end, readings, separator=mark)


def _vulgar_at(text: str, at: int) -> Numeral | None:
    value = _VULGAR.get(text[at : at + 1])
    return None if value is None else Numeral(at, at + 1, (value,))


# --- words ------------------------------------------------------------------------------------------------------------------------


class NumberWords:
    """The number words of one language."""

    def __init__(self, language: str) -> None:
        own = grammar(language).own
        said = own["words"]
        self.joined: bool = said["joined"]
        self.articles = frozenset(said["articles"])
        self.hundred, self.thousand = said["hundred"], said["thousand"]
        self.units = {word: n for n, word in enumerate(said["units"]) if word}
        self.tens = {word: 10 * n for n, word in enumerate(said["tens"]) if word}
        self.halves = Table(
            {key: Fraction(value) for key, value in own["halves"].items()} | {key: Fraction(value) for key, value in own["dozens"].items()},
            fold=True,
        )
        self.small = self._joined_words() if self.joined else {}
        starts = {
            *self.units,
            *self.tens,
            self.hundred,
            self.thousand,
            *self.articles,
            "half",
            "three",
            "andert",
            "dreißig",
            "fuenf",
            "zwoelf",
        }
        starts |= {found.group() for key in own["halves"] if (found := re.match(r"[a-zäöü]+", key))}
        stem = "|".join(sorted(filter(None, starts), key=len, reverse=True))
        self.candidate = rf"(?<![\w-])(?i:{stem})" + (r"[a-zäöüß]{0,64}" if self.joined else "") + r"(?!\w)"

    def _joined_words(self) -> dict[str, int]:
        ones = {word: n for word, n in self.units.items() if n}
        below: dict[str, int] = {word: n for word, n in ones.items() if word != "ein"}
        for ten, value in self.tens.items():
            below[ten] = value
            below |= {f"{one}und{ten}": value + n for one, n in ones.items() if 0 < n < 10}
        out = dict(below)
        for one, n in [("", 1), *((word, n) for word, n in ones.items() if n < 10)]:
            base = f"{one}{self.hundred}"
            out[base] = 100 * n
            for word, value in [*below.items(), ("eins", 1), ("ein", 1)]:
                out[base + word] = out[f"{base}und{word}"] = 100 * n + value
        return out

    def at(self, text: str, at: int) -> Numeral | None:
        """The number in words that starts at a place."""
        if half := self.halves.match(text, at):
            return Numeral(at, half[0], (half[1],), word=True)
        found = _WORD.match(text, at)
        if found is None:
            return None
        word = found.group().lower().replace("ß", "ss").replace("fuenf", "fünf").replace("zwoelf", "zwölf")
        if self.joined:
            value = self._one_word(word)
            if value is not None:
                return Numeral(at, found.end(), (Fraction(value),), word=True)
        else:
            made = self._phrase(text, at)
            if made is not None:
                return made
        return Numeral(at, found.end(), (Fraction(1),), word=True, article=True) if word in self.articles else None

    def _one_word(self, word: str) -> int | None:
        if word in self.small:
            return self.small[word]
        head, found, rest = word.partition(self.thousand)
        if not found:
            return None
        low = {"": 0, "eins": 1}.get(rest, self.small.get(rest.removeprefix("und")))
        high = 1 if head in ("", "ein") else self.small.get(head)
        return None if low is None or high is None else 1000 * high + low

    def _phrase(self, text: str, at: int) -> Numeral | None:
        """Words one after the other: `two hundred and fifty`, `twenty-five`, `a hundred`."""
        total, end, seen, ended = 0, at, "", False
        for found in _WORDS_ON.finditer(text, at, min(len(text), at + 80)):
            if found.start() > end and not _JOIN.fullmatch(text[end : found.start()]):
                break
            word = found.group().lower()
            if word in ("a", "an") and not seen:
                seen = "article"
                continue
            if word == "and" and seen == "hundred" and not ended:
                continue
            if word in self.tens and seen in ("", "hundred"):
                total, seen = total + self.tens[word], "tens"
            elif (word in self.units and seen in ("", "hundred")) or (word in self.units and seen == "tens" and 0 < self.units[word] < 10):
                total, seen = total + self.units[word], "unit"
            elif word == self.hundred and seen in ("article", "unit", "") and total < 20:
                total, seen = max(total, 1) * 100, "hundred"
            elif word == self.thousand and seen == "article":
                return Numeral(at, found.end(), (Fraction(1000),), word=True)
            else:
                break
            end = found.end()
        if end == at:
            return None
        one = total == 1 and text[at:end].lower() == "one"
        return Numeral(at, end, (Fraction(total),), word=True, article=one)


_WORD = re.compile(r"[^\W\d_]{1,80}")
_WORDS_ON = re.compile(r"[^\W\d_]+")
_JOIN = re.compile(rf"-|{SPACE}|{SPACE}?(?:and|a|an){SPACE}")


@lru_cache(maxsize=4)
def number_words(language: str) -> NumberWords:
    """The number words of a language."""
    return NumberWords(language)
