"""Sentences of an answer that can be said in any language: English words with names in braces, and what stands there with its unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from stargauge.plan.build_order.variants import day_text, share_text
from stargauge.quantity.units import show

#: What a value is of that is no quantity: a day (ISO), a probability or share, a name, English words that have a text of their own.
DATE, SHARE, NAME, WORDS = "date", "share", "name", "words"
#: A value of a sentence with its unit: SI, or one of these.
Valued = tuple[Any, str]


class Said(NamedTuple):
    """One sentence. `words`: `planned for {when} instead.`; `values`: by name, a value and its unit, SI or one of those above."""

    words: str
    values: Mapping[str, Valued] = MappingProxyType({})

    @property
    def text(self) -> str:
        """In English."""
        return self.words.format(**{name: _text(*one) for name, one in self.values.items()}) if self.values else self.words

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the sentence in English, and that of which it is made."""
        values = {name: {"value": value, "unit": unit} for name, (value, unit) in self.values.items()}
        return {"text": self.text, "words": self.words, "values": values}


def _text(value: Any, unit: str) -> str:
    if unit == DATE:
        return day_text(date.fromisoformat(value))
    if unit == SHARE:
        return share_text(value)
    return str(value) if unit in (NAME, WORDS) else show(float(value), unit)


def told(one: Said | str) -> dict[str, Any]:
    """A sentence as plain data; a text as one that has nothing to fill in."""
    return (Said(one) if isinstance(one, str) else one).to_dict()
