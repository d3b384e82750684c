"""Who has the pages made: worker processes, what they made last, and who waits for the same thing."""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from stargauge.web.settings import Settings
from stargauge.web.work import Job, Made, do, prepare, stopped

#: A page smaller than this is not worth packing.
PACKED_FROM = 1024


@dataclass(frozen=True)
class Ready:
    """What was made, packed too where that is smaller."""

    made: Made
    packed: bytes = b""


class Desk:
    """Takes jobs and hands out what was made. The same job asked twice at once is done once; what was made is kept within a limit.

    Each worker is a process of its own with one line of jobs. A programme has its worker, so that answers made for one page serve the next.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.counts = {"asked": 0, "kept": 0, "made": 0, "faults": 0, "broken": 0}
        self._context = multiprocessing.get_context("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn")
        if self._context.get_start_method() == "forkserver":
            multiprocessing.set_forkserver_preload(["stargauge.web.preload"])
        self._told: Any = self._context.SimpleQueue()
        self._lanes = [self._lane() for _ in range(settings.workers)]
        self._kept: OrderedDict[Any, Ready] = OrderedDict()
        self._bytes = 0
        self._waiting: dict[Any, asyncio.Future[Ready]] = {}
        self._listeners: dict[int, list[asyncio.Queue[tuple[int, int]]]] = {}
        self._last = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        threading.Thread(target=self._listen, daemon=True, name="progress").start()

    def _lane(self) -> ProcessPoolExecutor:
        lane = ProcessPoolExecutor(1, mp_context=self._context, initializer=_begin, initargs=(self._told,))
        lane.submit(stopped)  # starts the process now, not with the first reader
        return lane

    async def get(self, job: Job, stamp: str = "", lane: str = "") -> Ready:
        """What a job makes; kept under the job and `stamp`, unless it writes (then `stamp` is empty). `lane`: who shares a worker."""
        self._loop = asyncio.get_running_loop()
        self.counts["asked"] += 1
        key = (*job.key, stamp) if stamp else None
        if key is not None and key in self._kept:
            self.counts["kept"] += 1
            self._kept.move_to_end(key)
            return self._kept[key]
        if key is not None and key in self._waiting:
            return await asyncio.shield(self._waiting[key])
        task = asyncio.ensure_future(self._make(job, lane or job.asked.programme, key))
        if key is not None:
            self._waiting[key] = task
            task.add_done_callback(lambda _: self._waiting.pop(key, None))
        return await asyncio.shield(task)

    async def _make(self, job: Job, lane: str, key: Any) -> Ready:
        made = await self._done(job, crc32(lane.encode()) % len(self._lanes))
        self.counts["faults" if made.faults else "made"] += 1
        packs = len(made.body) >= PACKED_FROM and not made.media.startswith("image/png")
        ready = Ready(made, await asyncio.to_thread(gzip.compress, made.body, 6) if packs else b"")
        if key is not None and not made.faults:
            self._keep(key, ready)
        return ready

    async def _done(self, job: Job, index: int) -> Made:
        """Have a job done; a worker that died is replaced and the job tried once more."""
        for last in (False, True):
            lane = self._lanes[index]
            try:
                return await asyncio.wrap_future(lane.submit(do, job))
            except BrokenProcessPool:
                self.counts["broken"] += 1
                if self._lanes[index] is lane:
                    self._lanes[index] = self._lane()
                if last:
                    raise
        raise AssertionError("unreachable")

    def _keep(self, key: Any, ready: Ready) -> None:
        self._kept[key] = ready
        self._bytes += len(ready.made.body) + len(ready.packed)
        while self._bytes > self.settings.kept_bytes and self._kept:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.made.body) + len(gone.packed)

    # -- progress ------------------------------------------------------------------------------------------------------------------
    def number(self) -> int:
        """A number under which a job tells how far it is."""
        self._last += 1
        return self._last

    async def progress(self, number: int) -> AsyncIterator[tuple[int, int]]:
        """How far a job is, as it goes on: done, of how many. Ends when nothing was told for a minute."""
        self._loop = asyncio.get_running_loop()
        mine: asyncio.Queue[tuple[int, int]] = asyncio.Queue(maxsize=100)
        self._listeners.setdefault(number, []).append(mine)
        try:
            while True:
                yield await asyncio.wait_for(mine.get(), 60.0)
        except TimeoutError:
            return
        finally:
            self._listeners[number].remove(mine)
            if not self._listeners[number]:
                del self._listeners[number]

    def _listen(self) -> None:
        while True:
            try:
                number, done, of = self._told.get()
            except (EOFError, OSError):
                return
            if number < 0:
                return
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._tell, number, done, of)

    def _tell(self, number: int, done: int, of: int) -> None:
        for queue in self._listeners.get(number, ()):
            if not queue.full():
                queue.put_nowait((done, of))

    def close(self) -> None:
        """Stop the workers; what is being made is given up."""
        for lane in self._lanes:
            processes = list((lane._processes or {}).values())
            lane.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()
        self._told.put((-1, 0, 0))


def _begin(told: Any) -> None:
    stopped()
    prepare(told)
