"""Measured serving runs: read, told into cases, forecast by fits that did not see them; the shipped fit is made again."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli_runs import ask
from tests.serving_fit import drift, shipped_cases
from tests.test_packaging_files import ROOT, run_page

from stargauge import api
from stargauge.audit.validation.serving_cases import ServingCase, case_of, possible_layouts
from stargauge.audit.validation.serving_fitting import as_fit, errors, fit_serving, prior
from stargauge.audit.validation.serving_forecast import forecast
from stargauge.catalogue.load import load_catalogue
from stargauge.catalogue.machines import machine_of
from stargauge.catalogue.serving_fit import PRIORS, shipped_fits, shipped_prior, shipped_serving_fit
from stargauge.catalogue.serving_runs import BOTH, INPUT, KNOWN, OUTPUT, ServingRun, read_serving_runs, shipped_runs
from stargauge.plan.serving.demand import Demand
from stargauge.plan.serving.rows import Case
from stargauge.plan.serving.search import refined, searched
from stargauge.quantity.compute.serving_efficiency import COEFFICIENTS, NEARNESS
from stargauge.quantity.errors import InputError

VIEW = load_catalogue().known(date(2026, 11, 27))
GOOD = {
    "row_id": "A1", "model": "Llama 3.3 70B", "gpu": "H100 80GB", "n_gpus": "2", "deployment": "TP2", "precision": "FP8", "isl": "5000",
    "osl": "500", "concurrency": "25", "tokens_counted": "output", "tokens_per_s_per_gpu": "311.7", "measured_ttft_ms": "688.69",
    "measured_itl_ms": "38.75",
}  # fmt: skip
ATLARGE = {**GOOD, "concurrency": "", "measured_ttft_ms": "", "measured_itl_ms": ""}


def _file(folder: Path, *rows: Mapping[str, str]) -> Path:
    path = folder / "runs.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, KNOWN)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _data(folder: Path, *rows: Mapping[str, str]) -> dict[str, Any]:
    return api.validate("inference", _file(folder, *rows)).to_dict()


def _run(folder: Path, **cells: str) -> ServingRun:
    return read_serving_runs(_file(folder, {**GOOD, **cells}))[0]


def _case(folder: Path, **cells: str) -> ServingCase:
    made = case_of(_run(folder, **cells), VIEW)
    assert isinstance(made, ServingCase), made
    return made


# --- reading ----------------------------------------------------------------------------------------------------------------------


def test_every_fault_of_a_file_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_serving_runs(_file(tmp_path, {**GOOD, "isl": "1k"}, {**GOOD, "n_gpus": "2.5", "model": ""}, {**GOOD, "osl": "-1"}))
    told = [str(fault) for fault in raised.value.faults]
    assert len(told) == 4
    assert raised.value.faults[0].line == 2 and 'isl is "1k"; expected a number' in told[0]
    assert any("n_gpus is 2.5; expected a whole number" in one for one in told)
    assert any("osl is -1; expected a number above 0" in one for one in told)


def test_a_file_without_the_columns_names_them(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_text("model,gpu\na,b\n", encoding="utf-8")
    with pytest.raises(InputError, match='no column "n_gpus"'):
        read_serving_runs(path)


@pytest.mark.parametrize(
    ("text", "counted", "hits"),
    [
        ("output only", OUTPUT, 0.0), ("input, incl. 56.3% KV-cache hits", INPUT, 0.563), ("input+output", BOTH, 0.0),
        ("see benchmark: total input+output per GPU", BOTH, 0.0), ("samples/s, NOT tokens", None, 0.0), ("", None, 0.0),
    ],
)  # fmt: skip
def test_what_a_rate_counts_is_read_by_name(tmp_path: Path, text: str, counted: str | None, hits: float) -> None:
    run = _run(tmp_path, tokens_counted=text)
    assert run.counted == counted
    assert run.hits == pytest.approx(hits)


def test_a_rate_of_all_accelerators_is_divided(tmp_path: Path) -> None:
    assert _run(tmp_path, tokens_per_s_per_gpu="", tokens_per_s_total="600").rate == 300.0


# --- cases ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "layout"),
    [
        ({"deployment": "DEP4", "n_gpus": "4", "model": "Qwen3 235B-A22B"}, (1, 1, 4, 4)),
        ({"deployment": "TEP8", "n_gpus": "8", "model": "Qwen3 235B-A22B"}, (8, 1, 8, 1)),
        ({"deployment": "TP2", "n_gpus": "8"}, (2, 1, 1, 1)),  # four replicas
        ({"deployment": "replica", "tp": "4", "pp": "2", "n_gpus": "8"}, (4, 2, 1, 1)),
        ({"deployment": "", "ep": "32", "n_gpus": "32", "model": "DeepSeek-V3/R1"}, (1, 1, 32, 32)),
    ],
)
def test_layouts_are_read_from_a_word_or_from_columns(tmp_path: Path, cells: dict[str, str], layout: tuple[int, ...]) -> None:
    case = _case(tmp_path, **cells)
    assert tuple(int(one[0]) for one in case.layouts) == layout
    assert case.stated


def test_what_is_not_stated_is_searched_or_assumed_and_said(tmp_path: Path) -> None:
    case = _case(tmp_path, deployment="", precision="")
    assert case.layouts.many == possible_layouts(case.model, 2).many == 2
    assert case.assumed == ("precision FP8", "layout: the best of 2, searched")
    named = _case(tmp_path, model="Kimi-K2.5 NVFP4", gpu="B200", n_gpus="8", deployment="TP8", precision="")
    assert named.types.blocks == "fp4"
    assert named.assumed == ("precision NVFP4, as the model is named",)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"model": "Gopher"}, 'no model of the catalogue can be told from "Gopher"'),
        ({"gpu": "abacus"}, 'no chip of the catalogue can be told from "abacus"'),
        ({"tokens_counted": ""}, "which tokens are counted is not stated"),
        ({"tokens_counted": "samples/s"}, 'which tokens are counted is not clear ("samples/s")'),
        ({"isl": ""}, "lengths of prompts and answers are not stated"),
        ({"tokens_per_s_per_gpu": ""}, "no rate of tokens"),
        ({"n_gpus": ""}, "number of accelerators is not stated"),
        ({"precision": "NVFP4"}, "no fp4 figure for h100-sxm"),
        ({"precision": "INT3"}, 'got the precision "INT3"'),
        ({"deployment": "TP4"}, "TP4 does not divide 2 accelerators"),
        ({"deployment": "", "tp": "3"}, "tp 3 x pp 1 does not divide 2 accelerators"),
    ],
)
def test_rows_that_cannot_be_scored_say_why(tmp_path: Path, cells: dict[str, str], reason: str) -> None:
    data = _data(tmp_path, {**GOOD, **cells})
    assert data["summary"]["n"] == 0 and not data["rows"]
    assert reason in data["left_out"][0]["reason"]


def test_what_fits_into_no_memory_is_left_out(tmp_path: Path) -> None:
    data = _data(tmp_path, {**GOOD, "deployment": "TP1", "n_gpus": "1", "precision": "BF16"})
    assert "not one sequence of full length fits into memory" in data["left_out"][0]["reason"]


def test_rows_of_mlperf_without_lengths_take_those_of_the_benchmark_and_are_scored_apart(tmp_path: Path) -> None:
    cells = {
        "model": "Llama 2 70B",
        "gpu": "B200",
        "n_gpus": "8",
        "isl": "",
        "osl": "",
        "concurrency": "",
        "source": "MLPerf Inference v5.1",
    }
    case = _case(tmp_path, **cells)
    assert case.load.answer == 294.45
    assert case.assumed == ("prompts of 300 and answers of 294 tokens, of the MLPerf benchmark",)
    assert _data(tmp_path, {**GOOD, **cells})["summary"]["n"] == 0


def test_searched_layouts_have_whole_experts_on_each_rank(tmp_path: Path) -> None:
    found = possible_layouts(_case(tmp_path, model="DeepSeek-R1", n_gpus="72", gpu="GB300 NVL72", deployment="").model, 72)
    assert set(found.accelerators) == {1.0, 2.0, 4.0, 8.0}
    assert (found.tensor * found.data == found.accelerators).all()


# --- forecasts --------------------------------------------------------------------------------------------------------------------


def test_a_limit_between_tokens_costs_rate_and_is_kept(tmp_path: Path) -> None:
    free, limited = (forecast(_case(tmp_path, **{**ATLARGE, "tpot_limit_ms": limit}), shipped_serving_fit()) for limit in ("", "30"))
    assert limited.between <= 0.030 < free.between
    assert limited.rate < free.rate
    tight = forecast(_case(tmp_path, **{**ATLARGE, "tpot_limit_ms": "1"}), shipped_serving_fit())
    assert np.isnan(tight.rate)


def test_the_best_of_searched_layouts_is_no_worse_than_any_stated(tmp_path: Path) -> None:
    cells = {**ATLARGE, "model": "Qwen3 235B-A22B", "gpu": "H200", "n_gpus": "8"}
    found = forecast(_case(tmp_path, **{**cells, "deployment": ""}), shipped_serving_fit())
    for word in ("DEP8", "TEP8", "DEP4"):
        assert found.rate >= forecast(_case(tmp_path, **{**cells, "deployment": word}), shipped_serving_fit()).rate * (1 - 1e-12)


def test_input_and_output_tokens_are_counted_as_the_row_does(tmp_path: Path) -> None:
    out = forecast(_case(tmp_path, **ATLARGE), shipped_serving_fit()).rate
    both = forecast(_case(tmp_path, **{**ATLARGE, "tokens_counted": "input+output"}), shipped_serving_fit()).rate
    assert both == pytest.approx(11.0 * out)


def test_prompts_found_in_the_cache_count_where_the_row_counts_them(tmp_path: Path) -> None:
    cells = {**ATLARGE, "tokens_counted": "input", "osl": ""}
    plain = forecast(_case(tmp_path, **cells), shipped_serving_fit()).rate
    half = forecast(_case(tmp_path, **{**cells, "tokens_counted": "input, incl. 50 % cache hits"}), shipped_serving_fit()).rate
    assert 1.5 * plain < half < 2.5 * plain


def test_a_pair_the_fit_was_made_from_is_forecast_without_it(tmp_path: Path) -> None:
    rows = _data(tmp_path, GOOD, {**GOOD, "model": "Mixtral 8x7B"})["rows"]
    assert [row["fit"] for row in rows] == ["shipped runs without llama-3.3-70b / h100-sxm", "all shipped runs"]
    assert rows[0]["p10"] < rows[0]["p50"] < rows[0]["p90"]
    assert rows[0]["first_token"]["measured"] == pytest.approx(0.68869)


# --- the fit ----------------------------------------------------------------------------------------------------------------------


def test_the_shipped_fit_is_what_the_shipped_runs_give() -> None:
    """All runs, and one pair left out: the same to the figures that are shipped."""
    cases = shipped_cases()
    whole = fit_serving(cases)
    group = "gpt-oss-120b / h100-sxm"
    without = fit_serving([case for case in cases if case.group != group], whole)
    for made, shipped in ((as_fit(whole), shipped_serving_fit()), (as_fit(without), shipped_fits().without[group])):
        for name in COEFFICIENTS:
            assert getattr(made, name) == pytest.approx(getattr(shipped, name), rel=2e-3), name


def test_every_pair_of_the_shipped_runs_has_a_fit_without_it() -> None:
    assert {case.group for case in shipped_cases()} == set(shipped_fits().without)
    assert set(shipped_prior().spread) == set(COEFFICIENTS)


def test_forecasts_made_without_each_pair_are_within_the_goal() -> None:
    """25 % in the median on runs that state layout and lengths, and an interval that holds what it says, give or take."""
    cases, rates = shipped_cases(), shipped_serving_fit().forecasts.rate
    off = np.array([errors([case], shipped_fits().without[case.group]).rate[0] for case in cases])
    assert np.median(np.abs(np.expm1(off))) <= 0.15
    for kind, held in (("dense", 0.7), ("experts", 0.7)):
        some = off[np.array([case.kind == kind for case in cases])]
        assert float(np.sqrt(np.mean(some**2))) == pytest.approx(rates[f"{kind}/pair"], abs=2e-3)
        assert held <= np.mean(np.abs(some) <= 1.2816 * rates[f"{kind}/pair"]) <= 0.95


def test_what_was_measured_less_is_never_taken_for_nearer() -> None:
    known = shipped_serving_fit().forecasts
    for kind in ("dense", "experts"):
        pair, family, chip, generation = (known.rate[f"{kind}/{one}"] for one in NEARNESS)
        assert pair <= family and pair <= chip <= generation
    assert known.nearness("llama-3.3-70b", "h200-sxm") == ("pair",)
    assert known.nearness("llama-3.3-70b", "gb300-nvl72") == ("chip",)
    assert known.nearness("mixtral-8x7b", "tpu-v5p") == ("family", "generation")


def test_a_search_an_assumption_and_later_software_widen_an_interval() -> None:
    fit, machine = shipped_serving_fit(), machine_of(VIEW, "8xh200", "2025-06")
    base = fit.spread("experts", ("pair",), machine)
    assert fit.spread("experts", ("pair",), machine, searched=True) > base
    assert fit.spread("experts", ("pair",), machine, assumed=True) == 0.5
    later = [fit.spread("experts", ("pair",), machine_of(VIEW, "8xh200", day)) for day in ("2026-03", "2026-11")]
    assert base == fit.spread("experts", ("pair",), machine_of(VIEW, "8xh200", "2025-01")) < later[0] < later[1]


def test_later_software_widens_by_what_the_two_facts_say_that_there_are() -> None:
    assert drift(shipped_cases()) == pytest.approx(shipped_serving_fit().forecasts.drift, rel=1e-3)


def test_every_figure_of_the_prior_says_whence_it_is() -> None:
    with PRIORS.open(encoding="utf-8", newline="") as handle:
        rows = [*csv.DictReader(handle)]
    for row in rows:
        assert row["source"] in VIEW.catalogue.sources and row["note"] and row["unit"]
        assert (row["source"] != "stargauge-assumption") or (row["grade"] == "D" and row["note"].startswith("assumption"))


def test_what_is_validated_is_what_answers_are_made_of(tmp_path: Path) -> None:
    """Rows with a fixed number of users, and at full load: the command's answer is the forecast of the same row, by the same functions."""
    rows = [case for case in shipped_cases() if np.isfinite(case.run.numbers["concurrency"])][:3]
    rows += [case for case in shipped_cases() if np.isnan(case.run.numbers["concurrency"])][::8]
    for case in rows:
        users = case.run.numbers["concurrency"]
        prompt, answer = (int(one) for one in case.load.arrays()[:2])
        asked = Demand(prompt, answer, users=None if np.isnan(users) else users, accelerators=case.machine.accelerators, apart=False)
        found = searched(Case(case.model, case.machine, asked, shipped_serving_fit(), case.types), only=case.layouts)
        made, best = forecast(case, shipped_serving_fit()), refined(found)
        # At full load the steps of the ladder end below the last slot.
        assert best.worth[0] == pytest.approx(made.rate, rel=1e-6 if np.isfinite(users) else 0.01)
        assert best.rows.each[0] == pytest.approx(made.between, rel=1e-6 if np.isfinite(users) else 0.08)
        if np.isfinite(users):
            assert best.rows.mean[0] == pytest.approx(made.first, rel=1e-6)


def test_a_fit_finds_coefficients_that_made_the_measurements() -> None:
    """Runs made by the model itself with other coefficients pull the fit towards those, against its priors."""
    truth = replace(shipped_prior().fit, memory=0.9, cache=0.85, fp8=0.72, layer=24e-6)
    cases = list[ServingCase]()
    for case in shipped_cases():
        numbers = {
            **case.run.numbers,
            "tokens_per_s_per_gpu": forecast(case, truth).rate,
            "measured_itl_ms": np.nan,
            "measured_ttft_ms": np.nan,
        }
        cases.append(replace(case, run=case.run._replace(numbers=numbers)))
    before, after = errors(cases, as_fit(prior())).rate, errors(cases, as_fit(fit_serving(cases))).rate
    assert np.abs(after).max() < 0.3 * np.abs(before).max()


def test_shipped_runs_have_their_sources() -> None:
    sources = VIEW.catalogue.sources
    assert {run.texts["source"] for run in shipped_runs()} <= set(sources)


# --- the facts, the command line, the page ----------------------------------------------------------------------------------------


def test_the_facts_are_within_the_goal(shared: Path) -> None:
    data = api.validate("inference", shared / "facts" / "inference_validation.csv").to_dict()
    assert data["summary"]["n"] >= 40
    assert data["summary"]["median_ape"] <= 0.25
    assert all(row["fit"].startswith("shipped runs without") for row in data["rows"] if row["stated"])
    assert {row["id"] for row in data["rows"]}.isdisjoint(one["id"] for one in data["left_out"])
    json.dumps(data, allow_nan=False)


def test_the_command_line_shows_errors_rows_and_what_was_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, GOOD, {**GOOD, "row_id": "A2", "tokens_counted": ""})
    told = ask(capsys, "validate", "inference", str(path))
    assert told.code == 0
    assert re.search(r"1 measured runs?: off by \d+ %", " ".join(told.out.split()))
    assert "first token" in told.out and "not scored: A2" in told.out
    wrong = ask(capsys, "validate", "inference", str(_file(tmp_path, {**GOOD, "isl": "many"})))
    assert wrong.code == 2 and 'isl is "many"' in wrong.told


def test_the_page_works_as_it_stands(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "inference-accuracy.md").read_text(encoding="utf-8")
    (tmp_path / "runs.csv").write_text(re.findall(r"```text\n(.*?)```", page, re.S)[0], encoding="utf-8")
    assert run_page("docs/inference-accuracy.md", tmp_path) == 2
