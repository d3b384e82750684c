"""One worker process as its server sees it: started, given one job at a time, ended with all that it started.

Server and worker speak over one pipe that nobody else has, so that a worker that is killed leaves no lock behind. A thread of the server
reads it; what was heard is handed to the event loop.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection
from typing import Any

from stargauge.web.work import attend

Heard = Callable[[Any], None]


class Worker:
    """A process that does jobs. `heard(message)` and `gone()` are called in the event loop: for what it sends, and once when it ended."""

    def __init__(self, context: Any, heard: Heard, gone: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._heard, self._gone = heard, gone
        self._mine, self._theirs = context.Pipe()
        self.process: Any = context.Process(target=attend, args=(self._theirs,), name="stargauge worker")
        self.ended = False
        self._thread = threading.Thread(target=self._follow, daemon=True, name="worker's messages")
        self._thread.start()

    def send(self, message: Any) -> None:
        """Say something to a worker that waits for it; to one that is gone nothing is said, `gone` comes anyway."""
        try:
            self._mine.send(message)
        except OSError:
            return

    def kill(self) -> None:
        """End the process and whatever it started."""
        self.ended = True
        pid = self.process.pid
        if pid is None:
            return
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)  # a worker leads a group of its own, with the processes that its runs start
        with suppress(OSError):
            self.process.kill()

    def join(self, seconds: float) -> None:
        """Wait until it is gone."""
        self._thread.join(seconds)

    def _follow(self) -> None:
        try:
            self.process.start()
            self._theirs.close()
            if self.ended:  # told to stop while it was being started
                self.kill()
            self._listen()
            self.process.join()
        except OSError as error:
            print(f"a worker could not be started: {error}", file=sys.stderr, flush=True)
        finally:
            self.kill()  # those that it started, where it was killed itself
            self._mine.close()
            self._post(self._gone)

    def _listen(self) -> None:
        """Hand on what the worker says until it ends."""
        while True:
            ready = connection.wait([self._mine, self.process.sentinel])
            if self._mine not in ready:
                return
            try:
                message = self._mine.recv()
            except (EOFError, OSError, pickle.UnpicklingError):
                return
            self._post(self._heard, message)

    def _post(self, call: Callable[..., None], *given: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *given)
        except RuntimeError:  # the loop is closed: nobody listens any more
            return
