"""What an address means in a block: labels picked or summed, and what of a sum is absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.streams import BLOCK, Array
from stargauge.quantity.address import Address, Selection, parse_address, resolve
from stargauge.quantity.dates import month_label
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import PICKED_AXES, Quantity, find
from stargauge.quantity.spoken import say

Mask = NDArray[np.bool_]
Asked = str | Address | Selection
T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True)
class Frame:
    """The names and labels of a run: what addresses are resolved against."""

    quantities: Mapping[str, Quantity]
    axes: Mapping[str, tuple[str, ...]]
    _resolved: dict[str, Selection] = field(default_factory=dict, repr=False, compare=False)

    def resolve(self, address: Asked) -> Selection:
        """The labels an address picks or sums along each axis. Raises InputError for what is not there."""
        if isinstance(address, Selection):
            return address
        text = str(address)
        if text not in self._resolved:
            parsed = parse_address(address) if isinstance(address, str) else address
            self._resolved[text] = resolve(parsed, self.quantities, self.axes)
        return self._resolved[text]

    def expand(self, name: str) -> tuple[str, ...]:
        """The addresses of a quantity that can be asked: one per label of the axes that cannot be summed, summed over the others."""
        made = find(name, dict(self.quantities))
        apart = [axis for axis in made.axes if axis not in ("draw", "month") and (axis in PICKED_AXES or axis not in made.adds)]
        return tuple(str(Address(name, labels)) for labels in product(*(self.axes[axis] for axis in apart)))

    def month(self, when: date) -> int:
        """The place of a date's month: a date is read at the end of its month. Raises InputError outside the months of the run."""
        months = self.axes["month"]
        if month_label(when) not in months:
            raise InputError(
                say("{when} is outside the months of this run, {first} to {last}", when=when, first=months[0], last=months[-1])
            )
        return months.index(month_label(when))


@dataclass(frozen=True)
class Block:
    """The values of a block of draws, by name; of small models several blocks, from number `index` on, stand in one array."""

    index: int
    frame: Frame
    values: Mapping[str, Array]
    draws: int = BLOCK

    def select(self, address: Asked) -> Array:
        """The value of an address in each draw: (draw,), or (draw, month). Absent parts of a sum count nothing; NaN where all are."""
        return self.picked(address)[0]

    def partial(self, address: Asked) -> Mask:
        """Where a sum lacks parts, and so is a lower bound; the shape of `select`."""
        values, lacking = self.picked(address)
        return np.zeros(values.shape, dtype=bool) if lacking is None else lacking

    def absent(self, address: Asked) -> tuple[str, ...]:
        """The labels of the parts that are absent anywhere."""
        selection = self.frame.resolve(address)
        chosen, summed = self._chosen(selection)
        missing = np.isnan(chosen).any(axis=tuple(axis for axis in range(chosen.ndim) if axis not in summed))
        names = product(*(labels for _, labels in selection.labels if len(labels) != 1))
        return tuple(", ".join(name) or str(selection.address) for name, lacks in zip(names, missing.ravel(), strict=True) if lacks)

    def picked(self, address: Asked) -> tuple[Array, Mask | None]:
        """The value of an address, and where it is a lower bound (None: nowhere)."""
        selection = self.frame.resolve(address)
        chosen, summed = self._chosen(selection)
        total = chosen.sum(axis=summed) if summed else chosen
        lacking: Mask | None = None
        if summed and np.isnan(total).any():
            missing: Mask = np.isnan(chosen)
            lacking = np.asarray(missing.any(axis=summed))
            total = np.where(missing.all(axis=summed), np.nan, np.where(missing, 0.0, chosen).sum(axis=summed))
        return self._full(total, selection.quantity), self._full(lacking, selection.quantity) if lacking is not None else None

    def _chosen(self, selection: Selection) -> tuple[Array, tuple[int, ...]]:
        """The values at the labels of an address, and the axes along which it sums them; a view where labels follow one another."""
        value = np.asarray(self.values[selection.quantity.name], dtype=np.float64)
        axis = 1 if "draw" in selection.quantity.axes else 0
        summed = []
        for _, places in selection.positions:
            index: int | slice | list[int] = places[0] if len(places) == 1 else list(places)
            if len(places) > 1 and places == tuple(range(places[0], places[-1] + 1)):
                index = slice(places[0], places[-1] + 1)
            value = value[(slice(None),) * axis + (index,)]
            if len(places) != 1:
                summed.append(axis)
                axis += 1
        return value, tuple(summed)

    def _full(self, value: NDArray[T], made: Quantity) -> NDArray[T]:
        return value if "draw" in made.axes else np.broadcast_to(value, (self.draws, *value.shape))
