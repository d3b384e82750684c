"""What a worker process does: make a page, a figure of it, or an answer of the API. Nothing here is a server."""

from __future__ import annotations

import _thread
import gzip
import itertools
import multiprocessing
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing import connection
from pathlib import Path
from typing import Any, NoReturn

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.web.asked import Asked

#: How much data a worker may hold: half of the machine's memory, within these. 16,384 draws of the largest shipped programme take 1.1 GiB.
LEAST_MEMORY, MOST_MEMORY = 2 * 2**30, 6 * 2**30
#: A body smaller than this is not worth packing.
PACKED_FROM = 1024


@dataclass(frozen=True)
class Job:
    """One thing to make. `kind`: page, figure, or answer; `name`: of the page or of the function of the API.

    `number`: under which progress is told, 0 where nobody listens.
    """

    kind: str
    name: str
    asked: Asked
    path: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    evidence: Path | None = None
    fragment: bool = False
    figure: str = ""
    ending: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0

    @property
    def key(self) -> tuple[object, ...]:
        """What the result hangs on, besides the files."""
        return (self.kind, self.name, self.asked, self.path, tuple(sorted(self.arguments.items())), self.fragment, self.figure, self.ending)


@dataclass(frozen=True)
class Made:
    """What came of a job: a body with its kind, or the faults of what was asked."""

    body: bytes = b""
    media: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    status: int = 200
    packed: bytes = b""

    @property
    def size(self) -> int:
        """How many bytes it takes to keep it."""
        return len(self.body) + len(self.packed)

    def with_packed(self) -> Made:
        """The same, packed too where that is worth it."""
        return replace(self, packed=gzip.compress(self.body, 6)) if len(self.body) >= PACKED_FROM else self


#: The pipe to the server, in a worker.
_SERVER: Any = None


def attend(server: Any) -> None:
    """A worker: takes jobs from the server and gives back what it made, until the server is gone."""
    global _SERVER
    _SERVER = server
    _apart()
    _within_memory()
    prepare()
    server.send(("ready",))
    while True:
        try:
            job = server.recv()
        except (EOFError, OSError):
            _end()
        server.send(("made", do(job)))


def _apart() -> None:
    """Stand apart from the server: the keyboard is its business, and when it is gone, however that came, the worker ends with all it
    started."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    parent = multiprocessing.parent_process()
    if parent is not None:
        # no thread of `threading`: runs fork their processes only where there is none
        _thread.start_new_thread(_end_with, (parent.sentinel,))


def memory_limit(there: int) -> int:
    """How many bytes of data a worker may hold, and each process that it starts, on a machine that has so many."""
    return max(LEAST_MEMORY, min(MOST_MEMORY, there // 2))


def _within_memory() -> None:
    """Bound what this process and those it starts may hold. Data is bounded, not addresses: the drawing engine reserves many that it never
    uses. Where a system knows no such bound there is none."""
    try:
        import resource

        most = memory_limit(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, AttributeError, ValueError, OSError):
        return


def _end_with(sentinel: Any) -> None:
    connection.wait([sentinel])
    _end()


def _end() -> NoReturn:
    if hasattr(os, "killpg"):
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def prepare() -> None:
    """Make a worker ready before it is asked: what takes long to load is loaded, the drawing engine is warm."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import stargauge.web.preload
    from stargauge.report.drawing import drawing

    stargauge.web.preload.load()
    drawing.svg({"data": {"values": [{}]}, "mark": "point"})


def do(job: Job) -> Made:
    """Do a job. Faults of what was asked come back as such; anything else is our fault: who asked is told its name, the log has it all."""
    from stargauge.report.locale import speaking

    with speaking(job.asked.language):
        return _done(job)


def _done(job: Job) -> Made:
    try:
        return _KINDS[job.kind](job)
    except InputError as error:
        return Made(faults=error.faults, status=400)
    except MemoryError:
        _forget_all()
        print(f"too little memory, at {job.path or job.name}", file=sys.stderr, flush=True)
        return Made(faults=(Fault(say("this needs more memory than one answer may take; ask for fewer draws")),), status=503)
    except Exception as error:
        print(f"our fault, at {job.path or job.name}:", file=sys.stderr)
        traceback.print_exc()
        sys.stderr.flush()
        return Made(faults=(Fault(say("our fault: {name}; the server's log says where", name=type(error).__name__)),), status=500)


def _forget_all() -> None:
    """Let go of every answer that is kept, so that the next job has room."""
    from stargauge.web.pages import what_if
    from stargauge.web.view import KEPT

    for kept in (KEPT, what_if.QUICK, what_if.DEEP):
        kept.clear()


# -- what another worker makes meanwhile ---------------------------------------------------------------------------------------------


def beside(job: Job) -> Callable[[], Any]:
    """Have something made by another worker while this one goes on; the result is what it made, or None where none was free."""
    if _SERVER is None:
        return lambda: None
    number = next(_NUMBERS)
    _SERVER.send(("part", number, job))
    return lambda: _wanted(number)


_NUMBERS = itertools.count(1)


def _wanted(number: int) -> Any:
    _SERVER.send(("want", number))
    while True:
        answered, made = _SERVER.recv()
        if answered == number:
            return None if made is None or made.faults else pickle.loads(made.body)  # noqa: S301 - of a process of ours


def _part(job: Job) -> Made:
    from stargauge.web.parts import PARTS

    return Made(pickle.dumps(PARTS[job.name](_view(job)), pickle.HIGHEST_PROTOCOL))


def _view(job: Job) -> Any:
    from stargauge.web.routes import PAGES
    from stargauge.web.view import View

    asks = PAGES[job.name].asks if job.name in PAGES else ()
    more = {key: job.arguments[key] for key in asks if job.arguments.get(key)}
    return View(job.asked, job.name, job.path, job.folder, job.evidence, _progress(job.number), job.fragment, job.body, more=more)


def _progress(number: int) -> Callable[[int, int], None] | None:
    if not number or _SERVER is None:
        return None
    return lambda done, of: _SERVER.send(("progress", number, done, of))


def _page(job: Job) -> Made:
    from stargauge.web.routes import PAGES

    view = _view(job)
    made = _text(view, PAGES[job.name], job.arguments)
    status, media = int(view.headers.pop("status", 200)), view.headers.pop("media", "text/html; charset=utf-8")
    return Made(made if isinstance(made, bytes) else made.encode(), media, view.headers, status=status).with_packed()


def _text(view: Any, page: Any, arguments: Mapping[str, str]) -> str | bytes:
    """A page; of a day on which too little was known, the sentence that says so and the first day on which more was."""
    from stargauge.api import RecordTooThin

    try:
        made: str | bytes = page.make(view, **arguments)
    except RecordTooThin as error:
        if not page.of_programme or page.writes:
            raise
        made = view.render("too_thin.html.j2", first=error.first)
    return made


def _figure(job: Job) -> Made:
    from stargauge.web.figures import as_file
    from stargauge.web.routes import PAGES

    view = _view(job)
    _text(view, PAGES[job.name], job.arguments)
    return as_file(view, job.figure, job.ending)


def _warm(job: Job) -> Made:
    """Do once what the first page of a worker would have to: every shipped programme read, and one page made and drawn."""
    from stargauge import api
    from stargauge.web.routes import PAGES

    for name in api.shipped():
        _ = _view(replace(job, asked=Asked(name))).days
    PAGES[job.name].make(_view(job))
    return Made()


def _answer(job: Job) -> Made:
    from stargauge.web.answers import answer

    return answer(_view(job), job.name, job.arguments)


_KINDS: dict[str, Callable[[Job], Made]] = {"page": _page, "figure": _figure, "answer": _answer, "part": _part, "warm": _warm}
