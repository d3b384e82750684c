"""What reading finds, as plain frozen data: each with its words and its place in the text, in code points and in bytes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any


def number(value: Fraction | None) -> int | float | None:
    """A value as JSON has it: whole where it is whole, else the nearest float."""
    if value is None:
        return None
    return int(value) if value.denominator == 1 else float(value)


def plain(one: Any) -> dict[str, Any]:
    """A finding as plain data: what is not known or does not apply is left out, but never a value, a unit or a date."""
    always = {"value", "unit", "date_from", "date_to", "speaker"}
    out: dict[str, Any] = {}
    for field in fields(one):
        value = getattr(one, field.name)
        if field.name in always or not (value is None or value is False or value in ("", ())):
            out[field.name] = number(value) if isinstance(value, Fraction) else value
    for field in fields(one):
        value = out.get(field.name)
        if isinstance(value, tuple):
            out[field.name] = [
                number(v) if isinstance(v, Fraction) else plain(v) if hasattr(v, "__dataclass_fields__") else v for v in value
            ]
        elif hasattr(value, "__dataclass_fields__"):
            out[field.name] = plain(value)
    return out


@dataclass(frozen=True)
class Quantity:
    """An amount, count, power, energy, share, duration, price or vague magnitude. `value` is empty for a range and for what is vague."""

    text: str
    start: int
    end: int
    byte_start: int
    byte_end: int
    kind: str
    value: Fraction | None
    unit: str | None
    bound: str = "exact"
    modality: str = "asserted"
    min: Fraction | None = None
    max: Fraction | None = None
    strict: bool = False
    scale: Fraction | None = None
    per: str = ""
    power_basis: str = ""
    change: bool = False
    baseline: str = ""
    currency_inherited: bool = False
    currency_inferred: bool = False
    currency_missing: bool = False
    alternatives: tuple[Fraction, ...] = ()


@dataclass(frozen=True)
class When:
    """A date or span of dates that the text names. Without a day of publication a relative one has no dates."""

    text: str
    start: int
    end: int
    byte_start: int
    byte_end: int
    date_from: str | None
    date_to: str | None
    relation: str
    precision: str
    ambiguous: bool = False
    anchor: str = ""
    needs_publication_day: bool = False
    timezone: str = ""


@dataclass(frozen=True)
class Abstention:
    """What looked like a quantity or a date and was left, and why."""

    text: str
    start: int
    end: int
    reason: str


@dataclass(frozen=True)
class Quote:
    """Words of the text and their place, in code points."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Statement:
    """What somebody says, or what the text itself says, with who is said to say it. Never a claim until a person confirms it."""

    text: str
    start: int
    end: int
    byte_start: int
    byte_end: int
    form: str
    kind: str
    speaker: str | None
    role: str = ""
    venue: str = ""
    speaker_text: str = ""
    speaker_unresolved: bool = False
    speaker_resolution: str = ""
    attribution: Quote | None = None
    sentence: Quote | None = None
    chain: tuple[str, ...] = ()
    polarity: str = "positive"
    translated_quote: bool = False
    quotes: tuple[Quote, ...] = ()
    quantities: tuple[int, ...] = ()
    dates: tuple[int, ...] = ()
