"""An accelerator in words: what it says of itself, and times by a formula, so that everything but PyTorch runs without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stargauge.measure.device import CannotRun, Draw, Effort, Facts, Timing
from stargauge.measure.kernels import Kernel

H100 = Facts("NVIDIA H100 80GB HBM3", "580.1", "PyTorch 2.11; CUDA 13.0; cuDNN 9", 85e9, 132, 50e6, "9.0", 1.98e9, 2.6e9, 700.0, 1)
#: What it reaches: operations per second by type, bytes per second, and the part of each call that is fixed.
RATES = {"bf16": 700e12, "fp16": 690e12, "fp8": 1300e12, "tf32": 380e12, "fp32": 50e12}
BYTE_RATE, FIXED = 3.0e12, 4e-6


@dataclass
class Described:
    """A device described: a roofline with a fixed part for each call; three repeats, the same but for a per mille."""

    facts: Facts = H100
    rates: Mapping[str, float] = field(default_factory=lambda: dict(RATES))
    refuses: frozenset[str] = frozenset()
    power: float | None = 650.0
    asked: list[Kernel] = field(default_factory=list)

    def seconds(self, kernel: Kernel) -> float:
        """The time of a kernel by the formula."""
        share = {"attention": 0.6, "attention-backward": 0.5}.get(kernel.operation, 1.0)
        return max(kernel.flop / (share * self.rates[kernel.dtype]), kernel.byte / BYTE_RATE) + FIXED

    def time(self, kernel: Kernel, effort: Effort) -> Timing:
        """As `Device.time`."""
        self.asked.append(kernel)
        if kernel.dtype in self.refuses or kernel.operation in self.refuses or kernel.variant in self.refuses:
            raise CannotRun("not on this chip")
        at = self.seconds(kernel)
        return Timing((at * 0.999, at, at * 1.001), "graph", 1.7e9)

    def draw(self, kernel: Kernel, seconds: float) -> Draw:
        """As `Device.draw`."""
        if self.power is None:
            raise CannotRun("no reading of the power")
        return Draw((self.power - 5, self.power, self.power + 5), (1.5e9, 1.5e9, 1.6e9), self.power, 1.0 / self.seconds(kernel), 60.0)
