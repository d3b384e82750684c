"""What a worker process does: make a page, a figure of it, or an answer of the API. Nothing here is a server."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stargauge.quantity.errors import Fault, InputError
from stargauge.web.asked import Asked


@dataclass(frozen=True)
class Job:
    """One thing to make. `kind`: page, figure, or answer; `name`: of the page or of the function of the API.

    `number`: under which progress is told, 0 where nobody listens.
    """

    kind: str
    name: str
    asked: Asked
    path: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
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


_TOLD: Any = None


def prepare(told: Any = None) -> None:
    """Make a worker ready before it is asked: what takes long to load is loaded, the drawing engine is warm."""
    global _TOLD
    _TOLD = told
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import stargauge.api
    import stargauge.web.pages  # noqa: F401 - enters the pages
    from stargauge.report.drawing import svg
    from stargauge.web.view import templates

    templates()
    svg({"data": {"values": [{}]}, "mark": "point"})


def do(job: Job) -> Made:
    """Do a job. Faults of what was asked come back as such; anything else is our fault and is raised."""
    try:
        return _KINDS[job.kind](job)
    except InputError as error:
        return Made(faults=error.faults, status=400)


def _view(job: Job) -> Any:
    from stargauge.web.view import View

    return View(job.asked, job.name, job.path, job.folder, job.evidence, _progress(job.number), job.fragment, job.body)


def _progress(number: int) -> Callable[[int, int], None] | None:
    if not number or _TOLD is None:
        return None
    return lambda done, of: _TOLD.put((number, done, of))


def _page(job: Job) -> Made:
    from stargauge.web.routes import PAGES

    view = _view(job)
    text = _text(view, PAGES[job.name], job.arguments)
    return Made(text.encode(), headers=view.headers, status=int(view.headers.pop("status", 200)))


def _text(view: Any, page: Any, arguments: Mapping[str, str]) -> str:
    """A page in its language; of a day on which too little was known, the sentence that says so and the first day on which more was."""
    from stargauge.api import RecordTooThin
    from stargauge.report.locale import speaking

    with speaking(view.asked.language):
        try:
            return str(page.make(view, **arguments))
        except RecordTooThin as error:
            if not page.of_programme or page.writes:
                raise
            return str(view.render("too_thin.html.j2", first=error.first))


def _figure(job: Job) -> Made:
    from stargauge.web.figures import as_file
    from stargauge.web.routes import PAGES

    view = _view(job)
    _text(view, PAGES[job.name], job.arguments)
    return as_file(view, job.figure, job.ending)


def _answer(job: Job) -> Made:
    from stargauge.web.answers import answer

    return answer(_view(job), job.name, job.arguments)


_KINDS: dict[str, Callable[[Job], Made]] = {"page": _page, "figure": _figure, "answer": _answer}


def stopped() -> None:
    """A worker does not answer the keyboard: its server tells it when to stop."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout.flush()
