"""`stargauge evidence capture` and `wacz`: what they keep, print and refuse."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.capture_servers import page, redirect, serving
from tests.cli_runs import Answer, ask

pytest.importorskip("httpx")
pytest.importorskip("selectolax")
pytest.importorskip("warcio")
pytest.importorskip("cryptography")

from stargauge.evidence.capture.supplied import read_supplied
from stargauge.evidence.durable import Busy
from stargauge.evidence.turn import in_turn
from stargauge.evidence.workspace import Workspace
from stargauge.quantity.errors import InputError


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with a new workspace."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STARGAUGE_EVIDENCE", raising=False)
    assert ask(capsys, "evidence", "init", "--name", "evidence.example.org/desk").code == 0
    return tmp_path


def taken(capsys: pytest.CaptureFixture[str], *arguments: str) -> Answer:
    return ask(capsys, "evidence", "capture", *arguments)


def kept() -> list[Any]:
    with Workspace.open("evidence", write=False) as workspace:
        return list(workspace.entries("capture"))


@pytest.mark.parametrize("command", ["capture", "wacz"])
def test_help_fits_into_80_columns(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answer = ask(capsys, "evidence", command, "--help")
    assert answer.code == 0 and max(map(len, answer.out.splitlines())) <= 80


def test_a_page_is_kept_and_shown_behind_a_margin(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving({"/": page("<title>C-9 all \x1b[2Jgood</title><p>One\u202e<p>Two", "404 Not Found")}) as server:
        answer = taken(capsys, server.base + "/", "--allow-private", "127.0.0.1")
    shown = answer.out.splitlines()
    assert answer.code == 0 and shown[0] == f"C-1  {server.base}/" and shown[1] == "  web, status 404; terms: web"
    assert shown[-3:] == ["| C-9 all \\u{1b}[2Jgood", "| One\\u{202e}", "| Two"]
    assert kept()[0].about["status"] == 404 and ask(capsys, "evidence", "verify").code == 0


def test_json_holds_the_entry(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving({"/": page("<p>One")}) as server:
        answer = taken(capsys, server.base + "/", "--allow-private", f"127.0.0.1:{server.port}", "--json", "--vantage", "Zürich")
    made = json.loads(answer.out)
    assert made["captures"][0]["id"] == "C-1" and made["captures"][0]["about"]["vantage"] == "Zürich" and made["faults"] == []
    assert made["captures"][0]["payloads"] == dict(kept()[0].payloads)


def test_json_holds_nothing_that_steers_a_terminal_and_reads_the_same(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    title = "a\x1b[2J\x9bb\u202ec\u2066 Zürich"
    with serving({"/": page(f"<title>{title}</title>")}) as server:
        answer = taken(capsys, server.base + "/", "--allow-private", "127.0.0.1", "--json")
    assert all(one.isprintable() or one == "\n" for one in answer.out) and "Zürich" in answer.out
    assert json.loads(answer.out)["captures"][0]["about"]["title"] == title


def test_faults_are_told_together_and_what_could_be_taken_is_kept(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.html").write_text("<!doctype html><p>Saved", encoding="utf-8")
    (here / "b.bin").write_bytes(b"\x00")
    answer = taken(capsys, "http://10.0.0.1/", "b.bin", "a.html", "none", "--shows", "https://x.example/1")
    assert answer.code == 2 and "3 errors, 1 kept" in answer.told
    for part in ("private or reserved", "begins like none of these", "there is no such file"):
        assert part in answer.told
    assert [(one.target, one.about["user_supplied"]) for one in kept()] == [("https://x.example/1", True)]
    alone = taken(capsys, "none", "http://10.0.0.1/", "--json")
    assert alone.code == 2 and "2 errors, nothing was run" in alone.told and not alone.out


def test_a_private_address_needs_its_name(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving({"/": page("secret")}) as server:
        answer = taken(capsys, server.base + "/")
        assert answer.code == 2 and "not one of the web" in answer.told and not server.asked
    assert not kept()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("http://a.example/", "--header", "Cookie"), "Name: value"), (("page", "--method", "web"), "expected a URL"), (("x.html",
     "--method", "fax"), "fax"),
     (("https://bsky.app/about", "--method", "bluesky"), "expected at://")],
)  # fmt: skip
def test_arguments_at_fault_are_told(here: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str) -> None:
    answer = taken(capsys, *arguments)
    assert answer.code == 2 and told in answer.told


@pytest.mark.parametrize("missing", ["httpx", "warcio", "selectolax"])
def test_what_is_not_installed_is_named(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == missing or name.startswith("stargauge.evidence.capture")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    (here / "a.html").write_text("<!doctype html><p>Saved", encoding="utf-8")
    answer = taken(capsys, "a.html", "--shows", "https://x.example/1")
    assert answer.code == 2 and f"needs {missing}" in answer.told and "stargauge[evidence]" in answer.told and not kept()


def test_captures_are_handed_on_as_one_web_archive(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving({"/": page("<title>T</title><p>One"), "/2": page("<p>Two")}) as server:
        assert taken(capsys, server.base + "/", server.base + "/2", "--allow-private", "127.0.0.1").code == 0
    assert ask(capsys, "evidence", "wacz", "all.wacz").out == "2 captures written to all.wacz\n"
    assert read_supplied((here / "all.wacz").read_bytes(), "all.wacz").documents == 2
    assert json.loads(ask(capsys, "evidence", "wacz", "one.wacz", "C-2", "--json").out)["entries"] == ["C-2"]
    assert ask(capsys, "evidence", "erase", "C-2", "--ground", "asked for").code == 0
    failed = ask(capsys, "evidence", "wacz", "one.wacz", "C-2", "K-0")
    assert failed.code == 2 and "erased" in failed.told and "K-0 is no capture" in failed.told


def test_what_is_fetched_holds_up_nobody_who_writes(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from stargauge.evidence.capture import capture as captures

    real = captures.take

    def take(*arguments: Any) -> Any:
        with Workspace.open("evidence") as workspace:  # somebody writes while the answer is awaited
            workspace.heartbeat({"event": "round"})
        return real(*arguments)

    monkeypatch.setattr(captures, "take", take)
    with serving({"/": page("<p>One")}) as server:
        assert taken(capsys, server.base + "/", "--allow-private", "127.0.0.1").code == 0
    assert len(kept()) == 1


def test_a_capture_waits_for_its_turn_to_write(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held, done = threading.Event(), threading.Event()

    def write() -> None:
        with Workspace.open("evidence") as workspace:
            held.set()
            done.wait(20)
            workspace.heartbeat({"event": "round"})

    other = threading.Thread(target=write)
    other.start()
    assert held.wait(20)
    threading.Timer(0.5, done.set).start()
    with serving({"/": page("<p>One")}) as server:
        assert taken(capsys, server.base + "/", "--allow-private", "127.0.0.1").code == 0
    other.join()
    assert len(kept()) == 1


def test_the_turn_is_waited_for_so_long_and_other_faults_are_told_at_once() -> None:
    def busy() -> None:
        raise Busy("another process (7) writes to these records")

    def broken() -> None:
        raise InputError("no such folder")

    with pytest.raises(InputError, match="writes to these records"):
        in_turn(busy, 0.3)
    with pytest.raises(InputError, match="no such folder"):
        in_turn(broken)


def test_what_a_page_led_to_and_was_not_asked_is_not_what_answered(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving({"/": redirect("http://169.254.169.254/latest")}) as server:
        answer = taken(capsys, server.base + "/", "--allow-private", "127.0.0.1")
    assert "answered by" not in answer.out and "led to http://169.254.169.254/latest, which was not asked" in answer.out
