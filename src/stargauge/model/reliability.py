"""How often a large training job stops, how often it saves, and how much of its time is useful."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.compute import checkpoints
from stargauge.quantity.compute.failures import time_between
from stargauge.quantity.quantity import quantity

Array = NDArray[np.float64]

_SECONDS, _HOURS = 3600.0, 24.0


@quantity("1", "draw")
def training_job_nodes(training_job_accelerators: Array, accelerators_per_node: Array) -> Array:
    """Nodes of one large training job. Axes: draw. Units: 1."""
    return training_job_accelerators / accelerators_per_node


@quantity("h", "draw")
def mtbf(training_job_nodes: Array, node_failure_rate: Array) -> Array:
    """Mean time between failures that stop a job on many nodes.

    M = 24 h/d / (N r)                                                                      (1)

    N: nodes, r: failures per node and day. Axes: draw. Units: 1, 1/d -> h. Source: series model of nodes as in Kokolis et al. (2025),
    arXiv:2410.21680: 2,048 nodes at 6.5 per 1,000 node-days make 1.8 h. Leaves out: infant mortality, failures that come together.
    """
    return _HOURS * time_between(training_job_nodes, node_failure_rate)


@quantity("h", "draw")
def checkpoint_interval(checkpoint_stall: Array, mtbf: Array) -> Array:
    """Useful work between two checkpoints that loses least, exactly.

    tau = x M,  x + ln(1 - x) + w / M = 0                                                     (1)

    w: time the job stands still for a checkpoint. Axes: draw. Units: s, h -> h. Source: the maximum of tau / (exp((tau + w) / M) - 1), the
    renewal form of Daly (2006), Future Generation Computer Systems 22(3); Young's sqrt(2 w M) is its first order.
    """
    return checkpoints.best_interval(checkpoint_stall / _SECONDS, mtbf)


@quantity("1", "draw")
def goodput(
    mtbf: Array, checkpoint_interval: Array, checkpoint_stall: Array, restart_time: Array, planned_downtime: Array, straggler_loss: Array
) -> Array:  # fmt: skip
    """Share of a job's time that becomes kept work at full speed.

    g = tau / E (1 - p) (1 - s),  E = M exp(R / M) (exp((tau + w) / M) - 1)                  (1)

    E: expected time until an interval of work and its checkpoint are done when failures come at random and may also hit the restart R
    (detection, spare, reload); p: share of time in planned stops, s: speed lost to slow nodes until they are swapped. Between 0 and 1 for
    any size, unlike the first-order form. Axes: draw. Units: h, s, 1 -> 1. Source: Daly (2006), Future Generation Computer Systems 22(3),
    complete model. Leaves out: waiting for spares beyond R, checkpoints written in the background, lost steps of data loading.
    """
    recovery = checkpoints.Recovery(np.zeros_like(restart_time), restart_time)
    kept = checkpoints.goodput(mtbf, checkpoint_interval, checkpoint_stall / _SECONDS, recovery)
    return np.asarray(kept * (1.0 - planned_downtime) * (1.0 - straggler_loss))
