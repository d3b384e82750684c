"""Sentences of an answer that can be said in any language: English words with names in braces, and what stands there with its unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from stargauge.plan.build_order.case.variants import day_text
from stargauge.quantity.units import share_text, show

#: What a value is of that is no quantity: a day (ISO), a probability or share, a name; names, powers or accelerators as a list.
DATE, SHARE, NAME, NAMES, POWERS, CHIPS = "date", "share", "name", "names", "powers", "chips"
#: Powers of a site in words.
IN_WORDS = {
    "file": "as the file has it, dates too",
    "stated": "as the file states", "grid": "the grid", "gas-engine": "gas engines", "gas-turbine": "gas turbines",
    "combined-cycle": "combined cycles", "fuel-cell": "fuel cells", "bridge": "rented generators until the grid is there",
}  # fmt: skip
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
    if unit in (NAMES, POWERS, CHIPS):
        return _listed([IN_WORDS.get(one, one) for one in value] if unit == POWERS else value)
    return str(value) if unit == NAME else show(float(value), unit)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def told(one: Said | str) -> dict[str, Any]:
    """A sentence as plain data; a text as one that has nothing to fill in."""
    return (Said(one) if isinstance(one, str) else one).to_dict()


def words_of(one: Said | None) -> dict[str, Any]:
    """That of which a sentence is made, beside its text in English; nothing where it is of parts that are told already."""
    return {} if one is None else {name: part for name, part in one.to_dict().items() if name != "text"}
