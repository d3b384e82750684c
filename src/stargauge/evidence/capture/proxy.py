"""A proxy for a browser of ours: every connection it makes goes through the guard, to the address that was checked, within limits.

A browser looks up names and follows links by itself, so the guard has to stand between it and the network. The proxy listens on this
machine alone, while a capture lasts; it keeps which hosts were asked at which address, and what was refused.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from urllib.parse import urlsplit

from stargauge.evidence.capture.guard import Guard, Place, Refused

HEAD = 64 * 1024
MOST = 2_000
NO_TUNNEL = b"HTTP/1.1 502 No tunnel\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    """Runs from `with` on; `asked` has the address by host, `refused` the reasons."""

    def __init__(self, guard: Guard, seconds: float, limit: int) -> None:
        self._guard, self._deadline, self._left = guard, time.monotonic() + seconds, limit
        self.asked: dict[str, str] = {}
        self.refused: list[str] = []
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.05)
        self.port: int = self._server.getsockname()[1]
        self._stop = threading.Event()

    def __enter__(self) -> Proxy:
        self._start(self._accept)
        return self

    def __exit__(self, *of: object) -> None:
        self._stop.set()
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._server.close()

    def _start(self, target: object, *of: socket.socket) -> None:
        thread = threading.Thread(target=target, args=of, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        made = 0
        while not self._stop.is_set():
            try:
                client, _ = self._server.accept()
            except TimeoutError:
                continue
            made += 1
            if made > MOST:
                self.refused.append(f"more than {MOST:,} connections")
                client.close()
                return
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            self._keep(client, stack)
            client.settimeout(20)
            head = b""
            while b"\r\n\r\n" not in head and len(head) < HEAD:
                if not (came := client.recv(65536)):
                    return
                head += came
            first, _, rest = head.partition(b"\r\n")
            method, target, *_ = [*first.split(b" "), b"", b""]
            url = target.decode("latin-1") if method != b"CONNECT" else f"https://{target.decode('latin-1')}/"
            try:
                place = self._guard.resolve(url)
                server = stack.enter_context(_connected(place))
            except (Refused, OSError) as wrong:
                if isinstance(wrong, Refused):
                    self.refused.append(str(wrong))
                if method == b"CONNECT":
                    client.sendall(NO_TUNNEL)
                return  # without a word: an answer of ours must not pass for one of the server
            self._keep(server, stack)
            self.asked[f"{place.host}:{place.port}"] = str(server.getpeername()[0])
            if method == b"CONNECT":
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                server.sendall(_origin_form(method, url, rest))
            self._relay(client, server)

    def _keep(self, one: socket.socket, stack: contextlib.ExitStack) -> None:
        with self._lock:
            self._open.add(one)
        stack.callback(one.close)
        stack.callback(self._drop, one)

    def _drop(self, one: socket.socket) -> None:
        with self._lock:
            self._open.discard(one)

    def _relay(self, client: socket.socket, server: socket.socket) -> None:
        other = {client: server, server: client}
        while not self._stop.is_set() and time.monotonic() < self._deadline:
            ready, _, _ = select.select([client, server], [], [], 0.2)
            for one in ready:
                came = one.recv(65536)
                if not came:
                    return
                with self._lock:
                    self._left -= len(came)
                if self._left < 0:
                    self.refused.append("the page loads more than the limit")
                    return
                other[one].sendall(came)


def _connected(place: Place) -> socket.socket:
    """A connection to the first of a place's addresses that answers."""
    wrong: OSError = OSError("no address")
    for address in place.answers[:4]:
        try:
            return socket.create_connection((address, place.port), 10)
        except OSError as error:
            wrong = error
    raise wrong


def _origin_form(method: bytes, url: str, rest: bytes) -> bytes:
    """A request to a proxy as the server expects it; one request for each connection, since the next may be for another host."""
    split = urlsplit(url)
    path = (split.path or "/") + (f"?{split.query}" if split.query else "")
    head, end, body = rest.partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"proxy-", b"connection:"))]
    return b" ".join((method, path.encode("latin-1"), b"HTTP/1.1")) + b"\r\n" + b"\r\n".join([*kept, b"Connection: close"]) + end + body
