"""The commands as a user runs them: whole processes, start-up included, with their peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure

AS_OF = "2026-11-22"
RUNS = 3
_MIB = 2**20


def _once(arguments: list[str]) -> tuple[float, float]:
    """Wall seconds and peak memory in MB of the largest process of a command."""
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_quiet())
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: exit code {child.returncode}")
    return time.perf_counter() - began, usage.ru_maxrss * 1024 / _MIB


def _quiet() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "src"), "PYTHONDONTWRITEBYTECODE": ""}


def _best(arguments: list[str], runs: int = RUNS) -> tuple[float, float]:
    """The fastest of some runs, and the peak memory of the largest."""
    found = [_once(arguments) for _ in range(runs)]
    return min(seconds for seconds, _ in found), max(memory for _, memory in found)


def whole() -> Iterator[Figure]:
    """Help and check, against the floor of importing what they stand on."""
    floor, _ = _best(["-c", "import numpy, pydantic, yaml"])
    yield Figure("floor: import numpy, pydantic, yaml", floor, "s")
    seconds, _ = _best(["-m", "stargauge", "--help"])
    yield Figure("stargauge --help", seconds, "s", at_most=0.25)
    for draws, most_seconds, most_memory in ((1024, 2.0, None), (10_000, 4.0, 400.0), (100_000, 30.0, 600.0)):
        seconds, memory = _best(["-m", "stargauge", "check", "--as-of", AS_OF, "--draws", str(draws)], RUNS if draws < 100_000 else 1)
        yield Figure(f"check, {draws:,} draws", seconds, "s", at_most=most_seconds, note=f"{seconds / floor:.1f} times the floor")
        yield Figure(f"check, {draws:,} draws, peak memory", memory, "MB", at_most=most_memory, note="largest process")


def depths() -> Iterator[Figure]:
    """On what verdicts rest, of all claims of Stargate: what their words mean, and every source left out in turn; beside one check."""
    one, _ = _best(["-m", "stargauge", "check", "--as-of", AS_OF])
    for name, most in (("definitions", 10.0), ("sources", 90.0)):
        seconds, memory = _best(["-m", "stargauge", name, "--as-of", AS_OF], 1)
        yield Figure(f"{name}, all claims", seconds, "s", at_most=most, note=f"{seconds / one:.1f} times one check; {memory:,.0f} MB")


def odds() -> Iterator[Figure]:
    """Odds over time, month by month: of the claim that rests on most of the model with what moved it, and of all; beside one check."""
    one, _ = _best(["-m", "stargauge", "check", "--as-of", AS_OF])
    for name, asked, most in (
        ("odds, one claim and what moved it", ["--claim", "jobs-100k/economy-wide"], 20.0),
        ("odds, all claims", [], None),
    ):
        seconds, memory = _best(["-m", "stargauge", "odds", *asked, "--to", AS_OF], 1)
        yield Figure(name, seconds, "s", at_most=most, note=f"{seconds / one:.1f} times one check; {memory:,.0f} MB")
