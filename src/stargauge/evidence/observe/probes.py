"""Ways of looking: a method from a network. What is looked at comes from colleagues of this folder, handed in as a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stargauge.evidence.archive import now
from stargauge.evidence.capture.fetched import Fetched
from stargauge.evidence.observe.outcomes import Looked
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import speaking

_LANGUAGE = re.compile(rb"<html[^>]{0,300}?\blang\s*=\s*[\"']?([A-Za-z]{2,3})\b", re.IGNORECASE)
if TYPE_CHECKING:
    from stargauge.evidence.capture.capture import Options

#: What a method can be asked for.
_SUITS = {
    "browser": re.compile(r"https?://"),
    "mastodon": re.compile(r"https?://[^/]+/(?:@[^/]+|users/[^/]+/statuses|notice|web/statuses)/[A-Za-z0-9]+/?$"),
    "bluesky": re.compile(r"at://|https://bsky\.app/profile/[^/]+/post/"),
}


@dataclass(frozen=True)
class Probe:
    """A way of looking, for the addresses that it suits. `look` never raises for what a network or a host does."""

    look: Callable[[str], Looked]
    method: str = "web"
    vantage: str = "local"
    suits: Callable[[str], bool] = lambda url: True


def web(vantage: str = "local", allow_private: Iterable[str] = (), seconds: float = 60.0, apart: bool = False) -> Probe:
    """Pages over the network from here, by plain HTTP. `apart`: each answer is read in a process of its own."""
    options = _options(vantage, allow_private, seconds, apart)
    return Probe(lambda url: looked_at(options.fetch(url)), "web", vantage, lambda url: url.startswith(("http://", "https://")))


def _options(vantage: str, allow_private: Iterable[str], seconds: float, apart: bool) -> Options:
    from stargauge.evidence.capture.capture import Options
    from stargauge.evidence.capture.fetch import Limits
    from stargauge.evidence.capture.guard import Guard

    return Options(guard=Guard(frozenset(allow_private)), limits=Limits(seconds=seconds), vantage=vantage, apart=apart)


def platform(
    method: str, vantage: str = "local", allow_private: Iterable[str] = (), seconds: float = 60.0, apart: bool = False
) -> Probe:  # fmt: skip
    """As captures take it by another method: posts by a platform's own interface (`mastodon`, `bluesky`), pages by a `browser`.

    Raises InputError where there is no browser.
    """
    from stargauge.evidence.capture.capture import take
    from stargauge.evidence.capture.guard import Refused

    if method == "browser":
        from stargauge.evidence.capture.devtools import binary

        binary("")
    options = _options(vantage, allow_private, seconds, apart)

    def look(url: str) -> Looked:
        started = now()
        if url.startswith(("http://", "https://")):
            try:
                options.guard.resolve(url)
            except Refused as refused:
                why = f"not asked: {refused}"
                return Looked(Fetched(url, url, started, now(), error="guard", message=why, method=method, vantage=vantage))
            except OSError:
                pass  # no address: the method itself says so
        try:
            with speaking("en"):  # what is kept in the log is in English
                taken = take(url, method, options)
        except InputError as fault:  # not one byte came, or the address is none of that platform's
            return Looked(Fetched(url, url, started, now(), error="connect", message=str(fault), method=method, vantage=vantage))
        if taken.fetched is None:
            return Looked(Fetched(url, url, started, now(), error="protocol", message="no answer to read", method=method, vantage=vantage))
        return Looked(taken.fetched, taken.text, taken.thread, taken)

    return Probe(look, method, vantage, lambda url: _SUITS[method].match(url) is not None)


def looked_at(fetched: Fetched) -> Looked:
    """An attempt with the text of its page, by the one algorithm of captures."""
    return Looked(fetched, fetched.text)


def language_of(fetched: Fetched) -> str:
    """The language in which a page says that it is."""
    stated = fetched.header("content-language")[:2].lower()
    if found := _LANGUAGE.search(fetched.body[:4096]):
        return found[1].decode().lower()
    return stated if stated.isalpha() else ""
