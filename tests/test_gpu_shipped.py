"""What was measured and is shipped: whole, in agreement with itself, and plausible against what others state."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.test_packaging_files import run_page, run_python

import stargauge as sg
from stargauge.audit.compute.gpu import GpuCalibration, calibration_of
from stargauge.catalogue.gpu_curves import FILE, GpuCurve, shipped_curves, text_of
from stargauge.catalogue.load import load_catalogue
from stargauge.quantity.statistics.saturation import Roofline
from stargauge.report.compute.gpu import rate

CURVES = shipped_curves()
KNOWN = load_catalogue().known(date(2026, 11, 27))


@pytest.fixture(params=CURVES, ids=lambda curve: curve.chip)
def made(request: pytest.FixtureRequest) -> GpuCalibration:
    curve: GpuCurve = request.param
    return calibration_of(curve, KNOWN)


def test_both_chips_are_there_and_the_file_is_as_it_would_be_written() -> None:
    assert {curve.chip for curve in CURVES} == {"h100-sxm", "h200-sxm"}
    shares = {point: share for curve in CURVES for point, share in calibration_of(curve, KNOWN).shares.items()}
    assert text_of(CURVES, shares) == FILE.read_text(encoding="utf-8")  # shares agree with the catalogue as it stands


def test_every_line_has_a_source_and_a_value_between_its_p10_and_p90_or_says_why_not(made: GpuCalibration) -> None:
    assert made.curve.source in load_catalogue().sources and made.curve.driver and made.curve.software
    for point in made.curve.points:
        assert point.value is not None or point.note
        if point.value is not None and point.low is not None and point.high is not None and point.operation != "power":
            assert point.low <= point.value <= point.high
        # A rate is never above what the maker states: more would be a wrong count of operations or bytes.
        share = made.shares[point]
        assert share is None or point.unit == "W" or share < 1.0


def test_products_reach_what_such_chips_are_known_to_reach(made: GpuCalibration) -> None:
    """Between the 41 to 49 % of whole training runs on an H100 in the catalogue and the maker's figure."""
    curves = made.curve.curves()
    for dtype in ("bf16", "fp8"):
        fitted = curves["matmul", "", dtype]
        assert isinstance(fitted, Roofline)
        assert 0.6 < fitted.flop_rate / made.peaks[dtype] < 0.8 and fitted.spread < 0.1
        assert 0.7 < fitted.byte_rate / made.peaks["memory"] < 0.95 and 1e-6 < fitted.overhead < 1e-5
    best = {point.operation: made.shares[point] for kind in (("copy", "", "fp32"), ("read", "", "fp32")) if (point := made.best(*kind))}
    assert all(share is not None and 0.85 < share < 0.95 for share in best.values()) and len(best) == 2


def test_the_parts_of_a_layer_add_up(made: GpuCalibration) -> None:
    explained = [one.explained for one in made.layers if one.variant == "flash"]
    assert len(explained) == 4 and all(0.85 < share < 1.0 for share in explained)


def test_the_chip_with_faster_memory_is_faster_where_memory_counts_and_only_there() -> None:
    fast, slow = sg.gpu_curve("h200-sxm").curve.curves(), sg.gpu_curve("h100-sxm").curve.curves()
    for operation in ("copy", "read"):
        assert 1.35 < fast[operation, "", "fp32"].most / slow[operation, "", "fp32"].most < 1.5  # type: ignore[union-attr]
    assert 0.9 < fast["matmul", "", "bf16"].flop_rate / slow["matmul", "", "bf16"].flop_rate < 1.1  # type: ignore[union-attr]


def test_power_is_that_of_the_rating_under_products(made: GpuCalibration) -> None:
    power = next(one for one in made.to_dict()["power"] if one["dtype"] == "bf16")
    assert 0.9 < power["share"] < 1.02


def test_the_table_of_the_page_is_what_was_measured() -> None:
    page = (Path(__file__).parents[1] / "docs/calibrate.md").read_text(encoding="utf-8")
    for row, kind, dtype, field in (
        ("products in bf16, what the curve tends to", "matmul", "bf16", "flop_rate"), ("products in fp8", "matmul", "fp8", "flop_rate"),
        ("memory, copied", "copy", "fp32", "most"), ("attention forward, cuDNN", "attention", "bf16", "most"),
    ):  # fmt: skip
        _, h100, h100_share, h200, h200_share = (
            next(line for line in page.splitlines() if line.startswith(f"| {row}")).strip("| ").split(" | ")
        )
        for chip, told, share in (("h100-sxm", h100, h100_share), ("h200-sxm", h200, h200_share)):
            curve = next(
                one for one in sg.gpu_curve(chip).to_dict()["curves"]
                if (one["operation"], one["dtype"]) == (kind, dtype) and one["variant"] in ("", "cudnn")
            )  # fmt: skip
            assert rate(curve[field], "B/s" if kind == "copy" else "FLOP/s") == told
            assert share == f"{100 * curve['share']:.0f} %"


def test_the_page_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/calibrate.md", tmp_path) == 1
    left = run_python("docs/calibrate.md")
    assert 0.6 < left["share"] < 0.8 and 1e-4 < left["seconds"] < 4e-4  # type: ignore[operator]
