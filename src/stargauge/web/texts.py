"""The words of the pages: English in the templates, other languages in a table keyed by the English ones."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Texts:
    """The words of one language, by the English ones."""

    language: str = "en"
    words: Mapping[str, str] = field(default_factory=dict)

    def say(self, text: str, **values: object) -> str:
        """A text in the language, `{name}` filled in; English where a language has no text of it."""
        made = self.words.get(text, text)
        return made.format(**values) if values else made


@cache
def texts_of(language: str) -> Texts:
    """The words of a language by its code."""
    file = Path(__file__).parent / f"texts.{language}.toml"
    return Texts(language, tomllib.loads(file.read_text(encoding="utf-8"))["texts"] if file.exists() else {})
