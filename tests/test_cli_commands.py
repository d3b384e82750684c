"""Every command as a newcomer uses it: answers in 80 columns, JSON, plain marks, files that appear whole, exit codes for scripts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.asked_once import asked_once
from tests.cli_runs import ask
from tests.programme_files import SMALL

from stargauge import api
from stargauge.programme.load import json_schema, load, shipped

QUICK = ("--draws", "256")
#: The comparison programme that runs fastest.
ONE = "xai-colossus-1"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module", autouse=True)
def _once() -> Iterator[None]:
    with asked_once("check"):
        yield


def widest(text: str) -> int:
    return max(map(len, text.splitlines()))


# --- help ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["", "check", "audit", "simulate", "compare", "explain", "catalogue", "new", "schema"])
def test_help_names_every_argument(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answer = ask(capsys, *filter(None, (command, "--help")))
    assert answer.code == 0 and answer.out.startswith(f"usage: stargauge {command}".strip()) and answer.err == ""
    assert widest(answer.out) <= 80


def test_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(capsys, "--version").out == f"stargauge {api.__version__}\n"


# --- check --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped()))
def test_check_answers_every_shipped_programme_in_80_columns(capsys: pytest.CaptureFixture[str], name: str) -> None:
    answer = ask(capsys, "check", name, *QUICK)
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert widest(answer.out) <= 80
    assert lines[0][0].isupper() or lines[0][0].isdigit()
    for part in ("capacity  ", "money     ", "jobs      "):
        text = answer.out[answer.out.index(f"\n{part}") :]
        assert re.match(r"\n\w+ +[\d.,]+ [\w ]*\(P10 ", text), text[:80]
    assert "\033[" not in answer.out
    assert "0 W runs" not in answer.out and "…" not in answer.out[answer.out.index("\ncapacity") :]
    why = re.search(r"^Why\? +(stargauge explain '.*'(?: \\\n +)?.*)$", answer.out, re.MULTILINE)
    assert why and (name in why[0] or name == "stargate" or name in answer.out.split("Why?")[1])


def test_only_a_programme_with_a_dispute_shows_one_and_its_days_are_those_of_the_claims(capsys: pytest.CaptureFixture[str]) -> None:
    assert "dispute" not in ask(capsys, "check", ONE, *QUICK).out
    text = ask(capsys, "check", *QUICK).out
    assert "The dispute of 21-23 Jan 2025: as it could be answered then, and now" in text
    before = ask(capsys, "check", "--as-of", "2025-01-22", *QUICK).out
    assert "The dispute of 21-22 Jan 2025: how it can be answered" in before
    assert "23 Jan 2025" not in before


def test_the_column_of_the_day_it_was_said_stands_only_where_there_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    def head(*arguments: str) -> str:
        return next(line for line in ask(capsys, "check", *arguments, *QUICK).out.splitlines() if line.startswith("claim"))

    assert "then" in head() and "then" not in head(ONE) and "then" not in head("--as-of", "2025-01-22")


def test_all_shows_every_reading_of_every_claim_and_units_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    text = ask(capsys, "check", "--all", *QUICK).out
    table = text[text.index("\nclaim ") : text.index("\nWhy?")]
    for name, claim in load("stargate").claims.items():
        assert f"\n{name}" in table
        assert all(f"\n  {reading}" in table for reading in claim.readings) or len(claim.readings) == 1
    assert "more: stargauge" not in text and widest(text) <= 80
    assert not re.search(r" \d+$", table, re.MULTILINE), "a number without a unit"


def test_announced_totals_stand_beside_money_and_jobs(capsys: pytest.CaptureFixture[str]) -> None:
    lines = json.loads(ask(capsys, "check", "--json", *QUICK).out)["lines"]
    assert "announced: 100 bn USD deployed by Dec 2025 and 500 bn USD deployed by Jan 2029" in lines["money"]["text"]
    assert "announced: 100,000 direct jobs by Dec 2025" in lines["jobs"]["text"]
    assert re.search(r"announced: [\d.]+ GW at named sites", lines["capacity"]["text"])


def test_json_is_one_document_and_says_how_to_ask_again(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    answer = ask(capsys, "check", ONE, "--json", "--as-of", "2026-03-01", "--seed", "7", *QUICK)
    data = json.loads(answer.out)
    assert answer.err == "" and data["as_of"] == "2026-03-01" and data["draws"] == 256
    again = data["reproduce"][0].split()
    assert again[:3] == ["stargauge", "check", ONE]
    same = json.loads(ask(capsys, *again[1:], "--json").out)
    assert {**same, "seconds": 0} == {**data, "seconds": 0}
    (here / "my file.yaml").write_text(SMALL, encoding="utf-8")
    data = json.loads(ask(capsys, "check", "my file.yaml", "--json", *QUICK).out)
    assert data["reproduce"][0].startswith("stargauge check 'my file.yaml' ")


def test_ascii_has_no_other_character(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (("check", "--all"), ("audit",), ("explain", "jobs_direct"), ("simulate", "--quantity", "jobs_direct")):
        answer = ask(capsys, *arguments, "--ascii", *QUICK)
        assert answer.code == 0 and answer.out.isascii(), arguments


@pytest.mark.parametrize(
    ("condition", "code"),
    [("not met", 1), ("xai-122d: not met", 1), ("xai-122d:met", 0), ("open", 0), ("not shown: no record", 0)],
)
def test_a_condition_sets_the_exit_code(capsys: pytest.CaptureFixture[str], condition: str, code: int) -> None:
    answer = ask(capsys, "check", ONE, "--fail-if", condition, *QUICK)
    assert answer.code == code and "capacity" in answer.out and answer.err == ""


def test_the_report_is_written_whole_and_named(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    answer = ask(capsys, "check", ONE, "--report", "r.html", *QUICK)
    assert answer.code == 0 and f"Report  {here.resolve() / 'r.html'}" in answer.out
    text = (here / "r.html").read_text(encoding="utf-8")
    assert os.listdir(here) == ["r.html"] and text.rstrip().endswith("</html>")


@pytest.mark.parametrize(
    "extra",
    [
        ("--draws", "1"), ("--seed", "0"), ("--seed", "999999999999999999999999999999"), ("--as-of", "2090-01-01"),
        ("--set", "load_factor=0.8"), ("--set", "load_factor[colossus-1]=0.7..0.9"),
    ],
)  # fmt: skip
def test_unusual_but_right_arguments_are_answered(capsys: pytest.CaptureFixture[str], extra: tuple[str, str]) -> None:
    answer = ask(capsys, "check", ONE, *QUICK, *extra)
    assert answer.code == 0, answer.err


def test_two_processes_give_the_same_answer(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = (json.loads(ask(capsys, "check", ONE, "--json", "--draws", "512", "--workers", n).out) for n in ("1", "2"))
    assert {**one, "seconds": 0} == {**two, "seconds": 0}


def test_a_scenario_and_a_catalogue_of_one_s_own_change_the_answer(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "less.yaml").write_text("assumptions: {load_factor: {value: 0.1, reason: idle}}\n", encoding="utf-8")
    (here / "own.csv").write_text("kind,name,attribute,value,unit,note\nfacility,default,load_factor,0.1,1,idle\n", encoding="utf-8")
    arguments = ("simulate", ONE, "--quantity", "power_load", "--json", *QUICK)

    def middle(*extra: str) -> float:
        quantity = next(iter(json.loads(ask(capsys, *arguments, *extra).out)["quantities"].values()))
        return max(value for value in quantity["quantiles"]["p50"] if value is not None)

    plain, laid = middle(), middle("--scenario", "less.yaml")
    assert laid < 0.5 * plain
    assert middle("--set", "load_factor=0.1") == laid == middle("--catalogue", "own.csv")


# --- audit, simulate, catalogue -----------------------------------------------------------------------------------------------------


def test_audit_shows_sentence_expression_answer_and_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    text = ask(capsys, "audit", ONE, *QUICK).out
    flat = " ".join(text.split())
    assert text.startswith("xAI Colossus 1: 1 claim, known on") and widest(text) <= 80
    assert "record(colossus-1-days-to-100k) <= 122 d" in flat and "Not met: 131 d recorded" in flat
    assert "off by 9 d" in flat and "Epoch AI" in flat
    one = json.loads(ask(capsys, "audit", ONE, "--claim", "xai-122d", "--json", *QUICK).out)
    assert [claim["id"] for claim in one["claims"]] == ["xai-122d"]


def test_audit_of_a_programme_without_claims_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no claims" in ask(capsys, "audit", "xai-colossus-2", *QUICK).out


def test_simulate_shows_dates_as_dates_and_saves_a_folder(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    answer = ask(capsys, "simulate", ONE, "--quantity", "stage_date", "--quantity", "jobs_direct", "--save", "run", *QUICK)
    assert answer.code == 0 and "saved: run" in answer.err
    assert re.search(r"\d+ [A-Z][a-z]{2} 20\d\d", answer.out) and "739,000" not in answer.out
    summary = json.loads((here / "run/summary.json").read_text(encoding="utf-8"))
    assert summary["programme"] == "xAI Colossus 1" and (here / "run/jobs_direct.npy").exists()


def test_catalogue_lists_kinds_names_and_values(capsys: pytest.CaptureFixture[str]) -> None:
    kinds = json.loads(ask(capsys, "catalogue", "--json").out)
    assert "h100-sxm" in kinds["accelerator"] and ask(capsys, "catalogue").out.startswith("The catalogue")
    text = ask(capsys, "catalogue", "accelerator", "h100-sxm").out
    assert "989 TFLOP/s" in text and "Q4 2022" in text and "…" not in text
    for kind, names in kinds.items():
        answer = ask(capsys, "catalogue", kind)
        assert answer.code == 0 and widest(answer.out) <= 80 and all(name[:12] in answer.out for name in names)
    rows = json.loads(ask(capsys, "catalogue", "accelerator", "h100-sxm", "--json").out)
    assert all(row["source"] and row["published"] for row in rows)


# --- new, schema --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "file"), [("mine", "mine.yaml"), ("Äther Campus", "Äther Campus.yaml"), ("b.yml", "b.yml")])
def test_a_new_file_passes_check(capsys: pytest.CaptureFixture[str], here: Path, name: str, file: str) -> None:
    made = ask(capsys, "new", name)
    assert made.code == 0 and os.listdir(here) == [file] and "Next: stargauge check" in made.out
    answer = ask(capsys, "check", file, *QUICK)
    assert answer.code == 0, answer.err
    assert Path(file).stem in answer.out and "campus-by-2027" in answer.out


def test_a_new_file_never_touches_an_old_one(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "mine.yaml").write_text("mine", encoding="utf-8")
    answer = ask(capsys, "new", "mine")
    assert answer.code == 2 and "exists already; it was not touched" in answer.told
    assert (here / "mine.yaml").read_text(encoding="utf-8") == "mine"


def test_a_programme_may_be_a_folder(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    sections = yaml.load(SMALL, Loader=yaml.BaseLoader)
    (here / "campus").mkdir()
    for name in ("sites", "claims"):
        (here / f"campus/{name}.yaml").write_text(yaml.safe_dump(sections.pop(name)), encoding="utf-8")
    (here / "campus/programme.yaml").write_text(yaml.safe_dump(sections), encoding="utf-8")
    folder, file = (json.loads(ask(capsys, "check", "campus", "--json", *QUICK).out), here / "one.yaml")
    file.write_text(SMALL, encoding="utf-8")
    whole = json.loads(ask(capsys, "check", "one.yaml", "--json", *QUICK).out)
    assert folder["lines"] == whole["lines"] and folder["reproduce"][0].startswith("stargauge check campus ")


def test_the_schema_takes_every_shipped_file_and_refuses_a_wrong_key(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(ask(capsys, "schema").out)
    assert schema == json_schema() and schema["$schema"].endswith("2020-12/schema")
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        return
    check = Draft202012Validator(schema)
    whole = [path for path in shipped().values() if path.is_file()]
    assert whole
    for path in whole[:3]:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        wrong = [error for error in check.iter_errors(data) if error.validator in ("additionalProperties", "required", "enum")]
        assert not wrong, (path, wrong[0].json_path, wrong[0].message)
    assert any(error.validator == "additionalProperties" for error in check.iter_errors({"name": "x", "sits": {}}))


# --- as a program -------------------------------------------------------------------------------------------------------------------


def program(*arguments: str, shell: str = "") -> subprocess.CompletedProcess[str]:
    """Run Stargauge as a program of its own."""
    command = " ".join([sys.executable, "-m", "stargauge", *arguments, shell])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "NO_COLOR": "1"}
    return subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, env=environment, check=False)


def test_a_reader_that_stops_early_is_no_fault() -> None:
    done = program("explain", "--list", shell="| head -n 2")
    assert done.returncode == 0 and done.stderr == "" and len(done.stdout.splitlines()) == 2


def test_a_terminal_that_cannot_write_other_characters_gets_plain_ones() -> None:
    done = program("check", ONE, *QUICK, shell="| cat")
    assert done.returncode == 0
    plain = subprocess.run(
        [sys.executable, "-m", "stargauge", "check", ONE, *QUICK], capture_output=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert plain.returncode == 0 and plain.stdout.isascii()


# --- compare ------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def dated(here: Path) -> Path:
    (here / "small.yaml").write_text(SMALL, encoding="utf-8")
    return here


def test_compare_tells_what_became_known_and_what_made_the_difference(capsys: pytest.CaptureFixture[str], dated: Path) -> None:
    answer = ask(capsys, "compare", "small.yaml@2025-03-01", "@2026-06-01", *QUICK)
    assert answer.code == 0, answer.err
    assert widest(answer.out) <= 80 and "\033[" not in answer.out
    lines = answer.out.splitlines()
    assert lines[0].startswith("At the end of Dec 2028 B has ")
    assert "A  Small, known on 1 Mar 2025" in answer.out and "B  Small, known on 1 Jun 2026" in answer.out
    for part in ("sites.north ", "catalogue ", "only together ", "all: B less A ", "power_facility[operational]", "B rests on"):
        assert part in answer.out, part
    assert "--json" in answer.out.split("All of it: ")[1]


def test_compare_prints_as_json_what_python_gives(capsys: pytest.CaptureFixture[str], dated: Path) -> None:
    answer = json.loads(ask(capsys, "compare", "small.yaml@2025-03-01", "+overrun_factor=1.2", *QUICK, "--seed", "4", "--json").out)
    same = api.compare("small.yaml@2025-03-01", "+overrun_factor=1.2", draws=256, seed=4).to_dict()
    assert {**answer, "seconds": 0} == {**same, "seconds": 0}
    assert answer["b"]["asked"] == "small.yaml@2025-03-01+overrun_factor=1.2"
    command = answer["reproduce"][0].split()
    assert command[:4] == ["stargauge", "compare", answer["a"]["asked"], answer["b"]["asked"]]
    again = json.loads(ask(capsys, *command[1:], "--json").out)
    assert {**answer, "seconds": 0} == {**again, "seconds": 0}


def test_compare_of_two_programmes_shows_both_and_no_cause(capsys: pytest.CaptureFixture[str], dated: Path) -> None:
    answer = ask(capsys, "compare", "small.yaml", ONE, *QUICK, "--ascii")
    assert answer.code == 0 and answer.out.isascii() and widest(answer.out) <= 80
    assert "what made it" not in answer.out and "by draw" not in answer.out
    assert re.search(r"^funding_need .* absent +-$", answer.out, re.MULTILINE)
    assert "only A  1 site" not in answer.out and "only B  1 site (colossus-1)" in answer.out


def test_compare_of_a_side_with_itself_says_that_nothing_differs(capsys: pytest.CaptureFixture[str], dated: Path) -> None:
    answer = ask(capsys, "compare", "small.yaml", "small.yaml", *QUICK)
    assert answer.code == 0 and answer.out.startswith("Nothing differs: the same inputs, the same numbers.")
    assert "what made it" not in answer.out and "B less A" not in answer.out


def test_compare_lists_the_faults_of_both_sides_and_runs_nothing(capsys: pytest.CaptureFixture[str], dated: Path) -> None:
    answer = ask(capsys, "compare", "smal.yaml@2025-1-1", "+slow.yaml")
    assert (answer.code, answer.out) == (2, "")
    for part in ("3 errors, nothing was run", 'no programme, file or folder "smal.yaml"', '"2025-1-1"; expected a day', 'file "slow.yaml"'):
        assert part in answer.told, part
    assert ask(capsys, "compare", "stargate").code == 2
    late = ask(capsys, "compare", "small.yaml@2099-01-01", "small.yaml", *QUICK)
    assert late.code == 0 and "2099-01-01 is in the future" in late.err
