"""Doubles for tests of what observes: an archive in memory, answers made up, a site whose answers change, a clock that is set by hand."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from stargauge.evidence.archive import Entry, Kind
from stargauge.evidence.capture.fetched import Fetched, Hop
from stargauge.evidence.observe.outcomes import Looked
from stargauge.quantity.errors import InputError

START = datetime(2025, 1, 22, 17, 40, tzinfo=UTC)


class Clock:
    """A time of day and a clock that nobody sets, both moved by waiting."""

    def __init__(self, now: datetime = START) -> None:
        self.now, self.ticks, self.waited = now, 0.0, [0.0]

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> bool:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        self.ticks += seconds
        self.waited.append(seconds)
        return False


class MemoryArchive:
    """An archive that forgets all at the end; what it is given must be JSON of the allowed kinds."""

    def __init__(self, clock: Callable[[], datetime] = lambda: START) -> None:
        self.kept: list[Entry] = []
        self.blobs: dict[str, bytes] = {}
        self.clock = clock
        self.opened = 0

    def add(self, kind: Kind, target: str, about: Mapping[str, Any], payloads: Mapping[str, bytes] | None = None) -> Entry:
        from stargauge.evidence.items import Item, item_faults

        if faults := item_faults(Item(kind, target, about, payloads or {})):
            raise InputError(faults)
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in (payloads or {}).items()}
        self.blobs |= {hashes[name]: content for name, content in (payloads or {}).items()}
        entry = Entry(len(self.kept), kind, target, self.clock(), json.loads(json.dumps(dict(about), allow_nan=False)), hashes)
        self.kept.append(entry)
        return entry

    def entries(self, kind: Kind | None = None, target: str | None = None) -> Iterator[Entry]:
        return iter([one for one in self.kept if kind in (None, one.kind) and target in (None, one.target)])

    def payload(self, entry: Entry, name: str) -> bytes:
        if name not in entry.payloads or entry.payloads[name] not in self.blobs:
            raise InputError(f"no payload {name}")
        return self.blobs[entry.payloads[name]]

    @contextmanager
    def open(self) -> Iterator[MemoryArchive]:
        """As a watch opens it."""
        self.opened += 1
        yield self


def answer(url: str, status: int | None = 200, text: str = "", *, at: datetime = START, final: str = "", **more: Any) -> Looked:
    """An attempt that gave this."""
    headers = tuple(more.pop("headers", {}).items())
    body = more.pop("body", text.encode())
    final = final or url
    hops = (Hop(url), Hop(final)) if final != url else (Hop(url),)
    digest = hashlib.sha256(body).hexdigest() if body or status else ""
    made = Fetched(url, final, at, at, status, hops=hops, headers=headers, body_sha256=digest, body_size=len(body), body=body)
    return Looked(replace(made, **more), text)


class Site:
    """A local host. `pages` maps a path to (status, headers, body) or to a function of the request's number that gives it."""

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {}
        self.missing: tuple[int, dict[str, str], bytes] = (404, {}, page("Not found", "There is no such page here."))
        self.asked: list[str] = []
        self.posted: list[tuple[str, bytes]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                found = site.pages.get(self.path, site.missing)
                self._send(found(site.asked.count(self.path)) if callable(found) else found)

            def do_POST(self) -> None:
                site.posted.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
                found = site.pages.get(self.path, (200, {}, b"{}"))
                self._send(found(len(site.posted)) if callable(found) else found)

            def _send(self, found: tuple[int, dict[str, str], bytes]) -> None:
                status, headers, body = found
                self.send_response(status)
                for name, value in {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: Any) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://{self.host}{path}"

    def show(self, path: str, title: str, *lines: str) -> None:
        """Let a path show a page."""
        self.pages[path] = (200, {}, page(title, *lines))

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def page(title: str, *lines: str) -> bytes:
    """A page in HTML."""
    body = "".join(f"<p>{line}</p>" for line in lines)
    return f'<!doctype html><html lang="en"><head><title>{title}</title></head><body>{body}</body></html>'.encode()
