"""Events of training jobs on a fleet per CPU-second: many histories in lockstep, beside a plain loop over a heap."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from bench.figure import Figure
from stargauge.quantity.compute.checkpoints import best_interval
from stargauge.quantity.compute.failures import Cause
from stargauge.quantity.compute.fleet_events import JobRun, Spares, run_fleet

HISTORIES, DAYS, HEAP_DAYS = 8192, 4.0, 40.0
_DAY = 86_400.0
#: Stops of 16,384 accelerators every 3.1 hours, checkpoints as long as is best, slow nodes, planned stops, few spares.
BETWEEN, STALL = 11_124.0, 20.0
CAUSES = (Cause("accelerator", 0.6, True), Cause("network", 0.15, True), Cause("software", 0.25, False))


def _job() -> JobRun:
    interval = float(best_interval(np.array(STALL), np.array(BETWEEN)))
    return JobRun(BETWEEN, interval, STALL, 240.0, 300.0, 60.0, 1800.0, 0.01, 2.0 * _DAY, 0.1 * _DAY, 0.1)


def fleet_events() -> Iterator[Figure]:
    """Events per CPU-second, and how many times those of a plain loop in the same run."""
    from tests.fleet_heap import heap_fleet

    run_fleet([_job()], CAUSES, 0.05 * _DAY, HISTORIES, 0, Spares(16, 2.0 * _DAY))  # what is only paid once
    start = time.process_time()
    made = run_fleet([_job()], CAUSES, DAYS * _DAY, HISTORIES, 0, Spares(16, 2.0 * _DAY))
    ours = made.events / (time.process_time() - start)
    start = time.process_time()
    plain = heap_fleet([_job()], list(CAUSES), HEAP_DAYS * _DAY, 0, 16, 2.0 * _DAY)
    theirs = plain.events / (time.process_time() - start)
    yield Figure("events of a fleet", ours / 1e6, "M/CPU-s", at_least=2.0)
    yield Figure("a plain loop over a heap", theirs / 1e6, "M/CPU-s", note="SimPy, as published: 0.08 to 0.4")
    yield Figure("times a plain loop", ours / theirs, "times")
