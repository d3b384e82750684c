"""Supplied files: each kind read, what it states told, all its faults at once, and no file that unpacks to more than the limit."""

from __future__ import annotations

import base64
import email.message
import gzip
import hashlib
import io
import json
import struct
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("selectolax")
pytest.importorskip("warcio")

from stargauge.evidence.capture import supplied, supplied_archives
from stargauge.evidence.capture.fetched import Exchange, Fetched
from stargauge.evidence.capture.supplied import Supplied, kind_of, read_file, read_supplied
from stargauge.evidence.capture.warc import warc_of
from stargauge.quantity.errors import InputError

NOON = datetime(2025, 1, 22, 12, tzinfo=UTC)
PAGE = "<!doctype html><title>A page</title><p>They don’t have the money"
URL = "https://x.example/status/1"


def warc(*pages: tuple[str, str, int], packed: bool = True) -> bytes:
    exchanges = tuple(
        Exchange(url, NOON, "192.0.2.1", b"GET / HTTP/1.1\r\n\r\n",
                 f"HTTP/1.1 {status} X\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}".encode())
        for url, body, status in pages
    )  # fmt: skip
    return warc_of(Fetched(URL, URL, NOON, NOON, 200, tool="stargauge/test", exchanges=exchanges), packed=packed)


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def wacz(parts: dict[str, bytes], **package: Any) -> bytes:
    listed = [
        {"name": name, "path": name, "hash": f"sha256:{hashlib.sha256(data).hexdigest()}", "bytes": len(data)}
        for name, data in parts.items()
    ]
    return zipped({**parts, "datapackage.json": json.dumps({"profile": "data-package", "resources": listed, **package}).encode()})


def faults_of(data: bytes, name: str = "file", target: str = "") -> str:
    with pytest.raises(InputError) as caught:
        read_supplied(data, name, target)
    assert all(fault.file for fault in caught.value.faults)
    return str(caught.value)


def test_a_saved_page_tells_its_address_and_its_text() -> None:
    made = read_supplied(f"<!-- saved from url=(0026){URL} -->\n<html>{PAGE}".encode(), "saved.html")
    assert (made.kind, made.url, made.title, made.terms) == ("html", URL, "A page", "user_supplied")
    assert made.text is not None and made.text.text == "They don’t have the money" and made.stated is None
    linked = read_supplied(PAGE.encode() + f"<link href='{URL}' rel=canonical>".encode(), "x")
    assert linked.url == URL


def mhtml() -> bytes:
    part = email.message.Message()
    part["Content-Type"] = 'text/html; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "base64"
    part["Content-Location"] = URL
    part.set_payload(base64.encodebytes(PAGE.encode()).decode())
    body = part.as_string()
    head = f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {URL}\r\nSubject: A page\r\n"
    head += "Date: Wed, 22 Jan 2025 18:40:05 +0100\r\nMIME-Version: 1.0\r\n"
    return f'{head}Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="b"\r\n\r\n\r\n--b\r\n{body}\r\n--b--\r\n'.encode()


def test_a_page_saved_by_a_browser_as_mhtml_has_the_browsers_clock() -> None:
    made = read_supplied(mhtml(), "page.mhtml")
    assert made.kind == "mhtml" and made.url == URL and made.stated == datetime(2025, 1, 22, 17, 40, 5, tzinfo=UTC)
    assert made.text is not None and made.text.text == "They don’t have the money"


def har(**content: Any) -> bytes:
    entry = {
        "startedDateTime": "2025-01-22T18:40:05.123+01:00", "request": {"url": URL, "headers": [{"name": "Cookie", "value": "s"}]},
        "response": {"status": 200, "headers": [], "content": {"mimeType": "text/html", "text": PAGE, **content}},
    }  # fmt: skip
    return json.dumps({"log": {"version": "1.2", "entries": [entry]}}).encode()


@pytest.mark.parametrize("content", [{}, {"text": base64.b64encode(PAGE.encode()).decode(), "encoding": "base64"}])
def test_a_record_of_the_network_by_a_browser(content: dict[str, Any]) -> None:
    made = read_supplied(har(**content), "x.har")
    assert made.kind == "har" and made.status == 200 and made.stated == datetime(2025, 1, 22, 17, 40, 5, 123000, tzinfo=UTC)
    assert made.text is not None and "don’t" in made.text.text and "cookies" in made.notes[0]


@pytest.mark.parametrize("packed", [True, False])
def test_a_web_archive_gives_the_page_asked_for(packed: bool) -> None:
    data = warc((URL, PAGE, 404), ("https://x.example/2", "<p>second", 200), packed=packed)
    assert read_supplied(data, "a.warc").url == "https://x.example/2"
    made = read_supplied(data, "a.warc", URL + "#part")
    assert (made.status, made.documents, made.stated, made.title) == (404, 2, NOON, "A page")
    assert 'did you mean "https://x.example/2"' in faults_of(data, "a.warc", "https://x.example/22")


def test_a_package_of_web_archives_gives_the_page_that_its_list_names_first() -> None:
    pages = b'{"format": "json-pages-1.0"}\n' + json.dumps({"url": "https://x.example/2"}).encode() + b"\nnot json\n"
    data = wacz({"archive/a.warc.gz": warc((URL, PAGE, 200), ("https://x.example/2", "<p>second", 200)), "pages/pages.jsonl": pages})
    made = read_supplied(data, "a.wacz")
    assert made.kind == "wacz" and made.url == "https://x.example/2" and made.facts["pages"] == 1
    assert read_supplied(data, "a.wacz", URL).title == "A page"


def test_a_package_whose_parts_are_not_what_it_states_is_refused_with_every_fault() -> None:
    parts = {"archive/a.warc": warc((URL, PAGE, 200), packed=False), "pages/pages.jsonl": b"{}"}
    listed = [
        {"path": "archive/a.warc", "hash": "sha256:00"},
        {"path": "gone", "hash": "sha256:00"},
        {"path": "pages/pages.jsonl", "hash": "crc:1"},
    ]
    told = faults_of(zipped({**parts, "extra": b"", "datapackage.json": json.dumps({"resources": listed}).encode()}))
    for part in ("archive/a.warc: does not match", '"gone", which is not there', "no hash that can be checked", "extra: is there without"):
        assert part in told


def test_a_changed_web_archive_is_refused_by_its_digest() -> None:
    told = faults_of(warc((URL, PAGE, 200), packed=False).replace(b"money", b"funds"), "a.warc")
    assert "record 2 does not match its digest" in told


@pytest.mark.parametrize("cut", [30, 400, 700])
def test_a_web_archive_that_is_cut_off_is_refused(cut: int) -> None:
    assert "cut off" in faults_of(warc((URL, PAGE, 200))[:cut], "a.warc.gz") or cut > 600


def png(width: int = 3, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(3 * width) for _ in range(height))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_pictures_and_documents_are_kept_with_a_warning_and_no_text() -> None:
    made = read_supplied(png(), "x.png")
    assert made.facts == {"width": 3, "height": 2} and made.text is None and "anyone can draw one" in made.notes[0]
    assert "cut off" in read_supplied(png()[:-12], "x.png").notes[1]
    assert read_supplied(b"%PDF-1.7\n...%%EOF\n", "x.pdf").kind == "pdf" and "cut off" in read_supplied(b"%PDF-1.7", "x").notes[1]
    assert read_supplied(b"\xff\xd8\xff\xe0", "x.jpg").media == "image/jpeg"
    assert "no picture header" in faults_of(b"\x89PNG\r\n\x1a\n", "x.png")


POST = {
    "id_str": "18", "full_text": "A &lt; B &amp;amp; C", "created_at": "Wed Jan 22 17:40:05 +0000 2025", "in_reply_to_status_id_str": "17",
    "lang": "en",
}  # fmt: skip


def tweets(*posts: dict[str, Any], name: str = "tweets") -> bytes:
    return f"window.YTD.{name}.part0 = {json.dumps(list(posts))}".encode()


@pytest.mark.parametrize("wrapped", [True, False])
def test_the_export_of_an_account_has_one_side_only(wrapped: bool) -> None:
    account = b'window.YTD.account.part0 = [{"account": {"username": "someone", "accountId": "5", "accountDisplayName": "Some One"}}]'
    gone = tweets({"tweet": {**POST, "id_str": "19", "deleted_at": "2025-01-23"}}, name="deleted_tweets")
    note = tweets({"noteTweet": {}}, name="note_tweet")
    data = zipped({
        "data/tweets.js": tweets({"tweet": POST} if wrapped else POST), "data/account.js": account, "data/deleted-tweets.js": gone,
        "data/note-tweet.js": note,
    })  # fmt: skip
    made = read_supplied(data, "twitter.zip", "https://x.com/someone/status/18")
    assert made.terms == "archive_export" and made.kind == "x_archive" and made.thread is not None
    item = made.thread.item("18")
    assert item is not None and item.author == "someone" and item.text == "A < B &amp; C" and item.reply_to == "17"
    assert item.created == datetime(2025, 1, 22, 17, 40, 5, tzinfo=UTC) and made.thread.missing == ("17",)
    assert made.thread.gaps[0].reason == "own_side_only" and made.facts["deleted"] == 1 and "1 long post has its full text" in made.notes[1]
    assert read_supplied(data, "twitter.zip").url == "https://x.com/someone"  # it names its owner
    assert "no post 20" in faults_of(data, "twitter.zip", "https://x.com/someone/status/20")


def test_one_file_of_an_export_is_enough_and_every_post_that_cannot_be_read_is_told() -> None:
    assert read_supplied(b"\xef\xbb\xbf" + tweets(POST), "tweets.js").notes[-1] == "the file does not say whose posts these are"
    assert read_supplied(json.dumps([{"full_text": "x", **POST}]).encode(), "my.json").documents == 1
    told = faults_of(tweets({"tweet": {}}, POST, {"tweet": {**POST, "created_at": "yesterday"}}, {"tweet": "x"}), "tweets.js")
    assert "tweets.js[0]" in told and "tweets.js[2]" in told and "tweets.js[3]" in told
    assert "not JSON" in faults_of(b"window.YTD.tweets.part0 = [{", "tweets.js")


def test_no_file_unpacks_to_more_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supplied, "UNPACKED", 1_000_000)
    zeros = bytes(5_000_000)
    assert "at most 1,000,000" in faults_of(zipped({"datapackage.json": zeros}))
    assert "more than 1,000,000" in faults_of(gzip.compress(zeros), "a.warc.gz")
    assert "more than 1,000,000" in faults_of(wacz({"archive/a.warc.gz": gzip.compress(zeros)}))
    monkeypatch.setattr(supplied_archives, "PAGE", 1000)
    packed = gzip.compress(bytes(100_000))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    exchange = Exchange(URL, NOON, "192.0.2.1", b"", head + packed)
    assert "more than 1,000 bytes" in faults_of(warc_of(Fetched(URL, URL, NOON, NOON, exchanges=(exchange,))), "a.warc.gz")
    many = zipped({f"{at}": b"" for at in range(50)} | {"datapackage.json": b"{}"})
    monkeypatch.setattr(supplied, "PARTS", 40)
    assert "51 parts; at most 40" in faults_of(many)


def test_a_zip_file_that_two_programs_could_read_differently_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("datapackage.json", b"{}")
        archive.writestr("datapackage.json", b"[]")
    assert "two parts of one name" in faults_of(out.getvalue())
    assert "neither WACZ" in faults_of(zipped({"a": b""}))
    assert "broken zip" in faults_of(zipped({"a": b""})[:-10])


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"\x00\x01\x02", "like none of these"), (b"GIF89a", "like none of these"), (b'{"log": {}}', "log.entries"),
     (b'{"log": {"entries": [1]}}', "log.entries[0]"), (b'{"log": {"entries": [' + b"[" * 100_000, "deeper"),
     (b'{"log": {' + b"\xff", "not UTF-8"),
     (b"WARC/1.1\r\n", "holds no page"), (b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx", "no part that is a page"),
     (b"\x1f\x8b\x08", "cut off"), (b"\x1f\x8bxxxxxx", "not gzip")],
)  # fmt: skip
def test_what_a_file_lacks_is_told(data: bytes, expected: str) -> None:
    told = faults_of(data, "some file")
    assert expected in told


def test_files_that_are_missing_empty_or_too_large_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "large").write_bytes(b"x" * 11)
    monkeypatch.setattr(supplied, "LARGEST", 10)
    for name, told in (("none", "no such file"), ("empty", "is empty"), ("large", "11 bytes; at most 10")):
        with pytest.raises(InputError, match=told):
            read_file(tmp_path / name)


STARTS = [b"", b"\x89PNG\r\n\x1a\n", b"%PDF-", b"WARC/1.0\r\n", b"\x1f\x8b\x08\x00", b"PK\x03\x04",
          b'{"log": {', b"window.YTD.tweets.part0 = ", b"MIME-Version: 1.0\r\n", b"<!doctype html>", mhtml()[:300],
          warc((URL, PAGE, 200), packed=False)[:700]]  # fmt: skip


@given(st.sampled_from(STARTS), st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_reason(start: bytes, rest: bytes) -> None:
    try:
        made = read_supplied(start + rest, "file")
    except InputError:
        return
    assert isinstance(made, Supplied) and kind_of(start + rest, "file") == made.kind
