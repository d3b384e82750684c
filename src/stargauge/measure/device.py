"""What an accelerator is to whoever measures it: what it says of itself, and the time that a kernel takes on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from stargauge.measure.kernels import Kernel


class CannotRun(Exception):
    """A kernel that this accelerator, or the software on it, does not run; the text says why."""


@dataclass(frozen=True)
class Facts:
    """What an accelerator says of itself. Zero: not said.

    `memory` and `cache` in bytes, `clock` and `memory_clock` the most of each in 1/s, `power_limit` in W, `devices`: how many of them there
    are.
    """

    name: str
    driver: str
    software: str
    memory: float
    multiprocessors: int
    cache: float
    capability: str
    clock: float = 0.0
    memory_clock: float = 0.0
    power_limit: float = 0.0
    devices: int = 1


@dataclass(frozen=True)
class Effort:
    """How long a kernel is looked at: repeats that are timed, seconds of each at least, seconds in all at most.

    `lead`: seconds that it runs before, until its power has settled: a rested chip is faster for some hundredths of a second.
    """

    repeats: int = 20
    each: float = 0.01
    most: float = 0.8
    lead: float = 0.25


@dataclass(frozen=True)
class Timing:
    """Seconds of one call in each repeat, how it was timed (`graph`, `eager`, `processes`), the clock meanwhile, and what was noted."""

    seconds: tuple[float, ...]
    timed_by: str
    clock: float = 0.0
    note: str = ""


@dataclass(frozen=True)
class Draw:
    """Power read while one kernel runs for seconds: samples in W, their clock in 1/s, mean by the energy counter, and calls per second."""

    watts: tuple[float, ...]
    clocks: tuple[float, ...]
    mean: float
    calls_per_second: float
    temperature: float = 0.0


class Device(Protocol):
    """An accelerator."""

    @property
    def facts(self) -> Facts:
        """What it says of itself."""

    def time(self, kernel: Kernel, effort: Effort) -> Timing:
        """The time of a kernel. Raises CannotRun where it does not run it."""

    def draw(self, kernel: Kernel, seconds: float) -> Draw:
        """Its power while a kernel runs over and over. Raises CannotRun where it cannot be read."""
