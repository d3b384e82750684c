"""Other pages of a host that a page links to: when it is looked for later, they are what tells that the host itself answers."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit, urlunsplit

#: So many control items are tried until one is there, and so many links are kept.
CONTROLS = 3
#: Of a longer page only so much is read for links.
LONGEST = 1024 * 1024


def host_of(url: str) -> str:
    """The host of an address with its port where it names one; of an at-uri its repository."""
    return urlsplit(url).netloc.lower()


def joined(url: str, link: str) -> str:
    """Where a link on a page leads; empty where it is no address that can be read."""
    try:
        made = urljoin(url, link)
        return made if urlsplit(made) else ""
    except ValueError:
        return ""


def linked_controls(url: str, page: str) -> list[str]:
    """Addresses on the same host that a page links to, as deep as its own, in the order of the page."""
    reader = _Links()
    reader.feed(page[:LONGEST])
    depth = len([part for part in urlsplit(url).path.split("/") if part])
    found: dict[str, None] = {}
    for link in filter(None, (joined(url, link) for link in reader.links)):
        split = urlsplit(link)
        made = urlunsplit((split.scheme, split.netloc, split.path, split.query, ""))
        deep = len([part for part in split.path.split("/") if part]) >= max(depth, 1)
        if host_of(made) == host_of(url) and made != url and deep and split.scheme in ("http", "https"):
            found[made] = None
    return list(found)[:CONTROLS]


def about_links(url: str, body: bytes) -> dict[str, list[str]]:
    """The same as an entry keeps it; nothing where there is none."""
    links = [link.encode("utf-8", "replace").decode() for link in linked_controls(url, body[:LONGEST].decode("utf-8", "replace"))]
    return {"links": links} if links else {}


class _Links(HTMLParser):
    """The links of a page, up to a number that is enough."""

    MOST = 2000

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """A marked section that is none is passed over; the library asserts that there is no such thing."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep where a link leads."""
        if tag == "a" and len(self.links) < self.MOST:
            self.links += [value for name, value in attrs if name == "href" and value]
