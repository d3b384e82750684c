"""`stargauge draft` on captures: the text that the log holds, decisions as entries, and the state of what was confirmed."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.capture_servers import page, serving
from tests.cli_runs import Answer, ask

pytest.importorskip("httpx")
pytest.importorskip("selectolax")
pytest.importorskip("warcio")
pytest.importorskip("cryptography")

from stargauge.evidence.archive import Entry
from stargauge.evidence.workspace import Workspace
from stargauge.quantity.errors import InputError

PAGE = """<!doctype html><html lang="de"><head><title>Baubeginn</title></head><body><h1>Ein Werk entsteht</h1>
<p>Die Firma Nordlicht will bis Ende 2028 mindestens 450 Arbeitsplätze schaffen. Die Anlage kostet bis zu 500 Mio. Dollar, davon 100 Mio.
sofort.</p><table><tr><td>Jahr</td><td>2026</td></tr><tr><td>Millionen Dollar</td><td>80</td></tr></table>
<p>The owner said that it was good for its $80 billion.</p><p>Chefin Pia Keller sagte: «Wir investieren 2 Milliarden Dollar.»</p></body>"""
ON = ("--evidence", "evidence", "--published", "2026-03-12")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with a workspace in which C-1 is a capture of the page."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STARGAUGE_EVIDENCE", raising=False)
    (tmp_path / "saved.html").write_text(PAGE, encoding="utf-8")
    assert ask(capsys, "evidence", "init", "--name", "evidence.example.org/desk").code == 0
    assert ask(capsys, "evidence", "capture", "saved.html", "--shows", "https://www.gazette.example/werk").code == 0
    return tmp_path


def kept(kind: Any = None) -> list[Entry]:
    with Workspace.open("evidence", write=False) as workspace:
        return list(workspace.entries(kind))


def text() -> str:
    with Workspace.open("evidence", write=False) as workspace:
        return workspace.payload(workspace.find("C-1"), "text").decode()


def reviewed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answers: Any, *arguments: str) -> Answer:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answers) if isinstance(answers, str) else answers)
    return ask(capsys, "draft", "C-1", *ON, "--review", *arguments)


def test_places_refer_to_the_text_that_the_log_holds(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "draft", "C-1", *ON)
    data, held = yaml.safe_load(answer.out), text()
    assert answer.code == 0 and len(data["drafts"]) >= 4
    for one in data["drafts"].values():
        assert held[one["start"] : one["end"]] == one["quote"]
        assert held.encode()[one["byte_start"] : one["byte_end"]].decode() == one["quote"]
        assert one["text_sha256"] == hashlib.sha256(held.encode()).hexdigest() == kept("capture")[0].payloads["text"]
    source = data["sources"]["article"]
    assert source["capture"] == "C-1" and source["publisher"] == "gazette.example" and source["title"] == "Baubeginn"
    assert source["collected"] == kept("capture")[0].time.date() and source["url"] == "https://www.gazette.example/werk"
    assert len(kept("claim")) == 0


def test_each_line_of_a_captured_page_is_read_alone(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(ask(capsys, "draft", "C-1", *ON, "--json").out)
    found = {one["text"]: one["value"] for one in data["quantities"]}
    assert data["capture"] == "C-1" and found["$80 billion"] == 80 * 10**9 and found["100 Mio."] == 100 * 10**6
    assert not [one for one in found if "2026" in one or one.startswith("80")]  # the cells of the table are not read as one phrase
    assert all("\x0b" not in json.dumps(one) for one in (*data["statements"], *data["quantities"], *data["left"]))


def test_relations_are_notes_and_nothing_is_added(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drafts = yaml.safe_load(ask(capsys, "draft", "C-1", *ON).out)["drafts"].values()
    (related,) = [line for one in drafts for line in one.get("relations", ())]
    assert '"bis zu 500 Mio. Dollar"' in related and 'includes "100 Mio."' in related and related.endswith("they are not added")


def test_an_address_is_captured_and_then_read(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving({"/": page(PAGE)}) as server:
        answer = ask(capsys, "draft", f"{server.base}/", *ON, "--allow-private", "127.0.0.1")
        refused = ask(capsys, "draft", f"{server.base}/", *ON)
    data = yaml.safe_load(answer.out)
    assert answer.code == 0 and "captured: C-2" in answer.told and data["sources"]["article"]["capture"] == "C-2"
    assert refused.code == 2 and len(kept("capture")) == 2
    assert ask(capsys, "evidence", "verify").code == 0


def test_every_step_of_a_decision_is_an_entry(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answers = "a\ne\nPia Keller AG\n\nIt costs up to 500 M USD.\ncapital_deployed >= 1 M USD by 2030-12-31\nr\ns\nq\n"
    answer = reviewed(capsys, monkeypatch, answers, "--by", "Ada Editor", "--write", "draft.yaml")
    assert answer.code == 0 and "steps added to the log" in answer.told
    steps, held = kept("claim"), text()
    assert [one.about["action"] for one in steps] == ["draft", "confirm", "draft", "edit", "confirm", "draft", "reject", "draft", "draft"]
    for one in steps:
        about = one.about
        assert one.target == kept("capture")[0].target and about["capture"] == "C-1" and about["by"] == "Ada Editor"
        assert about["text_sha256"] == hashlib.sha256(held.encode()).hexdigest()
        assert about["quote_sha256"] == hashlib.sha256(held[about["start"] : about["end"]].encode()).hexdigest()
    edit = steps[3].about
    assert edit["before"]["speaker"] == "" and edit["after"]["speaker"] == "Pia Keller AG"
    assert edit["after"]["readings"]["as said"] == "capital_deployed >= 1 M USD by 2030-12-31" != edit["before"]["readings"]["as said"]
    assert steps[4].about["says"] == "It costs up to 500 M USD."
    listed = ask(capsys, "evidence", "list", "--kind", "claim").out
    assert "confirm d001-text of C-1" in " ".join(listed.split())
    assert ask(capsys, "evidence", "verify").code == 0
    data = yaml.safe_load(Path("draft.yaml").read_text(encoding="utf-8"))
    assert [one["capture"] for one in data["claims"].values()] == ["C-1", "C-1"] and data["claims"]["d001-text"]["speaker"] == "the article"


def test_who_decides_is_never_made_up(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert reviewed(capsys, monkeypatch, "a\n").code == 0
    assert all("by" not in one.about for one in kept("claim"))


def test_ctrl_c_keeps_what_was_decided(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def typed() -> Iterator[str]:
        yield from ("a\n", "e\n", "Somebody\n")
        raise KeyboardInterrupt

    answer = reviewed(capsys, monkeypatch, typed(), "--write", "draft.yaml")
    data = yaml.safe_load(Path("draft.yaml").read_text(encoding="utf-8"))
    assert answer.code == 0 and list(data["claims"]) == ["d001-text"] and "Somebody" not in str(data)
    assert [one.about["action"] for one in kept("claim")] == ["draft", "confirm", "draft"]


def test_where_the_log_cannot_be_written_nothing_is(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise InputError("the disk is full")

    monkeypatch.setattr("stargauge.evidence.store.SqliteIndex.append", full)
    answer = reviewed(capsys, monkeypatch, "a\n", "--write", "draft.yaml")
    assert answer.code == 2 and not Path("draft.yaml").exists() and not kept("claim")


def test_confirmed_claims_show_whether_it_is_still_there(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reviewed(capsys, monkeypatch, "a\nq\n", "--write", "draft.yaml").code == 0
    shown = ask(capsys, "check", "stargate", "--scenario", "draft.yaml", "--evidence", "evidence", "--draws", "256")
    assert shown.code == 0 and "(C-1)" in " ".join(shown.out.split())


@pytest.mark.parametrize(
    ("name", "expected"),
    [("C-9", "there is no entry 9"), ("C-0", "K-0"), ("C-2", "holds no text"), ("C-3", "of kind claim; expected a capture")],
)
def test_what_is_no_text_is_told(here: Path, capsys: pytest.CaptureFixture[str], name: str, expected: str) -> None:
    with Workspace.open("evidence") as workspace:
        workspace.add("capture", "https://a.example/", {"method": "web"}, {"screenshot": b"PNG"})
        workspace.add("claim", "https://a.example/", {"action": "draft"})
    answer = ask(capsys, "draft", name, *ON)
    assert answer.code == 2 and expected in " ".join(answer.told.split())


def test_an_erased_text_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(capsys, "evidence", "erase", "C-1", "--ground", "asked to").code == 0
    answer = ask(capsys, "draft", "C-1", *ON)
    assert answer.code == 2 and "was erased" in answer.told


def test_the_review_of_the_page_on_reading_works_as_it_stands(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    text = (Path(__file__).parents[1] / "docs/reading.md").read_text(encoding="utf-8")
    (review, listed) = re.findall(r"```text\n(stargauge draft C-1.*?)```", text, re.S)[0].splitlines()
    monkeypatch.setattr(sys, "stdin", io.StringIO("a\nr\n"))
    assert ask(capsys, *shlex.split(review)[1:]).code == 0 and Path("reviewed.yaml").exists()
    assert "confirm d001" in ask(capsys, *shlex.split(listed)[1:]).out
