"""Fetch one URL and tell exactly what came: every hop, address, certificate, header and byte, within limits of size and time.

`fetch(url)` returns a `Fetched` (fetched.py says what each field means, for whoever classifies outcomes) and raises nothing for what a
network or a server does. The guard judges the first address and each one after a redirect. There is no proxy, no cookie from earlier, no
other encoding than gzip and deflate, and one request per connection, so that the bytes kept are the bytes of this request alone.
"""

from __future__ import annotations

import functools
import hashlib
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urldefrag, urljoin

import httpcore
import httpx

from stargauge import __version__
from stargauge.evidence.archive import now
from stargauge.evidence.capture.connection import Pinned, TooLarge, untrusted_tls
from stargauge.evidence.capture.fetched import Api, ErrorClass, Exchange, Fetched, Hop, Tls
from stargauge.evidence.capture.guard import Guard, Place, Refused

__all__ = ["Api", "ErrorClass", "Exchange", "Fetched", "Hop", "Limits", "Tls", "clocks_of", "fetch"]

TOOL = f"stargauge/{__version__}"
USER_AGENT = f"{TOOL} (evidence capture)"
REDIRECTS = (301, 302, 303, 307, 308)
#: Headers that only the host that the user named may see, and that no archive keeps.
SECRET = ("authorization", "cookie", "proxy-authorization")
HEAD_BYTES = 128 * 1024


@dataclass(frozen=True)
class Limits:
    """How much an answer may hold and how long it may take: bytes sent, bytes once unpacked, seconds in all and per step, redirects."""

    bytes: int = 64 * 1024 * 1024
    unpacked: int = 128 * 1024 * 1024
    seconds: float = 60.0
    step_seconds: float = 20.0
    redirects: int = 10


@dataclass
class _Try:
    """What is known of the attempt so far."""

    url: str
    hops: list[Hop] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    truncated: str = ""
    server_date: datetime | None = None
    clock_offset: int | None = None
    refused: str = ""


class _Ended(Exception):
    """The attempt ends here with an error."""

    def __init__(self, error: ErrorClass, message: str) -> None:
        super().__init__(message)
        self.error, self.message = error, message


def fetch(
    url: str,
    *,
    limits: Limits | None = None,
    guard: Guard | None = None,
    headers: Mapping[str, str] | None = None,
    logged_in: bool = False,
    user_agent: str = USER_AGENT,
    vantage: str = "local",
    trust: ssl.SSLContext | None = None,
    clock: Callable[[], datetime] = now,
) -> Fetched:
    """Fetch a URL by GET, following redirects. `headers`: more of them, such as a cookie, for the host of `url` alone."""
    limits, guard = limits or Limits(), guard or Guard()
    started, state = clock(), _Try(urldefrag(url)[0])
    error: ErrorClass = ""
    message = ""
    transport = Pinned(trust or _system_trust())
    try:
        with httpx.Client(transport=transport, trust_env=False, timeout=limits.step_seconds) as client:
            deadline = time.monotonic() + limits.seconds
            _follow(state, client, transport, limits, guard, deadline, headers or {}, user_agent, clock)
    except _Ended as ended:
        error, message = ended.error, ended.message
    made = Fetched(
        url, state.url, started, clock(), state.status, error, message, tuple(state.hops), state.headers,
        hashlib.sha256(state.body).hexdigest() if state.body or state.status else "", len(state.body), state.truncated,
        server_date=state.server_date, clock_offset=state.clock_offset, vantage=vantage, logged_in=logged_in, user_agent=user_agent,
        tool=TOOL, refused_redirect=state.refused, body=state.body, exchanges=tuple(state.exchanges),
    )  # fmt: skip
    return made if error in ("bomb", "encoding") else _with_text(made)


def _follow(
    state: _Try, client: httpx.Client, transport: Pinned, limits: Limits, guard: Guard, deadline: float, headers: Mapping[str, str],
    user_agent: str, clock: Callable[[], datetime],
) -> None:  # fmt: skip
    own = _origin(state.url)
    while True:
        place = _place(state, guard)
        extra = {name: value for name, value in headers.items() if _origin(state.url) == own or name.lower() not in SECRET}
        _one(state, client, transport, place, limits, deadline, {**extra, "User-Agent": user_agent}, clock)
        location = next((value for name, value in state.headers if name.lower() == "location"), "")
        if state.status not in REDIRECTS or not location:
            return
        if len(state.hops) > limits.redirects:
            raise _Ended("redirects", f"more than {limits.redirects} redirects; the last leads to {location[:200]}")
        try:
            state.url = urldefrag(urljoin(state.url, location))[0]
        except ValueError as wrong:
            raise _Ended("protocol", f"the redirect leads to no URL ({location[:200]!r}): {wrong}") from None


def _place(state: _Try, guard: Guard) -> Place:
    try:
        return guard.resolve(state.url)
    except Refused as refused:
        state.hops.append(Hop(state.url))
        hops = len(state.hops) - 1
        after = f" after {hops} redirect{'s' if hops > 1 else ''}" if hops else ""
        state.refused = state.url if hops else ""
        _back(state)
        raise _Ended("guard", f"not asked{after}: {refused}") from None
    except OSError as wrong:
        state.hops.append(Hop(state.url))
        _back(state)
        raise _Ended("dns", str(wrong)) from None


def _back(state: _Try) -> None:
    """The last address that was really asked is the one that answered."""
    if len(state.hops) > 1:
        state.url = state.hops[-2].url


def _one(
    state: _Try, client: httpx.Client, transport: Pinned, place: Place, limits: Limits, deadline: float, headers: Mapping[str, str],
    clock: Callable[[], datetime],
) -> None:  # fmt: skip
    """One request and its answer, added to the state; raises _Ended where none came or it broke a limit."""
    transport.aim(place, deadline, limits.bytes + HEAD_BYTES)
    sent, truncated = clock(), ""
    state.status, state.headers, state.body = None, (), b""
    asked = {"Accept": "*/*", **headers, "Accept-Encoding": "gzip, deflate", "Connection": "close"}
    hop = Hop(state.url, place.answers, place.address)
    try:
        response = client.send(client.build_request("GET", state.url, headers=asked), stream=True)
        try:
            hop = replace(hop, status=response.status_code, location=response.headers.get("location", ""))
            state.status, state.headers = response.status_code, _headers(response)
            state.server_date, state.clock_offset = clocks_of(state.headers, clock())
            _read(state, response, limits)
        finally:
            response.close()
    except _Ended as ended:
        truncated = "length" if ended.error == "too_large" else ""
        raise
    except (httpcore.TimeoutException, httpx.TimeoutException) as wrong:
        truncated = "time"
        raise _Ended(
            "timeout", f"no full answer within {limits.seconds:g} s, or none for {limits.step_seconds:g} s: {_said(wrong)}"
        ) from None
    except (httpcore.ConnectError, httpcore.ReadError, httpcore.WriteError, OSError) as wrong:
        truncated, broken = "disconnect", _broken(wrong, place)
        if broken.error == "tls":
            seconds = max(min(deadline - time.monotonic(), limits.step_seconds), 0.1)
            hop = replace(hop, tls=untrusted_tls(place, place.address, seconds))
        raise broken from None
    except (httpcore.ProtocolError, httpx.HTTPError, httpx.InvalidURL, ValueError) as wrong:
        truncated = "disconnect"
        raise _Ended("protocol", f"the answer is not HTTP as it should be: {_said(wrong)}") from None
    except TooLarge:
        truncated = "length"
        raise _Ended("too_large", f"the head of the answer is longer than {HEAD_BYTES:,} bytes") from None
    finally:
        if stream := transport.stream:
            hop = replace(hop, address=stream.address, tls=stream.tls or hop.tls)
            state.truncated = truncated if stream.received else ""
            state.exchanges.append(
                Exchange(state.url, sent, stream.address, _masked(bytes(stream.sent)), bytes(stream.received), state.truncated)
            )
        state.hops.append(hop)
        transport.close()


def _read(state: _Try, response: httpx.Response, limits: Limits) -> None:
    """The body, unpacked."""
    stated = response.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > limits.bytes:
        raise _Ended("too_large", f"the answer states {int(stated):,} bytes; at most {limits.bytes:,} are read")
    raw = bytearray()
    try:
        for chunk in response.iter_raw():
            raw += chunk
            if len(raw) > limits.bytes:
                raise TooLarge
    except TooLarge:
        state.body = bytes(raw[: limits.bytes])
        raise _Ended("too_large", f"the answer is longer than {limits.bytes:,} bytes; reading stopped there") from None
    finally:
        state.body = bytes(raw[: limits.bytes])
    state.body = unpacked(state.body, response.headers.get("content-encoding", ""), limits.unpacked)


def unpacked(body: bytes, encodings: str, limit: int) -> bytes:
    """A body without its encodings. Raises _Ended where it is not one of ours, broken, or larger than the limit once unpacked."""
    names = [name.strip().lower() for name in encodings.split(",") if name.strip() and name.strip().lower() != "identity"]
    if len(names) > 3:
        raise _Ended("bomb", f"the answer is packed {len(names)} times over")
    for name in reversed(names):
        if name not in ("gzip", "x-gzip", "deflate"):
            raise _Ended("encoding", f'the answer is packed as "{name}", which was not asked for')
        if body:
            body = _inflated(body, name == "deflate", limit)
    return body


def _inflated(body: bytes, deflate: bool, limit: int) -> bytes:
    raw = deflate and not (len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0)
    made, rest = bytearray(), body
    try:
        while rest:
            engine = zlib.decompressobj(-15 if raw else 15 if deflate else 31)
            made += engine.decompress(rest, limit + 1 - len(made))
            if len(made) > limit:
                raise _Ended("bomb", f"{len(body):,} bytes unpack to more than {limit:,}; not unpacked")
            if not engine.eof:
                raise _Ended("encoding", "the packed answer ends too early")
            rest = engine.unused_data if not deflate and engine.unused_data[:2] == b"\x1f\x8b" else b""
    except zlib.error as wrong:
        raise _Ended("encoding", f"the packed answer is broken: {wrong}") from None
    return bytes(made)


def _headers(response: httpx.Response) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)


def clocks_of(headers: tuple[tuple[str, str], ...], ours: datetime) -> tuple[datetime | None, int | None]:
    """The server's clock by its Date header, and how many whole seconds it is ahead of ours; None where it states none."""
    stated = next((value for name, value in headers if name.lower() == "date"), "")
    try:
        date = parsedate_to_datetime(stated)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None, None
    theirs = (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    return theirs, round((theirs - ours).total_seconds())


def _broken(wrong: Exception, place: Place) -> _Ended:
    """A connection that was not made or ended: by TLS, or else."""
    at: BaseException | None = wrong
    while at is not None:
        if isinstance(at, ssl.SSLError):
            return _Ended("tls", f"no trusted connection to {place.host}: {_said(at)}")
        at = at.__cause__ or at.__context__
    return _Ended("connect", f"no connection to {place.host} at {place.address}, port {place.port}: {_said(wrong)}")


def _said(wrong: BaseException) -> str:
    return str(wrong) or type(wrong).__name__


def _masked(request: bytes) -> bytes:
    """A request without the values of secret headers: who reads the archive must not be able to log in with it."""
    head, end, rest = request.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    for at, line in enumerate(lines[1:], 1):
        name, colon, _ = line.partition(b":")
        if colon and name.strip().lower().decode("latin-1") in SECRET:
            lines[at] = name + b": (withheld)"
    return b"\r\n".join(lines) + end + rest


def _origin(url: str) -> tuple[str, str]:
    scheme, _, rest = url.partition("://")
    return scheme.lower(), rest.partition("/")[0].lower()


@functools.cache
def _system_trust() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _with_text(made: Fetched) -> Fetched:
    """With title and hash of the text, where the body is a page."""
    from stargauge.evidence.capture.text import VERSION, is_page, page_text

    if not made.body or not is_page(made.header("content-type"), made.body):
        return made
    page = page_text(made.body, made.header("content-type"))
    return replace(
        made, text_sha256=page.sha256, text_version=VERSION if page.sha256 else "", title=page.title, text=page.text,
        message=made.message or page.fault,
    )  # fmt: skip
