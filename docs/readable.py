"""What Sphinx and its theme leave out of a page for those who cannot see it or use no mouse, put in after the pages are made."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

#: What stands in a page, and what is put in its place: captions of the menu are headings of a level, the two sides are told apart, and
#: what may be wider than the page can be scrolled by keys.
MENDED = (
    (re.compile(r'<p class="caption" role="heading">'), '<p class="caption" role="heading" aria-level="2">'),
    (re.compile(r'<aside class="sidebar-drawer">'), '<aside class="sidebar-drawer" aria-label="All pages">'),
    (re.compile(r'<aside class="toc-drawer">'), '<aside class="toc-drawer" aria-label="This page">'),
    (re.compile(r"<pre>"), '<pre tabindex="0">'),
    (re.compile(r'<div class="table-wrapper([^">]*)">'), r'<div class="table-wrapper\1" tabindex="0">'),
)


def mended(text: str) -> str:
    """A page with what was left out."""
    for pattern, instead in MENDED:
        text = pattern.sub(instead, text)
    return text


def mend_all(app: Any, failed: Exception | None) -> None:
    """Mend every page that Sphinx has made; the reports of the gallery are their own."""
    if failed is not None or app.builder.format != "html":
        return
    for path in sorted(Path(app.outdir).rglob("*.html")):
        if "reports" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        if (now := mended(text)) != text:
            path.write_text(now, encoding="utf-8")
