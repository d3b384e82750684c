"""An explanation of a quantity: nodes with formula, values over draws, and what each needs; plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from stargauge.engine.cells import Cell, Spread, named
from stargauge.engine.rests import Rests
from stargauge.engine.series import plain


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


@dataclass
class Node:
    """One quantity in an explanation: formula, values at the date, and what it needs; an input has cells instead.

    `repeated`: explained elsewhere, nearer the root. At the root alone: `shares`, the share of the spread that each input or choice
    brings, and `cell_shares` the same by the address of each cell; `rests`, what the spread rests on; `parts`, of a sum the values that it
    adds up, along `parted`; `draws`, the worlds they are read in.
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
    rests: Rests | None = None
    parts: tuple[Row, ...] = ()
    parted: str = ""
    draws: int = 0

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
            "rows": [{"label": r.label, "absent": list(r.absent), "mean": plain(r.mean)} | _times(r) | named(r.spread)
                     for r in self.rows],
            "needs": [need.to_dict() for need in self.needs],
            "cells": [cell.to_dict() for cell in self.cells],
        }  # fmt: skip
        if self.draws:
            out["draws"] = self.draws
        if self.parts:
            out["parts"] = [{"label": r.label, "absent": list(r.absent), "mean": plain(r.mean), **named(r.spread)} for r in self.parts]
            out["parted"] = self.parted
        return out | ({"shares": self.shares, "rests_on": self.rests.to_dict()} if self.rests is not None else {})


def _times(row: Row) -> dict[str, str]:
    return {"time": row.time, "which": row.which} if row.time else {}
