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
#: MB that a long run may take, all its processes together.
MOST_MEMORY = 1000.0


class Cost(NamedTuple):
    """What a command took: CPU seconds with its processes, wall seconds, peak memory (MB) of all together and of the largest process.

    Together: each page once, shared by whoever has it (Linux: Pss), looked at five times a second.
    """

    cpu: float
    wall: float
    memory: float
    largest: float


def cost_of(arguments: list[str], answer: Path | None = None) -> Cost:
    """Run `stargauge` with these arguments and look at its processes while it runs. `answer`: the file that takes what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "src")}
    began, before = time.perf_counter(), os.times()
    with (answer or Path(os.devnull)).open("wb") as printed:
        child = subprocess.Popen([sys.executable, "-m", "stargauge", *arguments], stdout=printed, env=environment)
    together, largest = [0.0], [0.0]
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            held = [memory_of(pid) for pid in (child.pid, *begun_by(child.pid))]
            together[0] = max(together[0], sum(shared for shared, _ in held))
            largest[0] = max(largest[0], *(peak for _, peak in held))

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
    return Cost(cpu, time.perf_counter() - began, together[0], max(largest[0], usage.ru_maxrss / 1024))


def begun_by(pid: int) -> list[int]:
    """The processes that a running process has begun."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(one) for one in task.read_text().split()]
    return found


def memory_of(pid: int) -> tuple[float, float]:
    """The memory of a running process, its part of what it shares counted, and its peak with all of that, in MB."""
    with suppress(OSError):
        lines = [line for name in ("smaps_rollup", "status") for line in Path(f"/proc/{pid}/{name}").read_text().splitlines()]
        held = {line.split()[0]: float(line.split()[1]) / 1024 for line in lines if line.startswith(("Pss:", "VmHWM:"))}
        return held.get("Pss:", 0.0), held.get("VmHWM:", 0.0)
    return 0.0, 0.0


def long_runs() -> Iterator[Figure]:
    """Simulate and check with more and more draws over two processes: a gigabyte for all together, and the answer of one process."""
    most = int(os.environ.get("STARGAUGE_BENCH_DRAWS", "1_000_000"))
    with tempfile.TemporaryDirectory() as folder:
        for command in ("simulate", "check"):
            for draws in (draws for draws in (100_000, 300_000, 1_000_000) if draws <= most):
                asked = [command, "--as-of", AS_OF, "--draws", str(draws), "--json"]
                made = cost_of([*asked, "--workers", "2"], Path(folder, "two"))
                told = f"{made.wall:,.0f} s wall; largest process {made.largest:,.0f} MB"
                yield Figure(f"{command}, {draws:,} draws", made.cpu, "CPU-s", note=told)
                yield Figure(f"{command}, {draws:,} draws, peak memory", made.memory, "MB", at_most=MOST_MEMORY)
            cost_of([*asked, "--workers", "1"], Path(folder, "one"))
            lines = [Path(folder, name).read_bytes().splitlines() for name in ("one", "two")]
            others = len(lines[0]) != len(lines[1]) or any(one != two for one, two in zip(*lines, strict=False) if b'"seconds"' not in one)
            yield Figure(f"{command}, {draws:,} draws, other answer by one process", others, "", at_most=0)


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
