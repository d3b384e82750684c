"""Tell of changes: on the terminal, in a file, to a webhook. A channel that fails says so and never holds up a round."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from stargauge.evidence.archive import Entry
from stargauge.evidence.observe.records import state_about
from stargauge.evidence.observe.standing import Standing, State, Thing
from stargauge.evidence.observe.wording import Language, label, one_line, tell
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say as in_words

SCHEMA = "stargauge-alert/1"
Say = Callable[[str], object]
#: Between attempts at a webhook, in seconds.
PAUSES = (1.0, 5.0, 30.0)
MOST_WAITING = 1000
#: Characters by which a captured text could steer the terminal on which the file is read.
_STEERING = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Channel(Protocol):
    """Where alerts go."""

    def send(self, alert: Mapping[str, Any]) -> None:
        """Take an alert; returns at once and raises nothing."""
        ...

    def close(self, seconds: float) -> int:
        """Finish what waits, within so many seconds; how many alerts could not be delivered."""
        ...


def is_news(before: State, made: Standing) -> bool:
    """Whether somebody should be told: every change, but not that a first look found it, and not that it is still there again."""
    return not (made.state == "live" and before in ("not_checked", "reappeared"))


def alert_of(target: str, thing: Thing, before: State, made: Standing, entry: Entry) -> dict[str, Any]:
    """An alert as JSON: what changed from what, as sentences and as numbers, and where that stands in the log."""
    return {
        "schema": SCHEMA,
        "target": target,
        "thing": thing,
        "time": entry.time.isoformat().replace("+00:00", "Z"),
        "from": before,
        "to": made.state,
        "label": {"en": _labels(before, made, "en"), "de": _labels(before, made, "de")},
        "line": {"en": one_line(made), "de": one_line(made, language="de")},
        "text": {"en": tell(made, thing), "de": tell(made, thing, "de")},
        "entry": entry.id,
        "state": state_about(made, thing),
    }


def _labels(before: State, made: Standing, language: Language) -> list[str]:
    alarm = {"en": " (first alarm)", "de": " (erste Meldung)"}[language] if made.first_alarm else ""
    return [label(before, language), label(made.state, language) + alarm]


class Terminal:
    """A line for people."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def send(self, alert: Mapping[str, Any]) -> None:
        """Say it."""
        before, now = alert["label"]["en"]
        self._say(f"changed: {alert['target']}: {before} -> {now} ({alert['entry']})")

    def close(self, seconds: float) -> int:
        """Nothing waits."""
        return 0


class AlertFile:
    """JSON lines: each appended whole and durable, so that two watches can share a file and a reader never sees half of one."""

    def __init__(self, path: Path, say: Say) -> None:
        self.path, self._say, self._lost = path, say, 0
        if not path.resolve().parent.is_dir() or path.is_dir():
            raise InputError(Fault(in_words("expected a file in a folder that exists, for the alerts"), file=str(path)))

    def send(self, alert: Mapping[str, Any]) -> None:
        """Append it."""
        text = json.dumps(alert, ensure_ascii=False, sort_keys=True)
        line = _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode() + b"\n"
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                size = os.fstat(handle).st_size
                if size and os.pread(handle, 1, size - 1) != b"\n":  # somebody was cut off in the middle of a line
                    line = b"\n" + line
                if os.write(handle, line) != len(line):
                    raise OSError("the disk is full")
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            self._lost += 1
            self._say(f"alert not written to {self.path}: {error.strerror or error}; the change is in the log as {alert['entry']}")

    def close(self, seconds: float) -> int:
        """Nothing waits."""
        return self._lost


class Webhook:
    """POST each alert as JSON to an address that the user named, from a thread of its own, with retries.

    The address is asked as named: no redirect is followed, and a public name must not lead to a private address. Its path may be a secret,
    so only its host is ever shown.
    """

    def __init__(self, url: str, say: Say, pauses: tuple[float, ...] = PAUSES, seconds: float = 15.0) -> None:
        self.url, self.host, self._say, self._pauses, self._seconds = url, _expect_web(url), say, pauses, seconds
        self._waiting: queue.Queue[Mapping[str, Any] | None] = queue.Queue(MOST_WAITING)
        self._closing = threading.Event()
        self._lost = 0
        self._thread = threading.Thread(target=self._run, name="stargauge webhook", daemon=True)
        self._thread.start()

    def send(self, alert: Mapping[str, Any]) -> None:
        """Queue it."""
        try:
            self._waiting.put_nowait(alert)
        except queue.Full:
            self._lose(alert, f"more than {MOST_WAITING:,} wait")

    def close(self, seconds: float) -> int:
        """Deliver what waits, as far as time allows."""
        deadline = time.monotonic() + seconds
        with contextlib.suppress(queue.Full):
            self._waiting.put(None, timeout=seconds)
        self._thread.join(max(0.0, deadline - time.monotonic()))
        self._closing.set()
        self._thread.join(min(self._seconds, 1.0))
        left = sum(one is not None for one in list(self._waiting.queue)) + self._thread.is_alive()
        return self._lost + left

    def _run(self) -> None:
        while (alert := self._waiting.get()) is not None:
            why = ""
            for pause in (0.0, *self._pauses):
                if pause and self._closing.wait(pause):
                    break
                why, again = self._post(alert)
                if not why or not again:
                    break
            if why:
                self._lose(alert, why)
            if self._closing.is_set():
                return

    def _post(self, alert: Mapping[str, Any]) -> tuple[str, bool]:
        """One attempt: why it failed (or an empty text), and whether another may help."""
        import httpx

        from stargauge.evidence.capture.connection import Pinned
        from stargauge.evidence.capture.fetch import TOOL
        from stargauge.evidence.capture.guard import Refused

        transport = Pinned(httpx.create_ssl_context(trust_env=False))
        try:
            with httpx.Client(transport=transport, trust_env=False, timeout=self._seconds, follow_redirects=False) as client:
                transport.aim(guard_of(self.url).resolve(self.url), time.monotonic() + self._seconds, 64 * 1024)
                status = client.post(self.url, json=dict(alert), headers={"User-Agent": TOOL, "Connection": "close"}).status_code
        except Refused as refused:
            return str(refused), False
        except Exception as error:  # of the network or of its libraries: whatever it is, the watch goes on
            return f"{type(error).__name__}: {error}", True
        finally:
            transport.close()
        if 200 <= status < 300:
            return "", False
        return f"it answered {status}", status >= 500 or status in (408, 425, 429)

    def _lose(self, alert: Mapping[str, Any], why: str) -> None:
        self._lost += 1
        self._say(f"alert not delivered to {self.host}: {why}; the change is in the log as {alert['entry']}")


def _expect_web(url: str) -> str:
    try:
        split = urlsplit(url)
        if split.scheme in ("http", "https") and split.hostname and "@" not in split.netloc and (split.port or 1) > 0:
            return split.hostname
    except ValueError:
        pass
    raise InputError(in_words("expected an address for the webhook such as https://example.org/hook, without a user name"))


def guard_of(url: str) -> Any:
    """The guard of captures, with the port that the user named; a private address only where the user wrote it as one, or localhost."""
    import ipaddress

    from stargauge.evidence.capture.guard import PORTS, Guard

    split = urlsplit(url)
    host, port = split.hostname or "", split.port or (443 if split.scheme == "https" else 80)
    try:
        named = bool(ipaddress.ip_address(host))
    except ValueError:
        named = host == "localhost"
    return Guard(frozenset({host}) if named else frozenset(), PORTS | {port})
