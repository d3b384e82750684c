"""What moves every reading beyond the run itself, and how near its shares are to closed forms, beside SALib on the same draws."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bench.figure import Figure
from stargauge import api
from stargauge.api.programmes import said_by
from stargauge.audit.run import COLLECTOR, judge_of
from stargauge.audit.run import audit as audit_run
from stargauge.engine.simulate import simulate
from stargauge.quantity.effects.effects import effects

DRAWS, AS_OF = 10_000, date(2026, 11, 22)
Array = NDArray[np.float64]
_WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
#: The peer: first indices from any sample. Prints them with its CPU-seconds as JSON.
_PEER = """
import json, sys, time
import numpy as np
from SALib.analyze import rbd_fast
x, y = (np.array(part) for part in json.load(sys.stdin))
made = {"num_vars": x.shape[1], "names": [str(n) for n in range(x.shape[1])], "bounds": [[0.0, 1.0]] * x.shape[1]}
begun = time.process_time()
found = rbd_fast.analyze(made, x, y, num_resamples=2, seed=1)
print(json.dumps({"S1": np.asarray(found["S1"]).tolist(), "seconds": time.process_time() - begun}))
"""


def drivers() -> Iterator[Figure]:
    """CPU-seconds of the drivers of all readings, and the error of indices."""
    made = api.load("stargate")
    now = api.known(made, AS_OF)
    claims = said_by(made, AS_OF)
    result = simulate(now, (), draws=DRAWS, collectors={COLLECTOR: judge_of(api.asked_of(now, made, claims), now)})
    seconds = list[float]()
    for with_drivers in (False, True):
        begun = time.process_time()
        verdicts = audit_run(result, now, claims, ids=api.ids_of(made), with_drivers=with_drivers)
        seconds.append(time.process_time() - begun)
    readings = [reading for verdict in verdicts for reading in verdict.readings]
    moved = [reading.moved for reading in readings if reading.moved is not None]
    note = f"{len(moved)} of {len(readings)} readings move; {np.mean([one.resolved.value for one in moved]):.0%} resolved on average"
    yield Figure(f"drivers of all readings, {DRAWS:,} draws", seconds[1] - seconds[0], "CPU-s", at_most=3.0, note=note)
    for name, function, indices, size in (("Ishigami", _ishigami, _ishigami_indices, 3), ("Sobol's g", _g, _g_indices, 8)):
        yield from _error(name, function, *indices(), size)


def _error(name: str, function: Callable[[Array], Array], first: Array, total: Array, size: int) -> Iterator[Figure]:
    u = np.random.default_rng(1).random((size, DRAWS))
    y = function(u)
    begun = time.process_time()
    (found,) = effects({str(row): values for row, values in enumerate(u)}, y[None])
    seconds = time.process_time() - begun
    made = found.factors() if found else ()
    alone = float(np.abs(np.array([one.alone.value for one in made]) - first).max())
    worst = float(np.abs(np.array([one.total.value for one in made]) - total).max())
    yield Figure(f"{name}: error of first indices", alone, "", at_most=0.01, note=f"{DRAWS:,} plain draws, {seconds:.2f} CPU-s")
    yield Figure(f"{name}: error of total indices", worst, "", at_most=0.01)
    if python := os.environ.get("STARGAUGE_BENCH_SALIB"):
        asked = json.dumps([u.T.tolist(), y.tolist()])
        theirs = json.loads(subprocess.run([python, "-c", _PEER], input=asked, capture_output=True, text=True, check=True).stdout)
        error = float(np.abs(np.array(theirs["S1"]) - first).max())
        yield Figure(f"{name}: RBD-FAST's error over ours", error / alone, "times", note=f"first indices; theirs {error:.2g}")


def _ishigami(u: Array) -> Array:
    x = np.pi * (2.0 * u - 1.0)
    return np.asarray(np.sin(x[0]) + 7.0 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))


def _ishigami_indices() -> tuple[Array, Array]:
    one, two, both = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 49.0 / 8, 0.08 * np.pi**8 / 225
    whole = one + two + both
    return np.array([one, two, 0.0]) / whole, np.array([one + both, two, both]) / whole


def _g(u: Array) -> Array:
    return np.asarray(np.prod((np.abs(4.0 * u - 2.0) + _WEIGHTS[:, None]) / (1.0 + _WEIGHTS[:, None]), axis=0))


def _g_indices() -> tuple[Array, Array]:
    part = 1.0 / (3.0 * (1.0 + _WEIGHTS) ** 2)
    whole = np.prod(1.0 + part) - 1.0
    return part / whole, np.array([part[i] * np.prod(np.delete(1.0 + part, i)) for i in range(len(part))]) / whole
