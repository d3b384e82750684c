"""Claims and statements cite captures: what the evidence folder holds of each, by the knowledge date, in every answer alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.cli_runs import ask

from stargauge import api
from stargauge.evidence.workspace import Workspace
from stargauge.quantity.errors import InputError

pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")

PAGE, POST = "https://grower.example/plan", "https://social.example/@grower/1"
START = datetime(2026, 6, 1, 17, 40, tzinfo=UTC)


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def seen(clock: Clock, outcome: str, url: str) -> Mapping[str, Any]:
    return {
        "version": 1, "thing": "page", "round": f"{clock.now:%j%H}", "url": url, "outcome": outcome,
        "time": f"{clock.now:%Y-%m-%dT%H:%M:%SZ}", "method": "web", "vantage": "local", "beside": [],
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A page captured and found at six checks, a post captured and not found once."""
    clock = Clock()
    with Workspace.init(tmp_path / "evidence", name="grower.example/desk", clock=clock) as made:
        assert made.add("capture", PAGE, {"method": "web", "status": 200, "tool": "stargauge"}, {"body": b"<p>800 MW</p>"}).id == "C-1"
        assert made.add("capture", POST, {"method": "web", "status": 200, "tool": "stargauge"}, {"body": b"<p>400 jobs</p>"}).id == "C-2"
        for _ in range(6):
            clock.now += timedelta(days=1)
            made.add("observation", PAGE, seen(clock, "ok", PAGE))
        made.add("observation", POST, seen(clock, "http_404", POST))
    return tmp_path / "evidence"


@pytest.fixture
def programme(tmp_path: Path) -> Path:
    """The starter programme, whose claims and first source cite captures."""
    path = tmp_path / "mine.yaml"
    from stargauge.programme.template import starter

    data = yaml.safe_load(starter("mine"))
    first, *others = data["claims"]
    data["claims"][first]["capture"] = "C-2"
    for name in others:
        data["claims"][name].pop("capture", None)
    data["sources"][data["claims"][first]["source"]]["capture"] = "C-1"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


def test_each_capture_that_is_cited_says_whether_it_is_still_there(programme: Path, folder: Path) -> None:
    data = api.check(programme, draws=64, as_of="2026-07-01", evidence=folder).to_dict()
    assert data["captures"]["C-1"]["text"] == "captured 2026-06-01 17:40 UTC, still there at 6 of 6 checks (C-1)"
    assert data["captures"]["C-1"]["state"] == "live" and data["captures"]["C-2"]["state"] == "not_found_once"
    assert data["claims"][0]["capture"] == "C-2" and data["captures"]["C-2"]["found"] == 0
    assert any(one["capture"] == "C-1" for one in data["statements"])


def test_a_claim_without_a_capture_of_its_own_has_that_of_its_source(programme: Path, folder: Path) -> None:
    text = programme.read_text(encoding="utf-8").replace("capture: C-2\n", "", 1)
    programme.write_text(text, encoding="utf-8")
    assert api.check(programme, draws=64, as_of="2026-07-01", evidence=folder).to_dict()["claims"][0]["capture"] == "C-1"


def test_only_what_was_known_by_the_day_is_told(programme: Path, folder: Path) -> None:
    def text(day: str) -> str:
        return str(api.check(programme, draws=64, as_of=day, evidence=folder).captures["C-1"].text)

    assert text("2026-06-03") == "captured 2026-06-01 17:40 UTC, still there at 2 of 2 checks (C-1)"
    assert text("2026-06-01") == "captured 2026-06-01 17:40 UTC, not checked since (C-1)"
    assert text("2026-05-31") == "captured only later, 2026-06-01 (C-1)"


def test_without_a_folder_the_id_is_told_and_nothing_is_claimed(programme: Path) -> None:
    captures = api.check(programme, draws=64, as_of="2026-07-01").captures
    assert captures["C-1"].text == "capture C-1; whether it is still there: --evidence DIR" and captures["C-1"].state is None


def test_every_id_that_the_folder_does_not_hold_is_told(programme: Path, folder: Path) -> None:
    programme.write_text(programme.read_text(encoding="utf-8").replace("C-2", "C-22").replace("C-1\n", "C-11\n"), encoding="utf-8")
    with pytest.raises(InputError) as told:
        api.check(programme, draws=64, evidence=folder)
    assert len(told.value.faults) == 2 and 'no capture "C-22"; did you mean' in str(told.value)


@pytest.mark.parametrize("wrong", ["17", "c-17", "C-", "O-17", 17])
def test_what_is_no_id_of_a_capture_is_refused_where_it_stands(programme: Path, wrong: Any) -> None:
    data = yaml.safe_load(programme.read_text(encoding="utf-8"))
    next(iter(data["claims"].values()))["capture"] = wrong
    next(iter(data["sources"].values()))["capture"] = wrong
    programme.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    with pytest.raises(InputError, match="expected the id of a capture, such as C-17, or none") as told:
        api.load(programme)
    assert len(told.value.faults) == 2 and all(fault.line for fault in told.value.faults)


def test_check_audit_explain_and_report_say_the_same(
    programme: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("jinja2")
    line = "still there at 6 of 6 checks (C-1)"
    options = (str(programme), "--draws", "64", "--as-of", "2026-07-01", "--evidence", str(folder))
    report = tmp_path / "report.html"
    assert ask(capsys, "check", *options, "--report", str(report)).code == 0
    assert line in report.read_text(encoding="utf-8")
    told = " ".join(ask(capsys, "check", *options).out.split())
    assert "Evidence: 2 captures cited" in told and line in told
    assert json.loads(ask(capsys, "check", *options, "--json").out)["captures"]["C-1"]["text"].endswith(line)
    assert "not found at" in " ".join(ask(capsys, "audit", *options).out.split())
    explained = ask(capsys, "explain", "power_facility[operational]", "--programme", *options, "--depth", "4")
    assert line in " ".join(explained.out.replace("│", " ").split()), explained.err


def test_a_capture_that_was_erased_is_told_as_that(programme: Path, folder: Path) -> None:
    with Workspace.open(folder, clock=lambda: datetime(2026, 6, 20, tzinfo=UTC)) as workspace:
        workspace.erase(workspace.find("C-1"), "its author asked for it", about=True)
    text = api.check(programme, draws=64, as_of="2026-07-01", evidence=folder).captures["C-1"].text
    assert text.startswith("captured 2026-06-01 17:40 UTC, erased on 2026-06-20"), text
    before = api.check(programme, draws=64, as_of="2026-06-10", evidence=folder).captures["C-1"].text
    assert "erased" not in before, before


def test_what_was_handed_in_is_marked_even_when_it_is_erased(programme: Path, tmp_path: Path) -> None:
    with Workspace.init(tmp_path / "other", clock=lambda: START) as made:
        for _ in range(2):
            made.add("capture", PAGE, {"source_terms": "user_supplied", "tool": "stargauge"}, {"file": b"x"})
        made.erase(made.find("C-1"), "asked for", about=True)
    text = api.check(programme, draws=64, as_of="2026-07-01", evidence=tmp_path / "other").captures["C-1"].text
    assert "supplied by a user" in text and "erased on" in text, text


def test_a_folder_that_holds_no_evidence_is_refused(programme: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no evidence is kept here"):
        api.check(programme, draws=64, evidence=tmp_path)


def test_the_day_is_the_knowledge_date(programme: Path, folder: Path) -> None:
    assert api.held_captures(api.load(programme), folder, date(2026, 6, 4))["C-1"].checks == 3
