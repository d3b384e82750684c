"""The words of each language, read from the files in `grammar/` once: tables of patterns that are matched at a place in a text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

#: One space as it is printed: plain, no-break, thin, or the end of a wrapped line; never an empty line.
SPACE = r"(?:[ \t\u00a0\u2009\u202f]|\r?\n(?![ \t]*\r?\n))"
LANGUAGES = ("de", "en")
#: Tables whose phrases may start a sentence.
FOLDED = frozenset({"bounds", "bounds_after", "vague", "fractions", "times", "halves", "dozens"})
#: The longest phrase that is looked for before a place.
_WINDOW = 56


def pattern(text: str) -> str:
    """A pattern of a grammar file with its spaces made to match every printed space."""
    return text.replace("[- ]", "(?:-| )").replace(" ", SPACE)


class Table:
    """Patterns with what each means. Where several match, the longest counts."""

    def __init__(self, entries: Mapping[str, Any], fold: bool = False) -> None:
        flags = re.IGNORECASE if fold else re.NOFLAG
        self._values = list(entries.values())
        self._each = [re.compile(rf"(?:{pattern(key)})(?!\w)", flags) for key in entries]
        joined = "|".join(f"(?:{pattern(key)})" for key in entries) or r"(?!)"
        self._any = re.compile(rf"(?:{joined})(?!\w)", flags)
        self._ending = re.compile(rf"(?<!\w)(?:{joined}){SPACE}?$", flags)

    def match(self, text: str, at: int) -> tuple[int, Any] | None:
        """Where the longest pattern that starts at a place ends, and what it means."""
        if self._any.match(text, at) is None:
            return None
        ends = [(found.end(), -n) for n, one in enumerate(self._each) if (found := one.match(text, at))]
        end, n = max(ends)
        return end, self._values[-n]

    def before(self, text: str, at: int) -> tuple[int, Any] | None:
        """Where the longest pattern that ends right before a place starts, and what it means."""
        low = max(0, at - _WINDOW)
        found = self._ending.search(text[low:at]) if low == 0 else self._ending.search(text[low - 1 : at], 1)
        if found is None:
            return None
        start = found.start() + (low if low == 0 else low - 1)
        said = found.group().rstrip()
        for one, value in zip(self._each, self._values, strict=True):
            if one.fullmatch(said):
                return start, value
        return None


@lru_cache(maxsize=256)
def words(text: str) -> re.Pattern[str]:
    """A pattern of whole words."""
    return re.compile(rf"(?<!\w)(?:{pattern(text)})(?!\w)")


@lru_cache(maxsize=8)
def _file(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("stargauge.reading").joinpath("grammar", f"{name}.toml").read_text(encoding="utf-8"))


class Grammar:
    """The words of one language, with what all languages share."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.own = _file(language)
        self.common = _file("common")

    def table(self, *path: str) -> Table:
        """A table of the language's file, by its keys."""
        return self._tables(path)

    @lru_cache(maxsize=64)  # noqa: B019 - one grammar per language lives as long as the process
    def _tables(self, path: tuple[str, ...]) -> Table:
        at: Any = self.own
        for key in path:
            at = at[key]
        return Table(at, fold=path[0] in FOLDED)

    @cached_property
    def currency_prefix(self) -> Table:
        """Signs and codes of currencies before a number."""
        return Table(self.common["currency_prefix"])

    @cached_property
    def units(self) -> Table:
        """Everything that may follow a number and its magnitude: (what it is, what it means)."""
        sections: Iterable[tuple[str, Mapping[str, Any]]] = (
            *((name, self.common[name]) for name in ("currency_suffix", "currency_bare", "subunit", "measure", "share")),
            ("duration", self.own["durations"]),
            ("count", {"|".join(patterns): unit for unit, patterns in self.own["nouns"].items()}),
        )
        return Table({key: (name, value) for name, entries in sections for key, value in entries.items()})

    @cached_property
    def nouns(self) -> Table:
        """Nouns that are counted -> unit."""
        return Table({"|".join(patterns): unit for unit, patterns in self.own["nouns"].items()})

    @cached_property
    def letters(self) -> Table:
        """Magnitudes as letters."""
        return Table(self.common["letters"])

    @cached_property
    def any_modality(self) -> re.Pattern[str]:
        """Any cue of any modality: where none stands nearby, nothing more is looked for."""
        own = self.own["modality"]
        return words("|".join(own[name] for name in (*own["order"], "negated", "at_the_end")))

    def cue(self, *path: str) -> re.Pattern[str]:
        """A pattern of whole words of the language's file, by its keys."""
        return self._cues(path)

    @lru_cache(maxsize=128)  # noqa: B019 - see above
    def _cues(self, path: tuple[str, ...]) -> re.Pattern[str]:
        at: Any = self.own
        for key in path:
            at = at[key]
        return words(at)


@lru_cache(maxsize=4)
def grammar(language: str) -> Grammar:
    """The grammar of a language: `de` or `en`, whatever the region."""
    return Grammar(language.partition("-")[0])
