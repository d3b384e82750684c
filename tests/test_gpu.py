"""`stargauge calibrate`: a GPU measured, its file, its curves and shares; what is said where there is none."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from tests.cli_runs import ask
from tests.gpu_double import BYTE_RATE, FIXED, H100, RATES, Described

import stargauge as sg
from stargauge import api
from stargauge.audit.compute.gpu import GpuCalibration, chip_of
from stargauge.catalogue.gpu_curves import COLUMNS, read_curves
from stargauge.catalogue.load import load_catalogue
from stargauge.measure.device import Effort, Timing
from stargauge.measure.kernels import Kernel
from stargauge.quantity.errors import InputError
from stargauge.quantity.statistics.saturation import Roofline, Saturation
from stargauge.report.compute.gpu import render_gpu


@pytest.fixture(scope="module")
def made() -> GpuCalibration:
    return sg.calibrate_gpu(device=Described())


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Described:
    """The command finds a device that is described in words."""
    device = Described()
    monkeypatch.setattr("stargauge.measure.nvidia.open_nvidia", lambda index, seed: device)
    return device


# --- what is made of the points ---------------------------------------------------------------------------------------------------


def test_shares_are_of_the_makers_figures_for_the_type(made: GpuCalibration) -> None:
    assert made.curve.chip == "h100-sxm"
    shares = {(one.operation, one.dtype, one.shape): made.shares[one] for one in made.curve.points}
    assert shares["matmul", "bf16", "m=16384 n=16384 k=16384"] == pytest.approx(700 / 989, rel=0.01)
    assert shares["matmul", "fp8", "m=16384 n=16384 k=16384"] == pytest.approx(1300 / 1979, rel=0.01)
    assert shares["copy", "fp32", f"size={2**30}"] == pytest.approx(3.0 / 3.35, rel=0.01)
    assert shares["power", "bf16", "m=8192 n=8192 k=8192"] == pytest.approx(650 / 700)
    assert {share for (operation, _, _), share in shares.items() if operation in ("launch", "device")} == {None}
    other = dict.fromkeys(
        share for (operation, dtype, _), share in shares.items() if operation == "matmul" and dtype in ("fp16", "tf32", "fp32")
    )
    assert other and None not in other  # a share is of the figure for its own type


def test_curves_are_those_of_the_device(made: GpuCalibration) -> None:
    curves = made.curve.curves()
    product, copied = curves["matmul", "", "bf16"], curves["copy", "", "fp32"]
    assert isinstance(product, Roofline) and isinstance(copied, Saturation)
    assert (product.flop_rate, product.byte_rate, product.overhead) == pytest.approx((RATES["bf16"], BYTE_RATE, FIXED), rel=0.02)
    assert (copied.most, copied.half) == pytest.approx((BYTE_RATE, BYTE_RATE * FIXED), rel=0.01)


def test_points_that_follow_no_curve_get_none_and_that_is_told() -> None:
    class Scattered(Described):
        def seconds(self, kernel: Kernel) -> float:
            slow = kernel.operation == "decode-attention" and kernel.side("sequences") == 1
            return super().seconds(kernel) * (10.0 if slow else 1.0)

    calibrated = api.calibrate_gpu(device=Scattered())
    assert ("decode-attention", "flash", "bf16") not in calibrated.curve.curves()
    text = " ".join(render_gpu(calibrated.to_dict()).split())
    assert "No curve is near enough to the points of attention decode bf16, attention decode (cudnn) bf16." in text


def test_a_layer_is_told_against_its_parts() -> None:
    """Of a device on which a layer takes as long as its parts and half as much again, two thirds are explained."""

    class Layered(Described):
        def seconds(self, kernel: Kernel) -> float:
            at = super().seconds(kernel)
            return 1.5 * at if kernel.operation.startswith("layer") else at

    calibrated = api.calibrate_gpu(device=Layered())
    ways = {(one.operation, one.variant, one.shape[:10]): one.explained for one in calibrated.layers}
    assert len(calibrated.layers) == 8
    # Attention runs at 0.6 and 0.5 of the products' rate on this device, so that its parts take a little longer than two thirds.
    assert all(2 / 3 < share < 0.75 for share in ways.values()), ways


def test_a_chip_is_known_by_its_drivers_name_and_its_memory() -> None:
    known = load_catalogue().known(date(2026, 11, 27))
    assert chip_of("NVIDIA H100 80GB HBM3", 85e9, known) == "h100-sxm"
    assert chip_of("nvidia h200", 150e9, known) == "h200-sxm"
    assert chip_of("NVIDIA H100 80GB HBM3", 20e9, known) == ""  # a part of one
    assert chip_of("NVIDIA GeForce RTX 4090", 25e9, known) == ""


def test_an_unknown_chip_has_figures_and_no_shares() -> None:
    calibrated = api.calibrate_gpu(device=Described(replace(H100, name="NVIDIA Nova 1")), quick=True)
    data = calibrated.to_dict()
    assert data["chip"] is None and data["peaks"] == {} and data["quick"] is True
    assert all(one["share"] is None for one in data["points"]) and any(one["value"] for one in data["points"])
    text = " ".join(render_gpu(data).split())
    assert "The catalogue has no such chip: figures are as measured, no shares." in text and "% of what" not in text


def test_what_did_not_run_is_told_and_nothing_is_not_a_number() -> None:
    calibrated = api.calibrate_gpu(device=Described(refuses=frozenset({"fp8"}), power=None))
    text = " ".join(render_gpu(calibrated.to_dict()).split())
    told = json.dumps(calibrated.to_dict(), allow_nan=False)
    assert "kernels of product: not on this chip" in text and "no reading of the power" in text
    assert "nan" not in text.lower() and "NaN" not in told
    assert ("matmul", "", "fp8") not in calibrated.curve.curves()


def test_a_device_that_runs_nothing_is_told_too() -> None:
    text = render_gpu(api.calibrate_gpu(device=Described(refuses=frozenset(RATES), power=None)).to_dict())
    assert "was measured" in text and "not on this chip" in text


# --- the file ---------------------------------------------------------------------------------------------------------------------


def test_the_file_holds_every_point_and_gives_the_same_curves(made: GpuCalibration, tmp_path: Path) -> None:
    (tmp_path / "h100.csv").write_text(made.text, encoding="utf-8")
    again = sg.gpu_curve(tmp_path / "h100.csv")
    assert [(one.operation, one.shape, one.note) for one in again.curve.points] == [
        (one.operation, one.shape, one.note) for one in made.curve.points
    ]
    assert again.peaks == made.peaks and again.curve.driver == "580.1" and again.curve.fact("memory") == 85e9
    for kind, curve in made.curve.curves().items():
        assert again.curve.curves()[kind].spread == pytest.approx(curve.spread, abs=1e-4)
    rows = list(csv.DictReader(made.text.splitlines()))
    assert tuple(rows[0]) == COLUMNS and len(rows) == len(made.curve.points)
    assert {row["unit"] for row in rows} == {"FLOP/s", "B/s", "s", "W", "B", "1", "1/s"}


def test_the_file_lies_over_the_catalogue(made: GpuCalibration, tmp_path: Path) -> None:
    (tmp_path / "h100.csv").write_text(made.text, encoding="utf-8")
    for place in (tmp_path, tmp_path / "h100.csv"):
        values = load_catalogue(place)
        assert values.gpu_curves()["h100-sxm"].points[0].value == 85e9
        assert sg.gpu_curve("h100-sxm", values=values).curve.driver == "580.1"
    with pytest.raises(InputError, match='nothing measured of "h100-sx"; did you mean "h100-sxm"'):
        sg.gpu_curve("h100-sx", values=values)


def test_every_fault_of_a_file_is_told_with_its_line(made: GpuCalibration, tmp_path: Path) -> None:
    lines = made.text.splitlines()
    copied = next(line for line in lines if ",copy," in line)
    cells = dict(zip(COLUMNS, next(csv.reader([copied])), strict=True))
    wrong = [lines[0], lines[1].replace("2026-", "26-"), lines[2].replace(",B,", ",pints,"), copied.replace("B/s", "x/s")]
    wrong += [",".join({**cells, "value": value}.values()) for value in ("-3", "")]
    (tmp_path / "x.csv").write_text("\n".join(wrong), encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_curves(tmp_path / "x.csv")
    assert [fault.line for fault in told.value.faults] == [2, 3, 4, 5, 6]
    messages = " | ".join(fault.message for fault in told.value.faults)
    for part in ('got the unit "pints"', 'got value "-3"; expected a number above 0', "no value, and no note that says why"):
        assert part in messages


# --- the command ------------------------------------------------------------------------------------------------------------------


def test_text_json_and_file_say_the_same(
    opened: Described, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = ask(capsys, "calibrate", "--quick", "--out", "mine.csv", "--json")
    assert told.code == 0 and "kernels" in told.err
    data = json.loads(told.out)
    again = sg.gpu_curve(tmp_path / "mine.csv").to_dict()
    assert data["chip"] == again["chip"] == "h100-sxm" and data["quick"] is True and data["seed"] == 0
    assert [one["shape"] for one in data["points"]] == [one["shape"] for one in again["points"]]
    assert data["power"][0]["mean"] == again["power"][0]["mean"] == 650.0
    text = ask(capsys, "calibrate", "--quick")
    assert text.code == 0 and "NVIDIA H100 80GB HBM3 (h100-sxm) reaches" in text.out
    assert max(map(len, text.out.splitlines())) <= 80


def test_a_file_that_stands_there_is_not_touched(opened: Described, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.csv").write_text("precious", encoding="utf-8")
    told = ask(capsys, "calibrate", "--out", str(tmp_path / "mine.csv"))
    assert (told.code, told.out) == (2, "") and "exists already" in told.err
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8") == "precious" and opened.asked == []


def test_a_measurement_that_is_stopped_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(Described):
        def time(self, kernel: Kernel, effort: Effort) -> Timing:
            if len(self.asked) > 10:
                raise KeyboardInterrupt
            return super().time(kernel, effort)

    monkeypatch.setattr("stargauge.measure.nvidia.open_nvidia", lambda index, seed: Stopped())
    told = ask(capsys, "calibrate", "--out", str(tmp_path / "mine.csv"))
    assert told.code == 2 and "nothing was written" in told.err and list(tmp_path.iterdir()) == []


def test_without_pytorch_the_extra_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    told = ask(capsys, "calibrate")
    assert (told.code, told.out) == (2, "")
    assert "needs the extra `gpu`" in told.err and "'stargauge[gpu]'" in told.err


@pytest.mark.parametrize(("built", "why"), [(None, "built without CUDA"), ("13.0", "built for CUDA 13.0, sees none")])
def test_without_a_gpu_it_says_so(built: str | None, why: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    torch = ModuleType("torch")
    torch.__dict__.update(cuda=SimpleNamespace(is_available=lambda: False), version=SimpleNamespace(cuda=built), __version__="2.11")
    monkeypatch.setitem(sys.modules, "torch", torch)
    told = ask(capsys, "calibrate")
    assert (told.code, told.out) == (2, "") and "no NVIDIA GPU" in told.err and why in " ".join(told.err.split())


def test_another_gpu_than_there_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    torch = ModuleType("torch")
    torch.__dict__.update(cuda=SimpleNamespace(is_available=lambda: True, device_count=lambda: 2))
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert "no GPU 2; expected 0 to 1" in ask(capsys, "calibrate", "--gpu", "2").err


def test_a_measurement_is_shown_again_without_a_gpu(made: GpuCalibration, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "h100.csv").write_text(made.text, encoding="utf-8")
    told = ask(capsys, "calibrate", "--show", str(tmp_path / "h100.csv"))
    assert told.code == 0 and told.out.startswith("NVIDIA H100 80GB HBM3 (h100-sxm) reaches") and "--out" not in told.out
    assert "no file" in ask(capsys, "calibrate", "--show", str(tmp_path / "h200.csv")).err
    faults = ask(capsys, "calibrate", "--show", "h100-sxm", "--quick", "--out", "x.csv").err
    assert "2 errors" in faults and "--quick" in faults and "--out" in faults


def test_options_of_the_other_calibration_and_unknown_ones_are_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, "calibrate", "--as-of", "2025-01-01", "--write", "x", "--out", "nowhere/x.csv")
    assert told.code == 2 and "3 errors" in told.err and "stargauge calibrate schedule" in told.err
    assert 'did you mean "schedule"' in ask(capsys, "calibrate", "schedul").err
    assert "3 errors" in ask(capsys, "calibrate", "schedule", "--out", "x.csv", "--quick", "--gpu", "0").err


def test_the_slip_of_plans_is_still_fitted(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, "calibrate", "schedule", "--as-of", "2024-02-01", "--json")
    assert told.code == 0 and json.loads(told.out)["records"] > 0
