"""The door: which address is answered by what, who may ask, and how the server is doing."""

from __future__ import annotations

import asyncio
import json
import math
import re
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from stargauge import __version__
from stargauge.api.schemas import components
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say, speaking
from stargauge.web import api_chips, api_plan, pages  # noqa: F401 - enter their addresses
from stargauge.web.api_parameters import language_of, strange, told_of
from stargauge.web.api_routes import router
from stargauge.web.asked import Asked, asked_of, too_long
from stargauge.web.desk import Desk, cost
from stargauge.web.failure import failure_page, fault_data, without_paths
from stargauge.web.guard import Guard
from stargauge.web.library import NoProgramme, evidence_stamp, shelf, shelves
from stargauge.web.routes import PAGES, Page, arguments_of
from stargauge.web.security import HEADERS, Rate
from stargauge.web.settings import Settings
from stargauge.web.work import Job, Made

STATIC = Path(__file__).parent / "static"
#: The programme that is made ready before anybody asks.
FIRST = "stargate"


class Application(FastAPI):
    """The application, whose document has the schema of each answer."""

    def openapi(self) -> dict[str, Any]:
        """The document (OpenAPI 3.1), with the schemas of answers that its addresses name."""
        made = super().openapi()
        schemas = made["components"]["schemas"]
        named = set(re.findall(r'"#/components/schemas/([a-z-]+)"', json.dumps(made["paths"]))) if "check" not in schemas else set()
        schemas |= components(*sorted(named))
        return made


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application for a server; its workers start with it and stop with it."""
    chosen = settings or Settings()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        desk = app.state.desk = Desk(chosen)
        await asyncio.gather(desk.ready(), asyncio.to_thread(shelves, chosen.folder))  # the first reader waits for no import
        warming = asyncio.create_task(_warm(desk, chosen)) if chosen.warm else None
        yield
        if warming is not None:
            warming.cancel()
        await desk.close()

    app = Application(
        title="Stargauge", version=__version__, lifespan=life, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json",
        description="The same answers as the command line and Python give, as JSON. Every number of a run is the same for the same "
        "programme, day, seed and draws.",
    )  # fmt: skip
    app.state.settings = chosen
    app.state.rate = Rate(chosen.per_second, chosen.at_once)
    app.state.began = time.monotonic()
    app.add_middleware(Guard, settings=chosen)
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_api_route("/health", _health, include_in_schema=False)
    app.add_api_route("/metrics", _metrics, include_in_schema=False)
    app.add_api_route("/static-style", _style, include_in_schema=False)
    app.add_api_route("/progress/{number}", _progress, include_in_schema=False)
    for page in PAGES.values():
        if not page.writes:  # before the page: an address that a page takes whole would take its figures too
            path = f"{page.path.rstrip('/')}/figures/{{figure}}.{{ending}}"
            app.add_api_route(path, _figure_handler(page), include_in_schema=False, name=f"{page.name} figure")
        methods = ["POST"] if page.writes else ["GET", "HEAD"]
        app.add_api_route(page.path, _page_handler(page), methods=methods, include_in_schema=False, name=page.name)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misformed)
    app.add_exception_handler(Exception, _our_fault)
    return app


# -- pages ---------------------------------------------------------------------------------------------------------------------------


def _page_handler(page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        return await _made(request, page)

    return handle


def _figure_handler(page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        return await _made(request, page, "figure")

    return handle


async def _made(request: Request, page: Page, kind: str = "page") -> Response:
    settings: Settings = request.app.state.settings
    try:
        asked, stamp = await asyncio.to_thread(question, request, page)
    except InputError as error:
        return failure(request, error.faults, 404 if isinstance(error, NoProgramme) else 400)
    taken = dict(request.path_params)
    figure, ending = (taken.pop("figure", ""), taken.pop("ending", ""))
    path = request.url.path if kind == "page" else request.url.path.rsplit("/figures/", 1)[0]
    arguments = arguments_of(page, taken, dict(request.query_params))
    if long := too_long(arguments):
        return failure(request, long, 400)
    job = Job(
        kind, page.name, asked, path or "/", arguments, settings.folder, settings.evidence,
        request.headers.get("hx-request-type") == "partial", figure, ending, await _body(request) if page.writes else {},
        number_of(request),
    )  # fmt: skip
    return await send(request, job, stamp if page.kept else "", aside=page.slow)


def question(request: Request, page: Page) -> tuple[Asked, str]:
    """What an address asks, and the state of the files it asks about. Raises InputError."""
    query = {key: request.query_params.getlist(key) for key in request.query_params}
    name = str(request.path_params["programme"]) if page.of_programme else ""
    settings: Settings = request.app.state.settings
    if name:
        shelf(name, settings.folder)
    return asked_of(name or FIRST, query), state_of(settings, "" if page.of_all else name)


def state_of(settings: Settings, programme: str = "") -> str:
    """The state of the files on which an answer about a programme rests, or one about all. Raises InputError for one that is not."""
    found = [shelf(programme, settings.folder)] if programme else list(shelves(settings.folder).values())
    return " ".join([*(f"{one.name}:{one.stamp}" for one in found), evidence_stamp(settings.evidence)])


def number_of(request: Request) -> int:
    """The number under which who asks follows how far it is; 0 where nobody does."""
    text = request.query_params.get("progress") or "0"
    return int(text) if text.isdecimal() and len(text) <= 9 else 0


async def send(request: Request, job: Job, stamp: str, lane: str = "", aside: bool = False) -> Response:
    """Have a job done and send what came of it; a reader who asks for too much at once is told to wait. `aside`: it takes long."""
    desk: Desk = request.app.state.desk
    key = stamp and f"{stamp} {job.asked.day}"
    who = request.client.host if request.client else ""
    wait = request.app.state.rate.wait(who, cost=cost(job, aside)) if desk.costs(job, key) else 0.0
    if wait:
        fault = Fault(say("too many requests; try again in {seconds} s", seconds=math.ceil(wait)))
        return failure(request, (fault,), 429, {"Retry-After": str(math.ceil(wait))})
    made = await _while_there(request, desk.get(job, key, lane, aside, who))
    _ended(request)
    if made.faults:
        return failure(request, made.faults, made.status, {"Retry-After": "5"} if made.status == 503 else {})
    return packed(request, made)


async def _while_there(request: Request, getting: Coroutine[Any, Any, Made]) -> Made:
    """What is made for a reader while the reader waits for it; one who goes away waits no more."""
    made, gone = asyncio.ensure_future(getting), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({made, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not made.done():
            gone.result()  # a body that comes too slowly or is too large
            return Made(faults=(Fault(say("nobody waits for this any more")),), status=503)
        return made.result()
    finally:
        made.cancel()
        gone.cancel()


async def _gone(request: Request) -> None:
    """Wait until a reader has gone away."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _ended(request: Request) -> None:
    """Who follows how far the answer to a request is hears that it has come, whatever it is."""
    if number := number_of(request):
        request.app.state.desk.board.end(number)


def packed(request: Request, made: Made) -> Response:
    """What was made, packed where the reader takes it so."""
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding, HX-Request-Type", **made.headers}
    if made.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(made.packed, made.status, {**headers, "Content-Encoding": "gzip"}, made.media)
    return Response(made.body, made.status, headers, made.media)


async def _body(request: Request) -> dict[str, Any]:
    """The fields and files of a form, as texts and bytes."""
    made: dict[str, Any] = {}
    async with request.form(max_files=4, max_fields=2000, max_part_size=request.app.state.settings.upload_bytes) as form:
        for key, value in form.multi_items():
            made[key] = value if isinstance(value, str) else (value.filename or "", await value.read())
    return made


# -- faults --------------------------------------------------------------------------------------------------------------------------


def failure(request: Request, faults: Sequence[Fault], status: int, headers: Mapping[str, str] | None = None) -> Response:
    """The faults of what was asked, as a page or as JSON, in the manner of the command line."""
    _ended(request)
    headers = {"Cache-Control": "no-store", **(headers or {})}
    faults = without_paths(faults, _homes(request.app.state.settings))
    if request.url.path.startswith("/api/"):
        return JSONResponse({"errors": [fault_data(fault) for fault in faults]}, status, headers)
    text = failure_page(faults, status, request.url.path, request.query_params.get("lang", "en"))
    return Response(text, status, headers, media_type="text/html; charset=utf-8")


def _homes(settings: Settings) -> list[Path]:
    """Folders of the server whose place is no reader's business."""
    return [settings.folder, *([settings.evidence] if settings.evidence else []), Path(__file__).parents[1], Path(tempfile.gettempdir())]


async def _refused(request: Request, error: Any) -> Response:
    """What the router does not answer: no such page, or not by that method."""
    said = {
        404: say("there is no page {path}", path=request.url.path),
        405: say("{path} takes no {method}", path=request.url.path, method=request.method),
    }
    plain = str(error.detail or "") in ("", "Not Found", "Method Not Allowed")
    text = said.get(error.status_code, say("this cannot be answered")) if plain else str(error.detail)
    return failure(request, (Fault(text),), error.status_code, error.headers)


async def _misformed(request: Request, error: Any) -> Response:
    """Parameters of a wrong form, all at once."""
    with speaking(language_of(request)):
        return _misformed_as(request, error)


def _misformed_as(request: Request, error: Any) -> Response:
    told = (one for one in error.errors() if one["type"] != "none_required")
    faults = [
        Fault(
            say('{told}; got "{given}"', told=told_of(one), given=str(one.get("input"))[:80]),
            str(one["loc"][1]),
        )
        for one in told
    ]
    return failure(request, [*faults, *strange(request)], 422)


async def _our_fault(request: Request, error: Exception) -> Response:
    """A fault of ours; the server's log has it all."""
    return failure(request, (Fault(say("our fault: {name}; the server's log says where", name=type(error).__name__)),), 500, HEADERS)


# -- how it is doing -----------------------------------------------------------------------------------------------------------------


async def _health() -> Response:
    return PlainTextResponse("ok\n")


async def _metrics(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    lines = [f"# TYPE stargauge_{name}_total counter\nstargauge_{name}_total {value}" for name, value in desk.counts.items()]
    lines += [f"# TYPE stargauge_{name} gauge\nstargauge_{name} {value}" for name, value in desk.gauges.items()]
    lines.append(f"# TYPE stargauge_uptime_seconds gauge\nstargauge_uptime_seconds {time.monotonic() - request.app.state.began:.0f}")
    return PlainTextResponse("\n".join([*lines, ""]), media_type="text/plain; version=0.0.4")


async def _progress(request: Request, number: int) -> Response:
    """How far a job is, as server-sent events `[done, of]`; the last event is called `end`."""
    desk: Desk = request.app.state.desk
    if desk.board.full:
        return failure(request, (Fault(say("too many listen already; the answer comes all the same")),), 503, {"Retry-After": "5"})

    async def told() -> AsyncIterator[str]:
        async for done, of in desk.board.follow(number):
            yield f"data: [{done}, {of}]\n\n"
        yield "event: end\ndata: []\n\n"

    return StreamingResponse(told(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _warm(desk: Desk, settings: Settings) -> None:
    """The first programme's page made before anybody asks."""
    page = PAGES["overview.overview"]
    asked = asked_of(FIRST, {})
    job = Job("page", page.name, asked, f"/p/{FIRST}", arguments_of(page, {}, {}), settings.folder, settings.evidence)
    await desk.get(job, f"{state_of(settings, FIRST)} {asked.day}")


async def _style() -> Response:
    """The one sheet of report and pages."""
    from stargauge import report

    sheet = Path(report.__file__).parent / "templates" / "style.css"
    text = sheet.read_text(encoding="utf-8") + (STATIC / "web.css").read_text(encoding="utf-8")
    return Response(text, media_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=3600"})
