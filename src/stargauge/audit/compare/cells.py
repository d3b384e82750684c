"""The cells of inputs that differ between two sides, with what caused it and the statements behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stargauge.audit.compare.causes import CATALOGUE
from stargauge.audit.compare.finance import finance_inputs
from stargauge.audit.compare.sides import Side, paired
from stargauge.audit.summary import UNSITED
from stargauge.engine.choices import same
from stargauge.programme.exchange import ALTERNATIVES, BY_ENTRY, differing
from stargauge.quantity.statement import Estimate, Statement

#: Axes of the catalogue's records, of which no programme speaks.
_OF_RECORDS = frozenset({"record", "vintage", "build", "rack_ramp"})


@dataclass(frozen=True)
class CellChange:
    """One cell of an input that differs: what each side holds (None: the side has no such cell), and the cause it belongs to."""

    input: str
    label: tuple[str, ...]
    unit: str
    a: Estimate | None
    b: Estimate | None
    cause: str


def moves_finance(cells: Sequence[CellChange]) -> bool:
    """Whether any input that differs is one that finance rests on."""
    return not finance_inputs().isdisjoint(cell.input for cell in cells)


def cells_of(a: Side, b: Side, weights: Mapping[str, float]) -> tuple[CellChange, ...]:
    """The cells of inputs that differ in value, those of the weightiest cause first; a cell of one side only where somebody said it.

    Records that coefficients are learnt from are left out: new ones are news of the catalogue, not inputs of their own.
    """
    entries = differing(a.known.programme, b.known.programme) if paired(a.known, b.known) else ()
    speaks = {f"{ALTERNATIVES}.{choice}": str(entry) for entry in entries for choice in entry.choices}
    shifted = a.result.world.axes != b.result.world.axes
    found = []
    before, after = a.result.inputs, b.result.inputs  # made when asked for
    names = sorted({*before, *after, *finance_inputs()})
    for name in (name for name in names if not _OF_RECORDS & {*before[name].quantity.axes}):
        first, second = before[name], after[name]
        held = [dict(zip(made.labels, made.estimates, strict=True)) for made in (first, second)]
        for label in dict.fromkeys((*held[0], *held[1])):
            one, other = held[0].get(label), held[1].get(label)
            if _differ(one, other) and not (shifted and _same_place(one, other)):
                cause = _spoken_of(other) or _spoken_of(one) or _labelled(label, b) or _labelled(label, a)
                found.append(CellChange(name, label, first.quantity.unit, one, other, speaks.get(cause, cause)))
    return tuple(sorted(found, key=lambda cell: (-weights.get(cell.cause, 0.0), cell.cause, is_absent(cell.a) or is_absent(cell.b))))


def _differ(one: Estimate | None, other: Estimate | None) -> bool:
    if one is not None and other is not None:
        longer = numbers_held(one) != numbers_held(other) and one.statements == other.statements  # the same series over another clock
        return not longer and not same(one.value, other.value)
    alone = one or other
    return alone is not None and bool(_spoken_of(alone).removeprefix(CATALOGUE))


def _same_place(one: Estimate | None, other: Estimate | None) -> bool:
    """Whether a cell rests on nothing said and means the same: the place of a site, which moved because others came before it."""
    return one is not None and other is not None and not one.statements and not other.statements and one.note == other.note


def _spoken_of(estimate: Estimate | None) -> str:
    """What the newest statement behind a cell speaks of, as causes are named; empty where there is none."""
    path = estimate.statements[0].path if estimate is not None and estimate.statements else ""
    if path.startswith(f"{CATALOGUE}/"):
        return CATALOGUE
    section, _, rest = path.partition(".")
    if section in ("assumptions", "records"):
        return path if section == "assumptions" else section
    return f"{section}.{rest.split('.')[0]}" if section in (*BY_ENTRY, ALTERNATIVES) else ""


def statements_of_catalogue(side: Side) -> dict[tuple[str, ...], Statement]:
    """The statements of the catalogue that a side rests on, by what they say and when."""
    newest = [e.statements[0] for made in side.result.inputs.values() for e in made.estimates if _spoken_of(e) == CATALOGUE]
    return {(s.path, s.text, s.source, str(s.published)): s for s in newest}


def statements_behind(cells: Sequence[CellChange], side: str) -> tuple[Statement, ...]:
    """The newest statements behind cells on one side that are behind none on the other."""
    held = {at: [e.statements[0] for cell in cells if (e := getattr(cell, at)) and e.statements] for at in ("a", "b")}
    others = set(held["b" if side == "a" else "a"])
    return tuple(dict.fromkeys(said for said in held[side] if said not in others))


def _labelled(label: Sequence[str], side: Side) -> str:
    """The site, pledge or party that the label of a cell belongs to; empty where it has none on this side."""
    programme = side.known.programme
    owners = {line: party for party, spec in programme.parties.items() for line in spec.commitments}
    for name in label:
        site, _, phase = name.partition("/")
        if site in programme.sites:
            return f"sites.{site}"
        if site == UNSITED and phase in programme.unsited:
            return f"unsited.{phase}"
        if name in programme.parties or name in owners:
            return f"parties.{owners.get(name, name)}"
    return ""


def numbers_held(estimate: Estimate) -> int:
    """How many numbers a cell holds: one, or a series or table."""
    return estimate.value.size if isinstance(estimate.value, np.ndarray) else 1


def is_absent(estimate: Estimate | None) -> bool:
    """Whether there is no such cell, or nobody said anything of it."""
    value = None if estimate is None else estimate.value
    return value is None or (isinstance(value, float | np.ndarray) and bool(np.isnan(value).all()))
