"""The text of a page: one fixed algorithm with a version, so that offsets into a text mean the same for good.

`VERSION` names the algorithm; it changes with any change that could alter a text, and earlier captures keep theirs. Version 1: bytes are
decoded by byte-order mark, then the charset of the header, then that of a `meta` tag, then UTF-8 where valid, else Windows-1252; the page
is parsed as HTML5 (lexbor); scripts, styles and embedded documents are left out; a block begins a new line, a cell of a table a tab; white
space of HTML (not the no-break space) becomes one space, except in `pre` and `textarea`; empty lines are dropped. Nothing else is changed.

Pages are hostile: parsing a long one takes place in a process of its own that may use only so much time and memory.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

VERSION = "stargauge-text/1"
#: Longer pages are parsed in their own process: some page of this length takes the parser half a second, and the time grows as the square.
OWN_PROCESS_BYTES = 64 * 1024
SECONDS = 20
MEMORY = 2 * 1024**3
#: A longer page is not parsed whose elements stand deeper within each other, or whose tags cost the parser more: the sum of their depths.
DEEPEST = 10_000
COST = 60_000_000
#: Elements without an end, or whose end need not be written.
OPEN_ENDED = frozenset({
    "area", "base", "br", "col", "colgroup", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "optgroup", "option", "p",
    "param", "rp", "rt", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
})  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
#: All that the other process learns of ours.
PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT")
LONGEST = 32 * 1024 * 1024

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html",
    "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre", "search", "section", "summary", "table", "tbody",
    "tfoot", "thead", "textarea", "tr", "ul",
})  # fmt: skip
LEFT_OUT = frozenset({
    "audio", "canvas", "head", "iframe", "math", "noembed", "noframes", "noscript", "object", "script", "style", "svg", "template", "title",
    "video",
})  # fmt: skip
SPACE = re.compile(r"[ \t\n\f\r]+")
#: Names of encodings as pages write them, by the WHATWG's reading: what browsers would use.
ENCODINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252",
    "iso8859-1": "cp1252", "iso-8859-15": "iso8859-15", "iso-8859-2": "iso8859-2", "iso-8859-5": "iso8859-5", "iso-8859-7": "iso8859-7",
    "iso-8859-9": "cp1254", "koi8-r": "koi8-r", "koi8-u": "koi8-u", "macintosh": "mac-roman", "gb2312": "gb18030", "gbk": "gb18030",
    "gb18030": "gb18030", "big5": "big5hkscs", "euc-jp": "euc-jp", "shift_jis": "cp932", "shift-jis": "cp932", "iso-2022-jp": "iso2022-jp",
    "euc-kr": "cp949", "utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
} | {f"windows-{page}": f"cp{page}" for page in (*range(1250, 1259), 874)}  # fmt: skip
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True)
class PageText:
    """A page's text and title, the encoding it was decoded from, and why there is no text where there is none."""

    text: str
    title: str = ""
    encoding: str = "utf-8"
    fault: str = ""
    version: str = VERSION

    @property
    def sha256(self) -> str:
        """Hash of the text as UTF-8; empty where there is no text for a fault."""
        return "" if self.fault else hashlib.sha256(self.text.encode()).hexdigest()


def media_type(content_type: str) -> str:
    """`text/html` of `Text/HTML; charset=utf-8`."""
    return content_type.partition(";")[0].strip().lower()


def is_page(content_type: str, body: bytes) -> bool:
    """Whether a body has a text: HTML or plain text by its type, or HTML by its first bytes where no type is given."""
    kind = media_type(content_type)
    if kind in ("text/html", "application/xhtml+xml", "text/plain"):
        return True
    return not kind and bool(re.match(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", body[:1024], re.IGNORECASE))


def page_text(body: bytes, content_type: str = "text/html") -> PageText:
    """The text of a page's bytes. Never raises for what the page holds."""
    text, encoding = decoded(body, content_type)
    if media_type(content_type) == "text/plain":
        return PageText(text.replace("\r\n", "\n").replace("\r", "\n"), encoding=encoding)
    if len(body) > LONGEST:
        return PageText("", encoding=encoding, fault=f"the page has {len(body):,} bytes; text is taken of at most {LONGEST:,}")
    if len(body) <= OWN_PROCESS_BYTES:
        return extracted(text, encoding)
    fault = _built_to_cost(text)
    return PageText("", encoding=encoding, fault=fault) if fault else _apart(text, encoding)


def _built_to_cost(page: str) -> str:
    """Why a page is not parsed, or an empty text; in time that grows with its length alone."""
    depth = cost = 0
    within = ""
    for tag in _TAG.finditer(page):
        name = tag[2].lower()
        if within:
            within = "" if tag[1] and name == within else within
        elif name in OPEN_ENDED:
            cost += depth
        elif tag[1]:
            depth = max(depth - 1, 0)
            cost += depth
        elif name in ("script", "style"):
            within = name
        else:
            depth += 1
            cost += depth
        if depth > DEEPEST or cost > COST:
            return (
                f"the page is built so that reading it would take too long: its elements stand {depth:,} deep after {tag.start():,} signs"
            )
    return ""


def decoded(body: bytes, content_type: str) -> tuple[str, str]:
    """The characters of a body and the encoding used; what is broken becomes U+FFFD."""
    for mark, encoding in MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace"), encoding
    stated = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    encoding = ENCODINGS.get(stated[1].lower(), "") if stated else ""
    if not encoding and (inside := re.search(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", body[:1024], re.IGNORECASE)):
        encoding = ENCODINGS.get(inside[1].decode("latin-1").lower(), "")
        encoding = "utf-8" if encoding.startswith("utf-16") else encoding  # a meta tag that could be read is not UTF-16
    if not encoding:
        try:
            return body.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            encoding = "cp1252"
    return body.decode(encoding, "replace"), encoding


def extracted(page: str, encoding: str = "utf-8") -> PageText:
    """The text of a page's characters, in this process."""
    from selectolax.lexbor import LexborHTMLParser

    try:
        tree = LexborHTMLParser(page)
    except Exception as wrong:  # the parser's own errors have no common class
        return PageText("", encoding=encoding, fault=f"the page cannot be parsed: {wrong}")
    title = tree.css_first("head > title")
    return PageText(_text_of(tree.root), SPACE.sub(" ", title.text()).strip() if title else "", encoding)


def _text_of(root: LexborNode | None) -> str:
    """Every text below a node, by lines. Without recursion: depth is the page's choice."""
    lines = _Lines()
    node: Any = root
    while node is not None:
        tag = node.tag
        if tag == "-text":
            lines.add(node.text_content or "")
        elif tag not in LEFT_OUT and not tag.startswith("-"):
            lines.enter(tag)
            if node.child is not None:
                node = node.child
                continue
            lines.leave(tag)
        while node is not None and node.next is None:
            node = node.parent
            if node is not None:
                lines.leave(node.tag)
        node = node.next if node is not None else None
    return lines.whole()


class _Lines:
    """Lines as they are built."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.line: list[str] = []
        self.kept = 0

    def enter(self, tag: str) -> None:
        if tag in BLOCKS or tag == "br":
            self._end()
        elif tag in ("td", "th") and self.line:
            self.line.append("\t")
        self.kept += tag in ("pre", "textarea")

    def leave(self, tag: str) -> None:
        if tag in BLOCKS:
            self._end()
        self.kept -= tag in ("pre", "textarea")

    def add(self, text: str) -> None:
        if not self.kept:
            self.line.append(SPACE.sub(" ", text))
            return
        first, *more = re.split(r"\r\n|\r|\n", text)
        self.line.append(first)
        for one in more:
            self._end()
            self.line.append(one)

    def _end(self) -> None:
        if self.line:
            made = "".join(self.line)
            if not self.kept:
                made = re.sub(r" *\t *", "\t", re.sub(r" {2,}", " ", made))
            if made.strip(" \t\n\f\r"):
                self.done.append(made.rstrip(" \t\f") if self.kept else made.strip(" \t\f"))
            self.line = []

    def whole(self) -> str:
        self._end()
        return "\n".join(self.done)


def of_markup(markup: str) -> str:
    """The text of a short piece of markup, such as an entry of a feed: lines without tags, in time that grows with its length alone.

    Not the text of a page: it is for items, and no offsets refer to it.
    """
    parts: list[str] = []
    skipped = ""
    for token in re.split(r"(<[^<>]*>)", markup):
        tag = re.match(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", token) if token.endswith(">") else None
        name = tag[2].lower() if tag else ""
        if skipped:
            skipped = "" if tag and tag[1] and name == skipped else skipped
        elif name in ("script", "style"):
            skipped = name if not tag or not tag[1] else ""
        elif name == "br" or name in BLOCKS:
            parts.append("\n")
        elif not tag and not (token.startswith("<!") and token.endswith(">")):
            parts.append(SPACE.sub(" ", html.unescape(token)))
    lines = (re.sub(r" {2,}", " ", line).strip(" ") for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _apart(page: str, encoding: str) -> PageText:
    """The same in a process of its own with limits of time and memory."""
    home = str(Path(__file__).parents[3])
    code = f"import sys; sys.path.insert(0, {home!r}); from stargauge.evidence.capture.text import main; main()"
    try:
        made = subprocess.run(  # noqa: S603 - our own code, which gets the page as data
            [sys.executable, "-c", code], input=page.encode("utf-8", "replace"), capture_output=True, timeout=SECONDS,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return PageText("", encoding=encoding, fault=f"the page is built so that reading it takes more than {SECONDS} s")
    if made.returncode:
        return PageText("", encoding=encoding, fault=f"the page made the parser stop (exit code {made.returncode})")
    answer = json.loads(made.stdout)
    return PageText(answer["text"], answer["title"], encoding, answer["fault"])


def main() -> None:
    """A page's characters as UTF-8 on standard input, its text as JSON on standard output."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass  # the limit of time holds in any case
    made = extracted(sys.stdin.buffer.read().decode())
    sys.stdout.write(json.dumps({"text": made.text, "title": made.title, "fault": made.fault}))
