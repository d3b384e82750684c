"""Capture a page by fetching it: the method `web`."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from stargauge.evidence.capture.capture import Options, Taken, from_fetched
from stargauge.evidence.capture.links import about_links
from stargauge.evidence.capture.text import is_page

#: Hosts that show visitors without an account little, or something else.
CLOSED = ("x.com", "twitter.com", "facebook.com", "instagram.com", "linkedin.com", "threads.net")
NOTE = "this platform shows visitors little or something else; save the page in your own browser (MHTML) and supply that file"


def take(target: str, options: Options) -> Taken:
    """Fetch a URL and keep what came, an error page too."""
    fetched = options.fetch(target)
    made = from_fetched(fetched, text=fetched.text)
    if fetched.status is not None and 200 <= fetched.status < 300 and is_page(fetched.header("content-type"), fetched.body):
        made = replace(made, about={**made.about, **about_links(fetched.url, fetched.body)})
    host = (urlsplit(fetched.final_url).hostname or "").lower()
    closed = any(host == name or host.endswith(f".{name}") for name in CLOSED)
    return replace(made, notes=(NOTE,)) if closed else made
