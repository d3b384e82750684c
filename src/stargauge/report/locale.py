"""The language in which numbers, dates and words are written while a page or a report is made.

English stands where it is used, in `say(...)` or `_('...')` of a template; another language is a table from the English texts to its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from stargauge.audit.languages import words_of
from stargauge.audit.messages import Messages
from stargauge.quantity.units import Notation

_LANGUAGE: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within: what is written is in this language."""
    before = _LANGUAGE.set(language)
    try:
        yield
    finally:
        _LANGUAGE.reset(before)


def language() -> str:
    """The code of the language that is spoken now."""
    return _LANGUAGE.get()


def words() -> Messages:
    """The words of the audit in the language that is spoken now."""
    return words_of(_LANGUAGE.get())


def notation() -> Notation:
    """How numbers and units are written in it."""
    return words().notation


def say(text: str, **values: object) -> str:
    """An English text in the language that is spoken now, `{name}` filled in; in English where the language has no text of it."""
    made = texts(_LANGUAGE.get()).get(text, text)
    return made.format(**values) if values else made


@cache
def texts(language: str) -> Mapping[str, str]:
    """The texts of a language by the English ones; empty for English."""
    files = sorted(Path(__file__).parent.glob(f"texts.{language}.*.toml"))
    return {english: said for file in files for english, said in tomllib.loads(file.read_text(encoding="utf-8")).items()}
