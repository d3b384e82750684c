"""The fit of the serving model that is shipped: where it starts from, coefficients, those without each group, how far off it was."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.training_fit import shipped_training_fit
from stargauge.quantity.compute.serving_efficiency import COEFFICIENTS, NEARNESS, Forecasts, ServingFit, Settings

FILE = Path(__file__).parent / "data" / "serving-fit.csv"
PRIORS = Path(__file__).parent / "data" / "serving-prior.csv"
COLUMNS = ("section", "group", "name", "value", "note")
#: The group of coefficients that all runs were used for.
ALL = "all"
KINDS = ("dense", "experts")
_BETWEEN = " / "


@dataclass(frozen=True)
class ShippedServingFit:
    """The fit to all runs, and the fits without each group of them (`deepseek-v3 / b200-hgx`)."""

    whole: ServingFit
    without: Mapping[str, ServingFit]


@dataclass(frozen=True)
class Prior:
    """What is thought of each coefficient before any run is seen: its middle, and the standard deviation of its logarithm.

    `unmeasured`: what a chip or a generation without runs adds to the spread of forecasts beyond what leaving such out tells.
    """

    fit: ServingFit
    spread: Mapping[str, float]
    unmeasured: Mapping[str, float]


def group_of(family: str, chip: str) -> str:
    """The name of a group of runs that is left out together."""
    return f"{family}{_BETWEEN}{chip}"


def published_type(known: KnownCatalogue, model: str) -> str:
    """The type that a model's weights were published in and are served in (`mxfp4`); empty where the catalogue does not say."""
    attribute = "weights_type"
    return known.text("model", model, attribute) if attribute in known.catalogue.attributes("model", model) else ""


def family_of(known: KnownCatalogue, name: str) -> str:
    """The family of a model: the one whose dimensions it has, else itself."""
    attribute = "dimensions_of"
    return (known.text("model", name, attribute) if attribute in known.catalogue.attributes("model", name) else "") or name


def _nothing(assumed: float) -> Forecasts:
    """What is known of forecasts before any was made: nothing but what is assumed."""
    rates = {f"{kind}/{near}": assumed for kind in KINDS for near in NEARNESS}
    none = frozenset[str]()
    return Forecasts(rates, 0.0, assumed, assumed, assumed, 0.0, float("inf"), none, none, {})


@lru_cache(maxsize=1)
def shipped_prior() -> Prior:
    """Where the fit starts from."""
    with PRIORS.open(encoding="utf-8", newline="") as handle:
        rows = [*csv.DictReader(handle)]
    value = {
        name: {row["name"]: float(row["value"]) for row in rows if row["section"] == name} for name in ("prior", "setting", "forecast")
    }
    start = _nothing(value["forecast"]["assumed"])
    fit = ServingFit(
        **value["prior"], settings=Settings(**value["setting"]), forecasts=start, source="the fit's own starting point, fitted to nothing"
    )
    unmeasured = {name: value["forecast"][f"unmeasured_{name}"] for name in ("chip", "generation")}
    return Prior(fit, {row["name"]: float(row["spread"]) for row in rows if row["section"] == "prior"}, unmeasured)


def _fit(start: ServingFit, values: Mapping[str, float], forecasts: Forecasts, group: str) -> ServingFit:
    source = "all shipped runs" if group == ALL else f"shipped runs without {group}"
    return ServingFit(**{name: values[name] for name in COEFFICIENTS}, settings=start.settings, forecasts=forecasts, source=source)


def read_serving_fit(file: Path) -> ShippedServingFit:
    """The fit in a file of the shipped form."""
    with file.open(encoding="utf-8", newline="") as handle:
        rows = [*csv.DictReader(handle)]
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["section"] == "coefficient":
            found.setdefault(row["group"], {})[row["name"]] = float(row["value"])
    start = shipped_prior().fit
    groups = [tuple(group.split(_BETWEEN)) for group in found if group != ALL]
    said = {(row["group"], row["name"]): float(row["value"]) for row in rows if row["section"] == "forecast"}
    forecasts = start.forecasts._replace(
        rate={f"{kind}/{near}": said[near, kind] for kind in KINDS for near in NEARNESS},
        searched=said[ALL, "searched"], first=said[ALL, "first"], between=said[ALL, "between"],
        drift=said[ALL, "drift"], newest=said[ALL, "newest"],
        families=frozenset(family for family, _ in groups), chips=frozenset(chip for _, chip in groups),
        generation_of=shipped_training_fit().generations,
    )  # fmt: skip
    fits = {group: _fit(start, values, forecasts, group) for group, values in found.items()}
    return ShippedServingFit(fits.pop(ALL), fits)


@lru_cache(maxsize=1)
def shipped_fits() -> ShippedServingFit:
    """All of the fit that is shipped."""
    return read_serving_fit(FILE)


def shipped_serving_fit() -> ServingFit:
    """The fit to all shipped runs."""
    return shipped_fits().whole
