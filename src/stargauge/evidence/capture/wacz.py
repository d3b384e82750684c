"""Captures as one WACZ 1.1.1 file, for readers that replay web archives: an export, made anew each time; what is kept is the WARC.

A zip file with everything stored: the WARC of each capture, an index by address and time (CDXJ), a list of pages with their text, a package
file with the hash of each part, and a digest of the package file. The same captures give the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from stargauge.evidence.archive import Archive, Entry
from stargauge.evidence.capture.fetch import TOOL
from stargauge.evidence.capture.items import read_time
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

VERSION = "1.1.1"
#: Lines of the index that are packed together, so that a reader fetches only a part.
LINES = 1024
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Page:
    """One page of an export: its address, time and title as captured, its text, and its WARC file by name."""

    id: str
    url: str
    time: datetime
    title: str
    text: str
    name: str
    warc: bytes


def export(archive: Archive, entries: Iterable[Entry]) -> bytes:
    """The captures of an archive as a WACZ file. Raises InputError where an entry is no capture or its bytes were erased,
    with all faults."""
    pages, faults = [], []
    for entry in entries:
        if entry.kind != "capture" or "warc" not in entry.payloads:
            faults.append(say("{id} is no capture with a WARC", id=entry.id))
            continue
        try:
            text = archive.payload(entry, "text").decode("utf-8", "replace") if "text" in entry.payloads else ""
            url = str(entry.about.get("final_url") or entry.target)
            when = str(entry.about.get("started") or entry.about.get("added") or "")
            time = read_time(when) if when else entry.time
            warc = archive.payload(entry, "warc")
            name = f"{entry.id}.warc{'.gz' if warc.startswith(GZIP) else ''}"
            pages.append(Page(entry.id, url, time, str(entry.about.get("title", "")), text, name, warc))
        except InputError as error:
            faults += [f"{entry.id}: {fault}" for fault in error.faults]
    if faults or not pages:
        raise InputError("; ".join(faults) or say("there are no captures to export"))
    return packed(pages)


def packed(pages: Iterable[Page]) -> bytes:
    """A WACZ file of pages."""
    pages = sorted(pages, key=lambda page: (page.time, page.id))
    latest = max(page.time for page in pages)
    index, summary = _index(line for page in pages for line in index_lines(page.warc, page.name))
    parts = {f"archive/{page.name}": page.warc for page in pages}
    parts |= {"indexes/index.cdx.gz": index, "indexes/index.idx": summary, "pages/pages.jsonl": _pages(pages)}
    listed = [
        {"name": path.rpartition("/")[2].lower(), "path": path, "hash": _hash(data), "bytes": len(data)} for path, data in parts.items()
    ]
    package = {
        "profile": "data-package", "wacz_version": VERSION, "software": TOOL, "created": _seconds(latest), "mainPageUrl": pages[0].url,
        "mainPageDate": _seconds(pages[0].time), "resources": listed,
    }  # fmt: skip
    parts["datapackage.json"] = json.dumps(package, indent=2, ensure_ascii=False).encode()
    digest = {"path": "datapackage.json", "hash": _hash(parts["datapackage.json"])}
    parts["datapackage-digest.json"] = json.dumps(digest, indent=2).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for path, data in parts.items():
            info = zipfile.ZipInfo(path, (max(latest.year, 1980), *latest.timetuple()[1:6]))
            info.external_attr = 0o644 << 16
            made.writestr(info, data)
    return out.getvalue()


def index_lines(warc: bytes, name: str) -> Iterator[str]:
    """One line of CDXJ for each page or resource of a WARC file."""
    from warcio.archiveiterator import ArchiveIterator

    read = ArchiveIterator(io.BytesIO(warc))
    for record in read:
        url = record.rec_headers.get_header("WARC-Target-URI") or ""
        headers = record.http_headers
        offset, length = read.get_record_offset(), read.get_record_length()
        if record.rec_type not in ("response", "resource") or not url:
            continue
        kind = (headers.get_header("Content-Type") if headers else record.rec_headers.get_header("Content-Type")) or ""
        about: dict[str, Any] = {"url": url, "mime": kind.partition(";")[0].strip() or "unk"}
        if headers and headers.get_statuscode():
            about["status"] = headers.get_statuscode()
        about |= {
            "digest": record.rec_headers.get_header("WARC-Payload-Digest") or "", "length": str(length), "offset": str(offset),
            "filename": name,
            "recordDigest": _hash(warc[offset : offset + length]),
        }  # fmt: skip
        stamp = re.sub(r"\D", "", record.rec_headers.get_header("WARC-Date") or "")[:14]
        yield f"{sort_key(url)} {stamp} {json.dumps(about, ensure_ascii=False)}"


def sort_key(url: str) -> str:
    """An address in the order of indexes: the host from its end, without `www`, then path and sorted query, in small letters."""
    split = urlsplit(url)
    if split.scheme not in ("http", "https"):
        return url.lower().replace(" ", "%20")
    host = re.sub(r"^www\d*\.", "", (split.hostname or "").lower())
    reversed_host = ",".join(reversed(host.split(".")))
    port = f":{split.port}" if split.port and split.port not in (80, 443) else ""
    query = "&".join(sorted(split.query.lower().split("&"))) if split.query else ""
    return f"{reversed_host}{port}){split.path.lower() or '/'}{'?' + query if query else ''}".replace(" ", "%20")


def _index(lines: Iterable[str]) -> tuple[bytes, bytes]:
    """The index, packed by parts, and a summary that says where each part begins."""
    ordered = sorted(lines)
    made, summary = bytearray(), ['!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}']
    for at in range(0, len(ordered), LINES):
        part = gzip.compress("".join(f"{line}\n" for line in ordered[at : at + LINES]).encode(), mtime=0)
        key = " ".join(ordered[at].split(" ", 2)[:2])
        summary.append(f"{key} {json.dumps({'offset': len(made), 'length': len(part), 'digest': _hash(part)})}")
        made += part
    return bytes(made), "".join(f"{line}\n" for line in summary).encode()


def _pages(pages: Iterable[Page]) -> bytes:
    lines: list[Mapping[str, Any]] = [{"format": "json-pages-1.0", "id": "pages", "title": "Captures", "hasText": True}]
    lines += [
        {"id": page.id, "url": page.url, "ts": _seconds(page.time), "title": page.title or page.url, "text": page.text} for page in pages
    ]  # fmt: skip
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode()


def _hash(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _seconds(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
