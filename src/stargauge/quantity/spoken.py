"""The language in which numbers, dates and words are written, and its catalogue of messages.

English stands where it is used, in `say(...)` or `_('...')` of a template; another language is a gettext catalogue of messages by the
English ones, `messages/de.po`, read when it is first spoken. What a language lacks is said in English.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from numbers import Integral, Real
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
Made = TypeVar("Made")

#: Where the catalogues lie, one file per language.
CATALOGUES = Path(__file__).with_name("messages")

#: What stands between a context and a text, as in gettext.
BETWEEN = "\x04"
#: A message, of what it is said where that is given, and what is said for it.
_ENTRY = re.compile(r'^(?:msgctxt (".*")\n)?msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)

_LANGUAGE: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within: what is written is in this language."""
    before = _LANGUAGE.set(language)
    try:
        yield
    finally:
        _LANGUAGE.reset(before)


def spoken_as_asked(answer: Callable[P, Made]) -> Callable[P, Made]:
    """Within a function that is asked for a `language`: its faults are told in it; where it is not asked, in what is spoken anyway."""

    @wraps(answer)
    def asked(*args: P.args, **kwargs: P.kwargs) -> Made:
        with speaking(str(kwargs.get("language") or _LANGUAGE.get())):
            return answer(*args, **kwargs)

    return asked


def language() -> str:
    """The code of the language that is spoken now."""
    return _LANGUAGE.get()


def say(text: str, context: str = "", /, **values: object) -> str:
    """An English text in the language that is spoken now, `{name}` filled in; in English where the language has no text of it.

    `context`: of what it is said, where the same English means several things. Numbers may be written as `{share:.3g}`: in the marks of
    the language.
    """
    spoken = _LANGUAGE.get()
    made = texts(spoken).get(f"{context}{BETWEEN}{text}" if context else text, text)
    if values and spoken != "en":
        values = {name: _Marked(value) if isinstance(value, Real) else value for name, value in values.items()}
    return made.format(**values) if values else made


def written(number: object, form: str) -> str:
    """A number as `format` writes it, in the marks of the language that is spoken now."""
    from stargauge.quantity.units import NOTATIONS

    text = format(number, form)
    notation = NOTATIONS.get(_LANGUAGE.get())
    return notation.number(text).replace("%", " %") if notation else text


class _Marked:
    """A number among the values of a text that is not English."""

    def __init__(self, number: object) -> None:
        self.number = number

    def __format__(self, form: str) -> str:
        return str(self.number) if not form and isinstance(self.number, Integral) else written(self.number, form)

    def __repr__(self) -> str:
        return repr(self.number)


def in_language(words: Mapping[str, str], language: str) -> dict[str, str]:
    """English texts by some keys, in a language."""
    return {key: texts(language).get(text, text) for key, text in words.items()}


@cache
def texts(language: str) -> Mapping[str, str]:
    """The messages of a language by the English ones; empty for English."""
    file = CATALOGUES / f"{language}.po"
    return read_catalogue(file.read_text(encoding="utf-8")) if language.isalpha() and file.is_file() else {}


def read_catalogue(text: str) -> dict[str, str]:
    """The messages of a gettext catalogue (PO; GNU gettext manual, "The Format of PO Files") by their English ones, after their context."""
    found = ((f"{_unquoted(one[1])}{BETWEEN}" if one[1] else "", _unquoted(one[2]), _unquoted(one[3])) for one in _ENTRY.finditer(text))
    return {context + english: said for context, english, said in found if english and said}


def _unquoted(lines: str) -> str:
    """A text of a catalogue, which may run over several lines."""
    return "".join(json.loads(line) for line in lines.splitlines())
