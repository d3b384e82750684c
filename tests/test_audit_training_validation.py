"""Measured training runs: read from a file, predicted by fits that did not see them, and what is said of those that cannot be."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from tests.cli_runs import ask
from tests.test_packaging_files import ROOT, run_page

from stargauge import api
from stargauge.audit.validation.training_cases import TOLERANCE
from stargauge.audit.validation.training_validation import NOTE, TrainingValidation, validate_training
from stargauge.catalogue.load import load_catalogue
from stargauge.catalogue.machines import chip_of
from stargauge.catalogue.training_fit import shipped_fit
from stargauge.catalogue.training_runs import KNOWN, read_training_runs, shipped_training_runs
from stargauge.quantity.errors import InputError

VIEW = load_catalogue().known(date(2026, 11, 27))
#: A model of nobody, by its dimensions.
GOOD = {
    "row_id": "mine", "model": "ours 9B", "params_b": "9", "layers": "40", "hidden": "4096", "heads": "32", "kv_heads": "8", "ffn": "14336",
    "vocab": "64000", "seq_len": "8192", "gpu": "H100 SXM", "n_gpus": "64", "tp": "2", "pp": "1", "dp": "32", "micro_batch": "2",
    "global_batch_seqs": "256", "precision": "BF16", "recompute": "none", "software": "2026-03", "step_time_s": "5",
}  # fmt: skip


def _file(folder: Path, *rows: Mapping[str, str]) -> Path:
    path = folder / "runs.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, KNOWN)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _scored(folder: Path, *rows: Mapping[str, str]) -> TrainingValidation:
    made = api.validate("training", _file(folder, *rows))
    assert isinstance(made, TrainingValidation)
    return made


@pytest.fixture(scope="module")
def published(shared: Path) -> TrainingValidation:
    return validate_training(read_training_runs(shared / "facts" / "training_validation.csv"), VIEW)


# --- published rows -------------------------------------------------------------------------------------------------------------------


def test_published_rows_are_within_a_tenth_and_a_fifth_by_fits_that_did_not_see_them(published: TrainingValidation) -> None:
    data = published.to_dict()
    summary = data["summary"]
    assert summary["n"] == summary["n_dense"] + summary["n_moe"] >= 75
    assert summary["mape_dense"] <= 0.10 and summary["mape_moe"] <= 0.20
    assert 0.7 <= summary["inside_p10_p90"] <= 0.95
    assert summary["left_out_of_fit"]["n"] + summary["unseen"]["n"] == summary["n"]
    assert len(data["rows"]) + len(data["left_out"]) == 95 and data["notes"] == [NOTE]


def test_a_row_that_the_fit_was_made_from_is_predicted_without_its_group(published: TrainingValidation) -> None:
    seen = [one for one in published.forecasts if one.fit != "all"]
    assert len(seen) >= 75
    for one in seen:
        assert one.fit in shipped_fit().without
        assert one.fit.endswith(f"/ {one.case.machine.chip.name}") and one.fit.startswith(one.case.run.texts["family"])


def test_rows_of_another_model_than_they_say_are_scored_apart(published: TrainingValidation) -> None:
    apart = {row["row"]: row["apart"] for row in published.to_dict()["rows"] if row["apart"]}
    assert set(apart) == {"T044", "T045", "T048", "T050", "T051"} and all("sliding window" in why for why in apart.values())
    summary = published.to_dict()["summary"]
    assert summary["apart"]["n"] == 5 and "T044" not in {one.case.run.name for one in published.forecasts if not one.apart}


def test_rows_without_tokens_or_time_are_said_not_scored(published: TrainingValidation) -> None:
    why = {one["row"]: one["reason"] for one in published.to_dict()["left_out"]}
    assert "batch" in why["T079"] and "batch" in why["T052"] and "time" in why["T030"]


def test_a_stated_layout_is_kept_and_an_open_one_searched_among_those_that_fit(published: TrainingValidation) -> None:
    rows = {row["row"]: row for row in published.to_dict()["rows"]}
    assert rows["T014"]["searched"] == [] and rows["T014"]["layout"]["recompute"] == "selective"
    assert rows["T014"]["layout"] | {"tensor": 8, "pipeline": 8, "interleave": 3, "micro_batch": 1} == rows["T014"]["layout"]
    assert set(rows["T027"]["searched"]) == {"interleave", "micro_batch", "recompute"}
    assert rows["T027"]["memory_bytes"] < TOLERANCE * chip_of(VIEW, "h100-sxm").memory
    assert rows["T058"]["layout"]["tensor"] == 12  # 48 heads on 6,144 chips, and a batch of 2,048: no power of two divides


def test_no_measured_time_moves_a_prediction(published: TrainingValidation) -> None:
    """A time far from ours makes a row one that we do not know: then the fit to all runs predicts it, whatever the time."""
    one = published.forecasts[0].case.run
    runs = [one._replace(numbers=dict(one.numbers) | {"step_time_s": time}) for time in (1.0, 9.0)]
    first, second = validate_training(runs, VIEW).forecasts
    assert first.levels == second.levels and first.fit == "all"
    assert first.levels[1] == pytest.approx(published.forecasts[0].levels[1], rel=0.1)


def test_shipped_runs_are_the_same_as_the_published_ones() -> None:
    data = validate_training(shipped_training_runs(), VIEW).to_dict()
    assert not data["left_out"]
    assert data["summary"]["mape_dense"] == pytest.approx(shipped_fit().errors["family and accelerator"]["dense"], abs=0.004)
    assert data["summary"]["mape_moe"] == pytest.approx(shipped_fit().errors["family and accelerator"]["moe"], abs=0.004)


# --- rows of one's own ----------------------------------------------------------------------------------------------------------------


def test_a_model_by_its_dimensions_is_predicted_with_an_interval(tmp_path: Path) -> None:
    row = _scored(tmp_path, GOOD).to_dict()["rows"][0]
    assert row["fit"] == "all" and row["p10_s"] < row["predicted_s"] < row["p90_s"]
    assert row["predicted_s"] == pytest.approx(sum(row["parts_s"].values()))
    mfu = 6 * 9.05e9 * 256 * 8192 / row["predicted_s"] / 64 / 989e12
    assert 0.3 < mfu < 0.6


def test_a_gate_is_told_by_the_weights(tmp_path: Path) -> None:
    plain = GOOD | {"params_b": "6.5"}
    made = _scored(tmp_path, GOOD, plain).forecasts
    assert [one.case.model.gated for one in made] == [True, False]


def test_layers_that_do_not_give_the_weights_are_put_right_and_said(tmp_path: Path) -> None:
    wrong = GOOD | {"layers": "32", "ffn": "", "kv_heads": "32", "params_b": "8.32", "vocab": "64000"}
    one = _scored(tmp_path, wrong).forecasts[0]
    assert one.case.model.layers == 40 and any("40 layers: 32 do not give" in taken for taken in one.case.assumed)


def test_what_is_missing_is_taken_and_said(tmp_path: Path) -> None:
    bare = {name: GOOD[name] for name in ("model", "layers", "hidden", "seq_len", "gpu", "n_gpus", "global_batch_seqs", "step_time_s")}
    row = _scored(tmp_path, bare).to_dict()["rows"][0]
    assert {"tensor", "pipeline", "micro_batch", "recompute"} <= set(row["searched"])
    assert any("heads 32" in note for note in row["notes"]) and any("software of" in note for note in row["notes"])


def test_a_chip_nobody_measured_has_the_wider_interval(tmp_path: Path) -> None:
    one, other = _scored(tmp_path, GOOD, GOOD | {"gpu": "MI300X"}).to_dict()["rows"]
    assert other["p90_s"] / other["predicted_s"] > one["p90_s"] / one["predicted_s"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"gpu": "abacus"}, 'no accelerator of the catalogue can be told from "abacus"'),
        ({"gpu": "A100", "precision": "NVFP4"}, "has no figure for nvfp4 by its maker"),
        ({"step_time_s": ""}, "neither a step time nor tokens per second"),
        ({"global_batch_seqs": ""}, "tokens of a step are not known"),
        ({"n_gpus": "63", "dp": ""}, "no layout with the figures stated divides"),
        ({"layers": ""}, "layers and hidden"),
        ({"n_gpus": "128"}, "tp x pp x dp x cp is 64, not the 128 accelerators stated"),
        ({"n_experts": "60", "top_k": "4", "ep": "8"}, "8 accelerators cannot share 60 experts evenly"),
    ],
)
def test_a_row_that_cannot_be_predicted_says_why(tmp_path: Path, change: dict[str, str], told: str) -> None:
    data = _scored(tmp_path, GOOD, GOOD | change).to_dict()
    assert data["summary"]["n"] == 1 and told in data["left_out"][0]["reason"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"layers": "many"}, 'layers is "many"; expected a number'),
        ({"layers": "40.5"}, "layers is 40.5; expected a whole number"),
        ({"step_time_s": "-3"}, "step_time_s is -3; expected a number above 0"),
        ({"step_time_s": "3,5"}, 'step_time_s is "3,5"; expected a number, with a decimal point'),
        ({"model": ""}, '"model" is empty'),
        ({"attention": "fusd"}, 'attention is "fusd"; expected fused or unfused; did you mean "fused"?'),
        ({"schedule": "zero"}, 'schedule is "zero"; expected one of 1f1b, zero-bubble, dualpipe'),
        ({"software": "soon"}, 'software is "soon"; expected a day'),
    ],
)
def test_faults_of_a_row_are_told_with_their_line(tmp_path: Path, change: dict[str, str], told: str) -> None:
    with pytest.raises(InputError) as error:
        read_training_runs(_file(tmp_path, GOOD, GOOD | change))
    assert told in str(error.value) and error.value.faults[0].line == 3


def test_all_faults_are_told_at_once_and_end_with_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _file(tmp_path, GOOD | {"layers": "x"}, GOOD | {"gpu": ""})
    answer = ask(capsys, "validate", "training", str(file))
    assert answer.code == 2 and not answer.out and "layers is" in answer.told and '"gpu" is empty' in answer.told


def test_the_page_works_as_it_stands_and_its_figures_are_those_of_the_fit(tmp_path: Path) -> None:
    text = (ROOT / "docs/chips-accuracy.md").read_text(encoding="utf-8")
    (tmp_path / "runs.csv").write_text(text.split("```text\n")[1].split("```")[0], encoding="utf-8")
    assert run_page("docs/chips-accuracy.md", tmp_path) == 2
    ways = {
        "all but the model family on that accelerator": "family and accelerator", "all but the model family": "family",
        "all but the accelerator": "accelerator", "all rows, seen (not a score)": "in sample",
        "nothing: what was taken before the fit": "prior",
    }  # fmt: skip
    for told, way in ways.items():
        errors = shipped_fit().errors[way]
        assert f"| {told} | {100 * errors['dense']:.1f} % | {100 * errors['moe']:.1f} % |" in text


def test_a_missing_column_names_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_text("model,GPU,n_gpus,seq_len\na,b,1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match='no column "gpu"; did you mean "GPU"'):
        read_training_runs(path)


def test_the_command_says_it_and_gives_the_same_as_python(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _file(tmp_path, GOOD, GOOD | {"row_id": "unknown", "gpu": "abacus"})
    shown, data = ask(capsys, "validate", "training", str(file)), ask(capsys, "validate", "training", str(file), "--json")
    assert shown.code == data.code == 0
    assert json.loads(data.out) == json.loads(json.dumps(api.validate("training", file).to_dict()))
    words = " ".join(shown.out.split())
    assert "Step time, mean absolute error" in words and "not predicted: unknown" in words and "nan" not in words.lower().split()
