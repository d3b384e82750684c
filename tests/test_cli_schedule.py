"""`stargauge schedule`: the same as in Python, in 80 columns, plain characters where asked for, clear faults."""

from __future__ import annotations

import json
import shlex

import pytest
from tests.cli_runs import ask
from tests.real_worlds import TINY

import stargauge
from stargauge import api

DAY = "2026-11-22"
RUN = ("--as-of", DAY, "--draws", "256", "--seed", "3")


@pytest.mark.parametrize("name", [str(TINY), "stargate"])
def test_the_command_prints_what_python_gives(capsys: pytest.CaptureFixture[str], name: str) -> None:
    answer = ask(capsys, "schedule", name, "--json", *RUN)
    made = api.schedule(name, as_of=DAY, draws=256, seed=3).to_dict()
    assert answer.code == 0 and answer.err == "" and json.loads(answer.out) == json.loads(json.dumps(made))


@pytest.mark.parametrize("name", sorted(api.shipped()))
def test_every_shipped_programme_is_told_in_80_plain_columns(capsys: pytest.CaptureFixture[str], name: str) -> None:
    answer = ask(capsys, "schedule", name, "--ascii", *RUN)
    assert answer.code == 0 and answer.out.isascii() and max(map(len, answer.out.splitlines())) <= 80
    assert "\033[" not in answer.out and "nan" not in answer.out.lower().split() and "inf" not in answer.out.split()


def test_the_text_names_every_unfinished_site_its_dates_and_where_to_ask_why(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "schedule", str(TINY), *RUN)
    assert answer.code == 0 and max(map(len, answer.out.splitlines())) <= 80
    for name in ("north: 1 of 3 phases run, 200 MW IT to come", "south: 0 of 2", "moor: 0 of 4", "Pledged without a site: "):
        assert f"\n{name}" in answer.out
    assert "hill" not in answer.out  # given up
    assert answer.out.count("  held up by  ") == 4 and answer.out.count("  at risk from  ") == 3 and answer.out.count("  all  ") == 4


@pytest.mark.parametrize("name", [str(TINY), "stargate", "meta-hyperion"])
def test_the_command_that_says_why_can_be_copied(capsys: pytest.CaptureFixture[str], name: str) -> None:
    text = ask(capsys, "schedule", name, *RUN).out
    why = shlex.split(text[text.index("Why?    ") + 8 :].replace("\\\n", ""))
    assert why[:2] == ["stargauge", "explain"]
    told = ask(capsys, *why[1:], "--draws", "256")
    assert told.code == 0 and why[2].split("[")[0] in told.out


def test_nothing_unfinished_is_said_and_nothing_explained(capsys: pytest.CaptureFixture[str]) -> None:
    out = ask(capsys, "schedule", "xai-colossus-1", *RUN).out
    assert out.startswith("Nothing is unfinished.") and "Held up by" not in out and "Why?" not in out


def test_what_is_explained_is_the_number_that_was_printed(capsys: pytest.CaptureFixture[str]) -> None:
    risk = api.schedule("meta-hyperion", as_of=DAY, draws=256, seed=0).to_dict()["sites"][0]["plan_at_risk"][0]
    told = ask(capsys, "explain", f"plan_at_risk[{risk['activity']}, hyperion]", "--programme", "meta-hyperion", "--as-of", DAY, "--json",
               "--draws", "256")  # fmt: skip
    assert json.loads(told.out)["mean"] == pytest.approx(risk["probability"])


def test_the_package_gives_it_too() -> None:
    assert stargauge.schedule is api.schedule and stargauge.odds is api.odds


def test_accents_are_left_off_in_plain_characters(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Dona Ana" in ask(capsys, "schedule", "stargate", "--ascii", *RUN).out


def test_an_unknown_programme_is_a_fault_and_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "schedule", "nowhere", *RUN)
    assert answer.code == 2 and answer.out == "" and 'no programme, file or folder "nowhere"' in answer.told


def test_the_same_seed_gives_the_same_text_with_any_number_of_workers(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = (ask(capsys, "schedule", str(TINY), "--draws", "512", "--as-of", DAY, "--workers", n).out for n in ("1", "2"))
    assert one == two != ask(capsys, "schedule", str(TINY), "--draws", "512", "--as-of", DAY, "--seed", "9").out
