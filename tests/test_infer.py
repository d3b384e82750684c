"""`stargauge infer` from top to bottom: answer, cost, power, words, charts, faults, the page."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli_runs import ask
from tests.test_packaging_files import commands, run_page, run_python

import stargauge as sg
from stargauge.audit.compute.serving import Parts, ServingAnswer, left_over
from stargauge.quantity.compute.serving_queue import Service, closed
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.errors import InputError
from stargauge.report.compute.serving import other_type, render_serving, spaced
from stargauge.report.compute.serving_chart import front_csv, front_spec, passes_spec, pictures
from stargauge.report.drawing.svg import draws

_ROOT = Path(__file__).parents[1]


@lru_cache(maxsize=16)
def _made(model: str = "llama-3.3-70b", chip: str = "h100", **asked: Any) -> ServingAnswer:
    return sg.infer(model, chip, **asked)


@lru_cache(maxsize=1)
def _r1() -> ServingAnswer:
    return sg.infer("deepseek-r1", "gb300", ttft="2s", tpot="20ms")


def test_the_answer_keeps_its_limits_and_adds_up() -> None:
    made = _r1()
    best = made.best
    assert best.first["p99"] <= 2.0 and best.each <= 0.02
    assert best.per_user == pytest.approx(1 / best.each)
    assert best.per_accelerator == pytest.approx(best.requests * 1024 / best.accelerators)
    assert made.step["total"] == pytest.approx(sum(value for name, value in made.step.items() if name != "total"))
    held = made.memory
    assert held["weights"] + held["workspace"] + held["cache_used"] < held["capacity"]
    assert [one["limit"] for one in made.binds] == ["tpot"]
    for one in made.others.values():
        assert one is None or one.per_accelerator <= best.per_accelerator * 1.0001
    rates = made.interval["per_accelerator"]
    assert rates["p10"] < rates["p50"] == best.per_accelerator < rates["p90"]


def test_times_may_be_numbers_of_seconds() -> None:
    assert _made(ttft=2.0, tpot=0.04).best == _made(ttft="2s", tpot="40ms").best


def test_the_shipped_fit_with_the_queue_gives_the_published_table(shared: Path) -> None:
    """NIM's rows of a 70B on two H100: rate within 15 %, time between tokens within 15 %, to the first token within 35 %."""
    rows = [
        row for row in csv.DictReader((shared / "facts/inference_validation.csv").read_text().splitlines())
        if row["source"].startswith("NVIDIA NIM")
    ]  # fmt: skip
    assert len(rows) >= 5
    for row in rows:
        made = _made(
            accelerators=2, input=int(row["isl"]), output=int(row["osl"]), concurrency=int(row["concurrency"]), dtype="fp8",
            layout="tp=2", disaggregated=False,
        )  # fmt: skip
        best = made.best
        assert best.per_accelerator * 2 == pytest.approx(float(row["tokens_per_s_total"]), rel=0.15)
        assert best.each * 1000 == pytest.approx(float(row["measured_itl_ms"]), rel=0.15)
        assert best.first["mean"] * 1000 == pytest.approx(float(row["measured_ttft_ms"]), rel=0.35)


def test_the_table_of_the_page_is_that_of_the_queue() -> None:
    page = (_ROOT / "docs/infer.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in page.splitlines() if re.match(r"\| \d+ \|", line)]
    assert [row[0] for row in rows] == ["25", "100", "200", "250"]
    grid = np.array([1.0, 128.0])
    one = [np.array([value]) for value in (0.4068, 1.0, 1.0, 499.0, 86.0)]
    steps = np.array([0.01858 + 0.00006 * grid])
    for users, _, first, _, each, _, rate in rows:
        made = closed(Service(*one, grid, steps, np.full_like(steps, 0.4068)), np.array([float(users)]))
        assert f"{made.first[0]:.{2 if made.first[0] < 10 else 1}f} s" == first
        assert f"{made.gap[0] * 1000:.1f} ms" == each
        assert f"{made.rate[0] * 500:.0f}" == rate


def test_the_interval_is_wider_where_less_was_measured() -> None:
    """A stated layout with software of the runs; one that was searched; later software; a chip of which nothing was measured."""
    stated = _made(accelerators=2, layout="tp=2", disaggregated=False, software="2025-10")
    searched, later = _made(disaggregated=False, software="2025-10"), _made(disaggregated=False, software="2026-10")
    other = _made(chip="tpu-v5p", disaggregated=False, software="2025-10", dtype="bf16")
    widths = [made.interval["per_accelerator"]["p90"] / made.best.per_accelerator for made in (stated, searched, later, other)]
    assert widths == sorted(widths) and widths[0] > 1.0
    assert not any("the interval is wider" in one for one in stated.notes)
    told = [next(one for one in made.notes if "the interval is wider" in one) for made in (searched, later, other)]
    assert "searched" in told[0] and "later than" in told[1] and "no run on a chip of the generation of TPU v5p" in told[2]


def test_a_pipeline_is_told_of_as_not_measured() -> None:
    with_pipeline, without = (_made(accelerators=4, layout=layout, disaggregated=False) for layout in ("tp=2,pp=2", "tp=4,pp=1"))
    assert "no run with a pipeline" in " ".join(with_pipeline.notes)
    assert "no run with a pipeline" not in " ".join(without.notes)


def test_cost_is_rent_over_tokens_and_follows_it() -> None:
    plain, dear = _made(ttft="2s", price_per_hour=2.0, utilisation=0.5).price, _made(ttft="2s", price_per_hour=20.0, utilisation=0.5).price
    assert plain is not None and dear is not None
    best = _made(ttft="2s", price_per_hour=2.0, utilisation=0.5).best
    assert plain.output["p50"] == pytest.approx(2.0 / 3600 / best.per_accelerator / 0.5 * 1e6)
    for name in ("output_share", "input_share"):
        assert getattr(dear, name) == pytest.approx(10 * getattr(plain, name))
    assert dear.output["p10"] == pytest.approx(10 * plain.output["p10"])
    # All hours are either for prompts or for answers.
    assert plain.output_share * 1024 + plain.input_share * 1024 == pytest.approx(plain.output["p50"] * 1024)


def test_newer_chips_rent_in_proportion_to_their_peak() -> None:
    old, new = _made(ttft="2s").price, _r1().price
    assert old is not None and new is not None
    assert new.per_hour["p50"] / old.per_hour["p50"] == pytest.approx(2500 / 989, rel=0.01)
    assert "assumption" in new.per_hour_from and "assumption" in new.utilisation_from


def test_power_is_that_of_the_accelerators() -> None:
    made = _made(ttft="2s", rate="20/s")
    assert made.power is not None and made.power.each == pytest.approx(1390)
    assert made.power.whole == pytest.approx(1390 * made.best.accelerators)
    assert made.best.accelerators == round(made.best.accelerators)


def test_later_software_is_faster() -> None:
    early, late = (sg.infer("deepseek-r1", "gb300", accelerators=8, software=day, disaggregated=False) for day in ("2025-09", "2026-09"))
    assert late.best.per_accelerator > early.best.per_accelerator


def test_what_is_taken_for_granted_is_told() -> None:
    told = " ".join(sg.infer("frontier", "vr-nvl72", ttft="2s", tpot="50ms", speculative=1.8).notes)
    for words in ("template of ours", "announced", "works on 2 tokens", "equal length", "middle of the prediction", "fp8 is taken"):
        assert words in told


def test_weights_published_in_four_bits_are_served_so() -> None:
    made = sg.infer("gpt-oss-120b", "h100", ttft="2s")
    assert made.types["blocks"] == "mxfp4" and "were published" in " ".join(made.notes)
    assert sg.infer("gpt-oss-120b", "h100", ttft="2s", dtype="fp8").types["blocks"] == "fp8"


def test_types_that_the_chip_has_are_compared() -> None:
    made = _r1()
    rates = {one["dtype"]: one["per_accelerator"] for one in made.by_type}
    assert set(rates) == {"bf16", "fp8", "nvfp4"}
    assert rates["bf16"] < rates["fp8"] == pytest.approx(made.best.per_accelerator)
    assert [one["dtype"] for one in _made(ttft="2s").by_type] == ["bf16", "fp8"]
    assert "mxfp4" in [one["dtype"] for one in sg.infer("gpt-oss-120b", "h100", ttft="2s").by_type]


def test_a_model_of_your_own() -> None:
    own = Transformer("own", 32, 4096, 32, 8, 128, 14336, 128256)
    assert sg.infer(own, "h100", ttft="1s").best.layout.accelerators >= 1


_WRONG = [
    ({"chip": "h100", "dtype": "nvfp4"}, ("weights in nvfp4", "it has bf16, fp8, mxfp4")),
    ({"chip": "h100", "dtype": "fp4"}, ("two forms", "expected one of", "nvfp4")),
    ({"chip": "mi355x", "dtype": "nvfp4"}, ("how mi355x works with weights in nvfp4", "it has bf16, fp8, mxfp4")),
    ({"chip": "trn2", "dtype": "mxfp4"}, ("how trn2 works with weights in mxfp4", "it has bf16, fp8")),
    ({"tpot": "20"}, ("20 seconds per token", "expected 20ms, or 20s")),
    ({"most_requests": 0}, ("--most-requests", "at least 1 request")),
    ({"model": "mine.csv"}, ("mine.csv",)),
    ({"chip": "h1000"}, ('no chip "h1000"', "nearest")),
    ({"model": "lama-9"}, ('no model "lama-9"', "nearest")),
    ({"ttft": "2q", "tpot": "soon", "rate": "many"}, ("--ttft", "--tpot", "--rate")),
    ({"layout": "tp=3"}, ("does not divide the 64 heads", "nearest that works: tp=2")),
    ({"layout": "tq=3,tp=x"}, ('got "tq"', "did you mean", 'got tp="x"')),
    ({"price_per_hour": -1.0}, ("more than 0",)),
    ({"utilisation": 2.0}, ("share above 0",)),
    ({"tpot": "1ms"}, ("no layout brings each further token within 1ms", "nearest that works")),
    ({"rate": 1.0, "concurrency": 4}, ("give one of them",)),
    ({"accelerators": 1, "dtype": "bf16"}, ("does not fit into 1 h100-sxm",)),
]


@pytest.mark.parametrize(("asked", "words"), _WRONG)
def test_what_is_asked_wrong_says_what_would_work(asked: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        sg.infer(**{"model": "llama-3.3-70b", "chip": "h100", **asked})
    text = " ".join(f"{one.path} {one.message}" for one in caught.value.faults)
    for word in words:
        assert word in text


def test_all_faults_come_at_once() -> None:
    with pytest.raises(InputError) as caught:
        sg.infer("lama-9", "h1000", ttft="2q", prefix_hits=3.0, layout="tq=1")
    assert len(caught.value.faults) >= 5


def test_the_command_prints_what_is_asked_of_every_answer(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("infer", "--model", "llama-3.3-70b", "--chip", "h100", "--ttft", "2s", "--tpot", "50ms")
    told = ask(capsys, *asked)
    assert told.code == 0
    for words in (
        "output tokens per second and accelerator", "P10", "P90", "per second and user", "Memory per accelerator", "What binds",
        "USD per million output tokens", "IT power", "Counted", "assumption", "out tok/s/acc", "decode step",
    ):  # fmt: skip
        assert words in re.sub(r"\s+", " ", told.out), words
    assert max(len(line) for line in told.out.splitlines()) <= 80
    assert "nan" not in told.out.lower()
    data = json.loads(ask(capsys, *asked, "--json").out)
    best = _made(ttft="2s", tpot="50ms").best
    assert data["result"]["output_tokens_per_s_accelerator"]["p50"] == pytest.approx(best.per_accelerator)
    assert set(data["counting"]) == {"output_per_accelerator", "per_user", "cost"}
    every = ask(capsys, *asked, "--pareto")
    assert len(every.out.splitlines()) > len(told.out.splitlines())


def test_faults_of_the_command_end_with_two(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    start = ("infer", "--model", "llama-3.3-70b", "--chip", "h100")
    assert ask(capsys, *start, "--dtype", "fp4").code == 2
    missing = ask(capsys, "infer")
    assert missing.code == 2 and "--model" in missing.told and "--chip" in missing.told
    assert ask(capsys, *start, "--tpot", "1ms").code == 2
    (tmp_path / "file").write_text("mine")
    told = ask(capsys, *start, "--out", str(tmp_path / "file"))
    assert told.code == 2 and "expected a folder" in told.told
    assert (tmp_path / "file").read_text() == "mine"


def test_the_folder_has_page_answer_table_and_charts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "made"
    assert ask(capsys, "infer", "--model", "llama-3.3-70b", "--chip", "h100", "--ttft", "2s", "--out", str(folder)).code == 0
    files = {one.name: one.read_text(encoding="utf-8") for one in folder.iterdir()}
    assert set(files) == {"serving.html", "serving.json", "serving-front.csv", "serving-front.svg", "serving-passes.svg"}
    data, rows = json.loads(files["serving.json"]), [*csv.DictReader(files["serving-front.csv"].splitlines())]
    assert len(rows) == len(data["front"])
    for name, edge in (("output_tokens_per_s_per_accelerator", "p50"), ("output_tokens_p10", "p10"), ("output_tokens_p90", "p90")):
        assert float(rows[0][name]) == pytest.approx(data["front"][0]["output_tokens_per_s_accelerator"][edge], rel=1e-4)
    page = files["serving.html"]
    assert page.count("<figure") == 2 and "Content-Security-Policy" in page and "<script" not in page
    for words in ("KV cache", "logits", "prefill", "P10", "tokens in", "USD per million output tokens", "known on"):
        assert words in page, words


def test_the_answer_as_data_has_what_was_asked_and_a_range_on_every_prediction() -> None:
    data = sg.infer("gpt-oss-120b", "h100", ttft="2s", software="2026-04", input=2048).to_dict()
    asked = data["inputs"]
    assert set(data) == {"inputs", "result", "front", "others", "by_type", "search", "fit", "counting", "notes"}
    assert asked["asked"] == {"model": "gpt-oss-120b", "chip": "h100", "ttft": "2s", "input": 2048, "software": "2026-04"}
    assert asked["defaults"] == {"ttft_of": "p99", "output": 1024, "prefix_hits": 0.0, "speculative": 1.0}
    assert asked["chip"]["name"] == "h100-sxm" and asked["demand"]["input_tokens"] == 2048
    assert asked["software"].startswith("2026-04-") and asked["software_basis"] == "asked"
    assert "assumption" in asked["most_requests_basis"] and asked["demand"]["most_requests_per_rank"] == 1024
    rates = ("output_tokens_per_s_accelerator", "output_tokens_per_s_user", "time_per_token_s")
    options = [data["result"], *data["front"], *(one for one in data["others"].values() if one)]
    ranges = [one[name] for one in options for name in rates] + [value for one in options for value in one["first_token_s"].values()]
    ranges += [one[rates[0]] for one in data["by_type"] if one[rates[0]]]
    assert all(one["p10"] < one["p50"] < one["p90"] for one in ranges)
    made = data["result"]
    assert made["layout_text"] and sum(one["share"] for one in made["components"]) == pytest.approx(1.0)
    assert sum(one["seconds"] for one in made["prompt_components"]) == pytest.approx(made["prompt_s"])


def test_another_type_that_gives_much_more_stands_in_the_first_lines() -> None:
    data = sg.infer("gpt-oss-120b", "h100", ttft="2s").to_dict()
    (told,) = other_type(data)
    rates = {one["dtype"]: one["output_tokens_per_s_accelerator"]["p50"] for one in data["by_type"]}
    most = max(rates, key=lambda name: rates[name])
    own = data["result"]["output_tokens_per_s_accelerator"]["p50"]
    assert most != "mxfp4" and f"--dtype {most}" in told and f"{rates[most] / own:.1f} times as much" in told
    text = render_serving(data)
    assert text.index("times as much") < text.index("Best of")
    assert other_type(_made(ttft="2s").to_dict()) == []


def test_a_context_longer_than_the_models_is_told_of() -> None:
    long = sg.infer("llama-3.3-70b", "h100", input=200_000, output=1000)
    assert "201,000 tokens in and out are more than llama-3.3-70b is made for (131,072 tokens)" in " ".join(long.notes)
    assert long.to_dict()["inputs"]["model"]["context"] == 131_072
    assert "is made for" not in " ".join(_made().notes)


def test_four_bit_types_are_those_that_somebody_tells_of() -> None:
    types = {chip: [one["dtype"] for one in sg.infer("gpt-oss-120b", chip, ttft="2s").by_type] for chip in ("mi355x", "b200", "trn2")}
    assert types == {"mi355x": ["bf16", "fp8", "mxfp4"], "b200": ["bf16", "fp8", "nvfp4", "mxfp4"], "trn2": ["bf16", "fp8"]}
    told = sg.infer("gpt-oss-120b", "trn2", ttft="2s")
    assert told.types["blocks"] == "fp8" and "nobody tells how trn2 works with mxfp4" in " ".join(told.notes)


def test_the_most_requests_of_a_rank_are_an_assumption_that_can_be_changed() -> None:
    few, usual = _made(most_requests=64), _made()
    assert few.best.per_accelerator < usual.best.per_accelerator
    assert few.best.batch <= 64 * few.best.layout.dp
    assert "1,024 requests" in " ".join(usual.notes) and "--most-requests" in " ".join(usual.notes)
    assert "requests at once" not in " ".join(few.notes)
    assert few.binds[0]["limit"] == "batch" and "64 a rank" in few.binds[0]["what"]


def test_a_bare_number_is_seconds_or_requests_per_second() -> None:
    assert _made(ttft="2", tpot="0.05", rate="20").best == _made(ttft="2s", tpot="50ms", rate="20/s").best


_MINE = "kind,name,attribute,value,unit\n" + "".join(
    f"model,mine-9b,{name},{value},1\n" for name, value in (
        ("layers", 32), ("hidden", 4096), ("heads", 32), ("kv_heads", 8), ("head_size", 128), ("ffn", 14336), ("vocabulary", 128256),
        ("gated", 1),
    )
)  # fmt: skip


def test_a_file_with_a_model_of_your_own(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(_MINE, encoding="utf-8")
    made = sg.infer(str(tmp_path / "mine.csv"), "h100", ttft="2s")
    assert made.model["name"] == "mine-9b"
    own = Transformer("mine-9b", 32, 4096, 32, 8, 128, 14336, 128256)
    assert made.best == sg.infer(own, "h100", ttft="2s").best


def test_on_an_earlier_day_software_is_of_that_day_and_later_figures_are_told() -> None:
    made = sg.infer("llama-3.3-70b", "gb300", ttft="2s", as_of=date(2024, 6, 1))
    assert made.to_dict()["inputs"]["as_of"] == made.to_dict()["inputs"]["software"] == "2024-06-01"
    assert "figures of gb300-nvl72 were published after 2024-06-01" in " ".join(made.notes)
    assert "published after" not in " ".join(_r1().notes)


def test_proportions_and_parts_of_nodes_are_said_to_be_so() -> None:
    made = _r1()
    assert made.best.in_proportion and "in proportion to a large service" in " ".join(made.notes)
    assert "in proportion to a large service" in re.sub(r"\s+", " ", render_serving(made.to_dict()))
    whole = sg.infer("deepseek-r1", "gb300", ttft="2s", tpot="20ms", rate="100/s")
    assert not whole.best.in_proportion and "in proportion" not in render_serving(whole.to_dict())
    (odd,) = left_over(Parts(4, 3, 1, 1), None, 8)
    assert "a replica of 12 takes 2 fast networks of 8 accelerators and 4 to spare" in odd
    (part,) = left_over(Parts(3, 1, 1, 1), None, 8)
    assert "a fast network of 8 accelerators has 2 replicas of 3 and 2 to spare" in part
    assert left_over(Parts(64, 1, 1, 1), Parts(4, 1, 1, 1), 72) == left_over(Parts(16, 1, 1, 1), None, 8) == []


def test_charts_are_drawn_the_house_way() -> None:
    data = _r1().to_dict()
    assert draws(front_spec(data)) and draws(passes_spec(data))
    drawn = pictures(data)
    assert "deepseek-r1 on GB300 NVL72" in drawn["serving-front.svg"] and "nan" not in "".join(drawn.values()).lower()
    assert front_csv(data).count("\n") == len(data["front"]) + 1


def test_few_points_of_the_front_are_spread_over_it() -> None:
    assert spaced([{"a": one} for one in range(100)], 3) == [{"a": 0}, {"a": 50}, {"a": 99}]
    assert len(spaced([{"a": 1}], 3)) == 1


def test_prompts_apart_are_told_of() -> None:
    text = re.sub(r"\s+", " ", render_serving(_r1().to_dict()))
    assert "prompt servers of" in text and "beyond the fast network" in text


def test_the_page_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/infer.md", tmp_path) == len(commands("docs/infer.md")) == 4
    assert (tmp_path / "r1-on-gb300" / "serving.html").exists()
    left = run_python("docs/infer.md")
    assert left["fastest"].per_user > left["best"].per_user  # type: ignore[attr-defined]
