"""Files that a person supplies: a page, a capture by a browser or another tool, a picture, an export of an account.

What such a file shows was not fetched by us. It is kept as it came and marked `user_supplied` (an account's export: `archive_export`), with
the time that the file itself states beside our own. `read_supplied` finds out what a file is by its content, reads the document inside, and
raises InputError with everything that is wrong with it. Nothing is unpacked to a disk, followed or run.
"""

from __future__ import annotations

import email
import email.policy
import email.utils
import json
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stargauge.evidence.capture.items import Thread, read_time
from stargauge.evidence.capture.links import joined
from stargauge.evidence.capture.text import PageText, is_page, media_type, page_text
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

#: The largest file that is read, and the most that its packed parts may hold together.
LARGEST = 512 * 1024 * 1024
UNPACKED = 1024 * 1024 * 1024
PARTS = 20_000
SECRET = ("authorization", "cookie", "set-cookie", "proxy-authorization")


@dataclass(frozen=True)
class Document:
    """One page inside a supplied file, as the file states it."""

    url: str
    body: bytes
    content_type: str
    time: datetime | None = None
    status: int | None = None


@dataclass(frozen=True)
class Supplied:
    """What a supplied file is and states. `stated`: the time by the clock of whoever made it; `notes`: what a reader should know."""

    kind: str
    media: str
    terms: str = "user_supplied"
    url: str = ""
    stated: datetime | None = None
    status: int | None = None
    text: PageText | None = None
    title: str = ""
    thread: Thread | None = None
    documents: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_file(path: Path) -> bytes:
    """A file's bytes. Raises InputError where it is missing, no file, empty or too large."""
    if not path.is_file():
        raise InputError(Fault(say("there is no such file"), file=str(path)))
    size = path.stat().st_size
    if not size:
        raise InputError(Fault(say("the file is empty"), file=str(path)))
    if size > LARGEST:
        raise InputError(
            Fault(
                say(
                    "the file has {size:,} bytes; at most {largest:,} are read. Supply the part that shows the item",
                    size=size,
                    largest=LARGEST,
                ),
                file=str(path),
            )
        )
    return path.read_bytes()


def read_supplied(data: bytes, name: str, target: str = "") -> Supplied:
    """What a file holds; `target`: the URL of interest where a file holds several pages. Raises InputError with all its faults."""
    from stargauge.evidence.capture import supplied_archives, x_archive

    readers = {
        "html": _html, "mhtml": _mhtml, "har": _har, "png": _picture, "jpeg": _picture, "webp": _picture, "pdf": _picture,
        "warc": supplied_archives.read_warc, "wacz": supplied_archives.read_wacz, "x_archive": x_archive.read_x_archive,
    }  # fmt: skip
    try:
        return readers[kind_of(data, name)](data, name, target)
    except InputError as error:
        raise InputError([_in_file(fault, name) for fault in error.faults]) from None
    except RecursionError:
        raise InputError(Fault(say("it is nested deeper than any such file is"), file=name)) from None


def _in_file(fault: Fault, name: str) -> Fault:
    return fault if fault.file else Fault(fault.message, fault.path, name, fault.line, fault.column)


def kind_of(data: bytes, name: str) -> str:
    """What a file is, by its first bytes; a name alone decides nothing. Raises InputError for what is none of ours."""
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    marks = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"%PDF-", "pdf"), (b"WARC/", "warc"), (b"\x1f\x8b", "warc"))
    for mark, kind in marks:
        if data.startswith(mark):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[:4] == b"PK\x03\x04":
        from stargauge.evidence.capture.supplied_archives import zip_kind

        return zip_kind(data)
    if re.match(rb"window\.YTD\.", start) or (start[:1] == b"[" and b'"full_text"' in data[:65536]):
        return "x_archive"
    if start[:1] == b"{" and re.search(rb'"log"\s*:\s*\{', start):
        return "har"
    if re.match(rb"(?:[\w-]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){1,40}", start) and re.search(rb"(?im)^mime-version\s*:", start):
        return "mhtml"
    if is_page("", data) or (Path(name).suffix.lower() in (".html", ".htm", ".xhtml") and b"\x00" not in start and b"<" in start):
        return "html"
    raise InputError(
        Fault(
            say("expected HTML, MHTML, HAR, WARC, WACZ, PNG, JPEG, WebP, PDF or an export of an X account; it begins like none of these"),
            file=name,
        )
    )


def of_document(document: Document, kind: str, media: str, **more: Any) -> Supplied:
    """A supplied file whose main content is one document."""
    text = page_text(document.body, document.content_type) if is_page(document.content_type, document.body) else None
    notes = [*more.pop("notes", ())]
    url = document.url if joined(document.url, "") else ""
    if document.url and not url:
        notes.append(say("the address that the file states for the page cannot be read"))
    if text is None:
        media_told = media_type(document.content_type) or say("of no stated type")
        notes.append(say('no text was taken: the content is "{type}"', type=media_told))
    elif text.fault:
        notes.append(say("no text was taken: {why}", why=text.fault))
    return Supplied(
        kind, media, url=url, stated=document.time, status=document.status, text=text, title=text.title if text else "",
        notes=tuple(notes), **{"documents": 1, **more},
    )  # fmt: skip


def _html(data: bytes, name: str, target: str) -> Supplied:
    saved = re.search(rb"<!-- saved from url=\(\d+\)(\S+) -->", data[:4096])
    canonical = re.search(rb"<link[^>]{0,300}rel=[\"']?canonical[\"']?[^>]{0,300}>", data[: 256 * 1024], re.IGNORECASE)
    href = re.search(rb"href=[\"']([^\"']{1,2000})", canonical.group()) if canonical else None
    stated = saved[1] if saved else href[1] if href else b""
    return of_document(Document(stated.decode("utf-8", "replace"), data, "text/html"), "html", "text/html")


def _mhtml(data: bytes, name: str, target: str) -> Supplied:
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    parts = []
    for part in message.walk():
        parts.append(part)
        if len(parts) > PARTS:
            raise InputError(Fault(say("it has more than {parts:,} parts", parts=PARTS)))
    page = next((part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")), None)
    if page is None:
        raise InputError(Fault(say("it has no part that is a page (text/html)")))
    body = page.get_payload(decode=True)
    if not isinstance(body, bytes) or not body:
        raise InputError(Fault(say("its page is empty")))
    url = str(message.get("Snapshot-Content-Location") or page.get("Content-Location") or "").strip()
    charset = page.get_param("charset")
    kind = f"text/html; charset={charset}" if isinstance(charset, str) else "text/html"
    notes = ["the file has faults as a MIME message"] if any(part.defects for part in parts) else []
    document = Document(url, body, kind, _mail_date(str(message.get("Date") or "")))
    return of_document(document, "mhtml", "multipart/related", facts={"parts": len(parts)}, notes=notes)


def _mail_date(text: str) -> datetime | None:
    try:
        made = email.utils.parsedate_to_datetime(text)
        return (made if made.tzinfo else made.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _har(data: bytes, name: str, target: str) -> Supplied:
    read = as_json(data)
    log = read.get("log") if isinstance(read, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list) or not entries:
        raise InputError(Fault(say("expected log.entries with at least one request"), "log.entries"))
    found, faults, secrets = [], [], 0
    for at, entry in enumerate(entries):
        try:
            sent = [one for side in ("request", "response") for one in entry[side].get("headers", ())]
            secrets += any(str(one["name"]).lower() in SECRET for one in sent)
            if document := _har_document(entry):
                found.append(document)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as wrong:
            faults.append(
                Fault(say("cannot be read: {kind}: {wrong}", kind=type(wrong).__name__, wrong=problem(str(wrong))), f"log.entries[{at}]")
            )
    if faults:
        raise InputError(faults[:20])
    told = f"{secrets:,} request{'s carry' if secrets > 1 else ' carries'}"
    notes = [f"{told} cookies or passwords: whoever gets this file can use them"] if secrets else []
    return of_document(
        main_document(found, target), "har", "application/json", documents=len(found), facts={"requests": len(entries)}, notes=notes
    )


def _har_document(entry: Mapping[str, Any]) -> Document | None:
    answer = entry["response"]
    content, text = answer["content"], answer["content"].get("text")
    if not isinstance(text, str) or not is_page(str(content.get("mimeType", "")), text[:1024].encode("utf-8", "replace")):
        return None
    if content.get("encoding") == "base64":
        import base64

        return Document(
            str(entry["request"]["url"]), base64.b64decode(text, validate=True), str(content.get("mimeType", "")),
            read_time(str(entry["startedDateTime"])), int(answer["status"]),
        )  # fmt: skip
    kind = media_type(str(content.get("mimeType", ""))) + "; charset=utf-8"  # the file holds characters already
    return Document(
        str(entry["request"]["url"]), text.encode("utf-8", "replace"), kind, read_time(str(entry["startedDateTime"])), int(answer["status"])
    )  # fmt: skip


def main_document(found: list[Document], target: str, first: str = "") -> Document:
    """The page of interest: that of the target, else the one a list of pages names first, else the first answered well, else the first."""
    if not found:
        raise InputError(Fault(say("it holds no page (text/html or text/plain)")))
    if target:
        bare = target.partition("#")[0]
        if made := [one for one in found if one.url.partition("#")[0] in (bare, bare + "/")]:
            return next((one for one in made if one.status == 200), made[0])
        from stargauge.quantity.errors import did_you_mean

        urls = list(dict.fromkeys(one.url for one in found))
        raise InputError(
            Fault(
                say(
                    "it holds no page of {target}{near} (it has {count}: {urls})",
                    target=target,
                    near=did_you_mean(target, urls),
                    count=len(urls),
                    urls=", ".join(urls[:5]),
                )
            )
        )
    listed = [one for one in found if first and one.url == first]
    return next((one for one in (*listed, *found) if one.status in (200, None)), found[0])


def as_json(data: bytes) -> Any:
    """JSON of a file. Raises InputError with the place of the fault."""
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as wrong:
        raise InputError(Fault(say("it is not UTF-8 at byte {start:,}", start=wrong.start))) from None
    except json.JSONDecodeError as wrong:
        raise InputError(Fault(say("it is not JSON: {msg}", msg=problem(wrong)), line=wrong.lineno, column=wrong.colno)) from None
    except ValueError as wrong:
        raise InputError(Fault(say("it is not JSON that can be read: {wrong}", wrong=problem(str(wrong))))) from None


def _picture(data: bytes, name: str, target: str) -> Supplied:
    kind = kind_of(data, name)
    if kind == "pdf":
        end = [] if b"%%EOF" in data[-2048:] else ["the file seems cut off: its end mark is missing"]
        return Supplied("pdf", "application/pdf", notes=("no text was taken from the file", *end))
    facts: dict[str, int] = {}
    notes = ["a picture alone: anyone can draw one; look for a capture of the page or the record itself"]
    if kind == "png":
        if len(data) < 33 or data[12:16] != b"IHDR":
            raise InputError(Fault(say("it begins like a PNG but has no picture header")))
        facts["width"], facts["height"] = struct.unpack(">II", data[16:24])
        if b"IEND" not in data[-16:]:
            notes.append("the file seems cut off: its end mark is missing")
    return Supplied(kind, f"image/{kind}", facts=facts, notes=tuple(notes))
