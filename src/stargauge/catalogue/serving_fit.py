"""The fit of the serving model that is shipped: coefficients, those without each group of runs, and how far off it was on them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from stargauge.catalogue.load import KnownCatalogue
from stargauge.quantity.compute.serving_efficiency import ServingFit

FILE = Path(__file__).parent / "data" / "serving-fit.csv"
COLUMNS = ("section", "group", "name", "value")
#: The group of coefficients that all runs were used for.
ALL = "all"


@dataclass(frozen=True)
class ShippedServingFit:
    """The fit to all runs, and the fits without each group of them (`deepseek-v3 / b200-hgx`)."""

    whole: ServingFit
    without: Mapping[str, ServingFit]


def group_of(family: str, chip: str) -> str:
    """The name of a group of runs that is left out together."""
    return f"{family} / {chip}"


def published_type(known: KnownCatalogue, model: str) -> str:
    """The type that a model's weights were published in and are served in (`mxfp4`); empty where the catalogue does not say."""
    attribute = "weights_type"
    return known.text("model", model, attribute) if attribute in known.catalogue.attributes("model", model) else ""


def read_serving_fit(file: Path) -> ShippedServingFit:
    """The fit in a file of the shipped form."""
    found: dict[str, dict[str, float]] = {}
    spread: dict[str, float] = {}
    with file.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            held = spread if row["section"] == "spread" else found.setdefault(row["group"], {})
            held[row["name"]] = float(row["value"])
    fits = {
        group: ServingFit(**values, **spread, source="all shipped runs" if group == ALL else f"shipped runs without {group}")
        for group, values in found.items()
    }
    return ShippedServingFit(fits.pop(ALL), fits)


@lru_cache(maxsize=1)
def shipped_fits() -> ShippedServingFit:
    """All of the fit that is shipped."""
    return read_serving_fit(FILE)


def shipped_serving_fit() -> ServingFit:
    """The fit to all shipped runs."""
    return shipped_fits().whole
