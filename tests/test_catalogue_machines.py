"""Chips, models and machines by their names in the catalogue: what is meant, their figures, and what is missing."""

from __future__ import annotations

import csv
import math
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.catalogue.load import KnownCatalogue, load_catalogue
from stargauge.catalogue.machines import chip_in, chip_of, context_of, machine_of, model_in, peak_of, resolved, transformer_of
from stargauge.programme.axes import models_of
from stargauge.quantity.compute.machine import Tier, memory_told, peak_spread, peak_told, wider
from stargauge.quantity.compute.transformer import Latent, Window
from stargauge.quantity.errors import InputError

KNOWN = load_catalogue().known(date(2026, 11, 22))
MODELS = KNOWN.names("model")
CHIPS = tuple(name for name in KNOWN.names("accelerator") if name != "fleet")
PROGRAMMES = ("llama-3.1-405b", "llama-3.3-70b", "deepseek-v3", "gpt-oss-120b", "frontier")


def own(tmp_path: Path, rows: str) -> KnownCatalogue:
    file = tmp_path / "mine.csv"
    file.write_text(f"kind,name,attribute,value,unit\n{rows}", encoding="utf-8")
    return load_catalogue(file).known(date(2026, 11, 22))


def refused(call: object, *args: object, **more: object) -> str:
    assert callable(call)
    with pytest.raises(InputError) as caught:
        call(*args, **more)
    return str(caught.value)


# --- names -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "beginning", "name"),
    [
        ("model", "llama3-405b", "llama-3.1-405b"),
        ("model", "LLAMA 3.1 405B", "llama-3.1-405b"),
        ("model", "llama31-405b", "llama-3.1-405b"),
        ("model", "llama3-70b", "llama-3-70b"),
        ("model", "deepseek-r1", "deepseek-r1"),
        ("model", "DeepSeek_R", "deepseek-r1"),
        ("model", "kimi-k2", "kimi-k2"),
        ("model", "kimik25", "kimi-k2.5"),
        ("model", "gpt-oss-20", "gpt-oss-20b"),
        ("model", "qwen3-235b", "qwen3-235b-a22b"),
        ("model", "frontier", "frontier"),
        ("model", "gpt-177b", "gpt-3-177b"),
        ("accelerator", "h100", "h100-sxm"),
        ("accelerator", "GB300", "gb300-nvl72"),
        ("accelerator", "gb300nvl72", "gb300-nvl72"),
        ("accelerator", "a100-80", "a100-sxm-80"),
        ("accelerator", "b200", "b200-hgx"),
        ("accelerator", "TPU v6", "tpu-v6e"),
    ],
)
def test_a_unique_beginning_is_enough(kind: str, beginning: str, name: str) -> None:
    assert resolved(KNOWN, kind, beginning) == name


def test_several_that_fit_are_listed() -> None:
    assert 'chip "a100": several begin so; expected one of a100-sxm-40, a100-sxm-80' in refused(resolved, KNOWN, "accelerator", "a100")
    assert "gpt-oss-120b, gpt-oss-20b" in refused(resolved, KNOWN, "model", "gpt-oss")


def test_none_that_fits_says_the_nearest() -> None:
    said = refused(resolved, KNOWN, "model", "lama-3-405")
    assert said.startswith('no model "lama-3-405" in the catalogue; nearest: llama-3.1-405b, ')
    assert said.endswith("; `stargauge catalogue model --names` lists all")
    assert "`stargauge catalogue accelerator --names` lists all" in refused(resolved, KNOWN, "accelerator", "")
    assert refused(resolved, KNOWN, "accelerator", "fleet").startswith('no chip "fleet"')


@pytest.mark.parametrize(
    ("kind", "beginning", "near"),
    [
        ("accelerator", "h20", "h200-sxm"), ("accelerator", "h10", "h100-sxm"), ("accelerator", "a10", "a100-sxm-40"),
        ("accelerator", "mi30", "mi300x"), ("accelerator", "h100-pcie", "h100-sxm"), ("accelerator", "a100-8", "a100-sxm-80"),
        ("model", "gpt-4", "gpt-462b"), ("model", "gpt4", "gpt-462b"), ("model", "gpt-75b", "gpt-7.5b"), ("model", "gpt-7", "gpt-7.5b"),
        ("model", "llama-2-7b", "llama-2-70b"), ("model", "deepseek-v3.1", "deepseek-v3"), ("model", "gpt-5", ""), ("model", "nope", ""),
        ("accelerator", "gaudi", ""), ("accelerator", "nope", ""),
    ],
)  # fmt: skip
def test_a_beginning_does_not_stop_inside_a_number(kind: str, beginning: str, near: str) -> None:
    said = refused(resolved, KNOWN, kind, beginning)
    assert f'"{beginning}" in the catalogue' in said and near in said
    assert len(said.partition("nearest: ")[2].partition(";")[0].split(", ")) == 3


def test_what_makers_we_have_is_told() -> None:
    assert "it has those of AMD, AWS, Google, NVIDIA" in refused(resolved, KNOWN, "accelerator", "gaudi")


@pytest.mark.parametrize(
    ("kind", "called", "name"),
    [
        ("accelerator", "rubin", "vr-nvl72"), ("accelerator", "Vera Rubin", "vr-nvl72"), ("accelerator", "ironwood", "tpu-v7x"),
        ("accelerator", "trillium", "tpu-v6e"), ("accelerator", "Trainium2", "trn2"), ("accelerator", "NVIDIA H100", "h100-sxm"),
        ("accelerator", "H100 SXM5", "h100-sxm"), ("accelerator", "volta", "v100-sxm2-32"), ("model", "maverick", "llama-4-maverick"),
    ],
)  # fmt: skip
def test_titles_makers_and_architectures_name_a_chip_too(kind: str, called: str, name: str) -> None:
    assert resolved(KNOWN, kind, called) == name


def test_an_architecture_of_several_lists_them() -> None:
    said = refused(resolved, KNOWN, "accelerator", "hopper")
    assert said == 'chip "hopper": several are called so; expected one of h100-sxm, h800-sxm, h200-sxm'


@given(st.sampled_from([("model", name) for name in MODELS] + [("accelerator", name) for name in CHIPS]), st.data())
def test_every_spelling_of_a_name_finds_it_and_a_beginning_finds_or_lists_it(named: tuple[str, str], data: st.DataObject) -> None:
    kind, name = named
    spelt = name.upper() if data.draw(st.booleans()) else name.replace("-", data.draw(st.sampled_from(["_", " ", "-"])))
    assert resolved(KNOWN, kind, spelt) == name
    beginning = name[: data.draw(st.integers(1, len(name)))]
    cut = re.search(r"[\d.]$", beginning) and re.match(r"[\d.]", name[len(beginning) :])
    try:
        found = resolved(KNOWN, kind, beginning)
    except InputError as error:
        assert name in str(error) or cut
    else:
        assert re.sub(r"\W", "", found).startswith(re.sub(r"\W", "", beginning))


# --- models ------------------------------------------------------------------------------------------------------------------------


def half_unit(text: str) -> float:
    """Half of the last digit that a published figure gives: 0.5e9 of `117e9`."""
    number, _, exponent = text.lower().partition("e")
    return 0.5 * 10.0 ** (int(exponent or 0) - len(number.partition(".")[2]))


@pytest.mark.parametrize("name", [name for name in MODELS if name != "frontier"])
def test_parameters_by_the_dimensions_are_those_published(name: str) -> None:
    (row,) = KNOWN.catalogue.entries("model", name, "parameters")
    published, rounding = row.statement.value, half_unit(row.statement.text.split()[0])
    assert isinstance(published, float)
    assert abs(transformer_of(KNOWN, name).parameters - published) <= 0.01 * published + rounding


@pytest.mark.parametrize("name", [name for name in MODELS if not name.startswith(("gpt-oss", "frontier"))])
def test_active_parameters_are_those_published(name: str) -> None:
    # cards round to one or two digits and leave out the embedding or not; gpt-oss leaves it out of a small model, 1.2 bn of 5.7
    active = KNOWN.estimate("model", name, "active_parameters").value
    assert transformer_of(KNOWN, name).active_parameters == pytest.approx(active, rel=0.032)


@pytest.mark.parametrize(("name", "active"), [("gpt-oss-120b", 5.13e9), ("gpt-oss-20b", 3.6e9)])
def test_active_parameters_of_gpt_oss_leave_the_embedding_out(name: str, active: float) -> None:
    model = transformer_of(KNOWN, name)
    assert model.active_parameters - model.vocabulary * model.hidden == pytest.approx(active, rel=0.01)


def test_a_template_stands_within_its_own_ranges() -> None:
    model = transformer_of(KNOWN, "frontier")
    assert model.name == "frontier"
    assert 1e12 <= model.parameters <= 5e12 and 5e10 <= model.active_parameters <= 4e11
    assert 60 <= model.layers <= 120 and 7168 <= model.hidden <= 16384


def test_dimensions_of_each_kind_of_model() -> None:
    deepseek = transformer_of(KNOWN, "deepseek-r1")
    assert deepseek.latent == Latent(1536, 512, 128, 64, 128) and deepseek.moe_layers == 58 and deepseek.name == "deepseek-r1"
    assert transformer_of(KNOWN, "gpt-oss-120b").window == Window(128, 0.5)
    assert transformer_of(KNOWN, "palm").kv_heads == 1 and transformer_of(KNOWN, "palm").head_size == 256
    assert transformer_of(KNOWN, "llama-4-mav").dense_layers == 24
    assert not transformer_of(KNOWN, "nemotron").gated and transformer_of(KNOWN, "gpt-3-175b").tied
    assert transformer_of(KNOWN, "llama3-405b").head_size == 128


def test_all_missing_dimensions_are_told_at_once_with_how_to_give_them(tmp_path: Path) -> None:
    said = refused(transformer_of, own(tmp_path, "model,mine,layers,40,1\nmodel,mine,hidden,5120,1\nmodel,mine,experts,64,1\n"), "mine")
    assert "nobody gives heads, kv_heads, ffn, vocabulary, experts_per_token" in said
    assert "model,mine,kv_heads,NUMBER,1" in said and "--catalogue FILE" in said


def test_a_model_of_ones_own_needs_few_rows(tmp_path: Path) -> None:
    sizes = {"layers": 40, "hidden": 5120, "heads": 40, "kv_heads": 8, "ffn": 13824, "vocabulary": 128000}
    known = own(tmp_path, "".join(f"model,my-13b,{name},{size},1\n" for name, size in sizes.items()))
    model = transformer_of(known, "my")
    assert (model.head_size, model.gated, model.experts, model.tied) == (128, True, 0, False)


def test_a_shipped_model_changes_with_a_row_of_ones_own(tmp_path: Path) -> None:
    model = transformer_of(own(tmp_path, "model,llama-3-8b,layers,16,1\n"), "llama-3.1-8b")
    assert model.layers == 16 and model.hidden == 4096


def test_dimensions_that_cannot_be_are_told_together(tmp_path: Path) -> None:
    rows = "model,mine,layers,40.5,1\nmodel,mine,hidden,5120,1\nmodel,mine,heads,0,1\nmodel,mine,kv_heads,8,1\n"
    said = refused(transformer_of, own(tmp_path, f"{rows}model,mine,ffn,9,1\nmodel,mine,vocabulary,9,1\n"), "mine")
    assert "layers is 40.5; expected a whole number of at least 1" in said and "heads is 0" in said
    rows = "model,mine,layers,4,1\nmodel,mine,hidden,512,1\nmodel,mine,heads,8,1\nmodel,mine,kv_heads,3,1\n"
    said = refused(transformer_of, own(tmp_path, f"{rows}model,mine,ffn,9,1\nmodel,mine,vocabulary,9,1\n"), "mine")
    assert "kv_heads is 3; expected a number that divides the 8 heads" in said


def test_programmes_reckon_the_models_marked_for_them_and_those_of_ones_own(tmp_path: Path) -> None:
    assert models_of(KNOWN) == PROGRAMMES
    assert models_of(own(tmp_path, "model,mine,layers,40,1\nmodel,llama-3-8b,layers,16,1\n")) == (*PROGRAMMES, "mine")
    assert models_of(own(tmp_path, "model,mine,layers,40,1\nmodel,mine,programmes,no,text\n")) == PROGRAMMES


# --- chips and machines ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHIPS)
def test_every_chip_has_the_figures_that_are_needed(name: str) -> None:
    chip = chip_of(KNOWN, name)
    assert min(*chip.peaks.values(), chip.memory, chip.bandwidth, chip.domain, chip.up, chip.out) > 0
    assert chip.up > chip.out and 2016 < chip.launch < 2028


def test_memory_is_what_the_driver_reports_where_that_is_known() -> None:
    assert chip_of(KNOWN, "gb200").memory == pytest.approx(189_471 * 2**20, rel=1e-5)
    assert chip_of(KNOWN, "gb300").memory == pytest.approx(284_208 * 2**20, rel=1e-5)
    assert chip_of(KNOWN, "mi300x").memory == 192e9


def test_figures_are_in_si_units() -> None:
    chip = chip_of(KNOWN, "h100")
    assert chip.peaks == {"bf16": 989e12, "fp8": 1979e12, "fp16": 989e12, "tf32": 494.7e12, "fp32": pytest.approx(66.9e12)}
    assert (chip.bandwidth, chip.domain, chip.up, chip.out) == (3.35e12, 8, 450e9, 50e9)


def test_a_peak_that_is_assumed_says_so_and_how_far_it_may_be_off() -> None:
    chip = chip_of(KNOWN, "vr")
    assert chip.peak_ranges["bf16"] == pytest.approx((4.435e15, 7.915e15)) and len(chip.peak_ranges) == 1
    assert peak_spread(chip, "bf16") == pytest.approx(math.log(7.915 / 4.435) / 2.5631, rel=1e-4)
    assert peak_spread(chip, "fp8") == peak_spread(chip, "mxfp8") == 0.0 and not peak_told(chip, "fp8")
    assert "is an assumption, 4,435 to 7,915 TFLOP/s (P10 to P90)" in peak_told(chip, "bf16")
    assert peak_told(chip_of(KNOWN, "h100"), "bf16") == "" and peak_spread(chip_of(KNOWN, "h100"), "bf16") == 0.0


def test_sixteen_bits_of_a_chip_without_bf16_are_its_fp16() -> None:
    chip = chip_of(KNOWN, "v100")
    assert chip.peaks == {"fp16": 125e12, "bf16": 125e12} and peak_spread(chip, "bf16") == 0.0
    assert "no bf16 products" in peak_told(chip, "bf16") and not peak_told(chip, "fp16")


def test_an_error_is_added_by_the_squares() -> None:
    assert wider(1.2, 0.0) == pytest.approx(1.2)
    assert wider(1.0, 0.2) == pytest.approx(math.exp(0.2 * 1.28155), rel=1e-4)
    assert wider(math.exp(0.3), 0.4 / 1.2815515655446004) == pytest.approx(math.exp(0.5))


def test_memory_says_what_the_chip_is_sold_as() -> None:
    assert memory_told(chip_of(KNOWN, "h100")) == "85.52 GB (sold as 80 GB)"
    assert memory_told(chip_of(KNOWN, "mi300x")) == "192 GB"


def test_the_context_of_published_models() -> None:
    assert context_of(KNOWN, "llama-3.3") == context_of(KNOWN, "gpt-oss-120b") == 131_072
    assert context_of(KNOWN, "llama3-8b") == 8192 and context_of(KNOWN, "llama-4-scout") == 10 * 2**20
    assert context_of(KNOWN, "frontier") is None


def test_a_type_without_a_figure_is_never_guessed() -> None:
    said = refused(peak_of, chip_of(KNOWN, "a100-80"), "nvfp4")
    assert said == "no NVFP4 figure for a100-sxm-80: the chip does not have it or the maker gives none; it has bf16, fp16"
    gb200 = chip_of(KNOWN, "gb200")
    assert peak_of(gb200, "mxfp8") == peak_of(gb200, "fp8") == 5e15
    assert peak_of(gb200, "nvfp4") == peak_of(gb200, "FP4") == 1e16
    assert peak_of(gb200, "fp16") == peak_of(gb200, "bf16")


def test_a_chip_without_figures_says_which_and_how_to_give_them(tmp_path: Path) -> None:
    said = refused(chip_of, own(tmp_path, "accelerator,mine,peak_bf16,500,TFLOP/s\naccelerator,mine,memory,96,GB\n"), "mine")
    assert "nobody gives memory_bandwidth, scaleup_domain, scaleup_bandwidth, scaleout_bandwidth" in said
    assert "accelerator,mine,scaleout_bandwidth,NUMBER,Gbit/s" in said


def test_a_machine_by_its_size_and_chip() -> None:
    machine = machine_of(KNOWN, "16,384 x H100", software="2025-06", oversubscription=((3072, 1.0), (math.inf, 1 / 7)))
    assert (machine.chip.name, machine.accelerators) == ("h100-sxm", 16384)
    assert machine.tiers == (Tier(3072.0, 1.0), Tier(math.inf, 1 / 7))
    assert machine.software == pytest.approx(2025.45, abs=0.01)
    plain = machine_of(KNOWN, "72xgb300")
    assert plain.tiers == (Tier(math.inf, 1.0),) and plain.software == pytest.approx(2026.89, abs=0.01)
    assert machine_of(KNOWN, "8xh200", software=2024.5).software == 2024.5


def test_everything_wrong_with_a_machine_is_told_at_once() -> None:
    said = refused(machine_of, KNOWN, "0xh1000", software=5.0, oversubscription=((3072, 2.0), (10, 0.5)))
    for part in (
        "got 0 accelerators",
        'no chip "h1000"',
        "the share 2 of a tier",
        "expected each to join more",
        "to join all (inf)",
        "got 5.0 as",
    ):
        assert part in said
    assert "as in 16384xh100" in refused(machine_of, KNOWN, "h100")


# --- published tables --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("H100 SXM", "h100-sxm"), ("H100 80GB", "h100-sxm"), ("A100-80GB SXM", "a100-sxm-80"), ("A100 SXM4 40GB", "a100-sxm-40"),
        ("A100-class (NVIDIA Ampere, 8x200G NIC per node)", "a100-sxm-80"), ("B200 (HGX 8)", "b200-hgx"), ("B300 (HGX 8)", "b300-hgx"),
        ("GB300 NVL72", "gb300-nvl72"), ("Blackwell GB200 NVL72", "gb200-nvl72"), ("TPU v4", "tpu-v4"), ("NVIDIA H200", "h200-sxm"),
        ("AMD Instinct MI300X", "mi300x"), ("Ironwood", "tpu-v7x"), ("Trainium2 UltraServer", "trn2"), ("h800-sxm", "h800-sxm"),
        ("TPU v3", None), ("GPU", None), ("", None),
    ],
)  # fmt: skip
def test_chips_in_published_tables(text: str, name: str | None) -> None:
    assert chip_in(text, KNOWN) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Llama 3.1 405B", "llama-3.1-405b"), ("Llama 3.1 405B (MLPerf Training v5.0)", "llama-3.1-405b"), ("GPT-OSS 120B", "gpt-oss-120b"),
        ("Qwen3 235B-A22B [Qwen3_235B_a22B (tokendrop)]", "qwen3-235b-a22b"), ("DeepSeek-V3/R1", "deepseek-v3"),
        ("DeepSeek-R1 0528", "deepseek-r1"), ("Kimi-K2.5 NVFP4", "kimi-k2.5"), ("Llama 2 70B", "llama-2-70b"),
        ("GPT 177B", "gpt-3-177b"), ("Llama 3.3 70B Instruct", "llama-3.3-70b"), ("Gopher 280B", None), ("GPT", None), ("", None),
    ],
)  # fmt: skip
def test_models_in_published_tables(text: str, name: str | None) -> None:
    assert model_in(text, KNOWN) == name


@pytest.mark.parametrize("file", ["training_validation.csv", "inference_validation.csv"])
def test_every_row_of_the_validation_files_is_understood(shared: Path, file: str) -> None:
    with (shared / "facts" / file).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        if row["model"] != "Gopher 280B":  # relative positions have weights of their own, and its chip is in no catalogue of ours
            assert model_in(row["model"], KNOWN) and chip_in(row["gpu"], KNOWN), row["row_id"]


def test_dimensions_agree_with_the_validation_file(shared: Path) -> None:
    columns = {"layers": "layers", "hidden": "hidden", "heads": "heads", "kv_heads": "kv_heads", "ffn": "ffn", "vocab": "vocabulary",
               "n_experts": "experts", "top_k": "experts_per_token"}  # fmt: skip
    with (shared / "facts" / "training_validation.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    apart = set()
    for row in rows:
        name = model_in(row["model"], KNOWN)
        model = transformer_of(KNOWN, name) if name else None
        apart |= {(name, column) for column, of in columns.items() if model and row[column] and float(row[column]) != getattr(model, of)}
    # another team's GPT of 1.7 bn; an MPT of 70 bn whose published count, and whose makers' configuration, have 80 layers
    assert {name for name, _ in apart} == {"gpt-1.7b", "mpt-70b"} and ("mpt-70b", "layers") in apart
