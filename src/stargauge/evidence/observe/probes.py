"""Ways of looking: a method from a network. What is looked at comes from colleagues of this folder, handed in as a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from stargauge.evidence.capture.fetched import Fetched
from stargauge.evidence.capture.items import Thread
from stargauge.evidence.observe.outcomes import Looked

_LANGUAGE = re.compile(rb"<html[^>]{0,300}?\blang\s*=\s*[\"']?([A-Za-z]{2,3})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Probe:
    """A way of looking. `look` never raises for what a network or a host does; `thread` gives what a conversation shows, where it can."""

    look: Callable[[str], Looked]
    method: str = "web"
    vantage: str = "local"
    thread: Callable[[str], Thread | None] | None = None


def web(vantage: str = "local", allow_private: Iterable[str] = (), seconds: float = 60.0) -> Probe:
    """Pages over the network from here, by plain HTTP."""
    from stargauge.evidence.capture.fetch import Limits, fetch
    from stargauge.evidence.capture.guard import Guard

    guard, limits = Guard(frozenset(allow_private)), Limits(seconds=seconds)
    return Probe(lambda url: looked_at(fetch(url, guard=guard, limits=limits, vantage=vantage)), "web", vantage)


def looked_at(fetched: Fetched) -> Looked:
    """An attempt with the text of its page, by the one algorithm of captures."""
    from stargauge.evidence.capture.text import is_page, page_text

    if not fetched.body or fetched.error in ("bomb", "encoding") or not is_page(fetched.header("content-type"), fetched.body):
        return Looked(fetched)
    return Looked(fetched, page_text(fetched.body, fetched.header("content-type")).text)


def language_of(fetched: Fetched) -> str:
    """The language in which a page says that it is."""
    stated = fetched.header("content-language")[:2].lower()
    if found := _LANGUAGE.search(fetched.body[:4096]):
        return found[1].decode().lower()
    return stated if stated.isalpha() else ""
