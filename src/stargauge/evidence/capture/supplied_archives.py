"""Supplied web archives: WARC (plain or gzip) and WACZ, read within limits, each stated digest checked."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr
from datetime import datetime
from typing import IO, Any

from stargauge.evidence.capture import supplied
from stargauge.evidence.capture.items import read_time
from stargauge.evidence.capture.supplied import Document, Supplied
from stargauge.evidence.capture.text import is_page
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

#: The longest single page that is read out of an archive.
PAGE = 64 * 1024 * 1024


def read_warc(data: bytes, name: str, target: str) -> Supplied:
    """A WARC file: its page of interest. Raises InputError with every record whose digest does not match."""
    made = _Warc()
    made.read(data)
    if made.faults:
        raise InputError(made.faults[:20])
    document = supplied.main_document(made.pages, target)
    facts = {"records": made.records}
    return supplied.of_document(document, "warc", "application/warc", documents=len(made.pages), facts=facts, notes=made.notes)


class _Warc:
    """Records as they are read, over one or several files."""

    def __init__(self, budget: int | None = None) -> None:
        self.pages: list[Document] = []
        self.faults: list[Fault] = []
        self.notes: list[str] = []
        self.records = 0
        self.left = supplied.UNPACKED if budget is None else budget

    def read(self, data: bytes, file: str = "") -> None:
        """All records of one file."""
        from warcio.archiveiterator import ArchiveIterator

        records = ArchiveIterator(io.BytesIO(self._plain(data, file)), check_digests=True)
        try:
            with redirect_stderr(io.StringIO()):  # the library would write what the file holds to the terminal
                for record in records:
                    self.records += 1
                    if self.records > supplied.PARTS * 10:
                        raise InputError(Fault(say("it has more than {parts:,} records", parts=supplied.PARTS * 10), file))
                    self._one(record, file)
        except InputError:
            raise
        except Exception as wrong:  # the parser's own errors have no common class
            self.faults.append(
                Fault(
                    say(
                        "cannot be read after record {records}: {wrong}",
                        records=self.records,
                        wrong=str(wrong).strip() or type(wrong).__name__,
                    ),
                    file,
                )
            )
        if records.err_count:
            self.notes.append(say("a record does not end where it states: its length, or what follows it, is wrong"))
        if not self.records and not self.faults:
            self.faults.append(Fault(say("it has no records"), file))

    def _one(self, record: Any, file: str) -> None:
        headers = record.http_headers
        wanted = record.rec_type in ("response", "resource") and (headers is None or is_page(headers.get_header("Content-Type") or "", b""))
        body = _limited(record.content_stream() if wanted else record.raw_stream, PAGE if wanted else None)
        if body is None:
            self.faults.append(Fault(say("a page unpacks to more than {page:,} bytes", page=PAGE), f"{file or 'record'} {self.records}"))
            return
        if record.digest_checker.passed is False:
            problems = "; ".join(str(one) for one in record.digest_checker.problems)
            self.faults.append(
                Fault(say("record {records} does not match its digest: {problems}", records=self.records, problems=problems), file)
            )
        kind = (headers.get_header("Content-Type") if headers else record.rec_headers.get_header("Content-Type")) or ""
        if wanted and is_page(kind, body):
            status = int(code) if headers and (code := headers.get_statuscode() or "").isdecimal() else None
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            self.pages.append(Document(url, body, kind, _time(record.rec_headers.get_header("WARC-Date")), status))

    def _plain(self, data: bytes, file: str) -> bytes:
        """The file without gzip, within what is left of the limit."""
        if data[:2] != b"\x1f\x8b":
            self.left -= len(data)
        else:
            made, rest = bytearray(), data
            try:
                while rest:
                    engine = zlib.decompressobj(31)
                    made += engine.decompress(rest, max(self.left - len(made), 0) + 1)
                    if len(made) > self.left:
                        break
                    if not engine.eof:
                        self.faults.append(Fault(say("it is cut off within a packed record"), file))
                        break
                    rest = engine.unused_data
            except zlib.error as wrong:
                self.faults.append(Fault(say("it is not gzip as it should be: {wrong}", wrong=problem(str(wrong))), file))
            data = bytes(made)
            self.left -= len(data)
        if self.left < 0:
            raise InputError(Fault(say("it unpacks to more than {unpacked:,} bytes", unpacked=supplied.UNPACKED), file))
        return data


def _limited(stream: IO[bytes], limit: int | None) -> bytes | None:
    """A stream's bytes, or None where there are more; without a limit it is read and let go."""
    kept = bytearray()
    while piece := stream.read(65536):
        if limit is not None:
            kept += piece
            if len(kept) > limit:
                return None
    return bytes(kept)


def _time(text: str | None) -> datetime | None:
    try:
        return read_time(text or "")
    except ValueError:
        return None


def opened(data: bytes) -> zipfile.ZipFile:
    """A zip file, after its list of contents was checked against the limits. Raises InputError with all faults."""
    try:
        made = zipfile.ZipFile(io.BytesIO(data))
        listed = made.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RecursionError) as wrong:
        raise InputError(Fault(say("it is a broken zip file: {wrong}", wrong=problem(str(wrong))))) from None
    faults = []
    if len(listed) > supplied.PARTS:
        faults.append(Fault(say("it has {listed:,} parts; at most {parts:,} are read", listed=len(listed), parts=supplied.PARTS)))
    if (total := sum(one.file_size for one in listed)) > supplied.UNPACKED:
        faults.append(
            Fault(say("it unpacks to {total:,} bytes; at most {unpacked:,} are unpacked", total=total, unpacked=supplied.UNPACKED))
        )
    faults += [Fault(say("is encrypted"), one.filename) for one in listed[: supplied.PARTS] if one.flag_bits & 1]
    names = [one.filename for one in listed]
    if len(set(names)) < len(names):
        faults.append(Fault(say("has two parts of one name, so that two programs may read two things")))
    if faults:
        raise InputError(faults[:20])
    return made


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part of a zip file. Raises InputError where it is broken or larger than it states."""
    stated = archive.getinfo(name).file_size
    try:
        with archive.open(name) as stream:
            data = stream.read(stated + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as wrong:
        raise InputError(Fault(say("cannot be unpacked: {wrong}", wrong=problem(str(wrong))), name)) from None
    if len(data) != stated:
        raise InputError(Fault(say("states {stated:,} bytes and has another number", stated=stated), name))
    return data


def zip_kind(data: bytes) -> str:
    """WACZ, or the export of an X account."""
    with opened(data) as archive:
        names = set(archive.namelist())
    if "datapackage.json" in names:
        return "wacz"
    if any(name.rpartition("/")[2] in ("tweets.js", "tweet.js", "account.js") for name in names):
        return "x_archive"
    raise InputError(Fault(say("the zip file is neither WACZ (datapackage.json) nor an export of an X account (data/tweets.js)")))


def read_wacz(data: bytes, name: str, target: str) -> Supplied:
    """A WACZ file: every resource against its stated hash, then the page of interest. Raises InputError with all faults."""
    with opened(data) as archive:
        package = supplied.as_json(part(archive, "datapackage.json"))
        faults = list(_resource_faults(archive, package))
        if faults:
            raise InputError(faults[:20])
        pages = _pages(archive)
        made = _Warc()
        for one in sorted(archive.namelist()):
            if one.startswith("archive/") and one.endswith((".warc", ".warc.gz")):
                made.read(part(archive, one), one)
        signed = "datapackage-digest.json" in archive.namelist() and b"signedData" in part(archive, "datapackage-digest.json")
    if made.faults:
        raise InputError(made.faults[:20])
    notes = [*made.notes, *(["the file carries a signature, which was not checked"] if signed else [])]
    document = supplied.main_document(made.pages, target, pages[0] if pages else "")
    facts = {"records": made.records, "pages": len(pages), "software": str(package.get("software", ""))}
    return supplied.of_document(document, "wacz", "application/wacz", documents=len(made.pages), facts=facts, notes=notes)


def _resource_faults(archive: zipfile.ZipFile, package: Any) -> Iterator[Fault]:
    resources = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(resources, list):
        yield Fault(say("expected a list of resources"), "datapackage.json")
        return
    names = set(archive.namelist())
    for at, one in enumerate(resources):
        path, stated = (str(one.get(key, "")) for key in ("path", "hash")) if isinstance(one, dict) else ("", "")
        if path not in names:
            yield Fault(say('names "{path}", which is not there', path=path), f"datapackage.json resources[{at}]")
            continue
        kind, _, digest = stated.partition(":")
        if kind not in ("sha256", "md5", "sha1", "sha512"):
            yield Fault(say('states no hash that can be checked ("{stated}")', stated=stated[:80]), path)
        elif hashlib.new(kind, part(archive, path), usedforsecurity=False).hexdigest() != digest.lower():
            yield Fault(say("does not match its stated hash"), path)
    listed = {str(one.get("path", "")) for one in resources if isinstance(one, dict)}
    for path in sorted(names - listed - {"datapackage.json", "datapackage-digest.json"}):
        if not path.endswith("/"):
            yield Fault(say("is there without a stated hash"), path)


def _pages(archive: zipfile.ZipFile) -> list[str]:
    """URLs of the list of pages, in its order."""
    if "pages/pages.jsonl" not in archive.namelist():
        return []
    made = []
    for line in part(archive, "pages/pages.jsonl").splitlines():
        try:
            read = json.loads(line)
        except ValueError:
            continue
        if isinstance(read, dict) and isinstance(read.get("url"), str):
            made.append(read["url"])
    return made
