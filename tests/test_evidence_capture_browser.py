"""A page as a browser shows it: scripts run, nothing private is asked, and a page that never ends is ended."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.capture_servers import page, redirect, serving
from tests.kept import Kept
from tests.test_evidence_capture_entry import HERE
from tests.test_evidence_capture_fetch import silent

pytest.importorskip("httpx")
pytest.importorskip("selectolax")
pytest.importorskip("warcio")

from stargauge.evidence.capture.capture import Options, capture, take
from stargauge.evidence.capture.devtools import PREFIX, binary, remove_stale
from stargauge.evidence.capture.fetch import Limits
from stargauge.evidence.capture.guard import Guard
from stargauge.evidence.capture.proxy import Proxy
from stargauge.quantity.errors import InputError


@pytest.fixture(scope="module")
def program() -> str:
    try:
        return binary()
    except InputError as error:
        pytest.skip(str(error))


def options(seconds: float = 25, **settings: object) -> Options:
    return Options(guard=HERE.guard, limits=Limits(seconds=seconds), settings=settings)


PAGE = """<title>T</title><p>Written</p><img src="{private}"><iframe src="file:///etc/passwd"></iframe><script>
document.body.insertAdjacentHTML('beforeend', '<p>made by script</p>'); alert('x'); let more = 0; addEventListener('scroll', () => {{ if
(more++ < 2) document.body.insertAdjacentHTML('beforeend', '<p style="height:3000px">more</p>') }});
</script><div style="height:3000px"></div>"""


def test_a_page_with_scripts_is_kept_as_shown_and_nothing_private_is_asked(program: str) -> None:
    archive = Kept()
    with serving({"/": page("secret")}) as private, serving({}) as server:
        address = f"http://127.0.0.2:{private.port}/"
        server.answers |= {"/a": redirect("/b"), "/b": page(PAGE.format(private=address), "404 Not Found")}
        entry = capture(archive, server.base + "/a", "browser", options(scroll=6))
        assert not private.asked
    about = entry.about
    assert about["method"] == "browser" and about["status"] == 404 and about["redirects"] == 1 and about["final_url"].endswith("/b")
    assert about["server_date"] == "2025-01-22T17:40:05Z" and about["title"] == "T" and about["hosts_refused"] >= 1
    assert about["sandboxed"] is (os.geteuid() != 0) and about["scrolled"] >= 2
    text = archive.payload(entry, "text").decode()
    assert text.startswith("Written\nmade by script") and "root:" not in archive.payload(entry, "dom").decode()
    assert archive.payload(entry, "screenshot").startswith(b"\x89PNG") and b"MIME-Version" in archive.payload(entry, "mhtml")
    steps = json.loads(archive.payload(entry, "scroll"))
    assert "more" not in steps[0]["text"] and "more" in steps[-1]["text"]


def test_a_page_kept_by_the_browser_can_be_handed_in(program: str, tmp_path: Path) -> None:
    with serving({"/": page("<title>T</title><p>Zürich")}) as server:
        made = take(server.base + "/", "browser", options())
    (tmp_path / "a.mhtml").write_bytes(made.payloads["mhtml"])
    again = take("", "supplied", Options(file=tmp_path / "a.mhtml"))
    assert again.target == server.base + "/" and again.text == made.text == "Zürich"


@pytest.mark.parametrize("to", ["http://127.0.0.2:{port}/", "http://10.0.0.1/", "https://10.0.0.1/"])
def test_a_redirect_to_a_private_address_is_not_followed(program: str, to: str) -> None:
    with serving({"/": page("secret")}) as private, serving({"/": redirect(to.format(port=private.port))}) as server:
        with pytest.raises(InputError, match="nothing was captured: not asked"):
            take(server.base + "/", "browser", options())
        assert not private.asked


def test_a_server_that_is_not_there_is_told(program: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(InputError, match="nothing was captured: the browser says"):
        take(f"http://127.0.0.1:{port}/", "browser", options())


@pytest.mark.parametrize("body", ["<p>loop<script>while (true) {}</script>", "<p>part<img src='/slow'>"])
def test_a_page_that_never_ends_is_ended(program: str, body: str) -> None:
    with serving({"/": page(body), "/slow": silent}) as server:
        made = take(server.base + "/", "browser", options(3))
    assert made.about["error"] == "timeout" and made.about["status"] == 200 and {"warc", "metadata"} <= set(made.payloads)
    if "loop" in body:  # its script leaves no time to read it; what came by then is kept
        assert not made.text and "could not be read to the end" in made.about["message"]
    else:
        assert made.text == "part"


def test_without_a_browser_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match='"nothing-here" is no program here; install Chromium'):
        binary("nothing-here")
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("STARGAUGE_BROWSER", raising=False)
    with pytest.raises(InputError, match="none of chromium"):
        take("http://127.0.0.1/", "browser", options())


def through(proxy: Proxy, request: bytes) -> bytes:
    """What the proxy answers to bytes."""
    came = b""
    with socket.create_connection(("127.0.0.1", proxy.port), 10) as client, contextlib.suppress(OSError):
        client.sendall(request)
        while piece := client.recv(65536):
            came += piece
    return came


def test_the_proxy_asks_only_what_the_guard_allows() -> None:
    with serving({"/x?y": page("Hello")}) as server, Proxy(HERE.guard, 20, 100_000) as proxy:
        answer = through(proxy, f"GET {server.base}/x?y HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n".encode())
        assert answer.endswith(b"Hello") and server.asked[0].startswith(b"GET /x?y HTTP/1.1\r\n") and b"roxy" not in server.asked[0]
        for request in (
            b"GET http://10.0.0.1/ HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"GET ftp://x.example/ HTTP/1.1\r\n\r\n",
            b"\r\n\r\n",
        ):
            assert through(proxy, request) == b""
        for request in (
            b"CONNECT 10.0.0.1:443 HTTP/1.1\r\n\r\n",
            b"CONNECT [::1]:443 HTTP/1.1\r\n\r\n",
            b"CONNECT x.example:25 HTTP/1.1\r\n\r\n",
        ):
            assert b"502" in through(proxy, request)
    assert len(proxy.refused) == 7 and proxy.asked == {f"127.0.0.1:{server.port}": "127.0.0.1"}


def test_the_proxy_ends_at_its_limit() -> None:
    with serving({"/": page("x" * 100_000)}) as server, Proxy(replace(HERE.guard), 20, 10_000) as proxy:
        assert len(through(proxy, f"GET {server.base}/ HTTP/1.1\r\n\r\n".encode())) <= 10_000
    assert proxy.refused == ["the page loads more than the limit"]
    assert Guard() != HERE.guard


def test_profiles_of_processes_that_were_killed_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in (f"{PREFIX}{ended.pid}-abc", f"{PREFIX}{os.getpid()}-abc", f"{PREFIX}old", "else"):
        (tmp_path / name / "profile").mkdir(parents=True)
    remove_stale()
    assert {one.name for one in tmp_path.iterdir()} == {f"{PREFIX}{os.getpid()}-abc", f"{PREFIX}old", "else"}
