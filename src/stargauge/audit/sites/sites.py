"""The sites of a programme: where they lie, what of each runs, what was announced there, when it is complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from stargauge.audit.given import Condition, given_data
from stargauge.audit.sites.delays import date_levels
from stargauge.audit.summary import ALMOST, UNSITED, Days, names_of, sited
from stargauge.engine.result import Result
from stargauge.programme.known import Known, PhaseView, SiteView
from stargauge.quantity.dates import Window
from stargauge.quantity.quantity import PHYSICAL_STAGES
from stargauge.quantity.statement import Statement

RUNS, PLANNED, COMPLETE = "power_facility[operational, {site}]", "power_facility[announced, {site}]", "site_complete_date[{site}]"
Levels = dict[str, float | None]


@dataclass(frozen=True)
class Sites:
    """The sites of a programme as known on a day; `whole`: power that runs and that was announced at all of them together."""

    programme: str
    asked_as: str
    name: str
    as_of: str
    draws: int
    seed: int
    rows: tuple[dict[str, Any], ...]
    whole: dict[str, Any]
    given: Condition | None = None

    def to_dict(self) -> dict[str, Any]:
        """`{programme, asked_as, name, as_of, draws, seed, sites, whole}`: the same in Python, JSON and the web."""
        return {
            "programme": self.programme, "asked_as": self.asked_as, "name": self.name, "as_of": self.as_of, "draws": self.draws,
            "seed": self.seed, **given_data(self.given), "sites": list(self.rows), "whole": self.whole,
        }  # fmt: skip


def named(known: Known) -> list[SiteView]:
    """The sites, without pledges that have none."""
    return [site for site in known.sites if site.id != UNSITED]


def wanted(known: Known) -> list[str]:
    """The addresses that a run must give for the table of sites."""
    each = [form.format(site=site.id) for site in named(known) for form in (RUNS, PLANNED, COMPLETE)]
    return [*each, *(sited(known, stage) for stage in ("operational", "announced"))] if each else []


def rows_of(result: Result, known: Known) -> tuple[dict[str, Any], ...]:
    """One row per site, in the order of the file."""
    days = Days.of(known)
    return tuple(row_of(result, known, site, days) for site in named(known))


def whole_of(result: Result, known: Known) -> dict[str, Any]:
    """What runs at the newest evidence and what was announced, at all named sites together."""
    days = Days.of(known)
    runs, planned = (
        power(result, sited(known, stage), when) for stage, when in (("operational", days.evidence), ("announced", days.as_of))
    )
    return {"runs": runs if days.looked else _none(runs), "planned": planned, "evidence": str(days.evidence) if days.looked else None}


def row_of(result: Result, known: Known, site: SiteView, days: Days) -> dict[str, Any]:
    """One site: names, place, phases by the furthest stage on record, power that runs and that was announced, when it is complete."""
    seen = known.observed_through(site.id)
    phases = [phase for phase in known.phases if phase.site == site.id]
    runs = power(result, RUNS.format(site=site.id), days.evidence)
    dates = result[COMPLETE.format(site=site.id)].values
    gone = known.site_cancelled(site)
    spec = site.spec
    title, _, rest = (spec.name if spec and spec.name else site.id).partition(", ")
    return {
        "id": site.id, "name": names_of(known)[site.id], "title": title, "region": rest.split(" (")[0], "about": spec.about if spec else "",
        "place": place_of(known, spec.place if spec else ""), "phases": len(phases), "reached": reached(known, phases),
        "observed_through": str(seen) if seen else None, "given_up": str(gone) if gone else None, "paused": paused(known, phases),
        "runs": runs if seen else _none(runs), "planned": power(result, PLANNED.format(site=site.id), days.as_of),
        "complete": date_levels(dates), "never": float(np.mean(~np.isfinite(dates))),
    }  # fmt: skip


def all_runs(row: Mapping[str, Any]) -> bool:
    """Whether all that was announced of a site runs, as closely as that can be told; of nothing announced nothing runs."""
    runs, planned = row["runs"]["p50"] or 0.0, row["planned"]["p50"] or 0.0
    return planned > 0.0 and runs >= ALMOST * planned


def reached(known: Known, phases: Sequence[PhaseView]) -> dict[str, int]:
    """How many phases had reached each physical stage, and no later one, by what is on record; the others under `announced`."""
    counts = dict.fromkeys(("announced", *PHYSICAL_STAGES), 0)
    for phase in phases:
        stages = [stage for stage in PHYSICAL_STAGES if known.milestone_observed(phase, stage) is not None]
        counts[stages[-1] if stages else "announced"] += 1
    return counts


def paused(known: Known, phases: Sequence[PhaseView]) -> str | None:
    """The day from which all work is known to have stopped; None where some phase runs or goes on."""
    found = [known.milestone_paused(phase) for phase in phases if known.milestone_observed(phase, PHYSICAL_STAGES[-1]) is None]
    days = [said.value.start for said in found if said is not None and isinstance(said.value, Window)]
    return str(max(days)) if days and len(days) == len(phases) else None


def place_of(known: Known, name: str) -> dict[str, Any] | None:
    """Where a site lies: the town that stands for it, with what the catalogue notes; None where the file names no place."""
    if not name or name not in known.catalogue.catalogue.names("place"):
        return None
    lat, lon = (known.default("place", name, attribute) for attribute in ("lat", "lon"))
    if not isinstance(lat.value, float) or not isinstance(lon.value, float):
        return None
    country = known.catalogue.catalogue.text("place", name, "country")
    return {"id": name, "lat": lat.value, "lon": lon.value, "country": country, "note": _note(lat.statements)}


def _note(statements: Sequence[Statement]) -> str:
    return statements[0].note if statements else ""


def power(result: Result, address: str, when: date) -> dict[str, Any]:
    """P10, P50 and P90 of an address at the end of a date's month, with its unit and address; None where it is absent."""
    series = result[address]
    if series.counts is not None and "month" in series.axes:  # kept as counts: quantiles by month
        at = result.world.frame.month(when)
        found = {level: float(values[at]) for level, values in series.quantiles((0.1, 0.5, 0.9)).items()}
    else:
        found = {level: float(value) for level, value in series.at(when).quantiles((0.1, 0.5, 0.9)).items()}
    return {"address": address, "date": str(when), "unit": series.unit, **levels(found)}


def levels(found: dict[float, float]) -> Levels:
    """Quantiles by name; None where one is absent or never comes."""
    return {f"p{100 * level:g}": value if np.isfinite(value) else None for level, value in found.items()}


def _none(row: dict[str, Any]) -> dict[str, Any]:
    """The same with nothing known: nobody has looked."""
    return {**row, "p10": None, "p50": None, "p90": None}
