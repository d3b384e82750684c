"""The page of the proof: every part with its date and figures, what is missed first, and quick figures made again."""

from __future__ import annotations

import json
import math
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bench.figure import Figure
from bench.proof import KEPT, as_data, main, measured
from bench.proof_page import figures, page, pictures
from bench.proof_parts import PARTS, PEERS, VALIDATIONS, WHY

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "proof-of-quality.md").read_text(encoding="utf-8")
MADE: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))


def test_every_part_stands_with_its_day_and_figures() -> None:
    assert list(MADE) == list(PARTS)
    for name, part in MADE.items():
        assert date(2026, 11, 22) <= date.fromisoformat(part["on"]) and part["machine"], name
        assert part["figures"] or part["failed"], name
        section = PAGE.split(f"### {PARTS[name].title}\n")[1].split("\n### ")[0].split("\n## ")[0]
        assert f"make proof ONLY={name}" in section
        assert all(f"| {one['name'].replace('|', chr(92) + '|')} |" in section for one in part["figures"]), name


def test_the_page_is_that_of_the_figures() -> None:
    assert page(MADE) == PAGE


def test_what_is_missed_stands_first() -> None:
    sections = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert sections == ["What is not reached", "Validations", "Beside tools of others"]
    first = PAGE.split("## Validations")[0]
    missed = [(name, one) for name, part in MADE.items() for one in figures(part) if not one.reached]
    assert first.count("\n| ") == (len(missed) + 2 if missed else 0)
    for name, one in missed:
        assert f"| {PARTS[name].title} | {one.name} |" in first
    assert "Not known yet" not in first


def test_reasons_are_of_figures_that_are_there() -> None:
    for name, figure in WHY:
        assert figure in {one["name"] for one in MADE[name]["figures"]} or MADE[name]["failed"], (name, figure)


def test_each_tool_of_others_gave_the_same_answer_before_its_time_counts() -> None:
    for name in PEERS:
        told = list(figures(MADE[name]))
        if told:
            assert any(one.unit in ("", "%", "std. errors") and one.at_most is not None and one.reached for one in told), name


@pytest.mark.parametrize("name", [name for name, part in VALIDATIONS.items() if part.quick])
def test_quick_figures_are_those_of_the_page(name: str) -> None:
    """After a change to the model: `make proof ONLY="training ..."`."""
    again = list(PARTS[name].run())
    known = list(figures(MADE[name]))
    assert [one.name for one in again] == [one.name for one in known]
    for one, other in zip(again, known, strict=True):
        assert (one.unit, one.at_least, one.at_most) == (other.unit, other.at_least, other.at_most)
        assert one.value == pytest.approx(other.value, rel=1e-6, abs=1e-9), f"{one.name}: make proof ONLY={name}"


def test_a_part_that_cannot_run_says_why_and_keeps_what_it_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STARGAUGE_PROOF_PYTHON", "/nowhere/python")
    made = measured("pysam")
    assert "there is no Python with NREL-PySAM" in made["failed"] and made["figures"] == []
    told = page({"finance": MADE["finance"], "pysam": made})
    assert f"**{PARTS['pysam'].title}** could not run in full: " in told and "Not run: " in told


def test_a_figure_that_is_none_is_kept_and_counts_as_missed() -> None:
    (kept,) = as_data([Figure("a gap", math.nan, "", at_most=1.0)])
    assert kept["value"] is None
    (again,) = figures({"figures": [kept]})
    assert not again.reached


def test_an_unknown_part_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fiance"]) == 2
    assert "no such part: fiance" in capsys.readouterr().err


def test_the_pictures_are_those_of_the_page() -> None:
    pytest.importorskip("vl_convert", reason="the report extra is not installed")
    for name in pictures(MADE):
        assert f"(_static/{name})" in PAGE
        assert (ROOT / "docs" / "_static" / name).read_text(encoding="utf-8").startswith("<svg")
