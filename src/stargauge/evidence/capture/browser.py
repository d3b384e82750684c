"""Capture a page as a browser of ours shows it: the method `browser`. DOM, screenshot, the page as one file (MHTML), and a scrolled thread.

The browser is Chromium as it is found here; nothing is installed. It runs without a profile, every connection goes through the guard
(proxy.py), and its own sandbox is on unless we run as root, which is told. What it shows is what the page's scripts made for this browser
at this moment: bytes from the network are kept by the method `web`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from stargauge.evidence.capture.capture import Options, Taken, about_fetched, as_bytes
from stargauge.evidence.capture.devtools import Browser, Ended, binary
from stargauge.evidence.capture.fetch import TOOL, Limits, clocks_of
from stargauge.evidence.capture.fetched import ErrorClass, Fetched, Hop, Tls
from stargauge.evidence.capture.guard import Refused
from stargauge.evidence.capture.links import about_links
from stargauge.evidence.capture.proxy import Proxy
from stargauge.evidence.capture.text import VERSION, page_text
from stargauge.evidence.capture.warc import certificates_of, resource_warc
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

TALLEST = 16_000
STEPS = 50
SETTLED = 0.7
GRACE = 3.0
#: How far the page can be scrolled, and what of it can be read; asked in a world of our own that the page's scripts cannot reach.
READ = (
    "JSON.stringify({text: document.body ? document.body.innerText : '', height: document.documentElement.scrollHeight, "
    "url: location.href})"
)
SCROLL = "window.scrollTo(0, document.documentElement.scrollHeight)"
DOM = "document.documentElement ? document.documentElement.outerHTML : ''"


def take(target: str, options: Options) -> Taken:
    """What the page shows. `settings`: `browser` (the program), `scroll` (how many times to scroll to the end)."""
    program = binary(str(options.settings.get("browser", "")))
    limits = options.limits if isinstance(options.limits, Limits) else Limits()
    try:
        options.guard.resolve(target)
    except (Refused, OSError) as wrong:
        raise InputError(Fault(say("not asked: {why}", why=problem(str(wrong))), file=target)) from None
    started = options.now()
    with Proxy(options.guard, limits.seconds + 30, limits.bytes * 4) as proxy, Browser(program, proxy.port) as browser:
        view = _View(browser, target, limits, min(int(options.settings.get("scroll", 0)), STEPS))
        try:
            view.read()
        except Ended as wrong:  # what was there by then is kept, with the reason
            view.cut = str(wrong)
        sandboxed = browser.sandboxed
    fetched = view.outcome(target, started, options, proxy)
    return _taken(target, view, fetched, sandboxed, proxy, options)


def _taken(target: str, view: _View, fetched: Fetched, sandboxed: bool, proxy: Proxy, options: Options) -> Taken:
    if fetched.status is None and not view.dom:
        raise InputError(
            Fault(
                say(
                    "nothing was captured: {message}",
                    message=problem(fetched.message) if fetched.message else say("the browser showed no page"),
                ),
                file=target,
            )
        )
    page = page_text(view.dom, "text/html; charset=utf-8")
    about = about_fetched(fetched, "web") | {
        "method": "browser", "browser": view.version, "sandboxed": sandboxed, "scrolled": len(view.steps), "hosts": len(proxy.asked),
        "hosts_refused": len(proxy.refused),
    }  # fmt: skip
    about |= about_links(target, view.dom)
    notes = [*([] if sandboxed else ["the browser ran without its sandbox, since we run as root"]), *dict.fromkeys(proxy.refused[:10])]
    metadata = as_bytes(
        [{**fetched.to_dict(), "hosts": proxy.asked, "refused": proxy.refused[:100], "certificates": certificates_of(fetched)}]
    )
    payloads = {
        "dom": view.dom,
        "metadata": metadata,
        "warc": resource_warc(fetched.final_url, fetched.started, view.dom, "text/html", about, TOOL),
    }
    payloads |= {name: data for name, data in (("screenshot", view.screenshot), ("mhtml", view.mhtml)) if data}
    if view.steps:
        payloads["scroll"] = as_bytes(view.steps)
    if not page.fault:
        payloads["text"] = page.text.encode()
    return Taken(target, about, payloads, fetched, None, page.text, tuple(notes))


class _View:
    """One page in the browser, as far as it was read."""

    def __init__(self, browser: Browser, target: str, limits: Limits, scroll: int) -> None:
        self._browser, self._target, self._limits, self._scroll = browser, target, limits, scroll
        self._deadline = time.monotonic() + limits.seconds
        self.dom, self.screenshot, self.mhtml, self.version = b"", b"", b"", ""
        self.steps: list[dict[str, Any]] = []
        self.certificates: list[bytes] = []
        self.loaded, self.failed, self.cut, self.url = False, "", "", target
        self._session = ""

    def read(self) -> None:
        """Go there, wait, scroll, and take what is shown."""
        self.version = str(self._browser.call("Browser.getVersion", self._left()).get("product", ""))
        made = self._browser.call("Target.createTarget", self._left(), url="about:blank")
        self._session = self._browser.call("Target.attachToTarget", self._left(), targetId=made["targetId"], flatten=True)["sessionId"]
        self._browser.call("Browser.setDownloadBehavior", self._left(), behavior="deny")
        for domain in ("Page", "Network"):
            self._call(f"{domain}.enable")
        frame = self._call("Page.navigate", url=self._target)
        self.failed = str(frame.get("errorText", ""))
        if self.failed and not frame.get("loaderId"):
            return
        self.loaded = self._browser.wait("Page.loadEventFired", self._deadline - time.monotonic())
        self._browser.rest(min(SETTLED, self._left()))
        if self.failed:
            return
        world = self._call("Page.createIsolatedWorld", frameId=frame["frameId"], worldName="stargauge")["executionContextId"]
        for _ in range(self._scroll):
            if not self._step(world):
                break
        self.url = str(self._seen(world).get("url") or self._target)
        self.dom = self._evaluated(DOM, world).encode("utf-8", "replace")
        self._pictures()

    def _step(self, world: int) -> bool:
        """Keep what is shown and scroll to the end; whether there was more to see."""
        before = self._seen(world)
        text = str(before.get("text", ""))
        self.steps.append({"step": len(self.steps), "sha256": hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(), "text": text})
        self._evaluated(SCROLL, world)
        self._browser.rest(min(SETTLED, self._left()))
        after = self._seen(world)
        return (after.get("height"), after.get("text")) != (before.get("height"), before.get("text")) and self._left() > 1

    def _pictures(self) -> None:
        self._evaluated("window.scrollTo(0, 0)", None)
        size = self._call("Page.getLayoutMetrics").get("cssContentSize", {})
        clip = {"x": 0, "y": 0, "width": 1280, "height": min(int(size.get("height", 1600)) or 1600, TALLEST), "scale": 1}
        shot = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        self.screenshot = base64.b64decode(shot.get("data", ""))
        self.mhtml = str(self._call("Page.captureSnapshot", format="mhtml").get("data", "")).encode("utf-8", "replace")
        if self.url.startswith("https://"):
            origin = "/".join(self.url.split("/")[:3])
            found = self._call("Network.getCertificate", origin=origin).get("tableNames", [])
            self.certificates = [base64.b64decode(one) for one in found]

    def _seen(self, world: int) -> Mapping[str, Any]:
        try:
            read = json.loads(self._evaluated(READ, world))
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}

    def _evaluated(self, code: str, world: int | None) -> str:
        place = {} if world is None else {"contextId": world}
        return str(self._call("Runtime.evaluate", expression=code, returnByValue=True, **place).get("result", {}).get("value", ""))

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.call(method, self._left(), self._session, **params)

    def _left(self) -> float:
        """Seconds left; once the time for the page is over, a little is left to take what is there."""
        return max(self._deadline - time.monotonic(), GRACE)

    def outcome(self, target: str, started: Any, options: Options, proxy: Proxy) -> Fetched:
        """The attempt as an outcome: hops and headers as the browser tells them, addresses as the proxy asked them."""
        hops, headers, status = self._hops(proxy)
        error: ErrorClass = ""
        message = ""
        if self.failed:
            error, message = ("guard", f"not asked: {proxy.refused[-1]}") if proxy.refused else _error_of(self.failed)
            status = None
        elif self.cut:
            error, message = "timeout", f"the page could not be read to the end: {self.cut}; what had come by then is kept"
        elif not self.loaded:
            error, message = "timeout", f"the page did not end loading within {self._limits.seconds:g} s; what it showed then is kept"
        page = page_text(self.dom, "text/html; charset=utf-8")
        ended = options.now()
        date, offset = clocks_of(headers, ended)
        return Fetched(
            target, self.url, started, ended, status, error, message, hops, headers,
            hashlib.sha256(self.dom).hexdigest() if self.dom else "",
            len(self.dom), "time" if error == "timeout" else "", page.sha256 if self.dom else "",
            VERSION if self.dom and not page.fault else "",
            page.title, server_date=date, clock_offset=offset, method="browser", vantage=options.vantage, logged_in=False,
            user_agent=self.version, tool=TOOL, body=self.dom,
        )  # fmt: skip

    def _hops(self, proxy: Proxy) -> tuple[tuple[Hop, ...], tuple[tuple[str, str], ...], int | None]:
        hops: list[Hop] = []
        headers: tuple[tuple[str, str], ...] = ()
        status: int | None = None
        main = ""
        for event in self._browser.events:
            of = event.get("params", {})
            if (
                event.get("method") == "Network.requestWillBeSent"
                and of.get("type") == "Document"
                and (not main or of.get("requestId") == main)
            ):
                main = str(of.get("requestId"))
                if before := of.get("redirectResponse"):
                    hops.append(_hop(before, proxy))
            elif event.get("method") == "Network.responseReceived" and of.get("requestId") == main and status is None:
                answer = of.get("response", {})
                hops.append(_hop(answer, proxy))
                status = int(answer.get("status", 0)) or None
                headers = tuple((str(name), str(value)) for name, value in answer.get("headers", {}).items())
        if hops and hops[-1].tls and self.certificates:
            prints = tuple(hashlib.sha256(one).hexdigest() for one in self.certificates)
            hops[-1] = replace(hops[-1], tls=replace(hops[-1].tls, fingerprints=prints, certificates=tuple(self.certificates)))
        return tuple(hops), headers, status


def _hop(answer: Mapping[str, Any], proxy: Proxy) -> Hop:
    url = str(answer.get("url", ""))
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0]
    host = host if ":" in host.rpartition("]")[2] else f"{host}:{443 if scheme == 'https' else 80}"
    address = proxy.asked.get(host, "")
    security = answer.get("securityDetails")
    tls = Tls(str(security.get("protocol", "")), str(security.get("cipher", "")), ()) if isinstance(security, Mapping) else None
    location = next((str(value) for name, value in answer.get("headers", {}).items() if name.lower() == "location"), "")
    return Hop(url, (address,) if address else (), address, int(answer.get("status", 0)) or None, location, tls)


def _error_of(text: str) -> tuple[ErrorClass, str]:
    """The browser's error in our words."""
    kinds: tuple[tuple[str, ErrorClass], ...] = (
        ("CERT_", "tls"), ("SSL_", "tls"), ("NAME_NOT_RESOLVED", "dns"), ("TIMED_OUT", "timeout"), ("TOO_MANY_REDIRECTS", "redirects"),
        ("INVALID_", "protocol"), ("EMPTY_RESPONSE", "protocol"),
    )  # fmt: skip
    return next((kind for mark, kind in kinds if mark in text), "connect"), f"the browser says: {text}"
