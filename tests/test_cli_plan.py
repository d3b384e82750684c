"""`stargauge plan`: what would work, asked for in plain words; the saved plan is read by `check` and keeps its promise there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.cli_runs import ask
from tests.programme_files import SMALL

import stargauge as sg

pytest.importorskip("highspy", reason="the plan extra is not installed")

DAY = "2026-05-31"
#: One power and one accelerator, so that it takes seconds.
QUICK = ("--as-of", DAY, "--draws", "256", "--worlds", "10", "--powers", "grid", "--chips", "gb300-nvl72")
TARGET = ("--target", "300 MW at north by 2029", "--with-probability", "50 %")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the small programme."""
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_saved_plan_keeps_its_promise_in_check(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, "plan", "small.yaml", *QUICK, *TARGET, "--save", "plan.yaml", "--json")
    made: dict[str, Any] = json.loads(told.out)
    target = made["targets"][0]
    assert made["status"] == "planned" and told.code == int(target["simulated"] < 0.5 - 0.03)
    assert abs(target["promised"] - target["simulated"]) < 0.05 and 0.0 <= made["method"]["gap"] < 1.0
    built = [one for site in made["sites"] for one in site["buildings"]]
    assert built and all(one["start"] > DAY and one["chip"] == "gb300-nvl72" for one in built)
    assert sum(one["cost"] for one in built) == pytest.approx(made["cost"]["total"])
    assert sum(one["value"] for one in made["cost"]["parts"]) == pytest.approx(made["cost"]["total"])
    text = (here / "plan.yaml").read_text(encoding="utf-8")
    assert text.startswith("# A plan for Small") and "# Made by  stargauge plan small.yaml --target" in text and "designed: true" in text

    checked = ask(capsys, "check", "small.yaml", "--as-of", DAY, "--scenario", "plan.yaml", "--seed", "2", "--draws", "2048", "--json")
    assert checked.code == 0
    claim = next(one for one in json.loads(checked.out)["claims"] if one["id"] == "stargauge-plan-1")
    assert claim["readings"][0]["probability"] == pytest.approx(target["simulated"])

    again = ask(capsys, "plan", "small.yaml", *QUICK, *TARGET, "--save", "plan.yaml")
    assert again.code == 2 and '"plan.yaml" exists already' in again.told


def test_text_and_python_say_the_same(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = sg.plan(
        here / "small.yaml", target="300 MW at north by 2029", probability=0.5, as_of=DAY, draws=256, worlds=10, powers=["grid"],
        chips=["gb300-nvl72"],
    )  # fmt: skip
    told = ask(capsys, "plan", "small.yaml", *QUICK, *TARGET, "--json")
    wanted = json.loads(json.dumps(made.to_dict()))
    wanted["programme"]["asked_as"] = "small.yaml"
    assert json.loads(told.out) == wanted
    from stargauge.report.plan import render_plan

    text = render_plan(wanted)
    assert text.startswith("300 MW of facility power at north by 31 Dec 2029 with 50 %: yes, for")
    assert max(map(len, text.splitlines())) <= 80 and not re.search(r"\bnan\b", text.lower())
    assert "--as-of 2026-05-31 --scenario plan.yaml" in text


def test_what_is_there_anyway_costs_nothing(here: Path) -> None:
    made = sg.plan(here / "small.yaml", target="100 MW at north by 2029", as_of=DAY, draws=256, worlds=10, powers=["grid"], beside=False)
    data = made.to_dict()
    assert (data["status"], data["cost"]["total"], [one["buildings"] for one in data["sites"]]) == ("planned", 0.0, [[]])
    assert data["sites"][0]["not_built"] == ["north/hall-2"] and made.kept


def test_what_cannot_be_had_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, "plan", "small.yaml", *QUICK, "--target", "5 GW at north by 2029", "--json")
    made = json.loads(told.out)
    assert told.code == 2 and made["status"] == "impossible" and made["overlay"] is None
    assert [one["kind"] for one in made["conflict"]["smallest"]] == ["target"]
    assert {one["kind"] for one in made["conflict"]["relaxations"]} & {"amount", "day", "probability"}
    assert ask(capsys, "plan", "small.yaml", *QUICK, "--target", "5 GW at north by 2029").out.count("no,") == 1


def test_where_all_has_begun_there_is_nothing_to_decide(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    last = "it_power: {value: 110 MW, status: estimated, source: tracker}"
    text = SMALL.replace(last, f"{last}\n        milestones: {{under_construction: {{value: 2026-01-31, source: tracker}}}}")
    (here / "begun.yaml").write_text(text, encoding="utf-8")
    told = ask(capsys, "plan", "begun.yaml", *QUICK, *TARGET, "--no-further", "--json")
    assert told.code == 0 and json.loads(told.out)["status"] == "nothing to decide"


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
    assert ask(capsys, "plan", "small.yaml", "--language", "de").code == 2


def test_more_never_makes_a_plan_worse_and_twice_is_the_same(here: Path) -> None:
    def planned(**more: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {"target": "300 MW at north by 2029", "probability": 0.5, "as_of": DAY, "draws": 256, "worlds": 10,
                                 "powers": ["grid", "file"], "chips": ["gb300-nvl72"], "beside": False}  # fmt: skip
        return sg.plan(here / "small.yaml", **(asked | more)).to_dict()

    base = planned()
    assert base == planned()
    value = base["method"]["value"]
    later, looser = planned(target="300 MW at north by 2030"), planned(probability=0.3)
    wider = planned(powers=["grid", "file", "gas-engine"])
    rich = planned(money="900 bn USD")
    for other in (later, looser, wider, rich):
        assert other["status"] == "planned" and other["method"]["value"] <= value * 1.03
    for one in (base, later, looser, wider, rich):
        target = one["targets"][0]
        assert target["promised"] >= target["asked"] and target["simulated"] >= target["asked"] - 0.03
        assert one["cost"]["capital"] > 0.0 and one["cost"]["price_year"]


def test_a_plan_is_never_worse_than_the_file(here: Path) -> None:
    made = sg.plan(here / "small.yaml", target="300 MW at north by 2029", probability=0.4, as_of=DAY, draws=256, worlds=10, beside=False)
    target = made.to_dict()["targets"][0]
    assert target["as_stated"] >= 0.4 and target["promised"] >= 0.4 and target["simulated"] >= 0.37
