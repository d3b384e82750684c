"""Chromium, headless, spoken to over a pipe: found, started with a profile of its own that is thrown away, and ended.

The pipe is that of `--remote-debugging-pipe`: messages of the DevTools protocol as JSON, each ended by a zero byte. No port is opened.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from stargauge.quantity.errors import InputError
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
LONGEST = 256 * 1024 * 1024
FLAGS = (
    "--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
    "--disable-sync", "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-quic",
    "--dns-prefetch-disable", "--metrics-recording-only", "--mute-audio", "--no-pings", "--safebrowsing-disable-auto-update",
    "--disable-domain-reliability", "--disable-breakpad", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--proxy-bypass-list=<-loopback>", "--window-size=1280,1600",
    "--disable-features=Translate,MediaRouter,OptimizationHints,InterestFeedContentSuggestions", "--hide-scrollbars",
    "--password-store=basic",
    "--js-flags=--max-old-space-size=512",
)  # fmt: skip


#: Folders of profiles; the number after it is that of the process that made the folder.
PREFIX = "stargauge-browser-"


def remove_stale() -> None:
    """Remove the profiles of processes that ended without removing them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        number = folder.name.removeprefix(PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):
            if number.isdecimal() and not folder.is_symlink() and folder.stat().st_uid == os.geteuid() and not _runs(int(number)):
                shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


class Ended(Exception):
    """The browser ended, did not answer in time, or answered with an error."""


def binary(named: str = "") -> str:
    """The browser's program: as named, as STARGAUGE_BROWSER names it, or Chromium or Chrome on the path. Raises InputError."""
    wanted = named or os.environ.get("STARGAUGE_BROWSER", "")
    found = shutil.which(wanted) if wanted else next((path for name in NAMES if (path := shutil.which(name))), None)
    if os.name != "posix":
        raise InputError(
            say("capturing with a browser of ours needs Linux or macOS; save the page in your browser (MHTML) and supply that file")
        )
    if not found:
        told = say('"{wanted}" is no program here', wanted=wanted) if wanted else say("none of {names} is here", names=", ".join(NAMES))
        raise InputError(
            say(
                "no browser: {told}; install Chromium, name one with STARGAUGE_BROWSER, or supply a page saved in your browser (MHTML)",
                told=told,
            )
        )
    return found


class Browser:
    """A running browser; `with` ends it and removes its profile."""

    def __init__(self, program: str, proxy_port: int) -> None:
        remove_stale()
        self._folder = tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", ignore_cleanup_errors=True)
        home = self._folder.name
        self.sandboxed = os.geteuid() != 0  # its sandbox does not start for root
        flags = [*FLAGS, f"--user-data-dir={home}/profile", f"--proxy-server=http://127.0.0.1:{proxy_port}"]
        flags += [] if self.sandboxed else ["--no-sandbox"]
        known = ("PATH", "LANG", "LC_ALL", "FONTCONFIG_PATH", "FONTCONFIG_FILE")
        environment = {name: os.environ[name] for name in known if name in os.environ} | {
            "HOME": home,
            "TMPDIR": home,
            "XDG_RUNTIME_DIR": home,
        }
        self._pid, ours_in, ours_out = _started([program, *flags, "about:blank"], environment)
        self._in, self._out = ours_in, ours_out
        self._came: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._number = 0
        self.events: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *of: object) -> None:
        with contextlib.suppress(OSError):
            os.close(self._out)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        self._reader.join(5)
        os.close(self._in)
        self._folder.cleanup()

    def _read(self) -> None:
        kept = bytearray()
        while True:
            try:
                came = os.read(self._in, 1 << 20)
            except OSError:
                came = b""
            if not came or len(kept) > LONGEST:
                self._came.put(None)
                return
            kept += came
            while (end := kept.find(0)) >= 0:
                with contextlib.suppress(ValueError, RecursionError):
                    self._came.put(json.loads(kept[:end]))
                del kept[: end + 1]

    def call(self, method: str, seconds: float, session: str = "", **params: Any) -> dict[str, Any]:
        """One command and its result; events that come before it are kept. Raises Ended."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        self._send(message)
        deadline = time.monotonic() + max(seconds, 0.1)
        while True:
            came = self._next(deadline)
            if came is None:
                raise Ended(f"no answer to {method} in time")
            if came.get("id") == number:
                if "error" in came:
                    raise Ended(f"{method}: {came['error'].get('message', 'refused')}")
                result: dict[str, Any] = came.get("result", {})
                return result

    def _send(self, message: dict[str, Any]) -> None:
        try:
            data = json.dumps(message).encode() + b"\0"
            while data:
                data = data[os.write(self._out, data) :]
        except OSError:
            raise Ended("the browser ended") from None

    def wait(self, name: str, seconds: float) -> bool:
        """Whether an event of this name came within the time, from now on or before."""
        deadline = time.monotonic() + seconds
        while not any(one.get("method") == name for one in self.events):
            if self._next(deadline) is None:
                return False
        return True

    def rest(self, seconds: float) -> None:
        """Take in events for a while."""
        deadline = time.monotonic() + seconds
        while self._next(deadline) is not None:
            pass

    def _next(self, deadline: float) -> dict[str, Any] | None:
        """The next message, kept if it is an event; None when the time is over."""
        try:
            came = self._came.get(timeout=max(deadline - time.monotonic(), 0.001))
        except queue.Empty:
            return None
        if came is None:
            raise Ended("the browser ended")
        if "method" in came:
            self.events.append(came)
            if came["method"] == "Page.javascriptDialogOpening":
                self._number += 1
                self._send({"id": self._number, "method": "Page.handleJavaScriptDialog", "params": {"accept": False},
                            "sessionId": came.get("sessionId", "")})  # fmt: skip
        return came


def _started(command: list[str], environment: dict[str, str]) -> tuple[int, int, int]:
    """Start a program in a group of its own that reads from 3 and writes to 4; its number, our end to read from and ours to write to."""
    import fcntl

    made = [*os.pipe(), *os.pipe()]
    high = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 10) for one in made]  # out of the way of 3 and 4
    for one in made:
        os.close(one)
    ours_in, theirs_out, theirs_in, ours_out = high
    null = [(os.POSIX_SPAWN_OPEN, at, os.devnull, os.O_RDWR, 0) for at in (0, 1, 2)]
    try:
        pid = os.posix_spawn(
            command[0], command, environment, setpgroup=0,
            file_actions=[*null, (os.POSIX_SPAWN_DUP2, theirs_in, 3), (os.POSIX_SPAWN_DUP2, theirs_out, 4)],
        )  # fmt: skip
    except OSError as wrong:
        os.close(ours_in)
        os.close(ours_out)
        raise InputError(say("the browser {command} cannot be started: {strerror}", command=command[0], strerror=problem(wrong))) from None
    finally:
        os.close(theirs_in)
        os.close(theirs_out)
    return pid, ours_in, ours_out
