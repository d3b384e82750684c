"""What options add to targets, world by world: sizes and days of operation held against the day of each target."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case.case import Target
from stargauge.plan.build_order.case.choices import Lot
from stargauge.plan.build_order.case.worlds import Worlds, days_of, running
from stargauge.plan.build_order.told.filed import Filed
from stargauge.quantity.dates import day

Array = NDArray[np.float64]
Places = NDArray[np.intp]


class Own(NamedTuple):
    """What a target is made of in place of a quantity of `KINDS`: per W of IT power (draw, chip), and of what is under way (draw,)."""

    per_power: Array
    begun: Array


class Aim(NamedTuple):
    """A target with what it is of: `kind` of `KINDS`, and the sites it is of (all where none is named); `own`: what stands for the kind."""

    target: Target
    kind: str
    sites: tuple[str, ...] = ()
    own: Own | None = None


class AsFiled(NamedTuple):
    """Buildings of the file as options: how they come, and the places of the chip and of the month of start (by building) that mean it."""

    filed: Filed
    chip: int
    starts: Places

    def amount(self, aim: Aim, gain: Array, later: float = 0.0) -> Array:
        """What each building adds to a target, so many days after its day: (draw, building). `gain`: (building, chip, draw)."""
        when = day(aim.target.day) + later
        if aim.own is not None:
            return np.where(self.filed.runs <= when, gain[:, self.chip].T, 0.0)
        return self.filed.amount(aim.kind, aim.sites, when)

    def share(self, aim: Aim, gain: Array, group: Places) -> Array:
        """The same as a share of what each adds where it runs, by world: (building, world)."""
        added, whole = by_world(self.amount(aim, gain).T, group), by_world(gain[:, self.chip], group)
        return np.asarray(np.maximum(np.divide(added, whole, out=np.zeros_like(added), where=whole > 0.0), 0.0))


def gain_of(made: Worlds, aim: Aim, computing: Array, lots: Sequence[Lot]) -> Array:
    """What each building adds to a target where it runs in time: (building, chip, draw). Wear of accelerators until then is left out."""
    of_it = np.array([not aim.sites or lot.site in aim.sites for lot in lots])
    if aim.own is not None:
        return np.asarray(np.einsum("db,dc->bcd", made.it_power * of_it, aim.own.per_power))
    size = (made.facility_power if aim.kind == "power_facility" else made.it_power) * of_it
    per = computing if aim.kind == "compute_h100e" else np.ones_like(computing)
    return np.asarray(np.einsum("db,dc->bcd", size, per))


def there_of(made: Worlds, group: Places, aims: Sequence[Aim], months: Sequence[date], left: AsFiled, shares: Sequence[Array]) -> Array:
    """Share of the draws of each world in which an option runs by the day of a target: (target, building, power, chip, start, world).

    `shares`: by target, of buildings that are left as the file has them (building, world).
    """
    planned, due = days_of(months), [day(aim.target.day) for aim in aims]
    out = np.empty((len(aims), *made.span.shape[1:], made.ships.shape[1], len(months), int(group.max()) + 1))
    with np.errstate(invalid="ignore"):
        for world in range(out.shape[-1]):
            runs = running(made.only(np.flatnonzero(group == world)), planned)
            for at, last in enumerate(due):
                out[at, ..., world] = (runs <= last).mean(axis=0)
    if made.file >= 0:
        known = np.flatnonzero(left.starts >= 0)
        out[:, :, made.file] = 0.0
        for at, share in enumerate(shares):
            out[at, known, made.file, left.chip, left.starts[known]] = share[known]
    return out


def by_world(values: Array, group: Places) -> Array:
    """Means over the draws of each world, the draws last."""
    return np.stack([values[..., group == one].mean(axis=-1) for one in range(int(group.max()) + 1)], axis=-1)


def reached_of(
    runs: Array, chosen: Places, aims: Sequence[Aim], gains: Sequence[Array], fixed: Array, left: AsFiled, file: int, later: float = 0.0
) -> Array:
    """What there is of each target so many days after its day, if this (4, choice) runs from some days on: (target, draw)."""
    filed, out = chosen[1] == file, []
    for aim, gain in zip(aims, gains, strict=True):
        new = gain[chosen[0], chosen[2]].T * (runs <= day(aim.target.day) + later)
        if filed.any():
            new[:, filed] = left.amount(aim, gain, later)[:, chosen[0][filed]]
        out.append(new.sum(axis=1))
    return np.asarray(fixed + np.stack(out))
