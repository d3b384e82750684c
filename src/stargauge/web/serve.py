"""Serve the pages on this machine until told to stop."""

from __future__ import annotations

import secrets
import signal
import socket
import sys
import threading
import webbrowser
from dataclasses import replace

from stargauge.quantity.errors import InputError, system_text
from stargauge.quantity.spoken import language, say, speaking
from stargauge.web.settings import Settings

#: How long requests that are being answered have when the server is told to stop.
GRACE = 5
#: How many connections may be open at once; those beyond are told to come again.
MOST_AT_ONCE = 512


def serve(settings: Settings, browser: bool = True) -> None:
    """Listen and answer until interrupted. Raises InputError where the port is taken or the web's libraries are missing."""
    try:
        import uvicorn

        from stargauge.web.app import create_app
        from stargauge.web.connections import configured
    except ImportError as error:
        raise InputError(say("the pages need the extra `web` ({name} is missing): pip install 'stargauge[web]'", name=error.name)) from None
    listening = _listen(settings)
    port = listening.getsockname()[1]
    chosen = replace(settings, port=port, token=settings.token or ("" if settings.local else secrets.token_urlsafe(24)))
    spoken, app = language(), create_app(chosen)
    config = configured(app, MOST_AT_ONCE, GRACE)

    class Server(uvicorn.Server):
        """Says where it listens once it does; when told to stop, who follows a job's progress is let go first."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            with speaking(spoken):
                _tell(chosen, browser)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.desk.board.close()
            await super().shutdown(sockets)

    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, lambda *_: None)  # the server stops by itself, in order; nothing is left to do afterwards
    with speaking("en"):  # each page and answer speaks the language that it is asked in
        Server(config).run(sockets=[listening])
    print(say("Stopped."), file=sys.stderr, flush=True)


def _tell(settings: Settings, browser: bool) -> None:
    """Say where the pages are, and open them."""
    address = f"http://{_named(settings.host)}:{settings.port}/{'' if settings.local else f'?token={settings.token}'}"
    print(f"Stargauge: {address}", flush=True)
    for name in settings.hosts:
        print(say("Through a proxy: {address}", address=f"https://{name}/?token={settings.token}"), file=sys.stderr, flush=True)
    print(say("Only this machine can ask. Stop: Ctrl-C") if settings.local else _warning(), file=sys.stderr, flush=True)
    if browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _listen(settings: Settings) -> socket.socket:
    kind = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(kind)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise InputError(
            say(
                "--port: could not listen on {host}:{port} ({why}); --port 0 takes a free one",
                host=settings.host,
                port=settings.port,
                why=system_text(error),
            )
        ) from None
    return listening


def _named(host: str) -> str:
    return f"[{host}]" if ":" in host else ("localhost" if host in ("127.0.0.1", "0.0.0.0") else host)  # noqa: S104 - a name that is shown


def _warning() -> str:
    return say(
        "Other machines can ask: whoever has the address with its token sees the programmes of this folder and may change them. "
        "Nothing that is sent is encrypted; a proxy with TLS before the server does that. Stop: Ctrl-C"
    )
