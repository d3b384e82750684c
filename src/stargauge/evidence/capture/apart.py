"""Fetch in a process of its own: what a hostile answer does to the reader, it does to a process that ends with the answer.

The other process has limits of memory and time, learns none of our environment, and hands back plain data, which is checked as it is read.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stargauge.evidence.capture.fetch import TOOL, Limits, fetch
from stargauge.evidence.capture.fetched import Exchange, Fetched, Tls
from stargauge.evidence.capture.guard import Guard
from stargauge.evidence.capture.items import read_time, written
from stargauge.evidence.capture.text import PASSED_ON

MEMORY = 3 * 1024**3
#: Beside the time for the answer: to start, to take the text, to hand back.
SPARE_SECONDS = 60


def fetch_apart(
    url: str, *, limits: Limits, guard: Guard, headers: Mapping[str, str], logged_in: bool, user_agent: str, vantage: str
) -> Fetched:  # fmt: skip
    """Fetch a URL in another process, by the system's DNS and clock. A process that breaks down is an outcome like any other."""
    asked = {
        "url": url, "limits": asdict(limits), "allow_private": sorted(guard.allow_private), "ports": sorted(guard.ports),
        "headers": dict(headers), "logged_in": logged_in, "user_agent": user_agent, "vantage": vantage,
    }  # fmt: skip
    started = datetime.now(UTC)
    home = str(Path(__file__).parents[3])
    code = f"import sys; sys.path.insert(0, {home!r}); from stargauge.evidence.capture.apart import main; main()"
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        made = subprocess.run(  # noqa: S603 - our own code, which gets what is asked as data
            [sys.executable, "-c", code], input=json.dumps(asked).encode(), capture_output=True, timeout=limits.seconds + SPARE_SECONDS,
            env=environment, start_new_session=True,  # Ctrl-C is for us: the answer at hand is still read
        )  # fmt: skip
        if made.returncode == 0:
            return _read(json.loads(made.stdout))
        why = f"the process that asked broke down (exit code {made.returncode})"
    except subprocess.TimeoutExpired:
        why = f"the process that asked did not end within {limits.seconds + SPARE_SECONDS:g} s"
    except (ValueError, KeyError, TypeError) as wrong:
        why = f"the process that asked handed back something else than an outcome: {type(wrong).__name__}"
    return Fetched(
        url, url, started, datetime.now(UTC), error="protocol", message=why, vantage=vantage, logged_in=logged_in, user_agent=user_agent,
        tool=TOOL
    )  # fmt: skip


def _read(data: Mapping[str, Any]) -> Fetched:
    """An outcome with its bytes."""
    made = Fetched.from_dict(data["outcome"])
    chains = [[base64.b64decode(one) for one in chain] for chain in data["certificates"]]
    hops = tuple(
        replace(hop, tls=Tls(hop.tls.version, hop.tls.cipher, hop.tls.fingerprints, tuple(chain))) if hop.tls else hop
        for hop, chain in zip(made.hops, chains, strict=True)
    )
    exchanges = tuple(
        Exchange(one["url"], read_time(one["time"]), one["address"], base64.b64decode(one["request"]), base64.b64decode(one["response"]),
                 one["truncated"])
        for one in data["exchanges"]
    )  # fmt: skip
    return replace(made, hops=hops, body=base64.b64decode(data["body"]), text=str(data["text"]), exchanges=exchanges)


def _written(made: Fetched) -> dict[str, Any]:
    exchanges = [
        {"url": one.url, "time": written(one.time), "address": one.address, "request": _text(one.request), "response": _text(one.response),
         "truncated": one.truncated}
        for one in made.exchanges
    ]  # fmt: skip
    certificates = [[_text(one) for one in hop.tls.certificates] if hop.tls else [] for hop in made.hops]
    return {
        "outcome": made.to_dict(), "body": _text(made.body), "text": made.text, "exchanges": exchanges, "certificates": certificates,
    }  # fmt: skip


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def main() -> None:
    """What to fetch as JSON on standard input, the outcome as JSON on standard output."""
    asked = json.loads(sys.stdin.buffer.read())
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass  # the limits of the answer hold in any case
    guard = Guard(frozenset(asked["allow_private"]), frozenset(asked["ports"]))
    made = fetch(
        asked["url"], limits=Limits(**asked["limits"]), guard=guard, headers=asked["headers"], logged_in=asked["logged_in"],
        user_agent=asked["user_agent"], vantage=asked["vantage"],
    )  # fmt: skip
    sys.stdout.write(json.dumps(_written(made)))
