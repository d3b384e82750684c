"""A capture as WARC/1.1: for each hop the exact bytes of request and response, and one record with everything known about the attempt.

warcio writes the records. Its own reading of HTTP headers is by-passed when writing, since it would write them anew: block and payload are
the bytes as they came over the connection, chunked or packed as they were. Record ids follow from the content: the same fetch gives the
same file.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import ssl
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from stargauge.evidence.capture.fetched import Exchange, Fetched

SPACE = uuid.UUID("5b0cd1d5-3b6c-5d2e-9d3a-6f0f0c1f7a55")
#: Before the URL of what is known about a capture: readers that replay must not take it for the page.
ABOUT = "urn:capture:"
HTTP = {"request": "application/http; msgtype=request", "response": "application/http; msgtype=response"}


def warc_of(*attempts: Fetched, packed: bool = True) -> bytes:
    """The WARC file of one or several attempts; `packed`: each record as its own gzip member, as readers expect of .warc.gz."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version="WARC/1.1")
    first = attempts[0]
    info = f"software: {first.tool}\r\nformat: WARC File Format 1.1\r\nconformsTo: http://iipc.github.io/warc-specifications/\r\n"
    writer.write_record(_record("warcinfo", "", first.started, info.encode(), "application/warc-fields", {}))
    for fetched in attempts:
        last = ""
        for exchange in fetched.exchanges:
            last = _write_exchange(writer, exchange)
        about = {**fetched.to_dict(), "certificates": certificates_of(fetched)}
        linked = {"WARC-Concurrent-To": last} if last else {}
        writer.write_record(_record("metadata", ABOUT + fetched.final_url, fetched.started, _json(about), "application/json", linked))
    return out.getvalue()


def certificates_of(fetched: Fetched) -> dict[str, str]:
    """Every certificate that a server sent, as PEM by its SHA-256."""
    chains = [hop.tls for hop in fetched.hops if hop.tls]
    return {
        name: ssl.DER_cert_to_PEM_cert(one) for tls in chains for name, one in zip(tls.fingerprints, tls.certificates, strict=False)
    }  # fmt: skip


def resource_warc(url: str, time: datetime, body: bytes, kind: str, about: Mapping[str, Any], tool: str, packed: bool = True) -> bytes:
    """The WARC file of content that came without an exchange over a connection of ours: a resource record and what is known about it."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version="WARC/1.1")
    writer.write_record(
        _record("warcinfo", "", time, f"software: {tool}\r\nformat: WARC File Format 1.1\r\n".encode(), "application/warc-fields", {})
    )
    resource = _record("resource", url, time, body, kind, {})
    writer.write_record(resource)
    linked = {"WARC-Concurrent-To": resource.rec_headers.get_header("WARC-Record-ID")}
    writer.write_record(_record("metadata", ABOUT + url, time, _json(about), "application/json", linked))
    return out.getvalue()


def _write_exchange(writer: WARCWriter, exchange: Exchange) -> str:
    """The response, then its request; returns the id of the record of the response, or of the request where nothing came."""
    more = {"WARC-IP-Address": exchange.address} | ({"WARC-Truncated": exchange.truncated} if exchange.truncated else {})
    name = ""
    if exchange.response:
        if (start := _payload_start("response", exchange)) is not None:
            answer = _record("response", exchange.url, exchange.time, exchange.response, HTTP["response"], more, start)
        else:  # what is no HTTP is kept as it came, under a name of its own
            answer = _record("resource", exchange.url, exchange.time, exchange.response, "application/octet-stream", more)
        name = answer.rec_headers.get_header("WARC-Record-ID")
        writer.write_record(answer)
    if (start := _payload_start("request", exchange)) is not None:
        linked = {"WARC-IP-Address": exchange.address} | ({"WARC-Concurrent-To": name} if name else {})
        request = _record("request", exchange.url, exchange.time, exchange.request, HTTP["request"], linked, start)
        writer.write_record(request)
        name = name or request.rec_headers.get_header("WARC-Record-ID")
    return name


def _payload_start(kind: str, exchange: Exchange) -> int | None:
    """Where the payload begins as readers see it, or None where the bytes are no HTTP message."""
    stream = io.BytesIO(exchange.response if kind == "response" else exchange.request)
    try:
        ArcWarcRecordLoader().load_http_headers(kind, exchange.url, stream, len(stream.getvalue()))
    except Exception:  # of the parser: its own class, EOFError, UnicodeError
        return None
    return stream.tell()


def _record(
    kind: str, url: str, time: datetime, block: bytes, content_type: str, more: Mapping[str, str], start: int | None = None
) -> ArcWarcRecord:  # fmt: skip
    date = time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    hashed = hashlib.sha256(block).digest()
    name = uuid.uuid5(SPACE, f"{kind} {url} {date} {hashed.hex()}")
    headers = [("WARC-Type", kind), ("WARC-Record-ID", f"<urn:uuid:{name}>"), ("WARC-Date", date)]
    headers += [("WARC-Target-URI", url)] if url else []
    headers += [*more.items(), ("WARC-Block-Digest", _digest(hashed))]
    if kind != "warcinfo":
        payload = hashlib.sha256(memoryview(block)[start:]).digest() if start else hashed
        headers.append(("WARC-Payload-Digest", _digest(payload)))
    return ArcWarcRecord(
        "warc", kind, StatusAndHeaders("", headers, protocol="WARC/1.1"), io.BytesIO(block), None, content_type, len(block)
    )  # fmt: skip


def _digest(hashed: bytes) -> str:
    return "sha256:" + base64.b32encode(hashed).decode()


def _json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
