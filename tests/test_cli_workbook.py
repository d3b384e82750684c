"""`stargauge check --xlsx`: a file that appears whole or not at all, of the world that was asked for; faults told before the work."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from tests.cli_runs import ask
from tests.real_worlds import TINY

QUICK = ("--draws", "256", "--as-of", "2026-11-22")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "site.xlsx"


def cover(file: Path) -> str:
    """What the cover says."""
    sheet = openpyxl.load_workbook(file, read_only=True)["Cover"]
    return "\n".join(str(row[0]) for row in sheet.iter_rows(values_only=True) if row and row[0])


def test_a_workbook_is_written_beside_the_answer(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    answer = ask(capsys, "check", str(TINY), *QUICK, "--xlsx", str(file), "--site", "north")
    assert answer.code == 0 and answer.out and str(file) in answer.err
    names = openpyxl.load_workbook(file, read_only=True).sheetnames
    assert names[:5] == ["Cover", "Outputs", "Checks", "Inputs", "Scenarios"] and {"Building", "Equipment", "Years"} < set(names)
    assert "every input at its median" in cover(file) and "--site north" in cover(file)
    assert list(file.parent.iterdir()) == [file]


def test_the_draw_nearest_a_median_is_named_by_seed_and_number(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    asked = ("check", str(TINY), *QUICK, "--xlsx", str(file), "--site", "north")
    assert ask(capsys, *asked, "--nearest", "npv[building, north]", "--seed", "3").code == 0
    told = cover(file)
    number = told.split("draw ")[1].split(" ")[0]
    assert f"draw {number} of seed 3, of 256 draws the one nearest the median of npv[building, north]" in told
    first = file.read_bytes()
    assert ask(capsys, *asked, "--case", number, "--seed", "3").code == 0
    with zipfile.ZipFile(file) as one:
        inputs = one.read("xl/worksheets/sheet4.xml")
    file.write_bytes(first)
    with zipfile.ZipFile(file) as other:
        assert other.read("xl/worksheets/sheet4.xml") == inputs


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--site", "nort"), 'there is no site "nort"; did you mean "north"'),
        (("--case", "middle"), 'got --case "middle"; expected median, or the number of a draw'),
        (("--nearest", "npw"), "npw"),
        (("--nearest", "npv[building, north]", "--case", "3"), "expected one of them"),
        (("--overlay", "worse"), '"worse"'),
    ],
)
def test_what_is_wrong_is_told_and_nothing_written(
    capsys: pytest.CaptureFixture[str], file: Path, arguments: tuple[str, ...], told: str
) -> None:
    answer = ask(capsys, "check", str(TINY), *QUICK, "--xlsx", str(file), *arguments)
    assert answer.code == 2 and told in answer.told and not file.exists() and answer.out == ""


def test_a_scenario_with_other_phases_is_no_overlay(capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.yaml"
    more.write_text("sites:\n  north:\n    phases:\n      extra:\n        it_power: 50 MW\n", encoding="utf-8")
    answer = ask(capsys, "check", str(TINY), *QUICK, "--xlsx", str(file), "--site", "north", "--overlay", str(more))
    assert answer.code == 2 and "other phases or contracts" in answer.told and not file.exists()


def test_what_is_in_a_workbook_needs_its_file(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "check", str(TINY), *QUICK, "--site", "north")
    assert answer.code == 2 and "name its file: --xlsx FILE" in answer.told


def test_a_folder_that_is_not_there_is_told_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answer = ask(capsys, "check", str(TINY), "--xlsx", str(tmp_path / "none" / "site.xlsx"))
    assert answer.code == 2 and "no folder" in answer.told and "workbook" in answer.told


def test_without_the_extra_it_says_what_to_install(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    answer = ask(capsys, "check", str(TINY), "--xlsx", str(file))
    assert answer.code == 2 and "pip install 'stargauge[report]'" in answer.told and not file.exists()
