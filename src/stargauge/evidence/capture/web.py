"""Capture a page by fetching it: the method `web`."""

from __future__ import annotations

from stargauge.evidence.capture.capture import Options, Taken, from_fetched


def take(target: str, options: Options) -> Taken:
    """Fetch a URL and keep what came, an error page too."""
    fetched = options.fetch(target)
    text = ""
    if fetched.text_sha256:
        from stargauge.evidence.capture.text import page_text

        text = page_text(fetched.body, fetched.header("content-type")).text
    return from_fetched(fetched, text=text)
