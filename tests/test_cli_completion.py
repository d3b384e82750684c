"""`stargauge completion`: the words that fit, those of this version and these files, and that a shell offers them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.bare_environment import ROOT
from tests.cli_runs import ask

from stargauge import api
from stargauge.cli.arguments.command_line import parser
from stargauge.cli.completion import SCRIPTS, words


def test_commands_and_their_parts_are_offered() -> None:
    assert words([""]) == sorted(parser().commands)
    assert words(["comp"]) == ["compare", "completion", "compute"] and words(["nothing"]) == []
    assert words(["evidence", "ver"]) == ["verify"]


def test_options_and_their_few_values_are_offered() -> None:
    assert words(["check", "--dr"]) == ["--draws"] and "--with-probability" in words(["plan", "stargate", "--"])
    assert words(["check", "--language", ""]) == ["de", "en"] == words(["check", "--language", "="])
    assert words(["--language", ""]) == ["de", "en"] and words(["--language", "de", "check", "--dr"]) == ["--draws"]
    assert words(["--language", "de", "comp"]) == words(["comp"]) and words(["evidence", "--language", "de", "ver"]) == ["verify"]
    assert words(["export", "m"]) == ["markdown"] and words(["validate", "p"]) == ["pue"]
    assert words(["completion", ""]) == ["bash", "fish", "zsh"]


def test_programmes_are_those_that_are_shipped_and_those_that_are_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "tests" / "data" / "tiny.yaml", tmp_path / "stone.yaml")
    (tmp_path / "stones").mkdir()
    (tmp_path / "stone.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert words(["check", "st"]) == ["stargate", "stargate-abroad", "stone.yaml", "stones/"]
    assert words(["plan", "--programme", ""]) == [] and "stone.yaml" in words(["power", "north", "--programme", ""])
    assert words(["backtest", "stargate", "xai"]) == ["xai-colossus-1", "xai-colossus-2"]


def test_sites_and_claims_are_those_of_the_programme_on_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "tests" / "data" / "tiny.yaml", tmp_path / "mine.yaml")
    monkeypatch.chdir(tmp_path)
    stargate, mine = api.load("stargate"), api.load("mine.yaml")
    assert words(["audit", "--claim", ""]) == sorted(stargate.claims)
    assert words(["audit", "mine.yaml", "--claim", ""]) == sorted(mine.claims)
    assert words(["jobs", "mine.yaml", "--site", ""]) == sorted(mine.sites)
    assert words(["power", "--programme", "mine.yaml", ""]) == sorted(mine.sites)
    assert words(["check", "--scenario", ""]) == sorted(stargate.scenarios)
    assert words(["check", "--given", "first"]) == [] and words(["check", "--given", "site-"]) == sorted(
        name for claim, one in stargate.claims.items() for name in (claim, *(f"{claim}/{reading}" for reading in one.readings))
        if name.startswith("site-")
    )  # fmt: skip
    assert words(["odds", "--claim", "jobs-100k/"]) == sorted(f"jobs-100k/{one}" for one in stargate.claims["jobs-100k"].readings)
    assert words(["odds", "--claim", "jobs-100k/as\\ s"]) == ["jobs-100k/as said"] == words(["odds", "--claim", '"jobs-100k/as s'])


@pytest.mark.parametrize(
    "line", [["check", "--report", ""], ["validate", "pue", ""], ["check", "--set", "="], ["new", ""], ["audit", "x.yaml", ""]]
)
def test_where_nothing_of_ours_fits_the_shell_offers_its_files(line: list[str]) -> None:
    assert words(line) == []


@pytest.mark.parametrize("text", ["a: [", "claims: 3", "", "claims: {a: 1}"])
def test_a_file_that_is_not_whole_offers_what_it_has_and_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.yaml").write_text(text, encoding="utf-8")
    assert words(["odds", "broken.yaml", "--claim", ""]) == (["a"] if "a: 1" in text else [])


def test_an_unknown_shell_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "completion", "bas")
    assert answer.code == 2 and 'there is no shell "bas"; did you mean "bash"? (one of bash, zsh, fish)' in answer.told
    assert all(ask(capsys, "completion", shell).out == text for shell, text in SCRIPTS.items())


def completed(shell: list[str], tmp_path: Path) -> list[str]:
    """What a shell prints that has our command on its path."""
    command = tmp_path / "stargauge"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT / "src"}" exec "{sys.executable}" -m stargauge "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    around = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    made = subprocess.run(shell, cwd=tmp_path, env=around, capture_output=True, text=True, timeout=60)
    assert made.returncode == 0 and not made.stderr, made.stderr
    return made.stdout.splitlines()


#: As an interactive bash does: the function that is registered for the command, asked for the words of a line.
BASH = """eval "$(stargauge completion bash)"
asked() { COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _stargauge; printf '%s|' "${COMPREPLY[@]}"; echo; }
complete -p stargauge
asked stargauge che
asked stargauge audit --claim = softb
asked stargauge odds --claim jobs-100k/as
asked stargauge check --report ''
"""
ZSH = """compdef() { :; }
compadd() { print -r -- "$@"; }
_files() { print files; }
eval "$(stargauge completion zsh)"
asked() { words=("$@"); CURRENT=$#; _stargauge; }
asked stargauge che
asked stargauge odds --claim jobs-100k/as
asked stargauge check --report ''
"""
FISH = """stargauge completion fish | source
complete -C 'stargauge che'
complete -C 'stargauge odds --claim jobs-100k/as'
"""


def test_bash_offers_them(tmp_path: Path) -> None:
    assert completed(["bash", "--norc", "-c", BASH], tmp_path) == [
        "complete -o bashdefault -o default -F _stargauge stargauge", "check|", "softbank-lt10|", "jobs-100k/as\\ said|", "|",
    ]  # fmt: skip


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_offers_them(tmp_path: Path) -> None:
    assert completed(["zsh", "-f", "-c", ZSH], tmp_path) == ["-- check", "-- jobs-100k/as said", "files"]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_offers_them(tmp_path: Path) -> None:
    assert completed(["fish", "--no-config", "-c", FISH], tmp_path) == ["check", "jobs-100k/as said"]
