"""The engine against the plain-Python style, against the machine's write floor, and against its own size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from bench import campus, small
from bench.figure import Figure
from bench.written import Written, counting
from stargauge import api
from stargauge.engine.collect import Values
from stargauge.engine.graph import Graph
from stargauge.engine.result import World
from stargauge.engine.run import Run
from stargauge.engine.spread import sampling_error
from stargauge.quantity.quantity import FIXED_AXES

#: A Python with squigglepy in it; ours where the variable is not set.
PEER = os.environ.get("STARGAUGE_BENCH_PEER", sys.executable)


def small_world() -> World:
    """The small model as a world."""
    inputs = small.inputs()
    made = {name: one.quantity for name, one in inputs.items()} | {f.quantity.name: f.quantity for f in small.FUNCTIONS}
    return World(Graph(made), inputs, dict(FIXED_AXES), 1, "small")


def peer(draws: int = 2**20, samples: int = 10_000) -> Iterator[Figure]:
    """Model evaluations per CPU-second: ours, the peer's, their ratio; the means agree within their error."""
    run = small_world().run(small.OUTPUTS)
    collectors = {name: Values(name) for name in small.OUTPUTS}
    run.collect(collectors, 2**16)
    start = time.process_time()
    found = run.collect(collectors, draws)
    ours = draws / (time.process_time() - start)
    command = [PEER, str(Path(__file__).with_name("peer.py")), json.dumps(small.RANGES), str(samples)]
    other = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    gaps = [
        abs(found[name].values.mean() - mean) / np.hypot(error, sampling_error(found[name].values))
        for name, mean, error in zip(small.OUTPUTS, other["means"], other["errors"], strict=True)
    ]
    yield Figure(
        "model evaluations, ours", ours, "1/CPU-s", note=f"{draws:,} draws, {len(small.RANGES)} inputs, {len(small.OUTPUTS)} outputs"
    )
    yield Figure("model evaluations, peer", other["per_second"], "1/CPU-s", note=f"{other['style']}, {samples:,} samples")
    goal = 1000 if other["style"].startswith("squigglepy") else None
    yield Figure("ratio to the peer", ours / other["per_second"], "x", at_least=goal, note="" if goal else "the goal is against squigglepy")
    yield Figure("largest gap of the means", max(gaps), "std. errors", at_most=4, note="six outputs")


#: What a check of Stargate computes, with the day it is asked for.
REAL = ("capital_deployed", "jobs_total", "power_facility", "funding_gap", "buildings", "revenue", "accelerators", "jobs_construction_peak")
AS_OF = "2026-11-22"


def traffic(blocks: int = 40) -> Iterator[Figure]:
    """Bytes that the warm engine writes per second, as a share of what the machine can write: on the made-up campus, and on Stargate."""
    floor = write_floor()
    yield Figure("write floor of this machine", floor / 1e9, "GB/s", note="fill over 256 MB, one thread, best of 5")
    real = api.simulate("stargate", quantities=["buildings[operational]"], as_of=AS_OF, draws=256).world
    for name, run in (("campus", campus.world().run(campus.WANTED)), ("Stargate", real.run(REAL))):
        seconds = fastest(lambda run=run: make_blocks(run, blocks)) / blocks  # type: ignore[misc]
        returned, written = bytes_of_a_block(run)
        yield Figure(f"a block of {name}", 1e3 * seconds, "ms", note=f"{len(run.plan.steps)} steps, {run.sampler.cells} streams")
        yield Figure(
            f"{name}, results alone, share of the floor", 100 * returned / seconds / floor, "%", note=f"{returned / 1e6:.1f} MB a block"
        )
        share = 100 * written / seconds / floor
        yield Figure(f"{name}, all that is written, share", share, "%", at_least=15, note=f"{written / 1e6:.1f} MB a block")


def bytes_of_a_block(run: Run) -> tuple[int, int]:
    """Bytes of the arrays that steps return, and of all that their array operations write (inputs drawn: their own size once)."""
    known = {**run.static, **run.sampler.draw(0)}
    values = {name: one.view(Written) if isinstance(one, np.ndarray) else one for name, one in known.items()}
    returned, Written.total = 0, sum(values[name].nbytes for name in run.plan.inputs if name not in run.static)
    for step in run.plan.steps:
        with counting():
            values[step.name] = step.quantity.function(**{need: values[need] for need in step.quantity.needs})
        returned += getattr(values[step.name], "nbytes", 0)  # fits that are made once have no size of their own
    return returned, Written.total


def scaling() -> Iterator[Figure]:
    """Cost against draws, phases and months: the exponent of a power law through four sizes; at most linear, with a little room."""
    for axis, sizes, cost in (
        ("draws", (1024, 4096, 16384, 32768), lambda n: run_cost(campus.world(), n // 256)),
        ("phases", (38, 152, 608, 2432), lambda n: run_cost(campus.world(phases=n), 8)),
        ("months", (48, 192, 768, 1536), lambda n: run_cost(campus.world(months=n), 8)),
    ):
        seconds = [cost(size) for size in sizes]
        slope = float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
        told = ", ".join(f"{size:,}: {1e3 * s:.0f} ms" for size, s in zip(sizes, seconds, strict=True))
        yield Figure(f"cost against {axis}, exponent", slope, "", at_most=1.15, note=told)


def run_cost(world: World, blocks: int) -> float:
    """Seconds for some blocks of a warm run."""
    run = world.run(campus.WANTED)
    return fastest(lambda: make_blocks(run, blocks), 3)


def make_blocks(run: Run, blocks: int) -> None:
    """Make blocks and drop each, as a run does whose collectors keep little."""
    for number in range(blocks):
        run.block(number)


def fastest(work: Callable[[], object], times: int = 5) -> float:
    """The shortest CPU time of some runs of the same work, after one that warms up."""
    work()
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def write_floor(megabytes: int = 256) -> float:
    """Bytes per second that one thread can write into memory it already holds."""
    array = np.ones(megabytes * 2**17)
    return array.nbytes / fastest(lambda: array.fill(2.0))
