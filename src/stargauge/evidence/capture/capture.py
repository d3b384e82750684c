"""Take a capture and add it to an archive: `capture(archive, target, method)`.

`take` does the work without an archive: it returns what would be added (`Taken`). Methods are loaded when they are used. What `about`
holds: method, vantage, logged_in, source_terms (`web`, `api`, `user_supplied`, `archive_export`), requested, final_url, status, error and
message where there is one, both clocks, addresses, fingerprints of certificates, hashes and version of the text, the tool; for a thread how
many items were captured and shown. Payloads: `warc`, `metadata`, and as there are `text`, `thread`, `file`, `dom`, `screenshot`, `proof`.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from stargauge.evidence.archive import Archive, Entry, now
from stargauge.evidence.capture.fetched import Fetched
from stargauge.evidence.capture.guard import Guard
from stargauge.evidence.capture.items import Thread, written
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

#: Where each method lives; the function there is called `take`.
METHODS = {
    "web": "web", "supplied": "handed_in", "mastodon": "mastodon", "bluesky": "bluesky", "feed": "feeds", "browser": "browser",
}  # fmt: skip
LONGEST = 500


@dataclass(frozen=True)
class Options:
    """How to take a capture. `headers` go to the host of the target alone and never into the archive; `file` is for `supplied`.

    `apart`: each fetch in a process of its own, by the system's DNS, certificates and clock.
    """

    file: Path | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    logged_in: bool = False
    vantage: str = "local"
    guard: Guard = field(default_factory=Guard)
    limits: Any = None
    trust: ssl.SSLContext | None = None
    clock: Callable[[], datetime] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    apart: bool = False

    def fetch(self, url: str) -> Fetched:
        """Fetch one URL so."""
        from stargauge.evidence.capture.fetch import USER_AGENT, Limits, fetch

        agent = next((value for name, value in self.headers.items() if name.lower() == "user-agent"), USER_AGENT)
        asked: dict[str, Any] = {
            "limits": self.limits or Limits(), "guard": self.guard, "logged_in": self.logged_in, "user_agent": agent,
            "vantage": self.vantage,
            "headers": {name: value for name, value in self.headers.items() if name.lower() != "user-agent"},
        }  # fmt: skip
        if self.apart:
            from stargauge.evidence.capture.apart import fetch_apart

            return fetch_apart(url, **asked)
        return fetch(url, **asked, trust=self.trust, clock=self.clock or now)

    def now(self) -> datetime:
        """Our clock."""
        return (self.clock or now)()


@dataclass(frozen=True)
class Taken:
    """What a capture would add; `fetched` is the outcome that classifies the attempt, where there was one over a network."""

    target: str
    about: Mapping[str, Any]
    payloads: Mapping[str, bytes]
    fetched: Fetched | None = None
    thread: Thread | None = None
    text: str = ""
    notes: tuple[str, ...] = ()


def take(target: str, method: str = "web", options: Options | None = None) -> Taken:
    """Take a capture. Raises InputError where the method is unknown, the file is at fault, or nothing came that could be kept."""
    if method not in METHODS:
        raise InputError(
            say(
                'there is no method "{method}"{near} (there are: {methods})',
                method=method,
                near=did_you_mean(method, METHODS),
                methods=", ".join(METHODS),
            )
        )
    module = import_module(f"stargauge.evidence.capture.{METHODS[method]}")
    made: Taken = module.take(target, options or Options())
    return made


def capture(archive: Archive, target: str, method: str = "web", options: Options | None = None) -> Entry:
    """Take a capture and add it. Raises InputError as `take` does, and what the archive raises; nothing is added then."""
    return add(archive, take(target, method, options))


def add(archive: Archive, taken: Taken) -> Entry:
    """Add what was taken."""
    return archive.add("capture", taken.target, taken.about, taken.payloads)


def from_fetched(
    main: Fetched, *others: Fetched, terms: str = "web", text: str = "", thread: Thread | None = None, **payloads: bytes
) -> Taken:
    """What was taken by one or several fetches. Raises InputError where not one byte came."""
    from stargauge.evidence.capture.warc import warc_of

    attempts = (main, *others)
    if not any(exchange.response for one in attempts for exchange in one.exchanges):
        raise InputError(
            Fault(
                say(
                    "nothing was captured: {message}",
                    message=problem(told) if (told := main.message or main.error) else say("no answer came"),
                ),
                file=main.url,
            )
        )
    about = about_fetched(main, terms) | (about_thread(thread) if thread else {})
    kept: dict[str, bytes] = {"warc": warc_of(*attempts), "metadata": as_bytes([one.to_dict() for one in attempts]), **payloads}
    if main.text_sha256 or text:
        kept["text"] = text.encode()
    if thread:
        kept["thread"] = as_bytes(thread.to_dict())
    return Taken(main.url, about, kept, main, thread, text)


def about_fetched(fetched: Fetched, terms: str) -> dict[str, Any]:
    """What an entry says about a fetch."""
    last = fetched.hops[-1] if fetched.hops else None
    about: dict[str, Any] = {
        "method": fetched.method, "vantage": fetched.vantage, "logged_in": fetched.logged_in, "source_terms": terms,
        "requested": fetched.url, "final_url": fetched.final_url, "started": written(fetched.started), "ended": written(fetched.ended),
        "tool": fetched.tool, "user_agent": fetched.user_agent, "redirects": max(len(fetched.hops) - 1, 0),
        "addresses": [hop.address for hop in fetched.hops if hop.address], "content_type": fetched.header("content-type")[:LONGEST],
        "body_sha256": fetched.body_sha256, "body_size": fetched.body_size,
    }  # fmt: skip
    names = ("error", "message", "truncated", "title", "text_sha256", "text_version", "api", "revision", "tombstone", "refused_redirect")
    for name in names:
        if value := getattr(fetched, name):
            about[name] = value[:LONGEST]
    if fetched.status is not None:
        about["status"] = fetched.status
    if fetched.server_date:
        about["server_date"] = written(fetched.server_date)
        about["clock_offset"] = fetched.clock_offset or 0
    if last and last.tls:
        about["tls"] = {"version": last.tls.version, "fingerprints": list(last.tls.fingerprints)}
    return about


def about_thread(thread: Thread) -> dict[str, Any]:
    """What an entry says about a thread: how much of it there is."""
    about: dict[str, Any] = {"items_captured": len(thread.items), "completeness": thread.completeness}
    if thread.shown is not None:
        about["items_shown"] = thread.shown
    if thread.gaps:
        about["gaps"] = [gap.to_dict() for gap in thread.gaps[:20]]
    if thread.missing:
        about["missing"] = list(thread.missing[:100])
    return about


def as_method(fetched: Fetched, method: str, **more: Any) -> Fetched:
    """The same outcome under the name of the method that asked for it."""
    return replace(fetched, method=method, **more)


def as_bytes(data: Any) -> bytes:
    """JSON as it is kept."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1).encode()
