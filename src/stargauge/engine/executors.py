"""Who computes: this process, processes beside it, or the workers of a Dask scheduler. Tasks in order, few under way, none lost."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Any

import stargauge
from stargauge.engine.parts import Parts
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

#: Tasks under way or waiting to be taken, per worker: enough that nobody waits for the slowest, and memory does not grow with the run.
AHEAD = 4
#: How often workers may end at a task before it is given up.
TRIES = 3
#: Seconds until a scheduler has to answer.
PATIENCE = 10
SCHEMES = ("tcp://", "tls://")

#: Sends one task away, and how many there may be under way.
Crew = tuple[Callable[[int], "Future[Any]"], int]


@dataclass(frozen=True)
class Pool:
    """Who computes: `count` processes here, or the workers of the Dask scheduler at `address`. `parts`: where what is done is kept."""

    count: int = 1
    address: str = ""
    parts: Parts | None = None


#: A number of processes, an executor at hand (threads), or a pool.
Workers = int | Executor | Pool


def expect_address(text: str) -> str:
    """The address of a scheduler. Raises InputError where it is none."""
    host, _, port = text.partition("://")[2].rpartition(":")
    if not text.startswith(SCHEMES) or not host or not port.isdecimal():
        raise InputError(
            say('got the executor "{text}"; expected the address of a Dask scheduler: tcp://HOST:PORT or tls://HOST:PORT', text=text)
        )
    return text


def alone(workers: Workers) -> bool:
    """Whether this process computes everything itself."""
    return workers == 1 or (isinstance(workers, Pool) and workers.count == 1 and not workers.address)


def each(function: Callable[..., Any], given: tuple[Any, ...], count: int, workers: Workers = 1, key: str = "") -> Generator[Any]:
    """`function(place, *given)` for so many places, in order, whoever computes them. `key`: under which the pool's folder keeps them.

    A worker that ends (killed, out of memory) takes nothing with it: others begin again with what was not done. Raises InputError where
    they end again and again before anything more is done. Closed early, it leaves no process behind.
    """
    parts = workers.parts.of(key) if key and isinstance(workers, Pool) and workers.parts is not None else None
    kept = parts.places() if parts is not None else frozenset()
    computed = _computed(function, given, [place for place in range(count) if place not in kept], workers)
    try:
        for place in range(count):
            if parts is None:
                yield next(computed)
            elif place in kept:
                yield parts.get(place)
            else:
                made = next(computed)
                parts.put(place, made)
                yield made
    finally:
        computed.close()


def _computed(function: Callable[..., Any], given: tuple[Any, ...], places: Sequence[int], workers: Workers) -> Generator[Any]:
    """`function(place, *given)` of every place, in order."""
    if alone(workers) or len(places) < 2:
        yield from (function(place, *given) for place in places)
    elif isinstance(workers, Executor) or (isinstance(workers, Pool) and workers.address):
        yield from _by_others(function, given, places, workers)
    else:
        count = workers if isinstance(workers, int) else workers.count
        yield from _by_processes(min(count, len(places)), function, given, places)


def _by_others(function: Callable[..., Any], given: tuple[Any, ...], places: Sequence[int], workers: Executor | Pool) -> Generator[Any]:
    """The same by threads, or by the workers of a scheduler. A crew that is lost is followed by another, which does what is not done."""
    done: dict[int, Any] = {}
    at = tries = 0
    while at < len(places):
        under_way: dict[int, Future[Any]] = {}
        with _crew(workers, function, given) as (send, ahead):
            try:
                while at < len(places):
                    for place in places[at : at + ahead]:
                        if place not in done and place not in under_way:
                            under_way[place] = send(place)
                    place = places[at]
                    made = done.pop(place) if place in done else under_way.pop(place).result()
                    at, tries = at + 1, 0
                    yield made
            except Exception as error:
                if not _lost(error):
                    raise
                done |= {place: future.result() for place, future in under_way.items() if _finished(future)}
                tries += 1
                if tries == TRIES:
                    raise _given_up(say("the workers of the scheduler")) from error
            finally:
                for future in under_way.values():
                    future.cancel()


def _finished(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _lost(error: Exception) -> bool:
    """Whether an error says that workers are gone, and nothing of the task."""
    gone = ("KilledWorker", "CommClosedError", "FutureCancelledError", "FuturesCancelledError")
    return isinstance(error, BrokenExecutor | CancelledError) or type(error).__name__ in gone


def _given_up(who: str) -> InputError:
    return InputError(say(
        "{what} ended {tries} times before anything more was done: killed, or out of memory; try fewer of them, or fewer draws, or see "
        "their logs", what=who, tries=TRIES,
    ))  # fmt: skip


def _crew(workers: Executor | Pool, function: Callable[..., Any], given: tuple[Any, ...]) -> AbstractContextManager[Crew]:
    """Those who compute, begun with what all tasks need; gone at its end."""
    if isinstance(workers, Pool):
        return _cluster(workers.address, function, given)
    return nullcontext((lambda place: workers.submit(function, place, *given), AHEAD * getattr(workers, "_max_workers", 8)))


# --- processes here


def _by_processes(count: int, function: Callable[..., Any], given: tuple[Any, ...], places: Sequence[int]) -> Generator[Any]:
    """The same by processes, each at one task at a time. One that ends is replaced, and its task begun again."""
    waiting, done, lost = deque(places), dict[int, Any](), Counter[int]()
    crew = list[_Beside]()
    try:
        crew.extend(_Beside(function, given, waiting.popleft()) for _ in range(count))
        for most, place in enumerate(places, AHEAD * count):
            while True:
                for one in _ready(crew, 0.0 if place in done else None):
                    try:
                        done[one.place] = one.take()
                    except (EOFError, OSError):  # it ended, maybe with half an answer sent
                        lost[one.place] += 1
                        if lost[one.place] == TRIES:
                            raise _given_up(say("the processes that compute")) from None
                        one.end()
                        crew[crew.index(one)] = _Beside(function, given, one.place)
                for one in crew:
                    if one.idle and waiting and len(places) - len(waiting) < most:
                        one.give(waiting.popleft())
                if place in done:
                    break
            made, error = done.pop(place)
            if error is not None:
                raise error
            yield made
    finally:
        for one in crew:
            one.end()


def _ready(crew: Sequence[_Beside], patience: float | None) -> set[_Beside]:
    """Those that have an answer, or have ended over one; some, unless patience ends."""
    busy = {source: one for one in crew if not one.idle for source in (one.pipe, one.process.sentinel)}
    return {busy[source] for source in wait(list(busy), patience)}


class _Beside:
    """A process beside us, begun with a task. Forked where nothing else runs here, else started fresh."""

    def __init__(self, function: Callable[..., Any], given: tuple[Any, ...], place: int) -> None:
        quiet = threading.active_count() == 1 and "fork" in multiprocessing.get_all_start_methods()
        context: Any = multiprocessing.get_context("fork" if quiet else "spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, function, given), daemon=True)
        gc.freeze()  # what the collector of a forked process does not look through stays shared with us
        self.process.start()
        gc.unfreeze()
        theirs.close()
        self.give(place)

    def give(self, place: int) -> None:
        """Give it a task. Where it has ended, `take` tells."""
        self.place, self.idle = place, False
        with suppress(OSError):
            self.pipe.send(place)

    def take(self) -> Any:
        """Its answer, or its error. Raises EOFError or OSError where it has ended without one."""
        if not self.pipe.poll():
            raise EOFError
        made = self.pipe.recv()
        self.idle = True
        return made

    def end(self) -> None:
        """End it, whatever it is at, and leave nothing of it behind."""
        self.process.kill()
        self.process.join()
        self.process.close()
        self.pipe.close()


def _work(pipe: Connection, function: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """What a process beside us does: task by task, until whoever began it is gone.

    Whoever is at the terminal stops us, and we our processes; where we are killed, they end by themselves.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        while True:
            place = pipe.recv()
            try:
                answer = ForkingPickler.dumps((function(place, *given), None))
            except BaseException as error:
                error.add_note(f"In a process beside this one: {traceback.format_exc()}")
                answer = ForkingPickler.dumps((None, error))
            pipe.send_bytes(answer)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


# --- a Dask cluster


@contextmanager
def _cluster(address: str, function: Callable[..., Any], given: tuple[Any, ...]) -> Iterator[Crew]:
    """The workers of a Dask scheduler. What all tasks need is sent to each worker once."""
    try:
        client_of = import_module("distributed").Client
    except ImportError:
        raise InputError(say("an executor elsewhere needs the extra `dask`: pip install 'stargauge[dask]'")) from None
    try:
        client = client_of(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            say(
                "no Dask scheduler answers at {address} within {patience} s: is it running (dask scheduler), is the port "
                "right, may this machine reach it? ({why})",
                address=address,
                patience=PATIENCE,
                why=str(error).splitlines()[0],
            )
        ) from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise InputError(say("the Dask scheduler at {address} has no workers; begin some: dask worker {address}", address=address))
        _expect_alike(client, address)
        sent = client.scatter([given], broadcast=True, hash=False)[0]
        executor = client.get_executor(pure=False)
        yield (lambda place: executor.submit(_there, place, function, sent)), AHEAD * threads


def _expect_alike(client: Any, address: str) -> None:
    """Raise InputError where workers have other versions than we have: then the bits would be others."""
    ours = _versions()
    try:
        others = {str(name): versions for name, versions in client.run(_versions).items() if versions != ours}
    except ImportError as error:
        raise InputError(
            say("workers of {address} lack a package: {error}; install Stargauge there as here", address=address, error=error)
        ) from None
    if others:
        name, versions = next(iter(others.items()))
        raise InputError(
            say(
                "{number} of the workers of {address} differ from us: {name} has {versions}, we have {ours}",
                number=len(others),
                address=address,
                name=name,
                versions=versions,
                ours=ours,
            )
        )


def _versions() -> str:
    import numpy as np

    return f"stargauge {stargauge.__version__}, numpy {np.__version__}, Python {sys.version_info.major}.{sys.version_info.minor}"


def _there(place: int, function: Callable[..., Any], given: tuple[Any, ...]) -> Any:
    return function(place, *given)
