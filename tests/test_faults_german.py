"""Faults of input in the language asked for: on the command line, on pages, in Python."""

from __future__ import annotations

import pytest
from tests.cli_runs import ask
from tests.faults_german import english_left, unsaid

from stargauge.quantity.errors import counted, did_you_mean
from stargauge.quantity.spoken import say, speaking

#: Folders whose faults all speak.
SPEAKING: tuple[str, ...] = ()


@pytest.mark.parametrize("folder", SPEAKING)
def test_every_fault_is_said(folder: str) -> None:
    assert list(unsaid(folder)) == []


def test_the_words_around_a_fault_speak() -> None:
    with speaking("de"):
        assert did_you_mean("stargat", ["stargate"]) == "; meinten Sie «stargate»?"
        assert counted(12_345, "hour") == "12’345 Stunden" and counted(1, "hour") == "1 Stunde"
    assert did_you_mean("stargat", ["stargate"]) == '; did you mean "stargate"?' and counted(12_345, "hour") == "12,345 hours"


def test_numbers_in_a_text_bear_the_marks_of_the_language() -> None:
    text, values = "{share:.3g} {count:,} {year} {part:.0%}", {"share": 0.5, "count": 12_345, "year": 2026, "part": 0.05}
    assert say(text, **values) == "0.5 12,345 2026 5%"
    with speaking("de"):
        assert say(text, **values) == "0,5 12’345 2026 5 %"


def test_english_is_found() -> None:
    assert english_left('got "3", expected a number') and not english_left("Es gibt kein Vorhaben «of the»; --from nennt keines")


#: Commands with faults in what is asked.
ASKED: tuple[tuple[str, ...], ...] = ()


@pytest.mark.parametrize("command", ASKED, ids=" ".join)
def test_a_command_tells_its_faults_in_german(capsys: pytest.CaptureFixture[str], command: tuple[str, ...]) -> None:
    answer = ask(capsys, *command, "--language", "de")
    assert answer.code == 2 and answer.err
    assert english_left(answer.told.replace("stargauge:", "")) == set(), answer.err
