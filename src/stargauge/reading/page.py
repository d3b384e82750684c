"""The text of an HTML page, read with the standard library only: paragraphs apart, without scripts and what is not shown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_HIDDEN = frozenset({"script", "style", "noscript", "template", "head", "svg"})
_BLOCKS = frozenset({
    "p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol",
    "blockquote", "figure", "figcaption", "table", "tr", "td", "th", "pre", "form", "dl", "dt", "dd", "hr",
})  # fmt: skip
_PAGE = re.compile(r"\s*(?:<!doctype\s+html|<html|<head|<body|<!--)", re.I)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """A marked section that is none is passed over; the library asserts that there is no such thing."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block starts a paragraph; what is hidden is passed over."""
        self.hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A block ends a paragraph."""
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        if tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        """Text that is shown; line breaks of the source are spaces."""
        if not self.hidden:
            self.parts.append(re.sub(r"[ \t\r\n\f]+", " ", data))


def is_page(text: str) -> bool:
    """Whether a text starts like an HTML page."""
    return _PAGE.match(text[:2000]) is not None


def text_of_page(page: str) -> str:
    """The text that a page shows, paragraphs apart by an empty line."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    paragraphs = [re.sub(r" *\n *", "\n", part).strip(" \n") for part in re.split(r"\n\n+", "".join(reader.parts))]
    return "\n\n".join(part for part in paragraphs if part)
