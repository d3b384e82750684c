"""An output over a grid of two inputs: the two sides as asked for, their faults, and the table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stargauge.audit.drivers.moved import Asker, Changed, Levels, levels_data, setting_tried, why_unfit
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Input

#: The most cells of a two-way table, and the word for an input left as it is drawn.
MOST_CELLS, DRAWN = 100, "drawn"
FORM, EXAMPLE = "INPUT=VALUE,VALUE,...", "accelerator_life=3 yr,5 yr,drawn"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Axis:
    """One side of a two-way table: an input (or cells of it, by address) and its values as written."""

    input: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class TwoWay:
    """The output's P10, P50, P90 at each pair of values, row by row."""

    rows: Axis
    columns: Axis
    cells: tuple[tuple[Levels, ...], ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        axes = {name: {"input": axis.input, "values": list(axis.values)} for name, axis in (("rows", self.rows), ("columns", self.columns))}
        return {**axes, "cells": [[levels_data(cell) for cell in row] for row in self.cells]}


def axes_of_table(asked: Sequence[str]) -> tuple[Axis, Axis]:
    """The two sides of a table as asked for: `INPUT=VALUE,VALUE,...` twice. Raises InputError for another form, or for too large a grid."""
    faults, found = list[Fault](), list[Axis]()
    for text in asked:
        name, equals, rest = text.partition("=")
        values = tuple(part.strip() for part in re.split(r",(?![^({]*[)}])", rest))
        if not equals or not name.strip() or not all(values):
            faults.append(Fault(say('got --two-way "{text}"; expected {form}, such as {example}', text=text, form=FORM, example=EXAMPLE)))
        elif len(set(values)) < len(values):
            faults.append(Fault(say('--two-way: "{text}" names a value twice', text=text)))
        else:
            found.append(Axis(name.strip(), values))
    if len(asked) != 2:
        faults.append(
            Fault(
                say(
                    "--two-way: got {asked}; expected two inputs, each as {form}, such as {example}",
                    asked=len(asked),
                    form=FORM,
                    example=EXAMPLE,
                )
            )
        )
    elif len(found) == 2:
        cells = len(found[0].values) * len(found[1].values)
        if cells > MOST_CELLS:
            size = f"{len(found[0].values)} x {len(found[1].values)}"
            faults.append(
                Fault(
                    say(
                        "--two-way: {size} values are {cells} runs; expected at most {most_cells}",
                        size=size,
                        cells=cells,
                        most_cells=MOST_CELLS,
                    )
                )
            )
        if found[0].input == found[1].input:
            faults.append(Fault(say('--two-way: "{input}" stands on both sides; expected two inputs', input=found[0].input)))
    if faults:
        raise InputError(faults)
    return found[0], found[1]


Ends = Sequence[Sequence[Mapping[str, Input]]]


def ends_of_table(asker: Asker, axes: tuple[Axis, Axis], changed: Changed) -> Ends:
    """The inputs changed by each value of both sides; no run. `changed`: what single settings (`INPUT=VALUE` as pairs) make of inputs.

    Raises InputError with the faults of both sides: what is no input upstream, and values that cannot be set.
    """
    faults, ends = list[Fault](), list[list[Mapping[str, Input]]]()
    upstream = [name for name in asker.upstream if asker.world.graph.quantities[name].is_input]
    for axis in axes:
        if fault := why_unfit(axis.input.split("[")[0], dict.fromkeys(sorted(upstream)), asker, True):
            faults.append(Fault(f"--two-way: {fault.message}"))
        else:
            tried = [{} if value == DRAWN else setting_tried(changed, axis.input, value, "--two-way", faults) for value in axis.values]
            ends.append([made for made in tried if made is not None])
    if faults:
        raise InputError(list(dict.fromkeys(faults)))
    return ends


def tabulated(asker: Asker, axes: tuple[Axis, Axis], ends: Ends, changed: Changed, progress: Progress | None = None) -> TwoWay:
    """The output over a grid. `ends`: the inputs changed by each value, from `ends_of_table`."""
    asker.memo.closed = True
    first, second = axes
    out = list[list[Levels]]()
    for row, held_row in zip(first.values, ends[0], strict=True):
        out.append([])
        for column, held_column in zip(second.values, ends[1], strict=True):
            both = {**held_row, **held_column}
            if held_row.keys() & held_column.keys():  # cells of one input: set together
                both = dict(changed((first.input, row), (second.input, column)))
            out[-1].append(asker.levels(both))
            if progress is not None:
                progress(sum(map(len, out)), len(first.values) * len(second.values))
    return TwoWay(first, second, tuple(map(tuple, out)))
