"""Dates and spans of dates in a text. A relative one needs the day of publication; without it the phrase is found and no day is given."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from stargauge.reading.days import PARTS, SEASONS, Days, last_weekday, months, period, season, shifted
from stargauge.reading.found import When
from stargauge.reading.grammar import Table, grammar, pattern
from stargauge.reading.numerals import number_words
from stargauge.reading.passages import Passages

_CORES = ("day", "iso", "numeric", "month", "quarter", "half", "part", "season", "fiscal", "year", "decade", "yearend")
_RELATIVE = ("within", "ago", "ahead", "shift", "weekday", "near", "vague")
_ORDER = {name: n for n, name in enumerate(("span", *_CORES, *_RELATIVE))}
_PRECISION = {
    "day": "day", "numeric": "day", "iso": "day", "month": "month", "quarter": "quarter", "half": "half_year", "year": "year",
    "fiscal": "fiscal_year", "decade": "decade_end", "yearend": "year_end", "within": "relative", "ago": "relative", "ahead": "relative",
    "near": "day", "weekday": "day", "vague": "vague", "season": "season",
}  # fmt: skip
_LONGEST_COUNT = 9999


class DateWords:
    """The patterns of one language."""

    def __init__(self, language: str) -> None:
        self.own = grammar(language).own["dates"]
        self.month_names = Table({key: n for n, key in enumerate(self.own["months"], 1)})
        self.weekdays = Table({key: n for n, key in enumerate(self.own["weekdays"])})
        self.tables = {
            name: Table(self.own[name], fold=True)
            for name in ("nths", "parts", "seasons", "ways", "periods", "units", "near_days", "zones")
        }
        self.relations = self.own["relations"]
        self.numbers = number_words(language)
        words = "|".join(
            sorted({*self.numbers.units, *self.numbers.articles, "zehn", "dreissig", "twenty", "thirty"}, key=len, reverse=True)
        )
        fill = {name: "|".join(self.own[name]) for name in ("nths", "parts", "seasons", "ways", "units", "zones")}
        fill = {name: f"(?i:{words})" if name in ("nths", "parts", "ways") else words for name, words in fill.items()}
        fill |= {"months": "|".join(self.own["months"]), "weekdays": "|".join(self.own["weekdays"]), "count": rf"\d{{1,4}}|{words}"}
        self.cores = {name: self._filled(self.own[name], fill) for name in _CORES}
        ends = "|".join(self._unnamed(self.cores[name]) for name in ("iso", "numeric", "day", "month", "part", "year"))
        relation = "|".join(f"(?:{key})" for key in self.relations)
        self.regexes = {
            name: re.compile(rf"(?<![\w.'’-])(?P<rel>{pattern(relation)})?(?:{pattern(core)})") for name, core in self.cores.items()
        }
        span = self.own["span"].replace("{first}", f"(?P<first>{ends})").replace("{last}", f"(?P<last>{ends})")
        self.regexes["span"] = re.compile(rf"(?<!\w)(?:{pattern(span)})")
        for name in _RELATIVE:
            self.regexes[name] = re.compile(rf"(?<!\w)(?:{pattern(self._filled(self.own[name], fill))})")
        self.rate = re.compile(rf"(?<!\w)(?:{pattern(self.own['rate'])})(?!\w)")
        self._relation = [(re.compile(pattern(key)), value) for key, value in self.relations.items()]

    @staticmethod
    def _filled(text: str, fill: dict[str, str]) -> str:
        for name, words in fill.items():
            text = text.replace(f"{{{name}}}", words)
        return text

    @staticmethod
    def _unnamed(text: str) -> str:
        return re.sub(r"\(\?P<\w+>", "(?:", text)

    def relation(self, said: str | None) -> str:
        """What a preposition says of a date; nothing said means in it."""
        if not said:
            return "in"
        return next((str(value) for made, value in self._relation if made.fullmatch(said)), "in")

    def meaning(self, table: str, said: str) -> object:
        """What a word of a table means."""
        found = self.tables[table].match(said, 0)
        return found[1] if found else None

    def month(self, said: str) -> int:
        """The number of a month."""
        found = self.month_names.match(said, 0)
        return int(found[1]) if found else 0

    def count(self, said: str) -> int:
        """A small number in digits or words."""
        if said.isdigit():
            return int(said)
        made = self.numbers.at(said, 0)
        return int(made.value) if made and made.readings and made.value.denominator == 1 else 0


@lru_cache(maxsize=4)
def date_words(language: str) -> DateWords:
    """The date words of a language."""
    return DateWords(language.partition("-")[0])


class Dates:
    """The dates of one text."""

    def __init__(self, passages: Passages, published: date | None) -> None:
        self.passages, self.text, self.published = passages, passages.text, published
        self.words = date_words(passages.language)

    def find(self) -> list[When]:
        """Every date, in the order of the text; where phrases overlap the one that starts first, then the longest."""
        found = list[tuple[int, int, int, str, re.Match[str]]]()
        for name, made in self.words.regexes.items():
            found += [(one.start(), -one.end(), _ORDER[name], name, one) for one in made.finditer(self.text)]
        out, done = list[When](), 0
        for start, _, _, name, match in sorted(found, key=lambda entry: entry[:3]):
            if start < done or not self.passages.reads(start, match.end()):
                continue
            made_date = self._made(name, match)
            if made_date is not None:
                out.append(made_date)
                done = made_date.end
        return out

    def core_days(self, said: str) -> tuple[Days, str] | None:
        """The days of a date without a preposition, and how precise it is."""
        for name in ("iso", "numeric", "day", "month", "part", "year"):
            match = self.words.regexes[name].fullmatch(said)
            if match and (days := self._days(name, match)):
                return days, self._precision(name, match)
        return None

    # --- one match ----------------------------------------------------------------------------------------------------------------

    def _made(self, name: str, match: re.Match[str]) -> When | None:
        if name == "span":
            return self._span(match)
        if name in _RELATIVE:
            return self._relative(name, match)
        relation = self.words.relation(match["rel"])
        if name == "fiscal" or (name == "day" and not (match["y"] or _group(match, "y2"))):
            return self._when(match, None, relation, _PRECISION[name], True)
        if name in ("decade", "yearend"):
            return self._end(name, match, relation)
        days = self._days(name, match)
        if days is None:
            return None
        precision = self._precision(name, match)
        ambiguous = precision in ("season",) or (precision == "year" and relation == "by")
        return self._when(match, days, relation, precision, ambiguous)

    def _precision(self, name: str, match: re.Match[str]) -> str:
        return str(self.words.meaning("parts", match["part"])) if name == "part" else _PRECISION[name]

    def _days(self, name: str, match: re.Match[str]) -> Days | None:
        year = int(match["y"] or _group(match, "y2") or 0)
        if not 1800 <= year <= 2200:
            return None
        try:
            if name in ("day", "iso", "numeric"):
                number = int(match["m"]) if name != "day" else self.words.month(match["month"] or _group(match, "month2") or "")
                only = date(year, number, int(match["d"] or _group(match, "d2") or 0))
                return only, only
            if name == "month":
                number = self.words.month(match["month"])
                return months(year, number, number)
        except ValueError:
            return None
        if name == "quarter":
            nth = int(match["q"] or str(self.words.meaning("nths", match["nth"])))
            return months(year, 3 * nth - 2, 3 * nth)
        if name == "half":
            nth = int(match["h"] or str(self.words.meaning("nths", match["nth"])))
            return months(year, 6 * nth - 5, 6 * nth) if nth < 3 else None
        if name == "part":
            return months(year, *PARTS[str(self.words.meaning("parts", match["part"]))])
        if name == "season":
            return months(year, *SEASONS[str(self.words.meaning("seasons", match["season"]))])
        return months(year, 1, 12)

    def _span(self, match: re.Match[str]) -> When | None:
        first, last = self.core_days(match["first"]), self.core_days(match["last"])
        if first is None or last is None or last[0][1] < first[0][0]:
            return None
        return self._when(match, (first[0][0], last[0][1]), "from_to", last[1], False)

    def _end(self, name: str, match: re.Match[str], relation: str) -> When:
        """The end of the decade or of the year in which the article appeared."""
        if self.published is None:
            return self._when(match, None, relation, _PRECISION[name], True, anchored=True)
        if name == "yearend":
            return self._when(match, months(self.published.year, 10, 12), relation, "year_end", False, anchored=True)
        ten = self.published.year // 10 * 10
        return self._when(match, (date(ten + 9, 12, 31), date(ten + 10, 12, 31)), relation, "decade_end", True)

    def _relative(self, name: str, match: re.Match[str]) -> When | None:
        relation = {"within": "within", "vague": "within", "ago": "at", "ahead": "at", "shift": "in", "near": "at", "weekday": "at"}[name]
        precision, zone = _PRECISION.get(name, ""), ""
        if name == "within" and self._is_term(match):
            return None
        if name == "shift":
            precision = "season" if self.words.meaning("seasons", match["of"]) else "relative"
        if name == "weekday":
            precision = "evening" if (match["time"] or "") in ("abend", "evening") else "day"
            zone = str(self.words.meaning("zones", match["zone"]) or "") if match["zone"] else ""
        ambiguous = name in ("vague", "ago", "ahead") or precision == "season"
        days = None
        if self.published is not None and name != "vague":
            try:
                days = self._relative_days(name, match, self.published)
            except (OverflowError, ValueError):
                return None
        return self._when(match, days, relation, precision, ambiguous, anchored=True, zone=zone, vague=name == "vague")

    def _is_term(self, match: re.Match[str]) -> bool:
        """Whether `over 15 years` is how long something runs."""
        return match.group()[:4].lower() in ("over", "über") and bool(
            self.words.rate.search(self.text, max(0, match.start() - 24), match.start())
        )

    def _relative_days(self, name: str, match: re.Match[str], day: date) -> Days | None:
        if name in ("within", "ago", "ahead"):
            count, unit = self.words.count(match["n"]), str(self.words.meaning("units", match["unit"]))
            if not 0 < count <= _LONGEST_COUNT:
                return None
            other = shifted(day, -count if name == "ago" else count, unit)
            return (day, other) if name == "within" else (other, other)
        if name == "near":
            only = shifted(day, int(str(self.words.meaning("near_days", match["near"]))), "day")
            return only, only
        if name == "weekday":
            found = self.words.weekdays.match(match["weekday"], 0)
            only = last_weekday(day, int(found[1]) if found else 0)
            return only, only
        way = int(str(self.words.meaning("ways", match["way"])))
        named = self.words.meaning("seasons", match["of"])
        return season(day, str(named), way) if named else period(day, str(self.words.meaning("periods", match["of"])), way)

    def _when(
        self, match: re.Match[str], days: Days | None, relation: str, precision: str, ambiguous: bool, anchored: bool = False,
        zone: str = "", vague: bool = False,
    ) -> When:  # fmt: skip
        start, end = match.span()
        at = self.passages.byte
        first, last = (str(days[0]), str(days[1])) if days else (None, None)
        return When(
            self.text[start:end], start, end, at(start), at(end), first, last, relation, precision, ambiguous,
            "published" if anchored else "", anchored and days is None and not vague, zone,
        )  # fmt: skip


def _group(match: re.Match[str], name: str) -> str | None:
    return match[name] if name in match.re.groupindex else None


def dates(passages: Passages, published: date | None = None) -> list[When]:
    """Every date of a text; relative ones as seen from the day of publication."""
    return Dates(passages, published).find()
