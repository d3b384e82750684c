"""Why nothing keeps the limits, and the nearest that does."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.compute.serving import Parts
from stargauge.plan.serving.search import Search, taken
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def why_not(found: Search) -> InputError:
    """Each limit that no layout keeps, or that no layout keeps with the others, and the limits nearest to those asked that one keeps."""
    asked = found.case.demand
    faults = [*_accelerators(found)]
    for name, kept, others, value, said in (
        ("--ttft", found.in_time, found.fast, found.rows.first(asked.of), asked.first),
        ("--tpot", found.fast, found.in_time, found.rows.each, asked.each),
    ):
        if said is None or (kept & others).any():
            continue
        faults.append(Fault(_told(found, name, kept, others, value, said), path=name))
    faults.append(Fault(_nearest(found), path=say("nearest that works")))
    return InputError(faults)


def _accelerators(found: Search) -> list[Fault]:
    asked = found.case.demand
    kept = found.in_time & found.fast
    if asked.accelerators is None or not kept.any() or (kept & found.enough).any():
        return []
    needed = _needed(found)
    return [
        Fault(
            say(
                "{accelerators:,} are not enough under these limits; {enough:,.0f} are",
                accelerators=asked.accelerators,
                enough=np.nanmin(needed[kept]),
            ),
            path="--accelerators",
        )
    ]


def _needed(found: Search) -> Array:
    free = replace(found, case=replace(found.case, demand=replace(found.case.demand, accelerators=None)))
    return taken(free.rows, free.units)


def _told(found: Search, name: str, kept: Flags, others: Flags, value: Array, said: float) -> str:
    first = say("the first token ({of} of requests)", of=found.case.demand.of)
    what = {"--ttft": first, "--tpot": say("each further token")}[name]
    at = int(np.nanargmin(value))
    told = {"what": what, "limit": seconds(said), "least": seconds(float(value[at]), True), "layout": parts_at(found, at).text}
    if not kept.any():
        return say("no layout brings {what} within {limit}; the least is {least}, with {layout}", **told)
    if not others.any():
        return say("kept by some layouts, but by none with the other limit; alone the least is {least}, with {layout}", **told)
    both = np.where(others, value, np.inf)
    at = int(np.argmin(both))
    told |= {"least": seconds(float(both[at]), True), "layout": parts_at(found, at).text}
    return say("not kept together with the other limit; with that kept the least is {least}, with {layout}", **told)


def _nearest(found: Search) -> str:
    """The row that is least beyond its limits, and the limits that it keeps."""
    asked, rows = found.case.demand, found.rows
    first, each = rows.first(asked.of), rows.each
    beyond = np.ones(len(each))
    beyond = beyond if asked.first is None else np.maximum(beyond, first / asked.first)
    beyond = beyond if asked.each is None else np.maximum(beyond, each / asked.each)
    needed = _needed(found)
    if asked.accelerators is not None:
        beyond = np.maximum(beyond, needed / asked.accelerators)
    at = int(np.nanargmin(np.where(np.isfinite(beyond), beyond, np.inf)))
    told = [] if asked.first is None else [f"--ttft {seconds(max(float(first[at]), asked.first), True)}"]
    told += [] if asked.each is None else [f"--tpot {seconds(max(float(each[at]), asked.each), True)}"]
    told += [] if asked.accelerators is None else [f"--accelerators {max(math.ceil(needed[at]), asked.accelerators)}"]
    return say("{limits}, with {layout}", limits=" ".join(told), layout=parts_at(found, at).text)


def parts_at(found: Search, row: int) -> Parts:
    """The layout of a row."""
    return parts_of(found, int(found.rows.place[row]))


def parts_of(found: Search, place: int) -> Parts:
    """A layout by its place."""
    tensor, pipeline, expert, data = (round(float(one[place])) for one in found.layouts)
    return Parts(tensor, pipeline, expert, data)


def seconds(value: float, up: bool = False) -> str:
    """A time as it is written on the command line, three figures; `up`: rounded up, so that it is kept."""
    unit, size = ("s", 1.0) if value >= 1.0 else ("ms", 1e-3)
    number = value / size
    digits = 10.0 ** (math.floor(math.log10(max(number, 1e-9))) - 2)
    number = (math.ceil(number / digits - 1e-9) if up else round(number / digits)) * digits
    return f"{number:.12g}{unit}"
