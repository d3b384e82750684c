"""Who may ask what of the server, and what it refuses."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import Response
from tests.programme_files import SMALL
from tests.web_server import serving

from stargauge.web.guard import Guard, refused
from stargauge.web.security import POLICY, Rate, from_own_page, host_allowed, token_fits
from stargauge.web.settings import Settings

LIMIT = 40_000
TOKEN = "a-token-that-was-printed"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder beside a file that is none of it, with a link that leads out."""
    home = tmp_path_factory.mktemp("home")
    (home / "outside.yaml").write_text(SMALL.replace("name: Small", "name: Outside"), encoding="utf-8")
    made = home / "programmes"
    made.mkdir()
    (made / "small.yaml").write_text(SMALL, encoding="utf-8")
    (made / "linked.yaml").symlink_to(home / "outside.yaml")
    return made


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    """A server over that folder."""
    with serving(folder, workers=1) as address:
        yield address


def _ask(address: str, path: str, method: str = "GET", body: Any = None, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, sent, encode_chunked=headers.get("Transfer_Encoding") == "chunked")
    try:
        answer = connection.getresponse()
        answer.text = answer.read().decode()  # type: ignore[attr-defined]
    finally:
        connection.close()
    return answer


def test_every_answer_forbids_what_is_not_ours(served: str) -> None:
    for path in ("/", "/nix", "/health", "/static/app.js", "/api/programmes", "/api/nix", "/p/nix"):
        headers = _ask(served, path).headers
        assert headers["content-security-policy"] == POLICY, path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert "unsafe" not in POLICY
    assert all("http" not in part for part in POLICY.split())
    for path in ("/", "/p/nix"):
        text = _ask(served, path).text  # type: ignore[attr-defined]
        assert " style=" not in text
        assert "<style" not in text
        assert "<script>" not in text


def test_a_foreign_name_that_leads_here_reads_nothing(served: str) -> None:
    for host in ("evil.example", "evil.example:8347", "127.0.0.1.evil.example", "[::1", ""):
        assert _ask(served, "/", Host=host).status in (400, 421), host
    assert _ask(served, "/health", Host="localhost:1").status == 200


@pytest.mark.parametrize(
    ("method", "headers", "own"),
    [
        ("POST", {"sec-fetch-site": "same-origin"}, True),
        ("POST", {"sec-fetch-site": "none"}, True),
        ("POST", {"sec-fetch-site": "same-site"}, False),
        ("POST", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, False),
        ("POST", {"origin": "http://localhost:8347", "host": "localhost:8347"}, True),
        ("POST", {"origin": "http://localhost:9999", "host": "localhost:8347"}, False),
        ("POST", {"origin": "null", "host": "localhost:8347"}, False),
        ("POST", {"origin": "http://[::1", "host": "localhost:8347"}, False),
        ("POST", {}, True),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, True),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, False),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, False),
        ("GET", {"origin": "http://evil.example", "host": "localhost:8347"}, True),
    ],
)  # fmt: skip
def test_what_comes_from_other_sites_is_refused(method: str, headers: dict[str, str], own: bool) -> None:
    assert from_own_page(method, headers) is own


def test_a_post_from_another_site_is_refused_before_anything_is_read(served: str) -> None:
    assert _ask(served, "/api/programmes", "POST", b"x", Origin="http://evil.example").status == 403
    assert _ask(served, "/api/programmes", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="image").status == 403


def _sent(settings: Settings, pieces: list[bytes], *headers: tuple[bytes, bytes]) -> tuple[int, int]:
    """What the guard answers to a body in pieces, and how many bytes the application behind it was given."""
    given, told = 0, list[int]()
    left = list(pieces)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal given
        more = True
        while more:
            message = await receive()
            given += len(message["body"])
            more = message["more_body"]
        await Response("read")(scope, receive, send)

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": left.pop(0), "more_body": True}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            told.append(message["status"])
            assert (b"content-security-policy", POLICY.encode()) in message["headers"]

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [(b"host", b"localhost"), *headers],
             "scheme": "http", "server": ("localhost", 1)}  # fmt: skip
    asyncio.run(Guard(application, settings)(scope, receive, send))
    return told[0], given


def test_a_body_is_limited_however_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(upload_bytes=LIMIT)
    assert _sent(settings, [], (b"content-length", b"40001")) == (413, 0)
    assert _sent(settings, [b"a" * 8_000] * 20, (b"transfer-encoding", b"chunked")) == (413, 40_000)
    assert _sent(settings, [b"a" * 8_000] * 20, (b"transfer-encoding", b"chunked"), (b"content-length", b"5")) == (413, 40_000)
    assert _sent(settings, [], (b"content-length", "²".encode())) == (413, 0)
    monkeypatch.setattr("stargauge.web.guard.BODY_SECONDS", 0.01)
    assert _sent(settings, [b"a"]) == (408, 1)


def test_no_address_leads_out_of_the_folder(served: str) -> None:
    for path in (
        "/static/../settings.py", "/static/%2e%2e/settings.py", "/static/..%2fsettings.py", "/p/..%2f..%2foutside", "/p/%2e%2e/outside",
        "/p/outside", "/p/linked", "/api/programmes/..%2foutside/check", "/api/programmes/linked/check",
        "/api/programmes/small/check?scenario=..%2Foutside.yaml", "/api/programmes/small/check?scenario=%2Fetc%2Fpasswd",
        "/api/compare?a=small&b=..%2Foutside.yaml", "/api/compare?a=small&b=%2B..%2Foutside.yaml",
        "/p/small/figures/..%2f..%2fsmall.yaml",
    ):  # fmt: skip
        answer = _ask(served, path)
        assert answer.status in (400, 404), path
        assert "Outside" not in answer.text  # type: ignore[attr-defined]
        assert "root:" not in answer.text  # type: ignore[attr-defined]
        assert "outside.yaml" not in answer.text.replace("../outside.yaml", "")  # type: ignore[attr-defined]
    page = _ask(served, "/p/small?scenario=..%2Foutside.yaml")
    assert page.status == 400
    assert "scenario" in page.text  # type: ignore[attr-defined]


def test_beyond_this_machine_a_token_is_needed_and_kept() -> None:
    from starlette.requests import Request

    settings = Settings(host="0.0.0.0", token=TOKEN)

    def ask(path: str, query: str = "", **headers: str) -> Any:
        sent = [(name.encode(), value.encode()) for name, value in {"host": "box:8347", **headers}.items()]
        scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": sent, "scheme": "http",
                 "server": ("box", 8347)}  # fmt: skip
        return refused(Request(scope), settings)

    assert ask("/").status_code == 401
    assert ask("/metrics").status_code == 401
    assert ask("/", "token=wrong").status_code == 401
    assert ask("/health") is None
    assert ask("/", authorization=f"Bearer {TOKEN}") is None
    assert ask("/", cookie=f"stargauge_token={TOKEN}") is None
    first = ask("//evil.example/p/x", f"as_of=2025-06-01&token={TOKEN}")
    assert (first.status_code, first.headers["location"]) == (303, "/evil.example/p/x?as_of=2025-06-01")
    assert "HttpOnly" in first.headers["set-cookie"]
    assert "samesite=strict" in first.headers["set-cookie"].lower()
    assert TOKEN not in first.headers["location"]


def test_names_and_tokens() -> None:
    local, named = Settings(), Settings(host="0.0.0.0", hosts=("box.example",), token=TOKEN)
    assert host_allowed("localhost:1", local)
    assert host_allowed("[::1]:1", local)
    assert not host_allowed("box.example", local)
    assert host_allowed("box.example:80", named)
    assert not host_allowed("other.example", named)
    assert token_fits("", local)
    assert not token_fits("", Settings(host="0.0.0.0"))
    behind = Settings(hosts=("box.example",), token=TOKEN)  # a proxy on this machine hands on what others ask
    assert host_allowed("box.example", behind)
    assert host_allowed("localhost:1", behind)
    assert not host_allowed("other.example", behind)
    assert not behind.local
    assert not token_fits("", behind)
    assert token_fits(TOKEN, behind)
    assert not token_fits("ü", named)


def test_rate_is_a_bucket_that_fills() -> None:
    rate = Rate(per_second=2.0, most=3.0, seen=2)
    assert [rate.wait("a", 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert rate.wait("a", 0.0) == pytest.approx(0.5)
    assert rate.wait("b", 0.0) == 0.0
    assert rate.wait("a", 0.5) == 0.0
    for who in "cde":
        rate.wait(who, 1.0)
    assert len(rate._left) == 2


def test_who_has_too_much_made_is_told_to_wait_and_what_is_kept_costs_nothing(folder: Path) -> None:
    asked = "/api/programmes/small?seed="
    with serving(folder, at_once=2.0, per_second=0.01, workers=1) as address:
        assert [_ask(address, f"{asked}{seed}").status for seed in (1, 2, 3)] == [200, 200, 429]
        assert [_ask(address, f"{asked}{seed}").status for seed in (1, 2, 1)] == [200, 200, 200]
        told = _ask(address, f"{asked}4")
        assert int(told.headers["retry-after"]) > 0
        assert "too many requests" in json.loads(told.text)["errors"][0]["message"]  # type: ignore[attr-defined]
        assert _ask(address, "/p/nix").status == 404


def test_garbage_is_no_fault_of_ours(served: str) -> None:
    host, port = urlsplit(served).netloc.split(":")
    for sent in (b"\x00\xff\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                 b"GET /?as_of=%ff%fe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                 b"GET /p/%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"):  # fmt: skip
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(sent)
            first = connection.recv(64)
        assert b" 500 " not in first, sent
    assert _ask(served, "/health").status == 200


def test_long_addresses_and_parameters_are_refused(served: str) -> None:
    assert _ask(served, f"/p/small?set=x={'a' * 9_000}").status == 414
    asked = _ask(served, f"/p/small/why?q={'word%20' * 200}")
    assert (asked.status, "q: has 1,000 characters" in asked.text) == (400, True)  # type: ignore[attr-defined]
    for query, said in ((f"set=load_factor={'1' * 200}", "set: one has 212"), (f"given={'a' * 301}", "given: one has 301"),
                        (f"scenario={'a' * 301}", "scenario: one has 301")):  # fmt: skip
        page = _ask(served, f"/p/small?{query}")
        assert (page.status, said in page.text) == (400, True), query  # type: ignore[attr-defined]


@pytest.mark.parametrize(("day", "status"), [("9999-12-31", 404), ("1899-12-31", 404), ("20250122", 422), ("2025-W04-3", 422)])
def test_days_are_the_same_for_pages_and_answers(served: str, day: str, status: int) -> None:
    page, answer = _ask(served, f"/p/small?as_of={day}"), _ask(served, f"/api/programmes/small/check?as_of={day}")
    assert (page.status, answer.status) == (400, status)
    assert "expected a day" in page.text  # type: ignore[attr-defined]
    assert "expected a day" in answer.text  # type: ignore[attr-defined]
    if status == 404:
        assert _ask(served, f"/api/programmes/small/changed?address=power_it&since={day}").status == 404


def test_the_last_day_that_can_be_asked_about_has_an_answer(served: str) -> None:
    assert _ask(served, "/api/programmes/small/check?as_of=2199-12-31&draws=256").status == 200


def test_no_reader_is_told_where_the_folder_lies(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("name: Broken\nsites: [\n", encoding="utf-8")
    with serving(tmp_path, workers=1) as address:
        for path in ("/p/broken", "/api/programmes/broken/check", "/p/xai-colossus-1/compare/charts?b_programme=broken&draws=256",
                     "/api/compare?a=broken&b=xai-colossus-1&draws=256"):  # fmt: skip
            answer = _ask(address, path)
            assert answer.status in (400, 404), path
            assert str(tmp_path) not in answer.text, path  # type: ignore[attr-defined]
            assert tmp_path.name not in answer.text, path  # type: ignore[attr-defined]
        assert "<code>broken.yaml:3:1</code>" in _ask(address, "/p/broken").text  # type: ignore[attr-defined]
