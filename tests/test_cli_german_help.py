"""What the command line says of itself in German: help, arguments at fault, notes; and how it finds the language."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from datetime import date

import pytest
from tests.cli_runs import ask
from tests.test_cli_german import ENGLISH

from stargauge.cli import progress
from stargauge.cli.arguments.command_line import parser
from stargauge.cli.arguments.parser import FAULTS, fault_said, language_asked
from stargauge.cli.commands import note_future
from stargauge.cli.main import note_blocks
from stargauge.quantity.spoken import speaking

#: Names of values that both languages share.
SHARED = frozenset((
    "A", "B", "N", "X", "P", "ID", "NAME", "TEXT", "URL", "HOST", "HOST[:PORT]", "USD", "X/s", "R@N", "NxCHIP", "CHIP", "DESIGN", "A,B,...",
    "A,B", "'NAME: VALUE'", "FORM", "RATE", "SHELL",
))  # fmt: skip
#: English words that are commands, or values of arguments as they are typed.
TYPED = frozenset(("odds", "jobs", "money", "power", "evidence", "reading", "claim", "site", "median", "mean"))
#: What is typed as it stands, and titles of the documentation.
_AS_IT_STANDS = re.compile(r"'[^']*'|«[^»]*»|--[\w-]+|\{[^}]*\}|\w+/[\w-]+|stargauge [^\n]*(?:\n {20,}-[^\n]*)?")


def _below(name: str, made: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, made
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, inner in action.choices.items():
                yield from _below(f"{name} {word}".strip(), inner)


def _parsers(language: str) -> dict[str, argparse.ArgumentParser]:
    with speaking(language):
        return dict(_below("", parser()))


ENGLISH_PARSERS, GERMAN_PARSERS = _parsers("en"), _parsers("de")


def english_in(text: str) -> list[str]:
    """The lines with English words, those aside that are typed as they are."""
    own = _AS_IT_STANDS.sub(lambda found: "\n" * found[0].count("\n"), text)
    return [line for line in own.splitlines() if (ENGLISH - TYPED) & set(re.findall(r"[A-Za-zÄÖÜäöü]+", line))]


def test_the_word_list_finds_the_help_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert len(english_in(ENGLISH_PARSERS["check"].format_help())) > 15


@pytest.mark.parametrize("command", GERMAN_PARSERS, ids=lambda one: one or "stargauge")
def test_help_is_german_throughout(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with speaking("de"):
        told = GERMAN_PARSERS[command].format_help()
    assert told.startswith("Aufruf: stargauge") and "ß" not in told
    assert english_in(told.partition("\n\n")[2]) == []


@pytest.mark.parametrize("command", GERMAN_PARSERS, ids=lambda one: one or "stargauge")
def test_every_argument_has_german_words_and_takes_the_same(command: str) -> None:
    english, german = ENGLISH_PARSERS[command]._actions, GERMAN_PARSERS[command]._actions
    for one, other in zip(english, german, strict=True):
        assert (one.dest, one.option_strings, one.nargs, one.type, one.required) == (
            other.dest, other.option_strings, other.nargs, other.type, other.required,
        )  # fmt: skip
        assert one.help in (None, argparse.SUPPRESS) or one.help != other.help
        assert isinstance(one.metavar, tuple) or one.metavar in (None, *SHARED) or one.metavar != other.metavar
        if not isinstance(one, argparse._SubParsersAction):
            assert one.choices == other.choices
        assert one.default == other.default or one.dest in ("spoken", "language")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--language", "de", "--help"), ("--language=de", "-h"), ("check", "--language", "de", "--help"), ("check", "-h", "--language=de"),
        ("simulate", "--language", "de", "--help"), ("evidence", "--language", "de", "-h"), ("draft", "--language", "de", "--help"),
        ("evidence", "show", "--language", "de", "-h"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_the_language_is_found_wherever_it_stands(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    answer = ask(capsys, *arguments)
    assert answer.code == 0 and answer.out.startswith("Aufruf: stargauge")


def test_the_last_language_counts_and_an_article_has_its_own() -> None:
    assert language_asked(("check", "--language", "de", "--language", "en")) == "en" == language_asked(())
    assert language_asked(("--language", "de", "check")) == "de" == language_asked(("export", "csv", "--language=de"))
    assert (
        language_asked(("draft", "a.txt", "--language", "de")) == "en" == language_asked(("completion", "words", "--", "--language", "de"))
    )
    assert language_asked(("--language", "de", "draft", "a.txt", "--language", "en")) == "de"
    assert language_asked(("check", "draft", "--language", "de")) == "de"
    assert language_asked(("check", "--language", "fr")) == "en" == language_asked(("check", "--language"))


def test_a_language_before_the_command_is_that_of_its_answer() -> None:
    given = ("--language", "de", "check")
    with speaking(language_asked(given)):
        assert parser().parse_args(given).spoken == "de" == parser().parse_args(("--language", "de", "new", "x")).spoken
    assert parser().parse_args(("check",)).spoken == "en"


#: Arguments at fault, and what is told of them in German.
AT_FAULT = {
    "": "erwartet wird ein Befehl: check, audit,",
    "chek": "einen Befehl «chek» gibt es nicht; meinten Sie «check»? (alle: check,",
    "check --drws 3": "unbekannt: --drws; meinten Sie «--draws»?",
    "check --narrow": "--narrow; das gehört zu anderen Befehlen",
    "check --draws x": "Argument --draws: «x» ist keine ganze Zahl; erwartet wird eine wie 10_000",
    "check --seed -1": "Argument --seed: angegeben: «-1»; erwartet: 0 oder mehr",
    "check --as-of 2025-1-1": "Argument --as-of: angegeben: «2025-1-1»; erwartet: ein Tag wie 2025-01-22",
    "explain --depth 100": "«100» geht nicht; erwartet wird 0 bis 99",
    "train --tokens x": "«x» ist keine Zahl; erwartet wird eine wie 15.6e12",
    "check --workers 2 --executor x": "Argument --executor: geht nicht zusammen mit --workers",
    "hours": "es fehlt: STANDORT",
    "hours x --spare y": "Argument --spare: 'y' ist keine ganze Zahl",
    "infer --prefix-hits z": "--prefix-hits: 'z' ist keine Zahl",
    "sensitivity --two-way a": "Argument --two-way: erwartet 2 Werte",
    "check --json=3": "nimmt keinen Wert, erhielt aber '3'",
    "check --draws": "Argument --draws: erwartet einen Wert",
    "evidence": "erwartet wird ein Befehl: init,",
    "evidence capture": "es fehlt: URL|DATEI",
    "evidence stated x": "es fehlt: --by, --says",
    "evidence watch --method foo": "'foo' gibt es hier nicht (zur Wahl: ",
}


@pytest.mark.parametrize("line", AT_FAULT)
def test_arguments_at_fault_are_told_in_german(capsys: pytest.CaptureFixture[str], line: str) -> None:
    answer = ask(capsys, "--language", "de", *line.split())
    assert answer.code == 2 and ": 1 Fehler, nichts wurde gerechnet\n" in answer.err and AT_FAULT[line] in answer.err
    assert english_in(re.sub(r"(Befehl: |alle: ).*", "", answer.err)) == [] and "--language de --help" in answer.err


def test_what_argparse_says_stays_as_it_is_in_english() -> None:
    for text in FAULTS:
        said = text.format(name="--at", fault="expected one argument", number=2, value="'x'", choices="'a', 'b'", names="A, B")
        assert fault_said(said) == said
        with speaking("de"):
            assert english_in(fault_said(said)) == [] and fault_said(said) != said
    assert fault_said('got "argument x: y"') == 'got "argument x: y"'


@pytest.mark.parametrize("before", [("--language", "fr"), ("check", "--language=fr")], ids=" ".join)
def test_an_unknown_language_is_told_with_those_there_are(capsys: pytest.CaptureFixture[str], before: tuple[str, ...]) -> None:
    answer = ask(capsys, *before)
    assert answer.code == 2 and re.search(r"argument --language: invalid choice: 'fr' \(choose from '?en'?, '?de'?\)", answer.told)


def test_notes_on_standard_error_are_german(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with speaking("de"):
        note_blocks(20_100)
        note_future(date(9999, 12, 31))
        progress.progress(20, 40)
        progress.progress(40, 40)
    told = capsys.readouterr().err
    assert "Hinweis: 20’100 Durchläufe verlangt, 20’224 gerechnet (ganze Blöcke von 256)" in told
    assert "31. Dez. 9999 liegt in der Zukunft" in told and "20 von 40 Blöcken" in told and english_in(told) == []


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (KeyboardInterrupt(), "abgebrochen; nichts wurde geschrieben"),
        (OSError(28, "voll", "x"), "x liess sich nicht lesen oder schreiben: voll"),
        (OSError("voll"), "Lesen oder Schreiben misslang: voll"),
        (RuntimeError("x"), "unser Fehler: RuntimeError: x (STARGAUGE_DEBUG=1 zeigt, wo)"),
        (ModuleNotFoundError("no x", name="x"), "unser Fehler: no x; stargauge doctor zeigt, was installiert ist"),
    ],
    ids=str,
)
def test_how_a_command_ends_is_told_in_german(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, raised: BaseException, told: str
) -> None:
    def fail(asked: argparse.Namespace) -> int:
        raise raised

    monkeypatch.delenv("STARGAUGE_DEBUG", raising=False)
    monkeypatch.setattr("stargauge.cli.commands.schema", fail)
    before = sys.stdout
    monkeypatch.setattr("sys.stdout", before)
    assert ask(capsys, "--language", "de", "schema").err == f"{told}\n"
    if sys.stdout is not before:  # nothing more can be written
        sys.stdout.close()
