"""A fleet one event at a time, in plain Python with a heap: slow, and written apart from the engine that it checks."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

from stargauge.quantity.compute.failures import Cause
from stargauge.quantity.compute.fleet_events import JobRun


@dataclass
class HeapJob:
    """A job: what it does since when, what it has done, and the number of the story that its pending events belong to."""

    said: dict[str, float]
    doing: str = "work"
    entered: float = 0.0
    story: int = 0
    slow: bool = False
    progress: float = 0.0  # work done, counted from the start; goes back on a failure
    safe: float = 0.0
    lost: float = 0.0
    slowed: float = 0.0
    stops: dict[str, int] = field(default_factory=dict)
    time: dict[str, float] = field(default_factory=dict)
    cause: Cause | None = None


@dataclass
class HeapFleet:
    """Jobs that share spare nodes, run until a time."""

    jobs: list[HeapJob]
    causes: list[Cause]
    horizon: float
    seed: int
    spares: float | None = None
    repair: float = 1.0
    events: int = 0

    def run(self) -> HeapFleet:
        self.chance, self.queue, self.count, self.waiting = random.Random(self.seed), list[Any](), 0, list[HeapJob]()
        for job in self.jobs:
            said = job.said
            if said["slowdown"] > 0.0:
                job.slow = self.chance.random() < said["slow_spell"] / (said["healthy"] + said["slow_spell"])
                self.at(0.0 + self.exponential(said["slow_spell"] if job.slow else said["healthy"]), "pace", job, None)
            self.start(job, 0.0)
        while self.queue:
            now, _, kind, job, story = heappop(self.queue)
            if now > self.horizon:
                break
            if story is not None and story != job.story:
                continue
            self.events += 1
            getattr(self, f"on_{kind}")(job, now)
        for job in self.jobs:
            self.enter(job, "end", self.horizon)
        return self

    def at(self, when: float, kind: str, job: HeapJob | None, story: int | None) -> None:
        self.count += 1
        heappush(self.queue, (when, self.count, kind, job, story))

    def exponential(self, mean: float) -> float:
        return self.chance.expovariate(1.0 / mean)

    def enter(self, job: HeapJob, doing: str, now: float) -> None:
        passed = now - job.entered
        if job.doing == "work":
            done = passed * (1.0 - job.said["slowdown"]) if job.slow else passed
            job.progress += done
            job.slowed += passed - done
        job.time[job.doing] = job.time.get(job.doing, 0.0) + passed
        job.doing, job.entered = doing, now

    def start(self, job: HeapJob, now: float) -> None:
        """A story begins: the job is exposed to failures until one comes."""
        self.enter(job, "work", now)
        self.at(now + self.exponential(job.said["between"]), "fail", job, job.story)
        self.at(now + job.said["interval"], "write", job, job.story)

    def on_write(self, job: HeapJob, now: float) -> None:
        self.enter(job, "checkpoint", now)
        self.at(now + job.said["stall"], "written", job, job.story)

    def on_written(self, job: HeapJob, now: float) -> None:
        if job.said["background"] > 0.0:
            mark = job.progress
            self.count += 1
            heappush(self.queue, (now + job.said["background"], self.count, "safe", job, job.story))
            job.said["mark"] = mark
        else:
            job.safe = job.progress
        if self.chance.random() < job.said["planned_chance"]:
            self.enter(job, "planned", now)
            # A planned stop ends the exposure; the memoryless clock of failures starts anew after it. The write goes on.
            self.queue = [e for e in self.queue if not (e[2] == "fail" and e[3] is job)]
            self.queue.sort()
            self.at(now + job.said["planned"], "resume", job, job.story)
        else:
            self.enter(job, "work", now)
            self.at(now + job.said["interval"], "write", job, job.story)

    def on_resume(self, job: HeapJob, now: float) -> None:
        self.start(job, now)

    def on_safe(self, job: HeapJob, now: float) -> None:
        job.safe = job.said["mark"]

    def on_fail(self, job: HeapJob, now: float) -> None:
        self.enter(job, "detection", now)
        job.story += 1
        job.lost += job.progress - job.safe
        job.progress = job.safe
        place, job.cause = self.chance.random(), self.causes[-1]
        for cause in self.causes:
            if place < cause.share:
                job.cause = cause
                break
            place -= cause.share
        job.stops[job.cause.name] = job.stops.get(job.cause.name, 0) + 1
        self.at(now + job.said["detection"], "noticed", job, job.story)

    def on_noticed(self, job: HeapJob, now: float) -> None:
        assert job.cause is not None
        if job.cause.swap and self.spares is not None:
            self.at(now + self.exponential(self.repair), "repaired", job, None)
            if self.spares <= 0:
                self.enter(job, "waiting", now)
                self.waiting.append(job)
                return
            self.spares -= 1
        self.reload(job, now)

    def reload(self, job: HeapJob, now: float) -> None:
        self.enter(job, "reload", now)
        life = self.exponential(job.said["between"])
        if life < job.said["reload"]:
            self.at(now + life, "fail", job, job.story)
        else:
            self.at(now + job.said["reload"], "resume", job, job.story)

    def on_repaired(self, job: HeapJob, now: float) -> None:
        if self.waiting:
            self.reload(self.waiting.pop(0), now)
        else:
            self.spares = (self.spares or 0.0) + 1

    def on_pace(self, job: HeapJob, now: float) -> None:
        self.enter(job, job.doing, now)
        job.slow = not job.slow
        self.at(now + self.exponential(job.said["slow_spell"] if job.slow else job.said["healthy"]), "pace", job, None)


def heap_fleet(
    jobs: list[JobRun], causes: list[Cause], horizon: float, seed: int, spares: float | None = None, repair: float = 1.0
) -> HeapFleet:
    """One history."""
    made = [HeapJob({name: float(value) for name, value in job._asdict().items()}) for job in jobs]
    return HeapFleet(made, causes, horizon, seed, spares, repair).run()
