"""Who has the pages made: worker processes, what they made last, and who waits for the same thing."""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import sys
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any
from zlib import crc32

from stargauge.quantity.errors import Fault
from stargauge.quantity.spoken import say, speaking
from stargauge.web.asked import DRAWS, Asked
from stargauge.web.progress import Board
from stargauge.web.settings import Settings
from stargauge.web.work import Job, Made
from stargauge.web.worker import Worker

#: How long a job waits for the worker of its programme while another is idle.
PATIENCE = 0.3
#: What a worker does once, while another one is idle: a page of a small programme, so that what loads slowly is loaded.
WARMING = Job("warm", "overview.overview", Asked("xai-colossus-1", draws=256), "/p/xai-colossus-1")
#: How many jobs may wait, and how many of one reader; whoever comes then is told to come again.
MOST_WAITING, MOST_OF_ONE = 256, 128
#: From how many draws more than these a job takes long; how many pages one costs that takes long by its kind.
LONG_FROM, ASIDE = 4096, 8.0
#: How often a worker may fail to start before jobs are given up, and how long the next try then waits.
TRIES, PAUSE = 3, 5.0


@dataclass(eq=False)
class Ticket:
    """A job that waits or is being done. `home`: the lane of its programme; `part`: it is made beside another job, only on an idle lane.

    `who`: the reader who asked first; `readers`: how many wait for it; `key`: under which it is kept.
    """

    job: Job
    home: int
    done: asyncio.Future[Made]
    since: float
    tries: int = 0
    part: bool = False
    who: str = ""
    long: bool = False
    key: Any = None
    readers: int = 0


@dataclass(eq=False)
class Lane:
    """A worker and what it does."""

    worker: Worker
    ready: bool = False
    warm: bool = False
    ticket: Ticket | None = None
    alarm: asyncio.TimerHandle | None = None
    parts: dict[int, asyncio.Future[Made]] = field(default_factory=dict)

    @property
    def idle(self) -> bool:
        """Whether it could take a job now."""
        return self.ready and self.ticket is None and not self.worker.ended


class Desk:
    """Takes jobs and hands out what was made. The same job asked twice at once is done once; what was made is kept within a limit.

    A programme has its worker, so that answers made for one page serve the next; while that one is long at something else, another takes
    the job. A worker that dies is replaced and its job tried once more, unless it writes; one that is at a job for too long is ended.

    Readers take turns: whose jobs are fewer before it in the queue comes first. What takes long leaves one worker to what does not, and a
    reader has one such thing made at a time. What nobody waits for any more is not begun.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.counts = {"asked": 0, "kept": 0, "made": 0, "faults": 0, "broken": 0, "overdue": 0, "refused": 0, "dropped": 0}
        self.board = Board()
        self._loop = asyncio.get_running_loop()
        self._context = multiprocessing.get_context("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn")
        if self._context.get_start_method() == "forkserver":
            multiprocessing.set_forkserver_preload(["stargauge.web.preload"])
        self._kept: OrderedDict[Any, Made] = OrderedDict()
        self._bytes = 0
        self._pending: dict[Any, tuple[Ticket, asyncio.Task[Made]]] = {}
        self._queue: list[Ticket] = []
        #: Readers by when they last had a turn.
        self._turn: dict[str, int] = {}
        self._turns_taken = itertools.count(1)
        self._up = asyncio.Event()
        self._closed, self._failed = False, 0
        self._lanes: list[Lane] = []
        for index in range(settings.workers):
            self._lanes.append(self._lane(index))

    @property
    def gauges(self) -> dict[str, int]:
        """How it is now."""
        return {
            "workers": sum(lane.ready for lane in self._lanes),
            "warm": sum(lane.warm and not (lane.ticket and lane.ticket.job is WARMING) for lane in self._lanes),
            "busy": sum(lane.ticket is not None for lane in self._lanes),
            "waiting": len(self._queue), "kept_bytes": self._bytes,
        }  # fmt: skip

    async def ready(self) -> None:
        """Wait until a worker is ready for jobs."""
        await self._up.wait()

    # -- what was made -------------------------------------------------------------------------------------------------------------
    def costs(self, job: Job, stamp: str) -> bool:
        """Whether a job would have to be done now: it is neither kept nor being done already."""
        key = (*job.key, stamp)
        return not stamp or (key not in self._kept and key not in self._pending)

    async def get(self, job: Job, stamp: str = "", lane: str = "", aside: bool = False, who: str = "") -> Made:
        """What a job makes; kept under the job and `stamp`, unless it writes (then `stamp` is empty). `lane`: who shares a worker.

        `aside`: it takes long, so that it is done by another worker than that of the lane, which goes on with pages. `who`: who asks.
        """
        self.counts["asked"] += 1
        key = (*job.key, stamp) if stamp else None
        if key is not None and key in self._kept:
            self.counts["kept"] += 1
            self._kept.move_to_end(key)
            return self._kept[key]
        if key is not None and key in self._pending:
            ticket, task = self._pending[key]
        else:
            home = (crc32((lane or job.asked.programme).encode()) + aside) % len(self._lanes)
            ticket = Ticket(job, home, self._loop.create_future(), self._loop.time(), who=who, long=is_long(job, aside), key=key)
            task = asyncio.ensure_future(self._make(ticket))
            if key is not None:
                self._pending[key] = ticket, task
        ticket.readers += 1
        try:
            return await asyncio.shield(task)
        finally:
            ticket.readers -= 1
            if not ticket.readers:
                self._drop(ticket)

    async def _make(self, ticket: Ticket) -> Made:
        self._put(ticket)
        made = await ticket.done
        self._forget(ticket)
        self.counts["faults" if made.faults else "made"] += 1
        if ticket.key is not None and not made.faults:
            self._keep(ticket.key, made)
        return made

    def _forget(self, ticket: Ticket) -> None:
        """Who asks for the same from now on asks anew."""
        if self._pending.get(ticket.key, (None,))[0] is ticket:
            del self._pending[ticket.key]

    def _drop(self, ticket: Ticket) -> None:
        """Nobody waits for a job: if it has not begun it is not done."""
        if ticket in self._queue:
            self._queue.remove(ticket)
            self._forget(ticket)
            self.counts["dropped"] += 1
            _refuse(ticket, 503, lambda: say("nobody waits for this any more"))

    def _keep(self, key: Any, made: Made) -> None:
        self._kept[key] = made
        self._bytes += _weight(key, made)
        while self._bytes > self.settings.kept_bytes and self._kept:
            self._bytes -= _weight(*self._kept.popitem(last=False))

    # -- who does what -------------------------------------------------------------------------------------------------------------
    def _put(self, ticket: Ticket) -> None:
        """Put a job into the queue."""
        theirs = sum(other.who == ticket.who for other in self._queue)
        if self._closed or len(self._queue) >= MOST_WAITING or theirs >= MOST_OF_ONE:
            self.counts["refused"] += 1
            _refuse(ticket, 503, lambda: say("too much is waiting to be made; try again in a few seconds"))
        else:
            self._queue.append(ticket)
            self._assign()
            self._loop.call_later(PATIENCE, self._assign)

    def _turns(self) -> list[Ticket]:
        """Who is next: readers after one another, first of whom fewest are being done, then who has waited longest for a turn.

        Of one reader's jobs what came first is first.
        """
        waiting = {ticket.who for ticket in self._queue}
        self._turn = {who: turn for who, turn in self._turn.items() if who in waiting}
        before = Counter(lane.ticket.who for lane in self._lanes if lane.ticket is not None and not lane.ticket.part)
        turns = list[tuple[int, int, Ticket]]()
        for ticket in self._queue:
            turns.append((before[ticket.who], self._turn.get(ticket.who, 0), ticket))
            before[ticket.who] += 1
        return [ticket for *_, ticket in sorted(turns, key=itemgetter(0, 1))]

    def _must_wait(self, ticket: Ticket) -> bool:
        """Whether what takes long has to wait: its reader has such a thing made already, or no other worker would be left for the rest."""
        under_way = [lane.ticket for lane in self._lanes if lane.ticket is not None and lane.ticket.long] if ticket.long else []
        return len(under_way) >= max(1, len(self._lanes) - 1) or any(other.who == ticket.who for other in under_way)

    def _assign(self) -> None:
        """Give waiting jobs to idle workers."""
        if self._closed:
            return
        for ticket in self._turns():
            lane = None if self._must_wait(ticket) else self._lane_for(ticket)
            if lane is not None:
                self._queue.remove(ticket)
                self._give(lane, ticket)
        self._warm_one()

    def _warm_one(self) -> None:
        """Have one worker made warm while another one is idle and nobody waits."""
        cold = [lane for lane in self._lanes if lane.idle and not lane.warm]
        if cold and not self._queue and sum(lane.idle for lane in self._lanes) > 1:
            cold[-1].warm = True
            self._give(cold[-1], Ticket(WARMING, 0, self._loop.create_future(), self._loop.time(), part=True))

    def _lane_for(self, ticket: Ticket) -> Lane | None:
        home = self._lanes[ticket.home]
        if home.idle:
            return home
        if self._loop.time() - ticket.since < PATIENCE:
            return None
        return next((lane for lane in self._lanes if lane.idle), None)

    def _give(self, lane: Lane, ticket: Ticket) -> None:
        lane.ticket = ticket
        ticket.tries += 1
        self._turn[ticket.who] = next(self._turns_taken)
        lane.alarm = self._loop.call_later(self.settings.job_seconds, self._overdue, lane)
        lane.worker.send(ticket.job)

    def _lane(self, index: int) -> Lane:
        def heard(message: Any) -> None:
            self._hear(lane, message)

        lane = Lane(Worker(self._context, heard, lambda: self._gone(index, lane)))
        return lane

    def _hear(self, lane: Lane, message: Any) -> None:
        kind, *given = message
        if kind == "ready":
            lane.ready, self._failed = True, 0
            self._up.set()
            self._assign()
        elif kind == "made":
            self._finish(lane, given[0])
        elif kind == "progress":
            self.board.tell(*given)
        elif kind == "part":
            self._part(lane, *given)
        elif kind == "want":
            self._wanted(lane, given[0])

    def _finish(self, lane: Lane, made: Made | None) -> None:
        """A worker is free again; `made`: what it made, None where it ended."""
        ticket, lane.ticket = lane.ticket, None
        if lane.alarm is not None:
            lane.alarm.cancel()
        lane.parts.clear()
        if ticket is not None and not ticket.done.done():
            if made is not None:
                ticket.done.set_result(made)
            elif ticket.job.body:  # what is written once is not written again
                _refuse(ticket, 500, lambda: say(
                    "our fault: the process that did this ended; look whether what you sent was saved before you send it again"
                ))  # fmt: skip
            elif ticket.part or ticket.tries > 1:
                _refuse(ticket, 500, lambda: say("our fault: the process that made this ended without an answer, twice"))
            else:
                self._queue.insert(0, ticket)
        self._assign()

    def _overdue(self, lane: Lane) -> None:
        """End a worker that is at one job for too long; who waits for it is told."""
        if lane.ticket is None:
            return
        self.counts["overdue"] += 1
        if not lane.ticket.done.done():
            seconds = self.settings.job_seconds
            _refuse(lane.ticket, 503, lambda: say(
                "this took longer than {seconds:g} s and was stopped; ask for fewer draws", seconds=seconds
            ))  # fmt: skip
        lane.worker.kill()

    def _gone(self, index: int, lane: Lane) -> None:
        """Replace a worker that ended."""
        if self._closed or self._lanes[index] is not lane:
            return
        self.counts["broken"] += 1
        print(f"worker {lane.worker.process.pid} ended; another takes its place", file=sys.stderr, flush=True)
        self._failed += not lane.ready
        self._finish(lane, None)  # what it was at waits again, or is given up with the rest
        if self._failed >= TRIES:
            if not any(other.ready and not other.worker.ended for other in self._lanes):
                self._give_up()
            self._loop.call_later(PAUSE, self._replace, index)
        else:
            self._replace(index)

    def _replace(self, index: int) -> None:
        if not self._closed:
            self._lanes[index] = self._lane(index)

    def _give_up(self) -> None:
        """No worker can be started: nobody is kept waiting."""
        self._up.set()
        for ticket in self._queue:
            if not ticket.done.done():
                _refuse(ticket, 500, lambda: say("our fault: no process that makes pages can be started"))
        self._queue.clear()

    # -- parts of a job that another worker makes meanwhile ------------------------------------------------------------------------
    def _part(self, asker: Lane, number: int, job: Job) -> None:
        """Have a part made on an idle lane while its asker goes on; where none is idle or somebody waits, the asker makes it itself."""
        free = next((lane for lane in self._lanes if lane.idle and lane is not asker), None)
        if free is not None and not self._queue and not (asker.ticket and asker.ticket.long):
            ticket = Ticket(job, 0, self._loop.create_future(), self._loop.time(), part=True)
            asker.parts[number] = ticket.done
            self._give(free, ticket)

    def _wanted(self, asker: Lane, number: int) -> None:
        made = asker.parts.get(number)
        if made is None:
            asker.worker.send((number, None))
        else:
            made.add_done_callback(lambda done: asker.worker.send((number, done.result())))

    # -- the end -------------------------------------------------------------------------------------------------------------------
    async def close(self) -> None:
        """Stop the workers and wait until they are gone; what is being made is given up."""
        self._closed = True
        self.board.close()
        for lane in self._lanes:
            lane.worker.kill()
        for ticket in [*self._queue, *(lane.ticket for lane in self._lanes if lane.ticket)]:
            if not ticket.done.done():
                _refuse(ticket, 503, lambda: say("the server is stopping"))
        self._queue.clear()
        await asyncio.gather(*(asyncio.to_thread(lane.worker.join, 3.0) for lane in self._lanes))


def _weight(key: Any, made: Made) -> int:
    """How many bytes it takes to keep something under a key: an address may be longer than what it leads to."""
    return made.size + len(repr(key))


def is_long(job: Job, aside: bool) -> bool:
    """Whether a job takes long: by its kind, or by its draws."""
    return aside or job.asked.draws > LONG_FROM


def cost(job: Job, aside: bool) -> float:
    """What a job costs its reader, in pages of the usual draws."""
    return max(1.0, job.asked.draws / DRAWS) * (ASIDE if aside else 1.0)


def _refuse(ticket: Ticket, status: int, said: Callable[[], str]) -> None:
    """Tell who waits for a job why it is not done, in the language in which it was asked."""
    with speaking(ticket.job.asked.language):
        ticket.done.set_result(Made(faults=(Fault(said()),), status=status))
