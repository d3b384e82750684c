"""Whether the built site stands on its own: `python docs/offline.py FOLDER` says what it would fetch and which links lead nowhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: What a browser fetches by itself when it shows a page; a link is followed by a reader.
_FETCHED = {
    "script": ("src",), "img": ("src", "srcset"), "source": ("src", "srcset"), "iframe": ("src",), "video": ("src", "poster"),
    "audio": ("src",), "object": ("data",), "embed": ("src",), "track": ("src",), "image": ("href",), "use": ("href",),
}  # fmt: skip
_LOADED = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "manifest", "preconnect", "dns-prefetch"}
_IN_STYLE = re.compile(r"url\(\s*['\"]?([^'\")\s]+)|@import\s+['\"]([^'\"]+)")


class _Page(HTMLParser):
    """What a page names: what it fetches, where it links, its anchors."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.anchors |= {has[name] for name in ("id", "name") if name in has}
        for name in _FETCHED.get(tag, ()):
            named = has.get(name, "")
            self.fetched += [part.strip().split(" ")[0] for part in named.split(",")] if name == "srcset" else [named]
        if tag == "link" and _LOADED & set(has.get("rel", "").split()):
            self.fetched.append(has.get("href", ""))
        elif tag == "a" and "href" in has:
            self.links.append(has["href"])
        self.fetched += _urls(has.get("style", ""))


def _urls(style: str) -> list[str]:
    return [first or second for first, second in _IN_STYLE.findall(style)]


def _outside(address: str) -> bool:
    return bool(urlsplit(address).netloc)


def faults(folder: Path) -> Iterator[str]:
    """What keeps a folder of pages from standing on its own, a line each."""
    pages = {path.resolve(): _read(path) for path in sorted(folder.rglob("*.html"))}
    for style in sorted(folder.rglob("*.css")):
        yield from (f"{style.relative_to(folder)}: fetches {one}" for one in _urls(style.read_text(encoding="utf-8")) if _outside(one))
    for path, page in pages.items():
        name = path.relative_to(folder.resolve())
        yield from (f"{name}: fetches {one}" for one in page.fetched if _outside(one))
        yield from (f"{name}: leads nowhere: {one}" for one in (*page.fetched, *page.links) if not _found(one, path, pages))


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _found(address: str, at: Path, pages: dict[Path, _Page]) -> bool:
    """Whether an address within the folder leads somewhere; of others nothing is said."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not (parts.path or parts.fragment):
        return True
    target = (at.parent / unquote(parts.path)).resolve() if parts.path else at
    if not target.exists():
        return False
    page = pages.get(target)
    return not parts.fragment or page is None or unquote(parts.fragment) in page.anchors


def main(folder: Path) -> int:
    """Print the faults; 1 where there is one."""
    found = list(faults(folder))
    print("\n".join(found) or f"{folder} stands on its own")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
