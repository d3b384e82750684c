"""Training jobs on a fleet, event by event: many histories at once, each at its own time, in lockstep.

A job works, writes a checkpoint, works on. A failure stops it: the work since the last safe checkpoint is lost, it stands still until that
is noticed, and for a spare node where one must be swapped and none is left, then reloads. Checkpoints stop the job for a while and may go
on being written in the background; after some of them comes a planned stop. Slow nodes come and go. Jobs of a history share its spares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.compute.failures import Cause

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

#: What a job does, by number: where its time goes.
PHASES = ("work", "checkpoint", "planned", "detection", "waiting", "reload")
WORK, CHECKPOINT, PLANNED, DETECTION, WAITING, RELOAD = range(6)
#: What may come next for a job, by number; a repair comes for all jobs of a history.
_END, _FAIL, _SAFE, _PACE, _LANES = 0, 1, 2, 3, 4
_NEVER = np.inf


class JobRun(NamedTuple):
    """A job: mean time between its failures, and what it does, in seconds; numbers, or one per history.

    `interval`: work between checkpoints; `stall`: standing still for one; `background`: until it is safe after that; `detection`: from a
    failure until it is noticed; `reload`: until work goes on; `planned_chance`: of a planned stop of `planned` after a checkpoint; slow
    nodes come after `healthy` on average, are there for `slow_spell` and take `slowdown` of the job's speed.
    """

    between: Array | float
    interval: Array | float
    stall: Array | float
    detection: Array | float
    reload: Array | float
    background: Array | float = 0.0
    planned: Array | float = 0.0
    planned_chance: Array | float = 0.0
    healthy: Array | float = _NEVER
    slow_spell: Array | float = 1.0
    slowdown: Array | float = 0.0


class _Each(NamedTuple):
    """A `JobRun` with a number for each history."""

    between: Array
    interval: Array
    stall: Array
    detection: Array
    reload: Array
    background: Array
    planned: Array
    planned_chance: Array
    healthy: Array
    slow_spell: Array
    slowdown: Array


class Spares(NamedTuple):
    """Nodes in reserve, and the mean time until a failed one is back (s, exponential). None in `many`: never short.

    `away`: how many of them are in repair at the start, on average (Poisson, no more than there are).
    """

    many: Array | float | None = None
    repair: Array | float = 1.0
    away: Array | float = 0.0


#: Spares that are never short.
PLENTY = Spares()


@dataclass(frozen=True)
class FleetRun:
    """What came of it. Axes: job, history, and a phase or cause before them; times in seconds.

    `phase`: time in each of PHASES; `kept`: safe work; `lost`: work lost; `slowed`: work not done because of slow nodes; `unsafe`: work not
    yet safe at the end; `stops` and `down` by cause: how often, and the time from failure to work with the work lost; `events`: how many.
    """

    horizon: float
    phase: Array
    kept: Array
    lost: Array
    slowed: Array
    unsafe: Array
    stops: Array
    down: Array
    events: int

    @property
    def goodput(self) -> Array:
        """Share of each job's time that became safe work, (job, history)."""
        return self.kept / self.horizon


def run_fleet(
    jobs: Sequence[JobRun], causes: Sequence[Cause], horizon: float, histories: int, seed: int, spares: Spares = PLENTY
) -> FleetRun:
    """Run jobs for a time in many histories. The same seed gives the same bits."""
    fleet = _Fleet(jobs, causes, histories, seed, spares)
    fleet.run(horizon)
    return fleet.result(horizon)


class _Fleet:
    """State of all histories; arrays by (job, history), times as on each history's own clock."""

    def __init__(self, jobs: Sequence[JobRun], causes: Sequence[Cause], histories: int, seed: int, spares: Spares) -> None:
        self.chance = np.random.Generator(np.random.SFC64(seed))
        self.jobs = [_Each(*(np.broadcast_to(np.asarray(v, dtype=float), histories).copy() for v in job)) for job in jobs]
        self.edges = np.cumsum([cause.share for cause in causes])[:-1]
        self.swaps = np.array([cause.swap for cause in causes]) & (spares.many is not None)
        self.free = np.broadcast_to(np.asarray(spares.many if spares.many is not None else 0.0, dtype=float), histories).copy()
        self.repair = np.broadcast_to(np.asarray(spares.repair, dtype=float), histories).copy()
        self.broken = np.minimum(self.chance.poisson(np.broadcast_to(np.asarray(spares.away, dtype=float), histories)), self.free)
        self.free -= self.broken
        shape, many = (len(jobs), histories), len(causes)
        self.next = np.full((_LANES * len(jobs) + 1, histories), _NEVER)
        self.doing = np.full(shape, WORK, dtype=np.intp)
        self.entered, self.marked, self.failed = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.speed, self.since, self.copied = np.ones(shape), np.zeros(shape), np.zeros(shape)
        self.kept, self.lost, self.slowed = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.cause = np.zeros(shape, dtype=np.intp)
        self.spent = np.zeros((len(jobs), len(PHASES), histories))
        self.stops, self.down = np.zeros((len(jobs), many, histories)), np.zeros((len(jobs), many, histories))
        self.planned = [bool(np.any(job.planned_chance > 0.0)) for job in self.jobs]
        self.uneven = [bool(np.any(job.slowdown > 0.0)) for job in self.jobs]
        self.written_behind = [bool(np.any(job.background > 0.0)) for job in self.jobs]
        self.events, self.rows = 0, np.arange(histories)
        for number in range(len(jobs)):
            self._begin(number)
        away = np.flatnonzero(self.broken)
        self._next_repair(away, np.zeros(away.size))

    def _lane(self, job: int, kind: int) -> Array:
        return np.asarray(self.next[_LANES * job + kind])

    def _begin(self, job: int) -> None:
        said = self.jobs[job]
        self._lane(job, _END)[:] = said.interval
        self._lane(job, _FAIL)[:] = said.between * self.chance.standard_exponential(len(self.rows))
        if not self.uneven[job]:
            return
        uneven = said.slowdown > 0.0
        healthy, spell = said.healthy, said.slow_spell
        slow = uneven & (self.chance.random(len(self.rows)) * (healthy + spell) < spell)
        self.speed[job] = np.where(slow, 1.0 - said.slowdown, 1.0)
        change = np.where(slow, spell, healthy) * self.chance.standard_exponential(len(self.rows))
        self._lane(job, _PACE)[:] = np.where(uneven, change, _NEVER)

    # --- the loop -----------------------------------------------------------------------------------------------------------------

    def run(self, horizon: float) -> None:
        """One event of every history at a time, until none is left before the end."""
        last = self.next.shape[0] - 1
        handlers = (self._ended, self._failed, self._safe, self._paced)
        while True:
            lane = self.next.argmin(axis=0)
            when = self.next[lane, self.rows]
            lane[when > horizon] = -1
            left = 0
            for at in range(last):
                found = np.flatnonzero(lane == at)
                if found.size:
                    handlers[at % _LANES](at // _LANES, found, when[found])
                    left += found.size
            if self.broken.any():
                found = np.flatnonzero(lane == last)
                if found.size:
                    self._repaired(found, when[found])
                    left += found.size
            if not left:
                return
            self.events += left

    def _enter(self, job: int, rows: Rows, now: Array, phase: int, until: Array | float) -> None:
        """Leave what the job does, which is not work, for something else."""
        entered = self.entered[job]
        self.spent[job, self.doing[job, rows], rows] += now - entered[rows]
        self._set(job, rows, now, phase, until)

    def _set(self, job: int, rows: Rows, now: Array, phase: int, until: Array | float) -> None:
        self.entered[job, rows] = now
        self.doing[job, rows] = phase
        self._lane(job, _END)[rows] = until

    def _work(self, job: int, rows: Rows, now: Array) -> None:
        """Go to work."""
        self.marked[job, rows] = now
        self._enter(job, rows, now, WORK, now + self.jobs[job].interval[rows])

    def _worked(self, job: int, rows: Rows, now: Array) -> None:
        """Count what was done since it was counted last."""
        passed = now - self.marked[job, rows]
        if self.uneven[job]:
            done = passed * self.speed[job, rows]
            self.slowed[job, rows] += passed - done
            passed = done
        self.since[job, rows] += passed
        self.marked[job, rows] = now

    # --- what comes next ------------------------------------------------------------------------------------------------------------

    def _ended(self, job: int, rows: Rows, now: Array) -> None:
        doing = self.doing[job, rows]
        for phase, then in ((WORK, self._write), (CHECKPOINT, self._written), (PLANNED, self._work), (DETECTION, self._noticed),
                            (RELOAD, self._reloaded)):  # fmt: skip
            at = np.flatnonzero(doing == phase)
            if at.size == rows.size:
                then(job, rows, now)
                return
            if at.size:
                then(job, rows[at], now[at])

    def _write(self, job: int, rows: Rows, now: Array) -> None:
        self._worked(job, rows, now)
        self._enter(job, rows, now, CHECKPOINT, now + self.jobs[job].stall[rows])

    def _written(self, job: int, rows: Rows, now: Array) -> None:
        if self.written_behind[job]:
            self.copied[job, rows] = self.since[job, rows]
            self._lane(job, _SAFE)[rows] = now + self.jobs[job].background[rows]
        else:
            self.kept[job, rows] += self.since[job, rows]
            self.since[job, rows] = 0.0
        if self.planned[job]:
            stops = self.chance.random(rows.size) < self.jobs[job].planned_chance[rows]
            resting = rows[stops]
            length = self.jobs[job].planned[resting]
            self._lane(job, _FAIL)[resting] += length
            self._enter(job, resting, now[stops], PLANNED, now[stops] + length)
            rows, now = rows[~stops], now[~stops]
        self._work(job, rows, now)

    def _safe(self, job: int, rows: Rows, now: Array) -> None:
        copied = self.copied[job, rows]
        self.kept[job, rows] += copied
        self.since[job, rows] -= copied
        self._lane(job, _SAFE)[rows] = _NEVER

    def _failed(self, job: int, rows: Rows, now: Array) -> None:
        doing, said = self.doing[job, rows], self.jobs[job]
        working = rows[doing == WORK]
        self._worked(job, working, now[doing == WORK])
        again = doing == RELOAD
        self._down(job, rows[again], now[again])
        cause = np.searchsorted(self.edges, self.chance.random(rows.size), side="right")
        since = self.since[job, rows]
        self.cause[job, rows], self.failed[job, rows] = cause, now
        self.stops[job, cause, rows] += 1.0
        self.down[job, cause, rows] += since
        self.lost[job, rows] += since
        self.since[job, rows] = 0.0
        self._lane(job, _SAFE)[rows] = self._lane(job, _FAIL)[rows] = _NEVER
        self._enter(job, rows, now, DETECTION, now + said.detection[rows])

    def _noticed(self, job: int, rows: Rows, now: Array) -> None:
        swap = self.swaps[self.cause[job, rows]]
        taken, when = rows[swap], now[swap]
        if taken.size:
            self.broken[taken] += 1.0
            self._next_repair(taken, when)
            there = self.free[taken] > 0.0
            self.free[taken[there]] -= 1.0
            self._enter(job, taken[~there], when[~there], WAITING, _NEVER)
            self._reload(job, taken[there], when[there])
        self._reload(job, rows[~swap], now[~swap])

    def _reload(self, job: int, rows: Rows, now: Array) -> None:
        said = self.jobs[job]
        self._enter(job, rows, now, RELOAD, now + said.reload[rows])
        self._lane(job, _FAIL)[rows] = now + said.between[rows] * self.chance.standard_exponential(rows.size)

    def _reloaded(self, job: int, rows: Rows, now: Array) -> None:
        self._down(job, rows, now)
        self._work(job, rows, now)

    def _down(self, job: int, rows: Rows, now: Array) -> None:
        """Charge the time since the failure to its cause."""
        self.down[job, self.cause[job, rows], rows] += now - self.failed[job, rows]

    def _paced(self, job: int, rows: Rows, now: Array) -> None:
        """A slow node comes, or is swapped."""
        said = self.jobs[job]
        working = self.doing[job, rows] == WORK
        self._worked(job, rows[working], now[working])
        slow = self.speed[job, rows] == 1.0
        self.speed[job, rows] = np.where(slow, 1.0 - said.slowdown[rows], 1.0)
        stays = np.where(slow, said.slow_spell[rows], said.healthy[rows])
        self._lane(job, _PACE)[rows] = now + stays * self.chance.standard_exponential(rows.size)

    def _next_repair(self, rows: Rows, now: Array) -> None:
        broken = self.broken[rows]
        with np.errstate(divide="ignore"):
            self.next[-1, rows] = now + self.repair[rows] / broken * self.chance.standard_exponential(rows.size)

    def _repaired(self, rows: Rows, now: Array) -> None:
        """A node comes back: to the job that has waited longest, else to the spares."""
        self.broken[rows] -= 1.0
        self._next_repair(rows, now)
        waited = np.where(self.doing[:, rows] == WAITING, self.entered[:, rows], _NEVER)
        first = waited.argmin(axis=0)
        wanted = waited[first, np.arange(rows.size)] < _NEVER
        self.free[rows[~wanted]] += 1.0
        for job in range(len(self.jobs)):
            served = wanted & (first == job)
            if served.any():
                self._reload(job, rows[served], now[served])

    # --- the end --------------------------------------------------------------------------------------------------------------------

    def result(self, horizon: float) -> FleetRun:
        """Time until the end is counted, and what was under way."""
        end = np.full(len(self.rows), horizon)
        for job in range(len(self.jobs)):
            working = np.flatnonzero(self.doing[job] == WORK)
            self._worked(job, working, end[working])
            recovering = np.flatnonzero(self.doing[job] >= DETECTION)
            self._down(job, recovering, end[recovering])
            self.spent[job, self.doing[job], self.rows] += end - self.entered[job]
        by_phase, stops, down = (np.moveaxis(each, 1, 0) for each in (self.spent, self.stops, self.down))
        return FleetRun(horizon, by_phase, self.kept, self.lost, self.slowed, self.since, stops, down, self.events)
