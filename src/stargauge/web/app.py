"""The door: which address is answered by what, who may ask, and how the server is doing."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from stargauge import __version__
from stargauge.quantity.errors import Fault, InputError
from stargauge.web import pages  # noqa: F401 - enters the pages
from stargauge.web.api_routes import router
from stargauge.web.asked import Asked, asked_of
from stargauge.web.desk import Desk, Ready
from stargauge.web.failure import failure_page
from stargauge.web.library import shelf, shelves
from stargauge.web.routes import PAGES, Page, arguments_of
from stargauge.web.security import COOKIE, HEADERS, Rate, from_own_page, host_allowed, token_fits
from stargauge.web.settings import Settings
from stargauge.web.work import Job, Made

STATIC = Path(__file__).parent / "static"
#: What one reader may have made per second, and at once; what is kept already costs nothing.
PER_SECOND, AT_ONCE = 20.0, 200.0


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application for a server; its workers start with it and stop with it."""
    chosen = settings or Settings()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        app.state.desk = Desk(chosen)
        yield
        app.state.desk.close()

    app = FastAPI(
        title="Stargauge", version=__version__, lifespan=life, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json",
        description="The same answers as the command line and Python give, as JSON. Every number of a run is the same for the same "
        "programme, day, seed and draws.",
    )  # fmt: skip
    app.state.settings = chosen
    app.state.rate = Rate(PER_SECOND, AT_ONCE)
    app.state.began = time.monotonic()
    app.middleware("http")(_guarded)
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
    app.add_exception_handler(404, _not_found)
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
        asked, stamp = question(request, page)
    except InputError as error:
        return failure(request, error.faults, 404 if "there is no programme" in str(error) else 400)
    taken = dict(request.path_params)
    figure, ending = (taken.pop("figure", ""), taken.pop("ending", ""))
    path = request.url.path if kind == "page" else request.url.path.rsplit("/figures/", 1)[0]
    job = Job(
        kind, page.name, asked, path or "/", arguments_of(page, taken, dict(request.query_params)), settings.folder, settings.evidence,
        request.headers.get("hx-request-type") == "partial", figure, ending, await _body(request) if page.writes else {},
        int(request.query_params.get("progress") or 0) if (request.query_params.get("progress") or "0").isdecimal() else 0,
    )  # fmt: skip
    return await send(request, job, stamp if page.kept else "")


def question(request: Request, page: Page) -> tuple[Asked, str]:
    """What an address asks, and the state of the files it asks about. Raises InputError."""
    query = {key: request.query_params.getlist(key) for key in request.query_params}
    if not page.of_programme:
        return asked_of("stargate", query), " ".join(one.stamp for one in shelves(request.app.state.settings.folder).values())
    name = str(request.path_params["programme"])
    found = shelf(name, request.app.state.settings.folder)
    return asked_of(name, query), found.stamp


async def send(request: Request, job: Job, stamp: str, lane: str = "") -> Response:
    """Have a job done and send what came of it; a reader who asks for too much at once is told to wait."""
    desk: Desk = request.app.state.desk
    wait = request.app.state.rate.wait(request.client.host if request.client else "")
    if wait:
        return PlainTextResponse(f"too many requests; try again in {wait:.0f} s\n", 429, {"Retry-After": f"{wait:.0f}"})
    ready = await desk.get(job, stamp and f"{stamp} {job.asked.day}", lane)
    if ready.made.faults:
        return failure(request, ready.made.faults, ready.made.status)
    return packed(request, ready)


def packed(request: Request, ready: Ready) -> Response:
    """What was made, packed where the reader takes it so."""
    made: Made = ready.made
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding, HX-Request-Type", **made.headers}
    if ready.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(ready.packed, made.status, {**headers, "Content-Encoding": "gzip"}, made.media)
    return Response(made.body, made.status, headers, made.media)


async def _body(request: Request) -> dict[str, Any]:
    """The fields and files of a form, as texts and bytes."""
    form = await request.form(max_files=4, max_fields=200, max_part_size=request.app.state.settings.upload_bytes)
    made: dict[str, Any] = {}
    for key, value in form.multi_items():
        made[key] = value if isinstance(value, str) else (value.filename or "", await value.read())
    return made


# -- faults --------------------------------------------------------------------------------------------------------------------------


def failure(request: Request, faults: tuple[Fault, ...], status: int) -> Response:
    """The faults of what was asked, as a page or as JSON, in the manner of the command line."""
    if request.url.path.startswith("/api/"):
        from fastapi.responses import JSONResponse

        rows = [{"message": f.message, "path": f.path, "file": f.file, "line": f.line, "column": f.column} for f in faults]
        return JSONResponse({"errors": rows}, status)
    return Response(failure_page(faults, status, request.url.path), status, media_type="text/html; charset=utf-8")


async def _not_found(request: Request, error: Exception) -> Response:
    detail = str(getattr(error, "detail", "") or "")
    return failure(request, (Fault(detail if detail not in ("", "Not Found") else f"there is no page {request.url.path}"),), 404)


# -- safety --------------------------------------------------------------------------------------------------------------------------


async def _guarded(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    settings: Settings = request.app.state.settings
    response = _refused(request, settings) or await go_on(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _refused(request: Request, settings: Settings) -> Response | None:
    """Why a request is not answered, if so."""
    if not host_allowed(request.headers.get("host", ""), settings):
        return PlainTextResponse("this server answers under the names of this machine only\n", 421)
    if not from_own_page(request.method, request.headers):
        return PlainTextResponse("refused: the request comes from another site's page\n", 403)
    length = request.headers.get("content-length", "0")
    if request.method in ("POST", "PUT", "PATCH"):
        if not length.isdecimal() or "content-length" not in request.headers:
            return PlainTextResponse("the length of what is sent has to be given\n", 411)
        if int(length) > settings.upload_bytes:
            return PlainTextResponse(f"too large: at most {settings.upload_bytes:,} bytes\n", 413)
    if request.url.path == "/health":
        return None
    shown = request.query_params.get("token") or request.headers.get("authorization", "").removeprefix("Bearer ")
    if not token_fits(shown or request.cookies.get(COOKIE, ""), settings):
        return PlainTextResponse("a token is needed: open the address that was printed\n", 401, {"WWW-Authenticate": "Bearer"})
    if request.query_params.get("token") and not settings.local and request.method == "GET":
        kept = [(key, value) for key, value in request.query_params.multi_items() if key != "token"]
        answer = RedirectResponse(str(request.url.replace_query_params().include_query_params(**dict(kept))), 303)
        answer.set_cookie(COOKIE, shown, httponly=True, samesite="strict", max_age=30 * 86_400)
        return answer
    return None


# -- how it is doing -----------------------------------------------------------------------------------------------------------------


async def _health() -> Response:
    return PlainTextResponse("ok\n")


async def _metrics(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    lines = [f"# TYPE stargauge_{name}_total counter\nstargauge_{name}_total {value}" for name, value in desk.counts.items()]
    lines.append(f"# TYPE stargauge_uptime_seconds gauge\nstargauge_uptime_seconds {time.monotonic() - request.app.state.began:.0f}")
    return PlainTextResponse("\n".join([*lines, ""]), media_type="text/plain; version=0.0.4")


async def _progress(request: Request, number: int) -> Response:
    """How far a job is, as server-sent events `[done, of]`."""
    desk: Desk = request.app.state.desk

    async def told() -> AsyncIterator[str]:
        async for done, of in desk.progress(number):
            yield f"data: [{done}, {of}]\n\n"

    return StreamingResponse(told(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _style() -> Response:
    """The one sheet of report and pages."""
    from stargauge import report

    sheet = Path(report.__file__).parent / "templates" / "style.css"
    text = sheet.read_text(encoding="utf-8") + (STATIC / "web.css").read_text(encoding="utf-8")
    return Response(text, media_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=3600"})
