"""Long runs and large programmes: peak memory of a command and of each of its processes, and how cost grows with what is asked."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bench.figure import Figure

AS_OF = "2026-11-22"
MOST_MEMORY = 1024.0


class Cost(NamedTuple):
    """What a command took: CPU seconds with its processes, wall seconds, peak memory in MB of itself and of the largest it began."""

    cpu: float
    wall: float
    memory: float
    beside: float


def cost_of(arguments: list[str]) -> Cost:
    """Run `stargauge` with these arguments and look at its processes while it runs."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "src")}
    began, before = time.perf_counter(), os.times()
    child = subprocess.Popen([sys.executable, "-m", "stargauge", *arguments], stdout=subprocess.DEVNULL, env=environment)
    beside: list[float] = [0.0]
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            for task in Path(f"/proc/{child.pid}/task").glob("*/children"):
                with suppress(OSError):
                    beside.extend(peak_of(int(pid)) for pid in task.read_text().split())
                beside[:] = [max(beside)]

    watcher = threading.Thread(target=look)
    watcher.start()
    _, status, usage = os.wait4(child.pid, 0)
    over.set()
    watcher.join()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"stargauge {' '.join(arguments)}: exit code {child.returncode}")
    now = os.times()
    cpu = now.children_user + now.children_system - before.children_user - before.children_system
    return Cost(cpu, time.perf_counter() - began, usage.ru_maxrss / 1024, max(beside))


def peak_of(pid: int) -> float:
    """The peak memory of a running process, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def long_runs() -> Iterator[Figure]:
    """Simulate and check with more and more draws over two processes: memory stays within a gigabyte, here and in each process."""
    most = int(os.environ.get("STARGAUGE_BENCH_DRAWS", "1_000_000"))
    for command in ("simulate", "check"):
        for draws in (draws for draws in (100_000, 300_000, 1_000_000) if draws <= most):
            made = cost_of([command, "--as-of", AS_OF, "--draws", str(draws), "--workers", "2"])
            told = f"{made.wall:,.0f} s wall; largest process beside it {made.beside:,.0f} MB"
            yield Figure(f"{command}, {draws:,} draws", made.cpu, "CPU-s", note=told)
            yield Figure(f"{command}, {draws:,} draws, peak memory", max(made.memory, made.beside), "MB", at_most=MOST_MEMORY)
