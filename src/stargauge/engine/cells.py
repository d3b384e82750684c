"""The cells of an input as an explanation shows them: what is held, where it came from, who said it when; the options of a choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from stargauge.engine.rests import Basis, basis_of, grade_of
from stargauge.engine.sample import Value, layout
from stargauge.engine.select import Frame
from stargauge.engine.series import plain
from stargauge.quantity.dates import Window
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.statement import Estimate, Input, Kind, Mixture, Statement

LEVELS = (0.1, 0.5, 0.9)
Spread = tuple[float, float, float]


@dataclass(frozen=True)
class Choice:
    """One option of a cell that is another in each option of a choice: its name and weight, its value, and who says it."""

    name: str
    weight: float
    value: str
    spread: Spread
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Cell:
    """What is held about cells of an input that are alike: where the value came from, its P10, P50, P90, and who said it when.

    `basis`: what it rests on, and `grade` the worst of the statements that it is made of. `pick` and `choices`: the choice that switches
    it, with its options.
    """

    labels: tuple[str, ...]
    kind: Kind
    value: str
    spread: Spread
    statements: tuple[Statement, ...]
    hindsight: date | None
    note: str
    basis: Basis = "stated"
    grade: str = ""
    pick: str = ""
    choices: tuple[Choice, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        out: dict[str, Any] = {
            "labels": list(self.labels), "kind": self.kind, "basis": self.basis, "grade": self.grade or None, "value": self.value,
            "note": self.note, **named(self.spread), "hindsight": self.hindsight and str(self.hindsight),
            "statements": [statement_dict(said) for said in self.statements],
        }  # fmt: skip
        return out | ({"pick": self.pick, "choices": [_choice_dict(one) for one in self.choices]} if self.choices else {})


def cells_of(made: Input, frame: Frame, labels: Mapping[str, tuple[str, ...]], month: int) -> tuple[Cell, ...]:
    """The cells of an input at some labels; cells that hold the same are one. `month`: the place of the month that is shown."""
    where = layout(made, frame.axes)
    within = [axis for axis in made.quantity.axes if axis != "draw"][len(where.label_axes) :]
    at = tuple(_at(axis, labels, frame, month) for axis in within)
    alike: dict[Any, list[int]] = {}
    for place, (label, estimate) in enumerate(zip(made.labels, made.estimates, strict=True)):
        if all(name in labels.get(axis, (name,)) for axis, name in zip(where.label_axes, label, strict=True)):
            value = estimate.value if not isinstance(estimate.value, np.ndarray) and estimate.value == estimate.value else place
            kept = value if isinstance(value, float | int | Distribution) else id(estimate)
            alike.setdefault((repr(kept), estimate.kind, estimate.statements, estimate.note, estimate.hindsight), []).append(place)
    return tuple(_cell(made, places, at, month) for places in alike.values())


def _cell(made: Input, places: Sequence[int], at: tuple[int | slice, ...], month: int) -> Cell:
    one = made.estimates[places[0]]
    names = tuple(", ".join(made.labels[place]) for place in places if made.labels[place])
    spread = spread_of(_picked(one.value, at), month)
    choices = _choices(one, at, month) if isinstance(one.value, Mixture) else ()
    return Cell(
        names, one.kind, value_text(one.value), spread, one.statements, one.hindsight, one.note, basis_of(one), grade_of(one),
        one.value.pick if isinstance(one.value, Mixture) else "", choices,
    )  # fmt: skip


def _choices(estimate: Estimate, at: tuple[int | slice, ...], month: int) -> tuple[Choice, ...]:
    """The options of a cell: each with what it alone says, else with what stands outside of all options."""
    mixture = estimate.value
    assert isinstance(mixture, Mixture)
    names = mixture.labels or tuple(str(number) for number in range(1, len(mixture.options) + 1))
    total, inside = sum(mixture.weights), f"alternatives.{mixture.pick}."
    outside = tuple(said for said in estimate.statements if not said.path.startswith(inside))
    out = []
    for name, weight, option in zip(names, mixture.weights, mixture.options, strict=True):
        own = tuple(said for said in estimate.statements if said.path.startswith(f"{inside}{name}."))
        out.append(Choice(name, weight / total, value_text(option), spread_of(_picked(option, at), month), own or outside))
    return tuple(out)


def _at(axis: str, labels: Mapping[str, tuple[str, ...]], frame: Frame, month: int) -> int | slice:
    """The place along an axis within a cell that is shown: the label picked, of `month` the month asked; else all."""
    if len(names := labels.get(axis, ())) == 1:
        return frame.axes[axis].index(names[0])
    return month if axis == "month" else slice(None)


def _picked(value: Value, at: tuple[int | slice, ...]) -> Value:
    """A cell that is an array at a place of its axes; one number where that leaves one, else none stands for it."""
    if not isinstance(value, np.ndarray) or value.ndim != len(at):
        return value
    chosen = np.asarray(value[at])
    return float(chosen.ravel()[0]) if chosen.size == 1 else float("nan")


def spread_of(value: Value, month: int = -1) -> Spread:
    """P10, P50, P90 of one cell; of an array its value at a month."""
    if isinstance(value, Distribution):
        return _spread_of(value)
    if isinstance(value, Mixture):
        steps = (np.arange(1000) + 0.5) / 1000
        weights = np.asarray(value.weights) / np.sum(value.weights)
        parts = [np.array([spread_of(part, month)[1]]) if not isinstance(part, Distribution) else part.ppf(steps) for part in value.options]
        flat, mass = np.concatenate(parts), np.concatenate([np.full(len(p), w / len(p)) for p, w in zip(parts, weights, strict=True)])
        order = np.argsort(flat)
        at = np.searchsorted(np.cumsum(mass[order]), LEVELS)
        low, middle, high = (float(flat[order[min(int(i), len(flat) - 1)]]) for i in at)
        return low, middle, high
    one = float(np.ravel(value)[month if np.size(value) > max(month, 0) else -1]) if np.size(value) else float("nan")
    return one, one, one


@lru_cache(maxsize=4096)
def _spread_of(value: Distribution) -> Spread:
    low, middle, high = (value.quantile(level) for level in LEVELS)
    return low, middle, high


def value_text(value: Value) -> str:
    """A value in words: its distribution, its options with their weights, a number, or how many numbers there are."""
    if isinstance(value, Mixture):
        names = value.labels or tuple(str(number) for number in range(len(value.options)))
        total = sum(value.weights)
        return "; ".join(f"{n} ({w / total:.3g}): {value_text(o)}" for n, w, o in zip(names, value.weights, value.options, strict=True))
    return str(value) if isinstance(value, Distribution) else f"{np.size(value)} values" if isinstance(value, np.ndarray) else f"{value:g}"


def named(spread: Spread) -> dict[str, float | None]:
    """P10, P50, P90 by name; absent and infinite ones as None."""
    return {name: plain(part) for name, part in zip(("p10", "p50", "p90"), spread, strict=True)}


def _choice_dict(one: Choice) -> dict[str, Any]:
    return {"name": one.name, "weight": one.weight, "value": one.value, **named(one.spread),
            "statements": [statement_dict(said) for said in one.statements]}  # fmt: skip


def statement_dict(said: Statement) -> dict[str, Any]:
    """A statement as plain data."""
    value = (
        plain(said.value) if isinstance(said.value, float) else said.value if isinstance(said.value, bool | str | int) else str(said.value)
    )
    dates: dict[str, Window | None] = {"as_of": said.as_of, "published": said.published}
    return {
        "path": said.path, "value": value, "text": said.text, "unit": said.unit, "source": said.source, "status": said.status,
        "grade": said.grade, "note": said.note, **{name: str(window) if window else None for name, window in dates.items()},
    }  # fmt: skip
