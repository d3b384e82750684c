"""`stargauge evidence capture`: what it keeps, prints and refuses."""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.capture_servers import page, serving
from tests.kept import Kept

pytest.importorskip("httpx")
pytest.importorskip("selectolax")
pytest.importorskip("warcio")

from stargauge.cli import evidence_capture
from stargauge.quantity.errors import InputError


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Kept:
    made = Kept()

    @contextlib.contextmanager
    def opened(folder: str) -> Iterator[Kept]:
        yield made

    monkeypatch.setattr(evidence_capture, "opened", opened)
    return made


def ran(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    evidence_capture.register(parser.add_subparsers(required=True))
    asked = parser.parse_args(["capture", *arguments])
    return int(asked.run(asked))


def test_a_page_is_kept_and_shown_behind_a_margin(archive: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    with serving({"/": page("<title>C-9 all \x1b[2Jgood</title><p>One\u202e<p>Two", "404 Not Found")}) as server:
        assert ran(server.base + "/", "--allow-private", "127.0.0.1") == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == f"C-0  {server.base}/" and shown[1] == "  web, status 404; terms: web"
    assert shown[-3:] == ["| C-9 all \\u{1b}[2Jgood", "| One\\u{202e}", "| Two"] and archive.made[0].about["status"] == 404


def test_json_holds_the_entry(archive: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    with serving({"/": page("<p>One")}) as server:
        assert ran(server.base + "/", "--allow-private", f"127.0.0.1:{server.port}", "--json", "--vantage", "Zürich") == 0
    made = json.loads(capsys.readouterr().out)["captures"][0]
    assert made["id"] == "C-0" and made["about"]["vantage"] == "Zürich" and made["payloads"] == dict(archive.made[0].payloads)


def test_faults_are_told_together_and_what_could_be_taken_is_kept(archive: Kept, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<!doctype html><p>Saved", encoding="utf-8")
    (tmp_path / "b.bin").write_bytes(b"\x00")
    with pytest.raises(InputError) as caught:
        ran("http://10.0.0.1/", str(tmp_path / "b.bin"), str(tmp_path / "a.html"), str(tmp_path / "none"), "--shows", "https://x.example/1")
    assert [fault.file for fault in caught.value.faults] == ["http://10.0.0.1/", "b.bin", str(tmp_path / "none")]
    assert len(archive.made) == 1 and archive.made[0].about["user_supplied"] is True and archive.made[0].target == "https://x.example/1"


def test_a_private_address_needs_its_name(archive: Kept) -> None:
    with serving({"/": page("secret")}) as server, pytest.raises(InputError, match="not one of the web"):
        ran(server.base + "/")
    assert not archive.made and not server.asked


def test_a_header_is_name_and_value_and_a_page_needs_a_url(archive: Kept) -> None:
    with pytest.raises(InputError, match="Name: value"):
        ran("http://a.example/", "--header", "Cookie")
    with pytest.raises(InputError, match="expected a URL"):
        ran("page", "--method", "web")
