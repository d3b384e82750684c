"""Fits made from records and shipped with the catalogue: one per quarter, so that a run of an earlier day uses what was known then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.builds import BuildRecord
from stargauge.catalogue.fits import BUILD_FITTED, FITTED, fingerprint, write_build_fits, write_fits
from stargauge.catalogue.load import Catalogue, KnownCatalogue
from stargauge.catalogue.records import FitRecord, outcomes_of, plans_of
from stargauge.engine.simulate import build_records_of, builds_of
from stargauge.programme.axes import FIRST_EDITION, edition_of, refit_records, refits_of
from stargauge.programme.known import Known
from stargauge.programme.known import known as known_on
from stargauge.programme.schema import Programme
from stargauge.quantity.dates import Window
from stargauge.quantity.quantity import PROJECT_KINDS, SAMPLES
from stargauge.quantity.schedule.builds import fit_builds
from stargauge.quantity.schedule.slip import AT, Plans, fit_slips, location, scale, slipped, with_owner

Array = NDArray[np.float64]

#: The lead times at which the fit is drawn, days.
CURVE_LEADS = (0.0, 60.0, 120.0, 180.0, 270.0, 365.0, 545.0, 730.0, 910.0, 1095.0, 1280.0)


@dataclass(frozen=True)
class SlipFit:
    """A fit of slips: the day its records were known, what it was made from, and samples (refit, sample, coefficient) and (.., owner)."""

    edition: date
    made_from: str
    records: tuple[FitRecord, ...]
    refits: tuple[str, ...]
    coefficients: Array
    owners: Array

    @property
    def owner_names(self) -> tuple[str, ...]:
        """The owners with records, in the order of the last axis of `owners`."""
        return tuple(dict.fromkeys(record.owner for record in self.records))

    def to_dict(self) -> dict[str, Any]:
        """As plain data: each coefficient with its P10, P50 and P90 over the samples of the refit with all records."""
        table = np.quantile(self.coefficients[0], (0.1, 0.5, 0.9), axis=0)
        rows = [
            {"name": name, "p10": float(table[0, place]), "p50": float(table[1, place]), "p90": float(table[2, place])}
            for place, name in enumerate(FITTED)
        ]
        reached = sum(record.outcome == "reached" for record in self.records)
        return {
            "edition": str(self.edition), "records": len(self.records), "reached": reached, "open": len(self.records) - reached,
            "refits": list(self.refits), "samples": len(SAMPLES), "made_from": self.made_from, "coefficients": rows,
            "curve": self.curve(), "points": self.points(),
        }  # fmt: skip

    def curve(self) -> list[dict[str, float]]:
        """P10, P50 and P90 of the days an AI campus takes that its builder plans to operate on a day so many days ahead."""
        leads = np.array(CURVE_LEADS)
        zero = np.zeros(len(leads))
        plans = Plans(leads, zero, np.full(len(leads), float(PROJECT_KINDS.index("ai_campus"))), zero, zero, zero)
        world = with_owner(self._whole(), self.owners[:1], -1)[0]
        chance = np.repeat((np.arange(33) + 0.5) / 33, len(leads)).reshape(33, 1, -1)
        place, offset = location(world, plans)[None], world[:, AT["offset"]][None, :, None]
        days = slipped(chance, place, scale(world)[None, :, None], leads, offset, np.array(np.nan)).reshape(-1, len(leads))
        return [
            {"lead_days": float(lead), "p10": float(low), "p50": float(middle), "p90": float(high)}
            for lead, (low, middle, high) in zip(leads, np.quantile(days, (0.1, 0.5, 0.9), axis=0).T, strict=True)
        ]

    def _whole(self) -> Array:
        """The coefficients of the refit with all records, an owner's own part as for a new one: (1, sample, coefficient)."""
        own = np.stack([np.zeros(len(SAMPLES)), self.coefficients[0][:, FITTED.index("spread_owner")]], axis=1)
        return np.concatenate([self.coefficients[0], own], axis=1)[None]

    def points(self) -> list[dict[str, Any]]:
        """The records of data centres and AI campuses: days planned, days taken (or passed without it, where open)."""
        return [
            {"project": r.project, "kind": r.group, "milestone": r.milestone, "lead_days": r.lead_days, "taken_days": r.taken_days,
             "open": r.outcome != "reached"}
            for r in self.records if r.group in ("data_centre", "ai_campus")
        ]  # fmt: skip


def fit_of(known: KnownCatalogue) -> SlipFit:
    """The fit of slips from the records known at the last edition before a day."""
    records = refit_records(known)
    refits = refits_of(records)
    middle, width = (np.asarray(one.value) for one in known.slip_priors())
    outcomes = outcomes_of(records, refits)
    keep = np.array([outcomes.frame != refit for refit in range(len(refits))], dtype=np.float64)
    made = fit_slips(plans_of(records), outcomes, keep, middle, width, len(SAMPLES))
    fitted = made["coefficients"][..., : len(FITTED)]
    return SlipFit(edition_of(known.as_of), fingerprint(records, (middle, width)), records, refits, fitted, made["owners"])


def editions(until: date) -> Iterator[date]:
    """The quarter ends from the first edition on."""
    day = FIRST_EDITION
    while day <= until:
        yield day
        day = edition_of(day + timedelta(days=93))


def all_fits(catalogue: Catalogue, until: date) -> list[SlipFit]:
    """The fit of every edition whose records differ from those of the edition before."""
    out: list[SlipFit] = []
    for day in editions(until):
        known = catalogue.known(day)
        middle, width = (np.asarray(one.value) for one in known.slip_priors())
        if not out or fingerprint(refit_records(known), (middle, width)) != out[-1].made_from:
            out.append(fit_of(known))
    return out


@dataclass(frozen=True)
class BuildFit:
    """A fit of building times: samples (sample, coefficient) and (sample, owner)."""

    edition: date
    made_from: str
    records: tuple[BuildRecord, ...]
    coefficients: Array
    owners: Array

    @property
    def owner_names(self) -> tuple[str, ...]:
        """The owners with builds, in the order of the last axis of `owners`."""
        return tuple(dict.fromkeys(record.owner for record in self.records))

    def to_dict(self) -> dict[str, Any]:
        """As plain data: each coefficient with its P10, P50 and P90 over the samples."""
        dated = [record for record in self.records if record.started is not None]
        reached = sum(record.operational is not None for record in dated)
        table = np.quantile(self.coefficients, (0.1, 0.5, 0.9), axis=0)
        return {
            "edition": str(self.edition), "records": len(dated), "reached": reached, "open": len(dated) - reached,
            "owners": len({record.owner for record in dated}), "made_from": self.made_from,
            "coefficients": [{"name": name, **_three(table[:, place])} for place, name in enumerate(BUILD_FITTED)],
        }  # fmt: skip


def _three(values: Array) -> dict[str, float]:
    return dict(zip(("p10", "p50", "p90"), map(float, values), strict=True))


@dataclass(frozen=True)
class Calibration:
    """Both fits as of one day."""

    slips: SlipFit
    builds: BuildFit

    def to_dict(self) -> dict[str, Any]:
        """The fit of slips as plain data, with that of building times under `builds`."""
        return self.slips.to_dict() | {"builds": self.builds.to_dict()}


def build_fit_of(known: Known) -> BuildFit:
    """The fit of building times from the records known at the last edition before a day, from the inputs of a run."""
    _, builds, lead, (middle, width), _, _ = builds_of(known)
    made = fit_builds(builds, lead, middle, width, len(SAMPLES))
    coefficients = made["coefficients"][0, :, : len(BUILD_FITTED)]
    return BuildFit(edition_of(known.as_of), build_records_of(known), known.builds, coefficients, made["owners"][0])


def all_build_fits(catalogue: Catalogue, until: date) -> list[BuildFit]:
    """The fit of building times of every edition."""
    return [build_fit_of(fit_view(catalogue, day)) for day in editions(until)]


def fit_view(catalogue: Catalogue, day: date) -> Known:
    """What is known on a day of a programme of nobody, without sites: enough for what rests on records alone."""
    month = Window(day, day)
    return known_on(Programme(name="records", price_year=day.year, start=month, horizon=month), catalogue, day)


def write_all(folder: Path, fits: Sequence[SlipFit], builds: Sequence[BuildFit]) -> None:
    """Write fits in the form in which they are shipped."""
    write_fits(folder, (row for fit in fits for row in _rows(fit)), (row for fit in fits for row in _owner_rows(fit)))
    write_build_fits(folder, (row for fit in builds for row in _build_rows(fit)), (row for fit in builds for row in _build_owner_rows(fit)))


def _build_rows(fit: BuildFit) -> Iterator[tuple[object, ...]]:
    for sample, values in enumerate(fit.coefficients):
        yield (fit.made_from, fit.edition, sample + 1, *(f"{value:.4g}" for value in values))


def _build_owner_rows(fit: BuildFit) -> Iterator[tuple[object, ...]]:
    for owner, of_owner in zip(fit.owner_names, fit.owners.T, strict=True):
        yield fit.made_from, fit.edition, owner, f"{of_owner.mean():.4g}", f"{of_owner.std():.4g}"


def _rows(fit: SlipFit) -> Iterator[tuple[object, ...]]:
    for refit, name in enumerate(fit.refits):
        for sample, values in enumerate(fit.coefficients[refit]):
            yield (fit.made_from, fit.edition, name, sample + 1, *(f"{value:.4g}" for value in values))


def _owner_rows(fit: SlipFit) -> Iterator[tuple[object, ...]]:
    for refit, name in enumerate(fit.refits):
        for owner, of_owner in zip(fit.owner_names, fit.owners[refit].T, strict=True):
            yield fit.made_from, fit.edition, name, owner, f"{of_owner.mean():.4g}", f"{of_owner.std():.4g}"
