"""Failure rates, checkpoints and restarts by the catalogue: picks and labels, never computes."""

from __future__ import annotations

from stargauge.programme.known import Known
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import Estimate


def _fleet(known: Known, attribute: str) -> Estimate:
    return known.default("reliability", "fleet", attribute)


@quantity("1/d", "draw")
def node_failure_rate(known: Known) -> Estimate:
    """Failures that stop a job, per node and day."""
    return _fleet(known, "failure_rate")


@quantity("1", "draw")
def accelerators_per_node(known: Known) -> Estimate:
    """Accelerators in the node that failure rates are counted by."""
    return _fleet(known, "accelerators_per_node")


@quantity("s", "draw")
def checkpoint_stall(known: Known) -> Estimate:
    """Time a job stands still for a checkpoint."""
    return _fleet(known, "checkpoint_write")


@quantity("h", "draw")
def restart_time(known: Known) -> Estimate:
    """Time from a failure to work again: detection, spare, reload."""
    return _fleet(known, "restart_time")


@quantity("1", "draw")
def planned_downtime(known: Known) -> Estimate:
    """Share of a job's time in planned stops."""
    return _fleet(known, "planned_downtime")


@quantity("1", "draw")
def straggler_loss(known: Known) -> Estimate:
    """Share of a job's speed lost to slow nodes until they are swapped."""
    return _fleet(known, "straggler_loss")


@quantity("1", "draw")
def training_job_accelerators(known: Known) -> Estimate:
    """Accelerators of one large training job."""
    return known.default("usage", "training-job", "accelerators")
