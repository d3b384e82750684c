"""What came of one attempt to fetch: the raw outcome, which whoever observes classifies. Nothing here draws a conclusion.

`fetch` (fetch.py) always returns a `Fetched`; no answer of a network is an exception. What to read:

- `error` is empty where an HTTP answer arrived, whatever its status (a `message` then says why its text could not be read); else one of
  `ErrorClass`, with `message` for people:
  `dns` no address; `connect` refused or reset before an answer; `tls` no trusted connection; `timeout` no full answer in time (also one
  that drips); `protocol` not HTTP; `redirects` more hops than the limit, or a loop; `guard` an address, port or scheme that must not be
  asked (`hops` tells after which redirect). With `too_large`, `bomb` (more than the limit once unpacked) and `encoding` (not asked for, or
  broken) an answer began: `status` and `headers` are set, the body is cut off or not unpacked.
- `status`, `headers`, `body` are those of the last answer, bodies of 404, 410 and tombstone pages too: they are evidence.
- `final_url` is the last address that was really asked; `refused_redirect` one to which that led and that must not be asked.
- `hops` has every request made, in order, with the address asked, and last one that was not made, without an address; `redirected` says
  whether more than one.
- `text_sha256` is the hash of the page's text as text.py extracts it (`text_version`); empty where there is no text. `title` likewise.
- `api` is set by the platform readers only: `found`, `not_found`, `restricted`, `signed_present`, `signed_absent` (absence proved from the
  signed repository at `revision`), or empty; `tombstone` is the platform's text in place of an item, as it stood.
- `started`, `ended` are our clock; `server_date` is the server's statement, `clock_offset` its whole seconds ahead of us where given.
- `text` is that text, `exchanges` holds the exact bytes (for WARC); neither is part of the JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from stargauge.evidence.capture.items import written

ErrorClass = Literal[
    "", "dns", "connect", "tls", "timeout", "protocol", "too_large", "bomb", "encoding", "redirects", "guard"
]  # fmt: skip
Api = Literal["", "found", "not_found", "restricted", "signed_present", "signed_absent"]


@dataclass(frozen=True)
class Tls:
    """Version and cipher of the connection, and the SHA-256 of each certificate that the server sent, its own first."""

    version: str
    cipher: str
    fingerprints: tuple[str, ...]
    certificates: tuple[bytes, ...] = field(default=(), repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """As JSON, without the certificates."""
        return {"version": self.version, "cipher": self.cipher, "fingerprints": list(self.fingerprints)}


@dataclass(frozen=True)
class Hop:
    """One request: what was asked, all DNS answers, the address that was asked, and what came."""

    url: str
    answers: tuple[str, ...] = ()
    address: str = ""
    status: int | None = None
    location: str = ""
    tls: Tls | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        data: dict[str, Any] = {"url": self.url, "answers": list(self.answers), "address": self.address}
        if self.status is not None:
            data["status"] = self.status
        if self.location:
            data["location"] = self.location
        if self.tls:
            data["tls"] = self.tls.to_dict()
        return data


@dataclass(frozen=True)
class Exchange:
    """The exact bytes of one request and its response as they went over the connection, and our clock when it was sent."""

    url: str
    time: datetime
    address: str
    request: bytes
    response: bytes
    truncated: str = ""


@dataclass(frozen=True)
class Fetched:
    """One attempt and its raw outcome; see the module."""

    url: str
    final_url: str
    started: datetime
    ended: datetime
    status: int | None = None
    error: ErrorClass = ""
    message: str = ""
    hops: tuple[Hop, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body_sha256: str = ""
    body_size: int = 0
    truncated: str = ""
    text_sha256: str = ""
    text_version: str = ""
    title: str = ""
    api: Api = ""
    revision: str = ""
    tombstone: str = ""
    server_date: datetime | None = None
    clock_offset: int | None = None
    method: str = "web"
    vantage: str = "local"
    logged_in: bool = False
    user_agent: str = ""
    tool: str = ""
    refused_redirect: str = ""
    body: bytes = field(default=b"", repr=False, compare=False)
    text: str = field(default="", repr=False, compare=False)
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False, compare=False)

    @property
    def redirected(self) -> bool:
        """Whether the answer came from another address than the one asked."""
        return len(self.hops) > 1

    def header(self, name: str) -> str:
        """The first header of this name, or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def to_dict(self) -> dict[str, Any]:
        """As JSON: strings, whole numbers, booleans, lists and objects; without body and exchanges."""
        data: dict[str, Any] = {
            "url": self.url,
            "final_url": self.final_url,
            "started": written(self.started),
            "ended": written(self.ended),
            "method": self.method,
            "vantage": self.vantage,
            "logged_in": self.logged_in,
            "user_agent": self.user_agent,
            "tool": self.tool,
            "hops": [hop.to_dict() for hop in self.hops],
            "headers": [list(pair) for pair in self.headers],
            "body_sha256": self.body_sha256,
            "body_size": self.body_size,
        }
        names = (
            "error",
            "message",
            "truncated",
            "text_sha256",
            "text_version",
            "title",
            "api",
            "revision",
            "tombstone",
            "refused_redirect",
        )
        for name in names:
            if value := getattr(self, name):
                data[name] = value
        for name, number in (("status", self.status), ("clock_offset", self.clock_offset)):
            if number is not None:
                data[name] = number
        if self.server_date:
            data["server_date"] = written(self.server_date)
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Fetched:
        """From its own JSON; body and exchanges are empty then."""
        from stargauge.evidence.capture.items import read_time

        known: dict[str, Any] = dict(data)
        hops = tuple(_hop(one) for one in known.pop("hops", ()))
        headers = tuple((str(pair[0]), str(pair[1])) for pair in known.pop("headers", ()))
        times: dict[str, Any] = {name: read_time(known.pop(name)) for name in ("started", "ended", "server_date") if name in known}
        return cls(**known, **times, hops=hops, headers=headers)


def _hop(data: Mapping[str, Any]) -> Hop:
    tls = data.get("tls")
    made = Tls(tls["version"], tls["cipher"], tuple(tls["fingerprints"])) if tls else None
    return Hop(data["url"], tuple(data["answers"]), data["address"], data.get("status"), data.get("location", ""), made)
