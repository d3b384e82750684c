"""Long runs and large programmes: peak memory of a command and of each of its processes, and how cost grows with what is asked."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from math import log
from pathlib import Path
from typing import NamedTuple

from bench.figure import Figure

AS_OF = "2026-11-22"
MOST_MEMORY = 1024.0


class Cost(NamedTuple):
    """What a command took: CPU seconds with its processes, wall seconds, peak memory (MB) of itself and of the largest it began."""

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


#: The programme that everything is measured against, and the sizes of each axis.
BASE = {"draws": 1024, "sites": 4, "phases": 8, "months": 72, "claims": 4}
SIZES = {
    "draws": (1024, 4096, 16384), "sites": (4, 16, 64), "phases": (8, 64, 512), "months": (72, 216, 648), "claims": (4, 64, 512),
}  # fmt: skip


class Point(NamedTuple):
    """CPU seconds and peak memory (MB) of one check in a process of its own, once everything is imported."""

    cpu: float
    memory: float


def growth() -> Iterator[Figure]:
    """Cost of a check against draws, sites, phases, months and claims, each alone: the exponent of the last step of its size."""
    for axis, sizes in SIZES.items():
        points = [_point({**BASE, axis: size}) for size in sizes]
        told = ", ".join(f"{size:,}: {one.cpu:.2f} CPU-s, {one.memory:,.0f} MB" for size, one in zip(sizes, points, strict=True))
        step = log(sizes[-1] / sizes[-2])
        yield Figure(f"CPU against {axis}, exponent", log(points[-1].cpu / points[-2].cpu) / step, "", at_most=1.15, note=told)
        yield Figure(f"peak memory against {axis}, exponent", log(points[-1].memory / points[-2].memory) / step, "", at_most=1.0)


def _point(sizes: dict[str, int]) -> Point:
    root = Path(__file__).resolve().parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(root / "src"), str(root))), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "bench.scale", json.dumps(sizes)]
    return Point(*json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout))


def programme_of(sizes: dict[str, int]) -> str:
    """A made-up programme of so many sites, phases, months and claims. Its numbers are made up; only cost is measured."""
    sites, phases, months = (sizes[name] for name in ("sites", "phases", "months"))
    said = "{value: 100 MW, status: planned, source: plan}"
    begun = "{energised: {value: 2026-06, status: planned, source: plan}, operational: {value: 2026-09, status: planned, source: plan}}"
    lines = ["name: Made up", "price_year: 2025", "start: 2025-01", f"horizon: {2024 + months // 12}-12", "sources:",
             "  plan: {publisher: A, title: Plan, date: 2025-01-20, grade: A}", "sites:"]  # fmt: skip
    for site in range(sites):
        lines += [f"  s{site}:", "    place: abilene-tx", "    cooling: closed-loop-chiller", "    hardware: gb200-nvl72", "    phases:"]
        lines += [f"      p{phase}: {{it_power: {said}, milestones: {begun}}}" for phase in range(site, phases, sites)] or [
            f"      p0: {{it_power: {said}}}"
        ]
    lines.append("claims:")
    for claim in range(sizes["claims"]):
        reading = f"power_it[operational] >= {100 + claim} MW by {2026 + claim % 3}-12-31"
        lines += [f"  c{claim}:", "    speaker: A", "    said: 2025-01-20", "    says: It runs.", "    source: plan",
                  "    ours: the end of the month", f'    readings: {{as said: "{reading}"}}']  # fmt: skip
    return "\n".join([*lines, ""])


def _measured(sizes: dict[str, int]) -> None:
    from stargauge import api

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made-up.yaml")
        path.write_text(programme_of(sizes), encoding="utf-8")
        began = time.process_time()
        api.check(path, as_of="2025-06-01", draws=sizes["draws"], workers=1)
        cpu = time.process_time() - began
    print(json.dumps([cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


if __name__ == "__main__":
    _measured(json.loads(sys.argv[1]))
