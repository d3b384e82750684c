"""Faults of input in the language asked for: on the command line, on pages, in Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.cli_runs import ask
from tests.faults_german import english_left, unsaid
from tests.messages import said

from stargauge import api
from stargauge.engine.executors import each
from stargauge.quantity.distribution import parse_value
from stargauge.quantity.errors import InputError, begins_with_what_came, counted, did_you_mean, says_what_was_expected, what_came
from stargauge.quantity.spoken import say, speaking, texts
from stargauge.quantity.units import parse_number

#: Folders whose faults all speak.
SPEAKING = ("quantity", "cli", "web", "report", "api", "plan", "measure", "engine")


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


def test_what_a_message_begins_with_and_expects_is_told_in_german_too() -> None:
    """Whether a fault says what came and what was expected is read off its message, in either language."""
    for english, place in said().items():
        german = texts("de")[english]
        if place.startswith("cli/arguments/"):  # nobody asks these whether they say what was expected
            continue
        if english.startswith("got ") and "; expected" in english:
            assert german.startswith("angegeben") and "; erwartet" in german, english
        if english.startswith("got "):
            assert german.startswith("angegeben"), english
    for language in ("en", "de"):
        with speaking(language):
            bare, other = _told_of("5 apples"), _told_of("5 USD")
            assert begins_with_what_came(bare) and not says_what_was_expected(bare)
            assert says_what_was_expected(other) and what_came(other).endswith(say("an amount of money"))


def _told_of(power: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_value(power, "W")
    return str(caught.value)


@pytest.mark.parametrize("answer", [api.check, api.needs, api.definitions, api.together, api.sources, api.jobs, api.drivers])
def test_python_tells_faults_in_the_language_asked_for(answer: Callable[..., object]) -> None:
    for language, told in (("de", "als Wissensstand «gestern»"), ("en", 'got the knowledge date "gestern"')):
        with pytest.raises(InputError, match=told):
            answer("stargate", as_of="gestern", language=language)


@pytest.mark.parametrize("workers", [1, 2, "threads"])
def test_whoever_does_a_task_tells_its_faults_in_the_language_asked_for(workers: int | str) -> None:
    with speaking("de"), ThreadPoolExecutor(2) as threads, pytest.raises(InputError, match="unbekannte Einheit «apples»"):
        list(each(_refusing, (), 4, threads if workers == "threads" else int(workers)))


def _refusing(place: int) -> float:
    return parse_number(f"{place} apples", "W")


def test_english_is_found() -> None:
    assert english_left('got "3", expected a number') and not english_left("Es gibt kein Vorhaben «of the»; --from nennt keines")


#: Commands with faults in what is asked.
ASKED = (
    ("check", "stargate", "--site", "nowhere"), ("check", "stargate", "--draws", "256", "--fail-if", "no-claim: met"),
    ("check", "stargate", "--fail-if", "maybe"), ("check", "stargate", "--case", "17"), ("check", "stargate", "--report", "nowhere/a.html"),
    ("check", "stargate", "--xlsx", "nowhere/a.xlsx"), ("check", "stargate", "--xlsx", "/tmp"), ("audit", "stargate", "--claim", "jobs"),
    ("odds", "stargate", "--claim", "no-claim"), ("odds", "stargate", "--from", "2026-13-01"), ("odds", "stargate", "--every", "week"),
    ("needs", "stargate", "--claim", "no-claim"), ("definitions", "stargate", "--claim", "no-claim"),
    ("together", "stargate", "--claim", "no-claim"), ("sources", "stargate", "--claim", "no-claim"),
    ("jobs", "stargate", "--site", "nowhere"), ("jobs", "stargate", "--date", "1999-01-01"),
    ("explain", "power_facilty"), ("explain", "power_facility[nowhere]"), ("explain", "power_facility[operational", "--date", "2027-01-01"),
    ("explain", "jobs-100k/as said", "--programme", "stargate", "--svg", "nowhere/a.svg"), ("hours", "abilene", "--year", "1999"),
    ("hours", "abilene", "--draws", "0"), ("hours", "abilene", "--hourly"), ("hours", "abilene", "--spare", "-1"),
    ("power", "abilene", "--load", "5 apples", "--years", "99", "--draws", "0"), ("power", "abilene", "--sources", "coal"),
    ("power", "abilene", "--by", "yesterday", "--weather", "none.epw"), ("power", "abilene", "--shortfall", "2", "--pypsa", "/tmp"),
    ("plan", "stargate", "--target", "5 apples by 2029", "--with-probability", "100 %"), ("plan", "stargate", "--target", "10 GW by 1999"),
    ("plan", "stargate", "--claim", "no-claim", "--powers", "coal", "--chips", "abacus"),
    ("plan", "stargate", "--carbon-price", "5 apples"),
    ("plan", "stargate", "--grid", "1 GW", "--crew", "x=4 buildings", "--money", "300 bn XYZ", "--land", "10"),
    ("plan", "stargate", "--worlds", "1", "--draws", "1"), ("train", "--model", "llama3-405b"),
    ("train", "--model", "llama3-405b", "--cluster", "16384xh100", "--layout", "foo=3,tp=x,sharding=q", "--tokens", "0"),
    ("train", "--model", "llama3-405b", "--cluster", "7xh100"), ("infer", "--chip", "gb300"),
    ("infer", "--model", "deepseek-r1", "--chip", "gb300", "--tpot", "20", "--rate", "often", "--layout", "a=1,tp=0"),
    ("infer", "--model", "deepseek-r1", "--chip", "h100", "--accelerators", "1"),
    ("infer", "--model", "llama3-405b", "--chip", "h100", "--tpot", "0.1ms"), ("calibrate", "sofa"),
    ("goodput", "--cluster", "16384xh100", "--days", "0", "--writing", "sometimes", "--storage", "1", "--spares", "1e9"),
    ("calibrate", "gpu", "--show", "x", "--out", "y"), ("completion", "fish2"), ("serve", "nowhere", "--port", "99999"),
    ("validate", "sofa"),
    ("export", "artcle", "stargate"), ("system", "--pool", "x"), ("drivers", "stargate", "--claim", "x", "--address", "y"),
    ("sensitivity", "power_facility[operational]", "stargate", "--given", "jobs"), ("draft", "nowhere.txt"),
    ("finance", "stargate", "--site", "nowhere"), ("compare", "stargate", "@2026-13-01"), ("catalogue", "accelerator", "nobody"),
    ("compute", "stargate", "--users", "few", "--model", "nobody"), ("evidence", "list", "--evidence", "nowhere"),
)  # fmt: skip


@pytest.mark.parametrize("command", ASKED, ids=" ".join)
def test_a_command_tells_its_faults_in_german(capsys: pytest.CaptureFixture[str], command: tuple[str, ...]) -> None:
    answer = ask(capsys, "--language", "de", *command)
    assert answer.code == 2 and answer.err
    assert english_left(answer.told) == set(), answer.err
    assert re.match(r"[\w.]+: \d Fehler, nichts wurde gerechnet", answer.err)
