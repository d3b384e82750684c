"""What a number's spread rests on: sources by their grade, defaults, assumptions, plain chance, a choice between contradicting sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from stargauge.engine.spread import effects_where_present, finite, input_of, shares_of
from stargauge.engine.streams import Array
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.effects.effects import Share, dependent_effects, stands_out
from stargauge.quantity.statement import OURS, PICK, Estimate, Input, Mixture, Statement

Basis = Literal["stated", "default", "assumed", "designed", "chance", "structure", "choice"]
BASES: tuple[Basis, ...] = ("stated", "default", "assumed", "designed", "chance", "choice")
NOTHING = Share(0.0, 0.0)
#: Grades, the worst first.
_WORST = ("D", "C", "B", "A")


@dataclass(frozen=True)
class Rests:
    """Shares of a number's spread by what they rest on; together they are the share that is resolved.

    `by_basis`: by where the input behind each share comes from. `by_grade`: of what a source says, by grade. `hindsight`: on values that
    are younger than the knowledge date, whatever their basis.
    """

    by_basis: Mapping[str, float]
    by_grade: Mapping[str, float]
    hindsight: float
    resolved: float

    def to_dict(self) -> dict[str, Any]:
        """As plain data; `weak` is the share that rests on sources of grade C or D."""
        weak = self.by_grade.get("C", 0.0) + self.by_grade.get("D", 0.0)
        return {**{name: self.by_basis.get(name, 0.0) for name in BASES}, "by_grade": dict(self.by_grade), "weak": weak,
                "hindsight": self.hindsight, "resolved": self.resolved}  # fmt: skip


def basis_of(estimate: Estimate) -> Basis:
    """Where an estimate comes from: a source, the catalogue, an assumption, a plan made here, chance alone, or how the file is built.

    A value of the catalogue that has no source but ourselves is an assumption. Without any statement, what varies is chance alone, whose
    width other inputs give; what does not vary is the calendar, or which part stands where.
    """
    counted = counting(estimate)
    if estimate.kind == "assumed" or any(said.source in ("", OURS) for said in counted):
        return "assumed"
    if counted:
        return estimate.kind
    return "chance" if isinstance(estimate.value, Distribution) else "structure"


def counting(estimate: Estimate) -> tuple[Statement, ...]:
    """The statements that a value is made of: of one that a source states the newest; what it took the place of does not count."""
    one = estimate.kind == "stated" and not isinstance(estimate.value, Mixture)
    return estimate.statements[:1] if one else estimate.statements


def grade_of(estimate: Estimate) -> str:
    """The worst grade among the statements that a value is made of; empty where none bears one."""
    grades = {said.grade for said in counting(estimate)}
    return next((grade for grade in _WORST if grade in grades), "")


def apportion(
    streams: Mapping[str, Array], values: Array, inputs: Mapping[str, Input], *, chosen: bool = False
) -> tuple[dict[str, float], dict[str, float], Rests]:
    """The shares of a number's spread by input and choice, by cell, and by what stands behind them.

    `streams`: what each cell and choice drew, in the draws in which the number has these values. `chosen`: draws that a condition kept, in
    which streams depend on one another; there what goes with several is divided among them, and no share by cell is told.
    """
    keys = {stream: _key(stream, inputs) for stream in streams}
    if not chosen:
        found = effects_where_present(streams, values)
        shares, cells = shares_of(found)
        by_key: dict[_Key, float] = {}
        for cell, share in cells.items():
            by_key[keys[cell]] = by_key.get(keys[cell], 0.0) + share
        return shares, cells, _rests(by_key, NOTHING if found is None else found.resolved, bool(shares))
    present = ~np.isnan(values)
    kept = {name: drawn[present] for name, drawn in streams.items()}
    numbers, choices = finite(values[present])[None], [name for name in streams if name.startswith(PICK)]
    (one,) = dependent_effects(kept, numbers, {name: input_of(name) for name in streams}, choices)
    (grouped,) = dependent_effects(kept, numbers, {name: "/".join(map(str, key)) for name, key in keys.items()}, choices)
    named = {"/".join(map(str, key)): key for key in keys.values()}
    held = [] if one is None else [(effect.name, effect.shapley.value) for effect in one.factors if stands_out(effect.shapley)]
    told = {} if grouped is None else {named[effect.name]: effect.shapley.value for effect in grouped.factors}
    return dict(sorted(held, key=lambda pair: -pair[1])), {}, _rests(told, NOTHING if grouped is None else grouped.resolved, bool(held))


class _Key(NamedTuple):
    """What a share is put to: what it rests on, the grade of what a source says, and whether that is younger than the knowledge date."""

    basis: Basis
    grade: str = ""
    hindsight: bool = False


def _key(stream: str, inputs: Mapping[str, Input]) -> _Key:
    if stream.startswith(PICK):
        return _Key("choice")
    estimate = _behind(stream, inputs)
    basis = basis_of(estimate)
    return _Key(basis, grade_of(estimate) if basis in ("stated", "default") else "", estimate.hindsight is not None)


def _rests(by_key: Mapping[_Key, float], resolved: Share, stands: bool) -> Rests:
    """Shares by what they rest on. A group that does nothing scatters around zero; below it there is nothing to tell.

    What is left of the others so may come to more than is resolved, and is scaled to that. Where no input stands
    out, nor all of them together, nothing is resolved.
    """
    whole = min(1.0, max(0.0, resolved.value)) if stands or resolved.value > resolved.within else 0.0
    above = {key: share for key, share in by_key.items() if share > 0.0}
    over = sum(above.values())
    scale = min(1.0, whole / over) if over > 0.0 else 0.0
    kept = {key: share * scale for key, share in above.items() if scale > 0.0}
    by_basis: dict[str, float] = {}
    by_grade: dict[str, float] = {}
    for key, share in kept.items():
        by_basis[key.basis] = by_basis.get(key.basis, 0.0) + share
        if key.grade:
            by_grade[key.grade] = by_grade.get(key.grade, 0.0) + share
    hindsight = sum(share for key, share in kept.items() if key.hindsight)
    return Rests(by_basis, dict(sorted(by_grade.items())), float(hindsight), float(sum(kept.values())))


def _behind(cell: str, inputs: Mapping[str, Input]) -> Estimate:
    name, _, inside = cell.partition("[")
    made = inputs[name]
    label = tuple(inside[:-1].split(", ")) if inside else ()
    return made.estimates[made.labels.index(label)] if label in made.labels else made.estimates[0]
