"""An environment with the core alone: the shipped programme is answered, and what needs more says which extra it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.bare_environment import ROOT, asked, bare, built, copied, core

from stargauge.cli.arguments.command_line import parser
from stargauge.cli.extras import EXTRAS

TINY = "tiny.yaml"
QUICK = ("--draws", "64")


@pytest.fixture(scope="module")
def bin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    wheel, _ = built(copied(tmp_path_factory.mktemp("sources")), tmp_path_factory.mktemp("out"))
    yield bare(tmp_path_factory.mktemp("bare"), wheel)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small programme, a text and a capture that is none."""
    folder = tmp_path_factory.mktemp("here")
    shutil.copy(ROOT / "tests" / "data" / "tiny.yaml", folder / TINY)
    (folder / "a.txt").write_text("5 GW by 2029, said Ann.", encoding="utf-8")
    (folder / "evidence").mkdir()
    return folder


def test_the_core_is_three_packages_and_what_they_need(bin: Path) -> None:
    assert set(core()) >= {"numpy", "pydantic", "pydantic_core", "pyyaml"} or {name.lower() for name in core()} >= {"numpy", "pyyaml"}
    assert len(core()) <= 8


def test_the_shipped_programme_is_answered(bin: Path, here: Path) -> None:
    made = asked(bin, here, "check", *QUICK)
    assert made.returncode == 0, made.stderr
    assert "The dispute of 21-23 Jan 2025" in made.stdout and "Why?" in made.stdout


#: Commands that need an extra, each with the first that it needs.
WANTING = {
    ("check", TINY, "--report", "r.html"): "report", ("check", TINY, "--xlsx", "r.xlsx", *QUICK): "report",
    ("together", TINY, "--svg", "x.svg", *QUICK): "report", ("system", TINY, "--report", "r.html"): "report",
    ("hours", "north", "--programme", TINY, "--report", "r.html"): "report",
    ("train", "--model", "llama3-70b", "--cluster", "64xh100", "--out", "train"): "report",
    ("goodput", "--cluster", "1000xh100", "--out", "goodput"): "report",
    ("infer", "--model", "llama3-70b", "--chip", "h100", "--out", "infer"): "report",
    ("power", "north", "--programme", TINY): "plan", ("power", "north", "--programme", TINY, "--report", "r.html"): "report",
    ("plan", TINY): "plan", ("plan", TINY, "--report", "r.html"): "report", ("calibrate",): "gpu", ("serve", "--port", "0"): "web",
    ("evidence", "init", "new"): "evidence",
    ("evidence", "watch", "https://example.org"): "evidence", ("evidence", "wacz", "C-1"): "evidence",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("arguments", WANTING, ids=" ".join)
def test_what_needs_an_extra_names_it_and_the_command_for_it(bin: Path, here: Path, arguments: tuple[str, ...]) -> None:
    made = asked(bin, here, *arguments)
    told = " ".join(made.stderr.split())
    assert made.returncode == 2, (made.stdout, made.stderr)
    assert f"pip install 'stargauge[{WANTING[arguments]}]'" in told and "Traceback" not in told, told


#: Every other command: answered with the core, or a fault of what was asked.
ANSWERED = (
    ("audit", TINY, *QUICK), ("odds", TINY, "--every", "quarter", *QUICK), ("drivers", TINY, *QUICK), ("together", TINY, *QUICK),
    ("needs", TINY, *QUICK), ("definitions", TINY, *QUICK), ("sources", TINY, *QUICK), ("export", "csv", TINY, *QUICK),
    ("schedule", TINY, *QUICK), ("jobs", TINY, *QUICK), ("finance", TINY, *QUICK), ("compute", TINY, *QUICK), ("facility", "abilene"),
    ("money", TINY, *QUICK), ("hours", "north", "--programme", TINY), ("train", "--model", "llama3-70b", "--cluster", "64xh100"),
    ("goodput", "--cluster", "1000xh100"), ("infer", "--model", "llama3-70b", "--chip", "h100"), ("system", TINY, *QUICK),
    ("sweep", TINY, "--quantity", "power_facility[operational]", *QUICK), ("simulate", TINY, *QUICK),
    ("compare", f"{TINY}@2025-06-01", TINY, *QUICK), ("cost", TINY, *QUICK),
    ("sensitivity", "power_facility[operational]", TINY, *QUICK), ("explain", "power_facility[operational]", "--programme", TINY),
    ("catalogue", "price"), ("backtest", "xai-colossus-1", *QUICK), ("validate", "goodput"), ("draft", "a.txt"), ("new", "mine"),
    ("schema",), ("doctor",), ("completion", "bash"), ("calibrate", "schedule"),
)  # fmt: skip
#: Commands that ask for something that is not there.
FAULTS = (
    ("import", "csv", "none.csv"),
    ("draft", "https://example.org/a", "--evidence", "evidence"),
    *(("evidence", part) for part in ("list", "verify", "checkpoint", "fsck", "rotate-key", "timestamp")),
)


def test_every_command_is_looked_at() -> None:
    assert {one[0] for one in (*WANTING, *ANSWERED, *FAULTS, ("check",))} == set(parser().commands)


@pytest.mark.slow
@pytest.mark.parametrize("arguments", ANSWERED, ids=" ".join)
def test_everything_else_is_answered_without_an_extra(bin: Path, here: Path, arguments: tuple[str, ...]) -> None:
    made = asked(bin, here, *arguments)
    assert made.returncode == 0 and made.stdout, made.stderr


@pytest.mark.slow
@pytest.mark.parametrize("arguments", FAULTS, ids=" ".join)
def test_what_is_not_there_is_a_fault_of_the_input_and_not_ours(bin: Path, here: Path, arguments: tuple[str, ...]) -> None:
    made = asked(bin, here, *arguments)
    assert made.returncode == 2 and "1 error" in made.stderr, made.stderr


def test_the_doctor_names_every_extra_with_its_command(bin: Path, here: Path) -> None:
    made = asked(bin, here, "doctor", "--json")
    found = json.loads(made.stdout)
    assert made.returncode == 0 and found["ok"] and not found["broken"]
    assert [(one["name"], one["state"], one["command"]) for one in found["extras"]] == [
        (one.name, "missing", one.command) for one in EXTRAS
    ]
    assert {one["state"] for one in found["core"]} == {"fits"}
    assert [one["fault"] for one in found["data"]] == [None, None]


def test_the_doctor_says_what_of_the_core_is_missing_and_is_no_traceback(bin: Path, here: Path, tmp_path: Path) -> None:
    shutil.copytree(bin.parent, tmp_path / "bare", symlinks=True)
    for link in (tmp_path / "bare").glob("lib/python*/site-packages/numpy*"):
        link.unlink()
    python = tmp_path / "bare" / "bin" / "python"
    (tmp_path / "bare" / "bin" / "stargauge").write_text(
        f"#!{python}\nimport sys\nfrom stargauge.cli import main\nsys.exit(main())\n", encoding="utf-8"
    )
    made = asked(python.parent, here, "doctor")
    assert made.returncode == 1 and made.stderr == ""
    assert "does not work here" in made.stdout and "pip install 'numpy>=2.0'" in made.stdout
    check = asked(python.parent, here, "check")
    assert check.returncode == 3 and "numpy" in check.stderr and "stargauge doctor" in check.stderr
