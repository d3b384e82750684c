"""A staged supply between the days on which its parts become ready: what is there, a test of each stage, a typical and a worst week."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from stargauge.plan.dispatched import Tested
from stargauge.plan.options import Array, BatteryOption, PlantOption
from stargauge.plan.supply_program import CHARGE, DISCHARGE, YEAR, Supply

WEEK = 168
Parts = tuple[Sequence[PlantOption], Sequence[BatteryOption]]


def each(parts: Parts) -> list[PlantOption | BatteryOption]:
    """Plants and batteries alike."""
    return [*parts[0], *parts[1]]


@dataclass(frozen=True)
class Stage:
    """From one hour of the plan up to another: what is there, the load in it, and its test, of its last year where it is longer."""

    first: int
    last: int
    parts: Parts
    mean: float
    peak: float
    test: Tested


#: Runs what is there against a load by hour of a year, or (hour, year).
Runner = Callable[[Parts, Array], Tested]


def staged(load: Array, test_load: Array, parts: Parts, run: Runner) -> tuple[Stage, ...]:
    """The stages of a supply, each run by rule in its own hours; hours outside of it have no load, so that nothing of them counts."""
    return tuple(_stages(load, test_load, parts, run))


def _stages(load: Array, test_load: Array, parts: Parts, run: Runner) -> Iterator[Stage]:
    hours = len(load)
    days = sorted({0, hours, *(one.ready for one in each(parts) if 0 < one.ready < hours)})
    for first, last in pairwise(days):
        there = [plant for plant in parts[0] if plant.ready <= first], [one for one in parts[1] if one.ready <= first]
        own = load[first:last]
        if own.max() > 0.0:
            tested = run(there, _within(test_load, max(first, last - YEAR), last))
            yield Stage(first, last, there, float(own.mean()), float(own.max()), tested)


def _within(load: Array, first: int, last: int) -> Array:
    """A year's load, hours in the places that they have in a year, none outside."""
    made, hours = np.zeros((YEAR, *load.shape[1:])), np.arange(first, last)
    made[hours % YEAR] = load[hours]
    return made


def stage_data(stage: Stage, supply: Supply, load: Array, start: date, shown: Parts) -> dict[str, Any]:
    """A stage as plain data, of what is large enough to be shown; weeks where it has one."""
    names = {one.name for one in each(shown)} | {one.name for one in stage.parts[0] if one.standby}
    there = [one for one in each(stage.parts) if one.name in names]
    held = {one.name: supply.sizes[f"{one.name} energy"] for one in stage.parts[1]}
    kept = [one for one in stage.parts[0] if one.name in names and not one.standby], [one for one in stage.parts[1] if one.name in names]
    return {
        "from": str(start + timedelta(hours=stage.first)), "until": str(start + timedelta(hours=stage.last)),
        "hours": stage.last - stage.first, "tested_hours": min(stage.last - stage.first, YEAR),
        "load": {"unit": "W", "mean": stage.mean, "peak": stage.peak},
        "there": [{"name": one.name, "size": supply.sizes[one.name], "energy_size": held.get(one.name)} for one in there],
        "weeks": weeks(supply, load, kept, stage.first, stage.last) if stage.last - stage.first >= WEEK else None,
    }  # fmt: skip


def weeks(supply: Supply, load: Array, shown: Parts, first: int, last: int) -> dict[str, Any]:
    """A typical and the worst week between two hours, as planned: the worst asks most of plants that run as wanted."""
    flows = {plant.name: supply.flows[plant.name] for plant in shown[0]}
    for one in shown[1]:
        flows[one.name] = supply.flows[f"{one.name} {DISCHARGE}"] - supply.flows[f"{one.name} {CHARGE}"]
    count = (last - first) // WEEK
    run = sum((flows[plant.name] for plant in shown[0] if plant.chosen), np.zeros(len(load)))
    asked = run[first : first + count * WEEK].reshape(count, WEEK).sum(axis=1)
    places = {"typical": int(np.argsort(asked, kind="stable")[count // 2]), "worst": int(asked.argmax())}
    return {name: {"week": week + 1, "unit": "W", **_week(flows, load, first + week * WEEK)} for name, week in places.items()}


def _week(flows: dict[str, Array], load: Array, hour: int) -> dict[str, Any]:
    return {"load": _hours(load, hour), "sources": {name: _hours(flow, hour) for name, flow in flows.items()}}


def _hours(values: Array, hour: int) -> list[float]:
    return [float(value) for value in values[hour : hour + WEEK]]
