"""What a case may cost and do: so much work, so much memory, nothing written, started, asked of a network or run."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

#: The processor time of one case, s: far above what any takes; it is no measurement, it ends what does not end.
SECONDS = 20.0
#: Memory that cases may take beyond what the readers themselves need.
MEMORY = 1536 * 2**20
#: Calls of functions that a case may take: so many in any case, and so many a sign.
CALLS, CALLS_A_SIGN = 120_000, 600

_CHANGES = (
    "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.utime",
    "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.putenv", "shutil.", "subprocess.Popen", "socket.",
    "ctypes.dlopen", "pty.spawn", "webbrowser.open", "ftplib.", "urllib.Request", "smtplib.", "tempfile.",
)  # fmt: skip
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Forbidden(BaseException):
    """A case did what no case may do: no handler of ordinary errors hides it."""


class _Hook:
    """Hears what the interpreter does; told to be quiet outside of cases. There is one: such a hook cannot be taken away."""

    def __init__(self) -> None:
        self.on = self.installed = False
        self.may: frozenset[str] = frozenset()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "open":
            mode, flags = arguments[1], arguments[2]
            wrong = (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & _WRITES)
        elif event in ("exec", "compile"):
            wrong = not _importing()
        else:
            wrong = event.startswith(_CHANGES) and event not in self.may
        if wrong:
            self.on = False
            raise Forbidden(f"{event} {str(arguments)[:300]}")


def _importing() -> bool:
    """Whether a module is being read in: its code is run then, ours or that of a library."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib") or "dataclasses.py" in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False


_HOOK = _Hook()


def _too_long(*_: object) -> None:
    raise Forbidden(f"more than {SECONDS:g} s of processor time")


@contextmanager
def watched(may: frozenset[str] = frozenset()) -> Iterator[None]:
    """A case is on. `may`: what this part does for good reason, such as a parser in a process of its own."""
    if not _HOOK.installed:
        sys.addaudithook(_HOOK)
        _HOOK.installed = True
    before = signal.signal(signal.SIGVTALRM, _too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    _HOOK.may, _HOOK.on = may, True
    try:
        yield
    finally:
        _HOOK.on = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def ours() -> Iterator[None]:
    """What the trying itself does within a case: it puts the case where a reader of files finds it."""
    before, _HOOK.on = _HOOK.on, False
    try:
        yield
    finally:
        _HOOK.on = before


@contextmanager
def counted(length: int) -> Iterator[None]:
    """The calls of functions are counted, Python's and those of its libraries: a case of this length may take only so many."""
    calls, most = 0, CALLS + CALLS_A_SIGN * length

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        if event in ("call", "c_call"):
            calls += 1
            if calls > most:
                sys.setprofile(None)
                raise Forbidden(f"more than {most:,} calls for {length:,} signs")

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)


@contextmanager
def bounded_memory() -> Iterator[None]:
    """This process may take so much more than it has now; what takes more fails."""
    with open("/proc/self/statm", encoding="ascii") as handle:
        held = int(handle.read().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
