"""Stands before every page: refuses what may not be asked, counts what is sent, and puts the headers on every answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from stargauge.quantity.spoken import say, speaking
from stargauge.web.asked import LANGUAGES
from stargauge.web.security import COOKIE, HEADERS, from_own_page, host_allowed, token_fits
from stargauge.web.settings import Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
#: How long an address may be, with what it asks.
MOST_ADDRESS = 8 * 1024
#: How long the next piece of a body may take to come.
BODY_SECONDS = 30.0
#: How long the cookie that remembers a token lasts.
REMEMBERED = 30 * 86_400


class _Refused(Exception):
    """A body is too large, or comes too slowly."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class Guard:
    """An application behind its door."""

    def __init__(self, app: Any, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        spoken = parse_qs(scope["query_string"].decode("latin-1")).get("lang", ["en"])[-1]
        api = scope["path"].startswith("/api/")  # what it tells is in English but for questions that have a language
        with speaking(spoken if spoken in LANGUAGES and not api else "en"):
            await self._guarded(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse, in the language that is spoken."""
        begun = False

        async def dressed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                there = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *((name, value) for name, value in _HEADERS if name not in there)]
            await send(message)

        refusal = refused(Request(scope), self.settings)
        if refusal is not None:
            await refusal(scope, receive, dressed)
            return
        try:
            await self.app(scope, self._counted(receive, scope["path"]), dressed)
        except _Refused as error:
            if not begun:
                await error.response(scope, receive, dressed)

    def _counted(self, receive: Receive, path: str) -> Receive:
        """What is sent to us, up to the limit, however it is sent."""
        came, whole = 0, False

        async def counted() -> Message:
            nonlocal came, whole
            if whole:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), BODY_SECONDS)
            except TimeoutError:
                raise _Refused(_plain(say("the request did not come in time"), 408, {"Connection": "close"})) from None
            came += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if came > self.settings.upload_bytes:
                raise _Refused(too_large(self.settings, path))
            return message

        return counted


_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


def too_large(settings: Settings, path: str = "") -> Response:
    """The answer to a body that is too large, with where it can be had instead."""
    text = say("too large: at most {most:,} bytes", most=settings.upload_bytes)
    if path == "/evidence/verify":
        text = say("{text}; a larger bundle is checked at the command line: {command}", text=text, command="stargauge evidence verify FILE")
    return _plain(text, 413, {"Connection": "close"})


def _plain(text: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(f"{text}\n", status, headers)


def refused(request: Request, settings: Settings) -> Response | None:
    """Why a request is not answered, if so; also the first visit with a token, which is answered with a cookie."""
    if not host_allowed(request.headers.get("host", ""), settings):
        return _plain(say("this server answers under the names of this machine only"), 421)
    if not from_own_page(request.method, request.headers):
        return _plain(say("refused: the request comes from another site's page"), 403)
    if len(request.scope.get("raw_path") or b"") + len(request.scope["query_string"]) > MOST_ADDRESS:
        return _plain(say("the address is too long: at most {most:,} characters", most=MOST_ADDRESS), 414)
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:20]) > settings.upload_bytes:
        return too_large(settings, request.url.path)
    if request.url.path == "/health":
        return None
    shown = request.query_params.get("token") or request.headers.get("authorization", "").removeprefix("Bearer ")
    if not token_fits(shown or request.cookies.get(COOKIE, ""), settings):
        return _plain(say("a token is needed: open the address that was printed"), 401, {"WWW-Authenticate": "Bearer"})
    if request.query_params.get("token") and not settings.local and request.method == "GET":
        return _remembered(request, shown)
    return None


def _remembered(request: Request, token: str) -> Response:
    """The same address without the token, which a cookie keeps."""
    kept = urlencode([(key, value) for key, value in request.query_params.multi_items() if key != "token"])
    answer = RedirectResponse(f"/{request.url.path.lstrip('/')}{'?' if kept else ''}{kept}", 303)
    answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", max_age=REMEMBERED, secure=request.url.scheme == "https")
    return answer
