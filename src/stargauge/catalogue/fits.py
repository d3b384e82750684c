"""Fits made from the catalogue's records and shipped with them, so that no run has to wait; found by what they were made from."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.builds import BuildRecord
from stargauge.catalogue.records import FitRecord
from stargauge.quantity.quantity import BUILD_COEFFICIENTS, COEFFICIENTS, SAMPLES

Array = NDArray[np.float64]
SLIP_FIT, SLIP_OWNER = "slip-fit.csv", "slip-owner.csv"
#: The fitted coefficients; the last two are an owner's own and stand in a file of their own.
FITTED = COEFFICIENTS[:-2]
FIT_COLUMNS = ("fingerprint", "edition", "refit", "sample", *FITTED)
OWNER_COLUMNS = ("fingerprint", "edition", "refit", "owner", "effect", "spread")
BUILD_FIT, BUILD_OWNER = "build-fit.csv", "build-owner.csv"
#: The fitted coefficients of building times; the last two are an owner's own.
BUILD_FITTED = BUILD_COEFFICIENTS[:-2]
BUILD_FIT_COLUMNS = ("fingerprint", "edition", "sample", *BUILD_FITTED)
BUILD_OWNER_COLUMNS = ("fingerprint", "edition", "owner", "effect", "spread")


def fingerprint(records: Sequence[FitRecord], priors: tuple[Array, Array]) -> str:
    """What a fit was made from, in twelve characters: another record, date or prior gives another."""
    said = [
        (r.id, r.lead_days, r.plan, r.taken_days, r.outcome, r.group, r.stage, r.vintage, r.by_tracker, r.owner, r.project, r.frame)
        for r in records
    ]
    return sha256(repr((said, [part.tolist() for part in priors])).encode()).hexdigest()[:12]


def build_fingerprint(builds: Sequence[BuildRecord], numbers: Sequence[Array]) -> str:
    """What a fit of building times was made from, in twelve characters: another record, date, lead time or prior gives another."""
    said = [
        (b.id, b.taken_days, b.operational is not None, b.held_by, b.kind, b.it_power, b.campus_power, b.started, b.owner) for b in builds
    ]
    return sha256(repr((said, [np.asarray(part).tolist() for part in numbers])).encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def _build_tables(folder: Path) -> tuple[dict[str, list[list[float]]], dict[tuple[str, str], tuple[float, float]]]:
    fits: dict[str, list[list[float]]] = {}
    owners: dict[tuple[str, str], tuple[float, float]] = {}
    if (folder / BUILD_FIT).exists():
        for row in _rows(folder / BUILD_FIT):
            fits.setdefault(row["fingerprint"], []).append([float(row[name]) for name in BUILD_FITTED])
        for row in _rows(folder / BUILD_OWNER):
            owners[row["fingerprint"], row["owner"]] = (float(row["effect"]), float(row["spread"]))
    return fits, owners


def shipped_build_fit(folder: Path, made_from: str, owner: str) -> Array:
    """Samples of the coefficients of building times, with the owner's own effect where builds tell of it; absent (NaN) where none is
    shipped."""
    fits, owners = _build_tables(folder)
    if made_from not in fits:
        return np.full((len(SAMPLES), len(BUILD_COEFFICIENTS)), np.nan)
    return _with_own(np.array(fits[made_from]), BUILD_FITTED.index("spread_owner"), owners.get((made_from, owner)))


def _with_own(table: Array, spread_owner: int, own: tuple[float, float] | None) -> Array:
    """Fitted coefficients with an owner's own effect and spread as the last two; those of a new one where there are none."""
    fresh = np.stack([np.zeros(len(table)), table[:, spread_owner]], axis=1)
    return np.concatenate([table, fresh if own is None else np.tile(own, (len(table), 1))], axis=1)


@lru_cache(maxsize=1)
def _tables(folder: Path) -> tuple[dict[tuple[str, str], list[list[float]]], dict[tuple[str, str, str], tuple[float, float]]]:
    fits: dict[tuple[str, str], list[list[float]]] = {}
    owners: dict[tuple[str, str, str], tuple[float, float]] = {}
    if (folder / SLIP_FIT).exists():
        for row in _rows(folder / SLIP_FIT):
            fits.setdefault((row["fingerprint"], row["refit"]), []).append([float(row[name]) for name in FITTED])
        for row in _rows(folder / SLIP_OWNER):
            owners[row["fingerprint"], row["refit"], row["owner"]] = (float(row["effect"]), float(row["spread"]))
    return fits, owners


def _rows(file: Path) -> Iterable[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def shipped_fit(folder: Path, made_from: str, refits: Sequence[str], owner: str) -> list[Array]:
    """Samples of the coefficients per refit, with the owner's own effect where records tell of it; absent (NaN) where none is shipped."""
    fits, owners = _tables(folder)
    if any((made_from, refit) not in fits for refit in refits):
        return [np.full((len(SAMPLES), len(COEFFICIENTS)), np.nan) for _ in refits]
    out = []
    for refit in refits:
        table = np.array(fits[made_from, refit])
        out.append(_with_own(table, FITTED.index("spread_owner"), owners.get((made_from, refit, owner))))
    return out


def write_fits(folder: Path, fits: Iterable[Sequence[object]], owners: Iterable[Sequence[object]]) -> None:
    """Write the shipped fits of slips, rows in the columns FIT_COLUMNS and OWNER_COLUMNS."""
    _write(folder, (SLIP_FIT, FIT_COLUMNS, fits), (SLIP_OWNER, OWNER_COLUMNS, owners))


def write_build_fits(folder: Path, fits: Iterable[Sequence[object]], owners: Iterable[Sequence[object]]) -> None:
    """Write the shipped fits of building times, rows in the columns BUILD_FIT_COLUMNS and BUILD_OWNER_COLUMNS."""
    _write(folder, (BUILD_FIT, BUILD_FIT_COLUMNS, fits), (BUILD_OWNER, BUILD_OWNER_COLUMNS, owners))


def _write(folder: Path, *files: tuple[str, Sequence[str], Iterable[Sequence[object]]]) -> None:
    for name, columns, rows in files:
        with (folder / name).open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)
