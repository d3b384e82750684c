"""Amounts, counts, power, energy, shares, durations and prices in a text. What is not certain is left out, and said to be left out."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from fractions import Fraction

from stargauge.reading import numerals
from stargauge.reading.bounds import Bounds
from stargauge.reading.dressing import UNCLEAR, Dressing
from stargauge.reading.found import Abstention, Quantity
from stargauge.reading.grammar import SPACE, Grammar, Table, grammar, pattern
from stargauge.reading.modality import modality
from stargauge.reading.numerals import Numeral
from stargauge.reading.passages import Passages, Span
from stargauge.reading.ranges import Ranges, Read
from stargauge.reading.tails import Tail, Tails, tails_of

_SPACE = re.compile(SPACE)
_URL = re.compile(r"(?:https?://|www\.)\S++")
#: Digits beside a number that stand apart from it, as in `59 . 2`: then neither part is the number.
_TORN_BEFORE = re.compile(r"\d[ \t]+[.,/][ \t]*$|\d[.,][ \t]*$(?<=[ \t][.,])")
_TORN_AFTER = re.compile(r"[ \t]+[.,/][ \t]*\d")
FOREIGN = "its magnitude is a word of another language"
#: `Fr. 12'500.–`: no cents.
_NO_CENTS = re.compile(r"[.,][–—-]{1,2}(?![\w–—-])")
_ON_THE_DOLLAR = re.compile(rf"{SPACE}on{SPACE}the{SPACE}")
_WHOLE_KINDS = frozenset({"count"})


class Quantities:
    """The quantities of one text."""

    def __init__(self, passages: Passages) -> None:
        self.passages, self.text = passages, passages.text
        self.language = passages.language
        self.words: Grammar = grammar(self.language)
        self.numbers = numerals.number_words(self.language)
        own = self.words.own
        self.tails: Tails = tails_of(self.language)
        self.left: list[Abstention] = []
        self._past = 0
        self.dressing = Dressing(passages)
        self.ranges = Ranges(passages, self.tails, self.dressing, self._numeral)
        self.bounds = Bounds(passages.text, self.words)
        sources = [r"(?<![\w.,'’/#@])(?<!\d[-–:])(?<![^\W\d_]-)[+\-−]?(?:\d|[½¼¾⅓⅔])", self.numbers.candidate]
        phrases = [pattern(key) for name in ("vague", "fractions", "times") for key in self.words.own[name]]
        self._candidate = re.compile("|".join([*sources, rf"(?<!\w)(?i:{'|'.join(phrases)})(?!\w)"]))
        self._phrases: dict[str, Table] = {name: self.words.table(name) for name in ("vague", "fractions", "times")}
        self._label = re.compile(rf"(?<!\w)(?:{pattern(own['unit_names']['labels'])}){SPACE}?$")
        self._trap = re.compile(rf"(?:{pattern(own['unit_names']['traps'])})")
        self._and_before = re.compile(rf"(?:\d|{self.numbers.candidate}){SPACE}(?:und|and){SPACE}$")
        self._unknown = re.compile(rf"{SPACE}(?:{own['adjectives']['unknown_noun']})[\w-]{{2,30}}")
        self._of_so_many = re.compile(rf"{SPACE}(?:{pattern(own['unit_names']['of_so_many'])}){SPACE}")
        self._and = re.compile(rf"{SPACE}(?:und|and){SPACE}")
        self._urls = [Span(*one.span()) for one in _URL.finditer(self.text)]

    def find(self) -> tuple[list[Quantity], list[Abstention]]:
        """Every quantity, in the order of the text, and what was left."""
        out, done = list[Quantity](), 0
        for found in self._candidate.finditer(self.text):
            if found.start() < done or self.passages.part(found.start()) is None or self._in_url(found.start()):
                continue
            made, end = self._at(found.start())
            done = max(done, end)
            if made is not None and self.passages.reads(made.start, made.end):
                out.append(made)
        return out, self.left

    def _in_url(self, at: int) -> bool:
        n = bisect_right(self._urls, at, key=lambda one: one.start) - 1
        return n >= 0 and self._urls[n].holds(at)

    # --- one place ----------------------------------------------------------------------------------------------------------------

    def _at(self, at: int) -> tuple[Quantity | None, int]:
        for name, table in self._phrases.items():
            if (phrase := table.match(self.text, at)) and (made := self._phrase(name, at, *phrase)):
                return made, made.end
        sign, start = 1, at
        if self.text[at] in "+-−":
            sign, start = (-1 if self.text[at] in "-−" else 1), at + 1
            if at and not self.text[at - 1].isspace() and self.text[at - 1] != "(":
                return None, start
        numeral = self._numeral(start)
        if numeral is None:
            return None, at + 1
        if not numeral.readings:
            return None, numeral.end
        if sign < 0:
            numeral = replace(numeral, start=at, readings=tuple(-value for value in numeral.readings))
        elif at != start:
            numeral = replace(numeral, start=at)
        return self._number(numeral)

    def _numeral(self, at: int) -> Numeral | None:
        if self.text[at].isdigit() or self.text[at] in "½¼¾⅓⅔":
            return numerals.digits_at(self.text, at, self.language) if self.text[at].isascii() or self.text[at] in "½¼¾⅓⅔" else None
        return self.numbers.at(self.text, at)

    def _number(self, numeral: Numeral) -> tuple[Quantity | None, int]:
        self._past = 0
        if part := self._in_so_many(numeral):
            return part, part.end
        read = self._read(numeral)
        if read is None and self._past:
            return None, self._past
        if read is None and numeral.spaced:
            first = numerals.digits_at(self.text[: self.text.index(" ", numeral.start)], numeral.start, self.language)
            return (None, numeral.end) if first is None else (None, first.end)
        if read is None:
            if (
                not numeral.article
                and not 1900 <= numeral.value <= 2100
                and (unknown := self._unknown.match(self.text, numeral.end))
                and not self._is_named(numeral.start)
            ):
                self._leave(numeral.start, unknown.end(), "what it counts is not known")
            return None, numeral.end
        whole = self.ranges.ranged(read)
        if whole is None:
            self._leave(read.start, read.end, FOREIGN)
            return None, read.end
        made = self._quantity(whole)
        return made, max(whole.end, numeral.end)

    def _is_named(self, at: int) -> bool:
        """Whether the word before a number says that it names something, as in `Block 2`."""
        return self._label.search(self.text[max(0, at - 24) : at]) is not None

    def _in_so_many(self, numeral: Numeral) -> Quantity | None:
        """`two in five`, `vier von zehn`: a share."""
        joined = self._of_so_many.match(self.text, numeral.end)
        if (
            joined is None
            or numeral.spaced
            or (numeral.article and self.words.language == "de")
            or len(numeral.readings) != 1
            or not 0 < numeral.value <= 20
        ):
            return None
        at = joined.end()
        whole = self._numeral(at) if at < len(self.text) and self.text[at].isalnum() else None
        if (
            whole is None
            or len(whole.readings) != 1
            or whole.article
            or not numeral.value < whole.value <= 100
            or whole.value.denominator != 1
        ):
            return None
        behind = self.tails.match(self.text, whole, False)
        if (behind is not None and behind.section != "count") or self.words.currency_prefix.before(self.text, numeral.start):
            return None
        if numeral.value.denominator != 1 or self.text[whole.end : whole.end + 1] in ("-", "%", "/"):
            return None
        return self._share_of(numeral.start, whole.end, numeral.value / whole.value)

    def _share_of(self, at: int, end: int, value: Fraction) -> Quantity | None:
        found = self.bounds.before(at)
        start, bound = found if found else (at, ("exact", False))
        return self._dressed(replace(self._made_of(start, end, "ratio", value, "1"), bound=bound[0], strict=bound[1]))

    def _read(self, numeral: Numeral) -> Read | None:
        """The number with currency and tail; none where nothing says what it counts, or where it names, orders or ages something."""
        text, start, prefix = self.text, numeral.start, ""
        if not numeral.word and (sign := self.words.currency_prefix.before(text, numeral.start)):
            start, prefix = sign
        after = text[numeral.end : numeral.end + 1]
        if not prefix and self._is_named(start):
            return None
        if not numeral.word and (
            _TORN_AFTER.match(text, numeral.end) or _TORN_BEFORE.search(text[max(0, numeral.start - 6) : numeral.start])
        ):
            self._leave(start, numeral.end, "its digits stand apart")
            return None
        if self._trap.match(text, numeral.end) or (after == "/" and text[numeral.end + 1 : numeral.end + 2].isdigit()):
            return None
        if (end := self.tails.foreign(text, numeral, bool(prefix))) is not None:
            if not numeral.article or prefix:
                self._leave(start, end, FOREIGN)
            self._past = end
            return None
        tail = self.tails.match(text, numeral, bool(prefix))
        if tail is None:
            return None if prefix else self._bare(numeral)
        if longer := self._goes_on(tail):
            self._leave(start, longer[0], longer[1])
            self._past = longer[0]
            return None
        if tail.section == "subunit" and _ON_THE_DOLLAR.match(text, tail.end):
            self._leave(start, tail.end, "it is a share of a price, not an amount")
            return None
        if prefix and self._between_numbers(start, numeral.start):
            self._leave(start, tail.end, "its currency stands between two numbers")
            return None
        if self.ranges.is_upper_end(start):
            self._leave(start, tail.end, "the lower end of its range is not clear")
            return None
        if numeral.spaced and self._names(numeral.start):
            self._leave(numeral.start, tail.end, "a space may part two numbers here")
            return None
        if prefix and (none := _NO_CENTS.match(text, tail.end)):
            return Read(start, none.end(), numeral, tail, prefix)
        return Read(start, tail.end, numeral, tail, prefix)

    def _between_numbers(self, start: int, at: int) -> bool:
        """Whether a currency may as well belong to the number before it, as in `17 USD 25`."""
        apart = self.text[at - 1].isspace() or self.text[at - 1].isalpha()
        return apart and re.search(rf"\d{SPACE}?$", self.text[max(0, start - 3) : start]) is not None

    def _goes_on(self, tail: Tail) -> tuple[int, str] | None:
        """Where a number ends that goes on behind its unit, and so is left: `3 dollars 50 cents`, `75 USD million`, `5 feet 2 inches`."""
        gap = _SPACE.match(self.text, tail.end)
        if gap is None:
            return None
        money = tail.section.startswith("currency")
        if money and (end := self.tails.foreign_behind(self.text, gap.end())):
            return end, "its magnitude stands behind its currency"
        if not money and tail.section != "measure" and (tail.section or not tail.power):
            return None
        joined = self._and.match(self.text, tail.end)
        at = joined.end() if joined else gap.end()
        more = self._numeral(at) if at < len(self.text) and self.text[at].isalnum() else None
        if more is None or not more.readings or more.article:
            return None
        behind = self.tails.match(self.text, more, False)
        if tail.section == "measure":
            smaller = (
                behind and behind.section == "measure" and behind.meaning[0] == tail.meaning[0] and behind.meaning[1] != tail.meaning[1]
            )
            return (behind.end, "it goes on in a smaller unit") if behind and smaller else None
        if behind is not None:
            return (behind.end, "it goes on in a smaller unit") if behind.section == "subunit" else None
        if 1900 <= more.value <= 2100 or (joined and self.text[more.end : more.end + 1] not in ("", ".", ",", ";")):
            return None
        return more.end, "a number follows at once"

    def _bare(self, numeral: Numeral) -> Read | None:
        """The lower end of a range whose unit follows its upper end: `3 bis 5 GW`."""
        if numeral.article:
            return None
        read = Read(numeral.start, numeral.end, numeral, Tail(numeral.end))
        ranged = self.ranges.ranged(read)
        return ranged if ranged is not None and ranged.upper is not None else None

    def _names(self, at: int) -> bool:
        """Whether the word before a number is a name or a number, so that `Halle 7 250` is not 7250."""
        found = re.search(rf"(\w+){SPACE}$", self.text[max(0, at - 30) : at])
        return (
            found is not None and (found[1][0].isupper() or found[1][0].isdigit()) and at - len(found[0]) > self.passages.sentence(at).start
        )

    # --- what it is ---------------------------------------------------------------------------------------------------------------

    def _quantity(self, read: Read) -> Quantity | None:
        tail = read.upper_tail if read.upper_tail is not None else read.tail
        kind, unit, factor, extra = self.tails.meaning(tail, read.prefix)
        if kind == "":
            self._leave(read.start, read.end, "what it counts is not known")
            return None
        one_power = read.upper_tail is not None and read.tail.power == 0 and not read.tail.section
        powers = (tail.power if one_power else read.tail.power, tail.power)
        lows = self._readings(read.numeral, kind, powers[0])
        highs = self._readings(read.upper, kind, powers[1]) if read.upper is not None else None
        if lows is None or (read.upper is not None and highs is None):
            self._leave(read.start, read.end, "its separator may part thousands or decimals")
            return None
        low_factor = (
            factor if one_power or read.upper_tail is None or not read.tail.section else self.tails.meaning(read.tail, read.prefix)[2]
        )
        low = lows[0] * Fraction(10) ** powers[0] * low_factor
        others = tuple(value * Fraction(10) ** powers[0] * low_factor for value in lows[1:])
        span = self.bounds.span(read.start, read.end)
        if kind == "duration" and self._trap.match(self.text, read.end):
            return None
        made = self._made_of(span.start, span.end, kind, low, unit)
        bound, strict = self.bounds.of(span, read.start, read.end)
        if highs is not None:
            high = highs[0] * Fraction(10) ** powers[1] * factor
            if not low < high:
                self._leave(read.start, read.end, "a range that does not rise")
                return None
            made = replace(made, value=None, min=low, max=high)
            bound, strict, others = "range", False, ()
        return self._dressed(replace(made, bound=bound, strict=strict, alternatives=others, **extra))

    def _readings(self, numeral: Numeral | None, kind: str, power: int) -> tuple[Fraction, ...] | None:
        """The readings of a number that its kind and magnitude allow, the one meant first; none where it stays open."""
        if numeral is None or len(numeral.readings) == 1:
            value = None if numeral is None else numeral.value
            if value is not None and kind in _WHOLE_KINDS and (value * Fraction(10) ** power).denominator != 1:
                return None
            return None if numeral is None else numeral.readings
        if self.passages.is_unsure(numeral.start):
            return None
        first, second = numeral.readings
        by_decimal, by_thousand = min(first, second, key=abs), max(first, second, key=abs)
        if kind in _WHOLE_KINDS and power == 0:
            return (by_thousand,) if numeral.separator == self.words.own["thousands"] else None
        if self.passages.swiss and numeral.separator == ".":
            return (by_decimal, by_thousand) if power or kind == "ratio" else None
        if numeral.separator == self.words.own["decimal"]:
            # Nobody writes a last zero behind a decimal point for nothing: `1.200` may be a thousand printed abroad.
            settled = (bool(power) and by_thousand % 10) or kind == "ratio"
            return (by_decimal, by_thousand) if settled else None
        if self.words.language == "de" and power:
            return None
        return (by_thousand,) if self.language in ("de-DE", "de-AT") or self.words.language == "en" else (by_thousand, by_decimal)

    def _made_of(self, start: int, end: int, kind: str, value: Fraction | None, unit: str | None) -> Quantity:
        at = self.passages.byte
        return Quantity(self.text[start:end], start, end, at(start), at(end), kind, value, unit)

    def _dressed(self, made: Quantity) -> Quantity | None:
        dressed = self.dressing.dressed(made)
        if dressed is None:
            self._leave(made.start, made.end, UNCLEAR)
        return dressed

    # --- phrases ------------------------------------------------------------------------------------------------------------------

    def _phrase(self, name: str, at: int, end: int, meant: object) -> Quantity | None:
        span_start = at
        bound: tuple[str, bool] = ("exact", False)
        if name != "vague" and (found := self.bounds.before(at)):
            span_start, bound = found
        if name == "vague":
            return self._vague(at, end, int(str(meant)))
        value = Fraction(str(meant))
        gap = _SPACE.match(self.text, end)
        if name != "vague" and gap and self.dressing.cue("change", "unclear").match(self.text, end):
            self._leave(at, end, UNCLEAR)
            return None
        if name == "fractions" and (
            (gap and self.words.table("magnitude").match(self.text, gap.end())) or self._and_before.search(self.text[max(0, at - 16) : at])
        ):
            self._leave(at, end, "it is part of a longer number")
            return None
        made = self._made_of(span_start, end, "multiplier" if name == "times" else "ratio", value, "1")
        made = replace(made, bound=bound[0], strict=bound[1])
        return self._dressed(made)

    def _vague(self, at: int, end: int, power: int) -> Quantity | None:
        unit, kind = None, "vague_magnitude"
        behind = re.compile(rf"{SPACE}(?:(?:of|von){SPACE})?").match(self.text, end)
        if behind and (noun := self.tails.noun(self.text, behind.end())):
            end, unit, kind = noun[0], noun[1], "vague_count"
        elif power < 6:
            self._leave(at, end, "a vague number of something not known")
            return None
        elif behind and (money := self.tails.currency(self.text, behind.end())):
            end, unit = money
        made = replace(self._made_of(at, end, kind, None, unit), bound="order_of_magnitude", scale=Fraction(10) ** power)
        return replace(made, modality=modality(self.passages, self.words, at, end, self.dressing.quote_of(at)))

    def _leave(self, start: int, end: int, reason: str) -> None:
        self.left.append(Abstention(self.text[start:end], start, end, reason))


def quantities(passages: Passages) -> tuple[list[Quantity], list[Abstention]]:
    """Every quantity of a text, and what looked like one and was left."""
    return Quantities(passages).find()
