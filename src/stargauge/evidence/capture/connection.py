"""A connection to one checked address that keeps every byte that goes over it, and ends at a limit of size or time.

httpx asks through `Pinned`; the name of the host is used for TLS and the Host header only, never to look up an address again.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

from stargauge.evidence.capture.fetched import Tls
from stargauge.evidence.capture.guard import Place

#: How many of a name's addresses are tried, and how long one has while others are left: a machine may have no way to the first.
MOST_ADDRESSES, FIRST_SECONDS = 4, 5.0


class TooLarge(Exception):
    """More bytes came than may be read."""


class Recording(httpcore.NetworkStream):
    """A stream of the network that keeps what is sent and received."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float, limit: int, address: str, tls: Tls | None = None) -> None:
        self._inner, self._deadline, self._limit, self.address, self.tls = inner, deadline, limit, address, tls
        self.sent, self.received = bytearray(), bytearray()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes. A server that drips gets no more time than the whole answer has."""
        if len(self.received) >= self._limit:
            raise TooLarge
        came = self._inner.read(min(max_bytes, self._limit - len(self.received)), self._left(timeout))
        self.received += came
        return came

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        self._inner.write(buffer, self._left(timeout))
        self.sent += buffer

    def close(self) -> None:
        """Close."""
        self._inner.close()

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None) -> Recording:
        """The stream under TLS; what is kept are the bytes inside."""
        inner = self._inner.start_tls(ssl_context, server_hostname, self._left(timeout))
        return Recording(inner, self._deadline, self._limit, self.address, _tls_of(inner))

    def get_extra_info(self, info: str) -> Any:
        """What httpcore knows of the stream."""
        return self._inner.get_extra_info(info)

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the whole answer is over")
        return left if timeout is None else min(timeout, left)


class _Backend(httpcore.NetworkBackend):
    """Connects to an address of a place, whatever name is asked for: the first that answers."""

    def __init__(self, place: Place, deadline: float, limit: int) -> None:
        self._place, self._deadline, self._limit = place, deadline, limit

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None, socket_options: Any = None
    ) -> Recording:
        wrong: Exception = httpcore.ConnectTimeout("the time for the whole answer is over")
        addresses = self._place.answers[:MOST_ADDRESSES]
        for address in addresses:
            left = self._deadline - time.monotonic()
            if left <= 0:
                break
            limit = min(left, timeout or left, left if address == addresses[-1] else FIRST_SECONDS)
            try:
                made = httpcore.SyncBackend().connect_tcp(address, self._place.port, limit, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                wrong = error
                continue
            return Recording(made, self._deadline, self._limit, address)
        raise wrong


class Pinned(httpx.BaseTransport):
    """One request over one connection at a time, to the place last aimed at."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        self._pool: httpcore.ConnectionPool | None = None
        self.stream: Recording | None = None

    def aim(self, place: Place, deadline: float, limit: int) -> None:
        """The next request goes to this place."""
        self.close()
        self._pool = httpcore.ConnectionPool(ssl_context=self._trust, network_backend=_Backend(place, deadline, limit))
        self.stream = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask. Errors are those of httpcore."""
        assert self._pool is not None and isinstance(request.stream, httpx.SyncByteStream)
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )  # fmt: skip
        asked = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.stream,
            extensions={**request.extensions, "trace": self._traced},
        )  # fmt: skip
        answer = self._pool.handle_request(asked)
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    def _traced(self, event: str, info: dict[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self.stream = info["return_value"]

    def close(self) -> None:
        """Close the connection."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        assert isinstance(self._answer.stream, Iterable)
        yield from self._answer.stream

    def close(self) -> None:
        self._answer.close()


def _tls_of(stream: httpcore.NetworkStream) -> Tls | None:
    """What TLS says of an open connection, or None without TLS."""
    made = stream.get_extra_info("socket")
    return _tls(made) if isinstance(made, ssl.SSLSocket) else None


def untrusted_tls(place: Place, address: str, seconds: float) -> Tls | None:
    """The certificates that a server shows which we do not trust: a connection that ends after they came, without a request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((address, place.port), seconds) as plain,
            context.wrap_socket(plain, server_hostname=place.host) as made,
        ):
            return _tls(made)
    except (OSError, ValueError):
        return None


def _tls(made: ssl.SSLSocket) -> Tls:
    chain = _chain(made)
    name, _, _ = made.cipher() or ("", "", 0)
    return Tls(made.version() or "", name, tuple(hashlib.sha256(one).hexdigest() for one in chain), tuple(chain))


def _chain(made: ssl.SSLSocket) -> list[bytes]:
    """The certificates as sent, own first. Before Python 3.13 the whole chain is known to the inner object only."""
    if hasattr(made, "get_unverified_chain"):
        return [bytes(one) for one in made.get_unverified_chain()]
    inner: Any = getattr(made, "_sslobj", None)
    if inner is not None and hasattr(inner, "get_unverified_chain"):
        return [ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in inner.get_unverified_chain()]
    leaf = made.getpeercert(binary_form=True)
    return [leaf] if leaf else []
