"""One entry point: what each method adds to an archive, and what it shows in a terminal."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.capture_servers import page, redirect, serving
from tests.kept import Kept

pytest.importorskip("httpx")
pytest.importorskip("selectolax")
pytest.importorskip("warcio")

from warcio.archiveiterator import ArchiveIterator

from stargauge.evidence.capture.capture import METHODS, Options, capture, take
from stargauge.evidence.capture.fetch import Limits
from stargauge.evidence.capture.guard import Guard
from stargauge.evidence.capture.plain import plain, quoted
from stargauge.quantity.errors import InputError

NOON = datetime(2025, 1, 22, 12, tzinfo=UTC)
HERE = Options(guard=Guard(frozenset({"127.0.0.1", "localhost"})), limits=Limits(100_000, 200_000, 2, 1, 5), clock=lambda: NOON)


def test_a_page_becomes_an_entry_with_everything_that_says_how_it_was_taken() -> None:
    archive = Kept()
    with serving({"/a": redirect("/b"), "/b": page("<title>T</title><p>Not here any more", "410 Gone")}) as server:
        entry = capture(archive, server.base + "/a", options=HERE)
    assert entry.kind == "capture" and entry.target == server.base + "/a" and entry.id == "C-0"
    about = entry.about
    assert (about["method"], about["status"], about["final_url"], about["redirects"]) == ("web", 410, server.base + "/b", 1)
    assert about["source_terms"] == "web" and about["logged_in"] is False and about["vantage"] == "local" and about["title"] == "T"
    assert about["started"] == "2025-01-22T12:00:00Z" and about["server_date"] == "2025-01-22T17:40:05Z" and about["clock_offset"] == 20405
    assert archive.payload(entry, "text") == b"Not here any more"
    assert hashlib.sha256(archive.payload(entry, "text")).hexdigest() == about["text_sha256"]
    assert json.loads(archive.payload(entry, "metadata"))[0]["hops"][1]["status"] == 410
    kinds = [one.rec_type for one in ArchiveIterator(io.BytesIO(archive.payload(entry, "warc")))]
    assert kinds == ["warcinfo", "response", "request", "response", "request", "metadata"]


def test_a_redirect_to_a_private_address_is_kept_as_far_as_it_went() -> None:
    archive = Kept()
    with serving({"/": redirect("http://10.0.0.1/")}) as server:
        entry = capture(archive, server.base + "/", options=HERE)
    assert entry.about["error"] == "guard" and "10.0.0.1" in entry.about["message"] and entry.about["status"] == 302


def test_a_clock_that_is_set_back_is_kept_as_it_was_and_stops_nothing() -> None:
    turns = iter([NOON, NOON - timedelta(days=400), NOON - timedelta(days=401), NOON - timedelta(days=402)])
    archive = Kept()
    with serving({"/": page("<p>One")}) as server:
        entry = capture(archive, server.base + "/", options=replace(HERE, clock=lambda: next(turns)))
    assert entry.about["started"] == "2025-01-22T12:00:00Z" and entry.about["ended"].startswith("2023-12-") and entry.about["status"] == 200
    assert entry.about["server_date"] == "2025-01-22T17:40:05Z" and entry.about["clock_offset"] > 400 * 86400


def test_another_name_for_the_reader_is_sent_and_kept() -> None:
    with serving({"/": page("<p>One")}) as server:
        made = take(server.base + "/", options=replace(HERE, headers={"user-agent": "newsroom/1", "Accept-Language": "de"}))
    assert made.about["user_agent"] == "newsroom/1" and server.asked[0].lower().count(b"user-agent") == 1
    assert b"newsroom/1" in server.asked[0] and b"stargauge" not in server.asked[0]


def test_a_platform_that_shows_visitors_little_is_named() -> None:
    port = 0
    with serving({"/a/status/1": page("<p>Log in")}) as server:
        port = server.port
        guard = Guard(frozenset({"x.com"}), answers=lambda host, port: ["127.0.0.1"])
        made = take(f"http://x.com:{port}/a/status/1", options=replace(HERE, guard=guard))
    assert "supply that file" in made.notes[0] and made.text == "Log in"


def test_nothing_is_added_where_nothing_came() -> None:
    archive = Kept()
    for url, told in (("http://10.0.0.1/", "private"), ("http://127.0.0.1:1/", "no connection"), ("mailto:x@y.example", "scheme")):
        with pytest.raises(InputError, match=told):
            capture(archive, url, options=HERE)
    with pytest.raises(InputError, match='did you mean "supplied"'):
        capture(archive, "http://a.example/", "suplied")
    assert not archive.made


def test_a_supplied_file_is_kept_as_it_came_and_marked_with_both_clocks(tmp_path: Path) -> None:
    head = b"MIME-Version: 1.0\r\nDate: Wed, 22 Jan 2025 10:00:00 +0000\r\nSnapshot-Content-Location: https://x.example/1\r\n"
    data = head + b"Content-Type: text/html\r\n\r\n<p>Hi"
    (tmp_path / "a.mhtml").write_bytes(data)
    archive = Kept()
    entry = capture(archive, "", "supplied", Options(file=tmp_path / "a.mhtml", clock=lambda: NOON))
    about = entry.about
    assert entry.target == "https://x.example/1" and about["user_supplied"] is True and about["source_terms"] == "user_supplied"
    assert about["added"] == "2025-01-22T12:00:00Z" and about["stated_time"] == "2025-01-22T10:00:00Z" and about["format"] == "mhtml"
    assert archive.payload(entry, "file") == data and archive.payload(entry, "text") == b"Hi"
    assert [one.rec_type for one in ArchiveIterator(io.BytesIO(archive.payload(entry, "warc")), check_digests="raise")] == [
        "warcinfo", "resource", "metadata",
    ]  # fmt: skip


def test_a_file_that_does_not_say_what_it_shows_needs_a_target(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 %%EOF")
    with pytest.raises(InputError, match="--shows"):
        take("", "supplied", Options(file=tmp_path / "a.pdf"))
    assert take("https://x.example/1", "supplied", Options(file=tmp_path / "a.pdf")).about["documents"] == 0
    with pytest.raises(InputError, match="expected a file"):
        take("https://x.example/1", "supplied")


def test_methods_are_there() -> None:
    from importlib.util import find_spec

    assert all(find_spec(f"stargauge.evidence.capture.{name}") for name in METHODS.values())


def test_captured_text_cannot_steer_a_terminal_or_pass_for_ours() -> None:
    assert plain("a\x1b[31mred\x07\x9b\u202eover\u2066\u200b\r") == "a\\u{1b}[31mred\\u{7}\\u{9b}\\u{202e}over\\u{2066}\\u{200b}\\u{d}"
    assert plain("1\u00a0200 Zürich 👩\u200d🔬") == "1\u00a0200 Zürich 👩\u200d🔬"
    assert list(quoted("stargauge: all good\nb\tc\nd", 2)) == ["| stargauge: all good", "| b c", "(1 more lines)"]


@given(st.text())
def test_no_control_character_reaches_the_terminal(text: str) -> None:
    assert all(ord(one) >= 32 and not 127 <= ord(one) < 160 and not 0x202A <= ord(one) <= 0x202E for one in plain(text))
