"""`stargauge train`: the fastest layout or a stated one, its figures, pictures and faults."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.cli_runs import ask
from tests.layout_doubles import dense
from tests.test_packaging_files import commands, run_page, run_python

import stargauge as sg
from stargauge.api.programmes import catalogue
from stargauge.audit.compute.training import TrainingAnswer
from stargauge.catalogue.machines import machine_of
from stargauge.plan.layouts import space
from stargauge.quantity.compute.training_memory import TrainingMemory
from stargauge.quantity.compute.training_step import TrainingStep
from stargauge.quantity.errors import InputError
from stargauge.report.compute import training, training_chart

#: A small job, so that it takes little.
ASKED = ("train", "--model", "llama3-8b", "--cluster", "64xh100", "--batch", "128", "--sequence", "8192", "--as-of", "2026-11-20")
MINE = """kind,name,attribute,value,unit
model,mine-9b,layers,40,1
model,mine-9b,hidden,4096,1
model,mine-9b,heads,32,1
model,mine-9b,kv_heads,8,1
model,mine-9b,ffn,14336,1
model,mine-9b,vocabulary,128256,1
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def answered() -> dict[str, Any]:
    """The small job's answer."""
    made = sg.train("llama3-8b", "64xh100", batch=128, sequence=8192, pareto=True, tokens=1e12)
    return dict(json.loads(json.dumps(made.to_dict(), allow_nan=False)))


def test_json_and_python_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, *ASKED, "--json")
    assert (told.code, told.err) == (0, "")
    made = sg.train("llama3-8b", "64xh100", batch=128, sequence=8192, as_of=date(2026, 11, 20))
    assert json.loads(told.out) == json.loads(json.dumps(made.to_dict()))


def test_inputs_are_echoed_and_figures_have_intervals(answered: dict[str, Any]) -> None:
    inputs, result = answered["inputs"], answered["result"]
    assert inputs["asked_model"] == "llama3-8b"
    assert inputs["model"]["name"] == "llama-3-8b"
    assert (inputs["machine"]["chip"], inputs["machine"]["accelerators"]) == ("h100-sxm", 64)
    assert (inputs["job"]["batch"], inputs["job"]["batch_basis"], inputs["job"]["tokens"]) == (128, "asked", 1e12)
    for name in ("step_s", "tokens_per_s", "tokens_per_s_accelerator", "tokens_per_day", "goodput"):
        assert 0.0 < result[name]["p10"] < result[name]["p50"] < result[name]["p90"]
    at = result["layout"]
    assert at["tensor"] * at["pipeline"] * at["context"] * at["data"] == 64
    assert result["tokens_per_s"]["p50"] == pytest.approx(128 * 8192 / result["step_s"]["p50"])
    assert result["tokens_per_s"]["p10"] == pytest.approx(128 * 8192 / result["step_s"]["p90"])


def test_parts_make_the_whole(answered: dict[str, Any]) -> None:
    result = answered["result"]
    assert sum(one["seconds"] for one in result["components"]) == pytest.approx(result["step_s"]["p50"])
    assert sum(one["share"] for one in result["components"]) == pytest.approx(1.0)
    held = result["memory"]
    assert sum(held["parts"].values()) == pytest.approx(held["total"])
    assert held["capacity"] - held["total"] == pytest.approx(held["headroom"])
    assert held["headroom"] >= 0.0
    search = answered["search"]
    assert search["grid"] == sum(search["dropped"].values()) + search["does_not_fit"] + search["evaluated"]


def test_every_part_has_a_name_and_a_colour() -> None:
    assert set(training.COMPONENTS) == set(TrainingStep._fields)
    assert set(training.MEMORY) == set(TrainingMemory._fields)
    assert [name for _, _, names in training_chart.GROUPS for name in names if name not in TrainingStep._fields] == []
    assert {name for _, _, names in training_chart.GROUPS for name in names} == set(TrainingStep._fields)
    assert {rule.name for rule in space.RULES} <= set(training.RULES)


@pytest.mark.parametrize(("model", "batch"), [("llama3-405b", 2048), ("deepseek-v3", 15360)])
def test_the_usual_batch_divides(model: str, batch: int) -> None:
    made = sg.train(model, "2048xh100", dtype="fp8")
    assert made.outcome.setting.job.batch == batch
    assert "to a number that divides" in made.batch.basis


def test_utilisation_is_by_named_conventions(answered: dict[str, Any]) -> None:
    made = answered["result"]["operations"]
    by_name = {one["convention"]: one for one in made["model"]}
    assert set(by_name) == {"palm", "causal", "bridge", "narayanan"}
    assert by_name["palm"]["flop_per_token"] > by_name["causal"]["flop_per_token"]
    assert made["hardware"]["flop_per_token"] >= by_name["causal"]["flop_per_token"]
    rate = answered["result"]["tokens_per_s"]["p50"]
    assert by_name["causal"]["mfu"]["p50"] == pytest.approx(rate * by_name["causal"]["flop_per_token"] / made["peak_flop_per_s"] / 64)
    assert 0.1 < by_name["causal"]["mfu"]["p50"] < 0.8


def test_a_run_takes_its_tokens_over_the_day(answered: dict[str, Any]) -> None:
    run, day = answered["result"]["run"], answered["result"]["tokens_per_day"]
    assert run["days"]["p50"] == pytest.approx(1e12 / day["p50"], rel=1e-3)
    assert run["days"]["p10"] == pytest.approx(1e12 / day["p90"], rel=1e-3)
    assert run["accelerator_hours"]["p50"] == pytest.approx(run["days"]["p50"] * 24 * 64)


def test_others_beside_it_are_no_faster(answered: dict[str, Any]) -> None:
    step = answered["result"]["step_s"]["p50"]
    assert answered["beside"][0]["name"] == "runner-up"
    for one in answered["beside"]:
        if one["layout"] is not None:
            assert one["times"] >= 1.0
            assert sum(one["more_s"].values()) == pytest.approx(one["step_s"] - step, abs=1e-9)
    room, fewer = (answered["pareto"][name] for name in ("headroom", "accelerators"))
    assert [one["step_s"] for one in room] == sorted(one["step_s"] for one in room)
    assert [one["headroom"] for one in room] == sorted(one["headroom"] for one in room)
    assert [one["accelerators"] for one in fewer] == sorted((one["accelerators"] for one in fewer), reverse=True)
    assert [one["step_s"] for one in fewer] == sorted(one["step_s"] for one in fewer)
    three = answered["pareto"]["front"]
    assert {one["accelerators"] for one in three} <= set(answered["pareto"]["numbers"])
    assert three[0]["layout"] == answered["result"]["layout"]


def test_a_stated_layout_is_kept_and_held_against_the_best(capsys: pytest.CaptureFixture[str]) -> None:
    whole = json.loads(ask(capsys, *ASKED, "--json").out)
    told = ask(capsys, *ASKED, "--layout", "tp=8,pp=2,dp=4,mbs=1,recompute=full,zero=1,schedule=1f1b,vp=1,ep=1,cp=1", "--json")
    made = json.loads(told.out)
    assert made["inputs"]["given"] == made["result"]["layout"]
    assert made["result"]["layout"]["recompute"] == "full"
    assert made["search"]["evaluated"] == 1
    best = next(one for one in made["beside"] if one["name"] == "best of all layouts")
    assert best["step_s"] == pytest.approx(whole["result"]["step_s"]["p50"])
    hardware = made["result"]["operations"]["hardware"]["flop_per_token"]
    causal = next(one for one in made["result"]["operations"]["model"] if one["convention"] == "causal")["flop_per_token"]
    assert 1.2 < hardware / causal < 1.34


def test_older_software_and_a_narrow_network_are_no_faster() -> None:
    given = {"tensor": 8, "pipeline": 2, "context": 1, "interleave": 1, "micro_batch": 1, "recompute": 1, "sharding": 1, "schedule": 0}
    step = [
        sg.train("llama3-8b", "64xh100", batch=128, sequence=8192, layout=given, software=when, oversubscription=narrow).outcome.step.p50
        for when, narrow in (("2026-11", None), ("2024-07", None), ("2026-11", "16@16"))
    ]
    assert step[1] >= step[0]
    assert step[2] >= step[0]


def test_text_is_of_eighty_columns_and_names_what_it_counts(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, *ASKED, "--pareto", "--tokens", "15e12")
    assert (told.code, told.err) == (0, "")
    assert max(map(len, told.out.splitlines())) <= 80
    assert told.out.startswith("llama-3-8b on 64 H100")
    for words in ("causal attention", "PaLM: 6 N", "Where the time goes", "What the fullest accelerator holds", "Why this layout",
                  "Fewer accelerators", "Memory may be off", "15 trillion tokens take", "None is passed over"):  # fmt: skip
        assert words in " ".join(told.out.split())
    assert not re.search(r"\bnan\b", told.out)
    plain = ask(capsys, *ASKED, "--ascii").out
    assert plain.isascii()


def test_a_page_and_pictures_stand_in_a_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("jinja2", reason="the report extra is not installed")
    told = ask(capsys, *ASKED, "--out", "made")
    assert (told.code, told.err) == (0, "")
    assert sorted(file.name for file in (here / "made").iterdir()) == [
        "training-accelerators.svg", "training-memory.svg", "training-time.svg", "training.html",
        "training.json",
    ]  # fmt: skip
    page = (here / "made" / "training.html").read_text(encoding="utf-8")
    assert "llama-3-8b on 64 H100" in page
    assert page.count("<svg") >= 6
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace('http-equiv="Content', "")
    for file in (here / "made").glob("*.svg"):
        assert file.read_text(encoding="utf-8").startswith("<svg xmlns=")


def test_a_model_of_ones_own(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "mine.csv").write_text(MINE, encoding="utf-8")
    told = ask(capsys, "train", "--model", "mine.csv", "--cluster", "64xh100", "--json")
    assert (told.code, told.err) == (0, "")
    made = json.loads(told.out)
    assert made["inputs"]["model"]["name"] == "mine-9b"
    assert "template frontier" in made["inputs"]["job"]["sequence_basis"]
    assert any("an assumption" in note for note in made["notes"])
    laid = ask(capsys, "train", "--model", "mine-9b", "--catalogue", "mine.csv", "--cluster", "64xh100", "--json")
    assert json.loads(laid.out)["result"] == made["result"]
    of_dimensions = sg.train(dense(), "64xh100", batch=64, sequence=4096, tokens=1e12)
    assert of_dimensions.to_dict()["inputs"]["model"]["name"] == "dense"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--layout", "tp=7"), ("tensor a divisor of the 64 accelerators", "nearest that works: tensor=8")),
        (("--layout", "tp=16"), ("within the fast network of 8 accelerators", "nearest that works")),
        (("--layout", "tpp=8,pp=0,recompute=some,mbs"), ('no part "tpp" of', 'got pipeline "0"', 'recompute has no "some"', 'got "mbs"')),
        (("--layout", "tp=8,tensor=4"), ("tensor is given twice",)),
        (("--layout", "tp=1,pp=1,dp=64,zero=0,mbs=2,recompute=none"), ("GB at least; an accelerator has", "nearest that works")),
        (("--dtype", "nvfp4"), ("--dtype", "has no figure for nvfp4")),
        (("--dtype", "int3"), ('no type "int3"',)),
        (("--model", "lama3-8b"), ('no model "lama3-8b"', "nearest")),
        (("--cluster", "64xz100"), ("--cluster", 'no chip "z100"')),
        (("--cluster", "many"), ("expected a number of accelerators",)),
        (("--batch", "0", "--sequence", "-1", "--model", "nix", "--layout", "q=1"), ("--batch", "--sequence", '"nix"', 'no part "q"')),
        (("--tokens", "-3"), ("expected a number of tokens",)),
        (("--oversubscription", "7x3072"), ("expected RATIO@ACCELERATORS",)),
        (("--cluster", "61xh100"), ("nearest number that works",)),
        (("--model", "llama3.1-405b", "--cluster", "8xh100"), ("does not fit", "nearest number that works")),
        (("--layout", "tp=8,pp=4,dp=4"), ("tensor x pipeline x data = 128, expected a divisor of 64",)),
        (("--software", "2019"), ("--software", "older than the chip", "expected a day from 2022")),
        (("--cluster", "64xgb200", "--as-of", "2023-06-01"), ("--software", "older than the chip")),
        (("--layout", "pp=4,vp=2,schedule=zb"), ("interleave 1 with zero-bubble and dualpipe", "nearest that works")),
        (("--layout", "pp=1,schedule=dualpipe"), ("dualpipe with an even number of stages", "nearest that works")),
    ],
)  # fmt: skip
def test_what_is_asked_wrong_is_told_at_once(more: tuple[str, ...], words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, *ASKED, *more)
    assert told.code == 2
    assert told.out == ""
    for word in words:
        assert word in told.told


@pytest.mark.parametrize("accelerators", [7, 16])
def test_the_nearest_number_is_not_only_a_doubling(accelerators: int, capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, *ASKED, "--model", "llama3-70b", "--cluster", f"{accelerators}xh100").told
    number = int(re.findall(r"nearest number that works: ([0-9,]+)", told)[0].replace(",", ""))
    assert number % 8 == 0
    assert sg.train("llama3-70b", f"{number}xh100", batch=128, sequence=8192).outcome.headroom >= 0.0
    for fewer in range(8, number, 8):
        with pytest.raises(InputError):
            sg.train("llama3-70b", f"{fewer}xh100", batch=128, sequence=8192)


def test_later_software_is_less_sure_and_later_knowledge_is_told() -> None:
    made = [sg.train("llama3-8b", "64xh100", batch=128, sequence=8192, software=when) for when in ("2026", "2031")]
    wide = [one.outcome.step.p90 / one.outcome.step.p10 for one in made]
    assert wide[1] > 1.2 * wide[0]
    assert made[1].outcome.step.p50 == pytest.approx(made[0].outcome.step.p50)
    assert any("later than the newest measured run" in note for note in made[1].notes)
    assert not any("later than" in note or "hindsight" in note for note in made[0].notes)
    early = sg.train("llama3-8b", "64xh100", batch=128, sequence=8192, as_of=date(2023, 6, 1))
    assert any(note.startswith("hindsight: figures of llama-3-8b were published by 2024") for note in early.notes)


def test_experts_that_are_not_balanced_take_longer() -> None:
    layout = "tp=1,pp=1,cp=1,ep=8,mbs=1,recompute=none,zero=1"
    even, drawn = (
        sg.train("qwen3-30b-a3b", "16xh100", batch=64, sequence=4096, layout=layout, balanced=balanced) for balanced in (True, False)
    )
    assert drawn.outcome.step.p50 > even.outcome.step.p50
    assert drawn.to_dict()["inputs"]["job"]["balanced"] is False


def test_accelerators_that_divide_badly_are_told() -> None:
    made = sg.train("llama3-8b", "100xh100", batch=96, sequence=8192)
    told = [note for note in made.notes if "divide badly" in note]
    assert told
    number = int(re.findall(r"badly: ([0-9,]+) of them", told[0])[0])
    assert sg.train("llama3-8b", f"{number}xh100", batch=96, sequence=8192).outcome.step.p50 < made.outcome.step.p50
    assert not any("divide badly" in note for note in sg.train("llama3-8b", "96xh100", batch=96, sequence=8192).notes)


def test_a_given_layout_may_need_a_little_more_than_there_is() -> None:
    """Just above the memory it runs, with a word; far above it is refused."""
    machine = machine_of(catalogue().known(date(2026, 11, 20)), "64xh100")
    layout = "tp=1,pp=1,cp=1,mbs=2,recompute=none,zero=1,ep=1,vp=1,schedule=1f1b"

    def on(memory: float) -> TrainingAnswer:
        chip = replace(machine.chip, memory=memory)
        return sg.train("llama3-8b", replace(machine, chip=chip), batch=128, sequence=8192, layout=layout)

    needed = sum(on(1e12).outcome.memory.values())
    tight = on(needed / 1.1)
    assert tight.outcome.headroom < 0.0
    assert any("more than there is" in note for note in tight.notes)
    with pytest.raises(InputError, match="GB at least"):
        on(needed / 1.2)


def test_what_no_measured_run_had_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    made = json.loads(
        ask(capsys, *ASKED, "--layout", "tp=1,pp=1,mbs=2,cp=1,zero=3", "--batch", "256", "--cluster", "128xh100", "--json").out
    )
    assert made["result"]["outside"] == ["weights spread over 128 (at most 64)"]
    assert any("outside what was measured of models without experts" in note for note in made["notes"])
    told = ask(capsys, *ASKED, "--pareto").out
    assert "* has something that no measured run" in " ".join(told.split())


def test_what_is_missing_or_stands_in_the_way(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, "train")
    assert told.code == 2
    assert "--model" in told.told
    assert "--cluster" in told.told
    (here / "file").write_text("mine", encoding="utf-8")
    assert "expected a folder" in ask(capsys, *ASKED, "--out", "file").told
    assert (here / "file").read_text(encoding="utf-8") == "mine"
    (here / "two.csv").write_text(MINE + MINE.replace("mine-9b", "other").split("\n", 1)[1], encoding="utf-8")
    assert "expected rows of one model" in ask(capsys, "train", "--model", "two.csv", "--cluster", "64xh100").told


def test_the_docs_page_runs(here: Path) -> None:
    pytest.importorskip("jinja2", reason="the report extra is not installed")
    assert run_page("docs/train.md", here) == len(commands("docs/train.md")) > 0
    assert run_python("docs/train.md")["made"].outcome.layout["schedule"] == 0  # type: ignore[attr-defined]
