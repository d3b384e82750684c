"""Why a number is what it is: the graph walked from an address down to statements, defaults and assumptions."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from stargauge.engine.cells import LEVELS, Spread, cells_of
from stargauge.engine.node import Node, Row
from stargauge.engine.rests import apportion
from stargauge.engine.run import blocks_of
from stargauge.engine.sample import fixed
from stargauge.engine.select import Frame
from stargauge.engine.spread import quantiles
from stargauge.engine.streams import Array
from stargauge.quantity.address import Address, Selection, parse_share, resolve, whole_of
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import PICKED_AXES, Quantity
from stargauge.quantity.spoken import say

if TYPE_CHECKING:
    from stargauge.engine.memo import Memo
    from stargauge.engine.result import World
    from stargauge.engine.select import Block

#: Axes of the life of an asset, whose labels begin with a year: a quantity along one is shown at the times that tell most.
TIMES = ("life_year", "life_month")
#: Rows shown of a quantity that cannot be summed; `more` counts the others.
MOST_ROWS = 12
#: From this share of a number's spread on an input stands in its short explanation.
LEAST_SHARE = 0.01
#: Axes by whose labels a sum is told part by part, the first that it adds up over.
PARTED = ("site", "party", "line", "phase")
_FORMULA = re.compile(r"\(\d+\)\s*$")
Labels = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Read:
    """One row to be read: a selection, and along its months or years one place, or several that are summed; `over`: as a share of it."""

    label: str
    selection: Selection
    place: int | list[int] | None = None
    time: str = ""
    which: str = ""
    over: Selection | None = None

    def of(self, block: Block) -> Array:
        """Its value in each draw of a block."""
        value = self._at(block, self.selection)
        if self.over is None:
            return value
        whole = self._at(block, self.over)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(whole != 0.0, value / whole, np.nan)

    def _at(self, block: Block, selection: Selection) -> Array:
        value = block.picked(selection)[0]
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
    parts: bool = False

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
    """The explanation of an address, or of `share(address)`, at a date (the last month where none is given), over so many draws.

    Where the world holds only the draws in which something is given, values and shares are those of these.
    """
    frame = world.frame
    part = parse_share(address)
    selection = frame.resolve(address if part is None else part)
    months = frame.axes.get("month", ())
    labels = {axis: names for axis, names in selection.labels if len(names) < len(frame.axes[axis])}
    place = frame.month(when) if when is not None else len(months) - 1
    picked = labels.get("life_month", ("",))[0]
    place = months.index(picked) if picked in months else place
    tree = _Tree(world, frame, place, labels)
    root = tree.root(selection.quantity, labels) if part is None else tree.share(part, selection)
    root.address, root.month = str(selection.address) if part is None else f"share({part})", months[place] if months else ""
    tree.part(root, selection)
    names = [s.node.name for s in tree.selected] or [selection.quantity.name]
    root.draws = _fill([_Filling(tree, root)], names, blocks_of(draws), memo)
    return root


def explain_briefly(world: World, addresses: Sequence[str], when: date, draws: int, memo: Memo | None = None) -> list[Node]:
    """Short explanations of several addresses of one quantity at a date, in one pass over the draws.

    Each has what it is made of at first hand, and as needs beside that the inputs which move it most, with all their cells.
    """
    made = []
    for address in addresses:
        selection = world.frame.resolve(address)
        labels = {axis: names for axis, names in selection.labels if len(names) < len(world.frame.axes[axis])}
        tree = _Tree(world, world.frame, world.frame.month(when), labels, depth=1)
        root = tree.root(selection.quantity, labels)
        root.address, root.month = str(selection.address), world.frame.axes["month"][tree.month]
        made.append((tree, root))
    names = dict.fromkeys(s.node.name for tree, _ in made for s in tree.selected)
    drawn = _fill([_Filling(tree, root) for tree, root in made], list(names), blocks_of(draws), memo)
    for tree, root in made:
        root.draws = drawn
        root.needs += tuple(one for one in tree.movers(root) if one.name not in {need.name for need in root.needs})
    return [root for _, root in made]


@dataclass
class _Filling:
    """The rows of every node of a tree, as they are read block by block."""

    tree: _Tree
    root: Node
    values: list[list[list[Array]]] = field(default_factory=list)
    absent: list[list[dict[str, None]]] = field(default_factory=list)

    def take(self, block: Block) -> None:
        """Read a block; the first one chooses the times that are shown."""
        if not self.values:
            for chosen in self.tree.selected:
                chosen.choose(block, self.tree)
            self.values = [[[] for _ in s.rows] for s in self.tree.selected]
            self.absent = [[{} for _ in s.rows] for s in self.tree.selected]
        for number, chosen in enumerate(self.tree.selected):
            for row, one in enumerate(chosen.rows):
                self.values[number][row].append(one.of(block).copy())  # no view, which would keep the whole block
                self.absent[number][row] |= dict.fromkeys(one.lacks(block))

    def close(self, uniforms: Mapping[str, Array]) -> None:
        """Write the rows into the nodes, and at the root what brings its spread."""
        for number, chosen in enumerate(self.tree.selected):
            rows = tuple(
                Row(one.label, _spread(drawn := np.concatenate(self.values[number][row])), _mean(drawn, chosen.parts),
                    tuple(self.absent[number][row]), one.time, one.which)
                for row, one in enumerate(chosen.rows)
            )  # fmt: skip
            if chosen.parts:
                chosen.node.parts = rows
            else:
                chosen.node.rows = rows
        first = next((number for number, s in enumerate(self.tree.selected) if s.node is self.root and not s.parts), None)
        if first is not None and len(self.tree.selected[first].rows) == 1:
            outcome, world = np.concatenate(self.values[first][0]), self.tree.world
            self.root.shares, self.root.cell_shares, self.root.rests = apportion(
                uniforms, outcome, world.inputs, chosen=world.held is not None
            )


def _fill(fillings: Sequence[_Filling], names: list[str], blocks: int, memo: Memo | None) -> int:
    """Read the rows of every node in the draws, and at each root what brings its spread; how many draws there are."""
    run = fillings[0].tree.world.run(names, memo)
    streams: list[dict[str, Array]] = []
    for index in range(blocks):
        block = run.block(index, memo)
        streams.append(run.sampler.streams(index))
        for one in fillings:
            one.take(block)
        del block  # all values of the graph: gone before those of the next block are made
    uniforms = {cell: np.concatenate([part[cell] for part in streams]) for cell in streams[0]}
    for one in fillings:
        one.close(uniforms)
    return sum(run.draws(index) for index in range(blocks))


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

    def __init__(self, world: World, frame: Frame, month: int, picked: Labels, depth: int | None = None) -> None:
        self.world, self.frame, self.month, self.picked, self.depth = world, frame, month, picked, depth
        self.selected: list[_Selected] = []
        self._seen: set[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]] = set()
        self._open = deque[tuple[Node, Quantity, Labels]]()

    def root(self, made: Quantity, labels: Labels) -> Node:
        """The node of a quantity with all below it; each is explained where it stands nearest the root."""
        root = self._node(made, labels)
        self._spell()
        return root

    def movers(self, root: Node) -> list[Node]:
        """The inputs that bring most of the spread of a root, and those that switch with its strongest choices, with all their cells."""
        strong = {name for name, share in root.shares.items() if share >= LEAST_SHARE}
        inputs = (name for name in sorted(self.world.graph.upstream([root.name])) if self.world.graph.quantities[name].is_input)
        return [self._node(self.world.graph.quantities[name], {}) for name in inputs if name in strong or self._picks(name) & strong]

    def _picks(self, name: str) -> set[str]:
        """The choices with which an input switches, as they stand among shares."""
        return set(self.world.inputs[name].picks)

    def _spell(self) -> None:
        while self._open and self.depth != 0:
            node, opened, at = self._open.popleft()
            self.depth = None if self.depth is None else self.depth - 1
            needs = [self.world.graph.quantities[need] for need in dict.fromkeys(self.world.graph.needs(opened))]
            node.needs = tuple(self._node(need, self._passed(at, need)) for need in needs)

    def share(self, part: Address, selection: Selection) -> Node:
        """The node of a share: its part and the whole, each explained. Raises InputError where the address is the whole."""
        made = selection.quantity
        address = whole_of(part, made, self.frame.axes)
        if address == part:
            raise InputError(say("share({part}): a share needs a label of a site, a party or a line; {part} is the whole", part=part))
        whole = resolve(address, self.frame.quantities, self.frame.axes)
        says = f"The share of {part} in {address}."
        root = Node(f"share({part})", made.name, "1", says, "", (f"share = {part} / {address}",), False)
        row = _Read("", selection, self.month if "month" in made.axes else None, over=whole)
        self.selected.append(_Selected(root, made, (row,)))
        picked = {axis: names for axis, names in whole.labels if len(names) < len(self.frame.axes[axis])}
        root.needs = (self._node(made, self.picked), self._node(made, picked))
        self._spell()
        return root

    def part(self, root: Node, selection: Selection) -> None:
        """Read the parts of a sum beside it: one for each label along the first axis of a few that it adds up."""
        made, summed = selection.quantity, {axis for axis, names in selection.labels if len(names) > 1}
        axis = next((axis for axis in PARTED if axis in summed), next(iter(sorted(summed)), ""))
        rows = next((s.rows for s in self.selected if s.node is root), ())
        if root.is_input or not axis or len(rows) != 1 or rows[0].over is not None:
            return
        place = rows[0].place
        reads = tuple(
            _Read(label, Selection(
                Address(made.name), made,
                tuple((other, (self.frame.axes[axis].index(label),) if other == axis else at) for other, at in selection.positions),
                tuple((other, (label,) if other == axis else names) for other, names in selection.labels),
            ), place)
            for label in dict(selection.labels)[axis]
        )  # fmt: skip
        root.parted = axis
        self.selected.append(_Selected(root, made, reads, parts=True))

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
            node.cells = cells_of(self.world.inputs[made.name], self.frame, labels, self.month) if first else ()
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


def _spread(values: Array) -> Spread:
    low, middle, high = (float(part) for part in quantiles(values, LEVELS))
    return low, middle, high


def _mean(values: Array, part: bool = False) -> float:
    """The mean over draws; infinite where a world never comes to it, or where days beyond all calendars add up to that.

    `part`: of a sum, in which it counts nothing where it is absent.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.where(np.isnan(values), 0.0, values).mean() if part and not np.isnan(values).all() else values.mean())
