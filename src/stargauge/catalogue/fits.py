"""Fits made from the catalogue's records and shipped with them, so that no run has to wait; found by what they were made from."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.records import FitRecord
from stargauge.quantity.quantity import COEFFICIENTS, SAMPLES

Array = NDArray[np.float64]
SLIP_FIT, SLIP_OWNER = "slip-fit.csv", "slip-owner.csv"
#: The fitted coefficients; the last two are an owner's own and stand in a file of their own.
FITTED = COEFFICIENTS[:-2]
FIT_COLUMNS = ("fingerprint", "edition", "refit", "sample", *FITTED)
OWNER_COLUMNS = ("fingerprint", "edition", "refit", "owner", "effect", "spread")


def fingerprint(records: Sequence[FitRecord], priors: tuple[Array, Array]) -> str:
    """What a fit was made from, in twelve characters: another record, date or prior gives another."""
    said = [
        (r.id, r.lead_days, r.plan, r.taken_days, r.outcome, r.group, r.stage, r.vintage, r.by_tracker, r.owner, r.project, r.frame)
        for r in records
    ]
    return sha256(repr((said, [part.tolist() for part in priors])).encode()).hexdigest()[:12]


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
        fresh = np.stack([np.zeros(len(table)), table[:, FITTED.index("spread_owner")]], axis=1)
        own = owners.get((made_from, refit, owner))
        out.append(np.concatenate([table, fresh if own is None else np.tile(own, (len(table), 1))], axis=1))
    return out


def write_fits(folder: Path, fits: Iterable[Sequence[object]], owners: Iterable[Sequence[object]]) -> None:
    """Write the shipped fits, rows in the columns FIT_COLUMNS and OWNER_COLUMNS."""
    for name, columns, rows in ((SLIP_FIT, FIT_COLUMNS, fits), (SLIP_OWNER, OWNER_COLUMNS, owners)):
        with (folder / name).open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)
