"""Who is meant: full names for surnames, names for roles, and what part of a phrase is a role and what a name."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

from stargauge.reading.grammar import grammar, pattern
from stargauge.reading.passages import Passages

_TITLE = r"[A-ZÄÖÜ][a-zäöüßéèà]+(?:-[A-Z][a-zäöü]+)?"
_PAIR = re.compile(rf"(?<![\w-])(?=({_TITLE})[ \u00a0]({_TITLE})(?!\w))")
_WORD = re.compile(r"(?<!\w)[A-ZÄÖÜ]\w*")
_ARTICLED = re.compile(r"(?<!\w)(?:der|die|das|den|dem|ein|eine|einen|the|a|an) ([A-ZÄÖÜ]\w*)")
_BEGINS = re.compile(rf"((?:{_TITLE}[ \u00a0]){{0,3}}{_TITLE})(?!\w)")
_NAMED = re.compile(r"^(?:(?:der|die|das|the|The|Der|Die|Das) )?[«„“\"](.+)[»“”\"]$")
#: The most names that are looked through.
_MOST = 2000


class People:
    """The names and roles of one text."""

    def __init__(self, passages: Passages) -> None:
        self.words = grammar(passages.language).own["speech"]
        self.role = re.compile(rf"(?:{self.words['roles']})(?:s|en|n)?$", re.I)
        self.text = passages.text
        self.lasts: set[str] = set()
        self.names = self._full_names()
        self.heads = self._heads()

    def split(self, phrase: str) -> tuple[str, str]:
        """A phrase as (role, name or whole phrase): the role is what stands before a name of two words or more."""
        parts = phrase.split()
        cut = next((n for n in range(len(parts), 0, -1) if self.role.search(parts[n - 1])), 0)
        rest = parts[cut:]
        if cut and rest and all(part[:1].isupper() for part in rest):
            lead = parts[:cut]
            while lead and re.fullmatch(self.words["determiners"], lead[0]):
                lead = lead[1:]
            return " ".join(lead), " ".join(rest)
        return "", phrase

    def begins(self, words: str) -> str:
        """The full name, or the surname that the text gives a full name, with which words begin, behind a role at most; else nothing."""
        found = _BEGINS.match(words)
        names = (found[1] or "").split() if found else []
        while names and not self.is_surname(names[-1]):
            names.pop()
        return " ".join(names)

    def is_surname(self, word: str) -> bool:
        """Whether a word is the surname of somebody whom the text names in full."""
        return word in self.lasts or word.removesuffix("s") in self.lasts

    def resolve(self, name: str) -> tuple[str, str]:
        """A surname as the full name that the text gives once, a role as its holder; with how it was found, or nothing."""
        bare = _NAMED.sub(r"\1", name)
        if " " not in bare:
            stem = bare.removesuffix("s") if bare not in self.names else bare
            full = self.names.get(bare) or self.names.get(stem)
            if full and len(full) == 1:
                return next(iter(full)), f"{bare}: the full name stands elsewhere in the text"
        held = re.fullmatch(rf"(?:(?:der|die|des|the) )?([\w-]+?)-?({self.words['roles']})(?:s|en)?", bare, re.I)
        if held and (holder := self.heads.get(_plain(held[1]))):
            return holder, f"{bare}: the text names who that is"
        return bare, ""

    def _full_names(self) -> dict[str, set[str]]:
        """Surname -> the full names of the text that end with it. A surname also stands alone, hardly ever behind an article."""
        pairs = Counter((found[1], found[2]) for found in islice(_PAIR.finditer(self.text), _MOST))
        words = Counter(_WORD.findall(self.text))
        articled = Counter(_ARTICLED.findall(self.text))
        ends = Counter[str]()
        for (_, last), count in pairs.items():
            ends[last] += count
        out: dict[str, set[str]] = {}
        self.lasts = {last for first, last in pairs if first.isalpha() and 2 * articled[last] < words[last]}
        for first, last in pairs:
            titled = self.role.search(first) or re.fullmatch(self.words["titles"], first) or re.fullmatch(self.words["determiners"], first)
            if not titled and 2 * articled[last] < words[last] and words[last] + words[f"{last}s"] > ends[last]:
                out.setdefault(last, set()).add(f"{first} {last}")
        return out

    def _heads(self) -> dict[str, str]:
        """Organisation -> who the text says leads it."""
        out: dict[str, str] = {}
        name = rf"{_TITLE} {_TITLE}"
        for key in ("head_of", "and_its"):
            for found in re.finditer(pattern(self.words[key].replace("{name}", name)), self.text):
                out.setdefault(_plain(found["org"]), found["name"])
        for found in re.finditer(rf"(?<![\w-])([\w-]{{1,40}}?)-(?:{self.words['roles']}) ({name})", self.text, re.I):
            if found[2][0].isupper():
                out.setdefault(_plain(found[1]), found[2])
        return out


def _plain(name: str) -> str:
    return name.replace("-", "").casefold()
