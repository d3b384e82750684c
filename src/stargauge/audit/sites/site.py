"""One site: its phases with what is on record and when the rest comes, its power over time, what feeds it, and every statement about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stargauge.audit.given import Condition, given_data
from stargauge.audit.series_data import fans
from stargauge.audit.sites import sites
from stargauge.audit.sites.delays import date_levels
from stargauge.audit.sites.sites import levels, named, row_of
from stargauge.audit.sources.explanation import source_data, statement_data
from stargauge.audit.sources.places import Places
from stargauge.audit.summary import Days
from stargauge.engine.result import Result
from stargauge.programme.known import Known, PhaseView, SiteView
from stargauge.programme.schema import PowerSource
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.quantity import PHYSICAL_STAGES, SOURCES
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Statement

_POWER = ("under_construction", "operational")
#: What else is stated of a whole site, in the order in which it is shown.
_FIGURES = (
    "capital", "debt", "opex", "buildings", "chips", "jobs_construction_peak", "jobs_permanent", "land", "floor_area", "water",
)  # fmt: skip


@dataclass(frozen=True)
class SitePage:
    """One site of a programme as known on a day. `energy`: the run behind the yearly balance, which needs every draw of every month."""

    known: Known
    result: Result
    energy: Result
    site: SiteView
    programme: str
    asked_as: str
    given: Condition | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the same in Python, JSON and the web."""
        known, result, site = self.known, self.result, self.site
        days, phases = Days.of(known), phases_at(known, site.id)
        own = known.observed_through(site.id)
        said = [one for one in known.programme.statements() if one.path.startswith(f"sites.{site.id}.") and one.source]
        places = Places(known.programme, known.catalogue.catalogue)
        return {
            "programme": self.programme, "asked_as": self.asked_as, "name": known.programme.name, "as_of": str(known.as_of),
            "draws": result.draws, "seed": result.seed, "fingerprint": result.fingerprint, **given_data(self.given),
            "newest_evidence": str(min(own, known.as_of)) if own else None, "until": str(known.months[-1]),
            "site": row_of(result, known, site, days), "phases": [phase_data(known, result, phase) for phase in phases],
            "quantities": fans(result, power_addresses(site.id)), "supply": supply_data(known, site), "energy": self._energy(),
            "pue": self._pue(), "figures": figures_data(known, site), "statements": [statement_data(one, places) for one in said],
            "sources": {name: source_data(known.programme.sources[name]) for name in dict.fromkeys(one.source for one in said)},
        }  # fmt: skip

    def _energy(self) -> list[dict[str, Any]]:
        """What each source gives in each calendar year, what the site draws on average, and what no source can give; years with a load."""
        known, run, site = self.known, self.energy, self.site.id
        sources = sources_of(known, self.site)
        given = {source: _by_year(run, f"supply_energy[{source}, {site}]") for source in sources}
        short, load = (_by_year(run, f"{name}[{site}]") for name in ("supply_shortfall", "power_load"))
        made = []
        for year in load:
            if not np.any(load[year] > 0.0):
                continue
            months = sum(label.startswith(year) for label in run.world.axes["month"])
            made.append({
                "year": year, "whole": months == 12, "load": {"unit": "W", **_levels(load[year] / months)},
                "sources": {source: {"unit": "Wh", **_levels(given[source][year])} for source in sources},
                "shortfall": {"unit": "Wh", **_levels(short[year])},
            })  # fmt: skip
        return made

    def _pue(self) -> dict[str, Any]:
        """Energy at the meter per energy at the racks: over a typical year, in each month of it, and in its hottest hour."""
        run, site = self.energy, self.site.id
        monthly, months = run[f"pue[{site}]"].values[:, :12], run.world.axes["month"][:12]
        by_month = {label[5:]: _levels(monthly[:, place]) for place, label in enumerate(months)}
        return {
            "address": f"pue[{site}]", "year": _levels(monthly.mean(axis=1)), "months": by_month,
            "hottest": _levels(run[f"pue_hottest[{site}]"].values),
        }  # fmt: skip


def asked(known: Known, site: str) -> SiteView:
    """The site of a name. Raises InputError where there is none on the day."""
    found = {view.id: view for view in named(known)}
    if site not in found:
        told = say(" (all: {names})", names=", ".join(found)) if found else ""
        raise InputError(
            say('there is no site "{site}" on {as_of}{near}{told}', site=site, as_of=known.as_of, near=did_you_mean(site, found), told=told)
        )
    return found[site]


def phases_at(known: Known, site: str) -> list[PhaseView]:
    """The phases of a site in the order of the file."""
    return [phase for phase in known.phases if phase.site == site]


def power_addresses(site: str) -> list[str]:
    """What the chart of the site's power shows."""
    return [f"power_facility_promised[{site}]", *(f"power_facility[{stage}, {site}]" for stage in _POWER)]


def wanted(known: Known, site: SiteView) -> list[str]:
    """The addresses of dates and power."""
    row = [form.format(site=site.id) for form in (sites.RUNS, sites.PLANNED, sites.COMPLETE)]
    phases = phases_at(known, site.id)
    dates = [f"stage_date[{stage}, {phase.id}]" for phase in phases for stage in PHYSICAL_STAGES]
    return list(dict.fromkeys([*row, *dates, *(f"phase_it_power[{phase.id}]" for phase in phases), *power_addresses(site.id)]))


def wanted_energy(known: Known, site: SiteView) -> list[str]:
    """The addresses of the yearly balance and of the PUE."""
    given = [f"supply_energy[{source}, {site.id}]" for source in sources_of(known, site)]
    return [*given, *(f"{name}[{site.id}]" for name in ("supply_shortfall", "power_load", "pue", "pue_hottest"))]


def sources_of(known: Known, site: SiteView) -> list[str]:
    """The grid, and the sources that somebody named for the site."""
    return [source for source in SOURCES if source == "grid" or supply_of(site).get(source) is not None]


def supply_of(site: SiteView) -> Mapping[str, PowerSource]:
    """The sources on record for a site: those of which something is said."""
    supply = site.spec.supply if site.spec is not None else None
    held = {name: getattr(supply, name) for name in type(supply).model_fields} if supply is not None else {}
    return {name: one for name, one in held.items() if isinstance(one, PowerSource) and (one.capacity or one.available_from or one.about)}


def supply_data(known: Known, site: SiteView) -> list[dict[str, Any]]:
    """What is on record of each source: its role, the newest statement of its capacity and of the day from which it can be used."""
    return [
        {
            "source": name, "role": one.role, "plant": one.plant, "about": one.about, "capacity": _newest(known, one.capacity),
            "available_from": statement_data(dated[0]) if (dated := known.available_from(one).statements) else None,
        }
        for name, one in supply_of(site).items()
    ]  # fmt: skip


def figures_data(known: Known, site: SiteView) -> list[dict[str, Any]]:
    """The newest statement of each figure that somebody gave of the whole site."""
    spec = site.spec
    found = [(name, _newest(known, getattr(spec, name))) for name in _FIGURES] if spec is not None else []
    return [{"what": name, **said} for name, said in found if said is not None]


def _newest(known: Known, said: Sequence[Statement]) -> dict[str, Any] | None:
    found = known.estimate(said).statements if said else ()
    return statement_data(found[0]) if found else None


def phase_data(known: Known, result: Result, phase: PhaseView) -> dict[str, Any]:
    """One phase: its size, and of each physical stage the date on record or when it is expected, and the newest plan."""
    spec, _, plain = phase.spec, *phase.id.partition("/")[1:]
    gone, stopped = known.milestone_cancelled(phase), known.milestone_paused(phase)
    power = result[f"phase_it_power[{phase.id}]"].values
    return {
        "id": phase.id, "name": getattr(spec, "name", "") or titled(plain), "about": spec.about,
        "hardware": phase.hardware, "it_power": {"address": f"phase_it_power[{phase.id}]", "unit": "W", **_levels(power)},
        "given_up": statement_data(gone) if gone else None, "paused": statement_data(stopped) if stopped else None,
        "stages": {stage: _stage(known, result, phase, stage) for stage in PHYSICAL_STAGES},
    }  # fmt: skip


def titled(plain: str) -> str:
    """The id of a phase as a name: `buildings-2-6` is `Buildings 2–6`."""
    return re.sub(r"(?<=\d)-(?=\d)", "–", plain).replace("-", " ").capitalize()


def _stage(known: Known, result: Result, phase: PhaseView, stage: str) -> dict[str, Any]:
    """What is on record of a stage, else when it comes: a quantile of its date is none where that never comes."""
    address = f"stage_date[{stage}, {phase.id}]"
    seen, plan = known.milestone_observed(phase, stage), known.milestone_planned(phase, stage)
    dates = result[address].values
    there = dates[~np.isnan(dates)]
    expected = None if seen is not None or not len(there) else {
        **date_levels(there), "never": float(np.mean(~np.isfinite(there))),
    }  # fmt: skip
    return {
        "address": address, "observed": statement_data(seen) if seen is not None else None, "expected": expected,
        "planned": statement_data(plan) if plan is not None and seen is None else None,
    }  # fmt: skip


def _by_year(run: Result, address: str) -> dict[str, Any]:
    """The sum over the months of each calendar year, per draw."""
    values, labels = run[address].values, run.world.axes["month"]
    years = dict.fromkeys(label[:4] for label in labels)
    return {year: values[:, [place for place, label in enumerate(labels) if label.startswith(year)]].sum(axis=1) for year in years}


def _levels(values: Any) -> sites.Levels:
    there = values[~np.isnan(values)]
    return levels({level: float(np.quantile(there, level)) if len(there) else float("nan") for level in (0.1, 0.5, 0.9)})
