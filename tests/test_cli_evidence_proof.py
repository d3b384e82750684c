"""`stargauge evidence bundle`, `receipt`, `timestamp`, and `verify` of a bundle, as a newsroom and its reader use them."""

from __future__ import annotations

import http.server
import json
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli_runs import Answer, ask
from tests.stamping_authority import Authority

pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")

URL = "https://orchard.example/pears"


def data(answer: Answer) -> Any:
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with evidence: a capture and two later checks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STARGAUGE_EVIDENCE", raising=False)
    (tmp_path / "page.html").write_bytes(b"<p>100 pears</p>")
    ask(capsys, "evidence", "init", "--name", "orchard.example/desk")
    ask(capsys, "evidence", "add", "capture", URL, "--about", '{"status": 200, "method": "web"}', "--payload", "body=page.html")
    for _ in range(2):
        ask(capsys, "evidence", "add", "observation", URL, "--about", '{"outcome": "ok"}')
    return tmp_path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    pytest.importorskip("rfc3161_client")
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the authority")
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def asked_over_http(authority: Authority) -> Iterator[str]:
    class Answering(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            made = authority.answer(request) if self.path == "/tsr" else b"no"
            self.send_response(200 if self.path == "/tsr" else 503)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(made)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_reader_checks_a_bundle_elsewhere_with_file_and_key(
    capsys: pytest.CaptureFixture[str], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = data(ask(capsys, "evidence", "bundle", "C-1", "--json"))
    assert made["entries"] == ["C-1"] and made["later"] == 2 and (here / "C-1.zip").is_file()
    away = here / "away"
    away.mkdir()
    shutil.move(here / "C-1.zip", away)
    shutil.rmtree(here / "evidence")
    monkeypatch.chdir(away)
    shown = data(ask(capsys, "evidence", "verify", "C-1.zip", "--key", made["public_key"], "--json"))
    assert [one["id"] for one in shown[0]["entries"]] == ["C-1"] and [one["id"] for one in shown[0]["later"]] == ["O-2", "O-3"]
    assert shown[0]["doubts"] == []
    assert shown[0]["entries"][0]["contents"] == ["body"] and shown[0]["entries"][0]["target"] == URL
    text = ask(capsys, "evidence", "verify", "C-1.zip").out
    assert "it holds" in text and "the key came with the bundle" in text and max(map(len, text.splitlines())) <= 80


def test_a_bundle_that_was_altered_is_refused(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    ask(capsys, "evidence", "bundle", "C-1", "--alone")
    with zipfile.ZipFile("C-1.zip") as old, zipfile.ZipFile("other.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"100 pears", b"900 pears"))
    answer = ask(capsys, "evidence", "verify", "other.zip")
    assert answer.code == 2 and "C-1 the content body was altered" in answer.told


def test_the_log_is_stamped_by_files(capsys: pytest.CaptureFixture[str], here: Path, authority: Authority) -> None:
    assert "no stamp yet" in ask(capsys, "evidence", "timestamp").out
    assert data(ask(capsys, "evidence", "timestamp", "--request", "q.tsq", "--json"))["size"] == 4
    (here / "a.tsr").write_bytes(authority.answer((here / "q.tsq").read_bytes()))
    made = data(ask(capsys, "evidence", "timestamp", "--answer", "a.tsr", "--roots", str(authority.root), "--json"))
    assert made["trusted"] and made["size"] == 4 and made["authority"] == "CN=Orchard Stamps"
    assert data(ask(capsys, "evidence", "bundle", "C-1", "--json"))["stamps"] == 1
    shown = data(ask(capsys, "evidence", "verify", "C-1.zip", "--roots", str(authority.root), "--json"))
    assert shown[0]["entries"][0]["stamps"][0]["trusted"]
    with zipfile.ZipFile("C-1.zip") as archive:
        assert authority.accepts(archive.read("anchors/1/stamp-1.tsr"), archive.read("anchors/1/checkpoint"))


def test_the_log_is_stamped_over_the_network(
    capsys: pytest.CaptureFixture[str], here: Path, asked_over_http: str, authority: Authority
) -> None:
    made = ask(capsys, "evidence", "timestamp", "--authority", f"{asked_over_http}/tsr", "--roots", str(authority.root))
    assert made.code == 0 and "4 entries stamped by CN=Orchard Stamps" in made.out
    assert "4 entries by CN=Orchard Stamps" in ask(capsys, "evidence", "timestamp").out
    wrong = ask(capsys, "evidence", "timestamp", "--authority", f"{asked_over_http}/other")
    assert wrong.code == 2 and "answered 503" in wrong.told
    silent = ask(capsys, "evidence", "timestamp", "--authority", "http://127.0.0.1:9/")
    assert silent.code == 2 and "could not be asked" in silent.told


def test_a_stamp_under_another_root_is_not_kept(
    capsys: pytest.CaptureFixture[str], here: Path, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Authority(tmp_path_factory.mktemp("other"))
    ask(capsys, "evidence", "timestamp", "--request", "q.tsq")
    (here / "a.tsr").write_bytes(authority.answer((here / "q.tsq").read_bytes()))
    wrong = ask(capsys, "evidence", "timestamp", "--answer", "a.tsr", "--roots", str(other.root))
    assert wrong.code == 2 and "not signed by an authority under the root" in wrong.told
    assert data(ask(capsys, "evidence", "timestamp", "--json"))["stamps"] == []


@pytest.mark.parametrize(("ending", "starts"), [("html", b"<!doctype html>"), ("txt", b"Beleg"), ("pdf", b"%PDF")])
def test_a_receipt_is_written_in_each_form(capsys: pytest.CaptureFixture[str], here: Path, ending: str, starts: bytes) -> None:
    pytest.importorskip("jinja2")
    from stargauge.evidence.capture.devtools import NAMES

    if ending == "pdf" and not any(map(shutil.which, NAMES)):
        pytest.skip("a PDF is printed by Chromium")
    ask(capsys, "evidence", "bundle", "C-1")
    answer = ask(capsys, "evidence", "receipt", "C-1.zip", "--language", "de", "--write", f"c.{ending}")
    assert answer.code == 0, answer.err
    content = (here / f"c.{ending}").read_bytes()
    assert content.startswith(starts)
    if ending == "pdf":
        assert re.findall(rb"/Count (\d+)", content) == [b"1"]


def test_without_a_browser_the_way_out_is_told(
    capsys: pytest.CaptureFixture[str], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    pytest.importorskip("jinja2")
    monkeypatch.setenv("STARGAUGE_BROWSER", "no-such-browser")
    ask(capsys, "evidence", "bundle", "C-1")
    answer = ask(capsys, "evidence", "receipt", "C-1.zip", "--write", "c.pdf")
    assert answer.code == 2 and "write the page as .html" in answer.told and not (here / "c.pdf").exists()


def test_a_receipt_is_printed_and_is_in_the_bundle(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    ask(capsys, "evidence", "bundle", "C-1")
    assert "What it does not show" in ask(capsys, "evidence", "receipt", "C-1.zip").out
    assert data(ask(capsys, "evidence", "receipt", "C-1.zip", "--json"))["title"] == "Receipt for C-1"
    with zipfile.ZipFile("C-1.zip") as archive:
        words = archive.read("README.txt").decode()
    assert "What it shows" in words and "Was sie nicht belegt" in words


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("bundle", "C-9", "X-1"), "there is no entry 9"),
        (("bundle", "C-1", "--write", "no/where.zip"), 'no folder "no"'),
        (("receipt", "page.html"), "no bundle of evidence"),
        (("receipt", "none.zip"), "cannot be read"),
        (("receipt", "C-1.zip", "--write", "x.doc"), ".html, .pdf or .txt"),
        (("receipt", "C-1.zip", "--language", "fr"), "(one of en, de)"),
        (("verify", "C-1.zip", "--roots", "none.pem"), "--roots cannot be read"),
        (("timestamp", "--request", "a", "--answer", "b"), "expected one of them"),
        (("timestamp", "--answer", "none.tsr"), "--answer cannot be read"),
        (("timestamp", "--answer", "page.html"), "no time stamp of an authority"),
    ],
)
def test_what_is_wrong_is_told(capsys: pytest.CaptureFixture[str], here: Path, arguments: tuple[str, ...], told: str) -> None:
    if "--answer" in arguments:
        pytest.importorskip("rfc3161_client")
        ask(capsys, "evidence", "timestamp", "--request", "q.tsq")
    ask(capsys, "evidence", "bundle", "C-1")
    answer = ask(capsys, "evidence", *arguments)
    assert answer.code == 2 and told in answer.told and not answer.out
