"""Faulty input on the command line: where, what was expected, what came, how to repair it; exit code 2; nothing written."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.cli_runs import Answer, ask
from tests.programme_files import SMALL, changed

QUANTITY = 'readings: {as said: "power_it[operational, north] >= 100 MW by 2026-03-31"}'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked(capsys: pytest.CaptureFixture[str], here: Path, text: str | bytes) -> Answer:
    """`check` on a file of this text, which must be the only file left behind."""
    raw = text if isinstance(text, bytes) else text.encode()
    (here / "f.yaml").write_bytes(raw)
    answer = ask(capsys, "check", "f.yaml", "--draws", "256", "--report", "report.html")
    assert os.listdir(here) == ["f.yaml"] or answer.code == 0
    return answer


def place_of(text: str, part: str) -> str:
    """Line and column of a part of a text, as faults write them."""
    before = text[: text.index(part)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


# --- files that cannot be read ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "place", "says"),
    [
        (b"", "1:1", "got nothing; expected keys such as `name:` and `sites:`"),
        (b"# only a remark\n", "1:1", "got nothing"),
        (b"- a\n- b\n", "1:1", "got a list; expected keys"),
        (b"hello", "1:1", 'got "hello"; expected keys'),
        (b"name: a\n\x89PNG\r\n\x1a\n\x00\xff", "2:1", "not UTF-8 text; save the file as UTF-8"),
        (b"name: M\xfcll\n", "1:1", "not UTF-8"),
        ("name: x\n".encode("utf-16"), "1:1", "not UTF-8"),
        (b"name: x\nabout: a\x00b\n", "2:9", "the character '\\x00'; take it out"),
        (b"name: x\nsites:\n\tnorth: {}\n", "3:1", "a tab; indent with spaces"),
        (b"name: {a: b\nabout: c\n", "2:6", "check the indentation"),
        (b"name: x\nname: y\n", "2:1", 'the key "name" stands here twice'),
        (b"a: " + b"[" * 400 + b"]" * 400, "1:28", "nested deeper than 24 levels"),
    ],
)
def test_a_file_that_is_no_programme_says_where(
    capsys: pytest.CaptureFixture[str], here: Path, raw: bytes, place: str, says: str
) -> None:  # fmt: skip
    answer = checked(capsys, here, raw)
    assert answer.code == 2
    assert answer.err.startswith("f.yaml: 1 error, nothing was run\n")
    assert re.search(rf"^  {place} ", answer.err, re.MULTILINE), answer.err
    assert says in answer.told


def test_an_alias_bomb_is_refused_at_every_alias(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    answer = checked(capsys, here, "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nname: *c\n")
    assert answer.code == 2 and "5 errors" in answer.err
    assert "an alias" in answer.told and "write the value out" in answer.told


def test_a_file_of_100_mb_is_refused_before_it_is_read(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    with (here / "f.yaml").open("wb") as file:
        file.truncate(100_000_000)
    answer = ask(capsys, "check", "f.yaml")
    assert answer.code == 2 and "100,000,000 bytes; expected at most 2,000,000" in answer.told


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no endless file here")
def test_an_endless_file_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "check", "/dev/zero")
    assert answer.code == 2 and "more than 2,000,000 bytes" in answer.told


def test_a_file_without_permission_is_named(capsys: pytest.CaptureFixture[str], here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    (here / "f.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setattr(Path, "open", refused)
    answer = ask(capsys, "check", "f.yaml")
    assert answer.code == 2 and answer.err.startswith("f.yaml: 1 error") and "cannot be read: Permission denied" in answer.err


def test_folders_without_a_programme_say_what_they_should_hold(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "empty").mkdir()
    assert "expected programme.yaml and one file per section" in ask(capsys, "check", "empty").told
    (here / "other").mkdir()
    (here / "other/programme.yaml").write_text(SMALL, encoding="utf-8")
    (here / "other/site.yaml").write_text("a: b\n", encoding="utf-8")
    answer = ask(capsys, "check", "other")
    assert answer.code == 2 and '"site" is no section of a programme; did you mean "sites"?' in answer.told


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_of_other_systems_are_read(
    capsys: pytest.CaptureFixture[str], here: Path, ending: str, mark: str
) -> None:
    (here / "f.yaml").write_bytes((mark + SMALL.replace("\n", ending)).encode())
    answer = ask(capsys, "check", "f.yaml", "--draws", "256")
    assert answer.code == 0, answer.err


# --- faults of the content ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        ("energised:", "energized:", "sites.north.phases.hall-1.milestones.energized", 'did you mean "energised"?'),
        ("value: 103 MW", "value: 103 MWh", "sites.north.phases.hall-1.it_power[1].value", 'got "103 MWh", an energy; expected a power'),
        ("value: 103 MW", "value: -103 MW", "sites.north.phases.hall-1.it_power[1]", "below zero; expected 0 W or more"),
        ("value: 103 MW", "value: 1e400 MW", "sites.north.phases.hall-1.it_power[1].value", "more than a number can be here"),
        ("value: 140 MW", "value: 90 MW", "sites.north.phases.hall-1.facility_power", 'below the IT power "100 MW"'),
        ("value: 2026-02,", "value: 2024-02,", "sites.north.phases.hall-1.milestones.operational[1]",
         'operational on "2024-02" comes before energised on "2025-12-31"'),
        ("it_power: {value: 110 MW, status: estimated, source: tracker}", "name: Hall 2", "sites.north.phases.hall-2", "has no size"),
        ("source: tracker}\nunsited", "source: trackr}\nunsited", "sites.north.phases.hall-2.it_power.source", 'did you mean "tracker"?'),
        ("date: 2025-01-20, grade: A}", "date: 2025-01-20, grade: A, root: copy}", "sources.plan.root", "circular: plan -> copy -> plan"),
        ("horizon: 2030-12", "horizon: 2525-12", "horizon", "500 years after the start; expected at most 60"),
        ("horizon: 2030-12", "horizon: 2020-12", "horizon", "before the start"),
        ("place: abilene-tx", "place: abilene", "sites.north.place", 'did you mean "abilene-tx"?'),
        ("value: 1..2 GW", "value: 2..1 GW", "unsited.rest.it_power.value", "a range must rise"),
    ],
)  # fmt: skip
def test_each_fault_says_line_column_path_and_repair(
    capsys: pytest.CaptureFixture[str], here: Path, old: str, new: str, path: str, says: str
) -> None:
    text = changed((old, new))
    if old == "value: 2026-02,":
        text = text.replace("value: 2025-12-31, status: planned", "value: 2025-12-31, status: estimated")
    answer = checked(capsys, here, text)
    assert answer.code == 2, answer.out
    assert any(line.split()[1] == path for line in answer.err.splitlines() if re.match(r"  \d+:\d+ ", line)), answer.err
    assert says in answer.told
    assert max(map(len, answer.err.splitlines())) <= 90


def test_all_faults_come_at_once_with_those_of_the_readings(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    text = changed(
        ("value: 103 MW", "value: 103 MWh"), ("energised:", "energized:"), ("power_it[operational, north] >=", "power_itt[operational] >=")
    )
    answer = checked(capsys, here, text)
    assert answer.code == 2 and "f.yaml: 3 errors, nothing was run" in answer.err
    assert "energized" in answer.err and "103 MWh" in answer.err
    assert 'there is no quantity "power_itt"; did you mean "power_it"?' in answer.told


@pytest.mark.parametrize(
    ("reading", "at", "says"),
    [
        ("power_itt[operational] >= 1 GW by 2026-03-31", "", 'there is no quantity "power_itt"; did you mean "power_it"?'),
        ("power_it[operational, north] => 1 GW by 2026-03-31", "=> 1 GW", 'got "="; expected an address or one of'),
        ("power_it[operational, nort] >= 1 GW by 2026-03-31", "power_it", 'did you mean "north"?'),
        ("power_it[operational, north] >= 1 GWh by 2026-03-31", "1 GWh", "an energy; expected a power"),
        ("power_it[operational, north] >= 1 GW by 2199-03-31", "by 2199", "outside the months of the programme"),
        ("capex >= 1 bn USD by 2026-03-31", "by 2026", "a flow"),
        ("record(post-visibel)", "", 'there is no record "post-visibel"; did you mean "post-visible"?'),
        ("__import__('os').system('x')", "", "expected"),
    ],
)
def test_a_fault_of_a_reading_points_at_its_character_in_the_file(
    capsys: pytest.CaptureFixture[str], here: Path, reading: str, at: str, says: str
) -> None:
    text = SMALL.replace(QUANTITY, f'readings: {{as said: "{reading}"}}')
    answer = checked(capsys, here, text)
    assert answer.code == 2 and answer.err.startswith("f.yaml: 1 error"), answer.err
    assert "claims.first-hall.readings.as said" in answer.err
    assert says in answer.told
    if at:
        assert f"  {place_of(text, at)} " in answer.err


def test_a_file_without_phases_has_nothing_to_run(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    answer = checked(capsys, here, "name: x\nprice_year: 2025\nstart: 2025-01\nhorizon: 2032-12\n")
    assert answer.code == 2 and "no phase and no pledge, so there is nothing to run" in answer.told


# --- faults of the arguments --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "expected a command: check, audit"),
        (("chekc",), 'there is no command "chekc"; did you mean "check"?'),
        (("check", "--draw", "5"), 'did you mean "--draws"?'),
        (("check", "stargte"), 'did you mean "stargate"?'),
        (("check", "--draws", "many"), 'got "many"; expected a whole number such as 10_000'),
        (("check", "xai-colossus-1", "--draws", "0"), "got 0 draws; expected 1 to 10,000,000"),
        (("check", "xai-colossus-1", "--draws", "-5"), "got -5 draws"),
        (("check", "xai-colossus-1", "--draws", "1_000_000_000"), "got 1,000,000,000 draws; expected 1 to 10,000,000"),
        (("check", "xai-colossus-1", "--workers", "0"), "got 0 workers; expected 1 to 64"),
        (("check", "xai-colossus-1", "--workers", "1000000"), "expected 1 to 64"),
        (("check", "xai-colossus-1", "--seed", "1.5"), 'got "1.5"; expected a whole number'),
        (("check", "--as-of", "2025-13-01"), 'got "2025-13-01"; expected a day such as 2025-01-22'),
        (("check", "xai-colossus-1", "--as-of", "2010-01-01"), "record too thin"),
        (("check", "--scenario", "nowhere.yaml"), 'no scenario file "nowhere.yaml"'),
        (("check", "--catalogue", "nowhere.csv"), 'no file or folder "nowhere.csv"'),
        (("check", "--set", "load_factor"), "expected INPUT=VALUE"),
        (("check", "--set", "load_facter=0.8"), 'there is no input "load_facter"; did you mean "load_factor"?'),
        (("check", "--set", "load_factor=5 MW"), "expected a plain number"),
        (("check", "--set", "load_factor=often"), "is not a number with a unit"),
        (("check", "--set", "load_factor[abilen]=0.8"), '"abilen" is no label of load_factor; did you mean "abilene"?'),
        (("check", "--set", "power_facility=1 GW"), '"power_facility" is computed, not an input'),
        (("check", "--report", "nowhere/report.html"), 'no folder "nowhere" to write the report to'),
        (("check", "--report", "."), "is a folder; expected a file name"),
        (("check", "--fail-if", "met by chance"), "there is no status"),
        (("check", "--fail-if", "site-underwy: met"), 'did you mean "site-underway"?'),
        (("audit", "--claim", "jobs-10k"), 'did you mean "jobs-100k"?'),
        (("simulate", "--quantity", "jobs_dirct"), 'did you mean "jobs_direct"?'),
        (("simulate", "--quantity", "power_it[operational"), "expected a quantity with labels such as"),
        (("explain",), "all quantities and inputs: stargauge explain --list"),
        (("explain", "jobs_dirct"), 'did you mean "jobs_direct"?'),
        (("explain", "compute_peak"), "choose one label along dtype: bf16, fp8, fp4"),
        (("explain", "power_facility[operational, abilen]"), 'did you mean "abilene"?'),
        (("explain", "jobs_direct", "--date", "1999-01-01"), "outside the months of this run, 2025-01 to 2032-12"),
        (("explain", "jobs_direct", "--depth", "-1"), "expected 0 to 99"),
        (("catalogue", "acelerator"), 'did you mean "accelerator"?'),
        (("catalogue", "accelerator", "h100"), 'did you mean "h100-sxm"?'),
        (("new", ""), "a programme needs a name"),
        (("new", "nowhere/mine"), 'no folder "nowhere"'),
    ],
)
def test_wrong_arguments_say_what_was_expected(
    capsys: pytest.CaptureFixture[str], here: Path, arguments: tuple[str, ...], says: str
) -> None:
    answer = ask(capsys, *arguments)
    assert answer.code == 2, answer
    assert says in answer.told
    assert answer.out == "" and os.listdir(here) == []


def test_a_wrong_setting_is_not_blamed_on_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "check", "--set", "load_facter=0.8")
    assert answer.err.startswith("--set: 1 error") and "assumptions.load_facter" in answer.err


def test_a_setting_for_a_site_that_was_not_known_on_the_day_of_the_dispute_is_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "check", "--set", "load_factor[saline]=0.8", "--draws", "256")
    assert answer.code == 0, answer.err


def test_the_first_day_with_something_to_run_is_named_and_works(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, "check", "xai-colossus-2", "--as-of", "2010-01-01").told
    first = re.search(r"the first is known from (\d{4}-\d{2}-\d{2})", told)
    assert first
    assert ask(capsys, "check", "xai-colossus-2", "--as-of", first[1], "--draws", "256").code == 0


def test_a_scenario_with_a_fault_names_the_scenario_file(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "s.yaml").write_text("sites:\n  colossus-1: {opx: 3}\n", encoding="utf-8")
    answer = ask(capsys, "check", "xai-colossus-1", "--scenario", "s.yaml")
    assert answer.code == 2 and answer.err.startswith("s.yaml: 1 error") and 'did you mean "opex"?' in answer.told


def test_a_catalogue_file_with_a_fault_names_its_line(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "c.csv").write_text("kind,name,attribute,value\nacelerator,x,tdp,5\n", encoding="utf-8")
    answer = ask(capsys, "check", "xai-colossus-1", "--catalogue", "c.csv")
    assert answer.code == 2 and answer.err.startswith("c.csv: ")


def test_our_own_fault_is_told_apart(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.delenv("STARGAUGE_DEBUG", raising=False)
    monkeypatch.setattr("stargauge.api.load", broken)
    answer = ask(capsys, "check")
    assert answer.code == 3 and "our fault: RuntimeError: a bug" in answer.err


def test_a_report_that_cannot_be_finished_leaves_the_earlier_one(
    capsys: pytest.CaptureFixture[str], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "report.html").write_text("earlier", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("stargauge.cli.files.os.replace", full)
    answer = ask(capsys, "check", "xai-colossus-1", "--draws", "256", "--report", "report.html")
    assert answer.code == 2 and "No space left on device" in answer.err
    assert os.listdir(here) == ["report.html"] and (here / "report.html").read_text(encoding="utf-8") == "earlier"


def test_a_saved_run_never_replaces_what_is_no_saved_run(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "mine").mkdir()
    (here / "mine/notes.txt").write_text("keep", encoding="utf-8")
    arguments = ("simulate", "xai-colossus-1", "--draws", "256", "--quantity", "jobs_direct", "--save")
    assert "exists and is no saved run; nothing was written" in ask(capsys, *arguments, "mine").told
    assert os.listdir(here / "mine") == ["notes.txt"] and os.listdir(here) == ["mine"]
    assert ask(capsys, *arguments, "run").code == 0 and ask(capsys, *arguments, "run").code == 0
    assert sorted(os.listdir(here)) == ["mine", "run"]


@pytest.mark.parametrize("extra", ["", " ", "\n"])
def test_an_empty_argument_too_many_is_a_fault_and_no_crash(capsys: pytest.CaptureFixture[str], extra: str) -> None:
    answer = ask(capsys, "check", "stargate", extra)
    assert answer.code == 2 and answer.out == "" and "unknown: an empty argument" in answer.told


@pytest.mark.parametrize("command", [("check",), ("system",), ("hours", "north")], ids=" ".join)
def test_a_report_under_the_name_of_another_kind_is_refused_before_the_work(
    capsys: pytest.CaptureFixture[str], here: Path, command: tuple[str, ...]
) -> None:
    answer = ask(capsys, *command, "--report", "mine.docx")
    assert answer.code == 2 and 'such as "mine.html", got "mine.docx"' in " ".join(answer.err.split()) and os.listdir(here) == []
