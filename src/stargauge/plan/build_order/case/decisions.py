"""What is decided of a programme, before any run: buildings, their sizes, what to choose from; and how starts of work are laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.simulate import case_of
from stargauge.plan.build_order.case.choices import (
    FILE,
    POWERS,
    Ground,
    Lot,
    buildings_of,
    carried,
    further_buildings,
    given_up,
    ground_of,
    overlay_of,
    powers_of,
    supply_of,
)
from stargauge.plan.build_order.told.said import NAME, Said
from stargauge.programme.known import Known, known
from stargauge.programme.overlay import overlay
from stargauge.programme.schema import UNSITED, Programme
from stargauge.quantity.dates import day, month_end, months_between
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

Mask = NDArray[np.bool_]

#: How many generations of accelerators there are to choose from at most, unless told otherwise; how many newer ones put one out of sale.
GENERATIONS, NEWER = 4, 2


class Decisions(NamedTuple):
    """What is decided: buildings and their sites; `sizes`: IT and facility power (W) at the median, by building; `powers`: those that any
    site may have, `offered`: (building, power), which may carry which."""

    lots: tuple[Lot, ...]
    grounds: tuple[Ground, ...]
    sizes: dict[str, tuple[float, float]]
    powers: tuple[str, ...]
    offered: Mask


def decisions_of(now: Known, powers: tuple[str, ...] = (), further: bool = True) -> Decisions:
    """What there is to decide of what is known on a day. `powers`: those that may be chosen (all where none is named)."""
    middle = _middle(now)
    more = further_buildings(now, {name: size for name, (_, size) in middle.items()}, _land(now)) if further else {}
    lots = buildings_of(now, more)
    grounds = tuple(ground_of(now, site) for site in dict.fromkeys(lot.site for lot in lots))
    filed = any(not lot.further for lot in lots)
    among = tuple(
        one
        for one in POWERS
        if one in (powers or POWERS) and (filed if one == FILE else any(one in powers_of(ground) for ground in grounds))
    )
    sizes = {lot.id: middle[lot.like] for lot in lots}
    return Decisions(lots, grounds, sizes, among, _offered(now, lots, grounds, sizes, among, middle))


def _offered(
    now: Known, lots: tuple[Lot, ...], grounds: tuple[Ground, ...], sizes: Mapping[str, tuple[float, float]], powers: tuple[str, ...],
    middle: Mapping[str, tuple[float, float]],
) -> Mask:  # fmt: skip
    """Which power may carry which building: (building, power). What a site states carries so many buildings, in their order.

    As the file has it only what is in the file can be.
    """
    out = np.zeros((len(lots), len(powers)), dtype=bool)
    decided = {lot.id for lot in lots}
    for ground in grounds:
        stands = [one.id for one in now.phases if one.site == ground.id and one.id not in decided and not given_up(now, one)]
        needed = sum(middle[one][1] for one in stands)
        for place, lot in enumerate(lots):
            if lot.site == ground.id:
                needed += sizes[lot.id][1]
                out[place] = [
                    not lot.further if power == FILE else power in powers_of(ground) and carried(ground, power, needed) for power in powers
                ]
    return out


def _middle(now: Known) -> dict[str, tuple[float, float]]:
    """IT and facility power (W) of every phase, all inputs at their medians."""
    got = case_of(now).values(["phase_it_power", "design_power_ratio", "phase_site"])
    ratio = got["design_power_ratio"][got["phase_site"].astype(np.intp)]
    return {
        name: (float(power), float(power * one)) for name, power, one in zip(now.axes["phase"], got["phase_it_power"], ratio, strict=True)
    }


def _land(now: Known) -> float:
    return float(case_of(now).values(["land_per_power"])["land_per_power"])


def chips_for(now: Known, asked: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The accelerators to choose from: those named, else the newest generations that ship within the clock. Raises InputError.

    One of which two newer ones ship on the day of knowledge is not made for a building that is yet to be begun.
    """
    axis = now.axes["chip"]
    unknown = [chip for chip in asked if chip not in axis]
    if unknown:
        raise InputError(
            [
                Fault(say('no accelerator "{one}" for {name}{near}', one=one, name=now.programme.name, near=did_you_mean(one, axis)))
                for one in unknown
            ]
        )
    if asked:
        return asked
    ships = case_of(now).values(["chip_ships_from"])["chip_ships_from"]
    last = day(now.months[-1])
    newest = sorted((float(when), chip) for when, chip in zip(ships, axis, strict=True) if when <= last)
    old = max(sum(when <= day(now.as_of) for when, _ in newest) - NEWER, 0)
    return tuple(chip for _, chip in newest[max(old, len(newest) - GENERATIONS) :]) or axis[-1:]


def months_for(now: Known, first: date | None, last: date) -> tuple[date, ...]:
    """Month ends in which work may start: from the month after the day of knowledge (or a later day) to a last one, at least one."""
    begin = max(first or now.as_of, now.as_of)
    ahead = [month for month in months_between(begin, max(begin, min(last, now.months[-1]))) if month > month_end(now.as_of)]
    return tuple(ahead) or (month_end(month_end(now.as_of) + timedelta(days=1)),)


class NothingToDecide(InputError):
    """Of a programme nothing can be decided: the message says why."""


def why_nothing(now: Known) -> Said:
    """Why nothing of a programme is decided, in words."""
    name = {"name": (now.programme.name, NAME)}
    sited = [phase for phase in now.phases if phase.site != UNSITED]
    here = [phase for phase in sited if not given_up(now, phase)]
    if not sited:
        return Said("{name} names no phase at a site.", name)
    if not here:
        return Said("Every phase of {name} is given up.", name)
    return Said("Work has begun on every phase of {name} that is not given up.", name)


class Laid(NamedTuple):
    """What lays starts and supply over a programme."""

    programme: Programme
    now: Known
    ground: Decisions
    cooling: Mapping[str, str]

    def at(self, when: date, power: str = "", cancelled: bool = False) -> Known:
        """All that is decided started on one day, the sites that can have a power on it; or all of it cancelled."""
        lots, sizes = self.ground.lots, self.ground.sizes
        supply = {
            one.id: supply_of(one, power, sum(sizes[lot.id][1] for lot in lots if lot.site == one.id))
            for one in self.ground.grounds
            if power in powers_of(one)
        }
        of_it = {name: it_power for name, (it_power, _) in sizes.items()}
        patch = overlay_of(self.now, lots, dict.fromkeys((lot.id for lot in lots), when), of_it, supply, self.cooling, cancelled)
        made = known(overlay(self.programme, patch, "plan"), self.now.catalogue.catalogue, self.now.as_of)
        return replace(made, catalogue=self.now.catalogue)
