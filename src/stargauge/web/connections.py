"""Connections to the server: whoever opens one has so long to ask a whole question, before anything is known of him."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Seconds for the head of a request, from the opening of a connection or from its first byte; those that an answered one is kept open for.
ASK_SECONDS, IDLE_SECONDS = 10.0, 5


class Connection(H11Protocol):
    """A connection that ends where no request comes in time; one that is being answered has as long as that takes.

    Without this, whoever opens as many as there may be, and sends a byte now and then, keeps all others out without a token.
    """

    _ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Wait for the rest, unless it is all there."""
        super().data_received(data)
        if self._answers():
            self._wait_no_longer()
        elif self._ends is None:
            self._wait()

    def _answers(self) -> bool:
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._ends = self.loop.call_later(ASK_SECONDS, self._end)

    def _wait_no_longer(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None

    def _end(self) -> None:
        self._ends = None
        if not self._answers():
            self.transport.abort()


def configured(app: Any, most: int, grace: int) -> uvicorn.Config:
    """How the server listens: to `most` connections, one more is told to come again; when stopped it has `grace` seconds to finish."""
    return uvicorn.Config(
        app, http=Connection, ws="none", log_level="warning", timeout_graceful_shutdown=grace, timeout_keep_alive=IDLE_SECONDS,
        server_header=False, access_log=False, limit_concurrency=most + 1,
    )  # fmt: skip
