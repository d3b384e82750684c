"""Measured points of accelerators: a table of its own beside the kinds of values, one line per kernel, and the curves fitted to it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from io import StringIO
from pathlib import Path

import numpy as np

from stargauge.catalogue.tables import cells_of
from stargauge.measure.points import Point
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.statistics.saturation import Roofline, Saturation, fit_roofline, fit_saturation

FILE = Path(__file__).parent / "data" / "gpu-curve.csv"
#: What stands in each line: the measurement it belongs to, the kernel, what it reached, and how that was read.
COLUMNS = (
    "chip", "device", "measured", "driver", "software", "source", "operation", "variant", "dtype", "shape", "value", "low", "high", "unit",
    "share", "flop", "bytes", "seconds", "repeats", "timed_by", "clock", "note",
)  # fmt: skip
#: Columns without which a file is none of these.
NEEDED = ("device", "measured", "operation", "dtype", "shape", "value", "unit", "flop", "bytes", "seconds")
_NUMBERS = ("value", "low", "high", "flop", "bytes", "seconds", "repeats", "clock")
_UNITS = ("FLOP/s", "B/s", "s", "W", "B", "1", "1/s")
Curve = Saturation | Roofline


@dataclass(frozen=True)
class GpuCurve:
    """The points of one accelerator on one day. `chip`: its name in the catalogue, empty where that has none such."""

    chip: str
    device: str
    measured: date
    driver: str
    software: str
    points: tuple[Point, ...]
    source: str = ""

    def values(self, operation: str, variant: str | None = None, dtype: str | None = None) -> list[Point]:
        """The points of an operation that have a value."""
        return [
            point for point in self.points
            if point.operation == operation and point.value is not None
            and (variant is None or point.variant == variant) and (dtype is None or point.dtype == dtype)
        ]  # fmt: skip

    def fact(self, name: str) -> float | None:
        """What the accelerator says of itself: memory, cache, multiprocessors, clock_max, power_limit, devices."""
        return next((point.value for point in self.values("device") if point.shape == name), None)

    def curves(self) -> dict[tuple[str, str, str], Curve]:
        """The curves fitted, by operation, variant and type: a roofline for products, else a saturating curve.

        None where there are too few points, or where they lie far from any such curve: then amount alone does not tell the rate.
        """
        kinds = dict.fromkeys((one.operation, one.variant, one.dtype) for one in self.points if one.operation in FITTED)
        copied = max((one.value or 0.0 for one in self.values("copy")), default=0.0)
        found = {kind: _fitted(self.values(*kind), copied) for kind in kinds}
        return {kind: made for kind, made in found.items() if made is not None and made.spread <= _FARTHEST}


#: Operations that curves are fitted to.
FITTED = ("matmul", "copy", "read", "attention", "attention-backward", "decode-attention", "all-reduce")


#: A curve farther off its points than this (standard deviation of logarithms) is none.
_FARTHEST = 0.3
#: Shapes that have to be bound by memory for its rate to be fitted to products.
_ENOUGH = 2


def _fitted(points: Sequence[Point], copied: float) -> Curve | None:
    """The curve of one kind. `copied`: the highest rate of a copy, B/s; nought where none was measured."""
    try:
        if points and points[0].operation == "matmul":
            flop, byte, seconds = (np.array([getattr(one, name) for one in points]) for name in ("flop", "byte", "seconds"))
            bound = int((flop / byte < (flop / seconds).max() / copied).sum()) if copied else _ENOUGH
            return fit_roofline(flop, byte, seconds, bound >= _ENOUGH)
        amount = np.array([one.byte if one.unit == "B/s" else one.flop for one in points])
        return fit_saturation(amount, np.array([one.value for one in points], dtype=np.float64))
    except ValueError:
        return None


# --- the file ---------------------------------------------------------------------------------------------------------------------


def text_of(curves: Iterable[GpuCurve], shares: Mapping[Point, float | None]) -> str:
    """The file of some measurements, with the share of the maker's figure that each point reached."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for curve in curves:
        about = (curve.chip, curve.device, str(curve.measured), curve.driver, curve.software, curve.source)
        for one in curve.points:
            share = shares.get(one)
            rates = (_written(one.value), _written(one.low), _written(one.high), one.unit, "" if share is None else f"{share:.4f}")
            amounts = (_written(one.flop or None), _written(one.byte or None), _written(one.seconds))
            how = (one.repeats or "", one.timed_by, _written(one.clock or None), one.note)
            writer.writerow([*about, one.operation, one.variant, one.dtype, one.shape, *rates, *amounts, *how])
    return out.getvalue()


def _written(value: float | None) -> str:
    """A number to six figures."""
    return "" if value is None else f"{value:.6g}"


def is_curve_file(file: Path) -> bool:
    """Whether a file is one of these, by its first line."""
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
        names = {name.strip() for name in next(csv.reader(handle), [])}
    return {"device", "operation", "shape"} <= names


def read_curves(file: Path) -> tuple[GpuCurve, ...]:
    """The measurements in a file. Raises InputError with every fault, its line and how to mend it."""
    faults, found = list[Fault](), dict[GpuCurve, list[Point]]()
    for line, cells in cells_of(file, NEEDED, COLUMNS):
        try:
            about = [cells.get(name, "") for name in ("chip", "device", "measured", "driver", "software", "source")]
            key = GpuCurve(about[0], about[1], date.fromisoformat(about[2]), about[3], about[4], (), about[5])
            found.setdefault(key, []).append(_point(cells))
        except ValueError as error:
            faults.append(Fault(str(error), file=str(file), line=line, column=1))
    if faults:
        raise InputError(faults)
    return tuple(replace(key, points=tuple(points)) for key, points in found.items())


def _point(cells: Mapping[str, str]) -> Point:
    numbers = {name: _number(name, cells.get(name, "")) for name in _NUMBERS}
    if cells["unit"] not in _UNITS:
        raise ValueError(say('got the unit "{unit}"; expected one of {units}', unit=cells["unit"], units=", ".join(_UNITS)))
    if numbers["value"] is None and not cells.get("note"):
        raise ValueError(say("no value, and no note that says why"))
    return Point(
        cells["operation"], cells.get("variant", ""), cells["dtype"], cells["shape"], cells["unit"], numbers["value"], numbers["low"],
        numbers["high"], numbers["flop"] or 0.0, numbers["bytes"] or 0.0, numbers["seconds"], int(numbers["repeats"] or 0),
        cells.get("timed_by", ""), numbers["clock"] or 0.0, cells.get("note", ""),
    )  # fmt: skip


def _number(name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise ValueError(say('got {name} "{text}"; expected a number', name=name, text=text)) from None
    if not 0.0 < value < 1e30:
        raise ValueError(say('got {name} "{text}"; expected a number above 0', name=name, text=text))
    return value


@lru_cache(maxsize=1)
def shipped_curves() -> tuple[GpuCurve, ...]:
    """The measurements that are shipped."""
    return read_curves(FILE) if FILE.exists() else ()
