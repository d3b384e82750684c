"""A server of the pages and a real browser, for the tests of the pages."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

Result = TypeVar("Result")

#: The day up to which the tests' pages know: the record of the shipped programmes ends before it.
DAY = "2026-11-01"
#: Where Debian has the browser; background services would try to leave the machine.
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
#: A phone's width, and that of a laptop.
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1200, "height": 900}


@contextmanager
def serving(folder: Path, evidence: Path | None = None, **more: Any) -> Iterator[str]:
    """A running server over a folder; yields its address."""
    import uvicorn

    from stargauge.web.app import create_app
    from stargauge.web.settings import Settings

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        port = listening.getsockname()[1]
        settings = Settings(folder, port=port, evidence=evidence, **more)
        server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                with urlopen(f"{address}/health"):
                    break
            except OSError:
                time.sleep(0.05)
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join(30)


def in_a_loop(work: Coroutine[Any, Any, Result]) -> Result:
    """What comes of work in an event loop of its own, in a thread of its own: the browser's runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@dataclass
class Seen:
    """What a page did in the browser that it must not: messages of the console, requests that leave the server, answers with faults."""

    console: list[str]
    left: list[str]
    failed: list[str]

    def clean(self) -> None:
        """Nothing of the kind happened."""
        assert not self.console, self.console
        assert not self.left, self.left
        assert not self.failed, self.failed


class Browser:
    """Debian's Chromium, driven by Playwright."""

    def __init__(self, playwright: Any) -> None:
        self.chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

    @contextmanager
    def page(
        self, address: str, *, size: dict[str, int] | None = None, dark: bool = False, scripts: bool = True
    ) -> Iterator[tuple[Any, Seen]]:
        """An open page and what it did; waits until the parts that come later are there."""
        context = self.chromium.new_context(
            viewport=size or LAPTOP, color_scheme="dark" if dark else "light", java_script_enabled=scripts, bypass_csp=False
        )
        page, seen = context.new_page(), Seen([], [], [])
        home = "/".join(address.split("/")[:3])
        page.on("console", lambda message: seen.console.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: seen.console.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith((home, "data:", "blob:")) else seen.left.append(request.url))
        page.on("response", lambda answer: seen.failed.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
        page.set_default_timeout(120_000)
        page.goto(address)
        if scripts:
            page.wait_for_selector(".late", state="detached")
        try:
            yield page, seen
        finally:
            context.close()

    def close(self) -> None:
        """End the browser."""
        self.chromium.close()


def violations(page: Any) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA on a page, each with the first element it is at."""
    from axe_playwright_python.sync_playwright import Axe

    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
    found = Axe().run(page, options=rules).response["violations"]
    return [f"{one['id']}: {one['help']}: {json.dumps(one['nodes'][0]['html'])[:200]} ({len(one['nodes'])})" for one in found]


def wider_than_screen(page: Any) -> int:
    """By how many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def sound(page: Any) -> list[str]:
    """What is wrong with an open page on a laptop in light, and on a phone in the dark: for axe, or by how much it is too wide."""
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    found += [f"phone, dark: {one}" for one in violations(page)]
    wider = wider_than_screen(page)
    return [*found, *([f"phone: {wider} pixels too wide"] if wider > 0 else [])]
