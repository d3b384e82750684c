"""Who may ask, and what a page may do in a browser.

Other sites: a request that changes something must come from this server's own pages, by `Sec-Fetch-Site` where the browser sends it, else
by `Origin` (the way of Go 1.25's CrossOriginProtection); from another site's page one may come here by a link, and have nothing else made.
On loopback the `Host` must be a name of this machine, so that a foreign name that points here (DNS rebinding) reads nothing. Beyond
loopback, and behind a proxy that is named, a reader shows a token once, and a cookie remembers it.
"""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict
from collections.abc import Mapping
from urllib.parse import urlsplit

from stargauge.web.settings import LOOPBACK, Settings

#: No script or style but our own files, nothing framed but captured texts, nothing sent elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
COOKIE = "stargauge_token"
_CHANGING = ("POST", "PUT", "PATCH", "DELETE")


def host_allowed(host: str, settings: Settings) -> bool:
    """Whether a `Host` is a name of this server: on loopback those of this machine, else those given, or any where none is given."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if settings.host in LOOPBACK:
        return name in LOOPBACK or name in settings.hosts
    return not settings.hosts or name in settings.hosts or name == settings.host


def from_own_page(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from one of our own pages, or from no page at all; one that changes nothing may also follow a link."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        follows = method not in _CHANGING and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        return site in ("same-origin", "none") or follows
    origin = headers.get("origin")
    if method not in _CHANGING or origin is None:
        return True
    try:
        return urlsplit(origin).netloc == headers.get("host", "")
    except ValueError:
        return False


def token_fits(shown: str, settings: Settings) -> bool:
    """Whether a reader may ask: always where only this machine can, else with the token."""
    return settings.local or (bool(settings.token) and hmac.compare_digest(shown.encode(), settings.token.encode()))


class Rate:
    """How often somebody may have something made: a bucket of `most` that fills by `per_second`. Those seen longest ago are forgotten."""

    def __init__(self, per_second: float, most: float, seen: int = 4096) -> None:
        self.per_second, self.most, self.seen = per_second, most, seen
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, who: str, now: float | None = None, cost: float = 1.0) -> float:
        """Take as many as something costs, all there can be at most; the seconds to wait where too few are left, else 0."""
        now = time.monotonic() if now is None else now
        left, then = self._left.pop(who, (self.most, now))
        left = min(self.most, left + (now - then) * self.per_second)
        cost = min(cost, self.most)
        taken = left >= cost
        self._left[who] = (left - cost if taken else left, now)
        while len(self._left) > self.seen:
            self._left.popitem(last=False)
        return 0.0 if taken else (cost - left) / self.per_second
