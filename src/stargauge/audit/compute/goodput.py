"""The answer of `stargauge goodput`: what a job on a machine keeps of its time, by the formula and in histories, and by size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.compute.goodput_job import (
    PARTS,
    Asked,
    Input,
    Kept,
    causes,
    job_of,
    kept_of,
    levels,
    swapped,
    told,
    value_of,
)
from stargauge.catalogue.load import KnownCatalogue
from stargauge.quantity.compute.failures import DAY, Cause
from stargauge.quantity.compute.fleet_events import DETECTION, PLANNED, RELOAD, WAITING, FleetRun, JobRun, Spares, run_fleet
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]

HOUR, MINUTE = 3600.0, 60.0
#: Sizes that are shown beside one another: doublings.
SIZES = tuple(512 * 2**place for place in range(10))
#: Histories where nobody asks for a number, and about how many events one has then: that decides how many days it lasts.
HISTORIES, MOST_EVENTS = 256, 4_000.0
#: The share of time above which a job is said to wait for spares.
_LONG = 0.01
#: Events of a checkpoint and the work before it, with some for what else happens.
_EVENTS = 2.5
#: Shares of histories at which their goodput is told.
_SHARES = np.round(np.arange(0.05, 0.96, 0.05), 2)
_PLANNED_LENGTH = Input("planned_length", "s", "min", "length of a planned stop")
_SLOWDOWN = Input("slow_node_slowdown", "1", "1", "speed lost while a node is slow")
_SLOW_TIME = Input("slow_node_time", "s", "h", "until a slow node is swapped")
LEFT_OUT = (
    "failures that come together, and nodes or parts that fail more when they are new or again and again: all fail apart, at one rate",
    "work lost for other reasons than stops: evaluations, waiting for data, steps taken back because the loss rose",
    "jobs that go on with fewer accelerators; waiting in a queue before a job begins",
    "how causes grow with size: each keeps its share, software too",
)


class Question(NamedTuple):
    """What was asked: the machine, the model (none: no figure of one is used), days of the simulation, draws, seed."""

    cluster: str
    accelerators: int
    chip: str
    title: str
    model: str | None
    days: float
    draws: int
    seed: int
    as_of: str


@dataclass(frozen=True)
class Simulated:
    """Histories of so many days beside the formula for the same draws; None where none were asked for."""

    run: FleetRun | None
    formula: Array
    days: float


@dataclass(frozen=True)
class GoodputAnswer:
    """What a job keeps of its time: draws, sizes beside it, and histories."""

    question: Question
    asked: Asked
    kept: Kept
    inputs: Sequence[Mapping[str, Any]]
    causes: tuple[Cause, ...]
    sizes: tuple[tuple[int, Kept], ...]
    simulated: Simulated

    def to_dict(self) -> dict[str, Any]:
        """As plain data: times in the unit that the key names."""
        question, kept = self.question, self.kept
        return {
            **{name: value for name, value in question._asdict().items() if name != "title"}, "chip_title": question.title,
            "writing": self.asked.writing if self.asked.of_state else None, "inputs": list(self.inputs),
            "mtbf_h": levels(kept.job.between, HOUR), "stops_per_day": levels(DAY / kept.job.between),
            "checkpoint": {
                "stall_s": levels(kept.job.stall), "background_s": levels(kept.job.background),
                "interval_min": {
                    "used": levels(kept.interval, MINUTE), "best": levels(kept.best, MINUTE), "young": levels(kept.young, MINUTE),
                    "daly": levels(kept.daly, MINUTE), "stated": self.asked.interval is not None,
                },
            },
            "goodput": {**levels(kept.goodput), "mean": float(kept.goodput.mean())},
            "lost": [{"part": part, "mean": float(kept.parts[part].mean()), **levels(kept.parts[part])} for part in PARTS],
            "waits": waits(kept), "causes": cause_rows(self.causes, kept),
            "sizes": [size_row(size, one) for size, one in self.sizes],
            "simulated": simulated_row(self.simulated), "left_out": list(LEFT_OUT),
        }  # fmt: skip


def waits(kept: Kept) -> dict[str, Any]:
    """In which share of draws the job waits for spares for more than a per cent of its time, and how much of it there on average."""
    waiting = kept.parts["waiting"]
    long = waiting > _LONG
    return {"more_than": _LONG, "share_of_draws": float(long.mean()), "mean_there": float(waiting[long].mean()) if long.any() else None}


def cause_rows(made: Sequence[Cause], kept: Kept) -> list[dict[str, Any]]:
    """Causes with their share of stops and of all time: work done again, detection and reload by their stops, waiting by their nodes."""
    each = sum(float(kept.parts[part].mean()) for part in ("redone", "detection", "reload"))
    waiting, swap = float(kept.parts["waiting"].mean()), swapped(made)
    return [
        {
            "cause": cause.name, "share_of_stops": cause.share, "swaps_a_node": cause.swap,
            "hours_between": levels(kept.job.between / cause.share, HOUR),
            "share_of_time": each * cause.share + (waiting * cause.share / swap if cause.swap else 0.0),
        }
        for cause in made
    ]  # fmt: skip


def size_row(size: int, kept: Kept) -> dict[str, Any]:
    """A size of the job."""
    return {
        "accelerators": size, "mtbf_h": levels(kept.job.between, HOUR), "interval_min": levels(kept.interval, MINUTE),
        "goodput": levels(kept.goodput),
    }  # fmt: skip


def simulated_row(made: Simulated) -> dict[str, Any]:
    """Histories as plain data, beside what the formula says of the same draws."""
    run = made.run
    if run is None:
        return {"histories": 0}
    apart = run.goodput[0] - made.formula
    share = run.phase[:, 0] / run.horizon
    parts = {
        "redone": run.lost[0] / run.horizon, "detection": share[DETECTION], "waiting": share[WAITING], "reload": share[RELOAD],
        "planned": share[PLANNED], "slow": run.slowed[0] / run.horizon,
    }  # fmt: skip
    return {
        "histories": len(apart), "days": made.days, "events": run.events,
        "goodput": {**levels(run.goodput[0]), "mean": float(run.goodput.mean())},
        "formula": {**levels(made.formula), "mean": float(made.formula.mean())}, "apart": float(apart.mean()),
        "standard_error": float(apart.std(ddof=1) / np.sqrt(len(apart))) if len(apart) > 1 else None,
        "quantiles": [
            {"share": float(share), "histories": float(ours), "formula": float(said)}
            for share, ours, said in zip(_SHARES, np.quantile(run.goodput[0], _SHARES), np.quantile(made.formula, _SHARES), strict=True)
        ],
        "stops": levels(run.stops[:, 0].sum(axis=0)), "lost": {name: float(value.mean()) for name, value in parts.items()},
    }  # fmt: skip


def goodput_answer(known: KnownCatalogue, question: Question, asked: Asked, histories: int | None, most: float = np.inf) -> GoodputAnswer:
    """Work out a job, the same on other sizes, and histories of it (none: as many as are quick)."""
    made, draws, seed = causes(known), question.draws, question.seed
    kept = kept_of(job_of(known, asked, draws, seed), asked.interval, swapped(made))
    sizes = tuple((size, _sized(known, asked.sized(size), swapped(made), draws, seed)) for size in SIZES)
    simulated = simulate(known, kept, made, question, histories, most)
    return GoodputAnswer(question, asked, kept, told(known, asked, draws, seed), made, sizes, simulated)


def _sized(known: KnownCatalogue, asked: Asked, swap: float, draws: int, seed: int) -> Kept:
    return kept_of(job_of(known, asked, draws, seed), asked.interval, swap)


def simulate(
    known: KnownCatalogue, kept: Kept, made: Sequence[Cause], question: Question, histories: int | None, most: float = np.inf
) -> Simulated:  # fmt: skip
    """Histories of the job, each with a draw of its own, in turn again where there are more than draws.

    As many nodes are in repair at the start as are on average. Raises InputError where there would be more events than `most`.
    """
    many, days = HISTORIES if histories is None else histories, question.days
    if many == 0:
        return Simulated(None, kept.goodput, 0.0)
    each = float(np.quantile(_EVENTS * DAY / (kept.interval + kept.job.stall), 0.9))
    if histories is None:
        days = min(days, MOST_EVENTS / each)
    if each * days * many > most:
        fewer = [int(most / each / days), most / each / many]
        raise InputError(
            Fault(
                say(
                    "about {events:.2g} events; expected at most {most:.2g}: {fewer:,} histories of {days:g} days, "
                    "or {many:,} of {shorter:.2g} days",
                    events=each * days * many,
                    most=most,
                    fewer=fewer[0],
                    days=days,
                    many=many,
                    shorter=fewer[1],
                ),
                "--simulate",
            )
        )
    rows = np.arange(many) % len(kept.goodput)
    job = kept.job
    away = swapped(made) * job.repair / (job.between + job.detection + job.reload)
    spares = Spares(job.spares[rows], job.repair[rows], away[rows])
    run = run_fleet([_run_of(known, kept, rows, question)], made, days * DAY, many, question.seed, spares)
    return Simulated(run, kept.goodput[rows], days)


def _run_of(known: KnownCatalogue, kept: Kept, rows: NDArray[np.intp], question: Question) -> JobRun:
    """The job as its histories run it: planned stops and slow nodes come so often that they take their shares in the long run."""
    length, slowdown, slow_time = (
        value_of(known, one, {}, question.draws, question.seed) for one in (_PLANNED_LENGTH, _SLOWDOWN, _SLOW_TIME)
    )
    job, full = kept.job, kept.goodput / (1.0 - kept.job.slow) / (1.0 - kept.job.planned)
    chance = job.planned / (1.0 - job.planned) * kept.interval / full / length
    slow = np.minimum(job.slow / slowdown, 0.9)
    # A chance above one is a longer stop after each checkpoint; a share of slow time above nine tenths a deeper slowdown.
    stops, deeper = np.maximum(chance, 1.0), job.slow / np.maximum(slow, 1e-12)
    run = JobRun(
        job.between, kept.interval, job.stall, job.detection, job.reload, job.background,
        length * stops, np.minimum(chance, 1.0), slow_time * (1.0 - slow) / np.maximum(slow, 1e-12), slow_time,
        np.where(slow > 0.0, deeper, 0.0),
    )  # fmt: skip
    return JobRun(*(np.broadcast_to(np.asarray(value, dtype=float), len(kept.goodput))[rows] for value in run))
