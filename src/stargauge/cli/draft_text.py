"""The text that `stargauge draft` reads: a file, standard input, a capture, or an address that is captured first."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from stargauge.cli import evidence
from stargauge.quantity.errors import Fault, InputError, system_text
from stargauge.quantity.spoken import say

if TYPE_CHECKING:
    from stargauge.evidence.archive import Entry
    from stargauge.evidence.workspace import Workspace

#: A text may have so many bytes.
LARGEST = 20 * 2**20
_CAPTURE = re.compile(r"[Cc]-?\d{1,18}")


@dataclass(frozen=True)
class Material:
    """A text, whether each of its lines is a paragraph, and the capture that holds it with its folder."""

    text: str
    blocks: bool = False
    capture: Entry | None = None
    archive: Workspace | None = None


@contextmanager
def material(asked: argparse.Namespace) -> Iterator[Material]:
    """The text asked for. Where decisions on it are to be kept, its folder stays open for writing until the end."""
    name: str = asked.article
    if asked.evidence is None:
        if is_address(name):
            raise InputError(
                say(
                    '"{name}" is an address: with --evidence DIR it is captured into that folder and then read; or save the '
                    "page and name its file",
                    name=name,
                )
            )
        if _CAPTURE.fullmatch(name) and not Path(name).exists():
            raise InputError(say('"{name}" is a capture: name the folder that holds it with --evidence DIR', name=name))
        yield text_of(name)
        return
    if not is_address(name) and not _CAPTURE.fullmatch(name):
        raise InputError(
            say(
                'with --evidence a capture (such as C-17) or an address is read; got "{name}": capture the file first, '
                "with `stargauge evidence capture {name} --evidence {evidence}`, and name what comes of it",
                name=name,
                evidence=asked.evidence,
            )
        )
    with evidence.opened(asked, write=is_address(name) or asked.review) as archive:
        entry = _captured(archive, asked) if is_address(name) else archive.find(name)
        yield _of_capture(archive, entry)


def _captured(archive: Workspace, asked: argparse.Namespace) -> Entry:
    from stargauge.evidence.capture.capture import Options, capture
    from stargauge.evidence.capture.guard import Guard

    method = "bluesky" if asked.article.startswith("at:") else "web"
    entry = capture(archive, asked.article, method, Options(guard=Guard(frozenset(asked.allow_private)), apart=True))
    print(say("captured: {id}", id=entry.id), file=sys.stderr)
    return entry


def _of_capture(archive: Workspace, entry: Entry) -> Material:
    if entry.kind != "capture":
        raise InputError(
            say("{id} is of kind {kind}; expected a capture, such as C-17 (see `stargauge evidence list`)", id=entry.id, kind=entry.kind)
        )
    if "text" not in entry.payloads:
        raise InputError(
            say("{id} holds no text (it has: {payloads}); draft reads pages and posts", id=entry.id, payloads=", ".join(entry.payloads))
        )
    body = archive.payload(entry, "text")
    if len(body) > LARGEST:
        raise InputError(say("the text of {id} has more than {largest:,} bytes", id=entry.id, largest=LARGEST))
    status = entry.about.get("status")
    if isinstance(status, int) and status >= 400:
        told = say("note: {id} is an answer with status {status}, so perhaps not the page that was asked for", id=entry.id, status=status)
        print(told, file=sys.stderr)
    for fault in ("error", "truncated"):
        if entry.about.get(fault):
            why = entry.about.get("message") or entry.about[fault]
            print(say("note: {id} is not whole: {why}", id=entry.id, why=why), file=sys.stderr)
            break
    return Material(body.decode("utf-8", "replace"), True, entry, archive)


# --- files ------------------------------------------------------------------------------------------------------------------------


def text_of(asked: str) -> Material:
    """The text of a file or of standard input (`-`). A page becomes its text."""
    if asked == "-":
        return _text(sys.stdin.buffer.read(LARGEST + 1), False, say("standard input"))
    path = Path(asked)
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(Fault(say("cannot be read: {why}", why=system_text(error)), file=asked)) from None
    return _text(body, path.suffix.lower() in (".html", ".htm", ".xhtml"), asked)


def is_address(asked: str) -> bool:
    """Whether it names something to be fetched."""
    return asked.startswith(("http://", "https://", "at://"))


def _text(body: bytes, page: bool, name: str) -> Material:
    from stargauge.reading.page import is_page, text_of_page

    if len(body) > LARGEST:
        raise InputError(Fault(say("has more than {largest:,} bytes; expected a text", largest=LARGEST), file=name))
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not page:
            raise InputError(Fault(say("is not UTF-8 (byte {start:,}); save it as UTF-8", start=error.start), file=name)) from None
        text = body.decode("cp1252", "replace")
    return Material(_captured_text(body) or text_of_page(text), True) if page or is_page(text) else Material(text)


def _captured_text(body: bytes) -> str:
    """The text that a capture keeps of a page, so that places agree with it; nothing where captures are not installed."""
    try:
        return str(import_module("stargauge.evidence.capture.text").page_text(body).text)
    except ImportError:
        return ""
