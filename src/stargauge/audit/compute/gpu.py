"""A measured accelerator against what its maker says of it, and a whole layer against the curves of its parts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from stargauge.catalogue.gpu_curves import FITTED, GpuCurve, text_of
from stargauge.catalogue.load import KnownCatalogue
from stargauge.measure.kernels import Kernel, product
from stargauge.measure.points import Point
from stargauge.quantity.statistics.saturation import Roofline, Saturation

#: How far the memory that a device says it has may be from the catalogue's, where its name is that of a chip.
_MEMORY_OFF = 0.15
_MEMORY = ("copy", "read", "decode-attention")


@dataclass(frozen=True)
class LayerCheck:
    """A layer's time as measured, and that of its products and its attention by the curves; what is left is passes over memory."""

    operation: str
    variant: str
    shape: str
    seconds: float
    products: float
    attention: float

    @property
    def explained(self) -> float:
        """The share of its time that products and attention take by the curves."""
        return (self.products + self.attention) / self.seconds


@dataclass(frozen=True)
class GpuCalibration:
    """A measurement with shares of the maker's figures, its curves, and layers against their parts. `peaks`: those figures by type, SI."""

    curve: GpuCurve
    peaks: dict[str, float]
    quick: bool | None = None
    seed: int | None = None

    @cached_property
    def shares(self) -> dict[Point, float | None]:
        """The share of the maker's figure that each point reached; None where there is no figure, or no value."""
        return {point: self._share(point) for point in self.curve.points}

    @property
    def left_out(self) -> list[Point]:
        """What was not measured, each with the reason."""
        return [point for point in self.curve.points if point.value is None]

    @property
    def text(self) -> str:
        """The file of the points."""
        return text_of([self.curve], self.shares)

    def _share(self, point: Point) -> float | None:
        of = {"FLOP/s": point.dtype, "W": "power"}.get(
            point.unit, "memory" if point.operation in _MEMORY or point.variant == "copy" else ""
        )
        peak = self.peaks.get(of)
        return None if peak is None or point.value is None or point.operation == "device" else point.value / peak

    @property
    def kinds(self) -> list[tuple[str, str, str]]:
        """The kinds of kernels that have rates, in their order: operation, variant, type."""
        return list(dict.fromkeys((one.operation, one.variant, one.dtype) for one in self.curve.points if one.operation in FITTED))

    def best(self, operation: str, variant: str, dtype: str) -> Point | None:
        """The point of a kind with the highest rate."""
        return max(self.curve.values(operation, variant, dtype), key=lambda one: one.value or 0.0, default=None)

    @cached_property
    def layers(self) -> list[LayerCheck]:
        """Whole layers against the curves of products and attention in the same type; none where one of these is missing."""
        return [made for point in self.curve.points if (made := self._layer(point)) is not None]

    def _layer(self, point: Point) -> LayerCheck | None:
        if point.operation not in ("layer", "layer-both") or point.seconds is None:
            return None
        curves, backward = self.curve.curves(), point.operation == "layer-both"
        matmul = curves.get(("matmul", "", point.dtype))
        kinds = ("attention", "attention-backward") if backward else ("attention",)
        attention = [curves.get((kind, point.variant, point.dtype)) for kind in kinds]
        if not isinstance(matmul, Roofline) or not all(isinstance(one, Saturation) for one in attention):
            return None
        sides = {name: int(size) for name, _, size in (part.partition("=") for part in point.shape.split())}
        parts = list(_products(sides, point.dtype, backward))
        products = matmul.seconds(np.array([one.flop for one in parts]), np.array([one.byte for one in parts])).sum()
        scores = _scores(sides)
        times = [one.seconds(np.array(scores * share)) for one, share in zip(attention, (2.0, 5.0), strict=False) if one is not None]  # type: ignore[call-arg]
        return LayerCheck(point.operation, point.variant, point.shape, point.seconds, float(products), float(sum(times)))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        curve = self.curve
        facts = {one.shape: one.value for one in curve.values("device")}
        return {
            "chip": curve.chip or None, "device": curve.device, "measured": str(curve.measured), "driver": curve.driver or None,
            "software": curve.software, "facts": facts, "peaks": self.peaks, "quick": self.quick, "seed": self.seed,
            "points": [self._plain(point) for point in curve.points if point.operation != "device"],
            "curves": [_curve_data(kind, made, self.peaks) for kind, made in curve.curves().items()],
            "best": [self._plain(best) for kind in self.kinds if (best := self.best(*kind)) is not None],
            "power": [self._drawn(point) for point in curve.values("power")],
            "layers": [{**asdict(one), "explained": one.explained} for one in self.layers],
            "left_out": [{"operation": one.operation, "variant": one.variant, "dtype": one.dtype, "shape": one.shape, "why": one.note}
                         for one in self.left_out],
        }  # fmt: skip

    def _drawn(self, point: Point) -> dict[str, Any]:
        """Power while a kernel ran for seconds, and what it reached then."""
        reached = next((one for one in self.curve.values("sustained", point.variant, point.dtype)), None)
        return {
            "what": point.variant, "dtype": point.dtype, "mean": point.value, "share": self.shares[point], "clock": point.clock or None,
            "rate": reached.value if reached else None, "unit": reached.unit if reached else None,
            "rate_share": self.shares[reached] if reached else None,
        }  # fmt: skip

    def _plain(self, point: Point) -> dict[str, Any]:
        made = {**asdict(point), "share": self.shares[point]}
        return {name: value if value not in (0.0, "") else None for name, value in made.items()}


def calibration_of(curve: GpuCurve, known: KnownCatalogue, quick: bool | None = None, seed: int | None = None) -> GpuCalibration:
    """A measurement against what the catalogue says of its chip."""
    peaks = {name: value for name, attribute, unit in _FIGURES if (value := _figure(known, curve.chip, attribute, unit)) is not None}
    return GpuCalibration(curve, peaks, quick, seed)


#: What a share is of: the type or the part, the attribute of the catalogue, the unit of the point.
_FIGURES = (
    ("bf16", "peak_bf16", "FLOP/s"), ("fp16", "peak_fp16", "FLOP/s"), ("tf32", "peak_tf32", "FLOP/s"), ("fp32", "peak_fp32", "FLOP/s"),
    ("fp8", "peak_fp8", "FLOP/s"), ("memory", "memory_bandwidth", "B/s"), ("power", "tdp", "W"),
)  # fmt: skip


def _figure(known: KnownCatalogue, chip: str, attribute: str, unit: str) -> float | None:
    if not chip or attribute not in known.catalogue.attributes("accelerator", chip):
        return None
    value = known.estimate("accelerator", chip, attribute, unit).value
    number = float(np.asarray(value if not hasattr(value, "quantile") else value.quantile(0.5)))
    return None if math.isnan(number) else number


def chip_of(device: str, memory: float, known: KnownCatalogue) -> str:
    """The chip of the catalogue that a driver calls so, and that has about as much memory; empty where there is none."""
    for name in known.names("accelerator"):
        if "device_name" not in known.catalogue.attributes("accelerator", name):
            continue
        names = {str(row.statement.value).casefold() for row in known.catalogue.entries("accelerator", name, "device_name")}
        said = _figure(known, name, "memory", "B")
        if device.casefold() in names and (said is None or abs(memory / said - 1.0) <= _MEMORY_OFF):
            return name
    return ""


def _curve_data(kind: tuple[str, str, str], made: Saturation | Roofline, peaks: dict[str, float]) -> dict[str, Any]:
    """A curve as plain data; the share is that of the maker's figure which it tends to."""
    named = dict(zip(("operation", "variant", "dtype"), kind, strict=True))
    values = {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in asdict(made).items()}
    if isinstance(made, Roofline):
        peak = peaks.get(kind[2])
        return {**named, "form": "roofline", **values, "share": None if peak is None else made.flop_rate / peak}
    peak = peaks.get("memory" if kind[0] in _MEMORY else kind[2]) if kind[0] != "all-reduce" else None
    return {**named, "form": "saturation", **values, "share": None if peak is None else made.most / peak}


def _products(sides: dict[str, int], dtype: str, backward: bool) -> Iterator[Kernel]:
    """The products of a layer; going back each has two of its own, for what came in and for its weights."""
    tokens, width, inner = sides["sequence"] * sides["sequences"], sides["width"], sides["inner"]
    head = width // sides["heads"]
    for n, k in ((width + 2 * sides["kv_heads"] * head, width), (width, width), (2 * inner, width), (width, inner)):
        yield product(dtype, tokens, n, k)
        if backward:
            yield product(dtype, tokens, k, n)
            yield product(dtype, n, k, tokens)


def _scores(sides: dict[str, int]) -> float:
    """Operations of one product of causal attention in a layer."""
    return float(sides["sequences"] * sides["sequence"] ** 2 * sides["width"])
