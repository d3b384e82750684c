"""What was measured: one point for each kernel, in the order in which it was run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from stargauge.measure.device import CannotRun, Device, Effort, Facts, Timing
from stargauge.measure.kernels import Kernel, plan, sustained

Clock = Callable[[], float]
#: Seconds after which nothing new is started, and for how long the power is read.
LIMIT, DRAWN = 155.0, 3.0
QUICK_LIMIT, QUICK_DRAWN = 50.0, 2.0
QUICK = Effort(repeats=7, each=0.005, most=0.2, lead=0.1)


@dataclass(frozen=True)
class Point:
    """What one kernel reached: rates (or seconds, W) at P50, P10 and P90 over repeats. Absent (None) with the reason in `note`."""

    operation: str
    variant: str
    dtype: str
    shape: str
    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    flop: float = 0.0
    byte: float = 0.0
    seconds: float | None = None
    repeats: int = 0
    timed_by: str = ""
    clock: float = 0.0
    note: str = ""


class Step(NamedTuple):
    """How far a measurement has come."""

    done: int
    whole: int
    point: Point


def measured(device: Device, quick: bool = False, clock: Clock = time.monotonic, limit: float | None = None) -> Iterator[Step]:
    """Run everything and give each point as it is there. What does not run is a point without a value; so is what no time was left for."""
    kernels = plan(quick, device.facts.devices)
    end = clock() + (limit if limit is not None else QUICK_LIMIT if quick else LIMIT)
    effort, drawn = (QUICK, QUICK_DRAWN) if quick else (Effort(), DRAWN)
    held = sustained(quick)
    whole = len(kernels) + 2 * len(held)
    for place, kernel in enumerate(kernels):
        late = clock() >= end
        yield Step(place + 1, whole, left_out(kernel, "no time was left") if late else _point(device, kernel, effort))
    for place, point in enumerate(point for kernel in held for point in _power(device, kernel, drawn)):
        yield Step(len(kernels) + place + 1, whole, point)


def facts_as_points(facts: Facts) -> list[Point]:
    """What the accelerator says of itself, as points of their own; what it does not say is not among them."""
    said = (
        ("memory", facts.memory, "B"), ("cache", facts.cache, "B"), ("multiprocessors", float(facts.multiprocessors), "1"),
        ("clock_max", facts.clock, "1/s"), ("memory_clock_max", facts.memory_clock, "1/s"), ("power_limit", facts.power_limit, "W"),
        ("devices", float(facts.devices), "1"), ("capability", float(facts.capability or 0), "1"),
    )  # fmt: skip
    return [Point("device", "", "", name, unit, value) for name, value, unit in said if value]


def left_out(kernel: Kernel, why: str) -> Point:
    """A kernel that was not timed."""
    return Point(kernel.operation, kernel.variant, kernel.dtype, kernel.shape, kernel.unit, flop=kernel.flop, byte=kernel.byte, note=why)


def point_of(kernel: Kernel, timing: Timing) -> Point:
    """What a kernel reached: the amount it does over its median time; P10 of a rate is that of the P90 of its times."""
    fast, middle, slow = (quantile(timing.seconds, share) for share in (0.1, 0.5, 0.9))
    if kernel.amount:
        value, low, high = kernel.amount / middle, kernel.amount / slow, kernel.amount / fast
    else:
        value, low, high = middle, fast, slow
    return Point(
        kernel.operation, kernel.variant, kernel.dtype, kernel.shape, kernel.unit, value, low, high, kernel.flop, kernel.byte, middle,
        len(timing.seconds), timing.timed_by, timing.clock, timing.note,
    )  # fmt: skip


def quantile(values: Sequence[float], share: float) -> float:
    """A quantile of some values, between the nearest two in proportion."""
    ranked = sorted(values)
    place = share * (len(ranked) - 1)
    below = int(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (place - below)


def _point(device: Device, kernel: Kernel, effort: Effort) -> Point:
    try:
        timing = device.time(kernel, effort)
    except CannotRun as error:
        return left_out(kernel, str(error))
    if not timing.seconds or not all(0.0 < one < float("inf") for one in timing.seconds):
        return left_out(kernel, "the times read are no times")
    return point_of(kernel, timing)


def _power(device: Device, kernel: Kernel, seconds: float) -> list[Point]:
    """Power while a kernel runs for seconds, and what it reaches then."""
    silent = left_out(kernel, "")
    try:
        drawn = device.draw(kernel, seconds)
    except CannotRun as error:
        return [replace(silent, operation="power", unit="W", note=str(error)), replace(silent, note=str(error))]
    clock, each = quantile(drawn.clocks, 0.5) if drawn.clocks else 0.0, 1.0 / drawn.calls_per_second
    note = f"{drawn.temperature:.0f} degC at the end" if drawn.temperature else ""
    low, high = quantile(drawn.watts, 0.1), quantile(drawn.watts, 0.9)
    reached = replace(silent, value=kernel.amount / each, seconds=each, repeats=1, timed_by="eager", clock=clock)
    power = replace(
        silent, operation="power", unit="W", value=drawn.mean, low=low, high=high, repeats=len(drawn.watts), clock=clock, note=note
    )
    return [power, reached]
