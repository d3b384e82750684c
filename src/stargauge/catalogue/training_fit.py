"""The fit of the training model that is shipped: coefficients, those of each left-out group of runs, and how far off it was on them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from stargauge.quantity.compute.training_fit import TrainingFit

FILE = Path(__file__).parent / "data" / "training-fit.csv"
COLUMNS = ("section", "group", "name", "value", "source", "published", "grade", "note")
#: The group of coefficients that all runs were used for.
ALL = "all"


@dataclass(frozen=True)
class ShippedFit:
    """The fit to all runs, the fits without each group of them (`family / accelerator`), and the errors on runs left out by how."""

    whole: TrainingFit
    without: Mapping[str, TrainingFit]
    errors: Mapping[str, Mapping[str, float]]


def group_of(family: str, chip: str) -> str:
    """The name of a group of runs that is left out together."""
    return f"{family} / {chip}"


def read_training_fit(file: Path) -> ShippedFit:
    """The fit in a file of the shipped form."""
    sections: dict[str, dict[str, dict[str, str]]] = {}
    with file.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            sections.setdefault(row["section"], {}).setdefault(row["group"], {})[row["name"]] = row["value"]
    said = {name: found.get(ALL, {}) for name, found in sections.items()}
    number = {name: {key: float(value) for key, value in said[name].items()} for name in ("power", "practice", "spread", "drift")}
    fits = {
        group: TrainingFit(
            {name: float(value) for name, value in values.items()},
            said["generation"], number["power"], number["practice"], number["spread"], number["drift"],
        )
        for group, values in sections["coefficient"].items()
    }  # fmt: skip
    errors = {group: {name: float(value) for name, value in found.items()} for group, found in sections.get("error", {}).items()}
    return ShippedFit(fits.pop(ALL), fits, errors)


@lru_cache(maxsize=1)
def shipped_fit() -> ShippedFit:
    """All of the fit that is shipped."""
    return read_training_fit(FILE)


def shipped_training_fit() -> TrainingFit:
    """The fit to all shipped runs."""
    return shipped_fit().whole
