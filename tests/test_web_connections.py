"""Connections that ask nothing end by themselves, before any token; those that are being answered, and those within the limit, do not."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

pytest.importorskip("uvicorn", reason="the web extra is not installed")

import uvicorn

from stargauge.web import connections

#: Seconds after which something that has to come is taken never to come: many times what it takes.
NEVER = 60.0
ASK = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class App:
    """Answers at once; under /wait when it is told to."""

    def __init__(self) -> None:
        self.begun, self.told = threading.Event(), threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/wait":
            self.begun.set()
            await asyncio.to_thread(self.told.wait, NEVER)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


@contextmanager
def served(app: App, most: int = 50) -> Iterator[int]:
    """A server in a thread; its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(connections.configured(app, most, 1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(NEVER)


def opened(port: int, first: bytes = b"") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), NEVER)
    made.sendall(first)
    return made


def answer(one: socket.socket) -> bytes:
    """What is answered, up to the two bytes of its body or to the end."""
    one.settimeout(NEVER)
    came = b""
    while not came.endswith(b"ok") and (more := one.recv(1000)):
        came += more
    return came


def ended(one: socket.socket, drop: bytes) -> bool:
    """Whether the server ends a connection on which a byte comes now and then."""
    one.settimeout(0.02)
    end = time.monotonic() + NEVER
    while time.monotonic() < end:
        try:
            one.sendall(drop)
            if not one.recv(1):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


def test_who_asks_nothing_whole_is_let_go_and_who_is_answered_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ASK_SECONDS", 0.3)
    app = App()
    with served(app) as port:
        slow = opened(port, ASK.replace(b"/ ", b"/wait "))
        assert app.begun.wait(NEVER)
        for first, drop in ((b"", b""), (b"GET / HTTP/1.1\r\nX: ", b"x"), (b"", b"G"), (ASK + b"GET /", b"x")):
            with opened(port, first) as one:
                if first.startswith(ASK):  # the first question is answered, the second never comes to its end
                    assert answer(one).startswith(b"HTTP/1.1 200")
                assert ended(one, drop), first
        app.told.set()  # its answer took longer than all of these
        with slow:
            assert answer(slow).startswith(b"HTTP/1.1 200")


def test_one_connection_more_than_there_may_be_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ASK_SECONDS", NEVER)
    monkeypatch.setattr(connections, "IDLE_SECONDS", int(NEVER))
    with served(App(), most=2) as port:
        held = [opened(port, ASK) for _ in range(2)]
        assert [answer(one)[9:12] for one in held] == [b"200", b"200"]
        with opened(port, ASK) as third:
            third.settimeout(NEVER)
            assert third.recv(1000)[9:12] == b"503"
        for one in held:
            one.close()
