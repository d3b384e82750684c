"""Why a number is what it is: the graph walked from an address down to statements, defaults and assumptions."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from stargauge.engine.run import blocks_of
from stargauge.engine.sample import Value, fixed, layout
from stargauge.engine.select import Frame
from stargauge.engine.series import plain
from stargauge.engine.spread import apportioned, quantiles
from stargauge.engine.streams import Array
from stargauge.quantity.address import Address, Selection
from stargauge.quantity.dates import Window
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.quantity import PICKED_AXES, Quantity
from stargauge.quantity.statement import Input, Kind, Mixture, Statement

if TYPE_CHECKING:
    from stargauge.engine.memo import Memo
    from stargauge.engine.result import World
    from stargauge.engine.select import Block

LEVELS = (0.1, 0.5, 0.9)
#: Axes of the life of an asset, whose labels begin with a year: a quantity along one is shown at the times that tell most.
TIMES = ("life_year", "life_month")
#: Rows shown of a quantity that cannot be summed; `more` counts the others.
MOST_ROWS = 12
_FORMULA = re.compile(r"\(\d+\)\s*$")
Labels = Mapping[str, tuple[str, ...]]
Spread = tuple[float, float, float]


@dataclass(frozen=True)
class Row:
    """A value over draws: labels, P10, P50, P90 (NaN where absent), their mean, and the parts that a sum lacks.

    `time`: of a quantity along the life of an asset, the month or year (or the first and last, as `A..B`) of the value; `which`: what it is
    among its times: lowest or highest by median, in all, throughout.
    """

    label: str
    spread: Spread
    mean: float
    absent: tuple[str, ...] = ()
    time: str = ""
    which: str = ""


@dataclass(frozen=True)
class Cell:
    """What is held about cells of an input that are alike: where the value came from, its P10, P50, P90, and who said it when."""

    labels: tuple[str, ...]
    kind: Kind
    value: str
    spread: Spread
    statements: tuple[Statement, ...]
    hindsight: date | None
    note: str


@dataclass
class Node:
    """One quantity in an explanation: formula, values at the date, and what it needs; an input has cells instead.

    `repeated`: explained elsewhere, nearer the root. `shares`: at the root, the share of the spread that each input brings, and
    `cell_shares` the same by the address of each cell and by choice.
    """

    address: str
    name: str
    unit: str
    says: str
    doc: str
    formula: tuple[str, ...]
    is_input: bool
    repeated: bool = False
    rows: tuple[Row, ...] = ()
    more: int = 0
    needs: tuple[Node, ...] = ()
    cells: tuple[Cell, ...] = ()
    shares: dict[str, float] = field(default_factory=dict)
    cell_shares: dict[str, float] = field(default_factory=dict)
    month: str = ""

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for need in self.needs:
            yield from need.walk()

    def leaves(self) -> Iterator[Node]:
        """The inputs that it rests on, each once."""
        return (node for node in self.walk() if node.is_input and not node.repeated)

    def to_dict(self) -> dict[str, Any]:
        """Plain data; absent and infinite numbers as null."""
        out: dict[str, Any] = {
            "address": self.address, "name": self.name, "unit": self.unit, "says": self.says, "formula": list(self.formula),
            "month": self.month, "repeated": self.repeated, "kind": "input" if self.is_input else "derived", "more": self.more,
            "rows": [{"label": r.label, "absent": list(r.absent), "mean": plain(r.mean)} | _times(r) | _named(r.spread)
                     for r in self.rows],
            "needs": [need.to_dict() for need in self.needs],
            "cells": [_cell_dict(cell) for cell in self.cells],
        }  # fmt: skip
        return out | ({"shares": self.shares} if self.shares else {})


@dataclass(frozen=True)
class _Read:
    """One row to be read: a selection, and along its months or years one place, or several that are summed."""

    label: str
    selection: Selection
    place: int | list[int] | None = None
    time: str = ""
    which: str = ""

    def of(self, block: Block) -> Array:
        """Its value in each draw of a block."""
        value = block.picked(self.selection)[0]
        if self.place is None or value.ndim == 1:
            return value
        return np.asarray(_total(value[:, self.place]) if isinstance(self.place, list) else value[:, self.place])

    def lacks(self, block: Block) -> tuple[str, ...]:
        """The parts that its sum lacks."""
        return block.absent(self.selection) if block.picked(self.selection)[1] is not None else ()


@dataclass
class _Selected:
    """The rows of one node, to be read from each block; along `axis`, the times are chosen by the first of them."""

    node: Node
    made: Quantity
    rows: tuple[_Read, ...]
    axis: str | None = None

    def choose(self, block: Block, tree: _Tree) -> None:
        """Choose the times that are shown."""
        if self.axis is not None:
            names, now = tree.frame.axes[self.axis], tree.now(self.axis)
            self.rows = tuple(
                replace(row, place=place, time=time, which=which)
                for row in self.rows
                for place, time, which in telling_times(block.picked(row.selection)[0], names, now, self.made.flow, bool(self.made.adds))
            )


def explain(world: World, address: str, when: date | None, draws: int, memo: Memo | None = None) -> Node:
    """The explanation of an address at a date (the last month where none is given), over so many draws of the same worlds."""
    frame = world.frame
    selection = frame.resolve(address)
    months = frame.axes.get("month", ())
    labels = {axis: names for axis, names in selection.labels if len(names) < len(frame.axes[axis])}
    place = frame.month(when) if when is not None else len(months) - 1
    picked = labels.get("life_month", ("",))[0]
    place = months.index(picked) if picked in months else place
    tree = _Tree(world, frame, place, labels)
    root = tree.root(selection.quantity, labels)
    root.address, root.month = str(selection.address), months[place] if months else ""
    run = world.run([s.node.name for s in tree.selected] or [selection.quantity.name], memo)
    values: list[list[list[Array]]] = []
    absent: list[list[dict[str, None]]] = []
    streams: list[dict[str, Array]] = []
    for index in range(blocks_of(draws)):
        block = run.block(index, memo)
        streams.append(run.sampler.streams(index))
        if not index:
            for chosen in tree.selected:
                chosen.choose(block, tree)
            values, absent = [[[] for _ in s.rows] for s in tree.selected], [[{} for _ in s.rows] for s in tree.selected]
        for number, chosen in enumerate(tree.selected):
            for row, one in enumerate(chosen.rows):
                values[number][row].append(one.of(block))
                absent[number][row] |= dict.fromkeys(one.lacks(block))
    for number, chosen in enumerate(tree.selected):
        chosen.node.rows = tuple(
            Row(
                one.label,
                _spread(drawn := np.concatenate(values[number][row])),
                _mean(drawn),
                tuple(absent[number][row]),
                one.time,
                one.which,
            )
            for row, one in enumerate(chosen.rows)
        )
    if tree.selected and tree.selected[0].node is root and len(tree.selected[0].rows) == 1:
        uniforms = {cell: np.concatenate([part[cell] for part in streams]) for cell in streams[0]}
        root.shares, root.cell_shares = apportioned(uniforms, np.concatenate(values[0][0]))
    return root


def telling_times(values: Array, names: tuple[str, ...], now: int | None, flow: bool, adds: bool) -> list[tuple[int | list[int], str, str]]:
    """The times that tell most of a value (draw, time): all of a flow, now, and by median the lowest and highest.

    Only times at which most worlds have a value that is not zero, where there are any; of what can be summed the lowest only where it is
    below zero, and the highest only where it is above.
    """
    every = list(range(len(names)))
    middle = quantiles(values, (0.5,))[0]
    middle = np.where(np.isnan(values).mean(axis=0) > 0.5, np.nan, middle)
    some = np.flatnonzero(np.isfinite(middle) & (middle != 0.0))
    span = f"{names[0]}..{names[-1]}"
    if not len(some) and not flow:
        return [(every[-1], span, "throughout")]
    out: list[tuple[int | list[int], str, str]] = [(every, span, "in all")] if flow else []
    if not len(some):
        return out
    low, high = int(some[np.argmin(middle[some])]), int(some[np.argmax(middle[some])])
    if middle[low] == middle[high] and not flow:
        first, last = names[some[0]], names[some[-1]]
        return [(low, first, "")] if first == last else [(low, f"{first}..{last}", "throughout")]
    if now is not None and now in some and now not in (low, high):
        out.append((now, names[now], ""))
    if middle[low] < 0.0 or not adds:
        out.append((low, names[low], "lowest"))
    if middle[high] > 0.0 or not adds:
        out.append((high, names[high], "highest"))
    return out


def _total(values: Array) -> Array:
    """The sum over times; absent ones count nothing, and it is absent where all are."""
    lacking = np.isnan(values)
    return np.where(lacking.all(axis=1), np.nan, np.where(lacking, 0.0, values).sum(axis=1))


class _Tree:
    """Builds the nodes; which labels each is read at passes from a quantity to its needs."""

    def __init__(self, world: World, frame: Frame, month: int, picked: Labels) -> None:
        self.world, self.frame, self.month, self.picked = world, frame, month, picked
        self.selected: list[_Selected] = []
        self._seen: set[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]] = set()
        self._open = deque[tuple[Node, Quantity, Labels]]()

    def root(self, made: Quantity, labels: Labels) -> Node:
        """The node of a quantity with all below it; each is explained where it stands nearest the root."""
        root = self._node(made, labels)
        while self._open:
            node, opened, at = self._open.popleft()
            needs = [self.world.graph.quantities[need] for need in dict.fromkeys(self.world.graph.needs(opened))]
            node.needs = tuple(self._node(need, self._passed(at, need)) for need in needs)
        return root

    def now(self, axis: str) -> int | None:
        """The place on an axis of time of what is asked: the label picked, else the month at which all is read; None beyond the axis."""
        names, months = self.frame.axes[axis], self.frame.axes.get("month", ())
        if len(chosen := self.picked.get(axis, ())) == 1:
            return names.index(chosen[0])
        label = months[self.month][: len(names[0])] if months and names else ""
        return names.index(label) if label in names else None

    def _node(self, made: Quantity, labels: Labels) -> Node:
        key = (made.name, tuple(sorted(labels.items())))
        shown = [name for names in labels.values() if len(names) == 1 for name in names]
        node = Node(
            str(Address(made.name, tuple(shown))), made.name, made.unit, made.says, made.doc, formula_of(made.doc), made.is_input,
            key in self._seen,
        )  # fmt: skip
        first = key not in self._seen
        self._seen.add(key)
        if made.is_input:
            node.cells = self._cells(self.world.inputs[made.name], labels) if first else ()
            return node
        if "Array" in str(made.function.__annotations__.get("return", "Array")):
            rows, axis, node.more = self._rows(made, labels)
            self.selected.append(_Selected(node, made, rows, axis))
        if first:
            self._open.append((node, made, labels))
        return node

    def _rows(self, made: Quantity, labels: Labels) -> tuple[tuple[_Read, ...], str | None, int]:
        """What shows a quantity: one selection, or one per label of the axes that cannot be summed; and the axis of time, if any."""
        timed = next((axis for axis in TIMES if axis in made.axes and len(labels.get(axis, self.frame.axes[axis])) > 1), None)
        axes = [axis for axis in made.axes if axis not in ("draw", "month", timed)]
        names = [labels.get(axis, self.frame.axes[axis]) for axis in axes]
        apart = [axis in PICKED_AXES or axis not in made.adds for axis in axes]
        choices = [[(name,) for name in group] if one else [tuple(group)] for group, one in zip(names, apart, strict=True)]
        named = [one and not (timed and len(group) == 1) for group, one in zip(choices, apart, strict=True)]
        every = list(product(*choices))
        rows, most = [], MOST_ROWS // 3 if timed else MOST_ROWS
        for groups in every[:most]:
            places = tuple((axis, tuple(self.frame.axes[axis].index(n) for n in group)) for axis, group in zip(axes, groups, strict=True))
            label = ", ".join(group[0] for group, one in zip(groups, named, strict=True) if one)
            chosen = Selection(Address(made.name), made, places, tuple(zip(axes, groups, strict=True)))
            rows.append(_Read(label, chosen, self.month if "month" in made.axes else None))
        return tuple(rows), timed, max(0, len(every) - most)

    def _cells(self, made: Input, labels: Labels) -> tuple[Cell, ...]:
        """The cells of an input at some labels; cells that hold the same are one."""
        where = layout(made, self.frame.axes)
        within = [axis for axis in made.quantity.axes if axis != "draw"][len(where.label_axes) :]
        at = tuple(self._at(axis, labels) for axis in within)
        alike: dict[Any, list[int]] = {}
        for place, (label, estimate) in enumerate(zip(made.labels, made.estimates, strict=True)):
            if all(name in labels.get(axis, (name,)) for axis, name in zip(where.label_axes, label, strict=True)):
                value = estimate.value if not isinstance(estimate.value, np.ndarray) and estimate.value == estimate.value else place
                kept = value if isinstance(value, float | int | Distribution) else id(estimate)
                alike.setdefault((repr(kept), estimate.kind, estimate.statements, estimate.note, estimate.hindsight), []).append(place)
        out = []
        for places in alike.values():
            one = made.estimates[places[0]]
            names = tuple(", ".join(made.labels[place]) for place in places if made.labels[place])
            spread = spread_of(_picked(one.value, at), self.month)
            out.append(Cell(names, one.kind, _text(one.value), spread, one.statements, one.hindsight, one.note))
        return tuple(out)

    def _at(self, axis: str, labels: Labels) -> int | slice:
        """The place along an axis within a cell that is shown: the label picked, of `month` the month asked; else all."""
        if len(names := labels.get(axis, ())) == 1:
            return self.frame.axes[axis].index(names[0])
        return self.month if axis == "month" else slice(None)

    def _passed(self, labels: Labels, need: Quantity) -> dict[str, tuple[str, ...]]:
        """The labels at which a need is read: the same along shared axes; a site passes to its phases by the input `phase_site`."""
        out = {axis: names for axis, names in labels.items() if axis in need.axes}
        for axis in need.axes:
            for known, names in labels.items():
                if axis not in labels and known not in need.axes:
                    if (join := self._join(axis, known)) is not None:
                        wanted = {self.frame.axes[known].index(name) for name in names}
                        out[axis] = tuple(label for label, at in zip(self.frame.axes[axis], join, strict=True) if int(at) in wanted)
                    elif (join := self._join(known, axis)) is not None:
                        inside = {int(join[self.frame.axes[known].index(name)]) for name in names}
                        out[axis] = tuple(label for at, label in enumerate(self.frame.axes[axis]) if at in inside)
        return out

    def _join(self, child: str, parent: str) -> Array | None:
        """The place on the parent axis of each label of the child axis, where an input says it."""
        made = self.world.graph.quantities.get(f"{child}_{parent}")
        if made is None or not made.is_input or made.axes != (child,):
            return None
        return fixed(self.world.inputs[made.name], self.frame.axes)


def formula_of(doc: str) -> tuple[str, ...]:
    """The lines of a docstring that bear a number; one wrapped over several lines of its paragraph is one line."""
    found, begun = list[str](), list[str]()
    for line in (line.strip() for line in doc.splitlines()[1:]):
        begun = [*begun, line] if line else []
        if _FORMULA.search(line):
            found.append(" ".join(begun))
            begun = []
    return tuple(found)


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


def _text(value: Value) -> str:
    if isinstance(value, Mixture):
        names = value.labels or tuple(str(number) for number in range(len(value.options)))
        total = sum(value.weights)
        return "; ".join(f"{n} ({w / total:.3g}): {_text(o)}" for n, w, o in zip(names, value.weights, value.options, strict=True))
    return str(value) if isinstance(value, Distribution) else f"{np.size(value)} values" if isinstance(value, np.ndarray) else f"{value:g}"


def _spread(values: Array) -> Spread:
    low, middle, high = (float(part) for part in quantiles(values, LEVELS))
    return low, middle, high


def _mean(values: Array) -> float:
    """The mean over draws; infinite where a world never comes to it, or where days beyond all calendars add up to that."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(values.mean())


def _times(row: Row) -> dict[str, str]:
    return {"time": row.time, "which": row.which} if row.time else {}


def _named(spread: Spread) -> dict[str, float | None]:
    return {name: plain(part) for name, part in zip(("p10", "p50", "p90"), spread, strict=True)}


def _cell_dict(cell: Cell) -> dict[str, Any]:
    out: dict[str, Any] = {"labels": list(cell.labels), "kind": cell.kind, "value": cell.value, "note": cell.note, **_named(cell.spread)}
    return out | {"hindsight": cell.hindsight and str(cell.hindsight), "statements": [statement_dict(s) for s in cell.statements]}


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
