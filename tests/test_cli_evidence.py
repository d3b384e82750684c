"""`stargauge evidence` as a newcomer uses it: answers in 80 columns, JSON, files that appear whole, every fault at once."""

from __future__ import annotations

import json
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.cli_runs import Answer, ask

from stargauge.evidence.log.note import Signer
from stargauge.evidence.workspace import Workspace

pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")

URL = "https://example.org/post/1"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with a workspace of two entries."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STARGAUGE_EVIDENCE", raising=False)
    (tmp_path / "page.html").write_bytes(b"<p>we do not have it</p>")
    assert ask(capsys, "evidence", "init", "--name", "evidence.example.org/desk").code == 0
    assert ask(capsys, "evidence", "add", "capture", URL, "--about", '{"status": 200}', "--payload", "body=page.html").code == 0
    return tmp_path


def data(answer: Answer) -> Any:
    assert answer.code == 0 and not answer.err, answer.err
    return json.loads(answer.out)


COMMANDS = ("init", "add", "list", "show", "verify", "proof", "checkpoint", "fsck", "export", "erase", "rotate-key")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_and_names_every_argument(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answer = ask(capsys, *filter(None, ("evidence", command, "--help")))
    assert answer.code == 0 and answer.out.startswith(f"usage: stargauge evidence {command}".strip()) and answer.err == ""
    assert max(map(len, answer.out.splitlines())) <= 80
    assert command or all(name in answer.out for name in COMMANDS)


def test_entries_are_listed_and_shown_in_80_columns(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    ask(capsys, "evidence", "add", "observation", "at://did:plc:x/app.bsky.feed.post/" + "y" * 60, "--about", '{"outcome": "ok"}')
    for command in (("list",), ("show", "C-1"), ("show", "O-2"), ("fsck",), ("verify",), ("verify", "C-1")):
        answer = ask(capsys, "evidence", *command)
        assert answer.code == 0 and not answer.err
        assert max(len(line) for line in answer.out.splitlines() if "at://" not in line or command == ("list",)) <= 80, command
    assert [one["id"] for one in data(ask(capsys, "evidence", "list", "--json"))] == ["K-0", "C-1", "O-2"]
    assert [one["id"] for one in data(ask(capsys, "evidence", "list", "--kind", "capture", "--json"))] == ["C-1"]
    assert data(ask(capsys, "evidence", "list", "--target", "nowhere", "--json")) == []
    assert ask(capsys, "evidence", "list", "--target", "nowhere").out == "no such entries\n"
    shown = data(ask(capsys, "evidence", "show", "C-1", "--json"))
    assert shown["about"] == {"status": 200} and shown["payloads"][0]["size"] == 24 and not shown["payloads"][0]["erased"]


def test_text_from_elsewhere_cannot_act_on_the_terminal(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    ask(capsys, "evidence", "add", "capture", "https://example.org/\x1b[2Jx", "--about", '{"author\\u001b": "a\\u001b]0;b\\u202e"}')
    for command in (("list",), ("show", "C-2")):
        answer = ask(capsys, "evidence", *command)
        assert "\x1b" not in answer.out and "\u202e" not in answer.out and "\\u001b" in answer.out


def test_payloads_are_written_as_they_were(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    assert "written: out/C-1.body" in ask(capsys, "evidence", "show", "C-1", "--write", "out").out.replace(os.sep, "/")
    assert (here / "out" / "C-1.body").read_bytes() == (here / "page.html").read_bytes()


def test_a_proof_and_a_copy_of_the_log_travel(
    capsys: pytest.CaptureFixture[str], here: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = tmp_path_factory.mktemp("away")
    key = data(ask(capsys, "evidence", "proof", "C-1", "--write", str(away / "C-1.tlog-proof"), "--json"))["public_key"]
    assert ask(capsys, "evidence", "export", str(away / "copy")).code == 0
    monkeypatch.chdir(away)
    answer = ask(capsys, "evidence", "verify", "C-1.tlog-proof", "copy", "--key", key)
    assert answer.code == 0 and answer.out.count("it holds") == 2 and "does not show that what" in " ".join(answer.out.split())
    assert ask(capsys, "evidence", "verify", "copy", "--key", "copy/keys.pub").code == 0
    missing = ask(capsys, "evidence", "verify", "copy")
    assert missing.code == 2 and "--key" in missing.told
    wrong = ask(capsys, "evidence", "verify", "C-1.tlog-proof", "copy", "--key", Signer.new("evidence.example.org/desk").verifier.text)
    assert wrong.code == 2 and "2 errors" in wrong.err


def test_a_checkpoint_says_what_continues_it(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    made = data(ask(capsys, "evidence", "checkpoint", "--json"))
    assert made["size"] == 2 and made["note"].startswith("evidence.example.org/desk\n2\n") and "consistency" not in made
    ask(capsys, "evidence", "add", "heartbeat", "round", "--about", '{"due": 3, "ran": 3}')
    later = data(ask(capsys, "evidence", "checkpoint", "--since", "2", "--json"))
    assert later["since"] == 2 and len(later["consistency"]) == 1
    assert ask(capsys, "evidence", "checkpoint", "--since", "9").code == 2


def test_a_second_key_signs(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    partner = Signer.new("partner.example.net")
    (here / "partner.key").write_text(partner.text)
    answer = ask(capsys, "evidence", "checkpoint", "--sign-with", "partner.key")
    assert answer.code == 0 and answer.out.count("— ") == 2 and partner.seed.hex() not in answer.out
    (here / "no.key").write_text("nothing")
    assert ask(capsys, "evidence", "checkpoint", "--sign-with", "no.key").code == 2
    assert ask(capsys, "evidence", "checkpoint", "--sign-with", "missing.key").code == 2


def test_erasing_says_what_stays(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    ask(capsys, "evidence", "add", "capture", URL, "--payload", "body=page.html")
    answer = ask(capsys, "evidence", "erase", "C-1", "--ground", "the author asked")
    assert answer.code == 0 and "E-3 tells of it" in answer.out and "C-2 holds the same bytes" in answer.out
    assert "erased" in ask(capsys, "evidence", "show", "C-1").out
    assert ask(capsys, "evidence", "verify").code == 0


def test_a_new_key_is_told(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    made = data(ask(capsys, "evidence", "rotate-key", "--json"))
    assert made["entry"] == "K-2" and made["public_key"] != made["replaces"]
    assert ask(capsys, "evidence", "fsck").code == 0


def test_the_workspace_is_where_it_is_said(capsys: pytest.CaptureFixture[str], here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(capsys, "evidence", "init", "other").code == 0
    assert len(data(ask(capsys, "evidence", "list", "--evidence", "other", "--json"))) == 1
    monkeypatch.setenv("STARGAUGE_EVIDENCE", "other")
    assert len(data(ask(capsys, "evidence", "list", "--json"))) == 1
    assert len(data(ask(capsys, "evidence", "list", "--evidence", "evidence", "--json"))) == 2


def test_what_was_altered_is_told_with_exit_code_2(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    base = sqlite3.connect(here / "evidence" / "evidence.sqlite")
    with base:
        base.execute("UPDATE entry SET target = 'https://example.org/2' WHERE id = 1")
    base.close()
    for path in (here / "evidence" / "blobs").rglob("*/*/*/*"):
        path.write_bytes(b"other")
    for command in ("fsck", "verify"):
        answer = ask(capsys, "evidence", command)
        assert answer.code == 2 and "2 faults" in answer.out and "its target is not the one" in " ".join(answer.out.split())
    told = json.loads(ask(capsys, "evidence", "fsck", "--json").out)
    assert not told["sound"] and len(told["faults"]) == 2
    assert "1 error" not in ask(capsys, "evidence", "verify", "C-1").err and ask(capsys, "evidence", "verify", "C-1").code == 2


def test_a_damaged_tile_is_mended(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    tile = here / "evidence" / "log" / "tile" / "0" / "000.p" / "2"
    tile.write_bytes(b"torn")
    assert ask(capsys, "evidence", "fsck").code == 2
    answer = ask(capsys, "evidence", "fsck", "--mend")
    assert answer.code == 0 and "written again from the entries: tile/0/000.p/2" in answer.told


FAULTS: dict[tuple[str, ...], tuple[int, tuple[str, ...]]] = {
    ("add", "captur", " ", "--about", '{"a": 1.5, "b": null}', "--payload", "x", "--payload", "b=missing"): (
        6,
        ("expected NAME=FILE", "cannot be read", 'did you mean "capture"', "target", "about.a got 1.5" , "got null"),
    ),
    ("add", "capture", "x", "--about", "{status: 200}"): (1, ("expected a JSON object",)),
    ("add", "capture", "x", "--about", "[1]"): (1, ("expected a JSON object",)),
    ("add", "capture", "x", "--about", "@missing.json"): (1, ("cannot be read",)),
    ("add", "key", "x"): (1, ("rotate",)),
    ("add", "erasure", "x"): (1, ("erase",)),
    ("list", "--kind", "captures"): (1, ('did you mean "capture"',)),
    ("show", "C-7"): (1, ("the log has 2",)),
    ("show", "O-1"): (1, ("did you mean C-1",)),
    ("proof", "seven"): (1, ("such as C-17",)),
    ("erase", "C-1", "--ground", "x", "--payload", "bod", "--payload", "text"): (2, ('did you mean "body"',)),
    ("verify", "C-9", "O-1"): (2, ("the log has 2", "did you mean C-1")),
    ("verify", "page.html"): (1, ("no proof of a log",)),
    ("verify", "page.html", "--key", "rubbish"): (1, ("expected NAME+ID+KEY",)),
    ("export", "evidence"): (1, ("choose a new or empty folder",)),
    ("init",): (1, ("holds a workspace already",)),
    ("init", "new", "--name", "two words"): (1, ("cannot name a key",)),
    ("list", "--evidence", "nowhere"): (1, ("stargauge evidence init nowhere",)),
}  # fmt: skip


@pytest.mark.parametrize("asked", FAULTS, ids=" ".join)
def test_faults_say_how_to_repair_them_all_at_once(capsys: pytest.CaptureFixture[str], here: Path, asked: tuple[str, ...]) -> None:
    before = sorted(path for path in here.rglob("*") if path.is_file())
    answer = ask(capsys, "evidence", *asked)
    count, says = FAULTS[asked]
    assert answer.code == 2 and answer.out == "" and f"{count} error" in answer.err, answer.err
    for part in says:
        assert all(word in answer.told for word in part.split()), part
    assert sorted(path for path in here.rglob("*") if path.is_file() and "sqlite-" not in path.name) == before


def test_an_unknown_command_of_the_group_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "evidence", "shw")
    assert answer.code == 2 and 'did you mean "show"' in answer.err


def test_a_clock_that_ran_ahead_is_told_when_adding_and_when_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Workspace.init("evidence", "evidence.example.org/desk", lambda: datetime(2099, 1, 1, tzinfo=UTC)).close()
    answer = ask(capsys, "evidence", "add", "capture", URL)
    assert answer.code == 0 and "bears 2099-01-01 00:00 UTC, and our clock shows 20" in answer.err
    for command in (("list",), ("show", "C-1")):
        text = " ".join(ask(capsys, "evidence", *command).out.split())
        assert "C-1: our clock showed 20" in text and "earlier than the entry before" in text and "had been ahead" in text
    assert data(ask(capsys, "evidence", "show", "K-0", "--json"))["clock"] is None
    assert data(ask(capsys, "evidence", "show", "C-1", "--json"))["clock"] < "2099"
    for _ in range(4):
        ask(capsys, "evidence", "add", "capture", URL)
    text = ask(capsys, "evidence", "list").out
    assert "and 2 more" in text and "C-4: our" not in text and max(map(len, text.splitlines())) <= 80
