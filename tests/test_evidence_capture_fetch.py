"""Fetching: exact bytes, every hop, both clocks, certificates; and pages that are huge, endless, slow or lead to private addresses."""

from __future__ import annotations

import gzip
import hashlib
import socket
import ssl
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.capture_servers import certified, page, redirect, serving

pytest.importorskip("httpx")
pytest.importorskip("selectolax")

from stargauge.evidence.capture.capture import from_fetched
from stargauge.evidence.capture.fetch import USER_AGENT, Fetched, Limits, fetch
from stargauge.evidence.capture.guard import Guard

HERE = Guard(frozenset({"127.0.0.1", "localhost"}))
QUICK = Limits(bytes=100_000, unpacked=200_000, seconds=2, step_seconds=1, redirects=5)


def asked(url: str, **more: object) -> Fetched:
    return fetch(url, **{"guard": HERE, "limits": QUICK, **more})  # type: ignore[arg-type]


def test_an_answer_is_kept_to_the_byte_with_both_clocks_and_its_text() -> None:
    answer = page("<title>T</title><p>Hello")
    with serving({"/a?b=c": answer}) as server:
        made = asked(f"{server.base}/a?b=c#part", clock=lambda: datetime(2025, 1, 22, 17, 40, tzinfo=UTC))
    assert (made.status, made.error, made.title, made.body) == (200, "", "T", b"<title>T</title><p>Hello")
    assert made.exchanges[0].response == answer
    assert made.exchanges[0].request == server.asked[0]
    assert f"User-Agent: {USER_AGENT}".lower().encode() in server.asked[0].lower()
    assert made.text_sha256 == hashlib.sha256(b"Hello").hexdigest()
    assert made.body_sha256 == hashlib.sha256(made.body).hexdigest() and made.body_size == len(made.body)
    assert made.server_date == datetime(2025, 1, 22, 17, 40, 5, tzinfo=UTC) and made.clock_offset == 5
    assert made.hops[0].address == "127.0.0.1" and made.hops[0].answers == ("127.0.0.1",) and not made.redirected
    assert Fetched.from_dict(made.to_dict()) == made


@pytest.mark.parametrize(
    "status", ["401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone", "429 Slow", "451 Legal", "500 X", "503 Y"]
)
def test_the_body_of_an_error_page_is_evidence(status: str) -> None:
    with serving({"/": page("<p>This post was removed", status)}) as server:
        made = asked(server.base + "/")
    assert made.status == int(status[:3]) and not made.error and b"removed" in made.body and made.text_sha256


def test_every_redirect_is_kept_with_its_own_bytes() -> None:
    with serving({"/a": redirect("/b", 301), "/b": redirect("c?d#e", 307), "/c?d": page("there")}) as server:
        made = asked(server.base + "/a")
    assert made.final_url == server.base + "/c?d" and made.redirected and made.body == b"there"
    assert [hop.status for hop in made.hops] == [301, 307, 200]
    assert [hop.location for hop in made.hops] == ["/b", "c?d#e", ""]
    assert len(made.exchanges) == 3 and b"moved" in made.exchanges[0].response


@pytest.mark.parametrize("to", ["http://10.0.0.1/latest", "file:///etc/passwd", "http://user:pw@site.example/"])
def test_a_refused_redirect_stands_apart_from_what_was_asked(to: str) -> None:
    with serving({"/": redirect(to)}) as server:
        made = asked(server.base + "/")
    assert made.error == "guard" and made.final_url == server.base + "/" and made.refused_redirect == to
    about = from_fetched(made).about
    assert about["final_url"] == server.base + "/" and about["refused_redirect"] == to
    assert Fetched.from_dict(made.to_dict()).refused_redirect == to


def test_a_redirect_to_a_name_without_an_address_was_not_answered_by_it() -> None:
    with serving({"/": redirect("http://nowhere.invalid/")}) as server:
        made = asked(server.base + "/")
    assert made.error == "dns" and made.final_url == server.base + "/"


def test_a_page_built_to_cost_its_reader_is_kept_without_a_text_and_with_the_reason() -> None:
    with serving({"/": page("<div>" * 15_000)}) as server:
        made = asked(server.base + "/")
    assert made.status == 200 and not made.error and not made.text_sha256 and "deep" in made.message and made.body_size > 70_000


def test_endless_redirects_end() -> None:
    with serving({"/a": redirect("/b"), "/b": redirect("/a")}) as server:
        made = asked(server.base + "/a")
    assert made.error == "redirects" and "more than 5" in made.message and len(made.hops) == 6


@pytest.mark.parametrize(
    "to", ["http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://[::1]/", "file:///etc/passwd", "http://2130706433/",
           "//0x7f.1/x", "http://[::ffff:127.0.0.1]/", "gopher://page.example/"]
)  # fmt: skip
def test_a_private_address_after_a_redirect_is_not_asked(to: str) -> None:
    with serving({"/": redirect(to)}) as server:
        made = asked(server.base + "/")
    assert made.error == "guard" and "after 1 redirect" in made.message
    assert made.status == 302 and made.hops[1].address == "" and b"moved" in made.body
    assert len(server.asked) == 1


def test_a_private_address_is_not_asked_unless_named() -> None:
    with serving({"/": page("secret")}) as server:
        made = asked(server.base + "/", guard=Guard())
        assert made.error == "guard" and not server.asked and not made.exchanges
        rebound = Guard(ports=frozenset({server.port}), answers=lambda host, port: ["127.0.0.1"])
        assert asked(f"http://innocent.example:{server.port}/", guard=rebound).error == "guard" and not server.asked


def test_the_name_is_never_looked_up_again() -> None:
    turns = iter([["127.0.0.1"], ["192.0.2.1"]])
    with serving({"/": page("pinned")}) as server:
        url = f"http://page.invalid:{server.port}/"
        made = asked(url, guard=Guard(frozenset({"page.invalid"}), answers=lambda host, port: next(turns)))
        assert made.body == b"pinned" and f"host: page.invalid:{server.port}".encode() in server.asked[0].lower()


def test_a_name_with_several_addresses_is_asked_at_the_first_that_answers() -> None:
    with serving({"/": page("second")}) as server:
        guard = Guard(frozenset({"page.invalid"}), answers=lambda host, port: ["127.0.0.9", "127.0.0.1"])
        made = asked(f"http://page.invalid:{server.port}/", guard=guard)
        one_private = Guard(ports=frozenset({server.port}), answers=lambda host, port: ["93.184.216.34", "127.0.0.1"])
        assert asked(f"http://page.invalid:{server.port}/", guard=one_private).error == "guard"
    assert made.body == b"second" and made.hops[0].address == "127.0.0.1" and made.hops[0].answers == ("127.0.0.9", "127.0.0.1")
    assert made.exchanges[0].address == "127.0.0.1"


def drip(made: socket.socket, request: bytes) -> None:
    made.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        made.sendall(b"x")
        time.sleep(0.05)


def silent(made: socket.socket, request: bytes) -> None:
    made.recv(1)


def endless(made: socket.socket, request: bytes) -> None:
    made.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\n")
    while True:
        made.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")


def head_without_end(made: socket.socket, request: bytes) -> None:
    made.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        made.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")


@pytest.mark.parametrize("server_does", [drip, silent])
def test_a_server_that_drips_or_says_nothing_gets_no_more_than_the_time_for_the_whole(server_does: object) -> None:
    with serving({"/": server_does}) as server:  # type: ignore[dict-item]
        made = asked(server.base + "/", limits=Limits(seconds=0.5, step_seconds=0.4))
    assert made.error == "timeout"
    if server_does is drip:
        assert made.status == 200 and made.truncated == "time" and made.body.startswith(b"x")


def test_a_page_of_ten_gigabytes_is_not_read() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n" + b"x" * 5000
    with serving({"/": head}) as server:
        made = asked(server.base + "/")
    assert made.error == "too_large" and "10,000,000,000" in made.message and made.status == 200 and made.truncated == "length"


def test_a_page_without_end_is_cut_off_and_says_so() -> None:
    with serving({"/": endless}) as server:
        made = asked(server.base + "/")
    assert made.error == "too_large" and made.truncated == "length" and made.body_size <= QUICK.bytes
    assert made.exchanges[0].truncated == "length" and len(made.exchanges[0].response) <= QUICK.bytes + 128 * 1024


def test_a_head_without_end_is_refused() -> None:
    with serving({"/": head_without_end}) as server:
        made = asked(server.base + "/")
    assert made.error in ("too_large", "protocol") and made.status is None


def packed(times: int = 1, size: int = 10_000_000) -> bytes:
    data = bytes(size)
    for _ in range(times):
        data = gzip.compress(data, mtime=0)
    return data


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(packed(), "gzip"), (packed(2), "gzip, gzip"), (zlib.compress(bytes(10_000_000)), "deflate"),
     (gzip.compress(b"x", mtime=0), ", ".join(["gzip"] * 9))],
)  # fmt: skip
def test_a_decompression_bomb_is_kept_packed(body: bytes, encoding: str) -> None:
    with serving({"/": page(body, "200 OK", "text/html", f"Content-Encoding: {encoding}")}) as server:
        made = asked(server.base + "/")
    assert made.error == "bomb" and made.body_size < 200_000 and made.exchanges[0].response.endswith(body) and not made.text_sha256


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(gzip.compress(b"<p>hello", mtime=0), "gzip"), (zlib.compress(b"<p>hello"), "deflate"),
     (zlib.compress(b"<p>hello", wbits=-15), "deflate"),
     (gzip.compress(b"<p>he", mtime=0) + gzip.compress(b"llo", mtime=0), "x-gzip"), (b"<p>hello", "identity")]
)  # fmt: skip
def test_packed_answers_are_unpacked_for_reading_and_kept_packed(body: bytes, encoding: str) -> None:
    with serving({"/": page(body, "200 OK", "text/html", f"Content-Encoding: {encoding}")}) as server:
        made = asked(server.base + "/")
    assert made.body == b"<p>hello" and made.exchanges[0].response.endswith(body)


@pytest.mark.parametrize(
    ("body", "encoding"), [(gzip.compress(b"hello", mtime=0)[:-9], "gzip"), (b"hello", "gzip"), (b"hello", "br"), (b"hello", "zstd")]
)
def test_broken_or_unknown_packing_is_told(body: bytes, encoding: str) -> None:
    with serving({"/": page(body, "200 OK", "text/html", f"Content-Encoding: {encoding}")}) as server:
        made = asked(server.base + "/")
    assert made.error == "encoding" and made.status == 200 and made.body == body


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 100]
)
def test_what_is_not_http_or_ends_early_is_told_with_its_bytes(answer: bytes) -> None:
    with serving({"/": answer}) as server:
        made = asked(server.base + "/")
    assert made.error == "protocol" and made.exchanges[0].response == answer


def test_no_server_and_no_name_are_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert asked(f"http://127.0.0.1:{port}/").error == "connect"

    def none(host: str, port: int) -> list[str]:
        raise OSError("no address for it")

    made = asked("http://page.invalid/", guard=Guard(answers=none))
    assert made.error == "dns" and made.hops[0].url == "http://page.invalid/" and made.status is None and not made.body_sha256


def test_the_chain_of_certificates_is_kept(tmp_path: Path) -> None:
    server_side, client_side = certified(tmp_path)
    with serving({"/": page("safe")}, server_side) as server:
        made = asked(server.base + "/", trust=client_side)
    tls = made.hops[0].tls
    assert made.body == b"safe" and tls is not None and tls.version.startswith("TLSv1.") and len(tls.fingerprints) == 2
    sent = [ssl.PEM_cert_to_DER_cert(part + "-----END CERTIFICATE-----\n") for part in
            (tmp_path / "chain.pem").read_text().split("-----END CERTIFICATE-----\n")[:2]]  # fmt: skip
    assert list(tls.certificates) == sent and tls.fingerprints[0] == hashlib.sha256(sent[0]).hexdigest()


def test_a_certificate_of_nobody_known_or_for_another_name_is_a_fault_of_tls(tmp_path: Path) -> None:
    server_side, client_side = certified(tmp_path, "other.example")
    with serving({"/": page("safe")}, server_side) as server:
        unknown = asked(server.base + "/")
        made = asked(server.base + "/", trust=client_side)
    assert made.error == "tls" and "localhost" in made.message and made.status is None
    assert unknown.error == "tls" and unknown.hops[0].tls is not None and len(unknown.hops[0].tls.certificates) == 2
    assert not server.asked and not any(one.response for one in unknown.exchanges)


def test_a_cookie_goes_to_its_host_alone_and_into_no_archive() -> None:
    with serving({"/": page("elsewhere")}) as other, serving({"/": redirect(other.base + "/")}) as server:
        made = asked(server.base + "/", headers={"Cookie": "session=secret", "Accept-Language": "de"}, logged_in=True)
    assert b"secret" in server.asked[0] and b"secret" not in other.asked[0] and b"accept-language: de" in other.asked[0].lower()
    assert not any(b"secret" in one.request for one in made.exchanges) and b"Cookie: (withheld)" in made.exchanges[0].request
    assert made.logged_in
