"""Who computes: this process, processes beside it, or the workers of a Dask scheduler. Tasks in order, few under way, none lost."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import wait
from typing import Any

import stargauge
from stargauge.engine.parts import Parts
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

#: Tasks under way or waiting to be taken, per worker: enough that nobody waits for the slowest, and memory does not grow with the run.
AHEAD = 4
#: How often in a row workers may end before anything more is done.
TRIES = 3
#: Seconds between two looks at whether processes live.
_LOOK = 1.0
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
    they end again and again before anything more is done. Closed early, it ends with the tasks under way and leaves no process behind.
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
    """`function(place, *given)` of every place, in order. A crew that is lost is followed by another, which does what is not done."""
    if alone(workers) or len(places) < 2:
        yield from (function(place, *given) for place in places)
        return
    done: dict[int, Any] = {}
    at = tries = 0
    while at < len(places):
        under_way: dict[int, Future[Any]] = {}
        with _crew(workers, function, given, len(places)) as (send, ahead):
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
                    raise InputError(_given_up(workers)) from error
            finally:
                for future in under_way.values():
                    future.cancel()


def _finished(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _lost(error: Exception) -> bool:
    """Whether an error says that workers are gone, and nothing of the task."""
    gone = ("KilledWorker", "CommClosedError", "FutureCancelledError", "FuturesCancelledError")
    return isinstance(error, BrokenExecutor | CancelledError) or type(error).__name__ in gone


def _given_up(workers: Workers) -> str:
    address = workers.address if isinstance(workers, Pool) else ""
    what = say("the workers of {address}", address=address) if address else say("the processes that compute")
    return say(
        "{what} ended {tries} times before anything more was done: killed, or out of memory; try fewer of them, or fewer draws, or see "
        "their logs", what=what, tries=TRIES,
    )  # fmt: skip


def _crew(workers: Workers, function: Callable[..., Any], given: tuple[Any, ...], tasks: int) -> AbstractContextManager[Crew]:
    """Those who compute, begun with what all tasks need; gone at its end."""
    if isinstance(workers, Executor):  # threads: they see what we see
        return nullcontext((lambda place: workers.submit(function, place, *given), AHEAD * getattr(workers, "_max_workers", 8)))
    if isinstance(workers, Pool) and workers.address:
        return _cluster(workers.address, function, given)
    return _processes(min(workers if isinstance(workers, int) else workers.count, tasks), function, given)


# --- processes here


@contextmanager
def _processes(count: int, function: Callable[..., Any], given: tuple[Any, ...]) -> Iterator[Crew]:
    """Processes, forked where nothing else runs beside us, else started fresh. At the end each leaves with the task that it is at."""
    quiet = threading.active_count() == 1 and "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if quiet else "spawn")
    over = context.RawValue("b", 0)
    pool = ProcessPoolExecutor(count, context, _begin, (over, function, given))
    ended = threading.Event()
    watch = threading.Thread(target=_watched, args=(pool, ended), daemon=True)

    def send(place: int) -> Future[Any]:
        made = pool.submit(_at, place)
        if not watch.is_alive():  # begun after the processes, so that they are forked from one thread
            watch.start()
        return made

    try:
        yield send, AHEAD * count
    finally:
        over.value = 1
        pool.shutdown(cancel_futures=True)
        ended.set()


def _watched(pool: ProcessPoolExecutor, ended: threading.Event) -> None:
    """End a pool that waits for ever: a process killed while it sends an answer leaves half of it, and its lock, behind.

    The pool reads on, and its other processes wait for the lock. Without them, and without an end of the pipe to write to, the pool finds
    itself broken, as it does where a process dies at any other moment.
    """
    processes = list(pool._processes.values())
    while not ended.wait(_LOOK):
        if any(not one.is_alive() for one in processes) and not ended.wait(_LOOK):
            for one in processes:
                one.kill()
            with suppress(OSError):
                pool._result_queue._writer.close()  # type: ignore[attr-defined]
            return


_begun: list[Any] = []


def _begin(over: Any, function: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """Hold in a process of the pool what all its tasks need: forked it costs nothing, sent it is sent once.

    Whoever is at the terminal stops us, and we our processes; where we are killed, they end by themselves.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _begun[:] = (over, function, given)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _at(place: int) -> Any:
    over, function, given = _begun
    return None if over.value else function(place, *given)


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
