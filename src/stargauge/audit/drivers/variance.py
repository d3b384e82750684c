"""Whose uncertainty makes a number's variance: Sobol indices of the inputs upstream, from the model's own draws.

Each input (with those it shares a choice with) is drawn anew from streams beside its own while every other draws what it drew, and all are
drawn anew together; only what lies downstream is run again. `swings` says how far an input moves the middle; this says how much of the
spread goes with it, alone and through what it does with others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stargauge.audit.drivers.moved import Asker
from stargauge.audit.drivers.sensitivity import uncertain
from stargauge.engine.executors import each
from stargauge.engine.series import plain
from stargauge.quantity.effects.sobol import sobol_indices
from stargauge.quantity.statement import PICK, Input

#: How many inputs are redrawn unless all are asked for: those that move the middle most.
MOST = 12
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Share:
    """The share of a number's variance that some inputs make alone and with all others, each with the half width of its 95 % interval."""

    inputs: tuple[str, ...]
    alone: float
    with_others: float
    alone_within: float
    with_others_within: float

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "inputs": list(self.inputs), "alone": plain(np.float64(self.alone)), "with_others": plain(np.float64(self.with_others)),
            "alone_within": plain(np.float64(self.alone_within)), "with_others_within": plain(np.float64(self.with_others_within)),
        }  # fmt: skip


def groups(found: Mapping[str, Sequence[str]], names: Sequence[str]) -> list[tuple[str, ...]]:
    """The named inputs and choices as groups that are drawn together: inputs that take one choice switch with it.

    `found`: inputs and choices with the inputs they take, from `uncertain`. In the order of the names; none twice.
    """
    together = {name: {name} for name in (member for members in found.values() for member in members)}
    for members in (members for name, members in found.items() if name.startswith(PICK)):
        joined = set().union(*(together[member] for member in members))
        for member in joined:
            together[member] = joined
    out = dict.fromkeys(tuple(sorted(together[found[name][0]])) for name in names if found.get(name))
    return list(out)


def shares(asker: Asker, names: Sequence[str], workers: int = 1, progress: Progress | None = None) -> tuple[Share, ...]:
    """The shares of the groups of some inputs, the largest with others first; the same bits for any number of workers.

    Worlds in which the number is absent, as drawn or redrawn, are left out. Empty where the number does not vary.
    """
    found = uncertain(asker.world, asker.address)
    parts = groups(found, names)
    at_a, at_b = asker.values({}), asker.values(_redrawn(asker, {member for members in found.values() for member in members}))
    asker.memo.closed = True
    mixed = list[Any]()
    for place, values in enumerate(each(_with, (parts, asker), len(parts), workers)):
        mixed.append(values)
        if progress is not None:
            progress(place + 1, len(parts))
    if not parts:
        return ()
    rows = np.isfinite(np.stack([at_a, at_b, *mixed])).all(axis=0)
    if rows.sum() < 2 or np.ptp(at_a[rows]) == 0.0:
        return ()
    index = sobol_indices(at_a[rows], at_b[rows], np.stack(mixed)[:, rows])
    made = [Share(part, *(float(column[place]) for column in index)) for place, part in enumerate(parts)]
    return tuple(sorted(made, key=lambda one: (-one.with_others, one.inputs)))


def _redrawn(asker: Asker, names: set[str]) -> dict[str, Input]:
    return {name: replace(asker.world.inputs[name], redrawn=True) for name in sorted(names)}


def _with(place: int, parts: Sequence[tuple[str, ...]], asker: Asker) -> Any:
    return asker.values(_redrawn(asker, set(parts[place])))
