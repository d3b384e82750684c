"""`stargauge plan`: what would work, asked for in plain words; the saved plan is read by `check` and keeps its promise there."""

from __future__ import annotations

import contextlib
import io
import json
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.cli_runs import ask
from tests.programme_files import SMALL
from tests.test_packaging_files import ROOT, run_page, run_python

import stargauge as sg
from stargauge.cli.main import main

pytest.importorskip("highspy", reason="the plan extra is not installed")

DAY = "2026-05-31"
#: One power and one accelerator, so that it takes seconds.
QUICK = ("--as-of", DAY, "--draws", "256", "--worlds", "10", "--powers", "grid", "--chips", "gb300-nvl72")
TARGET = ("--target", "300 MW at north by 2029", "--with-probability", "50 %")
ASKED: dict[str, Any] = {
    "target": "300 MW at north by 2029", "probability": 0.5, "as_of": DAY, "draws": 256, "worlds": 10, "powers": ["grid"],
    "chips": ["gb300-nvl72"],
}  # fmt: skip
#: What stands beside a plan.
BESIDE = ("binding", "frontier", "frontier_emissions", "insist", "waiting")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the small programme."""
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answer of the command, `plan.json`, and the plan that it saved, `plan.yaml`, in a folder of their own."""
    folder: Path = tmp_path_factory.mktemp("saved")
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code = main(["plan", "small.yaml", *QUICK, *TARGET, "--save", "plan.yaml", "--json"])
    text = out.buffer.getvalue().decode()  # type: ignore[attr-defined]
    assert code == int(json.loads(text)["targets"][0]["simulated"] < 0.5 - 0.03)
    (folder / "plan.json").write_text(text, encoding="utf-8")
    return folder


@cache
def planned(**more: Any) -> dict[str, Any]:
    """The plan of the small programme alone, asked for in Python; each once."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "small.yaml"
        file.write_text(SMALL, encoding="utf-8")
        asked = ASKED | {"beside": False} | {name: list(one) if isinstance(one, tuple) else one for name, one in more.items()}
        made = sg.plan(file, **asked).to_dict()
    made["programme"]["asked_as"] = "small.yaml"
    return dict(json.loads(json.dumps(made)))


def answered(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "plan.json").read_text(encoding="utf-8")))


def test_the_saved_plan_keeps_its_promise_in_check(
    saved: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(saved)
    made = answered(saved)
    target = made["targets"][0]
    assert made["status"] == "planned" and target["promised"] >= target["asked"]
    assert abs(target["promised"] - target["simulated"]) < 0.05 and 0.0 <= made["method"]["gap"] < 1.0
    built = [one for site in made["sites"] for one in site["buildings"]]
    assert built and all(one["start"] > DAY and one["chip"] == "gb300-nvl72" for one in built)
    assert sum(one["cost"] for one in built) == pytest.approx(made["cost"]["total"])
    assert sum(one["value"] for one in made["cost"]["parts"]) == pytest.approx(made["cost"]["total"])
    text = (saved / "plan.yaml").read_text(encoding="utf-8")
    assert text.startswith("# A plan for Small") and "# Made by  stargauge plan small.yaml --target" in text and "designed: true" in text

    file = str(saved / "plan.yaml")
    checked = ask(capsys, "check", "small.yaml", "--as-of", DAY, "--scenario", file, "--seed", "2", "--draws", "2048", "--json")
    assert checked.code == 0
    claim = next(one for one in json.loads(checked.out)["claims"] if one["id"] == "stargauge-plan-1")
    assert claim["readings"][0]["probability"] == pytest.approx(target["simulated"])

    again = ask(capsys, "plan", "small.yaml", *QUICK, *TARGET, "--save", file)
    assert again.code == 2 and 'plan.yaml" exists already' in again.told


def test_the_command_and_python_find_the_same_plan_whatever_stands_beside_it(saved: Path) -> None:
    made, alone = answered(saved), planned()
    assert all(made[name] for name in ("binding", "frontier", "waiting"))
    for site in (*made["sites"], *alone["sites"]):
        for one in site["buildings"]:
            del one["latest"], one["slack"]  # told by what can wait
    assert made == alone | {name: made[name] for name in BESIDE}


def test_what_stands_beside_a_plan_is_of_the_same_measure(saved: Path) -> None:
    """The frontier has what was asked as the plan has it; insisting on more costs no less."""
    made = answered(saved)
    rows = [row for row in made["frontier"] if row["possible"]]
    assert rows and all(row["kept"] >= row["probability"] - 1e-9 and row["cost"] >= 0.0 for row in rows)
    assert [row["cost"] for row in rows if row["asked"]] == [pytest.approx(made["method"]["value"])]
    assert {row["probability"] for row in made["frontier"] if row["by"] != "2029-12-31"} == {0.5}
    decided = {one["id"] for site in made["sites"] for one in site["buildings"]}
    assert {row["building"] for row in made["waiting"]["decisions"]} <= decided
    assert all(row["most"] is None or row["most"]["amount"] >= 0.0 for row in made["insist"])


def test_the_text_says_what_the_data_say(saved: Path) -> None:
    from stargauge.report.plan.plan import render_plan

    text = render_plan(answered(saved))
    assert text.startswith("300 MW of facility power at north by 31 Dec 2029 with 50 %: yes, for")
    assert max(map(len, text.splitlines())) <= 80 and not re.search(r"\bnan\b", text.lower())
    assert "--as-of 2026-05-31 --scenario plan.yaml" in text


@pytest.mark.slow
def test_all_of_an_answer_is_the_same_twice(saved: Path) -> None:
    assert planned(beside=True) == answered(saved)


def test_what_is_there_anyway_costs_nothing() -> None:
    data = planned(target="100 MW at north by 2029")
    assert (data["status"], data["cost"]["total"], [one["buildings"] for one in data["sites"]]) == ("planned", 0.0, [[]])
    assert data["sites"][0]["not_built"] == ["north/hall-2"] and data["targets"][0]["simulated"] >= 0.47


def test_what_cannot_be_had_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    from stargauge.report.plan.plan import render_plan

    told = ask(capsys, "plan", "small.yaml", *QUICK, "--target", "5 GW at north by 2029", "--json")
    made = json.loads(told.out)
    assert told.code == 2 and made["status"] == "impossible" and made["overlay"] is None
    assert [one["kind"] for one in made["conflict"]["smallest"]] == ["target"]
    assert {one["kind"] for one in made["conflict"]["relaxations"]} & {"amount", "day", "probability"}
    assert render_plan(made).count("no,") == 1


def test_where_all_has_begun_there_is_nothing_to_decide(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    last = "it_power: {value: 110 MW, status: estimated, source: tracker}"
    text = SMALL.replace(last, f"{last}\n        milestones: {{under_construction: {{value: 2026-01-31, source: tracker}}}}")
    (here / "begun.yaml").write_text(text, encoding="utf-8")
    told = ask(capsys, "plan", "begun.yaml", *QUICK, *TARGET, "--no-further", "--json")
    made = json.loads(told.out)
    assert told.code == 1 and made["status"] == "nothing to decide", "what runs anyway falls short of what is asked"
    assert made["targets"][0]["as_stated"] < made["targets"][0]["asked"]


def test_every_fault_has_its_option(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(
        capsys, "plan", "small.yaml", "--as-of", DAY, "--target", "5 GW by 2020", "--with-probability", "120%", "--money", "5 bn EUR",
        "--pool", "transformer=2 GW/yr", "--land", "-3 acres", "--worlds", "0", "--start-from", "2020-01-01", "--deliveries", "much",
    )  # fmt: skip
    assert told.code == 2 and told.out == ""
    for option in ("--target", "--with-probability", "--money", "--pool", "--land", "--worlds", "--start-from", "--deliveries"):
        assert option in told.err, option
    assert "is past" in told.told and 'did you mean "transformers"' in told.told
    assert ask(capsys, "plan", "small.yaml", "--force").code == 2


def _keeps(made: dict[str, Any]) -> bool:
    target = made["targets"][0]
    return made["status"] == "planned" and target["promised"] >= target["asked"] and target["simulated"] >= target["asked"] - 0.03


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"probability": 0.3}, id="less sure"),
        pytest.param({"powers": ("grid", "file")}, id="as the file has it, too", marks=pytest.mark.slow),
        pytest.param({"target": "300 MW at north by 2030"}, id="later", marks=pytest.mark.slow),
        pytest.param({"powers": ("grid", "file", "gas-engine")}, id="more powers", marks=pytest.mark.slow),
        pytest.param({"money": "900 bn USD"}, id="money to spare", marks=pytest.mark.slow),
    ],
)
def test_more_never_makes_a_plan_worse(more: dict[str, Any]) -> None:
    """More time, powers or money, or less that is asked: no dearer than the plan without, by more than rounding of what is looked for."""
    base, other = planned(), planned(**more)
    assert _keeps(base) and _keeps(other) and other["cost"]["capital"] > 0.0 and other["cost"]["price_year"]
    assert other["method"]["value"] <= base["method"]["value"] * 1.03


def test_a_plan_is_never_worse_than_the_file() -> None:
    """What the file keeps as it stands is kept, for no more than it costs to change nothing."""
    stated, made = (planned(probability=0.4, powers=powers) for powers in (("file",), ("grid", "file")))
    row = stated["targets"][0]
    assert row["simulated"] == row["as_stated"] == made["targets"][0]["as_stated"] >= 0.4
    assert _keeps(stated) and _keeps(made) and made["method"]["value"] <= stated["method"]["value"]


def test_training_and_serving_are_planned_for_together() -> None:
    """The share of the fleet's time that serves is chosen and stands in the plan, and the ordinary run keeps both with it."""
    runs, demand = "training_runs_per_year[frontier] >= 20 by 2029-12-31", "inference_demand_covered >= 1 by 2029-12-31"
    made = planned(target=(runs, demand), probability=0.4)
    assert made["status"] == "planned" and [one["text"] for one in made["targets"]] == [runs, demand]
    assert all(one["promised"] >= 0.4 and one["simulated"] >= 0.37 for one in made["targets"])
    share = made["split"]["inference_share"]
    assert 0.0 < share < 1.0 and made["split"]["training_share"] == pytest.approx(1.0 - share)
    assert made["overlay"]["assumptions"]["inference_share"]["value"] == share
    assert [one["id"] for site in made["sites"] for one in site["buildings"]]


def test_the_page_works_as_it_stands(here: Path) -> None:
    text = (ROOT / "docs/plan.md").read_text(encoding="utf-8")
    (here / "campus.yaml").write_text(re.findall(r"```yaml\n(.*?)```", text, re.S)[0], encoding="utf-8")
    assert run_page("docs/plan.md", here) == 2
    kept = run_python("docs/plan.md")["kept"]
    assert kept["promised"] >= kept["asked"] == 0.6 and kept["simulated"] >= 0.57  # type: ignore[index]
