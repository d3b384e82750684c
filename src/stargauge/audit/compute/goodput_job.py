"""A training job and what stops it, from the catalogue's ranges: time between failures, checkpoints, and the share of time that is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.facility_designs import Drawn
from stargauge.catalogue.load import KnownCatalogue
from stargauge.quantity.compute.checkpoints import (
    Lost,
    Recovery,
    best_interval,
    daly_interval,
    goodput,
    time_by_part,
    write_time,
    young_interval,
)
from stargauge.quantity.compute.failures import Cause, causes_of, time_between, wait_for_spare
from stargauge.quantity.units import convert

Array = NDArray[np.float64]
Writing = Literal["blocking", "background"]

#: Draws of the catalogue's ranges.
DRAWS = 512
WRITINGS: tuple[Writing, ...] = ("blocking", "background")
#: The record whose stops were counted by cause, and what its counts begin with.
_COUNTED, _COUNT = "llama-3-405b", "interruptions_"
#: Causes after which the job restarts on the same nodes; after all others a node is swapped.
SAME_NODES = frozenset({"software", "communication_timeout", "host_maintenance"})
#: The source of what nobody else says.
ASSUMPTION = "stargauge-assumption"
#: What a number of nodes may be above a whole one by rounding.
_DUST = 1e-9
PARTS = ("checkpoints", "redone", "detection", "waiting", "reload", "planned", "slow")


class Input(NamedTuple):
    """A range that a job rests on: its attribute in the catalogue, its unit there and here, and what it is called."""

    attribute: str
    unit: str
    shown: str
    name: str


FAILURE_RATE = Input("failure_rate", "1/s", "1/d", "failures per node and day")
PER_NODE = Input("accelerators_per_node", "1", "1", "accelerators per node")
STALL = Input("checkpoint_write", "s", "s", "standing still for a checkpoint")
RESTART = Input("restart_time", "s", "min", "restart: detection and reload")
DETECTION = Input("detection_share", "1", "1", "of the restart, until it is noticed")
SPARES = Input("spare_share", "1", "1", "nodes in reserve, of all")
REPAIR = Input("repair_time", "s", "h", "until a swapped node is back")
PLANNED = Input("planned_downtime", "1", "1", "share of time in planned stops")
SLOW = Input("straggler_loss", "1", "1", "speed lost to slow nodes")
STATE = Input("state_bytes", "B", "B", "bytes written per parameter")
STORAGE = Input("storage_bandwidth", "B/s", "MB/s", "storage per accelerator")
COPY = Input("memory_copy_stall", "s", "s", "standing still for a copy to memory")
_ALWAYS = (FAILURE_RATE, PER_NODE, RESTART, DETECTION, SPARES, REPAIR, PLANNED, SLOW)


@dataclass(frozen=True)
class Asked:
    """What is said of a job: accelerators, the model's parameters (none: the catalogue's stall), how checkpoints are written, the useful
    work between them (none: the best), and draws that stand in for the catalogue's by attribute. `spares`: nodes, whatever the size.
    """

    accelerators: float | Array
    parameters: float | None = None
    writing: Writing = "background"
    interval: Array | None = None
    spares: float | None = None
    own: Mapping[str, Array] = field(default_factory=dict)

    @property
    def of_state(self) -> bool:
        """Whether checkpoints take as long as the model's state does."""
        return self.parameters is not None and STALL.attribute not in self.own

    def sized(self, accelerators: float) -> Asked:
        """The same job on another number of accelerators, spares in proportion."""
        spares = None if self.spares is None else self.spares * accelerators / float(np.mean(self.accelerators))
        return replace(self, accelerators=accelerators, spares=spares)


class Job(NamedTuple):
    """A job as draws, in seconds: between failures, standing still for a checkpoint and its write in the background, detection, reload,
    spare nodes, repair, the share of time in planned stops, the speed lost to slow nodes.
    """

    between: Array
    stall: Array
    background: Array
    detection: Array
    reload: Array
    spares: Array
    repair: Array
    planned: Array
    slow: Array


@dataclass(frozen=True)
class Kept:
    """What a job keeps of its time, per draw: intervals in seconds, waiting per stop, goodput, and where the time goes."""

    job: Job
    young: Array
    daly: Array
    best: Array
    interval: Array
    waiting: Array
    goodput: Array
    parts: Mapping[str, Array]


def inputs_of(asked: Asked) -> tuple[Input, ...]:
    """The ranges that a job rests on."""
    if not asked.of_state:
        return (*_ALWAYS[:2], STALL, *_ALWAYS[2:])
    return (*_ALWAYS[:2], STATE, STORAGE, *((COPY,) if asked.writing == "background" else ()), *_ALWAYS[2:])


def causes(known: KnownCatalogue) -> tuple[Cause, ...]:
    """Causes of stops by the counts of one record, most frequent first."""
    counts = dict[str, float]()
    for attribute in known.catalogue.attributes("reliability", _COUNTED):
        if attribute.startswith(_COUNT) and attribute != f"{_COUNT}planned":
            counts[attribute.removeprefix(_COUNT)] = float(np.asarray(known.estimate("reliability", _COUNTED, attribute, "1").value))
    return causes_of(counts, frozenset(counts) - SAME_NODES)


def swapped(made: Sequence[Cause]) -> float:
    """The share of stops after which a node is swapped."""
    return sum(cause.share for cause in made if cause.swap)


def value_of(known: KnownCatalogue, wanted: Input, own: Mapping[str, Array], draws: int = DRAWS, seed: int = 0) -> Array:
    """Draws of a range in SI units: what was said of it, else the catalogue's."""
    if wanted.attribute in own:
        return np.broadcast_to(own[wanted.attribute], draws)
    return np.broadcast_to(np.ravel(Drawn(known, draws, seed).value("reliability", "fleet", wanted.attribute, wanted.unit)), draws)


def job_of(known: KnownCatalogue, asked: Asked, draws: int = DRAWS, seed: int = 0) -> Job:
    """A job as draws of what was said and of the catalogue's ranges."""
    values = {one: value_of(known, one, asked.own, draws, seed) for one in inputs_of(asked)}
    accelerators = np.broadcast_to(np.asarray(asked.accelerators, dtype=float), draws)
    nodes = accelerators / values[PER_NODE]
    # A share is rounded up: whoever holds any spares holds a whole one.
    spares = np.broadcast_to(np.ceil(values[SPARES] * nodes - _DUST) if asked.spares is None else np.round(asked.spares), draws)
    stall, background = _writes(asked, values, accelerators, draws)
    detection = values[RESTART] * values[DETECTION]
    return Job(
        time_between(nodes, values[FAILURE_RATE]), stall, background, detection, values[RESTART] - detection, spares, values[REPAIR],
        values[PLANNED], values[SLOW],
    )  # fmt: skip


def _writes(asked: Asked, values: Mapping[Input, Array], accelerators: Array, draws: int) -> tuple[Array, Array]:
    """Standing still for a checkpoint, and its write in the background."""
    if STATE not in values or asked.parameters is None:
        return values[STALL], np.zeros(draws)
    written = write_time(asked.parameters, values[STATE], values[STORAGE], accelerators)
    if asked.writing == "blocking":
        return written, np.zeros(draws)
    return values[COPY], written


def kept_of(job: Job, interval: Array | None, swap: float) -> Kept:
    """Intervals, goodput and where the time goes."""
    best = best_interval(job.stall, job.between, job.background)
    # A checkpoint that is still being written holds back the next one, whatever interval is wished.
    chosen = best if interval is None else np.maximum(interval, job.background - job.stall)
    without = Recovery(job.detection, job.reload)
    waiting = wait_for_spare(job.between, without, swap, job.repair, job.spares.astype(np.int64))
    recovery = Recovery(job.detection + waiting, job.reload)
    kept = goodput(job.between, chosen, job.stall, recovery, job.background)
    lost = time_by_part(job.between, chosen, job.stall, recovery, job.background)
    return Kept(
        job, young_interval(job.stall, job.between), daly_interval(job.stall, job.between), best, chosen, waiting,
        kept * (1.0 - job.planned) * (1.0 - job.slow), _parts(job, lost, waiting),
    )  # fmt: skip


def _parts(job: Job, lost: Lost, waiting: Array) -> dict[str, Array]:
    """Shares of all time that are not kept, by PARTS."""
    at_work, standing = 1.0 - job.planned, job.detection + waiting
    share = np.divide(waiting, standing, out=np.zeros_like(waiting), where=standing > 0.0)
    return {
        "checkpoints": lost.checkpoints * at_work, "redone": lost.redone * at_work, "detection": lost.standing * (1.0 - share) * at_work,
        "waiting": lost.standing * share * at_work, "reload": lost.reload * at_work, "planned": job.planned + 0.0 * lost.kept,
        "slow": lost.kept * at_work * job.slow,
    }  # fmt: skip


def kept_share(known: KnownCatalogue, asked: Asked, draws: int = DRAWS, seed: int = 0) -> Array:
    """Share of a job's time that becomes kept work at full speed, per draw."""
    return kept_of(job_of(known, asked, draws, seed), asked.interval, swapped(causes(known))).goodput


def levels(values: Array, factor: float = 1.0) -> dict[str, float]:
    """P10, P50 and P90 of draws, each over a factor."""
    return {name: float(value) / factor for name, value in zip(("p10", "p50", "p90"), np.quantile(values, (0.1, 0.5, 0.9)), strict=True)}


def told(known: KnownCatalogue, asked: Asked, draws: int, seed: int) -> list[dict[str, Any]]:
    """The ranges that a job rests on, each with its source and whether it is an assumption."""
    rows = list[dict[str, Any]]()
    for one in inputs_of(asked):
        if one is SPARES and asked.spares is not None:
            rows.append({"name": "nodes in reserve", "unit": "1", "stated": True, "source": "stated", "assumption": False,
                         "p10": asked.spares, "p50": asked.spares, "p90": asked.spares})  # fmt: skip
            continue
        values = value_of(known, one, asked.own, draws, seed)
        mine = one.attribute in asked.own
        estimate = known.estimate("reliability", "fleet", one.attribute)
        source = "stated" if mine else (estimate.statements[0].source if estimate.statements else "")
        rows.append({
            "name": one.name, "unit": one.shown, "stated": mine, "source": source, "assumption": not mine and source == ASSUMPTION,
            **levels(values, convert(1.0, one.shown, one.unit)),
        })  # fmt: skip
    return rows
