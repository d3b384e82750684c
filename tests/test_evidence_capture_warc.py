"""Captures as WARC: the exact bytes, accepted by warcio's own check, whatever the server sent."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.capture_servers import certified, page, redirect, serving
from tests.test_evidence_capture_fetch import QUICK, asked, endless

pytest.importorskip("warcio")

from warcio.archiveiterator import ArchiveIterator
from warcio.cli import main as warcio

from stargauge.evidence.capture.fetched import Exchange, Fetched
from stargauge.evidence.capture.warc import resource_warc, warc_of

NOON = datetime(2025, 1, 22, 12, 0, 0, 123456, tzinfo=UTC)


def records(data: bytes) -> list[tuple[str, str, bytes]]:
    """Type, URL and block of each record, by warcio without its reading of HTTP."""
    read = ArchiveIterator(io.BytesIO(data), no_record_parse=True)
    return [(one.rec_type, one.rec_headers.get_header("WARC-Target-URI") or "", one.raw_stream.read()) for one in read]


def checked(data: bytes, folder: Path, name: str = "one.warc.gz") -> None:
    """warcio's own check finds nothing."""
    (folder / name).write_bytes(data)
    assert not check_of(folder / name)


def check_of(path: Path) -> int:
    """The exit code of warcio's own check."""
    try:
        warcio(["check", "-v", str(path)])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def made(response: bytes, request: bytes = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n") -> Fetched:
    exchange = Exchange("http://a.example/", NOON, "192.0.2.1", request, response)
    return Fetched("http://a.example/", "http://a.example/", NOON, NOON, 200, tool="stargauge/test", exchanges=(exchange,))


@pytest.mark.parametrize("packed", [True, False])
def test_every_hop_is_kept_to_the_byte_and_passes_the_check(tmp_path: Path, packed: bool) -> None:
    server_side, client_side = certified(tmp_path)
    last = b"HTTP/1.1 404 Not  Found\r\nx-odd:   spaces \r\nX-ODD: twice\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngone\r\n0\r\n\r\n"
    with serving({"/a": redirect("/b"), "/b": last}, server_side) as server:
        fetched = asked(server.base + "/a", trust=client_side)
    data = warc_of(fetched, packed=packed)
    checked(data, tmp_path, "one.warc.gz" if packed else "one.warc")
    found = records(data)
    assert [kind for kind, _, _ in found] == ["warcinfo", "response", "request", "response", "request", "metadata"]
    assert found[3][2] == last and found[1][2] == redirect("/b") and [found[2][2], found[4][2]] == server.asked
    about = json.loads(found[5][2])
    assert (
        about["status"] == 404 and len(about["certificates"]) == 2 and about["hops"][1]["tls"]["fingerprints"][0] in about["certificates"]
    )
    assert {key: about[key] for key in fetched.to_dict()} == fetched.to_dict()
    assert warc_of(fetched, packed=packed) == data


def test_one_changed_byte_fails_the_check(tmp_path: Path) -> None:
    (tmp_path / "one.warc").write_bytes(warc_of(made(page("Hello")), packed=False).replace(b"Hello", b"Hullo"))
    assert check_of(tmp_path / "one.warc") == 1


def test_readers_see_the_page_that_was_served(tmp_path: Path) -> None:
    with serving({"/": page("<p>Hello")}) as server:
        data = warc_of(asked(server.base + "/"))
    seen = [one.content_stream().read() for one in ArchiveIterator(io.BytesIO(data)) if one.rec_type == "response"]
    assert seen == [b"<p>Hello"]


def test_a_page_that_was_cut_off_says_so(tmp_path: Path) -> None:
    with serving({"/": endless}) as server:
        data = warc_of(asked(server.base + "/", limits=QUICK))
    checked(data, tmp_path)
    told = [one.rec_headers.get_header("WARC-Truncated") for one in ArchiveIterator(io.BytesIO(data), no_record_parse=True)]
    assert told == [None, "length", None, None]


@pytest.mark.parametrize(
    "raw",
    [b"SSH-2.0-x\r\n", b"", b"HTTP/1.1", b"HTTP/1.1 200 OK\n\nbody", b"HTTP/1.1 200 OK\r\nno end", b"HTTP/2 200\r\n\r\n", b"\x00\xff"],
)
def test_what_is_hardly_http_is_kept_as_it_came(tmp_path: Path, raw: bytes) -> None:
    data = warc_of(made(raw))
    checked(data, tmp_path)
    assert not raw or [block for kind, _, block in records(data) if kind in ("response", "resource")] == [raw]


@given(st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 404 x\r\nA: b\r\n\r\n"]))
def test_any_bytes_are_kept_and_pass_the_check(tmp_path_factory: pytest.TempPathFactory, raw: bytes, start: bytes) -> None:
    data = warc_of(made(start + raw), packed=False)
    for record in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
        record.raw_stream.read()
    blocks = [block for kind, _, block in records(data) if kind in ("response", "resource")]
    assert blocks == ([start + raw] if start + raw else [])


def test_content_without_a_connection_is_a_resource(tmp_path: Path) -> None:
    data = resource_warc("https://x.example/1", NOON, b"\x89PNG", "image/png", {"method": "supplied"}, "stargauge/test")
    checked(data, tmp_path)
    assert [(kind, block) for kind, _, block in records(data)][1:] == [("resource", b"\x89PNG"), ("metadata", b'{"method":"supplied"}')]
    digest = next(
        one.rec_headers.get_header("WARC-Payload-Digest") for one in ArchiveIterator(io.BytesIO(data)) if one.rec_type == "resource"
    )
    import base64

    assert base64.b32decode(digest.removeprefix("sha256:")) == hashlib.sha256(b"\x89PNG").digest()
